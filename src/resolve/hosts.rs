//! Hosts: which part of a name its owner registered, and which belong to so many that they name nobody.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::LazyLock;

/// Marketplaces, directories, social networks, site builders, link shorteners, free mail: one row each.
static SHARED: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("shared_hosts.txt").lines().filter(|row| !row.is_empty() && !row.starts_with('#')).collect());

/// The registrable domain of a host by the public suffix list; `None` for addresses, bare names and public suffixes themselves.
///
/// The private part of the list counts: `acme.github.io` was registered by its tenant, so it names one.
pub fn registrable(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.is_empty() || host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return None;
    }
    psl::domain_str(&host).map(str::to_owned)
}

/// Whether a registrable domain is shared by many organisations.
pub fn is_shared(domain: &str) -> bool {
    SHARED.contains(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_registered() {
        for (host, want) in [
            ("www.acme.es", Some("acme.es")),
            ("Shop.Acme.Co.UK.", Some("acme.co.uk")),
            ("acme.github.io", Some("acme.github.io")),
            ("co.uk", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("[::1]", None),
            ("", None),
        ] {
            assert_eq!(registrable(host).as_deref(), want, "{host}");
        }
    }

    #[test]
    fn the_rows_of_shared_hosts_are_registrable_or_suffixes() {
        assert!(SHARED.len() >= 150);
        for row in SHARED.iter() {
            assert_eq!(*row, row.trim().to_ascii_lowercase(), "{row}");
            assert!(row.contains('.'), "{row}");
        }
        assert!(is_shared("facebook.com") && is_shared("gmail.com") && !is_shared("acme.es"));
    }
}
