//! How mailbox names go over the wire: in modified UTF-7, after `ENABLE IMAP4rev2` in UTF-8 (RFC 9051 §5.1, appendix A).

use std::borrow::Cow;

use crate::protocol::imap::grammar::astring;
use crate::protocol::text::mailbox_name;

use super::super::envelope;
use super::super::{Output, send};
use super::Imap;
use super::command::{Command, bad};

impl Imap {
    /// The next argument as the name of a mailbox, a space before it taken too.
    pub(super) fn name(&self, command: &mut Command<'_>) -> Result<String, String> {
        command.cursor.eat(' ');
        let name = astring(&mut command.cursor).map_err(|fault| bad(&fault))?;
        self.plain(command.text(&name))
    }

    /// What a name, or a pattern of names, says.
    pub(super) fn plain(&self, written: String) -> Result<String, String> {
        if self.rev2 {
            return Ok(written);
        }
        match mailbox_name::check(&written) {
            Ok(plain) => Ok(plain.unwrap_or(written)),
            Err(wrong) => Err(format!("NO [CANNOT] {}", wrong.reason)),
        }
    }

    /// A name as it goes out.
    fn written<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.rev2 { Cow::Borrowed(name) } else { Cow::Owned(mailbox_name::encode(name)) }
    }

    /// `* LIST (attributes) "/" name`.
    pub(super) fn list_line(&self, out: &mut Vec<Output>, verb: &str, attributes: &str, name: &str) {
        let mut octets = format!("* {verb} ({attributes}) \"/\" ").into_bytes();
        envelope::string(&mut octets, self.written(name).as_bytes());
        octets.extend_from_slice(b"\r\n");
        send(out, &octets);
    }

    /// `* STATUS name (items)`.
    pub(super) fn status_line(&self, out: &mut Vec<Output>, name: &str, items: &str) {
        let mut octets = b"* STATUS ".to_vec();
        envelope::string(&mut octets, self.written(name).as_bytes());
        octets.extend_from_slice(format!(" ({items})\r\n").as_bytes());
        send(out, &octets);
    }
}
