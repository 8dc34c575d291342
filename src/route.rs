//! Says who is told, by which way, and how soon; or why nobody. Pure: knows no store, no mail and no rules of scoring, and is told the
//! next digest time instead of working it out.

mod assign;
mod lane;
mod remind;
mod rep;
mod revise;
mod spec;
mod unite;

pub use assign::{Case, assign, untold};
pub use lane::{Address, Slot, entry, lane};
pub use remind::{answers, is_open, reminder, reminder_lane};
pub use rep::{EmptyDigest, Quiet, Rep};
pub use revise::{Cause, Finding, for_rep, revise};
pub use spec::{KEYS, REMIND, Spec};
pub use unite::as_one;

#[cfg(test)]
mod tests;
