//! A ClientHello made by hand (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2). It asks, and is never followed by anything: its keys
//! are known to everybody.

use super::server_hello::extension;
use super::suite::Suite;
use super::version::Version;

/// In place of random octets, which nothing here needs: whoever finds it in a capture reads who asked.
const RANDOM: &[u8; 32] = b"ehlo asks what servers may speak";

/// The group X25519, and a public value of it that everybody knows: the base point (RFC 7748 §4.1).
pub const X25519: u16 = 29;
const BASE_POINT: [u8; 32] = {
    let mut point = [0; 32];
    point[0] = 9;
    point
};

/// Signatures that are understood (RFC 8446 §4.2.3, RFC 5246 §7.4.1.4.1): all of them, as none is checked.
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
    0x0301, 0x0303, 0x0201, 0x0203, 0x0402, 0x0202,
];

/// What a ClientHello says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// The versions offered, at least one. The best of those before TLS 1.3 stands in the old place; TLS 1.3 brings the
    /// extension that lists them all.
    pub versions: Vec<Version>,
    /// The cipher suites, signalling values included.
    pub suites: Vec<Suite>,
    /// The name of the server (RFC 6066 §3).
    pub server_name: Option<String>,
    /// Groups, the best first.
    pub groups: Vec<u16>,
    /// Whether a key on X25519 is sent. Without one, a server of TLS 1.3 names the group that it prefers (RFC 8446
    /// §4.2.8).
    pub key: bool,
    /// What may be spoken inside (RFC 7301).
    pub alpn: Vec<Vec<u8>>,
    /// Offers DEFLATE (RFC 3749), which TLS 1.3 forbids.
    pub compression: bool,
}

impl ClientHello {
    /// Offers these versions and suites, and the groups that are usual.
    #[must_use]
    pub const fn new(versions: Vec<Version>, suites: Vec<Suite>) -> Self {
        Self {
            versions,
            suites,
            server_name: None,
            groups: Vec::new(),
            key: false,
            alpn: Vec::new(),
            compression: false,
        }
    }

    /// The record that goes out.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let oldest = self.versions.iter().min().copied().unwrap_or(Version::TLS12);
        let tls13 = self.versions.contains(&Version::TLS13);
        let legacy = self.versions.iter().filter(|version| **version < Version::TLS13).max().copied();
        let legacy = legacy.unwrap_or(Version::TLS12);
        let mut body = legacy.0.to_be_bytes().to_vec();
        body.extend_from_slice(RANDOM);
        // Middleboxes let TLS 1.3 pass where it looks like a resumption (RFC 8446 §D.4).
        short(&mut body, if tls13 { RANDOM } else { &[] });
        let suites: Vec<u8> = self.suites.iter().flat_map(|suite| suite.0.to_be_bytes()).collect();
        long(&mut body, &suites);
        short(&mut body, if self.compression && !tls13 { &[1, 0] } else { &[0] });
        // SSL 3.0 knows no extensions, and some of its servers bear none.
        if legacy > Version::SSL3 {
            let extensions = self.extensions(legacy, tls13);
            long(&mut body, &extensions);
        }
        let mut message = vec![1];
        message.extend(u32::try_from(body.len()).unwrap_or_default().to_be_bytes().into_iter().skip(1));
        message.extend(body);
        // The oldest version that is spoken, for old servers look at nothing else (RFC 8446 §5.1).
        let record = if oldest == Version::SSL3 && legacy == Version::SSL3 { Version::SSL3 } else { Version::TLS10 };
        let mut octets = vec![22];
        octets.extend(record.0.to_be_bytes());
        long(&mut octets, &message);
        octets
    }

    fn extensions(&self, legacy: Version, tls13: bool) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(name) = &self.server_name {
            let mut entry = vec![0];
            long(&mut entry, name.as_bytes());
            put(&mut out, extension::SERVER_NAME, |data| long(data, &entry));
        }
        put(&mut out, extension::EXTENDED_MASTER_SECRET, |_| {});
        if !self.groups.is_empty() {
            let groups: Vec<u8> = self.groups.iter().flat_map(|group| group.to_be_bytes()).collect();
            put(&mut out, extension::SUPPORTED_GROUPS, |data| long(data, &groups));
            put(&mut out, extension::EC_POINT_FORMATS, |data| short(data, &[0]));
        }
        if tls13 || legacy >= Version::TLS12 {
            let signatures: Vec<u8> = SIGNATURES.iter().flat_map(|scheme| scheme.to_be_bytes()).collect();
            put(&mut out, extension::SIGNATURE_ALGORITHMS, |data| long(data, &signatures));
        }
        if !self.alpn.is_empty() {
            let mut names = Vec::new();
            self.alpn.iter().for_each(|name| short(&mut names, name));
            put(&mut out, extension::ALPN, |data| long(data, &names));
        }
        if tls13 {
            let versions: Vec<u8> = self.versions.iter().rev().flat_map(|version| version.0.to_be_bytes()).collect();
            put(&mut out, extension::SUPPORTED_VERSIONS, |data| short(data, &versions));
            let mut share = Vec::new();
            if self.key {
                share.extend(X25519.to_be_bytes());
                long(&mut share, &BASE_POINT);
            }
            put(&mut out, extension::KEY_SHARE, |data| long(data, &share));
        }
        out
    }
}

/// An extension of this type, with what `write` writes.
fn put(out: &mut Vec<u8>, kind: u16, write: impl FnOnce(&mut Vec<u8>)) {
    let mut data = Vec::new();
    write(&mut data);
    out.extend(kind.to_be_bytes());
    long(out, &data);
}

/// A vector behind its length of one octet. What is longer than that can say is cut.
fn short(out: &mut Vec<u8>, data: &[u8]) {
    let data = data.get(..usize::from(u8::MAX)).unwrap_or(data);
    out.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(data);
}

/// A vector behind its length of two octets. What is longer than that can say is cut.
fn long(out: &mut Vec<u8>, data: &[u8]) {
    let data = data.get(..usize::from(u16::MAX)).unwrap_or(data);
    out.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(data);
}
