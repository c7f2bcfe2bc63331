//! What may be said now, and what may not and why: the first part of the help.

use ratatui::style::Style;
use ratatui::text::Line;

use super::help::{heading, row};
use super::{text, theme};
use crate::protocol::command::{dialect, legal_verbs, next_verbs, obstacle};
use crate::protocol::verb::{Context, Phase};

/// Rows that the verbs with one reason may take.
const MOST: usize = 12;

/// The usual next commands with one row each, the other legal ones, and those that are not legal with the reason.
pub(super) fn rows(context: &Context<'_>, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    heading(&mut out, &format!("Next in {}: {}", context.protocol, context.phase.name()));
    let next = next_verbs(context);
    for verb in &next {
        let what = format!("{} ({})", verb.summary, verb.rfc);
        row(&mut out, verb.syntax, theme::STRONG, &what, width, ascii);
    }
    let others: Vec<&str> = legal_verbs(context).iter().filter(|verb| !next.contains(verb)).map(|v| v.name).collect();
    if !others.is_empty() {
        paragraph(&mut out, &format!("Also: {}", others.join(", ")), Style::new(), width, ascii);
    }
    let all = dialect(context.protocol).count();
    for (reason, names) in not_now(context) {
        // What holds for every verb needs no list of them.
        let words = if names.len() == all {
            format!("Not now: {reason}")
        } else {
            format!("Not now: {} ({reason})", names.join(", "))
        };
        paragraph(&mut out, &words, theme::DIM, width, ascii);
    }
    out.push(Line::default());
    out
}

fn paragraph(out: &mut Vec<Line<'static>>, words: &str, style: Style, width: usize, ascii: bool) {
    out.extend(text::rows(words, width, MOST, ascii).into_iter().map(|row| Line::styled(row, style)));
}

/// The verbs that are not legal now, those with the same reason together, in the order of their table.
fn not_now(context: &Context<'_>) -> Vec<(String, Vec<&'static str>)> {
    let mut out: Vec<(String, Vec<&'static str>)> = Vec::new();
    for verb in dialect(context.protocol) {
        let Some(reason) = obstacle(verb, context) else { continue };
        // Without the name in front the reason is the same for all: `needs EHLO first`.
        let named = context.phase != Phase::Idle && reason.starts_with(&format!("{} ", verb.name));
        let short = if named { reason.get(verb.name.len() + 1..).unwrap_or("").to_owned() } else { reason };
        match out.iter_mut().find(|(known, _)| *known == short) {
            Some((_, names)) => names.push(verb.name),
            None => out.push((short, vec![verb.name])),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::capability::{Capabilities, Capability};
    use crate::protocol::endpoint::Protocol;

    fn shown(protocol: Protocol, phase: Phase, offers: &[&str]) -> Vec<String> {
        let mut capabilities = if offers.is_empty() { Capabilities::unheard() } else { Capabilities::heard() };
        for offer in offers {
            capabilities.push(Capability::read(offer.as_bytes()).unwrap());
        }
        let context = Context::new(protocol, phase, &capabilities);
        rows(&context, 90, false).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_verb_of_the_dialect_has_its_place() {
        for (protocol, phase) in [
            (Protocol::Smtp, Phase::Fresh),
            (Protocol::Lmtp, Phase::Rcpt),
            (Protocol::Imap, Phase::NotAuthenticated),
            (Protocol::Imap, Phase::Idle),
            (Protocol::Pop3, Phase::Transaction),
        ] {
            let text = shown(protocol, phase, &[]).join(" ").replace("  ", " ");
            for verb in dialect(protocol) {
                assert!(text.contains(verb.name), "{} in {phase:?}: {text}", verb.name);
            }
        }
    }

    #[test]
    fn reasons_are_said_once() {
        let rows = shown(Protocol::Smtp, Phase::Fresh, &[]);
        let with = |part: &str| rows.iter().filter(|row| row.contains(part)).count();
        assert_eq!(with("needs EHLO, MAIL and RCPT first"), 1, "{rows:?}");
        assert!(rows.iter().any(|row| row.contains("DATA, BDAT, BURL (needs EHLO, MAIL and RCPT first)")), "{rows:?}");
        let rows = shown(Protocol::Imap, Phase::Idle, &[]);
        assert_eq!(rows.concat().matches("say DONE first").count(), 1, "{rows:?}");
        let rows = shown(Protocol::Smtp, Phase::Data, &[]);
        assert_eq!(rows[1], "Not now: the message goes on, up to a line with a lone dot");
        let rows = shown(Protocol::Smtp, Phase::Ready, &["SIZE 100"]);
        assert!(rows.iter().any(|row| row.contains("STARTTLS, AUTH, ETRN")), "{rows:?}");
    }
}
