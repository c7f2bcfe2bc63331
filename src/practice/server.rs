//! One connection's server, whatever it speaks.

use std::net::IpAddr;

use jiff::Timestamp;

use super::imap::Imap;
use super::pop3::Pop3;
use super::sasl::Secured;
use super::smtp::Smtp;
use super::vice::{Vice, Wrong};
use super::web::Web;
use super::{Output, Service, World};

/// What the dialects know of their connection.
#[derive(Debug)]
pub(super) struct Link {
    /// The name the server goes by.
    pub(super) host: String,
    /// Who is at the other end.
    pub(super) client: IpAddr,
    /// TLS protects the channel.
    pub(super) tls: bool,
    /// What is known of it then.
    pub(super) secured: Secured,
    /// STARTTLS was answered; what comes in before TLS is there is dropped (RFC 3207 §4.2).
    pub(super) handshake: bool,
    /// The last word is said.
    pub(super) closed: bool,
    /// What this server does wrong on purpose.
    pub(super) vice: Option<Vice>,
}

impl Link {
    /// Whether to go on reading.
    pub(super) const fn is_open(&self) -> bool {
        !self.handshake && !self.closed
    }

    /// Asks for TLS.
    pub(super) fn start_tls(&mut self, out: &mut Vec<Output>) {
        self.handshake = true;
        out.push(Output::StartTls);
    }

    /// Closes the connection.
    pub(super) fn close(&mut self, out: &mut Vec<Output>) {
        self.closed = true;
        out.push(Output::Close);
    }
}

/// The server's end of one connection. When it is dropped, what it held (a POP3 maildrop) is free again.
#[derive(Debug)]
pub struct Server {
    dialect: Dialect,
    wrong: Wrong,
}

#[derive(Debug)]
enum Dialect {
    Smtp(Box<Smtp>),
    Imap(Box<Imap>),
    Pop3(Box<Pop3>),
    Web(Box<Web>),
}

impl Server {
    /// The server for a new connection. With `tls`, TLS is already there (RFC 8314).
    #[must_use]
    pub fn new(service: Service, host: &str, tls: bool, client: IpAddr) -> Self {
        let vice = Vice::of(host);
        // What believes to be under TLS allows all that needs it, and offers no TLS.
        let believes = tls || vice == Some(Vice::Clear);
        let link = Link {
            host: host.to_owned(),
            client,
            tls: believes,
            secured: Secured::default(),
            handshake: false,
            closed: false,
            vice,
        };
        let dialect = match service {
            Service::Smtp | Service::Submission | Service::Lmtp => Dialect::Smtp(Box::new(Smtp::new(link, service))),
            Service::Imap => Dialect::Imap(Box::new(Imap::new(link))),
            Service::Pop3 => Dialect::Pop3(Box::new(Pop3::new(link))),
            Service::Web => Dialect::Web(Box::new(Web::new(link))),
        };
        Self { dialect, wrong: Wrong::new(vice, tls) }
    }

    /// The first words, for a fresh connection (with implicit TLS: after the handshake).
    pub fn greeting(&mut self, world: &mut World, now: Timestamp) -> Vec<Output> {
        let outputs = match &mut self.dialect {
            Dialect::Smtp(smtp) => smtp.greeting(),
            Dialect::Imap(imap) => imap.greeting(),
            Dialect::Pop3(pop3) => pop3.greeting(world, now),
            Dialect::Web(_) => Vec::new(),
        };
        self.wrong.greeted(outputs)
    }

    /// Takes what the client sent, cut anywhere, and answers. After [`Output::Close`], and between
    /// [`Output::StartTls`] and [`Self::tls_established`], octets are dropped.
    pub fn received(&mut self, world: &mut World, now: Timestamp, octets: &[u8]) -> Vec<Output> {
        let Self { dialect, wrong } = self;
        wrong.received(world, now, octets, |world, now, octets| match dialect {
            Dialect::Smtp(smtp) => smtp.received(world, now, octets),
            Dialect::Imap(imap) => imap.received(world, now, octets),
            Dialect::Pop3(pop3) => pop3.received(world, octets),
            Dialect::Web(web) => web.received(octets),
        })
    }

    /// The handshake asked for by [`Output::StartTls`] is done; everything said before is forgotten.
    pub fn tls_established(&mut self) {
        self.wrong.tls_established();
        match &mut self.dialect {
            Dialect::Smtp(smtp) => smtp.tls_established(),
            Dialect::Imap(imap) => imap.tls_established(),
            Dialect::Pop3(pop3) => pop3.tls_established(),
            // It never asks for TLS.
            Dialect::Web(_) => {}
        }
    }

    /// What the edge knows of TLS: said before the greeting when TLS is implicit, else after
    /// [`Self::tls_established`].
    pub fn secured(&mut self, secured: Secured) {
        match &mut self.dialect {
            Dialect::Smtp(smtp) => smtp.secured(secured),
            Dialect::Imap(imap) => imap.secured(secured),
            Dialect::Pop3(pop3) => pop3.secured(secured),
            Dialect::Web(_) => {}
        }
    }

    /// What is said after [`Self::tls_established`] without having been asked: nothing, but by a server that kept what
    /// came in clear.
    pub fn resumed(&mut self, world: &mut World, now: Timestamp) -> Vec<Output> {
        if self.wrong.is_behind() { self.received(world, now, b"") } else { Vec::new() }
    }

    /// Another session changed the world: an idling IMAP client hears of it (RFC 2177), all others later.
    pub fn notified(&mut self, world: &mut World) -> Vec<Output> {
        match &mut self.dialect {
            Dialect::Imap(imap) => imap.notified(world),
            Dialect::Smtp(_) | Dialect::Pop3(_) | Dialect::Web(_) => Vec::new(),
        }
    }
}
