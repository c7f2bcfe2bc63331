//! Untagged responses of an IMAP server, read (RFC 9051 §7).
//!
//! [`read`] takes one whole response as it came: the line, and behind each `{n}` and its line end the literal. It
//! reads what it can and says where it stopped; the octets stay with the caller.

mod fetch;
mod mailboxes;
mod numbers;
mod structure;
#[cfg(test)]
mod tests;
mod value;

use value::{Node, Reader};

pub use fetch::Item;
pub use mailboxes::{Mailbox, Namespace, Resource};
pub use numbers::{Esearch, Numbers};
pub use structure::{Address, Envelope, Part};

use super::super::text::NotUnderstood;

/// What an untagged response says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// `* 3 EXISTS`, `RECENT`, `EXPUNGE`.
    Count {
        /// The word.
        word: &'static str,
        /// The number.
        number: u64,
    },
    /// `* 3 FETCH (…)`.
    Fetch {
        /// The message number.
        number: u64,
        /// The items in their order, each with its name in upper case.
        items: Vec<(String, Item)>,
    },
    /// `* LIST`, `* LSUB`, `* XLIST`.
    List {
        /// The word.
        word: &'static str,
        /// The mailbox.
        mailbox: Mailbox,
    },
    /// `* STATUS name (…)`.
    Status {
        /// The mailbox, as it came.
        mailbox: String,
        /// Its items.
        items: Vec<(String, String)>,
    },
    /// `* SEARCH`, `* SORT`.
    Search {
        /// The word.
        word: &'static str,
        /// The messages, in the order they came.
        numbers: Numbers,
        /// The highest mod-sequence among them (RFC 7162 §3.1.5).
        modseq: Option<u64>,
    },
    /// `* ESEARCH`.
    Esearch(Esearch),
    /// `* THREAD`: each line one message or a run of answers, with its depth.
    Thread(Vec<(usize, String)>),
    /// `* VANISHED (EARLIER) 1:3`.
    Vanished {
        /// They went before this session.
        earlier: bool,
        /// The UIDs.
        set: String,
    },
    /// `* FLAGS (…)`.
    Flags(Vec<String>),
    /// `* OK [PERMANENTFLAGS (…)]`.
    PermanentFlags(Vec<String>),
    /// `* CAPABILITY …`, or the response code, and `* ENABLED …`.
    Words {
        /// The word.
        word: &'static str,
        /// What follows.
        words: Vec<String>,
    },
    /// `* QUOTA root (…)`.
    Quota {
        /// The quota root.
        root: String,
        /// Its resources.
        resources: Vec<Resource>,
    },
    /// `* QUOTAROOT mailbox root …`.
    QuotaRoot {
        /// The mailbox.
        mailbox: String,
        /// Its roots.
        roots: Vec<String>,
    },
    /// `* NAMESPACE`: personal, other users', shared.
    Namespace([Vec<Namespace>; 3]),
    /// `* ID (…)`.
    Id(Vec<(String, Option<String>)>),
}

/// What was read, and where reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// The response, as far as it was read.
    pub response: Option<Response>,
    /// What was not understood.
    pub stopped: Option<NotUnderstood>,
}

/// Reads one whole response, with or without the line end behind it.
#[must_use]
pub fn read(octets: &[u8]) -> Understood {
    let mut reader = Reader::new(octets);
    let mut response = None;
    let stopped = match untagged(&mut reader, &mut response) {
        Err(stopped) => Some(stopped),
        Ok(()) if response.is_none() || reader.at_end() => None,
        Ok(()) => Some(reader.stop("something follows the response")),
    };
    Understood { response, stopped }
}

fn untagged(reader: &mut Reader<'_>, out: &mut Option<Response>) -> Result<(), NotUnderstood> {
    let first = reader.word();
    reader.spaces();
    let at = reader.at;
    let mut word = reader.word().to_ascii_uppercase();
    if matches!(word.as_slice(), b"OK" | b"NO" | b"BAD" | b"PREAUTH" | b"BYE") {
        return code(reader, out);
    }
    if first != b"*" {
        return Err(NotUnderstood::new(0, "no untagged response: it begins with \"*\""));
    }
    if let Some(number) = value::number(&word) {
        reader.spaces();
        let at = reader.at;
        word = reader.word().to_ascii_uppercase();
        let count = |word| Response::Count { word, number };
        *out = Some(match word.as_slice() {
            b"EXISTS" => count("EXISTS"),
            b"RECENT" => count("RECENT"),
            b"EXPUNGE" => count("EXPUNGE"),
            b"FETCH" => return fetch::read(reader, number, out),
            _ => return Err(NotUnderstood::new(at, "no response about a message is called so")),
        });
        return Ok(());
    }
    let list = |word, mailbox| Response::List { word, mailbox };
    *out = Some(match word.as_slice() {
        b"LIST" => list("LIST", mailboxes::list(reader)?),
        b"LSUB" => list("LSUB", mailboxes::list(reader)?),
        b"XLIST" => list("XLIST", mailboxes::list(reader)?),
        b"STATUS" => {
            let (mailbox, items) = mailboxes::status(reader)?;
            Response::Status { mailbox, items }
        }
        b"SEARCH" | b"SORT" => {
            let (numbers, modseq) = numbers::search(reader)?;
            Response::Search { word: if word == b"SORT" { "SORT" } else { "SEARCH" }, numbers, modseq }
        }
        b"ESEARCH" => Response::Esearch(numbers::esearch(reader)?),
        b"THREAD" => Response::Thread(threads(reader)?),
        b"VANISHED" => {
            reader.spaces();
            let earlier = reader.peek() == Some(b'(');
            if earlier {
                reader.node(0)?;
            }
            Response::Vanished { earlier, set: String::from_utf8_lossy(reader.word()).into_owned() }
        }
        b"FLAGS" => Response::Flags(mailboxes::words(&reader.node(0)?)?),
        b"CAPABILITY" => Response::Words { word: "CAPABILITY", words: words(reader) },
        b"ENABLED" => Response::Words { word: "ENABLED", words: words(reader) },
        b"QUOTA" => {
            let (root, resources) = mailboxes::quota(reader)?;
            Response::Quota { root, resources }
        }
        b"QUOTAROOT" => {
            let (mailbox, roots) = mailboxes::quota_root(reader)?;
            Response::QuotaRoot { mailbox, roots }
        }
        b"NAMESPACE" => Response::Namespace(mailboxes::namespaces(reader)?),
        b"ID" => Response::Id(pairs(&reader.node(0)?)),
        _ => return Err(NotUnderstood::new(at, "no untagged response known here is called so")),
    });
    Ok(())
}

/// The response codes that hold lists; the others have their meaning from a table.
fn code(reader: &mut Reader<'_>, out: &mut Option<Response>) -> Result<(), NotUnderstood> {
    reader.spaces();
    let rest = reader.rest();
    let Some(inner) = rest.strip_prefix(b"[") else {
        reader.at = reader.octets.len();
        return Ok(());
    };
    let Some(end) = memchr::memchr(b']', inner) else { return Err(reader.stop("no \"]\" ends the response code")) };
    let from = reader.at + 1;
    let whole = reader.octets;
    // Places are those of the whole line: the part behind the code is cut off, not what stands before it.
    let mut within = Reader::new(whole.get(..from + end).unwrap_or_default());
    within.at = from;
    let word = within.word().to_ascii_uppercase();
    match word.as_slice() {
        b"CAPABILITY" => *out = Some(Response::Words { word: "CAPABILITY", words: words(&mut within) }),
        b"PERMANENTFLAGS" => *out = Some(Response::PermanentFlags(mailboxes::words(&within.node(0)?)?)),
        _ => {}
    }
    reader.at = whole.len();
    Ok(())
}

fn words(reader: &mut Reader<'_>) -> Vec<String> {
    // No server has more; what a hostile one adds is left unread.
    const WORDS: usize = 1000;
    let mut out = Vec::new();
    while !reader.at_end() && out.len() < WORDS {
        match reader.word() {
            b"" => break,
            word => out.push(String::from_utf8_lossy(word).into_owned()),
        }
    }
    out
}

fn pairs(node: &Node<'_>) -> Vec<(String, Option<String>)> {
    let list = node.list().unwrap_or_default();
    list.chunks(2).filter_map(|pair| Some((pair.first()?.text()?, pair.get(1).and_then(Node::text)))).collect()
}

/// `(2)(3 6 (4 23)(44 7 96))`: a run of answers goes on in one line, branches lie deeper.
fn threads(reader: &mut Reader<'_>) -> Result<Vec<(usize, String)>, NotUnderstood> {
    fn branch(list: &[Node<'_>], depth: usize, out: &mut Vec<(usize, String)>) {
        let run: Vec<String> = list.iter().filter_map(Node::text).collect();
        if !run.is_empty() {
            out.push((depth, run.join(" → ")));
        }
        for node in list {
            if let Some(list) = node.list() {
                branch(list, depth + 1, out);
            }
        }
    }
    let mut out = Vec::new();
    while !reader.at_end() {
        let node = reader.node(0)?;
        let Some(list) = node.list() else {
            return Err(NotUnderstood::new(node.at, "a thread in parentheses belongs here"));
        };
        branch(list, 0, &mut out);
    }
    Ok(out)
}
