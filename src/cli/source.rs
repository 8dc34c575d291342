//! `source add` and `source test`: from an address to a source in the user's own file, with a saved page that tells when it is read otherwise.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use url::Url;

use super::Ended;
use super::args::AddOptions;
use super::check::{address, beside_broken, if_taken, outside};
use super::print::{self, ChosenView, FieldView, ProposalView, TestedView, TriedView, UnsureView};
use crate::base::ids::{BadSlug, SourceId};
use crate::base::text::{clip, count, latin, no_such};
use crate::config::{self, Config, NewSource, Refusal, Request, Source};
use crate::extract::{self, Kind};
use crate::model::{Draft, Found};
use crate::pipeline::{self, Differs, Expected, Fixture, Proposal, Proposed, Rehearsal, Way};

/// The folder of saved pages, beside the configuration.
const FIXTURES: &str = "fixtures";
const EXPECTED: &str = "expected.json";
/// Characters of a title, and of a name made of an address.
const TITLE: usize = 80;
const ID: usize = 48;

/// Finds out how an address is best watched, shows it, and writes it.
pub(super) async fn add(request: &Request, options: &AddOptions, json: bool) -> anyhow::Result<Ended> {
    let url = address("address", &options.url, [])?;
    let config = if options.dry_run { if_taken(request) } else { Some(Written::config(request)?) };
    let id = name(options.id.as_deref(), &url, config.as_deref())?;
    let target = match &config {
        Some(config) if !options.dry_run => Some(Written::of(request, options, config, &id)?),
        Some(_) | None => None,
    };
    if let Some(known) = config.iter().flat_map(|config| &config.sources).find(|source| source.reader.roots().contains(&url)) {
        eprintln!("Note: source `{}` watches this address already.", known.id);
    }
    let rehearsal = outside(request, config.as_deref())?;
    let proposed = Box::pin(rehearsal.propose(&url, options.kind)).await;
    let mut view = view_of(&url, &proposed);
    view.problem = view.problem.map(|problem| beside_broken(request, problem));
    let Some(way) = proposed.choice(options.kind).filter(|_| view.problem.is_none()) else {
        view.problem.get_or_insert_with(|| refusal(options.kind, &proposed));
        show(&view, json)?;
        return Ok(Ended::Problem);
    };
    let (way, lost) = if options.selectors { selected(&rehearsal, way).await? } else { (way.clone(), Vec::new()) };
    let new = new_source(&id, &proposed, &way, rehearsal.clock.now());
    view.others = others(&proposed, &way);
    let zone = if json { TimeZone::UTC } else { config.as_ref().map_or(TimeZone::UTC, |config| config.daemon.zone.clone()) };
    view.chosen = Some(chosen(&proposed, &way, lost, (&new, &zone)));
    if !json {
        print::proposal(&view);
    }
    if let Some(target) = target {
        let (text, drafted) = target.draft(request, &new)?;
        if agreed(options, &target.file)? {
            replace(&target.file, text.as_bytes())?;
            eprintln!("Written: source `{id}` into {}.", target.file.display());
            view.written = Some(target.file.display().to_string());
            view.saved = keep(&rehearsal, drafted.source(&id), &way, &target.file).await?;
            eprintln!(
                "Next:\n  atalaya check {id}\n  restart the daemon, or `kill -HUP` it: it takes the source, and its first visit is a baseline"
            );
        }
    }
    if json {
        show(&view, json)?;
    }
    Ok(Ended::Fine)
}

fn show(view: &ProposalView, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(view)?);
    } else {
        print::proposal(view);
    }
    Ok(())
}

/// The file that a source is written into.
struct Written {
    file: PathBuf,
    /// Whether it has a name of its own: in a folder each new source is a file.
    new: bool,
}

impl Written {
    fn config(request: &Request) -> anyhow::Result<Arc<Config>> {
        match Config::load(&Request { without_secrets: true, ..request.clone() }) {
            Ok(config) => Ok(config),
            Err(refusal @ (Refusal::NotFound(_) | Refusal::Missing(_))) => {
                Err(anyhow::Error::from(refusal).context("there is nothing to write into (--dry-run only shows)"))
            }
            Err(refusal @ Refusal::Wrong(_)) => {
                Err(anyhow::Error::from(refusal).context("the configuration is broken: mend it first (--dry-run only shows)"))
            }
        }
    }

    fn of(request: &Request, options: &AddOptions, config: &Config, id: &SourceId) -> anyhow::Result<Self> {
        let place = Config::place(request)?;
        let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
        match &options.write {
            Some(file) => {
                if let Some(own) = config.files.iter().find(|own| same(own, file)) {
                    return Ok(Self { file: own.clone(), new: false });
                }
                let inside =
                    file.parent().is_some_and(|folder| same(&place, if folder.as_os_str().is_empty() { Path::new(".") } else { folder }));
                let fits = place.is_dir() && inside && file.extension().is_some_and(|end| end == "toml") && !file.exists();
                anyhow::ensure!(
                    fits,
                    "{} is no file of the configuration that is loaded ({}): name one of its files, or a new one of its folder that ends in .toml",
                    file.display(),
                    place.display()
                );
                let name = file.file_name().map_or_else(PathBuf::new, PathBuf::from);
                Ok(Self { file: place.join(name), new: true })
            }
            None if place.is_dir() => Ok(Self { file: place.join(format!("{id}.toml")), new: true }),
            None => Ok(Self { file: place, new: false }),
        }
    }

    /// The file's text with the source, and the configuration that it makes: what would not be taken is not written.
    fn draft(&self, request: &Request, new: &NewSource) -> anyhow::Result<(String, Arc<Config>)> {
        let before = if self.new {
            String::new()
        } else {
            std::fs::read_to_string(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?
        };
        let text =
            config::with_source(&before, new).map_err(|why| anyhow::anyhow!("{} cannot be written into: {why}", self.file.display()))?;
        let text = if self.new { text.trim_start().to_owned() } else { text };
        let request = Request { without_secrets: true, ..request.clone() };
        let drafted = Config::load_drafted(&request, &self.file, &text)
            .context("with this source the configuration would not be taken; nothing was written")?;
        Ok((text, drafted))
    }
}

/// The name that is given, else one made of the address that no source has.
fn name(given: Option<&str>, url: &Url, config: Option<&Config>) -> anyhow::Result<SourceId> {
    let taken = |id: &SourceId| config.is_some_and(|config| config.source(id).is_some());
    if let Some(given) = given {
        let Ok(id) = given.parse::<SourceId>() else { bail!("`{given}` cannot be a source's name: {}", BadSlug::EXPECTED) };
        anyhow::ensure!(!taken(&id), "source `{id}` is there already: give another name with --id; nothing was written");
        return Ok(id);
    }
    let stem = stem(url);
    let names = std::iter::once(stem.clone()).chain((2..).map(|n| format!("{stem}-{n}")));
    let free = names.take(1_000).filter_map(|name| name.parse::<SourceId>().ok()).find(|id| !taken(id));
    free.context("no name could be made of the address: give one with --id")
}

/// `fair-exhibitors` of `https://www.fair.example/en/exhibitors?page=1`.
fn stem(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    let site = if url.domain().is_some() { host.rsplit_once('.').map_or(host, |(site, _)| site) } else { host };
    let path = url.path_segments().into_iter().flatten().rfind(|part| !part.is_empty()).unwrap_or_default();
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    let slug = |text: &str| {
        let mapped: String = latin(text).to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        mapped.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    let (site, path) = (slug(site), slug(path));
    let mut name = if path.is_empty() { site } else { format!("{site}-{path}") };
    name.truncate(ID);
    let name = name.trim_matches('-');
    if name.is_empty() { "source".to_owned() } else { name.to_owned() }
}

fn view_of(url: &Url, proposed: &Proposed) -> ProposalView {
    ProposalView {
        target: url.to_string(),
        robots: proposed.got.robots.clone(),
        answer: proposed.got.answer.clone(),
        tried: proposed.tried.iter().map(|tried| TriedView { way: tried.way.words(), told: tried.told.clone() }).collect(),
        problem: proposed.got.failure.as_ref().map(ToString::to_string),
        ..ProposalView::default()
    }
}

/// Why nothing is proposed, and what can be done.
fn refusal(wanted: Option<Kind>, proposed: &Proposed) -> String {
    if let Some(kind) = wanted {
        return format!(
            "it cannot be watched as `{}`: leave out --kind, and the first way that works is taken; nothing was written",
            kind.word()
        );
    }
    let mut out = "three records with a name come out of none of these; nothing was written".to_owned();
    let nameless =
        |way: &&Proposal| matches!(way.way, Way::Document | Way::Json | Way::Behind | Way::Lists) && !way.extract.records.is_empty();
    let as_it_is = |way: &Proposal| {
        let (kind, records) = (&way.spec.kind, count(way.extract.records.len(), "record", "records"));
        let has = if way.members.is_empty() { String::new() } else { format!(": they have {}", way.members) };
        format!(". `--kind {kind}` takes its {records} as they are; `fields = {{ title = \"…\" }}` then says what they are called{has}")
    };
    out += &proposed.ways.iter().find(nameless).map(as_it_is).unwrap_or_default();
    if proposed.offers.as_ref().is_some_and(|offers| offers.hollow) {
        out += ". The page shows next to nothing by itself: a script seems to fill it. Look for the address that the script asks (the network tab of a browser shows it) and add that";
    } else if proposed.ways.iter().any(|way| way.way == Way::Text) {
        out += ". `--kind page` watches its text as a whole; `atalaya read` shows what the page says";
    }
    out
}

/// The other ways, each with the flag that chooses it.
fn others(proposed: &Proposed, way: &Proposal) -> Vec<String> {
    let mut kinds = vec![way.spec.kind.clone()];
    let mut out = Vec::new();
    for other in &proposed.ways {
        let usable = other.good || matches!(other.way, Way::Text | Way::Sitemap) && !other.extract.records.is_empty();
        if usable && !kinds.contains(&other.spec.kind) {
            let records = count(other.extract.records.len(), "record", "records");
            out.push(format!("--kind {}: {}, {records}", other.spec.kind, other.way.words()));
            kinds.push(other.spec.kind.clone());
        }
    }
    out
}

/// The way with explicit selectors, and what they do not read.
async fn selected(rehearsal: &Rehearsal, way: &Proposal) -> anyhow::Result<(Proposal, Vec<String>)> {
    if !matches!(way.way, Way::Lists | Way::Structured) {
        bail!(
            "selectors are for the lists of a page, and this is {}: leave out --selectors, or choose with --kind directory or --kind listing",
            way.way.words()
        );
    }
    match rehearsal.with_selectors(way).await? {
        Ok(derived) => Ok((Proposal { spec: derived.spec, extract: derived.extract, ..way.clone() }, derived.lost)),
        Err(why) => bail!("no selectors can be written: {why}. Without --selectors the records are found by themselves"),
    }
}

fn new_source(id: &SourceId, proposed: &Proposed, way: &Proposal, now: jiff::Timestamp) -> NewSource {
    let day = now.strftime("%Y-%m-%d");
    let records = count(way.extract.records.len(), "record", "records");
    let mut said = vec![format!("Added by `atalaya source add` on {day}: {records}, by {}.", way.way.words())];
    let by_itself = matches!(way.way, Way::Lists | Way::Structured) && way.spec.record.is_none();
    if by_itself && way.spec.kind == Kind::Directory.word() {
        said.push("Each record's own page is read too; `detail = \"off\"` leaves them.".to_owned());
    }
    said.extend(proposed.doubts(way).into_iter().map(|doubt| format!("Unsure: {}: {}", doubt.what, doubt.setting)));
    NewSource {
        id: id.to_string(),
        title: clip(&proposed.title, TITLE),
        spec: way.spec.clone(),
        asks_json: way.asks_json,
        said,
        why: way.leaning.as_ref().filter(|leaning| leaning.sure).map(|leaning| leaning.why.clone()).unwrap_or_default(),
    }
}

fn chosen(proposed: &Proposed, way: &Proposal, lost: Vec<String>, (new, zone): (&NewSource, &TimeZone)) -> ChosenView {
    let told = |found: &Found| print::value(&found.value.text(), zone);
    let words = |draft: &Draft| draft.fields.iter().map(|(name, found)| (name.as_str().to_owned(), told(found))).collect();
    let view = |field: &extract::Filled| FieldView { name: field.name.clone(), records: field.records, example: field.example.clone() };
    ChosenView {
        way: way.way.words(),
        kind: way.spec.kind.clone(),
        why: new.why.clone(),
        count: way.extract.records.len(),
        fields: extract::filled(&way.extract).iter().map(view).collect(),
        own_pages: way.own.pages,
        own_fields: way.own.fields.iter().map(view).collect(),
        records: way.extract.records.iter().map(words).collect(),
        unsure: proposed.doubts(way).into_iter().map(|extract::Doubt { what, setting }| UnsureView { what, setting }).collect(),
        lost,
        toml: config::source_table(new),
    }
}

/// Whether it may be written.
fn agreed(options: &AddOptions, file: &Path) -> anyhow::Result<bool> {
    if options.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        eprintln!("Nothing was written: no terminal is here to ask; --yes writes it into {}.", file.display());
        return Ok(false);
    }
    eprint!("Write it into {}? [y/N]: ", file.display());
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let yes = matches!(line.trim().to_lowercase().as_str(), "y" | "yes");
    if !yes {
        eprintln!("Nothing was written.");
    }
    Ok(yes)
}

/// Written beside and put in its place, with the permissions that it had; what a link leads to is written, not the link.
fn replace(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let mut beside = file.clone();
    beside.set_file_name(format!(".{}.new", file.file_name().unwrap_or_default().to_string_lossy()));
    let write = || -> std::io::Result<()> {
        let mut new = std::fs::File::create(&beside)?;
        if let Ok(old) = std::fs::metadata(&file) {
            new.set_permissions(old.permissions())?;
        }
        new.write_all(bytes)?;
        new.sync_all()?;
        std::fs::rename(&beside, &file)
    };
    write().with_context(|| format!("{} cannot be written", file.display()))
}

/// Saves the page that a source was read from, with what its settings read.
async fn keep(rehearsal: &Rehearsal, source: Option<&Arc<Source>>, way: &Proposal, file: &Path) -> anyhow::Result<Option<String>> {
    let (Some(source), Some(mut fixture)) = (source, Fixture::of(&way.fetched, &way.extract, rehearsal.clock.now())) else {
        eprintln!("The page is too large to be saved: `atalaya source test` has nothing to read for it.");
        return Ok(None);
    };
    fixture.records = fixture.read(rehearsal, source, way.fetched.bytes.clone()).await?;
    let folder = file.parent().unwrap_or(Path::new("")).join(FIXTURES).join(source.id.as_str());
    save(&folder, &fixture, &way.fetched.bytes)?;
    eprintln!("Saved: its page, in {}; `atalaya source test {}` reads it again whenever the settings change.", folder.display(), source.id);
    Ok(Some(folder.display().to_string()))
}

fn save(folder: &Path, fixture: &Fixture, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    replace(&folder.join(&fixture.page), bytes)?;
    replace(&folder.join(EXPECTED), (serde_json::to_string_pretty(fixture)? + "\n").as_bytes())
}

/// Reads the saved pages of sources with the present settings; with `fresh` fetches and saves them first.
pub(super) async fn test(request: &Request, ids: &[String], fresh: bool, json: bool) -> anyhow::Result<Ended> {
    let config = Config::load(&Request { without_secrets: !fresh, ..request.clone() })?;
    let rehearsal = outside(request, Some(&config))?;
    let known = || config.sources.iter().map(|source| source.id.as_str());
    let mut sources = Vec::new();
    for id in ids {
        let source = config.sources.iter().find(|source| source.id.as_str() == id);
        sources.push(source.with_context(|| no_such("source", id, known()))?);
    }
    let named = !sources.is_empty();
    if !named {
        sources = config.sources.iter().filter(|source| folder(&config, source).join(EXPECTED).is_file()).collect();
    }
    let mut views = Vec::new();
    for source in &sources {
        let tested = if fresh { fetch_and_save(&rehearsal, &config, source).await } else { test_one(&rehearsal, &config, source).await };
        views.push(tested.unwrap_or_else(|error| tested_view(source, "failed", format!("{error:#}"), Vec::new())));
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&views)?);
    } else {
        print::tested(&views, &config.daemon.zone);
    }
    if views.is_empty() {
        eprintln!("No source has a saved page: `atalaya source test SOURCE --save` fetches one; `atalaya source add` saves it by itself.");
    }
    let well = !views.is_empty() && views.iter().all(|view| matches!(view.result, "same" | "saved"));
    Ok(if well { Ended::Fine } else { Ended::Problem })
}

/// Where the page of a source is saved: beside the file of the configuration where it is, else beside the first.
fn folder(config: &Config, source: &Source) -> PathBuf {
    let below = |file: &PathBuf| file.parent().unwrap_or(Path::new("")).join(FIXTURES).join(source.id.as_str());
    let mut folders = config.files.iter().map(below);
    let first = config.files.first().map(below).unwrap_or_default();
    folders.find(|folder| folder.is_dir()).unwrap_or(first)
}

fn tested_view(source: &Source, result: &'static str, told: String, differences: Vec<Differs>) -> TestedView {
    TestedView { source: source.id.to_string(), result, told, differences }
}

async fn fetch_and_save(rehearsal: &Rehearsal, config: &Config, source: &Arc<Source>) -> anyhow::Result<TestedView> {
    let (fetched, extract) = rehearsal.first_page(source).await?;
    let fixture = Fixture::of(&fetched, &extract, rehearsal.clock.now());
    let fixture = fixture
        .with_context(|| format!("its page has {} bytes, and at most {} are saved", fetched.bytes.len(), pipeline::FIXTURE_BYTES))?;
    let folder = folder(config, source);
    save(&folder, &fixture, &fetched.bytes)?;
    let told = format!("saved, {}, in {}", count(fixture.records.len(), "record", "records"), folder.display());
    Ok(tested_view(source, "saved", told, Vec::new()))
}

async fn test_one(rehearsal: &Rehearsal, config: &Config, source: &Arc<Source>) -> anyhow::Result<TestedView> {
    let folder = folder(config, source);
    let expected = folder.join(EXPECTED);
    if !expected.is_file() {
        let told = format!("it has no saved page: `atalaya source test {} --save` fetches its first page now and saves it", source.id);
        return Ok(tested_view(source, "no-fixture", told, Vec::new()));
    }
    let read = |path: &Path| super::check::file(&path.display().to_string());
    let fixture: Fixture =
        serde_json::from_slice(&read(&expected)?).with_context(|| format!("{} is not what `source add` wrote", expected.display()))?;
    let page = Path::new(&fixture.page).file_name().map_or_else(PathBuf::new, PathBuf::from);
    let bytes = read(&folder.join(page))?;
    let after: Vec<Expected> = fixture.read(rehearsal, source, bytes.into()).await?;
    let differences = pipeline::compare(&fixture.records, &after);
    let day = fixture.fetched.strftime("%Y-%m-%d");
    let (result, told) = if differences.is_empty() {
        ("same", format!("same, {} of {day}", count(after.len(), "record", "records")))
    } else {
        let told = format!(
            "differs: {} in {} of {day}; if that is meant, `atalaya source test {} --save` saves it as it is now",
            count(differences.len(), "difference", "differences"),
            count(fixture.records.len(), "record", "records"),
            source.id
        );
        ("differs", told)
    };
    Ok(tested_view(source, result, told, differences))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_made_of_addresses() {
        for (url, want) in [
            ("https://www.fair.example/en/exhibitors?page=1", "fair-exhibitors"),
            ("https://press.example/rss.xml", "press-rss"),
            ("https://cámara.example/", "xn-cmara-xqa"),
            ("http://127.0.0.1:8080/companies/", "127-0-0-1-companies"),
            ("https://fair.example/%20", "fair-20"),
        ] {
            let name = stem(&url.parse().unwrap());
            assert_eq!(name, want, "{url}");
            assert!(name.parse::<SourceId>().is_ok(), "{name}");
        }
    }
}
