//! What must hold for any octets (`tests/fuzz/bodies`), for the seeds, for octets of the right shape, and for runs of
//! one kind, deep and long. `tests/fuzz/run` goes on from here for as long as one likes.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test reads its files")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::select;

#[path = "fuzz/bodies/mod.rs"]
mod bodies;

use bodies::{TARGETS, Target, hostile};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

/// The target of this name.
fn target(name: &str) -> Target {
    TARGETS.into_iter().find(|target| target.name == name).expect("a target of this name")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// The seeds of a target, each with its name.
fn seeds(name: &str) -> Vec<(String, Vec<u8>)> {
    let read = |folder: PathBuf| {
        let names = names_in(&folder);
        names.into_iter().map(move |name| {
            let octets = fs::read(folder.join(&name)).expect("a seed");
            (name, octets)
        })
    };
    let own = read(folder().join("seeds").join(name));
    // Any trace is a script.
    let traces = (name == "session").then(|| read(folder().join("../traces")));
    own.chain(traces.into_iter().flatten()).collect()
}

/// The words of a target: a line `"250-\x0d"` each, in the notation of libFuzzer.
fn words(name: &str) -> Vec<Vec<u8>> {
    let path = folder().join("dictionaries").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let word = |line: &str| {
        let mut rest = line.strip_prefix('"').and_then(|line| line.strip_suffix('"'))?.bytes();
        let mut out = Vec::new();
        while let Some(octet) = rest.next() {
            out.push(match octet {
                b'\\' if rest.next()? == b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                b'\\' => return None,
                octet => octet,
            });
        }
        Some(out)
    };
    text.lines().map(|line| word(line).unwrap_or_else(|| panic!("{}: {line}", path.display()))).collect()
}

/// Octets of the right shape: words of the target, pieces of its seeds, runs, and anything at all between them.
fn shaped(name: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seeds: Vec<Vec<u8>> = seeds(name).into_iter().map(|(_, octets)| octets).collect();
    let word = || select(words(name));
    let piece = (select(seeds.clone()), any::<proptest::sample::Index>(), any::<proptest::sample::Index>()).prop_map(
        |(seed, a, b)| {
            let (a, b) = (a.index(seed.len() + 1), b.index(seed.len() + 1));
            seed[a.min(b)..a.max(b)].to_vec()
        },
    );
    let part = prop_oneof![
        6 => word(),
        2 => piece,
        1 => (word(), 2usize..40).prop_map(|(word, times)| word.repeat(times)),
        2 => proptest::collection::vec(any::<u8>(), 1..6),
        1 => select(vec!["0", "1", "7", "4294967296", "18446744073709551616", "a", "ü", " ", "\r\n", "\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let parts = proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat());
    // A seed, or nothing, stands before it, so that what follows is met in the middle of things.
    (proptest::option::of(select(seeds)), parts).prop_map(|(seed, parts)| [seed.unwrap_or_default(), parts].concat())
}

/// Lets a body judge octets that it can name when it fails.
fn judge(target: Target, what: &str, octets: &[u8]) {
    let judged = std::panic::catch_unwind(|| (target.holds)(octets));
    assert!(judged.is_ok(), "{}: {what}, {} octets", target.name, octets.len());
}

#[test]
fn every_target_is_in_every_place() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).expect("the manifest of the fuzz crate");
    let bins: BTreeSet<String> = manifest
        .split("[[bin]]")
        .skip(1)
        .filter_map(|row| Some(row.split_once("name = \"")?.1.split_once('"')?.0.to_owned()))
        .collect();
    assert_eq!(bins, targets, "[[bin]] in its Cargo.toml");
    let files: BTreeSet<String> = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names_in(&folder().join("targets")), files);
    for place in ["seeds", "dictionaries"] {
        assert_eq!(names_in(&folder().join(place)), targets, "{place}");
    }
}

#[test]
fn the_fuzz_crate_has_the_dependencies_of_the_program() {
    let row = |text: &str| {
        let rows = text.split_once("\n[dependencies]\n").expect("dependencies").1;
        let rows = rows.split_once("\n[").map_or(rows, |(rows, _)| rows);
        rows.lines().filter(|line| line.contains('=')).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let read = |path: PathBuf| row(&fs::read_to_string(path).expect("a manifest"));
    let (own, all) = (read(folder().join("Cargo.toml")), read(folder().join("../../Cargo.toml")));
    let more: Vec<_> = own.difference(&all).filter(|row| !row.starts_with("libfuzzer-sys")).collect();
    assert!(more.is_empty() && own.len() > 5, "not as in Cargo.toml: {more:?}");
}

#[test]
fn every_seed_holds() {
    for target in TARGETS {
        let seeds = seeds(target.name);
        assert!(seeds.len() >= 3, "{}: only {} seeds", target.name, seeds.len());
        for (name, octets) in seeds {
            judge(target, &name, &octets);
        }
    }
}

macro_rules! shapes_and_runs {
    ($($name:ident)*) => {
        $(mod $name {
            use super::*;

            proptest! {
                #[test]
                fn holds_for_octets_of_its_shape(octets in shaped(stringify!($name))) {
                    let target = target(stringify!($name));
                    (target.holds)(&octets);
                }
            }

            #[test]
            fn holds_for_a_megabyte_of_one_kind() {
                let target = target(stringify!($name));
                for (place, opening) in target.openings.iter().enumerate() {
                    // Pairs are 100 000 deep in the shorter ones too.
                    let size = if place == 0 { 1 << 20 } else { 200_000 };
                    for (name, octets) in hostile::inputs(opening, size) {
                        judge(target, &name, &octets);
                    }
                }
            }
        })*
    };
}

shapes_and_runs!(framing session response text message command certificate dns tls_records survey);
