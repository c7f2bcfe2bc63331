use super::super::tests::sample;
use super::*;

/// 2026-11-21T18:00:00Z, an hour after the samples were made.
const NOW: i64 = 1_795_284_000;

fn chain() -> Vec<Vec<u8>> {
    vec![sample("leaf"), sample("intermediate")]
}

#[test]
fn responses_of_openssl() {
    let of_another = vec![sample("intermediate"), sample("leaf")];
    for (case, response, chain, now, severity, part, signature) in [
        ("good", "good", chain(), NOW, Severity::Good, "not revoked, says its authority", "right, by the issuer"),
        (
            "revoked",
            "revoked",
            chain(),
            NOW,
            Severity::Fault,
            "was revoked on 2026-11-01T00:00:00Z: its key was stolen",
            "right, by the issuer",
        ),
        ("late", "good", chain(), NOW + 30 * 86_400, Severity::Warning, "out of date", "right, by the issuer"),
        ("early", "good", chain(), NOW - 86_400, Severity::Warning, "of the future", "right, by the issuer"),
        ("alone", "good", chain().into_iter().take(1).collect(), NOW, Severity::Good, "not revoked", "not checked"),
        ("other", "good", of_another, NOW, Severity::Warning, "about another certificate", "could not be confirmed"),
    ] {
        let staple = staple(&sample(response), &chain, now);
        assert_eq!(staple.severity, severity, "{case}: {}", staple.says);
        assert!(staple.says.contains(part), "{case}: {}", staple.says);
        let told = staple.lines.join("\n");
        assert!(told.contains("responder   O=Test, CN=Test Intermediate"), "{case}: {told}");
        assert!(told.contains(&format!("signature   {signature}")), "{case}: {told}");
        assert_eq!(staple.next.is_empty(), severity == Severity::Good, "{case}");
    }
}

#[test]
fn responses_that_say_nothing() {
    for (octets, part) in [
        (&[0x30, 3, 0x0a, 1, 1][..], "the request was malformed"),
        (&[0x30, 3, 0x0a, 1, 3], "to try again later"),
        (&[0x30, 3, 0x0a, 1, 6], "the server may not ask"),
        (&[0x30, 3, 0x0a, 1, 9], "the unknown status 09"),
        (&[0x30, 3, 0x0a, 1, 0], "cannot be read"),
        (&[], "cannot be read"),
        (b"HTTP/1.1 404", "cannot be read"),
    ] {
        let staple = staple(octets, &chain(), NOW);
        assert!(staple.says.contains(part), "{octets:?}: {}", staple.says);
        assert_eq!(staple.severity, Severity::Warning);
    }
}

#[test]
fn a_spoilt_signature_is_not_confirmed() {
    let mut response = sample("good");
    let at = response.len() / 3;
    // Of the time it was produced: any other digit there is a digit too.
    let digit = response.windows(2).position(|two| two == b"Z0").unwrap_or(at).saturating_sub(1);
    response[digit] = b'0' + (response[digit] - b'0' + 1) % 10;
    let told = staple(&response, &chain(), NOW).lines.join("\n");
    assert!(told.contains("signature   could not be confirmed"), "{told}");
}

#[test]
fn cut_anywhere_it_is_told_without_a_panic() {
    for response in ["good", "revoked"] {
        let whole = sample(response);
        for length in 0..whole.len() {
            let staple = staple(&whole[..length], &chain(), NOW);
            assert!(staple.says.contains("cannot be read"), "{length}: {}", staple.says);
        }
    }
}
