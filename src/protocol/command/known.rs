//! Completion from what the server has told: mailboxes by LIST, flags by FLAGS and PERMANENTFLAGS.

use super::{Completion, starts_with};
use crate::protocol::imap::grammar::SYSTEM_FLAGS;
use crate::protocol::imap::seen::Seen;
use crate::protocol::imap::write;
use crate::protocol::text::mailbox_name;

/// The argument of this IMAP verb (`UID` left out) that names a mailbox, counted from 0.
const fn is_mailbox(verb: &str, argument: usize) -> bool {
    let first = matches!(
        verb.as_bytes(),
        b"SELECT"
            | b"EXAMINE"
            | b"STATUS"
            | b"APPEND"
            | b"SUBSCRIBE"
            | b"UNSUBSCRIBE"
            | b"DELETE"
            | b"RENAME"
            | b"GETQUOTAROOT"
            | b"GETACL"
            | b"SETACL"
            | b"DELETEACL"
            | b"MYRIGHTS"
            | b"LISTRIGHTS"
            | b"GETMETADATA"
            | b"SETMETADATA"
    );
    let second = matches!(verb.as_bytes(), b"COPY" | b"MOVE" | b"REPLACE" | b"LIST" | b"LSUB");
    argument == 0 && first || argument == 1 && second
}

/// How many arguments stand whole before the end of `typed`, and where the one at the end begins. A space within
/// quotes or parentheses belongs to its argument.
pub(super) fn last_argument(typed: &str) -> (usize, usize) {
    let (mut count, mut start, mut depth) = (0, 0, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in typed.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 => {
                count += 1;
                start = at + 1;
            }
            _ => {}
        }
    }
    (count, start)
}

/// The mailboxes that the argument at the end may become; `None` where no mailbox belongs. `start` is where the
/// arguments begin in the line.
pub(super) fn mailboxes(verb: &str, typed: &str, start: usize, seen: &Seen) -> Option<Vec<Completion>> {
    let (argument, from) = last_argument(typed);
    if !is_mailbox(verb, argument) {
        return None;
    }
    let word = typed.get(from..).unwrap_or("");
    let wanted = word.strip_prefix('"').unwrap_or(word).replace("\\\"", "\"").replace("\\\\", "\\");
    let mut out = Vec::new();
    let mut offer = |name: &str, summary: String| {
        if let Some(text) = write::astring(name) {
            out.push(Completion { text, at: start + from..start + typed.len(), summary });
        }
    };
    if starts_with("INBOX", &wanted) {
        offer("INBOX", "the user's own mailbox".to_owned());
    }
    for (name, attributes) in seen.mailboxes().filter(|(name, _)| !name.eq_ignore_ascii_case("INBOX")) {
        let plain = mailbox_name::decode(name.as_bytes()).ok().filter(|plain| plain != name);
        if starts_with(name, &wanted) || plain.as_deref().is_some_and(|plain| starts_with(plain, &wanted)) {
            let parts = [plain.as_deref().unwrap_or(""), attributes];
            let told: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            offer(name, if told.is_empty() { "mailbox".to_owned() } else { told.join(" · ") });
        }
    }
    Some(out)
}

/// The flags that the word at the end may become: those of the mailbox, else those that every server knows.
pub(super) fn flags(before: &str, from: usize, seen: &Seen) -> Vec<Completion> {
    let typed = before.get(from..).unwrap_or("");
    let offer = |flag: &str, summary: &str| Completion {
        text: flag.to_owned(),
        at: from..before.len(),
        summary: summary.to_owned(),
    };
    let known: Vec<(&str, bool)> = seen.flags().filter(|(flag, _)| starts_with(flag, typed)).collect();
    if seen.flags().next().is_some() {
        let summary = |kept| if kept { "flag" } else { "flag, forgotten when the session ends" };
        return known.into_iter().map(|(flag, kept)| offer(flag, summary(kept))).collect();
    }
    SYSTEM_FLAGS.iter().filter(|flag| starts_with(flag, typed)).map(|flag| offer(flag, "flag")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::complete;
    use super::*;
    use crate::protocol::capability::Capabilities;
    use crate::protocol::endpoint::Protocol;
    use crate::protocol::verb::{Context, Phase};

    /// What Tab would make of the line, with what it says about it.
    fn offered(line: &str, seen: &Seen) -> Vec<(String, String)> {
        let capabilities = Capabilities::default();
        let (protocol, phase) = (Protocol::Imap, Phase::Selected);
        let context = Context { authenticated: true, seen, ..Context::new(protocol, phase, &capabilities) };
        complete(line, line.len(), &context)
            .into_iter()
            .map(|offer| {
                let mut line = line.to_owned();
                line.replace_range(offer.at, &offer.text);
                (line, offer.summary)
            })
            .collect()
    }

    fn seen() -> Seen {
        let mut seen = Seen::new();
        for line in [
            "* LIST (\\Sent) \"/\" \"Sent Items\"",
            "* LIST () \"/\" Entw&APw-rfe",
            "* LIST () \"/\" \"se\\\"t\"",
            "* LIST () \"/\" INBOX",
            "* FLAGS (\\Seen $Junk old)",
            "* OK [PERMANENTFLAGS (\\Seen $Junk)] limited",
        ] {
            seen.hear(line.as_bytes(), false);
        }
        seen
    }

    #[test]
    fn mailboxes_where_one_belongs() {
        let drafts = ("Entw&APw-rfe", "Entwürfe");
        let sent = ("\"Sent Items\"", "\\Sent");
        let odd = ("\"se\\\"t\"", "mailbox");
        let inbox = ("INBOX", "the user's own mailbox");
        for (line, stays, offers) in [
            ("SELECT ", "SELECT ", &[inbox, drafts, sent, odd][..]),
            ("SELECT inb", "SELECT ", &[inbox]),
            ("SELECT se", "SELECT ", &[sent, odd]),
            ("SELECT \"Sent I", "SELECT ", &[sent]),
            ("SELECT \"se\\\"", "SELECT ", &[odd]),
            ("SELECT entw\u{fc}", "SELECT ", &[drafts]),
            ("SELECT Entw&", "SELECT ", &[drafts]),
            ("a7 COPY 1:3 Sent", "a7 COPY 1:3 ", &[sent]),
            ("UID MOVE 1 \"Sent It", "UID MOVE 1 ", &[sent]),
            ("RENAME Sent", "RENAME ", &[sent]),
            ("STATUS Ent", "STATUS ", &[drafts]),
            ("LIST \"\" Ent", "LIST \"\" ", &[drafts]),
            ("SELECT nothing", "", &[]),
            ("CREATE Ent", "", &[]),
            ("RENAME Sent Ent", "", &[]),
        ] {
            let found = offered(line, &seen());
            let wanted: Vec<(String, String)> =
                offers.iter().map(|(name, summary)| (format!("{stays}{name}"), (*summary).to_owned())).collect();
            assert_eq!(found, wanted, "{line}");
        }
    }

    #[test]
    fn no_key_is_offered_where_a_value_belongs() {
        for line in ["SEARCH SINCE ", "SEARCH UNSEEN FROM ", "UID SEARCH (LARGER "] {
            assert_eq!(offered(line, &Seen::new()), [], "{line}");
        }
        for line in ["SEARCH NOT ", "SEARCH FROM jo ", "SEARCH (UNSEEN "] {
            assert!(offered(line, &Seen::new()).len() > 20, "{line}");
        }
    }

    #[test]
    fn flags_of_the_mailbox_or_of_every_server() {
        let forgotten = "flag, forgotten when the session ends";
        for (line, stays, offers) in [
            ("STORE 1 +FLAGS (", "STORE 1 +FLAGS (", &[("\\Seen", "flag"), ("$Junk", "flag"), ("old", forgotten)][..]),
            ("STORE 1 +FLAGS (\\Seen o", "STORE 1 +FLAGS (\\Seen ", &[("old", forgotten)]),
            ("APPEND INBOX ($", "APPEND INBOX (", &[("$Junk", "flag")]),
            ("SEARCH UNSEEN keyword $", "SEARCH UNSEEN keyword ", &[("$Junk", "flag")]),
            ("SEARCH KEYWORD ", "SEARCH KEYWORD ", &[("$Junk", "flag"), ("old", forgotten)]),
            ("SEARCH KEYWORD \\S", "", &[]),
            ("UID SEARCH (UNKEYWORD O", "UID SEARCH (UNKEYWORD ", &[("old", forgotten)]),
        ] {
            let wanted: Vec<(String, String)> =
                offers.iter().map(|(flag, summary)| (format!("{stays}{flag}"), (*summary).to_owned())).collect();
            assert_eq!(offered(line, &seen()), wanted, "{line}");
        }
        let flags: Vec<String> = offered("STORE 1 FLAGS (\\", &Seen::new()).into_iter().map(|(line, _)| line).collect();
        assert_eq!(flags.len(), SYSTEM_FLAGS.len(), "{flags:?}");
    }

    #[test]
    fn arguments_are_told_apart_by_the_spaces_between_them() {
        for (typed, count, start) in [
            ("", 0, 0),
            ("a", 0, 0),
            ("a ", 1, 2),
            ("\"a b\" c", 1, 6),
            ("\"a \\\" b", 0, 0),
            ("(a b) c", 1, 6),
            ("(a (b c", 0, 0),
            (") )", 1, 2),
        ] {
            assert_eq!(last_argument(typed), (count, start), "{typed}");
        }
    }
}
