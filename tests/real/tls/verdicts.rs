//! Our verdicts beside those of OpenSSL, Postfix and GnuTLS, for every fault.
//!
//! The peers stop at the first fault or tell of the whole chain at once, so what they say is a part of what we say; and
//! they accept what we find no fault with. Where that is not so, the table says why.

use std::thread;

use super::ours::{Ours, from_a_handshake};
use super::peers::{Faults, gnutls, openssl, posttls_finger};
use super::servers::servers;

/// Certificates judged at the same time.
const AT_ONCE: usize = 4;

/// A fault, and what we say to it.
struct Row {
    fault: &'static str,
    /// The verdicts that are faults, and of those that are warnings.
    faults: &'static [&'static str],
    warnings: &'static [&'static str],
    /// Whoever may say something else, what, and why.
    others: &'static [(Peer, &'static [&'static str], &'static str)],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peer {
    OpenSsl,
    Postfix,
    GnuTls,
}

use Peer::{GnuTls, OpenSsl, Postfix};

const COMMON_NAME: &str = "takes the common name where there is no alternative name, which RFC 9525 §2 ends";
const AUTHORITY: &str = "takes an authority's certificate as a server's; rustls and Go do not";
const STAPLE: &str = "does not look at RFC 7633";

const fn row(
    fault: &'static str,
    faults: &'static [&'static str],
    warnings: &'static [&'static str],
    others: &'static [(Peer, &'static [&'static str], &'static str)],
) -> Row {
    Row { fault, faults, warnings, others }
}

const TABLE: &[Row] = &[
    row("none", &[], &[], &[]),
    row("wildcard", &[], &[], &[]),
    row("p-384", &[], &[], &[]),
    row("rsa-2048", &[], &[], &[]),
    row("ed25519", &[], &[], &[]),
    row("expired", &["dates"], &[], &[]),
    row("not-yet", &["dates"], &[], &[]),
    row("other-name", &["name"], &[], &[]),
    row(
        "no-san",
        &["name"],
        &[],
        &[(OpenSsl, &[], COMMON_NAME), (Postfix, &[], COMMON_NAME), (GnuTls, &[], COMMON_NAME)],
    ),
    row("wildcard-too-deep", &["name"], &[], &[]),
    row("wildcard-in-part", &["name"], &[], &[]),
    row("for-clients", &["form", "trust"], &[], &[]),
    row(
        "must-staple",
        &[],
        &["form"],
        &[
            (OpenSsl, &[], STAPLE),
            (Postfix, &[], STAPLE),
            (GnuTls, &["form"], "refuses it; we warn, for the certificate itself is right"),
        ],
    ),
    row("critical-extension", &["form"], &["name", "trust"], &[]),
    row(
        "authority-as-server",
        &["trust"],
        &["form"],
        &[(OpenSsl, &[], AUTHORITY), (Postfix, &[], AUTHORITY), (GnuTls, &[], AUTHORITY)],
    ),
    row("self-signed", &["trust"], &[], &[]),
    row("missing-intermediate", &["chain", "trust"], &[], &[]),
    row("wrong-order", &[], &["chain"], &[]),
    row("with-root", &[], &[], &[]),
    row("with-stranger", &[], &["chain"], &[]),
    row("unknown-root", &["trust"], &[], &[]),
    row("expired-intermediate", &["dates", "trust"], &[], &[]),
    row("name-constraints", &["trust"], &[], &[]),
    row("path-length", &["chain", "trust"], &[], &[]),
    row(
        "signed-by-server",
        &["chain", "trust"],
        &[],
        &[(OpenSsl, &["chain", "form"], "calls the purpose of the one that signed unsuitable, too")],
    ),
    row(
        "rsa-1024",
        &["strength"],
        &[],
        &[(Postfix, &[], "lowers OpenSSL's security level to 0"), (GnuTls, &[], "asks for 1024 bits at least")],
    ),
    row("sha-1", &["strength", "trust"], &[], &[(GnuTls, &[], "takes SHA-1 in certificates, as Debian builds it")]),
    row("md5", &["strength", "trust"], &[], &[]),
    row(
        "version-1",
        &["form", "name"],
        &["trust"],
        &[
            (OpenSsl, &[], "takes version 1 for a server's own, and its common name"),
            (Postfix, &[], "takes version 1 for a server's own, and its common name"),
            (GnuTls, &[], "takes version 1 for a server's own, and its common name"),
        ],
    ),
];

/// Runs a check for every row, a few at the same time, and gives what is wrong.
fn each(check: impl Fn(&Row) -> Vec<String> + Sync) -> String {
    let lot = |part: &[Row]| part.iter().flat_map(&check).collect::<Vec<_>>();
    let lots = TABLE.chunks(TABLE.len().div_ceil(AT_ONCE));
    let wrong: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = lots.map(|part| scope.spawn(|| lot(part))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    wrong.join("\n")
}

fn set(words: &[&'static str]) -> Faults {
    words.iter().copied().collect()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn every_fault_has_a_row() {
    let servers = servers();
    let [mut made, mut told] = [servers.faults().to_vec(), TABLE.iter().map(|row| row.fault).collect()];
    made.sort_unstable();
    told.sort_unstable();
    assert_eq!(made, told);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn we_say_no_less_than_openssl_postfix_and_gnutls() {
    let servers = servers();
    let wrong = each(|row| {
        let ours = Ours::of(&servers, row.fault, servers.postfix(row.fault));
        let (faults, warnings) = (ours.with("fault"), ours.with("warning"));
        let mut wrong = Vec::new();
        if (&faults, &warnings) != (&set(row.faults), &set(row.warnings)) {
            wrong.push(format!("{}: faults {faults:?}, warnings {warnings:?}: {:#?}", row.fault, ours.sentences()));
        }
        let said: Faults = faults.union(&warnings).copied().collect();
        for (peer, theirs) in [
            (OpenSsl, openssl(&servers, row.fault)),
            (Postfix, posttls_finger(&servers, row.fault)),
            (GnuTls, gnutls(&servers, row.fault)),
        ] {
            let is_same = theirs.is_subset(&said) && theirs.is_empty() == faults.is_empty();
            let is_told = row.others.iter().any(|(other, says, _)| *other == peer && theirs == set(says));
            if !is_same && !is_told {
                wrong.push(format!("{}: {peer:?} says {theirs:?}, and we {said:?}", row.fault));
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn each_server_shows_the_same_and_is_judged_the_same() {
    let servers = servers();
    let wrong = each(|row| {
        let [postfix, dovecot] = [servers.postfix(row.fault), (servers.address, 993).into()];
        let [postfix, dovecot] = [postfix, dovecot].map(|at| Ours::of(&servers, row.fault, at));
        let s_server = from_a_handshake(row.fault, servers.s_server(row.fault));
        let mut wrong = Vec::new();
        if postfix.sentences() != dovecot.sentences() {
            wrong.push(format!("{}: {:#?} and {:#?}", row.fault, postfix.sentences(), dovecot.sentences()));
        }
        if postfix.of_itself() != s_server {
            wrong.push(format!("{}: {:#?} and {s_server:#?}", row.fault, postfix.of_itself()));
        }
        wrong
    });
    assert!(wrong.is_empty(), "{wrong}");
}
