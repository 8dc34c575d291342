//! `read`: what one page says by itself. Asks no daemon, and the configuration only for the way out.

use std::path::Path;

use anyhow::anyhow;
use url::Url;

use super::check::{file, outside, stand_in};
use super::{Ended, print};
use crate::base::text::no_such;
use crate::config::{Config, Refusal, Request};
use crate::pipeline::Target;
use crate::web;

/// Reads an address or a file.
pub(super) async fn read(request: &Request, name: &str, json: bool) -> anyhow::Result<Ended> {
    let target = if name == "-" || Path::new(name).is_file() {
        Target::Bytes { url: stand_in(name), bytes: file(name)?.into() }
    } else {
        Target::Url(Url::parse(name).map_err(|_| anyhow!(no_such("file or address", name, [])))?)
    };
    let config = match Config::load(&Request { without_secrets: true, ..request.clone() }) {
        Ok(config) => Some(config),
        Err(Refusal::NotFound(_)) => None,
        Err(refusal) => return Err(refusal.into()),
    };
    let (got, reading) = outside(request, config.as_deref())?.read_page(&target).await;
    let view = web::reading_view(name, &got, reading);
    if json {
        println!("{}", serde_json::to_string_pretty(&view)?);
    } else {
        print::reading(&view);
    }
    Ok(if view.problem.is_none() { Ended::Fine } else { Ended::Problem })
}
