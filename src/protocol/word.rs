//! Words that the arguments of verbs are made of: search keys, status items, options. One table for each kind feeds
//! validation, completion and the reference.

use super::cursor::{Cursor, Fault};

/// A word and what is known of it.
#[derive(Debug)]
pub struct Word {
    /// In upper case, but for flags and events, which have their usual form.
    pub name: &'static str,
    /// What follows it: empty, or the form of its value.
    pub form: &'static str,
    /// What it means, in a few words without a full stop.
    pub summary: &'static str,
    /// Where it is defined: `RFC 8514 §4.3`.
    pub rfc: &'static str,
    /// Any one of these capabilities offers it; empty: it belongs to the protocol itself.
    pub needs: &'static [&'static str],
}

impl Word {
    /// A word of the protocol itself.
    pub(super) const fn row(
        name: &'static str,
        form: &'static str,
        summary: &'static str,
        rfc: &'static str,
        needs: &'static [&'static str],
    ) -> Self {
        Self { name, form, summary, rfc, needs }
    }
}

/// The row with this name, in any case.
#[must_use]
pub fn find(words: &'static [Word], name: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.name.eq_ignore_ascii_case(name))
}

/// The row whose name is at most two slips away from `name`, fewer for short ones.
#[must_use]
pub fn nearest(words: &'static [Word], name: &str) -> Option<&'static Word> {
    let name = name.to_ascii_uppercase();
    // A word of one or two letters is near everything.
    let most = match name.len() {
        0..=2 => return None,
        3 | 4 => 1,
        _ => 2,
    };
    words
        .iter()
        .filter(|word| word.name.len().abs_diff(name.len()) <= most)
        .map(|word| (distance(name.as_bytes(), word.name.to_ascii_uppercase().as_bytes()), word))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, word)| word)
}

/// Edit distance where swapping two neighbours is one slip (optimal string alignment); 99 when the lengths are far apart.
#[must_use]
pub fn distance(a: &[u8], b: &[u8]) -> usize {
    const FAR: usize = 99;
    if a.len().abs_diff(b.len()) > 2 {
        return FAR;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(FAR);
            let mut best = (at(&last, j + 1) + 1).min(at(&row, j) + 1).min(at(&last, j) + usize::from(x != y));
            if i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x) {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        if row.iter().all(|slips| *slips > 2) {
            return FAR;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(FAR)
}

/// Reads a word that must be in the table. `what` names the kind: `a status item like MESSAGES`.
///
/// # Errors
/// None is here; it is unfinished at the end of the line; it is not in the table, with the one that was meant.
pub fn choose(cursor: &mut Cursor<'_>, words: &'static [Word], what: &str) -> Result<&'static Word, Fault> {
    let start = cursor.at();
    match read(cursor, words, what)? {
        Ok(word) => Ok(word),
        Err(typed) => Err(unknown(cursor, start, words, &typed, what)),
    }
}

/// Reads a word of an open list: one that is not in the table is advice, unless it is a slip of one that is.
///
/// # Errors
/// As [`choose`], but for words that resemble none.
pub fn choose_or_other(
    cursor: &mut Cursor<'_>,
    words: &'static [Word],
    what: &str,
) -> Result<Option<&'static Word>, Fault> {
    let start = cursor.at();
    match read(cursor, words, what)? {
        Ok(word) => Ok(Some(word)),
        // What is remarked on no more need not be compared with the table either.
        Err(_) if cursor.is_full() => Ok(None),
        Err(typed) if nearest(words, &typed).is_some() => Err(unknown(cursor, start, words, &typed, what)),
        Err(typed) => {
            cursor.advise(start, format!("{} is not {} that I know", short(&typed), kind(what)));
            Ok(None)
        }
    }
}

/// As much of a word as a reason repeats.
fn short(typed: &str) -> String {
    typed.chars().take(40).collect()
}

/// The row that was typed, or what was typed when there is none.
fn read(cursor: &mut Cursor<'_>, words: &'static [Word], what: &str) -> Result<Result<&'static Word, String>, Fault> {
    let start = cursor.at();
    let typed = cursor.take_while(is_word_char);
    if typed.is_empty() {
        return Err(cursor.expected(what));
    }
    if let Some(word) = find(words, typed) {
        cursor.need(start, word.needs);
        return Ok(Ok(word));
    }
    let begins = |word: &Word| word.name.get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed));
    if cursor.is_end() && words.iter().any(begins) {
        return Err(cursor.expected(&format!("the rest of {}", kind(what))));
    }
    Ok(Err(typed.to_ascii_uppercase()))
}

fn unknown(cursor: &Cursor<'_>, start: usize, words: &'static [Word], typed: &str, what: &str) -> Fault {
    let reason = format!("{} is not {}", short(typed), kind(what));
    cursor.fault_from(
        start,
        match nearest(words, typed) {
            Some(word) => format!("{reason}, did you mean {}", word.name),
            None => reason,
        },
    )
}

/// `a status item` of `a status item like MESSAGES`.
fn kind(what: &str) -> &str {
    what.split_once(" like ").map_or(what, |(kind, _)| kind)
}

/// Characters of the words in the tables; a section or a list begins with another.
const fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '\\' | '=' | ':' | '/' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::verb::Weight;

    static WORDS: &[Word] = &[
        Word::row("MESSAGES", "", "", "", &[]),
        Word::row("UNSEEN", "", "", "", &["X"]),
        Word::row("\\Sent", "", "", "", &[]),
    ];

    #[test]
    fn words_are_found_in_any_case_with_what_they_need() {
        let mut cursor = Cursor::new("unseen)", 0);
        assert_eq!(choose(&mut cursor, WORDS, "an item").unwrap().name, "UNSEEN");
        assert_eq!((cursor.at(), &cursor.needs[0].at, cursor.needs[0].capabilities), (6, &(0..6), &["X"][..]));
        assert_eq!(choose(&mut Cursor::new("\\sent", 0), WORDS, "a flag").unwrap().name, "\\Sent");
    }

    #[test]
    fn wrong_words_say_where_and_what_was_meant() {
        for (text, at, weight, reason) in [
            ("", 0..0, Weight::Incomplete, "expected an item like MESSAGES"),
            ("(", 0..1, Weight::Syntax, "expected an item like MESSAGES"),
            ("MESS", 4..4, Weight::Incomplete, "expected the rest of an item"),
            ("MESAGES", 0..7, Weight::Syntax, "MESAGES is not an item, did you mean MESSAGES"),
            ("un ", 0..2, Weight::Syntax, "UN is not an item"),
        ] {
            let fault = choose(&mut Cursor::new(text, 0), WORDS, "an item like MESSAGES").expect_err(text);
            assert_eq!((fault.at, fault.weight, fault.reason.as_str()), (at, weight, reason), "{text}");
        }
        let mut cursor = Cursor::new("X-OTHER ", 0);
        assert!(choose_or_other(&mut cursor, WORDS, "an item").unwrap().is_none());
        assert_eq!(cursor.remarks[0].reason, "X-OTHER is not an item that I know");
        assert!(choose_or_other(&mut Cursor::new("UNSEN ", 0), WORDS, "an item").is_err());
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in
            [("ELHO", "EHLO", 1), ("EHLO", "EHLO", 0), ("HLO", "EHLO", 1), ("MIAL", "MAIL", 1), ("X", "EHLO", 99)]
        {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), slips, "{a} {b}");
        }
    }
}
