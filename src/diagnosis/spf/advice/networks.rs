//! The addresses that are named: too many, the wrong ones, or not the ones that were meant.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::written::quoted;
use super::{Notes, few};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::name::{network4, network6, same_network};
use crate::diagnosis::spf::record::{Record, Term};
use crate::diagnosis::spf::term::{Mechanism, Qualifier};

/// A network with fewer bits than these is larger than most senders need.
const WIDE: (u8, u8) = (16, 32);

/// Addresses that no mail from the internet comes from (RFC 6890).
const INNER: [(IpAddr, u8); 9] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
];

/// Judges `ip4` and `ip6`, and the prefix lengths of `a` and `mx`.
pub(super) fn judge(notes: &mut Notes, record: &Record) {
    let (mut host_bits, mut alone, mut inner, mut wide) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (term, sign, mechanism) in record.directives() {
        let (ip, bits, full) = match mechanism {
            Mechanism::Ip4(ip, bits) => (Some(IpAddr::V4(*ip)), *bits, 32),
            Mechanism::Ip6(ip, bits) => (Some(IpAddr::V6(*ip)), *bits, 128),
            Mechanism::A(_, cidr) | Mechanism::Mx(_, cidr) if cidr.v4 < WIDE.0 => (None, cidr.v4, 32),
            Mechanism::A(_, cidr) | Mechanism::Mx(_, cidr) => (None, cidr.v6, 128),
            _ => continue,
        };
        let least = if full == 32 { WIDE.0 } else { WIDE.1 };
        if bits < least && sign == Qualifier::Pass {
            wide.push((term, bits, full));
        }
        let Some(ip) = ip else { continue };
        let network = match ip {
            IpAddr::V4(ip) => IpAddr::V4(network4(ip, bits)),
            IpAddr::V6(ip) => IpAddr::V6(network6(ip, bits)),
        };
        if network != ip {
            host_bits.push((term, network, bits));
        }
        if matches!(ip, IpAddr::V4(ip) if bits == 32 && ip.octets()[3] == 0) {
            alone.push((term, ip));
        }
        if INNER.iter().any(|(inner, least)| bits >= *least && same_network(ip, *inner, *least)) {
            inner.push(term);
        }
    }
    too_wide(notes, record, wide);
    misread(notes, record, host_bits, alone);
    few(inner, |term, tail| {
        let says = format!("{} is an address that no mail from the internet comes from{tail}", quoted(record, term));
        notes.add(Severity::Note, Some(term.column), says, "name the address that receivers see");
    });
}

fn too_wide(notes: &mut Notes, record: &Record, terms: Vec<(&Term, u8, u8)>) {
    few(terms, |(term, bits, full), tail| {
        let (severity, who) = if bits == 0 {
            (Severity::Fault, format!("every client with an IPv{} address", if full == 32 { 4 } else { 6 }))
        } else {
            (Severity::Warning, format!("2^{} addresses", full - bits))
        };
        let says = format!("{} lets {who} send in this name{tail}", quoted(record, term));
        notes.add(severity, Some(term.column), says, "name the senders more narrowly");
    });
}

fn misread(notes: &mut Notes, record: &Record, host_bits: Vec<(&Term, IpAddr, u8)>, alone: Vec<(&Term, IpAddr)>) {
    let mended = notes.suggestion.clone();
    few(host_bits, |(term, network, bits), tail| {
        let says = format!(
            "{} is a host with a prefix length: receivers take it for the network {network}/{bits}{tail}",
            quoted(record, term)
        );
        let next = "leave out the prefix length if the one host is meant";
        notes.mend(Severity::Warning, Some(term.column), says, next, mended.clone());
    });
    few(alone, |(term, ip), tail| {
        let says = format!("{} names the one address {ip}, which is rarely a host{tail}", quoted(record, term));
        let next = format!("if the network is meant, write ip4:{ip}/24");
        notes.add(Severity::Warning, Some(term.column), says, next);
    });
}
