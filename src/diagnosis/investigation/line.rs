//! What is typed into the DNS pane or behind `ehlo dns`, as an investigation.

use std::net::IpAddr;

use super::{Investigation, Setting};
use crate::diagnosis::blocklist::{Listings, Subject};
use crate::diagnosis::client_config::ClientConfig;
use crate::diagnosis::comparison::Comparison;
use crate::diagnosis::dane::DaneSurvey;
use crate::diagnosis::dkim::MessageCheck;
use crate::diagnosis::dns::ascii_name;
use crate::diagnosis::hello::Enumeration;
use crate::diagnosis::inspection::{self, Inspection};
use crate::diagnosis::spf::{SenderCheck, SpfTree};
use crate::diagnosis::survey::{Asked, Single, Survey, asked};

/// What a line asks for.
#[derive(Debug)]
pub struct Opened {
    /// What is looked into.
    pub what: What,
    /// Whom and how it asks.
    pub setting: Setting,
    /// It is one question, whose answer has records for scripts.
    pub is_question: bool,
    /// Only what the records say is wanted (`+short`).
    pub short: bool,
}

/// What is looked into.
#[derive(Debug)]
pub enum What {
    /// This.
    Investigation(Box<dyn Investigation>),
    /// The message in this file, for [`open_message`]; the empty name stands for the message at hand.
    Message(String),
}

/// The words that begin a line about something else than a survey or one question, how such a line goes on, and what it
/// tells.
pub const VIEWS: &[(&str, &str, &str)] = &[
    ("survey", "DOMAIN [SELECTOR …]", "everything, with the keys of selectors"),
    ("compare", "DOMAIN", "its servers and resolvers side by side"),
    ("spf", "SENDER [IP [HELO]]", "the record as a tree, or: may IP send?"),
    ("dkim", "[FILE]", "the signatures of a message, verified"),
    ("dane", "DOMAIN | HOST:PORT", "TLSA against the certificates shown"),
    ("tls", "HOST[:PORT] [for DOMAIN] [+aia]", "the handshake and certificate of a server, judged"),
    ("client", "ADDRESS | DOMAIN", "how mail programs set themselves up"),
    ("blocklist", "DOMAIN | IP", "who lists it (RFC 5782)"),
    ("enumerate", "HOST[:PORT]", "the TLS versions and suites it accepts"),
];

/// Looks into a message in its octets.
#[must_use]
pub fn open_message(octets: &[u8], setting: &Setting) -> Box<dyn Investigation> {
    Box::new(MessageCheck::new(octets, setting.clone()))
}

/// Reads a line. `setting` holds what the line does not say.
///
/// # Errors
/// What is wrong with the line, and what could be typed.
pub fn open(line: &str, setting: &Setting) -> Result<Opened, String> {
    let line = asked(line)?;
    let setting = Setting {
        resolver: line.resolver.unwrap_or_else(|| setting.resolver.clone()),
        options: line.options,
        ..setting.clone()
    };
    let is_question = matches!(line.asked, Asked::One(_));
    let what = match line.asked {
        Asked::Survey(subject) => What::Investigation(Box::new(Survey::new(&subject, &setting))),
        Asked::One(query) => What::Investigation(Box::new(Single::new(query, line.short, &setting))),
        Asked::View("dkim", words) => What::Message(words.join(" ")),
        Asked::View(name, words) => What::Investigation(view(name, &words, &setting)?),
    };
    Ok(Opened { what, setting, is_question, short: line.short })
}

fn view(name: &str, words: &[String], setting: &Setting) -> Result<Box<dyn Investigation>, String> {
    let usage = || {
        let form = VIEWS.iter().find(|(view, ..)| *view == name).map_or("", |(_, form, _)| *form);
        format!("write {name} {form}")
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (name, words.as_slice()) {
        ("survey", [domain, selectors @ ..]) => {
            let survey = Survey::new(&name_of(domain)?, setting);
            Ok(Box::new(survey.with_selectors(selectors.iter().map(|&selector| selector.to_owned()).collect())))
        }
        ("client", [subject]) => Ok(Box::new(ClientConfig::new(subject, setting)?)),
        ("enumerate", [_, ..]) => {
            let subject = inspection::Subject::read(&words, setting.security)?;
            Ok(Box::new(Enumeration::new(&subject.endpoint, setting.sni.as_deref())))
        }
        ("tls", [_, ..]) => {
            let subject = inspection::Subject::read(&words, setting.security)?;
            Ok(Box::new(Inspection::new(subject, setting)))
        }
        ("dane", [subject]) => Ok(Box::new(DaneSurvey::new(subject, setting)?)),
        ("spf", [domain]) => Ok(Box::new(SpfTree::new(&name_of(domain)?, setting.clone()))),
        ("spf", [sender, ip, helo @ ..]) if helo.len() < 2 => {
            let ip = ip.parse().map_err(|_| format!("\"{ip}\" is not an address; {}", usage()))?;
            Ok(Box::new(SenderCheck::new(ip, sender, helo.first().copied(), setting.clone())?))
        }
        ("blocklist", [subject]) => {
            let subject = match subject.parse() {
                Ok(ip) => Subject::Address(ip),
                Err(_) => Subject::Domain(name_of(subject)?),
            };
            Ok(Box::new(Listings::new(subject, setting.lists.clone(), setting.clone())))
        }
        ("compare", [address]) if address.parse::<IpAddr>().is_ok() => {
            Err(format!("{address} is an address, and servers are compared about a domain; {}", usage()))
        }
        ("compare", [domain]) => Ok(Box::new(Comparison::new(&name_of(domain)?, setting.clone()))),
        _ => Err(usage()),
    }
}

/// The name in A-label form; of an address with an at sign, its domain.
fn name_of(word: &str) -> Result<String, String> {
    let domain = word.rsplit_once('@').map_or(word, |(_, domain)| domain);
    match ascii_name(domain) {
        Ok(name) if !name.is_empty() => Ok(name),
        Ok(_) => Err(format!("\"{word}\" names no domain")),
        Err(reason) => Err(format!("\"{domain}\" is not a name: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::dns::Resolver;

    #[test]
    fn lines_and_what_they_look_into() {
        let setting = Setting::new(Resolver::System);
        for (line, title) in [
            ("example.org", "example.org"),
            ("mx example.org @9.9.9.9", "MX example.org"),
            ("survey example.org google s1", "example.org"),
            ("spf example.org", "SPF of example.org"),
            ("@9.9.9.9 +tcp spf example.org", "SPF of example.org"),
            ("blocklist 192.0.2.1", "blocklists: 192.0.2.1"),
            ("enumerate mx.example.org", "what mx.example.org:25 speaks"),
            ("enumerate imaps://mail.example.org", "what mail.example.org:993 speaks"),
            ("tls mx1.example.org for example.org +aia", "TLS mx1.example.org:25 for example.org"),
            ("@9.9.9.9 tls imaps://bücher.example", "TLS xn--bcher-kva.example (bücher.example):993"),
            ("compare jo@example.org", "example.org compared"),
            ("survey bücher.example", "xn--bcher-kva.example (bücher.example)"),
        ] {
            let opened = open(line, &setting).unwrap_or_else(|error| panic!("{line}: {error}"));
            let What::Investigation(investigation) = opened.what else { panic!("{line}") };
            assert_eq!(investigation.title(), title, "{line}");
            assert_eq!(opened.setting.resolver != Resolver::System, line.contains("@9"), "{line}");
        }
        for (line, part) in [
            ("survey a..b", "is not a name"),
            ("mx @9.9.9.9", "which name?"),
            ("survey jo@", "names no domain"),
            ("spf example.org 192.0.2", "is not an address"),
            ("compare", "write compare DOMAIN"),
            ("blocklist @9.9.9.9", "write blocklist DOMAIN | IP"),
            ("compare 192.0.2.1", "is an address"),
            ("enumerate jo@example.org", "write the name of a server"),
        ] {
            let error = open(line, &setting).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn files_of_messages() {
        let setting = Setting::new(Resolver::System);
        for (line, file) in
            [("dkim", ""), (" dkim  /tmp/a b.eml @9.9.9.9", "/tmp/a b.eml"), ("@9.9.9.9 dkim x.eml", "x.eml")]
        {
            let opened = open(line, &setting).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(matches!(&opened.what, What::Message(got) if got == file), "{line}: {opened:?}");
            assert_eq!(opened.setting.resolver != Resolver::System, line.contains('@'), "{line}");
        }
    }

    #[test]
    fn every_view_can_be_opened() {
        let setting = Setting::new(Resolver::System);
        for (name, form, _) in VIEWS.iter().filter(|(name, ..)| *name != "dkim") {
            let wrong = view(name, &[], &setting).unwrap_err();
            assert_eq!(wrong, format!("write {name} {form}"));
        }
    }
}
