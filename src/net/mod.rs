//! What is done: the only room with tasks, sockets and a clock.

pub mod resolver;
pub mod zone;
