//! What is to say about a DMARC record by itself: what it does to mail, and how to mend it.

use super::record::{KNOWN, Policy, Record, Stated};
use super::words::failure_options;
use crate::diagnosis::finding::Severity;
use crate::diagnosis::tagged::{Destination, Remark, Remarks, Slip, Tag, TagList, Unusable, meant, shown};

/// RFC 7489 §6.2 has receivers send to two destinations at least; who names more may not be served at all of them.
const SURE_DESTINATIONS: usize = 2;

/// All of them, the worst first, those of one weight in the order of the record.
pub(super) fn remarks(octets: &[u8], list: &TagList<'_>, record: &Record) -> Vec<Remark> {
    let mut told = Told { list, record, remarks: Remarks::on(octets) };
    told.syntax();
    told.policy();
    told.subdomains();
    told.words();
    told.reports();
    told.historic();
    told.unknown();
    told.remarks.worst_first()
}

struct Told<'a> {
    list: &'a TagList<'a>,
    record: &'a Record,
    remarks: Remarks,
}

impl Told<'_> {
    fn say(&mut self, severity: Severity, tag: Option<&Tag<'_>>, says: impl Into<String>, next: impl Into<String>) {
        self.remarks.say(severity, tag, says, next);
    }

    fn syntax(&mut self) {
        for (at, tag) in self.list.missing_semicolons(&KNOWN) {
            let says =
                format!("the semicolon before {tag}= is missing, so {tag} is taken for a part of the tag before it");
            self.remarks.say_at(Severity::Fault, at..at, says, format!("write a semicolon before {tag}="));
        }
        for trouble in &self.list.troubles {
            let (severity, next) = match &trouble.slip {
                Slip::Empty => (Severity::Note, "leave out one of the semicolons".to_owned()),
                Slip::Duplicate(_) => {
                    (Severity::Fault, "leave it once: receivers take either one, or pass over the record".to_owned())
                }
                Slip::TooLong => (Severity::Fault, "a DMARC record has a few tags only".to_owned()),
                Slip::NoEquals | Slip::BadName | Slip::BadOctet(_) => {
                    (Severity::Fault, "write tag=value, with semicolons between them".to_owned())
                }
            };
            self.remarks.say_at(severity, trouble.at.clone(), trouble.slip.says(), next);
        }
    }

    fn policy(&mut self) {
        let (p, record) = (self.list.get("p"), self.record);
        let reports = record.rua.iter().any(Destination::is_usable);
        let void = if reports {
            "receivers take the record for p=none"
        } else {
            "receivers pass over the record, and nothing protects the name"
        };
        let next = "write p=none, p=quarantine or p=reject";
        match record.p {
            Stated::Absent => self.say(Severity::Fault, None, format!("the record has no policy (p): {void}"), next),
            Stated::Wrong => {
                self.say(Severity::Fault, p, format!("the policy is none of the three words: {void}"), next)
            }
            Stated::Is(Policy::None) if !reports => self.say(
                Severity::Warning,
                p,
                "p=none without reports (rua) asks for nothing: forged mail is delivered, and nobody is told",
                "name a destination, rua=mailto:…, read the reports, and go on to p=quarantine and p=reject",
            ),
            Stated::Is(Policy::None) => self.say(
                Severity::Note,
                p,
                "p=none asks for reports only: forged mail is delivered",
                "when the reports show that your own mail passes, go on to p=quarantine and p=reject",
            ),
            Stated::Is(policy) if record.is_unusable() => self.say(
                Severity::Fault,
                p,
                format!("sp or np is none of the three words, which undoes p={} too: {void}", policy.name()),
                "write none, quarantine or reject there",
            ),
            Stated::Is(policy) => {
                let asks = if policy == Policy::Reject { "refuse" } else { "set aside" };
                self.say(Severity::Good, p, format!("receivers are asked to {asks} mail that fails"), "");
                if !reports {
                    self.say(
                        Severity::Warning,
                        p,
                        "no reports (rua) are asked for: when mail of your own fails, nobody tells you",
                        "name a destination: rua=mailto:…",
                    );
                }
            }
        }
        let late = self.list.tags.iter().position(|tag| tag.name == "p").is_some_and(|place| place > 1);
        if late {
            self.say(
                Severity::Warning,
                p,
                "p does not follow v: receivers of the older RFC 7489 may take the record for none",
                "put p in the second place",
            );
        }
        if record.testing && record.policy() > Policy::None {
            let says = format!(
                "t=y lowers the policy: receivers act as for p={}, and those of RFC 7489 as for p={}",
                record.policy().lowered().name(),
                record.policy().name()
            );
            self.say(Severity::Warning, self.list.get("t"), says, "leave t out when the trial is over");
        }
    }

    fn subdomains(&mut self) {
        let record = self.record;
        for (name, stated) in [("sp", record.sp), ("np", record.np)] {
            let tag = self.list.get(name);
            match stated {
                Stated::Wrong => self.say(
                    Severity::Fault,
                    tag,
                    format!("{name} is none of the three words"),
                    "write none, quarantine or reject",
                ),
                Stated::Is(policy) if policy < record.policy() => {
                    let whose = if name == "sp" { "subdomains" } else { "subdomains that do not exist" };
                    self.say(
                        Severity::Warning,
                        tag,
                        format!(
                            "{name}={} leaves {whose} less guarded than the domain: forgers use them",
                            policy.name()
                        ),
                        format!("write {name}={}, or leave it out", record.policy().name()),
                    );
                }
                _ => {}
            }
        }
    }

    /// Tags whose value is one of a few words, and is not.
    fn words(&mut self) {
        for (name, words) in
            [("adkim", &["r", "s"][..]), ("aspf", &["r", "s"]), ("psd", &["y", "n", "u"]), ("t", &["y", "n"])]
        {
            let Some(tag) = self.list.get(name) else { continue };
            if !tag.text().is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word))) {
                let says = format!("{name} is none of {}: receivers take the default", words.join(", "));
                self.say(
                    Severity::Warning,
                    Some(tag),
                    says,
                    format!("write {name}={}, or leave it out", words.join(" or ")),
                );
            }
        }
        let Some(fo) = self.list.get("fo") else { return };
        if self.list.get("ruf").is_none() {
            self.say(
                Severity::Note,
                Some(fo),
                "fo does nothing without ruf",
                "leave it out, or name a destination in ruf",
            );
        } else if failure_options(fo).is_none() {
            let says = "fo is no list of 0 or 1, d and s, each once: receivers take 0";
            self.say(Severity::Warning, Some(fo), says, "write fo=1, which asks for a report on every failure");
        }
    }

    fn reports(&mut self) {
        for (name, list) in [("rua", &self.record.rua), ("ruf", &self.record.ruf)] {
            let tag = self.list.get(name);
            for destination in list {
                let Err(why) = &destination.host else { continue };
                let says = format!("no report goes to \"{}\": {}", shown(&destination.uri), why.says());
                let next = match why {
                    Unusable::Empty => "leave out one of the commas".to_owned(),
                    Unusable::NoScheme => format!("write mailto:{}", shown(&destination.uri)),
                    _ => "write mailto: and an address; several with commas between them".to_owned(),
                };
                self.remarks.say_at(Severity::Fault, destination.at.clone(), says, next);
            }
            if let Some(sized) = list.iter().find(|d| d.size.is_some() && d.is_usable()) {
                let says = "a size limit on reports (!) is of RFC 7489: newer receivers pass over it";
                self.remarks.say_at(Severity::Note, sized.at.clone(), says, "leave it out");
            }
            if list.len() > SURE_DESTINATIONS {
                let says = format!("{name} has {} destinations: receivers need not serve more than two", list.len());
                self.say(Severity::Note, tag, says, "name one or two, and pass the reports on from there");
            }
        }
    }

    /// What RFC 9989 removed.
    fn historic(&mut self) {
        let Some(tag) = self.list.get("pct") else { return self.removed() };
        match self.record.pct {
            Stated::Is(100) => self.say(Severity::Note, Some(tag), "pct=100 is the default of a removed tag", "leave it out"),
            Stated::Is(share) if self.record.policy() > Policy::None => self.say(
                Severity::Warning,
                Some(tag),
                format!(
                    "pct={share} guards {share} of 100 messages at older receivers, and all at newer ones: RFC 9989 removed it"
                ),
                "leave it out",
            ),
            Stated::Is(_) => self.say(Severity::Note, Some(tag), "pct does nothing with p=none", "leave it out"),
            _ => self.say(Severity::Warning, Some(tag), "pct is no number from 0 to 100", "leave it out"),
        }
        self.removed();
    }

    fn removed(&mut self) {
        for name in ["ri", "rf"] {
            if let Some(tag) = self.list.get(name) {
                self.say(Severity::Note, Some(tag), format!("{name} was removed by RFC 9989"), "leave it out");
            }
        }
    }

    fn unknown(&mut self) {
        for tag in self.list.tags.iter().filter(|tag| !KNOWN.contains(&tag.name)) {
            let name = shown(tag.name);
            let passed_over = format!("DMARC has no tag {name}: receivers pass over it");
            let (severity, says, next) = match meant(tag.name, &KNOWN) {
                Some(known) if tag.name.eq_ignore_ascii_case(known) => (
                    Severity::Fault,
                    format!("{name} is not in small letters: receivers that keep to RFC 6376 §3.2 pass over it"),
                    format!("write {known}"),
                ),
                Some(known) => (Severity::Fault, passed_over, format!("write {known}, if that is meant")),
                None => (Severity::Note, passed_over, "leave it out".to_owned()),
            };
            self.say(severity, Some(tag), says, next);
        }
    }
}
