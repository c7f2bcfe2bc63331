//! Versions of the protocol.

use std::fmt;

/// A version as it stands on the wire, known or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16);

impl Version {
    /// SSL 2.0, which has a handshake of its own and must not be spoken (RFC 6176).
    pub const SSL2: Self = Self(0x0002);
    /// SSL 3.0 (RFC 6101), which must not be spoken (RFC 7568).
    pub const SSL3: Self = Self(0x0300);
    /// TLS 1.0 (RFC 2246), which must not be spoken (RFC 8996).
    pub const TLS10: Self = Self(0x0301);
    /// TLS 1.1 (RFC 4346), which must not be spoken (RFC 8996).
    pub const TLS11: Self = Self(0x0302);
    /// TLS 1.2 (RFC 5246).
    pub const TLS12: Self = Self(0x0303);
    /// TLS 1.3 (RFC 8446).
    pub const TLS13: Self = Self(0x0304);
    /// All that a ClientHello in records can offer, the oldest first.
    pub const ALL: [Self; 5] = [Self::SSL3, Self::TLS10, Self::TLS11, Self::TLS12, Self::TLS13];

    /// The RFC that says it must not be spoken any more.
    #[must_use]
    pub const fn forbidden_by(self) -> Option<&'static str> {
        match self {
            Self::SSL2 => Some("RFC 6176"),
            Self::SSL3 => Some("RFC 7568"),
            Self::TLS10 | Self::TLS11 => Some("RFC 8996"),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::SSL2 => "SSL 2.0",
            Self::SSL3 => "SSL 3.0",
            Self::TLS10 => "TLS 1.0",
            Self::TLS11 => "TLS 1.1",
            Self::TLS12 => "TLS 1.2",
            Self::TLS13 => "TLS 1.3",
            Self(other) => return write!(f, "version 0x{other:04x}"),
        })
    }
}
