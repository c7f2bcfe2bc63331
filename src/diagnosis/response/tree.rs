//! Mailboxes as a tree.

use std::collections::BTreeMap;

use super::shown;
use crate::protocol::imap::response::Mailbox;
use crate::protocol::text::{DEPTH, mailbox_name};

/// Mailboxes that are drawn.
const MOST: usize = 2000;

/// The mailboxes of a LIST in one tree, a level two columns further in. What follows the name are its attributes.
#[must_use]
pub fn tree(mailboxes: &[Mailbox]) -> Vec<String> {
    let mut sorted: BTreeMap<Vec<String>, Option<&Mailbox>> = BTreeMap::new();
    for mailbox in mailboxes.iter().take(MOST) {
        let name = mailbox_name::decode(mailbox.name.as_bytes()).unwrap_or_else(|_| mailbox.name.clone());
        let path: Vec<String> = match mailbox.delimiter {
            Some(delimiter) => name.splitn(DEPTH, delimiter).map(str::to_owned).collect(),
            None => vec![name],
        };
        // A level that no line names is still a level of the tree.
        for length in 1..path.len() {
            sorted.entry(path.get(..length).unwrap_or_default().to_vec()).or_insert(None);
        }
        sorted.insert(path, Some(mailbox));
    }
    let mut out: Vec<String> = sorted
        .iter()
        .map(|(path, mailbox)| {
            let indent = "  ".repeat(path.len().saturating_sub(1));
            let name = path.last().map(|name| shown(name)).unwrap_or_default();
            let attributes = match mailbox {
                Some(mailbox) => shown(&mailbox.attributes.join(" ")),
                None => "(not listed)".to_owned(),
            };
            format!("{indent}{name}  {attributes}").trim_end().to_owned()
        })
        .collect();
    if mailboxes.len() > MOST {
        out.push(format!("… and {} more", mailboxes.len() - MOST));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        let mailbox = |name: &str, delimiter| Mailbox {
            attributes: vec!["\\X".to_owned()],
            delimiter,
            name: name.to_owned(),
            extended: None,
        };
        let list = [
            mailbox("INBOX", Some('.')),
            mailbox("INBOX.Entw&APw-rfe", Some('.')),
            mailbox("INBOX.lists.rust", Some('.')),
            mailbox("a.b", None),
        ];
        assert_eq!(
            tree(&list),
            ["INBOX  \\X", "  Entwürfe  \\X", "  lists  (not listed)", "    rust  \\X", "a.b  \\X"]
        );
        assert!(tree(&[mailbox(&"a/".repeat(100_000), Some('/'))]).len() <= DEPTH);
    }
}
