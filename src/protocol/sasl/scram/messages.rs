//! The four messages of SCRAM (RFC 5802 §7), read by whoever receives them.

use super::gs2::{Header, unescape};
use crate::protocol::sasl::base64;

/// `client-first-message`.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientFirst<'a> {
    /// What stands before [`Self::bare`].
    pub header: Header<'a>,
    /// The header as it came, which `c=` repeats.
    pub header_text: &'a str,
    /// The message without the header, which is signed.
    pub bare: &'a str,
    /// The user.
    pub user: String,
    /// The client's nonce.
    pub nonce: &'a str,
}

/// `server-first-message`.
#[derive(Debug, PartialEq, Eq)]
pub struct ServerFirst<'a> {
    /// The client's nonce and behind it the server's.
    pub nonce: &'a str,
    /// The salt of the password.
    pub salt: Vec<u8>,
    /// How often the password is hashed.
    pub iterations: u32,
}

/// `client-final-message`.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientFinal<'a> {
    /// The GS2 header and behind it the data of the channel.
    pub binding: Vec<u8>,
    /// The nonce of both.
    pub nonce: &'a str,
    /// The proof.
    pub proof: Vec<u8>,
    /// The message without its proof, which is signed.
    pub without_proof: &'a str,
}

/// `server-final-message`.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerFinal<'a> {
    /// `v=`: the server's signature.
    Signature(Vec<u8>),
    /// `e=`: why the login failed, in the words of the server.
    Error(&'a str),
}

/// The values that `e=` may have, and what they mean (RFC 5802 §7).
const ERRORS: &[(&str, &str)] = &[
    ("invalid-encoding", "a message was not UTF-8 or not base64"),
    ("extensions-not-supported", "an extension was demanded that the server does not know"),
    ("invalid-proof", "the password is wrong"),
    (
        "channel-bindings-dont-match",
        "the two ends see different TLS connections: someone sits between, or a proxy ends TLS",
    ),
    ("server-does-support-channel-binding", "the list of mechanisms lost its -PLUS on the way: a downgrade"),
    ("channel-binding-not-supported", "the server cannot bind a login to TLS"),
    ("unsupported-channel-binding-type", "the server cannot bind with these data, choose others"),
    ("unknown-user", "there is no such user"),
    ("invalid-username-encoding", "the user name is not UTF-8, or not allowed by SASLprep"),
    ("no-resources", "the server lacks resources, try again later"),
    ("other-error", "the server tells no more"),
];

/// What an error means.
#[must_use]
pub fn error_words(error: &str) -> Option<&'static str> {
    ERRORS.iter().find(|(name, _)| *name == error).map(|(_, words)| *words)
}

fn utf8(message: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(message).map_err(|_| "the message is not UTF-8 (RFC 5802 §5)".to_owned())
}

/// The value of the attribute that must come next, and what follows its comma.
fn attribute<'a>(text: &'a str, name: &str) -> Result<(&'a str, &'a str), String> {
    if text.starts_with("m=") {
        return Err("m= demands an extension that is not known, and must end the login (RFC 5802 §5.1)".to_owned());
    }
    let value = text
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('='))
        .ok_or_else(|| format!("{name}= is missing where it belongs (RFC 5802 §7)"))?;
    Ok(value.split_once(',').unwrap_or((value, "")))
}

fn nonce(value: &str) -> Result<&str, String> {
    let printable = !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic());
    printable.then_some(value).ok_or_else(|| "the nonce is not printable ASCII (RFC 5802 §5.1)".to_owned())
}

fn octets(value: &str, name: &str) -> Result<Vec<u8>, String> {
    base64::decode(value).map_err(|why| format!("{name}= is not base64: {why}"))
}

impl<'a> ClientFirst<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(message: &'a [u8]) -> Result<Self, String> {
        let text = utf8(message)?;
        let (header, bare) = Header::read(text)?;
        let header_text = text.get(..text.len() - bare.len()).unwrap_or("");
        let (user, rest) = attribute(bare, "n")?;
        let (value, _) = attribute(rest, "r")?;
        Ok(Self { header, header_text, bare, user: unescape(user)?, nonce: nonce(value)? })
    }
}

impl<'a> ServerFirst<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(message: &'a [u8]) -> Result<Self, String> {
        let (value, rest) = attribute(utf8(message)?, "r")?;
        let (salt, rest) = attribute(rest, "s")?;
        let (iterations, _) = attribute(rest, "i")?;
        let digits = !iterations.is_empty() && iterations.bytes().all(|b| b.is_ascii_digit());
        let iterations = iterations.parse::<u32>().ok().filter(|count| digits && *count > 0);
        let iterations = iterations.ok_or("i= is no number of iterations (RFC 5802 §5.1)")?;
        let salt = octets(salt, "s")?;
        if salt.is_empty() {
            return Err("the salt is empty".to_owned());
        }
        Ok(Self { nonce: nonce(value)?, salt, iterations })
    }
}

impl<'a> ClientFinal<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(message: &'a [u8]) -> Result<Self, String> {
        let text = utf8(message)?;
        let (binding, rest) = attribute(text, "c")?;
        let (value, _) = attribute(rest, "r")?;
        // Extensions may stand before the proof; it is the last.
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or("p= is missing (RFC 5802 §7)")?;
        Ok(Self { binding: octets(binding, "c")?, nonce: nonce(value)?, proof: octets(proof, "p")?, without_proof })
    }
}

impl<'a> ServerFinal<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(message: &'a [u8]) -> Result<Self, String> {
        let text = utf8(message)?;
        if text.starts_with("e=") {
            return Ok(Self::Error(attribute(text, "e")?.0));
        }
        Ok(Self::Signature(octets(attribute(text, "v")?.0, "v")?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wrong_messages_of_a_server_say_what_is_wrong() {
        for (message, part) in [
            (&b""[..], "r= is missing"),
            (b"s=QSXCR+Q6sek8bf92,i=4096", "r= is missing"),
            (b"m=x,r=abc,s=QSXC,i=4096", "m= demands an extension"),
            (b"r=abc,i=4096", "s= is missing"),
            (b"r=abc,s=QS C,i=4096", "s= is not base64: base64 has no spaces"),
            (b"r=abc,s=,i=4096", "salt is empty"),
            (b"r=abc,s=QSXC", "i= is missing"),
            (b"r=abc,s=QSXC,i=", "no number"),
            (b"r=abc,s=QSXC,i=0", "no number"),
            (b"r=abc,s=QSXC,i=-1", "no number"),
            (b"r=abc,s=QSXC,i=+4096", "no number"),
            (b"r=abc,s=QSXC,i=99999999999", "no number"),
            (b"r=a\xc3\xa4c,s=QSXC,i=4096", "not printable"),
            (b"r=a c,s=QSXC,i=4096", "not printable"),
            (b"r=,s=QSXC,i=4096", "not printable"),
            (b"r=\xff,s=QSXC,i=4096", "not UTF-8"),
        ] {
            let reason = ServerFirst::read(message).unwrap_err();
            assert!(reason.contains(part), "{reason}");
        }
        let right = ServerFirst::read(b"r=abc,s=QSXC,i=4096,x=more").unwrap();
        assert_eq!((right.nonce, right.salt.len(), right.iterations), ("abc", 3, 4096));
        assert_eq!(ServerFinal::read(b"e=unknown-user,x=1"), Ok(ServerFinal::Error("unknown-user")));
        assert!(ServerFinal::read(b"v=*").is_err());
        assert!(ServerFinal::read(b"").is_err());
    }

    #[test]
    fn wrong_messages_of_a_client() {
        for message in ["n,,", "n,,n=jo", "n,,n=jo,r=", "n,,m=1,n=jo,r=a", "n,,n=j=o,r=a", "n=jo,r=a"] {
            assert!(ClientFirst::read(message.as_bytes()).is_err(), "{message}");
        }
        for message in ["c=biws,r=a", "c=biw,r=a,p=AA==", "r=a,c=biws,p=AA==", "c=biws,r=a,p=A", "c=biws,p=AA=="] {
            assert!(ClientFinal::read(message.as_bytes()).is_err(), "{message}");
        }
        let right = ClientFinal::read(b"c=biws,r=a,x=1,p=AA==").unwrap();
        assert_eq!((right.binding.as_slice(), right.without_proof), (&b"n,,"[..], "c=biws,r=a,x=1"));
    }

    proptest! {
        #[test]
        fn nothing_panics(message in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(&b"npyarscive=,0"[..])], 0..60)) {
            let _ = (ClientFirst::read(&message), ServerFirst::read(&message));
            let _ = (ClientFinal::read(&message), ServerFinal::read(&message));
        }
    }
}
