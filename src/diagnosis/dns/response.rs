//! A response as plain values.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::code::rcode_name;
use super::kind::RecordType;
use super::message::{Entry, IN, Message};
use super::reader::{Fault, Reader};
use super::value::{Record, Value};
use super::{Query, Subnet, text};

/// Octets of names and texts that one response may unpack to. Compression makes much out of little.
const UNPACKED: usize = 512 << 10;

/// The header flags of a response, by dig's names (RFC 1035 §4.1.1, RFC 4035 §3.1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// A response, not a question.
    pub qr: bool,
    /// Authoritative answer.
    pub aa: bool,
    /// Truncated.
    pub tc: bool,
    /// Recursion desired.
    pub rd: bool,
    /// Recursion available.
    pub ra: bool,
    /// The bit that must be zero.
    pub z: bool,
    /// Authentic data: the resolver says it validated DNSSEC.
    pub ad: bool,
    /// Checking disabled: the resolver was asked not to validate.
    pub cd: bool,
}

impl Flags {
    const fn of(bits: u16) -> Self {
        Self {
            qr: bits & 0x8000 != 0,
            aa: bits & 0x0400 != 0,
            tc: bits & 0x0200 != 0,
            rd: bits & 0x0100 != 0,
            ra: bits & 0x0080 != 0,
            z: bits & 0x0040 != 0,
            ad: bits & 0x0020 != 0,
            cd: bits & 0x0010 != 0,
        }
    }

    /// The names of those that are set, in the order of the bits.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            (self.qr, "qr"),
            (self.aa, "aa"),
            (self.tc, "tc"),
            (self.rd, "rd"),
            (self.ra, "ra"),
            (self.z, "z"),
            (self.ad, "ad"),
            (self.cd, "cd"),
        ];
        all.into_iter().filter_map(|(set, name)| set.then_some(name)).collect()
    }
}

/// What the OPT record of a response says (RFC 6891 §6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edns {
    /// 0.
    pub version: u8,
    /// The largest datagram the server takes, in octets.
    pub payload: u16,
    /// DO: it sends DNSSEC records (RFC 3225).
    pub dnssec_ok: bool,
    /// What the server calls itself (RFC 5001). Its own business, and not always text.
    pub nsid: Option<Vec<u8>>,
    /// The client's network, and how much of it the answer is for (RFC 7871 §6).
    pub subnet: Option<(Subnet, u8)>,
    /// Why there is no better answer (RFC 8914).
    pub errors: Vec<ExtendedError>,
    /// Other options: their codes and octets.
    pub others: Vec<(u16, Vec<u8>)>,
}

/// An extended error (RFC 8914 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedError {
    /// The code, whose name [`super::extended_error_name`] tells.
    pub code: u16,
    /// More, for people. From the wire.
    pub text: String,
}

/// A DNS response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The number that question and response share.
    pub id: u16,
    /// 0 QUERY ([`super::opcode_name`]).
    pub opcode: u8,
    /// RFC 1035 §4.1.1 and RFC 6895, with the bits EDNS adds: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    pub rcode: u16,
    /// Header flags.
    pub flags: Flags,
    /// The question it repeats.
    pub questions: Vec<Query>,
    /// The answer section, aliases included, in the order it came.
    pub answers: Vec<Record>,
    /// The authority section.
    pub authority: Vec<Record>,
    /// The additional section, without its OPT record.
    pub additional: Vec<Record>,
    /// The OPT record.
    pub edns: Option<Edns>,
    /// Octets behind the end of the message.
    pub extra: usize,
}

impl Response {
    /// Reads a message as far as that goes. The second value says what is wrong first: a record that is not of its type
    /// is shown as it is, and reading goes on behind it; behind anything else it ends.
    #[must_use]
    pub fn read(octets: &[u8]) -> (Self, Option<Fault>) {
        let message = Message::read(octets);
        let mut response = Self {
            id: message.id,
            opcode: message.opcode(),
            rcode: message.rcode(),
            flags: Flags::of(message.bits),
            questions: message.questions.iter().map(super::message::Asked::query).collect(),
            extra: message.extra,
            ..Self::default()
        };
        let mut fault: Option<Fault> = None;
        let mut unpacked = 0;
        let [answers, authority, additional] = message.sections;
        for (section, entries) in [answers, authority, additional].into_iter().enumerate() {
            for entry in entries {
                if entry.kind == RecordType::Opt {
                    let (edns, wrong) = edns(&entry);
                    response.rcode |= (entry.ttl >> 24 << 4) as u16;
                    if response.edns.replace(edns).is_some() {
                        fault = fault.or(Some(Fault::new(entry.data.at(), "a second OPT record")));
                    }
                    fault = fault.or(wrong);
                    continue;
                }
                let at = entry.data.at();
                let (record, wrong) = record(entry);
                fault = fault.or(wrong);
                unpacked += record.name.len() + record.value.weight();
                if unpacked > UNPACKED {
                    let why = format!("names and texts of more than {UNPACKED} octets");
                    return (response, fault.or(Some(Fault::new(at, why))));
                }
                match section {
                    0 => response.answers.push(record),
                    1 => response.authority.push(record),
                    _ => response.additional.push(record),
                }
            }
        }
        (response, fault.or(message.fault))
    }

    /// `NOERROR`, `NXDOMAIN` … or `RCODE24`.
    #[must_use]
    pub fn rcode_name(&self) -> String {
        rcode_name(self.rcode)
    }
}

fn record(entry: Entry<'_>) -> (Record, Option<Fault>) {
    let Entry { owner, kind, class, ttl, data } = entry;
    // What is not of the internet has its own meaning for each type.
    let read = if class == IN { Value::read(kind, &mut data.clone()) } else { Ok(foreign(kind, class, data.clone())) };
    let (value, fault) = match read {
        Ok(value) => (value, None),
        Err(fault) => {
            let why = format!("the {kind} record cannot be read: {}", fault.why);
            (Value::Other { kind, text: text::unknown(data.clone().rest()) }, Some(Fault::new(fault.at, why)))
        }
    };
    (Record { name: owner.text(), ttl, value }, fault)
}

/// A record of another class, `CH TXT "version"` being the one that is met.
fn foreign(kind: RecordType, class: u16, mut data: Reader<'_>) -> Value {
    let class = if class == 3 { "CH".to_owned() } else { format!("CLASS{class}") };
    let octets = data.clone().rest();
    let text = match kind {
        RecordType::Txt => super::form::present(kind, &mut data).unwrap_or_else(|_| text::unknown(octets)),
        _ => text::unknown(octets),
    };
    Value::Other { kind, text: format!("{class} {text}") }
}

/// The OPT record and what is wrong with it (RFC 6891 §6.1.2).
fn edns(entry: &Entry<'_>) -> (Edns, Option<Fault>) {
    let mut edns = Edns {
        version: (entry.ttl >> 16 & 0xff) as u8,
        payload: entry.class,
        dnssec_ok: entry.ttl & 0x8000 != 0,
        ..Edns::default()
    };
    let mut data = entry.data.clone();
    let mut read = || {
        while !data.is_done() {
            let code = data.u16("an option")?;
            let length = data.u16("an option")?;
            let mut value = data.part(usize::from(length), "an option")?;
            match code {
                3 => edns.nsid = Some(value.rest().to_vec()),
                8 => edns.subnet = Some(subnet(&mut value)?),
                15 => edns.errors.push(ExtendedError {
                    code: value.u16("the code of an extended error")?,
                    text: String::from_utf8_lossy(value.rest()).trim_end_matches('\0').to_owned(),
                }),
                other => edns.others.push((other, value.rest().to_vec())),
            }
        }
        Ok(())
    };
    let fault = read().err();
    (edns, fault)
}

/// The client's network and the scope of the answer (RFC 7871 §6).
fn subnet(value: &mut Reader<'_>) -> Result<(Subnet, u8), Fault> {
    let at = value.at();
    let family = value.u16("the family of a subnet")?;
    let (length, scope) = (value.u8("the length of a subnet")?, value.u8("the scope of a subnet")?);
    let given = value.rest();
    let mut octets = [0; 16];
    for (octet, given) in octets.iter_mut().zip(given) {
        *octet = *given;
    }
    let [a, b, c, d, ..] = octets;
    let (address, most) = match family {
        1 => (IpAddr::V4(Ipv4Addr::new(a, b, c, d)), 32),
        2 => (IpAddr::V6(Ipv6Addr::from(octets)), 128),
        _ => return Err(Fault::new(at, "a subnet of an unknown family")),
    };
    if length > most || given.len() != usize::from(length).div_ceil(8) {
        return Err(Fault::new(at, "a subnet whose address has not the octets of its length"));
    }
    Ok((Subnet { address, length }, scope))
}

impl Value {
    /// Octets of names and text in it, about.
    fn weight(&self) -> usize {
        match self {
            Self::Mx { exchange: name, .. }
            | Self::Ptr(name)
            | Self::Cname(name)
            | Self::Ns(name)
            | Self::Srv { target: name, .. }
            | Self::Rrsig { signer: name, .. }
            | Self::Other { text: name, .. } => name.len(),
            Self::Soa { primary, mailbox, .. } => primary.len() + mailbox.len(),
            _ => 0,
        }
    }
}
