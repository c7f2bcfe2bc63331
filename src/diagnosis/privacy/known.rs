//! What a text is read with: hosts that were told, names and users that were seen.

use std::collections::{HashMap, HashSet};

use super::{base, public};
use crate::protocol::text::domain;

/// Who is known so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Hosts and domains whose names do not look like one, in lower case and in ASCII.
    pub(super) told: &'a HashSet<String>,
    /// Names that were seen where nothing but a name stands, in lower case.
    pub(super) names: &'a HashMap<String, String>,
    /// The numbers of users by their local parts, in lower case.
    pub(super) locals: &'a HashMap<String, usize>,
    /// How many users have a number.
    pub(super) users: usize,
}

impl Known<'_> {
    /// Whether this word was told to be a host, or is within a domain that was.
    pub(super) fn is_told(self, word: &str) -> bool {
        if self.told.is_empty() {
            return false;
        }
        let word = ascii(word);
        self.told.contains(&word) || public::is_dotted(&word) && self.told.contains(base(&word))
    }

    /// Whether this word is a host. What does not look like one, or may be a file or a version, is one if its domain was
    /// seen before, as behind the `@` of an address.
    pub(super) fn is_host(self, word: &str) -> bool {
        if self.is_told(word) || public::is_name(word) && !public::is_file_or_version(word) {
            return true;
        }
        if !public::is_dotted(word) || self.names.is_empty() {
            return false;
        }
        let word = ascii(word);
        self.names.contains_key(base(&word))
    }

    /// Whether nobody was seen yet.
    pub(super) fn has_no_users(self) -> bool {
        self.locals.is_empty()
    }

    /// The number of the first user with this local part. A pseudonym is nobody's.
    pub(super) fn user(self, word: &str) -> Option<usize> {
        let word = word.to_lowercase();
        let number = *self.locals.get(&word)?;
        (!is_pseudonym(&word, self.users)).then_some(number)
    }
}

/// A word as names are kept.
fn ascii(word: &str) -> String {
    let lower = word.to_lowercase();
    if lower.is_ascii() { lower } else { domain::to_ascii(&lower).unwrap_or(lower) }
}

/// Whether a local part is one of so many that we gave.
pub(super) fn is_pseudonym(local: &str, users: usize) -> bool {
    let number = local.strip_prefix("user").and_then(|number| number.parse::<usize>().ok());
    number.is_some_and(|number| (1..=users).contains(&number))
}
