//! Groups as they are shown: an organisation's head office, and who belongs to whose. Who leads whom is decided in `resolve`; this fetches what
//! that needs. Writes nothing.

use std::collections::BTreeSet;

use super::Effects;
use crate::model::Organisation;
use crate::resolve;
use crate::store::StoreError;

/// Steps from an organisation to its head office at most.
const STEPS: usize = 4;
/// Members of one group that are named.
const MEMBERS: usize = 50;

/// The head office at the top of an organisation's group; `None` where it is that itself, or nobody knows of one.
pub async fn head_office(effects: &Effects, organisation: &Organisation) -> Result<Option<Organisation>, StoreError> {
    let mut met = BTreeSet::from([organisation.id]);
    let mut top: Option<Organisation> = None;
    for _ in 0..STEPS {
        let below = top.as_ref().unwrap_or(organisation);
        let keys = resolve::above(below);
        if keys.is_empty() {
            break;
        }
        let owners = effects.store.organisations_by_keys(keys).await?;
        match resolve::head(below, &owners) {
            Some(head) if met.insert(head.id) => top = Some(head.clone()),
            Some(_) | None => break,
        }
    }
    Ok(top)
}

/// The organisations whose head office this is, over all steps.
pub async fn members(effects: &Effects, organisation: &Organisation) -> Result<Vec<Organisation>, StoreError> {
    let mut met = BTreeSet::from([organisation.id]);
    let (mut found, mut heads): (Vec<Organisation>, Vec<Organisation>) = (Vec::new(), vec![organisation.clone()]);
    for _ in 0..STEPS {
        let mut next = Vec::new();
        for head in &heads {
            let may = effects.store.beneath(&head.keys).into_iter().filter(|id| !met.contains(id)).collect::<Vec<_>>();
            if may.is_empty() || found.len() >= MEMBERS {
                continue;
            }
            for one in effects.store.organisations(may).await? {
                let room = found.len() + next.len() < MEMBERS;
                if room && resolve::head(&one, std::slice::from_ref(head)).is_some() && met.insert(one.id) {
                    next.push(one);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        found.extend(next.iter().cloned());
        heads = next;
    }
    Ok(found)
}
