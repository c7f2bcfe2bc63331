//! A command in the same segment as STARTTLS: what came in clear must be forgotten when TLS begins, for whoever sits on
//! the way can write there, and what he wrote would be done in the name of the client.

use std::time::Duration;

use super::Ground;
use super::outcome::{Outcome, quote};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Awaits, Place, Stage, Step, Talk, Talked};
use crate::protocol::endpoint::{Protocol, Security};

/// Behind a command of ours, what else comes is waited for so long.
const QUIET: Duration = Duration::from_secs(1);

pub(super) fn talks(ground: &Ground<'_>) -> Result<Vec<Talk>, String> {
    let endpoint = &ground.order.endpoint;
    if endpoint.security == Security::Implicit {
        return Err("TLS begins with the first octet, and nothing can stand before it".to_owned());
    }
    if ground.seen.starttls() != Some(true) {
        return Err(format!("the server does not offer {}", endpoint.protocol.starttls()));
    }
    let tag = |tag: &str| if endpoint.protocol == Protocol::Imap { format!("{tag} ") } else { String::new() };
    let behind = format!("{}NOOP\r\n", tag("x1")).into_bytes();
    // A server may come to what it kept only when it reads on.
    let own = format!("{}NOOP\r\n", tag("x2"));
    let steps = vec![Step::octets(own.as_bytes(), Awaits::Quiet(QUIET))];
    Ok(vec![Talk { endpoint: endpoint.clone(), place: Place::Behind(behind), steps }])
}

pub(super) fn judge(ground: &Ground<'_>, talked: &[Talked]) -> Outcome {
    let verb = ground.order.endpoint.protocol.starttls();
    let tried = format!("{verb} and NOOP in one segment");
    let Some(talk) = talked.first() else { return Outcome::not_tested("nothing was said") };
    let fault = |says: String| Outcome {
        means: "whoever sits on the way can put commands before the client's own, and they are done under TLS: mail can be \
                redirected, a login can be turned to the attacker's account",
        mend: "update the server: Postfix since 2.7.3, Exim since 4.95 and Dovecot since 2.3.15 discard what came in clear; \
               behind a proxy that speaks STARTTLS, it is the proxy's fault",
        ..Outcome::new(Severity::Fault, says)
    };
    let outcome = match (&talk.seen.failure, talk.heard.as_slice()) {
        (_, [unasked, ..]) if !unasked.is_empty() => {
            fault(format!("the command that came in clear is answered under TLS: {}", quote(unasked.first())))
        }
        (_, [_, own, ..]) if own.len() > 1 => {
            fault(format!("the command that came in clear is answered with the next one: {}", quote(own.first())))
        }
        _ if talk.seen.injected > 0 => fault(format!(
            "{} octets come in clear behind the answer to {verb}: the command is answered before the handshake",
            talk.seen.injected
        )),
        (Some(failure), _) if failure.stage == Stage::StartTls => {
            Outcome::new(Severity::Good, format!("the server does not begin TLS then: {}", failure.says))
        }
        (Some(failure), _) if failure.stage == Stage::Handshake => {
            Outcome::new(Severity::Good, format!("the handshake fails, and nothing is done: {}", failure.says))
        }
        (Some(failure), _) => Outcome::not_tested(&failure.says),
        (None, _) => match &talk.ended {
            Some(how) => Outcome::new(Severity::Good, format!("the command is not answered: {how}")),
            None => Outcome::new(Severity::Good, "what came in clear behind it is discarded"),
        },
    };
    Outcome { reference: "RFC 3207 §4.2, CVE-2011-0411, CVE-2021-33515, CVE-2021-38371", ..outcome }.from(tried, talked)
}
