//! Asking a command of the shell for a password.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::protocol::secret::Secret;
use crate::protocol::visible::visible;

/// Octets of output that are read: more than any token has.
const MOST: usize = 64 << 10;
/// Octets of its complaint that are told.
const TOLD: usize = 300;
/// How long it may take: somebody may have to touch a key or type a PIN in a window of its own.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command of the shell that was started and is to print a password.
#[derive(Debug)]
pub(super) struct Asking {
    child: Child,
    group: Group,
}

impl Asking {
    /// Starts `command` by the shell. It has no terminal to read from: ours is busy. It is a group of processes of its
    /// own, so that what it starts is ended with it.
    ///
    /// # Errors
    /// Why the shell cannot be started.
    pub(super) fn begin(command: &str) -> Result<Self, String> {
        let mut shell = shell(command);
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = shell.spawn().map_err(|error| format!("the shell cannot be started: {error}"))?;
        let group = Group(Arc::new(AtomicU32::new(child.id().unwrap_or(0))));
        Ok(Self { child, group })
    }

    /// A handle to its group of processes: dropping any handle ends the group if the command still runs.
    pub(super) fn group(&self) -> Group {
        Group(Arc::clone(&self.group.0))
    }

    /// The first line of what it prints.
    ///
    /// # Errors
    /// Why there is no password, with its exit code and the beginning of its standard error; never what it printed.
    pub(super) async fn answer(self) -> Result<Secret, String> {
        self.answer_within(PATIENCE).await
    }

    async fn answer_within(self, patience: Duration) -> Result<Secret, String> {
        let Self { mut child, group } = self;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let run = async {
            let (printed, complaint) = tokio::try_join!(printed(out), complaint(err))?;
            Ok::<_, String>((printed, complaint, child.wait().await))
        };
        // Whoever leaves early drops the group, and so ends it.
        let (printed, complaint, ended) = tokio::time::timeout(patience, run).await.unwrap_or_else(|_| {
            Err(format!("the password command took more than {} s and was ended", patience.as_secs()))
        })?;
        let status = ended.map_err(|error| format!("the password command cannot be waited for: {error}"))?;
        group.forget();
        if !status.success() {
            let how = status.code().map_or_else(|| "by a signal".to_owned(), |code| format!("with exit code {code}"));
            let complaint = complaint.expose().trim_ascii();
            let words = if complaint.is_empty() { String::new() } else { format!(": {}", visible(complaint)) };
            return Err(format!("the password command ended {how}{words}"));
        }
        first_line(printed.expose())
    }
}

fn first_line(printed: &[u8]) -> Result<Secret, String> {
    let end = printed.iter().position(|b| *b == b'\n').unwrap_or(printed.len());
    let (line, rest) = printed.split_at(end);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if !line.is_empty() {
        return Ok(Secret::new(line.to_vec()));
    }
    let only = if rest.trim_ascii().is_empty() { "" } else { ", and only the first line counts" };
    Err(format!("the first line that the password command prints is empty{only}"))
}

/// The beginning of its output. Who prints ever more without a line end is not heard out.
async fn printed(stream: Option<impl AsyncRead + Unpin>) -> Result<Secret, String> {
    let Some(mut stream) = stream else { return Ok(Secret::default()) };
    let octets = head(&mut stream, MOST).await;
    let whole = octets.expose().len() < MOST || octets.expose().contains(&b'\n');
    if !whole && matches!(stream.read(&mut [0]).await, Ok(1..)) {
        return Err(format!("the password command prints more than {MOST} octets without a line end"));
    }
    drain(&mut stream).await;
    Ok(octets)
}

/// The beginning of its standard error.
async fn complaint(stream: Option<impl AsyncRead + Unpin>) -> Result<Secret, String> {
    let Some(mut stream) = stream else { return Ok(Secret::default()) };
    let octets = head(&mut stream, TOLD).await;
    drain(&mut stream).await;
    Ok(octets)
}

/// At most so many octets of a stream. The room is made once: octets that move leave a copy behind.
async fn head(stream: &mut (impl AsyncRead + Unpin), most: usize) -> Secret {
    let mut octets = Vec::with_capacity(most);
    while let Ok(1..) = stream.take((most - octets.len()) as u64).read_buf(&mut octets).await {}
    Secret::new(octets)
}

/// Reads and drops what is more, so that nobody waits for a reader.
async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    // A stream that fails is at its end as well; the exit code tells how the command fared.
    let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command).process_group(0);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(command);
    shell
}

/// A group of processes by the id of its leader; 0 when there is none to end any more. Dropping it ends the group.
///
/// Tasks are dropped some time after the runtime is, and the program does not wait for that: so whoever owns the tasks
/// has a handle too.
#[derive(Debug)]
pub(super) struct Group(Arc<AtomicU32>);

impl Group {
    /// The command has ended by itself: what it left running is meant to run, and its id may soon be another's.
    fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        end(self.0.swap(0, Ordering::Relaxed));
    }
}

#[cfg(unix)]
fn end(leader: u32) {
    let leader = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(leader) = leader {
        // It may have ended by itself in between.
        let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::TERM);
    }
}

/// The process itself is ended by dropping it.
#[cfg(not(unix))]
const fn end(_: u32) {}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    use tokio::net::unix::pipe;
    use tokio::sync::mpsc;

    use crate::app::effect::Effect;
    use crate::net::Net;
    use crate::net::clock::Clock;

    const SOON: Duration = Duration::from_secs(20);

    async fn ask(command: &str) -> Result<Secret, String> {
        Asking::begin(command)?.answer().await
    }

    #[tokio::test]
    async fn the_first_line_is_the_password() {
        for (command, password) in [
            ("echo hunter2", &b"hunter2"[..]),
            ("printf 'hunter2'", b"hunter2"),
            ("printf 'hunter2\\r\\nsecond\\n'", b"hunter2"),
            ("printf ' 8 \"\\\\ \\n'", b" 8 \"\\ "),
            ("echo hunter2; echo warning >&2", b"hunter2"),
            ("echo hunter2; yes | head -c 300000", b"hunter2"),
        ] {
            assert_eq!(ask(command).await.unwrap().expose(), password, "{command}");
        }
    }

    #[tokio::test]
    async fn what_went_wrong_is_told_and_what_was_printed_is_not() {
        for (command, parts) in [
            ("echo hunter2; echo no such entry >&2; exit 3", &["exit code 3", ": no such entry"][..]),
            ("echo hunter2; kill -9 $$", &["by a signal"]),
            ("true", &["empty"]),
            ("printf '\\nhunter2\\n'", &["empty, and only the first line counts"]),
            ("cat /dev/zero", &["more than 65536 octets"]),
            ("no-such-command-here", &["exit code 127"]),
            ("yes hunter2 | tr -d '\\n' | head -c 100000", &["more than 65536 octets"]),
        ] {
            let error = ask(command).await.unwrap_err();
            assert!(parts.iter().all(|part| error.contains(part)), "{command}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_ended() {
        let asking = Asking::begin("sleep 1000 & wait").unwrap();
        let error = asking.answer_within(Duration::from_millis(50)).await.unwrap_err();
        assert!(error.contains("was ended"), "{error}");
    }

    /// A command that waits for long, and a pipe that is open as long as any of its processes lives.
    async fn hanging(net: &mut Net, dir: &tempfile::TempDir) -> pipe::Receiver {
        let path = dir.path().join("alive");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut alive = pipe::OpenOptions::new().open_receiver(&path).unwrap();
        let command = format!("exec 9>'{}'; printf begun >&9; sleep 1000 & wait", path.display());
        assert_eq!(net.perform(Effect::AskPassword { command }), None);
        let mut begun = [0; 5];
        tokio::time::timeout(SOON, alive.read_exact(&mut begun)).await.unwrap().unwrap();
        alive
    }

    async fn is_closed(mut alive: pipe::Receiver) {
        let rest = tokio::time::timeout(SOON, alive.read_to_end(&mut Vec::new())).await;
        assert_eq!(rest.expect("the group of the command lives").unwrap(), 0);
    }

    #[tokio::test]
    async fn who_forgets_the_command_ends_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let (sender, mut events) = mpsc::channel(8);
        let mut net = Net::new(Clock::start(), None, sender);
        let alive = hanging(&mut net, &dir).await;
        assert_eq!(net.perform(Effect::ForgetPassword), None);
        is_closed(alive).await;
        drop(net);
        assert!(events.recv().await.is_none(), "nothing is reported of it");
    }

    #[tokio::test]
    async fn who_leaves_ends_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let (sender, _events) = mpsc::channel(8);
        let mut net = Net::new(Clock::start(), None, sender);
        let alive = hanging(&mut net, &dir).await;
        drop(net);
        is_closed(alive).await;
    }
}
