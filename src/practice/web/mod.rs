//! A web server (RFC 9112) for the documents of `assets/practice/web`: one request a connection, GET, HEAD and POST.

mod pages;

use super::server::Link;
use super::{Output, send};
use pages::{Page, sites};

pub(super) use pages::hosts;

/// Octets of a request, with what is posted.
const REQUEST: usize = 64 << 10;
/// What ends a header.
const END: &[u8] = b"\r\n\r\n";

/// The server's end of a connection.
#[derive(Debug)]
pub(super) struct Web {
    link: Link,
    heard: Vec<u8>,
    /// Where the header ends, once that has come.
    header: Option<usize>,
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    host: &'a str,
}

impl Web {
    pub(super) const fn new(link: Link) -> Self {
        Self { link, heard: Vec::new(), header: None }
    }

    pub(super) fn received(&mut self, octets: &[u8]) -> Vec<Output> {
        let mut out = Vec::new();
        if !self.link.is_open() {
            return out;
        }
        // The end may lie across two pieces.
        let from = self.heard.len().saturating_sub(END.len() - 1);
        self.heard.extend_from_slice(octets);
        if self.header.is_none() {
            let fresh = self.heard.get(from..).unwrap_or_default();
            self.header = fresh.windows(END.len()).position(|window| window == END).map(|at| from + at);
        }
        let asked = match self.header.and_then(|end| Some((self.heard.get(..end)?, self.heard.get(end + END.len()..)?)))
        {
            Some((header, body)) => asked(header, body.len()),
            None => Ok(None),
        };
        let answer = match asked {
            Ok(Some(asked)) => self.answer(&asked),
            Ok(None) if self.heard.len() > REQUEST => status(413),
            Ok(None) => return out,
            Err(code) => status(code),
        };
        send(&mut out, &answer);
        self.link.close(&mut out);
        out
    }

    fn answer(&self, asked: &Asked<'_>) -> Vec<u8> {
        if !matches!(asked.method, "GET" | "HEAD" | "POST") {
            return status(405);
        }
        let scheme = if self.link.tls { "https" } else { "http" };
        let url = format!("{scheme}://{}{}", asked.host.to_ascii_lowercase(), asked.path);
        match sites().find(|(known, _)| *known == url) {
            Some((_, Page::Document(media_type, octets))) => {
                let mut answer = head(200, &format!("Content-Type: {media_type}\r\n"), octets.len());
                if asked.method != "HEAD" {
                    answer.extend_from_slice(octets);
                }
                answer
            }
            Some((_, Page::Redirect(code, to))) => head(code, &format!("Location: {to}\r\n"), 0),
            Some((_, Page::Status(401))) => head(401, "WWW-Authenticate: Basic realm=\"practice\"\r\n", 0),
            Some((_, Page::Status(code))) => status(code),
            None => status(404),
        }
    }
}

/// What is asked for, once as much of the body has come as the header says.
///
/// # Errors
/// The status of the answer to what is no request.
fn asked(header: &[u8], body: usize) -> Result<Option<Asked<'_>>, u16> {
    let header = std::str::from_utf8(header).map_err(|_| 400_u16)?;
    let mut lines = header.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(400);
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(400);
    }
    let (mut host, mut length) = ("", 0);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("host") {
            host = value.trim();
        } else if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().map_err(|_| 400_u16)?;
        }
    }
    match length {
        _ if length > REQUEST => Err(413),
        _ if body < length => Ok(None),
        _ => Ok(Some(Asked { method, path: target.split('?').next().unwrap_or(target), host })),
    }
}

fn status(code: u16) -> Vec<u8> {
    head(code, "", 0)
}

fn head(code: u16, fields: &str, length: usize) -> Vec<u8> {
    let reason = match code {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        _ => "",
    };
    format!("HTTP/1.1 {code} {reason}\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::script::CLIENT;

    /// The first line and the field that matters, when the request comes in pieces of this size.
    fn answer(request: &str, tls: bool, piece: usize) -> String {
        let link = Link {
            host: "web.example.test".to_owned(),
            client: CLIENT,
            tls,
            secured: crate::practice::Secured::default(),
            handshake: false,
            closed: false,
            vice: None,
        };
        let mut web = Web::new(link);
        let mut out = Vec::new();
        for octets in request.as_bytes().chunks(piece) {
            out.extend(web.received(octets));
        }
        let Some(Output::Send(octets)) = out.first() else { return String::new() };
        assert_eq!(out.get(1..), Some(&[Output::Close][..]));
        let text = String::from_utf8_lossy(octets);
        let field = text.lines().find(|line| line.starts_with("Location") || line.starts_with("Content-Type"));
        format!("{}|{}", text.lines().next().unwrap_or_default(), field.unwrap_or_default())
    }

    #[test]
    fn requests_and_answers() {
        let host = "Host: autoconfig.example.test\r\n";
        let config = "/mail/config-v1.1.xml";
        let discover = "/autodiscover/autodiscover.xml HTTP/1.1\r\nHost: autodiscover.example.test\r\n";
        for (request, tls, expect) in [
            (
                format!("GET {config}?emailaddress=a@b HTTP/1.1\r\n{host}\r\n"),
                true,
                "HTTP/1.1 200 OK|Content-Type: text/xml",
            ),
            (format!("HEAD {config} HTTP/1.1\r\n{host}\r\n"), true, "HTTP/1.1 200 OK|Content-Type: text/xml"),
            (
                format!("GET {config} HTTP/1.1\r\n{host}\r\n"),
                false,
                "HTTP/1.1 301 Moved Permanently|Location: https://autoconfig.example.test/mail/config-v1.1.xml",
            ),
            (format!("POST {discover}Content-Length: 4\r\n\r\n<x/>"), true, "HTTP/1.1 200 OK|Content-Type: text/xml"),
            (format!("POST {discover}Content-Length: 5\r\n\r\n<x/>"), true, ""),
            (format!("POST {discover}Content-Length: 99999\r\n\r\n"), true, "HTTP/1.1 413 Content Too Large|"),
            (format!("POST {discover}Content-Length: x\r\n\r\n"), true, "HTTP/1.1 400 Bad Request|"),
            (format!("GET /other HTTP/1.1\r\n{host}\r\n"), true, "HTTP/1.1 404 Not Found|"),
            (format!("GET {config} HTTP/1.1\r\n\r\n"), true, "HTTP/1.1 404 Not Found|"),
            (format!("BREW {config} HTTP/1.1\r\n{host}\r\n"), true, "HTTP/1.1 405 Method Not Allowed|"),
            ("EHLO client.example\r\n\r\n".to_owned(), true, "HTTP/1.1 400 Bad Request|"),
            (format!("GET {config} HTTP/2\r\n\r\n"), true, "HTTP/1.1 400 Bad Request|"),
            (format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(70_000)), true, "HTTP/1.1 413 Content Too Large|"),
            ("GET / HTTP/1.1\r\nHost".to_owned(), true, ""),
        ] {
            for piece in [1, 7, 1 << 20] {
                let said = request.get(..60).unwrap_or(&request);
                assert_eq!(answer(&request, tls, piece), expect, "{said} by {piece}");
            }
        }
    }
}
