//! Single questions over sockets, each beside what Debian's dig prints for the line that the program itself gives for it.

use std::process::Command;

use ehlo::diagnosis::dns::{Answer, Ending, QueryFailure, Record, Response, Transport, extended_error_name};
use ehlo::diagnosis::investigation::Question;
use ehlo::diagnosis::survey::{Row, dig};

use crate::asker::{Asker, question};
use crate::nameservers::nameservers;

/// Releases of BIND differ in the code that they give to an alias that leads to itself; dig then has the say.
const BY_VERSION: &str = "NOERROR or SERVFAIL";

/// What is compared of an answer: the code, the flags, extended errors, and the records of each section.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    rcode: String,
    flags: Vec<String>,
    errors: Vec<String>,
    /// `ANSWER good.test 300 IN MX 10 mx1.good.test`, sorted: servers turn the order round.
    records: Vec<String>,
}

impl Told {
    fn ours(response: &Response, with_ttl: bool) -> Self {
        let sections =
            [("ANSWER", &response.answers), ("AUTHORITY", &response.authority), ("ADDITIONAL", &response.additional)];
        let line = |section: &str, Record { name, ttl, value }: &Record| {
            let name = if name.is_empty() { "." } else { name };
            let ttl = if with_ttl { ttl.to_string() } else { "-".to_owned() };
            format!("{section} {name} {ttl} IN {} {value}", value.kind())
        };
        let mut records: Vec<String> =
            sections.iter().flat_map(|(name, all)| all.iter().map(|record| line(name, record))).collect();
        records.sort_unstable();
        let errors = response.edns.iter().flat_map(|edns| &edns.errors);
        Self {
            rcode: response.rcode_name(),
            flags: response.flags.names().into_iter().map(str::to_owned).collect(),
            errors: errors
                .map(|e| format!("{} ({})", e.code, extended_error_name(e.code).unwrap_or_default()))
                .collect(),
            records,
        }
    }

    fn dig(output: &str, with_ttl: bool) -> Self {
        let mut told = Self::default();
        let mut section = "";
        for line in output.lines() {
            if let Some((_, rest)) = line.split_once("status: ") {
                told.rcode = rest.split(',').next().unwrap_or_default().to_owned();
            } else if let Some(rest) = line.strip_prefix(";; flags:") {
                let flags = rest.split(';').next().unwrap_or_default();
                told.flags = flags.split_whitespace().map(str::to_owned).collect();
            } else if let Some(rest) = line.strip_prefix("; EDE: ") {
                told.errors.push(rest.split_inclusive(')').next().unwrap_or_default().to_owned());
            } else if let Some(rest) = line.strip_prefix(";; ") {
                section = rest.split(' ').next().unwrap_or_default();
            } else if !line.is_empty() && !line.starts_with(';') {
                told.records.push(format!("{section} {}", plain(line, with_ttl)));
            }
        }
        told.records.sort_unstable();
        told
    }
}

/// A record of dig with one blank between its words and no dot behind its names.
fn plain(line: &str, with_ttl: bool) -> String {
    let (head, quoted) = line.find('"').map_or((line, ""), |at| line.split_at(at));
    let words = head.split_whitespace().enumerate().map(|(place, word)| match word {
        _ if place == 1 && !with_ttl => "-",
        "." => ".",
        word => word.strip_suffix('.').unwrap_or(word),
    });
    let mut out = words.collect::<Vec<_>>().join(" ");
    if !quoted.is_empty() {
        // A parameter of SVCB is not parted from its value.
        if head.ends_with([' ', '\t']) {
            out.push(' ');
        }
        // NAPTR has a name behind its strings.
        out.push_str(quoted.strip_suffix('.').unwrap_or(quoted));
    }
    out
}

/// What dig prints for the program's own line.
fn run_dig(line: &str) -> String {
    let shown = format!("{line} +noall +comments +answer +authority +additional +nosplit +nocookie +noidnout");
    let output = Command::new("sh").args(["-c", &shown]).output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}\n{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn answers_are_as_dig_has_them() {
    let servers = nameservers();
    let mut asker = Asker::new();
    for (line, rcode, flags, answers) in [
        ("mx good.test @authority", "NOERROR", "qr aa rd", 2),
        ("txt good.test @authority", "NOERROR", "qr aa rd", 2),
        ("soa good.test @authority", "NOERROR", "qr aa rd", 1),
        ("caa good.test @authority", "NOERROR", "qr aa rd", 2),
        ("https good.test @authority", "NOERROR", "qr aa rd", 1),
        ("type65 good.test @authority +tcp", "NOERROR", "qr aa rd", 1),
        ("a mx1.good.test @authority +norec", "NOERROR", "qr aa", 1),
        ("aaaa mx1.good.test @authority +noad +noedns", "NOERROR", "qr aa rd", 1),
        ("txt sel1._domainkey.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("txt sel3._domainkey.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("tlsa _25._tcp.mx1.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("srv _autodiscover._tcp.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("sshfp sshfp.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("naptr naptr.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("loc loc.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("txt odd\\.dot\\;x.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("mx nomail.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("a anything.wild.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("-x 192.0.2.25 @authority", "NOERROR", "qr aa rd", 1),
        ("-x 2001:db8::25 @authority", "NOERROR", "qr aa rd", 1),
        // No such record, no such name, not for you, not mine.
        ("mx mx1.good.test @authority", "NOERROR", "qr aa rd", 0),
        ("a nothing.good.test @authority", "NXDOMAIN", "qr aa rd", 0),
        ("mx private.test @authority", "REFUSED", "qr rd", 0),
        ("mx good.test @secondary", "REFUSED", "qr rd", 0),
        // Aliases: a chain, into another zone where a resolver would go on, loops, to nothing, of a whole subtree.
        ("a chain0.good.test @authority", "NOERROR", "qr aa rd", 5),
        ("a abroad.good.test @authority", "NOERROR", "qr aa rd", 1),
        ("a loop0.good.test @authority", BY_VERSION, "qr aa rd", 2),
        ("a itself.good.test @authority", BY_VERSION, "qr aa rd", 1),
        ("a nowhere.good.test @authority", "NXDOMAIN", "qr aa rd", 1),
        ("a www.moved.good.test @authority", "NOERROR", "qr aa rd", 2),
        ("cname chain0.good.test @authority", "NOERROR", "qr aa rd", 1),
        // A delegation: who is asked knows who knows.
        ("ptr 65.64/28.2.0.192.in-addr.arpa @authority +norec", "NOERROR", "qr", 0),
        ("ns lame.test @authority", "NOERROR", "qr aa rd", 3),
        // Signatures and proofs.
        ("mx signed.test @authority +dnssec", "NOERROR", "qr aa rd", 2),
        ("dnskey signed.test @authority +dnssec", "NOERROR", "qr aa rd", 2),
        ("ds signed.test @authority +dnssec", "NOERROR", "qr aa rd", 2),
        ("a nothing.signed.test @authority +dnssec", "NXDOMAIN", "qr aa rd", 0),
        ("a nothing.nsec3.signed.test @authority +dnssec", "NXDOMAIN", "qr aa rd", 0),
        ("nsec3param nsec3.signed.test @authority", "NOERROR", "qr aa rd", 1),
        ("dnskey . @authority", "NOERROR", "qr aa rd", 1),
        // A resolver that validates, and one told not to.
        ("mx signed.test @resolver", "NOERROR", "qr rd ra ad", 1),
        ("mx signed.test @resolver +noad", "NOERROR", "qr rd ra", 1),
        ("mx unsigned.signed.test @resolver", "NOERROR", "qr rd ra", 1),
        ("mx damaged.signed.test @resolver", "SERVFAIL", "qr rd ra", 0),
        ("mx damaged.signed.test @resolver +cd", "NOERROR", "qr rd ra cd", 1),
        ("mx damaged.signed.test @resolver +cd +dnssec", "NOERROR", "qr rd ra cd", 2),
        ("a chain0.good.test @resolver", "NOERROR", "qr rd ra", 5),
        ("txt sel3._domainkey.good.test @resolver", "NOERROR", "qr rd ra", 2),
        ("a www.moved.good.test @resolver", "NOERROR", "qr rd ra", 3),
        ("a loop0.good.test @resolver", BY_VERSION, "qr rd ra", 0),
        // One name, two faces.
        ("txt views.test @inside", "NOERROR", "qr aa rd", 1),
        ("txt views.test @outside", "NOERROR", "qr aa rd", 1),
    ] {
        let (query, resolver, options) = question(&servers.line(line));
        let answer = asker.one((query.clone(), resolver.clone(), options.clone()));
        let response = answer.reply.unwrap_or_else(|failure| panic!("{line}: {failure}"));
        let got = (response.rcode_name(), response.flags.names().join(" "), response.answers.len());
        let rcode = if rcode == BY_VERSION { got.0.clone() } else { rcode.to_owned() };
        assert_eq!(got, (rcode, flags.to_owned(), answers), "{line}\n{response:#?}");
        // What a resolver keeps grows old between two questions.
        let with_ttl = !line.contains("@resolver");
        let dig = dig(&Question { query: query.clone(), resolver, options });
        let (ours, theirs) = (Told::ours(&response, with_ttl), Told::dig(&run_dig(&dig), with_ttl));
        assert_eq!(ours, theirs, "{line}\n{dig}");
    }
}

fn tries(answer: &Answer) -> Vec<(Transport, Ending)> {
    answer.tries.iter().map(|tried| (tried.transport.clone(), tried.ending.clone())).collect()
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn what_does_not_fit_into_a_datagram_comes_by_tcp() {
    let servers = nameservers();
    let mut asker = Asker::new();
    let mut ask = |line: &str| asker.one(question(&servers.line(line)));
    let big = ask("txt big.good.test @authority");
    assert_eq!(tries(&big), [(Transport::Udp, Ending::Truncated), (Transport::Tcp, Ending::Answered)]);
    assert!(big.over_tcp() && !big.reply.as_ref().unwrap().flags.tc);
    assert_eq!(big.reply.unwrap().answers.len(), 1);

    let larger = ask("txt big.good.test @authority +bufsize=4096");
    assert_eq!(tries(&larger), [(Transport::Udp, Ending::Answered)]);
    let cut = ask("txt big.good.test @authority +ignore");
    assert_eq!(tries(&cut), [(Transport::Udp, Ending::Truncated)]);
    let cut = cut.reply.unwrap();
    assert!(cut.flags.tc && cut.answers.is_empty(), "{cut:?}");
    let direct = ask("txt big.good.test @authority +tcp");
    assert_eq!(tries(&direct), [(Transport::Tcp, Ending::Answered)]);
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn who_answers_and_why_not() {
    let servers = nameservers();
    let mut asker = Asker::new();
    let mut ask = |line: &str| asker.one(question(&servers.line(line)));
    for server in ["authority", "secondary", "resolver"] {
        let response = ask(&format!("soa stale.test @{server} +nsid")).reply.unwrap();
        assert_eq!(response.edns.unwrap().nsid.as_deref(), Some(server.as_bytes()));
    }
    let prohibited = ask("mx private.test @authority").reply.unwrap();
    let errors = prohibited.edns.unwrap().errors;
    assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), [18], "{errors:?}");

    let nobody = ask("mx good.test @nobody +tries=3");
    assert!(matches!(nobody.reply, Err(QueryFailure::Unreachable(_))), "{nobody:?}");
    assert_eq!(nobody.tries.len(), 1, "a closed port is told at once");
}

#[test]
#[ignore = "needs Debian's servers: tests/real/run"]
fn rows_say_what_an_answer_means() {
    let servers = nameservers();
    let mut asker = Asker::new();
    for (line, expected) in [
        ("ptr 65.64/28.2.0.192.in-addr.arpa @authority +norec", "a referral: the authority section names who knows"),
        ("mx mx1.good.test @authority", "the name exists and has no such record"),
        ("mx nomail.good.test @authority", "null MX: this domain takes no mail (RFC 7505)"),
        ("mx private.test @authority", "Prohibited"),
        ("mx damaged.signed.test @resolver", "SERVFAIL"),
        ("txt big.good.test @authority +ignore", "truncated: there is more"),
    ] {
        let rows = asker.rows(question(&servers.line(line)), &[]);
        let says = |row: &Row| row.text == expected || row.verdict.as_ref().is_some_and(|(_, says)| says == expected);
        assert!(rows.iter().any(says), "{line}: no row says \"{expected}\"\n{rows:#?}");
    }
}
