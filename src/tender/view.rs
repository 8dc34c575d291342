//! The tender as the versioned view over its notices: what all of them say in sum, and which of them said each part. Knows no format and no
//! store.
//!
//! The newest word counts for each part. A notice that says everything takes the place of all that was known; one that says only what is new
//! changes the parts it speaks of: lots, documents, deadlines and values by what they are told apart by, the others as a whole. Results come
//! to those that are there; one that follows another notice takes the place of that one's results.

use std::collections::BTreeMap;

use crate::model::{Amendment, Award, Content, Deadline, Lot, Notice, NoticeKind, Outcome, Party, Raw, Stage, Texts};

/// Notices that are looked at for being idle: each costs a fold of all.
const TRIES: usize = 64;
/// Fields of earlier notices that are still named as unread.
const UNREAD: usize = 200;

/// A procedure as its notices have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender {
    /// What they say in sum, as if it were one notice: its head is the newest one's.
    pub notice: Notice,
    /// Which notice said each part of the content, and the stage: counted from 0.
    pub said: BTreeMap<&'static str, usize>,
    /// What the notices say themselves that they change, each with its notice's place.
    pub amendments: Vec<(usize, Amendment)>,
    /// Which notice each of the awards is from.
    awards_from: Vec<usize>,
    /// How each notice so far is called by those that follow it.
    names: Vec<[String; 3]>,
    /// Where the notices leave it, before it is asked whether all of its lots have ended.
    stated: Stage,
    /// What the words of its status said so far.
    status: Status,
}

/// What the words of a status said, where a portal has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Status {
    /// That it runs, once.
    ran: bool,
    /// That it is over though one had said that it runs, at last.
    over: bool,
    /// That it runs, at last.
    runs: bool,
}

/// What notices of one procedure say in sum, the oldest first; `None` when there is none.
pub fn fold<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Option<Tender> {
    fold_with(notices, |_| ())
}

/// The same, showing what they said in sum after each of them.
pub fn fold_with<'a>(notices: impl IntoIterator<Item = &'a Notice>, mut after: impl FnMut(&Tender)) -> Option<Tender> {
    let mut tender: Option<Tender> = None;
    for notice in notices {
        let tender = tender.get_or_insert_with(|| Tender::before(notice));
        tender.add(notice);
        after(tender);
    }
    tender
}

/// The places of at most so many notices, the oldest first, without which the others say the same in sum. The first is none of them: it is
/// where the story begins.
pub fn idle(notices: &[Notice], most: usize) -> Vec<usize> {
    let without = |left: &[usize]| {
        let kept = notices.iter().enumerate().filter(|(place, _)| !left.contains(place)).map(|(_, notice)| notice);
        fold(kept).map(|tender| (tender.notice.stage, tender.notice.content))
    };
    let (all, mut left) = (without(&[]), Vec::new());
    for place in (1..notices.len()).take(TRIES) {
        if left.len() == most {
            break;
        }
        left.push(place);
        if without(&left) != all {
            left.pop();
        }
    }
    left
}

/// Something that may say nothing.
trait Part: Clone {
    fn is_nothing(&self) -> bool;
}

impl<T: Clone> Part for Vec<T> {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Clone> Part for Option<T> {
    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl Part for Texts {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl Part for String {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

/// Takes the newer part when it says something, or when silence says that there is none. Returns whether something was said.
fn renew<T: Part>(old: &mut T, new: &T, whole: bool) -> bool {
    if whole || !new.is_nothing() {
        old.clone_from(new);
    }
    !new.is_nothing()
}

/// Puts the newer things in the place of those they are the same as, or after them.
fn renew_each<T: Clone>(old: &mut Vec<T>, new: &[T], whole: bool, same: impl Fn(&T, &T) -> bool) -> bool {
    // Of one kind there may be several before and after.
    old.retain(|known| !whole && !new.iter().any(|one| same(known, one)));
    old.extend_from_slice(new);
    !new.is_empty()
}

impl Tender {
    /// Nothing yet.
    fn before(first: &Notice) -> Self {
        let (content, found) = (Content::default(), BTreeMap::new());
        let notice = Notice { content, found, stage: Stage::Unknown, raw: Raw::default(), unread: Vec::new(), ..first.clone() };
        Self {
            notice,
            said: BTreeMap::new(),
            amendments: Vec::new(),
            awards_from: Vec::new(),
            names: Vec::new(),
            stated: Stage::Unknown,
            status: Status::default(),
        }
    }

    fn add(&mut self, notice: &Notice) {
        let (place, before) = (self.names.len(), self.notice.stage);
        let stood: BTreeMap<String, Option<Stage>> = self.notice.content.lots.iter().map(|lot| (lot.id.clone(), lot.stage)).collect();
        self.head(notice, place);
        for (part, said) in self.parts(notice) {
            match (said, notice.found.get(part)) {
                (true, path) => {
                    self.said.insert(part, place);
                    self.notice.found.extend(path.map(|path| (part, path.clone())));
                }
                (false, _) if notice.whole => {
                    self.said.remove(part);
                    self.notice.found.remove(part);
                }
                (false, _) => {}
            }
        }
        self.awards(notice, place);
        self.lots_stand(notice, place, &stood);
        self.stand(notice);
        self.goes_on(notice, before);
        self.by_status(notice);
        self.stated = self.notice.stage;
        self.ends_with_lots();
        self.amendments.extend(notice.amendments.iter().map(|amendment| (place, amendment.clone())));
        let with_version = format!("{}-{}", notice.id, notice.version);
        self.names.push([notice.id.clone(), notice.publication.clone(), with_version]);
    }

    /// The newest notice's own words on itself. A stage that it does not say stays what it was; a change of what nobody knows of, or of what was
    /// only planned and takes offers until a day now, is of a call.
    fn head(&mut self, notice: &Notice, place: usize) {
        let older = std::mem::replace(&mut self.notice, Notice { raw: Raw::default(), ..notice.clone() });
        self.notice.content = older.content;
        self.notice.found = older.found;
        let takes = || notice.content.deadlines.iter().any(|due| due.kind.binds());
        let changes = notice.kind == NoticeKind::Change && notice.content.awards.is_empty();
        self.notice.stage = match (notice.stage, self.stated) {
            (Stage::Unknown, Stage::Unknown) if changes => Stage::Open,
            (Stage::Unknown, Stage::Planned) if changes && takes() => Stage::Open,
            (Stage::Unknown, known) => known,
            (said, _) => said,
        };
        if self.notice.stage != older.stage || notice.stage != Stage::Unknown {
            self.said.insert("stage", place);
        }
        if self.notice.languages.is_empty() {
            self.notice.languages = older.languages;
        }
        // What says everything says anew what could not be read before.
        if !notice.whole {
            let unread = older.unread.into_iter().filter(|known| !notice.unread.contains(known));
            self.notice.unread.extend(unread.take(UNREAD));
        }
        self.notice.found.extend(notice.found.get_key_value("published").map(|(part, path)| (*part, path.clone())));
    }

    /// Everything but the awards; which parts the notice spoke of.
    fn parts(&mut self, notice: &Notice) -> [(&'static str, bool); 20] {
        let (old, new, whole) = (&mut self.notice.content, &notice.content, notice.whole);
        // A call for some of the lots takes no results of others back.
        let ended =
            |lot: &Lot| matches!(lot.stage, Some(Stage::Awarded | Stage::Cancelled)) && !new.lots.iter().any(|other| other.id == lot.id);
        let ended: Vec<Lot> = old.lots.iter().filter(|lot| notice.results_apart && !new.lots.is_empty() && ended(lot)).cloned().collect();
        let lots = if whole { renew(&mut old.lots, &new.lots, whole) } else { lots(&mut old.lots, &new.lots) };
        old.lots.extend(ended.into_iter().filter(|_| whole));
        [
            ("lots", lots),
            ("title", renew(&mut old.title, &new.title, whole)),
            ("description", renew(&mut old.description, &new.description, whole)),
            ("submission_languages", renew(&mut old.submission_languages, &new.submission_languages, whole)),
            ("buyers", buyers(&mut old.buyers, &new.buyers, whole)),
            ("classes", renew(&mut old.classes, &new.classes, whole)),
            ("nature", renew(&mut old.nature, &new.nature, whole)),
            ("procedure", renew(&mut old.procedure, &new.procedure, whole)),
            ("technique", renew(&mut old.technique, &new.technique, whole)),
            ("worth", renew_each(&mut old.worth, &new.worth, whole, |a, b| a.kind == b.kind)),
            ("deadlines", renew_each(&mut old.deadlines, &new.deadlines, whole, |a, b| a.kind == b.kind)),
            ("places", renew(&mut old.places, &new.places, whole)),
            ("documents", renew_each(&mut old.documents, &new.documents, whole, |a, b| a.url == b.url)),
            ("submission", renew(&mut old.submission, &new.submission, whole)),
            ("term", renew(&mut old.term, &new.term, whole)),
            ("eu_funds", renew(&mut old.eu_funds, &new.eu_funds, whole)),
            ("suits_small", renew(&mut old.suits_small, &new.suits_small, whole)),
            ("reserved", renew(&mut old.reserved, &new.reserved, whole)),
            // These do not end because a notice does not repeat them.
            ("link", renew(&mut old.link, &new.link, false)),
            ("other_ids", renew_each(&mut old.other_ids, &new.other_ids, false, |a, b| a == b)),
        ]
    }

    /// Results: those of a notice that is followed make room, those of the same id and lots are renewed, others come to those that are there.
    fn awards(&mut self, notice: &Notice, place: usize) {
        let new = &notice.content.awards;
        let all = notice.whole && !(notice.results_apart && new.is_empty());
        let follows = |from: usize| !new.is_empty() && !notice.previous.is_empty() && self.names[from].contains(&notice.previous);
        let known = std::mem::take(&mut self.notice.content.awards);
        let mut awards: Vec<(usize, Award)> = self.awards_from.iter().copied().zip(known).collect();
        let before = awards.len();
        awards.retain(|(from, _)| !all && !follows(*from));
        let fewer = awards.len() < before;
        for award in new {
            match awards.iter_mut().find(|(_, known)| same_award(known, award)) {
                Some(known) => *known = (place, renewed(&known.1, award)),
                None => awards.push((place, award.clone())),
            }
        }
        if fewer || !new.is_empty() {
            self.said.insert("awards", place);
            self.notice.found.extend(notice.found.get("awards").map(|path| ("awards", path.clone())));
        }
        (self.awards_from, self.notice.content.awards) = awards.into_iter().unzip();
    }

    /// A notice that only says of some awards that nobody has won them, or no longer, ends nothing while others stand.
    fn stand(&mut self, notice: &Notice) {
        let wins = |awards: &[Award]| awards.iter().any(|award| award.outcome.has_winner());
        let told = &notice.content.awards;
        let takes = notice.kind == NoticeKind::Award && !told.is_empty() && !wins(told);
        if takes && wins(&self.notice.content.awards) && matches!(notice.stage, Stage::Open | Stage::Closed | Stage::Cancelled) {
            self.notice.stage = Stage::Awarded;
        }
    }

    /// Where each lot stands: results say it, else the notice itself. A lot that it names and says nothing of stays as it was, and is open again where
    /// the notice calls for offers for it that are still due.
    fn lots_stand(&mut self, notice: &Notice, place: usize, stood: &BTreeMap<String, Option<Stage>>) {
        let content = &mut self.notice.content;
        let awards: Vec<&Award> =
            self.awards_from.iter().zip(&content.awards).filter(|(from, _)| **from == place).map(|(_, award)| award).collect();
        let whole = takes(&content.deadlines, notice.published);
        let says_all = notice.whole && !notice.results_apart;
        for lot in &mut content.lots {
            let results: Vec<&Award> = awards.iter().filter(|award| award.lots.contains(&lot.id)).copied().collect();
            let fruitless = |award: &&Award| match award.outcome {
                Outcome::Unsuccessful => true,
                Outcome::Withdrawn => award.winners.is_empty(),
                _ => false,
            };
            let own = notice.content.lots.iter().find(|other| other.id == lot.id).map(|lot| lot.stage);
            let open = if has_own(lot) { takes(&lot.deadlines, notice.published) } else { whole };
            let calls = notice.stage == Stage::Open && notice.content.awards.is_empty() && open;
            let before = stood.get(&lot.id).copied().flatten();
            lot.stage = match (own.flatten(), before) {
                (Some(Stage::Cancelled), _) => Some(Stage::Cancelled),
                _ if results.iter().any(|award| award.outcome.has_winner()) => Some(Stage::Awarded),
                (Some(said), _) => Some(said),
                (None, _) if !results.is_empty() && results.iter().all(fruitless) => Some(Stage::Cancelled),
                (None, Some(Stage::Awarded)) if !results.is_empty() => None,
                (None, Some(_)) if own.is_some() && calls => Some(Stage::Open),
                (None, _) if says_all => None,
                (None, before) => before,
            };
        }
    }

    /// A status that turns from running to over ends the tender before its time. Who calls every published tender complete says so from the first
    /// notice on, and ends nothing by it. A notice without a status leaves it as it was: what runs is open when its lots are again, or when who had won
    /// them has no longer.
    fn by_status(&mut self, notice: &Notice) {
        let Status { ran, over, runs } = &mut self.status;
        match notice.code.rsplit(' ').next().unwrap_or_default().to_lowercase().as_str() {
            "active" => (*ran, *over, *runs) = (true, false, true),
            "complete" | "completed" => (*over, *runs) = (*ran, false),
            "cancelled" | "canceled" | "unsuccessful" | "withdrawn" | "suspended" | "planned" | "planning" => *runs = false,
            _ => {
                let opens = |lot: &Lot| lot.stage == Some(Stage::Open) && takes(&lot.deadlines, notice.published);
                let again = notice.stage == Stage::Unknown && notice.kind == NoticeKind::Change && notice.content.lots.iter().any(opens);
                let annulled = notice.stage == Stage::Closed && notice.kind == NoticeKind::Award && !notice.content.awards.is_empty();
                if *runs && (again || annulled && takes(&self.notice.content.deadlines, notice.published)) {
                    self.notice.stage = Stage::Open;
                }
            }
        }
        if *over && self.notice.stage == Stage::Open {
            self.notice.stage = Stage::Closed;
        }
    }

    /// Results of some lots end nothing while others take offers.
    fn goes_on(&mut self, notice: &Notice, before: Stage) {
        let decides = matches!(notice.stage, Stage::Awarded | Stage::Closed | Stage::Cancelled) && notice.kind != NoticeKind::Cancellation;
        let Some(published) = notice.published.filter(|_| decides && !notice.content.awards.is_empty()) else { return };
        let content = &mut self.notice.content;
        let whole = takes(&content.deadlines, Some(published));
        let decided = |lot: &Lot| {
            let of_it = |award: &&Award| award.lots.is_empty() || award.lots.contains(&lot.id);
            match lot.stage {
                Some(Stage::Awarded | Stage::Cancelled) => true,
                Some(Stage::Open) => false,
                _ => content.awards.iter().filter(of_it).any(|award| award.outcome != Outcome::Pending),
            }
        };
        let open: Vec<bool> = content
            .lots
            .iter()
            .map(|lot| !decided(lot) && if has_own(lot) { takes(&lot.deadlines, Some(published)) } else { whole })
            .collect();
        if content.lots.len() < 2 || !open.contains(&true) {
            return;
        }
        for (lot, _) in content.lots.iter_mut().zip(open).filter(|(lot, open)| *open && lot.stage == Some(Stage::Closed)) {
            lot.stage = Some(Stage::Open);
        }
        self.notice.stage = if before.is_live() { before } else { Stage::Open };
    }

    /// Where each of its lots has ended, with a winner or without one, nothing takes offers any more, whatever the status of the whole still says.
    fn ends_with_lots(&mut self) {
        let lots = &self.notice.content.lots;
        let stands = |stage: Stage| move |lot: &Lot| lot.stage == Some(stage);
        if self.notice.stage == Stage::Open
            && !lots.is_empty()
            && lots.iter().all(|lot| stands(Stage::Awarded)(lot) || stands(Stage::Cancelled)(lot))
        {
            self.notice.stage = if lots.iter().any(stands(Stage::Awarded)) { Stage::Awarded } else { Stage::Cancelled };
        }
    }
}

/// Whether one of these deadlines for offers is after a moment.
fn takes(deadlines: &[Deadline], at: Option<jiff::Timestamp>) -> bool {
    let later = |due: &Deadline| due.kind.binds() && due.due.as_ref().zip(at).is_some_and(|(due, at)| due.at > at);
    deadlines.iter().any(later)
}

/// Whether a lot has a deadline for offers of its own.
fn has_own(lot: &Lot) -> bool {
    lot.deadlines.iter().any(|due| due.kind.binds())
}

/// Notices of results count their awards from one each: only those on the same lots are the same.
fn same_award(old: &Award, new: &Award) -> bool {
    old.id == new.id && (old.lots == new.lots || old.lots.is_empty() || new.lots.is_empty())
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
    renew(&mut award.term, &new.term, false);
    award
}

/// Buyers; of one that was known before, what a notice leaves out stays: a result repeats no address.
fn buyers(old: &mut Vec<Party>, new: &[Party], whole: bool) -> bool {
    let known = std::mem::take(old);
    if new.is_empty() && !whole {
        *old = known;
        return false;
    }
    let same = |one: &Party, other: &Party| one.name == other.name || one.ids.iter().any(|id| other.ids.contains(id));
    for party in new {
        let mut party = party.clone();
        if let Some(before) = known.iter().find(|before| !whole && same(before, &party)) {
            let bare = party.clone();
            party = before.clone();
            renew(&mut party.name, &bare.name, false);
            renew(&mut party.ids, &bare.ids, false);
            for (part, new) in [
                (&mut party.seat.country, &bare.seat.country),
                (&mut party.seat.region, &bare.seat.region),
                (&mut party.seat.text, &bare.seat.text),
                (&mut party.email, &bare.email),
                (&mut party.phone, &bare.phone),
                (&mut party.kind, &bare.kind),
                (&mut party.activity, &bare.activity),
            ] {
                renew(part, new, false);
            }
            renew(&mut party.website, &bare.website, false);
            renew(&mut party.small, &bare.small, false);
        }
        old.push(party);
    }
    !new.is_empty()
}

/// Lots by their ids; what a notice leaves out of one stays.
fn lots(old: &mut Vec<Lot>, new: &[Lot]) -> bool {
    let places: BTreeMap<String, usize> = old.iter().enumerate().rev().map(|(place, lot)| (lot.id.clone(), place)).collect();
    for lot in new {
        let Some(known) = places.get(&lot.id).and_then(|place| old.get_mut(*place)) else {
            old.push(lot.clone());
            continue;
        };
        renew(&mut known.title, &lot.title, false);
        renew(&mut known.description, &lot.description, false);
        renew(&mut known.stage, &lot.stage, false);
        renew(&mut known.nature, &lot.nature, false);
        renew(&mut known.classes, &lot.classes, false);
        renew_each(&mut known.worth, &lot.worth, false, |a, b| a.kind == b.kind);
        renew_each(&mut known.deadlines, &lot.deadlines, false, |a, b| a.kind == b.kind);
        renew(&mut known.places, &lot.places, false);
        renew(&mut known.term, &lot.term, false);
        renew(&mut known.eu_funds, &lot.eu_funds, false);
        renew(&mut known.suits_small, &lot.suits_small, false);
        renew(&mut known.reserved, &lot.reserved, false);
    }
    !new.is_empty()
}

#[cfg(test)]
mod tests;
