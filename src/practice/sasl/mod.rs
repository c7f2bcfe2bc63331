//! The server's side of SASL, the same for the three protocols. The grammars are the client's own
//! ([`crate::protocol::sasl`]).

mod scram;
#[cfg(test)]
mod tests;

use crate::protocol::sasl::{Binding, Mechanism, base64, bearer, cram_md5, plain, table};
use crate::protocol::secret::Secret;

use super::World;
use super::world::Token;
use scram::Scram;

/// The octets of a line within an exchange (RFC 4954 §4.5.1).
pub(super) const LINE_CAP: usize = 12_288;

/// What the edge knows of a connection once TLS protects it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secured {
    /// What a login can be bound by. With none, no -PLUS is offered.
    pub bindings: Vec<Binding>,
    /// The address in the client's certificate, for EXTERNAL. Without one it is not offered.
    pub certificate: Option<String>,
}

/// What comes next in an exchange.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send this base64 as the next challenge.
    Challenge(String),
    /// The client is this user.
    Accepted(usize),
    /// It is not who it says.
    Refused,
    /// The client sent `*`.
    Cancelled,
    /// The response makes no sense; why.
    Malformed(String),
}

impl Step {
    fn challenge(octets: &[u8]) -> Self {
        Self::Challenge(base64::text(octets))
    }

    fn judged(user: Option<usize>) -> Self {
        user.map_or(Self::Refused, Self::Accepted)
    }
}

/// The names of what is offered on a connection, the best known first. Nobody submits mail as `anonymous`.
pub(super) fn offered(secured: &Secured, anonymous: bool) -> Vec<&'static str> {
    let first = [Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5];
    let rest = Mechanism::all().filter(|mechanism| !first.contains(mechanism));
    let is_offered = |mechanism: &Mechanism| match mechanism {
        Mechanism::External => secured.certificate.is_some(),
        Mechanism::Anonymous => anonymous,
        mechanism => !mechanism.is_plus() || !secured.bindings.is_empty(),
    };
    first.into_iter().chain(rest).filter(is_offered).map(Mechanism::name).collect()
}

/// An exchange under way.
#[derive(Debug)]
pub(super) struct Exchange {
    state: State,
    secured: Secured,
}

#[derive(Debug)]
enum State {
    /// PLAIN, its only response awaited.
    Plain,
    /// LOGIN, the user name awaited.
    LoginUser,
    /// LOGIN, the password awaited.
    LoginPassword(String),
    /// CRAM-MD5, the answer to this challenge awaited.
    CramMd5(String),
    /// A token awaited.
    Bearer(Mechanism),
    External,
    Anonymous,
    Scram(Box<Scram>),
    /// Everything is said but the client's last, empty message; then this holds.
    Last(Option<usize>),
}

impl Exchange {
    /// Begins an exchange, if its mechanism is offered. Otherwise the sentence for the refusal.
    pub(super) fn begin(
        mechanism: &str,
        secured: &Secured,
        anonymous: bool,
        host: &str,
        world: &mut World,
    ) -> Result<Self, String> {
        let offered = offered(secured, anonymous);
        let found = Mechanism::find(mechanism).filter(|found| offered.contains(&found.name()));
        let Some(found) = found else {
            let why = match table::find(mechanism) {
                Some(row) => format!("{} is not offered", row.name),
                None => "unknown mechanism".to_owned(),
            };
            return Err(format!("{why}, choose one of {}", offered.join(" ")));
        };
        let state = match found {
            Mechanism::Plain => State::Plain,
            Mechanism::Login => State::LoginUser,
            Mechanism::CramMd5 => State::CramMd5(format!("<{}@{host}>", world.nonce())),
            Mechanism::OauthBearer | Mechanism::Xoauth2 => State::Bearer(found),
            Mechanism::External => State::External,
            Mechanism::Anonymous => State::Anonymous,
            Mechanism::Scram { hash, plus } => State::Scram(Box::new(Scram::new(hash, plus, world.nonce()))),
        };
        Ok(Self { state, secured: secured.clone() })
    }

    /// The first step: the initial response if there is one, where `=` is an empty one (RFC 4954 §4).
    pub(super) fn first(&mut self, world: &World, initial: Option<&str>) -> Step {
        match (initial, &self.state) {
            (Some(_), State::CramMd5(_)) => Step::Malformed("CRAM-MD5 has no initial response".to_owned()),
            (Some("="), _) => self.respond(world, b""),
            (Some(response), _) => self.respond(world, response.as_bytes()),
            (None, State::LoginUser) => Step::challenge(b"Username:"),
            (None, State::CramMd5(challenge)) => Step::challenge(challenge.as_bytes()),
            (None, _) => Step::Challenge(String::new()),
        }
    }

    /// Takes a response line.
    pub(super) fn respond(&mut self, world: &World, line: &[u8]) -> Step {
        if line == b"*" {
            return Step::Cancelled;
        }
        let octets = match std::str::from_utf8(line).map_err(|_| "not ASCII".to_owned()).and_then(base64::decode) {
            Ok(octets) => Secret::new(octets),
            Err(why) => return Step::Malformed(format!("the response is not base64: {why}")),
        };
        let octets = octets.expose();
        match &mut self.state {
            State::Plain => by_plain(world, octets),
            State::LoginUser => match String::from_utf8(octets.to_vec()) {
                Ok(user) => {
                    self.state = State::LoginPassword(user);
                    Step::challenge(b"Password:")
                }
                Err(_) => Step::Malformed("the user name is not UTF-8".to_owned()),
            },
            State::LoginPassword(user) => Step::judged(world.login(user, &Secret::new(octets.to_vec()))),
            State::CramMd5(challenge) => match cram_md5::read(octets) {
                Some((user, digest)) => Step::judged(world.login_by(&String::from_utf8_lossy(user), |password| {
                    cram_md5::digest(challenge.as_bytes(), password).as_bytes() == digest
                })),
                None => Step::Malformed("CRAM-MD5 wants user, space and digest".to_owned()),
            },
            State::Bearer(mechanism) => {
                let mechanism = *mechanism;
                match by_token(world, mechanism, octets) {
                    Ok(user) => Step::Accepted(user),
                    Err(Some(json)) => {
                        self.state = State::Last(None);
                        Step::challenge(json.as_bytes())
                    }
                    Err(None) => Step::Malformed("the message has no bearer token (RFC 7628 §3.1)".to_owned()),
                }
            }
            State::External => {
                let user = self.secured.certificate.as_deref().and_then(|address| world.user(address));
                let wanted = String::from_utf8_lossy(octets);
                Step::judged(user.filter(|user| wanted.is_empty() || world.user(&wanted) == Some(*user)))
            }
            State::Anonymous if std::str::from_utf8(octets).is_err() => {
                Step::Malformed("the trace is not UTF-8 (RFC 4505 §2)".to_owned())
            }
            State::Anonymous => Step::judged(world.anonymous()),
            State::Scram(scram) => match scram.respond(world, &self.secured, octets) {
                Ok((message, None)) => Step::challenge(message.as_bytes()),
                Ok((message, Some(judged))) => {
                    self.state = State::Last(judged);
                    Step::challenge(message.as_bytes())
                }
                Err(why) => Step::Malformed(why),
            },
            State::Last(judged) => Step::judged(*judged),
        }
    }
}

/// `authzid NUL authcid NUL password` (RFC 4616 §2).
fn by_plain(world: &World, octets: &[u8]) -> Step {
    let parts = match plain::read(octets) {
        Ok(parts) => parts,
        Err(nuls) => {
            return Step::Malformed(format!("PLAIN wants [authzid] NUL authcid NUL password, found {nuls} NUL octets"));
        }
    };
    let (Ok(authzid), Ok(user)) = (std::str::from_utf8(parts.authorization), std::str::from_utf8(parts.user)) else {
        return Step::Malformed("the user name is not UTF-8".to_owned());
    };
    if user.is_empty() || parts.password.is_empty() {
        return Step::Malformed("PLAIN wants a user name and a password that are not empty".to_owned());
    }
    // Acting for another user is nobody's right here: it fails like a wrong password.
    let known = world.login(user, &Secret::new(parts.password.to_vec()));
    Step::judged(known.filter(|known| acts_as(world, *known, authzid)))
}

/// Whether a user may act under this name: it is their own.
fn acts_as(world: &World, user: usize, authorization: &str) -> bool {
    authorization.is_empty() || world.user(authorization) == Some(user)
}

/// The user of a token; the JSON of the error (RFC 7628 §3.2.2); or nothing, when it is no message of the mechanism.
fn by_token(world: &World, mechanism: Mechanism, octets: &[u8]) -> Result<usize, Option<String>> {
    let claim = bearer::read(mechanism, octets).map_err(|_| None)?;
    let token = claim.token().ok_or(None)?;
    let error = |standard: &str, google: &str| {
        let status = if mechanism == Mechanism::OauthBearer { standard } else { google };
        Some(format!("{{\"status\":\"{status}\",\"schemes\":\"bearer\",\"scope\":\"mail\"}}"))
    };
    match world.token(token) {
        Token::Good(user) if claim.user.is_none_or(|name| world.user(&name) == Some(user)) => Ok(user),
        Token::Good(_) => Err(error("invalid_request", "400")),
        Token::Expired | Token::Unknown => Err(error("invalid_token", "401")),
    }
}
