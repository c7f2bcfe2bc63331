//! What is typed behind `tls`: a server, perhaps the domain whose mail it takes, perhaps `+aia`.

use crate::diagnosis::dns::ascii_name;
use crate::protocol::endpoint::{Endpoint, Host, Protocol, Security, Target, parse_target};

/// The word that lets missing issuers be fetched.
pub(in crate::diagnosis) const FETCH: &str = "+aia";

/// What is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The server. TLS begins there from the first octet or after STARTTLS.
    pub endpoint: Endpoint,
    /// The domain whose mail it takes, in A-label form.
    pub domain: Option<String>,
    /// Issuers that the server does not send are fetched from where the certificate says.
    pub fetches: bool,
}

impl Subject {
    /// Reads `HOST`, `HOST:PORT`, `HOST PORT` or a URL as every target is read, then `for DOMAIN`, and `+aia` anywhere. A
    /// host alone is its port 25. Where TLS would begin in clear, it begins with STARTTLS; `security` says otherwise.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn read(words: &[&str], security: Option<Security>) -> Result<Self, String> {
        let fetches = words.contains(&FETCH);
        let words: Vec<&str> = words.iter().copied().filter(|word| *word != FETCH).collect();
        let (server, domain) = match words.iter().position(|word| *word == "for") {
            Some(at) => (words.get(..at).unwrap_or_default(), words.get(at + 1..)),
            None => (words.as_slice(), None),
        };
        let domain = match domain {
            None => None,
            Some(&[domain]) => {
                let name = domain.rsplit_once('@').map_or(domain, |(_, name)| name);
                Some(ascii_name(name).map_err(|why| format!("\"{domain}\" is not a name: {why}"))?)
            }
            Some([]) => {
                return Err("the domain is missing behind \"for\": tls mx1.example.org for example.org".to_owned());
            }
            Some([_, more, ..]) => return Err(format!("\"{more}\" is one word too many behind \"for DOMAIN\"")),
        };
        let smtp = |host| Endpoint { protocol: Protocol::Smtp, host, port: 25, security: Security::StartTls };
        let mut endpoint = match parse_target(server).map_err(|error| error.0)? {
            Target::Endpoint(endpoint) => endpoint,
            Target::Domain(name) => smtp(Host::Name(name)),
            Target::Address { local_part, domain } => {
                return Err(format!(
                    "{local_part}@{domain} is an address; write the name of a server: tls mx1.{domain}"
                ));
            }
        };
        if let Some(security) = security {
            endpoint.security = security;
        }
        if endpoint.security == Security::Plain {
            endpoint.security = Security::StartTls;
        }
        if let Host::Name(name) = &mut endpoint.host {
            name.make_ascii_lowercase();
        }
        Ok(Self { endpoint, domain, fetches })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, expect) in [
            ("mx1.Example.org", "smtp mx1.example.org:25 StartTls"),
            ("mx1.example.org:465", "smtp mx1.example.org:465 Implicit"),
            ("mx1.example.org 993 +aia", "imap mx1.example.org:993 Implicit +aia"),
            ("+aia pop3://192.0.2.1", "pop3 192.0.2.1:110 StartTls +aia"),
            ("[2001:db8::25]", "smtp [2001:db8::25]:25 StartTls"),
            ("mx1.example.org for bücher.example", "smtp mx1.example.org:25 StartTls for xn--bcher-kva.example"),
            ("mx1.example.org for jo@example.org", "smtp mx1.example.org:25 StartTls for example.org"),
            ("localhost:24200", "smtp localhost:24200 StartTls"),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let Subject { endpoint, domain, fetches } = Subject::read(&words, None).unwrap();
            let mut read = format!("{} {endpoint} {:?}", endpoint.protocol, endpoint.security);
            read.extend(domain.map(|domain| format!(" for {domain}")));
            read.push_str(if fetches { " +aia" } else { "" });
            assert_eq!(read, expect, "{line}");
        }
        let implicit = Subject::read(&["mx1.example.org:2525"], Some(Security::Implicit)).unwrap();
        assert_eq!(implicit.endpoint.security, Security::Implicit);
        for (line, part) in [
            ("mx1.example.org for", "the domain is missing"),
            ("mx1.example.org for a b", "\"b\" is one word too many"),
            ("mx1.example.org for a..b", "is not a name"),
            ("jo@example.org", "write the name of a server"),
            ("a b c", "one word too many"),
            ("ftp://a", "not a mail scheme"),
            ("for example.org", "no host given"),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let error = Subject::read(&words, None).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
