//! The resolver the machine is configured with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

/// Servers that the system's own resolver asks; it takes no more (`resolv.conf(5)`).
const SERVERS: usize = 3;
/// The longest time it waits and the most rounds it makes, whatever the file says (`resolv.conf(5)`).
const LONGEST: (u64, u8) = (30, 5);
/// Octets of the file that are read.
#[cfg(unix)]
const FILE: u64 = 1 << 20;

/// What the machine is configured with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct System {
    /// In the order in which they are asked, with the port that is configured.
    pub(crate) servers: Vec<SocketAddr>,
    /// How long one of them is waited for.
    pub(crate) limit: Option<Duration>,
    /// How often the whole list is gone through.
    pub(crate) rounds: Option<u8>,
}

/// Reads the configuration of this machine.
///
/// # Errors
/// Why there is none, with the next step.
#[cfg(unix)]
pub(crate) async fn read() -> Result<System, String> {
    use std::path::Path;

    use super::super::files;

    let path = Path::new("/etc/resolv.conf");
    match files::read(path, FILE).await {
        Ok(text) => Ok(parse(&String::from_utf8_lossy(&text))),
        Err(why) => Err(format!("{why}, or name a resolver: @9.9.9.9")),
    }
}

/// Reads the configuration of this machine.
///
/// # Errors
/// Why there is none, with the next step.
#[cfg(not(unix))]
pub(crate) async fn read() -> Result<System, String> {
    let (config, _) = hickory_resolver::system_conf::read_system_conf()
        .map_err(|why| format!("the system's settings cannot be read: {why}; name a resolver: @9.9.9.9"))?;
    let servers = config.name_servers().iter().map(|server| SocketAddr::new(server.ip, 53)).collect();
    Ok(System { servers, limit: None, rounds: None })
}

/// Reads `/etc/resolv.conf` as glibc does: what is not understood is passed over, and without a server this machine
/// itself is asked.
pub(super) fn parse(text: &str) -> System {
    let mut system = System { servers: Vec::new(), limit: None, rounds: None };
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("nameserver") if system.servers.len() < SERVERS => {
                system.servers.extend(words.next().and_then(address));
            }
            Some("options") => words.for_each(|option| system.option(option)),
            _ => {}
        }
    }
    if system.servers.is_empty() {
        system.servers.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 53)));
    }
    system
}

impl System {
    fn option(&mut self, option: &str) {
        match option.split_once(':') {
            Some(("timeout", value)) => {
                let seconds = value.parse::<u64>().ok().filter(|seconds| *seconds > 0);
                self.limit = seconds.map(|seconds| Duration::from_secs(seconds.min(LONGEST.0))).or(self.limit);
            }
            Some(("attempts", value)) => {
                let rounds = value.parse::<u8>().ok().filter(|rounds| *rounds > 0);
                self.rounds = rounds.map(|rounds| rounds.min(LONGEST.1)).or(self.rounds);
            }
            _ => {}
        }
    }
}

/// `192.0.2.53`, `2001:db8::53`, `fe80::1%2`. A scope by the name of its interface is not understood.
fn address(word: &str) -> Option<SocketAddr> {
    let (address, scope) = word.split_once('%').map_or((word, None), |(address, scope)| (address, Some(scope)));
    match (address.parse().ok()?, scope) {
        (IpAddr::V6(ip), Some(scope)) => Some(SocketAddrV6::new(ip, 53, 0, scope.parse().ok()?).into()),
        (_, Some(_)) => None,
        (ip, None) => Some(SocketAddr::new(ip, 53)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_as_glibc_reads_them() {
        for (text, servers, limit, rounds) in [
            ("", "127.0.0.1:53", None, None),
            ("# nameserver 192.0.2.1\n; nameserver 192.0.2.2\nsearch example.org\n", "127.0.0.1:53", None, None),
            ("nameserver 192.0.2.1\nnameserver\t2001:db8::1 # second\n", "192.0.2.1:53 [2001:db8::1]:53", None, None),
            ("nameserver fe80::1%2\nnameserver fe80::1%eth0\nnameserver 192.0.2.1%1", "[fe80::1%2]:53", None, None),
            (
                "nameserver 192.0.2.1\nnameserver x\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4",
                "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53",
                None,
                None,
            ),
            ("nameserver 192.0.2.1\noptions ndots:2 timeout:1 attempts:4 rotate", "192.0.2.1:53", Some(1), Some(4)),
            ("nameserver 192.0.2.1\noptions timeout:99 attempts:99", "192.0.2.1:53", Some(30), Some(5)),
            ("nameserver 192.0.2.1\noptions timeout:0 attempts: timeout:x", "192.0.2.1:53", None, None),
        ] {
            let system = parse(text);
            let shown: Vec<String> = system.servers.iter().map(ToString::to_string).collect();
            assert_eq!(shown.join(" "), servers, "{text}");
            assert_eq!((system.limit, system.rounds), (limit.map(Duration::from_secs), rounds), "{text}");
        }
    }
}
