//! The rows of blocklists: whoever is looked up, and below what each list says; listings first.

use std::collections::BTreeSet;

use super::investigation::{Listed, Subjects};
use super::{Standing, Subject, Verdict, meanings};
use crate::diagnosis::dns::{Answer, RecordType, Response};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Asking;
use crate::diagnosis::survey::{Connect, Row, note, shown};
use crate::protocol::visible::visible;

/// The table and its findings.
pub(super) fn draw(
    asking: &Asking,
    subjects: &Subjects,
    said: &[(&Listed, Vec<Verdict<'_>>)],
) -> (Vec<Row>, Vec<Finding>) {
    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    // Then nothing that any of them says is about the list.
    let deaf = deaf(asking, said);
    if subjects.no_name
        && deaf.is_none()
        && let Some((listed, _)) = said.first()
        && let Subject::Domain(domain) = &listed.subject
    {
        let says = format!("{} does not exist (NXDOMAIN)", shown(domain));
        findings.push(Finding::new(Severity::Fault, shown(domain), says, "check the spelling"));
    }
    for (place, (listed, verdicts)) in said.iter().enumerate() {
        let mut heading = heading(listed, verdicts);
        // A domain that is listed and gone is told to be listed.
        if subjects.no_name && place == 0 && deaf.is_none() && !verdicts.iter().any(|verdict| rank(verdict) == 0) {
            heading.verdict = Some((Severity::Fault, "the domain does not exist (NXDOMAIN)".to_owned()));
        }
        rows.push(heading);
        let mut verdicts: Vec<&Verdict<'_>> = verdicts.iter().collect();
        verdicts.sort_by_key(|verdict| rank(verdict));
        for verdict in verdicts {
            let mut row = row(asking, &listed.subject, verdict);
            if deaf.is_some() && matches!(verdict.standing, Standing::Broken(_)) {
                row.text = "not known".to_owned();
                row.verdict = Some((Severity::Note, "it is not reached through this resolver".to_owned()));
            }
            rows.push(row);
            rows.extend(words(asking, &listed.subject, verdict));
            findings.extend(verdict.finding(&listed.subject));
        }
    }
    if subjects.waiting {
        rows.push(Row { label: "mail".to_owned(), text: "…".to_owned(), ..Row::default() });
    }
    if subjects.more > 0 {
        let text = format!("{} more addresses are not looked up", subjects.more);
        rows.push(Row { label: "mail".to_owned(), text, ..Row::default() });
    }
    if let Some(most) = asking.limit() {
        let says = format!("not all lists were asked: there are at most {most} questions");
        findings.push(Finding::new(Severity::Note, "blocklists", says, "ask for one address at a time"));
    }
    findings.extend(match deaf {
        Some(finding) => vec![finding],
        None => unusable(said),
    });
    (rows, findings)
}

/// Listings first, then what nothing is known of.
const fn rank(verdict: &Verdict<'_>) -> u8 {
    match verdict.standing {
        Standing::Listed { .. } => 0,
        Standing::Refused(_) | Standing::Broken(_) | Standing::NoAnswer => 1,
        Standing::NotListed => 2,
        Standing::Waiting => 3,
    }
}

/// Who is looked up, and what it comes to.
fn heading(listed: &Listed, verdicts: &[Verdict<'_>]) -> Row {
    let (label, text, connect) = match &listed.subject {
        Subject::Domain(domain) => ("domain", shown(domain), None),
        Subject::Address(ip) if listed.hosts.is_empty() => ("address", ip.to_string(), None),
        Subject::Address(ip) => {
            let host = listed.hosts.first().cloned().unwrap_or_default();
            let connect = Connect { host, address: Some(*ip), port: 25, service: None };
            ("mail", format!("{ip} {}", shown(&listed.hosts.join(", "))), Some(connect))
        }
    };
    let count = |rank_of: u8| verdicts.iter().filter(|verdict| rank(verdict) == rank_of).count();
    let verdict = match (count(0), count(1), count(2), count(3)) {
        (0, 0, 0, 0) => Some((Severity::Note, "there is no list for this".to_owned())),
        (0, _, _, 1..) => None,
        (0, 1, 0, 0) => Some((Severity::Warning, "not known: the only list for this says nothing".to_owned())),
        // Who goes by the exit code must not take silence for a good word.
        (0, unknown, 0, 0) => Some((Severity::Fault, format!("not known: none of {unknown} lists says anything"))),
        (0, unknown, 1, 0) => Some((Severity::Good, format!("not on the only list that answers{}", silent(unknown)))),
        (0, unknown, known, 0) => Some((Severity::Good, format!("on none of {known} lists{}", silent(unknown)))),
        (1, _, 0, 0) => Some((Severity::Fault, "on the only list that answers".to_owned())),
        (listed, _, known, _) => Some((Severity::Fault, format!("on {listed} of {} lists", listed + known))),
    };
    Row { label: label.to_owned(), text, verdict, connect, ..Row::default() }
}

/// `; 2 more say nothing`; nothing for none.
fn silent(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "; one more says nothing".to_owned(),
        count => format!("; {count} more say nothing"),
    }
}

/// What one list says.
fn row(asking: &Asking, subject: &Subject, verdict: &Verdict<'_>) -> Row {
    let list = verdict.list;
    let name = subject.name(&list.zone);
    let (text, words) = match &verdict.standing {
        Standing::Waiting => ("…".to_owned(), ""),
        Standing::NotListed => ("not listed".to_owned(), ""),
        Standing::Listed { codes, .. } => (meanings(codes), "listed"),
        Standing::Refused(why) => ("query refused".to_owned(), *why),
        Standing::Broken(why) => ("says nothing that counts".to_owned(), *why),
        Standing::NoAnswer => ("no answer".to_owned(), "nothing is known"),
    };
    let answer = asking.answers().get(&name, RecordType::A);
    Row {
        depth: 1,
        label: shown(&list.name),
        text,
        ttl: answer.and_then(|answer| ttl(answer, RecordType::A)),
        verdict: verdict.severity().map(|severity| (severity, words.to_owned())),
        note: answer.map(note).unwrap_or_default(),
        detail: detail(asking, subject, verdict),
        question: Some(asking.question(&name, RecordType::A)),
        ..Row::default()
    }
}

/// The questions behind a row and what came back, and where a listing is taken up.
fn detail(asking: &Asking, subject: &Subject, verdict: &Verdict<'_>) -> Vec<String> {
    let zone = &verdict.list.zone;
    let (listed, not_listed) = subject.test_points();
    let told = |role: &str, of: &Subject| {
        let name = of.name(zone);
        let said = asking.answers().get(&name, RecordType::A).map_or_else(|| "…".to_owned(), answered);
        format!("{role}: {} {said}", shown(&name))
    };
    let mut lines =
        vec![told("must be listed", &listed), told("must not be listed", &not_listed), told("asked", subject)];
    if let Standing::Listed { codes, .. } = &verdict.standing {
        lines.extend(codes.iter().map(|(ip, words)| {
            let meaning = if words.is_empty() { "not explained in the table of lists" } else { words.as_str() };
            format!("{ip}: {}", shown(meaning))
        }));
    }
    lines.push(format!("about this list: {}", shown(&verdict.list.delisting)));
    lines
}

/// What came back, in a few words.
fn answered(answer: &Answer) -> String {
    match &answer.reply {
        Err(failure) => visible(failure.to_string().as_bytes()).into_owned(),
        Ok(response) => match addresses(response) {
            found if found.is_empty() && response.rcode == 0 => "none".to_owned(),
            found if found.is_empty() => response.rcode_name(),
            found => found.join(", "),
        },
    }
}

fn addresses(response: &Response) -> Vec<String> {
    let of_type = response.answers.iter().filter(|record| record.value.kind() == RecordType::A);
    of_type.take(super::ADDRESSES).map(|record| record.value.to_string()).collect()
}

fn ttl(answer: &Answer, kind: RecordType) -> Option<u32> {
    let response = answer.reply.as_ref().ok()?;
    response.answers.iter().filter(|record| record.value.kind() == kind).map(|record| record.ttl).min()
}

/// The list's own words about a listing.
fn words(asking: &Asking, subject: &Subject, verdict: &Verdict<'_>) -> Option<Row> {
    let Standing::Listed { words, .. } = &verdict.standing else { return None };
    let name = subject.name(&verdict.list.zone);
    let answer = asking.answers().get(&name, RecordType::Txt);
    Some(Row {
        depth: 2,
        label: "TXT".to_owned(),
        text: words.clone().unwrap_or_else(|| if answer.is_some() { "none" } else { "…" }.to_owned()),
        ttl: answer.and_then(|answer| ttl(answer, RecordType::Txt)),
        note: answer.map(note).unwrap_or_default(),
        question: Some(asking.question(&name, RecordType::Txt)),
        ..Row::default()
    })
}

/// The resolver, where no list of several passes its test points through it: many do not pass on the names of lists, or
/// answer for names that are not there. The lists are then not to blame. Nothing while an answer is awaited.
fn deaf(asking: &Asking, said: &[(&Listed, Vec<Verdict<'_>>)]) -> Option<Finding> {
    let all = || said.iter().flat_map(|(listed, verdicts)| verdicts.iter().map(|verdict| (&listed.subject, verdict)));
    let counts = |standing: &Standing| matches!(standing, Standing::Broken(_) | Standing::NoAnswer);
    let zones: BTreeSet<&str> = all().map(|(_, verdict)| verdict.list.zone.as_str()).collect();
    if zones.len() < 2 || !all().all(|(_, verdict)| counts(&verdict.standing)) {
        return None;
    }
    let point = |(subject, verdict): (&Subject, &Verdict<'_>)| {
        let name = subject.test_points().0.name(&verdict.list.zone);
        asking.answers().get(&name, RecordType::A).map(|answer| match answer.reply {
            Ok(_) => answered(answer),
            Err(_) => "nothing".to_owned(),
        })
    };
    let answers: BTreeSet<String> = all().filter_map(point).collect();
    // What the first few say is enough where they differ.
    let answers = answers.into_iter().take(3).collect::<Vec<_>>().join(" or ");
    let says = format!(
        "no list answers through this resolver, which answers {answers} even to their test points (RFC 5782 §5)"
    );
    Some(Finding::new(Severity::Warning, "blocklists", says, "ask through a resolver of your own"))
}

/// Lists of which nothing can be learned here, each once.
fn unusable(said: &[(&Listed, Vec<Verdict<'_>>)]) -> Vec<Finding> {
    let all = || said.iter().flat_map(|(_, verdicts)| verdicts);
    let names = |wanted: fn(&Standing) -> bool| {
        let names: BTreeSet<&str> =
            all().filter(|verdict| wanted(&verdict.standing)).map(|verdict| verdict.list.name.as_str()).collect();
        (!names.is_empty()).then(|| shown(&names.into_iter().collect::<Vec<_>>().join(", ")))
    };
    let mut findings = Vec::new();
    if let Some(names) = names(|standing| matches!(standing, Standing::Refused(_))) {
        let says = format!("refused to answer, which says nothing about a listing: {names}");
        let next = "ask through a resolver of your own, not a public one; or look it up on the pages of these lists";
        findings.push(Finding::new(Severity::Note, "blocklists", says, next));
    }
    if let Some(names) = names(|standing| matches!(standing, Standing::Broken(_))) {
        let says = format!("failed the test points of RFC 5782 §5, so that what they say does not count: {names}");
        let next = "whoever still asks these lists refuses mail by chance: have servers ask them no more";
        findings.push(Finding::new(Severity::Note, "blocklists", says, next));
    }
    findings
}
