//! Ends the process at a named point, for the crash rig (`tests/rigs/crash.rs`) and for nothing else.
//!
//! `ATALAYA_CRASH_AT="store.batch.applied:3"` aborts when that point is passed for the third time: no destructor runs, nothing is flushed,
//! as with `kill -9`. Without the variable nothing happens at any point. The names are [`store::POINTS`] and [`pipeline::POINTS`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::bail;

use crate::pipeline;
use crate::store::{self, Hook};

/// The variable.
const VARIABLE: &str = "ATALAYA_CRASH_AT";

/// What happens at the points of this process.
pub(super) fn hook() -> anyhow::Result<Hook> {
    let Some(written) = std::env::var_os(VARIABLE) else { return Ok(Hook::default()) };
    let Some(at) = written.to_str().and_then(At::parse) else {
        bail!("{VARIABLE} is `{}`: it takes a point and a count, such as `store.batch.applied:3`", written.display());
    };
    tracing::warn!(point = at.point, passage = at.passage, "this process will end itself: {VARIABLE} is set");
    let passed = AtomicU32::new(0);
    Ok(Hook(Arc::new(move |point| {
        if point == at.point && passed.fetch_add(1, Ordering::SeqCst) + 1 == at.passage {
            std::process::abort();
        }
    })))
}

/// Where to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At {
    point: &'static str,
    /// Counted from 1.
    passage: u32,
}

impl At {
    /// A point that does not exist is refused: a crash that never comes proves nothing.
    fn parse(written: &str) -> Option<Self> {
        let (name, passage) = written.split_once(':')?;
        let point = store::POINTS.iter().chain(&pipeline::POINTS).find(|point| **point == name)?;
        let passage = passage.parse().ok().filter(|n| *n > 0)?;
        Some(Self { point, passage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_and_a_count_that_exist() {
        assert_eq!(At::parse("store.batch.applied:3"), Some(At { point: "store.batch.applied", passage: 3 }));
        assert_eq!(At::parse("drain.sent:1"), Some(At { point: "drain.sent", passage: 1 }));
        for wrong in ["", "drain.sent", "drain.sent:", "drain.sent:0", "drain.send:1", "store.batch.applied:x"] {
            assert_eq!(At::parse(wrong), None, "{wrong}");
        }
    }
}
