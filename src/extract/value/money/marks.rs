//! Signs, codes and words of currencies in a text. Knows how currencies are written, not what stands beside them.

use std::collections::HashMap;
use std::sync::LazyLock;

use iso_currency::Currency;

use crate::extract::value::Hints;

/// Marks found in one text; a price has one or two.
const MOST: usize = 16;

/// A currency sign, code or word in a text, and where.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Unknown where several currencies share the mark and nothing tells which is meant.
    pub(super) currency: Option<Currency>,
    /// Whether it means one currency, whatever the settings say.
    sure: bool,
}

impl Mark {
    /// Whether it means one currency, whatever the settings say.
    pub(super) fn sure(&self) -> bool {
        self.sure
    }
}

/// A line of the table.
struct Kind {
    currencies: Vec<Currency>,
    usual: Option<Currency>,
    /// Only where no other letters are in the text.
    weak: bool,
}

struct Table {
    kinds: Vec<Kind>,
    /// By their first letter in lower case: the longest first, with the kind.
    marks: HashMap<char, Vec<(&'static str, usize)>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { kinds: Vec::new(), marks: HashMap::new() };
    for line in include_str!("currencies.txt").lines().filter(|line| !line.starts_with('#')) {
        let (weak, line) = line.strip_prefix('?').map_or((false, line), |line| (true, line));
        let Some((codes, marks)) = line.split_once('|') else { continue };
        let (usual, codes) = codes.strip_prefix('*').map_or((false, codes), |codes| (true, codes));
        let currencies: Vec<Currency> = codes.split(',').filter_map(Currency::from_code).collect();
        let usual = currencies.first().copied().filter(|_| usual);
        for mark in marks.split('|') {
            let Some(first) = mark.chars().next() else { continue };
            table.marks.entry(lower(first)).or_default().push((mark, table.kinds.len()));
        }
        table.kinds.push(Kind { currencies, usual, weak });
    }
    // Of equal length the earlier line wins: the sort keeps the order.
    table.marks.values_mut().for_each(|marks| marks.sort_by_key(|(mark, _)| std::cmp::Reverse(mark.len())));
    table
});

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Every currency in a text, in order; marks that touch are one, and the one that means a single currency speaks for both ("SGD$").
pub(super) fn marks(text: &str, hints: &Hints) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < MOST {
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else { break };
        let step = match (!first.is_ascii_digit() && first != ' ').then(|| mark_at(text, at, hints)).flatten() {
            Some(mark) => {
                let end = mark.end;
                match found.last_mut() {
                    Some(last) if touch(&text[last.end..mark.start]) && (last.sure || mark.sure || last.currency == mark.currency) => {
                        let sure = if last.sure { last.clone() } else { mark };
                        *last = Mark { start: last.start, end, ..sure };
                    }
                    _ => found.push(mark),
                }
                end - at
            }
            None => first.len_utf8(),
        };
        at += step;
    }
    found
}

fn touch(between: &str) -> bool {
    between.len() <= 2 && between.bytes().all(|b| matches!(b, b' ' | b'.'))
}

/// The mark at this place.
fn mark_at(text: &str, at: usize, hints: &Hints) -> Option<Mark> {
    let rest = &text[at..];
    let first = rest.chars().next()?;
    let begins = !text[..at].ends_with(char::is_alphabetic);
    if first.is_alphabetic() && !begins {
        return None;
    }
    let listed = TABLE.marks.get(&lower(first)).and_then(|marks| {
        marks.iter().find_map(|(mark, kind)| {
            let length = matches(rest, mark)?;
            let kind = &TABLE.kinds[*kind];
            (!kind.weak || alone(text, at, at + length)).then_some((length, kind))
        })
    });
    let word = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    if let Some((length, kind)) = listed.filter(|(length, _)| *length >= word || !rest[..word].is_ascii()) {
        let currency = choose(kind, hints);
        return Some(Mark { start: at, end: at + length, currency, sure: kind.currencies.len() == 1 && kind.usual.is_some() });
    }
    if word != 3 {
        return None;
    }
    let code = Currency::from_code(&rest[..3].to_ascii_uppercase())?;
    let plain = rest.bytes().take(3).all(|b| b.is_ascii_uppercase());
    // English words in capitals: "ALL 20 items", "TOP 10"; in small letters a code stands alone.
    let is_word = matches!(&rest[..3], "ALL" | "TOP" | "CUP" | "SOS" | "MOP") && hints.currency != Some(code);
    let small = !plain && (hints.currency == Some(code) || rest[..3].chars().all(|c| c.is_ascii_lowercase()) && alone(text, at, at + 3));
    // "Top 10" as "Eur 10": one capital only with the usual ones.
    let usual = !plain && matches!(code, Currency::EUR | Currency::USD | Currency::GBP | Currency::CHF | Currency::PLN);
    (plain && !is_word || small || usual).then_some(Mark { start: at, end: at + 3, currency: Some(code), sure: true })
}

/// The length of a mark at the beginning of a text.
fn matches(text: &str, mark: &str) -> Option<usize> {
    let letters = mark.chars().filter(|c| c.is_alphabetic()).count();
    let exact = letters < 3 || !mark.chars().all(|c| c.is_alphabetic() || c == ' ');
    let length = if exact {
        text.starts_with(mark).then_some(mark.len())?
    } else {
        let piece: usize = text.chars().zip(mark.chars()).take_while(|(a, b)| lower(*a) == lower(*b)).map(|(a, _)| a.len_utf8()).sum();
        (text[..piece].chars().count() == mark.chars().count()).then_some(piece)?
    };
    let ends = !mark.ends_with(char::is_alphabetic) || !text[length..].starts_with(char::is_alphabetic) || is_cjk(mark);
    ends.then_some(length)
}

/// Scripts that put no space between words.
fn is_cjk(mark: &str) -> bool {
    mark.chars().any(|c| matches!(c, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'))
}

/// Whether the text holds no letters besides these.
fn alone(text: &str, start: usize, end: usize) -> bool {
    !text[..start].contains(char::is_alphabetic) && !text[end..].contains(char::is_alphabetic)
}

/// Of the currencies that share a mark: the one of the settings, that of the country, or the first when it is the usual one.
fn choose(kind: &Kind, hints: &Hints) -> Option<Currency> {
    if let ([only], Some(_)) = (kind.currencies.as_slice(), kind.usual) {
        return Some(*only);
    }
    let set = hints.currency.filter(|currency| kind.currencies.contains(currency));
    let country = hints.country.and_then(|id| id.as_ref().parse().ok());
    let local = country.map(Currency::from_country).and_then(|used| kind.currencies.iter().find(|kind| used.contains(kind)).copied());
    set.or(local).or(kind.usual)
}
