//! Addresses without what says where their readers came from. Knows no site.

use url::Url;

/// Parameters that say where a visitor came from.
pub fn tracks(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "trk_"].iter().any(|start| name.starts_with(start))
        || matches!(
            name.as_str(),
            "gclid"
                | "gclsrc"
                | "dclid"
                | "gbraid"
                | "wbraid"
                | "fbclid"
                | "msclkid"
                | "yclid"
                | "ysclid"
                | "twclid"
                | "ttclid"
                | "igshid"
                | "mc_cid"
                | "mc_eid"
                | "mkt_tok"
                | "dm_i"
                | "xtor"
                | "at_medium"
                | "at_campaign"
                | "at_custom1"
                | "at_custom2"
                | "at_custom3"
                | "at_custom4"
                | "at_platform"
                | "at_creation"
                | "at_variant"
                | "at_network"
                | "at_format"
                | "at_link"
                | "at_send_date"
                | "_ga"
                | "_gl"
                | "_hsenc"
                | "_hsmi"
                | "_openstat"
                | "vero_id"
                | "wickedid"
                | "srsltid"
        )
}

/// An address without the parameters of its query that are refused.
pub fn without(url: &Url, refused: impl Fn(&str, &str) -> bool) -> Url {
    let mut url = url.clone();
    if url.query().is_some() {
        let kept = pairs(url.query().unwrap_or_default(), refused);
        url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
    }
    url
}

/// Pairs are kept as they are written: decoding and encoding them again would change addresses that have nothing to lose.
fn pairs(written: &str, refused: impl Fn(&str, &str) -> bool) -> String {
    let kept = written.split('&').filter(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        !pair.is_empty() && !refused(name, value)
    });
    kept.collect::<Vec<_>>().join("&")
}

/// The same address without tracking, in its query or in the place of a fragment.
pub fn untracked(url: &Url) -> Url {
    let mut bare = without(url, |name, _| tracks(name));
    if url.fragment().is_some_and(|fragment| fragment.contains('=') && pairs(fragment, |name, _| tracks(name)).is_empty()) {
        bare.set_fragment(None);
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_tracking() {
        for (written, bare) in [
            ("https://a.example/t?id=7&utm_source=rss&utm_medium=feed", "https://a.example/t?id=7"),
            ("https://a.example/t?fbclid=x", "https://a.example/t"),
            ("https://a.example/t?gclid=1&mc_cid=2&at_medium=RSS&id=7", "https://a.example/t?id=7"),
            ("https://a.example/t#xtor=RSS-1", "https://a.example/t"),
            ("https://a.example/t?a=%20b#lot=2", "https://a.example/t?a=%20b#lot=2"),
            ("https://a.example/t?at=7&source=x", "https://a.example/t?at=7&source=x"),
        ] {
            assert_eq!(untracked(&written.parse().expect("url")).as_str(), bare);
        }
    }
}
