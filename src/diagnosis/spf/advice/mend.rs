//! A record as it was meant.

use std::collections::HashSet;

use crate::diagnosis::spf::mistakes;
use crate::diagnosis::spf::name::{network4, network6};
use crate::diagnosis::spf::record::{Record, VERSION};
use crate::diagnosis::spf::term::{self, Mechanism, Qualifier, Reading};

/// Mends a record: terms that are none, terms that nobody looks at, `all` that says nothing, odd writing. Nothing where
/// there is nothing to mend, or a term whose meaning cannot be guessed.
pub(super) fn record(text: &str) -> Option<String> {
    let mended = terms(&words(text))?;
    let sound = Record::read(mended.as_bytes()).fault().is_none();
    (sound && mended != text).then_some(mended)
}

/// One record with the terms of several; the softer `all` of them. Nothing where one has a term that cannot be mended.
pub(super) fn join(texts: &[String]) -> Option<String> {
    let mut all: Option<&str> = None;
    let mut joined = Vec::new();
    for text in texts {
        for word in words(text) {
            match term::read(&word) {
                Ok(Reading::Directive(Qualifier::Fail, Mechanism::All)) => {
                    all.get_or_insert("-all");
                }
                Ok(Reading::Directive(_, Mechanism::All)) => all = Some("~all"),
                _ => joined.push(word),
            }
        }
    }
    joined.push(all.unwrap_or("~all").to_owned());
    let mended = terms(&joined)?;
    Record::read(mended.as_bytes()).fault().is_none().then_some(mended)
}

/// The words behind the version, in plain characters. A space behind a colon, an equals sign or a qualifier is taken out.
fn words(text: &str) -> Vec<String> {
    let spaced: String = mistakes::plain(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out: Vec<String> = Vec::new();
    for word in spaced.split(' ').filter(|word| !word.is_empty()).skip(1) {
        match out.last_mut().filter(|last| last.ends_with([':', '=']) || matches!(last.as_str(), "+" | "-" | "~" | "?"))
        {
            Some(last) if term::read(last).is_err() && last.len() < 16 => last.push_str(word),
            _ => out.push(word.to_owned()),
        }
    }
    out
}

/// The terms in good order behind the version. Nothing where one cannot be mended.
fn terms(words: &[String]) -> Option<String> {
    let mut good = Vec::new();
    for word in words {
        if term::read(word).is_ok() {
            good.push(written(word));
        } else {
            let mended = mistakes::known(word)?.mended?;
            good.extend(mended.split(' ').filter(|part| !part.is_empty()).map(written));
        }
    }
    let (mut directives, mut modifiers, mut redirect) = (Vec::new(), Vec::new(), None);
    let mut all = None;
    let mut seen = HashSet::new();
    for word in good.into_iter().flatten() {
        if !seen.insert(word.to_ascii_lowercase()) {
            continue;
        }
        match term::read(&word) {
            Ok(Reading::Directive(sign, Mechanism::All)) => {
                all.get_or_insert(if sign == Qualifier::Fail { "-all" } else { "~all" });
            }
            Ok(Reading::Directive(..)) => directives.push(word),
            // Two redirections to two places: nobody can tell which is meant.
            Ok(Reading::Redirect(_)) if redirect.is_some() => return None,
            Ok(Reading::Redirect(_)) => redirect = Some(word),
            _ => modifiers.push(word),
        }
    }
    let last = match (all, redirect) {
        (Some(all), _) => all.to_owned(),
        (None, Some(redirect)) => redirect,
        (None, None) => "~all".to_owned(),
    };
    let parts = std::iter::once(VERSION.to_owned()).chain(directives).chain([last]).chain(modifiers);
    Some(parts.collect::<Vec<_>>().join(" "))
}

/// A good term in its usual writing; nothing for a second version.
fn written(word: &str) -> Option<String> {
    match term::read(word) {
        Ok(Reading::Unknown(name)) => {
            if word.eq_ignore_ascii_case(VERSION) {
                return None;
            }
            let as_mechanism = format!("{name}:{}", word.get(name.len() + 1..).unwrap_or_default());
            Some(if is_meant(&name) && term::read(&as_mechanism).is_ok() { as_mechanism } else { word.to_owned() })
        }
        Ok(Reading::Directive(_, mechanism)) => {
            let sign = word.get(..1).filter(|sign| "+-~?".contains(*sign)).unwrap_or_default();
            let sign = if sign == "+" { "" } else { sign };
            let bits = |bits: u8, most: u8| if bits == most { String::new() } else { format!("/{bits}") };
            Some(match mechanism {
                Mechanism::Ip4(ip, n) => format!("{sign}ip4:{}{}", network4(ip, n), bits(n, 32)),
                Mechanism::Ip6(ip, n) => format!("{sign}ip6:{}{}", network6(ip, n), bits(n, 128)),
                _ => {
                    let bare = word.trim_start_matches(['+', '-', '~', '?']);
                    let end = bare.find([':', '/']).unwrap_or(bare.len());
                    let (name, rest) = bare.split_at_checked(end).unwrap_or((bare, ""));
                    format!("{sign}{}{rest}", name.to_ascii_lowercase())
                }
            })
        }
        _ => Some(word.to_owned()),
    }
}

/// Whether a modifier's name is that of a mechanism, so that `:` was meant.
pub(super) fn is_meant(modifier: &str) -> bool {
    let lower = modifier.to_ascii_lowercase();
    matches!(lower.as_str(), "a" | "mx" | "ptr" | "ip4" | "ip6" | "include" | "exists" | "all")
}
