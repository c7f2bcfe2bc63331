//! One server's handshake and certificate, taken apart: what was agreed, the chain as it was sent and as it was built, and
//! each verdict by itself.
//!
//! ```text
//! host ─► a look, with STARTTLS ─► the handshake, the chain ─┬─► name, dates, chain, strength, form, trust
//!   │                         ├─► the same once more: is the session taken up?
//!   │                         └─► no handshake: ClientHellos made by hand, why not?
//!   ├─► A, AAAA ─► TLSA, its DNSSEC ─────────────────────────┼─► DANE
//!   ├─► for a domain: its MX, its MTA-STS policy ────────────┼─► MTA-STS
//!   └─► +aia: the issuer that is missing ────────────────────┘
//! ```
//!
//! What DNS says of the server is for [`DaneSurvey`], which is run within.

mod chain;
mod issuers;
mod line;
#[cfg(test)]
mod policy_tests;
mod rows;
mod starttls;
#[cfg(test)]
mod tests;

use self::issuers::Issuers;
pub(in crate::diagnosis) use self::line::FETCH;
pub use self::line::Subject;
use super::dane::DaneSurvey;
use super::dns::both_forms;
use super::finding::Finding;
use super::hello::WhyNot;
use super::investigation::{Came, Investigation, Seen, Setting, Stage, Want};
use super::survey::{Row, shown};
use super::tls::{Judgement, TlsReport};
use crate::protocol::endpoint::{Endpoint, Host};

/// A look at the TLS of one server.
#[derive(Clone, Debug)]
pub struct Inspection {
    subject: Subject,
    /// The server was looked at, or is not to be: what it showed is known already.
    is_asked: bool,
    seen: Option<Seen>,
    /// The second look, which offers the session of the first.
    again: Again,
    /// Why there is no handshake, when there is none.
    why_not: Option<WhyNot>,
    /// The name that is sent in place of the host's.
    sni: Option<String>,
    /// What DNS says; none of an address.
    dane: Option<DaneSurvey>,
    /// Whether that waits for the look.
    dane_waits: bool,
    issuers: Issuers,
    /// What the chain is worth with the issuers that were fetched.
    completed: Option<Box<Judgement>>,
    is_judged: bool,
}

/// Whether a session is taken up again (RFC 8446 §2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Again {
    /// Not tried.
    Not,
    Wanted,
    Waiting,
    Seen(Box<Seen>),
}

impl Inspection {
    /// A look at a server.
    #[must_use]
    pub fn new(subject: Subject, setting: &Setting) -> Self {
        let dane = match &subject.endpoint.host {
            // Nobody asks DNS for it.
            Host::Name(name) if name == "localhost" => None,
            _ => {
                // What a domain says of its exchanges is no word about where its people read and submit their mail.
                let domain = subject.domain.as_deref().filter(|_| subject.endpoint.takes_mail());
                DaneSurvey::of_server(&subject.endpoint, domain, setting)
            }
        };
        let issuers = Issuers::new(subject.fetches);
        Self {
            subject,
            is_asked: false,
            seen: None,
            again: Again::Not,
            why_not: None,
            sni: setting.sni.clone(),
            dane,
            dane_waits: false,
            issuers,
            completed: None,
            is_judged: false,
        }
    }

    /// What a server has shown already: nobody connects to it again. DNS is asked as ever; for `domain`, in A-label form,
    /// whose mail the server takes, its MTA-STS policy too.
    #[must_use]
    pub fn of(seen: Seen, domain: Option<String>, setting: &Setting) -> Self {
        let subject = Subject { endpoint: seen.endpoint.clone(), domain, fetches: false };
        Self { is_asked: true, seen: Some(seen), ..Self::new(subject, setting) }
    }

    /// Where TLS is looked at.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.subject.endpoint
    }

    fn report(&self) -> Option<&TlsReport> {
        self.seen.as_ref()?.tls.as_deref()
    }

    /// What DNS is to be asked, and whatever follows from it. The look that it wants is the one that is made already.
    fn dane_wants(&mut self) -> Vec<Want> {
        let mut out = Vec::new();
        let Some(dane) = &mut self.dane else { return out };
        loop {
            for want in dane.wants() {
                match want {
                    Want::Look(endpoint) if endpoint == self.subject.endpoint => self.dane_waits = true,
                    other => out.push(other),
                }
            }
            let Some(seen) = self.seen.as_ref().filter(|_| self.dane_waits) else { return out };
            self.dane_waits = false;
            let now = seen.tls.as_ref().map_or(0, |report| report.judged_at);
            dane.came(Came::Look(Box::new(seen.clone())), now);
        }
    }
}

impl Investigation for Inspection {
    fn title(&self) -> String {
        let Endpoint { host, port, .. } = &self.subject.endpoint;
        let domain = self.subject.domain.as_deref().map(|domain| format!(" for {}", both_forms(domain)));
        shown(&format!("TLS {}:{port}{}", both_forms(&host.to_string()), domain.unwrap_or_default()))
    }

    fn wants(&mut self) -> Vec<Want> {
        let mut wants = Vec::new();
        if !self.is_asked {
            self.is_asked = true;
            wants.push(Want::Look(self.subject.endpoint.clone()));
        } else if self.again == Again::Wanted {
            self.again = Again::Waiting;
            wants.push(Want::Again(self.subject.endpoint.clone()));
        }
        wants.extend(self.why_not.iter_mut().flat_map(WhyNot::wants));
        wants.extend(self.dane_wants());
        if let Some(report) = self.seen.as_ref().and_then(|seen| seen.tls.as_deref()) {
            wants.extend(self.issuers.wants(report));
            if let Some(chain) = self.issuers.completed(report).filter(|_| !self.is_judged) {
                self.is_judged = true;
                wants.push(Want::Judge(chain));
            }
        }
        wants
    }

    fn came(&mut self, came: Came, now: i64) {
        match came {
            Came::Look(seen) if seen.endpoint == self.subject.endpoint && self.seen.is_none() => {
                // Without a handshake there is no session to take up.
                if seen.tls.is_some() {
                    self.again = Again::Wanted;
                } else if let Some(failure) = seen.failure.as_ref().filter(|failure| failure.stage == Stage::Handshake)
                {
                    let why_not = WhyNot::new(&self.subject.endpoint, self.sni.as_deref());
                    self.why_not = Some(why_not.after(failure.cause));
                }
                self.seen = Some(*seen);
            }
            Came::Again(seen) if seen.endpoint == self.subject.endpoint => self.again = Again::Seen(seen),
            Came::Hello(..) => _ = self.why_not.as_mut().is_some_and(|why| why.came(&came)),
            Came::Judged(judgement) => self.completed = Some(judgement),
            Came::Document(fetched) if self.issuers.came(&fetched) => {}
            other => {
                if let Some(dane) = &mut self.dane {
                    dane.came(other, now);
                }
            }
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        rows::table(self)
    }
}
