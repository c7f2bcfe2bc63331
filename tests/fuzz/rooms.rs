//! The pure rooms that read what a server sent or a user typed, without the rest of the program: they need no TLS, no
//! terminal and no DNS library, so that a build with instrumentation takes a third of the time.

extern crate self as ehlo;

#[expect(dead_code, reason = "the runs of one kind are for tests/fuzz.rs and benches/linear.rs")]
mod bodies;
#[path = "../../src/diagnosis/mod.rs"]
pub mod diagnosis;
#[path = "../../src/protocol/mod.rs"]
pub mod protocol;

/// Judges octets by the body of this name.
pub fn holds(name: &str, octets: &[u8]) {
    bodies::TARGETS.iter().find(|target| target.name == name).map(|target| (target.holds)(octets)).expect("a target of this name");
}
