//! The system's errors as values the pure rooms can hold.

use std::io::{self, ErrorKind};

use crate::app::event::{SocketFailure, SocketTrouble};
use crate::protocol::tls::AlertDescription;

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
    let (kind, text) = match rustls_error(error) {
        Some(rustls::Error::AlertReceived(alert)) => {
            let alert = described(*alert);
            (SocketTrouble::Alert(alert), format!("the server sent the TLS alert {alert}"))
        }
        Some(other) => (kind, other.to_string()),
        None => (kind, words(error)),
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

/// The library's alert as its number, of which the pure rooms know the name.
pub(crate) fn described(alert: rustls::AlertDescription) -> AlertDescription {
    AlertDescription(u8::from(alert))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::AlertDescription as Theirs;

    #[test]
    fn alerts_are_named_as_the_rfc_names_them() {
        for (alert, name) in [
            (Theirs::HandshakeFailure, "handshake_failure"),
            (Theirs::UnknownCA, "unknown_ca"),
            (Theirs::ProtocolVersion, "protocol_version"),
            (Theirs::UnknownPSKIdentity, "unknown_psk_identity"),
            (Theirs::BadCertificate, "bad_certificate"),
        ] {
            let error = io::Error::other(rustls::Error::AlertReceived(alert));
            let failure = socket_failure(&error);
            assert_eq!(failure.kind, SocketTrouble::Alert(described(alert)));
            assert_eq!(failure.text, format!("the server sent the TLS alert {name}"));
        }
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
