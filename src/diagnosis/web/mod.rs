//! HTTP requests and what came of them as plain values, so that the pure rooms need no HTTP library.
//!
//! A redirect is an answer like any other: whoever asked decides whether the standard lets it be followed, and asks
//! again. No cookies, no compression, no credentials.

mod url;

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

pub use url::{Url, in_query};

use super::certificate;
use super::tls::{TlsFailure, TlsReport, Verdict};
use crate::protocol::visible::visible;

/// Octets of a body that are read when nothing else is asked for.
pub const BODY: usize = 1 << 20;

/// The first octets of an answer that is not HTTP, as a message quotes them.
const QUOTED: usize = 60;

/// What is sent with a POST.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Its `Content-Type`.
    pub media_type: &'static str,
    /// Its text.
    pub text: String,
}

/// One request. Two equal ones are the same question, and their answer serves both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// Where.
    pub url: Url,
    /// Sent by POST; without it the request is a GET.
    pub post: Option<Form>,
    /// Octets of the body that are read. A longer one is cut there, and says so.
    pub limit: usize,
}

impl Request {
    /// Asks for a document.
    #[must_use]
    pub const fn get(url: Url) -> Self {
        Self { url, post: None, limit: BODY }
    }

    /// Sends a document and asks for another.
    #[must_use]
    pub const fn post(url: Url, media_type: &'static str, text: String) -> Self {
        Self { url, post: Some(Form { media_type, text }), limit: BODY }
    }

    /// The same with another limit of octets: a policy of MTA-STS has at most 64 KB (RFC 8461 §3.3).
    #[must_use]
    pub const fn at_most(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// `GET` or `POST`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        if self.post.is_some() { "POST" } else { "GET" }
    }
}

/// What a server answered (RFC 9110 §15).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code, 200 to 999.
    pub status: u16,
    /// The words behind the code, as they came.
    pub reason: String,
    /// Every header field in its order, the name in lower case, the value with white space around it taken off.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, out of its chunks, and at most as long as was asked for.
    pub body: Vec<u8>,
    /// There was more of the body than that.
    pub is_cut: bool,
}

impl Response {
    /// The first field with this name, as text that may hold anything.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        let (_, value) = self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(value))
    }

    /// The media type without its parameters, in lower case; empty when none was sent.
    #[must_use]
    pub fn media_type(&self) -> String {
        let field = self.header("content-type").unwrap_or_default();
        field.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Where a redirect leads, as it is written: 301, 302, 303, 307 or 308 with a `Location` (RFC 9110 §15.4).
    #[must_use]
    pub fn redirect(&self) -> Option<String> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        self.header("location").map(std::borrow::Cow::into_owned)
    }
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchFailure {
    /// The name of the host does not exist (NXDOMAIN).
    NoSuchName,
    /// It exists and has no address.
    NoAddress,
    /// Its address could not be found out: why.
    NotResolved(String),
    /// No address let us connect: why the last did not.
    NotConnected(String),
    /// The handshake failed.
    Tls(TlsFailure),
    /// It was not done in time.
    TimedOut(Duration),
    /// The connection broke, or ended too early: how.
    Broken(String),
    /// What came is no HTTP: its first octets.
    NotHttp(Vec<u8>),
    /// What came is HTTP that breaks its rules: how.
    Malformed(String),
}

impl fmt::Display for FetchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchName => f.write_str("the host does not exist (NXDOMAIN)"),
            Self::NoAddress => f.write_str("the host has no address"),
            Self::NotResolved(why) => write!(f, "no address of the host: {}", visible(why.as_bytes())),
            Self::NotConnected(why) => write!(f, "no connection: {}", visible(why.as_bytes())),
            Self::Tls(why) => write!(f, "no TLS: {why}"),
            Self::TimedOut(limit) => write!(f, "no whole answer within {} s", limit.as_secs_f64()),
            Self::Broken(why) => write!(f, "the connection broke: {}", visible(why.as_bytes())),
            Self::NotHttp(octets) if octets.is_empty() => f.write_str("the server closed without an answer"),
            Self::NotHttp(octets) => {
                let first = octets.get(..QUOTED).unwrap_or(octets);
                write!(f, "the server does not speak HTTP: it said \"{}\"", visible(first.trim_ascii_end()))
            }
            Self::Malformed(why) => write!(f, "the answer breaks the rules of HTTP: {}", visible(why.as_bytes())),
        }
    }
}

/// What came of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The request.
    pub request: Request,
    /// The address that was spoken to, as the user knows it.
    pub remote: Option<SocketAddr>,
    /// The handshake, when there was one that ended well.
    pub tls: Option<Box<TlsReport>>,
    /// From the question for its address to the last octet.
    pub took: Duration,
    /// The answer, or why there is none.
    pub reply: Result<Response, FetchFailure>,
}

impl Fetched {
    /// An outcome by itself, before anything else is known of it.
    #[must_use]
    pub const fn new(request: Request, reply: Result<Response, FetchFailure>) -> Self {
        Self { request, remote: None, tls: None, took: Duration::ZERO, reply }
    }

    /// Whether the certificate is for the host of the URL, trusted, and within its dates. None without TLS.
    ///
    /// Nothing is refused for it: what an invalid certificate served is shown, and said to be worth nothing.
    #[must_use]
    pub fn certificate(&self) -> Option<Verdict> {
        self.tls.as_deref().map(certificate::verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::tls::AlertDescription;

    #[test]
    fn redirects_and_media_types() {
        let response = |status, headers: &[(&str, &str)]| Response {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect(),
            ..Response::default()
        };
        for (status, location, expect) in [
            (302, Some("/x"), Some("/x")),
            (308, Some("https://a/"), Some("https://a/")),
            (302, None, None),
            (300, Some("/x"), None),
            (304, Some("/x"), None),
            (200, Some("/x"), None),
        ] {
            let headers: Vec<_> = location.iter().map(|to| ("location", *to)).collect();
            assert_eq!(response(status, &headers).redirect().as_deref(), expect, "{status}");
        }
        let typed = |value| response(200, &[("content-type", value)]).media_type();
        assert_eq!(typed(" Text/XML ; charset=utf-8"), "text/xml");
        assert_eq!(response(200, &[]).media_type(), "");
    }

    #[test]
    fn failures_quote_safely() {
        for (failure, text) in [
            (FetchFailure::NotHttp(b"220 mx\x1b[2J\r\n".to_vec()), "it said \"220 mx␛[2J\""),
            (FetchFailure::NotHttp(Vec::new()), "without an answer"),
            (FetchFailure::TimedOut(Duration::from_millis(1500)), "within 1.5 s"),
            (FetchFailure::Tls(TlsFailure::Alert(AlertDescription::INTERNAL_ERROR)), "internal_error"),
        ] {
            assert!(failure.to_string().contains(text), "{failure}");
        }
    }
}
