//! An open connection, in clear or under TLS, read and written at the same time by one task.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The most that one read reports.
const CHUNK: usize = 64 << 10;
/// With less room than this a fresh buffer is taken, so that no read is needlessly small.
const LEAST_ROOM: usize = 16 << 10;
/// The most that is written before reading has its turn.
const WRITE_TURN: usize = 1 << 20;
/// Octets a [`Tap`] keeps: enough for a greeting.
const TAPPED: usize = 512;

/// A TCP connection on which the first octets that come in can be kept for a look.
#[derive(Debug)]
pub(crate) struct Tap {
    pub(crate) tcp: TcpStream,
    first: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Tap {
    /// Keeps the first octets of `tcp`. The second value reads them, even when the first is gone.
    pub(crate) fn new(tcp: TcpStream) -> (Self, TapReader) {
        let first = Arc::new(Mutex::new(Vec::new()));
        (Self { tcp, first: Some(Arc::clone(&first)) }, TapReader(first))
    }

    /// Keeps nothing any more.
    pub(crate) fn stop(&mut self) {
        self.first = None;
    }
}

/// What a [`Tap`] kept.
pub(crate) struct TapReader(Arc<Mutex<Vec<u8>>>);

impl TapReader {
    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AsyncRead for Tap {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        if let Some(first) = &self.first {
            let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
            let room = TAPPED.saturating_sub(first.len());
            first.extend(buffer.filled().iter().skip(before).take(room));
        }
        polled
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

/// An open connection.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<Tap>>),
}

/// An open connection with what is on its way in and out.
pub(crate) struct Wire {
    stream: Stream,
    /// What is being written. Set only when [`Wire::is_idle`].
    out: Bytes,
    unflushed: bool,
    inbox: BytesMut,
    write_error: Option<io::Error>,
    ended: Option<io::Result<()>>,
}

/// What one [`Wire::step`] did.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Octets written.
    pub(crate) wrote: usize,
    /// Octets read; empty if none were.
    pub(crate) read: Bytes,
    /// Reading has ended: the peer closed, or the connection broke. Comes once, after everything that was read.
    pub(crate) ended: Option<io::Result<()>>,
}

impl Wire {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, out: Bytes::new(), unflushed: false, inbox: BytesMut::new(), write_error: None, ended: None }
    }

    /// The socket, for what TLS does not hide.
    pub(crate) fn tcp(&self) -> &TcpStream {
        match &self.stream {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => &tls.get_ref().0.tcp,
        }
    }

    /// The stream alone. What was still to be written is forgotten.
    pub(crate) fn into_stream(self) -> Stream {
        self.stream
    }

    /// Whether everything given to [`Wire::write`] is with the system.
    pub(crate) fn is_idle(&self) -> bool {
        self.out.is_empty() && !self.unflushed
    }

    /// Whether the last of the octets to write has been taken, so that more may be given.
    pub(crate) fn takes_more(&self) -> bool {
        self.out.is_empty()
    }

    /// Gives octets to write. On a connection that cannot be written to any more they are dropped: reading tells why.
    pub(crate) fn write(&mut self, octets: Bytes) {
        if self.write_error.is_none() {
            self.out = octets;
        }
    }

    /// Writes and, if `reading`, reads, whatever the system is ready for. Nothing is lost when this future is dropped.
    pub(crate) async fn step(&mut self, reading: bool) -> Progress {
        poll_fn(|cx| self.poll_step(cx, reading)).await
    }

    fn poll_step(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Progress> {
        let was_busy = !self.is_idle();
        let mut progress = Progress { wrote: self.poll_out(cx), ..Progress::default() };
        let flushed = was_busy && self.is_idle();
        if reading {
            self.poll_in(cx);
            if self.inbox.is_empty() {
                progress.ended = self.ended.take().map(|end| match (end, self.write_error.take()) {
                    // The system tells a reset once, to whoever asks first; the other way then looks like a plain end.
                    (Ok(()), Some(error)) => Err(error),
                    (end, _) => end,
                });
            } else {
                progress.read = self.inbox.split().freeze();
            }
        }
        if flushed || progress.wrote > 0 || !progress.read.is_empty() || progress.ended.is_some() {
            Poll::Ready(progress)
        } else {
            Poll::Pending
        }
    }

    fn poll_out(&mut self, cx: &mut Context<'_>) -> usize {
        let mut wrote = 0;
        while !self.out.is_empty() && wrote < WRITE_TURN {
            match self.stream.poll_write(cx, &self.out) {
                Poll::Pending => break,
                Poll::Ready(Ok(n)) if n > 0 => {
                    self.out.advance(n);
                    self.unflushed = true;
                    wrote += n;
                }
                Poll::Ready(Ok(_)) => self.stop_writing(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Err(error)) => self.stop_writing(error),
            }
        }
        if self.out.is_empty() && self.unflushed {
            match self.stream.poll_flush(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => self.stop_writing(error),
            }
        }
        wrote
    }

    /// Reads into the inbox until nothing is ready, the chunk is full, or reading has ended.
    fn poll_in(&mut self, cx: &mut Context<'_>) {
        if self.inbox.capacity() < LEAST_ROOM {
            self.inbox.reserve(CHUNK);
        }
        let most = self.inbox.capacity().min(CHUNK);
        while self.ended.is_none() && self.inbox.len() < most {
            let left = most - self.inbox.len();
            let mut room = (&mut self.inbox).limit(left);
            match self.stream.poll_read(cx, &mut room) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => self.ended = Some(Ok(())),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => self.ended = Some(Err(error)),
            }
        }
    }

    fn stop_writing(&mut self, error: io::Error) {
        self.out = Bytes::new();
        self.unflushed = false;
        self.write_error = Some(error);
    }

    /// Tells the peer that nothing more will come: `close_notify` under TLS, then FIN.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        poll_fn(|cx| match &mut self.stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Stream::Tls(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
        })
        .await
    }
}

impl Stream {
    fn poll_write(&mut self, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, octets),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_write(cx, octets),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
        }
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut bytes::buf::Limit<&mut BytesMut>,
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(tcp) => pin!(tcp.read_buf(room)).poll(cx),
            Self::Tls(tls) => pin!(tls.read_buf(room)).poll(cx),
        }
    }
}
