//! Whose mail program is to be set up.

use crate::protocol::endpoint::{Target, parse_target};

/// The local part that stands in when only a domain is known: every domain has it (RFC 5321 §4.5.1).
const STAND_IN: &str = "postmaster";

/// A mail address, or a domain of which no address is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    local_part: Option<String>,
    domain: String,
}

/// What a mail program logs in as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserName {
    /// The whole address.
    Address,
    /// What stands before the `@`.
    LocalPart,
    /// Something else, as it came.
    Other(String),
    /// It is not said.
    Unsaid,
}

impl UserName {
    /// In words that can follow "log in with".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Address => "the whole address".to_owned(),
            Self::LocalPart => "the part before the @".to_owned(),
            Self::Other(name) => format!("\"{name}\""),
            Self::Unsaid => "a name that is not said".to_owned(),
        }
    }
}

impl Account {
    /// Reads `alice@example.org` or `example.org`, in any script.
    ///
    /// # Errors
    /// The text says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match parse_target(&[text.trim()]).map_err(|error| error.0)? {
            Target::Domain(domain) => Ok(Self { local_part: None, domain }),
            Target::Address { local_part, domain } => Ok(Self { local_part: Some(local_part), domain }),
            Target::Endpoint(_) => Err(format!("\"{text}\" is no mail domain; write example.org or jo@example.org")),
        }
        .map(|account| Self { domain: account.domain.to_ascii_lowercase(), ..account })
    }

    /// The domain in A-label form and lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether the address is the user's own, and not one that stands in for it.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.local_part.is_some()
    }

    /// The address servers are asked about.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}@{}", self.local_part(), self.domain)
    }

    fn local_part(&self) -> &str {
        self.local_part.as_deref().unwrap_or(STAND_IN)
    }

    /// Puts the account into the placeholders of a configuration file. What came out is not looked at again.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let address = self.address();
        let places = [
            ("%EMAILADDRESS%", address.as_str()),
            ("%EMAILLOCALPART%", self.local_part()),
            ("%EMAILDOMAIN%", &self.domain),
        ];
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let (taken, put) = places
                .iter()
                .find(|(name, _)| from.starts_with(name))
                .map_or((1, "%"), |(name, value)| (name.len(), *value));
            out.push_str(put);
            rest = from.get(taken..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    /// What a name to log in with is, its placeholders filled in.
    #[must_use]
    pub fn user_name(&self, filled: &str) -> UserName {
        if filled.is_empty() {
            UserName::Unsaid
        } else if filled.eq_ignore_ascii_case(&self.address()) {
            UserName::Address
        } else if filled.eq_ignore_ascii_case(self.local_part()) {
            UserName::LocalPart
        } else {
            UserName::Other(filled.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_domains() {
        for (text, expect) in [
            ("alice@Example.org", Ok("alice@example.org true")),
            (" bücher.example ", Ok("postmaster@xn--bcher-kva.example false")),
            ("192.0.2.1", Err("no mail domain")),
            ("example.org:25", Err("no mail domain")),
            ("a..b", Err("not a host name")),
            ("", Err("empty")),
        ] {
            let got = Account::parse(text).map(|account| format!("{} {}", account.address(), account.is_whole()));
            match (&got, expect) {
                (Ok(got), Ok(expect)) => assert_eq!(got, expect),
                (Err(got), Err(part)) => assert!(got.contains(part), "{text}: {got}"),
                _ => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn placeholders_are_filled_once() {
        let account = Account::parse("%EMAILDOMAIN%@example.org").unwrap();
        for (text, expect) in [
            ("%EMAILADDRESS%", "%EMAILDOMAIN%@example.org"),
            ("%EMAILLOCALPART%", "%EMAILDOMAIN%"),
            ("imap.%EMAILDOMAIN%", "imap.example.org"),
            ("100% %OTHER% %EMAILDOMAIN", "100% %OTHER% %EMAILDOMAIN"),
            ("%%EMAILDOMAIN%%", "%example.org%"),
        ] {
            assert_eq!(account.fill(text), expect, "{text}");
        }
    }

    #[test]
    fn the_forms_of_a_user_name() {
        let account = Account::parse("alice@example.org").unwrap();
        for (text, expect) in [
            ("%EMAILADDRESS%", UserName::Address),
            ("%EMAILLOCALPART%@%EMAILDOMAIN%", UserName::Address),
            ("Alice", UserName::LocalPart),
            ("", UserName::Unsaid),
            ("EXAMPLE\\alice", UserName::Other("EXAMPLE\\alice".to_owned())),
        ] {
            assert_eq!(account.user_name(&account.fill(text)), expect, "{text}");
        }
    }
}
