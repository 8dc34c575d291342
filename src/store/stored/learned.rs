//! Stored form of what the lists of a source have taught.

use super::{millis, timestamp};
use crate::model::{FieldName, Learned, LearnedField, LearnedPage};

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

/// Own pages that were read last, with their names.
pub(super) type StoredPages = Vec<(String, Vec<u64>)>;

pub(super) fn stored_pages(learned: &Learned) -> StoredPages {
    learned.pages.iter().map(|page| (page.name.clone(), page.marks.clone())).collect()
}

pub(super) fn learned_of((fields, path, own, relaid, doubt): StoredLearned, pages: StoredPages) -> Result<Learned, String> {
    let pages = pages.into_iter().map(|(name, marks)| LearnedPage { name, marks }).collect();
    let field =
        |(name, place, share, gone, example): StoredField| LearnedField { name: FieldName::new(&name), place, share, gone, example };
    Ok(Learned { fields: fields.into_iter().map(field).collect(), path, own, pages, relaid: relaid.map(timestamp).transpose()?, doubt })
}
