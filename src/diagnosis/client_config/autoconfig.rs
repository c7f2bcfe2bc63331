//! The configuration file of Thunderbird (draft-ietf-mailmaint-autoconfig §4, and the wiki of Mozilla before it).

use roxmltree::Node;

use super::account::{Account, UserName};
use super::server::{Reading, Remark, SERVERS, Server, host, port};
use super::xml::{child, children, place, text, text_of};
use crate::protocol::endpoint::{Protocol, Security};
use crate::protocol::visible::visible;

/// Words of `authentication` that are in use; others may be the name of a SASL mechanism.
const WAYS: [&str; 11] = [
    "password-cleartext",
    "password-encrypted",
    "NTLM",
    "GSSAPI",
    "client-IP-address",
    "TLS-client-cert",
    "OAuth2",
    "none",
    // As version 1.0 had them.
    "plain",
    "secure",
    "http-basic",
];

/// Reads `clientConfig`: what it says, what is wrong with it, and where.
pub(super) fn read(root: Node<'_, '_>, account: &Account) -> Reading {
    let mut reading = Reading::default();
    let Some(provider) = child(root, "emailProvider") else {
        reading.say(Remark::fault("emailProvider is missing: mail programs find no server", FORM).at(place(root)));
        return reading;
    };
    let sections = provider.children().filter(Node::is_element).filter_map(|section| {
        let incoming = match section.tag_name().name() {
            "incomingServer" => true,
            "outgoingServer" => false,
            _ => return None,
        };
        Some((section, incoming))
    });
    for (section, incoming) in sections.take(SERVERS) {
        let kind = section.attribute("type").unwrap_or_default();
        let protocol = match (incoming, kind) {
            (true, "imap") => Protocol::Imap,
            (true, "pop3") => Protocol::Pop3,
            (false, "smtp") => Protocol::Smtp,
            _ => {
                let way = if incoming { "incomingServer" } else { "outgoingServer" };
                let says = format!("{way} of the type \"{}\", which is not looked at here", visible(kind.as_bytes()));
                reading.say(Remark::note(says).at(place(section)));
                continue;
            }
        };
        let read = server(section, protocol, account, &mut reading);
        reading.take(read);
    }
    if reading.servers.is_empty() {
        let says = "no server of IMAP, POP3 or SMTP that a mail program could use";
        reading.say(Remark::fault(says, FORM).at(place(provider)));
    }
    for (protocol, says) in
        [(Protocol::Imap, "no server to fetch mail from"), (Protocol::Smtp, "no server to send mail through")]
    {
        let has = |wanted: Protocol| reading.servers.iter().any(|server| server.protocol == wanted);
        let found = has(protocol) || protocol == Protocol::Imap && has(Protocol::Pop3);
        if !found && !reading.servers.is_empty() {
            reading
                .say(Remark::fault(format!("{says}: the account can only be half set up"), FORM).at(place(provider)));
        }
    }
    reading
}

const FORM: &str = "write hostname, port, socketType, authentication and username for each server, and at least one \
                    incomingServer and one outgoingServer";

/// One section.
///
/// # Errors
/// Why mail programs pass over it.
fn server(
    section: Node<'_, '_>,
    protocol: Protocol,
    account: &Account,
    reading: &mut Reading,
) -> Result<Server, Remark> {
    let passed = |node: Node<'_, '_>, why: String, next: &str| {
        Remark::fault(format!("{why}: mail programs pass over this server"), next).at(place(node))
    };
    let element = |name: &'static str| {
        let node = child(section, name);
        let value = node.map(text).unwrap_or_default();
        match node {
            Some(node) if !value.is_empty() => Ok((node, value)),
            _ => Err(passed(node.unwrap_or(section), format!("{name} is missing"), FORM)),
        }
    };
    let (node, name) = element("hostname")?;
    let host = host(&account.fill(&name)).map_err(|why| passed(node, why, "write the name of the server"))?;
    let (node, number) = element("port")?;
    let port = port(&number).ok_or_else(|| {
        passed(node, format!("\"{}\" is no port", visible(number.as_bytes())), "write a number from 1 to 65535")
    })?;
    let (node, word) = element("socketType")?;
    let security = match word.as_str() {
        "SSL" => Security::Implicit,
        "STARTTLS" => Security::StartTls,
        "plain" => Security::Plain,
        other => {
            let says = format!("socketType \"{}\" is not known", visible(other.as_bytes()));
            return Err(passed(node, says, "write SSL, STARTTLS or plain, in these letters"));
        }
    };
    let filled = account.fill(&text_of(section, "username"));
    let user_name = account.user_name(&visible(filled.as_bytes()));
    if user_name == UserName::Unsaid {
        let says = "username is missing: mail programs guess what to log in with";
        reading.say(Remark::warning(says, "write %EMAILADDRESS%, or what your server expects").at(place(section)));
    }
    let ways: Vec<(Node<'_, '_>, String)> = children(section, "authentication").map(|way| (way, text(way))).collect();
    if ways.is_empty() {
        let says = "authentication is missing: mail programs guess how to log in";
        reading.say(Remark::warning(says, "write password-cleartext: under TLS it is safe").at(place(section)));
    }
    for (node, way) in ways.iter().filter(|(node, way)| {
        node.attribute("system").is_none() && !WAYS.iter().any(|known| known.eq_ignore_ascii_case(way))
    }) {
        let says = format!("authentication \"{}\" is not known: mail programs pass over it", visible(way.as_bytes()));
        reading.say(
            Remark::warning(says, "write password-cleartext, password-encrypted, OAuth2 or another word of the draft")
                .at(place(*node)),
        );
    }
    let authentication =
        ways.iter().filter(|(_, way)| !way.is_empty()).map(|(_, way)| visible(way.as_bytes()).into_owned()).collect();
    Ok(Server { protocol, host, port, security, user_name, authentication })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::client_config::xml::parse;

    fn reading(text: &str) -> Reading {
        let account = Account::parse("fred@example.com").unwrap();
        read(parse(text).unwrap().root_element(), &account)
    }

    fn shown(server: &Server) -> String {
        format!(
            "{} {} {} {}",
            server.place().label(),
            server.place().text(),
            server.user_name.words(),
            server.authentication.join(" ")
        )
    }

    #[test]
    fn the_example_of_the_draft() {
        let section = |kind: &str, host: &str, port: u16, socket: &str, more: &str| {
            let way = if kind == "smtp" { "outgoingServer" } else { "incomingServer" };
            format!(
                "<{way} type='{kind}'><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>\
                 <authentication>password-cleartext</authentication>{more}<username>%EMAILADDRESS%</username></{way}>"
            )
        };
        let text = format!(
            "<?xml version='1.0'?><clientConfig version='1.2'><emailProvider id='example.com'>\
             <domain>example.com</domain>{}{}{}<incomingServer type='jmap'><url>https://jmap.example.com</url>\
             </incomingServer></emailProvider><calendar type='caldav'><url>https://c.example.com</url></calendar>\
             </clientConfig>",
            section("imap", "imap.%EMAILDOMAIN%", 993, "SSL", "<authentication>OAuth2</authentication>"),
            section("pop3", "POP.example.com", 995, "SSL", ""),
            section("smtp", "smtp.googlemail.com", 587, "STARTTLS", ""),
        );
        let reading = reading(&text);
        let servers: Vec<String> = reading.servers.iter().map(shown).collect();
        assert_eq!(
            servers,
            [
                "IMAP imap.example.com:993 TLS the whole address password-cleartext OAuth2",
                "POP3 pop.example.com:995 TLS the whole address password-cleartext",
                "SMTP smtp.googlemail.com:587 STARTTLS the whole address password-cleartext",
            ]
        );
        let remarks: Vec<&str> = reading.remarks.iter().map(|remark| remark.says.as_str()).collect();
        assert_eq!(remarks, ["incomingServer of the type \"jmap\", which is not looked at here"]);
    }

    #[test]
    fn wrong_sections_say_where_and_leave_the_others() {
        let whole = "<hostname>h.example</hostname>\n<port>993</port>\n<socketType>SSL</socketType>\n\
                     <authentication>password-cleartext</authentication>\n<username>x</username>";
        for (from, to, at, part) in [
            ("<hostname>h.example</hostname>", "", (3, 1), "hostname is missing: mail programs pass over"),
            ("h.example", " ", (4, 1), "hostname is missing"),
            ("h.example", "a..b", (4, 1), "\"a..b\" is not a host name"),
            ("993", "993x", (5, 1), "\"993x\" is no port"),
            ("993", "0", (5, 1), "\"0\" is no port"),
            ("993", "99999", (5, 1), "\"99999\" is no port"),
            ("SSL", "TLS", (6, 1), "socketType \"TLS\" is not known"),
            ("SSL", "ssl\u{202e}", (6, 1), "socketType \"ssl<U+202E>\" is not known"),
            ("password-cleartext", "magic", (7, 1), "authentication \"magic\" is not known"),
            ("<username>x</username>", "", (3, 1), "username is missing"),
            ("<authentication>password-cleartext</authentication>", "", (3, 1), "authentication is missing"),
        ] {
            let section = format!("<incomingServer type='imap'>\n{}\n</incomingServer>", whole.replace(from, to));
            let good = format!("<outgoingServer type='smtp'>{}</outgoingServer>", whole.replace("993", "465"));
            let reading =
                reading(&format!("<clientConfig>\n<emailProvider>\n{section}{good}</emailProvider></clientConfig>"));
            let first = reading.remarks.first().unwrap_or_else(|| panic!("{to}: nothing was said"));
            assert_eq!(first.at, Some(at), "{}", first.says);
            assert!(first.says.contains(part), "{to}: {}", first.says);
            assert!(reading.servers.iter().any(|server| server.port == 465), "{to}");
        }
    }

    #[test]
    fn half_a_configuration_is_no_configuration() {
        let smtp = "<outgoingServer type='smtp'><hostname>h</hostname><port>465</port><socketType>SSL</socketType>\
                    <authentication>NTLM</authentication><username>x</username></outgoingServer>";
        for (text, part) in [
            ("<clientConfig/>".to_owned(), "emailProvider is missing"),
            ("<clientConfig><emailProvider/></clientConfig>".to_owned(), "no server of IMAP, POP3 or SMTP"),
            (format!("<clientConfig><emailProvider>{smtp}</emailProvider></clientConfig>"), "to fetch mail from"),
        ] {
            let reading = reading(&text);
            assert!(reading.remarks.iter().any(|remark| remark.says.contains(part)), "{text}: {:?}", reading.remarks);
        }
        let many = format!("<clientConfig><emailProvider>{}</emailProvider></clientConfig>", smtp.repeat(500));
        assert_eq!(reading(&many).servers.len(), SERVERS);
    }
}
