//! The tenders that somebody must answer, by rep and by segment, and the calendars made of them. Writes nothing.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Effects;
use super::linked::whole_tender;
use super::wanted::{Wanted, is_wanted, wanted};
use crate::base::ids::{RecordId, SegmentId, base32, hash64};
use crate::base::secret::Secret;
use crate::config::{Config, Rep};
use crate::model::{Joined, Lead, LeadState, Record, RecordKind, Subject, closings, last_readable};
use crate::render::{self, Calendar, CalendarKey, CalendarOf, Language};
use crate::route;
use crate::store::{CommitError, LeadFilter, RISING, StoreError, TenderOrder, TenderRow, TenderWalk};

/// Leads of one rep or segment that are looked through; nobody works more.
const LEADS: usize = 2_000;
/// Tenders to come, and of those that are over, that are looked through beside the leads: a calendar shows no more.
const TENDERS: usize = 1_000;
/// A deadline that was over for so long is in no calendar, and nobody is reminded of it.
pub(super) const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 62);

/// The key that signs calendar addresses: from the installation's own key, so that addresses outlive restarts and restores.
pub fn calendar_key(effects: &Effects) -> CalendarKey {
    CalendarKey::new(Secret::new(base32(&effects.store.install_key())))
}

/// The mark that counts how often the address of a calendar was changed. A restored backup must not open an old address again.
fn mark_of(of: CalendarOf<'_>) -> String {
    format!("{RISING}calendar.{}.{}", of.word(), of.name())
}

/// How often the address of a calendar was changed: the key of none but the last opens it.
pub async fn calendar_turn(effects: &Effects, of: CalendarOf<'_>) -> Result<u32, StoreError> {
    let mark = effects.store.mark(&mark_of(of)).await?;
    Ok(mark.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()).unwrap_or_default())
}

/// Gives a calendar another address; the one before opens nothing from now on.
pub async fn renew_calendar(effects: &Effects, of: CalendarOf<'_>) -> Result<(), CommitError> {
    let turn = calendar_turn(effects, of).await?.saturating_add(1);
    effects.store.set_mark(&mark_of(of), Some(turn.to_string().into_bytes())).await
}

/// Every calendar that there is: whose, what people call it, and its address.
pub async fn calendars<'a>(effects: &Effects, config: &'a Config) -> Result<Vec<(CalendarOf<'a>, &'a str, Url)>, StoreError> {
    let key = calendar_key(effects);
    let reps = config.reps.iter().map(|rep| (CalendarOf::Rep(&rep.rep.id), rep.rep.name.as_str()));
    let segments = config.segments.iter().map(|segment| (CalendarOf::Segment(&segment.terms.segment), segment.terms.title.as_str()));
    let mut all = Vec::new();
    for (of, title) in reps.chain(segments) {
        all.push((of, title, key.link(&config.daemon.public_url, of, calendar_turn(effects, of).await?)));
    }
    Ok(all)
}

/// The address of a rep's calendar, where others than this machine can reach it.
pub(super) async fn link_for(effects: &Effects, config: &Config, rep: &Rep) -> Result<Option<Url>, StoreError> {
    let here = match config.daemon.public_url.host() {
        Some(url::Host::Domain(domain)) => domain == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => true,
    };
    if here {
        return Ok(None);
    }
    let of = CalendarOf::Rep(&rep.rep.id);
    Ok(Some(calendar_key(effects).link(&config.daemon.public_url, of, calendar_turn(effects, of).await?)))
}

/// A calendar as text; `None` when nobody is called so. It has the tenders that its rep or segment is to answer, with a lead or without.
pub async fn calendar_of(effects: &Effects, config: &Config, of: CalendarOf<'_>, now: Timestamp) -> Result<Option<String>, StoreError> {
    let installation = format!("{:016x}", hash64(&[b"calendar", &effects.store.install_key()]));
    let (whose, title, language, zone, remind, filter) = match of {
        CalendarOf::Rep(id) => {
            let Some(rep) = config.rep(id) else { return Ok(None) };
            let filter = LeadFilter { owner: Some(id.clone()), ..LeadFilter::default() };
            (Whose::Rep(rep), rep.rep.name.as_str(), rep.language, &rep.rep.zone, rep.rep.remind.as_slice(), filter)
        }
        CalendarOf::Segment(id) => {
            let Some(segment) = config.segments.iter().find(|segment| segment.terms.segment == *id) else { return Ok(None) };
            let filter = LeadFilter { segment: Some(id.clone()), ..LeadFilter::default() };
            let title = segment.terms.title.as_str();
            (Whose::Segment(id), title, Language::default(), &config.daemon.zone, route::REMIND.as_slice(), filter)
        }
    };
    let mut tenders: HashMap<RecordId, Joined> = HashMap::new();
    for lead in worked(effects, &filter).await? {
        tenders.extend(tenders_of(effects, config, &lead, now).await?.into_iter().map(|tender| (tender.record.id, tender)));
    }
    let since = now.saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
    let to_come = TenderWalk { by: TenderOrder::Due, from: Some(now), to: None, back: false, limit: TENDERS };
    for walk in [to_come, TenderWalk { from: Some(since), to: Some(now), back: true, ..to_come }] {
        let found = wanted(effects, config, (walk, |row: &TenderRow| row.at.is_some()), |segment| whose.works(segment), now).await?.0;
        let theirs = found.into_iter().filter(|wanted| whose.answers(wanted, now) && !wanted.tender.record.gone);
        tenders.extend(theirs.map(|wanted| (wanted.tender.record.id, wanted.tender)));
    }
    let tenders: Vec<Joined> = tenders.into_values().collect();
    let title = format!("Atalaya: {title}");
    let calendar = Calendar { title: &title, installation: &installation, language, zone, remind };
    Ok(Some(render::calendar(&calendar, &tenders, now)))
}

/// For whom a calendar is made.
#[derive(Clone, Copy)]
enum Whose<'a> {
    Rep(&'a Rep),
    Segment(&'a SegmentId),
}

impl Whose<'_> {
    fn works(self, segment: &SegmentId) -> bool {
        match self {
            Self::Rep(rep) => rep.rep.works(segment),
            Self::Segment(own) => own == segment,
        }
    }

    fn answers(self, wanted: &Wanted, now: Timestamp) -> bool {
        match self {
            Self::Rep(rep) => wanted.of_rep(rep, now).next().is_some(),
            Self::Segment(segment) => wanted.is_of(segment),
        }
    }
}

/// The leads that somebody is to look at or works on.
pub(super) async fn worked(effects: &Effects, filter: &LeadFilter) -> Result<Vec<Lead>, StoreError> {
    let mut leads = Vec::new();
    for state in LeadState::ALL.into_iter().filter(|state| route::for_rep(*state)) {
        leads.extend(effects.store.leads(LeadFilter { state: Some(state), ..filter.clone() }, LEADS).await?);
    }
    Ok(leads)
}

/// The tenders with a deadline behind a lead that are what its segment looks for, each as all portals together tell it.
pub(super) async fn tenders_of(effects: &Effects, config: &Config, lead: &Lead, now: Timestamp) -> Result<Vec<Joined>, StoreError> {
    let Subject::Organisation(id) = lead.subject;
    let Some(organisation) = effects.store.organisation(id).await? else { return Ok(Vec::new()) };
    let mut records = effects.store.records(organisation.records.clone()).await?;
    records.extend(super::group::beside(effects, config, (&organisation, lead)).await?);
    let since = now.saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
    let dated =
        |record: &Record| closings(record).iter().chain(&last_readable(record)).any(|closing| closing.at >= since || !closing.is_over(now));
    records.retain(|record| record.kind == RecordKind::Tender && dated(record));
    let listed = config.lists.find(&organisation);
    records.retain(|record| is_wanted(config, lead, (&organisation, &listed), record, now));
    let mut tenders: BTreeMap<RecordId, Joined> = BTreeMap::new();
    for record in records {
        let tender = whole_tender(effects, config, record, now).await?;
        tenders.entry(tender.record.id).or_insert(tender);
    }
    Ok(tenders.into_values().filter(|tender| !tender.record.gone).collect())
}
