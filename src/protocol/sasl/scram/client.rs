//! The client's side of SCRAM.

use std::num::NonZeroU32;

use super::gs2::{Flag, Header, escape};
use super::keys::Keys;
use super::messages::{ClientFirst, ServerFinal, ServerFirst, error_words};
use super::{FEW_ITERATIONS, MOST_ITERATIONS};
use crate::protocol::sasl::exchange::{Answer, Channel, Remark, Weight};
use crate::protocol::sasl::{Binding, Hash, Mistake, base64};
use crate::protocol::secret::Secret;
use crate::protocol::visible::visible;

/// One run.
#[derive(Debug)]
pub(in crate::protocol::sasl) struct Client {
    hash: Hash,
    /// The header with the data of the channel behind it: what `c=` says.
    bound: Vec<u8>,
    header: String,
    bare: String,
    nonce: String,
    password: Secret,
    mistake: Option<Mistake>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    /// The first message is out.
    First,
    /// The proof is out: what the server has to sign.
    Final(Keys, String),
    /// The server's signature came, right or wrong, or an error.
    Over,
}

impl Client {
    /// A run with names and a password that are prepared. `binding` is there for -PLUS only.
    pub(in crate::protocol::sasl) fn new(
        hash: Hash,
        names: (&str, &str),
        password: Secret,
        channel: &Channel,
        plus: bool,
        mistake: Option<Mistake>,
    ) -> Result<Self, String> {
        let (user, authorization) = names;
        let printable = channel.nonce.bytes().all(|b| b.is_ascii_graphic() && b != b',');
        if channel.nonce.is_empty() || !printable {
            return Err("SCRAM needs a nonce, and was given none".to_owned());
        }
        let (flag, mut octets) = match channel.bindings.first() {
            Some(Binding { kind, octets }) if plus => (Flag::Bound(kind.name()), octets.clone()),
            _ if plus => return Err("there is no TLS on this connection that a -PLUS could be bound to".to_owned()),
            Some(_) if !channel.plus_offered => (Flag::Unoffered, Vec::new()),
            _ => (Flag::Unsupported, Vec::new()),
        };
        if mistake == Some(Mistake::Binding)
            && let Some(first) = octets.first_mut()
        {
            *first ^= 1;
        }
        let header = Header { flag, authorization }.to_string();
        let mut bound = header.clone().into_bytes();
        bound.extend_from_slice(&octets);
        let bare = format!("n={},r={}", escape(user), channel.nonce);
        Ok(Self { hash, bound, header, bare, nonce: channel.nonce.clone(), password, mistake, state: State::Start })
    }

    /// A run whose first message is out, with a password that is prepared.
    pub(in crate::protocol::sasl) fn resumed(
        hash: Hash,
        first: &[u8],
        password: Secret,
        channel: &Channel,
    ) -> Result<Self, String> {
        let first = ClientFirst::read(first)?;
        let mut bound = first.header_text.as_bytes().to_vec();
        if let Flag::Bound(kind) = first.header.flag {
            let data = channel.bindings.iter().find(|binding| binding.kind.name() == kind);
            let data = data.ok_or_else(|| {
                let shown: String = visible(kind.as_bytes()).chars().take(60).collect();
                format!("this connection has no data of {shown}, by which the first message binds itself")
            })?;
            bound.extend_from_slice(&data.octets);
        }
        let [header, bare, nonce] = [first.header_text, first.bare, first.nonce].map(str::to_owned);
        Ok(Self { hash, bound, header, bare, nonce, password, mistake: None, state: State::First })
    }

    pub(in crate::protocol::sasl) fn initial(&mut self) -> Secret {
        self.state = State::First;
        Secret::from(format!("{}{}", self.header, self.bare).as_str())
    }

    pub(in crate::protocol::sasl) fn answer(&mut self, challenge: &[u8], remarks: &mut Vec<Remark>) -> Answer {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Start => Answer::Message(self.initial()),
            State::First => self.prove(challenge, remarks).unwrap_or_else(|why| {
                remarks.push(Remark::new(Weight::Fault, format!("the server's first message: {why}")));
                Answer::Cancel(why)
            }),
            State::Final(keys, messages) => judge(challenge, &keys, &messages, remarks),
            State::Over => Answer::Cancel("the exchange is over, and the server asks again".to_owned()),
        }
    }

    fn prove(&mut self, challenge: &[u8], remarks: &mut Vec<Remark>) -> Result<Answer, String> {
        let text = std::str::from_utf8(challenge).map_err(|_| "it is not UTF-8 (RFC 5802 §5)")?;
        if let Ok(ServerFinal::Error(error)) = ServerFinal::read(challenge) {
            remarks.push(refusal(error));
            return Ok(Answer::Message(Secret::default()));
        }
        let first = ServerFirst::read(challenge)?;
        match first.nonce.strip_prefix(self.nonce.as_str()) {
            None => return Err("its nonce does not begin with ours: it answers somebody else".to_owned()),
            Some("") => return Err("its nonce adds nothing to ours (RFC 5802 §5.1)".to_owned()),
            Some(_) => {}
        }
        let iterations = NonZeroU32::new(first.iterations).filter(|count| count.get() <= MOST_ITERATIONS);
        let Some(iterations) = iterations else {
            let most = MOST_ITERATIONS;
            return Err(format!("{} iterations would stall this program, it does {most} at most", first.iterations));
        };
        if first.iterations < FEW_ITERATIONS {
            let says = format!("{iterations} iterations are few: RFC 7677 §4 asks for {FEW_ITERATIONS} at least");
            remarks.push(Remark::new(Weight::Warning, says));
        }
        let keys = Keys::derive(self.hash, &self.password, &first.salt, iterations);
        let nonce = match self.mistake {
            Some(Mistake::Nonce) => self.nonce.as_str(),
            _ => first.nonce,
        };
        let without_proof = format!("c={},r={nonce}", base64::text(&self.bound));
        let messages = format!("{},{text},{without_proof}", self.bare);
        let mut proof = keys.proof(&messages);
        if self.mistake == Some(Mistake::Proof)
            && let Some(first) = proof.first_mut()
        {
            *first ^= 1;
        }
        let message = format!("{without_proof},p={}", base64::text(&proof));
        self.state = State::Final(keys, messages);
        Ok(Answer::Message(Secret::from(message.as_str())))
    }

    /// The server said yes. Whether it has proven before that it knows the password.
    pub(in crate::protocol::sasl) fn accepted(&mut self, remarks: &mut Vec<Remark>) {
        if !matches!(std::mem::replace(&mut self.state, State::Over), State::Over) {
            let says = "the server said yes without its signature: it has not proven that it knows the password \
                        (RFC 5802 §5)";
            remarks.push(Remark::new(Weight::Fault, says));
        }
    }
}

fn judge(challenge: &[u8], keys: &Keys, messages: &str, remarks: &mut Vec<Remark>) -> Answer {
    match ServerFinal::read(challenge) {
        Ok(ServerFinal::Signature(signature)) if keys.verifies(messages, &signature) => {
            let says = "server signature ✓ verified: the server knows the password too";
            remarks.push(Remark::new(Weight::Good, says));
            Answer::Message(Secret::default())
        }
        Ok(ServerFinal::Signature(_)) => {
            let why = "the server's signature is false: it does not know the password, or someone changes what is said";
            remarks.push(Remark::new(Weight::Fault, why));
            Answer::Cancel(why.to_owned())
        }
        Ok(ServerFinal::Error(error)) => {
            remarks.push(refusal(error));
            Answer::Message(Secret::default())
        }
        Err(why) => {
            remarks.push(Remark::new(Weight::Fault, format!("the server's last message: {why}")));
            Answer::Cancel(why)
        }
    }
}

fn refusal(error: &str) -> Remark {
    let words = error_words(error).map_or_else(String::new, |words| format!(": {words}"));
    let shown: String = visible(error.as_bytes()).chars().take(60).collect();
    Remark::new(Weight::Note, format!("the server's error is {shown}{words}"))
}
