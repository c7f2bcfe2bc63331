//! SASLprep (RFC 4013): the one form of a user name or a password that looks the same in several.

use std::fmt;

use stringprep::tables;

/// A string in its one form.
#[derive(Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The form.
    pub text: String,
    /// The first character (from 1) that Unicode 3.2 did not have. A stored string may not hold one (RFC 3454 §7); a query
    /// may, so it is passed on as it is. A server that is strict refuses it (RFC 5802 §2.2).
    pub newer: Option<usize>,
}

/// Why a string has no such form. It tells a place and never the text.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The number of the character, from 1; `None`: the string as a whole.
    pub at: Option<usize>,
    /// What it is.
    pub what: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "character {at} is {}, which SASLprep forbids (RFC 4013 §2.3)", self.what),
            None => write!(f, "it {} (RFC 4013 §2)", self.what),
        }
    }
}

/// The kind of a character that must not be there (RFC 4013 §2.3).
fn prohibited(c: char) -> Option<&'static str> {
    type Kind = (fn(char) -> bool, &'static str);
    let kinds: [Kind; 8] = [
        (tables::ascii_control_character, "a control character"),
        (tables::non_ascii_control_character, "a control character"),
        (tables::private_use, "a character for private use"),
        (tables::non_character_code_point, "no character"),
        (tables::inappropriate_for_plain_text, "a character that is not for plain text"),
        (tables::inappropriate_for_canonical_representation, "a character that describes others"),
        (tables::change_display_properties_or_deprecated, "a character that changes how others are shown"),
        (tables::tagging_character, "a tag"),
    ];
    kinds.into_iter().find(|(is, _)| is(c)).map(|(_, what)| what)
}

/// Brings a string into its one form.
///
/// # Errors
/// Which character is forbidden.
pub fn prepare(text: &str) -> Result<Prepared, Refused> {
    let mut newer = None;
    for (place, c) in text.chars().enumerate() {
        if tables::commonly_mapped_to_nothing(c) || tables::non_ascii_space_character(c) {
            continue;
        }
        if let Some(what) = prohibited(c) {
            return Err(Refused { at: Some(place + 1), what });
        }
        if newer.is_none() && tables::unassigned_code_point(c) {
            newer = Some(place + 1);
        }
    }
    // To Unicode 3.2 a character it did not have is one that nothing combines with: the pieces between are independent.
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(tables::unassigned_code_point).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        // Its only other refusal by now is for mixed directions, which is for the whole.
        let piece = stringprep::saslprep(piece)
            .map_err(|_| Refused { at: None, what: "mixes directions of writing, or becomes what is forbidden" })?;
        out.push_str(&piece);
        let mut characters = behind.chars();
        out.extend(characters.next());
        rest = characters.as_str();
    }
    let turned = out.contains(tables::bidi_r_or_al);
    let ends = out.starts_with(tables::bidi_r_or_al) && out.ends_with(tables::bidi_r_or_al);
    if turned && (out.contains(tables::bidi_l) || !ends) {
        return Err(Refused { at: None, what: "mixes directions of writing" });
    }
    Ok(Prepared { text: out, newer })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples() {
        for (text, expect) in [
            // RFC 4013 §3.
            ("I\u{ad}X", "IX"),
            ("user", "user"),
            ("USER", "USER"),
            ("\u{aa}", "a"),
            ("\u{2168}", "IX"),
            // Spaces, and the two ways to write ë.
            ("a\u{a0}b\u{3000}c", "a b c"),
            ("Zoe\u{308}", "Zo\u{eb}"),
            ("123pass@", "123pass@"),
            ("", ""),
        ] {
            assert_eq!(prepare(text), Ok(Prepared { text: expect.to_owned(), newer: None }), "{text:?}");
        }
    }

    #[test]
    fn what_unicode_3_2_did_not_have_is_passed_on_and_told() {
        let prepared = prepare("Zoe\u{308} trinkt Tee \u{2615}").unwrap();
        assert_eq!(prepared, Prepared { text: "Zo\u{eb} trinkt Tee \u{2615}".to_owned(), newer: Some(17) });
        assert_eq!(prepare("\u{1f600}\u{1f600}a").unwrap().text, "\u{1f600}\u{1f600}a");
    }

    #[test]
    fn refusals_tell_the_place() {
        for (text, expect) in [
            // RFC 4013 §3.
            ("\u{7}", "character 1 is a control character, which SASLprep forbids (RFC 4013 §2.3)"),
            ("\u{627}1", "it mixes directions of writing, or becomes what is forbidden (RFC 4013 §2)"),
            ("ab\u{85}", "character 3 is a control character, which SASLprep forbids (RFC 4013 §2.3)"),
            ("a\u{e000}", "character 2 is a character for private use, which SASLprep forbids (RFC 4013 §2.3)"),
            (
                "ä\u{200e}",
                "character 2 is a character that changes how others are shown, which SASLprep forbids (RFC 4013 §2.3)",
            ),
            ("\u{627}\u{1f600}", "it mixes directions of writing (RFC 4013 §2)"),
        ] {
            assert_eq!(prepare(text).unwrap_err().to_string(), expect, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn preparing_twice_changes_nothing(text in "\\PC{0,20}") {
            if let Ok(once) = prepare(&text) {
                prop_assert_eq!(prepare(&once.text).map(|again| again.text), Ok(once.text));
            }
        }
    }
}
