//! What is done: the only room with tasks, sockets and a clock.
//!
//! ```text
//! Effect ─► Net::perform ─► orders ─► connection task: lookup ─► dial ─► tls ─► pump ⇄ wire
//!                        └► resolver, fetch, files                             │
//! Event  ◄──────────────────────── bounded channel ◄── reporter ◄──────────────┘
//! ```

mod authority;
mod connection;
mod dial;
mod fetch;
mod files;
mod host;
mod lookup;
mod orders;
mod pump;
mod reporter;
mod tls;
mod trouble;
mod trust;
mod wire;

pub mod clock;
pub mod practice;
pub mod resolver;
pub mod zone;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use self::clock::Clock;
use self::connection::Connection;
use self::fetch::Fetcher;
use self::orders::{Order, Orders};
use self::practice::Practice;
use self::reporter::Reporter;
use self::trust::Trust;
use crate::app::effect::{ConnectPlan, Effect};
use crate::app::event::{ConnectionId, Event, FetchId, QueryId};
use crate::diagnosis::dns::{Query, Resolver};
use crate::diagnosis::web::Request;

/// Requests to web servers that are out at the same time.
const REQUESTS: usize = 8;
/// DNS questions that are out at the same time. More wait: a resolver takes a burst for an attack.
const QUESTIONS: usize = 16;

/// Performs effects in background tasks and reports what comes of them. Dropping it ends all of them at once.
#[derive(Debug)]
pub struct Net {
    clock: Clock,
    world: Option<Practice>,
    events: Sender<Event>,
    trust: Arc<Trust>,
    questions: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    open: HashMap<ConnectionId, Arc<Orders>>,
    tasks: JoinSet<Option<ConnectionId>>,
}

impl Net {
    /// A net that reports to `events`, with the practice world before the real one if there is one.
    ///
    /// Every connection keeps one place of the channel for its next report, so it should hold some more than there are
    /// connections.
    #[must_use]
    pub fn new(clock: Clock, world: Option<Practice>, events: Sender<Event>) -> Self {
        Self {
            clock,
            trust: Arc::new(Trust::new(world.as_ref().map(|world| world.ca_der().clone()))),
            world,
            events,
            questions: Arc::new(Semaphore::new(QUESTIONS)),
            requests: Arc::new(Semaphore::new(REQUESTS)),
            open: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Begins what `effect` asks for and returns at once. What belongs to the loop and not to the net comes back.
    ///
    /// An effect for a connection that is over does nothing: its last event is on its way.
    ///
    /// # Panics
    /// When called outside of a tokio runtime.
    pub fn perform(&mut self, effect: Effect) -> Option<Effect> {
        self.clear();
        match effect {
            Effect::Connect { id, plan } => self.connect(id, plan),
            Effect::Send { id, octets } => self.order(id, Order::Send(octets)),
            Effect::StartTls { id, name } => self.order(id, Order::StartTls(name)),
            Effect::Close { id, abort } => {
                if let Some(orders) = self.open.get(&id) {
                    orders.close(abort);
                }
            }
            Effect::Query { id, query, resolver } => self.ask(id, query, resolver),
            Effect::Fetch { id, request, resolver } => self.fetch(id, request, resolver),
            Effect::ReadFile { path, limit } => self.read(path, limit),
            mine @ (Effect::Copy(_) | Effect::Wake(_) | Effect::Suspend | Effect::Redraw | Effect::Quit) => {
                return Some(mine);
            }
        }
        None
    }

    /// Forgets the tasks that have ended.
    fn clear(&mut self) {
        while let Some(ended) = self.tasks.try_join_next() {
            if let Ok(Some(id)) = ended {
                self.open.remove(&id);
            }
        }
    }

    fn order(&self, id: ConnectionId, order: Order) {
        if let Some(orders) = self.open.get(&id) {
            orders.push(order);
        }
    }

    fn connect(&mut self, id: ConnectionId, plan: ConnectPlan) {
        let orders = Arc::new(Orders::default());
        self.open.insert(id, Arc::clone(&orders));
        let connection = Connection {
            plan,
            orders,
            reporter: Reporter::new(id, self.clock, self.events.clone()),
            trust: Arc::clone(&self.trust),
            world: self.world.clone(),
        };
        self.tasks.spawn(async move {
            connection.run().await;
            Some(id)
        });
    }

    fn ask(&mut self, id: QueryId, query: Query, resolver: Resolver) {
        let (clock, events, questions) = (self.clock, self.events.clone(), Arc::clone(&self.questions));
        let zones = self.world.as_ref().map(Practice::dns);
        self.tasks.spawn(async move {
            let turn = questions.acquire().await;
            let answer = Box::new(resolver::ask(&query, &resolver, zones).await);
            drop(turn);
            let _ = events.send(Event::Answered { id, at: clock.now(), answer }).await;
            None
        });
    }

    fn fetch(&mut self, id: FetchId, request: Request, resolver: Resolver) {
        let (events, requests) = (self.events.clone(), Arc::clone(&self.requests));
        let fetcher = Fetcher { clock: self.clock, trust: Arc::clone(&self.trust), world: self.world.clone() };
        self.tasks.spawn(async move {
            let turn = requests.acquire().await;
            let outcome = Box::new(fetcher.fetch(request, resolver).await);
            drop(turn);
            let _ = events.send(Event::Fetched { id, at: fetcher.clock.now(), outcome }).await;
            None
        });
    }

    fn read(&mut self, path: PathBuf, limit: u64) {
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let content = files::read(&path, limit).await;
            let _ = events.send(Event::File { path, content }).await;
            None
        });
    }
}
