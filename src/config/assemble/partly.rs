//! What counts of a configuration that may be broken elsewhere, or not be there: for whoever can do with less than all of it. Knows which tables
//! that is, nothing of what they do.

use std::path::PathBuf;

use super::super::files::{self, Files, Layer};
use super::super::process;
use super::super::tree::What;
use super::super::{Refusal, Request, layers, problem::nearest};
use super::{Builder, Desk, defaults, documents, in_order, locate};
use crate::{door, fetch};

/// The ways out for whoever looks at an address beside no configuration, or a broken one.
pub struct Outside {
    /// Of the door.
    pub net: door::Settings,
    /// Of fetching.
    pub fetch: fetch::Settings,
    /// Whether the files say so; else the environment, the flags and the defaults alone.
    pub of_files: bool,
}

/// The tables `[net]` and `[fetch]`: of the files too, where they are TOML and nothing of these tables is wrong.
pub(in crate::config) fn outside(request: &Request) -> Result<Outside, Refusal> {
    let (mut files, mut broken) = (defaults(), Vec::new());
    if let Ok(path) = locate::locate(request) {
        files::read(&path, &mut files, &mut broken);
        if let Ok((net, fetch)) = ways_out(files, request, true)
            && broken.is_empty()
        {
            return Ok(Outside { net, fetch, of_files: true });
        }
    }
    let (net, fetch) = ways_out(defaults(), request, false)?;
    Ok(Outside { net, fetch, of_files: false })
}

/// `alone`: whatever else is wrong is not asked here.
fn ways_out(mut files: Files, request: &Request, alone: bool) -> Result<(door::Settings, fetch::Settings), Refusal> {
    let mut problems = Vec::new();
    let (documents, _) = documents(&mut files, &mut problems, request);
    let mut desk = Desk::new(&files, Vec::new());
    let tables = layers::merge(&mut desk, &documents);
    let mut builder = Builder::new(desk, request, false, &tables);
    // Who names no contact may look all the same; the daemon may not.
    let contact = tables.process.get("daemon").and_then(|(_, table)| table.entry("contact"));
    let daemon = contact.filter(|entry| files.of(entry.key_at).layer != Layer::Default).and_then(|_| builder.daemon(&tables));
    if alone {
        builder.desk.problems.clear();
    }
    let found = builder.ways_out(&tables, daemon.as_ref());
    problems.extend(builder.desk.problems);
    match found {
        (Some(net), Some(fetch)) if problems.is_empty() => Ok((net, fetch)),
        _ => Err(Refusal::Wrong(in_order(&files, problems))),
    }
}

/// The data folder that is written, where nothing that is broken may say another one.
pub(in crate::config) fn data_folder(request: &Request) -> Option<PathBuf> {
    let (mut files, mut broken) = (defaults(), Vec::new());
    if let Ok(path) = locate::locate(request) {
        files::read(&path, &mut files, &mut broken);
    }
    let nowhere = files.0.len() == 1;
    let (documents, _) = documents(&mut files, &mut broken, request);
    let mut desk = Desk::new(&files, Vec::new());
    let tables = layers::merge(&mut desk, &documents);
    let (_, table) = tables.process.get("daemon")?;
    let written = table.entry("data")?;
    let file = files.of(written.key_at);
    let line = file.line_column(written.key_at.start).0;
    let misspelt = table
        .entries
        .iter()
        .any(|entry| entry.key != "data" && nearest(&entry.key, process::DAEMON_KEYS.iter().copied()).as_deref() == Some("data"));
    let doubt = match file.layer {
        Layer::Environment | Layer::Flag => false,
        Layer::Default => {
            nowhere || !broken.is_empty() || misspelt || ["daemon", "data"].into_iter().any(|name| tables.refused.contains(name))
        }
        Layer::User => broken.iter().any(|problem| problem.file == file.name && problem.line == line),
    };
    match &written.node.what {
        What::Text(text) | What::Loose(text) if !doubt => process::data_folder(text, &file.folder, &request.environment),
        _ => None,
    }
}
