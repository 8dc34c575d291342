//! Addresses as keys.

use super::*;

#[test]
fn addresses_lose_what_follows_the_visitor() {
    for (given, want) in [
        ("https://a.example/x?utm_source=b&id=1&fbclid=z#top", "https://a.example/x?id=1"),
        ("https://a.example/x?gclid=1", "https://a.example/x"),
        ("https://a.example/x?sid=12", "https://a.example/x?sid=12"),
        ("https://a.example/x?PHPSESSID=0123456789abcdef0123&p=2", "https://a.example/x?p=2"),
        ("https://a.example/x?id=3&PHPSESSID=9f3c2a1b", "https://a.example/x?id=3"),
        ("https://a.example/x;jsessionid=0A1B2C3D?p=2", "https://a.example/x?p=2"),
        ("https://a.example/x?q=a+b&r=%C3%A9&flag", "https://a.example/x?q=a+b&r=%C3%A9&flag"),
        ("https://a.example/x?", "https://a.example/x"),
    ] {
        assert_eq!(canonical(&Url::parse(given).unwrap()).as_str(), want, "{given}");
    }
}
