//! What a server chose (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).

use super::octets::Octets;
use super::version::Version;

/// The random of a HelloRetryRequest: SHA-256 of those words (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Numbers of the IANA registry "TLS ExtensionType Values" that are read here.
pub mod extension {
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
    pub suite: u16,
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
            suite: octets.u16()?,
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
