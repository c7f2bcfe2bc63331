//! Autodiscover of Outlook: what is asked, and the answer in plain old XML (MS-OXDSCLI §2.2.3, §2.2.4).

use roxmltree::Node;

use super::account::{Account, UserName};
use super::server::{Reading, Remark, SERVERS, Server, host, port};
use super::xml::{child, children, place, text_of};
use crate::protocol::endpoint::{Protocol, Security};
use crate::protocol::visible::visible;

/// Where it is asked for on each host.
pub(super) const PATH: &str = "/autodiscover/autodiscover.xml";

/// What is posted. No password is ever sent.
pub(super) fn request(address: &str) -> String {
    let schema = "http://schemas.microsoft.com/exchange/autodiscover/outlook";
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Autodiscover xmlns=\"{schema}/requestschema/2006\"><Request>\
         <EMailAddress>{}</EMailAddress><AcceptableResponseSchema>{schema}/responseschema/2006a\
         </AcceptableResponseSchema></Request></Autodiscover>\r\n",
        escaped(address)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Servers.
    Settings(Reading),
    /// Ask about this address.
    Address(String),
    /// Ask at this URL.
    Url(String),
    /// The server has no settings, and says why.
    Refused(String),
}

/// Reads `Autodiscover`.
pub(super) fn read(root: Node<'_, '_>, account: &Account) -> Answer {
    let response = child(root, "Response");
    if let Some(error) = response.and_then(|response| child(response, "Error")) {
        let (code, message) = (text_of(error, "ErrorCode"), text_of(error, "Message"));
        return Answer::Refused(visible(format!("{code} {message}").trim().as_bytes()).into_owned());
    }
    let Some(account_node) = response.and_then(|response| child(response, "Account")) else {
        let mut reading = Reading::default();
        reading.say(Remark::fault("neither Account nor Error is in the answer", FORM).at(place(root)));
        return Answer::Settings(reading);
    };
    let (address, url) = (text_of(account_node, "RedirectAddr"), text_of(account_node, "RedirectUrl"));
    match text_of(account_node, "Action").to_ascii_lowercase().as_str() {
        "redirectaddr" if !address.is_empty() => Answer::Address(address),
        "redirecturl" if !url.is_empty() => Answer::Url(url),
        _ => Answer::Settings(settings(account_node, account)),
    }
}

const FORM: &str = "answer with Account/Protocol for IMAP, POP3 and SMTP, each with Type, Server, Port and SSL";

fn settings(node: Node<'_, '_>, account: &Account) -> Reading {
    let mut reading = Reading::default();
    for section in children(node, "Protocol").take(SERVERS) {
        let kind = text_of(section, "Type").to_ascii_uppercase();
        // Exchange of today names the protocol in an attribute.
        let kind = if kind.is_empty() { section.attribute("Type").unwrap_or_default().to_owned() } else { kind };
        let protocol = match kind.as_str() {
            "IMAP" => Protocol::Imap,
            "POP3" => Protocol::Pop3,
            "SMTP" => Protocol::Smtp,
            other => {
                let says = format!("settings of {}, which are Exchange's own", visible(other.as_bytes()));
                reading.say(Remark::note(says).at(place(section)));
                continue;
            }
        };
        let read = server(section, protocol, account, &mut reading);
        reading.take(read);
    }
    if reading.servers.is_empty() && reading.remarks.is_empty() {
        reading.say(Remark::fault("no Protocol is in the answer", FORM).at(place(node)));
    }
    reading
}

fn server(
    section: Node<'_, '_>,
    protocol: Protocol,
    account: &Account,
    reading: &mut Reading,
) -> Result<Server, Remark> {
    let here = place(section);
    let kind = protocol.name().to_ascii_uppercase();
    let passed = |why: String| Remark::fault(format!("{kind}: {why}: Outlook passes over it"), FORM).at(here);
    let name = text_of(section, "Server");
    if name.is_empty() {
        return Err(passed("Server is missing".to_owned()));
    }
    let host = host(&name).map_err(passed)?;
    let switch = |name| text_of(section, name).to_ascii_lowercase();
    // Encryption counts before SSL, and SSL is on where nothing is said.
    let security = match (switch("Encryption").as_str(), switch("SSL").as_str()) {
        ("none", _) | ("", "off") => Security::Plain,
        ("tls", _) => Security::StartTls,
        ("auto", _) => {
            let says = format!("{kind}: Encryption is Auto: Outlook goes on in clear where no TLS is offered");
            reading.say(Remark::warning(says, "write SSL or TLS").at(here));
            Security::StartTls
        }
        _ => Security::Implicit,
    };
    let number = text_of(section, "Port");
    let port = match port(&number) {
        Some(port) => port,
        None if number.is_empty() => usual(protocol, security),
        None => return Err(passed(format!("\"{}\" is no port", visible(number.as_bytes())))),
    };
    if switch("SPA") != "off" {
        let says = format!("{kind}: SPA is not off: Outlook tries NTLM, which other servers than Exchange refuse");
        reading.say(Remark::warning(says, "write <SPA>off</SPA>").at(here));
    }
    let login = text_of(section, "LoginName");
    let login = visible(login.as_bytes());
    let user_name = if login.is_empty() { UserName::Unsaid } else { account.user_name(&login) };
    Ok(Server { protocol, host, port, security, user_name, authentication: Vec::new() })
}

/// The registered port, where none is given.
const fn usual(protocol: Protocol, security: Security) -> u16 {
    match (protocol, security) {
        (Protocol::Imap, Security::Implicit) => 993,
        (Protocol::Imap, _) => 143,
        (Protocol::Pop3, Security::Implicit) => 995,
        (Protocol::Pop3, _) => 110,
        (Protocol::Smtp | Protocol::Lmtp, Security::Implicit) => 465,
        (Protocol::Smtp | Protocol::Lmtp, _) => 587,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::client_config::xml::parse;

    fn answer(inside: &str) -> Answer {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/\
             autodiscover/responseschema/2006\"><Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/\
             outlook/responseschema/2006a\">{inside}</Response></Autodiscover>"
        );
        read(parse(&text).unwrap().root_element(), &Account::parse("jo@contoso.com").unwrap())
    }

    #[test]
    fn settings_of_each_protocol() {
        let off = "<SPA>off</SPA>";
        for (section, expect, remark) in [
            (
                format!("<Type>IMAP</Type><Server>Mail.contoso.com</Server><Port>993</Port>{off}<SSL>on</SSL>"),
                "IMAP mail.contoso.com:993 TLS, a name that is not said",
                "",
            ),
            (
                format!("<Type>POP3</Type><Server>m.contoso.com</Server>{off}<LoginName>jo</LoginName>"),
                "POP3 m.contoso.com:995 TLS, the part before the @",
                "",
            ),
            (
                format!(
                    "<Type>SMTP</Type><Server>m.contoso.com</Server><Port>587</Port>{off}<SSL>on</SSL>\
                     <Encryption>TLS</Encryption><LoginName>jo@contoso.com</LoginName>"
                ),
                "SMTP m.contoso.com:587 STARTTLS, the whole address",
                "",
            ),
            (
                format!("<Type>SMTP</Type><Server>m.contoso.com</Server>{off}<SSL>off</SSL>"),
                "SMTP m.contoso.com:587 in clear, a name that is not said",
                "",
            ),
            (
                format!("<Type>IMAP</Type><Server>m.contoso.com</Server>{off}<Encryption>Auto</Encryption>"),
                "IMAP m.contoso.com:143 STARTTLS, a name that is not said",
                "Encryption is Auto",
            ),
            (
                "<Type>IMAP</Type><Server>m.contoso.com</Server>".to_owned(),
                "IMAP m.contoso.com:993 TLS, a name that is not said",
                "SPA is not off",
            ),
            (format!("<Type>IMAP</Type>{off}"), "", "Server is missing"),
            (format!("<Type>IMAP</Type><Server>m</Server><Port>x</Port>{off}"), "", "\"x\" is no port"),
            ("<Type>EXCH</Type><Server>m</Server>".to_owned(), "", "settings of EXCH"),
        ] {
            let got = answer(&format!("<Account><Action>settings</Action><Protocol>{section}</Protocol></Account>"));
            let Answer::Settings(reading) = got else { panic!("{section}: {got:?}") };
            let servers: Vec<String> = reading
                .servers
                .iter()
                .map(|s| format!("{} {}, {}", s.place().label(), s.place().text(), s.user_name.words()))
                .collect();
            assert_eq!(servers.join(";"), expect, "{section}");
            let says = reading.remarks.iter().map(|remark| remark.says.as_str()).collect::<Vec<_>>().join(";");
            assert_eq!(remark.is_empty(), says.is_empty(), "{section}: {says}");
            assert!(says.contains(remark), "{section}: {says}");
        }
    }

    #[test]
    fn redirects_and_refusals() {
        for (inside, expect) in [
            (
                "<Account><Action>redirectAddr</Action><RedirectAddr>jo@fabrikam.com</RedirectAddr></Account>",
                Answer::Address("jo@fabrikam.com".to_owned()),
            ),
            (
                "<Account><Action>redirectUrl</Action><RedirectUrl>https://a.contoso.com/x</RedirectUrl></Account>",
                Answer::Url("https://a.contoso.com/x".to_owned()),
            ),
            (
                "<Error Time='1' Id='2'><ErrorCode>600</ErrorCode><Message>Invalid Request</Message></Error>",
                Answer::Refused("600 Invalid Request".to_owned()),
            ),
        ] {
            assert_eq!(answer(inside), expect, "{inside}");
        }
        for (inside, part) in [("", "neither Account nor Error"), ("<Account/>", "no Protocol")] {
            let Answer::Settings(reading) = answer(inside) else { panic!("{inside}") };
            assert!(reading.remarks[0].says.contains(part), "{inside}");
        }
    }

    #[test]
    fn the_request_holds_the_address_and_nothing_else() {
        let text = request("jo&<x>@contoso.com");
        let document = parse(&text).unwrap();
        let asked = child(document.root_element(), "Request").unwrap();
        assert_eq!(text_of(asked, "EMailAddress"), "jo&<x>@contoso.com");
        assert!(text_of(asked, "AcceptableResponseSchema").ends_with("/outlook/responseschema/2006a"));
        assert_eq!(asked.children().filter(Node::is_element).count(), 2);
    }
}
