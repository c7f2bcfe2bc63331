//! What is to be probed, and how far it may go.

use super::outcome::Outcome;
use super::{Ground, clear, injection, password, relay, smuggling, verify};
use crate::diagnosis::investigation::{Talk, Talked};
use crate::protocol::cursor::Cursor;
use crate::protocol::endpoint::{Endpoint, Host, Protocol};
use crate::protocol::smtp::address::mailbox;

/// Login attempts that can be ordered.
const MOST_ATTEMPTS: u8 = 20;

/// A test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Mail from strangers to strangers.
    Relay,
    /// Passwords before TLS.
    Clear,
    /// A wrong password.
    Password,
    /// VRFY and EXPN.
    Verify,
    /// Ends of a message that are none.
    Smuggling,
    /// Commands behind STARTTLS.
    Injection,
}

impl Test {
    /// All, in the order in which they are done.
    pub const ALL: [Self; 6] =
        [Self::Clear, Self::Injection, Self::Verify, Self::Relay, Self::Smuggling, Self::Password];

    /// The name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Clear => "clear",
            Self::Password => "password",
            Self::Verify => "vrfy",
            Self::Smuggling => "smuggling",
            Self::Injection => "starttls",
        }
    }

    /// The name in a table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Relay => "open relay",
            Self::Clear => "passwords in clear",
            Self::Password => "wrong password",
            Self::Verify => "VRFY, EXPN",
            Self::Smuggling => "end of data",
            Self::Injection => "behind STARTTLS",
        }
    }

    /// The test with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|test| test.name().eq_ignore_ascii_case(name))
    }

    /// Whether there is anything to test in this protocol.
    #[must_use]
    pub const fn fits(self, protocol: Protocol) -> bool {
        match self {
            Self::Clear | Self::Injection => true,
            Self::Password => !matches!(protocol, Protocol::Lmtp),
            Self::Relay | Self::Verify | Self::Smuggling => matches!(protocol, Protocol::Smtp),
        }
    }

    /// What it wants to say; or why it is not done.
    pub(super) fn talks(self, ground: &Ground<'_>) -> Result<Vec<Talk>, String> {
        match self {
            Self::Relay => Ok(relay::talks(ground)),
            Self::Clear => clear::talks(ground),
            Self::Password => password::talks(ground),
            Self::Verify => Ok(verify::talks(ground)),
            Self::Smuggling => smuggling::talks(ground),
            Self::Injection => injection::talks(ground),
        }
    }

    /// What the replies mean.
    pub(super) fn judge(self, ground: &Ground<'_>, talks: &[Talk], talked: &[Talked]) -> Outcome {
        match self {
            Self::Relay => relay::judge(ground, talks, talked),
            Self::Clear => clear::judge(ground),
            Self::Password => password::judge(ground, talks, talked),
            Self::Verify => verify::judge(talked),
            Self::Smuggling => smuggling::judge(talked),
            Self::Injection => injection::judge(ground, talked),
        }
    }
}

/// What is to be probed, and how far it may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The server.
    pub endpoint: Endpoint,
    /// So many wrong passwords may be tried, and none more.
    pub attempts: u8,
    /// For this user; without one for a user that does not exist.
    pub user: Option<String>,
    /// The address of a mailbox that is one's own. Without it no message is sent.
    pub to: Option<String>,
    /// Only these tests; all that fit if it is empty.
    pub only: Vec<Test>,
    /// What names that do not exist and wrong passwords are made of: random, from outside.
    pub seed: u64,
}

impl Order {
    /// All that can be tested at `endpoint` without a login attempt and without a message.
    #[must_use]
    pub const fn new(endpoint: Endpoint, seed: u64) -> Self {
        Self { endpoint, attempts: 0, user: None, to: None, only: Vec::new(), seed }
    }

    /// Reads the words that say how far it may go: `--attempts 2 --user jo --to me@example.org --only relay,vrfy`.
    ///
    /// # Errors
    /// Which word is wrong, and what could stand there.
    pub fn read(&mut self, words: &[&str]) -> Result<(), String> {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, joined) = word.split_once('=').map_or((*word, None), |(name, value)| (name, Some(value)));
            let mut value = || joined.or_else(|| words.next().copied()).ok_or_else(|| format!("{name} needs a value"));
            match name {
                "--attempts" => self.attempts = attempts(value()?)?,
                "--user" => self.user = Some(user(value()?)?),
                "--to" => self.to = Some(recipient(value()?)?),
                "--only" => self.only = only(value()?)?,
                _ => {
                    return Err(format!(
                        "\"{word}\": the options are --attempts N, --user U, --to ADDRESS, --only TESTS"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The tests to be done, in their order.
    #[must_use]
    pub fn tests(&self) -> Vec<Test> {
        let wanted = |test: &Test| self.only.is_empty() || self.only.contains(test);
        Test::ALL.into_iter().filter(wanted).filter(|test| test.fits(self.endpoint.protocol)).collect()
    }

    /// Whether something would be tested.
    ///
    /// # Errors
    /// What is missing where nothing is left.
    pub fn check(&self) -> Result<(), String> {
        let tests = self.tests();
        let misses = |test: &Test| match test {
            Test::Password if self.attempts == 0 => Some("password needs --attempts N, 1 or more"),
            Test::Smuggling if self.to.is_none() => Some("smuggling needs --to ADDRESS"),
            _ => None,
        };
        let missing: Vec<&str> = tests.iter().filter_map(misses).collect();
        if tests.is_empty() {
            return Err(format!("nothing is left to test: none of these tests is for {}", self.endpoint.protocol));
        }
        if missing.len() == tests.len() {
            return Err(format!("nothing is left to test: {}", missing.join(", ")));
        }
        Ok(())
    }

    /// The name of the server as it is to be typed by whoever agrees.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.endpoint.host {
            Host::Name(name) => name.clone(),
            Host::Ip(ip) => ip.to_string(),
        }
    }

    /// Whether this line is the name of the server: who types it has read for which server the terms are.
    #[must_use]
    pub fn agrees(&self, line: &str) -> bool {
        line.trim().trim_end_matches('.').eq_ignore_ascii_case(&self.name())
    }

    /// Whether the server has a name of the practice world (RFC 6761 §6.2): nobody else is concerned then. An address of
    /// this machine does not tell that: a tunnel may begin there, and end at anybody's server.
    #[must_use]
    pub fn is_own(&self) -> bool {
        match &self.endpoint.host {
            Host::Name(name) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                name == "example.test" || name.ends_with(".example.test")
            }
            Host::Ip(_) => false,
        }
    }

    /// A word of letters and digits that nobody has chosen, another one for each `number`.
    pub(super) fn word(&self, number: u64) -> String {
        // SplitMix64: one seed gives many words that do not tell each other.
        let mut z = self.seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        format!("{:013x}", (z ^ (z >> 31)) >> 12)
    }

    /// The name of a user that does not exist.
    pub(super) fn nobody(&self) -> String {
        format!("ehlo-probe-{}", self.word(0))
    }
}

/// Reads how many wrong passwords may be tried.
///
/// # Errors
/// It is no number, or too many.
fn attempts(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|number| *number <= MOST_ATTEMPTS);
    number.ok_or_else(|| format!("--attempts {text}: a number up to {MOST_ATTEMPTS}"))
}

fn user(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 255 || text.chars().any(|c| c.is_control() || c == ' ') {
        return Err(format!("--user \"{}\": a user name without spaces", text.escape_debug()));
    }
    Ok(text.to_owned())
}

fn recipient(text: &str) -> Result<String, String> {
    let mut cursor = Cursor::new(text, 0);
    match mailbox(&mut cursor) {
        Ok(_) if cursor.rest().is_empty() && text.is_ascii() => Ok(text.to_owned()),
        _ => Err(format!("--to \"{}\": an address like me@example.org", text.escape_debug())),
    }
}

fn only(text: &str) -> Result<Vec<Test>, String> {
    let names: Vec<&str> = Test::ALL.iter().map(|test| test.name()).collect();
    let test = |name| Test::find(name).ok_or_else(|| format!("--only {name}: the tests are {}", names.join(" ")));
    text.split(',').filter(|name| !name.is_empty()).map(test).collect()
}
