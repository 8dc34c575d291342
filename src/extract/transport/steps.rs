//! The steps of the transports: from a checkpoint and what a page brought to the next address and the next checkpoint.

use jiff::Timestamp;
use url::Url;

use super::address::Clockwork;
use super::{Brought, Came, Onward, Transport, WalkBack};
use crate::base::ids::hash64;
use crate::model::{Checkpoint, Failure, FailureClass};

/// Hashes of a visit's cursors that are remembered.
const SEEN: usize = 64;
/// Empty pages that are followed, one after the other.
const EMPTY: u32 = 3;
/// Places of a walk back that was cut short which are remembered; the one cut first is given up first, and that is told.
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
    pub(super) const fn has_room(&self) -> bool {
        self.asked_for < self.limit
    }

    /// Why a visit ends that has used up its pages.
    pub(super) fn spent(&self) -> String {
        format!("not reached: {} pages are the most of one visit, the next one goes on", self.limit)
    }
}

/// Why a visit ends at a failure.
pub(super) fn stopped(failure: &Failure) -> String {
    format!("not reached: the visit stopped at a failure ({})", failure.class)
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
        | Class::OtherAnswer
        | Class::ParseLimit
        | Class::ZeroRecords
        | Class::FewRecords
        | Class::AnotherList
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
            checkpoint.short = Some(came.spent());
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
                match place {
                    // Others come before it at the next visit: it may never be read.
                    Some(place) => checkpoint.at[..=place].rotate_right(1),
                    None if came.asked_for > 1 => remember(checkpoint, asked),
                    None => {}
                }
                return None;
            }
        };
        if brought.cut {
            checkpoint.short = Some("not reached: a page of the walk back broke off".to_owned());
            remember(checkpoint, asked);
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
                remember(checkpoint, below.as_str());
            }
            return Some(below);
        }
        // A first visit has nothing known to walk back to: where it ends is where the history begins.
        if !came.first {
            remember(checkpoint, below.as_str());
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

fn remember(checkpoint: &mut Checkpoint, address: &str) {
    checkpoint.at.retain(|place| place != address);
    checkpoint.at.push(address.to_owned());
    let over = checkpoint.at.len().saturating_sub(PLACES);
    checkpoint.at.drain(..over);
    checkpoint.forgotten = checkpoint.forgotten.saturating_add(u32::try_from(over).unwrap_or(u32::MAX));
}
