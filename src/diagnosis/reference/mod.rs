//! The reference: what is known of a verb, a code, a response code or a capability, made from the tables that the
//! program runs on.

mod page;
mod words;

pub use page::{Page, meaning_page, wrap};
use page::{code_rows, offer_page, phrase_rows, verb_page, with_value};

use super::meaning::{self, Offer, Table};
use crate::protocol::command::{self, dialect};
use crate::protocol::endpoint::Protocol;
use crate::protocol::smtp::parameters::{MAIL_PARAMETERS, RCPT_PARAMETERS};
use crate::protocol::verb::Verb;

/// Octets of a question that are read; no name is as long, a reply line may be.
const LONGEST: usize = 2000;

/// Everything that is known by this name, in any case: verbs of every protocol, codes, response codes, capabilities.
/// A whole line of a server is explained as well.
#[must_use]
pub fn look_up(asked: &str) -> Vec<Page> {
    let asked = asked.trim();
    let asked = asked.char_indices().nth(LONGEST).map_or(asked, |(at, _)| asked.get(..at).unwrap_or(asked));
    let name = asked.trim_matches(['[', ']']);
    let mut out = Vec::new();
    out.extend(verb_pages(name));
    out.extend(parameter_pages(name));
    out.extend(words::pages(asked));
    out.extend(code_pages(name));
    out.extend(meaning::offers().filter(|offer| offer.keyword.eq_ignore_ascii_case(name)).map(|o| offer_page(&o)));
    if out.is_empty() {
        out.extend(reply_pages(asked));
    }
    out
}

/// What a line of a session is about: a command that was sent, or a reply to the command named `asked`.
#[must_use]
pub fn of_line(protocol: Protocol, line: &[u8], sent: bool, asked: Option<&str>) -> Vec<Page> {
    if sent {
        let text = String::from_utf8_lossy(line.get(..LONGEST).unwrap_or(line));
        return command::verb(protocol, &text).map(|verb| verb_page(verb, &[protocol])).into_iter().collect();
    }
    let mut out: Vec<Page> = offered_in(protocol, line, asked).map(|offer| offer_page(&offer)).into_iter().collect();
    out.extend(meaning::explain(protocol, line).map(|meaning| meaning_page(&meaning)));
    let asked = asked.and_then(|line| command::verb(protocol, line));
    out.extend(asked.map(|verb| verb_page(verb, &[protocol])));
    out
}

/// The offer in a line of the answer to EHLO, LHLO or CAPA.
fn offered_in(protocol: Protocol, line: &[u8], asked: Option<&str>) -> Option<Offer> {
    let verb = command::verb(protocol, asked?)?;
    let rest = match verb.name {
        "EHLO" | "LHLO" => line.get(4..)?,
        "CAPA" => line,
        _ => return None,
    };
    let keyword = rest.split(|b| matches!(b, b' ' | b'=' | b'\n' | b'\r')).next()?;
    let keyword = std::str::from_utf8(keyword).ok()?;
    meaning::offers().find(|offer| offer.is_of(protocol) && offer.keyword.eq_ignore_ascii_case(keyword))
}

const PROTOCOLS: [Protocol; 4] = [Protocol::Smtp, Protocol::Lmtp, Protocol::Imap, Protocol::Pop3];

fn verb_pages(name: &str) -> Vec<Page> {
    let mut out: Vec<(&'static Verb, Vec<Protocol>)> = Vec::new();
    for protocol in PROTOCOLS {
        for verb in dialect(protocol).filter(|verb| verb.name.eq_ignore_ascii_case(name)) {
            // A row that SMTP and LMTP share is one page.
            match out.iter_mut().find(|(known, _)| *known == verb) {
                Some((_, protocols)) => protocols.push(protocol),
                None => out.push((verb, vec![protocol])),
            }
        }
    }
    out.into_iter().map(|(verb, protocols)| verb_page(verb, &protocols)).collect()
}

fn parameter_pages(name: &str) -> Vec<Page> {
    let mut out = Vec::new();
    for (verb, table) in [("MAIL", MAIL_PARAMETERS), ("RCPT", RCPT_PARAMETERS)] {
        for row in table.iter().filter(|row| row.keyword.eq_ignore_ascii_case(name)) {
            let rows = vec![
                ("form", with_value(row.keyword, row.value)),
                ("does", row.summary.to_owned()),
                ("offered as", row.capability.to_owned()),
            ];
            out.push(Page { title: format!("{} (parameter of {verb})", row.keyword), rows });
        }
    }
    out
}

fn code_pages(name: &str) -> Vec<Page> {
    let mut out = Vec::new();
    for table in Table::ALL {
        let row = match table {
            Table::Enhanced => {
                meaning::enhanced(name).or_else(|| table.find(name)).or_else(|| table.find(&subject(name)?))
            }
            Table::Smtp => meaning::smtp_row(name),
            Table::Imap => table.find(name),
            Table::Pop3 => meaning::pop3_row(&name.to_ascii_uppercase()),
        };
        let Some(row) = row else { continue };
        let title = if row.code.eq_ignore_ascii_case(name) || row.code.starts_with("X.") && row.code.len() >= name.len()
        {
            format!("{} ({})", name.to_ascii_uppercase(), table.name())
        } else {
            let by = if table == Table::Smtp && row.code.len() == 1 { "its class" } else { row.code };
            format!("{} ({}, explained by {by})", name.to_ascii_uppercase(), table.name())
        };
        let words = meaning::phrases().find(|phrase| phrase.text.eq_ignore_ascii_case(name));
        out.push(Page { title, rows: code_rows(words, &row) });
    }
    out
}

/// `5.7` is the subject `X.7`.
fn subject(name: &str) -> Option<String> {
    let (class, subject) = name.split_once('.')?;
    matches!(class, "2" | "4" | "5").then(|| format!("X.{subject}"))
}

/// A whole line of a server, or some words of it.
fn reply_pages(text: &str) -> Vec<Page> {
    if !text.contains(' ') {
        return phrase_page(text).into_iter().collect();
    }
    let first = text.split(' ').next().unwrap_or("");
    let protocol = match first {
        "-ERR" | "+OK" => Protocol::Pop3,
        _ if first.len() >= 3 && first.bytes().take(3).all(|b| b.is_ascii_digit()) => Protocol::Smtp,
        _ => Protocol::Imap,
    };
    match meaning::explain(protocol, text.as_bytes()) {
        Some(meaning) => vec![meaning_page(&meaning)],
        None => phrase_page(text).into_iter().collect(),
    }
}

fn phrase_page(text: &str) -> Option<Page> {
    let words = meaning::explain_words(text)?;
    Some(Page { title: format!("\"{}\"", words.text), rows: phrase_rows(words) })
}

/// What can be asked: a heading and the names under it.
#[must_use]
pub fn contents() -> Vec<(&'static str, Vec<&'static str>)> {
    let verbs_of = |protocol| dialect(protocol).map(|verb| verb.name).collect();
    let codes_of = |table: Table| table.rows().map(|row| row.code).collect();
    let parameters = MAIL_PARAMETERS.iter().chain(RCPT_PARAMETERS).map(|row| row.keyword).collect();
    vec![
        ("SMTP commands", verbs_of(Protocol::Smtp)),
        ("LMTP commands", verbs_of(Protocol::Lmtp)),
        ("parameters of MAIL and RCPT", parameters),
        ("IMAP commands", verbs_of(Protocol::Imap)),
        ("words of SMTP and IMAP arguments", words::names()),
        ("POP3 commands", verbs_of(Protocol::Pop3)),
        ("SMTP reply codes", codes_of(Table::Smtp)),
        ("enhanced status codes", codes_of(Table::Enhanced)),
        ("IMAP response codes", codes_of(Table::Imap)),
        ("POP3 response codes", codes_of(Table::Pop3)),
        ("capabilities", meaning::offers().map(|offer| offer.keyword).collect()),
    ]
}

/// Names that are near to what was asked, the nearest first.
#[must_use]
pub fn suggestions(asked: &str) -> Vec<&'static str> {
    const MOST: usize = 5;
    let asked = asked.trim().to_ascii_uppercase();
    let near = 1 + asked.len() / 4;
    let mut found: Vec<(usize, &'static str)> = contents()
        .into_iter()
        .flat_map(|(_, names)| names)
        .filter_map(|name| {
            let upper = name.to_ascii_uppercase();
            let begins = asked.len() >= 2 && upper.starts_with(&asked);
            let slips = if begins { 1 } else { command::distance(asked.as_bytes(), upper.as_bytes()) };
            (slips <= near.min(2)).then_some((slips, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(asked: &str) -> Vec<String> {
        look_up(asked).into_iter().map(|page| page.title).collect()
    }

    #[test]
    fn everything_in_the_contents_has_a_page_that_fits_a_terminal() {
        let mut count = 0;
        for (heading, names) in contents() {
            for name in names {
                count += 1;
                let pages = look_up(name);
                assert!(!pages.is_empty(), "{heading}: {name}");
                for line in pages.iter().flat_map(|page| page.lines(80)) {
                    assert!(line.chars().count() <= 80, "{name}: {line}");
                }
            }
        }
        assert!(count > 400, "{count}");
    }

    #[test]
    fn a_name_gives_all_its_pages() {
        for (asked, expect) in [
            ("mail", &["MAIL (SMTP, LMTP command)"][..]),
            ("EHLO", &["EHLO (SMTP command)"]),
            ("LHLO", &["LHLO (LMTP command)"]),
            ("uid fetch", &["UID FETCH (IMAP command)"]),
            ("LIST", &["LIST (IMAP command)", "LIST (POP3 command)"]),
            ("550", &["550 (SMTP reply code)"]),
            ("599", &["599 (SMTP reply code, explained by its class)"]),
            ("559", &["559 (SMTP reply code, explained by X5)"]),
            ("999", &[]),
            ("5.7.8", &["5.7.8 (enhanced status code)"]),
            ("x.7.8", &["X.7.8 (enhanced status code)"]),
            ("5.7", &["5.7 (enhanced status code)"]),
            ("5.7.99", &["5.7.99 (enhanced status code, explained by X.7)"]),
            ("[overquota]", &["OVERQUOTA (IMAP response code)"]),
            ("sys/temp", &["SYS/TEMP (POP3 response code)"]),
            ("RET", &["RET (parameter of MAIL)"]),
            ("pipelining", &["PIPELINING (capability of SMTP)", "PIPELINING (capability of POP3)"]),
            ("550 5.7.1 relay access denied", &["5.7.1 (reply)"]),
            ("a1 NO [INUSE] x", &["INUSE (reply)"]),
            ("-ERR no", &["-ERR (reply)"]),
            ("cannot find your hostname", &[]),
            ("Relay access denied", &["\"Relay access denied\""]),
            ("NOSUCH", &[]),
            ("", &[]),
        ] {
            assert_eq!(titles(asked), expect, "{asked}");
        }
        let auth = titles("AUTH");
        assert_eq!(auth.first().map(String::as_str), Some("AUTH (SMTP, LMTP command)"));
        assert!(auth.iter().any(|title| title.contains("POP3 response code")), "{auth:?}");
    }

    #[test]
    fn a_page_tells_what_is_known() {
        let text = look_up("5.7.708").iter().flat_map(|page| page.lines(80)).collect::<Vec<_>>().join("\n");
        assert!(text.contains("Microsoft 365") && text.contains("security or policy"), "{text}");
        let text = look_up("MAIL").iter().flat_map(|page| page.lines(80)).collect::<Vec<_>>().join("\n");
        for part in ["MAIL FROM:<reverse-path>", "RFC 5321 §4.1.1.2", "EHLO done", "SIZE=octets"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn what_is_near_is_suggested() {
        for (asked, expect) in [
            ("ELHO", "EHLO"),
            ("OVERQUTA", "OVERQUOTA"),
            ("STARTTL", "STARTTLS"),
            ("PIPE", "PIPELINING"),
            ("fech", "FETCH"),
            ("messagenw", "MessageNew"),
        ] {
            assert!(suggestions(asked).contains(&expect), "{asked}: {:?}", suggestions(asked));
        }
        assert_eq!(suggestions("entirely-else"), Vec::<&str>::new());
        assert!(suggestions("").len() <= 5);
        assert!(suggestions(&"x".repeat(100_000)).is_empty());
    }

    #[test]
    fn a_line_of_a_session_has_its_pages() {
        let titles = |protocol, line: &str, sent, asked| -> Vec<String> {
            of_line(protocol, line.as_bytes(), sent, asked).into_iter().map(|page| page.title).collect()
        };
        assert_eq!(titles(Protocol::Imap, "a1 uid fetch 1 FLAGS", true, None), ["UID FETCH (IMAP command)"]);
        assert_eq!(titles(Protocol::Smtp, "nonsense", true, None), Vec::<String>::new());
        assert_eq!(
            titles(Protocol::Smtp, "250-SIZE 1000", false, Some("EHLO a")),
            ["SIZE (capability of SMTP)", "250 (reply)", "EHLO (SMTP command)"]
        );
        assert_eq!(titles(Protocol::Imap, "* 3 EXISTS", false, Some("a1 SELECT INBOX")), ["SELECT (IMAP command)"]);
        assert_eq!(titles(Protocol::Pop3, "UIDL", false, Some("CAPA"))[0], "UIDL (capability of POP3)");
        assert_eq!(titles(Protocol::Smtp, "421 bye", false, None), ["421 (reply)"]);
    }
}
