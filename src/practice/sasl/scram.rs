//! The server's side of SCRAM (RFC 5802).

use std::num::NonZeroU32;

use crate::protocol::sasl::saslprep::prepare;
use crate::protocol::sasl::scram::gs2::Flag;
use crate::protocol::sasl::scram::keys::{Keys, proves};
use crate::protocol::sasl::scram::messages::{ClientFinal, ClientFirst};
use crate::protocol::sasl::{Binding, Hash, base64};
use crate::protocol::secret::Secret;

use super::super::World;
use super::{Secured, acts_as};

/// As few as are allowed (RFC 7677 §4): a lesson should not wait.
const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);

/// One run.
#[derive(Debug)]
pub(super) struct Scram {
    hash: Hash,
    plus: bool,
    /// What this server adds to the client's nonce.
    nonce: String,
    /// After the first message.
    first: Option<First>,
}

#[derive(Debug)]
struct First {
    user: String,
    authorization: String,
    salt: String,
    /// What `c=` must say.
    bound: Vec<u8>,
    /// The nonce of both.
    nonce: String,
    /// Both first messages, which are signed.
    messages: String,
}

impl Scram {
    pub(super) const fn new(hash: Hash, plus: bool, nonce: String) -> Self {
        Self { hash, plus, nonce, first: None }
    }

    /// The next message of this server, and the judgement once it is made: the user or nobody.
    ///
    /// # Errors
    /// The client's message makes no sense.
    pub(super) fn respond(
        &mut self,
        world: &World,
        secured: &Secured,
        octets: &[u8],
    ) -> Result<(String, Option<Option<usize>>), String> {
        let Some(first) = self.first.take() else { return self.begin(world, secured, octets) };
        let last = ClientFinal::read(octets)?;
        if last.nonce != first.nonce {
            return Err("the nonce is not that of both first messages (RFC 5802 §5.1)".to_owned());
        }
        let refuse = |error: &str| Ok((format!("e={error}"), Some(None)));
        if last.binding != first.bound {
            return refuse("channel-bindings-dont-match");
        }
        let messages = format!("{},{}", first.messages, last.without_proof);
        let mut signature = None;
        let user = world.login_by(&first.user, |password| {
            let keys = self.keys(password, &first.salt);
            let right = proves(self.hash, &keys.stored(), &messages, &last.proof);
            signature = Some(keys.signature(&messages)).filter(|_| right);
            right
        });
        match (user, signature) {
            (Some(user), _) if !acts_as(world, user, &first.authorization) => refuse("other-error"),
            (Some(user), Some(signature)) => Ok((format!("v={}", base64::text(&signature)), Some(Some(user)))),
            _ => refuse("invalid-proof"),
        }
    }

    fn begin(
        &mut self,
        world: &World,
        secured: &Secured,
        octets: &[u8],
    ) -> Result<(String, Option<Option<usize>>), String> {
        let first = ClientFirst::read(octets)?;
        let refuse = |error: &str| Ok((format!("e={error}"), Some(None)));
        let mut bound = first.header_text.as_bytes().to_vec();
        match first.header.flag {
            Flag::Bound(_) if !self.plus => return Err("p= belongs to a -PLUS (RFC 5802 §6)".to_owned()),
            Flag::Bound(kind) => {
                let Some(Binding { octets, .. }) = secured.bindings.iter().find(|known| known.kind.name() == kind)
                else {
                    return refuse("unsupported-channel-binding-type");
                };
                bound.extend_from_slice(octets);
            }
            _ if self.plus => return Err("a -PLUS wants p= (RFC 5802 §6)".to_owned()),
            Flag::Unoffered if !secured.bindings.is_empty() => {
                return refuse("server-does-support-channel-binding");
            }
            Flag::Unoffered | Flag::Unsupported => {}
        }
        // A name that nobody has gets a salt too: who exists is not told before the proof.
        let known = world.user(&first.user).and_then(|user| world.account(user));
        let salt = known.map_or_else(|| first.user.to_ascii_lowercase(), |account| account.address.to_owned());
        let nonce = format!("{}{}", first.nonce, self.nonce);
        let message = format!("r={nonce},s={},i={ITERATIONS}", base64::text(salt.as_bytes()));
        self.first = Some(First {
            authorization: first.header.authorization,
            user: first.user,
            salt,
            bound,
            nonce,
            messages: format!("{},{message}", first.bare),
        });
        Ok((message, None))
    }

    fn keys(&self, password: &Secret, salt: &str) -> Keys {
        let text = std::str::from_utf8(password.expose()).unwrap_or_default();
        let prepared = prepare(text).map_or_else(|_| password.clone(), |right| Secret::new(right.text.into_bytes()));
        Keys::derive(self.hash, &prepared, salt.as_bytes(), ITERATIONS)
    }
}
