//! The DNS of the practice world: authoritative for its zones, and at the same time the resolver that asks for them, on
//! loopback ports for as long as its tasks live.
//!
//! The zones are text in `assets/practice/zones`. What no zone file can say is staged in [`reply`] (refusals, silence,
//! forgery) and in [`sign`] (signatures that are broken, expired or missing); the zone files tell of it in their
//! comments. The messages are written by hickory's codec and the signatures made by hickory's signer, so that what this
//! program reads and checks by itself is first written by somebody else.

mod denial;
mod reply;
mod serve;
mod sign;
mod store;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context as _;
use hickory_proto::rr::{Name, Record as WireRecord};
use rustls::ServerConfig;
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

use self::serve::{Manner, connections, datagrams};
use self::sign::Keys;
use self::store::{Zone, Zones};
use super::authority::Authority;
use crate::diagnosis::dns::{Record, Value};

/// How a zone is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signing {
    None,
    /// With NSEC, and nobody above vouches for it: an island of security (RFC 4033 §2), for which there is an anchor.
    Island,
    /// With NSEC3, and its parent vouches for it.
    Child,
    /// Its parent vouches for another key.
    Mismatch,
}

/// A zone of which one server has an old copy.
const LAGGING: &str = "lagging.example.test";
/// That copy.
const OLD: &str = include_str!("../../../assets/practice/zones/lagging.example.test.old.zone");

/// The zone files, as they lie in `assets/practice/zones`; a signed parent stands before its children.
const ZONES: [(&str, Signing, &str); 9] = [
    (LAGGING, Signing::None, include_str!("../../../assets/practice/zones/lagging.example.test.zone")),
    ("example.test", Signing::None, include_str!("../../../assets/practice/zones/example.test.zone")),
    ("example.net", Signing::None, include_str!("../../../assets/practice/zones/example.net.zone")),
    ("2.0.192.in-addr.arpa", Signing::None, include_str!("../../../assets/practice/zones/2.0.192.in-addr.arpa.zone")),
    (
        "8.b.d.0.1.0.0.2.ip6.arpa",
        Signing::None,
        include_str!("../../../assets/practice/zones/8.b.d.0.1.0.0.2.ip6.arpa.zone"),
    ),
    ("signed.example.test", Signing::Island, include_str!("../../../assets/practice/zones/signed.example.test.zone")),
    (
        "child.signed.example.test",
        Signing::Child,
        include_str!("../../../assets/practice/zones/child.signed.example.test.zone"),
    ),
    (
        "mismatch.signed.example.test",
        Signing::Mismatch,
        include_str!("../../../assets/practice/zones/mismatch.signed.example.test.zone"),
    ),
    (
        "unsigned.signed.example.test",
        Signing::None,
        include_str!("../../../assets/practice/zones/unsigned.signed.example.test.zone"),
    ),
];

/// The name servers of the practice world.
const SERVERS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53)), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 54))];
/// A name server that serves nothing: the one of `lame.example.test`.
const LAME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 55));
/// A name server with an old copy of [`LAGGING`].
const BEHIND: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 56));
/// The names for which its certificate is good.
const NAMES: [&str; 3] = ["ns1.example.test", "ns1.example.net", "192.0.2.53"];

/// The running DNS of the practice world. Dropping it ends its tasks.
pub(crate) struct PracticeDns {
    /// Where UDP and TCP are served.
    pub(crate) address: SocketAddr,
    /// Virtual addresses and the loopback ports behind them.
    pub(crate) doors: Vec<(SocketAddr, SocketAddr)>,
    /// The DS records of the keys that are to be trusted.
    pub(crate) anchors: Vec<Record>,
    _tasks: JoinSet<()>,
}

/// Serves the practice zones, with signatures made at `now`, in seconds since 1970.
///
/// # Errors
/// A zone file cannot be read or signed, or no loopback port is free.
pub(crate) async fn start(authority: &Authority, now: i64) -> anyhow::Result<PracticeDns> {
    let (zones, anchors) = zones(now)?;
    let mut old = zones.clone();
    old.0.retain(|zone| zone.origin != Name::from_ascii(LAGGING).unwrap_or_default());
    old.0.push(Zone::read(LAGGING, OLD)?);
    let zones = Arc::new(zones);
    let failed = "cannot open a loopback port for the practice zones";
    let (udp, tcp, address) = serve::bind().await.context(failed)?;
    let (lame_udp, lame_tcp, lame) = serve::bind().await.context(failed)?;
    let mut doors = vec![(SocketAddr::new(LAME, 53), lame)];
    let mut tasks = JoinSet::new();
    plain(&mut tasks, udp, tcp, &zones);
    plain(&mut tasks, lame_udp, lame_tcp, &Arc::new(Zones(Vec::new())));
    let (old_udp, old_tcp, behind) = serve::bind().await.context(failed)?;
    plain(&mut tasks, old_udp, old_tcp, &Arc::new(old));
    doors.push((SocketAddr::new(BEHIND, 53), behind));
    for server in SERVERS {
        doors.push((SocketAddr::new(server, 53), address));
    }
    let config = authority.server(&NAMES)?;
    for (port, alpn, manner) in [
        (853, b"dot".as_slice(), Manner::Tls as fn(Arc<ServerConfig>) -> Manner),
        (443, b"h2", Manner::Https as fn(Arc<ServerConfig>) -> Manner),
    ] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context(failed)?;
        let real = listener.local_addr().context(failed)?;
        doors.extend(SERVERS.map(|server| (SocketAddr::new(server, port), real)));
        let mut config = ServerConfig::clone(&config);
        config.alpn_protocols = vec![alpn.to_vec()];
        tasks.spawn(connections(listener, Arc::clone(&zones), manner(Arc::new(config))));
    }
    Ok(PracticeDns { address, doors, anchors, _tasks: tasks })
}

fn plain(tasks: &mut JoinSet<()>, udp: UdpSocket, tcp: TcpListener, zones: &Arc<Zones>) {
    tasks.spawn(datagrams(udp, Arc::clone(zones)));
    tasks.spawn(connections(tcp, Arc::clone(zones), Manner::Plain));
}

/// The zones, read and signed, and the anchors of those that nobody vouches for.
fn zones(now: i64) -> anyhow::Result<(Zones, Vec<Record>)> {
    let mut zones = Vec::new();
    let mut vouched: Vec<WireRecord> = Vec::new();
    let mut anchors = Vec::new();
    // Children first: their parents sign what vouches for them.
    for (name, signing, text) in ZONES.into_iter().rev() {
        let mut zone = Zone::read(name, text)?;
        let own = |ds: &WireRecord| ds.name.base_name() == zone.origin;
        let children: Vec<WireRecord> = vouched.iter().filter(|ds| own(ds)).cloned().collect();
        children.into_iter().for_each(|ds| zone.insert(ds));
        let keys = Keys::new()?;
        match signing {
            Signing::None => {}
            Signing::Island => anchors.push(plain_ds(&zone.origin, &keys)?),
            Signing::Child => vouched.push(keys.ds(&zone.origin)?),
            Signing::Mismatch => vouched.push(Keys::new()?.ds(&zone.origin)?),
        }
        if signing != Signing::None {
            sign::sign(&mut zone, &keys, signing == Signing::Child, now)?;
        }
        zones.push(zone);
    }
    Ok((Zones(zones), anchors))
}

/// A DS record as a plain value.
fn plain_ds(zone: &Name, keys: &Keys) -> anyhow::Result<Record> {
    use hickory_proto::dnssec::rdata::DNSSECRData;
    use hickory_proto::rr::RData;

    let RData::DNSSEC(DNSSECRData::DS(ds)) = keys.ds(zone)?.data else { anyhow::bail!("a DS record is none") };
    let value = Value::Ds {
        key_tag: ds.key_tag(),
        algorithm: ds.algorithm().into(),
        digest_type: ds.digest_type().into(),
        digest: ds.digest().to_vec(),
    };
    Ok(Record { name: zone.to_ascii().trim_end_matches('.').to_owned(), ttl: 3600, value })
}

#[cfg(test)]
mod tests;
