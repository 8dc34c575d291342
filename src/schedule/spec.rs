//! The settings of a schedule.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Schedule;
use crate::model::Fault;

/// The top-level keys of [`Spec`].
pub const KEYS: &[&str] = &["every", "cron", "between", "zone", "jitter", "budget"];

/// When a source is visited.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// The distance between visits, such as `30m`, `1d`; by default `1h`. Not together with `cron`.
    pub every: Option<String>,
    /// A cron line of five fields, such as `0 */2 * * *`, in the source's zone. Not together with `every`.
    pub cron: Option<String>,
    /// Only in this window: `07:00-20:00`, `Mon-Fri 07:00-20:00`, `22:00-06:00 Europe/Madrid`; a text or a list of them.
    pub between: Vec<String>,
    /// The IANA time zone of `cron`, `between` and the day of `budget`, such as `Europe/Madrid`; by default UTC.
    pub zone: Option<String>,
    /// How far visits are moved at random, so that not all fall on the same second: `10%` of the distance (the default) or `2m`.
    pub jitter: Option<String>,
    /// At most this many requests a day.
    pub budget: Option<i64>,
}

impl Spec {
    /// Checks everything and reports all faults at once.
    pub fn compile(&self) -> Result<Schedule, Vec<Fault>> {
        Err(Vec::new())
    }
}
