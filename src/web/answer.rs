//! Answers questions from the store and the configuration; orders are carried out by the pipeline's steps.

use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use bytes::Bytes;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::ask::{Answer, ChannelView, CheckView, DigestView, LeadView, Question, SentView, SourceView, StatusView};
use super::leads::Behind;
use super::tenders::TenderView;
use super::{calendar, called, health, imports, listed, notices, organisations, outbox, pages, replay, unmapped, verdicts, views};
use crate::base::ids::{ChannelId, PageId, RecordId, RepId, SourceId};
use crate::base::text::no_such;
use crate::config::{Config, Source};
use crate::model::{ChannelState, HostKey, Lead, LeadState, Page, Record, Subject};
use crate::outbox::Outcome;
use crate::pipeline::{
    Effects, Grounds, Rehearsal, Target, behind, beside_imports, completeness, completeness_of, departures, last_told, preview, rehearse,
    silent, spending, stranded, test_message, untold, waiting,
};
use crate::score;
use crate::store::LeadFilter;

/// Why a question has no answer: one sentence for the person who asked.
pub type AnswerError = anyhow::Error;

/// Changes shown of one tender.
const HISTORY: usize = 200;
/// Signals of an organisation that are shown and scored.
pub(super) const SIGNALS: usize = 64;
/// Changes that are undone to see records as they were.
const UNDONE: usize = 10_000;

/// Answers. `running`: whether a daemon asks, or the command line reads a store at rest.
pub async fn answer(effects: &Effects, config: &Config, question: Question, running: bool) -> Result<Answer, AnswerError> {
    // At rest nobody else has looked what was brought in.
    let beside = beside_imports(effects, config).await?;
    Box::pin(reply(effects, beside.as_deref().unwrap_or(config), question, running)).await
}

async fn reply(effects: &Effects, config: &Config, question: Question, running: bool) -> Result<Answer, AnswerError> {
    Ok(match question {
        Question::Status => Answer::Status(Box::new(status(effects, config, running).await?)),
        Question::Sources => {
            let mut all = sources(effects, config).await?;
            all.extend(crate::pipeline::imports(effects).await?.iter().map(views::imported));
            Answer::Sources(all)
        }
        Question::Source { id, page, diff } => {
            Answer::Source(Box::new(pages::of_source(effects, config, &id, (page.as_deref(), diff)).await?))
        }
        Question::CheckNow { id } => Answer::Due(check_now(effects, config, &id).await?),
        Question::Check { target, bytes, source, pages, config: _ } => {
            Answer::Check(Box::new(check(effects, config, &target, (bytes, source, pages)).await?))
        }
        Question::Leads { segment, state, owner, limit } => {
            Answer::Leads(leads(effects, config, (segment.as_deref(), state.as_deref(), owner.as_deref()), limit).await?)
        }
        Question::Lead { id, at } => Answer::Lead(Box::new(lead(effects, config, &id, at.as_deref()).await?)),
        Question::Verdict { id, said, because, by, named, until } => {
            Answer::Lead(Box::new(verdicts::give(effects, config, &id, (said.as_deref(), because, (by, named), until.as_deref())).await?))
        }
        Question::Tenders(filter) => Answer::Tenders(listed::list(effects, config, filter).await?),
        Question::Tender { id, at } => {
            let until = at.map(|at| moment(&at, true, &config.daemon.zone)).transpose()?;
            let found = notices::find(effects, config, &id).await?;
            let history = effects.store.changes_of(found.id, HISTORY).await?;
            let view = TenderView { meanings: views::meanings(&config.labels, &found), ..views::tender(&found, Some(&history)) };
            Answer::Tender(Box::new(notices::complete(effects, &found, (until, &config.daemon.zone), view).await?))
        }
        Question::TenderHistory { id } => Answer::TenderHistory(Box::new(notices::history(effects, config, &id).await?)),
        Question::TenderRaw { id, number } => Answer::TenderRaw(Box::new(notices::raw(effects, config, &id, number).await?)),
        Question::Outbox { channel, standing, limit } => {
            Answer::Outbox(outbox::list(effects, config, (channel.as_deref(), standing.as_deref()), limit).await?)
        }
        Question::Replay { ids, since, channel, delivered, dry_run } => {
            Answer::Replayed(Box::pin(replay::replay(effects, config, (ids, since, channel), delivered, dry_run)).await?)
        }
        Question::NotifyTest { channel, to } => Answer::Sent(notify_test(effects, config, &channel, to.as_deref()).await?),
        Question::DigestPreview { rep } => {
            let found = RepId::from_str(&rep).ok().and_then(|id| config.rep(&id));
            let rep = found.ok_or_else(|| unknown("rep", &rep, config.reps.iter().map(|rep| rep.rep.id.as_str())))?;
            let now = effects.clock.now();
            let (letter, waiting) = Box::pin(preview(effects, config, rep, now)).await?;
            let sources = completeness_of(effects, &config.feeding(rep), now).await?;
            Answer::Digest(DigestView {
                rep: rep.rep.id.to_string(),
                waiting,
                subject: letter.subject,
                text: letter.text,
                html: letter.html,
                sources: sources.iter().map(|one| health::completeness(one, now)).collect(),
            })
        }
        Question::Calendars { name, renew } => Answer::Calendars(calendar::views(effects, config, name.as_deref(), renew).await?),
        Question::Organisations { words, limit } => Answer::Organisations(organisations::list(effects, config, &words, limit).await?),
        Question::Organisation { name } => Answer::Organisation(Box::new(organisations::show(effects, config, &name).await?)),
        Question::OrganisationQuestions { limit } => Answer::OrganisationQuestions(organisations::questions(effects, config, limit).await?),
        Question::Rulings { limit } => Answer::Rulings(organisations::rulings(effects, limit).await?),
        Question::Same { a, b } => {
            Answer::Ruled(Box::new(Box::pin(organisations::same(effects, config, (&a, &b), effects.clock.now())).await?))
        }
        Question::NotSame { a, b } => {
            Answer::Ruled(Box::new(Box::pin(organisations::not_same(effects, config, (&a, &b), effects.clock.now())).await?))
        }
        Question::UndoRuling { number } => {
            Answer::Ruled(Box::new(Box::pin(organisations::undo(effects, config, number, effects.clock.now())).await?))
        }
        Question::Unmapped => Answer::Unmapped(unmapped::unmapped(effects, config).await?),
        Question::Import { file, bytes, order, write } => {
            Answer::Import(Box::pin(imports::import(effects, config, (&file, &bytes), (&order, write))).await?)
        }
        Question::Imports => Answer::Imports(imports::list(effects).await?),
        Question::UndoImport { id } => Answer::ImportUndone(imports::undo(effects, config, &id, effects.clock.now()).await?),
        Question::Backup => Answer::Backup(views::backup(&effects.store.backup(effects.clock.now()).await?)),
    })
}

/// "There is no such thing; did you mean …".
pub(super) fn unknown<'a>(what: &str, found: &str, known: impl IntoIterator<Item = &'a str>) -> AnswerError {
    anyhow!(no_such(what, found, known))
}

/// A name by which is filtered, and the names that are configured.
pub(super) struct Named<'a> {
    what: &'static str,
    name: Option<&'a str>,
    known: Vec<&'a str>,
}

impl Named<'_> {
    pub(super) fn id<T: FromStr>(&self) -> Result<Option<T>, AnswerError> {
        self.name.map(|name| name.parse().map_err(|_| unknown(self.what, name, self.known.iter().copied()))).transpose()
    }

    /// For an empty answer: a name that is not configured and of which nothing is stored any more is a mistake.
    pub(super) fn expect(&self) -> Result<(), AnswerError> {
        match self.name {
            Some(name) if !self.known.contains(&name) => Err(unknown(self.what, name, self.known.iter().copied())),
            Some(_) | None => Ok(()),
        }
    }
}

pub(super) fn channel_named<'a>(config: &'a Config, name: Option<&'a str>) -> Named<'a> {
    Named { what: "channel", name, known: config.channels.iter().map(|channel| channel.id.as_str()).collect() }
}

pub(super) fn source_of<'a>(config: &'a Config, id: &str) -> Result<&'a Source, AnswerError> {
    let found = SourceId::from_str(id).ok().and_then(|id| config.source(&id));
    found.map(AsRef::as_ref).ok_or_else(|| unknown("source", id, config.sources.iter().map(|source| source.id.as_str())))
}

/// An instant, or a day in the zone of `[daemon]`: its end (everything known on that day), or its beginning.
pub(super) fn moment(text: &str, end: bool, zone: &TimeZone) -> Result<Timestamp, AnswerError> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    // A day with a time says the time; as a day alone it would be read too, and the time dropped.
    if let (true, Ok(time)) = (text.contains(':'), text.parse::<jiff::civil::DateTime>()) {
        return Ok(time.to_zoned(zone.clone())?.timestamp());
    }
    let day: jiff::civil::Date =
        text.parse().map_err(|_| anyhow!("`{text}` is no time: write 2026-11-23, 2026-11-23T08:00 or 2026-11-23T08:00:00Z"))?;
    let time = if end { day.at(23, 59, 59, 0) } else { day.at(0, 0, 0, 0) };
    Ok(time.to_zoned(zone.clone())?.timestamp())
}

pub(super) async fn source_view(effects: &Effects, source: &Source) -> Result<SourceView, AnswerError> {
    let now = effects.clock.now();
    let found = views::Found {
        states: &effects.store.states_of(&source.id).await?,
        standing: &completeness(effects, source, now).await?,
        spending: spending(effects, source, now).await?,
        pages: effects.store.pages_of(&source.id).len() as u64,
        records: effects.store.records_of(&source.id),
        next: effects.store.next_due_of(&source.id),
    };
    Ok(views::source(source, &found, now))
}

async fn sources(effects: &Effects, config: &Config) -> Result<Vec<SourceView>, AnswerError> {
    let mut all = Vec::with_capacity(config.sources.len());
    for source in &config.sources {
        all.push(source_view(effects, source).await?);
    }
    for departed in departures(effects, config).await? {
        let until = departed.since.saturating_add(config.keep.keep_gone).unwrap_or(Timestamp::MAX);
        all.push(views::departed(&departed, until, effects.store.pages_of(&departed.source).len() as u64));
    }
    Ok(all)
}

async fn status(effects: &Effects, config: &Config, running: bool) -> Result<StatusView, AnswerError> {
    let now = effects.clock.now();
    let counts = effects.store.counts().await?;
    let size = effects.store.size();
    let watched = config.sources.iter().filter(|source| source.enabled);
    let next = watched.filter_map(|source| effects.store.next_due_of(&source.id)).min();
    let (mut channels, held) = (Vec::new(), outbox::held(effects).await?);
    for channel in &config.channels {
        let state = effects.store.channel_state(&channel.id).await?;
        let of = |list: &[(ChannelId, u64)]| list.iter().find(|(id, _)| *id == channel.id).map_or(0, |(_, n)| *n);
        channels.push(ChannelView {
            id: channel.id.to_string(),
            kind: channel.kind().to_owned(),
            waiting: of(&counts.waiting),
            dead: of(&counts.dead),
            failures: state.as_ref().map_or(0, |state| state.failures),
            disabled: state.and_then(|state| state.disabled),
            held: held.get(&channel.id).cloned(),
        });
    }
    // What waits for one that is gone is not lost from sight.
    let mut gone: BTreeMap<&ChannelId, ChannelView> = BTreeMap::new();
    for (list, is_dead) in [(&counts.waiting, false), (&counts.dead, true)] {
        for (id, many) in list.iter().filter(|(id, many)| *many > 0 && config.channel(id).is_none()) {
            let kind = "not configured any more".to_owned();
            let view = gone.entry(id).or_insert_with(|| ChannelView { id: id.to_string(), kind, ..ChannelView::default() });
            *(if is_dead { &mut view.dead } else { &mut view.waiting }) = *many;
        }
    }
    channels.extend(gone.into_values());
    let wishes = effects.store.suppressions().await?;
    let mut untold = views::untold_segments(config, &silent(effects, config).await?, &untold(effects, config).await?);
    untold.extend(stranded(effects, config).await?.iter().map(|one| one.words(now)));
    let sources = sources(effects, config).await?;
    let of = |health: &[&str]| sources.iter().filter(|source| health.contains(&source.health.as_str())).cloned().collect();
    let backup = crate::store::Store::backups(&config.store).await?.into_iter().max_by_key(|backup| backup.at);
    Ok(StatusView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        running,
        pid: running.then(std::process::id),
        zone: config.daemon.zone.iana_name().unwrap_or("UTC").to_owned(),
        pages: counts.pages,
        hosts: counts.hosts,
        records: counts.records,
        organisations: counts.organisations,
        leads: counts.leads,
        entries: counts.entries,
        next_check: next.map(views::time),
        late_seconds: next.map_or(0, |next| now.duration_since(next).as_secs().max(0)),
        attention: of(&["ill", "late"]),
        quotas: sources.iter().filter_map(|source| source.quota.clone()).collect(),
        left: of(&["left"]),
        channels,
        pending: config.pending.clone(),
        untold,
        wishes: wishes.iter().filter_map(|wish| views::wish(wish, config, now)).collect(),
        backup: backup.as_ref().map(views::backup),
        store_bytes: size.file,
        segment_bytes: size.segments,
    })
}

async fn check_now(effects: &Effects, config: &Config, id: &str) -> Result<usize, AnswerError> {
    let source = source_of(config, id)?;
    let now = effects.clock.now();
    for lane in source.reader.roots().iter().filter_map(|url| effects.web.held(&HostKey::of(url))) {
        lane.ask_robots_anew();
    }
    let roots: Vec<PageId> = source.reader.roots().iter().map(|url| Page::id_of(&source.id, url)).collect();
    // A page that was not there waits for its own time, and visits pass it over until then.
    let failed = effects.store.pages(effects.store.pages_of(&source.id)).await?.into_iter().filter(|page| page.failures.is_some());
    let failed: Vec<PageId> = failed.map(|page| page.id).filter(|id| !roots.contains(id)).collect();
    let count = roots.len() + failed.len();
    // The roots come first: a page that the visit leads to is asked for within it, and not by itself before that.
    let first = now.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(now);
    let due = roots.into_iter().map(|id| (id, first)).chain(failed.into_iter().map(|id| (id, now)));
    effects.store.reschedule(due.collect()).await?;
    Ok(count)
}

async fn check(
    effects: &Effects,
    config: &Config,
    target: &str,
    (bytes, source, pages): (Option<String>, Option<String>, u32),
) -> Result<CheckView, AnswerError> {
    let by_name = SourceId::from_str(target).ok().and_then(|id| config.source(&id));
    let named = source.map(|id| source_of(config, &id)).transpose()?;
    let at_hand = match (bytes, by_name) {
        (Some(bytes), _) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).context("the file did not arrive whole")?;
            let url = named.and_then(|source| source.reader.roots().first().cloned()).map_or_else(|| file_url(target), Ok)?;
            Some(Target::Bytes { url, bytes: Bytes::from(bytes) })
        }
        (None, Some(_)) => None,
        (None, None) => match Url::parse(target) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Some(Target::Url(url)),
            Ok(_) | Err(_) => {
                return Err(unknown("source, file or http(s) address", target, config.sources.iter().map(|source| source.id.as_str())));
            }
        },
    };
    let (kind, found) = match (named.or(by_name.map(AsRef::as_ref)), at_hand) {
        (Some(source), at_hand) => (source.reader.kind().word(), rehearse(effects, config, source, at_hand, pages.max(1)).await?),
        (None, Some(target)) => {
            let rehearsal = Rehearsal {
                web: effects.web.clone(),
                clock: effects.clock.clone(),
                pool: effects.pool.clone(),
                lexicons: Arc::clone(&config.lexicons.signals),
            };
            rehearsal.look(&target).await
        }
        (None, None) => bail!("nothing to check"),
    };
    Ok(views::check_view(target, kind, found))
}

/// A stand-in address for a file, so that relative addresses in it become absolute ones.
fn file_url(name: &str) -> Result<Url, AnswerError> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let mut url = Url::parse("https://file.invalid/")?;
    url.set_path(file);
    Ok(url)
}

async fn leads(
    effects: &Effects,
    config: &Config,
    (segment, state, owner): (Option<&str>, Option<&str>, Option<&str>),
    limit: usize,
) -> Result<Vec<LeadView>, AnswerError> {
    let state = match state {
        Some(word) => Some(
            LeadState::from_word(word).ok_or_else(|| unknown("state of leads", word, LeadState::ALL.iter().map(|state| state.word())))?,
        ),
        None => None,
    };
    let segments = config.segments.iter().map(|segment| segment.terms.segment.as_str()).collect();
    let segment = Named { what: "segment", name: segment, known: segments };
    let owner = Named { what: "rep", name: owner, known: config.reps.iter().map(|rep| rep.rep.id.as_str()).collect() };
    let mut found = effects.store.leads(LeadFilter { segment: segment.id()?, state, owner: owner.id()?, nobodys: false }, limit).await?;
    if found.is_empty() {
        segment.expect()?;
        owner.expect()?;
    }
    found.sort_by_key(|lead| (std::cmp::Reverse(lead.score.total()), lead.id));
    let (desk, now) = (desk(effects, config).await?, effects.clock.now());
    let mut rows = Vec::with_capacity(found.len());
    for lead in &found {
        let last = last_told(effects, config, lead).await?;
        let Subject::Organisation(whose) = lead.subject;
        let formerly = effects.store.organisation(whose).await?.and_then(|organisation| organisation.formerly());
        let view = LeadView { formerly, ..views::lead(lead, &lead.score, None, Behind::default(), now) };
        rows.push(views::told(view, lead, (&desk, &last), now));
    }
    Ok(rows)
}

/// A lead with its score for now, or for an earlier moment: a pure function of what was known then.
pub(super) async fn lead(effects: &Effects, config: &Config, id: &str, at: Option<&str>) -> Result<LeadView, AnswerError> {
    let lead = called::lead(effects, id).await?;
    let id = lead.id;
    let Subject::Organisation(subject) = lead.subject;
    let organisation =
        effects.store.organisation(subject).await?.ok_or_else(|| anyhow!("the organisation of {id} is not stored any more"))?;
    let Grounds { records, signals, elsewhere: mut beside, members, .. } = behind(effects, config, (&organisation, &lead), SIGNALS).await?;
    let trust_of = |id: &SourceId| config.trust(id);
    let listed_on = config.lists.find_told(&organisation, &records, &signals);
    if let Some(at) = at {
        beside = as_they_were(effects, beside, moment(at, true, &config.daemon.zone)?).await?;
    }
    let placed = config.placed(&organisation);
    let known_by = |records| score::Known {
        organisation: &placed,
        records,
        elsewhere: &beside,
        signals: &signals,
        listed: &listed_on,
        tables: &config.lexicons.tables,
        trust_of: &trust_of,
    };
    let of_group = |shown, records| Behind { shown, signals: &signals, records, members: &members };
    let Some(at) = at else {
        let now = effects.clock.now();
        let stands: Vec<_> = score::standing(&known_by(&records), now).into_iter().cloned().collect();
        let view = views::lead(&lead, &lead.score, Some(&organisation), of_group(&stands, &records), now);
        let view = views::profiled(view, &score::profile(&known_by(&records), now));
        let last = last_told(effects, config, &lead).await?;
        return Ok(views::told(view, &lead, (&desk(effects, config).await?, &last), now));
    };
    let at = moment(at, true, &config.daemon.zone)?;
    if at < lead.first_seen {
        let since = views::time(lead.first_seen);
        bail!("{id} exists since {since}: before that there was no lead, and nothing to explain. Name a day or time from then on");
    }
    let segment = config.segments.iter().find(|segment| segment.terms.segment == lead.segment);
    let segment = segment.ok_or_else(|| anyhow!("the segment `{}` is not configured any more", lead.segment))?;
    let records = as_they_were(effects, records, at).await?;
    let mut known = known_by(&records);
    let mut scored = score::score(segment, &known, at);
    let own: Vec<_> = signals.iter().filter(|signal| signal.organisation == subject).cloned().collect();
    let own_records: Vec<Record> = records.iter().filter(|record| organisation.records.contains(&record.id)).cloned().collect();
    let is_decided = matches!(lead.state, LeadState::Accepted | LeadState::Rejected | LeadState::Parked);
    if !members.is_empty() && !is_decided && (scored.excluded.is_some() || scored.total() < segment.terms.line) {
        // All together they made no lead then: what was of the others did not count for it.
        known = score::Known { signals: &own, ..known_by(&own_records) };
        scored = score::score(segment, &known, at);
    }
    let then: Vec<_> = score::standing(&known, at).into_iter().filter(|signal| signal.seen <= at).cloned().collect();
    let view = views::lead(&Lead { ..lead }, &scored, Some(&organisation), of_group(&then, &records), at);
    Ok(views::profiled(view, &score::profile(&known, at)))
}

/// What says of a lead when it is told.
async fn desk<'a>(effects: &Effects, config: &'a Config) -> Result<views::Desk<'a>, AnswerError> {
    Ok(views::Desk { config, waiting: waiting(effects, config).await?, silent: silent(effects, config).await? })
}

/// Records as they were at a moment, by what the history says they became since.
async fn as_they_were(effects: &Effects, records: Vec<Record>, at: Timestamp) -> Result<Vec<Record>, AnswerError> {
    let mut by_source = BTreeMap::<SourceId, HashSet<RecordId>>::new();
    for record in records.iter().filter(|record| record.changed > at) {
        by_source.entry(record.source.clone()).or_default().insert(record.id);
    }
    let mut changes = Vec::new();
    for (source, of_it) in by_source {
        changes.extend(effects.store.changes_since(&source, Arc::new(of_it), at, UNDONE).await?);
    }
    Ok(records.into_iter().map(|record| record.as_of(&changes, at)).collect())
}

async fn notify_test(effects: &Effects, config: &Config, channel: &str, to: Option<&str>) -> Result<SentView, AnswerError> {
    let found = ChannelId::from_str(channel).ok().and_then(|id| config.channel(&id));
    let channel = found.ok_or_else(|| unknown("channel", channel, config.channels.iter().map(|channel| channel.id.as_str())))?;
    if let Some(to) = to.filter(|to| !to.contains('@') && !config.reps.iter().any(|rep| rep.rep.id.as_str() == *to)) {
        return Err(unknown("rep or address", to, config.reps.iter().map(|rep| rep.rep.id.as_str())));
    }
    let message = test_message(config, channel, to, effects.clock.now())?;
    let watch = crate::base::clock::Stopwatch::start();
    let outcome = effects.ways.channel(channel)?.send(&message, effects.clock.now()).await;
    let millis = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    let accepted = matches!(outcome, Outcome::Accepted { .. });
    if accepted && effects.store.channel_state(&channel.id).await?.is_some_and(|state| state.failures > 0 || state.disabled.is_some()) {
        // It works: what waits for it need not wait any longer, and a channel that was switched off is on again.
        effects.store.set_channel_state(ChannelState::new(&channel.id)).await?;
    }
    Ok(SentView { id: message.id.to_string(), accepted, outcome: outcome.text().to_owned(), millis })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_of_the_zone_and_is_not_dropped() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        for (text, want) in [
            ("2026-12-05", "2026-12-05T22:59:59Z"),
            ("2026-12-05T09:00", "2026-12-05T08:00:00Z"),
            ("2026-12-05 09:00:30", "2026-12-05T08:00:30Z"),
            ("2026-12-05T09:00:00Z", "2026-12-05T09:00:00Z"),
        ] {
            assert_eq!(moment(text, true, &zone).unwrap().to_string(), want, "{text}");
        }
        assert!(moment("tomorrow", true, &zone).is_err());
    }
}
