//! SMTP and LMTP replies (RFC 5321 §4.2, RFC 4954, RFC 3207, RFC 2033).

use super::{OpenReply, Outstanding, Reading, Signal, State};
use crate::protocol::capability::{Capabilities, Capability};
use crate::protocol::reply::{ReplyClass, ReplyCode, reply_line};
use crate::protocol::verb::Phase;

impl State {
    pub(super) fn read_smtp(&mut self, octets: &[u8]) -> Reading {
        let Some((code, more, text)) = reply_line(octets) else {
            let answers = self.open.and(self.outstanding.front().map(|o| o.number));
            let remark = Some(match octets {
                [b'*', b' ', ..] if self.phase == Phase::Greeting => "an IMAP greeting: connect again with imap://",
                [b'+', b'O', b'K', ..] if self.phase == Phase::Greeting => {
                    "a POP3 greeting: connect again with pop3://"
                }
                _ => "not a reply line: three digits, then a space or a hyphen (RFC 5321 §4.2)",
            });
            return Reading { answers, remark, ..Reading::of(ReplyClass::Malformed) };
        };
        let first = self.open.is_none();
        let open = self.open.unwrap_or(OpenReply { code, lines: 0 });
        let differs = open.code != code;
        let oldest = if self.phase == Phase::Greeting { None } else { self.outstanding.front() };
        let answers = oldest.map(|o| o.number);
        let lists = oldest.is_some_and(|o| o.is("EHLO") || o.is("LHLO")) && code == ReplyCode::OK;
        if first {
            self.listing = Capabilities::heard();
        } else if lists && let Some(capability) = Capability::read(text) {
            self.listing.push(capability);
        }
        self.open = more.then_some(OpenReply { code: open.code, lines: open.lines.saturating_add(1) });
        let mut reading = Reading { code: Some(code), answers, whole: !more, ..Reading::of(code.class()) };
        if differs {
            reading.remark = Some("the code differs from the first line of this reply (RFC 5321 §4.2.1)");
        }
        if more && first && code == ReplyCode::CHALLENGE && oldest.is_some_and(|o| o.is("AUTH")) {
            reading.remark =
                Some("a challenge is one line (RFC 4954 §4), and this one goes on: only its last line counts");
        }
        if !more {
            self.smtp_whole(code, text, &mut reading);
        }
        reading
    }

    fn smtp_whole(&mut self, code: ReplyCode, text: &[u8], reading: &mut Reading) {
        if self.phase == Phase::Greeting {
            self.set_base(Phase::Fresh);
            reading.signal = Some(if code.class() == ReplyClass::Closing { Signal::Closing } else { Signal::Greeted });
            return;
        }
        let positive = code.class() == ReplyClass::Completion;
        if code.class() == ReplyClass::Closing {
            reading.signal = Some(Signal::Closing);
        }
        let Some(command) = self.outstanding.pop_front() else {
            reading.remark = Some("nobody asked for this reply");
            return;
        };
        let name = command.verb.map_or("", |verb| verb.name);
        self.progress.answered(name, &command.argument, positive);
        match name {
            "EHLO" | "LHLO" if positive => {
                self.capabilities = std::mem::take(&mut self.listing);
                self.capabilities.known = true;
                self.recipients = 0;
                self.set_base(Phase::Ready);
                reading.signal = Some(Signal::Capabilities);
            }
            "HELO" if positive => {
                self.capabilities = Capabilities::unheard();
                self.recipients = 0;
                self.set_base(Phase::Ready);
            }
            "MAIL" if positive => {
                self.recipients = 0;
                self.set_base(Phase::Mail);
            }
            "RCPT" if positive => {
                self.recipients = self.recipients.saturating_add(1);
                self.set_base(Phase::Rcpt);
            }
            "RSET" if positive && self.phase != Phase::Fresh => {
                self.recipients = 0;
                self.set_base(Phase::Ready);
            }
            "DATA" if !command.body && code == ReplyCode::START_INPUT => {
                self.phase = Phase::Data;
                reading.signal = Some(Signal::GoAhead);
            }
            "BDAT" | "BURL" if positive && command.argument.to_ascii_uppercase().ends_with("LAST") => {
                self.recipients = 0;
                self.set_base(Phase::Ready);
            }
            // The server greets again and forgets the rest (Postfix XCLIENT_README).
            "XCLIENT" if code == ReplyCode::SERVICE_READY => {
                self.capabilities = Capabilities::unheard();
                self.set_base(Phase::Fresh);
            }
            "STARTTLS" if code == ReplyCode::SERVICE_READY => {
                self.phase = Phase::Tls;
                reading.signal = Some(Signal::StartTls);
            }
            "AUTH" => self.smtp_auth(command, code, text, reading),
            "QUIT" if positive => {
                self.set_base(Phase::Closed);
                reading.signal = Some(Signal::Closing);
            }
            _ => {}
        }
    }

    fn smtp_auth(&mut self, command: Outstanding, code: ReplyCode, text: &[u8], reading: &mut Reading) {
        if code == ReplyCode::CHALLENGE {
            self.outstanding.push_front(command);
            self.phase = Phase::Sasl;
            self.challenged = true;
            reading.whole = false;
            reading.signal = Some(Signal::Challenge(text.to_vec()));
            return;
        }
        self.phase = self.base;
        if code.class() == ReplyClass::Completion {
            self.logged_in(None);
            reading.signal = Some(Signal::Authenticated);
        } else if reading.signal.is_none() {
            reading.signal = Some(Signal::NotAuthenticated);
        }
    }
}
