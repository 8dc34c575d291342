//! Reads the configuration, layers it, refuses what is wrong with a place for each mistake, and compiles every module's settings.
//!
//! Must not know how a setting is used: each module owns the shape of its table and the check of it. Here are the files, the layers,
//! the places, the references between tables, and the settings of the process. Reads no clock; the environment is handed in.

mod adding;
mod assemble;
mod changes;
mod desk;
mod fields;
mod files;
mod imports;
mod labels;
mod layers;
mod lexicons;
mod lists;
mod lookup;
mod people;
mod problem;
mod process;
mod schema;
mod secrets;
mod shape;
mod shipped;
mod show;
mod source;
mod starter;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::base::ids::{ChannelId, ContentHash, RepId, SegmentId, SourceId};
use crate::model::codes::Labels;
use crate::render::Language;
use crate::{deliver, door, fetch, resolve, route, schedule, score, store};

pub use adding::{NewSource, source_table, with_source};
pub use assemble::Outside;
pub use changes::ConfigChange;
pub use imports::Imported;
pub use labels::folder as codes_folder;
pub use layers::Flag;
pub use lexicons::Lexicons;
pub use problem::Problem;
pub use process::{Daemon, Keep, Log, LogFormat};
pub use schema::schema;
pub use shipped::{SHIPPED, Shipped};
pub use source::{Aspect, Event, Source, money};
pub use starter::{Wishes, starter};

/// The defaults of every setting, as a file with comments.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// What is asked to be read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// A file, or a folder whose `*.toml` are read by name. `None`: `$ATALAYA_CONFIG`, `./atalaya.toml`,
    /// `$XDG_CONFIG_HOME/atalaya/atalaya.toml`, `/etc/atalaya/atalaya.toml`, `/etc/atalaya/conf.d`; the first that is there.
    pub path: Option<PathBuf>,
    /// The environment of the process: `ATALAYA_<TABLE>__<KEY>` are settings, and secrets may be kept there.
    pub environment: BTreeMap<String, String>,
    /// Settings from the command line.
    pub flags: Vec<Flag>,
    /// Secrets are not fetched but stood in for: for whoever only looks, and may not be allowed to read them.
    pub without_secrets: bool,
}

impl Request {
    /// With the environment of this process. (Variables that are no Unicode are left out.)
    pub fn from_process(path: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        let environment =
            std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?))).collect();
        Self { path, environment, flags, without_secrets: false }
    }
}

/// Why a configuration is not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// No path was given and none of the usual places holds one.
    #[error("no configuration found; looked at {}. Write one with `atalaya init`, or name it with `--config PATH`", looked(.0))]
    NotFound(Vec<PathBuf>),
    /// The file or folder that was named is not there.
    #[error("{path} does not exist: name another file with `--config PATH`, or write this one with `atalaya init {path}`", path = .0.display())]
    Missing(PathBuf),
    /// It is wrong; every mistake at once, in the order of files and lines.
    #[error("{}", listed(.0))]
    Wrong(Vec<Problem>),
}

impl Refusal {
    /// The mistakes; empty when there was no file.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::NotFound(_) | Self::Missing(_) => &[],
            Self::Wrong(problems) => problems,
        }
    }
}

fn looked(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn listed(problems: &[Problem]) -> String {
    let mut lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.push(if problems.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", problems.len()) });
    lines.join("\n")
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Origin {
    /// Built in.
    Default,
    /// A file.
    File {
        /// As it was named.
        file: String,
        /// From 1.
        line: u32,
    },
    /// A variable of the environment.
    Environment {
        /// Its name.
        variable: String,
    },
    /// A flag.
    Flag {
        /// As written.
        flag: String,
    },
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Environment { variable } => write!(f, "environment {variable}"),
            Self::Flag { flag } => write!(f, "flag {flag}"),
        }
    }
}

/// One value in force, for people. Secrets read `"***"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its table: `daemon`, `source`.
    pub section: String,
    /// Which of the repeated tables, from 0; `None` in a table of the process.
    pub of: Option<usize>,
    /// Its key.
    pub key: String,
    /// In TOML.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Over the value itself, secrets included; to compare, never shown.
    #[serde(skip)]
    mark: ContentHash,
}

/// A rep, with the times of their digest.
#[derive(Debug, Clone)]
pub struct Rep {
    /// Whom they serve.
    pub rep: route::Rep,
    /// The language of their mail.
    pub language: Language,
    /// When their digest leaves.
    pub digest: schedule::DigestTimes,
    /// By which channel their mail goes: the one they name, else the only one that carries mail.
    pub channel: ChannelId,
}

/// A whole configuration, checked and compiled. Never changed: a reload makes another one.
#[derive(Debug, Clone)]
pub struct Config {
    /// The process.
    pub daemon: Daemon,
    /// What is logged.
    pub log: Log,
    /// What the door lets through.
    pub net: door::Settings,
    /// How pages are fetched.
    pub fetch: fetch::Settings,
    /// The store.
    pub store: store::Settings,
    /// Retention and backup.
    pub keep: Keep,
    /// Who is kept out by gates.
    pub lists: Arc<resolve::Lists>,
    /// The words by which texts are understood.
    pub lexicons: Lexicons,
    /// In the order of the files.
    pub sources: Vec<Arc<Source>>,
    /// What was brought in as files, beside the configuration: only the store knows of it.
    pub imports: Vec<Arc<Imported>>,
    /// In the order of the files.
    pub segments: Vec<Arc<score::Segment>>,
    /// In the order of the files.
    pub reps: Vec<Arc<Rep>>,
    /// In the order of the files.
    pub channels: Vec<Arc<deliver::Settings>>,
    /// What codes mean.
    pub labels: Arc<Labels>,
    /// What was noticed while it was read: it is taken, and does not do what one may expect.
    noticed: Vec<String>,
    /// Every value in force, for people.
    pub settings: Vec<Setting>,
    /// The files it was read from.
    pub files: Vec<PathBuf>,
    /// Settings that differ in the files and wait for a restart: the values here are those the daemon runs with.
    pub pending: Vec<String>,
    by_id: HashMap<SourceId, usize>,
    marks: Marks,
}

/// Hashes of what was compiled, to find what a reload changes.
#[derive(Debug, Clone, Default)]
struct Marks {
    segments: changes::Marks<SegmentId>,
    reps: changes::Marks<RepId>,
    channels: changes::Marks<ChannelId>,
    lists: ContentHash,
    lexicons: ContentHash,
}

impl Config {
    /// Reads, layers, checks and compiles. All mistakes at once, or a configuration without any.
    pub fn load(request: &Request) -> Result<Arc<Self>, Refusal> {
        assemble::load(request).map(Arc::new)
    }

    /// As [`Config::load`], as if one of its files, or a new one of its folder, had this text: whoever writes looks first whether it is taken.
    pub fn load_drafted(request: &Request, path: &std::path::Path, text: &str) -> Result<Arc<Self>, Refusal> {
        assemble::load_drafted(request, path, text).map(Arc::new)
    }

    /// The file or folder that is read: the one that is named, else the first of the usual places.
    pub fn place(request: &Request) -> Result<PathBuf, Refusal> {
        assemble::place(request)
    }

    /// The door and fetching for whoever looks at an address, where there is no configuration, or one that is broken elsewhere.
    pub fn outside(request: &Request) -> Result<Outside, Refusal> {
        assemble::outside(request)
    }

    /// The data folder that is written in a configuration that may be broken elsewhere, or not be there. `None` when what can be read leaves
    /// a doubt: another folder may hold another installation.
    pub fn data_folder(request: &Request) -> Option<PathBuf> {
        assemble::data_folder(request)
    }

    /// What differs, so that a reload touches nothing else.
    pub fn changes(old: &Self, new: &Self) -> Vec<ConfigChange> {
        changes::between(old, new)
    }

    /// This configuration for a daemon that runs with another: what needs a restart stays as it runs, and is named in `pending`.
    #[must_use]
    pub fn held_by(&self, running: &Self) -> Self {
        changes::held(self, running)
    }

    /// A hash over everything leads are judged and given out by: it differs when they must be judged anew.
    pub fn rules(&self) -> ContentHash {
        let sources = self.sources.iter().map(|source| (&source.id, source.trust.to_string(), source.about()));
        let imports = self.imports.iter().map(|imported| (&imported.import.id, imported.import.trust.to_string(), imported.about()));
        let trust: Vec<(&SourceId, String, Option<&str>)> =
            sources.chain(imports).map(|(id, trust, about)| (id, trust, about.country.as_deref())).collect();
        let Marks { segments, reps, lists, lexicons, .. } = &self.marks;
        ContentHash::of(format!("{} {segments:?} {reps:?} {lists:?} {lexicons:?} {trust:?}", env!("CARGO_PKG_VERSION")).as_bytes())
    }

    /// What is taken, and does not do what one may expect of it.
    pub fn notes(&self) -> Vec<String> {
        let idle = self.segments.iter().filter(|segment| segment.capacity_per_week.is_some());
        idle.map(|segment| {
            format!(
                "segment \"{}\": `capacity_per_week` is kept and changes nothing yet: `line` and `hot` stay as they are written, and the `capacity` \
                 of each rep limits what they get",
                segment.terms.segment
            )
        })
        .chain(self.sources.iter().filter_map(|source| nameless(source)))
        .chain(lists::notes(&self.lists))
        .chain(self.noticed.iter().cloned())
        .collect()
    }

    /// The source of this name.
    pub fn source(&self, id: &SourceId) -> Option<&Arc<Source>> {
        self.by_id.get(id).map(|place| &self.sources[*place])
    }

    /// Every value in force as TOML; with `origin`, each with a comment that says where it comes from.
    pub fn show(&self, origin: bool) -> String {
        show::show(&self.settings, origin)
    }
}

/// That a source has no field by which its records can name anybody, and the setting that would.
fn nameless(source: &Source) -> Option<String> {
    let fields = source.reader.fields()?;
    let names = source.named.organisation.is_some() || fields.iter().any(|field| resolve::names_somebody(source.reader.holds(), field));
    (!names).then(|| {
        format!(
            "source \"{}\": none of its fields names an organisation: {}; what says who it is: {}",
            source.id,
            source.reader.unnamed(),
            source.reader.naming()
        )
    })
}
