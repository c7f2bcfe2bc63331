//! What stays readable: names that say nothing about anybody, and words that only look like names.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Names that our own sentences use and everybody knows. What is under them does not stay.
const KNOWN: &[&str] = &[
    "1dot1dot1dot1.cloudflare-dns.com",
    "cloudflare-dns.com",
    "dns.google",
    "dns.quad9.net",
    "gmail.com",
    "google.com",
    "iana.org",
    "outlook.com",
    "yahoo.com",
];

/// Endings that no public zone has and hosts have all the same (RFC 6761, RFC 6762, RFC 8375, and custom).
const PRIVATE: &[&str] =
    &["test", "local", "localdomain", "lan", "internal", "intranet", "home", "corp", "private", "arpa", "onion", "alt"];

/// Endings that are top-level domains and that files have as well.
const FILE_ENDINGS: &[&str] = &[
    "ac", "am", "app", "cc", "cf", "in", "la", "mc", "md", "mk", "mov", "pl", "pm", "ps", "pub", "py", "rs", "sh",
    "so", "zip",
];

/// What files are called before such an ending.
const FILE_STEMS: &[&str] = &[
    "aclocal",
    "archive",
    "backup",
    "build",
    "changelog",
    "config",
    "configure",
    "contributing",
    "index",
    "install",
    "lib",
    "license",
    "main",
    "makefile",
    "manage",
    "master",
    "mod",
    "readme",
    "run",
    "script",
    "security",
    "sendmail",
    "setup",
    "submit",
    "test",
    "tests",
];

/// Labels that a protocol gives, and not the owner of the name.
const LABELS: &[&str] = &["mta-sts", "autoconfig", "autodiscover", "wpad"];

/// Local parts that stand for a duty and not for a person (RFC 2142, RFC 5321 §4.5.1).
const DUTIES: &[&str] = &["postmaster", "abuse", "hostmaster", "mailer-daemon", "noreply", "webmaster"];

/// Tags before an address, as logs and Authentication-Results write them.
const TAGS: &[&str] = &[
    "a",
    "auth",
    "authzid",
    "client",
    "d",
    "envelope-from",
    "for",
    "from",
    "header.d",
    "header.from",
    "header.i",
    "helo",
    "i",
    "identity",
    "login",
    "mailfrom",
    "n",
    "orig_to",
    "rcpt",
    "receiver",
    "s",
    "sender",
    "smtp.auth",
    "smtp.helo",
    "smtp.mailfrom",
    "smtp.rcptto",
    "to",
    "u",
    "user",
    "username",
];

/// Whether this stands before `=` and is no part of an address.
pub(super) fn is_tag(word: &[u8]) -> bool {
    TAGS.iter().any(|tag| word.eq_ignore_ascii_case(tag.as_bytes()))
}

/// Whether a word is written as names with a dot are, whatever it ends with. No ending begins with a digit (RFC 3696 §2).
pub(super) fn is_dotted(word: &str) -> bool {
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    word.len() <= 255
        && word.rsplit_once('.').is_some_and(|(_, ending)| ending.starts_with(char::is_alphabetic))
        && word.split('.').all(|label| (1..=63).contains(&label.len()) && label.chars().all(belongs))
}

/// Whether a word is written and ends as host names do.
pub(super) fn is_name(word: &str) -> bool {
    let Some((rest, ending)) = word.rsplit_once('.') else { return false };
    let labels = word.split('.').all(|label| (1..=63).contains(&label.len()));
    let letter = ending.chars().next().is_some_and(char::is_alphabetic);
    if !labels || !letter || rest.split('.').next().is_some_and(|first| first.eq_ignore_ascii_case("INBOX")) {
        return false;
    }
    let ending = ending.to_lowercase();
    if PRIVATE.contains(&ending.as_str()) || is_reserved_ending(&ending) {
        return true;
    }
    psl::suffix(ending.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// Whether a word that is written as a host name is more probably a file or a version.
///
/// The public suffix list cannot tell: `.rs`, `.md`, `.zip`, `.sh` and `.py` are top-level domains. A file has one label
/// before such an ending, and that is one of a few that files are called (`main.rs`, `setup.py`), or has an underscore,
/// which nobody can register (`spf_check.py`), or is in capitals before an ending that is not (`README.md`). All others
/// are hosts: to hide `notes.md` is the smaller mistake. A version is `v` or not, and at least two numbers of at most
/// two digits (`4.98.dev`); `163.com` is a domain.
pub(super) fn is_file_or_version(word: &str) -> bool {
    let Some((stem, ending)) = word.rsplit_once('.') else { return false };
    if stem.contains('.') {
        let mut numbers = stem.strip_prefix(['v', 'V']).unwrap_or(stem).split('.');
        return numbers.all(|number| matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_digit()));
    }
    let shouted = stem.len() > 1
        && stem.bytes().all(|b| b.is_ascii_uppercase())
        && ending.bytes().all(|b| b.is_ascii_lowercase());
    FILE_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
        && (shouted || stem.contains('_') || FILE_STEMS.iter().any(|known| stem.eq_ignore_ascii_case(known)))
}

fn is_reserved_ending(ending: &str) -> bool {
    ["example", "invalid", "localhost"].contains(&ending)
}

/// Whether a name in lower case may be shown: it is reserved for examples (RFC 2606, RFC 6761), or everybody knows it.
pub(super) fn is_public(name: &str) -> bool {
    is_reserved(name)
        || KNOWN.contains(&name)
        || psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == name)
        || ["in-addr.arpa", "ip6.arpa", "arpa"].contains(&name)
}

/// Whether a name in lower case is nobody's (RFC 2606, RFC 6761). The pseudonyms are among them.
pub(super) fn is_reserved(name: &str) -> bool {
    let under = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    is_reserved_ending(name.rsplit('.').next().unwrap_or(name))
        || ["example.com", "example.net", "example.org", "example.edu"].into_iter().any(under)
}

/// Whether a label stays as it is.
pub(super) fn is_label(label: &str) -> bool {
    label.starts_with('_') || LABELS.contains(&label)
}

/// Whether a local part stays as it is.
pub(super) fn is_duty(local: &str) -> bool {
    DUTIES.iter().any(|duty| local.eq_ignore_ascii_case(duty))
}

/// Whether an address may be shown: loopback, public resolvers, and what the pseudonyms are made of.
pub(super) fn is_public_v4(address: Ipv4Addr) -> bool {
    const RESOLVERS: &[[u8; 4]] =
        &[[1, 1, 1, 1], [1, 0, 0, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9], [149, 112, 112, 112]];
    let octets = address.octets();
    address.is_loopback()
        || address.is_unspecified()
        || address.is_broadcast()
        || RESOLVERS.contains(&octets)
        || matches!(octets, [203, 0, 113, _] | [198, 18 | 19, ..])
}

/// The same for IPv6.
pub(super) fn is_public_v6(address: Ipv6Addr) -> bool {
    const RESOLVERS: &[Ipv6Addr] = &[
        Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111),
        Ipv6Addr::new(0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888),
        Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 0xfe),
    ];
    address.is_loopback()
        || address.is_unspecified()
        || RESOLVERS.contains(&address)
        || matches!(address.segments(), [0x3fff, 0..=0xfff, ..])
}
