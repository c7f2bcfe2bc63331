//! The replies of the practice DNS: what the zones say, as a resolver would pass it on, and the faults that are staged.

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::sign::{FLAWS, Flaw};
use super::store::{Said, Zones};

/// What the server calls itself when it is asked (RFC 5001).
const NSID: &[u8] = b"practice";
/// The largest UDP message without EDNS (RFC 1035 §4.2.1).
const SMALL: u16 = 512;
/// The largest one with it, whatever the client would take.
const LARGE: u16 = 1232;
/// Records of a `huge` answer: 268 octets each, so that they come close to the 65 535 of a message.
const HUGE: u16 = 238;

/// What is staged for a name and all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// SERVFAIL.
    Servfail,
    /// REFUSED.
    Refused,
    /// FORMERR, unless the question has no EDNS: a server of the last century.
    Old,
    /// Nothing.
    Silent,
    /// Two forged answers before the right one.
    Forged,
    /// TC over UDP, whatever the size.
    Truncated,
    /// Texts of nearly 64 KB.
    Huge,
    /// An answer that ends within a record.
    Cut,
    /// The name servers of the name do not serve it.
    Lame,
}

/// The names are explained in `assets/practice/zones/example.test.zone`.
const FAULTS: [(&str, Fault); 9] = [
    ("servfail.example.test.", Fault::Servfail),
    ("refused.example.test.", Fault::Refused),
    ("old.example.test.", Fault::Old),
    ("silent.example.test.", Fault::Silent),
    ("forged.example.test.", Fault::Forged),
    ("truncated.example.test.", Fault::Truncated),
    ("huge.example.test.", Fault::Huge),
    ("cut.example.test.", Fault::Cut),
    ("lame.example.test.", Fault::Lame),
];

/// Answers the octets of a question with the messages to send, in order. `udp`: they have to fit into a datagram.
pub(super) fn reply(zones: &Zones, octets: &[u8], udp: bool) -> Vec<Vec<u8>> {
    let Ok(asked) = Message::from_vec(octets) else { return Vec::new() };
    let [question] = asked.queries.as_slice() else { return encode(&error(&asked, ResponseCode::FormErr)) };
    if asked.metadata.message_type != MessageType::Query {
        return Vec::new();
    }
    if asked.metadata.op_code != OpCode::Query {
        return encode(&error(&asked, ResponseCode::NotImp));
    }
    let name = question.name().to_lowercase();
    // Staged by whoever serves the name.
    let staged = |(staged, _): &(&str, Fault)| is_at(&name, staged) && zones.of(&name, RecordType::A).is_some();
    let fault = FAULTS.into_iter().find(staged).map(|(_, fault)| fault);
    let mut message = answer(zones, &asked, question);
    match fault {
        None => {}
        Some(Fault::Silent) => return Vec::new(),
        Some(Fault::Servfail) => fail(&mut message, ResponseCode::ServFail, 23, "the practice world staged it"),
        Some(Fault::Refused) => fail(&mut message, ResponseCode::Refused, 18, "the practice world staged it"),
        Some(Fault::Old) if asked.edns.is_some() => {
            message = error(&asked, ResponseCode::FormErr);
            message.edns = None;
        }
        Some(Fault::Old | Fault::Forged | Fault::Cut) => {}
        Some(Fault::Truncated) if udp => message = message.truncate(),
        Some(Fault::Truncated) => {}
        Some(Fault::Huge) => huge(&mut message, question),
        Some(Fault::Lame) if asked.metadata.recursion_desired => {
            fail(&mut message, ResponseCode::ServFail, 22, "its name servers do not serve it");
        }
        Some(Fault::Lame) => {}
    }
    let room = match &asked.edns {
        Some(edns) => edns.max_payload().clamp(SMALL, LARGE),
        None => SMALL,
    };
    let mut replies = encode(&message);
    if udp && replies.first().is_some_and(|octets| octets.len() > usize::from(room)) {
        replies = encode(&message.truncate());
    }
    match (fault, replies.first_mut()) {
        (Some(Fault::Cut), Some(octets)) => octets.truncate(octets.len().saturating_sub(octets.len() / 3)),
        (Some(Fault::Forged), Some(_)) if udp => {
            let mut forged = forgeries(message);
            forged.append(&mut replies);
            return forged;
        }
        _ => {}
    }
    replies
}

fn is_at(name: &Name, staged: &str) -> bool {
    Name::from_ascii(staged).is_ok_and(|staged| staged.zone_of(name))
}

fn encode(message: &Message) -> Vec<Vec<u8>> {
    message.to_vec().into_iter().collect()
}

/// The same question back, with a code.
fn error(asked: &Message, code: ResponseCode) -> Message {
    let mut message = asked.clone().into_response();
    message.metadata.response_code = code;
    message.metadata.authentic_data = false;
    message
}

fn answer(zones: &Zones, asked: &Message, question: &Query) -> Message {
    let mut message = Message::response(asked.metadata.id, OpCode::Query);
    message.add_query(question.clone());
    let dnssec = asked.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
    let Said { rcode, authoritative, referral, answers, authority, additional } =
        zones.answer(question.name(), question.query_type(), dnssec);
    let header = &mut message.metadata;
    header.response_code = rcode;
    header.authoritative = authoritative;
    header.recursion_desired = asked.metadata.recursion_desired;
    header.checking_disabled = asked.metadata.checking_disabled;
    (message.answers, message.authorities, message.additionals) = (answers, authority, additional);
    if let Some(edns) = &asked.edns {
        let mut own = Edns::new();
        own.set_max_payload(LARGE);
        own.set_dnssec_ok(dnssec);
        if edns.option(EdnsCode::NSID).is_some() {
            own.options_mut().insert(EdnsOption::Unknown(EdnsCode::NSID.into(), NSID.to_vec()));
        }
        message.set_edns(own);
    }
    if !referral {
        validate(zones, asked, question, dnssec, &mut message);
    }
    message
}

/// What a validating resolver would make of it (RFC 4035 §3.2): AD where the chain of trust holds, SERVFAIL where it is
/// broken, unless the client wants to see for itself.
fn validate(zones: &Zones, asked: &Message, question: &Query, dnssec: bool, message: &mut Message) {
    let name = question.name().to_lowercase();
    let Some(zone) = zones.of(&name, question.query_type()).filter(|_| asked.metadata.recursion_desired) else {
        return;
    };
    let mismatch = is_at(&zone.origin, "mismatch.signed.example.test.");
    if zone.signatures.is_empty() {
        return;
    }
    let label = name.iter().next().unwrap_or_default();
    let flaw = FLAWS.into_iter().find(|(staged, _)| staged.as_bytes() == label && zone.sets.contains_key(&name));
    let trouble = match flaw {
        _ if mismatch => Some((9, "no DNSKEY fits the DS")),
        Some((_, Flaw::Broken)) => Some((6, "the signature does not fit")),
        Some((_, Flaw::Expired)) => Some((7, "the signature has expired")),
        Some((_, Flaw::Early)) => Some((8, "the signature is not yet valid")),
        Some((_, Flaw::Missing)) => Some((10, "there is no signature")),
        None => None,
    };
    match trouble {
        Some((code, why)) if !asked.metadata.checking_disabled => {
            fail(message, ResponseCode::ServFail, code, why);
        }
        Some(_) => {}
        None => message.metadata.authentic_data = dnssec || asked.metadata.authentic_data,
    }
}

/// An answer without an answer, and its extended error (RFC 8914).
fn fail(message: &mut Message, code: ResponseCode, extended: u16, text: &str) {
    message.metadata.response_code = code;
    message.metadata.authoritative = false;
    message.answers.clear();
    message.authorities.clear();
    message.additionals.clear();
    if let Some(edns) = &mut message.edns {
        let octets = [&extended.to_be_bytes(), text.as_bytes()].concat();
        edns.options_mut().insert(EdnsOption::Unknown(15, octets));
    }
}

fn huge(message: &mut Message, question: &Query) {
    message.authorities.clear();
    message.metadata.response_code = ResponseCode::NoError;
    if question.query_type() == RecordType::TXT {
        message.answers = (0..HUGE)
            .map(|number| {
                let text = format!("huge={number} {}", "x".repeat(244)).chars().take(255).collect::<String>();
                let data = RData::TXT(TXT::from_bytes(vec![text.as_bytes()]));
                Record::from_rdata(question.name().clone(), 60, data)
            })
            .collect();
    }
}

/// What somebody who cannot see the question would send: another id, another question.
fn forgeries(mut message: Message) -> Vec<Vec<u8>> {
    message.metadata.id ^= 0x5555;
    let mut forged = encode(&message);
    message.metadata.id ^= 0x5555;
    message.queries.clear();
    if let Ok(other) = Name::from_ascii("elsewhere.example.") {
        message.add_query(Query::query(other, RecordType::A));
    }
    forged.extend(encode(&message));
    forged
}
