//! What a page of HTML offers to be watched by: feeds that it links, JSON behind it, structured data, lists; and whether a script
//! fills it. Knows no network: whoever asks, asks.

use std::collections::HashSet;

use scraper::ElementRef;
use url::Url;

use super::found;
use super::html::{self, Attributes as _};
use super::json;
use super::listing::base_of;
use super::reading::{Reading, read_page};
use super::record::canonical;
use super::shown::Shown;
use super::{Input, text_of, value};
use crate::base::text::words;
use crate::model::{Draft, Extract, Failure};

/// Feeds of one page.
const FEEDS: usize = 10;
/// Links of one page.
const LINKS: usize = 20_000;
/// Bytes of shown text.
const TEXT: usize = 1024 * 1024;
/// Characters below which a page says nothing by itself.
const HOLLOW: usize = 400;

/// JSON behind a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Where it is: the setting `select`.
    pub select: String,
    /// What yields its objects: the setting `filter`.
    pub filter: String,
    /// How many objects.
    pub objects: usize,
}

/// What a page offers.
#[derive(Clone, Debug)]
pub struct Offers {
    /// Feeds that it links, in its order.
    pub feeds: Vec<Url>,
    /// JSON behind it, the longest list first.
    pub scripts: Vec<Script>,
    /// Named things of one class in its structured data; 0 when they are too few to be a list.
    pub things: usize,
    /// Whether it shows next to nothing, and has scripts.
    pub hollow: bool,
    /// What it says by itself.
    pub reading: Reading,
    text: String,
    links: HashSet<String>,
}

impl Offers {
    /// How many of these records the page shows too: under their address, or their name.
    pub fn shows(&self, extract: &Extract) -> usize {
        let shown = |draft: &&Draft| {
            let linked = draft
                .value("url")
                .is_some_and(|value| Url::parse(&value.text()).is_ok_and(|url| self.links.contains(canonical(&url).as_str())));
            linked || self.links.contains(canonical(&draft.url).as_str()) || super::has_name(draft).is_some_and(|name| self.says(&name))
        };
        extract.records.iter().filter(shown).count()
    }

    fn says(&self, name: &str) -> bool {
        let name = words(name);
        !name.is_empty() && self.text.contains(&format!(" {name} "))
    }
}

/// What a page offers.
///
/// # Errors
///
/// [`crate::model::FailureClass::ParseLimit`] when the page is too large or takes too long.
pub fn offers(input: &Input<'_>) -> Result<Offers, Failure> {
    let reading = read_page(input)?;
    let tree = html::parse(&text_of(input), input)?;
    let root = tree.html.root_element();
    let base = base_of(root, input.url);
    let shown = Shown::of(&tree).words(0, TEXT);
    input.check_time()?;
    let scripts = json::find(root, input)?;
    let scripts = scripts.into_iter().map(|json::Behind { select, filter, objects }| Script { select, filter, objects }).collect();
    let links = root.descendent_elements().filter_map(|element| element.value().attribute("href"));
    let links = links.take(LINKS).filter_map(|href| value::url(href, &base)).map(|url| canonical(&url).into()).collect();
    let scripted = root.descendent_elements().any(|element| matches!(element.value().name(), "script" | "noscript"));
    Ok(Offers {
        feeds: feeds(root, &base),
        scripts,
        things: found::things(&reading.structured, input.url),
        hollow: scripted && reading.lists.is_empty() && shown.chars().count() < HOLLOW,
        reading,
        text: format!(" {} ", words(&shown)),
        links,
    })
}

/// The feeds that a page says are another way to read it.
fn feeds(root: ElementRef<'_>, base: &Url) -> Vec<Url> {
    let mut out: Vec<Url> = Vec::new();
    for element in root.descendent_elements().filter(|element| matches!(element.value().name(), "link" | "a")) {
        let value = element.value();
        let alternate =
            value.attribute("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("alternate")));
        let kind = value.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
        let feed =
            matches!(kind.as_str(), "application/rss+xml" | "application/atom+xml" | "application/rdf+xml" | "application/feed+json");
        if let (true, true, Some(url)) = (alternate, feed, value.attribute("href").and_then(|href| value::url(href, base)))
            && !out.contains(&url)
            && out.len() < FEEDS
        {
            out.push(url);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn offered(html: &str) -> Offers {
        let url = "https://fair.example/list".parse().unwrap();
        let input = Input {
            bytes: html.as_bytes(),
            content_type: Some("text/html"),
            url: &url,
            next: None,
            now: Timestamp::UNIX_EPOCH,
            expired: &|| false,
        };
        offers(&input).unwrap()
    }

    #[test]
    fn what_a_page_offers() {
        let objects = r#"[{"name":"A","city":"B"},{"name":"C","city":"D"},{"name":"E","city":"F"}]"#;
        let found = offered(&format!(
            "<html><head><link rel=alternate type=application/rss+xml href=/feed.xml><link rel=alternate hreflang=de href=/de>\
             <link rel=alternate type=application/rss+xml href=/feed.xml></head><body><div id=root></div>\
             <script id=state type=application/json>{{\"props\":{{\"items\":{objects}}}}}</script><script>var menu = [1,2,3]</script></body></html>"
        ));
        assert_eq!(found.feeds, ["https://fair.example/feed.xml".parse().unwrap()]);
        let want = Script { select: "script#state".to_owned(), filter: ".props.items[]".to_owned(), objects: 3 };
        assert_eq!(found.scripts, [want]);
        assert!(found.hollow);
        let objects = objects.replace("{\"name", "{\"since\":1950,\"name");
        let held = objects.replace('"', "&quot;");
        for (html, select, filter) in [
            (
                format!(
                    "<div id=app data-page=\"{{&quot;component&quot;:&quot;Members&quot;,&quot;props&quot;:{{&quot;members&quot;:{{&quot;data&quot;:{held}}}}},&quot;url&quot;:&quot;/m&quot;}}\"></div>"
                ),
                "#app @data-page",
                ".props.members.data[]",
            ),
            (
                format!("<div class=x data-props='{{\"list\":{objects},\"title\":\"All of our members\"}}'></div>"),
                "div[data-props] @data-props",
                ".list[]",
            ),
            (format!("<member-list members=\"{held}\"></member-list>"), "member-list[members] @members", ".[]"),
            (format!("<member-list :members=\"{held}\"></member-list>"), "member-list[\\:members] @:members", ".[]"),
            (format!("<div id=s data-state=\"{}\"></div>", held.replace('&', "&amp;")), "", ""),
        ] {
            let found = offered(&html).scripts;
            let want = Script { select: select.to_owned(), filter: filter.to_owned(), objects: 3 };
            assert_eq!(found, if select.is_empty() { vec![] } else { vec![want] }, "{html}");
        }
        assert!(!offered("<p>Nothing here</p>").hollow);
    }
}
