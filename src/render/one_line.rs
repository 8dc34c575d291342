//! What is said of a lead where there are many: one line each. Knows no letter.

use jiff::Timestamp;

use super::altered;
use super::clean::{line, link};
use super::closes::{self, ClosesView, closing};
use super::telling::{titled, worded};
use super::view::{LinkView, best, name_of, news, together};
use super::{Item, Language, Reader};
use crate::base::ids::RecordId;
use crate::base::text::clip;
use crate::model::{FieldName, Signal, Story, whole_points};

/// Characters of the reason.
const REASON: usize = 180;
/// Characters of a title in it: what is cut is the name, and no date.
const TITLE: usize = 60;

/// A signal with a shorter title.
fn brief(signal: &Signal) -> Signal {
    let mut signal = signal.clone();
    if let Story::Appeared { title, .. } | Story::Changed { title, .. } | Story::Gone { title } = &mut signal.story {
        *title = clip(title, TITLE);
    }
    signal
}

/// "also for Hotels (42)", of each other segment.
pub(super) fn also(language: Language, item: &Item<'_>) -> Vec<String> {
    let one = |(segment, total): &(String, i64)| language.also_for(&line(segment, 120), *total);
    item.also.iter().map(one).collect()
}

/// What is said of a lead where there are many: "Talleres García (50): Looks for a supplier: pallets · ! Closes today, in 3 h, … – offers: pallets
/// · lead-and0qnwpxdmfe": who, how good, the best reason, what closes, what became otherwise of a tender.
pub(super) fn in_one_line(reader: &Reader<'_>, item: &Item<'_>, now: Timestamp) -> LinkView {
    let language = reader.language;
    let (signal, all) = (best(item), together(item, news(item)));
    let of_best: Vec<Vec<&Signal>> = signal.map(|signal| vec![signal]).into_iter().collect();
    let closes = soon(reader, item, &all, now).map(|one| format!("! {}", one.words));
    let closes = closes.or_else(|| closing(reader, item, &of_best, now).into_iter().next().map(|one| one.words));
    let others = all.iter().flatten().filter(|other| other.kind.is_of_open_tender() && Some(**other) != signal);
    let otherwise = others.max_by_key(|other| (other.at, other.seen));
    let otherwise = otherwise.map(|other| {
        let same = signal.is_some_and(|signal| signal.record == other.record);
        // What it is called is said already.
        format!(
            "! {}",
            if same { altered::news(reader, other) } else { line(&worded(item, reader, brief(&titled(item, reader, other)), now), REASON) }
        )
    });
    let reason = signal.map(|signal| line(&worded(item, reader, brief(&titled(item, reader, signal)), now), REASON));
    let facts: Vec<String> = reason.into_iter().chain(closes).chain(otherwise).collect();
    let facts = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(" · ")) };
    let rest = also(language, item).into_iter().chain([item.lead.id.to_string()]).collect::<Vec<_>>().join(" · ");
    let (name, score) = (name_of(item, language), whole_points(item.lead.score.total()));
    LinkView { words: format!("{name} ({score}){facts} · {rest}"), href: signal.and_then(|signal| link(&signal.evidence.url)) }
}

/// What of these reasons closes so soon that the line says it first.
fn soon(reader: &Reader<'_>, item: &Item<'_>, all: &[Vec<&Signal>], now: Timestamp) -> Option<ClosesView> {
    closing(reader, item, all, now).into_iter().find(|one| one.soon)
}

/// The deadlines that the line tells, each with the tender whose it is.
pub(super) fn tells(reader: &Reader<'_>, item: &Item<'_>, now: Timestamp) -> Vec<(RecordId, FieldName)> {
    let of_best: Vec<Vec<&Signal>> = best(item).map(|signal| vec![signal]).into_iter().collect();
    match soon(reader, item, &together(item, news(item)), now) {
        Some(soon) => vec![soon.of],
        None => closes::tells(reader, item, &of_best, now),
    }
}
