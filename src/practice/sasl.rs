//! The server's side of AUTH PLAIN (RFC 4616) and LOGIN, the same for the three protocols.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::protocol::secret::Secret;

/// The mechanisms offered under TLS.
pub(super) const MECHANISMS: [&str; 2] = ["PLAIN", "LOGIN"];

/// The octets of a line within an exchange (RFC 4954 §4.5.1).
pub(super) const LINE_CAP: usize = 12_288;

/// `Username:` and `Password:`, as everybody sends them.
const USERNAME: &str = "VXNlcm5hbWU6";
const PASSWORD: &str = "UGFzc3dvcmQ6";

/// What comes next in an exchange.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send this base64 as the next challenge.
    Challenge(&'static str),
    /// The client said who it is.
    Credentials {
        /// The authentication identity.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// The client sent `*`.
    Cancelled,
    /// The response makes no sense; why.
    Malformed(String),
}

/// An exchange under way.
#[derive(Debug)]
pub(super) enum Exchange {
    /// PLAIN, its only response awaited.
    Plain,
    /// LOGIN, the user name awaited.
    LoginUser,
    /// LOGIN, the password awaited.
    LoginPassword(String),
}

impl Exchange {
    /// Begins an exchange.
    pub(super) fn begin(mechanism: &str) -> Option<Self> {
        match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Some(Self::Plain),
            "LOGIN" => Some(Self::LoginUser),
            _ => None,
        }
    }

    /// The first step: the initial response if there is one, where `=` is an empty one (RFC 4954 §4).
    pub(super) fn first(&mut self, initial: Option<&str>) -> Step {
        match (initial, &self) {
            (Some("="), _) => self.respond(b""),
            (Some(response), _) => self.respond(response.as_bytes()),
            (None, Self::Plain) => Step::Challenge(""),
            (None, _) => Step::Challenge(USERNAME),
        }
    }

    /// Takes a response line.
    pub(super) fn respond(&mut self, line: &[u8]) -> Step {
        if line == b"*" {
            return Step::Cancelled;
        }
        let octets = match STANDARD.decode(line) {
            Ok(octets) => octets,
            Err(error) => return Step::Malformed(format!("the response is not base64: {error}")),
        };
        match self {
            Self::Plain => plain(&octets),
            Self::LoginUser => match String::from_utf8(octets) {
                Ok(user) => {
                    *self = Self::LoginPassword(user);
                    Step::Challenge(PASSWORD)
                }
                Err(_) => Step::Malformed("the user name is not UTF-8".to_owned()),
            },
            Self::LoginPassword(user) => {
                Step::Credentials { user: std::mem::take(user), password: Secret::new(octets) }
            }
        }
    }
}

/// `authzid NUL authcid NUL password` (RFC 4616 §2).
fn plain(octets: &[u8]) -> Step {
    let nuls = octets.iter().filter(|&&b| b == 0).count();
    if nuls != 2 {
        return Step::Malformed(format!("PLAIN wants [authzid] NUL authcid NUL password, found {nuls} NUL octets"));
    }
    let mut pieces = octets.splitn(3, |&b| b == 0);
    let (authzid, user, password) = (pieces.next(), pieces.next(), pieces.next().unwrap_or_default());
    let (Ok(authzid), Ok(user)) =
        (std::str::from_utf8(authzid.unwrap_or_default()), std::str::from_utf8(user.unwrap_or_default()))
    else {
        return Step::Malformed("the user name is not UTF-8".to_owned());
    };
    if user.is_empty() || password.is_empty() {
        return Step::Malformed("PLAIN wants a user name and a password that are not empty".to_owned());
    }
    // Acting for another user is nobody's right here: an unknown name then fails like a wrong password.
    let user = if authzid.is_empty() || authzid.eq_ignore_ascii_case(user) { user } else { "" };
    Step::Credentials { user: user.to_owned(), password: Secret::new(password.to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn respond(mechanism: &str, lines: &[&[u8]]) -> Step {
        let mut exchange = Exchange::begin(mechanism).unwrap();
        let mut step = exchange.first(None);
        for line in lines {
            step = exchange.respond(STANDARD.encode(line).as_bytes());
        }
        step
    }

    fn who(user: &str, password: &str) -> Step {
        Step::Credentials { user: user.to_owned(), password: Secret::from(password) }
    }

    #[test]
    fn plain_responses() {
        assert_eq!(respond("plain", &[b"\0bob\x00123secret"]), who("bob", "123secret"));
        assert_eq!(respond("PLAIN", &[b"bob\0bob\0x"]), who("bob", "x"));
        assert_eq!(respond("PLAIN", &[b"alice\0bob\0x"]), who("", "x"));
        for wrong in [&b""[..], b"bob", b"\0bobSecret", b"\0\0x", b"\0bob\0", b"a\0b\0c\0d", b"\0\xff\0x"] {
            assert!(matches!(respond("PLAIN", &[wrong]), Step::Malformed(_)), "{wrong:?}");
        }
    }

    #[test]
    fn login_asks_twice() {
        assert_eq!(respond("LOGIN", &[]), Step::Challenge(USERNAME));
        assert_eq!(respond("LOGIN", &[b"bob"]), Step::Challenge(PASSWORD));
        assert_eq!(respond("LOGIN", &[b"bob", b""]), who("bob", ""));
        assert_eq!(Exchange::LoginUser.first(Some("Ym9i")), Step::Challenge(PASSWORD));
    }

    #[test]
    fn initial_responses_and_cancelling() {
        assert_eq!(Exchange::Plain.first(Some("AGIAYw==")), who("b", "c"));
        assert!(matches!(Exchange::Plain.first(Some("=")), Step::Malformed(_)));
        assert_eq!(Exchange::Plain.respond(b"*"), Step::Cancelled);
        assert!(matches!(Exchange::Plain.respond(b"AGIAYw"), Step::Malformed(_)));
        assert!(Exchange::begin("GSSAPI").is_none());
    }
}
