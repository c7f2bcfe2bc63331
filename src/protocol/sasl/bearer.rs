//! The mechanisms of OAuth 2.0: OAUTHBEARER (RFC 7628) and XOAUTH2, its forerunner.
//!
//! A refusal comes as a challenge with JSON in it. The client owes one more message before the server says no: `\x01` for
//! OAUTHBEARER (RFC 7628 §3.2.3), an empty one for XOAUTH2.

use super::exchange::Answer;
use super::mechanism::Mechanism;
use super::scram::gs2::{Flag, Header};
use crate::protocol::secret::Secret;
use crate::protocol::text::json;

/// The separator of key and value pairs.
pub(super) const SEPARATOR: u8 = 1;

/// The client's side.
#[derive(Debug)]
pub(super) struct Bearer {
    first: Option<Secret>,
    owed: Option<Secret>,
}

impl Bearer {
    pub(super) fn new(mechanism: Mechanism, first: Secret) -> Self {
        Self { first: Some(first), owed: Some(owed(mechanism)) }
    }

    pub(super) fn initial(&mut self) -> Option<Secret> {
        self.first.take()
    }

    pub(super) fn answer(&mut self) -> Answer {
        match self.first.take().or_else(|| self.owed.take()) {
            Some(message) => Answer::Message(message),
            None => Answer::Cancel("the error was acknowledged, and the server asks again".to_owned()),
        }
    }
}

/// What the client owes after an error.
#[must_use]
pub fn owed(mechanism: Mechanism) -> Secret {
    Secret::new(if mechanism == Mechanism::OauthBearer { vec![SEPARATOR] } else { Vec::new() })
}

/// The message of OAUTHBEARER (RFC 7628 §3.1). `server` is the host and the port that were connected to.
#[must_use]
pub fn oauthbearer(user: &str, token: &Secret, server: Option<(&str, u16)>) -> Secret {
    let mut out = Header { flag: Flag::Unsupported, authorization: user }.to_string().into_bytes();
    out.push(SEPARATOR);
    if let Some((host, port)) = server {
        out.extend_from_slice(format!("host={host}\u{1}port={port}\u{1}").as_bytes());
    }
    authorize(&mut out, token);
    Secret::new(out)
}

/// The message of XOAUTH2.
#[must_use]
pub fn xoauth2(user: &str, token: &Secret) -> Secret {
    let mut out = format!("user={user}\u{1}").into_bytes();
    authorize(&mut out, token);
    Secret::new(out)
}

fn authorize(out: &mut Vec<u8>, token: &Secret) {
    // Growing a vector would leave a copy of the token behind.
    out.reserve_exact(b"auth=Bearer ".len() + token.expose().len() + 2);
    out.extend_from_slice(b"auth=Bearer ");
    out.extend_from_slice(token.expose());
    out.extend_from_slice(&[SEPARATOR, SEPARATOR]);
}

/// The parts of a message of either mechanism.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The user, when one is named.
    pub user: Option<String>,
    /// Key and value pairs, `auth` among them.
    pub pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Claim<'a> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The token, when the value of `auth` is of the type Bearer, in any case (RFC 7235 §2.1).
    #[must_use]
    pub fn token(&self) -> Option<&'a str> {
        let (kind, token) = self.get("auth")?.split_once(' ')?;
        kind.eq_ignore_ascii_case("Bearer").then_some(token)
    }
}

/// Reads the first message of a client.
///
/// # Errors
/// What is wrong with it.
pub fn read(mechanism: Mechanism, message: &[u8]) -> Result<Claim<'_>, String> {
    let text = std::str::from_utf8(message).map_err(|_| "the message is not UTF-8".to_owned())?;
    let body = text.strip_suffix("\u{1}\u{1}").ok_or("the message does not end with two \\x01")?;
    let mut fields = body.split('\u{1}');
    let mut user = None;
    if mechanism == Mechanism::OauthBearer {
        let (header, rest) = Header::read(text)?;
        if !rest.starts_with('\u{1}') {
            return Err("\\x01 stands behind the GS2 header (RFC 7628 §3.1)".to_owned());
        }
        user = Some(header.authorization.clone()).filter(|user| !user.is_empty());
        fields.next();
    }
    let mut pairs = Vec::new();
    for field in fields.take(20) {
        let (key, value) = field.split_once('=').ok_or("a field has no \"=\"")?;
        pairs.push((key, value));
    }
    let mut claim = Claim { user, pairs };
    if mechanism == Mechanism::Xoauth2 {
        claim.user = claim.get("user").map(str::to_owned);
    }
    Ok(claim)
}

/// The members of the JSON of an error: `status`, `scope`, `schemes`, `openid-configuration` (RFC 7628 §3.2.2).
#[must_use]
pub fn error(challenge: &[u8]) -> Option<Vec<(String, String)>> {
    json::members(challenge).ok().filter(|members| !members.is_empty())
}

/// What the status of an error means (RFC 6750 §3.1), and what to do.
#[must_use]
pub fn status_words(status: &str) -> &'static str {
    match status {
        "invalid_token" | "401" => "the token is wrong, expired or revoked: fetch a new one",
        "insufficient_scope" | "403" => "the token is not for mail: ask for one with the scope told here",
        "invalid_request" | "400" => {
            "the server did not understand the message, or the user and the token do not belong together"
        }
        _ => "the token was not accepted",
    }
}

#[cfg(test)]
mod tests {
    use super::super::base64;
    use super::*;

    const TOKEN: &str = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

    fn encoded(message: &Secret) -> String {
        base64::text(message.expose())
    }

    #[test]
    fn the_examples() {
        // RFC 7628 §4.1.
        let message = oauthbearer("user@example.com", &Secret::from(TOKEN), Some(("server.example.com", 143)));
        assert_eq!(
            encoded(&message),
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52Y\
             jNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        );
        let claim = read(Mechanism::OauthBearer, message.expose()).unwrap();
        assert_eq!(claim.user.as_deref(), Some("user@example.com"));
        assert_eq!((claim.get("host"), claim.get("port")), (Some("server.example.com"), Some("143")));
        assert_eq!(claim.token(), Some(TOKEN));
        // "SASL XOAUTH2 Initial Client Response" of Google's page.
        let message = xoauth2("someuser@example.com", &Secret::from("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"));
        assert_eq!(
            encoded(&message),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q\
             2cBAQ=="
        );
        let claim = read(Mechanism::Xoauth2, message.expose()).unwrap();
        assert_eq!(claim.user.as_deref(), Some("someuser@example.com"));
        assert_eq!(encoded(&owed(Mechanism::OauthBearer)), "AQ==");
        assert_eq!(encoded(&owed(Mechanism::Xoauth2)), "");
    }

    #[test]
    fn errors_of_servers() {
        // RFC 7628 §4.3 and Google's page.
        let first = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHR\
                     wczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=";
        let members = error(&base64::decode(first).unwrap()).unwrap();
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["status", "scope", "openid-configuration"]);
        assert_eq!(members[0].1, "invalid_token");
        let second =
            "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K";
        let members = error(&base64::decode(second).unwrap()).unwrap();
        assert_eq!(members[1], ("schemes".to_owned(), "bearer mac".to_owned()));
        for none in [&b""[..], b"{}", b"[1]", b"{", b"Username:", &b"[".repeat(100_000)] {
            assert_eq!(error(none), None);
        }
    }

    #[test]
    fn what_is_no_message() {
        for (mechanism, message, part) in [
            (Mechanism::Xoauth2, &b"user=jo\x01auth=Bearer x"[..], "two \\x01"),
            (Mechanism::Xoauth2, b"jo\x01\x01", "no \"=\""),
            (Mechanism::Xoauth2, b"\xff\x01\x01", "UTF-8"),
            (Mechanism::OauthBearer, b"user=jo\x01auth=Bearer x\x01\x01", "GS2"),
            (Mechanism::OauthBearer, b"n,,auth=Bearer x\x01\x01", "\\x01 stands behind"),
        ] {
            let reason = read(mechanism, message).unwrap_err();
            assert!(reason.contains(part), "{reason}");
        }
        let claim = read(Mechanism::OauthBearer, b"n,,\x01auth=bearer x\x01\x01").unwrap();
        assert_eq!((claim.user.as_deref(), claim.token()), (None, Some("x")));
        assert_eq!(read(Mechanism::Xoauth2, b"user=jo\x01auth=Basic x\x01\x01").unwrap().token(), None);
    }
}
