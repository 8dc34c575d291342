//! Names of things: the ones people choose (slugs) and the ones that follow from content (hashes).
//!
//! Content-made ids need no counter and no randomness, so a replay, a restore or a second node comes to the same id.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A name that cannot be an id, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` cannot be an id: use {}", Self::EXPECTED)]
pub struct BadSlug {
    /// What was written.
    pub found: String,
}

impl BadSlug {
    /// What an id looks like, for messages that have said what was found.
    pub const EXPECTED: &str = "1 to 64 of a-z, 0-9, `-`, `_` and `.`, beginning with a letter or digit";
}

fn check_slug(text: &str) -> Result<Arc<str>, BadSlug> {
    let good = !text.is_empty()
        && text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    if good { Ok(Arc::from(text)) } else { Err(BadSlug { found: text.to_owned() }) }
}

macro_rules! slug_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadSlug;
            fn from_str(text: &str) -> Result<Self, BadSlug> {
                check_slug(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

slug_id! {
    /// A source, as the user named it.
    SourceId,
    /// A segment, as the user named it.
    SegmentId,
    /// A rep, as the user named it.
    RepId,
    /// A channel, as the user named it.
    ChannelId,
}

/// 128 bits of BLAKE3 over parts; each part is length-prefixed, so that ("ab","c") and ("a","bc") differ.
pub fn hash128(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut out = [0; 16];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    out
}

/// The first 64 bits of [`hash128`].
pub fn hash64(parts: &[&[u8]]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash128(parts)[..8]);
    u64::from_be_bytes(first)
}

/// Crockford's base 32, lower case: no i, l, o, u, so an id can be read out on the telephone.
pub fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(char::from(DIGITS[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(char::from(DIGITS[(bits << (5 - held) & 31) as usize]));
    }
    out
}

fn from_base32(text: &str) -> Option<u64> {
    let mut value: u128 = 0;
    if text.len() != 13 {
        return None;
    }
    for c in text.chars() {
        let digit = "0123456789abcdefghjkmnpqrstvwxyz".find(c)?;
        value = value << 5 | digit as u128;
    }
    u64::try_from(value >> 1).ok()
}

/// What ids of a kind look like.
fn form(kind: &str) -> String {
    if kind == "msg" { "`msg_` and 26 letters or digits".to_owned() } else { format!("`{kind}-` and 13 letters or digits") }
}

/// An id that does not have the form of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no {kind} id: it looks like {}", form(.kind))]
pub struct BadId {
    /// What was written.
    pub found: String,
    /// The kind that was expected.
    pub kind: &'static str,
}

macro_rules! hash_id {
    ($(#[$doc:meta] $name:ident = $prefix:literal),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The id that follows from these parts.
            pub fn of(parts: &[&[u8]]) -> Self {
                Self(hash64(parts))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "-{}"), base32(&self.0.to_be_bytes())))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "-"))
                    .and_then(from_base32)
                    .map(Self)
                    .ok_or_else(|| BadId { found: text.to_owned(), kind: $prefix })
            }
        }
    )*};
}

hash_id! {
    /// A page: from its source and URL.
    PageId = "page",
    /// A record: from its source and key.
    RecordId = "record",
    /// An organisation: from the first identity key it was known by.
    OrganisationId = "org",
    /// A lead: from its segment and subject.
    LeadId = "lead",
    /// Something waiting to go to one rep in a digest: from channel, rep, lead and revision.
    EntryId = "entry",
}

/// A message: its idempotency key for ever, also over retries, replays and restores. Holds no `.` (Standard Webhooks 1.0.0).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(Arc<str>);

impl MessageId {
    /// The id that follows from these parts (channel, lead and revision; or rep and digest window).
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(Arc::from(format!("msg_{}", base32(&hash128(parts)))))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let good = text.len() == 30 && text.starts_with("msg_") && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if good { Ok(Self(Arc::from(text))) } else { Err(BadId { found: text.to_owned(), kind: "msg" }) }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 128 bits of BLAKE3 over some content: page bytes, a settings block, a quote.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ContentHash(pub [u8; 16]);

impl ContentHash {
    /// Of bytes as they are.
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 16];
        out.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
        Self(out)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&base32(&self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_print() {
        for n in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(LeadId(n).to_string().parse(), Ok(LeadId(n)));
        }
        let message = MessageId::of(&[b"crm", b"lead"]);
        assert_eq!(message.as_str().parse(), Ok(message.clone()));
        assert!(!message.as_str().contains('.'));
        assert!("lead-xyz".parse::<LeadId>().is_err());
        assert!("org-0000000000000".parse::<LeadId>().is_err());
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(hash64(&[b"ab", b"c"]), hash64(&[b"a", b"bc"]));
    }

    #[test]
    fn slugs() {
        for good in ["a", "es-tenders", "0.x_y"] {
            assert!(good.parse::<SourceId>().is_ok(), "{good}");
        }
        for bad in ["", "A", "-a", "a b", "ñ", &"x".repeat(65)] {
            assert!(bad.parse::<SourceId>().is_err(), "{bad}");
        }
    }
}
