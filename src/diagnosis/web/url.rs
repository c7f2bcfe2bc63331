//! `http` and `https` URLs (RFC 3986, RFC 9110 §4.2), as far as a mail program meets them.

use std::fmt;

use crate::protocol::endpoint::Host;

/// Octets of the longest URL that is read (RFC 9110 §4.1 asks for 8000).
const LONGEST: usize = 8000;
/// Characters beside letters and digits that stand in a path or query as they are (RFC 3986 §3.3, §3.4).
const PLAIN: &[u8] = b"-._~!$&'()*+,;=:@/?";

/// Where a document is. What was written behind `#` is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url {
    /// `https`.
    pub secure: bool,
    /// Whom to ask.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
    /// Path and query, as they are sent: beginning with `/`, printable ASCII without spaces.
    pub target: String,
}

impl Url {
    /// `https://HOST` with a path, which begins with `/` and is sent as [`Self::parse`] would send it.
    #[must_use]
    pub fn https(host: &str, target: &str) -> Option<Self> {
        Self::parse(&format!("https://{host}{target}")).ok()
    }

    /// The same in clear.
    #[must_use]
    pub fn http(host: &str, target: &str) -> Option<Self> {
        Self::parse(&format!("http://{host}{target}")).ok()
    }

    /// Reads an absolute URL. What may not stand in one is written as `%20`, as browsers do.
    ///
    /// # Errors
    /// The text says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_matches([' ', '\t']);
        if text.len() > LONGEST {
            return Err(format!("the URL is longer than {LONGEST} octets"));
        }
        if text.bytes().any(|octet| octet.is_ascii_control()) {
            return Err("the URL holds a control character".to_owned());
        }
        let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
            return Err("the URL does not begin with https://".to_owned());
        };
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            other => return Err(format!("the URL is of the kind {other}, neither https nor http")),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            return Err(format!("\"//\" is missing behind {scheme}:"));
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.contains('@') {
            return Err("the URL holds a user name, which nobody should send".to_owned());
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (authority, ""),
        };
        let port = match port {
            "" if secure => 443,
            "" => 80,
            port => port
                .parse::<u16>()
                .ok()
                .filter(|number| *number != 0 && port.bytes().all(|octet| octet.is_ascii_digit()))
                .ok_or_else(|| format!("\"{port}\" is no port"))?,
        };
        let host = Host::parse(host).map_err(|error| error.0)?;
        Ok(Self { secure, host, port, target: sent(target) })
    }

    /// What a reference in a document from here means (RFC 3986 §5.2): a `Location` may be relative.
    ///
    /// # Errors
    /// The text says what is wrong with it.
    pub fn join(&self, reference: &str) -> Result<Self, String> {
        let reference = reference.trim_matches([' ', '\t']);
        if reference.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) {
            return Self::parse(reference);
        }
        let scheme = if self.secure { "https" } else { "http" };
        if reference.starts_with("//") {
            return Self::parse(&format!("{scheme}:{reference}"));
        }
        let (path, query) = self.target.split_once('?').map_or((self.target.as_str(), None), |(p, q)| (p, Some(q)));
        let target = match reference.as_bytes().first() {
            None | Some(b'#') => query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")),
            Some(b'/') => without_dots(reference),
            Some(b'?') => format!("{path}{reference}"),
            Some(_) => {
                let folder = path.rfind('/').map_or("", |at| path.get(..at).unwrap_or_default());
                without_dots(&format!("{folder}/{reference}"))
            }
        };
        Self::parse(&format!("{scheme}://{}:{}{target}", self.host, self.port))
    }

    /// The port belongs to the scheme, and need not be written.
    #[must_use]
    pub const fn is_usual_port(&self) -> bool {
        self.port == if self.secure { 443 } else { 80 }
    }

    /// `autoconfig.example.org`, with the port where it is not the usual one: the `Host` field (RFC 9110 §7.2).
    #[must_use]
    pub fn authority(&self) -> String {
        if self.is_usual_port() { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http{}://{}{}", if self.secure { "s" } else { "" }, self.authority(), self.target)
    }
}

/// A value as it stands behind `=` in a query. `@` may stay, and does, as the specifications write it.
#[must_use]
pub fn in_query(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for octet in value.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~@".contains(&octet) {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
}

/// Path and query without a fragment, beginning with `/`, and with nothing in them that may not stand there.
fn sent(target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let mut out = String::with_capacity(target.len() + 1);
    if !target.starts_with('/') {
        out.push('/');
    }
    for octet in target.bytes() {
        if octet.is_ascii_alphanumeric() || octet == b'%' || PLAIN.contains(&octet) {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}

/// Takes `.` and `..` out of a path (RFC 3986 §5.2.4). The query stays.
fn without_dots(target: &str) -> String {
    let end = target.find(['?', '#']).unwrap_or(target.len());
    let (path, rest) = target.split_at(end);
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}{rest}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_right_and_wrong() {
        for (text, expect) in [
            ("https://example.org", Ok("https://example.org/")),
            ("HTTPS://Example.org:443/a", Ok("https://example.org/a")),
            ("http://example.org:80?x=1#part", Ok("http://example.org/?x=1")),
            ("https://example.org:8443/a%20b", Ok("https://example.org:8443/a%20b")),
            ("https://bücher.example/ü x", Ok("https://xn--bcher-kva.example/%C3%BC%20x")),
            ("https://[2001:db8::1]:8080/", Ok("https://[2001:db8::1]:8080/")),
            ("https://[2001:db8::1]/", Ok("https://[2001:db8::1]/")),
            (" https://example.org/ ", Ok("https://example.org/")),
            ("https:example.org", Err("\"//\" is missing")),
            ("example.org/x", Err("does not begin with https://")),
            ("", Err("does not begin with https://")),
            ("ftp://example.org/", Err("of the kind ftp")),
            ("javascript:alert(1)", Err("of the kind javascript")),
            ("https://jo:secret@example.org/", Err("holds a user name")),
            ("https://example.org:99999/", Err("\"99999\" is no port")),
            ("https://example.org:0/", Err("\"0\" is no port")),
            ("https://example.org:+80/", Err("\"+80\" is no port")),
            ("https:///path", Err("the host is empty")),
            ("https://a..b/", Err("not a host name")),
            ("https://example.org/a\r\nX: y", Err("a control character")),
        ] {
            let got = Url::parse(text).map(|url| url.to_string());
            match (&got, expect) {
                (Ok(got), Ok(expect)) => assert_eq!(got, expect, "{text}"),
                (Err(got), Err(part)) => assert!(got.contains(part), "{text}: {got}"),
                _ => panic!("{text}: {got:?}"),
            }
        }
        assert!(Url::parse(&format!("https://example.org/{}", "x".repeat(LONGEST))).is_err());
    }

    #[test]
    fn references_as_in_rfc_3986() {
        // The base of §5.4 with another scheme.
        let base = Url::parse("https://a/b/c/d;p?q").unwrap();
        for (reference, expect) in [
            ("g", "https://a/b/c/g"),
            ("./g", "https://a/b/c/g"),
            ("g/", "https://a/b/c/g/"),
            ("/g", "https://a/g"),
            ("//g", "https://g/"),
            ("?y", "https://a/b/c/d;p?y"),
            ("g?y", "https://a/b/c/g?y"),
            ("#s", "https://a/b/c/d;p?q"),
            ("g#s", "https://a/b/c/g"),
            ("", "https://a/b/c/d;p?q"),
            (".", "https://a/b/c/"),
            ("..", "https://a/b/"),
            ("../g", "https://a/b/g"),
            ("../../../g", "https://a/g"),
            ("/./g", "https://a/g"),
            ("g?y/../x", "https://a/b/c/g?y/../x"),
            ("http://b:8080/x", "http://b:8080/x"),
        ] {
            assert_eq!(base.join(reference).unwrap().to_string(), expect, "{reference}");
        }
        assert!(base.join("mailto:jo@example.org").is_err());
        assert_eq!(Url::parse("http://a:81/x").unwrap().join("/y").unwrap().to_string(), "http://a:81/y");
    }

    #[test]
    fn values_in_a_query() {
        assert_eq!(in_query("fred+x@example.org"), "fred%2Bx@example.org");
        assert_eq!(in_query("a&b=c #ü"), "a%26b%3Dc%20%23%C3%BC");
    }
}
