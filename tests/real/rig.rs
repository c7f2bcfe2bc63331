//! Debian's Postfix, Dovecot and BIND on loopback, once for the whole test process.
//!
//! Everything but the name server listens on one address of 127.0.0.0/8 that belongs to this process alone, so the mail
//! services have their usual ports and two runs never meet. The kernel gives clients the source address 127.0.0.1; Dovecot
//! therefore takes them for strangers and refuses passwords in clear, as on the internet.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::furnish::{OTHERS, furnish};
use crate::keeper::{Keeper, MAIL_LOGS, Use, directory, installed, shared};

/// Every mailbox is `USER@real.test`. A flow that changes its mailbox has a user to itself, because flows run side by side.
pub(crate) const USERS: [&str; 7] = ["jo", "ann", "kim", "lee", "max", "una", "pat"];
/// The password of every user: it begins with a digit, has a space and letters beyond ASCII.
pub(crate) const PASSWORD: &str = "8secret ünï";
/// The users whose mailbox holds a big message, as its last one.
pub(crate) const BIG_USERS: [&str; 2] = ["max", "una"];
/// The size of the big message, in octets on the wire.
pub(crate) const BIG_OCTETS: usize = 20 * 1024 * 1024;
/// The text of the big message's last line.
pub(crate) const BIG_LAST_LINE: &str = "the last line of the big message";
/// How many small messages each mailbox has at first.
pub(crate) const SMALL_MESSAGES: usize = 3;

/// What runs.
const SERVERS: [&str; 3] = ["postfix", "dovecot", "named"];

/// The ports that differ from the usual ones, published in the zone's SRV records.
pub(crate) const SUBMISSION_ALT: u16 = 10587;
pub(crate) const SUBMISSIONS_ALT: u16 = 10465;
pub(crate) const IMAP_ALT: u16 = 10143;
pub(crate) const IMAPS_ALT: u16 = 10993;
pub(crate) const POP3_ALT: u16 = 10110;
pub(crate) const POP3S_ALT: u16 = 10995;

/// Where Postfix allows nothing that should not work, and where it allows all of it.
pub(crate) const PROBE_STRICT: u16 = 10025;
pub(crate) const PROBE_LAX: u16 = 10026;

/// The running servers.
pub(crate) struct Rig {
    /// Where SMTP, IMAP and POP3 listen, on their usual ports.
    pub(crate) address: Ipv4Addr,
    /// Where the name server listens, over UDP and TCP.
    pub(crate) dns: SocketAddr,
    /// The certificate of the authority that signed the servers' certificate, as a PEM file.
    pub(crate) authority: PathBuf,
    /// The certificate of an authority that signed nothing here, as a PEM file.
    pub(crate) others: PathBuf,
    keeper: Keeper,
}

/// Starts the servers on the first call and gives them to the test.
pub(crate) fn rig() -> Use<Rig> {
    static RIG: OnceLock<Result<Rig, String>> = OnceLock::new();
    shared(&RIG, Rig::start, |rig| &rig.keeper)
}

impl Rig {
    /// The full name of a user, which is also the address.
    pub(crate) fn user(name: &str) -> String {
        assert!(USERS.contains(&name), "{name} has no mailbox");
        format!("{name}@real.test")
    }

    /// Delivers a message to a user by SMTP without the program under test.
    pub(crate) fn deliver(&self, name: &str, subject: &str) {
        let mut client = TcpStream::connect((self.address, 25)).unwrap();
        let mut replies = BufReader::new(client.try_clone().unwrap());
        let mut expect = |class: u8| {
            let mut reply = Vec::new();
            replies.read_until(b'\n', &mut reply).unwrap();
            assert_eq!(reply.first(), Some(&class), "{}", String::from_utf8_lossy(&reply));
        };
        expect(b'2');
        let lines = ["HELO rig", "MAIL FROM:<rig@real.test>", &format!("RCPT TO:<{name}@real.test>")];
        for line in lines {
            client.write_all(format!("{line}\r\n").as_bytes()).unwrap();
            expect(b'2');
        }
        client.write_all(b"DATA\r\n").unwrap();
        expect(b'3');
        client.write_all(format!("Subject: {subject}\r\n\r\nhello\r\n.\r\n").as_bytes()).unwrap();
        expect(b'2');
        client.write_all(b"QUIT\r\n").unwrap();
        expect(b'2');
    }

    /// The files in a user's INBOX, newly delivered ones included.
    fn inbox(&self, name: &str) -> Vec<PathBuf> {
        let maildir = self.keeper.dir.join("mail").join(name).join("Maildir");
        // A message may move from `new` to `cur` while this reads.
        let parts = ["new", "cur"].map(|part| fs::read_dir(maildir.join(part)).unwrap());
        parts.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    }

    /// Waits until a message in the user's INBOX holds `text`, and gives the whole message.
    pub(crate) fn delivered(&self, name: &str, text: &str) -> String {
        let holds = |file: &PathBuf| fs::read(file).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        self.keeper
            .wait_for(&format!("a message with {text:?} for {name}"), || {
                self.inbox(name).iter().filter_map(holds).find(|message| message.contains(text))
            })
            .unwrap_or_else(|reason| panic!("{reason}"))
    }

    fn start() -> Result<Self, String> {
        installed(&SERVERS)?;
        let address = own_address(101..=109, &[25, 110, 143, 465, 587, 993, 995])?;
        let dns = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.local_addr())
            .map_err(|error| format!("no free port on 127.0.0.1: {error}"))?;

        let dir = directory()?;
        furnish(&dir, address, dns).map_err(|error| format!("cannot write the configuration: {error}"))?;
        let (authority, others) = (dir.join("authority.pem"), dir.join(OTHERS));
        let keeper = Keeper::start(dir, &SERVERS, &[&MAIL_LOGS[..], &["named.out"]].concat())?;
        let services =
            [25, 465, 587, 143, 993, 110, 995, PROBE_STRICT, PROBE_LAX].map(|port| SocketAddr::from((address, port)));
        keeper.wait_to_listen(services.into_iter().chain([dns]))?;
        Ok(Self { address, dns, authority, others, keeper })
    }
}

/// An address of 127.0.0.0/8 on which all `ports` are free. `nets`: its second octet, of this rig alone.
pub(crate) fn own_address(nets: RangeInclusive<u8>, ports: &[u16]) -> Result<Ipv4Addr, String> {
    let [.., high, low] = std::process::id().to_be_bytes();
    let mut refused = String::new();
    for net in nets {
        // .0 and .255 would do as well, but they look like a mistake.
        let address = Ipv4Addr::new(127, net, high, low.clamp(1, 254));
        let busy = ports
            .iter()
            .find_map(|port| TcpListener::bind((address, *port)).err().map(|error| format!("port {port}: {error}")));
        match busy {
            None => return Ok(address),
            Some(reason) => refused = reason,
        }
    }
    Err(format!(
        "the usual mail ports are not free on addresses of their own in 127.0.0.0/8 ({refused}); \
         run as root, and stop a server that listens on all addresses"
    ))
}
