//! Messages as they really come.

use proptest::prelude::*;

use super::*;

const NESTED: &str = "Return-Path: <a@example.org>\r\n\
Received: from mx.example.net (mx.example.net [192.0.2.7]) by store.example.com (Dovecot) with LMTP id abc for <b@example.com>; Tue, 01 Jul 2025 10:00:09 +0000\r\n\
Received: from mail.example.org (unknown [198.51.100.3])\r\n\t(using TLSv1.3 with cipher X (256/256 bits))\r\n\tby mx.example.net (Postfix) with ESMTPS id 4XYZ\r\n\tfor <b@example.com>; Tue, 1 Jul 2025 12:00:07 +0200 (CEST)\r\n\
Received: by mail.example.org with Microsoft SMTP Server id 15.20; yesterday\r\n\
Received: from [10.0.0.1] by mail.example.org; Tue, 1 Jul 2025 10:00:00 GMT\r\n\
Subject: =?utf-8?Q?Gr=C3=BC?=\r\n =?utf-8?Q?=C3=9Fe?= dort\r\n\
From: Ann <ann@xn--bcher-kva.example>\r\n\
Content-Type: multipart/mixed;\r\n boundary=\"outer\"\r\n\
\r\n\
preamble\r\n\
--outer\r\n\
Content-Type: multipart/alternative; boundary=inner\r\n\
\r\n\
--inner\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: Quoted-Printable\r\n\
\r\n\
hello=20\r\n\
--inner\r\n\
\r\n\
--inner--\r\n\
epilogue\r\n\
--outer\r\n\
Content-Type: application/pdf; name=\"=?utf-8?Q?gr=C3=BC.pdf?=\"\r\n\
Content-Disposition: attachment; filename*0*=utf-8''gr%C3%BC; filename*1=\"n.pdf\"\r\n\
Content-Transfer-Encoding: base64\r\n\
\r\n\
AAAA\r\n\
--outer\r\n\
Content-Type: message/rfc822\r\n\
\r\n\
Subject: inside\r\n\
\r\n\
deep\r\n\
--outer--\r\n";

fn outline(message: &Message, octets: &str) -> Vec<String> {
    message
        .parts
        .iter()
        .map(|part| {
            let content = octets.get(part.content.clone()).expect("inside the message");
            let shown = if part.kind.starts_with("multipart") { String::new() } else { format!(" {content:?}") };
            format!("{}{} {}{shown}", "-".repeat(part.depth), part.section, part.kind)
        })
        .collect()
}

#[test]
fn the_tree_of_parts() {
    let message = open(NESTED.as_bytes());
    assert_eq!(message.stopped, None);
    assert_eq!(
        outline(&message, NESTED),
        [
            " multipart/mixed",
            "-1 multipart/alternative",
            "--1.1 text/plain \"hello=20\"",
            "--1.2 text/plain \"\"",
            "-2 application/pdf \"AAAA\"",
            "-3 message/rfc822 \"Subject: inside\\r\\n\\r\\ndeep\"",
            "--3.1 text/plain \"deep\"",
        ]
    );
    assert!(message.parts.iter().all(|part| !part.unclosed));
    assert_eq!(message.parts[4].file.as_deref(), Some("grün.pdf"));
    assert_eq!(message.parts[4].disposition.as_deref(), Some("attachment"));
    assert_eq!(message.parts[2].encoding, "quoted-printable");
    assert_eq!(message.parts[2].charset.as_deref(), Some("utf-8"));
    let lf = NESTED.replace("\r\n", "\n");
    assert_eq!(open(lf.as_bytes()).parts.len(), 7);
}

#[test]
fn header_fields_unfolded_and_decoded() {
    let message = open(NESTED.as_bytes());
    let field = |name: &str| message.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("Subject").decoded.as_deref(), Some("Grüße dort"));
    assert_eq!(field("From").decoded.as_deref(), Some("Ann <ann@bücher.example>"));
    assert_eq!(field("Return-Path").decoded, None);
    assert_eq!(message.fields.len(), 8);
}

#[test]
fn the_way_and_its_delays() {
    let hops = open(NESTED.as_bytes()).hops;
    let delays: Vec<_> = hops.iter().map(|hop| hop.delay).collect();
    assert_eq!(delays, [None, None, Some(7), Some(2)]);
    assert_eq!(hops[0].from.as_deref(), Some("[10.0.0.1]"));
    assert_eq!(hops[1].with.as_deref(), Some("Microsoft SMTP Server"));
    assert_eq!((hops[1].at, hops[1].date.as_str()), (None, "yesterday"));
    assert_eq!(hops[2].seen.as_deref(), Some("unknown [198.51.100.3]"));
    assert_eq!(hops[2].by.as_deref(), Some("mx.example.net"));
    assert_eq!(hops[2].id.as_deref(), Some("4XYZ"));
    assert_eq!(hops[3].recipient.as_deref(), Some("<b@example.com>"));
    let backwards =
        "Received: by b; Tue, 1 Jul 2025 10:00:00 +0000\nReceived: by a; Tue, 1 Jul 2025 10:01:00 +0000\n\n";
    assert_eq!(open(backwards.as_bytes()).hops[1].delay, Some(-60));
}

#[test]
fn authentication_results() {
    let text = "Authentication-Results: mx.google.com;\r\n\t\
       dkim=pass header.i=@example.org header.s=s1 header.b=\"ab;c\";\r\n\t\
       spf=softfail (google.com: domain of transitioning a@example.org does not designate 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.org;\r\n\t\
       dmarc = fail reason=\"p (sp)\" (p=REJECT sp=REJECT dis=NONE) header.from=example.org\r\n\
ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=x.example\r\n\
Authentication-Results: spf=pass (sender IP is 192.0.2.3) smtp.mailfrom=x.example; compauth=pass reason=100\r\n\
Authentication-Results: example.com 1; none\r\n\r\n";
    let message = open(text.as_bytes());
    let [google, arc, microsoft, none] = message.authentications.as_slice() else {
        panic!("{:?}", message.authentications)
    };
    assert_eq!(google.server, "mx.google.com");
    let brief: Vec<_> = google.methods.iter().map(|m| (m.name.as_str(), m.result.as_str())).collect();
    assert_eq!(brief, [("dkim", "pass"), ("spf", "softfail"), ("dmarc", "fail")]);
    assert_eq!(google.methods[0].properties[2], ("header.b".to_owned(), "ab;c".to_owned()));
    assert!(google.methods[1].comments[0].starts_with("google.com: domain"));
    assert_eq!(google.methods[2].reason.as_deref(), Some("p (sp)"));
    assert_eq!(google.methods[2].properties, [("header.from".to_owned(), "example.org".to_owned())]);
    assert_eq!((arc.instance.as_deref(), arc.server.as_str(), arc.methods.len()), (Some("1"), "mx.microsoft.com", 1));
    assert_eq!((microsoft.server.as_str(), microsoft.methods.len()), ("", 2));
    assert_eq!(microsoft.methods[1].reason.as_deref(), Some("100"));
    assert_eq!((none.server.as_str(), none.methods.len()), ("example.com", 0));
}

#[test]
fn broken_messages_are_opened_too() {
    for (text, fields, kinds, stopped) in [
        ("", 0, &["text/plain"][..], None),
        ("no header at all\r\nat all", 0, &["text/plain"], Some(0)),
        ("A: b\r\nno empty line\r\n", 1, &["text/plain"], Some(6)),
        ("From x@y Mon Jan  1\nA: b\n\nx", 1, &["text/plain"], None),
        ("A: b", 1, &["text/plain"], None),
        ("Content-Type: multipart/mixed\n\n--x\n", 1, &["multipart/mixed"], None),
        ("Content-Type: multipart/mixed; boundary=x\n\n--x\nA: b\n\nc", 1, &["multipart/mixed", "text/plain"], None),
        (
            "Content-Type: multipart/digest; boundary=x\n\n--x\n\nA: b\n\nc\n--x--\n",
            1,
            &["multipart/digest", "message/rfc822", "text/plain"],
            None,
        ),
        (
            // The outer boundary ends the inner multipart.
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n--x\n\n--x--",
            1,
            &["multipart/mixed", "multipart/mixed", "text/plain", "text/plain"],
            None,
        ),
    ] {
        let message = open(text.as_bytes());
        let found: Vec<_> = message.parts.iter().map(|part| part.kind.as_str()).collect();
        assert_eq!(message.fields.len(), fields, "{text:?}");
        assert_eq!(found, kinds, "{text:?}");
        assert_eq!(message.stopped.map(|stopped| stopped.at), stopped, "{text:?}");
    }
    let message = open(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nb");
    assert!(message.parts[0].unclosed);
}

#[test]
fn depth_and_size_are_bounded() {
    let mut deep = String::new();
    for level in 0..100_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
    }
    let message = open(deep.as_bytes());
    assert!(message.stopped.is_some_and(|stopped| stopped.reason.contains("deep")));
    assert!(message.parts.len() < 100);
    // Quadratic time would not come to an end here.
    let forwarded = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert!(open(forwarded.as_bytes()).stopped.is_some());
    let mut big = b"Content-Type: multipart/mixed; boundary=x\n\n".to_vec();
    big.extend(b"--y\n".repeat(1_000_000));
    assert_eq!(open(&big).parts.len(), 1);
    let many = format!("Content-Type: multipart/mixed; boundary=x\n\n{}", "--x\n\n".repeat(1_000_000));
    assert!(open(many.as_bytes()).parts.len() <= 1001);
    let received = format!("Received: {};\n\n", "(".repeat(1_000_000));
    assert_eq!(open(received.as_bytes()).hops.len(), 1);
    let longer = vec![b'x'; LONGEST + 1];
    assert!(open(&longer).stopped.is_some());
}

proptest! {
    #[test]
    fn any_octets_are_opened(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = open(&bytes);
    }

    #[test]
    fn almost_messages_are_opened(
        lines in proptest::collection::vec(prop::sample::select(vec![
            "Content-Type: multipart/mixed; boundary=x", "Content-Type: multipart/digest; boundary=\"y\"",
            "Content-Type: message/rfc822", "Content-Disposition: x; filename*1*=%; filename*0*=a'", "--x", "--x--", "--y",
            "--y--", "", " folded =?utf-8?Q?=C3?=", "Received: from (( by x; (", "Authentication-Results: = (;\" = x",
            "Subject: =?utf-8?B?w?= =?utf-8?B?w7w=?=", "text", "Content-Transfer-Encoding: base64", "é: x",
        ]), 0..40),
        ending in prop::sample::select(vec!["\r\n", "\n"]),
    ) {
        let text = lines.join(ending);
        let message = open(text.as_bytes());
        for part in &message.parts {
            prop_assert!(text.as_bytes().get(part.content.clone()).is_some());
        }
        prop_assert!(!message.parts.is_empty());
    }
}
