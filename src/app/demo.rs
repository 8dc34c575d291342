//! The demo: the unmodified daemon with a demo configuration, and sample sites that the program itself serves on loopback.
//!
//! Knows how to set the stage and what to look for; what is seen is the daemon's own work.

mod companies;
mod portal;
mod receiver;
mod serve;
mod sites;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::daemon::Daemon;
use crate::base::clock::{Clock, Stopwatch};
use crate::config::{Config, Request};
use crate::web::{Answer, LeadView, Question};
use receiver::Receiver;

const CONFIG: &str = include_str!("../../config/demo.toml");
/// The variable that holds the webhook's secret.
const SECRET: &str = "ATALAYA_DEMO_SECRET";
/// Between two looks at what has come.
const LOOK: Duration = Duration::from_millis(250);
/// Leads shown on the terminal.
const LEADS: usize = 200;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stop once everything was seen.
    pub exit: bool,
    /// Another seed gives other news.
    pub seed: u64,
    /// Where the demo's files go.
    pub folder: PathBuf,
    /// The longest it may take, with `exit`.
    pub seconds: u64,
}

/// What was seen.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Leads on the terminal.
    pub leads: usize,
    /// Seconds from start to the first of them.
    pub first_lead_after: Option<f64>,
    /// The digests, as files.
    pub digests: Vec<PathBuf>,
    /// Seconds from start to the first digest.
    pub first_digest_after: Option<f64>,
    /// Webhooks received whose signature was right.
    pub webhooks_verified: usize,
    /// Webhooks received whose signature was wrong.
    pub webhooks_refused: usize,
    /// Seconds from start to the first verified one.
    pub first_webhook_after: Option<f64>,
    /// Sources whose last visit was complete.
    pub sources_well: usize,
    /// Sources that need attention, and why.
    pub sources_ill: Vec<String>,
    /// Where the demo's files lie.
    pub folder: PathBuf,
    /// Seconds it took in all.
    pub seconds: f64,
}

impl Summary {
    /// Whether everything that the demo shows was seen.
    pub fn complete(&self) -> bool {
        self.leads > 0
            && !self.digests.is_empty()
            && self.webhooks_verified > 0
            && self.webhooks_refused == 0
            && self.sources_ill.is_empty()
    }
}

/// Runs the demo until everything was seen (`exit`), or until Ctrl-C.
pub async fn run(options: Options) -> anyhow::Result<Summary> {
    let stage = Stage::set(&options).await?;
    let config = Config::load(&stage.request)?;
    let mail = stage.folder.join("mail");
    let daemon = Daemon::start(config, Clock::System).await?;
    say(&format!("The daemon runs. Its files are in {}; sample sites:", stage.folder.display()));
    for (name, address) in &stage.addresses {
        say(&format!("  {name:<10} {address}"));
    }
    say("First visits are baselines: what is there already is no news. New things appear every few seconds.");
    let watch = Stopwatch::start();
    let mut summary = Summary { folder: stage.folder.clone(), ..Summary::default() };
    let mut seen = BTreeSet::new();
    let limit = Duration::from_secs(options.seconds.max(1));
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        Box::pin(look(&daemon, &stage.receiver, &mail, &mut seen, (&mut summary, watch.elapsed()))).await?;
        let over = options.exit && (summary.complete() || watch.elapsed() >= limit);
        if over {
            break;
        }
        tokio::select! {
            _ = &mut interrupted => break,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    summary.seconds = watch.elapsed().as_secs_f64();
    daemon.stop().await;
    stage.stop.cancel();
    Ok(summary)
}

/// One look at what has come since the last one.
async fn look(
    daemon: &Daemon,
    receiver: &Receiver,
    mail: &Path,
    seen: &mut BTreeSet<(String, u32)>,
    (summary, elapsed): (&mut Summary, Duration),
) -> anyhow::Result<()> {
    let seconds = elapsed.as_secs_f64();
    let question = Question::Leads { segment: None, state: None, owner: None, limit: LEADS };
    if let Ok(Answer::Leads(leads)) = daemon.ask(question).await {
        summary.leads = leads.len();
        for lead in leads {
            if seen.insert((lead.id.clone(), lead.revision)) {
                summary.first_lead_after.get_or_insert(seconds);
                tell_lead(daemon, &lead).await;
            }
        }
    }
    let digests = files(mail, "eml")?;
    for file in &digests {
        if !summary.digests.contains(file) {
            say(&format!("✉  a digest: {}", file.display()));
        }
    }
    if !digests.is_empty() && !files(mail, "html")?.is_empty() {
        summary.first_digest_after.get_or_insert(seconds);
        summary.digests = digests;
    }
    let (verified, refused) = receiver.counts();
    if verified > 0 && summary.first_webhook_after.is_none() {
        summary.first_webhook_after = Some(seconds);
        say("⇢  a webhook was received and its signature verified");
    }
    (summary.webhooks_verified, summary.webhooks_refused) = (verified, refused);
    if let Ok(Answer::Sources(sources)) = daemon.ask(Question::Sources).await {
        summary.sources_well = sources.iter().filter(|source| source.health == "well").count();
        summary.sources_ill = sources
            .iter()
            .filter(|source| source.health == "ill")
            .map(|source| format!("{}: {}", source.id, source.reason.as_deref().unwrap_or("")))
            .collect();
    }
    Ok(())
}

async fn tell_lead(daemon: &Daemon, lead: &LeadView) {
    let why = match daemon.ask(Question::Lead { id: lead.id.clone(), at: None }).await {
        Ok(Answer::Lead(full)) => full.signals.first().map(|(_, sentence, _)| sentence.clone()).unwrap_or_default(),
        _ => String::new(),
    };
    let owner = lead.owner.as_deref().unwrap_or("nobody");
    say(&format!("★  {:<32} fit {:>3.0}  signal {:>3.0}  → {owner}   {why}", lead.title, lead.fit, lead.signal));
}

fn files(folder: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[expect(clippy::print_stderr, reason = "the demo is a show")]
fn say(line: &str) {
    eprintln!("{line}");
}

/// Everything around the daemon.
struct Stage {
    request: Request,
    folder: PathBuf,
    addresses: BTreeMap<&'static str, String>,
    receiver: Receiver,
    stop: CancellationToken,
}

impl Stage {
    /// Serves the sites and the receiver, and writes the configuration.
    async fn set(options: &Options) -> anyhow::Result<Self> {
        let folder = clean(&options.folder)?;
        let stop = CancellationToken::new();
        let mut addresses = BTreeMap::new();
        for site in sites::Site::ALL {
            addresses.insert(site.word(), serve::site(site, options.seed, stop.clone()).await?);
        }
        let receiver = Receiver::start(stop.clone()).await?;
        let mut text = CONFIG.to_owned();
        for (name, address) in &addresses {
            text = text.replace(&format!("{{{{{name}}}}}"), address);
        }
        let inside = |name: &str| toml_text(&folder.join(name));
        text = text.replace("{{data}}", &inside("data")).replace("{{mail}}", &inside("mail")).replace("{{receiver}}", receiver.address());
        let path = folder.join("demo.toml");
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        let mut request = Request::from_process(Some(path), Vec::new());
        request.environment.insert(SECRET.to_owned(), receiver.secret().to_owned());
        Ok(Self { request, folder, addresses, receiver, stop })
    }
}

fn toml_text(path: &Path) -> String {
    path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"")
}

/// An empty folder of the demo's own. One that it did not make is left alone.
fn clean(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.join("demo.toml").is_file() {
        for part in ["data", "mail"] {
            let path = folder.join(part);
            if path.exists() {
                std::fs::remove_dir_all(&path).with_context(|| format!("cannot clear {}", path.display()))?;
            }
        }
    } else if folder.is_dir() && std::fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty and not the demo's; name another folder with --folder", folder.display());
    }
    std::fs::create_dir_all(folder.join("mail")).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.canonicalize()?)
}
