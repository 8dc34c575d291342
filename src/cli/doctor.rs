//! `doctor`: looks at everything the daemon needs, and says what to do about what is missing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use comfy_table::Table;
use jiff::tz::TimeZone;

use super::{Ended, asking, check, print};
use crate::app;
use crate::base::text::count;
use crate::config::{Config, Refusal, Request};
use crate::deliver::{Peer, Settings};
use crate::door::{Door, DoorError};
use crate::store::Store;
use crate::web::{Answer, Question};

/// Time for a receiver to take a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// The file by which a folder is tried.
const TRIAL: &str = ".atalaya-doctor";

struct Finding {
    what: &'static str,
    /// `None`: it could not be examined.
    good: Option<bool>,
    words: String,
}

impl Finding {
    fn of(what: &'static str, found: Result<String, String>) -> Self {
        let good = Some(found.is_ok());
        Self { what, good, words: found.unwrap_or_else(|words| words) }
    }

    fn open(what: &'static str, words: &str) -> Self {
        Self { what, good: None, words: format!("not examined: {words}") }
    }

    const fn mark(&self) -> &'static str {
        match self.good {
            Some(true) => "ok",
            Some(false) => "!!",
            None => "??",
        }
    }
}

/// Runs every examination that is possible, and prints all of them.
pub(super) async fn doctor(request: &Request, json: bool) -> anyhow::Result<Ended> {
    let (config, found) = configuration(request);
    let mut findings = vec![Finding::of("configuration", found)];
    if let Some(config) = &config {
        // As people are told times, or with `json` as programs are.
        let zone = if json { TimeZone::UTC } else { config.daemon.zone.clone() };
        examine(config, &zone, &mut findings).await;
        findings.extend(standing(request, json).await);
    } else {
        findings.push(daemon(request).await);
        findings.push(files());
        let rest = ["backups", "links", "channel", "reach"];
        findings.extend(rest.map(|what| Finding::open(what, "the configuration is not taken")));
    }
    let bad = findings.iter().any(|finding| finding.good == Some(false));
    if json {
        let list: Vec<_> = findings.iter().map(|f| serde_json::json!({ "what": f.what, "good": f.good, "words": f.words })).collect();
        println!("{}", serde_json::to_string_pretty(&list)?);
    } else {
        let mut table: Table = print::table(&["", "what", "finding"]);
        for finding in &findings {
            table.add_row([finding.mark(), finding.what, &finding.words]);
        }
        println!("{table}");
    }
    Ok(if bad { Ended::Problem } else { Ended::Fine })
}

/// The configuration, with stand-ins where only its secrets cannot be read.
fn configuration(request: &Request) -> (Option<Arc<Config>>, Result<String, String>) {
    let refusal = match Config::load(request) {
        Ok(config) => {
            let words =
                format!("{}, {}", count(config.sources.len(), "source", "sources"), count(config.channels.len(), "channel", "channels"));
            return (Some(config), Ok(words));
        }
        Err(refusal) => refusal,
    };
    let words = match &refusal {
        Refusal::NotFound(_) | Refusal::Missing(_) => refusal.to_string(),
        Refusal::Wrong(problems) => {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            let first = first.lines().next().unwrap_or_default();
            format!("{}, `atalaya config check` shows all of them; the first: {first}", count(problems.len(), "mistake", "mistakes"))
        }
    };
    (Config::load(&Request { without_secrets: true, ..request.clone() }).ok(), Err(words))
}

async fn examine(config: &Config, zone: &TimeZone, findings: &mut Vec<Finding>) {
    findings.push(store(config).await);
    findings.push(backups(config, zone).await);
    findings.push(files());
    findings.push(links(config));
    let door = Door::new(config.net.clone());
    for settings in &config.channels {
        findings.push(channel(&door, settings).await);
    }
    if config.channels.is_empty() {
        findings.push(Finding::of("channel", Ok("none is configured: nobody is told of anything".to_owned())));
    }
    let roots = config.sources.iter().filter(|source| source.enabled).flat_map(|source| source.reader.roots());
    findings.push(match roots.clone().next().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?))) {
        Some((host, port)) => reach(&door, host, port).await,
        None => Finding::open("reach", "no source is watched"),
    });
}

/// Without a configuration all that can be asked is the daemon that may run.
async fn daemon(request: &Request) -> Finding {
    let Some(data) = Config::data_folder(request) else { return Finding::open("store", "where the data folder is cannot be read") };
    match app::ask(&data, &Question::Status).await {
        Ok(_) => Finding::of("store", Ok(format!("a daemon runs on {} and answers by the configuration it has", data.display()))),
        Err(_) => Finding::open("store", &format!("no daemon answers on {}, and the configuration is not taken", data.display())),
    }
}

async fn store(config: &Config) -> Finding {
    let folder = config.daemon.data.display();
    let found = match app::ask(&config.daemon.data, &Question::Status).await {
        Ok(_) => Ok(format!("a daemon runs on {folder} and answers")),
        Err(_) => match check::opens(config).await {
            Ok(()) => Ok(format!("{folder} opens and passes its integrity pass")),
            Err(error) => Err(format!("{error:#}")),
        },
    };
    Finding::of("store", found)
}

/// What the daemon (or the store at rest) knows that nobody sees in the configuration; nothing before the first start.
async fn standing(request: &Request, json: bool) -> Vec<Finding> {
    let Ok(Answer::Status(status)) = asking::ask(request, Question::Status, json).await else { return Vec::new() };
    let restart = (!status.pending.is_empty()).then(|| Finding {
        what: "restart",
        good: Some(true),
        words: format!("pending: {} changed; the daemon runs with the values before", status.pending.join(", ")),
    });
    let ill = status.attention.iter().map(|source| Finding { what: "source", good: Some(false), words: print::attention(source) });
    let ill: Vec<Finding> = ill.collect();
    let untold = status.untold.into_iter().map(|words| Finding { what: "reps", good: Some(false), words });
    let dead = status.channels.iter().filter(|channel| channel.dead > 0).map(|channel| Finding {
        what: "outbox",
        good: Some(false),
        words: format!(
            "{}: {} not delivered, and given up: `atalaya outbox list --state dead` says why, `atalaya outbox replay ID` sends one again, `atalaya outbox replay --since DAY` all since a day",
            channel.id,
            count(usize::try_from(channel.dead).unwrap_or(usize::MAX), "message was", "messages were")
        ),
    });
    let dead: Vec<Finding> = dead.collect();
    let held = status.channels.into_iter().filter_map(|channel| Some((channel.id, channel.held?)));
    let held = held.map(|(id, held)| Finding { what: "outbox", good: Some(false), words: format!("{id} {}", print::held(&held)) });
    restart.into_iter().chain(ill).chain(untold).chain(dead).chain(held).collect()
}

async fn backups(config: &Config, zone: &TimeZone) -> Finding {
    let found = match Store::backups(&config.store).await {
        Ok(list) => Ok(match list.iter().max_by_key(|backup| backup.at) {
            Some(newest) => format!("{} kept, the newest is {} of {}", list.len(), newest.name, print::at(newest.at, zone)),
            None => "none yet; the daemon makes them by itself".to_owned(),
        }),
        Err(error) => Err(error.to_string()),
    };
    Finding::of("backups", found)
}

/// Open files: each connection needs one.
fn files() -> Finding {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse::<u64>().ok());
    let found = match limit {
        Some(limit) if limit < 1_024 => Err(format!("only {limit} allowed: raise LimitNOFILE to 1024 or more")),
        Some(limit) => Ok(format!("{limit} allowed")),
        None => Ok("no limit known".to_owned()),
    };
    Finding::of("open files", found)
}

/// Unsubscribe links must be reachable for whoever reads the mail.
fn links(config: &Config) -> Finding {
    let url = &config.daemon.public_url;
    let words = if url.scheme() == "https" {
        format!("unsubscribe links begin with {url}")
    } else {
        format!(
            "unsubscribe links begin with {url}: fine on this machine; for mail to others set `public_url` in [daemon] to an https address that leads to {}",
            config.daemon.listen
        )
    };
    Finding::of("links", Ok(words))
}

/// How far a channel leads without sending anything.
async fn channel(door: &Door, settings: &Settings) -> Finding {
    let found = match settings.peer() {
        Peer::Mail(host, port) => connect(door.resolve(&host, port).await, (&host, port)).await,
        Peer::Web(host, port) => connect(door.resolve_web(&host, port).await, (&host, port)).await,
        Peer::Folder(folder) => write(&folder),
    };
    let (id, kind) = (&settings.id, settings.kind());
    let told = |words| format!("{id} ({kind}): {words}");
    let more = format!("; nothing was sent, `atalaya notify test {id}` sends a message");
    Finding::of("channel", found.map(|words| told(words) + &more).map_err(told))
}

/// Connects to an address that passed the door, and hangs up.
async fn connect(resolved: Result<Vec<std::net::SocketAddr>, DoorError>, (host, port): (&str, u16)) -> Result<String, String> {
    let address = resolved.map_err(|error| error.to_string())?.first().copied().ok_or_else(|| format!("{host} has no address"))?;
    let connecting = tokio::net::TcpStream::connect(address);
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(Ok(_)) => Ok(format!("{host} is at {address} and takes connections")),
        Ok(Err(error)) => Err(format!("{host} is at {address}, and port {port} takes no connection: {error}")),
        Err(_) => Err(format!("{host} is at {address}, and port {port} took no connection within {} s", CONNECT.as_secs())),
    }
}

/// Tries a folder, or the one in which it is to be made, with a file that is removed again.
fn write(folder: &Path) -> Result<String, String> {
    let there = folder.ancestors().find(|path| path.exists()).unwrap_or(folder);
    let trial = there.join(TRIAL);
    let tried = std::fs::write(&trial, b"").and_then(|()| std::fs::remove_file(&trial));
    match tried {
        Ok(()) if there == folder => Ok(format!("{} can be written to (tried with a file)", folder.display())),
        Ok(()) => Ok(format!("{} is not there yet and can be made (tried with a file in {})", folder.display(), there.display())),
        Err(error) => Err(format!("{} cannot be written to: {error}", there.display())),
    }
}

/// Whether names are found, and what they stand for may be reached. Sites are not asked for this.
async fn reach(door: &Door, host: &str, port: u16) -> Finding {
    let found = match door.resolve_web(host, port).await {
        Ok(addresses) => {
            let first = addresses.first().map_or_else(String::new, ToString::to_string);
            Ok(format!("the site of the first source, {host}, is at {first}; it was not asked, `atalaya check SOURCE` does that"))
        }
        Err(error) => Err(error.to_string()),
    };
    Finding::of("reach", found)
}
