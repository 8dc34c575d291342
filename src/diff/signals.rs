//! Says which change is a dated reason to act, and what it tells. Knows no organisation, no score and no language.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::differences::{AWARD_VALUE, said_otherwise};
use super::news::AWARD;
use crate::base::text::clip;
use crate::model::{
    AWARD_BEFORE, AWARDED_LOTS, BUYER_SAYS, CANCELLED_LOTS, CONTRACTS, Change, ChangeKind, ENDED, Evidence, FROM_TO, FieldChange, LISTS,
    LOT_AWARDS, LOTS_DUE, Record, RecordKind, SAID_APART, SignalKind, Stage, Story, UNREADABLE, Value, deadline, is_open_application,
};

/// Characters of a title or value inside a sentence.
pub(super) const WORDS: usize = 90;
/// Characters of who won which lots, each with its amount.
const WON: usize = 400;
/// Characters of what a buyer says of a change.
const SAYS: usize = 200;
/// Changed fields that a story tells.
const TOLD: usize = 3;
/// The same of a tender: of several lots each ends in its own way.
const TOLD_OF_TENDER: usize = 7;
/// Characters up to which more of a tender's fields are told.
const ROOM: usize = 450;
/// Fields that matter more than others to who works on it: they are told first.
const FIRST: [&str; 14] = [
    "reason",
    AWARDED_LOTS,
    CANCELLED_LOTS,
    WINNER,
    AWARD_VALUE,
    LOT_AWARDS,
    CONTRACTS,
    "contract_end",
    "deadline",
    "lot",
    LOTS_DUE,
    UNREADABLE,
    "questions_until",
    "lots",
];
/// Fields that say when something was published, the surest first.
const DATES: [&str; 4] = ["published", "date", "updated", "posted"];
/// The field that names who won.
pub(super) const WINNER: &str = "winner";
/// The stage of a tender that somebody won.
const AWARDED: &str = Stage::Awarded.word();
/// Parts of names of fields that hold a price.
const PRICE: [&str; 6] = ["price", "precio", "preis", "prix", "цена", "budget"];
/// Parts of names of fields that hold a deadline.
const DEADLINE: [&str; 7] = ["deadline", "closing", "closes", "due", "plazo", "frist", "срок"];
/// Names of fields that list sites of a company.
const BRANCHES: [&str; 8] = ["branch", "branches", "site", "sites", "locations", "offices", "sucursales", "filialen"];

/// What was gone for less than this is no news when it is there again: lists lose entries for a while.
pub const AWAY: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What is known of the source that a change comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The exhibition or event whose list the source is: its name, and its first day if known.
    pub event: Option<(&'a str, Option<Date>)>,
}

/// A signal but for the organisation, which `resolve` finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalDraft {
    /// What kind of reason.
    pub kind: SignalKind,
    /// When it happened: the record's own date where it has one that is not in the future, else the time it was seen.
    pub at: Timestamp,
    /// What it tells.
    pub story: Story,
    /// Proof: the field that says so.
    pub evidence: Evidence,
    /// The company that its sentence names, where that is surely another one than the record's.
    pub of: Option<String>,
}

/// The reason to act that a change gives; `None` for a quiet change.
///
/// `record` is the record as it is after the change. Of several changed fields the one that matters most names the kind: a
/// deadline, then a price, then a branch; the story tells of all of them.
pub fn signal(change: &Change, record: &Record, about: &About<'_>) -> Option<SignalDraft> {
    if change.baseline {
        return None;
    }
    // Offers that are in are still secret: a tender whose time is over is nothing to act on.
    let quiet = |word: Option<String>| word.is_some_and(|word| Stage::from_word(&word).is_some() && stage(Some(&word)).is_none());
    let only_stage = |fields: &[FieldChange]| fields.iter().all(|field| field.field.as_str() == "stage");
    let silent = match &change.kind {
        ChangeKind::Appeared | ChangeKind::Returned(_) => true,
        // That it is awarded no longer is told, wherever that leaves it.
        ChangeKind::Changed(fields) => only_stage(fields) && annuls(fields).is_none(),
        ChangeKind::Gone => false,
    };
    // But that they are taken no longer before their time is over is told.
    let early = |fields: &[FieldChange]| {
        let was = fields.iter().find(|field| field.field.as_str() == "stage").and_then(|field| field.old.as_ref());
        was.and_then(|was| Stage::from_word(&was.text())).is_some_and(Stage::is_live)
            && deadline(record).is_none_or(|closing| !closing.is_over(change.at))
    };
    let silent = silent && !matches!(&change.kind, ChangeKind::Changed(fields) if early(fields));
    if record.kind == RecordKind::Tender && silent && quiet(record.text("stage")) {
        return None;
    }
    // Whoever likes may apply: nobody is wanted.
    if record.kind == RecordKind::Vacancy && is_open_application(&record.title()) {
        return None;
    }
    let title = clip(&record.title(), WORDS) + &of_lots(record);
    // Nobody has heard of what was called off, or left without a winner, before it was first seen.
    let unheard = record.kind == RecordKind::Tender && stage(record.text("stage").as_deref()) == Some(SignalKind::TenderCancelled);
    if unheard && change.kind == ChangeKind::Appeared {
        return None;
    }
    let (kind, story, field) = match &change.kind {
        ChangeKind::Appeared => {
            let (kind, story) = appeared(record, title, about);
            (kind, story, None)
        }
        ChangeKind::Returned(gone) => {
            let (kind, story) = appeared(record, title, about);
            // After a short while nothing begins; who was told that it went away hears of it.
            let kind = if is_long(*gone, change.at) { kind } else { SignalKind::RecordChanged };
            (kind, Story::Again { of: Box::new(story), gone: *gone }, None)
        }
        ChangeKind::Changed(fields) => changed(record, title, fields)?,
        ChangeKind::Gone => (SignalKind::WentAway, Story::Gone { title }, None),
    };
    let evidence = proof(record, field.as_deref(), change.at);
    Some(SignalDraft { kind, at: happened(change, record), story, evidence, of: None })
}

/// " (L1 Crutches; L3)": the lots of a contract, where those are some of several.
pub fn of_lots(record: &Record) -> String {
    let lots = record.text("lots").filter(|_| record.kind == RecordKind::Award);
    lots.map_or_else(String::new, |lots| format!(" ({})", clip(&lots, WORDS)))
}

/// Whether what was gone since then was so long enough to be news again.
pub(super) fn is_long(gone: Timestamp, now: Timestamp) -> bool {
    now.duration_since(gone) >= AWAY
}

/// Only what appeared happened when it says it was published; a change happened when it was seen.
pub(super) fn happened(change: &Change, record: &Record) -> Timestamp {
    let own = || DATES.iter().find_map(|name| record.value(name)?.instant()).filter(|at| *at <= change.at);
    if change.kind == ChangeKind::Appeared { own().unwrap_or(change.at) } else { change.at }
}

/// Whom a record says it is by.
pub(super) fn by(record: &Record) -> Option<String> {
    first_said(record, &["company", "organisation", "buyer"])
}

/// The first of these fields that says something, at the length of a story.
fn first_said(record: &Record, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| record.text(name)).filter(|text| !text.is_empty()).map(|text| clip(&text, WORDS))
}

fn appeared(record: &Record, title: String, about: &About<'_>) -> (SignalKind, Story) {
    let said = |names: &[&str]| first_said(record, names);
    let by = || by(record);
    let event = about.event.filter(|_| record.kind == RecordKind::Company);
    let (kind, by, with) = match record.kind {
        RecordKind::Request => (SignalKind::RequestForSuppliers, by(), None),
        RecordKind::Company => match event {
            Some((event, _)) => (SignalKind::ExhibitorListed, None, Some(event.to_owned())),
            None => (SignalKind::OrganisationListed, None, None),
        },
        RecordKind::Offer => (SignalKind::OfferListed, by(), said(&["price"])),
        RecordKind::Tender => {
            let kind = stage(record.text("stage").as_deref()).unwrap_or(SignalKind::TenderPublished);
            // Of a contract that was changed, from what to what, as far as its notice says so.
            let of_contract = matches!(kind, SignalKind::ContractModified | SignalKind::ContractCompleted);
            let worth = [AWARD_BEFORE, AWARD_VALUE].into_iter().filter_map(|name| record.value(name).map(words)).collect::<Vec<_>>();
            let worth = Some(worth.join(FROM_TO)).filter(|worth| !worth.is_empty());
            (kind, by(), if of_contract { worth } else { record.value("deadline").map(words) })
        }
        RecordKind::Award if record.fields.contains_key("loser") => (SignalKind::AwardLost, by(), said(&["won_by"])),
        RecordKind::Award => (SignalKind::AwardWon, by(), said(&["award_value"])),
        RecordKind::Article => (SignalKind::ArticlePublished, None, None),
        RecordKind::Vacancy => (SignalKind::VacancyPublished, by(), None),
        RecordKind::Page => (SignalKind::PageChanged, None, None),
    };
    (kind, Story::Appeared { title, by, with, on: event.and_then(|(_, day)| day) })
}

/// Kind, story and the field that proves it.
fn changed(record: &Record, title: String, fields: &[FieldChange]) -> Option<(SignalKind, Story, Option<String>)> {
    let named = |names: &[&str], change: &FieldChange| {
        let field = change.field.as_str().to_lowercase();
        names.iter().any(|name| field.contains(name))
    };
    let of = |kind: SignalKind| (kind, fields.iter().find(|change| kind_of(change, named) == kind));
    let tender = record.kind == RecordKind::Tender;
    // Why it had ended concerns nobody since it has not.
    let unsaid = |change: &FieldChange| match change.field.as_str() {
        BUYER_SAYS => said_now(change).is_none(),
        name => name == "reason" && change.new.is_none(),
    };
    if tender && fields.iter().all(unsaid) {
        return None;
    }
    let staged = fields.iter().find(|change| tender && change.field.as_str() == "stage");
    let new_stage = staged.and_then(|change| Some((stage(change.new.as_ref().map(Value::text).as_deref())?, staged)));
    // Who won a contract that was changed at once is to be told as that.
    let first_won = fields.iter().any(|change| change.field.as_str() == WINNER && change.old.is_none() && change.new.is_some());
    let new_stage = new_stage.map(|(kind, change)| match kind {
        SignalKind::ContractModified if first_won => (SignalKind::TenderAwarded, change),
        kind => (kind, change),
    });
    let is_over = |change: &FieldChange| change.new.as_ref().is_some_and(|new| new.text() == ENDED);
    let annulled = fields.iter().find(|change| record.kind == RecordKind::Award && change.field.as_str() == AWARD && !is_over(change));
    let annulled = annulled.map(|change| (SignalKind::AwardAnnulled, Some(change)));
    let annulled = annulled.or_else(|| annuls(fields).filter(|_| tender).map(|change| (SignalKind::TenderChanged, Some(change))));
    let annulled = annulled.or_else(|| of_contract(record, fields).map(|(kind, change)| (kind, Some(change))));
    let ranked = [SignalKind::DeadlineMoved, SignalKind::PriceMoved, SignalKind::BranchOpened];
    // What a tender is worth is part of it, and its places are no branches.
    let ranked = ranked.into_iter().filter(|kind| !tender || *kind == SignalKind::DeadlineMoved);
    let ranked = || ranked.clone().map(of).find(|(_, first)| first.is_some());
    let (kind, first) = new_stage.or(annulled).or_else(ranked).unwrap_or_else(|| {
        let kind = match record.kind {
            RecordKind::Page => SignalKind::PageChanged,
            RecordKind::Tender => SignalKind::TenderChanged,
            RecordKind::Offer
            | RecordKind::Request
            | RecordKind::Company
            | RecordKind::Award
            | RecordKind::Article
            | RecordKind::Vacancy => SignalKind::RecordChanged,
        };
        (kind, fields.iter().find(|change| change.field.as_str() != BUYER_SAYS).or(fields.first()))
    });
    let first = first?;
    let mut all: Vec<&FieldChange> = vec![first];
    // Of lots that moved each has one of its own.
    all.extend(fields.iter().filter(|change| !std::ptr::eq(*change, first)));
    all.retain(|change| !tender || change.field.as_str() == BUYER_SAYS || !unsaid(change));
    let first = *all.first()?;
    all[1..].sort_by_key(|change| FIRST.iter().position(|name| *name == change.field.as_str()).unwrap_or(FIRST.len()));
    if annuls(fields).is_some() {
        // Who had won, then where that leaves the tender.
        all.sort_by_key(|change| change.field.as_str() != WINNER);
    }
    let told = |change: &&FieldChange| match (change.field.as_str(), &change.old, &change.new) {
        (CONTRACTS, Some(old), Some(new)) => {
            let [old, new] = said_otherwise(old, new);
            (CONTRACTS.to_owned(), said(LOT_AWARDS, &old), said(LOT_AWARDS, &new))
        }
        // Of a list what went and what came.
        (name, Some(old), Some(new)) if tender && LISTS.contains(&name) => {
            let beside = |one: &Value, other: &Value| -> Vec<Value> {
                one.each().iter().filter(|value| !other.each().contains(value)).cloned().collect()
            };
            (name.to_owned(), said(name, &beside(old, new)), said(name, &beside(new, old)))
        }
        (name @ LOT_AWARDS, None, Some(new)) => (name.to_owned(), None, said(name, new.each())),
        (name @ LOT_AWARDS, Some(old), None) => (name.to_owned(), said(name, old.each()), None),
        // Where the record did not know what it came to before, its notice may.
        (name @ AWARD_VALUE, None, Some(new)) => (name.to_owned(), record.value(AWARD_BEFORE).map(words), Some(words(new))),
        (name, old, new) => (name.to_owned(), old.as_ref().map(words), new.as_ref().map(words)),
    };
    // What the buyer says of it stands last, and is told whatever else is.
    let (says, all): (Vec<&FieldChange>, Vec<&FieldChange>) =
        all.into_iter().partition(|change| tender && change.field.as_str() == BUYER_SAYS);
    let says = says.into_iter().filter_map(|change| Some((BUYER_SAYS.to_owned(), None, Some(said_now(change)?))));
    let mut shown: Vec<Told> = all.iter().map(told).collect();
    let most = if tender { fitting(&shown).max(TOLD_OF_TENDER) } else { TOLD };
    let more = u32::try_from(shown.len().saturating_sub(most)).unwrap_or(u32::MAX);
    shown.truncate(most);
    shown.extend(says);
    Some((kind, Story::Changed { title, fields: shown, more }, Some(first.field.to_string())))
}

/// A field of a story: its name, what it was, what it is.
type Told = (String, Option<String>, Option<String>);

/// How many of these there is room for.
fn fitting(fields: &[Told]) -> usize {
    let mut room = ROOM;
    let fits = |(name, old, new): &&Told| {
        let length = [Some(name), old.as_ref(), new.as_ref()].into_iter().flatten().map(|text| text.chars().count()).sum();
        let rest = room.checked_sub(length);
        room = rest.unwrap_or_default();
        rest.is_some()
    };
    fields.iter().take_while(fits).count()
}

/// What says that a contract was changed, or is over, and which of both: of a winner's record its value or its end; of a tender whose contract runs,
/// and of which no more lots were won, any of these.
fn of_contract<'f>(record: &Record, fields: &'f [FieldChange]) -> Option<(SignalKind, &'f FieldChange)> {
    let find = |name: &str| fields.iter().find(|change| change.field.as_str() == name);
    let moved = |name: &str| find(name).filter(|change| change.old.is_some() && change.new.is_some());
    let over = |change: &&FieldChange| {
        let ends = |value: &Value| value.text().rsplit_once(", ").is_some_and(|(_, until)| until.starts_with(ENDED));
        let [_, new] = said_otherwise(change.old.as_ref()?, change.new.as_ref()?);
        new.iter().any(ends).then_some(())
    };
    let over = |change: &&FieldChange| over(change).is_some();
    match record.kind {
        RecordKind::Award => {
            let ended = find(AWARD).map(|change| (SignalKind::ContractCompleted, change));
            ended.or_else(|| [AWARD_VALUE, "contract_end"].into_iter().find_map(moved).map(|change| (SignalKind::ContractModified, change)))
        }
        RecordKind::Tender => {
            if let Some(change) = moved(CONTRACTS).filter(over) {
                return Some((SignalKind::ContractCompleted, change));
            }
            let stage = Stage::from_word(&record.text("stage")?)?;
            let same_winners = find(WINNER).is_none() && find(AWARDED_LOTS).is_none();
            // Who corrects what was awarded changes no contract; who says that it runs until another day does.
            let runs = same_winners
                && match stage {
                    Stage::Modified | Stage::Completed => true,
                    Stage::Awarded => ["contract_end", CONTRACTS].into_iter().find_map(moved).is_some() && find("stage").is_none(),
                    Stage::Planned | Stage::Open | Stage::Closed | Stage::Suspended | Stage::Cancelled | Stage::Unknown => false,
                };
            let says = || find(BUYER_SAYS).filter(|change| said_now(change).is_some());
            // That a lot is won by nobody any more changes no contract.
            let same = |change: &&FieldChange| {
                let both = change.old.as_ref().zip(change.new.as_ref()).filter(|_| change.field.as_str() == LOT_AWARDS);
                change.field.as_str() != LOT_AWARDS || both.is_some_and(|(old, new)| !said_otherwise(old, new)[1].is_empty())
            };
            let first = [AWARD_VALUE, LOT_AWARDS, "contract_end", CONTRACTS].into_iter().filter_map(find).find(same);
            first.or_else(says).filter(|_| runs).map(|change| (SignalKind::ContractModified, change))
        }
        RecordKind::Offer | RecordKind::Request | RecordKind::Company | RecordKind::Article | RecordKind::Vacancy | RecordKind::Page => {
            None
        }
    }
}

/// Entries of a list inside a story. Where it is said who won, none is cut in two: "L1: Acme, 7000 EUR; L2: Bolt, 900 EUR", of many each company once with
/// its lots ("L1, L4: Acme; L2: Bolt; … (+3)").
fn said(name: &str, values: &[Value]) -> Option<String> {
    let all = || Value::List(values.to_vec()).text();
    if name != LOT_AWARDS {
        return (!values.is_empty()).then(|| clip(&all(), WORDS));
    }
    let (mut left, companies) = (WON, by_company(values));
    let values = if all().chars().count() > WON { &companies } else { values };
    let fits = |value: &&Value| {
        let rest = left.checked_sub(value.text().chars().count() + 2);
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    let shown: Vec<Value> = values.iter().take_while(fits).cloned().collect();
    let more = values.len() - shown.len();
    let told = Value::List(shown).text();
    (!values.is_empty()).then(|| if more == 0 { told } else { format!("{told}; … (+{more})") })
}

/// Who won, each once with all of its lots.
fn by_company(values: &[Value]) -> Vec<Value> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for text in values.iter().map(Value::text) {
        let (lots, rest) = text.split_once(": ").unwrap_or_default();
        let amount = |(_, worth): &(&str, &str)| worth.starts_with(|c: char| c.is_ascii_digit());
        let who = rest.rsplit_once(", ").filter(amount).map_or(rest, |(who, _)| who);
        match all.iter_mut().find(|(known, _)| known == who) {
            Some((_, of_it)) => of_it.push(lots.to_owned()),
            None => all.push((who.to_owned(), vec![lots.to_owned()])),
        }
    }
    all.into_iter().map(|(who, lots)| Value::Text(format!("{}: {who}", lots.join(", ")))).collect()
}

/// What a buyer says of a change and did not say before.
fn said_now(change: &FieldChange) -> Option<String> {
    let [old, new] = [&change.old, &change.new].map(|value| value.as_ref().map(Value::text).unwrap_or_default());
    let known: Vec<&str> = old.split(SAID_APART).collect();
    let said: Vec<&str> = new.split(SAID_APART).filter(|one| !one.is_empty() && !known.contains(one)).collect();
    (!said.is_empty()).then(|| clip(&said.join(SAID_APART), SAYS))
}

/// What says that a tender which was awarded is so no longer.
fn annuls(fields: &[FieldChange]) -> Option<&FieldChange> {
    let was = |change: &&FieldChange| change.field.as_str() == "stage" && change.old.as_ref().map(Value::text).as_deref() == Some(AWARDED);
    let is = |change: &FieldChange| change.new.as_ref().and_then(|new| Stage::from_word(&new.text()));
    // Who calls for offers anew takes no award back, nor does who leaves it out of a call that takes offers until another day.
    let moved = fields.iter().any(|change| change.field.as_str() == "deadline" && change.new.is_some());
    let winners = fields.iter().any(|change| change.field.as_str() == WINNER) && !moved;
    let lost = |change: &FieldChange| match is(change) {
        Some(Stage::Open) => winners,
        stage => matches!(stage, Some(Stage::Closed | Stage::Suspended)),
    };
    fields.iter().filter(was).find(|change| lost(change))
}

/// A value inside a story: a time with its zone, so that each reader gets it by their own clock.
fn words(value: &Value) -> String {
    match value {
        Value::Time(moment) => moment.zoned().to_string(),
        Value::List(each) if let [lot, until @ (Value::Time(_) | Value::Date(_))] = each.as_slice() => {
            format!("{}: {}", lot.text(), words(until))
        }
        Value::Text(_)
        | Value::Url(_)
        | Value::Money(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Phone(_)
        | Value::Email(_)
        | Value::List(_) => clip(&value.text(), WORDS),
    }
}

/// What a tender in this stage is a reason for. A stage that nobody acts on is none: offers that are in are still secret.
fn stage(word: Option<&str>) -> Option<SignalKind> {
    match Stage::from_word(word?)? {
        Stage::Planned => Some(SignalKind::TenderPlanned),
        Stage::Open => Some(SignalKind::TenderPublished),
        Stage::Suspended => Some(SignalKind::TenderSuspended),
        Stage::Awarded => Some(SignalKind::TenderAwarded),
        Stage::Cancelled => Some(SignalKind::TenderCancelled),
        Stage::Modified => Some(SignalKind::ContractModified),
        Stage::Completed => Some(SignalKind::ContractCompleted),
        Stage::Closed | Stage::Unknown => None,
    }
}

fn kind_of(change: &FieldChange, named: impl Fn(&[&str], &FieldChange) -> bool) -> SignalKind {
    let money =
        |value: &Option<Value>| value.as_ref().is_none_or(|value| matches!(value, Value::Money(_) | Value::Number(_) | Value::Text(_)));
    // A lot that had ended has no deadline from before.
    let again = change.field.as_str() == LOTS_DUE;
    if named(&DEADLINE, change) && (change.old.is_some() || again) && change.new.is_some() {
        SignalKind::DeadlineMoved
    } else if named(&PRICE, change) && money(&change.old) && money(&change.new) && change.old.is_some() && change.new.is_some() {
        SignalKind::PriceMoved
    } else if BRANCHES.contains(&change.field.as_str()) && added(change) {
        SignalKind::BranchOpened
    } else {
        SignalKind::RecordChanged
    }
}

/// Whether a list has grown: an address that was corrected is no new branch.
fn added(change: &FieldChange) -> bool {
    let old: &[Value] = change.old.as_ref().map_or(&[], Value::each);
    let new: &[Value] = change.new.as_ref().map_or(&[], Value::each);
    new.len() > old.len() && new.iter().any(|value| !old.contains(value))
}

/// The field that says so; else the title; else any; else the record itself.
fn proof(record: &Record, field: Option<&str>, seen: Timestamp) -> Evidence {
    let any = || record.fields.keys().next().map(crate::model::FieldName::as_str);
    // What is made of several things of a document stands nowhere in it.
    let field = field.filter(|name| ![LOTS_DUE, CANCELLED_LOTS, AWARDED_LOTS, LOT_AWARDS, CONTRACTS].contains(name));
    let mut names = field.into_iter().chain(["title", "name"]).chain(any());
    names.find_map(|name| record.evidence(name)).unwrap_or_else(|| Evidence {
        source: record.source.clone(),
        url: record.url.clone(),
        quote: record.title(),
        path: String::new(),
        content: record.content,
        seen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Amount, Field, FieldName, OwnPage};

    fn record(kind: RecordKind, fields: &[(&str, Value)]) -> Record {
        let source: crate::base::ids::SourceId = "s".parse().expect("slug");
        let field =
            |value: &Value| Field { value: value.clone(), quote: value.text(), path: "p".into(), first_seen: Timestamp::UNIX_EPOCH };
        Record {
            id: Record::id_of(&source, "k"),
            source,
            key: "k".into(),
            kind,
            url: "https://a.example/k".parse().expect("url"),
            fields: fields.iter().map(|(name, value)| (FieldName::new(name), field(value))).collect(),
            content: crate::base::ids::ContentHash::default(),
            first_seen: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn money(number: i64) -> Value {
        Value::Money(Amount { number: number.into(), currency: Some(iso_currency::Currency::EUR) })
    }

    fn change(kind: ChangeKind, baseline: bool) -> Change {
        let source: crate::base::ids::SourceId = "s".parse().expect("slug");
        Change { record: Record::id_of(&source, "k"), source, kind, at: Timestamp::constant(1_795_000_000, 0), baseline }
    }

    fn moved(field: &str, old: Value, new: Value) -> ChangeKind {
        ChangeKind::Changed(vec![FieldChange { field: FieldName::new(field), old: Some(old), new: Some(new) }])
    }

    #[test]
    fn kinds_and_stories() {
        let event = About { event: Some(("Expo Industria", None)) };
        let plain = About::default();
        let list = |items: &[&str]| Value::List(items.iter().map(|item| text(item)).collect());
        let new = |with: Option<&str>| Story::Appeared { title: "Pallets".into(), by: None, with: with.map(str::to_owned), on: None };
        let from_to = |field: &str, old: &str, new: &str| Story::Changed {
            title: "Pallets".into(),
            fields: vec![(field.into(), Some(old.into()), Some(new.into()))],
            more: 0,
        };
        for (kind, change_kind, about, want, story) in [
            (RecordKind::Request, ChangeKind::Appeared, &plain, SignalKind::RequestForSuppliers, new(None)),
            (RecordKind::Company, ChangeKind::Appeared, &event, SignalKind::ExhibitorListed, new(Some("Expo Industria"))),
            (RecordKind::Company, ChangeKind::Appeared, &plain, SignalKind::OrganisationListed, new(None)),
            (RecordKind::Offer, ChangeKind::Appeared, &event, SignalKind::OfferListed, new(None)),
            (RecordKind::Article, ChangeKind::Appeared, &plain, SignalKind::ArticlePublished, new(None)),
            (RecordKind::Vacancy, ChangeKind::Appeared, &plain, SignalKind::VacancyPublished, new(None)),
            (RecordKind::Tender, ChangeKind::Appeared, &plain, SignalKind::TenderPublished, new(None)),
            (RecordKind::Award, ChangeKind::Appeared, &plain, SignalKind::AwardWon, new(None)),
            (
                RecordKind::Tender,
                moved("stage", text("open"), text("cancelled")),
                &plain,
                SignalKind::TenderCancelled,
                from_to("stage", "open", "cancelled"),
            ),
            (
                RecordKind::Tender,
                moved("price", money(12), money(10)),
                &plain,
                SignalKind::TenderChanged,
                from_to("price", "12 EUR", "10 EUR"),
            ),
            (RecordKind::Tender, moved("lots", text("1"), text("1; 2")), &plain, SignalKind::TenderChanged, from_to("lots", "1", "1; 2")),
            (RecordKind::Offer, moved("price", money(12), money(10)), &plain, SignalKind::PriceMoved, from_to("price", "12 EUR", "10 EUR")),
            (
                RecordKind::Tender,
                moved("deadline", text("1 May"), text("8 May")),
                &plain,
                SignalKind::DeadlineMoved,
                from_to("deadline", "1 May", "8 May"),
            ),
            (
                RecordKind::Company,
                moved("place", text("Vigo"), text("Lugo")),
                &plain,
                SignalKind::RecordChanged,
                from_to("place", "Vigo", "Lugo"),
            ),
            (
                RecordKind::Company,
                moved("branches", list(&["Vigo"]), list(&["Vigo", "Lugo"])),
                &plain,
                SignalKind::BranchOpened,
                from_to("branches", "Vigo", "Vigo; Lugo"),
            ),
            (
                RecordKind::Company,
                ChangeKind::Returned(Timestamp::constant(1_795_000_000 - 14 * 86_400, 0)),
                &plain,
                SignalKind::OrganisationListed,
                Story::Again { of: Box::new(new(None)), gone: Timestamp::constant(1_795_000_000 - 14 * 86_400, 0) },
            ),
            (
                RecordKind::Company,
                ChangeKind::Returned(Timestamp::constant(1_795_000_000 - 13 * 86_400, 0)),
                &plain,
                SignalKind::RecordChanged,
                Story::Again { of: Box::new(new(None)), gone: Timestamp::constant(1_795_000_000 - 13 * 86_400, 0) },
            ),
            (RecordKind::Page, moved("text", text("a"), text("b")), &plain, SignalKind::PageChanged, from_to("text", "a", "b")),
            (RecordKind::Offer, ChangeKind::Gone, &plain, SignalKind::WentAway, Story::Gone { title: "Pallets".into() }),
        ] {
            let record = record(kind, &[("title", text("Pallets"))]);
            let draft = signal(&change(change_kind.clone(), false), &record, about).expect("a reason");
            assert_eq!((draft.kind, draft.story), (want, story));
            assert_eq!(signal(&change(change_kind, true), &record, about), None);
        }
    }

    #[test]
    fn an_application_without_a_post_is_no_vacancy() {
        for (title, want) in [("Schweißer (m/w/d)", true), ("Initiativbewerbung (m/w/d)", false), ("Candidatura espontánea", false)] {
            let found =
                signal(&change(ChangeKind::Appeared, false), &record(RecordKind::Vacancy, &[("title", text(title))]), &About::default());
            assert_eq!(found.is_some(), want, "{title}");
        }
    }

    #[test]
    fn who_won_which_lots_is_cut_between_them_and_says_how_many_more() {
        for (lots, companies, want) in [
            (1, 1, "LOT-0001: Suministros Clínicos Reunidos 0, S.L., 1000 EUR"),
            (
                9,
                2,
                "LOT-0001, LOT-0003, LOT-0005, LOT-0007, LOT-0009: Suministros Clínicos Reunidos 1, S.L.; LOT-0002, LOT-0004, LOT-0006, LOT-0008: Suministros Clínicos Reunidos 0, S.L.",
            ),
            (12, 12, "LOT-0008: Suministros Clínicos Reunidos 8, S.L.; … (+4)"),
        ] {
            let won = |lot: usize| text(&format!("LOT-{lot:04}: Suministros Clínicos Reunidos {}, S.L., {lot}000 EUR", lot % companies));
            let all = Value::List((1..=lots).map(won).collect());
            let record = record(RecordKind::Tender, &[("title", text("Pallets"))]);
            let fields = [("stage", Some(text("open")), text("awarded")), (LOT_AWARDS, None, all)];
            let fields = fields.map(|(name, old, new)| FieldChange { field: FieldName::new(name), old, new: Some(new) });
            let draft = signal(&change(ChangeKind::Changed(fields.to_vec()), false), &record, &About::default()).expect("a reason");
            let Story::Changed { fields, .. } = draft.story else { panic!("{:?}", draft.story) };
            let told = fields.iter().find(|(name, ..)| name == LOT_AWARDS).and_then(|(.., new)| new.clone()).unwrap_or_default();
            assert!(told.ends_with(want) && told.chars().count() < WON + 10 && !told.starts_with("; "), "{told}");
        }
    }

    #[test]
    fn a_contract_is_called_by_its_lots_too() {
        let lots = ("lots", Value::List(vec![text("L1 Crutches"), text("L3")]));
        for (kind, want) in [(RecordKind::Award, "Pallets (L1 Crutches; L3)"), (RecordKind::Tender, "Pallets")] {
            let record = record(kind, &[("title", text("Pallets")), lots.clone()]);
            let draft = signal(&change(ChangeKind::Appeared, false), &record, &About::default()).expect("a reason");
            assert!(matches!(&draft.story, Story::Appeared { title, .. } if title == want), "{:?}", draft.story);
        }
    }

    #[test]
    fn what_becomes_of_a_contract_is_told_as_that() {
        type Case<'a> = (RecordKind, &'a str, &'a [(&'a str, &'a str, &'a str)], SignalKind);
        use SignalKind::{AwardAnnulled, ContractCompleted, ContractModified, RecordChanged, TenderAwarded, TenderChanged};
        let list = |lines: &str| Value::List(lines.split('|').map(text).collect());
        let of = |change: &(&str, &str, &str)| {
            let (name, old, new) = *change;
            let value = |said: &str| (!said.is_empty()).then(|| if LISTS.contains(&name) { list(said) } else { text(said) });
            FieldChange { field: FieldName::new(name), old: value(old), new: value(new) }
        };
        let (tender, award) = (RecordKind::Tender, RecordKind::Award);
        let cases: [Case<'_>; 19] = [
            (tender, "modified", &[("stage", "awarded", "modified"), ("award_value", "1 EUR", "2 EUR")], ContractModified),
            (tender, "modified", &[("award_value", "1 EUR", "2 EUR")], ContractModified),
            (tender, "modified", &[("contract_end", "2027-01-31", "2027-03-31")], ContractModified),
            (tender, "modified", &[("buyer_says", "", "More beds.")], ContractModified),
            (tender, "modified", &[("lot_awards", "L1: A, 1 EUR", "L1: A, 2 EUR")], ContractModified),
            // Documents change no contract, nor does who else has won, or has won no longer.
            (tender, "modified", &[("documents", "x", "x|y")], TenderChanged),
            (tender, "modified", &[("winner", "A", "A; B"), ("lot_awards", "L1: A", "L1: A|L2: B")], TenderChanged),
            (tender, "modified", &[("lot_awards", "L1: A|L1: B", "L1: A")], TenderChanged),
            (tender, "awarded", &[("award_value", "1 EUR", "2 EUR")], TenderChanged),
            (tender, "awarded", &[("contract_end", "2027-01-31", "2027-03-31")], ContractModified),
            (tender, "awarded", &[("contract_end", "", "2027-03-31")], TenderChanged),
            (tender, "open", &[("contract_end", "2027-01-31", "2027-03-31")], TenderChanged),
            (
                tender,
                "awarded",
                &[("contracts", "L1: A, 2027-01-31|L2: A, 2027-01-31", "L1: A, 2027-01-31|L2: A, ended 2026-11-02")],
                ContractCompleted,
            ),
            (tender, "completed", &[("stage", "awarded", "completed"), ("contract_end", "2027-01-31", "2026-11-02")], ContractCompleted),
            (tender, "awarded", &[("stage", "open", "awarded"), ("award_value", "", "2 EUR")], TenderAwarded),
            (award, "", &[("award_value", "1 EUR", "2 EUR"), ("title", "a", "b")], ContractModified),
            (award, "", &[("award", "", "ended"), ("contract_end", "2027-01-31", "2026-11-02")], ContractCompleted),
            (award, "", &[("award", "won", "annulled")], AwardAnnulled),
            (award, "", &[("title", "a", "b")], RecordChanged),
        ];
        for (kind, stage, fields, want) in cases {
            let record = record(kind, &[("title", text("Pallets")), ("stage", text(stage))]);
            let changed = ChangeKind::Changed(fields.iter().map(of).collect());
            let draft = signal(&change(changed, false), &record, &About::default()).expect("a reason");
            assert_eq!(draft.kind, want, "{kind:?} {stage} {fields:?}");
        }
        // What its notice says that it came to before, where nobody knew.
        let fields =
            [("title", text("Pallets")), ("stage", text("modified")), ("award_value", money(12)), ("award_value_before", money(10))];
        let record = record(tender, &fields);
        let now = ChangeKind::Changed(vec![FieldChange { field: FieldName::new("award_value"), old: None, new: Some(money(12)) }]);
        let told =
            [ChangeKind::Appeared, now].map(|kind| signal(&change(kind, false), &record, &About::default()).expect("a reason").story);
        let first = Story::Appeared { title: "Pallets".into(), by: None, with: Some("10 EUR → 12 EUR".into()), on: None };
        let then = Story::Changed {
            title: "Pallets".into(),
            fields: vec![("award_value".into(), Some("10 EUR".into()), Some("12 EUR".into()))],
            more: 0,
        };
        assert_eq!(told, [first, then]);
    }

    #[test]
    fn who_offers_what_for_how_much() {
        let fields = [("title", text("Pallets")), ("company", text("Maderas Ruiz")), ("price", money(12))];
        let draft = signal(&change(ChangeKind::Appeared, false), &record(RecordKind::Offer, &fields), &About::default()).expect("a reason");
        let told = Story::Appeared { title: "Pallets".into(), by: Some("Maderas Ruiz".into()), with: Some("12 EUR".into()), on: None };
        assert_eq!(draft.story, told);
    }

    #[test]
    fn it_happened_when_it_was_published_unless_that_is_still_to_come() {
        for (date, want) in [("2026-03-01", "2026-03-01T00:00:00Z"), ("2099-01-01", "2026-11-18T11:06:40Z")] {
            let record = record(RecordKind::Article, &[("published", Value::Date(date.parse().expect("date")))]);
            let draft = signal(&change(ChangeKind::Appeared, false), &record, &About::default()).expect("a reason");
            assert_eq!(draft.at.to_string(), want);
            assert_eq!(draft.evidence.quote, date);
        }
    }
}
