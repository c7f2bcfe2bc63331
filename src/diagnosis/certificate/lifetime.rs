//! How long a certificate lasts, how much of that is left, and how long public authorities may let it last.

use x509_parser::prelude::X509Certificate;

use super::reading::days;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Seconds since 1970 from which on certificates may last so many days at most, as the CA/Browser Forum has it (Baseline
/// Requirements §6.3.2, ballot SC-081v3). Of its own house everybody may let them last as long as they like.
const LIMITS: [(i64, i64); 5] = [
    // 2018-03-01, 2020-09-01, 2026-03-15, 2027-03-15, 2029-03-15
    (1_519_862_400, 825),
    (1_598_918_400, 398),
    (1_773_532_800, 200),
    (1_805_068_800, 100),
    (1_868_227_200, 47),
];

/// How long a certificate lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    /// In days, begun ones counted as whole: both of its ends belong to it (RFC 5280 §4.1.2.5).
    pub(super) days: i64,
    /// The days that a public authority may give to one that begins when this does.
    pub(super) limit: Option<i64>,
}

impl Lifetime {
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Self {
        let (from, to) = dates(certificate);
        let seconds = to.saturating_sub(from).saturating_add(1);
        let days = seconds.saturating_add(DAY - 1).div_euclid(DAY);
        let limit = LIMITS.iter().rev().find(|(since, _)| from >= *since).map(|(_, limit)| *limit);
        Self { days, limit }
    }

    /// Whether it lasts longer than a public authority may let it.
    pub(super) fn is_too_long(self) -> bool {
        self.limit.is_some_and(|limit| self.days > limit)
    }
}

/// Its first and its last second, since 1970.
pub(super) fn dates(certificate: &X509Certificate<'_>) -> (i64, i64) {
    (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp())
}

/// `61 days left`, `expired 3 days ago`, `valid in 2 days`.
pub(super) fn remaining(certificate: &X509Certificate<'_>, now: i64) -> String {
    let (from, to) = dates(certificate);
    if now < from {
        format!("valid in {}", days(from.saturating_sub(now)))
    } else if now > to {
        format!("expired {} ago", days(now.saturating_sub(to)))
    } else {
        format!("{} left", days(to.saturating_sub(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::date;
    use super::*;

    #[test]
    fn the_steps_of_the_ballot() {
        let steps = LIMITS.map(|(since, limit)| format!("{} {limit}", date(since)));
        assert_eq!(
            steps,
            [
                "2018-03-01T00:00:00Z 825",
                "2020-09-01T00:00:00Z 398",
                "2026-03-15T00:00:00Z 200",
                "2027-03-15T00:00:00Z 100",
                "2029-03-15T00:00:00Z 47"
            ]
        );
    }
}
