//! What values look like on disk: shapes of their own, each with a version, converted to and from the model's words. Knows no key and no file.
//!
//! Postcard has no field names, so a shape never changes once it is released: a new one gets the next version and the old one stays readable.

mod bond;
mod checkpoint;
mod codes;
mod lead;
mod learned;
mod notice;
mod outbox;
mod page;
mod record;
#[cfg(test)]
mod tests;
mod value;

pub(super) use value::store_date;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use bond::{StoredQuestion, StoredRuling};
pub(super) use codes::{lead_state_code, record_kind_code};
pub(super) use lead::{StoredLead, StoredOrganisation};
pub(super) use notice::StoredNotice;
pub(super) use outbox::{StoredChannel, StoredEntry, StoredMessage, StoredState, StoredSuppression};
pub(super) use page::{StoredHost, StoredPage, StoredSource, StoredSpent, StoredTime, StoredTimes, StoredVersion, StoredVersions};
pub(super) use record::{StoredChanges, StoredPack, StoredRecord, StoredSignal};

use super::error::StoreError;

/// A shape with its name for people and the version of its form.
pub(super) trait Stored: Serialize + DeserializeOwned {
    const KIND: &'static str;
    const VERSION: u8 = 1;

    /// The shape of a value that was written in an earlier form; `None` when there was no such form.
    fn older(_version: u8, _bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        None
    }
}

/// An earlier form that lacked the last fields, which read `added` when they say nothing.
pub(super) fn lengthened<S: Stored>(bytes: &[u8], added: &[u8]) -> Result<S, StoreError> {
    from_bytes(&[bytes, added].concat())
}

/// Turns a shape into bytes.
pub(super) fn to_bytes<S: Stored>(shape: &S) -> Vec<u8> {
    postcard::to_allocvec(shape).expect("a shape of numbers, texts and lists always has a postcard form")
}

/// Turns bytes back into a shape; all of them must be used.
pub(super) fn from_bytes<S: Stored>(bytes: &[u8]) -> Result<S, StoreError> {
    match postcard::take_from_bytes::<S>(bytes) {
        Ok((shape, [])) => Ok(shape),
        Ok((_, rest)) => Err(undecodable::<S>(format!("{} bytes too many", rest.len()))),
        Err(why) => Err(undecodable::<S>(why.to_string())),
    }
}

/// The error of a shape that is not what it should be.
pub(super) fn undecodable<S: Stored>(why: impl Into<String>) -> StoreError {
    StoreError::Undecodable { what: S::KIND, why: why.into() }
}

/// Converts a shape into the model's word.
pub(super) fn to_model<S: Stored, M>(shape: S) -> Result<M, StoreError>
where
    M: TryFrom<S, Error = String>,
{
    M::try_from(shape).map_err(undecodable::<S>)
}

/// Milliseconds since 1970: the resolution of everything stored.
pub(super) fn millis(at: jiff::Timestamp) -> i64 {
    at.as_millisecond()
}

/// Back from milliseconds; what is out of range was never written by us.
pub(super) fn timestamp(millis: i64) -> Result<jiff::Timestamp, String> {
    jiff::Timestamp::from_millisecond(millis).map_err(|why| why.to_string())
}
