//! A program in a pseudo-terminal: keys go in, the screen is read.
//!
//! A thread reads what the program writes, keeps every byte, and feeds a terminal emulator. Whoever waits is woken by that
//! thread; nothing here sleeps. Another thread writes, so that a program which does not read cannot hang a test.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::WITHIN;
use super::keys::key_bytes;
use super::program::{PROGRAM, SET, UNSET};

/// A running program and the terminal it believes in.
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    keys: Sender<Vec<u8>>,
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    process: Pid,
    within: Duration,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// Texts that must never be on the screen, and the screens that held one all the same.
    forbidden: Vec<String>,
    breaches: Vec<String>,
    /// Nothing more can come.
    closed: bool,
    /// The exit code; a program ended by a signal has 128 and more here, as in a shell.
    exit: Option<u32>,
}

impl Terminal {
    /// Runs `ehlo` with these arguments in a terminal of this size.
    pub(crate) fn spawn(args: &[&str], width: u16, height: u16) -> Self {
        Self::spawn_with(args, &[], width, height)
    }

    /// Runs `ehlo` with these arguments and variables of the environment besides the usual ones.
    pub(crate) fn spawn_with(args: &[&str], environment: &[(&str, &str)], width: u16, height: u16) -> Self {
        Self::spawn_program(PROGRAM, args, environment, width, height)
    }

    /// Runs any program.
    pub(crate) fn spawn_program(
        program: &str,
        args: &[&str],
        environment: &[(&str, &str)],
        width: u16,
        height: u16,
    ) -> Self {
        let pair = native_pty_system().openpty(size(width, height)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        for variable in UNSET {
            command.env_remove(variable);
        }
        for (name, value) in [&SET[..], &[("TERM", "xterm-256color")], environment].concat() {
            command.env(name, value);
        }
        let mut child = pair.slave.spawn_command(command).unwrap();
        // The terminal is hung up when the program's own copies of it are closed, so ours has to go.
        drop(pair.slave);

        let state = State {
            parser: parser(width, height),
            raw: Vec::new(),
            forbidden: Vec::new(),
            breaches: Vec::new(),
            closed: false,
            exit: None,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let process = child.process_id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).unwrap();
        let killer = child.clone_killer();

        let (reader, reading) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&shared));
        thread::spawn(move || reading.read(reader));
        let waiting = Arc::clone(&shared);
        thread::spawn(move || {
            let code = child.wait().map_or(u32::MAX, |status| match status.signal() {
                Some(_) => 128,
                None => status.exit_code(),
            });
            waiting.state().exit = Some(code);
            waiting.changed.notify_all();
        });
        let (keys, typed) = channel::<Vec<u8>>();
        let mut writer = pair.master.take_writer().unwrap();
        thread::spawn(move || {
            for bytes in typed {
                if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
                    return;
                }
            }
        });
        Self { shared, keys, master: pair.master, killer, process, within: WITHIN }
    }

    /// Sets how long the waiting methods wait from now on.
    pub(crate) fn patience(&mut self, within: Duration) {
        self.within = within;
    }

    /// Types the text as it stands; a line end in it is not the Enter key.
    pub(crate) fn type_text(&self, text: &str) {
        self.send(text.as_bytes());
    }

    /// Types the text and presses Enter.
    pub(crate) fn enter(&self, text: &str) {
        self.type_text(text);
        self.key("Enter");
    }

    /// Pastes as a terminal does that was asked to mark pastes: line ends arrive as CR.
    pub(crate) fn paste(&self, text: &str) {
        self.send(format!("\x1b[200~{}\x1b[201~", text.replace('\n', "\r")).as_bytes());
    }

    /// Presses a key: `Enter`, `Tab`, `F5`, `Up`, `a`, with `C-`, `M-` (Alt) or `S-` before it.
    /// After `Esc` wait for its effect: a key right behind it reads as Alt and that key.
    pub(crate) fn key(&self, name: &str) {
        self.send(&key_bytes(name));
    }

    /// Sends bytes as if the keyboard had made them.
    pub(crate) fn send(&self, bytes: &[u8]) {
        // The channel is closed only when the program is gone, and then the next wait says so with the screen.
        let _ = self.keys.send(bytes.to_vec());
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.process, signal).unwrap();
    }

    /// Changes the size of the terminal, which tells the program by SIGWINCH.
    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.shared.state().parser.screen_mut().set_size(cells(height), cells(width));
        self.master.resize(size(width, height)).unwrap();
    }

    /// Waits until the text stands in one row of the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contains(text));
    }

    /// Waits until the text is nowhere on the screen.
    #[track_caller]
    pub(crate) fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("{text:?} to leave the screen"), |screen| !screen.contains(text));
    }

    /// Waits until the condition holds for the text of the screen, rows divided by line ends.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        self.wait(what, |state| holds(&text(state.parser.screen())).then_some(()));
    }

    /// Waits until the condition holds for the emulator's screen: colours, cursor, modes.
    #[track_caller]
    pub(crate) fn wait_screen(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        self.wait(what, |state| holds(state.parser.screen()).then_some(()));
    }

    /// Waits until the program has written these bytes, whether they are still on the screen or not.
    #[track_caller]
    pub(crate) fn wait_raw(&self, bytes: &[u8]) {
        let mut from = 0;
        let what = format!("the bytes {:?}", String::from_utf8_lossy(bytes));
        self.wait(&what, |state| {
            let found = memchr::memmem::find(&state.raw[from..], bytes).map(|_| ());
            from = state.raw.len().saturating_sub(bytes.len());
            found
        });
    }

    /// Waits for the program's end and everything it wrote, and gives the exit code; 128 stands for the end by a signal.
    #[track_caller]
    pub(crate) fn wait_exit(&self) -> u32 {
        self.wait("the end of the program", |state| state.exit.filter(|_| state.closed))
    }

    /// The text of the screen, rows divided by line ends, without the spaces at their ends.
    pub(crate) fn screen(&self) -> String {
        text(self.shared.state().parser.screen())
    }

    /// The first row that holds the text, whole.
    pub(crate) fn row_with(&self, text: &str) -> Option<String> {
        self.screen().lines().find(|row| row.contains(text)).map(str::to_owned)
    }

    /// The foreground colours of the first row that holds the text, one for each column.
    pub(crate) fn row_colours(&self, text: &str) -> Vec<vt100::Color> {
        let state = self.shared.state();
        let screen = state.parser.screen();
        let (_, width) = screen.size();
        let Some(row) = screen.rows(0, width.get()).position(|row| row.contains(text)) else { return Vec::new() };
        let row = u16::try_from(row).unwrap_or(u16::MAX);
        (0..width.get()).filter_map(|column| Some(screen.cell(row, column)?.fgcolor())).collect()
    }

    /// Has every screen from now on searched for a text that must not be there, such as a password. The bytes alone do not
    /// tell: what is typed key by key is drawn cell by cell.
    pub(crate) fn forbid(&self, text: &str) {
        self.shared.state().forbidden.push(text.to_owned());
    }

    /// Fails if a forbidden text was on the screen at any time, and shows the first such screen.
    #[track_caller]
    pub(crate) fn assert_nothing_forbidden(&self) {
        let breach = self.shared.state().breaches.first().cloned();
        assert!(breach.is_none(), "a forbidden text was on the screen:\n{}", breach.unwrap_or_default());
    }

    /// Every byte the program wrote.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.shared.state().raw.clone()
    }

    /// Whether the alternate screen is on.
    pub(crate) fn alternate_screen(&self) -> bool {
        self.shared.state().parser.screen().alternate_screen()
    }

    /// Whether the cursor is hidden.
    pub(crate) fn cursor_hidden(&self) -> bool {
        self.shared.state().parser.screen().hide_cursor()
    }

    /// Whether the program asked for marked pastes.
    pub(crate) fn bracketed_paste(&self) -> bool {
        self.shared.state().parser.screen().bracketed_paste()
    }

    /// Whether the terminal itself edits lines and echoes them, as a shell expects to find it after a full-screen program.
    pub(crate) fn cooked(&self) -> bool {
        // ICANON and ECHO of Linux's <asm/termbits.h>.
        let both = 0o2 | 0o10;
        self.master.get_termios().is_some_and(|modes| modes.local_flags.bits() & both == both)
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, mut ask: impl FnMut(&State) -> Option<T>) -> T {
        let deadline = Instant::now() + self.within;
        let mut state = self.shared.state();
        loop {
            if let Some(answer) = ask(&state) {
                return answer;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let over = state.closed && state.exit.is_some();
            if left.is_zero() || over {
                let end = match state.exit {
                    Some(code) if over => format!("the program ended with code {code}"),
                    _ => format!("{:?} passed", self.within),
                };
                let screen = framed(state.parser.screen());
                drop(state);
                panic!("waited for {what}, but {end}. The screen:\n{screen}");
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(|poison| poison.into_inner()).0;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A program that has ended already cannot be killed, which is as good.
        if self.shared.state().exit.is_none() {
            let _ = self.killer.kill();
        }
    }
}

impl State {
    fn look_for_breaches(&mut self) {
        if self.forbidden.is_empty() {
            return;
        }
        let screen = text(self.parser.screen());
        if self.forbidden.iter().any(|forbidden| screen.contains(forbidden)) {
            self.breaches.push(framed(self.parser.screen()));
        }
    }
}

impl Shared {
    /// A test that failed while it held the lock does not take the others with it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    fn read(&self, mut from: impl Read) {
        let mut buffer = [0; 16 * 1024];
        // On Linux the end of the program is an error (EIO) here.
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let mut state = self.state();
            state.parser.process(&buffer[..count]);
            state.raw.extend_from_slice(&buffer[..count]);
            state.look_for_breaches();
            drop(state);
            self.changed.notify_all();
        }
        self.state().closed = true;
        self.changed.notify_all();
    }
}

fn parser(width: u16, height: u16) -> vt100::Parser {
    vt100::Parser::new(cells(height), cells(width), 0)
}

/// A terminal has at least one row and one column.
fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

fn text(screen: &vt100::Screen) -> String {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).collect::<Vec<_>>().join("\n")
}

fn size(width: u16, height: u16) -> PtySize {
    PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 }
}

/// The screen in a frame, so that empty rows and the width can be seen.
fn framed(screen: &vt100::Screen) -> String {
    let (_, width) = screen.size();
    let edge = "─".repeat(usize::from(width.get()));
    let rows: String = screen.rows(0, width.get()).map(|row| format!("│{row}\n")).collect();
    format!("┌{edge}\n{rows}└{edge}")
}
