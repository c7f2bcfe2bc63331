//! The options of what is done without the screen: `ehlo dns`, `ehlo tls`, `ehlo probe`.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::Duration;

use clap::Args;

use super::{Tls, resolve, server_name};
use crate::app::effect::Family;
use crate::app::look::PATIENCE;
use crate::diagnosis::investigation::VIEWS;
use crate::protocol::endpoint::Security;

const TLS_HELP: &str = "\
Lines:
  HOST                    port 25 with STARTTLS
  HOST PORT, host:port    that port; 465, 993 and 995 begin with TLS, the others with STARTTLS or STLS
  SCHEME://host[:port]    smtp smtps submission submissions lmtp imap imaps pop3 pop3s
  … for DOMAIN            the domain whose mail the server takes: its MTA-STS policy is held against the certificate
  … +aia                  fetch an issuer that the server does not send from where the certificate says it is
  … @9.9.9.9              the resolver to ask, as in dig

Exit codes: 0, 1 when there is a fault, 2 wrong line.";

const PROBE_HELP: &str = "\
Tests:
  clear      passwords asked for before TLS: AUTH, LOGIN without LOGINDISABLED, USER
  starttls   a command in one segment with STARTTLS, which must be forgotten
  vrfy       VRFY and EXPN that tell who is there
  relay      mail from strangers to strangers, up to RCPT
  smuggling  ends of a message that are none; with --to alone
  password   a wrong password; with --attempts alone

Exit codes: 0, 1 when something works that should not, 2 wrong command line or no consent.";

/// What a line of `ehlo dns` can begin with.
static DNS_HELP: LazyLock<String> = LazyLock::new(|| {
    let mut text = "Lines:\n".to_owned();
    for (form, tells) in [("DOMAIN", "everything about a domain"), ("ADDRESS", "the name of an address, and back")] {
        text.push_str(&format!("  {form:<36} {tells}\n"));
    }
    text.push_str(&format!("  {:<36} one question, as dig takes it\n", "TYPE NAME [@RESOLVER] [+OPTION …]"));
    for (name, form, tells) in VIEWS {
        text.push_str(&format!("  {:<36} {tells}\n", format!("{name} {form}")));
    }
    text.push_str(
        "\n@9.9.9.9, @ns1.example.org, @tcp://…, @tls://… and @https://… name the resolver, in any place of the line.\n\
         Exit codes: 0, 1 when there is a fault or no answer, 2 wrong line.",
    );
    text
});

/// The options of `ehlo dns`.
#[derive(Clone, Debug, Args)]
#[command(after_help = DNS_HELP.as_str())]
pub struct Dns {
    /// What F3 takes in the explorer: a domain or an address, or a question as dig takes it.
    #[arg(value_name = "WORD", required = true, allow_hyphen_values = true)]
    pub line: Vec<String>,
    /// Print only what the records say.
    #[arg(long)]
    pub short: bool,
    /// Print all of it as JSON.
    #[arg(long, conflicts_with_all = ["short", "explain"])]
    pub json: bool,
    /// Print below each record what it means, tag by tag.
    #[arg(long)]
    pub explain: bool,
    /// Print pseudonyms for addresses, hosts and IPs, and for the digests that lead to them.
    #[arg(long)]
    pub privacy: bool,
    /// Draw with ASCII only.
    #[arg(long)]
    pub ascii: bool,
}

impl Dns {
    /// The same with the options that stand in the line or behind it. Whoever takes words with a hyphen for values, for
    /// the options of dig, gets all of them.
    ///
    /// # Errors
    /// Two of them exclude each other.
    pub fn gathered(&self) -> Result<Self, String> {
        let mut all = self.clone();
        all.line.retain(|word| {
            let option = match word.as_str() {
                "--short" => &mut all.short,
                "--json" => &mut all.json,
                "--explain" => &mut all.explain,
                "--privacy" => &mut all.privacy,
                "--ascii" => &mut all.ascii,
                _ => return true,
            };
            *option = true;
            false
        });
        match (all.json, all.short || all.explain) {
            (true, true) => Err("--json has everything: leave --short and --explain out".to_owned()),
            _ => Ok(all),
        }
    }
}

/// The options of `ehlo tls`.
#[derive(Debug, Args)]
#[command(after_help = TLS_HELP)]
pub struct Inspect {
    /// The server, the domain whose mail it takes, and what else the line says; see below.
    #[arg(value_name = "WORD", required = true)]
    pub line: Vec<String>,
    /// Begin with STARTTLS or STLS, whatever the port.
    #[arg(long, group = "begins", help_heading = "TLS")]
    pub starttls: bool,
    /// Begin with a TLS handshake, whatever the port.
    #[arg(long, group = "begins", help_heading = "TLS")]
    pub tls: bool,
    /// Find out which versions, suites and groups the server accepts: some twenty to fifty short connections, one after the
    /// other.
    #[arg(long, conflicts_with = "pem", help_heading = "TLS")]
    pub enumerate: bool,
    /// Send this name in TLS and judge the certificate by it.
    #[arg(long, value_name = "NAME", value_parser = server_name, help_heading = "TLS")]
    pub sni: Option<String>,
    /// The client's certificate, and where the secrets go.
    #[command(flatten)]
    pub files: Tls,
    /// How to reach it.
    #[command(flatten)]
    pub reach: Reach,
    /// Print a row a line: label, text, severity, words, with tabs between.
    #[arg(long)]
    pub short: bool,
    /// Print all of it as JSON.
    #[arg(long, conflicts_with_all = ["short", "explain", "pem"])]
    pub json: bool,
    /// Print each certificate in full, and what else is known of each row.
    #[arg(long, conflicts_with_all = ["short", "pem"])]
    pub explain: bool,
    /// Print the certificates alone, as text that other programs read (PEM).
    #[arg(long, conflicts_with = "short")]
    pub pem: bool,
    /// Print pseudonyms for addresses, hosts and IPs, and for the digests that lead to them.
    #[arg(long)]
    pub privacy: bool,
    /// Draw with ASCII only.
    #[arg(long)]
    pub ascii: bool,
}

/// The options of `ehlo probe`.
#[derive(Debug, Args)]
#[command(after_help = PROBE_HELP)]
pub struct Probe {
    /// HOST, HOST:PORT, HOST PORT or a URL; a host alone is a mail exchanger, port 25.
    #[arg(value_name = "HOST", required = true, num_args = 1..=2)]
    pub target: Vec<String>,
    /// Agree to what is going to be done without being asked: the server is mine, or I act for whoever it belongs to.
    #[arg(long)]
    pub i_am_responsible: bool,
    /// Try exactly so many wrong passwords; the server may lock the user or ban this address for it.
    #[arg(long, value_name = "N")]
    pub attempts: Option<String>,
    /// Try them for this user, not for one that does not exist.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Send messages with wrong ends of data to this mailbox of mine.
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// Only these tests, divided by commas.
    #[arg(long, value_name = "TESTS")]
    pub only: Option<String>,
    /// TLS begins with STARTTLS or STLS.
    #[arg(long, group = "security")]
    pub starttls: bool,
    /// TLS begins with the first octet, whatever the port.
    #[arg(long, group = "security")]
    pub tls: bool,
    /// TLS does not begin with the first octet, whatever the port.
    #[arg(long, group = "security")]
    pub no_tls: bool,
    /// Print all of it as JSON.
    #[arg(long, conflicts_with = "explain")]
    pub json: bool,
    /// Print below each test what was said.
    #[arg(long)]
    pub explain: bool,
    /// Print pseudonyms for addresses, hosts and IPs, and for the digests that lead to them.
    #[arg(long)]
    pub privacy: bool,
    /// Draw with ASCII only.
    #[arg(long)]
    pub ascii: bool,
}

/// How a server is reached.
#[derive(Debug, Args)]
pub struct Reach {
    /// Only IPv4.
    #[arg(short = '4', group = "reach_family", help_heading = "Connecting")]
    v4: bool,
    /// Only IPv6.
    #[arg(short = '6', group = "reach_family", help_heading = "Connecting")]
    v6: bool,
    /// Connect to ADDRESS when HOST is meant, and ask no resolver. May be repeated.
    #[arg(long, value_name = "HOST:ADDRESS", value_parser = resolve, help_heading = "Connecting")]
    pub resolve: Vec<(String, IpAddr)>,
    /// Wait so many seconds for each step: a connection, the greeting, an answer, the handshake.
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs(), value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "Connecting")]
    timeout: u64,
}

impl Reach {
    /// How long each step may take.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// The only address family allowed, if it was said.
    #[must_use]
    pub const fn family(&self) -> Option<Family> {
        family(self.v4, self.v6)
    }
}

impl Inspect {
    /// When TLS begins, if it was said.
    #[must_use]
    pub const fn security(&self) -> Option<Security> {
        match (self.starttls, self.tls) {
            (true, _) => Some(Security::StartTls),
            (_, true) => Some(Security::Implicit),
            _ => None,
        }
    }
}

pub(super) const fn family(v4: bool, v6: bool) -> Option<Family> {
    match (v4, v6) {
        (true, _) => Some(Family::V4),
        (_, true) => Some(Family::V6),
        _ => None,
    }
}
