//! A typed line against grammar, phase and offers.

use std::ops::Range;

use super::{Parts, Reading, begins_verb, faults, limits, offers, parts, secret_range, starts_with, suggestion};
use crate::protocol::cursor::{Need, REMARKS};
use crate::protocol::endpoint::Protocol;
use crate::protocol::imap::grammar::awaits_literal;
use crate::protocol::line::{Literals, literal_announced};
use crate::protocol::progress::Enabled;
use crate::protocol::sasl;
use crate::protocol::verb::{Context, Cursor, Fault, Note, Phase, Verb, Weight};

/// Checks a line that is about to be sent in this context. Lines of data and literals have no grammar; what goes on
/// after a literal is checked as the rest of its command, as long as that is known.
#[must_use]
pub fn check(line: &str, context: &Context<'_>) -> Reading {
    match context.phase {
        Phase::Data | Phase::Literal => Reading::default(),
        Phase::LiteralEnd => continuation(line, context),
        Phase::Sasl => Reading { faults: response(line, context.protocol), ..Reading::default() },
        _ => command(line, context),
    }
}

fn command(line: &str, context: &Context<'_>) -> Reading {
    let Parts { tag, verb, verb_at } = parts(context.protocol, line);
    let mut found = faults::characters(line, context, tag.as_ref().map_or(verb_at.start, |tag| tag.start));
    found.extend(faults::length(line, verb, context));
    if let Some(tag) = &tag {
        found.extend(tag_faults(line, tag, &verb_at, context));
    }
    let mut notes = Vec::new();
    match verb {
        None => found.push(unknown(line, &verb_at, tag.is_some(), context)),
        Some(verb) => {
            found.extend(faults::sequence(verb, &verb_at, context));
            found.extend(offers::verb(verb, &verb_at, context));
            let mut arguments = Arguments::read(line, verb, &verb_at, context, false);
            notes = std::mem::take(&mut arguments.notes);
            arguments.merge(&mut found, matches!(verb.name, "MAIL" | "RCPT" | "VRFY" | "EXPN"));
            found.extend(offers::needs(&arguments.needs, context.capabilities));
            found.extend(offers::arguments(line, verb, &verb_at, context));
            found.extend(limits::arguments(line, verb, &verb_at, context));
        }
    }
    if context.protocol == Protocol::Imap {
        notes.extend(literal(line));
    }
    finish(&mut found);
    conceal(&mut found, &mut notes, line, context);
    Reading { verb, verb_at, tag, faults: found, notes }
}

/// The line behind a literal, read as a part of its command: what is found in it, at its places in the line.
fn continuation(line: &str, context: &Context<'_>) -> Reading {
    let unknown = || Reading { notes: literal(line).into_iter().collect(), ..Reading::default() };
    let Some(before) = context.progress.joined() else { return unknown() };
    let text = format!("{before}{line}");
    let Parts { verb: Some(verb), verb_at, .. } = parts(context.protocol, &text) else { return unknown() };
    let arguments = Arguments::read(&text, verb, &verb_at, context, true);
    let here = |at: &Range<usize>| {
        let inside = at.start >= before.len() || at.end > before.len();
        inside.then(|| at.start.saturating_sub(before.len())..at.end - before.len())
    };
    let mut found = faults::characters(line, context, 0);
    let offered = offers::needs(&arguments.needs, context.capabilities);
    let all = arguments.remarks.into_iter().chain(arguments.fault).chain(offered);
    found.extend(all.filter_map(|fault| Some(Fault { at: here(&fault.at)?, ..fault })));
    found.extend(offers::literal(line, context.capabilities));
    finish(&mut found);
    let here = arguments.notes.into_iter().filter_map(|note| Some(Note { at: here(&note.at)?, ..note }));
    let notes = here.chain(literal(line)).collect();
    Reading { verb: Some(verb), faults: found, notes, ..Reading::default() }
}

/// What happens after a line that announces a literal (RFC 9051 §4.3, RFC 7888 §4).
fn literal(line: &str) -> Option<Note> {
    let octets = literal_announced(line.as_bytes(), Literals::Client)?;
    let at = line.rfind('{')?..line.len();
    let what = format!("{octets} octet{}", if octets == 1 { "" } else { "s" });
    let text = match line.as_bytes() {
        [.., b'+' | b'-', b'}'] => format!("Enter sends this much; {what} at once, then the rest of the line"),
        _ => format!("Enter sends this much; the server says +, then send {what}"),
    };
    Some(Note { at, text })
}

/// A space at the end of an unfinished line is the one before what is still to come; the rest in the order of the line.
fn finish(found: &mut Vec<Fault>) {
    let trailing = |fault: &Fault| fault.reason == faults::TRAILING_SPACE;
    if found.iter().any(|fault| fault.weight == Weight::Incomplete && !trailing(fault)) {
        found.retain(|fault| !trailing(fault));
    }
    found.sort_by_key(|fault| (fault.at.start, fault.at.end));
}

/// Takes what may be a password out of the reasons and notes: they are shown, and stay on the screen.
fn conceal(faults: &mut [Fault], notes: &mut Vec<Note>, line: &str, context: &Context<'_>) {
    let Some(range) = secret_range(line, context) else { return };
    notes.retain(|note| note.at.end <= range.start || note.at.start >= range.end);
    let Some(secret) = line.get(range) else { return };
    // Reasons quote the beginning of a word at least, in upper case some of them.
    let words: Vec<String> = secret
        .split_ascii_whitespace()
        .filter(|word| word.len() >= 4)
        .take(REMARKS)
        .map(|word| word.chars().take(8).collect::<String>().to_ascii_lowercase())
        .collect();
    for fault in faults {
        let reason = fault.reason.to_ascii_lowercase();
        if words.iter().any(|word| reason.contains(word.as_str())) {
            fault.reason = "not right, and not repeated here since it may be a password".to_owned();
        }
    }
}

/// What the verb's own rule finds in what follows it.
struct Arguments {
    remarks: Vec<Fault>,
    fault: Option<Fault>,
    needs: Vec<Need>,
    notes: Vec<Note>,
}

impl Arguments {
    fn read(line: &str, verb: &Verb, verb_at: &Range<usize>, context: &Context<'_>, joined: bool) -> Self {
        // Spaces at the end have their own remark; those of a password are part of it.
        let text = if verb.name == "PASS" { line } else { line.trim_end_matches(' ') };
        let mut at = verb_at.end;
        if text.get(at..).is_some_and(|rest| rest.starts_with([' ', '\t'])) {
            at += 1;
        }
        let mut cursor = Cursor::new(text, at);
        if verb.name != "PASS" {
            let more = cursor.take_while(|c| c == ' ').len();
            if more > 0 {
                let reason = format!("one space stands after {}", verb.name);
                cursor.remark_at(Fault::syntax(at - 1..at + more, reason));
            }
        }
        cursor.enabled = enabled(context);
        cursor.joined = joined;
        let fault = (verb.arguments)(&mut cursor).err().filter(|fault| !awaits_literal(text, fault));
        Self { remarks: cursor.remarks, fault, needs: cursor.needs, notes: cursor.notes }
    }

    /// Puts what was found to what is known already. Where a character is wrong in itself, the grammar need not say so
    /// again; where the grammar speaks of what is not ASCII, it knows better. `addresses` speak for all of the line.
    fn merge(&self, found: &mut Vec<Fault>, addresses: bool) {
        let own: Vec<&Fault> = self.remarks.iter().chain(&self.fault).collect();
        let meets = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        found.retain(|general| {
            let speaks = addresses && self.fault.is_none() || own.iter().any(|fault| meets(&fault.at, &general.at));
            !(general.reason.starts_with(faults::NOT_ASCII) && speaks)
        });
        let known = |fault: &Fault| {
            found.iter().any(|f| f.weight == Weight::Syntax && !f.at.is_empty() && f.at.contains(&fault.at.start))
        };
        let more: Vec<Fault> = self.fault.iter().filter(|fault| !known(fault)).cloned().collect();
        found.extend(self.remarks.iter().cloned());
        found.extend(more);
    }
}

/// What is turned on for this line.
fn enabled(context: &Context<'_>) -> Enabled {
    let mut enabled = context.progress.enabled;
    // A server that offers nothing older needs no ENABLE (RFC 9051 §6.3.1).
    enabled.rev2 |= context.capabilities.has("IMAP4REV2") && !context.capabilities.has("IMAP4REV1");
    enabled
}

fn tag_faults(line: &str, tag: &Range<usize>, verb_at: &Range<usize>, context: &Context<'_>) -> Option<Fault> {
    if context.phase == Phase::Idle {
        return Some(Fault::syntax(tag.clone(), "DONE has no tag"));
    }
    if verb_at.start > tag.end + 1 && !verb_at.is_empty() {
        return Some(Fault::syntax(tag.end..verb_at.start, "one space stands after the tag"));
    }
    let long = tag.len() > 64;
    long.then(|| Fault { at: tag.clone(), weight: Weight::Advice, reason: tag_reason(line, tag) })
}

fn tag_reason(line: &str, tag: &Range<usize>) -> String {
    format!("a tag of {} octets; short ones like a1 do", line.get(tag.clone()).unwrap_or("").len())
}

/// The fault of a line whose first word is no verb.
fn unknown(line: &str, at: &Range<usize>, tagged: bool, context: &Context<'_>) -> Fault {
    let protocol = context.protocol;
    let word = line.get(at.clone()).unwrap_or("");
    let name = if protocol == Protocol::Lmtp { "LMTP".to_owned() } else { protocol.name().to_ascii_uppercase() };
    if context.phase == Phase::Idle && !starts_with("DONE", word) {
        return Fault { at: at.clone(), weight: Weight::Sequence, reason: faults::DURING_IDLE.to_owned() };
    }
    if word.is_empty() {
        let reason = if tagged { "expected a command after the tag" } else { "expected a command" };
        return Fault { at: at.clone(), weight: Weight::Incomplete, reason: reason.to_owned() };
    }
    if protocol.is_smtp() && word == "." && at.end == line.len() {
        return Fault::syntax(at.clone(), "a lone dot ends DATA; outside DATA it is no command");
    }
    // `UID FETHC` is compared as two words.
    let rest = line.get(at.end..).unwrap_or("");
    let second = rest.strip_prefix(' ').map(|rest| rest.split(' ').next().unwrap_or(""));
    if protocol == Protocol::Imap && word.eq_ignore_ascii_case("UID") {
        let both = at.start..at.end + second.map_or(0, |second| second.len() + 1);
        let text = line.get(both.clone()).unwrap_or("");
        if both.end == line.len() && begins_verb(protocol, text.trim_end_matches(' ')) {
            let reason =
                "expected FETCH, STORE, COPY, MOVE, SEARCH, SORT, THREAD, EXPUNGE, REPLACE or CONVERT after UID"
                    .to_owned();
            return Fault { at: both, weight: Weight::Incomplete, reason };
        }
        return match suggestion(protocol, text) {
            Some(verb) => Fault::syntax(both, format!("\"{text}\" is not a command, did you mean {}", verb.name)),
            None => Fault::syntax(
                both,
                "UID is followed by FETCH, STORE, COPY, MOVE, SEARCH, SORT, THREAD, EXPUNGE, REPLACE or CONVERT",
            ),
        };
    }
    if at.end == line.len()
        && let Some(verb) = super::dialect(protocol).find(|verb| starts_with(verb.name, word))
    {
        return Fault {
            at: at.clone(),
            weight: Weight::Incomplete,
            reason: format!("not a whole command yet, it begins {}", verb.name),
        };
    }
    // What may be a password is not repeated: `PASShunter22`.
    let open = secret_range(line, context).map_or(at.end, |secret| secret.start.clamp(at.start, at.end));
    let cut = if open < at.end { "…" } else { "" };
    let shown: String = line.get(at.start..open).unwrap_or("").chars().take(20).chain(cut.chars()).collect();
    match suggestion(protocol, word) {
        Some(verb) => Fault::syntax(at.clone(), format!("\"{shown}\" is not a command, did you mean {}", verb.name)),
        None => Fault::syntax(at.clone(), format!("\"{shown}\" is not a command of {name}; Tab lists them")),
    }
}

/// A line within an authentication exchange: base64, nothing, or `*` to cancel.
fn response(line: &str, protocol: Protocol) -> Vec<Fault> {
    if line == "*" || line.is_empty() {
        return Vec::new();
    }
    if line == "=" {
        return vec![Fault::syntax(0..1, "\"=\" is for an empty initial response only; here send an empty line")];
    }
    let word = line.split(' ').next().unwrap_or("");
    let verb = super::dialect(protocol).find(|verb| verb.name.eq_ignore_ascii_case(word));
    match (sasl::read(line), verb) {
        (_, Some(verb)) => {
            let reason = format!("the server waits for base64, {} would be read as such; * cancels", verb.name);
            vec![Fault { at: 0..word.len(), weight: Weight::Sequence, reason }]
        }
        (Err((at, reason)), None) => vec![Fault::syntax(at, format!("{reason}; * cancels"))],
        (Ok(_), None) => Vec::new(),
    }
}
