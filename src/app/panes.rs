//! What is on the screen besides the conversations: focus, popups, places, words to the user.

use super::auth_dialog::AuthDialog;
use super::line_editor::LineEditor;
use super::probe_dialog::ProbeDialog;
use crate::diagnosis::Severity;

/// Which pane the keys go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The command input, or the message editor in its place.
    #[default]
    Input,
    /// The transcript.
    Transcript,
    /// The DNS pane.
    Dns,
    /// What the server offers.
    Offers,
    /// Findings.
    Findings,
}

/// What lies over the panes and takes the keys.
#[derive(Debug)]
pub enum Overlay {
    /// The help, scrolled by so many lines.
    Help(usize),
    /// Actions by name.
    Palette {
        /// What the names are filtered by.
        filter: LineEditor,
        /// The row with the cursor.
        selected: usize,
    },
    /// One line is asked for.
    Ask {
        /// For what.
        what: Question,
        /// The line.
        line: LineEditor,
        /// Why the last answer would not do.
        error: Option<String>,
    },
    /// Logging in.
    Auth(Box<AuthDialog>),
    /// Consent to a probe.
    Probe(Box<ProbeDialog>),
    /// Something in full.
    Detail {
        /// The title.
        title: String,
        /// The lines, safe to draw.
        lines: Vec<String>,
        /// Scrolled by so many lines.
        scroll: usize,
    },
}

/// What one line is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Where to connect.
    Connect,
    /// A DNS question.
    Dns,
    /// A file to load as a message.
    File,
    /// What to look for in the transcript.
    Search,
}

/// Where the transcript stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The lowest entry on the screen; `None` follows the newest.
    pub bottom: Option<u64>,
    /// The entry with the cursor.
    pub selected: Option<u64>,
}

/// A word to the user, beneath the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How bad.
    pub severity: Severity,
    /// The words.
    pub text: String,
}
