//! What a page says of itself in its head: title, language, and what it is about.

use scraper::ElementRef;

use super::super::html::Attributes as _;
use super::PageType;

/// Bytes of one block of structured data that are looked at.
const LOOK: usize = 256 * 1024;

/// What a page says of itself.
pub(super) struct Said {
    pub(super) title: String,
    pub(super) language: Option<String>,
    pub(super) about: Option<PageType>,
}

impl Said {
    /// Of a page.
    pub(super) fn of(root: ElementRef<'_>) -> Self {
        let mut out = Self { title: String::new(), language: language(root.value().attribute("lang")), about: None };
        let (mut goods, mut articles, mut lists) = (0, 0, 0);
        for element in root.descendent_elements() {
            let value = element.value();
            match value.name() {
                "title" if out.title.is_empty() => out.title = crate::base::text::squeeze(&element.text().collect::<String>()),
                "meta" if value.attribute("property") == Some("og:type") => match value.attribute("content").unwrap_or("") {
                    "article" => articles += 1,
                    "product" | "product.item" | "og:product" => goods += 1,
                    _ => {}
                },
                "script" if value.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json")) => {
                    for text in element.text() {
                        let text = &text[..text.floor_char_boundary(LOOK)];
                        goods += types(text, &["Product", "ProductGroup", "Vehicle"]);
                        articles += types(text, &["Article", "NewsArticle", "BlogPosting", "Report", "TechArticle"]);
                        lists += types(text, &["ItemList", "CollectionPage", "SearchResultsPage", "OfferCatalog"]);
                    }
                }
                _ => {}
            }
        }
        out.about = match (goods, articles, lists) {
            (1 | 2, _, 0) => Some(PageType::Detail),
            (_, _, 1..) => Some(PageType::List),
            (0, 1 | 2, 0) => Some(PageType::Article),
            _ => None,
        };
        out
    }
}

/// How often one of these types is named.
fn types(text: &str, names: &[&str]) -> usize {
    text.match_indices("\"@type\"")
        .filter(|(at, key)| {
            let after = text[at + key.len()..].trim_start_matches([' ', ':', '\n', '\t', '[', '\r', '"']);
            let name = after.split('"').next().unwrap_or("");
            names.contains(&name.rsplit(['/', ':']).next().unwrap_or(name))
        })
        .count()
}

/// A language as pages name it (`es`, `pt-BR`), in the spelling of BCP 47.
fn language(text: Option<&str>) -> Option<String> {
    let text = text?.trim().replace('_', "-");
    let good = (2..=35).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (good && text.split('-').next().is_some_and(|first| matches!(first.len(), 2 | 3))).then_some(text)
}
