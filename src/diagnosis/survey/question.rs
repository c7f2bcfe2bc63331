//! What is typed into the DNS pane, as dig would read it.

use std::net::IpAddr;

use crate::diagnosis::dns::{Query, RecordType, Resolver, reverse_name};
use crate::protocol::smtp::to_ascii_domain;

/// What the user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// No type was given: everything about this domain or address, by a [`super::Survey`].
    Survey(String),
    /// This one question.
    One(Query),
}

/// Reads `example.org`, `mx example.org @9.9.9.9`, `example.org txt`, `192.0.2.25`, `user@example.org`.
///
/// Words may come in any order, as dig takes them. Names in any script are turned into A-labels.
///
/// # Errors
/// The text says what is wrong and what could be typed.
pub fn asked(line: &str) -> Result<(Asked, Option<Resolver>), String> {
    let mut resolver = None;
    let mut kind = None;
    let mut name = None;
    for word in line.split_whitespace() {
        if word.starts_with('@') {
            if resolver.replace(Resolver::parse(word)?).is_some() {
                return Err(format!("\"{word}\" is a second resolver; name one"));
            }
        } else if word.eq_ignore_ascii_case("in") || word == "-x" || word == "-t" || word == "-q" {
            // dig's habits: the class, and options whose meaning the next word shows by itself.
        } else if let (None, Some(found)) = (kind, RecordType::find(word)) {
            kind = Some(found);
        } else if name.is_none() {
            name = Some(word);
        } else {
            let types = RecordType::ALL.map(RecordType::name).join(" ");
            if let Some(odd) = [name.unwrap_or(""), word].into_iter().find(|word| !word.contains(['.', ':'])) {
                return Err(format!("\"{odd}\" is not a type that can be asked for; the types are {types}"));
            }
            return Err(format!("\"{word}\" is one word too many; write NAME TYPE @RESOLVER, the types are {types}"));
        }
    }
    let Some(name) = name else {
        return Err("which name? write example.org, mx example.org or 192.0.2.25".to_owned());
    };
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return match kind {
            None => Ok((Asked::Survey(ip.to_string()), resolver)),
            Some(RecordType::Ptr) => {
                Ok((Asked::One(Query { name: reverse_name(ip), kind: RecordType::Ptr }), resolver))
            }
            Some(other) => Err(format!("{ip} is an address: it has a PTR record and no {other}; write ptr {ip}")),
        };
    }
    let domain = bare.rsplit_once('@').map_or(bare, |(_, domain)| domain);
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_empty() {
        return Err(format!("\"{name}\" names no domain; write example.org"));
    }
    let ascii = to_ascii_domain(domain).map_err(|reason| format!("\"{domain}\" is not a name: {reason}"))?;
    Ok((kind.map_or(Asked::Survey(ascii.clone()), |kind| Asked::One(Query { name: ascii, kind })), resolver))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_pane() {
        for (line, expect) in [
            ("example.org", "survey example.org"),
            ("  Example.ORG.  ", "survey example.org"),
            ("bücher.example @9.9.9.9", "survey xn--bcher-kva.example @9.9.9.9"),
            ("mx example.org @9.9.9.9", "MX example.org @9.9.9.9"),
            ("@tcp://192.0.2.53 example.org in TXT", "TXT example.org @tcp://192.0.2.53"),
            ("_dmarc.example.org txt", "TXT _dmarc.example.org"),
            ("_imaps._tcp.example.org SRV", "SRV _imaps._tcp.example.org"),
            ("user@example.org", "survey example.org"),
            ("user@example.org mx", "MX example.org"),
            ("192.0.2.25", "survey 192.0.2.25"),
            ("-x 192.0.2.25", "survey 192.0.2.25"),
            ("[2001:db8::25]", "survey 2001:db8::25"),
            ("ptr 192.0.2.25", "PTR 25.2.0.192.in-addr.arpa"),
            ("mx mx", "MX mx"),
        ] {
            let (asked, resolver) = asked(line).unwrap_or_else(|e| panic!("{line}: {e}"));
            let mut got = match asked {
                Asked::Survey(subject) => format!("survey {subject}"),
                Asked::One(query) => format!("{} {}", query.kind, query.name),
            };
            if let Some(resolver) = resolver {
                got.push_str(&format!(" @{resolver}"));
            }
            assert_eq!(got, expect, "{line}");
        }
    }

    #[test]
    fn wrong_lines_say_what_to_type() {
        for (line, part) in [
            ("", "which name?"),
            ("mx", "which name?"),
            ("mx @9.9.9.9", "which name?"),
            ("caa example.org", "\"caa\" is not a type"),
            ("mx example.org example.net", "one word too many"),
            ("example.org @ns1.example.org", "not the address of a resolver"),
            ("example.org @9.9.9.9 @1.1.1.1", "second resolver"),
            ("192.0.2.25 mx", "write ptr"),
            ("a..b", "not a name"),
            ("user@", "names no domain"),
            (".", "names no domain"),
        ] {
            let error = asked(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
