//! Hosts: which part of a name its owner registered, and which belong to so many that they name nobody.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::LazyLock;

/// To whom a domain belongs, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainKind {
    /// One organisation's, for all that is known.
    Own,
    /// Many organisations have pages there: marketplaces, directories, social networks, site builders, link shorteners.
    SharedHost,
    /// Anybody may have a mailbox there.
    FreeMail,
    /// A body of a state.
    Government,
}

/// Marketplaces, directories, social networks, site builders, link shorteners.
static SHARED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| rows(include_str!("shared_hosts.txt")));
/// Mailboxes for anybody.
static FREE_MAIL: LazyLock<HashSet<&'static str>> = LazyLock::new(|| rows(include_str!("free_mail.txt")));
/// Suffixes of states, beside `gov.XX` and `mil.XX`.
static GOVERNMENT: LazyLock<HashSet<&'static str>> = LazyLock::new(|| rows(include_str!("government.txt")));

fn rows(table: &'static str) -> HashSet<&'static str> {
    table.lines().filter(|row| !row.is_empty() && !row.starts_with('#')).collect()
}

/// The kind of a host or registrable domain: looked for whole, then without its first labels.
pub fn kind(domain: &str) -> DomainKind {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let ends = || std::iter::successors(Some(domain.as_str()), |end| Some(end.split_once('.')?.1));
    // `gov.XX` and `mil.XX` are kept for their states wherever they exist.
    let of_state = |end: &str| matches!(end.split_once('.'), Some(("gov" | "mil", country)) if country.len() == 2);
    if ends().any(|end| FREE_MAIL.contains(end)) {
        DomainKind::FreeMail
    } else if ends().any(|end| SHARED.contains(end)) {
        DomainKind::SharedHost
    } else if ends().any(|end| GOVERNMENT.contains(end) || of_state(end)) {
        DomainKind::Government
    } else {
        DomainKind::Own
    }
}

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
    SHARED.contains(domain) || FREE_MAIL.contains(domain)
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
    fn the_rows_are_domains() {
        assert!(SHARED.len() >= 500 && FREE_MAIL.len() >= 400 && GOVERNMENT.len() >= 40);
        for row in SHARED.iter().chain(FREE_MAIL.iter()).chain(GOVERNMENT.iter()) {
            assert_eq!(*row, row.trim().to_ascii_lowercase(), "{row}");
            assert!(row.contains('.') || matches!(*row, "gov" | "mil"), "{row}");
        }
        assert!(SHARED.is_disjoint(&FREE_MAIL));
    }

    #[test]
    fn kinds_of_domains() {
        for (domain, want) in [
            ("facebook.com", DomainKind::SharedHost),
            ("es-es.facebook.com", DomainKind::SharedHost),
            ("acme.myshopify.com", DomainKind::SharedHost),
            ("gmail.com", DomainKind::FreeMail),
            ("Mail.RU.", DomainKind::FreeMail),
            ("agenciatributaria.gob.es", DomainKind::Government),
            ("service.gov.uk", DomainKind::Government),
            ("interieur.gouv.fr", DomainKind::Government),
            ("bmi.bund.de", DomainKind::Government),
            ("navy.mil", DomainKind::Government),
            ("receita.gov.br", DomainKind::Government),
            ("acme.es", DomainKind::Own),
            ("gov.example", DomainKind::Own),
            ("notgmail.com", DomainKind::Own),
            ("", DomainKind::Own),
        ] {
            assert_eq!(kind(domain), want, "{domain}");
        }
        assert!(is_shared("facebook.com") && is_shared("gmail.com") && !is_shared("acme.es"));
    }
}
