//! Why receivers answer permerror to a record, seen from its tree (RFC 7208 §4.6, §5.2).

use super::outline::{Branch, Note, Outline, Twig};
use super::record::{Fault, Term};
use super::trace::{LOOKUPS, NAMES, SpfResult, VOIDS};
use crate::diagnosis::finding::Severity;

impl Outline {
    /// Why senders get permerror: a fault where that may meet every sender, a warning where only clients of one address
    /// family are met. Nothing of a record that is in order, as far as answers have come.
    #[must_use]
    pub fn permerror(&self) -> Option<(Severity, String)> {
        let fault = |says: String| Some((Severity::Fault, format!("permerror: {says}")));
        if let Some((term, found)) = self.root.fault() {
            return fault(format!("\"{}\": {}", self.root.text_of(term), found.says));
        }
        if self.lookups > LOOKUPS || self.voids.v4.min(self.voids.v6) > VOIDS {
            return fault(self.cost());
        }
        if let Some((twig, says)) = below(&self.root) {
            return fault(format!("\"{}\": {says}", twig.term));
        }
        let one = self.voids.v4.max(self.voids.v6) > VOIDS;
        one.then(|| (Severity::Warning, format!("permerror for some clients: {}", self.cost())))
    }
}

impl Branch {
    /// The first term of its record that cannot be read.
    pub(super) fn fault(&self) -> Option<(&Term, &Fault)> {
        self.record.as_ref()?.fault()
    }

    /// A term of its record, as it is written.
    pub(super) fn text_of(&self, term: &Term) -> &str {
        self.record.as_ref().map(|record| record.text_of(term)).unwrap_or_default()
    }
}

impl Twig {
    /// Why a receiver that comes to this term answers permerror, by the term itself or the record that it names.
    #[must_use]
    pub fn permerror(&self) -> Option<String> {
        match (&self.note, self.branch.as_deref()) {
            (Some(Note::Unreadable(says)), _) => Some(says.clone()),
            (Some(Note::Loop), _) => Some("leads back".to_owned()),
            (Some(Note::TooManyExchanges(count)), _) => {
                Some(format!("{count} mail exchanges, and {NAMES} may be looked up"))
            }
            (_, Some(below)) => match &below.trouble {
                Some((SpfResult::TempError, _)) => None,
                Some((_, says)) => Some(says.clone()),
                None => below.fault().map(|(_, fault)| format!("its record cannot be read: {}", fault.says)),
            },
            _ => None,
        }
    }
}

/// The first term of the tree that is a permerror, and why.
fn below(branch: &Branch) -> Option<(&Twig, String)> {
    branch.twigs.iter().find_map(|twig| {
        let own = twig.permerror().map(|says| (twig, says));
        own.or_else(|| below(twig.branch.as_deref()?))
    })
}
