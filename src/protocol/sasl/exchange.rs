//! One run of a mechanism, seen from the client.

use super::base64::encode;
use super::bearer::{self, Bearer};
use super::login::Login;
use super::mechanism::Mechanism;
use super::mistake::{Mistake, NOBODY};
use super::once::Once;
use super::scram::Client;
use super::table::Field;
use super::{Binding, BindingType, cram_md5, plain, saslprep};
use crate::protocol::endpoint::Protocol;
use crate::protocol::secret::Secret;

/// Who logs in.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The authentication identity; the trace of ANONYMOUS.
    pub user: String,
    /// The password in UTF-8, or the token of OAuth.
    pub password: Secret,
    /// The authorization identity: whom to act as. Empty: the user.
    pub authorization: String,
}

/// What an exchange has to know of its connection.
#[derive(Clone, Debug, Default)]
pub struct Channel {
    /// What the TLS connection can be bound by; a -PLUS takes the first.
    pub bindings: Vec<Binding>,
    /// The server offers a -PLUS: a client that could bind and does not must not say `y` (RFC 5802 §6).
    pub plus_offered: bool,
    /// Host and port that were connected to, for OAUTHBEARER (RFC 7628 §3.1).
    pub server: Option<(String, u16)>,
    /// Printable ASCII without a comma that nobody can guess, a new one for each exchange.
    pub nonce: String,
}

impl Channel {
    /// A -PLUS is to bind itself by data of this type, if there are some.
    pub fn prefer(&mut self, kind: BindingType) {
        self.bindings.sort_by_key(|binding| binding.kind != kind);
    }
}

/// What to answer to a challenge.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// This message, not yet in base64; it may be empty.
    Message(Secret),
    /// Nothing right can be said: `*` cancels. Why.
    Cancel(String),
}

/// How much a remark weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Proven right.
    Good,
    /// Worth knowing.
    Note,
    /// Weak, and it works.
    Warning,
    /// Wrong.
    Fault,
}

/// Something an exchange found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// How much it weighs.
    pub weight: Weight,
    /// A sentence without a full stop.
    pub says: String,
}

impl Remark {
    pub(super) fn new(weight: Weight, says: impl Into<String>) -> Self {
        Self { weight, says: says.into() }
    }
}

/// One run of a mechanism. Its messages are not yet in base64.
#[derive(Debug)]
pub struct Exchange {
    mechanism: Mechanism,
    mistake: Option<Mistake>,
    remarks: Vec<Remark>,
    run: Run,
}

#[derive(Debug)]
enum Run {
    Once(Once),
    Login(Login),
    /// User and password, until they are used.
    CramMd5(Option<(String, Secret)>),
    Bearer(Bearer),
    Scram(Box<Client>),
}

impl Exchange {
    /// An exchange in which nothing has been said, with a mistake if one is wanted.
    ///
    /// # Errors
    /// Why these credentials cannot be sent with this mechanism: an empty user, a NUL within PLAIN (RFC 4616 §2), an
    /// authorization identity where there is none, what SASLprep refuses, a -PLUS without TLS.
    pub fn new(
        mechanism: Mechanism,
        credentials: Credentials,
        channel: &Channel,
        mistake: Option<Mistake>,
    ) -> Result<Self, String> {
        let Credentials { user, mut password, mut authorization } = credentials;
        let fields = mechanism.row().fields;
        // Of OAUTHBEARER the token alone may say who it is (RFC 7628 §3.1).
        if user.is_empty() && fields.contains(&Field::User) && mechanism != Mechanism::OauthBearer {
            return Err("the user is empty, type a user name".to_owned());
        }
        if !authorization.is_empty() && !fields.contains(&Field::Authorization) {
            return Err(format!("{mechanism} has no authorization identity, leave it empty or use PLAIN"));
        }
        match mistake {
            Some(Mistake::Authorization) => NOBODY.clone_into(&mut authorization),
            Some(Mistake::Newline) => password = with_newline(&password),
            _ => {}
        }
        let mut remarks = Vec::new();
        let run = match mechanism {
            Mechanism::Plain => {
                no_nul(&user, &password, &authorization)?;
                let message = match mistake {
                    Some(Mistake::Nul) => {
                        let parts = [authorization.as_bytes(), b"\0", user.as_bytes(), password.expose()];
                        Secret::new(parts.concat())
                    }
                    _ => plain::message(&authorization, &user, &password),
                };
                Run::Once(Once::new(message))
            }
            Mechanism::External => Run::Once(Once::new(Secret::from(authorization.as_str()))),
            Mechanism::Anonymous => {
                if user.chars().count() > 255 {
                    return Err("the trace of ANONYMOUS has at most 255 characters (RFC 4505 §2)".to_owned());
                }
                Run::Once(Once::new(Secret::from(user.as_str())))
            }
            Mechanism::Login => Run::Login(Login::new(user, password)),
            Mechanism::CramMd5 => Run::CramMd5(Some((user, password))),
            Mechanism::Xoauth2 | Mechanism::OauthBearer => {
                token(&password, mistake)?;
                let server = channel.server.as_ref().map(|(host, port)| (host.as_str(), *port));
                // OAUTHBEARER knows one name only: that of the user to act as.
                let user = if authorization.is_empty() { user } else { authorization };
                if user.contains('\u{1}') {
                    return Err("the user holds \\x01, which separates the parts of the message".to_owned());
                }
                let message = match mechanism {
                    Mechanism::Xoauth2 => bearer::xoauth2(&user, &password),
                    _ => bearer::oauthbearer(&user, &password, server),
                };
                Run::Bearer(Bearer::new(mechanism, message))
            }
            Mechanism::Scram { hash, plus } => {
                if mistake != Some(Mistake::Unprepared) {
                    return Self::scram(hash, plus, (user, password, authorization), channel, mistake);
                }
                remarks.push(Remark::new(Weight::Note, "user and password are used as typed, without SASLprep"));
                Run::Scram(Box::new(Client::new(hash, (&user, &authorization), password, channel, plus, mistake)?))
            }
        };
        Ok(Self { mechanism, mistake, remarks, run })
    }

    /// SCRAM with everything prepared (RFC 5802 §5.1).
    fn scram(
        hash: super::Hash,
        plus: bool,
        (user, password, authorization): (String, Secret, String),
        channel: &Channel,
        mistake: Option<Mistake>,
    ) -> Result<Self, String> {
        let mut remarks = Vec::new();
        let mut prepare = |what: &str, text: &str| {
            let prepared = saslprep::prepare(text).map_err(|why| format!("the {what} cannot be used: {why}"))?;
            if let Some(at) = prepared.newer {
                let says = format!(
                    "character {at} of the {what} is newer than Unicode 3.2: it goes out as it is, and a strict server \
                     refuses it (RFC 5802 §2.2)"
                );
                remarks.push(Remark::new(Weight::Note, says));
            } else if prepared.text != text {
                remarks.push(Remark::new(Weight::Note, format!("SASLprep changed the {what} (RFC 4013)")));
            }
            Ok::<String, String>(prepared.text)
        };
        let text = std::str::from_utf8(password.expose()).map_err(|_| "the password is not UTF-8".to_owned())?;
        let (user, authorization) = (prepare("user", &user)?, prepare("authorization identity", &authorization)?);
        let password = Secret::new(prepare("password", text)?.into_bytes());
        if user.is_empty() {
            return Err("nothing is left of the user after SASLprep (RFC 4013)".to_owned());
        }
        let client = Client::new(hash, (&user, &authorization), password, channel, plus, mistake)?;
        let run = Run::Scram(Box::new(client));
        Ok(Self { mechanism: Mechanism::Scram { hash, plus }, mistake, remarks, run })
    }

    /// SCRAM whose first message has gone out: names, nonce and header are in it.
    pub(super) fn from_first(
        hash: super::Hash,
        plus: bool,
        first: &[u8],
        password: &Secret,
        channel: &Channel,
    ) -> Result<Self, String> {
        let text = std::str::from_utf8(password.expose()).map_err(|_| "the password is not UTF-8".to_owned())?;
        let prepared = saslprep::prepare(text).map_err(|why| format!("the password cannot be used: {why}"))?;
        let client = Client::resumed(hash, first, Secret::new(prepared.text.into_bytes()), channel)?;
        let mechanism = Mechanism::Scram { hash, plus };
        Ok(Self { mechanism, mistake: None, remarks: Vec::new(), run: Run::Scram(Box::new(client)) })
    }

    /// The mechanism.
    #[must_use]
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The message that may stand on the command line as an initial response, if the mechanism has one.
    pub fn initial(&mut self) -> Option<Secret> {
        match &mut self.run {
            Run::Once(once) => once.initial(),
            Run::Bearer(bearer) => bearer.initial(),
            Run::Scram(client) => Some(client.initial()),
            Run::Login(_) | Run::CramMd5(_) => None,
        }
    }

    /// The answer to this challenge (decoded; empty is legal).
    pub fn answer(&mut self, challenge: &[u8]) -> Answer {
        match &mut self.run {
            Run::Once(once) => once.answer(),
            Run::Bearer(bearer) => bearer.answer(),
            Run::Login(login) => login.answer(challenge),
            Run::Scram(client) => client.answer(challenge, &mut self.remarks),
            Run::CramMd5(left) => match left.take() {
                Some((user, password)) => {
                    let mut digest = cram_md5::digest(challenge, &password);
                    if self.mistake == Some(Mistake::Proof) {
                        let other = if digest.ends_with('0') { "1" } else { "0" };
                        digest.replace_range(digest.len() - 1.., other);
                    }
                    Answer::Message(cram_md5::response(&user, &digest))
                }
                None => Answer::Cancel("CRAM-MD5 has one challenge, and it is answered".to_owned()),
            },
        }
    }

    /// The server said yes: whether it owed a proof.
    pub fn accepted(&mut self) {
        match &mut self.run {
            Run::Scram(client) => client.accepted(&mut self.remarks),
            Run::CramMd5(Some(_)) => {
                let says = "the server said yes without a challenge: nothing was proven, and anybody is let in";
                self.remarks.push(Remark::new(Weight::Fault, says));
            }
            _ => {}
        }
    }

    /// What was found out since the last time this was asked.
    pub fn take_remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }

    /// The line that carries a message.
    #[must_use]
    pub fn line(&self, message: &Secret) -> Secret {
        let encoded = encode(message);
        if self.mistake != Some(Mistake::Base64) {
            return encoded;
        }
        let middle = encoded.expose().len() / 2;
        let (before, behind) = encoded.expose().split_at(middle);
        Secret::new([before, b"!", behind].concat())
    }

    /// The command line that starts the exchange, without tag and line ending.
    #[must_use]
    pub fn opening(&self, protocol: Protocol, initial: Option<&Secret>) -> Secret {
        match (self.mistake, initial) {
            (Some(Mistake::Base64), Some(message)) => command(protocol, self.mechanism, Some(&self.line(message))),
            (Some(Mistake::Equals), Some(message)) if message.is_empty() => {
                command(protocol, self.mechanism, Some(&Secret::default()))
            }
            _ => opening(protocol, self.mechanism, initial),
        }
    }
}

/// The command line that starts an exchange, without tag and line ending. `initial` is not yet in base64; when it is
/// empty it is written `=` (RFC 4954 §4, RFC 4959 §3, RFC 5034 §4).
#[must_use]
pub fn opening(protocol: Protocol, mechanism: Mechanism, initial: Option<&Secret>) -> Secret {
    let encoded = initial.map(|message| if message.is_empty() { Secret::from("=") } else { encode(message) });
    command(protocol, mechanism, encoded.as_ref())
}

fn command(protocol: Protocol, mechanism: Mechanism, response: Option<&Secret>) -> Secret {
    let verb = if protocol == Protocol::Imap { "AUTHENTICATE" } else { "AUTH" };
    let name = mechanism.name();
    let mut line = Vec::with_capacity(verb.len() + name.len() + 2 + response.map_or(0, |r| r.expose().len()));
    line.extend_from_slice(verb.as_bytes());
    line.push(b' ');
    line.extend_from_slice(name.as_bytes());
    if let Some(response) = response {
        line.push(b' ');
        line.extend_from_slice(response.expose());
    }
    Secret::new(line)
}

fn with_newline(secret: &Secret) -> Secret {
    let mut octets = Vec::with_capacity(secret.expose().len() + 1);
    octets.extend_from_slice(secret.expose());
    octets.push(b'\n');
    Secret::new(octets)
}

fn no_nul(user: &str, password: &Secret, authorization: &str) -> Result<(), String> {
    for (what, octets) in [
        ("user", user.as_bytes()),
        ("password", password.expose()),
        ("authorization identity", authorization.as_bytes()),
    ] {
        if octets.contains(&0) {
            return Err(format!("the {what} holds a NUL octet, which PLAIN uses to separate; try LOGIN"));
        }
    }
    Ok(())
}

/// A token is what RFC 6750 §2.1 calls `b64token`: anything else is no token, most often a password or a line end.
fn token(token: &Secret, mistake: Option<Mistake>) -> Result<(), String> {
    if token.is_empty() {
        return Err("the token is empty, paste one".to_owned());
    }
    let wrong = token.expose().iter().position(|b| !b.is_ascii_graphic());
    match wrong {
        Some(at) if mistake != Some(Mistake::Newline) => {
            Err(format!("character {} of the token is none that tokens have (RFC 6750 §2.1)", at + 1))
        }
        _ => Ok(()),
    }
}
