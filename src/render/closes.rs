//! What of a lead takes answers until some time, and what became of it in order of time. Words no reason, and knows no letter.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::clean::line;
use super::due::{ahead, answer, said, until};
use super::language::Word;
use super::{Item, Reader};
use crate::base::ids::RecordId;
use crate::model::{FieldName, Record, RecordKind, Signal, SignalKind, Stage, Story, closings, deadline, stage};

/// What closes within so much time stands out: over a weekend there is no digest.
const SOON: SignedDuration = SignedDuration::from_hours(72);

/// Before the deadline of a tender that is suspended: it may hold again.
const SUSPENDED: [&str; 3] = ["Suspended, was to close", "Suspendida, vencía", "Приостановлен, срок был"];

/// Something that closes, of a lead in a letter.
#[derive(Debug, Serialize)]
pub(super) struct ClosesView {
    /// "Closes today, in 3 h – offers: Ultrasound scanners".
    pub head: String,
    /// "Closes today, in 3 h, Thu 10 Dec 2026 13:00 Europe/Madrid – offers: Ultrasound scanners".
    pub words: String,
    /// Whether it is to stand out.
    pub soon: bool,
    /// Which deadline it is, and of what.
    #[serde(skip)]
    pub of: (RecordId, FieldName),
}

/// What of a record takes answers still, and until when; of a tender also questions.
fn closes(reader: &Reader<'_>, record: &Record, now: Timestamp) -> Vec<ClosesView> {
    let language = reader.language;
    let tender = record.kind == RecordKind::Tender;
    let all = if tender { closings(record) } else { deadline(record).into_iter().collect() };
    // What counts as open although its day is over closes nowhere.
    let open = all.into_iter().filter(|closing| !closing.is_over(now) && closing.end() >= now);
    open.map(|closing| {
        let what = if tender { format!("{}: ", answer(language, &closing)) } else { String::new() };
        let (ahead, until) = (ahead(reader, &closing, now), until(language, reader.zone, &closing));
        let suspended = tender && stage(record) == Stage::Suspended;
        let closes = if suspended { said(language, SUSPENDED) } else { language.word(Word::Closes) };
        let what = format!("{what}{}", line(&record.title_in(language.tag()), 120));
        ClosesView {
            head: format!("{closes} {ahead} – {what}"),
            words: format!("{closes} {ahead}, {until} – {what}"),
            soon: closing.early().duration_since(now) <= SOON,
            of: (record.id, closing.name.clone()),
        }
    })
    .collect()
}

/// The tender that a signal tells of, where it can be answered.
pub(super) fn tender_of<'a>(item: &Item<'a>, signal: &Signal) -> Option<&'a Record> {
    item.tenders.iter().find(|(record, _)| *record == signal.record).map(|(_, tender)| &tender.record)
}

/// What closes first of the tender that a signal tells of: "Closes in 7 days – offers: Ultrasound scanners".
pub(super) fn closes_first(reader: &Reader<'_>, item: &Item<'_>, signal: &Signal, now: Timestamp) -> Option<String> {
    let mut all = closes(reader, tender_of(item, signal)?, now);
    (!all.is_empty()).then(|| all.swap_remove(0).head)
}

/// What is told of one tender stands together, where the best of it would, in the order in which it happened.
pub(super) fn in_time(reasons: Vec<Vec<&Signal>>) -> Vec<Vec<&Signal>> {
    let of_tender = |signal: &Signal| {
        signal.kind.is_of_open_tender()
            || matches!(signal.kind, SignalKind::TenderPlanned | SignalKind::TenderPublished | SignalKind::TenderAwarded)
    };
    let tender = |reason: &Vec<&Signal>| reason.first().filter(|signal| of_tender(signal)).map(|signal| signal.record);
    let (mut sorted, mut left) = (Vec::with_capacity(reasons.len()), reasons);
    while let Some(first) = left.first() {
        let about = tender(first);
        let (mut same, others): (Vec<_>, Vec<_>) = match about {
            Some(_) => left.into_iter().partition(|reason| tender(reason) == about),
            None => (left.drain(..1).collect(), left),
        };
        same.sort_by_key(|reason| reason.first().map(|signal| (signal.at, signal.seen)));
        sorted.extend(same);
        left = others;
    }
    sorted
}

/// What of these reasons closes: soon, or at a time that none of them says as it is now; each once, the soonest first.
pub(super) fn closing(reader: &Reader<'_>, item: &Item<'_>, reasons: &[Vec<&Signal>], now: Timestamp) -> Vec<ClosesView> {
    let mut tenders: Vec<&Record> = Vec::new();
    for signal in reasons.iter().flatten() {
        tenders.extend(tender_of(item, signal).filter(|tender| !tenders.iter().any(|known| known.id == tender.id)));
    }
    tenders.sort_by_key(|tender| (deadline(tender).map_or(Timestamp::MAX, |closing| closing.at), tender.id));
    let said: Vec<RecordId> = told_with(item, reasons).map(|tender| tender.id).collect();
    let of =
        |tender: &&Record| closes(reader, tender, now).into_iter().filter(|one| one.soon || !said.contains(&tender.id)).collect::<Vec<_>>();
    tenders.iter().flat_map(of).collect()
}

/// The tenders that these reasons tell with the deadline that holds now.
fn told_with<'a>(item: &Item<'a>, reasons: &[Vec<&Signal>]) -> impl Iterator<Item = &'a Record> {
    let says = |signal: &&&Signal| signal.kind == SignalKind::TenderPublished && matches!(signal.story.plain(), Story::Appeared { .. });
    reasons.iter().flatten().filter(says).filter_map(|signal| tender_of(item, signal))
}

/// The deadlines that a letter tells with these reasons, each with the tender whose it is.
pub(super) fn tells(reader: &Reader<'_>, item: &Item<'_>, reasons: &[Vec<&Signal>], now: Timestamp) -> Vec<(RecordId, FieldName)> {
    let said = told_with(item, reasons).filter_map(|tender| Some((tender.id, deadline(tender)?.name.clone())));
    closing(reader, item, reasons, now).into_iter().map(|one| one.of).chain(said).collect()
}
