//! What every backend must do, written against the seam alone: a second backend runs the same cases with another `Place`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::base::ids::{ContentHash, EntryId, RecordId, RepId, SegmentId};
use crate::model::*;

/// Somewhere a store can be opened, closed and opened again.
pub(super) struct Place {
    pub(super) open: Box<dyn Fn() -> Pin<Box<dyn Future<Output = Store>>>>,
    /// What must outlive it.
    pub(super) _keep: tempfile::TempDir,
}

impl Place {
    pub(super) async fn open(&self) -> Store {
        (self.open)().await
    }

    /// Closes and opens again.
    pub(super) async fn reopen(&self, store: Store) -> Store {
        store.close().await;
        self.open().await
    }
}

macro_rules! contract {
    ($place:expr; $($case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            super::$case($place).await;
        }
    )*};
}

mod embedded {
    fn place() -> super::Place {
        let keep = tempfile::tempdir().unwrap();
        let data = keep.path().to_owned();
        let open = move || -> std::pin::Pin<Box<dyn Future<Output = super::Store>>> {
            let settings = super::Settings::new(data.clone());
            Box::pin(async move { super::Store::open(settings).await.unwrap().0 })
        };
        super::Place { open: Box::new(open), _keep: keep }
    }

    contract! {
        place();
        linking, alike_at_once, claims, times_of_unchanged_checks, a_whole_turn, large_values, conflicts_stand_alone, identities_have_one_owner, versions_of_pages,
        many_at_once, outbox_order, sealing, last_told, postponing, replaying, left_out_of_replays, a_message_enters_once, suppressing, small_things, keeping, forgetting, notices, shared_ids, told_at_once, a_long_history, removing,
        rescheduling,
        lists,
    }
}

pub(super) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(super) fn source(name: &str) -> SourceId {
    name.parse().unwrap()
}

pub(super) fn page(source_name: &str, path: &str, due: i64) -> Page {
    let url = url::Url::parse(path).unwrap();
    Page::root(&source(source_name), url, time(due))
}

pub(super) fn times(page: &Page, checked: i64, next_due: i64) -> Turn {
    let times = CheckTimes { visit: 3, checked: Some(time(checked)), next_due: time(next_due) };
    Turn { requested: Some(time(checked)), ..Turn::new(PageWrite::Times(page.id, times), page.host()) }
}

pub(super) fn whole(page: &Page) -> Turn {
    Turn::new(PageWrite::Whole(Box::new(page.clone())), page.host())
}

pub(super) fn record(source_name: &str, key: &str, text: &str) -> Record {
    let value = Value::Text(text.to_owned());
    let field = Field { value, quote: text.to_owned(), path: "h3".to_owned(), first_seen: time(1) };
    Record {
        id: Record::id_of(&source(source_name), key),
        source: source(source_name),
        key: key.to_owned(),
        kind: RecordKind::Company,
        url: url::Url::parse("https://example.org/1").unwrap(),
        fields: BTreeMap::from([(FieldName::new("name"), field)]),
        content: ContentHash::of(text.as_bytes()),
        first_seen: time(1),
        changed: time(2),
        missing: 0,
        gone: false,
        own_page: OwnPage::Read,
    }
}

pub(super) fn organisation(key: &IdentityKey, record: &Record) -> Organisation {
    let fact = Fact {
        name: FactName::Name,
        value: Value::Text("Talleres García".to_owned()),
        record: record.id,
        evidence: record.evidence("name").unwrap(),
    };
    Organisation {
        id: OrganisationId::of(&[key.to_string().as_bytes()]),
        version: 0,
        name: Some("Talleres García".to_owned()),
        keys: BTreeSet::from([key.clone()]),
        facts: vec![fact],
        records: vec![record.id],
        bonds: BTreeMap::new(),
        apart: BTreeSet::new(),
        first_seen: time(1),
        changed: time(1),
    }
}

pub(super) fn lead(segment: &str, organisation: OrganisationId, fit: i64) -> Lead {
    let segment: SegmentId = segment.parse().unwrap();
    let subject = Subject::Organisation(organisation);
    let score = Score {
        fit,
        signal: 0,
        between: (fit - 100, fit + 100),
        known: 60,
        parts: Vec::new(),
        unknown: vec![Unknown::Fact(FactName::Size), Unknown::Field("cpv".to_owned())],
        excluded: None,
        rules: ContentHash::of(b"rules"),
        at: time(1),
    };
    Lead {
        id: Lead::id_of(&segment, subject),
        version: 0,
        revision: 1,
        segment,
        subject,
        title: "Talleres García".to_owned(),
        score,
        state: LeadState::New,
        owner: Decision::To("ana".parse::<RepId>().unwrap(), "her region".to_owned()),
        next_step: NextStep::Words("call".to_owned()),
        first_seen: time(1),
        changed: time(1),
        verdict: None,
    }
}

pub(super) fn message(n: u8, order_key: u64) -> Message {
    Message {
        id: MessageId::of(&[&[n]]),
        channel: "crm".parse().unwrap(),
        kind: MessageKind::Lead,
        order_key,
        title: format!("message {n}"),
        sealed: Sealed { content_type: "application/json".to_owned(), bytes: vec![n; 20], recipient: String::new() },
        entries: Vec::new(),
        leads: Vec::new(),
        made: time(i64::from(n)),
        state: MessageState::Ready { not_before: time(0) },
        tries: 0,
        attempts: Vec::new(),
    }
}

pub(super) fn entry(n: u32, due: i64) -> Entry {
    let (channel, rep, lead) = ("mail".parse().unwrap(), "ana".parse().unwrap(), LeadId(u64::from(n)));
    let id = Entry::id_of(&channel, &rep, lead, 1);
    let comes =
        || Reminder { record: RecordId(7), field: FieldName::new("deadline"), at: time(900), before: SignedDuration::from_hours(48) };
    let changed = || sample::signal(&sample::organisation("Acme", &[]), SignalKind::DeadlineMoved, 1, 1);
    let of_tender = match n {
        2 => Some(OfTender::Comes(comes())),
        4 => Some(OfTender::Changed(Box::new(changed()))),
        3 => Some(OfTender::Passed { record: Some(RecordId(7)), to: Some("zoe".parse().unwrap()) }),
        _ => None,
    };
    Entry {
        id,
        channel,
        rep,
        lead,
        revision: 1,
        lane: Lane::Digest,
        at: time(0),
        due: time(due),
        held: (n == 1).then(|| source("a")),
        of_tender,
        closes: (n == 2).then(|| time(800)),
        handed: (n == 1).then(|| "zoe".parse().unwrap()),
    }
}

fn conflicts(result: Result<(), CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict { .. }))
}

async fn claims(place: Place) {
    let store = place.open().await;
    let pages = [page("a", "https://one.example/1", 5), page("a", "https://one.example/2", 3), page("b", "https://two.example/", 4)];
    assert_eq!(store.add_pages(pages.to_vec()).await.unwrap(), 3);
    assert_eq!(store.add_pages(pages.to_vec()).await.unwrap(), 0);
    assert_eq!(store.next_due(), Some(time(3)));
    let lease = SignedDuration::from_secs(60);
    assert_eq!(store.claim(time(2), 10, lease), None);
    let first = store.claim(time(10), 10, lease).unwrap();
    assert_eq!((first.host, first.pages, first.until), (pages[0].host(), vec![pages[1].id, pages[0].id], time(70)));
    assert_eq!(store.claim(time(10), 10, lease).unwrap().host, pages[2].host());
    assert_eq!(store.claim(time(10), 10, lease), None, "one owner a host");
    let shown =
        [store.next_check(pages[1].id), store.next_due_of(&pages[0].source), store.next_check(page("a", "https://no.example/", 0).id)];
    assert_eq!(shown, [Some(time(3)), Some(time(3)), None], "a lease on a host is no other time of its pages");
    store.release(&pages[2].host());
    assert_eq!(store.claim(time(10), 10, lease).unwrap().host, pages[2].host());
    let store = place.reopen(store).await;
    assert!(store.claim(time(10), 10, lease).is_some(), "leases of a dead process are void");
    let mut turn = times(&pages[2], 10, 1_000);
    let mut state = HostState::new(pages[2].host());
    state.not_before = time(5_000);
    turn.host_state = Some(state.clone());
    store.commit(turn).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.host(&pages[2].host()).await.unwrap(), Some(state));
    assert_eq!((store.next_check(pages[2].id), store.next_due_of(&pages[2].source)), (Some(time(5_000)), Some(time(5_000))));
    assert_eq!(store.claim(time(2_000), 1, lease).unwrap().pages, [pages[1].id], "at most as many as asked for");
    assert_eq!(store.claim(time(2_000), 10, lease), None, "a host that must wait is skipped");
    assert_eq!(store.claim(time(5_000), 10, lease).unwrap().host, pages[0].host(), "its lease has ended");
    assert_eq!(store.claim(time(5_000), 10, lease).unwrap().host, pages[2].host());
}

async fn times_of_unchanged_checks(place: Place) {
    let mut store = place.open().await;
    let pages: Vec<Page> = (0..50).map(|n| page("a", &format!("https://one.example/{n}"), 0)).collect();
    store.add_pages(pages.clone()).await.unwrap();
    for round in 1..6 {
        for (n, page) in (0..).zip(&pages) {
            store.commit(times(page, round * 100 + n, round * 100 + n + 100)).await.unwrap();
        }
        store = place.reopen(store).await;
        for (n, page) in (0..).zip(&pages) {
            let found = store.page(page.id).await.unwrap().unwrap();
            let want = Page { visit: 3, checked: Some(time(round * 100 + n)), next_due: time(round * 100 + n + 100), ..page.clone() };
            assert_eq!(found, want);
        }
        assert_eq!(store.last_request(&pages[0].host()), Some(time(round * 100 + 49)));
        assert_eq!(store.next_due(), Some(time(round * 100 + 100)));
    }
    let mut read = store.page(pages[7].id).await.unwrap().unwrap();
    read.fingerprint = Some(7);
    read.next_due = time(9_000);
    store.commit(whole(&read)).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.page(read.id).await.unwrap(), Some(read), "a whole page is later than times before it");
    assert!(conflicts(store.commit(times(&page("a", "https://gone.example/", 0), 1, 2)).await), "a page that was removed");
}

async fn a_whole_turn(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let record = record("a", "1", "Talleres García");
    let key = IdentityKey::Domain("talleres.example".to_owned());
    let organisation = organisation(&key, &record);
    let lead = lead("hospitals", organisation.id, 500);
    let signal = Signal {
        kind: SignalKind::OrganisationListed,
        organisation: organisation.id,
        record: record.id,
        at: time(1),
        seen: time(2),
        story: Story::Sentence("is in a directory".to_owned()),
        evidence: record.evidence("name").unwrap(),
        echo: false,
    };
    let change = |baseline, at| Change { source: source("a"), record: record.id, kind: ChangeKind::Appeared, at: time(at), baseline };
    let mut turn = whole(&Page { members: vec![record.id], checked: Some(time(2)), next_due: time(60), ..root.clone() });
    turn.source = Some(SourceState::new(&source("a"), root.id));
    turn.follow = vec![page("a", "https://one.example/?page=2", 3)];
    turn.snapshot = Some("<html>".into());
    turn.records = vec![record.clone()];
    turn.changes = vec![change(true, 1), change(false, 2)];
    turn.organisations = vec![organisation.clone()];
    turn.signals = vec![signal.clone()];
    turn.leads = vec![lead.clone()];
    turn.entries = vec![entry(1, 50)];
    turn.messages = vec![message(1, 1)];
    store.commit(turn.clone()).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.state(&source("a"), root.id).await.unwrap(), turn.source.map(|state| SourceState { version: 1, ..state }));
    assert_eq!(store.pages(vec![turn.follow[0].id]).await.unwrap(), turn.follow);
    assert_eq!(store.records(vec![record.id]).await.unwrap(), turn.records);
    assert_eq!(store.absent(&source("a"), HashSet::new(), 9).await.unwrap(), turn.records);
    assert_eq!(store.absent(&source("a"), HashSet::from([record.id]), 9).await.unwrap(), []);
    let organisation = Organisation { version: 1, ..organisation };
    assert_eq!(store.organisation(organisation.id).await.unwrap().as_ref(), Some(&organisation));
    assert_eq!(store.organisations_by_keys(vec![key]).await.unwrap(), std::slice::from_ref(&organisation));
    assert_eq!(store.signals_of(organisation.id, 10).await.unwrap(), [signal]);
    let lead = Lead { version: 1, ..lead };
    assert_eq!(store.lead(lead.id).await.unwrap().as_ref(), Some(&lead));
    assert_eq!(store.leads_of(lead.subject).await.unwrap(), [lead]);
    assert_eq!(store.changes_of(record.id, 10).await.unwrap(), [change(false, 2), change(true, 1)]);
    assert_eq!(store.recent_changes(None, 1).await.unwrap(), [change(false, 2)]);
    assert_eq!(store.last_snapshot(root.id).await.unwrap().unwrap().bytes, "<html>");
    assert_eq!(store.due_entries(time(50), 10).await.unwrap()[0].entries, turn.entries);
    assert_eq!(store.message(&turn.messages[0].id).await.unwrap().as_ref(), Some(&turn.messages[0]));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pages, counts.records, counts.organisations, counts.leads, counts.entries), (2, 1, 1, 1, 1));
    assert_eq!(counts.waiting, [("crm".parse().unwrap(), 1)]);
}

/// Text that no compression makes small.
pub(super) fn noise(length: usize, seed: u64) -> String {
    (0_u64..)
        .map(|n| crate::base::ids::base32(&ContentHash::of(&(n ^ seed << 32).to_le_bytes()).0))
        .flat_map(String::into_bytes)
        .take(length)
        .map(char::from)
        .collect()
}

async fn large_values(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let record = record("a", "1", &noise(20_000, 1));
    let mut turn = whole(&Page { members: (0..3_000).map(|n| RecordId::of(&[&[1], &u64::to_be_bytes(n)])).collect(), ..root.clone() });
    turn.records = vec![record.clone()];
    let mut large = message(1, 1);
    large.sealed.bytes = noise(200_000, 2).into_bytes();
    turn.messages = vec![large.clone()];
    store.commit(turn.clone()).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.records(vec![record.id]).await.unwrap(), [record]);
    assert_eq!(store.message(&large.id).await.unwrap(), Some(large));
    assert_eq!(store.page(root.id).await.unwrap().unwrap().members.len(), 3_000);
}

async fn conflicts_stand_alone(place: Place) {
    let store = place.open().await;
    let pages: Vec<Page> = (0..3).map(|n| page("a", &format!("https://{n}.example/"), 0)).collect();
    store.add_pages(pages.clone()).await.unwrap();
    let with = |page: &Page, source_name: &str| {
        let mut turn = times(page, 1, 100);
        turn.source = Some(SourceState::new(&source(source_name), pages[0].id));
        turn
    };
    let (a, b, c) =
        tokio::join!(store.commit(with(&pages[0], "same")), store.commit(with(&pages[1], "same")), store.commit(with(&pages[2], "other")));
    assert!(c.is_ok(), "others go on");
    assert!(conflicts(a) != conflicts(b), "exactly one of two that read the same version");
    let state = store.state(&source("same"), pages[0].id).await.unwrap().unwrap();
    assert_eq!(state.version, 1);
    let due: Vec<Timestamp> = store.pages(vec![pages[0].id, pages[1].id]).await.unwrap().into_iter().map(|page| page.next_due).collect();
    assert!(due.contains(&time(0)) && due.contains(&time(100)), "nothing of a refused turn is written: {due:?}");
    let mut again = times(&pages[0], 5, 500);
    again.source = Some(state);
    store.commit(again).await.unwrap();
    assert_eq!(store.state(&source("same"), pages[0].id).await.unwrap().unwrap().version, 2);
    let lead = lead("s", OrganisationId(1), 5);
    let mut turn = times(&pages[1], 6, 600);
    turn.leads = vec![lead.clone()];
    store.commit(turn.clone()).await.unwrap();
    assert!(conflicts(store.commit(turn.clone()).await), "the lead was not there when it was read");
    turn.leads = vec![Lead { version: 1, revision: 2, ..lead }];
    store.commit(turn).await.unwrap();
    // A record that another wrote since it was read is left as it is.
    let read = record("same", "k", "x");
    store.commit(Turn { records: vec![read.clone()], ..Turn::upkeep() }).await.unwrap();
    let moved = |missing: u16| Turn { records: vec![Record { missing, ..read.clone() }], as_read: vec![read.clone()], ..Turn::upkeep() };
    store.commit(moved(1)).await.unwrap();
    assert!(conflicts(store.commit(moved(2)).await));
    assert_eq!(store.records(vec![read.id]).await.unwrap()[0].missing, 1);
}

async fn identities_have_one_owner(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let record = record("a", "1", "x");
    let (phone, domain) = (IdentityKey::Phone("+34911234567".to_owned()), IdentityKey::Domain("x.example".to_owned()));
    let with = |organisations: Vec<Organisation>| Turn { organisations, ..times(&root, 1, 2) };
    let mut first = organisation(&phone, &record);
    store.commit(with(vec![first.clone()])).await.unwrap();
    let mut second = organisation(&domain, &record);
    second.keys.insert(phone.clone());
    assert!(conflicts(store.commit(with(vec![second.clone()])).await), "the number belongs to another");
    first.version = 1;
    first.keys = BTreeSet::from([IdentityKey::TaxId("B1".to_owned())]);
    store.commit(with(vec![first])).await.unwrap();
    assert_eq!(store.organisations_by_keys(vec![phone.clone()]).await.unwrap(), [], "a key given up is free");
    store.commit(with(vec![second.clone()])).await.unwrap();
    let found = store.organisations_by_keys(vec![phone, IdentityKey::TaxId("B1".to_owned()), domain]).await.unwrap();
    assert_eq!(found.iter().map(|organisation| organisation.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(found[0].id, second.id);
}

/// Two commits that bring organisations which are likely one, neither of which could see the other: the later one is a conflict, and sees it then.
async fn alike_at_once(place: Place) {
    let store = place.open().await;
    let named = |key: &str, name: &str, phone: &str| {
        let record = record("a", key, name);
        let mut one = organisation(&IdentityKey::NamePlace(name.to_lowercase(), format!("@{key}")), &record);
        one.name = Some(name.to_owned());
        one.facts[0].value = Value::Text(name.to_owned());
        one.facts.push(Fact { name: FactName::Phone, value: Value::Phone(phone.to_owned()), ..one.facts[0].clone() });
        one
    };
    let ask = async |one: &Organisation| store.likely(vec![(one.id, crate::resolve::rows(one))], HashSet::new()).await.unwrap();
    let with = |one: &Organisation, asked: u64| Turn { organisations: vec![one.clone()], asked: Some(asked), ..Turn::upkeep() };
    let first = named("1", "Talleres Orbaneja", "+34947200331");
    let (second, third) = (named("2", "Taleres Orbaneja", "+34947200331"), named("3", "Panadería Urbión", "+34975300100"));
    let (before, found) = ask(&second).await;
    assert_eq!(found[0].matches, []);
    store.commit(with(&first, ask(&first).await.0)).await.unwrap();
    assert!(conflicts(store.commit(with(&second, before)).await), "the first is like it, and it was not asked about it");
    assert_eq!(store.organisation(second.id).await.unwrap(), None);
    store.commit(with(&third, before)).await.unwrap();
    let (now, found) = ask(&second).await;
    assert_eq!(found[0].matches.iter().map(|like| like.organisation).collect::<Vec<_>>(), [first.id]);
    store.commit(with(&second, now)).await.unwrap();
    // In one batch as well, whichever comes first.
    let (one, other) = (named("4", "Autos Valdeavellano", "+34983111201"), named("5", "Auto Valdeavellano", "+34983111201"));
    let asked = ask(&one).await.0;
    let (a, b) = tokio::join!(store.commit(with(&one, asked)), store.commit(with(&other, asked)));
    assert_eq!([conflicts(a), conflicts(b)].iter().filter(|conflict| **conflict).count(), 1);
}

/// Somebody said that two are one.
fn same(a: &Organisation, b: &Organisation, pattern: &[u8]) -> Ruling {
    Ruling {
        number: 1,
        at: time(3),
        same: true,
        a: a.id,
        b: b.id,
        of_a: a.records.clone(),
        of_b: b.records.clone(),
        divided: false,
        pattern: pattern.to_vec(),
        undone: None,
    }
}

async fn linking(place: Place) {
    let store = place.open().await;
    let named = |key: &str, name: &str, phone: &str| {
        let record = record("a", key, name);
        let mut one = organisation(&IdentityKey::NamePlace(name.to_lowercase(), "@a".to_owned()), &record);
        one.name = Some(name.to_owned());
        one.facts[0].value = Value::Text(name.to_owned());
        one.facts.push(Fact { name: FactName::Phone, value: Value::Phone(phone.to_owned()), ..one.facts[0].clone() });
        one
    };
    let first = named("1", "Talleres Orbaneja", "+34947200331");
    store.commit(Turn { organisations: vec![first.clone()], ..Turn::upkeep() }).await.unwrap();
    let second = named("2", "Taleres Orbaneja", "+34947200331");
    let asked = vec![(second.id, crate::resolve::rows(&second)), (first.id, crate::resolve::rows(&first))];
    let found = store.likely(asked.clone(), HashSet::new()).await.unwrap().1;
    let ids =
        |found: &[Likely]| found.iter().map(|one| one.matches.iter().map(|like| like.organisation).collect()).collect::<Vec<Vec<_>>>();
    assert_eq!(ids(&found), [vec![first.id], vec![second.id]], "also one that is not stored: {found:?}");
    assert_eq!(ids(&store.likely(asked.clone(), HashSet::from([first.id])).await.unwrap().1)[0], []);
    let only = vec![asked[1].clone()];
    assert_eq!(ids(&store.likely(only.clone(), HashSet::new()).await.unwrap().1), [vec![]], "what was only asked about is not there");
    // Open until it is settled, and since when it first was.
    let question = |at: i64| Question {
        a: second.id,
        b: first.id,
        likeness: crate::resolve::likeness(&found[0].matches[0]),
        because: "x".to_owned(),
        at: time(at),
        asked: None,
    };
    store.commit(Turn { organisations: vec![second.clone()], questions: vec![question(1)], ..Turn::upkeep() }).await.unwrap();
    // While a digest asks, what is known of the pair changes: asking changes nothing of that, and is done with the message or not at all.
    let closer = Likeness { points: question(1).likeness.points + 1, ..question(1).likeness };
    store.commit(Turn { questions: vec![Question { likeness: closer.clone(), ..question(2) }], ..Turn::upkeep() }).await.unwrap();
    let with = |n: u8| Message { entries: vec![entry(77, 1).id], ..message(n, 1) };
    assert!(conflicts(store.seal(with(8), vec![question(1)], Vec::new()).await), "no such entry");
    assert_eq!(store.questions(9).await.unwrap()[0].asked, None);
    for (n, asks) in [(9, vec![question(1)]), (9, vec![question(1)]), (10, vec![question(1)])] {
        store.seal(message(n, 1), asks, Vec::new()).await.unwrap();
    }
    store.commit(Turn { questions: vec![Question { likeness: closer.clone(), ..question(3) }], ..Turn::upkeep() }).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.likely(asked[..1].to_vec(), HashSet::new()).await.unwrap().1, found[..1], "a restart knows the same");
    let open = store.questions(9).await.unwrap();
    assert_eq!(
        open.iter().map(|one| (one.pair(), one.at, one.asked, one.likeness.clone())).collect::<Vec<_>>(),
        [((first.id.min(second.id), first.id.max(second.id)), time(1), Some(time(9)), closer)]
    );
    assert_eq!(store.questions_of(second.id).await.unwrap(), open);
    // One becomes part of the other: its keys go over, and nothing is left of it.
    let first = Organisation { version: 1, keys: &first.keys | &second.keys, ..first };
    let ruling = same(&first, &second, &open[0].likeness.pattern);
    let mut turn = Turn { organisations: vec![first.clone()], rulings: vec![ruling.clone()], ..Turn::upkeep() };
    assert!(conflicts(store.commit(turn.clone()).await), "the other still has its key");
    turn.forgotten.organisations = vec![Organisation { version: 1, ..second.clone() }];
    store.commit(turn.clone()).await.unwrap();
    assert_eq!(store.organisation(second.id).await.unwrap(), None);
    let owners = store.organisations_by_keys(second.keys.iter().cloned().collect()).await.unwrap();
    assert_eq!(owners.iter().map(|owner| owner.id).collect::<Vec<_>>(), [first.id]);
    assert_eq!((store.questions(9).await.unwrap(), ids(&store.likely(only, HashSet::new()).await.unwrap().1)), (vec![], vec![vec![]]));
    store.seal(message(11, 1), vec![question(1)], Vec::new()).await.unwrap();
    assert_eq!(store.questions(9).await.unwrap(), [], "that one was asked opens nothing");
    assert_eq!(store.rulings(9).await.unwrap(), std::slice::from_ref(&ruling));
    let again = Turn { rulings: vec![ruling.clone()], ..Turn::upkeep() };
    assert!(conflicts(store.commit(again).await), "the number is taken");
    let undone = Ruling { undone: Some(time(4)), ..ruling };
    store.commit(Turn { rulings: vec![undone.clone()], ..Turn::upkeep() }).await.unwrap();
    // And two again: the key goes back in the same turn.
    let second = Organisation { version: 0, ..second };
    let first = Organisation { version: 2, keys: &first.keys - &second.keys, ..first };
    store.commit(Turn { organisations: vec![second.clone(), first.clone()], ..Turn::upkeep() }).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.rulings(9).await.unwrap(), [undone]);
    assert_eq!(store.organisations_by_keys(second.keys.iter().cloned().collect()).await.unwrap()[0].id, second.id);
}

async fn versions_of_pages(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let change = Change { source: source("a"), record: RecordId(1), kind: ChangeKind::Gone, at: time(1), baseline: false };
    let body = |n: i64| format!("{}<p>{n}</p>", noise(30_000, 3));
    for n in 0..9 {
        let mut turn = whole(&Page { checked: Some(time(n)), ..root.clone() });
        turn.snapshot = Some(body(n).into());
        turn.changes = if n % 2 == 0 { vec![change.clone()] } else { Vec::new() };
        store.commit(turn).await.unwrap();
    }
    let store = place.reopen(store).await;
    let versions = store.snapshots(root.id).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.at).collect::<Vec<_>>(), [8, 6, 4, 2, 0].map(time));
    for (n, version) in versions.iter().enumerate() {
        let found = store.snapshot(root.id, Which::Back(n)).await.unwrap().unwrap();
        assert_eq!(&found.version, version);
        assert!(found.bytes.ends_with(format!("<p>{}</p>", 8 - 2 * n).as_bytes()));
    }
    assert_eq!(store.snapshot(root.id, Which::At(time(5))).await.unwrap().unwrap().version.at, time(4));
    assert_eq!(store.snapshot(root.id, Which::Back(9)).await.unwrap(), None);
    let size = store.size();
    assert!(size.segments_live < 40_000, "deltas, not copies: {size:?}");
}

async fn many_at_once(place: Place) {
    let store = place.open().await;
    let pages: Vec<Page> = (0..300).map(|n| page("a", &format!("https://{}.example/{n}", n % 7), 0)).collect();
    store.add_pages(pages.clone()).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for (n, page) in (0..).zip(pages.clone()) {
        let store = store.clone();
        tasks.spawn(async move {
            let mut turn = times(&page, n, 1_000 + n);
            turn.records = vec![record("a", &n.to_string(), "x")];
            store.commit(turn).await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let store = place.reopen(store).await;
    for (n, page) in (0..).zip(&pages) {
        assert_eq!(store.page(page.id).await.unwrap().unwrap().next_due, time(1_000 + n));
    }
    let ids: Vec<RecordId> = (0..300).map(|n| record("a", &n.to_string(), "x").id).collect();
    let found = store.records(ids.clone()).await.unwrap();
    assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), ids, "in the order asked for");
    let absent = async |most| store.absent(&source("a"), ids[..100].iter().copied().collect(), most).await.unwrap();
    assert_eq!((absent(999).await.len(), absent(150).await.len()), (200, 150));
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let (records, reached) = store.records_after(after, 70).await.unwrap();
        assert!((70..100).contains(&records.len()) || reached.is_none(), "{}", records.len());
        read.extend(records.into_iter().map(|record| record.id));
        after = reached;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(read.len(), 300);
    assert_eq!(read.into_iter().collect::<HashSet<_>>(), ids.into_iter().collect(), "each once");
}

async fn outbox_order(place: Place) {
    let store = place.open().await;
    let crm: ChannelId = "crm".parse().unwrap();
    store.enqueue(vec![message(1, 7), message(2, 7), message(3, 8)]).await.unwrap();
    let ids = |messages: &[Message]| messages.iter().map(|message| message.title.clone()).collect::<Vec<_>>();
    let leased = store.lease_messages(&crm, time(10), 10, time(100)).await.unwrap();
    assert_eq!(ids(&leased), ["message 1", "message 3"]);
    assert_eq!(leased[0].state, MessageState::Leased { until: time(100) });
    assert_eq!(store.lease_messages(&crm, time(11), 10, time(100)).await.unwrap(), []);
    assert_eq!(store.next_message(&crm), Some(time(100)));
    let mut failed = leased[0].clone();
    failed.state = MessageState::Ready { not_before: time(50) };
    failed.tries = 1;
    failed.attempts = vec![Attempt { at: time(11), outcome: "503".to_owned() }];
    let state = ChannelState { failures: 1, failing_since: Some(time(11)), ..ChannelState::new(&crm) };
    store.acknowledge(failed.clone(), Some(state.clone()), vec![message(9, 9)]).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.channel_state(&crm).await.unwrap(), Some(state));
    let leased = store.lease_messages(&crm, time(20), 10, time(100)).await.unwrap();
    assert_eq!(ids(&leased), ["message 3", "message 9"], "leases are void; an earlier undelivered one holds back the later");
    store.unlease(&[leased[0].id.clone(), leased[1].id.clone()]);
    let mut leased = store.lease_messages(&crm, time(60), 1, time(100)).await.unwrap();
    while ids(&leased) != ["message 1"] {
        leased = store.lease_messages(&crm, time(60), 1, time(100)).await.unwrap();
    }
    assert_eq!(leased[0].tries, 1);
    leased[0].state = MessageState::Delivered { at: time(61) };
    store.acknowledge(leased[0].clone(), None, vec![]).await.unwrap();
    assert!(conflicts(store.acknowledge(leased[0].clone(), None, vec![]).await), "delivered once");
    assert_eq!(ids(&store.lease_messages(&crm, time(62), 1, time(100)).await.unwrap()), ["message 2"]);
    let standing = |standing| MessageFilter { standing: Some(standing), ..MessageFilter::default() };
    assert_eq!(ids(&store.messages(standing(Standing::Delivered), 9).await.unwrap()), ["message 1"]);
    assert_eq!(store.messages(standing(Standing::Leased), 9).await.unwrap().len(), 3);
}

async fn sealing(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let entries: Vec<Entry> = (0..4).map(|n| entry(n, 10 + i64::from(n))).collect();
    let turn = Turn { entries: entries.clone(), ..times(&root, 1, 2) };
    store.commit(turn.clone()).await.unwrap();
    store.commit(turn).await.unwrap();
    assert_eq!(store.next_entry(), Some(time(10)));
    let due = store.due_entries(time(12), 10).await.unwrap();
    assert_eq!(due.iter().map(|group| group.entries.len()).collect::<Vec<_>>(), [3]);
    let few = store.due_entries(time(12), 2).await.unwrap();
    assert_eq!(few[0].entries, entries[..2], "what is over the limit stays due");
    let ids: Vec<EntryId> = entries[..3].iter().map(|entry| entry.id).collect();
    let digest = Message { entries: ids.clone(), ..message(1, 1) };
    store.seal(digest.clone(), vec![], Vec::new()).await.unwrap();
    store.seal(digest, vec![], Vec::new()).await.unwrap();
    assert!(conflicts(store.seal(Message { entries: ids, ..message(2, 1) }, vec![], Vec::new()).await), "an entry goes out once");
    let store = place.reopen(store).await;
    assert_eq!(store.waiting_entries(EntryFilter::default(), 10).await.unwrap(), entries[3..]);
    assert_eq!(store.message(&message(2, 1).id).await.unwrap(), None);
    assert_eq!(store.messages(MessageFilter::default(), 10).await.unwrap().len(), 1);
    // What a message tells beside its entries waits for nothing, and is known as long as the message may leave or did.
    let told = |n: u8| Entry { id: EntryId(90 + u64::from(n)), ..entry(9, 1) };
    let (mut store, states) =
        (store, [(MessageState::Dead { at: time(2), reason: String::new() }, false), (MessageState::Delivered { at: time(3) }, true)]);
    for (n, (state, known)) in (3..).zip(states) {
        let (one, ids) = (message(n, 1), vec![told(n).id, entries[3].id]);
        assert_eq!(store.letters_of(ids.clone()).await.unwrap(), []);
        store.seal(one.clone(), vec![], vec![told(n)]).await.unwrap();
        store = place.reopen(store).await;
        assert_eq!(store.waiting_entries(EntryFilter::default(), 10).await.unwrap(), entries[3..]);
        assert_eq!(store.letters_of(ids.clone()).await.unwrap(), [(told(n).id, false)]);
        store.acknowledge(Message { state, ..one }, None, vec![]).await.unwrap();
        let want: Vec<(EntryId, bool)> = known.then_some((told(n).id, true)).into_iter().collect();
        assert_eq!(store.letters_of(ids).await.unwrap(), want);
    }
}

/// What is told of a lead, and that it went, revision by revision.
async fn last_told(place: Place) {
    let mut store = place.open().await;
    let news = |revision| {
        let one = entry(5, 1);
        Entry { id: Entry::id_of(&one.channel, &one.rep, one.lead, revision), revision, ..one }
    };
    let loss = |revision| {
        let one = news(revision);
        let of_tender = Some(OfTender::Passed { record: None, to: None });
        Entry { id: Entry::id_of_loss(&one.channel, &one.rep, one.lead, revision), of_tender, ..one }
    };
    let told = async |store: &Store, before: u32| {
        let Entry { channel, rep, lead, .. } = news(1);
        let last = store.told(&channel, &rep, lead, before).await.unwrap();
        (last.at.map(Timestamp::as_second), last.passed, last.given_up.map(|(id, _)| id))
    };
    let letter = |n: u8, of: &Entry| Message { entries: vec![of.id], made: time(i64::from(n)), ..message(n, 1) };
    let at = |n: i64| Some(time(n).as_second());
    assert_eq!(told(&store, 9).await, (None, Passed::No, None), "nothing is known of it");
    // Each step: what comes to wait, what is sealed of it, and how; then what is so before which revision.
    let dead = |n, of: &Entry| Message { state: MessageState::Dead { at: time(70), reason: "no".to_owned() }, ..letter(n, of) };
    let dropped = |n, of: &Entry| Message { state: MessageState::Suppressed { at: time(70) }, ..letter(n, of) };
    for (what, waits, sealed, before, want) in [
        ("waits", news(1), None, 9, (None, Passed::No, None)),
        ("is told", news(1), Some(letter(10, &news(1))), 9, (at(10), Passed::No, None)),
        ("went, and that waits", loss(2), None, 9, (at(10), Passed::Waits, None)),
        ("before it went", loss(2), None, 2, (at(10), Passed::No, None)),
        ("is back, and that waits", news(3), None, 9, (at(10), Passed::Waits, None)),
        ("that it went is left out", loss(2), Some(dropped(11, &loss(2))), 9, (at(10), Passed::No, None)),
        ("that it is back is given up", news(3), Some(dead(12, &news(3))), 9, (at(10), Passed::No, Some(message(12, 1).id))),
        ("went again, and was told so", loss(4), Some(letter(13, &loss(4))), 9, (None, Passed::Told, None)),
        ("before that", loss(4), None, 4, (at(10), Passed::No, Some(message(12, 1).id))),
        ("is back and told", news(5), Some(letter(14, &news(5))), 9, (at(14), Passed::No, None)),
    ] {
        store.commit(Turn { entries: vec![waits], ..Turn::upkeep() }).await.unwrap();
        if let Some(message) = sealed {
            store.seal(message, vec![], Vec::new()).await.unwrap();
        }
        assert_eq!(told(&store, before).await, want, "{what}");
        store = place.reopen(store).await;
        assert_eq!(told(&store, before).await, want, "{what}, read from disk");
    }
}

async fn postponing(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    store.commit(Turn { entries: vec![entry(1, 5), Entry { lane: Lane::Urgent, ..entry(2, 6) }], ..times(&root, 1, 2) }).await.unwrap();
    let later = Entry { lane: Lane::Digest, ..entry(2, 600) };
    let settled = entry(3, 700);
    store.postpone(vec![later.clone(), settled]).await.unwrap();
    let held: Vec<Entry> = store.due_entries(time(10), 9).await.unwrap().into_iter().flat_map(|due| due.entries).collect();
    assert_eq!(held, [entry(1, 5)]);
    let store = place.reopen(store).await;
    assert_eq!(store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), [entry(1, 5), later.clone()]);
    assert_eq!(store.entered(vec![entry(1, 5).id, entry(4, 700).id]).await.unwrap(), [entry(1, 5).id]);
    // The first of others do not hide the later ones of somebody.
    let theirs = Entry { rep: "bea".parse().unwrap(), due: time(700), ..entry(4, 700) };
    store.commit(Turn { entries: vec![theirs.clone()], ..Turn::upkeep() }).await.unwrap();
    let of = |rep: &RepId| EntryFilter { channel: Some(theirs.channel.clone()), rep: Some(rep.clone()) };
    assert_eq!(store.waiting_entries(of(&theirs.rep), 1).await.unwrap(), std::slice::from_ref(&theirs));
    assert_eq!(store.waiting_entries(of(&later.rep), 1).await.unwrap(), [entry(1, 5)]);
}

async fn replaying(place: Place) {
    let store = place.open().await;
    let crm: ChannelId = "crm".parse().unwrap();
    store.enqueue(vec![message(1, 7), message(2, 7)]).await.unwrap();
    for at in [20, 30] {
        let mut dead = store.lease_messages(&crm, time(at), 1, time(100)).await.unwrap().remove(0);
        dead.state = MessageState::Dead { at: time(at), reason: "410 Gone".to_owned() };
        dead.tries = 10;
        store.acknowledge(dead, None, vec![]).await.unwrap();
    }
    let store = place.reopen(store).await;
    assert_eq!(store.counts().await.unwrap().dead, [(crm.clone(), 2)]);
    assert_eq!(store.lease_messages(&crm, time(40), 9, time(100)).await.unwrap(), []);
    assert_eq!(store.replay(Replay::DeadSince(time(25), None), time(50)).await.unwrap().again, [message(2, 7).id]);
    assert_eq!(store.replay(Replay::These(vec![message(2, 7).id]), time(50)).await.unwrap().again, [], "it is not dead any more");
    let leased = store.lease_messages(&crm, time(60), 9, time(100)).await.unwrap();
    assert_eq!((leased[0].id.clone(), leased[0].tries, leased[0].sealed.clone()), (message(2, 7).id, 0, message(2, 7).sealed));
    assert_eq!(store.counts().await.unwrap().dead, [(crm.clone(), 1)]);
    // A receiver that lost its data gets what it had taken, under the same ids, with the same bytes, in the same order; nobody gets mail twice.
    let letter = Message { sealed: Sealed { recipient: "ana@example.com".to_owned(), ..message(5, 9).sealed }, ..message(5, 9) };
    store.enqueue(vec![message(3, 8), message(4, 8), letter]).await.unwrap();
    for at in [70, 80] {
        for mut done in store.lease_messages(&crm, time(at), 9, time(100)).await.unwrap() {
            done.state = MessageState::Delivered { at: time(at) };
            store.acknowledge(done, None, vec![]).await.unwrap();
        }
    }
    let store = place.reopen(store).await;
    assert_eq!(store.replay(Replay::These(vec![message(3, 8).id]), time(90)).await.unwrap().again, [], "it was not given up");
    assert_eq!(store.replay(Replay::DeliveredSince(time(75), crm.clone()), time(90)).await.unwrap().again, [message(4, 8).id]);
    assert_eq!(store.replay(Replay::DeliveredSince(time(69), crm.clone()), time(90)).await.unwrap().again, [message(3, 8).id]);
    let again = store.lease_messages(&crm, time(91), 9, time(100)).await.unwrap();
    let sent: Vec<_> =
        again.iter().filter(|again| again.id != message(2, 7).id).map(|message| (message.id.clone(), message.sealed.clone())).collect();
    assert_eq!(sent, [(message(3, 8).id, message(3, 8).sealed)], "the later one of its lead waits for it");
    assert_eq!(store.replay(Replay::DeliveredSince(time(0), "other".parse().unwrap()), time(90)).await.unwrap().again, []);
}

/// What would be sent again is what is, and of the rest it is said why not.
async fn left_out_of_replays(place: Place) {
    let store = place.open().await;
    let crm: ChannelId = "crm".parse().unwrap();
    let of = |n: u8, key: u64, kind: MessageKind, leads: &[u64]| Message {
        kind,
        leads: leads.iter().map(|id| LeadId(*id)).collect(),
        ..message(n, key)
    };
    let all = [
        of(1, 1, MessageKind::Lead, &[404]),
        of(2, 2, MessageKind::Tender, &[]),
        of(3, 3, MessageKind::Tender, &[]),
        of(4, 2, MessageKind::Tender, &[]),
        of(5, 5, MessageKind::Notice, &[]),
    ];
    store.enqueue(all.to_vec()).await.unwrap();
    for at in [20, 30] {
        for mut one in store.lease_messages(&crm, time(at), 9, time(100)).await.unwrap() {
            let done = one.id == all[3].id || one.id == all[4].id;
            let dead = MessageState::Dead { at: time(at), reason: "410 Gone".to_owned() };
            one.state = if done { MessageState::Delivered { at: time(at) } } else { dead };
            store.acknowledge(one, None, vec![]).await.unwrap();
        }
    }
    let store = place.reopen(store).await;
    let id = |n: usize| all[n - 1].id.clone();
    let left = vec![(id(1), LeftOut::Gone), (id(2), LeftOut::Overtaken)];
    let these = Replay::These((1..=5).rev().map(id).chain([message(99, 9).id]).collect());
    let of_these = left.iter().cloned().chain([(id(4), LeftOut::State), (id(5), LeftOut::State)]).collect::<Vec<_>>();
    for (which, again, left) in [
        (Replay::DeadSince(time(0), None), vec![id(3)], left),
        (these.clone(), vec![], of_these.iter().take(2).cloned().chain([(id(3), LeftOut::State)]).chain(of_these[2..].to_vec()).collect()),
        (Replay::DeliveredSince(time(0), crm.clone()), vec![id(4), id(5)], vec![]),
    ] {
        let want = Replayed { again, left, more: false };
        assert_eq!(store.replayed(which.clone(), time(50)).await.unwrap(), want, "{which:?}");
        assert_eq!(store.replay(which, time(50)).await.unwrap(), want);
    }
    assert_eq!(store.message(&id(3)).await.unwrap().unwrap().sealed, all[2].sealed);
}

async fn a_message_enters_once(place: Place) {
    let store = place.open().await;
    assert_eq!(store.enqueue(vec![message(1, 7), message(1, 7), message(2, 7)]).await.unwrap(), 2);
    let other = Message { sealed: Sealed { bytes: b"other bytes".to_vec(), ..message(1, 7).sealed }, ..message(1, 7) };
    assert_eq!(store.enqueue(vec![other]).await.unwrap(), 0);
    assert_eq!(store.message(&message(1, 7).id).await.unwrap(), Some(message(1, 7)));
}

async fn suppressing(place: Place) {
    let store = place.open().await;
    let mail: ChannelId = "mail".parse().unwrap();
    let entry = Suppression {
        channel: mail.clone(),
        recipient: "Ana@Example.com".to_owned(),
        at: time(1),
        scope: Scope::Digests,
        paused: Some(time(9)),
        weekly: true,
    };
    store.suppress(entry.clone()).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.suppressed(&mail, "ana@example.com ").await.unwrap(), Some(entry.clone()));
    assert_eq!(store.suppressed(&"other".parse().unwrap(), "ana@example.com").await.unwrap(), None);
    assert_eq!(store.suppressions().await.unwrap(), [entry]);
    let everything = Suppression::new(mail, "ana@example.com".to_owned(), time(2));
    store.suppress(everything.clone()).await.unwrap();
    assert_eq!(store.suppressions().await.unwrap(), [everything], "one entry a recipient");
}

async fn small_things(place: Place) {
    let store = place.open().await;
    let key = store.install_key();
    store.set_mark("digest.ana", Some(b"2026-11-23".to_vec())).await.unwrap();
    store.set_mark("digest.bea", Some(vec![])).await.unwrap();
    store.set_mark("digest.bea", None).await.unwrap();
    assert!(store.set_mark("too large", Some(vec![0; 5_000])).await.is_err());
    let marks = |name: &str| vec![(name.to_owned(), Some(vec![1])), ("digest.bea".to_owned(), None)];
    store.commit(Turn { marks: marks("held.a"), ..Turn::upkeep() }).await.unwrap();
    let one = lead("all", OrganisationId(7), 100);
    let twice = Turn { leads: vec![one.clone(), lead("other", OrganisationId(7), 100), one], marks: marks("held.b"), ..Turn::upkeep() };
    assert!(matches!(store.commit(twice).await, Err(CommitError::Store(StoreError::Twice(_)))));
    let store = place.reopen(store).await;
    assert_eq!(store.mark("digest.ana").await.unwrap(), Some(b"2026-11-23".to_vec()));
    assert_eq!(store.mark("digest.bea").await.unwrap(), None);
    assert_eq!((store.mark("held.a").await.unwrap(), store.mark("held.b").await.unwrap()), (Some(vec![1]), None));
    assert_eq!(store.marks("held.", 9).await.unwrap(), [("held.a".to_owned(), vec![1])]);
    assert_eq!(store.marks("", 1).await.unwrap(), [("digest.ana".to_owned(), b"2026-11-23".to_vec())]);
    assert_eq!(store.leads(LeadFilter::default(), 9).await.unwrap(), [], "nothing of a refused turn is written");
    assert_eq!(store.install_key(), key);
    assert_ne!(key, [0; 32]);
}

async fn keeping(place: Place) {
    let store = place.open().await;
    let day = 24 * 3600;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let change = |at| Change { source: source("a"), record: RecordId(1), kind: ChangeKind::Gone, at: time(at), baseline: false };
    let turn = Turn { changes: vec![change(0), change(800 * day)], entries: vec![entry(1, 1), entry(2, 1)], ..times(&root, 1, 2) };
    store.commit(turn).await.unwrap();
    store.seal(Message { entries: vec![entry(1, 1).id], ..message(1, 1) }, vec![], Vec::new()).await.unwrap();
    store.enqueue(vec![message(2, 2), message(3, 3)]).await.unwrap();
    let crm: ChannelId = "crm".parse().unwrap();
    let mut leased = store.lease_messages(&crm, time(10), 2, time(100)).await.unwrap();
    leased[0].state = MessageState::Delivered { at: time(11) };
    leased[1].state = MessageState::Dead { at: time(11), reason: "no".to_owned() };
    for message in leased {
        store.acknowledge(message, None, vec![]).await.unwrap();
    }
    assert_eq!(store.keep(time(20 * day), SignedDuration::MAX).await.unwrap().expired, 0);
    assert_eq!(store.keep(time(40 * day), SignedDuration::MAX).await.unwrap().expired, 2, "the delivered message and its entry");
    assert_eq!(store.keep(time(740 * day), SignedDuration::MAX).await.unwrap().expired, 2, "the dead message and the old change");
    let store = place.reopen(store).await;
    assert_eq!(store.recent_changes(Some(&source("a")), 9).await.unwrap(), [change(800 * day)]);
    assert_eq!(store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), [entry(2, 1)]);
    assert_eq!(store.messages(MessageFilter::default(), 9).await.unwrap().len(), 1);
    assert_eq!(store.counts().await.unwrap().dead, []);
    store
        .enqueue(vec![Message { state: MessageState::Dead { at: time(741 * day), reason: "no".to_owned() }, ..message(4, 4) }])
        .await
        .unwrap();
    assert_eq!(store.keep(time(780 * day), SignedDuration::MAX).await.unwrap().expired, 0);
    assert_eq!(
        store.keep(time(780 * day), SignedDuration::from_hours(30 * 24)).await.unwrap().expired,
        1,
        "nothing told outlives the longest"
    );
}

async fn forgetting(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let records = [record("a", "1", "x"), record("a", "2", "y")];
    let keys = [IdentityKey::Phone("+34911234567".to_owned()), IdentityKey::Domain("x.example".to_owned())];
    let organisations = [organisation(&keys[0], &records[0]), organisation(&keys[1], &records[1])];
    let signal = |organisation: &Organisation, record: &Record, n| Signal {
        kind: SignalKind::OrganisationListed,
        organisation: organisation.id,
        record: record.id,
        at: time(1),
        seen: time(n),
        story: Story::Gone { title: format!("{n}") },
        evidence: record.evidence("name").unwrap(),
        echo: false,
    };
    let change = |record: &Record| Change { source: source("a"), record: record.id, kind: ChangeKind::Gone, at: time(1), baseline: false };
    let signals =
        [signal(&organisations[0], &records[0], 2), signal(&organisations[1], &records[0], 3), signal(&organisations[1], &records[1], 4)];
    let leads = [lead("s", organisations[0].id, 5), lead("s", organisations[1].id, 6)];
    store
        .commit(Turn {
            records: records.to_vec(),
            changes: records.iter().map(change).collect(),
            organisations: organisations.to_vec(),
            signals: signals.to_vec(),
            leads: leads.to_vec(),
            ..whole(&root)
        })
        .await
        .unwrap();
    let known = store.organisations_after(None, 9).await.unwrap();
    let mut forgets = Turn::upkeep();
    forgets.forgotten.records = vec![Record { missing: 3, ..records[0].clone() }];
    assert!(conflicts(store.commit(forgets.clone()).await), "it is not what was decided about");
    forgets.forgotten.records = vec![records[0].clone()];
    forgets.forgotten.signals = vec![signals[1].clone()];
    forgets.forgotten.organisations = vec![organisations[0].clone()];
    assert!(conflicts(store.commit(forgets.clone()).await), "the version must be the one that was read");
    forgets.forgotten.organisations = known.into_iter().filter(|known| known.id == organisations[0].id).collect();
    let of = |n: usize| Arc::new(HashSet::from([records[n].id]));
    let apart = async |n: usize, most| store.signals_apart(organisations[1].id, of(n), most).await.unwrap();
    assert_eq!(apart(0, (9, 9)).await, (vec![signals[1].clone()], vec![signals[2].clone()]));
    assert_eq!(apart(1, (9, 0)).await, (vec![signals[2].clone()], vec![]));
    store.commit(forgets).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!(store.recent_changes(None, 9).await.unwrap().len(), 2, "the history is forgotten apart");
    store.forget_changes(&records[..1]).await.unwrap();
    assert_eq!(store.records(records.iter().map(|record| record.id).collect()).await.unwrap(), [records[1].clone()]);
    assert_eq!(store.recent_changes(None, 9).await.unwrap(), [change(&records[1])]);
    let left: Vec<_> = store.organisations_after(None, 9).await.unwrap().into_iter().map(|left| left.id).collect();
    assert_eq!(left, [organisations[1].id]);
    assert_eq!(store.organisations_by_keys(vec![keys[0].clone()]).await.unwrap(), []);
    assert_eq!(store.signals_of(organisations[0].id, 9).await.unwrap(), []);
    assert_eq!(store.signals_of(organisations[1].id, 9).await.unwrap(), [signals[2].clone()]);
    assert_eq!(store.leads(LeadFilter::default(), 9).await.unwrap().into_iter().map(|lead| lead.id).collect::<Vec<_>>(), [leads[1].id]);
    assert_eq!(store.leads_of(leads[0].subject).await.unwrap(), []);
}

fn filed(own: &str, published: Option<i64>, seen: i64) -> Filed {
    Filed {
        numbers: vec![format!("{own}-2026"), "N 1".to_owned()],
        hash: ContentHash::of(own.as_bytes()),
        published: published.map(time),
        seen: time(seen),
        url: url::Url::parse("https://portal.example/feed").unwrap(),
        format: "ocds".to_owned(),
        zone: "Europe/Madrid".to_owned(),
        zone_from: ZoneFrom::Portal,
        raw: Raw::new("[", own, "]"),
    }
}

fn texts(notices: &[Filed]) -> Vec<String> {
    notices.iter().map(|filed| filed.raw.text()).collect()
}

async fn notices(place: Place) {
    let mut store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let records = [record("a", "1", "x"), record("a", "2", "y")];
    let [one, two] = [records[0].id, records[1].id];
    let large = noise(50_000, 7);
    let list = [(one, filed("b", Some(20), 30)), (one, filed(&large, Some(10), 30)), (two, filed("undated", None, 30))];
    store.commit(Turn { records: records.to_vec(), notices: list.to_vec(), ..whole(&root) }).await.unwrap();
    store = place.reopen(store).await;
    assert_eq!(texts(&store.notices_of(one).await.unwrap().notices), [format!("[{large}]"), "[b]".to_owned()]);
    let back = store.notices_of(two).await.unwrap().notices;
    assert_eq!(back, [Filed { raw: Raw::new("", "[undated]", ""), ..list[2].1.clone() }]);
    // The same again, later: nothing is written.
    let keys = store.size().keys;
    let again: Vec<(RecordId, Filed)> = list.iter().map(|(id, filed)| (*id, Filed { seen: time(99), ..filed.clone() })).collect();
    assert_eq!(store.unsettled(again.clone()).await.unwrap(), HashSet::new());
    store.commit(Turn { notices: again, ..Turn::upkeep() }).await.unwrap();
    assert_eq!((store.size().keys, store.notices_of(two).await.unwrap().notices), (keys, back), "first seen when it was first seen");
    // A correction of the same time is another one, after it.
    let correction = vec![(one, filed("a", Some(20), 99)), (one, filed("a", Some(20), 99))];
    assert_eq!(store.unsettled(correction.clone()).await.unwrap(), HashSet::from([one]));
    store.commit(Turn { notices: correction, ..Turn::upkeep() }).await.unwrap();
    assert_eq!(texts(&store.notices_of(one).await.unwrap().notices)[1..], ["[b]", "[a]"]);
    // The first stays, and the newest of the others.
    let many = (0..300).map(|n| (two, filed(&n.to_string(), Some(1_000 + n), 100))).collect();
    store.commit(Turn { notices: many, ..Turn::upkeep() }).await.unwrap();
    store = place.reopen(store).await;
    let kept = store.notices_of(two).await.unwrap();
    let (kept, all) = (texts(&kept.notices), kept.all);
    assert!(!all && store.notices_of(one).await.unwrap().all);
    assert_eq!((kept.len(), kept[0].as_str(), kept[1].as_str(), kept[199].as_str()), (200, "[undated]", "[101]", "[299]"));
    store.compact().await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    store.copy_to(copy.path()).await.unwrap();
    let (copied, _) = Store::open(Settings::new(copy.path())).await.unwrap();
    for store in [&store, &copied] {
        assert_eq!(texts(&store.notices_of(one).await.unwrap().notices), [format!("[{large}]"), "[b]".to_owned(), "[a]".to_owned()]);
    }
    copied.close().await;
    // What is idle makes room when something new is filed, and is not what was lost.
    let idle = vec![(one, ContentHash::of(b"b")), (two, ContentHash::of(b"none"))];
    store.commit(Turn { notices: vec![(one, filed("c", Some(30), 100))], idle, ..Turn::upkeep() }).await.unwrap();
    let kept = store.notices_of(one).await.unwrap();
    assert_eq!((texts(&kept.notices)[1..].to_vec(), kept.all), (vec!["[a]".to_owned(), "[c]".to_owned()], true));
    // Which of two of one time is the last must be looked up; what came back is filed once more, after both.
    let (first, second) = (filed("1", Some(2_000), 30), filed("2", Some(2_000), 31));
    store.commit(Turn { notices: vec![(two, first.clone())], ..Turn::upkeep() }).await.unwrap();
    assert_eq!(store.unsettled(vec![(two, first.clone())]).await.unwrap(), HashSet::new());
    store.commit(Turn { notices: vec![(two, second)], ..Turn::upkeep() }).await.unwrap();
    assert_eq!(store.unsettled(vec![(two, first.clone())]).await.unwrap(), HashSet::from([two]));
    let back = Filed { seen: time(32), ..first }.back();
    store.commit(Turn { notices: vec![(two, back)], ..Turn::upkeep() }).await.unwrap();
    let kept = texts(&store.notices_of(two).await.unwrap().notices);
    assert_eq!(kept[kept.len() - 3..], ["[1]", "[2]", "[1]"]);
    // Of much the first and the newest are read.
    let heavy = (0..5).map(|n| (one, filed(&noise(5_000_000, n), Some(1_000 + i64::try_from(n).unwrap()), 100))).collect();
    store.commit(Turn { notices: heavy, ..Turn::upkeep() }).await.unwrap();
    let kept = store.notices_of(one).await.unwrap();
    assert_eq!((kept.notices.len(), kept.all, kept.notices[0].raw.text()), (5, false, format!("[{large}]")));
    // Forgotten with the record.
    let mut turn = Turn::upkeep();
    turn.forgotten.records = vec![records[1].clone()];
    store.commit(turn).await.unwrap();
    store = place.reopen(store).await;
    assert_eq!((store.notices_of(two).await.unwrap().notices, store.notices_of(one).await.unwrap().notices.len()), (vec![], 5));
}

/// Two commits of two sources on one tender, neither of which could see the other: the later one is a conflict. What the same source wrote, or
/// another on another tender, is none.
async fn told_at_once(place: Place) {
    let store = place.open().await;
    let tender = |source: &str, key: &str, id: &str| {
        let mut tender = Record { kind: RecordKind::Tender, ..record(source, key, "x") };
        let value = Value::List(vec![Value::Text(format!("OCID:{id}"))]);
        tender.fields.insert(FieldName::new("other_ids"), Field { value, quote: String::new(), path: "p".to_owned(), first_seen: time(1) });
        tender
    };
    let with = |record: &Record, looked: Option<u64>| Turn { records: vec![record.clone()], looked, ..Turn::upkeep() };
    let (a, b, other) =
        (tender("a", "1", "ocds-h6vhtk-000001"), tender("b", "1", "ocds-h6vhtk-000001"), tender("b", "2", "ocds-h6vhtk-000002"));
    let looked = store.shared_written();
    store.commit(with(&a, Some(looked))).await.unwrap();
    assert!(conflicts(store.commit(with(&b, Some(looked))).await));
    store.commit(with(&other, Some(looked))).await.unwrap();
    store.commit(with(&a, Some(looked))).await.unwrap();
    store.commit(with(&b, Some(store.shared_written()))).await.unwrap();
    // What is written again and says what it said overtakes nobody; what it says otherwise does.
    let looked = store.shared_written();
    let missed = |record: &Record, name: &str| {
        let mut record = Record { missing: 1, ..record.clone() };
        record.fields.get_mut("name").unwrap().value = Value::Text(name.to_owned());
        record
    };
    store.commit(with(&missed(&a, "x"), None)).await.unwrap();
    store.commit(with(&missed(&b, "y"), Some(looked))).await.unwrap();
    assert!(conflicts(store.commit(with(&missed(&a, "z"), Some(looked))).await));
    // In one batch as well.
    let (one, two) = (tender("a", "3", "ocds-h6vhtk-000003"), tender("b", "3", "ocds-h6vhtk-000003"));
    let looked = store.shared_written();
    let (x, y) = tokio::join!(store.commit(with(&one, Some(looked))), store.commit(with(&two, Some(looked))));
    assert_eq!([conflicts(x), conflicts(y)].iter().filter(|conflict| **conflict).count(), 1);
    let store = place.reopen(store).await;
    store.commit(with(&tender("c", "3", "ocds-h6vhtk-000003"), Some(store.shared_written()))).await.unwrap();
}

async fn shared_ids(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let tender = |source: &str, ids: &[&str]| {
        let mut tender = Record { kind: RecordKind::Tender, ..record(source, "1", "x") };
        let value = Value::List(ids.iter().map(|id| Value::Text((*id).to_owned())).collect());
        let field = Field { value, quote: String::new(), path: "p".to_owned(), first_seen: time(1) };
        tender.fields.insert(FieldName::new("other_ids"), field);
        tender
    };
    let (uuid, ocid) = ("eforms-procedure:0f0e0d0c-1111-4222-8333-444455556666", "OCID:ocds-h6vhtk-000001");
    let [a, b] = [tender("a", &[uuid, "file-number:7"]), tender("b", &[uuid, ocid, "file-number:7"])];
    store.commit(Turn { records: vec![a.clone(), b.clone()], ..whole(&root) }).await.unwrap();
    let by = async |store: &Store, record: &Record| {
        let mut found = store.shared_by(record.clone()).await.unwrap();
        found.sort();
        found
    };
    assert_eq!((by(&store, &a).await, by(&store, &b).await), (vec![b.id], vec![a.id]));
    // However many awards a source has of it, and however many tenders another: none hides the tender of a third.
    let crowd = |source: &str, kind: RecordKind, sign: &str| {
        let one = |n: usize| {
            let key = format!("1{sign}{n}");
            Record { id: Record::id_of(&self::source(source), &key), kind, key, ..tender(source, &[uuid]) }
        };
        (0..300).map(one).collect::<Vec<_>>()
    };
    let crowd = [crowd("b", RecordKind::Award, " | won by "), crowd("c", RecordKind::Tender, "-")].concat();
    store.commit(Turn { records: crowd.clone(), ..Turn::upkeep() }).await.unwrap();
    let (of_c, of_a) = (by(&store, &crowd[300]).await, by(&store, &a).await);
    assert!(of_c.contains(&a.id) && of_c.contains(&b.id) && of_c.len() == 2, "{of_c:?}");
    assert!(of_a.contains(&b.id) || of_a.len() == 200, "{of_a:?}");
    assert_eq!(by(&store, &crowd[0]).await, [], "awards of others alone");
    let article = |source: &str, key: &str| {
        let url = format!("https://{source}.example/{key}").parse().unwrap();
        let title = Field {
            value: Value::Text("Acme opens a branch in Vigo and hires".to_owned()),
            quote: String::new(),
            path: "p".to_owned(),
            first_seen: time(1),
        };
        let fields = [(FieldName::new("title"), title)].into();
        Record {
            id: Record::id_of(&self::source(source), key),
            kind: RecordKind::Article,
            key: key.to_owned(),
            url,
            fields,
            ..record(source, key, "x")
        }
    };
    let papers = [article("a", "one"), article("a", "two"), article("b", "one")];
    store.commit(Turn { records: papers.to_vec(), ..Turn::upkeep() }).await.unwrap();
    let mut others = vec![papers[1].id, papers[2].id];
    others.sort();
    assert_eq!(by(&store, &papers[0]).await, others, "a feed may bring an article twice");
    let mut gone = Turn::upkeep();
    gone.forgotten.records = crowd;
    store.commit(gone).await.unwrap();
    let less = tender("b", &[ocid]);
    store.commit(Turn { records: vec![less.clone()], ..Turn::upkeep() }).await.unwrap();
    assert_eq!((by(&store, &a).await, by(&store, &less).await), (vec![], vec![]));
    let mut turn = Turn::upkeep();
    turn.forgotten.records = vec![less.clone()];
    store.commit(turn).await.unwrap();
    let store = place.reopen(store).await;
    assert_eq!((by(&store, &a).await, by(&store, &less).await), (vec![], vec![]));
}

async fn a_long_history(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let records = [record("a", "1", "x"), record("a", "2", "y"), record("a", "3", "z")];
    let change =
        |n: usize, at| Change { source: source("a"), record: records[n].id, kind: ChangeKind::Gone, at: time(at), baseline: false };
    // More chapters than one commit rewrites; some that stay, some that stay without a record, some that go.
    let changes: Vec<Change> = (0..500).flat_map(|at| [change(usize::try_from(at % 2).unwrap(), at), change(2, at - at % 3)]).collect();
    store.commit(Turn { records: records.to_vec(), changes: changes.clone(), ..whole(&root) }).await.unwrap();
    store.forget_changes(&records[1..]).await.unwrap();
    let store = place.reopen(store).await;
    let mut want: Vec<Change> = changes.into_iter().filter(|change| change.record == records[0].id).collect();
    want.reverse();
    assert_eq!(store.recent_changes(None, 9_999).await.unwrap(), want);
}

async fn removing(place: Place) {
    let mut store = place.open().await;
    let (mine, other) = (page("a", "https://one.example/", 0), page("b", "https://one.example/b", 1));
    store.add_pages(vec![mine.clone(), other.clone(), page("a", "https://one.example/2", 0)]).await.unwrap();
    for (page, name) in [(&mine, "a"), (&other, "b")] {
        let mut turn = whole(page);
        turn.snapshot = Some("x".into());
        turn.source = Some(SourceState::new(&source(name), page.id));
        turn.spent = Some(Spent { source: source(name), day: "2026-11-23".parse().unwrap(), requests: 3 });
        turn.records = vec![record(name, "1", "x"), Record { gone: true, ..record(name, "2", "y") }];
        turn.changes = turn
            .records
            .iter()
            .map(|record| Change { source: source(name), record: record.id, kind: ChangeKind::Appeared, at: time(1), baseline: true })
            .collect();
        store.commit(turn).await.unwrap();
    }
    let gone = async |store: &Store, left: Vec<SourceId>, most| {
        let found = store.gone_before(time(9), left, most).await.unwrap();
        found.into_iter().map(|record| (record.source.to_string(), record.key)).collect::<BTreeSet<_>>()
    };
    let named = |keys: &[(&str, &str)]| keys.iter().map(|(source, key)| ((*source).to_owned(), (*key).to_owned())).collect::<BTreeSet<_>>();
    assert_eq!(gone(&store, vec![], 9).await, named(&[("a", "2"), ("b", "2")]));
    assert_eq!(gone(&store, vec![source("a")], 9).await, named(&[("a", "1"), ("a", "2"), ("b", "2")]));
    assert_eq!(gone(&store, vec![source("a")], 2).await.len(), 2);
    // One thing at a time, the store closed and opened between any two.
    let mut steps = 1;
    while !store.remove_source(&source("a"), 1).await.unwrap() {
        assert!(conflicts(store.commit(whole(&mine)).await) || steps == 1);
        store = place.reopen(store).await;
        steps += 1;
    }
    assert_eq!(steps, 6, "two pages, the day's requests, the state, the history, and a look whether there is more");
    assert_eq!(store.page(mine.id).await.unwrap(), None);
    assert_eq!(store.snapshots(mine.id).await.unwrap(), []);
    assert_eq!(store.state(&source("a"), mine.id).await.unwrap(), None);
    let left = store.recent_changes(None, 9).await.unwrap();
    assert!(left.len() == 2 && left.iter().all(|change| change.source == source("b")), "{left:?}");
    assert_eq!(store.pages_of(&source("b")), [other.id]);
    assert_eq!(store.source_sizes().len(), 1);
    assert_eq!(store.absent(&source("a"), HashSet::new(), 9).await.unwrap(), [record("a", "1", "x")], "records are forgotten by turns");
}

async fn rescheduling(place: Place) {
    let store = place.open().await;
    let pages = [page("a", "https://one.example/", 1_000), page("a", "https://one.example/2", 2_000)];
    store.add_pages(pages.to_vec()).await.unwrap();
    store.commit(times(&pages[0], 5, 3_000)).await.unwrap();
    store.reschedule(vec![(pages[0].id, time(7)), (pages[1].id, time(8)), (PageId(1), time(9))]).await.unwrap();
    let store = place.reopen(store).await;
    let found = store.pages(pages.iter().map(|page| page.id).collect()).await.unwrap();
    assert_eq!(found[0], Page { visit: 3, checked: Some(time(5)), next_due: time(7), ..pages[0].clone() });
    assert_eq!(found[1], Page { next_due: time(8), ..pages[1].clone() });
    assert_eq!(store.pages_of(&source("a")), [pages[0].id, pages[1].id]);
}

async fn lists(place: Place) {
    let store = place.open().await;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    let mut leads: Vec<Lead> =
        (0..20_u32).map(|n| lead(if n % 2 == 0 { "one" } else { "two" }, OrganisationId(n.into()), i64::from(n) * 10)).collect();
    leads[18].state = LeadState::Below;
    leads[16].owner = Decision::Nobody("no rep".to_owned());
    store.commit(Turn { leads: leads.clone(), ..times(&root, 1, 2) }).await.unwrap();
    let mut moved = Lead { version: 1, ..leads[0].clone() };
    moved.score.fit = 1_000;
    store.commit(Turn { leads: vec![moved], ..times(&root, 2, 3) }).await.unwrap();
    let store = place.reopen(store).await;
    let list = async |filter: LeadFilter, limit| {
        store.leads(filter, limit).await.unwrap().into_iter().map(|lead| lead.score.total()).collect::<Vec<_>>()
    };
    assert_eq!(list(LeadFilter::default(), 4).await, [1_000, 190, 180, 170]);
    let one = LeadFilter { segment: Some("one".parse().unwrap()), state: Some(LeadState::New), ..LeadFilter::default() };
    assert_eq!(list(one.clone(), 3).await, [1_000, 160, 140]);
    assert_eq!(list(LeadFilter { owner: Some("ana".parse().unwrap()), ..one }, 2).await, [1_000, 140]);
    assert_eq!(list(LeadFilter { state: Some(LeadState::Below), ..LeadFilter::default() }, 9).await, [180]);
}
