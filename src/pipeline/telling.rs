//! What a letter tells of leads: the best of them with their reasons that still stand, and what closed before it could be told. Sends nothing, and
//! words nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::linked::{TEXTS, whole_tender};
use super::news::{hears, owner_of};
use super::{Effects, closing, group};
use crate::base::ids::{LeadId, RecordId, RepId, SegmentId};
use crate::base::text::{clip, squeeze};
use crate::config::{Config, Rep};
use crate::model::codes::Meaning;
use crate::model::{
    Joined, Lead, LeadState, Organisation, Record, RecordKind, Signal, SignalKind, Stage, Story, Subject, Value, deadline, is_live, stage,
};
use crate::render::{Early, Holder, Item, Language};
use crate::store::{Passed, StoreError};
use crate::{diff, outbox, route};

/// Signals behind one lead that are looked through for a mail.
const SIGNALS: usize = 200;
/// Tenders of one lead that are looked up with all their portals.
const TENDERS: usize = 25;
/// Leads that are none any more which are looked through for what closed before it was told.
const FALLEN: usize = 50;
/// Characters of what an article says: a sentence or two.
const TEXT: usize = 300;
/// An article's text is told to the end of the sentence that makes it so long.
const SAYS: usize = 100;
/// What they were told so shortly before is not told again because the rules left it out for a while.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What closes within so much time goes first: over a weekend there is no digest.
const SOON: SignedDuration = SignedDuration::from_hours(72);

/// A lead as its rep knows it.
pub(super) struct Known {
    pub(super) lead: Lead,
    /// Until when they were told of its organisation, as this lead or in another of their segments.
    told: Option<Timestamp>,
    /// Whether it is told only with news: that was in another segment alone, or it went and came back before they heard of either.
    quiet: bool,
    /// Since when there is news that waits.
    since: Option<Timestamp>,
    /// Who had it, where it is handed over.
    handed: Option<Holder>,
    /// The other segments in which the same organisation is a lead of theirs, each with what it comes to there; the best first.
    also: Vec<(SegmentId, i64)>,
}

impl Known {
    /// One of which nothing is told yet.
    pub(super) async fn untold(effects: &Effects, (config, rep): (&Config, &Rep), mut lead: Lead) -> Result<Self, StoreError> {
        if let Some(verdict) = lead.verdict.as_mut().filter(|verdict| verdict.by != rep.rep.id.as_str())
            && let Some(by) = config.reps.iter().find(|other| other.rep.id.as_str() == verdict.by)
        {
            verdict.by.clone_from(&by.rep.name);
        }
        let also = beside(effects, config, rep, &lead).await?.iter().map(|other| (other.segment.clone(), other.score.total())).collect();
        Ok(Self { lead, told: None, quiet: false, since: None, handed: None, also })
    }

    /// One of which this is to be told. What is handed over is new to who has it now, unless it was theirs before and they never heard that it
    /// went.
    pub(super) async fn told(
        effects: &Effects,
        (config, rep): (&Config, &Rep),
        lead: Lead,
        now_told: &outbox::Told,
    ) -> Result<Self, StoreError> {
        let last = async |id: LeadId, revision: u32| effects.store.told(&rep.channel, &rep.rep.id, id, revision.saturating_add(1)).await;
        let own = last(lead.id, now_told.revision).await?;
        let returned = now_told.handed.as_ref() == Some(&rep.rep.id);
        let recent = |at: Timestamp| now_told.from.duration_since(at) < RECENT;
        let back = own.at.is_some_and(|at| own.passed == Passed::Waits || returned && recent(at));
        let mut told = own.at;
        for other in beside(effects, config, rep, &lead).await? {
            told = told.max(last(other.id, other.revision).await?.at);
        }
        // What was decided while that message was made was not in it.
        let told = told.map(|made| made.min(now_told.from.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(made)));
        let handed = now_told.handed.as_ref().filter(|_| !back && !returned).map(|id| holder_of(config, id));
        let told = told.filter(|_| handed.is_none());
        let known = Self::untold(effects, (config, rep), lead).await?;
        let quiet = back || own.at.is_none() && told.is_some();
        Ok(Self { told, quiet, since: Some(now_told.from), handed, ..known })
    }
}

/// A rep as others are told of them.
pub(super) fn holder_of(config: &Config, id: &RepId) -> Holder {
    config.rep(id).map_or_else(|| Holder::Gone(id.to_string()), |rep| Holder::Rep(rep.rep.name.clone()))
}

/// The leads of a rep on the same organisation in other segments that are told of, the best first.
async fn beside(effects: &Effects, config: &Config, rep: &Rep, lead: &Lead) -> Result<Vec<Lead>, StoreError> {
    let mut others = effects.store.leads_of(lead.subject).await?;
    let theirs =
        |other: &Lead| owner_of(other) == Some(&rep.rep.id) && config.segments.iter().any(|one| one.terms.segment == other.segment);
    others.retain(|other| other.id != lead.id && route::for_rep(other.state) && theirs(other));
    others.sort_by_key(|other| (std::cmp::Reverse(other.score.total()), other.id));
    Ok(others)
}

/// A lead with everything a letter says of it.
pub(super) struct Shown {
    known: Known,
    organisation: Organisation,
    /// Of its group those of whom it tells.
    members: Vec<Organisation>,
    pub(super) signals: Vec<Signal>,
    meanings: BTreeMap<String, Meaning>,
    /// What the other segments are called in which it is a lead of the same rep, each with what it comes to there.
    also: Vec<(String, i64)>,
    /// The tenders that its signals tell of, as all portals together tell them.
    tenders: Vec<(RecordId, Joined)>,
    texts: BTreeMap<RecordId, String>,
    /// Whether it scores so high in one of its segments that it is told at once.
    hot: bool,
    /// Whether what cannot wait of it begins, rather than closes.
    begins: bool,
    /// When what its news calls for closes.
    closes: Option<Timestamp>,
    /// Whether all of that says a day that is over.
    passed: bool,
}

/// What a letter tells of leads.
#[derive(Default)]
pub(super) struct Told {
    /// Each of them that is told: what closes soon first, then the best.
    pub(super) shown: Vec<Shown>,
    /// What was to be told and closed before it was.
    pub(super) closed: Vec<Record>,
}

impl Shown {
    /// Whether it tells what its rep has not heard.
    pub(super) fn has_news(&self) -> bool {
        self.signals.iter().any(|signal| self.known.told.is_none_or(|told| signal.seen > told))
    }

    /// The tenders that it tells of for the first time.
    pub(super) fn first_told(&self) -> HashSet<RecordId> {
        first_told(&self.signals, self.known.told, &self.tenders)
    }

    /// Whether it is handed over: then all of it is told.
    pub(super) const fn is_handed(&self) -> bool {
        self.known.handed.is_some()
    }

    /// Takes over what of the same organisation is told in another segment, and this one does not tell.
    fn join(&mut self, other: Self) {
        let Self { known, organisation: _, members, signals, meanings: _, also: _, tenders, texts, hot, begins: _, closes, passed } = other;
        add(&mut self.members, members, |one, other| one.id == other.id);
        add(&mut self.signals, signals, Signal::eq);
        add(&mut self.tenders, tenders, |(one, _), (other, _)| one == other);
        self.texts.extend(texts);
        self.hot |= hot;
        self.passed &= passed;
        self.closes = [self.closes, closes].into_iter().flatten().min();
        self.known.told = self.known.told.min(known.told);
        self.known.handed = self.known.handed.take().or(known.handed);
    }

    fn item<'a>(&'a self, config: &'a Config) -> Item<'a> {
        let Known { lead, told, quiet: _, since: _, handed, also: _ } = &self.known;
        let (segment, signals) = (config.segment_title(&lead.segment), self.signals.as_slice());
        let (handed, organisation) = (handed.as_ref(), &self.organisation);
        Item {
            lead,
            segment,
            organisation,
            members: &self.members,
            signals,
            told: *told,
            handed,
            also: &self.also,
            tenders: &self.tenders,
            texts: &self.texts,
            meanings: &self.meanings,
        }
    }
}

/// Adds what is not there yet.
fn add<T>(all: &mut Vec<T>, more: Vec<T>, is_same: impl Fn(&T, &T) -> bool) {
    for one in more {
        if !all.iter().any(|known| is_same(known, &one)) {
            all.push(one);
        }
    }
}

pub(super) fn items<'a>(shown: &'a [Shown], config: &'a Config) -> Vec<Item<'a>> {
    shown.iter().map(|shown| shown.item(config)).collect()
}

/// Adds what closed before it was told, each once, in the order of the deadlines.
pub(super) fn add_closed(closed: &mut Vec<Record>, more: Vec<Record>) {
    closed.extend(more);
    closed.sort_by_key(|record| (deadline(record).map(|closing| closing.at), record.id));
    closed.dedup_by_key(|record| record.id);
}

/// These leads with everything a letter says of them, the best first, those of one organisation as one under the best of them, and what closed
/// before it was told.
pub(super) async fn leads(
    effects: &Effects,
    (config, language): (&Config, Language),
    known: Vec<Known>,
    now: Timestamp,
) -> Result<Told, StoreError> {
    let (mut known, fallen): (Vec<Known>, Vec<Known>) = known.into_iter().partition(|known| route::for_rep(known.lead.state));
    known.sort_by_key(|known| (std::cmp::Reverse(known.lead.score.total()), known.lead.id));
    let mut told = Told::default();
    for known in known {
        let subject = known.lead.subject;
        let Some((shown, closed)) = look(effects, (config, language), known, now).await? else { continue };
        told.closed.extend(closed);
        // What was told of an organisation in one segment is no news in another.
        let shown = shown.filter(|shown| !shown.known.quiet || shown.has_news());
        match (shown, told.shown.iter_mut().find(|better| better.known.lead.subject == subject)) {
            (Some(shown), Some(better)) => better.join(shown),
            (shown, _) => told.shown.extend(shown),
        }
    }
    // The sort is stable: the best first, of equally good ones that which closes first.
    told.shown.sort_by_key(|shown| {
        let soon = shown.closes.is_some_and(|at| at.duration_since(now) <= SOON);
        (!soon, std::cmp::Reverse(shown.known.lead.score.points()), shown.closes.unwrap_or(Timestamp::MAX))
    });
    for known in fallen.into_iter().filter(|known| known.lead.state == LeadState::Below).take(FALLEN) {
        told.closed.extend(look(effects, (config, language), known, now).await?.map(|(_, closed)| closed).unwrap_or_default());
    }
    add_closed(&mut told.closed, Vec::new());
    Ok(told)
}

/// A lead as a letter tells it, unless nothing of what was to be told is a reason any more; and the records of what closed before it was told.
async fn look(
    effects: &Effects,
    (config, language): (&Config, Language),
    known: Known,
    now: Timestamp,
) -> Result<Option<(Option<Shown>, Vec<Record>)>, StoreError> {
    let Subject::Organisation(subject) = known.lead.subject;
    let Some(organisation) = effects.store.organisation(subject).await? else { return Ok(None) };
    let mut grounds = group::behind(effects, config, (&organisation, &known.lead), SIGNALS).await?;
    grounds.signals.retain(|signal| hears(config, &known.lead.segment, signal));
    let (behind, signals) = (grounds.behind(&organisation, None), &grounds.signals);
    let mut stands = closing::standing(config, &behind, now);
    stands.retain(|signal| is_missed(signal, signals, known.told));
    let fresh = |signal: &&Signal| known.told.is_none_or(|told| signal.seen > told);
    let over: Vec<&Signal> = signals.iter().filter(fresh).filter(|signal| !stands.contains(signal)).collect();
    let closed = known.since.map(|since| closing::closed(config, &known.lead, &behind, since, now)).unwrap_or_default();
    let over = !over.is_empty();
    // Who never heard of it need not hear that it went away.
    let tells = |signal: &&Signal| known.told.is_some() || signal.kind != SignalKind::WentAway || closing::counts(&known.lead, signal);
    let segment = config.segments.iter().find(|segment| segment.terms.segment == known.lead.segment);
    let closings = segment.map_or_else(Vec::new, |segment| closing::closings(config, segment, &known.lead, &behind, now));
    let passed = !closings.is_empty() && closings.iter().all(|closes| closes.over);
    let soonest = closings.into_iter().next();
    let begins = soonest.as_ref().is_some_and(|closes| closes.begins);
    let closes = soonest.filter(|closes| !closes.begins).map(|closes| closes.at);
    let tells = !over || known.handed.is_some() || stands.iter().filter(fresh).any(|signal| tells(&signal));
    let meanings = meanings(config, language, &known.lead, &grounds.records);
    let texts = texts(&stands, &grounds.records);
    let members = grounds.members;
    let tenders = if tells { tenders(effects, config, (&stands, grounds.records), now).await? } else { Vec::new() };
    let first = first_told(&stands, known.told, &tenders);
    stands.retain(|signal| {
        let tender = tenders.iter().find(|(id, _)| *id == signal.record).map(|(_, tender)| &tender.record);
        !tender.is_some_and(|tender| first.contains(&tender.id) && is_said_by_first(signal, tender))
    });
    let also = known.also.iter().map(|(segment, total)| (config.segment_title(segment).to_owned(), *total)).collect();
    let hot = segment.is_none_or(|segment| known.lead.score.total() >= segment.terms.hot);
    let shown = Shown { known, organisation, members, signals: stands, meanings, also, tenders, texts, hot, begins, closes, passed };
    Ok(Some((tells.then_some(shown), closed)))
}

/// What these signals tell of and can be answered: tenders, as all portals together tell them, and whatever else has a deadline.
async fn tenders(
    effects: &Effects,
    config: &Config,
    (signals, records): (&[Signal], Vec<Record>),
    now: Timestamp,
) -> Result<Vec<(RecordId, Joined)>, StoreError> {
    let told: BTreeSet<RecordId> = signals.iter().map(|signal| signal.record).collect();
    let takes = |record: &Record| (record.kind == RecordKind::Tender || deadline(record).is_some()) && is_live(record);
    let of_them = records.into_iter().filter(|record| told.contains(&record.id) && takes(record));
    let mut tenders = Vec::new();
    for record in of_them.take(TENDERS) {
        tenders.push((record.id, whole_tender(effects, config, record, now).await?));
    }
    Ok(tenders)
}

/// The id of a tender as all portals together tell it.
fn joined(tenders: &[(RecordId, Joined)], record: RecordId) -> RecordId {
    tenders.iter().find(|(id, _)| *id == record).map_or(record, |(_, tender)| tender.record.id)
}

/// Whether it says what the first telling of a tender says by itself: how it stands now. That lots of it ended before, or that it was cancelled and is
/// open again, is no news to who never heard of it.
pub(super) fn is_said_by_first(signal: &Signal, tender: &Record) -> bool {
    // Who had won it heard of that.
    let was = [Stage::Cancelled, Stage::Suspended].map(Stage::word);
    let opened =
        |(name, old, _): &(String, Option<String>, Option<String>)| name == "stage" && old.as_deref().is_some_and(|old| was.contains(&old));
    match signal.kind {
        SignalKind::DeadlineMoved | SignalKind::TenderChanged => true,
        SignalKind::TenderPublished => matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(opened)),
        SignalKind::TenderCancelled => stage(tender) != Stage::Cancelled,
        SignalKind::TenderSuspended => stage(tender) != Stage::Suspended,
        _ => false,
    }
}

/// The tenders that are told of for the first time: what was never told of one is no move.
fn first_told(signals: &[Signal], told: Option<Timestamp>, tenders: &[(RecordId, Joined)]) -> HashSet<RecordId> {
    let is_new = |signal: &&Signal| {
        let calls = |fields: &[(String, Option<String>, Option<String>)]| {
            fields.iter().any(|(name, old, _)| name == "stage" && old.as_deref() == Some(Stage::Planned.word()))
        };
        told.is_none_or(|told| signal.seen > told)
            && signal.kind == SignalKind::TenderPublished
            && match &signal.story {
                Story::Appeared { .. } => true,
                // It was planned until then, and nobody was told.
                Story::Changed { fields, .. } => told.is_none() && calls(fields),
                _ => false,
            }
    };
    signals.iter().filter(is_new).map(|signal| joined(tenders, signal.record)).collect()
}

/// What the articles say that these signals tell of.
fn texts(signals: &[Signal], records: &[Record]) -> BTreeMap<RecordId, String> {
    let told: BTreeSet<RecordId> = signals.iter().map(|signal| signal.record).collect();
    let articles = records.iter().filter(|record| record.kind == RecordKind::Article && told.contains(&record.id));
    let text =
        |record: &Record| TEXTS.iter().filter_map(|name| record.text(name)).map(|text| beginning(&text)).find(|text| !text.is_empty());
    articles.filter_map(|record| Some((record.id, text(record)?))).collect()
}

/// The first sentence of a text, or more where that is short.
fn beginning(text: &str) -> String {
    let text = squeeze(text);
    let ends = text.char_indices().filter(|(_, c)| ".!?…".contains(*c)).map(|(at, c)| at + c.len_utf8());
    let whole = ends.filter(|end| text[*end..].starts_with(' ')).find(|end| text[..*end].chars().count() >= SAYS);
    clip(whole.map_or(text.as_str(), |end| &text[..end]), TEXT)
}

/// Whether it is told that something is there again: once, and after a while away, or to who was told that it went.
fn is_missed(signal: &Signal, all: &[Signal], told: Option<Timestamp>) -> bool {
    if signal.kind == SignalKind::AwardAnnulled {
        // Who never heard that they won need not hear that they did not.
        return told.is_some();
    }
    let Story::Again { gone, .. } = &signal.story else { return true };
    let same = |other: &&Signal| other.record == signal.record;
    let later = |other: &Signal| matches!(other.story, Story::Again { .. }) && other.seen > signal.seen;
    let long = signal.seen.duration_since(*gone) >= diff::AWAY;
    let heard = |other: &Signal| other.kind == SignalKind::WentAway && told.is_some_and(|told| other.seen <= told);
    !all.iter().filter(same).any(later) && (long || all.iter().filter(same).any(heard))
}

/// What the codes mean that prove a line of the sum of a lead.
fn meanings(config: &Config, language: Language, lead: &Lead, records: &[Record]) -> BTreeMap<String, Meaning> {
    let codes: BTreeSet<&str> = lead.score.parts.iter().filter_map(|part| Some(part.evidence.as_ref()?.quote.as_str())).collect();
    let mut meanings = BTreeMap::new();
    for (field, scheme) in [("cpv", "CPV"), ("unspsc", "UNSPSC"), ("naics", "NAICS")] {
        let values = records.iter().filter_map(|record| record.value(field)).flat_map(Value::each).map(Value::text);
        for written in values.filter(|written| codes.contains(written.as_str())) {
            let code: String = written.chars().take_while(char::is_ascii_digit).collect();
            if let Some(label) = config.labels.find(scheme, &code, &[language.tag(), Language::default().tag()]) {
                meanings.insert(written, label.of(&code));
            }
        }
    }
    meanings
}

/// Why these leads do not wait for the digest; `None`: they score so high. `due`: deadlines come with them.
pub(super) fn early(shown: &[Shown], due: bool) -> Option<Early> {
    let mut cool = shown.iter().filter(|shown| !shown.hot).peekable();
    if cool.peek().is_none() && !due {
        return None;
    }
    let (begin, close): (Vec<&Shown>, Vec<&Shown>) = cool.partition(|shown| shown.begins);
    let passed = !due && !close.is_empty() && close.iter().all(|shown| shown.passed);
    Some(match (begin.is_empty(), close.is_empty() && !due) {
        (true, _) if passed => Early::Over,
        (true, _) => Early::Closes,
        (false, true) => Early::Begins,
        (false, false) => Early::Both,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{day, organisation, signal};

    #[test]
    fn that_something_is_there_again_is_told_once_and_to_who_missed_it() {
        let acme = organisation("Acme", &[]);
        let of = |kind, seen| signal(&acme, kind, seen, seen);
        let again = |gone: i64, seen| Signal {
            story: Story::Again { of: Box::new(Story::Gone { title: "Acme".to_owned() }), gone: day(gone) },
            ..of(SignalKind::OrganisationListed, seen)
        };
        let (went, soon, late) = (of(SignalKind::WentAway, 2), again(2, 5), again(2, 30));
        for (all, told, want) in [
            (vec![&went, &soon], None, false),
            (vec![&went, &soon], Some(1), false),
            (vec![&went, &soon], Some(3), true),
            (vec![&went, &late], None, true),
            (vec![&went, &soon, &late], Some(3), false),
        ] {
            let all: Vec<Signal> = all.into_iter().cloned().collect();
            assert_eq!(is_missed(&all[1], &all, told.map(day)), want, "{told:?}: {all:?}");
        }
        assert!(is_missed(&went, &[], None), "it is asked of what returned alone");
        let annulled = Signal { kind: SignalKind::AwardAnnulled, ..went.clone() };
        assert!(!is_missed(&annulled, &[], None) && is_missed(&annulled, &[], Some(day(1))), "who never heard that they won");
    }

    #[test]
    fn of_an_article_a_sentence_or_two_are_told() {
        let first =
            "The works of Talleres García, S.L. in Sabadell will get a second hall, and with it forty people more are to work there.";
        let long = "word ".repeat(100);
        for (text, want) in [
            (format!("{first} It opens in May."), first.to_owned()),
            ("It opens. It is big.".to_owned(), "It opens. It is big.".to_owned()),
            (format!("  It\n opens.  {first} And more."), format!("It opens. {first}")),
            (long.clone(), clip(long.trim(), TEXT)),
            (String::new(), String::new()),
        ] {
            assert_eq!(beginning(&text), want);
        }
    }
}
