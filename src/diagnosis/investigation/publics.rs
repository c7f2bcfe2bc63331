//! Resolvers that everybody can ask, from a table that everybody can edit.

use crate::diagnosis::dns::Resolver;

const BUILTIN: &str = include_str!("../../../assets/dns/resolvers.txt");

/// Resolvers of one file.
const MOST: usize = 20;

/// The resolvers that come with the program.
#[must_use]
pub fn builtin() -> Vec<(String, Resolver)> {
    // A test holds that the table has no fault.
    read(BUILTIN).unwrap_or_default()
}

/// Reads a table: the resolver as behind `@`, a tab, its name. `#` begins a line that is passed over.
///
/// # Errors
/// The line with what is wrong.
pub fn read(text: &str) -> Result<Vec<(String, Resolver)>, String> {
    let mut resolvers = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
    {
        let wrong = |why: String| format!("line {}: {why}", number + 1);
        let (resolver, name) = line.split_once('\t').unwrap_or((line, line));
        let resolver = resolver.trim();
        let at = if resolver.starts_with('@') { resolver.to_owned() } else { format!("@{resolver}") };
        if resolvers.len() >= MOST {
            return Err(wrong(format!("more than {MOST} resolvers")));
        }
        resolvers.push((name.trim().to_owned(), Resolver::parse(&at).map_err(wrong)?));
    }
    Ok(resolvers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_resolvers() {
        assert!(read(BUILTIN).unwrap().len() >= 3);
        let read_back: Vec<String> = read("# x\n\n9.9.9.9\tQuad9\n@tls://dns.quad9.net\tQuad9 by TLS\n192.0.2.53\n")
            .unwrap()
            .into_iter()
            .map(|(name, resolver)| format!("{name}={resolver}"))
            .collect();
        assert_eq!(read_back, ["Quad9=9.9.9.9", "Quad9 by TLS=tls://dns.quad9.net", "192.0.2.53=192.0.2.53"]);
        assert!(read("9.9.9\tx").unwrap_err().starts_with("line 1: "));
        assert!(read(&"9.9.9.9\tx\n".repeat(21)).unwrap_err().contains("more than 20"));
    }
}
