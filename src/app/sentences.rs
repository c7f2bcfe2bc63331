//! Every way a connection can fail has its own sentence and its own next step.

use std::time::Duration;

use super::event::{Closing, ResolveFailure, SocketFailure, SocketTrouble};
use crate::diagnosis::tls::TlsFailure;
use crate::protocol::endpoint::{Endpoint, Security};
use crate::protocol::tls::AlertDescription;
use crate::protocol::visible::visible;

/// `850 µs`, `23 ms`, `1.25 s`, `2 min 05 s`.
#[must_use]
pub fn duration(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{} ms", micros / 1000),
        1_000_000..60_000_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

fn errno(failure: &SocketFailure) -> String {
    failure.errno.map_or_else(String::new, |number| format!(" (errno {number}: {})", failure.text))
}

/// What a failed attempt says and what to do next.
#[must_use]
pub fn socket(failure: &SocketFailure, took: Duration) -> (String, &'static str) {
    let number = errno(failure);
    let after = duration(took);
    match failure.kind {
        SocketTrouble::Refused => (
            format!("refused after {after}{number}: the host is up, nothing listens on this port"),
            "check the port and that the service runs; a firewall may also answer with a refusal",
        ),
        SocketTrouble::TimedOut => (
            format!("timed out after {after}{number}: no answer at all (filtered?)"),
            "a firewall drops the packets, or the host is down; port 25 is often blocked by providers: try 587",
        ),
        SocketTrouble::Unreachable => (
            format!("no route after {after}{number}"),
            "this network has no way there; without IPv6 try -4, without IPv4 try -6",
        ),
        SocketTrouble::Reset => (
            format!("reset by the peer after {after}{number}"),
            "a middlebox or the server itself cut the connection; try again, or from another address",
        ),
        SocketTrouble::SourceUnavailable => (
            format!("the source address is not one of this machine{number}"),
            "check --source; ip address lists the addresses that can be used",
        ),
        SocketTrouble::Cancelled => (format!("given up after {after}: another address was faster"), ""),
        SocketTrouble::Alert(_) | SocketTrouble::Other => {
            (format!("failed after {after}{number}: {}", failure.text), "try again; Alt-a")
        }
    }
}

/// Why a name has no address.
#[must_use]
pub fn resolve(name: &str, failure: &ResolveFailure) -> (String, String) {
    match failure {
        ResolveFailure::NoSuchName => (
            format!("could not resolve {name}: the name does not exist (NXDOMAIN)"),
            "check the spelling; F3 shows what DNS knows of the domain".to_owned(),
        ),
        ResolveFailure::NoAddress => (
            format!("could not resolve {name}: the name exists and has no address"),
            "it may be a mail domain: F3 looks up its MX".to_owned(),
        ),
        ResolveFailure::Refused(code) => (
            format!("could not resolve {name}: the resolver answered {code}"),
            "ask another resolver: @9.9.9.9 beside the target".to_owned(),
        ),
        ResolveFailure::Query(failure) => (
            format!("could not resolve {name}: {failure}"),
            "check the network and /etc/resolv.conf, or name a resolver: @9.9.9.9".to_owned(),
        ),
    }
}

/// Why a handshake failed.
#[must_use]
pub fn tls(failure: &TlsFailure, endpoint: &Endpoint) -> (String, String) {
    match failure {
        TlsFailure::Plaintext(octets) => {
            let first = octets.split(|&b| b == b'\n').next().unwrap_or(b"");
            let first = first.get(..first.len().min(60)).unwrap_or(first);
            let first = first.strip_suffix(b"\r").unwrap_or(first);
            (
                format!("the server speaks plain text where TLS was expected: {}", visible(first)),
                if endpoint.security == Security::Implicit {
                    "connect with --no-tls and use STARTTLS (F4), or --starttls does both".to_owned()
                } else {
                    "the server answered STARTTLS and did not start TLS: a broken server or a middlebox".to_owned()
                },
            )
        }
        TlsFailure::Alert(alert) => (
            format!("the server ended the handshake with the alert {alert}"),
            match *alert {
                AlertDescription::PROTOCOL_VERSION => {
                    "it speaks only versions older than TLS 1.2, which this program does not"
                }
                AlertDescription::HANDSHAKE_FAILURE | AlertDescription::INSUFFICIENT_SECURITY => {
                    "no common cipher: it may offer only RSA key exchange or CBC, or want a client certificate"
                }
                alert if alert.is_about_certificate() => {
                    "it wants a certificate of the client, or does not take ours: --cert FILE --key FILE shows one"
                }
                AlertDescription::UNRECOGNIZED_NAME => "it does not know this server name: try --sni with another name",
                _ => "the server's log says why",
            }
            .to_owned(),
        ),
        TlsFailure::Closed => (
            "the server closed the connection during the handshake".to_owned(),
            "it may not speak TLS on this port: try --no-tls; or it refuses this client's address".to_owned(),
        ),
        TlsFailure::TimedOut(after) => (
            format!("no answer to the TLS handshake for {}", duration(*after)),
            "it may not speak TLS on this port: try --no-tls, then F4".to_owned(),
        ),
        TlsFailure::BadName(name) => (
            format!("\"{}\" cannot be sent as a server name", visible(name.as_bytes())),
            "give the name of the server with --sni".to_owned(),
        ),
        TlsFailure::Other(why) => (format!("the handshake failed: {why}"), "the server's log may say more".to_owned()),
    }
}

/// How a connection ended: the words, and whether they are bad news.
#[must_use]
pub fn closing(closing: &Closing) -> (String, bool) {
    match closing {
        Closing::Peer => ("closed by the server".to_owned(), false),
        Closing::PeerWithoutNotify => {
            ("closed by the server, without TLS close_notify (common, and harmless here)".to_owned(), false)
        }
        Closing::Ours => ("closed by us".to_owned(), false),
        Closing::Broken(failure) => (
            match failure.kind {
                SocketTrouble::Reset => format!("reset by the server{}", errno(failure)),
                _ => format!("the connection broke: {}{}", failure.text, errno(failure)),
            },
            true,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::endpoint::{Target, parse_target};

    #[test]
    fn durations_read_well() {
        for (micros, text) in [(850, "850 µs"), (23_400, "23 ms"), (1_250_000, "1.2 s"), (125_000_000, "2 min 05 s")] {
            assert_eq!(duration(Duration::from_micros(micros)), text);
        }
    }

    #[test]
    fn every_kind_of_trouble_has_its_own_sentence() {
        let kinds = [
            SocketTrouble::Refused,
            SocketTrouble::TimedOut,
            SocketTrouble::Unreachable,
            SocketTrouble::Reset,
            SocketTrouble::SourceUnavailable,
            SocketTrouble::Cancelled,
            SocketTrouble::Other,
        ];
        let mut said = std::collections::HashSet::new();
        for kind in kinds {
            let failure = SocketFailure { kind, errno: Some(111), text: "words".to_owned() };
            let (says, next) = socket(&failure, Duration::from_millis(3));
            assert!(!next.is_empty() || kind == SocketTrouble::Cancelled);
            assert!(said.insert(says.clone()), "{says}");
        }
    }

    #[test]
    fn an_alert_has_the_next_step_of_its_name() {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&["imaps://h"]) else { unreachable!() };
        for (alert, step) in [
            (AlertDescription::PROTOCOL_VERSION, "older than TLS 1.2"),
            (AlertDescription::HANDSHAKE_FAILURE, "no common cipher"),
            (AlertDescription::INSUFFICIENT_SECURITY, "no common cipher"),
            (AlertDescription::UNRECOGNIZED_NAME, "--sni"),
            (AlertDescription::CERTIFICATE_REQUIRED, "--cert FILE --key FILE"),
            (AlertDescription::UNKNOWN_CA, "--cert FILE --key FILE"),
            (AlertDescription::INTERNAL_ERROR, "log"),
            (AlertDescription(255), "log"),
        ] {
            let (says, next) = tls(&TlsFailure::Alert(alert), &endpoint);
            assert!(says.ends_with(&format!("the alert {alert}")) && next.contains(step), "{alert}: {next}");
        }
    }

    #[test]
    fn plain_text_where_tls_was_expected_shows_it_safely() {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&["imaps://h"]) else { unreachable!() };
        let (says, next) = tls(&TlsFailure::Plaintext(b"220 \x1b[2J hi\r\n".to_vec()), &endpoint);
        assert!(says.ends_with("220 ␛[2J hi"), "{says}");
        assert!(next.contains("--no-tls"));
    }
}
