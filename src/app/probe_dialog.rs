//! Consent to a probe: what will be done, and the name of the server to be typed by whoever agrees.

use crossterm::event::{KeyCode, KeyEvent};

use super::line_editor::LineEditor;
use crate::diagnosis::probe::Order;

/// The dialog.
#[derive(Debug)]
pub struct ProbeDialog {
    order: Order,
    /// What is typed: the name of the server, and how far the probe may go.
    pub line: LineEditor,
    /// Why the line would not do.
    pub error: Option<String>,
}

/// What a key led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key was used.
    Used,
    /// This was agreed to.
    Agreed(Box<Order>),
}

impl ProbeDialog {
    /// Nothing is agreed to. `order` is as far as a probe goes without options.
    #[must_use]
    pub fn new(order: Order) -> Self {
        Self { order, line: LineEditor::default(), error: None }
    }

    /// One key.
    pub fn key(&mut self, key: &KeyEvent) -> Outcome {
        if key.code != KeyCode::Enter {
            self.line.key(key);
            self.error = None;
            return Outcome::Used;
        }
        match self.agreed() {
            Ok(order) => return Outcome::Agreed(Box::new(order)),
            Err(why) => self.error = Some(why),
        }
        Outcome::Used
    }

    /// What will be done, with the options that have been typed so far.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        let mut order = self.order.clone();
        // A value that is still being typed is not there yet.
        let _ = order.read(&self.words().1);
        order.terms()
    }

    /// What is to be typed, and what may follow.
    #[must_use]
    pub fn hint(&self) -> String {
        let first = match self.order.is_own() {
            true => "Enter begins".to_owned(),
            false => format!("type {} to begin", self.order.name()),
        };
        format!("{first}; --attempts N, --user U, --to ADDRESS and --only TESTS change what is done")
    }

    /// The word that stands for the name, and the options.
    fn words(&self) -> (Option<&str>, Vec<&str>) {
        let mut words = self.line.text().split_whitespace().peekable();
        let name = words.next_if(|word| !word.starts_with("--"));
        (name, words.collect())
    }

    fn agreed(&self) -> Result<Order, String> {
        let (name, options) = self.words();
        let mut order = self.order.clone();
        order.read(&options)?;
        order.check()?;
        match name {
            Some(name) if order.agrees(name) => Ok(order),
            None if order.is_own() => Ok(order),
            Some(name) => Err(format!("\"{name}\" is not the name of this server, {}", order.name())),
            None => Err(format!("nothing was sent: type {} first", order.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;
    use crate::protocol::endpoint::{Target, parse_target};

    fn enter(url: &str, line: &str) -> Result<Order, String> {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&[url]) else { panic!("{url}") };
        let mut dialog = ProbeDialog::new(Order::new(endpoint, 1));
        for c in line.chars() {
            assert_eq!(dialog.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)), Outcome::Used);
        }
        match dialog.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)) {
            Outcome::Agreed(order) => Ok(*order),
            Outcome::Used => Err(dialog.error.unwrap()),
        }
    }

    #[test]
    fn only_the_name_of_the_server_begins_a_probe() {
        let url = "smtp://mx.example.org";
        for (line, attempts) in
            [("mx.example.org", 0), ("MX.example.org. --attempts 2", 2), (" mx.example.org  --only vrfy ", 0)]
        {
            assert_eq!(enter(url, line).map(|order| order.attempts), Ok(attempts), "{line}");
        }
        for (line, part) in [
            ("", "type mx.example.org first"),
            ("yes", "\"yes\" is not the name"),
            ("--attempts 1", "type mx.example.org first"),
            ("mx.example.org --attempts", "needs a value"),
            ("mx.example.org now", "the options are"),
            ("mx.example.org --only password", "nothing is left to test: password needs --attempts N"),
        ] {
            assert!(enter(url, line).unwrap_err().contains(part), "{line}");
        }
        for line in ["", "relay.example.test", "--only relay"] {
            assert!(enter("smtp://relay.example.test", line).is_ok(), "{line}");
        }
        assert!(enter("smtp://relay.example.test", "mx.example.org").is_err());
    }

    #[test]
    fn the_terms_follow_what_is_typed() {
        let Ok(Target::Endpoint(endpoint)) = parse_target(&["smtp://mx.example.org"]) else { panic!() };
        let mut dialog = ProbeDialog::new(Order::new(endpoint, 1));
        for (line, part) in [
            ("", "no login attempt"),
            ("mx --attempts", "no login attempt"),
            ("mx --attempts 2", "2 login attempts"),
            ("mx --attempts 2 --to j", "no message"),
            ("mx --to jo@example.org", "8 messages"),
        ] {
            dialog.line.set(line);
            assert!(dialog.terms().join("\n").contains(part), "{line}: {:?}", dialog.terms());
        }
        assert!(dialog.hint().starts_with("type mx.example.org to begin"));
    }
}
