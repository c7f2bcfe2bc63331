//! Runs an investigation to its end, without a screen.

use std::collections::BTreeSet;
use std::future::pending;
use std::io::{self, IsTerminal as _};
use std::net::IpAddr;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::effect::{Effect, Effects};
use crate::app::event::Event;
use crate::app::investigator::Investigator;
use crate::app::options::Options;
use crate::app::privacy::Privacy;
use crate::diagnosis::dns::Resolver;
use crate::diagnosis::investigation::Investigation;
use crate::net::clock::Clock;
use crate::net::practice::Practice;
use crate::net::{Means, Net};
use crate::protocol::moment::Moment;

/// What takes longer is told of on a terminal, so often.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reports on their way from the net.
const REPORTS: usize = 256;

/// What an investigation is run with.
pub(super) struct Run<'a> {
    pub(super) clock: Clock,
    pub(super) world: Option<Practice>,
    /// The client's certificate and where secrets go.
    pub(super) means: Means,
    pub(super) options: &'a Options,
    /// What is told of every name that goes out or comes in.
    pub(super) privacy: &'a Privacy,
}

impl Run<'_> {
    /// Asks, and waits until all is answered.
    pub(super) async fn investigate(self, investigation: Box<dyn Investigation>, resolver: Resolver) -> Investigator {
        let Run { clock, world, means, options, privacy } = self;
        let (reports, mut events) = mpsc::channel(REPORTS);
        let mut net = Net::new(clock, world, reports).with_means(means);
        let began = options.epoch.timestamp().as_second();
        let mut investigator = Investigator::new(options);
        let mut effects = Effects::new();
        let mut wakes = BTreeSet::new();
        let mut progress = Progress::new();
        investigator.begin(investigation, resolver, &mut effects);
        loop {
            privacy.heed_effects(&effects);
            for effect in effects.drain(..) {
                if let Some(Effect::Wake(at)) = net.perform(effect) {
                    wakes.insert(at);
                }
            }
            if investigator.pending() == 0 {
                break;
            }
            let now = |at: Moment| {
                let since = i64::try_from(at.0 / 1_000_000).unwrap_or(i64::MAX);
                began.saturating_add(since)
            };
            let rest = wakes.first().map(|wake| *wake - clock.now());
            let event = tokio::select! {
                event = events.recv() => event,
                () = async { if let Some(rest) = rest { tokio::time::sleep(rest).await } else { pending().await } } => {
                    wakes.pop_first();
                    Some(Event::Wake)
                }
                () = progress.due() => {
                    progress.tell(investigator.progress());
                    continue;
                }
            };
            event.iter().for_each(|event| privacy.heed(event));
            match event {
                Some(Event::Answered { id, at, answer }) => {
                    _ = investigator.answered(id, answer, now(at), &mut effects)
                }
                Some(Event::Fetched { id, at, outcome }) => {
                    _ = investigator.fetched(id, outcome, now(at), &mut effects)
                }
                Some(Event::Judged { id, at, judgement }) => {
                    _ = investigator.judged(id, judgement, now(at), &mut effects);
                }
                Some(Event::Connection { id, at, what }) => {
                    _ = investigator.happened(id, what, at, now(at), &mut effects)
                }
                Some(Event::Wake) => _ = investigator.tick(clock.now(), now(clock.now()), &mut effects),
                Some(_) => {}
                None => break,
            }
        }
        investigator
    }
}

/// What is told while somebody waits at a terminal: a line of standard error that is taken away again.
struct Progress {
    pulse: Option<tokio::time::Interval>,
    is_told: bool,
}

impl Progress {
    fn new() -> Self {
        let pulse = io::stderr().is_terminal().then(|| {
            let first = tokio::time::Instant::now() + PATIENCE;
            tokio::time::interval_at(first, PATIENCE)
        });
        Self { pulse, is_told: false }
    }

    /// When there is something to tell; never where nobody sits.
    async fn due(&mut self) {
        match &mut self.pulse {
            Some(pulse) => _ = pulse.tick().await,
            None => pending().await,
        }
    }

    fn tell(&mut self, (came, wanted): (usize, usize)) {
        self.is_told = true;
        eprint!("\r\x1b[Kehlo: waiting, {came} of {wanted} have come");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_told {
            eprint!("\r\x1b[K");
        }
    }
}

/// Whether a word of the line is a name of the practice world, alone or as part of an address or of HOST:PORT, or one of
/// the addresses that only documentation has (RFC 5737 §3, RFC 3849).
pub(super) fn is_practice(word: &str) -> bool {
    match word.parse() {
        Ok(IpAddr::V4(ip)) => return ip.octets().starts_with(&[192, 0, 2]),
        Ok(IpAddr::V6(ip)) => return ip.octets().starts_with(&[0x20, 0x01, 0x0d, 0xb8]),
        Err(_) => {}
    }
    let name = word.rsplit_once("://").map_or(word, |(_, rest)| rest).to_ascii_lowercase();
    let name = name.rsplit_once('@').map_or(name.as_str(), |(_, domain)| domain);
    let name = name.split([':', '/']).next().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "example.test" || name.ends_with(".example.test")
}
