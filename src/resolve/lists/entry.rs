//! One line of a list: what a person writes to name an organisation. Knows no list and no file.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::super::hosts::{is_shared, registrable};
use super::labels::{LABELS, Label, NAME_LABELS, NETWORKS, TAX, ends_in_label, unlabelled};
use crate::base::text;
use crate::model::{CompanyName, identifier};

/// Digits of a telephone number without its country at least: with fewer it is an extension.
const NATIONAL: usize = 7;
/// Digits of a telephone number that stands beside a name: with fewer it may be a part of it.
const WHOLE: usize = 9;
/// Digits in a row that no name has.
const DIGITS: usize = 6;
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
/// Old addresses of pages: each has another one today.
const OLD_PAGES: &str = "facebook.com/pages/";
/// First parts of a path that name no page alone.
const FOLDERS: &[&str] = &["company", "in", "school", "showcase", "pages", "people", "groups", "channel", "c", "s", "pg"];
/// What stands between several marks in one line; the surest first.
const BETWEEN: &[&str] =
    &["\t", ";", "|", " / ", " - ", " – ", " — ", ": ", ",", " y ", " and ", " und ", " et ", " и ", " & ", " + ", "/"];

pub(super) const ENTRY: &str = "a domain, a tax number, a telephone number (+34…), an e-mail address or a name";
pub(super) const ONE_EACH: &str = "one of them a line, each as an entry of its own";
pub(super) const OF_ITS_OWN: &str = "the address of its page or mailbox: many have theirs at this host";

/// What is dialled behind a number.
static EXTENSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)[\s,;]*(?:\b|\s)(?:ext|extn|extension|extensión|int|interno|anexo|доб|добавочный|durchwahl|poste|x)[.:=\s]*\d{1,6}$")
        .ok()
});

/// How an address is hidden from machines: `info (at) acme.es`, `info [at] acme [dot] es`.
static HIDDEN: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let signs = [(r"(?i)\s*[(\[{]\s*(?:at|arroba|собака)\s*[)\]}]\s*", "@"), (r"(?i)\s*[(\[{]\s*(?:dot|punto|точка)\s*[)\]}]\s*", ".")];
    signs.into_iter().filter_map(|(sign, meant)| Some((Regex::new(sign).ok()?, meant))).collect()
});
/// The number of an entry in front of it: `1. Acme`, `2) Acme`.
static NUMBERED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\(?\d{1,4}(?:\.\s+|\)\s*)([\p{L}@+].*)$").ok());
/// What lies around the points of a host: `acme . es`.
static POINTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s*\.\s*").ok());

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Entry {
    /// Registrable.
    Domain(String),
    /// A page at a host that many share.
    Page(String),
    TaxId(String),
    /// A tax number that was written with its country, without it.
    TaxIdTail(String),
    Phone(String),
    /// A telephone number that was written with its country, without it.
    PhoneTail(String),
    /// One that was written without: whatever country's it is.
    National(String),
    Email(String),
    /// The words of a name in Latin letters, in the order of the alphabet.
    Name(Vec<String>),
}

/// What a line says.
pub(super) enum Line {
    Exactly(Vec<Entry>),
    Named(CompanyName),
}

impl Line {
    /// Everything that a line says; what to write instead where it says nothing.
    pub(super) fn parse(written: &str) -> Result<Vec<Self>, &'static str> {
        let shown = shown(without_remark(written));
        let written = shown.as_str();
        // `Acme SL <info@acme.es>`, as address books have it.
        if let Some((name, address)) = written.strip_suffix('>').and_then(|rest| rest.split_once('<')) {
            let named = Self::named(name);
            return Self::exactly(address.trim())?.ok_or(ENTRY).map(|exactly| std::iter::once(exactly).chain(named).collect());
        }
        if let Some(exactly) = Self::exactly(written)? {
            return Ok(vec![exactly]);
        }
        // `acme.es (Acme)`, `+34 981 123 456 (central)`; `Acme SL (B12345674)`.
        if let Some((bare, aside)) = written.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
            let (exactly, beside) = (Self::exactly(bare.trim())?, Self::exactly(aside.trim())?);
            if exactly.is_some() || beside.is_some() {
                let named = if exactly.is_none() { Self::named(bare) } else { None };
                return Ok(named.into_iter().chain(exactly).chain(beside).collect());
            }
        }
        if let Some(said) = Self::announced(written) {
            return said;
        }
        if let Some(several) = Self::several(written, BETWEEN)? {
            return Ok(several);
        }
        // The `;` of `&amp;` parts nothing.
        let parts = |mark: char| written.split(mark).filter(|part| !part.trim().is_empty()).count() > 1;
        if (parts(';') || parts('|')) && !written.contains('&') {
            return Err(ONE_EACH);
        }
        if let Some(said) = Self::side_by_side(written) {
            return Ok(said);
        }
        Self::named(written).map(|named| vec![named]).ok_or(ENTRY)
    }

    /// What a word announces that tells no more than what follows, or a number in a list; a spaced host. `1. FC Acme` may be a name as well.
    fn announced(written: &str) -> Option<Result<Vec<Self>, &'static str>> {
        let spaceless = POINTS.as_ref().map(|points| points.replace_all(written, ".").into_owned());
        let is_spaced = |host: &String| host != written && is_host(host) && !host.contains(char::is_whitespace);
        let doubled = if let Some(host) = spaceless.filter(|host| is_spaced(host) && CompanyName::parse(written).form.is_none()) {
            Some(Self::exactly(&host).map(Vec::from_iter))
        } else {
            NUMBERED.as_ref().and_then(|numbered| numbered.captures(written)).and_then(|found| Some(Self::parse(found.get(1)?.as_str())))
        };
        if let Some(said) = doubled {
            return Some(said.map(|said| said.into_iter().chain(Self::named(written)).collect()));
        }
        let (label, rest) = written.split_once(':').map(|(label, rest)| (text::words(label), rest.trim()))?;
        if rest.is_empty() || rest.starts_with("//") {
            return None;
        }
        let network = NETWORKS.iter().find(|(name, _)| *name == label).filter(|_| !rest.contains([' ', '.', '/']));
        if let Some((_, address)) = network {
            let page = site(&format!("{address}{}", rest.trim_start_matches('@').to_lowercase()));
            return Some(page.map(Vec::from_iter));
        }
        (LABELS.contains(&label.as_str()) || NAME_LABELS.contains(&label.as_str())).then(|| Self::parse(rest))
    }

    /// What stands beside a name, or beside another, with nothing but a space between: `Acme SL B12345674`, `981 123 456 Juan`.
    fn side_by_side(written: &str) -> Option<Vec<Self>> {
        let gaps: Vec<(&str, &str)> = written
            .match_indices(char::is_whitespace)
            .map(|(at, _)| (written[..at].trim(), written[at..].trim()))
            .filter(|(front, back)| !front.is_empty() && !back.is_empty() && !is_form(back))
            .collect();
        let evident = |part: &str| Self::exactly(part).ok().flatten().filter(Self::is_evident);
        let all = |part: &str| Self::parse(part).unwrap_or_default();
        // The longest number or address at the end, then at the beginning.
        let behind = gaps.iter().find_map(|(front, back)| {
            let found = evident(back)
                .filter(|found| !found.is_domain() || is_address(back) || Self::formed(front).is_some() || evident(front).is_some())?;
            Some(all(ends_in_label(front)).into_iter().chain([found]).collect())
        });
        behind.or_else(|| {
            gaps.iter().rev().find_map(|(front, back)| {
                let found = evident(front).filter(|found| !found.is_domain() || is_address(front))?;
                Some(std::iter::once(found).chain(Self::formed(back)).collect())
            })
        })
    }

    /// Whether this is surely what it was taken for, and no part of a name.
    fn is_evident(&self) -> bool {
        let Self::Exactly(entries) = self else { return false };
        entries.iter().any(|entry| match entry {
            Entry::Domain(_) | Entry::Page(_) | Entry::Email(_) | Entry::Phone(_) => true,
            Entry::National(digits) => digits.len() >= WHOLE,
            Entry::TaxId(id) => identifier::identify(id, None).iter().any(|verdict| verdict.outcome.is_ok()),
            Entry::TaxIdTail(_) | Entry::PhoneTail(_) | Entry::Name(_) => false,
        })
    }

    /// Whether it is a domain, which may be the beginning of a name: "Booking.com".
    fn is_domain(&self) -> bool {
        matches!(self, Self::Exactly(entries) if matches!(entries.as_slice(), [Entry::Domain(_)]))
    }

    /// Several in one line are several where each is sure to be one, or one of them is no name: then what stands with it is the name.
    fn several(written: &str, between: &[&str]) -> Result<Option<Vec<Self>>, &'static str> {
        let Some((mark, rest)) = between.split_first() else { return Ok(None) };
        let parts: Vec<&str> = written.split(mark).map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.len() < 2 {
            return if parts.len() == 1 && parts[0] != written { Self::parse(parts[0]).map(Some) } else { Self::several(written, rest) };
        }
        let exactly = parts.iter().map(|part| Self::exactly(part)).collect::<Result<Vec<_>, _>>()?;
        if exactly.iter().all(Option::is_none) {
            let formed: Option<Vec<Self>> = parts.iter().map(|part| Self::formed(part)).collect();
            let Some(formed) = formed else { return Self::several(written, rest) };
            let each =
                parts.iter().zip(formed).map(|(part, one)| Self::several(part, rest).map(|several| several.unwrap_or_else(|| vec![one])));
            return Ok(Some(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()));
        }
        let (mut all, mut name) = (Vec::new(), Vec::new());
        for (part, exactly) in parts.iter().zip(exactly).chain([(&"", None)]) {
            if exactly.is_none() && !part.is_empty() {
                name.push(*part);
                continue;
            }
            // "Acme, Inc., acme.com": what the mark parted may be one name.
            let whole = std::mem::take(&mut name).join(&format!("{} ", mark.trim_end()));
            if !whole.is_empty() {
                all.extend(Self::several(&whole, rest)?.unwrap_or_else(|| Vec::from_iter(Self::named(&whole))));
            }
            all.extend(exactly);
        }
        Ok(Some(all))
    }

    /// What is no name.
    fn exactly(written: &str) -> Result<Option<Self>, &'static str> {
        let written = written.trim_start_matches(['*', '.']).trim_end_matches([',', ';']);
        // `acme.es.` as the end of a sentence.
        let whole = written.strip_suffix('.').filter(|whole| whole.ends_with(|c: char| c.is_ascii_digit()) || is_host(whole));
        let (written, label) = unlabelled(whole.unwrap_or(written));
        let compact: String = written.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
        let digits = compact.bytes().filter(u8::is_ascii_digit).count();
        // "Acme 1234567": a word is no part of a number.
        let plain = |word: &str| word.len() <= 3 || word.bytes().any(|b| b.is_ascii_digit()) || TAX.contains(&text::words(word));
        let looks = (6..=15).contains(&digits) && compact.len() <= 20 && compact.is_ascii() && compact.len() - digits <= 6;
        let looks = looks && written.split(|c: char| !c.is_alphanumeric()).all(plain);
        if looks && label == Some(Label::TaxId) {
            return Ok(Some(Self::Exactly(tax_id(written, &compact))));
        }
        let lower = written.to_lowercase().split('@').map(str::trim).collect::<Vec<_>>().join("@");
        if let Some((local, host)) = lower.rsplit_once('@').filter(|_| !lower.contains([' ', ',', ';', '|', '/'])) {
            // `@acme.es`: every mailbox there.
            if matches!(local, "" | "*") {
                return site(host)?.ok_or(ENTRY).map(Some);
            }
            if registrable(host).is_some() {
                return Ok(Some(Self::Exactly(vec![Entry::Email(lower.clone())])));
            }
        }
        let dialled = EXTENSION.as_ref().map_or(written.into(), |extension| extension.replace(written, ""));
        if let Some(entries) = telephone(&dialled) {
            // Digits alone may be a tax number as well.
            let tax = if written.contains('+') || dialled != written { Vec::new() } else { tax_id(written, &compact) };
            return Ok(Some(Self::Exactly(entries.into_iter().chain(tax).collect())));
        }
        if let Some(found) = site(&lower)? {
            return Ok(Some(found));
        }
        Ok(looks.then(|| Self::Exactly(tax_id(written, &compact))))
    }

    /// A name with its legal form: surely one.
    fn formed(part: &str) -> Option<Self> {
        Self::named(part).filter(|line| !is_form(part) && matches!(line, Self::Named(name) if name.form.is_some()))
    }

    /// A name, without what stands behind it: `Acme, S.L. (Burgos)`, `Acme SL - Burgos`.
    fn named(written: &str) -> Option<Self> {
        let bare = written.trim_end().strip_suffix(')').and_then(|rest| Some(rest.rsplit_once('(')?.0)).unwrap_or(written);
        let whole = [bare, written].into_iter().map(CompanyName::parse).find(|name| !name.core.is_empty())?;
        let ends = bare.match_indices([',', '-', '–', '—', '|', ':', '/']).map(|(at, _)| CompanyName::parse(&bare[..at]));
        let formed = ends.into_iter().find(|name| name.form.is_some()).filter(|_| whole.form.is_none());
        Some(Self::Named(formed.unwrap_or(whole)))
    }

    /// What it is taken for, for whoever wrote it.
    fn said(&self) -> String {
        match self {
            Self::Named(name) => format!("the name `{}`", name.core),
            Self::Exactly(entries) => match entries.first() {
                Some(Entry::Domain(domain)) => format!("the domain {domain}"),
                Some(Entry::Page(page)) => format!("the page {page}"),
                Some(Entry::Email(address)) => format!("the address {address}"),
                Some(Entry::Phone(number) | Entry::PhoneTail(number) | Entry::National(number)) => format!("the telephone number {number}"),
                Some(Entry::TaxId(id) | Entry::TaxIdTail(id)) => format!("the tax number {id}"),
                Some(Entry::Name(_)) | None => "nothing".to_owned(),
            },
        }
    }
}

/// Whether this is a legal form and no more.
fn is_form(part: &str) -> bool {
    CompanyName::parse(&format!("x {part}")).core == "x"
}

/// With the signs of an address in their places.
fn shown(written: &str) -> String {
    HIDDEN.iter().fold(written.to_owned(), |text, (sign, meant)| sign.replace_all(&text, *meant).into_owned())
}

/// How a line was taken, where it may have been meant otherwise.
pub(super) fn guess(written: &str, said: &[Line]) -> Option<String> {
    let written = without_remark(written);
    match said {
        [line @ Line::Named(name)] => {
            let whole = CompanyName::parse(written).core;
            if looks_like_more(written) || holds_another(written) {
                return Some(no_more(line));
            }
            (name.core != whole).then(|| format!("{} anywhere", line.said()))
        }
        [line @ Line::Exactly(entries)] => {
            let is_whole = written.ends_with(')') || matches!(Line::exactly(&shown(written)), Ok(Some(_)));
            let is_nameless = entries.iter().any(|entry| matches!(entry, Entry::Page(page) if page.starts_with(OLD_PAGES)));
            if !is_whole || is_nameless {
                return Some(no_more(line));
            }
            let national = entries.iter().any(|entry| matches!(entry, Entry::National(_)));
            national.then(|| {
                "a telephone number of whatever country, or a tax number: with + and the country's code it is that country's".to_owned()
            })
        }
        several => {
            let each: Vec<String> = several.iter().map(Line::said).collect();
            Some(format!("{} entries: {}", each.len(), each.join(", ")))
        }
    }
}

fn no_more(line: &Line) -> String {
    format!("{} and no more; if more stands there, write {ENTRY}, {ONE_EACH}", line.said())
}

/// Whether what was taken for one name may end in another: `Juan Pérez, Acme SL`.
fn holds_another(written: &str) -> bool {
    written.split(',').skip(1).any(|part| Line::formed(part).is_some())
}

/// Whether something in what was taken for a name is of an address or a number.
fn looks_like_more(written: &str) -> bool {
    let mut run = 0;
    let digits = written.chars().any(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { run * usize::from(matches!(c, ' ' | '-' | '.' | '(' | ')')) };
        run >= DIGITS
    });
    written.contains(['@', '/', '<', '>']) || digits || written.split_whitespace().any(is_host)
}

/// Whether a word ends as a domain does: not "S.A.", whose letters stand alone.
fn is_host(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let labels = || word.split('.');
    labels().count() > 1
        && labels().all(|label| label.chars().count() > 1)
        && psl::suffix(word.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// Whether this is written as an address of the web, and so is no part of a name.
fn is_address(part: &str) -> bool {
    part.contains('@') || part.contains("://") || part.starts_with("www.")
}

/// Without the remark behind it: `acme.es # asked in May`.
fn without_remark(written: &str) -> &str {
    let remark = written.match_indices('#').find(|(at, _)| {
        let number = written[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        written[..*at].ends_with(char::is_whitespace) && !number
    });
    remark.map_or(written, |(at, _)| &written[..at]).trim()
}

/// A host or an address of the web: the domain, or the page where many share the domain.
fn site(lower: &str) -> Result<Option<Line>, &'static str> {
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
        let number = phonenumber::parse(None, format!("+{digits}")).ok().filter(phonenumber::is_valid)?;
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
    let number = phonenumber::parse(None, phone).ok()?;
    Some(number.national().to_string().trim_start_matches('0').to_owned())
}

/// As written, and as the number that it is: a VAT number and a national one of one company have one key.
fn tax_id(written: &str, compact: &str) -> Vec<Entry> {
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
