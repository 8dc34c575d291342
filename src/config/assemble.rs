//! From files to a compiled configuration, step by step: read, parse, merge, compile each table, check references. Knows which module
//! owns which table, nothing of what they do.

mod locate;
mod partly;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::changes::Marks;
use super::desk::{Desk, Section, canonical};
use super::files::{self, File, Files, Layer, Place};
use super::layers::{self, Tables};
use super::people::{People, Way};
use super::problem::{Problem, nearest};
use super::process::{DaemonSpec, KeepSpec, LogSpec};
use super::secrets::{Fetcher, Sources};
use super::source::{self, Aspect, Source};
use super::tree::{self, Node, Table};
use super::{Config, DEFAULTS, Refusal, Request, fields, imports, lexicons, lists, process, show};
use crate::base::ids::{ChannelId, ContentHash, SegmentId};
use crate::base::secret::SecretRef;
use crate::model::Fault;
use crate::{deliver, diff, door, extract, fetch, resolve, schedule, score, store};

pub use partly::Outside;
pub(super) use partly::{data_folder, outside};

/// Reads and compiles.
pub(super) fn load(request: &Request) -> Result<Config, Refusal> {
    let (mut files, mut problems) = (defaults(), Vec::new());
    files::read(&locate::locate(request)?, &mut files, &mut problems);
    build(files, problems, request)
}

/// As [`load`], as if one of its files (or a new one of its folder) had this text.
pub(super) fn load_drafted(request: &Request, path: &Path, text: &str) -> Result<Config, Refusal> {
    let (mut files, mut problems) = (defaults(), Vec::new());
    files::read(&locate::locate(request)?, &mut files, &mut problems);
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let drafted = File::new(path.display().to_string(), folder, text.to_owned(), Layer::User);
    match files.0.iter_mut().find(|file| file.layer == Layer::User && file.name == drafted.name) {
        Some(file) => *file = drafted,
        None => drop(files.push(drafted)),
    }
    build(files, problems, request)
}

/// The file or folder that is read.
pub(super) fn place(request: &Request) -> Result<PathBuf, Refusal> {
    locate::locate(request)
}

fn defaults() -> Files {
    Files(vec![File::new("default.toml".to_owned(), PathBuf::new(), DEFAULTS.to_owned(), Layer::Default)])
}

/// The files and the layers above them as trees, and what of them is no TOML.
fn documents(files: &mut Files, problems: &mut Vec<Problem>, request: &Request) -> (Vec<Node>, Vec<Place>) {
    let (mut documents, mut breaks) = (Vec::new(), Vec::new());
    for number in 0..u16::try_from(files.0.len()).unwrap_or(u16::MAX) {
        let parsed = tree::parse(files, number, problems);
        documents.extend(parsed.documents);
        breaks.extend(parsed.breaks);
    }
    documents.extend(layers::add_layer(files, Layer::Environment, layers::environment_file(&request.environment)));
    documents.extend(layers::add_layer(files, Layer::Flag, layers::flags_file(&request.flags)));
    (documents, breaks)
}

/// Compiles what was read; `problems` are those of reading.
pub(super) fn build(mut files: Files, mut problems: Vec<Problem>, request: &Request) -> Result<Config, Refusal> {
    let user_files = files.0[1..].iter().map(|file| PathBuf::from(&file.name)).collect();
    let (documents, breaks) = documents(&mut files, &mut problems, request);
    let syntax = !problems.is_empty();
    let hidden = documents.iter().flat_map(tree::hidden).collect();
    let mut desk = Desk::new(&files, hidden);
    let tables = layers::merge(&mut desk, &documents);
    let settings = show::settings(&desk, &tables);
    let (config, more) = Builder::new(desk, request, syntax, &tables).build(&tables);
    problems.extend(outside_the_breaks(&files, &breaks, more));
    match config {
        Some(config) if problems.is_empty() => Ok(Config { settings, files: user_files, ..config }),
        Some(_) | None => Err(Refusal::Wrong(in_order(&files, problems))),
    }
}

/// What is broken cannot be judged, and what lacks altogether may be in there.
fn outside_the_breaks(files: &Files, breaks: &[Place], more: Vec<Problem>) -> Vec<Problem> {
    let first = files.of(files.first_place()).name.as_str();
    let lacks = |problem: &Problem| problem.found == "missing" && (problem.file.as_str(), problem.line, problem.column) == (first, 1, 1);
    let broken = |problem: &Problem| {
        breaks.iter().any(|at| {
            let file = files.of(*at);
            let lines = file.line_column(at.start).0..=file.line_column(at.end.saturating_sub(1).max(at.start)).0;
            file.name == problem.file && lines.contains(&problem.line)
        })
    };
    more.into_iter().filter(|problem| !broken(problem) && (breaks.is_empty() || !lacks(problem))).collect()
}

/// In the order in which a person meets them, each once.
fn in_order(files: &Files, mut problems: Vec<Problem>) -> Vec<Problem> {
    let rank = |name: &str| files.0.iter().position(|file| file.name == name).unwrap_or(usize::MAX);
    problems.sort_by(|a, b| (rank(&a.file), a.line, a.column, &a.key).cmp(&(rank(&b.file), b.line, b.column, &b.key)));
    problems.dedup();
    problems
}

pub(super) struct Builder<'a> {
    pub(super) desk: Desk<'a>,
    environment: &'a BTreeMap<String, String>,
    without_secrets: bool,
    /// Some file is no TOML, or could not be read: what refers to it must not be blamed.
    pub(super) syntax: bool,
    /// Tables that were refused as a whole.
    pub(super) refused: &'a BTreeSet<String>,
}

/// Ids of one kind with the place of their first use.
pub(super) type Ids = BTreeMap<String, Place>;

/// Bytes of a document of a tender portal, unless its source says otherwise: five hundred procedures lie in one.
const PORTAL_BODY: &str = "64 MiB";

impl<'a> Builder<'a> {
    fn new(desk: Desk<'a>, request: &'a Request, syntax: bool, tables: &'a Tables) -> Self {
        Self { desk, environment: &request.environment, without_secrets: request.without_secrets, syntax, refused: &tables.refused }
    }

    fn build(mut self, tables: &'a Tables) -> (Option<Config>, Vec<Problem>) {
        let config = self.compile(tables);
        (config, self.desk.problems)
    }

    fn compile(&mut self, tables: &'a Tables) -> Option<Config> {
        let daemon = self.daemon(tables);
        let log = self.process(tables, "log", &[process::LOG_KEYS], |spec: &LogSpec| spec.compile());
        let (net, fetch) = self.ways_out(tables, daemon.as_ref());
        let data = daemon.as_ref().map_or_else(|| PathBuf::from("data"), |daemon| daemon.data.clone());
        let store = self.process(tables, "store", &[store::KEYS, process::KEEP_KEYS], |spec: &store::Spec| spec.compile(data.clone()));
        let keep = self.process(tables, "store", &[process::KEEP_KEYS, store::KEYS], |spec: &KeepSpec| spec.compile());
        let lists = self.lists(tables);
        let lexicons = self.lexicons(tables);
        let zone = daemon.as_ref().map_or(TimeZone::UTC, |daemon| daemon.zone.clone());

        let ids: HashMap<&str, Ids> = layers::REPEATED.into_iter().map(|name| (name, self.ids(tables, name))).collect();
        let none = Ids::new();
        let of = |name: &str| ids.get(name).unwrap_or(&none);
        let mut marks = super::Marks::default();
        let sources = self.sources(tables, &zone);
        let bands = lexicons.as_ref().map_or_else(Vec::new, |lexicons| lexicons.tables.bands().map(str::to_owned).collect());
        let mut noticed = Vec::new();
        let segments = self.segments(tables, (of("source"), &sources, &bands), &mut marks.segments, &mut noticed);
        let (channels, ways) = self.channels(tables, of("segment"), &data, &mut marks.channels);
        let operator = daemon.as_ref().is_none_or(|daemon| daemon.operator.is_some());
        self.notices(tables, operator, of("channel"), &ways);
        let reps =
            People { segments: of("segment"), channels: of("channel"), ways: &ways, zone: &zone }.compile(self, tables, &mut marks.reps);
        marks.lists = ContentHash::of(format!("{lists:?}").as_bytes());
        marks.lexicons = lexicons.as_ref().map(|lexicons| lexicons.mark).unwrap_or_default();
        let daemon = daemon?;
        let (labels, of_labels) = super::labels::load(&daemon.data);
        noticed.extend(of_labels);
        Some(Config {
            daemon,
            log: log?,
            net: net?,
            fetch: fetch?,
            store: store?,
            keep: keep?,
            lists: Arc::new(lists?),
            lexicons: lexicons?,
            by_id: sources.iter().enumerate().map(|(place, source)| (source.id.clone(), place)).collect(),
            sources,
            imports: Vec::new(),
            segments,
            reps,
            channels,
            labels,
            noticed,
            settings: Vec::new(),
            pending: Vec::new(),
            files: Vec::new(),
            marks,
        })
    }

    fn ways_out(&mut self, tables: &'a Tables, daemon: Option<&process::Daemon>) -> (Option<door::Settings>, Option<fetch::Settings>) {
        let contact = daemon.map(|daemon| daemon.contact.as_str());
        let net = self.process(tables, "net", &[door::KEYS], |spec: &door::Spec| spec.compile());
        (net, self.process(tables, "fetch", &[fetch::PROCESS_KEYS], |spec: &fetch::ProcessSpec| spec.compile(contact)))
    }

    /// One table of the process: the first of `keys` are the spec's own, the others stand beside them for another module.
    fn process<S: DeserializeOwned + Default + JsonSchema, T>(
        &mut self,
        tables: &'a Tables,
        name: &'static str,
        keys: &[&'static [&'static str]],
        compile: impl FnOnce(&S) -> Result<T, Vec<Fault>>,
    ) -> Option<T> {
        let (at, table) = tables.process.get(name)?;
        if tables.refused.contains(name) {
            return None;
        }
        let mut section = Section::new(format!("[{name}]"), table, *at);
        self.desk.refuse_unknown(&mut section, &keys.concat());
        let spec: S = self.desk.read(&mut section, keys.first().copied());
        self.desk.compiled(&mut section, compile(&spec))
    }

    fn daemon(&mut self, tables: &'a Tables) -> Option<process::Daemon> {
        let folder = |key| self.folder_of(tables, "daemon", key);
        let data = folder("data");
        let environment = self.environment;
        self.process(tables, "daemon", &[process::DAEMON_KEYS], |spec: &DaemonSpec| spec.compile(&data, environment))
    }

    fn lists(&mut self, tables: &'a Tables) -> Option<resolve::Lists> {
        let folders: HashMap<&str, PathBuf> = lists::KEYS.iter().map(|key| (*key, self.folder_of(tables, "lists", key))).collect();
        let folder = |key: &str| folders.get(key).cloned().unwrap_or_default();
        self.process(tables, "lists", &[lists::KEYS], |spec: &lists::Spec| spec.compile(&folder))
    }

    fn lexicons(&mut self, tables: &'a Tables) -> Option<lexicons::Lexicons> {
        let folders: HashMap<&str, PathBuf> = lexicons::KEYS.iter().map(|key| (*key, self.folder_of(tables, "lexicons", key))).collect();
        let folder = |key: &str| folders.get(key).cloned().unwrap_or_default();
        self.process(tables, "lexicons", &[lexicons::KEYS], |spec: &lexicons::Spec| spec.compile(&folder))
    }

    /// The folder of the file in which a key of the process is written.
    fn folder_of(&self, tables: &Tables, name: &str, key: &str) -> PathBuf {
        let entry = tables.process.get(name).and_then(|(_, table)| table.entry(key));
        entry.map(|entry| self.desk.files.of(entry.key_at).folder.clone()).unwrap_or_default()
    }

    fn fetcher(&self, at: Place) -> Fetcher<'a> {
        Fetcher::new(Sources { folder: self.desk.files.of(at).folder.clone(), environment: self.environment, none: self.without_secrets })
    }

    /// The ids of one kind. One that is used twice is refused where it is used again.
    fn ids(&mut self, tables: &'a Tables, name: &str) -> Ids {
        let mut ids = Ids::new();
        for (index, (at, table)) in repeated(tables, name).iter().enumerate() {
            let mut section = named(name, index, table, *at);
            let Some(id) = table.text("id") else { continue };
            let place = table.get("id").map_or(*at, |node| node.at);
            if let Some(first) = ids.get(id) {
                let file = self.desk.files.of(*first);
                let (line, _) = file.line_column(first.start);
                let found = format!("\"{id}\" is the id of the {name} at {}:{line} already", file.name);
                self.desk.refuse_at(&mut section, "id", place, &found, "an id of its own");
            } else {
                ids.insert(id.to_owned(), place);
            }
        }
        ids
    }

    fn sources(&mut self, tables: &'a Tables, zone: &TimeZone) -> Vec<Arc<Source>> {
        let keys = source::keys();
        let tables = repeated(tables, "source").iter().enumerate();
        tables.filter_map(|(index, (at, table))| self.source(named("source", index, table, *at), &keys, zone).map(Arc::new)).collect()
    }

    fn source(&mut self, mut section: Section<'a>, keys: &[&'static str], zone: &TimeZone) -> Option<Source> {
        let desk = &mut self.desk;
        desk.refuse_unknown(&mut section, keys);
        let own: source::Spec = desk.read(&mut section, Some(source::KEYS));
        let mut when: schedule::Spec = desk.read(&mut section, Some(schedule::KEYS));
        let mut asked: fetch::Spec = desk.read(&mut section, Some(fetch::KEYS));
        let reading: extract::Spec = desk.read(&mut section, Some(extract::KEYS));
        let mut comparing: diff::Spec = desk.read(&mut section, Some(diff::KEYS));
        if extract::Kind::from_word(&reading.kind) == Some(extract::Kind::Tenders) {
            comparing.for_documents();
            asked.max_body.get_or_insert_with(|| PORTAL_BODY.to_owned());
            if let Some(portal) = reading.portal.as_deref().and_then(extract::Portal::of) {
                asked.delay = asked.delay.take().or(portal.delay);
                asked.body = asked.body.take().or(portal.body);
                if let Some(key) = portal.key.filter(|key| !asked.query.contains_key(key)) {
                    let expected = format!("the key that the portal gives you, as `query = {{ {key} = {{ file = \"{key}.secret\" }} }}`");
                    desk.fault(&mut section, &Fault::new(format!("query.{key}"), "", expected), None);
                }
                when.budget = when.budget.or(portal.budget);
                if when.cron.is_none() {
                    when.every = when.every.take().or(portal.every);
                }
            }
        }

        // A window may name the zone; what names none takes that of the daemon.
        let of_window = when.between.iter().find_map(|window| process::zone(window.split_whitespace().last()?));
        let usual = of_window.as_ref().unwrap_or(zone).iana_name().unwrap_or("UTC");
        let name = when.zone.get_or_insert_with(|| usual.to_owned()).clone();
        let zone = process::zone(&name).unwrap_or(TimeZone::UTC);
        let own = desk.compiled(&mut section, own.compile());
        let schedule = desk.compiled(&mut section, when.compile());
        let rules = desk.compiled(&mut section, comparing.compile()).map(|rules| if reading.is_feed() { rules.of_feed() } else { rules });
        let fetcher = self.fetcher(section.at);
        let fetch = self.desk.compiled(&mut section, asked.compile(&|kept: &SecretRef| fetcher.reveal(kept)));
        let about = extract::About {
            // Only a source whose id is refused has none, and it is not kept.
            source: own.as_ref().map_or_else(|| "unnamed".parse(), |own| Ok(own.id.clone())).ok()?,
            zone: zone.clone(),
            country: None,
        };
        let reader = self.desk.compiled(&mut section, reading.compile(&about));
        let rules = rules.map(|rules| match reader.as_ref().map(extract::Reader::transport) {
            Some(transport) if transport.varies() => rules.of_varying(transport.moves(), comparing.few.is_some()),
            Some(_) | None => rules,
        });

        let names = [("ignore_fields", comparing.ignore_fields.as_slice()), ("key", reading.key.0.as_slice())];
        fields::of_source(&mut self.desk, &mut section, names, reader.as_ref());
        let named = resolve::About {
            organisation: reading.organisation.clone(),
            country: reading.country.clone(),
            own_hosts: reader.iter().flat_map(extract::Reader::roots).filter_map(|url| url.host_str().map(str::to_owned)).collect(),
        };

        let (own, table) = (own?, section.table);
        let mark = |keys: &[&str]| ContentHash::of(canonical(table, keys).as_bytes());
        let read_as = format!("{}zone = {}\n", canonical(table, extract::KEYS), zone.iana_name().unwrap_or("UTC"));
        let spec_hash = ContentHash::of(read_as.as_bytes());
        let asked = ContentHash::of(&[mark(fetch::KEYS).0, fetcher.trace().0].concat());
        let about: Vec<&str> = source::KEYS.iter().copied().filter(|key| *key != "enabled").collect();
        Some(Source {
            aspects: [
                (Aspect::Schedule, ContentHash::of(format!("{}{name}", canonical(table, schedule::KEYS)).as_bytes())),
                (Aspect::Fetch, asked),
                (Aspect::Reading, spec_hash),
                (Aspect::Rules, mark(diff::KEYS)),
                (Aspect::About, mark(&about)),
            ],
            id: own.id,
            title: own.title,
            enabled: own.enabled,
            schedule: schedule?,
            fetch: fetch?.of(reader.iter().flat_map(extract::Reader::roots)),
            reader: Arc::new(reader?),
            rules: rules?,
            trust: own.trust,
            cost_per_month: own.cost_per_month,
            event: own.event,
            tags: own.tags,
            hands_over: own.hands_over,
            expiring: own.expiring,
            language: reading.language,
            named,
            spec_hash,
        })
    }

    fn segments(
        &mut self,
        tables: &'a Tables,
        (sources, good, bands): (&Ids, &[Arc<Source>], &[String]),
        marks: &mut Marks<SegmentId>,
        noticed: &mut Vec<String>,
    ) -> Vec<Arc<score::Segment>> {
        let mut out = Vec::new();
        for (index, (at, table)) in repeated(tables, "segment").iter().enumerate() {
            let mut section = named("segment", index, table, *at);
            self.desk.refuse_unknown(&mut section, score::KEYS);
            let mut spec: score::Spec = self.desk.read(&mut section, None);
            for (rule, points) in spec.points.iter_mut().enumerate() {
                for (at, id) in points.when.iter_mut().flat_map(|when| &mut when.source).enumerate() {
                    let key = format!("points[{rule}].when.source[{at}]");
                    match imports::marked(id).map(str::to_owned) {
                        Some(import) if sources.contains_key(&import) => {
                            let expected = format!("`{import}`, which is a source of the configuration, or the name of an import");
                            self.desk.fault(&mut section, &Fault::new(key, id.as_str(), expected), None);
                        }
                        Some(import) => *id = import,
                        None => self.refer(&mut section, &key, id, "source", sources),
                    }
                }
            }
            let all = good.len() == sources.len() && !self.syntax && !self.refused.contains("source");
            noticed.extend(fields::of_segment(&mut self.desk, &mut section, &spec, (good, all)));
            for (key, band) in spec.size_bands().filter(|(_, band)| !bands.is_empty() && !bands.contains(band)) {
                let expected = format!("a name of [lexicons] size_bands: {}", bands.join(", "));
                self.desk.fault(&mut section, &Fault::new(key, band, expected), nearest(band, bands.iter().map(String::as_str)));
            }
            let Some(segment) = self.desk.compiled(&mut section, spec.compile()) else { continue };
            marks.insert(segment.terms.segment.clone(), ContentHash::of(canonical(table, score::KEYS).as_bytes()));
            out.push(Arc::new(segment));
        }
        out
    }

    /// The channels that are good, and what all of them are.
    fn channels(
        &mut self,
        tables: &'a Tables,
        segments: &Ids,
        data: &Path,
        marks: &mut Marks<ChannelId>,
    ) -> (Vec<Arc<deliver::Settings>>, Vec<Way>) {
        let (mut out, mut ways) = (Vec::new(), Vec::new());
        for (index, (at, table)) in repeated(tables, "channel").iter().enumerate() {
            let mut section = named("channel", index, table, *at);
            self.desk.refuse_unknown(&mut section, deliver::KEYS);
            let spec: deliver::Spec = self.desk.read(&mut section, None);
            for (at, id) in spec.segments.iter().enumerate() {
                self.refer(&mut section, &format!("segments[{at}]"), id, "segment", segments);
            }
            ways.push(Way { id: spec.id.clone(), kind: spec.kind.clone(), mails: spec.carries_mail() });
            let fetcher = self.fetcher(*at);
            let Some(channel) = self
                .desk
                .compiled(&mut section, spec.compile(data, &|kept: &SecretRef| fetcher.reveal(kept), &|path: &str| fetcher.plain(path)))
            else {
                continue;
            };
            let text = format!("{}{}", canonical(table, deliver::KEYS), fetcher.trace());
            marks.insert(channel.id.clone(), ContentHash::of(text.as_bytes()));
            out.push(Arc::new(channel));
        }
        (out, ways)
    }

    /// A reference to a table of another kind must lead somewhere.
    pub(super) fn refer(&mut self, section: &mut Section<'_>, key: &str, id: &str, kind: &str, known: &Ids) {
        if known.contains_key(id) || self.syntax || self.refused.contains(kind) {
            return;
        }
        let expected = match known.len() {
            0 => format!("the id of a {kind}; none is configured"),
            _ => format!("the id of a {kind}"),
        };
        let near = nearest(id, known.keys().map(String::as_str));
        self.desk.fault(section, &Fault::new(key, id, expected), near);
    }
}

/// The tables of a kind.
pub(super) fn repeated<'a>(tables: &'a Tables, name: &str) -> &'a [(Place, Table)] {
    tables.repeated.get(name).map_or(&[], Vec::as_slice)
}

/// A repeated table as people are told: by its id, else by its number.
pub(super) fn named<'a>(name: &str, index: usize, table: &'a Table, at: Place) -> Section<'a> {
    let subject = match table.text("id") {
        Some(id) => format!("{name} \"{}\"", crate::base::text::clip(id, 64)),
        None => format!("{name} number {}", index + 1),
    };
    Section::new(subject, table, at)
}
