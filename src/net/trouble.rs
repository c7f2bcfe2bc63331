//! The system's errors as values the pure rooms can hold.

use std::io::{self, ErrorKind};

use crate::app::event::{SocketFailure, SocketTrouble};
use crate::protocol::tls;

/// What an error of a socket means, with the system's number and words.
pub(crate) fn socket_failure(error: &io::Error) -> SocketFailure {
    let kind = match error.kind() {
        ErrorKind::ConnectionRefused => SocketTrouble::Refused,
        ErrorKind::TimedOut => SocketTrouble::TimedOut,
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
            SocketTrouble::Unreachable
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => SocketTrouble::Reset,
        ErrorKind::AddrNotAvailable => SocketTrouble::SourceUnavailable,
        _ => SocketTrouble::Other,
    };
    let text = match rustls_error(error) {
        Some(inner) => tls_text(inner),
        None => words(error),
    };
    SocketFailure { kind, errno: error.raw_os_error(), text }
}

/// The error of the TLS library inside an error of its stream.
pub(crate) fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// The system's words, without the number that is given beside them.
pub(crate) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(at) => text.get(..at).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// The words for an error of the TLS library.
fn tls_text(error: &rustls::Error) -> String {
    match error {
        rustls::Error::AlertReceived(alert) => format!("the server sent the TLS alert {}", alert_name(*alert)),
        other => other.to_string(),
    }
}

/// The name of an alert as RFC 8446 §6 writes it: `handshake_failure`.
pub(crate) fn alert_name(alert: rustls::AlertDescription) -> String {
    tls::alert::name(u8::from(alert))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::tls::KNOWN_ALERTS;
    use rustls::AlertDescription;

    #[test]
    fn alerts_are_named_as_the_rfc_names_them() {
        for (alert, name) in [
            (AlertDescription::HandshakeFailure, "handshake_failure"),
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::ProtocolVersion, "protocol_version"),
            (AlertDescription::UnknownPSKIdentity, "unknown_psk_identity"),
            (AlertDescription::BadCertificate, "bad_certificate"),
        ] {
            assert_eq!(alert_name(alert), name);
        }
    }

    #[test]
    fn the_alerts_that_have_a_next_step_are_known_by_these_names() {
        let alerts = [
            AlertDescription::ProtocolVersion,
            AlertDescription::HandshakeFailure,
            AlertDescription::InsufficientSecurity,
            AlertDescription::UnrecognisedName,
        ];
        assert_eq!(alerts.map(alert_name), KNOWN_ALERTS);
    }

    #[test]
    fn kinds_numbers_and_words() {
        for (number, kind) in [
            (111, SocketTrouble::Refused),
            (110, SocketTrouble::TimedOut),
            (101, SocketTrouble::Unreachable),
            (113, SocketTrouble::Unreachable),
            (104, SocketTrouble::Reset),
            (32, SocketTrouble::Reset),
            (99, SocketTrouble::SourceUnavailable),
            (13, SocketTrouble::Other),
        ] {
            if cfg!(target_os = "linux") {
                let failure = socket_failure(&io::Error::from_raw_os_error(number));
                assert_eq!((failure.kind, failure.errno), (kind, Some(number)));
                assert!(!failure.text.contains("os error"), "{}", failure.text);
            }
        }
        let made = socket_failure(&io::Error::other("odd"));
        assert_eq!((made.kind, made.errno, made.text.as_str()), (SocketTrouble::Other, None, "odd"));
    }
}
