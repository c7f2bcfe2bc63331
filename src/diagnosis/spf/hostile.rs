//! Records made to hurt: no panic, no endless question, no deep or wide tree.

use proptest::prelude::*;

use super::world::World;
use super::*;
use crate::diagnosis::dns::RecordType;

/// Pieces that records are made of, right and wrong.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(vec![
            "a", "mx", "ptr", "-all", "~all", "?all", "all", "a/24", "a//64", "ip4:192.0.2.0/24", "ip6:2001:db8::/32",
            "exists:%{ir}.%{l1r-}.%{d}", "exp=why.%{d2}", "redirect=", "include:", "a:", "mx:", "ip4:", "v=spf1", "x=y",
            "+", "-", "=", ":", "/", "%{p}", "%{d}.", "%{", "}", "%", ",", ";", "\"", "\u{201c}", "\u{a0}", "\u{fffd}", "\t",
        ]).prop_map(str::to_owned),
        3 => (0..5_u8).prop_map(|n| format!("n{n}.example")),
        2 => (proptest::sample::select(vec!["include:", "redirect=", "a:", "mx:", "exists:", "ptr:"]), 0..6_u8)
            .prop_map(|(name, n)| format!("{name}n{n}.example")),
    ];
    let space = prop_oneof![5 => Just(" "), 1 => Just(""), 1 => Just("|")];
    proptest::collection::vec((piece, space), 0..14)
        .prop_map(|pairs| pairs.into_iter().flat_map(|(piece, space)| [piece, space.to_owned()]).collect())
}

proptest! {
    #[test]
    fn any_octets_are_read(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let record = Record::read(&[b"v=spf1 ", octets.as_slice()].concat());
        let characters = record.text.chars().count();
        for term in &record.terms {
            prop_assert!(term.column <= characters);
            if let Err(fault) = &term.reading {
                prop_assert!((term.column..=characters + 1).contains(&fault.column));
            }
        }
        prop_assert_eq!(record.fault().is_none(), mistakes::all_read(record.text.get(7..).unwrap_or("-all")) || record.terms.is_empty());
    }

    #[test]
    fn what_is_mended_is_sound_and_stays(text in pieces()) {
        let text = format!("v=spf1 {}", text.replace('|', ""));
        if let Some(mended) = advice::mended(&text) {
            let record = Record::read(mended.as_bytes());
            prop_assert_eq!(record.fault(), None, "{}", mended);
            prop_assert!(record.all().is_some() || record.redirect().is_some());
            prop_assert_eq!(advice::mended(&mended), None, "{}", mended);
        }
    }

    #[test]
    fn every_evaluation_ends(
        records in proptest::collection::vec(pieces(), 5),
        six in any::<bool>(),
        addresses in proptest::collection::vec(0..5_u8, 0..5),
    ) {
        let mut lines: Vec<String> =
            records.iter().enumerate().map(|(n, record)| format!("n{n}.example TXT v=spf1 {record}")).collect();
        for n in addresses {
            lines.push(format!("n{n}.example A 198.51.100.{n}"));
            lines.push(format!("n{n}.example MX 10 n{}.example", 5 - n));
            lines.push(format!("1.2.0.192.in-addr.arpa PTR n{n}.example"));
        }
        let world = World::new(&lines);
        let ip = if six { "2001:db8:1::1" } else { "192.0.2.1" };
        let case = Case::mail_from(ip.parse().unwrap(), "h.example", "a-b@n0.example");
        let (found, rounds) = world.settle(|inquiry| evaluate(&case, inquiry));
        let verdict = found.verdict().expect("nothing is open");
        prop_assert!(found.spent.lookups <= LOOKUPS + 1 && found.spent.voids <= VOIDS + 1);
        prop_assert!(found.spent.lookups <= LOOKUPS || verdict.result == SpfResult::PermError);
        prop_assert!(rounds.len() <= 2 * LOOKUPS + 4, "{} rounds", rounds.len());
        for line in found.lines() {
            prop_assert!(line.depth <= 3 * LOOKUPS);
        }
        let (tree, _) = world.settle(|inquiry| outline("n0.example", inquiry));
        prop_assert!(!tree.waiting);
        let (_, asked) = world.settle(|inquiry| advise("n0.example", inquiry));
        prop_assert!(asked.iter().map(Vec::len).sum::<usize>() <= 60);
    }
}

#[test]
fn ten_thousand_terms() {
    let case = Case::mail_from("192.0.2.1".parse().unwrap(), "h.example", "x.example");
    for (term, result, asked) in [
        ("ip4:198.51.100.1 ", SpfResult::Neutral, 1),
        ("a:%{i}.x.example ", SpfResult::PermError, 2),
        ("include:n%{i}.example ", SpfResult::PermError, 2),
        ("exists:%{p}%{p}%{p}%{p}.x.example ", SpfResult::PermError, 6),
        ("foo ", SpfResult::PermError, 1),
        ("\u{201c}foo:bar\u{201d} ", SpfResult::PermError, 1),
        ("redirect=x.example ", SpfResult::PermError, 1),
        ("x=y ", SpfResult::Neutral, 1),
        ("-all", SpfResult::PermError, 1),
        ("all ", SpfResult::Pass, 1),
    ] {
        let world = World::new(&[format!("x.example TXT v=spf1 {}", term.repeat(10_000))]);
        let (found, rounds) = world.settle(|inquiry| evaluate(&case, inquiry));
        assert_eq!(found.verdict().map(|verdict| verdict.result), Some(result), "{term}");
        assert!(rounds.iter().map(Vec::len).sum::<usize>() <= asked, "{term}: {rounds:?}");
        let (advice, _) = world.settle(|inquiry| advise("x.example", inquiry));
        assert!(advice.len() < 40, "{term}: {}", advice.len());
    }
}

#[test]
fn trees_that_grow() {
    // Each record includes the next twice: two to the power of the depth.
    let lines: Vec<String> = (0..40)
        .map(|n| format!("n{n}.example TXT v=spf1 include:n{next}.example include:n{next}.example", next = n + 1))
        .collect();
    let world = World::new(&lines);
    let (tree, rounds) = world.settle(|inquiry| outline("n0.example", inquiry));
    assert!(tree.at_least && tree.lookups > LOOKUPS, "{}", tree.cost());
    let texts = rounds.iter().flatten().filter(|query| query.kind == RecordType::Txt).count();
    assert!(texts <= 31, "{texts} records were asked for");
    let case = Case::mail_from("192.0.2.1".parse().unwrap(), "h.example", "n0.example");
    let (found, rounds) = world.settle(|inquiry| evaluate(&case, inquiry));
    assert_eq!(found.verdict().map(|verdict| verdict.result), Some(SpfResult::PermError));
    assert_eq!(rounds.iter().map(Vec::len).sum::<usize>(), 1 + LOOKUPS);
}

#[test]
fn strings_without_spaces() {
    let world = World::new(&[format!("x.example TXT v=spf1 {}", "-all|".repeat(13_000))]);
    let (advice, _) = world.settle(|inquiry| advise("x.example", inquiry));
    assert_eq!(advice.iter().filter(|advice| advice.finding.says.contains("joined without a space")).count(), 1);
}
