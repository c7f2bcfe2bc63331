//! What a session shows of STARTTLS besides its success: [`crate::diagnosis::starttls`] has the words.

use super::Conversation;
use crate::diagnosis::starttls::{self, Promise};
use crate::diagnosis::tls::Verdict;
use crate::diagnosis::{Finding, Severity, certificate};
use crate::protocol::moment::Moment;

impl Conversation {
    /// A line of the greeting.
    pub(super) fn greeted(&mut self, line: &[u8]) {
        if starttls::is_masked_greeting(line) {
            self.masked_greeting = true;
            let says = "asterisks stand in the greeting: something on the way changes what the server says";
            let next = "it often takes the offer of STARTTLS away too; switch SMTP inspection off in the firewall";
            self.finding(Severity::Warning, "greeting", says, next);
        }
    }

    /// STARTTLS or STLS was refused with this line.
    pub(super) fn not_upgraded(&mut self, line: &[u8]) {
        let next = starttls::refused(self.protocol(), line, self.session.capabilities().known);
        let verb = self.protocol().starttls();
        self.finding(Severity::Fault, verb, &format!("{verb} is refused: there is no TLS"), next);
    }

    /// A new list of offers is there.
    pub(super) fn judge_offers(&mut self, at: Moment) {
        let now = self.session.capabilities();
        if self.session.tls() {
            let found = self.session.before_tls().and_then(|clear| starttls::changed(self.protocol(), clear, now));
            if let Some(found) = found {
                self.tell(found, at);
            }
        } else if starttls::masked(now).is_some() && !now.has(self.protocol().starttls()) {
            let (says, next) = starttls::not_offered(self.protocol(), now, false);
            self.tell(Finding::new(Severity::Warning, self.protocol().starttls(), says, next), at);
        }
    }

    /// Whether mail comes here from elsewhere: what a domain promises is about such servers alone.
    pub(in crate::app) fn takes_mail(&self) -> bool {
        self.plan.endpoint.takes_mail()
    }

    /// What the domain promises about this server is compared with what it does.
    pub(in crate::app) fn compare(&mut self, promises: &[Promise], at: Moment) {
        let known = self.session.tls() || self.session.capabilities().known;
        if promises.is_empty() || !known || !self.takes_mail() {
            return;
        }
        let offered = self.session.tls() || self.session.capabilities().has("STARTTLS");
        let state = (offered, self.tls.is_some(), promises.len());
        if self.compared.replace(state) == Some(state) {
            return;
        }
        let host = self.plan.endpoint.host.to_string();
        let why = match self.tls.as_deref().map(certificate::verdict) {
            Some(Verdict::Bad(why)) => Some(why.to_string()),
            _ => None,
        };
        for promise in promises {
            if let Some(found) = starttls::broken(*promise, &host, offered, why.as_deref()) {
                self.tell(found, at);
            }
        }
    }

    /// Says it in the transcript and keeps it, once.
    fn tell(&mut self, found: Finding, at: Moment) {
        if !self.findings.contains(&found) {
            self.trouble(at, &found.says, &found.next);
            self.finding(found.severity, &found.subject, &found.says, &found.next);
        }
    }
}
