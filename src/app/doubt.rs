//! What is pasted or loaded into a message, looked at before it is taken.

use super::conversation::lines;

/// What is wrong with a text that waits for an answer.
#[derive(Debug)]
pub struct Doubt {
    /// Its lines.
    pub lines: usize,
    /// The first line that is a dot alone, from 1; it would end a message typed in a terminal session.
    pub lone_dot: Option<usize>,
    /// CRs without LF, which some servers take for line ends and others do not.
    pub bare_crs: usize,
    /// NUL octets, which no message may hold.
    pub nuls: usize,
    /// The name of the file it came from; `None` for a paste.
    pub file: Option<String>,
    /// The text, its line ends LF, without NUL.
    pub(super) text: String,
}

impl Doubt {
    /// Reads a text; its `text` is what would be taken.
    pub(super) fn of(content: &str, file: Option<&str>) -> Self {
        // A terminal sends CR for each line end of a paste, so that they say nothing there.
        let bare_crs = match file {
            Some(_) => {
                let octets = content.as_bytes();
                memchr::memchr_iter(b'\r', octets).filter(|at| octets.get(at + 1) != Some(&b'\n')).count()
            }
            None => 0,
        };
        let nuls = memchr::memchr_iter(0, content.as_bytes()).count();
        let mut text = String::with_capacity(content.len());
        let (mut count, mut lone_dot) = (0, None);
        for line in lines(content) {
            if count > 0 {
                text.push('\n');
            }
            count += 1;
            let from = text.len();
            text.extend(line.split('\0'));
            if text.get(from..) == Some(".") {
                lone_dot = lone_dot.or(Some(count));
            }
        }
        if content.ends_with(['\r', '\n']) {
            text.push('\n');
        }
        Self { lines: count, lone_dot, bare_crs, nuls, file: file.map(str::to_owned), text }
    }

    /// Whether there is anything to ask about.
    pub(super) const fn is_founded(&self) -> bool {
        self.lone_dot.is_some() || self.bare_crs > 0 || self.nuls > 0
    }
}
