//! The words that arguments are made of, in the reference: search keys, fetch items, options, attributes.

use super::page::Page;
use crate::diagnosis::meaning::Offer;
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::TABLES;
use crate::protocol::smtp::parameters::{MAIL_PARAMETERS, RCPT_PARAMETERS};
use crate::protocol::smtp::{XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES};
use crate::protocol::verb::{Verb, verbs};
use crate::protocol::word::Word;

/// Words of one kind, and whose they are.
struct Kind {
    protocol: Protocol,
    name: &'static str,
    verbs: &'static [&'static str],
    words: &'static [Word],
}

fn kinds() -> impl Iterator<Item = Kind> {
    let attributes = [
        ("attribute of XCLIENT", &["XCLIENT"][..], XCLIENT_ATTRIBUTES),
        ("attribute of XFORWARD", &["XFORWARD"], XFORWARD_ATTRIBUTES),
    ];
    let smtp = attributes.map(|(name, verbs, words)| Kind { protocol: Protocol::Smtp, name, verbs, words });
    let imap = TABLES.iter().map(|table| Kind {
        protocol: Protocol::Imap,
        name: table.kind,
        verbs: table.verbs,
        words: table.words,
    });
    smtp.into_iter().chain(imap)
}

/// The name of every word, each once.
pub(super) fn names() -> Vec<&'static str> {
    let mut out: Vec<&'static str> = kinds().flat_map(|kind| kind.words).map(|word| word.name).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The pages of this word, one for each kind that has it.
pub(super) fn pages(name: &str) -> Vec<Page> {
    let page = |kind: &Kind, word: &Word| {
        let stem = word.name.trim_end_matches(']');
        let form = match word.form {
            "" => word.name.to_owned(),
            // The form of a word with brackets says what stands in them.
            form if stem != word.name && form.starts_with(stem) => form.to_owned(),
            form => format!("{} {form}", word.name),
        };
        let mut rows = vec![
            ("form", form),
            ("does", word.summary.to_owned()),
            ("defined in", word.rfc.to_owned()),
            ("stands in", kind.verbs.join(", ")),
        ];
        if !word.needs.is_empty() {
            rows.push(("offered as", word.needs.join(" or ")));
        }
        Page { title: format!("{} ({})", word.name, kind.name), rows }
    };
    kinds()
        .flat_map(|kind| {
            let found = kind.words.iter().filter(|word| is(word, name));
            found.map(|word| page(&kind, word)).collect::<Vec<_>>()
        })
        .collect()
}

/// Whether a word is meant by what was asked: `BODY.PEEK[]` is by `BODY.PEEK` and `BODY.PEEK[HEADER]<0.80>` too.
fn is(word: &Word, asked: &str) -> bool {
    let stem = |name: &str| name.split('[').next().unwrap_or("").to_ascii_uppercase();
    word.name.eq_ignore_ascii_case(asked)
        || word.name.ends_with("[]") && !asked.starts_with('[') && stem(word.name) == stem(asked)
}

/// The rows of a verb's page that list its words, a row for each kind.
pub(super) fn rows(verb: &Verb) -> Vec<(&'static str, String)> {
    let name = verb.name.strip_prefix("UID ").unwrap_or(verb.name);
    kinds()
        .filter(|kind| kind.verbs.contains(&name))
        .enumerate()
        .map(|(number, kind)| {
            let names: Vec<&str> = kind.words.iter().map(|word| word.name).collect();
            (if number == 0 { "words" } else { "" }, format!("{}: {}", kind.name, names.join(" ")))
        })
        .collect()
}

/// Whether a server that says `keyword` offers what `need` names: `THREAD=REFERENCES` offers THREAD, and a keyword that
/// ends in `=` stands for every value behind it.
fn serves(keyword: &str, need: &str) -> bool {
    let behind = keyword.strip_prefix(need);
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        || keyword.ends_with('=') && need.starts_with(keyword)
}

/// What an offer allows to say: verbs, parameters, words.
pub(super) fn used_by(offer: &Offer) -> Vec<String> {
    let mut out = Vec::new();
    for protocol in [Protocol::Smtp, Protocol::Imap, Protocol::Pop3].into_iter().filter(|one| offer.is_of(*one)) {
        let of = |verb: &&Verb| verb.capability.is_some_and(|need| serves(offer.keyword, need));
        out.extend(verbs(protocol).iter().filter(of).map(|verb| verb.name.to_owned()));
        for kind in kinds().filter(|kind| kind.protocol == protocol) {
            let of = |word: &&Word| word.needs.iter().any(|need| serves(offer.keyword, need));
            out.extend(kind.words.iter().filter(of).map(|word| format!("{} ({})", word.name, kind.name)));
        }
    }
    for (verb, table) in [("MAIL", MAIL_PARAMETERS), ("RCPT", RCPT_PARAMETERS)] {
        let of = table.iter().filter(|row| offer.is_of(Protocol::Smtp) && row.capability == offer.keyword);
        out.extend(of.map(|row| format!("{} after {verb}", row.keyword)));
    }
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::meaning::offers;
    use crate::diagnosis::reference::look_up;

    #[test]
    fn every_capability_that_a_table_names_is_explained() {
        let explained =
            |protocol: Protocol, need: &str| offers().any(|offer| offer.is_of(protocol) && serves(offer.keyword, need));
        let mut missing = Vec::new();
        for protocol in [Protocol::Smtp, Protocol::Imap, Protocol::Pop3] {
            let verbs = verbs(protocol).iter().filter_map(|verb| Some((verb.name, verb.capability?)));
            missing.extend(verbs.filter(|(_, need)| !explained(protocol, need)));
        }
        for kind in kinds() {
            let needs = kind.words.iter().flat_map(|word| word.needs.iter().map(|need| (word.name, *need)));
            missing.extend(needs.filter(|(_, need)| !explained(kind.protocol, need)));
        }
        let rows = MAIL_PARAMETERS.iter().chain(RCPT_PARAMETERS).map(|row| (row.keyword, row.capability));
        missing.extend(rows.filter(|(_, need)| !explained(Protocol::Smtp, need)));
        assert_eq!(missing, []);
    }

    #[test]
    fn words_have_pages_and_stand_on_those_of_their_verbs() {
        let text = |asked: &str| {
            let lines: Vec<String> = look_up(asked).iter().flat_map(|page| page.lines(80)).collect();
            lines.join("\n")
        };
        for (asked, parts) in [
            ("younger", &["YOUNGER (search key)", "RFC 5032", "offered as  WITHIN"][..]),
            ("THRID", &[]),
            ("X-GM-THRID", &["(search key)", "(fetch item)", "X-GM-EXT-1"]),
            ("destaddr", &["DESTADDR (attribute of XCLIENT)", "IPV6:"]),
            ("UID THREAD", &["thread algorithm: ORDEREDSUBJECT REFERENCES", "search key: ALL"]),
            ("NOTIFY", &["event: ", "MessageNew"]),
            ("WITHIN", &["YOUNGER (search key)"]),
            ("THREAD=REFERENCES", &["THREAD, UID THREAD", "REFERENCES (thread algorithm)"]),
            ("XFORWARD", &["attribute of XFORWARD: NAME ADDR"]),
            ("FETCH", &["fetch item: FLAGS UID ENVELOPE", "BODY.PEEK[]"]),
            ("envelope", &["ENVELOPE (fetch item)", "RFC 9051 §6.4.5"]),
            ("body.peek", &["form        BODY.PEEK[section]<from.octets>", "RFC 9051 §6.4.5"]),
            ("BODY.PEEK[HEADER.FIELDS (From)]<0.80>", &["BODY.PEEK[] (fetch item with a section)"]),
            ("BODY", &["BODY (fetch item)", "BODY[] (fetch item with a section)", "BODY (search key)"]),
            ("BODYX[]", &[]),
        ] {
            let text = text(asked);
            assert!(parts.iter().all(|part| text.contains(part)), "{asked}: {text}");
            assert_eq!(parts.is_empty(), text.is_empty(), "{asked}: {text}");
        }
    }
}
