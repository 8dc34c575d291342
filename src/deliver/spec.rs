//! The settings of a channel: one `[[channel]]` table, whose `kind` says which keys it may have.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{email, file, webhook};
use crate::base::ids::{BadSlug, ChannelId, SegmentId};
use crate::base::secret::{Given, ReadPlain, Reveal, Secret, SecretRef};
use crate::model::Fault;
use crate::render::Address;

/// The keys of `[[channel]]`.
pub const KEYS: &[&str] = &[
    "id",
    "kind",
    "segments",
    "timeout",
    "host",
    "port",
    "tls",
    "username",
    "password",
    "from",
    "reply_to",
    "insecure",
    "ca",
    "hello",
    "url",
    "secret",
    "secret_next",
    "headers",
    "folder",
    "format",
];

/// The words for `kind`.
const KINDS: [&str; 3] = ["email", "webhook", "file"];

/// A `[[channel]]` table as written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// The channel's name.
    pub id: String,
    /// What it is: "email", "webhook" or "file".
    pub kind: String,
    /// webhook, file: leads of these segments go here; all when left out.
    pub segments: Vec<String>,
    /// email, webhook: time for one attempt, "1s" to "60s"; "30s" when left out.
    pub timeout: Option<String>,
    /// email: the mail server's name or address.
    pub host: Option<String>,
    /// email: its port; 587 (starttls), 465 (tls) or 25 (none) when left out.
    pub port: Option<u16>,
    /// email: "starttls" (default), "tls" (from the first byte), or "none" (loopback only, unless `insecure = true`).
    pub tls: Option<String>,
    /// email: the log-in, if the server wants one.
    pub username: Option<String>,
    /// email: its password.
    pub password: Option<SecretRef>,
    /// email, file: the sender of mails, "Atalaya <leads@example.com>".
    pub from: Option<String>,
    /// email: where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// email: send without TLS to a host that is not this machine. Everybody on the way can read the leads and the password.
    pub insecure: bool,
    /// email, webhook: a file with a further root certificate in PEM, relative to the configuration file, for a server of your own authority.
    pub ca: Option<String>,
    /// email: the name this machine gives itself in EHLO; its address when left out.
    pub hello: Option<String>,
    /// webhook: where messages are posted to.
    pub url: Option<String>,
    /// webhook: the signing secret, `whsec_…` (base 64) or at least 24 characters.
    pub secret: Option<SecretRef>,
    /// webhook: a second secret while the receiver changes over; both signatures are sent.
    pub secret_next: Option<SecretRef>,
    /// webhook: further request headers, such as `X-Team = "sales"`; secret ones as `Authorization = { file = "crm.token" }`.
    pub headers: BTreeMap<String, Given>,
    /// file: the folder, relative to the data folder.
    pub folder: Option<String>,
    /// file: "eml" (a file for each mail, default) or "jsonl" (one file, a line for each message).
    pub format: Option<String>,
}

/// A channel's settings, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub id: ChannelId,
    /// Which segments' leads go here by themselves; empty: all.
    pub segments: Vec<SegmentId>,
    /// What it is.
    pub way: Way,
}

/// The settings of each kind.
#[derive(Clone, Debug)]
pub enum Way {
    /// SMTP.
    Email(email::EmailSettings),
    /// Standard Webhooks.
    Webhook(webhook::WebhookSettings),
    /// A folder.
    File(file::FileSettings),
}

/// What the kinds' own compilers share: the spec, where secrets come from, and the faults so far.
pub(super) struct Compiling<'a> {
    pub(super) spec: &'a Spec,
    pub(super) base: &'a Path,
    reveal: &'a Reveal<'a>,
    read: &'a ReadPlain<'a>,
    faults: Vec<Fault>,
}

impl Spec {
    /// Checks all of it; relative folders start at `base` (the data folder). All faults are told, each with its key.
    pub fn compile(&self, base: &Path, reveal: &Reveal<'_>, read: &ReadPlain<'_>) -> Result<Settings, Vec<Fault>> {
        let mut compiling = Compiling { spec: self, base, reveal, read, faults: Vec::new() };
        let id = self.id.parse::<ChannelId>();
        if id.is_err() {
            compiling.fault("id", &self.id, BadSlug::EXPECTED);
        }
        let segments = compiling.segments();
        let known = KINDS.contains(&self.kind.as_str());
        let way = match if known { Some(self.kind.as_str()) } else { self.meant() } {
            Some("email") => email::compile(&mut compiling).map(Way::Email),
            Some("webhook") => webhook::compile(&mut compiling).map(Way::Webhook),
            Some("file") => file::compile(&mut compiling).map(Way::File),
            Some(_) | None => None,
        };
        if known {
            compiling.foreign_keys();
        } else {
            // What is written is judged by the kind that was meant; what it lacks by that kind is not.
            compiling.faults.retain(|fault| fault.found != "nothing");
            compiling.fault("kind", &self.kind, "one of `email`, `webhook`, `file`");
        }
        match (id, way, compiling.faults) {
            (Ok(id), Some(way), faults) if faults.is_empty() => Ok(Settings { id, segments, way }),
            (_, _, faults) => Err(faults),
        }
    }

    /// Whether it carries mail to people, whatever else is wrong with it; `None`: its kind is not known.
    pub fn carries_mail(&self) -> Option<bool> {
        match self.kind.as_str() {
            "email" => Some(true),
            "webhook" => Some(false),
            "file" => Some(self.format.as_deref() != Some("jsonl")),
            _ => None,
        }
    }

    /// The kind that the given keys speak of, where they are those of one kind only.
    fn meant(&self) -> Option<&'static str> {
        let given = self.given();
        let fits = |kind: &&&'static str| given.iter().all(|(_, kinds)| kinds.contains(kind));
        match KINDS.iter().filter(fits).collect::<Vec<_>>().as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Each key with the kinds it belongs to, if it was given.
    fn given(&self) -> Vec<(&'static str, &'static [&'static str])> {
        const MAIL: &[&str] = &["email"];
        const HOOK: &[&str] = &["webhook"];
        const FOLDER: &[&str] = &["file"];
        let all: [(bool, &'static str, &'static [&'static str]); 18] = [
            (!self.segments.is_empty(), "segments", &["webhook", "file"]),
            (self.timeout.is_some(), "timeout", &["email", "webhook"]),
            (self.host.is_some(), "host", MAIL),
            (self.port.is_some(), "port", MAIL),
            (self.tls.is_some(), "tls", MAIL),
            (self.username.is_some(), "username", MAIL),
            (self.password.is_some(), "password", MAIL),
            (self.from.is_some(), "from", &["email", "file"]),
            (self.reply_to.is_some(), "reply_to", MAIL),
            (self.insecure, "insecure", MAIL),
            (self.ca.is_some(), "ca", &["email", "webhook"]),
            (self.hello.is_some(), "hello", MAIL),
            (self.url.is_some(), "url", HOOK),
            (self.secret.is_some(), "secret", HOOK),
            (self.secret_next.is_some(), "secret_next", HOOK),
            (!self.headers.is_empty(), "headers", HOOK),
            (self.folder.is_some(), "folder", FOLDER),
            (self.format.is_some(), "format", FOLDER),
        ];
        all.into_iter().filter(|(given, _, _)| *given).map(|(_, key, kinds)| (key, kinds)).collect()
    }
}

impl Compiling<'_> {
    pub(super) fn fault(&mut self, key: &str, found: &str, expected: impl Into<String>) {
        self.faults.push(Fault::new(key, found, expected));
    }

    /// A key that must be there.
    pub(super) fn need<T>(&mut self, key: &str, value: Option<T>, expected: &str) -> Option<T> {
        if value.is_none() {
            self.fault(key, "nothing", expected);
        }
        value
    }

    /// The secret behind a reference.
    pub(super) fn secret(&mut self, key: &str, reference: Option<&SecretRef>) -> Option<Secret> {
        match (self.reveal)(reference?) {
            Ok(secret) => Some(secret),
            Err(why) => {
                self.fault(key, "a secret that cannot be read", why);
                None
            }
        }
    }

    /// The text of a header: as written, or from where it is kept.
    pub(super) fn given(&mut self, key: &str, given: &Given) -> Option<Secret> {
        match given {
            Given::Text(text) => Some(Secret::new(text.as_str())),
            Given::Secret(kept) => self.secret(key, Some(kept)),
        }
    }

    /// The further root certificate. It is public: its file may be read by anybody.
    pub(super) fn certificate(&mut self) -> Option<String> {
        const SHAPE: &str = "a file with a certificate in PEM, such as `ca.pem`";
        let path = self.spec.ca.as_deref()?;
        match (self.read)(path) {
            Ok(pem) if pem.is_empty() || pem.contains("-----BEGIN CERTIFICATE-----") => Some(pem),
            Ok(_) => {
                self.fault("ca", path, SHAPE);
                None
            }
            Err(why) => {
                self.fault("ca", path, format!("{SHAPE}: {why}"));
                None
            }
        }
    }

    /// A mail address; nothing when it was not given or is bad.
    pub(super) fn address(&mut self, key: &str, text: Option<&str>) -> Option<Address> {
        match Address::parse(text?) {
            Ok(address) => Some(address),
            Err(bad) => {
                self.fault(key, &bad.found, "a mail address such as `Atalaya <leads@example.com>`");
                None
            }
        }
    }

    /// The time for one attempt.
    pub(super) fn timeout(&mut self) -> Duration {
        const USUAL: Duration = Duration::from_secs(30);
        let Some(text) = &self.spec.timeout else { return USUAL };
        let read = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
        match read {
            Some(duration) if (Duration::from_millis(10)..=Duration::from_mins(1)).contains(&duration) => duration,
            Some(_) | None => {
                self.fault("timeout", text, "a duration of at most a minute, such as `30s`");
                USUAL
            }
        }
    }

    fn segments(&mut self) -> Vec<SegmentId> {
        let mut out = Vec::new();
        for (i, name) in self.spec.segments.iter().enumerate() {
            match name.parse() {
                Ok(id) => out.push(id),
                Err(_) => self.fault(&format!("segments[{i}]"), name, "the id of a segment"),
            }
        }
        out
    }

    fn foreign_keys(&mut self) {
        let kind = self.spec.kind.as_str();
        for (key, kinds) in self.spec.given() {
            if !kinds.contains(&kind) {
                self.fault(key, &format!("a key of kind {}", kinds.join(" or ")), format!("leave it out: this channel is of kind {kind}"));
            }
        }
    }
}
