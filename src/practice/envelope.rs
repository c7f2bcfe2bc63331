//! ENVELOPE and BODYSTRUCTURE (RFC 9051 §7.5.2), and the strings they are made of.

use super::address_list::{self, Address};
use super::mime::{Inside, Parameter, Part, fields, unfold};

/// A quoted string where it can be one, else a literal (RFC 9051 §4.3).
pub(super) fn string(out: &mut Vec<u8>, text: &[u8]) {
    if text.len() <= 1000 && text.iter().all(|b| matches!(b, b' '..=b'~')) {
        out.push(b'"');
        for &b in text {
            if matches!(b, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(b);
        }
        out.push(b'"');
    } else {
        literal(out, text);
    }
}

/// `{n}`, the line ending and the octets.
pub(super) fn literal(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(format!("{{{}}}\r\n", text.len()).as_bytes());
    out.extend_from_slice(text);
}

fn nstring(out: &mut Vec<u8>, text: Option<&[u8]>) {
    match text {
        Some(text) => string(out, text),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// The envelope of a message with this header.
pub(super) fn envelope(out: &mut Vec<u8>, header: &[u8]) {
    const NAMES: [&[u8]; 10] =
        [b"date", b"subject", b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc", b"in-reply-to", b"message-id"];
    let mut values: [Option<Vec<u8>>; 10] = Default::default();
    for field in fields(header) {
        for (name, value) in NAMES.iter().zip(&mut values) {
            if value.is_none() && field.name.eq_ignore_ascii_case(name) {
                *value = Some(unfold(field.value));
            }
        }
    }
    let [date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id] = values;
    out.push(b'(');
    nstring(out, date.as_deref());
    out.push(b' ');
    nstring(out, subject.as_deref());
    // Sender and Reply-To are From's when they are missing (RFC 9051 §7.5.2).
    let filled = |value: Option<Vec<u8>>| value.filter(|value| !value.is_empty()).or_else(|| from.clone());
    let (sender, reply_to) = (filled(sender), filled(reply_to));
    for list in [&from, &sender, &reply_to, &to, &cc, &bcc] {
        out.push(b' ');
        addresses(out, list.as_deref());
    }
    for value in [&in_reply_to, &message_id] {
        out.push(b' ');
        nstring(out, value.as_deref());
    }
    out.push(b')');
}

fn addresses(out: &mut Vec<u8>, value: Option<&[u8]>) {
    let list = value.map(address_list::read).unwrap_or_default();
    if list.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for address in list {
        match address {
            Address::Mailbox { name, local, host } => {
                out.push(b'(');
                nstring(out, name.as_deref());
                out.extend_from_slice(b" NIL ");
                string(out, &local);
                out.push(b' ');
                // No host would mean the start of a group.
                string(out, &host);
                out.push(b')');
            }
            Address::GroupStart(name) => {
                out.extend_from_slice(b"(NIL NIL ");
                string(out, &name);
                out.extend_from_slice(b" NIL)");
            }
            Address::GroupEnd => out.extend_from_slice(b"(NIL NIL NIL NIL)"),
        }
    }
    out.push(b')');
}

fn parameters(out: &mut Vec<u8>, list: &[Parameter]) {
    if list.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    for (at, (name, value)) in list.iter().enumerate() {
        out.push(if at == 0 { b'(' } else { b' ' });
        string(out, name.as_bytes());
        out.push(b' ');
        string(out, value);
    }
    out.push(b')');
}

/// The structure of a part; `extended` for BODYSTRUCTURE, else BODY.
pub(super) fn structure(out: &mut Vec<u8>, part: &Part<'_>, extended: bool) {
    out.push(b'(');
    if let Inside::Multipart(parts) = &part.inside {
        for inner in parts {
            structure(out, inner, extended);
        }
        out.push(b' ');
        string(out, part.subtype.as_bytes());
        if extended {
            out.push(b' ');
            parameters(out, &part.parameters);
            tail(out, part);
        }
        out.push(b')');
        return;
    }
    string(out, part.media.as_bytes());
    out.push(b' ');
    string(out, part.subtype.as_bytes());
    out.push(b' ');
    parameters(out, &part.parameters);
    for value in [part.id.as_deref(), part.description.as_deref(), Some(&part.encoding)] {
        out.push(b' ');
        nstring(out, value);
    }
    out.extend_from_slice(format!(" {}", part.body.len()).as_bytes());
    if let Inside::Message(inner) = &part.inside {
        out.push(b' ');
        envelope(out, inner.header);
        out.push(b' ');
        structure(out, inner, extended);
    }
    if part.media == "TEXT" || matches!(part.inside, Inside::Message(_)) {
        out.extend_from_slice(format!(" {}", part.lines()).as_bytes());
    }
    if extended {
        out.push(b' ');
        nstring(out, part.md5.as_deref());
        tail(out, part);
    }
    out.push(b')');
}

/// Disposition, language, location.
fn tail(out: &mut Vec<u8>, part: &Part<'_>) {
    out.push(b' ');
    match &part.disposition {
        Some((kind, list)) => {
            out.push(b'(');
            string(out, kind.as_bytes());
            out.push(b' ');
            parameters(out, list);
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
    for value in [part.language.as_deref(), part.location.as_deref()] {
        out.push(b' ');
        nstring(out, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn strings() {
        assert_eq!(text(|out| string(out, b"a \"b\" \\")), r#""a \"b\" \\""#);
        assert_eq!(text(|out| string(out, "ü".as_bytes())), "{2}\r\nü");
        assert_eq!(text(|out| string(out, b"a\r\nb")), "{4}\r\na\r\nb");
        assert_eq!(text(|out| string(out, b"")), "\"\"");
    }

    #[test]
    fn envelopes() {
        assert_eq!(text(|out| envelope(out, b"\r\n")), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
        assert_eq!(
            text(|out| envelope(out, b"subject: x\r\n y\r\nFROM: A <a@b>\r\nTo: G: c@d;\r\nMessage-ID: <1@x>\r\n\r\n")),
            "(NIL \"x y\" ((\"A\" NIL \"a\" \"b\")) ((\"A\" NIL \"a\" \"b\")) ((\"A\" NIL \"a\" \"b\")) \
             ((NIL NIL \"G\" NIL)(NIL NIL \"c\" \"d\")(NIL NIL NIL NIL)) NIL NIL NIL \"<1@x>\")"
        );
    }

    #[test]
    fn structures() {
        let plain = Part::read(b"Subject: x\r\n\r\none\r\ntwo\r\n");
        assert_eq!(
            text(|out| structure(out, &plain, false)),
            "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 10 2)"
        );
        let mixed = Part::read(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: image/png\r\n\
              Content-Disposition: attachment; filename=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n",
        );
        assert_eq!(
            text(|out| structure(out, &mixed, true)),
            "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1 1 NIL NIL NIL NIL)\
             (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 4 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a.png\")) NIL NIL) \
             \"MIXED\" (\"BOUNDARY\" \"b\") NIL NIL NIL)"
        );
    }
}
