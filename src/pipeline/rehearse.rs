//! The dry run: the same steps as a check, up to the commit and no further. Stores nothing, sends nothing, settles nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::tz::TimeZone;
use url::Url;

use super::onward::brought;
use super::propose::input;
use super::visit::{self, Step, Walked};
use super::walk::{Before, count};
use super::{Effects, Pool, believed, news, read, unnamed};
use crate::base::clock::{Clock, minute};
use crate::base::ids::{ContentHash, LeadId, OrganisationId, RecordId, SourceId};
use crate::base::text;
use crate::config::{Config, Source};
use crate::diff;
use crate::extract::{self, Reader};
use crate::fetch::{Fetched, Request, SourceSettings, Verdict, Web};
use crate::model::{
    BadEntry, ChangeKind, Decision, Draft, Entry, Extract, Failure, HostKey, Lead, NoiseSeen, Organisation, Page, PageWrite, Record,
    Signal, SourceState, Statement, Subject, Turn, Validators, Value,
};
use crate::store::StoreError;

/// Detail pages read in a dry run: enough to see whether they are read correctly.
const DETAILS: usize = 3;

/// What is looked at.
#[derive(Clone, Debug)]
pub enum Target {
    /// An address.
    Url(Url),
    /// Bytes that are at hand, with the address (or file) they stand for.
    Bytes {
        /// Where they would be found; relative addresses are resolved against it.
        url: Url,
        /// The bytes.
        bytes: Bytes,
    },
}

impl Target {
    const fn url(&self) -> &Url {
        match self {
            Self::Url(url) | Self::Bytes { url, .. } => url,
        }
    }
}

/// A lead that would be made or told again, and to whom.
#[derive(Clone, Debug)]
pub struct WouldTell {
    /// The lead.
    pub lead: Lead,
    /// Whom it is about.
    pub organisation: Option<Organisation>,
    /// Of its group those of whom some of the reasons are.
    pub members: Vec<Organisation>,
    /// Reasons that are new.
    pub signals: Vec<Signal>,
    /// Who would hear of it, and when.
    pub entries: Vec<Entry>,
    /// The zone of whoever would hear of it.
    pub zone: TimeZone,
}

/// What a dry run found.
#[derive(Clone, Debug, Default)]
pub struct Rehearsed {
    /// What robots.txt says, in words; `None` for bytes at hand.
    pub robots: Option<String>,
    /// Time between two requests to the host.
    pub pace: Option<Duration>,
    /// The answer: status, bytes, type.
    pub answer: Option<String>,
    /// The records, and how each compares with what is known (`new`, `changed`, `known`).
    pub records: Vec<(Draft, Option<&'static str>)>,
    /// What the words of the records (of a page that is read: its own) say that would be a reason to act, with the record's place among them.
    pub said: Vec<(usize, diff::Said)>,
    /// What could not be read.
    pub bad: Vec<BadEntry>,
    /// Fields that could not be read, of records that were.
    pub unread: Vec<BadEntry>,
    /// Pages it leads to.
    pub follow: Vec<Url>,
    /// What whoever wrote the settings should know: what matches nothing and why, and how much of the source this is.
    pub remarks: Vec<String>,
    /// Why nothing, or not everything, could be read.
    pub failure: Option<Failure>,
    /// Whether the page was never read: its first visit is a baseline, and tells nobody.
    pub baseline: bool,
    /// Who would be told of what, if it were news.
    pub leads: Vec<WouldTell>,
    /// What a visit that ended here would say of itself, where the source has a transport.
    pub statement: Option<Statement>,
}

/// The parts of a dry run that need no store.
#[derive(Clone)]
pub struct Rehearsal {
    /// The way to the sites.
    pub web: Web,
    /// The present.
    pub clock: Clock,
    /// Where bytes are parsed.
    pub pool: Pool,
    /// What words mean.
    pub lexicons: Arc<diff::Lexicons>,
}

impl Rehearsal {
    /// Gets the target's bytes as a check would: robots.txt asked, the pace kept.
    pub(super) async fn get(&self, target: &Target, settings: &SourceSettings, out: &mut Rehearsed) -> Result<Fetched, Failure> {
        let url = match target {
            Target::Url(url) => url,
            Target::Bytes { url, bytes } => {
                out.answer = Some(format!("{} bytes at hand", bytes.len()));
                let (bytes, url) = (bytes.clone(), url.clone());
                return Ok(Fetched {
                    url,
                    status: 200,
                    not_modified: false,
                    content_type: None,
                    validators: Validators::default(),
                    next: None,
                    total: None,
                    bytes,
                    redirected: false,
                });
            }
        };
        let lane = self.web.lane(&HostKey::of(url), None);
        lane.ask_robots_anew();
        let request = Request { url, validators: None, full: true, body: settings.body.as_ref(), source: settings };
        out.robots = Some(match lane.robots(&request).await {
            Ok(Verdict::Allowed) => "allowed".to_owned(),
            Ok(verdict) => format!("{verdict:?}"),
            Err(failure) => failure.to_string(),
        });
        out.pace = Some(lane.spacing(settings));
        let fetched = lane.fetch(&request).await.result?;
        let kind = fetched.content_type.as_deref().unwrap_or("no type");
        out.answer = Some(format!(
            "{} {kind}, {} bytes{}",
            fetched.status,
            fetched.bytes.len(),
            if fetched.redirected { ", redirected" } else { "" }
        ));
        Ok(fetched)
    }

    async fn parse(&self, reader: Arc<Reader>, fetched: &Fetched, known: read::Own) -> Result<Extract, Failure> {
        let (fetched, now) = (fetched.clone(), self.clock.now());
        let what = fetched.url.to_string();
        self.pool.run(&what, move |expired| reader.read_knowing(&input(&fetched, now, expired), &known.as_known())).await
    }

    /// Looks at an address or at bytes without any settings: they are read as what they are. Returns the kind's word with the findings.
    pub async fn look(&self, target: &Target) -> (&'static str, Rehearsed) {
        let mut out = Rehearsed::default();
        let fetched = match self.get(target, &SourceSettings::default(), &mut out).await {
            Ok(fetched) => fetched,
            Err(failure) => return ("unknown", Rehearsed { failure: Some(failure), ..out }),
        };
        let kind = extract::sniff(&fetched.bytes, fetched.content_type.as_deref(), &fetched.url);
        let source: SourceId = "check".parse().expect("`check` is a good id");
        let about = extract::About { source, zone: TimeZone::UTC, country: None };
        let reader = Arc::new(extract::by_content(kind, target.url(), &about));
        match self.parse(reader, &fetched, read::Own::default()).await {
            Ok(extract) => {
                (out.bad, out.unread) = (extract.bad, extract.unread);
                out.follow = extract.follow;
                out.said = said(&self.lexicons, None, &extract.records);
                if kind == extract::Kind::Page {
                    out.remarks.extend(self.list_of(&fetched).await);
                }
                out.records = extract.records.into_iter().map(|draft| (draft, None)).collect();
            }
            Err(failure) => out.failure = Some(failure),
        }
        (kind.word(), out)
    }
}

impl Rehearsal {
    /// That a page holds a list, and what reads it. That it takes too long to find out is no failure of the page.
    async fn list_of(&self, fetched: &Fetched) -> Option<String> {
        let (page, now) = (fetched.clone(), self.clock.now());
        let read = move |expired: &dyn Fn() -> bool| extract::read_page(&input(&page, now, expired));
        let reading = self.pool.run(fetched.url.as_str(), read).await.ok()?;
        let list = reading.lists.first().filter(|list| reading.kind == extract::PageType::List && list.records.len() > 1)?;
        Some(format!(
            "this page seems to hold a list of {}: read so it is watched for its text alone; `atalaya read {url}` shows the list, `atalaya source \
             add {url}` makes a source of it, and in a source of your own `kind = \"directory\"` (companies) or `\"listing\"` (offers) reads it",
            text::count(list.records.len(), "record", "records"),
            url = fetched.url
        ))
    }

    /// Reads a page at an address, or of bytes at hand, for what it says by itself. Returns how it was got with it.
    pub async fn read_page(&self, target: &Target) -> (Rehearsed, Option<extract::Reading>) {
        let mut out = Rehearsed::default();
        let fetched = match self.get(target, &SourceSettings::default(), &mut out).await {
            Ok(fetched) => fetched,
            Err(failure) => return (Rehearsed { failure: Some(failure), ..out }, None),
        };
        let (page, now) = (fetched.clone(), self.clock.now());
        let read = move |expired: &dyn Fn() -> bool| extract::read_page(&input(&page, now, expired));
        match self.pool.run(target.url().as_str(), read).await {
            Ok(reading) => {
                let found = self.lexicons.find(&format!("{}\n{}", reading.title, reading.text), None);
                out.said = found.into_iter().map(|said| (0, said)).collect();
                (out, Some(reading))
            }
            Err(failure) => (Rehearsed { failure: Some(failure), ..out }, None),
        }
    }
}

impl Rehearsal {
    /// Why the page gives less than the settings ask for. That it takes too long to find out is no failure of the page.
    async fn remarks(&self, reader: Arc<Reader>, fetched: &Fetched) -> Vec<String> {
        let (page, now) = (fetched.clone(), self.clock.now());
        let find = move |expired: &dyn Fn() -> bool| reader.remarks(&input(&page, now, expired));
        self.pool.run(fetched.url.as_str(), find).await.unwrap_or_default()
    }

    /// Reads on where the first page leads, at most so many pages with it, into the same extract. Returns how many were read, and why it
    /// ended early, if it did.
    async fn read_on(&self, source: &Source, first: &Url, most: u32, extract: &mut Extract) -> (u32, Option<Failure>) {
        let mut ahead: VecDeque<Url> = std::mem::take(&mut extract.follow).into();
        let mut met: HashSet<Url> = source.reader.roots().iter().chain([first]).cloned().collect();
        let (mut read, mut failure) = (1, None);
        while read < most && failure.is_none() {
            let Some(url) = ahead.pop_front() else { break };
            if !met.insert(url.clone()) {
                continue;
            }
            let lane = self.web.lane(&HostKey::of(&url), None);
            let request = Request { url: &url, validators: None, full: true, body: source.fetch.body.as_ref(), source: &source.fetch };
            let more = match lane.fetch(&request).await.result {
                Ok(fetched) => self.parse(Arc::clone(&source.reader), &fetched, read::Own::taught(extract)).await,
                Err(failure) => Err(failure),
            };
            match more {
                Ok(more) => {
                    extract.records.extend(more.records);
                    extract.bad.extend(more.bad);
                    extract.unread.extend(more.unread);
                    ahead.extend(more.follow);
                    read += 1;
                }
                Err(why) => failure = Some(why),
            }
        }
        ahead.retain(|url| !met.contains(url));
        extract.follow = ahead.into();
        (read, failure)
    }
}

/// How much of a source a dry run read, where it is not the whole.
fn how_much(source: &Source, read: u32, leads_on: bool) -> Option<String> {
    let most = source.reader.pages();
    let on = if source.reader.transport().varies() {
        "`run` goes on from there as its transport says".to_owned()
    } else {
        format!("`--pages {}` reads more of them now; `run` follows the rest", read.saturating_add(9).min(most))
    };
    let so_far = if read == 1 { "1 page is read here".to_owned() } else { format!("{read} pages are read here") };
    if !leads_on {
        return (read > 1).then(|| format!("{so_far}, and they lead no further"));
    }
    if read >= most {
        return Some(format!("{so_far}, which are all that a visit reads (`pages = {most}`); they lead on"));
    }
    Some(format!("{so_far}, and it leads on: {on}, up to {most} pages a visit (`pages`)"))
}

/// Goes through a source's check without its commit. What would be new is compared with what is stored; on a source that was never visited
/// everything counts as new here, so that one sees what its leads would look like. Reads up to so many `pages` where each leads to the next.
pub async fn rehearse(
    effects: &Effects,
    config: &Config,
    source: &Source,
    target: Option<Target>,
    pages: u32,
) -> Result<Rehearsed, StoreError> {
    let mut out = Rehearsed::default();
    let now = effects.clock.now();
    let Some(root) = source.reader.roots().first().cloned() else { return Ok(out) };
    let root = Page::root(&source.id, root, now);
    let mut state = effects.store.state(&source.id, root.id).await?.unwrap_or_else(|| SourceState::new(&source.id, root.id));
    let (begun, asked) = source.reader.transport().begin(&root.url, &state.checkpoint, now);
    let whole_visit = target.is_none();
    let target = target.unwrap_or_else(|| Target::Url(asked.clone()));
    let host = HostKey::of(target.url());
    let lane = effects.web.lane(&host, effects.store.host(&host).await?);
    let rehearsal = Rehearsal {
        web: effects.web.clone(),
        clock: effects.clock.clone(),
        pool: effects.pool.clone(),
        lexicons: Arc::clone(&config.lexicons.signals),
    };
    let fetched = match rehearsal.get(&target, &source.fetch, &mut out).await {
        Ok(fetched) => fetched,
        Err(failure) => return Ok(Rehearsed { failure: Some(failure), ..out }),
    };
    let page = if whole_visit { root } else { Page::root(&source.id, target.url().clone(), now) };
    let page = effects.store.page(page.id).await?.unwrap_or(page);
    let known = read::Own::of(effects, source, &page, &state).await?;
    let mut extract = match rehearsal.parse(Arc::clone(&source.reader), &fetched, known).await {
        Ok(extract) => extract,
        Err(failure) => return Ok(Rehearsed { failure: Some(failure), ..out }),
    };
    out.remarks = rehearsal.remarks(Arc::clone(&source.reader), &fetched).await;
    let mut read = 1;
    if matches!(target, Target::Url(_)) && !source.reader.transport().varies() {
        (read, out.failure) = rehearsal.read_on(source, &fetched.url, pages.min(source.reader.pages()), &mut extract).await;
    }
    let mut stored = believed::stored(effects, source, (&page, &state), &mut extract).await?;
    out.remarks.extend(extract.notes.iter().map(|note| format!("{}: {}", note.path, note.reason)));
    out.remarks.extend(believed::another(source, (&page, &state), (&extract, &stored)).err().map(|failure| failure.text));
    if matches!(target, Target::Url(_)) {
        let details = read::own_pages(effects, &lane, (source, &page, &state), (&mut extract, &mut stored), (DETAILS, 0)).await?;
        out.remarks.extend(details.said());
    }
    out.baseline = page.reading == crate::model::Reading::Never;
    // As a settled page without a second look: what would count if it stays.
    let settled = Page { reading: crate::model::Reading::Settled, ..page };
    let rules = diff::Rules { confirm: None, ..source.rules.clone() };
    let context = diff::Context { now, quiet: false, content: ContentHash::of(&fetched.bytes), began: None, noise: &NoiseSeen::default() };
    let found = diff::compare(&rules, &settled, diff::Known { records: &stored, blocks: None }, &extract, &context);
    if whole_visit {
        let before = Before {
            config,
            source,
            page: settled.clone(),
            state: state.clone(),
            step: Step::Begin,
            begun: Some(begun),
            asked,
            asked_at: now,
        };
        if let Some(onward) = before.onward(Ok(brought(&extract, &found))) {
            extract.follow = onward.next.into_iter().collect();
            let (records, bad, unread) = (count(found.members.len()), count(extract.bad.len()), count(extract.unread.len()));
            let walked = Walked { records, bad, unread, leads_to: count(extract.follow.len()), ..Walked::default() };
            state.visit = visit::advance(&state.visit, Step::Begin, walked, now);
            state.checkpoint = onward.checkpoint;
            out.statement = Some(state.statement());
        }
    }
    let others = stored.iter().filter(|one| found.members.contains(&one.id) && found.records.iter().all(|record| record.id != one.id));
    out.remarks.extend(unnamed(source, found.records.iter().chain(others)));
    out.remarks.extend(how_much(source, read, !extract.follow.is_empty()).filter(|_| whole_visit));
    let how: HashMap<RecordId, &'static str> = found.changes.iter().map(|change| (change.record, word(&change.kind))).collect();
    (out.bad, out.unread) = (extract.bad, extract.unread);
    out.follow = extract.follow;
    out.said = said(&config.lexicons.signals, source.language.as_deref(), &extract.records);
    let news = |draft: &Draft| how.get(&Record::id_of(&source.id, &draft.key)).copied().unwrap_or("known");
    out.records = extract.records.into_iter().map(|draft| (news(&draft), draft)).map(|(news, draft)| (draft, Some(news))).collect();
    let mut turn = Turn::new(PageWrite::Whole(Box::new(settled)), host);
    turn.records = found.records;
    let told = news::tell(effects, config, source.into(), &mut turn, found.changes, now).await?;
    out.leads = would_tell(config, turn, &told.of_members);
    Ok(out)
}

/// What the records say, were they new.
fn said(lexicons: &diff::Lexicons, language: Option<&str>, records: &[Draft]) -> Vec<(usize, diff::Said)> {
    let of_record = |(place, draft): (usize, &Draft)| {
        let own = draft.value("language").map(Value::text);
        let found = lexicons.find(&diff::texts(draft), own.as_deref().or(language));
        found.into_iter().map(|said| (place, said)).collect::<Vec<_>>()
    };
    records.iter().enumerate().flat_map(of_record).collect()
}

const fn word(kind: &ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Appeared => "new",
        ChangeKind::Returned(_) => "there again",
        ChangeKind::Changed(_) => "changed",
        ChangeKind::Gone => "gone",
    }
}

fn would_tell(config: &Config, turn: Turn, of_members: &[(LeadId, OrganisationId)]) -> Vec<WouldTell> {
    let Turn { leads, organisations, signals, entries, .. } = turn;
    leads
        .into_iter()
        .map(|lead| {
            let Subject::Organisation(id) = lead.subject;
            WouldTell {
                organisation: organisations.iter().find(|organisation| organisation.id == id).cloned(),
                members: organisations.iter().filter(|one| of_members.contains(&(lead.id, one.id))).cloned().collect(),
                signals: signals
                    .iter()
                    .filter(|signal| signal.organisation == id || of_members.contains(&(lead.id, signal.organisation)))
                    .cloned()
                    .collect(),
                entries: entries.iter().filter(|entry| entry.lead == lead.id).cloned().collect(),
                zone: news::owner_of(&lead)
                    .and_then(|id| config.rep(id))
                    .map_or_else(|| config.daemon.zone.clone(), |rep| rep.rep.zone.clone()),
                lead,
            }
        })
        .collect()
}

impl WouldTell {
    /// Who would be told when, in words.
    pub fn who(&self) -> String {
        match (&self.lead.owner, self.entries.first()) {
            (Decision::To(rep, because), Some(entry)) => {
                let due = minute(entry.due, &self.zone);
                format!("{rep} by {} at {due} ({because})", entry.channel)
            }
            (Decision::To(rep, because), None) => format!("{rep} ({because}); nothing goes out"),
            (Decision::Nobody(because), _) => format!("nobody: {because}"),
        }
    }
}
