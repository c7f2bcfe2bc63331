//! What must not be seen, in every form in which a server may say it again, and what stands in its place.
//!
//! A secret is looked for as it is, in capitals and small letters unless it may be a word, in base64 once and twice (both
//! alphabets, with and without padding, at each of the three places where it can begin within a group), in hexadecimal in
//! one piece or octet by octet, and as URLs, MIME, SMTP, JSON, IMAP's quoted strings and mailbox names write it. One of
//! fewer than [`LEAST`] octets would blot out ordinary text, and tell by what is missing what it is: it is
//! hidden only where it stands as a word of its own in the answer to the login it was said in.

use std::collections::VecDeque;

use memchr::memmem;

use super::encodings::{Form, forms};
use super::sieve::Sieve;
use crate::protocol::sasl;
use crate::protocol::secret::{Hidden, Secret};

/// What stands where a secret stood.
pub(in crate::app) const DOTS: &str = "••••••••";

/// Octets of a secret that is hidden wherever it appears.
pub(super) const LEAST: usize = 4;

/// Secrets that are remembered; the oldest is forgotten first.
const SECRETS: usize = 64;

/// The secrets of one conversation.
#[derive(Debug, Default)]
pub(super) struct Masks {
    /// Every form of every secret, the longest first: one that begins like another would leave its end behind.
    forms: Vec<(u64, Form)>,
    /// Their beginnings.
    sieve: Sieve,
    /// The numbers of the secrets, the oldest first.
    order: VecDeque<u64>,
    next: u64,
    /// Too short to be hidden everywhere.
    short: Vec<Secret>,
    /// The answer to a line with a secret in it is awaited.
    answering: bool,
}

impl Masks {
    /// From now on these octets are hidden wherever they appear, in every form.
    pub(super) fn remember(&mut self, secret: &Secret) {
        if secret.expose().len() >= LEAST {
            self.add(forms(secret));
        } else if !secret.is_empty() && !self.short.contains(secret) && self.short.len() < SECRETS {
            self.short.push(secret.clone());
        }
    }

    /// From now on these octets are hidden as they are: they are base64, or a digest, and nobody encodes them again.
    pub(super) fn remember_as_it_is(&mut self, secret: &Secret) {
        if secret.expose().len() >= LEAST {
            self.add(vec![Form::plain(secret.clone())]);
        }
    }

    /// What is secret in the octets of a typed line that must not be seen: all of it, each word, a quoted string without
    /// its quotes, and what base64 hides.
    pub(super) fn remember_typed(&mut self, octets: &str) {
        let octets = octets.trim();
        self.remember(&Secret::from(octets));
        if let Some(inner) = octets.strip_prefix('"') {
            self.remember(&unquoted(inner));
        }
        for word in octets.split_ascii_whitespace() {
            self.remember_word(word);
        }
    }

    /// What is secret in an answer to a challenge: all of it, and what its base64 hides. Its words may be anybody's, and
    /// so may one that is short.
    pub(super) fn remember_response(&mut self, line: &str) {
        let line = line.trim();
        if line.len() >= LEAST {
            self.remember_word(line);
        }
    }

    fn remember_word(&mut self, word: &str) {
        let secret = Secret::from(word);
        let hidden = sasl::decode(word).ok().map(Secret::new);
        if let Some(message) = hidden.filter(|hidden| !hidden.is_empty()) {
            self.remember_as_it_is(&secret);
            for part in secrets_in(message.expose()) {
                self.remember(&part);
            }
        }
        // A password of letters and digits is base64 too.
        self.remember(&secret);
    }

    fn add(&mut self, forms: Vec<Form>) {
        let new: Vec<Form> =
            forms.into_iter().filter(|form| !self.forms.iter().any(|(_, other)| other == form)).collect();
        if new.is_empty() {
            return;
        }
        if self.order.len() >= SECRETS
            && let Some(oldest) = self.order.pop_front()
        {
            self.forms.retain(|(number, _)| *number != oldest);
            self.sieve = Sieve::default();
            self.forms.iter().for_each(|(_, form)| self.sieve.add(form.octets.expose()));
        }
        new.iter().for_each(|form| self.sieve.add(form.octets.expose()));
        self.order.push_back(self.next);
        self.forms.extend(new.into_iter().map(|form| (self.next, form)));
        self.forms.sort_by_key(|(_, form)| std::cmp::Reverse(form.octets.expose().len()));
        self.next += 1;
    }

    /// A line with a secret has gone out, or its answer has come whole.
    pub(super) const fn answering(&mut self, answering: bool) {
        self.answering = answering;
    }

    /// Whether an answer to a line with a secret in it is awaited.
    pub(super) const fn is_answering(&self) -> bool {
        self.answering
    }

    /// `octets` with every secret replaced by dots, if there is one in it.
    pub(super) fn mask(&self, octets: &[u8]) -> Option<Vec<u8>> {
        if !self.sieve.lets_through(octets) {
            return None;
        }
        let mut out: Option<Vec<u8>> = None;
        for (_, form) in &self.forms {
            let text = out.as_deref().unwrap_or(octets);
            if let Some(masked) = form.mask(text) {
                out = Some(masked);
            }
        }
        out
    }

    /// The same for a line that the server says: in the answer to a login short secrets are hidden as well.
    pub(super) fn mask_reply(&self, octets: &[u8]) -> Option<Vec<u8>> {
        let masked = self.mask(octets);
        if !self.answering || self.short.is_empty() {
            return masked;
        }
        self.mask_words(masked.as_deref().unwrap_or(octets)).or(masked)
    }

    /// Hides short secrets that are words of their own, behind the first word: the code, the tag or the status tells
    /// nothing about the secret.
    fn mask_words(&self, octets: &[u8]) -> Option<Vec<u8>> {
        const AROUND: &[u8] = b" \t\"'()<>[]{},;:!?.";
        let start = octets.iter().position(|b| AROUND.contains(b) || *b == b'-')? + 1;
        let mut out = octets.get(..start)?.to_vec();
        let mut found = false;
        for word in octets.get(start..)?.split_inclusive(|b| AROUND.contains(b)) {
            let end = word.len() - usize::from(word.last().is_some_and(|b| AROUND.contains(b)));
            let (inner, rest) = word.split_at(end);
            if self.short.iter().any(|secret| secret.expose() == inner) {
                found = true;
                out.extend_from_slice(DOTS.as_bytes());
            } else {
                out.extend_from_slice(inner);
            }
            out.extend_from_slice(rest);
        }
        found.then_some(out)
    }

    /// A text of ours, in which words of the server may stand.
    pub(super) fn mask_text(&self, text: &str) -> Option<String> {
        self.mask(text.as_bytes()).map(|masked| String::from_utf8_lossy(&masked).into_owned())
    }
}

/// The content of a quoted string of IMAP, whose end may be missing.
fn unquoted(inner: &str) -> Secret {
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut out = Hidden::with_room(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        let next = rest.chars().next().map_or(0, char::len_utf8);
        out.push(rest.get(..next).unwrap_or(""));
        rest = rest.get(next..).unwrap_or("");
    }
    out.push(rest);
    Secret::new(out.into_bytes())
}

/// The secrets within a SASL message: the password of PLAIN, the token of the OAuth mechanisms, the digest of CRAM-MD5,
/// else all of it.
fn secrets_in(message: &[u8]) -> Vec<Secret> {
    let mut out = vec![Secret::new(message.to_vec())];
    out.extend(message.rsplit(|b| *b == 0).next().map(|last| Secret::new(last.to_vec())));
    for field in message.split(|b| *b == 1) {
        let Some(value) = field.strip_prefix(b"auth=") else { continue };
        let token = value.iter().position(|b| *b == b' ').map_or(value, |at| value.get(at + 1..).unwrap_or(b""));
        out.push(Secret::new(token.to_vec()));
    }
    if let [.., b' '] = message {
        return out;
    }
    out.extend(
        message.rsplit(|b| *b == b' ').next().filter(|digest| digest.len() == 32).map(|d| Secret::new(d.to_vec())),
    );
    out
}

impl Form {
    /// `octets` with this form of a secret replaced by dots, if it is in it.
    fn mask(&self, octets: &[u8]) -> Option<Vec<u8>> {
        let needle = self.octets.expose();
        if needle.len() > octets.len() {
            return None;
        }
        memmem::find(octets, needle)?;
        let mut masked = Vec::with_capacity(octets.len());
        let mut from = 0;
        let edge = |b: &&u8| b.is_ascii_alphanumeric() || b"+/-_".contains(b);
        for at in memmem::find_iter(octets, needle) {
            let between = octets.get(from..at).unwrap_or(b"");
            let before = between.iter().rev().take(self.edges.0).take_while(edge).count();
            masked.extend_from_slice(between.get(..between.len() - before).unwrap_or(b""));
            masked.extend_from_slice(DOTS.as_bytes());
            from = at + needle.len();
            from += octets.get(from..).unwrap_or(b"").iter().take(self.edges.1).take_while(edge).count();
        }
        masked.extend_from_slice(octets.get(from..).unwrap_or(b""));
        Some(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks(secrets: &[&str]) -> Masks {
        let mut masks = Masks::default();
        for secret in secrets {
            masks.remember(&Secret::from(*secret));
        }
        masks
    }

    fn masked(masks: &Masks, text: &str) -> Option<String> {
        masks.mask_reply(text.as_bytes()).map(|text| String::from_utf8(text).unwrap().replace(DOTS, "•"))
    }

    #[test]
    fn an_echoed_secret_is_masked_everywhere_in_a_line() {
        let masks = masks(&["hunter2", "abc"]);
        for (text, wanted) in [
            ("535 hunter2? hunter2!", Some("535 •? •!")),
            ("250 abc", None),
            // jo, NUL, hunter2, in base64 at each place of a group, whole and with a neighbour that changes it.
            ("AGpvAGh1bnRlcjI=", Some("AGpvA•=")),
            ("AGpvbwBodW50ZXIy", Some("AGpvbw•")),
            ("AGh1bnRlcjI", Some("A•")),
            ("eGh1bnRlcjJ5", Some("e•5")),
            ("id=68756e74657232;", Some("id=•;")),
            ("68756E74657232", Some("•")),
            ("68 75 6e 74 65 72 32", Some("•")),
            ("68:75:6E:74:65:72:32", Some("•")),
            ("NO HUNTER2 Hunter2 hunter3", Some("NO • Hunter2 hunter3")),
            // AGpvAGh1bnRlcjI= and aHVudGVyMg== in base64.
            ("QUdwdkFHaDFiblJsY2pJPQ==", Some("QUdwdk•Q==")),
            ("x YUhWdWRHVnlNZz09", Some("x •09")),
            ("250 hunter", None),
        ] {
            assert_eq!(masked(&masks, text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn every_way_to_write_a_secret_is_known() {
        let masks = masks(&["p\"ä s\\/&~ö"]);
        for text in [
            "p%22%C3%A4%20s%5C%2F%26~%C3%B6",
            "p%22%c3%a4%20s%5c%2f%26~%c3%b6",
            "p\"=C3=A4 s\\/&~=C3=B6",
            "p\\\"ä s\\\\/&~ö",
            "p\\\"\\u00e4 s\\\\\\/&~\\u00f6",
            "p\"+C3+A4+20s\\/&~+C3+B6",
            "p\"&AOQ- s\\/&-~&APY-",
        ] {
            assert_eq!(masked(&masks, &format!("535 <{text}>")).as_deref(), Some("535 <•>"), "{text}");
        }
    }

    #[test]
    fn a_short_secret_is_a_word_of_the_answer_to_its_login() {
        let mut masks = masks(&["250", "x"]);
        assert_eq!(masked(&masks, "250 x"), None);
        masks.answering(true);
        for (text, wanted) in [
            ("250 x", Some("250 •")),
            ("250-x: (250) xx 2.5.0", Some("250-•: (•) xx 2.5.0")),
            ("250", None),
            ("250 2500", None),
        ] {
            assert_eq!(masked(&masks, text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_typed_is_taken_apart() {
        for (typed, secret) in [
            ("\"my \\\"pass\\\" word\"", "my \"pass\" word"),
            // NUL jo NUL hunter2
            ("AGpvAGh1bnRlcjI=", "hunter2"),
            // user=jo ^A auth=Bearer ya29.token ^A ^A
            ("dXNlcj1qbwFhdXRoPUJlYXJlciB5YTI5LnRva2VuAQE=", "ya29.token"),
            // jo b913a602c7eda7a495b4e6e7334d3890
            ("am8gYjkxM2E2MDJjN2VkYTdhNDk1YjRlNmU3MzM0ZDM4OTA=", "b913a602c7eda7a495b4e6e7334d3890"),
            ("cGFzc3dvcmQ", "cGFzc3dvcmQ"),
        ] {
            let mut masks = Masks::default();
            masks.remember_typed(typed);
            assert_eq!(masked(&masks, &format!("NO {secret}")).as_deref(), Some("NO •"), "{typed}");
        }
    }

    #[test]
    fn of_a_response_the_whole_is_secret_and_no_word_of_it() {
        for (response, reply, wanted) in [
            ("not base64!", "-ERR the response is not base64", None),
            ("not base64!", "-ERR not base64! is no base64", Some("-ERR • is no base64")),
            ("abc", "-ERR abc is no base64", None),
            ("Z2VoZWltbmlz", "-ERR Z2VoZWltbmlz is geheimnis", Some("-ERR • is •")),
            // A short one is hidden where the answer to its login has it as a word.
            ("YWJj", "-ERR YWJj is abc", Some("-ERR • is •")),
        ] {
            let mut masks = Masks::default();
            masks.remember_response(response);
            masks.answering(true);
            assert_eq!(masked(&masks, reply).as_deref(), wanted, "{response}");
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut masks = Masks::default();
        for number in 0..=SECRETS {
            masks.remember(&Secret::from(format!("secret-{number:04}").as_str()));
        }
        assert_eq!(masked(&masks, "secret-0000"), None);
        assert_eq!(masked(&masks, "secret-0001 secret-0064").as_deref(), Some("• •"));
        assert!(!format!("{masks:?}").contains("secret-0001"));
    }
}
