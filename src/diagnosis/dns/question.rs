//! The message that asks (RFC 1035 §4.1, RFC 6891 §6.1).

use std::net::IpAddr;

use super::Query;
use super::kind::RecordType;
use super::message::IN;
use super::name::WireName;
use super::options::{QueryOptions, Subnet};

/// The octets of a question with this id.
///
/// # Errors
/// The name is no name: why.
pub fn question(id: u16, query: &Query, options: &QueryOptions) -> Result<Vec<u8>, String> {
    let name = WireName::parse(&query.name)?;
    let mut message = Vec::with_capacity(64);
    let flags = [(options.recursion, 0x0100), (options.authentic_data, 0x0020), (options.checking_disabled, 0x0010)];
    let bits: u16 = flags.into_iter().filter_map(|(set, bit)| set.then_some(bit)).sum();
    for word in [id, bits, 1, 0, 0, u16::from(options.edns)] {
        message.extend(word.to_be_bytes());
    }
    message.extend_from_slice(name.octets());
    for word in [query.kind.number(), IN] {
        message.extend(word.to_be_bytes());
    }
    if options.edns {
        opt(&mut message, options);
    }
    Ok(message)
}

fn opt(message: &mut Vec<u8>, options: &QueryOptions) {
    message.push(0);
    let dnssec_ok = if options.dnssec { 0x8000 } else { 0 };
    let mut data = Vec::new();
    if options.nsid {
        data.extend([0, 3, 0, 0]);
    }
    if let Some(subnet) = &options.subnet {
        client_subnet(&mut data, subnet);
    }
    let length = u16::try_from(data.len()).unwrap_or(0);
    for word in [RecordType::Opt.number(), options.payload, 0, dnssec_ok, length] {
        message.extend(word.to_be_bytes());
    }
    message.append(&mut data);
}

/// RFC 7871 §6: as many octets of the address as its length needs.
fn client_subnet(data: &mut Vec<u8>, subnet: &Subnet) {
    let (family, octets) = match subnet.address {
        IpAddr::V4(ip) => (1u16, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let octets: Vec<u8> = octets.into_iter().take(usize::from(subnet.length).div_ceil(8)).collect();
    // At most 16 octets of address.
    let length = 4 + octets.len() as u16;
    for word in [8, length, family] {
        data.extend(word.to_be_bytes());
    }
    data.extend([subnet.length, 0]);
    data.extend(octets);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, options: &[&str]) -> Result<Vec<u8>, String> {
        let mut set = QueryOptions::default();
        for option in options {
            set.set(option).unwrap();
        }
        question(0x1234, &Query { name: name.to_owned(), kind: RecordType::Mx }, &set)
    }

    #[test]
    fn questions_on_the_wire() {
        for (options, expect) in [
            (
                &[][..],
                b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\x01\x01a\0\0\x0f\0\x01\0\0\x29\x04\xd0\0\0\0\0\0\0".as_slice(),
            ),
            (&["noedns", "norec", "noad"], b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x01a\0\0\x0f\0\x01"),
            (
                &["dnssec", "cd", "bufsize=4096", "nsid", "subnet=192.0.2.0/23"],
                b"\x12\x34\x01\x30\0\x01\0\0\0\0\0\x01\x01a\0\0\x0f\0\x01\
                  \0\0\x29\x10\0\0\0\x80\0\0\x0f\0\x03\0\0\0\x08\0\x07\0\x01\x17\0\xc0\0\x02",
            ),
        ] {
            assert_eq!(asked("a", options).unwrap(), expect, "{options:?}");
        }
        assert!(asked("", &["noedns"]).unwrap().ends_with(b"\0\0\x0f\0\x01"), "the root");
        assert!(asked("a..b", &[]).unwrap_err().contains("empty label"));
    }
}
