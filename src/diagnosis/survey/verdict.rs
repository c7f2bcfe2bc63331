//! The sentences: what an answer means for the mail of the domain, and what to do next.

use super::lookup::Route;
use super::{Subject, Survey};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{Answer, QueryFailure, RecordType};
use crate::diagnosis::finding::{Finding, Severity};

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
    match survey.route() {
        Route::Waiting => None,
        Route::Failed => survey.answer(domain, RecordType::Mx).map(failure),
        Route::NoDomain => fault(
            format!("{domain} does not exist (NXDOMAIN)"),
            "check the spelling; the domain may also have expired, which whois tells",
        ),
        Route::Null(_) => fault(
            format!("{domain} takes no mail, and says so with a null MX (RFC 7505)"),
            "nothing is broken: mail to this domain must not be sent",
        ),
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
            };
            (format!("no answer about the {kind} of {name}: {failure}"), next)
        }
        Ok(response) => {
            let says = format!("the resolver could not tell the {kind} of {name}: {}", response.rcode_name());
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

/// Whether a TXT record is an SPF record (RFC 7208 §4.5): the version is a word of its own.
pub(super) fn is_spf(text: &[u8]) -> bool {
    let (version, rest) = text.split_at(text.len().min(6));
    version.eq_ignore_ascii_case(b"v=spf1") && rest.first().is_none_or(|b| *b == b' ')
}

/// What the SPF record says at a glance. `count` is how many there are.
pub(super) fn spf(text: &[u8], count: usize) -> Remark {
    if count > 1 {
        return (
            Severity::Fault,
            format!("{count} SPF records: receivers then use none of them (RFC 7208 §4.5)"),
            "join them into one record",
        );
    }
    let all = text.split(|b| *b == b' ').rev().find(|word| {
        let bare = word.strip_prefix(b"+").or(word.strip_prefix(b"-")).or(word.strip_prefix(b"~"));
        bare.or(word.strip_prefix(b"?")).unwrap_or(word).eq_ignore_ascii_case(b"all")
    });
    match all.and_then(|word| word.first()) {
        Some(b'-') => (Severity::Good, "all other senders fail".to_owned(), ""),
        Some(b'~') => (Severity::Good, "all other senders are suspect".to_owned(), ""),
        Some(b'?') => (Severity::Note, "says nothing about other senders".to_owned(), "end it with ~all or -all"),
        Some(_) => (Severity::Fault, "lets everybody send in this name".to_owned(), "end it with ~all or -all"),
        None if is_redirected(text) => (Severity::Good, "the rest is said elsewhere (redirect=)".to_owned(), ""),
        None => (Severity::Note, "says nothing about other senders".to_owned(), "end it with ~all or -all"),
    }
}

/// Whether a TXT record is a DMARC record (RFC 7489 §6.3).
pub(super) fn is_dmarc(text: &[u8]) -> bool {
    let (version, rest) = text.split_at(text.len().min(8));
    version == b"v=DMARC1" && rest.first().is_none_or(|b| matches!(b, b';' | b' ' | b'\t'))
}

/// What the DMARC record asks receivers to do. `count` is how many there are.
pub(super) fn dmarc(text: &[u8], count: usize) -> Remark {
    if count > 1 {
        return (
            Severity::Fault,
            format!("{count} DMARC records: receivers then use none of them (RFC 7489 §6.6.3)"),
            "leave one record",
        );
    }
    let policy = text.split(|b| *b == b';').find_map(|tag| {
        let equals = tag.iter().position(|b| *b == b'=')?;
        let (name, value) = tag.split_at(equals);
        name.trim_ascii().eq_ignore_ascii_case(b"p").then(|| value.get(1..).unwrap_or_default().trim_ascii())
    });
    match policy.map(<[u8]>::to_ascii_lowercase).as_deref() {
        Some(b"reject") => (Severity::Good, "asks to refuse what fails".to_owned(), ""),
        Some(b"quarantine") => (Severity::Good, "asks to set aside what fails".to_owned(), ""),
        Some(b"none") => (
            Severity::Note,
            "asks for reports only (p=none)".to_owned(),
            "when the reports are clean, go on to p=quarantine and p=reject",
        ),
        Some(_) => (
            Severity::Fault,
            "its policy is not none, quarantine or reject".to_owned(),
            "write p=none, p=quarantine or p=reject",
        ),
        None => (Severity::Fault, "has no policy".to_owned(), "write p=none, p=quarantine or p=reject"),
    }
}

fn is_redirected(text: &[u8]) -> bool {
    text.split(|b| *b == b' ').any(|word| word.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"redirect=")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spf_at_a_glance() {
        for (text, expect) in [
            ("v=spf1 mx -all", Some((Severity::Good, "fail"))),
            ("V=SPF1 mx ~ALL", Some((Severity::Good, "suspect"))),
            ("v=spf1 mx ?all", Some((Severity::Note, "nothing"))),
            ("v=spf1 +all", Some((Severity::Fault, "everybody"))),
            ("v=spf1 all", Some((Severity::Fault, "everybody"))),
            ("v=spf1 redirect=_spf.example.org", Some((Severity::Good, "elsewhere"))),
            ("v=spf1", Some((Severity::Note, "nothing"))),
            ("v=spf10 -all", None),
            ("v=spf", None),
            ("", None),
        ] {
            let got = is_spf(text.as_bytes()).then(|| spf(text.as_bytes(), 1));
            match (got, expect) {
                (None, None) => {}
                (Some((severity, says, _)), Some((want, part))) => {
                    assert_eq!(severity, want, "{text}");
                    assert!(says.contains(part), "{text}: {says}");
                }
                (got, expect) => panic!("{text}: {got:?} is not {expect:?}"),
            }
        }
    }

    #[test]
    fn dmarc_at_a_glance() {
        for (text, expect) in [
            ("v=DMARC1; p=reject", Some(Severity::Good)),
            ("v=DMARC1;p=Quarantine; pct=50", Some(Severity::Good)),
            ("v=DMARC1; sp=reject; p = none", Some(Severity::Note)),
            ("v=DMARC1; p=refuse", Some(Severity::Fault)),
            ("v=DMARC1; sp=reject", Some(Severity::Fault)),
            ("v=DMARC1", Some(Severity::Fault)),
            ("v=DMARC10; p=none", None),
            ("v=dmarc1; p=none", None),
        ] {
            let got = is_dmarc(text.as_bytes()).then(|| dmarc(text.as_bytes(), 1).0);
            assert_eq!(got, expect, "{text}");
        }
        assert_eq!(dmarc(b"v=DMARC1; p=reject", 2).0, Severity::Fault);
    }
}
