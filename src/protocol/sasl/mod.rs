//! SASL (RFC 4422), the same in three protocols: the mechanisms, the client's side of an exchange, and what each
//! message of either side says.
//!
//! The [`table`] has a row for every mechanism that is met in mail. [`Exchange`] is the client; what it cannot know by
//! itself (a nonce, the channel binding, whether a -PLUS is offered) comes in as [`Channel`]. [`Observer`] only watches:
//! it names the parts of each message, and masks what is secret in them. The grammars of the mechanisms are open to the
//! practice servers, which are the other side.

mod arguments;
pub mod base64;
pub mod bearer;
mod binding;
pub mod cram_md5;
mod describe;
mod exchange;
mod login;
mod mechanism;
mod mistake;
mod observer;
mod once;
pub mod plain;
pub mod saslprep;
pub mod scram;
mod spoken;
pub mod table;
#[cfg(test)]
mod tests;

pub(super) use arguments::arguments;
pub(super) use base64::read;
pub use base64::{decode, encode};
pub use binding::{Binding, BindingType};
pub use describe::describe;
pub use exchange::{Answer, Channel, Credentials, Exchange, Remark, Weight, opening};
pub use mechanism::{Hash, Mechanism};
pub use mistake::Mistake;
pub use observer::{Observer, Parts, Piece};
pub use spoken::{Next, Spoken};
