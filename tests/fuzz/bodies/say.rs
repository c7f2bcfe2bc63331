//! What the program tells a session of the lines it sends.

use ehlo::protocol::endpoint::Protocol;
use ehlo::protocol::session::Session;
use ehlo::protocol::verb::Phase;

/// Tells the session that a line went out, by the phase it is in, as the program does.
pub(crate) fn say(session: &mut Session, line: &str, number: u64) {
    match session.phase() {
        Phase::Data if line == "." => session.message_sent(number),
        Phase::Data => {}
        Phase::Literal => {
            let octets = line.len() as u64;
            let left = session.literal_to_send().unwrap_or(0);
            session.literal_sent(if octets + 2 <= left { octets + 2 } else { octets });
        }
        phase => {
            let untagged =
                matches!(phase, Phase::Sasl | Phase::LiteralEnd | Phase::Idle) || session.protocol() != Protocol::Imap;
            let tag = line.split(' ').next().filter(|_| !untagged);
            session.sent(line, tag, number);
        }
    }
}
