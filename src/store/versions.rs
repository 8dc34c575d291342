//! Kept versions of pages: each as zstd, against an earlier version's bytes where that is smaller. Pure but for the blobs it writes.

use std::io::{Read, Write};
use std::sync::Arc;

use super::error::StoreError;
use super::frame::{BlobRef, LEVEL, compress};
use super::segments::{Pin, Segments};
use super::stored::{StoredVersion, StoredVersions};
use crate::base::ids::ContentHash;

/// Pages are capped at 10 MiB; this leaves room and still bounds what a damaged length can ask for.
const LENGTH_MOST: u32 = 64 * 1024 * 1024;

/// A new version of a page.
pub(super) struct Fresh<'a> {
    pub(super) bytes: &'a [u8],
    /// Milliseconds since 1970.
    pub(super) at: i64,
    pub(super) changed: bool,
    /// How many versions with changes are kept.
    pub(super) keep: usize,
}

/// The list with the new version in it and the oldest beyond the number to keep dropped; `None` when the bytes are those of the last one.
pub(super) fn add(
    mut list: StoredVersions,
    fresh: &Fresh<'_>,
    segments: &Arc<Segments>,
    pins: &mut Vec<Pin>,
) -> Result<Option<StoredVersions>, StoreError> {
    let content = ContentHash::of(fresh.bytes).0;
    let length = u32::try_from(fresh.bytes.len()).unwrap_or(u32::MAX);
    if length > LENGTH_MOST {
        return Err(StoreError::TooLarge { what: "page", bytes: fresh.bytes.len() });
    }
    let first = list.versions.is_empty();
    if let Some(last) = list.versions.last_mut().filter(|last| last.content == content) {
        if last.changed || !fresh.changed {
            return Ok(None);
        }
        last.changed = true;
        return Ok(Some(list));
    }
    let (blob, base) = write(&list, fresh.bytes, segments, pins)?;
    list.versions.push(StoredVersion { at: fresh.at, length, content, changed: fresh.changed || first, blob, base });
    Ok(Some(trim(list, fresh.keep)))
}

/// Keeps the last versions that came with a change, and the newest one whatever it came with.
fn trim(mut list: StoredVersions, keep: usize) -> StoredVersions {
    let newest = list.versions.len() - 1;
    let mut spare = list.versions.iter().filter(|version| version.changed).count().saturating_sub(keep);
    let mut at = 0;
    list.versions.retain(|version| {
        let stays = at == newest || version.changed && spare == 0;
        if version.changed && spare > 0 {
            spare -= 1;
        }
        at += 1;
        stays
    });
    list
}

/// Writes the bytes as a blob: whole, or against the last whole version when that is much smaller.
fn write(
    list: &StoredVersions,
    bytes: &[u8],
    segments: &Arc<Segments>,
    pins: &mut Vec<Pin>,
) -> Result<(BlobRef, Option<BlobRef>), StoreError> {
    let packing = |why: std::io::Error| StoreError::Undecodable { what: "page", why: why.to_string() };
    // A version whose base cannot be read any more must not keep the next one from being stored.
    let base = list.versions.last().and_then(|last| {
        let blob = last.base.unwrap_or(last.blob);
        Some((blob, unpack_whole(&segments.read(&blob).ok()?).ok()?))
    });
    let mut best = None;
    if let Some((blob, plain)) = base {
        let delta = pack_against(bytes, &plain).map_err(packing)?;
        if delta.len() * 2 < blob.length as usize {
            let (written, pin) = Segments::append(segments, &delta)?;
            pins.push(pin);
            return Ok((written, Some(blob)));
        }
        best = Some((delta, blob));
    }
    let whole = compress(bytes).map_err(packing)?;
    let (content, base) = match best {
        // A base keeps an old blob alive: a delta that saves little is not worth it.
        Some((delta, blob)) if delta.len() * 4 < whole.len() * 3 => (delta, Some(blob)),
        _ => (whole, None),
    };
    let (written, pin) = Segments::append(segments, &content)?;
    pins.push(pin);
    Ok((written, base))
}

fn pack_against(bytes: &[u8], base: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::with_ref_prefix(Vec::new(), LEVEL, base)?;
    encoder.window_log(window(bytes.len() + base.len()))?;
    encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The window must reach from the end of the new bytes to the beginning of the old.
fn window(length: usize) -> u32 {
    (usize::BITS - length.leading_zeros()).clamp(10, 27)
}

/// A whole version says itself how long it is.
fn unpack_whole(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let length = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten().unwrap_or(0);
    zstd::bulk::decompress(packed, usize::try_from(length.min(u64::from(LENGTH_MOST))).unwrap_or(0))
}

/// The bytes of a version, checked against their hash.
pub(super) fn read(version: &StoredVersion, segments: &Segments) -> Result<Vec<u8>, StoreError> {
    let bad = |why: String| StoreError::Segment { segment: version.blob.segment, offset: version.blob.offset, why };
    if version.length > LENGTH_MOST {
        return Err(bad("its length cannot be".to_owned()));
    }
    let packed = segments.read(&version.blob)?;
    let bytes = match version.base {
        None => unpack_whole(&packed).map_err(|why| bad(why.to_string()))?,
        Some(base) => {
            let plain = unpack_whole(&segments.read(&base)?).map_err(|why| bad(why.to_string()))?;
            let mut decoder =
                zstd::stream::read::Decoder::with_ref_prefix(packed.as_slice(), &plain).map_err(|why| bad(why.to_string()))?;
            decoder.window_log_max(27).map_err(|why| bad(why.to_string()))?;
            let mut bytes = Vec::with_capacity(version.length as usize);
            decoder.take(u64::from(version.length) + 1).read_to_end(&mut bytes).map_err(|why| bad(why.to_string()))?;
            bytes
        }
    };
    if ContentHash::of(&bytes).0 == version.content { Ok(bytes) } else { Err(bad("it is not the page that was stored".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::spec::Hook;

    fn page(n: usize, items: usize) -> Vec<u8> {
        let item = |i: usize| format!("<li class=item><h3>Item {}</h3><span>{} EUR</span></li>\n", i * 7919 % 10_007, (i * i + n) % 997);
        (0..items).map(item).collect::<String>().into_bytes()
    }

    #[test]
    fn versions_read_back_and_the_last_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let segments = Segments::open(folder.path(), Hook::default()).unwrap();
        let mut list = StoredVersions::default();
        let mut pins = Vec::new();
        for n in 0..20 {
            let mut bytes = page(1, 400);
            bytes.extend_from_slice(format!("<p>edition {n}</p>").as_bytes());
            let fresh = Fresh { bytes: &bytes, at: n, changed: n % 2 == 0, keep: 3 };
            list = add(list, &fresh, &segments, &mut pins).unwrap().unwrap();
        }
        let times: Vec<i64> = list.versions.iter().map(|version| version.at).collect();
        assert_eq!(times, [14, 16, 18, 19]);
        for version in &list.versions {
            let bytes = read(version, &segments).unwrap();
            assert!(bytes.ends_with(format!("<p>edition {}</p>", version.at).as_bytes()));
            assert!(version.base.is_some() && version.blob.length < 200, "a small edit is a small delta: {version:?}");
        }
    }

    #[test]
    fn a_different_page_is_stored_whole_and_the_same_one_not_again() {
        let folder = tempfile::tempdir().unwrap();
        let segments = Segments::open(folder.path(), Hook::default()).unwrap();
        let mut pins = Vec::new();
        let mut put = |list, bytes: &[u8]| add(list, &Fresh { bytes, at: 1, changed: true, keep: 5 }, &segments, &mut pins).unwrap();
        let list = put(StoredVersions::default(), &page(1, 50)).unwrap();
        assert_eq!(put(list.clone(), &page(1, 50)), None);
        let noise: Vec<u8> = (0..5000_u32).flat_map(|n| ContentHash::of(&n.to_le_bytes()).0).collect();
        let list = put(list, &noise).unwrap();
        assert_eq!(list.versions[1].base, None);
        assert_eq!(read(&list.versions[1], &segments).unwrap(), noise);
    }
}
