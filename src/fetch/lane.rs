//! One host's lane: pace, permits, hold and robots.txt.
use std::time::Duration;

use jiff::Timestamp;

use super::{Asked, Request, SourceSettings, Verdict};
use crate::model::{Failure, FailureClass, HostKey, HostState, NoiseSeen};
/// A handle on one host's lane. Cheap to clone.
#[derive(Clone)]
pub struct Lane {}
impl Lane {
    /// Whose lane.
    pub fn host(&self) -> HostKey {
        HostKey::from_text("")
    }
    /// Fetches a page of this host.
    pub async fn fetch(&self, request: &Request<'_>) -> Asked {
        let _ = request;
        Asked { requested: None, requests: 0, result: Err(Failure::new(FailureClass::Broken, "in work")) }
    }
    /// What robots.txt says of an address; fetches it when it is not at hand.
    pub async fn robots(&self, request: &Request<'_>) -> Result<Verdict, Failure> {
        let _ = request;
        Ok(Verdict::Allowed)
    }
    /// Time between two requests as things stand.
    pub fn spacing(&self, source: &SourceSettings) -> Duration {
        source.delay.unwrap_or_default()
    }
    /// No request leaves before this.
    pub fn not_before(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    /// What is to be remembered of the host.
    pub fn state(&self) -> HostState {
        HostState::new(self.host())
    }
    /// The state, and its revision, when more changed than the store was told.
    pub fn unsaved(&self) -> Option<(HostState, u64)> {
        None
    }
    /// The commit that carried this revision is done.
    pub fn saved(&self, revision: u64) {
        let _ = revision;
    }
    /// Puts the texts that change by themselves beside the rest of the state.
    pub fn set_noise(&self, noise: NoiseSeen) {
        let _ = noise;
    }
}
