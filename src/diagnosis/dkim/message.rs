//! A message as DKIM sees it: header fields with every octet of theirs, and the body.

use std::borrow::Cow;
use std::ops::Range;

/// Octets of a message that is verified at most: what this program opens at all.
pub const LONGEST: usize = crate::diagnosis::message::LONGEST;

/// Octets of a header at most.
const HEADER: usize = 1 << 20;

/// A header field as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawField {
    /// The octets of its name.
    pub(super) name: Range<usize>,
    /// Its octets, folds included, without the end of its last line.
    pub(super) whole: Range<usize>,
}

/// A message, cut into header fields and body.
#[derive(Clone, Debug)]
pub(super) struct RawMessage<'a> {
    pub(super) octets: &'a [u8],
    pub(super) fields: Vec<RawField>,
    /// Where the body begins.
    pub(super) body: usize,
}

impl<'a> RawMessage<'a> {
    /// Cuts a message. Lines may end in LF alone, as they do in files.
    ///
    /// # Errors
    /// Why it cannot be verified: it is too long, or its header is none.
    pub(super) fn read(octets: &'a [u8]) -> Result<Self, &'static str> {
        if octets.len() > LONGEST {
            return Err("the message is too long to be verified here");
        }
        let mut fields: Vec<RawField> = Vec::new();
        let mut at = 0;
        while at < octets.len() {
            let (end, next) = line(octets, at);
            let text = octets.get(at..end).unwrap_or_default();
            if text.is_empty() {
                return Ok(Self { octets, fields, body: next });
            }
            if next > HEADER {
                return Err("the header is too long to be verified here");
            }
            let colon = text.iter().position(|b| *b == b':');
            match (fields.last_mut(), colon) {
                (Some(last), _) if matches!(text.first(), Some(b' ' | b'\t')) => last.whole.end = end,
                // The separator of an mbox file stands before the header in some stores.
                (None, _) if text.starts_with(b"From ") => {}
                (_, Some(colon)) if is_name(text.get(..colon).unwrap_or_default()) => {
                    fields.push(RawField { name: at..at + colon, whole: at..end });
                }
                _ => return Err("the header has a line that is no field"),
            }
            at = next;
        }
        Ok(Self { octets, fields, body: octets.len() })
    }

    /// The octets of a range.
    pub(super) fn get(&self, range: &Range<usize>) -> &'a [u8] {
        self.octets.get(range.clone()).unwrap_or_default()
    }

    /// The name of a field, in lower case.
    pub(super) fn name(&self, field: &RawField) -> String {
        String::from_utf8_lossy(self.get(&field.name).trim_ascii_end()).to_ascii_lowercase()
    }

    /// The octets of a field behind its colon.
    pub(super) fn value(&self, field: &RawField) -> &'a [u8] {
        self.get(&(field.name.end + 1..field.whole.end))
    }

    /// The lines of the body, without their ends.
    pub(super) fn body_lines(&self) -> impl Iterator<Item = &'a [u8]> {
        let octets = self.octets;
        let mut at = self.body;
        std::iter::from_fn(move || {
            if at >= octets.len() {
                return None;
            }
            let (end, next) = line(octets, at);
            let text = octets.get(at..end).unwrap_or_default();
            at = next;
            Some(text)
        })
    }

    /// Lines that end in LF alone. DKIM is defined over CR LF, so they are taken for that.
    pub(super) fn bare_line_feeds(&self) -> usize {
        (0..self.octets.len()).filter(|at| is_bare(self.octets, *at)).count()
    }
}

/// Whether an LF without a CR before it stands there.
fn is_bare(octets: &[u8], at: usize) -> bool {
    octets.get(at) == Some(&b'\n') && at.checked_sub(1).and_then(|before| octets.get(before)) != Some(&b'\r')
}

/// Where the line at `at` ends, without its CR LF or LF, and where the next one begins.
fn line(octets: &[u8], at: usize) -> (usize, usize) {
    let rest = octets.get(at..).unwrap_or_default();
    match rest.iter().position(|b| *b == b'\n') {
        None => (octets.len(), octets.len()),
        Some(length) => {
            let cr = usize::from(length > 0 && rest.get(length - 1) == Some(&b'\r'));
            (at + length - cr, at + length + 1)
        }
    }
}

/// `field-name` of RFC 5322 §2.2; the blanks before the colon that RFC 5322 §4.5 remembers are allowed.
fn is_name(text: &[u8]) -> bool {
    let name = text.trim_ascii_end();
    !name.is_empty() && name.iter().all(|b| matches!(b, 0x21..=0x7e))
}

/// Text whose lines end in CR LF, from text whose lines may end in LF.
pub(super) fn with_crlf(text: &[u8]) -> Cow<'_, [u8]> {
    if (0..text.len()).all(|at| !is_bare(text, at)) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for (at, octet) in text.iter().enumerate() {
        if is_bare(text, at) {
            out.push(b'\r');
        }
        out.push(*octet);
    }
    Cow::Owned(out)
}
