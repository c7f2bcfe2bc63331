//! The address lists of header fields (RFC 5322 §3.4), read as leniently as an ENVELOPE needs.

/// Addresses of one field after this many are left out.
const ADDRESSES_CAP: usize = 1000;

/// One element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// `display name <local@host>`.
    Mailbox {
        /// The display name, or the comment behind a bare address.
        name: Option<Vec<u8>>,
        /// Before the last `@`.
        local: Vec<u8>,
        /// After it; empty when there is none.
        host: Vec<u8>,
    },
    /// `name:`
    GroupStart(Vec<u8>),
    /// `;`
    GroupEnd,
}

/// What is read of one element so far.
#[derive(Default)]
struct Element {
    /// Words outside of angle brackets, quotes taken off.
    words: Vec<u8>,
    comment: Vec<u8>,
    angle: Option<Vec<u8>>,
}

impl Element {
    fn take(&mut self) -> Option<Address> {
        let Self { words, comment, angle } = std::mem::take(self);
        let words = words.trim_ascii();
        let bare = angle.is_none();
        let address = angle.unwrap_or_else(|| words.iter().copied().filter(|b| *b != b' ').collect());
        if address.is_empty() && words.is_empty() {
            return None;
        }
        let name = if bare { comment.trim_ascii() } else { words };
        let (local, host) = match address.iter().rposition(|&b| b == b'@') {
            Some(at) => (address.get(..at), address.get(at + 1..)),
            None => (Some(address.as_slice()), None),
        };
        Some(Address::Mailbox {
            name: (!name.is_empty()).then(|| name.to_vec()),
            local: local.unwrap_or_default().to_vec(),
            host: host.unwrap_or_default().to_vec(),
        })
    }
}

/// Reads an unfolded field value.
pub(super) fn read(value: &[u8]) -> Vec<Address> {
    let mut out = Vec::new();
    let mut element = Element::default();
    let (mut quoted, mut escaped, mut in_angle, mut depth) = (false, false, false, 0u32);
    for &b in value {
        if out.len() >= ADDRESSES_CAP {
            return out;
        }
        let plain = escaped || quoted && !matches!(b, b'"' | b'\\');
        if plain || depth > 0 && !matches!(b, b'(' | b')' | b'\\') {
            escaped = false;
            match (depth, &mut element.angle) {
                (1.., _) => element.comment.push(b),
                (0, Some(angle)) if in_angle => angle.push(b),
                _ => element.words.push(b),
            }
            continue;
        }
        match b {
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'<' => {
                in_angle = true;
                element.angle = Some(Vec::new());
            }
            b'>' => in_angle = false,
            b',' if !in_angle => out.extend(element.take()),
            b':' if !in_angle => {
                let name = std::mem::take(&mut element).words.trim_ascii().to_vec();
                out.push(Address::GroupStart(name));
            }
            b';' if !in_angle => {
                out.extend(element.take());
                out.push(Address::GroupEnd);
            }
            b if in_angle => {
                if let Some(angle) = &mut element.angle
                    && !b.is_ascii_whitespace()
                {
                    angle.push(b);
                }
            }
            b => {
                let b = if b == b'\t' { b' ' } else { b };
                if b != b' ' || !element.words.ends_with(b" ") {
                    element.words.push(b);
                }
            }
        }
    }
    out.extend(element.take());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &str) -> Vec<String> {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        read(value.as_bytes())
            .iter()
            .map(|address| match address {
                Address::Mailbox { name, local, host } => {
                    format!("{}|{}|{}", name.as_deref().map_or("-".to_owned(), text), text(local), text(host))
                }
                Address::GroupStart(name) => format!("{}:", text(name)),
                Address::GroupEnd => ";".to_owned(),
            })
            .collect()
    }

    #[test]
    fn lists() {
        for (value, expect) in [
            ("alice@example.test", &["-|alice|example.test"][..]),
            ("Alice L. <alice@example.test>, bob@x", &["Alice L.|alice|example.test", "-|bob|x"]),
            ("\"Bob, the \\\"builder\\\"\" <bob@x>", &["Bob, the \"builder\"|bob|x"]),
            ("carol@x (Carol (accounting))", &["Carol accounting|carol|x"]),
            ("Us: a@x, b@y;, c@z", &["Us:", "-|a|x", "-|b|y", ";", "-|c|z"]),
            ("Undisclosed recipients:;", &["Undisclosed recipients:", ";"]),
            ("", &[]),
            (",,", &[]),
            ("nobody", &["-|nobody|"]),
            ("<>", &[]),
            ("a b <x", &["a b|x|"]),
            ("(never closed", &[]),
        ] {
            assert_eq!(show(value), expect, "{value}");
        }
    }
}
