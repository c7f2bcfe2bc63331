//! From a name to addresses.

use std::future::pending;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use super::resolver::Client;
use super::trouble::words;
use crate::app::effect::Family;
use crate::app::event::ResolveFailure;
use crate::diagnosis::dns::{Answer, Query, QueryFailure, QueryOptions, RecordType, Resolver, Value};

/// Once one family has an address, the other is waited for this long. RFC 8305 §3 suggests 50 ms to a program in a hurry;
/// here all addresses are shown, so that it is worth a moment, but not a resolver's whole limit.
const PATIENCE: Duration = Duration::from_millis(500);

/// Asks for the addresses of `name`, both families at the same time.
///
/// The system's own resolver is asked through the system, so that `/etc/hosts` and nsswitch count, except for names of the
/// practice world when that runs.
pub(crate) async fn addresses(
    client: &Client,
    name: &str,
    family: Option<Family>,
    resolver: &Resolver,
) -> Result<Vec<IpAddr>, ResolveFailure> {
    if *resolver == Resolver::System && !client.serves(name) {
        return by_system(name).await;
    }
    let question = async |kind, other| {
        if family == Some(other) {
            return None;
        }
        Some(client.ask(&Query { name: name.to_owned(), kind }, resolver, &QueryOptions::default()).await)
    };
    both(question(RecordType::Aaaa, Family::V4), question(RecordType::A, Family::V6)).await
}

/// Waits for both answers, or for one with addresses and a little longer.
async fn both(
    six: impl Future<Output = Option<Answer>>,
    four: impl Future<Output = Option<Answer>>,
) -> Result<Vec<IpAddr>, ResolveFailure> {
    let (mut six, mut four) = (std::pin::pin!(six), std::pin::pin!(four));
    let (first, second) = tokio::select! {
        first = &mut six => {
            let second = patiently(&first, four).await;
            (first, second)
        }
        first = &mut four => {
            let second = patiently(&first, six).await;
            (first, second)
        }
    };
    let answers: Vec<Answer> = [first, second].into_iter().flatten().collect();
    let found: Vec<IpAddr> = answers.iter().flat_map(of_answer).collect();
    if found.is_empty() { Err(failure(&answers)) } else { Ok(found) }
}

/// The second answer, for which only a little time is left when the first has addresses.
async fn patiently(first: &Option<Answer>, second: impl Future<Output = Option<Answer>>) -> Option<Answer> {
    let enough = first.as_ref().is_some_and(|answer| of_answer(answer).next().is_some());
    tokio::select! {
        second = second => second,
        () = async { if enough { tokio::time::sleep(PATIENCE).await } else { pending().await } } => None,
    }
}

/// The addresses in an answer. Resolvers answer with the aliases on the way, so that the owner names differ.
fn of_answer(answer: &Answer) -> impl Iterator<Item = IpAddr> {
    answer.reply.iter().flat_map(|response| &response.answers).filter_map(|record| match record.value {
        Value::A(ip) => Some(IpAddr::V4(ip)),
        Value::Aaaa(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    })
}

/// Why answers without an address have none: what the server said counts more than what it did not say.
fn failure(answers: &[Answer]) -> ResolveFailure {
    let replies = || answers.iter().filter_map(|answer| answer.reply.as_ref().ok());
    if replies().any(|reply| reply.rcode == 3) {
        return ResolveFailure::NoSuchName;
    }
    if let Some(refused) = replies().find(|reply| reply.rcode != 0) {
        return ResolveFailure::Refused(refused.rcode_name());
    }
    match answers.iter().find_map(|answer| answer.reply.as_ref().err()) {
        Some(failure) => ResolveFailure::Query(failure.clone()),
        None => ResolveFailure::NoAddress,
    }
}

/// Asks as every other program on this machine does (`getaddrinfo`).
async fn by_system(name: &str) -> Result<Vec<IpAddr>, ResolveFailure> {
    match lookup_host((name, 0)).await {
        Ok(found) => {
            let found: Vec<IpAddr> = found.map(|socket| socket.ip()).collect();
            if found.is_empty() { Err(ResolveFailure::NoAddress) } else { Ok(found) }
        }
        Err(error) => Err(system_failure(&error)),
    }
}

/// The number of a getaddrinfo failure does not reach us; its words do, in those of glibc, musl and macOS.
fn system_failure(error: &io::Error) -> ResolveFailure {
    let text = words(error);
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if says(&["not known", "does not resolve", "No such host"]) {
        ResolveFailure::NoSuchName
    } else if says(&["No address associated", "no usable address"]) {
        ResolveFailure::NoAddress
    } else {
        ResolveFailure::Query(QueryFailure::Unreachable(text.to_owned()))
    }
}

/// [`addresses`] with a limit. The system's resolver has limits of its own that can add up to half a minute.
pub(crate) async fn addresses_within(
    client: &Client,
    limit: Duration,
    name: &str,
    family: Option<Family>,
    resolver: &Resolver,
) -> Result<Vec<IpAddr>, ResolveFailure> {
    timeout(limit, addresses(client, name, family, resolver))
        .await
        .unwrap_or(Err(ResolveFailure::Query(QueryFailure::TimedOut)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnosis::dns::{Record, Response};
    use crate::net::clock::Clock;
    use crate::net::trust::Trust;

    fn answer(kind: RecordType, reply: Result<(u16, &[&str]), QueryFailure>) -> Option<Answer> {
        let query = Query { name: "mx.example.test".to_owned(), kind };
        let reply = reply.map(|(rcode, ips)| Response {
            rcode,
            answers: ips
                .iter()
                .map(|ip| Record {
                    name: String::new(),
                    ttl: 1,
                    value: match ip.parse().unwrap() {
                        IpAddr::V4(ip) => Value::A(ip),
                        IpAddr::V6(ip) => Value::Aaaa(ip),
                    },
                })
                .collect(),
            ..Response::default()
        });
        Some(Answer::new(query, reply))
    }

    #[tokio::test(start_paused = true)]
    async fn two_answers_make_one() {
        use QueryFailure::TimedOut;
        type Said<'a> = Result<(u16, &'a [&'a str]), QueryFailure>;
        /// A name, what each family answers and after how many milliseconds, and what comes of it and when.
        type Case<'a> = (&'a str, Said<'a>, u64, Said<'a>, u64, Result<&'a [&'a str], ResolveFailure>, u64);
        let cases: [Case<'_>; 9] = [
            ("both", Ok((0, &["2001:db8::1"])), 10, Ok((0, &["192.0.2.1"])), 20, Ok(&["2001:db8::1", "192.0.2.1"]), 20),
            ("one is late", Ok((0, &["2001:db8::1"])), 900, Ok((0, &["192.0.2.1"])), 20, Ok(&["192.0.2.1"]), 520),
            ("late but needed", Ok((0, &[])), 10, Ok((0, &["192.0.2.1"])), 4000, Ok(&["192.0.2.1"]), 4000),
            ("one silent", Err(TimedOut), 5000, Ok((0, &["192.0.2.1"])), 20, Ok(&["192.0.2.1"]), 520),
            ("no such name", Ok((3, &[])), 10, Ok((3, &[])), 10, Err(ResolveFailure::NoSuchName), 10),
            ("no address", Ok((0, &[])), 10, Ok((0, &[])), 10, Err(ResolveFailure::NoAddress), 10),
            ("refused", Ok((5, &[])), 10, Ok((5, &[])), 10, Err(ResolveFailure::Refused("REFUSED".to_owned())), 10),
            (
                "half broken",
                Ok((2, &[])),
                10,
                Ok((0, &[])),
                10,
                Err(ResolveFailure::Refused("SERVFAIL".to_owned())),
                10,
            ),
            ("silence", Err(TimedOut), 5000, Err(TimedOut), 5000, Err(ResolveFailure::Query(TimedOut)), 5000),
        ];
        for (name, six, six_at, four, four_at, expect, at) in cases {
            let began = tokio::time::Instant::now();
            let after = async |ms, answer| {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                answer
            };
            let got = both(after(six_at, answer(RecordType::Aaaa, six)), after(four_at, answer(RecordType::A, four)))
                .await
                .map(|mut found| {
                    found.sort_by_key(|ip| ip.is_ipv4());
                    found
                });
            let expect = expect.map(|ips| ips.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>());
            assert_eq!(got, expect, "{name}");
            let took = began.elapsed().as_millis() as u64;
            assert!((at..at + 4).contains(&took), "{name} took {took} ms");
        }
    }

    #[test]
    fn words_of_the_systems() {
        let gai =
            |text: &str| system_failure(&io::Error::other(format!("failed to lookup address information: {text}")));
        assert_eq!(gai("Name or service not known"), ResolveFailure::NoSuchName);
        assert_eq!(gai("nodename nor servname provided, or not known"), ResolveFailure::NoSuchName);
        assert_eq!(gai("Name does not resolve"), ResolveFailure::NoSuchName);
        assert_eq!(gai("No address associated with hostname"), ResolveFailure::NoAddress);
        assert_eq!(
            gai("Temporary failure in name resolution"),
            ResolveFailure::Query(QueryFailure::Unreachable("Temporary failure in name resolution".to_owned()))
        );
    }

    #[tokio::test]
    async fn localhost_is_known_to_the_system() {
        let client =
            Client { clock: Clock::start(), trust: Arc::new(Trust::new(None)), means: Arc::default(), world: None };
        let found = addresses(&client, "localhost", None, &Resolver::System).await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
    }
}
