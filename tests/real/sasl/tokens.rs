//! JSON Web Tokens (RFC 7519), as an authorization server would hand them out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// What the flows and the server share.
pub(super) const KEY: &str = "a key that signs tokens";

/// A token for the user, which ends so many seconds from now; below zero it has ended.
pub(super) fn token(user: &str, seconds: i64) -> String {
    signed(user, seconds, KEY)
}

/// A token that somebody else has signed.
pub(super) fn forged(user: &str) -> String {
    signed(user, 600, "another key")
}

fn signed(user: &str, seconds: i64, key: &str) -> String {
    let now = crate::asker::now();
    let payload = format!(r#"{{"email":"{user}","sub":"{user}","iat":{},"exp":{}}}"#, now - 3600, now + seconds);
    let encoded = [r#"{"alg":"HS256","typ":"JWT"}"#, &payload].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), encoded.as_bytes());
    format!("{encoded}.{}", URL_SAFE_NO_PAD.encode(tag))
}
