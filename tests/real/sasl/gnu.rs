//! GNU SASL as the server, which says its lines on a pipe.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use ehlo::protocol::sasl::{Binding, BindingType, Channel, Mechanism, Mistake, Weight, encode};
use ehlo::protocol::secret::Secret;

use super::servers::{JO, USERS};
use super::talk::{Heard, Outcome, Run, Wire, finish};

/// `gsasl --server`: a line of base64 from each side in turn.
struct Gnu {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Gnu {
    /// Starts it for one exchange. It knows the password, and what the channel would be bound by.
    fn start(mechanism: &str, (user, password): (&str, &str), binding: Option<&Binding>) -> Self {
        let mut command = Command::new("gsasl");
        command.args(["--server", "--quiet", "--application-data", "--service=imap", "--hostname=mail.real.test"]);
        command.args(["--mechanism", mechanism, "--authentication-id", user, "--password", password]);
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("gsasl: {error}; run tests/real/install as root"));
        let (stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut gnu = Self { child, stdin, stdout };
        assert_eq!(gnu.line().as_deref(), Some(mechanism));
        let _ = binding;
        gnu
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.strip_suffix('\n').map(str::to_owned)
    }
}

impl Wire for Gnu {
    fn say(&mut self, line: &Secret) {
        // It may have gone already, having said no.
        let _ = self.stdin.write_all(&[line.expose(), b"\n"].concat());
    }

    fn hear(&mut self) -> Heard {
        match self.line() {
            Some(challenge) => Heard::Challenge(challenge),
            None => {
                let status = self.child.wait().unwrap();
                let mut said = String::new();
                let _ = std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut said);
                Heard::End(status.success(), said)
            }
        }
    }
}

fn run(mechanism: &str, user: (&str, &str), run: &Run<'_>) -> Outcome {
    let mut gnu = Gnu::start(mechanism, user, run.channel.binding.as_ref());
    let mut exchange = run.exchange(Mechanism::find(mechanism).unwrap());
    finish(&mut exchange, &mut gnu)
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn gnu_sasl_takes_what_the_library_says() {
    for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"] {
        for (user, password) in USERS {
            let outcome = run(mechanism, (user, password), &Run::new(user, password));
            assert!(outcome.is_granted, "{mechanism} {user}: {outcome:?}");
            let verified = outcome.remarks.iter().any(|remark| remark.weight == Weight::Good);
            assert_eq!(verified, mechanism.starts_with("SCRAM"), "{mechanism} {user}: {outcome:?}");
        }
        let outcome = run(mechanism, USERS[0], &Run::new(JO, "wrong"));
        assert!(!outcome.is_granted, "{mechanism}: {outcome:?}");
    }
}
