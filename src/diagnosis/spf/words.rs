//! A record term by term, in words.

use super::record::Record;
use super::term::{Mechanism, Qualifier, Reading};
use crate::diagnosis::tagged::Explained;
use crate::protocol::visible::visible;

impl Record {
    /// Each term with what it means, in the order in which receivers read them.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained> {
        let version = Explained {
            tag: "v=spf1".to_owned(),
            value: String::new(),
            meaning: "an SPF record: the first term that matches the client decides".to_owned(),
            at: Some(0..self.text.len().min(6)),
        };
        let terms = self.terms.iter().map(|term| Explained {
            tag: visible(self.text_of(term).as_bytes()).into_owned(),
            value: String::new(),
            meaning: match &term.reading {
                Ok(reading) => reading.words(),
                Err(fault) => format!("cannot be read, which makes the whole record void: {}", fault.says),
            },
            at: Some(term.span.clone()),
        });
        std::iter::once(version).chain(terms).collect()
    }
}

impl Reading {
    fn words(&self) -> String {
        match self {
            Self::Directive(qualifier, mechanism) => format!("{}: {}", qualifier.words(), mechanism.words()),
            Self::Redirect(_) => "where nothing matched, the record of this domain decides".to_owned(),
            Self::Explanation(_) => "what is told to a sender that fails stands at this name".to_owned(),
            Self::Unknown(_) => "a modifier without a meaning: receivers pass over it".to_owned(),
        }
    }
}

impl Qualifier {
    const fn words(self) -> &'static str {
        match self {
            Self::Pass => "may send",
            Self::Fail => "may not send",
            Self::Softfail => "probably may not send",
            Self::Neutral => "nothing is said of",
        }
    }
}

impl Mechanism {
    fn words(&self) -> String {
        let of = |named: bool| if named { "of this name" } else { "of the domain" };
        match self {
            Self::All => "every client".to_owned(),
            Self::Include(_) => "whoever passes by the record of this domain (1 look-up, and its own)".to_owned(),
            Self::A(name, _) => format!("the addresses {} (1 look-up)", of(name.is_some())),
            Self::Mx(name, _) => format!("the addresses of the mail exchanges {} (1 look-up)", of(name.is_some())),
            Self::Ptr(name) => {
                format!(
                    "clients whose reverse name is below that {}: slow, and not to be used (1 look-up)",
                    of(name.is_some())
                )
            }
            Self::Ip4(ip, 32) => format!("the address {ip}"),
            Self::Ip6(ip, 128) => format!("the address {ip}"),
            Self::Ip4(_, bits) => format!("a network of {} addresses", 1u64 << (32 - u32::from(*bits).min(32))),
            Self::Ip6(_, bits) => format!("a network of {bits} fixed bits"),
            Self::Exists(_) => "clients for which this name has an address (1 look-up)".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_in_words() {
        let record =
            Record::read(b"v=spf1 mx:a.example ip4:192.0.2.0/24 ip4:192.0.2.7 -include:b.example ?ptr x=y ip4:x ~all");
        let rows = record.explained();
        let lines: Vec<String> = rows.iter().map(|row| format!("{} {}", row.tag, row.meaning)).collect();
        for (line, part) in lines.iter().zip([
            "v=spf1 an SPF record",
            "mx:a.example may send: the addresses of the mail exchanges of this name",
            "ip4:192.0.2.0/24 may send: a network of 256 addresses",
            "ip4:192.0.2.7 may send: the address 192.0.2.7",
            "-include:b.example may not send: whoever passes",
            "?ptr nothing is said of: clients whose",
            "x=y a modifier without a meaning",
            "ip4:x cannot be read",
            "~all probably may not send: every client",
        ]) {
            assert!(line.starts_with(part), "{line} is not {part}");
        }
        assert_eq!(lines.len(), 9);
    }
}
