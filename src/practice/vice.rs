//! What some servers of the practice world do wrong on purpose: `assets/practice/faults`.
//!
//! Most faults are put around a right server here, so that the right ones stay readable.

use jiff::Timestamp;

use super::{Output, World};

const FAULTS: &str = include_str!("../../assets/practice/faults");

/// The verb that begins TLS, and what some firewalls write over it.
const STARTTLS: &[u8] = b"STARTTLS";
const MASK: &[u8] = b"XXXXXXXA";

/// What a server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vice {
    /// It relays for everybody.
    Relay,
    /// VRFY and EXPN tell who is there.
    Gossip,
    /// A bare LF ends a line, and `<LF>.<LF>` a message.
    BareLf,
    /// What came in clear behind STARTTLS is done under TLS.
    Pipelined,
    /// There is no TLS, and all that needs it is allowed.
    Clear,
    /// Every password is right.
    Trusting,
    /// STARTTLS is written over on the way, and the greeting too.
    Masked,
}

impl Vice {
    /// The fault of a host, if it has one.
    pub(super) fn of(host: &str) -> Option<Self> {
        match row(host)?.0 {
            "RELAY" => Some(Self::Relay),
            "GOSSIP" => Some(Self::Gossip),
            "BARE-LF" => Some(Self::BareLf),
            "PIPELINED" => Some(Self::Pipelined),
            "CLEAR" => Some(Self::Clear),
            "TRUSTING" => Some(Self::Trusting),
            "MASKED" => Some(Self::Masked),
            _ => None,
        }
    }
}

/// What a host does wrong, in words; none for one that does nothing wrong.
pub(super) fn fault(host: &str) -> Option<&'static str> {
    row(host).map(|(_, words)| words)
}

/// The row of a host: the name of its fault, and the words for it.
fn row(host: &str) -> Option<(&'static str, &'static str)> {
    FAULTS.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let (name, rest) = line.split_once(' ')?;
        let (fault, words) = rest.trim_start().split_once(' ')?;
        name.eq_ignore_ascii_case(host).then_some((fault, words.trim_start()))
    })
}

/// What a fault remembers of its connection.
#[derive(Debug)]
pub(super) struct Wrong {
    fault: Option<Vice>,
    /// What came in clear behind STARTTLS.
    held: Vec<u8>,
    tls: bool,
}

impl Wrong {
    pub(super) const fn new(fault: Option<Vice>, tls: bool) -> Self {
        Self { fault, held: Vec::new(), tls }
    }

    pub(super) const fn tls_established(&mut self) {
        self.tls = true;
    }

    /// Whether something is left to be done before the client says anything.
    pub(super) const fn is_behind(&self) -> bool {
        !self.held.is_empty()
    }

    /// What becomes of the greeting.
    pub(super) fn greeted(&self, outputs: Vec<Output>) -> Vec<Output> {
        if self.fault != Some(Vice::Masked) || self.tls {
            return outputs;
        }
        each(outputs, |octets| {
            for (place, octet) in octets.iter_mut().enumerate() {
                if place > 3 && !matches!(octet, b'\r' | b'\n' | b' ') {
                    *octet = b'*';
                }
            }
        })
    }

    /// Lets the right server take what came, in the wrong way.
    pub(super) fn received(
        &mut self,
        world: &mut World,
        now: Timestamp,
        octets: &[u8],
        mut take: impl FnMut(&mut World, Timestamp, &[u8]) -> Vec<Output>,
    ) -> Vec<Output> {
        match self.fault {
            Some(Vice::Pipelined) => {
                let held = std::mem::take(&mut self.held);
                let all = [held.as_slice(), octets].concat();
                let mut out = Vec::new();
                let mut rest = all.as_slice();
                while !rest.is_empty() {
                    let end = rest.iter().position(|&octet| octet == b'\n').map_or(rest.len(), |at| at + 1);
                    let (line, behind) = rest.split_at(end);
                    rest = behind;
                    out.extend(take(world, now, line));
                    if out.contains(&Output::StartTls) {
                        self.held = rest.to_vec();
                        break;
                    }
                }
                out
            }
            Some(Vice::Trusting) => {
                world.trust(true);
                let out = take(world, now, octets);
                world.trust(false);
                out
            }
            Some(Vice::Masked) if !self.tls => {
                let mut octets = octets.to_vec();
                overwrite(&mut octets);
                each(take(world, now, &octets), overwrite)
            }
            _ => take(world, now, octets),
        }
    }
}

/// Changes what is sent.
fn each(mut outputs: Vec<Output>, mut change: impl FnMut(&mut [u8])) -> Vec<Output> {
    for output in &mut outputs {
        if let Output::Send(octets) = output {
            change(octets);
        }
    }
    outputs
}

/// Writes over every STARTTLS.
fn overwrite(octets: &mut [u8]) {
    let mut from = 0;
    while let Some(word) = octets.get_mut(from..from + STARTTLS.len()) {
        if word.eq_ignore_ascii_case(STARTTLS) {
            word.copy_from_slice(MASK);
        }
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{CLIENT, now};
    use super::super::{Server, Service, listeners};
    use super::*;

    /// What a server answers to each of these, as one text; `TLS` where it begins, by which it goes on.
    fn talk(service: Service, host: &str, says: &[&str]) -> Vec<String> {
        let mut world = World::new(now());
        let mut server = Server::new(service, host, false, CLIENT);
        let mut all = vec![server.greeting(&mut world, now())];
        for octets in says {
            let out = server.received(&mut world, now(), octets.as_bytes());
            if out.contains(&Output::StartTls) {
                server.tls_established();
                all.push(out);
                all.push(server.resumed(&mut world, now()));
            } else {
                all.push(out);
            }
        }
        let text = |out: &Output| match out {
            Output::Send(octets) => String::from_utf8_lossy(octets).into_owned(),
            other => format!("{other:?} "),
        };
        all.iter().map(|out| out.iter().map(text).collect()).collect()
    }

    #[test]
    fn every_line_of_the_table_is_a_server() {
        let hosts: Vec<&str> =
            FAULTS.lines().filter(|line| !line.starts_with('#')).filter_map(|l| l.split(' ').next()).collect();
        assert_eq!(hosts.len(), 7);
        for host in hosts {
            assert!(Vice::of(host).is_some(), "{host}");
            assert!(fault(host).is_some_and(|words| words.contains(' ')), "{host}");
            assert!(listeners().iter().any(|listening| listening.host == host), "{host}");
        }
        assert_eq!((Vice::of("mx1.example.test"), fault("mx1.example.test")), (None, None));
        assert_eq!(Vice::of("#"), None);
    }

    #[test]
    fn each_fault_shows_and_a_right_server_has_none_of_them() {
        let rcpt = ["EHLO a\r\n", "MAIL FROM:<a@example.net>\r\n", "RCPT TO:<b@example.com>\r\n"];
        let data = ["EHLO a\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<alice@example.test>\r\n", "DATA\r\n", "x\n.\n"];
        let starttls = ["EHLO a\r\n", "STARTTLS\r\nNOOP\r\n"];
        let imap = ["a STARTTLS\r\nb NOOP\r\n"];
        let login = ["a LOGIN nobody wrong\r\n"];
        for (service, host, says, last, right) in [
            (Service::Smtp, "relay", &rcpt[..], "250 2.1.5", "554 5.7.1"),
            (Service::Smtp, "gossip", &["EHLO a\r\n", "VRFY alice\r\n"], "250 2.1.5 <alice@", "252 "),
            (Service::Smtp, "gossip", &["EHLO a\r\n", "VRFY nobody\r\n"], "550 5.1.1", "252 "),
            (Service::Smtp, "gossip", &["EHLO a\r\n", "EXPN postmaster\r\n"], "250 2.1.5 <alice@", "502 "),
            (Service::Smtp, "barelf", &data, "250 2.0.0 queued", "521 "),
            (Service::Smtp, "pipelined", &starttls, "250 2.0.0 ok", ""),
            (Service::Imap, "pipelined", &imap, "b OK", ""),
            (Service::Imap, "cleartext", &["a LOGIN alice \"correct horse\"\r\n"], "a OK", "a NO [PRIVACYREQUIRED]"),
            (Service::Pop3, "cleartext", &["USER alice\r\n"], "+OK", "-ERR"),
            (Service::Smtp, "masked", &["EHLO a\r\n", "STARTTLS\r\n"], "500 ", ""),
            (Service::Imap, "trusting", &login, "a NO [PRIVACYREQUIRED]", "a NO [PRIVACYREQUIRED]"),
            (Service::Imap, "trusting", &["a STARTTLS\r\n", login[0]], "a OK", "a NO [AUTHENTICATIONFAILED]"),
        ] {
            for (host, expect) in [(host, last), ("mx1", right)] {
                let said = talk(service, &format!("{host}.example.test"), says);
                let got = said.last().unwrap();
                assert!(got.starts_with(expect), "{host} {says:?}: {said:?}");
                assert_eq!(got.is_empty(), expect.is_empty(), "{host} {says:?}: {said:?}");
            }
        }
        let said = talk(Service::Smtp, "masked.example.test", &["EHLO a\r\n"]);
        assert_eq!(said[0], "220 ******************* ***** **** ******** **** *********\r\n");
        assert!(said[1].contains("250-XXXXXXXA\r\n") && !said[1].contains("STARTTLS"), "{said:?}");
    }
}
