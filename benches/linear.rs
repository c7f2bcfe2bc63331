//! Whether any reader is slower than linear: every target of `tests/fuzz` over runs of one kind, n octets beside eight
//! times as many in the same run.
//!
//! `cargo bench --bench linear [TARGET]` prints, for each target, the runs whose time grew most, and how often. Eight
//! is linear; a cap that is passed between the two makes it less; 64 is quadratic. No test depends on it.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::hint::black_box;
use std::time::{Duration, Instant};

#[path = "../tests/fuzz/bodies/mod.rs"]
mod bodies;

use bodies::{Target, hostile};

/// Octets of the shorter run: more than a line that is cut, a field that is cut.
const SHORT: usize = 100_000;

/// Runs that are printed of a target.
const PRINTED: usize = 4;

/// What is faster than this measures little but the clock.
const LEAST: Duration = Duration::from_micros(50);

/// The best time of so many.
fn time(target: Target, octets: &[u8], times: usize) -> Duration {
    let once = |_| {
        let began = Instant::now();
        (target.holds)(black_box(octets));
        began.elapsed()
    };
    (0..times).map(once).min().unwrap_or_default().max(LEAST)
}

/// The times of both, and how often the one goes into the other. What looks odd is measured again: a machine has other
/// things to do as well.
fn grown(target: Target, short: &[u8], long: &[u8]) -> (f64, Duration, Duration) {
    let measured = |times| {
        let (short, long) = (time(target, short, times), time(target, long, times));
        (long.as_secs_f64() / short.as_secs_f64(), short, long)
    };
    let first = measured(2);
    if first.0 > 12.0 { measured(10) } else { first }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for target in bodies::TARGETS {
        if !wanted.is_empty() && !wanted.iter().any(|word| target.name.contains(word.as_str())) {
            continue;
        }
        let mut runs = Vec::new();
        for opening in target.openings {
            let (short, long) = (hostile::inputs(opening, SHORT), hostile::inputs(opening, 8 * SHORT));
            for ((name, short), (_, long)) in short.zip(long) {
                runs.push((grown(target, &short, &long), name));
            }
        }
        runs.sort_by(|a, b| b.0.0.total_cmp(&a.0.0));
        println!("{}: {} runs, times of {SHORT} octets and of eight times as many", target.name, runs.len());
        for ((ratio, short, long), name) in runs.iter().take(PRINTED) {
            println!("  {ratio:5.1} times  {short:>10.2?} {long:>10.2?}  {name}");
        }
    }
}
