//! What one line of rcgen's parameters makes wrong.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, Error, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P384_SHA384,
};

use super::{Issuer, Made, authority, name_for};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn all(root: &Issuer, between: &Issuer) -> Result<Vec<Made>, Error> {
    let now = SystemTime::now();
    let mut all = Vec::new();
    // With the intermediate behind it, as it should be.
    let mut below = |fault: &'static str, change: &dyn Fn(&mut CertificateParams)| {
        all.push(one(fault, change, &KeyPair::generate()?, between, &[between])?);
        Ok::<(), Error>(())
    };
    below("none", &|_| {})?;
    below("expired", &|it| {
        (it.not_before, it.not_after) = ((now - 100 * DAY).into(), (now - 10 * DAY).into());
    })?;
    below("not-yet", &|it| {
        (it.not_before, it.not_after) = ((now + 10 * DAY).into(), (now + 100 * DAY).into());
    })?;
    below("other-name", &|it| it.subject_alt_names = names(&["elsewhere.test", "www.elsewhere.test"]))?;
    // Its common name is the right one; RFC 9525 §6.2 passes over it.
    below("no-san", &|it| it.subject_alt_names.clear())?;
    below("wildcard", &|it| it.subject_alt_names = names(&["*.fault.test"]))?;
    below("wildcard-too-deep", &|it| {
        it.subject_alt_names = names(&["*.fault.test"]);
        it.distinguished_name = common_name("fault.test");
    })?;
    // RFC 9525 §6.3: the wildcard is the whole label or nothing.
    below("wildcard-in-part", &|it| {
        it.subject_alt_names = names(&["wildcard-*.fault.test"]);
        it.distinguished_name = common_name("fault.test");
    })?;
    below("for-clients", &|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])?;
    below("must-staple", &|it| {
        // RFC 7633: status_request, a SEQUENCE with the INTEGER 5.
        it.custom_extensions =
            vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5])];
    })?;
    below("critical-extension", &|it| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55738, 1], vec![5, 0]);
        extension.set_criticality(true);
        it.custom_extensions = vec![extension];
    })?;
    below("authority-as-server", &|it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        it.key_usages.push(KeyUsagePurpose::KeyCertSign);
    })?;
    all.extend(chains(root, between)?);
    all.push(one("p-384", &|_| {}, &KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?, between, &[between])?);
    Ok(all)
}

/// A client's certificate with the intermediate behind it, and its key.
pub(super) fn client(folder: &Path, between: &Issuer) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let key = KeyPair::generate()?;
    let mut params = params("client")?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    std::fs::write(folder.join("client.pem"), params.signed_by(&key, between)?.pem() + &between.pem())?;
    std::fs::write(folder.join("client.key"), key.serialize_pem())?;
    Ok(())
}

/// What is wrong with the certificates above the server's own, or with their order.
fn chains(root: &Issuer, between: &Issuer) -> Result<Vec<Made>, Error> {
    let now = SystemTime::now();
    let key = KeyPair::generate;
    let issuer = |name: &str, change: &dyn Fn(&mut CertificateParams), above: &Issuer| {
        let mut params = authority(name);
        change(&mut params);
        Issuer::signed_by(params, key()?, above)
    };
    let made = |fault, issuer: &Issuer, above: &[&Issuer]| one(fault, &|_| {}, &key()?, issuer, above);

    let second = issuer("fault.test second intermediate", &|_| {}, between)?;
    let stranger = Issuer::self_signed(authority("a stranger"), key()?)?;
    let old = issuer(
        "fault.test old intermediate",
        &|it| (it.not_before, it.not_after) = ((now - 400 * DAY).into(), (now - 10 * DAY).into()),
        root,
    )?;
    let narrow = issuer(
        "fault.test narrow intermediate",
        &|it| {
            let permitted = vec![GeneralSubtree::DnsName("elsewhere.test".to_owned())];
            it.name_constraints =
                Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
        },
        root,
    )?;
    let last =
        issuer("fault.test last intermediate", &|it| it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)), root)?;
    let too_long = issuer("fault.test one too many", &|_| {}, &last)?;
    let server = issuer(
        "fault.test a server",
        &|it| {
            it.is_ca = IsCa::ExplicitNoCa;
            it.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        },
        root,
    )?;
    let own = key()?;
    let self_signed = Made {
        fault: "self-signed",
        chain: vec![params("self-signed")?.self_signed(&own)?.pem()],
        key: own.serialize_pem(),
    };
    Ok(vec![
        self_signed,
        made("missing-intermediate", between, &[])?,
        made("wrong-order", &second, &[between, &second])?,
        made("with-root", between, &[between, root])?,
        made("with-stranger", between, &[between, &stranger])?,
        made("unknown-root", &stranger, &[&stranger])?,
        made("expired-intermediate", &old, &[&old])?,
        made("name-constraints", &narrow, &[&narrow])?,
        made("path-length", &too_long, &[&too_long, &last])?,
        made("signed-by-server", &server, &[&server])?,
    ])
}

/// A certificate with one change, its key, and what is sent behind it.
fn one(
    fault: &'static str,
    change: &dyn Fn(&mut CertificateParams),
    key: &KeyPair,
    issuer: &Issuer,
    above: &[&Issuer],
) -> Result<Made, Error> {
    let mut params = params(fault)?;
    change(&mut params);
    let own = params.signed_by(key, issuer)?.pem();
    let chain = std::iter::once(own).chain(above.iter().map(|above| above.pem())).collect();
    Ok(Made { fault, chain, key: key.serialize_pem() })
}

/// A certificate of a server as it should be.
fn params(fault: &str) -> Result<CertificateParams, Error> {
    let now = SystemTime::now();
    let mut params = CertificateParams::new(vec![name_for(fault)])?;
    params.distinguished_name = common_name(&name_for(fault));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = ((now - DAY).into(), (now + 90 * DAY).into());
    Ok(params)
}

fn common_name(name: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    subject
}

fn names(names: &[&str]) -> Vec<rcgen::SanType> {
    let name = |name: &&str| rcgen::SanType::DnsName((*name).try_into().expect("a name in ASCII"));
    names.iter().map(name).collect()
}
