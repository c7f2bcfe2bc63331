//! HTTP/1.1 over an open stream (RFC 9112): one request, one answer, and nothing after it.

use std::io;

use bytes::{Buf as _, BytesMut};
use memchr::memchr;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::diagnosis::web::{FetchFailure, Request, Response};
use crate::net::trouble::words;

/// Octets of a header, from its status line to the empty one.
const HEAD: usize = 64 << 10;
/// Fields of a header.
const FIELDS: usize = 100;
/// Answers of the kind 1xx before the real one.
const INTERIM: usize = 8;
/// Octets of the line that gives the size of a chunk, with extensions.
const CHUNK_LINE: usize = 1 << 10;
/// Octets read at a time.
const READ: usize = 16 << 10;

/// Sends the request and reads the answer. The stream is of no use afterwards.
///
/// # Errors
/// No answer came, or one that cannot be read as HTTP. A body that is too long is no error: it is cut.
pub(super) async fn exchange<S>(stream: &mut S, request: &Request) -> Result<Response, FetchFailure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let sent = async {
        stream.write_all(&octets(request)).await?;
        stream.flush().await
    };
    // A server may answer and close before it has read everything.
    let unsent = sent.await.err();
    let mut reader = Reader { stream, buffer: BytesMut::new() };
    match (reader.response(request.limit).await, unsent) {
        (Err(FetchFailure::NotHttp(nothing)), Some(error)) if nothing.is_empty() => {
            Err(FetchFailure::Broken(words(&error)))
        }
        (response, _) => response,
    }
}

/// The request as it is sent.
fn octets(request: &Request) -> Vec<u8> {
    let url = &request.url;
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: ehlo/{}\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n",
        request.method(),
        url.target,
        url.authority(),
        env!("CARGO_PKG_VERSION"),
    );
    if let Some(form) = &request.post {
        head.push_str(&format!("Content-Type: {}\r\nContent-Length: {}\r\n", form.media_type, form.text.len()));
    }
    head.push_str("\r\n");
    if let Some(form) = &request.post {
        head.push_str(&form.text);
    }
    head.into_bytes()
}

/// How long a body is (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Nothing,
    Octets(u64),
    Chunks,
    ToTheEnd,
}

struct Reader<'a, S> {
    stream: &'a mut S,
    buffer: BytesMut,
}

impl<S: AsyncRead + Unpin> Reader<'_, S> {
    async fn response(&mut self, limit: usize) -> Result<Response, FetchFailure> {
        for _ in 0..=INTERIM {
            let mut response = self.head().await?;
            match response.status {
                0..100 => return Err(malformed(format!("{:03} is no status", response.status))),
                101 => return Err(malformed("it changes to another protocol, which was not asked for")),
                102..200 | 100 => {}
                _ => {
                    match length(&response)? {
                        Length::Nothing => {}
                        Length::Octets(octets) => self.octets(octets, limit, &mut response).await?,
                        Length::Chunks => self.chunks(limit, &mut response).await?,
                        Length::ToTheEnd => self.until_the_end(limit, &mut response).await?,
                    }
                    return Ok(response);
                }
            }
        }
        Err(malformed(format!("more than {INTERIM} answers of the kind 1xx")))
    }

    /// Reads some more. `false` at the end, with or without `close_notify`.
    async fn more(&mut self) -> Result<bool, FetchFailure> {
        self.buffer.reserve(READ);
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(count) => Ok(count > 0),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(FetchFailure::Broken(words(&error))),
        }
    }

    /// The status line and the fields. They are looked at once, when all of them are there.
    async fn head(&mut self) -> Result<Response, FetchFailure> {
        let mut seen = 0;
        let end = loop {
            if !begins_as_http(&self.buffer) {
                return Err(FetchFailure::NotHttp(self.buffer.to_vec()));
            }
            if let Some(end) = end_of_head(&self.buffer, seen) {
                break end;
            }
            seen = self.buffer.len();
            if seen > HEAD {
                return Err(malformed(format!("its header is longer than {} KB", HEAD >> 10)));
            }
            if !self.more().await? {
                return Err(match seen {
                    0 => FetchFailure::NotHttp(Vec::new()),
                    _ => FetchFailure::Broken("it ended within the header".to_owned()),
                });
            }
        };
        let head = self.buffer.split_to(end);
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut parsed = httparse::Response::new(&mut fields);
        match parsed.parse(&head) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err(malformed("its header has no end")),
            Err(httparse::Error::TooManyHeaders) => {
                return Err(malformed(format!("its header has more than {FIELDS} fields")));
            }
            Err(error) => return Err(malformed(error.to_string())),
        }
        Ok(Response {
            status: parsed.code.unwrap_or(0),
            reason: parsed.reason.unwrap_or_default().to_owned(),
            headers: parsed
                .headers
                .iter()
                .map(|field| (field.name.to_ascii_lowercase(), field.value.trim_ascii().to_vec()))
                .collect(),
            ..Response::default()
        })
    }

    /// Moves octets from what was read into the body, and says how many.
    fn take(&mut self, most: u64, limit: usize, response: &mut Response) -> u64 {
        let ready = u64::try_from(self.buffer.len()).unwrap_or(u64::MAX).min(most);
        let count = usize::try_from(ready).unwrap_or(usize::MAX);
        let piece = self.buffer.split_to(count);
        let room = limit.saturating_sub(response.body.len());
        response.is_cut |= count > room;
        response.body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        ready
    }

    async fn octets(&mut self, octets: u64, limit: usize, response: &mut Response) -> Result<(), FetchFailure> {
        let mut left = octets;
        loop {
            left -= self.take(left, limit, response);
            if left == 0 || response.is_cut {
                return Ok(());
            }
            if !self.more().await? {
                let came = octets - left;
                return Err(FetchFailure::Broken(format!("it ended after {came} of {octets} octets of the body")));
            }
        }
    }

    /// RFC 9112 §7.1. What stands behind the last chunk is not read.
    async fn chunks(&mut self, limit: usize, response: &mut Response) -> Result<(), FetchFailure> {
        loop {
            let mut size = self.chunk_size().await?;
            if size == 0 {
                return Ok(());
            }
            loop {
                size -= self.take(size, limit, response);
                if response.is_cut {
                    return Ok(());
                }
                if size == 0 {
                    break;
                }
                self.more_of_a_chunk().await?;
            }
            while self.buffer.len() < 2 {
                self.more_of_a_chunk().await?;
            }
            if !self.buffer.starts_with(b"\r\n") {
                return Err(malformed("a chunk is longer than its size says"));
            }
            self.buffer.advance(2);
        }
    }

    async fn chunk_size(&mut self) -> Result<u64, FetchFailure> {
        loop {
            let line = memchr(b'\n', self.buffer.get(..CHUNK_LINE).unwrap_or(&self.buffer));
            if line.is_none() && self.buffer.len() < CHUNK_LINE {
                self.more_of_a_chunk().await?;
                continue;
            }
            let end = line.map_or(CHUNK_LINE, |at| at + 1);
            return match httparse::parse_chunk_size(self.buffer.get(..end).unwrap_or_default()) {
                Ok(httparse::Status::Complete((length, size))) => {
                    self.buffer.advance(length);
                    Ok(size)
                }
                _ => Err(malformed("the size of a chunk cannot be read")),
            };
        }
    }

    async fn more_of_a_chunk(&mut self) -> Result<(), FetchFailure> {
        match self.more().await? {
            true => Ok(()),
            false => Err(FetchFailure::Broken("it ended before the last chunk of the body".to_owned())),
        }
    }

    async fn until_the_end(&mut self, limit: usize, response: &mut Response) -> Result<(), FetchFailure> {
        loop {
            self.take(u64::MAX, limit, response);
            if response.is_cut || !self.more().await? {
                return Ok(());
            }
        }
    }
}

fn malformed(why: impl Into<String>) -> FetchFailure {
    FetchFailure::Malformed(why.into())
}

/// Whether what has come so far may be the beginning of a status line.
fn begins_as_http(octets: &[u8]) -> bool {
    octets.iter().zip(b"HTTP/").all(|(is, should)| is == should)
}

/// Where the first empty line ends. The first `seen` octets are known not to hold one.
fn end_of_head(octets: &[u8], seen: usize) -> Option<usize> {
    let mut at = seen.saturating_sub(2);
    while let Some(found) = memchr(b'\n', octets.get(at..)?) {
        at += found + 1;
        match octets.get(at..)? {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
    None
}

/// How long the body of an answer to GET or POST is.
fn length(response: &Response) -> Result<Length, FetchFailure> {
    let values = |name: &str| {
        let fields = response.headers.iter().filter(move |(field, _)| field == name);
        let text: Vec<String> = fields.map(|(_, value)| String::from_utf8_lossy(value).to_ascii_lowercase()).collect();
        let list = text.join(",");
        list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<String>>()
    };
    if matches!(response.status, 204 | 304) {
        return Ok(Length::Nothing);
    }
    if let Some(coding) = values("content-encoding").iter().find(|coding| *coding != "identity") {
        return Err(malformed(format!("its body is compressed ({coding}), which was not asked for")));
    }
    match values("transfer-encoding").as_slice() {
        [] => {}
        [coding] if coding == "chunked" => return Ok(Length::Chunks),
        codings => return Err(malformed(format!("the transfer encoding {} was not asked for", codings.join(", ")))),
    }
    let lengths = values("content-length");
    let Some((first, others)) = lengths.split_first() else { return Ok(Length::ToTheEnd) };
    if others.iter().any(|other| other != first) {
        return Err(malformed("it gives more than one length of its body"));
    }
    match first.parse() {
        Ok(octets) if first.bytes().all(|octet| octet.is_ascii_digit()) => Ok(Length::Octets(octets)),
        _ => Err(malformed(format!("\"{first}\" is no length of a body"))),
    }
}
