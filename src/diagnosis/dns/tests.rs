use super::*;

#[test]
fn reverse_names() {
    assert_eq!(reverse_name("192.0.2.25".parse().unwrap()), "25.2.0.192.in-addr.arpa");
    assert_eq!(
        reverse_name("2001:db8::25".parse().unwrap()),
        "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    );
}

#[test]
fn names_below_names() {
    for (name, domain, expect) in [
        ("mail.Example.org", "example.ORG", true),
        ("example.org", "example.org", true),
        ("badexample.org", "example.org", false),
        ("org", "example.org", false),
        ("bücher.example", "cher.example", false),
        ("example.org", "", true),
        ("", "org", false),
    ] {
        assert_eq!(is_within(name, domain), expect, "{name} {domain}");
    }
}

/// A response with one record of this type in its answer section.
fn with_record(kind: RecordType, class: u16, data: &[u8]) -> Vec<u8> {
    let mut octets = b"\0\x01\x81\x80\0\0\0\x01\0\0\0\0\x01x\0".to_vec();
    for word in [kind.number(), class] {
        octets.extend(word.to_be_bytes());
    }
    octets.extend(60u32.to_be_bytes());
    octets.extend((data.len() as u16).to_be_bytes());
    octets.extend(data);
    octets
}

#[test]
fn records_are_written_as_dig_writes_them() {
    use RecordType as T;
    let name = b"\x02ns\x01x\0".as_slice();
    let join = |parts: &[&[u8]]| parts.concat();
    let loc = b"\0\x12\x16\x13\x8b\x3c\xf0\x18\x81\x0c\xbc\xe0\x00\x98\x95\xb8";
    for (kind, data, expect) in [
        (T::A, b"\xc0\0\x02\x19".to_vec(), "192.0.2.25"),
        (T::Aaaa, join(&[b"\x20\x01\x0d\xb8", &[0; 11], b"\x25"]), "2001:db8::25"),
        (T::Mx, join(&[b"\0\x0a", name]), "10 ns.x"),
        (T::Mx, b"\0\0\0".to_vec(), "0 ."),
        // A pointer to the owner.
        (T::Ns, b"\x02ns\xc0\x0c".to_vec(), "ns.x"),
        (T::Txt, b"\x02a\"\x01\xff\0".to_vec(), "\"a\\\"\" \"\\255\" \"\""),
        (T::Srv, join(&[b"\0\x01\0\x02\x03\xe1", name]), "1 2 993 ns.x"),
        (T::Soa, join(&[name, b"\x05a.b\x1b\xff\0", &[0, 0, 0, 7].repeat(5)]), "ns.x a\\.b\\027\\255 7 7 7 7 7"),
        (T::Tlsa, b"\x03\x01\x01\xab\xcd".to_vec(), "3 1 1 ABCD"),
        (T::Caa, b"\x80\x05issueca.example".to_vec(), "128 issue \"ca.example\""),
        (T::Ds, b"\x4b\x5a\x0d\x02\x01".to_vec(), "19290 13 2 01"),
        (T::Dnskey, b"\x01\x01\x03\x0d\x01\x02\x03".to_vec(), "257 3 13 AQID"),
        (
            T::Rrsig,
            join(&[b"\0\x0f\x0d\x01\0\0\x0e\x10\x65\x53\xf1\0\0\0\0\0\x30\x39", name, b"\x01\x02"]),
            "MX 13 1 3600 20231114221320 19700101000000 12345 ns.x AQI=",
        ),
        (T::Nsec, join(&[name, b"\0\x06\x40\x01\0\0\0\x03"]), "ns.x A MX RRSIG NSEC"),
        (T::Nsec, join(&[name, b"\0\x01\x40\x01\x01\x40"]), "ns.x A CAA"),
        (T::Nsec3, b"\x01\x01\0\x0a\x02\xaa\xbb\x05fooba\0\x01\x40".to_vec(), "1 1 10 AABB CPNMUOJ1 A"),
        (T::Nsec3, b"\x01\0\0\0\0\x01f".to_vec(), "1 0 0 - CO"),
        (T::Nsec3param, b"\x01\0\0\x01\0".to_vec(), "1 0 1 -"),
        (T::Naptr, b"\0\x01\0\x02\x01S\x07SIP+D2T\0\0".to_vec(), "1 2 \"S\" \"SIP+D2T\" \"\" ."),
        (T::Hinfo, b"\x07RFC8482\0".to_vec(), "\"RFC8482\" \"\""),
        (T::Sshfp, b"\x04\x02\x99".to_vec(), "4 2 99"),
        (T::Loc, loc.to_vec(), "52 22 23.000 N 4 53 32.000 E -2.00m 1.00m 10000.00m 10.00m"),
        (
            T::Https,
            b"\0\x01\0\0\x01\0\x06\x02h2\x02h3\0\x03\0\x02\x20\xfb\0\x04\0\x04\xc0\0\x02\x01\xfd\xe8\0\x01x".to_vec(),
            "1 . alpn=\"h2,h3\" port=8443 ipv4hint=192.0.2.1 key65000=\"x\"",
        ),
        (T::Svcb, join(&[b"\0\0", name]), "0 ns.x"),
        (T::Uri, b"\0\x01\0\x02https://x".to_vec(), "1 2 \"https://x\""),
        (T::Cert, b"\0\x01\0\0\x08\x01".to_vec(), "1 0 8 AQ=="),
        (T::Csync, b"\0\0\0\x07\0\x03\0\x01\x60".to_vec(), "7 3 A NS"),
        (T::Eui48, b"\0\x01\x02\x03\x04\xff".to_vec(), "00-01-02-03-04-ff"),
        (T::Rp, join(&[name, b"\0"]), "ns.x ."),
        (T::Null, b"\x1b".to_vec(), "\\# 1 1B"),
        (T::Other(65280), b"\x1b[2J".to_vec(), "\\# 4 1B5B324A"),
        (T::Other(65280), Vec::new(), "\\# 0"),
    ] {
        let (response, fault) = Response::read(&with_record(kind, 1, &data));
        assert_eq!(fault, None, "{kind} {expect}");
        let record = &response.answers[0];
        assert_eq!((record.value.to_string().as_str(), record.value.kind()), (expect, kind));
    }
    let (response, fault) = Response::read(&with_record(T::Txt, 3, b"\x044.20"));
    assert_eq!((response.answers[0].value.to_string().as_str(), fault), ("CH \"4.20\"", None));
    assert!(matches!(response.answers[0].value, Value::Other { .. }), "not a text of the internet");
}

#[test]
fn records_that_are_wrong_are_shown_as_they_are_and_named() {
    use RecordType as T;
    for (kind, data, part) in [
        (T::A, b"\xc0\0\x02".as_slice(), "octet 25: the A record cannot be read: an address is cut short"),
        (T::A, b"\xc0\0\x02\x19\0", "octet 29: the A record cannot be read: 1 octets too many"),
        (T::Mx, b"\0\x0a", "a name is cut short"),
        (T::Mx, b"\0\x0a\xc0\x1b", "does not lead back"),
        // The label runs over the end of the record into nothing.
        (T::Ns, b"\x05ns", "a label of a name is cut short"),
        (T::Txt, b"", "a string is cut short"),
        (T::Txt, b"\x02a", "a string is cut short"),
        (T::Caa, b"\0\0x", "letters and digits"),
        (T::Caa, b"\0\x02a\x1b", "letters and digits"),
        (T::Nsec, b"\0\0\0", "windows of types"),
        (T::Nsec, b"\0\x01\x01\x40\0\x01\x40", "windows of types"),
        (T::Nsec, b"\0\0\x21", "cut short"),
        (T::Https, b"\0\x01\0\0\x03\0\x02\x20\xfb\0\x01\0\0", "keys do not rise"),
        (T::Https, b"\0\x01\0\0\x03\0\x01\x20", "a port is cut short"),
        (T::Https, b"\0\x01\0\0\x04\0\0", "an address is cut short"),
        (T::Loc, &[1; 16], "version 1"),
        (T::Loc, b"\0\xaa\x16\x13\x8b\x3d\x23\x74\x81\x0d\x73\x40\x00\x98\x95\xb8", "two digits"),
        (T::Loc, b"\0\x12\x16\x13\xff\xff\xff\xff\x81\x0d\x73\x40\x00\x98\x95\xb8", "more than 90 degrees"),
    ] {
        let (response, fault) = Response::read(&with_record(kind, 1, data));
        let fault = fault.unwrap_or_else(|| panic!("{kind} {data:?} was read")).to_string();
        assert!(fault.contains(part), "{kind} {data:?}: {fault}");
        let Value::Other { kind: shown, text } = &response.answers[0].value else { panic!("{kind}") };
        assert_eq!(*shown, kind);
        assert!(text.starts_with("\\# "), "{text}");
    }
}

#[test]
fn headers_and_edns() {
    // Every flag, rcode 3; a question; an OPT record with one bit more of the rcode, DO, NSID, ECS, EDE, a cookie.
    let mut octets = b"\xab\xcd\xff\xf3\0\x01\0\0\0\0\0\x01\x01X\0\0\x0f\0\x01\0\0\x29\x04\xd0\x01\0\x80\0".to_vec();
    let options =
        b"\0\x03\0\x03ns1\0\x08\0\x07\0\x01\x18\x10\xc0\0\x02\0\x0f\0\x08\0\x12no way\0\x0a\0\x09cookie\0\0\0";
    octets.extend((options.len() as u16).to_be_bytes());
    octets.extend(options);
    octets.extend(b"tail");
    let (response, fault) = Response::read(&octets);
    assert_eq!(fault, None);
    assert_eq!(response.flags.names(), ["qr", "aa", "tc", "rd", "ra", "z", "ad", "cd"]);
    assert_eq!((response.id, response.opcode, response.rcode), (0xabcd, 15, 0x13));
    assert_eq!((response.rcode_name().as_str(), opcode_name(15).as_str()), ("BADMODE", "OPCODE15"));
    assert_eq!(response.questions, [Query { name: "X".to_owned(), kind: RecordType::Mx }]);
    assert_eq!(response.extra, 4);
    let edns = response.edns.unwrap();
    assert_eq!((edns.version, edns.payload, edns.dnssec_ok, edns.nsid), (0, 1232, true, Some(b"ns1".to_vec())));
    let (subnet, scope) = edns.subnet.unwrap();
    assert_eq!((subnet.to_string().as_str(), scope), ("192.0.2.0/24", 16));
    assert_eq!(edns.errors, [ExtendedError { code: 18, text: "no way".to_owned() }]);
    assert_eq!(edns.others, [(10, b"cookie\0\0\0".to_vec())]);
}

#[test]
fn options_of_edns_that_are_wrong_are_named() {
    for (data, part) in [
        (b"\0\x03\0\x05abc".as_slice(), "an option is cut short"),
        (b"\0\x03", "an option is cut short"),
        (b"\0\x08\0\x04\0\x07\x18\0", "unknown family"),
        (b"\0\x08\0\x06\0\x01\x18\0\xc0\0", "octets of its length"),
        (b"\0\x08\0\x09\0\x01\x21\0\xc0\0\x02\0\0", "octets of its length"),
        (b"\0\x0f\0\x01\0", "the code of an extended error is cut short"),
    ] {
        let (response, fault) = Response::read(&with_record(RecordType::Opt, 1232, data));
        let fault = fault.unwrap().to_string();
        assert!(fault.contains(part), "{data:?}: {fault}");
        assert!(response.edns.is_some() && response.answers.is_empty());
    }
}

#[test]
fn compression_cannot_make_much_out_of_little() {
    // One long name, and as many records that point to it as a message can hold: 5 000 times 2 040 octets of text.
    let mut octets = b"\0\x01\x81\x80\0\0\x13\x88\0\0\0\0".to_vec();
    for _ in 0..3 {
        octets.push(63);
        octets.extend([0xff; 63]);
    }
    octets.extend(b"\0\0\x02\0\x01\0\0\0\0\0\x02\xc0\x0c");
    while octets.len() < 65_000 {
        octets.extend(b"\xc0\x0c\0\x02\0\x01\0\0\0\0\0\x02\xc0\x0c");
    }
    let (response, fault) = Response::read(&octets);
    assert!(fault.unwrap().why.contains("more than 524288 octets"));
    assert!(response.answers.len() < 400, "{}", response.answers.len());
}

mod oracle {
    //! What another codec writes is read here as it was meant, and nothing that is read here breaks anything.

    use hickory_proto::op::{Edns as WireEdns, Message as WireMessage, Query as WireQuery};
    use hickory_proto::rr::rdata::{MX, SOA, SRV, TXT};
    use hickory_proto::rr::{Name, RData, Record as WireRecord, RecordType as WireType};
    use proptest::prelude::*;

    use super::super::*;

    fn name() -> impl Strategy<Value = Name> {
        let label = proptest::collection::vec(any::<u8>(), 1..20);
        proptest::collection::vec(label, 0..6).prop_map(|labels| {
            let mut name = Name::from_labels(labels).unwrap();
            name.set_fqdn(true);
            name
        })
    }

    fn data() -> impl Strategy<Value = RData> {
        prop_oneof![
            any::<[u8; 4]>().prop_map(|ip| RData::A(std::net::Ipv4Addr::from(ip).into())),
            (any::<u16>(), name()).prop_map(|(preference, exchange)| RData::MX(MX::new(preference, exchange))),
            (any::<u16>(), any::<u16>(), any::<u16>(), name())
                .prop_map(|(a, b, c, n)| RData::SRV(SRV::new(a, b, c, n))),
            (name(), name(), any::<u32>()).prop_map(|(a, b, n)| RData::SOA(SOA::new(a, b, n, 1, 2, 3, 4))),
            proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..4)
                .prop_map(|strings| { RData::TXT(TXT::from_bytes(strings.iter().map(Vec::as_slice).collect())) }),
        ]
    }

    fn text(name: &Name) -> WireName {
        let mut whole = WireName::root();
        for label in name.iter().rev() {
            whole = whole.below(label).unwrap();
        }

        whole
    }

    proptest! {
        #[test]
        fn what_another_writes_is_read_alike(
            id: u16, bits: u8, question in name(), records in proptest::collection::vec((name(), any::<u32>(), data()), 0..12)
        ) {
            let mut message = WireMessage::query();
            message.metadata.id = id;
            message.metadata.recursion_desired = bits & 1 != 0;
            message.metadata.authentic_data = bits & 2 != 0;
            message.metadata.authoritative = bits & 4 != 0;
            message.add_query(WireQuery::query(question.clone(), WireType::MX));
            for (owner, ttl, data) in &records {
                message.add_answer(WireRecord::from_rdata(owner.clone(), *ttl, data.clone()));
            }
            let mut edns = WireEdns::new();
            edns.set_max_payload(1400);
            message.set_edns(edns);
            let octets = message.to_vec().unwrap();
            let (response, fault) = Response::read(&octets);
            prop_assert_eq!(fault, None);
            prop_assert_eq!(response.id, id);
            prop_assert_eq!((response.flags.rd, response.flags.ad, response.flags.aa), (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0));
            prop_assert_eq!(&response.questions[0].name, &text(&question).text());
            prop_assert_eq!(response.edns.map(|edns| edns.payload), Some(1400));
            prop_assert_eq!(response.answers.len(), records.len());
            for (read, (owner, ttl, data)) in response.answers.iter().zip(&records) {
                let value = match data {
                    RData::A(ip) => Value::A(ip.0),
                    RData::MX(mx) => Value::Mx { preference: mx.preference, exchange: text(&mx.exchange).text() },
                    RData::SRV(srv) => Value::Srv {
                        priority: srv.priority, weight: srv.weight, port: srv.port, target: text(&srv.target).text(),
                    },
                    RData::SOA(soa) => Value::Soa {
                        primary: text(&soa.mname).text(), mailbox: text(&soa.rname).text(), serial: soa.serial,
                        refresh: 1, retry: 2, expire: 3, minimum: 4,
                    },
                    RData::TXT(txt) => Value::Txt(txt.txt_data.iter().map(|string| string.to_vec()).collect()),
                    other => panic!("{other:?}"),
                };
                let expect = Record { name: text(owner).text(), ttl: *ttl, value };
                prop_assert_eq!(read, &expect);
            }
        }

        #[test]
        fn names_come_back_from_their_text(name in name()) {
            let name = text(&name);
            prop_assert_eq!(WireName::parse(&name.text()), Ok(name));
        }

        #[test]
        fn octets_at_random_break_nothing(octets in proptest::collection::vec(any::<u8>(), 0..400), cut in 0..400usize) {
            let (response, _) = Response::read(&octets);
            for record in response.answers.iter().chain(&response.authority).chain(&response.additional) {
                let text = record.value.to_string();
                prop_assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b)), "{}", text);
                prop_assert!(record.name.bytes().all(|b| (0x21..0x7f).contains(&b)), "{}", record.name);
            }
            let _ = answers(&octets, octets.get(..cut).unwrap_or_default());
        }

        #[test]
        fn records_at_random_break_nothing(number in 0..300u16, data in proptest::collection::vec(any::<u8>(), 0..80)) {
            let octets = super::with_record(RecordType::of(number), 1, &data);
            let (response, fault) = Response::read(&octets);
            for record in &response.answers {
                let text = record.value.to_string();
                prop_assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b)), "{}", text);
                prop_assert_eq!(fault.is_some(), text.starts_with("\\# ") && !matches!(number, 10 | 41 | 250..=255) && fault.is_some());
            }
        }
    }
}
