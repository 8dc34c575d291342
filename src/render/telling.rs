//! What a signal tells in a letter: in its reader's words, under the title that its tender has in their language, with the deadline that holds now. Knows
//! no letter.

use jiff::Timestamp;

use super::clean::line;
use super::closes::tender_of;
use super::sentence::{sentence, with_member};
use super::{Item, Reader};
use crate::base::{caps, text};
use crate::model::{RecordKind, Signal, Story, TITLES, Value, deadline};

/// Characters of a title in a sentence.
const TITLE: usize = 90;

/// What a signal tells under the name of its organisation, which need not be said again.
pub(super) fn told(item: &Item<'_>, reader: &Reader<'_>, signal: &Signal, now: Timestamp) -> String {
    worded(item, reader, titled(item, reader, signal), now)
}

/// A signal of a tender under the title that it has in its reader's language.
pub(super) fn titled(item: &Item<'_>, reader: &Reader<'_>, signal: &Signal) -> Signal {
    let title = tender_of(item, signal).filter(|tender| tender.fields.contains_key(TITLES)).map(|one| one.title_in(reader.language.tag()));
    match title {
        Some(title) => Signal { story: signal.story.clone().called(text::clip(&title, TITLE)), ..signal.clone() },
        None => signal.clone(),
    }
}

/// The same of a signal as it is titled already.
pub(super) fn worded(item: &Item<'_>, reader: &Reader<'_>, mut signal: Signal, now: Timestamp) -> String {
    let tender = tender_of(item, &signal).filter(|one| one.kind == RecordKind::Tender);
    let story = if let Story::Again { of, .. } = &mut signal.story { of.as_mut() } else { &mut signal.story };
    let whose = item.members.iter().find(|member| member.id == signal.organisation).unwrap_or(item.organisation);
    if let Story::Appeared { by, .. } | Story::Said { by, .. } = story
        && by.as_deref().is_some_and(|by| Some(text::words(by)) == whose.name.as_deref().map(text::words))
    {
        *by = None;
    }
    if let (Story::Appeared { with, .. }, Some(tender)) = (story, tender) {
        // What was published first may hold no longer; that it moved is told of by itself.
        *with = deadline(tender).map(|closing| match &closing.field.value {
            Value::Time(moment) => moment.zoned().to_string(),
            other => other.text(),
        });
    }
    let said = line(&sentence(reader.language, Some(reader.zone), &signal, now), caps::QUOTE_CHARS);
    with_member(reader.language, said, &signal, item.members)
}
