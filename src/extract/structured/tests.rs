//! Structured data of pages of our own making.

use serde_json::json;

use super::*;

fn page(html: &str) -> Structured {
    let tree = scraper::Html::parse_document(html);
    read(tree.root_element(), &Url::parse("https://shop.example/a/").unwrap())
}
