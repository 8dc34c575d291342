//! Stored forms of what joins and parts organisations.

use serde::{Deserialize, Serialize};

use super::lead::StoredKey;
use super::{Stored, millis, timestamp};
use crate::base::ids::{OrganisationId, RecordId};
use crate::model::{Bond, Likeness, Question, Ruling};

type Id = [u8; 8];

fn organisation(id: Id) -> OrganisationId {
    OrganisationId(u64::from_be_bytes(id))
}

pub(super) fn ids<'a>(records: impl IntoIterator<Item = &'a RecordId>) -> Vec<Id> {
    records.into_iter().map(|id| id.0.to_be_bytes()).collect()
}

pub(super) fn records<C: FromIterator<RecordId>>(ids: Vec<Id>) -> C {
    ids.into_iter().map(|id| RecordId(u64::from_be_bytes(id))).collect()
}

/// [`Likeness`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredLikeness {
    points: i32,
    fields: Vec<(String, i32)>,
    pattern: Vec<u8>,
}

impl From<&Likeness> for StoredLikeness {
    fn from(likeness: &Likeness) -> Self {
        let Likeness { points, fields, pattern } = likeness.clone();
        Self { points, fields, pattern }
    }
}

impl From<StoredLikeness> for Likeness {
    fn from(stored: StoredLikeness) -> Self {
        let StoredLikeness { points, fields, pattern } = stored;
        Self { points, fields, pattern }
    }
}

/// [`Bond`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredBond {
    Key(StoredKey),
    Alike(StoredLikeness),
    Ruling(u32),
}

impl From<&Bond> for StoredBond {
    fn from(bond: &Bond) -> Self {
        match bond {
            Bond::Key(key) => Self::Key(key.into()),
            Bond::Alike(likeness) => Self::Alike(likeness.into()),
            Bond::Ruling(number) => Self::Ruling(*number),
        }
    }
}

impl From<StoredBond> for Bond {
    fn from(stored: StoredBond) -> Self {
        match stored {
            StoredBond::Key(key) => Self::Key(key.into()),
            StoredBond::Alike(likeness) => Self::Alike(likeness.into()),
            StoredBond::Ruling(number) => Self::Ruling(number),
        }
    }
}

/// [`Question`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredQuestion {
    a: Id,
    b: Id,
    likeness: StoredLikeness,
    because: String,
    at: i64,
    asked: Option<i64>,
}

impl Stored for StoredQuestion {
    const KIND: &'static str = "question";
}

impl From<&Question> for StoredQuestion {
    fn from(question: &Question) -> Self {
        Self {
            a: question.a.0.to_be_bytes(),
            b: question.b.0.to_be_bytes(),
            likeness: (&question.likeness).into(),
            because: question.because.clone(),
            at: millis(question.at),
            asked: question.asked.map(millis),
        }
    }
}

impl TryFrom<StoredQuestion> for Question {
    type Error = String;
    fn try_from(stored: StoredQuestion) -> Result<Self, String> {
        let StoredQuestion { a, b, likeness, because, at, asked } = stored;
        let asked = asked.map(timestamp).transpose()?;
        Ok(Self { a: organisation(a), b: organisation(b), likeness: likeness.into(), because, at: timestamp(at)?, asked })
    }
}

/// [`Ruling`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredRuling {
    number: u32,
    at: i64,
    same: bool,
    a: Id,
    b: Id,
    of_a: Vec<Id>,
    of_b: Vec<Id>,
    divided: bool,
    pattern: Vec<u8>,
    undone: Option<i64>,
}

impl Stored for StoredRuling {
    const KIND: &'static str = "ruling";
}

impl From<&Ruling> for StoredRuling {
    fn from(ruling: &Ruling) -> Self {
        Self {
            number: ruling.number,
            at: millis(ruling.at),
            same: ruling.same,
            a: ruling.a.0.to_be_bytes(),
            b: ruling.b.0.to_be_bytes(),
            of_a: ids(&ruling.of_a),
            of_b: ids(&ruling.of_b),
            divided: ruling.divided,
            pattern: ruling.pattern.clone(),
            undone: ruling.undone.map(millis),
        }
    }
}

impl TryFrom<StoredRuling> for Ruling {
    type Error = String;
    fn try_from(stored: StoredRuling) -> Result<Self, String> {
        let StoredRuling { number, at, same, a, b, of_a, of_b, divided, pattern, undone } = stored;
        Ok(Self {
            number,
            at: timestamp(at)?,
            same,
            a: organisation(a),
            b: organisation(b),
            of_a: records(of_a),
            of_b: records(of_b),
            divided,
            pattern,
            undone: undone.map(timestamp).transpose()?,
        })
    }
}
