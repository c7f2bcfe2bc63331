//! The secrets of handshakes in the format of NSS, which Wireshark reads (RFC 9850).

use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use rustls::KeyLog;

/// Writes each secret as a line: its label, the client's random, the secret.
pub(super) struct Log(Mutex<File>);

impl Log {
    /// Writes to this file from its present place on.
    pub(super) const fn new(file: File) -> Self {
        Self(Mutex::new(file))
    }
}

impl KeyLog for Log {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        for octet in client_random {
            line.push_str(&format!("{octet:02x}"));
        }
        line.push(' ');
        for octet in secret {
            line.push_str(&format!("{octet:02x}"));
        }
        line.push('\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A disk that is full must not end the connection, and there is nobody to tell in the midst of a handshake.
        let _ = file.write_all(line.as_bytes());
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
