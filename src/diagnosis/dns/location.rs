//! LOC: a place on the earth (RFC 1876).

use super::reader::{Fault, Reader};

/// The equator and the prime meridian, in thousandths of a second of arc.
const ZERO: i64 = 1 << 31;
/// Centimetres that altitudes are counted from: 100 000 m below the reference spheroid.
const DEPTH: i64 = 10_000_000;

/// `52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m`.
pub(super) fn present(reader: &mut Reader<'_>) -> Result<String, Fault> {
    let at = reader.at();
    let version = reader.u8("the version")?;
    if version != 0 {
        return Err(Fault::new(at, format!("LOC of version {version}, of which only 0 is known")));
    }
    let sizes = [precision(reader)?, precision(reader)?, precision(reader)?];
    let latitude = angle(reader, 90, ['N', 'S'])?;
    let longitude = angle(reader, 180, ['E', 'W'])?;
    let height = i64::from(reader.u32("the altitude")?) - DEPTH;
    let [size, horizontal, vertical] = sizes.map(metres);
    Ok(format!("{latitude} {longitude} {} {size} {horizontal} {vertical}", metres(height)))
}

/// Centimetres: four bits for a digit, four for its power of ten.
fn precision(reader: &mut Reader<'_>) -> Result<i64, Fault> {
    let at = reader.at();
    let octet = reader.u8("a size")?;
    match (octet >> 4, octet & 15) {
        (base @ 0..=9, power @ 0..=9) => Ok(i64::from(base) * 10i64.pow(u32::from(power))),
        _ => Err(Fault::new(at, "a size is not made of two digits")),
    }
}

fn angle(reader: &mut Reader<'_>, most: i64, sides: [char; 2]) -> Result<String, Fault> {
    let at = reader.at();
    let signed = i64::from(reader.u32("an angle")?) - ZERO;
    let thousandths = signed.abs();
    if thousandths > most * 3_600_000 {
        return Err(Fault::new(at, format!("an angle of more than {most} degrees")));
    }
    let side = if signed < 0 { sides[1] } else { sides[0] };
    let (seconds, rest) = (thousandths / 1000, thousandths % 1000);
    Ok(format!("{} {} {}.{rest:03} {side}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

fn metres(centimetres: i64) -> String {
    let sign = if centimetres < 0 { "-" } else { "" };
    let centimetres = centimetres.abs();
    format!("{sign}{}.{:02}m", centimetres / 100, centimetres % 100)
}
