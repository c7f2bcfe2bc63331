//! What a domain promises about the TLS of its exchanges, as far as the survey knows.

use super::Survey;
use super::lookup::Route;
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::RecordType;
use crate::diagnosis::mta_sts::Mode;
use crate::diagnosis::starttls::Promise;
use crate::diagnosis::tlsa;

impl Survey {
    /// Whether MX records of the domain name this host, in A-label form.
    #[must_use]
    pub fn has_exchange(&self, host: &str) -> bool {
        matches!(self.route(), Route::Exchanges(_)) && self.hosts().iter().any(|own| own.eq_ignore_ascii_case(host))
    }

    /// What is promised about this host, in A-label form, as an exchange of the domain.
    #[must_use]
    pub fn promises(&self, host: &str) -> Vec<Promise> {
        let mut promises = Vec::new();
        if !self.hosts().iter().any(|exchange| exchange.eq_ignore_ascii_case(host)) {
            return promises;
        }
        let reading = self.judged.as_ref().and_then(|judged| judged.mta_sts.policy.as_ref());
        let enforced = reading.filter(|reading| reading.is_valid && reading.policy.mode == Some(Mode::Enforce));
        if enforced.is_some_and(|reading| reading.policy.allows(host).is_some()) {
            promises.push(Promise::MtaSts);
        }
        let records = self.answers.outcome(&tlsa::record_name(host, 25), RecordType::Tlsa);
        if matches!(records, Outcome::Records(_)) {
            promises.push(Promise::Tlsa);
        }
        promises
    }
}
