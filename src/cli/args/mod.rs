//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use super::password::PasswordFrom;
use crate::app::effect::Family;
use crate::diagnosis::dns::Resolver;
use crate::protocol::endpoint::{Host, Security, Target, parse_target};

mod lines;

pub use self::lines::{Dns, Inspect, Probe, Reach};

const AFTER_HELP: &str = "\
Targets:
  (none)                  the built-in practice servers, the domain example.test
  HOST PORT, host:port    that port; the protocol follows from it (25 587 465 143 993 110 995 24)
  [2001:db8::1]:25        an IPv6 address needs brackets when a port follows
  SCHEME://host[:port]    smtp smtps submission submissions lmtp imap imaps pop3 pop3s
  example.org             DNS first, then the best MX
  user@example.org        the same, with the user filled in
  @9.9.9.9 @tcp://[::1]:53  beside a target: the resolver to ask, as in dig;
  @tls://dns.quad9.net      by TLS, or @https://dns.quad9.net/dns-query by HTTPS

Examples:
  ehlo                                practise: SMTP, IMAP, POP3 and DNS without a network
  ehlo example.org                    what does its DNS say, and does its MX answer
  ehlo mail.example.org 587 --starttls
  ehlo imaps://mail.example.org
  ehlo smtp://192.0.2.25 --ehlo-name client.example.net
  ehlo reference 5.7.8                what does this code mean, and who must act

Inside, F1 shows the keys. A typed line is always sent to the server, never taken as a local command.

Exit codes: 0 left by the user, 1 a fault (ehlo dns, ehlo tls), 2 wrong command line, unknown name or no terminal, 70 internal error,
            129 SIGHUP, 130 SIGINT, 143 SIGTERM, 101 panic";

/// Explore SMTP, IMAP and POP3 sessions by hand: one transcript, TLS, AUTH and DNS included.
#[derive(Debug, Parser)]
#[command(name = "ehlo", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// A subcommand in place of a target.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What the explorer is opened on.
    #[command(flatten)]
    pub explore: Explore,
}

/// What can be done without the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the practice servers, list their ports and stay until Ctrl-C.
    ///
    /// openssl s_client, swaks, curl and any mail program can talk to them. To name a host `lab`, write lab:25.
    Lab,
    /// Print every key and what it does.
    Keys,
    /// Ask DNS about mail as the DNS pane does, and print what it says.
    ///
    /// Examples: ehlo dns example.org, ehlo dns mx example.org @ns1.example.org +dnssec, ehlo dns --short txt example.org.
    Dns(Dns),
    /// Look at the TLS of a server: the handshake, the certificates, and each verdict by itself.
    ///
    /// Examples: ehlo tls mx1.example.org, ehlo tls mx1.example.org for example.org, ehlo tls imaps://mail.example.org,
    /// ehlo tls --pem mail.example.org:465.
    Tls(Inspect),
    /// Try what should not work on a server that you are responsible for: open relay, passwords in clear, smuggling.
    ///
    /// It tells first what it will do, and asks for the name of the server. Without an order it makes no login attempt and
    /// sends no message. Examples: ehlo probe mx.example.org, ehlo probe imap://mail.example.org --attempts 1,
    /// ehlo probe mx.example.org --to me@example.org, ehlo probe relay.example.test.
    Probe(Probe),
    /// Print what is known of commands, reply codes and capabilities; without a name, what can be asked.
    ///
    /// Examples: ehlo reference MAIL, ehlo reference 5.7.8 OVERQUOTA, ehlo reference "554 5.7.1 Relay access denied".
    /// What is unknown ends it with exit code 2, and names that are near are printed.
    Reference {
        /// A command (EHLO, UID FETCH), a code (550, 5.7.8, OVERQUOTA), a capability (SIZE), or a whole reply.
        #[arg(value_name = "NAME", allow_hyphen_values = true)]
        names: Vec<String>,
    },
}

/// Files of TLS.
#[derive(Debug, Default, Args)]
pub struct Tls {
    /// Show this certificate to a server that asks for one: a PEM file with the chain, own first.
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    pub cert: Option<PathBuf>,
    /// The key of the certificate in PEM, without a passphrase; by default in the file of --cert.
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = "TLS")]
    pub key: Option<PathBuf>,
    /// Append the secrets of every TLS session to FILE, for Wireshark; SSLKEYLOGFILE does the same.
    ///
    /// Whoever has that file and a capture can read what was said, passwords too.
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    pub keylog: Option<PathBuf>,
}

/// The explorer's options.
#[derive(Debug, Args)]
pub struct Explore {
    /// Where to connect, and @RESOLVER; see below.
    #[arg(value_name = "TARGET")]
    pub words: Vec<String>,

    /// Say STARTTLS or STLS as soon as the server has greeted.
    #[arg(long, group = "security", help_heading = "TLS")]
    pub starttls: bool,
    /// Begin with a TLS handshake, whatever the port.
    #[arg(long, group = "security", help_heading = "TLS")]
    pub tls: bool,
    /// Begin in clear, whatever the port.
    #[arg(long, group = "security", help_heading = "TLS")]
    pub no_tls: bool,
    /// Send this name in TLS and judge the certificate by it.
    #[arg(long, value_name = "NAME", value_parser = server_name, help_heading = "TLS")]
    pub sni: Option<String>,
    /// The client's certificate, and where the secrets go.
    #[command(flatten)]
    pub tls_files: Tls,

    /// Only IPv4.
    #[arg(short = '4', group = "family", help_heading = "Connecting")]
    pub v4: bool,
    /// Only IPv6.
    #[arg(short = '6', group = "family", help_heading = "Connecting")]
    pub v6: bool,
    /// Connect to ADDRESS when HOST is meant, and ask no resolver. May be repeated.
    #[arg(long, value_name = "HOST:ADDRESS", value_parser = resolve, help_heading = "Connecting")]
    pub resolve: Vec<(String, IpAddr)>,
    /// Bind to this local address.
    #[arg(long, value_name = "ADDRESS", help_heading = "Connecting")]
    pub source: Option<IpAddr>,
    /// Give up connecting after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "Connecting")]
    pub timeout: u64,
    /// Introduce ourselves by this name in EHLO, HELO and LHLO.
    ///
    /// By default the machine's own name if it is fully qualified, else the address the connection comes from, as a
    /// literal.
    #[arg(long, value_name = "NAME", help_heading = "Connecting")]
    pub ehlo_name: Option<String>,

    /// Fill this user into the AUTH dialog.
    #[arg(long, value_name = "USER", help_heading = "Authentication")]
    pub user: Option<String>,
    /// Where the password comes from when it is not typed.
    #[command(flatten)]
    pub password: PasswordFrom,
    /// Let passwords go over clear or unproven channels without asking (for scripts).
    #[arg(long, help_heading = "Authentication")]
    pub insecure_auth: bool,

    /// Print the transcript to the normal screen at exit.
    #[arg(long, help_heading = "Screen")]
    pub preserve: bool,
    /// Begin with pseudonyms for addresses, hosts and IPs on the screen and in what is copied or printed (F9).
    #[arg(long, help_heading = "Screen")]
    pub privacy: bool,
    /// Draw with ASCII only.
    #[arg(long, help_heading = "Screen")]
    pub ascii: bool,
    /// Draw without colours; the environment variable NO_COLOR does the same.
    #[arg(long, help_heading = "Screen")]
    pub no_color: bool,
}

/// The name for TLS as hosts are read: U-labels become A-labels (RFC 6066 §3).
fn server_name(text: &str) -> Result<String, String> {
    Host::parse(text).map(|host| host.to_string()).map_err(|why| why.0)
}

fn resolve(text: &str) -> Result<(String, IpAddr), String> {
    let wrong = || format!("\"{text}\" is not HOST:ADDRESS, for example mx.example.org:192.0.2.25");
    let (host, address) = text.split_once(':').ok_or_else(wrong)?;
    let address = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address);
    match Host::parse(host) {
        Ok(Host::Name(name)) => Ok((name, address.parse().map_err(|_| wrong())?)),
        _ => Err(wrong()),
    }
}

impl Explore {
    /// The target and the resolver among the words.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn target(&self) -> Result<(Option<Target>, Option<Resolver>), String> {
        let (resolvers, words): (Vec<&str>, Vec<&str>) =
            self.words.iter().map(String::as_str).partition(|word| word.starts_with('@'));
        let resolver = match resolvers.as_slice() {
            [] => None,
            [one] => Some(Resolver::parse(one)?),
            [_, second, ..] => return Err(format!("\"{second}\" is a second resolver; name one")),
        };
        let target = if words.is_empty() { None } else { Some(parse_target(&words).map_err(|error| error.0)?) };
        Ok((target, resolver))
    }

    /// When TLS begins, if it was said.
    #[must_use]
    pub const fn security(&self) -> Option<Security> {
        match (self.starttls, self.tls, self.no_tls) {
            (true, ..) => Some(Security::StartTls),
            (_, true, _) => Some(Security::Implicit),
            (.., true) => Some(Security::Plain),
            _ => None,
        }
    }

    /// The only address family allowed, if it was said.
    #[must_use]
    pub const fn family(&self) -> Option<Family> {
        lines::family(self.v4, self.v6)
    }

    /// How long connecting may take.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn explore(words: &[&str]) -> Explore {
        let all = std::iter::once("ehlo").chain(words.iter().copied());
        Arguments::try_parse_from(all).unwrap().explore
    }

    #[test]
    fn the_name_for_tls_is_read_as_hosts_are() {
        for (given, sent) in
            [("münchen.example", "xn--mnchen-3ya.example"), ("MX.test.", "mx.test"), ("192.0.2.1", "192.0.2.1")]
        {
            assert_eq!(explore(&["--sni", given, "mx.test"]).sni.as_deref(), Some(sent));
        }
        for wrong in ["", "a..b", "[::1"] {
            assert!(Arguments::try_parse_from(["ehlo", "tls", "--sni", wrong, "mx.test"]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn targets_and_resolvers_in_any_order() {
        let (target, resolver) = explore(&["@9.9.9.9", "mx.example.org", "25"]).target().unwrap();
        assert!(matches!(target, Some(Target::Endpoint(endpoint)) if endpoint.port == 25));
        assert_eq!(resolver.unwrap().to_string(), "9.9.9.9");
        assert!(explore(&["a", "@1.1.1.1", "@9.9.9.9"]).target().unwrap_err().contains("second resolver"));
        assert!(explore(&["a", "25", "c"]).target().unwrap_err().contains("one word too many"));
        assert_eq!(explore(&[]).target().unwrap(), (None, None));
    }

    #[test]
    fn options_of_dns_may_stand_behind_the_line() {
        let dns = |words: &[&str]| {
            let all = ["ehlo", "dns"].into_iter().chain(words.iter().copied());
            match Arguments::try_parse_from(all).map(|arguments| arguments.command) {
                Ok(Some(Command::Dns(dns))) => dns.gathered(),
                other => panic!("{other:?}"),
            }
        };
        for words in
            [&["--short", "mx", "a.example"][..], &["mx", "a.example", "--short"], &["mx", "--short", "a.example"]]
        {
            let read = dns(words).unwrap();
            assert_eq!(
                (read.line.join(" ").as_str(), read.short, read.json),
                ("mx a.example", true, false),
                "{words:?}"
            );
        }
        assert_eq!(dns(&["-x", "192.0.2.1", "--json"]).unwrap().line, ["-x", "192.0.2.1"]);
        assert!(dns(&["a.example", "--json", "--short"]).unwrap_err().contains("leave"));
    }

    #[test]
    fn flags() {
        assert_eq!(explore(&["h", "--tls"]).security(), Some(Security::Implicit));
        assert_eq!(explore(&["h", "-6"]).family(), Some(Family::V6));
        let resolve = &explore(&["h", "--resolve", "a.example:[2001:db8::1]"]).resolve;
        assert_eq!(resolve[0], ("a.example".to_owned(), "2001:db8::1".parse().unwrap()));
        for wrong in
            [&["h", "--tls", "--no-tls"][..], &["h", "-4", "-6"], &["h", "--resolve", "x"], &["h", "--timeout", "0"]]
        {
            let all = std::iter::once("ehlo").chain(wrong.iter().copied());
            assert!(Arguments::try_parse_from(all).is_err(), "{wrong:?}");
        }
    }
}
