//! The ways to log in that can be chosen, and the one that is proposed.

use super::AuthDialog;
use crate::app::conversation::Way;
use crate::protocol::endpoint::Protocol;
use crate::protocol::sasl::table::strongest;
use crate::protocol::sasl::{Mechanism, Mistake};
use crate::protocol::session::Session;

/// Why the server offers no mechanism, and what to do about it.
pub(in crate::app) fn none_offered(session: &Session) -> &'static str {
    let offers = session.capabilities();
    let clear = !session.tls() && (offers.has("STARTTLS") || offers.has("STLS"));
    match session.protocol() {
        _ if clear => "the server offers no mechanism in clear: Esc, then F4 begins TLS",
        _ if offers.known => "the server offers no mechanism",
        Protocol::Smtp | Protocol::Lmtp => "the server has not said what it offers: Esc, then EHLO asks it",
        Protocol::Imap => "the server has not said what it offers: Esc, then CAPABILITY asks it",
        Protocol::Pop3 => "the server has not said what it offers: Esc, then CAPA asks it",
    }
}

impl AuthDialog {
    /// The strongest that is known: what the server offers, and APOP where the greeting has a timestamp. APOP stands with
    /// CRAM-MD5, for both are an MD5 with the password; before CAPA nothing else is known but USER and PASS.
    pub(super) fn strongest(&self) -> Way {
        let found = strongest(&self.offered, !self.channel.bindings.is_empty(), false);
        // A server with tokens only has no other way in.
        let found = found.or_else(|| strongest(&self.offered, false, true));
        let proves = found.is_some_and(|mechanism| mechanism.takes_password() && !mechanism.row().sends_secret);
        match found {
            _ if !proves && self.protocol == Protocol::Pop3 && self.timestamp.is_some() => Way::Apop,
            None => Way::Sasl(Mechanism::Plain),
            Some(mechanism) => Way::Sasl(mechanism),
        }
    }

    /// The ways that can be chosen: what the server offers, the strongest first, PLAIN and LOGIN, the protocol's own
    /// commands, and every other mechanism if wanted.
    #[must_use]
    pub fn ways(&self) -> Vec<Way> {
        let always = [Mechanism::Plain, Mechanism::Login];
        let listed = |mechanism: &Mechanism| self.offers(*mechanism) || always.contains(mechanism);
        let commands = Way::commands(self.protocol).iter().copied();
        let chosen = match self.way {
            Way::Sasl(mechanism) if !self.all && !listed(&mechanism) => Some(self.way),
            _ => None,
        };
        let others = Mechanism::all().filter(|mechanism| self.all && !listed(mechanism));
        let commands = commands.filter(|way| *way != Way::Apop || self.timestamp.is_some());
        Mechanism::all()
            .filter(listed)
            .map(Way::Sasl)
            .chain(commands)
            .chain(others.map(Way::Sasl))
            .chain(chosen)
            .collect()
    }

    /// Whether the server offers a mechanism.
    #[must_use]
    pub fn offers(&self, mechanism: Mechanism) -> bool {
        self.offered.iter().any(|name| name == mechanism.name())
    }

    pub(super) fn choose(&mut self, way: Way) {
        self.way = way;
        let fields = self.open_fields();
        let near = fields.iter().rev().find(|(place, _)| *place <= self.field).or_else(|| fields.first());
        self.field = near.map_or(0, |(place, _)| *place);
        let possible = |mistake: &Mistake| matches!(way, Way::Sasl(m) if Mistake::of(m).any(|other| other == *mistake));
        self.mistake = self.mistake.filter(possible);
    }

    pub(super) fn turn(&mut self, forward: bool) {
        let ways = self.ways();
        let at = ways.iter().position(|way| *way == self.way).unwrap_or(0);
        let next = if forward { at + 1 } else { at + ways.len() - 1 };
        if let Some(way) = ways.get(next % ways.len().max(1)) {
            self.choose(*way);
        }
    }
}
