//! What is typed: checked, completed, masked: [`ehlo::protocol::command`]. The first line of the octets is the context,
//! each other one a command:
//!
//! ```text
//! imap Selected tls authenticated; IDLE; AUTH=PLAIN
//! a1 FETCH 1:* FLAGS
//! ```

use std::ops::Range;

use ehlo::protocol::capability::{Capabilities, Capability};
use ehlo::protocol::command::{check, complete, dialect, legal_verbs, literal_secrecy, next_verbs, secret_range, verb};
use ehlo::protocol::endpoint::Protocol;
use ehlo::protocol::line::{Literals, literal_announced};
use ehlo::protocol::verb::{Context, Fault, Phase};

use super::Dice;

pub(crate) const OPENINGS: &[&[u8]] = &[
    b"imap Selected\na1 FETCH 1 ",
    b"smtp Ready\n",
    b"smtp Ready\nMAIL FROM:<",
    b"smtp Ready\nMAIL FROM:<a@b> ",
    b"smtp Sasl\n",
    b"imap Selected\na1 SEARCH ",
    b"imap NotAuthenticated\na1 LOGIN ",
    b"imap Authenticated\na1 LIST ",
    b"imap Authenticated\na1 APPEND x ",
    b"pop3 Authorization\nPASS ",
];

const PHASES: [Phase; 17] = [
    Phase::Greeting,
    Phase::Fresh,
    Phase::Ready,
    Phase::Mail,
    Phase::Rcpt,
    Phase::Data,
    Phase::NotAuthenticated,
    Phase::Authenticated,
    Phase::Selected,
    Phase::Idle,
    Phase::Literal,
    Phase::LiteralEnd,
    Phase::Authorization,
    Phase::Transaction,
    Phase::Sasl,
    Phase::Tls,
    Phase::Closed,
];

/// Every place lies within the line and between characters, the remarks are few, what is to be masked is masked to the
/// end of the line, and no remark repeats it.
pub(crate) fn holds(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let (first, lines) = text.split_once('\n').unwrap_or((&text, ""));
    let mut parts = first.split(';');
    let mut words = parts.next().unwrap_or_default().split(' ');
    let protocol = match words.next() {
        Some("imap") => Protocol::Imap,
        Some("pop3") => Protocol::Pop3,
        Some("lmtp") => Protocol::Lmtp,
        _ => Protocol::Smtp,
    };
    let phase = words.next().and_then(|word| PHASES.into_iter().find(|phase| format!("{phase:?}") == word));
    let flags: Vec<&str> = words.collect();
    let mut capabilities = Capabilities::unheard();
    for part in parts {
        capabilities.known = true;
        Capability::read(part.trim_ascii().as_bytes()).into_iter().for_each(|offer| capabilities.push(offer));
    }
    let context = Context {
        tls: flags.contains(&"tls"),
        authenticated: flags.contains(&"authenticated"),
        timestamp: flags.contains(&"timestamp"),
        ..Context::new(protocol, phase.unwrap_or(Phase::Ready), &capabilities)
    };
    verbs(&context);
    let mut dice = Dice::of(octets);
    // One line knows nothing of another: a megabyte of empty ones is not worth the time.
    for line in lines.split('\n').take(200) {
        checked(line, &context);
        for cursor in [0, line.len(), dice.roll(line.len() + 1), dice.roll(line.len() + 1)] {
            completed(line, cursor, &context);
        }
    }
}

fn verbs(context: &Context<'_>) {
    let (next, legal) = (next_verbs(context), legal_verbs(context));
    assert!(next.len() <= 8 && legal.starts_with(&next), "the usual ones first");
    for (place, verb) in legal.iter().enumerate() {
        assert!(dialect(context.protocol).any(|known| known == *verb), "{} is of another dialect", verb.name);
        assert!(!legal[..place].contains(verb), "{} twice", verb.name);
    }
}

fn within(line: &str, range: &Range<usize>) {
    assert!(line.get(range.clone()).is_some(), "{range:?} in {line:?}");
}

fn checked(line: &str, context: &Context<'_>) {
    let reading = check(line, context);
    within(line, &reading.verb_at);
    reading.tag.iter().for_each(|tag| within(line, tag));
    assert!(reading.faults.len() <= 100, "{} remarks", reading.faults.len());
    assert!(reading.faults.is_sorted_by_key(|fault| fault.at.start), "{:?}", reading.faults);
    for fault in &reading.faults {
        within(line, &fault.at);
        // Whether a sentence ends in a full stop is for the table tests: here it may end in a name that a server made up.
        assert!(!fault.reason.is_empty(), "{fault:?}");
        assert!(fault.reason.len() <= 1000, "{} octets of a reason", fault.reason.len());
    }
    assert!(reading.worst().is_some() || reading.faults.is_empty());
    let _ = verb(context.protocol, line);
    let secrecy = literal_secrecy(line, context);
    assert!(!secrecy.literal || literal_announced(line.as_bytes(), Literals::Client).is_some());
    let Some(secret) = secret_range(line, context) else { return };
    within(line, &secret);
    assert_eq!(secret.end, line.len(), "masked to the end");
    // A verb is no secret, where a response in base64 is awaited.
    let is_verb = |word: &str| dialect(context.protocol).any(|verb| verb.name.eq_ignore_ascii_case(word));
    for word in line[secret.clone()].split_ascii_whitespace().filter(|word| word.len() >= 8 && !is_verb(word)) {
        let lower = word.to_ascii_lowercase();
        let told = |fault: &&Fault| {
            fault.reason.to_ascii_lowercase().contains(&lower) && !fault.reason.contains("may be a password")
        };
        let Some(fault) = reading.faults.iter().find(told) else { continue };
        // It is told if another secret would not have been answered by the same words.
        let another =
            format!("{}{}", &line[..secret.start], line[secret.clone()].replace(word, &"#".repeat(word.len())));
        let same = check(&another, context).faults.iter().any(|other| other.reason == fault.reason);
        assert!(same, "{word:?} of {line:?} is told: {fault:?}");
    }
}

fn completed(line: &str, cursor: usize, context: &Context<'_>) {
    let offers = complete(line, cursor, context);
    assert!(offers.len() <= 1000, "{} offers", offers.len());
    for offer in offers {
        within(line, &offer.at);
        assert!(offer.at.end <= cursor && !offer.text.is_empty(), "{offer:?} at {cursor} of {line:?}");
    }
}
