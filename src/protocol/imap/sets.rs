//! Sets of messages (RFC 9051 §9, `sequence-set`).

use super::grammar::number;
use crate::protocol::verb::{Cursor, Fault};

/// Message numbers or UIDs. Each pair is a range, a single number is a range of one, `None` is `*`.
///
/// An empty set stands for `$`, the saved result of a search (RFC 5182).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceSet(pub Vec<(Option<u32>, Option<u32>)>);

impl SequenceSet {
    /// Whether `number` is in the set when `max` is the largest number in use. `4:2` is `2:4`; `*` is `max`, so that
    /// `99:*` holds the last message even if that is smaller (RFC 9051 §9, `seq-range`).
    #[must_use]
    pub fn contains(&self, number: u32, max: u32) -> bool {
        self.0.iter().any(|&(from, to)| {
            let (from, to) = (from.unwrap_or(max), to.unwrap_or(max));
            (from.min(to)..=from.max(to)).contains(&number)
        })
    }
}

/// `1,3:5,8:*` or `$`.
///
/// # Errors
/// Where and why it is no sequence set.
pub fn sequence_set(cursor: &mut Cursor<'_>) -> Result<SequenceSet, Fault> {
    let start = cursor.at();
    if cursor.eat('$') {
        cursor.need(start, &["SEARCHRES"]);
        return match cursor.peek() {
            None | Some(' ' | ')') => Ok(SequenceSet::default()),
            Some(_) => Err(cursor.expected("the end of the set: $ stands alone")),
        };
    }
    let mut ranges = Vec::new();
    loop {
        let from = sequence_number(cursor)?;
        let to = if cursor.eat(':') { sequence_number(cursor)? } else { from };
        ranges.push((from, to));
        if !cursor.eat(',') {
            break;
        }
    }
    match cursor.peek() {
        None | Some(' ' | ')') => Ok(SequenceSet(ranges)),
        Some(_) => Err(cursor.expected("\",\" or \":\" or the end of the set")),
    }
}

fn sequence_number(cursor: &mut Cursor<'_>) -> Result<Option<u32>, Fault> {
    if cursor.eat('*') {
        return Ok(None);
    }
    let start = cursor.at();
    match number(cursor, "a message number, a range like 1:5, or *")? {
        0 => Err(cursor.fault_from(start, "message numbers begin at 1")),
        number => Ok(Some(number)),
    }
}

/// A set without `*` and `$`: numbers that are known (RFC 7162 §7, `known-uids`).
///
/// # Errors
/// Where and why it is no such set.
pub(super) fn known_set(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let set = sequence_set(cursor)?;
    if set.0.is_empty() || set.0.iter().any(|(from, to)| from.is_none() || to.is_none()) {
        return Err(cursor.fault_from(start, "only numbers stand here, no * and no $"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        let set = sequence_set(&mut Cursor::new("2,4:3,9:*", 0)).unwrap();
        assert_eq!(set.0, [(Some(2), Some(2)), (Some(4), Some(3)), (Some(9), None)]);
        for (number, max, inside) in
            [(2, 5, true), (3, 5, true), (1, 5, false), (5, 5, true), (7, 12, false), (10, 12, true)]
        {
            assert_eq!(set.contains(number, max), inside, "{number} of {max}");
        }
        for (text, at, part) in [
            ("0", 0..1, "begin at 1"),
            ("1,", 2..2, "number"),
            ("1-3", 1..2, "\":\""),
            ("x", 0..1, "number"),
            ("4294967296", 0..10, "at most"),
            ("$,1", 1..2, "alone"),
        ] {
            let fault = sequence_set(&mut Cursor::new(text, 0)).expect_err(text);
            assert_eq!(fault.at, at, "{text}");
            assert!(fault.reason.contains(part), "{text}: {}", fault.reason);
        }
        assert_eq!(sequence_set(&mut Cursor::new("$", 0)), Ok(SequenceSet::default()));
    }
}
