//! What the record leads to: how much is looked up, and what is not there.

use super::{Notes, few};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::spf::outline::{Branch, Note, Outline, Twig};
use crate::diagnosis::spf::trace::{LOOKUPS, NAMES, SpfResult, VOIDS};
use crate::protocol::visible::visible;

/// Judges the tree.
pub(super) fn judge(notes: &mut Notes, outline: &Outline) {
    let mut twigs = Vec::new();
    gather(&outline.root, &mut twigs);
    cost(notes, outline);
    void(notes, &twigs);
    let odd = twigs.iter().filter(|(_, twig)| is_odd(twig)).collect();
    few(odd, |(branch, twig), tail| trouble(notes, outline, branch, twig, tail));
}

/// Every term of the tree with the record it stands in.
fn gather<'a>(branch: &'a Branch, out: &mut Vec<(&'a Branch, &'a Twig)>) {
    for twig in &branch.twigs {
        out.push((branch, twig));
        if let Some(below) = &twig.branch {
            gather(below, out);
        }
    }
}

fn cost(notes: &mut Notes, outline: &Outline) {
    let mut dear: Vec<&Twig> = outline.root.twigs.iter().filter(|twig| twig.lookups > 1).collect();
    dear.sort_by_key(|twig| std::cmp::Reverse(twig.lookups));
    let dear: Vec<String> =
        dear.iter().take(3).map(|twig| format!("{} costs {}", shown(&twig.term), twig.lookups)).collect();
    let dear = if dear.is_empty() { String::new() } else { format!("; {}", dear.join(", ")) };
    let at_least = if outline.at_least { "at least " } else { "" };
    if outline.lookups > LOOKUPS {
        let says = format!(
            "the record takes {at_least}{} look-ups, and receivers stop after {LOOKUPS} (permerror): senders that no \
             earlier term names are refused with it{dear}",
            outline.lookups
        );
        let next = "take out services that no longer send, name hosts by ip4: and ip6:, or give a service a subdomain";
        notes.add(Severity::Fault, None, says, next);
    } else if outline.lookups + 1 >= LOOKUPS {
        let says = format!("the record takes {at_least}{} of {LOOKUPS} look-ups{dear}", outline.lookups);
        notes.add(Severity::Note, None, says, "make room before the next service is added");
    }
}

/// Names that are not there: those for everybody one by one, those for one family when they are too many.
fn void(notes: &mut Notes, twigs: &[(&Branch, &Twig)]) {
    let both = |twig: &Twig| matches!(twig.note, Some(Note::NoExchange | Note::Void { v4: true, v6: true }));
    let all: Vec<_> = twigs.iter().filter(|(_, twig)| both(twig)).collect();
    let count = all.len();
    let severity = if count > VOIDS { Severity::Fault } else { Severity::Warning };
    few(all, |(branch, twig), tail| {
        let missing = if twig.note == Some(Note::NoExchange) { "has no MX record" } else { "has no address" };
        let effect = if count > VOIDS {
            format!(
                "{count} terms of this kind make receivers refuse the record (permerror), for at most {VOIDS} may be void"
            )
        } else {
            format!("it names nobody, and is one of the {VOIDS} void look-ups that receivers bear")
        };
        let target = twig.target.as_deref().unwrap_or_default();
        let says = format!("{}: {} {missing}: {effect}{tail}", place(notes, branch, twig), visible(target.as_bytes()));
        notes.add(severity, own(notes, branch, twig), says, "take the term out, or publish what it looks for");
    });
    for (family, kind, is_void) in [
        ("IPv6", "AAAA", (|note| matches!(note, Note::NoExchange | Note::Void { v6: true, .. })) as fn(&Note) -> bool),
        ("IPv4", "A", |note| matches!(note, Note::NoExchange | Note::Void { v4: true, .. })),
    ] {
        let found: Vec<_> = twigs.iter().filter(|(_, twig)| twig.note.as_ref().is_some_and(is_void)).collect();
        if found.len() > VOIDS && count <= VOIDS {
            let names: Vec<String> = found.iter().take(4).map(|(_, twig)| shown(&twig.term)).collect();
            let says = format!(
                "for clients with an {family} address {} terms are void, and receivers bear {VOIDS}: such clients get \
                 permerror where no earlier term names them ({})",
                found.len(),
                names.join(", ")
            );
            let next =
                format!("name the {family} senders first, by ip4: or ip6:, or publish {kind} records for these hosts");
            notes.add(Severity::Warning, None, says, next);
        }
    }
}

fn is_odd(twig: &Twig) -> bool {
    let told = matches!(twig.note, Some(Note::Loop | Note::NoName(_) | Note::TooManyExchanges(_) | Note::Failed(_)));
    told || twig.branch.as_ref().is_some_and(|branch| branch.trouble.is_some() || fault_of(branch).is_some())
}

fn fault_of(branch: &Branch) -> Option<String> {
    let (term, fault) = branch.fault()?;
    Some(format!("{} in column {}: {}", shown(branch.text_of(term)), fault.column, fault.says))
}

/// What breaks the evaluation at a term.
fn trouble(notes: &mut Notes, outline: &Outline, branch: &Branch, twig: &Twig, tail: &str) {
    let for_all = "every sender that no earlier term names gets permerror";
    let target = twig.target.as_deref().map(|name| visible(name.as_bytes()).into_owned()).unwrap_or_default();
    let theirs =
        if std::ptr::eq(branch, &outline.root) { "take the term out" } else { "tell the owner of that record" };
    let (severity, says, next) = match (&twig.note, twig.branch.as_deref()) {
        (Some(Note::Loop), _) => {
            let own = if target.eq_ignore_ascii_case(&branch.domain) { "includes itself" } else { "leads back to it" };
            (Severity::Fault, format!("the record of {target} {own} here: {for_all}"), theirs.to_owned())
        }
        (Some(Note::NoName(why)), _) => {
            (Severity::Warning, format!("this name cannot be looked up: {why}"), "correct the name".to_owned())
        }
        (Some(Note::TooManyExchanges(count)), _) => (
            Severity::Fault,
            format!("{target} has {count} mail exchanges, and {NAMES} may be looked up: {for_all}"),
            "name the senders by ip4:, ip6: or a: instead".to_owned(),
        ),
        (Some(Note::Failed(why)), _) => (
            Severity::Warning,
            format!("{target} cannot be looked up ({why}): receivers put mail off (temperror)"),
            format!("look at the name servers of {target}"),
        ),
        (_, Some(below)) => match (&below.trouble, fault_of(below)) {
            (Some((SpfResult::TempError, says)), _) => (
                Severity::Warning,
                format!("{says}: receivers put mail off (temperror)"),
                format!("look at the name servers of {target}"),
            ),
            (Some((_, says)), _) => (Severity::Fault, format!("{says}: {for_all}"), theirs.to_owned()),
            (None, Some(fault)) => (
                Severity::Fault,
                format!("the record of {target} cannot be read, {fault}: {for_all}"),
                format!("tell the owner of {target}, and take the term out until it is mended"),
            ),
            (None, None) => return,
        },
        _ => return,
    };
    let says = format!("{}: {says}{tail}", place(notes, branch, twig));
    notes.add(severity, own(notes, branch, twig), says, next);
}

/// The term, and whose record it stands in when that is another's.
fn place(notes: &Notes, branch: &Branch, twig: &Twig) -> String {
    let term = shown(&twig.term);
    if branch.domain == notes.domain { term } else { format!("{term} of {}", visible(branch.domain.as_bytes())) }
}

/// The column, when the term stands in the domain's own record.
fn own(notes: &Notes, branch: &Branch, twig: &Twig) -> Option<usize> {
    (branch.domain == notes.domain).then_some(twig.column)
}

fn shown(term: &str) -> String {
    let text: String = visible(term.as_bytes()).chars().take(80).collect();
    format!("\"{text}\"")
}
