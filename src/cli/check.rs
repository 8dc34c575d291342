//! `check` and `source test`: dry runs over sources, addresses and files.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use url::Url;

use super::args::CheckOptions;
use super::{Ended, asking, print};
use crate::app;
use crate::base::caps;
use crate::base::clock::Clock;
use crate::base::text::no_such;
use crate::config::{Config, Refusal, Request};
use crate::diff;
use crate::door::Door;
use crate::fetch::Web;
use crate::pipeline::{Pool, Rehearsal, Target};
use crate::web::{self, Answer, Question};

/// Looks at a source, an address or a file. An address or file without a source needs no configuration at all.
pub(super) async fn check(request: &Request, options: &CheckOptions, json: bool) -> anyhow::Result<Ended> {
    let bytes = if options.target == "-" || Path::new(&options.target).is_file() { Some(file(&options.target)?) } else { None };
    // Whatever needs the secrets is asked of the daemon, or of `asking`, which reads them.
    let config = match Config::load(&Request { without_secrets: true, ..request.clone() }) {
        Ok(config) => Some(config),
        Err(Refusal::NotFound(_)) if options.source.is_none() => None,
        Err(refusal) => return Err(refusal.into()),
    };
    let is_source = config.as_ref().is_some_and(|config| config.sources.iter().any(|source| source.id.as_str() == options.target));
    let answer = if is_source || options.source.is_some() {
        let bytes = bytes.map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes));
        asking::ask(request, Question::Check { target: options.target.clone(), bytes, source: options.source.clone() }).await?
    } else {
        let target = match bytes {
            Some(bytes) => Target::Bytes { url: stand_in(&options.target), bytes: bytes.into() },
            None => Target::Url(Url::parse(&options.target).map_err(|_| {
                let known = config.iter().flat_map(|config| &config.sources).map(|source| source.id.as_str());
                anyhow!(no_such("source, file or address", &options.target, known))
            })?),
        };
        let (kind, found) = outside(request, config.as_deref())?.look(&target).await;
        Answer::Check(Box::new(web::check_view(&options.target, kind, found)))
    };
    finish(&answer, json)
}

/// What is needed to look at a page outside of any source: the guarded door, robots.txt, the pace.
pub(super) fn outside(request: &Request, config: Option<&Config>) -> anyhow::Result<Rehearsal> {
    let (net, settings) = match config {
        Some(config) => (config.net.clone(), config.fetch.clone()),
        None => Config::outside(request)?,
    };
    let clock = Clock::System;
    let lexicons = config.map_or_else(diff::Lexicons::shipped, |config| Arc::clone(&config.lexicons.signals));
    Ok(Rehearsal { web: Web::new(Door::new(net), settings, clock.clone())?, clock, pool: Pool::default(), lexicons })
}

/// Reads a saved page with a source's settings; no record is a failure.
pub(super) async fn test(request: &Request, id: String, fixture: &Path, json: bool) -> anyhow::Result<Ended> {
    let name = fixture.display().to_string();
    let bytes = base64::engine::general_purpose::STANDARD.encode(file(&name)?);
    let answer = asking::ask(request, Question::Check { target: name, bytes: Some(bytes), source: Some(id) }).await?;
    finish(&answer, json)
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

/// An address for a file, so that relative addresses in it become absolute ones.
pub(super) fn stand_in(name: &str) -> Url {
    let mut url = Url::parse("https://file.invalid/").expect("a constant address");
    url.set_path(Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or("stdin"));
    url
}

/// For `doctor`: whether an installation can be opened at all.
pub(super) async fn opens(config: &Config) -> anyhow::Result<()> {
    let home = app::open_effects(config, Clock::System).await?;
    home.effects.store.close().await;
    Ok(())
}
