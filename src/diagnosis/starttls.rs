//! What goes wrong with STARTTLS and STLS before the handshake, each in its own words: an offer that something on the way
//! wrote over or took away, a refusal, lists that differ, a promise that is not kept.

use super::finding::{Finding, Severity};
use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::Protocol;
use crate::protocol::reply::reply_line;
use crate::protocol::visible::visible;

/// Offers that are named in a sentence.
const NAMED: usize = 6;

/// The offer that was written over: `XXXXXXXA`, `XXXX`. Some firewalls do so with what they do not know (Cisco's SMTP
/// inspection), and the length stays that of the keyword. A private extension looks like `XCLIENT`.
#[must_use]
pub fn masked(offers: &Capabilities) -> Option<&str> {
    let is_masked = |name: &str| {
        let crosses = name.bytes().take_while(|&octet| octet == b'X').count();
        crosses >= 4 && crosses + 1 >= name.len()
    };
    offers.list().iter().map(|offer| offer.name.as_str()).find(|name| is_masked(name))
}

/// Whether a greeting was written over: `220 ****************`.
#[must_use]
pub fn is_masked_greeting(line: &[u8]) -> bool {
    let Some((_, _, text)) = reply_line(line) else { return false };
    let stars = text.iter().filter(|&&octet| octet == b'*').count();
    // A digit or two are left standing.
    stars >= 4 && text.iter().all(|octet| matches!(octet, b'*' | b' ' | b'0'..=b'9'))
}

/// Why TLS is not offered, and what to do: the first that fits.
#[must_use]
pub fn not_offered(protocol: Protocol, offers: &Capabilities, masked_greeting: bool) -> (String, String) {
    let verb = protocol.starttls();
    if let Some(name) = masked(offers) {
        return (
            format!("{verb} is not offered, and {name} is: something on the way writes over what the server offers"),
            "switch SMTP inspection off in the firewall (Cisco: no inspect esmtp, no fixup protocol smtp), or ask from a \
             network without it"
                .to_owned(),
        );
    }
    if masked_greeting {
        return (
            format!(
                "{verb} is not offered, and asterisks stand in the greeting: something on the way changes what is said"
            ),
            "switch SMTP inspection off in the firewall (Cisco: no inspect esmtp, no fixup protocol smtp)".to_owned(),
        );
    }
    (
        format!("the server does not offer {verb}"),
        "switch TLS on in the server; if it is on, something on the way takes the offer away".to_owned(),
    )
}

/// What to do about a refusal of STARTTLS, by its last line. `asked`: whether the server was asked what it offers.
#[must_use]
pub fn refused(protocol: Protocol, line: &[u8], asked: bool) -> &'static str {
    if protocol.is_smtp() {
        let code = reply_line(line).map_or(0, |(code, ..)| code.0);
        return match code {
            454 => {
                "it offers TLS and cannot begin it: look for the certificate, its key and their permissions in its log"
            }
            500 | 502 if !asked => "say EHLO first: STARTTLS belongs to the extensions that EHLO begins (RFC 3207 §4)",
            500 | 502 => {
                "it does not know the verb it offers: a proxy in front may offer what the server behind it has not"
            }
            503 if !asked => "say EHLO first: after HELO there is no STARTTLS (RFC 3207 §4)",
            503 => "not at this moment: a transaction is open (RSET ends it), or TLS is on already",
            501 => "STARTTLS has no parameters (RFC 3207 §4)",
            554 | 550 => {
                "it refuses TLS to this client by its policy, or it heard something behind STARTTLS; its log says which"
            }
            421 => "it is overloaded or shuts down; try again later",
            _ => "the log of the server says why",
        };
    }
    let text = String::from_utf8_lossy(line).to_ascii_uppercase();
    match protocol {
        Protocol::Imap if text.split(' ').nth(1) == Some("BAD") => {
            "it does not know the verb, or not at this moment: STARTTLS comes before any login (RFC 9051 §6.2.1)"
        }
        Protocol::Imap => "it offers TLS and cannot begin it: its certificate and key are the first to look at",
        _ if text.contains("[SYS/TEMP]") => "it cannot begin TLS now; its log says why",
        _ => "it does not begin TLS: STLS comes before any login (RFC 2595 §4), and needs a certificate and a key",
    }
}

/// What the lists before and behind TLS tell beyond what TLS changes by itself: logins come, and the verb goes.
#[must_use]
pub fn changed(protocol: Protocol, clear: &Capabilities, tls: &Capabilities) -> Option<Finding> {
    if !clear.known || !tls.known {
        return None;
    }
    let verb = protocol.starttls();
    if tls.has(verb) {
        let says = format!("{verb} is still offered under TLS");
        let next = "a server must not offer it there (RFC 3207 §4.2, RFC 9051 §6.2.1, RFC 2595 §4); it may have kept more of \
                    what was said in clear";
        return Some(Finding::new(Severity::Warning, verb, says, next));
    }
    let expected = |text: &String| {
        let name = text.split([' ', ':', '=']).next().unwrap_or_default();
        name == verb
            || matches!(
                name,
                "AUTH" | "SASL" | "SASL-IR" | "LOGINDISABLED" | "USER" | "LOGIN-REFERRALS" | "REQUIRETLS" | "X-EXPS"
            )
    };
    let (_, gone) = tls.difference(clear);
    let gone: Vec<String> = gone.into_iter().filter(|text| !expected(text)).collect();
    if gone.is_empty() {
        return None;
    }
    let named: Vec<&str> = gone.iter().take(NAMED).map(String::as_str).collect();
    let more = if gone.len() > NAMED { " and more" } else { "" };
    let says = format!("offered in clear and no longer under TLS: {}{more}", visible(named.join(", ").as_bytes()));
    let next = "two servers may answer, a proxy and what is behind it; or somebody on the way added offers in clear";
    Some(Finding::new(Severity::Warning, verb, says, next))
}

/// What a domain promises about one of its exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Its MTA-STS policy is enforced, and allows the exchange (RFC 8461 §5).
    MtaSts,
    /// There are TLSA records for it (RFC 7672 §2.2).
    Tlsa,
}

/// That a promise is not kept, so that a sender who goes by it delivers nothing. `tls`: whether TLS is offered or on;
/// `certificate`: why it is not valid.
#[must_use]
pub fn broken(promise: Promise, host: &str, tls: bool, certificate: Option<&str>) -> Option<Finding> {
    let host = visible(host.as_bytes());
    let (subject, by) = match promise {
        Promise::MtaSts => ("MTA-STS", "the MTA-STS policy of the domain is enforced"),
        Promise::Tlsa => ("DANE", "there are TLSA records"),
    };
    let what = match (tls, promise, certificate) {
        (false, ..) => format!("{host} does not offer STARTTLS"),
        (true, Promise::MtaSts, Some(why)) => why.to_owned(),
        // TLSA has its own idea of a right certificate.
        _ => return None,
    };
    let next = match (tls, promise) {
        (false, _) => {
            "switch TLS on in the server, or find what takes the offer away on the way; whoever does so reads mail \
                       from all other senders"
        }
        (true, _) => "give it a certificate from a public authority for the name of its MX record",
    };
    let says = format!("{by}, and {what}: a sender that follows the policy will not deliver");
    Some(Finding::new(Severity::Fault, subject, says, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::capability::Capability;

    fn offers(lines: &[&str]) -> Capabilities {
        let mut all = Capabilities::heard();
        lines.iter().filter_map(|line| Capability::read(line.as_bytes())).for_each(|offer| all.push(offer));
        all
    }

    #[test]
    fn what_a_firewall_leaves_of_an_offer() {
        for (name, is) in [
            ("XXXXXXXA", true),
            ("XXXXXXXX", true),
            ("XXXX", true),
            ("XXXB", false),
            ("XCLIENT", false),
            ("X-EXPS", false),
            ("XXXXAB", false),
            ("STARTTLS", false),
        ] {
            assert_eq!(masked(&offers(&["SIZE 1", name])), is.then_some(name), "{name}");
        }
        for (line, is) in [
            ("220 **************0*2******0***********************0*00", true),
            ("220-****** ********", true),
            ("220 mx.example.org ESMTP ****", false),
            ("220 ***", false),
            ("220 2 0", false),
            ("* OK ****", false),
            ("", false),
        ] {
            assert_eq!(is_masked_greeting(line.as_bytes()), is, "{line}");
        }
        for (lines, greeting, part) in [
            (&["XXXXXXXA"][..], false, "XXXXXXXA is: something on the way"),
            (&["SIZE"], true, "asterisks stand in the greeting"),
            (&["SIZE"], false, "the server does not offer STARTTLS"),
        ] {
            let (says, next) = not_offered(Protocol::Smtp, &offers(lines), greeting);
            assert!(says.contains(part) && !next.is_empty(), "{lines:?}: {says}");
        }
        assert!(not_offered(Protocol::Pop3, &offers(&[]), false).0.ends_with("STLS"));
    }

    #[test]
    fn each_refusal_has_its_next_step() {
        for (protocol, line, asked, part) in [
            (Protocol::Smtp, "454 4.7.0 TLS not available due to local problem", true, "certificate, its key"),
            (Protocol::Smtp, "502 5.5.1 Error: command not implemented", false, "say EHLO first"),
            (Protocol::Smtp, "502 5.5.1 Error: command not implemented", true, "a proxy in front"),
            (Protocol::Smtp, "503 STARTTLS command used when not advertised", false, "after HELO"),
            (Protocol::Smtp, "503 5.5.1 Error: TLS already active", true, "TLS is on already"),
            (Protocol::Smtp, "501 5.5.4 Syntax: STARTTLS", true, "no parameters"),
            (Protocol::Smtp, "554 Security failure", true, "behind STARTTLS"),
            (Protocol::Smtp, "421 4.3.0 busy", true, "overloaded"),
            (Protocol::Smtp, "nonsense", true, "log of the server"),
            (Protocol::Imap, "a1 BAD Unknown command", true, "before any login"),
            (Protocol::Imap, "a1 NO [UNAVAILABLE] not now", true, "cannot begin it"),
            (Protocol::Pop3, "-ERR [SYS/TEMP] no", true, "cannot begin TLS now"),
            (Protocol::Pop3, "-ERR Unknown command.", true, "STLS comes before"),
        ] {
            assert!(refused(protocol, line.as_bytes(), asked).contains(part), "{line}");
        }
    }

    #[test]
    fn lists_before_and_behind_tls() {
        for (protocol, clear, tls, part) in [
            (Protocol::Smtp, &["SIZE 1", "STARTTLS"][..], &["SIZE 1", "AUTH PLAIN", "REQUIRETLS"][..], None),
            (Protocol::Smtp, &["STARTTLS", "AUTH PLAIN"], &["SIZE 1"], None),
            (Protocol::Smtp, &["STARTTLS", "CHUNKING", "DSN"], &["DSN"], Some("no longer under TLS: CHUNKING")),
            (Protocol::Smtp, &["STARTTLS"], &["STARTTLS"], Some("STARTTLS is still offered")),
            (Protocol::Imap, &["IMAP4rev1", "STARTTLS", "LOGINDISABLED"], &["IMAP4rev1", "AUTH=PLAIN"], None),
            (Protocol::Imap, &["IMAP4rev1", "STARTTLS", "AUTH=PLAIN", "IDLE"], &["IMAP4rev1"], Some("IDLE")),
            (Protocol::Pop3, &["STLS", "UIDL"], &["UIDL", "USER", "SASL PLAIN"], None),
        ] {
            let found = changed(protocol, &offers(clear), &offers(tls));
            assert_eq!(found.is_some(), part.is_some(), "{clear:?} {found:?}");
            assert!(part.is_none_or(|part| found.unwrap().says.contains(part)), "{clear:?}");
        }
        assert_eq!(changed(Protocol::Smtp, &Capabilities::unheard(), &offers(&["STARTTLS"])), None);
    }

    #[test]
    fn promises_that_are_not_kept() {
        for (promise, tls, certificate, part) in [
            (Promise::MtaSts, false, None, Some("mx.example.org does not offer STARTTLS: a sender that follows")),
            (Promise::MtaSts, true, Some("it expired on 2026-01-01"), Some("it expired on 2026-01-01: a sender")),
            (Promise::MtaSts, true, None, None),
            (Promise::Tlsa, false, None, Some("TLSA records, and mx.example.org does not")),
            (Promise::Tlsa, true, Some("self-signed"), None),
        ] {
            let found = broken(promise, "mx.example.org", tls, certificate);
            assert_eq!(found.as_ref().map(|finding| finding.severity), part.map(|_| Severity::Fault), "{promise:?}");
            assert!(part.is_none_or(|part| found.unwrap().says.contains(part)), "{promise:?}");
        }
    }
}
