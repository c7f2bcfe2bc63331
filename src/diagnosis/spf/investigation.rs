//! SPF as investigations: "this address, this sender", and the record of a domain as a tree with its cost.

use std::net::IpAddr;

use super::{Advice, Case, Evaluation, advise, evaluate, judge, outline, result, rows};
use crate::diagnosis::answers::Inquiry;
use crate::diagnosis::dns::ascii_name;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::investigation::{Asking, Came, Investigation, Setting, Want};
use crate::diagnosis::survey::{Row, shown};

/// Questions of one investigation: the limits of SPF end an evaluation long before, an outline looks further.
const QUESTIONS: usize = 400;

/// Whether a host may send in a name: `check_host()` for the sender, and for the EHLO name if that is given
/// (RFC 7208 §2.3, §2.4).
#[derive(Clone, Debug)]
pub struct SenderCheck {
    cases: Vec<Case>,
    /// The time of the first answer, for `%{t}`.
    now: Option<u64>,
    asking: Asking,
}

impl SenderCheck {
    /// A check of the address or domain of a sender, and of the EHLO name. An empty sender is the null sender of
    /// bounces, for which the EHLO name stands.
    ///
    /// # Errors
    /// Neither a sender nor an EHLO name is given, or what is given is no domain name: why.
    pub fn new(ip: IpAddr, sender: &str, helo: Option<&str>, setting: Setting) -> Result<Self, String> {
        let domain = sender.rsplit_once('@').map_or(sender, |(_, domain)| domain);
        // An address literal stands for no domain: it is what %{h} says, and nothing is looked up for it.
        let name = helo.filter(|helo| !helo.starts_with('['));
        for name in [Some(domain).filter(|_| !sender.is_empty()), name].into_iter().flatten() {
            ascii_name(name).map_err(|why| format!("\"{}\" is not a domain name: {why}", shown(name)))?;
        }
        let own = (!sender.is_empty()).then(|| Case::mail_from(ip, helo.unwrap_or("unknown"), sender));
        let cases: Vec<Case> = own.into_iter().chain(name.map(|helo| Case::helo(ip, helo))).collect();
        if cases.is_empty() {
            return Err("whose mail? write the sender's address or domain, or the EHLO name of the host".to_owned());
        }
        Ok(Self { cases, now: None, asking: Asking::new(setting, QUESTIONS) })
    }
}

/// Everything that is evaluated of a check: each case with what came of it, and advice about the record of the first. A
/// host need not have a record for its EHLO name, so that nothing is advised about that.
fn run(cases: &[Case], now: Option<u64>, inquiry: &Inquiry<'_>) -> (Vec<(Case, Evaluation)>, Vec<Advice>) {
    let cases = cases.iter().map(|case| case.clone().at(now.unwrap_or(0)));
    let evaluations: Vec<_> = cases.map(|case| (case.clone(), evaluate(&case, inquiry))).collect();
    let advice = evaluations.first().map(|(case, _)| advise(case.domain(), inquiry)).unwrap_or_default();
    (evaluations, advice)
}

impl Investigation for SenderCheck {
    fn title(&self) -> String {
        match self.cases.first() {
            Some(case) => format!("SPF: {} as {}", case.ip(), shown(&result::whom(case))),
            None => "SPF".to_owned(),
        }
    }

    fn wants(&mut self) -> Vec<Want> {
        self.asking.wants(|inquiry| run(&self.cases, self.now, inquiry))
    }

    fn came(&mut self, came: Came, now: i64) {
        if self.asking.came(&came) {
            self.now.get_or_insert(u64::try_from(now).unwrap_or(0));
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        let (evaluations, advice) = self.asking.read(|inquiry| run(&self.cases, self.now, inquiry));
        rows::checked(&self.asking, &evaluations, &advice)
    }
}

/// The record of a domain with all that it includes, and what it costs: no host is asked about.
#[derive(Clone, Debug)]
pub struct SpfTree {
    domain: String,
    asking: Asking,
}

impl SpfTree {
    /// The tree of a domain in A-label form.
    #[must_use]
    pub fn new(domain: &str, setting: Setting) -> Self {
        let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
        Self { domain, asking: Asking::new(setting, QUESTIONS) }
    }
}

impl Investigation for SpfTree {
    fn title(&self) -> String {
        format!("SPF of {}", shown(&self.domain))
    }

    fn wants(&mut self) -> Vec<Want> {
        self.asking.wants(|inquiry| advise(&self.domain, inquiry))
    }

    fn came(&mut self, came: Came, _now: i64) {
        self.asking.came(&came);
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        self.asking.read(|inquiry| {
            let outline = outline(&self.domain, inquiry);
            let advice = judge(&outline, inquiry);
            rows::outlined(&self.asking, &outline, &advice)
        })
    }
}
