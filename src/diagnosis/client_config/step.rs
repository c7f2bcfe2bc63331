//! The steps in their order: which documents mail programs ask for, as far as DNS has told where they are.

use super::ClientConfig;
use super::account::Account;
use super::autodiscover;
use super::server::Remark;
use crate::diagnosis::answers::{Outcome, key};
use crate::diagnosis::dns::{Query, RecordType, Value};
use crate::diagnosis::web::{Request, Url, in_query};
use crate::protocol::visible::visible;

/// Where a mail program gets its settings from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// `https://autoconfig.DOMAIN` (draft-ietf-mailmaint-autoconfig, step 1.1).
    Autoconfig,
    /// `https://DOMAIN/.well-known/autoconfig` (step 1.2).
    WellKnown,
    /// The same in clear (step 1.3).
    AutoconfigClear,
    /// As the wiki of Mozilla has it, in clear.
    WellKnownClear,
    /// Thunderbird's own list of providers (step 2.1).
    Ispdb,
    /// The URL in a TXT record.
    Mailconf,
    /// `https://autoconfig.` and the domain of the MX (steps 3.1 and 3.2).
    MxAutoconfig,
    /// The list, for the domain of the MX (steps 3.3 and 3.4).
    MxIspdb,
    /// Autodiscover at the domain itself.
    Autodiscover,
    /// Autodiscover at `autodiscover.DOMAIN`.
    AutodiscoverHost,
    /// Where `http://autodiscover.DOMAIN` redirects to.
    AutodiscoverClear,
    /// Where `_autodiscover._tcp` points to.
    AutodiscoverSrv,
    /// Autodiscover in JSON.
    AutodiscoverJson,
    /// A profile of Apple, at places that are in use.
    Profile,
    /// SRV records (RFC 6186).
    Srv,
}

impl Source {
    /// A few words for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Autoconfig => "autoconfig",
            Self::WellKnown => "well-known",
            Self::AutoconfigClear => "autoconfig http",
            Self::WellKnownClear => "well-known http",
            Self::Ispdb => "ISPDB",
            Self::Mailconf => "mailconf TXT",
            Self::MxAutoconfig => "MX autoconfig",
            Self::MxIspdb => "MX ISPDB",
            Self::Autodiscover => "autodiscover",
            Self::AutodiscoverHost => "autodiscover host",
            Self::AutodiscoverClear => "autodiscover http",
            Self::AutodiscoverSrv => "autodiscover SRV",
            Self::AutodiscoverJson => "autodiscover JSON",
            Self::Profile => "Apple profile",
            Self::Srv => "SRV",
        }
    }

    /// Who asks there.
    #[must_use]
    pub const fn program(self) -> Program {
        match self {
            Self::Autodiscover
            | Self::AutodiscoverHost
            | Self::AutodiscoverClear
            | Self::AutodiscoverSrv
            | Self::AutodiscoverJson => Program::Outlook,
            Self::Profile => Program::Apple,
            Self::Srv => Program::Srv,
            _ => Program::Thunderbird,
        }
    }

    /// The question of DNS that leads to it, if one does: whoever can forge the answer can send users elsewhere.
    pub(super) fn found_by(self, domain: &str) -> Option<Query> {
        match self {
            Self::Mailconf => Some(key(domain, RecordType::Txt)),
            Self::MxAutoconfig | Self::MxIspdb => Some(key(domain, RecordType::Mx)),
            Self::AutodiscoverSrv => Some(key(&format!("_autodiscover._tcp.{domain}"), RecordType::Srv)),
            _ => None,
        }
    }

    /// Whether it begins in clear, so that whoever is on the way can write the answer.
    #[must_use]
    pub const fn is_clear(self) -> bool {
        matches!(self, Self::AutoconfigClear | Self::WellKnownClear | Self::AutodiscoverClear)
    }
}

/// Who reads a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// Thunderbird, K-9 and others that read its format.
    Thunderbird,
    /// Outlook.
    Outlook,
    /// The mail programs of Apple.
    Apple,
    /// Mail programs that ask for SRV records.
    Srv,
}

/// How a step begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// With this request.
    Ask(Request),
    /// When DNS has answered.
    Open,
    /// Not at all: why.
    Nothing(String),
    /// What DNS says is no beginning.
    Wrong(Remark),
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) source: Source,
    pub(super) begin: Begin,
}

/// What DNS is asked for at the start.
pub(super) fn queries(account: &Account) -> Vec<Query> {
    let domain = account.domain();
    let mut queries = vec![key(domain, RecordType::Mx), key(domain, RecordType::Txt)];
    queries.push(key(&format!("_autodiscover._tcp.{domain}"), RecordType::Srv));
    queries.extend(super::srv::SERVICES.map(|(service, ..)| key(&super::srv::name(service, domain), RecordType::Srv)));
    queries
}

/// All steps that ask web servers, in order.
pub(super) fn steps(config: &ClientConfig) -> Vec<Step> {
    let account = &config.account;
    let domain = account.domain();
    let file = "/mail/config-v1.1.xml";
    let about = if account.is_whole() {
        format!("{file}?emailaddress={}", in_query(&account.address()))
    } else {
        file.to_owned()
    };
    let well_known = format!("/.well-known/autoconfig{file}");
    let host = format!("autoconfig.{domain}");
    let mut steps = vec![
        get(Source::Autoconfig, Url::https(&host, &about)),
        get(Source::WellKnown, Url::https(domain, &well_known)),
        // In clear the address is nobody's business.
        get(Source::AutoconfigClear, Url::http(&host, file)),
        get(Source::WellKnownClear, Url::http(domain, &well_known)),
        Step { source: Source::Ispdb, begin: ispdb(domain) },
        Step { source: Source::Mailconf, begin: mailconf(config) },
    ];
    steps.extend(of_mx(config, &about));
    let discover =
        |source, host: &str| Step { source, begin: begin(Url::https(host, autodiscover::PATH), Some(account)) };
    let host = format!("autodiscover.{domain}");
    let json =
        format!("/autodiscover/autodiscover.json?Email={}&Protocol=AutodiscoverV1", in_query(&account.address()));
    steps.extend([
        discover(Source::Autodiscover, domain),
        discover(Source::AutodiscoverHost, &host),
        get(Source::AutodiscoverClear, Url::http(&host, autodiscover::PATH)),
        Step { source: Source::AutodiscoverSrv, begin: of_srv(config) },
        get(Source::AutodiscoverJson, Url::https(&host, &json)),
    ]);
    let host = format!("autoconfig.{domain}");
    let profile = format!("/mobileconfig/?emailaddress={}", in_query(&account.address()));
    steps.push(get(Source::Profile, Url::https(&host, "/apple.mobileconfig")));
    steps.push(get(Source::Profile, Url::https(&host, &profile)));
    steps
}

fn get(source: Source, url: Option<Url>) -> Step {
    Step { source, begin: begin(url, None) }
}

fn begin(url: Option<Url>, about: Option<&Account>) -> Begin {
    match (url, about) {
        (Some(url), Some(account)) => Begin::Ask(post(url, &account.address())),
        (Some(url), None) => Begin::Ask(Request::get(url)),
        (None, _) => Begin::Nothing("its name is longer than a name may be".to_owned()),
    }
}

/// A question of autodiscover about an address.
pub(super) fn post(url: Url, address: &str) -> Request {
    Request::post(url, "text/xml; charset=utf-8", autodiscover::request(address))
}

/// Thunderbird's list is not asked for names that no provider can have (RFC 2606, RFC 6761).
fn ispdb(domain: &str) -> Begin {
    let last = domain.rsplit('.').next().unwrap_or(domain);
    if matches!(last, "test" | "example" | "invalid" | "localhost" | "local" | "onion" | "arpa") {
        return Begin::Nothing(format!("names under {last} are nobody's, so the list is not asked"));
    }
    begin(Url::https("autoconfig.thunderbird.net", &format!("/v1.1/{domain}")), None)
}

/// `mailconf=` and a URL in a TXT record of the domain.
fn mailconf(config: &ClientConfig) -> Begin {
    let none = || Begin::Nothing("no TXT record begins with mailconf=".to_owned());
    let records = match config.answers().outcome(config.account.domain(), RecordType::Txt) {
        Outcome::Waiting => return Begin::Open,
        Outcome::Failed => return Begin::Nothing("DNS gives no answer".to_owned()),
        Outcome::Nothing { .. } => return none(),
        Outcome::Records(records) => records,
    };
    let url = records.iter().find_map(|record| match &record.value {
        Value::Txt(strings) => {
            let text = strings.concat();
            let (tag, url) = (text.get(..9)?, text.get(9..)?);
            tag.eq_ignore_ascii_case(b"mailconf=").then(|| String::from_utf8_lossy(url).into_owned())
        }
        _ => None,
    });
    match url.map(|url| Url::parse(&url).map_err(|why| (url, why))) {
        None => none(),
        Some(Ok(url)) => begin(Some(url), None),
        Some(Err((url, why))) => Begin::Wrong(Remark::fault(
            format!("mailconf={}: {}", visible(url.as_bytes()), visible(why.as_bytes())),
            "write mailconf=https://… with the URL of the configuration",
        )),
    }
}

/// The domains of the first MX: its name without the first label, and what is registered.
fn mx_domains(config: &ClientConfig) -> Option<Vec<String>> {
    let records = match config.answers().outcome(config.account.domain(), RecordType::Mx) {
        Outcome::Waiting => return None,
        Outcome::Records(records) => records,
        Outcome::Nothing { .. } | Outcome::Failed => return Some(Vec::new()),
    };
    let exchanges = records.iter().filter_map(|record| match &record.value {
        Value::Mx { preference, exchange } if !exchange.is_empty() => {
            Some((*preference, exchange.to_ascii_lowercase()))
        }
        _ => None,
    });
    let Some((_, exchange)) = exchanges.min() else { return Some(Vec::new()) };
    let base = psl::domain_str(&exchange).unwrap_or(&exchange).to_owned();
    let full = exchange.split_once('.').map(|(_, rest)| rest.to_owned()).filter(|full| full.len() > base.len());
    let own = config.account.domain();
    Some(full.into_iter().chain([base]).filter(|domain| domain != own).collect())
}

fn of_mx(config: &ClientConfig, about: &str) -> Vec<Step> {
    let both = |begin: Begin| {
        [Source::MxAutoconfig, Source::MxIspdb].map(|source| Step { source, begin: begin.clone() }).to_vec()
    };
    let domains = match mx_domains(config) {
        None => return both(Begin::Open),
        Some(domains) if domains.is_empty() => {
            return both(Begin::Nothing("the MX is in the domain itself, or there is none".to_owned()));
        }
        Some(domains) => domains,
    };
    let own = domains.iter().map(|mx| get(Source::MxAutoconfig, Url::https(&format!("autoconfig.{mx}"), about)));
    let list = domains.iter().map(|mx| Step { source: Source::MxIspdb, begin: ispdb(mx) });
    own.chain(list).collect()
}

/// The host that `_autodiscover._tcp` names (MS-OXDISCO §3.1.5.3).
fn of_srv(config: &ClientConfig) -> Begin {
    let none = || Begin::Nothing("there is no such record".to_owned());
    let name = format!("_autodiscover._tcp.{}", config.account.domain());
    let records = match config.answers().outcome(&name, RecordType::Srv) {
        Outcome::Waiting => return Begin::Open,
        Outcome::Failed => return Begin::Nothing("DNS gives no answer".to_owned()),
        Outcome::Nothing { .. } => return none(),
        Outcome::Records(records) => records,
    };
    let best = records.iter().filter_map(|record| match &record.value {
        Value::Srv { priority, weight, port, target } if !target.is_empty() => {
            Some((*priority, std::cmp::Reverse(*weight), target, *port))
        }
        _ => None,
    });
    let Some((_, _, target, port)) = best.min() else {
        return Begin::Nothing("its target is \".\": not offered, and says so".to_owned());
    };
    match Url::https(&format!("{target}:{port}"), autodiscover::PATH) {
        Some(url) => begin(Some(url), Some(&config.account)),
        None => Begin::Wrong(Remark::fault(
            format!("{}:{port} is no host and port", visible(target.as_bytes())),
            "let the record name the web server and port 443",
        )),
    }
}
