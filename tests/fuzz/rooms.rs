//! The pure rooms that read what a server sent or a user typed, without the rest of the program: they need no TLS, no
//! terminal and no DNS library, so that a build with instrumentation takes a third of the time.

extern crate self as ehlo;

pub mod bodies;
#[path = "../../src/diagnosis/mod.rs"]
pub mod diagnosis;
#[path = "../../src/protocol/mod.rs"]
pub mod protocol;
