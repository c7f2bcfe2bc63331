//! Responses about mailboxes: LIST, LSUB, XLIST, STATUS, NAMESPACE, QUOTA, QUOTAROOT (RFC 9051 §7.3, RFC 9208).

use super::value::{Node, Reader};
use crate::protocol::text::NotUnderstood;

/// One line of a LIST.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// `\HasNoChildren`, `\Sent`.
    pub attributes: Vec<String>,
    /// What separates the levels of the name; `None`: the names are flat.
    pub delimiter: Option<char>,
    /// The name as it came, in modified UTF-7 or UTF-8.
    pub name: String,
    /// Extended items (RFC 5258): `("CHILDINFO" ("SUBSCRIBED"))`.
    pub extended: Option<String>,
}

/// One namespace (RFC 9051 §7.3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// What its names begin with.
    pub prefix: String,
    /// What separates the levels.
    pub delimiter: Option<char>,
}

/// One resource of a QUOTA (RFC 9208 §4.2.1). `STORAGE` and `ANNOTATION-STORAGE` count units of 1024 octets (§5.1, §5.4),
/// the others things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// `STORAGE`, `MESSAGE`.
    pub name: String,
    /// In use.
    pub used: u64,
    /// The most there may be.
    pub limit: u64,
}

/// The text of a string or an atom. A mailbox may be called NIL.
pub(super) fn astring(reader: &mut Reader<'_>) -> Result<String, NotUnderstood> {
    let at = reader.at;
    let node = reader.node(0)?;
    if node.is_nil() {
        return Ok("NIL".to_owned());
    }
    node.text().ok_or(NotUnderstood::new(at, "a name belongs here"))
}

pub(super) fn list(reader: &mut Reader<'_>) -> Result<Mailbox, NotUnderstood> {
    let attributes = words(&reader.node(0)?)?;
    let delimiter = delimiter(&reader.node(0)?);
    let name = astring(reader)?;
    let extended = if reader.at_end() {
        None
    } else {
        let mut out = String::new();
        reader.node(0)?.write(&mut out);
        Some(out)
    };
    Ok(Mailbox { attributes, delimiter, name, extended })
}

fn delimiter(node: &Node<'_>) -> Option<char> {
    node.text()?.chars().next()
}

/// The words of a list; one word alone stands for a list of one.
pub(super) fn words(node: &Node<'_>) -> Result<Vec<String>, NotUnderstood> {
    match node.list() {
        Some(list) => Ok(list.iter().filter_map(Node::text).collect()),
        None if node.is_nil() => Ok(Vec::new()),
        None => Err(NotUnderstood::new(node.at, "a list in parentheses belongs here")),
    }
}

/// `STATUS name (MESSAGES 3 …)`.
pub(super) fn status(reader: &mut Reader<'_>) -> Result<(String, Vec<(String, String)>), NotUnderstood> {
    let name = astring(reader)?;
    let node = reader.node(0)?;
    let Some(list) = node.list() else {
        return Err(NotUnderstood::new(node.at, "a list in parentheses belongs here"));
    };
    let items = list
        .chunks(2)
        .filter_map(|pair| {
            let mut value = String::new();
            pair.get(1)?.write(&mut value);
            Some((pair.first()?.text()?.to_ascii_uppercase(), value))
        })
        .collect();
    Ok((name, items))
}

/// Personal, other users', shared.
pub(super) fn namespaces(reader: &mut Reader<'_>) -> Result<[Vec<Namespace>; 3], NotUnderstood> {
    let mut out: [Vec<Namespace>; 3] = Default::default();
    for kind in &mut out {
        let node = reader.node(0)?;
        *kind = node
            .list()
            .unwrap_or_default()
            .iter()
            .filter_map(|node| {
                let fields = node.list()?;
                let prefix = fields.first()?.text().unwrap_or_default();
                Some(Namespace { prefix, delimiter: fields.get(1).and_then(delimiter) })
            })
            .collect();
    }
    Ok(out)
}

pub(super) fn quota(reader: &mut Reader<'_>) -> Result<(String, Vec<Resource>), NotUnderstood> {
    let root = astring(reader)?;
    let node = reader.node(0)?;
    let Some(list) = node.list() else {
        return Err(NotUnderstood::new(node.at, "a list in parentheses belongs here"));
    };
    let mut resources = Vec::new();
    for triple in list.chunks(3) {
        let resource = || {
            let name = triple.first()?.text()?.to_ascii_uppercase();
            Some(Resource { name, used: triple.get(1)?.number()?, limit: triple.get(2)?.number()? })
        };
        let at = triple.first().map_or(node.at, |first| first.at);
        resources.push(resource().ok_or(NotUnderstood::new(at, "a resource, its use and its limit belong here"))?);
    }
    Ok((root, resources))
}

pub(super) fn quota_root(reader: &mut Reader<'_>) -> Result<(String, Vec<String>), NotUnderstood> {
    let mailbox = astring(reader)?;
    let mut roots = Vec::new();
    while !reader.at_end() {
        roots.push(astring(reader)?);
    }
    Ok((mailbox, roots))
}
