//! The issuers that a server does not send, fetched from where its certificates say they are (RFC 5280 §4.2.2.1). Only on
//! request: who fetches tells the authority that somebody looks at this server.

use crate::diagnosis::certificate::{issuer_in, issuer_url, unissued};
use crate::diagnosis::investigation::Want;
use crate::diagnosis::tls::{Chain, TlsReport};
use crate::diagnosis::web::{Fetched, Request, Url};

/// Certificates that are fetched. A hostile chain cannot send us anywhere for ever.
const MOST: usize = 4;
/// Octets of one of them.
const LONGEST: usize = 64 * 1024;

/// What is fetched, and what came.
#[derive(Clone, Debug, Default)]
pub(super) struct Issuers {
    is_wanted: bool,
    fetches: Vec<Fetch>,
}

/// One certificate that is fetched.
#[derive(Clone, Debug)]
pub(super) struct Fetch {
    pub(super) request: Request,
    /// The certificate whose issuer it is, in DER.
    below: Vec<u8>,
    /// The issuer in DER, or why there is none; none while it is awaited.
    pub(super) came: Option<Result<Vec<u8>, String>>,
}

impl Issuers {
    pub(super) const fn new(is_wanted: bool) -> Self {
        Self { is_wanted, fetches: Vec::new() }
    }

    pub(super) fn fetches(&self) -> &[Fetch] {
        &self.fetches
    }

    /// The next one, if there is one to fetch.
    pub(super) fn wants(&mut self, report: &TlsReport) -> Option<Want> {
        if !self.is_wanted || self.fetches.len() >= MOST {
            return None;
        }
        let last = match self.fetches.last() {
            None => unissued(report)?,
            Some(Fetch { came: Some(Ok(der)), .. }) => der,
            Some(_) => return None,
        };
        let request = Request::get(Url::parse(&issuer_url(last)?).ok()?).at_most(LONGEST);
        if self.fetches.iter().any(|fetch| fetch.request == request) {
            return None;
        }
        self.fetches.push(Fetch { request: request.clone(), below: last.to_vec(), came: None });
        Some(Want::Document(request))
    }

    /// The chain with what was fetched, once there is nothing more to fetch.
    pub(super) fn completed(&self, report: &TlsReport) -> Option<Chain> {
        let waits = self.fetches.iter().any(|fetch| fetch.came.is_none());
        let fetched: Vec<Vec<u8>> = self.fetches.iter().filter_map(|fetch| fetch.came.clone()?.ok()).collect();
        if waits || fetched.is_empty() {
            return None;
        }
        let certificates = report.chain.iter().cloned().chain(fetched).collect();
        Some(Chain { name: report.asked_name.clone(), certificates })
    }

    /// What came for one of them. Tells whether it was waited for.
    pub(super) fn came(&mut self, fetched: &Fetched) -> bool {
        let waits = |fetch: &&mut Fetch| fetch.came.is_none() && fetch.request == fetched.request;
        let Some(fetch) = self.fetches.iter_mut().find(waits) else { return false };
        fetch.came = Some(match &fetched.reply {
            Err(failure) => Err(failure.to_string()),
            Ok(response) if response.status != 200 => Err(format!("the web server answers {}", response.status)),
            Ok(response) => issuer_in(&response.body, &fetch.below),
        });
        true
    }
}
