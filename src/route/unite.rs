//! What becomes of the leads of two organisations that are one. Knows no score.

use crate::model::{Lead, LeadState, Subject};

/// One lead of two of one segment, about this subject; a single one is only about somebody else now.
///
/// The older one's owner and state stay, but what a rep decided goes before what nobody looked at. The revision is the higher one, so that
/// what was told of either is not told again.
pub fn as_one(mine: Option<&Lead>, theirs: &Lead, subject: Subject) -> Lead {
    let id = Lead::id_of(&theirs.segment, subject);
    let Some(mine) = mine else { return Lead { id, subject, version: 0, ..theirs.clone() } };
    let rank = |lead: &Lead| (!is_decided(lead.state), lead.first_seen, lead.id);
    let stays = if rank(theirs) < rank(mine) { theirs } else { mine };
    Lead {
        id,
        subject,
        version: mine.version,
        revision: mine.revision.max(theirs.revision),
        state: stays.state,
        owner: stays.owner.clone(),
        verdict: stays.verdict.clone(),
        first_seen: mine.first_seen.min(theirs.first_seen),
        ..mine.clone()
    }
}

/// Whether a rep said what the lead's state is.
const fn is_decided(state: LeadState) -> bool {
    match state {
        LeadState::Accepted | LeadState::Rejected | LeadState::Parked => true,
        LeadState::New | LeadState::Below | LeadState::Excluded => false,
    }
}
