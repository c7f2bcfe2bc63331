//! One server by itself: its records held against what it showed, with the policy of its domain, for the table here and
//! for whoever shows the rest of the server himself.

use super::rows::Table;
use super::server::{Found, Server};
use super::{DaneSurvey, Route, Subject, Vouching, words};
use crate::diagnosis::answers::key;
use crate::diagnosis::dns::RecordType;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::Seen;
use crate::diagnosis::mta_sts::Announced;
use crate::diagnosis::tlsa::{self, Dane, Dnssec, Tlsa};
use crate::diagnosis::trust::Worth;

/// The records of a server, judged.
pub(super) struct Judged {
    /// The name under which they stand.
    pub(super) base: String,
    pub(super) found: Found,
    pub(super) worth: Worth,
    pub(super) dane: Option<Dane>,
    pub(super) verdict: Option<words::Says>,
}

impl Table<'_> {
    /// The records of a server held against what it showed, and what that means.
    pub(super) fn judge(&self, server: &Server, next_hop: Option<&str>) -> Judged {
        let seen = server.seen(self.survey);
        // Until the base is known the records of the name itself are shown.
        let base = server.base.clone().unwrap_or_else(|| server.place.host.clone());
        let (found, worth) = server.records(self.survey, &base);
        let records: Vec<Tlsa> = match &found {
            Found::Records(records) => records.iter().map(|(record, _)| record.clone()).collect(),
            Found::Waiting | Found::Failed => Vec::new(),
        };
        let report = seen.and_then(|seen| seen.tls.as_deref());
        let mut dane = worth.dnssec().filter(|_| server.base.is_some() && found != Found::Failed).map(|dnssec| {
            let chain = report.map(|report| report.chain.as_slice());
            let place = tlsa::Server { host: &base, port: server.place.port, next_hop, chain, now: self.survey.now };
            tlsa::judge(&records, dnssec, &place)
        });
        let mut verdict = words::server(server, &found, dane.as_ref(), seen);
        // Nothing is known of the zone then, and nothing is said of it.
        if worth.is_unknown()
            && let Some(dane) = &mut dane
            && !dane.records.is_empty()
        {
            let name = tlsa::record_name(&base, server.place.port);
            dane.findings.retain(|finding| finding.severity < Severity::Warning);
            dane.findings.push(words::unknown(&name));
            if seen.is_some_and(|seen| seen.failure.is_none()) {
                verdict = Some((Severity::Warning, "whether TLSA is signed is not known".to_owned()));
            }
        }
        Judged { base, found, worth, dane, verdict }
    }

    /// The records of the one server, what DANE says of it, and what its records mean together.
    fn vouches(&mut self, server: &Server) -> Option<words::Says> {
        let domain = self.survey.domain();
        let next_hop =
            domain.filter(|domain| self.worth(&key(domain, RecordType::Mx)).dnssec() == Some(Dnssec::Secure));
        let Judged { base, found, worth, dane, verdict } = self.judge(server, next_hop);
        self.records(server, &base, &found, &worth, dane.as_ref());
        if let Some(dane) = dane {
            self.mend(server, &base, &dane);
            self.findings.extend(dane.findings);
        }
        verdict
    }
}

/// What is told of one server to whoever shows its addresses and its certificate himself.
pub(super) fn vouching(survey: &DaneSurvey, shown: Option<&Seen>) -> Option<Vouching> {
    let (Subject::Server(..), Route::Servers(servers, _)) = (&survey.subject, survey.route()) else { return None };
    let server = servers.first()?;
    let mut table = Table { survey, rows: Vec::new(), findings: Vec::new() };
    let verdict = if server.is_nowhere() {
        // It was found without DNS, or not at all, which is told already.
        Some((Severity::Note, "DNS has no address of it, so nobody asks for TLSA".to_owned()))
    } else {
        table.vouches(server)
    };
    let mut out = Vouching { dane: verdict, records: std::mem::take(&mut table.rows), ..Vouching::default() };
    if let Some(sts) = survey.mta_sts() {
        // The policy is about names: of a server without an address it can be said whether it is allowed.
        if let Some(seen) = server.seen(survey).or(shown) {
            table.mta_sts(server, &sts, seen);
        }
        out.mta_sts = table.rows.pop();
        if matches!(sts.announced, Announced::Record(_) | Announced::Several(_)) {
            table.findings.extend(sts.findings);
        }
        out.announced = Some(sts.announced);
    }
    out.findings = table.findings;
    Some(out)
}
