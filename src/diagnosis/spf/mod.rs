//! SPF (RFC 7208): which hosts may send in the name of a domain.
//!
//! ```text
//!  TXT ─► record: terms, each with its column or its fault
//!           ├─► evaluate(case): check_host() for a client and a sender, with a trace
//!           └─► outline: the tree without a sender, and what it costs ─► advice
//! ```
//!
//! Everything is run from its start when an answer has come, and leaves the questions that are open in an
//! [`Inquiry`](super::answers::Inquiry).

mod advice;
mod case;
mod evaluate;
mod explain;
mod investigation;
#[cfg(test)]
mod investigation_tests;
mod lines;
mod macro_string;
mod macros;
mod mechanism;
mod mistakes;
mod name;
mod outline;
mod permerror;
mod record;
mod result;
mod rows;
mod select;
mod term;
mod trace;
mod words;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

pub use advice::{Advice, advise, judge, mended};
pub use case::{Case, Identity};
pub use evaluate::evaluate;
pub use investigation::{SenderCheck, SpfTree};
pub use lines::Line;
pub use macro_string::{Letter, Macro, MacroString, Piece, Place};
pub use macros::Expanded;
pub use outline::{Branch, Note, Outline, Twig, Voids, outline};
pub use record::{Fault, Record, Term, is_record};
pub use term::{DualCidr, Mechanism, Misread, Qualifier, Reading};
pub use trace::{
    Check, Evaluation, Explanation, Found, LOOKUPS, Lookup, NAMES, Spent, SpfResult, Step, StepOutcome, VOIDS, Verdict,
};
