//! What `assets/practice/web` holds: the sites, and the files of their pages.

const SITES: &str = include_str!("../../../assets/practice/web/sites");

macro_rules! pages {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../assets/practice/web/", $name)))),*]
    };
}

/// Every file, by host and path.
const PAGES: &[(&str, &[u8])] = pages![
    "autoconfig.clear.example.test/mail/config-v1.1.xml",
    "autoconfig.example.test/apple.mobileconfig",
    "autoconfig.example.test/mail/config-v1.1.xml",
    "autoconfig.notxml.example.test/mail/config-v1.1.xml",
    "autoconfig.stale.example.test/mail/config-v1.1.xml",
    "autoconfig.wrongname.example.test/mail/config-v1.1.xml",
    "autodiscover.example.test/autodiscover/autodiscover.json",
    "autodiscover.example.test/autodiscover/autodiscover.xml",
    "mta-sts.example.test/.well-known/mta-sts.txt",
];

/// What stands at a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// A document of this media type.
    Document(&'static str, &'static [u8]),
    /// A redirect with this status to this URL.
    Redirect(u16, &'static str),
    /// A status without a document.
    Status(u16),
}

/// Every URL of the sites and what stands there.
pub(super) fn sites() -> impl Iterator<Item = (&'static str, Page)> {
    SITES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (url, what) = line.split_once(' ')?;
        let (kind, rest) = what.trim().split_once(' ')?;
        let page = match kind {
            "page" => {
                let (_, name) = url.split_once("://")?;
                let (_, octets) = PAGES.iter().find(|(file, _)| *file == name)?;
                Page::Document(rest.trim(), octets)
            }
            "redirect" => {
                let (status, to) = rest.trim().split_once(' ')?;
                Page::Redirect(status.parse().ok()?, to.trim())
            }
            "status" => Page::Status(rest.trim().parse().ok()?),
            _ => return None,
        };
        Some((url, page))
    })
}

/// The hosts of the sites, each once.
pub(in crate::practice) fn hosts() -> Vec<&'static str> {
    let mut hosts = Vec::new();
    for (url, _) in sites() {
        let host = url.split('/').nth(2).unwrap_or_default();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_sites_and_every_file_is_used() {
        let lines = SITES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).count();
        assert_eq!(sites().count(), lines, "a line of assets/practice/web/sites cannot be read");
        for (name, octets) in PAGES {
            let served =
                sites().any(|(url, page)| url.ends_with(name) && matches!(page, Page::Document(_, o) if o == *octets));
            assert!(served, "{name} stands at no URL");
        }
        assert!(hosts().contains(&"mta-sts.example.test"));
    }
}
