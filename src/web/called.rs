//! What people call something instead of its id: all of its title, or words of it; and what is said where several are called so. Knows no command.

use std::str::FromStr;

use anyhow::anyhow;
use url::Url;

use super::answer::{AnswerError, unknown};
use crate::base::ids::LeadId;
use crate::base::text::{clip, holds, words};
use crate::model::Lead;
use crate::pipeline::Effects;
use crate::store::LeadFilter;

/// How well something is meant by what somebody calls it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meant {
    /// These words are in its title.
    Within,
    /// It is its title.
    Title,
    /// It is one of its numbers or its address.
    Number,
}

impl Meant {
    /// By its title; `asked`: what it was called, as plain words.
    pub(super) fn by_title(title: &str, asked: &str) -> Option<Self> {
        let title = words(title);
        if title == asked { Some(Self::Title) } else { holds(&title, asked).then_some(Self::Within) }
    }
}

/// What may be meant, the best kind alone.
pub(super) struct Best<T> {
    kind: Meant,
    pub(super) found: Vec<T>,
}

impl<T> Best<T> {
    pub(super) const fn none() -> Self {
        Self { kind: Meant::Within, found: Vec::new() }
    }

    /// Takes in what is meant so well, at most `most` of a kind.
    pub(super) fn take(&mut self, meant: Option<Meant>, one: T, most: usize) {
        let Some(meant) = meant else { return };
        if meant > self.kind {
            (self.kind, self.found) = (meant, Vec::new());
        }
        if meant == self.kind && self.found.len() < most {
            self.found.push(one);
        }
    }
}

/// Parts of an address that may be a number.
const PARTS: usize = 10;

/// What a notice may be called by who writes this: that itself, a part of an address, a number without its zeros, an id without its hyphens.
pub(super) fn spellings(named: &str) -> Vec<String> {
    let parts = Url::parse(named).ok().into_iter().flat_map(|url| {
        let segments = url.path_segments().into_iter().flatten().map(str::to_owned);
        segments.chain(url.query_pairs().map(|(_, value)| value.into_owned())).collect::<Vec<_>>()
    });
    let mut all: Vec<String> = std::iter::once(named.to_owned()).chain(parts.filter(|part| part.len() > 3).take(PARTS)).collect();
    let others: Vec<String> = all.iter().flat_map(|one| in_full(one).into_iter().chain(hyphenated(one))).collect();
    all.extend(others);
    all
}

/// A UUID with its hyphens, which many leave out.
fn hyphenated(text: &str) -> Option<String> {
    let bare = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = || [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].map(str::to_lowercase).join("-");
    bare.then(parts)
}

/// The number of a notice of TED with the zeros that it is written without: "700034-2026" is "00700034-2026".
fn in_full(named: &str) -> Option<String> {
    let (number, year) = named.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let short = (1..8).contains(&number.len()) && year.len() == 4 && digits(number) && digits(year);
    short.then(|| format!("{number:0>8}-{year}"))
}

/// Candidates that are named where several are called the same.
const CANDIDATES: usize = 10;

/// That several are called so, with a line of each that begins with its id.
pub(super) fn several<T>(what: &str, named: &str, found: &[T], line: impl Fn(&T) -> String) -> AnswerError {
    let more = found.len().saturating_sub(CANDIDATES);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let lines: Vec<String> = found.iter().take(CANDIDATES).map(|one| format!("  {}", line(one))).collect();
    anyhow!("several {what} are called {named}; name one of them by its id:\n{}{more}", lines.join("\n"))
}

/// Leads looked through for what one is called.
const LEADS: usize = 10_000;
/// Leads of one name that are kept.
const ALIKE: usize = 500;
/// Characters of a title.
const TITLE: usize = 80;

/// A lead by its id, by what its organisation is called, or by words of that which no other has.
pub(super) async fn lead(effects: &Effects, named: &str) -> Result<Lead, AnswerError> {
    let named = named.trim();
    if let Ok(id) = LeadId::from_str(named)
        && let Some(lead) = effects.store.lead(id).await?
    {
        return Ok(lead);
    }
    let known = effects.store.leads(LeadFilter::default(), LEADS).await?;
    let (asked, mut best) = (words(named), Best::none());
    for lead in known.iter().filter(|_| !asked.is_empty()) {
        best.take(Meant::by_title(&lead.title, &asked), lead, ALIKE);
    }
    match best.found[..] {
        [one] => Ok(one.clone()),
        [] => {
            let names = known.iter().map(|lead| lead.id.to_string()).chain(known.iter().map(|lead| lead.title.clone()));
            let names: Vec<String> = if LeadId::from_str(named).is_ok() { names.take(known.len()).collect() } else { names.collect() };
            Err(unknown("lead", named, names.iter().map(String::as_str)))
        }
        _ => Err(several("leads", named, &best.found, |lead| {
            format!("{}  {} ({}, {})", lead.id, clip(&lead.title, TITLE), lead.segment, lead.state.word())
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_without_its_zeros_in_an_address_and_without_hyphens() {
        let uuid = "0de1c0de-1234-4000-8000-00000000000a";
        for (named, want) in [
            ("700034-2026", &["00700034-2026"][..]),
            ("1-2026", &["00000001-2026"]),
            ("00700034-2026", &[]),
            ("700034-26", &[]),
            ("-2026", &[]),
            ("a-2026", &[]),
            ("700034", &[]),
            ("https://ted.europa.eu/en/notice/-/detail/700034-2026", &["notice", "detail", "700034-2026", "00700034-2026"]),
            ("https://a.example/show?id=ocds-b5fd17-1&x=y", &["show", "ocds-b5fd17-1"]),
            ("0DE1C0DE1234400080000000000000000A", &[]),
            (&uuid.replace('-', "").to_uppercase(), &[uuid]),
        ] {
            assert_eq!(spellings(named)[1..], *want, "{named}");
        }
    }

    #[test]
    fn who_says_all_of_a_title_means_it_alone() {
        let titles = ["Acme, S.L.", "Acme, S.L. Norte", "Talleres Acme", "Acmex"];
        for (named, want) in [
            ("acme s.l.", vec!["Acme, S.L."]),
            ("ACME", vec!["Acme, S.L.", "Acme, S.L. Norte", "Talleres Acme"]),
            ("norte", vec!["Acme, S.L. Norte"]),
            ("acm", vec![]),
        ] {
            let mut best = Best::none();
            for title in titles {
                best.take(Meant::by_title(title, &words(named)), title, 9);
            }
            assert_eq!(best.found, want, "{named}");
        }
        let told = several("leads", "x", &[1; 12], |n| format!("lead-{n}")).to_string();
        assert!(
            told.starts_with("several leads are called x; name one of them by its id:\n  lead-1\n") && told.ends_with("\n  and 2 more")
        );
    }
}
