//! What an evaluation did, as a tree: a check of a domain, its terms, and below `include` and `redirect` further checks.

use super::case::Identity;
use super::evaluate::Next;
use super::macros::Expanded;
use super::record::{Record, Term};
use super::term::{Qualifier, Reading};
use crate::diagnosis::dns::RecordType;

/// The results of a check (RFC 7208 §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpfResult {
    /// There is no record, or no name that could have one.
    None,
    /// The domain says nothing about this client.
    Neutral,
    /// The client may send in this name.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    Softfail,
    /// A question could not be answered now; a later check may be.
    TempError,
    /// The record cannot be evaluated until somebody mends it.
    PermError,
}

impl SpfResult {
    /// The word of `Received-SPF` and `Authentication-Results`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Softfail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl From<Qualifier> for SpfResult {
    fn from(qualifier: Qualifier) -> Self {
        match qualifier {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::Softfail => Self::Softfail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

/// A whole evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Which name was checked.
    pub identity: Identity,
    /// The check of its domain.
    pub check: Check,
    /// What was spent in all.
    pub spent: Spent,
    /// What `exp` says to a sender that fails.
    pub explanation: Explanation,
}

impl Evaluation {
    /// The result with its reason; nothing while questions are open.
    #[must_use]
    pub const fn verdict(&self) -> Option<&Verdict> {
        self.check.verdict.as_ref()
    }
}

/// One `check_host()` (RFC 7208 §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The domain whose record is evaluated.
    pub domain: String,
    /// The record, its strings joined, once there is one and only one.
    pub record: Option<String>,
    /// Its terms, in the order in which they are written.
    pub steps: Vec<Step>,
    /// What came of it; nothing while a question is open.
    pub verdict: Option<Verdict>,
}

/// A result and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The result.
    pub result: SpfResult,
    /// Why, in one sentence without a full stop.
    pub says: String,
    /// The domain whose record decided, or has none.
    pub domain: String,
    /// The column in that record, from 1, of the term that decided.
    pub column: Option<usize>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// As it is written.
    pub term: String,
    /// Its column in the record, from 1.
    pub column: usize,
    /// Macros and their values.
    pub expanded: Vec<Expanded>,
    /// The name that its macros and defaults lead to.
    pub target: Option<String>,
    /// What was looked up, in order; the record of an include or redirect is below, in its check.
    pub lookups: Vec<Lookup>,
    /// What came of it.
    pub outcome: StepOutcome,
    /// More about that, when there is more to say.
    pub says: String,
    /// The check of the domain that `include` or `redirect` names.
    pub check: Option<Box<Check>>,
    /// What had been spent once this term was done, in the whole evaluation.
    pub spent: Spent,
}

impl Step {
    /// A term before its turn.
    pub(super) fn new(record: &Record, term: &Term, spent: Spent) -> Self {
        let outcome = match term.reading {
            Ok(Reading::Unknown(_) | Reading::Explanation(_)) => StepOutcome::Modifier,
            _ => StepOutcome::NotReached,
        };
        Self {
            term: record.text_of(term).to_owned(),
            column: term.column,
            expanded: Vec::new(),
            target: None,
            lookups: Vec::new(),
            outcome,
            says: String::new(),
            check: None,
            spent,
        }
    }

    /// Writes down what came of it.
    pub(super) fn close(&mut self, next: &Next, spent: Spent) {
        self.spent = spent;
        self.outcome = match next {
            Next::On => StepOutcome::NoMatch,
            Next::Waiting => StepOutcome::Waiting,
            Next::End(result @ (SpfResult::TempError | SpfResult::PermError), says) => {
                self.says.clone_from(says);
                StepOutcome::Error(*result)
            }
            Next::End(result, says) => {
                self.says.clone_from(says);
                StepOutcome::Match(*result)
            }
            Next::Inherit(verdict) => StepOutcome::Error(verdict.result),
        };
    }
}

/// What came of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// It was not needed, or is not reached yet.
    NotReached,
    /// An answer is waited for.
    Waiting,
    /// It does not match; evaluation goes on with the next.
    NoMatch,
    /// It matches, which ends the check.
    Match(SpfResult),
    /// `redirect`: the result of the other check is the result of this one.
    Redirected,
    /// It ended the evaluation: temperror or permerror.
    Error(SpfResult),
    /// A modifier, which does not take part.
    Modifier,
}

/// A question and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: RecordType,
    /// What came back.
    pub found: Found,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing yet.
    Waiting,
    /// Records: how many, and the first of them.
    Records(usize, Vec<String>),
    /// A void look-up (RFC 7208 §4.6.4): no such record, or no such name (`no_name`).
    Void {
        /// NXDOMAIN.
        no_name: bool,
    },
    /// No answer, and why.
    Failed(String),
}

impl Lookup {
    /// Whether it counts as void.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        matches!(self.found, Found::Void { .. })
    }
}

/// What counts against the limits (RFC 7208 §4.6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Terms that look something up: at most ten.
    pub lookups: usize,
    /// Of these, terms one of whose questions was void: at most two. Some receivers count the questions, which can be
    /// more, as when several mail exchanges have no address of the client's family.
    pub voids: usize,
}

/// Terms that may look something up.
pub const LOOKUPS: usize = 10;
/// Terms whose look-up may be void.
pub const VOIDS: usize = 2;
/// Names of mail exchanges, or of a client, that may be looked up.
pub const NAMES: usize = 10;

/// The text for a sender that fails (RFC 7208 §6.2). It is written by strangers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// The result is not fail, or the record has no `exp`.
    None,
    /// It is looked up.
    Waiting,
    /// The text, expanded.
    Text(String),
    /// There is an `exp`, and it is left out for this reason.
    Unusable(String),
}
