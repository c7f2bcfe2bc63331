//! Whole looks at domains that live in a table.

use std::time::Duration;

use super::*;
use crate::diagnosis::Severity;
use crate::diagnosis::dns::{Answer, Flags, Record, Resolver, Response as DnsResponse, Value};
use crate::diagnosis::investigation::{Cause, Failure, Stage};
use crate::diagnosis::tls::{TlsFailure, TlsReport};
use crate::diagnosis::web::{FetchFailure, Response};
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::endpoint::Security;
use crate::protocol::tls::AlertDescription;

/// What DNS and the web servers of a small world say. Everything else does not exist.
#[derive(Default)]
struct World {
    dns: Vec<(&'static str, RecordType, Vec<Value>)>,
    authentic: bool,
    web: Vec<(String, Response)>,
    /// Hosts whose certificate is for another name.
    wrong: Vec<&'static str>,
    /// Hosts that answer with no HTTP.
    broken: Vec<(&'static str, FetchFailure)>,
    certificate: Vec<u8>,
    /// What keeps a look at a port from its end.
    failing: Vec<(u16, Stage, &'static str)>,
    /// What servers offer, as EHLO has it.
    offers: Option<&'static str>,
}

impl World {
    fn new() -> Self {
        let certificate = rcgen::generate_simple_self_signed(["example.org".to_owned()]).unwrap();
        Self { certificate: certificate.cert.der().to_vec(), ..Self::default() }
    }

    fn dns(mut self, name: &'static str, kind: RecordType, values: &[Value]) -> Self {
        self.dns.push((name, kind, values.to_vec()));
        self
    }

    /// A document at `GET URL` or `POST URL`.
    fn page(self, place: &str, body: impl Into<Vec<u8>>) -> Self {
        self.status(place, 200, &[], body)
    }

    fn redirect(self, place: &str, to: &str) -> Self {
        self.status(place, 302, &[("location", to)], "")
    }

    fn status(mut self, place: &str, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        self.web.push((place.to_owned(), Response { status, headers, body: body.into(), ..Response::default() }));
        self
    }

    fn answer(&self, query: Query) -> Answer {
        let found = self.dns.iter().find(|(name, kind, _)| *name == query.name && *kind == query.kind);
        let exists = self.dns.iter().any(|(name, ..)| *name == query.name);
        let record = |value: &Value| Record { name: query.name.clone(), ttl: 60, value: value.clone() };
        let response = DnsResponse {
            rcode: if exists { 0 } else { 3 },
            flags: Flags { ad: self.authentic, ..Flags::default() },
            answers: found.map(|(_, _, values)| values.iter().map(record).collect()).unwrap_or_default(),
            ..DnsResponse::default()
        };
        Answer::new(query, Ok(response))
    }

    fn fetched(&self, request: Request) -> Fetched {
        let place = format!("{} {}", request.method(), request.url);
        let host = request.url.host.to_string();
        let secure = request.url.secure;
        let reply =
            match (self.broken.iter().find(|(name, _)| *name == host), self.web.iter().find(|(p, _)| *p == place)) {
                (Some((_, failure)), _) => Err(failure.clone()),
                (None, Some((_, response))) => Ok(response.clone()),
                (None, None) if self.web.iter().any(|(p, _)| p.contains(&format!("://{host}/"))) => {
                    Ok(Response { status: 404, ..Response::default() })
                }
                (None, None) => Err(FetchFailure::NoSuchName),
            };
        let mut fetched = Fetched::new(request, reply);
        if secure && fetched.reply.is_ok() {
            fetched.tls = Some(Box::new(self.report(&host)));
        }
        fetched
    }

    fn report(&self, host: &str) -> TlsReport {
        let name = if self.wrong.contains(&host) { Verdict::Bad("it is for another".into()) } else { Verdict::Good };
        TlsReport {
            version: "TLS 1.3".to_owned(),
            cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
            group: None,
            asked_name: host.to_owned(),
            sni: Some(host.to_owned()),
            alpn: None,
            chain: vec![self.certificate.clone()],
            name,
            system_trust: Verdict::Good,
            mozilla_trust: Verdict::Good,
            handshake_signature: Verdict::Good,
            judged_at: 1_800_000_000,
            took: Duration::ZERO,
            ..TlsReport::unjudged("")
        }
    }

    fn seen(&self, endpoint: Endpoint) -> Seen {
        let offered = |line: &str| {
            let mut list = Capabilities::heard();
            list.push(Capability::read(line.as_bytes()).unwrap());
            list
        };
        let host = endpoint.host.to_string();
        let mut seen = Seen::nothing(endpoint);
        seen.said = vec!["S: hello".to_owned()];
        if seen.endpoint.security != Security::Implicit {
            seen.clear = offered(seen.endpoint.protocol.starttls());
        }
        if let Some((_, stage, says)) = self.failing.iter().find(|(port, ..)| *port == seen.endpoint.port) {
            let (says, next) = ((*says).to_owned(), "mend it".to_owned());
            seen.failure = Some(Failure { stage: *stage, says, next, cause: Cause::Other });
            return seen;
        }
        seen.greeting = "hello".to_owned();
        seen.remote = Some("192.0.2.1:993".parse().unwrap());
        seen.offers = offered(self.offers.unwrap_or("AUTH PLAIN LOGIN"));
        if seen.endpoint.security != Security::Plain {
            seen.tls = Some(Box::new(self.report(&host)));
        }
        seen
    }

    /// Looks until there is nothing to ask. The requests and the looks come with it, in the order in which they were made.
    fn look(&self, subject: &str) -> (ClientConfig, Vec<String>) {
        let mut config = ClientConfig::new(subject, &Setting::new(Resolver::System)).unwrap();
        let mut made = Vec::new();
        loop {
            let wants = config.wants();
            if wants.is_empty() {
                assert!(config.is_done(), "it waits for what it does not ask");
                return (config, made);
            }
            for want in wants {
                let came = match want {
                    Want::Answer(question) => {
                        let answer = self.answer(question.query.clone());
                        Came::Answer(question, Box::new(answer))
                    }
                    Want::Document(request) => {
                        made.push(format!("{} {}", request.method(), request.url));
                        Came::Document(Box::new(self.fetched(request)))
                    }
                    Want::Look(endpoint) => {
                        made.push(format!("look at {}://{endpoint} {:?}", endpoint.protocol, endpoint.security));
                        Came::Look(Box::new(self.seen(endpoint)))
                    }
                    other => panic!("{other:?}"),
                };
                config.came(came, 0);
            }
        }
    }
}

/// `IMAP mail.example.org 993 SSL`, and so on, as a configuration of Thunderbird.
fn thunderbird(servers: &[&str], user: &str) -> String {
    let sections: String = servers
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [kind, host, port, socket] = words.as_slice() else { panic!("{line}") };
            let (kind, way) = (kind.to_lowercase(), if *kind == "SMTP" { "outgoingServer" } else { "incomingServer" });
            format!(
                "<{way} type='{kind}'><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>\
                 <authentication>password-cleartext</authentication><username>{user}</username></{way}>"
            )
        })
        .collect();
    format!("<clientConfig version='1.1'><emailProvider id='x'>{sections}</emailProvider></clientConfig>")
}

fn outlook(inside: &str) -> String {
    format!(
        "<Autodiscover xmlns='a'><Response xmlns='b'><Account><Action>settings</Action>{inside}</Account></Response></Autodiscover>"
    )
}

fn protocol(kind: &str, host: &str, port: u16) -> String {
    format!(
        "<Protocol><Type>{kind}</Type><Server>{host}</Server><Port>{port}</Port><SSL>on</SSL><SPA>off</SPA>\
         <LoginName>jo@example.org</LoginName></Protocol>"
    )
}

fn srv(port: u16, target: &str) -> Value {
    Value::Srv { priority: 0, weight: 1, port, target: target.to_owned() }
}

const CONFIG: &str = "GET https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=jo@example.org";
const DISCOVER: &str = "POST https://autodiscover.example.org/autodiscover/autodiscover.xml";
const DISCOVER_HTTP: &str = "GET http://autodiscover.example.org/autodiscover/autodiscover.xml";
const MAIL: &str = "mail.example.org";

/// A domain whose server has an address.
fn with_server() -> World {
    World::new().dns(MAIL, RecordType::A, &[Value::A([192, 0, 2, 1].into())])
}

fn rows(config: &ClientConfig) -> Vec<Row> {
    config.table().0
}

fn says(config: &ClientConfig) -> Vec<String> {
    config.table().1.into_iter().map(|f| format!("{}: {}: {}", f.severity.name(), f.subject, f.says)).collect()
}

fn has(config: &ClientConfig, part: &str) {
    let said = says(config);
    assert!(said.iter().any(|finding| finding.contains(part)), "{part} is not in {said:#?}");
}

#[test]
fn the_requests_in_their_order() {
    let world = World::new()
        .dns(
            "example.org",
            RecordType::Mx,
            &[
                Value::Mx { preference: 20, exchange: "mx.other.example".to_owned() },
                Value::Mx { preference: 10, exchange: "MX.premium.europe.example.com".to_owned() },
            ],
        )
        .dns(
            "example.org",
            RecordType::Txt,
            &[Value::Txt(vec![b"mailconf=https://".to_vec(), b"set.example/up".to_vec()])],
        )
        .dns("_autodiscover._tcp.example.org", RecordType::Srv, &[srv(8443, "discover.example.net")]);
    let (config, requests) = world.look("jo@example.org");
    let mut wanted = vec![
        CONFIG,
        "GET https://example.org/.well-known/autoconfig/mail/config-v1.1.xml",
        "GET http://autoconfig.example.org/mail/config-v1.1.xml",
        "GET http://example.org/.well-known/autoconfig/mail/config-v1.1.xml",
        "GET https://autoconfig.thunderbird.net/v1.1/example.org",
        "GET https://set.example/up",
        "GET https://autoconfig.premium.europe.example.com/mail/config-v1.1.xml?emailaddress=jo@example.org",
        "GET https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=jo@example.org",
        "GET https://autoconfig.thunderbird.net/v1.1/premium.europe.example.com",
        "GET https://autoconfig.thunderbird.net/v1.1/example.com",
        "POST https://example.org/autodiscover/autodiscover.xml",
        DISCOVER,
        DISCOVER_HTTP,
        "POST https://discover.example.net:8443/autodiscover/autodiscover.xml",
        "GET https://autodiscover.example.org/autodiscover/autodiscover.json?Email=jo@example.org&Protocol=AutodiscoverV1",
        "GET https://autoconfig.example.org/apple.mobileconfig",
        "GET https://autoconfig.example.org/mobileconfig/?emailaddress=jo@example.org",
    ];
    let rows = config.table().0;
    let shown: Vec<String> = rows.iter().filter(|row| row.depth == 0).map(|row| row.text.clone()).collect();
    for (row, request) in shown.iter().zip(&wanted) {
        // The query repeats the address.
        let url = request.split_once(' ').unwrap().1;
        assert_eq!(*row, url.split_once('?').map_or_else(|| url.to_owned(), |(place, _)| format!("{place}?…")));
    }
    let mut made: Vec<&str> = requests.iter().map(String::as_str).collect();
    made.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(made, wanted);
    has(&config, "warning: example.org: no source says how to set up a mail program");
    // Without an address nobody's is made up where none is needed, and postmaster's where one is.
    let (_, requests) = World::new().look("example.test");
    assert!(requests.contains(&"GET https://autoconfig.example.test/mail/config-v1.1.xml".to_owned()), "{requests:#?}");
    assert!(requests.iter().any(|request| request.contains("Email=postmaster@example.test")));
    assert!(!requests.iter().any(|request| request.contains("thunderbird.net")), "a name that nobody can own is told");
}

#[test]
fn sources_that_agree_leave_nothing_to_say() {
    let servers = ["IMAP mail.example.org 993 SSL", "SMTP mail.example.org 465 SSL"];
    let world = with_server()
        .page(CONFIG, thunderbird(&servers, "%EMAILADDRESS%"))
        .page(DISCOVER, outlook(&(protocol("IMAP", "Mail.example.org", 993) + &protocol("SMTP", MAIL, 465))))
        .dns("_imaps._tcp.example.org", RecordType::Srv, &[srv(993, MAIL)])
        .dns("_submissions._tcp.example.org", RecordType::Srv, &[srv(465, MAIL)])
        .dns("_pop3._tcp.example.org", RecordType::Srv, &[srv(0, "")]);
    let (config, _) = world.look("jo@example.org");
    assert_eq!(says(&config), [""; 0]);
    let servers: Vec<String> = config
        .servers()
        .iter()
        .map(|compared| {
            let sources: Vec<&str> = compared.sources.iter().map(|source| source.label()).collect();
            format!("{} {} {}", compared.place.label(), compared.place.text(), sources.join(","))
        })
        .collect();
    assert_eq!(
        servers,
        [
            "IMAP mail.example.org:993 TLS autoconfig,autodiscover host,SRV",
            "SMTP mail.example.org:465 TLS autoconfig,autodiscover host,SRV"
        ]
    );
    let rows = config.table().0;
    let row = rows.iter().find(|row| row.label == "server").unwrap();
    assert_eq!(row.verdict, Some((Severity::Good, "all sources name it".to_owned())));
    let connect = row.connect.as_ref().unwrap();
    assert_eq!((connect.host.as_str(), connect.port, connect.service.as_deref()), (MAIL, 993, Some("imaps")));
    let first = rows.first().unwrap();
    assert_eq!(first.verdict, Some((Severity::Good, "2 servers".to_owned())));
    assert!(first.note.starts_with("GET https://autoconfig.example.org/"), "{}", first.note);
    let below: Vec<(&str, &str)> = rows[1..4].iter().map(|row| (row.label.as_str(), row.text.as_str())).collect();
    assert_eq!(
        below[1..],
        [
            ("IMAP", "mail.example.org:993 TLS as the whole address, password-cleartext"),
            ("SMTP", "mail.example.org:465 TLS as the whole address, password-cleartext")
        ]
    );
    assert_eq!(below[0].0, "TLS");
}

#[test]
fn sources_that_differ() {
    let good = ["IMAP mail.example.org 993 SSL", "SMTP mail.example.org 465 SSL"];
    let config = |servers: &[&str], user: &str| with_server().page(CONFIG, thunderbird(servers, user));
    let address = "%EMAILADDRESS%";
    for (world, part) in [
        (
            config(&good, address).page(DISCOVER, outlook(&protocol("IMAP", "imap.example.org", 993))),
            "IMAP: the sources prefer different hosts: autoconfig says mail.example.org:993 TLS; autodiscover host says \
             imap.example.org:993 TLS",
        ),
        (
            config(&["IMAP mail.example.org 143 STARTTLS", good[1]], address).dns(
                "_imaps._tcp.example.org",
                RecordType::Srv,
                &[srv(993, MAIL)],
            ),
            "note: example.org: IMAP: the sources prefer different ports of one host",
        ),
        (
            config(&good, "%EMAILLOCALPART%").page(DISCOVER, outlook(&protocol("IMAP", MAIL, 993))),
            "IMAP: the sources differ in what to log in with: autoconfig says the part before the @; autodiscover host \
             says the whole address",
        ),
        (
            config(&["POP3 mail.example.org 995 SSL", good[1]], address)
                .dns("_pop3._tcp.example.org", RecordType::Srv, &[srv(0, "")])
                .dns("_pop3s._tcp.example.org", RecordType::Srv, &[srv(0, "")]),
            "POP3: SRV says that it is not offered",
        ),
        (config(&["IMAP mail.example.org 993 STARTTLS", good[1]], address), "port 993 begins with TLS"),
        (config(&["IMAP mail.example.org 143 plain", good[1]], address), "without TLS: the password goes out"),
        (config(&["IMAP gone.example.org 993 SSL", good[1]], address), "this host does not exist"),
        (
            config(&["IMAP bare.example.org 993 SSL", good[1]], address).dns("bare.example.org", RecordType::Txt, &[]),
            "this host has no address",
        ),
        (
            config(&good, address).dns("_imaps._tcp.example.org", RecordType::Srv, &[srv(993, "imap.example.net")]),
            "_imaps: imap.example.net is in another domain, and nothing vouches for the record",
        ),
        (config(&good, address), "Outlook finds no settings"),
        (
            with_server().page(CONFIG.replace("https", "http").split('?').next().unwrap(), thunderbird(&good, address)),
            "no source can be believed without asking the user",
        ),
    ] {
        has(&world.look("jo@example.org").0, part);
    }
    let mut world = config(&good, address);
    world.authentic = true;
    world = world.dns("_imaps._tcp.example.org", RecordType::Srv, &[srv(993, "imap.example.net")]);
    let (config, _) = world.look("jo@example.org");
    assert!(!says(&config).iter().any(|finding| finding.contains("nothing vouches")), "{:#?}", says(&config));
}

/// What the row of a step says.
fn verdict(config: &ClientConfig, label: &str) -> String {
    let row = rows(config).into_iter().find(|row| row.label == label).unwrap();
    row.verdict.map(|(severity, says)| format!("{}: {says}", severity.name())).unwrap_or(row.text)
}

#[test]
fn redirects_are_followed_where_the_standards_allow() {
    let file = thunderbird(&["IMAP mail.example.org 993 SSL", "SMTP mail.example.org 465 SSL"], "x");
    let settings = outlook(&protocol("IMAP", MAIL, 993));
    let clear = "GET http://autoconfig.example.org/mail/config-v1.1.xml";
    for (world, label, expect) in [
        (
            with_server().redirect(CONFIG, "/x").page("GET https://autoconfig.example.org/x", file.clone()),
            "autoconfig",
            "good: 2 servers",
        ),
        (
            with_server().redirect(CONFIG, "https://set.example/x").page("GET https://set.example/x", file.clone()),
            "autoconfig",
            "good: 2 servers",
        ),
        (
            with_server().redirect(CONFIG, "http://set.example/x").page("GET http://set.example/x", file.clone()),
            "autoconfig",
            "fault: a redirect to http://set.example/x: from TLS back to clear, which is not followed",
        ),
        (
            with_server().redirect(clear, "http://set.example/x").page("GET http://set.example/x", file.clone()),
            "autoconfig http",
            "warning: it begins in clear: whoever is on the way can send users to their own server",
        ),
        (
            with_server().redirect(CONFIG, "https://192.0.2.7/x"),
            "autoconfig",
            "fault: a redirect to https://192.0.2.7/x: to an address without a name, which no certificate is for",
        ),
        (
            with_server().redirect(CONFIG, "https://localhost/x"),
            "autoconfig",
            "fault: a redirect to https://localhost/x: to the user's own machine",
        ),
        (
            with_server().redirect(CONFIG, "ftp://x/"),
            "autoconfig",
            "fault: a redirect to ftp://x/: the URL is of the kind ftp, neither https nor http",
        ),
        (
            with_server()
                .redirect(CONFIG, "/a")
                .redirect("GET https://autoconfig.example.org/a", "/b")
                .redirect("GET https://autoconfig.example.org/b", "/a"),
            "autoconfig",
            "fault: the redirects lead in a circle, back to https://autoconfig.example.org/a",
        ),
        // Outlook posts again, and goes to https only.
        (
            with_server().redirect(DISCOVER, "https://d.example/x").page("POST https://d.example/x", settings.clone()),
            "autodiscover host",
            "good: one server",
        ),
        (
            with_server().redirect(DISCOVER, "http://d.example/x"),
            "autodiscover host",
            "fault: a redirect to http://d.example/x: Outlook follows to https only (MS-OXDISCO)",
        ),
        (
            with_server()
                .redirect(DISCOVER_HTTP, "https://d.example/x")
                .page("POST https://d.example/x", settings.clone()),
            "autodiscover http",
            "warning: it begins in clear: whoever is on the way can send users to their own server",
        ),
        (
            with_server().page(DISCOVER_HTTP, settings.clone()),
            "autodiscover http",
            "note: it answers in clear and redirects nowhere, so that Outlook passes it by",
        ),
    ] {
        let (config, _) = world.look("jo@example.org");
        assert_eq!(verdict(&config, label), expect);
    }
}

#[test]
fn redirects_without_end_have_one() {
    let mut world = with_server().redirect(CONFIG, "/1");
    for n in 1..30 {
        world = world.redirect(&format!("GET https://autoconfig.example.org/{n}"), &format!("/{}", n + 1));
    }
    let (config, requests) = world.look("jo@example.org");
    assert_eq!(verdict(&config, "autoconfig"), "fault: more than 10 redirects");
    assert!(requests.contains(&"GET https://autoconfig.example.org/10".to_owned()));
    assert!(!requests.contains(&"GET https://autoconfig.example.org/11".to_owned()));
    assert_eq!(rows(&config).iter().filter(|row| row.label == "302").count(), 10);
}

#[test]
fn outlook_is_sent_elsewhere() {
    let answer = |inside: &str| format!("<Autodiscover><Response>{inside}</Response></Autodiscover>");
    let account = |inside: &str| answer(&format!("<Account>{inside}</Account>"));
    let settings = outlook(&protocol("IMAP", MAIL, 993));
    let url = "GET https://autodiscover.example.org/autodiscover/autodiscover.json?Email=jo@example.org&Protocol=AutodiscoverV1";
    for (world, label, expect) in [
        (
            with_server()
                .page(DISCOVER, account("<Action>redirectUrl</Action><RedirectUrl>https://d.example/</RedirectUrl>"))
                .page("POST https://d.example/", settings.clone()),
            "autodiscover host",
            "good: one server",
        ),
        (
            with_server()
                .page(DISCOVER, account("<Action>redirectAddr</Action><RedirectAddr>jo@contoso.example</RedirectAddr>"))
                .page("POST https://autodiscover.contoso.example/autodiscover/autodiscover.xml", settings.clone()),
            "autodiscover host",
            "good: one server",
        ),
        (
            with_server()
                .page(DISCOVER, account("<Action>redirectAddr</Action><RedirectAddr>contoso.example</RedirectAddr>")),
            "autodiscover host",
            "fault: it sends us to the address contoso.example: it is no mail address",
        ),
        (
            with_server()
                .page(DISCOVER, account("<Action>redirectUrl</Action><RedirectUrl>http://d.example/</RedirectUrl>")),
            "autodiscover host",
            "fault: a redirect to http://d.example/: Outlook follows to https only (MS-OXDISCO)",
        ),
        (
            with_server()
                .page(DISCOVER, account("<Action>redirectAddr</Action><RedirectAddr>jo@example.org</RedirectAddr>")),
            "autodiscover host",
            "fault: the redirects lead in a circle, back to https://autodiscover.example.org/autodiscover/autodiscover.xml",
        ),
        (
            with_server()
                .page(url, "{\"Url\":\"https://d.example/\"}")
                .page("POST https://d.example/", settings.clone()),
            "autodiscover JSON",
            "good: one server",
        ),
        // What is asked there stays a question about that address, whatever redirects follow.
        (
            with_server()
                .page(url, "{\"Url\":\"https://d.example/\"}")
                .redirect("POST https://d.example/", "/2")
                .page("POST https://d.example/2", settings.clone()),
            "autodiscover JSON",
            "good: one server",
        ),
        (
            with_server()
                .page(DISCOVER, answer("<Error><ErrorCode>500</ErrorCode><Message>no such user</Message></Error>")),
            "autodiscover host",
            "note: it has no settings for jo@example.org: 500 no such user",
        ),
        (
            with_server().status(DISCOVER, 401, &[], ""),
            "autodiscover host",
            "note: asks for a login, which is not sent",
        ),
    ] {
        assert_eq!(verdict(&world.look("jo@example.org").0, label), expect);
    }
}

#[test]
fn what_is_no_configuration() {
    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'>]><clientConfig>&a;</clientConfig>";
    for (world, expect) in [
        (with_server().page(CONFIG, "<!doctype html><p>Welcome"), "note: in its place stands a web page"),
        (with_server().page(CONFIG, outlook("")), "note: in its place stands an answer of autodiscover"),
        (with_server().page(CONFIG, ""), "note: in its place stands nothing"),
        (with_server().page(CONFIG, "<clientConfig>\n&"), "fault: line 2, column 1: this is no XML"),
        (with_server().page(CONFIG, laughs), "fault: the document has a DTD"),
        (with_server().page(CONFIG, "<a>".repeat(85_000)), "fault: the document has more than 20000 elements"),
        (with_server().page(CONFIG, vec![b'<'; 300 << 10]), "fault: the document is longer than 256 KB"),
        (with_server().page("GET https://autoconfig.example.org/x", ""), "note: not there: status 404"),
        (with_server().status(CONFIG, 503, &[], ""), "warning: status 503"),
        (with_server().status(CONFIG, 302, &[], ""), "warning: status 302"),
        (with_server(), "note: the host does not exist (NXDOMAIN)"),
    ] {
        let got = verdict(&world.look("jo@example.org").0, "autoconfig");
        assert!(got.starts_with(expect), "{got} for {expect}");
    }
    let mut world = with_server();
    world
        .broken
        .push(("autoconfig.example.org", FetchFailure::Tls(TlsFailure::Alert(AlertDescription::INTERNAL_ERROR))));
    let (config, _) = world.look("jo@example.org");
    assert_eq!(verdict(&config, "autoconfig"), "warning: no TLS: the server sent the alert internal_error");
    let mut world =
        with_server().dns("example.org", RecordType::Txt, &[Value::Txt(vec![b"MAILCONF=ftp://x".to_vec()])]);
    world = world.page(CONFIG, thunderbird(&["IMAP mail.example.org 993 SSL"], "x"));
    world.wrong.push("autoconfig.example.org");
    let (config, _) = world.look("jo@example.org");
    has(&config, "fault: mailconf TXT: mailconf=ftp://x: the URL is of the kind ftp");
    has(&config, "fault: autoconfig: autoconfig.example.org: the certificate is not for autoconfig.example.org");
    has(&config, "no server to send mail through");
    has(&config, "no source can be believed");
    assert!(verdict(&config, "TLS").starts_with("fault: the certificate is not for"), "{}", verdict(&config, "TLS"));
}

#[test]
fn only_the_statuses_of_the_standards_are_followed() {
    let file = thunderbird(&["IMAP mail.example.org 993 SSL", "SMTP mail.example.org 465 SSL"], "x");
    let settings = outlook(&protocol("IMAP", MAIL, 993));
    let refused = |status: u16| {
        format!("note: a redirect to https://d.example/x with status {status}, where Outlook follows 302 (MS-OXDISCO)")
    };
    for status in [301, 302, 303, 307, 308] {
        let to = &[("location", "https://d.example/x")][..];
        // A GET stays a GET, whichever it is.
        let world = with_server().status(CONFIG, status, to, "").page("GET https://d.example/x", file.clone());
        assert_eq!(verdict(&world.look("jo@example.org").0, "autoconfig"), "good: 2 servers", "{status}");
        let world = with_server().status(DISCOVER, status, to, "").page("POST https://d.example/x", settings.clone());
        let expect = if matches!(status, 302 | 307 | 308) { "good: one server".to_owned() } else { refused(status) };
        assert_eq!(verdict(&world.look("jo@example.org").0, "autodiscover host"), expect, "{status}");
        let world =
            with_server().status(DISCOVER_HTTP, status, to, "").page("POST https://d.example/x", settings.clone());
        let (config, made) = world.look("jo@example.org");
        let followed = made.contains(&"POST https://d.example/x".to_owned());
        assert_eq!(followed, status == 302, "{status}");
        if !followed {
            assert_eq!(verdict(&config, "autodiscover http"), refused(status));
        }
    }
}

#[test]
fn the_way_of_a_step_is_told_in_full() {
    let file = thunderbird(&["IMAP mail.example.org 993 SSL", "SMTP mail.example.org 465 SSL"], "x");
    let mut world = with_server()
        .redirect(CONFIG, "https://set.example/x")
        .page("GET https://set.example/x", file)
        .redirect(DISCOVER, "http://d.example/x");
    world.wrong.push("set.example");
    let (config, _) = world.look("jo@example.org");
    let (_, url) = CONFIG.split_once(' ').unwrap();
    let rows = config.table().0;
    let detail = |label: &str| rows.iter().find(|row| row.label == label).unwrap().detail.clone();
    assert_eq!(
        detail("autoconfig"),
        [
            &format!("GET {url}: 302, 0 octets, 0 ms"),
            "  certificate: valid for autoconfig.example.org",
            "  redirects to https://set.example/x",
            "GET https://set.example/x: 200, 479 octets, 0 ms",
            "  certificate: the certificate is not for set.example: it is for example.org",
        ]
    );
    assert_eq!(
        detail("autodiscover host").last().unwrap(),
        "a redirect to http://d.example/x: Outlook follows to https only (MS-OXDISCO)"
    );
    // What DNS says can be asked with dig, what the web says cannot.
    let asks = |label: &str| {
        let row = rows.iter().find(|row| row.label == label).unwrap();
        row.question.as_ref().map(|question| format!("{} {}", question.query.kind, question.query.name))
    };
    assert_eq!(asks("autoconfig"), None);
    assert_eq!(asks("mailconf TXT").as_deref(), Some("TXT example.org"));
    assert_eq!(asks("autodiscover SRV").as_deref(), Some("SRV _autodiscover._tcp.example.org"));
}

#[test]
fn what_servers_show_is_held_against_what_is_said() {
    let servers =
        ["IMAP mail.example.org 143 STARTTLS", "SMTP mail.example.org 465 SSL", "POP3 mail.example.org 110 plain"];
    let world = || with_server().page(CONFIG, thunderbird(&servers, "%EMAILADDRESS%"));
    let failing = |port, stage, says| World { failing: vec![(port, stage, says)], ..world() };
    let (config, made) = world().look("jo@example.org");
    let before = says(&config);
    let looks: Vec<&String> = made.iter().filter(|made| made.starts_with("look")).collect();
    assert_eq!(
        looks,
        [
            "look at imap://mail.example.org:143 StartTls",
            "look at pop3://mail.example.org:110 Plain",
            "look at smtp://mail.example.org:465 Implicit"
        ]
    );
    assert!(before.iter().any(|says| says.contains("the server offers STARTTLS, and nobody is told to use it")));
    for (world, part) in [
        (
            failing(143, Stage::Connection, "refused"),
            "143 STARTTLS, as autoconfig has it: nothing answers there: refused",
        ),
        (
            failing(143, Stage::StartTls, "the server does not offer STARTTLS"),
            "the server does not offer STARTTLS: mail programs stop there",
        ),
        (failing(465, Stage::Handshake, "plain text"), "465 TLS, as autoconfig has it: no TLS comes about: plain text"),
        (failing(465, Stage::Greeting, "refused at the door: 554 no"), "refused at the door: 554 no"),
        (failing(110, Stage::Capabilities, "CAPA is refused: -ERR"), "warning: mail.example.org: POP3"),
        (World { wrong: vec![MAIL], ..world() }, "mail programs warn of its certificate: the certificate is not for"),
        (
            World { offers: Some("AUTH CRAM-MD5 XOAUTH2"), ..world() },
            "autoconfig SMTP: password-cleartext is said, and the server offers CRAM-MD5 XOAUTH2",
        ),
        (World { offers: Some("AUTH plain CRAM-MD5"), ..world() }, ""),
        (World { offers: Some("SIZE 5"), ..world() }, ""),
    ] {
        let (config, _) = world.look("jo@example.org");
        if part.is_empty() {
            assert_eq!(says(&config), before);
        } else {
            has(&config, part);
        }
    }
    let rows = config.table().0;
    let at = rows.iter().position(|row| row.label == "server").unwrap();
    let below: Vec<String> = rows[at + 1..at + 4].iter().map(|row| format!("{} {}", row.label, row.text)).collect();
    assert_eq!(below[0], "look 192.0.2.1:993 hello");
    assert!(below[1].starts_with("TLS 1.3, "), "{below:?}");
    assert_eq!(below[2], "AUTH PLAIN LOGIN");
    assert_eq!(rows[at + 1].detail, ["S: hello"]);
    let connect = rows[at].connect.as_ref().unwrap();
    assert_eq!((connect.port, connect.service.as_deref()), (143, Some("imap+starttls")));
}

#[test]
fn each_server_is_looked_at_once_and_not_too_many() {
    let many: Vec<String> = (1..40).map(|n| format!("IMAP mail.example.org {} SSL", 9000 + n)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let twice = ["IMAP mail.example.org 993 SSL", "IMAP mail.example.org 993 SSL", "SMTP gone.example.org 465 SSL"];
    for (servers, count) in [(&many[..], LOOKS), (&twice[..], 1)] {
        let file = thunderbird(servers, "%EMAILADDRESS%");
        let world = with_server()
            .page(CONFIG, file.clone())
            .page("GET https://example.org/.well-known/autoconfig/mail/config-v1.1.xml", file);
        let (_, made) = world.look("jo@example.org");
        assert_eq!(made.iter().filter(|made| made.starts_with("look")).count(), count);
    }
}

#[test]
fn what_was_not_asked_is_passed_over() {
    let world = with_server().page(CONFIG, thunderbird(&["IMAP mail.example.org 993 SSL"], "x"));
    let setting = Setting::new(Resolver::System);
    let mut config = ClientConfig::new("jo@example.org", &setting).unwrap();
    let request = Request::get(crate::diagnosis::web::Url::parse(CONFIG.split_once(' ').unwrap().1).unwrap());
    let Ok(crate::protocol::endpoint::Target::Endpoint(endpoint)) =
        crate::protocol::endpoint::parse_target(&["imaps://mail.example.org"])
    else {
        panic!()
    };
    let question = setting.question(key("example.org", RecordType::Mx));
    let answer = world.answer(question.query.clone());
    for came in [
        Came::Document(Box::new(world.fetched(request.clone()))),
        Came::Answer(question, Box::new(answer)),
        Came::Look(Box::new(world.seen(endpoint))),
    ] {
        config.came(came, 0);
    }
    assert_eq!((config.said(), config.looks.len(), config.held.len()), (Vec::new(), 0, 0));
    assert!(rows(&config).iter().all(|row| row.verdict.is_none()));
    let first = config.wants();
    assert!(first.contains(&Want::Document(request)) && config.wants().is_empty());
    assert!(!config.is_done());
    assert!(ClientConfig::new("192.0.2.1", &setting).is_err());
}

#[test]
fn text_from_servers_is_safe_to_draw() {
    let file = thunderbird(&["IMAP mail.example.org 993 SSL", "SMTP mail.example.org 465 SSL"], "x\u{202e}\u{9b}31m");
    let world = with_server()
        .page(CONFIG, file)
        .status(DISCOVER, 500, &[], "")
        .dns("_imaps._tcp.example.org", RecordType::Srv, &[srv(993, "evil\u{1b}[2J.example")])
        .redirect("POST https://example.org/autodiscover/autodiscover.xml", "/\u{1b}[2J");
    let world = World { offers: Some("AUTH \u{1b}[31mX"), ..world };
    let (config, _) = world.look("jo@example.org");
    has(&config, "the server offers ␛[31MX");
    let rows = config.table().0;
    let mut texts: Vec<String> = rows.iter().flat_map(|row| [row.text.clone(), row.note.clone()]).collect();
    texts.extend(rows.into_iter().filter_map(|row| row.verdict).map(|(_, says)| says));
    texts.extend(config.table().1.into_iter().flat_map(|finding| [finding.subject, finding.says]));
    assert!(texts.iter().any(|text| text.contains("x<U+202E>\\x9b31m")), "{texts:#?}");
    for text in texts {
        assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{text:?}");
    }
}
