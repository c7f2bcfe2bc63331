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
pub(crate) mod files;
mod host;
mod lookup;
mod orders;
mod password;
mod pump;
mod reporter;
mod resolver;
mod tls;
mod trouble;
mod trust;
mod wire;
mod zone;

pub mod clock;
pub mod practice;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinSet};

use self::clock::Clock;
use self::connection::Connection;
use self::orders::{Order, Orders};
use self::practice::Practice;
use self::reporter::Reporter;
use self::resolver::Client;
pub use self::resolver::PRACTICE_ZONES;
pub use self::tls::Means;
use self::trust::Trust;
use crate::app::effect::{ConnectPlan, Effect};
use crate::app::event::{ConnectionId, Event, FetchId, QueryId};
use crate::diagnosis::dns::{Query, QueryOptions, Resolver};
use crate::diagnosis::tls::Chain;
use crate::diagnosis::web::Request;

/// Requests to web servers that are out at the same time.
const REQUESTS: usize = 8;
/// DNS questions that are out at the same time. A survey has some two hundred, most of them guesses, and its chain must
/// not wait for those; forwarders at home take 150.
const QUESTIONS: usize = 100;

/// Performs effects in background tasks and reports what comes of them. Dropping it ends all of them at once.
#[derive(Debug)]
pub struct Net {
    client: Client,
    events: Sender<Event>,
    questions: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    open: HashMap<ConnectionId, Arc<Orders>>,
    tasks: JoinSet<Option<ConnectionId>>,
    /// The password command that was begun last.
    asking: Option<(AbortHandle, Option<password::Group>)>,
}

impl Net {
    /// A net that reports to `events`, with the practice world before the real one if there is one.
    ///
    /// Every connection keeps one place of the channel for its next report, so it should hold some more than there are
    /// connections.
    #[must_use]
    pub fn new(clock: Clock, world: Option<Practice>, events: Sender<Event>) -> Self {
        Self {
            client: Client {
                clock,
                trust: Arc::new(Trust::new(world.as_ref().map(|world| world.ca_der().clone()))),
                means: Arc::default(),
                world,
            },
            events,
            questions: Arc::new(Semaphore::new(QUESTIONS)),
            requests: Arc::new(Semaphore::new(REQUESTS)),
            open: HashMap::new(),
            tasks: JoinSet::new(),
            asking: None,
        }
    }

    /// The same with what handshakes have in common.
    #[must_use]
    pub fn with_means(mut self, means: Means) -> Self {
        self.client.means = Arc::new(means);
        self
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
            Effect::Query { id, query, resolver, options } => self.ask(id, query, resolver, options),
            Effect::Fetch { id, request, resolver } => self.fetch(id, request, resolver),
            Effect::Judge { id, chain } => self.judge(id, chain),
            Effect::ReadFile { path, limit } => self.read(path, limit),
            Effect::AskPassword { command } => self.ask_password(&command),
            Effect::ForgetPassword => self.forget_password(),
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
            reporter: Reporter::new(id, self.client.clock, self.events.clone()),
            client: self.client.clone(),
        };
        self.tasks.spawn(async move {
            connection.run().await;
            Some(id)
        });
    }

    fn ask(&mut self, id: QueryId, query: Query, resolver: Resolver, options: QueryOptions) {
        let (client, events, questions) = (self.client.clone(), self.events.clone(), Arc::clone(&self.questions));
        self.tasks.spawn(async move {
            let turn = questions.acquire().await;
            let answer = Box::new(client.ask(&query, &resolver, &options).await);
            drop(turn);
            let _ = events.send(Event::Answered { id, at: client.clock.now(), answer }).await;
            None
        });
    }

    fn fetch(&mut self, id: FetchId, request: Request, resolver: Resolver) {
        let (client, events, requests) = (self.client.clone(), self.events.clone(), Arc::clone(&self.requests));
        self.tasks.spawn(async move {
            let turn = requests.acquire().await;
            let outcome = Box::new(client.fetch(request, resolver).await);
            drop(turn);
            let _ = events.send(Event::Fetched { id, at: client.clock.now(), outcome }).await;
            None
        });
    }

    fn judge(&mut self, id: FetchId, chain: Chain) {
        let (client, events) = (self.client.clone(), self.events.clone());
        self.tasks.spawn(async move {
            let judgement = Box::new(tls::judge(&chain, &client).await);
            let _ = events.send(Event::Judged { id, at: client.clock.now(), judgement }).await;
            None
        });
    }

    fn ask_password(&mut self, command: &str) {
        self.forget_password();
        let events = self.events.clone();
        let asking = password::Asking::begin(command);
        let group = asking.as_ref().ok().map(password::Asking::group);
        let task = self.tasks.spawn(async move {
            let answer = match asking {
                Ok(asking) => asking.answer().await,
                Err(why) => Err(why),
            };
            let _ = events.send(Event::Password(answer)).await;
            None
        });
        self.asking = Some((task, group));
    }

    fn forget_password(&mut self) {
        if let Some((task, group)) = self.asking.take() {
            task.abort();
            drop(group);
        }
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
