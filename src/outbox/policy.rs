//! When to try again, how often, and when to stop: one table per kind of channel.

use jiff::SignedDuration;

/// The rhythm of attempts of one kind of channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The wait before each attempt, the first included; as many attempts as entries.
    waits: &'static [SignedDuration],
    /// The longest wait between two probes of a channel whose receiver is down.
    probe_cap: SignedDuration,
    /// The shortest wait after "too fast" (429, 503) when the receiver names none.
    slow_down: SignedDuration,
}

const fn secs(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

const fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// Standard Webhooks 1.0.0, "Retry schedule": ten attempts in 75 h 35 min.
const WEBHOOK: &[SignedDuration] =
    &[secs(0), secs(5), secs(300), secs(1_800), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)];
/// Mail servers grey-list for minutes and are repaired within days (RFC 5321 section 4.5.4.1 asks for half an hour, and 4 to 5 days).
const EMAIL: &[SignedDuration] =
    &[secs(0), secs(60), secs(600), secs(1_800), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)];
/// A full or read-only disk: look again often at first, but for as long as the others.
const FILE: &[SignedDuration] = &[secs(0), secs(1), secs(10), secs(60), secs(600), hours(2), hours(10), hours(18), hours(20), hours(24)];

impl Policy {
    /// For webhooks.
    pub const fn webhook() -> Self {
        Self { waits: WEBHOOK, probe_cap: hours(1), slow_down: secs(60) }
    }

    /// For e-mail.
    pub const fn email() -> Self {
        Self { waits: EMAIL, probe_cap: hours(1), slow_down: secs(300) }
    }

    /// For files.
    pub const fn file() -> Self {
        Self { waits: FILE, probe_cap: secs(600), slow_down: secs(1) }
    }

    /// How many attempts a message gets before it is given up.
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.waits.len()).unwrap_or(u32::MAX)
    }

    /// The wait after the `tries`-th failed attempt (from 1), jitter included; `None`: that was the last.
    pub fn wait(&self, tries: u32, seed: u64) -> Option<SignedDuration> {
        self.waits.get(tries as usize).map(|wait| jitter(*wait, seed))
    }

    /// The wait before a channel is probed again after this many failures in a row (from 1): grows like a message's, up to the cap.
    pub fn probe(&self, failures: u32, seed: u64) -> SignedDuration {
        let step = self.waits.get(failures.max(1) as usize).copied().unwrap_or(self.probe_cap);
        jitter(step.min(self.probe_cap), seed)
    }

    /// The receiver's own word on when to come back, held between the policy's shortest pause and a day.
    pub fn asked(&self, retry_after: SignedDuration) -> SignedDuration {
        retry_after.clamp(self.slow_down, hours(24))
    }
}

/// ±20 %, evenly, from a seed: receivers that come back are not met by everybody at once.
fn jitter(wait: SignedDuration, seed: u64) -> SignedDuration {
    // One round of splitmix64, so that neighbouring seeds do not give neighbouring waits.
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    let permille = 800 + i128::from(x % 401);
    let millis = wait.as_millis() * permille / 1_000;
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_over_more_than_three_days_whatever_the_jitter() {
        for (name, policy) in [("webhook", Policy::webhook()), ("email", Policy::email()), ("file", Policy::file())] {
            assert_eq!(policy.attempts(), 10, "{name}");
            let planned: SignedDuration = policy.waits.iter().copied().fold(secs(0), |sum, wait| sum + wait);
            assert!(planned >= hours(72), "{name} {planned}");
            assert_eq!(policy.wait(10, 7), None, "{name}");
        }
        assert_eq!(WEBHOOK.iter().copied().fold(secs(0), |a, b| a + b), secs(75 * 3_600 + 35 * 60 + 5));
    }

    #[test]
    fn jitter_stays_within_a_fifth_and_uses_it() {
        let (mut low, mut high) = (i64::MAX, 0);
        for seed in 0..2_000 {
            let wait = jitter(secs(1_000), seed).as_secs();
            assert!((800..=1_200).contains(&wait), "{wait}");
            low = low.min(wait);
            high = high.max(wait);
        }
        assert!(low < 810 && high > 1_190, "{low} {high}");
    }

    #[test]
    fn the_receivers_word_counts_within_bounds() {
        let policy = Policy::webhook();
        for (asked, want) in [(0, 60), (-5, 60), (600, 600), (90 * 3_600, 86_400)] {
            assert_eq!(policy.asked(secs(asked)), secs(want), "{asked}");
        }
    }
}
