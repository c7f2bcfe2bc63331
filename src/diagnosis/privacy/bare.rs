//! Where a word stands for a user though no domain stands behind it.
//!
//! Only the local part of an address that was seen is taken for one, and only in a place where users stand:
//!
//! | place | how sure |
//! |---|---|
//! | behind USER, LOGIN, APOP, VRFY or EXPN in capitals, where that is the first word said | certain |
//! | behind `user=`, `username:` and the like | certain |
//! | between the NULs of a SASL message, before the digest of CRAM-MD5 | certain |
//! | all of what a word of base64 says | certain |
//! | behind one of them anywhere, and behind "user", "mailbox" and the like; between `<` and `>` | likely |
//!
//! A likely place is not enough for a word that sentences have there, as "user name" has: `name@example.org` is a user,
//! and "the user name" goes on being one.

use std::ops::Range;

/// Octets before a word that are looked at: a clock, a mark, a tag and a verb.
const AHEAD: usize = 64;

/// Commands whose argument is a user (RFC 1939 §7, RFC 9051 §6.2.3, RFC 5321 §3.5).
const VERBS: &[&[u8]] = &[b"USER", b"LOGIN", b"APOP", b"VRFY", b"EXPN"];

/// What stands before `=` where a user follows.
const TAGS: &[&str] =
    &["authcid", "authid", "authzid", "login", "logname", "ruser", "sasl_username", "smtp.auth", "user", "username"];

/// Words of a sentence that a user follows.
const WHO: &[&str] =
    &["account", "apop", "expn", "identity", "login", "mailbox", "maildrop", "recipient", "user", "username", "vrfy"];

/// Local parts that are words of sentences, too.
const ORDINARY: &[&str] = &[
    "account", "address", "admin", "all", "and", "attempt", "bounce", "client", "contact", "data", "default", "first",
    "from", "hello", "help", "here", "home", "host", "inbox", "info", "is", "list", "local", "login", "mail",
    "mailbox", "me", "name", "names", "new", "news", "no", "not", "office", "or", "order", "password", "private",
    "public", "root", "sales", "secure", "server", "service", "shop", "state", "status", "support", "system", "team",
    "test", "unknown", "user", "users", "was", "web", "work",
];

/// Whether a word in lower case that is somebody's local part stands for them here.
pub(super) fn stands_for_user(text: &[u8], place: Range<usize>, word: &str) -> bool {
    let before = text.get(place.start.saturating_sub(AHEAD)..place.start).unwrap_or_default();
    let before = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let behind = text.get(place.end..).unwrap_or_default();
    is_certain(before, behind) || is_likely(before, behind) && word.len() > 1 && !ORDINARY.contains(&word)
}

fn is_certain(before: &[u8], behind: &[u8]) -> bool {
    let nul = "␀".as_bytes();
    if before.ends_with(b"\0") || behind.starts_with(b"\0") {
        return true;
    }
    if before.trim_ascii_end().ends_with(nul) || behind.trim_ascii_start().starts_with(nul) {
        return true;
    }
    if let (true, Some((b' ', digest))) = (before.is_empty(), behind.split_first())
        && digest.len() == 32
        && digest.iter().all(u8::is_ascii_hexdigit)
    {
        return true;
    }
    let before = unopened(before);
    if let Some(rest) = before.strip_suffix(b"=") {
        let tag = last_word(rest);
        // `n=jo,` and `a=jo,` of SCRAM and OAUTHBEARER (RFC 5802 §5.1); other records have such tags as well.
        let gs2 = matches!(tag, b"n" | b"a") && behind.starts_with(b",");
        return gs2 || is_one_of(tag, TAGS);
    }
    if let Some(rest) = before.trim_ascii_end().strip_suffix(b":") {
        return is_one_of(last_word(rest), TAGS);
    }
    let Some(rest) = before.strip_suffix(b" ") else { return false };
    let verb = last_word(rest);
    let rest = rest.get(..rest.len() - verb.len()).unwrap_or_default();
    VERBS.contains(&verb) && (is_begin(rest) || verb == b"LOGIN" && is_begin(untagged(rest)))
}

fn is_likely(before: &[u8], behind: &[u8]) -> bool {
    if before.ends_with(b"<") && behind.starts_with(b">") {
        return true;
    }
    unopened(before).strip_suffix(b" ").is_some_and(|rest| is_one_of(last_word(rest), WHO))
}

/// Without the quotation marks and brackets that open before a word.
fn unopened(before: &[u8]) -> &[u8] {
    let mut before = before;
    while let Some(rest) = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).or(before.strip_suffix(b"<")) {
        before = rest;
    }
    before
}

/// What stands before the tag of an IMAP command (RFC 9051 §2.2.1); the same if there is none.
fn untagged(before: &[u8]) -> &[u8] {
    let trimmed = before.trim_ascii_end();
    let tag = trimmed.rsplit(|b| *b == b' ').next().unwrap_or_default();
    trimmed.get(..trimmed.len() - tag.len()).unwrap_or_default()
}

/// Whether this is the beginning of what somebody says: nothing, or marks of ours alone, as `▶▶`, `·` and `C:`.
fn is_begin(before: &[u8]) -> bool {
    let Some(line) = before.strip_suffix(b" ") else { return before.is_empty() };
    let mark = line.trim_ascii_end().rsplit(|b| *b == b' ').next().unwrap_or_default();
    matches!(mark, b"C:" | b"S:") || !mark.iter().any(u8::is_ascii_alphanumeric)
}

/// The letters, dots and underscores at the end.
fn last_word(text: &[u8]) -> &[u8] {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_');
    let length = text.iter().rev().take_while(|b| belongs(b)).count();
    text.get(text.len() - length..).unwrap_or_default()
}

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::privacy::Pseudonyms;
    use crate::protocol::text::transfer;

    /// Of these people the addresses were seen.
    fn acquainted() -> Pseudonyms {
        let mut pseudonyms = Pseudonyms::default();
        pseudonyms.veil("jo@firma.de info@firma.de name@firma.de postmaster@firma.de x@example.org");
        pseudonyms
    }

    #[test]
    fn a_user_is_one_without_a_domain_too() {
        let encode = |text: &str| transfer::to_base64(text.as_bytes());
        for (text, wanted) in [
            ("USER jo", "USER user1"),
            ("USER JO", "USER user1"),
            ("user jo", "user user1"),
            ("LOGIN jo secret", "LOGIN user1 secret"),
            ("a1 LOGIN \"jo\" \"x\"", "a1 LOGIN \"user1\" \"x\""),
            ("a1 LOGIN info x", "a1 LOGIN user2 x"),
            ("APOP jo c4c9334bac560ecc979e58001b3e22fb", "APOP user1 c4c9334bac560ecc979e58001b3e22fb"),
            ("VRFY jo", "VRFY user1"),
            ("EXPN <info>", "EXPN <user2>"),
            ("10:21:04.118    +23ms ▶▶  USER name", "10:21:04.118    +23ms ▶▶  USER user3"),
            ("10:21:04.118 -> a LOGIN name x", "10:21:04.118 -> a LOGIN user3 x"),
            ("x\nC: USER info", "x\nC: USER user2"),
            ("user jo · password ••••", "user user1 · password ••••"),
            ("authorization identity jo · user jo", "authorization identity user1 · user user1"),
            ("␀ info ␀ ••••, info ␀ jo ␀ ••••", "␀ user2 ␀ ••••, user2 ␀ user1 ␀ ••••"),
            ("n,,n=jo,r=abc", "n,,n=user1,r=abc"),
            ("n,a=name,", "n,a=user3,"),
            ("user=<jo>, sasl_username=info, user: name", "user=<user1>, sasl_username=user2, user: user3"),
            ("550 5.1.1 <jo>: Recipient address rejected", "550 5.1.1 <user1>: Recipient address rejected"),
            ("RCPT TO:<jo>", "RCPT TO:<user1>"),
            ("550 No such user jo.", "550 No such user user1."),
            ("-ERR mailbox 'jo' is locked", "-ERR mailbox 'user1' is locked"),
            ("am8=", "dXNlcjE="),
            ("am8", "dXNlcjE"),
            (&encode("\0jo\0secret123"), &encode("\0user1\0secret123")),
            (&encode("jo b913a602c7eda7a495b4e6e7334d3890"), &encode("user1 b913a602c7eda7a495b4e6e7334d3890")),
            (&encode("n,,n=info,r=abc"), &encode("n,,n=user2,r=abc")),
            // The address may come behind.
            ("USER eva, eva@firma.de", "USER user4, user4@domain1.example"),
        ] {
            let mut pseudonyms = acquainted();
            let once = pseudonyms.veil(text).into_owned();
            assert_eq!(once, wanted, "{text}");
            assert_eq!(pseudonyms.veil(&once), once, "{text} once more");
        }
    }

    #[test]
    fn a_user_may_be_known_before_an_address_is() {
        let mut pseudonyms = Pseudonyms::default();
        for user in ["Eva", "jo@firma.de", "", "postmaster", "info"] {
            pseudonyms.know_user(user);
        }
        for (text, wanted) in [
            ("USER eva", "USER user1"),
            ("a LOGIN EVA x", "a LOGIN user1 x"),
            ("VRFY info; the info of eva", "VRFY user2; the info of eva"),
            ("USER postmaster", "USER postmaster"),
            ("USER zoe", "USER zoe"),
            ("eva@firma.de, eva@a.de", "user1@domain1.example, user3@domain2.example"),
            ("user eva", "user user1"),
        ] {
            assert_eq!(pseudonyms.veil(text), wanted);
        }
        pseudonyms.know_user("user1");
        assert_eq!(pseudonyms.veil("USER user1"), "USER user1");
    }

    #[test]
    fn ordinary_words_are_no_users() {
        for text in [
            "jo and info are no names here",
            "the user name is wrong; user info; the login name <name>",
            "PASS jo",
            "EHLO jo",
            "user jones, USER jo2, USER xjo, USER jo-ann, user=jo_x",
            "s=info; n=name; a=jo; d=jo",
            "mail for info",
            "USER postmaster, USER x, <x>",
            "USER user1, LOGIN user3",
            "bmFtZXM= am8tYW5u",
        ] {
            assert_eq!(acquainted().veil(text), text);
        }
    }
}
