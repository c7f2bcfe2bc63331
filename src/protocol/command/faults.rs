//! Faults that do not come from a verb's own grammar: characters, length, sequence.

use std::ops::Range;

use super::obstacle::{self, Obstacle};
use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::Protocol;
use crate::protocol::smtp::parameters::{MAIL_PARAMETERS, RCPT_PARAMETERS};
use crate::protocol::verb::{Context, Fault, Verb, Weight};

pub(super) const DURING_IDLE: &str = "IDLE runs: say DONE first, the server takes anything else for an error";

/// The start of the general remark on what is not ASCII.
pub(super) const NOT_ASCII: &str = "not ASCII:";
pub(super) const TRAILING_SPACE: &str = "a space at the end of the line, go on or delete it";

/// At most this many remarks on single characters are kept; a pasted binary has thousands.
const CHARACTER_CAP: usize = 16;

/// Characters that no command holds, and spaces where none belong. `start` is where tag or verb begin.
pub(super) fn characters(line: &str, context: &Context<'_>, start: usize) -> Vec<Fault> {
    let protocol = context.protocol;
    let mut out = Vec::new();
    let mut begin = 0;
    if line.starts_with('\u{feff}') {
        begin = '\u{feff}'.len_utf8();
        out.push(Fault::syntax(0..begin, "a byte order mark stands before the command, delete it"));
    }
    if start > begin {
        out.push(Fault::syntax(begin..start, "a command begins at the start of the line, delete what is before it"));
    }
    let mut foreign: Option<Range<usize>> = None;
    for (at, c) in line.char_indices().filter(|(at, _)| *at >= start) {
        if out.len() >= CHARACTER_CAP {
            break;
        }
        let here = at..at + c.len_utf8();
        match c {
            ' '..='~' => {}
            '\t' => out.push(Fault::syntax(here, "a tab is no space, write a space")),
            '\0' => out.push(Fault::syntax(here, "a NUL octet is allowed in no command")),
            '\r' | '\n' => out.push(Fault::syntax(here, "a line ending within the line would make two commands of it")),
            '\u{feff}' => out.push(Fault::syntax(here, "a byte order mark, which is invisible; delete it")),
            _ if c.is_control() => {
                out.push(Fault::syntax(
                    here,
                    format!("the control character U+{:04X} is allowed in no command", c as u32),
                ));
            }
            _ => match &mut foreign {
                Some(range) => range.end = here.end,
                None => foreign = Some(here),
            },
        }
    }
    // In IMAP quotes may hold UTF-8 once that is enabled; what may not says so itself.
    if let Some(at) = foreign.filter(|_| protocol != Protocol::Imap || !context.progress.enabled.utf8_names()) {
        let reason = match protocol {
            Protocol::Smtp | Protocol::Lmtp => " allowed in addresses with SMTPUTF8 only (RFC 6531)",
            Protocol::Imap => " allowed in quotes with IMAP4rev2 or after ENABLE UTF8=ACCEPT, else in a literal",
            Protocol::Pop3 => " allowed in user and password only, with UTF8 offered (RFC 6856)",
        };
        out.push(Fault { at, weight: Weight::Advice, reason: format!("{NOT_ASCII}{reason}") });
    }
    let end = line.trim_end_matches(' ').len();
    let password = protocol == Protocol::Pop3 && line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("PASS"));
    // SMTP servers should tolerate it (RFC 5321 §4.1.1); the others need not.
    if end < line.len() && end > start && !password {
        let weight = if protocol.is_smtp() { Weight::Advice } else { Weight::Incomplete };
        out.push(Fault { at: end..line.len(), weight, reason: TRAILING_SPACE.to_owned() });
    }
    out
}

/// Lines that are longer than a server need take.
pub(super) fn length(line: &str, verb: Option<&Verb>, context: &Context<'_>) -> Option<Fault> {
    let octets = line.len() + 2;
    let name = verb.map_or("", |verb| verb.name);
    let (most, source) = match context.protocol {
        // A response may be that long; the command has room for a short initial response only (RFC 4954 §4).
        Protocol::Smtp | Protocol::Lmtp if name == "AUTH" && octets > 12288 => (12288, "RFC 4954 §4"),
        Protocol::Smtp | Protocol::Lmtp => (512 + extensions(name, context.capabilities), "RFC 5321 §4.5.3.1.4"),
        Protocol::Pop3 => (255, "RFC 2449 §4"),
        Protocol::Imap => (8192, "RFC 7162 §4"),
    };
    (octets > most).then(|| {
        let mut from = most - 2;
        while !line.is_char_boundary(from) {
            from -= 1;
        }
        let then = if name == "AUTH" { ": without it, the response goes out when the server asks" } else { "" };
        let reason = format!("{octets} octets with the line ending, servers need take only {most} ({source}){then}");
        Fault { at: from..line.len(), weight: Weight::Advice, reason }
    })
}

/// By how much the extensions that are offered lengthen MAIL and RCPT.
fn extensions(verb: &str, capabilities: &Capabilities) -> usize {
    let rows = match verb {
        "MAIL" => MAIL_PARAMETERS,
        "RCPT" => RCPT_PARAMETERS,
        _ => &[],
    };
    rows.iter().filter(|row| capabilities.has(row.capability)).map(|row| row.octets).sum()
}

/// A verb that is not legal in this phase.
pub(super) fn sequence(verb: &Verb, at: &Range<usize>, context: &Context<'_>) -> Option<Fault> {
    let Obstacle { weight, reason, refused } = obstacle::sequence(verb, context)?;
    let answer = match (refused, context.protocol) {
        (false, _) => "",
        (true, Protocol::Smtp | Protocol::Lmtp) => ", the server would answer 503",
        (true, Protocol::Imap) => ", the server would answer BAD",
        (true, Protocol::Pop3) => ", the server would answer -ERR",
    };
    Some(Fault { at: at.clone(), weight, reason: format!("{reason}{answer}") })
}
