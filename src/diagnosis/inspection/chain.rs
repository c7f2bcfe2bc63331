//! The chain as it was sent, as it was built, and with what was fetched.

use super::issuers::{Fetch, Issuers};
use super::rows::Table;
use crate::diagnosis::certificate::{certificate_brief, certificate_lines, fingerprint, name_of, pem};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::survey::{Row, shown};
use crate::diagnosis::tls::{Judgement, Path, TlsReport, Verdict};

/// Certificates that have a row each.
const ROWS: usize = 16;

impl Table {
    /// Every certificate as a row that holds all of it.
    pub(super) fn chain(&mut self, report: &TlsReport, issuers: &Issuers) {
        let count = report.chain.len();
        let text = match count {
            0 => "no certificate".to_owned(),
            1 => "one certificate".to_owned(),
            _ => format!("{count} certificates"),
        };
        self.rows.push(Row { label: "sent".to_owned(), text, ..Row::default() });
        for (place, der) in report.chain.iter().enumerate().take(ROWS) {
            self.rows.push(certificate(&(place + 1).to_string(), der, report.judged_at));
            if place == 0 {
                let text = fingerprint(der);
                let copy = Some(text.clone());
                self.rows.push(Row { depth: 2, label: "SHA-256".to_owned(), text, copy, ..Row::default() });
            }
        }
        if count > ROWS {
            let text = format!("{} more", count - ROWS);
            self.rows.push(Row { depth: 1, label: "…".to_owned(), text, ..Row::default() });
        }
        self.built("this machine", report.system_path.as_ref(), report);
        // Where both lists lead the same way, one tells it.
        if report.mozilla_path != report.system_path {
            self.built("Mozilla", report.mozilla_path.as_ref(), report);
        }
        for fetch in issuers.fetches() {
            self.fetched(fetch, report.judged_at);
        }
    }

    /// What the chain is worth with what was fetched.
    pub(super) fn completed(&mut self, judgement: &Judgement) {
        for (whose, verdict) in [("this machine", &judgement.system), ("Mozilla's list", &judgement.mozilla)] {
            let (severity, says) = match verdict {
                Verdict::Good => (Severity::Good, format!("with it, trusted by {whose}")),
                Verdict::Bad(why) => {
                    (Severity::Note, format!("with it still not trusted by {whose}: {}", shown(&why.to_string())))
                }
                Verdict::Unknown(why) => (Severity::Note, format!("with it not checked for {whose}: {}", shown(why))),
            };
            let verdict = Some((severity, says));
            self.rows.push(Row { depth: 1, label: "then".to_owned(), verdict, ..Row::default() });
        }
    }

    /// The way that leads to a root of a list.
    fn built(&mut self, whose: &str, path: Option<&Path>, report: &TlsReport) {
        let Some(path) = path else { return };
        let steps = path.between.len();
        let text = match steps {
            0 => format!("for {whose}: the root signed the server's own"),
            1 => format!("for {whose}: by one certificate to a root"),
            _ => format!("for {whose}: by {steps} certificates to a root"),
        };
        self.rows.push(Row { label: "built".to_owned(), text, ..Row::default() });
        for (place, der) in path.between.iter().enumerate().take(ROWS) {
            let sent = report.chain.iter().position(|sent| sent == der);
            let mut row = certificate(&(place + 2).to_string(), der, report.judged_at);
            row.note = match sent {
                Some(at) => format!("sent as certificate {}", at + 1),
                None => "from the list itself, not sent".to_owned(),
            };
            self.rows.push(row);
        }
        self.rows.push(Row { depth: 1, label: "root".to_owned(), text: name_of(&path.root), ..Row::default() });
    }

    /// An issuer that was fetched because the server does not send it.
    fn fetched(&mut self, fetch: &Fetch, now: i64) {
        let url = shown(&fetch.request.url.to_string());
        let label = "fetched".to_owned();
        match &fetch.came {
            None => self.rows.push(Row { label, text: format!("{url} …"), ..Row::default() }),
            Some(Err(why)) => {
                let verdict = Some((Severity::Warning, shown(why)));
                self.rows.push(Row { label, text: url.clone(), verdict, ..Row::default() });
                let says = format!("the issuer is not at {url}: {}", shown(why));
                let next = "ask the authority for its certificate";
                self.findings.push(Finding::new(Severity::Warning, "certificate", says, next));
            }
            Some(Ok(der)) => {
                let verdict = Some((Severity::Good, "the missing issuer".to_owned()));
                self.rows.push(Row { label, text: url, verdict, ..Row::default() });
                self.rows.push(certificate("issuer", der, now));
                let says = format!("the certificate that the server does not send is {}", certificate_brief(der, now));
                let next = "put it behind the server's own in the chain file: y copies it, --pem prints it";
                self.findings.push(Finding::new(Severity::Note, "certificate", says, next));
            }
        }
    }
}

/// A certificate as a row: in one line, in full, and as text to copy.
fn certificate(label: &str, der: &[u8], now: i64) -> Row {
    Row {
        depth: 1,
        label: label.to_owned(),
        text: certificate_brief(der, now),
        detail: certificate_lines(der, now),
        copy: Some(pem(der)),
        ..Row::default()
    }
}
