//! Lots of a tender on their way into its record: what they are called, who won which, and why some ended without a winner. Knows no format.

use std::borrow::Cow;
use std::collections::HashMap;

use super::LINE;
use super::bidders::won;
use super::dues::named;
use super::worths;
use crate::base::text::{clip, squeeze};
use crate::model::{Award, Content, Lot, Outcome, SAID_APART, Stage, Texts};

/// Characters from which an id of nothing but hexadecimal digits is a machine's.
const MACHINE: usize = 24;
/// Characters of a title that stands for such an id.
const TITLE: usize = 40;

/// The content with its lots called as a person can tell them apart: by the first words of their titles, else by their numbers, where their ids are a
/// machine's.
pub(super) fn readable(content: &Content) -> Cow<'_, Content> {
    let machine = |lot: &Lot| lot.id.len() >= MACHINE && lot.id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if !content.lots.iter().any(machine) {
        return Cow::Borrowed(content);
    }
    let titles: Vec<(String, String)> = content.lots.iter().map(|lot| first_words(lot.title.best(&[]).unwrap_or_default())).collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for (name, _) in &titles {
        *times.entry(name).or_default() += 1;
    }
    let mut readable = content.clone();
    let mut names: HashMap<&str, String> = HashMap::new();
    for (place, (lot, (name, rest))) in content.lots.iter().zip(&titles).enumerate().filter(|(_, (lot, _))| machine(lot)) {
        let own = &mut readable.lots[place];
        if name.is_empty() || times[name.as_str()] > 1 {
            own.id = (place + 1).to_string();
        } else {
            (own.id, own.title) = (name.clone(), Texts::one("und", rest));
        }
        names.insert(&lot.id, own.id.clone());
    }
    for id in readable.awards.iter_mut().flat_map(|award| &mut award.lots) {
        if let Some(name) = names.get(id.as_str()) {
            id.clone_from(name);
        }
    }
    Cow::Owned(readable)
}

/// The first words of a title, and the others; without what parts the names of several lots in one text.
fn first_words(title: &str) -> (String, String) {
    let words = squeeze(&title.replace([',', ';', ':'], " "));
    let end = words.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at).chain([words.len()]);
    let fits = |at: &usize| words[..*at].chars().count() <= TITLE;
    let at = end.filter(fits).max().unwrap_or_else(|| words.char_indices().nth(TITLE).map_or(words.len(), |(at, _)| at));
    (words[..at].to_owned(), words[at..].trim().to_owned())
}

/// Who won what and for how much, of which those who won say it each: of several lots these with their winners, `awarded` being those that are won for
/// good; of the whole, or of one lot alone, each of several awards. What is said twice is numbered: one company may win the same again.
pub(super) fn won_by(content: &Content, awarded: &[&str]) -> Vec<String> {
    let all: Vec<&Award> = content.awards.iter().filter(|award| won(award)).collect();
    let place: HashMap<&str, usize> = content.lots.iter().enumerate().map(|(place, lot)| (lot.id.as_str(), place)).collect();
    // Who buys by turns goes on whoever won something.
    let counts = |lot: &&str| place.contains_key(lot) && (content.buys_by_turns() || awarded.contains(lot));
    let mut told: Vec<(Vec<usize>, &Award)> = Vec::new();
    for award in &all {
        let lots = award.lots.iter().map(String::as_str).filter(|_| content.lots.len() > 1);
        let mut places: Vec<usize> = lots.filter(counts).map(|lot| place[lot]).collect();
        places.sort_unstable();
        let of_whole = all.len() > 1 && (content.lots.len() < 2 || award.lots.is_empty());
        told.extend((!places.is_empty() || of_whole).then_some((places, *award)));
    }
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut times: HashMap<String, usize> = HashMap::new();
    let one = |(places, award): (Vec<usize>, &Award)| {
        let lots: Vec<&str> = places.into_iter().map(|place| content.lots[place].id.as_str()).collect();
        let nth = times.entry(worths::won_by(&named(&lots), award, 1)).or_default();
        *nth += 1;
        clip(&worths::won_by(&named(&lots), award, *nth), LINE)
    };
    told.into_iter().map(one).collect()
}

/// What the buyer says, and after it why lots ended without a winner while the tender as a whole did not: "L2: no-rece". Of the whole its reason is told.
pub(super) fn with_reasons(mut says: String, stage: Stage, content: &Content) -> String {
    let nobody = |award: &&Award| {
        matches!(award.outcome, Outcome::Unsuccessful | Outcome::Withdrawn) && award.winners.is_empty() && !award.lots.is_empty()
    };
    let ended: Vec<&str> = content.cancelled_lots().map(|lot| lot.id.as_str()).collect();
    for award in content.awards.iter().filter(nobody).filter(|award| stage != Stage::Cancelled && !award.reason.trim().is_empty()) {
        let lots: Vec<&str> = award.lots.iter().map(String::as_str).filter(|lot| ended.contains(lot)).collect();
        let reason = format!("{}: {}", named(&lots), squeeze(&award.reason));
        let gap = if says.is_empty() { "" } else { SAID_APART };
        if !lots.is_empty() && says.chars().count() + gap.len() + reason.chars().count() <= LINE {
            says = says + gap + &reason;
        }
    }
    says
}

/// A lot in a list: its id and what it is called.
pub(super) fn line(lot: &Lot) -> String {
    clip(format!("{} {}", lot.id, lot.title.best(&[]).unwrap_or_default()).trim_end(), LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn award(outcome: Outcome, lots: &[&str], reason: &str) -> Award {
        Award {
            id: String::new(),
            lots: lots.iter().map(|lot| (*lot).to_owned()).collect(),
            outcome,
            reason: reason.to_owned(),
            winners: Vec::new(),
            losers: Vec::new(),
            worth: Vec::new(),
            date: None,
            bids: None,
            term: None,
        }
    }

    #[test]
    fn lots_whose_ids_are_a_machines_are_called_by_their_titles() {
        type Case<'a> = (Vec<Lot>, &'a [&'a str], &'a [&'a str]);
        let hash = |nth: usize| format!("{nth:032x}");
        let lot = |id: &str, title: &str| Lot { id: id.to_owned(), title: Texts::one("en", title), ..Lot::default() };
        let long = "Crutches, canes and walkers for three hospitals of the north";
        let cases: [Case<'_>; 4] = [
            (vec![lot("LOT-0001", "Beds"), lot("2", "Canes")], &["LOT-0001 Beds", "2 Canes"], &["LOT-0001", "2"]),
            (vec![lot(&hash(1), "Beds"), lot(&hash(2), "Canes; sticks")], &["Beds", "Canes sticks"], &["Beds", "Canes sticks"]),
            (vec![lot(&hash(1), "Beds"), lot(&hash(2), "Beds"), lot(&hash(3), "")], &["1 Beds", "2 Beds", "3"], &["1", "2", "3"]),
            (
                vec![lot("0de1c0de-0000-4000-8000-00000000000a", long)],
                &["Crutches canes and walkers for three hospitals of the north"],
                &["Crutches canes and walkers for three"],
            ),
        ];
        for (lots, lines, of_awards) in cases {
            let awards = lots.iter().map(|lot| award(Outcome::Won, &[&lot.id], "")).collect();
            let content = Content { lots, awards, ..Content::default() };
            let readable = readable(&content);
            assert_eq!(readable.lots.iter().map(line).collect::<Vec<_>>(), lines);
            assert_eq!(readable.awards.iter().flat_map(|award| award.lots.clone()).collect::<Vec<_>>(), of_awards);
        }
    }

    #[test]
    fn why_a_lot_ended_stands_after_what_the_buyer_says() {
        let lot = |id: &str, stage| Lot { id: id.to_owned(), stage: Some(stage), ..Lot::default() };
        let lots = vec![lot("L1", Stage::Awarded), lot("L2", Stage::Cancelled), lot("L3", Stage::Cancelled)];
        for (says, stage, awards, want) in [
            ("", Stage::Open, vec![award(Outcome::Unsuccessful, &["L2"], "no-rece")], "L2: no-rece"),
            (
                "New plans.",
                Stage::Awarded,
                vec![award(Outcome::Withdrawn, &["L2", "L3"], "Nobody came.")],
                "New plans. · L2, L3: Nobody came.",
            ),
            ("", Stage::Open, vec![award(Outcome::Unsuccessful, &["L1"], "no-rece")], ""),
            ("", Stage::Open, vec![award(Outcome::Unsuccessful, &["L2"], "")], ""),
            ("", Stage::Open, vec![award(Outcome::Won, &["L2"], "no-rece")], ""),
            ("", Stage::Cancelled, vec![award(Outcome::Unsuccessful, &["L2"], "no-rece")], ""),
        ] {
            let content = Content { lots: lots.clone(), awards, ..Content::default() };
            assert_eq!(with_reasons(says.to_owned(), stage, &content), want, "{says} {stage:?}");
        }
    }
}
