//! What a server would speak, asked with ClientHellos made by hand: why a handshake failed ([`WhyNot`]), and everything
//! that it accepts ([`Enumeration`]). Both ask one thing after the other and see no more than stands in the clear.

mod enumeration;
mod grade;
mod reply;
#[cfg(test)]
mod servers;
mod way;
mod why_not;

pub use enumeration::Enumeration;
pub use reply::{Choice, Reply};
pub use why_not::WhyNot;
