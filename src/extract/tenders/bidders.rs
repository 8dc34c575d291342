//! Who offered: what a notice tells of the winners and losers of its awards, each an organisation with a record of its own; and why nobody won.
//! Knows no format.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::dues::named;
use super::{LINE, Told, lots, name_of};
use crate::base::text::{squeeze, words as folded};
use crate::model::{Amendment, Award, LOST_BY, Notice, NoticeKind, Outcome, Party, SAID_APART, Stage, WON_BY};

/// What stands between the id of an award and its bidder in a key.
const BIDDER: &str = " | ";

/// What a notice says of its changes: first that which came with the end of its procedure, then what was said otherwise; many repeat it for good.
/// The words of an end are none of a procedure that is open again. `of`: all notices so far, the oldest first.
pub(super) fn ending<'n>(notice: &'n Notice, of: &'n [Notice]) -> (Vec<&'n Amendment>, Vec<&'n Amendment>) {
    let of_change = |one: &'n Amendment| [one.text.best(&[]).unwrap_or_default(), &one.reason, &one.place, &one.old, &one.new];
    let mut came: HashMap<[&str; 5], Stage> = HashMap::new();
    // A cancellation of single lots is a change of the whole.
    let stage = |one: &Notice| if one.id == notice.id && notice.kind == NoticeKind::Change { notice.stage } else { one.stage };
    for (amendment, stage) in of.iter().flat_map(|one| one.amendments.iter().map(move |amendment| (amendment, stage(one)))) {
        came.entry(of_change(amendment)).or_insert(stage);
    }
    let with_end = |amendment: &&'n Amendment| came.get(&of_change(amendment)).unwrap_or(&notice.stage) == &Stage::Cancelled;
    let (ends, changes) = notice.amendments.iter().partition(with_end);
    (if notice.stage == Stage::Cancelled { ends } else { Vec::new() }, changes)
}

/// Why a tender ended without a winner, in the words that its newest notice has on that, else in those of its results: of lots that ended for several
/// reasons each, "L1: no-rece · L2: chan-need".
pub(super) fn why_ended(notice: &Notice, ends: &[&Amendment]) -> Option<String> {
    let said = |amendment: &Amendment| amendment.text.best(&[]).map_or_else(|| amendment.reason.clone(), str::to_owned);
    if let Some(words) = ends.iter().rev().map(|amendment| said(amendment)).find(|words| !words.trim().is_empty()) {
        return Some(words);
    }
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for award in notice.content.awards.iter().filter(|award| !won(award) && !award.reason.trim().is_empty()) {
        let reason = squeeze(&award.reason);
        let place = reasons.iter().position(|(known, _)| *known == reason).unwrap_or(reasons.len());
        if place == reasons.len() {
            reasons.push((reason, Vec::new()));
        }
        reasons[place].1.extend(award.lots.iter().map(String::as_str));
    }
    if let [_, _, ..] = reasons.as_slice() {
        let of_lots =
            |(reason, lots): &(String, Vec<&str>)| if lots.is_empty() { reason.clone() } else { format!("{}: {reason}", named(lots)) };
        return Some(reasons.iter().map(of_lots).collect::<Vec<_>>().join(SAID_APART));
    }
    reasons.pop().map(|(reason, _)| reason)
}

/// What a notice says of its changes, in words: what is changed, and why; of reasons that are codes the first, and that alone. A form's own name for
/// the place of a value says nothing.
pub(super) fn what_changed(amendments: &[&Amendment]) -> String {
    const OF_FORM: [&str; 2] = ["PUBLICATION_TED", "MODIFICATION_ORIGINAL"];
    let is_named =
        |amendment: &Amendment| OF_FORM.contains(&amendment.reason.as_str()) && !(amendment.old.is_empty() && amendment.new.is_empty());
    let mut words: Vec<String> = Vec::new();
    for amendment in amendments.iter().filter(|amendment| !is_named(amendment)) {
        let prose = Some(amendment.reason.as_str()).filter(|reason| is_prose(reason));
        let said = amendment.text.best(&[]).into_iter().chain(prose).map(squeeze).filter(|said| !said.is_empty());
        for said in said {
            if !words.contains(&said) {
                words.push(said);
            }
        }
    }
    let code = |amendment: &Amendment| Some(amendment.reason.clone()).filter(|reason| reason.contains('-'));
    // Some notices repeat all that was ever changed: the newest stands last.
    let (mut left, mut kept) = (LINE, words.len());
    while let Some(one) = kept.checked_sub(1).and_then(|place| words.get(place)) {
        let Some(rest) = left.checked_sub(one.chars().count() + SAID_APART.len()) else { break };
        (left, kept) = (rest, kept - 1);
    }
    let said = words.split_off(kept.min(words.len().saturating_sub(1)));
    if said.is_empty() { amendments.iter().find_map(|amendment| code(amendment)).unwrap_or_default() } else { said.join(SAID_APART) }
}

/// Whether a reason is said in words: several, or one that is no code of a list, which have hyphens, capitals inside, or are these.
fn is_prose(reason: &str) -> bool {
    const CODES: [&str; 4] = ["cancel", "cancelled", "other", "unsuccessful"];
    let mut letters = reason.chars().skip(1);
    let one = reason.chars().all(char::is_alphabetic) && !reason.is_empty() && !letters.any(char::is_uppercase);
    reason.contains(char::is_whitespace) || one && !CODES.contains(&reason)
}

/// Whether somebody won for good: who is first in line while papers are checked may still be turned away.
pub(super) const fn won(award: &Award) -> bool {
    match award.outcome {
        Outcome::Won | Outcome::Signed | Outcome::Ended => true,
        Outcome::Provisional | Outcome::Unsuccessful | Outcome::Withdrawn | Outcome::Pending => false,
    }
}

/// Which winners and losers stood after each notice of a procedure.
#[derive(Default)]
pub(super) struct Standing {
    /// How often its bidder was among them when it last stood, of every one that ever did.
    ever: BTreeMap<String, usize>,
    now: BTreeSet<String>,
}

impl Standing {
    /// What all notices so far say in sum.
    pub(super) fn note(&mut self, notice: &Notice) {
        if notice.content.awards.is_empty() && self.now.is_empty() {
            return;
        }
        self.now = Told::bidders(notice).map(|told| told.key).collect();
        for key in &self.now {
            self.ever.insert(key.clone(), self.times(key));
        }
    }

    /// In how many awards the bidder of this key stands now. Where a document counts its awards, another order gives the same bidder other
    /// keys, and takes nothing from anybody.
    fn times(&self, key: &str) -> usize {
        let same = |key: &str| (key.starts_with(WON_BY), key.rsplit(BIDDER).next().unwrap_or_default().to_owned());
        self.now.iter().filter(|other| same(other) == same(key)).count()
    }

    /// Those that stand no longer.
    pub(super) fn ended(&self) -> impl Iterator<Item = &String> {
        self.ever.iter().filter(|(key, times)| !self.now.contains(*key) && self.times(key) < **times).map(|(key, _)| key)
    }
}

impl Told {
    /// One for each winner of each award, then one for each loser.
    pub(super) fn bidders(notice: &Notice) -> impl Iterator<Item = Self> {
        Self::winners(notice).into_iter().chain(Self::losers(notice))
    }

    /// One for each winner of each award.
    fn winners(notice: &Notice) -> Vec<Self> {
        let mut all = Vec::new();
        for award in notice.content.awards.iter().filter(|award| won(award)) {
            for winner in &award.winners {
                all.extend(Self::winner(notice, award, winner));
            }
        }
        all
    }

    fn winner(notice: &Notice, award: &Award, winner: &Party) -> Option<Self> {
        let name = winner.name.best(&[])?;
        let mut told = Self::new(notice);
        // An id of a party is often one of the document alone, or a placeholder: award and name are what tells winners apart.
        told.key = format!("{WON_BY}{}{BIDDER}{}", award.id, folded(name));
        told.of_bidder = true;
        told.put("winner", name);
        told.put("buyer", notice.content.buyers.first().and_then(|buyer| buyer.name.best(&[])).unwrap_or_default());
        told.party(winner);
        told.lots_of(notice, award);
        told.worth(&award.worth, &[]);
        told.term(notice.content.term_of(award).as_ref());
        told.put("award", if award.outcome == Outcome::Ended { award.outcome.word() } else { "" });
        told.other_ids(&notice.content);
        Some(told)
    }

    /// One for each loser of each award that somebody else won.
    fn losers(notice: &Notice) -> Vec<Self> {
        let awards = &notice.content.awards;
        let mut all = Vec::new();
        for award in awards.iter().filter(|award| !award.losers.is_empty()) {
            // Where each offer has a decision of its own, the winner's is another one for the same lots.
            let of_it = |other: &&Award| won(other) && other.lots == award.lots;
            let others = awards.iter().filter(of_it).filter(|other| !won(award) || other.id == award.id && *other != award);
            let winners: Vec<&str> = std::iter::once(award)
                .filter(|award| won(award))
                .chain(others)
                .flat_map(|award| &award.winners)
                .filter_map(name_of)
                .collect();
            let lost = |loser: &&Party| name_of(loser).is_some_and(|name| !winners.iter().any(|winner| folded(winner) == folded(name)));
            if !winners.is_empty() {
                all.extend(award.losers.iter().filter(lost).filter_map(|loser| Self::loser(notice, award, (loser, &winners))));
            }
        }
        all
    }

    fn loser(notice: &Notice, award: &Award, (loser, winners): (&Party, &[&str])) -> Option<Self> {
        let name = name_of(loser)?;
        let mut told = Self::new(notice);
        told.key = format!("{LOST_BY}{}{BIDDER}{}", award.id, folded(name));
        told.of_bidder = true;
        told.put("loser", name);
        for winner in winners {
            told.once("won_by", *winner);
        }
        told.put("buyer", notice.content.buyers.first().and_then(name_of).unwrap_or_default());
        told.lots_of(notice, award);
        told.party(loser);
        Some(told)
    }

    /// The lots that an award is for, where there are several.
    fn lots_of(&mut self, notice: &Notice, award: &Award) {
        let lots = notice.content.lots.iter().filter(|lot| notice.content.lots.len() > 1 && award.lots.contains(&lot.id));
        for lot in lots {
            self.once("lots", lots::line(lot));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Texts;
    use crate::tender::{Clock, Format, Input};

    const NONE: [&str; 2] = ["", ""];

    #[test]
    fn what_a_notice_says_of_its_changes() {
        let of = |reason: &str, text: &str, [old, new]: [&str; 2]| Amendment {
            reason: reason.to_owned(),
            text: Texts::one("en", text),
            old: old.to_owned(),
            new: new.to_owned(),
            ..Amendment::default()
        };
        for (amendments, want) in [
            (vec![], ""),
            // eForms: what is changed, then why; the same words of several lots once.
            (
                vec![
                    of("info-release", "New plans.", NONE),
                    of("info-release", "New plans.", NONE),
                    of("info-release", "", ["", "2026-12-01"]),
                    of("info-release", "The architect made a mistake.", NONE),
                ],
                "New plans. · The architect made a mistake.",
            ),
            (vec![of("cor-buy", "", NONE)], "cor-buy"),
            (vec![of("other", "", NONE)], ""),
            // One word may be the whole reason; names of lists of codes are none.
            (vec![of("inflation", "", NONE)], "inflation"),
            (vec![of("Retraso", "Second amendment", NONE)], "Second amendment · Retraso"),
            (vec![of("cancel", "", NONE)], ""),
            (vec![of("volumeCuts", "", NONE)], ""),
            // F14: the caption of a place in the form is nobody's words.
            (
                vec![
                    of("PUBLICATION_TED", "Time limit for receipt of tenders", ["1", "2"]),
                    of("PUBLICATION_TED", "See the  plans.", NONE),
                ],
                "See the plans.",
            ),
            // OCDS: the rationale is prose.
            (
                vec![of("Bidders asked for more time", "Deadline extended", ["2026-12-01", ""])],
                "Deadline extended · Bidders asked for more time",
            ),
        ] {
            assert_eq!(what_changed(&amendments.iter().collect::<Vec<_>>()), want, "{amendments:?}");
        }
    }

    #[test]
    fn why_nobody_won_is_told_lot_by_lot_where_there_are_several_reasons() {
        type Case<'a> = (&'a [(&'a [&'a str], Outcome, &'a str)], Option<&'a str>);
        let cases: [Case<'_>; 5] = [
            (&[(&[], Outcome::Unsuccessful, "no-rece")], Some("no-rece")),
            (&[(&["1"], Outcome::Unsuccessful, "Desierto"), (&["2"], Outcome::Unsuccessful, "Desierto")], Some("Desierto")),
            (
                &[
                    (&["1"], Outcome::Unsuccessful, "Desierto"),
                    (&["2"], Outcome::Withdrawn, "Renuncia"),
                    (&["3"], Outcome::Unsuccessful, "Desierto"),
                ],
                Some("1, 3: Desierto · 2: Renuncia"),
            ),
            (&[(&["1"], Outcome::Won, ""), (&["2"], Outcome::Withdrawn, "Renuncia")], Some("Renuncia")),
            (&[(&["1"], Outcome::Unsuccessful, "")], None),
        ];
        for (awards, want) in cases {
            let text = r#"{"releases": [{"ocid": "a", "id": "1"}]}"#;
            let input = Input { text, url: None, clock: Clock::assumed(), expired: &|| false };
            let mut notice = crate::tender::read(Format::Ocds, &input).unwrap().notices.remove(0);
            let award = |(lots, outcome, reason): &(&[&str], Outcome, &str)| Award {
                id: String::new(),
                lots: lots.iter().map(|lot| (*lot).to_owned()).collect(),
                outcome: *outcome,
                reason: (*reason).to_owned(),
                winners: Vec::new(),
                losers: Vec::new(),
                worth: Vec::new(),
                date: None,
                bids: None,
                term: None,
            };
            notice.content.awards = awards.iter().map(award).collect();
            assert_eq!(why_ended(&notice, &[]).as_deref(), want);
        }
    }
}
