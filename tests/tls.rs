//! `ehlo tls` on the practice world: its forms and exit codes. No network is needed.

#![cfg(test)]

#[path = "common/program.rs"]
mod program;

/// Exit code, standard output, standard error of `ehlo tls`.
fn tls(arguments: &[&str]) -> (Option<i32>, String, String) {
    program::ehlo(&[&["tls"], arguments].concat(), &[], "")
}

#[test]
fn servers_of_the_practice_world() {
    for (arguments, code, parts) in [
        (
            &["mx1.example.test", "for", "example.test"][..],
            0,
            &[
                "STARTTLS  offered  ✓ TLS began",
                "session  taken up again by a second connection",
                "✓ the certificate is for mx1.example.test",
                "root  CN=ehlo practice authority",
                "mode enforce  ✓ allowed, and the certificate is valid",
            ][..],
        ),
        (&["--explain", "mx1.example.test"], 0, &["purpose     TLS servers (serverAuth)", "C: STARTTLS"]),
        (&["--ascii", "mx1.example.test"], 0, &["name          good the certificate is for"]),
        (&["--short", "mx1.example.test"], 0, &["name\t\tgood\tthe certificate is for mx1.example.test"]),
        (&["--sni", "other.example.test", "mx1.example.test"], 1, &["✗ the certificate is not for other.example.test"]),
        (&["imaps://mail.example.test"], 0, &["handshake     TLS 1.3"]),
        (&["mx1.example.test:1"], 1, &["refused"]),
    ] {
        let (exit, out, error) = tls(arguments);
        assert_eq!(exit, Some(code), "{arguments:?}\n{out}{error}");
        for part in parts {
            assert!(out.contains(part), "{arguments:?}: {part} is not in\n{out}");
        }
    }
}

#[test]
fn certificates_for_other_programs() {
    let (code, out, _) = tls(&["--pem", "mx1.example.test"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("-----BEGIN CERTIFICATE-----\n") && out.ends_with("-----END CERTIFICATE-----\n"), "{out}");
    let (code, out, _) = tls(&["--json", "mx1.example.test"]);
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    let rows = read["rows"].as_array().unwrap();
    let name = rows.iter().find(|row| row["label"] == "name").unwrap();
    assert_eq!((code, &name["verdict"]["severity"]), (Some(0), &serde_json::json!("good")));
    assert!(rows.iter().any(|row| row["copy"].as_str().is_some_and(|text| text.starts_with("-----BEGIN"))));
}

#[test]
fn where_no_certificate_is_shown_the_reason_is() {
    let (code, out, error) = tls(&["--pem", "mx1.example.test:1"]);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");
    assert!(error.contains("ehlo tls: no certificate was shown: ") && error.contains("refused"), "{error}");
    assert!(error.contains("next: "), "{error}");
}

#[test]
fn lines_that_cannot_be_read() {
    for (arguments, part) in [
        (&["jo@example.test"][..], "write the name of a server"),
        (&["mx1.example.test", "for"], "the domain is missing"),
        (&["mx1.example.test", "+nonsense"], "is not an option"),
        (&["ftp://mx1.example.test"], "not a mail scheme"),
    ] {
        let (code, out, error) = tls(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(part), "{arguments:?}: {error}");
    }
}

#[test]
fn with_privacy_no_name_is_printed() {
    for form in [&[][..], &["--explain"], &["--short"], &["--json"]] {
        let (code, out, error) = tls(&[form, &["--privacy", "mx1.example.test", "for", "example.test"][..]].concat());
        assert_eq!(code, Some(0), "{form:?}\n{out}{error}");
        assert!(out.contains("host1.domain1.example"), "{form:?}\n{out}");
        for original in ["example.test", "192.0.2.", "BEGIN CERTIFICATE"] {
            assert!(!out.contains(original) && !error.contains(original), "{form:?}: {original} in\n{out}{error}");
        }
        let noted = out.contains("names and addresses below are pseudonyms");
        assert_eq!(noted, form != ["--short"], "{form:?}\n{out}");
    }
    let (_, out, error) = tls(&["--privacy", "--enumerate", "mx1.example.test"]);
    assert!(error.contains("asks host1.domain1.example:25 in short") && !out.contains("example.test"), "{error}{out}");
    let (code, out, error) = tls(&["--privacy", "--pem", "mx1.example.test"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.contains("--privacy leaves certificates out"), "{error}");
}

#[test]
fn with_privacy_no_digest_leads_to_the_certificate() {
    let lines = |text: &str| -> Vec<String> {
        let digest = |line: &&str| {
            ["serial ", "SHA-256 ", "SHA-1 ", "SPKI ", "pin ", "TLSA "].iter().any(|l| line.trim_start().starts_with(l))
        };
        text.lines().filter(digest).map(|line| line.trim().to_owned()).collect()
    };
    let (_, veiled, _) = tls(&["--explain", "--privacy", "mx1.example.test"]);
    let told = lines(&veiled);
    assert!(told.len() > 6, "{veiled}");
    for line in told {
        assert!(line.contains("00:00:00") || line.contains("000000") || line.contains("AAAAAA"), "{line}");
    }
}
