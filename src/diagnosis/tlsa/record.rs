//! A TLSA record (RFC 6698 §2): three numbers and the data a certificate is compared with.

use std::fmt;

use x509_parser::prelude::{FromDer as _, SubjectPublicKeyInfo, X509Certificate};

use crate::protocol::text::NotUnderstood;

/// Octets of data that are read of a text: no certificate is longer.
const LONGEST: usize = 65_535;

/// Octets of data that are shown.
const SHOWN: usize = 64;

/// A TLSA record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tlsa {
    /// Certificate usage: 3 is DANE-EE, 2 is DANE-TA (RFC 7218 §2.1).
    pub usage: u8,
    /// Selector: 0 is Cert, 1 is SPKI.
    pub selector: u8,
    /// Matching type: 0 is Full, 1 is SHA2-256, 2 is SHA2-512.
    pub matching: u8,
    /// Certificate association data.
    pub data: Vec<u8>,
}

impl Tlsa {
    /// Reads the presentation format (RFC 6698 §2.2): `3 1 1 0C72AC70…`. White space and brackets may stand between the
    /// digits, as in a zone file.
    ///
    /// # Errors
    /// The octet that is not understood, and why.
    pub fn parse(text: &str) -> Result<Self, NotUnderstood> {
        let mut rest = Rest { text: text.as_bytes(), at: 0 };
        let usage = rest.number("here stands the certificate usage: a number from 0 to 255")?;
        let selector = rest.number("here stands the selector: a number from 0 to 255")?;
        let matching = rest.number("here stands the matching type: a number from 0 to 255")?;
        Ok(Self { usage, selector, matching, data: rest.data()? })
    }

    /// The record as a line of a zone file.
    #[must_use]
    pub fn zone_line(&self, name: &str) -> String {
        let data: String = self.data.iter().map(|octet| format!("{octet:02x}")).collect();
        format!("{name}. IN TLSA {} {} {} {data}", self.usage, self.selector, self.matching)
    }

    /// Why a sender of mail can do nothing with it (RFC 7672 §3.1, RFC 7671 §9), without a full stop.
    ///
    /// # Errors
    /// Why.
    pub fn usable(&self) -> Result<(), String> {
        match self.usage {
            2 | 3 => {}
            0 | 1 => {
                return Err(format!(
                    "usage {} is not for mail: senders have no common list of authorities",
                    self.usage
                ));
            }
            other => return Err(format!("usage {other} is not known")),
        }
        if self.selector > 1 {
            return Err(format!("selector {} is not known", self.selector));
        }
        let length = match self.matching {
            0 if self.selector == 0 && X509Certificate::from_der(&self.data).is_err() => {
                return Err("its data is no certificate".to_owned());
            }
            0 if self.selector == 1 && SubjectPublicKeyInfo::from_der(&self.data).is_err() => {
                return Err("its data is no public key".to_owned());
            }
            0 => return Ok(()),
            1 => 32,
            2 => 64,
            other => return Err(format!("matching type {other} is not known")),
        };
        match self.data.len() {
            len if len == length => Ok(()),
            len => Err(format!("its hash has {len} octets, and should have {length}")),
        }
    }

    /// What each of its numbers means: name, value, meaning.
    #[must_use]
    pub fn rows(&self) -> [(&'static str, String, String); 4] {
        let usage = match self.usage {
            0 => "PKIX-TA: a public authority, which must be this one; not for mail",
            1 => "PKIX-EE: the server's certificate, which a public authority must have issued; not for mail",
            2 => "DANE-TA: the authority that issues the server's certificate; the names in that must be right",
            3 => "DANE-EE: the server's own certificate or key; its names and dates do not matter",
            255 => "PrivCert: for private use",
            _ => "not known",
        };
        let selector = match self.selector {
            0 => "Cert: the whole certificate, so the record changes with each renewal",
            1 => "SPKI: the public key, so the record stays as long as the key does",
            255 => "PrivSel: for private use",
            _ => "not known",
        };
        let matching = match self.matching {
            0 => "Full: the data is the thing itself",
            1 => "SHA2-256: the data is its SHA-256 hash",
            2 => "SHA2-512: the data is its SHA-512 hash",
            255 => "PrivMatch: for private use",
            _ => "not known",
        };
        let data = format!("{} octets", self.data.len());
        [
            ("usage", self.usage.to_string(), usage.to_owned()),
            ("selector", self.selector.to_string(), selector.to_owned()),
            ("matching type", self.matching.to_string(), matching.to_owned()),
            ("data", digits(&self.data), data),
        ]
    }
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.usage, self.selector, self.matching, digits(&self.data))
    }
}

fn digits(data: &[u8]) -> String {
    let digits: String = data.iter().take(SHOWN).map(|octet| format!("{octet:02x}")).collect();
    if data.len() > SHOWN { digits + "…" } else { digits }
}

/// What is left of a text.
struct Rest<'a> {
    text: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'(' | b')')) {
            self.at += 1;
        }
    }

    fn number(&mut self, reason: &'static str) -> Result<u8, NotUnderstood> {
        self.skip_blanks();
        let start = self.at;
        let mut value: u16 = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            value = value.saturating_mul(10).saturating_add(u16::from(digit - b'0'));
            self.at += 1;
        }
        let ended = self.peek().is_none_or(|b| b.is_ascii_whitespace());
        u8::try_from(value).ok().filter(|_| self.at > start && ended).ok_or(NotUnderstood::new(start, reason))
    }

    fn data(&mut self) -> Result<Vec<u8>, NotUnderstood> {
        let mut out = Vec::new();
        let mut high = None;
        loop {
            self.skip_blanks();
            let Some(octet) = self.peek() else { break };
            let digit = char::from(octet)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
                .ok_or(NotUnderstood::new(self.at, "not a hexadecimal digit"))?;
            if out.len() >= LONGEST {
                return Err(NotUnderstood::new(self.at, "more data than a record can hold"));
            }
            match high.take() {
                None => high = Some(digit),
                Some(high) => out.push(high << 4 | digit),
            }
            self.at += 1;
        }
        match (high, out.is_empty()) {
            (Some(_), _) => Err(NotUnderstood::new(self.at, "the last octet has one digit only")),
            (None, true) => Err(NotUnderstood::new(self.at, "the data is missing")),
            (None, false) => Ok(out),
        }
    }
}
