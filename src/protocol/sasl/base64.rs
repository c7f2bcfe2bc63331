//! Base64 (RFC 4648 §4) as SASL writes it: with padding, without line breaks.

use std::ops::Range;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;

use crate::protocol::secret::Secret;

/// Base64 without a line break. An empty message is an empty line.
#[must_use]
pub fn encode(message: &Secret) -> Secret {
    Secret::new(text(message.expose()).into_bytes())
}

/// The same for what is no secret: a challenge, a salt.
#[must_use]
pub fn text(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Reads base64 as servers do: with padding, without spaces.
///
/// # Errors
/// Why it is not base64 and what to do about it.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    read(text).map_err(|(_, reason)| reason)
}

/// The same, with the octets of `text` that are wrong.
pub(in crate::protocol) fn read(text: &str) -> Result<Vec<u8>, (Range<usize>, String)> {
    let body = text.trim_end_matches('=');
    if let Some((at, c)) = body.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/')) {
        let reason = match c {
            '=' => "\"=\" pads the end of base64 and stands nowhere else".to_owned(),
            ' ' => "base64 has no spaces, write it in one piece".to_owned(),
            '-' | '_' => format!("{c:?} belongs to the URL form of base64, write + for - and / for _"),
            _ => format!("{c:?} is not a base64 character"),
        };
        return Err((at..at + c.len_utf8(), reason));
    }
    let padding = text.len() - body.len();
    let whole = match body.len() % 4 {
        0 => 0,
        1 => return Err((text.len()..text.len(), "the base64 was cut short, copy it again".to_owned())),
        left => 4 - left,
    };
    if padding < whole {
        return Err((text.len()..text.len(), format!("base64 ends with {whole} \"=\" here")));
    }
    if padding > whole {
        return Err((body.len() + whole..text.len(), "\"=\" too many at the end of the base64".to_owned()));
    }
    STANDARD.decode(text).map_err(|_| {
        (body.len().saturating_sub(1)..text.len(), "the last character holds bits that no encoder writes".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base64_that_is_none_says_where() {
        for (text, at, part) in [
            ("AHRp*Q==", 4..5, "not a base64 character"),
            ("AHRp Q==", 4..5, "no spaces"),
            ("AHRpbQ=", 7..7, "2 \"=\""),
            ("AHRpbQ===", 8..9, "too many"),
            ("AHRpb", 5..5, "cut short"),
            ("AH=p", 2..3, "nowhere else"),
            ("AHR_bQ==", 3..4, "URL form"),
            ("AHRpbR==", 5..8, "bits"),
            ("ä", 0..2, "not a base64"),
            ("=", 0..1, "too many"),
        ] {
            let (range, reason) = read(text).expect_err(text);
            assert_eq!(range, at, "{text}: {reason}");
            assert!(reason.contains(part), "{text}: {reason}");
        }
        assert_eq!(decode("VXNlcm5hbWU6").unwrap(), b"Username:");
        assert_eq!(decode("").unwrap(), b"");
        assert!(encode(&Secret::default()).is_empty());
        assert_eq!(encode(&Secret::new(vec![b'x'; 300])).expose().len(), 400);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = encode(&Secret::new(octets.clone()));
            prop_assert_eq!(decode(std::str::from_utf8(text.expose()).unwrap()).unwrap(), octets);
        }

        #[test]
        fn wrong_base64_has_a_place_inside_the_text(text in ".{0,40}") {
            if let Err((at, _)) = read(&text) {
                prop_assert!(text.get(at).is_some());
            }
        }
    }
}
