//! Why a verb is not legal now: one place for the check of a line, the legal next commands and the help.

use super::faults::DURING_IDLE;
use super::offers::{any_offered, offered};
use crate::protocol::endpoint::Protocol;
use crate::protocol::verb::{Context, Phase, Verb, Weight};

/// What stands in the way.
pub(super) struct Obstacle {
    /// How much it weighs.
    pub(super) weight: Weight,
    /// The reason, without a full stop.
    pub(super) reason: String,
    /// Whether the server itself would refuse the verb.
    pub(super) refused: bool,
}

/// Why this verb is not legal in this context, or None when it is: its phase, TLS, a login, and what the server is
/// known not to offer. A sentence without a full stop; where it speaks of the verb it begins with its name.
#[must_use]
pub fn obstacle(verb: &Verb, context: &Context<'_>) -> Option<String> {
    if let Some(obstacle) = sequence(verb, context) {
        return Some(obstacle.reason);
    }
    let name = verb.capability?;
    (context.capabilities.known && !offered(context.capabilities, name)).then(|| match verb.name == name {
        true => format!("{name} is not offered by the server"),
        false => format!("{} needs {name}, which the server does not offer", verb.name),
    })
}

/// What is out of sequence.
pub(super) fn sequence(verb: &Verb, context: &Context<'_>) -> Option<Obstacle> {
    let obstacle = |weight, reason: &str, refused| Some(Obstacle { weight, reason: reason.to_owned(), refused });
    let name = verb.name;
    if matches!(name, "STARTTLS" | "STLS") && context.tls {
        return obstacle(Weight::Sequence, "TLS is on already", true);
    }
    if name == "LOGIN" && context.capabilities.has("LOGINDISABLED") {
        let reason = "the server says LOGINDISABLED: STARTTLS first, it would answer NO";
        return obstacle(Weight::Sequence, reason, false);
    }
    if name == "APOP" && context.phase == Phase::Authorization && !context.timestamp {
        let reason = "APOP needs a timestamp in the greeting, and there is none";
        return obstacle(Weight::Sequence, reason, true);
    }
    if verb.phases.contains(&context.phase) {
        let (reason, refused) = said_before(verb, context)?;
        return obstacle(Weight::Sequence, &reason, refused);
    }
    match context.phase {
        Phase::Greeting => {
            obstacle(Weight::Advice, "the greeting has not come yet, a server may punish early talkers", false)
        }
        Phase::Tls => obstacle(Weight::Advice, "the TLS handshake runs, the line has to wait", false),
        Phase::Closed => obstacle(Weight::Sequence, "the connection is closed, connect again first", false),
        Phase::Idle => obstacle(Weight::Sequence, DURING_IDLE, false),
        Phase::Data => obstacle(Weight::Sequence, "the message goes on, up to a line with a lone dot", false),
        Phase::Literal | Phase::LiteralEnd => obstacle(Weight::Sequence, "the command with the literal goes on", false),
        Phase::Sasl => obstacle(Weight::Sequence, "the login goes on: the server waits for base64, * cancels", false),
        phase => obstacle(Weight::Sequence, &needs(verb, phase, context.protocol), true),
    }
}

/// What was said before and rules the verb out in a phase in which it is legal, and whether the usual answer comes.
fn said_before(verb: &Verb, context: &Context<'_>) -> Option<(String, bool)> {
    let progress = context.progress;
    let (reason, refused) = match verb.name {
        // After a login AUTH is refused for the rest of the session (RFC 4954 §4).
        "AUTH" if context.authenticated => ("AUTH was done already", true),
        "ATRN" if !context.authenticated && any_offered(context.capabilities, &["ATRN"]) => {
            ("ATRN needs AUTH first, the server would answer 530", false)
        }
        "DATA" if progress.transaction.chunked => ("DATA cannot follow BDAT in a mail: go on with BDAT, or RSET", true),
        "DATA" if progress.transaction.binary => {
            ("DATA cannot carry BODY=BINARYMIME, which MAIL said: BDAT sends the message, or RSET", true)
        }
        "PASS" if !progress.user_named => ("PASS follows a USER that was accepted (RFC 1939 §7): say USER first", true),
        "COMPRESS" if progress.compressed => ("COMPRESS is on already (RFC 4978 §3)", true),
        "STLS" if progress.utf8_mode => ("STLS cannot follow UTF8 (RFC 6856 §2.1)", true),
        "FETCH" | "STORE" | "SEARCH" | "COPY" | "MOVE" | "SORT" | "THREAD" | "REPLACE" | "CONVERT"
            if progress.enabled.uid_only =>
        {
            let name = verb.name;
            return Some((format!("{name} counts messages by number, and UIDONLY is enabled: say UID {name}"), true));
        }
        _ => return None,
    };
    Some((reason.to_owned(), refused))
}

/// What has to come first.
fn needs(verb: &Verb, phase: Phase, protocol: Protocol) -> String {
    let name = verb.name;
    let hello = if protocol == Protocol::Lmtp { "LHLO" } else { "EHLO" };
    match phase {
        Phase::Fresh => match name {
            "RCPT" => format!("RCPT needs {hello} and MAIL first"),
            "DATA" | "BDAT" | "BURL" => format!("{name} needs {hello}, MAIL and RCPT first"),
            _ => format!("{name} needs {hello} first"),
        },
        Phase::Ready => match name {
            "DATA" | "BDAT" | "BURL" => format!("{name} needs MAIL and RCPT first"),
            _ => format!("{name} needs MAIL first"),
        },
        Phase::Mail | Phase::Rcpt => match name {
            "MAIL" => "MAIL was said already, RSET drops it".to_owned(),
            "DATA" | "BDAT" | "BURL" => format!("{name} needs RCPT first"),
            _ => format!("{name} cannot stand in a mail transaction, RSET drops it"),
        },
        _ if name == "DONE" => "DONE ends IDLE, and IDLE does not run".to_owned(),
        Phase::NotAuthenticated if verb.phases.contains(&Phase::Authenticated) => {
            format!("{name} needs LOGIN or AUTHENTICATE first")
        }
        Phase::NotAuthenticated => format!("{name} needs LOGIN or AUTHENTICATE, then SELECT first"),
        Phase::Authenticated if verb.phases.contains(&Phase::Selected) => {
            format!("{name} needs SELECT or EXAMINE first")
        }
        Phase::Selected if verb.phases.contains(&Phase::Authenticated) => {
            format!("{name} comes before SELECT, UNSELECT or CLOSE first")
        }
        Phase::Authenticated | Phase::Selected => format!("{name} comes before authentication, which is done"),
        Phase::Authorization => format!("{name} needs USER and PASS first"),
        Phase::Transaction => format!("{name} comes before authentication, which is done"),
        _ => format!("{name} is not possible now"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::capability::{Capabilities, Capability};
    use crate::protocol::verb::verbs;

    #[test]
    fn every_verb_has_a_sentence_for_every_phase() {
        for protocol in [Protocol::Smtp, Protocol::Imap, Protocol::Pop3] {
            let phases: Vec<Phase> = verbs(protocol).iter().flat_map(|verb| verb.phases).copied().collect();
            for verb in verbs(protocol) {
                for &phase in phases.iter().filter(|phase| **phase != Phase::Idle && !verb.phases.contains(phase)) {
                    let reason = needs(verb, phase, protocol);
                    assert!(!reason.contains("not possible now"), "{} in {phase:?}: {reason}", verb.name);
                }
            }
        }
    }

    fn context(protocol: Protocol, phase: Phase, capabilities: &Capabilities) -> Context<'_> {
        Context::new(protocol, phase, capabilities)
    }

    fn verb(protocol: Protocol, name: &str) -> &'static Verb {
        verbs(protocol).iter().find(|verb| verb.name == name).unwrap()
    }

    #[test]
    fn what_stands_in_the_way_is_said() {
        let unheard = Capabilities::unheard();
        for (protocol, phase, name, expect) in [
            (Protocol::Smtp, Phase::Fresh, "EHLO", None),
            (Protocol::Smtp, Phase::Fresh, "RCPT", Some("RCPT needs EHLO and MAIL first")),
            (Protocol::Lmtp, Phase::Fresh, "MAIL", Some("MAIL needs LHLO first")),
            (Protocol::Smtp, Phase::Rcpt, "MAIL", Some("MAIL was said already, RSET drops it")),
            (Protocol::Smtp, Phase::Data, "QUIT", Some("the message goes on, up to a line with a lone dot")),
            (Protocol::Imap, Phase::Authenticated, "FETCH", Some("FETCH needs SELECT or EXAMINE first")),
            (Protocol::Imap, Phase::Idle, "NOOP", Some(DURING_IDLE)),
            (Protocol::Imap, Phase::Idle, "DONE", None),
            (Protocol::Pop3, Phase::Authorization, "RETR", Some("RETR needs USER and PASS first")),
            (Protocol::Pop3, Phase::Closed, "QUIT", Some("the connection is closed, connect again first")),
            (Protocol::Smtp, Phase::Ready, "ETRN", None),
            (
                Protocol::Pop3,
                Phase::Authorization,
                "APOP",
                Some("APOP needs a timestamp in the greeting, and there is none"),
            ),
        ] {
            let got = obstacle(verb(protocol, name), &context(protocol, phase, &unheard));
            assert_eq!(got.as_deref(), expect, "{name} in {phase:?}");
        }
    }

    #[test]
    fn tls_a_login_and_the_offers_count() {
        let mut offers = Capabilities::heard();
        for line in ["AUTH PLAIN", "STARTTLS", "LOGINDISABLED"] {
            offers.push(Capability::read(line.as_bytes()).unwrap());
        }
        let ready = context(Protocol::Smtp, Phase::Ready, &offers);
        assert_eq!(obstacle(verb(Protocol::Smtp, "STARTTLS"), &ready), None);
        let tls = Context { tls: true, authenticated: true, ..ready };
        assert_eq!(obstacle(verb(Protocol::Smtp, "STARTTLS"), &tls).as_deref(), Some("TLS is on already"));
        assert_eq!(obstacle(verb(Protocol::Smtp, "AUTH"), &ready), None);
        assert_eq!(obstacle(verb(Protocol::Smtp, "AUTH"), &tls).as_deref(), Some("AUTH was done already"));
        assert_eq!(
            obstacle(verb(Protocol::Smtp, "ETRN"), &ready).as_deref(),
            Some("ETRN is not offered by the server")
        );
        let login = context(Protocol::Imap, Phase::NotAuthenticated, &offers);
        assert!(obstacle(verb(Protocol::Imap, "LOGIN"), &login).unwrap().contains("LOGINDISABLED"));
    }
}
