//! The configuration in force, as TOML for people. Knows no setting by name; secrets were hidden before they came here.

use std::fmt::Write;

use super::desk::Desk;
use super::files::{Files, Layer, Place};
use super::layers::{PROCESS, REPEATED, Tables};
use super::tree::{Table, bare_or_quoted, shown, to_toml};
use super::{Origin, Setting};
use crate::base::ids::ContentHash;

/// Every value of the merged tables with its origin.
pub(super) fn settings(desk: &Desk<'_>, tables: &Tables) -> Vec<Setting> {
    let mut out = Vec::new();
    for name in PROCESS {
        if let Some((_, table)) = tables.process.get(name) {
            of_table(desk.files, name, None, table, &mut out);
        }
    }
    for name in REPEATED {
        for (index, (_, table)) in tables.repeated.get(name).into_iter().flatten().enumerate() {
            of_table(desk.files, name, Some(index), table, &mut out);
        }
    }
    out
}

fn of_table(files: &Files, section: &str, of: Option<usize>, table: &Table, out: &mut Vec<Setting>) {
    for entry in &table.entries {
        let value = shown(&entry.key, &entry.node);
        let mark = ContentHash::of(to_toml(&entry.node).as_bytes());
        out.push(Setting { section: section.to_owned(), of, key: entry.key.clone(), value, origin: origin(files, entry.key_at), mark });
    }
}

fn origin(files: &Files, at: Place) -> Origin {
    let file = files.of(at);
    let (line, _) = file.line_column(at.start);
    match file.layer {
        Layer::Default => Origin::Default,
        Layer::User => Origin::File { file: file.name.clone(), line },
        Layer::Environment => Origin::Environment { variable: file.line(line).split('=').next().unwrap_or_default().to_owned() },
        Layer::Flag => Origin::Flag { flag: file.line(line).split(' ').next().unwrap_or_default().to_owned() },
    }
}

/// The settings as a file.
pub(super) fn show(settings: &[Setting], with_origin: bool) -> String {
    let mut out = String::new();
    let mut last: Option<(&str, Option<usize>)> = None;
    for setting in settings {
        let this = (setting.section.as_str(), setting.of);
        if last != Some(this) {
            let header = if setting.of.is_some() { format!("[[{}]]", setting.section) } else { format!("[{}]", setting.section) };
            _ = writeln!(out, "{}{header}", if out.is_empty() { "" } else { "\n" });
            last = Some(this);
        }
        let line = format!("{} = {}", bare_or_quoted(&setting.key), setting.value);
        if with_origin {
            _ = writeln!(out, "{line:<48}  # {}", setting.origin);
        } else {
            _ = writeln!(out, "{line}");
        }
    }
    out
}
