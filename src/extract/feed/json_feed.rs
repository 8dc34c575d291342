//! Items of a JSON Feed (jsonfeed.org, 1.0 and 1.1), read leniently: ids that are numbers, missing titles, one author or several.

use serde_json::Value;
use url::Url;

use super::super::Input;
use super::super::record::LOOKED_AT;
use super::bounded;
use super::items::{Item, address};
use crate::model::{Failure, FailureClass};
use crate::tender::cut_off;

/// The items of the feed in `text`.
pub(super) fn items(text: &str, input: &Input<'_>) -> Result<Vec<Item>, Failure> {
    let unreadable = |why: String| Failure::new(FailureClass::Unreadable, format!("{} is no JSON Feed: {why}", input.url));
    // serde_json itself stops at 128 levels.
    let feed: Value = serde_json::from_str(text).map_err(|why| match cut_off(text) {
        Some(cut) if why.is_eof() => Failure::new(FailureClass::Broken, cut),
        Some(_) | None => unreadable(why.to_string()),
    })?;
    let items = feed.get("items").and_then(Value::as_array).ok_or_else(|| unreadable("it has no list `items`".to_owned()))?;
    Ok(items.iter().take(LOOKED_AT).map(|entry| item(entry, input.url)).collect())
}

fn item(entry: &Value, base: &Url) -> Item {
    let text = |name: &str| match entry.get(name) {
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let list = |name: &str| entry.get(name).and_then(Value::as_array).into_iter().flatten().take(64);
    let inside = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let one_author = entry.get("author").into_iter();
    Item {
        place: "items",
        id: text("id").map(|id| id.trim().to_owned()),
        url: text("url").or_else(|| text("external_url")).and_then(|url| address(&url, base)),
        title: text("title").and_then(|title| bounded(&title)),
        summary: text("summary").and_then(|summary| bounded(&summary)),
        text: text("content_text").or_else(|| text("content_html")).and_then(|content| bounded(&content)),
        published: text("date_published"),
        updated: text("date_modified"),
        authors: list("authors").chain(one_author).filter_map(|author| inside(author, "name")).collect(),
        categories: list("tags").filter_map(Value::as_str).map(str::to_owned).collect(),
        enclosures: list("attachments").filter_map(|file| address(&inside(file, "url")?, base)).collect(),
    }
}
