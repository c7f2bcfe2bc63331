//! What follows MAIL and RCPT: the path and the parameters of the service extensions (RFC 5321 §4.1.1.11).

use std::ops::Range;

use super::address::{ForwardPath, NEEDS_SMTPUTF8, ReversePath, forward_path, reverse_path};
use crate::protocol::verb::{Cursor, Fault};

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

/// A parameter that the program knows.
#[derive(Debug)]
pub struct ParameterRow {
    /// In upper case.
    pub keyword: &'static str,
    /// The EHLO keyword under which a server offers it.
    pub capability: &'static str,
    /// What may follow: empty, or the form of the value.
    pub value: &'static str,
    /// What it asks for, in a few words.
    pub summary: &'static str,
    check: fn(&str) -> bool,
}

const fn row(
    keyword: &'static str,
    capability: &'static str,
    value: &'static str,
    summary: &'static str,
    check: fn(&str) -> bool,
) -> ParameterRow {
    ParameterRow { keyword, capability, value, summary, check }
}

/// No extension defines so many; a hostile line may hold them.
const PARAMETER_CAP: usize = 64;

/// The parameters of MAIL.
pub static MAIL_PARAMETERS: &[ParameterRow] = &[
    row("SIZE", "SIZE", "octets", "octets of the message (RFC 1870)", |v| digits(v, 20)),
    row("BODY", "8BITMIME", "7BIT, 8BITMIME or BINARYMIME", "what the octets are (RFC 6152, RFC 3030)", |v| {
        one_of(v, &["7BIT", "8BITMIME", "BINARYMIME"])
    }),
    row("SMTPUTF8", "SMTPUTF8", "", "addresses or headers in UTF-8 (RFC 6531)", |_| false),
    row("RET", "DSN", "FULL or HDRS", "how much a failure report returns (RFC 3461 §4.3)", |v| {
        one_of(v, &["FULL", "HDRS"])
    }),
    row("ENVID", "DSN", "xtext of at most 100 characters", "a name for reports to quote (RFC 3461 §4.4)", |v| {
        v.len() <= 100 && is_xtext(v)
    }),
    row("AUTH", "AUTH", "<> or a mailbox in xtext", "who submitted it first (RFC 4954 §5)", |v| {
        v == "<>" || is_xtext(v)
    }),
    row("REQUIRETLS", "REQUIRETLS", "", "only over verified TLS, all the way (RFC 8689)", |_| false),
    row("MT-PRIORITY", "MT-PRIORITY", "a number from -9 to 9", "priority of the message (RFC 6710)", is_priority),
    row("BY", "DELIVERBY", "seconds;N or seconds;R, then T", "deliver by, or else (RFC 2852)", is_deliver_by),
    row("HOLDFOR", "FUTURERELEASE", "at most nine digits, seconds", "hold the message so long (RFC 4865)", |v| {
        digits(v, 9)
    }),
    row(
        "HOLDUNTIL",
        "FUTURERELEASE",
        "a date like 2030-01-31T12:00:00Z",
        "hold the message until (RFC 4865)",
        is_date_time,
    ),
];

/// The parameters of RCPT.
pub static RCPT_PARAMETERS: &[ParameterRow] = &[
    row("NOTIFY", "DSN", "NEVER, or SUCCESS,FAILURE,DELAY", "when to report (RFC 3461 §4.1)", |v| {
        v.eq_ignore_ascii_case("NEVER") || v.split(',').all(|word| one_of(word, &["SUCCESS", "FAILURE", "DELAY"]))
    }),
    row("ORCPT", "DSN", "rfc822;address in xtext", "the recipient as first named (RFC 3461 §4.2)", |v| {
        v.len() <= 500
            && v.split_once(';').is_some_and(|(kind, address)| {
                !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && is_xtext(address)
            })
    }),
    row("RRVS", "RRVS", "a date, then ;C or ;R", "only if the mailbox is as old as that (RFC 7293)", |v| {
        let (date, action) = v.split_once(';').unwrap_or((v, "C"));
        is_date_time(date) && one_of(action, &["C", "R"])
    }),
];

/// Reads what follows `MAIL `: `FROM:<path>` and parameters. Advice goes to [`Cursor::remarks`].
///
/// # Errors
/// Where and why it is no MAIL command.
pub fn mail(cursor: &mut Cursor<'_>) -> Result<MailCommand, Fault> {
    prefix(cursor, "FROM:")?;
    let path = reverse_path(cursor)?;
    let parameters = parameters(cursor, "MAIL", MAIL_PARAMETERS)?;
    if has(&parameters, "SMTPUTF8") {
        cursor.remarks.retain(|fault| !fault.reason.starts_with(NEEDS_SMTPUTF8));
    }
    if has(&parameters, "HOLDFOR")
        && let Some(until) = parameters.iter().find(|p| p.keyword == "HOLDUNTIL")
    {
        return Err(Fault::syntax(until.at.clone(), "HOLDFOR and HOLDUNTIL exclude each other, keep one"));
    }
    Ok(MailCommand { path, parameters })
}

/// Reads what follows `RCPT `: `TO:<path>` and parameters. Advice goes to [`Cursor::remarks`].
///
/// # Errors
/// Where and why it is no RCPT command.
pub fn rcpt(cursor: &mut Cursor<'_>) -> Result<RcptCommand, Fault> {
    prefix(cursor, "TO:")?;
    let path = forward_path(cursor)?;
    let parameters = parameters(cursor, "RCPT", RCPT_PARAMETERS)?;
    Ok(RcptCommand { path, parameters })
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

fn parameters(cursor: &mut Cursor<'_>, verb: &str, rows: &[ParameterRow]) -> Result<Vec<Parameter>, Fault> {
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
            Some(row) => check(cursor, row, &parameter)?,
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
    match &parameter.value {
        None if row.value.is_empty() => Ok(()),
        // At the end of the line the user may still be typing.
        None if cursor.is_end() => Err(cursor.expected(&format!("{keyword}={}", row.value))),
        None => fault(format!("{keyword} needs a value: {keyword}={}", row.value)),
        Some(_) if row.value.is_empty() => fault(format!("{keyword} takes no value")),
        Some(value) if (row.check)(value) => Ok(()),
        Some(value) => fault(format!("\"{value}\" is not right for {keyword}, expected {}", row.value)),
    }
}

fn one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(value))
}

fn digits(value: &str, most: usize) -> bool {
    (1..=most).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

/// RFC 3461 §4: printable ASCII but `+` and `=`, which are written `+2B` and `+3D`, in upper-case hexadecimal.
fn is_xtext(value: &str) -> bool {
    let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    let mut bytes = value.bytes();
    while let Some(b) = bytes.next() {
        let right = match b {
            b'+' => hex(bytes.next()) && hex(bytes.next()),
            b'=' => false,
            _ => b.is_ascii_graphic(),
        };
        if !right {
            return false;
        }
    }
    !value.is_empty()
}

fn is_priority(value: &str) -> bool {
    digits(value.strip_prefix('-').unwrap_or(value), 1)
}

fn is_deliver_by(value: &str) -> bool {
    value.split_once(';').is_some_and(|(time, mode)| {
        digits(time.strip_prefix(['-', '+']).unwrap_or(time), 9) && one_of(mode, &["N", "R", "NT", "RT"])
    })
}

/// `date-time` of RFC 3339 §5.6, by its shape and the ranges of its numbers.
fn is_date_time(value: &str) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let bytes = value.as_bytes();
    let Some((head, mut tail)) = bytes.split_at_checked(SHAPE.len()) else { return false };
    let fits = |shape: &[u8], text: &[u8]| {
        shape.len() == text.len()
            && shape
                .iter()
                .zip(text)
                .all(|(s, b)| if *s == b'd' { b.is_ascii_digit() } else { s.eq_ignore_ascii_case(b) })
    };
    let number =
        |from: usize| head.get(from..from + 2).map_or(99, |n| n.iter().fold(0, |sum, b| sum * 10 + u32::from(b & 15)));
    if !fits(SHAPE, head) || !(1..=12).contains(&number(5)) || !(1..=31).contains(&number(8)) {
        return false;
    }
    if number(11) > 23 || number(14) > 59 || number(17) > 60 {
        return false;
    }
    if let Some(fraction) = tail.strip_prefix(b".") {
        let end = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if end == 0 {
            return false;
        }
        tail = fraction.get(end..).unwrap_or(&[]);
    }
    tail.eq_ignore_ascii_case(b"Z") || fits(b"+dd:dd", tail) || fits(b"-dd:dd", tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::verb::Weight;

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
    fn right_parameters() {
        for line in [
            "FROM:<> RET=HDRS ENVID=QQ314159",
            "FROM:<jo@example.com> AUTH=<>",
            "FROM:<jo@example.com> AUTH=e+3Dmc2@example.com",
            "FROM:<jö@example.com> SMTPUTF8",
            "FROM:<a@b.example> REQUIRETLS MT-PRIORITY=-9 BY=-120;RT",
            "FROM:<a@b.example> HOLDUNTIL=2030-01-31T12:00:00Z",
            "FROM:<a@b.example> HOLDUNTIL=2030-01-31T12:00:00.5+02:00",
            "FROM:<a@b.example> HOLDFOR=86400",
        ] {
            let mut cursor = Cursor::new(line, 0);
            mail(&mut cursor).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
            assert_eq!(cursor.remarks, [], "{line}");
        }
        for line in [
            "TO:<a@b.example> NOTIFY=SUCCESS,delay ORCPT=rfc822;a+2Bb@b.example",
            "TO:<Postmaster>",
            "TO:<a@b.example> RRVS=2014-04-03T23:01:00Z;R",
        ] {
            let mut cursor = Cursor::new(line, 0);
            rcpt(&mut cursor).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
            assert_eq!(cursor.remarks, [], "{line}");
        }
    }

    #[test]
    fn wrong_commands_say_where_and_why() {
        for (line, at, weight, part) in [
            ("", 0..0, Weight::Incomplete, "FROM:"),
            ("FRO", 3..3, Weight::Incomplete, "FROM:"),
            ("FROM:", 5..5, Weight::Incomplete, "\"<\""),
            ("FROM: <jo@example.com>", 5..6, Weight::Syntax, "no space"),
            ("FROM <jo@example.com>", 4..5, Weight::Syntax, "\":\""),
            ("TO:<jo@example.com>", 0..3, Weight::Syntax, "FROM:"),
            ("<jo@example.com>", 0..1, Weight::Syntax, "FROM:"),
            ("FROM:jo@example.com", 5..19, Weight::Syntax, "angle"),
            ("FROM:<a@b.example>SIZE=1", 18..19, Weight::Syntax, "space"),
            ("FROM:<a@b.example>  SIZE=1", 18..20, Weight::Syntax, "one space"),
            ("FROM:<a@b.example> SIZE", 23..23, Weight::Incomplete, "SIZE="),
            ("FROM:<a@b.example> SIZE BODY=7BIT", 19..23, Weight::Syntax, "needs a value"),
            ("FROM:<a@b.example> SIZE=", 24..24, Weight::Incomplete, "value"),
            ("FROM:<a@b.example> SIZE=1k", 19..26, Weight::Syntax, "1k"),
            ("FROM:<a@b.example> SIZE=1 SIZE=2", 26..32, Weight::Syntax, "twice"),
            ("FROM:<a@b.example> BODY=9BIT", 19..28, Weight::Syntax, "8BITMIME"),
            ("FROM:<a@b.example> SMTPUTF8=1", 19..29, Weight::Syntax, "no value"),
            ("FROM:<a@b.example> RET=ALL", 19..26, Weight::Syntax, "FULL"),
            ("FROM:<a@b.example> ENVID=a+2b", 19..29, Weight::Syntax, "xtext"),
            ("FROM:<a@b.example> ENVID=a=b", 26..27, Weight::Syntax, "+3D"),
            ("FROM:<a@b.example> MT-PRIORITY=10", 19..33, Weight::Syntax, "-9"),
            ("FROM:<a@b.example> BY=1", 19..23, Weight::Syntax, ";N"),
            ("FROM:<a@b.example> HOLDFOR=1 HOLDUNTIL=2030-01-31T12:00:00Z", 29..59, Weight::Syntax, "exclude"),
            ("FROM:<a@b.example> HOLDUNTIL=2030-13-31T12:00:00Z", 19..49, Weight::Syntax, "date"),
            ("FROM:<a@b.example> -X", 19..21, Weight::Syntax, "parameter"),
        ] {
            let fault = mail(&mut Cursor::new(line, 0)).expect_err(line);
            assert_eq!((fault.at.clone(), fault.weight), (at, weight), "{line}: {fault:?}");
            assert!(fault.reason.contains(part), "{line}: {}", fault.reason);
        }
        for (line, at, part) in [
            ("TO:<>", 3..5, "null path"),
            ("TO:<a@b.example> NOTIFY=NEVER,DELAY", 17..35, "NEVER"),
            ("TO:<a@b.example> ORCPT=a@b.example", 17..34, "rfc822"),
        ] {
            let fault = rcpt(&mut Cursor::new(line, 0)).expect_err(line);
            assert_eq!(fault.at, at, "{line}: {fault:?}");
            assert!(fault.reason.contains(part), "{line}: {}", fault.reason);
        }
    }

    #[test]
    fn an_unknown_parameter_is_advice() {
        let mut cursor = Cursor::new("FROM:<a@b.example> X-FOO=1", 0);
        assert_eq!(mail(&mut cursor).unwrap().parameters.len(), 1);
        assert_eq!(cursor.remarks[0].at, 19..26);
    }
}
