//! XML from a stranger: no DTD, bounded in length, in elements, in attributes and in names, so that no document costs
//! more than its octets.

use roxmltree::{Document, Node, ParsingOptions};

use super::server::Remark;
use crate::protocol::visible::visible;

/// Octets of the longest document that is read.
pub(super) const LONGEST: usize = 256 << 10;
/// Elements, texts and comments of a document.
const NODES: u32 = 20_000;
/// Quotes between two `<`: two an attribute. Attributes are compared with each other.
const QUOTES: usize = 1_000;
/// Name spaces that are declared. Each element that declares one copies those above it.
const NAMESPACES: usize = 100;
/// Octets of a text that is taken out of a document.
const TEXT: usize = 512;

/// Reads a document.
///
/// # Errors
/// Where it breaks the rules, or a limit.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Remark> {
    let next = "correct the document: xmllint --noout FILE checks it";
    let refuse = |why: String| Err(Remark::fault(why, "leave in it what the mail program needs"));
    if text.len() > LONGEST {
        return refuse(format!("the document is longer than {} KB", LONGEST >> 10));
    }
    let quotes = |piece: &str| piece.bytes().filter(|octet| matches!(octet, b'"' | b'\'')).count();
    if text.split('<').any(|piece| quotes(piece) > QUOTES) {
        return refuse("an element has too many attributes".to_owned());
    }
    if text.matches("xmlns").count() > NAMESPACES {
        return refuse(format!("the document declares more than {NAMESPACES} name spaces"));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => {
            Remark::fault("the document has a DTD, which mail programs do not read", "leave out <!DOCTYPE …>")
        }
        roxmltree::Error::NodesLimitReached => {
            Remark::fault(format!("the document has more than {NODES} elements"), "leave in it what is needed")
        }
        error => {
            let place = error.pos();
            let text = error.to_string();
            // The library ends its words with the place, which stands in front here.
            let words = text.rsplit_once(" at ").map_or(text.as_str(), |(words, _)| words);
            Remark::fault(format!("this is no XML: {}", visible(words.as_bytes())), next).at((place.row, place.col))
        }
    })
}

/// Line and column of an element.
pub(super) fn place(node: Node<'_, '_>) -> (u32, u32) {
    let place = node.document().text_pos_at(node.range().start);
    (place.row, place.col)
}

/// The elements with this name right under another, whatever their name space.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first of them.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// The text right under an element, without white space around it, and not endless.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let mut out = String::new();
    for piece in node.children().filter(Node::is_text).filter_map(|piece| piece.text()) {
        if out.len() > TEXT {
            break;
        }
        out.extend(piece.chars().take(TEXT));
    }
    out.trim().to_owned()
}

/// The text of the first child with this name; empty without one.
pub(super) fn text_of(node: Node<'_, '_>, name: &'static str) -> String {
    child(node, name).map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_say_where() {
        for (document, at, part) in [
            ("<a>\n <b></a>", Some((2, 5)), "expected 'b' tag, not 'a'"),
            ("<a>fish & chips</a>", Some((1, 9)), "malformed entity"),
            ("<a b='1' b='2'/>", Some((1, 10)), "'b'"),
            ("", Some((1, 1)), "does not have a root"),
            ("<!DOCTYPE a [<!ENTITY x 'ha'>]><a>&x;</a>", None, "a DTD"),
            ("<a>&x;</a>", Some((1, 4)), "unknown entity"),
        ] {
            let remark = parse(document).unwrap_err();
            assert_eq!(remark.at, at, "{document}: {}", remark.says);
            assert!(remark.says.contains(part), "{document}: {}", remark.says);
        }
    }

    #[test]
    fn hostile_documents_cost_little() {
        let attributes: String = (0..20_000).map(|n| format!(" a{n}=''")).collect();
        let spaces: String = (0..5_000).map(|n| format!("<a xmlns:n{n}='u'>")).collect();
        for (document, part) in [
            ("<a>".repeat(80_000), "more than 20000 elements"),
            ("<a/>".repeat(60_000), ""),
            (format!("<a>{}</a>", "<b/>".repeat(60_000)), "more than 20000 elements"),
            (format!("<a>{}</a>", "x".repeat(300 << 10)), "longer than 256 KB"),
            (format!("<a{attributes}/>"), "too many attributes"),
            (spaces, "more than 100 name spaces"),
            // A billion laughs, refused before the first.
            ("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><l>&b;</l>".to_owned(), "a DTD"),
        ] {
            let remark = parse(&document).unwrap_err();
            assert!(remark.says.contains(part), "{}", remark.says);
        }
    }

    #[test]
    fn texts_of_elements() {
        let document = parse("<a xmlns='u'> x<!-- y --><![CDATA[<z>]]> <b> c </b></a>").unwrap();
        assert_eq!(text(document.root_element()), "x<z>");
        assert_eq!(text_of(document.root_element(), "b"), "c");
        assert_eq!(text_of(document.root_element(), "none"), "");
    }
}
