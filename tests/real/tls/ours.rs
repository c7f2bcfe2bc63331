//! What the program says of a certificate.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::Value;

use super::made::name_for;
use super::peers::Faults;
use super::servers::Servers;

/// A verdict's row, and the word for it beside the peers'.
const VERDICTS: [(&str, &str); 6] = [
    ("name", "name"),
    ("dates", "dates"),
    ("chain", "chain"),
    ("strength", "strength"),
    ("form", "form"),
    ("this machine", "trust"),
];

/// What `ehlo tls --json` prints.
#[derive(Debug)]
pub(super) struct Ours(Value);

impl Ours {
    /// Looks at a server that shows the certificate, as one who asks for its name and trusts the root.
    pub(super) fn of(servers: &Servers, fault: &str, at: SocketAddr) -> Self {
        let output = Command::new(env!("CARGO_BIN_EXE_ehlo"))
            .args(["tls", "--json", "--sni", &name_for(fault), &at.to_string()])
            .env("SSL_CERT_FILE", servers.authority())
            .env_remove("SSL_CERT_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let why = || format!("{fault}: {said}{}", String::from_utf8_lossy(&output.stderr));
        Self(serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {}", why())))
    }

    /// The verdicts with this severity.
    pub(super) fn with(&self, severity: &str) -> Faults {
        let told = VERDICTS.iter().filter(|(label, _)| self.verdict(label, "severity") == severity);
        told.map(|(_, word)| *word).collect()
    }

    /// Everything that the verdicts say.
    pub(super) fn sentences(&self) -> Vec<String> {
        let told =
            |label: &str| format!("{label}: {} {}", self.verdict(label, "severity"), self.verdict(label, "says"));
        VERDICTS.iter().map(|(label, _)| told(label)).collect()
    }

    /// What a verdict says.
    fn verdict(&self, label: &str, field: &str) -> &str {
        let rows = self.0["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let row = rows.iter().find(|row| row["label"] == label && row["depth"] == 0);
        let verdict = row.and_then(|row| row["verdict"][field].as_str());
        verdict.unwrap_or_else(|| panic!("no verdict {label} in {:#}", self.0))
    }
}
