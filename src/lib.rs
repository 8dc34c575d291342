//! Atalaya watches marketplaces, directories, catalogues, trade press and tender portals, and tells the right person once, with the reasons.
//!
//! # The journey of a page
//!
//! ```text
//!            ┌──────────────────────── one turn ────────────────────────┐
//! schedule → fetch → extract → diff → resolve → score → route → COMMIT (page state, snapshot, records,
//!   due      bytes   records  changes organi-   leads   who,     organisations, leads, outbox: together)
//!                             signals sations           when          │
//!                                                                     ▼
//!                                           drain: seal → send → acknowledge (or retry, or dead letter)
//! ```
//!
//! # The layers
//!
//! Imports go strictly down this list; modules on one line never import each other. `tests/house.rs` holds it.
//!
//! | line | modules | may |
//! |---|---|---|
//! | 10 | [`cli`], `main` | talk to a person |
//! | 9 | [`app`] | own loops and tasks |
//! | 8 | [`web`] | answer requests |
//! | 7 | [`pipeline`] | bring logic and effects together, one step at a time |
//! | 6 | [`config`] | read files, refuse settings |
//! | 5 | [`fetch`] [`store`] [`deliver`] | have effects |
//! | 4 | [`door`] | open connections |
//! | 3 | [`schedule`] [`extract`] [`diff`] [`resolve`] [`score`] [`route`] [`outbox`] [`render`] | compute, and nothing else |
//! | 2 | [`tender`] | read the documents of procurement portals, and nothing else |
//! | 1 | [`model`] [`telemetry`] | be values and names |
//! | 0 | [`base`] | be used by all |
//!
//! Deliberately absent: a crate-wide error, a `utils`, global state, and any second way out of the process.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail by panicking"))]

pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod deliver;
pub mod diff;
pub mod door;
pub mod extract;
pub mod fetch;
pub mod model;
pub mod outbox;
pub mod pipeline;
pub mod render;
pub mod resolve;
pub mod route;
pub mod schedule;
pub mod score;
pub mod store;
pub mod telemetry;
pub mod tender;
pub mod web;
