//! Links to messengers, networks and maps. Buttons that share a page lead to no network. Knows hosts, not pages.

use url::Url;

/// Networks by their hosts.
const HOSTS: &[(&str, &str)] = &[
    ("wa.me", "whatsapp"),
    ("whatsapp.com", "whatsapp"),
    ("t.me", "telegram"),
    ("telegram.me", "telegram"),
    ("facebook.com", "facebook"),
    ("fb.com", "facebook"),
    ("linkedin.com", "linkedin"),
    ("instagram.com", "instagram"),
    ("twitter.com", "x"),
    ("x.com", "x"),
    ("youtube.com", "youtube"),
    ("vk.com", "vk"),
    ("ok.ru", "ok"),
    ("xing.com", "xing"),
    ("tiktok.com", "tiktok"),
    ("pinterest.com", "pinterest"),
    ("viber.com", "viber"),
    ("m.me", "messenger"),
    ("threads.net", "threads"),
    ("line.me", "line"),
    ("weibo.com", "weibo"),
    ("dzen.ru", "dzen"),
    ("rutube.ru", "rutube"),
    ("bsky.app", "bluesky"),
];

/// Parts of an address that shares, signs in or advertises.
const SHARING: &[&str] = &[
    "share",
    "sharer",
    "sharer.php",
    "intent",
    "sharearticle",
    "dialog",
    "plugins",
    "login",
    "submit",
    "pin",
    "widgets",
    "oauth",
    "tr",
    "hashtag",
    "embed",
    "watch",
];

/// Hosts of maps alone, and the names under which others have theirs: at `maps.` or below `/maps`.
const MAPS: &[&str] = &["openstreetmap.org", "osm.org", "waze.com", "2gis.ru", "2gis.com", "mapy.cz", "mapy.com", "wego.here.com"];
const WITH_MAPS: &[&str] = &["google", "goo", "yandex", "bing", "apple"];

/// Whether a link leads to a messenger, a network or a map, and be it to share something: it is the own site of nobody.
pub(in crate::extract) fn is_nobodys(url: &Url) -> bool {
    url.host_str().is_some_and(|host| HOSTS.iter().any(|(known, _)| is_at(host, known))) || network(url).is_some() || is_map(url)
}

fn is_map(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    // Before the country: `google.es`, `yandex.com.tr`, `maps.app.goo.gl`.
    let owner = host.rsplit('.').skip(1).take(2).any(|label| WITH_MAPS.contains(&label));
    let below = || url.path_segments().and_then(|mut parts| parts.next()).is_some_and(|first| first.eq_ignore_ascii_case("maps"));
    MAPS.iter().any(|known| is_at(host, known)) || owner && (host.starts_with("maps.") || below())
}

/// Whether a host is this one or below it.
fn is_at(host: &str, known: &str) -> bool {
    host == known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'))
}

/// The network that a link leads to; `None` for other links and for those that only share.
pub(in crate::extract) fn network(url: &Url) -> Option<&'static str> {
    match url.scheme() {
        "viber" => return Some("viber"),
        "skype" => return Some("skype"),
        "whatsapp" => return url.query_pairs().any(|(name, _)| name == "phone").then_some("whatsapp"),
        "tg" => return Some("telegram"),
        _ => {}
    }
    let host = url.host_str()?;
    let (_, network) = HOSTS.iter().find(|(known, _)| is_at(host, known))?;
    let mut parts = url.path_segments()?.filter(|part| !part.is_empty());
    if *network == "whatsapp" {
        let number = url.query_pairs().any(|(name, value)| name == "phone" && !value.is_empty());
        return (number
            || parts.next().is_some_and(|part| part.bytes().any(|b| b.is_ascii_digit()) || matches!(part, "message" | "channel")))
        .then_some(network);
    }
    let first = parts.next()?.to_lowercase();
    let shares = SHARING.contains(&first.as_str()) || parts.any(|part| part.eq_ignore_ascii_case("share"));
    (!shares).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_maps_are_the_site_of_nobody() {
        for (link, want) in [
            ("https://www.facebook.com/acme", true),
            ("https://www.facebook.com/sharer.php?u=1", true),
            ("https://maps.google.com/?q=Burgos", true),
            ("https://maps.google.es/maps?cid=7", true),
            ("https://www.google.com/maps/place/Acme/@42.3,-3.7", true),
            ("https://goo.gl/maps/xY", true),
            ("https://maps.app.goo.gl/xY", true),
            ("https://www.openstreetmap.org/node/7", true),
            ("https://yandex.ru/maps/org/7", true),
            ("https://yandex.com.tr/maps/-/C", true),
            ("https://www.bing.com/maps?cp=1~2", true),
            ("https://www.waze.com/ul?ll=1,2", true),
            ("https://maps.apple.com/?ll=1,2", true),
            ("https://www.acme.es/maps", false),
            ("https://maps.acme.es/", false),
            ("https://sites.google.com/acme", false),
            ("https://google.acme.example/", false),
            ("https://www.acme.es/", false),
        ] {
            assert_eq!(is_nobodys(&Url::parse(link).expect("url")), want, "{link}");
        }
    }
}
