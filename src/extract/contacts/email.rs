//! E-mail addresses in text and attributes, and the ways in which pages hide them. What is an asset's name or a placeholder is none. Addresses are
//! read, never made up. Knows no tree.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::extract::value::contact::{addresses, check_email, cloudflare, domain_end, percent_decoded};

/// Characters of one attribute that are looked at.
const ATTRIBUTE: usize = 2_000;

static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    let at = r"\s*(?:[\[({<]\s*(?:at|arroba|arobase|собака|παπάκι|ät|chiocciola|malpa|zavinac|@|a)\s*[\])}>]|\((?:at|a)\))\s*";
    // A dot with a space behind it alone ends a sentence.
    let dot =
        r"(?:\.|\s+\.\s+|\s*[\[({<]\s*(?:dot|punkt|punto|ponto|point|точка|kropka|tecka|\.)\s*[\])}>]\s*|\s+(?:dot|punkt|punto|точка)\s+)";
    Regex::new(&format!(r"(?i)([\p{{L}}\p{{N}}._+-]+){at}([\p{{L}}\p{{N}}-]+(?:{dot}[\p{{L}}\p{{N}}-]{{2,}})+)"))
        .expect("the pattern is fixed")
});
/// The words by which an address is spelled out with no brackets, by language: for `@`, for `.`, for `-`, for `_`. Only those that mean nothing
/// else between two words stand here in small letters: a plain "at" is in every sentence.
const ALOUD: [(&str, &str, &str, &str); 8] = [
    ("(?i:arroba)", "(?i:punto|ponto|punt)", "(?i:gui[oó]n|h[ií]fen)", "(?i:gui[oó]n bajo|barra baja)"),
    ("(?i:arobase)", "(?i:point)", "(?i:tiret)", "(?i:tiret bas|underscore)"),
    ("(?i:chiocciola)", "(?i:punto)", "(?i:trattino)", "(?i:trattino basso|underscore)"),
    ("(?i:собака)", "(?i:точка)", "(?i:дефис|тире)", "(?i:нижнее подч[её]ркивание|подч[её]ркивание)"),
    ("(?i:ät)", "(?i:punkt|dot)", "(?i:minus|bindestrich)", "(?i:unterstrich)"),
    ("(?i:małpa)", "(?i:kropka)", "(?i:myślnik)", "(?i:podkreślenie)"),
    ("(?i:zavináč)", "(?i:tečka)", "(?i:pomlčka)", "(?i:podtržítko)"),
    ("AT", "DOT", "DASH|HYPHEN", "UNDERSCORE"),
];
/// One of these words in a text: without it nothing is looked for.
static IS_ALOUD: LazyLock<Regex> = LazyLock::new(|| {
    let words: Vec<&str> = ALOUD.iter().map(|(at, ..)| *at).collect();
    Regex::new(&format!(r"\s(?:{}|(?i:at))\s", words.join("|"))).expect("the pattern is fixed")
});
/// An address for each language: its local part and its domain, each with the words between their parts.
static EACH_ALOUD: LazyLock<Vec<[Regex; 4]>> = LazyLock::new(|| {
    let each = ALOUD.iter().map(|(at, dot, dash, low)| {
        // A domain with its point as it is says as little of "AT" as a sentence does.
        let plain = if *at == "AT" { "" } else { r"\." };
        aloud(at, dot, dash, low, plain, "")
    });
    // "at" and "dot" in small letters are an address only right behind the word that announces one.
    let label = r"(?i:e-?mail|mail|correo|почта)(?i: address| electr[oó]nico)?\s*:\s*";
    each.chain([aloud("(?i:at)", "(?i:dot|punkt)", "(?i:dash|hyphen)", "(?i:underscore)", "", label)]).collect()
});

fn aloud(at: &str, dot: &str, dash: &str, low: &str, plain: &str, label: &str) -> [Regex; 4] {
    let join = format!(r"\s+(?:{dot}|{low}|{dash})\s+");
    let points = if plain.is_empty() { format!(r"\s+(?:{dot})\s+") } else { format!(r"(?:\s+(?:{dot})\s+|{plain})") };
    let part = r"[\p{L}\p{N}]+(?:[._+-][\p{L}\p{N}]+)*";
    let label_part = r"[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*";
    let whole = format!(
        r"{label}(?P<local>{part}(?:{join}{part}){{0,4}})\s+(?:{at})\s+(?P<domain>{label_part}(?:\s+(?:{dash})\s+{label_part}){{0,2}}(?:{points}[\p{{L}}\p{{N}}-]{{2,}}){{1,4}})\b"
    );
    [whole, format!(r"\s+(?:{low})\s+"), format!(r"\s+(?:{dash})\s+"), format!(r"\s+(?:{dot})\s+")]
        .map(|pattern| Regex::new(&pattern).expect("the pattern is fixed"))
}

/// Addresses spelled out with words alone, where nothing else can be meant.
fn spelled_aloud(text: &str) -> Vec<(String, String)> {
    if !IS_ALOUD.is_match(text) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for [whole, low, dash, dot] in EACH_ALOUD.iter() {
        for found in whole.captures_iter(text).take(50) {
            let plain = |part: &str| {
                let part = low.replace_all(part, "_");
                dot.replace_all(&dash.replace_all(&part, "-"), ".").into_owned()
            };
            // A sentence in capital letters shouts "AT" as all the rest.
            let quiet = found["local"].chars().any(char::is_lowercase) && found["domain"].chars().any(char::is_lowercase);
            let address = checked(&format!("{}@{}", plain(&found["local"]), plain(&found["domain"])));
            all.extend(address.filter(|_| quiet).map(|address| (address, found[0].trim().to_owned())));
        }
    }
    all
}
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
    addresses(text, domain_end).take(1_000).filter_map(checked).collect()
}

/// Addresses spelled out: `name [at] domain [dot] org`, `name arroba domain punto org`, with where they stand.
pub(super) fn spelled(text: &str) -> Vec<(String, String)> {
    let mut found = spelled_aloud(text);
    found.extend(bracketed(text));
    found
}

fn bracketed(text: &str) -> Vec<(String, String)> {
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
