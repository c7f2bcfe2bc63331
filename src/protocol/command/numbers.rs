//! Message numbers against how many messages there are, where the session knows. UIDs have gaps and are not judged.

use crate::protocol::endpoint::Protocol;
use crate::protocol::verb::{Context, Fault, Phase, Weight};

/// The first message number in the word at `at` that names no message. IMAP: a number or set (RFC 9051 §9,
/// `seq-number`), POP3: a number (RFC 1939 §5). Nothing where the word is no such thing: the grammar says why.
pub(super) fn beyond(line: &str, at: usize, context: &Context<'_>) -> Option<Fault> {
    // LIST of IMAP has no number.
    if !matches!(context.phase, Phase::Selected | Phase::Transaction) {
        return None;
    }
    let messages = context.progress.messages()?;
    let word = line.get(at..)?.split(' ').next()?;
    let mut from = at;
    for piece in word.split([',', ':']) {
        let here = from..from + piece.len();
        from = here.end + 1;
        let is_beyond = match piece {
            // The last message of an empty mailbox is none.
            "*" => messages == 0,
            digits => digits.parse::<u32>().ok()? > messages,
        };
        if is_beyond {
            let (place, answer) = match context.protocol {
                Protocol::Pop3 => ("maildrop", "-ERR"),
                _ => ("mailbox", "BAD or NO"),
            };
            let count = match messages {
                0 => "no message".to_owned(),
                1 => "1 message".to_owned(),
                many => format!("{many} messages"),
            };
            let reason = format!("the {place} has {count}, a server should answer {answer}");
            return Some(Fault { at: here, weight: Weight::Advice, reason });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::protocol::endpoint::Protocol::{self, Imap, Pop3};
    use crate::protocol::session::Session;

    const IMAP: &[&str] = &["S: * PREAUTH a", "a SELECT x", "S: * 12 EXISTS", "S: a OK b"];
    const EMPTY: &[&str] = &["S: * PREAUTH a", "a SELECT x", "S: * 0 EXISTS", "S: a OK b"];
    const POP3: &[&str] = &["S: +OK a", "USER a", "S: +OK", "PASS b", "S: +OK 9 messages"];

    /// What is wrong with a line after others were said by us and, behind `S: `, by the server.
    fn after(protocol: Protocol, said: &[&str], line: &str) -> Vec<(std::ops::Range<usize>, String)> {
        let mut session = Session::new(protocol);
        for (number, said) in said.iter().enumerate() {
            match said.strip_prefix("S: ") {
                Some(octets) => {
                    let octets = format!("{octets}\r\n");
                    let mut input = octets.as_bytes();
                    while session.next(&mut input).is_some() {}
                }
                None => session.sent(said, (protocol == Imap).then_some("a"), number as u64),
            }
        }
        let reading = check(line, &session.context());
        assert!(reading.is_sendable(), "{line}: {:?}", reading.faults);
        reading.faults.into_iter().map(|fault| (fault.at, fault.reason)).collect()
    }

    #[test]
    fn a_number_beyond_the_last_is_told_where_it_stands() {
        for (protocol, before, more, line, at, part) in [
            (Imap, IMAP, &[][..], "FETCH 99 FLAGS", 6..8, "the mailbox has 12 messages, a server should answer BAD"),
            (Imap, IMAP, &[], "b FETCH 1,3:14,99 FLAGS", 12..14, "12 messages"),
            (Imap, IMAP, &[], "STORE 13:* +FLAGS (\\Seen)", 6..8, "12 messages"),
            (Imap, IMAP, &[], "COPY *:13 x", 7..9, "12 messages"),
            (Imap, IMAP, &["S: * 3 EXPUNGE"], "FETCH 12 FLAGS", 6..8, "11 messages"),
            (Imap, IMAP, &["S: * 3 EXPUNGE", "S: * 1 EXISTS"], "FETCH 2 FLAGS", 6..7, "1 message,"),
            (Imap, EMPTY, &[], "FETCH 1 FLAGS", 6..7, "no message,"),
            (Imap, EMPTY, &[], "FETCH * FLAGS", 6..7, "no message,"),
            (Pop3, POP3, &["STAT", "S: +OK 2 320"], "RETR 3", 5..6, "the maildrop has 2 messages, a server should"),
            (Pop3, POP3, &["STAT", "S: +OK 2 320"], "TOP 3 0", 4..5, "answer -ERR"),
            (Pop3, POP3, &["STAT", "S: +OK 2 320"], "LIST 4294967295", 5..15, "2 messages"),
            (Pop3, POP3, &["LIST", "S: +OK", "S: 1 9", "S: 2 9", "S: ."], "DELE 3", 5..6, "2 messages"),
            (Pop3, POP3, &["UIDL", "S: +OK", "S: ."], "UIDL 1", 5..6, "no message,"),
            // What is marked keeps its number, and is counted no longer.
            (Pop3, POP3, &["DELE 1", "S: +OK", "STAT", "S: +OK 2 320"], "RETR 4", 5..6, "3 messages"),
        ] {
            let said: Vec<&str> = before.iter().chain(more).copied().collect();
            let told = after(protocol, &said, line);
            assert_eq!(told.len(), 1, "{line}: {told:?}");
            assert_eq!(told[0].0, at, "{line}: {told:?}");
            assert!(told[0].1.contains(part), "{line}: {told:?}");
        }
    }

    #[test]
    fn what_is_there_is_right_and_what_is_not_known_is_not_judged() {
        for (protocol, before, more, line) in [
            (Imap, IMAP, &[][..], "FETCH 1:12,* FLAGS"),
            (Imap, IMAP, &[], "FETCH $ FLAGS"),
            (Imap, IMAP, &[], "UID FETCH 4711 FLAGS"),
            (Imap, IMAP, &[], "SEARCH 99"),
            (Imap, IMAP, &[], "LIST \"\" 99"),
            (Imap, IMAP, &["S: * 13 EXISTS"], "FETCH 13 FLAGS"),
            (Imap, IMAP, &["S: * VANISHED 3:5"], "FETCH 99 FLAGS"),
            (Imap, IMAP, &["S: * 99 FETCH (FLAGS ())", "S: * EXISTS", "S: * x EXISTS"], "FETCH 12 FLAGS"),
            // Another mailbox, of which the server has said nothing yet.
            (Imap, IMAP, &["a SELECT y", "S: a OK b"], "FETCH 99 FLAGS"),
            (Pop3, POP3, &[], "RETR 99"),
            (Pop3, POP3, &["STAT", "S: -ERR no"], "RETR 99"),
            (Pop3, POP3, &["STAT", "S: +OK many"], "RETR 99"),
            (Pop3, POP3, &["LIST 2", "S: +OK 2 9"], "RETR 99"),
            (Pop3, POP3, &["DELE 3", "S: +OK", "STAT", "S: +OK 2 320"], "RETR 3"),
            (Pop3, POP3, &["DELE 3", "S: +OK", "LIST", "S: +OK", "S: 1 9", "S: 2 9", "S: ."], "TOP 3 1"),
            (Pop3, POP3, &["STAT", "S: +OK 3 320", "DELE 3", "S: +OK", "RSET", "S: +OK"], "RETR 3"),
        ] {
            let said: Vec<&str> = before.iter().chain(more).copied().collect();
            assert_eq!(after(protocol, &said, line), [], "{line} after {more:?}");
        }
    }
}
