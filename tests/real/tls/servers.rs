//! Postfix, Dovecot and `openssl s_server`, each with every certificate.
//!
//! ```text
//! Postfix    STARTTLS, a port for each        Dovecot    143 and 993, by the name that is asked for
//! s_server   TLS from the first octet, a port for each
//! ```

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{fs, io};

use super::made::{self, Made, file};
use crate::furnish::{Words, folders, for_dovecot};
use crate::keeper::{Keeper, MAIL_LOGS, Use, directory, installed, shared};
use crate::rig::own_address;

/// The versions in which a server asks for the client's certificate, and what `s_server` calls them.
const ASKING: [(&str, &str); 2] = [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2")];
/// Where the first of them listens.
const ASKS: u16 = 10_700;
/// The first port of Postfix, and of `s_server`.
const POSTFIX: u16 = 10_100;
const S_SERVER: u16 = 10_400;

/// The running servers.
pub(super) struct Servers {
    /// Where all of them listen.
    pub(super) address: Ipv4Addr,
    faults: Vec<&'static str>,
    keeper: Keeper,
}

/// Starts the servers on the first call and gives them to the test.
pub(super) fn servers() -> Use<Servers> {
    static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();
    shared(&SERVERS, Servers::start, |servers| &servers.keeper)
}

impl Servers {
    /// What is wrong with the certificates that are served.
    pub(super) fn faults(&self) -> &[&'static str] {
        &self.faults
    }

    /// The root that the peers and the program trust, as a PEM file.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder().join("authority.pem")
    }

    /// A file of a fault, as [`file`] has it.
    pub(super) fn file(&self, fault: &str, kind: &str) -> PathBuf {
        file(&self.folder(), fault, kind)
    }

    /// Where Postfix shows a certificate behind STARTTLS.
    pub(super) fn postfix(&self, fault: &str) -> SocketAddr {
        SocketAddr::from((self.address, POSTFIX + self.place(fault)))
    }

    /// Where `openssl s_server` shows it from the first octet.
    pub(super) fn s_server(&self, fault: &str) -> SocketAddr {
        SocketAddr::from((self.address, S_SERVER + self.place(fault)))
    }

    /// Servers that insist on a client's certificate: version, address, and the file with the secrets of their sessions.
    pub(super) fn asking(&self) -> impl Iterator<Item = (&'static str, SocketAddr, PathBuf)> {
        (0..).zip(ASKING).map(|(place, (version, _))| {
            let keys = self.folder().join(format!("asks-{place}.keys"));
            (version, SocketAddr::from((self.address, ASKS + place)), keys)
        })
    }

    /// A file of the client: `client.pem` or `client.key`.
    pub(super) fn client(&self, kind: &str) -> PathBuf {
        self.folder().join(format!("client.{kind}"))
    }

    /// The folder of Postfix' configuration, which its programs read.
    pub(super) fn postfix_config(&self) -> PathBuf {
        self.keeper.dir.join("postfix")
    }

    fn place(&self, fault: &str) -> u16 {
        let place = self.faults.iter().position(|known| *known == fault);
        place.and_then(|place| u16::try_from(place).ok()).unwrap_or_else(|| panic!("nobody serves {fault}"))
    }

    fn folder(&self) -> PathBuf {
        self.keeper.dir.join("tls")
    }

    fn start() -> Result<Self, String> {
        installed(&["postfix", "dovecot"])?;
        let address = own_address(131..=139, &[143, 993, 110, 995, POSTFIX, S_SERVER])?;
        let dir = directory()?;
        let tls = dir.join("tls");
        let made = fs::create_dir(&tls)
            .map_err(|error| error.to_string())
            .and_then(|()| made::make(&tls).map_err(|error| format!("cannot make the certificates: {error}")))?;
        furnish(&dir, address, &made).map_err(|error| format!("cannot write the configuration: {error}"))?;
        let asking = (0..ASKING.len()).map(|place| format!("tls-asks-{place}"));
        let s_servers: Vec<String> = made.iter().map(|made| format!("tls-{}", made.fault)).chain(asking).collect();
        let all: Vec<&str> = ["postfix", "dovecot"].into_iter().chain(s_servers.iter().map(String::as_str)).collect();
        let keeper = Keeper::start(dir, &all, &MAIL_LOGS)?;
        let servers = Self { address, faults: made.iter().map(|made| made.fault).collect(), keeper };
        let ports = made.iter().flat_map(|made| [servers.postfix(made.fault), servers.s_server(made.fault)]);
        let all = [143, 993, 110, 995].map(|port| SocketAddr::from((address, port))).into_iter().chain(ports);
        servers.keeper.wait_to_listen(all.chain(servers.asking().map(|(_, at, _)| at)))?;
        Ok(servers)
    }
}

fn furnish(dir: &Path, address: Ipv4Addr, made: &[Made]) -> io::Result<()> {
    let words = Words::of(dir, address)?;
    folders(dir, &[])?;

    let template =
        for_dovecot(include_str!("../config/tls/dovecot-2.3.conf"), include_str!("../config/tls/dovecot-2.4.conf"))?;
    let for_name = for_dovecot(
        "local_name @NAME@ {\n  ssl_cert = <@CHAIN@\n  ssl_key = <@KEY@\n}\n",
        "local_name @NAME@ {\n  ssl_server_cert_file = @CHAIN@\n  ssl_server_key_file = @KEY@\n}\n",
    )?;
    let (mut dovecot, mut master) = (words.fill(template), String::new());
    for (place, made) in (0..).zip(made) {
        let path = |kind: &str| file(&dir.join("tls"), made.fault, kind).display().to_string();
        let (chain, secret) = (path("pem"), path("key"));
        let block = for_name.replace("@NAME@", &made.name()).replace("@CHAIN@", &chain).replace("@KEY@", &secret);
        dovecot.push_str(&block);
        let _ = writeln!(
            master,
            "{address}:{} inet n - n - - smtpd\n    -o smtpd_tls_chain_files={}",
            POSTFIX + place,
            path("both"),
        );
        // What is echoed backwards does not wait for a terminal.
        let mut options = format!(
            "-accept {address}:{} -cert {} -key {secret} -cipher ALL@SECLEVEL=0 -rev",
            S_SERVER + place,
            path("own"),
        );
        if fs::metadata(path("above"))?.len() > 0 {
            let _ = write!(options, " -cert_chain {}", path("above"));
        }
        fs::write(dir.join(format!("tls-{}.options", made.fault)), options)?;
    }
    for (place, (_, version)) in (0..).zip(ASKING) {
        let path = |name: &str| dir.join("tls").join(name).display().to_string();
        let options = format!(
            "-accept {address}:{} -cert {} -cert_chain {} -key {} -CAfile {} -Verify 2 -verify_return_error {version} \
             -keylogfile {} -rev",
            ASKS + place,
            path("none.own"),
            path("none.above"),
            path("none.key"),
            path("authority.pem"),
            path(&format!("asks-{place}.keys")),
        );
        fs::write(dir.join(format!("tls-asks-{place}.options")), options)?;
    }
    fs::write(dir.join("dovecot/dovecot.conf"), dovecot)?;
    master.push_str(include_str!("../config/daemons.cf"));
    fs::write(dir.join("postfix/master.cf"), master)?;
    fs::write(dir.join("postfix/main.cf"), words.fill(include_str!("../config/no-mail.cf")))
}
