//! The table of mechanisms: what each needs, what it gives away, and one sentence about it.

use super::mechanism::{Hash, Mechanism};

/// What a mechanism wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The authentication identity.
    User,
    /// The password.
    Password,
    /// A token of OAuth 2.0.
    Token,
    /// The authorization identity, whom to act as; it may be empty.
    Authorization,
    /// ANONYMOUS: a trace, most often a mail address; it may be empty (RFC 4505 §2).
    Trace,
}

/// A mechanism.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name as IANA has it.
    pub name: &'static str,
    /// What speaks it; `None`: it is known and explained, and not spoken.
    pub mechanism: Option<Mechanism>,
    /// What it needs, in the order in which it is asked for.
    pub fields: &'static [Field],
    /// The password or the token itself goes over the wire.
    pub sends_secret: bool,
    /// The client has the first word, so that it may stand on the command line (RFC 4422 §5 item 2).
    pub client_first: bool,
    /// Where it is defined.
    pub rfc: &'static str,
    /// What it is, in a sentence without a full stop.
    pub says: &'static str,
}

const SCRAM_FIELDS: &[Field] = &[Field::User, Field::Password, Field::Authorization];

const fn scram(name: &'static str, hash: Hash, plus: bool, rfc: &'static str) -> Row {
    Row {
        name,
        mechanism: Some(Mechanism::Scram { hash, plus }),
        fields: SCRAM_FIELDS,
        sends_secret: false,
        client_first: true,
        rfc,
        says: if plus {
            "both sides prove that they know the password, and that no one sits between them in TLS"
        } else {
            "both sides prove that they know the password; it is never sent"
        },
    }
}

const fn spoken(
    mechanism: Mechanism,
    name: &'static str,
    fields: &'static [Field],
    sends_secret: bool,
    rfc: &'static str,
    says: &'static str,
) -> Row {
    let client_first = !matches!(mechanism, Mechanism::CramMd5 | Mechanism::Login);
    Row { name, mechanism: Some(mechanism), fields, sends_secret, client_first, rfc, says }
}

const fn known(name: &'static str, rfc: &'static str, says: &'static str) -> Row {
    Row { name, mechanism: None, fields: &[], sends_secret: false, client_first: true, rfc, says }
}

/// PLAIN's row.
pub(super) const PLAIN: Row = spoken(
    Mechanism::Plain,
    "PLAIN",
    SCRAM_FIELDS,
    true,
    "RFC 4616",
    "the password as it is, in base64, which hides nothing: for TLS only",
);

/// Every mechanism met in mail: those spoken, the strongest first, then those only explained.
pub const ROWS: &[Row] = &[
    scram("SCRAM-SHA-512-PLUS", Hash::Sha512, true, "draft-melnikov-scram-sha-512"),
    scram("SCRAM-SHA-256-PLUS", Hash::Sha256, true, "RFC 7677"),
    scram("SCRAM-SHA-1-PLUS", Hash::Sha1, true, "RFC 5802"),
    scram("SCRAM-SHA-512", Hash::Sha512, false, "draft-melnikov-scram-sha-512"),
    scram("SCRAM-SHA-256", Hash::Sha256, false, "RFC 7677"),
    scram("SCRAM-SHA-1", Hash::Sha1, false, "RFC 5802"),
    spoken(
        Mechanism::CramMd5,
        "CRAM-MD5",
        &[Field::User, Field::Password],
        false,
        "RFC 2195",
        "an MD5 of the password and a challenge: whoever hears it can try passwords at home, and the server keeps the \
         password itself",
    ),
    PLAIN,
    spoken(
        Mechanism::Login,
        "LOGIN",
        &[Field::User, Field::Password],
        true,
        "draft-murchison-sasl-login",
        "user and password in two answers, in base64, which hides nothing; no standard, PLAIN takes its place",
    ),
    spoken(
        Mechanism::OauthBearer,
        "OAUTHBEARER",
        &[Field::User, Field::Token],
        true,
        "RFC 7628",
        "an access token of OAuth 2.0 instead of a password; whoever has it is the user until it expires",
    ),
    spoken(
        Mechanism::Xoauth2,
        "XOAUTH2",
        &[Field::User, Field::Token],
        true,
        "Google, XOAUTH2 Protocol",
        "an access token of OAuth 2.0 as Google and Microsoft wrote it before OAUTHBEARER",
    ),
    spoken(
        Mechanism::External,
        "EXTERNAL",
        &[Field::Authorization],
        false,
        "RFC 4422 appendix A",
        "the server knows already who it is, most often by the client's TLS certificate; nothing is proven here",
    ),
    spoken(
        Mechanism::Anonymous,
        "ANONYMOUS",
        &[Field::Trace],
        false,
        "RFC 4505",
        "no one in particular; a mail address may be left as a trace, and is not checked",
    ),
    known(
        "NTLM",
        "Microsoft [MS-NLMP]",
        "Windows' own challenge and response: not supported here; PLAIN under TLS or a token of OAuth takes its place",
    ),
    known(
        "DIGEST-MD5",
        "RFC 2831, historic by RFC 6331",
        "challenge and response by MD5, given up because programs did not agree on it: not supported here; SCRAM takes \
         its place",
    ),
    known(
        "GSSAPI",
        "RFC 4752",
        "Kerberos V5: needs a ticket of this machine's realm, which this program does not ask for",
    ),
    known("GS2-KRB5", "RFC 5801", "Kerberos V5 by way of GS2: needs a ticket, which this program does not ask for"),
    known("GS2-KRB5-PLUS", "RFC 5801", "Kerberos V5 bound to TLS: needs a ticket, which this program does not ask for"),
    known("GSS-SPNEGO", "RFC 4178", "Kerberos or NTLM, whatever both sides agree on: not supported here"),
    known(
        "SCRAM-SHA-224",
        "RFC 5802 with another hash",
        "SCRAM with a hash nobody registered for it: choose SCRAM-SHA-256",
    ),
    known("SCRAM-SHA-384", "RFC 5802 with another hash", "SCRAM with a hash nobody registered: choose SCRAM-SHA-256"),
    known("SCRAM-SHA3-512", "draft-melnikov-scram-sha3-512", "SCRAM with SHA-3: not supported here"),
    known("SCRAM-SHA3-512-PLUS", "draft-melnikov-scram-sha3-512", "SCRAM with SHA-3 bound to TLS: not supported here"),
    known("CRAM-SHA1", "no standard", "CRAM-MD5 with another hash, never specified: not supported here"),
    known("SKEY", "RFC 2222 §7.3, obsolete", "one-time passwords of the nineties: not supported here"),
    known("OTP", "RFC 2444", "one-time passwords from a list: not supported here"),
    known("SRP", "no standard", "a password proof that never left its draft: not supported here"),
    known("KERBEROS_V4", "RFC 2222 §7.1, obsolete", "Kerberos 4, broken by design: not supported here"),
    known("SECURID", "RFC 2808", "the number on a token of RSA's: not supported here"),
    known("SAML20", "RFC 6595", "a login through a web browser: not supported here"),
    known("OPENID20", "RFC 6616", "a login through a web browser: not supported here"),
    known("XYMCOOKIE", "Yahoo", "a cookie of Yahoo's own programs: not supported here"),
    known(
        "PLAIN-CLIENTTOKEN",
        "Google",
        "PLAIN with the name of a device of Google's own programs: not supported here",
    ),
    known("X-OAUTHBEARER", "no standard", "a draft of OAUTHBEARER: not supported here"),
];

/// The row with this name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

/// The strongest mechanism among those offered that this secret serves: `-PLUS` only where the channel can be bound,
/// OAuth only with a token, a password's only without. `None`: none of them.
#[must_use]
pub fn strongest(offered: &[String], can_bind: bool, token: bool) -> Option<Mechanism> {
    Mechanism::all().find(|mechanism| {
        let fits = if token { mechanism.takes_token() } else { mechanism.takes_password() };
        fits && (can_bind || !mechanism.is_plus())
            && offered.iter().any(|name| name.eq_ignore_ascii_case(mechanism.name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_registered_ones_and_stand_once() {
        for (place, row) in ROWS.iter().enumerate() {
            assert!(row.name.len() <= 20, "{}", row.name);
            assert_eq!(ROWS.iter().position(|other| other.name == row.name), Some(place), "{}", row.name);
            assert!(!row.says.ends_with('.') && !row.says.is_empty(), "{}", row.name);
            if let Some(mechanism) = row.mechanism {
                assert_eq!((mechanism.name(), mechanism.row().rfc), (row.name, row.rfc));
            }
        }
        assert_eq!(Mechanism::find("plain"), Some(Mechanism::Plain));
        assert_eq!(Mechanism::find("NTLM"), None);
        assert!(find("ntlm").is_some_and(|row| row.says.contains("not supported")));
    }

    #[test]
    fn the_strongest_that_the_secret_serves() {
        for (offered, can_bind, token, expect) in [
            ("PLAIN LOGIN", false, false, Some("PLAIN")),
            ("LOGIN", false, false, Some("LOGIN")),
            ("LOGIN CRAM-MD5 PLAIN", false, false, Some("CRAM-MD5")),
            ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", true, false, Some("SCRAM-SHA-256-PLUS")),
            ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", false, false, Some("SCRAM-SHA-256")),
            ("SCRAM-SHA-1-PLUS SCRAM-SHA-512", true, false, Some("SCRAM-SHA-1-PLUS")),
            ("scram-sha-1 SCRAM-SHA-512", true, false, Some("SCRAM-SHA-512")),
            ("PLAIN XOAUTH2 OAUTHBEARER", true, true, Some("OAUTHBEARER")),
            ("PLAIN XOAUTH2", true, false, Some("PLAIN")),
            ("XOAUTH2 EXTERNAL", true, false, None),
            ("NTLM GSSAPI", true, false, None),
            ("", true, true, None),
        ] {
            let offered: Vec<String> = offered.split_ascii_whitespace().map(str::to_owned).collect();
            assert_eq!(strongest(&offered, can_bind, token).map(Mechanism::name), expect, "{offered:?}");
        }
    }
}
