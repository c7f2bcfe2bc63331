//! The life of an open connection: octets both ways until somebody ends it.

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, sleep_until, timeout};

use super::orders::{Leave, Order, Orders};
use super::reporter::Reporter;
use super::trouble::socket_failure;
use super::wire::{Stream, Wire};
use crate::app::event::{Closing, Happened, SocketFailure, SocketTrouble};

/// What was ordered before a close is written for at most this long to a peer that does not read.
const FLUSH_LIMIT: Duration = Duration::from_secs(10);
/// How long the end of a TLS connection may take to be written.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);
/// After our FIN the peer's last octets are taken off the wire for this long: closing a socket with unread octets sends a
/// RST, which can destroy what we wrote last on its way to the peer.
const LINGER: Duration = Duration::from_secs(1);
/// A report of octets written is due at the latest after this many.
const SENT_TURN: usize = 1 << 20;

/// Why [`pump`] stopped.
pub(crate) enum Turn {
    /// The model asks for TLS on this connection.
    StartTls { stream: Stream, name: String },
    /// It is over, and reported.
    Over,
}

/// Moves octets both ways. A full event channel stops the reading, and with it the peer, but never an order to leave.
pub(crate) async fn pump(stream: Stream, orders: &Orders, reporter: &Reporter) -> Turn {
    let mut wire = Wire::new(stream);
    let mut room = None;
    let mut sent = 0;
    let mut upgrade: Option<String> = None;
    let mut flush_until: Option<Instant> = None;
    loop {
        let leave = orders.leave();
        match leave {
            Some(Leave::Now) => return abort(wire, sent, Closing::Ours, reporter).await,
            Some(Leave::Overfull) => return abort(wire, sent, overfull(), reporter).await,
            Some(Leave::Flushed) if flush_until.is_none() => flush_until = Some(Instant::now() + FLUSH_LIMIT),
            Some(Leave::Flushed) | None => {}
        }
        while wire.takes_more() && upgrade.is_none() {
            match orders.next() {
                Some(Order::Send(octets)) => wire.write(octets),
                Some(Order::StartTls(name)) => upgrade = Some(name),
                None => break,
            }
        }
        if wire.is_idle() && upgrade.is_none() && leave == Some(Leave::Flushed) {
            return finish(wire, sent, reporter).await;
        }
        let due = sent >= SENT_TURN || (sent > 0 && wire.is_idle());
        if due && let Some(room) = room.take() {
            reporter.tell_in(room, Happened::Sent { octets: std::mem::take(&mut sent) });
        }
        if wire.is_idle()
            && sent == 0
            && let Some(name) = upgrade
        {
            return Turn::StartTls { stream: wire.into_stream(), name };
        }
        tokio::select! {
            biased;
            () = orders.news() => {}
            () = sleep_until(flush_until.unwrap_or_else(Instant::now)), if flush_until.is_some() => {
                return abort(wire, sent, Closing::Ours, reporter).await;
            }
            kept = reporter.room(), if room.is_none() => match kept {
                None => return Turn::Over,
                kept => room = kept,
            },
            // What comes in after the order for TLS is TLS.
            progress = wire.step(room.is_some() && upgrade.is_none()) => {
                sent += progress.wrote;
                if !progress.read.is_empty() && let Some(room) = room.take() {
                    reporter.tell_in(room, Happened::Received(progress.read));
                }
                if let Some(end) = progress.ended {
                    drop(room);
                    let under_tls = matches!(wire.into_stream(), Stream::Tls(_));
                    report_end(sent, closing(end, under_tls), reporter).await;
                    return Turn::Over;
                }
            }
        }
    }
}

/// What the end of reading means.
fn closing(end: io::Result<()>, under_tls: bool) -> Closing {
    match end {
        Ok(()) => Closing::Peer,
        Err(error) if under_tls && error.kind() == io::ErrorKind::UnexpectedEof => Closing::PeerWithoutNotify,
        Err(error) => Closing::Broken(socket_failure(&error)),
    }
}

fn overfull() -> Closing {
    Closing::Broken(SocketFailure {
        kind: SocketTrouble::Other,
        errno: None,
        text: "more than 256 MiB wait to be written and the server does not read them".to_owned(),
    })
}

/// Ends with FIN, everything being written.
async fn finish(mut wire: Wire, sent: usize, reporter: &Reporter) -> Turn {
    let parted = timeout(SHUTDOWN_LIMIT, wire.shutdown()).await.is_ok_and(|done| done.is_ok());
    report_end(sent, Closing::Ours, reporter).await;
    if parted {
        let mut tcp = match wire.into_stream() {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => tls.into_inner().0.tcp,
        };
        let mut scrap = vec![0; 16 << 10];
        let drained = async { while tcp.read(&mut scrap).await.is_ok_and(|n| n > 0) {} };
        let _ = timeout(LINGER, drained).await;
    }
    Turn::Over
}

/// Ends with RST where the system can.
async fn abort(wire: Wire, sent: usize, closing: Closing, reporter: &Reporter) -> Turn {
    let _ = wire.tcp().set_zero_linger();
    drop(wire);
    report_end(sent, closing, reporter).await;
    Turn::Over
}

async fn report_end(sent: usize, closing: Closing, reporter: &Reporter) {
    if sent > 0 {
        reporter.tell(Happened::Sent { octets: sent }).await;
    }
    reporter.tell(Happened::Closed(closing)).await;
}
