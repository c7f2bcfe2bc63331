//! Wrong passwords: exactly as many attempts as were ordered, a connection each.

use super::Ground;
use super::outcome::{Outcome, Part, broken, quote};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Place, Step, Talk, Talked};
use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::Protocol;
use crate::protocol::reply::ReplyClass;
use crate::protocol::sasl;
use crate::protocol::secret::Secret;

pub(super) fn talks(ground: &Ground<'_>) -> Result<Vec<Talk>, String> {
    let order = ground.order;
    if order.attempts == 0 {
        return Err("no login attempt was ordered; --attempts N tries so many".to_owned());
    }
    let user = order.user.clone().unwrap_or_else(|| order.nobody());
    let offers = match ground.place() {
        Place::Tls | Place::Behind(_) => &ground.seen.offers,
        Place::Clear => &ground.seen.clear,
    };
    (1..=u64::from(order.attempts))
        .map(|number| Ok(ground.talk(attempt(order.endpoint.protocol, offers, &user, &order.word(number))?)))
        .collect()
}

/// One attempt, by the simplest way that is offered.
fn attempt(protocol: Protocol, offers: &Capabilities, user: &str, password: &str) -> Result<Vec<Step>, String> {
    let mechanisms = offers.mechanisms();
    let has = |name: &str| mechanisms.iter().any(|mechanism| mechanism == name);
    let plain = || base64(&format!("\0{user}\0{password}"));
    let way = match protocol {
        Protocol::Imap if !offers.has("LOGINDISABLED") && user.is_ascii() => {
            vec![Step::line(&format!("x1 LOGIN {} {password}", quoted(user)))]
        }
        Protocol::Imap if has("PLAIN") => {
            vec![asked("x1 AUTHENTICATE PLAIN"), Step { secret: true, ..Step::line(&plain()) }]
        }
        Protocol::Pop3 if offers.has("USER") => vec![
            Step::line(&format!("USER {user}")).needing(ReplyClass::Completion),
            Step::line(&format!("PASS {password}")),
        ],
        Protocol::Smtp | Protocol::Pop3 if has("PLAIN") => vec![Step::line(&format!("AUTH PLAIN {}", plain()))],
        Protocol::Smtp | Protocol::Pop3 if has("LOGIN") => {
            vec![asked("AUTH LOGIN"), asked(&base64(user)), Step { secret: true, ..Step::line(&base64(password)) }]
        }
        _ => return Err("the server offers no login with a password here".to_owned()),
    };
    Ok(way)
}

/// A line that the server answers with a challenge, before the next is said.
fn asked(line: &str) -> Step {
    Step::line(line).needing(ReplyClass::Intermediate)
}

fn base64(text: &str) -> String {
    String::from_utf8_lossy(sasl::encode(&Secret::from(text)).expose()).into_owned()
}

/// A quoted string of IMAP (RFC 9051 §4.3).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn judge(ground: &Ground<'_>, talks: &[Talk], talked: &[Talked]) -> Outcome {
    let parts: Vec<Part> = talks
        .iter()
        .zip(talked)
        .enumerate()
        .map(|(number, (asked, talk))| {
            let (severity, says) = answered(asked, talk);
            Part { tried: format!("attempt {}", number + 1), severity, says }
        })
        .collect();
    let worst = parts.iter().map(|part| part.severity).max().unwrap_or(Severity::Note);
    let says = match worst {
        Severity::Fault => "somebody is let in with a wrong password",
        Severity::Good => "wrong passwords are refused",
        Severity::Warning | Severity::Note => "not told for all attempts; see each",
    };
    let who = match &ground.order.user {
        Some(user) => user.clone(),
        None => format!("{}, who does not exist", ground.order.nobody()),
    };
    Outcome {
        parts,
        means: "anybody can read and send everybody's mail",
        mend: "look at what checks the passwords: in Dovecot a passdb with nopassword or a static one, pam_permit in PAM's \
               stack, an sasl authenticator without server_condition in Exim",
        reference: "RFC 4954 §6 (535), RFC 5530 §3 (AUTHENTICATIONFAILED)",
        ..Outcome::new(worst, says)
    }
    .from(who, talked)
}

fn answered(asked: &Talk, talk: &Talked) -> (Severity, String) {
    let last = talk.heard.last().and_then(|replies| replies.last());
    let Some(reply) = last else {
        return (Severity::Note, format!("not told: {}", broken(talk).unwrap_or_else(|| "no answer".to_owned())));
    };
    let said = quote(last);
    // USER is agreed to everywhere: what counts is the answer to the last line of an attempt.
    match reply.class {
        ReplyClass::Completion if talk.heard.len() == asked.steps.len() => (Severity::Fault, format!("let in: {said}")),
        ReplyClass::Permanent => (Severity::Good, format!("refused: {said}")),
        _ => (Severity::Note, format!("not told: {said}")),
    }
}
