//! The tables of `assets/meanings`, which are read by people and edited by translators.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::protocol::endpoint::Protocol;

const SMTP: &str = include_str!("../../../assets/meanings/smtp.txt");
const ENHANCED: &str = include_str!("../../../assets/meanings/enhanced.txt");
const IMAP: &str = include_str!("../../../assets/meanings/imap.txt");
const POP3: &str = include_str!("../../../assets/meanings/pop3.txt");
const PHRASES: &str = include_str!("../../../assets/meanings/phrases.txt");
const CAPABILITIES: &str = include_str!("../../../assets/meanings/capabilities.txt");

/// A table of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Basic SMTP codes: three digits; one digit is a class.
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

/// The keywords that servers offer.
pub fn offers() -> impl Iterator<Item = Offer> {
    columns(CAPABILITIES).map(|[protocol, keyword, rfc, says]| Offer { keyword, protocol, rfc, says })
}

/// All phrases, the longest first.
pub fn phrases() -> impl Iterator<Item = &'static Phrase> {
    KNOWN.iter().map(|known| &known.phrase)
}

/// The longest of the wanted phrases within `text`, which must be in lower case. One walk over the text: at each place
/// only the phrases that begin with the two octets there are compared.
pub(super) fn phrase_in(text: &str, wanted: impl Fn(&Phrase) -> bool) -> Option<&'static Phrase> {
    let mut best: Option<&'static Known> = None;
    for (at, pair) in text.as_bytes().windows(2).enumerate() {
        let Some(places) = BEGINNINGS.get(pair) else { continue };
        for known in places.iter().filter_map(|place| KNOWN.get(*place)) {
            let longer = best.is_none_or(|best| known.lower.len() > best.lower.len());
            if longer && stands_at(text.as_bytes(), at, known.lower.as_bytes()) && wanted(&known.phrase) {
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

/// Whether `phrase` is at this place of `text`, a number at its begin or end being a whole one.
fn stands_at(text: &[u8], at: usize, phrase: &[u8]) -> bool {
    if !text.get(at..).is_some_and(|rest| rest.starts_with(phrase)) {
        return false;
    }
    let number = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let begins = number(phrase.first()) && (number(before) || before == Some(&b'.'));
    let ends = number(phrase.last()) && number(text.get(at + phrase.len()));
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
        for (table, least) in [(Table::Smtp, 55), (Table::Enhanced, 95), (Table::Imap, 70), (Table::Pop3, 9)] {
            let lines = lines(table.name(), table.text(), 4);
            for (columns, place) in &lines {
                assert!(is_source(columns[1]), "{place}");
                let code = columns[0];
                let form = match table {
                    Table::Smtp => code.bytes().all(|b| b.is_ascii_digit()) && matches!(code.len(), 1 | 3),
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
            assert!(lines.len() >= least, "{}: {}", table.name(), lines.len());
            assert_eq!(table.rows().count(), lines.len(), "{}", table.name());
        }
    }

    #[test]
    fn every_line_of_the_phrases_is_well_formed_and_can_win() {
        let lines = lines("phrases", PHRASES, 6);
        assert!(lines.len() >= 200, "{}", lines.len());
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
        assert!(count >= 100, "{count}");
    }

    #[test]
    fn the_whole_registry_of_enhanced_codes_is_there() {
        for (rfc, codes) in [
            ("RFC 3463 §3.1", "0.0"),
            ("RFC 3463 §3.2", "1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8"),
            ("RFC 3463 §3.3", "2.0 2.1 2.2 2.3 2.4"),
            ("RFC 3463 §3.4", "3.0 3.1 3.2 3.3 3.4 3.5"),
            ("RFC 3463 §3.5", "4.0 4.1 4.2 4.3 4.4 4.5 4.6 4.7"),
            ("RFC 3463 §3.6", "5.0 5.1 5.2 5.3 5.4 5.5"),
            ("RFC 3463 §3.7", "6.0 6.1 6.2 6.3 6.4 6.5"),
            ("RFC 3463 §3.8", "7.0 7.1 7.2 7.3 7.4 7.5 7.6 7.7"),
            ("RFC 5248", "1.9 7.10 7.13 7.14"),
            ("RFC 4468", "6.6"),
            ("RFC 4954", "5.6 7.8 7.9 7.11 7.12"),
            ("RFC 6531", "6.7 6.8 6.9 6.10"),
            ("RFC 6710", "3.6 7.15 7.16"),
            ("RFC 7293", "7.17 7.18 7.19"),
            ("RFC 7372", "7.20 7.21 7.22 7.23 7.24 7.25 7.26"),
            ("RFC 7505", "1.10 7.27"),
            ("IANA", "7.28"),
            ("RFC 8617", "7.29"),
            ("RFC 8689", "7.30"),
        ] {
            for code in codes.split(' ') {
                let row = Table::Enhanced.find(&format!("X.{code}")).unwrap_or_else(|| panic!("X.{code} of {rfc}"));
                assert!(row.rfc.starts_with(rfc), "X.{code}: {} is not {rfc}", row.rfc);
            }
        }
    }

    #[test]
    fn the_codes_of_the_protocols_are_there() {
        for (table, source, codes) in [
            (
                Table::Smtp,
                "RFC 5321",
                "211 214 220 221 250 251 252 354 421 450 451 452 455 500 501 502 503 504 550 551 552 553 554 555",
            ),
            (Table::Smtp, "RFC 4954", "235 334 432 454 530 534 535 538"),
            (Table::Smtp, "RFC 7504", "521 556"),
            (Table::Smtp, "RFC 1985", "253 458 459"),
            (Table::Smtp, "RFC 5248", "523 524 525"),
            (
                Table::Imap,
                "RFC 9051",
                "ALERT ALREADYEXISTS APPENDUID AUTHENTICATIONFAILED AUTHORIZATIONFAILED BADCHARSET CANNOT CAPABILITY \
                 CLIENTBUG CLOSED CONTACTADMIN COPYUID CORRUPTION EXPIRED EXPUNGEISSUED HASCHILDREN INUSE LIMIT \
                 NONEXISTENT NOPERM NOTSAVED OVERQUOTA PARSE PERMANENTFLAGS PRIVACYREQUIRED READ-ONLY READ-WRITE \
                 SERVERBUG TRYCREATE UIDNEXT UIDNOTSTICKY UIDVALIDITY UNAVAILABLE UNKNOWN-CTE OK NO BAD BYE PREAUTH +",
            ),
            (Table::Imap, "RFC 7162", "HIGHESTMODSEQ NOMODSEQ MODIFIED"),
            (Table::Imap, "RFC 5259", "TEMPFAIL MAXCONVERTMESSAGES MAXCONVERTPARTS"),
            (Table::Imap, "RFC 5465", "NOTIFICATIONOVERFLOW BADEVENT"),
            (Table::Imap, "RFC 4469", "BADURL TOOBIG"),
            (Table::Imap, "", "REFERRAL NEWNAME UNSEEN URLMECH COMPRESSIONACTIVE BADCOMPARATOR ANNOTATIONS NOUPDATE"),
            (
                Table::Imap,
                "",
                "UNDEFINED-FILTER USEATTR MAILBOXID METADATA DOWNGRADED INPROGRESS UIDREQUIRED MESSAGELIMIT",
            ),
            (Table::Pop3, "RFC 2449", "LOGIN-DELAY IN-USE"),
            (Table::Pop3, "RFC 3206", "SYS/TEMP SYS/PERM AUTH"),
            (Table::Pop3, "RFC 6856", "UTF8"),
            (Table::Pop3, "RFC 1939", "+OK -ERR"),
        ] {
            for code in codes.split_ascii_whitespace() {
                let row = table.find(code).unwrap_or_else(|| panic!("{code} of {source}"));
                assert!(row.rfc.starts_with(source), "{code}: {} is not {source}", row.rfc);
            }
        }
    }

    #[test]
    fn a_number_in_a_phrase_is_a_whole_one() {
        for (text, phrase, expect) in [
            ("550 5.7.57 no", "5.7.57", true),
            ("550 5.7.570 no", "5.7.57", false),
            ("550 15.7.57 no", "5.7.57", false),
            ("550 1.5.7.57 no", "5.7.57", false),
            ("550 5.7.570 no, 5.7.57", "5.7.57", true),
            ("5.7.57", "5.7.57", true),
            ("relaying denied", "relaying", true),
            ("", "x", false),
        ] {
            let found = (0..=text.len()).any(|at| stands_at(text.as_bytes(), at, phrase.as_bytes()));
            assert_eq!(found, expect, "{text} {phrase}");
        }
    }
}
