//! `ehlo`, the mail session explorer.
//!
//! ```text
//!         keys, paste, resize                                   the world
//!               │                                             ▲         │
//!               ▼                                       bytes │         │ bytes
//!         ┌──────────┐  Event   ┌───────────────────────┐ Effect ┌──────┴─────────▼───┐
//!         │ tui.rs   ├─────────►│ app: App::update      ├───────►│ net: Net::perform  │
//!         │ the loop │          │ Session · diagnosis · │        │ one task a         │
//!         └────▲─────┘          │ transcript · survey   │        │ connection, queries│
//!              │                └───────────┬───────────┘        └──────┬─────────────┘
//!              │                            │ &App                      │
//!              │                       view::draw ─► screen             │
//!              └───────────────── Event { id, at, … }, bounded ◄────────┘
//! ```
//!
//! Rooms, each using only the ones above it (`tests/rooms.rs` holds the law):

pub mod protocol;

pub mod dialogue;

pub mod diagnosis;

pub mod app;

pub mod view;

pub mod net;
