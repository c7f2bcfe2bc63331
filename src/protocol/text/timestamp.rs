//! Points in time as RFC 3339 §5.6 writes them: `2030-01-31T12:00:00Z`.

/// Whether this is a `date-time`: its shape, the ranges of its numbers, the days of its month.
#[must_use]
pub fn is_date_time(value: &str) -> bool {
    parts(value).is_some()
}

/// Seconds in UTC on a scale where later is more; only good for comparing. `None` when it is no `date-time`.
#[must_use]
pub fn order(value: &str) -> Option<i64> {
    let [year, month, day, hour, minute, second] = parts(value)?;
    let days = (year * 12 + month) * 31 + day;
    let zone = value.get(value.len().checked_sub(6)?..).filter(|zone| zone.starts_with(['+', '-']));
    let shift = zone.map_or(0, |zone| {
        let number = |from: usize| zone.get(from..from + 2).and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
        let minutes = number(1) * 60 + number(4);
        if zone.starts_with('-') { minutes } else { -minutes }
    });
    Some(((days * 24 + hour) * 60 + minute + shift) * 60 + second)
}

fn parts(value: &str) -> Option<[i64; 6]> {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let (head, mut tail) = value.as_bytes().split_at_checked(SHAPE.len())?;
    let fits = |shape: &[u8], text: &[u8]| {
        shape.len() == text.len()
            && shape
                .iter()
                .zip(text)
                .all(|(s, b)| if *s == b'd' { b.is_ascii_digit() } else { s.eq_ignore_ascii_case(b) })
    };
    let number = |text: &[u8], from: usize, to: usize| {
        text.get(from..to).map_or(99, |n| n.iter().fold(0, |sum, b| sum * 10 + i64::from(b & 15)))
    };
    if !fits(SHAPE, head) {
        return None;
    }
    let found = [
        number(head, 0, 4),
        number(head, 5, 7),
        number(head, 8, 10),
        number(head, 11, 13),
        number(head, 14, 16),
        number(head, 17, 19),
    ];
    let [year, month, day, hour, minute, second] = found;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if let Some(fraction) = tail.strip_prefix(b".") {
        let end = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if end == 0 {
            return None;
        }
        tail = fraction.get(end..).unwrap_or(&[]);
    }
    let zone = (fits(b"+dd:dd", tail) || fits(b"-dd:dd", tail)) && number(tail, 1, 3) < 24 && number(tail, 4, 6) < 60;
    (tail.eq_ignore_ascii_case(b"Z") || zone).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_ranges() {
        for right in
            ["2030-01-31T12:00:00Z", "2028-02-29t23:59:60z", "2030-01-31T12:00:00.5+02:00", "1990-12-31T15:59:60-08:00"]
        {
            assert!(is_date_time(right), "{right}");
        }
        for wrong in [
            "",
            "2030-01-31",
            "2030-01-31T12:00:00",
            "2030-13-31T12:00:00Z",
            "2030-02-29T12:00:00Z",
            "2030-01-00T12:00:00Z",
            "2030-01-31T24:00:00Z",
            "2030-01-31T12:60:00Z",
            "2030-01-31T12:00:61Z",
            "2030-01-31 12:00:00Z",
            "2030-01-31T12:00:00.Z",
            "2030-01-31T12:00:00+0200",
            "2030-01-31T12:00:00+24:00",
            "2030-01-31T12:00:00Zx",
            "é030-01-31T12:00:00Z",
        ] {
            assert!(!is_date_time(wrong), "{wrong}");
        }
    }

    #[test]
    fn later_is_more() {
        let sorted = [
            "1999-12-31T23:59:59Z",
            "2000-01-01T00:00:00Z",
            "2000-01-01T02:00:01+02:00",
            "2000-01-01T00:00:02Z",
            "2000-01-01T00:01:00-00:01",
            "2000-02-01T00:00:00Z",
        ];
        for pair in sorted.windows(2) {
            assert!(order(pair[0]) < order(pair[1]), "{pair:?}");
        }
        assert_eq!(order("2000-01-01T02:00:00+02:00"), order("2000-01-01T00:00:00Z"));
        assert_eq!(order("yesterday"), None);
    }
}
