//! One step from its first request to its end: redirects as far as its standard lets them be followed.

use super::account::Account;
use super::autodiscover::{Answer, PATH};
use super::document::Document;
use super::server::{Reading, Remark};
use super::step::{Begin, Program, Source, Step, post};
use super::{ClientConfig, Held};
use crate::diagnosis::finding::Severity;
use crate::diagnosis::web::{FetchFailure, Request, Response, Url};
use crate::protocol::endpoint::Host;
use crate::protocol::visible::visible;

/// Redirects that are followed, as MS-OXDSCLI §3.1.5 has it for Outlook; Thunderbird follows no more.
const REDIRECTS: usize = 10;

/// Where a step has come to.
#[derive(Debug)]
pub(super) enum End<'a> {
    /// DNS has not answered, or this request has not been.
    Open(Option<Request>),
    /// Nothing was asked: why.
    Unasked(&'a str),
    /// There is nothing here, in the usual ways.
    Absent(String),
    /// A login is wanted, and none is sent.
    Login,
    /// It ended otherwise: why.
    Stopped(Remark),
    /// A document of the right kind.
    Read(&'a Reading),
}

/// A step, the answers on its way, and its end.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) hops: Vec<&'a Held>,
    pub(super) end: End<'a>,
}

/// What one answer leads to.
enum Turn<'a> {
    Go(Request),
    End(End<'a>),
}

/// Walks a step as far as answers have come.
pub(super) fn walk<'a>(config: &'a ClientConfig, step: &'a Step) -> Walk<'a> {
    let ended = |end| Walk { hops: Vec::new(), end };
    let mut request = match &step.begin {
        Begin::Ask(request) => request.clone(),
        Begin::Open => return ended(End::Open(None)),
        Begin::Nothing(why) => return ended(End::Unasked(why)),
        Begin::Wrong(remark) => return ended(End::Stopped(remark.clone())),
    };
    let mut hops: Vec<&Held> = Vec::new();
    loop {
        let Some(held) = config.held.get(&request) else { return Walk { hops, end: End::Open(Some(request)) } };
        hops.push(held);
        let stopped = |says: String, next: &str| End::Stopped(Remark::fault(says, next));
        match turn(step.source, held, &config.account) {
            Turn::End(end) => return Walk { hops, end },
            Turn::Go(next) if hops.iter().any(|hop| hop.fetched.request == next) => {
                let end =
                    stopped(format!("the redirects lead in a circle, back to {}", next.url), "let one of them answer");
                return Walk { hops, end };
            }
            Turn::Go(_) if hops.len() > REDIRECTS => {
                let end = stopped(format!("more than {REDIRECTS} redirects"), "redirect to the last place at once");
                return Walk { hops, end };
            }
            Turn::Go(next) => request = next,
        }
    }
}

fn turn<'a>(source: Source, held: &'a Held, account: &Account) -> Turn<'a> {
    let response = match &held.fetched.reply {
        Ok(response) => response,
        Err(failure @ (FetchFailure::NoSuchName | FetchFailure::NoAddress)) => {
            return Turn::End(End::Absent(failure.to_string()));
        }
        Err(failure) => {
            let next = "mail programs go on after a wait: let the host answer, or take its name out of DNS";
            return Turn::End(End::Stopped(Remark::warning(failure.to_string(), next)));
        }
    };
    let request = &held.fetched.request;
    if let Some(location) = response.redirect() {
        return match redirect(source, request, response.status, &location, account) {
            Ok(next) => Turn::Go(next),
            Err(remark) => Turn::End(End::Stopped(remark)),
        };
    }
    match (response.status, &held.document) {
        (200, Some(document)) => read(source, request, document, account),
        (status, _) => Turn::End(without(status, response)),
    }
}

/// The end at any status but 200.
fn without(status: u16, response: &Response) -> End<'static> {
    match status {
        401 => End::Login,
        400..500 => End::Absent(format!("not there: status {status}")),
        _ => {
            let reason = visible(response.reason.as_bytes()).into_owned();
            let says = format!("status {status} {reason}").trim_end().to_owned();
            End::Stopped(Remark::warning(says, "let the web server answer with 200 and the document, or with 404"))
        }
    }
}

/// What a document of this kind means for this step.
fn read<'a>(source: Source, request: &Request, document: &'a Document, account: &Account) -> Turn<'a> {
    let clear = source == Source::AutodiscoverClear && !request.url.secure;
    Turn::End(match (source.program(), document) {
        _ if clear => End::Absent("it answers in clear and redirects nowhere, so that Outlook passes it by".to_owned()),
        (Program::Thunderbird, Document::Autoconfig(reading)) | (Program::Apple, Document::Profile(reading)) => {
            End::Read(reading)
        }
        (Program::Outlook, Document::Autodiscover(answer)) => match answer {
            Answer::Settings(reading) => End::Read(reading),
            Answer::Refused(why) => {
                let says = format!("it has no settings for {}: {why}", account.address());
                let next = if account.is_whole() { "" } else { "ask again with a real address" };
                End::Stopped(Remark::new(Severity::Note, says, next))
            }
            Answer::Url(url) => return by_url(request, url, account),
            Answer::Address(address) => return by_address(address),
        },
        (_, Document::Unreadable(remark)) => End::Stopped(remark.clone()),
        (_, other) => End::Absent(format!("in its place stands {}", other.kind())),
    })
}

/// A `Location`, followed where the standard of the step allows it.
fn redirect(source: Source, from: &Request, status: u16, location: &str, account: &Account) -> Result<Request, Remark> {
    let to = from.url.join(location).map_err(|why| {
        let says = format!("a redirect to {}: {}", visible(location.as_bytes()), visible(why.as_bytes()));
        Remark::fault(says, "redirect to a URL that begins with https://")
    })?;
    follow(from, &to, source.program() == Program::Outlook)?;
    // MS-OXDISCO and MS-OXDSCLI §3.2.5 name 302 alone; 307 and 308 say of themselves that the question stays the
    // same (RFC 9110 §15.4.8, §15.4.9). Behind 301 and 303 a POST may become a GET, which asks nothing.
    let allowed = match (&from.post, source) {
        (Some(_), _) => matches!(status, 302 | 307 | 308),
        (None, Source::AutodiscoverClear) => status == 302,
        (None, _) => true,
    };
    if !allowed {
        let says = format!("a redirect to {to} with status {status}, where Outlook follows 302 (MS-OXDISCO)");
        return Err(Remark::new(Severity::Note, says, "redirect with status 302, if settings are there"));
    }
    Ok(match (&from.post, source) {
        // The same question, about the same address.
        (Some(_), _) => Request { url: to, ..from.clone() },
        // Outlook only looks here where to ask.
        (None, Source::AutodiscoverClear) => post(to, &account.address()),
        (None, _) => Request::get(to),
    })
}

/// Whether a redirect may be followed. No mail program goes from TLS to clear, or to a bare address.
fn follow(from: &Request, to: &Url, outlook: bool) -> Result<(), Remark> {
    let refused = |why: &str, next: &str| Err(Remark::fault(format!("a redirect to {to}: {why}"), next));
    if !to.secure && outlook {
        return refused("Outlook follows to https only (MS-OXDISCO)", "redirect to https");
    }
    if !to.secure && from.url.secure {
        return refused("from TLS back to clear, which is not followed", "redirect to https");
    }
    let local = |name: &str| name == "localhost" || name.ends_with(".localhost");
    match &to.host {
        Host::Ip(_) => refused("to an address without a name, which no certificate is for", "redirect to a name"),
        Host::Name(name) if local(name) => refused("to the user's own machine", "redirect to the web server"),
        Host::Name(_) => Ok(()),
    }
}

/// `RedirectUrl`, and the `Url` of the JSON form: the next question goes there.
fn by_url(from: &Request, url: &str, account: &Account) -> Turn<'static> {
    let wrong = |why: String| {
        let says = format!("it sends us to {}: {}", visible(url.as_bytes()), visible(why.as_bytes()));
        Turn::End(End::Stopped(Remark::fault(says, "name a URL that begins with https://")))
    };
    match Url::parse(url) {
        Ok(to) => match follow(from, &to, true) {
            Ok(()) => Turn::Go(post(to, &account.address())),
            Err(remark) => Turn::End(End::Stopped(remark)),
        },
        Err(why) => wrong(why),
    }
}

/// `RedirectAddr`: the question begins anew at the domain of another address.
fn by_address(address: &str) -> Turn<'static> {
    let wrong = |why: String| {
        let says = format!("it sends us to the address {}: {}", visible(address.as_bytes()), visible(why.as_bytes()));
        Turn::End(End::Stopped(Remark::fault(says, "name a mail address in RedirectAddr")))
    };
    let other = match Account::parse(address) {
        Ok(other) if other.is_whole() => other,
        Ok(_) => return wrong("it is no mail address".to_owned()),
        Err(why) => return wrong(why),
    };
    match Url::https(&format!("autodiscover.{}", other.domain()), PATH) {
        Some(url) => Turn::Go(post(url, &other.address())),
        None => wrong("its domain is too long".to_owned()),
    }
}
