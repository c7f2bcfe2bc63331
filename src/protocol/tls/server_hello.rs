//! What a server chose (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).

use super::octets::Octets;
use super::suite::Suite;
use super::version::Version;

/// The random of a HelloRetryRequest: SHA-256 of those words (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Numbers of the IANA registry "TLS ExtensionType Values" that are written and read here.
pub mod extension {
    /// server_name (RFC 6066 §3).
    pub const SERVER_NAME: u16 = 0;
    /// supported_groups (RFC 8446 §4.2.7).
    pub const SUPPORTED_GROUPS: u16 = 10;
    /// ec_point_formats (RFC 8422 §5.1.2).
    pub const EC_POINT_FORMATS: u16 = 11;
    /// signature_algorithms (RFC 8446 §4.2.3).
    pub const SIGNATURE_ALGORITHMS: u16 = 13;
    /// ALPN (RFC 7301).
    pub const ALPN: u16 = 16;
    /// extended_master_secret (RFC 7627).
    pub const EXTENDED_MASTER_SECRET: u16 = 23;
    /// supported_versions (RFC 8446 §4.2.1).
    pub const SUPPORTED_VERSIONS: u16 = 43;
    /// key_share (RFC 8446 §4.2.8).
    pub const KEY_SHARE: u16 = 51;
    /// renegotiation_info (RFC 5746).
    pub const RENEGOTIATION_INFO: u16 = 0xff01;
}

/// A ServerHello or a HelloRetryRequest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The version that is spoken: that of the extension supported_versions where there is one.
    pub version: Version,
    /// The cipher suite.
    pub suite: Suite,
    /// 0 for none; anything else lets CRIME guess secrets (CVE-2012-4929).
    pub compression: u8,
    /// It asks for another ClientHello (TLS 1.3).
    pub is_retry: bool,
    /// The group of its key, or the one it asks for.
    pub group: Option<u16>,
    /// What is to be spoken inside.
    pub alpn: Option<Vec<u8>>,
    /// The types of all extensions, in their order.
    pub extensions: Vec<u16>,
}

impl ServerHello {
    /// Reads the body of the message. None when its fixed part is cut; of extensions, what can be read.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut octets = Octets(body);
        let version = Version(octets.u16()?);
        let random = octets.take(32)?;
        octets.short()?;
        let mut hello = Self {
            version,
            suite: Suite(octets.u16()?),
            compression: octets.u8()?,
            is_retry: random == RETRY,
            group: None,
            alpn: None,
            extensions: Vec::new(),
        };
        let mut list = Octets(octets.long().unwrap_or_default());
        while let (Some(kind), Some(data)) = (list.u16(), list.long()) {
            hello.extensions.push(kind);
            hello.extension(kind, Octets(data));
        }
        Some(hello)
    }

    fn extension(&mut self, kind: u16, mut data: Octets<'_>) {
        match kind {
            extension::SUPPORTED_VERSIONS => self.version = data.u16().map_or(self.version, Version),
            extension::KEY_SHARE => self.group = data.u16(),
            extension::ALPN => self.alpn = data.long().and_then(|list| Octets(list).short()).map(<[u8]>::to_vec),
            _ => {}
        }
    }

    /// Whether it has an extension of this type.
    #[must_use]
    pub fn has(&self, kind: u16) -> bool {
        self.extensions.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::tls::{ClientHello, Flight};

    /// A body with this random and these extensions.
    fn body(random: &[u8; 32], extensions: &[u8]) -> Vec<u8> {
        let length = u16::try_from(extensions.len()).unwrap().to_be_bytes();
        [&[3, 3], &random[..], &[2, 9, 9, 0x13, 1, 0], &length, extensions].concat()
    }

    #[test]
    fn what_a_server_chose() {
        let old = ServerHello::read(&[&[3, 1], &[7; 32][..], &[0, 0, 0x2f, 1]].concat()).unwrap();
        assert_eq!((old.version, old.suite, old.compression), (Version::TLS10, Suite(0x2f), 1));
        assert_eq!((old.is_retry, old.has(extension::RENEGOTIATION_INFO)), (false, false));
        let list = [&[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 23][..], &[0, 16, 0, 5, 0, 3, 2, b'h', b'2']].concat();
        let retry = ServerHello::read(&body(&RETRY, &list)).unwrap();
        assert_eq!((retry.version, retry.group, retry.is_retry), (Version::TLS13, Some(23), true));
        assert_eq!((retry.alpn.as_deref(), retry.extensions.as_slice()), (Some(&b"h2"[..]), &[43, 51, 16][..]));
        let whole = body(&RETRY, &list);
        for cut in 0..whole.len() {
            let cut_off = ServerHello::read(&whole[..cut]);
            assert_eq!(cut_off.is_some(), cut >= 40, "{cut}");
        }
    }

    #[test]
    fn a_client_hello_has_its_parts_in_their_places() {
        let suites = vec![Suite(0xc02f), Suite::RENEGOTIATION];
        let modern = ClientHello {
            server_name: Some("mx.test".to_owned()),
            groups: vec![29, 23],
            key: true,
            alpn: vec![b"smtp".to_vec()],
            ..ClientHello::new(vec![Version::TLS12, Version::TLS13], suites.clone())
        };
        let octets = modern.octets();
        assert_eq!(octets[..5], [22, 3, 1, 0, u8::try_from(octets.len() - 5).unwrap()]);
        // The body has the shape of a ServerHello up to the session id.
        let flight = Flight::of(&octets);
        let body = flight.message(1).unwrap();
        let mut rest = Octets(body);
        assert_eq!(
            (rest.u16(), rest.take(32).map(<[u8]>::len), rest.short().map(<[u8]>::len)),
            (Some(0x303), Some(32), Some(32))
        );
        assert_eq!((rest.long(), rest.short()), (Some(&[0xc0, 0x2f, 0, 0xff][..]), Some(&[0][..])));
        let mut list = Octets(rest.long().unwrap());
        let mut kinds = Vec::new();
        while let (Some(kind), Some(data)) = (list.u16(), list.long()) {
            kinds.push((kind, data.len()));
        }
        assert_eq!(kinds, [(0, 12), (23, 0), (10, 6), (11, 2), (13, 42), (16, 7), (43, 5), (51, 38)]);
        assert_eq!((list.0, rest.0), (&[][..], &[][..]));
        let old = ClientHello { compression: true, ..ClientHello::new(vec![Version::SSL3], suites) }.octets();
        assert_eq!((&old[..3], &old[old.len() - 9..]), (&[22, 3, 0][..], &[0, 4, 0xc0, 0x2f, 0, 0xff, 2, 1, 0][..]));
    }
}
