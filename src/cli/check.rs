//! `check` and `source test --fixture`: dry runs over sources, addresses and files.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use jiff::tz::TimeZone;
use url::Url;

use super::args::CheckOptions;
use super::{Ended, asking, print};
use crate::app;
use crate::base::caps;
use crate::base::clock::Clock;
use crate::base::text::no_such;
use crate::config::{Config, Outside, Refusal, Request};
use crate::diff;
use crate::door::Door;
use crate::fetch::Web;
use crate::pipeline::{Pool, Rehearsal, Target};
use crate::web::{self, Answer, Question};

/// Looks at a source, an address or a file. An address or file without a source needs no configuration at all.
pub(super) async fn check(request: &Request, options: &CheckOptions, json: bool) -> anyhow::Result<Ended> {
    let bytes = if options.target == "-" || Path::new(&options.target).is_file() { Some(file(&options.target)?) } else { None };
    // Whatever needs the secrets is asked of the daemon, or of `asking`, which reads them.
    let loaded = Config::load(&Request { without_secrets: true, ..request.clone() });
    let sources = || loaded.iter().flat_map(|config| &config.sources).map(|source| source.id.as_str());
    let by_name = match &loaded {
        Ok(_) => sources().any(|id| id == options.target),
        // What a source of a broken configuration is, a daemon that runs may know.
        Err(Refusal::Wrong(_) | Refusal::Missing(_)) => bytes.is_none() && Url::parse(&options.target).is_err(),
        Err(Refusal::NotFound(_)) => false,
    };
    anyhow::ensure!(
        options.url.is_none() || bytes.is_some(),
        "--url says where a file was saved from, and `{}` is no file",
        options.target
    );
    let answer = if by_name && options.url.is_none() || options.source.is_some() {
        let bytes = bytes.map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes));
        let (target, source) = (options.target.clone(), options.source.clone());
        asking::ask(request, Question::Check { target, bytes, source, pages: options.pages, config: written(request) }, json).await?
    } else {
        anyhow::ensure!(options.pages == 1, "--pages reads on where the settings of a source say so: name a source, or one with --source");
        let target = match bytes {
            Some(bytes) => Target::Bytes { url: stand_in(&options.target, options.url.as_ref())?, bytes: bytes.into() },
            None => Target::Url(address("source, file or address", &options.target, sources())?),
        };
        let config = if_taken(request);
        let (kind, found) = outside(request, config.as_deref())?.look(&target).await;
        let mut view = web::check_view(&options.target, kind, found);
        view.problem = view.problem.map(|problem| beside_broken(request, problem));
        let zone = config.filter(|_| !json).map_or(TimeZone::UTC, |config| config.daemon.zone.clone());
        print::in_zone(Answer::Check(Box::new(view)), &zone)?
    };
    finish(&answer, json)
}

/// The configuration for whoever can do without: none where there is none, and none with a word where it is not taken.
pub(super) fn if_taken(request: &Request) -> Option<Arc<Config>> {
    match Config::load(&Request { without_secrets: true, ..request.clone() }) {
        Ok(config) => Some(config),
        Err(Refusal::NotFound(_)) => None,
        Err(Refusal::Missing(path)) => {
            eprintln!("Warning: {} does not exist; this is read with the defaults.", path.display());
            None
        }
        Err(Refusal::Wrong(_)) => {
            eprintln!("Warning: the configuration is broken (`atalaya config check` shows it); this is read with {}.", of_broken(request));
            None
        }
    }
}

/// What counts of a configuration that is not taken.
fn of_broken(request: &Request) -> &'static str {
    match Config::outside(request) {
        Ok(outside) if outside.of_files => "its [net] and [fetch], and else with the defaults",
        Ok(_) | Err(_) => "the defaults",
    }
}

/// An address that can be fetched, or what is wrong with it; `known` are names that may have been meant.
pub(super) fn address<'a>(what: &str, text: &str, known: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Url> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(url) => {
            // `localhost:8080` has a scheme, by the letter.
            let meant = if url.has_host() { String::new() } else { format!("; did you mean `http://{text}`?") };
            bail!("only http and https addresses are fetched, and `{text}` begins with `{}:`{meant}", url.scheme())
        }
        Err(_) => Err(anyhow!(no_such(what, text, known))),
    }
}

/// What failed, where it may be for a configuration that is not taken: what that allows does not count either.
pub(super) fn beside_broken(request: &Request, problem: String) -> String {
    let broken = || {
        let wrong = matches!(Config::load(&Request { without_secrets: true, ..request.clone() }), Err(Refusal::Wrong(_)));
        wrong && !Config::outside(request).is_ok_and(|outside| outside.of_files)
    };
    if problem.contains("`[net] ") && broken() {
        return format!(
            "the configuration is broken, and what its [net] allows is not taken: mend it first (`atalaya config check` shows it). With the defaults: \
             {problem}"
        );
    }
    problem
}

/// What is needed to look at a page outside of any source: the guarded door, robots.txt, the pace.
pub(super) fn outside(request: &Request, config: Option<&Config>) -> anyhow::Result<Rehearsal> {
    let (net, settings) = if let Some(config) = config {
        (config.net.clone(), config.fetch.clone())
    } else {
        let Outside { net, fetch, .. } = Config::outside(request)?;
        (net, fetch)
    };
    let clock = Clock::System;
    let lexicons = config.map_or_else(diff::Lexicons::shipped, |config| Arc::clone(&config.lexicons.signals));
    Ok(Rehearsal { web: Web::unready(Door::new(net), settings, clock.clone()), clock, pool: Pool::default(), lexicons })
}

/// Reads a saved page with a source's settings; no record is a failure.
pub(super) async fn test(request: &Request, ids: &[String], fixture: &Path, json: bool) -> anyhow::Result<Ended> {
    let [id] = ids else { bail!("--fixture is read with the settings of one source: name one") };
    let name = fixture.display().to_string();
    let bytes = base64::engine::general_purpose::STANDARD.encode(file(&name)?);
    let question = Question::Check { target: name, bytes: Some(bytes), source: Some(id.clone()), pages: 1, config: written(request) };
    let answer = asking::ask(request, question, json).await?;
    finish(&answer, json)
}

/// Where the configuration is on disk, for a daemon that may run with another: what is tried is what is written.
fn written(request: &Request) -> Option<PathBuf> {
    Config::place(request).ok()?.canonicalize().ok()
}

fn finish(answer: &Answer, json: bool) -> anyhow::Result<Ended> {
    print::answer(answer, json)?;
    match answer {
        Answer::Check(check) if check.problem.is_none() && !check.records.is_empty() => Ok(Ended::Fine),
        _ => Ok(Ended::Problem),
    }
}

/// A file's bytes, or standard input's, up to the cap of a body.
pub(super) fn file(name: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let cap = caps::SITEMAP_BYTES;
    if name == "-" {
        std::io::stdin().take(cap + 1).read_to_end(&mut bytes).context("standard input cannot be read")?;
    } else {
        std::fs::File::open(name)
            .and_then(|file| file.take(cap + 1).read_to_end(&mut bytes))
            .with_context(|| format!("{name} cannot be read"))?;
    }
    anyhow::ensure!(bytes.len() as u64 <= cap, "{name} is larger than {cap} bytes");
    Ok(bytes)
}

/// The address that a file was saved from, or one for it, so that relative addresses in it become absolute ones.
pub(super) fn stand_in(name: &str, from: Option<&Url>) -> anyhow::Result<Url> {
    if let Some(from) = from {
        return address("address", from.as_str(), []);
    }
    let mut url = Url::parse("https://file.invalid/").expect("a constant address");
    url.set_path(Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or("stdin"));
    Ok(url)
}

/// For `doctor`: whether an installation can be opened at all.
pub(super) async fn opens(config: &Config) -> anyhow::Result<()> {
    let home = app::open_effects(config, Clock::System).await?;
    home.effects.store.close().await;
    Ok(())
}
