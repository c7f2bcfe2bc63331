//! The DNS pane: what is looked into, and the rows to move in.

use super::effect::Effects;
use super::event::{ConnectionId, FetchId, Happened, QueryId};
use super::investigator::Investigator;
use super::options::Options;
use crate::diagnosis::Finding;
use crate::diagnosis::dns::{Answer, Resolver};
use crate::diagnosis::inspection::Inspection;
use crate::diagnosis::investigation::{Investigation, Seen, Setting, What, open, open_message};
use crate::diagnosis::probe::{Order, Probe};
use crate::diagnosis::survey::{Connect, Row, Survey, dig};
use crate::diagnosis::tls::Judgement;
use crate::diagnosis::web::Fetched;
use crate::protocol::moment::Moment;

/// What the pane shows.
#[derive(Debug)]
pub struct DnsPane {
    investigator: Investigator,
    /// The rows, kept up to date with each answer.
    pub rows: Vec<Row>,
    /// The row with the cursor.
    pub selected: usize,
    /// Whom and how to ask, where a line does not say.
    pub setting: Setting,
    /// Who is asked for what the pane shows.
    resolver: Resolver,
    /// What was asked for, as a title.
    pub title: String,
    findings: Vec<Finding>,
}

impl DnsPane {
    /// An empty pane.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            investigator: Investigator::new(options),
            rows: Vec::new(),
            selected: 0,
            setting: options.setting(),
            resolver: options.resolver.clone(),
            title: String::new(),
            findings: Vec::new(),
        }
    }

    /// Reads a line and looks into what it asks for. A message, which somebody else has to read first, is handed back
    /// with its file and with whom to ask.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub fn ask(&mut self, line: &str, effects: &mut Effects) -> Result<Option<(String, Setting)>, String> {
        let opened = open(line, &self.setting)?;
        match opened.what {
            What::Investigation(investigation) => self.begin(investigation, opened.setting.resolver, effects),
            What::Message(file) => return Ok(Some((file, opened.setting))),
        }
        Ok(None)
    }

    /// Looks into a message.
    pub fn message(&mut self, octets: &[u8], setting: &Setting, effects: &mut Effects) {
        self.begin(open_message(octets, setting), setting.resolver.clone(), effects);
    }

    /// Looks into what a server has shown already; `domain`: whose mail it takes, if that is known.
    pub fn inspect(&mut self, seen: Seen, domain: Option<String>, effects: &mut Effects) {
        let inspection = Inspection::of(seen, domain, &self.setting);
        self.begin(Box::new(inspection), self.setting.resolver.clone(), effects);
    }

    /// Looks into a domain or an address.
    pub fn survey(&mut self, subject: &str, effects: &mut Effects) {
        let resolver = self.setting.resolver.clone();
        self.begin(Box::new(Survey::new(subject, &self.setting)), resolver, effects);
    }

    /// Probes a server. What is ordered has been agreed to.
    pub fn probe(&mut self, order: Order, effects: &mut Effects) {
        let resolver = self.setting.resolver.clone();
        self.begin(Box::new(Probe::new(order)), resolver, effects);
    }

    /// Stops what is under way; what has come stays.
    pub fn stop(&mut self, effects: &mut Effects) -> bool {
        self.investigator.stop(effects)
    }

    fn begin(&mut self, investigation: Box<dyn Investigation>, resolver: Resolver, effects: &mut Effects) {
        self.resolver = resolver.clone();
        self.title = investigation.title();
        self.selected = 0;
        self.investigator.begin(investigation, resolver, effects);
        self.refresh();
    }

    /// An answer. Late ones of an earlier question are passed over. `now` is in seconds since 1970.
    pub fn answered(&mut self, id: QueryId, answer: Box<Answer>, now: i64, effects: &mut Effects) {
        if self.investigator.answered(id, answer, now, effects) {
            self.refresh();
        }
    }

    /// A document, likewise.
    pub fn fetched(&mut self, id: FetchId, fetched: Box<Fetched>, now: i64, effects: &mut Effects) {
        if self.investigator.fetched(id, fetched, now, effects) {
            self.refresh();
        }
    }

    /// A judgement of a chain, likewise.
    pub fn judged(&mut self, id: FetchId, judgement: Box<Judgement>, now: i64, effects: &mut Effects) {
        if self.investigator.judged(id, judgement, now, effects) {
            self.refresh();
        }
    }

    /// A report about the connection of a look, likewise.
    pub fn happened(&mut self, id: ConnectionId, what: Happened, at: Moment, now: i64, effects: &mut Effects) {
        if self.investigator.happened(id, what, at, now, effects) {
            self.refresh();
        }
    }

    /// Time has passed: a look that takes too long ends.
    pub fn tick(&mut self, at: Moment, now: i64, effects: &mut Effects) {
        if self.investigator.tick(at, now, effects) {
            self.refresh();
        }
    }

    /// What is waited for.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.investigator.pending()
    }

    /// What came and what was wanted, so far.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        self.investigator.progress()
    }

    /// Whether anything has been asked.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.investigator.investigation().is_some()
    }

    /// The survey, if that is what the pane shows.
    #[must_use]
    pub fn surveyed(&self) -> Option<&Survey> {
        self.investigator.investigation().and_then(Investigation::survey)
    }

    /// Whom is asked.
    #[must_use]
    pub const fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// The row with the cursor.
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    /// What `y` copies: what the row with the cursor is there for, the line of dig that asks what is behind it, or the row.
    #[must_use]
    pub fn copy(&self) -> Option<String> {
        let row = self.row()?;
        if row.copy.is_some() {
            return row.copy.clone();
        }
        Some(row.question.as_ref().map_or_else(|| format!("{} {}", row.label, row.text), dig))
    }

    /// Where Enter connects.
    #[must_use]
    pub fn connect(&self) -> Option<&Connect> {
        self.row()?.connect.as_ref()
    }

    /// What was found, up to date with each answer.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn refresh(&mut self) {
        (self.rows, self.findings) = self.investigator.investigation().map(Investigation::table).unwrap_or_default();
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
    }
}
