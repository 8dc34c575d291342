//! Says what changed, and what only changes by itself. Pure.
//!
//! Three questions, from cheap to dear: do the bytes differ outside the stretches that change by themselves ([`fingerprint`]), does
//! what was read from them differ ([`compare`]), and who is no longer there once the whole source has been walked ([`visit_end`]).
//! Knows no fetching, no parsing, no store and no clock: bytes, extracts, remembered states and the present are passed in.

mod blocks;
mod bytes;
mod compare;
mod differences;
mod drift;
mod inside;
mod lexicon;
mod masks;
mod memory;
mod news;
mod noise;
mod readable;
#[cfg(test)]
mod records;
#[cfg(test)]
mod rounds;
mod said;
mod signals;
mod spec;
mod spelling;
mod visit;
mod words;

pub use bytes::{exact, fingerprint, stretches, volatile_spans};
pub use compare::{Comparison, Context, Known, compare, wants_detail};
pub use drift::{OwnRead, add_counts, add_own, close_counts, count_fields, drifted, own_in_doubt};
pub use inside::spans_outside;
pub use lexicon::{BadLexicon, Lexicon, Lexicons, Said};
pub use readable::readable;
pub use said::{said, texts, told_alike};
pub use signals::{AWAY, About, SignalDraft, signal};
pub use spec::{KEYS, Rules, Spec};
pub use spelling::{keep_keys, other_ids};
pub use visit::{PATIENCE, VisitEnd, Visited, doubt, visit_end};
