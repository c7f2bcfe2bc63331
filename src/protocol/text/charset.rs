//! The charsets that most mail is written in. Others are named, not guessed.

/// `octets` in this charset as text; broken sequences become U+FFFD. `None` for a charset that is not read here.
#[must_use]
pub fn decode(charset: &str, octets: &[u8]) -> Option<String> {
    let name = charset.to_ascii_lowercase();
    Some(match name.as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" | "ansi_x3.4-1968" | "unknown-8bit" => {
            String::from_utf8_lossy(octets).into_owned()
        }
        "iso-8859-1" | "iso8859-1" | "latin1" => octets.iter().map(|b| char::from(*b)).collect(),
        "iso-8859-15" | "latin-9" => octets.iter().map(|b| latin_9(*b)).collect(),
        "windows-1252" | "cp1252" => octets.iter().map(|b| windows_1252(*b)).collect(),
        "utf-16be" | "utf-16" => utf_16(octets, u16::from_be_bytes),
        "utf-16le" => utf_16(octets, u16::from_le_bytes),
        _ => return None,
    })
}

fn latin_9(byte: u8) -> char {
    match byte {
        0xa4 => '€',
        0xa6 => 'Š',
        0xa8 => 'š',
        0xb4 => 'Ž',
        0xb8 => 'ž',
        0xbc => 'Œ',
        0xbd => 'œ',
        0xbe => 'Ÿ',
        _ => char::from(byte),
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|place| HIGH.get(usize::from(place))).copied().unwrap_or(char::from(byte))
}

fn utf_16(octets: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units = octets.chunks(2).map(|pair| match pair {
        [first, second] => read([*first, *second]),
        _ => 0xfffd,
    });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets() {
        for (charset, octets, expect) in [
            ("UTF-8", &b"gr\xc3\xbc\xff"[..], Some("grü\u{fffd}")),
            ("ISO-8859-1", b"gr\xfc", Some("grü")),
            ("iso-8859-15", b"\xa4\xa4", Some("€€")),
            ("Windows-1252", b"\x93x\x94 \x80", Some("“x” €")),
            ("UTF-16BE", b"\0a\0", Some("a\u{fffd}")),
            ("utf-16le", b"a\0\x3d\xd8\x00\xde", Some("a😀")),
            ("koi8-r", b"x", None),
        ] {
            assert_eq!(decode(charset, octets).as_deref(), expect, "{charset}");
        }
    }
}
