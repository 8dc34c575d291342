//! Tables of categories, messages and recipients. Knows view types only.

use super::{MessageView, Table, UnmappedView, WishView, bytes, clip, count, table};
use crate::web::BackupView;

pub(super) fn unmapped(views: &[UnmappedView]) {
    let mut all = table(&["category", "organisations", "source", "where"]);
    for view in views {
        all.add_row([clip(&view.category, 80), view.organisations.to_string(), view.source.clone(), view.url.clone()]);
    }
    println!("{all}");
    let found = count(views.len(), "category", "categories");
    eprintln!("{found}; add words to a copy of config/codes/industries.toml and name it under [lexicons] industries");
}

pub(super) fn outbox(views: &[MessageView]) -> Table {
    let mut all = table(&["message", "channel", "kind", "what", "state", "", "tries", "last attempt"]);
    for view in views {
        all.add_row([
            view.id.clone(),
            view.channel.clone(),
            view.kind.clone(),
            clip(&view.title, 50),
            view.state.clone(),
            view.detail.clone(),
            view.tries.to_string(),
            view.last.as_ref().map_or_else(String::new, |last| clip(last, 80)),
        ]);
    }
    all
}

pub(super) fn wishes(views: &[WishView]) -> Table {
    let mut all = table(&["rep", "recipient", "channel", "gets", "since"]);
    for view in views {
        let reps = if view.reps.is_empty() { "–".to_owned() } else { view.reps.join(", ") };
        all.add_row([reps, view.recipient.clone(), view.channel.clone(), view.gets.clone(), view.since.clone()]);
    }
    all
}

/// One backup.
pub(super) fn backup(view: &BackupView) -> String {
    format!("{}: {}, {}, in {}", view.name, count(view.keys, "key", "keys"), bytes(view.bytes), view.path)
}
