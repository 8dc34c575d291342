//! Opening: the lock, the version check, and the pass over every key that finds damage and fills what is kept in memory.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use super::backup;
use super::codec::{self, Table};
use super::commit::refs;
use super::error::{OpenError, StoreError};
use super::frame;
use super::generation::{self, Generation};
use super::index::Index;
use super::likely::{Linked, Said, lesson};
use super::places::Places;
use super::prepare::{Effect, message_effects};
use super::queue::Queue;
use super::segments::{Segments, sync_folder};
use super::spec::Settings;
use super::stored::{
    StoredChanges, StoredChannel, StoredEntry, StoredHost, StoredLead, StoredMessage, StoredNotice, StoredOrganisation, StoredPack,
    StoredPage, StoredQuestion, StoredRuling, StoredSignal, StoredSource, StoredSpent, StoredSuppression, StoredTimes, StoredVersions,
    to_model,
};
use super::tally::Tally;
use super::tenders;
use super::words::Suppression;
use crate::base::ids::EntryId;
use crate::model::{ChannelState, Entry, Filed, HostState, Lead, Organisation, Page, Question, Record, Ruling, Signal, SourceState};
use crate::resolve;

/// The format of everything under the data folder.
pub(super) const FORMAT: u32 = 7;
/// Findings that are spelled out.
const FINDINGS: usize = 5;

/// Takes the lock of a data folder; it is given back when the file is dropped.
pub(super) fn lock(data: &Path) -> Result<File, OpenError> {
    std::fs::create_dir_all(data).map_err(StoreError::io("make the folder", data))?;
    let path = data.join("store.lock");
    let mut file =
        OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(StoreError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.take(64).read_to_string(&mut pid);
            return Err(OpenError::Locked { path, pid: pid.trim().to_owned() });
        }
        Err(TryLockError::Error(why)) => return Err(StoreError::io("lock", &path)(why).into()),
    }
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        file.sync_all()
    };
    write(&mut file).map_err(StoreError::io("write", &path))?;
    Ok(file)
}

/// What a store holds, as the pass over it found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) index: Index,
    pub(super) queue: Queue,
    pub(super) places: Places,
    /// `None` where nobody is to be found: the pass over a copy.
    pub(super) linked: Option<Linked>,
    pub(super) tally: Tally,
    lessons: Vec<(u32, Option<(resolve::linkage::Pattern, bool)>)>,
    findings: Vec<String>,
    damaged: u64,
}

/// A store that passed.
pub(super) struct Ready {
    pub(super) generation: Generation,
    pub(super) segments: Arc<Segments>,
    pub(super) survey: Survey,
    pub(super) install_key: [u8; 32],
    pub(super) fresh: bool,
}

/// Opens the store of these settings, whose lock is held, or makes one.
pub(super) fn open(settings: &Settings) -> Result<Ready, OpenError> {
    let store = settings.data.join("store");
    backup::finish_restore(&settings.data)?;
    let damaged = |reason: String| {
        let (advice, backup) = backup::advice(settings);
        OpenError::Damaged { path: store.clone(), reason, advice, backup }
    };
    std::fs::create_dir_all(&store).map_err(StoreError::io("make the folder", &store))?;
    let numbers = generation::numbers(&store)?;
    let (number, fresh) = match (generation::current(&store).map_err(|why| damaged(why.to_string()))?, numbers.as_slice()) {
        (Some(number), _) => (number, false),
        (None, []) => {
            make(&store, settings.cache)?;
            (1, true)
        }
        // Made, and interrupted before it said so, or `current` is lost: no doubt which it is.
        (None, [only]) => (*only, false),
        (None, _) => return Err(damaged("the file `current` is missing and there are several databases".to_owned())),
    };
    if !fresh && !generation::folder(&store, number).join("db").is_file() {
        return Err(damaged(format!("the file db-{number:06}/db is missing")));
    }
    let generation = Generation::open(&store, number, settings.cache).map_err(|why| damaged(why.to_string()))?;
    let segments = Segments::open(&store.join("segments"), settings.hook.clone())?;
    check_format(&store, &generation)?;
    let survey = survey(&generation, &segments, (&HashSet::new(), Some(Linked::default()))).map_err(|why| damaged(why.to_string()))?;
    if let Some(reason) = survey.damage() {
        return Err(damaged(reason));
    }
    let install_key = generation.db.get(codec::system("install-key")).map_err(StoreError::from)?;
    let Some(install_key) = install_key.and_then(|key| <[u8; 32]>::try_from(key.as_ref()).ok()) else {
        return Err(damaged("the key of this installation is missing".to_owned()));
    };
    if generation::current(&store)?.is_none() {
        generation::point(&store, number)?;
    }
    // Copies that were interrupted, and databases that a copy has replaced: neither was ever the only one.
    for old in numbers.into_iter().filter(|other| *other != number) {
        let folder = generation::folder(&store, old);
        std::fs::remove_dir_all(&folder).map_err(StoreError::io("delete", &folder))?;
    }
    Ok(Ready { generation, segments, survey, install_key, fresh })
}

/// The database of a new store, with its first keys. It is made aside and put in its place by one rename: half a database is none.
fn make(store: &Path, cache: u64) -> Result<(), StoreError> {
    let aside = store.join("new");
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(StoreError::io("delete", &aside))?;
    }
    std::fs::create_dir_all(&aside).map_err(StoreError::io("make the folder", &aside))?;
    let generation = Generation::open(&aside, 1, cache)?;
    let mut random = [0; 32];
    let path = Path::new("/dev/urandom");
    File::open(path).and_then(|mut file| file.read_exact(&mut random)).map_err(StoreError::io("read", path))?;
    let mut tally = Tally::default();
    let mut batch = sled::Batch::default();
    for (name, value) in [("format", FORMAT.to_be_bytes().as_slice()), ("install-key", &random)] {
        let key = codec::system(name);
        tally.add(&key, value);
        batch.insert(key, value);
    }
    tally.order = 1;
    batch.insert(codec::system("tally"), tally.to_bytes());
    generation.db.apply_batch(batch)?;
    generation.settle()?;
    let made = generation.folder.clone();
    drop(generation);
    generation::sync_tree(&made)?;
    std::fs::rename(&made, generation::folder(store, 1)).map_err(StoreError::io("rename", &made))?;
    std::fs::remove_dir(&aside).map_err(StoreError::io("delete", &aside))?;
    sync_folder(store)
}

fn check_format(store: &Path, generation: &Generation) -> Result<(), OpenError> {
    let value = generation.db.get(codec::system("format")).map_err(StoreError::from)?;
    let found = value.and_then(|value| <[u8; 4]>::try_from(value.as_ref()).ok()).map(u32::from_be_bytes);
    match found {
        Some(found) if found != FORMAT => Err(OpenError::Format { path: store.to_owned(), found, known: FORMAT }),
        // A missing one is found by the pass: the tally does not agree without it.
        Some(_) | None => Ok(()),
    }
}

impl Survey {
    fn finding(&mut self, what: String) {
        self.damaged += 1;
        if self.findings.len() < FINDINGS {
            self.findings.push(what);
        }
    }

    /// What is wrong, if anything is.
    pub(super) fn damage(&self) -> Option<String> {
        let more = self.damaged.saturating_sub(self.findings.len() as u64);
        match (self.findings.as_slice(), more) {
            ([], _) => None,
            (findings, 0) => Some(findings.join("; ")),
            (findings, more) => Some(format!("{}; and {more} more", findings.join("; "))),
        }
    }
}

/// Looks at every key: that it can be read, that what it refers to is there, and that nothing is missing. Blobs in the segments of `deep`
/// are read and checked. Organisations are made ready to be found where `linked` is there to hold them.
pub(super) fn survey(
    generation: &Generation,
    segments: &Segments,
    (deep, linked): (&HashSet<u32>, Option<Linked>),
) -> Result<Survey, StoreError> {
    let mut survey = Survey { linked, ..Survey::default() };
    let mut orders = HashMap::new();
    let mut hosts = None;
    for item in generation.db.iter() {
        let (key, value) = item?;
        if !Tally::counts(&key) {
            continue;
        }
        survey.tally.add(&key, &value);
        if Table::of(&key) == Some(Table::Times) && hosts.is_none() {
            // Pages sort before times, so all hosts are known by now.
            hosts = Some(survey.index.hosts_by_hash());
        }
        if let Err(why) = take_in(&mut survey, (&key, &value), segments, &mut orders, hosts.as_ref()) {
            survey.finding(why.to_string());
        }
        match refs(&key, &value) {
            Ok(blobs) => {
                for blob in &blobs {
                    if let Err(why) = segments.in_range(blob) {
                        survey.finding(format!("segment {} at {}: {why}", blob.segment, blob.offset));
                    } else if deep.contains(&blob.segment)
                        && let Err(why) = segments.read(blob)
                    {
                        survey.finding(why.to_string());
                    }
                }
                segments.adjust(&blobs, &[]);
            }
            Err(why) => survey.finding(why.to_string()),
        }
    }
    if let Some(linked) = &survey.linked {
        linked.learn(std::mem::take(&mut survey.lessons));
    }
    let stored = generation.db.get(codec::system("tally"))?.and_then(|value| Tally::from_bytes(&value));
    match stored {
        None => survey.finding("the count of its keys is missing".to_owned()),
        Some(stored) => {
            survey.tally.order = stored.order;
            if !survey.tally.agrees(&stored) {
                let (is, was) = (survey.tally.keys, stored.keys);
                survey.finding(format!("it holds {is} keys where {was} were written, or their content was altered"));
            }
        }
    }
    Ok(survey)
}

/// Reads one value as what its key says it is, and keeps in memory what is needed there.
fn take_in(
    survey: &mut Survey,
    (key, value): (&[u8], &[u8]),
    segments: &Segments,
    orders: &mut HashMap<u64, u64>,
    hosts: Option<&HashMap<u64, crate::model::HostKey>>,
) -> Result<(), StoreError> {
    let odd = |why: &str| StoreError::Undecodable { what: "key", why: why.to_owned() };
    let table = Table::of(key).ok_or_else(|| odd("it is of no known table"))?;
    // What lies in a segment is checked by its hash when it is read, and by a deep pass.
    let here = !table.framed() || frame::blob(value).is_none();
    match table {
        Table::Page => {
            let shape = frame::unpack::<StoredPage>(value, segments)?;
            let (order, due) = (shape.order, shape.next_due);
            let page: Page = to_model(shape)?;
            if codec::page(page.id) != key {
                return Err(odd("a page lies under another page's key"));
            }
            survey.index.put(page.id, &page.host(), &page.source, due);
            orders.insert(page.id.0, order);
        }
        Table::Versions => drop(frame::unpack_inline::<StoredVersions>(value)?),
        Table::Times => {
            let times = frame::unpack::<StoredTimes>(value, segments)?;
            let parts = codec::times_parts(key).ok_or_else(|| odd("a record of times has no proper key"))?;
            let none = HashMap::new();
            survey.index.load(parts, &times, orders, hosts.unwrap_or(&none));
        }
        Table::Source if here => drop(to_model::<StoredSource, SourceState>(frame::unpack(value, segments)?)?),
        Table::Host => {
            let host: HostState = to_model(frame::unpack::<StoredHost>(value, segments)?)?;
            survey.index.hold_off(&host.host, host.not_before.as_millisecond());
        }
        Table::Pack => take_in_pack(survey, key, frame::unpack(value, segments)?)?,
        Table::Tender => tenders::read(key, value).map(drop)?,
        Table::Changes if here => drop(frame::unpack::<StoredChanges>(value, segments)?),
        Table::Notice if here => drop(to_model::<StoredNotice, Filed>(frame::unpack(value, segments)?)?),
        Table::Organisation if here || survey.linked.is_some() => take_in_organisation(survey, frame::unpack(value, segments)?)?,
        Table::Question if here => drop(to_model::<StoredQuestion, Question>(frame::unpack(value, segments)?)?),
        Table::Ruling => {
            let ruling: Ruling = to_model(frame::unpack::<StoredRuling>(value, segments)?)?;
            survey.lessons.push((ruling.number, lesson(&ruling)));
        }
        Table::Identity => drop(<[u8; 8]>::try_from(value).map_err(|_| odd("an identity key belongs to no organisation"))?),
        Table::Signal if here => drop(to_model::<StoredSignal, Signal>(frame::unpack(value, segments)?)?),
        Table::Lead if here => drop(to_model::<StoredLead, Lead>(frame::unpack(value, segments)?)?),
        Table::Entry => {
            let shape = frame::unpack::<StoredEntry>(value, segments)?;
            let (settled, due) = (shape.settled.is_some(), shape.due);
            let entry: Entry = to_model(shape)?;
            if !settled {
                survey.queue.add_entry(due, EntryId(entry.id.0));
            }
        }
        Table::Message => {
            let shape = frame::unpack::<StoredMessage>(value, segments)?;
            let message = shape.clone().with_body(Vec::new()).map_err(|why| StoreError::Undecodable { what: "message", why })?;
            apply_queue(&mut survey.queue, message_effects(&message.id, None, &shape)?);
        }
        Table::Body if here => drop(frame::content(value, "message", segments)?),
        Table::Channel if here => drop(to_model::<StoredChannel, ChannelState>(frame::unpack(value, segments)?)?),
        Table::Suppression if here => drop(to_model::<StoredSuppression, Suppression>(frame::unpack(value, segments)?)?),
        Table::Spent if here => frame::unpack::<StoredSpent>(value, segments).map(|_| ())?,
        Table::System
        | Table::Mark
        | Table::LeadOf
        | Table::LeadRank
        | Table::Source
        | Table::Spent
        | Table::Changes
        | Table::Notice
        | Table::SharedId
        | Table::Organisation
        | Table::Question
        | Table::Signal
        | Table::Lead
        | Table::Body
        | Table::Channel
        | Table::Suppression => {}
    }
    Ok(())
}

/// Makes an organisation ready to be found, where that is wanted.
fn take_in_organisation(survey: &Survey, shape: StoredOrganisation) -> Result<(), StoreError> {
    let organisation: Organisation = to_model(shape)?;
    if let Some(linked) = &survey.linked {
        linked.put(organisation.id, &Said::by(&organisation));
    }
    Ok(())
}

/// Which records lie in it is asked of the pack alone, so that it is read wherever it lies.
fn take_in_pack(survey: &mut Survey, key: &[u8], pack: StoredPack) -> Result<(), StoreError> {
    let odd = |why: &str| StoreError::Undecodable { what: "pack", why: why.to_owned() };
    let mut records = Vec::with_capacity(pack.0.len());
    for (id, stored) in pack.0 {
        let record: Record = to_model(stored)?;
        if record.id.0.to_be_bytes() != id {
            return Err(odd("a record lies under another record's id"));
        }
        records.push(record.id);
    }
    let pack = codec::pack_id(key).ok_or_else(|| odd("it has no proper key"))?;
    if survey.places.put(pack, records) { Ok(()) } else { Err(odd("a record of it lies in another pack, too")) }
}

/// Lets the queue know.
pub(super) fn apply_queue(queue: &mut Queue, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::Entry(due, id) => queue.add_entry(due, id),
            Effect::EntrySettled(due, id) => queue.remove_entry(due, id),
            Effect::Waiting(id, place, not_before) => queue.put(&id, place, not_before),
            Effect::NotWaiting(id) => queue.remove(&id),
            Effect::Dead(channel, by) => queue.count_dead(&channel, by),
            Effect::PagePut { .. }
            | Effect::PageGone(_)
            | Effect::HoldOff(..)
            | Effect::Packed(..)
            | Effect::Unpacked(_)
            | Effect::Said(..)
            | Effect::Ruled(..)
            | Effect::Shared(_) => {}
        }
    }
}
