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
//! # Rooms
//!
//! Each uses only the ones above it, and `diagnosis` and `practice` do not know each other. `tests/rooms.rs` holds this
//! law, and the size of files. Time and randomness are arguments everywhere but at the edge.
//!
//! | room | what it is | edge |
//! |---|---|---|
//! | [`protocol`] | what is said: endpoints, lines, replies, capabilities, verbs, SASL, the session machine | |
//! | [`dialogue`] | the notation `C:`/`S:` that traces and tests share | |
//! | [`diagnosis`] | what it means: DNS and its policies, certificates, the meanings of codes, as findings | |
//! | [`practice`] | the other end: SMTP, IMAP, POP3 and web servers without a socket, and their small world | |
//! | [`app`] | what the user has: conversations, transcript, panes, dialogs; events in, effects out | |
//! | [`view`] | what is seen: reads the model, draws, changes nothing | |
//! | [`net`] | what is done: connections, TLS, DNS, the practice world's sockets | tasks, clock, sockets |
//! | [`cli`] | the words at the door | clock |
//! | [`tui`] | where all meet: the terminal and the loop | terminal, clock |
//!
//! # Where it departs from its plan, and why
//!
//! - The survey of a domain lives in `diagnosis`: it is as pure as its verdicts and shares every lookup with them, and
//!   a room between the two would only pass values on.
//! - Secrets are masked *before* a line enters the transcript, not when it is drawn. What is not there cannot leak by a
//!   copy, a search, an export or a bug in a view.
//! - DNS is asked on our own sockets and read by our own reader ([`diagnosis::dns`]): hickory's client hides refusals
//!   and repeats silently, its codec refuses a message that is wrong in one place, and all of that is what a postmaster
//!   wants to see. Hickory writes and signs what the practice DNS says, and is the oracle of the tests.
//! - Everything that the DNS pane and `ehlo dns` look into is an [`Investigation`](diagnosis::investigation::Investigation):
//!   it names what it wants (answers, documents, looks at servers), is given what came, and draws a table. The evaluators
//!   beneath are pure functions of the answers so far, run again when more have come, so that none of them waits by itself.
//! - Servers that our TLS library refuses, or is refused by, are asked by ClientHellos made by hand ([`protocol::tls`]) over
//!   plain connections: a hidden connection ([`app::look`]) goes on an errand to the place where TLS would begin, says
//!   octets, and hears the answer. No second TLS library, and no handshake is finished that way.
//! - What a server echoes is masked before it is read into offers and mailboxes, too; only challenges are read as they
//!   came, for the answer depends on every octet.
//! - The view returns how many entries fitted ([`view::Drawn`]), so that paging needs no second layout in the model.

pub mod protocol;

pub mod dialogue;

pub mod diagnosis;

pub mod practice;

pub mod app;

pub mod view;

pub mod net;

pub mod cli;

pub mod tui;
