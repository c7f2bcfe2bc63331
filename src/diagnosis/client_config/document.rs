//! What kind of document came, whatever it was sent as: web servers give one page for every URL, and any media type.

use super::account::Account;
use super::server::{Reading, Remark};
use super::{autoconfig, autodiscover, json, mobileconfig, xml};
use crate::diagnosis::web::Response;
use crate::protocol::visible::visible;

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// Thunderbird's `clientConfig`.
    Autoconfig(Reading),
    /// Outlook's `Autodiscover`, in XML or in JSON.
    Autodiscover(autodiscover::Answer),
    /// A configuration profile of Apple.
    Profile(Reading),
    /// None of them: in words that can follow "in its place stands".
    Other(String),
    /// One that cannot be read.
    Unreadable(Remark),
}

impl Document {
    /// Looks at the body of an answer.
    pub(super) fn read(response: &Response, account: &Account) -> Self {
        if response.is_cut {
            let says = format!("the document is longer than {} KB", response.body.len() >> 10);
            return Self::Unreadable(Remark::fault(says, "serve the configuration alone"));
        }
        let octets = response.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&response.body).trim_ascii_start();
        if mobileconfig::is_profile(octets) {
            return mobileconfig::read(octets, account).map_or_else(Self::Unreadable, Self::Profile);
        }
        let text = match std::str::from_utf8(octets) {
            Ok(text) => text,
            Err(_) if !matches!(octets.first(), Some(b'<' | b'{')) => {
                return Self::Other("something that is no text in UTF-8".to_owned());
            }
            Err(error) => {
                let says = format!("the document is no UTF-8 from its octet {} on", error.valid_up_to());
                return Self::Unreadable(Remark::fault(says, "save it as UTF-8"));
            }
        };
        match text.as_bytes() {
            [] => Self::Other("nothing".to_owned()),
            [b'{', ..] => json::read(text).map_or_else(Self::Unreadable, Self::Autodiscover),
            [b'<', ..] if is_html(text) => Self::Other("a web page".to_owned()),
            [b'<', ..] => match xml::parse(text) {
                Ok(document) => Self::of_root(&document, account),
                Err(remark) => Self::Unreadable(remark),
            },
            _ => Self::Other("a plain text".to_owned()),
        }
    }

    fn of_root(document: &roxmltree::Document<'_>, account: &Account) -> Self {
        let root = document.root_element();
        match root.tag_name().name() {
            "clientConfig" => Self::Autoconfig(autoconfig::read(root, account)),
            "Autodiscover" => Self::Autodiscover(autodiscover::read(root, account)),
            "html" => Self::Other("a web page".to_owned()),
            other => Self::Other(format!("XML of the kind {}", visible(other.as_bytes()))),
        }
    }

    /// The name of the kind.
    pub(super) fn kind(&self) -> &str {
        match self {
            Self::Autoconfig(_) => "a configuration of Thunderbird",
            Self::Autodiscover(_) => "an answer of autodiscover",
            Self::Profile(_) => "a profile of Apple",
            Self::Other(what) => what,
            Self::Unreadable(_) => "something that cannot be read",
        }
    }
}

/// A web page need not be well-formed XML, so that its first words decide.
fn is_html(text: &str) -> bool {
    let begins = |text: &str, word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins(text, "<!doctype html") || begins(text, "<html") || begins(text, "<head") || begins(text, "<body")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces from which the documents are made that something might trip over.
    const PIECES: [&str; 24] = [
        "<?xml version='1.0'?>",
        "<clientConfig>",
        "<emailProvider>",
        "<incomingServer type='imap'>",
        "<hostname>",
        "<port>",
        "</port>",
        "99999",
        "%EMAILADDRESS%",
        "</hostname>",
        "</incomingServer>",
        "</emailProvider>",
        "</clientConfig>",
        "<Autodiscover><Response>",
        "<Account>",
        "<Protocol>",
        "<plist>",
        "<dict>",
        "<key>",
        "</key>",
        "</dict></plist>",
        "{\"Url\":\"",
        "\\u12",
        "\"}",
    ];

    proptest! {
        #[test]
        fn nothing_that_comes_breaks_it(
            pieces in proptest::collection::vec(
                prop_oneof![proptest::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
                    proptest::collection::vec(any::<u8>(), 0..4)],
                0..40,
            ),
        ) {
            let account = Account::parse("jo@example.org").unwrap();
            let response = Response { status: 200, body: pieces.concat(), ..Response::default() };
            let document = Document::read(&response, &account);
            prop_assert!(!document.kind().is_empty());
        }
    }

    #[test]
    fn kinds_of_documents() {
        let account = Account::parse("jo@example.org").unwrap();
        let read = |body: &[u8], is_cut| {
            let response = Response { status: 200, body: body.to_vec(), is_cut, ..Response::default() };
            Document::read(&response, &account)
        };
        for (body, kind) in [
            (&b"\xef\xbb\xbf\r\n<clientConfig/>"[..], "a configuration of Thunderbird"),
            (b"<Autodiscover xmlns='x'/>", "an answer of autodiscover"),
            (b"{\"Url\":\"https://x/\"}", "an answer of autodiscover"),
            (b"<?xml version='1.0'?><plist><dict/></plist>", "a profile of Apple"),
            (b"\x30\x82<plist><dict/></plist>\xff", "a profile of Apple"),
            (b"<!DOCTYPE html><p>hi<br>", "a web page"),
            (b"<HTML><p>", "a web page"),
            (b"<?xml version='1.0'?><html/>", "a web page"),
            (b"<rss/>", "XML of the kind rss"),
            (b"", "nothing"),
            (b"not found", "a plain text"),
            (b"\xff\xfe", "something that is no text in UTF-8"),
            (b"<clientConfig>\xff</clientConfig>", "something that cannot be read"),
            (b"<clientConfig>", "something that cannot be read"),
            (b"{", "something that cannot be read"),
        ] {
            assert_eq!(read(body, false).kind(), kind, "{}", String::from_utf8_lossy(body));
        }
        let Document::Unreadable(remark) = read(b"<clientConfig/>", true) else { panic!() };
        assert!(remark.says.contains("longer than"), "{}", remark.says);
    }
}
