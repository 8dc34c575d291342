//! Finds, before anybody counts as new and another as gone, who is written otherwise than before: drafts under keys that nobody knows beside
//! records that are not shown; and so where links count places ("the third"), so that somebody who came or left moved all others on. Pure and bounded: everything is looked up in maps, and what several could be is nobody.
//!
//! Asked in this order, each for those that are left:
//!
//! 1. the name or address that the record has by now, where its key is an older one;
//! 2. of companies: a telephone number, mail address, site or tax number that one record had and one draft has;
//! 3. of companies: the same name but for case, accents and legal form, then nearly the same one at the same place or between the same others;
//! 4. of everything else, where most of a page came under other keys at once: the same title.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use url::Url;

use super::noise::address;
use super::spelling::{Name, identities, respelled};
use crate::base::ids::{RecordId, SourceId};
use crate::base::text::words;
use crate::model::{Draft, Page, Record, RecordKind, Value};

/// Records that one word of a name may lead to; a word of more says nothing.
const SHARED: usize = 24;
/// Records of which most came under other keys, before that is the site's doing.
const MOVED: usize = 3;
/// Fields that say where somebody is.
const PLACES: [&str; 6] = ["place", "city", "town", "address", "postcode", "region"];
/// Fields that follow the name: a new one mostly brings an address of its own on the web.
const OF_THE_NAME: [&str; 2] = ["email", "website"];
/// Fields that say nothing of who it is.
const OF_NOBODY: [&str; 5] = ["name", "title", "url", "about", "description"];

/// Whether some of these drafts are under keys that none of these records has, so that it is worth to ask who they are.
pub fn strangers(drafts: &[Draft], known: &[Record]) -> bool {
    let keys: HashSet<&str> = known.iter().map(|record| record.key.as_str()).collect();
    drafts.iter().any(|draft| may_be_other(draft.kind) && !keys.contains(draft.key.as_str())) || !displaced(drafts, known).is_empty()
}

/// Drafts of companies whose key is that of somebody else by now: where several of them are called as others of these records are, the keys are of
/// places and not of companies.
fn displaced(drafts: &[Draft], known: &[Record]) -> HashSet<usize> {
    let companies = || known.iter().filter(|record| record.kind == RecordKind::Company);
    let by_key: HashMap<&str, &Record> = companies().map(|record| (record.key.as_str(), record)).collect();
    let name = |draft: &Draft| Name::of(|name| draft.value(name));
    let is_other = |(at, draft): (usize, &Draft)| {
        let record = by_key.get(draft.key.as_str()).filter(|_| draft.kind == RecordKind::Company)?;
        let (is, was) = (name(draft), Name::of(|name| record.value(name)));
        (!is.core.is_empty() && !was.core.is_empty() && is.core != was.core && !is.is_like(&was)).then_some((at, is.core))
    };
    let others: Vec<(usize, String)> = drafts.iter().enumerate().filter_map(is_other).collect();
    if others.len() < MOVED {
        return HashSet::new();
    }
    let names: HashSet<String> = companies().map(|record| Name::of(|name| record.value(name)).core).collect();
    let named = others.iter().filter(|(_, core)| names.contains(core)).count();
    if named < MOVED || named * 2 < others.len() { HashSet::new() } else { others.into_iter().map(|(at, _)| at).collect() }
}

/// Gives drafts under unknown keys the keys of the records that they are. `known` are the records of the drafts' keys, those that were on the
/// page, and those of the source that may be meant: of these such that were missing, and such as the draft is called by now.
pub fn realign(drafts: &mut [Draft], known: &[Record], page: &Page) {
    let displaced = displaced(drafts, known);
    let found = Case::new(drafts, known, page, &displaced).map(Case::solve).unwrap_or_default();
    let mut keys: HashMap<String, String> =
        found.into_iter().map(|(draft, record)| (drafts[draft].key.clone(), known[record].key.clone())).collect();
    // Who is nobody that was known goes by the name where the place is another's.
    for draft in displaced.into_iter().map(|at| &drafts[at]) {
        let name = draft.value("name").or_else(|| draft.value("title")).map(|name| words(&name.text())).unwrap_or_default();
        keys.entry(draft.key.clone()).or_insert(name);
    }
    for draft in drafts {
        if let Some(key) = keys.get(&draft.key) {
            draft.key.clone_from(key);
        }
    }
}

/// Notices have numbers of their own, and of a page there is one.
fn may_be_other(kind: RecordKind) -> bool {
    !matches!(kind, RecordKind::Tender | RecordKind::Award | RecordKind::Page)
}

/// Who is unknown, and who is not shown.
struct Case<'a> {
    drafts: &'a [Draft],
    known: &'a [Record],
    members: &'a [RecordId],
    /// The first draft of each key.
    shown: Vec<usize>,
    /// Drafts under unknown keys, with the names of those that are companies.
    strangers: BTreeMap<usize, Name>,
    /// Records that are not shown.
    lost: BTreeMap<usize, Name>,
    /// Those of them that were on this page, or are missing from the source.
    absent: HashSet<usize>,
    source: &'a SourceId,
    found: BTreeMap<usize, usize>,
}

impl<'a> Case<'a> {
    fn new(drafts: &'a [Draft], known: &'a [Record], page: &'a Page, displaced: &HashSet<usize>) -> Option<Self> {
        let name = |kind, value: &dyn Fn(&str) -> Option<&'a Value>| match kind {
            RecordKind::Company => Name::of(value),
            _ => Name::default(),
        };
        let mut keys: HashSet<&str> = HashSet::new();
        let shown: Vec<usize> = (0..drafts.len()).filter(|at| keys.insert(&drafts[*at].key)).collect();
        let by_key: HashSet<&str> = known.iter().map(|record| record.key.as_str()).collect();
        keys.retain(|key| !displaced.iter().any(|at| drafts[*at].key == **key));
        let unknown =
            |at: &&usize| may_be_other(drafts[**at].kind) && (displaced.contains(at) || !by_key.contains(drafts[**at].key.as_str()));
        let strangers: BTreeMap<usize, Name> =
            shown.iter().filter(unknown).map(|at| (*at, name(drafts[*at].kind, &|name| drafts[*at].value(name)))).collect();
        let lost: BTreeMap<usize, Name> = (0..known.len())
            .filter(|at| may_be_other(known[*at].kind) && known[*at].source == page.source && !keys.contains(known[*at].key.as_str()))
            .map(|at| (at, name(known[at].kind, &|name| known[at].value(name))))
            .collect();
        if strangers.is_empty() || lost.is_empty() {
            return None;
        }
        let on_it: HashSet<&RecordId> = page.members.iter().collect();
        let is_absent = |at: &&usize| !known[**at].gone && (known[**at].missing > 0 || on_it.contains(&known[**at].id));
        let absent = lost.keys().filter(is_absent).copied().collect();
        let (source, members) = (&page.source, &page.members);
        Some(Self { drafts, known, members, shown, strangers, lost, absent, source, found: BTreeMap::new() })
    }

    fn solve(mut self) -> BTreeMap<usize, usize> {
        self.take(Self::by_present_key);
        let moved = self.absent.len() >= MOVED && self.absent.len() * 2 >= self.members.len();
        if self.companies().next().is_some() {
            self.take(Self::by_value);
        }
        if self.companies().next().is_some() && self.absent_companies().next().is_some() {
            self.take(Self::by_same_name);
            self.take(Self::by_like_name);
        }
        if moved {
            self.take(Self::by_title);
        }
        self.found
    }

    /// Takes over the pairs of which both have no other.
    fn take(&mut self, pairs: impl Fn(&Self) -> BTreeSet<(usize, usize)>) {
        let pairs = pairs(self);
        let (mut of_draft, mut of_record) = (HashMap::<usize, usize>::new(), HashMap::<usize, usize>::new());
        for (draft, record) in &pairs {
            *of_draft.entry(*draft).or_default() += 1;
            *of_record.entry(*record).or_default() += 1;
        }
        for (draft, record) in pairs.into_iter().filter(|(draft, record)| of_draft[draft] == 1 && of_record[record] == 1) {
            self.strangers.remove(&draft);
            self.lost.remove(&record);
            self.absent.remove(&record);
            self.found.insert(draft, record);
        }
    }

    fn companies(&self) -> impl Iterator<Item = (usize, &Name)> {
        self.strangers.iter().filter(|(at, _)| self.drafts[**at].kind == RecordKind::Company).map(|(at, name)| (*at, name))
    }

    fn absent_companies(&self) -> impl Iterator<Item = (usize, &Name)> {
        let all = self.lost.iter().filter(|(at, _)| self.absent.contains(*at) && self.known[**at].kind == RecordKind::Company);
        all.map(|(at, name)| (*at, name))
    }

    /// Rule 1.
    fn by_present_key(&self) -> BTreeSet<(usize, usize)> {
        let mut by_key: HashMap<String, Option<usize>> = HashMap::new();
        for at in self.lost.keys() {
            let record = &self.known[*at];
            let named = (record.kind == RecordKind::Company).then(|| words(&record.title()));
            let present = [named, Some(address(&record.url))].into_iter().flatten().filter(|key| *key != record.key);
            present.for_each(|key| once(&mut by_key, key, *at));
        }
        let found = |at: &usize| {
            let key = &self.drafts[*at].key;
            let key = Url::parse(key).map_or_else(|_| key.clone(), |url| address(&url));
            by_key.get(&key).copied().flatten().map(|record| (*at, record))
        };
        self.strangers.keys().filter_map(found).collect()
    }

    /// Rule 2.
    fn by_value(&self) -> BTreeSet<(usize, usize)> {
        let (mut before, mut now) = (HashMap::new(), HashMap::new());
        for (at, record) in self.known.iter().enumerate().filter(|(_, record)| !record.gone) {
            identities(record.fields.iter().map(|(name, field)| (name, &field.value))).for_each(|value| once(&mut before, value, at));
        }
        for at in &self.shown {
            let fields = self.drafts[*at].fields.iter().map(|(name, found)| (name, &found.value));
            identities(fields).for_each(|value| once(&mut now, value, *at));
        }
        let companies: BTreeMap<usize, &Name> = self.companies().collect();
        let absent: BTreeMap<usize, &Name> = self.absent_companies().collect();
        let mut pairs = BTreeSet::new();
        for (value, draft) in now {
            let (Some(draft), Some(Some(record))) = (draft, before.get(&value).copied()) else { continue };
            let Some(name) = companies.get(&draft).filter(|_| self.lost.contains_key(&record)) else { continue };
            let agreed = Agreed::of(&self.drafts[draft], &self.known[record]);
            let is_it = match absent.get(&record) {
                Some(was) => agreed.same_tax || name.is_like(was) || agreed.equal > agreed.other,
                // It may be shown on another page still, and have a sister at its telephone.
                None => self.drafts[draft].value("name").zip(self.known[record].value("name")).is_some_and(|(is, was)| respelled(was, is)),
            };
            if is_it && !agreed.other_tax {
                pairs.insert((draft, record));
            }
        }
        pairs
    }

    /// Rule 3: the same name. Where others have it too, its place must say who it is.
    fn by_same_name(&self) -> BTreeSet<(usize, usize)> {
        let (mut before, mut now) = (HashMap::<&str, usize>::new(), HashMap::<&str, usize>::new());
        let mut all: HashMap<&str, Vec<usize>> = HashMap::new();
        let names: Vec<Name> = self.known.iter().map(|record| Name::of(|name| record.value(name))).collect();
        for name in &names {
            *before.entry(&name.core).or_default() += 1;
        }
        for (at, name) in self.absent_companies() {
            all.entry(&name.core).or_default().push(at);
        }
        let shown: Vec<Name> = self.shown.iter().map(|at| Name::of(|name| self.drafts[*at].value(name))).collect();
        for name in &shown {
            *now.entry(&name.core).or_default() += 1;
        }
        let (stands, mut pairs) = (Stands::of(self), BTreeSet::new());
        for (draft, name) in self.companies().filter(|(_, name)| !name.core.is_empty()) {
            let core = name.core.as_str();
            let alone = before.get(core) == Some(&1) && now.get(core) == Some(&1);
            for record in all.get(core).into_iter().flatten().take(SHARED) {
                let agreed = Agreed::of(&self.drafts[draft], &self.known[*record]);
                let placed = match agreed.place {
                    Some(same) => same,
                    None => alone || stands.same(draft, *record),
                };
                if !agreed.other_tax && placed {
                    pairs.insert((draft, *record));
                }
            }
        }
        pairs
    }

    /// Rule 3: nearly the same name.
    fn by_like_name(&self) -> BTreeSet<(usize, usize)> {
        let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, name) in self.absent_companies() {
            name.long().for_each(|word| by_word.entry(word).or_default().push(at));
        }
        let (stands, mut pairs) = (Stands::of(self), BTreeSet::new());
        for (draft, name) in self.companies() {
            let near = name.long().filter_map(|word| by_word.get(word)).filter(|all| all.len() <= SHARED).flatten();
            for record in near.copied().collect::<BTreeSet<usize>>().into_iter().filter(|record| name.is_like(&self.lost[record])) {
                let agreed = Agreed::of(&self.drafts[draft], &self.known[record]);
                let placed = agreed.place.unwrap_or_else(|| stands.same(draft, record));
                if placed && !agreed.other_identity {
                    pairs.insert((draft, record));
                }
            }
        }
        pairs
    }

    /// Rule 4.
    fn by_title(&self) -> BTreeSet<(usize, usize)> {
        let (mut before, mut now) = (HashMap::new(), HashMap::new());
        for record in &self.absent {
            once(&mut before, words(&self.known[*record].title()), *record);
        }
        for at in &self.shown {
            let draft = &self.drafts[*at];
            if let Some(title) = draft.value("title").or_else(|| draft.value("name")) {
                once(&mut now, words(&title.text()), *at);
            }
        }
        let pair = |(title, draft): (String, Option<usize>)| {
            let (draft, record) = (draft?, before.get(&title).copied().flatten()?);
            (self.strangers.contains_key(&draft) && self.drafts[draft].kind != RecordKind::Company).then_some((draft, record))
        };
        now.into_iter().filter_map(pair).collect()
    }
}

/// Remembers who has a value; what two have is nobody's.
fn once<K: Hash + Eq>(all: &mut HashMap<K, Option<usize>>, key: K, at: usize) {
    all.entry(key).and_modify(|other| *other = other.filter(|other| *other == at)).or_insert(Some(at));
}

/// Who stands beside whom, before and now.
struct Stands {
    before: HashMap<usize, usize>,
    now: HashMap<usize, usize>,
    was: Vec<RecordId>,
    is: Vec<RecordId>,
}

impl Stands {
    fn of(case: &Case<'_>) -> Self {
        let at: HashMap<RecordId, usize> = case.members.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let before = case.lost.keys().filter_map(|record| Some((*record, *at.get(&case.known[*record].id)?))).collect();
        let now = case.shown.iter().enumerate().map(|(at, draft)| (*draft, at)).collect();
        let id = |draft: &usize| match case.found.get(draft) {
            Some(record) => case.known[*record].id,
            None => Record::id_of(case.source, &case.drafts[*draft].key),
        };
        Self { before, now, was: case.members.to_vec(), is: case.shown.iter().map(id).collect() }
    }

    /// Whether a draft stands between those that the record stood between, or as far down a list that is as long.
    fn same(&self, draft: usize, record: usize) -> bool {
        let (Some(was), Some(is)) = (self.before.get(&record), self.now.get(&draft)) else { return false };
        let ahead = |all: &[RecordId], at: usize| at.checked_sub(1).and_then(|at| all.get(at).copied());
        ahead(&self.was, *was) == ahead(&self.is, *is)
            || self.was.get(was + 1) == self.is.get(is + 1)
            || (was == is && self.was.len() == self.is.len())
    }
}

/// How far a draft says what a record says.
struct Agreed {
    /// Fields that say the same, and such as say something else.
    equal: usize,
    other: usize,
    /// Whether both have the same tax number.
    same_tax: bool,
    /// Whether both have tax numbers, and others; and so with any value that tells one from another.
    other_tax: bool,
    other_identity: bool,
    /// Whether it is the same place, where both name one.
    place: Option<bool>,
}

impl Agreed {
    fn of(draft: &Draft, record: &Record) -> Self {
        let mut agreed = Self { equal: 0, other: 0, same_tax: false, other_tax: false, other_identity: false, place: None };
        for (name, found) in &draft.fields {
            let Some(field) = record.fields.get(name).filter(|_| !OF_NOBODY.contains(&name.as_str())) else { continue };
            let one = |value| identities(std::iter::once((name, value))).next();
            let (was, is) = (one(&field.value), one(&found.value));
            let same = if was.is_some() { was == is } else { words(&field.value.text()) == words(&found.value.text()) };
            agreed.equal += usize::from(same);
            agreed.other += usize::from(!same && !OF_THE_NAME.contains(&name.as_str()));
            agreed.same_tax |= same && name.as_str().starts_with("tax_id");
            agreed.other_identity |= !same && was.is_some() && is.is_some();
            agreed.other_tax |= !same && name.as_str().starts_with("tax_id");
            if PLACES.contains(&name.as_str()) {
                agreed.place = Some(same || agreed.place == Some(true));
            }
        }
        agreed
    }
}
