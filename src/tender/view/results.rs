//! The awards of a procedure as its notices have them: which award of a notice is one that is known, what of it is otherwise, and which stand no longer.
//! Knows no format and no store.

use super::{Tender, prolong, renew};
use crate::base::text::words;
use crate::model::{Amount, Award, Content, Notice, NoticeKind, Outcome, Party, Term, WorthKind};

impl Tender {
    /// Results: those of a notice that is corrected make room, and those of a lot that was called for again to those of that call. Others come to those
    /// that are there, but for those that are known.
    pub(super) fn awards(&mut self, notice: &Notice, place: usize) {
        let new: Vec<&Award> = notice.content.awards.iter().filter(|award| !self.aside.contains(award)).collect();
        let all = notice.whole && !(notice.results_apart && new.is_empty());
        // Who changes a contract takes back nothing of the notice that it was awarded by.
        let corrects = notice.results_apart && !of_contracts(notice) && !new.is_empty();
        let is_before = |names: &[String; 3]| !notice.previous.is_empty() && names.contains(&notice.previous);
        // It says of itself which version it is.
        let is_version = |names: &[String; 3]| !notice.id.is_empty() && names[0] == notice.id;
        let follows = |from: usize| corrects && (is_before(&self.names[from]) || is_version(&self.names[from]));
        let known = std::mem::take(&mut self.notice.content.awards);
        let known: Vec<(usize, Award)> = self.awards_from.iter().copied().zip(known).collect();
        let past: Vec<Award> = known.iter().filter(|(from, award)| self.is_past(*from, award)).map(|(_, award)| award.clone()).collect();
        let (gone, mut awards): (Vec<_>, Vec<_>) = known.iter().cloned().partition(|(from, _)| all || follows(*from));
        for award in &new {
            if notice.results_apart {
                self.comes_apart(&mut awards, &gone, (award, notice, place));
            } else {
                match awards.iter_mut().find(|(_, known)| known.id == award.id && may_be_same_lots(known, award)) {
                    Some(known) => *known = (place, renewed(&known.1, award)),
                    None => awards.push((place, (*award).clone())),
                }
            }
        }
        if !gone.is_empty() || !new.is_empty() {
            self.said.insert("awards", place);
            self.notice.found.extend(notice.found.get("awards").map(|path| ("awards", path.clone())));
        }
        let fresh: Vec<&Award> = new.into_iter().filter(|award| award.outcome != Outcome::Pending && !past.contains(award)).collect();
        let over = |award: &Award| past.contains(award) && fresh.iter().any(|new| shares_lots(award, new));
        let (over, mut awards): (Vec<_>, Vec<_>) = awards.into_iter().partition(|(_, award)| over(award));
        self.aside.extend(over.into_iter().map(|(_, award)| award));
        for (_, award) in awards.iter_mut().filter(|(from, award)| *from == place && award.outcome == Outcome::Ended) {
            end(award, known.iter().map(|(_, known)| known).find(|known| is_same(known, award)), notice, &self.notice.content);
        }
        (self.awards_from, self.notice.content.awards) = awards.into_iter().unzip();
        self.sums_of_others(notice, place);
    }

    /// A result of a notice whose ids count from one anew: it is one that is known by its lots and by who won it.
    fn comes_apart(&self, awards: &mut Vec<(usize, Award)>, gone: &[(usize, Award)], (award, notice, place): (&Award, &Notice, usize)) {
        let earlier = |(from, known): &(usize, Award)| *from != place && same_lots(known, award);
        if !award.outcome.has_winner() {
            let mut met = false;
            for known in awards.iter_mut().filter(|known| earlier(known)) {
                *known = (place, renewed(&known.1, award));
                met = true;
            }
            if !met {
                awards.push((place, award.clone()));
            }
            return;
        }
        let another = |known: &Award| self.is_another_contract(known, award) && !of_contracts(notice);
        // Of several contracts of one company that of the notice which is changed.
        let theirs = |known: &(usize, Award)| earlier(known) && share_a_winner(&known.1, award) && !another(&known.1);
        let changed = |known: &(usize, Award)| !notice.previous.is_empty() && self.names[known.0].contains(&notice.previous);
        let by_winner = awards.iter().position(|known| theirs(known) && changed(known)).or_else(|| awards.iter().position(theirs));
        let nobodys = || awards.iter().position(|known| earlier(known) && !known.1.outcome.has_winner());
        if let Some(found) = by_winner {
            awards[found] = (place, renewed(&awards[found].1, award));
        } else if let (false, Some(found)) = (of_contracts(notice), nobodys()) {
            awards[found] = (place, Award { id: awards[found].1.id.clone(), ..award.clone() });
        } else {
            let mut of_lot = awards.iter().enumerate().filter(|(_, known)| earlier(known) && known.1.outcome.has_winner());
            let only = of_lot.next().filter(|_| of_lot.next().is_none()).map(|(at, _)| at).filter(|_| of_contracts(notice));
            if let Some(found) = only {
                // Another takes the contract over.
                awards[found] = (place, renewed(&awards[found].1, award));
                return;
            }
            let before = gone.iter().find(|(_, known)| same_lots(known, award) && share_a_winner(known, award));
            let id = before.map_or_else(|| id_of(awards, (award, notice, place)), |(_, known)| known.id.clone());
            awards.push((place, Award { id, ..award.clone() }));
        }
    }

    /// Whether the same company has won the same lot once more: on another day, by another number or for another amount, or in a system that buys by
    /// turns.
    fn is_another_contract(&self, known: &Award, award: &Award) -> bool {
        let other_day = known.date.zip(award.date).is_some_and(|(one, other)| one != other);
        let paid = |award: &Award| -> Vec<Amount> {
            award.worth.iter().filter(|worth| worth.kind == WorthKind::Award).map(|worth| worth.amount.clone()).collect()
        };
        let (was, is) = (paid(known), paid(award));
        let other_amount = !was.is_empty() && !is.is_empty() && was != is;
        other_day && (known.id != award.id || other_amount || self.notice.content.buys_by_turns())
    }

    /// What a notice of results comes to in sum is said of its own: beside results of others, or since one of them changed, it is no sum of what was won.
    fn sums_of_others(&mut self, notice: &Notice, place: usize) {
        let is_sum = |kind: WorthKind| kind == WorthKind::Award;
        if notice.content.worth.iter().any(|worth| is_sum(worth.kind)) {
            self.summed = Some(place);
        }
        let won = self.awards_from.iter().zip(&self.notice.content.awards).filter(|(_, award)| award.outcome.has_winner());
        if notice.results_apart && !notice.content.awards.is_empty() && won.map(|(from, _)| Some(*from)).any(|from| from != self.summed) {
            self.notice.content.worth.retain(|worth| !is_sum(worth.kind));
        }
    }
}

/// Whether a notice is of contracts that run, and not of who won them.
const fn of_contracts(notice: &Notice) -> bool {
    matches!(notice.kind, NoticeKind::Modification | NoticeKind::Completion)
}

/// The id of an award that was not known. Where a company won something else by the same number in another notice, the notice tells them apart.
fn id_of(awards: &[(usize, Award)], (award, notice, place): (&Award, &Notice, usize)) -> String {
    let bidders = |award: &Award| -> Vec<String> { award.winners.iter().chain(&award.losers).map(folded).collect() };
    let own = bidders(award);
    let meets = |known: &Award| known.id == award.id && bidders(known).iter().any(|name| own.contains(name));
    let name = if notice.publication.is_empty() { &notice.id } else { &notice.publication };
    if awards.iter().any(|(from, known)| *from != place && meets(known)) { format!("{} {name}", award.id) } else { award.id.clone() }
}

fn folded(party: &Party) -> String {
    words(party.name.best(&[]).unwrap_or_default())
}

/// Whether two awards name one company as the winner.
fn share_a_winner(one: &Award, other: &Award) -> bool {
    // Some write words in the place of a number.
    let number = |id: &str| id.bytes().any(|b| b.is_ascii_digit());
    let same = |one: &Party, other: &Party| {
        folded(one) == folded(other) || one.ids.iter().any(|id| number(&id.id) && other.ids.iter().any(|known| known.id == id.id))
    };
    one.winners.iter().any(|winner| other.winners.iter().any(|known| same(winner, known)))
}

/// Whether two awards may be of one lot, as one of them leaves out which.
fn shares_lots(one: &Award, other: &Award) -> bool {
    one.lots.is_empty() || other.lots.is_empty() || one.lots.iter().any(|lot| other.lots.contains(lot))
}

/// The same, where they must be of no other lot either.
fn may_be_same_lots(one: &Award, other: &Award) -> bool {
    one.lots == other.lots || one.lots.is_empty() || other.lots.is_empty()
}

/// Whether two results are of the same lots; of those that name none, by their number.
fn same_lots(one: &Award, other: &Award) -> bool {
    if one.lots.is_empty() && other.lots.is_empty() {
        one.id == other.id || share_a_winner(one, other)
    } else {
        may_be_same_lots(one, other)
    }
}

fn is_same(known: &Award, award: &Award) -> bool {
    known.id == award.id && may_be_same_lots(known, award) && (known.winners.is_empty() || share_a_winner(known, award))
}

/// An award with what is said of it now; what is left out stays.
fn renewed(old: &Award, new: &Award) -> Award {
    let mut award = Award { outcome: new.outcome, reason: new.reason.clone(), ..old.clone() };
    renew(&mut award.lots, &new.lots, false);
    renew(&mut award.winners, &new.winners, false);
    renew(&mut award.losers, &new.losers, false);
    renew(&mut award.worth, &new.worth, false);
    renew(&mut award.date, &new.date, false);
    renew(&mut award.bids, &new.bids, false);
    prolong(&mut award.term, new.term.as_ref());
    award
}

/// Until when a contract ran that is over: until the day that its notice gives, unless that is the one on which it was to end and is still to come; then
/// until that notice at the latest.
fn end(award: &mut Award, before: Option<&Award>, notice: &Notice, content: &Content) {
    let Some(day) = notice.published.map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date()) else { return };
    let planned = before.and_then(|before| in_force(before, content)).or_else(|| in_force(&Award { term: None, ..award.clone() }, content));
    let was_over = before.is_some_and(|before| before.outcome == Outcome::Ended);
    let end = match award.term.as_ref().and_then(|term| term.end) {
        given if was_over => given.into_iter().chain(planned).min(),
        Some(given) if given <= day || planned.is_some_and(|planned| planned != given) => Some(given),
        given => given.or(planned).map(|end| end.min(day)),
    };
    if end.is_some() {
        award.term = Some(Term { end, ..award.term.take().unwrap_or_default() });
    }
}

/// The day on which the contract of an award ends, as far as that is said of it, of its lot, or of the whole.
fn in_force(award: &Award, content: &Content) -> Option<jiff::civil::Date> {
    content.term_of(award).and_then(|term| term.end)
}
