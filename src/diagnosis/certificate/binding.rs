//! What a login can be bound to on a TLS connection (RFC 5056).

use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::signature_algorithm::SignatureAlgorithm;

use crate::diagnosis::tls::TlsReport;
use crate::protocol::sasl::{Binding, BindingType};

/// The bindings that a connection has, the better first: `tls-exporter` (RFC 9266), then `tls-server-end-point` (RFC 5929).
#[must_use]
pub fn bindings(report: &TlsReport) -> Vec<Binding> {
    let exporter = report.exporter.as_ref().map(|octets| (BindingType::Exporter, octets.expose().to_vec()));
    let end_point = report.chain.first().and_then(|leaf| end_point(leaf));
    let end_point = end_point.map(|octets| (BindingType::ServerEndPoint, octets));
    exporter.into_iter().chain(end_point).map(|(kind, octets)| Binding { kind, octets }).collect()
}

/// The data of `tls-server-end-point`: the hash of the certificate by the hash of its signature, SHA-256 in place of MD5
/// and SHA-1 (RFC 5929 §4.1). A signature without a hash of its own, as of Ed25519, defines none.
#[must_use]
pub fn end_point(der: &[u8]) -> Option<Vec<u8>> {
    let (_, read) = X509Certificate::from_der(der).ok()?;
    let signature = &read.signature_algorithm;
    let oid = match SignatureAlgorithm::try_from(signature) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => parameters.hash_algorithm_oid().to_id_string(),
        _ => signature.algorithm.to_id_string(),
    };
    Some(digest(hash(&oid)?, der).as_ref().to_vec())
}

fn hash(oid: &str) -> Option<&'static Algorithm> {
    match oid {
        // MD5 and SHA-1, alone and with RSA, DSA and ECDSA; then SHA-256.
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.10040.4.3"
        | "1.2.840.10045.4.1"
        | "1.3.14.3.2.26" => Some(&SHA256),
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" | "2.16.840.1.101.3.4.2.1" => Some(&SHA256),
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" | "2.16.840.1.101.3.4.2.2" => Some(&SHA384),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" | "2.16.840.1.101.3.4.2.3" => Some(&SHA512),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn certificate(algorithm: &'static rcgen::SignatureAlgorithm) -> Vec<u8> {
        let key = KeyPair::generate_for(algorithm).unwrap();
        CertificateParams::new(vec!["mx.example.test".to_owned()]).unwrap().self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        let der = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
        assert_eq!(end_point(&der).unwrap(), digest(&SHA256, &der).as_ref());
        let der = certificate(&rcgen::PKCS_ECDSA_P384_SHA384);
        assert_eq!(end_point(&der).unwrap(), digest(&SHA384, &der).as_ref());
        assert_eq!(end_point(&certificate(&rcgen::PKCS_ED25519)), None);
        assert_eq!(end_point(b"no certificate"), None);
        assert_eq!(hash("1.2.840.113549.1.1.5"), Some(&SHA256), "SHA-1 is replaced");
    }

    #[test]
    fn the_exporter_comes_first() {
        let mut report = TlsReport::unjudged("mx.example.test");
        let kinds = |report: &TlsReport| bindings(report).iter().map(|binding| binding.kind).collect::<Vec<_>>();
        assert_eq!(kinds(&report), []);
        report.chain = vec![certificate(&rcgen::PKCS_ECDSA_P256_SHA256)];
        assert_eq!(kinds(&report), [BindingType::ServerEndPoint]);
        report.exporter = Some(crate::protocol::secret::Secret::new(vec![1; 32]));
        assert_eq!(kinds(&report), BindingType::ALL);
        assert_eq!(bindings(&report).first(), Some(&Binding { kind: BindingType::Exporter, octets: vec![1; 32] }));
    }
}
