//! The header of GS2 (RFC 5801 §4), with which SCRAM and OAUTHBEARER begin: `n,a=jo,`.

use std::fmt;

/// Whether the client binds itself to the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag<'a> {
    /// `n`: it cannot.
    Unsupported,
    /// `y`: it could, and thinks that the server cannot. A server that can knows by this of a downgrade (RFC 5802 §6).
    Unoffered,
    /// `p=`: it does, with data of this type.
    Bound(&'a str),
}

/// The header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a, T = String> {
    /// About the channel.
    pub flag: Flag<'a>,
    /// Whom to act as; empty: the user.
    pub authorization: T,
}

impl<T: AsRef<str>> fmt::Display for Header<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flag {
            Flag::Unsupported => f.write_str("n,")?,
            Flag::Unoffered => f.write_str("y,")?,
            Flag::Bound(kind) => write!(f, "p={kind},")?,
        }
        let authorization = self.authorization.as_ref();
        if !authorization.is_empty() {
            write!(f, "a={}", escape(authorization))?;
        }
        f.write_str(",")
    }
}

impl<'a> Header<'a> {
    /// The header at the start of a message, and what follows it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read(message: &'a str) -> Result<(Self, &'a str), String> {
        let mut parts = message.splitn(3, ',');
        let (Some(flag), Some(authorization), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("the message has no GS2 header (RFC 5801 §4)".to_owned());
        };
        let flag = match flag {
            "n" => Flag::Unsupported,
            "y" => Flag::Unoffered,
            _ => match flag.strip_prefix("p=") {
                Some(kind) if !kind.is_empty() => Flag::Bound(kind),
                _ => return Err("the GS2 header begins with neither n, y nor p= (RFC 5801 §4)".to_owned()),
            },
        };
        let authorization = match authorization.strip_prefix("a=") {
            Some(name) => unescape(name)?,
            None if authorization.is_empty() => String::new(),
            None => return Err("a= or nothing stands behind the first comma (RFC 5801 §4)".to_owned()),
        };
        Ok((Self { flag, authorization }, rest))
    }
}

/// A name without its commas and equal signs (RFC 5802 §5.1).
#[must_use]
pub fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// The name behind it.
///
/// # Errors
/// Which escape is none.
pub fn unescape(name: &str) -> Result<String, String> {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('=') {
        out.push_str(before);
        rest = match (behind.strip_prefix("2C"), behind.strip_prefix("3D")) {
            (Some(rest), _) => {
                out.push(',');
                rest
            }
            (_, Some(rest)) => {
                out.push('=');
                rest
            }
            _ => return Err("\"=\" in a name is written =3D and a comma =2C (RFC 5802 §5.1)".to_owned()),
        };
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        for (text, flag, authorization, rest) in [
            ("n,,n=user", Flag::Unsupported, "", "n=user"),
            ("y,a=jo=2C=3D,x,y", Flag::Unoffered, "jo,=", "x,y"),
            ("p=tls-exporter,,", Flag::Bound("tls-exporter"), "", ""),
        ] {
            let (header, behind) = Header::read(text).unwrap();
            assert_eq!((header.flag, header.authorization.as_str(), behind), (flag, authorization, rest));
            assert_eq!(format!("{header}{behind}"), text);
        }
        for text in ["", "n", "n,", "x,,", "p=,,", "p,,", "n,jo,", "n,a=jo=,", "n,a==2c,", "N,,"] {
            assert!(Header::read(text).is_err(), "{text}");
        }
    }
}
