//! The extensions of a certificate in words, a line each (RFC 5280 §4.2).

use x509_parser::extensions::{
    DistributionPointName, ExtendedKeyUsage, GeneralSubtree, KeyUsage, ParsedExtension, PolicyInformation,
    SignedCertificateTimestamp,
};
use x509_parser::prelude::{X509Certificate, X509Extension};

use super::der::{Der, IA5, SEQUENCE};
use super::reading::{CA_ISSUERS, OCSP, access, date, general_name, hex, shown};

/// Members of one extension that are told; more are counted.
const MEMBERS: usize = 20;
/// Extensions that are told.
const EXTENSIONS: usize = 60;
/// id-pe-tlsfeature, and `SEQUENCE { INTEGER 5 }`, its only value of today: status_request.
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
const STATUS_REQUEST: u8 = 5;

/// All of them but the names: what each is called, what it says.
pub(super) fn lines(certificate: &X509Certificate<'_>) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for extension in certificate.iter_extensions().take(EXTENSIONS) {
        let before = out.len();
        read(extension, certificate, &mut out);
        // What is critical must be understood by whoever goes by the certificate (RFC 5280 §4.2).
        if let Some((_, says)) = out.get_mut(before).filter(|_| extension.critical) {
            says.push_str(" (critical)");
        }
    }
    out
}

/// Whether it demands that an OCSP response comes with it (RFC 7633, "must-staple").
pub(super) fn must_staple(certificate: &X509Certificate<'_>) -> bool {
    let feature = certificate.iter_extensions().find(|extension| extension.oid.to_id_string() == TLS_FEATURE);
    feature.is_some_and(|extension| {
        let mut list = Der::new(extension.value).enter(SEQUENCE);
        std::iter::from_fn(|| list.as_mut()?.take(0x02)).take(MEMBERS).any(|number| number == [STATUS_REQUEST])
    })
}

/// The first extension that is critical and that nobody here knows, by its OID. Whoever does not know it must refuse the
/// certificate (RFC 5280 §4.2).
pub(super) fn unknown_and_critical(certificate: &X509Certificate<'_>) -> Option<String> {
    let is_unknown = |extension: &&X509Extension<'_>| {
        extension.critical
            && matches!(extension.parsed_extension(), ParsedExtension::UnsupportedExtension { .. })
            && extension.oid.to_id_string() != TLS_FEATURE
    };
    certificate.iter_extensions().find(is_unknown).map(|extension| extension.oid.to_id_string())
}

fn read(extension: &X509Extension<'_>, certificate: &X509Certificate<'_>, out: &mut Vec<(&'static str, String)>) {
    let mut put = |label, says| out.push((label, says));
    match extension.parsed_extension() {
        // The names are told before.
        ParsedExtension::SubjectAlternativeName(_) => {}
        ParsedExtension::BasicConstraints(basic) => put(
            "constraints",
            match (basic.ca, basic.path_len_constraint) {
                (false, _) => "no authority: it signs no certificates".to_owned(),
                (true, None) => "authority".to_owned(),
                (true, Some(0)) => "authority, for servers' certificates only (path length 0)".to_owned(),
                (true, Some(length)) => format!("authority, with up to {length} others below it"),
            },
        ),
        ParsedExtension::KeyUsage(usage) => put("key usage", key_usage(usage)),
        ParsedExtension::ExtendedKeyUsage(usage) => put("purpose", purposes(usage)),
        ParsedExtension::SubjectKeyIdentifier(id) => put("key id", hex(id.0, ":")),
        ParsedExtension::AuthorityKeyIdentifier(id) => {
            put("issuer key", id.key_identifier.as_ref().map_or_else(|| "not named".to_owned(), |id| hex(id.0, ":")));
        }
        ParsedExtension::AuthorityInfoAccess(_) => {
            out.extend(access(certificate, OCSP).take(MEMBERS).map(|url| ("OCSP", shown(url.as_bytes()))));
            out.extend(access(certificate, CA_ISSUERS).take(MEMBERS).map(|url| ("issuer at", shown(url.as_bytes()))));
        }
        ParsedExtension::CRLDistributionPoints(points) => {
            for point in points.points.iter().take(MEMBERS) {
                match &point.distribution_point {
                    Some(DistributionPointName::FullName(names)) => {
                        names.iter().take(MEMBERS).for_each(|name| put("CRL", general_name(name)));
                    }
                    _ => put("CRL", "of a name relative to the issuer's".to_owned()),
                }
            }
        }
        ParsedExtension::CertificatePolicies(policies) => {
            policies.iter().take(MEMBERS).for_each(|one| put("policy", policy(one)));
        }
        ParsedExtension::NameConstraints(names) => {
            let mut tell = |what: &str, trees: &Option<Vec<GeneralSubtree<'_>>>| {
                let trees = trees.iter().flatten().take(MEMBERS);
                trees.for_each(|tree| put("for names", format!("{what} {}", general_name(&tree.base))));
            };
            tell("only", &names.permitted_subtrees);
            tell("not", &names.excluded_subtrees);
        }
        ParsedExtension::SCT(stamps) => stamps.iter().take(MEMBERS).for_each(|one| put("SCT", stamp(one))),
        ParsedExtension::NSCertType(_) | ParsedExtension::NsCertComment(_) => {
            put("Netscape", "an extension of the last century".to_owned());
        }
        ParsedExtension::ParseError { .. } => {
            put("unreadable", format!("{} {}", extension.oid.to_id_string(), hex(extension.value, "")));
        }
        _ if extension.oid.to_id_string() == TLS_FEATURE => put(
            "feature",
            match must_staple(certificate) {
                true => "an OCSP response must come with it (must-staple, RFC 7633)".to_owned(),
                false => format!("TLS features {}", hex(extension.value, "")),
            },
        ),
        _ => put("extension", format!("{} {}", extension.oid.to_id_string(), hex(extension.value, ""))),
    }
}

fn key_usage(usage: &KeyUsage) -> String {
    let words = [
        (usage.digital_signature(), "digitalSignature (signs handshakes)"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_encipherment(), "keyEncipherment (RSA key exchange)"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign (signs certificates)"),
        (usage.crl_sign(), "cRLSign (signs CRLs)"),
        (usage.encipher_only(), "encipherOnly"),
        (usage.decipher_only(), "decipherOnly"),
    ];
    listed(words.iter().filter(|(has, _)| *has).map(|(_, word)| (*word).to_owned()))
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> String {
    let words = [
        (usage.any, "any"),
        (usage.server_auth, "TLS servers (serverAuth)"),
        (usage.client_auth, "TLS clients (clientAuth)"),
        (usage.code_signing, "code (codeSigning)"),
        (usage.email_protection, "S/MIME (emailProtection)"),
        (usage.time_stamping, "time stamps (timeStamping)"),
        (usage.ocsp_signing, "OCSP responses (OCSPSigning)"),
    ];
    let known = words.iter().filter(|(has, _)| *has).map(|(_, word)| (*word).to_owned());
    listed(known.chain(usage.other.iter().take(MEMBERS).map(|oid| oid.to_id_string())))
}

fn listed(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// A policy with the words of the CA/Browser Forum for its own ones, and where its text is.
fn policy(policy: &PolicyInformation<'_>) -> String {
    let number = policy.policy_id.to_id_string();
    let means = match number.as_str() {
        "2.23.140.1.2.1" => "domain validated (DV): the authority checked that its holder controls the names",
        "2.23.140.1.2.2" => "organization validated (OV): the authority checked who its holder is",
        "2.23.140.1.2.3" => "individual validated (IV): the authority checked which person its holder is",
        "2.23.140.1.1" => "extended validation (EV): the authority checked its holder by strict rules",
        "2.5.29.32.0" => "any policy",
        _ => "",
    };
    let mut text = if means.is_empty() { number } else { format!("{number} {means}") };
    // id-qt-cps
    let texts = policy
        .policy_qualifiers
        .iter()
        .flatten()
        .filter(|one| one.policy_qualifier_id.to_id_string() == "1.3.6.1.5.5.7.2.1");
    for url in texts.take(1).filter_map(|one| Der::new(one.qualifier).take(IA5)) {
        text.push_str(&format!(", {}", shown(url)));
    }
    text
}

/// A promise of a log to show the certificate (RFC 6962 §3.2). Its signature is not checked: the log's key is not known
/// here.
fn stamp(stamp: &SignedCertificateTimestamp<'_>) -> String {
    let at = i64::try_from(stamp.timestamp / 1000).map_or_else(|_| "at no time".to_owned(), date);
    let version =
        if stamp.version.0 == 0 { String::new() } else { format!(", version {}", u16::from(stamp.version.0) + 1) };
    format!("{at} log {}{version}", hex(stamp.id.key_id, ""))
}
