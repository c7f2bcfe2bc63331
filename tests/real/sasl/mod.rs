//! SASL against three other implementations: Dovecot, Cyrus SASL within Postfix, and GNU SASL.
//!
//! ```text
//! servers    Dovecot and Postfix with every mechanism they have  ◄─ talk, the library's Exchange over TLS: exchanges
//!                                                                ◄─ the binary in a terminal: dialog
//! tokens     what OAuth's mechanisms carry
//! gnu        GNU SASL as a server, over pipes
//! lab        GNU SASL as a client of the practice servers
//! ```

mod dialog;
mod exchanges;
mod gnu;
mod lab;
mod servers;
mod talk;
mod tokens;
