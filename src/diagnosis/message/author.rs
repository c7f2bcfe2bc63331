//! Whose a message says it is: the domains of the addresses in an address list (RFC 5322 §3.4), as people see them and
//! as DMARC is about.

/// Addresses of one field that are read.
const MOST: usize = 50;

/// The domain of each address of a field like `From`, unfolded, as it is written. What is no address is passed over.
#[must_use]
pub fn domains(field: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut address = Address::default();
    let (mut comments, mut quoted, mut escaped, mut literal) = (0_usize, false, false, false);
    for c in field.chars() {
        match c {
            _ if escaped => {
                escaped = false;
                address.keep(c, quoted || comments > 0);
            }
            '\\' if quoted || comments > 0 => escaped = true,
            '"' if comments == 0 => quoted = !quoted,
            '(' if !quoted => comments += 1,
            ')' if comments > 0 => comments -= 1,
            _ if quoted || comments > 0 => address.keep(c, true),
            '[' | ']' => {
                literal = c == '[';
                address.keep(c, false);
            }
            '<' => address.open(),
            '>' => address.close(),
            // The name of a group ends with a colon, and the group with a semicolon.
            ':' if !literal && !address.is_angle => address = Address::default(),
            ',' | ';' if !address.is_angle => {
                out.extend(std::mem::take(&mut address).domain());
                if out.len() >= MOST {
                    return out;
                }
            }
            _ => address.keep(c, false),
        }
    }
    out.extend(address.domain());
    out
}

/// One address on its way.
#[derive(Default)]
struct Address {
    /// What stands behind the last `@`; none before there is one.
    domain: Option<String>,
    is_angle: bool,
    /// The angle is closed: what comes behind it says nothing.
    is_closed: bool,
}

impl Address {
    fn open(&mut self) {
        *self = Self { is_angle: true, ..Self::default() };
    }

    fn close(&mut self) {
        (self.is_angle, self.is_closed) = (false, true);
    }

    /// `hidden`: it stands in quotes or in a comment, where an `@` is no sign.
    fn keep(&mut self, c: char, hidden: bool) {
        if self.is_closed || hidden {
            return;
        }
        match (c, &mut self.domain) {
            ('@', domain) => *domain = Some(String::new()),
            (_, Some(domain)) if !c.is_whitespace() => domain.push(c),
            _ => {}
        }
    }

    fn domain(self) -> Option<String> {
        self.domain.filter(|domain| !domain.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_authors() {
        for (field, expect) in [
            (" Joe SixPack <joe@football.example.com>", &["football.example.com"][..]),
            ("joe@a.example", &["a.example"]),
            ("joe@a.example (bob@b.example)", &["a.example"]),
            ("\"bob@b.example\" <joe@a.example>", &["a.example"]),
            ("\"x@y\"@a.example, Ann <ann@ b . example >", &["a.example", "b.example"]),
            ("team: joe@a.example, ann@b.example;", &["a.example", "b.example"]),
            ("\"a \\\" <x@y> b\" <joe@a.example> x@y", &["a.example"]),
            ("<joe@[IPv6:2001:db8::1]>", &["[IPv6:2001:db8::1]"]),
            ("<@relay.example:joe@a.example>", &["a.example"]),
            ("bob@b.example <joe@a.example>", &["a.example"]),
            ("undisclosed:;", &[]),
            ("nobody", &[]),
            ("joe@", &[]),
            ("", &[]),
            ("((((joe@a.example", &[]),
            ("\"joe@a.example", &[]),
        ] {
            assert_eq!(domains(field), expect, "{field}");
        }
        assert_eq!(domains(&"a@b,".repeat(10_000)).len(), MOST);
    }
}
