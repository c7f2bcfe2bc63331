//! What the RDATA of each type is made of: one table that writes it as dig does, and in the canonical form that
//! signatures are made over.

use super::kind::RecordType;
use super::name::WireName;
use super::reader::{Fault, Reader};
use super::{location, svcb, text};

/// A part of RDATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    U8,
    U16,
    U32,
    /// A type, by its name.
    Type,
    /// The seconds of a signature's dates.
    Time,
    /// A name that RFC 4034 §6.2 puts into lower case, compressed or not.
    Name,
    /// A name that stays as it is (RFC 6840 §5.1).
    ExactName,
    V4,
    V6,
    /// One string behind its length, in quotes.
    Text,
    /// Strings to the end, at least one.
    Texts,
    /// A string behind its length, without quotes: the tag of CAA.
    Word,
    /// The rest as one string in quotes.
    QuotedRest,
    /// Octets behind their length, in hexadecimal; `-` for none: the salt of NSEC3.
    Salt,
    /// Octets behind their length, in base32: the next name of NSEC3.
    Hash,
    /// The types of NSEC (RFC 4034 §4.1.2).
    Types,
    /// The rest in hexadecimal.
    Hex,
    /// The rest in base64.
    Base64,
    /// The rest in pairs of digits: EUI-48 and EUI-64.
    Pairs,
    Location,
    /// The parameters of SVCB, to the end.
    Parameters,
}

/// The parts of a type's RDATA, in order. `None`: not known, to be shown as in RFC 3597.
const fn fields(kind: RecordType) -> Option<&'static [Field]> {
    use Field::{
        Base64, ExactName, Hash, Hex, Location, Name, Pairs, Parameters, QuotedRest, Salt, Text, Texts, Time, Type,
        Types, U8, U16, U32, V4, V6, Word,
    };
    use RecordType as T;
    Some(match kind {
        T::A => &[V4],
        T::Aaaa => &[V6],
        T::Ns | T::Cname | T::Ptr | T::Dname | T::Mb | T::Mg | T::Mr => &[Name],
        T::Soa => &[Name, Name, U32, U32, U32, U32, U32],
        T::Mx | T::Afsdb | T::Kx => &[U16, Name],
        T::Minfo | T::Rp => &[Name, Name],
        T::Txt | T::Spf => &[Texts],
        T::Srv => &[U16, U16, U16, Name],
        T::Tlsa | T::Smimea => &[U8, U8, U8, Hex],
        T::Caa => &[U8, Word, QuotedRest],
        T::Ds | T::Cds => &[U16, U8, U8, Hex],
        T::Dnskey | T::Cdnskey | T::Key => &[U16, U8, U8, Base64],
        T::Rrsig | T::Sig => &[Type, U8, U8, U32, Time, Time, U16, Name, Base64],
        T::Nsec => &[ExactName, Types],
        T::Nsec3 => &[U8, U8, U16, Salt, Hash, Types],
        T::Nsec3param => &[U8, U8, U16, Salt],
        T::Csync => &[U32, U16, Types],
        T::Zonemd => &[U32, U8, U8, Hex],
        T::Https | T::Svcb => &[U16, ExactName, Parameters],
        T::Naptr => &[U16, U16, Text, Text, Text, Name],
        T::Hinfo => &[Text, Text],
        T::Sshfp => &[U8, U8, Hex],
        T::Loc => &[Location],
        T::Openpgpkey | T::Dhcid => &[Base64],
        T::Cert => &[U16, U16, U8, Base64],
        T::Uri => &[U16, U16, QuotedRest],
        T::Eui48 | T::Eui64 => &[Pairs],
        T::Aname => &[ExactName],
        T::Null | T::Opt | T::Tsig | T::Ixfr | T::Axfr | T::Any | T::Other(_) => return None,
    })
}

/// The presentation of the RDATA that `reader` holds.
///
/// # Errors
/// It is not RDATA of this type.
pub(super) fn present(kind: RecordType, reader: &mut Reader<'_>) -> Result<String, Fault> {
    let Some(fields) = fields(kind) else { return Ok(text::unknown(reader.rest())) };
    let mut words = Vec::with_capacity(fields.len());
    for field in fields {
        let word = match field {
            Field::U8 => reader.u8("a number")?.to_string(),
            Field::U16 => reader.u16("a number")?.to_string(),
            Field::U32 => reader.u32("a number")?.to_string(),
            Field::Type => RecordType::of(reader.u16("a type")?).to_string(),
            Field::Time => text::time(reader.u32("a time")?),
            Field::Name | Field::ExactName => dotted(&WireName::read(reader)?.text()),
            Field::V4 | Field::V6 => address(*field, reader)?,
            Field::Text => text::quoted(reader.string("a string")?),
            Field::Texts => strings(reader)?.iter().map(|string| text::quoted(string)).collect::<Vec<_>>().join(" "),
            Field::Word => word(reader)?,
            Field::QuotedRest => text::quoted(reader.rest()),
            Field::Salt => match reader.string("the salt")? {
                [] => "-".to_owned(),
                salt => text::hex(salt),
            },
            Field::Hash => text::base32hex(reader.string("the next hash")?),
            Field::Types => {
                types(reader)?.into_iter().map(|kind| kind.name().into_owned()).collect::<Vec<_>>().join(" ")
            }
            Field::Hex => text::hex(reader.rest()),
            Field::Base64 => text::base64(reader.rest()),
            Field::Pairs => {
                let pairs: Vec<String> = reader.rest().iter().map(|octet| format!("{octet:02x}")).collect();
                pairs.join("-")
            }
            Field::Location => location::present(reader)?,
            Field::Parameters => svcb::present(reader)?,
        };
        // An empty set of types, or no parameters, is no word.
        if !word.is_empty() {
            words.push(word);
        }
    }
    reader.end()?;
    Ok(words.join(" "))
}

/// The RDATA as signatures are made over it: no compression, and the names of the older types in lower case (RFC 4034
/// §6.2, RFC 6840 §5.1).
///
/// # Errors
/// It is not RDATA of this type.
pub(in crate::diagnosis) fn canonical(kind: RecordType, reader: &mut Reader<'_>) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    for field in fields(kind).unwrap_or_default() {
        match field {
            Field::Name => out.extend_from_slice(WireName::read(reader)?.lower().octets()),
            Field::ExactName => out.extend_from_slice(WireName::read(reader)?.octets()),
            Field::U8 => out.extend_from_slice(reader.take(1, "a number")?),
            Field::U16 | Field::Type => out.extend_from_slice(reader.take(2, "a number")?),
            Field::U32 | Field::Time => out.extend_from_slice(reader.take(4, "a number")?),
            Field::Text | Field::Word => {
                let string = reader.string("a string")?;
                out.extend(u8::try_from(string.len()));
                out.extend_from_slice(string);
            }
            // Names stand before these only, and what is behind them is copied whole.
            _ => break,
        }
    }
    out.extend_from_slice(reader.rest());
    Ok(out)
}

/// The name as it is shown: the root is a dot.
pub(super) fn dotted(name: &str) -> String {
    if name.is_empty() { ".".to_owned() } else { name.to_owned() }
}

fn address(field: Field, reader: &mut Reader<'_>) -> Result<String, Fault> {
    Ok(if field == Field::V4 {
        std::net::Ipv4Addr::from_bits(reader.u32("an address")?).to_string()
    } else {
        v6(reader)?.to_string()
    })
}

pub(super) fn v6(reader: &mut Reader<'_>) -> Result<std::net::Ipv6Addr, Fault> {
    let mut octets = [0; 16];
    octets.copy_from_slice(reader.take(16, "an address")?);
    Ok(octets.into())
}

/// Strings to the end.
pub(super) fn strings<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, Fault> {
    let mut strings = vec![reader.string("a string")?];
    while !reader.is_done() {
        strings.push(reader.string("a string")?);
    }
    Ok(strings)
}

/// The tag of CAA: letters and digits (RFC 8659 §4.1).
pub(super) fn word(reader: &mut Reader<'_>) -> Result<String, Fault> {
    let at = reader.at();
    match reader.string("the tag")? {
        tag if !tag.is_empty() && tag.iter().all(u8::is_ascii_alphanumeric) => {
            Ok(tag.iter().map(|octet| char::from(*octet)).collect())
        }
        _ => Err(Fault::new(at, "the tag is not made of letters and digits")),
    }
}

/// The types of an NSEC record (RFC 4034 §4.1.2), in the order of their numbers.
pub(in crate::diagnosis) fn types(reader: &mut Reader<'_>) -> Result<Vec<RecordType>, Fault> {
    let mut types = Vec::new();
    let mut last = None;
    while !reader.is_done() {
        let at = reader.at();
        let window = reader.u8("a window of types")?;
        let bits = reader.string("a window of types")?;
        if bits.is_empty() || bits.len() > 32 || last.is_some_and(|last| window <= last) {
            return Err(Fault::new(at, "the windows of types are not as RFC 4034 §4.1.2 has them"));
        }
        last = Some(window);
        for (place, octet) in (0u16..).zip(bits) {
            for bit in (0..8u16).filter(|bit| octet & (0x80 >> bit) != 0) {
                types.push(RecordType::of((u16::from(window) << 8) + place * 8 + bit));
            }
        }
    }
    Ok(types)
}
