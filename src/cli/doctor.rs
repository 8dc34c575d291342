//! `doctor`: looks at everything the daemon needs, and says what to do about what is missing.

use anyhow::Context as _;
use comfy_table::Table;

use super::{Ended, asking, check, print};
use crate::app;
use crate::base::text::count;
use crate::config::{Config, Request};
use crate::door::Door;
use crate::store::Store;
use crate::web::{Answer, Question};

struct Finding {
    what: &'static str,
    good: bool,
    words: String,
}

/// Runs every examination and prints all of them.
pub(super) async fn doctor(request: &Request, json: bool) -> anyhow::Result<Ended> {
    let config = Config::load(request).context("the configuration comes first: `atalaya config check`")?;
    let mut findings = vec![Finding {
        what: "configuration",
        good: true,
        words: format!("{}, {}", count(config.sources.len(), "source", "sources"), count(config.channels.len(), "channel", "channels")),
    }];
    findings.push(store(&config).await);
    if findings.iter().all(|finding| finding.good) {
        findings.extend(standing(request).await);
    }
    findings.push(backups(&config).await);
    findings.push(files());
    findings.push(links(&config));
    let door = Door::new(config.net.clone());
    for channel in &config.channels {
        if let Some((host, port)) = channel.peer() {
            findings.push(reach(&door, channel.id.as_str(), &host, port).await);
        }
    }
    if let Some(host) = config.sources.first().and_then(|source| source.reader.roots().first()?.host_str().map(str::to_owned)) {
        findings.push(reach(&door, "name service", &host, 443).await);
    }
    let bad = findings.iter().filter(|finding| !finding.good).count();
    if json {
        let list: Vec<_> = findings.iter().map(|f| serde_json::json!({ "what": f.what, "good": f.good, "words": f.words })).collect();
        println!("{}", serde_json::to_string_pretty(&list)?);
    } else {
        let mut table: Table = print::table(&["", "what", "finding"]);
        for finding in &findings {
            table.add_row([if finding.good { "ok" } else { "!!" }, finding.what, &finding.words]);
        }
        println!("{table}");
    }
    Ok(if bad == 0 { Ended::Fine } else { Ended::Problem })
}

async fn store(config: &Config) -> Finding {
    let what = "store";
    let folder = config.daemon.data.display();
    match app::ask(&config.daemon.data, &Question::Status).await {
        Ok(_) => Finding { what, good: true, words: format!("a daemon runs on {folder} and answers") },
        Err(_) => match check::opens(config).await {
            Ok(()) => Finding { what, good: true, words: format!("{folder} opens and passes its integrity pass") },
            Err(error) => Finding { what, good: false, words: format!("{error:#}") },
        },
    }
}

/// What the daemon (or the store at rest) knows that nobody sees in the configuration; nothing before the first start.
async fn standing(request: &Request) -> Vec<Finding> {
    let Ok(Answer::Status(status)) = asking::ask(request, Question::Status).await else { return Vec::new() };
    let restart = (!status.pending.is_empty()).then(|| Finding {
        what: "restart",
        good: true,
        words: format!("pending: {} changed; the daemon runs with the values before", status.pending.join(", ")),
    });
    let untold = status.untold.into_iter().map(|words| Finding { what: "reps", good: false, words });
    restart.into_iter().chain(untold).collect()
}

async fn backups(config: &Config) -> Finding {
    let what = "backups";
    match Store::backups(&config.store).await {
        Ok(list) => match list.iter().max_by_key(|backup| backup.at) {
            Some(newest) => Finding { what, good: true, words: format!("{} kept, the newest is {}", list.len(), newest.name) },
            None => Finding { what, good: true, words: "none yet; the daemon makes them by itself".to_owned() },
        },
        Err(error) => Finding { what, good: false, words: error.to_string() },
    }
}

/// Open files: each connection needs one.
fn files() -> Finding {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse::<u64>().ok());
    match limit {
        Some(limit) if limit < 1_024 => {
            Finding { what: "open files", good: false, words: format!("only {limit} allowed: raise LimitNOFILE to 1024 or more") }
        }
        Some(limit) => Finding { what: "open files", good: true, words: format!("{limit} allowed") },
        None => Finding { what: "open files", good: true, words: "no limit known".to_owned() },
    }
}

/// Unsubscribe links must be reachable for whoever reads the mail.
fn links(config: &Config) -> Finding {
    let url = &config.daemon.public_url;
    let https = url.scheme() == "https";
    let words = if https {
        format!("unsubscribe links begin with {url}")
    } else {
        format!(
            "unsubscribe links begin with {url}: fine on this machine; for mail to others set `public_url` in [daemon] to an https address that leads to {}",
            config.daemon.listen
        )
    };
    Finding { what: "links", good: true, words }
}

async fn reach(door: &Door, what: &str, host: &str, port: u16) -> Finding {
    // The name of a channel is the user's; the table shows it in the words.
    match door.resolve(host, port).await {
        Ok(addresses) => Finding {
            what: "reach",
            good: true,
            words: format!("{what}: {host} is at {}", addresses.first().map_or_else(String::new, ToString::to_string)),
        },
        Err(error) => Finding { what: "reach", good: false, words: format!("{what}: {error}") },
    }
}
