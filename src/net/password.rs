//! Asking a command of the shell for a password.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use crate::protocol::secret::Secret;
use crate::protocol::visible::visible;

/// Octets of output that are read: more than any token has.
const MOST: usize = 64 << 10;
/// Octets of its complaint that are told.
const TOLD: usize = 300;
/// How long it may take: somebody may have to touch a key or type a PIN in a window of its own.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs `command` by the shell and gives the first line of what it prints. It has no terminal to read from: ours is
/// busy. It is a group of processes of its own, which is ended with what it started when time is up.
///
/// # Errors
/// Why there is no password, with its exit code and the beginning of its standard error; never what it printed.
pub(super) async fn ask(command: &str) -> Result<Secret, String> {
    ask_within(command, PATIENCE).await
}

async fn ask_within(command: &str, patience: Duration) -> Result<Secret, String> {
    let mut shell = shell(command);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = shell.spawn().map_err(|error| format!("the shell cannot be started: {error}"))?;
    let group = child.id();
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let run = async {
        let ((printed, more), (complaint, _)) = tokio::join!(head(out, MOST), head(err, TOLD));
        (printed, more, complaint, child.wait().await)
    };
    let Ok((printed, more, complaint, ended)) = tokio::time::timeout(patience, run).await else {
        end(group);
        return Err(format!("the password command took more than {} s and was ended", patience.as_secs()));
    };
    let complaint = complaint.expose().trim_ascii();
    let status = ended.map_err(|error| format!("the password command cannot be waited for: {error}"))?;
    if !status.success() {
        let how = status.code().map_or_else(|| "by a signal".to_owned(), |code| format!("with exit code {code}"));
        let words = if complaint.is_empty() { String::new() } else { format!(": {}", visible(complaint)) };
        return Err(format!("the password command ended {how}{words}"));
    }
    let end = printed.expose().iter().position(|b| *b == b'\n');
    if end.is_none() && more {
        return Err(format!("the password command prints more than {MOST} octets without a line end"));
    }
    let line = printed.expose().get(..end.unwrap_or(printed.expose().len())).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err("the first line that the password command prints is empty".to_owned());
    }
    Ok(Secret::new(line.to_vec()))
}

/// At most so many octets of a stream, and whether there were more; what is more is read and dropped, so that nobody
/// waits for a reader. The room is made once: octets that move leave a copy behind.
async fn head(stream: Option<impl AsyncRead + Unpin>, most: usize) -> (Secret, bool) {
    let mut octets = Vec::with_capacity(most);
    let Some(mut stream) = stream else { return (Secret::new(octets), false) };
    let mut more = false;
    while let Ok(1..) = (&mut stream).take((most - octets.len()) as u64).read_buf(&mut octets).await {
        if octets.len() == most {
            more = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.is_ok_and(|octets| octets > 0);
            break;
        }
    }
    (Secret::new(octets), more)
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

/// Ends the group of a process; the process itself is ended by dropping it.
fn end(group: Option<u32>) {
    #[cfg(unix)]
    if let Some(group) = group.and_then(|group| rustix::process::Pid::from_raw(i32::try_from(group).ok()?)) {
        // It may have ended by itself in between.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
    }
    #[cfg(not(unix))]
    let _ = group;
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

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
            ("printf '\\nhunter2\\n'", &["first line", "empty"]),
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
        let error = ask_within("sleep 1000 & wait", Duration::from_millis(50)).await.unwrap_err();
        assert!(error.contains("was ended"), "{error}");
    }
}
