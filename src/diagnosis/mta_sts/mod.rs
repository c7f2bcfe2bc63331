//! MTA-STS (RFC 8461): a domain announces in DNS that its mail must come under TLS, and says by HTTPS which servers
//! take it.
//!
//! ```text
//! domain ─► TXT at _mta-sts ─► the id ─► the policy at https://mta-sts.DOMAIN/.well-known/mta-sts.txt
//!        └► MX ──────────────────────────────────────────────► each exchange held against its patterns
//! ```
//!
//! The policy is fetched elsewhere; [`fetch`] says how, and judges what came.

pub mod fetch;
mod findings;
mod policy;
mod record;

pub use fetch::Fetched;
pub use policy::{Mode, Pattern, Policy, PolicyReading, read_policy};
pub use record::{Reading, is_record, read};

use super::answers::{Inquiry, Outcome};
use super::dns::{RecordType, Value};
use super::finding::Finding;
use super::tagged::{Sole, Suggestion};

/// Exchanges that are held against the policy.
const EXCHANGES: usize = 100;

/// What stands at `_mta-sts`. Of several records senders use none.
pub type Announced = Sole<Box<Reading>>;

/// An exchange of the domain and the pattern that allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The name of the MX record, in lower case.
    pub name: String,
    /// The first pattern of the policy that allows it; none when none does, or there is no policy.
    pub allowed_by: Option<Pattern>,
}

/// What MTA-STS says about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtaSts {
    /// The domain, in A-label form and lower case.
    pub domain: String,
    /// The record in DNS.
    pub announced: Announced,
    /// Whether the policy is to be fetched now: it is announced, and it has not been fetched.
    pub fetch: Option<String>,
    /// The policy, when it was fetched and could be read.
    pub policy: Option<PolicyReading>,
    /// The exchanges; none while the MX question is open.
    pub exchanges: Option<Vec<Exchange>>,
    /// What is to say, the worst first.
    pub findings: Vec<Finding>,
    /// Records to publish.
    pub suggestions: Vec<Suggestion>,
}

/// The name at which the record of a domain stands.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("_mta-sts.{domain}")
}

/// Evaluates MTA-STS for a domain, as far as answers have come. `fetched`: what came for [`MtaSts::fetch`], or why
/// nothing did.
#[must_use]
pub fn evaluate(inquiry: &Inquiry<'_>, domain: &str, fetched: Option<&Result<Fetched, String>>) -> MtaSts {
    look(inquiry, domain, None, fetched)
}

/// The same for one server that takes mail of the domain: the findings are about this `host` in place of the exchanges.
#[must_use]
pub fn evaluate_server(
    inquiry: &Inquiry<'_>,
    domain: &str,
    host: &str,
    fetched: Option<&Result<Fetched, String>>,
) -> MtaSts {
    look(inquiry, domain, Some(host), fetched)
}

fn look(inquiry: &Inquiry<'_>, domain: &str, host: Option<&str>, fetched: Option<&Result<Fetched, String>>) -> MtaSts {
    let domain = domain.to_ascii_lowercase();
    let announced = Announced::look(inquiry, &record_name(&domain), is_record, |octets| Box::new(read(octets)));
    let names = exchanges(inquiry, &domain);
    let is_announced = matches!(announced, Announced::Record(_));
    let answered = fetched.filter(|_| is_announced);
    let policy = match answered {
        Some(Ok(fetched)) if fetch::is_usable(&fetch::judge_fetch(&domain, fetched)) => {
            Some(read_policy(&fetched.body))
        }
        _ => None,
    };
    let exchanges = names.map(|names| {
        let allowed = |name: &str| policy.as_ref().and_then(|reading| reading.policy.allows(name)).cloned();
        names.into_iter().map(|name| Exchange { allowed_by: allowed(&name), name }).collect()
    });
    let fetch = (is_announced && fetched.is_none()).then(|| fetch::url(&domain));
    let mut out = MtaSts { domain, announced, fetch, policy, exchanges, findings: Vec::new(), suggestions: Vec::new() };
    findings::tell(&mut out, host, answered);
    out
}

/// The names that take the mail of the domain: its MX, or itself when it has none (RFC 5321 §5.1).
fn exchanges(inquiry: &Inquiry<'_>, domain: &str) -> Option<Vec<String>> {
    match inquiry.ask(domain, RecordType::Mx) {
        Outcome::Waiting | Outcome::Failed => None,
        Outcome::Nothing { .. } => Some(vec![domain.to_owned()]),
        Outcome::Records(records) => {
            let mut names: Vec<(u16, String)> = records
                .into_iter()
                .filter_map(|record| match &record.value {
                    // The null MX (RFC 7505) names no exchange.
                    Value::Mx { preference, exchange } if !exchange.is_empty() => {
                        Some((*preference, exchange.to_ascii_lowercase()))
                    }
                    _ => None,
                })
                .take(EXCHANGES)
                .collect();
            names.sort_by_key(|(preference, _)| *preference);
            Some(names.into_iter().map(|(_, name)| name).collect())
        }
    }
}

#[cfg(test)]
mod tests;
