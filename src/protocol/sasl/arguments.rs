//! The arguments of AUTH and AUTHENTICATE, as they are typed.

use super::mechanism::Mechanism;
use super::scram::messages::ClientFirst;
use super::{bearer, plain, read, table};
use crate::protocol::secret::Secret;
use crate::protocol::verb::{Cursor, Fault};

/// Checks a mechanism name and an optional initial response.
pub(in crate::protocol) fn arguments(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let start = cursor.at();
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    match cursor.peek() {
        None | Some(' ') if !name.is_empty() => {}
        _ => return Err(cursor.expected("the name of a mechanism like PLAIN")),
    }
    if name.len() > 20 {
        return Err(cursor.fault_from(start, "the name of a mechanism has at most 20 characters"));
    }
    if !cursor.eat(' ') {
        return Ok(());
    }
    if cursor.peek() == Some(' ') {
        let start = cursor.at() - 1;
        cursor.take_while(|c| c == ' ');
        return Err(cursor.fault_from(start, "exactly one space stands between arguments"));
    }
    let start = cursor.at();
    let response = cursor.take_while(|_| true);
    if response == "=" {
        return Ok(());
    }
    if response.is_empty() {
        return Err(cursor.expected("an initial response in base64, or no space"));
    }
    let message =
        Secret::new(read(response).map_err(|(at, reason)| Fault::syntax(start + at.start..start + at.end, reason))?);
    if let Some(advice) = table::find(name).and_then(|row| advice(row, message.expose())) {
        cursor.advise(start, advice);
    }
    Ok(())
}

/// What is odd about an initial response. It tells nothing of its content.
fn advice(row: &table::Row, message: &[u8]) -> Option<String> {
    let mechanism = row.mechanism?;
    // The practice of many servers is wider: LOGIN's user is taken there.
    if !row.client_first && mechanism != Mechanism::Login {
        return Some(format!("{mechanism} has no initial response: the server begins ({})", row.rfc));
    }
    match mechanism {
        Mechanism::Plain => match plain::read(message) {
            Err(nuls) => Some(format!("PLAIN is authorization NUL user NUL password; this holds {nuls} NUL, not 2")),
            Ok(_) if message.ends_with(b"\n") => {
                Some("the password ends with a newline, which was encoded with it".to_owned())
            }
            Ok(_) => None,
        },
        Mechanism::Scram { .. } => ClientFirst::read(message).err(),
        Mechanism::OauthBearer | Mechanism::Xoauth2 => bearer::read(mechanism, message).err(),
        _ => None,
    }
}
