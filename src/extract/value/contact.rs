//! Telephone numbers and e-mail addresses, out of text, `tel:` and `mailto:` links, and the forms that hide them from robots.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use phonenumber::{Metadata, Mode, country};
use regex::Regex;
use unicode_normalization::char::is_combining_mark;
use url::Host;

use super::super::rung;
use crate::base::text::squeeze;
use crate::model::telephone;

/// A telephone number in E.164, read as from this country; the extension is left out. Of several in one text ("947 200 331 / 947 200 332") the first
/// that the words beside it do not call a fax.
///
/// Without a country only numbers that begin with `+` or `00` can be read.
pub(in crate::extract) fn phone(words: &str, country: Option<country::Id>) -> Option<String> {
    of_kind(words, country, false)
}

/// As [`phone`], of a fax: the first that is called so, or that nothing calls a telephone.
pub(super) fn fax(words: &str, country: Option<country::Id>) -> Option<String> {
    of_kind(words, country, true)
}

/// Digits of a number that nobody could read.
const WRITTEN: std::ops::RangeInclusive<usize> = 6..=15;

/// The telephone number that words show as they write it, where it cannot be brought to E.164: its country is not known, or does not have it.
pub(in crate::extract) fn as_written(words: &str) -> Option<String> {
    let decoded = percent_decoded(words.trim());
    let decoded = western_digits(&decoded);
    let number = squeeze(run_of(&decoded)?.trim_end_matches(|c: char| !c.is_ascii_digit()));
    let digits = number.chars().filter(char::is_ascii_digit);
    (WRITTEN.contains(&digits.clone().count()) && digits.collect::<BTreeSet<_>>().len() > 1).then_some(number)
}

fn of_kind(words: &str, country: Option<country::Id>, fax: bool) -> Option<String> {
    let words = words.trim();
    let words = words.get(..4).filter(|start| start.eq_ignore_ascii_case("tel:")).map_or(words, |_| &words[4..]);
    let decoded = percent_decoded(words);
    let decoded = western_digits(&decoded);
    let called = if decoded.contains(char::is_alphabetic) { rung::numbers(&decoded, &|_| false) } else { Vec::new() };
    let Some(begins) = called.first().map(|first| first.at.start) else { return first_run(&decoded, country) };
    let of_label = || called.iter().filter(|one| one.fax == fax).find_map(|one| first_run(&decoded[one.number..one.at.end], country));
    if fax { of_label() } else { first_run(&decoded[..begins], country).or_else(of_label) }
}

/// The number that a text begins with, or that stands behind its first words.
fn first_run(decoded: &str, country: Option<country::Id>) -> Option<String> {
    let run = run_of(decoded)?.replace("(0)", "");
    // What stands between two numbers stands within some too.
    let first_of = |between: &Regex| between.split(&run).filter(|part| part.len() < run.len()).find_map(|part| one_number(part, country));
    one_number(&run, country).or_else(|| first_of(&APART)).or_else(|| first_of(&CLOSE))
}

/// The digits of a number within its country, by which it is the same with that country's code and without: what is dialled before them left out.
pub(in crate::extract) fn national(number: &str) -> String {
    if let Some(known) = number.starts_with('+').then(|| telephone::parse(number, None)).flatten() {
        return known.national().value().to_string();
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let bare = digits.trim_start_matches('0');
    // Russia dials 8.
    bare.strip_prefix('8').filter(|_| bare.len() == digits.len() && digits.len() == 11).unwrap_or(bare).to_owned()
}

/// The first digits of a text with what stands between them.
fn run_of(decoded: &str) -> Option<&str> {
    let start = decoded.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))?;
    let rest = &decoded[start..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '(' | ')' | '-' | '.' | '/' | '–')));
    Some(&rest[..end.unwrap_or(rest.len())])
}

static APART: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s+[/–-]\s+").expect("the pattern is fixed"));
static CLOSE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s*/\s*").expect("the pattern is fixed"));

fn one_number(run: &str, country: Option<country::Id>) -> Option<String> {
    let run = run.trim();
    let run = run.strip_prefix("00").map_or_else(|| run.to_owned(), |international| format!("+{international}"));
    let digits = run.chars().filter(char::is_ascii_digit).count();
    if !(5..=17).contains(&digits) || country.is_none() && !run.starts_with('+') {
        return None;
    }
    let Some(number) = telephone::valid(&run, country) else { return with_prefix_like(&run, country) };
    let mut out = String::new();
    write!(out, "+{}{}", number.code().value(), number.national()).ok()?;
    debug_assert!(out == number.format().mode(Mode::E164).to_string() || number.extension().is_some());
    Some(out)
}

/// A number that begins with the digit which is dialled before numbers of its country, and which parsing takes for it: area codes of Russia begin
/// with 8, and so does what is dialled before them.
fn with_prefix_like(run: &str, country: Option<country::Id>) -> Option<String> {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let abroad = run.starts_with('+');
    let plans = telephone::plans(run, country.filter(|_| !abroad));
    let code = if abroad {
        (1..=3).filter_map(|at| digits.get(..at)?.parse().ok()).find(|code: &u16| plans.by_code(code).is_some())?
    } else {
        plans.by_id(country?.as_ref())?.country_code()
    };
    let own = if abroad { &digits[code.to_string().len()..] } else { &digits };
    let is_one = |meta: &&Metadata, national: &str| {
        let kinds = meta.descriptors();
        let of_kind = [kinds.fixed_line(), kinds.mobile(), kinds.toll_free(), kinds.shared_cost(), kinds.premium_rate(), kinds.voip()];
        kinds.general().is_match(national) && of_kind.into_iter().flatten().any(|kind| kind.is_match(national))
    };
    plans.by_code(&code)?.iter().find_map(|meta| {
        let prefix = meta.national_prefix()?;
        let forms = [own.strip_prefix(prefix).filter(|_| !abroad), Some(own)];
        let found = forms.into_iter().flatten().find(|national| national.starts_with(prefix) && is_one(meta, national))?;
        Some(format!("+{code}{found}"))
    })
}

/// Zeros of the digits of other scripts: each has its ten in a row.
const ZEROS: [char; 4] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];

/// A text with the digits of other scripts (Arabic, Persian, Hindi, wide ones) as those of the West.
pub(in crate::extract) fn western_digits(text: &str) -> Cow<'_, str> {
    let digit = |c: char| {
        let value = ZEROS.iter().filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero))).find(|value| *value < 10)?;
        char::from_digit(value, 10)
    };
    if text.is_ascii() || !text.chars().any(|c| digit(c).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

/// A letter or a number of any script, without the marks and the signs with letters in them that `char::is_alphanumeric` counts too.
fn is_written(c: char) -> bool {
    let is_sign =
        || matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}');
    c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric() && !is_combining_mark(c) && !is_sign()
}

/// What may be an address in a text, by its `@`: the characters before it, and of those behind it what `domain` takes for one. As patterns, classes
/// of all scripts take longer to be built than a page to be read.
pub(in crate::extract) fn addresses(text: &str, domain: impl Fn(&str) -> Option<usize>) -> impl Iterator<Item = &str> {
    let of_local = |c: char| is_written(c) || ".!#$%&'*+/=?^_{|}~-".contains(c);
    let mut from = 0;
    memchr::memchr_iter(b'@', text.as_bytes()).filter_map(move |at| {
        let (begin, _) = text.get(from..at)?.char_indices().rev().take_while(|(_, c)| of_local(*c)).last()?;
        let behind = &text[at + 1..];
        let all = behind.find(|c: char| !is_written(c) && !matches!(c, '.' | '-')).unwrap_or(behind.len());
        let end = at + 1 + domain(&behind[..all])?;
        let found = &text[from + begin..end];
        from = end;
        Some(found)
    })
}

/// The end of a name that is a domain: words with points between, of which the last has letters alone.
pub(in crate::extract) fn domain_end(name: &str) -> Option<usize> {
    let (mut from, mut end) = (0, None);
    for word in name.split('.') {
        let letters = word.find(|c: char| !is_written(c) || c.is_numeric()).unwrap_or(word.len());
        if from > 0 && word[..letters].chars().nth(1).is_some() {
            end = Some(from + letters);
        }
        if word.is_empty() || word.starts_with('-') || word.ends_with('-') {
            break;
        }
        from += word.len() + 1;
    }
    end
}
static SPELLED_AT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\s*[\[({<]\s*(?:at|arroba|arobase|собака|παπάκι|ät|@)\s*[\])}>]\s*").expect("the pattern is fixed"));
static SPELLED_DOT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\s*[\[({<]\s*(?:dot|punkt|punto|точка|\.)\s*[\])}>]\s*").expect("the pattern is fixed"));

/// The first address in a text or link, its domain in lower case.
pub(super) fn email(words: &str) -> Option<String> {
    let words = words.trim();
    if let Some(hidden) = cloudflare(words) {
        return check_email(&hidden);
    }
    let text = match words.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")) {
        Some(_) => percent_decoded(words[7..].split('?').next().unwrap_or("")),
        None => words.to_owned(),
    };
    // Longer texts hold an address near their beginning or are no address at all.
    let text: String = text.chars().take(4096).collect();
    // Most texts have none: what they are looked for with is built for those that may.
    let is_spelled = text.contains(['[', '(', '{', '<']);
    let text = if is_spelled { SPELLED_AT.replace_all(&text, "@") } else { text.into() };
    if !text.contains('@') {
        return None;
    }
    let text = if is_spelled { SPELLED_DOT.replace_all(&text, ".") } else { text };
    let whole = |name: &str| Some(name.trim_end_matches(['.', '-']).len()).filter(|end| *end > 0);
    addresses(&text, whole).find_map(check_email)
}

/// What is an address and no file name ("logo@2x.png": 309 of 1,070 plain finds in a sample of 1,497 pages).
pub(in crate::extract) fn check_email(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let local = unescaped(local).trim_matches('.');
    let ending = domain.rsplit_once('.')?.1.to_lowercase();
    let file = matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "avif" | "css" | "js" | "ico" | "bmp" | "pdf");
    let good = (1..=64).contains(&local.len())
        && domain.len() <= 253
        && !local.contains("..")
        && ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic);
    if !good || file {
        return None;
    }
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => Some(format!("{local}@{domain}")),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Without the marks that scripts write before an address as escapes (`\u003einfo@…`), of which the backslash is no part of it.
fn unescaped(mut local: &str) -> &str {
    let escape = |text: &str| text.get(..5).is_some_and(|start| ESCAPES.iter().any(|escape| start.eq_ignore_ascii_case(escape)));
    while local.len() > 5 && escape(local) {
        local = &local[5..];
    }
    local
}

/// The escapes of `<`, `>`, `"`, `&`, `'`, a space and a line's end.
const ESCAPES: [&str; 7] = ["u003c", "u003e", "u0022", "u0026", "u0027", "u0020", "u000a"];

/// Cloudflare's hiding: hexadecimal bytes, each combined by exclusive or with the first (`data-cfemail`, or behind `#` in the link's address).
pub(in crate::extract) fn cloudflare(words: &str) -> Option<String> {
    let hex = words.rsplit_once("email-protection#").map_or(words, |(_, hex)| hex);
    if hex.len() < 12 || !hex.len().is_multiple_of(2) || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).filter_map(|i| u8::from_str_radix(&hex[i..i + 2], 16).ok()).collect();
    let (key, rest) = bytes.split_first()?;
    String::from_utf8(rest.iter().map(|b| b ^ key).collect()).ok().filter(|text| text.contains('@'))
}

pub(in crate::extract) fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(bytes[i]));
        i += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
