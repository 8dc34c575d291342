//! Links to messengers and networks. Buttons that share a page are none. Knows hosts, not pages.

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
    let (_, network) =
        HOSTS.iter().find(|(known, _)| host == *known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')))?;
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
