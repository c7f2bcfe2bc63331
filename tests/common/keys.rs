//! The names of keys and the bytes behind them.

/// What xterm sends for a key.
pub(crate) fn key_bytes(name: &str) -> Vec<u8> {
    if let Some(rest) = name.strip_prefix("M-").filter(|rest| !rest.is_empty()) {
        return [b"\x1b".as_slice(), &key_bytes(rest)].concat();
    }
    if let Some(rest) = name.strip_prefix("C-").filter(|rest| !rest.is_empty()) {
        return control_bytes(rest);
    }
    let bytes: &[u8] = match name {
        "Enter" => b"\r",
        "Tab" => b"\t",
        "S-Tab" => b"\x1b[Z",
        "Esc" => b"\x1b",
        "Backspace" => b"\x7f",
        "Space" => b" ",
        "Up" => b"\x1b[A",
        "Down" => b"\x1b[B",
        "Right" => b"\x1b[C",
        "Left" => b"\x1b[D",
        "Home" => b"\x1b[H",
        "End" => b"\x1b[F",
        "Insert" => b"\x1b[2~",
        "Delete" => b"\x1b[3~",
        "PageUp" => b"\x1b[5~",
        "PageDown" => b"\x1b[6~",
        "F1" => b"\x1bOP",
        "F2" => b"\x1bOQ",
        "F3" => b"\x1bOR",
        "F4" => b"\x1bOS",
        "F5" => b"\x1b[15~",
        "F6" => b"\x1b[17~",
        "F7" => b"\x1b[18~",
        "F8" => b"\x1b[19~",
        "F9" => b"\x1b[20~",
        "F10" => b"\x1b[21~",
        "F11" => b"\x1b[23~",
        "F12" => b"\x1b[24~",
        one if one.chars().count() == 1 => one.as_bytes(),
        _ => panic!("no key is called {name}"),
    };
    bytes.to_vec()
}

/// What xterm sends for a key with Control.
fn control_bytes(name: &str) -> Vec<u8> {
    let bytes: &[u8] = match name {
        "Up" => b"\x1b[1;5A",
        "Down" => b"\x1b[1;5B",
        "Right" => b"\x1b[1;5C",
        "Left" => b"\x1b[1;5D",
        "Home" => b"\x1b[1;5H",
        "End" => b"\x1b[1;5F",
        "Space" => b"\0",
        _ => match name.as_bytes() {
            [letter @ b'a'..=b'z'] => return vec![letter - b'a' + 1],
            [sign @ b'['..=b'_'] => return vec![sign - b'@'],
            _ => panic!("Control makes nothing of {name}"),
        },
    };
    bytes.to_vec()
}
