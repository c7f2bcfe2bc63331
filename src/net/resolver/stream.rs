//! One question over a connection: two octets of length before each message (RFC 1035 §4.2.2, RFC 7766 §8).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::unreachable;
use crate::diagnosis::dns::{Mismatch, QueryFailure, Try, answers};

/// Sends what `tried` holds and reads the answer. What came of one that was cut short is kept.
///
/// # Errors
/// The connection broke, or what came is no answer.
pub(super) async fn exchange(
    tried: &mut Try,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> Result<(), QueryFailure> {
    let length = u16::try_from(tried.sent.len())
        .map_err(|_| QueryFailure::Malformed("the question is longer than 65535 octets".to_owned()))?;
    // One write: some servers want length and message in one segment (RFC 7766 §8).
    let framed = [&length.to_be_bytes(), tried.sent.as_slice()].concat();
    stream.write_all(&framed).await.map_err(|error| unreachable(&error))?;
    stream.flush().await.map_err(|error| unreachable(&error))?;
    let length = match stream.read_u16().await {
        Ok(length) => usize::from(length),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(QueryFailure::Malformed("the connection closed without an answer".to_owned()));
        }
        Err(error) => return Err(unreachable(&error)),
    };
    while tried.received.len() < length {
        let left = length - tried.received.len();
        let read = (&mut *stream).take(left as u64).read_buf(&mut tried.received).await;
        if read.map_err(|error| unreachable(&error))? == 0 {
            let why = format!("the connection closed after {} of {length} octets", tried.received.len());
            return Err(QueryFailure::Malformed(why));
        }
    }
    fits(tried)
}

/// On a connection nothing else can come: what does not fit ends the try.
pub(super) fn fits(tried: &Try) -> Result<(), QueryFailure> {
    answers(&tried.sent, &tried.received).map_err(|why| {
        QueryFailure::Malformed(match why {
            Mismatch::NotAResponse => "it is not a response".to_owned(),
            Mismatch::Id | Mismatch::Question | Mismatch::Source => format!("it has {}", why.says()),
        })
    })
}
