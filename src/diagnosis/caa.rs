//! CAA (RFC 8659): which authorities may issue certificates for a name. A server whose authority is not among them gets
//! no new certificate, and its mail suffers when the old one ends.

use super::finding::{Finding, Severity};
use super::tagged::{Explained, shown};
use crate::protocol::smtp::to_ascii_domain;
use crate::protocol::text::NotUnderstood;

/// What all these findings are about.
const SUBJECT: &str = "CAA";

/// The flag that bids authorities stop at a property they do not know (§4.1).
const CRITICAL: u8 = 0x80;

/// Properties of one name that are judged. A hostile zone has thousands.
const PROPERTIES: usize = 100;

/// The properties that are defined: RFC 8659, RFC 9495, and that of BIMI's mark certificates.
const KNOWN: [&str; 6] = ["issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail"];

/// A property: one CAA record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caa {
    /// 128 is critical; the other bits mean nothing.
    pub flags: u8,
    /// What is said: `issue`, `issuewild`, `iodef`. Case does not matter.
    pub tag: String,
    /// Its value.
    pub value: Vec<u8>,
}

impl Caa {
    /// Reads the presentation format (§4.1.1): `0 issue "ca.example"`.
    ///
    /// # Errors
    /// The octet that is not understood, and why.
    pub fn parse(text: &str) -> Result<Self, NotUnderstood> {
        let start = text.len() - text.trim_start().len();
        let text = text.trim();
        let (flags, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        let number = flags.parse();
        let number = number.map_err(|_| NotUnderstood::new(start, "here stand the flags: a number to 255"))?;
        let (tag, rest) = rest.trim_start().split_once([' ', '\t']).unwrap_or((rest.trim_start(), ""));
        if tag.is_empty() || !tag.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(NotUnderstood::new(start + flags.len(), "here stands the tag: letters and digits"));
        }
        let value = rest.trim_start();
        let bare = match value.strip_prefix('"') {
            None => value,
            Some(open) => open.strip_suffix('"').ok_or_else(|| {
                let at = start + text.len() - value.len();
                NotUnderstood::new(at, "the quotation mark is not closed")
            })?,
        };
        Ok(Self { flags: number, tag: tag.to_owned(), value: bare.as_bytes().to_vec() })
    }

    /// Whether an authority that does not know the property must not issue.
    #[must_use]
    pub const fn is_critical(&self) -> bool {
        self.flags & CRITICAL != 0
    }

    fn is(&self, tag: &str) -> bool {
        self.tag.eq_ignore_ascii_case(tag)
    }

    /// The authority that the value names (§4.2); an empty name is nobody.
    ///
    /// # Errors
    /// Why the value is none: authorities must then not issue.
    pub fn issuer(&self) -> Result<String, String> {
        let text = String::from_utf8_lossy(&self.value);
        let name = text.split(';').next().unwrap_or_default().trim();
        if name.is_empty() { Ok(String::new()) } else { to_ascii_domain(name) }
    }

    /// The property with its meaning.
    #[must_use]
    pub fn explained(&self) -> Explained {
        let issuer = || match self.issuer() {
            Ok(name) if name.is_empty() => "nobody".to_owned(),
            Ok(name) => shown(name),
            Err(why) => format!("nobody, for the value names no authority ({})", shown(why)),
        };
        let meaning = match self.tag.to_ascii_lowercase().as_str() {
            "issue" => format!("{} may issue certificates for servers", issuer()),
            "issuewild" => format!("{} may issue certificates with a wildcard", issuer()),
            "issuemail" => format!("{} may issue certificates for mail addresses (S/MIME)", issuer()),
            "issuevmc" => format!("{} may issue mark certificates (BIMI)", issuer()),
            "iodef" => format!("requests that are refused are reported to {}", shown(&self.value)),
            "contactemail" => format!("who applies for a certificate is asked at {}", shown(&self.value)),
            _ if self.is_critical() => "not a known property, and critical: authorities must not issue".to_owned(),
            _ => "not a known property: authorities pass over it".to_owned(),
        };
        Explained { tag: shown(&self.tag), value: shown(&self.value), meaning, at: Some(0..self.value.len()) }
    }
}

/// What the properties of a name mean together, the worst first.
#[must_use]
pub fn findings(name: &str, properties: &[Caa]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = shown(name);
    let mut say = |severity, says: String, next: &str| findings.push(Finding::new(severity, SUBJECT, says, next));
    let properties = properties.get(..properties.len().min(PROPERTIES)).unwrap_or_default();
    for property in properties {
        let tag = shown(&property.tag);
        if property.is_critical() && !KNOWN.iter().any(|known| property.is(known)) {
            say(
                Severity::Fault,
                format!("the property {tag} is critical, and no authority knows it: nobody issues for {name}"),
                "take it out, or write its flags as 0",
            );
        }
        let names_authority = ["issue", "issuewild", "issuemail", "issuevmc"].iter().any(|known| property.is(known));
        if names_authority && let Err(why) = property.issuer() {
            say(
                Severity::Fault,
                format!("the value of {tag} names no authority, so nobody may issue by it: {}", shown(why)),
                "write the domain of the authority: 0 issue \"ca.example\"",
            );
        }
    }
    let issue: Vec<&Caa> = properties.iter().filter(|property| property.is("issue")).collect();
    if issue.is_empty() {
        let says = if properties.is_empty() { "no CAA record" } else { "no issue property" };
        say(Severity::Note, format!("{says} at {name}: every authority may issue certificates for its servers"), "");
    } else if issue.iter().all(|property| !property.issuer().is_ok_and(|issuer| !issuer.is_empty())) {
        say(
            Severity::Warning,
            format!("nobody may issue certificates for servers at {name}: the next renewal fails"),
            "name your authority: 0 issue \"ca.example\"",
        );
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_in_presentation_format() {
        for (text, expect) in [
            ("0 issue \"ca1.example.net\"", Ok("0 issue ca1.example.net")),
            (" 128  issuewild\t\";\" ", Ok("128 issuewild ;")),
            ("0 iodef mailto:security@example.com", Ok("0 iodef mailto:security@example.com")),
            ("0 issue", Ok("0 issue ")),
            ("", Err((0, "flags"))),
            ("256 issue x", Err((0, "flags"))),
            ("0", Err((1, "tag"))),
            ("0 is-sue x", Err((1, "tag"))),
            ("0 issue \"x", Err((8, "not closed"))),
        ] {
            match (Caa::parse(text), expect) {
                (Ok(caa), Ok(expect)) => {
                    assert_eq!(format!("{} {} {}", caa.flags, caa.tag, String::from_utf8_lossy(&caa.value)), expect);
                }
                (Err(error), Err((at, part))) => {
                    assert!(error.at == at && error.reason.contains(part), "{text}: {error:?}");
                }
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }

    /// RFC 8659 §4.2 to §4.4.
    #[test]
    fn properties_explained() {
        for (text, meaning) in [
            ("0 issue \"ca1.example.net; account=230123\"", "ca1.example.net may issue certificates for servers"),
            ("0 issue \";\"", "nobody may issue certificates for servers"),
            ("0 ISSUE \"\"", "nobody may issue certificates for servers"),
            ("0 issuewild \"ca2.example.org\"", "ca2.example.org may issue certificates with a wildcard"),
            ("0 issue \"%%%%%\"", "nobody, for the value names no authority"),
            ("0 iodef \"mailto:security@example.com\"", "are reported to mailto:security@example.com"),
            ("128 tbs \"Unknown\"", "critical: authorities must not issue"),
            ("0 tbs \"Unknown\"", "authorities pass over it"),
        ] {
            let row = Caa::parse(text).unwrap().explained();
            assert!(row.meaning.contains(meaning), "{text}: {}", row.meaning);
        }
    }

    #[test]
    fn properties_together() {
        for (texts, severity, part) in [
            (&[][..], Some(Severity::Note), "no CAA record at mx.example.org: every authority may"),
            (&["0 iodef \"mailto:a@b.example\""], Some(Severity::Note), "no issue property"),
            (&["0 issue \";\""], Some(Severity::Warning), "the next renewal fails"),
            (&["0 issue \";\"", "0 issue \"ca.example\""], None, ""),
            (&["0 issue \"ca example\""], Some(Severity::Fault), "the value of issue names no authority"),
            (&["0 issue \"ca.example\"", "128 tbs \"x\""], Some(Severity::Fault), "no authority knows it"),
        ] {
            let properties: Vec<Caa> = texts.iter().map(|text| Caa::parse(text).unwrap()).collect();
            let findings = findings("mx.example.org", &properties);
            assert_eq!(findings.first().map(|finding| finding.severity), severity, "{texts:?}: {findings:#?}");
            assert!(findings.first().is_none_or(|finding| finding.says.contains(part)), "{texts:?}: {findings:#?}");
        }
        let many = vec![Caa { flags: 128, tag: "x".repeat(255), value: vec![0xff; 65_000] }; 5000];
        assert!(findings("mx.example.org", &many).len() <= 2 * PROPERTIES + 1);
    }
}
