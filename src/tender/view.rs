//! The tender as the versioned view over its notices: what all of them say in sum, and which of them said each part. Knows no format and no
//! store.
//!
//! The newest word counts for each part. A notice that says everything takes the place of all that was known; one that says only what is new
//! changes the parts it speaks of: lots, documents, deadlines and values by what they are told apart by, the others as a whole. Results come
//! to those that are there; one that follows another notice takes the place of that one's results.

mod results;
mod stand;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::{Amendment, Award, Content, Deadline, DeadlineKind, Lot, Notice, NoticeKind, Party, Raw, Stage, Term, Texts, WorthKind};

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
    /// Which notice called again for a lot that had ended, by the lot; the whole is called "".
    again: BTreeMap<String, usize>,
    /// Which notice said last what its results come to in sum.
    summed: Option<usize>,
    /// Deadlines of rounds that were cancelled, while the tender is planned anew.
    past: BTreeSet<(DeadlineKind, Timestamp)>,
    /// Awards whose place those of a later call took.
    aside: Vec<Award>,
    /// Deadlines that lots had so far.
    of_lots: BTreeSet<(DeadlineKind, Timestamp)>,
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

/// Puts what is said now of how long a contract runs over what was known.
fn prolong(old: &mut Option<Term>, new: Option<&Term>) -> bool {
    if let Some(new) = new {
        *old = Some(old.as_ref().map_or_else(|| new.clone(), |old| old.then(new)));
    }
    new.is_some()
}

/// Puts the newer things in the place of those they are the same as, or after them.
fn renew_each<T: Clone>(old: &mut Vec<T>, new: &[T], whole: bool, same: impl Fn(&T, &T) -> bool) -> bool {
    // Of one kind there may be several before and after.
    old.retain(|known| !whole && !new.iter().any(|one| same(known, one)));
    old.extend_from_slice(new);
    !new.is_empty()
}

/// Deadlines, of each kind the newer ones. One without words takes back what was known.
fn renew_deadlines(old: &mut Vec<Deadline>, new: &[Deadline], whole: bool) -> bool {
    let said = renew_each(old, new, whole, |a, b| a.kind == b.kind);
    old.retain(|deadline| deadline.due.is_some() || !deadline.text.is_empty());
    said
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
            again: BTreeMap::new(),
            summed: None,
            past: BTreeSet::new(),
            aside: Vec::new(),
            of_lots: BTreeSet::new(),
        }
    }

    fn add(&mut self, notice: &Notice) {
        let notice = &*self.of_lots_alone(notice);
        let (place, before) = (self.names.len(), self.notice.stage);
        let stood = Stood::of(&self.notice.content);
        self.head(notice, place);
        for (part, said) in self.parts(notice, before) {
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
        self.stand(notice, before);
        self.goes_on(notice, before);
        self.by_status(notice);
        self.stated = self.notice.stage;
        self.ends_with_lots();
        self.opens_again(before, place);
        self.planned_again(notice, before, &stood);
        self.moves_with_lots();
        self.amendments.extend(notice.amendments.iter().map(|amendment| (place, amendment.clone())));
        let with_version = format!("{}-{}", notice.id, notice.version);
        self.names.push([notice.id.clone(), notice.publication.clone(), with_version]);
    }

    /// A cancellation that names some of the known lots alone, and ends each of them, is a change that ends these.
    fn of_lots_alone<'n>(&self, notice: &'n Notice) -> Cow<'n, Notice> {
        let named = &notice.content.lots;
        let ends = |lot: &Lot| lot.stage == Some(Stage::Cancelled);
        let other = |lot: &Lot| !ends(lot) && named.iter().all(|one| one.id != lot.id);
        let alone = notice.kind == NoticeKind::Cancellation && notice.results_apart && !named.is_empty() && named.iter().all(ends);
        if !(alone && self.notice.content.lots.iter().any(other)) {
            return Cow::Borrowed(notice);
        }
        Cow::Owned(Notice { kind: NoticeKind::Change, stage: Stage::Unknown, whole: false, ..notice.clone() })
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
            // What called itself off in words, and does so no longer, takes offers again: where there is no status nothing else says so.
            (Stage::Unknown, Stage::Cancelled) if notice.whole && notice.code.is_empty() && takes() => Stage::Open,
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
    fn parts(&mut self, notice: &Notice, before: Stage) -> [(&'static str, bool); 20] {
        let stay = self.stay(notice, before);
        let (old, new, whole) = (&mut self.notice.content, &notice.content, notice.whole);
        let lots = if whole { renew(&mut old.lots, &new.lots, whole) } else { lots(&mut old.lots, &new.lots) };
        old.lots.extend(stay);
        // Nor what was paid for them.
        let paid = old.worth.iter().find(|worth| worth.kind == WorthKind::Award && notice.results_apart && new.awards.is_empty()).cloned();
        let worth = renew_each(&mut old.worth, &new.worth, whole, |a, b| a.kind == b.kind);
        // What an award is called is what the tender is called only where nobody has said that.
        let of_award = |part: &str| notice.found.get(part).is_some_and(|path| path.contains("awards/") || path.contains("contracts/"));
        let stands_in = |part: &str, unknown: bool| !unknown && of_award(part);
        let unpaid = old.worth.iter().all(|worth| worth.kind != WorthKind::Award);
        old.worth.extend(paid.filter(|_| unpaid));
        [
            ("lots", lots),
            ("title", !stands_in("title", old.title.is_empty()) && renew(&mut old.title, &new.title, whole)),
            ("description", !stands_in("description", old.description.is_empty()) && renew(&mut old.description, &new.description, whole)),
            ("submission_languages", renew(&mut old.submission_languages, &new.submission_languages, whole)),
            ("buyers", buyers(&mut old.buyers, &new.buyers, whole)),
            ("classes", renew(&mut old.classes, &new.classes, whole)),
            ("nature", renew(&mut old.nature, &new.nature, whole)),
            ("procedure", renew(&mut old.procedure, &new.procedure, whole)),
            ("technique", renew(&mut old.technique, &new.technique, whole)),
            ("worth", worth),
            ("deadlines", renew_deadlines(&mut old.deadlines, &new.deadlines, whole)),
            ("places", renew(&mut old.places, &new.places, whole)),
            ("documents", renew_each(&mut old.documents, &new.documents, whole, |a, b| a.url == b.url)),
            ("submission", renew(&mut old.submission, &new.submission, whole)),
            ("term", if whole { renew(&mut old.term, &new.term, whole) } else { prolong(&mut old.term, new.term.as_ref()) }),
            ("eu_funds", renew(&mut old.eu_funds, &new.eu_funds, whole)),
            ("suits_small", renew(&mut old.suits_small, &new.suits_small, whole)),
            ("reserved", renew(&mut old.reserved, &new.reserved, whole)),
            // These do not end because a notice does not repeat them.
            ("link", renew(&mut old.link, &new.link, false)),
            ("other_ids", renew_each(&mut old.other_ids, &new.other_ids, false, |a, b| a == b)),
        ]
    }

    /// The lots that a notice which says everything does not name and that stay all the same: those that have ended, as a call for others takes no
    /// results back; and where it calls for some of the known ones anew, those that take offers still.
    fn stay(&self, notice: &Notice, before: Stage) -> Vec<Lot> {
        let (known, new) = (&self.notice.content.lots, &notice.content.lots);
        if !(notice.whole && notice.results_apart) || new.is_empty() {
            return Vec::new();
        }
        let named: BTreeSet<&str> = new.iter().map(|lot| lot.id.as_str()).collect();
        let ids: BTreeSet<&str> = known.iter().map(|lot| lot.id.as_str()).collect();
        let another = notice.kind == NoticeKind::Competition && !self.names.iter().any(|[id, ..]| *id == notice.id);
        let anew = another && before == Stage::Open && named.is_subset(&ids);
        let stays = |lot: &&Lot| match lot.stage {
            Some(Stage::Awarded | Stage::Cancelled) => true,
            _ => anew && stand::takes(&lot.deadlines, notice.published),
        };
        known.iter().filter(|lot| !named.contains(lot.id.as_str())).filter(stays).cloned().collect()
    }
}

/// Where the lots stood before a notice, and until when offers were taken.
struct Stood {
    lots: BTreeMap<String, (Option<Stage>, Vec<Deadline>)>,
    deadlines: Vec<Deadline>,
}

impl Stood {
    fn of(content: &Content) -> Self {
        let lots = content.lots.iter().map(|lot| (lot.id.clone(), (lot.stage, lot.deadlines.clone()))).collect();
        Self { lots, deadlines: content.deadlines.clone() }
    }
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
    // In which order those are named who buy together says nothing, and the first of them is the buyer.
    old.sort_by_key(|party| known.iter().position(|before| same(before, party)).unwrap_or(known.len()));
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
        renew_deadlines(&mut known.deadlines, &lot.deadlines, false);
        renew(&mut known.places, &lot.places, false);
        prolong(&mut known.term, lot.term.as_ref());
        renew(&mut known.eu_funds, &lot.eu_funds, false);
        renew(&mut known.suits_small, &lot.suits_small, false);
        renew(&mut known.reserved, &lot.reserved, false);
        known.system_ended |= lot.system_ended;
    }
    !new.is_empty()
}

#[cfg(test)]
mod tests;
