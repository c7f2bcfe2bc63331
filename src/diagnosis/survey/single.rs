//! A single question and the rows of its answer, as dig has them: header, sections, EDNS, and every try.

use super::circle::path;
use super::rows::{Connect, Row, note, shown};
use super::validating::Validating;
use super::{explain, tries, verdict};
use crate::diagnosis::answers::{aliases, aliases_in, circle};
use crate::diagnosis::dns::{
    Answer, Edns, Query, Record, RecordType, Resolver, Response, Value, algorithm_name, both_forms, digest_name,
    extended_error_name, is_within, opcode_name,
};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::{Came, Investigation, Question, Setting, Want};
use crate::protocol::visible::visible;

/// Records of a section that are shown; no message holds more than some 5500.
const RECORDS: usize = 6000;
/// Extended errors and options of EDNS that are shown.
const OPTIONS: usize = 16;

/// A question by itself, and its answer once that has come.
#[derive(Clone, Debug)]
pub struct Single {
    question: Question,
    /// Whether it was asked.
    asked: bool,
    /// Only what the records say is wanted.
    short: bool,
    answer: Option<Answer>,
    /// With `+dnssec` the answer is checked as well.
    validating: Option<Validating>,
}

impl Investigation for Single {
    /// The question: type, name, and the name in plain script where it has one.
    fn title(&self) -> String {
        let name = both_forms(&self.question.query.name);
        format!("{} {}", self.question.query.kind, visible(name.as_bytes()))
    }

    fn wants(&mut self) -> Vec<Want> {
        if !std::mem::replace(&mut self.asked, true) {
            return vec![Want::Answer(self.question.clone())];
        }
        let links = self.validating.as_mut().map(Validating::questions).unwrap_or_default();
        let resolver = self.chain_resolver();
        let question = |(query, options)| Question { query, resolver: resolver.clone(), options };
        links.into_iter().map(|link| Want::Answer(question(link))).collect()
    }

    fn came(&mut self, came: Came, now: i64) {
        let Came::Answer(question, answer) = came else { return };
        // The chain of trust may ask the same again in its own way, once this is answered.
        if self.answer.is_none() && question == self.question {
            if let Some(validating) = &mut self.validating {
                validating.begin(&answer, now);
            }
            self.answer = Some(*answer);
        } else if let Some(validating) = &mut self.validating {
            validating.answered(*answer, now);
        }
    }

    fn table(&self) -> (Vec<Row>, Vec<Finding>) {
        (self.rows(), Vec::new())
    }

    fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }
}

impl Single {
    /// A question asked as `setting` says. With [`QueryOptions::dnssec`] its answer is checked from the anchors down.
    ///
    /// [`QueryOptions::dnssec`]: crate::diagnosis::dns::QueryOptions::dnssec
    #[must_use]
    pub fn new(query: Query, short: bool, setting: &Setting) -> Self {
        let question = setting.question(query);
        let signed = question.options.dnssec && !short;
        let validating = signed.then(|| Validating::new(&question.query, &question.options, &setting.anchors));
        Self { question, asked: false, short, answer: None, validating }
    }

    /// Who is asked for the chain of trust: whoever was asked for the answer, unless that one speaks for its own zones
    /// only.
    fn chain_resolver(&self) -> Resolver {
        let finds_out = self.answer.as_ref().is_some_and(|answer| match &answer.reply {
            Ok(response) => response.flags.ra,
            Err(_) => true,
        });
        if finds_out { self.question.resolver.clone() } else { Resolver::System }
    }

    /// The table to draw. The first row is the question.
    fn rows(&self) -> Vec<Row> {
        let title = Row { label: self.title(), question: Some(self.question.clone()), ..Row::default() };
        let Some(answer) = &self.answer else {
            return vec![Row { text: "…".to_owned(), ..title }];
        };
        let about = note(answer);
        let mut rows = match &answer.reply {
            Ok(response) => {
                let head = Row { note: about.clone(), ..self.head(title, response) };
                let mut rows = vec![head];
                self.sections(response, &about, &mut rows);
                rows
            }
            Err(_) => {
                let finding = verdict::failure(answer);
                let verdict = Some((Severity::Fault, finding.next));
                let mut rows = vec![Row { text: finding.says, verdict, note: about.clone(), ..title }];
                // What came may still be read in part, and that part may say why.
                if let Some(told) = answer.told_by().filter(|told| told.received.len() > 12) {
                    self.sections(&Response::read(&told.received).0, &about, &mut rows);
                }
                rows
            }
        };
        if let Some((row, links)) = self.validating.as_ref().and_then(|own| own.rows(answer.reply.as_ref().ok())) {
            rows.push(Row { depth: 1, ..row });
            rows.extend(links.into_iter().map(|link| Row { depth: 2, ..link }));
        }
        if !self.short {
            tries::rows(answer, &mut rows);
        }
        rows
    }

    fn head(&self, title: Row, response: &Response) -> Row {
        let mut words = vec![response.rcode_name()];
        words.extend(response.flags.names().into_iter().filter(|name| *name != "qr").map(str::to_owned));
        if response.opcode != 0 {
            words.push(opcode_name(response.opcode));
        }
        let query = &self.question.query;
        let is_answered = response.answers.iter().any(|record| record.value.kind() == query.kind);
        let chain = self.answer.as_ref().map(|answer| aliases(answer, &query.name)).unwrap_or_default();
        let verdict = match (response.rcode, response.answers.is_empty()) {
            (0 | 2, false) if let Some(names) = self.answer.as_ref().and_then(|own| circle(own, &query.name)) => {
                let says = format!("the aliases lead in a circle: {}; nobody gets to an answer", path(&names));
                Some((Severity::Fault, says))
            }
            (0, false) if !is_answered && !chain.is_empty() => {
                Some((Severity::Warning, format!("an alias that leads to a name without {} records", query.kind)))
            }
            (0, false) if !is_answered && !is_any(query.kind) => {
                Some((Severity::Warning, "records came, and none of them is what was asked for".to_owned()))
            }
            (0, false) => None,
            // Nothing was looked for where only the server's own knowledge was asked for.
            (0, true) if !self.question.options.recursion && !response.flags.aa && !response.authority.is_empty() => {
                Some((Severity::Note, "a referral: the authority section names who knows".to_owned()))
            }
            (0, true) => Some((Severity::Note, "the name exists and has no such record".to_owned())),
            _ => Some((Severity::Fault, response.rcode_name())),
        };
        let cut = response.flags.tc.then(|| (Severity::Warning, "truncated: there is more".to_owned()));
        Row { text: words.join(" "), verdict: cut.or(verdict), ..title }
    }

    fn sections(&self, response: &Response, about: &str, rows: &mut Vec<Row>) {
        for error in response.edns.iter().flat_map(|edns| &edns.errors).take(OPTIONS).filter(|_| !self.short) {
            let name = extended_error_name(error.code).unwrap_or("a code without a name");
            let text = match visible(error.text.as_bytes()) {
                text if text.is_empty() => name.to_owned(),
                text => format!("{name}: {text}"),
            };
            rows.push(Row {
                depth: 1,
                label: format!("EDE {}", error.code),
                text,
                note: about.to_owned(),
                ..Row::default()
            });
        }
        let name = &self.question.query.name;
        let chain = aliases_in(&response.answers, name);
        let sections =
            [("", &response.answers), ("authority ", &response.authority), ("additional ", &response.additional)];
        for (section, records) in sections.into_iter().take(if self.short { 1 } else { 3 }) {
            for record in records.iter().take(RECORDS) {
                let mut row = row(section, record, &self.question.query.name, about);
                // Scripts get the escapes of zone files, people the text as it is.
                if self.short && matches!(record.value, Value::Txt(_)) {
                    row.text = record.value.to_string();
                }
                if section.is_empty() && !belongs(record, name, &chain) {
                    row.verdict = Some((Severity::Warning, "about another name: resolvers throw it away".to_owned()));
                    if self.short {
                        continue;
                    }
                }
                rows.push(row);
            }
            if records.len() > RECORDS {
                let text = format!("{} more", records.len() - RECORDS);
                rows.push(Row { depth: 1, label: section.trim_end().to_owned(), text, ..Row::default() });
            }
        }
        if let Some(edns) = response.edns.as_ref().filter(|_| !self.short) {
            let note = about.to_owned();
            rows.push(Row { depth: 1, label: "EDNS".to_owned(), text: extension(edns), note, ..Row::default() });
        }
    }
}

/// Whether a record of the answer section is about the name that was asked for, or one that it is an alias of.
fn belongs(record: &Record, name: &str, chain: &[(&Record, &str)]) -> bool {
    same_name(&record.name, name)
        || chain.iter().any(|(_, target)| same_name(&record.name, target))
        // A DNAME stands above the name, and makes the alias (RFC 6672 §2.2).
        || matches!(record.value, Value::Other { .. }) && is_within(name, &record.name)
}

/// Whether records of other types answer such a question.
fn is_any(kind: RecordType) -> bool {
    kind == RecordType::Rrsig || kind.number() == 255
}

/// What the OPT record says, in one line.
fn extension(edns: &Edns) -> String {
    let mut words = vec![format!("version {}", edns.version)];
    if edns.dnssec_ok {
        words.push("do".to_owned());
    }
    words.push(format!("udp {}", edns.payload));
    if let Some(nsid) = &edns.nsid {
        let hex: String = nsid.iter().map(|octet| format!("{octet:02x}")).collect();
        words.push(format!("nsid \"{}\" ({hex})", visible(nsid)));
    }
    if let Some((subnet, scope)) = &edns.subnet {
        words.push(format!("subnet {subnet} for /{scope}"));
    }
    words.extend(
        edns.others.iter().take(OPTIONS).map(|(code, octets)| format!("option {code}, {} octets", octets.len())),
    );
    words.join(" · ")
}

/// The owner is named where it is another than the one asked for.
fn row(section: &str, record: &Record, asked: &str, about: &str) -> Row {
    let connect = |host: &str, address, port| Some(Connect { host: host.to_owned(), address, port, service: None });
    let (text, connect) = match &record.value {
        Value::A(ip) => (ip.to_string(), connect(&record.name, Some((*ip).into()), 25)),
        Value::Aaaa(ip) => (ip.to_string(), connect(&record.name, Some((*ip).into()), 25)),
        Value::Mx { preference, exchange } => {
            let place = if exchange.is_empty() { None } else { connect(exchange, None, 25) };
            (format!("{preference} {}", both_forms(exchange)), place)
        }
        Value::Txt(strings) => {
            // In the octets' own script, not escaped as in a zone file: what is said is to be read.
            let quoted: Vec<String> = strings.iter().map(|s| format!("\"{}\"", visible(s))).collect();
            (quoted.join(" "), None)
        }
        Value::Ptr(name) | Value::Cname(name) | Value::Ns(name) => (both_forms(name), None),
        Value::Srv { priority, weight, port, target } => {
            let service = record.name.split('.').next().and_then(|label| label.strip_prefix('_')).map(str::to_owned);
            let place = Connect { host: target.clone(), address: None, port: *port, service };
            let place = Some(place).filter(|_| !target.is_empty());
            (format!("{priority} {weight} {port} {}", both_forms(target)), place)
        }
        other => (other.to_string(), None),
    };
    let text = if same_name(&record.name, asked) { text } else { format!("{text} ({})", shown(&record.name)) };
    Row {
        depth: 1,
        label: format!("{section}{}", record.value.kind()),
        text: visible(text.as_bytes()).into_owned(),
        ttl: Some(record.ttl),
        verdict: remark(&record.value).map(|says| (Severity::Note, says)),
        note: about.to_owned(),
        connect,
        detail: explain::record(record),
        ..Row::default()
    }
}

/// What a record's numbers mean, where one would have to look them up.
fn remark(value: &Value) -> Option<String> {
    Some(match value {
        Value::Mx { exchange, .. } if exchange.is_empty() => "null MX: this domain takes no mail (RFC 7505)".to_owned(),
        Value::Ds { key_tag, algorithm, digest_type, .. } => {
            format!("key {key_tag}, {}, {}", algorithm_name(*algorithm), digest_name(*digest_type))
        }
        Value::Dnskey { flags, algorithm, key_tag, .. } => {
            let role = match (flags & 0x80 != 0, flags & 1 != 0) {
                (true, _) => "revoked, ",
                (false, true) => "entry point, ",
                (false, false) => "",
            };
            format!("key {key_tag}, {role}{}", algorithm_name(*algorithm))
        }
        Value::Rrsig { algorithm, key_tag, .. } => format!("key {key_tag}, {}", algorithm_name(*algorithm)),
        _ => return None,
    })
}

/// Names are compared without regard to case, and the root's dot at the end says nothing (RFC 1034 §3.1).
fn same_name(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dns::{ExtendedError, QueryFailure, RecordType};

    fn rows(reply: Result<Response, QueryFailure>) -> Vec<Row> {
        let query = Query { name: "example.org".to_owned(), kind: RecordType::Txt };
        let mut single = Single::new(query.clone(), false, &Setting::new(Resolver::System));
        for want in single.wants() {
            let Want::Answer(question) = want else { panic!("{want:?}") };
            single.came(Came::Answer(question, Box::new(Answer::new(query.clone(), reply.clone()))), 0);
        }
        single.table().0
    }

    #[test]
    fn records_of_an_answer_are_safe_to_draw() {
        let record = Record {
            name: "example.org".to_owned(),
            ttl: 60,
            value: Value::Txt(vec![b"a\x1b[2J".to_vec(), b"b".to_vec()]),
        };
        let edns = Edns {
            payload: 1232,
            nsid: Some(b"a\x1b".to_vec()),
            errors: vec![ExtendedError { code: 15, text: "by \u{1b}[31m law".to_owned() }],
            others: vec![(10, vec![0; 16])],
            ..Edns::default()
        };
        let rows = rows(Ok(Response { answers: vec![record], edns: Some(edns), ..Response::default() }));
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "NOERROR",
                "Blocked: by ␛[31m law",
                "\"a␛[2J\" \"b\"",
                "version 0 · udp 1232 · nsid \"a␛\" (611b) · option 10, 16 octets"
            ]
        );
        assert_eq!(rows[2].ttl, Some(60));
    }

    #[test]
    fn a_foreign_owner_is_named_and_numbers_are_explained() {
        let mx = |name: &str, exchange: &str| Record {
            name: name.to_owned(),
            ttl: 60,
            value: Value::Mx { preference: 0, exchange: exchange.to_owned() },
        };
        let ds = Value::Ds { key_tag: 7, algorithm: 13, digest_type: 2, digest: vec![0xab] };
        let answers = vec![
            mx("Example.org.", ""),
            mx("other.example", "mx.xn--bcher-kva.example"),
            Record { name: "example.org".to_owned(), ttl: 60, value: ds },
        ];
        let rows = rows(Ok(Response { answers, ..Response::default() }));
        assert_eq!((rows[1].text.as_str(), &rows[1].connect), ("0 .", &None));
        assert!(rows[1].verdict.as_ref().is_some_and(|(_, says)| says.contains("null MX")));
        assert_eq!(rows[2].text, "0 mx.xn--bcher-kva.example (mx.bücher.example) (other.example)");
        assert!(rows[2].verdict.as_ref().is_some_and(|(_, says)| says.contains("another name")));
        assert_eq!(rows[3].text, "7 13 2 AB");
        assert_eq!(rows[3].verdict.as_ref().unwrap().1, "key 7, ECDSAP256SHA256, SHA-256");
    }

    #[test]
    fn no_answer_says_why() {
        let timed_out = rows(Err(QueryFailure::TimedOut));
        assert!(timed_out[0].text.contains("in time"), "{}", timed_out[0].text);
        assert!(timed_out[0].verdict.as_ref().is_some_and(|(_, next)| !next.is_empty()));
        let query = Query { name: String::new(), kind: RecordType::Ns };
        let open = Single::new(query, false, &Setting::new(Resolver::System)).table().0;
        assert_eq!((open[0].label.as_str(), open[0].text.as_str()), ("NS .", "…"));
    }

    #[test]
    fn scripts_get_texts_as_zone_files_have_them() {
        let query = Query { name: "example.org".to_owned(), kind: RecordType::Txt };
        let mut single = Single::new(query.clone(), true, &Setting::new(Resolver::System));
        let value = Value::Txt(vec![b"a \"b\" \\ \x1b".to_vec()]);
        let answers = vec![Record { name: "example.org".to_owned(), ttl: 1, value }];
        for want in single.wants() {
            let Want::Answer(question) = want else { panic!("{want:?}") };
            let reply = Ok(Response { answers: answers.clone(), ..Response::default() });
            single.came(Came::Answer(question, Box::new(Answer::new(query.clone(), reply))), 0);
        }
        let rows = single.table().0;
        assert_eq!(rows[1].text, r#""a \"b\" \\ \027""#);
    }

    #[test]
    fn refusals_are_told_from_emptiness() {
        let verdict = |response| rows(Ok(response))[0].verdict.clone().unwrap();
        assert_eq!(verdict(Response { rcode: 5, ..Response::default() }).1, "REFUSED");
        assert_eq!(verdict(Response::default()).0, Severity::Note);
    }
}
