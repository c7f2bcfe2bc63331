//! What follows from the answers, in plain sentences.

use super::{Probe, WhyNot, fault, is_ours};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::hello::grade;
use crate::diagnosis::hello::reply::{Choice, Reply};
use crate::diagnosis::investigation::Cause;
use crate::diagnosis::survey::Row;
use crate::protocol::endpoint::Security;
use crate::protocol::tls::{AlertDescription, Exchange, Version};

const UPGRADE: &str = "let it speak TLS 1.2 and 1.3: renew its TLS library, or lift what keeps it (Postfix: smtpd_tls_protocols = \
                       >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2)";
const EPHEMERAL: &str = "let it offer ECDHE with AES-GCM or ChaCha20-Poly1305 (RFC 9325 §4.2); its list of ciphers may be too \
                         narrow, or its TLS library too old";

pub(super) fn rows(of: &WhyNot) -> Vec<Row> {
    let mut rows: Vec<Row> = of
        .said
        .iter()
        .map(|(probe, reply)| Row {
            label: "ClientHello".to_owned(),
            text: text(*probe).to_owned(),
            verdict: Some((if reply.choice().is_some() { Severity::Good } else { Severity::Note }, reply.words())),
            ..Row::default()
        })
        .collect();
    rows.extend(of.asked.iter().map(|(probe, _)| Row {
        label: "ClientHello".to_owned(),
        text: format!("{} …", text(*probe)),
        ..Row::default()
    }));
    rows
}

const fn text(probe: Probe) -> &'static str {
    match probe {
        Probe::All => "TLS 1.0 to 1.3, all suites",
        Probe::Unnamed => "the same without a name",
        Probe::Tls12 => "at most TLS 1.2, all suites",
        Probe::Ecdhe => "at most TLS 1.2, ECDHE only",
        Probe::Dhe => "at most TLS 1.2, DHE only",
        Probe::Tls10 => "TLS 1.0",
        Probe::Ssl3 => "SSL 3.0",
    }
}

/// The reason first, then what else was seen on the way.
pub(super) fn findings(of: &WhyNot) -> Vec<Finding> {
    let mut findings = Vec::new();
    let choices: Vec<&Choice> = of.said.iter().filter_map(|(_, reply)| reply.choice()).collect();
    // After a silence the one that offers everything may not be sent at all.
    match of.reply(Probe::All).or_else(|| of.said.last().map(|(_, reply)| reply)) {
        Some(Reply::Chose(choice)) => findings.extend(spoken(of, choice)),
        Some(Reply::NotSent(failure)) => findings.push(fault(&of.way, failure.says.clone(), &failure.next)),
        Some(Reply::Clear(line)) => findings.push(clear(of, line)),
        Some(reply) if reply.is_late() && of.is_mute() && choices.is_empty() => findings.push(mute(of)),
        Some(reply) => findings.push(deaf(of, reply)),
        None => {}
    }
    if let Some(says) = choices.iter().find_map(|choice| asks(choice)).filter(|says| !is_told(&findings, says)) {
        let next = "it may end handshakes without one: --cert FILE --key FILE shows one";
        findings.push(Finding::new(Severity::Warning, of.way.subject(), says, next));
    }
    findings.extend(choices.iter().find_map(|choice| prime(of, choice)));
    findings.extend(choices.first().and_then(|choice| broken(of, choice)));
    findings
}

fn is_told(findings: &[Finding], says: &str) -> bool {
    findings.iter().any(|finding| finding.says == says)
}

/// It would speak with somebody, and not with us.
fn spoken(of: &WhyNot, choice: &Choice) -> Vec<Finding> {
    let (version, suite) = (choice.version, choice.suite);
    if version < Version::TLS12 {
        let says = match version {
            Version::TLS10 => {
                "speaks nothing newer than TLS 1.0, which must not be spoken any more (RFC 8996)".to_owned()
            }
            Version::TLS11 => {
                "speaks nothing newer than TLS 1.1, which must not be spoken any more (RFC 8996)".to_owned()
            }
            _ => format!("speaks nothing newer than {version}, which must not be spoken any more"),
        };
        return vec![fault(&of.way, says, UPGRADE)];
    }
    if version == Version::TLS13 || is_ours(suite) {
        return vec![asked(of).unwrap_or_else(|| fits(of, version, suite.to_string()))];
    }
    let (ecdhe, dhe) = (of.choice(Probe::Ecdhe), of.choice(Probe::Dhe));
    let says = match (suite.exchange(), ecdhe, dhe) {
        (_, Some(_), _) | (Exchange::Ecdhe, None, _) => {
            let cipher = ecdhe.unwrap_or(choice).suite;
            if is_ours(cipher) {
                return vec![asked(of).unwrap_or_else(|| fits(of, version, format!("{cipher}, and prefers {suite}")))];
            }
            format!("has no suite with ECDHE and AES-GCM or ChaCha20-Poly1305; it would speak {cipher}")
        }
        (Exchange::Dhe, ..) | (_, None, Some(_)) => {
            format!("has DHE only, no ECDHE; it would speak {}", dhe.unwrap_or(choice).words())
        }
        (Exchange::Rsa, None, None) => format!("has RSA key exchange only: no forward secrecy; it would speak {suite}"),
        (Exchange::Anonymous { .. }, None, None) => format!("shows no certificate; it would speak {suite}"),
        _ => format!("has neither ECDHE nor DHE; it would speak {suite}"),
    };
    vec![fault(&of.way, says, EPHEMERAL)]
}

/// All that a ClientHello asks for is there. Of what comes after it a certificate whose signatures we do not offer to check
/// ends the handshake most (RFC 8446 §4.4.2.2).
fn fits(of: &WhyNot, version: Version, suite: String) -> Finding {
    if of.cause != Cause::Alert(AlertDescription::HANDSHAKE_FAILURE) {
        let says = format!("answers a ClientHello with {version} and {suite}: the handshake fails later");
        return Finding::new(Severity::Note, of.way.subject(), says, "the log of the server says why");
    }
    let says = format!(
        "the versions and suites fit ({version} with {suite}), so the key of its certificate is probably of a kind that this \
         build cannot check ({UNCHECKED})"
    );
    fault(&of.way, says, OTHER_KEY)
}

#[cfg(not(feature = "aws-lc-rs"))]
const UNCHECKED: &str = "P-521, Ed448 and the like";
#[cfg(not(feature = "aws-lc-rs"))]
const OTHER_KEY: &str = "ask with the build that has aws-lc-rs (cargo build --features aws-lc-rs), which knows P-521; or give the \
                         server a certificate with a key of RSA, P-256 or P-384";
#[cfg(feature = "aws-lc-rs")]
const UNCHECKED: &str = "Ed448 and the like";
#[cfg(feature = "aws-lc-rs")]
const OTHER_KEY: &str = "give the server a certificate with a key of RSA, P-256 or P-384";

/// A certificate of the client is asked for, and nothing else is in the way: that is the reason.
fn asked(of: &WhyNot) -> Option<Finding> {
    let wants = of.said.iter().filter_map(|(_, reply)| reply.choice()).find_map(asks)?;
    let next = "--cert FILE --key FILE shows one; or let the server ask and not require";
    Some(fault(&of.way, wants, next))
}

fn clear(of: &WhyNot, line: &str) -> Finding {
    let next = match of.way.endpoint.security {
        Security::Implicit => "this port begins in clear: connect with --starttls",
        _ => {
            "it agreed to STARTTLS and did not begin TLS: a broken server, or something on the way that changes what is said"
        }
    };
    fault(&of.way, format!("answers in plain text where TLS was to begin: {line}"), next)
}

/// It does not hear the ClientHello that offers everything.
fn deaf(of: &WhyNot, first: &Reply) -> Finding {
    let name = of.way.name.as_deref().unwrap_or_default();
    if of.choice(Probe::Unnamed).is_some() {
        let refused = matches!(first, Reply::Alert(alert) if alert.description == AlertDescription::UNRECOGNIZED_NAME);
        let how = if refused { "alert unrecognized_name".to_owned() } else { first.words() };
        let next = "ask for a name that stands in its certificate (--sni), or add this one to the server";
        return fault(&of.way, format!("does not know the name {name} ({how}); without a name it speaks"), next);
    }
    if of.said.iter().filter_map(|(_, reply)| reply.choice()).any(|choice| choice.version == Version::SSL3) {
        return fault(
            &of.way,
            "speaks SSL 3.0 only, which is broken (POODLE) and forbidden (RFC 7568)".to_owned(),
            UPGRADE,
        );
    }
    for (probe, newest) in [(Probe::Tls12, "TLS 1.2"), (Probe::Tls10, "TLS 1.0")] {
        if let Some(choice) = of.choice(probe) {
            let says = format!(
                "does not bear a ClientHello that offers more than {newest} ({}); it speaks {} with {}",
                first.words(),
                choice.version,
                choice.words()
            );
            return fault(
                &of.way,
                says,
                "its TLS, or a middlebox before it, is intolerant of newer versions: renew it",
            );
        }
    }
    let replies: Vec<&Reply> = of.said.iter().map(|(_, reply)| reply).collect();
    let says = if replies.iter().all(|reply| *reply == first) {
        format!("refuses every ClientHello from SSL 3.0 to TLS 1.3: {}", first.words())
    } else {
        let all: Vec<String> =
            of.said.iter().map(|(probe, reply)| format!("{}: {}", text(*probe), reply.words())).collect();
        format!("refuses every ClientHello ({})", all.join("; "))
    };
    let next = match first {
        Reply::Alert(alert) if alert.description == AlertDescription::HANDSHAKE_FAILURE => {
            "it may have no certificate that can be used, or wants shared keys: the log of the server says why"
        }
        Reply::Alert(alert) if alert.description == AlertDescription::PROTOCOL_VERSION => {
            "it may speak SSL 2.0 only, which is not tried: renew it"
        }
        Reply::Closed(_) | Reply::Silent(_) | Reply::Stalled { .. } => first.unanswered(),
        _ => "the log of the server says why",
    };
    fault(&of.way, says, next)
}

/// It was silent, or came to no end, too often to be asked further.
fn mute(of: &WhyNot) -> Finding {
    let said: Vec<String> =
        of.said.iter().map(|(probe, reply)| format!("{}: {}", text(*probe), reply.words())).collect();
    let own = if of.cause == Cause::Silence { "no end of our handshake; " } else { "" };
    // One octet is enough to say that it is not silent.
    let stalled = of.said.iter().map(|(_, reply)| reply).find(|reply| matches!(reply, Reply::Stalled { .. }));
    let was = if stalled.is_some() { "came to no end" } else { "was silent" };
    let next = stalled.or_else(|| of.said.last().map(|(_, reply)| reply)).map_or("", Reply::unanswered);
    fault(&of.way, format!("{was} too often to be asked further ({own}{})", said.join("; ")), next)
}

/// It asks for a certificate of the client.
fn asks(choice: &Choice) -> Option<String> {
    Some(match choice.wants.as_deref()? {
        [] => "asks for a client certificate, of any authority".to_owned(),
        names => format!("asks for a client certificate of {}", names.join(" or of ")),
    })
}

fn prime(of: &WhyNot, choice: &Choice) -> Option<Finding> {
    let bits = choice.prime?;
    let grade = grade::prime(bits);
    let says = format!("its DH prime has {bits} bits: {}", grade.says);
    (grade.severity > Severity::Good).then(|| Finding::new(grade.severity, of.way.subject(), says, grade.next))
}

/// The best that it has is broken.
fn broken(of: &WhyNot, choice: &Choice) -> Option<Finding> {
    let grade = grade::suite(choice.suite);
    // That there is no forward secrecy is the reason itself, and told already.
    let worse = grade.severity >= Severity::Warning && !grade.says.starts_with("no forward secrecy");
    let says = format!("the best that it has is {}: {}", choice.suite, grade.says);
    worse.then(|| Finding::new(grade.severity, of.way.subject(), says, grade.next))
}
