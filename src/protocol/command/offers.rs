//! What the server offers, against what a line asks for. All of it is advice: a server may do more than it says.

use std::ops::Range;

use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::Protocol;
use crate::protocol::smtp::address::NEEDS_SMTPUTF8;
use crate::protocol::smtp::parameters::{MAIL_PARAMETERS, Parameter, RCPT_PARAMETERS, mail, rcpt};
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
    "BINARY",
    "SPECIAL-USE",
];

/// Whether `name` is offered, also as `name=…` (`THREAD=REFERENCES`) or as a part of IMAP4rev2.
pub(super) fn offered(capabilities: &Capabilities, name: &str) -> bool {
    capabilities.list().iter().any(|capability| {
        let is = capability.name.eq_ignore_ascii_case(name);
        is || capability.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
    }) || IN_REV2.contains(&name) && capabilities.has("IMAP4REV2")
        // RFC 5464 §1: annotations of the server alone.
        || name == "METADATA" && capabilities.has("METADATA-SERVER")
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

/// Parameters, mechanisms and literals that are not offered.
pub(super) fn arguments(line: &str, verb: &Verb, verb_at: &Range<usize>, context: &Context<'_>) -> Vec<Fault> {
    let capabilities = context.capabilities;
    if !capabilities.known {
        return Vec::new();
    }
    let at = verb_at.end + 1;
    let mut cursor = Cursor::new(line, at);
    let mut out = Vec::new();
    match verb.name {
        "MAIL" => {
            if let Ok(command) = mail(&mut cursor) {
                for parameter in &command.parameters {
                    let row = MAIL_PARAMETERS.iter().find(|row| row.keyword == parameter.keyword);
                    out.extend(row.and_then(|row| mail_parameter(parameter, row.capability, capabilities)));
                }
            }
        }
        "RCPT" => {
            if let Ok(command) = rcpt(&mut cursor) {
                for parameter in &command.parameters {
                    let row = RCPT_PARAMETERS.iter().find(|row| row.keyword == parameter.keyword);
                    out.extend(row.and_then(|row| missing(parameter, row.capability, capabilities)));
                }
            }
        }
        "AUTH" | "AUTHENTICATE" => {
            let name = cursor.word();
            let offered = capabilities.mechanisms();
            if !name.is_empty() && !offered.is_empty() && !offered.iter().any(|m| m.eq_ignore_ascii_case(name)) {
                let reason = format!("the server does not offer {name}, but {}", offered.join(" "));
                out.push(advice(at..cursor.at(), reason));
            }
            if context.protocol == Protocol::Imap
                && cursor.peek() == Some(' ')
                && !self::offered(capabilities, "SASL-IR")
            {
                let from = cursor.at() + 1;
                out.push(advice(
                    from.min(line.len())..line.len(),
                    "the server does not offer SASL-IR: wait for + and send the response then".to_owned(),
                ));
            }
        }
        _ => {}
    }
    if matches!(verb.name, "MAIL" | "RCPT")
        && let Some(remark) = cursor.remarks.iter().find(|fault| fault.reason.starts_with(NEEDS_SMTPUTF8))
        && !capabilities.has("SMTPUTF8")
    {
        out.push(advice(remark.at.clone(), "the server does not offer SMTPUTF8".to_owned()));
    }
    if context.protocol == Protocol::Imap {
        out.extend(literal(line, capabilities));
    }
    out
}

fn missing(parameter: &Parameter, capability: &str, capabilities: &Capabilities) -> Option<Fault> {
    (!capabilities.has(capability))
        .then(|| advice(parameter.at.clone(), format!("the server does not offer {capability}")))
}

fn mail_parameter(parameter: &Parameter, capability: &str, capabilities: &Capabilities) -> Option<Fault> {
    let value = parameter.value.as_deref().unwrap_or("");
    match parameter.keyword.as_str() {
        "BODY" if value.eq_ignore_ascii_case("BINARYMIME") => missing(parameter, "BINARYMIME", capabilities),
        "SIZE" => match (capabilities.size_limit(), value.parse::<u64>()) {
            (Some(limit), Ok(size)) if limit > 0 && size > limit => Some(advice(
                parameter.at.clone(),
                format!("the server takes at most {limit} octets, it would answer 552"),
            )),
            (None, _) => missing(parameter, capability, capabilities),
            _ => None,
        },
        _ => missing(parameter, capability, capabilities),
    }
}

/// `{n+}` needs LITERAL+, or LITERAL- and at most 4096 octets (RFC 7888 §5).
fn literal(line: &str, capabilities: &Capabilities) -> Option<Fault> {
    let body = line.strip_suffix("+}")?;
    let open = body.rfind('{')?;
    let octets: u64 = body.get(open + 1..)?.parse().ok()?;
    let at = open..line.len();
    if capabilities.has("LITERAL+") {
        None
    } else if !offered(capabilities, "LITERAL-") {
        Some(advice(at, format!("the server does not offer LITERAL+: write {{{octets}}} and wait for +")))
    } else if octets > 4096 {
        Some(advice(at, format!("LITERAL- allows at most 4096 octets at once: write {{{octets}}} and wait for +")))
    } else {
        None
    }
}
