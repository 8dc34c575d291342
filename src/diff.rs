//! Says what changed, and what only changes by itself. Pure.
//!
//! Questions, from cheap to dear: do the bytes differ outside the stretches that change by themselves ([`fingerprint`]), who of what was read from
//! them is known under another key ([`realign`]), does it differ ([`compare`]), and who is no longer there once the whole source has been walked
//! ([`visit_end`]).
//! Knows no fetching, no parsing, no store and no clock: bytes, extracts, remembered states and the present are passed in.

mod apart;
mod blocks;
mod broken;
mod bytes;
mod compare;
mod differences;
mod drift;
mod inside;
mod keys;
mod lexicon;
mod masks;
mod memory;
mod news;
mod noise;
mod owned;
mod readable;
mod realign;
#[cfg(test)]
mod realign_tests;
#[cfg(test)]
mod records;
#[cfg(test)]
mod rounds;
mod said;
mod signals;
mod spec;
mod spelling;
mod turnover;
mod visit;
mod words;

pub use apart::{Beside, set_apart};
pub use broken::broke_off;
pub use bytes::{exact, fingerprint, stretches, volatile_spans};
pub use compare::{Comparison, Context, Known, compare, differs, wants_detail};
pub use drift::{OwnRead, add_counts, add_own, close_counts, count_fields, drifted, own_in_doubt};
pub use inside::spans_outside;
pub use keys::{keep_columns, keep_keys, other_ids};
pub use lexicon::{BadLexicon, Lexicon, Lexicons, Said};
pub use owned::{has_own, is_own, keep_own, lost_own, mark_own, own_unread};
pub use readable::readable;
pub use realign::{realign, strangers};
pub use said::{SaidIn, names, said, texts, told_alike};
pub use signals::{AWAY, About, SignalDraft, of_lots, signal};
pub use spec::{KEYS, Rules, Spec};
pub use turnover::Turnover;
pub use visit::{PATIENCE, VisitEnd, Visited, visit_end};
