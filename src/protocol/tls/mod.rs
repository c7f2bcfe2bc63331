//! What is said before TLS has keys: the records and handshake messages that go in clear (RFC 8446, RFC 5246 and the
//! versions before them). Enough to ask a server what it would speak, and to read what it answers; nothing here encrypts,
//! and no handshake is ever finished.

pub mod alert;
pub mod flight;
mod octets;
pub mod server_hello;
mod version;

pub use alert::Alert;
pub use flight::Flight;
pub use server_hello::ServerHello;
pub use version::Version;
