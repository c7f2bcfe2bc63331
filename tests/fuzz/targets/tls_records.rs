#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| ehlo::holds("tls_records", octets));
