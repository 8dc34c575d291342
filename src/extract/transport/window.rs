//! Stretches of time: which are asked for and in what order, and what becomes of those that are too full or cannot be read. What an earlier
//! visit learned of them stays: a stretch that was halved is never asked for as one again, and one that is never read becomes a gap that is
//! stated and asked for again from time to time, with everything else read.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::steps::{is_of_the_page, stopped};
use super::{Brought, Came, Window};
use crate::base::ids::hash64;
use crate::model::{Checkpoint, FailureClass, Loss, Stretch};

/// Pages that may fail in one visit before the rest waits for the next one.
const FAILURES: u32 = 2;
/// Stretches that a visit sets out with; of more, those that lie closest together are asked for as one.
const STRETCHES: usize = 48;
/// Failures after which a stretch that cannot be halved is given up for a time.
const GIVE_UP: u32 = 3;
/// The time until a stretch that was given up is asked for again, doubled by every further failure.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// The longest such time.
const SELDOM: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Octets of the address of a next page that is remembered.
const ADDRESS: usize = 2_000;

impl Window {
    /// Puts the time since the last visit on the list, beside what earlier visits left on it. What failed comes last.
    pub(super) fn set_out(&self, checkpoint: &mut Checkpoint, now: Timestamp) {
        let clock = &self.clock;
        let then = now.saturating_sub(clock.lag).unwrap_or(now);
        let to = clock.end(then);
        let back = |at: Timestamp, by| clock.floor(at.saturating_sub(by).unwrap_or(Timestamp::MIN));
        let from = checkpoint.reached.map_or_else(|| back(then, clock.since), |reached| back(reached, clock.overlap));
        // From and to at the same instant are refused by some portals.
        let from = from.min(back(to, SignedDuration::from_secs(2)));
        let mut todo = std::mem::take(&mut checkpoint.todo);
        let under_way = (self.next && !checkpoint.at.is_empty() && !todo.is_empty()).then(|| todo.remove(0));
        if under_way.is_none() {
            forget_page(checkpoint);
        }
        let due = |loss: &mut Loss| loss.again.is_some_and(|again| again <= now);
        todo.extend(checkpoint.lost.extract_if(.., due).map(|loss| loss.stretch));
        let known: Vec<Stretch> = todo.iter().chain(&under_way).copied().collect();
        todo.extend(outside(from, to, known));
        for stretch in &mut todo {
            stretch.failed = false;
        }
        join_closest(&mut todo);
        todo.sort_by_key(|stretch| (stretch.tries, stretch.from));
        // The portal's word of a next page belongs to the stretch that it was given for.
        checkpoint.todo = under_way.into_iter().chain(todo).collect();
        checkpoint.reached = Some(clock.floor(then));
    }

    /// The address of the first stretch on the list, which is cut to what can be asked for at once; of one that is under way, its next page.
    pub(super) fn address(&self, root: &Url, checkpoint: &mut Checkpoint) -> Option<Url> {
        let first = checkpoint.todo.first_mut()?;
        if let Some(next) = checkpoint.at.first().and_then(|at| Url::parse(at).ok()) {
            return Some(next);
        }
        let cut = self.clock.floor(first.from.saturating_add(self.longest).unwrap_or(first.to));
        let cut = self.clock.change(first.from, first.to).map_or(cut, |change| change.min(cut));
        if first.from < cut && cut < first.to {
            let rest = Stretch { from: cut, ..*first };
            first.to = cut;
            checkpoint.todo.insert(1, rest);
        }
        checkpoint.todo.first().map(|first| self.clock.fill(root, first.from, first.to))
    }

    pub(super) fn after(&self, checkpoint: &mut Checkpoint, came: &Came<'_>) -> Option<Url> {
        if checkpoint.todo.is_empty() {
            return None;
        }
        let first = checkpoint.todo.remove(0);
        match &came.result {
            Ok(brought) if brought.cut => self.set_aside(checkpoint, (first, true), "the answer broke off", came.begun),
            Ok(brought) if self.next => self.page(checkpoint, first, brought, came),
            Ok(brought) if self.is_full(brought) => match self.halves(first) {
                Some(halves) => drop(checkpoint.todo.splice(0..0, halves)),
                None => checkpoint.lose(Loss { stretch: first, why: lost(brought), again: None }),
            },
            Ok(_) => checkpoint.found(first),
            Err(failure) => {
                // What is not there need not be looked for in halves.
                let of_the_page = is_of_the_page(failure.class);
                if !of_the_page && failure.class != FailureClass::NotFound {
                    checkpoint.todo.insert(0, first);
                    checkpoint.short = Some(stopped(failure));
                    return None;
                }
                self.set_aside(checkpoint, (first, of_the_page), failure.class.word(), came.begun);
                if came.failed >= FAILURES {
                    checkpoint.short = Some(stopped(failure));
                    return None;
                }
            }
        }
        if checkpoint.todo.first().is_none_or(|next| next.failed) {
            return None;
        }
        if !came.has_room() {
            checkpoint.short = Some(came.spent());
            return None;
        }
        self.address(came.root, checkpoint)
    }

    /// A page of a stretch whose pages lead on. Where they end before all that there is has come, the stretch is asked for again.
    fn page(&self, checkpoint: &mut Checkpoint, first: Stretch, brought: &Brought<'_>, came: &Came<'_>) {
        checkpoint.got = checkpoint.got.saturating_add(brought.at_most.max(brought.entries) as u64);
        let new = |next: &&Url| **next != *came.asked && next.as_str().len() <= ADDRESS && !checkpoint.seen.contains(&hash_of(next));
        if let Some(next) = brought.next.filter(|_| brought.entries > 0).filter(new) {
            checkpoint.seen.push(hash_of(next));
            checkpoint.at = vec![next.to_string()];
            checkpoint.todo.insert(0, first);
            return;
        }
        if let Some(total) = brought.total.filter(|total| *total > checkpoint.got) {
            let why = format!("the portal led to {} of {total} entries and no further", checkpoint.got);
            self.set_aside(checkpoint, (first, true), &why, came.begun);
        } else {
            forget_page(checkpoint);
            checkpoint.found(first);
        }
    }

    /// Puts a stretch that could not be read at the end of the list, so that it holds nothing up; in halves where that may help, so that what
    /// cannot be read becomes small. One that is never read is given up for a time.
    fn set_aside(&self, checkpoint: &mut Checkpoint, (first, halve): (Stretch, bool), why: &str, now: Timestamp) {
        forget_page(checkpoint);
        if let Some(halves) = self.halves(first).filter(|_| halve) {
            checkpoint.todo.extend(halves.map(|half| Stretch { failed: true, tries: first.tries.max(1), ..half }));
            return;
        }
        let stretch = Stretch { failed: true, tries: first.tries.saturating_add(1), ..first };
        if stretch.tries < GIVE_UP {
            checkpoint.todo.push(stretch);
            return;
        }
        let wait = AGAIN.checked_mul(1 << (stretch.tries - GIVE_UP).min(16)).map_or(SELDOM, |wait| wait.min(SELDOM));
        let again = Some(now.saturating_add(wait).unwrap_or(now));
        checkpoint.lose(Loss { stretch, why: format!("it could not be read, {} times ({why})", stretch.tries), again });
    }

    /// Whether there may be more than the page shows. That it names no next page proves nothing.
    fn is_full(&self, brought: &Brought<'_>) -> bool {
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let more = brought.total.is_some_and(|total| total > brought.at_most.max(brought.entries) as u64);
        brought.at_most >= limit || more || (brought.next.is_some() && brought.entries > 0)
    }

    fn halves(&self, stretch: Stretch) -> Option<[Stretch; 2]> {
        let middle = self.clock.middle(stretch.from, stretch.to)?;
        Some([Stretch { to: middle, ..stretch }, Stretch { from: middle, ..stretch }])
    }
}

fn hash_of(url: &Url) -> u64 {
    hash64(&[url.as_str().as_bytes()])
}

/// The next question is for the first page of a stretch.
fn forget_page(checkpoint: &mut Checkpoint) {
    checkpoint.at.clear();
    checkpoint.seen.clear();
    checkpoint.got = 0;
}

/// What of a time is in none of these stretches.
fn outside(from: Timestamp, to: Timestamp, mut known: Vec<Stretch>) -> Vec<Stretch> {
    known.sort_by_key(|stretch| stretch.from);
    let (mut at, mut out) = (from, Vec::new());
    for stretch in known {
        let until = stretch.from.min(to);
        if at < until {
            out.push(Stretch { from: at, to: until, failed: false, tries: 0 });
        }
        at = at.max(stretch.to);
    }
    if at < to {
        out.push(Stretch { from: at, to, failed: false, tries: 0 });
    }
    out
}

/// Makes one of those that lie closest together, until few enough are left.
fn join_closest(todo: &mut Vec<Stretch>) {
    todo.sort_by_key(|stretch| stretch.from);
    while todo.len() > STRETCHES {
        let apart = |at: &usize| (todo[at + 1].from.duration_since(todo[*at].to), todo[at + 1].to.duration_since(todo[*at].from));
        let Some(at) = (0..todo.len() - 1).min_by_key(apart) else { return };
        let right = todo.remove(at + 1);
        let left = &mut todo[at];
        (left.to, left.tries) = (left.to.max(right.to), left.tries.min(right.tries));
    }
}

fn lost(brought: &Brought<'_>) -> String {
    let all = brought.total.map(|total| format!(" of {total}")).unwrap_or_default();
    format!("too full to be halved further: {} entries{all} were shown, the rest cannot be asked for", brought.entries)
}
