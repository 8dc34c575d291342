//! Wiring, tasks, reload and stop: owns every loop.

mod beats;
mod control;
mod crash;
mod daemon;
mod deadlines;
pub mod demo;
mod drain;
mod judge;
mod keep;
mod listen;
mod measure;
mod supervise;
mod watch;

pub use beats::Beats;
pub use control::{AskError, Opened, ask, open_or_ask};
pub use daemon::{Daemon, Home, open_effects};
pub use supervise::run;
