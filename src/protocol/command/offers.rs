//! What the server offers, against what a line asks for. All of it is advice: a server may do more than it says.

use std::ops::Range;

use crate::protocol::capability::Capabilities;
use crate::protocol::cursor::Need;
use crate::protocol::endpoint::Protocol;
use crate::protocol::verb::{Context, Cursor, Fault, Verb, Weight};

/// What IMAP4rev2 has within itself (RFC 9051 appendix E).
const IN_REV2: &[&str] = &[
    "NAMESPACE",
    "UNSELECT",
    "UIDPLUS",
    "ESEARCH",
    "SEARCHRES",
    "ENABLE",
    "IDLE",
    "SASL-IR",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "MOVE",
    "LITERAL-",
];

/// Whether `name` is offered, also as `name=…` (`THREAD=REFERENCES`), as a part of IMAP4rev2, or by what implies it.
pub(super) fn offered(capabilities: &Capabilities, name: &str) -> bool {
    let listed = capabilities.list().iter().any(|capability| {
        let begins = capability.name.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
        begins && matches!(capability.name.as_bytes().get(name.len()), None | Some(b'='))
    });
    let rev2 = || capabilities.has("IMAP4REV2");
    listed
        || IN_REV2.contains(&name) && rev2()
        || match name {
            // A list that names neither is of a server that says little.
            "IMAP4REV1" => !rev2(),
            // RFC 5464 §1: annotations of the server alone.
            "METADATA" => capabilities.has("METADATA-SERVER"),
            // RFC 9755 §7.
            "UTF8=ACCEPT" => capabilities.has("UTF8=ONLY"),
            // RFC 7162 §3.2.3.
            "CONDSTORE" => capabilities.has("QRESYNC"),
            "QUOTASET" => has_old_quota(capabilities),
            _ => name.starts_with("QUOTA=RES-") && has_old_quota(capabilities),
        }
}

/// The quotas of RFC 2087 have no capability for each resource, and setting them belongs to them (RFC 9208 §3.1).
fn has_old_quota(capabilities: &Capabilities) -> bool {
    let resource = |name: &str| name.get(..10).is_some_and(|begin| begin.eq_ignore_ascii_case("QUOTA=RES-"));
    capabilities.has("QUOTA") && !capabilities.list().iter().any(|capability| resource(&capability.name))
}

/// Whether any of these is offered; none needed: yes.
pub(super) fn any_offered(capabilities: &Capabilities, names: &[&str]) -> bool {
    !capabilities.known || names.is_empty() || names.iter().any(|name| offered(capabilities, name))
}

fn advice(at: Range<usize>, reason: String) -> Fault {
    Fault { at, weight: Weight::Advice, reason }
}

/// A verb of an extension that is not offered.
pub(super) fn verb(verb: &Verb, at: &Range<usize>, context: &Context<'_>) -> Option<Fault> {
    let name = verb.capability?;
    let started = matches!(verb.name, "STARTTLS" | "STLS") && context.tls;
    if !context.capabilities.known || started || offered(context.capabilities, name) {
        return None;
    }
    Some(advice(at.clone(), format!("the server does not offer {name}")))
}

/// What the line uses of extensions that are not offered, each place once.
pub(super) fn needs(needs: &[Need], capabilities: &Capabilities) -> Vec<Fault> {
    let mut out: Vec<Fault> = Vec::new();
    for need in needs.iter().filter(|need| !any_offered(capabilities, need.capabilities)) {
        if out.iter().any(|fault| fault.at.start == need.at.start) {
            continue;
        }
        let reason = match need.capabilities {
            [one] => format!("the server does not offer {one}"),
            [one, other] => format!("the server offers neither {one} nor {other}"),
            several => format!("the server offers none of {}", several.join(", ")),
        };
        out.push(advice(need.at.clone(), reason));
    }
    out
}

/// Mechanisms and literals that are not offered.
pub(super) fn arguments(line: &str, verb: &Verb, verb_at: &Range<usize>, context: &Context<'_>) -> Vec<Fault> {
    let capabilities = context.capabilities;
    let mut out = Vec::new();
    if !capabilities.known {
        return out;
    }
    if matches!(verb.name, "AUTH" | "AUTHENTICATE") {
        let at = verb_at.end + 1;
        let mut cursor = Cursor::new(line, at);
        let name = cursor.word();
        let offered = capabilities.mechanisms();
        if !name.is_empty() && !offered.is_empty() && !offered.iter().any(|m| m.eq_ignore_ascii_case(name)) {
            let reason = format!("the server does not offer {name}, but {}", offered.join(" "));
            out.push(advice(at..cursor.at(), reason));
        }
        if context.protocol == Protocol::Imap && cursor.peek() == Some(' ') && !self::offered(capabilities, "SASL-IR") {
            let from = cursor.at() + 1;
            out.push(advice(
                from.min(line.len())..line.len(),
                "the server does not offer SASL-IR: wait for + and send the response then".to_owned(),
            ));
        }
    }
    if context.protocol == Protocol::Imap {
        out.extend(literal(line, capabilities));
    }
    out
}

/// `{n+}` needs LITERAL+, or LITERAL- and at most 4096 octets (RFC 7888 §5).
pub(super) fn literal(line: &str, capabilities: &Capabilities) -> Option<Fault> {
    let body = line.strip_suffix("+}")?;
    let open = body.rfind('{')?;
    let octets: u64 = body.get(open + 1..)?.parse().ok()?;
    let at = open..line.len();
    if !capabilities.known || capabilities.has("LITERAL+") {
        None
    } else if !offered(capabilities, "LITERAL-") {
        Some(advice(at, format!("the server does not offer LITERAL+: write {{{octets}}} and wait for +")))
    } else if octets > 4096 {
        Some(advice(at, format!("LITERAL- allows at most 4096 octets at once: write {{{octets}}} and wait for +")))
    } else {
        None
    }
}
