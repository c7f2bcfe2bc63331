//! The tables of `assets/meanings`, which are read by people and edited by translators.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::protocol::endpoint::Protocol;

const SMTP: &str = include_str!("../../../assets/meanings/smtp.txt");
const ENHANCED: &str = include_str!("../../../assets/meanings/enhanced.txt");
const IMAP: &str = include_str!("../../../assets/meanings/imap.txt");
const POP3: &str = include_str!("../../../assets/meanings/pop3.txt");
const PHRASES: &str = include_str!("../../../assets/meanings/phrases.txt");
const CIRCUMSTANCES: &str = include_str!("../../../assets/meanings/circumstances.txt");
const CAPABILITIES: &str = include_str!("../../../assets/meanings/capabilities.txt");

/// A table of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Basic SMTP codes: three digits; `5` for a class, `X5` for a second digit.
    Smtp,
    /// Enhanced status codes (RFC 3463): `X.7.8`, `4.7.1`, and `X.7` for a subject.
    Enhanced,
    /// IMAP response codes and statuses.
    Imap,
    /// POP3 response codes and statuses.
    Pop3,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Smtp, Self::Enhanced, Self::Imap, Self::Pop3];

    /// What its rows are.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "SMTP reply code",
            Self::Enhanced => "enhanced status code",
            Self::Imap => "IMAP response code",
            Self::Pop3 => "POP3 response code",
        }
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Smtp => SMTP,
            Self::Enhanced => ENHANCED,
            Self::Imap => IMAP,
            Self::Pop3 => POP3,
        }
    }

    /// Its rows, in their order.
    pub fn rows(self) -> impl Iterator<Item = Row> {
        columns(self.text()).map(|[code, rfc, says, next]| Row { code, rfc, says, next })
    }

    /// The row of this code, in any case.
    #[must_use]
    pub fn find(self, code: &str) -> Option<Row> {
        self.rows().find(|row| row.code.eq_ignore_ascii_case(code))
    }
}

/// What one code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// As it stands in the table.
    pub code: &'static str,
    /// The paragraph that defines it, or `in use`.
    pub rfc: &'static str,
    /// What it means, without a full stop.
    pub says: &'static str,
    /// Who acts, and what is the next step.
    pub next: &'static str,
}

/// What a program or a provider says in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The piece of text that is looked for.
    pub text: &'static str,
    /// Whose words they are.
    pub whose: &'static str,
    /// What it means, without a full stop.
    pub says: &'static str,
    /// The most likely causes.
    pub causes: &'static str,
    /// Who must act.
    pub who: &'static str,
    /// The next step.
    pub next: &'static str,
}

impl Phrase {
    /// Whether servers of many kinds say so: the table has `many` or `others` for whose words they are.
    #[must_use]
    pub fn is_common(&self) -> bool {
        self.whose.split([' ', ',']).any(|word| matches!(word, "many" | "others"))
    }
}

/// A keyword of a capability list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// In upper case.
    pub keyword: &'static str,
    /// `SMTP`, `IMAP` or `POP3`.
    pub protocol: &'static str,
    /// Where it is defined: an RFC, or the server that has it.
    pub rfc: &'static str,
    /// What it allows, without a full stop.
    pub says: &'static str,
}

impl Offer {
    /// Whether servers of this protocol offer it. LMTP's are SMTP's.
    #[must_use]
    pub fn is_of(&self, protocol: Protocol) -> bool {
        let name = if protocol.is_smtp() { "smtp" } else { protocol.name() };
        self.protocol.eq_ignore_ascii_case(name)
    }
}

/// What a refusal means in this circumstance: `SMTP *`, `POP3 USER`.
pub(super) fn circumstance(key: &str) -> Option<Row> {
    columns(CIRCUMSTANCES).map(|[code, rfc, says, next]| Row { code, rfc, says, next }).find(|row| row.code == key)
}

/// The keywords that servers offer.
pub fn offers() -> impl Iterator<Item = Offer> {
    columns(CAPABILITIES).map(|[protocol, keyword, rfc, says]| Offer { keyword, protocol, rfc, says })
}

/// All phrases, the longest first.
pub fn phrases() -> impl Iterator<Item = &'static Phrase> {
    KNOWN.iter().map(|known| &known.phrase)
}

/// The best of the wanted phrases within `text`, which must be in lower case: one that few say before one that many say,
/// then the longest. One walk over the text: at each place only the phrases that begin with the two octets there are
/// compared.
pub(super) fn phrase_in(text: &str, wanted: impl Fn(&Phrase) -> bool) -> Option<&'static Phrase> {
    let mut best: Option<&'static Known> = None;
    for (at, pair) in text.as_bytes().windows(2).enumerate() {
        let Some(places) = BEGINNINGS.get(pair) else { continue };
        for known in places.iter().filter_map(|place| KNOWN.get(*place)) {
            let better = best.is_none_or(|best| known.rank() > best.rank());
            if better && stands_at(text.as_bytes(), at, known.lower.as_bytes()) && wanted(&known.phrase) {
                best = Some(known);
            }
        }
    }
    best.map(|known| &known.phrase)
}

/// The first two octets of phrases, and where in [`KNOWN`] they are.
static BEGINNINGS: LazyLock<HashMap<Vec<u8>, Vec<usize>>> = LazyLock::new(|| {
    let mut out: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    for (place, known) in KNOWN.iter().enumerate() {
        let pair = known.lower.bytes().take(2).collect();
        out.entry(pair).or_default().push(place);
    }
    out
});

/// A phrase and its text in lower case.
struct Known {
    phrase: Phrase,
    lower: String,
}

impl Known {
    /// The more it tells, the higher.
    fn rank(&self) -> (bool, usize) {
        (!self.phrase.is_common(), self.lower.len())
    }
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut out: Vec<Known> = columns(PHRASES)
        .map(|[text, whose, says, causes, who, next]| Known {
            phrase: Phrase { text, whose, says, causes, who, next },
            lower: text.to_ascii_lowercase(),
        })
        .collect();
    out.sort_by_key(|known| std::cmp::Reverse(known.lower.len()));
    out
});

/// Whether `phrase` is at this place of `text`, a word or a number at its begin or end being a whole one.
fn stands_at(text: &[u8], at: usize, phrase: &[u8]) -> bool {
    if !text.get(at..).is_some_and(|rest| rest.starts_with(phrase)) {
        return false;
    }
    let word = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let number = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let begins = word(phrase.first()) && (word(before) || number(phrase.first()) && before == Some(&b'.'));
    let ends = word(phrase.last()) && word(text.get(at + phrase.len()));
    !begins && !ends
}

/// The lines of a table with as many columns as are asked for; comments and what is malformed are left out.
pub(in crate::diagnosis) fn columns<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut out = [""; N];
        let mut parts = line.split('\t');
        for place in &mut out {
            *place = parts.next()?;
        }
        parts.next().is_none().then_some(out)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Every line of a table, with its place for messages.
    fn lines(name: &str, table: &'static str, wide: usize) -> Vec<(Vec<&'static str>, String)> {
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for (number, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let place = format!("{name}.txt line {}: {line}", number + 1);
            assert_eq!(columns.len(), wide, "{place}");
            assert!(columns.iter().all(|c| !c.is_empty() && c.trim() == *c && !c.ends_with('.')), "{place}");
            assert!(columns.iter().all(|c| !c.chars().any(char::is_control) && !c.contains("  ")), "{place}");
            assert!(seen.insert(columns[0].to_ascii_uppercase()), "{place}: a second time");
            out.push((columns, place));
        }
        out
    }

    fn is_source(rfc: &str) -> bool {
        rfc == "in use"
            || rfc == "IANA registry"
            || rfc.split(", ").all(|one| {
                let Some(rest) = one.strip_prefix("RFC ") else { return false };
                let (number, paragraph) = rest.split_once(" §").unwrap_or((rest, "1"));
                number.parse::<u16>().is_ok()
                    && paragraph.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            })
    }

    #[test]
    fn every_line_of_the_code_tables_is_well_formed_and_unique() {
        for table in Table::ALL {
            let lines = lines(table.name(), table.text(), 4);
            for (columns, place) in &lines {
                assert!(is_source(columns[1]), "{place}");
                let code = columns[0];
                let form = match table {
                    Table::Smtp => {
                        let digits = code.strip_prefix('X').unwrap_or(code);
                        digits.bytes().all(|b| b.is_ascii_digit())
                            && matches!((code.len(), digits.len()), (1 | 3, _) | (2, 1))
                    }
                    Table::Enhanced => {
                        let mut parts = code.split('.');
                        matches!(parts.next(), Some("X" | "2" | "4" | "5"))
                            && parts.clone().all(|part| part.parse::<u16>().is_ok_and(|n| n.to_string() == part))
                            && matches!(parts.count(), 1 | 2)
                    }
                    _ => code == code.to_ascii_uppercase(),
                };
                assert!(form, "{place}");
            }
            assert_eq!(table.rows().count(), lines.len(), "{}", table.name());
        }
    }

    #[test]
    fn every_line_of_the_phrases_is_well_formed_and_can_win() {
        lines("circumstances", CIRCUMSTANCES, 4);
        let lines = lines("phrases", PHRASES, 6);
        assert_eq!(phrases().count(), lines.len());
        for (columns, place) in &lines {
            assert!(columns[0].is_ascii() && columns[0].len() >= 5, "{place}");
            let found = phrase_in(&columns[0].to_ascii_lowercase(), |_| true).map(|phrase| phrase.text);
            assert_eq!(found, Some(columns[0]), "{place}");
        }
        let lengths: Vec<usize> = phrases().map(|phrase| phrase.text.len()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] >= pair[1]));
    }

    #[test]
    fn every_line_of_the_offers_is_well_formed() {
        let mut seen = HashSet::new();
        let mut count = 0;
        for offer in offers() {
            count += 1;
            assert!(seen.insert((offer.keyword, offer.protocol)), "{}", offer.keyword);
            assert_eq!(offer.keyword, offer.keyword.to_ascii_uppercase());
            assert!(!offer.rfc.is_empty(), "{}", offer.keyword);
            assert!(["SMTP", "IMAP", "POP3"].contains(&offer.protocol), "{}", offer.keyword);
            assert!(!offer.says.is_empty() && !offer.says.ends_with('.'), "{}", offer.keyword);
        }
        assert_eq!(count, CAPABILITIES.lines().filter(|line| !line.starts_with('#')).count());
    }

    #[test]
    fn a_word_or_a_number_at_an_end_of_a_phrase_is_a_whole_one() {
        for (text, phrase, expect) in [
            ("550 5.7.57 no", "5.7.57", true),
            ("550 5.7.570 no", "5.7.57", false),
            ("550 15.7.57 no", "5.7.57", false),
            ("550 1.5.7.57 no", "5.7.57", false),
            ("550 5.7.570 no, 5.7.57", "5.7.57", true),
            ("5.7.57", "5.7.57", true),
            ("relaying denied", "relaying", true),
            ("relaying denied", "relay", false),
            ("superuser unknown", "user unknown", false),
            ("super-user unknown.", "user unknown", true),
            ("[ts01]x", "[ts01]", true),
            ("", "x", false),
        ] {
            let found = (0..=text.len()).any(|at| stands_at(text.as_bytes(), at, phrase.as_bytes()));
            assert_eq!(found, expect, "{text} {phrase}");
        }
    }
}
