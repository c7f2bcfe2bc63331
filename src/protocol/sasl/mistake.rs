//! Mistakes made on purpose: to see how a server takes them, and to learn how they look.

use super::mechanism::Mechanism;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// A character in the base64 that is none.
    Base64,
    /// The password is encoded with a newline behind it, as `echo | base64` does.
    Newline,
    /// PLAIN without the NUL between user and password.
    Nul,
    /// An authorization identity that nobody has.
    Authorization,
    /// One bit of the proof is wrong, as if the password were.
    Proof,
    /// The last message repeats the client's nonce only.
    Nonce,
    /// One bit of the channel binding is wrong, as if someone sat between the two ends of TLS.
    Binding,
    /// An empty initial response is written as nothing, not as `=` (RFC 4954 §4).
    Equals,
    /// The name and the password go out as typed, without SASLprep.
    Unprepared,
}

impl Mistake {
    const ALL: [Self; 9] = [
        Self::Base64,
        Self::Newline,
        Self::Nul,
        Self::Authorization,
        Self::Proof,
        Self::Nonce,
        Self::Binding,
        Self::Equals,
        Self::Unprepared,
    ];

    /// Those that can be made with a mechanism.
    pub fn of(mechanism: Mechanism) -> impl Iterator<Item = Self> {
        use Mechanism::{Anonymous, CramMd5, External, Login, OauthBearer, Plain, Scram, Xoauth2};
        Self::ALL.into_iter().filter(move |mistake| match mistake {
            Self::Base64 => true,
            Self::Newline => matches!(mechanism, Plain | Login | OauthBearer | Xoauth2),
            Self::Nul => mechanism == Plain,
            Self::Authorization => matches!(mechanism, Plain | Scram { .. } | OauthBearer | External),
            Self::Proof => matches!(mechanism, Scram { .. } | CramMd5),
            Self::Nonce | Self::Unprepared => matches!(mechanism, Scram { .. }),
            Self::Binding => mechanism.is_plus(),
            Self::Equals => matches!(mechanism, External | Anonymous),
        })
    }

    /// What it is, in few words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "broken base64",
            Self::Newline => "a newline in the secret",
            Self::Nul => "a missing NUL",
            Self::Authorization => "a foreign authorization identity",
            Self::Proof => "a wrong proof",
            Self::Nonce => "a wrong nonce",
            Self::Binding => "a wrong channel binding",
            Self::Equals => "no = for the empty response",
            Self::Unprepared => "no SASLprep",
        }
    }
}

/// Whom [`Mistake::Authorization`] wants to act as.
pub(super) const NOBODY: &str = "nobody-of-this-name";
