//! Whom this machine and Mozilla trust, and what each of them says of a chain.

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};
use tokio::sync::OnceCell;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::diagnosis::tls::{Judgement, Path, Reason, Verdict};

/// Names of a certificate that are told when none of them fits.
const NAMES_TOLD: usize = 6;
/// The longest DNS name (RFC 1035 §3.1), without its dot. A certificate can hold longer ones.
const LONGEST_NAME: usize = 253;

/// The two root stores, kept apart so that one can tell which of them said yes.
#[derive(Debug)]
pub(crate) struct Trust {
    mozilla: RootCertStore,
    system: OnceCell<RootCertStore>,
    practice: Option<CertificateDer<'static>>,
}

impl Trust {
    /// Mozilla's list, this machine's store when it is first needed, and the practice authority beside the latter.
    pub(crate) fn new(practice: Option<CertificateDer<'static>>) -> Self {
        let mozilla = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self { mozilla, system: OnceCell::new(), practice }
    }

    /// This machine's store. Reading it takes some tens of milliseconds, once.
    pub(crate) async fn system(&self) -> &RootCertStore {
        self.system
            .get_or_init(|| async {
                let mut roots = tokio::task::spawn_blocking(|| {
                    let mut roots = RootCertStore::empty();
                    // Files that cannot be read leave the store smaller, and an empty store says so in the verdict.
                    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                    roots
                })
                .await
                .unwrap_or_else(|_| RootCertStore::empty());
                roots.add_parsable_certificates(self.practice.clone());
                roots
            })
            .await
    }

    /// Judges a chain, leaf first: its name, and its trust apart from name and dates.
    pub(crate) async fn judge(
        &self,
        chain: &[CertificateDer<'static>],
        name: &ServerName<'static>,
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Judgement {
        let system = self.system().await;
        let Some((leaf, above)) = chain.split_first() else {
            return Judgement::unknown("the server sent no certificate");
        };
        let roots = issuers(chain, &[system, &self.mozilla]);
        let parsed = match ParsedCertificate::try_from(leaf) {
            Ok(parsed) => parsed,
            Err(error) => return Judgement { roots, ..Judgement::unknown(&reason(&error).to_string()) },
        };
        let times = times(chain, now);
        let trusted_by = |roots: &RootCertStore| {
            if roots.is_empty() {
                let why = "this machine has no root certificates; install ca-certificates";
                return (Verdict::Unknown(why.to_owned()), None);
            }
            let mut first = None;
            for time in &times {
                match verify_server_cert_signed_by_trust_anchor(&parsed, roots, above, *time, algorithms.all) {
                    Ok(()) => return (Verdict::Good, path(leaf, above, roots, *time, algorithms)),
                    // "expired" hides what else is wrong; at another time the other fault shows.
                    Err(error) if is_date(&error) => first = first.or(Some(error)),
                    Err(error) => return (Verdict::Bad(reason(&error)), None),
                }
            }
            let never = first.map(|_| Reason::NeverTogether);
            (Verdict::Bad(never.unwrap_or_else(|| "it could not be checked".into())), None)
        };
        let (system, system_path) = trusted_by(system);
        let (mozilla, mozilla_path) = trusted_by(&self.mozilla);
        let name = match verify_server_name(&parsed, name) {
            Ok(()) => Verdict::Good,
            Err(error) => Verdict::Bad(reason(&error)),
        };
        Judgement { name, system, mozilla, system_path, mozilla_path, roots }
    }
}

/// The names that certificates of the chain have for their issuers, of those that a root has.
fn issuers(chain: &[CertificateDer<'_>], stores: &[&RootCertStore]) -> Vec<Vec<u8>> {
    let read = chain.iter().filter_map(|der| X509Certificate::from_der(der).ok());
    let is_root = |name: &Vec<u8>| {
        let mut roots = stores.iter().flat_map(|store| &store.roots);
        roots.any(|root| name.ends_with(&root.subject) && sequence(&root.subject) == *name)
    };
    read.map(|(_, certificate)| certificate.issuer().as_raw().to_vec()).filter(is_root).collect()
}

/// The chain that the library builds to a root. It does so for the verdict too, and keeps it to itself there.
fn path(
    leaf: &CertificateDer<'_>,
    above: &[CertificateDer<'_>],
    roots: &RootCertStore,
    time: UnixTime,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Option<Path> {
    let leaf = webpki::EndEntityCert::try_from(leaf).ok()?;
    let usage = webpki::KeyUsage::server_auth();
    let built = leaf.verify_for_usage(algorithms.all, &roots.roots, above, time, usage, None, None).ok()?;
    Some(Path {
        between: built.intermediate_certificates().map(|between| between.der().to_vec()).collect(),
        root: sequence(&built.anchor().subject),
    })
}

/// A SEQUENCE with this inside, in DER (X.690 §8.1): the library keeps the names of roots without their frame.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = length.iter().copied().skip_while(|octet| *octet == 0).collect::<Vec<u8>>();
    let mut der = vec![0x30];
    if content.len() > 0x7f {
        der.push(0x80 | u8::try_from(length.len()).unwrap_or(0));
    }
    der.extend(if content.is_empty() { vec![0] } else { length });
    der.extend_from_slice(content);
    der
}

/// The times at which a chain is judged: now, and if that is outside of its dates, times at which all of it, or at least
/// the leaf, was or will be valid.
fn times(chain: &[CertificateDer<'static>], now: UnixTime) -> Vec<UnixTime> {
    let dates = |der: &CertificateDer<'_>| {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
    };
    let all: Vec<(i64, i64)> = chain.iter().filter_map(dates).collect();
    let latest_start = all.iter().map(|(start, _)| *start).max();
    let earliest_end = all.iter().map(|(_, end)| *end).min();
    let leaf = all.first();
    [
        latest_start.map(|t| t.saturating_add(1)),
        earliest_end.map(|t| t.saturating_sub(1)),
        leaf.map(|(start, _)| start.saturating_add(1)),
        leaf.map(|(_, end)| end.saturating_sub(1)),
    ]
    .into_iter()
    .flatten()
    .filter_map(|t| u64::try_from(t).ok())
    .map(|t| UnixTime::since_unix_epoch(std::time::Duration::from_secs(t)))
    .fold(vec![now], |mut times, time| {
        times.push(time);
        times
    })
}

fn is_date(error: &rustls::Error) -> bool {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    matches!(
        error,
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
    )
}

/// What the library says of a certificate.
pub(crate) fn reason(error: &rustls::Error) -> Reason {
    let rustls::Error::InvalidCertificate(fault) = error else {
        return error.to_string().into();
    };
    match fault {
        CertificateError::UnknownIssuer => Reason::UnknownIssuer,
        CertificateError::BadSignature => Reason::BadSignature,
        CertificateError::BadEncoding => Reason::Unreadable,
        CertificateError::UnhandledCriticalExtension => Reason::CriticalExtension,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Reason::Purpose,
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Reason::Algorithm,
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "the certificate has no subject alternative name".into()
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let told: Vec<String> =
                presented.iter().take(NAMES_TOLD).map(|name| bare(name).chars().take(LONGEST_NAME).collect()).collect();
            let more = match presented.len().saturating_sub(NAMES_TOLD) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            format!("the certificate is for {}{more}", told.join(", ")).into()
        }
        CertificateError::Other(inner) => match inner.0.downcast_ref() {
            Some(inner) => unnamed(inner),
            None => fault.to_string().into(),
        },
        other => other.to_string().into(),
    }
}

/// What the library below says for which the one above has no name.
fn unnamed(error: &webpki::Error) -> Reason {
    match error {
        webpki::Error::CaUsedAsEndEntity => Reason::AuthorityAsServer,
        webpki::Error::EndEntityUsedAsCa => Reason::NoAuthority,
        webpki::Error::UnsupportedCertVersion => Reason::Version,
        webpki::Error::UnsupportedCriticalExtension => Reason::CriticalExtension,
        webpki::Error::NameConstraintViolation => Reason::NameConstraints,
        webpki::Error::PathLenConstraintViolated => Reason::PathLength,
        webpki::Error::SignatureAlgorithmMismatch => Reason::Algorithm,
        other => other.to_string().into(),
    }
}

/// The name in the library's `DnsName("a.example")`.
fn bare(presented: &str) -> &str {
    presented.split_once("(\"").and_then(|(_, rest)| rest.strip_suffix("\")")).unwrap_or(presented)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::authority::Authority;
    use jiff::Timestamp;
    use rustls::crypto::ring;
    use std::time::Duration;

    const NOW: i64 = 1_800_000_000;
    const DAY: i64 = 86_400;

    /// A chain made at `made` for `mail.example.test`, judged at [`NOW`].
    async fn judged(made: i64, trusted: bool, name: &str) -> Judgement {
        let authority = Authority::new(Timestamp::from_second(made).unwrap()).unwrap();
        let chain = [authority.leaf(&["mail.example.test"]).unwrap().0];
        let trust = Trust::new(trusted.then(|| authority.der()));
        let name = ServerName::try_from(name.to_owned()).unwrap();
        judge(&trust, &chain, &name).await
    }

    async fn judge(trust: &Trust, chain: &[CertificateDer<'static>], name: &ServerName<'static>) -> Judgement {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW as u64));
        trust.judge(chain, name, now, &ring::default_provider().signature_verification_algorithms).await
    }

    #[tokio::test]
    async fn name_trust_and_dates_are_three_questions() {
        let stranger = || Verdict::Bad(Reason::UnknownIssuer);
        let other_name = || Verdict::Bad("the certificate is for mail.example.test".into());
        for (case, made, trusted, name, named, system) in [
            ("good", NOW, true, "mail.example.test", Verdict::Good, Verdict::Good),
            ("expired", NOW - 400 * DAY, true, "mail.example.test", Verdict::Good, Verdict::Good),
            ("not yet", NOW + 400 * DAY, true, "mail.example.test", Verdict::Good, Verdict::Good),
            ("wrong name", NOW, true, "mx.example.test", other_name(), Verdict::Good),
            ("address", NOW, true, "192.0.2.25", other_name(), Verdict::Good),
            ("stranger", NOW, false, "mail.example.test", Verdict::Good, stranger()),
            ("expired stranger", NOW - 400 * DAY, false, "mail.example.test", Verdict::Good, stranger()),
        ] {
            let judged = judged(made, trusted, name).await;
            assert_eq!((judged.name, judged.mozilla), (named, stranger()), "{case}");
            // A machine without root certificates cannot call anybody a stranger.
            if trusted || !matches!(judged.system, Verdict::Unknown(_)) {
                assert_eq!(judged.system, system, "{case}");
            }
            assert_eq!(judged.roots.len(), usize::from(trusted), "{case}");
        }
    }

    #[tokio::test]
    async fn what_is_no_certificate_is_not_judged() {
        let trust = Trust::new(None);
        let name = ServerName::try_from("mail.example.test").unwrap();
        for chain in [vec![], vec![CertificateDer::from(vec![0x30, 3, 1, 2, 3])], vec![CertificateDer::from(vec![])]] {
            let judged = judge(&trust, &chain, &name).await;
            assert!(matches!(judged.name, Verdict::Unknown(_)), "{:?}", judged.name);
            assert!(matches!(judged.mozilla, Verdict::Unknown(_)), "{:?}", judged.mozilla);
        }
    }

    #[tokio::test]
    async fn an_authority_in_place_of_a_server() {
        let authority = Authority::new(Timestamp::from_second(NOW).unwrap()).unwrap();
        let name = ServerName::try_from("mail.example.test").unwrap();
        let judged = judge(&Trust::new(None), &[authority.der()], &name).await;
        assert_eq!(judged.mozilla, Verdict::Bad(Reason::AuthorityAsServer));
        assert_eq!(judged.name, Verdict::Bad("the certificate has no subject alternative name".into()));
    }
}
