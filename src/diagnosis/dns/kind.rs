//! Record types by their number and their name.

use std::borrow::Cow;
use std::fmt;

/// One table for the type, its number and its name, so that the three cannot drift apart.
macro_rules! record_types {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $name:literal,)+) => {
        /// The type of a record or a question (RFC 1035 §3.2.2, and the list of IANA).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RecordType {
            $($(#[$doc])* $variant,)+
            /// A type without a name here, by its number. [`RecordType::of`] makes it, and only for such a number.
            Other(u16),
        }

        impl RecordType {
            /// Every type with a name, in the order they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The type with this number.
            #[must_use]
            pub const fn of(number: u16) -> Self {
                match number {
                    $($number => Self::$variant,)+
                    other => Self::Other(other),
                }
            }

            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self {
                    $(Self::$variant => $number,)+
                    Self::Other(number) => number,
                }
            }

            /// The name as dig writes it: `MX`, and `TYPE65280` for a type without one (RFC 3597 §5).
            #[must_use]
            pub fn name(self) -> Cow<'static, str> {
                match self {
                    $(Self::$variant => Cow::Borrowed($name),)+
                    Self::Other(number) => Cow::Owned(format!("TYPE{number}")),
                }
            }
        }
    };
}

record_types! {
    /// IPv4 address (RFC 1035 §3.4.1).
    A = 1 "A",
    /// IPv6 address (RFC 3596).
    Aaaa = 28 "AAAA",
    /// Mail exchange (RFC 1035 §3.3.9).
    Mx = 15 "MX",
    /// Text: SPF, DKIM, DMARC and others (RFC 1035 §3.3.14).
    Txt = 16 "TXT",
    /// Reverse name (RFC 1035 §3.3.12).
    Ptr = 12 "PTR",
    /// Service location (RFC 2782, RFC 6186).
    Srv = 33 "SRV",
    /// Alias (RFC 1035 §3.3.1).
    Cname = 5 "CNAME",
    /// Authoritative server (RFC 1035 §3.3.11).
    Ns = 2 "NS",
    /// Start of authority (RFC 1035 §3.3.13).
    Soa = 6 "SOA",
    /// Certificate association for DANE (RFC 6698, RFC 7672).
    Tlsa = 52 "TLSA",
    /// Which authorities may issue certificates (RFC 8659).
    Caa = 257 "CAA",
    /// Digest of a child zone's key (RFC 4034 §5).
    Ds = 43 "DS",
    /// Key of a zone (RFC 4034 §2).
    Dnskey = 48 "DNSKEY",
    /// Signature of a set of records (RFC 4034 §3).
    Rrsig = 46 "RRSIG",
    /// The next name, in proof that there is none between (RFC 4034 §4).
    Nsec = 47 "NSEC",
    /// The next hashed name (RFC 5155 §3).
    Nsec3 = 50 "NSEC3",
    /// How a zone hashes its names (RFC 5155 §4).
    Nsec3param = 51 "NSEC3PARAM",
    /// Alias of a whole subtree (RFC 6672).
    Dname = 39 "DNAME",
    /// Where HTTPS is served and how (RFC 9460).
    Https = 65 "HTTPS",
    /// Where a service is and how it is spoken to (RFC 9460).
    Svcb = 64 "SVCB",
    /// Rewriting rules (RFC 3403).
    Naptr = 35 "NAPTR",
    /// Host and operating system (RFC 1035 §3.3.2, RFC 8482).
    Hinfo = 13 "HINFO",
    /// Fingerprint of an SSH key (RFC 4255).
    Sshfp = 44 "SSHFP",
    /// Geographic location (RFC 1876).
    Loc = 29 "LOC",
    /// SPF of the years in which it had a type of its own (RFC 7208 §3.1).
    Spf = 99 "SPF",
    /// Certificate of an S/MIME user (RFC 8162).
    Smimea = 53 "SMIMEA",
    /// OpenPGP key of a user (RFC 7929).
    Openpgpkey = 61 "OPENPGPKEY",
    /// Certificate (RFC 4398).
    Cert = 37 "CERT",
    /// The DS the child asks its parent for (RFC 7344).
    Cds = 59 "CDS",
    /// The key the child asks its parent to trust (RFC 7344).
    Cdnskey = 60 "CDNSKEY",
    /// What a parent shall copy from its child (RFC 7477).
    Csync = 62 "CSYNC",
    /// Digest of a whole zone (RFC 8976).
    Zonemd = 63 "ZONEMD",
    /// Uniform resource identifier (RFC 7553).
    Uri = 256 "URI",
    /// Responsible person (RFC 1183 §2).
    Rp = 17 "RP",
    /// AFS database (RFC 1183 §1).
    Afsdb = 18 "AFSDB",
    /// Key exchanger (RFC 2230).
    Kx = 36 "KX",
    /// Key of old times (RFC 2535 §3).
    Key = 25 "KEY",
    /// Signature of old times and of transactions (RFC 2535 §4, RFC 2931).
    Sig = 24 "SIG",
    /// DHCP client (RFC 4701).
    Dhcid = 49 "DHCID",
    /// Alias of a name to another's addresses (a draft).
    Aname = 65305 "ANAME",
    /// EUI-48 address (RFC 7043).
    Eui48 = 108 "EUI48",
    /// EUI-64 address (RFC 7043).
    Eui64 = 109 "EUI64",
    /// Mailbox domain, an experiment (RFC 1035 §3.3.3).
    Mb = 7 "MB",
    /// Mail group member, an experiment (RFC 1035 §3.3.6).
    Mg = 8 "MG",
    /// Mail rename, an experiment (RFC 1035 §3.3.8).
    Mr = 9 "MR",
    /// Anything (RFC 1035 §3.3.10).
    Null = 10 "NULL",
    /// Mailbox information, an experiment (RFC 1035 §3.3.7).
    Minfo = 14 "MINFO",
    /// Options of EDNS (RFC 6891 §6.1). Part of a message, not of a zone.
    Opt = 41 "OPT",
    /// Signature of a transaction (RFC 8945). Part of a message, not of a zone.
    Tsig = 250 "TSIG",
    /// A zone's changes (RFC 1995).
    Ixfr = 251 "IXFR",
    /// A whole zone (RFC 5936).
    Axfr = 252 "AXFR",
    /// Some of what there is (RFC 8482).
    Any = 255 "ANY",
}

impl RecordType {
    /// The type with this name, in any case, or with this number: `MX`, `mx`, `TYPE15` (RFC 3597 §5).
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let named = Self::ALL.iter().copied().find(|kind| kind.name().eq_ignore_ascii_case(name));
        named.or_else(|| {
            let digits = name.get(..4).filter(|start| start.eq_ignore_ascii_case("TYPE")).and(name.get(4..))?;
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number).map(Self::of)
        })
    }

    /// Why this type cannot be asked for with one question and one answer. `None`: it can.
    #[must_use]
    pub const fn obstacle(self) -> Option<&'static str> {
        match self {
            Self::Axfr | Self::Ixfr => Some("a transfer of a whole zone, which is not asked for here"),
            Self::Opt | Self::Tsig => Some("a part of messages, which no zone has"),
            _ => None,
        }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_by_name_and_number() {
        for (text, expect) in [
            ("mx", Some(RecordType::Mx)),
            ("AAAA", Some(RecordType::Aaaa)),
            ("TYPE65", Some(RecordType::Https)),
            ("type65280", Some(RecordType::Other(65280))),
            ("TYPE0", Some(RecordType::Other(0))),
            ("TYPE65536", None),
            ("TYPE+1", None),
            ("TYPE", None),
            ("TYP€1", None),
            ("mail", None),
            ("", None),
        ] {
            assert_eq!(RecordType::find(text), expect, "{text}");
        }
    }

    #[test]
    fn every_type_comes_back_from_its_number_and_its_name() {
        for kind in RecordType::ALL {
            assert_eq!(RecordType::of(kind.number()), *kind);
            assert_eq!(RecordType::find(&kind.name()), Some(*kind));
        }
        assert_eq!(RecordType::of(65280).to_string(), "TYPE65280");
    }
}
