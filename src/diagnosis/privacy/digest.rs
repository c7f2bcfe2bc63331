//! Numbers by which a certificate or a key is found: fingerprints, serial numbers, the data of TLSA and DS records.
//!
//! They are no names, but the public logs of certificates (RFC 9162) are searched by them, and answer with names.

use std::ops::Range;

use crate::protocol::sasl;
use crate::protocol::text::transfer;

/// Octets of a number with colons between them that is hidden; a MAC address has fewer.
const PAIRS: usize = 8;
/// Hexadecimal digits in one piece that are hidden: those of SHA-256, and of whole certificates.
const DIGITS: usize = 64;
/// Octets of a pseudonym at most.
const LONGEST: usize = 64;
/// What stands before the hash of a key as HTTP clients pin it.
const PIN: &[u8] = b"sha256//";
/// Characters of base64 that such a hash has.
const PINNED: usize = 44;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// What stands where a certificate stood.
const LEFT_OUT: &str = "(a certificate is left out: it holds the names it is for)";

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `AB:CD`, or `ABCD` without `colons`.
    Hexadecimal { colons: bool, upper: bool },
    /// Base64.
    Pin,
}

/// A number as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digest {
    /// What it is.
    pub(super) octets: Vec<u8>,
    form: Form,
}

impl Digest {
    /// The number that begins at `from` and its place. `goes_on`: what stands before it, with a colon between, is
    /// hexadecimal too.
    pub(super) fn at(text: &[u8], from: usize, goes_on: bool) -> Option<(Range<usize>, Self)> {
        let ahead = text.get(from..)?;
        let before = from.checked_sub(1).and_then(|before| text.get(before));
        if before.is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        if ahead.starts_with(PIN) {
            let word = ahead.get(PIN.len()..PIN.len() + PINNED)?;
            let octets = std::str::from_utf8(word).ok().and_then(|word| sasl::decode(word).ok())?;
            let start = from + PIN.len();
            return Some((start..start + PINNED, Self { octets, form: Form::Pin }));
        }
        let digits = ahead.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let (length, colons) = match digits {
            2 if !goes_on => {
                let is_pair =
                    |group: &[u8]| matches!(group, [b':', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
                let more = ahead.get(2..)?.chunks(3).take_while(|group| is_pair(group)).count();
                (2 + 3 * more, true)
            }
            digits => (digits, false),
        };
        let enough = if colons { length >= 3 * PAIRS - 1 } else { length >= DIGITS && length.is_multiple_of(2) };
        if !enough || ahead.get(length).is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let word = ahead.get(..length)?;
        let digits: Vec<u8> = word.iter().filter_map(|b| char::from(*b).to_digit(16)?.try_into().ok()).collect();
        let octets = digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect();
        let upper = !word.iter().any(u8::is_ascii_lowercase);
        Some((from..from + length, Self { octets, form: Form::Hexadecimal { colons, upper } }))
    }

    /// The number of which this is the pseudonym; 0 is nobody's.
    pub(super) fn number(&self) -> Option<u32> {
        let (zeros, last) = self.octets.split_last_chunk()?;
        zeros.iter().all(|octet| *octet == 0).then(|| u32::from_be_bytes(*last))
    }

    /// The pseudonym with this number, as long as the original where that is not very long.
    pub(super) fn numbered(&self, number: u32) -> String {
        let mut octets = vec![0; self.octets.len().min(LONGEST) - size_of::<u32>()];
        octets.extend_from_slice(&number.to_be_bytes());
        match self.form {
            Form::Pin => transfer::to_base64(&octets),
            Form::Hexadecimal { colons, upper } => {
                let pair = |octet: &u8| if upper { format!("{octet:02X}") } else { format!("{octet:02x}") };
                let pairs: Vec<String> = octets.iter().map(pair).collect();
                pairs.join(if colons { ":" } else { "" })
            }
        }
    }
}

/// A text without the certificates in it (RFC 7468 §5.1), if there are any.
pub(super) fn without_certificates(text: &str) -> Option<String> {
    let (first, mut rest) = text.split_once(BEGIN)?;
    let mut out = first.to_owned();
    loop {
        out.push_str(LEFT_OUT);
        rest = rest.split_once(END).map_or("", |(_, behind)| behind);
        match rest.split_once(BEGIN) {
            Some((between, behind)) => {
                out.push_str(between);
                rest = behind;
            }
            None => {
                out.push_str(rest);
                return Some(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::privacy::Pseudonyms;
    use crate::protocol::text::transfer;

    #[test]
    fn numbers_that_lead_to_a_certificate_are_hidden_in_every_form() {
        let pairs = ["C0"; 32].join(":");
        let pin = transfer::to_base64(&[0xc0; 32]);
        let mut stand_in = [0; 32];
        stand_in[31] = 1;
        let text =
            format!("serial 0A:01:02:03:04:05:06:07, SHA-256 {pairs} (key) 3 1 1 {} sha256//{pin}", "c0".repeat(32));
        let wanted = format!(
            "serial 00:00:00:00:00:00:00:01, SHA-256 {}:02 (key) 3 1 1 {}02 sha256//{}",
            ["00"; 31].join(":"),
            "00".repeat(31),
            transfer::to_base64(&[&[0; 31][..], &[2]].concat())
        );
        let mut pseudonyms = Pseudonyms::default();
        assert_eq!(pseudonyms.veil(&text), wanted);
        assert_eq!(pseudonyms.veil(&wanted), wanted);
        assert_eq!(
            Pseudonyms::default().veil(&format!("sha256//{pin}")),
            format!("sha256//{}", transfer::to_base64(&stand_in))
        );
        // A certificate as a number is as long as its pseudonym can be.
        assert_eq!(Pseudonyms::default().veil(&"30".repeat(900)), format!("{}01", "00".repeat(63)));
    }

    #[test]
    fn certificates_as_text_are_left_out() {
        const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        const SAYS: &str = "(a certificate is left out: it holds the names it is for)";
        for (text, wanted) in [
            (format!("a\n{PEM}b"), format!("a\n{SAYS}\nb")),
            (PEM.repeat(2), format!("{SAYS}\n{SAYS}\n")),
            (PEM[..40].to_owned(), SAYS.to_owned()),
            (format!("firma.de {PEM}"), format!("domain1.example {SAYS}\n")),
        ] {
            assert_eq!(Pseudonyms::default().veil(&text), wanted, "{text}");
        }
    }
}
