//! The steps of the transports: from a checkpoint and what a page brought to the next address and the next checkpoint.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::address::Clockwork;
use super::{Brought, Came, Onward, Transport, WalkBack, Window};
use crate::base::ids::hash64;
use crate::model::{Checkpoint, Failure, FailureClass, Stretch};

/// Pages that may fail in one visit before the rest waits for the next one.
const FAILURES: u32 = 2;
/// Stretches that failed and are asked again one by one; more are asked as one.
const FAILED: usize = 16;
/// Hashes of a visit's cursors that are remembered.
const SEEN: usize = 64;
/// Empty pages that are followed, one after the other.
const EMPTY: u32 = 3;
/// Places of a walk back that was cut short which are remembered; the one cut first is forgotten first.
const PLACES: usize = 4;
/// Failures in a row after which an answer that cannot be read is taken for the refusal of a cursor.
const PATIENCE: u32 = 3;
/// Octets of an address that is remembered.
const ADDRESS: usize = 1_000;

impl Transport {
    /// The checkpoint with which a visit begins, and the address that is asked first.
    pub fn begin(&self, root: &Url, was: &Checkpoint, now: Timestamp) -> (Checkpoint, Url) {
        let mut checkpoint = Checkpoint { short: None, note: None, empty: 0, ..was.clone() };
        let first = match self {
            Self::Follow | Self::File => {
                checkpoint = Checkpoint::default();
                None
            }
            Self::WalkBack(_) => None,
            Self::Cursor(clock) => Some(clock.resume(root, &mut checkpoint, now)),
            Self::Window(window) => {
                window.set_out(&mut checkpoint, now);
                window.address(root, &mut checkpoint)
            }
        };
        (checkpoint, first.unwrap_or_else(|| root.clone()))
    }

    /// What follows a page; `None` for a transport that follows whatever pages say.
    pub fn after(&self, was: &Checkpoint, came: &Came<'_>) -> Option<Onward> {
        let mut checkpoint = was.clone();
        let next = match self {
            Self::Follow | Self::File => return None,
            Self::WalkBack(back) => back.after(&mut checkpoint, came),
            Self::Cursor(clock) => clock.after(&mut checkpoint, came),
            Self::Window(window) => window.after(&mut checkpoint, came),
        };
        Some(Onward { checkpoint, next })
    }
}

impl Came<'_> {
    /// Whether this visit may ask for another page.
    const fn has_room(&self) -> bool {
        self.asked_for < self.limit
    }
}

impl Window {
    /// Puts the time since the last visit on the list: first what was never asked for, then what failed.
    fn set_out(&self, checkpoint: &mut Checkpoint, now: Timestamp) {
        let clock = &self.clock;
        let to = clock.end(now);
        let back = |at: Timestamp, by| clock.floor(at.saturating_sub(by).unwrap_or(Timestamp::MIN));
        let mut from = checkpoint.reached.map_or_else(|| back(now, clock.since), |reached| back(reached, clock.overlap));
        // From and to at the same instant are refused by some portals.
        from = from.min(back(to, SignedDuration::from_secs(2)));
        let (mut failed, fresh): (Vec<Stretch>, Vec<Stretch>) = checkpoint.todo.drain(..).partition(|stretch| stretch.failed);
        from = fresh.iter().map(|stretch| stretch.from).fold(from, Timestamp::min);
        failed.retain(|stretch| stretch.from < from || to < stretch.to);
        if failed.len() > FAILED {
            failed = hull(&failed).into_iter().collect();
        }
        checkpoint.todo.push(Stretch { from, to, failed: false });
        checkpoint.todo.extend(failed.into_iter().map(|stretch| Stretch { failed: false, ..stretch }));
        checkpoint.reached = Some(clock.floor(now));
    }

    /// The address of the first stretch on the list, which is cut to what can be asked for at once.
    fn address(&self, root: &Url, checkpoint: &mut Checkpoint) -> Option<Url> {
        let first = checkpoint.todo.first_mut()?;
        let cut = self.clock.floor(first.from.saturating_add(self.longest).unwrap_or(first.to));
        let cut = self.clock.change(first.from, first.to).map_or(cut, |change| change.min(cut));
        if first.from < cut && cut < first.to {
            let rest = Stretch { from: cut, ..*first };
            first.to = cut;
            checkpoint.todo.insert(1, rest);
        }
        checkpoint.todo.first().map(|first| self.clock.fill(root, first.from, first.to))
    }

    fn after(&self, checkpoint: &mut Checkpoint, came: &Came<'_>) -> Option<Url> {
        if checkpoint.todo.is_empty() {
            return None;
        }
        let first = checkpoint.todo.remove(0);
        match &came.result {
            Ok(brought) if self.is_full(brought) => match self.halves(first) {
                Some(halves) => drop(checkpoint.todo.splice(0..0, halves)),
                None => checkpoint.lose(first, lost(brought)),
            },
            Ok(_) => {}
            Err(failure) => {
                let of_the_page = is_of_the_page(failure.class);
                if of_the_page {
                    // In halves, so that what cannot be read becomes small; at the end, so that it holds nothing up.
                    let halves = self.halves(first).map_or_else(|| vec![first], Vec::from);
                    checkpoint.todo.extend(halves.into_iter().map(|stretch| Stretch { failed: true, ..stretch }));
                } else {
                    checkpoint.todo.insert(0, first);
                }
                if !of_the_page || came.failed >= FAILURES {
                    checkpoint.short = Some(stopped(failure));
                    return None;
                }
            }
        }
        if checkpoint.todo.first().is_none_or(|next| next.failed) {
            return None;
        }
        if !came.has_room() {
            checkpoint.short = Some(format!("not reached: {} pages are the most of one visit, the next one goes on", came.limit));
            return None;
        }
        self.address(came.root, checkpoint)
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

fn stopped(failure: &Failure) -> String {
    format!("not reached: the visit stopped at a failure ({})", failure.class)
}

fn lost(brought: &Brought<'_>) -> String {
    let all = brought.total.map(|total| format!(" of {total}")).unwrap_or_default();
    format!("too full to be halved further: {} entries{all} were shown, the rest cannot be asked for", brought.entries)
}

fn hull(all: &[Stretch]) -> Option<Stretch> {
    let (from, to) = (all.iter().map(|stretch| stretch.from).min()?, all.iter().map(|stretch| stretch.to).max()?);
    Some(Stretch { from, to, failed: false })
}

/// Whether a failure may be of this very page, so that others are worth asking for.
pub const fn is_of_the_page(class: FailureClass) -> bool {
    use FailureClass as Class;
    match class {
        Class::Timeout
        | Class::Broken
        | Class::TooLarge
        | Class::Rejected
        | Class::ServerError
        | Class::Unreadable
        | Class::ParseLimit
        | Class::ZeroRecords
        | Class::FewRecords
        | Class::BadEntries
        | Class::Drift
        | Class::Silent => true,
        Class::Dns
        | Class::Connect
        | Class::Tls
        | Class::NotFound
        | Class::Forbidden
        | Class::SlowDown
        | Class::Redirect
        | Class::Refused
        | Class::Robots
        | Class::RobotsUnreachable
        | Class::BlockPage
        | Class::Challenge
        | Class::LoginWall
        | Class::Maintenance
        | Class::Budget => false,
    }
}

impl Clockwork {
    /// The address that a cursor goes on from: the portal's own word, else the time of the last visit.
    fn resume(&self, root: &Url, checkpoint: &mut Checkpoint, now: Timestamp) -> Url {
        if let Some(at) = checkpoint.at.first().and_then(|at| Url::parse(at).ok()) {
            checkpoint.seen = vec![hash64(&[at.as_str().as_bytes()])];
            return at;
        }
        let from = match checkpoint.reached {
            Some(reached) => reached.saturating_sub(self.overlap),
            None => now.saturating_sub(self.since),
        };
        let first = self.fill(root, self.floor(from.unwrap_or(Timestamp::UNIX_EPOCH)), now);
        checkpoint.at = vec![first.to_string()];
        checkpoint.seen = vec![hash64(&[first.as_str().as_bytes()])];
        first
    }

    fn after(&self, checkpoint: &mut Checkpoint, came: &Came<'_>) -> Option<Url> {
        let brought = match &came.result {
            Ok(brought) => brought,
            Err(failure) => return self.refused(checkpoint, came, failure),
        };
        checkpoint.empty = if brought.entries == 0 { checkpoint.empty + 1 } else { 0 };
        let next = brought.next.filter(|next| next.as_str().len() <= ADDRESS && *next != came.asked);
        let Some(next) = next else {
            // Nothing more for now: the same word is asked again at the next visit.
            checkpoint.reached = Some(came.begun);
            return None;
        };
        let hash = hash64(&[next.as_str().as_bytes()]);
        if checkpoint.seen.contains(&hash) {
            checkpoint.short = Some("not reached: the portal's cursor leads back to a page that was read".to_owned());
            return None;
        }
        checkpoint.at = vec![next.to_string()];
        checkpoint.seen.push(hash);
        let over = checkpoint.seen.len().saturating_sub(SEEN);
        checkpoint.seen.drain(..over);
        if checkpoint.empty >= EMPTY {
            checkpoint.reached = Some(came.begun);
            return None;
        }
        if !came.has_room() {
            checkpoint.short = Some(format!("not reached: {} pages are the most of one visit, the next one goes on", came.limit));
            return None;
        }
        Some(next.clone())
    }

    /// A page that failed: the cursor stays, unless the portal refuses it at the beginning of a visit.
    fn refused(&self, checkpoint: &mut Checkpoint, came: &Came<'_>, failure: &Failure) -> Option<Url> {
        let refusal = match failure.class {
            FailureClass::NotFound | FailureClass::Rejected => true,
            FailureClass::Unreadable => came.tries >= PATIENCE,
            _ => false,
        };
        if came.asked_for != 1 || !refusal {
            checkpoint.short = Some(stopped(failure));
            return None;
        }
        let since = checkpoint.reached;
        checkpoint.at.clear();
        let first = self.resume(came.root, checkpoint, came.begun);
        if first == *came.asked {
            // The very address from which everything begins.
            checkpoint.short = Some(stopped(failure));
            return None;
        }
        let from = since.map_or_else(|| "anew".to_owned(), |since| format!("before {}", since.strftime("%Y-%m-%d %H:%M UTC")));
        checkpoint.note = Some(format!("the portal refused the stored cursor ({}): begun {from}", failure.class));
        Some(first)
    }
}

impl WalkBack {
    fn after(&self, checkpoint: &mut Checkpoint, came: &Came<'_>) -> Option<Url> {
        let asked = came.asked.as_str();
        let place = checkpoint.at.iter().position(|at| at == asked);
        let brought = match &came.result {
            Ok(brought) => brought,
            Err(failure) => {
                checkpoint.short = Some(format!("not reached: the walk back stopped at a failure ({})", failure.class));
                // What is below a first page that failed is walked to when it can be read again.
                if place.is_none() && came.asked_for > 1 {
                    remember(&mut checkpoint.at, asked);
                }
                return None;
            }
        };
        if brought.cut {
            checkpoint.short = Some("not reached: a page of the walk back broke off".to_owned());
            remember(&mut checkpoint.at, asked);
            return None;
        }
        let next = self.next(came.asked, brought);
        let below = next.filter(|_| brought.fresh || (place.is_none() && came.asked_for < self.least));
        if let Some(place) = place {
            checkpoint.at.remove(place);
        }
        let Some(below) = below else { return deeper(checkpoint, came) };
        if came.has_room() {
            if place.is_some() {
                remember(&mut checkpoint.at, below.as_str());
            }
            return Some(below);
        }
        // A first visit has nothing known to walk back to: where it ends is where the history begins.
        if !came.first {
            remember(&mut checkpoint.at, below.as_str());
            checkpoint.short = Some(too_deep(came.limit));
        }
        None
    }

    /// Where the next page is: as the page says, else the next number.
    fn next(&self, asked: &Url, brought: &Brought<'_>) -> Option<Url> {
        if let Some(next) = brought.next {
            return Some(next.clone()).filter(|next| next != asked && next.as_str().len() <= ADDRESS);
        }
        let name = self.page.as_deref().filter(|_| brought.entries > 0)?;
        let number = asked.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<u32>().ok()).unwrap_or(1);
        let others: Vec<_> =
            asked.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        let mut next = asked.clone();
        next.query_pairs_mut().clear().extend_pairs(others).append_pair(name, &number.saturating_add(1).to_string());
        Some(next)
    }
}

/// From known content to the place where an earlier walk was cut short.
fn deeper(checkpoint: &mut Checkpoint, came: &Came<'_>) -> Option<Url> {
    let place = checkpoint.at.last()?;
    let next = Url::parse(place).ok().filter(|next| next != came.asked);
    if next.is_none() || !came.has_room() {
        checkpoint.short = Some(too_deep(came.limit));
        return None;
    }
    next
}

fn too_deep(limit: u32) -> String {
    format!("not reached: known content, within the {limit} pages of one visit; the next one goes on below")
}

fn remember(places: &mut Vec<String>, address: &str) {
    places.retain(|place| place != address);
    places.push(address.to_owned());
    let over = places.len().saturating_sub(PLACES);
    places.drain(..over);
}
