//! The MTA-STS policy of a domain, held against the one server that is looked at.

use super::tests::{World, has, seen, trusted};
use super::*;
use crate::diagnosis::dns::{RecordType, Resolver, Value};
use crate::diagnosis::investigation::{Cause, Failure};
use crate::diagnosis::web;
use crate::protocol::capability::Capabilities;

/// `example.org` with mx1 and relay as its exchanges, and a policy that names mx1 alone, in this mode.
fn world(mode: &str) -> World {
    let mut world = World::new();
    let exchange = |exchange: &str| Value::Mx { preference: 10, exchange: exchange.to_owned() };
    world.dns.extend([
        ("relay.example.org", RecordType::A, Value::A([192, 0, 2, 26].into())),
        ("other.example.org", RecordType::A, Value::A([192, 0, 2, 27].into())),
        ("example.org", RecordType::Mx, exchange("mx1.example.org")),
        ("example.org", RecordType::Mx, exchange("relay.example.org")),
        ("_mta-sts.example.org", RecordType::Txt, Value::Txt(vec![b"v=STSv1; id=1".to_vec()])),
    ]);
    let body = format!("version: STSv1\nmode: {mode}\nmx: mx1.example.org\nmax_age: 604800\n").into_bytes();
    let headers = vec![("content-type".to_owned(), b"text/plain".to_vec())];
    world.document = Ok(web::Response { status: 200, headers, body, ..web::Response::default() });
    // All of the certificate is right: whatever is wrong here is the policy's word.
    world.seen = |seen| seen.tls.as_deref_mut().into_iter().for_each(trusted);
    world
}

fn told(findings: &[Finding]) -> Vec<String> {
    let findings = findings.iter().filter(|found| found.subject == "MTA-STS");
    findings.map(|found| format!("{}: {} > {}", found.severity.name(), found.says, found.next)).collect()
}

#[test]
fn the_findings_are_about_the_server_that_is_looked_at() {
    for (mode, host, row, finding) in [
        (
            "enforce",
            "relay.example.org",
            "fault: the policy does not allow this server",
            "fault: the policy does not allow relay.example.org: senders that honour the policy do not deliver to it > \
             add the line \"mx: relay.example.org\" and change the id, or take the server out of the MX records",
        ),
        (
            "testing",
            "relay.example.org",
            "warning: the policy does not allow this server",
            "warning: the policy does not allow relay.example.org: as soon as the mode is enforce, senders do not deliver \
             to it > add the line \"mx: relay.example.org\" and change the id, or take the server out of the MX records",
        ),
        (
            "enforce",
            "other.example.org",
            "fault: the policy does not allow this server",
            "fault: the policy does not allow other.example.org, which is no exchange of example.org: senders that honour \
             the policy do not deliver to it > add the line \"mx: other.example.org\" and change the id before it takes \
             mail of the domain, or leave it out of the MX records as now",
        ),
        (
            "enforce",
            "mx1.example.org",
            "good: allowed, and the certificate is valid",
            "good: the policy is in force, and allows mx1.example.org > ",
        ),
        (
            "testing",
            "mx1.example.org",
            "good: allowed, and the certificate is valid",
            "note: the policy is being tried: it allows mx1.example.org, and nothing is refused yet > when the reports \
             (TLS-RPT) are clean, write mode: enforce and change the id",
        ),
        (
            "none",
            "relay.example.org",
            "note: the policy does not allow this server",
            "note: mode: none takes the policy back: nothing is guarded > ",
        ),
    ] {
        let (rows, findings) = world(mode).run(&format!("{host} for example.org"));
        has(&rows, &format!("MTA-STS mode {mode} [{row}]\n"));
        assert_eq!(told(&findings), [finding], "{mode} {host}");
    }
}

#[test]
fn a_server_without_an_address_is_held_against_the_policy() {
    for (host, row, finding) in [
        (
            "mx9.example.org",
            "fault: the policy does not allow this server",
            "fault: the policy does not allow mx9.example.org, which is no exchange of example.org: senders that honour the \
             policy do not deliver to it > add the line \"mx: mx9.example.org\" and change the id before it takes mail of \
             the domain, or leave it out of the MX records as now",
        ),
        (
            "mx1.example.org",
            "warning: allowed; the rest is not judged: no certificate was seen",
            "good: the policy is in force, and allows mx1.example.org > ",
        ),
    ] {
        let mut world = world("enforce");
        world.dns.retain(|(_, kind, _)| *kind != RecordType::A);
        world.seen = |seen| {
            seen.tls = None;
            seen.clear = Capabilities::unheard();
            let (says, next) = ("the host does not exist".to_owned(), "check the spelling".to_owned());
            seen.failure = Some(Failure { stage: Stage::Connection, says, next, cause: Cause::Other });
        };
        let (rows, findings) = world.run(&format!("{host} for example.org"));
        has(&rows, &format!("MTA-STS mode enforce [{row}]\n"));
        assert_eq!(told(&findings), [finding], "{host}");
    }
    // Found without DNS, it is judged by what it showed.
    let mut world = world("enforce");
    world.dns.retain(|(_, kind, _)| *kind != RecordType::A);
    has(
        &world.run("mx1.example.org for example.org").0,
        "MTA-STS mode enforce [good: allowed, and the certificate is valid]\n",
    );
}

#[test]
fn where_people_read_and_submit_mail_no_policy_counts() {
    const ROW: &str = "MTA-STS not asked [note: it is for servers that take mail by SMTP, at port 25]\n";
    for server in
        ["imaps://relay.example.org", "pop3://relay.example.org", "relay.example.org:465", "relay.example.org:587"]
    {
        let mut asked = world("enforce");
        let (rows, findings) = asked.run(&format!("{server} for example.org"));
        has(&rows, ROW);
        assert_eq!(told(&findings), Vec::<String>::new(), "{server}");
        assert!(!asked.wanted.iter().any(|wanted| wanted.contains("mta-sts")), "{server}: {:?}", asked.wanted);
        // And of a connection that stands already.
        let endpoint = Subject::read(&[server], None).unwrap().endpoint;
        let setting = Setting::new(Resolver::System);
        let mut inspection = Inspection::of(seen(endpoint), Some("example.org".to_owned()), &setting);
        let (rows, findings) = world("enforce").settle(&mut inspection);
        has(&rows, ROW);
        assert_eq!(told(&findings), Vec::<String>::new(), "{server}");
    }
}
