//! Cipher suites, and what their names say of them.

use std::fmt;

use super::registry;
use super::version::Version;

/// A cipher suite as it stands on the wire, known or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suite(pub u16);

/// How the keys are agreed upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exchange {
    /// TLS 1.3 settles it apart from the suite, always with ephemeral keys.
    Apart,
    /// Ephemeral keys on an elliptic curve (RFC 8422).
    Ecdhe,
    /// Ephemeral keys modulo a prime that the server chooses.
    Dhe,
    /// The client sends the secret, encrypted with the server's key: whoever gets that key later reads everything.
    Rsa,
    /// The key of the certificate itself takes part.
    Static,
    /// Nobody shows a certificate. `ec`: on an elliptic curve.
    Anonymous {
        /// On an elliptic curve.
        ec: bool,
    },
    /// Passwords, shared keys, Kerberos and national ones, which no mail server is met with.
    Other,
}

impl Suite {
    /// Says that the client knows secure renegotiation (RFC 5746 §3.3); no suite.
    pub const RENEGOTIATION: Self = Self(0x00ff);
    /// Says that the client came back with a lower version (RFC 7507); no suite.
    pub const FALLBACK: Self = Self(0x5600);

    /// The name, if it is registered.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        registry::suite(self.0)
    }

    /// How the keys are agreed upon.
    #[must_use]
    pub fn exchange(self) -> Exchange {
        let Some((exchange, _)) = self.parts() else {
            return if self.is_tls13() { Exchange::Apart } else { Exchange::Other };
        };
        match exchange {
            _ if ["PSK", "KRB5", "SRP", "GOST", "ECCPWD", "NULL"].iter().any(|other| exchange.contains(other)) => {
                Exchange::Other
            }
            _ if exchange.contains("_anon") => Exchange::Anonymous { ec: exchange.starts_with("ECDH") },
            _ if exchange.starts_with("ECDHE_") => Exchange::Ecdhe,
            _ if exchange.starts_with("DHE_") => Exchange::Dhe,
            _ if exchange.starts_with("RSA") => Exchange::Rsa,
            _ => Exchange::Static,
        }
    }

    /// The cipher with its mode and hash: `AES_128_GCM_SHA256`.
    #[must_use]
    pub fn cipher(self) -> &'static str {
        match self.parts() {
            Some((_, cipher)) => cipher,
            None => self.name().and_then(|name| name.strip_prefix("TLS_")).unwrap_or_default(),
        }
    }

    /// Weakened on purpose to please the export laws of the last century.
    #[must_use]
    pub fn is_export(self) -> bool {
        self.parts().is_some_and(|(exchange, _)| exchange.ends_with("_EXPORT"))
    }

    /// Encryption and integrity in one (RFC 5116), not one after the other.
    #[must_use]
    pub fn is_aead(self) -> bool {
        ["GCM", "CCM", "POLY1305", "AEGIS", "MGM"].iter().any(|mode| self.cipher().contains(mode))
    }

    /// It belongs to TLS 1.3, and to nothing else (RFC 8446 §B.4).
    #[must_use]
    pub fn is_tls13(self) -> bool {
        (0x1301..=0x13ff).contains(&self.0) || matches!(self.0, 0xc6 | 0xc7 | 0xc0b4 | 0xc0b5)
    }

    /// Whether it may be spoken in this version. What names its hash for the key derivation came with TLS 1.2 (RFC 5246
    /// §5), and elliptic curves with TLS 1.0 (RFC 8422).
    #[must_use]
    pub fn fits(self, version: Version) -> bool {
        let since_tls12 = self.is_aead() || self.cipher().ends_with("_SHA256") || self.cipher().ends_with("_SHA384");
        let is_ec = matches!(self.exchange(), Exchange::Ecdhe | Exchange::Anonymous { ec: true })
            || self.parts().is_some_and(|(exchange, _)| exchange.starts_with("ECDH_"));
        match version {
            Version::TLS13 => self.is_tls13(),
            _ if self.is_tls13() => false,
            Version::TLS12 => true,
            Version::SSL3 => !since_tls12 && !is_ec,
            _ => !since_tls12,
        }
    }

    /// Every suite that a mail server may speak in this version with a certificate of its own, or with none. The best
    /// stand first, so that a server that leaves the choice to the client shows it.
    #[must_use]
    pub fn all(version: Version) -> Vec<Self> {
        let all = registry::suites().iter().map(|(number, _)| Self(*number));
        let mut suites: Vec<Self> =
            all.filter(|suite| suite.exchange() != Exchange::Other && suite.fits(version)).collect();
        suites.sort_by_cached_key(|suite| suite.rank());
        suites
    }

    /// Less is better.
    fn rank(self) -> (bool, u8, u8) {
        let cipher = self.cipher();
        let broken = ["NULL", "RC4", "RC2", "DES", "IDEA", "MD5"].iter().any(|old| cipher.contains(old));
        let exchange = match self.exchange() {
            Exchange::Apart | Exchange::Ecdhe => 0,
            Exchange::Dhe => 1,
            Exchange::Rsa => 2,
            Exchange::Static => 3,
            Exchange::Anonymous { .. } | Exchange::Other => 4,
        };
        let usual = cipher.starts_with("AES_") || cipher.starts_with("CHACHA20");
        (broken || self.is_export() || exchange == 4, exchange, u8::from(!self.is_aead()) * 2 + u8::from(!usual))
    }

    /// What stands before and behind `_WITH_`.
    fn parts(self) -> Option<(&'static str, &'static str)> {
        self.name()?.strip_prefix("TLS_")?.split_once("_WITH_")
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "cipher suite 0x{:04x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_say() {
        for (number, name, exchange, cipher, marks) in [
            (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Exchange::Ecdhe, "AES_128_GCM_SHA256", "aead"),
            (0x1301, "TLS_AES_128_GCM_SHA256", Exchange::Apart, "AES_128_GCM_SHA256", "aead 1.3"),
            (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", Exchange::Dhe, "AES_128_CBC_SHA", "old"),
            (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", Exchange::Rsa, "AES_128_CBC_SHA", "old"),
            (0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", Exchange::Rsa, "RC4_40_MD5", "export old"),
            (0xc005, "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA", Exchange::Static, "AES_256_CBC_SHA", "old"),
            (0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", Exchange::Anonymous { ec: false }, "AES_128_CBC_SHA", "old"),
            (0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", Exchange::Anonymous { ec: true }, "AES_128_CBC_SHA", "old"),
            (0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8", Exchange::Other, "AES_128_CCM_8", "aead"),
            (0x5600, "TLS_FALLBACK_SCSV", Exchange::Other, "FALLBACK_SCSV", "old"),
            (0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", Exchange::Other, "EMPTY_RENEGOTIATION_INFO_SCSV", "old"),
            (0x1234, "cipher suite 0x1234", Exchange::Other, "", "old"),
        ] {
            let suite = Suite(number);
            let mut got = Vec::new();
            got.extend(suite.is_export().then_some("export"));
            got.extend(suite.is_aead().then_some("aead"));
            got.extend(suite.is_tls13().then_some("1.3"));
            got.extend(suite.fits(Version::TLS10).then_some("old"));
            let got = (suite.to_string(), suite.exchange(), suite.cipher(), got.join(" "));
            assert_eq!(got, (name.to_owned(), exchange, cipher, marks.to_owned()));
        }
    }

    #[test]
    fn what_is_offered() {
        for (version, count, first, last) in [
            (Version::TLS13, 11, "TLS_AES_128_GCM_SHA256", "TLS_SHA384_SHA384"),
            (Version::TLS12, 218, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_DH_anon_WITH_ARIA_256_CBC_SHA384"),
            (Version::TLS11, 82, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA"),
            (Version::SSL3, 57, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", "TLS_DH_anon_WITH_SEED_CBC_SHA"),
        ] {
            let all = Suite::all(version);
            let ends = [all.first(), all.last()].map(|suite| suite.map(ToString::to_string).unwrap_or_default());
            assert_eq!((all.len(), ends), (count, [first.to_owned(), last.to_owned()]), "{version}");
        }
    }
}
