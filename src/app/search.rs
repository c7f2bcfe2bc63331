//! The search in the octets of a transcript.

/// A text that is looked for in octets as they came, in any case of its ASCII letters: a transcript has millions of
/// lines, and making text of each would take seconds.
pub(super) struct Wanted<'a> {
    text: &'a [u8],
    /// Where the octet stands that is looked for first, and its two cases.
    rare: usize,
    cases: (u8, u8),
}

impl<'a> Wanted<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        // Letters that are everywhere in protocols and text are looked for last.
        let common = |octet: &u8| b" eotainsrlhdcmu.-0125".iter().rev().position(|c| *c == octet.to_ascii_lowercase());
        let rare = text.iter().enumerate().min_by_key(|(_, octet)| common(octet).map_or(0, |place| place + 1));
        let (rare, octet) = rare.map_or((0, 0), |(place, octet)| (place, *octet));
        Self { text, rare, cases: (octet.to_ascii_lowercase(), octet.to_ascii_uppercase()) }
    }

    pub(super) fn is_in(&self, octets: &[u8]) -> bool {
        let starts = octets.len().saturating_sub(self.text.len() - self.rare.min(self.text.len()));
        if octets.len() < self.text.len() {
            return false;
        }
        let window = octets.get(self.rare..=starts).unwrap_or(b"");
        memchr::memchr2_iter(self.cases.0, self.cases.1, window)
            .any(|at| octets.get(at..at + self.text.len()).is_some_and(|piece| piece.eq_ignore_ascii_case(self.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_searched_in_any_case() {
        for (text, octets, found) in [
            ("starttls", &b"250-STARTTLS"[..], true),
            ("STARTtls", b"250 starttls", true),
            ("x", b"", false),
            ("x", b"X", true),
            ("xy", b"x", false),
            ("xyx", b"xyxyx", true),
            ("aab", b"aaab", true),
            ("eee", b"ee", false),
            ("e x", b"e  x e x", true),
            ("250", b"\xff\xfe250", true),
            ("gr\u{fc}\u{df}e", "GR\u{fc}\u{df}E".as_bytes(), true),
            ("q", b"250 ok", false),
            ("ok", b"250 ok", true),
            ("ok!", b"250 ok", false),
        ] {
            assert_eq!(Wanted::new(text).is_in(octets), found, "{text:?} in {octets:?}");
        }
    }

    #[test]
    fn every_place_is_found_wherever_it_stands() {
        let line = b"* 12 FETCH (FLAGS (\\Seen) UID 7)";
        for from in 0..line.len() {
            for to in from + 1..=line.len() {
                let text = std::str::from_utf8(&line[from..to]).unwrap().to_lowercase();
                assert!(Wanted::new(&text).is_in(line), "{text:?}");
            }
        }
    }
}
