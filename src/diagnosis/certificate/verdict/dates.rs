//! Is the certificate within its dates, and are those above it?

use super::{Certificates, say};
use crate::diagnosis::certificate::lifetime::{DAY, Lifetime, dates, remaining};
use crate::diagnosis::certificate::path::{Signed, path};
use crate::diagnosis::certificate::reading::{date, distinguished_name};
use crate::diagnosis::finding::{Finding, Severity};

/// Below this many days left, it is time to renew; of one that lasts not much longer, below a third of its days.
const RENEW: i64 = 14;

pub(super) fn findings(read: &Certificates<'_>) -> Vec<Finding> {
    let mut found = vec![own(read)];
    let now = read.report.judged_at;
    let needed = needed(read);
    for (number, above) in read.above() {
        let (from, to) = dates(above);
        let is_needed = needed.contains(&above.as_raw());
        let (severity, next) = match (is_needed, now < from, now > to) {
            (_, false, false) => continue,
            (true, true, _) => (Severity::Fault, "compare the clocks of this machine and of whoever issued it"),
            (true, ..) => (Severity::Fault, "send the issuer's current certificate in its place"),
            // Whoever knows another way to a root goes that one.
            (false, ..) => (Severity::Note, "leave it out: the chain does not need it"),
        };
        let subject = distinguished_name(above.subject());
        let says = remaining(above, now);
        found.push(say(severity, format!("certificate {number} of the chain, {subject}, {says}"), next));
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

/// The certificates that lead from the server's own to a root, in DER: of every list that has a way, and as they were
/// sent where none has.
fn needed<'r>(read: &'r Certificates<'_>) -> Vec<&'r [u8]> {
    let built = [&read.report.system_path, &read.report.mozilla_path];
    if built.iter().any(|path| path.is_some()) {
        return built.into_iter().flatten().flat_map(|path| &path.between).map(Vec::as_slice).collect();
    }
    let certificates: Vec<_> = read.chain.iter().map(|(_, certificate)| certificate.clone()).collect();
    let sent = path(&certificates, |signed| signed != Signed::Wrong);
    sent.into_iter().filter_map(|at| read.chain.get(at)).map(|(_, certificate)| certificate.as_raw()).collect()
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
