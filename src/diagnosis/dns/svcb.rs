//! The parameters of SVCB and HTTPS records (RFC 9460 §2).

use std::net::Ipv4Addr;

use super::form::v6;
use super::reader::{Fault, Reader};
use super::text;

/// `alpn="h2,h3" port=8443 ipv4hint=192.0.2.1 key65000="…"`.
pub(super) fn present(reader: &mut Reader<'_>) -> Result<String, Fault> {
    let mut words = Vec::new();
    let mut last = None;
    while !reader.is_done() {
        let at = reader.at();
        let key = reader.u16("a key")?;
        if last.is_some_and(|last| key <= last) {
            return Err(Fault::new(at, "the keys do not rise"));
        }
        last = Some(key);
        let length = reader.u16("the length of a value")?;
        let mut value = reader.part(usize::from(length), "a value")?;
        words.push(parameter(key, &mut value)?);
        value.end()?;
    }
    Ok(words.join(" "))
}

fn parameter(key: u16, value: &mut Reader<'_>) -> Result<String, Fault> {
    let list = |value: &mut Reader<'_>, one: &dyn Fn(&mut Reader<'_>) -> Result<String, Fault>| {
        let mut items = vec![one(value)?];
        while !value.is_done() {
            items.push(one(value)?);
        }
        Ok(items.join(","))
    };
    Ok(match key {
        0 => format!("mandatory={}", list(value, &|value| value.u16("a key").map(name))?),
        1 => {
            // A comma in a protocol's name is escaped once for the list and once for the string (RFC 9460 App. A.1).
            let protocols = list(value, &|value| {
                let quoted = text::quoted(value.string("a protocol")?);
                let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted);
                Ok(inner.replace(',', "\\\\,"))
            })?;
            format!("alpn=\"{protocols}\"")
        }
        2 => "no-default-alpn".to_owned(),
        3 => format!("port={}", value.u16("a port")?),
        4 => {
            let hints = list(value, &|value| Ok(Ipv4Addr::from_bits(value.u32("an address")?).to_string()))?;
            format!("ipv4hint={hints}")
        }
        5 => format!("ech=\"{}\"", text::base64(value.rest())),
        6 => format!("ipv6hint={}", list(value, &|value| Ok(v6(value)?.to_string()))?),
        other if value.is_done() => name(other),
        other => format!("{}={}", name(other), text::quoted(value.rest())),
    })
}

fn name(key: u16) -> String {
    match key {
        0 => "mandatory",
        1 => "alpn",
        2 => "no-default-alpn",
        3 => "port",
        4 => "ipv4hint",
        5 => "ech",
        6 => "ipv6hint",
        7 => "dohpath",
        8 => "ohttp",
        other => return format!("key{other}"),
    }
    .to_owned()
}
