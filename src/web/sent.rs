//! What was sent and kept, as shown: messages, digests, backups. Values only.

use serde::{Deserialize, Serialize};

use super::health::CompletenessView;

/// One message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id, the same on every attempt.
    pub id: String,
    /// By which channel.
    pub channel: String,
    /// What it is.
    pub kind: String,
    /// For people.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// Until when, since when, or why.
    pub detail: String,
    /// Attempts so far.
    pub tries: u32,
    /// The last attempt's outcome.
    pub last: Option<String>,
    /// When it was sealed.
    pub made: String,
    /// What holds all messages of its channel back, where it waits and something does.
    #[serde(default)]
    pub held: Option<HeldView>,
}

/// A channel whose receiver fails: all its messages wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldView {
    /// Since when its receiver did nothing but fail.
    pub since: Option<String>,
    /// When it is tried again; `None`: it is switched off.
    pub until: Option<String>,
    /// Failed attempts in a row.
    pub failures: u32,
    /// What its receiver said last, or why it is switched off.
    pub why: String,
    /// Messages that wait for it.
    pub waiting: u64,
}

/// Messages that are sent again.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ReplayedView {
    /// Their ids, the same as before.
    pub ids: Vec<String>,
    /// What is to be known of them.
    #[serde(default)]
    pub note: Option<String>,
}

/// What came of a test message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SentView {
    /// Its id.
    pub id: String,
    /// Whether the receiver took it.
    pub accepted: bool,
    /// What the receiver said.
    pub outcome: String,
    /// How long it took.
    pub millis: u64,
}

/// A digest as it would leave now.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DigestView {
    /// To whom.
    pub rep: String,
    /// Leads that wait for the next digest. Where none does, it shows what one of the rep's present leads would look like.
    pub waiting: usize,
    /// Its subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// How complete the sources behind it are.
    pub sources: Vec<CompletenessView>,
}

/// One backup.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BackupView {
    /// Its name, for `restore`.
    pub name: String,
    /// Where it lies.
    pub path: String,
    /// When it was made.
    pub at: String,
    /// Keys in it, counted after opening it again.
    pub keys: u64,
    /// Bytes of it.
    pub bytes: u64,
}
