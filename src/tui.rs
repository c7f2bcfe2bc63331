//! Where all meet: the terminal, the loop, the model and the net.
//!
//! Keys come first, then a bounded share of what the net reports, then one drawing if something changed. The loop
//! never awaits the network.
#![expect(clippy::disallowed_methods, reason = "this is an edge: it reads the clock for the pace of drawing")]

use std::collections::BTreeSet;
use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event as Input, EventStream};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use futures_util::StreamExt as _;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant as Timer, sleep_until};

use crate::app::effect::{Effect, Effects};
use crate::app::event::Event;
use crate::app::state::App;
use crate::cli::Exit;
use crate::net::Net;
use crate::net::clock::Clock;
use crate::protocol::moment::Moment;
use crate::view;

/// Between two drawings.
const FRAME: Duration = Duration::from_millis(33);

/// Between two drawings when a key waits for its echo.
const ECHO: Duration = Duration::from_millis(8);

/// Of each frame's time, what the net's reports may take before keys are looked at again.
const SHARE: Duration = Duration::from_millis(8);

/// Between two drawings of a running clock.
const CLOCK: Duration = Duration::from_millis(100);

/// The terminal is ours: what the panic hook and the guard must undo, once.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Raw mode, the alternate screen and bracketed paste, for as long as it lives.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal. After a panic in any thread it is given back, the message printed, and the program ends:
    /// a screen without its tasks would be a lie.
    ///
    /// # Errors
    /// When the terminal cannot be put into raw mode.
    pub fn new() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            Self::leave();
            match panic.payload().downcast_ref::<String>() {
                // Words that were put together may quote a line that was typed.
                Some(says) => {
                    let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
                    eprintln!("ehlo broke{place}: {}", unquoted(says));
                }
                None => before(panic),
            }
            std::process::exit(101);
        }));
        let guard = Self(());
        Self::enter()?;
        Ok(guard)
    }

    fn enter() -> io::Result<()> {
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
    }

    /// Gives the terminal back. Errors are passed over: there is nobody left to tell.
    fn leave() {
        if ENTERED.swap(false, Ordering::SeqCst) {
            let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
            let _ = disable_raw_mode();
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        Self::leave();
    }
}

/// What a panic says, up to where it begins to quote: what it quotes may be a password.
fn unquoted(says: &str) -> String {
    match says.find(['`', '\'', '"', ':']) {
        Some(at) => format!("{}… (what it quotes is left out)", says.get(..at).unwrap_or("")),
        None => says.to_owned(),
    }
}

/// Runs the explorer until the user leaves.
///
/// # Errors
/// When the terminal refuses to be one.
pub async fn run(
    mut app: App,
    first: Effects,
    net: Net,
    events: Receiver<Event>,
    clock: Clock,
    preserve: bool,
) -> anyhow::Result<Exit> {
    let guard = Guard::new()?;
    let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    let size = terminal.size()?;
    app.size = (size.width, size.height);
    let mut screen = Screen {
        app,
        net,
        events,
        clock,
        terminal,
        wakes: BTreeSet::new(),
        quit: None,
        suspend: false,
        dirty: true,
        typed: false,
        drawn: Instant::now().checked_sub(FRAME).unwrap_or_else(Instant::now),
    };
    screen.perform(first);
    let result = screen.run().await;
    drop(guard);
    if matches!(result, Ok(Exit::Hangup)) {
        // The terminal is gone. Dropping ours would write to it, fail, and panic over the failure.
        std::mem::forget(screen);
        return result;
    }
    if preserve {
        screen.print()?;
    }
    result
}

struct Screen {
    app: App,
    net: Net,
    events: Receiver<Event>,
    clock: Clock,
    terminal: Terminal<CrosstermBackend<Stdout>>,
    wakes: BTreeSet<Moment>,
    quit: Option<Exit>,
    suspend: bool,
    dirty: bool,
    /// What changed was a key's doing.
    typed: bool,
    drawn: Instant,
}

impl Screen {
    async fn run(&mut self) -> anyhow::Result<Exit> {
        let mut keys = EventStream::new();
        let mut signals = Signals::new()?;
        loop {
            if let Some(exit) = self.quit {
                return Ok(exit);
            }
            if std::mem::take(&mut self.suspend) {
                // The stream of keys stays: its thread stops with us. Dropping it would leave a wake-up behind, and a key
                // that comes together with that would wait for the next one.
                self.stop()?;
            }
            if self.dirty && self.drawn.elapsed() >= self.pace() {
                self.draw()?;
            }
            let until = self.next_alarm();
            tokio::select! {
                biased;
                key = keys.next() => match key {
                    Some(Ok(input)) => self.input(input),
                    Some(Err(_)) | None => self.quit = Some(Exit::Hangup),
                },
                signal = signals.next() => self.signal(signal),
                Some(event) = self.events.recv() => {
                    self.take(event);
                    self.drain();
                }
                () = sleep_until(Timer::from_std(until)) => self.alarm(),
            }
        }
    }

    const fn pace(&self) -> Duration {
        if self.typed { ECHO } else { FRAME }
    }

    fn input(&mut self, input: Input) {
        self.typed = true;
        let event = match input {
            Input::Key(key) => Event::Key(key),
            Input::Paste(text) => Event::Paste(text),
            Input::Resize(width, height) => Event::Resize { width, height },
            Input::FocusGained | Input::FocusLost | Input::Mouse(_) => return,
        };
        self.take(event);
    }

    fn take(&mut self, event: Event) {
        self.dirty = true;
        let effects = self.app.update(event, self.clock.now());
        self.perform(effects);
    }

    /// More of what the net has to say, for a share of the frame's time.
    fn drain(&mut self) {
        let began = Instant::now();
        while began.elapsed() < SHARE
            && let Ok(event) = self.events.try_recv()
        {
            self.take(event);
        }
    }

    fn perform(&mut self, effects: Effects) {
        for effect in effects {
            match self.net.perform(effect) {
                None => {}
                Some(Effect::Quit) => self.quit = self.quit.or(Some(Exit::Ok)),
                Some(Effect::Redraw) => self.redraw(),
                Some(Effect::Suspend) => self.suspend = true,
                Some(Effect::Wake(at)) => _ = self.wakes.insert(at),
                Some(Effect::Copy(text)) => copy(&text),
                Some(_) => {}
            }
        }
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Continue => self.redraw(),
            Signal::Stop => self.suspend = true,
            Signal::End(exit) => {
                self.quit = Some(exit);
                self.take(Event::Terminate);
            }
        }
    }

    /// The next moment at which something must be done though nothing happens.
    fn next_alarm(&self) -> Instant {
        let now = Instant::now();
        let moment = self.clock.now();
        let mut until = now + Duration::from_secs(3600);
        if self.dirty {
            until = until.min(self.drawn + self.pace());
        }
        if self.app.conversation().is_some_and(|conversation| conversation.wait(moment).is_some()) {
            until = until.min(self.drawn + CLOCK);
        }
        if let Some(wake) = self.wakes.first() {
            until = until.min(now + (*wake - moment));
        }
        until
    }

    fn alarm(&mut self) {
        let now = self.clock.now();
        let before = self.wakes.len();
        self.wakes.retain(|wake| *wake > now);
        if self.wakes.len() < before {
            self.take(Event::Wake);
        }
        self.app.now = now;
        self.dirty = true;
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        self.app.now = self.clock.now();
        let mut drawn = view::Drawn::default();
        let app = &self.app;
        self.terminal.draw(|frame| drawn = view::draw(frame, app))?;
        self.app.drawn(drawn.entries);
        self.app.scrolled_to(drawn.top);
        self.dirty = false;
        self.typed = false;
        self.drawn = Instant::now();
        Ok(())
    }

    /// Draws everything anew at the next frame. `Terminal::clear` would ask the terminal where its cursor is.
    fn redraw(&mut self) {
        if let Ok(size) = self.terminal.size() {
            let _ = self.terminal.resize(Rect::new(0, 0, size.width, size.height));
            self.app.size = (size.width, size.height);
        }
        self.dirty = true;
    }

    /// Stops like any job of a shell, and takes the screen again when it is continued.
    fn stop(&mut self) -> anyhow::Result<()> {
        Guard::leave();
        #[cfg(unix)]
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
        Guard::enter()?;
        self.redraw();
        Ok(())
    }

    fn print(&self) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        for line in self.app.record() {
            writeln!(out, "{line}")?;
        }
        out.flush()
    }
}

/// Puts text on the clipboard of the terminal, near or far (OSC 52). The text is base64 on its way: nothing in it can
/// end the sequence.
fn copy(text: &str) {
    let mut out = io::stdout();
    let _ = write!(out, "\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text));
    let _ = out.flush();
}

enum Signal {
    Continue,
    Stop,
    End(Exit),
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    resume: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use rustix::process::Signal as Name;
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resume: signal(SignalKind::from_raw(Name::CONT.as_raw()))?,
            stop: signal(SignalKind::from_raw(Name::TSTP.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End(Exit::Terminate),
            _ = self.hangup.recv() => Signal::End(Exit::Hangup),
            _ = self.interrupt.recv() => Signal::End(Exit::Interrupt),
            _ = self.resume.recv() => Signal::Continue,
            _ = self.stop.recv() => Signal::Stop,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::End(Exit::Interrupt),
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn a_panic_quotes_nothing() {
        for (says, told) in [
            ("index out of bounds", "index out of bounds"),
            (
                "byte index 1 is not a char boundary; it is inside 'é' of `é hunter2`",
                "byte index 1 is not a char boundary; it is inside … (what it quotes is left out)",
            ),
            ("no such thing: hunter2", "no such thing… (what it quotes is left out)"),
        ] {
            assert_eq!(unquoted(says), told);
        }
    }
}
