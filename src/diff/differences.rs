//! Finds what differs between what is known of a page and what was read from it now, masks applied. Decides nothing.

use std::collections::{BTreeSet, HashMap};

use super::Rules;
use super::blocks::{Plain, differing, signature};
use super::compare::Known;
use super::noise::{essence, is_noise, is_relative, plain};
use super::words;
use crate::base::ids::hash64;
use crate::model::{
    AWARD_BEFORE, AWARDED_LOTS, BUYER_SAYS, Block, CONTRACTS, DEADLINE_FOR, Draft, FieldName, JOINT_BUYERS, LAST_DEADLINE, LOT_AWARDS,
    LOT_WORTH, LOTS_DUE, Mask, Record, RecordKind, TITLES, Value, moved_lots,
};

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A field of the draft with this index.
    Field(usize, FieldName),
    /// A block: its index before, its index now.
    Block(Option<usize>, Option<usize>),
}

/// One thing that differs.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    pub(super) what: What,
    /// The place, as masks name it.
    pub(super) place: String,
    /// The place whatever its position, as other pages of the host have it; fields have none.
    pub(super) signature: Option<u64>,
    /// Before, in the form in which it is compared; empty when it was not there.
    pub(super) old: String,
    /// Now, likewise; with gaps where a mask hides words.
    pub(super) new: String,
    /// Whether the place is masked but shows another thing altogether.
    pub(super) foreign: bool,
}

impl Difference {
    /// Place and new value in one number: the upper half is the place.
    pub(super) fn hash(&self) -> u64 {
        u64::from(place_hash(&self.place)) << 32 | u64::from(short(&self.new))
    }
}

/// The upper half of a difference's hash.
pub(super) fn place_hash(place: &str) -> u32 {
    short(place)
}

/// A text as a number.
pub(super) fn short(text: &str) -> u32 {
    u32::try_from(hash64(&[text.as_bytes()]) >> 32).unwrap_or_default()
}

/// The place of a field of one record.
pub(super) fn field_place(name: &FieldName, record: &Record) -> String {
    format!("{name}@{}", record.id)
}

/// What the masks of a page say of a place.
pub(super) enum Masked<'a> {
    No,
    Whole,
    Words(&'a str),
}

pub(super) fn masked<'a>(masks: &'a [Mask], place: &str, field: Option<&FieldName>) -> Masked<'a> {
    let mut found = Masked::No;
    for mask in masks {
        match mask {
            Mask::Field(name) if field.is_some_and(|field| field.as_str() == name || name == place) => return Masked::Whole,
            Mask::Block(path) if field.is_none() && path == place => return Masked::Whole,
            Mask::Words(at, template) if at == place => found = Masked::Words(template),
            Mask::Field(_) | Mask::Block(_) | Mask::Words(..) => {}
        }
    }
    found
}

/// The blocks of a page in the form in which they are compared; empty ones are left out.
pub(super) fn plain_blocks<'a>(rules: &Rules, blocks: &'a [Block]) -> Vec<Plain<'a>> {
    let plain = |block: &'a Block| Plain { path: &block.path, raw: &block.text, text: plain(rules, &block.text) };
    blocks.iter().map(plain).filter(|block| !block.text.is_empty()).collect()
}

/// Differences of blocks.
pub(super) fn of_blocks(masks: &[Mask], old: &[Plain<'_>], new: &[Plain<'_>]) -> Vec<Difference> {
    let mut all = Vec::new();
    for (i, j) in differing(old, new) {
        let path = i.map(|i| old[i].path).or_else(|| j.map(|j| new[j].path)).unwrap_or_default();
        let text = |side: &[Plain<'_>], at: Option<usize>| at.map_or_else(String::new, |at| side[at].text.clone());
        let (was, mut is) = (text(old, i), text(new, j));
        let mut foreign = false;
        match masked(masks, path, None) {
            Masked::Whole if words::is_foreign(&was, &is) => foreign = true,
            Masked::Whole => continue,
            Masked::Words(template) if words::fits(template, &is) => continue,
            Masked::Words(template) => is = words::regap(template, &is),
            Masked::No => {}
        }
        all.push(Difference {
            what: What::Block(i, j),
            place: path.to_owned(),
            signature: Some(signature(path)),
            old: was,
            new: is,
            foreign,
        });
    }
    all
}

/// Whether the text of a page is compared by blocks, so that the field that repeats it is not.
fn by_blocks(draft: &Draft, blocks: bool, name: &FieldName) -> bool {
    blocks && draft.kind == RecordKind::Page && name.as_str() == "text"
}

/// Whether a partial draft was published before what is known: a portal shows older notices on later pages.
pub(super) fn is_older(draft: &Draft, record: &Record) -> bool {
    let at = |value: Option<&Value>| value.and_then(Value::instant);
    match (at(draft.value("published")), at(record.value("published"))) {
        (Some(new), Some(known)) => new < known,
        (None | Some(_), None | Some(_)) => false,
    }
}

/// Whether a draft was published after what is known.
pub(super) fn is_newer(draft: &Draft, record: &Record) -> bool {
    let at = |value: Option<&Value>| value.and_then(Value::instant);
    at(draft.value("published")) > at(record.value("published"))
}

/// Whether a list holds nothing that the other does not: a notice on one lot takes no other lot away.
fn is_part(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::List(new), Value::List(old)) => new.iter().all(|one| old.contains(one)),
        (_, _) => false,
    }
}

/// The field that says what was awarded.
pub(super) const AWARD_VALUE: &str = "award_value";

/// Who won and for how much, in the words of [`LOT_AWARDS`], where that is one award of what has no lots, or one alone.
pub(super) fn alone<'v>(value: impl Fn(&str) -> Option<&'v Value>) -> Option<Value> {
    let won = value(super::signals::WINNER).filter(|_| value("lots").is_none_or(|lots| lots.each().len() < 2))?;
    let names = won.each().iter().map(|name| name.text().replace(';', ","));
    let parts: Vec<String> = names.chain(value(AWARD_VALUE).map(Value::text)).collect();
    Some(Value::List(vec![Value::Text(parts.join(", "))]))
}

/// Fields that say what a tender is worth.
pub(super) const WORTH: [&str; 5] = ["estimate", "budget_net", "budget_gross", "minimum", "maximum"];

/// Fields of a tender that are kept as they are said, and of which nothing is told.
pub(super) const QUIET: [&str; 6] = ["other_ids", JOINT_BUYERS, TITLES, "url", DEADLINE_FOR, AWARD_BEFORE];

/// Fields of the record of a winner that say how long its contract runs, and what it came to before.
pub(super) const CONTRACT: [&str; 3] = ["contract_start", "contract_end", AWARD_BEFORE];

/// What two lists of "L1: Acme, 7000 EUR" say otherwise of the same: what was said of it before, and what is now.
pub(super) fn said_otherwise(old: &Value, new: &Value) -> [Vec<Value>; 2] {
    let head = |one: &Value| one.text().rsplit_once(", ").map(|(head, _)| head.to_owned());
    let beside = |some: &Value, other: &Value| -> Vec<Value> {
        let meets = |one: &&Value| other.each().iter().any(|known| known != *one && head(known).is_some_and(|it| Some(it) == head(one)));
        some.each().iter().filter(|one| !other.each().contains(one)).filter(meets).cloned().collect()
    };
    [beside(old, new), beside(new, old)]
}

/// Whether a field of a tender is our own memory, of which nothing is told now: no page says a last deadline; of the deadlines of lots the moves are
/// told, of the lots that are awarded those that come with who won; that a notice has no words on its changes is none; and nobody works by numbers and
/// addresses of notices.
pub(super) fn is_ours(name: &FieldName, draft: &Draft, record: &Record) -> bool {
    let same_winners = || record.value(super::signals::WINNER) == draft.value(super::signals::WINNER);
    match name.as_str() {
        LAST_DEADLINE => !draft.fields.contains_key(name),
        // A minute is filled up to its last second by some.
        "deadline" | "questions_until" if is_same_minute(record.value(name.as_str()), draft.value(name.as_str())) => true,
        BUYER_SAYS => !draft.fields.contains_key(name) || is_older(draft, record),
        LOTS_DUE => moved_lots(record, draft).is_empty(),
        // Versions before did not keep them; and a lot that is the only one now is worth what it was.
        LOT_WORTH => !record.fields.contains_key(name) || !draft.fields.contains_key(name),
        // What the only lot is worth is what all is worth, as long as it is the only one.
        worth if WORTH.contains(&worth) && record.fields.contains_key(name) != draft.fields.contains_key(name) => {
            let several = |lots: Option<&Value>| lots.is_some_and(|lots| lots.each().len() > 1);
            several(record.value("lots")) != several(draft.value("lots")) || !record.fields.contains_key(name) && !is_newer(draft, record)
        }
        // That several contracts have no sum is said by each of them.
        AWARD_VALUE if !draft.fields.contains_key(name) => draft.fields.contains_key(super::signals::WINNER),
        // A lot that goes on though it was won, as those of a dynamic purchasing system do, lost nobody their award.
        AWARDED_LOTS if fewer_lots(record, draft) => true,
        // Of a lot that is won by who had won another, the lot is the news.
        AWARD_VALUE | AWARDED_LOTS => !record.fields.contains_key(name) && !is_newer(draft, record) && same_winners(),
        // Who called for a lot again took nothing from who had won it.
        LOT_AWARDS => {
            // Versions before kept it of lots alone.
            let several = record.value(super::signals::WINNER).is_some_and(|won| won.each().len() > 1);
            if several && !record.fields.contains_key(name) && same_winners() {
                return true;
            }
            let fewer = |old: &Value| draft.value(LOT_AWARDS).is_none_or(|new| is_part(new, old)) && is_called_again(record, draft, old);
            same_winners() && record.value(LOT_AWARDS).map_or_else(|| !is_newer(draft, record), fewer)
        }
        // That a contract runs is no news beside who won it; until when it does now is.
        CONTRACTS => {
            let both = record.value(CONTRACTS).zip(draft.value(CONTRACTS));
            both.is_none_or(|(old, new)| said_otherwise(old, new)[1].is_empty())
        }
        name => QUIET.contains(&name),
    }
}

/// Whether two times are in one minute.
fn is_same_minute(old: Option<&Value>, new: Option<&Value>) -> bool {
    let (Some(Value::Time(old)), Some(Value::Time(new))) = (old, new) else { return false };
    old.at.as_second().div_euclid(60) == new.at.as_second().div_euclid(60)
}

/// Whether fewer lots are called won, while each award that was told of one stands.
fn fewer_lots(record: &Record, draft: &Draft) -> bool {
    let both = record.value(LOT_AWARDS).zip(draft.value(LOT_AWARDS));
    let fewer = record.value(AWARDED_LOTS).is_some_and(|old| draft.value(AWARDED_LOTS).is_none_or(|new| is_part(new, old)));
    fewer && both.is_some_and(|(old, new)| is_part(old, new))
}

/// Whether each of the lots that somebody had won and that are won no longer takes offers again.
fn is_called_again(record: &Record, draft: &Draft, old: &Value) -> bool {
    let again = moved_lots(record, draft).into_iter().filter(|(was, _)| was.is_none()).map(|(_, lots)| lots);
    let again: Vec<String> = again.filter_map(|lots| Some(lots.each().first()?.text())).collect();
    let again: Vec<&str> = again.iter().flat_map(|lots| lots.split(", ")).collect();
    let gone = old.each().iter().filter(|one| draft.value(LOT_AWARDS).is_none_or(|new| !new.each().contains(one))).map(Value::text);
    gone.into_iter().all(|one| one.split_once(": ").is_none_or(|(lots, _)| lots.split(", ").all(|lot| again.contains(&lot))))
}

/// Differences of the fields of one draft from its record.
pub(super) fn of_fields(rules: &Rules, masks: &[Mask], (at, draft): (usize, &Draft), record: &Record, blocks: bool) -> Vec<Difference> {
    if draft.again {
        return Vec::new();
    }
    let names: BTreeSet<&FieldName> = record.fields.keys().chain(draft.fields.keys()).collect();
    let mut all = Vec::new();
    let older = is_older(draft, record);
    for name in names {
        let (old, new) = (record.fields.get(name), draft.fields.get(name));
        // What only the detail page says is not gone because that page was not read; nor is it news when it is read at last.
        let half_read = (new.is_none() && (draft.detail.is_some() || draft.partial)) || (old.is_none() && record.own_page.is_open());
        // Whose each deadline is, is the news: lots may exchange theirs.
        let in_order = name.as_str() == LOTS_DUE;
        let part = || !in_order && new.zip(old).is_some_and(|(new, old)| is_part(&new.value, &old.value));
        let said_before = draft.partial && old.is_some() && (older || part());
        let moving = old.is_some() && new.is_some_and(|found| found.value.instant().is_some() && is_relative(&found.quote));
        // Of which lots a contract is does not change; nor is it news when it says for the first time how long it runs.
        let of_contract = |name: &str| name == "lots" || name == AWARD_BEFORE || CONTRACT.contains(&name) && old.is_none();
        let ours = draft.kind == RecordKind::Tender && is_ours(name, draft, record)
            || draft.kind == RecordKind::Award && of_contract(name.as_str());
        if ours || half_read || said_before || moving || rules.ignores(name) || by_blocks(draft, blocks, name) {
            continue;
        }
        let said = |value: &Value| if in_order { value.text() } else { essence(rules, value) };
        let was = old.map_or_else(String::new, |field| said(&field.value));
        let mut is = new.map_or_else(String::new, |found| said(&found.value));
        let place = field_place(name, record);
        match masked(masks, &place, Some(name)) {
            _ if was == is || is_noise(name.as_str(), &was) && is_noise(name.as_str(), &is) => continue,
            Masked::Whole => continue,
            Masked::Words(template) if words::fits(template, &is) => continue,
            Masked::Words(template) => is = words::regap(template, &is),
            Masked::No => {}
        }
        all.push(Difference { what: What::Field(at, name.clone()), place, signature: None, old: was, new: is, foreign: false });
    }
    // Words on changes are of a change that is told, or of a notice that is new.
    let on_changes = |difference: &Difference| matches!(&difference.what, What::Field(_, name) if name.as_str() == BUYER_SAYS);
    if draft.kind == RecordKind::Tender && !is_newer(draft, record) && all.iter().all(on_changes) {
        all.clear();
    }
    all
}

/// Everything that differs on a page, and the records that are not known (or gone) as indexes of drafts.
pub(super) struct Found<'a> {
    pub(super) differences: Vec<Difference>,
    /// Drafts by their record: the first of each key.
    pub(super) drafts: Vec<(usize, &'a Draft, Option<&'a Record>)>,
    pub(super) old: Vec<Plain<'a>>,
    pub(super) new: Vec<Plain<'a>>,
}

/// Looks for everything that differs.
pub(super) fn find<'a>(rules: &Rules, masks: &[Mask], known: Known<'a>, drafts: &'a [Draft], blocks: &'a [Block]) -> Found<'a> {
    let records: HashMap<&str, &Record> = known.records.iter().map(|record| (record.key.as_str(), record)).collect();
    let (old, new) = (plain_blocks(rules, known.blocks.unwrap_or_default()), plain_blocks(rules, blocks));
    let by_blocks = !blocks.is_empty();
    let mut found = Found { differences: Vec::new(), drafts: Vec::new(), old, new };
    let mut keys = std::collections::HashSet::new();
    for (i, draft) in drafts.iter().enumerate().filter(|(_, draft)| keys.insert(draft.key.as_str())) {
        let record = records.get(draft.key.as_str()).copied();
        if let Some(record) = record.filter(|record| !record.gone) {
            found.differences.extend(of_fields(rules, masks, (i, draft), record, by_blocks));
        }
        found.drafts.push((i, draft, record));
    }
    if by_blocks && known.blocks.is_some() {
        found.differences.extend(of_blocks(masks, &found.old, &found.new));
    }
    found
}
