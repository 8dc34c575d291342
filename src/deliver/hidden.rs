//! Strikes secrets out of texts that a receiver had a hand in: some send back what they were sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::text::{clip, squeeze};

/// Characters of a text kept for people.
const CHARS: usize = 300;
/// Shorter secrets are not searched for: every second text would hold them by chance.
const SHORTEST: usize = 4;

/// What must not be seen. Its own `Debug` shows only how much it hides.
#[derive(Clone, Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// Hides each of these, as they are and in base 64.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = Vec::new();
        for secret in secrets.into_iter().filter(|secret| secret.len() >= SHORTEST) {
            all.push(secret.to_owned());
            all.push(STANDARD.encode(secret));
            all.extend(secret.strip_prefix("whsec_").map(str::to_owned));
            all.extend(secret.strip_prefix("Bearer ").map(str::to_owned));
        }
        // Longer ones first, so that no rest of one is left when a part of it is struck out.
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(all)
    }

    /// One line of at most 300 characters without what is hidden.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut out = squeeze(text);
        for secret in &self.0 {
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), "***");
            }
        }
        clip(&out, CHARS)
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hidden({})", self.0.len())
    }
}
