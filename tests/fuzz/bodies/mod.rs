//! What must hold for any octets, once for `cargo fuzz` (`tests/fuzz/targets`), `cargo test` (`tests/fuzz.rs`) and
//! `cargo bench --bench linear`. Each `holds` takes what a hostile server sends, or what a user types, and asserts
//! more than that nothing panics: nothing is lost, cuts change nothing, places lie within, depth and memory are
//! bounded, what is shown is safe to draw.

pub(crate) mod certificate;
pub(crate) mod command;
pub(crate) mod dns;
pub(crate) mod framing;
pub(crate) mod hostile;
pub(crate) mod message;
pub(crate) mod response;
mod say;
pub(crate) mod session;
pub(crate) mod survey;
pub(crate) mod text;
pub(crate) mod tls_records;

use ehlo::protocol::visible::visible;

/// One target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// Its name, in all three places.
    pub(crate) name: &'static str,
    /// What must hold.
    pub(crate) holds: fn(&[u8]),
    /// Beginnings that lead a reader to where a run of one kind hurts, the best first; see [`hostile::inputs`].
    pub(crate) openings: &'static [&'static [u8]],
}

/// Every target.
pub(crate) const TARGETS: [Target; 10] = [
    Target { name: "framing", holds: framing::holds, openings: framing::OPENINGS },
    Target { name: "session", holds: session::holds, openings: session::OPENINGS },
    Target { name: "response", holds: response::holds, openings: response::OPENINGS },
    Target { name: "text", holds: text::holds, openings: text::OPENINGS },
    Target { name: "message", holds: message::holds, openings: message::OPENINGS },
    Target { name: "command", holds: command::holds, openings: command::OPENINGS },
    Target { name: "certificate", holds: certificate::holds, openings: certificate::OPENINGS },
    Target { name: "dns", holds: dns::holds, openings: dns::OPENINGS },
    Target { name: "tls_records", holds: tls_records::holds, openings: tls_records::OPENINGS },
    Target { name: "survey", holds: survey::holds, openings: survey::OPENINGS },
];

/// What a page may add to the octets it is about: headings, and the words of a verdict.
const PAGE: usize = 16 * 1024;

/// The lines are safe to draw, and together no longer than `times` the octets they are about and a page.
fn drawn<Line: AsRef<str>>(lines: impl IntoIterator<Item = Line>, times: usize, octets: usize) {
    let mut total = 0;
    for line in lines {
        let line = line.as_ref();
        assert_eq!(visible(line.as_bytes()), line, "not safe to draw");
        total += line.len() + 1;
    }
    let most = times * octets + PAGE;
    assert!(total <= most, "{total} octets are shown of {octets}; {most} is the most");
}

/// Small numbers from the octets themselves: a find is the same each time it is run.
struct Dice(u64);

impl Dice {
    fn of(octets: &[u8]) -> Self {
        // FNV-1a of the beginning: any mixture does.
        Self(
            octets
                .iter()
                .take(4096)
                .fold(0xcbf2_9ce4_8422_2325, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }
}

/// How a stream is cut into the pieces that the network brings.
enum Cuts {
    /// Not at all.
    None,
    /// Between any two octets, as long as that is worth the time; this many pieces so far.
    All(usize),
    /// Here and there.
    Some(Dice),
}

impl Cuts {
    /// The three ways for these octets.
    fn of(octets: &[u8]) -> [Self; 3] {
        [Self::None, Self::All(0), Self::Some(Dice::of(octets))]
    }

    /// The length of the next piece, from 1 to what is left.
    fn next(&mut self, left: usize) -> usize {
        let most = match self {
            Self::None => left,
            Self::All(pieces) => {
                *pieces += 1;
                if *pieces <= 70_000 { 1 } else { 1001 }
            }
            Self::Some(dice) => {
                let most = [1, 3, 20, 400, 70_000][dice.roll(5)];
                1 + dice.roll(most)
            }
        };
        most.min(left)
    }

    /// Each piece of `octets` in turn.
    fn each<'o>(&mut self, mut octets: &'o [u8], mut take: impl FnMut(&'o [u8])) {
        while !octets.is_empty() {
            let (piece, rest) = octets.split_at(self.next(octets.len()));
            take(piece);
            octets = rest;
        }
    }
}
