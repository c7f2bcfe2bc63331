//! The table: the server, the handshake, the chain, and each verdict by itself.

use super::issuers::Issuers;
use super::{Again, Inspection};
use crate::diagnosis::certificate::{self, Judged, name_of, staple, verdicts};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::hello::WhyNot;
use crate::diagnosis::investigation::{Cause, Seen, Stage};
use crate::diagnosis::mta_sts::Announced;
use crate::diagnosis::survey::{Connect, Row, shown};
use crate::diagnosis::tls::{Kind, TlsReport};
use crate::protocol::endpoint::{Endpoint, Host, Security};

/// Authorities that a row lists.
const AUTHORITIES: usize = 4;
/// Authorities that the row in full lists.
const DETAILED: usize = 100;

/// Rows and findings, the worst first.
pub(super) fn table(inspection: &Inspection) -> (Vec<Row>, Vec<Finding>) {
    let mut table = Table { rows: Vec::new(), findings: Vec::new() };
    table.server(inspection);
    if let Some(report) = inspection.report() {
        table.handshake(report, &inspection.again);
        table.chain(report, &inspection.issuers);
        if let Some(judgement) = &inspection.completed {
            table.completed(judgement);
        }
        table.verdicts(report, &inspection.issuers);
    }
    table.dns(inspection);
    let mut findings: Vec<Finding> = Vec::new();
    for finding in table.findings {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    (table.rows, findings)
}

pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) findings: Vec<Finding>,
}

impl Table {
    /// A row without a verdict.
    fn put(&mut self, depth: u8, label: &str, text: impl Into<String>) {
        self.rows.push(row(depth, label, text));
    }

    /// A row with one.
    fn judge(&mut self, label: &str, text: &str, severity: Severity, says: impl Into<String>) {
        self.rows.push(Row { verdict: Some((severity, says.into())), ..row(0, label, text) });
    }

    fn server(&mut self, inspection: &Inspection) {
        let endpoint = inspection.endpoint();
        let Some(seen) = &inspection.seen else {
            self.put(0, "server", format!("{} …", shown(&endpoint.to_string())));
            return;
        };
        let at = seen.remote.map(|remote| remote.to_string());
        let text = match (at, seen.greeting.as_str()) {
            (Some(at), greeting) => format!("{at} {greeting}"),
            (None, _) => shown(&endpoint.to_string()),
        };
        let refused = refused(seen);
        let verdict = match (&refused, &seen.failure) {
            (Some(refused), _) => Some((Severity::Fault, refused.says.clone())),
            (None, Some(failure)) if seen.tls.is_none() => Some((Severity::Fault, failure.says.clone())),
            // The handshake is what is looked at, and it stands.
            (None, Some(failure)) => Some((Severity::Note, format!("after the handshake: {}", failure.says))),
            (None, None) => None,
        };
        self.rows.push(Row {
            verdict,
            detail: seen.said.clone(),
            connect: Some(connect(endpoint)),
            copy: Some(openssl(endpoint, seen.tls.as_deref())),
            ..row(0, "server", text.trim_end())
        });
        self.starttls(seen);
        self.findings.extend(refused);
        let why_not = inspection.why_not.as_ref();
        self.rows.extend(why_not.into_iter().flat_map(WhyNot::rows));
        let reasons = why_not.map(WhyNot::findings).unwrap_or_default();
        let is_explained = reasons.iter().any(|reason| reason.severity == Severity::Fault);
        self.findings.extend(reasons);
        if let Some(failure) = seen.failure.as_ref().filter(|_| seen.tls.is_none() && !is_explained) {
            self.failed(seen, &failure.says, &failure.next, failure.stage);
        }
    }

    /// There was no handshake to look at.
    fn failed(&mut self, seen: &Seen, says: &str, next: &str, stage: Stage) {
        let subject = match stage {
            Stage::Handshake => "TLS",
            Stage::StartTls => seen.endpoint.protocol.starttls(),
            Stage::Connection | Stage::Greeting | Stage::Capabilities => "server",
        };
        self.findings.push(Finding::new(Severity::Fault, subject, says, next));
    }

    fn handshake(&mut self, report: &TlsReport, again: &Again) {
        let mut text = report.version.clone();
        for part in report.group.iter().chain([&report.cipher]) {
            text.push(' ');
            text.push_str(part);
        }
        let took = format!("took {} ms", report.took.as_millis());
        self.rows.push(Row { detail: vec![took], ..row(0, "handshake", text) });
        if report.kind == Kind::HelloRetry {
            self.put(1, "retried", "the server asked for another key share: one round trip more (HelloRetryRequest)");
        }
        self.put(1, "SNI", report.sni.as_deref().map_or_else(|| "none sent".to_owned(), shown));
        self.put(1, "ALPN", report.alpn.as_deref().map_or_else(|| "none agreed".to_owned(), shown));
        if let Some(scheme) = &report.scheme {
            self.put(1, "signed with", shown(scheme));
        }
        self.session(report, again);
        self.ocsp(report);
        match &report.client_certificate {
            None => {
                self.put(1, "client cert", "not asked for");
            }
            Some(asked) => {
                let names: Vec<String> = asked.authorities.iter().take(AUTHORITIES).map(|name| name_of(name)).collect();
                let of = if names.is_empty() { "any".to_owned() } else { names.join(" | ") };
                let sent = if asked.sent { "one was sent" } else { "none was sent" };
                self.rows.push(Row {
                    detail: asked.authorities.iter().take(DETAILED).map(|name| name_of(name)).collect(),
                    verdict: Some((Severity::Note, "wants to know who the client is".to_owned())),
                    ..row(1, "client cert", format!("asked for: {of}; {sent}"))
                });
            }
        }
    }

    /// Whether a second connection takes the session of the first up again.
    fn session(&mut self, report: &TlsReport, again: &Again) {
        let text = match again {
            Again::Not if report.kind == Kind::Resumed => "taken up again: no certificate was shown".to_owned(),
            Again::Not => return,
            Again::Wanted | Again::Waiting => "…".to_owned(),
            Again::Seen(seen) => match (&seen.tls, &seen.failure) {
                (Some(second), _) if second.kind == Kind::Resumed => {
                    format!("taken up again by a second connection, in {} ms", second.took.as_millis())
                }
                (Some(_), _) => "not taken up again: every connection makes a whole handshake".to_owned(),
                (None, Some(failure)) => format!("not known: {}", failure.says),
                (None, None) => "not known".to_owned(),
            },
        };
        self.put(1, "session", text);
    }

    fn ocsp(&mut self, report: &TlsReport) {
        if report.ocsp.is_empty() {
            self.put(1, "OCSP", "none stapled");
            return;
        }
        let staple = staple(&report.ocsp, &report.chain, report.judged_at);
        let verdict = Some((staple.severity, staple.says.clone()));
        self.rows.push(Row { verdict, detail: staple.lines, ..row(1, "OCSP", "stapled") });
        if staple.severity > Severity::Good {
            self.findings.push(Finding::new(staple.severity, "OCSP", staple.says, staple.next));
        }
    }

    /// Each verdict a row; what more is to be said of the same below it.
    fn verdicts(&mut self, report: &TlsReport, issuers: &Issuers) {
        // Nobody is told to fetch what is here.
        let is_here = issuers.fetches().iter().any(|fetch| matches!(fetch.came, Some(Ok(_))));
        let told_of = |finding| if is_here { certificate::fetched(finding) } else { finding };
        for Judged { aspect, findings } in verdicts(report) {
            let judged = Judged { aspect, findings: findings.into_iter().map(told_of).collect() };
            let Some(worst) = judged.worst() else { continue };
            let detail = |finding: &Finding| match finding.next.as_str() {
                "" => vec![finding.says.clone()],
                next => vec![finding.says.clone(), format!("next: {next}")],
            };
            let told = |depth, label: &str, finding: &Finding| Row {
                verdict: Some((finding.severity, finding.says.clone())),
                detail: detail(finding),
                ..row(depth, label, "")
            };
            self.rows.push(told(0, judged.aspect.label(), worst));
            let others = judged.findings.iter().filter(|finding| *finding != worst);
            self.rows.extend(others.map(|finding| told(1, finding.severity.name(), finding)));
        }
        // What is right is told by its row.
        let findings = certificate::findings(report).into_iter();
        self.findings.extend(findings.filter(|finding| finding.severity > Severity::Good).map(told_of));
    }

    /// What DNS says of it: DANE, and the policy of the domain.
    fn dns(&mut self, inspection: &Inspection) {
        let Some(dane) = &inspection.dane else {
            let why = match &inspection.endpoint().host {
                Host::Ip(_) => "an address has no TLSA record, which belongs to a name",
                Host::Name(_) => "this machine is not in DNS",
            };
            self.judge("DANE", "not asked", Severity::Note, why);
            self.without_policy(inspection);
            return;
        };
        let Some(vouching) = dane.vouching(inspection.seen.as_ref()) else {
            self.put(0, "DANE", "…");
            return;
        };
        let text = if vouching.dane.is_none() { "…" } else { "" };
        self.rows.push(Row { verdict: vouching.dane, ..row(0, "DANE", text) });
        self.rows.extend(vouching.records);
        self.findings.extend(vouching.findings);
        match (vouching.mta_sts, vouching.announced) {
            (Some(row), _) => self.rows.push(Row { depth: 0, ..row }),
            (None, None) => self.without_policy(inspection),
            (None, Some(announced)) => {
                let text = match &announced {
                    Announced::Waiting => "…",
                    Announced::Failed(_) => "no answer",
                    Announced::Nothing(_) => "none announced",
                    Announced::Several(_) => "several records, so none counts",
                    Announced::Record(_) if inspection.seen.is_none() => "…",
                    Announced::Record(_) => "announced, and its policy could not be used",
                };
                let severity = match &announced {
                    Announced::Waiting | Announced::Nothing(_) => Severity::Note,
                    _ => Severity::Warning,
                };
                let says = if text == "…" {
                    None
                } else {
                    Some((severity, "senders are not told to demand TLS".to_owned()))
                };
                self.rows.push(Row { verdict: says, ..row(0, "MTA-STS", text) });
            }
        }
    }

    fn without_policy(&mut self, inspection: &Inspection) {
        if !inspection.endpoint().takes_mail() {
            let says = "it is for servers that take mail by SMTP, at port 25";
            return self.judge("MTA-STS", "not asked", Severity::Note, says);
        }
        let host = shown(&inspection.endpoint().host.to_string());
        let says = format!("it belongs to a domain: tls {host} for DOMAIN");
        self.judge("MTA-STS", "not asked", Severity::Note, says);
    }
}

fn row(depth: u8, label: &str, text: impl Into<String>) -> Row {
    Row { depth, label: label.to_owned(), text: text.into(), ..Row::default() }
}

/// A server of TLS 1.3 that does without the client, as it has not shown the certificate that is wanted: it says so when
/// the handshake stands (RFC 8446 §4.4.2.4).
fn refused(seen: &Seen) -> Option<Finding> {
    let asked = seen.tls.as_ref()?.client_certificate.as_ref()?;
    let Cause::Alert(alert) = seen.failure.as_ref()?.cause else { return None };
    if !alert.is_about_certificate() {
        return None;
    }
    let (says, next) = match asked.sent {
        true => (
            "does not take our certificate",
            "--cert FILE --key FILE shows another one: of an authority that it asks for, valid, and for clients",
        ),
        false => {
            ("demands a client certificate", "--cert FILE --key FILE shows one; or let the server ask and not require")
        }
    };
    Some(Finding::new(Severity::Fault, "TLS", format!("{says}: after the handshake it sent the alert {alert}"), next))
}

/// Where Enter connects: with TLS as it was here.
fn connect(endpoint: &Endpoint) -> Connect {
    let Endpoint { protocol, host, port, security } = endpoint;
    let service = match security {
        Security::Implicit => format!("{protocol}s"),
        Security::StartTls => format!("{protocol}+starttls"),
        Security::Plain => protocol.to_string(),
    };
    let address = match host {
        Host::Ip(ip) => Some(*ip),
        Host::Name(_) => None,
    };
    Connect { host: host.to_string(), address, port: *port, service: Some(service) }
}

/// The line that shows the same with OpenSSL. A host of ours holds no letter that a shell reads in its own way.
fn openssl(endpoint: &Endpoint, report: Option<&TlsReport>) -> String {
    let mut line = format!("openssl s_client -connect {endpoint} -showcerts -status");
    if endpoint.security != Security::Implicit {
        line.push_str(&format!(" -starttls {}", endpoint.protocol));
    }
    let named = match &endpoint.host {
        Host::Name(name) => Some(name.as_str()),
        Host::Ip(_) => None,
    };
    match report.map_or(named, |report| report.sni.as_deref()) {
        Some(name) => line.push_str(&format!(" -servername {}", shown(name))),
        None => line.push_str(" -noservername"),
    }
    line
}
