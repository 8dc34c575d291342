//! Compares the bytes of a page without reading them: no tree, no text, no knowledge of HTML beyond where a tag begins and ends.
//!
//! Bytes are cut into pieces: a tag with its attributes, a stretch of text, a line; in JSON also a member. What changes by itself is
//! remembered as the pieces before and after it that stay ([`VolatileSpan`]), never by position, so that it is found again when the
//! rest of the page moves. White space between pieces is not compared.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::VolatileSpan;

/// Spans remembered for one page.
pub(super) const SPANS: usize = 64;
/// Pieces that one span skips at most.
const SKIP: usize = 64;
/// Pieces that make up a span's surroundings at most; their number is kept in the low three bits of the hash.
const AROUND: usize = 8;
/// Pieces of a page that are compared one by one when learning; beyond them nothing is learned.
const LEARN: usize = 20_000;

/// The beginning and the end of the page, so that what varies there has a neighbour too.
const EDGES: (u64, u64) = (0x5eed_0000_0000_0001, 0x5eed_0000_0000_0002);

/// Hash of a page's bytes as they are, but for the stretches `apart`, which are places of the page that changed by themselves before.
///
/// Equal for two fetches of the same length that differ inside these places only, and have as many pieces there: so mostly a token or a clock need not
/// be looked for.
pub fn exact(bytes: &[u8], apart: &[Range<u32>]) -> u64 {
    if apart.is_empty() {
        return hash(bytes);
    }
    let ends = apart.iter().map(|stretch| stretch.start as usize).chain([bytes.len()]);
    let starts = std::iter::once(0).chain(apart.iter().map(|stretch| stretch.end as usize));
    let begin = mix(bytes.len() as u64, SECOND);
    // A page that is too short for them has another length, and so another hash whatever is added.
    let part = |from, to| bytes.get(from..to).unwrap_or_default();
    let inside = apart.iter().map(|stretch| part(stretch.start as usize, stretch.end as usize));
    let begin = inside.fold(begin, |all, part| mix(all ^ Pieces::cut(part).count() as u64, SECOND));
    starts.zip(ends).fold(begin, |all, (from, to)| mix(all ^ hash(part(from, to)), SECOND))
}

/// Hash of a page's bytes without the stretches that are known to change by themselves.
///
/// Equal for two fetches of a page that differ inside `volatile` only; different when anything else but white space between
/// pieces differs.
pub fn fingerprint(bytes: &[u8], volatile: &[VolatileSpan]) -> u64 {
    if volatile.is_empty() {
        let inner = Pieces::cut(bytes).fold(mix(EDGES.0, SECOND), |hash, (piece, _)| mix(hash ^ piece, SECOND));
        return mix(inner ^ EDGES.1, SECOND);
    }
    let pieces = hashes(bytes);
    Walk::new(&pieces, volatile).fold(0, |hash, i| mix(hash ^ pieces[i], SECOND))
}

/// The stretches in which two fetches of the same page differ, together with the `known` ones; at most 64.
///
/// After learning, `fingerprint(old, spans) == fingerprint(new, spans)`. Where no safe stretch can be named (more than half of the
/// page differs, or its surroundings repeat), the known ones are returned as they are: a span too few costs time, a wrong one a
/// change. Before the result is used, [`super::spans_outside`] takes out what lies in the text that is read.
pub fn volatile_spans(old: &[u8], new: &[u8], known: &[VolatileSpan]) -> Vec<VolatileSpan> {
    let (old, new) = (hashes(old), hashes(new));
    let mut spans = known.to_vec();
    // A second round learns what the first one's merging left open; more would mean that the page has no stable surroundings.
    for _ in 0..2 {
        let (a, b) = (kept(&old, &spans), kept(&new, &spans));
        if same(&old, &a, &new, &b) {
            return spans;
        }
        let Some(found) = learn(&Side::new(&old, &a), &Side::new(&new, &b)) else { break };
        for span in found {
            spans.retain(|other| other.before != span.before);
            spans.push(span);
        }
        if spans.len() > SPANS {
            break;
        }
    }
    let fits = spans.len() <= SPANS && {
        let (a, b) = (kept(&old, &spans), kept(&new, &spans));
        same(&old, &a, &new, &b) && a.len() * 2 >= old.len() && b.len() * 2 >= new.len()
    };
    if fits { spans } else { known.to_vec() }
}

/// Where the volatile spans stand in `bytes`, in order, the first 64: what [`exact`] leaves out. None where the page is too large for such places.
pub fn stretches(bytes: &[u8], spans: &[VolatileSpan]) -> Vec<Range<u32>> {
    let place = |(_, range): (VolatileSpan, Range<usize>)| Some(u32::try_from(range.start).ok()?..u32::try_from(range.end).ok()?);
    if spans.is_empty() {
        Vec::new()
    } else {
        skipped(bytes, spans).into_iter().take(SPANS).map(place).collect::<Option<_>>().unwrap_or_default()
    }
}

/// The stretches of `bytes` that the spans skip, each with its span, in order.
pub(super) fn skipped(bytes: &[u8], spans: &[VolatileSpan]) -> Vec<(VolatileSpan, Range<usize>)> {
    let places: Vec<(u64, Range<usize>)> = Pieces::cut(bytes).collect();
    let pieces = hashes(bytes);
    let mut walk = Walk::new(&pieces, spans);
    while walk.next().is_some() {}
    let stretch = |(span, from, to): (usize, usize, usize)| {
        // Pieces are numbered from the edge, places from the first piece.
        let (first, last) = (places.get(from.checked_sub(1)?)?, places.get(to.checked_sub(2)?)?);
        (from < to).then(|| (spans[span], first.1.start..last.1.end))
    };
    walk.skips.into_iter().filter_map(stretch).collect()
}

const SECOND: u64 = 0xa076_1d64_78bd_642f;

/// The product of two numbers, folded: the step of wyhash.
const fn mix(a: u64, b: u64) -> u64 {
    let product = (a ^ 0xe703_7ed1_a0b4_28db) as u128 * (b ^ 0x8ebc_6af0_9c88_c6e3) as u128;
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    {
        product as u64 ^ (product >> 64) as u64
    }
}

fn hash(bytes: &[u8]) -> u64 {
    // Sixteen bytes a step, two steps side by side: each waits for the product of the one before.
    let step = |state: u64, chunk: &[u8; 16]| {
        let [one, two] = chunk.as_chunks::<8>().0 else { return state };
        mix(state ^ u64::from_le_bytes(*one), SECOND ^ u64::from_le_bytes(*two))
    };
    let (chunks, rest) = bytes.as_chunks::<16>();
    let (pairs, single) = chunks.as_chunks::<2>();
    let begin = mix(bytes.len() as u64, SECOND);
    let (even, odd) = pairs.iter().fold((begin, EDGES.0), |(even, odd), [one, two]| (step(even, one), step(odd, two)));
    let state = single.iter().fold(even ^ odd.rotate_left(32), step);
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    step(state, &last)
}

/// The pieces of a page as hashes, between its edges.
fn hashes(bytes: &[u8]) -> Vec<u64> {
    let mut all = Vec::with_capacity(bytes.len() / 16 + 2);
    all.push(EDGES.0);
    all.extend(Pieces::cut(bytes).map(|(hash, _)| hash));
    all.push(EDGES.1);
    all
}

/// The pieces one after another: the hash of each, and its place.
struct Pieces<'a> {
    bytes: &'a [u8],
    /// Where cuts may be: one search over all bytes, since most pieces are shorter than a search takes to start.
    marks: Marks<'a>,
    at: usize,
}

enum Marks<'a> {
    Markup(memchr::Memchr3<'a>),
    Json(memchr::Memchr2<'a>),
}

impl<'a> Pieces<'a> {
    fn cut(bytes: &'a [u8]) -> Self {
        let json = bytes.trim_ascii_start().first().is_some_and(|first| matches!(first, b'{' | b'['));
        let marks = if json {
            Marks::Json(memchr::memchr2_iter(b',', b'\n', bytes))
        } else {
            Marks::Markup(memchr::memchr3_iter(b'<', b'>', b'\n', bytes))
        };
        Self { bytes, marks, at: 0 }
    }

    /// The end of the piece that begins at `at`: a tag begins before `<` and ends after `>`.
    fn cut_at(&mut self) -> usize {
        loop {
            let cut = match &mut self.marks {
                Marks::Markup(marks) => marks.next().map(|i| if self.bytes[i] == b'<' { i } else { i + 1 }),
                Marks::Json(marks) => marks.next().map(|i| i + 1),
            };
            match cut {
                Some(cut) if cut > self.at => return cut,
                Some(_) => {}
                None => return self.bytes.len(),
            }
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = (u64, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.bytes.len() {
            let start = self.at;
            self.at = self.cut_at();
            let piece = self.bytes[start..self.at].trim_ascii();
            if !piece.is_empty() {
                return Some((hash(piece), start..self.at));
            }
        }
        None
    }
}

/// Whether what is kept of two pages is the same.
fn same(old: &[u64], a: &[usize], new: &[u64], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(i, j)| old[*i] == new[*j])
}

/// The hash of some pieces in a row, with `low` in its low three bits.
fn joint(pieces: impl Iterator<Item = u64>, low: usize) -> u64 {
    pieces.fold(SECOND, |hash, piece| mix(hash ^ piece, SECOND)) & !7 | low as u64
}

/// Indexes of the pieces that no span skips.
fn kept(pieces: &[u64], spans: &[VolatileSpan]) -> Vec<usize> {
    Walk::new(pieces, spans).collect()
}

/// Walks over the pieces and steps over the spans.
struct Walk<'a> {
    pieces: &'a [u64],
    spans: HashMap<u64, usize>,
    all: &'a [VolatileSpan],
    /// Which lengths of surroundings are in use, as bits.
    lengths: u8,
    /// Which hashes may be surroundings: a look at these bits spares most searches.
    likely: u64,
    /// The last pieces that were kept, newest last.
    recent: Vec<u64>,
    at: usize,
    /// The span, and the pieces it skipped (from, to).
    skips: Vec<(usize, usize, usize)>,
}

impl<'a> Walk<'a> {
    fn new(pieces: &'a [u64], spans: &'a [VolatileSpan]) -> Self {
        let lengths = spans.iter().fold(0_u8, |bits, span| bits | 1 << (span.before & 7));
        let likely = spans.iter().fold(0, |bits, span| bits | likely(span.before));
        let by_before = spans.iter().enumerate().map(|(i, span)| (span.before, i)).collect();
        Self { pieces, spans: by_before, all: spans, lengths, likely, recent: Vec::new(), at: 0, skips: Vec::new() }
    }

    /// Where a span that begins here ends.
    fn step_over(&self) -> Option<(usize, usize)> {
        let mut bits = self.lengths;
        while bits != 0 {
            let low = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let Some(from) = self.recent.len().checked_sub(low + 1) else { continue };
            let before = joint(self.recent[from..].iter().copied(), low);
            if self.likely & likely(before) == 0 {
                continue;
            }
            let Some(span) = self.spans.get(&before) else { continue };
            if let Some(to) = find_after(self.pieces, self.at, self.all[*span].after) {
                return Some((*span, to));
            }
        }
        None
    }
}

/// One of 64 bits, by hash.
const fn likely(hash: u64) -> u64 {
    1 << (hash >> 58)
}

/// Where the surroundings after a span begin, if they come within its reach.
fn find_after(pieces: &[u64], from: usize, after: u64) -> Option<usize> {
    let (length, reach) = ((after & 7) as usize + 1, 1 << (after >> 3 & 7).min(6));
    (from..=from + reach).find(|to| {
        let matches = |window: &[u64]| joint(window.iter().copied(), length - 1) & !63 == after & !63;
        pieces.get(*to..*to + length).is_some_and(matches)
    })
}

impl Iterator for Walk<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.lengths != 0
            && let Some((span, to)) = self.step_over()
        {
            self.skips.push((span, self.at, to));
            self.at = to;
        }
        let i = self.at;
        let piece = *self.pieces.get(i)?;
        if self.lengths != 0 {
            if self.recent.len() == 4 * AROUND {
                self.recent.drain(..3 * AROUND);
            }
            self.recent.push(piece);
        }
        self.at += 1;
        Some(i)
    }
}

/// One of two fetches: all pieces, and those that are not skipped yet.
struct Side<'a> {
    pieces: &'a [u64],
    kept: &'a [usize],
    hashes: Vec<u64>,
}

impl<'a> Side<'a> {
    fn new(pieces: &'a [u64], kept: &'a [usize]) -> Self {
        Self { pieces, kept, hashes: kept.iter().map(|i| pieces[*i]).collect() }
    }

    /// How often the `length` pieces before `at` occur in a row among the kept ones.
    fn count(&self, at: usize, length: usize) -> usize {
        let wanted = &self.hashes[at - length..at];
        self.hashes.windows(length).filter(|window| *window == wanted).count()
    }
}

/// A stretch that differs: from and to among the kept pieces, in both fetches.
#[derive(Clone, Copy)]
struct Hunk {
    old: (usize, usize),
    new: (usize, usize),
}

/// New spans for the stretches in which the fetches differ; `None` when there is no safe way to name one of them.
fn learn(old: &Side<'_>, new: &Side<'_>) -> Option<Vec<VolatileSpan>> {
    let mut hunks = hunks(&old.hashes, &new.hashes)?;
    let mut spans = Vec::new();
    let mut i = 0;
    while i < hunks.len() {
        let hunk = hunks[i];
        let stable = hunk.old.0 - if i == 0 { 0 } else { hunks[i - 1].old.1 };
        let following = hunks.get(i + 1).map_or(old.hashes.len(), |next| next.old.0) - hunk.old.1;
        match (before(old, new, hunk, stable), after(old, new, hunk, following)) {
            (Some(before), Some(after)) => {
                spans.push(VolatileSpan { before, after });
                i += 1;
            }
            // Its surroundings are not its own: take the neighbour, and what lies between, into one stretch.
            (None, _) if i > 0 => {
                hunks[i - 1] = Hunk { old: (hunks[i - 1].old.0, hunk.old.1), new: (hunks[i - 1].new.0, hunk.new.1) };
                hunks.remove(i);
                spans.pop();
                i -= 1;
            }
            (Some(_), None) if i + 1 < hunks.len() => {
                hunks[i] = Hunk { old: (hunk.old.0, hunks[i + 1].old.1), new: (hunk.new.0, hunks[i + 1].new.1) };
                hunks.remove(i + 1);
            }
            (None | Some(_), None | Some(_)) => return None,
        }
    }
    Some(spans)
}

/// The shortest surroundings before a stretch that occur nowhere else, in either fetch.
fn before(old: &Side<'_>, new: &Side<'_>, hunk: Hunk, stable: usize) -> Option<u64> {
    (1..=stable.min(AROUND)).find_map(|length| {
        let only = old.count(hunk.old.0, length) == 1 && new.count(hunk.new.0, length) == 1;
        only.then(|| joint(old.hashes[hunk.old.0 - length..hunk.old.0].iter().copied(), length - 1))
    })
}

/// The shortest surroundings after a stretch that come first there and not within it, with the reach the stretch needs.
fn after(old: &Side<'_>, new: &Side<'_>, hunk: Hunk, following: usize) -> Option<u64> {
    // Among all pieces, not only the kept ones: the walk looks for the end before it knows of later spans.
    let range = |side: &Side<'_>, (from, to): (usize, usize)| Some((*side.kept.get(from.checked_sub(1)?)? + 1, *side.kept.get(to)?));
    let ((old_from, old_to), (new_from, new_to)) = (range(old, hunk.old)?, range(new, hunk.new)?);
    let longest = (old_to - old_from).max(new_to - new_from);
    if longest > SKIP {
        return None;
    }
    let reach = longest.max(1).next_power_of_two().trailing_zeros() as usize;
    (1..=following.min(AROUND)).find_map(|length| {
        let window = old.pieces.get(old_to..old_to + length)?;
        if new.pieces.get(new_to..new_to + length)? != window {
            return None;
        }
        let after = joint(window.iter().copied(), length - 1) & !63 | (reach as u64) << 3 | (length as u64 - 1);
        let ends = |side: &Side<'_>, from, to| find_after(side.pieces, from, after) == Some(to);
        (ends(old, old_from, old_to) && ends(new, new_from, new_to)).then_some(after)
    })
}

/// The stretches that differ, in order; `None` when too little is alike to speak of the same page.
fn hunks(old: &[u64], new: &[u64]) -> Option<Vec<Hunk>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    if a.len().max(b.len()) > LEARN {
        return None;
    }
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for piece in a {
        *counts.entry(*piece).or_default() += 1;
    }
    let alike = b.iter().filter(|piece| counts.get_mut(piece).is_some_and(|n| std::mem::replace(n, n.saturating_sub(1)) > 0)).count();
    if (head + tail + alike) * 2 < old.len().max(new.len()) {
        return None;
    }
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, a, b);
    let mut hunks: Vec<Hunk> = Vec::new();
    for op in ops.iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
        let (o, n) = (op.old_range(), op.new_range());
        let next = Hunk { old: (head + o.start, head + o.end), new: (head + n.start, head + n.end) };
        match hunks.last_mut() {
            // A deletion beside an insertion is one stretch.
            Some(last) if last.old.1 == next.old.0 && last.new.1 == next.new.0 => (last.old.1, last.new.1) = (next.old.1, next.new.1),
            Some(_) | None => hunks.push(next),
        }
    }
    Some(hunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Learns from the first two and then holds for the third; `outside` is a fetch with a real change.
    fn check(old: &str, new: &str, third: &str, outside: &str) {
        let spans = volatile_spans(old.as_bytes(), new.as_bytes(), &[]);
        let print = |text: &str| fingerprint(text.as_bytes(), &spans);
        assert!(!spans.is_empty(), "{old}");
        assert_eq!(print(old), print(new), "{old}");
        assert_eq!(print(old), print(third), "{old}");
        assert_ne!(print(old), print(outside), "{old}");
        let apart = stretches(old.as_bytes(), &spans);
        let quick = |text: &str| exact(text.as_bytes(), &apart);
        assert!(!apart.is_empty(), "{old}");
        assert_eq!(quick(old) == quick(third), old.len() == third.len(), "{old}");
        assert_ne!(quick(old), quick(outside), "{old}");
    }

    #[test]
    fn what_varies_is_stepped_over_wherever_it_stands() {
        let page = |token: &str, clock: &str, price: &str| {
            format!(
                "<html><head><meta name=csrf content={token}></head>\n<body><div>Now</div><b>{clock}</b>\n<p>One</p><p>{price}</p></body></html>"
            )
        };
        check(&page("a", "12:00", "5"), &page("b", "12:01", "5"), &page("c", "13:00", "5"), &page("c", "13:00", "6"));
        check("<!-- 17 --><p>a</p>", "<!-- 18 --><p>a</p>", "<!-- 99 --><p>a</p>", "<!-- 17 --><p>b</p>");
        check("<p>a</p><!-- 17 -->", "<p>a</p><!-- 18 -->", "<p>a</p><!-- 99 -->", "<p>b</p><!-- 17 -->");
        let rows = |a: &str, b: &str, end: &str| format!("<i>x</i><li>{a}</li><li>{b}</li><li>same</li><p>{end}</p>");
        check(&rows("1", "2", "e"), &rows("3", "4", "e"), &rows("5", "6", "e"), &rows("5", "6", "f"));
        let json = |token: &str, n: &str| format!("{{\"a\": 1,\"token\": \"{token}\",\"items\": [{n}, 2, 3],\"z\": 0}}");
        check(&json("x", "1"), &json("y", "1"), &json("z", "1"), &json("z", "4"));
        let banner = |inner: &str, end: &str| format!("<h1>t</h1><div class=ad>{inner}</div><p>a</p><p>{end}</p>");
        check(&banner("<a>x</a><img>", "e"), &banner("<b>y</b>", "e"), &banner("<u>z</u>", "e"), &banner("<b>y</b>", "f"));
    }

    #[test]
    fn a_span_too_few_rather_than_a_wrong_one() {
        for (old, new) in [("<p>a</p><p>b</p><p>c</p>", "<i>x</i><i>y</i><i>z</i>"), ("", "<p>a</p><p>b</p>")] {
            assert_eq!(volatile_spans(old.as_bytes(), new.as_bytes(), &[]), [], "{old}");
        }
        // Learned once, the span does not swallow a paragraph put where the token is.
        let page = |inner: &str| format!("<h1>t</h1><b>{inner}</b><p>a</p><p>b</p>");
        let spans = volatile_spans(page("1").as_bytes(), page("2").as_bytes(), &[]);
        let print = |inner: &str| fingerprint(page(inner).as_bytes(), &spans);
        assert_eq!(print("1"), print("3"));
        assert_ne!(print("1"), print("1</b><p>new</p><b>1"));
    }

    #[test]
    fn more_is_learned_with_every_pair() {
        let page = |a: &str, b: &str| format!("<h1>t</h1><i>{a}</i><p>a</p><u>{b}</u><p>b</p>");
        let first = volatile_spans(page("1", "1").as_bytes(), page("2", "1").as_bytes(), &[]);
        let both = volatile_spans(page("1", "1").as_bytes(), page("3", "2").as_bytes(), &first);
        assert_eq!((first.len(), both.len()), (1, 2));
        assert_eq!(fingerprint(page("7", "8").as_bytes(), &both), fingerprint(page("9", "9").as_bytes(), &both));
    }

    fn pieces() -> impl Strategy<Value = Vec<String>> {
        let piece = prop::sample::select(vec!["<p>", "</p>", "one", "two", "<b id=1>", "</b>", "three", "<li>", "</li>", "four\n"]);
        prop::collection::vec(piece.prop_map(str::to_owned), 1..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn learning_makes_equal_or_learns_nothing(
            page in pieces(),
            places in prop::collection::vec((0_usize..60, "[a-z]{1,5}", "[a-z]{1,5}"), 1..6),
            other in 0_usize..60,
        ) {
            let (mut old, mut new) = (page.clone(), page);
            for (at, a, b) in &places {
                let at = at % old.len();
                old[at] = format!("<x y={a}>");
                new[at] = format!("<x y={b}>");
            }
            let join = |parts: &[String]| parts.concat().into_bytes();
            let spans = volatile_spans(&join(&old), &join(&new), &[]);
            if !spans.is_empty() {
                prop_assert_eq!(fingerprint(&join(&old), &spans), fingerprint(&join(&new), &spans));
            }
            // A change of a piece that no span steps over shows.
            let mut changed = new.clone();
            changed[other % new.len()] = "<h6>changed</h6>".to_owned();
            let bytes = join(&changed);
            let holds = |part: &Range<usize>| bytes[part.clone()].windows(7).any(|w| w == b"changed");
            if !skipped(&bytes, &spans).iter().any(|(_, part)| holds(part)) {
                prop_assert_ne!(fingerprint(&join(&changed), &spans), fingerprint(&join(&new), &spans));
            }
            prop_assert!(spans.len() <= SPANS);
        }

        #[test]
        fn any_change_shows_without_spans(page in pieces(), at in 0_usize..60) {
            let mut other = page.clone();
            let at = at % page.len();
            other[at] = "<h6>changed</h6>".to_owned();
            prop_assert_ne!(fingerprint(page.concat().as_bytes(), &[]), fingerprint(other.concat().as_bytes(), &[]));
        }

        #[test]
        fn nothing_panics(old: Vec<u8>, new: Vec<u8>, third: Vec<u8>) {
            let spans = volatile_spans(&old, &new, &[]);
            let more = volatile_spans(&old, &third, &spans);
            let _ = (fingerprint(&third, &more), skipped(&third, &more));
        }
    }
}
