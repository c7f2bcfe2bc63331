//! The way to TLS: what was offered in clear, what behind the handshake, and whether something on the way meddled.

use super::rows::Table;
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::investigation::{Seen, Stage};
use crate::diagnosis::survey::{Row, shown};
use crate::protocol::capability::Capabilities;
use crate::protocol::endpoint::Security;

/// Offers that a row lists.
const LISTED: usize = 6;

impl Table {
    /// STARTTLS offered or not, and EHLO before and after.
    pub(super) fn starttls(&mut self, seen: &Seen) {
        if seen.endpoint.security == Security::Implicit {
            return;
        }
        let verb = seen.endpoint.protocol.starttls();
        let mut row = Row { depth: 1, label: verb.to_owned(), ..Row::default() };
        let refused = seen.failure.as_ref().filter(|failure| failure.stage == Stage::StartTls);
        match (seen.starttls(), written_over(&seen.clear)) {
            (_, Some(word)) => {
                row.text = shown(&word);
                row.verdict = Some((Severity::Fault, "something on the way writes over the offer".to_owned()));
                self.findings.push(Finding::new(
                    Severity::Fault,
                    verb,
                    format!("in place of {verb} stands {}: a device on the way rubs it out, and mail goes in clear", shown(&word)),
                    "switch the inspection of SMTP off in the firewall (Cisco: no inspect esmtp, or allow-tls), or come by another way",
                ));
            }
            (Some(true), None) => {
                let says = refused.map(|failure| (Severity::Fault, failure.says.clone()));
                row.text = "offered".to_owned();
                row.verdict = says.or_else(|| seen.tls.is_some().then(|| (Severity::Good, "TLS began".to_owned())));
            }
            (Some(false), None) => {
                row.text = "not offered".to_owned();
                row.verdict = Some((Severity::Fault, "no TLS here".to_owned()));
            }
            // A connection of our own, or one that ended before.
            (None, None) if seen.tls.is_some() => return,
            (None, None) => row.text = "not heard".to_owned(),
        }
        self.rows.push(row);
        if seen.injected > 0 {
            let says = format!("{} octets came in clear behind the answer to {verb}", seen.injected);
            let row = Row { depth: 1, label: "injected".to_owned(), text: says.clone(), ..Row::default() };
            let verdict = Some((Severity::Fault, "discarded".to_owned()));
            self.rows.push(Row { verdict, ..row });
            let next =
                "a server or a middlebox that does this lets attackers inject replies (CVE-2011-0411 and others)";
            self.findings.push(Finding::new(Severity::Fault, verb, says, next));
        }
        if seen.tls.is_some() && seen.clear.known && seen.offers.known {
            self.offers(seen);
        }
    }

    /// What is offered under TLS that was not in clear, and what no more.
    fn offers(&mut self, seen: &Seen) {
        let (new, gone) = seen.offers.difference(&seen.clear);
        let verb = seen.endpoint.protocol.starttls();
        let gone: Vec<String> = gone.into_iter().filter(|text| !text.eq_ignore_ascii_case(verb)).collect();
        let listed = |sign: &str, offers: &[String]| {
            let mut out: Vec<String> =
                offers.iter().take(LISTED).map(|text| format!("{sign}{}", shown(text))).collect();
            if offers.len() > LISTED {
                out.push(format!("{sign}{} more", offers.len() - LISTED));
            }
            out.join(" ")
        };
        let text = match (new.is_empty(), gone.is_empty()) {
            (true, true) => "the same as in clear".to_owned(),
            (false, true) => listed("+", &new),
            (true, false) => listed("-", &gone),
            (false, false) => format!("{} {}", listed("+", &new), listed("-", &gone)),
        };
        let detail = [("in clear", &seen.clear), ("under TLS", &seen.offers)].into_iter().flat_map(|(when, offers)| {
            let told = offers.list().iter().map(|offer| format!("  {}", shown(&offer.text())));
            std::iter::once(format!("{when}:")).chain(told).collect::<Vec<_>>()
        });
        let label = "offers".to_owned();
        self.rows.push(Row { depth: 1, label, text, detail: detail.collect(), ..Row::default() });
        // Under TLS again, STARTTLS is nonsense (RFC 3207 §4.2).
        if seen.offers.has(verb) {
            let says = format!("{verb} is offered under TLS too");
            let next = "harmless to right clients; the server should not offer it any more (RFC 3207 §4.2)";
            self.findings.push(Finding::new(Severity::Note, verb, says, next));
        }
    }
}

/// An offer that a middlebox wrote over: as many X as the word had letters, perhaps an A behind them.
fn written_over(offers: &Capabilities) -> Option<String> {
    let is_rubbed = |name: &str| {
        let stem = name.strip_suffix('A').unwrap_or(name);
        stem.len() >= 4 && stem.bytes().all(|octet| octet == b'X')
    };
    offers.list().iter().map(|offer| &offer.name).find(|name| is_rubbed(name)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::capability::Capability;

    #[test]
    fn words_that_were_rubbed_out() {
        for (offer, expect) in [
            ("XXXXXXXA", true),
            ("XXXXXXXX", true),
            ("xxxxxxxa", true),
            ("XXXX", true),
            ("XCLIENT", false),
            ("XXX", false),
            ("STARTTLS", false),
            ("XXXA", false),
            ("A", false),
        ] {
            let mut offers = Capabilities::heard();
            offers.push(Capability::read(b"SIZE 100").unwrap());
            offers.push(Capability::read(offer.as_bytes()).unwrap());
            assert_eq!(written_over(&offers).is_some(), expect, "{offer}");
        }
    }
}
