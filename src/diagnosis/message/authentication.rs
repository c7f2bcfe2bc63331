//! `Authentication-Results`: what a server found when it checked SPF, DKIM, DMARC (RFC 8601 §2.2, RFC 8617 §4.1.1).

/// One field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authentication {
    /// The field it stood in.
    pub field: String,
    /// Who checked; empty when the field does not say, as Microsoft's.
    pub server: String,
    /// ARC's number of the hop.
    pub instance: Option<String>,
    /// What was checked. Empty: the server checked nothing (`none`).
    pub methods: Vec<Method>,
}

/// One method and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Method {
    /// `spf`, `dkim`, `dmarc`, in lower case.
    pub name: String,
    /// `pass`, `fail`, `none`, in lower case.
    pub result: String,
    /// Why, when the server says.
    pub reason: Option<String>,
    /// `smtp.mailfrom`, `header.d` and what they held.
    pub properties: Vec<(String, String)>,
    /// What the server added in comments.
    pub comments: Vec<String>,
}

/// Methods and properties that are read of one field.
const MOST: usize = 200;

/// Reads one field, unfolded.
pub(super) fn read(field: &str, raw: &str) -> Authentication {
    let mut out = Authentication { field: field.to_owned(), ..Authentication::default() };
    for statement in statements(raw).into_iter().take(MOST) {
        let mut words = statement.iter().filter_map(|token| match token {
            Token::Word(word) => Some(word),
            Token::Comment(_) => None,
        });
        let Some(first) = words.next() else { continue };
        let Some((name, result)) = first.split_once('=') else {
            if out.server.is_empty() && out.methods.is_empty() {
                out.server.clone_from(first);
            }
            continue;
        };
        if name.eq_ignore_ascii_case("i") && out.server.is_empty() && out.methods.is_empty() {
            out.instance = Some(result.to_owned());
            continue;
        }
        let name = name.split('/').next().unwrap_or(name).to_ascii_lowercase();
        let mut method = Method { name, result: result.to_ascii_lowercase(), ..Method::default() };
        for word in words.take(MOST) {
            match word.split_once('=') {
                Some((name, value)) if name.eq_ignore_ascii_case("reason") => method.reason = Some(value.to_owned()),
                Some((name, value)) => method.properties.push((name.to_ascii_lowercase(), value.to_owned())),
                None => method.properties.push((word.clone(), String::new())),
            }
        }
        method.comments = statement
            .iter()
            .filter_map(|token| match token {
                Token::Comment(comment) => Some(comment.clone()),
                Token::Word(_) => None,
            })
            .take(MOST)
            .collect();
        out.methods.push(method);
    }
    out
}

enum Token {
    Word(String),
    Comment(String),
}

/// The statements between semicolons, each in words and comments; quotes are taken off, blanks around `=` too.
fn statements(raw: &str) -> Vec<Vec<Token>> {
    let mut out = vec![Vec::new()];
    let mut word = String::new();
    let mut comment = String::new();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let end = |out: &mut Vec<Vec<Token>>, word: &mut String| {
        if !word.is_empty()
            && let Some(statement) = out.last_mut()
        {
            statement.push(Token::Word(std::mem::take(word)));
        }
    };
    for c in raw.chars() {
        let text = if depth > 0 { &mut comment } else { &mut word };
        match c {
            _ if escaped => {
                text.push(c);
                escaped = false;
            }
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => text.push(c),
            '(' => {
                if depth > 0 {
                    text.push(c);
                }
                depth += 1;
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth > 0 {
                    text.push(c);
                    continue;
                }
                // A comment ends the word before it, unless the value is still to come.
                if !word.ends_with('=') {
                    end(&mut out, &mut word);
                }
                if let Some(statement) = out.last_mut() {
                    statement.push(Token::Comment(std::mem::take(&mut comment)));
                }
            }
            _ if depth > 0 => text.push(c),
            ';' => {
                end(&mut out, &mut word);
                out.push(Vec::new());
            }
            ' ' | '\t' if word.ends_with('=') => {}
            ' ' | '\t' => end(&mut out, &mut word),
            '=' if word.is_empty() => {
                if let Some(Token::Word(before)) =
                    out.last_mut().and_then(|statement| statement.pop_if(|token| matches!(token, Token::Word(_))))
                {
                    word = before;
                }
                word.push('=');
            }
            _ => word.push(c),
        }
    }
    end(&mut out, &mut word);
    out
}
