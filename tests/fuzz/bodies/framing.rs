//! Octets into lines and literals: [`ehlo::protocol::line`].

use ehlo::protocol::line::{Ending, Framer, LINE_CAP, Literals, literal_announced};

use super::Cuts;

pub(crate) const OPENINGS: &[&[u8]] = &[b"* 1 FETCH ", b"", b"+ ", b"* 1 FETCH (BODY[] {100000}\r\n"];

/// Every octet comes out once, in the same frames whatever the cuts; a frame and what is kept are never longer than
/// the cap; what is a literal is what its announcement counts.
pub(crate) fn holds(octets: &[u8]) {
    for literals in [Literals::None, Literals::Server, Literals::Client] {
        let [first, second, third] = Cuts::of(octets).map(|cuts| frames(literals, octets, cuts));
        assert_eq!(first, second, "{literals:?}: cut between any two octets");
        assert_eq!(first, third, "{literals:?}: cut here and there");
        if literals == Literals::Client {
            let mut begin = 0;
            let content = first.iter().flat_map(|frame| {
                let range = std::mem::replace(&mut begin, frame.end)..frame.end;
                if frame.literal { range } else { 0..0 }
            });
            assert!(content.eq(literal_content(octets)), "what is content of literals");
        }
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    /// Where it ends in the stream, its ending included; it begins where the one before it ended.
    end: usize,
    ending: Ending,
    literal: bool,
    continues: bool,
}

fn frames(literals: Literals, octets: &[u8], mut cuts: Cuts) -> Vec<Seen> {
    let mut framer = Framer::new(literals);
    let mut out = Vec::new();
    let mut rest = octets;
    cuts.each(octets, |mut piece| {
        while let Some(frame) = framer.next(&mut piece) {
            let length = frame.bytes.len() + frame.ending.bytes().len();
            assert!(length <= LINE_CAP && memchr::memchr(b'\n', frame.bytes).is_none(), "one line, and not too long");
            assert_eq!(frame.continues, frame.ending == Ending::None, "only a piece has no ending");
            let behind = rest.strip_prefix(frame.bytes).and_then(|rest| rest.strip_prefix(frame.ending.bytes()));
            assert!(behind.is_some(), "octets in their order, none lost");
            rest = behind.unwrap_or_default();
            let (end, ending) = (octets.len() - rest.len(), frame.ending);
            out.push(Seen { end, ending, literal: frame.literal, continues: frame.continues });
        }
        assert!(piece.is_empty() && framer.pending().len() < LINE_CAP, "what is kept is less than a line");
    });
    // Whether the end of the stream lies within a literal shows in no frame.
    assert_eq!(framer.finish().unwrap_or_default(), rest, "the line that never ended");
    out
}

/// The places of the octets that are content of literals by the letter of RFC 9051 §4.3: count, and skip. Of an
/// unfinished literal only what is in frames.
fn literal_content(octets: &[u8]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(end) = memchr::memchr(b'\n', &octets[at..]).map(|end| at + end) {
        let line = &octets[at..end];
        let announced = literal_announced(line.strip_suffix(b"\r").unwrap_or(line), Literals::Client).unwrap_or(0);
        at = end + 1;
        let left = octets.len() - at;
        let octets = match usize::try_from(announced) {
            Ok(whole) if whole <= left => whole,
            _ => framed(&octets[at..]),
        };
        out.extend(at..at + octets);
        at += usize::try_from(announced).unwrap_or(usize::MAX).min(left);
    }
    out
}

/// How many octets of an unfinished literal are in frames: whole lines, and of a long one whole caps.
fn framed(content: &[u8]) -> usize {
    let lines = memchr::memrchr(b'\n', content).map_or(0, |at| at + 1);
    lines + (content.len() - lines) / LINE_CAP * LINE_CAP
}
