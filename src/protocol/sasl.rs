//! The client's side of SASL: PLAIN (RFC 4616) and LOGIN, the same in three protocols, and base64 (RFC 4648 §4).

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::endpoint::Protocol;
use super::secret::Secret;
use super::verb::{Cursor, Fault};
use super::visible::visible;

/// A mechanism that the program can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// RFC 4616: authorization, user and password in one message.
    Plain,
    /// User and password in two answers; never standardized, offered nearly everywhere.
    Login,
}

impl Mechanism {
    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }

    /// The mechanism with this name, in any case.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        [Self::Plain, Self::Login].into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who logs in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The authentication identity.
    pub user: String,
    /// The password, in UTF-8.
    pub password: Secret,
    /// The authorization identity: whom to act as. Empty: the user.
    pub authorization: String,
}

/// One run of a mechanism. Its messages are not yet in base64.
#[derive(Debug)]
pub struct Exchange {
    mechanism: Mechanism,
    credentials: Credentials,
    /// Messages given so far.
    given: u8,
}

impl Exchange {
    /// An exchange in which nothing has been said.
    ///
    /// # Errors
    /// Why these credentials cannot be sent with this mechanism: an empty user, a NUL within PLAIN (RFC 4616 §2), an
    /// authorization identity with LOGIN.
    pub fn new(mechanism: Mechanism, credentials: Credentials) -> Result<Self, String> {
        if credentials.user.is_empty() {
            return Err("the user is empty, type a user name".to_owned());
        }
        match mechanism {
            Mechanism::Plain => {
                for (what, octets) in [
                    ("user", credentials.user.as_bytes()),
                    ("password", credentials.password.expose()),
                    ("authorization identity", credentials.authorization.as_bytes()),
                ] {
                    if octets.contains(&0) {
                        return Err(format!("the {what} holds a NUL octet, which PLAIN uses to separate; try LOGIN"));
                    }
                }
            }
            Mechanism::Login if !credentials.authorization.is_empty() => {
                return Err("LOGIN has no authorization identity, leave it empty or use PLAIN".to_owned());
            }
            Mechanism::Login => {}
        }
        Ok(Self { mechanism, credentials, given: 0 })
    }

    /// The message that may stand on the command line as an initial response. LOGIN has none.
    pub fn initial(&mut self) -> Option<Secret> {
        match self.mechanism {
            Mechanism::Plain => self.answer(&[]),
            Mechanism::Login => None,
        }
    }

    /// The message that answers this challenge (decoded; empty is legal). LOGIN's prompts have no fixed wording: one
    /// that asks for a password or a user gets it, any other is answered in the usual order. `None` when nothing is left
    /// to say: cancel with `*`.
    pub fn answer(&mut self, challenge: &[u8]) -> Option<Secret> {
        let challenge = challenge.to_ascii_lowercase();
        let asks = |word: &[u8]| memchr::memmem::find(&challenge, word).is_some();
        let Credentials { user, password, authorization } = &self.credentials;
        let message = match (self.mechanism, self.given) {
            (Mechanism::Plain, 0) => {
                let mut message = Vec::with_capacity(authorization.len() + user.len() + password.expose().len() + 2);
                message.extend_from_slice(authorization.as_bytes());
                message.push(0);
                message.extend_from_slice(user.as_bytes());
                message.push(0);
                message.extend_from_slice(password.expose());
                Secret::new(message)
            }
            (Mechanism::Login, 0 | 1) if asks(b"pass") => password.clone(),
            (Mechanism::Login, 0 | 1) if asks(b"user") => Secret::from(user.as_str()),
            (Mechanism::Login, 0) => Secret::from(user.as_str()),
            (Mechanism::Login, 1) => password.clone(),
            _ => return None,
        };
        self.given += 1;
        Some(message)
    }
}

/// Base64 without a line break. An empty message is an empty line.
#[must_use]
pub fn encode(message: &Secret) -> Secret {
    Secret::new(STANDARD.encode(message.expose()).into_bytes())
}

/// Reads base64 as servers do: with padding, without spaces.
///
/// # Errors
/// Why it is not base64 and what to do about it.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    read(text).map_err(|(_, reason)| reason)
}

/// The same, with the octets of `text` that are wrong.
pub(super) fn read(text: &str) -> Result<Vec<u8>, (Range<usize>, String)> {
    let body = text.trim_end_matches('=');
    if let Some((at, c)) = body.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/')) {
        let reason = match c {
            '=' => "\"=\" pads the end of base64 and stands nowhere else".to_owned(),
            ' ' => "base64 has no spaces, write it in one piece".to_owned(),
            '-' | '_' => format!("{c:?} belongs to the URL form of base64, write + for - and / for _"),
            _ => format!("{c:?} is not a base64 character"),
        };
        return Err((at..at + c.len_utf8(), reason));
    }
    let padding = text.len() - body.len();
    let whole = match body.len() % 4 {
        0 => 0,
        1 => return Err((text.len()..text.len(), "the base64 was cut short, copy it again".to_owned())),
        left => 4 - left,
    };
    if padding < whole {
        return Err((text.len()..text.len(), format!("base64 ends with {} \"=\" here", whole)));
    }
    if padding > whole {
        return Err((body.len() + whole..text.len(), "\"=\" too many at the end of the base64".to_owned()));
    }
    STANDARD.decode(text).map_err(|_| {
        (body.len().saturating_sub(1)..text.len(), "the last character holds bits that no encoder writes".to_owned())
    })
}

const MASK: &str = "••••";

/// A message in words, its secret masked: `authorization ␀ user ␀ ••••` for PLAIN, `user=… auth=Bearer ••••` for the
/// OAuth mechanisms, `••••` for everything else.
#[must_use]
pub fn describe(message: &[u8]) -> String {
    let parts: Vec<&[u8]> = message.split(|&b| b == 0).collect();
    if let [authorization, user, _] = parts.as_slice() {
        let space = if authorization.is_empty() { "" } else { " " };
        return format!("{}{space}␀ {} ␀ {MASK}", visible(authorization), visible(user));
    }
    let fields: Vec<&[u8]> = message.split(|&b| b == 1).filter(|field| !field.is_empty()).collect();
    if fields.iter().any(|field| field.starts_with(b"auth=")) {
        let words: Vec<String> = fields
            .iter()
            .map(|field| {
                let open = [&b"user="[..], b"host=", b"port=", b"n,"].iter().any(|start| field.starts_with(start));
                match field {
                    _ if open => visible(field).into_owned(),
                    _ if field.starts_with(b"auth=Bearer ") => format!("auth=Bearer {MASK}"),
                    _ => MASK.to_owned(),
                }
            })
            .collect();
        return words.join(" ␁ ");
    }
    if message.is_empty() { "(empty)".to_owned() } else { MASK.to_owned() }
}

/// The command line that starts an exchange, without tag and line ending. `initial` is not yet in base64; when it is
/// empty it is written `=` (RFC 4954 §4, RFC 4959 §3, RFC 5034 §4).
#[must_use]
pub fn opening(protocol: Protocol, mechanism: Mechanism, initial: Option<&Secret>) -> Secret {
    let verb = if protocol == Protocol::Imap { "AUTHENTICATE" } else { "AUTH" };
    let encoded = initial.map(|message| if message.is_empty() { Secret::from("=") } else { encode(message) });
    let mut line = Vec::with_capacity(24 + encoded.as_ref().map_or(0, |e| e.expose().len()));
    line.extend_from_slice(verb.as_bytes());
    line.push(b' ');
    line.extend_from_slice(mechanism.name().as_bytes());
    if let Some(encoded) = &encoded {
        line.push(b' ');
        line.extend_from_slice(encoded.expose());
    }
    Secret::new(line)
}

/// Checks a mechanism name and an optional initial response, the arguments of AUTH and AUTHENTICATE.
pub(super) fn arguments(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    match cursor.peek() {
        None | Some(' ') if !name.is_empty() => {}
        _ => return Err(cursor.expected("the name of a mechanism like PLAIN")),
    }
    if name.len() > 20 {
        return Err(cursor.fault_from(start, "the name of a mechanism has at most 20 characters"));
    }
    if !cursor.eat(' ') {
        return Ok(());
    }
    if cursor.peek() == Some(' ') {
        let start = cursor.at() - 1;
        cursor.take_while(|c| c == ' ');
        return Err(cursor.fault_from(start, "exactly one space stands between arguments"));
    }
    let start = cursor.at();
    let response = cursor.take_while(|_| true);
    if response == "=" {
        return Ok(());
    }
    if response.is_empty() {
        return Err(cursor.expected("an initial response in base64, or no space"));
    }
    let message =
        Secret::new(read(response).map_err(|(at, reason)| Fault::syntax(start + at.start..start + at.end, reason))?);
    if name.eq_ignore_ascii_case("PLAIN") {
        let nuls = message.expose().iter().filter(|b| **b == 0).count();
        if nuls != 2 {
            cursor.advise(start, format!("PLAIN is authorization NUL user NUL password; this holds {nuls} NUL, not 2"));
        }
        if message.expose().ends_with(b"\n") {
            cursor.advise(start, "the password ends with a newline, which was encoded with it");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn credentials(user: &str, password: &str, authorization: &str) -> Credentials {
        Credentials { user: user.into(), password: password.into(), authorization: authorization.into() }
    }

    fn exposed(secret: Option<Secret>) -> Option<Vec<u8>> {
        secret.map(|secret| secret.expose().to_vec())
    }

    #[test]
    fn plain_messages() {
        for (user, password, authorization, expect) in [
            // RFC 4616 §4.
            ("tim", "tanstaaftanstaaf", "", &b"\0tim\0tanstaaftanstaaf"[..]),
            ("Kurt", "xipj3plmq", "Ursel", b"Ursel\0Kurt\0xipj3plmq"),
            // Digits behind NUL stay digits, @ stays @.
            ("1user@example.com", "123pass@", "", b"\x001user@example.com\x00123pass@"),
            ("jö", "pässwörd", "", "\0jö\0pässwörd".as_bytes()),
            ("jo", "", "", b"\0jo\0"),
        ] {
            let mut exchange = Exchange::new(Mechanism::Plain, credentials(user, password, authorization)).unwrap();
            assert_eq!(exposed(exchange.initial()).as_deref(), Some(expect));
            assert!(exchange.answer(b"again?").is_none());
            let mut exchange = Exchange::new(Mechanism::Plain, credentials(user, password, authorization)).unwrap();
            assert_eq!(exposed(exchange.answer(b"")).as_deref(), Some(expect));
        }
    }

    #[test]
    fn login_answers_what_is_asked_for_and_else_in_order() {
        for prompts in [
            [(&b""[..], "jo"), (b"", "secret")],
            [(b"Username:", "jo"), (b"Password:", "secret")],
            [(b"Benutzer", "jo"), (b"Kennwort", "secret")],
            [(b"Password:", "secret"), (b"User Name", "jo")],
        ] {
            let mut exchange = Exchange::new(Mechanism::Login, credentials("jo", "secret", "")).unwrap();
            assert!(exchange.initial().is_none());
            for (prompt, answer) in prompts {
                assert_eq!(exposed(exchange.answer(prompt)).unwrap(), answer.as_bytes());
            }
            assert!(exchange.answer(b"Password:").is_none());
        }
    }

    #[test]
    fn credentials_that_cannot_be_sent() {
        for (mechanism, user, password, authorization, part) in [
            (Mechanism::Plain, "j\0o", "x", "", "the user holds a NUL"),
            (Mechanism::Plain, "jo", "x\0", "", "the password holds a NUL"),
            (Mechanism::Plain, "jo", "x", "\0", "authorization identity holds a NUL"),
            (Mechanism::Plain, "", "x", "", "user is empty"),
            (Mechanism::Login, "jo", "x", "other", "leave it empty"),
        ] {
            let reason = Exchange::new(mechanism, credentials(user, password, authorization)).unwrap_err();
            assert!(reason.contains(part), "{reason}");
        }
    }

    #[test]
    fn openings() {
        let message = Secret::from("\0tim\0tanstaaftanstaaf");
        for (protocol, mechanism, initial, expect) in [
            (Protocol::Smtp, Mechanism::Plain, Some(&message), "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"),
            (Protocol::Lmtp, Mechanism::Login, None, "AUTH LOGIN"),
            (Protocol::Imap, Mechanism::Plain, None, "AUTHENTICATE PLAIN"),
            (Protocol::Pop3, Mechanism::Plain, Some(&Secret::default()), "AUTH PLAIN ="),
        ] {
            assert_eq!(opening(protocol, mechanism, initial).expose(), expect.as_bytes());
        }
        assert!(encode(&Secret::default()).is_empty());
        assert_eq!(encode(&Secret::new(vec![b'x'; 300])).expose().len(), 400);
    }

    #[test]
    fn base64_that_is_none_says_where() {
        for (text, at, part) in [
            ("AHRp*Q==", 4..5, "not a base64 character"),
            ("AHRp Q==", 4..5, "no spaces"),
            ("AHRpbQ=", 7..7, "2 \"=\""),
            ("AHRpbQ===", 8..9, "too many"),
            ("AHRpb", 5..5, "cut short"),
            ("AH=p", 2..3, "nowhere else"),
            ("AHR_bQ==", 3..4, "URL form"),
            ("AHRpbR==", 5..8, "bits"),
            ("ä", 0..2, "not a base64"),
            ("=", 0..1, "too many"),
        ] {
            let (range, reason) = read(text).expect_err(text);
            assert_eq!(range, at, "{text}: {reason}");
            assert!(reason.contains(part), "{text}: {reason}");
        }
        assert_eq!(decode("VXNlcm5hbWU6").unwrap(), b"Username:");
        assert_eq!(decode("").unwrap(), b"");
    }

    #[test]
    fn descriptions_mask_what_is_secret() {
        for (message, expect) in [
            (&b"\0tim\0tanstaaf"[..], "␀ tim ␀ ••••"),
            (b"Ursel\0Kurt\0xipj", "Ursel ␀ Kurt ␀ ••••"),
            (b"user=jo@example.com\x01auth=Bearer ya29.x\x01\x01", "user=jo@example.com ␁ auth=Bearer ••••"),
            (b"n,a=jo,\x01host=h\x01auth=Bearer x\x01\x01", "n,a=jo, ␁ host=h ␁ auth=Bearer ••••"),
            (b"hunter2", "••••"),
            (b"a\0b", "••••"),
            (b"", "(empty)"),
        ] {
            assert_eq!(describe(message), expect);
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = encode(&Secret::new(octets.clone()));
            prop_assert_eq!(decode(std::str::from_utf8(text.expose()).unwrap()).unwrap(), octets);
        }

        #[test]
        fn wrong_base64_has_a_place_inside_the_text(text in ".{0,40}") {
            if let Err((at, _)) = read(&text) {
                prop_assert!(text.get(at).is_some());
            }
        }
    }
}
