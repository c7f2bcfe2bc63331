//! Where passwords come from besides the dialog: the options, and reading what they name.
#![expect(clippy::disallowed_methods, reason = "the door reads the files that the command line names")]

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::app::supply::Supply;
use crate::protocol::netrc::Netrc;
use crate::protocol::secret::Secret;

/// Octets read of a file or a descriptor: more than any token has, and room for a long netrc.
const MOST: u64 = 64 << 10;

/// What stands for the netrc file of the home directory. Shells leave `~` alone behind `--netrc=`.
const USUAL: &str = "~/.netrc";

/// What is said of `--password`.
pub const WARNING: &str = "everyone on this machine can read --password in the list of processes, and the shell keeps it \
                           in its history; --password-command, --password-fd and --netrc keep it to yourself";

/// Sources of a password or an OAuth token. One of them at most; what is typed in the dialog comes before it.
#[derive(Debug, Default, Args)]
#[group(id = "password_source", multiple = false)]
pub struct PasswordFrom {
    /// Take the password from the first line that this command of the shell prints.
    ///
    /// It runs each time that a login leaves the field of the password empty, and not before; it has no terminal, so a
    /// question for a PIN needs a window of its own. Tokens for XOAUTH2 and OAUTHBEARER are taken the same way.
    #[arg(long, value_name = "COMMAND", help_heading = "Authentication")]
    pub password_command: Option<String>,
    /// Take the password from the first line of this open file descriptor: --password-fd 3 3< <(pass show mail).
    #[arg(long, value_name = "N", help_heading = "Authentication")]
    pub password_fd: Option<u32>,
    /// Take the password from this variable of the environment.
    ///
    /// The variable stays in the environment of this process, which you and root can read; commands started later do
    /// not concern it, for there are none with this option.
    #[arg(long, value_name = "NAME", help_heading = "Authentication")]
    pub password_env: Option<OsString>,
    /// Take user and password from ~/.netrc or this file, by the host of the connection.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = USUAL,
        help_heading = "Authentication")]
    pub netrc: Option<PathBuf>,
    /// Take this password. Others can read it in the list of processes: prefer any of the above.
    #[arg(long, value_name = "PASSWORD", value_parser = hidden, help_heading = "Authentication")]
    pub password: Option<Secret>,
}

/// So that no print of the arguments shows it.
fn hidden(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::from(text))
}

impl PasswordFrom {
    /// Reads what is to be read now: everything but the command, which waits for a login.
    ///
    /// # Errors
    /// Why there is no password, without a word of it.
    pub fn read(&self) -> Result<Option<Supply>, String> {
        if let Some(command) = &self.password_command {
            return Ok(Some(Supply::Command(command.clone())));
        }
        if let Some(number) = self.password_fd {
            let secret = descriptor(number)?;
            return Ok(Some(Supply::Held { option: "--password-fd", secret }));
        }
        if let Some(name) = &self.password_env {
            let secret = variable(&name.to_string_lossy(), std::env::var_os(name))?;
            return Ok(Some(Supply::Held { option: "--password-env", secret }));
        }
        if let Some(path) = &self.netrc {
            let path = if path == Path::new(USUAL) { home()? } else { path.clone() };
            return netrc(&path).map(|netrc| Some(Supply::Netrc(netrc)));
        }
        Ok(self.password.clone().map(|secret| Supply::Held { option: "--password", secret }))
    }
}

fn variable(name: &str, value: Option<OsString>) -> Result<Secret, String> {
    let next = "export it, or name another";
    match value {
        None => Err(format!("the variable {name} is not set; {next}")),
        Some(value) if value.is_empty() => Err(format!("the variable {name} is empty; {next}")),
        Some(value) => Ok(Secret::new(value.into_encoded_bytes())),
    }
}

fn home() -> Result<PathBuf, String> {
    let home =
        std::env::home_dir().ok_or("there is no home directory to look for a netrc file in; name one: --netrc=FILE")?;
    Ok(home.join(if cfg!(windows) { "_netrc" } else { ".netrc" }))
}

fn netrc(path: &Path) -> Result<Netrc, String> {
    let name = path.display();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("{name}: there is no such file; name another: --netrc=FILE"),
        _ => format!("{name}: cannot be read: {error}"),
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() || meta.len() > MOST {
        return Err(format!("{name}: it is not a regular file of at most {MOST} octets"));
    }
    let mut octets = Vec::with_capacity(usize::try_from(MOST).unwrap_or(0) + 1);
    let read = file.take(MOST).read_to_end(&mut octets);
    let octets = Secret::new(octets);
    read.map_err(failed)?;
    let text = std::str::from_utf8(octets.expose()).map_err(|_| format!("{name}: it is not UTF-8 text"))?;
    let netrc = Netrc::parse(text).map_err(|why| format!("{name}, {why}"))?;
    if netrc.holds_passwords() && open_to_others(&meta) {
        return Err(format!("{name}: it holds passwords and others may read it; chmod 600 {name}"));
    }
    Ok(netrc)
}

#[cfg(unix)]
fn open_to_others(meta: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(meta) & 0o077 != 0
}

#[cfg(not(unix))]
const fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn descriptor(number: u32) -> Result<Secret, String> {
    if number <= 2 {
        return Err(format!("descriptor {number} is the terminal; open another: --password-fd 3 3< FILE"));
    }
    // To take a descriptor over by its number is unsafe in Rust; its name in /dev/fd opens the same.
    let file = std::fs::File::open(format!("/dev/fd/{number}")).map_err(|error| {
        // Linux finds no such name; the BSDs find a bad descriptor behind it.
        let closed = error.kind() == io::ErrorKind::NotFound
            || rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::BADF);
        let why = if closed { "is not open".to_owned() } else { format!("cannot be read: {error}") };
        format!("descriptor {number} {why}; open it: --password-fd {number} {number}< FILE")
    })?;
    first_line(file).map_err(|why| format!("descriptor {number}: {why}"))
}

#[cfg(not(unix))]
fn descriptor(_: u32) -> Result<Secret, String> {
    Err("file descriptors have no numbers on this system; take --password-command".to_owned())
}

/// The octets before the first line end: whoever writes may keep the other end open.
#[cfg(unix)]
fn first_line(mut from: impl Read) -> Result<Secret, String> {
    let mut line = Vec::with_capacity(usize::try_from(MOST).unwrap_or(0));
    let mut octet = [0];
    let why = loop {
        match from.read(&mut octet) {
            Ok(0) => break None,
            Ok(_) if octet == *b"\n" => break None,
            Ok(_) if line.len() as u64 == MOST => {
                break Some(format!("it has more than {MOST} octets without a line end"));
            }
            Ok(_) => line.extend_from_slice(&octet),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(format!("cannot be read: {error}")),
        }
    };
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let secret = Secret::new(line);
    match why {
        Some(why) => Err(why),
        None if secret.is_empty() => Err("its first line is empty".to_owned()),
        None => Ok(secret),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use clap::Parser as _;

    use super::*;
    use crate::cli::args::Arguments;

    fn from(words: &[&str]) -> Result<PasswordFrom, clap::Error> {
        let all = ["ehlo", "mail.example.org"].iter().chain(words);
        Ok(Arguments::try_parse_from(all)?.explore.password)
    }

    fn held(words: &[&str]) -> Result<(&'static str, Vec<u8>), String> {
        match from(words).unwrap().read()? {
            Some(Supply::Held { option, secret }) => Ok((option, secret.expose().to_vec())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_source_at_most() {
        assert!(from(&[]).unwrap().read().unwrap().is_none());
        assert!(matches!(from(&["--password-command", "pass x"]).unwrap().read(), Ok(Some(Supply::Command(_)))));
        for two in [&["--password=x", "--netrc"][..], &["--password-fd=3", "--password-env=X"]] {
            assert!(from(two).is_err(), "{two:?}");
        }
        assert_eq!(held(&["--password", "8 hunter2"]).unwrap(), ("--password", b"8 hunter2".to_vec()));
        assert!(!format!("{:?}", from(&["--password", "hunter2"]).unwrap()).contains("hunter2"));
    }

    #[test]
    fn a_netrc_without_a_value_is_the_one_at_home() {
        let path = |words: &[&str]| from(words).unwrap().netrc;
        assert_eq!(path(&["--netrc"]).as_deref(), Some(Path::new(USUAL)));
        assert_eq!(path(&["--netrc=~/.netrc"]), path(&["--netrc"]));
        assert_eq!(path(&["--netrc=/etc/netrc"]).as_deref(), Some(Path::new("/etc/netrc")));
        assert_eq!(home().unwrap(), std::env::home_dir().unwrap().join(".netrc"));
        assert!(from(&["--netrc="]).is_err());
    }

    #[test]
    fn the_environment() {
        let path = std::env::var_os("PATH").unwrap();
        assert_eq!(held(&["--password-env", "PATH"]).unwrap().1, path.into_encoded_bytes());
        assert!(held(&["--password-env", "EHLO_NOT_SET"]).unwrap_err().contains("EHLO_NOT_SET is not set"));
        assert!(variable("X", Some(OsString::new())).unwrap_err().contains("the variable X is empty"));
    }

    #[test]
    fn descriptors() {
        use std::os::fd::AsRawFd as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "8hunter2\r\nsecond\n").unwrap();
        let file = std::fs::File::open(&path).unwrap();
        assert_eq!(held(&[&format!("--password-fd={}", file.as_raw_fd())]).unwrap().1, b"8hunter2");
        assert!(held(&["--password-fd=0"]).unwrap_err().contains("is the terminal"));
        assert!(held(&["--password-fd=999"]).unwrap_err().contains("descriptor 999 is not open"));
        assert!(first_line(&b"\nx"[..]).unwrap_err().contains("empty"));
        assert!(first_line(io::repeat(b'x')).unwrap_err().contains("more than 65536"));
    }

    #[test]
    fn a_netrc_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".netrc");
        let option = format!("--netrc={}", path.display());
        let read = || from(&[&option]).unwrap().read();
        assert!(read().unwrap_err().contains("no such file"));
        for (text, mode, wanted) in [
            ("machine mail.example.org login jo password hunter2", 0o644, Some("chmod 600")),
            ("machine mail.example.org login jo password hunter2", 0o600, None),
            ("machine mail.example.org login jo", 0o644, None),
            ("machine mail.example.org password two words", 0o600, Some("line 1: ")),
        ] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match (read(), wanted) {
                (Ok(Some(supply)), None) => {
                    assert_eq!((supply.option(), supply.user("mail.example.org")), ("--netrc", Some("jo")));
                }
                (Err(why), Some(part)) => assert!(why.contains(part) && !why.contains("hunter2"), "{why}"),
                (other, _) => panic!("{text} {mode:o}: {other:?}"),
            }
        }
    }
}
