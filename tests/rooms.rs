//! The law of the house, read from the sources: which room may use which, which crates a room may name, how long a
//! file may be. A breach fails with the file, the line and the rule.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test reads its files")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The law of one room.
struct Law {
    room: &'static str,
    /// Other rooms it may use.
    rooms: &'static [&'static str],
    /// Crates it may name besides `std`; a longer path allows only what is under it.
    crates: Crates,
    /// Pure: no clock, no file, no socket, no thread, no environment.
    pure: bool,
}

enum Crates {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

use Crates::{AllBut, Only};

/// Left may use right, and nothing else. A room without a row fails.
const LAW: &[Law] = &[
    Law {
        room: "protocol",
        rooms: &[],
        crates: Only(&["base64", "encoding_rs", "flate2", "md5", "memchr", "idna", "ring", "stringprep", "zeroize"]),
        pure: true,
    },
    Law { room: "dialogue", rooms: &["protocol"], crates: Only(&["memchr"]), pure: true },
    Law {
        room: "diagnosis",
        rooms: &["protocol"],
        crates: Only(&["base64", "jiff", "psl", "ring", "roxmltree", "x509_parser"]),
        pure: true,
    },
    Law { room: "practice", rooms: &["protocol", "dialogue"], crates: Only(&["base64", "jiff"]), pure: true },
    Law {
        room: "app",
        rooms: &["protocol", "dialogue", "diagnosis", "practice"],
        crates: Only(&[
            "bytes",
            "crossterm::event::KeyCode",
            "crossterm::event::KeyEvent",
            "crossterm::event::KeyEventKind",
            "crossterm::event::KeyModifiers",
            "jiff",
            "memchr",
            "tui_textarea",
        ]),
        pure: true,
    },
    Law {
        room: "view",
        rooms: &["app", "protocol", "dialogue", "diagnosis", "practice"],
        crates: Only(&["jiff", "ratatui", "tui_textarea", "unicode_segmentation", "unicode_width"]),
        pure: true,
    },
    Law {
        room: "net",
        rooms: &["app", "protocol", "diagnosis", "practice"],
        crates: AllBut(&["clap", "crossterm", "ratatui", "tui_textarea"]),
        pure: false,
    },
    Law { room: "cli", rooms: EVERY, crates: AllBut(&[]), pure: false },
    Law { room: "tui", rooms: EVERY, crates: AllBut(&[]), pure: false },
];

const EVERY: &[&str] = &["protocol", "dialogue", "diagnosis", "practice", "app", "view", "net", "cli", "tui"];

/// What `net` may use of `app`: the two words between model and world.
const NET_USES_OF_APP: &[&str] = &["event", "effect"];

/// Parts of `std` that reach into the world or read a clock.
const WORLDLY: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::stdin",
    "std::io::stdout",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::ToSocketAddrs",
    "std::net::UdpSocket",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// Lines of a file without its tests: none has more than the first, nine in ten at most the second, half at most
/// the third.
const SIZES: (usize, usize, usize) = (500, 370, 150);

/// One source file.
struct Source {
    path: PathBuf,
    text: String,
    /// `["app", "conversation", "say"]`; `mod.rs` names its folder.
    module: Vec<String>,
    /// The line (from 1) at which `mod tests {` begins, or the line behind the last.
    tests_at: usize,
}

impl Source {
    fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut out = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the sources can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                let relative = path.strip_prefix(&root).expect("under src").with_extension("");
                let mut module: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
                    module.pop();
                }
                let lines: Vec<&str> = text.lines().collect();
                let tests_at = lines
                    .windows(2)
                    .position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].trim().starts_with("mod tests {"))
                    .unwrap_or(lines.len())
                    + 1;
                let path = Path::new("src").join(path.strip_prefix(&root).expect("under src"));
                out.push(Source { path, text, module, tests_at });
            }
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(out.len() > 50, "only {} sources were found", out.len());
    out
}

/// A token that matters for paths, with its line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Colons,
    Mark(char),
}

/// Words and marks; comments, strings, characters and lifetimes are left out.
fn tokens(text: &str) -> Vec<(Token<'_>, usize)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    let find = |from: usize, what: &str| text[from..].find(what).map_or(text.len(), |n| from + n);
    while at < bytes.len() {
        let rest = &text[at..];
        let end = match bytes[at] {
            b'/' if rest.starts_with("//") => find(at, "\n"),
            b'/' if rest.starts_with("/*") => find(at, "*/") + 2,
            b'"' => quoted(bytes, at + 1),
            b'\'' => match rest.chars().nth(1) {
                Some('\\') => find(at + 3, "'") + 1,
                Some(c) if rest[1 + c.len_utf8()..].starts_with('\'') => at + 2 + c.len_utf8(),
                _ => at + 1,
            },
            b':' if rest.starts_with("::") => {
                out.push((Token::Colons, line));
                at + 2
            }
            b if b.is_ascii_alphanumeric() || b == b'_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let word = &rest[..length];
                let after = &rest[length..];
                let hashes = after.len() - after.trim_start_matches('#').len();
                if matches!(word, "r" | "br") && after[hashes..].starts_with('"') {
                    let close = format!("\"{}", "#".repeat(hashes));
                    find(at + length + hashes + 1, &close) + close.len()
                } else {
                    out.push((Token::Word(word), line));
                    at + length
                }
            }
            b if b.is_ascii_whitespace() => at + 1,
            _ => {
                let c = rest.chars().next().expect("not at the end");
                out.push((Token::Mark(c), line));
                at + c.len_utf8()
            }
        };
        let end = end.min(bytes.len());
        line += text[at..end].matches('\n').count();
        at = end;
    }
    out
}

fn quoted(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&b) = bytes.get(at) {
        at += if b == b'\\' { 2 } else { 1 };
        if b == b'"' {
            break;
        }
    }
    at
}

/// Every path of at least two words, its groups written out: `use a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(text: &str) -> Vec<(Vec<String>, usize)> {
    let tokens = tokens(text);
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = matches!(tokens[at].0, Token::Word(_))
            && tokens.get(at + 1).is_some_and(|t| t.0 == Token::Colons)
            && (at == 0 || tokens[at - 1].0 != Token::Colons);
        at = if begins { tree(&tokens, at, &[], &mut out) } else { at + 1 };
    }
    out
}

/// One path or use-tree from `at`. Returns where it ends.
fn tree(tokens: &[(Token<'_>, usize)], mut at: usize, before: &[String], out: &mut Vec<(Vec<String>, usize)>) -> usize {
    let mut path = before.to_vec();
    let line = tokens.get(at).map_or(0, |t| t.1);
    loop {
        match tokens.get(at).map(|t| t.0) {
            Some(Token::Word(word)) => {
                path.push(word.to_owned());
                at += 1;
                if tokens.get(at).is_none_or(|t| t.0 != Token::Colons) {
                    break;
                }
                at += 1;
            }
            Some(Token::Mark('{')) => {
                at += 1;
                while let Some(token) = tokens.get(at).map(|t| t.0).filter(|t| *t != Token::Mark('}')) {
                    at = match token {
                        Token::Word("as") => at + 2,
                        Token::Word(_) | Token::Mark('{') => tree(tokens, at, &path, out),
                        _ => at + 1,
                    };
                }
                return at + 1;
            }
            _ => break,
        }
    }
    if path.len() > 1 {
        out.push((path, line));
    }
    at
}

/// The path seen from the crate's root, when it leads there: `crate::a::b`, or as many `super` as there are modules.
fn from_root(path: &[String], depth: usize) -> Option<&[String]> {
    let supers = path.iter().take_while(|word| *word == "super").count();
    match path.first().map(String::as_str) {
        Some("crate" | "ehlo") => Some(&path[1..]),
        Some("super") if supers >= depth => Some(&path[supers..]),
        _ => None,
    }
}

fn fail(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}:\n{}", breaches.join("\n"));
}

/// Walks every path of every source that belongs to a room.
fn each_path(mut check: impl FnMut(&Source, &Law, &[String], usize, bool)) {
    for source in sources().iter().filter(|source| !source.module.is_empty()) {
        let law = LAW.iter().find(|law| law.room == source.room());
        let Some(law) = law else { panic!("{}: the room \"{}\" has no law", source.path.display(), source.room()) };
        for (path, line) in paths(&source.text) {
            check(source, law, &path, line, line >= source.tests_at);
        }
    }
}

#[test]
fn rooms_use_only_the_rooms_to_their_right() {
    let mut breaches = Vec::new();
    let mut seen = 0;
    each_path(|source, law, path, line, in_tests| {
        let depth = source.module.len() + usize::from(in_tests);
        let Some(rest) = from_root(path, depth) else { return };
        let Some(room) = rest.first() else { return };
        seen += 1;
        if room != law.room && !law.rooms.contains(&room.as_str()) {
            breaches.push(format!(
                "{}:{line}: {} names {room}, and may use {}",
                source.path.display(),
                law.room,
                if law.rooms.is_empty() { "no other room".to_owned() } else { law.rooms.join(", ") }
            ));
        }
    });
    assert!(seen > 200, "only {seen} paths between rooms were found: the reader of sources is broken");
    fail("the law of imports is broken", &breaches);
}

#[test]
fn net_knows_of_the_model_only_events_and_effects() {
    let mut breaches = Vec::new();
    each_path(|source, law, path, line, in_tests| {
        let depth = source.module.len() + usize::from(in_tests);
        let Some([room, part, ..]) = from_root(path, depth) else { return };
        if law.room == "net" && room == "app" && !NET_USES_OF_APP.contains(&part.as_str()) {
            breaches.push(format!(
                "{}:{line}: net names app::{part}, and may use {} only",
                source.path.display(),
                NET_USES_OF_APP.join(" and ")
            ));
        }
    });
    fail("net reaches into the model", &breaches);
}

/// Keys of the dependency tables of `Cargo.toml`, as Rust writes them.
fn dependencies() -> Vec<String> {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("the manifest");
    let mut inside = false;
    let mut out = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-");
        } else if inside && let Some((name, _)) = line.split_once('=') {
            out.push(name.trim().replace('-', "_"));
        }
    }
    assert!(out.len() > 15, "{out:?}");
    out
}

#[test]
fn rooms_name_only_the_crates_they_may() {
    let known = dependencies();
    let mut breaches = Vec::new();
    let mut seen = 0;
    each_path(|source, law, path, line, in_tests| {
        // A test of a room may make what it judges with any crate.
        if in_tests || source.module.last().is_some_and(|last| last == "tests") || !known.contains(&path[0]) {
            return;
        }
        seen += 1;
        let text = path.join("::");
        let under = |allowed: &&str| text == **allowed || text.starts_with(&format!("{allowed}::"));
        let (allowed, rule) = match &law.crates {
            Only(list) => (list.iter().any(under), format!("may name {}", list.join(", "))),
            AllBut(list) => (!list.iter().any(under), format!("may not name {}", list.join(", "))),
        };
        if !allowed {
            breaches.push(format!("{}:{line}: {} names {text}, and {rule}", source.path.display(), law.room));
        }
    });
    assert!(seen > 100, "only {seen} uses of crates were found");
    fail("a room names a crate it may not", &breaches);
}

#[test]
fn pure_rooms_read_no_clock_no_file_and_open_nothing() {
    let mut breaches = Vec::new();
    each_path(|source, law, path, line, _| {
        let text = path.join("::");
        let worldly = WORLDLY.iter().find(|w| text == **w || text.starts_with(&format!("{w}::")));
        if law.pure
            && let Some(what) = worldly
        {
            breaches.push(format!("{}:{line}: {} is pure and names {what}", source.path.display(), law.room));
        }
    });
    fail("a pure room reaches into the world", &breaches);
}

#[test]
fn every_room_is_a_folder_with_a_mod_rs_and_has_a_law() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let rooms: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let sources = sources();
    let mut breaches = Vec::new();
    for room in &rooms {
        let Some(law) = LAW.iter().find(|law| law.room == *room) else {
            breaches.push(format!("src/lib.rs: {room} has no row in the law"));
            continue;
        };
        let place = rooms.iter().position(|other| other == room);
        for used in law.rooms.iter().filter(|used| law.room != "cli" || **used != "tui") {
            if rooms.iter().position(|other| other == used) > place {
                breaches.push(format!("src/lib.rs: {room} uses {used}, which stands below it"));
            }
        }
        let home = Path::new("src").join(room).join("mod.rs");
        if *room != "tui" && !sources.iter().any(|source| source.path == home) {
            breaches.push(format!("{} is missing", home.display()));
        }
    }
    for law in LAW.iter().filter(|law| !rooms.contains(&law.room)) {
        breaches.push(format!("src/lib.rs: the room {} of the law is not there", law.room));
    }
    fail("the map of the rooms is wrong", &breaches);
}

#[test]
fn files_are_short() {
    let sources = sources();
    let under_test: Vec<PathBuf> = sources
        .iter()
        .flat_map(|source| {
            let lines: Vec<&str> = source.text.lines().collect();
            let folder = source.path.with_extension("");
            let folder = if folder.ends_with("mod") { folder.with_file_name("") } else { folder };
            let names: Vec<PathBuf> = lines
                .windows(2)
                .filter(|pair| pair[0] == "#[cfg(test)]")
                .filter_map(|pair| Some(folder.join(pair[1].strip_prefix("mod ")?.strip_suffix(';')?)))
                .collect();
            names
        })
        .map(|module| module.with_extension("rs"))
        .collect();
    let mut sizes: Vec<(usize, String)> = sources
        .iter()
        .filter(|source| !under_test.contains(&source.path))
        .map(|source| (source.tests_at - 1, source.path.display().to_string()))
        .collect();
    sizes.sort_unstable();
    let (most, nine_in_ten, median) = SIZES;
    let mut said = String::new();
    for (lines, path) in sizes.iter().filter(|(lines, _)| *lines > most) {
        _ = writeln!(said, "{path}: {lines} lines without its tests, and none may have more than {most}");
    }
    let at = |share: usize| &sizes[(sizes.len() * share / 100).min(sizes.len() - 1)];
    for (share, limit) in [(90, nine_in_ten), (50, median)] {
        let (lines, path) = at(share);
        if *lines > limit {
            let long: Vec<String> =
                sizes.iter().filter(|(n, _)| n > &limit).map(|(n, path)| format!("{path} {n}")).collect();
            _ = writeln!(
                said,
                "{share} of 100 files may have at most {limit} lines; {path} at that place has {lines}: {}",
                long.join(", ")
            );
        }
    }
    assert!(said.is_empty(), "{said}");
    assert!(under_test.len() >= 3, "files of tests were not told from others: {under_test:?}");
}

#[test]
fn the_reader_of_sources_sees_every_kind_of_path() {
    let text = r##"
        // use crate::not_this;
        use crate::{a::{b, c as d}, e};
        fn f<'a>(x: &'a str) -> char { let _ = ("crate::no", r#"crate::"no"#, '\'', 'x', b'\''); super::super::g::h(); 'y' }
        pub(crate) type T = Vec<crate::i::J<crate::k::L>>;
        /* crate::no */ let _ = std::fs::read(path);
    "##;
    let found: Vec<String> =
        paths(text).into_iter().map(|(path, line)| format!("{line} {}", path.join("::"))).collect();
    assert_eq!(
        found,
        [
            "3 crate::a::b",
            "3 crate::a::c",
            "3 crate::e",
            "4 super::super::g::h",
            "5 crate::i::J",
            "5 crate::k::L",
            "6 std::fs::read"
        ]
    );
    let path: Vec<String> = ["super", "super", "net", "x"].map(str::to_owned).to_vec();
    assert_eq!(from_root(&path, 2), Some(&path[2..]));
    assert_eq!(from_root(&path, 3), None);
}
