//! Reads the kind `tenders`: notices of procurement portals become records, one a procedure, and one for each winner and each loser. Knows no
//! format: those are `tender`'s.

mod bidders;
mod documents;
mod dues;
mod lots;
mod worths;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::archive;
use super::buyers;
use super::known::{self, Known};
use super::record::{Gather, Parts, RecordRule};
use super::transform::{self, Plan, Words};
use super::value::Hints;
use super::{About, Input, Kind, Portal, Spec};
use crate::base::text::clip;
use crate::model::{
    AWARD_BEFORE, AWARDED_LOTS, BUYER_SAYS, CANCELLED_LOTS, CONTRACTS, Content, DEADLINE_FOR, Deadline, DeadlineKind, Draft, Extract,
    Failure, FailureClass, Fault, Filed, JOINT_BUYERS, LOT_AWARDS, LOT_WORTH, LOTS_DUE, Nature, Notice, OF_LETTERS, Party, RecordKind,
    Stage, TITLES, Term, TypedId, UNREADABLE, Value, Whole, ZoneFrom,
};
use crate::tender::{self, Clock, Format};
use bidders::{Standing, ending, what_changed, why_ended, won};
use worths::{awarded, worth_of};

/// What a notice says, under the names fields have here. `country`, `region`, `place` and the like are the buyer's (of a winner's record: the
/// winner's), so that they are facts of the organisation; where the contract is done is `performed_in`.
const NAMES: [Known; 54] = [
    ("title", "text", false),
    (TITLES, "text", true),
    ("description", "text", false),
    ("buyer", "text", false),
    (JOINT_BUYERS, "text", true),
    ("buyer_type", "text", true),
    ("buyer_activity", "text", false),
    ("winner", "text", true),
    ("loser", "text", false),
    ("won_by", "text", true),
    ("tax_id", "text", true),
    ("country", "text", false),
    ("region", "text", false),
    ("place", "text", false),
    ("email", "email", false),
    ("phone", "phone", false),
    ("website", "url", false),
    ("stage", "text", false),
    ("reason", "text", false),
    (BUYER_SAYS, "text", false),
    ("deadline", "time", false),
    (DEADLINE_FOR, "text", false),
    (UNREADABLE, "text", false),
    (LOTS_DUE, "text", false),
    ("questions_until", "time", false),
    ("opening", "time", false),
    ("estimate", "money", false),
    ("budget_net", "money", false),
    ("budget_gross", "money", false),
    ("minimum", "money", false),
    ("maximum", "money", false),
    ("award_value", "money", false),
    (AWARD_BEFORE, "money", false),
    ("award", "text", false),
    ("cpv", "text", true),
    ("unspsc", "text", true),
    ("naics", "text", true),
    ("classes", "text", true),
    ("nature", "text", false),
    ("procedure", "text", false),
    ("performed_in", "text", true),
    ("lots", "text", true),
    (LOT_WORTH, "text", true),
    (CANCELLED_LOTS, "text", true),
    (AWARDED_LOTS, "text", true),
    (LOT_AWARDS, "text", true),
    (CONTRACTS, "text", true),
    ("documents", "text", true),
    ("submission", "url", false),
    ("url", "url", false),
    ("contract_start", "date", false),
    ("contract_end", "date", false),
    ("other_ids", "text", true),
    ("published", "time", false),
];

/// Notices of one procedure of which none need make room: of more, those that say nothing any more do.
const ROOM: usize = 150;
/// Others who buy together with the buyer that are named.
const MANY: usize = 20;
/// Characters of one line in a list: a lot, a document.
const LINE: usize = 300;

/// Compiled settings of the kind `tenders`.
pub(super) struct TenderReader {
    rule: RecordRule,
    plans: Vec<Plan>,
    format: Option<Format>,
    clock: Clock,
}

impl TenderReader {
    /// Checks and compiles; all faults are added.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        let portal = spec.portal.as_deref().and_then(Portal::of);
        let written = spec.format.clone().or_else(|| portal.as_ref().map(|portal| portal.format.clone()));
        let format = written.and_then(|word| {
            let format = Format::from_word(&word);
            if format.is_none() {
                let words: Vec<_> = Format::ALL.iter().map(|format| format!("`{}`", format.word())).collect();
                faults.push(Fault::new("format", word, format!("one of {}, or nothing: then it is recognised", words.join(", "))));
            }
            format
        });
        // A portal's rule holds whatever zone the source is visited in. About's zone is UTC when nobody set one.
        let clock = match portal.and_then(|portal| TimeZone::get(&portal.zone).ok()) {
            Some(zone) => Clock { zone, from: ZoneFrom::Portal },
            None if about.zone == TimeZone::UTC => Clock::assumed(),
            None => Clock { zone: about.zone.clone(), from: ZoneFrom::Source },
        };
        let spec = known::complete(spec, &NAMES, faults);
        let rule = RecordRule::compile(&spec, Kind::Tenders, faults);
        let hints = Hints::compile(&spec, about, faults);
        let plans = transform::plans(&spec.fields, "fields", &hints, faults);
        (faults.len() == before).then_some(Self { rule, plans, format, clock })
    }

    /// The fields that its records can have.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.iter().map(|plan| plan.name.as_str())
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads one document. What it no longer shows is not gone, and what a notice leaves out is not taken back: a result repeats no deadline.
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        input.check_time()?;
        let (format, batch) = if archive::is_one(input.bytes) { self.archive(input)? } else { self.document(input)? };
        let entries = batch.notices.len() + batch.gone.len();
        // A record for each procedure, and one for each winner and loser.
        let mut gather = Gather::new(&self.rule, input.url).up_to(4 * tender::NOTICES);
        let mut filed = Vec::new();
        let void = batch.gone.iter().filter(|gone| gone.void);
        let mut void: BTreeMap<String, Option<Timestamp>> = void.map(|gone| (gone.procedure.clone(), gone.when.parse().ok())).collect();
        let mut voided = Vec::new();
        let mut unread = batch.unread;
        unread.extend(batch.notices.iter().flat_map(|notice| &notice.unread).cloned());
        for (procedure, notices) in by_procedure(batch.notices) {
            input.check_time()?;
            let Some(tender) = tender::fold(&notices) else { continue };
            // Its entry may stand on the same page, from before.
            let is_void = void
                .remove(&procedure)
                .is_some_and(|when| when.is_none_or(|when| tender.notice.published.is_none_or(|published| published <= when)));
            if let Some(key) = self.procedure(&mut gather, (&tender.notice, &notices), is_void, input.url)? {
                let file = |notice| (key.clone(), tender::file(notice, format, (input.url, &self.clock), input.now));
                filed.extend(notices.iter().map(file));
                voided.extend(Some(key.clone()).filter(|_| is_void));
            }
        }
        for (procedure, when) in void {
            self.add(&mut gather, (procedure, None), &[Told::void(when)], input.url)?;
        }
        let mut extract = gather.extract;
        (extract.notices, extract.void) = (filed, voided);
        extract.whole = false;
        (extract.entries, extract.total, extract.cut) = (entries, batch.total, batch.cut);
        extract.bad.extend(batch.bad);
        extract.unread = unread;
        extract
            .follow
            .extend(batch.next.and_then(|next| input.url.join(&next).ok()).filter(|next| matches!(next.scheme(), "http" | "https")));
        Ok(extract)
    }

    /// A procedure as all its notices have it, the oldest first; `None` when nothing can be read. Its records leave nothing out that is known,
    /// so what they do not say is not there any more. One notice that cannot be read any more leaves the others what they are.
    pub(super) fn whole(&self, filed: &[Filed], page: &Url, expired: &dyn Fn() -> bool) -> Result<Option<Whole>, Failure> {
        let (mut notices, mut hashes) = (Vec::<Notice>::new(), Vec::new());
        for filed in filed {
            if expired() {
                return Err(Failure::new(FailureClass::ParseLimit, "reading its notices took too long"));
            }
            if let Ok(notice) = tender::read_again(filed, expired) {
                notices.push(notice);
                hashes.push(filed.hash);
            }
        }
        let mut standing = Standing::default();
        let Some(tender) = tender::fold_with(&notices, |tender| standing.note(&tender.notice)) else { return Ok(None) };
        let mut gather = Gather::new(&self.rule, page).up_to(4 * tender::NOTICES);
        let Some(key) = self.procedure(&mut gather, (&tender.notice, &notices), false, page)? else { return Ok(None) };
        let mut records = gather.extract.records.into_iter().map(|draft| Draft { partial: false, ..draft });
        let Some(tender) = records.next() else { return Ok(None) };
        let ended = standing.ended().map(|bidder| format!("{key}{bidder}")).collect();
        let idle = tender::idle(&notices, notices.len().saturating_sub(ROOM)).into_iter().map(|place| hashes[place]).collect();
        Ok(Some(Whole { tender, awards: records.collect(), ended, idle }))
    }

    /// The record of a procedure and those of its winners and losers; the key of the first, if it could be added.
    fn procedure(
        &self,
        gather: &mut Gather<'_>,
        (notice, of): (&Notice, &[Notice]),
        is_void: bool,
        page: &Url,
    ) -> Result<Option<String>, Failure> {
        let mut told = Told::procedure(notice, of);
        if is_void {
            told.fields.insert("stage", vec![Stage::Cancelled.word().to_owned()]);
        }
        let title = told.fields.get("title").cloned();
        let added = self.add(gather, (notice.procedure.clone(), None), &[told], page)?;
        let mut bidders = BTreeMap::<String, Vec<Told>>::new();
        for told in Told::bidders(notice) {
            bidders.entry(format!("{}{}", notice.procedure, told.key)).or_default().push(told);
        }
        for (key, mut told) in bidders {
            // A result does not always repeat what was bought.
            if let (Some(title), Some(last)) = (&title, told.last_mut().filter(|told| !told.fields.contains_key("title"))) {
                last.fields.insert("title", title.clone());
            }
            self.add(gather, (key, Some(RecordKind::Award)), &told, page)?;
        }
        Ok(added)
    }

    /// One record from everything that was told of it, the latest word counting for each field; its key, if it could be added.
    fn add(
        &self,
        gather: &mut Gather<'_>,
        (key, kind): (String, Option<RecordKind>),
        told: &[Told],
        page: &Url,
    ) -> Result<Option<String>, Failure> {
        let select = &mut |_: usize, plan: &Plan| {
            let name = known::selected(plan);
            let said = told.iter().rev().map(|told| told.words(name)).find(|words| !words.is_empty());
            Ok(said.unwrap_or_default())
        };
        let mut fields = transform::read_fields(&self.plans, page, select)?;
        for plan in &self.plans {
            let name = known::selected(plan);
            let deadline = told.iter().rev().find(|told| told.fields.contains_key(name)).and_then(|told| told.deadlines.get(name));
            if let (Some(found), Some(deadline)) = (fields.get_mut(&plan.name), deadline) {
                dues::as_written(found, deadline);
            }
            let lots = told.iter().rev().find_map(|told| told.lots_due.as_ref()).filter(|_| name == LOTS_DUE);
            if let (Some(found), Some(lots)) = (fields.get_mut(&plan.name), lots) {
                found.value = lots.clone();
            }
        }
        let path = told.last().map(|told| told.path("title")).unwrap_or_default();
        let url = told.iter().rev().find_map(|told| told.url.clone());
        let before = gather.extract.records.len();
        gather.add(Parts { fields, url, id: Some(key), detail: None, kind, partial: true, path });
        Ok(gather.extract.records.get(before).map(|draft| draft.key.clone()))
    }
}

/// The notices of each procedure, the oldest first; tests of the portal are left out.
fn by_procedure(notices: Vec<Notice>) -> BTreeMap<String, Vec<Notice>> {
    let mut by = BTreeMap::<String, Vec<Notice>>::new();
    for notice in notices.into_iter().filter(|notice| !notice.test) {
        by.entry(notice.procedure.clone()).or_default().push(notice);
    }
    // Of one date they follow each other by the numbers of their versions. Sorting is stable: without a date and a number, or with equal ones, the
    // document's order counts.
    let version = |notice: &Notice| notice.version.trim().parse::<u32>().unwrap_or(0);
    for notices in by.values_mut() {
        notices.sort_by_key(|notice| (notice.published, version(notice)));
    }
    by
}

/// When the newest notice that sets a binding deadline was published: a deadline that is over by the time of a result was open when it was set.
fn asked(notices: &[Notice]) -> Option<Timestamp> {
    let sets = |notice: &&Notice| notice.content.all_deadlines().any(|deadline| deadline.kind.binds());
    notices.iter().rev().find(sets).and_then(|notice| notice.published)
}

/// What one notice tells for one record: words by the name of the field.
#[derive(Default)]
struct Told {
    /// What tells winners and losers of a procedure apart.
    key: String,
    /// Whether it is about a winner or loser instead of the buyer.
    of_bidder: bool,
    fields: BTreeMap<&'static str, Vec<String>>,
    /// What the words of a field were made from.
    deadlines: BTreeMap<&'static str, Deadline>,
    /// Until when its lots take offers, where they differ.
    lots_due: Option<Value>,
    found: BTreeMap<&'static str, String>,
    url: Option<Url>,
}

impl Told {
    fn words(&self, name: &str) -> Vec<Words> {
        let path = self.path(name);
        self.fields.get(name).into_iter().flatten().map(|text| Words { text: text.clone(), path: path.clone() }).collect()
    }

    /// Where a field stands in the document.
    fn path(&self, name: &str) -> String {
        let part = match name {
            "tax_id" | "country" | "region" | "place" | "email" | "phone" | "website" if self.of_bidder => "awards",
            "url" => "link",
            "buyer" | JOINT_BUYERS | "buyer_type" | "buyer_activity" | "tax_id" | "country" | "region" | "place" | "email" | "phone"
            | "website" => "buyers",
            "winner" | "loser" | "won_by" | "award" | "award_value" | AWARD_BEFORE | LOT_AWARDS | CONTRACTS => "awards",
            "deadline" | DEADLINE_FOR | UNREADABLE | LOTS_DUE | "questions_until" | "opening" => "deadlines",
            "estimate" | "budget_net" | "budget_gross" | "minimum" | "maximum" => "worth",
            "cpv" | "unspsc" | "naics" | "classes" => "classes",
            "performed_in" => "places",
            // The end that is in force may stand with what was won.
            "contract_start" | "contract_end" if !self.found.contains_key("term") => "awards",
            "contract_start" | "contract_end" => "term",
            TITLES => "title",
            CANCELLED_LOTS | LOT_WORTH => "lots",
            other => other,
        };
        self.found.get(part).cloned().unwrap_or_default()
    }

    fn put(&mut self, name: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.fields.entry(name).or_default().push(text);
        }
    }

    fn put_deadline(&mut self, name: &'static str, deadline: Option<&Deadline>) {
        if let Some(deadline) = deadline {
            self.put(name, dues::written(deadline));
            self.deadlines.insert(name, deadline.clone());
        }
    }

    fn new(notice: &Notice) -> Self {
        let content = &notice.content;
        let mut told = Self { found: notice.found.clone(), url: content.link.clone(), ..Self::default() };
        told.put("title", content.title.best(&[]).unwrap_or_default());
        let titles = OF_LETTERS.iter().filter_map(|language| Some((language, content.title.by_language.get(*language)?)));
        for (language, title) in titles.filter(|_| content.title.by_language.len() > 1) {
            told.put(TITLES, clip(&format!("{language}: {title}"), LINE));
        }
        told.put("url", content.link.as_ref().map(Url::to_string).unwrap_or_default());
        told.put("published", notice.published.map(|at| at.to_string()).unwrap_or_default());
        told.classes(content);
        told
    }

    /// A procedure that its portal calls void, since then as far as it says.
    fn void(when: Option<Timestamp>) -> Self {
        let mut told = Self::default();
        told.put("published", when.map(|when| when.to_string()).unwrap_or_default());
        told.put("stage", Stage::Cancelled.word());
        told
    }

    /// What all these notices together say, the oldest first.
    fn procedure(notice: &Notice, of: &[Notice]) -> Self {
        let (content, asked) = (&*lots::readable(&notice.content), asked(of));
        let mut told = Self::new(notice);
        told.put("description", content.description.best(&[]).unwrap_or_default());
        if let Some(buyer) = content.buyers.first() {
            told.put("buyer", buyer.name.best(&[]).unwrap_or_default());
            told.party(buyer);
            for kind in buyers::kinds(buyer) {
                told.put("buyer_type", kind.word());
            }
            told.put("buyer_activity", &buyer.activity);
        }
        for other in content.buyers.iter().skip(1).take(MANY).filter_map(|buyer| buyer.name.best(&[])) {
            told.once(JOINT_BUYERS, clip(other, LINE));
        }
        if notice.stage != Stage::Unknown {
            told.put("stage", notice.stage.word());
        }
        let (ends, changes) = ending(notice, of);
        if notice.stage == Stage::Cancelled {
            told.put("reason", clip(&why_ended(notice, &ends).unwrap_or_default(), LINE));
        }
        told.put(BUYER_SAYS, lots::with_reasons(clip(&what_changed(&changes), LINE), notice.stage, content));
        let counting = content.counting();
        let deadline = dues::earliest(&counting, asked);
        told.put_deadline("deadline", deadline);
        told.put(DEADLINE_FOR, deadline.and_then(dues::awaited).unwrap_or_default());
        if deadline.is_none() {
            let words = counting.iter().find(|(_, deadline)| deadline.kind.binds() && deadline.due.is_none());
            told.put(UNREADABLE, words.map(|(_, deadline)| clip(&deadline.text, LINE)).unwrap_or_default());
        }
        told.lots_due = dues::of_lots(&counting, content);
        told.put(LOTS_DUE, told.lots_due.as_ref().map(Value::text).unwrap_or_default());
        told.put_deadline("questions_until", dues::first_of(&counting, DeadlineKind::Questions));
        told.put_deadline("opening", dues::first_of(&counting, DeadlineKind::Opening));
        told.worth(&content.worth, &content.lots);
        if !told.fields.contains_key("award_value") {
            told.put("award_value", awarded(&content.awards).unwrap_or_default());
        }
        told.put(AWARD_BEFORE, worths::before(&content.awards).unwrap_or_default());
        told.put("nature", content.nature.map(Nature::word).unwrap_or_default());
        told.put("procedure", content.procedure.as_ref().map(|procedure| procedure.kind.word()).unwrap_or_default());
        for place in content.places.iter().chain(content.lots.iter().flat_map(|lot| &lot.places)) {
            let parts = [&place.country, &place.region, &place.text].map(String::as_str);
            told.once("performed_in", parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "));
        }
        for lot in &content.lots {
            told.put("lots", lots::line(lot));
        }
        for (lot, amount) in content.lots.iter().filter(|_| content.lots.len() > 1).filter_map(|lot| Some((lot, worth_of(lot)?))) {
            told.put(LOT_WORTH, format!("{}: {amount}", clip(&lot.id, LINE)));
        }
        for lot in content.cancelled_lots() {
            told.once(CANCELLED_LOTS, clip(&lot.id, LINE));
        }
        let awarded: Vec<&str> = content.awarded_lots().map(|lot| lot.id.as_str()).collect();
        for lot in &awarded {
            told.once(AWARDED_LOTS, clip(lot, LINE));
        }
        for one in lots::won_by(content, &awarded) {
            told.once(LOT_AWARDS, one);
        }
        for document in &content.documents {
            told.once("documents", clip(&format!("{} {} {}", document.title, document.url, document.hash), LINE));
        }
        told.put("submission", content.submission.as_ref().map(Url::to_string).unwrap_or_default());
        let planned = || content.term.iter().chain(content.lots.iter().filter_map(|lot| lot.term.as_ref())).next().cloned();
        told.term(worths::only(&content.awards).and_then(|award| content.term_of(award)).or_else(planned).as_ref());
        for contract in worths::until(content) {
            told.once(CONTRACTS, clip(&contract, LINE));
        }
        told.other_ids(content);
        for winner in content.awards.iter().filter(|award| won(award)).flat_map(|award| &award.winners) {
            told.once("winner", winner.name.best(&[]).unwrap_or_default());
        }
        told
    }

    fn term(&mut self, term: Option<&Term>) {
        self.put("contract_start", term.and_then(|term| term.start).map(|day| day.to_string()).unwrap_or_default());
        self.put("contract_end", term.and_then(|term| term.end).map(|day| day.to_string()).unwrap_or_default());
    }

    fn other_ids(&mut self, content: &Content) {
        for TypedId { scheme, id } in &content.other_ids {
            self.once("other_ids", format!("{scheme}:{id}"));
        }
    }

    fn once(&mut self, name: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !self.fields.get(name).is_some_and(|known| known.contains(&text)) {
            self.put(name, text);
        }
    }

    fn party(&mut self, party: &Party) {
        for id in &party.ids {
            self.once("tax_id", &id.id);
        }
        self.put("country", &party.seat.country);
        self.put("region", &party.seat.region);
        self.put("place", &party.seat.text);
        self.put("email", &party.email);
        self.put("phone", &party.phone);
        self.put("website", party.website.as_ref().map(Url::to_string).unwrap_or_default());
    }

    fn classes(&mut self, content: &Content) {
        for class in content.classes.iter().chain(content.lots.iter().flat_map(|lot| &lot.classes)) {
            match class.scheme.as_str() {
                // DK 021 is the Ukrainian edition of the CPV, with its codes.
                "CPV" | "DK021" => self.once("cpv", &class.code),
                "UNSPSC" => self.once("unspsc", &class.code),
                "NAICS" => self.once("naics", &class.code),
                other => self.once("classes", format!("{other}:{}", class.code)),
            }
        }
    }
}

fn name_of(party: &Party) -> Option<&str> {
    party.name.best(&[])
}

#[cfg(test)]
mod tests;
