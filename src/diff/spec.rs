//! The settings of comparing, and their compiled form.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Fault, FieldName};

/// The top-level keys of [`Spec`].
pub const KEYS: &[&str] = &["ignore_fields", "ignore", "gone_after", "confirm", "few"];

/// How a source's changes are found.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Fields whose changes are no news; they are stored and shown all the same.
    pub ignore_fields: Vec<String>,
    /// Regular expressions; what they match is left out of every text before it is compared.
    pub ignore: Vec<String>,
    /// A record is gone when it is missing from this many complete visits in a row; 1 to 100, by default 2.
    pub gone_after: Option<i64>,
    /// How long to wait before the second look that a change must stand, such as `1m` (the default); `off` reports at once.
    pub confirm: Option<String>,
    /// A visit that finds less than this share of the usual number of records counts as incomplete; 0 to 1, by default 0.5.
    pub few: Option<f64>,
}

/// The compiled form of [`Spec`].
#[derive(Debug, Clone)]
pub struct Rules {
    /// Fields whose changes are no news.
    pub ignore_fields: Vec<String>,
    /// Left out of texts before comparing.
    pub ignore: Vec<Regex>,
    /// Complete visits in a row without a record until it is gone.
    pub gone_after: u16,
    /// The wait before a second look; `None`: report at once.
    pub confirm: Option<SignedDuration>,
    /// The share of the usual number of records below which a visit counts as incomplete.
    pub few: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { ignore_fields: Vec::new(), ignore: Vec::new(), gone_after: 2, confirm: Some(SignedDuration::from_mins(1)), few: 0.5 }
    }
}

impl Rules {
    /// The same for a source whose visits are of different depth: unless somebody set a share, few records are no fault. Where each visit
    /// asks other addresses (`moves`), nothing can be looked at again.
    #[must_use]
    pub fn of_varying(self, moves: bool, share_was_set: bool) -> Self {
        Self { few: if share_was_set { self.few } else { 0.0 }, confirm: self.confirm.filter(|_| !moves), ..self }
    }

    /// The same for a feed: that an item has another date is no news by itself.
    #[must_use]
    pub fn of_feed(mut self) -> Self {
        self.ignore_fields.extend(["published", "updated"].map(str::to_owned));
        self
    }

    /// Whether changes of this field are no news.
    pub(super) fn ignores(&self, name: &FieldName) -> bool {
        self.ignore_fields.iter().any(|ignored| ignored == name.as_str())
    }
}

/// Patterns of one source.
const PATTERNS: usize = 100;
/// Bytes of one compiled pattern: what a page watcher needs, and no more.
const PATTERN_BYTES: usize = 1 << 20;

impl Spec {
    /// The same for documents whose fields are set by the portal: what is there stands, so nothing waits for a second look, and that a
    /// notice was published again is no news by itself.
    pub fn for_documents(&mut self) {
        self.confirm.get_or_insert_with(|| "off".to_owned());
        self.ignore_fields.push("published".to_owned());
    }

    /// Checks everything and reports all faults at once.
    pub fn compile(&self) -> Result<Rules, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut rules = Rules { ignore_fields: self.ignore_fields.clone(), ..Rules::default() };
        if self.ignore.len() > PATTERNS {
            faults.push(Fault::new("ignore", format!("{} patterns", self.ignore.len()), format!("at most {PATTERNS} patterns")));
        }
        for (i, pattern) in self.ignore.iter().enumerate() {
            match RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build() {
                Ok(regex) if regex.is_match("") => {
                    faults.push(Fault::new(format!("ignore[{i}]"), pattern, "a regular expression that does not match the empty text"));
                }
                Ok(regex) => rules.ignore.push(regex),
                Err(error) => faults.push(Fault::new(format!("ignore[{i}]"), pattern, format!("a regular expression ({error})"))),
            }
        }
        if let Some(n) = self.gone_after {
            match u16::try_from(n).ok().filter(|n| (1..=100).contains(n)) {
                Some(n) => rules.gone_after = n,
                None => faults.push(Fault::new("gone_after", n.to_string(), "a number of visits from 1 to 100")),
            }
        }
        if let Some(text) = &self.confirm {
            match text.trim() {
                "off" => rules.confirm = None,
                text => match duration(text).filter(|wait| (SignedDuration::from_millis(1)..=LONGEST_WAIT).contains(wait)) {
                    Some(wait) => rules.confirm = Some(wait),
                    None => faults.push(Fault::new("confirm", text, "a duration such as `1m`, at most `1d`, or `off`")),
                },
            }
        }
        if let Some(share) = self.few {
            if (0.0..=1.0).contains(&share) {
                rules.few = share;
            } else {
                faults.push(Fault::new("few", share.to_string(), "a share from 0 to 1, such as `0.5`"));
            }
        }
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }
}

/// The longest wait for a second look.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// Reads `30s`, `1m`, `1d` (24 hours).
fn duration(text: &str) -> Option<SignedDuration> {
    text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let good: Spec =
            toml::from_str("ignore_fields = ['views']\nignore = ['\\d+ seats']\ngone_after = 3\nconfirm = '2m'\nfew = 0.3").expect("shape");
        let rules = good.compile().expect("good");
        assert_eq!((rules.gone_after, rules.confirm.map(|wait| wait.as_secs()), rules.few), (3, Some(120), 0.3));
        assert!(rules.ignores(&FieldName::new("views")));
        assert_eq!(toml::from_str::<Spec>("confirm = 'off'").expect("shape").compile().expect("good").confirm, None);
        let bad: Spec = toml::from_str("ignore = ['(', 'a*']\ngone_after = 0\nconfirm = 'later'\nfew = 2.0").expect("shape");
        let keys: Vec<String> = bad.compile().expect_err("bad").into_iter().map(|fault| fault.key).collect();
        assert_eq!(keys, ["ignore[0]", "ignore[1]", "gone_after", "confirm", "few"]);
        assert!(toml::from_str::<Spec>("unknown = 1").is_err());
    }
}
