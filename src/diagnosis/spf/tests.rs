//! Evaluations: the examples of the RFC, the limits, the trace, the questions.

use super::world::{World, drawn};
use super::*;
use crate::diagnosis::answers::{Answers, Inquiry};

/// RFC 7208 appendix A.
const APPENDIX: &[&str] = &[
    "example.com MX 10 mail-a.example.com",
    "example.com MX 20 mail-b.example.com",
    "example.com A 192.0.2.10",
    "example.com A 192.0.2.11",
    "amy.example.com A 192.0.2.65",
    "bob.example.com A 192.0.2.66",
    "mail-a.example.com A 192.0.2.129",
    "mail-b.example.com A 192.0.2.130",
    "www.example.com CNAME example.com",
    "example.org MX 10 mail-c.example.org",
    "mail-c.example.org A 192.0.2.140",
    "10.2.0.192.in-addr.arpa PTR example.com",
    "11.2.0.192.in-addr.arpa PTR example.com",
    "65.2.0.192.in-addr.arpa PTR amy.example.com",
    "66.2.0.192.in-addr.arpa PTR bob.example.com",
    "129.2.0.192.in-addr.arpa PTR mail-a.example.com",
    "130.2.0.192.in-addr.arpa PTR mail-b.example.com",
    "140.2.0.192.in-addr.arpa PTR mail-c.example.org",
    "4.0.0.10.in-addr.arpa PTR bob.example.com",
];

fn appendix(more: &[&str]) -> World {
    World::new(&[APPENDIX, more].concat())
}

#[test]
fn the_simple_examples_of_appendix_a() {
    let hosts = ["10", "11", "65", "66", "129", "130", "131", "140", "143", "144"];
    for (record, pass) in [
        ("v=spf1 +all", &hosts[..]),
        ("v=spf1 a -all", &["10", "11"]),
        ("v=spf1 a:example.org -all", &[]),
        ("v=spf1 mx -all", &["129", "130"]),
        ("v=spf1 mx:example.org -all", &["140"]),
        ("v=spf1 mx mx:example.org -all", &["129", "130", "140"]),
        ("v=spf1 mx/30 mx:example.org/30 -all", &["129", "130", "131", "140", "143"]),
        ("v=spf1 ptr -all", &["10", "11", "65", "66", "129", "130"]),
        ("v=spf1 ip4:192.0.2.128/28 -all", &["129", "130", "131", "140", "143"]),
    ] {
        let world = appendix(&[&format!("example.com TXT {record}")]);
        for host in hosts {
            let expect = if pass.contains(&host) { "pass" } else { "fail" };
            assert_eq!(world.result(&format!("192.0.2.{host}"), "a@example.com"), expect, "{record}: {host}");
        }
        let rogue = if record == "v=spf1 +all" { "pass" } else { "fail" };
        assert_eq!(world.result("10.0.0.4", "a@example.com"), rogue, "{record}");
    }
}

#[test]
fn the_other_examples_of_appendix_a() {
    let world = appendix(&[
        "example.com TXT v=spf1 mx include:mobile-users._spf.%{d} include:remote-users._spf.%{d} -all",
        "mobile-users._spf.example.com TXT v=spf1 exists:%{l1r+}.%{d}",
        "remote-users._spf.example.com TXT v=spf1 exists:%{ir}.%{l1r+}.%{d}",
        "mary.mobile-users._spf.example.com A 127.0.0.2",
        "fred.mobile-users._spf.example.com A 127.0.0.2",
        "15.15.168.192.joel.remote-users._spf.example.com A 127.0.0.2",
        "16.15.168.192.joel.remote-users._spf.example.com A 127.0.0.2",
        "example.org TXT v=spf1 include:example.com include:example.net -all",
        "example.net TXT v=spf1 ip4:198.51.100.1 -all",
        "la.example.org TXT v=spf1 redirect=example.org",
        "strict.example TXT v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all",
        "ip4._spf.strict.example TXT v=spf1 -ip4:192.0.2.0/24 +all",
        "ptr._spf.strict.example TXT v=spf1 -ptr:example.com +all",
    ]);
    for (ip, sender, expect) in [
        ("203.0.113.1", "mary@example.com", "pass"),
        ("203.0.113.1", "fred+list@example.com", "pass"),
        ("203.0.113.1", "joel@example.com", "fail"),
        ("192.168.15.15", "joel@example.com", "pass"),
        ("192.168.15.17", "joel@example.com", "fail"),
        ("192.0.2.129", "eve@example.com", "pass"),
        ("198.51.100.1", "eve@la.example.org", "pass"),
        ("192.0.2.130", "eve@la.example.org", "pass"),
        ("198.51.100.2", "eve@la.example.org", "fail"),
        ("192.0.2.65", "eve@strict.example", "pass"),
        ("192.0.2.140", "eve@strict.example", "fail"),
        ("10.0.0.4", "eve@strict.example", "fail"),
    ] {
        assert_eq!(world.result(ip, sender), expect, "{sender} from {ip}");
    }
}

#[test]
fn identities() {
    let world = World::new(&[
        "helo.example.net TXT v=spf1 exists:%{l}.%{o}.is.example -all",
        "postmaster.helo.example.net.is.example A 127.0.0.2",
        "xn--bcher-kva.example TXT v=spf1 exists:%{o}.is.example -all",
        "xn--bcher-kva.example.is.example A 127.0.0.2",
        "eai.example TXT v=spf1 exists:%{l}.eai.example include:%{s}.eai.example a:%{o} -all",
        "eai.example A 192.0.2.7",
        "moved.example TXT v=spf1 redirect=%{l}.eai.example",
        "odd.example TXT v=spf1 exists:%{l}.odd.example -all",
        "a\\032b\\;c.odd.example A 127.0.0.2",
    ]);
    for (sender, expect) in [
        // The null sender is postmaster at the HELO name.
        ("", "pass"),
        ("@helo.example.net", "pass"),
        ("helo.example.net", "pass"),
        ("eve@helo.example.net", "fail"),
        ("eve@bücher.example", "pass"),
        // RFC 8616: what asks for a local part that is not ASCII matches nothing.
        ("jörg@eai.example", "pass"),
        ("jörg@moved.example", "neutral"),
        // A local part goes into a question in the form that names have there.
        ("a b;c@odd.example", "pass"),
        ("a_b;c@odd.example", "fail"),
        ("eve@nowhere.example", "none"),
        ("eve@localhost", "none"),
        ("eve@[192.0.2.7]", "none"),
    ] {
        assert_eq!(world.result("192.0.2.7", sender), expect, "{sender:?}");
    }
    let case = Case::helo("::ffff:192.0.2.7".parse().unwrap(), "helo.example.net.");
    assert_eq!((case.ip().to_string().as_str(), case.identity()), ("192.0.2.7", Identity::Helo));
    assert_eq!((case.domain(), case.sender().as_str()), ("helo.example.net", "postmaster@helo.example.net"));
    let (found, _) = world.settle(|inquiry| evaluate(&case, inquiry));
    assert_eq!((found.identity, found.verdict().unwrap().result), (Identity::Helo, SpfResult::Pass));
}

#[test]
fn limits() {
    let includes = |count: usize| {
        let mut lines: Vec<String> =
            (0..count).map(|n| format!("i{n}.example TXT v=spf1 ip4:198.51.100.{n}")).collect();
        let terms: Vec<String> = (0..count).map(|n| format!("include:i{n}.example")).collect();
        lines.push(format!("x.example TXT v=spf1 {} ip4:192.0.2.1 -all", terms.join(" ")));
        World::new(&lines)
    };
    assert_eq!(includes(10).result("192.0.2.1", "x.example"), "pass");
    assert_eq!(includes(11).result("192.0.2.1", "x.example"), "permerror");
    assert_eq!(includes(11).result("198.51.100.9", "x.example"), "pass");

    let exchanges = |count: usize| {
        let mut lines = vec!["x.example TXT v=spf1 mx -all".to_owned(), "m.x.example A 192.0.2.1".to_owned()];
        lines.extend((0..count).map(|_| "x.example MX 10 m.x.example".to_owned()));
        World::new(&lines)
    };
    assert_eq!(exchanges(10).result("192.0.2.1", "x.example"), "pass");
    assert_eq!(exchanges(11).result("192.0.2.1", "x.example"), "permerror");

    let names = |before: usize| {
        let mut lines = vec!["x.example TXT v=spf1 ptr -all".to_owned(), "m.x.example A 192.0.2.1".to_owned()];
        lines.extend((0..before).map(|n| format!("1.2.0.192.in-addr.arpa PTR n{n}.other.example")));
        lines.push("1.2.0.192.in-addr.arpa PTR m.x.example".to_owned());
        World::new(&lines)
    };
    assert_eq!(names(9).result("192.0.2.1", "x.example"), "pass");
    assert_eq!(names(10).result("192.0.2.1", "x.example"), "fail");

    let loops = World::new(&["x.example TXT v=spf1 include:x.example -all", "y.example TXT v=spf1 redirect=y.example"]);
    for sender in ["x.example", "y.example"] {
        let found = loops.check("192.0.2.1", sender);
        assert_eq!(found.verdict().unwrap().result, SpfResult::PermError);
        assert_eq!(found.spent.lookups, LOOKUPS + 1);
    }
}

#[test]
fn void_lookups_are_counted_by_term() {
    let world = World::new(&[
        // One term, three exchanges without an IPv6 address: one void.
        "mx.example TXT v=spf1 mx a:gone1.example ip6:2001:db8::1 -all",
        "mx.example MX 10 m1.mx.example",
        "mx.example MX 20 m2.mx.example",
        "mx.example MX 30 m3.mx.example",
        "m1.mx.example A 192.0.2.1",
        "m2.mx.example A 192.0.2.2",
        "m3.mx.example A 192.0.2.3",
        "two.example TXT v=spf1 a:gone1.example exists:gone2.example ip6:2001:db8::1 -all",
        "three.example TXT v=spf1 a:gone1.example include:half.example ip6:2001:db8::1 -all",
        "half.example TXT v=spf1 mx:gone2.example ptr -all",
        "last.example TXT v=spf1 a:gone1.example a:gone2.example a:gone3.example",
    ]);
    for (sender, expect, voids) in [
        ("mx.example", "pass", 2),
        ("two.example", "pass", 2),
        ("three.example", "permerror", 3),
        ("last.example", "permerror", 3),
    ] {
        let found = world.check("2001:db8::1", sender);
        assert_eq!((found.verdict().unwrap().result.name(), found.spent.voids), (expect, voids), "{sender}");
    }
}

#[test]
fn errors_say_where() {
    let world = World::new(&[
        "bad.example TXT v=spf1 mx foo:bar -all",
        "two.example TXT v=spf1 -all",
        "two.example TXT v=spf1 +all",
        "over.example TXT v=spf1 ip4:198.51.100.1 include:bad.example -all",
        "none.example TXT v=spf1 include:gone.example -all",
        "to.example TXT v=spf1 redirect=gone.example",
        "temp.example TXT v=spf1 a:slow.example -all",
        "slow.example A !timeout",
        "broken.example TXT !SERVFAIL",
        "odd.example TXT v=spf1 exists:%{l}..example ?all",
    ]);
    for (sender, result, says, domain, column) in [
        ("bad.example", "permerror", "\"foo\" is no mechanism", "bad.example", Some(11)),
        ("two.example", "permerror", "two.example publishes 2 SPF records, and may one", "two.example", None),
        ("over.example", "permerror", "\"foo\" is no mechanism", "bad.example", Some(11)),
        ("none.example", "permerror", "nothing can be included: gone.example does not exist", "none.example", Some(8)),
        (
            "to.example",
            "permerror",
            "the redirection leads nowhere: gone.example does not exist",
            "to.example",
            Some(8),
        ),
        (
            "temp.example",
            "temperror",
            "the A record of slow.example is not known: the resolver did not answer in time",
            "temp.example",
            Some(8),
        ),
        (
            "broken.example",
            "temperror",
            "the TXT record of broken.example is not known: SERVFAIL",
            "broken.example",
            None,
        ),
        ("odd.example", "neutral", "\"all\" matches every client", "odd.example", Some(29)),
    ] {
        let found = world.check("192.0.2.1", sender);
        let verdict = found.verdict().unwrap();
        let place = (verdict.domain.as_str(), verdict.column);
        assert_eq!((verdict.result.name(), verdict.says.as_str(), place), (result, says, (domain, column)));
    }
}

const SMALL: &[&str] = &[
    "example.org TXT v=spf1 a |include:p.example ?exists:%{ir}.%{v}.%{d2} mx -all exp=why.%{d}",
    "example.org A 192.0.2.10",
    "example.org MX 20 m2.example.org",
    "example.org MX 10 m1.example.org",
    "m1.example.org A 192.0.2.20",
    "m2.example.org A 192.0.2.21",
    "p.example TXT v=spf1 ip4:198.51.100.0/24 x=y redirect=q.example",
    "q.example TXT v=spf1 a:one.q.example -all",
    "one.q.example CNAME two.q.example",
    "two.q.example A 203.0.113.5",
    "why.example.org TXT %{i} may not send in the name of |%{o}; see https://example.org/?s=%{S}&t=%{t}",
];

#[test]
fn the_trace_shows_every_term() {
    let found = World::new(SMALL).check("192.0.2.99", "eve@example.org");
    assert_eq!(
        drawn(&found.lines()),
        "example.org fail: \"all\" matches every client
  a no match, no address of example.org is the client's [1 of 10, void 0 of 2]
    A example.org: 192.0.2.10
  include:p.example no match, the included record says fail [4 of 10, void 0 of 2]
    p.example fail: \"all\" matches every client
      ip4:198.51.100.0/24 no match, 192.0.2.99 is not in 198.51.100.0/24
      x=y modifier
      redirect=q.example redirected [4 of 10, void 0 of 2]
        q.example fail: \"all\" matches every client
          a:one.q.example no match, no address of one.q.example is the client's [4 of 10, void 0 of 2]
            A one.q.example: 203.0.113.5
          -all match: fail, \"all\" matches every client
  ?exists:%{ir}.%{v}.%{d2} no match, 99.2.0.192.in-addr.example.org has no A record [5 of 10, void 1 of 2]
    %{ir} is 99.2.0.192
    %{v} is in-addr
    %{d2} is example.org
    A 99.2.0.192.in-addr.example.org: void: no such name
  mx no match, no mail exchange of example.org has the client's address [6 of 10, void 1 of 2]
    MX example.org: 20 m2.example.org., 10 m1.example.org.
    A m1.example.org: 192.0.2.20
    A m2.example.org: 192.0.2.21
  -all match: fail, \"all\" matches every client
  exp=why.%{d} modifier
"
    );
    let text = "192.0.2.99 may not send in the name of example.org; see https://example.org/?s=eve%40example.org&t=0";
    assert_eq!(found.explanation, Explanation::Text(text.to_owned()));
    let pass = World::new(SMALL).check("192.0.2.20", "eve@example.org");
    assert_eq!(pass.verdict().unwrap().says, "m1.example.org has the address 192.0.2.20");
    assert_eq!(pass.explanation, Explanation::None);
}

#[test]
fn questions_are_asked_ahead_and_no_further_than_the_limit() {
    let case = Case::mail_from("192.0.2.99".parse().unwrap(), "h.example", "eve@example.org");
    let asked = |lines: &[&str]| -> Vec<String> {
        let (_, rounds) = World::new(lines).settle(|inquiry| evaluate(&case, inquiry));
        let name = |query: &crate::diagnosis::dns::Query| format!("{} {}", query.kind, query.name);
        rounds.iter().map(|round| round.iter().map(name).collect::<Vec<_>>().join(", ")).collect()
    };
    assert_eq!(
        asked(SMALL),
        [
            "TXT example.org",
            "A example.org, TXT p.example, MX example.org",
            "TXT q.example, A m1.example.org, A m2.example.org",
            "A one.q.example",
            // A name made for the sender is asked for when it is its turn, and the explanation at the end.
            "A 99.2.0.192.in-addr.example.org",
            "TXT why.example.org",
        ]
    );
    // Nothing is asked behind a term that ends the check, nor behind the tenth.
    assert_eq!(
        asked(&["example.org TXT v=spf1 a:b.example ip4:192.0.2.0/24 mx -all"]),
        ["TXT example.org", "A b.example"]
    );
    let many: Vec<String> = (0..20).map(|n| format!("a:h{n}.example")).collect();
    let many = format!("example.org TXT v=spf1 {}", many.join(" "));
    let rounds = asked(&[&many]);
    assert_eq!(rounds.len(), 2);
    assert_eq!(rounds[1].split(", ").count(), LOOKUPS, "{rounds:?}");
    let nested = format!("p.example TXT v=spf1 {}", (0..9).map(|n| format!("a:p{n}.example ")).collect::<String>());
    let rounds =
        asked(&["example.org TXT v=spf1 include:p.example a:behind.example mx", &nested, "p0.example A 1.1.1.1"]);
    assert!(!rounds[2].contains("MX"), "{rounds:?}");
    assert_eq!(rounds[2].split(", ").count(), 9, "{rounds:?}");
}

#[test]
fn what_waits_is_open() {
    let case = Case::mail_from("192.0.2.99".parse().unwrap(), "h.example", "eve@example.org");
    let world = World::new(&["example.org TXT v=spf1 ip4:198.51.100.1 a mx -all"]);
    let mut answers = Answers::default();
    let none = evaluate(&case, &Inquiry::new(&answers));
    assert_eq!((none.verdict(), none.check.record.as_deref()), (None, None));
    let query = Inquiry::new(&answers);
    let _ = evaluate(&case, &query);
    answers.insert(world.answer(&query.open()[0]));
    let found = evaluate(&case, &Inquiry::new(&answers));
    assert_eq!((found.verdict(), found.spent), (None, Spent { lookups: 1, voids: 0 }));
    assert_eq!(
        drawn(&found.lines()),
        "example.org waiting
  ip4:198.51.100.1 no match, 192.0.2.99 is not in 198.51.100.1/32
  a waiting [1 of 10, void 0 of 2]
    A example.org: waiting
  mx not reached
  -all not reached
"
    );
}

#[test]
fn explanations_that_cannot_be_used() {
    let record = |exp: &str| format!("x.example TXT v=spf1 -all exp={exp}");
    for (exp, more, why) in [
        ("gone.example", &[][..], "gone.example has no TXT record"),
        ("e.example", &["e.example TXT a", "e.example TXT b"], "e.example has 2 TXT records, and may have one"),
        (
            "e.example",
            &["e.example TXT 50% of it"],
            "the text at e.example is no explanation: a lone \"%\"; a percent sign is written \"%%\"",
        ),
        ("e.example", &["e.example TXT !SERVFAIL"], "SERVFAIL"),
        ("%{l}..example", &[], "\"postmaster..example\" cannot be looked up: it has an empty label"),
    ] {
        let record = record(exp);
        let world = World::new(&[&[record.as_str()], more].concat());
        let found = world.check("192.0.2.1", "x.example");
        assert_eq!(found.verdict().unwrap().result, SpfResult::Fail);
        assert_eq!(found.explanation, Explanation::Unusable(why.to_owned()));
    }
    // An include never explains, a redirection does.
    let world = World::new(&[
        "x.example TXT v=spf1 include:y.example -all",
        "y.example TXT v=spf1 -all exp=e.example",
        "z.example TXT v=spf1 redirect=y.example exp=f.example",
        "e.example TXT no %{d}",
    ]);
    assert_eq!(world.check("192.0.2.1", "x.example").explanation, Explanation::None);
    assert_eq!(world.check("192.0.2.1", "z.example").explanation, Explanation::Text("no y.example".to_owned()));
}

#[test]
fn the_outline_counts_what_everything_costs() {
    let world = World::new(&[
        "x.example TXT v=spf1 a mx include:p.example include:%{l}.example exists:%{i}.x.example ~all ptr redirect=q.example",
        "x.example A 192.0.2.1",
        "p.example TXT v=spf1 include:q.example a:gone.example redirect=q.example",
        "q.example TXT v=spf1 ip4:192.0.2.1 include:p.example",
    ]);
    let (found, rounds) = world.settle(|inquiry| outline("x.example", inquiry));
    assert_eq!(
        drawn(&found.lines()),
        "x.example 10 look-ups
  a [1] void for IPv6
  mx [1] void: no mail exchange
  include:p.example [6]
    p.example 5 look-ups
      include:q.example [2]
        q.example 1 look-up
          ip4:192.0.2.1
          include:p.example [1] leads back
      a:gone.example [1] void: no address
      redirect=q.example [2]
        q.example 1 look-up
          ip4:192.0.2.1
          include:p.example [1] leads back
  include:%{l}.example [1] depends on the sender
  exists:%{i}.x.example [1] depends on the sender
  ~all
  ptr never reached
  redirect=q.example never reached
"
    );
    assert_eq!((found.cost().as_str(), found.waiting), ("at least 10 of 10 look-ups, 3 of 2 void for IPv6", false));
    assert_eq!(rounds.len(), 3);
}
