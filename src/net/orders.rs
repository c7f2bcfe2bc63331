//! What the model asked of one connection and the connection has not done yet.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

/// Octets that may wait to be written. The peer of a connection that has more waiting does not read.
const MOST_WAITING: usize = 256 << 20;
/// What an order costs beside its octets, so that a million empty ones count too.
const ORDER_COST: usize = 64;

/// Something to do after everything ordered before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Write these octets.
    Send(Bytes),
    /// Begin TLS, asking for this name.
    StartTls(String),
}

/// How to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// When everything ordered is done.
    Flushed,
    /// At once.
    Now,
    /// At once, because more was ordered than may wait.
    Overfull,
}

/// A bounded queue with a way past it: [`Leave`] does not wait in line. One task takes from it.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    queue: Mutex<Queue>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Order>,
    cost: usize,
    leave: Option<Leave>,
}

impl Orders {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an order. After [`Orders::close`] there are no more.
    pub(crate) fn push(&self, order: Order) {
        let mut queue = self.queue();
        if queue.leave.is_some() {
            return;
        }
        let cost = order.cost();
        if queue.cost.saturating_add(cost) > MOST_WAITING {
            queue.leave = Some(Leave::Overfull);
        } else {
            queue.cost += cost;
            queue.waiting.push_back(order);
        }
        drop(queue);
        self.news.notify_one();
    }

    /// Ends the connection: at once, or after what was ordered.
    pub(crate) fn close(&self, abort: bool) {
        let mut queue = self.queue();
        match (queue.leave, abort) {
            (None | Some(Leave::Flushed), true) => queue.leave = Some(Leave::Now),
            (None, false) => queue.leave = Some(Leave::Flushed),
            _ => {}
        }
        drop(queue);
        self.news.notify_one();
    }

    /// The next order, if one waits.
    pub(crate) fn next(&self) -> Option<Order> {
        let mut queue = self.queue();
        let order = queue.waiting.pop_front()?;
        queue.cost = queue.cost.saturating_sub(order.cost());
        Some(order)
    }

    /// Whether and how to end.
    pub(crate) fn leave(&self) -> Option<Leave> {
        self.queue().leave
    }

    /// Waits until something was ordered since the last time.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Waits for the order to end, in any way.
    pub(crate) async fn left(&self) -> Leave {
        loop {
            if let Some(leave) = self.leave() {
                return leave;
            }
            self.news().await;
        }
    }
}

impl Order {
    fn cost(&self) -> usize {
        ORDER_COST + if let Self::Send(octets) = self { octets.len() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_keep_their_order_and_closing_passes_by() {
        let orders = Orders::default();
        orders.push(Order::Send(Bytes::from_static(b"a")));
        orders.push(Order::StartTls("host".to_owned()));
        orders.close(false);
        orders.push(Order::Send(Bytes::from_static(b"too late")));
        assert_eq!(orders.leave(), Some(Leave::Flushed));
        orders.close(true);
        orders.close(false);
        assert_eq!(orders.leave(), Some(Leave::Now), "an abort is not taken back");
        assert_eq!(orders.next(), Some(Order::Send(Bytes::from_static(b"a"))));
        assert_eq!(orders.next(), Some(Order::StartTls("host".to_owned())));
        assert_eq!(orders.next(), None);
        assert_eq!(orders.queue().cost, 0);
    }

    #[test]
    fn too_much_ends_the_connection() {
        let orders = Orders::default();
        let piece = Bytes::from(vec![0; 64 << 20]);
        for _ in 0..3 {
            orders.push(Order::Send(piece.clone()));
        }
        assert_eq!(orders.leave(), None);
        orders.push(Order::Send(piece));
        assert_eq!(orders.leave(), Some(Leave::Overfull));
    }
}
