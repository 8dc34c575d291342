//! The one integration binary: the house, the real program end to end, and what users read.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod crash;
#[path = "../rigs/crash.rs"]
mod crash_rig;
mod held;
mod house;
mod journey;
mod judges;
mod notices;
mod operations;
mod real;
mod retention;
mod rig;
mod rules;
mod simulation;
mod wishes;
