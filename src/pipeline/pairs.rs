//! Pairs of organisations that may be one, for digests: the most telling of those that a rep's sources name, each asked about once. Decides nothing
//! of who is whom, and words nothing.

use std::collections::BTreeSet;

use super::Effects;
use crate::base::ids::SourceId;
use crate::config::{Config, Rep};
use crate::model::{FactName, Organisation, Question};
use crate::render::{Named, Pair};
use crate::resolve;
use crate::store::StoreError;

/// Pairs in one digest.
const ASKED: usize = 3;
/// Open questions that are looked through, and pairs looked at closely.
const QUESTIONS: usize = 10_000;
const LOOKED: usize = 200;

/// What a digest asks.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// As it says it.
    pub(super) pairs: Vec<Pair>,
    /// The same, as they are open.
    pub(super) questions: Vec<Question>,
}

/// What the next digest of a rep asks about: pairs of which one at least is named by a source that feeds them, or by an import.
pub(super) async fn open(effects: &Effects, config: &Config, rep: &Rep) -> Result<Asks, StoreError> {
    if !rep.rep.questions {
        return Ok(Asks::default());
    }
    let mut open = effects.store.questions(QUESTIONS).await?;
    open.retain(|question| question.asked.is_none() && resolve::worth_asking(&question.likeness));
    let mut asks = Asks::default();
    if open.is_empty() {
        return Ok(asks);
    }
    let feeding: BTreeSet<&SourceId> = config.feeding(rep).into_iter().map(|source| &source.id).collect();
    for question in resolve::most_telling(open).into_iter().take(LOOKED) {
        if asks.pairs.len() == ASKED {
            break;
        }
        let (Some(a), Some(b)) = (effects.store.organisation(question.a).await?, effects.store.organisation(question.b).await?) else {
            continue;
        };
        let concerns = |source: &SourceId| feeding.contains(source) || config.import(source).is_some();
        if [&a, &b].iter().any(|one| one.facts.iter().any(|fact| concerns(&fact.evidence.source))) {
            let (one, other) = (named(config, &a), named(config, &b));
            asks.pairs.push(Pair { one, other, fields: question.likeness.fields.clone() });
            asks.questions.push(question);
        }
    }
    Ok(asks)
}

fn named(config: &Config, one: &Organisation) -> Named {
    let best = |name| one.best(name, &|source| config.trust(source)).map(|fact| fact.value.text());
    let place = best(FactName::Place).or_else(|| best(FactName::Region)).or_else(|| best(FactName::Country));
    Named { id: one.id.to_string(), name: one.title().to_owned(), place }
}
