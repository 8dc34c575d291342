//! E-mail addresses in text and attributes, and the ways in which pages hide them. What is an asset's name or a placeholder is none. Addresses are
//! read, never made up. Knows no tree.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::extract::value::contact::{check_email, cloudflare, percent_decoded};

/// Characters of one attribute that are looked at.
const ATTRIBUTE: usize = 2_000;

static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,}")
        .expect("the pattern is fixed")
});
static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    let at = r"\s*(?:[\[({<]\s*(?:at|arroba|arobase|собака|παπάκι|ät|chiocciola|malpa|zavinac|@|a)\s*[\])}>]|\((?:at|a)\))\s*";
    // A dot with a space behind it alone ends a sentence.
    let dot =
        r"(?:\.|\s+\.\s+|\s*[\[({<]\s*(?:dot|punkt|punto|ponto|point|точка|kropka|tecka|\.)\s*[\])}>]\s*|\s+(?:dot|punkt|punto|точка)\s+)";
    Regex::new(&format!(r"(?i)([\p{{L}}\p{{N}}._+-]+){at}([\p{{L}}\p{{N}}-]+(?:{dot}[\p{{L}}\p{{N}}-]{{2,}})+)"))
        .expect("the pattern is fixed")
});
static SPELLED_DOT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\s*(?:[\[({<]\s*)?(?:\bdot\b|\bpunkt\b|\bpunto\b|\bponto\b|\bpoint\b|точка|kropka|tecka|\.)(?:\s*[\])}>])?\s*")
        .expect("the pattern is fixed")
});

/// Domains that stand for "your own" or belong to tools, not to people.
const PLACEHOLDERS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "example.edu",
    "domain.com",
    "yourdomain.com",
    "yourcompany.com",
    "company.com",
    "email.com",
    "mysite.com",
    "yoursite.com",
    "website.com",
    "site.com",
    "test.com",
    "mail.ru.example",
    "sentry.io",
    "sentry-next.wixpress.com",
    "sentry.wixpress.com",
    "wixpress.com",
    "ingest.sentry.io",
    "localhost.localdomain",
    "ejemplo.com",
    "beispiel.de",
    "exemple.com",
    "esempio.it",
    "exemplo.com",
    "yourname.com",
    "address.com",
    "domaine.com",
    "dominio.com",
];
const LOCALS: &[&str] = &[
    "your",
    "you",
    "youremail",
    "yourname",
    "your.name",
    "your-email",
    "your.email",
    "name.surname",
    "firstname.lastname",
    "john.doe",
    "someone",
    "username",
    "tucorreo",
    "votre",
    "vorname.nachname",
    "nombre",
    "correo",
];

/// An address that somebody may read, or none: no asset's name, no placeholder, a domain under a known suffix.
pub(super) fn checked(text: &str) -> Option<String> {
    let address = check_email(text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '.' | ',' | ';' | ':' | '<' | '>' | '"' | '\'' | '(' | ')' | '/' | '=' | '!' | '?' | '*' | '|' | '&')
    }))?;
    let (local, domain) = address.split_once('@')?;
    let lower = local.to_lowercase();
    let known = psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known()) && psl::domain(domain.as_bytes()).is_some();
    let placeholder = PLACEHOLDERS.iter().any(|name| domain == *name || domain.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')))
        || LOCALS.contains(&lower.as_str())
        || domain.rsplit('.').next().is_some_and(|ending| matches!(ending, "example" | "test" | "invalid"));
    // Ids of tools: 32 and more hexadecimal digits.
    let id = lower.len() >= 32 && lower.bytes().all(|b| b.is_ascii_hexdigit());
    // Sizes in asset names ("logo@2x-1.png.webp"): the domain begins with a scale.
    let scale = domain.split(['.', '-', '_']).next().is_some_and(|first| matches!(first.as_bytes(), [b'0'..=b'9', b'x']));
    (known && !placeholder && !id && !scale).then_some(address)
}

/// Addresses in words as they are.
pub(super) fn in_text(text: &str) -> Vec<String> {
    if !text.contains('@') {
        return Vec::new();
    }
    PLAIN.find_iter(text).take(1_000).filter_map(|found| checked(found.as_str())).collect()
}

/// Addresses spelled out: `name [at] domain [dot] org`, with where they stand.
pub(super) fn spelled(text: &str) -> Vec<(String, String)> {
    if !text.contains(['[', '(', '{', '<']) {
        return Vec::new();
    }
    let found = SPELLED.captures_iter(text).take(200);
    found
        .filter_map(|found| {
            let domain = SPELLED_DOT.replace_all(&found[2], ".");
            checked(&format!("{}@{domain}", &found[1])).map(|address| (address, found[0].trim().to_owned()))
        })
        .collect()
}

/// Addresses of a `mailto:` link: several in its path, and those of `to`, `cc`, `bcc`; percent-encoded once or twice.
pub(super) fn of_mailto(href: &str) -> Vec<String> {
    let href: String = href.trim().chars().take(ATTRIBUTE).collect();
    let rest = href.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches('/');
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let named = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| matches!(name.to_ascii_lowercase().as_str(), "to" | "cc" | "bcc"));
    let mut found = Vec::new();
    for part in std::iter::once(path).chain(named.map(|(_, value)| value)) {
        let decoded = percent_decoded(&percent_decoded(part));
        let plain = in_text(&decoded);
        if plain.is_empty() {
            found.extend(spelled(&decoded).into_iter().map(|(address, _)| address));
        }
        found.extend(plain);
    }
    found
}

/// What a link of Cloudflare's or its attribute hides.
pub(super) fn of_cloudflare(words: &str) -> Option<String> {
    let decoded = cloudflare(words)?;
    // The link form hides the query of a mailto too.
    checked(decoded.split('?').next().unwrap_or(""))
}

/// An address in an attribute's value: after `mailto:` in a script, or in base64, or written backwards.
pub(super) fn in_attribute(value: &str) -> Option<String> {
    let value = value.trim();
    if value.len() > ATTRIBUTE || value.len() < 8 {
        return None;
    }
    if let Some((_, rest)) = value.split_once("mailto:") {
        return of_mailto(&format!("mailto:{}", rest.split(['\'', '"', '\\', ')']).next().unwrap_or(""))).into_iter().next();
    }
    let coded = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    if coded && value.len() >= 12 && value.len().is_multiple_of(4) {
        let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
        let text = text.strip_prefix("mailto:").unwrap_or(&text);
        return checked(text.split('?').next().unwrap_or(""))
            .filter(|address| address.len() == text.split('?').next().unwrap_or("").trim().len());
    }
    None
}

/// The same written backwards, where the page turns it by style.
pub(super) fn reversed(text: &str) -> Option<String> {
    checked(&text.trim().chars().take(320).collect::<Vec<_>>().into_iter().rev().collect::<String>())
}
