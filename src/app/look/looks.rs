//! All looks of an investigation: a few at the same time, the others wait.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Errand, Look};
use crate::app::effect::{ConnectPlan, Effect, Effects};
use crate::app::event::{ConnectionId, Happened};
use crate::app::options::Options;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::investigation::Came;
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

/// Between two errands that a server may take for an attack there is this pause, and never are two of them under way.
pub(super) const PAUSE: Duration = Duration::from_millis(200);

/// The looks that are under way, and those that wait for their turn.
#[derive(Debug)]
pub(in crate::app) struct Looks {
    options: Options,
    /// Numbers are never used twice, so that a late report finds nobody.
    next: u32,
    open: Vec<Look>,
    waiting: VecDeque<(Errand, Resolver)>,
    /// The next errand that is paced may not begin before.
    pause: Option<Moment>,
}

impl Looks {
    /// Looks that connect and introduce themselves as the run does.
    pub(in crate::app) fn new(options: &Options) -> Self {
        Self { options: options.clone(), next: FIRST, open: Vec::new(), waiting: VecDeque::new(), pause: None }
    }

    /// Runs an errand, now or when it is its turn. `resolver` is asked for the addresses of the server.
    pub(in crate::app) fn want(&mut self, errand: Errand, resolver: Resolver, effects: &mut Effects) {
        self.waiting.push_back((errand, resolver));
        self.go_on(effects);
    }

    /// How many are under way or wait.
    pub(in crate::app) fn len(&self) -> usize {
        self.open.len() + self.waiting.len()
    }

    /// Takes in a report of the net, and gives what came of it when the look is over. What belongs to none is passed over.
    pub(in crate::app) fn happened(
        &mut self,
        id: ConnectionId,
        what: Happened,
        at: Moment,
        effects: &mut Effects,
    ) -> Option<Came> {
        let look = self.open.iter_mut().find(|look| look.id == id)?;
        look.happened(what, at, effects);
        self.over(at, effects).pop()
    }

    /// Time has passed. Gives what came of the looks that end for it.
    pub(in crate::app) fn tick(&mut self, now: Moment, effects: &mut Effects) -> Vec<Came> {
        for look in &mut self.open {
            look.tick(now, effects);
        }
        if self.pause.is_some_and(|until| until <= now) {
            self.pause = None;
        }
        self.over(now, effects)
    }

    /// Forgets all of them, and closes what is open.
    pub(in crate::app) fn forget(&mut self, effects: &mut Effects) {
        self.waiting.clear();
        effects.extend(self.open.drain(..).map(|look| Effect::Close { id: look.id, abort: true }));
    }

    fn over(&mut self, at: Moment, effects: &mut Effects) -> Vec<Came> {
        let over: Vec<Look> = self.open.extract_if(.., |look| look.is_over()).collect();
        if over.iter().any(|look| look.errand.is_paced()) {
            self.pause = Some(at + PAUSE);
            effects.push(Effect::Wake(at + PAUSE));
        }
        self.go_on(effects);
        over.into_iter().map(Look::into_came).collect()
    }

    fn go_on(&mut self, effects: &mut Effects) {
        while self.open.len() < AT_ONCE
            && let Some((errand, resolver)) = self.next_errand()
        {
            let id = ConnectionId(self.next);
            self.next = self.next.wrapping_add(1).max(FIRST);
            let plan = self.options.plan(errand.endpoint().clone(), Vec::new(), self.options.only_looks);
            let plan = ConnectPlan { resolver, ..plan };
            self.open.push(Look::open(id, errand, plan, &self.options, effects));
        }
    }

    /// The first that may begin now.
    fn next_errand(&mut self) -> Option<(Errand, Resolver)> {
        let paced = self.pause.is_none() && !self.open.iter().any(|look| look.errand.is_paced());
        let place = self.waiting.iter().position(|(errand, _)| paced || !errand.is_paced())?;
        self.waiting.remove(place)
    }
}
