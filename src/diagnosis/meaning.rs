//! What a reply means, in words: the most precise thing that is known about it, from tables that a translator can edit.

use crate::protocol::endpoint::Protocol;

const SMTP: &str = include_str!("../../assets/meanings/smtp.txt");
const ENHANCED: &str = include_str!("../../assets/meanings/enhanced.txt");
const IMAP: &str = include_str!("../../assets/meanings/imap.txt");
const POP3: &str = include_str!("../../assets/meanings/pop3.txt");

/// What one reply means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The code it is known by, as the server sent it: `5.7.8`, `550`, `AUTHENTICATIONFAILED`, `IN-USE`, `-ERR`.
    pub code: String,
    /// What it means, in a sentence without a full stop.
    pub says: &'static str,
    /// Who acts, and what is the next step.
    pub next: &'static str,
}

/// Explains a line of the server, without its CRLF: by its enhanced code or response code before its basic one, and by
/// its class when it is unknown. None when the line is no reply, or one with nothing to explain, as `* 3 EXISTS`.
#[must_use]
pub fn explain(protocol: Protocol, line: &[u8]) -> Option<Meaning> {
    match protocol {
        Protocol::Smtp | Protocol::Lmtp => smtp(line),
        Protocol::Imap => imap(line),
        Protocol::Pop3 => pop3(line),
    }
}

/// The line of a table that begins with this code, in any case.
fn find(table: &'static str, code: &str) -> Option<(&'static str, &'static str)> {
    rows(table).find(|(key, _)| key.eq_ignore_ascii_case(code)).map(|(_, meaning)| meaning)
}

/// The lines of a table: code, meaning and next step.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, (&'static str, &'static str))> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (code, rest) = line.split_once('\t')?;
        Some((code, rest.split_once('\t')?))
    })
}

fn meaning(code: &str, (says, next): (&'static str, &'static str)) -> Meaning {
    Meaning { code: code.to_owned(), says, next }
}

/// `550 5.7.1 …`, `250-…`, `421`.
fn smtp(line: &[u8]) -> Option<Meaning> {
    let (code, rest) = line.split_at_checked(3)?;
    let code = std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    let rest = match rest.split_first() {
        None => rest,
        Some((b' ' | b'-', rest)) => rest,
        Some(_) => return None,
    };
    let class = code.get(..1)?;
    if let Some((text, subject, detail)) = enhanced(rest)
        && text.starts_with(class)
    {
        let found = find(ENHANCED, text)
            .or_else(|| find(ENHANCED, &format!("X.{subject}.{detail}")))
            .or_else(|| find(ENHANCED, &format!("X.{subject}")));
        if let Some(found) = found {
            return Some(meaning(text, found));
        }
    }
    find(SMTP, code).or_else(|| find(SMTP, class)).map(|found| meaning(code, found))
}

/// The enhanced status code at the start of a reply's text (RFC 2034), its subject and its detail.
fn enhanced(text: &[u8]) -> Option<(&str, u16, u16)> {
    let word = text.split(|b| matches!(b, b' ' | b'\t')).next()?;
    let word = std::str::from_utf8(word).ok()?;
    let mut numbers = word.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let number = |digits: &str| digits.parse::<u16>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    let legal = matches!(class, "2" | "4" | "5") && numbers.next().is_none();
    legal.then_some((word, number(subject)?, number(detail)?))
}

/// `a1 NO [AUTHENTICATIONFAILED] …`, `* BYE …`, `+ …`.
fn imap(line: &[u8]) -> Option<Meaning> {
    let (tag, rest) = word(line);
    if tag == b"+" {
        return find(IMAP, "+").map(|found| meaning("+", found));
    }
    let (status, rest) = word(rest);
    let status = std::str::from_utf8(status).ok()?;
    let status = ["OK", "NO", "BAD", "BYE", "PREAUTH"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    let coded = bracketed(rest).and_then(|code| find(IMAP, &code).map(|found| meaning(&code, found)));
    coded.or_else(|| find(IMAP, status).map(|found| meaning(status, found)))
}

/// `-ERR [SYS/TEMP] …`. A code that is unknown is explained by the one it is part of (RFC 2449 §8).
fn pop3(line: &[u8]) -> Option<Meaning> {
    let (status, rest) = word(line);
    let status = std::str::from_utf8(status).ok()?;
    let status = ["+OK", "-ERR"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    if let Some(code) = bracketed(rest) {
        let mut part = code.as_str();
        loop {
            if let Some(found) = find(POP3, part) {
                return Some(meaning(&code, found));
            }
            match part.rsplit_once('/') {
                Some((above, _)) => part = above,
                None => break,
            }
        }
    }
    find(POP3, status).map(|found| meaning(status, found))
}

/// The octets up to the first space, and those after it.
fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    (word, rest.get(1..).unwrap_or_default())
}

/// The code in square brackets at the start, without its arguments, in upper case.
fn bracketed(text: &[u8]) -> Option<String> {
    // No code is longer; a hostile one is not looked up part by part.
    const LONGEST: usize = 64;
    let inner = text.strip_prefix(b"[")?;
    let end = inner.iter().take(LONGEST).position(|b| matches!(b, b' ' | b']'))?;
    let code = std::str::from_utf8(inner.get(..end)?).ok()?;
    let legal = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/' | b'_'));
    legal.then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_line_of_the_tables_is_well_formed_and_unique() {
        for (name, table, least) in
            [("smtp", SMTP, 35), ("enhanced", ENHANCED, 80), ("imap", IMAP, 50), ("pop3", POP3, 8)]
        {
            let mut seen = HashSet::new();
            for (number, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
                let columns: Vec<&str> = line.split('\t').collect();
                let place = format!("{name}.txt line {}: {line}", number + 1);
                assert_eq!(columns.len(), 3, "{place}");
                assert!(columns.iter().all(|c| !c.is_empty() && c.trim() == *c && !c.ends_with('.')), "{place}");
                assert!(seen.insert(columns[0].to_ascii_uppercase()), "{place}: a second time");
                let form = match name {
                    "smtp" => columns[0].bytes().all(|b| b.is_ascii_digit()) && matches!(columns[0].len(), 1 | 3),
                    "enhanced" => {
                        let mut parts = columns[0].split('.');
                        matches!(parts.next(), Some("X" | "2" | "4" | "5"))
                            && parts.clone().all(|part| part.parse::<u16>().is_ok_and(|n| n.to_string() == part))
                            && matches!(parts.count(), 1 | 2)
                    }
                    _ => columns[0] == columns[0].to_ascii_uppercase(),
                };
                assert!(form, "{place}");
            }
            assert!(seen.len() >= least, "{name}: {}", seen.len());
            assert_eq!(rows(table).count(), seen.len(), "{name}");
        }
    }

    #[test]
    fn the_most_precise_meaning_comes_first() {
        use Protocol::{Imap, Lmtp, Pop3, Smtp};
        for (protocol, line, code, part) in [
            (Smtp, "535 5.7.8 no", "5.7.8", "user name or the password"),
            (Smtp, "550-5.1.1 no", "5.1.1", "no such mailbox"),
            (Smtp, "250 2.1.5 ok", "2.1.5", "recipient is accepted"),
            (Smtp, "451 4.7.1 later", "4.7.1", "greylisting"),
            (Smtp, "550 5.7.1 no", "5.7.1", "refused by policy"),
            (Smtp, "550 5.7.99 no", "5.7.99", "security or policy"),
            (Smtp, "550 5.9.1 no", "550", "no such mailbox, or a policy"),
            (Smtp, "550 4.1.1 the classes differ", "550", "no such mailbox, or a policy"),
            (Smtp, "550 5.1.1.1 no", "550", "no such mailbox, or a policy"),
            (Smtp, "250-PIPELINING", "250", "done"),
            (Smtp, "421", "421", "closes the connection"),
            (Lmtp, "599 odd", "599", "it will not work"),
            (Smtp, "499 odd", "499", "passes"),
            (Imap, "a1 NO [AUTHENTICATIONFAILED] no", "AUTHENTICATIONFAILED", "password is wrong"),
            (Imap, "a1 no [overquota]", "OVERQUOTA", "over its quota"),
            (Imap, "* OK [UIDVALIDITY 3857529045] UIDs valid", "UIDVALIDITY", "as long as"),
            (Imap, "a1 NO [X-ODD] no", "NO", "could not or would not"),
            (Imap, "a1 NO [] no", "NO", "could not or would not"),
            (Imap, "a1 BAD what", "BAD", "does not understand"),
            (Imap, "* BYE", "BYE", "closes the connection"),
            (Imap, "+ ", "+", "waits for more"),
            (Imap, "+", "+", "waits for more"),
            (Pop3, "-ERR [IN-USE] busy", "IN-USE", "another session"),
            (Pop3, "-ERR [SYS/TEMP/DISK] busy", "SYS/TEMP/DISK", "passes"),
            (Pop3, "-ERR [ODD] no", "-ERR", "could not or would not"),
            (Pop3, "-err", "-ERR", "could not or would not"),
            (Pop3, "+OK 2 320", "+OK", "done"),
        ] {
            let got = explain(protocol, line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(got.code, code, "{line}");
            assert!(got.says.contains(part), "{line}: {}", got.says);
            assert!(!got.next.is_empty(), "{line}");
        }
    }

    #[test]
    fn what_is_no_reply_is_not_explained() {
        for (protocol, line) in [
            (Protocol::Smtp, &b""[..]),
            (Protocol::Smtp, b"25"),
            (Protocol::Smtp, b"25x no"),
            (Protocol::Smtp, b"250x"),
            (Protocol::Smtp, b"999 no"),
            (Protocol::Smtp, b"\xff\xff\xff \xff"),
            (Protocol::Imap, b"* 3 EXISTS"),
            (Protocol::Imap, b"a1"),
            (Protocol::Imap, b""),
            (Protocol::Pop3, b"1 120"),
            (Protocol::Pop3, b"+ "),
        ] {
            assert_eq!(explain(protocol, line), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd(line in proptest::collection::vec(any::<u8>(), 0..80)) {
            for protocol in [Protocol::Smtp, Protocol::Lmtp, Protocol::Imap, Protocol::Pop3] {
                if let Some(meaning) = explain(protocol, &line) {
                    prop_assert!(meaning.code.is_ascii());
                }
            }
        }
    }
}
