//! [`Secret`] never prints, in any build, and is wiped when it is dropped. [`Hidden`] is the same for a line of text
//! that may hold one.

use zeroize::{Zeroize as _, Zeroizing};

/// A password, a token or what encodes one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the octets over; the caller's copy is moved, not cloned.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets themselves. The name is long so that each use is found by a search.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether there is nothing to hide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The octets as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> Hidden {
        let mut out = Hidden::with_room(self.0.len());
        for chunk in self.0.utf8_chunks() {
            out.push(chunk.valid());
            if !chunk.invalid().is_empty() {
                out.push("\u{fffd}");
            }
        }
        out
    }
}

/// So that what goes to the wire can be handed on without a copy that nobody wipes.
impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Text in which a secret may stand: a line that is typed, a line that waits for its turn. It reads as `&str`, never
/// prints, leaves no copy behind when it grows, and is wiped when it is dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden(Zeroizing<String>);

impl Hidden {
    /// Nothing, with room for so many octets.
    #[must_use]
    pub fn with_room(octets: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(octets)))
    }

    /// Adds text behind the last.
    pub fn push(&mut self, text: &str) {
        let end = self.0.len();
        self.replace(end..end, text);
    }

    /// Puts `with` in the place of a range of octets; nothing happens when the range cuts a character.
    pub fn replace(&mut self, range: std::ops::Range<usize>, with: &str) {
        let (Some(head), Some(tail)) = (self.0.get(..range.start), self.0.get(range.end..)) else { return };
        if range.start > range.end {
            return;
        }
        let len = head.len() + with.len() + tail.len();
        if len > self.0.capacity() {
            // A string that grows by itself is copied, and what it leaves behind is not wiped.
            let mut larger = String::with_capacity(len.next_power_of_two().max(64));
            larger.push_str(head);
            larger.push_str(with);
            larger.push_str(tail);
            self.0 = Zeroizing::new(larger);
        } else {
            self.0.replace_range(range, with);
        }
    }

    /// The octets, moved out and not copied: whoever takes them wipes them, as [`Secret::new`] does.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.0).into_bytes()
    }

    /// Empties it, and wipes what stood there.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }
}

impl std::ops::Deref for Hidden {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        let mut out = Self::with_room(text.len());
        out.push(text);
        out
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl PartialEq<&str> for Hidden {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

/// Only its length is told.
impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hidden({} octets)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "*** *** Some(\n    ***,\n)");
        assert_eq!(secret.expose(), b"hunter2");
        assert_eq!(format!("{:?}", Hidden::from("hunter2")), "Hidden(7 octets)");
    }

    #[test]
    fn text_grows_in_steps_and_is_replaced_at_characters() {
        let mut text = Hidden::from("aé");
        text.replace(1..1, "-");
        assert_eq!(text, "a-é");
        text.replace(3..3, "x");
        assert_eq!(text, "a-é", "inside a character");
        text.replace(2..4, "");
        assert_eq!(text, "a-");
        let long = "x".repeat(1000);
        text.push(&long);
        assert_eq!(text.len(), 1002);
        assert_eq!(text.clone().into_bytes(), format!("a-{long}").into_bytes());
        text.clear();
        assert!(text.is_empty());
        assert_eq!(Secret::new(b"a\xff\xfeb".to_vec()).text(), "a\u{fffd}\u{fffd}b");
    }
}
