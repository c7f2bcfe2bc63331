//! Records and what is said of them.

use super::*;
use crate::diagnosis::spf::world::World;

/// Everything about `example.org`: `severity column says | next => suggestion`, the worst first.
fn all(lines: &[&str]) -> Vec<String> {
    let (advice, _) = World::new(lines).settle(|inquiry| advise("example.org", inquiry));
    let mut out = Vec::new();
    for Advice { finding, column, suggestion } in advice {
        assert_eq!(finding.subject, "example.org");
        let column = column.map(|column| format!(" {column}")).unwrap_or_default();
        let suggestion = suggestion.map(|text| format!(" => {text}")).unwrap_or_default();
        out.push(format!("{}{column} {} | {}{suggestion}", finding.severity.name(), finding.says, finding.next));
    }
    out
}

/// The same for a record, of which names in it exist.
fn of(record: &str) -> Vec<String> {
    let record = format!("example.org TXT {record}");
    all(&[
        &record,
        "example.org A 192.0.2.1",
        "example.org AAAA 2001:db8::1",
        "example.org MX 10 mx.example.org",
        "a.example A 192.0.2.2",
        "a.example AAAA 2001:db8::2",
        "p.example TXT v=spf1 ip4:198.51.100.1",
    ])
}

#[test]
fn a_good_record_is_called_good() {
    assert_eq!(of("v=spf1 a mx ip4:203.0.113.0/28 include:p.example -all"), ["good 50 all other senders fail | "]);
    assert_eq!(of("v=spf1 mx ~all"), ["good 11 all other senders are suspect (softfail) | "]);
    assert_eq!(of("v=spf1 redirect=p.example"), Vec::<String>::new());
}

#[test]
fn what_is_published() {
    for (lines, expect) in [
        (
            &["example.org TXT hello"][..],
            &[
                "warning there is no SPF record: receivers cannot tell who may send in this name | publish a TXT record \
               that names the senders; v=spf1 -all for a domain that sends no mail => v=spf1 mx ~all",
            ][..],
        ),
        (
            &["example.org TXT !SERVFAIL"],
            &[
                "fault the SPF record cannot be looked up (SERVFAIL): receivers put mail off, or judge it without SPF | \
               mend the name servers of the domain, or its DNSSEC",
            ],
        ),
        (
            &["example.org TXT v=spf1 mx -all", "example.org TXT v=spf1 a:a.example ip4:192.0.2.1 mx ~all"],
            &[
                "fault there are 2 SPF records: receivers use none of them (permerror) | leave one record that holds the \
               terms of all => v=spf1 mx a:a.example ip4:192.0.2.1 ~all",
            ],
        ),
        (
            &["example.org TXT v=spf1 mx -all", "example.org TXT v=spf1 foo:bar -all"],
            &[
                "fault there are 2 SPF records: receivers use none of them (permerror) | leave one record that holds the \
               terms of all",
            ],
        ),
        (
            &["example.org TXT \"v=spf1 mx -all\""],
            &[
                "fault \"\"v=spf1 mx -all\"\" looks like an SPF record and is none: receivers pass over it | begin it with \
                 \"v=spf1\" and a space, without quotation marks => v=spf1 mx -all",
                "warning there is no SPF record: receivers cannot tell who may send in this name | publish a TXT record \
                 that names the senders; v=spf1 -all for a domain that sends no mail => v=spf1 mx ~all",
            ],
        ),
        (
            &["example.org TXT v=spf1 -all", "example.org TXT spf2.0/pra -all", "example.org TXT v=spf1;mx"],
            &[
                "warning \"v=spf1;mx\" looks like an SPF record and is none: receivers pass over it | remove it, or move its \
                 terms into the record",
                "note \"spf2.0/pra -all\" is a record of Sender ID, which receivers no longer use | remove it",
                "good 8 all other senders fail | ",
            ],
        ),
    ] {
        assert_eq!(all(lines), expect);
    }
}

#[test]
fn long_answers() {
    let long = format!("example.org TXT v=spf1 {}-all", "ip4:203.0.113.111 ".repeat(24));
    let advice = all(&[&long]);
    assert!(advice[0].starts_with("warning the record has 443 octets: its answer does not fit"), "{advice:?}");
    let other = format!("example.org TXT {}", "x".repeat(430));
    let advice = all(&["example.org TXT v=spf1 -all", &other]);
    assert!(advice[0].starts_with("note the TXT records beside it make 452 octets in all"), "{advice:?}");
    assert_eq!(all(&["example.org TXT v=spf1 -all", "example.org TXT x"]).len(), 1);
    // Who misses it depends on how long the answer is: 1232 octets pass by UDP with EDNS.
    let edns = "does not fit into 512 octets, and receivers that have neither EDNS nor TCP see no record";
    let tcp = "does not fit into 1232 octets, and receivers that cannot ask by TCP see no record";
    for (terms, beside, hides) in
        [(24, 0, edns), (59, 0, edns), (70, 0, tcp), (24, 900, tcp), (0, 1155, edns), (0, 1156, tcp)]
    {
        let record = format!("example.org TXT v=spf1 {}-all", "ip4:203.0.113.111 ".repeat(terms));
        let other = format!("example.org TXT {}", "x".repeat(beside));
        let lines = [record.as_str(), other.as_str()];
        let advice = all(&lines[..if beside == 0 { 1 } else { 2 }]);
        assert!(advice[0].contains(&format!(" {hides} | move ")), "{terms}, {beside}: {advice:?}");
    }
}

#[test]
fn strings_joined_without_a_space() {
    for (record, column, term, suggestion) in [
        (
            "v=spf1 include:p.example|include:a.example -all",
            25,
            "include:p.exampleinclude:a.example",
            "v=spf1 include:p.example include:a.example -all",
        ),
        ("v=spf1|a:a.example -all", 7, "", ""),
        ("v=spf1 ip4:192.0.2.1|-all", 21, "ip4:192.0.2.1-all", "v=spf1 ip4:192.0.2.1 -all"),
        // Cut in the middle of a term, which is right, and once where it is not.
        (
            "v=spf1 ip4:192.0.|2.1 a:a.exa|mple|mx:a.example -all",
            33,
            "a:a.examplemx:a.example",
            "v=spf1 ip4:192.0.2.1 a:a.example mx:a.example -all",
        ),
    ] {
        let line = format!("example.org TXT {record}");
        let advice = all(&[&line, "a.example TXT v=spf1 -all", "p.example TXT v=spf1 -all"]);
        let joint = advice.iter().find(|text| text.contains("are joined without a space"));
        let expect = (!term.is_empty()).then(|| {
            format!(
                "fault {column} two strings of the record are joined without a space, so that receivers read \"{term}\" as \
                 one term | end each string but the last with a space => {suggestion}"
            )
        });
        assert_eq!(joint, expect.as_ref(), "{record}: {advice:?}");
    }
    let whole = all(&["example.org TXT v=spf1 |ip4:192.0.2|.1 a:all.example.m|x -all"]);
    assert!(whole.iter().all(|text| !text.contains("joined")), "{whole:?}");
}

#[test]
fn what_is_written() {
    for (record, expect) in [
        (
            "v=spf1 a:192.0.2.1 -all",
            "fault 8 \"a:192.0.2.1\": a name belongs here, and this is an address; for one such term receivers refuse the \
             whole record (permerror) | write ip4:192.0.2.1 => v=spf1 ip4:192.0.2.1 -all",
        ),
        (
            "v=spf1 mx:2001:db8::1 -all",
            "fault 8 \"mx:2001:db8::1\": a name belongs here, and this is an address; for one such term receivers refuse the \
             whole record (permerror) | write ip6:2001:db8::1 => v=spf1 ip6:2001:db8::1 -all",
        ),
        (
            "v=spf1 192.0.2.1 -all",
            "fault 8 \"192.0.2.1\": an address needs \"ip4:\" or \"ip6:\" before it; for one such term receivers refuse the \
             whole record (permerror) | write ip4:192.0.2.1 => v=spf1 ip4:192.0.2.1 -all",
        ),
        (
            "v=spf1 foo:bar -all",
            "fault 8 \"foo:bar\": \"foo\" is no mechanism; for one such term receivers refuse the whole record (permerror) | \
             correct this term, or take it out",
        ),
        (
            "v=spf1 \u{201c}mx\u{201d} \u{2013}all",
            "fault 8 \"\u{201c}mx\u{201d}\": the character U+201C stands here; a record is printable ASCII; for one such term \
             receivers refuse the whole record (permerror) | write mx => v=spf1 mx -all",
        ),
        (
            "v=spf1 mx\u{200b} -all",
            "fault 10 \"mx<U+200B>\": the character U+200B stands here; a record is printable ASCII; for one such term \
             receivers refuse the whole record (permerror) | write mx => v=spf1 mx -all",
        ),
        (
            "v=spf1 mx +all",
            "fault 11 \"+all\" lets everybody send in this name (pass) | end the record with ~all or -all => v=spf1 mx ~all",
        ),
        (
            "v=spf1 mx ?all",
            "warning 11 \"?all\" says nothing about other senders (neutral) | end the record with ~all or -all => v=spf1 mx ~all",
        ),
        (
            "v=spf1 mx",
            "warning the record does not end with \"all\": it says nothing about other senders (neutral) | end it with ~all, \
             and with -all once every sender is named => v=spf1 mx ~all",
        ),
        (
            "v=spf1 mx -all ip4:203.0.113.7",
            "warning 16 \"ip4:203.0.113.7\" stands behind \"all\": receivers never come to it | move it before \"all\", or take \
             it out => v=spf1 mx ip4:203.0.113.7 -all",
        ),
        (
            "v=spf1 redirect=p.example mx -all",
            "warning 8 \"redirect=p.example\" does nothing beside \"all\": receivers pass over it | take out \"all\" if the \
             other record is to decide, and the redirection if not => v=spf1 mx -all",
        ),
        (
            "v=spf1 ptr -all",
            "warning 8 \"ptr\" asks for the client's name in reverse DNS: slow, often missing, and passed over by some \
             receivers | name the senders with ip4:, ip6: or a: instead (RFC 7208 §5.5)",
        ),
        (
            "v=spf1 exists:%{p}.a.example -all",
            "warning 8 \"exists:%{p}.a.example\" asks for the client's name in reverse DNS: slow, often missing, and passed \
             over by some receivers | name the senders with ip4:, ip6: or a: instead (RFC 7208 §5.5)",
        ),
        (
            "v=spf1 exists:a.example -all",
            "warning 8 \"exists:a.example\" is the same for every sender: all of them match, or none | put a macro into the \
             name, as in %{ir}, or take it out",
        ),
        (
            "v=spf1 include:a.example-all",
            "warning 8 \"include:a.example-all\" ends in \"all\" without a space before it, and is read as one name | put a \
             space before the qualifier of \"all\"",
        ),
        (
            "v=spf1 ra=postmaster mx -all",
            "note 8 \"ra=postmaster\" is a modifier that receivers do not know and pass over | take it out, unless a \
             receiver of yours reads it",
        ),
        (
            "v=spf1 ip4=203.0.113.7 mx -all",
            "fault 8 \"ip4=203.0.113.7\" is no mechanism but an unknown modifier: receivers pass over it | write \"ip4:\" \
             for \"ip4=\" => v=spf1 ip4:203.0.113.7 mx -all",
        ),
        (
            "v=spf1 mx v=spf1 a -all",
            "warning 11 \"v=spf1\" stands inside the record: two records seem to have been joined | take it out => v=spf1 mx \
             a -all",
        ),
        (
            "v=spf1 ip4:203.0.113.7/24 -all",
            "warning 8 \"ip4:203.0.113.7/24\" is a host with a prefix length: receivers take it for the network \
             203.0.113.0/24 | leave out the prefix length if the one host is meant => v=spf1 ip4:203.0.113.0/24 -all",
        ),
        (
            "v=spf1 ip6:2001:db8::1/64 -all",
            "warning 8 \"ip6:2001:db8::1/64\" is a host with a prefix length: receivers take it for the network \
             2001:db8::/64 | leave out the prefix length if the one host is meant => v=spf1 ip6:2001:db8::/64 -all",
        ),
        (
            "v=spf1 ip4:203.0.113.0 -all",
            "warning 8 \"ip4:203.0.113.0\" names the one address 203.0.113.0, which is rarely a host | if the network is \
             meant, write ip4:203.0.113.0/24",
        ),
        (
            "v=spf1 ip4:0.0.0.0/0 -all",
            "fault 8 \"ip4:0.0.0.0/0\" lets every client with an IPv4 address send in this name | name the senders more \
             narrowly",
        ),
        (
            "v=spf1 a//16 -all",
            "warning 8 \"a//16\" lets 2^112 addresses send in this name | name the senders more narrowly",
        ),
        (
            "v=spf1 ip4:10.1.2.3 -all",
            "note 8 \"ip4:10.1.2.3\" is an address that no mail from the internet comes from | name the address that \
             receivers see",
        ),
        ("v=spf1 mx MX -all", "note 11 \"MX\" stands in the record twice | take one of them out => v=spf1 mx -all"),
        (
            "v=spf1 IP4:203.0.113.7 -all",
            "note 8 \"IP4:203.0.113.7\" is written in capital letters: harmless, for names of mechanisms have no case |  => \
             v=spf1 ip4:203.0.113.7 -all",
        ),
        (
            "v=spf1  mx -all ",
            "note there is more than one space between terms, or one at the end: harmless |  => v=spf1 mx -all",
        ),
    ] {
        let advice = of(record);
        assert!(advice.iter().any(|text| text == expect), "{record}:\n{}\nis not\n{expect}", advice.join("\n"));
    }
}

#[test]
fn what_it_leads_to() {
    let world = |record: &str, more: &[&str]| {
        let record = format!("example.org TXT {record}");
        all(&[&[record.as_str()], more].concat())
    };
    for (record, more, expect) in [
        (
            "v=spf1 include:gone.example -all",
            &[][..],
            "fault 8 \"include:gone.example\": gone.example does not exist: every sender that no earlier term names gets \
             permerror | take the term out",
        ),
        (
            "v=spf1 include:p.example -all",
            &["p.example TXT hello"],
            "fault 8 \"include:p.example\": p.example publishes no SPF record: every sender that no earlier term names gets \
             permerror | take the term out",
        ),
        (
            "v=spf1 include:p.example -all",
            &["p.example TXT v=spf1 include:q.example -all", "q.example TXT v=spf1 mx foo"],
            "fault \"include:q.example\" of p.example: the record of q.example cannot be read, \"foo\" in column 11: \"foo\" is \
             no mechanism: every sender that no earlier term names gets permerror | tell the owner of q.example, and take \
             the term out until it is mended",
        ),
        (
            "v=spf1 include:p.example -all",
            &["p.example TXT v=spf1 -all", "p.example TXT v=spf1 +all"],
            "fault 8 \"include:p.example\": p.example publishes 2 SPF records, and may one: every sender that no earlier term \
             names gets permerror | take the term out",
        ),
        (
            "v=spf1 include:p.example -all",
            &["p.example TXT !timeout"],
            "warning 8 \"include:p.example\": the TXT record of p.example is not known: the resolver did not answer in time: \
             receivers put mail off (temperror) | look at the name servers of p.example",
        ),
        (
            "v=spf1 include:EXAMPLE.org -all",
            &[],
            "fault 8 \"include:EXAMPLE.org\": the record of EXAMPLE.org includes itself here: every sender that no earlier \
             term names gets permerror | take the term out",
        ),
        (
            "v=spf1 include:p.example -all",
            &["p.example TXT v=spf1 redirect=example.org"],
            "fault \"redirect=example.org\" of p.example: the record of example.org leads back to it here: every sender that \
             no earlier term names gets permerror | tell the owner of that record",
        ),
        (
            "v=spf1 a:gone.example -all",
            &[],
            "warning 8 \"a:gone.example\": gone.example has no address: it names nobody, and is one of the 2 void look-ups \
             that receivers bear | take the term out, or publish what it looks for",
        ),
        (
            "v=spf1 a:g1.example mx:g2.example a:g3.example -all",
            &[],
            "fault 21 \"mx:g2.example\": g2.example has no MX record: 3 terms of this kind make receivers refuse the record \
             (permerror), for at most 2 may be void | take the term out, or publish what it looks for",
        ),
        (
            "v=spf1 a:1.x.example a:2.x.example a:3.x.example -all",
            &["1.x.example A 192.0.2.1", "2.x.example A 192.0.2.2", "3.x.example A 192.0.2.3"],
            "warning for clients with an IPv6 address 3 terms are void, and receivers bear 2: such clients get permerror \
             where no earlier term names them (\"a:1.x.example\", \"a:2.x.example\", \"a:3.x.example\") | name the IPv6 \
             senders first, by ip4: or ip6:, or publish AAAA records for these hosts",
        ),
        (
            "v=spf1 include:p.example exists:%{i}.x.example include:q.example a:%{o} -all",
            &[
                "p.example TXT v=spf1 exists:%{i}.p.example exists:%{i}.q.example exists:%{i}.r.example",
                "q.example TXT v=spf1 exists:%{i}.p.example exists:%{i}.q.example exists:%{i}.r.example exists:%{l}.r.example",
            ],
            "fault the record takes 11 look-ups, and receivers stop after 10 (permerror): senders that no earlier term names \
             are refused with it; \"include:q.example\" costs 5, \"include:p.example\" costs 4 | take out services that no \
             longer send, name hosts by ip4: and ip6:, or give a service a subdomain",
        ),
        (
            "v=spf1 a a a a a a a a a -all",
            &["example.org A 192.0.2.1"],
            "note the record takes 9 of 10 look-ups | make room before the next service is added",
        ),
        (
            "v=spf1 a:x..example -all",
            &[],
            "warning 8 \"a:x..example\": this name cannot be looked up: it has an empty label | correct the name",
        ),
    ] {
        let advice = world(record, more);
        assert!(advice.iter().any(|text| text == expect), "{record}:\n{}\nis not\n{expect}", advice.join("\n"));
    }
    let many: Vec<String> = (0..11).map(|n| format!("example.org MX {n} mx.example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let advice = world("v=spf1 mx -all", &many);
    assert!(advice[0].contains("example.org has 11 mail exchanges, and 10 may be looked up"), "{advice:?}");
}

#[test]
fn whole_records_mended() {
    for (record, expect) in [
        ("v=spf1 mx -all", None),
        ("V=SPF1 mx -all", Some("v=spf1 mx -all")),
        ("v=spf1", Some("v=spf1 ~all")),
        ("v=spf1 include: p.example ip4:\u{a0}192.0.2.1 - all", Some("v=spf1 include:p.example ip4:192.0.2.1 -all")),
        ("v=spf1 include:p.example ~all -all", Some("v=spf1 include:p.example ~all")),
        ("v=spf1 mx +a redirect=p.example x=y", Some("v=spf1 mx a redirect=p.example x=y")),
        ("v=spf1 mx exp=e.example -all", Some("v=spf1 mx -all exp=e.example")),
        ("v=spf1\u{a0}mx -all", Some("v=spf1 mx -all")),
        ("v=spf1 mx,a:x.org;-all", Some("v=spf1 mx a:x.org -all")),
        ("v=spf1 mx foo -all", None),
        ("v=spf1 redirect=a.org redirect=A.org", Some("v=spf1 redirect=a.org")),
        ("v=spf1 redirect=a.org redirect=b.org", None),
        ("v=spf1 exp=a.org exp=b.org -all", None),
    ] {
        assert_eq!(mended(record).as_deref(), expect, "{record}");
    }
}

#[test]
fn a_record_is_offered_that_has_no_fault_by_the_same_answers() {
    let many = format!("v=spf1{} ~all", " include:example.org".repeat(13));
    let names: Vec<String> = (0..11).map(|n| format!("exists:%{{i}}.x{n}.example")).collect();
    let dear = format!("v=spf1 {} ?all", names.join(" "));
    for (record, expect) in [
        ("v=spf1 include:p.example include:nope.example mx ?all", Some("v=spf1 include:p.example mx ~all")),
        ("v=spf1 include:p.example include:broken.example mx ?all", Some("v=spf1 include:p.example mx ~all")),
        ("v=spf1 a:1.void.example a:2.void.example a:3.void.example mx ?all", Some("v=spf1 mx ~all")),
        ("v=spf1 a:1.void.example mx ?all", Some("v=spf1 a:1.void.example mx ~all")),
        (many.as_str(), Some("v=spf1 mx ~all")),
        ("v=spf1 +all", Some("v=spf1 mx ~all")),
        ("v=spf1", Some("v=spf1 mx ~all")),
        ("v=spf1  -all", Some("v=spf1 -all")),
        ("v=spf1 include:nope.example  -all", Some("v=spf1 mx -all")),
        ("v=spf1  redirect=nope.example", Some("v=spf1 mx ~all")),
        // A loop further down, which the owner of that record mends.
        ("v=spf1 include:back.example mx ?all", None),
        ("v=spf1 ip4:0.0.0.0/0 ?all", None),
        (dear.as_str(), None),
    ] {
        let line = format!("example.org TXT {record}");
        let world = [
            line.as_str(),
            "example.org MX 10 m.example",
            "p.example TXT v=spf1 ip4:198.51.100.1",
            "broken.example TXT v=spf1 foo",
            "back.example TXT v=spf1 include:example.org",
        ];
        let offered = |lines: &[&str]| {
            let (advice, _) = World::new(lines).settle(|inquiry| advise("example.org", inquiry));
            advice.into_iter().find_map(|advice| advice.suggestion)
        };
        assert_eq!(offered(&world).as_deref(), expect, "{record}");
        if expect.is_some_and(|text| !text.contains("p.example") && !record.contains("mx") && text != "v=spf1 -all") {
            assert_eq!(offered(&world[..1]), None, "{record} without a mail exchange");
        }
    }
}

#[test]
fn no_more_is_said_than_can_be_read() {
    let record = format!("v=spf1 {}-all", "foo ".repeat(10_000));
    let advice = of(&record);
    let faults: Vec<&String> = advice.iter().filter(|text| text.starts_with("fault")).collect();
    assert_eq!(faults.len(), MOST);
    assert!(faults[MOST - 1].contains("; 9992 more terms have the same"), "{faults:?}");
}
