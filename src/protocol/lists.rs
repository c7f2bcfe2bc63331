//! What the RFCs list, against the tables: each RFC names its verbs and words, with right and wrong forms.
//!
//! Both directions hold: every row of a table is in the list of exactly one RFC, and every name in a list has a row.
//! Every verb has a right and a wrong line in the list that names it, and so has every word that takes a value; and
//! what needs an extension says so when exactly that extension is not offered.

use std::collections::BTreeSet;
use std::ops::Range;

use super::capability::{Capabilities, Capability};
use super::command::{Reading, check};
use super::endpoint::Protocol;
use super::progress::Progress;
use super::verb::{Context, Fault, Phase, Weight, find_verb, verbs};

/// A verb, the phases in which it is legal, and the capability that offers it.
pub(super) type VerbOf = (&'static str, &'static [Phase], Option<&'static str>);

/// A line, where its worst fault is, how much it weighs, and a part of the reason.
pub(super) type Wrong = (Phase, &'static str, Range<usize>, Weight, &'static str);

/// What one RFC (or a part of a large one) lists.
pub(super) struct Rfc {
    pub(super) name: &'static str,
    pub(super) verbs: &'static [VerbOf],
    /// Kinds of words, each with its words.
    pub(super) words: &'static [(&'static str, &'static [&'static str])],
    /// What was enabled before.
    pub(super) enabled: &'static str,
    /// Whether TLS is on.
    pub(super) tls: bool,
    /// Whether someone is logged in.
    pub(super) authenticated: bool,
    pub(super) right: &'static [(Phase, &'static [&'static str])],
    pub(super) wrong: &'static [Wrong],
}

/// An RFC that lists nothing yet: for `..NONE`.
pub(super) const NONE: Rfc =
    Rfc { name: "", verbs: &[], words: &[], enabled: "", tls: false, authenticated: false, right: &[], wrong: &[] };

/// A word of a table, as the lists see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) takes_value: bool,
    pub(super) needs: &'static [&'static str],
}

/// A protocol, its lists and its tables.
pub(super) struct Lists {
    pub(super) protocol: Protocol,
    pub(super) rfcs: Vec<&'static Rfc>,
    /// Kind and words.
    pub(super) tables: Vec<(&'static str, Vec<Row>)>,
    /// Everything a server could offer.
    pub(super) offers: &'static [&'static str],
}

impl Rfc {
    fn right_lines(&self) -> impl Iterator<Item = (Phase, &'static str)> {
        self.right.iter().flat_map(|(phase, lines)| lines.iter().map(move |line| (*phase, *line)))
    }

    fn read(&self, protocol: Protocol, phase: Phase, line: &str, capabilities: &Capabilities) -> Reading {
        let mut progress = Progress::new();
        progress.enable(self.enabled.as_bytes());
        progress.user_named = true;
        let protocol = if line.starts_with("LHLO") { Protocol::Lmtp } else { protocol };
        let Self { tls, authenticated, .. } = *self;
        check(
            line,
            &Context {
                tls,
                authenticated,
                progress: &progress,
                timestamp: true,
                ..Context::new(protocol, phase, capabilities)
            },
        )
    }
}

fn heard<'a>(lines: impl IntoIterator<Item = &'a str>) -> Capabilities {
    let mut out = Capabilities::heard();
    for line in lines {
        out.push(Capability::read(line.as_bytes()).expect("a capability"));
    }
    out
}

/// Whether `word` stands in `line` and is not a part of a longer one.
fn holds(line: &str, word: &str) -> bool {
    let (line, word) = (line.to_ascii_uppercase(), word.trim_end_matches(']').to_ascii_uppercase());
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    let single = word.len() == 1;
    line.match_indices(&word).any(|(at, found)| {
        let before = line[..at].chars().next_back();
        let after = line[at + found.len()..].chars().next();
        // Rights are letters in a row.
        single || (!letter(before) || word.starts_with(['+', '-'])) && (!letter(after) || word.ends_with('['))
    })
}

impl Lists {
    /// Every rule of the lists.
    pub(super) fn hold(&self) {
        self.right_lines_have_no_fault();
        self.wrong_lines_say_where_and_why();
        self.verbs_and_rows_are_the_same();
        self.words_and_rows_are_the_same();
        self.every_row_has_right_and_wrong_forms();
        self.what_is_needed_is_said();
    }

    /// Neither when nothing is known of the server, nor when it offers everything.
    fn right_lines_have_no_fault(&self) {
        let all = heard(self.offers.iter().copied());
        let mut unlike = Vec::new();
        for rfc in &self.rfcs {
            for (phase, line) in rfc.right_lines() {
                for offers in [&Capabilities::unheard(), &all] {
                    let faults = rfc.read(self.protocol, phase, line, offers).faults;
                    if !faults.is_empty() {
                        unlike.push(format!("{}: {phase:?} {line}\n    {faults:?}", rfc.name));
                    }
                }
            }
        }
        assert!(unlike.is_empty(), "right lines with faults:\n{}", unlike.join("\n"));
    }

    fn wrong_lines_say_where_and_why(&self) {
        let mut unlike = Vec::new();
        for rfc in &self.rfcs {
            for (phase, line, at, weight, part) in rfc.wrong {
                let reading = rfc.read(self.protocol, *phase, line, &Capabilities::unheard());
                let said = |worst: &Fault| worst.at == *at && worst.weight == *weight && worst.reason.contains(part);
                if !reading.worst().is_some_and(said) || reading.is_sendable() != (*weight == Weight::Advice) {
                    let wanted = format!("{at:?} {weight:?} {part}");
                    unlike.push(format!("{}: {line}\n    {:?}\n    not {wanted}", rfc.name, reading.faults));
                }
            }
        }
        assert!(unlike.is_empty(), "wrong lines that say something else:\n{}", unlike.join("\n"));
    }

    fn verbs_and_rows_are_the_same(&self) {
        let mut listed: Vec<VerbOf> = self.rfcs.iter().flat_map(|rfc| rfc.verbs).copied().collect();
        let mut rows: Vec<VerbOf> = verbs(self.protocol).iter().map(|v| (v.name, v.phases, v.capability)).collect();
        listed.sort_by_key(|verb| verb.0);
        rows.sort_by_key(|verb| verb.0);
        for (listed, row) in listed.iter().zip(&rows) {
            assert_eq!(listed, row, "the lists and the table of {} differ", self.protocol);
        }
        assert_eq!(listed.len(), rows.len(), "{:?} {:?}", listed.last(), rows.last());
    }

    fn words_and_rows_are_the_same(&self) {
        for (kind, rows) in &self.tables {
            let mut listed: Vec<&str> = self.rfcs.iter().flat_map(|rfc| words_of(rfc, kind)).copied().collect();
            let mut rows: Vec<&str> = rows.iter().map(|row| row.name).collect();
            listed.sort_unstable();
            rows.sort_unstable();
            assert_eq!(listed, rows, "{kind}");
        }
        let known: BTreeSet<&str> = self.tables.iter().map(|(kind, _)| *kind).collect();
        for rfc in &self.rfcs {
            for (kind, _) in rfc.words {
                assert!(known.contains(kind), "{}: there is no table of the kind {kind}", rfc.name);
            }
        }
    }

    /// Each in the list that names it.
    fn every_row_has_right_and_wrong_forms(&self) {
        let is = |line: &str, name: &str| {
            let protocol = if name == "LHLO" { Protocol::Lmtp } else { self.protocol };
            find_verb(protocol, line).is_some_and(|(verb, _)| verb.name == name)
        };
        for rfc in &self.rfcs {
            for (name, ..) in rfc.verbs {
                assert!(rfc.right_lines().any(|(_, line)| is(line, name)), "{}: no right line of {name}", rfc.name);
                assert!(rfc.wrong.iter().any(|wrong| is(wrong.1, name)), "{}: no wrong line of {name}", rfc.name);
            }
            for (kind, words) in rfc.words {
                for row in self.rows(kind).iter().filter(|row| words.contains(&row.name)) {
                    let name = row.name;
                    assert!(rfc.right_lines().any(|(_, line)| holds(line, name)), "{}: no right {name}", rfc.name);
                    let wrong = !row.takes_value || rfc.wrong.iter().any(|wrong| holds(wrong.1, name));
                    assert!(wrong, "{}: no wrong line with the {kind} {name}", rfc.name);
                }
            }
        }
    }

    /// A server that offers everything but what is needed is named with the place.
    fn what_is_needed_is_said(&self) {
        for rfc in &self.rfcs {
            let needing = rfc.verbs.iter().filter_map(|(name, _, offer)| Some((*name, [(*offer)?].to_vec())));
            let words = rfc.words.iter().flat_map(|(kind, words)| {
                let of = move |row: &&Row| words.contains(&row.name) && !row.needs.is_empty();
                self.rows(kind).iter().filter(of).map(|row| (row.name, row.needs.to_vec()))
            });
            for (name, needs) in needing.chain(words) {
                let offers = self.all_but(&needs);
                let said = rfc.right_lines().filter(|(_, line)| holds(line, name)).any(|(phase, line)| {
                    let reading = rfc.read(self.protocol, phase, line, &offers);
                    reading.faults.iter().any(|fault| {
                        let named = needs.iter().all(|need| fault.reason.contains(need));
                        named && fault.weight == Weight::Advice && !fault.at.is_empty()
                    })
                });
                assert!(said, "{}: {name} does not say that it needs {needs:?}", rfc.name);
            }
        }
    }

    fn rows(&self, kind: &str) -> &[Row] {
        self.tables.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, rows)| rows)
    }

    /// Every offer but these, and but those that imply them.
    fn all_but(&self, needs: &[&str]) -> Capabilities {
        const IMPLYING: [(&str, &str); 3] =
            [("METADATA", "METADATA-SERVER"), ("CONDSTORE", "QRESYNC"), ("UTF8=ACCEPT", "UTF8=ONLY")];
        let gone = |offer: &str| {
            let keyword = offer.split(' ').next().unwrap_or("").to_ascii_uppercase();
            // Much of what is an extension of IMAP4rev1 is part of IMAP4rev2, and the other way round.
            let revised = keyword == "IMAP4REV2" && !needs.contains(&"IMAP4REV1");
            revised
                || needs.iter().any(|need| {
                    let implied = IMPLYING.iter().any(|(of, by)| of == need && *by == keyword);
                    implied || keyword == *need || keyword.strip_prefix(need).is_some_and(|rest| rest.starts_with('='))
                })
        };
        heard(self.offers.iter().copied().filter(|offer| !gone(offer)))
    }
}

fn words_of<'a>(rfc: &'a Rfc, kind: &'a str) -> impl Iterator<Item = &'static &'static str> + 'a {
    rfc.words.iter().filter(move |(of, _)| *of == kind).flat_map(|(_, words)| words.iter())
}
