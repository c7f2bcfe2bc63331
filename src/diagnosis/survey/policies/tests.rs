use crate::diagnosis::finding::Severity;
use crate::diagnosis::investigation::Investigation;
use crate::diagnosis::investigation::world::{World, drawn, setting};
use crate::diagnosis::survey::Survey;

/// The rows of `example.org` that these lines and its exchange come to, and how many faults are found.
fn survey(lines: &[&str]) -> (String, usize) {
    let mut survey = Survey::new("example.org", &setting());
    let route = ["example.org MX 10 mx.example.org", "mx.example.org A 192.0.2.25", "example.org NS ns.example.org"];
    World::new(&[&route, lines].concat()).run(&mut survey);
    let (rows, findings) = survey.table();
    (drawn(&rows), findings.iter().filter(|found| found.severity == Severity::Fault).count())
}

#[test]
fn rows_of_policies() {
    for (lines, part) in [
        (
            &["example.org TXT v=spf1 include:gone.example ~all"][..],
            "SPF v=spf1 include:gone.example ~all [fault: permerror: \"include:gone.example\": gone.example does not exist]\n",
        ),
        (
            &["example.org TXT v=spf1 mx -all", "example.org TXT v=spf1 ip4:192.0.2.1 -all", "example.org TXT other"],
            "SPF 2 records [fault: there are 2 SPF records: receivers use none of them (permerror)]\n  TXT v=spf1 mx -all\n  \
             TXT v=spf1 ip4:192.0.2.1 -all\n  mend example.org. IN TXT \"v=spf1 mx ip4:192.0.2.1 -all\"\n",
        ),
        (
            &["_dmarc.example.org TXT v=DMARC1; p=none", "_dmarc.example.org TXT v=DMARC1; p=reject"],
            "DMARC 2 records [fault: 2 DMARC records stand at _dmarc.example.org: receivers use none of them]\n  TXT \
             v=DMARC1; p=none\n  TXT v=DMARC1; p=reject\n  mend _dmarc.example.org. IN TXT \"v=DMARC1; p=reject\"\n",
        ),
        (
            &["_dmarc.example.org TXT v=DMARC1; p=none; rua=mailto:a@example.org"],
            "[note: p=none asks for reports only: forged mail is delivered (column 11)]\n",
        ),
        (
            &[
                "_smtp._tls.example.org TXT v=TLSRPTv1; rua=mailto:a@b.example",
                "_smtp._tls.example.org TXT v=TLSRPTv1; rua=x",
            ],
            "TLS-RPT 2 records [fault: 2 TLS-RPT records stand at _smtp._tls.example.org: senders report to none of them]\n  \
             TXT v=TLSRPTv1; rua=mailto:a@b.example\n  TXT v=TLSRPTv1; rua=x\n",
        ),
        (&["_smtp._tls.example.org TXT !SERVFAIL"], "TLS-RPT SERVFAIL [fault: no answer]\n"),
        (&["default._bimi.example.org TXT !SERVFAIL"], "BIMI SERVFAIL [fault: no answer]\n"),
        (&["_mta-sts.example.org TXT !SERVFAIL"], "MTA-STS SERVFAIL [fault: no answer]\n"),
    ] {
        let (drawn, _) = survey(lines);
        assert!(drawn.contains(part), "{part}\nis not in\n{drawn}");
    }
}

#[test]
fn what_a_wildcard_answers_is_no_fault() {
    let wild = "v=spf1 -all";
    let names = ["_mta-sts", "_smtp._tls", "default._bimi"];
    let lines: Vec<String> = names.iter().map(|name| format!("{name}.example.org TXT {wild}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (drawn, faults) = survey(&lines);
    for part in ["MTA-STS none [note: no MTA-STS", "TLS-RPT none [note: no TLS-RPT", "BIMI none [note: no BIMI"] {
        assert!(drawn.contains(part), "{part}:\n{drawn}");
    }
    assert_eq!(faults, 0, "{drawn}");
}
