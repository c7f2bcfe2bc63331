//! The TXT records that nothing else in the table has read.

use super::rows::Table;
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{RecordType, Value};
use crate::diagnosis::spf;
use crate::protocol::visible::visible;

/// TXT records of one name that are shown; more are counted.
const TEXTS: usize = 64;

impl Table<'_> {
    /// The TXT records of the domain but for SPF: who proved to whom that the domain is theirs.
    pub(super) fn texts(&mut self, domain: &str) {
        let Outcome::Records(records) = self.survey.outcome(domain, RecordType::Txt) else { return };
        let mut others = 0;
        for record in records {
            let Value::Txt(strings) = &record.value else { continue };
            let text = strings.concat();
            if spf::is_record(&text) {
                continue;
            }
            others += 1;
            if others <= TEXTS {
                let row = self.record(0, "TXT", &visible(&text), record, domain, RecordType::Txt);
                self.push(row);
            }
        }
        self.more("TXT", others, TEXTS);
    }
}
