//! GNU SASL as the server, which says its lines on a pipe.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use ehlo::protocol::sasl::{Binding, BindingType, Channel, Mechanism, Mistake, Weight, encode};
use ehlo::protocol::secret::Secret;

use super::servers::{JO, USERS};
use super::talk::{Heard, Outcome, Run, Wire, finish};

/// What it asks for a -PLUS, behind the client's first message.
const ASKS: &str = "Enter base64 encoded tls-exporter channel binding: ";

/// `gsasl --server`: a line of base64 from each side in turn.
struct Gnu {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// What it takes the channel to be bound by, until it has asked.
    binding: Option<Binding>,
}

impl Gnu {
    /// Starts it for one exchange. It knows the password.
    fn start(mechanism: &str, (user, password): (&str, &str), binding: Option<Binding>) -> Self {
        let mut command = Command::new("gsasl");
        command.args(["--server", "--quiet", "--application-data"]);
        command.args(["--mechanism", mechanism, "--authentication-id", user, "--password", password]);
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("gsasl: {error}; run tests/real/install as root"));
        let (stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut gnu = Self { child, stdin, stdout, binding };
        assert_eq!(gnu.line().as_deref(), Some(mechanism));
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
        let mut lines = [line.expose(), b"\n"].concat();
        if let Some(binding) = self.binding.take() {
            lines.extend_from_slice(encode(&Secret::new(binding.octets)).expose());
            lines.push(b'\n');
        }
        // It may have gone already, having said no.
        let _ = self.stdin.write_all(&lines);
    }

    fn hear(&mut self) -> Heard {
        if let Some(line) = self.line() {
            return Heard::Challenge(line.strip_prefix(ASKS).unwrap_or(&line).to_owned());
        }
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        Heard::End(self.child.wait().unwrap().success(), said)
    }
}

fn run(mechanism: &str, user: (&str, &str), run: &Run<'_>) -> Outcome {
    let mut gnu = Gnu::start(mechanism, user, run.channel.bindings.first().cloned());
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

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn a_plus_holds_on_one_channel_only() {
    let bound_by = |octet: u8| Some(Binding { kind: BindingType::Exporter, octets: vec![octet; 32] });
    for mechanism in ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"] {
        for (theirs, mistake, is_granted) in
            [(7, None, true), (8, None, false), (7, Some(Mistake::Binding), false), (7, Some(Mistake::Proof), false)]
        {
            let (user, password) = USERS[1];
            let channel = Channel { bindings: bound_by(7).into_iter().collect(), ..Run::new("", "").channel };
            let ours = Run { mistake, channel, ..Run::new(user, password) };
            let mut gnu = Gnu::start(mechanism, (user, password), bound_by(theirs));
            let outcome = finish(&mut ours.exchange(Mechanism::find(mechanism).unwrap()), &mut gnu);
            assert_eq!(outcome.is_granted, is_granted, "{mechanism} {theirs} {mistake:?}: {outcome:?}");
        }
    }
}
