//! Reads the public test suite of RFC 7208: scenarios, each a zone and its cases.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ehlo::diagnosis::dns::{Value, WireName};
use yaml_rust2::{Yaml, YamlLoader};

/// One document of the suite.
pub(crate) struct Scenario {
    pub(crate) description: String,
    pub(crate) zone: Zone,
    pub(crate) cases: Vec<Case>,
}

/// One check, and what may come of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) ip: IpAddr,
    pub(crate) helo: String,
    pub(crate) sender: String,
    /// The results that are allowed, the preferred one first.
    pub(crate) results: Vec<String>,
    /// The explanation; `DEFAULT` is none.
    pub(crate) explanation: Option<String>,
}

/// Names in lower case, without a dot at their end, as they come from the wire.
#[derive(Default)]
pub(crate) struct Zone(pub(crate) BTreeMap<String, Node>);

/// What stands at one name.
#[derive(Default)]
pub(crate) struct Node {
    pub(crate) records: Vec<Value>,
    /// Questions about types that have no record here are not answered at all.
    pub(crate) silent: bool,
}

/// Every scenario of the file.
pub(crate) fn read(text: &str) -> Vec<Scenario> {
    let documents = YamlLoader::load_from_str(text).expect("the suite is YAML");
    documents
        .iter()
        .map(|document| Scenario {
            description: text_of(&document["description"]),
            zone: Zone(entries(&document["zonedata"]).map(|(name, list)| (host(&name), node(list))).collect()),
            cases: entries(&document["tests"]).map(|(name, case)| read_case(name, case)).collect(),
        })
        .collect()
}

fn entries(yaml: &Yaml) -> impl Iterator<Item = (String, &Yaml)> {
    yaml.as_hash().into_iter().flatten().map(|(key, value)| (text_of(key), value))
}

fn text_of(yaml: &Yaml) -> String {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => text.clone(),
        Yaml::Integer(number) => number.to_string(),
        other => panic!("{other:?} is no text"),
    }
}

fn read_case(name: String, case: &Yaml) -> Case {
    let field = |key: &str| text_of(&case[key]);
    let results = match &case["result"] {
        Yaml::Array(any) => any.iter().map(text_of).collect(),
        one => vec![text_of(one)],
    };
    Case {
        ip: field("host").parse().unwrap_or_else(|_| panic!("{name}: the client has no address")),
        helo: field("helo"),
        sender: field("mailfrom"),
        results,
        explanation: case["explanation"].as_str().map(str::to_owned),
        name,
    }
}

/// A name as it comes from the wire, where blanks and what zone files give a meaning are escaped.
fn host(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let wire = name.rsplit('.').try_fold(WireName::root(), |wire, label| wire.below(label.as_bytes()));
    wire.map_or(name, |wire| wire.text())
}

/// Records of type SPF stand for TXT records where the name has no TXT of its own; `TXT: NONE` is such a TXT.
fn node(list: &Yaml) -> Node {
    let mut node = Node::default();
    let (mut spf, mut has_txt) = (Vec::new(), false);
    for entry in list.as_vec().expect("a name has a list") {
        if entry.as_str() == Some("TIMEOUT") {
            node.silent = true;
            continue;
        }
        for (kind, value) in entries(entry) {
            let name = |yaml: &Yaml| text_of(yaml).trim_end_matches('.').to_owned();
            let record = match kind.as_str() {
                "SPF" => {
                    spf.push(Value::Txt(strings(value)));
                    continue;
                }
                "TXT" => {
                    has_txt = true;
                    if value.as_str() == Some("NONE") {
                        continue;
                    }
                    Value::Txt(strings(value))
                }
                "A" => Value::A(text_of(value).parse().expect("an IPv4 address")),
                "AAAA" => Value::Aaaa(text_of(value).parse().expect("an IPv6 address")),
                "MX" => {
                    let preference = value[0].as_i64().and_then(|n| u16::try_from(n).ok()).expect("a preference");
                    Value::Mx { preference, exchange: name(&value[1]) }
                }
                "PTR" => Value::Ptr(name(value)),
                "CNAME" => Value::Cname(name(value)),
                other => panic!("{other} is no type of record that the suite is known to hold"),
            };
            node.records.push(record);
        }
    }
    if !has_txt {
        node.records.append(&mut spf);
    }
    node
}

/// The character strings of a TXT record. `"\x96"` is one octet in the suite.
fn strings(value: &Yaml) -> Vec<Vec<u8>> {
    let octets = |yaml: &Yaml| {
        let mut buffer = [0; 4];
        let text = text_of(yaml);
        text.chars()
            .flat_map(|c| match u8::try_from(u32::from(c)) {
                Ok(octet) => vec![octet],
                Err(_) => c.encode_utf8(&mut buffer).as_bytes().to_vec(),
            })
            .collect()
    };
    match value {
        Yaml::Array(parts) => parts.iter().map(octets).collect(),
        one => vec![octets(one)],
    }
}
