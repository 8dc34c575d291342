//! The way to all hosts: clients, lanes, and what holds over all of them.
use super::{Lane, Settings};
use crate::base::clock::Clock;
use crate::door::{Door, DoorError};
use crate::model::{HostKey, HostState};
/// The way to all hosts. Cheap to clone; clones share lanes, connections and limits.
#[derive(Clone)]
pub struct Web {}
impl Web {
    /// A web behind this door. Make one and keep it.
    pub fn new(door: Door, settings: Settings, clock: Clock) -> Result<Self, DoorError> {
        let _ = (door, settings, clock);
        Ok(Self {})
    }
    /// The lane of a host. `stored` counts when the lane is new, or was opened by a redirect before the store was asked.
    pub fn lane(&self, host: &HostKey, stored: Option<HostState>) -> Lane {
        let _ = (host, stored);
        Lane {}
    }
    /// Lanes held in memory.
    pub fn lanes(&self) -> usize {
        0
    }
}
