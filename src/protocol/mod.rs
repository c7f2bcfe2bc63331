//! What is said: endpoints, lines, replies, capabilities, verbs and the session of SMTP, LMTP, IMAP and POP3.
//!
//! Pure: no clock, no socket, no file. Bytes and moments come in as arguments. Reading what a server sent never
//! fails; what is not understood is kept and named. The verb tables ([`verb::Verb`]) are the only list of verbs.

pub mod capability;
pub mod command;
pub mod cursor;
pub mod deflate;
pub mod endpoint;
pub mod imap;
pub mod line;
#[cfg(test)]
mod lists;
pub mod moment;
pub mod netrc;
pub mod pop3;
pub mod progress;
pub mod reply;
pub mod sasl;
pub mod secret;
pub mod session;
pub mod smtp;
pub mod text;
pub mod tls;
pub mod verb;
pub mod visible;
pub mod word;
