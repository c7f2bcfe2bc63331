//! Each test against what Postfix, Exim, Exchange, Sendmail, Dovecot and Cyrus answer, right and wrong.

use proptest::prelude::*;

use super::*;
use crate::diagnosis::finding::Severity::{Fault, Good, Note, Warning};
use crate::diagnosis::investigation::{Awaits, Cause, Needs, Reply};
use crate::diagnosis::tls::TlsReport;
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::endpoint::{Protocol, Target, parse_target};
use crate::protocol::reply::{ReplyClass, reply_line};

fn endpoint(url: &str) -> Endpoint {
    let Ok(Target::Endpoint(endpoint)) = parse_target(&[url]) else { panic!("{url}") };
    endpoint
}

fn order(url: &str, options: &str) -> Order {
    let mut order = Order::new(endpoint(url), 7);
    order.read(&options.split_whitespace().collect::<Vec<_>>()).unwrap();
    order
}

fn offers(lines: &[&str]) -> Capabilities {
    let mut all = Capabilities::heard();
    lines.iter().filter_map(|line| Capability::read(line.as_bytes())).for_each(|offer| all.push(offer));
    all
}

/// A reply as it came; nothing is no reply.
fn reply(text: &str) -> Option<Reply> {
    let lines: Vec<String> = text.split('|').map(str::to_owned).collect();
    let last = lines.last().filter(|line| !line.is_empty())?.as_bytes();
    let (code, class) = match reply_line(last) {
        Some((code, ..)) => (Some(code), code.class()),
        None if last.starts_with(b"+OK") || last.windows(4).any(|four| four == b" OK ") => {
            (None, ReplyClass::Completion)
        }
        None if last.starts_with(b"+") => (None, ReplyClass::Intermediate),
        None => (None, ReplyClass::Permanent),
    };
    Some(Reply { code, class, lines })
}

/// A server: what it offers, under TLS and in clear, and what it answers to a line that begins like this. The longest
/// beginning counts; no line is silence.
struct Server<'a> {
    clear: &'a [&'a str],
    tls: Option<&'a [&'a str]>,
    says: &'a [(&'a str, &'a str)],
}

impl Server<'_> {
    fn seen(&self, endpoint: Endpoint) -> Seen {
        let clear = offers(self.clear);
        Seen {
            tls: self.tls.map(|_| Box::new(TlsReport::unjudged("mx.example.org"))),
            offers: self.tls.map_or_else(|| clear.clone(), offers),
            clear: if endpoint.security == Security::Implicit { Capabilities::unheard() } else { clear },
            ..Seen::nothing(endpoint)
        }
    }

    fn answer(&self, line: &[u8]) -> Option<Reply> {
        let line = String::from_utf8_lossy(line);
        let fitting = self.says.iter().filter(|(start, _)| line.starts_with(start) || line.ends_with(start));
        reply(fitting.max_by_key(|(start, _)| start.len())?.1)
    }

    /// Follows the steps as the net does.
    fn talk(&self, talk: &Talk) -> Talked {
        let mut talked = Talked { seen: self.seen(talk.endpoint.clone()), heard: Vec::new(), ended: None };
        if let Place::Behind(octets) = &talk.place {
            talked.heard.push(self.answer(octets).into_iter().collect());
        }
        for step in &talk.steps {
            let said = self.answer(&step.octets).filter(|_| !step.octets.is_empty());
            let (silent, last) = (said.is_none(), said.as_ref().map(|reply| reply.class));
            talked.heard.push(said.into_iter().collect());
            let goes_on = match step.needs {
                Needs::Nothing => true,
                Needs::Silence => silent,
                Needs::Class(class) => last == Some(class),
            };
            if silent && matches!(step.awaits, Awaits::Replies(_)) {
                talked.ended = Some("closed by the server".to_owned());
                break;
            }
            if !goes_on {
                break;
            }
        }
        talked
    }

    /// Runs a probe to its end; gives every talk, too.
    fn run(&self, order: Order) -> (Probe, Vec<Talk>) {
        let (mut probe, mut talks) = (Probe::new(order), Vec::new());
        while let Some(want) = probe.wants().pop() {
            assert!(probe.wants().is_empty(), "one at a time");
            let came = match want {
                Want::Look(endpoint) => Came::Look(Box::new(self.seen(endpoint))),
                Want::Talk(talk) => {
                    talks.push(talk.clone());
                    let talked = self.talk(&talk);
                    Came::Talk(talk, Box::new(talked))
                }
                other => panic!("{other:?}"),
            };
            probe.came(came, 1_800_000_000);
        }
        (probe, talks)
    }

    /// The verdict of the only test that was ordered, and those of its parts.
    fn verdict(&self, url: &str, options: &str) -> (Severity, String) {
        let (rows, findings) = self.run(order(url, options)).0.table();
        let (severity, says) = rows[1].verdict.clone().unwrap();
        assert_eq!(findings.len(), usize::from(severity >= Warning), "{says}");
        let parts = rows[2..].iter().map(|row| {
            let (severity, says) = row.verdict.as_ref().unwrap();
            format!("\n{} [{}] {says}", row.label, severity.name())
        });
        (severity, says + &parts.collect::<String>())
    }
}

const ACCEPTS: (&str, &str) = ("MAIL", "250 2.1.0 Ok");
const RSET: (&str, &str) = ("RSET", "250 2.0.0 Ok");

#[test]
fn relays() {
    let elsewhere = "RCPT TO:<ehlo";
    for (name, says, severity, part) in [
        ("Postfix", &[ACCEPTS, ("RCPT", "554 5.7.1 <x>: Relay access denied"), RSET][..], Good, "refused: \"554 5.7.1"),
        ("Exim", &[ACCEPTS, ("RCPT", "550 relay not permitted")], Good, "does not relay"),
        (
            "Exchange",
            &[ACCEPTS, ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain")],
            Good,
            "",
        ),
        ("Postfix, submission", &[("MAIL", "530 5.7.0 Must issue a STARTTLS command first")], Good, "nothing can be"),
        ("open", &[ACCEPTS, ("RCPT", "250 2.1.5 Ok")], Fault, "stranger to elsewhere: RCPT TO:<ehlo-probe-"),
        (
            "open for bounces alone",
            &[ACCEPTS, ("MAIL FROM:<e", "550 no"), ("RCPT", "250 2.1.5 Ok")],
            Fault,
            "<> to elsewhere",
        ),
        (
            "open by source routes",
            &[ACCEPTS, ("RCPT", "550 no"), ("RCPT TO:<@", "250 ok")],
            Fault,
            "source route: RCPT TO:<@mx.example.org:ehlo-probe-",
        ),
        (
            "open by the percent sign",
            &[ACCEPTS, ("RCPT", "550 no"), ("%example.com@mx.example.org>\r\n", "250 ok")],
            Fault,
            "percent",
        ),
        (
            "open by quotation",
            &[ACCEPTS, ("RCPT", "550 no"), ("RCPT TO:<\"", "250 ok")],
            Fault,
            "quoted: RCPT TO:<\"ehlo",
        ),
        (
            "takes every name of its own",
            &[ACCEPTS, ("RCPT", "250 ok"), ("@example.com>\r\n", "550 no")],
            Note,
            "percent: RCPT TO:<ehlo-probe-e0bbd8c4a9a0c%example.com@mx.example.org> [note] taken, as is any name",
        ),
        (
            "looks the domain up",
            &[ACCEPTS, ("RCPT", "550 5.7.1 no"), ("@example.com>\r\n", "556 5.1.10 null MX")],
            Note,
            "for the domain",
        ),
        ("greylists", &[ACCEPTS, ("RCPT", "450 4.2.0 greylisted")], Note, "ask again later"),
        ("says nothing", &[], Note, "not told: closed by the server"),
        (elsewhere, &[ACCEPTS, (elsewhere, "250 Accepted"), ("RCPT", "550 no")], Fault, "elsewhere"),
    ] {
        let server = Server { clear: &["STARTTLS"], tls: Some(&[]), says };
        let (got, text) = server.verdict("smtp://mx.example.org", "--only relay");
        // The word that nobody has chosen is another one for each seed.
        let part = part.replace("e0bbd8c4a9a0c", &order("smtp://mx.example.org", "").word(0));
        assert!(got == severity && text.contains(&part), "{name}: {got:?} {text}");
    }
}

#[test]
fn passwords_in_clear() {
    let tls: Option<&[&str]> = Some(&[]);
    for (url, clear, tls, severity, part) in [
        ("smtp://h.example", &["PIPELINING", "STARTTLS"][..], tls, Good, "no password is asked for"),
        (
            "smtp://h.example",
            &["STARTTLS", "AUTH PLAIN LOGIN"],
            tls,
            Fault,
            "AUTH PLAIN LOGIN [fault] offered in clear",
        ),
        ("smtp://h.example", &["AUTH=LOGIN PLAIN"], None, Fault, "and there is no TLS"),
        ("smtp://h.example", &["STARTTLS", "AUTH GSSAPI NTLM"], tls, Note, "AUTH GSSAPI NTLM [note]"),
        ("smtp://h.example", &["STARTTLS", "AUTH CRAM-MD5 XOAUTH2"], tls, Fault, "AUTH XOAUTH2 [fault]"),
        ("imap://h.example", &["IMAP4REV1", "STARTTLS", "LOGINDISABLED"], tls, Good, "LOGIN [good] LOGINDISABLED"),
        ("imap://h.example", &["IMAP4REV1", "STARTTLS", "AUTH=PLAIN"], tls, Fault, "LOGIN [fault] no LOGINDISABLED"),
        ("imap://h.example", &["IMAP4REV1", "LOGINDISABLED", "AUTH=PLAIN"], None, Fault, "AUTH PLAIN [fault]"),
        ("pop3://h.example", &["STLS", "TOP"], tls, Good, "USER [good] not offered"),
        ("pop3://h.example", &["STLS", "USER"], tls, Fault, "USER [fault]"),
        ("pop3://h.example", &["STLS", "SASL PLAIN"], tls, Fault, "AUTH PLAIN [fault]"),
        ("smtps://h.example", &["AUTH PLAIN"], tls, Note, "not tested: TLS begins with the first octet"),
    ] {
        let server = Server { clear, tls, says: &[] };
        let (got, text) = server.verdict(url, "--only clear");
        assert!(got == severity && text.contains(part), "{url} {clear:?}: {got:?} {text}");
    }
}

#[test]
fn what_vrfy_tells() {
    for (name, somebody, nobody, expn, severity) in [
        ("Exim, Exchange", "252 2.1.5 Cannot VRFY user", "252 2.1.5 Cannot VRFY user", "502 5.5.1 no", Good),
        (
            "Postfix, disabled",
            "502 5.5.1 VRFY command is disabled",
            "502 5.5.1 VRFY command is disabled",
            "502 no",
            Good,
        ),
        (
            "Postfix",
            "252 2.0.0 postmaster",
            "550 5.1.1 <x>: Recipient address rejected: User unknown",
            "502 no",
            Warning,
        ),
        ("Sendmail", "250 2.1.5 <root@mx.example.org>", "550 5.1.1 x... User unknown", "502 no", Warning),
        ("Sendmail, lists", "252 x", "252 x", "250-2.1.5 <jo@x>|250 2.1.5 <ann@x>", Fault),
        ("anybody", "250 postmaster", "250 nobody", "502 no", Good),
        ("odd", "450 later", "550 no", "502 no", Note),
        ("gone", "", "", "", Note),
    ] {
        let nobody_says = order("smtp://mx.example.org", "").nobody();
        let says = [
            ("VRFY", nobody),
            ("VRFY postmaster", somebody),
            ("EXPN", if expn.starts_with("250") { "550 5.1.1 no" } else { expn }),
            ("EXPN postmaster", expn),
        ];
        let server = Server { clear: &[], tls: None, says: &says };
        let (got, text) = server.verdict("smtp://mx.example.org", "--only vrfy");
        assert_eq!(got, severity, "{name}: {text}");
        assert!(server.run(order("smtp://mx.example.org", "--only vrfy")).1.iter().all(|talk| talk.steps.len() == 4));
        assert!(nobody_says.starts_with("ehlo-probe-"));
    }
}

#[test]
fn ends_of_data() {
    let rcpt = ("RCPT", "250 ok");
    let data = ("DATA", "354 go");
    let real = ("\r\n.\r\n", "250 2.0.0 Ok: queued as 4P0001");
    for (name, says, severity, part) in [
        ("Exim, Postfix that normalizes", &[ACCEPTS, rcpt, data, real][..], Good, "read on, until the real end: \"250"),
        (
            "Postfix 3.9, refusing",
            &[ACCEPTS, rcpt, data, real, ("<LF>.\n.\n", "521 5.5.2 bare <LF>")],
            Good,
            "\"521 5.5.2",
        ),
        (
            "Postfix of old",
            &[ACCEPTS, rcpt, data, real, ("<LF>.\n.\r\n", "250 queued")],
            Fault,
            "<LF>.<CR><LF> [fault] taken",
        ),
        ("Cisco of old", &[ACCEPTS, rcpt, data, real, ("<CR>.\r.\r", "250 queued")], Fault, "<CR>.<CR> [fault] taken"),
        ("no real end", &[ACCEPTS, rcpt, data, ("Date", "")], Good, "no message is taken: closed by the server"),
        ("needs a login", &[("MAIL", "530 5.7.0 Authentication required")], Note, "not tested: \"530"),
        ("does not know the mailbox", &[ACCEPTS, ("RCPT", "550 5.1.1 no such user")], Note, "not tested: \"550 5.1.1"),
        ("refuses DATA", &[ACCEPTS, rcpt, ("DATA", "554 no")], Note, "not tested: \"554"),
    ] {
        let server = Server { clear: &[], tls: None, says };
        let (got, text) = server.verdict("smtp://mx.example.org", "--only smuggling --to jo@example.org");
        assert!(got == severity && text.contains(part), "{name}: {got:?} {text}");
    }
    // A server that takes its time for the wrong end answers the real one with more than one reply.
    let talk =
        |heard: Vec<Vec<Reply>>| Talked { seen: Seen::nothing(endpoint("smtp://h.example")), heard, ended: None };
    let ok = || reply("250 ok").unwrap();
    let late = talk(vec![
        vec![ok()],
        vec![ok()],
        vec![reply("354 go").unwrap()],
        vec![],
        vec![ok()],
        vec![reply("500 5.5.2 bad syntax").unwrap()],
    ]);
    assert!(smuggling::judge(&[late]).parts[0].says.starts_with("taken for the end, if only after a while"));
    let server = Server { clear: &[], tls: None, says: &[] };
    assert_eq!(server.verdict("smtp://mx.example.org", "--only smuggling").0, Note);
    // Each message says what it is, and none of its octets is an end before the last.
    let (_, talks) = Server { clear: &[], tls: None, says: &[ACCEPTS, rcpt, data, real] }
        .run(order("smtp://mx.example.org", "--only smuggling --to jo@example.org"));
    for (talk, (name, end)) in talks.iter().zip(smuggling::ENDS) {
        let octets = &talk.steps[3].octets;
        assert!(octets.ends_with(end) && String::from_utf8_lossy(octets).contains(&format!("written as {name}\r\n")));
        assert!(!octets.windows(5).any(|five| five == b"\r\n.\r\n"));
        assert!(octets.starts_with(b"Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"));
    }
    assert_eq!(talks.len(), 8);
}

#[test]
fn what_stands_behind_starttls() {
    let starttls: &[&str] = &["STARTTLS"];
    let own = ("NOOP\r\n", "250 2.0.0 Ok");
    let judge = |change: &dyn Fn(&mut Talked)| {
        let order = order("smtp://mx.example.org", "--only starttls");
        let seen = Server { clear: starttls, tls: Some(&[]), says: &[] }.seen(order.endpoint.clone());
        let mut talked =
            Talked { seen: seen.clone(), heard: vec![vec![], vec![reply("250 ok").unwrap()]], ended: None };
        change(&mut talked);
        let outcome = injection::judge(&Ground { order: &order, seen: &seen, now: 0 }, &[talked]);
        (outcome.severity, outcome.says)
    };
    let failing = |stage, says: &str| {
        let failure = Failure { stage, says: says.to_owned(), next: String::new(), cause: Cause::Other };
        judge(&move |talked| {
            talked.heard.clear();
            talked.seen.failure = Some(failure.clone());
        })
    };
    let two = || vec![reply("250 late").unwrap(), reply("250 own").unwrap()];
    for ((got, text), severity, part) in [
        (judge(&|_| {}), Good, "discarded"),
        (judge(&|talked| talked.heard[0] = two()), Fault, "answered under TLS: \"250 late\""),
        (judge(&|talked| talked.heard[1] = two()), Fault, "with the next one: \"250 late\""),
        (judge(&|talked| talked.seen.injected = 14), Fault, "14 octets come in clear"),
        (
            failing(Stage::StartTls, "STARTTLS is offered and refused: 554 Security failure"),
            Good,
            "554 Security failure",
        ),
        (failing(Stage::Handshake, "the handshake failed"), Good, "nothing is done"),
        (failing(Stage::Greeting, "refused at the door"), Note, "not tested: refused at the door"),
    ] {
        assert!(got == severity && text.contains(part), "{got:?} {text}");
    }
    let server = Server { clear: starttls, tls: Some(&[]), says: &[own] };
    assert_eq!(server.verdict("smtp://mx.example.org", "--only starttls").0, Fault, "it answers what stood behind");
    let server = Server { clear: &["PIPELINING"], tls: None, says: &[] };
    assert!(server.verdict("smtp://mx.example.org", "--only starttls").1.contains("does not offer STARTTLS"));
    let server = Server { clear: &["UIDL"], tls: None, says: &[] };
    assert!(server.verdict("pop3://mx.example.org", "--only starttls").1.contains("does not offer STLS"));
}

#[test]
fn wrong_passwords() {
    let plain: &[&str] = &["AUTH PLAIN LOGIN"];
    let in_tls: Option<&[&str]> = Some(plain);
    for (url, tls, says, severity, part) in [
        ("smtp://h.example", in_tls, &[("AUTH", "535 5.7.8 Error: authentication failed")][..], Good, "refused: \"535"),
        ("smtp://h.example", in_tls, &[("AUTH", "235 2.7.0 Authentication successful")], Fault, "let in: \"235"),
        ("smtp://h.example", in_tls, &[("AUTH", "454 4.7.0 Temporary authentication failure")], Note, "not told"),
        ("smtp://h.example", in_tls, &[("AUTH", "421 too many errors")], Note, "not told"),
        (
            "smtp://h.example",
            Some(&["AUTH LOGIN"][..]),
            &[("AUTH", "334 x"), ("ZWhs", "334 y"), ("=\r\n", "535 no")],
            Good,
            "",
        ),
        ("smtp://h.example", Some(&["AUTH GSSAPI"][..]), &[], Note, "offers no login with a password"),
        (
            "imap://h.example",
            Some(&["IMAP4rev1"][..]),
            &[("x1 LOGIN", "x1 NO [AUTHENTICATIONFAILED] failed.")],
            Good,
            "",
        ),
        (
            "imap://h.example",
            Some(&["IMAP4rev1"][..]),
            &[("x1 LOGIN", "* CAPABILITY X|x1 OK Logged in")],
            Fault,
            "let in",
        ),
        (
            "imap://h.example",
            Some(&["LOGINDISABLED", "AUTH=PLAIN"][..]),
            &[("x1 AUTHENTICATE PLAIN", "+ "), ("A", "x1 NO no")],
            Good,
            "",
        ),
        ("pop3://h.example", Some(&["USER"][..]), &[("USER", "+OK"), ("PASS", "-ERR [AUTH] failed")], Good, ""),
        ("pop3://h.example", Some(&["USER"][..]), &[("USER", "+OK"), ("PASS", "+OK Logged in.")], Fault, "let in"),
        ("pop3://h.example", Some(&["SASL PLAIN"][..]), &[("AUTH PLAIN", "-ERR no")], Good, ""),
    ] {
        let server = Server { clear: &["STARTTLS", "STLS"], tls, says };
        let (got, text) = server.verdict(url, "--only password --attempts 1");
        assert!(got == severity && text.contains(part), "{url} {says:?}: {got:?} {text}");
    }
}

#[test]
fn a_server_that_answers_no_more_is_left_alone() {
    let mut probe = Probe::new(order("smtp://mx.example.org", "--only relay,password,vrfy --attempts 5"));
    let server = Server { clear: &["STARTTLS"], tls: Some(&["AUTH PLAIN"]), says: &[] };
    probe.wants();
    probe.came(Came::Look(Box::new(server.seen(endpoint("smtp://mx.example.org")))), 0);
    let Some(Want::Talk(talk)) = probe.wants().pop() else { panic!("a talk is wanted") };
    // What was not asked for changes nothing.
    let other = Talk { steps: Vec::new(), ..talk.clone() };
    let mut talked = server.talk(&talk);
    probe.came(Came::Talk(other, Box::new(talked.clone())), 0);
    assert!(probe.wants().is_empty() && probe.table().0[2].text.starts_with("… 0 of 2"));
    let failure = Failure {
        stage: Stage::Greeting,
        says: "refused at the door: 554".to_owned(),
        next: String::new(),
        cause: Cause::Other,
    };
    talked.seen.failure = Some(failure);
    probe.came(Came::Talk(talk, Box::new(talked)), 0);
    assert!(probe.wants().is_empty());
    let (rows, _) = probe.table();
    assert_eq!(
        rows.last().unwrap().verdict.as_ref().unwrap().1,
        "not tested: the server answers no more: refused at the door: 554"
    );
}

#[test]
fn the_terms_say_what_it_costs_and_nothing_costs_more() {
    for (url, options, cost) in [
        ("smtp://mx.example.org", "", (5, 0, 0)),
        ("smtp://mx.example.org", "--attempts 3 --to jo@example.org", (16, 3, 8)),
        ("imap://mx.example.org", "--attempts 2 --to jo@example.org", (4, 2, 0)),
        ("lmtp://mx.example.org:24", "--attempts 2", (2, 0, 0)),
        ("smtp://mx.example.org", "--only starttls", (2, 0, 0)),
    ] {
        let order = order(url, options);
        let told = order.cost();
        assert_eq!((told.connections, told.attempts, told.messages), cost, "{url} {options}");
        let server = Server {
            clear: &["STARTTLS", "STLS", "USER"],
            tls: Some(&["AUTH PLAIN", "USER"]),
            says: &[("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go")],
        };
        assert!(server.run(order).1.len() < told.connections, "{url} {options}");
    }
}

#[test]
fn who_has_to_agree() {
    for (url, own, name) in [
        ("smtp://mx.example.org", false, "mx.example.org"),
        ("smtp://relay.example.test", true, "relay.example.test"),
        ("smtp://notexample.test", false, "notexample.test"),
        ("smtp://localhost", false, "localhost"),
        ("smtp://127.0.0.1", false, "127.0.0.1"),
        ("smtp://[::1]", false, "::1"),
        ("smtp://192.0.2.30", false, "192.0.2.30"),
        ("smtp://198.51.100.1", false, "198.51.100.1"),
    ] {
        let order = order(url, "");
        assert_eq!((order.is_own(), order.name().as_str()), (own, name), "{url}");
        assert!(order.agrees(&format!(" {}.\n", name.to_uppercase())) && !order.agrees("yes") && !order.agrees(""));
    }
}

proptest! {
    /// Whatever a server offers and answers, there are never more login attempts than were ordered, and no message
    /// without a mailbox for it.
    #[test]
    fn never_more_attempts_than_ordered(
        url in prop::sample::select(vec!["smtp://h.example", "smtps://h.example", "imap://h.example", "imaps://h.example",
            "pop3://h.example", "pop3s://h.example", "lmtp://h.example:24"]),
        attempts in 0_u8..=20,
        tls in any::<bool>(),
        offered in prop::collection::vec(prop::sample::select(vec!["STARTTLS", "STLS", "AUTH PLAIN", "AUTH LOGIN",
            "AUTH=PLAIN", "LOGINDISABLED", "USER", "SASL PLAIN", "SASL LOGIN"]), 0..6),
        answers in prop::collection::vec(prop::sample::select(vec!["250 ok", "235 in", "334 x", "354 go", "421 bye",
            "535 no", "+OK", "+ x", "-ERR", "x1 OK in", "x1 NO no", ""]), 8),
    ) {
        let lines = ["MAIL", "RCPT", "DATA", "AUTH", "x1", "USER", "PASS", "VRFY"];
        let says: Vec<(&str, &str)> = lines.into_iter().zip(answers.iter().copied()).collect();
        let server = Server { clear: &offered, tls: tls.then_some(&offered), says: &says };
        let (_, talks) = server.run(order(url, &format!("--attempts {attempts}")));
        let begins = |step: &&super::super::investigation::Step| {
            let line = String::from_utf8_lossy(&step.octets).to_ascii_uppercase();
            ["AUTH ", "X1 LOGIN ", "X1 AUTHENTICATE ", "PASS "].iter().any(|verb| line.starts_with(verb))
        };
        let count = talks.iter().flat_map(|talk| &talk.steps).filter(begins).count();
        prop_assert!(count <= usize::from(attempts), "{} of {}", count, attempts);
        prop_assert!(!talks.iter().flat_map(|talk| &talk.steps).any(|step| step.octets.starts_with(b"DATA")));
        let most = order(url, &format!("--attempts {attempts}")).cost().connections;
        prop_assert!(talks.len() < most, "{} of {}", talks.len(), most);
    }
}

#[test]
fn options_right_and_wrong() {
    let mut order = Order::new(endpoint("smtp://h.example"), 1);
    for (words, part) in [
        (&["--attempts"][..], "needs a value"),
        (&["--attempts=21"], "up to 20"),
        (&["--user", "a b"], "without spaces"),
        (&["--to", "x"], "an address like"),
        (&["--only", "x"], "the tests are"),
        (&["more"], "the options are"),
    ] {
        assert!(order.read(words).unwrap_err().contains(part), "{words:?}");
    }
    order.read(&["--attempts=2", "--only=relay,password", "--user", "jo"]).unwrap();
    assert_eq!((order.attempts, order.tests()), (2, vec![Test::Relay, Test::Password]));
    assert_eq!(Test::ALL.map(|test| Test::find(test.name())), Test::ALL.map(Some));
    assert!(!Test::Relay.fits(Protocol::Imap) && Test::Clear.fits(Protocol::Imap));
}
