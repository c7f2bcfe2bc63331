//! What the user means. One table feeds keys, palette, footer and help.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The user means this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Show the keys and what to type.
    Help,
    /// Ask where to connect.
    Connect,
    /// Ask DNS.
    Dns,
    /// STARTTLS or STLS, with the capability lists before and after.
    StartTls,
    /// Open the AUTH dialog on the strongest mechanism.
    LogIn,
    /// Open the AUTH dialog on PLAIN.
    AuthPlain,
    /// Open the AUTH dialog on LOGIN.
    AuthLogin,
    /// Write a message: DATA, or IMAP's APPEND.
    Message,
    /// Leave with QUIT or LOGOUT; again: at once.
    Leave,
    /// Every action by name.
    Palette,
    /// Drop this connection now.
    Drop,
    /// Give up the wait, or clear the line.
    Cancel,
    /// CRLF, LF, CR, none.
    Ending,
    /// Send RSET.
    Reset,
    /// Connect again to the same place.
    Reconnect,
    /// Close this conversation's tab.
    Close,
    /// The next conversation.
    Next,
    /// The previous conversation.
    Previous,
    /// Send queued lines without waiting for replies.
    Pipeline,
    /// Empty the queue.
    ClearQueue,
    /// Send the line though it looks wrong or the server has not answered.
    SendAnyway,
    /// The transcript.
    FocusTranscript,
    /// The DNS pane.
    FocusDns,
    /// The pane of offers.
    FocusOffers,
    /// The pane of findings.
    FocusFindings,
    /// Scroll the transcript back by a page.
    PageUp,
    /// Scroll the transcript on by a page.
    PageDown,
    /// The newest line, and follow.
    Follow,
    /// What successes mean, or of refusals only.
    Explain,
    /// The certificate and the handshake.
    Certificate,
    /// Pseudonyms for names and addresses, or not.
    Privacy,
    /// Try on this server what should not work, after consent.
    Probe,
    /// Stop like a shell job; `fg` returns.
    Suspend,
    /// Draw everything again.
    Redraw,
}

/// A row of the table.
#[derive(Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// The keys, as they are written in the help; the first stands in the footer.
    pub keys: &'static [&'static str],
    /// The word in the footer and the palette.
    pub name: &'static str,
    /// A sentence without a full stop.
    pub help: &'static str,
}

impl Binding {
    /// How it is reached: by its keys, or by its name in the palette.
    #[must_use]
    pub fn how(&self) -> String {
        if self.keys.is_empty() { "Ctrl-P".to_owned() } else { self.keys.join(" ") }
    }
}

macro_rules! bindings {
    ($($action:ident [$($key:literal),*] $name:literal $help:literal)*) => {
        /// Every action, in the order of the help.
        pub static BINDINGS: &[Binding] = &[
            $(Binding { action: Action::$action, keys: &[$($key),*], name: $name, help: $help },)*
        ];
    };
}

bindings! {
    Help ["F1", "Alt-h"] "help" "show the keys and the legal next commands; on a line of the transcript: its reference"
    Connect ["F2", "Alt-o"] "connect" "open a connection: host:port, a URL, a domain, an address"
    Dns ["F3", "Alt-n"] "DNS" "look up a domain, or ask one question as in dig: mx example.org @9.9.9.9"
    StartTls ["F4", "Alt-s"] "STARTTLS" "begin TLS and ask for the capabilities again"
    LogIn ["F12", "Alt-u"] "log in" "log in by the strongest mechanism that is offered, or by any other"
    AuthPlain ["F5", "Alt-p"] "AUTH PLAIN" "log in with PLAIN; the base64 is made for you"
    AuthLogin ["F6", "Alt-l"] "AUTH LOGIN" "log in with LOGIN; the base64 is made for you"
    Message ["F7", "Alt-m"] "message" "write a message: after RCPT it is sent by DATA, in IMAP by APPEND"
    Leave ["F10", "Ctrl-Q"] "quit" "say QUIT or LOGOUT, wait briefly, leave; again: leave at once"
    Palette ["Ctrl-P"] "all" "every action by name"
    Cancel ["Ctrl-C"] "cancel" "give up the wait for an answer; else clear the line"
    SendAnyway ["Alt-Enter"] "send anyway" "send a line that looks wrong, or do not wait for the reply before it"
    Reset ["Alt-r"] "RSET" "send RSET: begin the mail transaction again"
    Ending ["Alt-e"] "line ending" "what ends a line: CRLF, LF, CR, none"
    Pipeline ["Alt-i"] "pipelining" "send queued lines without waiting for each reply"
    ClearQueue ["Esc"] "clear queue" "empty the queue of pasted lines"
    Drop ["Alt-x"] "drop now" "cut this connection without QUIT"
    Reconnect ["Alt-a"] "again" "connect again to the same place"
    Close ["Alt-w"] "close tab" "close this conversation and its tab"
    Next ["Alt-Right"] "next tab" "the next conversation"
    Previous ["Alt-Left"] "previous tab" "the previous conversation"
    FocusTranscript ["Alt-1", "Shift-Tab"] "transcript" "move in the transcript: j k g G, / n N, Enter, Space, y"
    FocusDns ["Alt-2"] "DNS pane" "move in the DNS pane: j k, Enter connects, y copies"
    FocusOffers ["Alt-3"] "offers" "what the server offers"
    FocusFindings ["Alt-4"] "findings" "what is wrong and what to do next"
    Explain ["Alt-v"] "explain" "say what every reply means, or refusals only; Space: of one line"
    Certificate ["Alt-t"] "certificate" "the handshake and the certificate in full, judged, in the DNS pane"
    Probe [] "probe server …" "try what should not work on this server: relay, smuggling …; it asks first"
    PageUp ["PgUp"] "page up" "scroll the transcript back"
    PageDown ["PgDn"] "page down" "scroll the transcript on"
    Follow ["Ctrl-End"] "follow" "go to the newest line and follow"
    Privacy ["F9", "Alt-k"] "privacy" "show pseudonyms for addresses, hosts and IPs, to share the screen"
    Redraw ["Ctrl-L"] "redraw" "draw the screen again"
    Suspend ["Ctrl-Z"] "suspend" "stop like a shell job; fg returns"
}

/// The name of a key as the table writes it: `F1`, `Alt-Enter`, `Ctrl-Q`, `Shift-Tab`.
#[must_use]
pub fn key_name(key: &KeyEvent) -> String {
    let code = match key.code {
        KeyCode::F(n) => format!("F{n}"),
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => c.to_ascii_uppercase().to_string(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::BackTab => return "Shift-Tab".to_owned(),
        code => format!("{code:?}"),
    };
    let ctrl = if key.modifiers.contains(KeyModifiers::CONTROL) { "Ctrl-" } else { "" };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "Alt-" } else { "" };
    format!("{ctrl}{alt}{code}")
}

/// The action a key has everywhere.
#[must_use]
pub fn global(key: &KeyEvent) -> Option<Action> {
    let name = key_name(key);
    BINDINGS.iter().find(|b| b.action != Action::ClearQueue && b.keys.contains(&name.as_str())).map(|b| b.action)
}

/// The row of an action.
#[must_use]
pub fn binding(action: Action) -> Option<&'static Binding> {
    BINDINGS.iter().find(|b| b.action == action)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_means_one_thing_and_readline_keeps_its_own() {
        let mut seen = HashSet::new();
        for key in BINDINGS.iter().flat_map(|b| b.keys) {
            assert!(seen.insert(*key), "{key} is bound twice");
        }
        for readline in ["Ctrl-A", "Ctrl-E", "Ctrl-W", "Ctrl-U", "Ctrl-K", "Ctrl-R", "Alt-b", "Alt-f", "Alt-d", "Tab"] {
            assert!(!seen.contains(readline), "{readline} belongs to the line");
        }
    }

    #[test]
    fn keys_have_the_names_of_the_table() {
        let key = |code, modifiers| key_name(&KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::F(5), KeyModifiers::NONE), "F5");
        assert_eq!(key(KeyCode::Enter, KeyModifiers::ALT), "Alt-Enter");
        assert_eq!(key(KeyCode::Char('q'), KeyModifiers::CONTROL), "Ctrl-Q");
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT), "Shift-Tab");
        assert_eq!(key(KeyCode::Right, KeyModifiers::ALT), "Alt-Right");
        assert_eq!(global(&KeyEvent::new(KeyCode::F(4), KeyModifiers::NONE)), Some(Action::StartTls));
        assert_eq!(global(&KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE)), None);
    }
}
