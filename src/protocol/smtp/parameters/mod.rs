//! What follows MAIL and RCPT: the path and the parameters of the service extensions (RFC 5321 §4.1.1.11).

mod table;
mod values;

pub use table::{MAIL_PARAMETERS, ParameterRow, RCPT_PARAMETERS};

use std::ops::Range;

use super::address::{ForwardPath, Mailbox, ReversePath, forward_path, reverse_path, to_ascii_domain};
use crate::protocol::verb::{Cursor, Fault, Weight};

/// `SIZE=1000`, `SMTPUTF8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// In upper case.
    pub keyword: String,
    /// After the `=`, as it was typed.
    pub value: Option<String>,
    /// Octets of the line.
    pub at: Range<usize>,
}

/// MAIL, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailCommand {
    /// The sender.
    pub path: ReversePath,
    /// In the order in which they were typed, each keyword at most once.
    pub parameters: Vec<Parameter>,
}

/// RCPT, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RcptCommand {
    /// The recipient.
    pub path: ForwardPath,
    /// In the order in which they were typed, each keyword at most once.
    pub parameters: Vec<Parameter>,
}

/// The extension of a value that its parameter's own does not cover (RFC 3030 §3).
const BINARY: &[&str] = &["BINARYMIME"];

/// No extension defines so many; a hostile line may hold them.
const PARAMETER_CAP: usize = 64;

/// Reads what follows `MAIL `: `FROM:<path>` and parameters. Advice goes to [`Cursor::remarks`].
///
/// # Errors
/// Where and why it is no MAIL command.
pub fn mail(cursor: &mut Cursor<'_>) -> Result<MailCommand, Fault> {
    prefix(cursor, "FROM:")?;
    let path = reverse_path(cursor)?;
    let end = cursor.at();
    let parameters = parameters(cursor, "MAIL", MAIL_PARAMETERS)?;
    if let ReversePath::Mailbox(mailbox) = &path {
        beyond_ascii(cursor, mailbox, end, has(&parameters, "SMTPUTF8"));
    }
    together(cursor, &path, &parameters)?;
    Ok(MailCommand { path, parameters })
}

/// Reads what follows `RCPT `: `TO:<path>` and parameters. Advice goes to [`Cursor::remarks`].
///
/// # Errors
/// Where and why it is no RCPT command.
pub fn rcpt(cursor: &mut Cursor<'_>) -> Result<RcptCommand, Fault> {
    prefix(cursor, "TO:")?;
    let path = forward_path(cursor)?;
    let end = cursor.at();
    let parameters = parameters(cursor, "RCPT", RCPT_PARAMETERS)?;
    if let ForwardPath::Mailbox(mailbox) = &path {
        let said = cursor.enabled.smtputf8;
        beyond_ascii(cursor, mailbox, end, said);
    }
    Ok(RcptCommand { path, parameters })
}

/// What parameters mean for each other.
fn together(cursor: &mut Cursor<'_>, path: &ReversePath, parameters: &[Parameter]) -> Result<(), Fault> {
    let find = |keyword: &str| parameters.iter().find(|parameter| parameter.keyword == keyword);
    let (held, until) = (find("HOLDFOR"), find("HOLDUNTIL"));
    if let (Some(_), Some(until)) = (held, until) {
        return Err(Fault::syntax(until.at.clone(), "HOLDFOR and HOLDUNTIL exclude each other, keep one"));
    }
    if let (Some(hold), ReversePath::Null) = (held.or(until), path) {
        let reason = "a report from <> is not held (RFC 4865 §5.1)";
        cursor.remark_at(Fault { at: hold.at.clone(), weight: Weight::Advice, reason: reason.to_owned() });
    }
    let seconds = |parameter: &Parameter| {
        let value = parameter.value.as_deref().unwrap_or("");
        value.split(';').next().unwrap_or("").parse::<i64>().ok()
    };
    if let (Some(hold), Some(by)) = (held, find("BY"))
        && seconds(hold) > seconds(by)
    {
        let reason = "held longer than it may take to be delivered, the server would answer 501 (RFC 4865 §5.2)";
        return Err(Fault::syntax(hold.at.clone(), reason));
    }
    if let (Some(tracking), None) = (find("MTRK"), find("ENVID")) {
        let reason = "MTRK needs ENVID beside it (RFC 3885 §3.2)";
        return Err(Fault::syntax(tracking.at.clone(), reason));
    }
    Ok(())
}

/// What an address outside ASCII, whose path ends at octet `end`, needs: SMTPUTF8, or for the domain alone its A-label.
fn beyond_ascii(cursor: &mut Cursor<'_>, mailbox: &Mailbox, end: usize, said: bool) {
    // The path is `<…local@domain>`, both as they were typed.
    let domain = end.saturating_sub(1 + mailbox.domain.len())..end.saturating_sub(1);
    let local = domain.start.saturating_sub(1 + mailbox.local_part.len())..domain.start.saturating_sub(1);
    let (at, reason) = if !mailbox.local_part.is_ascii() {
        (local, "the local part is not ASCII: MAIL needs the parameter SMTPUTF8 (RFC 6531)".to_owned())
    } else if !mailbox.domain.is_ascii() {
        let ascii = to_ascii_domain(&mailbox.domain).unwrap_or_default();
        (domain, format!("the domain is not ASCII: MAIL needs SMTPUTF8, or write {ascii}, which does without"))
    } else {
        return;
    };
    cursor.need_at(at.clone(), &["SMTPUTF8"]);
    if !said {
        cursor.remark_at(Fault { at, weight: Weight::Advice, reason });
    }
}

fn has(parameters: &[Parameter], keyword: &str) -> bool {
    parameters.iter().any(|parameter| parameter.keyword == keyword)
}

/// `FROM:` or `TO:`, after which no space may stand: the most frequent mistake of all (RFC 5321 §3.3).
fn prefix(cursor: &mut Cursor<'_>, word: &str) -> Result<(), Fault> {
    let start = cursor.at();
    let rest = cursor.rest();
    if !cursor.eat_word(word) {
        let typed = rest.split([' ', '<']).next().unwrap_or("");
        if word.get(..rest.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(rest)) {
            cursor.take_while(|_| true);
            return Err(cursor.expected(&format!("{word}<address>")));
        }
        let bare = word.trim_end_matches(':');
        if typed.eq_ignore_ascii_case(bare) {
            let at = start + typed.len();
            return Err(Fault::syntax(at..at + 1, format!("expected \":\" directly after {bare}")));
        }
        let end = start + typed.len().max(rest.chars().next().map_or(0, char::len_utf8));
        return Err(Fault::syntax(start..end, format!("expected {word} and the address in angle brackets")));
    }
    let spaces = cursor.at();
    if !cursor.take_while(|c| c == ' ').is_empty() && !cursor.is_end() {
        return Err(cursor.fault_from(spaces, format!("no space is allowed between {word} and <")));
    }
    Ok(())
}

fn parameters(cursor: &mut Cursor<'_>, verb: &str, rows: &'static [ParameterRow]) -> Result<Vec<Parameter>, Fault> {
    let mut out: Vec<Parameter> = Vec::new();
    while !cursor.is_end() {
        let gap = cursor.at();
        if !cursor.eat(' ') {
            return Err(cursor.expected("a space before the next parameter"));
        }
        if cursor.peek() == Some(' ') {
            cursor.take_while(|c| c == ' ');
            return Err(cursor.fault_from(gap, "one space stands before a parameter"));
        }
        let parameter = parameter(cursor)?;
        if out.len() >= PARAMETER_CAP {
            return Err(Fault::syntax(parameter.at, format!("more than {PARAMETER_CAP} parameters")));
        }
        if has(&out, &parameter.keyword) {
            return Err(Fault::syntax(parameter.at, format!("{} stands here twice", parameter.keyword)));
        }
        match rows.iter().find(|row| row.keyword == parameter.keyword) {
            Some(row) => {
                check(cursor, row, &parameter)?;
                let value = parameter.value.as_deref().unwrap_or("");
                let binary = row.keyword == "BODY" && value.eq_ignore_ascii_case("BINARYMIME");
                cursor
                    .need_at(parameter.at.clone(), if binary { BINARY } else { std::slice::from_ref(&row.capability) });
            }
            None => {
                let start = parameter.at.start;
                cursor.advise(start, format!("{} is not a parameter of {verb} that I know", parameter.keyword));
            }
        }
        out.push(parameter);
    }
    Ok(out)
}

fn parameter(cursor: &mut Cursor<'_>) -> Result<Parameter, Fault> {
    let start = cursor.at();
    let keyword = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '-').to_ascii_uppercase();
    if keyword.is_empty() {
        return Err(cursor.expected("a parameter like SIZE=1000"));
    }
    if keyword.starts_with('-') {
        return Err(cursor.fault_from(start, "a parameter begins with a letter or digit, like SIZE=1000"));
    }
    let value = if cursor.eat('=') {
        let value = cursor.take_while(|c| matches!(c, '!'..='<' | '>'..='~') || !c.is_ascii());
        if value.is_empty() {
            return Err(cursor.expected(&format!("a value after {keyword}=")));
        }
        Some(value.to_owned())
    } else {
        None
    };
    match cursor.peek() {
        None | Some(' ') => Ok(Parameter { keyword, value, at: start..cursor.at() }),
        Some(_) => Err(cursor.expected("a space or the end; \"=\" within a value is written +3D")),
    }
}

fn check(cursor: &Cursor<'_>, row: &ParameterRow, parameter: &Parameter) -> Result<(), Fault> {
    let keyword = row.keyword;
    let fault = |reason: String| Err(Fault::syntax(parameter.at.clone(), reason));
    // Postfix's XVERP has delimiters or goes without.
    let optional = keyword == "XVERP";
    match &parameter.value {
        None if row.value.is_empty() || optional => Ok(()),
        // At the end of the line the user may still be typing.
        None if cursor.is_end() => Err(cursor.expected(&format!("{keyword}={}", row.value))),
        None => fault(format!("{keyword} needs a value: {keyword}={}", row.value)),
        Some(_) if row.value.is_empty() => fault(format!("{keyword} takes no value")),
        Some(value) => match (row.check)(value) {
            Ok(()) => Ok(()),
            Err(Some((at, reason))) => {
                let from = parameter.at.start + keyword.len() + 1;
                Err(Fault::syntax(from + at.start..from + at.end, reason))
            }
            Err(None) => {
                let shown: String = value.chars().take(40).collect();
                fault(format!("\"{shown}\" is not right for {keyword}, expected {}", row.value))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_command_is_understood() {
        let line = "MAIL from:<jo@example.com> size=1000 BODY=8BITMIME";
        let command = mail(&mut Cursor::new(line, 5)).unwrap();
        assert_eq!(command.path.to_string(), "<jo@example.com>");
        assert_eq!(command.parameters[0].keyword, "SIZE");
        assert_eq!(command.parameters[0].value.as_deref(), Some("1000"));
        assert_eq!(&line[command.parameters[1].at.clone()], "BODY=8BITMIME");
    }

    #[test]
    fn an_unknown_parameter_is_advice() {
        let mut cursor = Cursor::new("FROM:<a@b.example> X-FOO=1", 0);
        assert_eq!(mail(&mut cursor).unwrap().parameters.len(), 1);
        assert_eq!(cursor.remarks[0].at, 19..26);
    }
}
