//! Numbers and vectors in the presentation language of TLS (RFC 8446 §3), taken off the front.

/// What is left to be read. Whatever is not there is none, and takes nothing away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Octets<'a>(pub(super) &'a [u8]);

impl<'a> Octets<'a> {
    /// So many octets.
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(front)
    }

    /// A number of one octet.
    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// A number of two octets.
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().copied().map(u16::from_be_bytes)
    }

    /// A vector behind its length of one octet.
    pub(super) fn short(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// A vector behind its length of two octets.
    pub(super) fn long(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// A vector behind its length of three octets.
    pub(super) fn longest(&mut self) -> Option<&'a [u8]> {
        let (high, low) = (self.u8()?, self.u16()?);
        self.take((usize::from(high) << 16) | usize::from(low))
    }
}
