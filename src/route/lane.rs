//! How soon a lead goes to its rep. Knows no rules and no owner's choice.

use jiff::{SignedDuration, Timestamp};

use super::rep::Rep;
use crate::base::ids::{ChannelId, RepId};
use crate::model::{Entry, Lane, Lead, Terms};

/// Whoever is told must have so much time left to act, where telling at once gives them more.
const ACT: SignedDuration = SignedDuration::from_hours(24);
/// Over so much time the cap of alerts counts.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How soon, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// How soon.
    pub lane: Lane,
    /// When.
    pub due: Timestamp,
    /// Why, in words.
    pub because: String,
}

/// What decides beside the score.
#[derive(Clone, Copy, Debug)]
pub struct Timing<'a> {
    /// When alerts went to the rep, or are to go, of those of the last hour.
    pub alerts: &'a [Timestamp],
    /// When their next digest leaves.
    pub digest: Timestamp,
    /// By when whoever is told must be done with it; in the past where only its day is known and has begun.
    pub closes: Option<Timestamp>,
    /// Whether it is no news that asks for anything: somebody else had it and knows it, or a deadline passed that nobody can meet any more. Then
    /// only what closes comes at once.
    pub waits: bool,
}

/// Where an entry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// To whom.
    pub rep: &'a RepId,
    /// By which channel.
    pub channel: &'a ChannelId,
}

/// Whether the next digest leaves too late for what closes then: after it there would be less than a day left, and less than passes until it.
pub fn closes_early(closes: Timestamp, digest: Timestamp, now: Timestamp) -> bool {
    closes <= digest || closes.duration_since(digest) < digest.duration_since(now).min(ACT)
}

/// How soon what comes to so many hundredths of a point is told: urgent from the segment's hot line on, and for what closes before the next digest or so soon after it that little can be done; up to the rep's
/// cap an hour, outside quiet hours and absences; else with the digest. What closes waits for the next alert that may come instead, unless it
/// would be over by then.
pub fn lane(terms: &Terms, total: i64, rep: &Rep, timing: &Timing<'_>, now: Timestamp) -> Slot {
    let digest = |because: String| Slot { lane: Lane::Digest, due: timing.digest, because };
    let hot = terms.hot;
    let closes = timing.closes.filter(|closes| closes_early(*closes, timing.digest, now));
    let why = match closes {
        _ if total >= hot && !timing.waits => format!("{} points, at once from {} on", whole(total), whole(hot)),
        Some(_) => "closes before the next digest, or soon after it".to_owned(),
        None if total >= hot => return digest("it can wait".to_owned()),
        None => return digest(format!("{} points, at once from {} on", whole(total), whole(hot))),
    };
    if let Some(day) = rep.absent_until(now) {
        return digest(format!("{} is away until {day}", rep.name));
    }
    let capped = free_at(timing.alerts, rep.alerts_per_hour, now);
    let sent = timing.alerts.len();
    match (rep.quiet_until(now), capped) {
        (None, Cap::Free) => Slot { lane: Lane::Urgent, due: now, because: why },
        (_, Cap::Never) => digest(format!("{} takes no alerts", rep.name)),
        (over, cap) => {
            let free = if let Cap::Until(at) = cap { at } else { now };
            let due = over.unwrap_or(now).max(free);
            let held = match over {
                Some(_) => format!("{} has quiet hours", rep.name),
                None => format!("{} had {sent} alerts in the last hour (at most {})", rep.name, rep.alerts_per_hour),
            };
            match closes {
                None => digest(format!("hot, but {held}")),
                // It would be over by then.
                Some(closes) if closes <= due => Slot { lane: Lane::Urgent, due: now, because: why },
                Some(_) => Slot { lane: Lane::Urgent, due: due.min(timing.digest), because: format!("{why}; {held}") },
            }
        }
    }
}

/// Whether another alert may come now.
enum Cap {
    Free,
    Until(Timestamp),
    Never,
}

fn free_at(alerts: &[Timestamp], most: u32, now: Timestamp) -> Cap {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut sent = alerts.to_vec();
    sent.sort_unstable();
    match sent.len().checked_sub(most) {
        _ if most == 0 => Cap::Never,
        None => Cap::Free,
        Some(place) => {
            // What waits already leaves as one alert, with this; else, once that one is an hour old, one fewer than the cap is left.
            let joined = sent.iter().copied().find(|at| *at > now);
            joined.or_else(|| sent.get(place)?.checked_add(HOUR).ok()).map_or(Cap::Free, |at| Cap::Until(at.max(now)))
        }
    }
}

fn whole(centipoints: i64) -> i64 {
    centipoints.div_euclid(100)
}

/// The entry of this lead revision for its rep.
pub fn entry(lead: &Lead, to: Address<'_>, (lane, due): (Lane, Timestamp), closes: Option<Timestamp>, now: Timestamp) -> Entry {
    Entry {
        id: Entry::id_of(to.channel, to.rep, lead.id, lead.revision),
        channel: to.channel.clone(),
        rep: to.rep.clone(),
        lead: lead.id,
        revision: lead.revision,
        lane,
        at: now,
        due,
        held: None,
        of_tender: None,
        closes,
        handed: None,
    }
}
