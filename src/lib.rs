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
//! A key becomes an [`Event`](app::event::Event); [`App::update`](app::state::App::update) changes the model and returns
//! [`Effect`](app::effect::Effect)s, which are plain data; [`Net`](net::Net) performs them in tasks of its own over
//! bounded channels; what comes back is an event with the number of its connection and the time it was read. The view
//! draws what is, and changes nothing.
//!
//! Rooms, each using only the ones above it (`tests/rooms.rs` holds the law). Time and randomness are arguments
//! everywhere but at the edge: `net`, `cli` and `tui`.

pub mod protocol;

pub mod dialogue;

pub mod diagnosis;

pub mod practice;

pub mod app;

pub mod view;

pub mod net;

pub mod cli;

pub mod tui;
