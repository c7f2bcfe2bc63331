//! What whoever begins a probe agrees to, told before anything is sent.

use super::order::{Order, Test};
use super::smuggling::ENDS;

/// What a test costs the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Connections.
    pub connections: usize,
    /// Login attempts.
    pub attempts: usize,
    /// Messages.
    pub messages: usize,
}

impl Order {
    /// What is going to be done, line by line: for which server, each test, and what all of them cost it.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        let mut lines = vec![format!("Probes {} ({}):", self.endpoint, self.endpoint.protocol), String::new()];
        for test in self.tests() {
            lines.push(format!("  {:<10} {}", test.name(), self.does(test)));
        }
        let Cost { connections, attempts, messages } = self.cost();
        lines.push(String::new());
        lines.push(format!(
            "At most {}, one at a time; {}; {}.",
            count(connections, "connection"),
            count(attempts, "login attempt"),
            count(messages, "message")
        ));
        if attempts > 0 {
            lines.push(
                "Failed logins may lock the user, or ban your address (fail2ban and the like), also for your mail program."
                    .to_owned(),
            );
        }
        lines.push(match self.is_own() {
            true => "This server exists for practice only.".to_owned(),
            false => "Only for a server that you are responsible for: to its operator this is an attack.".to_owned(),
        });
        lines
    }

    /// What all tests together cost at most, the look included.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let mut all = Cost { connections: 1, ..Cost::default() };
        for test in self.tests() {
            let cost = self.cost_of(test);
            all.connections += cost.connections;
            all.attempts += cost.attempts;
            all.messages += cost.messages;
        }
        all
    }

    fn cost_of(&self, test: Test) -> Cost {
        let (connections, attempts, messages) = match test {
            Test::Clear => (0, 0, 0),
            Test::Injection | Test::Verify => (1, 0, 0),
            Test::Relay => (2, 0, 0),
            Test::Password => (usize::from(self.attempts), usize::from(self.attempts), 0),
            Test::Smuggling if self.to.is_some() => (ENDS.len(), 0, ENDS.len()),
            Test::Smuggling => (0, 0, 0),
        };
        Cost { connections, attempts, messages }
    }

    fn does(&self, test: Test) -> String {
        match test {
            Test::Clear => "reads what is offered before TLS".to_owned(),
            Test::Injection => "a command in one segment with STARTTLS: it must not be answered".to_owned(),
            Test::Verify => "VRFY and EXPN of postmaster and of nobody".to_owned(),
            Test::Relay => "MAIL and RCPT from strangers to strangers, five forms, then RSET: never DATA".to_owned(),
            Test::Smuggling => self.to.as_ref().map_or_else(
                || "not tested: --to ADDRESS names a mailbox of yours for its messages".to_owned(),
                |to| format!("messages to {to} with {} wrong ends of data", ENDS.len()),
            ),
            Test::Password if self.attempts == 0 => "not tested: --attempts N tries so many wrong passwords".to_owned(),
            Test::Password => {
                let whose = self.user.as_ref().map_or("a user that does not exist", String::as_str);
                format!("{} for {whose}", count(usize::from(self.attempts), "wrong password"))
            }
        }
    }
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}
