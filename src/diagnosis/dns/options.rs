//! How a question is asked: the options of dig that make a difference on the wire or in waiting.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::resolver::Transport;

/// The UDP size that passes without fragments, as agreed on the DNS flag day of 2020.
const PAYLOAD: u16 = 1232;
/// Seconds that one try may be given.
const LONGEST: u64 = 300;
/// Tries that one question may have.
const MOST_TRIES: u8 = 20;

/// A network that the client says it is in (RFC 7871).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subnet {
    /// Its first address.
    pub address: IpAddr,
    /// Bits of it that count.
    pub length: u8,
}

impl Subnet {
    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or `0` for none (RFC 7871 §7.1.2: the resolver must add none either).
    fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), length: 0 });
        }
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length: u8 = length.map_or(Some(most), |length| length.parse().ok()).filter(|length| *length <= most)?;
        // What lies behind the length must be zero (RFC 7871 §6).
        let address = match address {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask))
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
            }
        };
        Some(Self { address, length })
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.length == 0 { f.write_str("0") } else { write!(f, "{}/{}", self.address, self.length) }
    }
}

/// How a question is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueryOptions {
    /// In place of the resolver's own: `+tcp`, `+tls`, `+https`, `+notcp`.
    pub transport: Option<Transport>,
    /// In place of the resolver's own: `-p`.
    pub port: Option<u16>,
    /// RD: the resolver shall go and find out. `+norec` shows what it knows by itself.
    pub recursion: bool,
    /// AD: the resolver shall tell whether it validated (RFC 6840 §5.7).
    pub authentic_data: bool,
    /// CD: the resolver shall answer even with what does not validate.
    pub checking_disabled: bool,
    /// Send an OPT record (RFC 6891).
    pub edns: bool,
    /// DO: send signatures and proofs as well (RFC 3225). Needs EDNS.
    pub dnssec: bool,
    /// Ask the server what it calls itself (RFC 5001). Needs EDNS.
    pub nsid: bool,
    /// The largest datagram that is taken, in octets. Needs EDNS.
    pub payload: u16,
    /// The network to answer for (RFC 7871). Needs EDNS.
    pub subnet: Option<Subnet>,
    /// How long one try is waited for. None: what `/etc/resolv.conf` says, or 5 seconds.
    pub limit: Option<Duration>,
    /// How often a server that stays silent is asked. None: what `/etc/resolv.conf` says, or once.
    pub tries: Option<u8>,
    /// Leave a truncated answer truncated.
    pub ignore_truncation: bool,
}

impl Default for QueryOptions {
    fn default() -> Self {
        Self {
            transport: None,
            port: None,
            recursion: true,
            authentic_data: true,
            checking_disabled: false,
            edns: true,
            dnssec: false,
            nsid: false,
            payload: PAYLOAD,
            subnet: None,
            limit: None,
            tries: None,
            ignore_truncation: false,
        }
    }
}

/// The options as they are offered: what is typed, and what it does.
pub const OFFERED: &[(&str, &str)] = &[
    ("+tcp", "ask by TCP from the start"),
    ("+tls", "ask by TLS, port 853 (RFC 7858)"),
    ("+https", "ask by HTTPS; +https=/path for another path than /dns-query (RFC 8484)"),
    ("+dnssec", "send signatures as well (DO), and check them here"),
    ("+norec", "ask what the server knows by itself (RD off)"),
    ("+cd", "answer even with what does not validate (CD)"),
    ("+noad", "do not ask whether it was validated (AD off)"),
    ("+nsid", "ask the server what it calls itself (RFC 5001)"),
    ("+subnet=NETWORK", "ask on behalf of a network (RFC 7871)"),
    ("+bufsize=OCTETS", "the largest datagram to take, 1232 unless said"),
    ("+noedns", "ask without EDNS"),
    ("+time=SECONDS", "how long to wait for one try"),
    ("+tries=N", "how often to ask a server that stays silent"),
    ("+ignore", "leave a truncated answer truncated"),
    ("+short", "show what the records say and nothing else"),
];

impl QueryOptions {
    /// Takes in one option, without its `+`.
    ///
    /// # Errors
    /// What is wrong with it, and what exists.
    pub fn set(&mut self, option: &str) -> Result<(), String> {
        let lower = option.to_ascii_lowercase();
        let (word, value) = match lower.split_once('=') {
            Some((word, _)) => (word, option.get(word.len() + 1..)),
            None => (lower.as_str(), None),
        };
        let (on, bare) = word.strip_prefix("no").map_or((true, word), |bare| (false, bare));
        let takes_value = matches!(
            (on, bare),
            (true, "bufsize" | "time" | "timeout" | "tries" | "retry" | "subnet" | "https" | "edns")
        );
        if let Some(value) = value.filter(|_| !takes_value) {
            return Err(format!("\"+{word}\" takes no value, and \"{value}\" is one"));
        }
        let default = Self::default();
        match bare {
            "tcp" | "vc" => self.transport = Some(if on { Transport::Tcp } else { Transport::Udp }),
            "tls" => self.transport = Some(if on { Transport::Tls } else { Transport::Udp }),
            "https" if on => self.transport = Some(Transport::https(value.unwrap_or_default())?),
            "https" => self.transport = Some(Transport::Udp),
            "dnssec" | "do" => {
                self.dnssec = on;
                self.edns |= on;
            }
            "rec" | "recurse" | "rdflag" => self.recursion = on,
            "cd" | "cdflag" => self.checking_disabled = on,
            "ad" | "adflag" => self.authentic_data = on,
            "nsid" => {
                self.nsid = on;
                self.edns |= on;
            }
            "edns" if value.is_none_or(|value| value == "0") => self.edns = on,
            "edns" => return Err("only version 0 of EDNS exists; write +edns or +noedns".to_owned()),
            "ignore" => self.ignore_truncation = on,
            "bufsize" if on => self.payload = number(word, value, 512..=65_535)?,
            "bufsize" => self.payload = default.payload,
            "time" | "timeout" if on => {
                self.limit = Some(Duration::from_secs(number(word, value, 1..=LONGEST)?));
            }
            "tries" if on => self.tries = Some(number(word, value, 1..=MOST_TRIES)?),
            // dig counts what comes behind the first.
            "retry" if on => self.tries = Some(1 + number(word, value, 0..=MOST_TRIES - 1)?),
            "time" | "timeout" => self.limit = None,
            "tries" | "retry" => self.tries = None,
            "subnet" if on => {
                let text = value.unwrap_or_default();
                let subnet = Subnet::parse(text)
                    .ok_or_else(|| format!("\"{text}\" is not a network; write +subnet=192.0.2.0/24 or +subnet=0"))?;
                self.subnet = Some(subnet);
                self.edns = true;
            }
            "subnet" => self.subnet = None,
            _ => {
                let names: Vec<&str> = OFFERED.iter().map(|(name, _)| *name).collect();
                return Err(format!("\"+{option}\" is not an option; the options are {}", names.join(" ")));
            }
        }
        Ok(())
    }

    /// The words that say what differs from the default, transport and port left out: dig has its own for these.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let default = Self::default();
        let mut words: Vec<String> = [
            (self.dnssec, "+dnssec"),
            (!self.recursion, "+norec"),
            (self.checking_disabled, "+cd"),
            (!self.authentic_data, "+noad"),
            (self.nsid, "+nsid"),
            (!self.edns, "+noedns"),
            (self.ignore_truncation, "+ignore"),
        ]
        .into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, word)| word.to_owned())
        .collect();
        if self.payload != default.payload {
            words.push(format!("+bufsize={}", self.payload));
        }
        words.extend(self.subnet.map(|subnet| format!("+subnet={subnet}")));
        words.extend(self.limit.map(|limit| format!("+time={}", limit.as_secs())));
        words.extend(self.tries.map(|tries| format!("+tries={tries}")));
        words
    }
}

fn number<T: std::str::FromStr + PartialOrd + fmt::Display>(
    word: &str,
    value: Option<&str>,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, String> {
    let number = value.and_then(|value| value.parse().ok()).filter(|number| range.contains(number));
    number.ok_or_else(|| {
        format!("\"+{word}\" takes a number from {} to {}: +{word}={}", range.start(), range.end(), range.start())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_as_dig_reads_them() {
        for (typed, expect) in [
            ("", ""),
            ("+dnssec +norec +cd", "+dnssec +norec +cd"),
            ("+DO +NORECURSE +cdflag +noadflag", "+dnssec +norec +cd +noad"),
            ("+dnssec +nodnssec +norec +rec", ""),
            ("+nsid +noedns", "+nsid +noedns"),
            ("+noedns +dnssec", "+dnssec"),
            ("+edns=0 +bufsize=4096", "+bufsize=4096"),
            ("+time=2 +retry=2", "+time=2 +tries=3"),
            ("+time=2 +notime +tries=4", "+tries=4"),
            ("+ignore", "+ignore"),
            ("+subnet=192.0.2.77/24", "+subnet=192.0.2.0/24"),
            ("+subnet=2001:db8:ffff::/33", "+subnet=2001:db8:8000::/33"),
            ("+subnet=192.0.2.1", "+subnet=192.0.2.1/32"),
            ("+subnet=0", "+subnet=0"),
        ] {
            let mut options = QueryOptions::default();
            for word in typed.split_whitespace() {
                options.set(&word[1..]).unwrap_or_else(|error| panic!("{word}: {error}"));
            }
            assert_eq!(options.words().join(" "), expect, "{typed}");
        }
    }

    #[test]
    fn ways_of_asking() {
        for (typed, expect) in [
            ("tcp", Transport::Tcp),
            ("vc", Transport::Tcp),
            ("notcp", Transport::Udp),
            ("tls", Transport::Tls),
            ("https", Transport::Https("/dns-query".to_owned())),
            ("https=/Q?x=1", Transport::Https("/Q?x=1".to_owned())),
            ("nohttps", Transport::Udp),
        ] {
            let mut options = QueryOptions::default();
            options.set(typed).unwrap();
            assert_eq!(options.transport, Some(expect), "{typed}");
        }
    }

    #[test]
    fn wrong_options_say_what_exists() {
        for (typed, part) in [
            ("trace", "\"+trace\" is not an option; the options are +tcp +tls"),
            ("", "is not an option"),
            ("no", "is not an option"),
            ("tcp=1", "\"+tcp\" takes no value"),
            ("nosubnet=0", "takes no value"),
            ("bufsize", "\"+bufsize\" takes a number from 512 to 65535: +bufsize=512"),
            ("bufsize=65536", "from 512"),
            ("time=0", "from 1 to 300"),
            ("tries=-1", "from 1 to 20"),
            ("retry=20", "from 0 to 19"),
            ("edns=1", "version 0"),
            ("subnet=192.0.2.0/33", "is not a network"),
            ("subnet", "is not a network"),
            ("https=dns-query", "begins with /"),
        ] {
            let error = QueryOptions::default().set(typed).unwrap_err();
            assert!(error.contains(part), "{typed}: {error}");
        }
    }
}
