//! The trees as lines of text.

use super::outline::{Branch, Note, Outline, Twig};
use super::trace::{Check, Evaluation, Found, LOOKUPS, Lookup, Step, StepOutcome, VOIDS};
use crate::protocol::visible::visible;

/// A line of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How far in, from 0.
    pub depth: usize,
    /// What it says; safe to draw.
    pub text: String,
}

impl Evaluation {
    /// The trace: a line for each check, each term that was reached, and each look-up.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut out = Vec::new();
        check(&self.check, 0, &mut out);
        out
    }
}

impl Outline {
    /// The tree: a line for each record, and each of its terms.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut out = Vec::new();
        branch(&self.root, 0, &mut out);
        out
    }
}

fn push(out: &mut Vec<Line>, depth: usize, text: &str) {
    out.push(Line { depth, text: visible(text.as_bytes()).into_owned() });
}

fn check(found: &Check, depth: usize, out: &mut Vec<Line>) {
    let verdict = match &found.verdict {
        Some(verdict) => format!("{}: {}", verdict.result.name(), verdict.says),
        None => "waiting".to_owned(),
    };
    push(out, depth, &format!("{} {verdict}", found.domain));
    for found in &found.steps {
        step(found, depth + 1, out);
    }
}

fn step(found: &Step, depth: usize, out: &mut Vec<Line>) {
    let mut text = format!("{} {}", found.term, outcome(found.outcome));
    if !found.says.is_empty() {
        text.push_str(&format!(", {}", found.says));
    }
    if found.check.is_some() || !found.lookups.is_empty() {
        let spent = found.spent;
        text.push_str(&format!(" [{} of {LOOKUPS}, void {} of {VOIDS}]", spent.lookups, spent.voids));
    }
    push(out, depth, &text);
    for expanded in &found.expanded {
        push(out, depth + 1, &format!("{} is {}", expanded.written, expanded.value));
    }
    for found in &found.lookups {
        lookup(found, depth + 1, out);
    }
    if let Some(below) = &found.check {
        check(below, depth + 1, out);
    }
}

/// What came of a term.
pub(super) fn outcome(outcome: StepOutcome) -> String {
    match outcome {
        StepOutcome::NotReached => "not reached".to_owned(),
        StepOutcome::Waiting => "waiting".to_owned(),
        StepOutcome::NoMatch => "no match".to_owned(),
        StepOutcome::Match(result) => format!("match: {}", result.name()),
        StepOutcome::Redirected => "redirected".to_owned(),
        StepOutcome::Error(result) => result.name().to_owned(),
        StepOutcome::Modifier => "modifier".to_owned(),
    }
}

fn lookup(found: &Lookup, depth: usize, out: &mut Vec<Line>) {
    push(out, depth, &format!("{} {}: {}", found.kind, found.name, answer(&found.found)));
}

/// What came back for a question, not yet safe to draw.
pub(super) fn answer(found: &Found) -> String {
    match found {
        Found::Waiting => "waiting".to_owned(),
        Found::Records(count, shown) if *count > shown.len() => {
            format!("{} and {} more", shown.join(", "), count - shown.len())
        }
        Found::Records(_, shown) => shown.join(", "),
        Found::Void { no_name: true } => "void: no such name".to_owned(),
        Found::Void { no_name: false } => "void: no such record".to_owned(),
        Found::Failed(why) => why.clone(),
    }
}

fn branch(found: &Branch, depth: usize, out: &mut Vec<Line>) {
    let what = match (&found.record, &found.trouble) {
        (Some(_), _) => look_ups(found.lookups),
        (None, Some((result, says))) => format!("{}: {says}", result.name()),
        (None, None) => "waiting".to_owned(),
    };
    push(out, depth, &format!("{} {what}", found.domain));
    for found in &found.twigs {
        twig(found, depth + 1, out);
    }
}

fn twig(found: &Twig, depth: usize, out: &mut Vec<Line>) {
    let mut text = found.term.clone();
    if found.lookups > 0 {
        text.push_str(&format!(" [{}]", found.lookups));
    }
    if let Some(note) = &found.note {
        text.push_str(&format!(" {}", words(note)));
    }
    push(out, depth, &text);
    if let Some(below) = &found.branch {
        branch(below, depth + 1, out);
    }
}

/// `1 look-up`, `7 look-ups`.
pub(super) fn look_ups(count: usize) -> String {
    format!("{count} look-up{}", if count == 1 { "" } else { "s" })
}

/// What is special about a term.
pub(super) fn words(note: &Note) -> String {
    match note {
        Note::Ignored => "never reached".to_owned(),
        Note::Unreadable(why) => format!("cannot be read: {why}"),
        Note::PastLimit => format!("past the limit of {LOOKUPS} look-ups"),
        Note::Loop => "leads back".to_owned(),
        Note::DependsOnSender => "depends on the sender".to_owned(),
        Note::NotOpened => "not followed".to_owned(),
        Note::NoName(why) => format!("cannot be looked up: {why}"),
        Note::NoExchange => "void: no mail exchange".to_owned(),
        Note::Void { v4: true, v6: true } => "void: no address".to_owned(),
        Note::Void { v6: true, .. } => "void for IPv6".to_owned(),
        Note::Void { .. } => "void for IPv4".to_owned(),
        Note::TooManyExchanges(count) => format!("{count} mail exchanges, too many"),
        Note::Failed(why) => why.clone(),
        Note::Waiting => "waiting".to_owned(),
    }
}
