//! The text of a `.netrc` file: machines, logins and passwords, as ftp, curl and Git read it. There is no RFC; the words
//! are those of the manual page netrc(5) of GNU inetutils, quotes and escapes those of curl.

use super::secret::Secret;

/// One `machine`, or the `default`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name after `machine`; nothing for `default`.
    pub machine: Option<String>,
    /// The user.
    pub login: Option<String>,
    /// The password, or a token.
    pub password: Option<Secret>,
}

/// What a file holds, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Netrc(Vec<Entry>);

impl Netrc {
    /// Reads a file.
    ///
    /// # Errors
    /// The line (from 1) and what is wrong there. No word of the file is repeated: a password with a space in it would
    /// be told to whoever looks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words { rest: text, line: 1 };
        let mut out = Self::default();
        while let Some(keyword) = words.keyword()? {
            let line = words.line;
            if keyword == "default" {
                out.0.push(Entry { machine: None, login: None, password: None });
                continue;
            }
            if keyword == "macdef" {
                words.skip_macro();
                continue;
            }
            if !["machine", "login", "password", "account"].contains(&keyword) {
                return Err(format!(
                    "line {line}: a word is none of machine, default, login, password, account and macdef; \
                     a value with a space in it needs quotes"
                ));
            }
            let value = words.value()?.ok_or_else(|| format!("line {line}: {keyword} has no value behind it"))?;
            if keyword == "machine" {
                out.0.push(Entry { machine: Some(lossy(&value)), login: None, password: None });
                continue;
            }
            let Some(entry) = out.0.last_mut() else {
                return Err(format!("line {line}: {keyword} stands before any machine; name the machine first"));
            };
            match keyword {
                "login" => entry.login = Some(lossy(&value)),
                "password" => entry.password = Some(value),
                _ => {}
            }
        }
        Ok(out)
    }

    /// The first entry for this host, and for this user if one is named; `default` is for every host. Names are compared
    /// without regard to case and to a final dot.
    #[must_use]
    pub fn find(&self, host: &str, user: Option<&str>) -> Option<&Entry> {
        let host = host.trim_end_matches('.');
        self.0.iter().find(|entry| {
            let here = entry.machine.as_ref().is_none_or(|name| name.trim_end_matches('.').eq_ignore_ascii_case(host));
            here && user.is_none_or(|user| entry.login.as_ref().is_none_or(|login| login == user))
        })
    }

    /// Whether anything in it must be kept from others.
    #[must_use]
    pub fn holds_passwords(&self) -> bool {
        self.0.iter().any(|entry| entry.password.is_some())
    }
}

fn lossy(value: &Secret) -> String {
    String::from_utf8_lossy(value.expose()).into_owned()
}

/// The words of a file, one by one.
struct Words<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Words<'a> {
    fn step(&mut self, octets: usize) -> &'a str {
        let (head, tail) = self.rest.split_at_checked(octets).unwrap_or((self.rest, ""));
        self.line += head.bytes().filter(|b| *b == b'\n').count();
        self.rest = tail;
        head
    }

    fn skip_space(&mut self) {
        let space = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len();
        self.step(space);
    }

    /// The next word where a keyword belongs. `#` begins a comment here, and nowhere else: a password may begin with it.
    fn keyword(&mut self) -> Result<Option<&'a str>, String> {
        loop {
            self.skip_space();
            if !self.rest.starts_with('#') {
                break;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.step(end);
        }
        if self.rest.starts_with('"') {
            return Err(format!("line {}: a keyword is expected and a quote stands there", self.line));
        }
        let end = self.rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(self.rest.len());
        Ok(Some(self.step(end)).filter(|word| !word.is_empty()))
    }

    /// The next word where a value belongs: in quotes, with `\n`, `\r`, `\t`, or `\` before what stands for itself.
    fn value(&mut self) -> Result<Option<Secret>, String> {
        self.skip_space();
        let line = self.line;
        if !self.rest.starts_with('"') {
            let end = self.rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(self.rest.len());
            return Ok(Some(self.step(end)).filter(|word| !word.is_empty()).map(Secret::from));
        }
        self.step(1);
        // No longer than what is left: it is never moved, which would leave a copy behind.
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let mut value = Vec::with_capacity(end);
        let mut chars = self.rest.get(..end).unwrap_or(self.rest).char_indices();
        let mut buffer = [0; 4];
        while let Some((at, c)) = chars.next() {
            let c = match c {
                '"' => {
                    self.step(at + 1);
                    return Ok(Some(Secret::new(value)));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, 'r')) => '\r',
                    Some((_, 't')) => '\t',
                    Some((_, other)) => other,
                    None => break,
                },
                other => other,
            };
            value.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
        drop(Secret::new(value));
        Err(format!("line {line}: the quote has no end on its line"))
    }

    /// A macro of ftp ends at the next empty line.
    fn skip_macro(&mut self) {
        while !self.rest.is_empty() {
            let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
            if self.step(end).trim_end_matches(['\r', '\n']).is_empty() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = "\
# mail
machine mail.example.org login jo password #1pass
machine IMAP.example.org.
\tlogin \"jo smith\"
\tpassword \"a \\\"b\\\" \\\\c\\t\"
\taccount x
macdef init
machine not.this.one password macro

machine mail.example.org login ann password hunter2 # hers
default login anonymous password guest@
machine never.example.org password x
";

    fn found(host: &str, user: Option<&str>) -> (Option<String>, Option<Vec<u8>>) {
        let netrc = Netrc::parse(FILE).unwrap();
        let entry = netrc.find(host, user).unwrap();
        (entry.login.clone(), entry.password.as_ref().map(|password| password.expose().to_vec()))
    }

    #[test]
    fn hosts_and_users_are_found() {
        for (host, user, login, password) in [
            ("mail.example.org", None, "jo", &b"#1pass"[..]),
            ("MAIL.example.org.", Some("jo"), "jo", b"#1pass"),
            ("mail.example.org", Some("ann"), "ann", b"hunter2"),
            ("imap.example.org", None, "jo smith", b"a \"b\" \\c\t"),
            ("not.this.one", None, "anonymous", b"guest@"),
            ("never.example.org", None, "anonymous", b"guest@"),
        ] {
            assert_eq!(found(host, user), (Some(login.to_owned()), Some(password.to_vec())), "{host} {user:?}");
        }
        assert_eq!(Netrc::parse(FILE).unwrap().find("mail.example.org", Some("bob")), None);
        assert!(Netrc::parse(FILE).unwrap().holds_passwords());
        assert!(!Netrc::parse("machine a login b").unwrap().holds_passwords());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_its_words() {
        for (text, line, part) in [
            ("machine a\nlogin", 2, "login has no value"),
            ("\n\nmachine a password my hunter2", 3, "needs quotes"),
            ("login jo", 1, "before any machine"),
            ("machine a\npassword \"hunter2\nlogin x", 2, "no end"),
            ("machine a\n\"hunter2\"", 2, "a keyword is expected"),
        ] {
            let error = Netrc::parse(text).unwrap_err();
            assert!(error.starts_with(&format!("line {line}: ")) && error.contains(part), "{text:?}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert_eq!(Netrc::parse("").unwrap(), Netrc::default());
        assert_eq!(Netrc::parse("# nothing\n \n").unwrap(), Netrc::default());
    }

    #[test]
    fn it_never_prints() {
        assert!(!format!("{:?}", Netrc::parse(FILE).unwrap()).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(machine|login|password|default|macdef|[\"\\\\#\n\t é]| x){0,40}") {
            let _ = Netrc::parse(&text);
        }

        #[test]
        fn a_quoted_password_comes_back(password in "[^\n\r]{1,40}") {
            let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
            let netrc = Netrc::parse(&format!("machine h password \"{quoted}\" login x")).unwrap();
            let entry = netrc.find("h", None).unwrap();
            prop_assert_eq!(entry.password.as_ref().unwrap().expose(), password.as_bytes());
            prop_assert_eq!(entry.login.as_deref(), Some("x"));
        }
    }
}
