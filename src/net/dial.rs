//! Happy Eyeballs (RFC 8305): attempts to several addresses, each begun before the former has given up.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until};

use super::reporter::Reporter;
use super::trouble::socket_failure;
use crate::app::effect::Family;
use crate::app::event::{Happened, SocketFailure, SocketTrouble};
use crate::protocol::moment::Moment;

/// The Connection Attempt Delay recommended by RFC 8305 §5.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// The attempt that won.
#[derive(Debug)]
pub(crate) struct Won<S> {
    /// The open socket.
    pub(crate) stream: S,
    /// The address that was asked for.
    pub(crate) address: SocketAddr,
    /// How long this attempt took.
    pub(crate) took: Duration,
}

/// The addresses in the order in which they are tried (RFC 8305 §4): the families take turns and IPv6 begins; within a
/// family the order stays. A family or a source address leaves out what it cannot reach.
pub(crate) fn in_order(addresses: &[IpAddr], family: Option<Family>, source: Option<IpAddr>) -> Vec<IpAddr> {
    let wanted = |ip: &&IpAddr| {
        let of_family = match family {
            None => true,
            Some(Family::V4) => ip.is_ipv4(),
            Some(Family::V6) => ip.is_ipv6(),
        };
        of_family && source.is_none_or(|source| source.is_ipv4() == ip.is_ipv4())
    };
    let (mut six, mut four): (VecDeque<IpAddr>, VecDeque<IpAddr>) =
        addresses.iter().filter(wanted).partition(|ip| ip.is_ipv6());
    let mut ordered: Vec<IpAddr> = Vec::with_capacity(addresses.len());
    while !(six.is_empty() && four.is_empty()) {
        for ip in [six.pop_front(), four.pop_front()].into_iter().flatten() {
            if !ordered.contains(&ip) {
                ordered.push(ip);
            }
        }
    }
    ordered
}

/// Opens a TCP connection, from `source` if one is given.
pub(crate) async fn open(address: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(source) = source {
        socket.bind(SocketAddr::new(source, 0))?;
    }
    let stream = socket.connect(address).await?;
    // What is typed goes out at once; a failure here costs time only.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Tries the addresses with `connect` until one is open, all have failed, or `limit` has passed for all of them together.
///
/// Every attempt and every failure is reported; when one attempt wins, the others are reported as cancelled.
pub(crate) async fn race<S, F, C>(
    addresses: Vec<SocketAddr>,
    limit: Duration,
    reporter: &Reporter,
    connect: C,
) -> Option<Won<S>>
where
    F: Future<Output = io::Result<S>>,
    C: Fn(SocketAddr) -> F,
{
    let began = Instant::now();
    let deadline = began + limit;
    let mut next_at = began;
    let mut waiting = VecDeque::from(addresses);
    let mut running: Vec<(SocketAddr, Moment)> = Vec::new();
    let mut attempts = FuturesUnordered::new();
    while !(waiting.is_empty() && attempts.is_empty()) {
        tokio::select! {
            biased;
            Some((address, result)) = attempts.next(), if !attempts.is_empty() => {
                let newest = running.last().map(|(last, _)| *last) == Some(address);
                let started = take(&mut running, address).unwrap_or_else(|| reporter.now());
                let took = reporter.now() - started;
                match result {
                    Ok(stream) => {
                        for (address, started) in running {
                            fail(reporter, address, started, cancelled()).await;
                        }
                        return Some(Won { stream, address, took });
                    }
                    Err(error) => fail(reporter, address, started, socket_failure(&error)).await,
                }
                if newest {
                    next_at = Instant::now();
                }
            }
            () = sleep_until(deadline) => {
                for (address, started) in running {
                    fail(reporter, address, started, timed_out(limit)).await;
                }
                return None;
            }
            () = sleep_until(next_at), if !waiting.is_empty() => {
                if let Some(address) = waiting.pop_front() {
                    running.push((address, reporter.now()));
                    reporter.tell(Happened::Attempt { address }).await;
                    let attempt = connect(address);
                    attempts.push(async move { (address, attempt.await) });
                    next_at = Instant::now() + ATTEMPT_DELAY;
                }
            }
        }
    }
    None
}

/// Removes an attempt from the running ones and says when it began.
fn take(running: &mut Vec<(SocketAddr, Moment)>, address: SocketAddr) -> Option<Moment> {
    let at = running.iter().position(|(a, _)| *a == address)?;
    Some(running.remove(at).1)
}

async fn fail(reporter: &Reporter, address: SocketAddr, started: Moment, failure: SocketFailure) {
    let took = reporter.now() - started;
    reporter.tell(Happened::AttemptFailed { address, took, failure }).await;
}

fn cancelled() -> SocketFailure {
    SocketFailure {
        kind: SocketTrouble::Cancelled,
        errno: None,
        text: "given up because another address answered first".to_owned(),
    }
}

fn timed_out(limit: Duration) -> SocketFailure {
    SocketFailure {
        kind: SocketTrouble::TimedOut,
        errno: None,
        text: format!("no answer within {} s", limit.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::event::ConnectionId;
    use crate::net::clock::Clock;
    use crate::net::reporter::test::{heard, listen};

    fn v4(last: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, last], 25))
    }

    /// What a scripted address does, and after how many milliseconds.
    #[derive(Clone, Copy)]
    enum Fate {
        Opens(u64),
        Refuses(u64),
        Silent,
    }

    /// Runs a race against scripted addresses, and writes down what was reported as `ms what last-octet`.
    async fn run(fates: &[Fate], limit: u64) -> (Vec<String>, Option<u8>) {
        let (reporter, mut events) = listen(ConnectionId(1), Clock::start());
        let addresses = (0..fates.len()).map(|n| v4(n as u8)).collect();
        let fate = |address: SocketAddr| match address.ip() {
            IpAddr::V4(ip) => fates[usize::from(ip.octets()[3])],
            IpAddr::V6(_) => Fate::Silent,
        };
        let won = race(addresses, Duration::from_millis(limit), &reporter, |address| async move {
            match fate(address) {
                Fate::Opens(ms) => {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                    Ok(())
                }
                Fate::Refuses(ms) => {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                    Err(io::Error::from(io::ErrorKind::ConnectionRefused))
                }
                Fate::Silent => std::future::pending().await,
            }
        })
        .await;
        let last =
            |address: SocketAddr| address.to_string().trim_end_matches(":25").rsplit('.').next().unwrap().to_owned();
        let log = heard(&mut events)
            .into_iter()
            .map(|(at, what)| match what {
                Happened::Attempt { address } => format!("{} try {}", at.0 / 1000, last(address)),
                Happened::AttemptFailed { address, took, failure } => {
                    format!("{} {:?} {} after {}", at.0 / 1000, failure.kind, last(address), took.as_millis())
                }
                other => format!("{other:?}"),
            })
            .collect();
        (log, won.map(|won| last(won.address).parse().unwrap()))
    }

    #[tokio::test(start_paused = true)]
    async fn the_schedule_of_rfc_8305() {
        use Fate::{Opens, Refuses, Silent};
        for (name, fates, limit, log, winner) in [
            ("one that opens", vec![Opens(30)], 1000, vec!["0 try 0"], Some(0)),
            (
                "a refused one lets the next begin at once",
                vec![Refuses(10), Opens(20)],
                1000,
                vec!["0 try 0", "11 Refused 0 after 11", "11 try 1"],
                Some(1),
            ),
            (
                "a silent one costs a quarter of a second",
                vec![Silent, Opens(20)],
                1000,
                vec!["0 try 0", "251 try 1", "272 Cancelled 0 after 272"],
                Some(1),
            ),
            (
                "an early one that fails late does not hurry the next",
                vec![Refuses(300), Silent, Opens(5)],
                1000,
                vec!["0 try 0", "251 try 1", "301 Refused 0 after 301", "502 try 2", "508 Cancelled 1 after 257"],
                Some(2),
            ),
            (
                "the limit is for all together",
                vec![Silent, Silent, Silent],
                400,
                vec!["0 try 0", "251 try 1", "401 TimedOut 0 after 401", "401 TimedOut 1 after 150"],
                None,
            ),
            (
                "all refused",
                vec![Refuses(1), Refuses(1)],
                400,
                vec!["0 try 0", "2 Refused 0 after 2", "2 try 1", "4 Refused 1 after 2"],
                None,
            ),
            ("no address", vec![], 400, vec![], None),
        ] {
            let (heard, won) = run(&fates, limit).await;
            // The paused clock has the grain of a millisecond and rounds each wait up, so single milliseconds may add up.
            assert_eq!(won, winner, "{name}");
            assert_eq!(heard.len(), log.len(), "{name}: {heard:?}");
            for (is, should) in heard.iter().zip(&log) {
                let parts = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
                for (a, b) in parts(is).iter().zip(parts(should)) {
                    match (a.parse::<i64>(), b.parse::<i64>()) {
                        (Ok(a), Ok(b)) => assert!((a - b).abs() <= 3, "{name}: {is} for {should}"),
                        _ => assert_eq!(*a, b, "{name}: {is} for {should}"),
                    }
                }
            }
        }
    }

    #[test]
    fn families_take_turns_and_filters_hold() {
        let ips = |text: &str| -> Vec<IpAddr> { text.split_whitespace().map(|ip| ip.parse().unwrap()).collect() };
        let mixed = "192.0.2.1 192.0.2.2 2001:db8::1 192.0.2.3 2001:db8::2 192.0.2.1";
        for (family, source, expect) in [
            (None, None, "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2 192.0.2.3"),
            (Some(Family::V4), None, "192.0.2.1 192.0.2.2 192.0.2.3"),
            (Some(Family::V6), None, "2001:db8::1 2001:db8::2"),
            (None, Some("127.0.0.1"), "192.0.2.1 192.0.2.2 192.0.2.3"),
            (Some(Family::V6), Some("127.0.0.1"), ""),
        ] {
            let source = source.map(|s| s.parse().unwrap());
            assert_eq!(in_order(&ips(mixed), family, source), ips(expect), "{family:?} {source:?}");
        }
    }

    #[tokio::test]
    async fn a_source_that_is_not_ours() {
        let error = open(SocketAddr::from(([127, 0, 0, 1], 9)), Some(IpAddr::from([192, 0, 2, 99]))).await.unwrap_err();
        assert_eq!(socket_failure(&error).kind, SocketTrouble::SourceUnavailable);
    }
}
