//! How a value lies under its key: a few bytes of head, then the shape: as it is, compressed, or as a reference into a segment.
//!
//! ```text
//! version of the shape | place (0 plain, 1 zstd, 2 segment; +128: a counter follows) | [counter, 8 bytes] | content
//! ```

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::segments::{Pin, Segments};
use super::stored::{Stored, from_bytes, to_bytes, undecodable};
use crate::base::caps::STORE_VALUE_BYTES;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const SEGMENT: u8 = 2;
const COUNTED: u8 = 0x80;
/// Values above this are compressed: records of 300 bytes gain nothing, organisations with repeated evidence a factor of three.
const COMPRESS_FROM: usize = 1024;
/// More than anything we ever store in one value.
const RAW_MOST: usize = 64 * 1024 * 1024;

/// Level 1 packs 60 KB of HTML in a fifth of a millisecond; level 3 gains a tenth and costs half as much again.
pub(super) const LEVEL: i32 = 1;
/// Idle compressors that are kept: a new one sets up half a megabyte, which takes as long as packing a page.
const PACKERS: usize = 4;

/// Compresses a value or a page.
pub(super) fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    static IDLE: Mutex<Vec<zstd::bulk::Compressor<'static>>> = Mutex::new(Vec::new());
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let packer = idle().pop();
    let mut packer = packer.map_or_else(|| zstd::bulk::Compressor::new(LEVEL), Ok)?;
    let packed = packer.compress(bytes)?;
    let mut idle = idle();
    if idle.len() < PACKERS {
        idle.push(packer);
    }
    Ok(packed)
}

/// Where a blob lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BlobRef {
    pub(super) segment: u32,
    pub(super) offset: u32,
    pub(super) length: u32,
    pub(super) hash: [u8; 16],
}

impl BlobRef {
    const BYTES: usize = 28;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.segment.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.hash);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (segment, rest) = bytes.split_first_chunk()?;
        let (offset, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        Some(Self {
            segment: u32::from_le_bytes(*segment),
            offset: u32::from_le_bytes(*offset),
            length: u32::from_le_bytes(*length),
            hash: *rest.first_chunk()?,
        })
    }
}

/// A value taken apart.
struct Parts<'a> {
    version: u8,
    place: u8,
    counter: u64,
    content: &'a [u8],
}

fn parts(value: &[u8]) -> Option<Parts<'_>> {
    let (&[version, place], content) = value.split_first_chunk::<2>()?;
    if place & COUNTED == 0 {
        return Some(Parts { version, place, counter: 0, content });
    }
    let (counter, content) = content.split_first_chunk()?;
    Some(Parts { version, place: place & !COUNTED, counter: u64::from_le_bytes(*counter), content })
}

/// The value of a shape; what is too large for the tree goes to the segments. `counter` is the version of what conflicts by version.
pub(super) fn pack<S: Stored>(
    shape: &S,
    counter: Option<u64>,
    segments: &std::sync::Arc<Segments>,
    pins: &mut Vec<Pin>,
) -> Result<Vec<u8>, StoreError> {
    let bytes = to_bytes(shape);
    let head = Head { version: S::VERSION, counter };
    pack_bytes(head, S::KIND, &bytes, segments, pins)
}

/// The first bytes of a value.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) version: u8,
    pub(super) counter: Option<u64>,
}

/// As [`pack`], for bytes that have no shape: bodies of messages.
pub(super) fn pack_bytes(
    head: Head,
    what: &'static str,
    bytes: &[u8],
    segments: &std::sync::Arc<Segments>,
    pins: &mut Vec<Pin>,
) -> Result<Vec<u8>, StoreError> {
    let begin = |place: u8, room: usize| {
        let mut value = Vec::with_capacity(room + 10);
        value.push(head.version);
        value.push(if head.counter.is_some() { place | COUNTED } else { place });
        value.extend(head.counter.iter().flat_map(|counter| counter.to_le_bytes()));
        value
    };
    if bytes.len() > RAW_MOST {
        return Err(StoreError::TooLarge { what, bytes: bytes.len() });
    }
    if bytes.len() <= COMPRESS_FROM {
        let mut value = begin(PLAIN, bytes.len());
        value.extend_from_slice(bytes);
        return Ok(value);
    }
    let packed = compress(bytes).map_err(|why| StoreError::Undecodable { what, why: why.to_string() })?;
    let length = u32::try_from(bytes.len()).expect("RAW_MOST is less than 4 GiB");
    if packed.len() + 16 <= STORE_VALUE_BYTES {
        let mut value = begin(ZSTD, packed.len() + 4);
        value.extend_from_slice(&length.to_le_bytes());
        value.extend_from_slice(&packed);
        return Ok(value);
    }
    let (blob, pin) = Segments::append(segments, &packed)?;
    pins.push(pin);
    let mut value = begin(SEGMENT, BlobRef::BYTES + 4);
    value.extend_from_slice(&length.to_le_bytes());
    blob.write(&mut value);
    Ok(value)
}

/// The counter of a value; 0 when it has none.
pub(super) fn counter(value: &[u8]) -> u64 {
    parts(value).map_or(0, |parts| parts.counter)
}

/// The blob a value refers to, if its content is one.
pub(super) fn blob(value: &[u8]) -> Option<BlobRef> {
    let parts = parts(value)?;
    if parts.place == SEGMENT { BlobRef::read(parts.content.get(4..)?) } else { None }
}

/// The same value with its content elsewhere: for rewriting segments.
pub(super) fn moved(value: &[u8], to: &BlobRef) -> Option<Vec<u8>> {
    let head = value.len() - parts(value)?.content.len();
    let mut moved = value.get(..head + 4)?.to_vec();
    to.write(&mut moved);
    Some(moved)
}

/// The bytes of a value's content, and the version of their shape.
pub(super) fn content<'a>(value: &'a [u8], what: &'static str, segments: &Segments) -> Result<(u8, Cow<'a, [u8]>), StoreError> {
    let bad = |why: &str| StoreError::Undecodable { what, why: why.to_owned() };
    let parts = parts(value).ok_or_else(|| bad("its head is cut off"))?;
    let sized = || {
        let (length, rest) = parts.content.split_first_chunk().ok_or_else(|| bad("its length is cut off"))?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > RAW_MOST { Err(bad("its length cannot be")) } else { Ok((length, rest)) }
    };
    let unpack = |packed: &[u8], length: usize| match zstd::bulk::decompress(packed, length) {
        Ok(bytes) if bytes.len() == length => Ok(bytes),
        Ok(_) => Err(bad("it is shorter than it says")),
        Err(why) => Err(bad(&why.to_string())),
    };
    match parts.place {
        PLAIN => Ok((parts.version, Cow::Borrowed(parts.content))),
        ZSTD => {
            let (length, packed) = sized()?;
            Ok((parts.version, Cow::Owned(unpack(packed, length)?)))
        }
        SEGMENT => {
            let (length, rest) = sized()?;
            let blob = BlobRef::read(rest).ok_or_else(|| bad("its reference is cut off"))?;
            Ok((parts.version, Cow::Owned(unpack(&segments.read(&blob)?, length)?)))
        }
        _ => Err(bad("its head is of no known form")),
    }
}

/// The shape in a value.
pub(super) fn unpack<S: Stored>(value: &[u8], segments: &Segments) -> Result<S, StoreError> {
    let (version, bytes) = content(value, S::KIND, segments)?;
    if version == S::VERSION {
        return from_bytes(&bytes);
    }
    S::older(version, &bytes).unwrap_or_else(|| Err(undecodable::<S>(format!("its form has the unknown version {version}"))))
}

/// The value of a shape that is known to be small.
pub(super) fn pack_inline<S: Stored>(shape: &S) -> Vec<u8> {
    let mut value = vec![S::VERSION, PLAIN];
    value.extend_from_slice(&to_bytes(shape));
    value
}

/// The shape in a value that refers to no segment.
pub(super) fn unpack_inline<S: Stored>(value: &[u8]) -> Result<S, StoreError> {
    match parts(value) {
        Some(Parts { version, place: PLAIN, content, .. }) if version == S::VERSION => from_bytes(content),
        _ => Err(undecodable::<S>("it does not lie in the tree as it is")),
    }
}
