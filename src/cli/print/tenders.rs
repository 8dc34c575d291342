//! Tenders and their notices as tables. Knows view types only.

use std::fmt::Write as _;

use comfy_table::Table;

use super::{or_dash, table};
use crate::base::text::clip;
use crate::web::{HistoryView, NoticeView, TenderView};

/// Characters of one value.
const WORDS: usize = 300;
/// Lines of a first notice that are shown; `tender show` has them all.
const FIRST: usize = 12;

/// Tenders as rows; one on several portals names all of them.
pub(super) fn list(views: &[TenderView]) -> Table {
    let mut all = table(&["tender", "source", "stage", "until", "what", "buyer"]);
    for view in views {
        let sources = std::iter::once(view.source.as_str()).chain(view.also.iter().map(|also| also.source.as_str()));
        all.add_row([
            view.id.clone(),
            sources.collect::<Vec<_>>().join("\n"),
            or_dash(view.stage.as_ref()),
            or_dash(view.deadline.as_ref()),
            clip(&view.title, 60),
            view.buyer.as_deref().map_or_else(|| "–".to_owned(), |buyer| clip(buyer, 40)),
        ]);
    }
    all
}

/// One tender, all of it.
pub(super) fn whole(view: &TenderView) -> String {
    let mut out = format!("{} · {} · {}\n", view.title, or_dash(view.buyer.as_ref()), or_dash(view.stage.as_ref()));
    let _ = writeln!(out, "{} ({}, {})", view.url, view.source, view.procedure);
    for also in &view.also {
        let _ = writeln!(out, "{} ({}, {}): the same procedure", also.url, also.source, also.id);
    }
    let _ = writeln!(out, "offers until {}; first seen {}, changed {}", or_dash(view.deadline.as_ref()), view.first_seen, view.changed);
    if view.lines.is_empty() {
        let mut fields = table(&["field", "value", "since", "found at"]);
        for field in &view.fields {
            fields.add_row([field.name.clone(), clip(&field.value, WORDS), field.since.clone(), field.path.clone()]);
        }
        let _ = writeln!(out, "{fields}");
    } else {
        let mut lines = table(&["what", "", "said on"]);
        for line in &view.lines {
            lines.add_row([line.name.clone(), clip(&line.value, WORDS), or_dash(line.said.as_ref())]);
        }
        let _ = writeln!(out, "{lines}");
        let _ = writeln!(out, "{} notice(s) on file: `atalaya tender history {}`", view.notices, view.id);
    }
    for amendment in &view.amendments {
        let _ = writeln!(out, "a notice says it changes: {}", clip(amendment, WORDS));
    }
    for maybe in &view.maybe {
        let _ = writeln!(out, "possibly the same: {} ({}) {}: {}", maybe.id, maybe.source, clip(&maybe.title, 60), maybe.because);
    }
    let mut history = table(&["seen", "field", "was", "is"]);
    for change in &view.history {
        if change.fields.is_empty() {
            let how = if change.baseline { format!("{} (there from the start)", change.kind) } else { change.kind.clone() };
            history.add_row([change.at.clone(), how, String::new(), String::new()]);
        }
        for (name, old, new) in &change.fields {
            history.add_row([change.at.clone(), name.clone(), or_dash(old.as_ref()), or_dash(new.as_ref())]);
        }
    }
    let _ = write!(out, "{history}");
    out
}

/// The notices of a tender, each with what it changed.
pub(super) fn history(view: &HistoryView) -> String {
    let mut out = format!("{} ({}, {})\n", view.title, view.id, view.procedure);
    if view.notices.is_empty() {
        out.push_str("no notice is on file: they are filed from the next check on\n");
    }
    for notice in &view.notices {
        one(&mut out, notice);
    }
    let _ = write!(out, "the bytes of a notice: `atalaya tender history {} --raw NUMBER`", view.id);
    out
}

fn one(out: &mut String, notice: &NoticeView) {
    let version = if notice.version.is_empty() { String::new() } else { format!(", version {}", notice.version) };
    let published = notice.published.as_ref().map_or_else(|| "no date".to_owned(), Clone::clone);
    let _ = writeln!(out, "\n{}. {published} · {} · {}{version} ({})", notice.number, notice.kind, notice.notice, notice.code);
    let _ = writeln!(out, "   fetched {} from {} ({})", notice.fetched, notice.from, notice.source);
    let _ = writeln!(out, "   {} bytes, hash {}", notice.bytes, notice.hash);
    for says in &notice.says {
        let _ = writeln!(out, "   it says: {}", clip(says, WORDS));
    }
    if let Some(problem) = &notice.problem {
        let _ = writeln!(out, "   it cannot be read any more: {problem}");
        return;
    }
    if notice.changes.is_empty() {
        out.push_str("   changes nothing\n");
        return;
    }
    let first = notice.changes.iter().all(|(_, was, _)| was.is_none());
    let mut changes = table(if first { &["what", "is"] } else { &["what", "was", "is"] });
    for (name, was, is) in notice.changes.iter().take(if first { FIRST } else { usize::MAX }) {
        let words = |text: &Option<String>| text.as_ref().map_or_else(|| "–".to_owned(), |text| clip(text, WORDS));
        if first {
            changes.add_row([name.clone(), words(is)]);
        } else {
            changes.add_row([name.clone(), words(was), words(is)]);
        }
    }
    let _ = writeln!(out, "{changes}");
    if let Some(more) = notice.changes.len().checked_sub(FIRST).filter(|more| first && *more > 0) {
        let _ = writeln!(out, "   and {more} more: `tender show` has them");
    }
}
