//! The DNS of the practice world: authoritative for its zones, on a loopback port, for as long as the task lives.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use hickory_proto::serialize::txt::Parser;
use hickory_server::Server;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;

/// The zone files, as they lie in `assets/practice/zones`.
const ZONES: [(&str, &str); 4] = [
    ("example.test", include_str!("../../assets/practice/zones/example.test.zone")),
    ("example.net", include_str!("../../assets/practice/zones/example.net.zone")),
    ("2.0.192.in-addr.arpa", include_str!("../../assets/practice/zones/2.0.192.in-addr.arpa.zone")),
    ("8.b.d.0.1.0.0.2.ip6.arpa", include_str!("../../assets/practice/zones/8.b.d.0.1.0.0.2.ip6.arpa.zone")),
];
/// An idle TCP connection is closed after this long.
const IDLE: Duration = Duration::from_secs(5);
/// Answers that may wait for a slow TCP reader.
const WAITING_ANSWERS: usize = 16;

/// Serves the practice zones on `127.0.0.1`, with one port number for UDP and TCP. Aborting the task ends it.
///
/// # Errors
/// A zone file cannot be read, or no loopback port is free.
pub async fn serve() -> anyhow::Result<(SocketAddr, JoinHandle<()>)> {
    let (udp, tcp, address) = bind().await.context("cannot open a loopback port for the practice zones")?;
    let mut server = Server::new(catalog()?);
    server.register_socket(udp);
    server.register_listener(tcp, IDLE, WAITING_ANSWERS);
    #[expect(clippy::disallowed_methods, reason = "tasks start in this room")]
    let task = tokio::spawn(async move {
        // The server ends when the task is aborted; until then it has nothing to report.
        let _ = server.block_until_done().await;
    });
    Ok((address, task))
}

/// The zones, ready to be asked.
fn catalog() -> anyhow::Result<Catalog> {
    let mut catalog = Catalog::new();
    for (name, text) in ZONES {
        let (origin, records) =
            Parser::new(text, None, None).parse().with_context(|| format!("cannot read the zone {name}"))?;
        let zone: InMemoryZoneHandler =
            InMemoryZoneHandler::new(origin.clone(), records, ZoneType::Primary, AxfrPolicy::Deny)
                .map_err(|why| anyhow!("the zone {name} cannot be served: {why}"))?;
        catalog.upsert(origin.into(), vec![Arc::new(zone)]);
    }
    Ok(catalog)
}

/// A UDP socket and a TCP listener on the same port.
async fn bind() -> io::Result<(UdpSocket, TcpListener, SocketAddr)> {
    // The port that TCP is given may be taken for UDP: another one is tried then.
    let mut last = io::Error::other("no port was tried");
    for _ in 0..8 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = tcp.local_addr()?;
        match UdpSocket::bind(address).await {
            Ok(udp) => return Ok((udp, tcp, address)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::diagnosis::dns::{QueryOptions, Resolver};
    use crate::diagnosis::survey::Survey;
    use crate::net::clock::Clock;
    use crate::net::practice::Practice;
    use crate::net::resolver::Client;
    use crate::net::trust::Trust;

    #[tokio::test]
    async fn every_lesson_of_the_zones_shows_its_point() {
        let clock = Clock::start();
        let world = Some(Practice::start(clock).await.unwrap());
        let client = Client { clock, trust: Arc::new(Trust::new(None)), world };
        for (domain, best, part) in [
            ("example.test", Some("mx1.example.test"), "names another host"),
            ("example.net", Some("mx.example.net"), "suspect"),
            ("nomx.example.test", Some("nomx.example.test"), "the domain's own address"),
            ("nullmx.example.test", None, "null MX"),
            ("cname-mx.example.test", Some("alias.example.test"), "must not name an alias"),
            ("broken.example.test", None, "no MX of broken.example.test has an address"),
            ("gone.example.test", None, "does not exist"),
            ("ip-mx.example.test", None, "an address stands where a name must"),
            ("nomail.example.test", None, "neither an MX record nor an address"),
            ("twospf.example.test", Some("mx1.example.test"), "2 SPF records"),
            ("big.example.test", Some("mx1.example.test"), "all other senders fail"),
            ("missing.example.test", None, "NXDOMAIN"),
            ("192.0.2.143", Some("192.0.2.143"), "confirmed"),
            ("2001:db8::25", Some("2001:db8::25"), "confirmed"),
        ] {
            let mut survey = Survey::new(domain);
            while !survey.is_done() {
                for query in survey.questions() {
                    survey.answered(client.ask(&query, &Resolver::System, &QueryOptions::default()).await);
                }
            }
            assert_eq!(survey.best().map(|to| to.host).as_deref(), best, "{domain}");
            assert_eq!(survey.targets().is_empty(), best.is_none(), "{domain}");
            let findings = survey.findings();
            let told = |part: &str| findings.iter().any(|f| f.says.contains(part));
            assert!(told(part), "{domain}: {findings:#?}");
        }
    }
}
