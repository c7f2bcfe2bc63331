//! What a server offers: EHLO lines, `CAPABILITY`, `CAPA`. Unknown capabilities are kept as they came.

/// One offer: `SIZE 10240000`, `AUTH PLAIN LOGIN`, `IDLE`, `SASL PLAIN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The keyword in upper case. IMAP's `AUTH=PLAIN` is keyword `AUTH=PLAIN`.
    pub name: String,
    /// What follows the keyword, as it came.
    pub parameters: Vec<String>,
}

impl Capability {
    /// Reads one line of a capability list, lossily for octets that are not UTF-8. Of a line longer than any server's
    /// the first 1000 octets are read.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let line = line.get(..1000).unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_ascii_whitespace();
        let name = words.next()?.to_ascii_uppercase();
        let mut parameters: Vec<String> = words.map(str::to_owned).collect();
        // `AUTH=LOGIN` in an EHLO answer is the old form some servers still send beside `AUTH LOGIN`.
        if let Some(first) = name.strip_prefix("AUTH=").filter(|_| !parameters.is_empty()) {
            parameters.insert(0, first.to_owned());
            return Some(Self { name: "AUTH".to_owned(), parameters });
        }
        Some(Self { name, parameters })
    }

    /// The keyword and its parameters.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = self.name.clone();
        for parameter in &self.parameters {
            out.push(' ');
            out.push_str(parameter);
        }
        out
    }
}

/// A capability list, and whether one has been heard at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A list has been received since the connection or TLS began.
    pub known: bool,
    list: Vec<Capability>,
}

/// More offers than this in one list are counted, not kept: no server has them, a hostile one might.
pub const CAPABILITY_CAP: usize = 1000;

impl Capabilities {
    /// No list has been heard.
    #[must_use]
    pub const fn unheard() -> Self {
        Self { known: false, list: Vec::new() }
    }

    /// An empty list that has been heard.
    #[must_use]
    pub const fn heard() -> Self {
        Self { known: true, list: Vec::new() }
    }

    /// The offers in the order they came.
    #[must_use]
    pub fn list(&self) -> &[Capability] {
        &self.list
    }

    /// Adds an offer.
    pub fn push(&mut self, capability: Capability) {
        if self.list.len() < CAPABILITY_CAP {
            self.list.push(capability);
        }
    }

    /// The offer with this keyword, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Capability> {
        self.list.iter().find(|capability| capability.name.eq_ignore_ascii_case(name))
    }

    /// Whether this keyword is offered.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// SASL mechanisms offered: `AUTH …` (SMTP), `AUTH=…` (IMAP), `SASL …` (POP3), each once, in upper case.
    #[must_use]
    pub fn mechanisms(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for capability in &self.list {
            let names: Vec<&str> = match capability.name.as_str() {
                "AUTH" | "SASL" => capability.parameters.iter().map(String::as_str).collect(),
                name => name.strip_prefix("AUTH=").into_iter().collect(),
            };
            for name in names {
                let name = name.to_ascii_uppercase();
                if !out.contains(&name) {
                    out.push(name);
                }
            }
        }
        out
    }

    /// SMTP's SIZE limit in octets (RFC 1870 §3): `None` when not offered, `Some(0)` when there is no fixed limit.
    #[must_use]
    pub fn size_limit(&self) -> Option<u64> {
        let size = self.get("SIZE")?;
        Some(size.parameters.first().and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    /// What `self` offers that `before` did not, and what it no longer offers.
    #[must_use]
    pub fn difference(&self, before: &Self) -> (Vec<String>, Vec<String>) {
        let texts = |c: &Self| c.list.iter().map(Capability::text).collect::<Vec<_>>();
        let (now, then) = (texts(self), texts(before));
        let new = now.iter().filter(|t| !then.contains(t)).cloned().collect();
        let gone = then.into_iter().filter(|t| !now.contains(t)).collect();
        (new, gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(lines: &[&str]) -> Capabilities {
        let mut out = Capabilities::heard();
        for line in lines {
            out.push(Capability::read(line.as_bytes()).unwrap());
        }
        out
    }

    #[test]
    fn mechanisms_of_all_three_protocols() {
        assert_eq!(list(&["AUTH PLAIN login", "AUTH=PLAIN LOGIN"]).mechanisms(), ["PLAIN", "LOGIN"]);
        assert_eq!(list(&["AUTH=PLAIN", "AUTH=SCRAM-SHA-256", "IDLE"]).mechanisms(), ["PLAIN", "SCRAM-SHA-256"]);
        assert_eq!(list(&["SASL PLAIN"]).mechanisms(), ["PLAIN"]);
    }

    #[test]
    fn size_and_difference() {
        assert_eq!(list(&["SIZE 5"]).size_limit(), Some(5));
        assert_eq!(list(&["SIZE"]).size_limit(), Some(0));
        assert_eq!(list(&[]).size_limit(), None);
        let (new, gone) = list(&["A", "B 2"]).difference(&list(&["A", "B 1"]));
        assert_eq!((new, gone), (vec!["B 2".to_owned()], vec!["B 1".to_owned()]));
    }
}
