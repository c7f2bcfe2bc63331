//! A server that says exactly what a test wants it to say, down to the segment, well-formed or not.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::WITHIN;

/// One thing the server does on a connection, in order. Behind the last one it stays silent and reads on.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Sends the bytes in one write.
    Send(Vec<u8>),
    /// Sends the bytes again and again, this many times: a flood.
    Flood(Vec<u8>, usize),
    /// Reads on to the end of a line from the client.
    Line,
    /// Reads this many octets from the client.
    Octets(usize),
    /// Stops until the test calls [`Scripted::go`], so that two pieces arrive apart without a guess about time.
    Hold,
    /// Waits for a TLS handshake by the client; what follows is inside TLS.
    Tls,
    /// Ends its own direction (FIN, under TLS with a close_notify) and goes on reading.
    Finish,
    /// Drops the connection with a FIN; inside TLS there is no close_notify before it.
    Drop,
    /// Drops the connection with an RST.
    Reset,
}

impl Step {
    /// Sends a text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Send(text.as_bytes().to_vec())
    }
}

/// A running server on a free port of 127.0.0.1. Every connection gets the same script.
pub(crate) struct Scripted {
    address: SocketAddr,
    shared: Arc<Shared>,
    certificate: CertificateDer<'static>,
}

#[derive(Default)]
struct Shared {
    received: Mutex<Received>,
    more: Condvar,
    go: Notify,
    end: Notify,
}

#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    connections: usize,
}

impl Scripted {
    /// Listens, and runs the steps on every connection.
    pub(crate) fn start(script: Vec<Step>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let (acceptor, certificate) = acceptor().unwrap();
        let mine = Arc::clone(&shared);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let tasks = tokio::task::LocalSet::new();
            tasks.block_on(&runtime, async {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    tokio::select! {
                        () = mine.end.notified() => return,
                        Ok((socket, _)) = listener.accept() => {
                            let (script, shared, acceptor) = (script.clone(), Arc::clone(&mine), acceptor.clone());
                            // A client that goes away in the middle is no fault of this server.
                            tokio::task::spawn_local(async move { talk(socket, &script, &shared, acceptor).await });
                        }
                    }
                }
            });
        });
        Self { address, shared, certificate }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port alone, as an argument of a command line.
    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// The certificate it shows inside TLS: self-signed, for `localhost`.
    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    /// Lets the script go on behind one [`Step::Hold`], now or when it comes there.
    pub(crate) fn go(&self) {
        self.shared.go.notify_one();
    }

    /// What the clients have sent so far, after TLS was taken off.
    pub(crate) fn received(&self) -> Vec<u8> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).bytes.clone()
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> usize {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).connections
    }

    /// Waits until the clients have sent this.
    #[track_caller]
    pub(crate) fn wait_received(&self, bytes: &[u8]) {
        let received = self.shared.received.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |received: &mut Received| memchr::memmem::find(&received.bytes, bytes).is_none();
        let (received, over) =
            self.shared.more.wait_timeout_while(received, WITHIN, missing).unwrap_or_else(PoisonError::into_inner);
        let had = String::from_utf8_lossy(&received.bytes).into_owned();
        drop(received);
        assert!(!over.timed_out(), "{:?} never came, only {had:?}", String::from_utf8_lossy(bytes));
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.shared.end.notify_one();
    }
}

impl Shared {
    fn keep(&self, bytes: &[u8]) {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).bytes.extend_from_slice(bytes);
        self.more.notify_all();
    }
}

async fn talk(socket: TcpStream, script: &[Step], shared: &Shared, acceptor: TlsAcceptor) -> std::io::Result<()> {
    shared.received.lock().unwrap_or_else(PoisonError::into_inner).connections += 1;
    shared.more.notify_all();
    socket.set_nodelay(true)?;
    let mut socket = socket;
    match converse(&mut socket, script, shared).await? {
        Outcome::Reset => socket.set_zero_linger(),
        Outcome::Dropped => Ok(()),
        Outcome::Tls(rest) => {
            let mut stream = acceptor.accept(socket).await?;
            match converse(&mut stream, rest, shared).await? {
                Outcome::Reset => stream.get_ref().0.set_zero_linger(),
                // Without a shutdown of the TLS stream its socket just closes.
                Outcome::Dropped | Outcome::Tls(_) => Ok(()),
            }
        }
    }
}

enum Outcome<'a> {
    Reset,
    Dropped,
    Tls(&'a [Step]),
}

async fn converse<'a, S>(stream: &mut S, script: &'a [Step], shared: &Shared) -> std::io::Result<Outcome<'a>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for (at, step) in script.iter().enumerate() {
        match step {
            Step::Send(bytes) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
            Step::Flood(bytes, times) => {
                for _ in 0..*times {
                    stream.write_all(bytes).await?;
                }
                stream.flush().await?;
            }
            Step::Line => loop {
                let octet = stream.read_u8().await?;
                shared.keep(&[octet]);
                if octet == b'\n' {
                    break;
                }
            },
            Step::Octets(count) => {
                for _ in 0..*count {
                    shared.keep(&[stream.read_u8().await?]);
                }
            }
            Step::Hold => shared.go.notified().await,
            Step::Tls => return Ok(Outcome::Tls(script.get(at + 1..).unwrap_or_default())),
            Step::Finish => stream.shutdown().await?,
            Step::Drop => return Ok(Outcome::Dropped),
            Step::Reset => return Ok(Outcome::Reset),
        }
    }
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        shared.keep(&buffer[..count]);
    }
    Ok(Outcome::Dropped)
}

/// A TLS side with a certificate of its own for `localhost`, which nobody trusts.
fn acceptor() -> std::io::Result<(TlsAcceptor, CertificateDer<'static>)> {
    let key = KeyPair::generate().map_err(std::io::Error::other)?;
    let params = CertificateParams::new(["localhost".to_owned()]).map_err(std::io::Error::other)?;
    let certificate = CertificateDer::from(params.self_signed(&key).map_err(std::io::Error::other)?);
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate.clone()], private))
        .map_err(std::io::Error::other)?;
    Ok((TlsAcceptor::from(Arc::new(config)), certificate))
}
