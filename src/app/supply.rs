//! Passwords that nobody types: where they come from, and the login that waits for one.

use super::conversation::{Link, Login};
use super::effect::{Effect, Effects};
use super::event::ConnectionId;
use super::state::App;
use crate::diagnosis::Severity;
use crate::protocol::netrc::Netrc;
use crate::protocol::secret::Secret;

/// Where a password or a token comes from when its field is left empty.
#[derive(Clone, Debug)]
pub enum Supply {
    /// It was read at the door.
    Held {
        /// The option that gave it.
        option: &'static str,
        /// The password.
        secret: Secret,
    },
    /// What this command of the shell prints, asked for each time that a login wants it.
    Command(String),
    /// What the file says of the host of the connection.
    Netrc(Netrc),
}

impl Supply {
    /// The option it was given by.
    #[must_use]
    pub const fn option(&self) -> &'static str {
        match self {
            Self::Held { option, .. } => option,
            Self::Command(_) => "--password-command",
            Self::Netrc(_) => "--netrc",
        }
    }

    /// The same, unless it has nothing for this host.
    #[must_use]
    pub fn for_host(&self, host: &str) -> Option<&'static str> {
        match self {
            Self::Netrc(netrc) => netrc.find(host, None)?.password.as_ref().map(|_| self.option()),
            Self::Held { .. } | Self::Command(_) => Some(self.option()),
        }
    }

    /// The user it names for this host.
    #[must_use]
    pub fn user(&self, host: &str) -> Option<&str> {
        match self {
            Self::Netrc(netrc) => netrc.find(host, None)?.login.as_deref(),
            Self::Held { .. } | Self::Command(_) => None,
        }
    }
}

/// A login whose password is on its way.
#[derive(Debug)]
pub(super) struct Waiting {
    id: ConnectionId,
    login: Login,
}

impl App {
    /// Logs in on the connection the dialog was opened for, whatever tab is on the screen by now. A password that was not
    /// typed comes from where the command line said.
    pub(super) fn login(&mut self, id: ConnectionId, mut login: Login, effects: &mut Effects) {
        let Some(conversation) = self.conversations.iter().find(|c| c.id == id && c.link != Link::Closed) else {
            return self.say(Severity::Warning, "that connection is gone; nothing was sent");
        };
        let Login { way, credentials, .. } = &mut login;
        if credentials.password.is_empty()
            && way.needs_secret()
            && let Some(supply) = &self.options.supply
        {
            match supply {
                Supply::Held { secret, .. } => credentials.password = secret.clone(),
                Supply::Netrc(netrc) => {
                    let host = conversation.plan.endpoint.host.to_string();
                    let found = netrc.find(&host, Some(&credentials.user)).and_then(|entry| entry.password.clone());
                    let Some(password) = found else {
                        let says =
                            format!("the netrc file has no password of {} for {host}; F5 takes one", credentials.user);
                        return self.say(Severity::Warning, says);
                    };
                    credentials.password = password;
                }
                Supply::Command(_) if self.waiting.is_some() => {
                    return self.say(
                        Severity::Note,
                        "the password command still runs, and the login before this waits for it; Ctrl-C ends it",
                    );
                }
                Supply::Command(command) => {
                    effects.push(Effect::AskPassword { command: command.clone() });
                    self.waiting = Some(Waiting { id, login });
                    return self.say(
                        Severity::Note,
                        "the password command runs; the login follows when it has ended; Ctrl-C ends it now",
                    );
                }
            }
        }
        if credentials.password.is_empty() && way.needs_secret() {
            let source = self.options.supply.as_ref().map_or("the dialog", Supply::option);
            let says = format!("the password of {source} is empty; nothing was sent; F5 takes one");
            return self.say(Severity::Warning, says);
        }
        self.user.clone_from(&credentials.user);
        let now = self.now;
        if let Some(conversation) = self.conversations.iter_mut().find(|c| c.id == id) {
            conversation.want_login(login, now, effects);
        }
    }

    /// Ends the password command that a login waits for, if one does.
    pub(super) fn forget_password(&mut self, effects: &mut Effects) -> bool {
        let waited = self.waiting.take().is_some();
        if waited {
            effects.push(Effect::ForgetPassword);
            self.say(Severity::Note, "the password command was ended; nothing was sent");
        }
        waited
    }

    /// What the password command gave: the login that waited for it goes on.
    pub(super) fn password_came(&mut self, password: Result<Secret, String>, effects: &mut Effects) {
        let Some(Waiting { id, mut login }) = self.waiting.take() else { return };
        match password {
            Ok(password) if password.is_empty() => {
                // Asking again would go on for ever.
                self.say(Severity::Fault, "nothing was sent: the password of --password-command is empty");
            }
            Ok(password) => {
                self.notice = None;
                login.credentials.password = password;
                self.login(id, login, effects);
            }
            Err(why) => self.say(Severity::Fault, format!("nothing was sent: {why}")),
        }
    }
}
