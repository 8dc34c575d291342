//! What a person writes that is no name: addresses of the web, telephone and tax numbers. Knows no list and no line.

use url::Url;

use super::super::hosts::{is_shared, registrable};
use super::entry::{Entry, Line, OF_ITS_OWN};
use super::labels::TAX;
use crate::model::{identifier, telephone};

/// Digits of a telephone number without its country at least: with fewer it is an extension.
const NATIONAL: usize = 7;
/// Several hosts of one network, and the one by which a page there is known.
const ONE_NETWORK: &[(&str, &str)] = &[
    ("fb.com", "facebook.com"),
    ("fb.me", "facebook.com"),
    ("m.me", "facebook.com"),
    ("instagr.am", "instagram.com"),
    ("linkedin.cn", "linkedin.com"),
    ("twitter.com", "x.com"),
    ("telegram.me", "t.me"),
];
/// Networks where a page is one part of the path, and what lies below are its corners.
const FLAT: &[&str] = &["facebook.com", "instagram.com", "x.com", "t.me", "tiktok.com"];
/// First parts of a path that name no page alone.
const FOLDERS: &[&str] = &["company", "in", "school", "showcase", "pages", "people", "groups", "channel", "c", "s", "pg"];

/// A host or an address of the web: the domain, or the page where many share the domain.
pub(super) fn site(lower: &str) -> Result<Option<Line>, &'static str> {
    let host = lower.split_once("://").map_or(lower, |(_, rest)| rest).split(['/', '?', '#', ':']).next().unwrap_or_default();
    let plain = host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let dotted = host.contains('.') && plain && !host.ends_with('.') && !host.starts_with('.');
    if !dotted || host.rsplit('.').next().is_none_or(|top| top.chars().count() < 2 || top.bytes().any(|b| b.is_ascii_digit())) {
        return Ok(None);
    }
    let Some(url) = web_address(lower) else { return Ok(None) };
    if let Some(number) = messenger(&url) {
        return Ok(telephone(&number).map(Line::Exactly));
    }
    let host = url.host_str().unwrap_or(host).trim_start_matches("www.").to_owned();
    let domain = registrable(&host).unwrap_or(host);
    let entry = if is_shared(&domain) { Entry::Page(page(&url).ok_or(OF_ITS_OWN)?) } else { Entry::Domain(domain) };
    Ok(Some(Line::Exactly(vec![entry])))
}

pub(super) fn web_address(written: &str) -> Option<Url> {
    let written = written.trim();
    let url = if written.contains("://") { Url::parse(written) } else { Url::parse(&format!("http://{written}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// The telephone number of an address at a messenger: `wa.me/34981123456`.
pub(super) fn messenger(url: &Url) -> Option<String> {
    let host = registrable(url.host_str()?)?;
    if !matches!(host.as_str(), "wa.me" | "whatsapp.com") {
        return None;
    }
    let asked = url.query_pairs().find(|(name, _)| name == "phone").map(|(_, number)| number.into_owned());
    let number = asked.or_else(|| url.path_segments()?.next().map(str::to_owned))?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let plain = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-'));
    (plain && digits.len() > NATIONAL).then(|| format!("+{digits}"))
}

/// A page at a host that many share, however its address is written; `None` for the host itself.
pub(super) fn page(url: &Url) -> Option<String> {
    let mut host = url.host_str()?;
    // `www.`, `m.`, `es-es.`: one page in other clothes.
    while let Some((_, rest)) = host.split_once('.').filter(|(first, rest)| rest.contains('.') && is_clothes(first)) {
        host = rest;
    }
    host = ONE_NETWORK.iter().find(|(other, _)| *other == host).map_or(host, |(_, one)| one);
    let path = url.path().trim_matches('/').to_lowercase();
    let path = own_part(host, &path);
    // The page of some is a number behind the name of a script.
    let query = url.query().filter(|_| path.rsplit('/').next().is_some_and(|last| last.contains(".php") || last.contains(".aspx")));
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    let of_its_own = !path.is_empty() || registrable(host).is_some_and(|domain| domain != host);
    of_its_own.then(|| format!("{host}/{path}{query}"))
}

/// The part of a path that is a page's own: what lies below it are its corners (`/about`).
fn own_part<'a>(host: &str, path: &'a str) -> &'a str {
    let parts = match path.split('/').next() {
        Some(first) if FOLDERS.contains(&first) && host == "linkedin.com" => 2,
        Some(first) if !FOLDERS.contains(&first) && FLAT.contains(&host) => 1,
        _ => return path,
    };
    path.match_indices('/').nth(parts - 1).map_or(path, |(end, _)| &path[..end])
}

fn is_clothes(label: &str) -> bool {
    let (language, region) = label.split_once('-').unwrap_or((label, "xx"));
    matches!(label, "www" | "m" | "mobile") || language.len() == 2 && region.len() == 2
}

/// A telephone number, where a text is nothing else.
pub(super) fn telephone(written: &str) -> Option<Vec<Entry>> {
    let plain =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '(' | ')' | '-' | '.' | '/' | '\u{2010}'..='\u{2015}');
    let bare = written.trim_start_matches('(');
    if !written.chars().all(plain) || bare.chars().skip(1).any(|c| c == '+') {
        return None;
    }
    // "+44 (0)20": what is dialled from within only.
    let international = bare.starts_with('+') || bare.starts_with("00");
    let written = if international { bare.replace("(0)", "") } else { bare.to_owned() };
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let known = |digits: &str| {
        let number = telephone::valid(&format!("+{digits}"), None)?;
        Some(format!("+{}{}", number.code().value(), number.national()))
    };
    if international {
        let digits = digits.strip_prefix("00").unwrap_or(&digits);
        let number = known(digits).unwrap_or_else(|| format!("+{digits}"));
        let tail = national(&number).map(Entry::PhoneTail);
        return (8..=15).contains(&digits.len()).then(|| std::iter::once(Entry::Phone(number)).chain(tail).collect());
    }
    let short = digits.trim_start_matches('0');
    if !(NATIONAL..=15).contains(&short.len()) {
        return None;
    }
    let mut entries = vec![Entry::National(short.to_owned())];
    // Russians dial an 8 before it, Americans a 1.
    entries.extend(short.strip_prefix(['8', '1']).filter(|rest| rest.len() == 10).map(|rest| Entry::National(rest.to_owned())));
    // The country's code without its plus.
    entries.extend(known(short).filter(|_| short.len() > 9).map(Entry::Phone));
    Some(entries)
}

/// A number in E.164 without its country.
pub(super) fn national(phone: &str) -> Option<String> {
    let number = telephone::parse(phone, None)?;
    Some(number.national().to_string().trim_start_matches('0').to_owned())
}

/// As written, and as the number that it is: a VAT number and a national one of one company have one key.
pub(super) fn tax_id(written: &str, compact: &str) -> Vec<Entry> {
    // "CIFB12345674": its name, and no gap.
    let front = (2..compact.len().min(6)).filter(|end| TAX.contains(&compact[..*end].to_lowercase()));
    let valid = |rest: &&str| identifier::identify(rest, None).iter().any(|verdict| verdict.outcome.is_ok());
    if let Some(rest) =
        front.map(|end| &compact[end..]).find(valid).filter(|_| identifier::key(written, None).is_none_or(|key| key == compact))
    {
        return tax_id(rest, rest);
    }
    let mut entries = vec![Entry::TaxId(compact.to_owned())];
    entries.extend(tail(compact).map(Entry::TaxIdTail));
    entries.extend(identifier::key(written, None).filter(|key| key != compact).map(Entry::TaxId));
    entries
}

/// A tax number without the country in front of it.
pub(super) fn tail(id: &str) -> Option<String> {
    let (country, rest) = id.split_at_checked(2)?;
    country.bytes().all(|b| b.is_ascii_uppercase()).then(|| rest.to_owned())
}
