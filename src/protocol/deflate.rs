//! COMPRESS=DEFLATE (RFC 4978): the two streams of a compressed connection, RFC 1951 without any wrapper.
//!
//! The crate's zlib-rs is used, since its other engine takes plain text for a stream that refers to what never was.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// Octets that are unpacked at most before they are handed on: a few octets can stand for a thousand times as many.
const STEP: usize = 64 << 10;

/// What we send, from the octet behind the command COMPRESS on.
#[derive(Debug)]
pub struct Deflater(Compress);

/// What is sent to us, from the octet behind the answer to COMPRESS on.
#[derive(Debug)]
pub struct Inflater(Decompress);

/// What came in is no DEFLATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The octets make no sense as RFC 1951.
    Garbled,
    /// The stream was ended by a final block, and more came behind it.
    Ended,
}

impl Default for Deflater {
    fn default() -> Self {
        Self(Compress::new(Compression::default(), false))
    }
}

impl Deflater {
    /// Packs octets so that the other side can unpack all of them at once (RFC 4978 §4: flushed after each command).
    #[must_use]
    pub fn deflate(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        let mut rest = octets;
        loop {
            packed.reserve(rest.len() / 2 + 64);
            let before = self.0.total_in();
            let done = self.0.compress_vec(rest, &mut packed, FlushCompress::Sync);
            let taken = usize::try_from(self.0.total_in() - before).unwrap_or(rest.len());
            rest = rest.get(taken..).unwrap_or_default();
            // Room that was not used up means that everything is flushed. There is no fault that could be told of.
            if done.is_err() || rest.is_empty() && packed.len() < packed.capacity() {
                return packed;
            }
        }
    }
}

impl Default for Inflater {
    fn default() -> Self {
        Self(Decompress::new(false))
    }
}

impl Inflater {
    /// Unpacks `input` and hands on what it says, in pieces of at most 64 KiB.
    ///
    /// # Errors
    /// `input` is no DEFLATE. What came before the fault has been handed on.
    pub fn inflate(&mut self, mut input: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), Broken> {
        let mut plain = Vec::with_capacity(STEP);
        loop {
            let (taken, made) = (self.0.total_in(), self.0.total_out());
            let status = self.0.decompress_vec(input, &mut plain, FlushDecompress::Sync);
            let taken = usize::try_from(self.0.total_in() - taken).unwrap_or(input.len());
            input = input.get(taken..).unwrap_or_default();
            if !plain.is_empty() {
                take(&plain);
                plain.clear();
            }
            match status {
                Err(_) => return Err(Broken::Garbled),
                Ok(Status::StreamEnd) if !input.is_empty() => return Err(Broken::Ended),
                Ok(Status::StreamEnd) => return Ok(()),
                Ok(_) if taken == 0 && self.0.total_out() == made => return Ok(()),
                Ok(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(inflater: &mut Inflater, input: &[u8]) -> Result<Vec<u8>, Broken> {
        let mut out = Vec::new();
        inflater.inflate(input, |piece| out.extend_from_slice(piece)).map(|()| out)
    }

    #[test]
    fn a_line_is_there_at_once() {
        let (mut client, mut server) = (Deflater::default(), Inflater::default());
        for line in ["a1 NOOP\r\n", "a2 SELECT INBOX\r\n", "a3 SELECT INBOX\r\n", ""] {
            let packed = client.deflate(line.as_bytes());
            assert_eq!(all(&mut server, &packed).as_deref(), Ok(line.as_bytes()));
        }
    }

    #[test]
    fn a_bomb_comes_in_small_pieces() {
        let zeros = vec![0; 16 << 20];
        let packed = Deflater::default().deflate(&zeros);
        assert!(packed.len() < 32 << 10, "{}", packed.len());
        let mut octets = 0;
        let done = Inflater::default().inflate(&packed, |piece| {
            assert!((1..=STEP).contains(&piece.len()), "{}", piece.len());
            octets += piece.len();
        });
        assert_eq!((done, octets), (Ok(()), zeros.len()));
    }

    #[test]
    fn plain_text_is_no_deflate() {
        for text in ["* OK still in clear\r\n", "a1 OK done\r\n"] {
            assert_eq!(all(&mut Inflater::default(), text.as_bytes()), Err(Broken::Garbled), "{text}");
        }
        // A final block, and more behind it.
        assert_eq!(all(&mut Inflater::default(), b"\x03\x00more"), Err(Broken::Ended));
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_wherever_it_is_cut(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..6),
            cut in 1_usize..700,
        ) {
            let (mut client, mut server) = (Deflater::default(), Inflater::default());
            let mut wire = Vec::new();
            for piece in &pieces {
                wire.extend(client.deflate(piece));
            }
            let mut plain = Vec::new();
            for piece in wire.chunks(cut) {
                plain.extend(all(&mut server, piece).map_err(|broken| TestCaseError::fail(format!("{broken:?}")))?);
            }
            prop_assert_eq!(plain, pieces.concat());
        }
    }
}
