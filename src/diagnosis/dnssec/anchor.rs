//! Where trust begins.

use crate::diagnosis::dns::{Record, Value, WireName};

/// The digest of a key: by a DS record, or by what is trusted from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ds {
    pub(super) key_tag: u16,
    pub(super) algorithm: u8,
    pub(super) digest_type: u8,
    pub(super) digest: Vec<u8>,
}

/// A key that is trusted without being vouched for, or a zone that is known to be unsigned, whatever stands above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub(super) zone: WireName,
    /// None: a negative anchor.
    pub(super) ds: Option<Ds>,
}

impl Anchor {
    /// A negative anchor (RFC 7646): at and below this name nothing is expected to be signed. None: it is no name.
    #[must_use]
    pub fn negative(zone: &str) -> Option<Self> {
        Some(Self { zone: WireName::parse(zone).ok()?.lower(), ds: None })
    }

    /// The anchor that a DS record is. None: it is another record, or its name is none.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let Value::Ds { key_tag, algorithm, digest_type, digest } = &record.value else { return None };
        let ds = Ds { key_tag: *key_tag, algorithm: *algorithm, digest_type: *digest_type, digest: digest.clone() };
        Some(Self { zone: WireName::parse(&record.name).ok()?.lower(), ds: Some(ds) })
    }
}

/// The keys of the root: of 2017, which signs until the roll of October 2026, and of 2024, which signs after it. As IANA
/// publishes them at <https://data.iana.org/root-anchors/root-anchors.xml>.
#[must_use]
pub fn root_anchors() -> Vec<Anchor> {
    const KEYS: [(u16, [u8; 32]); 2] = [
        (
            20326,
            [
                0xe0, 0x6d, 0x44, 0xb8, 0x0b, 0x8f, 0x1d, 0x39, 0xa9, 0x5c, 0x0b, 0x0d, 0x7c, 0x65, 0xd0, 0x84, 0x58,
                0xe8, 0x80, 0x40, 0x9b, 0xbc, 0x68, 0x34, 0x57, 0x10, 0x42, 0x37, 0xc7, 0xf8, 0xec, 0x8d,
            ],
        ),
        (
            38696,
            [
                0x68, 0x3d, 0x2d, 0x0a, 0xcb, 0x8c, 0x9b, 0x71, 0x2a, 0x19, 0x48, 0xb2, 0x7f, 0x74, 0x12, 0x19, 0x29,
                0x8d, 0x0a, 0x45, 0x0d, 0x61, 0x2c, 0x48, 0x3a, 0xf4, 0x44, 0xa4, 0xc0, 0xfb, 0x2b, 0x16,
            ],
        ),
    ];
    KEYS.into_iter()
        .map(|(key_tag, digest)| Anchor {
            zone: WireName::root(),
            ds: Some(Ds { key_tag, algorithm: 8, digest_type: 2, digest: digest.to_vec() }),
        })
        .collect()
}
