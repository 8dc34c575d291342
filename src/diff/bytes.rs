//! Compares the bytes of a page without reading them: no tree, no text, no knowledge of HTML beyond where a tag may begin.

use crate::model::{Extract, VolatileSpan};

/// Hash of a page's bytes without the stretches that are known to change by themselves.
///
/// Equal for two fetches of a page that differ inside `volatile` only; different when anything else differs.
pub fn fingerprint(_bytes: &[u8], _volatile: &[VolatileSpan]) -> u64 {
    0
}

/// The stretches in which two fetches of the same page differ, added to the `known` ones; at most 64.
///
/// After learning, `fingerprint(old, spans) == fingerprint(new, spans)`. Where no safe stretch can be named (more than half of the
/// page differs, or its surroundings repeat), the known ones are returned as they are: a span too few costs time, a wrong one a change.
pub fn volatile_spans(_old: &[u8], _new: &[u8], known: &[VolatileSpan]) -> Vec<VolatileSpan> {
    known.to_vec()
}

/// Those of `spans` in which nothing lies that is read from the page: a change in what is read must never hide inside a span.
///
/// `bytes` is any fetch of the page and `extract` what was read from it. A span that holds a word of a record's field or of a
/// block is left out; its content is compared after reading, under masks.
pub fn spans_outside(_bytes: &[u8], spans: &[VolatileSpan], _extract: &Extract) -> Vec<VolatileSpan> {
    spans.to_vec()
}
