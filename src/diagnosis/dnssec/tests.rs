use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::absence::Absence;
use super::anchor::Ds;
use super::crypto::{self, Checked};
use super::key::{Key, Vouched, usable, vouched};
use super::nsec::Nsecs;
use super::nsec3::Nsec3s;
use super::set::Set;
use super::signature::{Checker, Signature};
use super::*;
use crate::diagnosis::dns::{Answer, Message, RecordType, Response, Transport, Try, WireName, key_tag};

fn name(text: &str) -> WireName {
    WireName::parse(text).unwrap()
}

fn octets(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// The data of a DNSKEY record.
fn key(flags: u16, algorithm: u8, public: &str) -> Vec<u8> {
    [&flags.to_be_bytes()[..], &[3, algorithm], &octets(public)].concat()
}

/// A signature as it is read from a message.
struct Rrsig<'a> {
    kind: RecordType,
    algorithm: u8,
    labels: u8,
    expiration: u32,
    inception: u32,
    key_tag: u16,
    signer: &'a str,
    signature: &'a str,
}

impl Rrsig<'_> {
    fn read(&self, owner: &str) -> Signature {
        let mut data = self.kind.number().to_be_bytes().to_vec();
        data.extend([self.algorithm, self.labels]);
        for time in [3600, self.expiration, self.inception] {
            data.extend(time.to_be_bytes());
        }
        data.extend(self.key_tag.to_be_bytes());
        data.extend(name(self.signer).octets());
        data.extend(octets(self.signature));
        let mut message = b"\0\0\x80\0\0\0\0\x01\0\0\0\0".to_vec();
        message.extend(name(owner).octets());
        message.extend(b"\0\x2e\0\x01\0\0\x0e\x10");
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
        let read = Message::read(&message);
        Signature::read(&read.sections[0][0]).unwrap()
    }
}

fn set(owner: &str, kind: RecordType, data: &[&[u8]], signatures: Vec<Signature>) -> Set {
    Set { owner: name(owner).lower(), kind, data: data.iter().map(|data| data.to_vec()).collect(), signatures }
}

fn keys(all: &[Vec<u8>]) -> Vec<Key> {
    let data: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    Key::all(&set("", RecordType::Dnskey, &data, Vec::new()))
}

/// Checks a set against keys of `zone` at `now`: the reason, and how many checks it took.
fn check(set: &Set, zone: &str, keys: &[Key], now: u32) -> (Option<Reason>, u32) {
    let left = Cell::new(1000);
    let zone = name(zone).lower();
    let reason = Checker { zone: &zone, now, left: &left }.check(set, &mut keys.iter()).err();
    (reason, 1000 - left.get())
}

const P256: &str = "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==";
const P256_SIGNED: Rrsig<'_> = Rrsig {
    kind: RecordType::A,
    algorithm: 13,
    labels: 3,
    expiration: 1_284_026_679,
    inception: 1_281_607_479,
    key_tag: 55648,
    signer: "example.net",
    signature: "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
};

#[test]
fn examples_of_the_rfcs() {
    let rsa_sha1 = "AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQ\
                    dzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==";
    let rsa_sha512 = "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rk\
                      lMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL";
    let mx = |preference: u8, exchange: &str| [&[0, preference], name(exchange).octets()].concat();
    for (case, owner, data, flags, public, rrsig) in [
        ("RFC 6605 §6.1", "www.example.net", b"\xc0\0\x02\x01".to_vec(), 257, P256, P256_SIGNED),
        (
            "RFC 6605 §6.2",
            "www.example.net",
            b"\xc0\0\x02\x01".to_vec(),
            257,
            "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur\
             8I/mlVNgF6W/qTI37m40",
            Rrsig {
                algorithm: 14,
                expiration: 1_284_027_625,
                inception: 1_281_608_425,
                key_tag: 10771,
                signature: "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPd\
                            z7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
                ..P256_SIGNED
            },
        ),
        (
            "RFC 8080 §6.1, erratum 4935",
            "example.com",
            mx(10, "mail.example.com"),
            257,
            "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
            Rrsig {
                kind: RecordType::Mx,
                algorithm: 15,
                labels: 2,
                expiration: 1_440_021_600,
                inception: 1_438_207_200,
                key_tag: 3613,
                signer: "example.com",
                signature: "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
            },
        ),
        (
            "RFC 5702 §6.2",
            "www.example.net",
            b"\xc0\0\x02\x5b".to_vec(),
            256,
            rsa_sha512,
            Rrsig {
                algorithm: 10,
                expiration: 1_893_456_000,
                inception: 946_684_800,
                key_tag: 3740,
                signature: "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/z\
                            pq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
                ..P256_SIGNED
            },
        ),
        (
            "RFC 4035 §B.1",
            "x.w.example",
            mx(1, "xx.example"),
            256,
            rsa_sha1,
            Rrsig {
                kind: RecordType::Mx,
                algorithm: 5,
                labels: 3,
                expiration: 1_084_127_779,
                inception: 1_081_535_779,
                key_tag: 38519,
                signer: "example",
                signature: "Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qaYnDoN1DrWqmi9RJe\
                            4FoObkbcdm7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKHfxFQxPtLj8s32+k=",
            },
        ),
        // By the wildcard *.w.example.
        (
            "RFC 4035 §B.6",
            "a.z.w.example",
            mx(1, "ai.example"),
            256,
            rsa_sha1,
            Rrsig {
                kind: RecordType::Mx,
                algorithm: 5,
                labels: 2,
                expiration: 1_084_127_779,
                inception: 1_081_535_779,
                key_tag: 38519,
                signer: "example",
                signature: "OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTV\
                            BPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=",
            },
        ),
    ] {
        let key = key(flags, rrsig.algorithm, public);
        assert_eq!(key_tag(&key), rrsig.key_tag, "{case}");
        let trusted = keys(&[key]);
        let signature = rrsig.read(owner);
        let signed = set(owner, rrsig.kind, &[&data], vec![signature.clone()]);
        assert_eq!(check(&signed, rrsig.signer, &trusted, rrsig.inception), (None, 1), "{case}");
        // One bit more or less anywhere, and it does not fit.
        let mut other = data.clone();
        *other.last_mut().unwrap() ^= 0x80;
        let other = set(owner, rrsig.kind, &[&other], vec![signature.clone()]);
        let (reason, _) = check(&other, rrsig.signer, &trusted, rrsig.inception);
        assert!(matches!(reason, Some(Reason::Misfit { .. })), "{case}: {reason:?}");
        // A record more.
        let more = set(owner, rrsig.kind, &[&data, b"\0\0\x01"], vec![signature]);
        let (reason, _) = check(&more, rrsig.signer, &trusted, rrsig.inception);
        assert!(matches!(reason, Some(Reason::Misfit { .. })), "{case}: {reason:?}");
    }
}

#[test]
fn a_signature_has_its_time_and_times_wrap() {
    let keys = keys(&[key(257, 13, P256)]);
    let at = |expiration, inception, now| {
        let rrsig = Rrsig { expiration, inception, ..P256_SIGNED };
        let signed = set("www.example.net", RecordType::A, &[b"\xc0\0\x02\x01"], vec![rrsig.read("www.example.net")]);
        match check(&signed, "example.net", &keys, now).0 {
            Some(Reason::Expired { at, .. }) => format!("expired {at}"),
            Some(Reason::NotYetValid { at, .. }) => format!("early {at}"),
            // The times are signed as well.
            Some(Reason::Misfit { .. }) => "in time".to_owned(),
            other => format!("{other:?}"),
        }
    };
    for (expiration, inception, now, expect) in [
        (2000, 1000, 999, "early 1000"),
        (2000, 1000, 1000, "in time"),
        (2000, 1000, 2000, "in time"),
        (2000, 1000, 2001, "expired 2000"),
        // Around 2106.
        (1000, u32::MAX - 1000, u32::MAX - 1001, "early 4294966295"),
        (1000, u32::MAX - 1000, u32::MAX, "in time"),
        (1000, u32::MAX - 1000, 5, "in time"),
        (1000, u32::MAX - 1000, 1001, "expired 1000"),
    ] {
        assert_eq!(at(expiration, inception, now), expect, "{inception} to {expiration} at {now}");
    }
}

#[test]
fn of_several_signatures_one_is_enough_and_the_best_reason_is_told() {
    let good = || P256_SIGNED.read("www.example.net");
    let other = |rrsig: Rrsig<'_>| rrsig.read("www.example.net");
    let keys = keys(&[key(257, 13, P256)]);
    let now = P256_SIGNED.inception;
    let reason = |signatures: Vec<Signature>, now| {
        check(&set("www.example.net", RecordType::A, &[b"\xc0\0\x02\x01"], signatures), "example.net", &keys, now).0
    };
    let told = |signatures, now| reason(signatures, now).map(|reason| reason.to_string());
    let no_key = || other(Rrsig { key_tag: 1, ..P256_SIGNED });
    let foreign = || other(Rrsig { signer: "net", ..P256_SIGNED });
    assert_eq!(told(vec![no_key(), foreign(), good()], now), None);
    assert_eq!(told(vec![], now).unwrap(), "A of www.example.net has no signature, and its zone signs");
    assert_eq!(told(vec![foreign()], now).unwrap(), "A of www.example.net is signed by net and belongs to example.net");
    let expect = "A of www.example.net is signed with key 1, which its zone has not";
    assert_eq!(told(vec![foreign(), no_key(), foreign()], now).unwrap(), expect);
    let expect = "the signature of A of www.example.net expired at 2010-09-09 10:04:39 UTC";
    assert_eq!(told(vec![no_key(), good(), foreign()], now + 100 * 86_400).unwrap(), expect);
    let labels = other(Rrsig { labels: 4, ..P256_SIGNED });
    assert!(matches!(reason(vec![labels], now), Some(Reason::Malformed { .. })));
    // Another algorithm of the same number is another key.
    let other_algorithm = other(Rrsig { algorithm: 15, ..P256_SIGNED });
    assert!(matches!(reason(vec![other_algorithm], now), Some(Reason::NoKey { .. })));
}

#[test]
fn many_keys_of_one_number_cost_little() {
    // CVE-2023-50387: every signature would have to be tried with every key. The checksum does not tell where an octet
    // stands among those of the same evenness.
    let mut all = Vec::new();
    for at in 0..40 {
        let mut public = vec![0; 64];
        public[at & !1] = 1;
        public[(at & !1) + 2] = at as u8 & 1;
        all.push([&[1, 1, 3, 13][..], &public].concat());
    }
    let keys = keys(&all);
    let tag = keys[0].key_tag;
    let alike = keys.iter().filter(|key| key.key_tag == tag).count();
    assert!(alike >= 20, "{alike}");
    let signatures: Vec<Signature> =
        (0..100).map(|_| Rrsig { key_tag: tag, ..P256_SIGNED }.read("www.example.net")).collect();
    let signed = set("www.example.net", RecordType::A, &[b"\xc0\0\x02\x01"], signatures);
    let (reason, checks) = check(&signed, "example.net", &keys, P256_SIGNED.inception);
    assert!(matches!(reason, Some(Reason::Misfit { .. })), "{reason:?}");
    assert_eq!(checks, 32, "eight signatures, four keys each");
    // What is left may be less.
    let (zone, left) = (name("example.net"), Cell::new(3));
    let checker = Checker { zone: &zone, now: P256_SIGNED.inception, left: &left };
    assert_eq!(checker.check(&signed, &mut keys.iter()).unwrap_err(), Reason::TooMuch);
}

#[test]
fn keys_and_their_digests() {
    let data = key(257, 13, P256);
    let all = keys(&[data.clone(), key(257 | 0x80, 13, P256), key(1, 13, P256), vec![1, 1, 2, 13, 0], vec![1]]);
    assert_eq!(all.len(), 1, "revoked keys, keys of no zone, other protocols and cut ones are none");
    let ds =
        |key_tag, algorithm, digest_type, digest: &str| Ds { key_tag, algorithm, digest_type, digest: hex(digest) };
    let right = ds(55648, 13, 2, "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17");
    let zone = name("Example.NET");
    assert!(matches!(vouched(&zone, &all, &[&right]), Vouched::Keys(found) if found.len() == 1));
    let wrong = ds(55648, 13, 2, "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d18");
    assert!(matches!(vouched(&zone, &all, &[&wrong]), Vouched::Other(55648)));
    assert!(matches!(vouched(&name("example.com"), &all, &[&right]), Vouched::Other(55648)));
    let absent = Ds { key_tag: 1, ..right.clone() };
    assert!(matches!(vouched(&zone, &all, &[&absent]), Vouched::None));
    assert!(matches!(vouched(&zone, &all, &[&wrong, &right]), Vouched::Keys(_)));

    let p384 = key(
        257,
        14,
        "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/m\
         lVNgF6W/qTI37m40",
    );
    let sha384 = ds(
        10771,
        14,
        4,
        "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
    );
    assert!(matches!(vouched(&zone, &keys(&[p384]), &[&sha384]), Vouched::Keys(_)));

    // SHA-1 counts only where there is nothing better, and what is not known does not count.
    let sha1 = ds(55648, 13, 1, "00");
    let unknown = [ds(1, 12, 2, "00"), ds(1, 16, 2, "00"), ds(1, 13, 3, "00")];
    let count = |all: &[Ds]| usable(all).len();
    assert_eq!((count(std::slice::from_ref(&sha1)), count(&[sha1.clone(), right.clone()]), count(&unknown)), (1, 1, 0));
    assert_eq!(count(&[sha1, unknown[0].clone()]), 1);
    assert_eq!(
        root_anchors().iter().map(|anchor| anchor.ds.as_ref().unwrap().key_tag).collect::<Vec<_>>(),
        [20326, 38696]
    );
}

#[test]
fn keys_that_are_odd_do_no_harm() {
    for (algorithm, public, expect) in [
        (8, vec![], Checked::Bad),
        (8, vec![1], Checked::Bad),
        (8, vec![0, 0, 200, 1], Checked::Bad),
        (8, vec![9, 1, 2], Checked::Bad),
        // RFC 5702 §6.1: 512 bits.
        (8, [vec![3, 1, 0, 1], vec![0xc1; 64]].concat(), Checked::Unsupported),
        (8, [vec![3, 1, 0, 1], vec![0xc1; 2000]].concat(), Checked::Unsupported),
        (8, [vec![3, 1, 0, 1], vec![0; 300]].concat(), Checked::Unsupported),
        (8, [vec![0, 0, 3, 1, 0, 1], vec![0xc1; 128]].concat(), Checked::Bad),
        (13, vec![], Checked::Bad),
        (13, vec![0; 64], Checked::Bad),
        (14, vec![1; 95], Checked::Bad),
        (15, vec![1; 31], Checked::Bad),
        (16, vec![1; 57], Checked::Unsupported),
        (1, vec![1; 57], Checked::Unsupported),
    ] {
        assert_eq!(crypto::verify(algorithm, &public, b"message", &[1; 64]), expect, "{algorithm} {}", public.len());
    }
    assert!(crypto::is_deprecated(5) && crypto::is_deprecated(7) && !crypto::is_deprecated(8));
}

/// The list of types of NSEC (RFC 4034 §4.1.2), all of the first window.
fn list(types: &[RecordType]) -> Vec<u8> {
    let mut bits = [0u8; 32];
    for kind in types {
        let number = usize::from(kind.number());
        bits[number / 8] |= 0x80 >> (number % 8);
    }
    let length = bits.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
    if length == 0 { Vec::new() } else { [&[0, length as u8], &bits[..length]].concat() }
}

use RecordType::{A, Cname, Ds as DsType, Mx, Ns, Soa};

fn nsecs(zone: &str, all: &[(&str, &str, &[RecordType])]) -> Nsecs {
    let sets: Vec<Set> = all
        .iter()
        .map(|(owner, next, types)| {
            let data = [name(next).octets(), &list(types)].concat();
            set(owner, RecordType::Nsec, &[&data], Vec::new())
        })
        .collect();
    Nsecs::read(&sets, &name(zone))
}

#[test]
fn proofs_by_names() {
    // The zone of RFC 4035 App. A, and RFC 6840 §4.1.
    let all = nsecs(
        "example",
        &[
            ("example", "a.example", &[Ns, Soa, Mx]),
            ("a.example", "ai.example", &[Ns, DsType]),
            ("ai.example", "b.example", &[A]),
            ("b.example", "ns1.example", &[Ns]),
            ("ns1.example", "ns2.example", &[A]),
            ("ns2.example", "*.w.example", &[A]),
            ("*.w.example", "x.w.example", &[Mx]),
            ("x.w.example", "x.y.w.example", &[Mx]),
            ("x.y.w.example", "xx.example", &[Mx]),
            ("xx.example", "example", &[A]),
        ],
    );
    let no_name = Some(Absence::NoName);
    let not_there = Some(Absence::NotThere);
    for (asked, expect) in [
        ("ml.example", no_name),
        ("zz.example", no_name),
        ("x.ai.example", no_name),
        ("ai.example", None),
        // It exists as the way to others.
        ("w.example", None),
        ("y.w.example", None),
        // The wildcard answers for it.
        ("q.w.example", None),
        ("z.y.w.example", no_name),
        // Below a cut it is another zone that knows.
        ("x.a.example", None),
        ("x.b.example", None),
        ("other", None),
    ] {
        assert_eq!(all.of_name(&name(asked)), expect, "{asked}");
    }
    for (asked, kind, expect) in [
        ("ns1.example", Mx, not_there),
        ("NS1.example", Mx, not_there),
        ("ns1.example", A, None),
        ("w.example", A, not_there),
        ("q.w.example", A, not_there),
        ("q.w.example", Mx, None),
        ("ml.example", A, None),
        // The parent's side of a cut knows nothing but DS.
        ("b.example", A, None),
        ("b.example", DsType, not_there),
        ("a.example", DsType, None),
        ("example", DsType, None),
        ("example", A, not_there),
    ] {
        assert_eq!(all.of_type(&name(asked), kind), expect, "{asked} {kind}");
    }
    for (asked, expect) in [
        ("b.example", Some(Absence::Delegated)),
        ("a.example", None),
        ("ns1.example", not_there),
        ("w.example", not_there),
        ("ml.example", no_name),
        ("example", None),
    ] {
        assert_eq!(all.of_ds(&name(asked)), expect, "{asked}");
    }
    // RFC 4035 §B.6: nothing stands nearer to a.z.w.example than *.w.example.
    assert_eq!(all.of_nearer(&name("a.z.w.example"), 2), no_name);
    assert_eq!(all.of_nearer(&name("x.w.example"), 2), None);
    assert_eq!(all.of_nearer(&name("a.y.w.example"), 2), None, "y.w.example is nearer");
    let alias = nsecs("example", &[("c.example", "d.example", &[Cname])]);
    assert_eq!(alias.of_type(&name("c.example"), A), None, "an alias is an answer");
    assert_eq!(alias.of_type(&name("cc.example"), A), None, "no word of the wildcard");
}

/// NSEC3 records by the hashes of RFC 5155 App. A, 12 iterations with the salt aabbccdd.
fn nsec3s(all: &[(&str, &str, bool, &[RecordType])], iterations: u16) -> Option<Nsec3s> {
    let digits = b"0123456789abcdefghijklmnopqrstuv";
    let decoded = |text: &str| {
        let mut out = Vec::new();
        let (mut held, mut bits) = (0u32, 0u32);
        for letter in text.bytes() {
            bits = bits << 5 | digits.iter().position(|digit| *digit == letter).unwrap() as u32;
            held += 5;
            if held >= 8 {
                held -= 8;
                out.push((bits >> held) as u8);
                bits &= (1 << held) - 1;
            }
        }
        out
    };
    let sets: Vec<Set> = all
        .iter()
        .map(|(hash, next, opt_out, types)| {
            let mut data = vec![1, u8::from(*opt_out)];
            data.extend(iterations.to_be_bytes());
            data.extend(b"\x04\xaa\xbb\xcc\xdd\x14");
            data.extend(decoded(next));
            data.extend(list(types));
            set(&format!("{hash}.example"), RecordType::Nsec3, &[&data], Vec::new())
        })
        .collect();
    Nsec3s::read(&sets, &name("example"))
}

#[test]
fn proofs_by_hashes() {
    // RFC 5155 App. A: example, ns1, x.y.w, a (signed), y.w, x.w, ai, w, *.w, ns2, xx.
    let all = nsec3s(
        &[
            ("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "2t7b4g4vsa5smi47k61mv5bv1a22bojr", true, &[Ns, Soa, Mx]),
            ("2t7b4g4vsa5smi47k61mv5bv1a22bojr", "2vptu5timamqttgl4luu9kg21e0aor3s", true, &[A]),
            ("2vptu5timamqttgl4luu9kg21e0aor3s", "35mthgpgcu1qg68fab165klnsnk3dpvl", true, &[Mx]),
            ("35mthgpgcu1qg68fab165klnsnk3dpvl", "b4um86eghhds6nea196smvmlo4ors995", true, &[Ns, DsType]),
            ("b4um86eghhds6nea196smvmlo4ors995", "gjeqe526plbf1g8mklp59enfd789njgi", true, &[Mx]),
            ("gjeqe526plbf1g8mklp59enfd789njgi", "ji6neoaepv8b5o6k4ev33abha8ht9fgc", true, &[A]),
            ("ji6neoaepv8b5o6k4ev33abha8ht9fgc", "k8udemvp1j2f7eg6jebps17vp3n8i58h", true, &[]),
            ("k8udemvp1j2f7eg6jebps17vp3n8i58h", "q04jkcevqvmu85r014c7dkba38o0ji5r", true, &[]),
            ("q04jkcevqvmu85r014c7dkba38o0ji5r", "r53bq7cc2uvmubfu5ocmm6pers9tk9en", true, &[A]),
            ("r53bq7cc2uvmubfu5ocmm6pers9tk9en", "t644ebqk9bibcna874givr6joj62mlhv", true, &[Mx]),
            ("t644ebqk9bibcna874givr6joj62mlhv", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", true, &[A]),
        ],
        12,
    )
    .unwrap();
    let (not_there, opted_out) = (Some(Absence::NotThere), Some(Absence::OptedOut));
    for (asked, kind, expect) in [
        // §B.2, §B.2.1, §B.5
        ("ns1.example", Mx, not_there),
        ("y.w.example", A, not_there),
        ("a.z.w.example", A, not_there),
        ("a.z.w.example", Mx, None),
        ("ns1.example", A, None),
        ("example", A, not_there),
        // §B.6: the child's side is asked for.
        ("example", DsType, None),
        ("a.example", A, None),
        ("c.example", DsType, opted_out),
    ] {
        assert_eq!(all.of_type(&name(asked), kind), expect, "{asked} {kind}");
    }
    // §B.1; with opt-out nothing says that there is no unsigned delegation.
    assert_eq!(all.of_name(&name("a.c.x.w.example")), opted_out);
    assert_eq!(all.of_name(&name("x.w.example")), None);
    assert_eq!(all.of_name(&name("b.w.example")), None, "the wildcard answers for it");
    assert_eq!(all.of_name(&name("x.a.example")), None, "another zone knows");
    // §B.3
    assert_eq!(all.of_ds(&name("c.example")), opted_out);
    assert_eq!(all.of_ds(&name("a.example")), None);
    assert_eq!(all.of_ds(&name("w.example")), not_there);
    // §B.4
    assert_eq!(all.of_nearer(&name("a.z.w.example"), 2), Some(Absence::NoName));
    assert_eq!(all.of_nearer(&name("x.w.example"), 2), None);

    // Without opt-out the same is a proof.
    let exact = nsec3s(
        &[
            ("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "2t7b4g4vsa5smi47k61mv5bv1a22bojr", false, &[Ns, Soa, Mx]),
            ("35mthgpgcu1qg68fab165klnsnk3dpvl", "b4um86eghhds6nea196smvmlo4ors995", false, &[Ns, DsType]),
            ("b4um86eghhds6nea196smvmlo4ors995", "gjeqe526plbf1g8mklp59enfd789njgi", false, &[Mx]),
        ],
        12,
    )
    .unwrap();
    assert_eq!(exact.of_name(&name("a.c.x.w.example")), Some(Absence::NoName));
    assert_eq!(exact.of_type(&name("ns1.example"), Mx), None, "its record is not among them");
    // Other counts give other hashes, and too many are not counted.
    let one: [(&str, &str, bool, &[RecordType]); 1] =
        [("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "2t7b4g4vsa5smi47k61mv5bv1a22bojr", false, &[Ns, Soa])];
    assert_eq!(nsec3s(&one, 150).unwrap().of_type(&name("example"), A), None);
    assert!(nsec3s(&one, 151).is_none());
    // A name of 120 labels is not hashed that often (CVE-2023-50868).
    assert_eq!(exact.of_name(&name(&format!("{}.example", vec!["a"; 119].join(".")))), None);
}

#[test]
fn without_an_anchor_nothing_is_asked() {
    let query = Query { name: "example.org".to_owned(), kind: Mx };
    let validation = validate(&query, &Answers::default(), &[], 0);
    // The answer itself is needed first; then there is nothing to begin with.
    assert_eq!((validation.state, validation.open), (None, vec![query.clone()]));
    let mut answers = Answers::default();
    answers.insert(crate::diagnosis::dns::Answer::new(query.clone(), Ok(crate::diagnosis::dns::Response::default())));
    let state = validate(&query, &answers, &root_anchors(), 0).state.unwrap();
    assert_eq!(state.to_string(), "indeterminate: MX of example.org: the octets of the answer were not kept");
}

#[test]
fn below_a_negative_anchor_nothing_is_expected_to_be_signed() {
    let query = Query { name: "mail.Practice.test".to_owned(), kind: RecordType::Mx };
    let mut anchors = root_anchors();
    anchors.extend(Anchor::negative("practice.TEST"));
    let validation = validate(&query, &Answers::default(), &anchors, 0);
    assert!(validation.open.iter().all(|open| open.name.ends_with("practice.test")), "{:?}", validation.open);
    let mut answers = Answers::default();
    for open in validation.open {
        let mut message = vec![0; 12];
        message[2] = 0x80;
        let tried = Try { received: message, ..Try::new("192.0.2.53:53".parse().unwrap(), Transport::Udp) };
        answers.insert(Answer { tries: vec![tried], ..Answer::new(open, Ok(Response::default())) });
    }
    let state = validate(&query, &answers, &anchors, 0).state.unwrap();
    assert_eq!(state.to_string(), "insecure: practice.test is known to be unsigned (RFC 7646)");
}

#[test]
fn keys_that_no_anchor_vouches_for_break_no_chain() {
    let query = Query { name: "example.org".to_owned(), kind: Mx };
    let none = |found: &str| format!("this resolver passes on no keys of the root ({found}): it cannot be checked");
    let other = "this resolver has another root than IANA's: the trust anchors here do not vouch for it";
    // A key by its own number, and one that has the number of the root's.
    let numbered = vec![1, 1, 3, 8, 0x4b, 0x5d];
    assert_eq!(key_tag(&numbered), 20326);
    for (rcode, data, why, next) in [
        (3, None, none("NXDOMAIN"), "ask another resolver: @9.9.9.9"),
        (0, None, none("no such record"), "ask another resolver: @9.9.9.9"),
        (0, Some(key(257, 13, P256)), other.to_owned(), "nothing is to be mended at the domain; ask another resolver"),
        (0, Some(numbered), other.to_owned(), "nothing is to be mended at the domain; ask another resolver"),
    ] {
        let mut answers = Answers::default();
        let (state, links) = loop {
            let validation = validate(&query, &answers, &root_anchors(), 0);
            if let Some(state) = validation.state {
                break (state, validation.links);
            }
            assert!(!validation.open.is_empty() && answers.len() < 20, "{validation:?}");
            for open in validation.open {
                // The domain is there, and the root has these keys.
                let (rcode, data) = if open.name.is_empty() { (rcode, data.as_ref()) } else { (0, None) };
                let mut message = vec![0; 12];
                (message[2], message[3], message[7]) = (0x80, rcode as u8, u8::from(data.is_some()));
                if let Some(data) = data {
                    message.extend([0, 0, 48, 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
                    message.extend(data);
                }
                let tried = Try { received: message, ..Try::new("192.0.2.53:53".parse().unwrap(), Transport::Udp) };
                let reply = Ok(Response { rcode, ..Response::default() });
                answers.insert(Answer { tries: vec![tried], ..Answer::new(open, reply) });
            }
        };
        assert!(state.to_string().starts_with(&format!("indeterminate: {why}")), "{state}");
        assert!(state.next().starts_with(next), "{state}: {}", state.next());
        let told: Vec<String> = links.iter().map(|link| link.says.clone()).collect();
        assert!(told.iter().all(|says| !says.contains("parent")) && told.len() == 1, "{told:?}");
    }
}
