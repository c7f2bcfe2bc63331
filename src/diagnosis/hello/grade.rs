//! What suites, versions and groups are worth (RFC 9325, RFC 8996), each with the reason and the next step.

use crate::diagnosis::finding::Severity;
use crate::protocol::tls::{Exchange, Suite, Version};

/// Bits that a prime should have (RFC 9325 §4.4), and below which it is broken by whoever wants to (Logjam).
pub(super) const PRIME: usize = 2048;
pub(super) const BROKEN_PRIME: usize = 1024;

/// What is wrong with a suite, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grade {
    pub(super) severity: Severity,
    /// A few words for a row: `RC4 is broken (RFC 7465)`.
    pub(super) says: &'static str,
    pub(super) next: &'static str,
}

const fn grade(severity: Severity, says: &'static str, next: &'static str) -> Grade {
    Grade { severity, says, next }
}

/// What a suite is worth: the worst that can be said of it.
pub(super) fn suite(suite: Suite) -> Grade {
    let cipher = suite.cipher();
    let has = |part: &str| cipher.contains(part);
    let anonymous = matches!(suite.exchange(), Exchange::Anonymous { .. });
    match suite.exchange() {
        _ if has("NULL") || cipher == "SHA256_SHA256" || cipher == "SHA384_SHA384" => {
            grade(Severity::Fault, "nothing is encrypted", "switch it off: add !eNULL to the list of ciphers")
        }
        _ if suite.is_export() || has("_40") || has("DES40") => grade(
            Severity::Fault,
            "an export cipher of 40 bits, broken in minutes (FREAK, Logjam)",
            "switch it off: add !EXPORT to the list of ciphers",
        ),
        _ if has("RC4") => {
            grade(Severity::Fault, "RC4 must not be used (RFC 7465)", "switch it off: add !RC4 to the list of ciphers")
        }
        _ if has("RC2") || (has("DES_CBC") && !has("3DES")) => {
            grade(Severity::Fault, "a cipher of 56 bits or fewer", "switch it off: add !LOW to the list of ciphers")
        }
        // Senders of mail that check no certificate offer these on purpose (RFC 7435 §3).
        _ if anonymous => grade(
            Severity::Warning,
            "without a certificate: anybody on the way can be the server",
            "add !aNULL to the list of ciphers; Postfix offers them by default, to clients that check no certificate",
        ),
        _ if has("3DES") || has("IDEA") => grade(
            Severity::Warning,
            "a cipher with blocks of 64 bits (Sweet32, CVE-2016-2183)",
            "switch it off: add !3DES:!IDEA to the list of ciphers",
        ),
        Exchange::Rsa => grade(
            Severity::Warning,
            "no forward secrecy: whoever gets the key later reads all that was said (RFC 9325 §4.1)",
            "let the server offer ECDHE, and add !kRSA to the list of ciphers",
        ),
        Exchange::Static => grade(
            Severity::Warning,
            "no forward secrecy: the key of the certificate is used again and again (RFC 9325 §4.1)",
            "switch it off: add !kECDH:!kDH to the list of ciphers",
        ),
        Exchange::Other => grade(Severity::Note, "nothing is known of it", ""),
        _ if !suite.is_aead() => grade(
            Severity::Note,
            "CBC: good only where the library is (Lucky Thirteen)",
            "prefer suites with GCM or ChaCha20-Poly1305",
        ),
        _ => grade(Severity::Good, "forward secrecy, AEAD", ""),
    }
}

/// What a prime of so many bits is worth.
pub(super) fn prime(bits: usize) -> Grade {
    let next = "make larger parameters, or leave them to the library; better: prefer ECDHE. Postfix: leave \
                smtpd_tls_dh1024_param_file at its default; Dovecot: ssl_dh";
    match bits {
        0..BROKEN_PRIME => grade(Severity::Fault, "can be broken by one person (Logjam)", next),
        BROKEN_PRIME..PRIME => grade(Severity::Warning, "can be broken by whoever has the means (RFC 9325 §4.4)", next),
        _ => grade(Severity::Good, "", ""),
    }
}

/// What it is worth that a version is spoken.
pub(super) fn spoken(version: Version) -> Grade {
    match version {
        Version::SSL2 | Version::SSL3 => {
            grade(Severity::Fault, "broken (POODLE), and forbidden", "switch it off; no mail program needs it")
        }
        Version::TLS10 | Version::TLS11 => grade(
            Severity::Warning,
            "out of date, and forbidden",
            "switch it off (Postfix: smtpd_tls_mandatory_protocols = >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2); \
             on port 25 senders that know nothing newer may then send in clear",
        ),
        _ => grade(Severity::Good, "", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_and_what_they_are_worth() {
        for (number, severity, part) in [
            (0x1301, Severity::Good, "forward secrecy"),
            (0xc0b4, Severity::Fault, "nothing is encrypted"),
            (0xc02f, Severity::Good, "forward secrecy"),
            (0xc013, Severity::Note, "CBC"),
            (0x009e, Severity::Good, "forward secrecy"),
            (0x009c, Severity::Warning, "no forward secrecy"),
            (0xc02d, Severity::Warning, "the key of the certificate"),
            (0x000a, Severity::Warning, "Sweet32"),
            (0x0005, Severity::Fault, "RC4"),
            (0x0003, Severity::Fault, "export"),
            (0x0009, Severity::Fault, "56 bits"),
            (0x0002, Severity::Fault, "nothing is encrypted"),
            (0x00a6, Severity::Warning, "without a certificate"),
            (0x0018, Severity::Fault, "RC4"),
            (0x1234, Severity::Note, "nothing is known"),
        ] {
            let grade = suite(Suite(number));
            assert!(grade.severity == severity && grade.says.contains(part), "{number:04x} {grade:?}");
            assert_eq!(grade.next.is_empty(), severity == Severity::Good || number == 0x1234, "{number:04x}");
        }
        for version in Version::ALL.into_iter().chain([Version::SSL2]) {
            assert_eq!(spoken(version).severity == Severity::Good, version.forbidden_by().is_none(), "{version}");
        }
        let severities = [512, 1023, 1024, 2047, 2048].map(|bits| prime(bits).severity);
        assert_eq!(
            severities,
            [Severity::Fault, Severity::Fault, Severity::Warning, Severity::Warning, Severity::Good]
        );
    }
}
