//! An open relay: mail from strangers to strangers. RCPT is enough to tell; there is no DATA, and RSET ends it.

use super::Ground;
use super::outcome::{Outcome, Part, broken, quote};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Reply, Step, Talk, Talked};
use crate::protocol::endpoint::Host;
use crate::protocol::reply::ReplyClass;
use crate::protocol::smtp::address::literal_of;

/// Senders, none of them the server's own: the empty one of bounces, and a stranger (RFC 2606 §3).
const SENDERS: [&str; 2] = ["", "ehlo-probe@example.net"];

/// A form of a recipient in another domain.
struct Form {
    /// In a table.
    name: &'static str,
    /// The path, of the server's name and a local part that exists nowhere.
    path: fn(&str, &str) -> String,
    /// The domain of the address is the server's own: it may be taken for a local mailbox.
    local: bool,
}

/// What is tried as a recipient. Nobody has the address: no mail is taken for example.com (RFC 2606 §3, RFC 7505).
const FORMS: [Form; 4] = [
    Form { name: "elsewhere", path: |_, user| format!("{user}@example.com"), local: false },
    Form { name: "source route", path: |server, user| format!("@{server}:{user}@example.com"), local: false },
    Form { name: "percent", path: |server, user| format!("{user}%example.com@{server}"), local: true },
    Form { name: "quoted", path: |server, user| format!("\"{user}@example.com\"@{server}"), local: true },
];

/// The recipients of the second transaction: somebody at the server itself, to compare with, and all forms.
fn recipients(ground: &Ground<'_>) -> Vec<String> {
    let server = match &ground.order.endpoint.host {
        Host::Name(name) => name.clone(),
        Host::Ip(ip) => literal_of(*ip),
    };
    let user = ground.order.nobody();
    let forms = FORMS.iter().map(|form| (form.path)(&server, &user));
    std::iter::once(format!("{user}@{server}")).chain(forms).collect()
}

pub(super) fn talks(ground: &Ground<'_>) -> Vec<Talk> {
    let all = recipients(ground);
    let talk = |sender: &str, recipients: &[String]| {
        let mut steps = vec![Step::line(&format!("MAIL FROM:<{sender}>")).needing(ReplyClass::Completion)];
        steps.extend(recipients.iter().map(|path| Step::line(&format!("RCPT TO:<{path}>"))));
        steps.push(Step::line("RSET"));
        ground.talk(steps)
    };
    let [bounce, stranger] = SENDERS;
    vec![talk(bounce, all.get(1..2).unwrap_or_default()), talk(stranger, &all)]
}

pub(super) fn judge(ground: &Ground<'_>, talks: &[Talk], talked: &[Talked]) -> Outcome {
    let mut parts = Vec::new();
    let [Some(bounce), Some(stranger)] = [talked.first(), talked.get(1)] else {
        return Outcome::not_tested("nothing was said");
    };
    let tried = |talk: usize, step: usize| {
        let octets = talks.get(talk).and_then(|talk| talk.steps.get(step)).map(|step| step.octets.as_slice());
        String::from_utf8_lossy(octets.unwrap_or_default()).trim_end().to_owned()
    };
    for (number, talk) in [bounce, stranger].into_iter().enumerate() {
        let mail = talk.replies(0).first();
        if let Some(part) = refused(&tried(number, 0), mail, talk) {
            parts.push(part);
            continue;
        }
        // The local address to compare with stands first in the second transaction alone.
        let control = (number == 1).then(|| talk.replies(1).first()).flatten();
        let first = 1 + number;
        for (place, form) in FORMS.iter().enumerate().take(if number == 0 { 1 } else { FORMS.len() }) {
            let reply = talk.replies(first + place).first();
            let (severity, says) = recipient(form, reply, control, talk);
            let sender = if number == 0 { "<> to" } else { "stranger to" };
            let tried = format!("{sender} {}: {}", form.name, tried(number, first + place));
            parts.push(Part { tried, severity, says });
        }
    }
    let worst = parts.iter().map(|part| part.severity).max().unwrap_or(Severity::Note);
    let says = match worst {
        Severity::Fault => "relays mail from strangers to strangers",
        Severity::Good => "does not relay for strangers",
        Severity::Warning | Severity::Note => "not told for all forms; see each",
    };
    let near = ground.seen.remote.is_some_and(|remote| remote.ip().is_loopback());
    if near && worst == Severity::Fault {
        parts.push(Part {
            tried: "this machine".to_owned(),
            severity: Severity::Note,
            says: "a server trusts its own host (mynetworks, relay_from_hosts); ask from elsewhere too".to_owned(),
        });
    }
    Outcome {
        parts,
        means: "spammers find such a server within days, and it ends on every blocklist",
        mend: "Postfix: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination, \
               and a small mynetworks; Exim: in acl_check_rcpt accept only domains = +local_domains : +relay_to_domains; \
               Exchange: take Ms-Exch-SMTP-Accept-Any-Recipient from anonymous logons",
        reference: "RFC 2505 §2.1, RFC 5321 §7.9; nobody has example.com and example.net, RFC 2606 §3",
        ..Outcome::new(worst, says)
    }
    .from("MAIL and RCPT, no DATA", talked)
}

/// The sender alone is refused, or it did not come to that.
fn refused(tried: &str, mail: Option<&Reply>, talk: &Talked) -> Option<Part> {
    let (severity, says) = match mail {
        Some(reply) if reply.is_positive() => return None,
        Some(reply) if reply.class == ReplyClass::Permanent => {
            (Severity::Good, format!("nothing can be relayed: {}", quote(mail)))
        }
        Some(_) => (Severity::Note, format!("not told, ask again later: {}", quote(mail))),
        None => (Severity::Note, format!("not told: {}", broken(talk).unwrap_or_else(|| "no answer".to_owned()))),
    };
    Some(Part { tried: tried.to_owned(), severity, says })
}

/// What the answer to a recipient says of relaying. `control` is the answer for a stranger at the server itself.
fn recipient(form: &Form, reply: Option<&Reply>, control: Option<&Reply>, talk: &Talked) -> (Severity, String) {
    let Some(reply) = reply else {
        return (Severity::Note, format!("not told: {}", broken(talk).unwrap_or_else(|| "no answer".to_owned())));
    };
    let said = quote(Some(reply));
    if reply.is_positive() {
        return match control {
            // A server that takes every name of its own takes these for names too.
            Some(control) if form.local && control.is_positive() => {
                (Severity::Note, format!("taken, as is any name at this server: {said}"))
            }
            _ => (Severity::Fault, format!("taken: {said}")),
        };
    }
    // A domain that takes no mail, or a sender that cannot be one, is refused before anybody asks who may relay.
    let elsewhere = ["5.1.10", "5.1.2", "4.1.2", "5.1.8", "4.1.8", "5.1.7"];
    let text = reply.quote();
    if !form.local && elsewhere.iter().any(|code| text.split(' ').any(|word| word == *code)) {
        return (Severity::Note, format!("refused for the domain, which does not tell whether it relays: {said}"));
    }
    match reply.class {
        ReplyClass::Permanent => (Severity::Good, format!("refused: {said}")),
        _ => (Severity::Note, format!("not told, ask again later: {said}")),
    }
}
