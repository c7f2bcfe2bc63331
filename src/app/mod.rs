//! What the user has: [`App::update`](state::App::update) takes an event, changes the model and returns effects.

pub mod action;
pub mod auth_dialog;
mod browse;
pub mod conversation;
pub mod dns_pane;
pub mod doubt;
pub mod effect;
pub mod event;
mod inspect;
pub mod investigator;
pub mod keys;
pub mod line_editor;
pub mod look;
pub mod message_editor;
pub mod options;
pub mod panes;
mod perform;
pub mod plain;
pub mod popup_keys;
pub mod privacy;
pub mod probe_dialog;
pub mod prompt;
pub mod sentences;
pub mod state;
pub mod supply;
pub mod transcript;
mod wanted;
