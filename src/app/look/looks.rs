//! All looks of an investigation: a few at the same time, the others wait.

use std::collections::VecDeque;

use super::Look;
use crate::app::effect::{ConnectPlan, Effect, Effects};
use crate::app::event::{ConnectionId, Happened};
use crate::app::options::Options;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::investigation::Seen;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::moment::Moment;

/// Looks at the same time.
pub(super) const AT_ONCE: usize = 4;

/// The first number of a look's connection. Tabs count from 0 up and never come here, so that the two never meet.
const FIRST: u32 = 1 << 31;

/// Whether a connection is that of a look, and not of a tab.
#[must_use]
pub const fn is_look(id: ConnectionId) -> bool {
    id.0 >= FIRST
}

/// The looks that are under way, and those that wait for their turn.
#[derive(Debug)]
pub(in crate::app) struct Looks {
    options: Options,
    /// Numbers are never used twice, so that a late report finds nobody.
    next: u32,
    open: Vec<Look>,
    waiting: VecDeque<(Endpoint, Resolver)>,
}

impl Looks {
    /// Looks that connect and introduce themselves as the run does.
    pub(in crate::app) fn new(options: &Options) -> Self {
        Self { options: options.clone(), next: FIRST, open: Vec::new(), waiting: VecDeque::new() }
    }

    /// Looks at a server, now or when it is its turn. `resolver` is asked for its addresses.
    pub(in crate::app) fn want(&mut self, endpoint: Endpoint, resolver: Resolver, effects: &mut Effects) {
        self.waiting.push_back((endpoint, resolver));
        self.go_on(effects);
    }

    /// How many are under way or wait.
    pub(in crate::app) fn len(&self) -> usize {
        self.open.len() + self.waiting.len()
    }

    /// Takes in a report of the net, and gives what was seen when the look is over. What belongs to none is passed over.
    pub(in crate::app) fn happened(
        &mut self,
        id: ConnectionId,
        what: Happened,
        at: Moment,
        effects: &mut Effects,
    ) -> Option<Seen> {
        let look = self.open.iter_mut().find(|look| look.id == id)?;
        look.happened(what, at, effects);
        self.over(effects).pop()
    }

    /// Time has passed. Gives what was seen by the looks that end for it.
    pub(in crate::app) fn tick(&mut self, now: Moment, effects: &mut Effects) -> Vec<Seen> {
        for look in &mut self.open {
            look.tick(now, effects);
        }
        self.over(effects)
    }

    /// Forgets all of them, and closes what is open.
    pub(in crate::app) fn forget(&mut self, effects: &mut Effects) {
        self.waiting.clear();
        effects.extend(self.open.drain(..).map(|look| Effect::Close { id: look.id, abort: true }));
    }

    fn over(&mut self, effects: &mut Effects) -> Vec<Seen> {
        let over: Vec<Look> = self.open.extract_if(.., |look| look.is_over()).collect();
        self.go_on(effects);
        over.into_iter().map(Look::into_seen).collect()
    }

    fn go_on(&mut self, effects: &mut Effects) {
        while self.open.len() < AT_ONCE
            && let Some((endpoint, resolver)) = self.waiting.pop_front()
        {
            let id = ConnectionId(self.next);
            self.next = self.next.wrapping_add(1).max(FIRST);
            let plan = ConnectPlan { resolver, ..self.options.plan(endpoint, Vec::new(), false) };
            self.open.push(Look::open(id, plan, self.options.ehlo_name.clone(), effects));
        }
    }
}
