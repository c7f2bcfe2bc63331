//! Is the certificate within its dates, and are those above it?

use super::{Certificates, say};
use crate::diagnosis::certificate::lifetime::{DAY, Lifetime, dates, remaining};
use crate::diagnosis::certificate::reading::{date, distinguished_name};
use crate::diagnosis::finding::{Finding, Severity};

/// Below this many days left, it is time to renew; of one that lasts not much longer, below a third of its days.
const RENEW: i64 = 14;

pub(super) fn findings(read: &Certificates<'_>) -> Vec<Finding> {
    let mut found = vec![own(read)];
    let now = read.report.judged_at;
    for (number, above) in read.above() {
        let (from, to) = dates(above);
        let next = match (now < from, now > to) {
            (true, _) => "compare the clocks of this machine and of whoever issued it",
            (_, true) => "send the issuer's current certificate in its place",
            _ => continue,
        };
        let subject = distinguished_name(above.subject());
        let says = remaining(above, now);
        // Whoever knows another way to a root goes that one.
        found.push(say(Severity::Warning, format!("certificate {number} of the chain, {subject}, {says}"), next));
    }
    let lifetime = Lifetime::of(&read.leaf);
    if lifetime.is_too_long()
        && read.report.mozilla_trust.is_good()
        && let Some(limit) = lifetime.limit
    {
        found.push(say(
            Severity::Note,
            format!(
                "the certificate lasts {} days, and public authorities may give it {limit} (CA/B Baseline Requirements §6.3.2)",
                lifetime.days
            ),
            "strict clients refuse it: have it issued anew for a shorter time",
        ));
    }
    found
}

/// The server's own certificate.
fn own(read: &Certificates<'_>) -> Finding {
    let now = read.report.judged_at;
    let (from, to) = dates(&read.leaf);
    let says = remaining(&read.leaf, now);
    let least = (RENEW * DAY).min(to.saturating_sub(from) / 3);
    if to < from {
        say(Severity::Fault, "the certificate ends before it begins", "no clock makes it valid: have it issued anew")
    } else if now < from {
        say(
            Severity::Fault,
            format!("the certificate is not valid yet: {says}, from {}", date(from)),
            "compare the clocks of this machine and of whoever issued it",
        )
    } else if now > to {
        say(
            Severity::Fault,
            format!("the certificate has expired: {says}, on {}", date(to)),
            "renew it, then make the server load it: a renewed file is often still the old one in memory",
        )
    } else if to.saturating_sub(now) < least {
        say(
            Severity::Warning,
            format!("the certificate ends soon: {says}, until {}", date(to)),
            "renew it, and find out why it was not renewed by itself",
        )
    } else {
        say(Severity::Good, format!("the certificate is valid: {says}, until {}", date(to)), "")
    }
}
