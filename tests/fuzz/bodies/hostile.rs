//! Runs of one kind, as long as one likes: what makes a careless reader slow, deep or large.

/// The kinds: what opens, what escapes, what ends, what is nothing.
const KINDS: [(&str, &str); 16] = [
    ("(", "parentheses"),
    ("\"", "quotes"),
    ("{1}", "literals announced"),
    ("{1}\r\n", "literals"),
    ("=?", "beginnings of encoded words"),
    ("=?utf-8?Q?", "encoded words without end"),
    ("=?x?q?a?= ", "encoded words"),
    ("[", "brackets"),
    ("\\", "backslashes"),
    ("*", "stars"),
    ("\r", "CR"),
    ("\n", "LF"),
    ("\0", "NUL"),
    (" ", "spaces"),
    (";a=", "parameters"),
    ("ü,", "letters beyond ASCII"),
];

/// Pairs that nest.
const PAIRS: [(&str, &str); 4] = [("(", ")"), ("[", "]"), ("{\"\":", "}"), ("(() ", ")")];

/// `size` octets of each kind behind `opening`, with a name for it; and pairs, half of the octets opening, half closing.
pub(crate) fn inputs(opening: &[u8], size: usize) -> impl Iterator<Item = (String, Vec<u8>)> {
    let runs = KINDS.iter().map(move |(unit, name)| {
        let count = size.div_ceil(unit.len());
        ((*name).to_owned(), [opening, unit.repeat(count).as_bytes()].concat())
    });
    let nests = PAIRS.iter().map(move |(open, close)| {
        let depth = size / (open.len() + close.len());
        (
            format!("{open} and {close}"),
            [opening, open.repeat(depth).as_bytes(), close.repeat(depth).as_bytes()].concat(),
        )
    });
    // The opening again and again, each time with something else behind it.
    let mut again = Vec::with_capacity(size);
    for number in 0.. {
        if again.len() >= size {
            break;
        }
        again.extend_from_slice(opening);
        again.extend_from_slice(format!("{number:x}\n").as_bytes());
    }
    let again = std::iter::once(("the same again and again".to_owned(), again));
    runs.chain(nests)
        .chain(again)
        .map(move |(name, octets)| (format!("{name} behind \"{}\"", opening.escape_ascii()), octets))
}
