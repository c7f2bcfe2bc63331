//! Alerts: what the other end says when it gives up (RFC 8446 §6).

use std::fmt;

/// An alert as it stood in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alert {
    /// 1 is a warning, 2 is fatal; TLS 1.3 looks at the description alone.
    pub level: u8,
    /// What is wrong, a number of the IANA registry "TLS Alerts".
    pub description: u8,
}

/// `close_notify`: no more will be sent.
pub const CLOSE_NOTIFY: u8 = 0;
/// `unexpected_message`.
pub const UNEXPECTED_MESSAGE: u8 = 10;
/// `handshake_failure`: nothing in common, or something is missing.
pub const HANDSHAKE_FAILURE: u8 = 40;
/// `protocol_version`: the version is recognised and not spoken.
pub const PROTOCOL_VERSION: u8 = 70;
/// `insufficient_security`: what is offered is too weak for the server.
pub const INSUFFICIENT_SECURITY: u8 = 71;
/// `inappropriate_fallback`: the client came back with a lower version than needed (RFC 7507).
pub const INAPPROPRIATE_FALLBACK: u8 = 86;
/// `unrecognized_name`: no server of that name is here (RFC 6066 §3).
pub const UNRECOGNIZED_NAME: u8 = 112;
/// `no_application_protocol`: none of the protocols of ALPN (RFC 7301 §3.2).
pub const NO_APPLICATION_PROTOCOL: u8 = 120;

/// The registry, in the order of its numbers. The reserved ones are still sent by old servers.
const NAMES: &[(u8, &str)] = &[
    (CLOSE_NOTIFY, "close_notify"),
    (UNEXPECTED_MESSAGE, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (HANDSHAKE_FAILURE, "handshake_failure"),
    (41, "no_certificate"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (52, "too_many_cids_requested"),
    (60, "export_restriction"),
    (PROTOCOL_VERSION, "protocol_version"),
    (INSUFFICIENT_SECURITY, "insufficient_security"),
    (80, "internal_error"),
    (INAPPROPRIATE_FALLBACK, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable"),
    (UNRECOGNIZED_NAME, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (117, "general_error"),
    (NO_APPLICATION_PROTOCOL, "no_application_protocol"),
    (121, "ech_required"),
];

/// The name of a description as the RFCs write it; the number of one that is not registered.
#[must_use]
pub fn name(description: u8) -> String {
    NAMES
        .iter()
        .find(|(number, _)| *number == description)
        .map_or_else(|| description.to_string(), |(_, name)| (*name).to_owned())
}

impl Alert {
    /// Whether nothing follows: all but warnings, and the one that says so.
    #[must_use]
    pub const fn is_end(self) -> bool {
        self.level != 1 || self.description == CLOSE_NOTIFY
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&name(self.description))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ends() {
        assert!(NAMES.is_sorted_by_key(|(number, _)| *number));
        for (level, description, text, end) in [
            (2, HANDSHAKE_FAILURE, "handshake_failure", true),
            (1, UNRECOGNIZED_NAME, "unrecognized_name", false),
            (1, CLOSE_NOTIFY, "close_notify", true),
            (0, 255, "255", true),
        ] {
            let alert = Alert { level, description };
            assert_eq!((alert.to_string().as_str(), alert.is_end()), (text, end));
        }
    }
}
