//! Whom to ask, and what all ClientHellos have in common.

use crate::diagnosis::investigation::Hello;
use crate::protocol::endpoint::{Endpoint, Host, Security};
use crate::protocol::tls::{self, ClientHello, Version, X25519};

/// secp256r1, secp384r1, secp521r1 and X448: what a server has that does not have X25519.
const USUAL: [u16; 5] = [X25519, 23, 24, 25, 30];
/// The last of the groups that came with numbers of curves (RFC 8422 §5.1.1), and the first of the new ones.
const LAST_CURVE: u16 = 30;

/// Where ClientHellos are sent, and the name in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) endpoint: Endpoint,
    pub(super) name: Option<String>,
}

impl Way {
    /// `name` stands in place of the host's own. An address is never sent (RFC 6066 §3). What begins in clear is asked
    /// for STARTTLS.
    pub(super) fn new(endpoint: &Endpoint, name: Option<&str>) -> Self {
        let own = match &endpoint.host {
            Host::Name(name) => Some(name.clone()),
            Host::Ip(_) => None,
        };
        let security = match endpoint.security {
            Security::Plain => Security::StartTls,
            other => other,
        };
        Self { endpoint: Endpoint { security, ..endpoint.clone() }, name: name.map(str::to_owned).or(own) }
    }

    /// The name, and the groups that are usual where there are none.
    pub(super) fn hello(&self, hello: ClientHello) -> Hello {
        self.unnamed(ClientHello { server_name: self.name.clone(), ..hello })
    }

    /// The same without a name.
    pub(super) fn unnamed(&self, mut hello: ClientHello) -> Hello {
        if hello.groups.is_empty() {
            hello.groups = groups(Version::TLS12);
        }
        Hello { endpoint: self.endpoint.clone(), octets: hello.octets() }
    }

    /// The endpoint in a few words: `mx.example.org:25`.
    pub(super) fn subject(&self) -> String {
        self.endpoint.to_string()
    }
}

/// The groups that a version knows, the usual ones first. TLS 1.3 has none of the curves that nobody uses (RFC 8446 §4.2.7).
pub(super) fn groups(version: Version) -> Vec<u16> {
    let rest =
        tls::groups().filter(|group| !USUAL.contains(group) && (*group > LAST_CURVE) == (version == Version::TLS13));
    USUAL.into_iter().chain(rest).collect()
}
