//! Every shape reads back what was put in.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::base::ids::*;
use crate::model::*;
use crate::store::{Scope, Suppression};

fn time() -> impl Strategy<Value = Timestamp> {
    (-10_000_000_000_000..200_000_000_000_000_i64).prop_map(|ms| Timestamp::from_millisecond(ms).unwrap())
}

fn slug<T>() -> impl Strategy<Value = T>
where
    T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug,
{
    "[a-z][a-z0-9._-]{0,10}".prop_map(|text| text.parse().unwrap())
}

fn url() -> impl Strategy<Value = url::Url> {
    "[a-z0-9/?=&-]{0,30}".prop_map(|path| url::Url::parse(&format!("https://example.org/{path}")).unwrap())
}

fn value() -> impl Strategy<Value = Value> {
    let number = || (any::<i64>(), 0..9_u32).prop_map(|(n, scale)| rust_decimal::Decimal::new(n, scale));
    let currency = proptest::option::of(Just(iso_currency::Currency::EUR));
    let zone =
        prop_oneof![Just(ZoneFrom::Text), Just(ZoneFrom::Source), Just(ZoneFrom::Assumed), Just(ZoneFrom::Portal), Just(ZoneFrom::Buyer)];
    let moment = (".{0,9}", any::<i32>(), 0..1_000_000_000_i32, zone).prop_map(|(text, second, nano, zone_from)| {
        let at = Timestamp::new(second.into(), if second < 0 { 0 } else { nano }).unwrap();
        Value::Time(Moment { text, at, zone: "UTC".into(), zone_from })
    });
    let leaf = prop_oneof![
        ".{0,20}".prop_map(Value::Text),
        url().prop_map(Value::Url),
        (number(), currency).prop_map(|(number, currency)| Value::Money(Amount { number, currency })),
        number().prop_map(Value::Number),
        (1..9_999_i16, 1..13_i8, 1..29_i8).prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))),
        moment,
        ".{0,9}".prop_map(Value::Phone),
        ".{0,9}".prop_map(Value::Email),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Value::List))
}

fn evidence() -> impl Strategy<Value = Evidence> {
    (slug(), url(), ".{0,20}", ".{0,20}", any::<[u8; 16]>(), time()).prop_map(|(source, url, quote, path, content, seen)| Evidence {
        source,
        url,
        quote,
        path,
        content: ContentHash(content),
        seen,
    })
}

fn failure() -> impl Strategy<Value = Failure> {
    (0..FailureClass::ALL.len(), ".{0,20}", proptest::option::of(0..1_000_000_i64)).prop_map(|(class, text, wait)| Failure {
        class: FailureClass::ALL[class],
        text,
        retry_after: wait.map(jiff::SignedDuration::from_millis),
    })
}

fn page() -> impl Strategy<Value = Page> {
    let reading = prop_oneof![
        Just(Reading::Never),
        Just(Reading::Settling),
        Just(Reading::Settled),
        (time(), any::<u8>(), any::<Vec<u64>>()).prop_map(|(seen, looks, differences)| Reading::Suspect(Suspect {
            seen,
            looks,
            differences
        })),
    ];
    let mask = prop_oneof![
        ".{0,9}".prop_map(Mask::Field),
        ".{0,9}".prop_map(Mask::Block),
        (".{0,9}", ".{0,9}").prop_map(|(a, b)| Mask::Words(a, b)),
    ];
    let lists = (
        proptest::collection::vec(mask, 0..4),
        any::<Vec<(u64, u64)>>(),
        any::<Vec<u64>>(),
        any::<Vec<u64>>(),
        any::<(Option<String>, Option<String>)>(),
    );
    let failures = proptest::option::of((any::<u32>(), time(), failure()));
    let fields = (any::<u32>(), any::<bool>(), any::<Option<u64>>(), any::<[u8; 16]>(), proptest::option::of(time()), time());
    (slug(), url(), reading, lists, failures, fields).prop_map(|(source, url, reading, lists, failures, fields)| {
        let (masks, volatile, members, follow, (etag, last_modified)) = lists;
        let (visit, root, fingerprint, spec, checked, next_due) = fields;
        Page {
            visit,
            bad: visit / 2,
            unread: visit / 3,
            validators: Validators { etag, last_modified },
            exact: fingerprint.map(|hash| hash ^ 1),
            stretches: (0..visit % 3).map(|n| n..2 * n).collect(),
            fingerprint,
            volatile: volatile.into_iter().map(|(before, after)| VolatileSpan { before, after }).collect(),
            masks,
            reading,
            members: members.into_iter().map(RecordId).collect(),
            follow: follow.into_iter().map(PageId).collect(),
            spec: ContentHash(spec),
            checked,
            changed: checked,
            own_due: checked,
            awards: checked.map(|_| 7),
            failures: failures.map(|(count, since, last)| Failures { count, since, last }),
            role: if root { PageRole::Root } else { PageRole::Follow },
            ..Page::root(&source, url, next_due)
        }
    })
}

fn record() -> impl Strategy<Value = Record> {
    let field =
        (value(), ".{0,20}", ".{0,20}", time()).prop_map(|(value, quote, path, first_seen)| Field { value, quote, path, first_seen });
    let fields = proptest::collection::btree_map("[a-z]{1,8}".prop_map(|name| FieldName::new(&name)), field, 0..5);
    (slug::<SourceId>(), ".{0,20}", 0..RecordKind::ALL.len(), url(), fields, (any::<[u8; 16]>(), time(), any::<u16>(), any::<bool>()))
        .prop_map(|(source, key, kind, url, fields, (content, at, missing, flag))| Record {
            id: Record::id_of(&source, &key),
            source,
            key,
            kind: RecordKind::ALL[kind],
            url,
            fields,
            content: ContentHash(content),
            first_seen: at,
            changed: at,
            missing,
            gone: flag,
            own_page: match (flag, missing % 2 == 0) {
                (true, true) => OwnPage::Missing { times: u32::from(missing), until: at },
                (true, false) => OwnPage::Wanted,
                (false, doubted) => OwnPage::Seen { at, validators: Validators { etag: Some("x".into()), last_modified: None }, doubted },
            },
        })
}

fn identity() -> impl Strategy<Value = IdentityKey> {
    prop_oneof![
        ".{0,9}".prop_map(IdentityKey::TaxId),
        ".{0,9}".prop_map(IdentityKey::Domain),
        ".{0,9}".prop_map(IdentityKey::Phone),
        (".{0,9}", ".{0,9}").prop_map(|(a, b)| IdentityKey::NamePlace(a, b)),
        any::<u64>().prop_map(|id| IdentityKey::Unnamed(RecordId(id))),
    ]
}

fn organisation() -> impl Strategy<Value = Organisation> {
    let fact = (0..FactName::ALL.len(), value(), any::<u64>(), evidence()).prop_map(|(name, value, record, evidence)| Fact {
        name: FactName::ALL[name],
        value,
        record: RecordId(record),
        evidence,
    });
    let facts = proptest::collection::vec(fact, 0..5);
    let keys = proptest::collection::btree_set(identity(), 0..5);
    let likeness = (any::<i32>(), any::<Vec<(String, i32)>>(), any::<Vec<u8>>());
    let likeness = likeness.prop_map(|(points, fields, pattern)| Likeness { points, fields, pattern });
    let bond = prop_oneof![identity().prop_map(Bond::Key), likeness.prop_map(Bond::Alike), any::<u32>().prop_map(Bond::Ruling)];
    let beside = (proptest::collection::vec((any::<u64>(), bond), 0..3), any::<Vec<u64>>());
    let of_it = (any::<u64>(), any::<Option<String>>(), keys, facts, any::<Vec<u64>>(), time());
    (of_it, beside).prop_map(|((id, name, keys, facts, records, at), (bonds, apart))| {
        let records = records.into_iter().map(RecordId).collect();
        let bonds = bonds.into_iter().map(|(record, bond)| (RecordId(record), bond)).collect();
        let apart = apart.into_iter().map(RecordId).collect();
        Organisation { id: OrganisationId(id), version: 0, name, keys, facts, records, bonds, apart, first_seen: at, changed: at }
    })
}

fn lead() -> impl Strategy<Value = Lead> {
    let part = (proptest::option::of(0..SignalKind::ALL.len()), ".{0,9}", any::<i64>(), proptest::option::of(evidence())).prop_map(
        |(kind, text, centipoints, evidence)| Part {
            kind: kind.map_or(PartKind::Fit, |n| PartKind::Signal(SignalKind::ALL[n])),
            rule: text.clone(),
            why: text.clone(),
            centipoints,
            how: text,
            evidence,
        },
    );
    let score =
        (any::<[i32; 4]>(), proptest::collection::vec(part, 0..4), any::<Option<String>>(), time()).prop_map(|(n, parts, excluded, at)| {
            Score {
                fit: n[0].into(),
                signal: n[1].into(),
                between: (n[2].into(), n[3].into()),
                known: 7,
                parts,
                unknown: vec![Unknown::Fact(FactName::Size), Unknown::Field("cpv".to_owned())],
                excluded,
                rules: ContentHash([3; 16]),
                at,
            }
        });
    let owner = prop_oneof![(slug(), ".{0,9}").prop_map(|(rep, why)| Decision::To(rep, why)), ".{0,9}".prop_map(Decision::Nobody)];
    (slug(), any::<u64>(), score, 0..LeadState::ALL.len(), owner, time()).prop_map(|(segment, subject, score, state, owner, at)| {
        let subject = Subject::Organisation(OrganisationId(subject));
        Lead {
            id: Lead::id_of(&segment, subject),
            version: 0,
            revision: 3,
            segment,
            subject,
            title: "title".into(),
            score,
            state: LeadState::ALL[state],
            owner,
            next_step: NextStep::By {
                wanted: "call".into(),
                unnamed: true,
                person: None,
                phone: Some("+34".into()),
                email: None,
                website: Some("x".into()),
            },
            first_seen: at,
            changed: at,
            verdict: (state % 2 == 0).then(|| Verdict {
                said: LeadState::Parked,
                at,
                by: "ana".into(),
                because: "later".into(),
                until: (state == 0).then_some(at),
            }),
        }
    })
}

/// Through bytes and back.
fn back<S: Stored, M: TryFrom<S, Error = String>>(shape: &S) -> M {
    to_model(from_bytes::<S>(&to_bytes(shape)).unwrap()).unwrap()
}

#[test]
fn earlier_forms_are_still_read() {
    fn read<S: Stored>(version: u8, bytes: &[u8]) -> S {
        S::older(version, bytes).unwrap().unwrap()
    }
    let mut wish = Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), Timestamp::UNIX_EPOCH);
    wish.scope = Scope::Digests;
    let bytes = to_bytes(&StoredSuppression::from(&wish));
    assert_eq!(to_model::<StoredSuppression, Suppression>(read(1, &bytes[..bytes.len() - 2])).unwrap(), wish);
    let entry = crate::store::contract::entry(2, 10);
    let bytes = to_bytes(&StoredEntry::from(&entry));
    for (version, lacks) in [(4, 3), (5, 1)] {
        assert_eq!(to_model::<StoredEntry, Entry>(read(version, &bytes[..bytes.len() - lacks])).unwrap(), entry);
    }
    for (record, to) in [(Some(RecordId(9)), None), (Some(RecordId(9)), Some("bob".parse().unwrap())), (None, Some("bob".parse().unwrap()))]
    {
        let passed = Entry { of_tender: Some(OfTender::Passed { record, to }), ..entry.clone() };
        assert_eq!(back::<StoredEntry, Entry>(&StoredEntry::from(&passed)), passed);
    }
    let state = SourceState::new(&"fair".parse().unwrap(), PageId(7));
    let bytes = to_bytes(&StoredSource::from(&state));
    for (version, lacks) in [(1, 23), (2, 22), (3, 21), (4, 4), (5, 3), (6, 1)] {
        assert_eq!(to_model::<StoredSource, SourceState>(read(version, &bytes[..bytes.len() - lacks])).unwrap(), state);
    }
    assert!(StoredSource::older(8, &bytes).is_none(), "a later form is not guessed at");
    let channel = ChannelState::new(&"crm".parse().unwrap());
    let bytes = to_bytes(&StoredChannel::from(&channel));
    assert_eq!(to_model::<StoredChannel, ChannelState>(read(1, &bytes[..bytes.len() - 1])).unwrap(), channel);
    let page = Page::root(&"fair".parse().unwrap(), "https://fair.example/".parse().unwrap(), Timestamp::UNIX_EPOCH);
    let bytes = to_bytes(&StoredPage::new(&page, 7));
    let page = Page { own_due: Some(Timestamp::UNIX_EPOCH), ..page };
    for (version, lacks) in [(1, 4), (2, 3), (3, 2), (4, 1)] {
        let page = if version < 4 { page.clone() } else { Page { own_due: None, ..page.clone() } };
        assert_eq!(to_model::<StoredPage, Page>(read(version, &bytes[..bytes.len() - lacks])).unwrap(), page);
    }
    let record = Record { own_page: OwnPage::Read, ..sample::record("fair", "1", RecordKind::Company, &[("name", "Acme")]) };
    assert_eq!(to_model::<StoredRecord, Record>(read(1, &to_bytes(&StoredRecord::from(&record)))).unwrap(), record);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pages(page in page()) {
        prop_assert_eq!(back::<StoredPage, Page>(&StoredPage::new(&page, 7)), page);
    }

    #[test]
    fn records(record in record()) {
        prop_assert_eq!(back::<StoredRecord, Record>(&(&record).into()), record);
    }

    #[test]
    fn organisations(organisation in organisation()) {
        prop_assert_eq!(back::<StoredOrganisation, Organisation>(&(&organisation).into()), organisation);
    }

    #[test]
    fn leads(lead in lead()) {
        prop_assert_eq!(back::<StoredLead, Lead>(&(&lead).into()), lead);
    }

    #[test]
    fn leads_of_the_first_form(lead in lead()) {
        let words = "call on +34".to_owned();
        let lead = Lead { verdict: None, ..lead };
        let old = StoredLead::from(&lead).with_next_step(words.clone());
        let mut bytes = to_bytes(&old);
        // Without a verdict, which those had not.
        bytes.pop();
        let read = StoredLead::older(1, &bytes).unwrap().unwrap();
        prop_assert_eq!(to_model::<StoredLead, Lead>(read).unwrap(), Lead { next_step: NextStep::Words(words), ..lead });
    }

    #[test]
    fn changes(source in slug(), at in time(), record in any::<u64>(), fields in proptest::collection::vec(("[a-z]{1,8}", proptest::option::of(value()), proptest::option::of(value())), 0..4), baseline in any::<bool>()) {
        let fields = fields.into_iter().map(|(name, old, new)| FieldChange { field: FieldName::new(&name), old, new }).collect();
        let kinds = [ChangeKind::Appeared, ChangeKind::Changed(fields), ChangeKind::Gone];
        let changes: Vec<Change> = kinds.into_iter().map(|kind| Change { source: SourceId::clone(&source), record: RecordId(record), kind, at, baseline }).collect();
        let shape = StoredChanges::new(&source, millis(at), &changes.iter().collect::<Vec<_>>());
        prop_assert_eq!(from_bytes::<StoredChanges>(&to_bytes(&shape)).unwrap().into_changes().unwrap(), changes);
    }

    #[test]
    fn signals(kind in 0..SignalKind::ALL.len(), evidence in evidence(), at in time(), text in ".{0,20}") {
        let some = || Some(text.clone());
        for story in [
            Story::Sentence(text.clone()),
            Story::Appeared { title: text.clone(), by: some(), with: None, on: Some(jiff::civil::date(2026, 10, 12)) },
            Story::Changed { title: text.clone(), fields: vec![(text.clone(), some(), None)], more: 3 },
            Story::Gone { title: text.clone() },
            Story::Said { title: text.clone(), by: some(), sentence: text.clone() },
        ] {
            let evidence = evidence.clone();
            let signal = Signal { kind: SignalKind::ALL[kind], organisation: OrganisationId(1), record: RecordId(2), at, seen: at, story, evidence, echo: at.as_second() % 2 == 0 };
            prop_assert_eq!(back::<StoredSignal, Signal>(&(&signal).into()), signal);
        }
    }

    #[test]
    fn sources(id in slug(), failure in failure(), at in time(), numbers in any::<[u32; 7]>(), usual in any::<Vec<u32>>()) {
        let [number, outstanding, failed, pages, records, missing, root] = numbers;
        let mut state = SourceState::new(&id, PageId(u64::from(root)));
        state.visit = Visit { number, outstanding, failed, pages, records, bad: pages, unread: failed, lost: number % 2 == 0, started: Some(at) };
        state.baseline = if number % 2 == 0 { Baseline::Done(at) } else { Baseline::Pending(3) };
        state.health = match number % 3 {
            0 => Health::Unknown,
            1 => Health::Well { since: at },
            _ => Health::Ill { since: at, failure },
        };
        (state.usual, state.missing) = (usual, missing);
        (state.doubted, state.turning) = ((number % 9) as u8, (failed % 11) as u8);
        let stretch = Stretch { from: at, to: at, failed: number % 2 == 0, tries: number };
        state.checkpoint = Checkpoint { todo: vec![stretch], reached: Some(at), at: vec!["https://a.example/?c=1".into()], got: u64::from(number), forgotten: 1, lost: vec![Loss { stretch, why: "why".into(), again: Some(at) }], seen: vec![u64::MAX], empty: 2, short: Some("short".into()), ..Checkpoint::default() };
        let day = jiff::civil::date(2026, 11, 23);
        state.told_of = (number % 2 == 0).then_some(FailureClass::Silent);
        state.told_lately = vec![(FailureClass::Silent, at), (FailureClass::NotFound, at)];
        state.pulse = Pulse { last: Some(at), newest: None, days: vec![day] };
        let field = FieldShare { name: FieldName::new("price"), with: pages, usual: 970, last: 30, gone: 2 };
        state.shapes = vec![Shape { kind: RecordKind::Offer, own: number % 3 == 0, records, known: true, fields: vec![field] }];
        state.misread = vec![Misread { at, path: "li[3]".to_owned(), reason: "no key".to_owned() }];
        let learned = LearnedField { name: FieldName::new("price"), place: u64::MAX, share: 970, gone: 2, example: "12 €".to_owned() };
        state.learned = (number % 2 == 0).then(|| Learned { fields: vec![learned], path: Some("/html/body/ul/li".to_owned()), own: vec![1, 2], pages: vec![LearnedPage { name: "Acme".to_owned(), marks: vec![3] }], relaid: Some(at), doubt: Some("price".to_owned()) });
        prop_assert_eq!(back::<StoredSource, SourceState>(&(&state).into()), state);
    }

    #[test]
    fn hosts(url in url(), at in time(), status in any::<u16>(), body in ".{0,50}", values in any::<Vec<u64>>()) {
        let robots = Some(RobotsCopy { fetched: at, status, body });
        let state = HostState { host: HostKey::of(&url), not_before: at, slowed: 3, robots, noise: NoiseSeen { values } };
        prop_assert_eq!(back::<StoredHost, HostState>(&(&state).into()), state);
    }

    #[test]
    fn messages(channel in slug(), state in 0..4, at in time(), bytes in any::<Vec<u8>>(), text in ".{0,20}", entries in any::<Vec<u64>>()) {
        let state = match state {
            0 => MessageState::Ready { not_before: at },
            1 => MessageState::Delivered { at },
            2 => MessageState::Dead { at, reason: text.clone() },
            _ => MessageState::Suppressed { at },
        };
        let message = Message {
            id: MessageId::of(&[text.as_bytes()]),
            channel,
            kind: MessageKind::Digest,
            order_key: 9,
            title: text.clone(),
            sealed: Sealed { content_type: text.clone(), bytes: bytes.clone(), recipient: text.clone() },
            leads: entries.iter().map(|id| LeadId(*id)).collect(),
            entries: entries.into_iter().map(EntryId).collect(),
            made: at,
            state,
            tries: 5,
            attempts: vec![Attempt { at, outcome: text }],
        };
        let shape = from_bytes::<StoredMessage>(&to_bytes(&StoredMessage::new(&message, 4))).unwrap();
        prop_assert_eq!(shape.with_body(bytes).unwrap(), message);
    }

    #[test]
    fn damaged_bytes_are_an_error_and_no_panic(page in page(), at in any::<usize>(), bit in 0..8, cut in any::<usize>()) {
        let mut bytes = to_bytes(&StoredPage::new(&page, 7));
        let at = at % bytes.len();
        bytes[at] ^= 1_u8 << bit;
        let _ = from_bytes::<StoredPage>(&bytes).and_then(to_model::<StoredPage, Page>);
        bytes.truncate(cut % bytes.len());
        prop_assert!(from_bytes::<StoredPage>(&bytes).is_err());
    }
}

#[test]
fn a_typical_page_is_small() {
    let source: SourceId = "fair-exhibitors".parse().unwrap();
    let url = url::Url::parse("https://fair.example/exhibitors?page=17&lang=es&hall=3").unwrap();
    let mut page = Page { role: PageRole::Follow, ..Page::root(&source, url, Timestamp::UNIX_EPOCH) };
    page.validators.etag = Some("\"5f3c-60b1a2c3d4e5f\"".to_owned());
    page.members = (0..20).map(|n: u64| RecordId::of(&[&n.to_be_bytes()])).collect();
    assert!(to_bytes(&StoredPage::new(&page, 1_000_000)).len() < 400);
}
