//! A small DNS for tests: for evaluations that leave questions open, and for whole investigations.

use std::time::Duration;

use super::{Came, Investigation, Question, Want};
use crate::diagnosis::answers::{Answers, Inquiry};
use crate::diagnosis::dns::{Answer, Query, QueryFailure, Record, RecordType, Response, Transport, Try, Value};
use crate::diagnosis::survey::Row;

/// The time of every answer, in seconds since 1970.
pub(in crate::diagnosis) const NOW: i64 = 1_800_000_000;

/// Lines of `[@SERVER] NAME [TTL] TYPE VALUE`. A line of a server stands in place of the others with its name and type;
/// `@*` is every server that is asked for what it has itself. The strings of a TXT record are divided by `|`.
///
/// For a value there may stand: `!SERVFAIL`, `!REFUSED`, `!timeout`, `!unreachable`; `!none` for no such record; `!lame`
/// for an answer without authority; `!refer NAME …` for a referral to these name servers, with the addresses that the
/// same server has for them. A name without a line does not exist, and SOA lines tell where a zone begins.
pub(in crate::diagnosis) struct World(Vec<Line>);

struct Line {
    server: Option<String>,
    name: String,
    ttl: u32,
    kind: RecordType,
    value: String,
}

impl Line {
    fn read(text: &str) -> Self {
        let (server, text) = match text.strip_prefix('@').and_then(|rest| rest.split_once(' ')) {
            Some((server, rest)) => (Some(server.to_owned()), rest),
            None => (None, text),
        };
        let (name, rest) = text.split_once(' ').unwrap();
        let (first, tail) = rest.split_once(' ').unwrap();
        let (ttl, rest) = first.parse().map_or((300, rest), |ttl| (ttl, tail));
        let (kind, value) = rest.split_once(' ').unwrap();
        let kind = RecordType::find(kind).unwrap();
        Self { server, name: name.to_owned(), ttl, kind, value: value.to_owned() }
    }

    fn record(&self) -> Record {
        Record { name: self.name.clone(), ttl: self.ttl, value: value(self.kind, &self.value) }
    }
}

impl World {
    pub(in crate::diagnosis) fn new<T: AsRef<str>>(lines: &[T]) -> Self {
        Self(lines.iter().map(|line| Line::read(line.as_ref())).collect())
    }

    /// What a resolver answers that is asked in the usual way.
    pub(in crate::diagnosis) fn answer(&self, query: &Query) -> Answer {
        Answer::new(query.clone(), self.reply(query, "system", true))
    }

    /// What whoever is asked answers.
    fn asked(&self, question: &Question) -> Answer {
        let reply = self.reply(&question.query, &question.resolver.to_string(), question.options.recursion);
        let server = "192.0.2.53:53".parse().unwrap();
        let tried = Try { took: Duration::from_millis(7), ..Try::new(server, Transport::Udp) };
        Answer { tries: vec![tried], ..Answer::new(question.query.clone(), reply) }
    }

    fn reply(&self, query: &Query, server: &str, recursion: bool) -> Result<Response, QueryFailure> {
        let mut response = Response::default();
        response.flags.aa = !recursion;
        let mut name = query.name.clone();
        for _ in 0..8 {
            if !self.exists(&name) {
                response.rcode = 3;
            }
            for line in self.lines(&name, query.kind, server, recursion) {
                match line.value.as_str() {
                    "!SERVFAIL" => response.rcode = 2,
                    "!REFUSED" => response.rcode = 5,
                    "!timeout" => return Err(QueryFailure::TimedOut),
                    "!unreachable" => return Err(QueryFailure::Unreachable("Network is unreachable".to_owned())),
                    "!none" => {}
                    "!lame" => response.flags.aa = false,
                    refer if refer.starts_with("!refer ") => {
                        response.flags.aa = false;
                        self.refer(line, server, &mut response);
                    }
                    _ => response.answers.push(line.record()),
                }
            }
            let alias = self.lines(&name, RecordType::Cname, server, recursion).into_iter().next();
            let Some(alias) = alias.filter(|_| query.kind != RecordType::Cname) else { break };
            response.answers.push(alias.record());
            name.clone_from(&alias.value);
        }
        if response.answers.is_empty() && response.authority.is_empty() {
            let apex = |line: &&Line| line.kind == RecordType::Soa && is_below(&name, &line.name);
            let soa = self.0.iter().filter(apex).max_by_key(|line| line.name.len());
            response.authority.extend(soa.filter(|line| !line.value.starts_with('!')).map(Line::record));
        }
        Ok(response)
    }

    fn exists(&self, name: &str) -> bool {
        self.0.iter().any(|line| is_below(&line.name, name))
    }

    /// The lines of a name and type that this server goes by.
    fn lines(&self, name: &str, kind: RecordType, server: &str, recursion: bool) -> Vec<&Line> {
        let all = || self.0.iter().filter(|line| line.kind == kind && line.name.eq_ignore_ascii_case(name));
        let of = |who: Option<&str>| all().filter(|line| line.server.as_deref() == who).collect::<Vec<_>>();
        let own = of(Some(server));
        if !own.is_empty() {
            return own;
        }
        let direct = of(Some("*"));
        if !recursion && !direct.is_empty() { direct } else { of(None) }
    }

    fn refer(&self, line: &Line, server: &str, response: &mut Response) {
        for target in line.value.split(' ').skip(1) {
            let value = Value::Ns(target.to_owned());
            response.authority.push(Record { name: line.name.clone(), ttl: line.ttl, value });
            let glue = |line: &&Line| line.name == target && line.server.as_deref() == Some(server);
            response.additional.extend(self.0.iter().filter(glue).map(Line::record));
        }
    }

    /// Runs `of` until it asks no more; gives what it said last, and the rounds of questions.
    pub(in crate::diagnosis) fn settle<T>(&self, mut of: impl FnMut(&Inquiry<'_>) -> T) -> (T, Vec<Vec<Query>>) {
        let mut answers = Answers::default();
        let mut rounds = Vec::new();
        loop {
            let inquiry = Inquiry::new(&answers);
            let out = of(&inquiry);
            let open = inquiry.open();
            if open.is_empty() {
                return (out, rounds);
            }
            assert!(rounds.len() < 40, "questions without end: {open:?}");
            for query in &open {
                answers.insert(self.answer(query));
            }
            rounds.push(open);
        }
    }

    /// Gives an investigation all it wants; tells in how many rounds, and how many questions that took.
    pub(in crate::diagnosis) fn run(&self, investigation: &mut dyn Investigation) -> (usize, usize) {
        let (mut rounds, mut questions) = (0, 0);
        loop {
            let wants = investigation.wants();
            if wants.is_empty() {
                return (rounds, questions);
            }
            rounds += 1;
            questions += wants.len();
            assert!(rounds < 40, "wants without end: {wants:?}");
            for want in wants {
                let Want::Answer(question) = want else { panic!("nobody serves {want:?}") };
                let answer = self.asked(&question);
                investigation.came(Came::Answer(question, Box::new(answer)), NOW);
            }
        }
    }
}

/// How the tests ask: the system's resolver, no public ones.
pub(in crate::diagnosis) fn setting() -> super::Setting {
    super::Setting::new(crate::diagnosis::dns::Resolver::System)
}

/// The rows of a table, a level two columns further in, each with its verdict.
pub(in crate::diagnosis) fn drawn(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let indent = "  ".repeat(usize::from(row.depth));
        let verdict = row.verdict.as_ref().map(|(severity, says)| format!(" [{}: {says}]", severity.name()));
        format!("{indent}{} {}{}\n", row.label, row.text, verdict.unwrap_or_default())
    };
    rows.iter().map(line).collect()
}

fn is_below(name: &str, parent: &str) -> bool {
    let (name, parent) = (name.to_ascii_lowercase(), parent.to_ascii_lowercase());
    parent.is_empty() || name == parent || name.ends_with(&format!(".{parent}"))
}

fn value(kind: RecordType, text: &str) -> Value {
    match kind {
        RecordType::A => Value::A(text.parse().unwrap()),
        RecordType::Aaaa => Value::Aaaa(text.parse().unwrap()),
        RecordType::Mx => {
            let (preference, exchange) = text.split_once(' ').unwrap();
            Value::Mx { preference: preference.parse().unwrap(), exchange: exchange.to_owned() }
        }
        RecordType::Txt => Value::Txt(text.split('|').map(|string| string.as_bytes().to_vec()).collect()),
        RecordType::Ptr => Value::Ptr(text.to_owned()),
        RecordType::Cname => Value::Cname(text.to_owned()),
        RecordType::Ns => Value::Ns(text.to_owned()),
        RecordType::Soa => {
            let (primary, serial) = text.split_once(' ').unwrap();
            Value::Soa {
                primary: primary.to_owned(),
                mailbox: "hostmaster.example".to_owned(),
                serial: serial.parse().unwrap(),
                refresh: 3600,
                retry: 600,
                expire: 1_209_600,
                minimum: 120,
            }
        }
        other => panic!("{other} is not asked for"),
    }
}
