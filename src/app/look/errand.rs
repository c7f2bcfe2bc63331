//! What a look is sent for, and the errand of a ClientHello made by hand.

use bytes::Bytes;

use super::{Look, Step};
use crate::app::effect::{ConnectPlan, Effect, Effects, Sessions};
use crate::diagnosis::investigation::{Ended, Hello, Place, Talk};
use crate::protocol::endpoint::{Endpoint, Security};
use crate::protocol::moment::Moment;

/// What a look is sent for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum Errand {
    /// To see what the server offers and which certificate it shows.
    Look(Endpoint),
    /// The same with the TLS session of the look before, as far as the server takes it up again.
    Again(Endpoint),
    /// To send this where TLS would begin, and to hear the answer.
    Hello(Hello),
    /// To say these lines, and to hear the answers.
    Talk(Talk),
}

impl Errand {
    /// Where it goes.
    pub(super) const fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Look(endpoint)
            | Self::Again(endpoint)
            | Self::Hello(Hello { endpoint, .. })
            | Self::Talk(Talk { endpoint, .. }) => endpoint,
        }
    }

    /// Whether it goes alone and after a pause: a server that meets many broken handshakes may take them for an attack,
    /// and what a talk says is one if nobody agreed to it.
    pub(super) const fn is_paced(&self) -> bool {
        matches!(self, Self::Hello(_) | Self::Talk(_))
    }

    /// Where it goes, and when TLS begins there. A ClientHello has its place even where nobody asks for TLS.
    pub(super) fn way(&self) -> Endpoint {
        let endpoint = self.endpoint().clone();
        match (self, endpoint.security) {
            (Self::Hello(_), Security::Plain) => Endpoint { security: Security::StartTls, ..endpoint },
            (Self::Talk(Talk { place: Place::Clear, .. }), Security::StartTls) => {
                Endpoint { security: Security::Plain, ..endpoint }
            }
            (Self::Talk(Talk { place: Place::Tls | Place::Behind(_), .. }), Security::Plain) => {
                Endpoint { security: Security::StartTls, ..endpoint }
            }
            _ => endpoint,
        }
    }

    /// The plan for the net: it does no handshake where the errand says the first octets itself, and keeps the session of a
    /// look for one more.
    pub(super) fn dialled(&self, plan: &ConnectPlan) -> ConnectPlan {
        let mut plan = plan.clone();
        match self {
            Self::Look(_) => plan.sessions = Sessions::Keep,
            Self::Again(_) => plan.sessions = Sessions::Offer,
            Self::Hello(_) => plan.endpoint.security = Security::Plain,
            Self::Talk(_) => {}
        }
        plan
    }
}

impl Look {
    /// TLS begins here: by the net, or by the octets of the errand.
    pub(super) fn begin_tls(&mut self, at: Moment, effects: &mut Effects) {
        let Errand::Hello(hello) = &self.errand else {
            self.wait(Step::Handshake, at, effects);
            // Where TLS comes first, the net begins it by itself.
            if self.plan.endpoint.security != Security::Implicit {
                effects.push(Effect::StartTls { id: self.id, name: self.name() });
            }
            return;
        };
        let octets = Bytes::copy_from_slice(&hello.octets);
        self.said.note(&format!("a ClientHello, {} octets", octets.len()));
        effects.push(Effect::Send { id: self.id, octets });
        self.wait(Step::Hello, at, effects);
    }

    /// Octets came in answer to the ClientHello.
    pub(super) fn heard(&mut self, octets: &[u8], effects: &mut Effects) {
        self.flight.push(octets);
        if self.flight.is_enough() {
            self.answered(Ended::Enough);
            self.hang_up(effects);
        }
    }

    /// Nothing more is waited for.
    pub(super) fn answered(&mut self, ended: Ended) {
        self.said.note(&format!("{} octets in answer", self.flight.octets()));
        self.ended = ended;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Looks;
    use super::super::looks::PAUSE;
    use super::*;
    use crate::app::event::{Closing, ConnectionId, Happened};
    use crate::app::options::Options;
    use crate::diagnosis::dns::Resolver;
    use crate::diagnosis::investigation::{Came, Heard};
    use crate::protocol::endpoint::{Target, parse_target};

    const ALERT: &str = "\x15\x03\x01\x00\x02\x02\x28";

    fn hello(url: &str) -> Errand {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&[url]) else { panic!("{url}") };
        Errand::Hello(Hello { endpoint, octets: b"HELLO".to_vec() })
    }

    fn looks() -> Looks {
        let options = Options::new("client.example.test", "2026-11-21T00:00:00+00:00[UTC]".parse().unwrap());
        Looks::new(&options)
    }

    /// The connection that is opened, and whether the net is to begin TLS by itself.
    fn connect(effects: &Effects) -> (ConnectionId, Security) {
        let of = |effect: &Effect| match effect {
            Effect::Connect { id, plan } => Some((*id, plan.endpoint.security)),
            _ => None,
        };
        effects.iter().find_map(of).unwrap_or_else(|| panic!("{effects:?}"))
    }

    /// Runs a ClientHello against a server that says these things one after the other, each once something was sent to
    /// it; `CLOSE` closes. Gives what the server was sent, and what came of it.
    fn run(url: &str, says: &[&str]) -> (Vec<String>, Heard) {
        let (mut looks, mut effects) = (looks(), Effects::new());
        looks.want(hello(url), Resolver::System, &mut effects);
        let (id, security) = connect(&effects);
        assert_eq!(security, Security::Plain);
        let (mut says, mut sent, mut now) = (says.iter(), Vec::new(), Moment(1_000_000));
        let peer = "192.0.2.25:25".parse().unwrap();
        let mut what = vec![Happened::Connected { local: peer, peer, practice: None, took: Duration::ZERO }];
        let said = |text: &&str| match *text {
            "CLOSE" => Happened::Closed(Closing::Peer),
            text => Happened::Received(Bytes::copy_from_slice(text.as_bytes())),
        };
        if !url.contains("smtps") {
            what.extend(says.next().map(said));
        }
        effects.clear();
        loop {
            let came = if what.is_empty() {
                now = now + Duration::from_secs(30);
                looks.tick(now, &mut effects).pop()
            } else {
                looks.happened(id, what.remove(0), now, &mut effects)
            };
            if let Some(Came::Hello(asked, heard)) = came {
                assert_eq!(Errand::Hello(asked), hello(url));
                return (sent, *heard);
            }
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Send { octets, .. } => {
                        sent.push(String::from_utf8_lossy(&octets).trim_end().to_owned());
                        what.extend(says.next().map(said));
                    }
                    Effect::Wake(_) | Effect::Close { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_client_hello_goes_where_tls_would_begin() {
        let ehlo = "250-mx\r\n250 STARTTLS\r\n";
        let asked = ["EHLO client.example.test", "STARTTLS", "HELLO"];
        for (url, says, sent, ended, alert) in [
            ("smtps://mx.test", &[ALERT][..], &["HELLO"][..], Ended::Enough, true),
            ("smtps://mx.test", &["CLOSE"], &["HELLO"], Ended::Closed("closed by the server".to_owned()), false),
            ("smtps://mx.test", &[], &["HELLO"], Ended::Silent(Duration::from_secs(30)), false),
            ("smtps://mx.test", &["220 mx\r\n"], &["HELLO"], Ended::Enough, false),
            ("smtp://mx.test", &["220 mx\r\n", ehlo, "220 go\r\n", ALERT], &asked, Ended::Enough, true),
            ("smtp+starttls://mx.test", &["220 mx\r\n", ehlo, "220 go\r\n", ALERT], &asked, Ended::Enough, true),
            ("imap://mx.test", &["* OK [CAPABILITY IMAP4rev1] x\r\n"], &["a1 CAPABILITY"], Ended::NotSent, false),
            (
                "smtp://mx.test",
                &["220 mx\r\n", "250 mx\r\n", "221 bye\r\n"],
                &["EHLO client.example.test", "QUIT"],
                Ended::NotSent,
                false,
            ),
        ] {
            let (did, heard) = run(url, says);
            assert_eq!(did, sent, "{url} {says:?}");
            assert_eq!((&heard.ended, heard.flight.alert().is_some()), (&ended, alert), "{url} {says:?}");
            assert_eq!(heard.seen.failure.is_some(), ended == Ended::NotSent, "{url} {says:?} {heard:?}");
            assert_eq!(heard.seen.tls, None);
        }
        let (_, heard) = run("smtp://mx.test", &["220 mx\r\n", ehlo, "220 go\r\n250 injected\r\n", ALERT]);
        assert_eq!(heard.seen.injected, 14);
        assert_eq!(
            heard.seen.said.get(7..),
            Some(
                &[
                    "-- 14 octets in clear behind the answer, discarded".to_owned(),
                    "-- a ClientHello, 5 octets".to_owned(),
                    "-- 7 octets in answer".to_owned(),
                ][..]
            )
        );
    }

    #[test]
    fn one_at_a_time_and_none_without_a_pause() {
        let (mut looks, mut effects) = (looks(), Effects::new());
        for _ in 0..3 {
            looks.want(hello("smtps://mx.test"), Resolver::System, &mut effects);
        }
        let look = Errand::Look(hello("imaps://mx.test").endpoint().clone());
        looks.want(look, Resolver::System, &mut effects);
        let opened = effects.iter().filter(|effect| matches!(effect, Effect::Connect { .. })).count();
        assert_eq!((opened, looks.len()), (2, 4), "a look that is not paced does not wait");
        let (first, _) = connect(&effects);
        effects.clear();
        let at = Moment(7_000_000);
        assert!(looks.happened(first, Happened::NotConnected, at, &mut effects).is_some());
        assert_eq!(effects.last(), Some(&Effect::Wake(at + PAUSE)));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Connect { .. })));
        effects.clear();
        assert!(looks.tick(Moment((at + PAUSE).0 - 1), &mut effects).is_empty());
        assert_eq!(effects, []);
        assert!(looks.tick(at + PAUSE, &mut effects).is_empty());
        assert_ne!(connect(&effects).0, first);
    }
}
