//! Tables that the user may put in the place of those that come with the program.
#![expect(clippy::disallowed_methods, reason = "the door reads the user's files before anything else runs")]

use std::path::PathBuf;

use crate::app::options::Options;
use crate::diagnosis::dnssec::Anchor;
use crate::diagnosis::{blocklist, investigation};
use crate::net::PRACTICE_ZONES;
use crate::net::practice::Practice;

/// Octets of a table.
const LARGEST: u64 = 1 << 20;

/// Blocklists of the practice world.
const PRACTICE: &str = include_str!("../../assets/practice/blocklists.txt");

/// Fills in the public resolvers and the blocklists: `resolvers.txt` and `blocklists.txt` of the user, or the built-in
/// ones. The practice world has its own, so that nothing leaves the machine, and its own anchors.
///
/// # Errors
/// The file and what is wrong with it.
pub(super) fn fill(options: &mut Options, world: Option<&Practice>) -> Result<(), String> {
    if let Some(world) = world {
        options.anchors.extend(PRACTICE_ZONES.into_iter().filter_map(Anchor::negative));
        options.anchors.extend(world.anchors().iter().filter_map(Anchor::of));
        options.publics = investigation::read_publics("192.0.2.54\tns2\n192.0.2.56\tan old copy\n")?;
        options.lists = blocklist::read(PRACTICE)?;
        return Ok(());
    }
    options.publics = match text("resolvers.txt")? {
        Some((path, text)) => investigation::read_publics(&text).map_err(|why| format!("{path}: {why}"))?,
        None => investigation::publics(),
    };
    options.lists = match text("blocklists.txt")? {
        Some((path, text)) => blocklist::read(&text).map_err(|why| format!("{path}: {why}"))?,
        None => blocklist::builtin().to_vec(),
    };
    Ok(())
}

/// The user's file of this name, if there is one.
fn text(name: &str) -> Result<Option<(String, String)>, String> {
    let Some(path) = folder().map(|folder| folder.join(name)) else { return Ok(None) };
    let shown = path.display().to_string();
    match std::fs::metadata(&path) {
        Ok(about) if about.len() > LARGEST => Err(format!("{shown}: larger than {LARGEST} octets")),
        Ok(_) => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some((shown, text))),
            Err(why) => Err(format!("{shown}: {why}")),
        },
        Err(_) => Ok(None),
    }
}

/// `$XDG_CONFIG_HOME/ehlo`, by default `~/.config/ehlo`.
fn folder() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    Some(base.or_else(home)?.join("ehlo"))
}
