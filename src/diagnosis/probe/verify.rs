//! VRFY and EXPN: whether they tell strangers who is there (RFC 5321 §7.3).

use super::Ground;
use super::outcome::{Outcome, Part, broken, quote};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::{Reply, Step, Talk, Talked};

/// The mailbox that every server with mail has (RFC 5321 §4.5.1).
const SOMEBODY: &str = "postmaster";

pub(super) fn talks(ground: &Ground<'_>) -> Vec<Talk> {
    let nobody = ground.order.nobody();
    let lines = [("VRFY", SOMEBODY), ("VRFY", &nobody), ("EXPN", SOMEBODY), ("EXPN", &nobody)];
    vec![ground.talk(lines.map(|(verb, who)| Step::line(&format!("{verb} {who}"))).to_vec())]
}

pub(super) fn judge(talked: &[Talked]) -> Outcome {
    let Some(talk) = talked.first() else { return Outcome::not_tested("nothing was said") };
    let mut parts = Vec::new();
    for (verb, first) in [("VRFY", 0), ("EXPN", 2)] {
        let (Some(somebody), Some(nobody)) = (talk.replies(first).first(), talk.replies(first + 1).first()) else {
            let why = broken(talk).unwrap_or_else(|| "no answer".to_owned());
            parts.push(Part { tried: verb.to_owned(), severity: Severity::Note, says: format!("not told: {why}") });
            continue;
        };
        let (severity, says) = compare(somebody, nobody);
        // Who is on a list is told by EXPN alone; whether an address is there, by RCPT too.
        let severity = if severity == Severity::Warning && verb == "EXPN" { Severity::Fault } else { severity };
        parts.push(Part { tried: verb.to_owned(), severity, says });
    }
    let worst = parts.iter().map(|part| part.severity).max().unwrap_or(Severity::Note);
    let says = match worst {
        Severity::Fault | Severity::Warning => "strangers are told who is there",
        Severity::Good => "strangers are told nothing",
        _ => "not told for all",
    };
    Outcome {
        parts,
        means: "addresses can be collected one by one, for spam and for guessing passwords",
        mend: "Postfix: disable_vrfy_command = yes; Exim: no acl_smtp_vrfy and no acl_smtp_expn; \
               Sendmail: PrivacyOptions=goaway; Exchange answers 252 to all",
        reference: "RFC 5321 §3.5.3 and §7.3",
        ..Outcome::new(worst, says)
    }
    .from(format!("{SOMEBODY} and nobody"), talked)
}

/// What the answers for somebody and for nobody tell together.
fn compare(somebody: &Reply, nobody: &Reply) -> (Severity, String) {
    let both = format!("{} and {}", quote(Some(somebody)), quote(Some(nobody)));
    let code = |reply: &Reply| reply.code.map_or(0, |code| code.0);
    match (code(somebody), code(nobody)) {
        // 252 tells nothing, whatever stands behind it.
        (252, 252) => (Severity::Good, format!("252 for both: {}", quote(Some(somebody)))),
        (a, b) if a == b && (400..600).contains(&a) => (Severity::Good, format!("refused: {}", quote(Some(somebody)))),
        (a, b) if a == b && (200..300).contains(&a) => (Severity::Good, format!("the same for both: {both}")),
        (250 | 251, _) | (252, 500..=599) => (Severity::Warning, format!("tells who is there: {both}")),
        _ => (Severity::Note, format!("not told: {both}")),
    }
}
