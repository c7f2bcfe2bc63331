//! `ehlo dns` on the practice world: every view, its exit code, its forms. No network is needed.

#![cfg(test)]

#[path = "common/program.rs"]
mod program;

use program::ehlo;

/// Exit code, standard output, standard error of `ehlo dns` with the words of this line.
fn dns(line: &str) -> (Option<i32>, String, String) {
    ehlo(&["dns"].into_iter().chain(line.split(' ')).collect::<Vec<_>>(), &[], "")
}

#[test]
fn every_view_on_the_practice_world() {
    for (line, code, parts) in [
        (
            "example.test",
            0,
            &[
                "MX 10",
                "✓ confirmed",
                "1 of 10 look-ups",
                "p=none",
                "RSA 2048 bits",
                "✓ every MX is allowed",
                "TLS-RPT",
                "SRV _submissions",
                "autoconfig",
                "serial 2026010101",
                "DNSSEC",
                "0 issue \"ca.example.test\"",
            ][..],
        ),
        ("survey example.test brisbane", 0, &["brisbane Ed25519", "mail RSA"]),
        ("192.0.2.25", 0, &["PTR  mx1.example.test"]),
        ("-x 192.0.2.25", 0, &["mx1.example.test"]),
        ("mx example.test", 0, &["NOERROR aa", "10 mx1.example.test", "try 1"]),
        ("txt big.example.test", 0, &["TCP"]),
        ("a servfail.example.test", 1, &["SERVFAIL", "EDE 23"]),
        ("a refused.example.test", 1, &["REFUSED"]),
        ("a forged.example.test", 0, &["192.0.2.25"]),
        ("a silent.example.test +time=1 +tries=1", 1, &["in time"]),
        ("mx signed.example.test +dnssec", 0, &["here: secure"]),
        ("a broken.signed.example.test +dnssec +cd", 1, &["here: bogus"]),
        ("compare lagging.example.test", 0, &["1 behind", "10 mx1.example.test", "10 mx2.example.test", "old:"]),
        ("compare lame.example.test", 1, &["lame"]),
        ("spf example.test", 0, &["1 of 10 look-ups"]),
        ("spf jo@example.test 192.0.2.26", 0, &["pass for jo@example.test", "✓ match"]),
        ("spf jo@example.test 203.0.113.9", 1, &["fail for jo@example.test"]),
        ("blocklist 192.0.2.26", 1, &["an open relay in a lesson", "query refused"]),
        ("blocklist 192.0.2.25", 0, &["not listed"]),
        ("dane signed.example.test", 1, &["no TLSA record matches", "IN TLSA 3 1 1", "STARTTLS"]),
        ("client jo@example.test", 0, &["mail.example.test:993 TLS", "✓ all sources name it"]),
        ("client jo@stale.example.test", 1, &["the sources prefer different hosts"]),
        ("twospf.example.test", 1, &["there are 2 SPF records"]),
    ] {
        let (got, text, error) = dns(line);
        for part in parts {
            assert!(text.contains(part), "{line}: {part} is not in\n{text}\n{error}");
        }
        assert_eq!(got, Some(code), "{line}\n{text}\n{error}");
    }
}

#[test]
fn short_answers_are_what_scripts_read() {
    for (line, text) in [
        ("--short mx example.test", "10 mx1.example.test\n20 mx2.example.test\n"),
        ("mx example.test +short", "10 mx1.example.test\n20 mx2.example.test\n"),
        ("--short txt _dmarc.example.test", "\"v=DMARC1; p=none; rua=mailto:dmarc@example.test\"\n"),
    ] {
        assert_eq!(dns(line), (Some(0), text.to_owned(), String::new()), "{line}");
    }
}

#[test]
fn json_holds_rows_findings_and_lines_of_dig() {
    let (code, text, _) = dns("--json example.test");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (code, json["asked"].as_str(), json["resolver"].as_str()),
        (Some(0), Some("example.test"), Some("system"))
    );
    let rows = json["rows"].as_array().unwrap();
    let mx = rows.iter().find(|row| row["label"] == "MX 10").unwrap();
    assert_eq!((mx["text"].as_str(), mx["ttl"].as_u64()), (Some("mx1.example.test"), Some(3600)));
    assert_eq!(mx["dig"].as_str(), Some("dig example.test MX"));
    assert_eq!((mx["connect"]["host"].as_str(), mx["connect"]["port"].as_u64()), (Some("mx1.example.test"), Some(25)));
    assert!(json["findings"].as_array().unwrap().iter().any(|finding| finding["severity"] == "warning"));
}

#[test]
fn json_of_a_question_has_the_fields_of_its_answer() {
    let (code, text, _) = dns("--json mx example.test +nsid");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let answer = &json["answer"];
    assert_eq!((code, answer["rcode"].as_str(), answer["tries"].as_u64()), (Some(0), Some("NOERROR"), Some(1)));
    assert!(answer["flags"].as_array().unwrap().iter().any(|flag| flag == "aa"), "{answer}");
    let first = &answer["answers"][0];
    assert_eq!((first["type"].as_str(), first["ttl"].as_u64()), (Some("MX"), Some(3600)));
    assert_eq!((first["name"].as_str(), first["value"].as_str()), (Some("example.test"), Some("10 mx1.example.test")));

    let (code, text, _) = dns("--json a servfail.example.test");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, json["answer"]["extended_errors"][0]["code"].as_u64()), (Some(1), Some(23)));
}

#[test]
fn wrong_lines_and_files_are_named() {
    for (line, part) in [
        ("mx example.test example.net", "one word too many"),
        ("spf example.test 192.0.2", "is not an address; write spf SENDER [IP [HELO]]"),
        ("compare a b", "write compare DOMAIN"),
        ("dkim /nonexistent/message.eml", "there is no such file"),
        ("example.test @", "not the address or the name of a resolver"),
    ] {
        let (code, text, error) = dns(line);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{line}");
        assert!(error.contains(part), "{line}: {error}");
    }
}

#[test]
fn a_message_from_standard_input() {
    let message = "From: jo@example.test\r\nSubject: x\r\n\r\nhello\r\n";
    let (_, text, _) = ehlo(&["dns", "dkim", "-"], &[], message);
    assert!(text.contains("no signature"), "{text}");
}

#[test]
fn tables_of_the_user_stand_in_for_the_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("ehlo");
    #[expect(clippy::disallowed_methods, reason = "the test writes the user's files")]
    {
        std::fs::create_dir(&own).unwrap();
        std::fs::write(own.join("blocklists.txt"), "no tabs here\n").unwrap();
    }
    let folder = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
    let (code, _, error) = ehlo(&["dns", "mx", "localhost", "@127.0.0.1"], &folder, "");
    assert_eq!(code, Some(2));
    assert!(error.contains("blocklists.txt: line 1: 1 columns, expected 5"), "{error}");
}

#[test]
fn with_privacy_no_name_is_printed() {
    for line in [
        "--privacy example.test",
        "example.test --privacy --explain",
        "--privacy --short mx example.test",
        "--privacy --json example.test",
        "--privacy --json mx example.test",
        "--privacy --json 192.0.2.25",
        "--privacy spf jo@example.test 192.0.2.25",
    ] {
        let (_, text, error) = dns(line);
        assert!(text.contains("domain1.example"), "{line}\n{text}{error}");
        for original in ["example.test", "192.0.2.", "2001:db8", "jo@"] {
            assert!(!text.contains(original) && !error.contains(original), "{line}: {original} in\n{text}{error}");
        }
    }
    assert_eq!(dns("--privacy --short mx example.test").1, "10 host1.domain1.example\n20 host2.domain1.example\n");
}
