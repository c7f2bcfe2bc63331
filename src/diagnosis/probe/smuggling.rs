//! Ends of a message that are none. Where two servers do not agree what ends DATA, one hides a second message in the
//! first, and it goes out in the name of whoever the other trusts (SMTP smuggling).

use std::time::Duration;

use jiff::Timestamp;

use super::Ground;
use super::outcome::{Outcome, Part, broken, quote};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Awaits, Needs, Step, Talk, Talked};
use crate::protocol::reply::{ReplyClass, ReplyCode};

/// What looks like the end of a message and is none: only `<CR><LF>.<CR><LF>` ends it (RFC 5321 §2.3.8, §4.1.1.4).
pub(super) const ENDS: [(&str, &[u8]); 8] = [
    ("<LF>.<LF>", b"\n.\n"),
    ("<LF>.<CR><LF>", b"\n.\r\n"),
    ("<CR><LF>.<LF>", b"\r\n.\n"),
    ("<CR>.<CR>", b"\r.\r"),
    ("<CR>.<CR><LF>", b"\r.\r\n"),
    ("<CR><LF>.<CR>", b"\r\n.\r"),
    ("<LF>.<CR>", b"\n.\r"),
    ("<CR>.<LF>", b"\r.\n"),
];

/// A server that goes on reading is silent for so long.
const QUIET: Duration = Duration::from_secs(4);
/// Behind the real end nothing more comes for so long.
const REST: Duration = Duration::from_secs(1);

pub(super) fn talks(ground: &Ground<'_>) -> Result<Vec<Talk>, String> {
    let Some(to) = &ground.order.to else {
        return Err("it takes a message; --to ADDRESS names a mailbox of yours".to_owned());
    };
    let date = Timestamp::from_second(ground.now).unwrap_or_default().strftime("%a, %-d %b %Y %H:%M:%S +0000");
    let talk = |(name, end): &(&str, &[u8])| {
        let head = format!(
            "Date: {date}\r\nFrom: <{to}>\r\nTo: <{to}>\r\nSubject: ehlo probe: end of data written as {name}\r\n\r\n\
             A harmless test by whoever is responsible for this server. Behind this line stands {name}."
        );
        let wrong = [head.as_bytes(), end].concat();
        ground.talk(vec![
            Step::line("MAIL FROM:<>").needing(ReplyClass::Completion),
            Step::line(&format!("RCPT TO:<{to}>")).needing(ReplyClass::Completion),
            Step::line("DATA").needing(ReplyClass::Intermediate),
            Step { needs: Needs::Silence, ..Step::octets(&wrong, Awaits::Quiet(QUIET)) },
            Step::line("\r\nThe server went on reading, as it should.\r\n."),
            Step::octets(b"", Awaits::Quiet(REST)),
        ])
    };
    Ok(ENDS.iter().map(talk).collect())
}

pub(super) fn judge(talked: &[Talked]) -> Outcome {
    let parts: Vec<Part> = ENDS
        .iter()
        .zip(talked)
        .map(|((name, _), talk)| {
            let (severity, says) = end(talk);
            Part { tried: (*name).to_owned(), severity, says }
        })
        .collect();
    let worst = parts.iter().map(|part| part.severity).max().unwrap_or(Severity::Note);
    let says = match worst {
        Severity::Fault => "a message ends where it does not end",
        Severity::Good => "only <CR><LF>.<CR><LF> ends a message",
        Severity::Warning | Severity::Note => "not tested with all ends; see each",
    };
    Outcome {
        parts,
        means: "with a server that sends such an end on as text, anybody can hide a second message in a first one, with any \
                sender, and SPF passes for it",
        mend: "Postfix: smtpd_forbid_bare_newline = normalize (the default since 3.9; 3.5.25, 3.6.15, 3.7.11 and 3.8.6 have \
               it) and smtpd_forbid_unauth_pipelining = yes; Exim: update to 4.97.1; Sendmail: 8.18 and srv_features u",
        reference: "RFC 5321 §2.3.8 and §4.1.1.4, CVE-2023-51764 (Postfix), CVE-2023-51765 (Sendmail), CVE-2023-51766 (Exim)",
        ..Outcome::new(worst, says)
    }
    .from("eight ends, a connection each", talked)
}

/// What a server made of one end.
fn end(talk: &Talked) -> (Severity, String) {
    let why = || broken(talk).unwrap_or_else(|| "no answer".to_owned());
    let taken = |step: usize| talk.replies(step).last().is_some_and(|reply| reply.is_positive());
    if !taken(0) || !taken(1) || talk.replies(2).last().and_then(|reply| reply.code) != Some(ReplyCode::START_INPUT) {
        let last = talk.heard.iter().flatten().last();
        let why = if last.is_some() { quote(last) } else { why() };
        return (Severity::Note, format!("not tested: {why}"));
    }
    match (talk.replies(3), talk.replies(4), talk.replies(5)) {
        ([first, ..], ..) if first.is_positive() => {
            (Severity::Fault, format!("taken for the end, a message was delivered: {}", quote(Some(first))))
        }
        ([first, ..], ..) => (Severity::Good, format!("refused: {}", quote(Some(first)))),
        ([], [real, ..], [_, ..]) => {
            (Severity::Fault, format!("taken for the end, if only after a while: {}", quote(Some(real))))
        }
        ([], [real, ..], []) => (Severity::Good, format!("read on, until the real end: {}", quote(Some(real)))),
        ([], [], _) if talk.ended.is_some() => (Severity::Good, format!("no message is taken: {}", why())),
        ([], [], _) => (Severity::Note, format!("not told: {}", why())),
    }
}
