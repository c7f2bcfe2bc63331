//! What the messages of an exchange hold, whoever makes them: the parts of each with their names, secrets masked.

use std::fmt;

use super::login::Prompt;
use super::mechanism::Mechanism;
use super::scram::gs2::{Flag, Header};
use super::scram::messages::{ClientFinal, ClientFirst, ServerFinal, ServerFirst, error_words};
use super::{base64, bearer, cram_md5, describe, plain};
use crate::protocol::visible::visible;

/// What stands where a secret stood.
pub(super) const MASK: &str = "••••";

/// Octets of one part that are shown.
const LONGEST: usize = 400;

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is: `user`, `nonce`, `salt`.
    pub label: &'static str,
    /// What it says, safe to show.
    pub value: String,
}

/// A message, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Its parts in order.
    pub pieces: Vec<Piece>,
    /// All of it in one line.
    line: String,
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl Parts {
    fn new(pieces: Vec<Piece>) -> Self {
        let words: Vec<String> = pieces
            .iter()
            .map(|piece| match (piece.label, piece.value.as_str()) {
                ("", value) => value.to_owned(),
                (label, value) => format!("{label} {value}"),
            })
            .collect();
        Self { line: words.join(" · "), pieces }
    }

    /// One line that is known already.
    fn line(line: String, pieces: Vec<Piece>) -> Self {
        Self { pieces, line }
    }

    fn one(label: &'static str, value: impl Into<String>) -> Self {
        Self::new(vec![piece(label, value)])
    }

    fn wrong(why: &str) -> Self {
        Self::one("", format!("✗ {}", shown(why.as_bytes())))
    }
}

fn piece(label: &'static str, value: impl Into<String>) -> Piece {
    Piece { label, value: value.into() }
}

fn shown(octets: &[u8]) -> String {
    visible(octets.get(..LONGEST).unwrap_or(octets)).into_owned()
}

/// Follows one exchange from outside: our own, or one typed by hand.
#[derive(Debug)]
pub struct Observer {
    mechanism: Option<Mechanism>,
    /// Messages of the client so far.
    said: u32,
    /// Challenges with something in them so far.
    heard: u32,
    prompt: Prompt,
    /// SCRAM: the nonce of the client, then that of both.
    nonce: String,
    failed: bool,
}

impl Observer {
    /// An exchange that has just begun, by the name of its mechanism.
    #[must_use]
    pub fn new(mechanism: &str) -> Self {
        Self {
            mechanism: Mechanism::find(mechanism),
            said: 0,
            heard: 0,
            prompt: Prompt::Unclear,
            nonce: String::new(),
            failed: false,
        }
    }

    /// The mechanism, when it is one that is known.
    #[must_use]
    pub const fn mechanism(&self) -> Option<Mechanism> {
        self.mechanism
    }

    /// Whether the server's last challenge was an error of OAuth, to which the client owes an answer.
    #[must_use]
    pub const fn owes_acknowledgement(&self) -> bool {
        self.failed
    }

    /// Whether the last challenge was LOGIN's question for the user, whose answer is no secret.
    #[must_use]
    pub fn asks_for_user(&self) -> bool {
        self.mechanism == Some(Mechanism::Login) && self.prompt == Prompt::User
    }

    /// A message of the client that is no base64: it counts, and nothing in it is shown.
    pub const fn said_unreadable(&mut self) {
        self.said = self.said.saturating_add(1);
    }

    /// A message of the client, decoded from its base64.
    pub fn said(&mut self, message: &[u8]) -> Parts {
        self.said = self.said.saturating_add(1);
        if std::mem::take(&mut self.failed) {
            return Parts::one("", "the answer owed to the error");
        }
        match self.mechanism {
            Some(Mechanism::Plain) => match plain::read(message) {
                Ok(parts) => {
                    let mut pieces = Vec::new();
                    if !parts.authorization.is_empty() {
                        pieces.push(piece("authorization identity", shown(parts.authorization)));
                    }
                    pieces.extend([piece("user", shown(parts.user)), piece("password", MASK)]);
                    Parts::line(describe(message), pieces)
                }
                Err(nuls) => Parts::wrong(&format!("PLAIN has two NUL octets, this has {nuls}: {MASK}")),
            },
            Some(Mechanism::Login) if self.prompt == Prompt::User => Parts::one("user", shown(message)),
            Some(Mechanism::Login) => Parts::one("", MASK),
            Some(Mechanism::CramMd5) => match cram_md5::read(message) {
                // Whoever sees the digest tries passwords with it; and what is no digest may be the password.
                Some((user, digest)) if digest.len() == 32 => {
                    Parts::new(vec![piece("user", shown(user)), piece("HMAC-MD5 of the challenge", MASK)])
                }
                _ => Parts::wrong("CRAM-MD5 is a user, a space and 32 digits"),
            },
            Some(mechanism @ (Mechanism::Xoauth2 | Mechanism::OauthBearer)) => match bearer::read(mechanism, message) {
                Ok(claim) => {
                    let mut pieces: Vec<Piece> =
                        claim.user.iter().map(|user| piece("user", shown(user.as_bytes()))).collect();
                    for (name, label) in [("host", "host"), ("port", "port")] {
                        pieces.extend(claim.get(name).map(|value| piece(label, shown(value.as_bytes()))));
                    }
                    pieces.push(piece("token", MASK));
                    Parts::line(describe(message), pieces)
                }
                Err(why) => Parts::wrong(&why),
            },
            Some(Mechanism::External) if message.is_empty() => Parts::one("", "(empty): whom the certificate names"),
            Some(Mechanism::External) => Parts::one("authorization identity", shown(message)),
            Some(Mechanism::Anonymous) if message.is_empty() => Parts::one("", "(empty): no trace is left"),
            Some(Mechanism::Anonymous) => Parts::one("trace", shown(message)),
            Some(Mechanism::Scram { .. }) if message.is_empty() => Parts::one("", "(empty)"),
            Some(Mechanism::Scram { .. }) if message.starts_with(b"c=") => self.scram_final(message),
            Some(Mechanism::Scram { .. }) => self.scram_first(message),
            None => Parts::one("", describe(message)),
        }
    }

    /// A challenge, decoded from its base64. What the server said is shown.
    pub fn heard(&mut self, challenge: &[u8]) -> Parts {
        self.prompt = Prompt::read(challenge);
        if self.prompt == Prompt::Unclear && self.said == 0 && self.mechanism == Some(Mechanism::Login) {
            self.prompt = Prompt::User;
        }
        if challenge.is_empty() {
            return Parts::default();
        }
        self.heard = self.heard.saturating_add(1);
        match self.mechanism {
            Some(Mechanism::Scram { .. }) => self.scram_heard(challenge),
            Some(Mechanism::CramMd5) => Parts::one("challenge", shown(challenge)),
            Some(Mechanism::Xoauth2 | Mechanism::OauthBearer) | None => self.error(challenge),
            Some(_) => Parts::one("", shown(challenge)),
        }
    }

    fn error(&mut self, challenge: &[u8]) -> Parts {
        let Some(members) = bearer::error(challenge) else { return Parts::one("", shown(challenge)) };
        self.failed = true;
        let mut pieces = Vec::new();
        for (name, value) in members.iter().take(8) {
            let label = ["status", "schemes", "scope", "openid-configuration"].into_iter().find(|known| known == name);
            let value = shown(value.as_bytes());
            pieces.push(match label {
                Some("status") => piece("status", format!("{value} ({})", bearer::status_words(&value))),
                Some(label) => piece(label, value),
                None => piece("", format!("{} {value}", shown(name.as_bytes()))),
            });
        }
        Parts::new(pieces)
    }

    fn scram_first(&mut self, message: &[u8]) -> Parts {
        let first = match ClientFirst::read(message) {
            Ok(first) => first,
            Err(why) => return Parts::wrong(&why),
        };
        first.nonce.clone_into(&mut self.nonce);
        let mut pieces = binding(&first.header);
        pieces.push(piece("user", shown(first.user.as_bytes())));
        pieces.push(piece("nonce", shown(first.nonce.as_bytes())));
        Parts::new(pieces)
    }

    fn scram_heard(&mut self, challenge: &[u8]) -> Parts {
        if let Ok(first) = ServerFirst::read(challenge) {
            let begins =
                !self.nonce.is_empty() && first.nonce.len() > self.nonce.len() && first.nonce.starts_with(&self.nonce);
            let judged = if begins { "✓ begins with ours" } else { "✗ does not begin with ours" };
            let nonce = shown(first.nonce.as_bytes());
            first.nonce.clone_into(&mut self.nonce);
            return Parts::new(vec![
                piece("nonce", format!("{nonce} ({judged})")),
                piece("salt", format!("{} ({} octets)", shown(base64::text(&first.salt).as_bytes()), first.salt.len())),
                piece("iterations", first.iterations.to_string()),
            ]);
        }
        match ServerFinal::read(challenge) {
            Ok(ServerFinal::Signature(signature)) => {
                Parts::one("server signature", shown(base64::text(&signature).as_bytes()))
            }
            Ok(ServerFinal::Error(error)) => {
                let words = error_words(error).map_or_else(String::new, |words| format!(" ({words})"));
                Parts::one("error", format!("{}{words}", shown(error.as_bytes())))
            }
            Err(_) => match ServerFirst::read(challenge) {
                Err(why) if self.heard == 1 => Parts::one("", format!("{} ✗ {why}", shown(challenge))),
                _ => Parts::one("", shown(challenge)),
            },
        }
    }

    fn scram_final(&self, message: &[u8]) -> Parts {
        let last = match ClientFinal::read(message) {
            Ok(last) => last,
            Err(why) => return Parts::wrong(&why),
        };
        let bound = String::from_utf8_lossy(&last.binding).into_owned();
        let mut pieces = Header::read(&bound).map(|(header, _)| binding(&header)).unwrap_or_default();
        // The header ends with its second comma; behind it are the data of the channel.
        let data = last.binding.splitn(3, |&b| b == b',').nth(2).unwrap_or_default();
        if !data.is_empty() {
            let hexadecimal: String = data.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
            pieces.push(piece("its data", format!("{hexadecimal}… ({} octets)", data.len())));
        }
        let judged = if last.nonce == self.nonce { "✓ that of both" } else { "✗ not that of both" };
        pieces.push(piece("nonce", judged));
        pieces.push(piece("proof", shown(base64::text(&last.proof).as_bytes())));
        Parts::new(pieces)
    }
}

fn binding<T: AsRef<str>>(header: &Header<'_, T>) -> Vec<Piece> {
    let flag = match header.flag {
        Flag::Unsupported => "n, none".to_owned(),
        Flag::Unoffered => "y, this client could, the server offers none".to_owned(),
        Flag::Bound(kind) => shown(kind.as_bytes()),
    };
    let mut out = vec![piece("channel binding", flag)];
    let authorization = header.authorization.as_ref();
    if !authorization.is_empty() {
        out.push(piece("authorization identity", shown(authorization.as_bytes())));
    }
    out
}
