//! A message as it is on the wire (RFC 1035 §4): its header, its questions, and where each record stands.

use super::Query;
use super::kind::RecordType;
use super::name::WireName;
use super::reader::{Fault, Reader};

/// Octets of the header.
const HEADER: usize = 12;
/// The class of the internet.
pub(in crate::diagnosis) const IN: u16 = 1;

/// A record, its RDATA still in the message.
#[derive(Clone, Debug)]
pub(in crate::diagnosis) struct Entry<'a> {
    pub(in crate::diagnosis) owner: WireName,
    pub(in crate::diagnosis) kind: RecordType,
    pub(in crate::diagnosis) class: u16,
    pub(in crate::diagnosis) ttl: u32,
    /// Reads the RDATA, and the names that its pointers lead to.
    pub(in crate::diagnosis) data: Reader<'a>,
}

/// A question with its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) name: WireName,
    pub(super) kind: RecordType,
    pub(super) class: u16,
}

impl Asked {
    pub(super) fn query(&self) -> Query {
        Query { name: self.name.text(), kind: self.kind }
    }
}

/// A message, as far as it can be read.
#[derive(Clone, Debug)]
pub(in crate::diagnosis) struct Message<'a> {
    pub(super) id: u16,
    /// The second pair of octets: flags, opcode, rcode.
    pub(super) bits: u16,
    pub(super) questions: Vec<Asked>,
    /// Answer, authority, additional.
    pub(in crate::diagnosis) sections: [Vec<Entry<'a>>; 3],
    /// Octets behind what the counts of the header tell.
    pub(super) extra: usize,
    /// Why it could not be read on.
    pub(super) fault: Option<Fault>,
}

impl<'a> Message<'a> {
    /// Reads a message, as far as that goes.
    pub(in crate::diagnosis) fn read(octets: &'a [u8]) -> Self {
        let mut message =
            Self { id: 0, bits: 0, questions: Vec::new(), sections: Default::default(), extra: 0, fault: None };
        let mut reader = Reader::new(octets);
        message.fault = message.fill(&mut reader).err();
        if message.fault.is_none() {
            message.extra = reader.rest().len();
        }
        message
    }

    fn fill(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let mut header = reader.part(HEADER, "the header")?;
        self.id = header.u16("the id")?;
        self.bits = header.u16("the flags")?;
        let questions = header.u16("a count")?;
        let counts = [header.u16("a count")?, header.u16("a count")?, header.u16("a count")?];
        for _ in 0..questions {
            let name = WireName::read(reader)?;
            let kind = RecordType::of(reader.u16("a question")?);
            self.questions.push(Asked { name, kind, class: reader.u16("a question")? });
        }
        for (section, count) in self.sections.iter_mut().zip(counts) {
            for _ in 0..count {
                section.push(entry(reader)?);
            }
        }
        Ok(())
    }

    pub(super) const fn is_response(&self) -> bool {
        self.bits & 0x8000 != 0
    }

    pub(super) const fn opcode(&self) -> u8 {
        (self.bits >> 11 & 15) as u8
    }

    /// The four bits of the header.
    pub(super) const fn rcode(&self) -> u16 {
        self.bits & 15
    }
}

fn entry<'a>(reader: &mut Reader<'a>) -> Result<Entry<'a>, Fault> {
    let owner = WireName::read(reader)?;
    let kind = RecordType::of(reader.u16("a record")?);
    let class = reader.u16("a record")?;
    let ttl = reader.u32("a record")?;
    let length = reader.u16("a record")?;
    let data = reader.part(usize::from(length), "the data of a record")?;
    Ok(Entry { owner, kind, class, ttl, data })
}

/// Why octets that came in are no answer to a question that went out: signs of forgery, or of a broken server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    /// The id is another (RFC 5452 §9.1), or there are no two octets.
    Id,
    /// It is no response.
    NotAResponse,
    /// It answers another question, or its question cannot be read.
    Question,
    /// It came from another address. Told by whoever receives it.
    Source,
}

impl Mismatch {
    /// What is wrong, to follow "dropped:".
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Id => "another id",
            Self::NotAResponse => "not a response",
            Self::Question => "another question",
            Self::Source => "from another address",
        }
    }
}

/// Whether `reply` is an answer to `question`, both as octets. A server that refuses may leave the question out.
///
/// # Errors
/// The first thing that does not fit.
pub fn answers(question: &[u8], reply: &[u8]) -> Result<(), Mismatch> {
    if reply.len() < 2 || reply.get(..2) != question.get(..2) {
        return Err(Mismatch::Id);
    }
    let (asked, told) = (Message::read(question), Message::read(reply));
    if !told.is_response() {
        return Err(Mismatch::NotAResponse);
    }
    let form = |message: &Message<'_>| -> Vec<(WireName, RecordType, u16)> {
        message.questions.iter().map(|asked| (asked.name.lower(), asked.kind, asked.class)).collect()
    };
    let left_out = told.questions.is_empty() && told.rcode() != 0 && reply.len() >= HEADER;
    if left_out || form(&asked) == form(&told) { Ok(()) } else { Err(Mismatch::Question) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &[u8] = b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\0\x01a\0\0\x0f\0\x01";

    #[test]
    fn what_answers_a_question() {
        let with = |at: usize, octets: &[u8]| {
            let mut reply = QUESTION.to_vec();
            reply[2] = 0x81;
            reply[at..at + octets.len()].copy_from_slice(octets);
            reply
        };
        for (name, reply, expect) in [
            ("the same", with(0, b""), Ok(())),
            ("in other case", with(13, b"A"), Ok(())),
            ("another id", with(1, b"\x35"), Err(Mismatch::Id)),
            ("nothing", Vec::new(), Err(Mismatch::Id)),
            ("an octet", vec![0x12], Err(Mismatch::Id)),
            ("the id alone", vec![0x12, 0x34], Err(Mismatch::NotAResponse)),
            ("itself", QUESTION.to_vec(), Err(Mismatch::NotAResponse)),
            ("another name", with(13, b"b"), Err(Mismatch::Question)),
            ("another type", with(16, b"\x10"), Err(Mismatch::Question)),
            ("another class", with(18, b"\x03"), Err(Mismatch::Question)),
            ("cut in the question", with(0, b"")[..16].to_vec(), Err(Mismatch::Question)),
            ("a refusal without it", b"\x12\x34\x81\x05\0\0\0\0\0\0\0\0".to_vec(), Ok(())),
            ("no error without it", b"\x12\x34\x81\0\0\0\0\0\0\0\0\0".to_vec(), Err(Mismatch::Question)),
            ("a cut header", b"\x12\x34\x81\x05\0\0\0\0".to_vec(), Err(Mismatch::NotAResponse)),
        ] {
            assert_eq!(answers(QUESTION, &reply), expect, "{name}");
        }
    }
}
