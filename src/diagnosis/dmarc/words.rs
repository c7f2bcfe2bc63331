//! What each tag of a DMARC record means, in words.

use super::record::{Mode, Policy, Psd, Record, Stated};
use crate::diagnosis::tagged::{Destination, Explained, Tag, TagList, shown};

/// The tags of the record in their order, then the defaults of those it leaves out.
pub(super) fn rows(list: &TagList<'_>, record: &Record) -> Vec<Explained> {
    let mut rows: Vec<Explained> = list.tags.iter().map(|tag| Explained::stated(tag, meaning(tag, record))).collect();
    let p = record.policy();
    let sp = record.sp.get().unwrap_or(p);
    for (tag, value, meaning) in [
        ("p", "none", "nothing is asked of receivers: the record names no policy".to_owned()),
        ("sp", p.name(), format!("subdomains have the policy of the domain: {}", does(p))),
        ("np", sp.name(), format!("subdomains that do not exist are treated as others are: {}", does(sp))),
        ("adkim", "r", aligned("the signing domain of DKIM (d=)", Mode::Relaxed)),
        ("aspf", "r", aligned("the domain of the envelope sender that SPF checks", Mode::Relaxed)),
        ("rua", "", "no aggregate reports are asked for: who sends in this name stays unknown".to_owned()),
        ("ruf", "", "no reports on single messages are asked for".to_owned()),
        ("psd", "u", "whether this is the organisational domain is found by the walk up the tree".to_owned()),
        ("t", "n", "the policy is meant as it stands".to_owned()),
    ] {
        if list.get(tag).is_none() {
            rows.push(Explained::default(tag, value, meaning));
        }
    }
    if list.get("ruf").is_some() && list.get("fo").is_none() {
        rows.push(Explained::default("fo", "0", option("0")));
    }
    rows
}

fn meaning(tag: &Tag<'_>, record: &Record) -> String {
    let ignored = |what: &str| format!("not {what}: receivers take the default");
    match tag.name {
        "v" => "this is a DMARC record of version 1".to_owned(),
        "p" => policy("mail in this name that fails", record.p, "none, quarantine or reject"),
        "sp" => policy("mail in the name of a subdomain that fails", record.sp, "none, quarantine or reject"),
        "np" => policy("mail in the name of a subdomain that does not exist", record.np, "none, quarantine or reject"),
        "adkim" if is_mode(tag) => aligned("the signing domain of DKIM (d=)", record.adkim),
        "aspf" if is_mode(tag) => aligned("the domain of the envelope sender that SPF checks", record.aspf),
        "adkim" | "aspf" => ignored("r or s"),
        "rua" => sent_to("reports on all mail in this name, usually daily,", &record.rua),
        "ruf" => sent_to("a report on each message that fails", &record.ruf),
        "fo" => match failure_options(tag) {
            Some(options) => options.into_iter().map(option).collect::<Vec<_>>().join("; "),
            None => ignored("a list of 0, 1, d, s between colons"),
        },
        "psd" => match (record.psd, tag.text()) {
            (Psd::Yes, _) => "a public suffix: others register domains below it".to_owned(),
            (Psd::No, _) => "an organisational domain: the walk up the tree ends here".to_owned(),
            (Psd::Unknown, Some("u" | "U")) => "found by the walk up the tree, as if the tag were not there".to_owned(),
            _ => ignored("y, n or u"),
        },
        "t" => match tag.text() {
            Some("y" | "Y") => {
                "the policy is tried out: receivers act one level lower (reject as quarantine, quarantine as none)"
                    .to_owned()
            }
            Some("n" | "N") => "the policy is meant as it stands".to_owned(),
            _ => ignored("y or n"),
        },
        "pct" => match record.pct {
            Stated::Is(100) => "all failing mail is meant; removed by RFC 9989".to_owned(),
            Stated::Is(share) => format!(
                "older receivers apply the policy to {share} of 100 failing messages, newer ones to all: the tag was \
                 removed by RFC 9989"
            ),
            _ => ignored("a number from 0 to 100"),
        },
        "ri" => "seconds between reports; removed by RFC 9989, and few ever kept to it".to_owned(),
        "rf" => "format of failure reports; removed by RFC 9989, there was only afrf".to_owned(),
        _ => "not a tag of DMARC: receivers pass over it".to_owned(),
    }
}

fn policy(whose: &str, policy: Stated<Policy>, words: &str) -> String {
    match policy.get() {
        Some(policy) => format!("{whose}: {}", does(policy)),
        None => format!("not {words}: receivers take the whole record for p=none, or pass over it"),
    }
}

/// What a policy asks for.
pub(super) const fn does(policy: Policy) -> &'static str {
    match policy {
        Policy::None => "deliver it as if there were no DMARC",
        Policy::Quarantine => "take it for suspicious, which usually means the junk folder",
        Policy::Reject => "refuse it",
    }
}

fn aligned(what: &str, mode: Mode) -> String {
    match mode {
        Mode::Relaxed => format!("{what} may be any of the same organisation as the From address"),
        Mode::Strict => format!("{what} must be exactly that of the From address"),
    }
}

fn is_mode(tag: &Tag<'_>) -> bool {
    matches!(tag.text(), Some("r" | "s" | "R" | "S"))
}

fn sent_to(what: &str, list: &[Destination]) -> String {
    let usable: Vec<String> = list.iter().filter(|d| d.is_usable()).map(|d| shown(&d.uri)).collect();
    if usable.is_empty() {
        return format!("{what} should go out, and no destination can be used");
    }
    let addresses: Vec<&str> =
        usable.iter().map(|uri| uri.split_once(':').map_or(uri.as_str(), |(_, to)| to)).collect();
    format!("{what} go to {}", addresses.join(" and "))
}

/// The options of `fo`, when they keep to the grammar.
pub(super) fn failure_options<'a>(tag: &Tag<'a>) -> Option<Vec<&'a str>> {
    let mut options: Vec<&str> = Vec::new();
    for (_, word) in tag.words(b':') {
        let word = std::str::from_utf8(word).ok().filter(|word| matches!(*word, "0" | "1" | "d" | "s" | "D" | "S"))?;
        if options.iter().any(|before| before.eq_ignore_ascii_case(word)) {
            return None;
        }
        options.push(word);
    }
    let exclusive = options.contains(&"0") && options.contains(&"1");
    (!exclusive).then_some(options)
}

fn option(option: &str) -> String {
    match option {
        "0" => "a report when neither SPF nor DKIM gave an aligned pass",
        "1" => "a report when SPF or DKIM gave no aligned pass",
        "d" | "D" => "a report when a DKIM signature fails, aligned or not",
        _ => "a report when SPF fails, aligned or not",
    }
    .to_owned()
}
