//! The configuration profile of Apple: a property list, often inside a signature (PKCS #7).

use roxmltree::Node;

use super::account::{Account, UserName};
use super::server::{Reading, Remark, SERVERS, Server, host};
use super::xml::{self, place, text};
use crate::diagnosis::finding::Severity;
use crate::protocol::endpoint::{Protocol, Security, well_known};
use crate::protocol::visible::visible;

const FORM: &str = "write a payload of the type com.apple.mail.managed with host, port and UseSSL of both servers";

/// Whether these octets may be a profile: a property list, or a signature around one.
pub(super) fn is_profile(octets: &[u8]) -> bool {
    find(octets, b"<plist").is_some()
}

/// Reads a profile: what it says, and whether it is signed. The signature itself is not checked.
///
/// # Errors
/// It cannot be read.
pub(super) fn read(octets: &[u8], account: &Account) -> Result<Reading, Remark> {
    let start = find(octets, b"<?xml").or_else(|| find(octets, b"<plist")).unwrap_or(0);
    let rest = octets.get(start..).unwrap_or_default();
    let end = find(rest, b"</plist>").map_or(rest.len(), |at| at + b"</plist>".len());
    let list = rest.get(..end).unwrap_or_default();
    let list = std::str::from_utf8(list).map_err(|error| {
        let says = format!("the property list is no UTF-8 text from its octet {} on", error.valid_up_to());
        Remark::fault(says, "a signature may cut it in pieces: sign it with openssl smime -sign -nodetach -outform der")
    })?;
    let list = without_doctype(list);
    let document = xml::parse(&list)?;
    let mut reading = Reading::default();
    let signed = octets.first() == Some(&0x30);
    reading.say(if signed {
        Remark::note("signed; whether by whom it should be is not looked at here")
    } else {
        Remark::new(
            Severity::Note,
            "not signed: devices call the profile unverified",
            "sign it with the certificate of the web server",
        )
    });
    let root = document.root_element();
    let top = xml::child(root, "dict");
    let payloads = top.and_then(|top| value(top, "PayloadContent"));
    let mail = payloads
        .into_iter()
        .flat_map(|payloads| xml::children(payloads, "dict"))
        .filter(|payload| string(*payload, "PayloadType") == "com.apple.mail.managed");
    for payload in mail.take(SERVERS / 2) {
        account_of(payload, account, &mut reading);
    }
    if reading.servers.is_empty() {
        reading.say(Remark::fault("the profile holds no mail account that can be used", FORM).at(place(root)));
    }
    Ok(reading)
}

/// The two servers of one payload.
fn account_of(payload: Node<'_, '_>, account: &Account, reading: &mut Reading) {
    let here = place(payload);
    for key in ["IncomingPassword", "OutgoingPassword"] {
        if value(payload, key).is_some() {
            let says = format!("{key}: the profile holds a password, which everybody can fetch");
            reading.say(Remark::fault(says, "take it out, and have the password changed: devices ask for it").at(here));
        }
    }
    let kind = string(payload, "EmailAccountType");
    let incoming = match kind.as_str() {
        "EmailTypeIMAP" => Some(Protocol::Imap),
        "EmailTypePOP" => Some(Protocol::Pop3),
        other => {
            let says = format!("EmailAccountType \"{}\" is not known", visible(other.as_bytes()));
            reading.say(Remark::fault(says, "write EmailTypeIMAP or EmailTypePOP").at(here));
            None
        }
    };
    let ways = [(incoming, "IncomingMailServer"), (Some(Protocol::Smtp), "OutgoingMailServer")];
    for (protocol, prefix) in ways.into_iter().filter_map(|(protocol, prefix)| Some((protocol?, prefix))) {
        let of = |name: &str| string(payload, &format!("{prefix}{name}"));
        let name = of("HostName");
        let host = match host(&name) {
            Ok(host) => host,
            Err(why) => {
                reading.say(Remark::fault(format!("{prefix}HostName: {why}"), FORM).at(here));
                continue;
            }
        };
        let tls = value(payload, &format!("{prefix}UseSSL")).is_some_and(|node| node.tag_name().name() == "true");
        let number = of("PortNumber");
        let port = match (super::server::port(&number), number.is_empty()) {
            (Some(port), _) => port,
            (None, true) => usual(protocol, tls),
            (None, false) => {
                let says = format!("{prefix}PortNumber \"{}\" is no port", visible(number.as_bytes()));
                reading.say(Remark::fault(says, "write an integer from 1 to 65535").at(here));
                continue;
            }
        };
        // UseSSL says that TLS is used; when it begins, the port says.
        let security = match (tls, well_known(port)) {
            (false, _) => Security::Plain,
            (true, Some((_, Security::Plain | Security::StartTls))) => Security::StartTls,
            (true, _) => Security::Implicit,
        };
        let login = of("Username");
        let login = visible(login.as_bytes());
        let user_name = if login.is_empty() { UserName::Unsaid } else { account.user_name(&login) };
        let way = of("Authentication");
        let authentication = if way.is_empty() { Vec::new() } else { vec![visible(way.as_bytes()).into_owned()] };
        reading.servers.push(Server { protocol, host, port, security, user_name, authentication });
    }
}

const fn usual(protocol: Protocol, tls: bool) -> u16 {
    match (protocol, tls) {
        (Protocol::Imap, true) => 993,
        (Protocol::Imap, false) => 143,
        (Protocol::Pop3, true) => 995,
        (Protocol::Pop3, false) => 110,
        (Protocol::Smtp | Protocol::Lmtp, _) => 587,
    }
}

/// The element behind a key of a dictionary.
fn value<'a, 'i>(dictionary: Node<'a, 'i>, key: &str) -> Option<Node<'a, 'i>> {
    let name = xml::children(dictionary, "key").find(|node| text(*node) == key)?;
    name.next_sibling_element()
}

/// The text behind a key; empty without one.
fn string(dictionary: Node<'_, '_>, key: &str) -> String {
    value(dictionary, key).map(text).unwrap_or_default()
}

/// Takes the document type out, which every property list has and no reader needs. One with declarations inside
/// stays, and is refused. Lines and columns stay as they are.
fn without_doctype(list: &str) -> String {
    let Some(start) = list.find("<!DOCTYPE") else { return list.to_owned() };
    let rest = list.get(start..).unwrap_or_default();
    match rest.find(['>', '[']) {
        Some(end) if rest.as_bytes().get(end) == Some(&b'>') => {
            let (doctype, after) = rest.split_at(end + 1);
            let blank: String = doctype.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect();
            format!("{}{blank}{after}", list.get(..start).unwrap_or_default())
        }
        _ => list.to_owned(),
    }
}

fn find(octets: &[u8], what: &[u8]) -> Option<usize> {
    octets.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"\n \
                        \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>\
                        <key>PayloadType</key><string>Configuration</string>\n<key>PayloadContent</key><array>";
    const TAIL: &str = "</array></dict></plist>";

    fn payload(kind: &str, more: &str) -> String {
        format!(
            "{HEAD}\n<dict><key>PayloadType</key><string>com.apple.mail.managed</string><key>EmailAccountType</key>\
             <string>{kind}</string><key>IncomingMailServerHostName</key><string>imap.example.org</string>\
             <key>OutgoingMailServerHostName</key><string>smtp.example.org</string>{more}</dict>{TAIL}"
        )
    }

    fn read_text(octets: &[u8]) -> (Vec<String>, String) {
        let reading = read(octets, &Account::parse("jo@example.org").unwrap()).unwrap();
        let servers = reading.servers.iter();
        let servers = servers.map(|s| format!("{} {} {}", s.place().label(), s.place().text(), s.user_name.words()));
        let says: Vec<String> = reading.remarks.iter().map(Remark::text).collect();
        (servers.collect(), says.join("; "))
    }

    #[test]
    fn profiles_plain_and_signed() {
        let keys = "<key>IncomingMailServerUseSSL</key><true/><key>IncomingMailServerUsername</key>\
                    <string>jo@example.org</string><key>OutgoingMailServerUseSSL</key><true/>\
                    <key>OutgoingMailServerPortNumber</key><integer>587</integer>";
        let list = payload("EmailTypeIMAP", keys);
        let servers = [
            "IMAP imap.example.org:993 TLS the whole address",
            "SMTP smtp.example.org:587 STARTTLS a name that is not said",
        ];
        let (got, says) = read_text(list.as_bytes());
        assert_eq!(got, servers);
        assert!(says.contains("not signed"), "{says}");
        // A signature: octets before and behind.
        let signed = [b"\x30\x82\x10\x00\x06\x09\xff\xfe".as_slice(), list.as_bytes(), b"\xa0\x82\xff"].concat();
        let (got, says) = read_text(&signed);
        assert_eq!(got, servers);
        assert!(says.contains("signed;"), "{says}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (list, servers, part) in [
            (payload("EmailTypePOP", ""), 2, "not signed"),
            (payload("EmailTypeExchange", ""), 1, "EmailAccountType \"EmailTypeExchange\" is not known"),
            (payload("EmailTypeIMAP", "<key>IncomingPassword</key><string>secret</string>"), 2, "holds a password"),
            (
                payload("EmailTypeIMAP", "<key>IncomingMailServerPortNumber</key><integer>0</integer>"),
                1,
                "PortNumber \"0\" is no port",
            ),
            (format!("{HEAD}{TAIL}"), 0, "no mail account"),
            ("<plist/>".to_owned(), 0, "no mail account"),
            (payload("EmailTypeIMAP", "").replace("imap.example.org", ""), 1, "the host is empty"),
        ] {
            let (got, says) = read_text(list.as_bytes());
            assert_eq!(got.len(), servers, "{list}");
            assert!(says.contains(part), "{says}");
            assert!(!says.contains("secret"), "{says}");
        }
        let (got, _) = read_text(payload("EmailTypePOP", "").as_bytes());
        assert!(got[0].ends_with("imap.example.org:110 in clear a name that is not said"), "{got:?}");
    }

    #[test]
    fn lists_that_cannot_be_read() {
        let account = Account::parse("jo@example.org").unwrap();
        let laughs = "<?xml version='1.0'?><!DOCTYPE plist [<!ENTITY a 'ha'>]><plist>&a;</plist>";
        for (octets, part) in [
            (b"<plist>\xff</plist>".as_slice(), "no UTF-8"),
            (b"<plist><dict></plist>", "no XML"),
            (laughs.as_bytes(), "a DTD"),
        ] {
            let remark = read(octets, &account).unwrap_err();
            assert!(remark.says.contains(part), "{}", remark.says);
        }
        // The document type is taken out, and the places stay.
        let list = payload("EmailTypeIMAP", "").replace("</dict></array>", "</dic></array>");
        assert_eq!(read(list.as_bytes(), &account).unwrap_err().at.map(|(line, _)| line), Some(6));
    }
}
