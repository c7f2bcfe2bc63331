//! Octets into lines and literals: [`ehlo::protocol::line`].

use ehlo::protocol::line::{Ending, Framer, LINE_CAP, Literals, literal_announced};

use super::Cuts;

pub const OPENINGS: &[&[u8]] = &[b"", b"* 1 FETCH ", b"+ ", b"* 1 FETCH (BODY[] {100000}\r\n"];

/// Every octet comes out once, in the same frames whatever the cuts; a frame and what is kept are never longer than
/// the cap; what is a literal is what its announcement counts.
pub fn holds(octets: &[u8]) {
    for literals in [Literals::None, Literals::Server, Literals::Client] {
        let [first, second, third] = Cuts::of(octets).map(|cuts| frames(literals, octets, cuts));
        assert_eq!(first, second, "{literals:?}: cut between any two octets");
        assert_eq!(first, third, "{literals:?}: cut here and there");
        if literals == Literals::Client {
            let content: Vec<u8> =
                first.iter().filter(|frame| frame.literal).flat_map(|frame| frame.wire.clone()).collect();
            assert_eq!(content, literal_content(octets), "what is content of literals");
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    wire: Vec<u8>,
    ending: Ending,
    literal: bool,
    continues: bool,
}

fn frames(literals: Literals, octets: &[u8], mut cuts: Cuts) -> Vec<Seen> {
    let mut framer = Framer::new(literals);
    let mut out = Vec::new();
    let mut total = 0;
    cuts.each(octets, |mut piece| {
        while let Some(frame) = framer.next(&mut piece) {
            let wire = [frame.bytes, frame.ending.bytes()].concat();
            assert!(wire.len() <= LINE_CAP && !frame.bytes.contains(&b'\n'), "a frame is one line, and not too long");
            assert_eq!(frame.continues, frame.ending == Ending::None, "only a piece has no ending");
            assert_eq!(octets.get(total..total + wire.len()), Some(&wire[..]), "octets in their order, none lost");
            total += wire.len();
            out.push(Seen { wire, ending: frame.ending, literal: frame.literal, continues: frame.continues });
        }
        assert!(piece.is_empty() && framer.pending().len() < LINE_CAP, "what is kept is less than a line");
    });
    let rest = framer.finish().unwrap_or_default();
    assert_eq!(octets.get(total..), Some(&rest[..]), "the line that never ended");
    // Whether the end of the stream lies within a literal shows in no frame.
    out.push(Seen { wire: rest, ending: Ending::None, literal: false, continues: true });
    out
}

/// The content of literals by the letter of RFC 9051 §4.3: count, and skip. Without the piece that has no line end.
fn literal_content(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = octets;
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let line = &rest[..end];
        let announced = literal_announced(line.strip_suffix(b"\r").unwrap_or(line), Literals::Client).unwrap_or(0);
        rest = &rest[end + 1..];
        let octets = usize::try_from(announced).unwrap_or(usize::MAX).min(rest.len());
        let (content, behind) = rest.split_at(octets);
        // The piece of an unfinished literal behind its last line end is kept, and in no frame yet; so is less than a cap.
        let whole = octets as u64 == announced;
        let framed = if whole { octets } else { framed(content) };
        out.extend_from_slice(&content[..framed]);
        rest = behind;
    }
    out
}

/// How many octets of an unfinished literal are in frames: whole lines, and of a long one whole caps.
fn framed(content: &[u8]) -> usize {
    let lines = content.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    lines + (content.len() - lines) / LINE_CAP * LINE_CAP
}
