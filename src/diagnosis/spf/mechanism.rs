//! The mechanisms that compare the client with something: all but `include` (RFC 7208 §5).

use std::net::IpAddr;

use super::evaluate::{Next, Run};
use super::macro_string::{MacroString, Place};
use super::macros::{Expansion, expand};
use super::name::{asked, same_network, target};
use super::select::failure;
use super::term::{DualCidr, Mechanism};
use super::trace::{Found, Lookup, NAMES, SpfResult, Step};
use crate::diagnosis::answers::Outcome;
use crate::diagnosis::dns::{Record, RecordType, Value, is_within, reverse_name};

/// Whether a mechanism matches, and why; or how it goes on without that.
type Matched = Result<(bool, String), Next>;

/// Records of an answer that are kept to be shown.
const SHOWN: usize = 20;

impl<'a> Run<'_, 'a> {
    /// Evaluates a mechanism.
    pub(super) fn mechanism(&mut self, domain: &str, mechanism: &Mechanism, step: &mut Step) -> Matched {
        let ip = self.case.ip;
        let (spec, wanted) = match mechanism {
            Mechanism::All => return Ok((true, "\"all\" matches every client".to_owned())),
            Mechanism::Ip4(network, bits) => return Ok(within(ip, (*network).into(), *bits)),
            Mechanism::Ip6(network, bits) => return Ok(within(ip, (*network).into(), *bits)),
            Mechanism::Include(target) | Mechanism::Exists(target) => (Some(target), mechanism),
            Mechanism::A(target, _) | Mechanism::Mx(target, _) | Mechanism::Ptr(target) => (target.as_ref(), mechanism),
        };
        let name = match self.target(domain, spec, step)? {
            Ok(name) => name,
            Err(why) => return Ok((false, why)),
        };
        match wanted {
            Mechanism::A(_, cidr) => self.address(&name, *cidr, step),
            Mechanism::Mx(_, cidr) => self.exchanges(&name, *cidr, step),
            Mechanism::Ptr(_) => self.reverse(&name, step),
            _ => self.exists(&asked(&name), step),
        }
    }

    /// The name that a term is about, or why it can have none; the domain itself where it names nothing (RFC 7208 §4.8).
    pub(super) fn target(
        &mut self,
        domain: &str,
        spec: Option<&MacroString>,
        step: &mut Step,
    ) -> Result<Result<String, String>, Next> {
        let Some(spec) = spec else {
            step.target = Some(domain.to_owned());
            return Ok(Ok(domain.to_owned()));
        };
        let mut lookups = Vec::new();
        let expansion = expand(spec, Place::DomainSpec, self.case, domain, || self.client_name(domain, &mut lookups));
        step.lookups.append(&mut lookups);
        match expansion {
            Expansion::Waiting => Err(Next::Waiting),
            Expansion::NotAscii => {
                // Neither an error nor a match, and a redirection without effect.
                step.says = "the local part is not ASCII, and a term that asks for it matches nothing".to_owned();
                Err(Next::On)
            }
            Expansion::Text(text, shown) => {
                step.expanded = shown;
                let name = target(&text);
                step.target = Some(name.clone().unwrap_or_else(|_| text.clone()));
                Ok(name.map_err(|why| format!("\"{text}\" cannot be looked up: {why}")))
            }
        }
    }

    /// `a` (RFC 7208 §5.3).
    fn address(&self, name: &str, cidr: DualCidr, step: &mut Step) -> Matched {
        let records = self.look(&asked(name), self.family(), step)?;
        Ok(self.among(&records, cidr).unwrap_or_else(|| (false, no_match(name, &records))))
    }

    /// `mx` (RFC 7208 §5.4). More than ten names are an error whichever of them matches: their order is up to chance.
    fn exchanges(&self, name: &str, cidr: DualCidr, step: &mut Step) -> Matched {
        let mut exchanges: Vec<(u16, &str)> = self
            .look(&asked(name), RecordType::Mx, step)?
            .into_iter()
            .filter_map(|record| match &record.value {
                Value::Mx { preference, exchange } => Some((*preference, exchange.as_str())),
                _ => None,
            })
            .collect();
        if exchanges.len() > NAMES {
            let says = format!("{name} has {} mail exchanges, and at most {NAMES} may be looked up", exchanges.len());
            return Err(Next::End(SpfResult::PermError, says));
        }
        exchanges.sort_by_key(|(preference, _)| *preference);
        let names: Vec<String> = exchanges.iter().filter_map(|(_, exchange)| target(exchange).ok()).collect();
        self.ask_all(&names);
        for exchange in &names {
            let records = self.look(exchange, self.family(), step)?;
            if let Some(found) = self.among(&records, cidr) {
                return Ok(found);
            }
        }
        Ok((false, format!("no mail exchange of {name} has the client's address")))
    }

    /// `ptr` (RFC 7208 §5.5).
    fn reverse(&self, name: &str, step: &mut Step) -> Matched {
        let (validated, open) = self.validated(&mut step.lookups);
        match validated.iter().find(|found| is_within(found, name)) {
            Some(found) => Ok((true, format!("the client's name {found} is in {name}"))),
            None if open => Err(Next::Waiting),
            None => Ok((false, format!("the client has no validated name in {name}"))),
        }
    }

    /// `exists` (RFC 7208 §5.7): an A record, whatever the client's family.
    fn exists(&self, name: &str, step: &mut Step) -> Matched {
        // Such names often tell their owner who was looked for: they are not asked for before it is their turn.
        if self.open.is_some() && self.inquiry.answer(name, RecordType::A).is_none() {
            return Err(Next::Waiting);
        }
        let found = !self.look(name, RecordType::A, step)?.is_empty();
        Ok((found, format!("{name} {}", if found { "exists" } else { "has no A record" })))
    }

    /// The value of `%{p}`: a validated name, best the domain itself, then one below it, then any (RFC 7208 §7.3).
    pub(super) fn client_name(&self, domain: &str, lookups: &mut Vec<Lookup>) -> Option<String> {
        let (validated, open) = self.validated(lookups);
        let best = validated
            .iter()
            .find(|name| name.eq_ignore_ascii_case(domain))
            .or_else(|| validated.iter().find(|name| is_within(name, domain)))
            .or_else(|| validated.first());
        (!open).then(|| best.cloned().unwrap_or_else(|| "unknown".to_owned()))
    }

    /// The client's names that lead back to its address, of the first ten; and whether an answer is still missing.
    fn validated(&self, lookups: &mut Vec<Lookup>) -> (Vec<String>, bool) {
        let reverse = reverse_name(self.case.ip);
        let (lookup, found) = self.lookup(&reverse, RecordType::Ptr);
        let mut open = lookup.found == Found::Waiting;
        lookups.push(lookup);
        // An error leaves the client without a name; it does not end the evaluation.
        let names: Vec<String> = found
            .into_iter()
            .filter_map(|record| match &record.value {
                Value::Ptr(name) => Some(name),
                _ => None,
            })
            .take(NAMES)
            .filter_map(|name| target(name).ok())
            .collect();
        let mut validated = Vec::new();
        for name in names {
            let (lookup, found) = self.lookup(&name, self.family());
            open |= lookup.found == Found::Waiting;
            lookups.push(lookup);
            if found.iter().filter_map(|record| ip_of(record)).any(|ip| ip == self.case.ip) {
                validated.push(name);
            }
        }
        (validated, open)
    }

    /// The type of record that holds addresses of the client's family.
    const fn family(&self) -> RecordType {
        if self.case.ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa }
    }

    /// The first of these addresses that is in one network with the client.
    fn among(&self, records: &[&Record], cidr: DualCidr) -> Option<(bool, String)> {
        let bits = if self.case.ip.is_ipv4() { cidr.v4 } else { cidr.v6 };
        let full = if self.case.ip.is_ipv4() { 32 } else { 128 };
        let record = records.iter().find(|r| ip_of(r).is_some_and(|ip| same_network(ip, self.case.ip, bits)))?;
        let ip = ip_of(record)?;
        let network = if bits == full { String::new() } else { format!("/{bits}") };
        Some((true, format!("{} has the address {ip}{network}", record.name)))
    }

    /// Leaves the questions about the addresses of all these names, so that they are asked at the same time.
    fn ask_all(&self, names: &[String]) {
        for name in names {
            self.inquiry.ask(name, self.family());
        }
    }

    /// Looks up for a mechanism: an answer that is missing or says nothing ends it (RFC 7208 §5).
    fn look(&self, name: &str, kind: RecordType, step: &mut Step) -> Result<Vec<&'a Record>, Next> {
        let (lookup, records) = self.lookup(name, kind);
        let next = match &lookup.found {
            Found::Waiting => Some(Next::Waiting),
            Found::Failed(why) => {
                Some(Next::End(SpfResult::TempError, format!("the {kind} record of {name} is not known: {why}")))
            }
            Found::Records(..) | Found::Void { .. } => None,
        };
        step.lookups.push(lookup);
        next.map_or(Ok(records), Err)
    }

    fn lookup(&self, name: &str, kind: RecordType) -> (Lookup, Vec<&'a Record>) {
        let (found, records) = match self.inquiry.ask(name, kind) {
            Outcome::Waiting => (Found::Waiting, Vec::new()),
            Outcome::Failed => (Found::Failed(failure(self.inquiry, name, kind)), Vec::new()),
            Outcome::Nothing { no_name } => (Found::Void { no_name }, Vec::new()),
            Outcome::Records(records) => {
                let shown = records.iter().take(SHOWN).map(|record| shown(record)).collect();
                (Found::Records(records.len(), shown), records)
            }
        };
        (Lookup { name: name.to_owned(), kind, found }, records)
    }
}

fn within(ip: IpAddr, network: IpAddr, bits: u8) -> (bool, String) {
    let found = same_network(ip, network, bits);
    (found, format!("{ip} is {}in {network}/{bits}", if found { "" } else { "not " }))
}

fn no_match(name: &str, records: &[&Record]) -> String {
    match records {
        [] => format!("{name} has no address of the client's family"),
        _ => format!("no address of {name} is the client's"),
    }
}

const fn ip_of(record: &Record) -> Option<IpAddr> {
    match record.value {
        Value::A(ip) => Some(IpAddr::V4(ip)),
        Value::Aaaa(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    }
}

fn shown(record: &Record) -> String {
    match &record.value {
        Value::Mx { preference, exchange } => format!("{preference} {exchange}."),
        Value::Ptr(name) => name.clone(),
        value => ip_of(record).map_or_else(|| format!("{value:?}"), |ip| ip.to_string()),
    }
}
