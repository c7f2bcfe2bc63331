//! Keys while the transcript has the focus: moving by lines and pages, search, copies, references.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::effect::{Effect, Effects};
use super::plain;
use super::search::Wanted;
use super::state::{App, Overlay, Place, Question};
use super::transcript::Kind;
use crate::diagnosis::{Severity, reference};

/// Octets copied at once: terminals refuse more.
const COPY: usize = 70_000;

impl App {
    pub(super) fn transcript_key(&mut self, key: &KeyEvent, effects: &mut Effects) {
        let range = self.conversation().map(|c| c.transcript.range()).unwrap_or_default();
        let last = range.end.saturating_sub(1);
        let selected = self.place().selected.unwrap_or(last);
        let half = (self.shown / 2).max(1);
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('j') | KeyCode::Down => self.select(self.not_folded(selected + 1..range.end)),
            KeyCode::Char('k') | KeyCode::Up => self.select(self.not_folded((range.start..selected).rev())),
            KeyCode::Char(' ') => self.fold(selected),
            KeyCode::Char('d') if ctrl => self.select(selected + half),
            KeyCode::Char('u') if ctrl => self.select(selected.saturating_sub(half)),
            KeyCode::Char('g') | KeyCode::Home => self.select(range.start),
            KeyCode::Char('G') | KeyCode::End => {
                if let Some(place) = self.places.get_mut(self.active) {
                    *place = Place { bottom: None, selected: Some(last) };
                }
            }
            KeyCode::Char('/') => self.ask(Question::Search),
            KeyCode::Char('n') => self.find(true),
            KeyCode::Char('N') => self.find(false),
            KeyCode::Char('y') => self.copy(selected..selected + 1, effects),
            KeyCode::Char('Y') => self.copy(range, effects),
            KeyCode::Enter => self.inspect(selected, effects),
            KeyCode::Char('v') => match self.whole_message() {
                Some(octets) => {
                    let setting = self.dns.setting.clone();
                    self.dns.message(&octets, &setting, effects);
                    self.focus = super::state::Focus::Dns;
                }
                None => self.say(Severity::Note, "no message came or went here; FETCH, RETR or DATA has one"),
            },
            _ => self.pane_key(key),
        }
    }

    /// The first of these entries that is on the screen; where the cursor is, if none is.
    fn not_folded(&self, mut numbers: impl Iterator<Item = u64>) -> u64 {
        let Some(conversation) = self.conversation() else { return 0 };
        let here = self.place().selected.unwrap_or(conversation.transcript.range().end.saturating_sub(1));
        numbers.find(|number| !conversation.is_folded(*number)).unwrap_or(here)
    }

    /// Folds or unfolds what the reply with the cursor means.
    fn fold(&mut self, number: u64) {
        let Some(conversation) = self.conversations.get_mut(self.active) else { return };
        if !conversation.fold(number) {
            self.say(Severity::Note, "nothing is known that this line means; Enter shows it in full".to_owned());
        } else if conversation.is_folded(number) {
            let above = self.not_folded((0..number).rev());
            self.select(above);
        }
    }

    /// Goes to the newest line and stays there.
    pub(super) fn follow(&mut self) {
        if let Some(place) = self.places.get_mut(self.active) {
            *place = Place::default();
        }
    }

    /// Puts the cursor on an entry and keeps it on the screen.
    fn select(&mut self, number: u64) {
        let Some(range) = self.conversation().map(|c| c.transcript.range()) else { return };
        if range.is_empty() {
            return;
        }
        let last = range.end - 1;
        let number = number.clamp(range.start, last);
        let shown = self.shown;
        let Some(place) = self.places.get_mut(self.active) else { return };
        place.selected = Some(number);
        let bottom = place.bottom.unwrap_or(last);
        let top = (bottom + 1).saturating_sub(shown);
        place.bottom = if number > bottom {
            Some(number)
        } else if number < top {
            Some((number + shown).saturating_sub(1).min(last))
        } else {
            Some(bottom)
        };
        if place.bottom == Some(last) && number == last {
            place.bottom = None;
        }
    }

    pub(super) fn page(&mut self, back: bool) {
        let Some(range) = self.conversation().map(|c| c.transcript.range()) else { return };
        let last = range.end.saturating_sub(1);
        let step = self.shown.saturating_sub(1).max(1);
        let Some(place) = self.places.get_mut(self.active) else { return };
        let bottom = place.bottom.unwrap_or(last);
        let bottom = if back { bottom.saturating_sub(step).max(range.start) } else { (bottom + step).min(last) };
        place.bottom = (bottom < last).then_some(bottom);
        place.selected = place.selected.map(|_| bottom);
    }

    /// The next entry with the search text, backwards in time or forwards.
    pub(super) fn find(&mut self, back: bool) {
        let wanted = Wanted::new(&self.search);
        if self.search.is_empty() {
            return;
        }
        let place = self.place();
        let Some(conversation) = self.conversation() else { return };
        let range = conversation.transcript.range();
        let from = place.selected.unwrap_or(range.end);
        let transcript = &conversation.transcript;
        let hit = |number: &u64| transcript.entry(*number).is_some_and(|entry| wanted.is_in(transcript.octets(entry)));
        let found = if back { (range.start..from).rev().find(hit) } else { (from + 1..range.end).find(hit) };
        match found {
            Some(number) => {
                self.focus = super::state::Focus::Transcript;
                self.select(number);
            }
            None => self.say(
                Severity::Note,
                format!("\"{}\" is not found {}", self.search, if back { "further up" } else { "further down" }),
            ),
        }
    }

    /// What is known of the line with the cursor: the verb that was sent, or what the reply means and what it answers.
    /// Returns whether there is anything.
    pub(super) fn open_reference(&mut self) -> bool {
        let Some(conversation) = self.conversation() else { return false };
        let transcript = &conversation.transcript;
        let Some(mut number) = self.place().selected.or_else(|| transcript.range().next_back()) else { return false };
        // Our own words beneath a reply are about that reply.
        while number > 0 && transcript.entry(number).is_some_and(|entry| entry.kind == Kind::Meaning) {
            number -= 1;
        }
        let Some(entry) = transcript.entry(number) else { return false };
        let protocol = conversation.protocol();
        let pages = match entry.kind {
            Kind::Sent => reference::of_line(protocol, transcript.octets(entry), true, None),
            Kind::Received => {
                let pair = transcript.pair(number).and_then(|pair| transcript.entry(pair));
                let asked = pair.map(|command| String::from_utf8_lossy(transcript.octets(command)));
                let line = if entry.class.is_negative() {
                    transcript.reply(protocol, number)
                } else {
                    transcript.octets(entry).to_vec()
                };
                let line = if entry.marks.literal { Vec::new() } else { line };
                reference::of_line(protocol, &line, false, asked.as_deref())
            }
            _ => Vec::new(),
        };
        let width = self.page_width();
        let mut lines = Vec::new();
        for page in &pages {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(page.lines(width));
        }
        if lines.is_empty() {
            return false;
        }
        self.overlay = Some(Overlay::Detail { title: format!("reference of line {}", number + 1), lines, scroll: 0 });
        true
    }

    /// Columns of a page of the reference in its box.
    pub(super) fn page_width(&self) -> usize {
        usize::from(self.size.0).saturating_sub(4).clamp(20, 100)
    }

    fn copy(&mut self, range: std::ops::Range<u64>, effects: &mut Effects) {
        let Some(conversation) = self.conversation() else { return };
        let mut text = String::new();
        for number in range {
            if let Some(line) = plain::line(conversation, &self.options.epoch, number, self.options.ascii) {
                if text.len() + line.len() > COPY {
                    break;
                }
                text.push_str(&line);
                text.push('\n');
            }
        }
        let lines = text.lines().count();
        effects.push(Effect::Copy(text));
        self.say(Severity::Note, format!("{lines} line(s) copied"));
    }
}
