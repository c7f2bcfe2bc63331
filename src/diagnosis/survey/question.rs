//! What is typed into the DNS pane, as dig would read it, and the line of dig that asks the same.

use std::net::IpAddr;

use crate::diagnosis::dns::{Query, QueryOptions, RecordType, Resolver, Transport, ascii_name, reverse_name};
use crate::diagnosis::inspection::FETCH;
use crate::diagnosis::investigation::{Question, VIEWS};
use crate::protocol::endpoint::Host;

/// What the user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// No type was given: everything about this domain or address, by a [`super::Survey`].
    Survey(String),
    /// This one question.
    One(Query),
    /// One of the views of [`VIEWS`], and the words behind its name.
    View(&'static str, Vec<String>),
}

/// A line of the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is asked for.
    pub asked: Asked,
    /// Whom, if that is said.
    pub resolver: Option<Resolver>,
    /// How.
    pub options: QueryOptions,
    /// Only what the records say is wanted (`+short`).
    pub short: bool,
}

/// Reads `example.org`, `mx example.org @9.9.9.9 +dnssec`, `-t txt example.org`, `-x 192.0.2.25`, `user@example.org`.
///
/// Words may come in any order, as dig takes them, with or without `dig` before them. Names in any script are turned
/// into A-labels.
///
/// # Errors
/// The text says what is wrong and what could be typed.
pub fn asked(line: &str) -> Result<Line, String> {
    let mut read = Words::default();
    let mut words: Vec<&str> = line.split_whitespace().map(unquoted).collect();
    // Resolver and options may stand before the word that tells what the line is about.
    let first = words.iter().position(|word| !word.starts_with(['@', '+'])).unwrap_or(0);
    if words.get(first) == Some(&"probe") && words.len() > first + 1 {
        return Err(
            "a probe is for a server, and asks first: ehlo probe HOST, or probe in the palette (Ctrl-P)".to_owned()
        );
    }
    if words.get(first) == Some(&"dig") && words.len() > first + 1 {
        words.remove(first);
    } else if let Some((name, ..)) = words.get(first).and_then(|first| VIEWS.iter().find(|(name, ..)| name == first)) {
        words.remove(first);
        read.view = Some((*name, Vec::new()));
    }
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        read.word(word, &mut words)?;
    }
    read.line()
}

/// A word without the quotes that [`dig`] puts around what a shell would read in its own way.
fn unquoted(word: &str) -> &str {
    word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(word)
}

/// The words read so far.
#[derive(Default)]
struct Words<'a> {
    resolver: Option<Resolver>,
    kind: Option<RecordType>,
    name: Option<&'a str>,
    /// `-x`: the name is an address, and its reverse name is asked for.
    reverse: bool,
    options: QueryOptions,
    short: bool,
    view: Option<(&'static str, Vec<String>)>,
}

impl<'a> Words<'a> {
    fn word(&mut self, word: &'a str, rest: &mut dyn Iterator<Item = &'a str>) -> Result<(), String> {
        let mut next = |what: &str| rest.next().ok_or_else(|| format!("\"{word}\" needs {what} behind it"));
        if let Some(option) = word.strip_prefix('+') {
            if option.eq_ignore_ascii_case("short") {
                self.short = true;
                return Ok(());
            }
            if let Some(("tls", words)) = &mut self.view
                && word.eq_ignore_ascii_case(FETCH)
            {
                words.push(FETCH.to_owned());
                return Ok(());
            }
            return self.options.set(option);
        }
        if word.starts_with('@') {
            if self.resolver.replace(Resolver::parse(word)?).is_some() {
                return Err(format!("\"{word}\" is a second resolver; name one"));
            }
            return Ok(());
        }
        if let Some((_, words)) = &mut self.view {
            words.push(word.to_owned());
            return Ok(());
        }
        match word {
            "-x" => {
                self.reverse = true;
                self.named(next("an address: -x 192.0.2.25")?)
            }
            "-q" => self.named(next("a name: -q example.org")?),
            "-t" => {
                let name = next("a type: -t mx")?;
                let kind = RecordType::find(name).ok_or_else(|| no_type(name))?;
                self.typed(kind)
            }
            "-p" => {
                let port = next("a port: -p 5353")?;
                let number = port.parse().ok().filter(|port| *port > 0);
                self.options.port =
                    Some(number.ok_or_else(|| format!("\"{port}\" is not a port, which is a number up to 65535"))?);
                Ok(())
            }
            "-c" => match next("a class: -c IN")? {
                class if class.eq_ignore_ascii_case("in") => Ok(()),
                class => Err(format!("the class \"{class}\" is not asked for here, only IN")),
            },
            _ if word.len() > 1 && word.starts_with('-') => {
                Err(format!("\"{word}\" is not an option; the options of one letter are -x -t -q -p -c"))
            }
            _ if word.eq_ignore_ascii_case("in") => Ok(()),
            _ => match (self.kind, RecordType::find(word)) {
                (None, Some(kind)) => self.typed(kind),
                _ => self.named(word),
            },
        }
    }

    fn typed(&mut self, kind: RecordType) -> Result<(), String> {
        if let Some(why) = kind.obstacle() {
            return Err(format!("{kind} is {why}"));
        }
        if let Some(first) = self.kind.replace(kind).filter(|first| *first != kind) {
            return Err(format!("{first} and {kind} are two types; ask for one at a time"));
        }
        Ok(())
    }

    fn named(&mut self, word: &'a str) -> Result<(), String> {
        let Some(first) = self.name.replace(word) else { return Ok(()) };
        match [first, word].into_iter().find(|word| !word.contains(['.', ':'])) {
            Some(odd) if self.kind.is_none() => Err(no_type(odd)),
            _ => Err(format!("\"{word}\" is one word too many; write NAME TYPE @RESOLVER +OPTIONS")),
        }
    }

    fn line(self) -> Result<Line, String> {
        if let Some((name, words)) = self.view {
            let asked = Asked::View(name, words);
            return Ok(Line { asked, resolver: self.resolver, options: self.options, short: self.short });
        }
        let Some(name) = self.name else {
            return Err("which name? write example.org, mx example.org or 192.0.2.25".to_owned());
        };
        let asked = self.asked(name)?;
        Ok(Line { asked, resolver: self.resolver, options: self.options, short: self.short })
    }

    fn asked(&self, name: &str) -> Result<Asked, String> {
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
        let pointer = |ip| Asked::One(Query { name: reverse_name(ip), kind: RecordType::Ptr });
        match (bare.parse::<IpAddr>(), self.kind) {
            (Ok(ip), None) if !self.reverse => return Ok(Asked::Survey(ip.to_string())),
            (Ok(ip), None | Some(RecordType::Ptr)) => return Ok(pointer(ip)),
            (Ok(ip), Some(other)) if self.reverse => {
                return Ok(Asked::One(Query { name: reverse_name(ip), kind: other }));
            }
            (Ok(ip), Some(other)) => {
                return Err(format!("{ip} is an address: it has a PTR record and no {other}; write ptr {ip}"));
            }
            (Err(_), _) if self.reverse => {
                return Err(format!("\"{name}\" is not an address, which -x turns into its reverse name"));
            }
            (Err(_), _) => {}
        }
        let domain = bare.rsplit_once('@').map_or(bare, |(_, domain)| domain);
        if domain.contains("://") || domain.contains(':') {
            return Err(format!(
                "\"{name}\" names a server and a port; write its name alone, or connect to it with F2"
            ));
        }
        let top = domain.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let network = top.split('/').next().unwrap_or_default();
        if self.kind.is_none() && !network.is_empty() && network.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(format!(
                "\"{name}\" is neither an address nor a name; an address is 192.0.2.25 or 2001:db8::25"
            ));
        }
        let ascii = ascii_name(domain).map_err(|reason| format!("\"{domain}\" is not a name: {reason}"))?;
        match self.kind {
            Some(kind) if !domain.is_empty() => Ok(Asked::One(Query { name: ascii, kind })),
            None if !ascii.is_empty() => Ok(Asked::Survey(ascii)),
            _ => Err(format!("\"{name}\" names no domain; write example.org, or ns . for the root")),
        }
    }
}

fn no_type(word: &str) -> String {
    let common = RecordType::ALL.iter().take(16).map(|kind| kind.name()).collect::<Vec<_>>().join(" ");
    format!("\"{word}\" is not a type; the types are {common} and others, any of them also by number: TYPE65")
}

/// The line of dig that asks the same of the same server.
#[must_use]
pub fn dig(question: &Question) -> String {
    let Question { query, resolver, options } = question;
    let mut words = vec!["dig".to_owned()];
    let (mut transport, mut port) = (options.transport.clone(), options.port);
    if let Resolver::Server(server) = resolver {
        transport = transport.or_else(|| Some(server.transport.clone()));
        port = port.or(server.port);
        words.push(match &server.host {
            Host::Ip(ip) => format!("@{ip}"),
            Host::Name(name) => format!("@{name}"),
        });
    }
    words.extend(port.map(|port| format!("-p {port}")));
    match transport {
        None | Some(Transport::Udp) => {}
        Some(Transport::Tcp) => words.push("+tcp".to_owned()),
        Some(Transport::Tls) => words.push("+tls".to_owned()),
        Some(Transport::Https(path)) => words.push(format!("+https={path}")),
    }
    words.extend(options.words());
    words.push(if query.name.is_empty() { ".".to_owned() } else { query.name.clone() });
    words.push(query.kind.to_string());
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell leaves it alone.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@+-_./:=, ".contains(c);
    match word {
        word if word.chars().all(plain) => word.to_owned(),
        // Within single quotes nothing but a single quote has a meaning, and names have another way to write it.
        word => format!("'{}'", word.replace('\'', "\\039")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &Line) -> String {
        let mut out = match &line.asked {
            Asked::Survey(subject) => format!("survey {subject}"),
            Asked::One(query) => format!("{} {}", query.kind, if query.name.is_empty() { "." } else { &query.name }),
            Asked::View(name, words) => format!("view {name} {}", words.join(" ")),
        };
        if let Some(resolver) = &line.resolver {
            out.push_str(&format!(" @{resolver}"));
        }
        for word in line.options.words() {
            out.push_str(&format!(" {word}"));
        }
        if let Some(port) = line.options.port {
            out.push_str(&format!(" port {port}"));
        }
        if let Some(transport) = &line.options.transport {
            out.push_str(&format!(" by {}", transport.name()));
        }
        if line.short {
            out.push_str(" short");
        }
        out
    }

    #[test]
    fn lines_of_the_pane() {
        for (line, expect) in [
            ("example.org", "survey example.org"),
            ("  Example.ORG.  ", "survey example.org"),
            ("bücher.example @9.9.9.9", "survey xn--bcher-kva.example @9.9.9.9"),
            ("mx example.org @9.9.9.9", "MX example.org @9.9.9.9"),
            ("@tcp://192.0.2.53 example.org in TXT", "TXT example.org @tcp://192.0.2.53"),
            ("_dmarc.example.org txt", "TXT _dmarc.example.org"),
            ("_imaps._tcp.example.org SRV", "SRV _imaps._tcp.example.org"),
            ("user@example.org", "survey example.org"),
            ("user@example.org mx", "MX example.org"),
            ("192.0.2.25", "survey 192.0.2.25"),
            ("-x 192.0.2.25", "PTR 25.2.0.192.in-addr.arpa"),
            ("-x 192.0.2.25 txt", "TXT 25.2.0.192.in-addr.arpa"),
            ("[2001:db8::25]", "survey 2001:db8::25"),
            ("ptr 192.0.2.25", "PTR 25.2.0.192.in-addr.arpa"),
            ("mx mx", "MX mx"),
            ("-t mx mx", "MX mx"),
            ("-t mx -q caa", "MX caa"),
            ("example.org TYPE65280", "TYPE65280 example.org"),
            ("tlsa _25._tcp.mx.example.org", "TLSA _25._tcp.mx.example.org"),
            ("ns .", "NS ."),
            ("txt *.example.org", "TXT *.example.org"),
            ("ptr 128/26.2.0.192.in-addr.arpa", "PTR 128/26.2.0.192.in-addr.arpa"),
            (
                "dig mx example.org @ns1.example.org +tcp +dnssec +norec -p 5353",
                "MX example.org @ns1.example.org +dnssec +norec port 5353 by TCP",
            ),
            ("+short -c IN example.org a @tls://dns.quad9.net", "A example.org @tls://dns.quad9.net short"),
            ("example.org +dnssec", "survey example.org +dnssec"),
            ("dig", "survey dig"),
            ("@9.9.9.9 survey example.org", "view survey example.org @9.9.9.9"),
            ("compare", "view compare "),
            ("survey example.org s1 @9.9.9.9 +tcp", "view survey example.org s1 @9.9.9.9 by TCP"),
        ] {
            let read = asked(line).unwrap_or_else(|e| panic!("{line}: {e}"));
            assert_eq!(shown(&read), expect, "{line}");
        }
    }

    #[test]
    fn wrong_lines_say_what_to_type() {
        for (line, part) in [
            ("", "which name?"),
            ("mx", "which name?"),
            ("mx @9.9.9.9", "which name?"),
            ("wks example.org", "\"wks\" is not a type; the types are A AAAA MX TXT"),
            ("-t wks example.org", "\"wks\" is not a type"),
            ("mx example.org example.net", "one word too many"),
            ("mx example.org txt", "one word too many"),
            ("-t mx -t txt example.org", "MX and TXT are two types"),
            ("axfr example.org", "AXFR is a transfer"),
            ("example.org @192.0.2", "not the address or the name of a resolver"),
            ("example.org @9.9.9.9 @1.1.1.1", "second resolver"),
            ("192.0.2.25 mx", "write ptr"),
            ("-x example.org", "is not an address"),
            ("-x", "\"-x\" needs an address"),
            ("mx example.org -p", "needs a port"),
            ("mx example.org -p 0", "\"0\" is not a port"),
            ("mx example.org -c CH", "only IN"),
            ("mx example.org -z", "options of one letter are"),
            ("mx example.org +trace", "the options are +tcp"),
            ("a..b", "not a name"),
            ("user@", "names no domain"),
            ("mx user@", "names no domain"),
            (".", "names no domain"),
            ("https://example.org/", "names a server"),
            ("example.org:25", "names a server"),
            ("192.0.2.25/24", "neither an address nor a name"),
            ("300.1.1.1", "neither an address nor a name"),
        ] {
            let error = asked(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn the_line_of_dig_asks_the_same() {
        for (line, expect) in [
            ("mx example.org", "dig example.org MX"),
            ("ns .", "dig . NS"),
            ("mx bücher.example @9.9.9.9", "dig @9.9.9.9 xn--bcher-kva.example MX"),
            ("a x.org @[2620:fe::fe]:5353 +tcp", "dig @2620:fe::fe -p 5353 +tcp x.org A"),
            ("a x.org @tls://dns.quad9.net +dnssec", "dig @dns.quad9.net +tls +dnssec x.org A"),
            ("a x.org @https://dns.quad9.net", "dig @dns.quad9.net +https=/dns-query x.org A"),
            ("a x.org @https://h.example/q?a=$b", "dig @h.example '+https=/q?a=$b' x.org A"),
            ("txt a\\;b.example +time=2 +retry=1", "dig +time=2 +tries=2 'a\\;b.example' TXT"),
            ("-x 192.0.2.25 +norec", "dig +norec 25.2.0.192.in-addr.arpa PTR"),
            ("type65280 *.x.org", "dig '*.x.org' TYPE65280"),
            ("a o'hara.example", "dig 'o\\039hara.example' A"),
        ] {
            let read = asked(line).unwrap();
            let Asked::One(query) = &read.asked else { panic!("{line}") };
            let resolver = read.resolver.clone().unwrap_or_default();
            let question = |query: &Query, resolver, options: &QueryOptions| Question {
                query: query.clone(),
                resolver,
                options: options.clone(),
            };
            let text = dig(&question(query, resolver, &read.options));
            assert_eq!(text, expect, "{line}");
            let again = asked(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let Asked::One(same) = &again.asked else { panic!("{text}") };
            let back = dig(&question(same, again.resolver.clone().unwrap_or_default(), &again.options));
            assert_eq!((same, back.as_str()), (query, expect), "{line}");
        }
    }
}
