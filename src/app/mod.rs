//! What the user has: [`App::update`](state::App::update) takes an event, changes the model and returns effects.

pub mod action;
pub mod effect;
pub mod event;
pub mod line_editor;
pub mod transcript;
