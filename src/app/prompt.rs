//! The command input: the line, what is right and wrong with it, completion and history.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::conversation::Conversation;
use super::event::ConnectionId;
use super::line_editor::LineEditor;
use crate::protocol::capability::Capabilities;
use crate::protocol::command::{self, Completion, Reading};
use crate::protocol::secret::{Hidden, Secret};
use crate::protocol::verb::{Context, Phase};

/// Lines kept for Up and Ctrl-R.
const HISTORY: usize = 500;

/// What a key in the input led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key was used; nothing leaves the input.
    Used,
    /// Enter: this line is meant.
    Entered(Hidden),
    /// The key does not belong to the input.
    Passed,
}

/// The command input.
#[derive(Debug, Default)]
pub struct Prompt {
    /// The line.
    pub line: LineEditor,
    /// What [`command::check`] says of it, up to date with every key.
    pub reading: Option<Reading>,
    /// Octets that are drawn as dots.
    pub secret: Option<Range<usize>>,
    /// What Tab offers, while it is being cycled through.
    pub offers: Vec<Completion>,
    /// The offer in the line.
    pub chosen: Option<usize>,
    /// The text Ctrl-R looks for.
    pub search: Option<String>,
    /// No line of the history has that text, or no older one.
    pub missed: bool,
    /// Ctrl-V was pressed: the next key stands for its octet.
    pub quoting: bool,
    /// The base64 of a password that the dialog made and put into the line: it is drawn as dots, and not kept for Up.
    taint: Option<Secret>,
    basis: Option<Basis>,
    before: Option<(Hidden, Range<usize>)>,
    history: Vec<String>,
    place: Option<usize>,
    draft: Hidden,
}

/// What a line was read against.
#[derive(Debug)]
struct Basis {
    /// It may hold a password.
    text: Secret,
    id: ConnectionId,
    phase: Phase,
    tls: bool,
    authenticated: bool,
    capabilities: Capabilities,
    /// [`Progress::changes`](crate::protocol::progress::Progress::changes).
    progress: u32,
}

impl Basis {
    /// Whether a reading of `text` would say the same again. What a literal hides depends on the command before it, and
    /// is quickly read.
    fn holds(&self, text: &str, id: ConnectionId, context: &Context<'_>) -> bool {
        self.text.expose() == text.as_bytes()
            && self.id == id
            && self.phase == context.phase
            && !matches!(self.phase, Phase::Literal | Phase::LiteralEnd)
            && self.tls == context.tls
            && self.authenticated == context.authenticated
            && self.capabilities == *context.capabilities
            && self.progress == context.progress.changes()
    }
}

/// From the start of the first to the end of the last.
fn union(a: Option<Range<usize>>, b: Option<Range<usize>>) -> Option<Range<usize>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.start.min(b.start)..a.end.max(b.end)),
        (a, b) => a.or(b),
    }
}

impl Prompt {
    /// Reads the line again, if it or what it is checked against has changed.
    pub fn refresh(&mut self, conversation: Option<&Conversation>) {
        let text = self.line.text();
        if text.is_empty() && self.place.is_none() {
            self.taint = None;
        }
        let Some(conversation) = conversation.filter(|_| !text.is_empty()) else {
            self.reading = None;
            self.secret = self.tainted();
            self.basis = None;
            return;
        };
        let context = conversation.context();
        if self.basis.as_ref().is_some_and(|basis| basis.holds(text, conversation.id, &context)) {
            return;
        }
        let same = self.basis.as_ref().is_some_and(|basis| basis.text.expose() == text.as_bytes());
        let secret = union(conversation.secret_range(text), self.tainted());
        if same && self.secret.is_some() && secret.is_none() {
            // The text is the same and is no longer a secret: the exchange is over, and nobody may read it now.
            self.line.set("");
            self.reading = None;
            self.secret = None;
            self.basis = None;
            return;
        }
        self.basis = Some(Basis {
            text: Secret::from(text),
            id: conversation.id,
            phase: context.phase,
            tls: context.tls,
            authenticated: context.authenticated,
            capabilities: context.capabilities.clone(),
            progress: context.progress.changes(),
        });
        self.reading = Some(command::check(text, &context));
        self.secret = secret;
    }

    /// Puts what encodes a password at the cursor. It is as secret there as a typed one, with or without a verb before it.
    pub fn insert_secret(&mut self, text: &str) {
        if self.line.insert(text) {
            self.taint = Some(Secret::from(text));
        }
    }

    /// The octets that the dialog put into the line: all of the line, once they were changed.
    fn tainted(&self) -> Option<Range<usize>> {
        let taint = self.taint.as_ref()?;
        let line = self.line.text().as_bytes();
        let found = memchr::memmem::find(line, taint.expose()).map(|at| at..at + taint.expose().len());
        found.or(Some(0..line.len())).filter(|range| !range.is_empty())
    }

    /// One key.
    pub fn key(&mut self, key: &KeyEvent, context: Option<&Context<'_>>, ghost: &str) -> Outcome {
        if self.search.is_some() {
            return self.search_key(key);
        }
        if !matches!(key.code, KeyCode::Tab) {
            self.settle();
        }
        if std::mem::take(&mut self.quoting) {
            if let Some(c) = control_character(key) {
                self.line.insert_char(c);
            }
            return Outcome::Used;
        }
        match key.code {
            KeyCode::Char('v') if key.modifiers.contains(KeyModifiers::CONTROL) => self.quoting = true,
            KeyCode::Enter => return Outcome::Entered(Hidden::from(self.line.text())),
            KeyCode::Tab => self.complete(context, ghost),
            KeyCode::Up => self.older(),
            KeyCode::Down => self.newer(),
            KeyCode::Right if self.line.is_empty() && !ghost.is_empty() && key.modifiers.is_empty() => {
                self.line.set(ghost);
            }
            KeyCode::Char('r') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                self.search = Some(String::new());
                self.missed = false;
                self.draft = Hidden::from(self.line.text());
            }
            _ => {
                if !self.line.key(key) {
                    return Outcome::Passed;
                }
                if self.secret.is_some() {
                    // What was cut from a secret must not come back by Ctrl-Y.
                    self.line.forget();
                }
            }
        }
        Outcome::Used
    }

    /// The line has gone out: it is kept for Up, unless it holds a secret.
    pub fn accepted(&mut self, line: &str, secret: bool) {
        let secret = secret | self.secret.take().is_some() | self.taint.take().is_some();
        self.line.set("");
        self.place = None;
        self.settle();
        if !secret && !line.trim().is_empty() && self.history.last().is_none_or(|last| last != line) {
            if self.history.len() >= HISTORY {
                self.history.remove(0);
            }
            self.history.push(line.to_owned());
        }
    }

    /// Ends the cycling and keeps what stands there.
    pub fn settle(&mut self) {
        self.offers.clear();
        self.chosen = None;
        self.before = None;
    }

    fn complete(&mut self, context: Option<&Context<'_>>, ghost: &str) {
        if self.line.is_empty() && !ghost.is_empty() {
            self.line.set(ghost);
            return;
        }
        let Some(context) = context else { return };
        if self.chosen.is_none() {
            let cursor = self.line.cursor();
            self.offers = command::complete(self.line.text(), cursor, context);
            let Some(first) = self.offers.first() else { return };
            self.before = Some((Hidden::from(self.line.text()), first.at.clone()));
            self.chosen = Some(0);
        } else if let Some(chosen) = &mut self.chosen {
            *chosen = (*chosen + 1) % self.offers.len().max(1);
        }
        let (Some(chosen), Some((text, _))) = (self.chosen, &self.before) else { return };
        if let Some(offer) = self.offers.get(chosen) {
            self.line.set(text);
            self.line.replace(offer.at.clone(), &offer.text);
        }
        if self.offers.len() == 1 {
            self.settle();
        }
    }

    fn older(&mut self) {
        let place = self.place.unwrap_or(self.history.len());
        let Some(line) = place.checked_sub(1).and_then(|place| self.history.get(place)) else { return };
        if self.place.is_none() {
            self.draft = Hidden::from(self.line.text());
        }
        self.place = Some(place - 1);
        let line = line.clone();
        self.line.set(&line);
    }

    fn newer(&mut self) {
        let Some(place) = self.place else { return };
        let line = match self.history.get(place + 1) {
            Some(line) => {
                self.place = Some(place + 1);
                line.clone()
            }
            None => {
                self.place = None;
                let draft = std::mem::take(&mut self.draft);
                return self.line.set(&draft);
            }
        };
        self.line.set(&line);
    }

    fn search_key(&mut self, key: &KeyEvent) -> Outcome {
        let Some(wanted) = &mut self.search else { return Outcome::Passed };
        match key.code {
            KeyCode::Char('r') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                let wanted = wanted.clone();
                self.find(&wanted, self.place);
            }
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                wanted.push(c);
                let wanted = wanted.clone();
                self.find(&wanted, None);
            }
            KeyCode::Backspace => {
                wanted.pop();
                let wanted = wanted.clone();
                self.find(&wanted, None);
            }
            KeyCode::Esc => {
                self.search = None;
                let draft = std::mem::take(&mut self.draft);
                self.line.set(&draft);
            }
            _ => self.search = None,
        }
        Outcome::Used
    }

    fn find(&mut self, wanted: &str, before: Option<usize>) {
        let end = before.unwrap_or(self.history.len());
        let found = self.history.get(..end).and_then(|lines| lines.iter().rposition(|line| line.contains(wanted)));
        self.missed = found.is_none() && !wanted.is_empty();
        if let Some(place) = found
            && let Some(line) = self.history.get(place).cloned()
        {
            self.place = Some(place);
            self.line.set(&line);
        }
    }
}

/// The octet of a key that does something else when it is pressed: Tab, Esc, Ctrl with a letter, NUL by Ctrl-Space.
fn control_character(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Tab => Some('\t'),
        KeyCode::Esc => Some('\x1b'),
        KeyCode::Char(' ') if key.modifiers.contains(KeyModifiers::CONTROL) => Some('\0'),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) && c.is_ascii_alphabetic() => {
            // A line end would make a second command: Alt-e changes what ends a line.
            Some(char::from(c.to_ascii_lowercase() as u8 & 0x1f)).filter(|c| !matches!(c, '\r' | '\n'))
        }
        KeyCode::Char(c) => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::capability::Capability;
    use crate::protocol::endpoint::Protocol;
    use crate::protocol::progress::Progress;

    #[test]
    fn a_line_is_read_again_when_what_it_is_read_against_has_changed() {
        let none = Capabilities::default();
        let mut some = Capabilities::heard();
        some.push(Capability { name: "SIZE".to_owned(), parameters: Vec::new() });
        let mut later = Progress::new();
        later.restart();
        let context = Context::new(Protocol::Smtp, Phase::Ready, &none);
        let basis = Basis {
            text: Secret::from("NOOP"),
            id: ConnectionId(1),
            phase: Phase::Ready,
            tls: false,
            authenticated: false,
            capabilities: none.clone(),
            progress: context.progress.changes(),
        };
        for (text, id, context, holds) in [
            ("NOOP", 1, context, true),
            ("NOOP ", 1, context, false),
            ("NOOP", 2, context, false),
            ("NOOP", 1, Context { phase: Phase::Mail, ..context }, false),
            ("NOOP", 1, Context { tls: true, ..context }, false),
            ("NOOP", 1, Context { authenticated: true, ..context }, false),
            ("NOOP", 1, Context { capabilities: &some, ..context }, false),
            ("NOOP", 1, Context { progress: &later, ..context }, false),
        ] {
            assert_eq!(basis.holds(text, ConnectionId(id), &context), holds, "{text:?} {id} {context:?}");
        }
        let literal = Context { phase: Phase::Literal, ..context };
        assert!(!Basis { phase: Phase::Literal, ..basis }.holds("NOOP", ConnectionId(1), &literal));
    }

    #[test]
    fn a_search_without_a_hit_says_so() {
        let mut prompt = Prompt::default();
        prompt.accepted("MAIL FROM:<>", false);
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        prompt.key(&key(KeyCode::Char('r'), KeyModifiers::CONTROL), None, "");
        for (c, missed) in [('M', false), ('x', true)] {
            prompt.key(&key(KeyCode::Char(c), KeyModifiers::NONE), None, "");
            assert_eq!(prompt.missed, missed, "{c}");
        }
        prompt.key(&key(KeyCode::Backspace, KeyModifiers::NONE), None, "");
        assert_eq!((prompt.missed, prompt.line.text()), (false, "MAIL FROM:<>"));
        // There is no older one.
        prompt.key(&key(KeyCode::Char('r'), KeyModifiers::CONTROL), None, "");
        assert!(prompt.missed);
    }
}
