//! Compares what was read from a page with what is known of it, and decides what is news, what waits for another look, and what
//! only changes by itself. Knows no bytes and no other pages but what the host remembers of noise.
//!
//! The rules, in the order in which they are asked:
//!
//! 1. The second look at a page (a minute after the first) masks whatever differs from the first.
//! 2. Later, whatever differs waits for another look. If it shows the same new value again, it is news. If it shows a third value,
//!    it is masked. If it shows the old value, it was a flicker: no news, and masked when the host has seen a flicker there before.
//! 3. A block that shows a text which two pages have shown at such a place while it changed by itself is masked at once.
//! 4. At a place that changes by itself on some page of the host, a change must stand four looks instead of two.
//! 5. A change of a text that eight or more pages share waits for five looks, further apart each time. If at least two thirds of
//!    these pages make the same change within the hour, it is the site's and not the page's: it is taken over without a report.
//! 6. What has been waiting for sixteen times the usual wait is reported as it then is: a real change is reported in the end.
//! 7. A masked block that has become another thing altogether (twenty words or more, more than twice as many as before, none
//!    shared) is compared again.
//! 8. Stage and deadline of a tender that the same visit showed first are news at once: who was just told that it is open must not wait to hear
//!    that it is not.

use jiff::{SignedDuration, Timestamp};

use super::Rules;
use super::differences::{Difference, Found, What, find, of_fields, place_hash, short};
use super::masks::Masks;
use super::memory::{Memory, SHARED_BLOCKS, Told, became, text_at};
use super::news::{News, as_of_now, taken_back, tell};
use crate::base::ids::{ContentHash, RecordId};
use crate::model::{Block, Change, Draft, Extract, Mask, NoiseSeen, Page, Reading, Record, RecordKind, Suspect};

/// Pages that must show a text before it counts as shared.
const MANY: u64 = 8;
/// Looks that a change must stand: elsewhere, at places that change by themselves, for shared texts.
const LOOKS: [u8; 3] = [2, 4, 5];
/// Waits after which a change is reported whatever else happens on the page.
const PATIENCE: i32 = 16;
/// Differences that wait at most; a page on which more differs has changed as a whole.
const WAITING: usize = 256;

/// What is known of a page before this check.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Stored records among the extract's keys and the page's members; others are ignored.
    pub records: &'a [Record],
    /// Blocks of the last accepted version of the page, read with the present settings; `None` when there is no such version.
    pub blocks: Option<&'a [Block]>,
}

/// The circumstances of a check.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time of the check.
    pub now: Timestamp,
    /// Whether news is stored quietly: the source's baseline is pending, or its settings changed since the last reading.
    pub quiet: bool,
    /// The bytes that were read.
    pub content: ContentHash,
    /// When the visit began that the check is part of.
    pub began: Option<Timestamp>,
    /// What the host remembers of noise.
    pub noise: &'a NoiseSeen,
}

/// What a check of a page comes to. `reading`, `masks` and `members` replace those of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Records that are new or differ.
    pub records: Vec<Record>,
    /// The history entries of these. (A record that was only missing for a while is written without one.)
    pub changes: Vec<Change>,
    /// The records on the page, in page order, each once.
    pub members: Vec<RecordId>,
    /// How far the page's reading has come now.
    pub reading: Reading,
    /// What is not compared from now on.
    pub masks: Vec<Mask>,
    /// What the host remembers of noise from now on, when that changed.
    pub noise: Option<NoiseSeen>,
    /// Whether these bytes become the page's accepted version: what the next check compares with. (If not, the last one stays.)
    pub accept_snapshot: bool,
    /// How long until the page wants another look; `None`: its usual time will do.
    pub look_again: Option<SignedDuration>,
}

/// Compares. A draft whose `detail` is still set was not completed by its detail page: the fields it lacks stay as they were.
///
/// Differences in [`Rules::ignore_fields`] alone write nothing; the fields are brought up to date when something else changes.
pub fn compare(rules: &Rules, page: &Page, known: Known<'_>, extract: &Extract, context: &Context<'_>) -> Comparison {
    let drafts = as_of_now(&extract.records, &page.source, known.records, context.now);
    let found = find(rules, &page.masks, known, &drafts, &extract.blocks);
    let mut check = Check { rules, context, memory: Memory::new(context.noise), masks: Masks::new(&page.masks), found };
    let (report, reading, look_again) = check.decide(&page.reading);
    let taken_over = report.as_ref().is_some_and(|report| report.accept);
    if taken_over {
        check.masks.follow(&check.found.old, &check.found.new);
    }
    let news = News { page, context, report: report.as_ref().map_or(&[], |report| &report.differences) };
    let (mut records, mut changes) = tell(&news, rules, &check.found);
    let (gone, ended) = taken_back(&news, known.records, &extract.ended);
    records.extend(gone);
    changes.extend(ended);
    Comparison {
        members: check.found.drafts.iter().map(|(_, draft, _)| Record::id_of(&page.source, &draft.key)).collect(),
        // The first reading is what the second look compares with; new records make a version worth keeping too.
        accept_snapshot: taken_over || known.blocks.is_none() || (extract.blocks.is_empty() && !changes.is_empty()),
        records,
        changes,
        reading,
        masks: check.masks.into_vec(),
        noise: check.memory.changed(),
        look_again,
    }
}

/// Whether a draft's detail page is worth reading: its record is new, was gone, still waits for it, or differs in a field.
pub fn wants_detail(rules: &Rules, masks: &[Mask], (stored, draft): (Option<&Record>, &Draft), now: Timestamp) -> bool {
    draft.detail.is_some() && stored.is_none_or(|record| record.gone || record.own_page.is_due(now) || differs(rules, masks, draft, record))
}

/// Whether a draft says something else than its record, but for what changes by itself.
pub fn differs(rules: &Rules, masks: &[Mask], draft: &Draft, record: &Record) -> bool {
    !of_fields(rules, masks, (0, draft), record, false).is_empty()
}

/// What is taken over from this check.
struct Report {
    /// What is news.
    differences: Vec<Difference>,
    /// Whether the page's version is accepted.
    accept: bool,
}

/// One comparison at work.
struct Check<'a> {
    rules: &'a Rules,
    context: &'a Context<'a>,
    memory: Memory,
    masks: Masks,
    found: Found<'a>,
}

impl Check<'_> {
    /// What is reported, how far the reading has come, and when to look again.
    fn decide(&mut self, reading: &Reading) -> (Option<Report>, Reading, Option<SignedDuration>) {
        let differences = self.found.differences.clone();
        match (reading, self.rules.confirm) {
            (Reading::Never, Some(wait)) => (Self::take_over(differences), Reading::Settling, Some(wait)),
            (_, None) => (Self::take_over(differences), Reading::Settled, None),
            (Reading::Settling, Some(_)) => {
                self.learn(&differences);
                self.count_shared();
                (None, Reading::Settled, None)
            }
            (Reading::Settled | Reading::Suspect(_), Some(wait)) if self.context.quiet => {
                // Other settings read other things: learn anew what changes by itself.
                let again = if differences.is_empty() { (Reading::Settled, None) } else { (Reading::Settling, Some(wait)) };
                (Self::take_over(differences), again.0, again.1)
            }
            (Reading::Settled, Some(wait)) => self.look(differences, None, wait),
            (Reading::Suspect(suspect), Some(wait)) => self.look(differences, Some(suspect), wait),
        }
    }

    fn take_over(differences: Vec<Difference>) -> Option<Report> {
        let accept = differences.iter().any(|difference| matches!(difference.what, What::Block(..)));
        (!differences.is_empty()).then_some(Report { differences, accept })
    }

    /// Masks what differs, and tells the host of it.
    fn learn(&mut self, differences: &[Difference]) {
        for told in self.masks.add(differences) {
            let difference = &differences[told];
            if let Some(signature) = difference.signature {
                self.memory.tell(Told::Volatile, signature);
                for text in [&difference.old, &difference.new].into_iter().filter(|text| !text.is_empty()) {
                    self.memory.tell(Told::Text, text_at(signature, short(text)));
                }
            }
        }
    }

    /// Counts the texts that this page may share with others.
    fn count_shared(&mut self) {
        let blocks = &self.found.new;
        let places = blocks.iter().enumerate().filter(|(i, _)| *i < SHARED_BLOCKS || i + SHARED_BLOCKS >= blocks.len());
        for (_, block) in places {
            self.memory.tell(Told::Shared, text_at(super::blocks::signature(block.path), short(&block.text)));
        }
    }

    /// A look at a settled page: the first that shows a difference, or one that a suspicion asked for.
    fn look(
        &mut self,
        differences: Vec<Difference>,
        suspect: Option<&Suspect>,
        wait: SignedDuration,
    ) -> (Option<Report>, Reading, Option<SignedDuration>) {
        let now = self.context.now;
        let seen = suspect.map_or(now, |suspect| suspect.seen);
        let waited = now.duration_since(seen) >= wait * PATIENCE;
        let looks = suspect.map_or(1, |suspect| suspect.looks.saturating_add(1));
        let before: &[u64] = suspect.map_or(&[], |suspect| &suspect.differences);
        let known: Vec<Difference> = differences.iter().filter(|d| self.is_known_noise(d)).cloned().collect();
        self.masks.add(&known);
        let third: Vec<Difference> = differences
            .iter()
            .filter(|d| !self.is_known_noise(d) && !before.contains(&d.hash()) && asked(before, &d.place))
            .cloned()
            .collect();
        self.learn(&third);
        self.flickered(before, &differences);
        let mut open: Vec<Difference> =
            differences.into_iter().filter(|d| !known.iter().chain(&third).any(|noise| noise.place == d.place)).collect();
        let fresh = open.iter().any(|d| !before.contains(&d.hash()));
        for difference in open.iter().filter(|d| !before.contains(&d.hash())) {
            self.count_becoming(difference);
        }
        let sites = |difference: &Difference| self.is_the_sites(difference);
        let (shared, own): (Vec<Difference>, Vec<Difference>) = open.drain(..).partition(|d| sites(d));
        let (at_once, own): (Vec<Difference>, Vec<Difference>) = own.into_iter().partition(|d| self.is_of_the_visit(d));
        let needed = own.iter().map(|difference| self.needed(difference)).max().unwrap_or(0);
        let looks = if fresh && !waited { 1 } else { looks };
        if !own.is_empty() && looks < needed && !waited && own.len() <= WAITING {
            let differences = own.iter().chain(&shared).map(Difference::hash).collect();
            let pause = wait * (1 << (looks - 1).min(3));
            let report = (!at_once.is_empty()).then_some(Report { differences: at_once, accept: false });
            return (report, Reading::Suspect(Suspect { seen, looks, differences }), Some(pause));
        }
        let own: Vec<Difference> = own.into_iter().chain(at_once).collect();
        for difference in shared.iter().chain(&own) {
            self.masks.renew(difference);
            self.count_taken(difference);
        }
        let accept = shared.iter().chain(&own).any(|d| matches!(d.what, What::Block(..)));
        ((accept || !own.is_empty()).then_some(Report { differences: own, accept }), Reading::Settled, None)
    }

    /// Rule 2: what had differed and is as it was.
    fn flickered(&mut self, before: &[u64], now: &[Difference]) {
        for hash in before {
            let Ok(place) = u32::try_from(hash >> 32) else { continue };
            if now.iter().any(|difference| place_hash(&difference.place) == place) {
                continue;
            }
            let Some(block) = self.found.new.iter().find(|block| place_hash(block.path) == place) else { continue };
            let signature = super::blocks::signature(block.path);
            #[expect(clippy::cast_possible_truncation, reason = "the lower half is the text")]
            let (is, was) = (short(&block.text), *hash as u32);
            if self.memory.pages(Told::Volatile, signature) > 0 {
                self.masks.hide(block.path);
            }
            self.memory.tell(Told::Volatile, signature);
            for text in [is, was] {
                self.memory.tell(Told::Text, text_at(signature, text));
            }
        }
    }

    /// Rule 3.
    fn is_known_noise(&self, difference: &Difference) -> bool {
        difference.signature.is_some_and(|signature| {
            !difference.foreign
                && !difference.new.is_empty()
                && self.memory.pages(Told::Volatile, signature) > 0
                && self.memory.pages(Told::Text, text_at(signature, short(&difference.new))) >= 2
        })
    }

    /// Rule 8.
    fn is_of_the_visit(&self, difference: &Difference) -> bool {
        let What::Field(draft, field) = &difference.what else { return false };
        if !["stage", "deadline"].contains(&field.as_str()) {
            return false;
        }
        let stored = self.found.drafts.iter().find(|(at, ..)| at == draft).and_then(|(.., stored)| *stored);
        let new = |record: &Record| self.context.began.is_some_and(|began| record.first_seen >= began);
        stored.is_some_and(|record| record.kind == RecordKind::Tender && new(record))
    }

    /// Rules 2, 4 and 5: how many looks a change must stand.
    fn needed(&self, difference: &Difference) -> u8 {
        let Some(signature) = difference.signature else { return LOOKS[0] };
        if self.sharing(difference) >= MANY {
            LOOKS[2]
        } else if self.memory.pages(Told::Volatile, signature) > 0 {
            LOOKS[1]
        } else {
            LOOKS[0]
        }
    }

    /// How many pages share the old text, or did until they took over the new one within this hour or the last.
    fn sharing(&self, difference: &Difference) -> u64 {
        let Some(signature) = difference.signature.filter(|_| !difference.old.is_empty()) else { return 0 };
        self.memory.pages(Told::Shared, text_at(signature, short(&difference.old))) + self.becoming(difference, Step::Taken)
    }

    /// How many pages have made this change within this hour or the last.
    fn becoming(&self, difference: &Difference, step: Step) -> u64 {
        let hours = [self.became(difference, step, 0), self.became(difference, step, 1)];
        hours.into_iter().flatten().map(|hash| self.memory.pages(Told::Became, hash)).sum()
    }

    fn became(&self, difference: &Difference, step: Step, back: i64) -> Option<u64> {
        let hour = self.context.now.as_second() / 3600 - back;
        Some(became(difference.signature?, short(&difference.old), short(&difference.new), (step == Step::Taken, hour)))
    }

    fn count_becoming(&mut self, difference: &Difference) {
        if self.sharing(difference) >= MANY
            && let Some(hash) = self.became(difference, Step::Seen, 0)
        {
            self.memory.tell(Told::Became, hash);
        }
    }

    /// Keeps count of who shares what when a text is taken over.
    fn count_taken(&mut self, difference: &Difference) {
        let Some(signature) = difference.signature else { return };
        if self.sharing(difference) >= MANY
            && let Some(hash) = self.became(difference, Step::Taken, 0)
        {
            self.memory.tell(Told::Became, hash);
        }
        self.memory.untell(Told::Shared, text_at(signature, short(&difference.old)));
        if !difference.new.is_empty() {
            self.memory.tell(Told::Shared, text_at(signature, short(&difference.new)));
        }
    }

    /// Rule 5.
    fn is_the_sites(&self, difference: &Difference) -> bool {
        let sharing = self.sharing(difference);
        sharing >= MANY && self.becoming(difference, Step::Seen) * 3 >= sharing * 2
    }
}

/// How far a page has come with a change that it shares with others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Seen,
    Taken,
}

/// Whether the place of one of these hashes is this one.
fn asked(before: &[u64], place: &str) -> bool {
    before.iter().any(|hash| hash >> 32 == u64::from(place_hash(place)))
}
