//! One term of a record (RFC 7208 §4.6.1): a directive or a modifier.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::macro_string::{MacroString, Place};

/// Where in a term reading stopped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The octet, from 0, at which it stopped.
    pub at: usize,
    /// Why, without a full stop.
    pub says: String,
}

impl Misread {
    pub(super) fn new(at: usize, says: impl Into<String>) -> Self {
        Self { at, says: says.into() }
    }

    /// The same in a text that begins `octets` earlier.
    pub(super) fn further(self, octets: usize) -> Self {
        Self { at: self.at + octets, ..self }
    }
}

/// What a matching mechanism means for the sender (RFC 7208 §4.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// `+`, which may be left out.
    Pass,
    /// `-`.
    Fail,
    /// `~`.
    Softfail,
    /// `?`.
    Neutral,
}

impl Qualifier {
    const fn find(sign: u8) -> Option<Self> {
        Some(match sign {
            b'+' => Self::Pass,
            b'-' => Self::Fail,
            b'~' => Self::Softfail,
            b'?' => Self::Neutral,
            _ => return None,
        })
    }
}

/// How many leading bits count (RFC 7208 §5.3): 32 and 128 where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DualCidr {
    /// Of an IPv4 address, at most 32.
    pub v4: u8,
    /// Of an IPv6 address, at most 128.
    pub v6: u8,
}

/// A mechanism (RFC 7208 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// `all`: always.
    All,
    /// `include`: another record says pass.
    Include(MacroString),
    /// `a`: the client has an address of a name, by default the domain itself.
    A(Option<MacroString>, DualCidr),
    /// `mx`: the client has an address of a mail exchange of a name, by default the domain itself.
    Mx(Option<MacroString>, DualCidr),
    /// `ptr`: the client's validated name is in a domain, by default the domain itself.
    Ptr(Option<MacroString>),
    /// `ip4`: the client is in a network, of which so many bits count.
    Ip4(Ipv4Addr, u8),
    /// `ip6`: the same.
    Ip6(Ipv6Addr, u8),
    /// `exists`: a name has an IPv4 address.
    Exists(MacroString),
}

impl Mechanism {
    /// Whether it counts as one of the ten terms that look something up (RFC 7208 §4.6.4).
    #[must_use]
    pub const fn looks_up(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4(..) | Self::Ip6(..))
    }
}

/// A term, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A mechanism with its qualifier.
    Directive(Qualifier, Mechanism),
    /// `redirect=`.
    Redirect(MacroString),
    /// `exp=`.
    Explanation(MacroString),
    /// A modifier with another name, which changes nothing (RFC 7208 §6).
    Unknown(String),
}

/// Reads a term, which holds no space.
///
/// # Errors
/// The octet at which it is no term, and why.
pub(super) fn read(term: &str) -> Result<Reading, Misread> {
    if let Some(odd) = term.find(|c: char| !c.is_ascii_graphic()) {
        let c = term.get(odd..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        let says = if c.is_ascii() {
            format!("the control character {} stands here; only spaces separate terms", c.escape_default())
        } else {
            format!("the character U+{:04X} stands here; a record is printable ASCII", u32::from(c))
        };
        return Err(Misread::new(odd, says));
    }
    let name = name(term);
    if let Some(value) = term.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
        return modifier(name, value);
    }
    let qualifier = term.bytes().next().and_then(Qualifier::find);
    let start = usize::from(qualifier.is_some());
    let bare = term.get(start..).unwrap_or_default();
    let mechanism = mechanism(bare).map_err(|misread| misread.further(start))?;
    Ok(Reading::Directive(qualifier.unwrap_or(Qualifier::Pass), mechanism))
}

/// The `name` at the start: a letter, then letters, digits, `-`, `_` and `.`. Empty when there is none.
fn name(term: &str) -> &str {
    if !term.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return "";
    }
    let end = term.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    term.get(..end.unwrap_or(term.len())).unwrap_or_default()
}

fn modifier(name: &str, value: &str) -> Result<Reading, Misread> {
    let behind = |misread: Misread| misread.further(name.len() + 1);
    if name.is_empty() {
        return Err(Misread::new(0, "a modifier begins with its name"));
    }
    if name.eq_ignore_ascii_case("redirect") {
        return MacroString::domain_spec(value).map(Reading::Redirect).map_err(behind);
    }
    if name.eq_ignore_ascii_case("exp") {
        return MacroString::domain_spec(value).map(Reading::Explanation).map_err(behind);
    }
    MacroString::read(value, Place::Modifier).map_err(behind)?;
    Ok(Reading::Unknown(name.to_owned()))
}

/// A mechanism without its qualifier.
fn mechanism(text: &str) -> Result<Mechanism, Misread> {
    let end = text.find([':', '/', '=']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let lower = name.to_ascii_lowercase();
    let here = |misread: Misread| misread.further(end);
    match lower.as_str() {
        "all" if rest.is_empty() => Ok(Mechanism::All),
        "all" => Err(Misread::new(end, "nothing may follow \"all\"")),
        "include" => needed(rest).map(Mechanism::Include).map_err(here),
        "exists" => needed(rest).map(Mechanism::Exists).map_err(here),
        "ptr" => optional(rest).map(Mechanism::Ptr).map_err(here),
        "a" | "mx" => {
            let (rest, cidr) = dual_cidr(rest).map_err(here)?;
            let target = optional(rest).map_err(here)?;
            Ok(if lower == "a" { Mechanism::A(target, cidr) } else { Mechanism::Mx(target, cidr) })
        }
        "ip4" => network(rest, 32, "an IPv4 address of four numbers, as in 192.0.2.1")
            .map(|(address, bits)| Mechanism::Ip4(address, bits))
            .map_err(here),
        "ip6" => network(rest, 128, "an IPv6 address, as in 2001:db8::1")
            .map(|(address, bits)| Mechanism::Ip6(address, bits))
            .map_err(here),
        "" => Err(Misread::new(0, "the name of a mechanism is missing")),
        "redirect" | "exp" => Err(Misread::new(end, format!("\"{lower}\" is a modifier and takes \"=\""))),
        _ => Err(Misread::new(0, format!("\"{name}\" is no mechanism"))),
    }
}

/// `:` and a domain.
fn needed(rest: &str) -> Result<MacroString, Misread> {
    match rest.strip_prefix(':') {
        Some(domain) => MacroString::domain_spec(domain).map_err(|misread| misread.further(1)),
        None => Err(Misread::new(0, "a \":\" and a domain name are missing")),
    }
}

/// Nothing, or `:` and a domain.
fn optional(rest: &str) -> Result<Option<MacroString>, Misread> {
    if rest.is_empty() {
        return Ok(None);
    }
    if !rest.starts_with(':') {
        return Err(Misread::new(0, "a \":\" and a domain name, or nothing, is expected"));
    }
    needed(rest).map(Some)
}

/// Takes a `dual-cidr-length` off the end. A slash may also stand in a domain, so that it is read from behind.
fn dual_cidr(rest: &str) -> Result<(&str, DualCidr), Misread> {
    let mut cidr = DualCidr { v4: 32, v6: 128 };
    let mut left = rest;
    for (sign, bits, most) in [("//", &mut cidr.v6, 128), ("/", &mut cidr.v4, 32)] {
        let Some((before, digits)) = left.rsplit_once(sign) else { continue };
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            *bits = prefix_length(digits, most).map_err(|e| e.further(before.len() + sign.len()))?;
            left = before;
        }
    }
    Ok((left, cidr))
}

/// `:`, an address, and how many of its bits count.
fn network<T: std::str::FromStr>(rest: &str, most: u8, expected: &str) -> Result<(T, u8), Misread> {
    let Some(value) = rest.strip_prefix(':') else {
        return Err(Misread::new(0, format!("a \":\" and {expected}, are missing")));
    };
    let (address, digits) = value.split_once('/').map_or((value, None), |(address, digits)| (address, Some(digits)));
    let Ok(found) = address.parse() else {
        return Err(Misread::new(1, format!("\"{address}\" is not {expected}")));
    };
    let bits = digits.map_or(Ok(most), |digits| prefix_length(digits, most));
    Ok((found, bits.map_err(|misread| misread.further(address.len() + 2))?))
}

/// A number of bits, without leading zeros.
fn prefix_length(digits: &str, most: u8) -> Result<u8, Misread> {
    let plain = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()));
    digits.parse().ok().filter(|bits| plain && *bits <= most).ok_or_else(|| {
        Misread::new(
            0,
            format!("\"{digits}\" is no prefix length; it is a number from 0 to {most} without leading zeros"),
        )
    })
}
