//! Four of Debian's BIND on loopback, below a root of their own, once for the whole test process.
//!
//! ```text
//! authority   ., test, good.test, signed.test and its children, reverse zones …
//! secondary   stale.test with older answers; lame.test leads here in vain
//! views       views.test, with another answer for a client at ::1
//! resolver    asks the others from the root down, and validates
//! ```
//!
//! The authority and the secondary have one port on the two addresses of loopback, so that the root's delegations lead
//! to either. All ports are high ones: none of them needs root.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ehlo::diagnosis::dns::{Record, Value};
use ehlo::diagnosis::dnssec::Anchor;

use crate::asker;
use crate::keeper::{Keeper, SBIN, Use, directory, installed, shared};
use crate::zones::{self, Places};

/// What runs, and what it logs.
const SERVERS: [&str; 4] = ["authority", "secondary", "views", "resolver"];
const LOGS: [&str; 4] = ["authority.out", "secondary.out", "views.out", "resolver.out"];

/// The running servers.
pub(crate) struct Nameservers {
    pub(crate) places: Places,
    /// The DS record of the root, in the words of a zone file behind `DS`.
    pub(crate) anchor: String,
    keeper: Keeper,
}

/// Starts the servers on the first call and gives them to the test.
pub(crate) fn nameservers() -> Use<Nameservers> {
    static SERVERS: OnceLock<Result<Nameservers, String>> = OnceLock::new();
    shared(&SERVERS, Nameservers::start, |servers| &servers.keeper)
}

impl Nameservers {
    /// The file from which `delv` takes what it trusts.
    pub(crate) fn anchors_file(&self) -> PathBuf {
        self.keeper.dir.join("anchors.conf")
    }

    /// A line as it is typed, with `@authority` and the like turned into an address and its port.
    pub(crate) fn line(&self, line: &str) -> String {
        let words = line.split_whitespace().map(|word| match word.strip_prefix('@') {
            Some(name) => {
                let at = self.places.named(name).unwrap_or_else(|| panic!("{line}: who is {word}?"));
                format!("@{} -p {}", at.ip(), at.port())
            }
            None => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// The key of the root, which nobody vouches for.
    pub(crate) fn anchors(&self) -> Vec<Anchor> {
        let words: Vec<&str> = self.anchor.split_whitespace().collect();
        let [key_tag, algorithm, digest_type, digest] = words.as_slice() else { panic!("{}", self.anchor) };
        let digest = (0..digest.len() / 2).map(|at| u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).unwrap());
        let value = Value::Ds {
            key_tag: key_tag.parse().unwrap(),
            algorithm: algorithm.parse().unwrap(),
            digest_type: digest_type.parse().unwrap(),
            digest: digest.collect(),
        };
        vec![Anchor::of(&Record { name: String::new(), ttl: 0, value }).expect("a DS record")]
    }

    fn start() -> Result<Self, String> {
        installed(&["named"])?;
        let places = places()?;
        let dir = directory()?;
        let anchor = zones::write(&dir, &places).map_err(|error| format!("cannot write the zones: {error}"))?;
        let keeper = Keeper::start(dir, &SERVERS, &LOGS)?;
        let servers = Self { places, anchor, keeper };
        // Each answers for its zone, and the resolver finds its way down from the root.
        for line in [
            "soa . @authority",
            "soa stale.test @secondary",
            "soa views.test @inside",
            "soa views.test @outside",
            "soa test @resolver",
        ] {
            let asked = servers.line(&format!("{line} +time=1"));
            servers
                .keeper
                .wait_for(&format!("an answer to \"{line}\""), || {
                    asker::answer(&asked).reply.ok().filter(|response| !response.answers.is_empty())
                })
                .map_err(|reason| servers.keeper.explained(&reason))?;
        }
        Ok(servers)
    }
}

/// Ports that are free on both addresses of loopback, and an address of this process alone.
fn places() -> Result<Places, String> {
    let [.., high, low] = std::process::id().to_be_bytes();
    let nobody = Ipv4Addr::new(127, 121, high, low.clamp(1, 254));
    // All are held until all are found, so that no port comes twice.
    let mut held = Vec::new();
    let mut port = || {
        for _ in 0..20 {
            let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("no free port: {error}"))?;
            let port = four.local_addr().map_err(|error| error.to_string())?.port();
            let six = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
            let udp = |ip: IpAddr| UdpSocket::bind((ip, port)).is_ok();
            held.push(four);
            if six.is_ok() && udp(Ipv4Addr::LOCALHOST.into()) && udp(Ipv6Addr::LOCALHOST.into()) && udp(nobody.into()) {
                return Ok(port);
            }
        }
        Err("no port is free on both 127.0.0.1 and ::1".to_owned())
    };
    Ok(Places { port: port()?, resolver: port()?, views: port()?, nobody })
}

/// Runs one of BIND's programs and gives what it prints.
pub(crate) fn run(program: &str, arguments: &[&str], dir: &Path) -> std::io::Result<String> {
    let sbin = Path::new(SBIN).join(program);
    let program = if sbin.exists() { sbin } else { PathBuf::from(program) };
    let output = Command::new(&program).args(arguments).current_dir(dir).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(std::io::Error::other(format!("{} {}: {said}", program.display(), arguments.join(" "))))
}
