//! IMAP URLs that name a message or a part of one, and those that carry a right (RFC 5092 §11, RFC 4467 §3).

use std::ops::Range;

use crate::protocol::text::timestamp;

/// What the URL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::protocol) enum Kind {
    /// A message or a part of it, absolute or from the server's root (RFC 4469 §3).
    Part,
    /// The same with `;URLAUTH=access`, to be signed (RFC 4467 §9, `authimapurlrump`).
    Rump,
    /// Signed: with `:mechanism:token` behind it (RFC 4467 §9, `authimapurlfull`).
    Full,
}

/// Octets of the URL that are wrong, and why.
type Wrong = (Range<usize>, String);

/// Whether this is such a URL.
///
/// # Errors
/// Where it is none, and why.
pub(in crate::protocol) fn check(url: &str, kind: Kind) -> Result<(), Wrong> {
    characters(url)?;
    let mut reader = Reader { url, at: 0 };
    if reader.eat("imap://") {
        server(&mut reader, kind)?;
    } else if kind != Kind::Part {
        let end = url.find('/').unwrap_or(url.len());
        return Err((0..end, "an absolute URL is wanted here: imap://user@host/…".to_owned()));
    }
    path(&mut reader, kind)?;
    if reader.rest().is_empty() {
        return Ok(());
    }
    Err((reader.at..url.len(), "nothing of an IMAP URL goes on here".to_owned()))
}

struct Reader<'a> {
    url: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.url.get(self.at..).unwrap_or("")
    }

    /// Takes `word` in any case.
    fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Takes everything before one of these.
    fn until(&mut self, stops: &[char]) -> &'a str {
        let rest = self.rest();
        let end = rest.find(stops).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn number(&mut self) -> Result<(), Wrong> {
        let start = self.at;
        let digits = self.until(&['/', ';', '.', ':', '?', '=', '&', '@']);
        if digits.parse::<u32>().is_ok_and(|n| n > 0) && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(());
        }
        Err((start..self.at, "expected a number from 1 on".to_owned()))
    }

    fn missing<T>(&self, what: &str) -> Result<T, Wrong> {
        Err((self.at..self.url.len(), format!("expected {what}")))
    }
}

/// `uchar` and the delimiters; everything else is percent-encoded (RFC 5092 §11).
fn characters(url: &str) -> Result<(), Wrong> {
    let bytes = url.as_bytes();
    for (at, c) in url.char_indices() {
        let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        let right = match c {
            '%' => hex(at + 1) && hex(at + 2),
            _ => c.is_ascii_alphanumeric() || "-._~!$'()*+,&=:@/;?".contains(c),
        };
        if !right {
            let what = if c == '%' { "two hexadecimal digits follow % in a URL".to_owned() } else { encoded(c) };
            return Err((at..at + c.len_utf8(), what));
        }
    }
    Ok(())
}

fn encoded(c: char) -> String {
    let mut octets = [0; 4];
    let text: String = c.encode_utf8(&mut octets).bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("this character is written {text} in a URL")
}

/// `[user[;AUTH=type]@]host[:port]`.
fn server(reader: &mut Reader<'_>, kind: Kind) -> Result<(), Wrong> {
    let start = reader.at;
    let authority = reader.until(&['/']);
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if host.split(':').next().unwrap_or("").is_empty() {
        return Err((start..reader.at, "expected the name of the server".to_owned()));
    }
    // RFC 4467 §7: whose keys are to sign.
    if kind != Kind::Part && user.is_none_or(|user| user.split(';').next().unwrap_or("").is_empty()) {
        return Err((start..reader.at, "a user stands before the server here: imap://user@host/…".to_owned()));
    }
    Ok(())
}

/// `/mailbox[;UIDVALIDITY=n]/;UID=n[/;SECTION=s][/;PARTIAL=n.n]`, and the right.
fn path(reader: &mut Reader<'_>, kind: Kind) -> Result<(), Wrong> {
    let start = reader.at;
    let absolute = reader.eat("/");
    if !absolute && kind != Kind::Part {
        return reader.missing("\"/\" and a mailbox");
    }
    if !reader.eat(";UID=") {
        let from = reader.at;
        // `;` stands within the name of a mailbox only percent-encoded.
        reader.until(&[';', '?']);
        if reader.url.get(from..reader.at).unwrap_or("").trim_end_matches('/').is_empty() {
            return Err((
                start..reader.url.len(),
                "expected a mailbox, then /;UID= and the UID of a message".to_owned(),
            ));
        }
        let before = reader.url.get(..reader.at).is_some_and(|read| read.ends_with('/'));
        if !before && reader.eat(";UIDVALIDITY=") {
            reader.number()?;
            if !reader.eat("/") {
                return reader.missing("/;UID= and the UID of a message");
            }
        } else if !before {
            return reader.missing("/;UID= and the UID of a message");
        }
        if !reader.eat(";UID=") {
            return reader.missing(";UID= and the UID of a message");
        }
    }
    reader.number()?;
    if reader.eat("/;SECTION=") && reader.until(&['/', ';', '?']).is_empty() {
        return reader.missing("a section like 1.2 or HEADER");
    }
    if reader.eat("/;PARTIAL=") {
        let start = reader.at;
        let range = reader.until(&['/', ';', '?']);
        let (from, octets) = range.split_once('.').map_or((range, "1"), |(from, octets)| (from, octets));
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
        if number(from).is_none() || number(octets).is_none_or(|octets| octets == 0) {
            return Err((start..reader.at, "expected first octet, a dot and a number of octets: 0.1024".to_owned()));
        }
    }
    match kind {
        Kind::Part => Ok(()),
        Kind::Rump | Kind::Full => right(reader, kind),
    }
}

/// `[;EXPIRE=date-time];URLAUTH=access[:mechanism:token]`.
fn right(reader: &mut Reader<'_>, kind: Kind) -> Result<(), Wrong> {
    if reader.eat(";EXPIRE=") {
        let start = reader.at;
        if !timestamp::is_date_time(reader.until(&[';'])) {
            return Err((start..reader.at, "expected a date like 2030-01-31T12:00:00Z".to_owned()));
        }
    }
    if !reader.eat(";URLAUTH=") {
        return reader.missing(";URLAUTH= and who may use the URL: submit+user, user+user, authuser or anonymous");
    }
    let start = reader.at;
    let access = reader.until(&[':']);
    let lower = access.to_ascii_lowercase();
    let of_user = ["submit+", "user+"].iter().any(|prefix| lower.starts_with(prefix) && lower.len() > prefix.len());
    if !of_user && !matches!(lower.as_str(), "authuser" | "anonymous") {
        return Err((start..reader.at, "expected submit+user, user+user, authuser or anonymous".to_owned()));
    }
    if kind == Kind::Rump {
        return Ok(());
    }
    if !reader.eat(":") {
        return reader.missing("\":\", a mechanism like INTERNAL, \":\" and the token");
    }
    let start = reader.at;
    if !is_mechanism(reader.until(&[':'])) {
        return Err((start..reader.at, "expected a mechanism like INTERNAL".to_owned()));
    }
    if !reader.eat(":") {
        return reader.missing("\":\" and the token");
    }
    let start = reader.at;
    let token = reader.until(&[';', '/', '?']);
    if token.len() < 32 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err((start..reader.at, "a token has at least 32 hexadecimal digits".to_owned()));
    }
    Ok(())
}

/// `INTERNAL`, or letters, digits, hyphens and dots (RFC 4467 §9).
pub(super) fn is_mechanism(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}
