//! The sentences: what DNSSEC, the records and the look at a server mean together.

use super::server::{Found, Server};
use crate::diagnosis::dns::both_forms;
use crate::diagnosis::dnssec::State;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::{Failure, Seen, Stage};
use crate::diagnosis::survey::shown;
use crate::diagnosis::tlsa::{Dane, Dnssec, Mismatch, Standing, Verdict};
use crate::diagnosis::trust::Worth;
use crate::protocol::endpoint::Security;

/// What all findings of a comparison with certificates are about, as [`crate::diagnosis::tlsa`] has it.
const SUBJECT: &str = "DANE";

/// A severity and a few words.
pub(super) type Says = (Severity, String);

pub(super) fn title(subject: &str) -> String {
    format!("DANE {}", shown(&both_forms(subject)))
}

/// What DNSSEC is worth for one answer: the resolver's word beside what was found here. None while that is open.
pub(super) fn worth(worth: &Worth) -> Option<Says> {
    if !worth.is_settled {
        return None;
    }
    let (severity, says) = match (&worth.own, worth.told) {
        (Some(State::Secure), Some(true)) => (Severity::Good, "signed: AD, and checked here".to_owned()),
        (Some(State::Secure), Some(false)) => {
            (Severity::Note, "signed, checked here; the resolver does not say AD".to_owned())
        }
        (Some(State::Secure), None) => (Severity::Warning, "signed, and the resolver gives no answer".to_owned()),
        (Some(State::Insecure(why)), Some(true)) => {
            (Severity::Warning, format!("the resolver says AD, and it is not signed: {why}"))
        }
        (Some(State::Insecure(why)), Some(false)) => (Severity::Note, format!("not signed: {why}")),
        (Some(State::Bogus(why)), Some(true)) => (Severity::Fault, format!("the resolver says AD, and {why}")),
        (Some(State::Bogus(why)), _) => (Severity::Fault, why.to_string()),
        (Some(State::Indeterminate { why, .. }), Some(true)) => {
            (Severity::Note, format!("AD, by the resolver's word alone: {why}"))
        }
        (None, Some(true)) => (Severity::Note, "AD, by the resolver's word alone".to_owned()),
        (Some(State::Indeterminate { why, .. }), Some(false)) => {
            (Severity::Note, format!("not known; the resolver does not say AD: {why}"))
        }
        (None, Some(false)) => (Severity::Note, "not signed, by the resolver's word".to_owned()),
        (Some(State::Insecure(_) | State::Indeterminate { .. }) | None, None) => {
            (Severity::Fault, "no answer".to_owned())
        }
    };
    Some((severity, says))
}

/// Where TLSA is looked for when the answer to the address question holds an alias (RFC 7672 §2.2.3). None while it is
/// open what that answer is worth.
pub(super) fn follows(worth: &Worth) -> Option<&'static str> {
    Some(match (worth.dnssec()?, &worth.own) {
        (Dnssec::Secure, _) => "TLSA is looked for at this name first",
        (Dnssec::Bogus, _) => "bogus: senders with DANE take the host as unreachable (RFC 7672 §2.1.2)",
        (Dnssec::Insecure, Some(State::Indeterminate { .. })) => {
            "whether it is signed is not known: TLSA is looked for at the name itself"
        }
        (Dnssec::Insecure, Some(_)) => "not signed: TLSA is looked for at the name itself",
        (Dnssec::Insecure, None) => "not signed, by the resolver's word: TLSA is looked for at the name itself",
    })
}

/// What DNSSEC is worth for one answer in full, for the details of a row.
pub(super) fn worth_in_full(worth: &Worth) -> Vec<String> {
    let told = match worth.told {
        Some(true) => "the resolver says that it is authentic (AD)",
        Some(false) => "the resolver does not say that it is authentic (AD)",
        None => "the resolver gives no answer",
    };
    let own = worth.own.as_ref().map_or_else(|| "not checked here".to_owned(), |own| format!("here: {own}"));
    vec![told.to_owned(), own]
}

/// What a record is worth, in a few words.
pub(super) fn standing(standing: &Standing, matched: bool) -> Option<Says> {
    let mismatch = if matched { Severity::Note } else { Severity::Fault };
    Some(match standing {
        Standing::Waiting => return None,
        Standing::Match => (Severity::Good, "matches the server".to_owned()),
        Standing::Unusable(why) => (Severity::Warning, why.clone()),
        Standing::PassedOver => (Severity::Note, "passed over for the SHA-512 beside it".to_owned()),
        Standing::Mismatch(Mismatch::Other) => (mismatch, "of another certificate or key".to_owned()),
        Standing::Mismatch(Mismatch::NotInChain) => (mismatch, "its authority is not in the chain".to_owned()),
        Standing::Mismatch(Mismatch::Path(why)) => (mismatch, why.clone()),
        Standing::Mismatch(Mismatch::Names(_)) => (mismatch, "the certificate is for other names".to_owned()),
        Standing::Mismatch(Mismatch::Dates(why)) => (mismatch, why.clone()),
    })
}

/// What all that is known of a server means for a sender that knows DANE. None while that is open.
pub(super) fn server(server: &Server, found: &Found, dane: Option<&Dane>, seen: Option<&Seen>) -> Option<Says> {
    if server.is_nowhere() {
        return Some((Severity::Fault, "has no address".to_owned()));
    }
    if *found == Found::Failed {
        return Some((Severity::Fault, "the question for TLSA fails: mail waits".to_owned()));
    }
    let (dane, seen) = (dane?, seen?);
    let fault = |says: &str| Some((Severity::Fault, says.to_owned()));
    let failed = seen.failure.as_ref().filter(|_| seen.tls.is_none()).map(|failure| failure.stage);
    match (dane.verdict, failed) {
        (Verdict::Bogus, _) => fault("DNSSEC is broken: mail waits"),
        (Verdict::NotApplicable, Some(Stage::StartTls)) => Some((Severity::Warning, "mail comes in clear".to_owned())),
        (_, Some(Stage::StartTls)) => fault("TLSA, and no STARTTLS: mail waits"),
        (Verdict::Waiting | Verdict::Unusable, Some(Stage::Handshake)) => fault("TLSA, and no TLS: mail waits"),
        (_, Some(_)) => Some((Severity::Warning, "could not be looked at".to_owned())),
        (Verdict::NotApplicable, None) if dane.records.is_empty() => Some((Severity::Note, "no DANE".to_owned())),
        (Verdict::NotApplicable, None) => Some((Severity::Warning, "TLSA is not signed: passed over".to_owned())),
        (Verdict::Unusable, None) => Some((Severity::Warning, "no TLSA record is of use".to_owned())),
        (Verdict::Authenticated, None) => Some((Severity::Good, "DANE vouches for it".to_owned())),
        (Verdict::Refused, None) => fault("no TLSA record matches: mail waits"),
        // The chain could not be read, or there is none.
        (Verdict::Waiting, None) => fault("TLSA, and no certificate: mail waits"),
    }
}

/// What is to say about a look that failed, with TLSA records in mind that senders act on.
pub(super) fn look(host: &str, failure: &Failure, dane: Option<&Dane>, tls: bool) -> Finding {
    let host = shown(host);
    let acts = dane.is_some_and(|dane| !matches!(dane.verdict, Verdict::NotApplicable | Verdict::Bogus));
    let Failure { stage, says, next, .. } = failure;
    match stage {
        Stage::StartTls if acts => Finding::new(
            Severity::Fault,
            SUBJECT,
            format!(
                "{host} has TLSA records, and {says}: senders that know DANE deliver nothing to it, and mail waits"
            ),
            format!("{next}; or take the TLSA records out"),
        ),
        Stage::Handshake if acts => Finding::new(
            Severity::Fault,
            SUBJECT,
            format!(
                "{host} has TLSA records, and no TLS comes about: senders that know DANE deliver nothing to it: {says}"
            ),
            next.clone(),
        ),
        Stage::StartTls => Finding::new(
            Severity::Warning,
            SUBJECT,
            format!("{host}: {says}: who can listen reads the mail"),
            next.clone(),
        ),
        _ if tls => Finding::new(Severity::Note, host, format!("after the handshake: {says}"), next.clone()),
        _ => Finding::new(
            Severity::Warning,
            SUBJECT,
            format!("{host} could not be looked at, so its certificate is not known: {says}"),
            next.clone(),
        ),
    }
}

/// The question for TLSA has no answer.
pub(super) fn no_answer(name: &str, why: &Finding) -> Finding {
    Finding::new(
        Severity::Fault,
        SUBJECT,
        format!(
            "the TLSA question at {} has no answer: senders that know DANE deliver nothing there, and mail waits: {}",
            shown(name),
            why.says
        ),
        "have the name servers answer for types they do not know, with an empty answer (RFC 7672 §2.1.2)",
    )
}

/// The chain of trust could not be walked through this resolver: nothing is wrong with the zone.
pub(super) fn unchecked(why: &str, next: &str) -> Finding {
    let says = format!("what follows is by the resolver's word (AD) alone, for it could not be checked here: {why}");
    Finding::new(Severity::Note, "DNSSEC", says, next)
}

/// Neither the resolver nor a chain of trust tells.
pub(super) fn unknown(name: &str) -> Finding {
    let says = format!(
        "whether the TLSA records at {} are signed is not known: senders pass over them unless they are",
        shown(name)
    );
    Finding::new(Severity::Warning, SUBJECT, says, "ask a resolver that validates: @9.9.9.9")
}

/// An address, or what else is no name, where the name of a host must stand.
pub(super) fn misnamed(domain: &str, exchange: &str) -> Finding {
    let is_address = exchange.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    let what = if is_address { "the address" } else { "what is no name of a host:" };
    Finding::new(
        Severity::Fault,
        "MX",
        format!("an MX record of {} names {what} {}: no mail is delivered to it", shown(domain), shown(exchange)),
        "give the server a name with an A or AAAA record, and let the MX record name that (RFC 1035 §3.3.9)",
    )
}

/// An MX record leads to an alias.
pub(super) fn alias(host: &str, target: &str) -> Finding {
    Finding::new(
        Severity::Fault,
        shown(host),
        format!("an MX must not name an alias (RFC 2181 §10.3): {} is one of {}", shown(host), shown(target)),
        "let the MX name the host itself",
    )
}

/// Whoever can forge the MX sends mail elsewhere.
pub(super) fn unsigned_exchanges(domain: &str) -> Finding {
    Finding::new(
        Severity::Note,
        SUBJECT,
        format!("the MX records of {} are not signed: who can forge them can name another server", shown(domain)),
        "sign the zone of the domain too, not that of its servers alone",
    )
}

/// Octets were injected, or could have been.
pub(super) fn injected(host: &str, octets: usize) -> Finding {
    Finding::new(
        Severity::Fault,
        "STARTTLS",
        format!("{}: {octets} octets came in clear behind the answer to STARTTLS", shown(host)),
        "a server or a middlebox that does this lets attackers inject replies (CVE-2011-0411 and others)",
    )
}

/// The verb that begins TLS, for the label of a row.
pub(super) const fn label(server: &Server) -> &'static str {
    match server.place.security {
        Security::Implicit => "TLS",
        _ => server.place.protocol.starttls(),
    }
}
