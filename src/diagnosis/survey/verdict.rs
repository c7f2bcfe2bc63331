//! The sentences: what an answer means for the mail of the domain, and what to do next.

use super::circle::{HOST, ROUTE, path};
use super::lookup::Route;
use super::{Subject, Survey};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{Answer, QueryFailure, RecordType, extended_error_name};
use crate::diagnosis::finding::{Finding, Severity};
use crate::protocol::visible::visible;

/// Why there is nothing to connect to, once that is sure.
pub(super) fn trouble(survey: &Survey) -> Option<Finding> {
    let Subject::Domain(domain) = &survey.subject else { return None };
    if survey.best().is_some() {
        return None;
    }
    let fault = |says: String, next: &str| Some(Finding::new(Severity::Fault, domain, says, next));
    let hosts = survey.hosts();
    if hosts.iter().any(|host| survey.is_waiting(host)) {
        return None;
    }
    if let Some(names) = survey.circle(domain, ROUTE) {
        return fault(
            format!("the aliases of {domain} lead in a circle: {}; nobody gets to its mail servers", path(&names)),
            "let one of them name a host that exists, or take the alias out and publish an MX record",
        );
    }
    if let Some((host, names)) = hosts.iter().find_map(|host| Some((host, survey.circle(host, HOST)?))) {
        let host = super::rows::shown(host);
        return fault(
            format!("the aliases of the MX {host} lead in a circle: {}; nobody gets to an address", path(&names)),
            "let the MX name a host that has an address (RFC 2181 §10.3); until then mail waits and comes back",
        );
    }
    match survey.route() {
        Route::Waiting => None,
        Route::Failed => survey.answer(domain, RecordType::Mx).map(failure),
        Route::NoDomain => fault(
            format!("{domain} does not exist (NXDOMAIN)"),
            "check the spelling; the domain may also have expired, which whois tells",
        ),
        Route::Null(_) => Some(Finding::new(
            Severity::Note,
            domain,
            format!("{domain} takes no mail, and says so with a null MX (RFC 7505)"),
            "nothing is broken: mail to this domain must not be sent",
        )),
        Route::Implicit | Route::Exchanges(_) if let Some(failed) = failed_address(survey, &hosts) => Some(failed),
        Route::Implicit => fault(
            format!("{domain} has neither an MX record nor an address, so it takes no mail"),
            "check the spelling; if the domain is yours, publish an MX record",
        ),
        Route::Exchanges(exchanges) => {
            let names: Vec<_> = exchanges.iter().take(3).map(|exchange| super::rows::shown(exchange.name)).collect();
            let more = if exchanges.len() > 3 { " and others" } else { "" };
            fault(
                format!("no MX of {domain} has an address: {}{more}", names.join(", ")),
                "publish A or AAAA records for these names, or correct the MX; until then mail waits and comes back",
            )
        }
    }
}

/// The first address question that failed, told as a finding.
fn failed_address(survey: &Survey, hosts: &[&str]) -> Option<Finding> {
    for host in hosts {
        for kind in [RecordType::A, RecordType::Aaaa] {
            if matches!(survey.outcome(host, kind), Outcome::Failed) {
                return survey.answer(host, kind).map(failure);
            }
        }
    }
    None
}

/// An answer that says nothing, as a finding about its name.
pub(in crate::diagnosis) fn failure(answer: &Answer) -> Finding {
    let name = super::rows::shown(&answer.query.name);
    let kind = answer.query.kind;
    let (says, next) = match &answer.reply {
        Err(failure) => {
            let next = match failure {
                QueryFailure::NoResolver(_) => "name a resolver: @9.9.9.9",
                QueryFailure::TimedOut | QueryFailure::Unreachable(_) => {
                    "check the network, or ask another resolver: @9.9.9.9; some networks let only their own answer"
                }
                QueryFailure::Malformed(_) => "ask another resolver: @9.9.9.9, or over TCP: @tcp://9.9.9.9",
                QueryFailure::Tls(_) => "check that the resolver serves TLS at this port, or ask in clear: @9.9.9.9",
                QueryFailure::Http(_) => "check the path: @https://dns.quad9.net/dns-query",
            };
            (format!("no answer about the {kind} of {name}: {failure}"), next)
        }
        Ok(response) => {
            let mut says = format!("the resolver could not tell the {kind} of {name}: {}", response.rcode_name());
            for error in response.edns.iter().flat_map(|edns| &edns.errors).take(3) {
                let own = extended_error_name(error.code).unwrap_or("an error without a name");
                says.push_str(&format!("; {own}"));
                if !error.text.is_empty() {
                    says.push_str(&format!(": {}", visible(error.text.as_bytes())));
                }
            }
            let next = match response.rcode {
                2 => {
                    "the name servers of the domain, or its DNSSEC, are broken: ask another resolver, or the name \
                     servers themselves (ns NAME, then @ADDRESS)"
                }
                5 => "the resolver does not serve you: ask another one, @9.9.9.9",
                _ => "ask another resolver: @9.9.9.9",
            };
            (says, next)
        }
    };
    Finding::new(Severity::Fault, name, says, next)
}

/// What is said of a record: severity, sentence, next step.
pub(super) type Remark = (Severity, String, &'static str);
