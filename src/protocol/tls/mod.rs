//! What is said before TLS has keys: the records and handshake messages that go in clear (RFC 8446, RFC 5246 and the
//! versions before them). Enough to ask a server what it would speak, and to read what it answers; nothing here encrypts,
//! and no handshake is ever finished.

pub mod alert;
mod client_hello;
pub mod flight;
pub mod key_exchange;
mod octets;
mod registry;
pub mod server_hello;
mod suite;
mod version;

pub use alert::{Alert, AlertDescription};
pub use client_hello::{ClientHello, X25519};
pub use flight::Flight;
pub use key_exchange::Parameters;
pub use registry::{group, groups};
pub use server_hello::ServerHello;
pub use suite::{Exchange, Suite};
pub use version::Version;
