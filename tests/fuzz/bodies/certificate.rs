//! A chain of certificates as a server showed it: [`ehlo::diagnosis::certificate`].

use std::time::Duration;

use ehlo::diagnosis::certificate::{
    certificate_brief, findings, issuer_in, issuer_url, lines, name_of, remaining, staple, summary, unissued, verdicts,
};
use ehlo::diagnosis::tls::{TlsReport, Verdict};

use super::drawn;

pub(crate) const OPENINGS: &[&[u8]] = &[b"", b"0\x82"];

/// Octets shown of one octet: of a name of two octets that is none there is a word, and it is told twice.
const TIMES: usize = 40;

/// What is said of any chain at any time is safe to draw and bounded. The octets are certificates one after another.
pub(crate) fn holds(octets: &[u8]) {
    let chain = chain(octets);
    for judged_at in [0, 1_795_219_200, i64::MIN, i64::MAX] {
        let odd = || Verdict::Bad("a\u{1b}[2J".into());
        let report = TlsReport {
            version: "TLS 1.3".to_owned(),
            cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
            group: None,
            asked_name: "mx1.example.org".to_owned(),
            sni: None,
            alpn: None,
            chain: chain.clone(),
            name: odd(),
            system_trust: odd(),
            mozilla_trust: Verdict::Unknown(String::new()),
            handshake_signature: odd(),
            judged_at,
            took: Duration::ZERO,
            ..TlsReport::unjudged("")
        };
        drawn(lines(&report), TIMES, octets.len());
        let found = findings(&report);
        drawn(found.iter().flat_map(|finding| [&finding.subject, &finding.says, &finding.next]), TIMES, octets.len());
        let judged = verdicts(&report).into_iter().flat_map(|judged| judged.findings);
        drawn(judged.flat_map(|finding| [finding.subject, finding.says, finding.next]), TIMES, octets.len());
        let stapled = staple(octets, &chain, judged_at);
        drawn(stapled.lines.into_iter().chain([stapled.says, stapled.next]), TIMES, octets.len());
        drawn(chain.iter().map(|der| certificate_brief(der, judged_at)), TIMES, octets.len());
        if let Some(last) = unissued(&report) {
            assert!(chain.iter().any(|der| der == last));
            drawn(issuer_in(octets, last).err(), TIMES, octets.len());
            drop(issuer_url(last));
        }
        drawn([name_of(octets)], TIMES, octets.len());
        drawn([summary(&report), remaining(&report).unwrap_or_default()], TIMES, octets.len());
    }
}

/// The octets cut where one value in DER ends (X.690 §8.1.3).
fn chain(octets: &[u8]) -> Vec<Vec<u8>> {
    // TLS has chains of any length; a list of empty ones is not worth the time.
    const LONGEST: usize = 64;
    let mut out = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() && out.len() < LONGEST {
        let length = match *rest {
            [_, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
            [_, 0x81, length, ..] => 3 + usize::from(length),
            [_, length @ ..=0x7f, ..] => 2 + usize::from(length),
            _ => rest.len(),
        };
        let (one, behind) = rest.split_at(length.min(rest.len()));
        out.push(one.to_vec());
        rest = behind;
    }
    out
}
