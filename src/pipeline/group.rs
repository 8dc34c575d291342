//! Groups: whose lead the reasons of each of a group count for, segment by segment. A view: nothing is copied from one to another. Gates, and regions
//! with them, are asked of each by itself: of a member whether its reasons count, of the head office whether it is the lead. Writes nothing.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::closing::Behind;
use super::fresh::{Asked, Fresh};
use super::news::{self, SIGNALS};
use super::{Effects, linked};
use crate::base::ids::{OrganisationId, RecordId, SegmentId, SourceId};
use crate::config::Config;
use crate::model::{Evidence, Lead, LeadState, Organisation, PartKind, Record, Signal, Subject};
use crate::route::{self, Cause};
use crate::score::{self, Segment};
use crate::store::StoreError;

/// What counts for a lead of an organisation.
#[derive(Clone, Debug, Default)]
pub struct Grounds {
    /// The records that name it, and of those that name members of its group the ones behind their signals.
    pub records: Vec<Record>,
    /// Records of others that are the same tenders on other portals.
    pub elsewhere: Vec<Record>,
    /// Its reasons to act, and those of the members whose lead it is, the latest.
    pub signals: Vec<Signal>,
    /// Of the signals those that are new in this turn.
    pub news: Vec<Signal>,
    /// The members whose lead it is.
    pub members: Vec<Organisation>,
}

impl Grounds {
    pub(super) fn behind<'a>(&'a self, organisation: &'a Organisation, news: Option<&'a [Signal]>) -> Behind<'a> {
        let Self { records, elsewhere, signals, news: _, members } = self;
        Behind { organisation, records, elsewhere, signals, news, members }
    }
}

/// Segments in which the same counts for an organisation.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) grounds: Grounds,
}

impl Part {
    pub(super) fn is_of(&self, segment: &SegmentId) -> bool {
        self.segments.iter().any(|one| one.terms.segment == *segment)
    }
}

/// What counts for an organisation in each segment.
pub(super) struct Parts {
    /// Each segment at most once; where its head office has the lead, not at all.
    pub(super) parts: Vec<Part>,
    /// Its head office, with the segments in which that one has the lead.
    pub(super) taken: Option<(Organisation, Vec<Arc<Segment>>)>,
}

impl Parts {
    /// Whether all reasons that a lead rests on are there.
    fn know(&self, lead: &Lead) -> bool {
        let Some(part) = self.parts.iter().find(|part| part.is_of(&lead.segment)) else { return true };
        let reasons = lead.score.parts.iter().filter(|line| matches!(line.kind, PartKind::Signal(_)));
        let is_there = |evidence: &Evidence| part.grounds.signals.iter().any(|signal| signal.evidence == *evidence);
        reasons.filter_map(|line| line.evidence.as_ref()).all(is_there)
    }

    /// Whether the head office has the lead there.
    pub(super) fn is_taken(&self, segment: &SegmentId) -> bool {
        self.taken.iter().flat_map(|(_, segments)| segments).any(|taken| taken.terms.segment == *segment)
    }
}

/// Groups as they are at a moment, with what a turn changes.
#[derive(Clone, Copy)]
pub(super) struct Groups<'a> {
    pub(super) effects: &'a Effects,
    pub(super) config: &'a Config,
    pub(super) fresh: &'a Fresh<'a>,
    pub(super) at: Timestamp,
}

/// A member whose reasons may count for its head office.
struct Member {
    organisation: Organisation,
    grounds: Grounds,
    leads: Vec<Lead>,
}

impl Groups<'_> {
    /// What counts for the leads of an organisation, segment by segment.
    ///
    /// A member keeps its news where it has a lead of its own that somebody may work on or has decided, and where a gate keeps it out. Elsewhere
    /// they count for its head office, if that one's lead is decided or all of them together make one of it; and if not, each is alone.
    pub(super) async fn parts(&self, one: &Organisation) -> Result<Parts, StoreError> {
        let own = self.own(one, SIGNALS).await?;
        self.parts_with(one, own).await
    }

    /// The same, where its own grounds are known.
    pub(super) async fn parts_with(&self, one: &Organisation, own: Grounds) -> Result<Parts, StoreError> {
        let all = self.config.segments.as_slice();
        if let Some(head) = self.head(one).await? {
            let has = |part: &&Part| part.grounds.members.iter().any(|member| member.id == one.id);
            let shared = self.shared(&head).await?;
            let taken: Vec<Arc<Segment>> = shared.iter().filter(has).flat_map(|part| part.segments.clone()).collect();
            let segments = apart_from(all, &taken);
            return Ok(Parts { parts: self.alone(segments, own).await?, taken: Some((head, taken)) });
        }
        let mut parts = self.shared(one).await?.to_vec();
        let shared: Vec<Arc<Segment>> = parts.iter().flat_map(|part| part.segments.clone()).collect();
        parts.extend(self.alone(apart_from(all, &shared), own).await?);
        Ok(Parts { parts, taken: None })
    }

    /// The same for one that had these leads, with all that they tell of: a commit is readable a moment before memory knows whom it brings, and a
    /// lead may so tell of a member that is not found yet.
    pub(super) async fn parts_behind(&self, one: &Organisation, previous: &[Lead]) -> Result<Parts, StoreError> {
        let parts = self.parts(one).await?;
        if previous.iter().all(|lead| parts.know(lead)) {
            return Ok(parts);
        }
        self.effects.store.barrier().await?;
        *self.fresh.asked() = Asked::default();
        self.parts(one).await
    }

    async fn alone(&self, segments: Vec<Arc<Segment>>, own: Grounds) -> Result<Vec<Part>, StoreError> {
        if segments.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![Part { segments, grounds: self.whole(own).await? }])
    }

    /// The segments in which a head office has the lead of members, with what counts there.
    pub(super) async fn shared(&self, head: &Organisation) -> Result<Arc<Vec<Part>>, StoreError> {
        if !self.may_lead(head) {
            return Ok(Arc::default());
        }
        let known = self.fresh.asked().shared.get(&head.id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = Arc::new(self.share(head).await?);
        self.fresh.asked().shared.insert(head.id, Arc::clone(&found));
        Ok(found)
    }

    async fn share(&self, head: &Organisation) -> Result<Vec<Part>, StoreError> {
        let members = self.able(self.members(head, true).await?).await?;
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.own(head, SIGNALS).await?;
        let mut sets: BTreeMap<Vec<usize>, Vec<Arc<Segment>>> = BTreeMap::new();
        for segment in &self.config.segments {
            let counted: Vec<usize> = (0..members.len()).filter(|place| self.hands_on(segment, &members[*place])).collect();
            if !counted.is_empty() {
                sets.entry(counted).or_default().push(Arc::clone(segment));
            }
        }
        let before = if sets.is_empty() { Vec::new() } else { self.leads(head).await? };
        let mut parts = Vec::new();
        for (counted, mut segments) in sets {
            let grounds = together(own.clone(), counted.iter().map(|place| &members[*place]));
            let grounds = self.whole(grounds).await?;
            segments.retain(|segment| self.takes(segment, head, &grounds, &before));
            if !segments.is_empty() {
                parts.push(Part { segments, grounds });
            }
        }
        Ok(parts)
    }

    /// The members that have reasons to act, with what is known of them.
    async fn able(&self, members: Vec<Organisation>) -> Result<Vec<Member>, StoreError> {
        let mut able = Vec::new();
        for organisation in members {
            let grounds = self.own(&organisation, SIGNALS).await?;
            if !grounds.signals.is_empty() {
                let leads = self.leads(&organisation).await?;
                able.push(Member { organisation, grounds, leads });
            }
        }
        Ok(able)
    }

    /// Whether a member's reasons may count for its head office: it has no lead of its own there, and no gate keeps it out.
    fn hands_on(&self, segment: &Segment, member: &Member) -> bool {
        let own = member.leads.iter().find(|lead| lead.segment == segment.terms.segment);
        let scored = || self.with_known(&member.organisation, &member.grounds, |known| score::score(segment, known, self.at));
        !own.is_some_and(|lead| is_kept(lead.state)) && scored().excluded.is_none()
    }

    /// Whether a head office has the lead of all of these.
    fn takes(&self, segment: &Arc<Segment>, head: &Organisation, grounds: &Grounds, before: &[Lead]) -> bool {
        let of_it = before.iter().find(|lead| lead.segment == segment.terms.segment);
        let (excluded, is_one) = self.with_known(head, grounds, |known| {
            let scored = score::score(segment, known, self.at);
            let is_one = scored.total() >= segment.terms.line && score::speaks(segment, known, &scored);
            (scored.excluded.is_some(), is_one)
        });
        // Who was told of one of them hears also that it holds no longer.
        let tells = || {
            let behind = grounds.behind(head, None);
            let cause = Cause::News(&grounds.news);
            let revised = news::revise(self.config, std::slice::from_ref(segment), (before, cause), &behind, self.at);
            revised.iter().any(|revised| revised.is_told && route::for_rep(revised.lead.state))
        };
        !excluded
            && match of_it.map(|lead| lead.state) {
                Some(LeadState::Accepted | LeadState::Rejected | LeadState::Parked) => true,
                Some(LeadState::New) => is_one || tells(),
                Some(LeadState::Below | LeadState::Excluded) | None => is_one,
            }
    }

    /// What is behind a lead as it is shown: its organisation's `own` grounds, and those of the members that have no lead of their own there, as long
    /// as no gate keeps the head office out.
    pub(super) async fn shown(&self, one: &Organisation, lead: &Lead, own: Grounds) -> Result<Grounds, StoreError> {
        let segment = self.config.segments.iter().find(|segment| segment.terms.segment == lead.segment);
        let Some(segment) = segment.filter(|_| lead.state != LeadState::Excluded) else { return Ok(own) };
        let members = self.members(one, true).await?;
        if members.is_empty() || self.head(one).await?.is_some() {
            return Ok(own);
        }
        let able = self.able(members).await?;
        Ok(together(own, able.iter().filter(|member| self.hands_on(segment, member))))
    }

    /// The records of the members beneath a head office that have reasons to act.
    pub(super) async fn member_records(&self, one: &Organisation) -> Result<Vec<Record>, StoreError> {
        if !self.may_lead(one) {
            return Ok(Vec::new());
        }
        let able = self.able(self.members(one, true).await?).await?;
        Ok(able.into_iter().flat_map(|member| member.grounds.records).collect())
    }

    /// What names an organisation, and its reasons to act: so many of those stored.
    pub(super) async fn own(&self, one: &Organisation, most: usize) -> Result<Grounds, StoreError> {
        let fresh = self.fresh;
        let touched = fresh.touched.get(&one.id);
        let mut records = news::records_at(self.effects, one, (fresh.records, &fresh.places)).await?;
        let mut signals = match touched.and_then(|touched| touched.left.clone()) {
            Some(left) => left,
            None => self.effects.store.signals_of(one.id, most).await?,
        };
        records.retain(|record| fresh.stands(record.id));
        signals.retain(|signal| fresh.stands(signal.record));
        let news = self.news_of(one.id).to_vec();
        signals.extend(touched.iter().flat_map(|touched| &touched.more).chain(&news).cloned());
        Ok(Grounds { records, signals, news, ..Grounds::default() })
    }

    /// With what other portals say of the same tenders.
    pub(super) async fn whole(&self, mut grounds: Grounds) -> Result<Grounds, StoreError> {
        grounds.elsewhere = linked::elsewhere(self.effects, (&grounds.records, &grounds.signals), self.fresh.records).await?;
        grounds.elsewhere.retain(|record| self.fresh.stands(record.id));
        Ok(grounds)
    }

    /// The leads of an organisation before this turn.
    pub(super) async fn leads(&self, one: &Organisation) -> Result<Vec<Lead>, StoreError> {
        match self.fresh.leads.get(&one.id) {
            Some(leads) => Ok(leads.clone()),
            None => self.effects.store.leads_of(Subject::Organisation(one.id)).await,
        }
    }

    /// An organisation as it is with this turn.
    pub(super) async fn now(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        match self.fresh.touched.get(&id) {
            Some(touched) => Ok(Some(touched.organisation.clone())),
            None => self.effects.store.organisation(id).await,
        }
    }

    /// The new reasons to act of an organisation itself.
    pub(super) fn news_of(&self, id: OrganisationId) -> &[Signal] {
        self.fresh.touched.get(&id).map_or(&[], |touched| touched.news)
    }

    fn with_known<T>(&self, one: &Organisation, grounds: &Grounds, ask: impl FnOnce(&score::Known<'_>) -> T) -> T {
        let trust_of = |id: &SourceId| self.config.trust(id);
        let Grounds { records, elsewhere, signals, news: _, members: _ } = grounds;
        let listed = self.config.lists.find_told(one, records, signals);
        let tables = &self.config.lexicons.tables;
        ask(&score::Known {
            organisation: &self.config.placed(one),
            records,
            elsewhere,
            signals,
            listed: &listed,
            tables,
            trust_of: &trust_of,
        })
    }
}

/// Whether somebody may work on a member's own lead, or has decided about it.
pub(super) const fn is_kept(state: LeadState) -> bool {
    match state {
        LeadState::New | LeadState::Accepted | LeadState::Rejected | LeadState::Parked => true,
        LeadState::Below | LeadState::Excluded => false,
    }
}

fn apart_from(all: &[Arc<Segment>], taken: &[Arc<Segment>]) -> Vec<Arc<Segment>> {
    all.iter().filter(|segment| !taken.iter().any(|taken| taken.terms.segment == segment.terms.segment)).cloned().collect()
}

/// A head office's own grounds with those of members: the latest of their reasons, and the records behind these.
fn together<'m>(own: Grounds, members: impl Iterator<Item = &'m Member>) -> Grounds {
    let mut grounds = own;
    let members: Vec<&Member> = members.collect();
    let mut theirs: Vec<&Signal> = members.iter().flat_map(|member| &member.grounds.signals).collect();
    theirs.sort_by_key(|signal| std::cmp::Reverse((signal.seen, signal.at, signal.record, signal.kind)));
    theirs.dedup();
    theirs.truncate(SIGNALS);
    let mut known: HashSet<RecordId> = grounds.records.iter().map(|record| record.id).collect();
    let asked: HashSet<RecordId> = theirs.iter().map(|signal| signal.record).collect();
    for member in &members {
        let of_it = member.grounds.records.iter().filter(|record| asked.contains(&record.id));
        grounds.records.extend(of_it.filter(|record| known.insert(record.id)).cloned());
        grounds.news.extend(member.grounds.news.iter().filter(|signal| theirs.contains(signal)).cloned());
    }
    grounds.signals.extend(theirs.into_iter().cloned());
    grounds.members.extend(members.into_iter().map(|member| member.organisation.clone()));
    grounds
}

/// The leads of an organisation's head office that stand for its own.
pub async fn leads_above(effects: &Effects, config: &Config, organisation: &Organisation) -> Result<Vec<Lead>, StoreError> {
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: effects.clock.now() };
    if groups.head(organisation).await?.is_none() {
        return Ok(Vec::new());
    }
    let parts = groups.parts(organisation).await?;
    let Some((head, _)) = &parts.taken else { return Ok(Vec::new()) };
    let mut leads = groups.leads(head).await?;
    leads.retain(|lead| parts.is_taken(&lead.segment));
    Ok(leads)
}

/// The members that count for the leads of a head office, segment by segment.
pub async fn counted(effects: &Effects, config: &Config, one: &Organisation) -> Result<Vec<(SegmentId, Vec<Organisation>)>, StoreError> {
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: effects.clock.now() };
    if groups.head(one).await?.is_some() {
        return Ok(Vec::new());
    }
    let shared = groups.shared(one).await?;
    let of_part =
        |part: &Part| part.segments.iter().map(|segment| (segment.terms.segment.clone(), part.grounds.members.clone())).collect::<Vec<_>>();
    Ok(shared.iter().flat_map(of_part).collect())
}

/// What is behind a lead as it is shown: so many of its organisation's signals, and those of the members of its group whose lead it is.
pub async fn behind(
    effects: &Effects,
    config: &Config,
    (organisation, lead): (&Organisation, &Lead),
    most: usize,
) -> Result<Grounds, StoreError> {
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: effects.clock.now() };
    let own = groups.own(organisation, most).await?;
    groups.whole(groups.shown(organisation, lead, own).await?).await
}

/// Of the members whose lead it is the records behind their reasons to act.
pub(super) async fn beside(
    effects: &Effects,
    config: &Config,
    (organisation, lead): (&Organisation, &Lead),
) -> Result<Vec<Record>, StoreError> {
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: effects.clock.now() };
    Ok(groups.shown(organisation, lead, Grounds::default()).await?.records)
}
