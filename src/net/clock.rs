//! The one clock of the program: everything else is told the time.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::protocol::moment::Moment;

/// Gives out [`Moment`]s, and knows the wall time of each.
///
/// The wall clock is read once. A machine whose clock is set during a session so keeps its moments and their wall times in
/// one order.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    epoch: Timestamp,
}

impl Clock {
    /// Starts the clock: this is [`Moment`] zero.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where the program reads the wall clock")]
    pub fn start() -> Self {
        Self { began: Instant::now(), epoch: Timestamp::now() }
    }

    /// Microseconds since [`Clock::start`], by a clock that never goes back.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment::default() + self.began.elapsed()
    }

    /// The wall time of a moment; the end of time, should a moment lie beyond it.
    #[must_use]
    pub fn wall(&self, moment: Moment) -> Timestamp {
        let since = moment - Moment::default();
        self.epoch.checked_add(since).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn moments_follow_the_clock_and_know_their_wall_time() {
        let clock = Clock::start();
        let first = clock.now();
        tokio::time::advance(Duration::from_millis(1500)).await;
        let second = clock.now();
        assert_eq!(second - first, Duration::from_millis(1500));
        assert_eq!(clock.wall(second).duration_since(clock.wall(first)).as_millis(), 1500);
        assert_eq!(clock.wall(Moment(u64::MAX)), Timestamp::MAX);
    }
}
