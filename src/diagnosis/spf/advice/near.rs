//! TXT records that were meant to be SPF records, and are none.

use super::{Notes, mend};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::record::{Record, VERSION};
use crate::protocol::visible::visible;

/// Characters of the text that are shown.
const SHOWN: usize = 40;

/// Judges a TXT record that is no SPF record. `alone`: there is no other that is one.
pub(super) fn judge(notes: &mut Notes, text: &str, alone: bool) {
    let start: String = text.chars().take(24).filter(char::is_ascii_alphanumeric).collect();
    let start = start.to_ascii_lowercase();
    let shown: String = visible(text.as_bytes()).chars().take(SHOWN).collect();
    if start.starts_with("spf20") {
        let says = format!("\"{shown}\" is a record of Sender ID, which receivers no longer use");
        return notes.add(Severity::Note, None, says, "remove it");
    }
    if !start.starts_with("vspf") && !start.starts_with("spf1") {
        return;
    }
    let says = format!("\"{shown}\" looks like an SPF record and is none: receivers pass over it");
    if alone {
        let next = "begin it with \"v=spf1\" and a space, without quotation marks";
        notes.mend(Severity::Fault, None, says, next, repaired(text));
    } else {
        notes.add(Severity::Warning, None, says, "remove it, or move its terms into the record");
    }
}

/// The version in good order, and what follows it, when that can be read.
fn repaired(text: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find("spf1")?;
    let rest = text.get(at + 4..)?.trim_start_matches(|c: char| !c.is_alphanumeric() && !"+-~?".contains(c));
    let text = format!("{VERSION} {}", rest.trim_end_matches(['"', ' ']));
    let sound = |text: &String| Record::read(text.as_bytes()).fault().is_none();
    mend::record(&text).or(Some(text)).filter(sound)
}
