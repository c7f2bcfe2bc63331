//! `ehlo reference`: what is known of verbs, codes and capabilities, as plain text.

use super::{Exit, print};
use crate::diagnosis::reference::{Page, contents, look_up, suggestions, wrap};

/// Columns of the text.
const WIDTH: usize = 80;

/// Prints the pages of what was asked, or the list of what can be asked. What is unknown is said on standard error,
/// with what is near to it.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(asked: &[String]) -> anyhow::Result<Exit> {
    if asked.is_empty() {
        print(&list().join("\n"))?;
        return Ok(Exit::Ok);
    }
    let (pages, unknown) = find(asked);
    let texts: Vec<String> = pages.iter().map(|page| page.lines(WIDTH).join("\n")).collect();
    if !texts.is_empty() {
        print(&texts.join("\n\n"))?;
    }
    for name in &unknown {
        let near = suggestions(name);
        let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let next = if near.is_empty() {
            "ehlo reference alone lists what can be asked".to_owned()
        } else {
            format!("near to it: {}", near.join(", "))
        };
        eprintln!("ehlo: nothing is known of \"{shown}\"; {next}");
    }
    Ok(if unknown.is_empty() { Exit::Ok } else { Exit::Usage })
}

/// The words as one name (`UID FETCH`, a whole reply), else each for itself.
fn find(asked: &[String]) -> (Vec<Page>, Vec<&String>) {
    let whole = look_up(&asked.join(" "));
    // `550 5.7.1` is two questions: a reply has words of its own.
    let names = asked.iter().all(|word| !word.contains(' ') && !look_up(word).is_empty());
    if !whole.is_empty() && (asked.len() == 1 || !names || asked.len() == 2 && whole.iter().all(is_verb)) {
        return (whole, Vec::new());
    }
    let mut pages = Vec::new();
    let mut unknown = Vec::new();
    for word in asked {
        let found = look_up(word);
        if found.is_empty() {
            unknown.push(word);
        }
        for page in found {
            if !pages.contains(&page) {
                pages.push(page);
            }
        }
    }
    (pages, unknown)
}

fn is_verb(page: &Page) -> bool {
    page.title.ends_with("command)")
}

fn list() -> Vec<String> {
    let mut out = vec!["ehlo reference NAME … tells what is known of one of these. X is 2, 4 or 5.".to_owned()];
    for (heading, names) in contents() {
        out.push(String::new());
        out.push(format!("{heading}:"));
        // A name of two words is kept together.
        let names: Vec<String> = names.iter().map(|name| name.replace(' ', "\u{a0}")).collect();
        let lines = wrap(&names.join("  "), WIDTH - 2);
        out.extend(lines.into_iter().map(|line| format!("  {}", line.trim().replace('\u{a0}', " "))));
    }
    out.push(String::new());
    out.extend(wrap(
        "A whole reply of a server is explained as well: ehlo reference \"550 5.7.1 Relay access denied\"",
        WIDTH,
    ));
    out
}
