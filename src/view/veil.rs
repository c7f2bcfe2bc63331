//! The privacy key at the place where text becomes cells.
//!
//! Every text that is drawn goes through [`super::text`], and is changed there while a screen is drawn with the key on: a
//! pane need not think of it, and a new one cannot forget it. What is cut or wrapped is changed before it is cut. A text
//! that was changed is not changed by going through again ([`Pseudonyms`](crate::diagnosis::privacy::Pseudonyms)).

use std::borrow::Cow;
use std::cell::RefCell;

use crate::app::privacy::Privacy;
use crate::app::state::App;

thread_local! {
    /// Pseudonyms for the screen that this thread is drawing.
    static VEIL: RefCell<Option<Privacy>> = const { RefCell::new(None) };
}

/// As long as it lives, what is drawn has pseudonyms.
pub(super) struct Veil(());

impl Veil {
    /// For one screen of this model.
    pub(super) fn over(app: &App) -> Self {
        VEIL.set(app.privacy.on.then(|| app.privacy.clone()));
        Self(())
    }
}

impl Drop for Veil {
    fn drop(&mut self) {
        VEIL.set(None);
    }
}

/// The text as it may be seen.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    VEIL.with_borrow(|veil| veil.as_ref().map_or(Cow::Borrowed(text), |privacy| privacy.veil(text)))
}

/// The same for octets of the wire.
pub(super) fn octets(octets: &[u8]) -> Cow<'_, [u8]> {
    VEIL.with_borrow(|veil| veil.as_ref().map_or(Cow::Borrowed(octets), |privacy| privacy.veil_octets(octets)))
}

/// A line of an editor, where it is not being edited.
pub(super) fn unless(edited: bool, line: &str) -> Cow<'_, str> {
    if edited { Cow::Borrowed(line) } else { text(line) }
}
