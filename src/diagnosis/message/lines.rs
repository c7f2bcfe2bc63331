//! An opened message in lines that a person can read. What comes out is safe to draw.

use super::{Authentication, Hop, Message, Part};
use crate::diagnosis::dns::span;
use crate::protocol::text::charset;
use crate::protocol::text::encoded_word::behind;
use crate::protocol::visible::excerpt;

/// Header fields that are shown.
const FIELDS: usize = 300;

/// Octets of one value that are shown.
const VALUE: usize = 1000;

impl Message {
    /// Its fields, its parts, its way and what was checked.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut out = vec![format!("message of {} octets", self.octets)];
        for field in self.fields.iter().take(FIELDS) {
            let value = field.decoded.as_deref().unwrap_or(&field.raw);
            out.push(format!("  {}: {}{}", shown(&field.name), shown(value), shown(&behind(&field.remarks))));
        }
        if self.fields.len() > FIELDS {
            out.push(format!("  … and {} more fields", self.fields.len() - FIELDS));
        }
        out.extend([String::new(), "parts".to_owned()]);
        out.extend(self.parts.iter().map(part));
        if !self.hops.is_empty() {
            out.extend([String::new(), "way, the first server first".to_owned()]);
            out.extend(self.hops.iter().enumerate().map(|(place, hop)| self::hop(place + 1, hop)));
            out.extend(total(&self.hops));
        }
        if !self.authentications.is_empty() {
            out.extend([String::new(), "checked".to_owned()]);
            for authentication in &self.authentications {
                self::authentication(authentication, &mut out);
            }
        }
        if let Some(stopped) = self.stopped {
            out.extend([
                String::new(),
                format!("not understood from octet {} of the message on: {}", stopped.at, stopped.reason),
            ]);
        }
        out
    }
}

fn part(part: &Part) -> String {
    let mut line = format!("{}{} {}", "  ".repeat(part.depth + 1), part.section, shown(&part.kind));
    let charset = part.charset.as_deref().map(charset::named);
    let texts = [charset.as_deref(), Some(&part.encoding), part.disposition.as_deref()];
    for text in texts.into_iter().flatten() {
        line.push_str(" · ");
        line.push_str(&shown(text));
    }
    line.push_str(&format!(" · {} octets", part.content.len()));
    if let Some(file) = &part.file {
        line.push_str(&format!(" · \"{}\"{}", shown(file), shown(&behind(&part.remarks))));
    }
    if part.unclosed {
        line.push_str(" · its last boundary never comes");
    }
    line
}

fn hop(number: usize, hop: &Hop) -> String {
    let delay = match (hop.delay, hop.at) {
        (Some(delay), _) => duration(delay),
        (None, None) if hop.date.is_empty() => "no date".to_owned(),
        (None, None) => format!("no date: {}", shown(&hop.date)),
        (None, Some(_)) => "start".to_owned(),
    };
    let mut line = format!("  {number} {delay:>8} ");
    for (word, value) in
        [("from", &hop.from), ("seen as", &hop.seen), ("by", &hop.by), ("with", &hop.with), ("id", &hop.id)]
    {
        if let Some(value) = value {
            line.push_str(&format!(" {word} {}", shown(value)));
        }
    }
    line
}

fn total(hops: &[Hop]) -> Option<String> {
    let mut dated = hops.iter().filter_map(|hop| hop.at);
    let (first, last) = (dated.next()?, dated.next_back()?);
    Some(format!("  in all {}", duration(last.saturating_sub(first))))
}

/// `+7 s`, `+2 min 5 s`, `+3 h 0 min`, `-60 s`: below zero the clocks disagree.
fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{}", span(seconds.unsigned_abs()))
}

fn authentication(found: &Authentication, out: &mut Vec<String>) {
    let server = if found.server.is_empty() { "a server that is not named" } else { &found.server };
    let instance = found.instance.as_ref().map(|number| format!(", ARC hop {}", shown(number))).unwrap_or_default();
    out.push(format!("  by {}{instance}", shown(server)));
    if found.methods.is_empty() {
        out.push("    nothing was checked".to_owned());
    }
    for method in &found.methods {
        let mut line = format!("    {:<8} {}", shown(&method.name), shown(&method.result));
        for (name, value) in &method.properties {
            line.push_str(&format!("  {}={}", shown(name), shown(value)));
        }
        for reason in method.reason.iter().chain(&method.comments) {
            line.push_str(&format!("  ({})", shown(reason)));
        }
        out.push(line);
    }
}

fn shown(text: &str) -> String {
    excerpt(text.as_bytes(), VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_in_plain_lines() {
        let text = "Received: from a (a.example [192.0.2.1]) by b with SMTP id 1; Tue, 1 Jul 2025 12:02:05 +0000\n\
                    Received: from c by a; Tue, 1 Jul 2025 12:00:00 +0000\n\
                    Authentication-Results: b; spf=fail (no) smtp.mailfrom=x\n\
                    Subject: =?utf-8?Q?gr=C3=BC=1B?=\n\
                    X: =?utf-7?Q?a?= =?us-ascii?Q?=FF?=\n\
                    Content-Type: text/plain; charset=x; name*=utf-7''%2BAPw-%FF\n\nhi";
        assert_eq!(
            super::super::open(text.as_bytes()).lines()[1..],
            [
                "  Received: from a (a.example [192.0.2.1]) by b with SMTP id 1; Tue, 1 Jul 2025 12:02:05 +0000",
                "  Received: from c by a; Tue, 1 Jul 2025 12:00:00 +0000",
                "  Authentication-Results: b; spf=fail (no) smtp.mailfrom=x",
                "  Subject: grü␛",
                "  X: =?utf-7?Q?a?= �  (charset utf-7 is not understood; 1 octet is not us-ascii: \\xff)",
                "  Content-Type: text/plain; charset=x; name*=utf-7''%2BAPw-%FF",
                "",
                "parts",
                "   text/plain · x (not understood) · 7bit · 2 octets · \"%2BAPw-%FF\"  (charset utf-7 is not understood)",
                "",
                "way, the first server first",
                "  1    start  from c by a",
                "  2 +2 min 5 s  from a seen as a.example [192.0.2.1] by b with SMTP id 1",
                "  in all +2 min 5 s",
                "",
                "checked",
                "  by b",
                "    spf      fail  smtp.mailfrom=x  (no)",
            ]
        );
    }

    #[test]
    fn durations() {
        for (seconds, expect) in [
            (0, "+0 s"),
            (-60, "-60 s"),
            (125, "+2 min 5 s"),
            (7200, "+2 h 0 min"),
            (200_000, "+2 d 7 h"),
            (i64::MIN, "-106751991167300 d 15 h"),
        ] {
            assert_eq!(duration(seconds), expect);
        }
    }
}
