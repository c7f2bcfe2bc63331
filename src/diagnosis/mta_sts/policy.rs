//! The policy itself (RFC 8461 §3.2): lines of `key: value`.

use std::collections::HashSet;
use std::fmt;

use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::tagged::{Explained, meant, shown};
use crate::protocol::smtp::to_ascii_domain;

/// The longest lifetime, in seconds: a year.
const LONGEST_AGE: u32 = 31_557_600;

/// Below a day an attacker need not wait long until a policy is forgotten.
const SHORT_AGE: u32 = 86_400;

/// Lines of a policy that are read.
const LINES: usize = 1000;

/// The keys that are read.
const KNOWN: [&str; 4] = ["version", "mode", "mx", "max_age"];

/// What a sender does with a server that does not keep to the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Do not deliver to it.
    Enforce,
    /// Deliver, and report it (RFC 8460).
    Testing,
    /// As if there were no policy.
    None,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Enforce, Self::Testing, Self::None];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        }
    }

    const fn says(self) -> &'static str {
        match self {
            Self::Enforce => "senders deliver only to a server named below, under TLS, with a valid certificate",
            Self::Testing => "senders deliver as ever, and report what would have failed to who is named by TLS-RPT",
            Self::None => "senders act as if there were no policy: the way to take one back",
        }
    }
}

/// Which exchanges are meant: a name, or `*.` and the name below which any one label may stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    wildcard: bool,
    /// In A-label form and lower case.
    name: String,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is none, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.is_ascii() {
            return Err("names beyond ASCII are written as A-labels (xn--…)".to_owned());
        }
        let (wildcard, name) = text.strip_prefix("*.").map_or((false, text), |name| (true, name));
        if name.contains('*') {
            return Err("the asterisk stands for the whole left-most label only: *.example.org".to_owned());
        }
        if name.ends_with('.') {
            return Err("the dot at the end must go".to_owned());
        }
        if name.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !name.is_empty() {
            return Err("an address is no name of an exchange".to_owned());
        }
        Ok(Self { wildcard, name: to_ascii_domain(name)? })
    }

    /// Whether this exchange is meant (RFC 8461 §4.1).
    #[must_use]
    pub fn matches(&self, exchange: &str) -> bool {
        let exchange = exchange.strip_suffix('.').unwrap_or(exchange);
        if !self.wildcard {
            return exchange.eq_ignore_ascii_case(&self.name);
        }
        exchange.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(&self.name))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.wildcard { "*." } else { "" })?;
        f.write_str(&self.name)
    }
}

/// The values of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// `version: STSv1` stands there.
    pub has_version: bool,
    /// What senders do.
    pub mode: Option<Mode>,
    /// Seconds a sender keeps the policy.
    pub max_age: Option<u32>,
    /// The exchanges that take the mail.
    pub mx: Vec<Pattern>,
}

impl Policy {
    /// The first pattern that allows this exchange.
    #[must_use]
    pub fn allows(&self, exchange: &str) -> Option<&Pattern> {
        self.mx.iter().find(|pattern| pattern.matches(exchange))
    }
}

/// A policy, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyReading {
    /// Its values.
    pub policy: Policy,
    /// Whether senders can use it.
    pub is_valid: bool,
    /// Its lines, in their order.
    pub rows: Vec<Explained>,
    /// What is to say about it.
    pub findings: Vec<Finding>,
}

/// Reads the body of a policy. Never fails.
#[must_use]
pub fn read_policy(body: &[u8]) -> PolicyReading {
    let mut reader = Reader { reading: PolicyReading::default(), seen: HashSet::new() };
    let mut at = 0;
    for (number, whole) in body.split(|b| *b == b'\n').enumerate() {
        let start = at;
        at += whole.len() + 1;
        if number >= LINES {
            reader.say(
                number + 1,
                Severity::Fault,
                "the policy is longer than any sender reads",
                "name fewer exchanges",
            );
            break;
        }
        let line = whole.strip_suffix(b"\r").unwrap_or(whole).trim_ascii_end();
        if line.is_empty() {
            // The last line may end or not; an empty one elsewhere breaks the grammar and hurts nobody.
            continue;
        }
        reader.line(number + 1, start, line);
    }
    reader.finish()
}

impl Default for PolicyReading {
    fn default() -> Self {
        Self { policy: Policy::default(), is_valid: true, rows: Vec::new(), findings: Vec::new() }
    }
}

struct Reader {
    reading: PolicyReading,
    seen: HashSet<String>,
}

impl Reader {
    fn say(&mut self, line: usize, severity: Severity, says: impl fmt::Display, next: impl Into<String>) {
        let says = format!("line {line} of the policy: {says}");
        self.reading.findings.push(Finding::new(severity, super::findings::SUBJECT, says, next));
    }

    fn line(&mut self, number: usize, start: usize, line: &[u8]) {
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            self.reading.is_valid = false;
            let says = format!("\"{}\" is not key: value", shown(line));
            return self.say(number, Severity::Fault, says, "write version, mode, max_age and mx lines only");
        };
        let (key, rest) = line.split_at(colon);
        let value = String::from_utf8_lossy(rest.get(1..).unwrap_or_default()).trim().to_owned();
        let key = String::from_utf8_lossy(key).into_owned();
        let first = key == "mx" || self.seen.insert(key.clone());
        let meaning = if first {
            self.field(number, &key, &value)
        } else {
            self.say(number, Severity::Warning, format!("{} stands here again", shown(&key)), "leave the first one");
            "senders pass over it: the first one counts".to_owned()
        };
        self.reading.rows.push(Explained {
            tag: shown(&key),
            value: shown(&value),
            meaning,
            at: Some(start..start + line.len()),
        });
    }

    /// Takes a value, and says what it means.
    fn field(&mut self, number: usize, key: &str, value: &str) -> String {
        match key {
            "version" if value == "STSv1" => {
                self.reading.policy.has_version = true;
                "this is an MTA-STS policy of version 1".to_owned()
            }
            "version" => self.wrong(number, "version is not STSv1", "write version: STSv1"),
            "mode" => match Mode::ALL.into_iter().find(|mode| mode.name() == value) {
                Some(mode) => {
                    self.reading.policy.mode = Some(mode);
                    mode.says().to_owned()
                }
                None => {
                    self.wrong(number, "mode is none of enforce, testing, none", "write one of them in small letters")
                }
            },
            "max_age" => self.max_age(number, value),
            "mx" => match Pattern::parse(value) {
                Ok(pattern) => {
                    let says = match pattern.wildcard {
                        true => format!("any server with one label before {} may take the mail", pattern.name),
                        false => format!("{} may take the mail", pattern.name),
                    };
                    self.reading.policy.mx.push(pattern);
                    says
                }
                Err(why) => {
                    let says = format!("\"{}\" is no pattern for exchanges: {why}", shown(value));
                    self.wrong(number, says, "write mx: mail.example.org or mx: *.example.org, one a line")
                }
            },
            _ => {
                if let Some(known) = meant(key, &KNOWN) {
                    self.say(
                        number,
                        Severity::Fault,
                        format!("senders pass over {}", shown(key)),
                        format!("write {known}, if that is meant"),
                    );
                }
                "not a key of MTA-STS: senders pass over it".to_owned()
            }
        }
    }

    fn max_age(&mut self, number: usize, value: &str) -> String {
        let is_number = (1..=10).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        let Some(age) = value.parse::<u64>().ok().filter(|_| is_number) else {
            return self.wrong(number, "max_age is no number of seconds", "write max_age: 604800, which is a week");
        };
        let kept = u32::try_from(age).unwrap_or(LONGEST_AGE).min(LONGEST_AGE);
        self.reading.policy.max_age = Some(kept);
        if age > u64::from(LONGEST_AGE) {
            self.say(
                number,
                Severity::Warning,
                format!("max_age is above {LONGEST_AGE} seconds, the most that is allowed"),
                format!("write max_age: {LONGEST_AGE} or less; some senders refuse the policy as it is"),
            );
        }
        format!("senders keep the policy for {}", lifetime(kept))
    }

    /// A value that makes the whole policy void.
    fn wrong(&mut self, number: usize, says: impl fmt::Display, next: &str) -> String {
        self.reading.is_valid = false;
        let out = says.to_string();
        self.say(number, Severity::Fault, says, next);
        out
    }

    fn finish(mut self) -> PolicyReading {
        let policy = self.reading.policy.clone();
        let missing: Vec<&str> = [
            ("version", policy.has_version),
            ("mode", policy.mode.is_some()),
            ("max_age", policy.max_age.is_some()),
            ("mx", !policy.mx.is_empty() || policy.mode == Some(Mode::None)),
        ]
        .into_iter()
        .filter_map(|(key, there)| (!there).then_some(key))
        .collect();
        if !missing.is_empty() {
            self.reading.is_valid = false;
            let says = format!("the policy has no valid {}", missing.join(", no valid "));
            let next = "write it: a policy needs version, mode, max_age, and mx unless its mode is none";
            self.reading.findings.push(Finding::new(Severity::Fault, super::findings::SUBJECT, says, next));
        }
        let is_short = policy.max_age.is_some_and(|age| age < SHORT_AGE);
        if is_short && policy.mode != Some(Mode::None) {
            let says =
                "senders forget the policy within a day: who can block DNS or HTTPS for that long gets around it";
            let next = "when all is tried, write weeks: max_age: 1209600";
            self.reading.findings.push(Finding::new(Severity::Warning, super::findings::SUBJECT, says, next));
        }
        self.reading
    }
}

/// Seconds in the unit a person would take.
fn lifetime(seconds: u32) -> String {
    match seconds {
        0..=7199 => format!("{seconds} seconds"),
        7200..=172_799 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
