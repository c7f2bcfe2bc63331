//! The lists, from a table that everybody can edit.

use std::net::Ipv4Addr;
use std::sync::LazyLock;

const BUILTIN: &str = include_str!("../../../assets/dns/blocklists.txt");

/// Lists of one file.
const MOST: usize = 100;

/// What a list lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// IPv4 addresses.
    Ip4,
    /// IPv6 addresses.
    Ip6,
    /// Domains.
    Domain,
}

/// Which last octets a meaning belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Range(u8, u8),
    Bit(u8),
}

/// A blocklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The name that is asked under, without a dot at the end.
    pub zone: String,
    /// What it lists.
    pub kinds: Vec<Kind>,
    /// Whose it is.
    pub name: String,
    /// Where its owner tells how to come off it.
    pub delisting: String,
    codes: Vec<(Code, String)>,
}

impl List {
    /// What an answer means by its last octet; empty when the table does not say.
    #[must_use]
    pub fn meaning(&self, ip: Ipv4Addr) -> String {
        let [.., last] = ip.octets();
        let means: Vec<&str> = self
            .codes
            .iter()
            .filter(|(code, _)| match *code {
                Code::Range(from, to) => (from..=to).contains(&last),
                Code::Bit(bit) => last & bit != 0,
            })
            .map(|(_, words)| words.as_str())
            .collect();
        means.join(" and ")
    }
}

/// The lists that come with the program.
#[must_use]
pub fn builtin() -> &'static [List] {
    // A test holds that the table has no fault.
    static LISTS: LazyLock<Vec<List>> = LazyLock::new(|| read(BUILTIN).unwrap_or_default());
    &LISTS
}

/// Reads a table of lists; `#` begins a line that is passed over.
///
/// # Errors
/// The line with what is wrong and what was expected.
pub fn read(text: &str) -> Result<Vec<List>, String> {
    let mut lists = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
    {
        if lists.len() >= MOST {
            return Err(format!("line {}: more than {MOST} lists", number + 1));
        }
        lists.push(list(line).map_err(|why| format!("line {}: {why}", number + 1))?);
    }
    Ok(lists)
}

fn list(line: &str) -> Result<List, String> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [zone, kinds, name, codes, delisting] = columns.as_slice() else {
        return Err(format!("{} columns, expected 5: zone, lists, name, codes, delisting", columns.len()));
    };
    let zone = zone.trim().trim_end_matches('.');
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if zone.len() > 180 || !zone.split('.').all(label) {
        return Err(format!("\"{zone}\" is no name to ask under"));
    }
    let kinds = kinds.split(',').map(|word| match word.trim() {
        "ip4" => Ok(Kind::Ip4),
        "ip6" => Ok(Kind::Ip6),
        "domain" => Ok(Kind::Domain),
        odd => Err(format!("\"{odd}\" is nothing that can be listed, expected ip4, ip6 or domain")),
    });
    let codes = codes.split(';').filter(|code| !code.trim().is_empty()).map(|text| {
        let (octets, words) = text.split_once('=').ok_or_else(|| format!("\"{text}\" has no \"=\""))?;
        Ok((code(octets.trim())?, words.trim().to_owned()))
    });
    Ok(List {
        zone: zone.to_owned(),
        kinds: kinds.collect::<Result<_, _>>()?,
        name: name.trim().to_owned(),
        delisting: delisting.trim().to_owned(),
        codes: codes.collect::<Result<_, String>>()?,
    })
}

fn code(text: &str) -> Result<Code, String> {
    let octet = |text: &str| text.parse::<u8>().map_err(|_| format!("\"{text}\" is no last octet, 0 to 255"));
    if let Some(bit) = text.strip_prefix('&') {
        return octet(bit).map(Code::Bit);
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Ok(Code::Range(octet(from)?, octet(to)?))
}
