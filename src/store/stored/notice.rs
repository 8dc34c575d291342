//! Stored form of notices on file.

use serde::{Deserialize, Serialize};

use super::codes::{zone_from_code, zone_from_of};
use super::value::url;
use super::{Stored, lengthened, millis, timestamp};
use crate::base::ids::ContentHash;
use crate::model::{Filed, Raw};
use crate::store::error::StoreError;

/// [`Filed`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredNotice {
    hash: [u8; 16],
    published: Option<i64>,
    seen: i64,
    /// Its place among those that one turn filed.
    pub(in crate::store) place: u32,
    url: String,
    format: String,
    zone: String,
    zone_from: u8,
    raw: String,
    pub(in crate::store) numbers: Vec<String>,
}

impl Stored for StoredNotice {
    const KIND: &'static str = "notice";
    const VERSION: u8 = 2;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        (version == 1).then(|| lengthened(bytes, &[0]))
    }
}

impl StoredNotice {
    pub(in crate::store) fn new(filed: &Filed, place: u32) -> Self {
        Self {
            hash: filed.hash.0,
            published: filed.published.map(millis),
            seen: millis(filed.seen),
            place,
            url: filed.url.as_str().to_owned(),
            format: filed.format.clone(),
            zone: filed.zone.clone(),
            zone_from: zone_from_code(filed.zone_from),
            raw: filed.raw.text(),
            numbers: filed.numbers.clone(),
        }
    }
}

impl TryFrom<StoredNotice> for Filed {
    type Error = String;
    fn try_from(stored: StoredNotice) -> Result<Self, String> {
        Ok(Self {
            hash: ContentHash(stored.hash),
            published: stored.published.map(timestamp).transpose()?,
            seen: timestamp(stored.seen)?,
            url: url(&stored.url)?,
            format: stored.format,
            zone: stored.zone,
            zone_from: zone_from_of(stored.zone_from)?,
            raw: Raw::new("", stored.raw, ""),
            numbers: stored.numbers,
        })
    }
}
