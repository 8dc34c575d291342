//! The one integration binary: the house, the real program end to end, and what users read.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod adding;
mod altered;
mod asks;
mod awards;
mod calendar;
mod chain;
#[path = "../rigs/chain.rs"]
mod chain_rig;
mod closing;
mod contacts;
mod crash;
#[path = "../rigs/crash.rs"]
mod crash_rig;
#[path = "../rigs/dice.rs"]
mod dice;
mod fairs;
mod filed;
mod groups;
mod growth;
mod harmless;
mod health;
mod held;
mod hostile;
mod house;
mod ids;
mod imports;
mod journey;
mod judges;
mod letters;
mod linking;
mod lots;
mod noise;
mod notices;
mod once;
mod operations;
mod organisations;
mod owned;
mod paged;
#[path = "../rigs/portal.rs"]
mod portal_rig;
mod portals;
mod power;
#[path = "../rigs/power.rs"]
mod power_rig;
mod real;
mod reps;
mod respelled;
mod retention;
mod rig;
mod rules;
mod said;
mod shown;
mod simulation;
#[path = "../rigs/stock.rs"]
mod stock;
mod stranded;
mod tenders;
mod tls;
mod trying;
mod turnover;
mod unaided;
mod verdicts;
mod wishes;
