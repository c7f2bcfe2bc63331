//! What a text is read with: hosts that were told, names and users that were seen.

use std::collections::HashMap;

use super::public;

/// Who is known so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Hosts whose names do not look like one.
    pub(super) told: &'a [String],
    /// Names that were seen where nothing but a name stands, in lower case.
    pub(super) names: &'a HashMap<String, String>,
    /// The numbers of users by their local parts, in lower case.
    pub(super) locals: &'a HashMap<String, usize>,
    /// How many users have a number.
    pub(super) users: usize,
}

impl Known<'_> {
    /// Whether this word was told to be a host.
    pub(super) fn is_told(self, word: &str) -> bool {
        self.told.iter().any(|host| word.eq_ignore_ascii_case(host))
    }

    /// Whether this word is a host. What may be a file or a version is one if it was seen as a domain before.
    pub(super) fn is_host(self, word: &str) -> bool {
        let is_other = || public::is_file_or_version(word) && !self.names.contains_key(&word.to_lowercase());
        self.is_told(word) || public::is_name(word) && !is_other()
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

/// Whether a local part is one of so many that we gave.
pub(super) fn is_pseudonym(local: &str, users: usize) -> bool {
    let number = local.strip_prefix("user").and_then(|number| number.parse::<usize>().ok());
    number.is_some_and(|number| (1..=users).contains(&number))
}
