//! A DMARC record: its tags as values (RFC 9989 §4.7; RFC 7489 §6.3 for what was before).

use super::{mend, remarks, words};
use crate::diagnosis::tagged::{Destination, Explained, Remark, Tag, TagList, destinations, version};

/// The tags that are read. The last three are of RFC 7489 only.
pub(super) const KNOWN: [&str; 14] =
    ["v", "p", "sp", "np", "rua", "ruf", "adkim", "aspf", "fo", "psd", "t", "pct", "ri", "rf"];

/// How reports are sent: the only scheme that receivers must know (RFC 9989 §4.7).
pub(super) const SCHEMES: [&str; 1] = ["mailto"];

/// What the owner of a domain asks receivers to do with mail that fails DMARC: the Domain Owner Assessment Policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// `none`: nothing, reports aside.
    None,
    /// `quarantine`: take it for suspicious.
    Quarantine,
    /// `reject`: refuse it.
    Reject,
}

impl Policy {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    /// The policy of this name; strings of the grammar are compared without case.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject].into_iter().find(|p| p.name().eq_ignore_ascii_case(word))
    }

    /// One level lower: what `t=y` asks for.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::None | Self::Quarantine => Self::None,
        }
    }
}

/// How alike an authenticated domain and that of the author must be (RFC 9989 §4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `r`: the same organisational domain.
    #[default]
    Relaxed,
    /// `s`: the same domain.
    Strict,
}

/// `psd`: whether the domain is a public suffix, below which others register (RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Psd {
    /// `y`.
    Yes,
    /// `n`: it is an organisational domain.
    No,
    /// `u`: found out by the tree walk.
    #[default]
    Unknown,
}

/// A tag whose value is one of a few words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stated<T> {
    /// The tag is not there.
    #[default]
    Absent,
    /// Its value is none of the words.
    Wrong,
    /// Its value.
    Is(T),
}

impl<T: Copy> Stated<T> {
    /// The value, if it can be used.
    #[must_use]
    pub const fn get(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Wrong => None,
        }
    }

    const fn is_wrong(self) -> bool {
        matches!(self, Self::Wrong)
    }
}

/// The values of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Policy for the domain itself, and for its subdomains where nothing else is said.
    pub p: Stated<Policy>,
    /// Policy for subdomains.
    pub sp: Stated<Policy>,
    /// Policy for subdomains that do not exist.
    pub np: Stated<Policy>,
    /// Alignment of DKIM.
    pub adkim: Mode,
    /// Alignment of SPF.
    pub aspf: Mode,
    /// Whether this is a public suffix.
    pub psd: Psd,
    /// `t=y`: the policy is tried out only.
    pub testing: bool,
    /// Where aggregate reports go.
    pub rua: Vec<Destination>,
    /// Where failure reports go.
    pub ruf: Vec<Destination>,
    /// Percent of failing mail the policy is for (RFC 7489 only).
    pub pct: Stated<u8>,
}

impl Record {
    /// Whether receivers read this record as one that asks for reports only, or not at all, because its policy cannot
    /// be used (RFC 9989 §4.10.1).
    #[must_use]
    pub fn is_unusable(&self) -> bool {
        self.p.get().is_none() || self.sp.is_wrong() || self.np.is_wrong()
    }

    /// The policy for the domain itself.
    #[must_use]
    pub fn policy(&self) -> Policy {
        if self.is_unusable() { Policy::None } else { self.p.get().unwrap_or(Policy::None) }
    }

    /// The policy for a subdomain, and the tag it comes from.
    #[must_use]
    pub fn subdomain_policy(&self, exists: bool) -> (Policy, &'static str) {
        if self.is_unusable() {
            return (Policy::None, "p");
        }
        match (self.np.get(), self.sp.get()) {
            (Some(np), _) if !exists => (np, "np"),
            (_, Some(sp)) => (sp, "sp"),
            _ => (self.policy(), "p"),
        }
    }
}

/// A record, read and explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The strings of the TXT record, joined.
    pub octets: Vec<u8>,
    /// Its values.
    pub record: Record,
    /// Its tags, then the defaults of those left out.
    pub rows: Vec<Explained>,
    /// What is to say about it.
    pub remarks: Vec<Remark>,
    /// The record as it should be, when something is to mend that can be told from the record alone.
    pub mended: Option<String>,
}

/// Whether a TXT record is a DMARC record: its first tag is `v=DMARC1`, exactly.
#[must_use]
pub fn is_record(octets: &[u8]) -> bool {
    version(octets) == Some(b"DMARC1")
}

/// Reads a record, the strings of the TXT record joined.
#[must_use]
pub fn read(octets: &[u8]) -> Reading {
    let list = TagList::read(octets);
    let record = values(&list);
    let rows = words::rows(&list, &record);
    let remarks = remarks::remarks(octets, &list, &record);
    let mended = mend::mended(&list, &record);
    Reading { octets: octets.to_vec(), record, rows, remarks, mended }
}

/// The values of the tags.
pub(super) fn values(list: &TagList<'_>) -> Record {
    Record {
        p: stated(list.get("p"), Policy::find),
        sp: stated(list.get("sp"), Policy::find),
        np: stated(list.get("np"), Policy::find),
        adkim: mode(list.get("adkim")),
        aspf: mode(list.get("aspf")),
        psd: psd(list.get("psd")),
        testing: list.get("t").and_then(Tag::text).is_some_and(|t| t.eq_ignore_ascii_case("y")),
        rua: list.get("rua").map(|tag| destinations(tag, &SCHEMES)).unwrap_or_default(),
        ruf: list.get("ruf").map(|tag| destinations(tag, &SCHEMES)).unwrap_or_default(),
        pct: stated(list.get("pct"), |text| text.parse().ok().filter(|pct| *pct <= 100)),
    }
}

fn stated<T>(tag: Option<&Tag<'_>>, find: impl Fn(&str) -> Option<T>) -> Stated<T> {
    match tag.map(|tag| tag.text().and_then(find)) {
        None => Stated::Absent,
        Some(None) => Stated::Wrong,
        Some(Some(value)) => Stated::Is(value),
    }
}

fn mode(tag: Option<&Tag<'_>>) -> Mode {
    let strict = tag.and_then(Tag::text).is_some_and(|text| text.eq_ignore_ascii_case("s"));
    if strict { Mode::Strict } else { Mode::Relaxed }
}

fn psd(tag: Option<&Tag<'_>>) -> Psd {
    match tag.and_then(Tag::text).map(str::to_ascii_lowercase).as_deref() {
        Some("y") => Psd::Yes,
        Some("n") => Psd::No,
        _ => Psd::Unknown,
    }
}
