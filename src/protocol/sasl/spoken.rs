//! An exchange that somebody leads by hand: what was said in it, and how the program can go on from there.

use super::bearer;
use super::exchange::{Answer, Channel, Credentials, Exchange};
use super::login::Prompt;
use super::mechanism::Mechanism;
use super::scram::messages::ClientFirst;
use super::table;
use crate::protocol::secret::Secret;

/// Messages that are kept: no mechanism has more.
const MOST: usize = 4;

/// What both sides have said. A challenge that was answered stands with its answer, the last one is still open.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    mechanism: String,
    turns: Vec<Turn>,
    open: Option<Open>,
    /// A message was no base64, or there were too many: where the exchange stands is not known.
    lost: bool,
}

/// A message of the client, and the challenge before it; an initial response answers an empty one.
#[derive(Clone, Debug)]
struct Turn {
    challenge: Vec<u8>,
    message: Secret,
}

#[derive(Clone, Debug)]
enum Open {
    Challenge(Vec<u8>),
    /// What came is no base64.
    Unreadable,
}

/// How the program can go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// With this mechanism, from what somebody types.
    Ask {
        /// The mechanism of the exchange.
        mechanism: Mechanism,
        /// User and authorization identity, where the first message told them already.
        told: Option<(String, String)>,
    },
    /// This message is owed, whoever logs in.
    Owed(Secret),
}

impl Spoken {
    /// Nothing was said but the name of the mechanism.
    #[must_use]
    pub fn new(mechanism: &str) -> Self {
        Self { mechanism: mechanism.to_owned(), ..Self::default() }
    }

    /// A message went out; `None`: it was no base64.
    pub fn said(&mut self, message: Option<Secret>) {
        let challenge = match self.open.take() {
            Some(Open::Challenge(challenge)) => challenge,
            Some(Open::Unreadable) | None => Vec::new(),
        };
        match message.filter(|_| self.turns.len() < MOST) {
            Some(message) => self.turns.push(Turn { challenge, message }),
            None => self.lost = true,
        }
    }

    /// A challenge came; `None`: it was no base64.
    pub fn heard(&mut self, challenge: Option<Vec<u8>>) {
        self.open = Some(challenge.map_or(Open::Unreadable, Open::Challenge));
    }

    /// Messages of the client so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.turns.len()
    }

    /// How the open challenge can be answered.
    ///
    /// # Errors
    /// Why the program cannot, in words that end without a full stop.
    pub fn next(&self) -> Result<Next, String> {
        let row = table::find(&self.mechanism);
        let Some(mechanism) = row.and_then(|row| row.mechanism) else {
            return Err(row.map_or_else(
                || "the mechanism is not known here".to_owned(),
                |row| format!("{}: {}", row.name, row.says),
            ));
        };
        if self.lost {
            return Err("what was typed before is no base64: nobody knows where this exchange stands".to_owned());
        }
        let challenge = match &self.open {
            Some(Open::Challenge(challenge)) => challenge,
            Some(Open::Unreadable) => return Err("the challenge is no base64: nothing can be made from it".to_owned()),
            None => return Err("the server has not asked yet".to_owned()),
        };
        let told = match (mechanism, self.turns.as_slice()) {
            (_, []) => None,
            (Mechanism::Xoauth2 | Mechanism::OauthBearer, [_]) => return Ok(Next::Owed(bearer::owed(mechanism))),
            (Mechanism::Login, [first])
                if Prompt::read(&first.challenge) != Prompt::Password && Prompt::read(challenge) != Prompt::User =>
            {
                let user = std::str::from_utf8(first.message.expose());
                Some((user.map_err(|_| "the user name that was typed is not UTF-8")?.to_owned(), String::new()))
            }
            // Asked again for the user, one starts over.
            (Mechanism::Login, [_]) => None,
            (Mechanism::Scram { .. }, [first] | [first, _]) => {
                let read = ClientFirst::read(first.message.expose());
                let read = read.map_err(|why| format!("the first message that was typed is wrong: {why}"))?;
                Some((read.user, read.header.authorization))
            }
            _ => return Err(format!("everything {mechanism} has to say was said")),
        };
        Ok(Next::Ask { mechanism, told })
    }

    /// The exchange as it would stand if the program had led it, before the open challenge.
    ///
    /// # Errors
    /// As [`Self::next`] and [`Exchange::new`]; or the channel has no data of the type that the typed message names.
    pub fn resume(&self, credentials: Credentials, channel: &Channel) -> Result<Exchange, String> {
        let Next::Ask { mechanism, .. } = self.next()? else {
            return Err("an empty answer is owed, nothing has to be typed".to_owned());
        };
        match (mechanism, self.turns.first()) {
            (Mechanism::Scram { hash, plus }, Some(first)) => {
                Exchange::from_first(hash, plus, first.message.expose(), &credentials.password, channel)
            }
            _ => Exchange::new(mechanism, credentials, channel, None),
        }
    }

    /// The answer of a resumed exchange to the open challenge. SCRAM computes as long as its iterations want.
    pub fn answer(&self, exchange: &mut Exchange) -> Answer {
        // What was said by hand is gone through again, so that the exchange knows what both sides know.
        let begun = usize::from(matches!(exchange.mechanism(), Mechanism::Scram { .. }));
        for turn in self.turns.iter().skip(begun) {
            let _ = exchange.answer(&turn.challenge);
        }
        match &self.open {
            Some(Open::Challenge(challenge)) => exchange.answer(challenge),
            Some(Open::Unreadable) | None => Answer::Cancel("there is no challenge to answer".to_owned()),
        }
    }

    /// The open challenge, decoded.
    #[must_use]
    pub fn challenge(&self) -> Option<&[u8]> {
        match &self.open {
            Some(Open::Challenge(challenge)) => Some(challenge),
            Some(Open::Unreadable) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Binding, BindingType};
    use super::*;

    /// An exchange by hand: `C` and what was typed, `S` and what came.
    fn spoken(mechanism: &str, lines: &[(char, &str)]) -> Spoken {
        let mut spoken = Spoken::new(mechanism);
        for (side, text) in lines {
            match side {
                'C' => spoken.said(Some(Secret::from(*text))),
                _ => spoken.heard(Some(text.as_bytes().to_vec())),
            }
        }
        spoken
    }

    fn credentials(user: &str, password: &str) -> Credentials {
        Credentials { user: user.to_owned(), password: password.into(), authorization: String::new() }
    }

    #[test]
    fn what_can_be_gone_on_with() {
        const FIRST: &str = "n,a=boss,n=user,r=rOprNGfwEbeRWgbNEkqO";
        for (mechanism, lines, told) in [
            ("PLAIN", &[('S', "")][..], None),
            ("LOGIN", &[('S', "Username:")], None),
            ("LOGIN", &[('C', "jo"), ('S', "Password:")], Some(("jo", ""))),
            ("LOGIN", &[('S', "User Name\0"), ('C', "jo"), ('S', "x")], Some(("jo", ""))),
            ("login", &[('S', "User"), ('C', "jo"), ('S', "User")], None),
            ("CRAM-MD5", &[('S', "<1@a>")], None),
            ("SCRAM-SHA-256", &[('S', "")], None),
            ("SCRAM-SHA-256", &[('C', FIRST), ('S', "r=x")], Some(("user", "boss"))),
            ("SCRAM-SHA-1", &[('C', FIRST), ('S', "r=x"), ('C', "c=biws"), ('S', "v=AA==")], Some(("user", "boss"))),
            ("XOAUTH2", &[('S', "")], None),
            ("EXTERNAL", &[('S', "")], None),
            ("ANONYMOUS", &[('S', "")], None),
        ] {
            let told = told.map(|(user, authorization): (&str, &str)| (user.to_owned(), authorization.to_owned()));
            let expect = Next::Ask { mechanism: Mechanism::find(mechanism).unwrap(), told };
            assert_eq!(spoken(mechanism, lines).next(), Ok(expect), "{mechanism} {lines:?}");
        }
        for (mechanism, owed) in [("XOAUTH2", &b""[..]), ("OAUTHBEARER", b"\x01")] {
            let next =
                spoken(mechanism, &[('C', "n,,\x01auth=Bearer x\x01\x01"), ('S', "{\"status\":\"401\"}")]).next();
            assert_eq!(next, Ok(Next::Owed(Secret::new(owed.to_vec()))));
        }
        for (mechanism, lines, why) in [
            ("NTLM", &[('S', "")][..], "NTLM: Windows' own challenge and response: not supported here"),
            ("X-NEW", &[('S', "")], "the mechanism is not known here"),
            ("PLAIN", &[], "the server has not asked yet"),
            ("PLAIN", &[('C', "\0jo\0pw"), ('S', "")], "everything PLAIN has to say was said"),
            ("CRAM-MD5", &[('S', "<1@a>"), ('C', "jo 0"), ('S', "")], "everything CRAM-MD5 has to say was said"),
            ("SCRAM-SHA-256", &[('C', "jo"), ('S', "r=x")], "the first message that was typed is wrong: "),
            ("XOAUTH2", &[('C', "x"), ('S', "{}"), ('C', ""), ('S', "{}")], "everything XOAUTH2 has to say was said"),
        ] {
            let said = spoken(mechanism, lines).next().unwrap_err();
            assert!(said.starts_with(why), "{said}");
        }
    }

    #[test]
    fn what_is_no_base64_ends_it() {
        let mut typed = spoken("LOGIN", &[('S', "Username:")]);
        typed.said(None);
        typed.heard(Some(b"Password:".to_vec()));
        assert!(typed.next().unwrap_err().contains("what was typed before is no base64"));
        let mut came = Spoken::new("CRAM-MD5");
        came.heard(None);
        assert!(came.next().unwrap_err().contains("the challenge is no base64"));
        let mut endless = Spoken::new("LOGIN");
        for _ in 0..100 {
            endless.heard(Some(Vec::new()));
            endless.said(Some(Secret::default()));
        }
        assert_eq!(endless.count(), MOST);
    }

    #[test]
    fn the_answers() {
        for (mechanism, lines, expect) in [
            ("PLAIN", &[('S', "")][..], "\0jo\0pw"),
            ("LOGIN", &[('S', "Username:")], "jo"),
            ("LOGIN", &[('C', "jo"), ('S', "Password:")], "pw"),
            ("LOGIN", &[('S', "?"), ('C', "jo"), ('S', "?")], "pw"),
            ("SCRAM-SHA-1", &[('S', "")], "n,,n=jo,r=abc"),
            // RFC 5802 §5, the first message typed by hand.
            (
                "SCRAM-SHA-1",
                &[
                    ('C', "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"),
                    ('S', "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"),
                ],
                "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            ),
            // Both messages typed by hand: the server's signature is still verified.
            (
                "SCRAM-SHA-1",
                &[
                    ('C', "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"),
                    ('S', "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"),
                    ('C', "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="),
                    ('S', "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
                ],
                "",
            ),
        ] {
            let spoken = spoken(mechanism, lines);
            let password = if mechanism == "SCRAM-SHA-1" && lines.len() > 1 { "pencil" } else { "pw" };
            let channel = Channel { nonce: "abc".to_owned(), ..Channel::default() };
            let mut exchange = spoken.resume(credentials("jo", password), &channel).unwrap();
            assert_eq!(spoken.answer(&mut exchange), Answer::Message(Secret::from(expect)), "{mechanism} {lines:?}");
        }
    }

    #[test]
    fn a_typed_binding_needs_its_data() {
        let first = [('C', "p=tls-server-end-point,,n=user,r=abc"), ('S', "r=abcd,s=QSXC,i=1")];
        let spoken = spoken("SCRAM-SHA-1-PLUS", &first);
        let of = |kind| Binding { kind, octets: vec![1; 32] };
        for (kinds, works) in [
            (&[][..], false),
            (&[BindingType::Exporter], false),
            (&[BindingType::Exporter, BindingType::ServerEndPoint], true),
        ] {
            let bindings = kinds.iter().map(|kind| of(*kind)).collect();
            let channel = Channel { bindings, nonce: "xyz".to_owned(), ..Channel::default() };
            match spoken.resume(credentials("", "pencil"), &channel) {
                Ok(mut exchange) => {
                    assert!(works);
                    let Answer::Message(message) = spoken.answer(&mut exchange) else { panic!("no answer") };
                    assert!(message.expose().starts_with(b"c=cD10bHMtc2VydmVyLWVuZC1wb2ludCws"), "the typed header");
                }
                Err(why) => assert!(!works && why.contains("tls-server-end-point"), "{why}"),
            }
        }
    }
}
