//! Stored form of what the lists of a source have taught.

use super::{millis, timestamp};
use crate::model::{FieldName, Learned, LearnedField};

/// [`Learned`]: fields, own contacts, when it was relaid, what is in doubt.
pub(super) type StoredLearned = (Vec<StoredField>, Option<String>, Vec<u64>, Option<i64>, Option<String>);
/// Name, place, share, readings without it, an example.
type StoredField = (String, u64, u16, u8, String);

pub(super) fn stored_learned(learned: &Learned) -> StoredLearned {
    let field = |field: &LearnedField| (field.name.as_str().to_owned(), field.place, field.share, field.gone, field.example.clone());
    (
        learned.fields.iter().map(field).collect(),
        learned.path.clone(),
        learned.own.clone(),
        learned.relaid.map(millis),
        learned.doubt.clone(),
    )
}

pub(super) fn learned_of((fields, path, own, relaid, doubt): StoredLearned) -> Result<Learned, String> {
    let field =
        |(name, place, share, gone, example): StoredField| LearnedField { name: FieldName::new(&name), place, share, gone, example };
    Ok(Learned { fields: fields.into_iter().map(field).collect(), path, own, relaid: relaid.map(timestamp).transpose()?, doubt })
}
