//! How the policy is fetched, and what is to say about what came (RFC 8461 §3.3).

use std::time::Duration;

use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::shown;
use crate::diagnosis::tls::Verdict;
use crate::diagnosis::web;

use super::findings::SUBJECT;

/// Senders wait this long.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// Octets of a policy at most: 64 kilobytes.
pub const LONGEST: usize = 64 * 1024;

/// What the policy must come as.
pub const MEDIA_TYPE: &str = "text/plain";

/// Where on the host it stands.
pub const PATH: &str = "/.well-known/mta-sts.txt";

/// Redirects that are followed: none, whatever the server says.
pub const REDIRECTS: usize = 0;

/// The host that serves the policy of a domain. Its certificate must be valid for this name.
#[must_use]
pub fn host(domain: &str) -> String {
    format!("mta-sts.{domain}")
}

/// The URL of the policy of a domain.
#[must_use]
pub fn url(domain: &str) -> String {
    format!("https://{}{PATH}", host(domain))
}

/// What came for the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Status of the HTTP response.
    pub status: u16,
    /// Its `Content-Type`.
    pub content_type: Option<String>,
    /// Its `Location`.
    pub location: Option<String>,
    /// Its body, cut behind [`LONGEST`] octets.
    pub body: Vec<u8>,
    /// The body was longer.
    pub is_cut: bool,
    /// Whether the certificate is for [`host`], trusted, and within its dates.
    pub certificate: Verdict,
}

impl Fetched {
    /// What a web server answered.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn of(fetched: &web::Fetched) -> Result<Self, String> {
        let response = fetched.reply.as_ref().map_err(ToString::to_string)?;
        let field = |name| response.header(name).map(std::borrow::Cow::into_owned);
        Ok(Self {
            status: response.status,
            content_type: field("content-type"),
            location: field("location"),
            body: response.body.clone(),
            is_cut: response.is_cut,
            certificate: fetched.certificate().unwrap_or_else(|| Verdict::Unknown("no TLS".to_owned())),
        })
    }
}

/// What is to say about what came. A fault: senders do not use it.
#[must_use]
pub fn judge_fetch(domain: &str, fetched: &Fetched) -> Vec<Finding> {
    let host = host(domain);
    let mut findings = Vec::new();
    let mut say = |severity, says: String, next: String| findings.push(Finding::new(severity, SUBJECT, says, next));
    match &fetched.certificate {
        Verdict::Good => {}
        Verdict::Bad(why) => say(
            Severity::Fault,
            format!(
                "the certificate of {host} is not valid, so no sender takes the policy: {}",
                shown(why.to_string())
            ),
            format!("give the web server a certificate for {host} from a public authority"),
        ),
        Verdict::Unknown(why) => say(
            Severity::Warning,
            format!("whether the certificate of {host} is valid is not known: {}", shown(why)),
            "look at it with a browser".to_owned(),
        ),
    }
    match fetched.status {
        200 => {}
        300..=399 => {
            let to = fetched.location.as_deref().map(|to| format!(" to {}", shown(to))).unwrap_or_default();
            say(
                Severity::Fault,
                format!("{host} redirects{to}: senders must not follow, and have no policy"),
                format!("serve the policy at {} itself", url(domain)),
            );
        }
        status => say(
            Severity::Fault,
            format!("{host} answers with status {status}: senders have no policy"),
            format!("serve the policy at {} with status 200", url(domain)),
        ),
    }
    if fetched.status != 200 {
        return findings;
    }
    let media = fetched.content_type.as_deref().unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(MEDIA_TYPE) {
        let came =
            if media.is_empty() { "no media type".to_owned() } else { format!("the media type {}", shown(media)) };
        say(
            Severity::Fault,
            format!("the policy comes with {came}: careful senders do not take it"),
            format!("serve it as {MEDIA_TYPE}"),
        );
    }
    if fetched.is_cut {
        say(
            Severity::Fault,
            "the policy is longer than 64 kilobytes: senders stop reading".to_owned(),
            "name fewer exchanges, with a wildcard where there are many".to_owned(),
        );
    }
    findings
}

/// Whether senders can use what came.
#[must_use]
pub fn is_usable(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity < Severity::Fault)
}
