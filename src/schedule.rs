//! When a page is due, when a failure is tried again, when a digest leaves, when a source has been silent for too long.
//!
//! Pure: the present is passed in, and so is the seed of everything that is spread. Knows no page and no channel.

mod digest;
mod plan;
mod silence;
mod spec;
mod windows;

pub use digest::DigestTimes;
pub use plan::Schedule;
pub use spec::{KEYS, Spec};
