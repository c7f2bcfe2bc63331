//! Registries of the IANA from tables that everybody can read: numbers and names.

use std::sync::LazyLock;

const SUITES: &str = include_str!("../../../assets/tls/suites.txt");
const GROUPS: &str = include_str!("../../../assets/tls/groups.txt");

static ALL_SUITES: LazyLock<Vec<(u16, &'static str)>> = LazyLock::new(|| read(SUITES, 16));
static ALL_GROUPS: LazyLock<Vec<(u16, &'static str)>> = LazyLock::new(|| read(GROUPS, 10));

/// Reads a table; a test holds that it has no fault.
fn read(text: &'static str, radix: u32) -> Vec<(u16, &'static str)> {
    let row = |line: &'static str| {
        let (number, name) = line.split_once('\t')?;
        Some((u16::from_str_radix(number, radix).ok()?, name))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
}

/// The name of a number in a table that is sorted by number.
fn find(table: &[(u16, &'static str)], number: u16) -> Option<&'static str> {
    let at = table.binary_search_by_key(&number, |(own, _)| *own).ok()?;
    table.get(at).map(|(_, name)| *name)
}

/// Every cipher suite, by number.
pub(super) fn suites() -> &'static [(u16, &'static str)] {
    &ALL_SUITES
}

/// The name of a cipher suite.
pub(super) fn suite(number: u16) -> Option<&'static str> {
    find(&ALL_SUITES, number)
}

/// The name of a group: `x25519`; `0x1234` for one that is not registered.
#[must_use]
pub fn group(number: u16) -> String {
    find(&ALL_GROUPS, number).map_or_else(|| format!("group 0x{number:04x}"), str::to_owned)
}

/// Every registered group, by number.
pub fn groups() -> impl Iterator<Item = u16> {
    ALL_GROUPS.iter().map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole_and_in_order() {
        for (text, table) in [(SUITES, suites()), (GROUPS, &ALL_GROUPS)] {
            let rows = text.lines().filter(|line| !line.starts_with('#')).count();
            assert!(table.len() == rows && rows > 40, "a line is no row");
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(table.iter().all(|(_, name)| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')));
        }
        assert_eq!(suite(0xc02f), Some("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
        assert_eq!((suite(0x1234), group(29), group(9999)), (None, "x25519".to_owned(), "group 0x270f".to_owned()));
    }
}
