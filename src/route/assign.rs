//! Who gets a lead, and why; or why nobody. Knows no channels and no times of day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::rep::{Rep, Serves};
use crate::base::ids::RepId;
use crate::model::{Decision, Lead, Organisation};

/// A lead to be given to somebody.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The lead; its owner, if it has one, keeps it.
    pub lead: &'a Lead,
    /// Whom it is about.
    pub organisation: &'a Organisation,
    /// Who looks after this organisation already, through a lead of another segment.
    pub known_owner: Option<&'a RepId>,
    /// Who asked for no more mails: they get no lead as long as somebody else can have it.
    pub silent: &'a BTreeSet<RepId>,
}

/// Finds the owner: a known one stays; else who serves segment, industry and region, has room, carries the least, and is first by id. Who asked
/// for no more mails gets nothing, and keeps what they have only where nobody else can have it.
///
/// `load` counts the organisations each rep looks after now; a rep that is not in it has none.
pub fn assign(case: &Case<'_>, reps: &[Rep], load: &BTreeMap<RepId, u32>, now: Timestamp) -> Decision {
    let segment = &case.lead.segment;
    if reps.is_empty() {
        return Decision::Nobody("no rep is set up: add a `[[rep]]`".to_owned());
    }
    let kept = match &case.lead.owner {
        Decision::To(owner, _) => Some((owner, "works this lead already")),
        Decision::Nobody(_) => None,
    };
    let known = case.known_owner.map(|owner| (owner, "looks after this organisation already"));
    let of = |owner: &RepId| reps.iter().find(|rep| rep.id == *owner && rep.works(segment));
    for (owner, because) in kept.into_iter().chain(known) {
        if let Some(rep) = of(owner).filter(|rep| !case.silent.contains(&rep.id)) {
            return Decision::To(rep.id.clone(), because.to_owned());
        }
    }
    match (anew(case, reps, load, now), kept.and_then(|(owner, because)| Some((of(owner)?, because)))) {
        (Decision::Nobody(_), Some((rep, because))) => Decision::To(rep.id.clone(), because.to_owned()),
        (found, _) => found,
    }
}

/// Who gets what is nobody's.
fn anew(case: &Case<'_>, reps: &[Rep], load: &BTreeMap<RepId, u32>, now: Timestamp) -> Decision {
    let segment = &case.lead.segment;
    let carries = |rep: &Rep| load.get(&rep.id).copied().unwrap_or(0);
    let working: Vec<&Rep> = reps.iter().filter(|rep| rep.works(segment)).collect();
    if working.is_empty() {
        return Decision::Nobody(format!("no rep works the segment `{segment}`: name it in `segments` of a `[[rep]]`"));
    }
    let mut serving: Vec<(Serves, &Rep)> = working.iter().map(|rep| (rep.serves(case.organisation, now), *rep)).collect();
    serving.retain(|(serves, _)| *serves != Serves::Not);
    if serving.is_empty() {
        return Decision::Nobody(format!(
            "no rep of `{segment}` serves its industry and region ({}): widen theirs, or add a `[[rep]]`",
            names(&working, |rep| rep.id.to_string())
        ));
    }
    let here = |rep: &Rep| rep.absent_until(now).is_none() && !case.silent.contains(&rep.id);
    let present: Vec<(Serves, &Rep)> = serving.iter().copied().filter(|(_, rep)| here(rep)).collect();
    let free = present.iter().filter(|(_, rep)| rep.capacity.is_none_or(|most| carries(rep) < most));
    match free.min_by_key(|(serves, rep)| (*serves, carries(rep), &rep.id)) {
        Some((serves, rep)) => {
            let sure = if *serves == Serves::Perhaps { ", its industry or region is not known" } else { "" };
            let taken = rep.capacity.map_or_else(|| carries(rep).to_string(), |most| format!("{} of {most}", carries(rep)));
            Decision::To(rep.id.clone(), format!("works `{segment}` with {taken} taken{sure}"))
        }
        None => Decision::Nobody(nobody_is_free(&serving, case.silent, &carries, now)),
    }
}

fn nobody_is_free(serving: &[(Serves, &Rep)], silent: &BTreeSet<RepId>, carries: &dyn Fn(&Rep) -> u32, now: Timestamp) -> String {
    let reps: Vec<&Rep> = serving.iter().map(|(_, rep)| *rep).collect();
    if reps.iter().all(|rep| silent.contains(&rep.id)) {
        return untold(&reps.iter().map(|rep| &rep.id).collect::<Vec<_>>());
    }
    let why = names(&reps, |rep| match rep.absent_until(now) {
        _ if silent.contains(&rep.id) => format!("{} asked for no more mails", rep.id),
        Some(day) => format!("{} is away until {day}", rep.id),
        None => format!("{} has {} of {}", rep.id, carries(rep), rep.capacity.unwrap_or(u32::MAX)),
    });
    let is_full = |rep: &&Rep| rep.absent_until(now).is_none() && !silent.contains(&rep.id);
    let room = if reps.iter().any(is_full) { "raise `capacity`, settle leads of theirs (`atalaya lead reject`), or " } else { "" };
    format!("nobody is free: {why}: {room}add a `[[rep]]`")
}

/// Why nobody hears of a lead that these would get: "nobody is told: ana asked for no more mails".
pub fn untold(reps: &[&RepId]) -> String {
    let mut sorted: Vec<&str> = reps.iter().map(|rep| rep.as_str()).collect();
    sorted.sort_unstable();
    format!("nobody is told: {} asked for no more mails", sorted.join(", "))
}

/// At most five, in order of id: a reason is one line.
fn names(reps: &[&Rep], say: impl Fn(&Rep) -> String) -> String {
    let mut sorted = reps.to_vec();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut said: Vec<String> = sorted.iter().take(5).map(|rep| say(rep)).collect();
    if sorted.len() > 5 {
        said.push(format!("and {} more", sorted.len() - 5));
    }
    said.join(", ")
}
