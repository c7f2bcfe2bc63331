//! Autodiscover in JSON: where the settings of one protocol are (`autodiscover.json`, version 2).

use super::autodiscover::Answer;
use super::server::Remark;
use crate::protocol::text::json::pretty;
use crate::protocol::visible::visible;

/// Reads `{"Protocol":"AutodiscoverV1","Url":"https://…"}` and `{"ErrorCode":"…","ErrorMessage":"…"}`.
///
/// # Errors
/// It is no JSON, or says neither.
pub(super) fn read(text: &str) -> Result<Answer, Remark> {
    let next = "answer with {\"Protocol\":\"AutodiscoverV1\",\"Url\":\"https://…\"}";
    let lines = pretty(text.as_bytes())
        .map_err(|stopped| Remark::fault(format!("this is no JSON: octet {}: {}", stopped.at, stopped.reason), next))?;
    let member = |name: &str| lines.iter().find_map(|line| string(line, name)).filter(|value| !value.is_empty());
    if let Some(url) = member("Url") {
        return Ok(Answer::Url(url));
    }
    match (member("ErrorCode"), member("ErrorMessage")) {
        (None, None) => Err(Remark::fault("neither Url nor ErrorCode is in the answer", next)),
        (code, message) => {
            let words: Vec<String> = [code, message].into_iter().flatten().collect();
            Ok(Answer::Refused(visible(words.join(" ").as_bytes()).into_owned()))
        }
    }
}

/// The text of a member of the outermost object, on its line of the layout.
fn string(line: &str, name: &str) -> Option<String> {
    // Two spaces: what is nested deeper has more.
    let rest = line.strip_prefix("  \"")?.strip_prefix(name)?.strip_prefix("\": \"")?;
    unescaped(rest.strip_suffix(',').unwrap_or(rest).strip_suffix('"')?)
}

/// RFC 8259 §7. Half a surrogate pair is no text.
fn unescaped(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let plain = match letter {
            '\\' => match letters.next()? {
                'u' => {
                    let digits: String = letters.by_ref().take(4).collect();
                    // A sign would be read as part of a number.
                    let whole = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                    units.push(u16::from_str_radix(&digits, 16).ok().filter(|_| whole)?);
                    continue;
                }
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other @ ('"' | '\\' | '/') => other,
                _ => return None,
            },
            other => other,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_right_and_wrong() {
        let url = |text: &str| Ok(Answer::Url(text.to_owned()));
        for (text, expect) in [
            (r#"{"Protocol":"AutodiscoverV1","Url":"https://a.example/x"}"#, url("https://a.example/x")),
            (r#"{ "Url" : "https:\/\/a.example\/\u00fc" }"#, url("https://a.example/ü")),
            (r#"{"Url":"\ud83d\ude00"}"#, url("😀")),
            (
                r#"{"ErrorCode":"UserNotFound","ErrorMessage":"no \"jo\""}"#,
                Ok(Answer::Refused("UserNotFound no \"jo\"".to_owned())),
            ),
            (r#"{"ErrorCode":"InvalidProtocol"}"#, Ok(Answer::Refused("InvalidProtocol".to_owned()))),
            (r#"{"x":{"Url":"https://inside.example/"}}"#, Err("neither Url nor ErrorCode")),
            (r#"{"Url":7}"#, Err("neither Url")),
            (r#"{"Url":"\ud83d"}"#, Err("neither Url")),
            (r#"{"Url":"\u+123"}"#, Err("neither Url")),
            (r#"["Url","x"]"#, Err("neither Url")),
            (r#"{"Url":"x""#, Err("no JSON: octet 10")),
        ] {
            match (read(text), expect) {
                (Ok(got), Ok(expect)) => assert_eq!(got, expect, "{text}"),
                (Err(got), Err(part)) => assert!(got.says.contains(part), "{text}: {}", got.says),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
