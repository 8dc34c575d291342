//! Reading an answer's head, and putting addresses into sentences. Pure; knows no connection.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER};
use url::Url;

use crate::base::text;
use crate::model::{FailureClass, Validators};

/// The longest Retry-After that is believed.
const LONGEST_HOLD: SignedDuration = SignedDuration::from_hours(24);
/// Octets of a validator or content type that are kept; longer ones are of no use to anybody.
const HEADER_OCTETS: usize = 512;
/// Characters of an address in a sentence.
const SHOWN_CHARS: usize = 200;
/// Names of query parameters that hold credentials: the whole name, without `-` and `_`.
const SECRET_NAMES: [&str; 12] = ["key", "auth", "sig", "pwd", "pass", "sid", "session", "sessionid", "jwt", "code", "hash", "ticket"];
/// Parts of such names.
const SECRET_PARTS: [&str; 8] = ["token", "secret", "passw", "signature", "apikey", "accesskey", "authorization", "credential"];

/// The class of a status that is no success and no redirect.
pub(super) const fn class_of(status: u16, retry_after: bool) -> FailureClass {
    match status {
        404 | 410 => FailureClass::NotFound,
        401 | 403 | 407 | 451 => FailureClass::Forbidden,
        429 => FailureClass::SlowDown,
        503 if retry_after => FailureClass::SlowDown,
        500.. => FailureClass::ServerError,
        _ => FailureClass::Rejected,
    }
}

/// `Retry-After` in seconds or as an HTTP date (RFC 9110 section 10.2.3), at most a day; a date in the past is no wait.
pub(super) fn retry_after(head: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let value = head.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if value.bytes().all(|b| b.is_ascii_digit()) && !value.is_empty() {
        // More digits than fit are more than a day.
        SignedDuration::from_secs(value.parse::<i64>().unwrap_or(i64::MAX))
    } else {
        let at = httpdate::parse_http_date(value).ok()?;
        let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let at = Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()?;
        at.duration_since(now)
    };
    Some(wait.clamp(SignedDuration::ZERO, LONGEST_HOLD))
}

/// What the server gave for the next conditional request, over what it gave before.
pub(super) fn validators(head: &HeaderMap, before: Option<&Validators>) -> Validators {
    Validators {
        etag: short(head, ETAG).or_else(|| before.and_then(|v| v.etag.clone())),
        last_modified: short(head, LAST_MODIFIED).or_else(|| before.and_then(|v| v.last_modified.clone())),
    }
}

/// The content type as sent.
pub(super) fn content_type(head: &HeaderMap) -> Option<String> {
    short(head, CONTENT_TYPE)
}

fn short(head: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = head.get(name)?.to_str().ok()?.trim();
    (!value.is_empty() && value.len() <= HEADER_OCTETS).then(|| value.to_owned())
}

/// An address for a sentence: no user name, no fragment, no credentials in its query, not too long.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Err means that the address can have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    if let Some(query) = url.query().map(redacted) {
        url.set_query(Some(&query));
    }
    text::clip(url.as_str(), SHOWN_CHARS)
}

fn redacted(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=***"),
        Some(_) | None => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

pub(super) fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// A proxy address without its user name and password, for messages.
pub(super) fn without_login(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((front, host)) => format!("{}***@{host}", front.find("://").map_or("", |at| &front[..at + 3])),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_both_forms() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for (value, want) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(86_400)),
            ("Mon, 23 Nov 2026 12:05:00 GMT", Some(300)),
            ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(0)),
            ("Mon, 23 Nov 2099 12:05:00 GMT", Some(86_400)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            let mut head = HeaderMap::new();
            head.insert(RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&head, now).map(|d| d.as_secs()), want, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn addresses_in_sentences_hold_no_credentials() {
        for (given, want) in [
            ("https://u:p@a.example/x?a=1#frag", "https://a.example/x?a=1"),
            ("https://a.example/?api_key=abc&page=2", "https://a.example/?api_key=***&page=2"),
            ("https://a.example/?Access-Token=abc", "https://a.example/?Access-Token=***"),
            ("https://a.example/?keyword=pump&key=1", "https://a.example/?keyword=pump&key=***"),
            ("https://a.example/?X-Amz-Signature=1&X-Amz-Date=2", "https://a.example/?X-Amz-Signature=***&X-Amz-Date=2"),
        ] {
            assert_eq!(shown(&Url::parse(given).unwrap()), want);
        }
        assert_eq!(without_login("http://me:secret@proxy:8080"), "http://***@proxy:8080");
        assert_eq!(without_login("proxy:8080"), "proxy:8080");
        let long = Url::parse(&format!("https://a.example/{}", "x".repeat(1_000))).unwrap();
        assert_eq!(shown(&long).chars().count(), SHOWN_CHARS);
    }

    #[test]
    fn classes_of_statuses() {
        for (status, retry_after, want) in [
            (400, false, FailureClass::Rejected),
            (401, false, FailureClass::Forbidden),
            (403, true, FailureClass::Forbidden),
            (404, false, FailureClass::NotFound),
            (410, false, FailureClass::NotFound),
            (418, false, FailureClass::Rejected),
            (429, false, FailureClass::SlowDown),
            (451, false, FailureClass::Forbidden),
            (500, true, FailureClass::ServerError),
            (503, false, FailureClass::ServerError),
            (503, true, FailureClass::SlowDown),
            (999, false, FailureClass::ServerError),
        ] {
            assert_eq!(class_of(status, retry_after), want, "{status}");
        }
    }
}
