//! Where names come in as such: what is asked of DNS and what it answers, certificates, documents.
//!
//! A name under an ending that nobody lists looks like any word with a dot. Here it is known for one, before a sentence
//! speaks of it.

use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Pseudonyms;
use crate::diagnosis::certificate::reading::{common_names, dns_names};
use crate::diagnosis::dns::{Answer, Record, Value};
use crate::diagnosis::tls::TlsReport;
use crate::diagnosis::web::Fetched;
use crate::protocol::endpoint::Host;

impl Pseudonyms {
    /// The names of an answer: that of the question, and every owner and name in the data of records.
    pub fn hear_answer(&mut self, answer: &Answer) {
        for answer in answer.before.iter().chain([answer]) {
            self.know_domain(&answer.query.name);
            let Ok(reply) = &answer.reply else { continue };
            for record in reply.answers.iter().chain(&reply.authority).chain(&reply.additional) {
                self.hear_record(record);
            }
        }
    }

    fn hear_record(&mut self, record: &Record) {
        self.know_domain(&record.name);
        match &record.value {
            Value::Mx { exchange: name, .. }
            | Value::Srv { target: name, .. }
            | Value::Rrsig { signer: name, .. }
            | Value::Ptr(name)
            | Value::Cname(name)
            | Value::Ns(name) => self.know_domain(name),
            Value::Soa { primary, mailbox, .. } => {
                self.know_domain(primary);
                self.know_domain(mailbox);
            }
            // Names are written with the dot of the root, and nothing else is.
            Value::Other { text, .. } => {
                text.split(' ').filter(|word| word.ends_with('.')).for_each(|name| self.know_domain(name));
            }
            _ => {}
        }
    }

    /// The names that a handshake asked for, and those of the certificates in it.
    pub fn hear_tls(&mut self, report: &TlsReport) {
        self.know_domain(&report.asked_name);
        report.sni.iter().for_each(|name| self.know_domain(name));
        report.chain.iter().for_each(|der| self.hear_certificate(der));
    }

    /// The names that a certificate in DER is for (RFC 9525 §2), and common names that are written as such.
    pub fn hear_certificate(&mut self, der: &[u8]) {
        let Ok((_, certificate)) = X509Certificate::from_der(der) else { return };
        dns_names(&certificate).for_each(|name| self.know_domain(name));
        common_names(&certificate).iter().for_each(|name| self.know_domain(name));
    }

    /// Whom a document was asked of, and the mail servers that it names if it is a policy (RFC 8461 §3.2).
    pub fn hear_document(&mut self, fetched: &Fetched) {
        if let Host::Name(name) = &fetched.request.url.host {
            self.know_domain(name);
        }
        fetched.tls.iter().for_each(|report| self.hear_tls(report));
        let Ok(response) = &fetched.reply else { return };
        for line in String::from_utf8_lossy(&response.body).lines() {
            if let Some(name) = line.strip_prefix("mx:") {
                self.know_domain(name.trim());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;
    use crate::diagnosis::dns::{Query, RecordType};
    use crate::diagnosis::investigation::Investigation as _;
    use crate::diagnosis::investigation::world::{World, drawn, setting};
    use crate::diagnosis::survey::Survey;

    #[test]
    fn a_domain_under_an_ending_of_its_own_is_hidden_with_all_below() {
        for (told, text, wanted) in [
            ("acme.xyzzy", "NS ns1.acme.xyzzy", "NS host1.domain1.example"),
            ("ns1.acme.xyzzy.", "_dmarc.acme.xyzzy acme.xyzzy", "_dmarc.domain1.example domain1.example"),
            ("*.acme.xyzzy", "https://mta-sts.ACME.xyzzy/a.b", "https://mta-sts.domain1.example/a.b"),
            ("b\u{fc}cher.xyzzy", "mx.xn--bcher-kva.xyzzy b\u{fc}cher.xyzzy", "host1.domain1.example domain1.example"),
            ("acme.intra", "acme.intra xacme.intra acme.intra.x acme", "domain1.example xacme.intra acme.intra.x acme"),
            ("_dmarc.loopmx", "_dmarc.loopmx", "domain1.example"),
            ("", "jo@acme.xyzzy mx.acme.xyzzy a.xyzzy", "user1@domain1.example host1.domain1.example a.xyzzy"),
            // None of them is a domain.
            ("mailbox", "the mailbox x.mailbox", "the mailbox x.mailbox"),
            ("TLS 1.2", "TLS 1.2", "TLS 1.2"),
            ("1.2", "TLS 1.2", "TLS 1.2"),
            ("Acme Root v1.a", "Acme Root v1.a", "Acme Root v1.a"),
        ] {
            let mut pseudonyms = Pseudonyms::default();
            pseudonyms.know_domain(told);
            let once = pseudonyms.veil(text).into_owned();
            assert_eq!(once, wanted, "{told}: {text}");
            assert_eq!(pseudonyms.veil(&once), once, "{told}: {text} once more");
        }
    }

    #[test]
    fn what_is_known_late_keeps_its_pseudonym() {
        let mut pseudonyms = Pseudonyms::default();
        assert_eq!(pseudonyms.veil("b.de jo@a.xyzzy mx.a.zt"), "domain1.example user1@domain2.example mx.a.zt");
        pseudonyms.know_domain("a.zt");
        pseudonyms.know_domain("mx.a.xyzzy");
        assert_eq!(pseudonyms.veil("mx.a.zt a.xyzzy b.de"), "host1.domain3.example domain2.example domain1.example");
    }

    #[test]
    fn a_survey_shows_no_name_whatever_it_ends_with() {
        let world = World::new(&[
            "acme.xyzzy SOA ns1.acme.xyzzy 1",
            "acme.xyzzy NS ns1.acme.xyzzy",
            "acme.xyzzy NS ns2.other.zt",
            "ns1.acme.xyzzy A 10.1.2.3",
            "acme.xyzzy MX 10 mx1.acme.xyzzy",
            "acme.xyzzy MX 20 mx.deputy.intra",
            "mx1.acme.xyzzy A 10.1.2.3",
            "acme.xyzzy TXT v=spf1 include:spf.sender.priv -all",
            "_dmarc.acme.xyzzy TXT v=DMARC1; p=none; rua=mailto:d@acme.xyzzy",
        ]);
        let mut survey = Survey::new("acme.xyzzy", &setting());
        world.run(&mut survey);
        let (rows, findings) = survey.table();
        let mut shown = format!("{}\n{}", survey.title(), drawn(&rows));
        for text in rows.iter().flat_map(|row| row.detail.iter()) {
            shown = format!("{shown}\n{text}");
        }
        for finding in findings {
            shown = format!("{shown}\n{} {} {}", finding.subject, finding.says, finding.next);
        }
        let mut pseudonyms = Pseudonyms::default();
        let asked =
            [("acme.xyzzy", RecordType::Ns), ("acme.xyzzy", RecordType::Mx), ("spf.sender.priv", RecordType::Txt)];
        for (name, kind) in asked {
            pseudonyms.hear_answer(&world.answer(&Query { name: name.to_owned(), kind }));
        }
        let veiled = pseudonyms.veil(&shown).into_owned();
        for name in ["acme", "xyzzy", "other.zt", "deputy", "sender.priv"] {
            assert!(shown.contains(name), "{name} is to be seen without pseudonyms\n{shown}");
            assert!(!veiled.contains(name), "{name} in\n{veiled}");
        }
    }

    #[test]
    fn names_of_a_certificate_are_hidden() {
        let mut params = CertificateParams::new(vec!["mx1.good.zt".to_owned(), "*.fine.intra".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "cn.well.priv");
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let mut pseudonyms = Pseudonyms::default();
        pseudonyms.hear_certificate(certificate.der());
        pseudonyms.hear_certificate(b"no certificate");
        assert_eq!(
            pseudonyms.veil("DNS:mx1.good.zt, *.fine.intra, CN=cn.well.priv, bad.zt"),
            "DNS:host1.domain1.example, *.domain2.example, CN=host2.domain3.example, bad.zt"
        );
    }
}
