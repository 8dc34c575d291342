//! Tables of categories, messages and recipients. Knows view types only.

use std::collections::BTreeMap;

use super::{HeldView, MessageView, Table, UnmappedView, WishView, bytes, clip, count, table};
use crate::web::BackupView;

pub(super) fn unmapped(views: &[UnmappedView]) {
    let mut all = table(&["of", "as written", "organisations", "source", "where"]);
    for view in views {
        all.add_row([view.of.clone(), clip(&view.category, 80), view.organisations.to_string(), view.source.clone(), view.url.clone()]);
    }
    println!("{all}");
    let of = |what: &str| views.iter().filter(|view| view.of == what).count();
    let (categories, sizes) = (count(of("industry"), "category", "categories"), count(of("size"), "size", "sizes"));
    eprintln!(
        "{categories}: add words to a copy of config/codes/industries.toml and name it under [lexicons] industries; {sizes} without a number: a regex \
         or another field of the source reads them"
    );
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

/// The channels of these messages whose receivers fail, each in full on a line of its own.
pub(super) fn held_back(views: &[MessageView]) -> String {
    let channels: BTreeMap<&str, &HeldView> = views.iter().filter_map(|view| Some((view.channel.as_str(), view.held.as_ref()?))).collect();
    channels.iter().map(|(channel, view)| format!("\n{channel}: {}", held(view))).collect::<Vec<_>>().concat()
}

/// What holds the messages of a channel back.
pub(in crate::cli) fn held(view: &HeldView) -> String {
    let since = view.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
    let waiting = format!("{} for it", count(view.waiting, "message waits", "messages wait"));
    match &view.until {
        None => format!("switched off: {}; {waiting}, and `atalaya notify test` switches it on again", view.why),
        Some(until) => {
            let failures = count(view.failures, "failure", "failures");
            format!("fails{since} ({failures} in a row), is tried again at {until}; the last: {}; {waiting}", view.why)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_channel_back_is_told_once_with_since_until_why_and_how_many() {
        let fails = HeldView {
            since: Some("2026-11-23T08:00:00Z".to_owned()),
            until: Some("2026-11-23T08:30:00Z".to_owned()),
            failures: 3,
            why: "503 Service Unavailable".to_owned(),
            waiting: 7,
        };
        let off = HeldView {
            until: None,
            why: "the receiver answered that it is gone for good (410 Gone)".to_owned(),
            waiting: 1,
            ..fails.clone()
        };
        let message = |channel: &str, held: Option<&HeldView>| MessageView {
            channel: channel.to_owned(),
            held: held.cloned(),
            ..MessageView::default()
        };
        let views = [message("crm", Some(&fails)), message("crm", Some(&fails)), message("file", None), message("old", Some(&off))];
        insta::assert_snapshot!(held_back(&views).trim(), @r"
        crm: fails since 2026-11-23T08:00:00Z (3 failures in a row), is tried again at 2026-11-23T08:30:00Z; the last: 503 Service Unavailable; 7 messages wait for it
        old: switched off: the receiver answered that it is gone for good (410 Gone); 1 message waits for it, and `atalaya notify test` switches it on again
        ");
    }
}
