//! One DNS question with all its tries: no cache, no silent retry, so that what is timed and shown is what happened.
//!
//! The exchange is made here, over sockets of our own, and not by a resolver library: a refused port is then told at
//! once, what does not fit the question is counted, and every octet out and in is kept and inside the measured time.
//!
//! ```text
//! ask ─► servers: named │ looked up │ /etc/resolv.conf ─► rounds ─► attempt ─► udp │ stream (TCP, TLS) │ https
//! ```

mod attempt;
mod https;
#[cfg(test)]
mod secure_tests;
mod stream;
mod system;
#[cfg(test)]
mod tests;
mod udp;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};

use self::attempt::{Target, attempt};
use super::clock::Clock;
use super::practice::Practice;
use super::tls::Means;
use super::trust::Trust;
use crate::diagnosis::dns::{
    Answer, Ending, Query, QueryFailure, QueryOptions, RecordType, Resolver, Response, Server, Transport, Value,
};
use crate::protocol::endpoint::Host;

/// How long one try is waited for when nothing else is said.
const LIMIT: Duration = Duration::from_secs(5);
/// The largest message there is (RFC 1035 §4.2.2): the length field has two octets.
const LARGEST: usize = 65_535;
/// Addresses of a resolver that is named by its name, of each family.
const ADDRESSES: usize = 4;
/// The names of the practice world: its two domains, and the reverse zones of the documentation prefixes.
pub const PRACTICE_ZONES: [&str; 4] =
    ["example.test", "example.net", "2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"];

/// Asks DNS.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) clock: Clock,
    pub(crate) trust: Arc<Trust>,
    pub(crate) means: Arc<Means>,
    pub(crate) world: Option<Practice>,
}

/// The servers for one question, and how they are asked.
struct Plan {
    targets: Vec<Target>,
    transport: Transport,
    limit: Duration,
    rounds: u8,
    /// A refusal leads on to the next server, as in the system's own resolver.
    goes_on: bool,
}

impl Client {
    /// Asks `resolver`, and says what came or why nothing came, with every try.
    ///
    /// [`Resolver::System`] means the servers of `/etc/resolv.conf` in their order: a server that cannot be reached, stays
    /// silent, or answers SERVFAIL, NOTIMP or REFUSED leads on to the next, as the system's own resolver does. In the
    /// practice world its own names are asked of its own server instead. A server that is named by its name is looked
    /// up first, by the system's resolver.
    pub(crate) async fn ask(&self, query: &Query, resolver: &Resolver, options: &QueryOptions) -> Answer {
        let mut answer = Answer::new(query.clone(), Err(QueryFailure::TimedOut));
        let plan = match resolver {
            Resolver::System => self.system(&query.name, options).await,
            Resolver::Server(server) => self.named(server, options, &mut answer).await,
        };
        match plan {
            Ok(plan) => self.rounds(&plan, options, &mut answer).await,
            Err(why) => answer.reply = Err(QueryFailure::NoResolver(why)),
        }
        answer
    }

    /// Whether the practice world answers for this name.
    pub(crate) fn serves(&self, name: &str) -> bool {
        self.world.is_some() && is_practice(name)
    }

    async fn system(&self, name: &str, options: &QueryOptions) -> Result<Plan, String> {
        let transport = options.transport.clone().unwrap_or(Transport::Udp);
        let (servers, limit, rounds) = match &self.world {
            Some(world) if is_practice(name) => (vec![world.dns()], None, None),
            _ => {
                let system = system::read().await?;
                let port = options.port.unwrap_or(transport.port());
                let servers = system.servers.into_iter().map(|mut server| {
                    server.set_port(port);
                    server
                });
                (servers.collect(), system.limit, system.rounds)
            }
        };
        let target = |server: SocketAddr| Target { server, door: server, name: server.ip().to_string() };
        Ok(Plan {
            targets: servers.into_iter().map(target).collect(),
            transport,
            limit: options.limit.or(limit).unwrap_or(LIMIT),
            rounds: options.tries.or(rounds).unwrap_or(1),
            goes_on: true,
        })
    }

    async fn named(&self, server: &Server, options: &QueryOptions, answer: &mut Answer) -> Result<Plan, String> {
        let transport = options.transport.as_ref().unwrap_or(&server.transport).clone();
        let addresses = match &server.host {
            Host::Ip(ip) => vec![*ip],
            Host::Name(name) => {
                answer.before = self.look_up(name).await;
                let addresses: Vec<IpAddr> = answer.before.iter().flat_map(addresses).collect();
                if addresses.is_empty() {
                    return Err(format!("{name} has no address; check the spelling, or name an address: @9.9.9.9"));
                }
                addresses
            }
        };
        let port = options.port.or(server.port).unwrap_or(transport.port());
        let target = |ip| {
            let at = SocketAddr::new(ip, port);
            let door = self.world.as_ref().and_then(|world| world.door(at)).unwrap_or(at);
            Target { server: at, door, name: bare(&server.host) }
        };
        Ok(Plan {
            targets: addresses.into_iter().map(target).collect(),
            transport,
            limit: options.limit.unwrap_or(LIMIT),
            rounds: options.tries.unwrap_or(1),
            goes_on: false,
        })
    }

    /// The addresses of a resolver, both families at the same time.
    async fn look_up(&self, name: &str) -> Vec<Answer> {
        let ask = async |kind| {
            let query = Query { name: name.to_owned(), kind };
            // The question leads to the system's resolver, which has no name, so that it ends here.
            Box::pin(self.ask(&query, &Resolver::System, &QueryOptions::default())).await
        };
        let (six, four) = tokio::join!(ask(RecordType::Aaaa), ask(RecordType::A));
        vec![four, six]
    }

    /// Asks the servers one after another until one of them really answers; those that stayed silent again, as often as
    /// that is wanted.
    async fn rounds(&self, plan: &Plan, options: &QueryOptions, answer: &mut Answer) {
        let mut silent: Vec<&Target> = plan.targets.iter().collect();
        let mut told = false;
        for _ in 0..plan.rounds {
            for target in std::mem::take(&mut silent) {
                let reply = self.server(plan, target, options, answer).await;
                let last = answer.tries.len().saturating_sub(1);
                let settled = match &reply {
                    Ok(response) => !plan.goes_on || !matches!(response.rcode, 2 | 4 | 5),
                    Err(QueryFailure::TimedOut) => {
                        silent.push(target);
                        false
                    }
                    Err(_) => false,
                };
                // A refusal in words says more than a silence that came before it.
                let better = !told || reply.is_ok() && answer.reply.is_err();
                if settled || better {
                    (answer.decisive, answer.reply, told) = (last, reply, true);
                }
                if settled {
                    return;
                }
            }
        }
        if !told {
            answer.reply = Err(QueryFailure::NoResolver("the list of servers is empty".to_owned()));
        }
    }

    /// Asks one server, and again over TCP what did not fit into UDP.
    async fn server(
        &self,
        plan: &Plan,
        target: &Target,
        options: &QueryOptions,
        answer: &mut Answer,
    ) -> Result<Response, QueryFailure> {
        let (tried, reply) = attempt(self, target, &plan.transport, &answer.query, options, plan.limit).await;
        let truncated = tried.ending == Ending::Truncated;
        answer.tries.push(tried);
        if !truncated || options.ignore_truncation {
            return reply;
        }
        let (tried, reply) = attempt(self, target, &Transport::Tcp, &answer.query, options, plan.limit).await;
        answer.tries.push(tried);
        reply.map_err(after_truncation)
    }
}

/// The addresses in an answer, a few of them. Resolvers answer with the aliases on the way, so that the owner names
/// differ.
fn addresses(answer: &Answer) -> impl Iterator<Item = IpAddr> {
    let records = answer.reply.iter().flat_map(|response| &response.answers);
    let addresses = records.filter_map(|record| match record.value {
        Value::A(ip) => Some(IpAddr::V4(ip)),
        Value::Aaaa(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    });
    addresses.take(ADDRESSES)
}

/// A host without the brackets of an address.
fn bare(host: &Host) -> String {
    match host {
        Host::Name(name) => name.clone(),
        Host::Ip(ip) => ip.to_string(),
    }
}

/// Whether `name` belongs to the practice world.
pub(crate) fn is_practice(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PRACTICE_ZONES.iter().any(|zone| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Says of a failure over TCP that TCP was needed.
fn after_truncation(failure: QueryFailure) -> QueryFailure {
    let why = match failure {
        QueryFailure::TimedOut => "no answer in time".to_owned(),
        QueryFailure::Unreachable(why) | QueryFailure::Malformed(why) | QueryFailure::NoResolver(why) => why,
        other => other.to_string(),
    };
    QueryFailure::Unreachable(format!("the answer did not fit into UDP, and asking by TCP failed: {why}"))
}

/// The number of a question: one that a forger cannot know (RFC 5452 §9.2), and 0 over HTTPS, so that caches on the way
/// know the same question again (RFC 8484 §4.1).
fn id(transport: &Transport) -> Result<u16, QueryFailure> {
    let mut octets = [0; 2];
    if matches!(transport, Transport::Https(_)) {
        return Ok(0);
    }
    let random = SystemRandom::new().fill(&mut octets);
    random.map_err(|_| QueryFailure::Unreachable("the system gives no random numbers".to_owned()))?;
    Ok(u16::from_be_bytes(octets))
}

fn unreachable(error: &io::Error) -> QueryFailure {
    match error.kind() {
        io::ErrorKind::TimedOut => QueryFailure::TimedOut,
        _ => QueryFailure::Unreachable(super::trouble::words(error)),
    }
}
