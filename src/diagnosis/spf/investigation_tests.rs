use std::net::IpAddr;

use super::*;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::Investigation;
use crate::diagnosis::investigation::world::{NOW, World, drawn, setting};

const ZONE: &[&str] = &[
    "d.example TXT other",
    "d.example 90 TXT v=spf1 a include:_spf.x.example exists:%{ir}.%{d} -all exp=why.d.example",
    "d.example 60 A 192.0.2.1",
    "_spf.x.example TXT v=spf1 ip4:198.51.100.0/24 mx:none.x.example ?all",
    "why.d.example TXT %{i} is not ours",
    "mx.d.example TXT v=spf1 a -all",
    "mx.d.example A 203.0.113.9",
];

fn check(sender: &str, helo: Option<&str>, extra: &[&str]) -> SenderCheck {
    let ip: IpAddr = "203.0.113.9".parse().unwrap();
    let mut check = SenderCheck::new(ip, sender, helo, setting()).unwrap();
    let lines: Vec<&str> = ZONE.iter().chain(extra).copied().collect();
    World::new(&lines).run(&mut check);
    check
}

#[test]
fn a_sender_that_fails_term_by_term() {
    let check = check("a@d.example", None, &[]);
    assert_eq!(check.title(), "SPF: 203.0.113.9 as a@d.example");
    let (rows, findings) = check.table();
    assert_eq!(
        drawn(&rows),
        "\
SPF fail for a@d.example from 203.0.113.9 [fault: the host may not send in this name: receivers refuse such mail]
  why \"all\" matches every client
  cost 4 of 10 look-ups, 2 of 2 void
  exp 203.0.113.9 is not ours [note: in the words of the domain]
TXT d.example v=spf1 a include:_spf.x.example exists:%{ir}.%{d} -all exp=why.d.example [fault: fail]
  a no match: no address of d.example is the client's
    A d.example 192.0.2.1
  include:_spf.x.example no match: the included record says neutral
    TXT _spf.x.example v=spf1 ip4:198.51.100.0/24 mx:none.x.example ?all [note: neutral]
      ip4:198.51.100.0/24 no match: 203.0.113.9 is not in 198.51.100.0/24
      mx:none.x.example no match: no mail exchange of none.x.example has the client's address
        MX none.x.example void: no such name [note: counts as void]
      ?all \"all\" matches every client [note: match: neutral]
  exists:%{ir}.%{d} no match: 9.113.0.203.d.example has no A record
    A 9.113.0.203.d.example void: no such name [note: counts as void]
  -all \"all\" matches every client [fault: match: fail]
  exp=why.d.example modifier
"
    );
    let exists = rows.iter().find(|row| row.label.starts_with("exists")).unwrap();
    assert_eq!(
        exists.detail,
        [
            "column 33 of the record",
            "%{ir} is 9.113.0.203",
            "%{d} is d.example",
            "about 9.113.0.203.d.example",
            "by then 4 of 10 look-ups, 2 of 2 void",
        ]
    );
    assert_eq!((rows[4].ttl, rows[6].ttl), (Some(90), Some(60)), "of the record, and of the address");
    assert_eq!(rows[6].question.as_ref().unwrap().query.name, "d.example");
    assert!(rows[6].note.starts_with("d.example A: NOERROR"), "{}", rows[6].note);
    assert_eq!((findings[0].severity, findings[0].subject.as_str()), (Severity::Fault, "d.example"));
    assert_eq!(
        findings[0].next,
        "if this host may send, name it before the last term: ip4:203.0.113.9; decided by column 51 of the record of \
         d.example"
    );
    assert!(findings.iter().any(|found| found.says.contains("none.x.example has no MX record")), "{findings:?}");
}

#[test]
fn the_name_of_the_host_is_checked_too() {
    let both = check("a@d.example", Some("mx.d.example"), &[]).table().0;
    let results: Vec<&str> = both.iter().filter(|row| row.label == "SPF").map(|row| row.text.as_str()).collect();
    assert_eq!(results, ["fail for a@d.example from 203.0.113.9", "pass for EHLO mx.d.example from 203.0.113.9"]);
    let bounce = check("", Some("mx.d.example"), &[]);
    assert_eq!(bounce.title(), "SPF: 203.0.113.9 as EHLO mx.d.example");
    assert!(bounce.table().1.iter().all(|found| found.severity < Severity::Warning), "{:?}", bounce.table().1);
    let literal = check("a@d.example", Some("[203.0.113.9]"), &[]).table().0;
    assert_eq!(literal.iter().filter(|row| row.label == "SPF").count(), 1, "a literal has no record");
}

#[test]
fn what_is_no_sender() {
    let ip: IpAddr = "203.0.113.9".parse().unwrap();
    for (sender, helo, part) in [
        ("", None, "whose mail?"),
        ("", Some("[203.0.113.9]"), "whose mail?"),
        ("a@b..example", None, "\"b..example\" is not a domain name: "),
        ("a@d.example", Some("x..y"), "\"x..y\" is not a domain name: "),
    ] {
        let error = SenderCheck::new(ip, sender, helo, setting()).unwrap_err();
        assert!(error.starts_with(part), "{sender} {helo:?}: {error}");
    }
}

#[test]
fn a_record_is_mended_whole() {
    let wrong = ["w.example TXT v=spf1 ipv4:203.0.113.9 -all"];
    let (rows, findings) = check("w.example", None, &wrong).table();
    let mend = rows.last().unwrap();
    assert_eq!((mend.label.as_str(), mend.text.as_str()), ("mend", "v=spf1 ip4:203.0.113.9 -all"));
    assert!(rows[0].text.starts_with("permerror for postmaster@w.example"), "{}", rows[0].text);
    assert!(findings.iter().any(|f| f.subject == "SPF w.example" && f.says.ends_with("(column 8)")), "{findings:?}");
    let silent = |found: &Finding| found.severity > Severity::Good && found.next.is_empty();
    assert!(!findings.iter().any(silent), "{findings:?}");
}

#[test]
fn the_tree_of_a_domain_with_its_cost() {
    let mut tree = SpfTree::new("D.example.", setting());
    assert_eq!((tree.wants().len(), tree.wants().len()), (1, 0));
    assert_eq!(drawn(&tree.table().0), "TXT d.example …\n");
    let mut tree = SpfTree::new("D.example.", setting());
    World::new(ZONE).run(&mut tree);
    let (rows, findings) = tree.table();
    assert_eq!(
        drawn(&rows),
        "\
TXT d.example v=spf1 a include:_spf.x.example exists:%{ir}.%{d} -all exp=why.d.example [good: 4 of 10 look-ups, 2 of 2 void for IPv6]
  a 1 look-up [note: void for IPv6]
  include:_spf.x.example 2 look-ups
    TXT _spf.x.example v=spf1 ip4:198.51.100.0/24 mx:none.x.example ?all
      ip4:198.51.100.0/24 
      mx:none.x.example 1 look-up [warning: void: no mail exchange]
      ?all 
  exists:%{ir}.%{d} 1 look-up [note: depends on the sender]
  -all 
  exp=why.d.example 
"
    );
    assert!(findings.iter().any(|found| found.severity == Severity::Warning), "{findings:?}");
    let mut dear: Vec<String> = (0..11).map(|n| format!("s{n}.example TXT v=spf1 ip4:192.0.2.{n} ~all")).collect();
    let includes: Vec<String> = (0..11).map(|n| format!("include:s{n}.example")).collect();
    dear.push(format!("dear.example TXT v=spf1 {} ~all", includes.join(" ")));
    let mut tree = SpfTree::new("dear.example", setting());
    World::new(&dear).run(&mut tree);
    assert_eq!(
        tree.table().0[0].verdict,
        Some((Severity::Fault, "permerror: 11 of 10 look-ups, 0 of 2 void".to_owned()))
    );
}

#[test]
fn the_explanation_knows_the_time() {
    let zone = ["t.example TXT v=spf1 -all exp=why.t.example", "why.t.example TXT at %{t}"];
    let (rows, _) = check("t.example", None, &zone).table();
    assert_eq!(rows[3].text, format!("at {NOW}"), "{}", drawn(&rows));
}

#[test]
fn a_hostile_record_is_bounded_and_safe_to_draw() {
    let terms: Vec<String> = (0..9000).map(|n| format!("x{n}=\u{202e}")).collect();
    let zone = [format!("h.example TXT v=spf1 {} -all", terms.join(" "))];
    let zone: Vec<&str> = zone.iter().map(String::as_str).collect();
    let (rows, _) = check("h.example", None, &zone).table();
    assert!(rows.len() < 250, "{}", rows.len());
    let texts = rows.iter().flat_map(|row| row.detail.iter().chain([&row.text, &row.label, &row.note]));
    assert!(texts.clone().all(|text| !text.contains('\u{202e}')));
    let mut tree = SpfTree::new("h.example", setting());
    World::new(&zone).run(&mut tree);
    assert!(tree.table().0.len() < 250, "{}", tree.table().0.len());
}

/// The tree of `example.org`, and whether anything is called good.
fn tree(lines: &[&str]) -> (String, bool) {
    let mut tree = SpfTree::new("example.org", setting());
    World::new(lines).run(&mut tree);
    let (rows, findings) = tree.table();
    (drawn(&rows), findings.iter().any(|found| found.severity == Severity::Good))
}

#[test]
fn what_gives_permerror_is_marked_at_its_term_and_called_good_nowhere() {
    let eleven = format!("example.org TXT v=spf1{} -all", " exists:%{i}.x.example".repeat(11));
    let exchanges: Vec<String> = (0..11).map(|n| format!("example.org MX {n} m.example")).collect();
    let mut crowd: Vec<&str> = exchanges.iter().map(String::as_str).collect();
    crowd.push("example.org TXT v=spf1 mx -all");
    let void: Vec<String> = ["a", "b", "c"].iter().map(|host| format!("{host}.x.example A 192.0.2.1")).collect();
    let mut one_family: Vec<&str> = void.iter().map(String::as_str).collect();
    one_family.push("example.org TXT v=spf1 a:a.x.example a:b.x.example a:c.x.example -all");
    for (lines, root, term) in [
        (
            &["example.org TXT v=spf1 include:gone.example -all"][..],
            "[fault: permerror: \"include:gone.example\": gone.example does not exist]",
            "include:gone.example 1 look-up [fault: permerror: gone.example does not exist]",
        ),
        (
            &["example.org TXT v=spf1 include:p.example -all", "p.example TXT v=spf1 include:example.org -all"],
            "[fault: permerror: \"include:example.org\": leads back]",
            "include:example.org 1 look-up [fault: permerror: leads back]",
        ),
        (
            &["example.org TXT v=spf1 foo:bar -all"],
            "[fault: permerror: \"foo:bar\": \"foo\" is no mechanism]",
            "foo:bar  [fault: permerror: \"foo\" is no mechanism]",
        ),
        (
            &["example.org TXT v=spf1 include:p.example -all", "p.example TXT v=spf1 foo -all"],
            "[fault: permerror: \"include:p.example\": its record cannot be read: \"foo\" is no mechanism]",
            "include:p.example 1 look-up [fault: permerror: its record cannot be read: \"foo\" is no mechanism]",
        ),
        (
            &[&eleven],
            "[fault: permerror: 11 of 10 look-ups, 0 of 2 void]",
            "exists:%{i}.x.example 1 look-up [fault: past the limit of 10 look-ups]",
        ),
        (
            &["example.org TXT v=spf1 a:g1.example mx:g2.example a:g3.example -all"],
            "[fault: permerror: 3 of 10 look-ups, 3 of 2 void]",
            "mx:g2.example 1 look-up [fault: void: no mail exchange]",
        ),
        (
            &one_family,
            "[warning: permerror for some clients: 3 of 10 look-ups, 3 of 2 void for IPv6]",
            "a:c.x.example 1 look-up [note: void for IPv6]",
        ),
        (
            &crowd,
            "[fault: permerror: \"mx\": 11 mail exchanges, and 10 may be looked up]",
            "mx 1 look-up [fault: permerror: 11 mail exchanges, and 10 may be looked up]",
        ),
        (
            &["example.org TXT v=spf1 ip4:192.0.2.1 +all"],
            "[fault: \"+all\" lets everybody send in this name (pass)]",
            "+all \n",
        ),
    ] {
        let (drawn, good) = tree(lines);
        let first = drawn.lines().next().unwrap();
        assert!(first.ends_with(root), "{root}:\n{drawn}");
        assert!(drawn.contains(term), "{term}:\n{drawn}");
        assert!(!drawn.contains("[good") && !good, "{drawn}");
        assert!(drawn.matches("past the limit").count() < 2, "{drawn}");
    }
}

#[test]
fn several_records_are_all_shown() {
    let (drawn, _) = tree(&["example.org TXT v=spf1 mx -all", "example.org TXT x", "example.org TXT v=spf1 a -all"]);
    assert_eq!(
        drawn,
        "\
TXT example.org example.org publishes 2 SPF records, and may one [fault: permerror]
  TXT v=spf1 mx -all
  TXT v=spf1 a -all
mend v=spf1 mx a -all [note: the record to publish in its place]
"
    );
}
