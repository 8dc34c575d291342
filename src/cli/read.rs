//! `read`: what one page says by itself. Asks no daemon, and the configuration only for the way out.

use std::path::Path;

use url::Url;

use super::check::{address, beside_broken, file, if_taken, outside, stand_in};
use super::{Ended, print};
use crate::config::Request;
use crate::pipeline::Target;
use crate::web;

/// Reads an address or a file; `from`: where the file was saved from.
pub(super) async fn read(request: &Request, (name, from): (&str, Option<&Url>), json: bool) -> anyhow::Result<Ended> {
    let target = if name == "-" || Path::new(name).is_file() {
        Target::Bytes { url: stand_in(name, from)?, bytes: file(name)?.into() }
    } else {
        anyhow::ensure!(from.is_none(), "--url says where a file was saved from, and `{name}` is no file");
        Target::Url(address("file or address", name, [])?)
    };
    let (got, reading) = outside(request, if_taken(request).as_deref())?.read_page(&target).await;
    let mut view = web::reading_view(name, &got, reading);
    view.problem = view.problem.map(|problem| beside_broken(request, problem));
    if json {
        println!("{}", serde_json::to_string_pretty(&view)?);
    } else {
        print::reading(&view);
    }
    Ok(if view.problem.is_none() { Ended::Fine } else { Ended::Problem })
}
