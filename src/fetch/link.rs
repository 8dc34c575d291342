//! What an answer's head says of further pages: the header `Link` (RFC 8288), and how many entries there are at all. Pure; knows no body.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// Octets of the headers `Link` that are read.
const OCTETS: usize = 16 * 1024;
/// Links of one answer.
const LINKS: usize = 100;
/// Headers by which APIs say how many entries there are on all pages.
const TOTALS: [&str; 3] = ["x-total-count", "x-wp-total", "x-total"];

/// The address that `Link` gives with `rel="next"`, completed by the page's own.
pub(super) fn next(head: &HeaderMap, page: &Url) -> Option<Url> {
    let mut left = OCTETS;
    let values = head.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let fit = values.take_while(|value| {
        let fits = value.len() <= left;
        left = left.saturating_sub(value.len());
        fits
    });
    let next = fit.flat_map(links).take(LINKS).find(|link| link.is_next)?;
    page.join(next.target).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// How many entries the answer says that there are on all pages.
pub(super) fn total(head: &HeaderMap) -> Option<u64> {
    TOTALS.iter().find_map(|name| head.get(*name)?.to_str().ok()?.trim().parse().ok())
}

/// One link of a header.
struct Link<'v> {
    target: &'v str,
    is_next: bool,
}

/// The links of one header value; what is none ends it.
fn links(value: &str) -> Vec<Link<'_>> {
    let mut out = Vec::new();
    let mut rest = value;
    while out.len() < LINKS {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some((target, after)) = rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) else { break };
        let (mut is_next, mut other, mut rels) = (false, false, 0);
        rest = after.trim_start();
        while let Some(param) = rest.strip_prefix(';') {
            let (name, text, after) = param_of(param);
            // Only the first `rel` counts (section 3.3); `anchor` says that it is of another page (section 3.2).
            if name.eq_ignore_ascii_case("rel") {
                is_next |= rels == 0 && text.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next"));
                rels += 1;
            }
            other |= name.eq_ignore_ascii_case("anchor");
            rest = after.trim_start();
        }
        out.push(Link { target: target.trim(), is_next: is_next && !other });
    }
    out
}

/// A parameter's name, its value without quotes, and what follows.
fn param_of(text: &str) -> (&str, &str, &str) {
    let end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let name = text[..end].trim();
    let Some(value) = text[end..].strip_prefix('=') else { return (name, "", &text[end..]) };
    let value = value.trim_start();
    if let Some(quoted) = value.strip_prefix('"') {
        let mut escaped = false;
        let close = quoted.find(|c: char| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        return close.map_or((name, quoted, ""), |close| (name, &quoted[..close], &quoted[close + 1..]));
    }
    let end = value.find([';', ',']).unwrap_or(value.len());
    (name, value[..end].trim(), &value[end..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    fn told(values: &[&str]) -> Option<String> {
        let mut head = HeaderMap::new();
        for value in values {
            head.append(LINK, HeaderValue::from_str(value).unwrap());
        }
        next(&head, &"https://api.example/v1/jobs?page=1".parse().unwrap()).map(String::from)
    }

    #[test]
    fn the_next_page_of_a_header() {
        let two = Some("https://api.example/v1/jobs?page=2");
        for (values, want) in [
            (&["<https://api.example/v1/jobs?page=2>; rel=\"next\", <https://api.example/v1/jobs?page=9>; rel=\"last\""][..], two),
            (&["</v1/jobs?page=0>; rel=prev,<?page=2>;REL=NEXT"], two),
            (&["<https://api.example/>; rel=\"first\"", "<?page=2>; title=\"a, \\\"b\\\"; c\"; rel=\"nofollow next\""], two),
            (&["<?page=2>; rel=\"last\"; rel=\"next\""], None),
            (&["<?page=2>; rel=\"next\"; anchor=\"#other\""], None),
            (&["<?page=2>; rel=\"nextish\""], None),
            (&["<mailto:a@b.example>; rel=next"], None),
            (&["?page=2; rel=next"], None),
            (&["<?page=2"], None),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(told(values).as_deref(), want, "{values:?}");
        }
    }

    #[test]
    fn how_many_there_are() {
        for (name, value, want) in
            [("x-total-count", " 23 ", Some(23)), ("x-wp-total", "5", Some(5)), ("x-total", "many", None), ("age", "4", None)]
        {
            let mut head = HeaderMap::new();
            head.insert(name, HeaderValue::from_static(value));
            assert_eq!(total(&head), want, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "[<>;,= \"\\\\a-c?é/relnxt]{0,80}") {
            let _ = links(&text).len();
        }
    }
}
