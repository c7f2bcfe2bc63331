//! The table: each step with its result, and the servers that all of them name together.

use super::account::UserName;
use super::compare;
use super::server::{Remark, Server};
use super::srv::{self, Offer};
use super::step::{Begin, Source, Step};
use super::walk::{End, Walk};
use super::{ClientConfig, Held};
use crate::diagnosis::certificate;
use crate::diagnosis::dns::{RecordType, is_within};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::survey::{Row, failure, note, shown};
use crate::diagnosis::tls::Verdict;
use crate::diagnosis::web::{Fetched, Request, Response};
use crate::protocol::visible::visible;

pub(super) struct Table<'a> {
    pub(super) config: &'a ClientConfig,
    pub(super) rows: Vec<Row>,
    pub(super) findings: Vec<Finding>,
}

/// Rows and findings.
pub(super) fn table(config: &ClientConfig, walked: &[(&Step, Walk<'_>)]) -> (Vec<Row>, Vec<Finding>) {
    let mut table = Table { config, rows: Vec::new(), findings: Vec::new() };
    for (step, walk) in walked {
        table.step(step, walk);
    }
    table.services();
    let said = compare::said(config, walked);
    table.servers(&said);
    table.findings.extend(compare::findings(config, &said));
    (table.rows, table.findings)
}

impl Table<'_> {
    fn step(&mut self, step: &Step, walk: &Walk<'_>) {
        let source = step.source;
        let mut remarks = of_walk(source, walk);
        if matches!(walk.end, End::Read(_)) && !compare::is_vouched(self.config, source, walk) {
            remarks.push(Remark::new(
                Severity::Note,
                "another domain, found by a record that nothing vouches for",
                "sign the zone with DNSSEC; without it a careful mail program asks the user",
            ));
        }
        self.findings.extend(remarks.iter().map(|remark| remark.finding(source.label())));
        let worst = remarks.iter().max_by_key(|remark| remark.severity);
        let verdict = match (&walk.end, worst) {
            (_, Some(remark)) if remark.severity >= Severity::Warning => Some((remark.severity, remark.text())),
            (End::Open(_), _) => None,
            (End::Unasked(_), _) => None,
            (End::Absent(why), _) => Some((Severity::Note, why.clone())),
            (End::Login, _) => Some((Severity::Note, "asks for a login, which is not sent".to_owned())),
            (End::Stopped(remark), _) => Some((remark.severity, remark.text())),
            (End::Read(reading), _) => Some((Severity::Good, count(reading.servers.len()))),
        };
        let text = match (&step.begin, &walk.end) {
            (Begin::Ask(request), End::Open(_)) => format!("{} …", place(request)),
            (Begin::Ask(request), _) => place(request),
            (_, End::Open(_)) => "…".to_owned(),
            (_, End::Unasked(why)) => format!("not asked: {why}"),
            _ => "not asked".to_owned(),
        };
        let note = walk.hops.last().map(|hop| details(&hop.fetched)).unwrap_or_default();
        // Where no request was made, DNS said so.
        let found_by = source.found_by(self.config.account.domain()).filter(|_| !matches!(step.begin, Begin::Ask(_)));
        let question = found_by.map(|query| self.config.asking.question(&query.name, query.kind));
        let (label, detail) = (source.label().to_owned(), chain(walk));
        self.rows.push(Row { label, text, verdict, note, detail, question, ..Row::default() });
        self.hops(walk);
        let End::Read(reading) = &walk.end else { return };
        for server in &reading.servers {
            self.rows.push(server_row(server));
        }
        for remark in &reading.remarks {
            let label = remark.at.map_or_else(|| "note".to_owned(), |(line, _)| format!("line {line}"));
            let next = if remark.next.is_empty() { remark.severity.name() } else { &remark.next };
            let verdict = Some((remark.severity, next.to_owned()));
            self.rows.push(Row { depth: 1, label, text: remark.says.clone(), verdict, ..Row::default() });
        }
    }

    /// Redirects and handshakes on the way.
    fn hops(&mut self, walk: &Walk<'_>) {
        let mut before: Option<&Held> = None;
        for hop in &walk.hops {
            if let Some(Ok(answer)) = before.map(|held| &held.fetched.reply) {
                let to = &hop.fetched.request.url;
                let (label, text) = match answer.redirect() {
                    Some(_) => (answer.status.to_string(), format!("to {to}")),
                    None => ("answer".to_owned(), format!("sends us to {to}")),
                };
                self.rows.push(Row { depth: 1, label, text, note: details(&hop.fetched), ..Row::default() });
            }
            if let Some(report) = &hop.fetched.tls {
                let verdict = match &hop.certificate {
                    Some(Verdict::Bad(why)) => Some((Severity::Fault, why.to_string())),
                    _ => Some((Severity::Good, format!("valid for {}", visible(report.asked_name.as_bytes())))),
                };
                let (text, detail) = (certificate::brief(report), certificate::lines(report));
                self.rows.push(Row { depth: 1, label: "TLS".to_owned(), text, verdict, detail, ..Row::default() });
            }
            before = Some(hop);
        }
    }

    /// The SRV records. Services without one share a row.
    fn services(&mut self) {
        let config = self.config;
        let domain = config.account.domain();
        let mut absent = Vec::new();
        for service in srv::SERVICES {
            let name = srv::name(service.0, domain);
            let answer = config.answers().get(&name, RecordType::Srv);
            let row = |text: String| Row {
                label: format!("SRV {}", service.0),
                text,
                note: answer.map(note).unwrap_or_default(),
                question: Some(config.asking.question(&name, RecordType::Srv)),
                ..Row::default()
            };
            match srv::offer(config.answers(), domain, service) {
                Offer::Open => self.rows.push(row("…".to_owned())),
                Offer::Nothing => absent.push(service.0),
                Offer::Failed => {
                    let verdict = Some((Severity::Fault, "no answer".to_owned()));
                    self.rows.push(Row { verdict, ..row("none".to_owned()) });
                    self.findings.extend(answer.map(failure));
                }
                Offer::Refused(record) => {
                    let verdict = Some((Severity::Note, "not offered, and says so (RFC 2782)".to_owned()));
                    self.rows.push(Row { verdict, ttl: Some(record.ttl), ..row(".".to_owned()) });
                }
                Offer::At(found) => {
                    let authentic = srv::is_authentic(config.answers(), domain, service.0);
                    for found in found {
                        let (server, place) = (&found.server, found.server.place());
                        let text = format!(
                            "{}:{} (priority {}, weight {})",
                            shown(&server.host),
                            server.port,
                            found.priority,
                            found.weight
                        );
                        let foreign = (!authentic && !is_within(&server.host, domain)).then(|| {
                            Remark::new(
                                Severity::Note,
                                format!(
                                    "{}: {} is in another domain, and nothing vouches for the record",
                                    service.0,
                                    shown(&server.host)
                                ),
                                "sign the zone with DNSSEC; without it a mail program asks the user (RFC 6186 §6)",
                            )
                        });
                        self.findings.extend(foreign.iter().map(|remark| remark.finding(Source::Srv.label())));
                        let verdict = foreign.map(|remark| (remark.severity, remark.says));
                        let connect = Some(place.connect());
                        self.rows.push(Row { ttl: Some(found.record.ttl), verdict, connect, ..row(text) });
                    }
                }
            }
        }
        if !absent.is_empty() {
            let text = format!("none for {}", absent.join(" "));
            self.rows.push(Row { label: "SRV".to_owned(), text, ..Row::default() });
        }
    }
}

/// Everything to say about one step.
fn of_walk(source: Source, walk: &Walk<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for hop in &walk.hops {
        let host = &hop.fetched.request.url.host;
        if let (Some(Verdict::Bad(why)), Ok(_)) = (&hop.certificate, &hop.fetched.reply) {
            // Where nothing is served, nobody misses it.
            let severity = if matches!(walk.end, End::Read(_)) { Severity::Fault } else { Severity::Note };
            remarks.push(Remark::new(
                severity,
                format!("{host}: {why}: mail programs do not take what it serves"),
                format!("give the web server a valid certificate for {host}"),
            ));
        }
    }
    match &walk.end {
        End::Stopped(remark) => remarks.push(remark.clone()),
        End::Read(reading) => {
            if source.is_clear() {
                remarks.push(Remark::warning(
                    "it begins in clear: whoever is on the way can send users to their own server",
                    "serve it by https at the same name",
                ));
            }
            remarks.extend(reading.remarks.iter().cloned());
        }
        End::Login => remarks.push(Remark::note("asks for a login before it says anything, and none is sent")),
        End::Open(_) | End::Unasked(_) | End::Absent(_) => {}
    }
    remarks
}

fn count(servers: usize) -> String {
    match servers {
        0 => "no server".to_owned(),
        1 => "one server".to_owned(),
        many => format!("{many} servers"),
    }
}

/// A server as its source names it.
fn server_row(server: &Server) -> Row {
    let place = server.place();
    let mut text = place.text();
    if server.user_name != UserName::Unsaid {
        text.push_str(&format!(" as {}", server.user_name.words()));
    }
    if !server.authentication.is_empty() {
        text.push_str(&format!(", {}", server.authentication.join(" or ")));
    }
    let verdict = place.fault().map(|remark| (remark.severity, remark.says));
    Row { depth: 1, label: place.label(), text, verdict, connect: Some(place.connect()), ..Row::default() }
}

/// Where a request goes, without its query, which repeats the address. The details have the whole.
fn place(request: &Request) -> String {
    let url = request.url.to_string();
    url.split_once('?').map_or_else(|| url.clone(), |(place, _)| format!("{place}?…"))
}

/// The way of a step: each request, its answer, what vouches for the server, and where a redirect led.
fn chain(walk: &Walk<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for hop in &walk.hops {
        lines.push(details(&hop.fetched));
        if let Some(report) = &hop.fetched.tls {
            let asked = visible(report.asked_name.as_bytes());
            lines.push(match hop.certificate.as_ref().and_then(Verdict::why) {
                Some(why) => format!("  certificate: {why}"),
                None => format!("  certificate: valid for {asked}"),
            });
        }
        if let Some(to) = hop.fetched.reply.as_ref().ok().and_then(Response::redirect) {
            lines.push(format!("  redirects to {}", visible(to.as_bytes())));
        }
    }
    if let End::Stopped(remark) = &walk.end {
        lines.push(remark.text());
    }
    lines
}

/// The details of a request in one line.
fn details(fetched: &Fetched) -> String {
    let mut text = format!("{} {}: ", fetched.request.method(), fetched.request.url);
    match &fetched.reply {
        Err(failure) => text.push_str(&failure.to_string()),
        Ok(response) => {
            let reason = visible(response.reason.as_bytes());
            text.push_str(format!("{} {reason}", response.status).trim_end());
            let kind = response.media_type();
            if !kind.is_empty() {
                text.push_str(&format!(", {}", visible(kind.as_bytes())));
            }
            text.push_str(&format!(", {} octets", response.body.len()));
        }
    }
    text.push_str(&format!(", {} ms", fetched.took.as_millis()));
    if let Some(remote) = fetched.remote {
        text.push_str(&format!(", from {remote}"));
    }
    text
}
