//! The mechanisms that the program speaks, and the hashes of SCRAM.

use std::fmt;

use ring::{digest, hmac, pbkdf2};

use super::table::{self, Row};

/// The hash of a SCRAM mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// RFC 5802.
    Sha1,
    /// RFC 7677.
    Sha256,
    /// draft-melnikov-scram-sha-512; registered, and offered by servers.
    Sha512,
}

impl Hash {
    pub(super) const fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    pub(super) const fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    pub(super) const fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }
}

/// A mechanism that the program can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// RFC 5802 and its kin: both sides prove that they know the password, none sends it.
    Scram {
        /// The hash in its name.
        hash: Hash,
        /// `-PLUS`: the proof holds on this TLS connection only.
        plus: bool,
    },
    /// RFC 2195: the password's MD5 with a challenge.
    CramMd5,
    /// RFC 4616: authorization, user and password in one message.
    Plain,
    /// User and password in two answers; never standardized, offered nearly everywhere.
    Login,
    /// RFC 7628: a token of OAuth 2.0.
    OauthBearer,
    /// The same before it was standardized, as Google and Microsoft write it.
    Xoauth2,
    /// RFC 4422 appendix A: the client certificate says who it is.
    External,
    /// RFC 4505: nobody in particular.
    Anonymous,
}

impl Mechanism {
    /// Everything the program knows of it.
    #[must_use]
    pub fn row(self) -> &'static Row {
        table::ROWS.iter().find(|row| row.mechanism == Some(self)).unwrap_or(&table::PLAIN)
    }

    /// The registered name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The mechanism with this name, in any case.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        table::find(name)?.mechanism
    }

    /// Every mechanism, the strongest first.
    pub fn all() -> impl Iterator<Item = Self> {
        table::ROWS.iter().filter_map(|row| row.mechanism)
    }

    /// Whether it binds itself to the TLS connection.
    #[must_use]
    pub const fn is_plus(self) -> bool {
        matches!(self, Self::Scram { plus: true, .. })
    }

    /// Whether its secret is a token of OAuth 2.0, not a password.
    #[must_use]
    pub const fn takes_token(self) -> bool {
        matches!(self, Self::OauthBearer | Self::Xoauth2)
    }

    /// Whether its messages may be seen: nothing in them is the password, or lets one try passwords quickly.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Scram { .. } | Self::External | Self::Anonymous)
    }

    /// Whether its secret is a password.
    #[must_use]
    pub const fn takes_password(self) -> bool {
        matches!(self, Self::Scram { .. } | Self::CramMd5 | Self::Plain | Self::Login)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
