//! How a connection tells the model what happened.

use tokio::sync::mpsc::{Permit, Sender};

use super::clock::Clock;
use crate::app::event::{ConnectionId, Event, Happened};
use crate::protocol::moment::Moment;

/// The voice of one connection: its number, the clock and the bounded channel to the model.
#[derive(Clone, Debug)]
pub(crate) struct Reporter {
    id: ConnectionId,
    clock: Clock,
    events: Sender<Event>,
}

impl Reporter {
    pub(crate) const fn new(id: ConnectionId, clock: Clock, events: Sender<Event>) -> Self {
        Self { id, clock, events }
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Reports what happens now, and waits until the model has room for it. Nobody listens any more when the program ends.
    pub(crate) async fn tell(&self, what: Happened) {
        let _ = self.events.send(Event::Connection { id: self.id, at: self.now(), what }).await;
    }

    /// Waits for room for one report; none when nobody listens any more.
    pub(crate) async fn room(&self) -> Option<Permit<'_, Event>> {
        self.events.reserve().await.ok()
    }

    /// Reports into the room that was kept.
    pub(crate) fn tell_in(&self, room: Permit<'_, Event>, what: Happened) {
        room.send(Event::Connection { id: self.id, at: self.now(), what });
    }
}

#[cfg(test)]
pub(crate) mod test {
    use super::*;
    use tokio::sync::mpsc::{self, Receiver};

    /// A reporter, and where its reports arrive.
    pub(crate) fn listen(id: ConnectionId, clock: Clock) -> (Reporter, Receiver<Event>) {
        let (events, inbox) = mpsc::channel(256);
        (Reporter::new(id, clock, events), inbox)
    }

    /// What has arrived so far.
    pub(crate) fn heard(events: &mut Receiver<Event>) -> Vec<(Moment, Happened)> {
        std::iter::from_fn(|| events.try_recv().ok())
            .filter_map(|event| match event {
                Event::Connection { at, what, .. } => Some((at, what)),
                _ => None,
            })
            .collect()
    }
}
