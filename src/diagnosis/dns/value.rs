//! What a record says.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::form::{self, dotted};
use super::kind::RecordType;
use super::name::WireName;
use super::reader::{Fault, Reader};
use super::text;

/// What one record says: the types that a diagnosis reads in parts, all others as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// Mail exchange. Exchange `.` (the empty string here) with preference 0 is the null MX of RFC 7505.
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// A-label form, no trailing dot.
        exchange: String,
    },
    /// The character strings, not joined.
    Txt(Vec<Vec<u8>>),
    /// Reverse name.
    Ptr(String),
    /// Service. Target `.` (the empty string here): decidedly not offered (RFC 2782).
    Srv {
        /// Lower is tried first.
        priority: u16,
        /// Share among equals.
        weight: u16,
        /// TCP port.
        port: u16,
        /// Host, no trailing dot.
        target: String,
    },
    /// Alias.
    Cname(String),
    /// Authoritative server.
    Ns(String),
    /// Start of authority (RFC 1035 §3.3.13).
    Soa {
        /// Primary server.
        primary: String,
        /// Mailbox of whoever is responsible, its `@` written as a dot.
        mailbox: String,
        /// Serial number.
        serial: u32,
        /// Seconds between a secondary's looks at the serial number.
        refresh: u32,
        /// Seconds until it looks again after a failure.
        retry: u32,
        /// Seconds after which it stops answering without the primary.
        expire: u32,
        /// Seconds that the lack of a record may be kept (RFC 2308 §4).
        minimum: u32,
    },
    /// Certificate association (RFC 6698 §2.1).
    Tlsa {
        /// 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218).
        usage: u8,
        /// 0 the whole certificate, 1 its public key.
        selector: u8,
        /// 0 the data itself, 1 its SHA-256, 2 its SHA-512.
        matching: u8,
        /// What is compared.
        data: Vec<u8>,
    },
    /// Which authorities may issue certificates (RFC 8659 §4).
    Caa {
        /// 128: an authority that does not know the tag must not issue.
        flags: u8,
        /// `issue`, `issuewild`, `iodef`, `issuemail`.
        tag: String,
        /// As it stands.
        value: Vec<u8>,
    },
    /// Digest of a child's key (RFC 4034 §5).
    Ds {
        /// Which key.
        key_tag: u16,
        /// What the key signs with ([`super::algorithm_name`]).
        algorithm: u8,
        /// 1 SHA-1, 2 SHA-256, 4 SHA-384.
        digest_type: u8,
        /// The digest.
        digest: Vec<u8>,
    },
    /// Key of a zone (RFC 4034 §2).
    Dnskey {
        /// 256 zone key, 1 secure entry point, 128 revoked (RFC 5011).
        flags: u16,
        /// 3.
        protocol: u8,
        /// What it signs with.
        algorithm: u8,
        /// The public key.
        key: Vec<u8>,
        /// Its number in DS and RRSIG records (RFC 4034 Appendix B).
        key_tag: u16,
    },
    /// Signature of the records of one name and type (RFC 4034 §3).
    Rrsig {
        /// The type whose records are signed.
        covered: RecordType,
        /// What it is signed with.
        algorithm: u8,
        /// Labels of the owner, without a wildcard's.
        labels: u8,
        /// Seconds in the zone.
        original_ttl: u32,
        /// Seconds since 1970 until which it is valid.
        expiration: u32,
        /// Seconds since 1970 from which on it is valid.
        inception: u32,
        /// Which key.
        key_tag: u16,
        /// The zone whose key it is.
        signer: String,
        /// The signature.
        signature: Vec<u8>,
    },
    /// Any other type, written as dig does.
    Other {
        /// The type.
        kind: RecordType,
        /// Printable ASCII.
        text: String,
    },
}

impl Value {
    /// The type of this record.
    #[must_use]
    pub const fn kind(&self) -> RecordType {
        match self {
            Self::A(_) => RecordType::A,
            Self::Aaaa(_) => RecordType::Aaaa,
            Self::Mx { .. } => RecordType::Mx,
            Self::Txt(_) => RecordType::Txt,
            Self::Ptr(_) => RecordType::Ptr,
            Self::Srv { .. } => RecordType::Srv,
            Self::Cname(_) => RecordType::Cname,
            Self::Ns(_) => RecordType::Ns,
            Self::Soa { .. } => RecordType::Soa,
            Self::Tlsa { .. } => RecordType::Tlsa,
            Self::Caa { .. } => RecordType::Caa,
            Self::Ds { .. } => RecordType::Ds,
            Self::Dnskey { .. } => RecordType::Dnskey,
            Self::Rrsig { .. } => RecordType::Rrsig,
            Self::Other { kind, .. } => *kind,
        }
    }

    /// Reads RDATA.
    ///
    /// # Errors
    /// It is not RDATA of this type.
    pub(super) fn read(kind: RecordType, reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let value = match kind {
            RecordType::A => Self::A(Ipv4Addr::from_bits(reader.u32("an address")?)),
            RecordType::Aaaa => Self::Aaaa(form::v6(reader)?),
            RecordType::Mx => Self::Mx { preference: reader.u16("the preference")?, exchange: name(reader)? },
            RecordType::Txt => Self::Txt(form::strings(reader)?.into_iter().map(<[u8]>::to_vec).collect()),
            RecordType::Ptr => Self::Ptr(name(reader)?),
            RecordType::Srv => Self::Srv {
                priority: reader.u16("the priority")?,
                weight: reader.u16("the weight")?,
                port: reader.u16("the port")?,
                target: name(reader)?,
            },
            RecordType::Cname => Self::Cname(name(reader)?),
            RecordType::Ns => Self::Ns(name(reader)?),
            RecordType::Soa => Self::Soa {
                primary: name(reader)?,
                mailbox: name(reader)?,
                serial: reader.u32("the serial number")?,
                refresh: reader.u32("a time")?,
                retry: reader.u32("a time")?,
                expire: reader.u32("a time")?,
                minimum: reader.u32("a time")?,
            },
            RecordType::Tlsa => Self::Tlsa {
                usage: reader.u8("the usage")?,
                selector: reader.u8("the selector")?,
                matching: reader.u8("the matching type")?,
                data: reader.rest().to_vec(),
            },
            RecordType::Caa => {
                Self::Caa { flags: reader.u8("the flags")?, tag: form::word(reader)?, value: reader.rest().to_vec() }
            }
            RecordType::Ds => Self::Ds {
                key_tag: reader.u16("the key tag")?,
                algorithm: reader.u8("the algorithm")?,
                digest_type: reader.u8("the digest type")?,
                digest: reader.rest().to_vec(),
            },
            RecordType::Dnskey => {
                let key_tag = key_tag(reader.clone().rest());
                Self::Dnskey {
                    flags: reader.u16("the flags")?,
                    protocol: reader.u8("the protocol")?,
                    algorithm: reader.u8("the algorithm")?,
                    key: reader.rest().to_vec(),
                    key_tag,
                }
            }
            RecordType::Rrsig => Self::Rrsig {
                covered: RecordType::of(reader.u16("the type covered")?),
                algorithm: reader.u8("the algorithm")?,
                labels: reader.u8("the labels")?,
                original_ttl: reader.u32("a time")?,
                expiration: reader.u32("a time")?,
                inception: reader.u32("a time")?,
                key_tag: reader.u16("the key tag")?,
                signer: name(reader)?,
                signature: reader.rest().to_vec(),
            },
            other => Self::Other { kind: other, text: form::present(other, reader)? },
        };
        reader.end()?;
        Ok(value)
    }
}

fn name(reader: &mut Reader<'_>) -> Result<String, Fault> {
    Ok(WireName::read(reader)?.text())
}

/// The number by which DS and RRSIG records name a key: a checksum of its RDATA (RFC 4034 Appendix B).
///
/// RSA/MD5 (algorithm 1) counts differently (Appendix B.1), and must not be used any more (RFC 8624 §3.1).
pub(in crate::diagnosis) fn key_tag(rdata: &[u8]) -> u16 {
    let (pairs, last) = rdata.as_chunks::<2>();
    let words = pairs.iter().map(|pair| u32::from(u16::from_be_bytes(*pair)));
    let sum: u32 = words.sum::<u32>() + last.first().map_or(0, |octet| u32::from(*octet) << 8);
    // Only the carry of the sum is added, not of the addition.
    (sum.wrapping_add(sum >> 16 & 0xffff) & 0xffff) as u16
}

/// As dig writes it, without the dots at the end of names. Printable ASCII.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(ip) => write!(f, "{ip}"),
            Self::Aaaa(ip) => write!(f, "{ip}"),
            Self::Mx { preference, exchange } => write!(f, "{preference} {}", dotted(exchange)),
            Self::Txt(strings) => {
                let quoted: Vec<String> = strings.iter().map(|string| text::quoted(string)).collect();
                f.write_str(&quoted.join(" "))
            }
            Self::Ptr(name) | Self::Cname(name) | Self::Ns(name) => f.write_str(&dotted(name)),
            Self::Srv { priority, weight, port, target } => {
                write!(f, "{priority} {weight} {port} {}", dotted(target))
            }
            Self::Soa { primary, mailbox, serial, refresh, retry, expire, minimum } => {
                let (primary, mailbox) = (dotted(primary), dotted(mailbox));
                write!(f, "{primary} {mailbox} {serial} {refresh} {retry} {expire} {minimum}")
            }
            Self::Tlsa { usage, selector, matching, data } => {
                write!(f, "{usage} {selector} {matching} {}", text::hex(data))
            }
            Self::Caa { flags, tag, value } => write!(f, "{flags} {tag} {}", text::quoted(value)),
            Self::Ds { key_tag, algorithm, digest_type, digest } => {
                write!(f, "{key_tag} {algorithm} {digest_type} {}", text::hex(digest))
            }
            Self::Dnskey { flags, protocol, algorithm, key, .. } => {
                write!(f, "{flags} {protocol} {algorithm} {}", text::base64(key))
            }
            Self::Rrsig {
                covered,
                algorithm,
                labels,
                original_ttl,
                expiration,
                inception,
                key_tag,
                signer,
                signature,
            } => {
                let (expiration, inception) = (text::time(*expiration), text::time(*inception));
                write!(f, "{covered} {algorithm} {labels} {original_ttl} {expiration} {inception} {key_tag} ")?;
                write!(f, "{} {}", dotted(signer), text::base64(signature))
            }
            Self::Other { text, .. } => f.write_str(text),
        }
    }
}

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The owner name, no trailing dot.
    pub name: String,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// What it says.
    pub value: Value,
}
