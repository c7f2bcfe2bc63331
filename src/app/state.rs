//! The model: [`App::update`] takes an event, changes what is, and returns what the world is to do.

use std::time::Duration;

use super::conversation::{Conversation, Link};
use super::dns_pane::DnsPane;
use super::effect::{ConnectPlan, Effect, Effects};
use super::event::{ConnectionId, Event};
use super::load::Loading;
use super::look::is_look;
use super::message_editor::MessageEditor;
use super::options::Options;
pub use super::panes::{Focus, Notice, Overlay, Place, Question};
use super::privacy::Privacy;
use super::prompt::Prompt;
use super::supply::Waiting;
use crate::diagnosis::investigation::Setting;
use crate::diagnosis::{Finding, Severity};
use crate::protocol::endpoint::{Endpoint, Host, Target, well_known};
use crate::protocol::endpoint::{Protocol, Security};
use crate::protocol::moment::Moment;
use crate::protocol::secret::Hidden;
use crate::protocol::verb::{Context, Phase};

/// How long QUIT may take when the program is left.
pub const FAREWELL: Duration = Duration::from_secs(3);

/// Everything.
#[derive(Debug)]
pub struct App {
    /// Settings.
    pub options: Options,
    /// One tab each.
    pub conversations: Vec<Conversation>,
    /// Where each tab's transcript stands.
    pub places: Vec<Place>,
    /// The tab on the screen.
    pub active: usize,
    /// The DNS pane.
    pub dns: DnsPane,
    /// Which pane has the keys.
    pub focus: Focus,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// The command input.
    pub prompt: Prompt,
    /// A word to the user.
    pub notice: Option<Notice>,
    /// The newest moment seen.
    pub now: Moment,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Entries that fitted on the screen when it was last drawn.
    pub shown: u64,
    /// The farewell runs out at this moment.
    pub leaving: Option<Moment>,
    /// Findings passed over at the top of their pane.
    pub findings_from: usize,
    /// What `/` looks for.
    pub search: String,
    /// What successes mean is shown beneath them too, not of refusals only.
    pub explains_all: bool,
    /// The privacy key.
    pub privacy: Privacy,
    /// The user of a target like `user@example.org`.
    pub user: String,
    pub(super) connect_when_surveyed: bool,
    /// The file whose signatures are verified once it has been read, and whom to ask.
    pub(super) verifies: Option<(std::path::PathBuf, Setting)>,
    /// The files that are being read for messages.
    pub(super) loading: Vec<Loading>,
    /// The login whose password is being asked for.
    pub(super) waiting: Option<Waiting>,
    pub(super) next_connection: u32,
}

impl App {
    /// An app with nothing open.
    #[must_use]
    pub fn new(options: Options, size: (u16, u16)) -> Self {
        Self {
            dns: DnsPane::new(&options),
            options,
            conversations: Vec::new(),
            places: Vec::new(),
            active: 0,
            focus: Focus::Input,
            overlay: None,
            prompt: Prompt::default(),
            notice: None,
            now: Moment(0),
            size,
            shown: 10,
            leaving: None,
            findings_from: 0,
            search: String::new(),
            explains_all: false,
            privacy: Privacy::default(),
            user: String::new(),
            connect_when_surveyed: false,
            verifies: None,
            loading: Vec::new(),
            waiting: None,
            next_connection: 0,
        }
    }

    /// Begins with a target, as the words at the door or the line of F2 name it.
    pub fn go(&mut self, target: Target, effects: &mut Effects) {
        if let Target::Domain(domain) | Target::Address { domain, .. } = &target {
            self.privacy.know_domain(domain);
        }
        match target {
            Target::Endpoint(endpoint) => {
                if let Host::Name(name) = &endpoint.host
                    && !self.dns.is_used()
                    && !self.options.resolve.iter().any(|(host, _)| host.eq_ignore_ascii_case(name))
                {
                    let name = name.clone();
                    self.dns.survey(&name, effects);
                }
                self.connect(endpoint, Vec::new(), effects);
            }
            Target::Domain(domain) => {
                self.dns.survey(&domain, effects);
                self.connect_when_surveyed = true;
            }
            Target::Address { local_part, domain } => {
                self.user = format!("{local_part}@{domain}");
                self.dns.survey(&domain, effects);
                self.connect_when_surveyed = true;
            }
        }
    }

    /// The first lines of the practice world: a survey of its domain and its submission server.
    pub fn go_practice(&mut self, effects: &mut Effects) {
        self.dns.survey("example.test", effects);
        let host = Host::Name("mail.example.test".to_owned());
        let endpoint = Endpoint { protocol: Protocol::Smtp, host, port: 587, security: Security::Plain };
        self.connect(endpoint, Vec::new(), effects);
        let lines = self.options.practice.clone();
        if let Some(conversation) = self.conversations.last_mut() {
            for line in lines {
                conversation.note(self.now, &line);
            }
        }
    }

    /// Opens a tab and connects. What the command line says of TLS is for its own target, which is the first.
    pub fn connect(&mut self, endpoint: Endpoint, addresses: Vec<std::net::IpAddr>, effects: &mut Effects) {
        let plan = self.options.plan(endpoint, addresses, self.next_connection == 0);
        self.open(plan, effects);
    }

    /// The same with a plan that is made. A dialog or a message that is open keeps its tab on the screen.
    pub(super) fn open(&mut self, plan: ConnectPlan, effects: &mut Effects) {
        let id = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let Options { ehlo_name, insecure_auth, .. } = &self.options;
        for host in [&plan.endpoint.host.to_string(), ehlo_name] {
            self.privacy.know(host);
        }
        let conversation = Conversation::open(id, plan, ehlo_name.clone(), *insecure_auth, self.now, effects);
        self.conversations.push(conversation);
        for note in std::mem::take(&mut self.options.notes) {
            if let Some(conversation) = self.conversations.last_mut() {
                conversation.note(self.now, &note);
            }
        }
        self.places.push(Place::default());
        if self.overlay.is_none() && self.message().is_none() {
            self.active = self.conversations.len() - 1;
            self.focus = Focus::Input;
        } else {
            let number = self.conversations.len();
            self.say(Severity::Note, format!("connecting in tab {number}: Alt-Right goes there"));
        }
        self.refresh();
    }

    /// The message that is written in this tab.
    #[must_use]
    pub fn message(&self) -> Option<&MessageEditor> {
        self.conversation()?.message.as_ref()
    }

    pub(super) fn message_mut(&mut self) -> Option<&mut MessageEditor> {
        self.conversation_mut()?.message.as_mut()
    }

    /// The conversation on the screen.
    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        self.conversations.get(self.active)
    }

    pub(super) fn conversation_mut(&mut self) -> Option<&mut Conversation> {
        self.conversations.get_mut(self.active)
    }

    /// Where its transcript stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.places.get(self.active).copied().unwrap_or_default()
    }

    /// What typed lines are checked against, when there is an open conversation.
    #[must_use]
    pub fn context(&self) -> Option<Context<'_>> {
        self.conversation().map(Conversation::context)
    }

    /// What is wrong, worst first: of this conversation, then of the domain.
    #[must_use]
    pub fn findings(&self) -> Vec<&Finding> {
        let own = self.conversation().map(|conversation| conversation.findings.as_slice()).unwrap_or_default();
        let others = self.dns.findings().iter().filter(|finding| !own.contains(finding));
        let mut findings: Vec<&Finding> = own.iter().chain(others).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    /// The usual next command, as a suggestion in an empty input.
    #[must_use]
    pub fn ghost(&self) -> String {
        let Some(conversation) = self.conversation() else { return String::new() };
        if conversation.link != Link::Open {
            return String::new();
        }
        match (conversation.protocol(), conversation.session.phase()) {
            (Protocol::Smtp, Phase::Fresh) => format!("EHLO {}", conversation.ehlo_name),
            (Protocol::Lmtp, Phase::Fresh) => format!("LHLO {}", conversation.ehlo_name),
            (Protocol::Smtp | Protocol::Lmtp, Phase::Ready) if self.user.contains('@') => {
                format!("MAIL FROM:<{}>", self.user)
            }
            // Who tests a way with an address of their own tests it to themselves.
            (Protocol::Smtp | Protocol::Lmtp, Phase::Mail) if self.user.contains('@') => {
                format!("RCPT TO:<{}>", self.user)
            }
            (Protocol::Imap, Phase::NotAuthenticated) if !conversation.session.capabilities().known => {
                "CAPABILITY".to_owned()
            }
            (Protocol::Imap, Phase::Authenticated) => "SELECT INBOX".to_owned(),
            (Protocol::Imap, Phase::Idle) => "DONE".to_owned(),
            (Protocol::Pop3, Phase::Authorization) if !conversation.session.capabilities().known => "CAPA".to_owned(),
            (Protocol::Pop3, Phase::Transaction) => "STAT".to_owned(),
            (Protocol::Smtp | Protocol::Lmtp, Phase::Rcpt) => "DATA".to_owned(),
            _ => String::new(),
        }
    }

    /// The view drew so many entries of the transcript.
    pub const fn drawn(&mut self, entries: u64) {
        self.shown = if entries == 0 { 1 } else { entries };
    }

    /// The view drew what lies over the panes from this row on: there was no more to scroll.
    pub const fn scrolled_to(&mut self, top: usize) {
        if let Some(Overlay::Help(scroll) | Overlay::Detail { scroll, .. }) = &mut self.overlay
            && *scroll > top
        {
            *scroll = top;
        }
    }

    /// Takes an event in.
    pub fn update(&mut self, event: Event, now: Moment) -> Effects {
        self.now = now;
        self.privacy.heed(&event);
        let mut effects = Effects::new();
        match event {
            Event::Key(key) => self.key(&key, &mut effects),
            Event::Paste(text) => self.paste(&Hidden::from(text), &mut effects),
            Event::Resize { width, height } => self.size = (width, height),
            Event::Connection { id, at, what } if is_look(id) => {
                self.dns.happened(id, what, at, self.wall(at), &mut effects);
            }
            Event::Connection { id, at, what } => {
                if let Some(place) = self.conversations.iter().position(|c| c.id == id) {
                    if let Some(conversation) = self.conversations.get_mut(place) {
                        conversation.happened(what, at, &mut effects);
                    }
                    self.after_report(place, &mut effects);
                }
            }
            Event::Answered { id, at, answer } => {
                let wall = self.wall(at);
                self.dns.answered(id, answer, wall, &mut effects);
                self.connect_to_best(&mut effects);
            }
            Event::Fetched { id, at, outcome } => {
                let wall = self.wall(at);
                self.dns.fetched(id, outcome, wall, &mut effects);
            }
            Event::Judged { id, at, judgement } => {
                let wall = self.wall(at);
                self.dns.judged(id, judgement, wall, &mut effects);
            }
            Event::File { path, content } if self.verifies.as_ref().is_some_and(|(wanted, _)| *wanted == path) => {
                match (self.verifies.take(), content) {
                    (Some((_, setting)), Ok(octets)) => {
                        self.dns.message(&octets, &setting, &mut effects);
                        self.focus = Focus::Dns;
                    }
                    (_, Err(why)) => self.say(Severity::Fault, why),
                    (None, Ok(_)) => {}
                }
            }
            Event::File { path, content } => self.loaded(&path, content),
            Event::Password(password) => self.password_came(password, &mut effects),
            Event::Wake => {
                for conversation in &mut self.conversations {
                    conversation.tick(now, &mut effects);
                }
                self.dns.tick(now, self.wall(now), &mut effects);
            }
            Event::Terminate => effects.push(Effect::Quit),
        }
        self.compare();
        self.check_leaving(&mut effects);
        self.refresh();
        self.meet_users();
        self.privacy.heed_effects(&effects);
        self.veil_effects(&mut effects);
        effects
    }

    /// Reads the input again: the session may have moved on beneath it.
    pub(super) fn refresh(&mut self) {
        let Self { conversations, active, prompt, .. } = self;
        prompt.refresh(conversations.get(*active));
    }

    /// What the domain on the DNS pane promises about a server of a tab is compared with what the server does. That its
    /// mail goes there is kept, for the pane soon shows something else.
    fn compare(&mut self) {
        let Some(survey) = self.dns.surveyed() else { return };
        for conversation in &mut self.conversations {
            if let Host::Name(name) = &conversation.plan.endpoint.host {
                if conversation.takes_mail() && survey.has_exchange(name) {
                    conversation.domain = Some(survey.subject());
                }
                conversation.compare(&survey.promises(name), self.now);
            }
        }
    }

    fn after_report(&mut self, place: usize, effects: &mut Effects) {
        if place != self.active {
            return;
        }
        let Some(conversation) = self.conversations.get_mut(place) else { return };
        let wants = std::mem::take(&mut conversation.wants_message);
        if wants && self.message().is_none() && !self.wants_line_mode() {
            self.open_message(effects);
        }
    }

    const fn wants_line_mode(&self) -> bool {
        self.leaving.is_some()
    }

    fn connect_to_best(&mut self, effects: &mut Effects) {
        if !self.connect_when_surveyed {
            return;
        }
        let Some(survey) = self.dns.surveyed() else { return };
        if let Some(best) = survey.best()
            && (survey.is_done() || !survey.targets().is_empty() && self.family_is_known())
        {
            let addresses = survey.targets();
            let survey_subject = survey.subject();
            self.connect_when_surveyed = false;
            if let Ok(host) = Host::parse(&best.host) {
                let (protocol, security) = well_known(best.port).unwrap_or((Protocol::Smtp, Security::Plain));
                let note = format!("the preferred mail server of {} is {host}", survey_subject);
                self.connect(Endpoint { protocol, host, port: best.port, security }, addresses, effects);
                let now = self.now;
                if let Some(conversation) = self.conversations.last_mut() {
                    conversation.note(now, &note);
                }
            }
        } else if survey.is_done() {
            self.connect_when_surveyed = false;
            let text = survey.trouble().map_or_else(
                || "there is no mail server to connect to".to_owned(),
                |finding| format!("{} · {}", finding.says, finding.next),
            );
            self.say(Severity::Fault, text);
        }
    }

    /// Seconds since 1970 at a moment.
    fn wall(&self, at: Moment) -> i64 {
        let since = i64::try_from(at.0 / 1_000_000).unwrap_or(i64::MAX);
        self.options.epoch.timestamp().as_second().saturating_add(since)
    }

    /// Both address families of the best exchange have been answered.
    fn family_is_known(&self) -> bool {
        let Some(survey) = self.dns.surveyed() else { return false };
        let Some(best) = survey.best() else { return false };
        !survey.is_waiting(&best.host)
    }

    /// A word to the user.
    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.notice = Some(Notice { severity, text: text.into() });
    }

    fn check_leaving(&mut self, effects: &mut Effects) {
        let Some(until) = self.leaving else { return };
        if self.now >= until || self.conversations.iter().all(|c| c.link == Link::Closed) {
            effects.push(Effect::Quit);
        }
    }
}
