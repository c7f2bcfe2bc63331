//! A place in a message, and what is wrong where it cannot be read.

use std::fmt;

/// Why a message cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The octet, from 0.
    pub at: usize,
    /// What is wrong with it, in words that can follow a colon.
    pub why: String,
}

impl Fault {
    pub(in crate::diagnosis) fn new(at: usize, why: impl Into<String>) -> Self {
        Self { at, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {}: {}", self.at, self.why)
    }
}

/// Reads a message octet by octet and never past its end.
#[derive(Clone, Debug)]
pub(in crate::diagnosis) struct Reader<'a> {
    message: &'a [u8],
    at: usize,
    /// Where reading stops: the end of the message, or of the record that is read.
    end: usize,
}

impl<'a> Reader<'a> {
    pub(in crate::diagnosis) const fn new(message: &'a [u8]) -> Self {
        Self { message, at: 0, end: message.len() }
    }

    /// The place, from the start of the message.
    pub(in crate::diagnosis) const fn at(&self) -> usize {
        self.at
    }

    /// A reader of the same message at another place.
    pub(in crate::diagnosis) const fn jump(&self, at: usize) -> Self {
        Self { message: self.message, at, end: self.message.len() }
    }

    /// A reader of the next `length` octets, over which this one steps.
    pub(in crate::diagnosis) fn part(&mut self, length: usize, what: &str) -> Result<Self, Fault> {
        let at = self.at;
        self.take(length, what)?;
        Ok(Self { message: self.message, at, end: self.at })
    }

    pub(in crate::diagnosis) const fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// Nothing may be left.
    pub(in crate::diagnosis) fn end(&self) -> Result<(), Fault> {
        match self.end.saturating_sub(self.at) {
            0 => Ok(()),
            left => Err(Fault::new(self.at, format!("{left} octets too many"))),
        }
    }

    /// What is left.
    pub(in crate::diagnosis) fn rest(&mut self) -> &'a [u8] {
        let rest = self.message.get(self.at..self.end).unwrap_or_default();
        self.at = self.at.max(self.end);
        rest
    }

    pub(in crate::diagnosis) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], Fault> {
        let cut = || Fault::new(self.at, format!("{what} is cut short"));
        let end = self.at.checked_add(length).filter(|end| *end <= self.end).ok_or_else(cut)?;
        let taken = self.message.get(self.at..end).ok_or_else(cut)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Fault> {
        let at = self.at;
        self.take(N, what)?.try_into().map_err(|_| Fault::new(at, format!("{what} is cut short")))
    }

    pub(in crate::diagnosis) fn u8(&mut self, what: &str) -> Result<u8, Fault> {
        self.array(what).map(u8::from_be_bytes)
    }

    pub(in crate::diagnosis) fn u16(&mut self, what: &str) -> Result<u16, Fault> {
        self.array(what).map(u16::from_be_bytes)
    }

    pub(in crate::diagnosis) fn u32(&mut self, what: &str) -> Result<u32, Fault> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// A string behind its length in one octet (RFC 1035 §3.3).
    pub(in crate::diagnosis) fn string(&mut self, what: &str) -> Result<&'a [u8], Fault> {
        let length = self.u8(what)?;
        self.take(usize::from(length), what)
    }
}
