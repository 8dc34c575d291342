//! Brings sealed messages to their receivers, one attempt at a time: e-mail, webhook, file. Knows no retry, no order and no store: it
//! says what came of an attempt, and `outbox` decides what follows.
//!
//! Every connection goes through the door; every attempt ends within the channel's time; no answer is read beyond 64 KiB; no secret
//! leaves but to its receiver, not even when the receiver sends it back.

mod email;
mod file;
mod hidden;
mod spec;
mod webhook;

#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod receivers;

use std::path::PathBuf;

use jiff::Timestamp;

pub use file::FileFormat;
pub use spec::{KEYS, Settings, Spec, Way};

use crate::base::ids::{ChannelId, SegmentId};
use crate::door::Door;
use crate::model::Message;
use crate::outbox::{Outcome, Policy};
use crate::render::Address;

/// Why a channel cannot be opened, although its settings are right.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// No HTTP client.
    #[error("channel `{channel}` cannot be opened: {reason}")]
    Client {
        /// Which.
        channel: ChannelId,
        /// Why.
        reason: String,
    },
    /// No TLS.
    #[error("channel `{channel}` cannot be opened: TLS cannot be set up ({reason}); check `ca` and the system's certificates")]
    Tls {
        /// Which.
        channel: ChannelId,
        /// Why.
        reason: String,
    },
}

/// A way out, ready to send. One more kind is one file here, one variant, and one more run of the contract suite.
#[derive(Debug)]
pub enum Channel {
    /// SMTP.
    Email(email::Email),
    /// Standard Webhooks 1.0.0.
    Webhook(webhook::Webhook),
    /// A folder.
    File(file::File),
}

impl Channel {
    /// Opens a channel; connects to nobody yet.
    pub fn open(settings: &Settings, door: &Door) -> Result<Self, DeliverError> {
        let id = settings.id.clone();
        Ok(match &settings.way {
            Way::Email(email) => Self::Email(email::Email::open(id, email.clone(), door)?),
            Way::Webhook(webhook) => Self::Webhook(webhook::Webhook::open(id, webhook.clone(), door)?),
            Way::File(file) => Self::File(file::File::open(file.clone())),
        })
    }

    /// One attempt, ended within the channel's time. `now` is the attempt's time, which webhooks sign. Total: whatever the receiver does
    /// is an outcome.
    pub async fn send(&self, message: &Message, now: Timestamp) -> Outcome {
        match self {
            Self::Email(email) => email.send(message).await,
            Self::Webhook(webhook) => webhook.send(message, now).await,
            Self::File(file) => file.send(message).await,
        }
    }
}

/// An error with its causes, each said once.
fn causes(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if text.starts_with(&out) {
            out = text;
        } else if !out.contains(&text) {
            out = format!("{out}: {text}");
        }
        next = cause.source();
    }
    out
}

/// Where a channel leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A mail server: host and port.
    Mail(String, u16),
    /// A web server: host and port.
    Web(String, u16),
    /// A folder of this machine.
    Folder(PathBuf),
}

impl Settings {
    /// The rhythm of attempts of this kind of channel.
    pub const fn policy(&self) -> Policy {
        match self.way {
            Way::Email(_) => Policy::email(),
            Way::Webhook(_) => Policy::webhook(),
            Way::File(_) => Policy::file(),
        }
    }

    /// The word of its kind.
    pub const fn kind(&self) -> &'static str {
        match self.way {
            Way::Email(_) => "email",
            Way::Webhook(_) => "webhook",
            Way::File(_) => "file",
        }
    }

    /// Where it leads.
    pub fn peer(&self) -> Peer {
        match &self.way {
            Way::Email(email) => email.peer(),
            Way::Webhook(webhook) => webhook.peer(),
            Way::File(file) => Peer::Folder(file.folder.clone()),
        }
    }

    /// Whether it carries mail to people (digests, alerts), as opposed to payloads for machines.
    pub const fn carries_mail(&self) -> bool {
        match &self.way {
            Way::Email(_) => true,
            Way::Webhook(_) => false,
            Way::File(file) => matches!(file.format, FileFormat::Eml),
        }
    }

    /// Whom its mail is from; nothing for channels that carry none.
    pub const fn from(&self) -> Option<&Address> {
        match &self.way {
            Way::Email(email) => Some(&email.from),
            Way::File(file) if matches!(file.format, FileFormat::Eml) => Some(&file.from),
            Way::Webhook(_) | Way::File(_) => None,
        }
    }

    /// Where answers to its mail go, if not to the sender.
    pub const fn reply_to(&self) -> Option<&Address> {
        match &self.way {
            Way::Email(email) => email.reply_to.as_ref(),
            Way::Webhook(_) | Way::File(_) => None,
        }
    }

    /// Whether leads of this segment go here by themselves (channels that carry mail get theirs through reps).
    pub fn takes(&self, segment: &SegmentId) -> bool {
        !self.carries_mail() && (self.segments.is_empty() || self.segments.contains(segment))
    }
}
