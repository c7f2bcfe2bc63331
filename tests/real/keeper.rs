//! A directory with servers that run in it for as long as this process lives, whatever they serve.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than a start has ever taken, shorter than anybody's patience with a broken one.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Where Debian has the servers; not everybody's search path leads there.
pub(crate) const SBIN: &str = "/usr/sbin";

/// What Postfix and Dovecot log.
pub(crate) const MAIL_LOGS: [&str; 5] =
    ["postfix-check.out", "postfix.out", "postfix.log", "dovecot.out", "dovecot.log"];

/// Whether these servers are there; what to do about it if they are not.
pub(crate) fn installed(servers: &[&str]) -> Result<(), String> {
    match servers.iter().find(|name| !Path::new(SBIN).join(name).exists()) {
        None => Ok(()),
        Some(name) => Err(format!("{name} is missing; run tests/real/install as root")),
    }
}

/// Servers as one test uses them: what they log meanwhile is shown if the test fails.
pub(crate) struct Use<T: 'static> {
    servers: &'static T,
    _watch: Watch,
}

/// Starts servers on the first call, for the whole test process, and gives them to a test.
pub(crate) fn shared<T>(
    once: &'static OnceLock<Result<T, String>>,
    start: impl FnOnce() -> Result<T, String>,
    keeper: impl FnOnce(&T) -> &Keeper,
) -> Use<T> {
    match once.get_or_init(start) {
        Ok(servers) => Use { servers, _watch: keeper(servers).watch() },
        Err(reason) => panic!("the servers do not run: {reason}"),
    }
}

impl<T> Deref for Use<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.servers
    }
}

/// A new directory for servers, which they can read as users of their own.
pub(crate) fn directory() -> Result<PathBuf, String> {
    tempfile::Builder::new()
        .prefix("ehlo-real-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .map(tempfile::TempDir::keep)
        .map_err(|error| format!("no temporary directory: {error}"))
}

/// Servers that run.
pub(crate) struct Keeper {
    pub(crate) dir: PathBuf,
    logs: Vec<PathBuf>,
    /// Held open for as long as this process lives; its end stops the servers and removes the directory.
    _stdin: ChildStdin,
    ended: Arc<Ended>,
}

/// What the script that runs the servers said: one line for each server that has ended.
#[derive(Default)]
struct Ended {
    lines: Mutex<Vec<String>>,
    one: Condvar,
}

impl Keeper {
    /// Runs `servers` in `dir`, as `tests/real/servers` knows them. `logs`: what they write there.
    pub(crate) fn start(dir: PathBuf, servers: &[&str], logs: &[&str]) -> Result<Self, String> {
        let mut script = Command::new("sh")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/servers"))
            .arg(&dir)
            .args(servers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot run tests/real/servers: {error}"))?;
        let (stdin, stdout) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
        let ended = Arc::new(Ended::default());
        let told = Arc::clone(&ended);
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            for line in lines.chain(["tests/real/servers ended".to_owned()]) {
                told.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                told.one.notify_all();
            }
        });
        let logs = logs.iter().map(|name| dir.join(name)).collect();
        Ok(Self { dir, logs, _stdin: stdin, ended })
    }

    /// Asks again and again until there is an answer; ends at once when a server ends.
    pub(crate) fn wait_for<T>(&self, what: &str, ask: impl Fn() -> Option<T>) -> Result<T, String> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Some(answer) = ask() {
                return Ok(answer);
            }
            if Instant::now() > deadline {
                return Err(format!("waited {READY_WITHIN:?} for {what}"));
            }
            let lines = self.ended.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let soon = Duration::from_millis(10);
            let (lines, _) = self.ended.one.wait_timeout(lines, soon).unwrap_or_else(PoisonError::into_inner);
            if !lines.is_empty() {
                return Err(format!("{} while waiting for {what}", lines.join(", ")));
            }
        }
    }

    /// Waits until all of these take connections.
    pub(crate) fn wait_to_listen(&self, services: impl IntoIterator<Item = SocketAddr>) -> Result<(), String> {
        services.into_iter().try_for_each(|service| {
            self.wait_for(&format!("{service} to listen"), || TcpStream::connect(service).ok())
                .map(drop)
                .map_err(|reason| self.explained(&reason))
        })
    }

    /// A reason, and below it all that the servers have logged.
    pub(crate) fn explained(&self, reason: &str) -> String {
        let logs = self.logs.iter().map(|log| format!("\n--- {} ---\n{}", log.display(), tail(log, 0)));
        logs.fold(reason.to_owned(), |text, log| text + &log)
    }

    /// What is logged from now on is shown if the test fails.
    fn watch(&self) -> Watch {
        Watch(self.logs.iter().map(|log| (log.clone(), length(log))).collect())
    }
}

/// The logs, and how long they were.
struct Watch(Vec<(PathBuf, u64)>);

impl Drop for Watch {
    fn drop(&mut self) {
        if thread::panicking() {
            for (log, from) in &self.0 {
                eprintln!("--- {} ---\n{}", log.display(), tail(log, *from));
            }
        }
    }
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}

/// What was written to a file behind `from`, in octets.
fn tail(file: &Path, from: u64) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
}
