//! Limits that the server has named in its list, against the numbers in a line.

use std::ops::Range;

use super::numbers;
use crate::protocol::capability::Capabilities;
use crate::protocol::smtp::address::ForwardPath;
use crate::protocol::smtp::parameters::{Parameter, mail, rcpt};
use crate::protocol::text::timestamp;
use crate::protocol::verb::{Context, Cursor, Fault, Verb, Weight};

fn advice(at: Range<usize>, reason: String) -> Fault {
    Fault { at, weight: Weight::Advice, reason }
}

/// Everything that speaks against this line although its grammar is right and what it uses is offered.
pub(super) fn arguments(line: &str, verb: &Verb, verb_at: &Range<usize>, context: &Context<'_>) -> Vec<Fault> {
    let at = verb_at.end + 1;
    let mut cursor = Cursor::new(line, at);
    match verb.name {
        "MAIL" => {
            let mut out: Vec<Fault> =
                count(verb_at, context, "MAILMAX", context.progress.mails + 1).into_iter().collect();
            if let Ok(command) = mail(&mut cursor) {
                out.extend(command.parameters.iter().filter_map(|parameter| mail_parameter(parameter, context)));
            }
            out
        }
        "RCPT" => recipient(&mut cursor, verb_at, context),
        "XCLIENT" | "XFORWARD" => attributes(line, at, verb.name, context.capabilities),
        "BURL" => trust(line, at, context).into_iter().collect(),
        "FETCH" | "STORE" | "COPY" | "MOVE" => {
            let limit = message_limit(line, at, verb, context.capabilities);
            limit.into_iter().chain(numbers::beyond(line, at, context)).collect()
        }
        "CONVERT" | "RETR" | "DELE" | "TOP" | "LIST" | "UIDL" => {
            numbers::beyond(line, at, context).into_iter().collect()
        }
        "REPLACE" => {
            let limit = append_limit(line, context.capabilities);
            limit.into_iter().chain(numbers::beyond(line, at, context)).collect()
        }
        "APPEND" | "UID REPLACE" => append_limit(line, context.capabilities).into_iter().collect(),
        "USER" | "PASS" | "APOP" => utf8_user(line, at, context.capabilities).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What the server says behind the keyword: `LIMITS MAILMAX=5`, as a number.
fn limit(capabilities: &Capabilities, name: &str) -> Option<u32> {
    let limits = capabilities.get("LIMITS")?;
    let value = limits.parameters.iter().find_map(|parameter| {
        let (limit, value) = parameter.split_once('=')?;
        limit.eq_ignore_ascii_case(name).then_some(value)
    })?;
    // RFC 9422 §4: at most six digits, no 0; what is written otherwise counts for nothing (§3.7).
    let right = (1..=6).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()) && !value.starts_with('0');
    right.then(|| value.parse().ok()).flatten()
}

/// The command that is number `number` of its kind, against the limit (RFC 9422 §4).
fn count(at: &Range<usize>, context: &Context<'_>, name: &str, number: u32) -> Option<Fault> {
    let most = limit(context.capabilities, name)?;
    if number <= most {
        return None;
    }
    Some(advice(
        at.clone(),
        match name {
            "MAILMAX" => {
                format!("MAIL number {number} of this session, the server takes {most} (MAILMAX): QUIT, connect again")
            }
            "RCPTMAX" => {
                format!("RCPT number {number} of this mail, the server takes {most} (RCPTMAX): send another mail")
            }
            _ => format!(
                "the server takes recipients of {most} domains in a session ({name}): connect again for this one"
            ),
        },
    ))
}

fn recipient(cursor: &mut Cursor<'_>, verb_at: &Range<usize>, context: &Context<'_>) -> Vec<Fault> {
    let mut out: Vec<Fault> = count(verb_at, context, "RCPTMAX", context.progress.recipients + 1).into_iter().collect();
    let start = cursor.at();
    if limit(context.capabilities, "RCPTDOMAINMAX").is_some()
        && let Ok(command) = rcpt(cursor)
        && let ForwardPath::Mailbox(mailbox) = &command.path
        && !context.progress.has_domain(&mailbox.domain)
    {
        let domains = u32::try_from(context.progress.domains() + 1).unwrap_or(u32::MAX);
        let end = command.parameters.first().map_or(cursor.at(), |parameter| parameter.at.start - 1);
        let domain = end.saturating_sub(1 + mailbox.domain.len()).max(start)..end.saturating_sub(1).max(start);
        out.extend(count(&domain, context, "RCPTDOMAINMAX", domains));
    }
    out
}

/// A parameter of MAIL against its limit.
fn mail_parameter(parameter: &Parameter, context: &Context<'_>) -> Option<Fault> {
    let value = parameter.value.as_deref().unwrap_or("");
    let capabilities = context.capabilities;
    let at = parameter.at.clone();
    let of = |name: &str, place: usize| capabilities.get(name).and_then(|offer| offer.parameters.get(place));
    match parameter.keyword.as_str() {
        "SIZE" => {
            let limit = capabilities.size_limit().filter(|limit| *limit > 0)?;
            let above = value.parse::<u64>().map_or(true, |size| size > limit);
            above.then(|| advice(at, format!("the server takes at most {limit} octets, it would answer 552")))
        }
        "REQUIRETLS" if !context.tls => Some(Fault {
            at,
            weight: Weight::Sequence,
            reason: "REQUIRETLS is for a session under TLS: STARTTLS first (RFC 8689 §2)".to_owned(),
        }),
        "HOLDFOR" => {
            let most: u64 = of("FUTURERELEASE", 0)?.parse().ok()?;
            let above = value.parse::<u64>().is_ok_and(|seconds| seconds > most);
            above.then(|| advice(at, format!("the server holds a message {most} seconds at most, it would answer 501")))
        }
        "HOLDUNTIL" => {
            let last = of("FUTURERELEASE", 1)?;
            let above = timestamp::order(value)? > timestamp::order(last)?;
            above.then(|| advice(at, format!("the server holds a message until {last} at most, it would answer 501")))
        }
        "BY" => {
            // The first of a list with commas; it may be empty (RFC 2852 §2).
            let least: i64 = of("DELIVERBY", 0)?.split(',').next()?.parse().ok()?;
            let (time, mode) = value.split_once(';')?;
            let below = mode.starts_with(['R', 'r']) && time.parse::<i64>().is_ok_and(|seconds| seconds < least);
            below.then(|| advice(at, format!("with R the server wants {least} seconds at least, it would refuse this")))
        }
        _ => None,
    }
}

/// Attributes that the server does not name behind its keyword (Postfix XCLIENT_README).
fn attributes(line: &str, at: usize, verb: &str, capabilities: &Capabilities) -> Vec<Fault> {
    /// More are not told of; a hostile line may hold thousands.
    const MOST: usize = 8;
    let Some(offer) = capabilities.get(verb).filter(|offer| !offer.parameters.is_empty()) else { return Vec::new() };
    let mut out = Vec::new();
    let mut from = at;
    for word in line.get(at..).unwrap_or("").split(' ') {
        let name = word.split('=').next().unwrap_or("");
        let known = offer.parameters.iter().any(|parameter| parameter.eq_ignore_ascii_case(name));
        if !name.is_empty() && word.contains('=') && !known {
            let reason = format!("the server takes {} only", offer.parameters.join(" "));
            out.push(advice(from..from + name.len(), reason));
        }
        if out.len() >= MOST {
            break;
        }
        from += word.len() + 1;
    }
    out
}

/// What the words behind BURL say of URLs (RFC 4468 §3.1, §3.3).
fn trust(line: &str, at: usize, context: &Context<'_>) -> Option<Fault> {
    let offer = context.capabilities.get("BURL")?;
    let url = line.get(at..)?.split(' ').next().unwrap_or("");
    let end = at + url.len();
    if offer.parameters.is_empty() && !context.authenticated {
        return Some(advice(at..end, "BURL without a word behind it: the server wants AUTH first".to_owned()));
    }
    let lower = url.to_ascii_lowercase();
    let signed = lower.contains(";urlauth=");
    let trusted = offer.parameters.iter().any(|word| {
        let word = word.to_ascii_lowercase();
        if signed { word == "imap" } else { word.starts_with("imap://") && names_host(&lower, &word) }
    });
    if trusted || !lower.starts_with("imap://") {
        return None;
    }
    let reason = if signed {
        "the server does not say BURL imap: it takes no signed URLs"
    } else {
        "a URL that is not signed, of a server that BURL does not name"
    };
    Some(advice(at..end, reason.to_owned()))
}

/// Whether a URL is of the server that another one names, both in lower case.
fn names_host(url: &str, server: &str) -> bool {
    let host = |url: &str| {
        let authority = url.strip_prefix("imap://").unwrap_or(url).split('/').next().unwrap_or("").to_owned();
        authority.rsplit_once('@').map_or(authority.clone(), |(_, host)| host.to_owned())
    };
    host(url) == host(server)
}

/// The number behind `keyword=` in IMAP's list.
fn number_behind(capabilities: &Capabilities, keyword: &str) -> Option<u64> {
    let value = |name: &str| name.strip_prefix(keyword)?.strip_prefix('=')?.parse().ok();
    capabilities.list().iter().find_map(|offer| value(&offer.name))
}

/// RFC 9738: a set with more messages than the server works on in one command. UIDs have gaps and are not counted.
fn message_limit(line: &str, at: usize, verb: &Verb, capabilities: &Capabilities) -> Option<Fault> {
    let names: &[&str] = if verb.name == "COPY" { &["SAVELIMIT", "MESSAGELIMIT"] } else { &["MESSAGELIMIT"] };
    let limits = names.iter().filter_map(|name| Some((number_behind(capabilities, name)?, *name)));
    let (most, name) = limits.min()?;
    let set = line.get(at..)?.split(' ').next()?;
    let mut count: u64 = 0;
    for range in set.split(',') {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        count = count.saturating_add(u64::from(first.abs_diff(last)) + 1);
    }
    let reason =
        format!("{count} messages, the server works on {most} in one command ({name}) and answers NO for the rest");
    (count > most).then(|| advice(at..at + set.len(), reason))
}

/// RFC 7889 §2: a message larger than `APPENDLIMIT=n`.
fn append_limit(line: &str, capabilities: &Capabilities) -> Option<Fault> {
    let most = number_behind(capabilities, "APPENDLIMIT")?;
    let open = line.rfind('{')?;
    let digits = line.get(open + 1..)?.trim_end_matches(['}', '+']);
    let above = digits.parse::<u64>().is_ok_and(|octets| octets > most);
    above.then(|| {
        advice(open..line.len(), format!("the server takes {most} octets at most (APPENDLIMIT), it would answer NO"))
    })
}

/// RFC 6856 §2.2: names and passwords in UTF-8 only when `UTF8 USER` is offered.
fn utf8_user(line: &str, at: usize, capabilities: &Capabilities) -> Option<Fault> {
    let argument = line.get(at..)?;
    if argument.is_ascii() || !capabilities.known {
        return None;
    }
    let user =
        capabilities.get("UTF8").is_some_and(|offer| offer.parameters.iter().any(|p| p.eq_ignore_ascii_case("USER")));
    let reason = "the server does not offer UTF8 USER: names and passwords are ASCII";
    (!user).then(|| advice(at..line.len(), reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use crate::protocol::capability::Capability;
    use crate::protocol::endpoint::Protocol::{self, Imap, Lmtp, Pop3, Smtp};
    use crate::protocol::progress::Progress;
    use crate::protocol::verb::Phase::{self, Authenticated, Authorization, Mail, Rcpt, Ready, Selected};
    use crate::protocol::verb::Weight::{Advice, Sequence, Syntax};
    use crate::protocol::verb::find_verb;

    fn offers(lines: &[&str]) -> Capabilities {
        let mut out = Capabilities::heard();
        for line in lines {
            out.push(Capability::read(line.as_bytes()).unwrap());
        }
        out
    }

    /// What was sent and answered positively before.
    fn after(protocol: Protocol, lines: &[&str]) -> Progress {
        let mut progress = Progress::new();
        for line in lines {
            if let Some(list) = line.strip_prefix("* ENABLED ") {
                progress.enable(list.as_bytes());
                continue;
            }
            let (verb, end) = find_verb(protocol, line).unwrap();
            progress.sent(Some(verb), line[end..].trim());
            progress.answered(verb.name, line[end..].trim(), true);
        }
        progress
    }

    type Case = (
        Protocol,
        Phase,
        &'static [&'static str],
        &'static [&'static str],
        &'static str,
        Range<usize>,
        Weight,
        &'static str,
    );

    #[rustfmt::skip] // A table: a case a line, or two.
    const BEYOND: &[Case] = &[
        // RFC 1870 §4: also what no number of 64 bits holds.
        (Smtp, Ready, &["SIZE 1000"], &[], "MAIL FROM:<> SIZE=1001", 13..22, Advice, "at most 1000 octets, it would answer 552"),
        (Smtp, Ready, &["SIZE 1000"], &[], "MAIL FROM:<> SIZE=99999999999999999999", 13..38, Advice, "at most 1000"),
        // RFC 9422 §4.
        (Smtp, Ready, &["LIMITS MAILMAX=1"], &["MAIL FROM:<>", "RSET"], "MAIL FROM:<>", 0..4, Advice,
            "MAIL number 2 of this session, the server takes 1 (MAILMAX)"),
        (Smtp, Rcpt, &["LIMITS mailmax=9 rcptmax=2"], &["MAIL FROM:<>", "RCPT TO:<a@a.example>", "RCPT TO:<b@a.example>"],
            "RCPT TO:<c@a.example>", 0..4, Advice, "RCPT number 3 of this mail, the server takes 2 (RCPTMAX)"),
        (Lmtp, Rcpt, &["LIMITS RCPTMAX=1"], &["MAIL FROM:<>", "RCPT TO:<a@a.example>"], "RCPT TO:<b@a.example>", 0..4, Advice, "RCPTMAX"),
        (Smtp, Rcpt, &["LIMITS RCPTDOMAINMAX=1"], &["MAIL FROM:<>", "RCPT TO:<a@a.example>"],
            "RCPT TO:<b@bb.example> NOTIFY=NEVER", 11..21, Advice, "recipients of 1 domains in a session (RCPTDOMAINMAX)"),
        // RFC 3030 §2, §3.
        (Smtp, Rcpt, &["BINARYMIME", "CHUNKING"], &["MAIL FROM:<> BODY=BINARYMIME", "RCPT TO:<a@a.example>"], "DATA", 0..4, Sequence,
            "DATA cannot carry BODY=BINARYMIME"),
        (Smtp, Rcpt, &["CHUNKING"], &["MAIL FROM:<>", "RCPT TO:<a@a.example>", "BDAT 5"], "DATA", 0..4, Sequence, "cannot follow BDAT"),
        // RFC 4865 §3.
        (Smtp, Ready, &["FUTURERELEASE 86400 2030-01-31T12:00:00Z"], &[], "MAIL FROM:<a@b.example> HOLDFOR=86401", 24..37, Advice,
            "86400 seconds at most, it would answer 501"),
        (Smtp, Ready, &["FUTURERELEASE 86400 2030-01-31T12:00:00Z"], &[], "MAIL FROM:<a@b.example> HOLDUNTIL=2030-01-31T12:00:01Z", 24..54,
            Advice, "until 2030-01-31T12:00:00Z at most"),
        // RFC 2852 §4.
        (Smtp, Ready, &["DELIVERBY 240"], &[], "MAIL FROM:<> BY=239;R", 13..21, Advice, "240 seconds at least"),
        // RFC 8689 §2.
        (Smtp, Ready, &["REQUIRETLS"], &[], "MAIL FROM:<a@b.example> REQUIRETLS", 24..34, Sequence, "STARTTLS first"),
        // Postfix XCLIENT_README, XFORWARD_README.
        (Smtp, Ready, &["XCLIENT NAME ADDR"], &[], "XCLIENT NAME=a LOGIN=jo", 15..20, Advice, "the server takes NAME ADDR only"),
        (Smtp, Ready, &["XFORWARD name"], &[], "XFORWARD ADDR=192.0.2.1", 9..13, Advice, "takes name only"),
        // RFC 4468 §3.
        (Smtp, Rcpt, &["BURL imap://a.example"], &[], "BURL imap://b.example/x/;UID=1 LAST", 5..30, Advice, "a server that BURL does not name"),
        (Smtp, Rcpt, &["BURL imap://a.example"], &[], "BURL imap://j@a.example/x/;UID=1;URLAUTH=anonymous:INTERNAL:91354a473744909de610943775f92038",
            5..92, Advice, "BURL imap"),
        (Smtp, Rcpt, &["BURL"], &[], "BURL imap://a.example/x/;UID=1", 5..30, Advice, "wants AUTH first"),
        // RFC 7889 §2.
        (Imap, Authenticated, &["IMAP4rev1", "APPENDLIMIT=1000"], &[], "APPEND x {1001}", 9..15, Advice, "1000 octets at most (APPENDLIMIT)"),
        (Imap, Selected, &["IMAP4rev1", "REPLACE", "LITERAL+", "APPENDLIMIT=1000"], &[], "REPLACE 1 x {1001+}", 12..19, Advice, "APPENDLIMIT"),
        // RFC 9738 §3.
        (Imap, Selected, &["IMAP4rev1", "MESSAGELIMIT=1000"], &[], "FETCH 2001:1001,7 FLAGS", 6..17, Advice,
            "1002 messages, the server works on 1000 in one command (MESSAGELIMIT)"),
        (Imap, Selected, &["IMAP4rev1", "MESSAGELIMIT=1000", "SAVELIMIT=10"], &[], "COPY 1:11 x", 5..9, Advice, "on 10 in one command (SAVELIMIT)"),
        // RFC 9586 §3.
        (Imap, Selected, &["IMAP4rev1", "UIDONLY"], &["* ENABLED UIDONLY"], "FETCH 1 FLAGS", 0..5, Sequence, "say UID FETCH"),
        // RFC 7162 §3.2.5.
        (Imap, Authenticated, &["IMAP4rev1", "QRESYNC"], &[], "SELECT x (QRESYNC (1 2))", 10..17, Sequence, "ENABLE QRESYNC comes first"),
        // RFC 6856 §2.
        (Pop3, Authorization, &["UTF8", "USER"], &[], "USER jö", 5..8, Advice, "does not offer UTF8 USER"),
        (Pop3, Authorization, &["UTF8", "STLS"], &["UTF8"], "STLS", 0..4, Sequence, "STLS cannot follow UTF8"),
        // RFC 1939 §7.
        (Pop3, Authorization, &["USER"], &[], "PASS x", 0..4, Sequence, "say USER first, the server would answer -ERR"),
        (Pop3, Authorization, &["USER"], &["USER jo", "PASS y"], "PASS x", 0..4, Sequence, "PASS follows a USER that was accepted"),
        // RFC 4978 §3.
        (Imap, Authenticated, &["IMAP4rev1", "COMPRESS=DEFLATE"], &["COMPRESS DEFLATE"], "COMPRESS DEFLATE", 0..8, Sequence,
            "COMPRESS is on already (RFC 4978 §3), the server would answer BAD"),
    ];

    #[test]
    fn what_is_beyond_a_limit_says_so() {
        for (protocol, phase, lines, before, line, at, weight, part) in BEYOND {
            let (capabilities, progress) = (offers(lines), after(*protocol, before));
            let reading =
                check(line, &Context { progress: &progress, ..Context::new(*protocol, *phase, &capabilities) });
            let told: Vec<&Fault> = reading.faults.iter().filter(|fault| fault.reason.contains(part)).collect();
            assert_eq!(told.len(), 1, "{line}: {:?}", reading.faults);
            assert_eq!((told[0].at.clone(), told[0].weight), (at.clone(), *weight), "{line}: {:?}", reading.faults);
            assert!(reading.worst().is_some_and(|worst| worst.weight == *weight), "{line}: {:?}", reading.faults);
        }
    }

    #[rustfmt::skip] // A table: a case a line, or two.
    #[test]
    fn what_is_within_the_limits_is_right() {
        let recipients: &[&str] = &["MAIL FROM:<>", "RCPT TO:<a@a.example>"];
        for (protocol, phase, lines, before, line) in [
            (Smtp, Ready, &["SIZE 1000"][..], &[][..], "MAIL FROM:<> SIZE=1000"),
            (Smtp, Ready, &["SIZE 0"], &[], "MAIL FROM:<> SIZE=99999999"),
            (Smtp, Ready, &["SIZE"], &[], "MAIL FROM:<> SIZE=99999999"),
            (Smtp, Ready, &["LIMITS MAILMAX=2"], &["MAIL FROM:<>", "RSET"], "MAIL FROM:<>"),
            // RFC 9422 §3.7, §4: what is not written as it must be counts for nothing.
            (Smtp, Ready, &["LIMITS MAILMAX=0 RCPTMAX=x"], &["MAIL FROM:<>", "RSET"], "MAIL FROM:<>"),
            (Smtp, Ready, &["LIMITS MAILMAX=0000001"], &["MAIL FROM:<>", "RSET"], "MAIL FROM:<>"),
            (Smtp, Rcpt, &["LIMITS RCPTMAX=2 RCPTDOMAINMAX=1"], recipients, "RCPT TO:<b@A.example>"),
            (Smtp, Rcpt, &["LIMITS RCPTDOMAINMAX=1"], recipients, "RCPT TO:<postmaster>"),
            (Smtp, Mail, &["LIMITS RCPTMAX=1"], &["MAIL FROM:<>", "RCPT TO:<a@a.example>", "RSET", "MAIL FROM:<>"], "RCPT TO:<a@a.example>"),
            (Smtp, Rcpt, &["CHUNKING"], &["MAIL FROM:<>", "RCPT TO:<a@a.example>", "BDAT 5"], "BDAT 5 LAST"),
            (Smtp, Rcpt, &["CHUNKING"], &["MAIL FROM:<>", "BDAT 5", "RSET", "MAIL FROM:<>"], "DATA"),
            (Smtp, Ready, &["FUTURERELEASE 86400 2030-01-31T12:00:00Z"], &[], "MAIL FROM:<a@b.example> HOLDFOR=86400"),
            (Smtp, Ready, &["FUTURERELEASE 86400 2030-01-31T12:00:00Z"], &[], "MAIL FROM:<a@b.example> HOLDUNTIL=2030-01-31T12:00:00Z"),
            (Smtp, Ready, &["FUTURERELEASE"], &[], "MAIL FROM:<a@b.example> HOLDFOR=999999999"),
            (Smtp, Ready, &["DELIVERBY 240"], &[], "MAIL FROM:<> BY=240;R"),
            (Smtp, Ready, &["DELIVERBY 240"], &[], "MAIL FROM:<> BY=-1;N"),
            (Smtp, Ready, &["DELIVERBY ,x"], &[], "MAIL FROM:<> BY=1;R"),
            (Smtp, Ready, &["XCLIENT"], &[], "XCLIENT LOGIN=jo"),
            (Smtp, Ready, &["XCLIENT name login"], &[], "XCLIENT NAME=a LOGIN=jo"),
            (Smtp, Rcpt, &["BURL imap://jo@A.example"], &[], "BURL imap://a.example/x/;UID=1 LAST"),
            (Smtp, Rcpt, &["BURL imap"], &[], "BURL imap://j@a.example/x/;UID=1;URLAUTH=anonymous:INTERNAL:91354a473744909de610943775f92038"),
            (Imap, Authenticated, &["IMAP4rev1", "APPENDLIMIT=1000"], &[], "APPEND x {1000}"),
            (Imap, Selected, &["IMAP4rev1", "MESSAGELIMIT=1000", "SAVELIMIT=10"], &[], "FETCH 1:1000 FLAGS"),
            (Imap, Selected, &["IMAP4rev1", "MESSAGELIMIT=1000"], &[], "FETCH 1:* FLAGS"),
            (Imap, Selected, &["IMAP4rev1", "MESSAGELIMIT=1000"], &[], "UID FETCH 1:99999 FLAGS"),
            // RFC 7889 §3: each mailbox has its own.
            (Imap, Authenticated, &["IMAP4rev1", "APPENDLIMIT"], &[], "APPEND x {1001}"),
            (Imap, Selected, &["IMAP4rev1", "UIDONLY"], &["* ENABLED UIDONLY"], "UID FETCH 1 FLAGS"),
            (Imap, Authenticated, &["IMAP4rev1", "QRESYNC"], &["* ENABLED QRESYNC"], "SELECT x (QRESYNC (1 2))"),
            (Pop3, Authorization, &["UTF8 USER", "STLS"], &[], "STLS"),
            (Pop3, Authorization, &["USER"], &["USER jo"], "PASS x"),
            (Pop3, Authorization, &["USER"], &["USER jo", "CAPA"], "PASS x"),
            (Imap, Authenticated, &["IMAP4rev1", "COMPRESS=DEFLATE"], &[], "COMPRESS DEFLATE"),
        ] {
            let (capabilities, progress) = (offers(lines), after(protocol, before));
            let context = Context { progress: &progress, ..Context::new(protocol, phase, &capabilities) };
            assert_eq!(check(line, &context).faults, [], "{line}");
        }
        // The grammar has the general remark on what is not ASCII.
        let (list, progress) = (offers(&["UTF8 USER", "USER"]), Progress::new());
        let context = Context { progress: &progress, ..Context::new(Pop3, Authorization, &list) };
        assert!(check("USER jö", &context).faults.iter().all(|fault| !fault.reason.contains("UTF8 USER:")));
    }

    #[test]
    fn a_wrong_line_is_not_measured() {
        let list = offers(&["SIZE 10", "LIMITS RCPTDOMAINMAX=1"]);
        let reading = check("MAIL FROM:<> SIZE=99 SIZE=99", &Context::new(Smtp, Ready, &list));
        assert_eq!(reading.faults.iter().map(|fault| fault.weight).collect::<Vec<_>>(), [Syntax]);
    }
}
