//! What a reload changes: old and new configuration become typed differences, so that the daemon touches only what differs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::process::address_of;
use super::source::Aspect;
use super::{Config, Setting};
use crate::base::ids::{ChannelId, ContentHash, RepId, SegmentId, SourceId};
use crate::render::Address;

/// One difference between two configurations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// A source is new: its first visit is a baseline.
    SourceAdded(SourceId),
    /// A source is no longer configured: it is left alone, and what is known of it is forgotten `keep_gone` later.
    SourceRemoved(SourceId),
    /// Settings of a source differ.
    SourceChanged(SourceId, Vec<Aspect>),
    /// A segment is new.
    SegmentAdded(SegmentId),
    /// A segment is no longer configured.
    SegmentRemoved(SegmentId),
    /// A segment's gates or points differ: its leads are scored anew.
    SegmentChanged(SegmentId),
    /// A rep is new.
    RepAdded(RepId),
    /// A rep is no longer configured.
    RepRemoved(RepId),
    /// A rep's settings differ.
    RepChanged(RepId),
    /// A channel is new.
    ChannelAdded(ChannelId),
    /// A channel is no longer configured: what waits for it is kept.
    ChannelRemoved(ChannelId),
    /// A channel's settings (or its secret) differ.
    ChannelChanged(ChannelId),
    /// The lists of competitors, clients and do-not-contact differ.
    ListsChanged,
    /// The words by which texts are understood differ.
    LexiconsChanged,
    /// A setting of the process differs.
    Process {
        /// Which: `daemon.listen`.
        key: String,
        /// Whether it takes effect only with the next start.
        restart: bool,
    },
}

impl fmt::Display for ConfigChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SourceAdded(id) => write!(f, "source {id} added"),
            Self::SourceRemoved(id) => write!(f, "source {id} removed"),
            Self::SourceChanged(id, aspects) => {
                let words: Vec<_> = aspects.iter().map(|aspect| aspect.word()).collect();
                write!(f, "source {id} changed: {}", words.join(", "))
            }
            Self::SegmentAdded(id) => write!(f, "segment {id} added"),
            Self::SegmentRemoved(id) => write!(f, "segment {id} removed"),
            Self::SegmentChanged(id) => write!(f, "segment {id} changed"),
            Self::RepAdded(id) => write!(f, "rep {id} added"),
            Self::RepRemoved(id) => write!(f, "rep {id} removed"),
            Self::RepChanged(id) => write!(f, "rep {id} changed"),
            Self::ChannelAdded(id) => write!(f, "channel {id} added"),
            Self::ChannelRemoved(id) => write!(f, "channel {id} removed"),
            Self::ChannelChanged(id) => write!(f, "channel {id} changed"),
            Self::ListsChanged => f.write_str("lists changed"),
            Self::LexiconsChanged => f.write_str("lexicons changed"),
            Self::Process { key, restart: true } => write!(f, "{key} changed: restart the daemon to apply it"),
            Self::Process { key, restart: false } => write!(f, "{key} changed"),
        }
    }
}

/// Settings of the process that a running daemon cannot take over: what they name is open. By the beginning of the key.
const RESTART: [&str; 13] = [
    "fetch.",
    "net.",
    "daemon.contact",
    "daemon.data",
    "daemon.listen",
    "daemon.drain",
    "log.format",
    "store.backups",
    "store.cache",
    "store.keep_backups",
    "store.keep_changes",
    "store.keep_delivered",
    "store.versions",
];

/// Every difference, sources first.
pub(super) fn between(old: &Config, new: &Config) -> Vec<ConfigChange> {
    let mut out = Vec::new();
    let sources = |config: &Config| config.sources.iter().map(|source| (source.id.clone(), Arc::clone(source))).collect::<BTreeMap<_, _>>();
    let (was, is) = (sources(old), sources(new));
    out.extend(was.keys().filter(|id| !is.contains_key(*id)).cloned().map(ConfigChange::SourceRemoved));
    for (id, source) in &is {
        let Some(before) = was.get(id) else {
            out.push(ConfigChange::SourceAdded(id.clone()));
            continue;
        };
        let pairs = before.aspects.iter().zip(&source.aspects);
        let mut aspects: Vec<_> = pairs.filter(|(a, b)| a.1 != b.1).map(|(a, _)| a.0).collect();
        if before.enabled != source.enabled {
            aspects.push(Aspect::Enabled);
        }
        if !aspects.is_empty() {
            out.push(ConfigChange::SourceChanged(id.clone(), aspects));
        }
    }
    kind(
        &mut out,
        &old.marks.segments,
        &new.marks.segments,
        [ConfigChange::SegmentAdded, ConfigChange::SegmentRemoved, ConfigChange::SegmentChanged],
    );
    kind(&mut out, &old.marks.reps, &new.marks.reps, [ConfigChange::RepAdded, ConfigChange::RepRemoved, ConfigChange::RepChanged]);
    kind(
        &mut out,
        &old.marks.channels,
        &new.marks.channels,
        [ConfigChange::ChannelAdded, ConfigChange::ChannelRemoved, ConfigChange::ChannelChanged],
    );
    if old.marks.lists != new.marks.lists {
        out.push(ConfigChange::ListsChanged);
    }
    if old.marks.lexicons != new.marks.lexicons {
        out.push(ConfigChange::LexiconsChanged);
    }
    process(&mut out, &old.settings, &new.settings);
    out
}

/// The new configuration as a running daemon can live by it: what needs a restart keeps the value it runs with, and what follows from that
/// (links, the operator's address, folders of channels) too. `pending` names the keys that wait for the restart.
pub(super) fn held(new: &Config, running: &Config) -> Config {
    let mut pending = Vec::new();
    let mut changes = Vec::new();
    process(&mut changes, &running.settings, &new.settings);
    for change in changes {
        if let ConfigChange::Process { key, restart: true } = change {
            pending.push(key);
        }
    }
    let mut held = new.clone();
    if pending.is_empty() {
        held.pending = pending;
        return held;
    }
    let was = &running.daemon;
    let daemon = &mut held.daemon;
    if daemon.operator.as_ref() == Some(&daemon.contact) {
        daemon.operator = Some(was.contact.clone()).filter(|contact| Address::parse(contact).is_ok());
    }
    if daemon.public_url == address_of(daemon.listen) {
        daemon.public_url = address_of(was.listen);
    }
    (daemon.contact, daemon.data, daemon.listen, daemon.drain) = (was.contact.clone(), was.data.clone(), was.listen, was.drain);
    (held.net, held.fetch, held.store) = (running.net.clone(), running.fetch.clone(), running.store.clone());
    held.log.format = running.log.format;
    for channel in &mut held.channels {
        let same = running.marks.channels.get(&channel.id) == new.marks.channels.get(&channel.id);
        if let Some(known) = running.channel(&channel.id).filter(|_| same) {
            *channel = Arc::clone(known);
        }
    }
    let restart = |setting: &Setting| setting.of.is_none() && needs_restart(&format!("{}.{}", setting.section, setting.key));
    held.settings.retain(|setting| !restart(setting));
    held.settings.extend(running.settings.iter().filter(|setting| restart(setting)).cloned());
    held.pending = pending;
    held
}

fn needs_restart(key: &str) -> bool {
    RESTART.iter().any(|open| key.starts_with(open))
}

/// Hashes of tables by id, for comparing.
pub(super) type Marks<Id> = BTreeMap<Id, ContentHash>;

fn kind<Id: Ord + Clone>(out: &mut Vec<ConfigChange>, old: &Marks<Id>, new: &Marks<Id>, words: [fn(Id) -> ConfigChange; 3]) {
    let [added, removed, changed] = words;
    out.extend(old.keys().filter(|id| !new.contains_key(*id)).cloned().map(removed));
    for (id, mark) in new {
        match old.get(id) {
            None => out.push(added(id.clone())),
            Some(before) if before != mark => out.push(changed(id.clone())),
            Some(_) => {}
        }
    }
}

fn process(out: &mut Vec<ConfigChange>, old: &[Setting], new: &[Setting]) {
    let keys = |settings: &[Setting]| -> BTreeMap<String, ContentHash> {
        let ours = settings.iter().filter(|setting| setting.of.is_none() && !["lists", "lexicons"].contains(&setting.section.as_str()));
        ours.map(|setting| (format!("{}.{}", setting.section, setting.key), setting.mark)).collect()
    };
    let (was, is) = (keys(old), keys(new));
    let all: std::collections::BTreeSet<_> = was.keys().chain(is.keys()).collect();
    for key in all {
        if was.get(key) != is.get(key) {
            out.push(ConfigChange::Process { key: key.clone(), restart: needs_restart(key) });
        }
    }
}
