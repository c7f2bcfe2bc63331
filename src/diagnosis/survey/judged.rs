//! What the evaluators say of a domain, by the answers so far.

use crate::diagnosis::answers::{Answers, Inquiry, key};
use crate::diagnosis::bimi::{self, Bimi};
use crate::diagnosis::dkim::{self, Guesses, KeyReport};
use crate::diagnosis::dmarc::{self, Applies, Dmarc};
use crate::diagnosis::dns::{Answer, Query};
use crate::diagnosis::mta_sts::{self, MtaSts};
use crate::diagnosis::spf::{self, Advice, Outline};
use crate::diagnosis::tls_rpt::{self, TlsRpt};

/// Guesses are read so often before all are answered: a zone may answer to every one of them.
const READINGS: usize = 8;

/// What they say, and what they still want to know. Reading everything again with each answer would cost the square of
/// the answers, so it is known who waits for what.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) spf: Outline,
    pub(super) advice: Vec<Advice>,
    pub(super) dmarc: Dmarc,
    pub(super) mta_sts: MtaSts,
    pub(super) tls_rpt: TlsRpt,
    pub(super) bimi: Bimi,
    /// Keys by selectors that the user knows.
    pub(super) keys: Vec<KeyReport>,
    /// Questions that the evaluators of policies wait for.
    pub(super) open: Vec<Query>,
}

/// The keys found by guessing selectors, and the guesses that are open.
#[derive(Clone, Debug)]
pub(super) struct Guessed {
    pub(super) guesses: Guesses,
    /// In the order of the list, the commonest selectors first.
    pub(super) open: Vec<Query>,
    /// How often they were read.
    readings: usize,
}

impl Judged {
    /// Runs all evaluators of policies.
    pub(super) fn of(
        domain: &str,
        answers: &Answers,
        selectors: &[String],
        policy: Option<&Result<mta_sts::Fetched, String>>,
    ) -> Self {
        let inquiry = Inquiry::new(answers);
        let spf = spf::outline(domain, &inquiry);
        let advice = spf::judge(&spf, &inquiry);
        let dmarc = dmarc::evaluate(&inquiry, domain);
        let record = match &dmarc.by_walk.applies {
            Applies::Record { reading, .. } => Some(&reading.record),
            _ => None,
        };
        let mta_sts = mta_sts::evaluate(&inquiry, domain, policy);
        let tls_rpt = tls_rpt::evaluate(&inquiry, domain);
        let bimi = bimi::evaluate(&inquiry, bimi::SELECTOR, domain, record);
        let keys = selectors.iter().map(|selector| dkim::key(&inquiry, selector, domain)).collect();
        Self { spf, advice, dmarc, mta_sts, tls_rpt, bimi, keys, open: inquiry.open() }
    }
}

impl Guessed {
    /// Asks for all selectors.
    pub(super) fn begin(domain: &str, answers: &Answers) -> Self {
        Self::of(domain, answers, 1)
    }

    /// Reads all guesses again.
    pub(super) fn read(&mut self, domain: &str, answers: &Answers) {
        *self = Self::of(domain, answers, self.readings + 1);
    }

    fn of(domain: &str, answers: &Answers, readings: usize) -> Self {
        let inquiry = Inquiry::new(answers);
        let guesses = dkim::guess(&inquiry, domain);
        Self { guesses, open: inquiry.open(), readings }
    }

    /// Takes note of an answer. Says whether all guesses are to be read again: one of the first was found, or all is said.
    pub(super) fn answered(&mut self, answer: &Answer) -> bool {
        let query = key(&answer.query.name, answer.query.kind);
        let Some(place) = self.open.iter().position(|open| *open == query) else { return false };
        self.open.remove(place);
        self.guesses.open = self.guesses.open.saturating_sub(1);
        let found = answer.reply.as_ref().is_ok_and(|response| !response.answers.is_empty());
        self.open.is_empty() || found && self.readings < READINGS
    }
}
