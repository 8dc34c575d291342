//! How soon a lead goes to its rep. Knows no rules and no owner's choice.

use jiff::Timestamp;

use super::rep::Rep;
use crate::base::ids::{ChannelId, RepId};
use crate::model::{Entry, Lane, Lead, Terms};

/// How soon, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// How soon.
    pub lane: Lane,
    /// Why, in words.
    pub because: String,
}

/// Where an entry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// To whom.
    pub rep: &'a RepId,
    /// By which channel.
    pub channel: &'a ChannelId,
}

/// Urgent from the segment's hot line on, up to the rep's cap an hour, outside quiet hours and absences; else with the digest.
pub fn lane(terms: &Terms, lead: &Lead, rep: &Rep, sent_last_hour: u32, now: Timestamp) -> Slot {
    let digest = |because: String| Slot { lane: Lane::Digest, because };
    let (total, hot) = (lead.score.total(), terms.hot);
    if total < hot {
        return digest(format!("{} points, at once from {} on", whole(total), whole(hot)));
    }
    if let Some(day) = rep.absent_until(now) {
        return digest(format!("{} is away until {day}", rep.name));
    }
    if rep.is_quiet(now) {
        return digest(format!("hot, but {} has quiet hours", rep.name));
    }
    if sent_last_hour >= rep.alerts_per_hour {
        return digest(format!("hot, but {} had {sent_last_hour} alerts in the last hour (at most {})", rep.name, rep.alerts_per_hour));
    }
    Slot { lane: Lane::Urgent, because: format!("{} points, at once from {} on", whole(total), whole(hot)) }
}

fn whole(centipoints: i64) -> i64 {
    centipoints.div_euclid(100)
}

/// The entry of this lead revision for its rep: due now, or at the rep's next digest time.
pub fn entry(lead: &Lead, to: Address<'_>, lane: Lane, now: Timestamp, next_digest: &dyn Fn(Timestamp) -> Timestamp) -> Entry {
    let due = match lane {
        Lane::Urgent => now,
        Lane::Digest => next_digest(now),
    };
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
        reminds: None,
    }
}
