//! Alerts: what the other end says when it gives up (RFC 8446 §6).

use std::fmt;

/// An alert as it stood in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alert {
    /// 1 is a warning, 2 is fatal; TLS 1.3 looks at the description alone.
    pub level: u8,
    /// What is wrong.
    pub description: AlertDescription,
}

/// What an alert says is wrong: a number of the IANA registry "TLS Alerts".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertDescription(pub u8);

/// The registry, in the order of its numbers: a constant and the name that the RFCs write, each. The reserved ones are
/// still sent by old servers.
macro_rules! registry {
    ($($(#[$about:meta])* $constant:ident = $number:literal $name:literal,)+) => {
        impl AlertDescription {
            $($(#[$about])* #[doc = concat!("`", $name, "`.")] pub const $constant: Self = Self($number);)+
        }

        const NAMES: &[(AlertDescription, &str)] = &[$((AlertDescription::$constant, $name),)+];
    };
}

registry! {
    /// No more will be sent:
    CLOSE_NOTIFY = 0 "close_notify",
    UNEXPECTED_MESSAGE = 10 "unexpected_message",
    BAD_RECORD_MAC = 20 "bad_record_mac",
    DECRYPTION_FAILED = 21 "decryption_failed",
    RECORD_OVERFLOW = 22 "record_overflow",
    DECOMPRESSION_FAILURE = 30 "decompression_failure",
    /// Nothing in common, or something is missing:
    HANDSHAKE_FAILURE = 40 "handshake_failure",
    NO_CERTIFICATE = 41 "no_certificate",
    BAD_CERTIFICATE = 42 "bad_certificate",
    UNSUPPORTED_CERTIFICATE = 43 "unsupported_certificate",
    CERTIFICATE_REVOKED = 44 "certificate_revoked",
    CERTIFICATE_EXPIRED = 45 "certificate_expired",
    CERTIFICATE_UNKNOWN = 46 "certificate_unknown",
    ILLEGAL_PARAMETER = 47 "illegal_parameter",
    UNKNOWN_CA = 48 "unknown_ca",
    ACCESS_DENIED = 49 "access_denied",
    DECODE_ERROR = 50 "decode_error",
    DECRYPT_ERROR = 51 "decrypt_error",
    TOO_MANY_CIDS_REQUESTED = 52 "too_many_cids_requested",
    EXPORT_RESTRICTION = 60 "export_restriction",
    /// The version is recognised and not spoken:
    PROTOCOL_VERSION = 70 "protocol_version",
    /// What is offered is too weak for the server:
    INSUFFICIENT_SECURITY = 71 "insufficient_security",
    INTERNAL_ERROR = 80 "internal_error",
    /// The client came back with a lower version than needed (RFC 7507):
    INAPPROPRIATE_FALLBACK = 86 "inappropriate_fallback",
    USER_CANCELED = 90 "user_canceled",
    NO_RENEGOTIATION = 100 "no_renegotiation",
    MISSING_EXTENSION = 109 "missing_extension",
    UNSUPPORTED_EXTENSION = 110 "unsupported_extension",
    CERTIFICATE_UNOBTAINABLE = 111 "certificate_unobtainable",
    /// No server of that name is here (RFC 6066 §3):
    UNRECOGNIZED_NAME = 112 "unrecognized_name",
    BAD_CERTIFICATE_STATUS_RESPONSE = 113 "bad_certificate_status_response",
    BAD_CERTIFICATE_HASH_VALUE = 114 "bad_certificate_hash_value",
    UNKNOWN_PSK_IDENTITY = 115 "unknown_psk_identity",
    /// The client showed no certificate, and one is demanded (RFC 8446 §6.2):
    CERTIFICATE_REQUIRED = 116 "certificate_required",
    GENERAL_ERROR = 117 "general_error",
    /// None of the protocols of ALPN (RFC 7301 §3.2):
    NO_APPLICATION_PROTOCOL = 120 "no_application_protocol",
    ECH_REQUIRED = 121 "ech_required",
}

impl AlertDescription {
    /// Whether by it a server refuses the certificate of the client, or that there is none (RFC 8446 §6.2). Since TLS 1.3
    /// it comes when the handshake stands for the client already.
    #[must_use]
    pub const fn is_about_certificate(self) -> bool {
        matches!(
            self,
            Self::CERTIFICATE_REQUIRED
                | Self::BAD_CERTIFICATE
                | Self::UNSUPPORTED_CERTIFICATE
                | Self::CERTIFICATE_REVOKED
                | Self::CERTIFICATE_EXPIRED
                | Self::CERTIFICATE_UNKNOWN
                | Self::UNKNOWN_CA
                | Self::ACCESS_DENIED
        )
    }
}

/// The name as the RFCs write it; the number of one that is not registered.
impl fmt::Display for AlertDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.binary_search_by_key(self, |(own, _)| *own).ok().and_then(|at| NAMES.get(at)) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Alert {
    /// Whether nothing follows: all but warnings, and the one that says so.
    #[must_use]
    pub const fn is_end(self) -> bool {
        self.level != 1 || self.description.0 == AlertDescription::CLOSE_NOTIFY.0
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ends() {
        assert!(NAMES.is_sorted_by_key(|(number, _)| *number));
        for (level, description, text, end) in [
            (2, 40, "handshake_failure", true),
            (1, 112, "unrecognized_name", false),
            (1, 0, "close_notify", true),
            (2, 121, "ech_required", true),
            (0, 255, "255", true),
        ] {
            let alert = Alert { level, description: AlertDescription(description) };
            assert_eq!((alert.to_string().as_str(), alert.is_end()), (text, end));
        }
    }
}
