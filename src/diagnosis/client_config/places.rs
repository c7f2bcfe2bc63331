//! The rows of the servers: who names each, and what it showed.

use super::compare::{self, Compared, Said, labels};
use super::rows::Table;
use crate::diagnosis::certificate;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Seen;
use crate::diagnosis::survey::{Row, shown};
use crate::protocol::visible::visible;

impl Table<'_> {
    /// Every server once, with those who name it.
    pub(super) fn servers(&mut self, said: &[Said]) {
        for compared in compare::servers(said) {
            self.server(&compared, said);
            match self.config.looks.get(&compared.place) {
                Some(Some(seen)) => self.seen(seen),
                Some(None) => {
                    let (label, text) = ("look".to_owned(), "…".to_owned());
                    self.rows.push(Row { depth: 1, label, text, ..Row::default() });
                }
                None => {}
            }
        }
    }

    fn server(&mut self, compared: &Compared, said: &[Said]) {
        let place = &compared.place;
        let text = format!("{} {}", place.label(), place.text());
        let faults = compare::faults(self.config, place);
        let by = labels(&compared.sources);
        for remark in &faults {
            let says = format!("{}, as {by} has it: {}", text, remark.says);
            self.findings.push(Finding::new(remark.severity, shown(&place.host), says, remark.next.clone()));
        }
        let verdict = match faults.iter().max_by_key(|remark| remark.severity) {
            Some(worst) => (worst.severity, worst.says.clone()),
            None if said.len() > 1 && said.iter().all(|said| compared.sources.contains(&said.source)) => {
                (Severity::Good, "all sources name it".to_owned())
            }
            None => (Severity::Good, format!("named by {by}")),
        };
        let connect = Some(place.connect());
        let (label, note) = ("server".to_owned(), format!("named by {by}"));
        self.rows.push(Row { label, text, verdict: Some(verdict), note, connect, ..Row::default() });
    }

    /// What a server showed: its greeting, its certificate, how one can log in.
    fn seen(&mut self, seen: &Seen) {
        let from = seen.remote.map_or_else(|| "nobody".to_owned(), |remote| remote.to_string());
        let verdict = seen.failure.as_ref().map(|failure| (Severity::Fault, failure.says.clone()));
        // Where it failed, that is what there must be room for.
        let text = if verdict.is_some() { from } else { format!("{from} {}", seen.greeting) };
        self.rows.push(Row {
            depth: 1,
            label: "look".to_owned(),
            text,
            verdict,
            detail: seen.said.clone(),
            ..Row::default()
        });
        if let (Some(report), Some(worth)) = (seen.tls.as_deref(), seen.certificate()) {
            let verdict = match worth.why() {
                None => (Severity::Good, format!("valid for {}", visible(report.asked_name.as_bytes()))),
                Some(why) => (Severity::Fault, why),
            };
            self.rows.push(Row {
                depth: 1,
                label: "TLS".to_owned(),
                text: certificate::brief(report),
                verdict: Some(verdict),
                detail: certificate::lines(report),
                ..Row::default()
            });
        }
        if seen.offers.known {
            let mechanisms = seen.offers.mechanisms();
            let text = if mechanisms.is_empty() { "none offered".to_owned() } else { mechanisms.join(" ") };
            let detail = seen.offers.list().iter().map(|offer| visible(offer.text().as_bytes()).into_owned());
            self.rows.push(Row {
                depth: 1,
                label: "AUTH".to_owned(),
                text: visible(text.as_bytes()).into_owned(),
                detail: detail.collect(),
                ..Row::default()
            });
        }
    }
}
