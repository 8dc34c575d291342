//! Settings of the store: the table `[store]`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Fault;

/// The keys of `[store]`.
pub const KEYS: &[&str] = &["versions", "cache", "keep_delivered", "keep_changes", "keep_backups", "backups"];

/// The table `[store]` as written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Versions of each page that are kept: those of the last changes, and the last one read. Default 5, at most 20.
    pub versions: Option<i64>,
    /// Memory for the database's cache. Default "10 MiB".
    pub cache: Option<String>,
    /// How long delivered messages and settled entries are kept. Default "30d".
    pub keep_delivered: Option<String>,
    /// How long the history of changes is kept. Default "730d".
    pub keep_changes: Option<String>,
    /// How many backups are kept. Default 24.
    pub keep_backups: Option<i64>,
    /// Where backups go, relative to the data folder or absolute. Default "backups".
    pub backups: Option<String>,
}

/// Called with the name of a point when a commit, a copy or a step above passes it; the crash rig ends the process there.
#[derive(Clone)]
pub struct Hook(pub Arc<dyn Fn(&'static str) + Send + Sync>);

impl Hook {
    /// This point is passed.
    pub fn pass(&self, point: &'static str) {
        (self.0)(point);
    }
}

impl Default for Hook {
    fn default() -> Self {
        Self(Arc::new(|_| ()))
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

/// Every point the hook is called at, in the order in which a commit, a copy and a switch pass them.
pub const POINTS: [&str; 11] = [
    "store.segment.written",
    "store.segment.synced",
    "store.batch.before",
    "store.batch.applied",
    "store.batch.flushed",
    "store.batch.synced",
    "store.copy.begun",
    "store.copy.filled",
    "store.copy.verified",
    "store.switch.before",
    "store.switch.after",
];

/// Checked settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// Where backups go.
    pub backups: PathBuf,
    /// Versions of each page that are kept.
    pub versions: usize,
    /// Bytes of the database's cache.
    pub cache: u64,
    /// How long delivered messages and settled entries are kept.
    pub keep_delivered: SignedDuration,
    /// How long the history of changes is kept.
    pub keep_changes: SignedDuration,
    /// How many backups are kept.
    pub keep_backups: usize,
    /// For the crash rig.
    pub hook: Hook,
}

impl Settings {
    /// The defaults for a data folder.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        Self {
            backups: data.join("backups"),
            data,
            versions: 5,
            cache: 10 * 1024 * 1024,
            keep_delivered: SignedDuration::from_hours(30 * 24),
            keep_changes: SignedDuration::from_hours(730 * 24),
            keep_backups: 24,
            hook: Hook::default(),
        }
    }
}

impl Spec {
    /// Checks the table; `data` is the data folder of `[daemon]`.
    pub fn compile(&self, data: impl Into<PathBuf>) -> Result<Settings, Vec<Fault>> {
        let mut settings = Settings::new(data);
        let mut faults = Vec::new();
        let mut count = |key: &str, given: Option<i64>, most: usize, into: &mut usize| match given.map(usize::try_from) {
            None => {}
            Some(Ok(n)) if (1..=most).contains(&n) => *into = n,
            Some(_) => faults.push(Fault::new(key, given.unwrap_or_default().to_string(), format!("a number from 1 to {most}"))),
        };
        count("versions", self.versions, 20, &mut settings.versions);
        count("keep_backups", self.keep_backups, 1_000, &mut settings.keep_backups);
        let mut time = |key: &str, given: Option<&String>, into: &mut SignedDuration| match given.map(|text| (text, days(text))) {
            None => {}
            Some((_, Some(length))) => *into = length,
            Some((text, None)) => faults.push(Fault::new(key, text.as_str(), "a duration of at least an hour, such as `30d`")),
        };
        time("keep_delivered", self.keep_delivered.as_ref(), &mut settings.keep_delivered);
        time("keep_changes", self.keep_changes.as_ref(), &mut settings.keep_changes);
        match self.cache.as_ref().map(|text| (text, size(text))) {
            None => {}
            Some((_, Some(bytes))) => settings.cache = bytes,
            Some((text, None)) => faults.push(Fault::new("cache", text.as_str(), "a size from `4 MiB` to `4096 MiB`")),
        }
        match self.backups.as_deref() {
            None => {}
            Some("") => faults.push(Fault::new("backups", "", "a folder, relative to the data folder or absolute")),
            Some(folder) => settings.backups = settings.data.join(folder),
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}

/// A duration in jiff's friendly form, a day being 24 hours; at least an hour.
fn days(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    (length >= SignedDuration::from_hours(1)).then_some(length)
}

/// `16 MiB` or `1 GiB`.
fn size(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_at(text.trim().find(|c: char| !c.is_ascii_digit())?);
    let unit = match unit.trim() {
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let bytes = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (4 << 20..=4096 << 20).contains(&bytes).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let spec = Spec {
            versions: Some(0),
            cache: Some("lots".into()),
            keep_delivered: Some("soon".into()),
            keep_changes: Some("1m".into()),
            keep_backups: Some(-1),
            backups: Some(String::new()),
        };
        let faults = spec.compile("data").unwrap_err();
        let mut keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
        keys.sort_unstable();
        let mut all = KEYS.to_vec();
        all.sort_unstable();
        assert_eq!(keys, all);
    }

    #[test]
    fn good_settings() {
        let spec = Spec { cache: Some("32 MiB".into()), keep_delivered: Some("7d".into()), backups: Some("b".into()), ..Spec::default() };
        let settings = spec.compile("data").unwrap();
        assert_eq!(settings.cache, 32 << 20);
        assert_eq!(settings.keep_delivered, SignedDuration::from_hours(168));
        assert_eq!(settings.backups, PathBuf::from("data/b"));
    }
}
