//! One line of a list: what a person writes to name an organisation. Knows no list and no file.

use std::sync::LazyLock;

use regex::Regex;

use super::super::hosts::registrable;
use super::labels::{LABELS, Label, NAME_LABELS, NETWORKS, TAX, ends_in_label, unlabelled};
use super::marks::{site, tax_id, telephone};
use super::{cells, words_of};
use crate::base::text;
use crate::model::{CompanyName, identifier};

/// Digits of a telephone number that stands beside a name: with fewer it may be a part of it.
const WHOLE: usize = 9;
/// Digits in a row that no name has.
const DIGITS: usize = 6;
/// Old addresses of pages: each has another one today.
const OLD_PAGES: &str = "facebook.com/pages/";
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
        if let Some(each) = Self::each(written) {
            return Ok(each);
        }
        if let Some(said) = Self::side_by_side(written) {
            return Ok(said);
        }
        let whole = Self::named(written).ok_or(ENTRY)?;
        Ok(std::iter::once(whole).chain(Self::beside_remarks(written)).collect())
    }

    /// Parts between marks that no name holds: the names with a legal form, or where none has one, each: rather one too many than one too few.
    fn each(written: &str) -> Option<Vec<Self>> {
        let mark = ['\t', ';', '|'].into_iter().find(|mark| cells::parts(written, *mark).len() > 1)?;
        let parts: Vec<&str> = cells::parts(written, mark).into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
        let formed: Vec<Self> = parts.iter().filter_map(|part| Self::formed(part)).collect();
        let each = if formed.is_empty() { parts.iter().filter_map(|part| Self::named(part)).collect() } else { formed };
        (parts.len() > 1 && !each.is_empty()).then_some(each)
    }

    /// What may be the name where a remark stands before or behind it and no legal form says which is which: `no calls: Acme`, `Acme Foods, Leeds`.
    fn beside_remarks(written: &str) -> Vec<Self> {
        let split = |mark: &str| written.split_once(mark).filter(|(front, _)| Self::formed(front).is_none());
        if let Some((front, back)) = split(": ") {
            let fronts = Self::named(front).filter(|_| Self::formed(back).is_none());
            return fronts.into_iter().chain(Self::named(back)).collect();
        }
        if let Some((front, back)) = [" - ", " – ", " — ", " -- "].into_iter().find_map(split) {
            return Vec::from_iter(Self::formed(back).or_else(|| Self::named(front)));
        }
        // "Smith, Jones & Co Ltd" is one name, "Bodegas, Viñas y Olivos" as well.
        let front = split(", ").map(|(front, _)| front).filter(|_| CompanyName::parse(written).form.is_none());
        let is_telling = |front: &&str| front.contains(' ') || written.matches(", ").count() > 1;
        Vec::from_iter(front.filter(is_telling).and_then(Self::named))
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
    pub(super) fn is_evident(&self) -> bool {
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
            let whole = std::mem::take(&mut name).join(&format!("{} ", mark.trim_end_matches(' ')));
            if !whole.is_empty() {
                let named = || Self::named(&whole).into_iter().chain(Self::beside_remarks(&whole)).collect();
                all.extend(Self::several(&whole, rest)?.or_else(|| Self::each(&whole)).unwrap_or_else(named));
            }
            all.extend(exactly);
        }
        Ok(Some(all))
    }

    /// What is no name.
    pub(super) fn exactly(written: &str) -> Result<Option<Self>, &'static str> {
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
    pub(super) fn formed(part: &str) -> Option<Self> {
        Self::named(part).filter(|line| !is_form(part) && matches!(line, Self::Named(name) if name.form.is_some()))
    }

    /// A name, without what stands behind it: `Acme, S.L. (Burgos)`, `Acme SL - Burgos`.
    pub(super) fn named(written: &str) -> Option<Self> {
        let bare = written.trim_end().strip_suffix(')').and_then(|rest| Some(rest.rsplit_once('(')?.0)).unwrap_or(written);
        let whole = [bare, written].into_iter().map(CompanyName::parse).find(|name| !name.core.is_empty())?;
        let ends = bare.match_indices([',', '-', '–', '—', '|', ':', '/']).map(|(at, _)| CompanyName::parse(&bare[..at]));
        let formed = ends.into_iter().find(|name| name.form.is_some()).filter(|_| whole.form.is_none());
        Some(Self::Named(formed.unwrap_or(whole)))
    }

    /// A name in this spelling only.
    pub(super) fn into_spelling(self) -> Option<Self> {
        let Self::Named(name) = self else { return None };
        Some(Self::Exactly(vec![Entry::Name(words_of(&name))]))
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
                Some(Entry::Name(_)) => "the whole of it as a name".to_owned(),
                None => "nothing".to_owned(),
            },
        }
    }
}

/// Whether this is a legal form and no more.
pub(super) fn is_form(part: &str) -> bool {
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
            let is_loose = name.form.is_none() && written.contains(", ");
            if is_loose || looks_like_more(written) || holds_another(written) {
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
pub(super) fn without_remark(written: &str) -> &str {
    let remark = written.match_indices('#').find(|(at, _)| {
        let number = written[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        written[..*at].ends_with(char::is_whitespace) && !number
    });
    remark.map_or(written, |(at, _)| &written[..at]).trim()
}
