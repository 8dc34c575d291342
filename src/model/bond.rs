//! By what records belong to one organisation, what is not sure, and what people ruled.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::IdentityKey;
use crate::base::ids::{OrganisationId, RecordId};

/// How alike two organisations are, in tenths of a point: ten points double the odds that they are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    /// All together; over zero they are likelier one than two.
    pub points: i32,
    /// What each field says.
    pub fields: Vec<(String, i32)>,
    /// The levels of the fields, as the matcher has them: what an answer teaches it.
    pub pattern: Vec<u8>,
}

impl Likeness {
    /// "41 points: name 95, phone 109": the loudest first, with what speaks against it.
    pub fn shown(&self) -> String {
        let mut fields: Vec<&(String, i32)> = self.fields.iter().collect();
        fields.sort_by_key(|(name, points)| (std::cmp::Reverse(points.abs()), name.as_str()));
        let mut shown = format!("{} points", whole(self.points));
        for (place, (name, points)) in fields.into_iter().enumerate() {
            let _ = write!(shown, "{}{} {}", if place == 0 { ": " } else { ", " }, name.replace('_', " "), whole(*points));
        }
        shown
    }
}

/// Half a point is a whole one, away from zero.
const fn whole(tenths: i32) -> i32 {
    (tenths + 5 * tenths.signum()) / 10
}

/// By what a record belongs to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bond {
    /// It has this in common with it.
    Key(IdentityKey),
    /// It is alike.
    Alike(Likeness),
    /// Somebody said so, in the ruling of this number.
    Ruling(u32),
}

impl Bond {
    /// In words.
    pub fn shown(&self) -> String {
        match self {
            Self::Key(key) => format!("the same {}", key.shown()),
            Self::Alike(likeness) => format!("alike, {}", likeness.shown()),
            Self::Ruling(number) => format!("ruling {number}: somebody said so"),
        }
    }
}

/// Two organisations that may be one: nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// One of them.
    pub a: OrganisationId,
    /// The other.
    pub b: OrganisationId,
    /// How alike they are.
    pub likeness: Likeness,
    /// Why they were not joined, in words.
    pub because: String,
    /// Since when it is open.
    pub at: Timestamp,
    /// When somebody was asked by mail: that is done once.
    pub asked: Option<Timestamp>,
}

impl Question {
    /// The pair, the smaller id first: one pair, one question.
    pub fn pair(&self) -> (OrganisationId, OrganisationId) {
        (self.a.min(self.b), self.a.max(self.b))
    }
}

/// What somebody said of two organisations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// From 1, in the order in which they were made.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Whether they are one.
    pub same: bool,
    /// The organisation that stays, or one of the two.
    pub a: OrganisationId,
    /// The one that became part of it, or the other.
    pub b: OrganisationId,
    /// The records of the first as they were then.
    pub of_a: Vec<RecordId>,
    /// The records of the second as they were then.
    pub of_b: Vec<RecordId>,
    /// Whether both were one organisation before: then a "not same" divided it.
    pub divided: bool,
    /// How alike they were: what this answer teaches.
    pub pattern: Vec<u8>,
    /// When it was taken back.
    pub undone: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_read_of_a_bond() {
        let alike = Likeness { points: 414, fields: vec![("legal_form".to_owned(), -283), ("phone".to_owned(), 1_092)], pattern: vec![] };
        for (bond, want) in [
            (Bond::Key(IdentityKey::Phone("+34911234567".to_owned())), "the same telephone number +34911234567"),
            (Bond::Key(IdentityKey::NamePlace("acme".to_owned(), "@fair".to_owned())), "the same name \"acme\" within source fair"),
            (Bond::Alike(alike), "alike, 41 points: phone 109, legal form -28"),
            (Bond::Ruling(3), "ruling 3: somebody said so"),
        ] {
            assert_eq!(bond.shown(), want);
        }
    }
}
