//! The trace a message carries: who handed it to whom, and how long each step took (RFC 5321 §4.4).

use jiff::fmt::rfc2822::DateTimeParser;

/// One `Received` field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// What the sending side called itself.
    pub from: Option<String>,
    /// What the receiving side knew of it: its name in DNS and its address.
    pub seen: Option<String>,
    /// Who received it.
    pub by: Option<String>,
    /// With which protocol: `ESMTPS`.
    pub with: Option<String>,
    /// Under which queue id.
    pub id: Option<String>,
    /// For whom.
    pub recipient: Option<String>,
    /// The date as it came.
    pub date: String,
    /// The same in seconds since 1970; `None` when it is no date of RFC 5322.
    pub at: Option<i64>,
    /// Seconds since the hop before, below zero when the clocks disagree.
    pub delay: Option<i64>,
}

/// Reads one field, unfolded.
pub(super) fn hop(raw: &str) -> Hop {
    let (clauses, date) = date_split(raw);
    let mut hop = Hop { date: date.trim().to_owned(), at: timestamp(date), ..Hop::default() };
    let mut clause: Option<(&'static str, String)> = None;
    let end = |clause: &mut Option<(&'static str, String)>, hop: &mut Hop| {
        let Some((word, value)) = clause.take() else { return };
        let place = match word {
            "from" => &mut hop.from,
            "by" => &mut hop.by,
            "with" => &mut hop.with,
            "id" => &mut hop.id,
            "for" => &mut hop.recipient,
            _ => return,
        };
        if place.is_none() && !value.is_empty() {
            *place = Some(value);
        }
    };
    for token in tokens(clauses) {
        match token {
            Token::Comment(comment) => {
                if clause.as_ref().is_some_and(|(word, _)| *word == "from") && hop.seen.is_none() {
                    hop.seen = Some(comment);
                }
            }
            Token::Word(word) => {
                let known = ["from", "by", "via", "with", "id", "for"]
                    .into_iter()
                    .find(|known| word.eq_ignore_ascii_case(known));
                match (known, &mut clause) {
                    // A host may be called "by": a clause has at least one word.
                    (Some(known), Some((_, value))) if !value.is_empty() => {
                        end(&mut clause, &mut hop);
                        clause = Some((known, String::new()));
                    }
                    (Some(known), None) => clause = Some((known, String::new())),
                    (_, Some((_, value))) => {
                        if !value.is_empty() {
                            value.push(' ');
                        }
                        value.push_str(word);
                    }
                    (None, None) => {}
                }
            }
        }
    }
    end(&mut clause, &mut hop);
    hop
}

/// Fills in the delays of hops that stand in the order of time.
pub(super) fn delays(hops: &mut [Hop]) {
    let mut before: Option<i64> = None;
    for hop in hops {
        hop.delay = hop.at.zip(before).map(|(at, before)| at.saturating_sub(before));
        before = hop.at.or(before);
    }
}

/// Seconds since 1970 of a date of RFC 5322 §3.3, comments left out.
pub(super) fn timestamp(date: &str) -> Option<i64> {
    // No date is longer, its comment aside.
    const LONGEST: usize = 200;
    let mut plain = String::new();
    for token in tokens(date.get(..LONGEST).unwrap_or(date)) {
        if let Token::Word(word) = token {
            if !plain.is_empty() {
                plain.push(' ');
            }
            plain.push_str(word);
        }
    }
    let parser = DateTimeParser::new().relaxed_weekday(true);
    parser.parse_timestamp(&plain).ok().map(|timestamp| timestamp.as_second())
}

/// What stands before the last semicolon outside comments, and behind it.
fn date_split(raw: &str) -> (&str, &str) {
    let (mut depth, mut last) = (0_usize, None);
    for (at, byte) in raw.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    let Some(at) = last else { return (raw, "") };
    (raw.get(..at).unwrap_or(raw), raw.get(at + 1..).unwrap_or_default())
}

enum Token<'a> {
    Word(&'a str),
    Comment(String),
}

/// Words and comments; comments nest (RFC 5322 §3.2.2), and are counted, not climbed into.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let (mut depth, mut from) = (0_usize, None);
    let piece = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => {
                if depth == 0 {
                    if let Some(from) = from {
                        out.push(Token::Word(piece(from, at)));
                    }
                    from = Some(at + 1);
                }
                depth += 1;
            }
            b')' if depth > 0 => {
                depth -= 1;
                if depth == 0
                    && let Some(from) = from.take()
                {
                    out.push(Token::Comment(piece(from, at).trim().to_owned()));
                }
            }
            b' ' | b'\t' if depth == 0 => {
                if let Some(from) = from.take() {
                    out.push(Token::Word(piece(from, at)));
                }
            }
            _ => {
                from.get_or_insert(at);
            }
        }
    }
    if let Some(from) = from {
        let rest = piece(from, text.len());
        out.push(if depth > 0 { Token::Comment(rest.to_owned()) } else { Token::Word(rest) });
    }
    out
}
