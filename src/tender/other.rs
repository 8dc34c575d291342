//! What an answer is that is no document of a portal, in words: pages and errors that come with status 200. Knows no portal.

use serde_json::Value;

use super::{Head, html};
use crate::base::text::{clip, squeeze};

/// Characters of what is quoted.
const QUOTED: usize = 160;
/// Where interfaces say what went wrong.
const ERRORS: [&str; 12] = [
    "/error/message",
    "/error/description",
    "/error",
    "/errors/0/message",
    "/errors/0/detail",
    "/errors/0",
    "/error_description",
    "/fault/faultstring",
    "/errorMessage",
    "/Mensaje",
    "/message",
    "/detail",
];
/// Keys that are named of JSON that says nothing of an error.
const NAMED: usize = 5;

/// What this is instead of a document: an HTML page, a JSON error, nothing. `None`: that is not to be said of it.
pub fn other(text: &str) -> Option<String> {
    let head = Head::of(text);
    if head.text.trim().is_empty() {
        return Some("the answer is empty".to_owned());
    }
    let begin: String = head.text.chars().take(64).collect::<String>().to_ascii_lowercase();
    if head.root.eq_ignore_ascii_case("html") || begin.starts_with("<!doctype html") || begin.starts_with("<html") {
        return Some(match titled(head.text) {
            Some(title) => format!("it answers an HTML page titled “{title}”"),
            None => "it answers an HTML page without a title".to_owned(),
        });
    }
    if !head.root.is_empty() {
        return Some(format!("it answers XML whose root is <{}>", clip(head.root, 40)));
    }
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let said = |value: &Value| value.as_str().map(squeeze).filter(|words| !words.is_empty());
    if let Some(error) = ERRORS.iter().find_map(|place| said(value.pointer(place)?)) {
        return Some(format!("it answers a JSON error: {}", clip(&error, QUOTED)));
    }
    let keys: Vec<&str> = value.as_object()?.keys().take(NAMED).map(String::as_str).collect();
    Some(if keys.is_empty() {
        "it answers JSON with nothing in it".to_owned()
    } else {
        format!("it answers JSON with {}", keys.join(", "))
    })
}

/// The title of a page, in one line.
fn titled(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let begin = open + lower[open..].find('>')? + 1;
    let end = begin + lower[begin..].find("</title")?;
    Some(clip(&html::words(&page[begin..end]), QUOTED)).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_document_is_called_by_what_it_is() {
        for (text, want) in [
            ("", Some("the answer is empty")),
            (
                "\u{feff}<!DOCTYPE html>\n<html lang=es><head><title>\n Mantenimiento &amp; avisos </title></head></html>",
                Some("it answers an HTML page titled “Mantenimiento & avisos”"),
            ),
            ("<html><body>x</body></html>", Some("it answers an HTML page without a title")),
            ("<HTML><TITLE>Access denied</TITLE>", Some("it answers an HTML page titled “Access denied”")),
            ("<soap:Envelope xmlns:soap='s'><soap:Fault/></soap:Envelope>", Some("it answers XML whose root is <Envelope>")),
            (r#"{"error": {"code": "OVER_RATE_LIMIT", "message": "try again later"}}"#, Some("it answers a JSON error: try again later")),
            (r#"{"status": "error", "errors": [{"description": "x", "detail": "Not found"}]}"#, Some("it answers a JSON error: Not found")),
            (r#"{"Codigo": 203, "Mensaje": "Ticket no válido."}"#, Some("it answers a JSON error: Ticket no válido.")),
            (r#"{"message": "Internal server error"}"#, Some("it answers a JSON error: Internal server error")),
            (r#"{"a": 1, "b": []}"#, Some("it answers JSON with a, b")),
            ("{}", Some("it answers JSON with nothing in it")),
            ("[1]", None),
            ("a;b;c", None),
        ] {
            assert_eq!(other(text).as_deref(), want, "{text}");
        }
    }
}
