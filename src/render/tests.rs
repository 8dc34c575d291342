//! Letters and payloads as a person and a machine get them, with fixed dates.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::base::ids::{ChannelId, ContentHash, MessageId, OrganisationId, RecordId, SegmentId, SourceId};
use crate::base::secret::Secret;
use crate::model::{
    Decision, Evidence, Fact, FactName, Failure, FailureClass, Field, FieldName, LeadState, MessageKind, Moment, NextStep, Part, PartKind,
    Score, SignalKind, SourceState, Story, Subject, Trouble, Unknown, Value, ZoneFrom,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-23T07:00:00Z")
}

fn evidence(quote: &str) -> Evidence {
    Evidence {
        source: "es-market".parse::<SourceId>().unwrap(),
        url: Url::parse("https://market.example/requests/4711").unwrap(),
        quote: quote.to_owned(),
        path: "li:nth-of-type(3) .text".to_owned(),
        content: ContentHash::of(b"page"),
        seen: at("2026-11-23T05:12:00Z"),
    }
}

fn fact(name: FactName, value: Value) -> Fact {
    Fact { name, value, record: RecordId(1), evidence: evidence("") }
}

/// What is known of an organisation of this name.
fn facts(name: &str) -> Vec<Fact> {
    vec![
        fact(FactName::Name, Value::Text(name.to_owned())),
        fact(FactName::Industry, Value::Text("Metal workshop".to_owned())),
        fact(FactName::Place, Value::Text("Sabadell".to_owned())),
        fact(FactName::Region, Value::Text("Barcelona".to_owned())),
        fact(FactName::Country, Value::Text("ES".to_owned())),
        fact(FactName::Phone, Value::Phone("+34937000000".to_owned())),
        fact(FactName::Email, Value::Email("compras@talleres.example".to_owned())),
        fact(FactName::Website, Value::Url(Url::parse("https://www.talleres.example/").unwrap())),
    ]
}

/// What a code of packaging means that has no words of its own.
fn boxes() -> BTreeMap<String, Meaning> {
    let meaning = Meaning { group: Some("446".to_owned()), text: "Miscellaneous fabricated products".to_owned() };
    [("44617100".to_owned(), meaning)].into()
}

/// A lead as `resolve`, `score` and `route` would make it, about an organisation of this name.
struct Case {
    lead: Lead,
    organisation: Organisation,
    members: Vec<Organisation>,
    signals: Vec<Signal>,
    told: Option<Timestamp>,
    handed: Option<Holder>,
    also: Vec<(String, i64)>,
    tenders: Vec<(RecordId, Joined)>,
    texts: BTreeMap<RecordId, String>,
    meanings: BTreeMap<String, Meaning>,
}

impl Case {
    fn new(name: &str) -> Self {
        let id = OrganisationId::of(&[name.as_bytes()]);
        let (subject, segment): (Subject, SegmentId) = (Subject::Organisation(id), "packaging".parse().unwrap());
        let signals = vec![
            signal(
                id,
                SignalKind::RequestForSuppliers,
                "400 EUR pallets a month",
                "2026-11-23T05:00:00Z",
                "Buscamos proveedor de palés EUR, 400 al mes",
            ),
            signal(id, SignalKind::VacancyPublished, "Warehouse manager", "2026-11-19T09:00:00Z", "Jefe/a de almacén"),
        ];
        let part = |kind, centipoints, why: &str, how: &str| Part {
            kind,
            rule: "segment.points[0]".to_owned(),
            why: why.to_owned(),
            centipoints,
            how: how.to_owned(),
            evidence: Some(evidence("Metal workshop")),
        };
        let score = Score {
            fit: 3_500,
            signal: 1_475,
            between: (4_000, 6_500),
            known: 60,
            parts: vec![
                part(PartKind::Fit, 1_500, "is in our delivery area", "15 points"),
                part(PartKind::Fit, 2_000, "ships heavy goods", "20 points"),
                part(PartKind::Signal(SignalKind::RequestForSuppliers), 1_500, "asks for what we sell", "15 points, today"),
                part(
                    PartKind::Signal(SignalKind::VacancyPublished),
                    -25,
                    "may change its buyer",
                    "-0.5 points, 4 days old, half-life 4 days",
                ),
                part(PartKind::Fit, 0, "does not count", ""),
            ],
            unknown: vec![Unknown::Fact(FactName::Size), Unknown::Fact(FactName::Person)],
            excluded: None,
            rules: ContentHash::default(),
            at: now(),
        };
        let lead = Lead {
            id: Lead::id_of(&segment, subject),
            version: 1,
            revision: 1,
            segment,
            subject,
            title: name.to_owned(),
            score,
            state: LeadState::New,
            owner: Decision::To("ana".parse().unwrap(), "region Barcelona".to_owned()),
            next_step: call(),
            first_seen: now(),
            changed: now(),
            verdict: None,
        };
        let organisation = Organisation {
            id,
            version: 1,
            name: Some(name.to_owned()),
            keys: std::collections::BTreeSet::new(),
            facts: facts(name),
            records: vec![RecordId(1)],
            bonds: BTreeMap::new(),
            apart: std::collections::BTreeSet::new(),
            first_seen: now(),
            changed: now(),
        };
        let (members, tenders, texts) = Default::default();
        Self { lead, organisation, members, signals, told: None, handed: None, also: Vec::new(), tenders, texts, meanings: boxes() }
    }

    fn item(&self) -> Item<'_> {
        Item {
            lead: &self.lead,
            segment: "Packaging for the food industry",
            organisation: &self.organisation,
            members: &self.members,
            signals: &self.signals,
            told: self.told,
            handed: self.handed.as_ref(),
            also: &self.also,
            tenders: &self.tenders,
            texts: &self.texts,
            meanings: &self.meanings,
        }
    }
}

fn one_alert(reader: &Reader<'_>, case: &Case) -> Rendered {
    alert(reader, &News { items: &[case.item()], ..News::default() }, None, &Links::default(), now()).unwrap()
}

fn call() -> NextStep {
    let (wanted, phone) = ("Ask who buys pallets".to_owned(), Some("+34937000000".to_owned()));
    NextStep::By { wanted, unnamed: false, person: None, phone, email: None, website: None }
}

fn story(title: &str) -> Story {
    Story::Appeared { title: title.to_owned(), by: None, with: None, on: None }
}

fn signal(organisation: OrganisationId, kind: SignalKind, sentence: &str, when: &str, quote: &str) -> Signal {
    Signal {
        kind,
        organisation,
        record: RecordId(1),
        at: at(when),
        seen: now(),
        story: story(sentence),
        evidence: evidence(quote),
        echo: false,
    }
}

fn sources() -> Vec<Completeness> {
    let standing = |id: &str, complete: Option<&str>, trouble: Option<Trouble>| Completeness {
        source: id.parse().unwrap(),
        title: id.to_owned(),
        complete_until: complete.map(at),
        last_new: None,
        trouble,
        lasting: true,
    };
    let since = at("2026-11-21T06:40:00Z");
    vec![
        standing("es-market", Some("2026-11-23T06:40:00Z"), None),
        standing("fair", Some("2026-11-20T06:40:00Z"), Some(Trouble::Incomplete { since, class: FailureClass::ZeroRecords, unread: None })),
        standing("press", None, Some(Trouble::New)),
    ]
}

fn written(language: Language, cases: &[Case], with: &[Completeness]) -> Rendered {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let reader = Reader { rep: &rep, language, zone: &zone };
    let items: Vec<Item<'_>> = cases.iter().map(Case::item).collect();
    let links = Links { unsubscribe: Some(Url::parse("https://leads.example/unsubscribe/abc").unwrap()), calendar: None };
    digest(&reader, &News { items: &items, sources: with, ..News::default() }, &links, now()).unwrap()
}

fn two() -> Vec<Case> {
    let mut second = Case::new("Cajas y Embalajes del Vallès, S.L.");
    second.told = Some(at("2026-11-22T07:00:00Z"));
    second.lead.score.between = (4_975, 4_975);
    second.signals.truncate(1);
    vec![Case::new("Talleres García"), second]
}

#[test]
fn a_digest_in_english() {
    let letter = written(Language::En, &two(), &sources());
    insta::assert_snapshot!("digest_en_text", format!("Subject: {}\n\n{}", letter.subject, letter.text));
    insta::assert_snapshot!("digest_en_html", letter.html);
}

/// Tenders with a deadline: one with all that may be said of it, one of which only the day is known.
fn tenders() -> [Record; 2] {
    use crate::model::RecordKind;
    use crate::model::sample::record;
    let fields = [
        ("title", "Two ultrasound scanners with maintenance"),
        ("buyer", "Hospital Universitario de Getafe"),
        ("stage", "open"),
        ("estimate", "100000 EUR"),
    ];
    let mut first = record("es-tenders", "a", RecordKind::Tender, &fields);
    let mut second = record(
        "co-tenders",
        "b",
        RecordKind::Tender,
        &[("title", "Camas hospitalarias"), ("buyer", "Hospital San José"), ("stage", "open")],
    );
    let put = |record: &mut Record, name: &str, value: Value| {
        let quote = value.text();
        record.fields.insert(FieldName::new(name), Field { value, quote, path: "p".to_owned(), first_seen: now() });
    };
    let moment =
        |text: &str, zone: &str, zone_from| Value::Time(Moment { text: text.to_owned(), at: at(text), zone: zone.to_owned(), zone_from });
    put(&mut first, "deadline", moment("2026-11-30T13:00:00Z", "America/Bogota", ZoneFrom::Assumed));
    put(&mut first, "opening", moment("2026-11-29T13:00:00Z", "UTC", ZoneFrom::Text));
    put(&mut second, "questions_until", Value::Date("2026-11-25".parse().unwrap()));
    [second, first]
}

#[test]
fn deadlines_coming_up_stand_first() {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let records = tenders();
    let says = |source: &str, value: &Value| Said { source: source.to_owned(), name: FieldName::new("deadline"), value: value.clone() };
    let written =
        Moment { text: String::new(), at: at("2026-12-21T09:00:00Z"), zone: "Europe/Paris".to_owned(), zone_from: ZoneFrom::Text };
    let later = Value::Time(written);
    let differing = [says("PLACSP", records[1].value("deadline").unwrap()), says("TED", &later)];
    let deadlines = [
        DeadlineItem { record: &records[0], field: "questions_until", said: &[] },
        DeadlineItem { record: &records[1], field: "deadline", said: &differing },
    ];
    let links = Links {
        unsubscribe: Some(Url::parse("https://leads.example/unsubscribe/abc").unwrap()),
        calendar: Some(Url::parse("https://leads.example/calendar/ana/xyz.ics").unwrap()),
    };
    let (cases, states) = (two(), sources());
    let items: Vec<Item<'_>> = cases.iter().take(1).map(Case::item).collect();
    let reader = |language| Reader { rep: &rep, language, zone: &zone };
    let shown = |letter: &Rendered| format!("Subject: {}\n\n{}", letter.subject, letter.text);
    let next = vec![records[1].clone()];
    let stock = [Stock {
        source: "PLACSP".to_owned(),
        id: "es-tenders".to_owned(),
        open: 12,
        again: 1,
        contracts: 1,
        more: false,
        next,
        told: 2,
        undated: 1,
    }];
    let whole = News { items: &items, deadlines: &deadlines, stock: &stock, sources: &states, ..News::default() };
    let letter = digest(&reader(Language::En), &whole, &links, now()).unwrap();
    insta::assert_snapshot!("digest_deadlines_en_text", shown(&letter));
    insta::assert_snapshot!("digest_deadlines_en_html", letter.html);
    let alone = News { deadlines: &deadlines, stock: &stock, ..News::default() };
    insta::assert_snapshot!("digest_deadlines_es_text", shown(&digest(&reader(Language::Es), &alone, &links, now()).unwrap()));
    let lost = cases.iter().map(|case| case.lead.clone()).zip([Holder::Rep("Bea Sanz".to_owned()), Holder::Nobody]).collect::<Vec<_>>();
    let lost = Language::ALL.map(|language| {
        let letter = |lost| digest(&reader(language), &News { lost, ..News::default() }, &links, now()).unwrap();
        format!("{}\nSubject of one: {}", shown(&letter(&lost[..])), letter(&lost[..1]).subject)
    });
    insta::assert_snapshot!("digest_lost", lost.join("\n\n"));
    insta::assert_snapshot!(
        "reminder_ru_text",
        shown(&reminder(&reader(Language::Ru), &News { deadlines: &deadlines[..1], ..News::default() }, &links, now()).unwrap())
    );
}

/// What became of the second of those tenders: moved twice, with another value, then cancelled.
fn changes(record: &Record) -> [Signal; 3] {
    let of = |kind, seen: &str, fields: &[(&str, &str, &str)]| Signal {
        kind,
        organisation: OrganisationId(1),
        record: record.id,
        at: at(seen),
        seen: at(seen),
        story: Story::Changed {
            title: record.title(),
            fields: fields.iter().map(|(name, old, new)| ((*name).to_owned(), Some((*old).to_owned()), Some((*new).to_owned()))).collect(),
            more: 0,
        },
        evidence: evidence("30 Nov 2026"),
        echo: false,
    };
    let (first, second) = ("2026-11-27T08:00:00-05:00[America/Bogota]", "2026-11-30T08:00:00-05:00[America/Bogota]");
    [
        of(SignalKind::DeadlineMoved, "2026-11-20T16:00:00Z", &[("deadline", first, second), ("estimate", "90000 EUR", "100000 EUR")]),
        of(SignalKind::TenderSuspended, "2026-11-22T23:30:00Z", &[("stage", "open", "suspended")]),
        of(SignalKind::TenderCancelled, "2026-11-23T06:00:00Z", &[("stage", "suspended", "cancelled"), ("lots", "2", "1")]),
    ]
}

#[test]
fn what_the_buyer_says_of_a_change_stands_behind_it() {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let record = tenders()[1].clone();
    let mut moved = changes(&record)[0].clone();
    if let Story::Changed { fields, .. } = &mut moved.story {
        fields.push((crate::model::BUYER_SAYS.to_owned(), None, Some("The plans of the third floor were wrong.".to_owned())));
    }
    let items = [ChangeItem { record: &record, said: &[], signals: std::slice::from_ref(&moved), with: None, fits: Fits::Still }];
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &zone };
        let letter = reminder(&reader, &News { changes: &items, ..News::default() }, &Links::default(), now()).unwrap();
        insta::assert_snapshot!(
            format!("reminder_says_{}_text", language.tag()),
            format!("Subject: {}\n\n{}", letter.subject, letter.text)
        );
    }
}

#[test]
fn titles_are_kept_in_the_languages_of_letters() {
    assert_eq!(Language::ALL.map(Language::tag), crate::model::OF_LETTERS);
}

fn changed(record: &Record, kind: SignalKind, fields: &[(&str, Option<&str>, Option<&str>)]) -> Signal {
    let fields = fields.iter().map(|(name, old, new)| ((*name).to_owned(), old.map(str::to_owned), new.map(str::to_owned))).collect();
    Signal { kind, story: Story::Changed { title: record.title(), fields, more: 0 }, ..changes(record)[0].clone() }
}

/// What is told of lots that had ended and take offers again.
fn of_lots_again(record: &Record) -> Vec<Signal> {
    let of = |kind, fields: &[_]| changed(record, kind, fields);
    vec![
        // One had ended and takes offers again, beside one that goes on; with what became of another.
        of(SignalKind::DeadlineMoved, &[("lot_deadlines", None, Some("L1: 2026-12-19"))]),
        of(
            SignalKind::DeadlineMoved,
            &[
                ("cancelled_lots", Some("L1; L3"), Some("L3")),
                ("deadline", Some("2026-12-18"), Some("2026-12-04")),
                ("lot_deadlines", Some("L2: 2026-12-18"), Some("L2: 2026-12-11")),
                ("lot_deadlines", None, Some("L1, L4: 2026-12-04")),
            ],
        ),
        of(
            SignalKind::DeadlineMoved,
            &[
                ("awarded_lots", Some("L1"), Some("L2")),
                ("winner", Some("Acme"), Some("Acme; Bolt")),
                ("lot_awards", Some("L1: Acme, 9000 EUR"), Some("L2: Bolt, 900 EUR; L3, L5: Bolt, 70 EUR; … (+2)")),
                ("lot_deadlines", None, Some("L1: 2026-12-19")),
            ],
        ),
        // One of two that were won is.
        of(
            SignalKind::TenderPublished,
            &[
                ("stage", Some("awarded"), Some("open")),
                ("awarded_lots", Some("L1; L2"), Some("L2")),
                ("lot_deadlines", Some("L1: 2026-11-27"), Some("L1: 2026-12-01")),
            ],
        ),
    ]
}

/// What is told of the lots of a tender.
fn of_lots(record: &Record) -> Vec<Signal> {
    let (first, second) = ("2026-11-27T08:00:00-05:00[America/Bogota]", "2026-11-30T08:00:00-05:00[America/Bogota]");
    let of = |kind, fields: &[_]| changed(record, kind, fields);
    let (moved, cancelled) = (("deadline", Some(first), Some(second)), ("cancelled_lots", None, Some("L1")));
    let until = [first, second].map(|until| format!("L1, L2: {until}"));
    let of_lot = ("lot_deadlines", Some(until[0].as_str()), Some(until[1].as_str()));
    vec![
        of(SignalKind::DeadlineMoved, &[moved, ("lot", Some("L1"), Some("L2, L3"))]),
        of(SignalKind::DeadlineMoved, &[moved, cancelled]),
        of(SignalKind::DeadlineMoved, &[moved, cancelled, ("lot", Some("L1"), Some("L2, L3"))]),
        of(
            SignalKind::DeadlineMoved,
            &[
                moved,
                ("awarded_lots", None, Some("L1")),
                ("cancelled_lots", None, Some("L2")),
                ("winner", None, Some("Acme")),
                ("award_value", None, Some("90000 EUR")),
                ("lot", Some("L1, L2"), Some("L3")),
            ],
        ),
        of(SignalKind::DeadlineMoved, &[("deadline", Some(first), Some(second)), ("lots", Some("L1 Beds"), None)]),
        of(SignalKind::DeadlineMoved, &[("deadline", Some(second), Some(first)), ("lots", None, Some("L3 Lamps"))]),
        of(SignalKind::DeadlineMoved, &[moved, ("lot_deadlines", Some("L1: 2026-11-27"), Some("L1: 2026-12-01"))]),
        of(SignalKind::DeadlineMoved, &[moved, of_lot]),
        of(
            SignalKind::TenderChanged,
            &[("awarded_lots", None, Some("L1; L2")), ("winner", None, Some("Acme")), ("lots", None, Some("L4 Sofas"))],
        ),
        of(SignalKind::TenderChanged, &[("title", Some("A"), Some("B")), cancelled]),
        of(SignalKind::TenderChanged, &[("cancelled_lots", Some("L1; L2"), None)]),
        of(
            SignalKind::TenderAwarded,
            &[
                ("stage", Some("open"), Some("awarded")),
                ("awarded_lots", None, Some("L2; L3")),
                ("cancelled_lots", None, Some("L1")),
                ("winner", None, Some("Acme")),
                ("award_value", None, Some("90000 EUR")),
            ],
        ),
        of(
            SignalKind::TenderAwarded,
            &[
                ("stage", Some("open"), Some("awarded")),
                ("awarded_lots", None, Some("L1; L2")),
                ("winner", None, Some("Acme; Bolt, S.L.")),
                ("lot_awards", None, Some("L1: Acme, 90000 EUR; L2: Bolt, S.L.")),
            ],
        ),
        of(
            SignalKind::TenderChanged,
            &[
                ("awarded_lots", Some("L1"), Some("L1; L3")),
                ("winner", Some("Acme"), Some("Acme; Bolt")),
                ("award_value", Some("11000 EUR"), None),
                ("lot_awards", None, Some("L3: Bolt, 5000.50 EUR")),
            ],
        ),
        of(SignalKind::TenderChanged, &[("lot_awards", Some("L1: Acme, 9000 EUR"), Some("L1: Acme, 8000 EUR"))]),
        // One that was not awarded is called for again.
        of(
            SignalKind::TenderPublished,
            &[("stage", Some("awarded"), Some("open")), ("lot_deadlines", Some("L1: 2026-11-27"), Some("L1: 2026-12-01"))],
        ),
    ]
}

#[test]
fn what_becomes_of_a_lot_is_no_move_of_its_portal() {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let record = tenders()[1].clone();
    let mut told = String::new();
    for language in [Language::En, Language::Es, Language::Ru] {
        for signal in of_lots(&record).into_iter().chain(of_lots_again(&record)) {
            let changes =
                [ChangeItem { record: &record, said: &[], signals: std::slice::from_ref(&signal), with: None, fits: Fits::Still }];
            let reader = Reader { rep: &rep, language, zone: &zone };
            let letter = reminder(&reader, &News { changes: &changes, ..News::default() }, &Links::default(), now()).unwrap();
            let line = letter.text.lines().find(|line| line.contains("L1")).unwrap_or_default().trim().to_owned();
            told.extend([letter.subject, line, sentence(language, Some(&zone), &signal, now()), String::new()].map(|part| part + "\n"));
        }
    }
    insta::assert_snapshot!("lots", told);
}

#[test]
fn news_of_tenders_is_told_apart_from_leads() {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let [other, moved] = tenders();
    let (signals, links) = (changes(&moved), Links::default());
    let changes = [
        ChangeItem { record: &moved, said: &[], signals: &signals[..1], with: None, fits: Fits::Still },
        ChangeItem { record: &other, said: &[], signals: &signals[1..], with: None, fits: Fits::Still },
    ];
    let (cases, reader) = (two(), |language| Reader { rep: &rep, language, zone: &zone });
    let items: Vec<Item<'_>> = cases.iter().take(1).map(Case::item).collect();
    let shown = |letter: &Rendered| format!("Subject: {}\nTitle: {}\n\n{}", letter.subject, letter.title, letter.text);
    let whole = News { items: &items, changes: &changes, ..News::default() };
    let letter = digest(&reader(Language::En), &whole, &links, now()).unwrap();
    insta::assert_snapshot!("digest_changes_en_text", shown(&letter));
    insta::assert_snapshot!("digest_changes_en_html", letter.html);
    let alone = News { changes: &changes[..1], ..News::default() };
    for (language, name) in [(Language::Es, "reminder_changes_es_text"), (Language::Ru, "reminder_changes_ru_text")] {
        insta::assert_snapshot!(name, shown(&reminder(&reader(language), &alone, &links, now()).unwrap()));
    }
    let again = Signal {
        kind: SignalKind::TenderPublished,
        story: Story::Changed {
            title: moved.title(),
            fields: vec![("stage".to_owned(), Some("suspended".to_owned()), Some("open".to_owned()))],
            more: 0,
        },
        ..signals[1].clone()
    };
    assert!(
        again.is_of_known_tender()
            && !Signal { story: Story::Appeared { title: moved.title(), by: None, with: None, on: None }, ..again.clone() }
                .is_of_known_tender()
    );
    let reopened = [ChangeItem { record: &moved, said: &[], signals: std::slice::from_ref(&again), with: None, fits: Fits::Still }];
    let letter = reminder(&reader(Language::En), &News { changes: &reopened, ..News::default() }, &links, now()).unwrap();
    assert!(
        letter.subject.starts_with("Takes offers again: Two ultrasound") && letter.text.contains("  Takes offers again ("),
        "{}",
        letter.text
    );
    let segment: SegmentId = "hospitals".parse().unwrap();
    let event = Event::Tender { record: &moved, signal: &signals[0], segments: &[&segment] };
    let json: serde_json::Value = serde_json::from_slice(&payload(&event).bytes).unwrap();
    insta::assert_snapshot!("payload_tender", serde_json::to_string_pretty(&json).unwrap());
}

/// A tender like this one, by another name.
fn numbered(tender: &Record, n: u64) -> Record {
    let mut record = Record { id: RecordId(n), ..tender.clone() };
    let title = Field { value: Value::Text(format!("Tender number {n:03}")), ..record.fields["title"].clone() };
    record.fields.insert(FieldName::new("title"), title);
    record.url = Url::parse(&format!("https://portal.example/notices/{n:03}")).unwrap();
    record
}

#[test]
fn of_more_than_a_letter_describes_each_is_said_in_one_line() {
    let rep: RepId = "ana".parse().unwrap();
    let [_, moved] = tenders();
    let signals = changes(&moved);
    let records: Vec<Record> = (1..=30).map(|n| numbered(&moved, n)).collect();
    let item = |record| ChangeItem { record, said: &[], signals: &signals[..1], with: None, fits: Fits::Still };
    let many: Vec<ChangeItem<'_>> = records.iter().map(item).collect();
    let due: Vec<DeadlineItem<'_>> = records.iter().map(|record| DeadlineItem { record, field: "deadline", said: &[] }).collect();
    let mut told = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &TimeZone::UTC };
        let letter = reminder(&reader, &News { changes: &many, deadlines: &due, ..News::default() }, &Links::default(), now()).unwrap();
        for record in &records {
            let address = record.url.as_str();
            for (form, address) in [(&letter.text, address.to_owned()), (&letter.html, address.replace('/', "&#x2f;"))] {
                assert!(form.matches(&record.title()).count() >= 2, "{}: {form}", record.title());
                assert_eq!(form.matches(&address).count(), 2, "{address}: {form}");
            }
        }
        let of = |word: &str| letter.text.lines().skip_while(|line| !line.contains(word)).take(8).collect::<Vec<_>>().join("\n");
        let words = match language {
            Language::En => "a line each",
            Language::Es => "una línea",
            Language::Ru => "по строке",
        };
        told += &of(words);
        told += "\n\n";
    }
    insta::assert_snapshot!("a_line_each", told);
}

#[test]
fn a_cancellation_says_why_and_what_is_doubtful_of_a_deadline_stands_beside_it() {
    let rep: RepId = "ana".parse().unwrap();
    let [other, moved] = tenders();
    let [.., cancelled] = changes(&moved);
    let fields = [("stage", "open", "cancelled"), ("reason", "", "The money is spent"), ("documents", "1", "2")];
    let fields = fields.map(|(name, old, new)| (name.to_owned(), Some(old.to_owned()).filter(|old| !old.is_empty()), Some(new.to_owned())));
    let story = |more| Story::Changed { title: moved.title(), fields: fields.to_vec(), more };
    let ended = Signal { story: story(3), ..cancelled.clone() };
    let changed = Signal { kind: SignalKind::TenderChanged, story: story(1), ..cancelled };
    let mut unread = other.clone();
    let words = Field { value: Value::Text("30.02.2027".to_owned()), ..unread.fields["title"].clone() };
    unread.fields.insert(FieldName::new(crate::model::UNREADABLE), words);
    let items = [
        ChangeItem { record: &moved, said: &[], signals: std::slice::from_ref(&ended), with: None, fits: Fits::Still },
        ChangeItem { record: &unread, said: &[], signals: std::slice::from_ref(&changed), with: None, fits: Fits::Still },
        ChangeItem { record: &other, said: &[], signals: &[], with: Some(&Holder::Rep("Bob".to_owned())), fits: Fits::Still },
    ];
    let mut told = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &TimeZone::UTC };
        let letter = reminder(&reader, &News { changes: &items, ..News::default() }, &Links::default(), now()).unwrap();
        told += &letter.text;
        assert!(letter.html.contains("30.02.2027"));
    }
    insta::assert_snapshot!("ended_unread_passed", told);
}

#[test]
fn who_hears_of_a_tender_first_by_a_change_is_told_that_it_is_new_who_loses_it_that_it_leaves_and_then_that_it_is_back() {
    let rep: RepId = "ana".parse().unwrap();
    let [other, moved] = tenders();
    let signals = changes(&moved);
    let item = |record, fits| ChangeItem { record, said: &[], signals: &signals[..1], with: None, fits };
    let mut told = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &TimeZone::UTC };
        for items in [[item(&moved, Fits::New)].as_slice(), &[item(&other, Fits::NoMore), item(&moved, Fits::Again)]] {
            let letter = reminder(&reader, &News { changes: items, ..News::default() }, &Links::default(), now()).unwrap();
            told.extend(["Subject: ", &letter.subject, "\n\n", &letter.text]);
        }
    }
    insta::assert_snapshot!("begins_and_leaves", told);
}

#[test]
fn the_subject_says_what_became_of_a_tender_and_then_its_name() {
    let rep: RepId = "ana".parse().unwrap();
    let [_, moved] = tenders();
    let [first, ..] = changes(&moved);
    let reader = Reader { rep: &rep, language: Language::En, zone: &TimeZone::UTC };
    let (hour, later) = ("2026-11-30T13:00:00+00:00[UTC]", "2026-11-30T14:00:00+00:00[UTC]");
    for (kind, field, want) in [
        (SignalKind::TenderChanged, ("stage", "open", "closed"), "Takes no more offers: Two"),
        (SignalKind::TenderChanged, ("stage", "planned", "closed"), "Tender changed: Two"),
        (SignalKind::DeadlineMoved, ("deadline", "2026-11-30", hour), "The hour of the deadline is known, Mon 30 Nov 2026 13:00: Two"),
        (SignalKind::DeadlineMoved, ("deadline", later, hour), "Deadline moved to Mon 30 Nov 2026 13:00: Two"),
        (SignalKind::DeadlineMoved, ("deadline", "2026-11-27", hour), "Deadline moved to Mon 30 Nov 2026 13:00: Two"),
        (SignalKind::WentAway, ("stage", "", ""), "No longer listed: Two"),
        (SignalKind::TenderChanged, ("winner", "Acme; Bolt", "Acme"), "Winner changed: Two"),
        (
            SignalKind::TenderChanged,
            ("lot_awards", "1: Acme, 9 EUR; 2: Acme, 1900 EUR", "1: Acme, 9 EUR; 2: Bolt, 1950 EUR"),
            "Winner changed: Two",
        ),
        (SignalKind::TenderChanged, ("lot_awards", "2: Acme, 1900 EUR", "2: Acme, 1950 EUR"), "Tender changed: Two"),
    ] {
        let fields = vec![(field.0.to_owned(), Some(field.1.to_owned()), Some(field.2.to_owned()))];
        let signal = Signal { kind, story: Story::Changed { title: moved.title(), fields, more: 0 }, ..first.clone() };
        let items = [ChangeItem { record: &moved, said: &[], signals: std::slice::from_ref(&signal), with: None, fits: Fits::Still }];
        let letter = reminder(&reader, &News { changes: &items, ..News::default() }, &Links::default(), now()).unwrap();
        assert!(letter.subject.starts_with(want), "{want}: {}", letter.subject);
    }
}

#[test]
fn a_digest_asks_whether_two_are_one() {
    let rep: RepId = "ana".parse().unwrap();
    let named =
        |id: &str, name: &str, place: Option<&str>| Named { id: id.to_owned(), name: name.to_owned(), place: place.map(str::to_owned) };
    let one = named("org-0000000000001", "Talleres Orbaneja, S.L.", Some("Burgos"));
    let fields = vec![("address".to_owned(), -45), ("name".to_owned(), 210), ("phone".to_owned(), 90)];
    let pairs = [
        Pair { one: one.clone(), other: named("org-0000000000002", "Orbaneja <Metal>", None), fields },
        Pair { one, other: named("org-0000000000003", "Autos Duero", Some("Soria")), fields: Vec::new() },
    ];
    let mut letters = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &TimeZone::UTC };
        let letter = digest(&reader, &News { pairs: &pairs, ..News::default() }, &Links::default(), now()).unwrap();
        assert!(letter.html.contains("Orbaneja &lt;Metal&gt;") && letter.html.contains("org not-same org-0000000000001 org-0000000000003"));
        letters += &letter.text;
        letters += "\n";
        let none = digest(&reader, &News::default(), &Links::default(), now()).unwrap();
        assert!(!none.text.contains("org same") && !none.html.contains("org same"));
    }
    insta::assert_snapshot!("digest_pairs", letters);
}

#[test]
fn a_digest_in_spanish() {
    let letter = written(Language::Es, &two(), &sources());
    insta::assert_snapshot!("digest_es_text", format!("Subject: {}\n\n{}", letter.subject, letter.text));
    assert!(letter.html.contains("<html lang=\"es\">"));
}

#[test]
fn a_digest_and_an_alert_in_russian() {
    let letter = written(Language::Ru, &two(), &sources());
    insta::assert_snapshot!("digest_ru_text", format!("Subject: {}\n\n{}", letter.subject, letter.text));
    assert!(letter.html.contains("<html lang=\"ru\">") && !letter.html.contains("lang=\"en\""));
    let rep: RepId = "ana".parse().unwrap();
    let reader = Reader { rep: &rep, language: Language::Ru, zone: &TimeZone::UTC };
    let alert = one_alert(&reader, &Case::new("Talleres García"));
    insta::assert_snapshot!("alert_ru_text", format!("Subject: {}\n\n{}", alert.subject, alert.text));
}

#[test]
fn what_a_source_already_held_says_so() {
    let rep: RepId = "ana".parse().unwrap();
    let cases = two();
    let items: Vec<Item<'_>> = cases.iter().map(Case::item).collect();
    let mut letters = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &TimeZone::UTC };
        let letter = held(&reader, &News { items: &items, ..News::default() }, "Expo Industria", &Links::default(), now()).unwrap();
        let head: Vec<&str> = letter.text.lines().take_while(|line| !line.starts_with("---")).collect();
        letters += &["Subject: ", &letter.subject, "\n\n", &head.join("\n"), "\n\n"].concat();
        assert!(letter.text.contains("Talleres García") && letter.text.contains("Cajas"));
    }
    insta::assert_snapshot!("held", letters);
}

#[test]
fn an_old_english_sentence_in_another_language_says_so() {
    let mut case = Case::new("Talleres García");
    case.signals[0].story = Story::Sentence("Looks for a supplier of pallets".to_owned());
    let letter = written(Language::Es, &[case], &[]);
    assert!(letter.html.contains("Busca proveedor: <strong lang=\"en\">Looks for a supplier of pallets</strong>"), "{}", letter.html);
}

#[test]
fn silence_is_never_ambiguous() {
    for (with, want) in [
        (sources(), "Nothing new, but of 3 sources 2 are incomplete"),
        (sources()[..1].to_vec(), "Nothing new: 1 source complete"),
        (Vec::new(), "Nothing new: 0 sources complete"),
    ] {
        let letter = written(Language::En, &[], &with);
        assert_eq!(letter.subject, want);
        assert!(
            letter.text.contains(if with.is_empty() { "No source is being read" } else { "complete until 07:40 today" }),
            "{}",
            letter.text
        );
    }
}

#[test]
fn an_alert_is_one_lead() {
    let rep: RepId = "ana".parse().unwrap();
    let reader = Reader { rep: &rep, language: Language::En, zone: &TimeZone::UTC };
    let letter = one_alert(&reader, &Case::new("Talleres García"));
    insta::assert_snapshot!("alert_en_text", format!("Subject: {}\n\n{}", letter.subject, letter.text));
}

#[test]
fn the_subject_of_an_alert_names_the_strongest_reason() {
    let rep: RepId = "ana".parse().unwrap();
    let reader = Reader { rep: &rep, language: Language::En, zone: &TimeZone::UTC };
    let mut case = Case::new("Talleres García");
    let (strong, weak) = (case.signals[0].evidence.clone(), case.signals[1].evidence.clone());
    for (kind, centipoints, evidence) in [(SignalKind::RequestForSuppliers, 1_500, strong), (SignalKind::VacancyPublished, 300, weak)] {
        let part = Part { kind: PartKind::Signal(kind), centipoints, evidence: Some(evidence), ..case.lead.score.parts[0].clone() };
        case.lead.score.parts.push(part);
    }
    // The weaker one is the newer one.
    case.signals[1].at = now();
    let subject = one_alert(&reader, &case).subject;
    assert!(subject.starts_with("Talleres García – Looks for a supplier"), "{subject}");
}

#[test]
fn news_is_told_once_and_what_does_not_fit_is_counted() {
    let mut case = Case::new("Hospital");
    case.signals = (0..9)
        .map(|n| Signal {
            seen: at(&format!("2026-11-2{}T10:00:00Z", n / 4)),
            ..signal(case.organisation.id, SignalKind::OfferListed, &format!("offer {n}."), "2026-11-20T00:00:00Z", "")
        })
        .collect();
    for (told, shown, more, update) in [
        (None, 6, Some(3), false),
        (Some("2026-11-20T10:00:00Z"), 5, None, true),
        (Some("2026-11-21T10:00:00Z"), 1, None, true),
        // Nothing of it is new: then it is shown what it is about.
        (Some("2026-11-23T07:00:00Z"), 6, None, true),
    ] {
        case.told = told.map(at);
        let text = written(Language::En, std::slice::from_ref(&case), &[]).text;
        assert_eq!(text.matches("Offers offer").count(), shown, "{text}");
        let counted = more.map(|more| format!("And {more} more."));
        assert!(counted.as_ref().map_or(!text.contains(" more."), |counted| text.contains(counted)), "{text}");
        assert_eq!(text.contains("· update"), update, "{text}");
    }
}

#[test]
fn no_tender_is_left_out() {
    let mut case = Case::new("Central de compras");
    let of = |(n, kind)| signal(case.organisation.id, kind, &format!("lote {n}."), "2026-11-20T00:00:00Z", "");
    let kinds = std::iter::repeat_n(SignalKind::TenderPublished, 9).chain(std::iter::repeat_n(SignalKind::OfferListed, 2));
    case.signals = (0..).zip(kinds).map(of).collect();
    let letter = written(Language::En, std::slice::from_ref(&case), &[]);
    for text in [&letter.text, &letter.html] {
        assert!((0..9).all(|n| text.contains(&format!("Tender published: lote {n}"))), "{text}");
        assert!(text.contains("And 1 more."), "{text}");
    }
}

#[test]
fn nobody_is_to_be_called_for_what_became_of_a_tender() {
    let mut case = Case::new("Hospital");
    let id = case.organisation.id;
    let of = |kind, title: &str| signal(id, kind, title, "2026-11-22T05:00:00Z", "");
    let (moved, ended) = (of(SignalKind::DeadlineMoved, "Later"), of(SignalKind::TenderCancelled, "Beds"));
    let notice = "look at the notice; nobody need be called for it";
    for (signals, is_notice) in
        [(vec![&moved, &ended], true), (vec![&moved, &of(SignalKind::TenderPublished, "Scanners")], false), (vec![], false)]
    {
        case.signals = signals.into_iter().cloned().collect();
        let text = written(Language::En, std::slice::from_ref(&case), &[]).text;
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.contains(notice), is_notice, "{text}");
    }
}

#[test]
fn what_only_changed_or_went_away_is_no_headline_beside_a_better_reason() {
    let mut case = Case::new("Hospital");
    let id = case.organisation.id;
    let of = |kind, title: &str, when: &str| signal(id, kind, title, when, "");
    let gone = Signal { story: Story::Gone { title: "Old bed".to_owned() }, ..of(SignalKind::WentAway, "", "2026-11-23T06:00:00Z") };
    let other = of(SignalKind::RecordChanged, "Other phone", "2026-11-23T05:00:00Z");
    let moved = of(SignalKind::DeadlineMoved, "Later", "2026-11-22T05:00:00Z");
    let offer = of(SignalKind::OfferListed, "New bed", "2026-11-20T05:00:00Z");
    let part = |signal: &Signal, centipoints| Part {
        kind: PartKind::Signal(signal.kind),
        centipoints,
        evidence: Some(signal.evidence.clone()),
        ..case.lead.score.parts[0].clone()
    };
    let (hunted, feared) = (part(&gone, 900), part(&gone, -900));
    let fit = case.lead.score.parts[0].clone();
    for (signals, parts, want) in [
        (vec![&gone, &other, &offer], vec![], "New bed"),
        (vec![&gone, &other, &moved], vec![], "Later"),
        (vec![&gone, &offer], vec![&feared], "New bed"),
        (vec![&gone, &offer], vec![&hunted], "Old bed"),
        (vec![&gone], vec![], "Old bed"),
    ] {
        case.signals = signals.into_iter().cloned().collect();
        case.lead.score.parts = std::iter::once(&fit).chain(parts).cloned().collect();
        let text = written(Language::En, std::slice::from_ref(&case), &[]).text;
        let first = text.lines().find(|line| line.starts_with("   * ")).unwrap();
        assert!(first.contains(want), "{want}: {text}");
        // What only changed is no reason to call whom nobody heard of; who knows the firm hears of it.
        let told = |told: Option<&str>| {
            let case = Case { told: told.map(at), lead: case.lead.clone(), ..Case::new("Hospital") };
            let case = Case { signals: vec![other.clone(), offer.clone()], ..case };
            written(Language::En, std::slice::from_ref(&case), &[]).text.contains("Other phone")
        };
        assert!(!told(None) && told(Some("2026-11-20T00:00:00Z")));
    }
}

#[test]
fn one_sentence_of_a_page_is_one_reason_of_several_kinds() {
    let mut case = Case::new("Cerámicas Onda");
    let id = case.organisation.id;
    let title = "Cerámicas Onda opens a second plant and looks for suppliers";
    let of = |kind, story| Signal { story, ..signal(id, kind, title, "2026-11-23T05:00:00Z", title) };
    let said = || Story::Said { title: title.to_owned(), by: None, sentence: title.to_owned() };
    case.signals = vec![
        of(SignalKind::ArticlePublished, story(title)),
        of(SignalKind::RequestForSuppliers, said()),
        of(SignalKind::BranchOpened, said()),
    ];
    let text = written(Language::En, std::slice::from_ref(&case), &[]).text.replace("\n     ", " ");
    assert_eq!(text.matches("opens a second plant").count(), 1, "{text}");
    assert!(text.contains("* New site · In the press · Looks for a supplier: “Cerámicas Onda opens a second"), "{text}");
}

#[test]
fn a_sum_says_each_rule_once_and_what_a_code_means() {
    let mut case = Case::new("Hospital");
    let takes = Part { why: "takes offers".to_owned(), centipoints: 1_000, ..case.lead.score.parts[2].clone() };
    let boxes = Part { why: "buys packaging".to_owned(), evidence: Some(evidence("44617100")), ..case.lead.score.parts[0].clone() };
    case.lead.score.parts = vec![boxes, takes.clone(), takes];
    let text = written(Language::En, std::slice::from_ref(&case), &[]).text;
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("+15 buys packaging (class 44617100 (in 446: Miscellaneous fabricated products))"), "{text}");
    assert!(text.contains("+20  takes offers") && text.matches("takes offers").count() == 1, "{text}");
}

#[test]
fn what_closes_says_when_and_what_closed_is_named_and_left_out() {
    let (rep, zone) = ("ana".parse().unwrap(), TimeZone::get("Europe/Madrid").unwrap());
    let (case, records) = (Case::new("Hospital Universitario de Getafe"), tenders());
    let deadlines = [DeadlineItem { record: &records[1], field: "deadline", said: &[] }];
    let mut letters = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &zone };
        let news = News { items: &[case.item()], deadlines: &deadlines, ..News::default() };
        let [letter, begins, both, over] = [Early::Closes, Early::Begins, Early::Both, Early::Over]
            .map(|early| alert(&reader, &news, Some(early), &Links::default(), now()).unwrap());
        let closed = too_late(&reader, &records[1..], &Links::default(), now()).unwrap();
        let head = |text: &str| text.lines().take_while(|line| !line.starts_with("---")).collect::<Vec<_>>().join("\n");
        let why = |letter: &Rendered| letter.text.split("\n\n").nth(1).unwrap().to_owned() + "\n";
        letters += &["Subject: ", &letter.subject, "\n\n", &head(&letter.text), "\n", &why(&begins), &why(&both), &why(&over)].concat();
        letters += &["\nSubject: ", &closed.subject, "\n\n", &head(&closed.text), "\n\n"].concat();
    }
    insta::assert_snapshot!("closing", letters);
}

#[test]
fn a_letter_says_each_thing_once_and_in_the_words_of_a_rep() {
    let mut case = Case::new(&format!("Cajas y Embalajes {}", "del Vallès ".repeat(12)));
    let title = "Wanted: 400 pallets a month";
    let by = case.organisation.name.clone();
    let story = Story::Appeared { title: title.to_owned(), by, with: None, on: None };
    let listed = signal(case.organisation.id, SignalKind::RequestForSuppliers, title, "2026-11-23T05:00:00Z", title);
    case.signals = vec![Signal { story, ..listed }];
    case.lead.score.signal = 0;
    for part in &mut case.lead.score.parts {
        part.evidence = Some(evidence(title));
    }
    for language in Language::ALL {
        let letter = written(language, std::slice::from_ref(&case), &sources());
        assert!(letter.subject.chars().count() <= 70, "{}", letter.subject);
        for text in [&letter.text, &letter.html] {
            assert_eq!(text.matches("400 pallets").count(), 1, "{text}");
            for word in ["signal", "record", "baseline", "half-life", "señal", "сигнал"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
    }
}

#[test]
fn a_lead_of_several_segments_names_them_under_the_best() {
    let gone = Some(Holder::Gone("bob".to_owned()));
    let case =
        Case { also: vec![("Hotels".to_owned(), 4_200), ("Clinics".to_owned(), 750)], handed: gone, ..Case::new("Talleres García") };
    for (language, want) in Language::ALL.into_iter().zip([
        "handed over to you, bob (not configured any more) had it also for Hotels (42) also for Clinics (8)",
        "pasa a ti, antes lo llevaba bob (ya no está en la configuración) también para Hotels (42) también para Clinics (8)",
        "раньше с этим работал(а) bob (в настройках больше нет) также для сегмента «Hotels» (42) также для сегмента «Clinics» (8)",
    ]) {
        let letter = written(language, std::slice::from_ref(&case), &[]);
        let text = letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(want), "{want}: {text}");
        assert!(letter.html.contains("Hotels"), "{}", letter.html);
    }
}

#[test]
fn what_is_handed_over_names_who_had_it_and_says_everything() {
    let case = Case { told: Some(now()), ..Case::new("Talleres García") };
    let mut letters = String::new();
    for language in Language::ALL {
        let handed = Case { told: None, handed: Some(Holder::Rep("Bob Brown".to_owned())), ..Case::new("Talleres García") };
        let text = written(language, std::slice::from_ref(&handed), &[]).text;
        assert!(text.contains("EUR pallets") && !written(language, std::slice::from_ref(&case), &[]).text.contains("Bob Brown"), "{text}");
        let tag: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("1. ")).take_while(|line| !line.is_empty()).collect();
        letters += &(tag.join("\n") + "\n\n");
    }
    insta::assert_snapshot!("handed_over", letters);
}

#[test]
fn an_event_that_is_over_is_not_announced() {
    let mut case = Case::new("Talleres García");
    let on = |day: &str| Story::Appeared {
        title: "Talleres García".to_owned(),
        by: None,
        with: Some("Expo Industria".to_owned()),
        on: Some(day.parse().unwrap()),
    };
    let listed = signal(case.organisation.id, SignalKind::ExhibitorListed, "", "2026-11-20T05:00:00Z", "");
    for (day, want) in [
        ("2026-11-22", "Talleres García exhibited at Expo Industria on Sun 22 Nov 2026"),
        ("2026-11-23", "Talleres García exhibits at Expo Industria on Mon 23 Nov 2026"),
    ] {
        case.signals = vec![Signal { story: on(day), ..listed.clone() }];
        let text = written(Language::En, std::slice::from_ref(&case), &[]).text;
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(want), "{want}: {text}");
    }
}

/// Reads the points back out of the text and adds them up.
#[test]
fn the_lines_shown_sum_to_the_score_even_when_some_are_folded() {
    let mut case = Case::new("Many rules");
    let template = case.lead.score.parts[0].clone();
    case.lead.score.parts =
        (1..=30).map(|n| Part { centipoints: n * 7 - 50, rule: format!("segment.points[{n}]"), ..template.clone() }).collect();
    case.lead.score.fit = case.lead.score.parts.iter().map(|part| part.centipoints).sum();
    case.lead.score.signal = 0;
    let letter = written(Language::En, &[case], &[]);
    let mut sum = rust_decimal::Decimal::ZERO;
    for line in letter.text.lines() {
        let word = line.trim_start().split(' ').next().unwrap_or("");
        if line.starts_with("   ") && (word.starts_with('+') || (word.starts_with('-') && word.len() < 8)) && !word.starts_with("+34") {
            sum += word.parse::<rust_decimal::Decimal>().unwrap();
        }
    }
    assert_eq!(sum, rust_decimal::Decimal::from(18), "17.55 in whole points");
    assert!(letter.text.contains("23 more rules"), "{}", letter.text);
}

#[test]
fn a_letter_names_every_lead_and_stays_small() {
    let cases: Vec<Case> = (0..100)
        .map(|n| {
            let mut case = Case::new(&format!("Company {n:03} {}", "long ".repeat(30)));
            let of = |_| {
                signal(
                    case.organisation.id,
                    SignalKind::PriceMoved,
                    &"word ".repeat(60),
                    "2026-11-20T00:00:00Z",
                    &"quote & <b> ".repeat(40),
                )
            };
            case.signals = (0..9).map(of).collect();
            case
        })
        .collect();
    let rep: RepId = "ana".parse().unwrap();
    let [_, moved] = tenders();
    let signals = changes(&moved);
    let records: Vec<Record> = (0..50).map(|n| numbered(&moved, n)).collect();
    let altered: Vec<ChangeItem<'_>> =
        records.iter().map(|record| ChangeItem { record, said: &[], signals: &signals[..1], with: None, fits: Fits::Still }).collect();
    let due: Vec<DeadlineItem<'_>> = records.iter().map(|record| DeadlineItem { record, field: "deadline", said: &[] }).collect();
    let items: Vec<Item<'_>> = cases.iter().map(Case::item).collect();
    let few = News { items: &items[..30], ..News::default() };
    let leads = News { items: &items, ..News::default() };
    let all = News { changes: &altered, deadlines: &due, ..leads };
    for language in Language::ALL {
        let (reader, links) = (Reader { rep: &rep, language, zone: &TimeZone::UTC }, Links::default());
        for news in [few, leads, all] {
            for letter in [digest(&reader, &news, &links, now()).unwrap(), alert(&reader, &news, None, &links, now()).unwrap()] {
                assert!(letter.html.len() <= 90_000, "{}", letter.html.len());
                assert!(letter.html.matches("<h2 ").count() > 1);
                for form in [&letter.text, &letter.html] {
                    for Case { lead, .. } in &cases[..news.items.len()] {
                        assert!(form.contains(&lead.title[..11]), "{}", lead.title);
                        assert_eq!(form.matches(&lead.id.to_string()).count(), 1, "{}", lead.title);
                    }
                    for record in &records[..news.changes.len()] {
                        assert!(form.matches(&record.title()).count() >= 2, "{}", record.title());
                    }
                }
            }
        }
    }
    let mut small: Vec<Case> = (0..25).map(|n| Case::new(&format!("Taller {n}"))).collect();
    // What closes and what moved is said in a line as well.
    small.extend([of_tender("2026-11-23T12:00:00Z"), of_tender("2026-12-30T13:00:00Z")]);
    small[26].also = vec![("Hotels".to_owned(), 4_200)];
    let mut told = String::new();
    for language in Language::ALL {
        let text = written(language, &small, &[]).text;
        let words = ["a line each", "una línea", "по строке"];
        let lines = text.lines().skip_while(|line| !words.iter().any(|words| line.contains(words))).take_while(|line| !line.is_empty());
        told += &(lines.collect::<Vec<_>>().join("\n") + "\n\n");
    }
    insta::assert_snapshot!("leads_a_line_each", told);
}

/// A lead that rests on the second of those tenders: published, then moved twice.
fn of_tender(deadline: &str) -> Case {
    let (mut case, [_, mut tender]) = (Case::new("Hospital Universitario de Getafe"), tenders());
    let zone = "America/Bogota".to_owned();
    let moment = Value::Time(Moment { text: deadline.to_owned(), at: at(deadline), zone, zone_from: ZoneFrom::Text });
    tender.fields.remove("opening");
    tender.fields.insert(FieldName::new("deadline"), Field { value: moment, ..tender.fields["deadline"].clone() });
    let id = case.organisation.id;
    let first = "2026-11-25T08:00:00-05:00[America/Bogota]".to_owned();
    let published = Story::Appeared { title: tender.title(), by: None, with: Some(first.clone()), on: None };
    let moved = |old: &str, new: &str| Story::Changed {
        title: tender.title(),
        fields: vec![("deadline".to_owned(), Some(old.to_owned()), Some(new.to_owned()))],
        more: 0,
    };
    let second = "2026-11-27T08:00:00-05:00[America/Bogota]";
    let third = at(deadline).to_zoned(TimeZone::get("America/Bogota").unwrap()).to_string();
    let of = |kind, story, seen: &str| Signal {
        record: tender.id,
        story,
        at: at(seen),
        seen: at(seen),
        evidence: evidence(seen),
        ..signal(id, kind, "", seen, "")
    };
    case.signals = vec![
        of(SignalKind::DeadlineMoved, moved(second, &third), "2026-11-22T10:00:00Z"),
        of(SignalKind::TenderPublished, published, "2026-11-18T10:00:00Z"),
        of(SignalKind::DeadlineMoved, moved(&first, second), "2026-11-20T10:00:00Z"),
    ];
    let asked = Part { kind: PartKind::Signal(SignalKind::DeadlineMoved), centipoints: 500, ..case.lead.score.parts[0].clone() };
    case.lead.score.parts.push(Part { evidence: Some(case.signals[2].evidence.clone()), ..asked });
    case.tenders = vec![(tender.id, Joined { record: tender, said: Vec::new() })];
    case
}

#[test]
fn of_a_tender_a_lead_says_first_what_holds_now_then_what_was_in_order_of_time() {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let mut told = String::new();
    for language in Language::ALL {
        let reader = Reader { rep: &rep, language, zone: &zone };
        // Far; soon; in minutes; and who knows of it hears what moved.
        for (deadline, heard) in [
            ("2026-12-30T13:00:00Z", None),
            ("2026-12-30T13:00:00Z", Some("2026-11-19T00:00:00Z")),
            ("2026-11-24T13:00:00Z", None),
            ("2026-11-23T07:12:30Z", Some("2026-11-19T00:00:00Z")),
        ] {
            let case = Case { told: heard.map(at), ..of_tender(deadline) };
            let letter = one_alert(&reader, &case);
            let whole = language == Language::En;
            let upper =
                letter.text.lines().skip(7).take_while(|line| !line.contains(if whole { "+20" } else { "Metal" })).collect::<Vec<_>>();
            told += &["Subject: ", &letter.subject, "\n", &upper.join("\n"), "\n\n"].concat();
            let soon = letter.html.matches("<p class=\"bad\"").count();
            assert_eq!(soon, usize::from(deadline < "2026-12"), "{}", letter.html);
        }
    }
    insta::assert_snapshot!("of_a_tender", told);
}

#[test]
fn how_much_time_is_left_is_said_where_it_is_little() {
    let rep: RepId = "ana".parse().unwrap();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let [_, mut tender] = tenders();
    for (deadline, want) in [
        ("2026-11-23T07:00:20Z", ["today, in 1 min", "hoy, dentro de 1 min", "сегодня, через 1 мин"]),
        ("2026-11-23T07:59:59Z", ["today, in 59 min", "hoy, dentro de 59 min", "сегодня, через 59 мин"]),
        ("2026-11-23T10:30:00Z", ["today, in 3 h", "hoy, dentro de 3 h", "сегодня, через 3 ч"]),
        ("2026-11-24T22:59:00Z", ["tomorrow, in 39 h", "mañana, dentro de 39 h", "завтра, через 39 ч"]),
        ("2026-11-24T23:30:00Z", ["in 2 days", "dentro de 2 días", "через 2 дня"]),
        ("2026-11-25T07:00:00Z", ["in 2 days", "dentro de 2 días", "через 2 дня"]),
        ("2026-11-23T06:59:59Z", ["today", "hoy", "сегодня"]),
        ("2026-11-24", ["tomorrow", "mañana", "завтра"]),
    ] {
        let value = match deadline.parse::<Timestamp>() {
            Ok(at) => Value::Time(Moment { text: String::new(), at, zone: "UTC".to_owned(), zone_from: ZoneFrom::Text }),
            Err(_) => Value::Date(deadline.parse().unwrap()),
        };
        let field = Field { value, ..tender.fields["deadline"].clone() };
        tender.fields.insert(FieldName::new("deadline"), field);
        let closing = crate::model::deadline(&tender).unwrap();
        assert_eq!(Language::ALL.map(|language| due::ahead(&Reader { rep: &rep, language, zone: &zone }, &closing, now())), want);
    }
}

#[test]
fn of_whom_nobody_knows_the_name_the_article_says_more() {
    let mut case = Case::new("(not named yet)");
    let title = "A packaging plant is to be built in Sabadell";
    case.organisation.name = None;
    case.organisation.facts.clear();
    case.signals = vec![signal(case.organisation.id, SignalKind::ArticlePublished, title, "2026-11-23T05:00:00Z", title)];
    case.texts =
        [(RecordId(1), "The town has sold the land, and eighty people are to work there. Machines are looked for.".to_owned())].into();
    let rep: RepId = "ana".parse().unwrap();
    let mut told = String::new();
    for language in Language::ALL {
        let letter = one_alert(&Reader { rep: &rep, language, zone: &TimeZone::UTC }, &case);
        for form in [&letter.subject, &letter.text, &letter.html] {
            assert!(!form.contains("(not named yet)"), "{form}");
        }
        assert!(letter.html.contains("see the page (market.example)") || language != Language::En, "{}", letter.html);
        let upper: Vec<&str> = letter.text.lines().take_while(|line| !line.contains("+20")).collect();
        told += &["Subject: ", &letter.subject, "\n", &upper.join("\n"), "\n\n"].concat();
    }
    insta::assert_snapshot!("unnamed", told);
}

#[test]
fn what_was_put_away_says_until_when_and_by_whom() {
    use crate::model::Verdict;
    let (rep, zone) = ("ana".parse().unwrap(), TimeZone::get("Europe/Madrid").unwrap());
    let monday = "2026-11-22T23:00:00Z";
    for (by, until, heard, want) in [
        (
            "ana",
            monday,
            None,
            ["you parked it until Mon 23 Nov 2026", "lo aplazaste hasta el lun 23 nov 2026", "вы отложили это до пн 23 нояб. 2026"],
        ),
        (
            "bob",
            monday,
            Some("2026-11-10T00:00:00Z"),
            ["bob parked it until Mon", "bob lo aplazó hasta el lun", "это отложил(а) bob до пн"],
        ),
        (
            "",
            "2026-11-23T04:00:00Z",
            None,
            [
                "it was parked until Mon 23 Nov 2026 05:00",
                "quedó aplazado hasta el lun 23 nov 2026 05:00",
                "это было отложено до пн 23 нояб. 2026 05:00",
            ],
        ),
        // It was told since.
        ("ana", monday, Some("2026-11-22T23:30:00Z"), ["update", "actualización", "обновление"]),
        ("ana", "2026-11-30T00:00:00Z", Some("2026-11-20T00:00:00Z"), ["update", "actualización", "обновление"]),
    ] {
        let mut case = Case { told: heard.map(at), ..Case::new("Talleres García") };
        let (by, until) = (by.to_owned(), Some(at(until)));
        case.lead.verdict = Some(Verdict { said: LeadState::Parked, at: at("2026-11-15T00:00:00Z"), by, because: String::new(), until });
        for (language, want) in Language::ALL.into_iter().zip(want) {
            let letter = one_alert(&Reader { rep: &rep, language, zone: &zone }, &case);
            let text = letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(&format!("Packaging for the food industry · {want}")), "{want}: {text}");
        }
    }
}

#[test]
fn payloads() {
    let case = Case::new("Talleres García");
    let made = payload(&Event::Lead { item: case.item(), deadline: None });
    let value: serde_json::Value = serde_json::from_slice(&made.bytes).unwrap();
    insta::assert_snapshot!("payload_lead", serde_json::to_string_pretty(&value).unwrap());
    assert!(!made.bytes.contains(&b'\n'));
    let deadline = |value: Value, quote: &str| Field { value, quote: quote.to_owned(), path: String::new(), first_seen: now() };
    let moment =
        Moment { text: String::new(), at: at("2026-11-30T13:00:00Z"), zone: "Europe/Madrid".to_owned(), zone_from: ZoneFrom::Portal };
    for (field, want) in [
        (deadline(Value::Time(moment), "30/11/2026 14:00"), ("2026-11-30T14:00:00+01:00", "30/11/2026 14:00")),
        (deadline(Value::Date("2026-11-30".parse().unwrap()), "30 Nov"), ("2026-11-30T00:00:00+00:00", "30 Nov")),
    ] {
        let made = payload(&Event::Lead { item: case.item(), deadline: Some(&field) });
        let value: serde_json::Value = serde_json::from_slice(&made.bytes).unwrap();
        assert_eq!((value["data"]["deadline"].as_str(), value["data"]["deadline_text"].as_str()), (Some(want.0), Some(want.1)));
    }

    let mut big = Case::new("Big");
    big.signals = (0..500)
        .map(|_| signal(big.organisation.id, SignalKind::PriceMoved, &"x".repeat(240), "2026-11-20T00:00:00Z", &"y".repeat(240)))
        .collect();
    big.organisation.facts = vec![fact(FactName::Phone, Value::Text("z".repeat(100))); 500];
    let made = payload(&Event::Lead { item: big.item(), deadline: None });
    assert!(made.bytes.len() <= 20_000, "{}", made.bytes.len());
    let value: serde_json::Value = serde_json::from_slice(&made.bytes).unwrap();
    assert_eq!(value["data"]["shortened"], true);
    let mut state = SourceState::new(&"fair".parse().unwrap(), crate::base::ids::PageId(1));
    state.complete_until = Some(at("2026-11-20T06:40:00Z"));
    state.pulse.last = Some(at("2026-11-18T06:40:00Z"));
    let failure = Failure::new(FailureClass::Silent, "nothing new since 2026-11-18 06:40 UTC, where news is expected at least every 3d");
    let silent = payload(&Event::SourceIll { source: "fair", title: "The fair", failure: &failure, since: now(), state: &state });
    let silent: serde_json::Value = serde_json::from_slice(&silent.bytes).unwrap();
    insta::assert_snapshot!("payload_source_ill", serde_json::to_string_pretty(&silent).unwrap());
    for (event, word) in [
        (Event::Test { note: "hello", at: now() }, "test"),
        (Event::SourceWell { source: "fair", title: "The fair", since: now(), state: &state }, "source.well"),
        (Event::Notice { text: "x", at: now() }, "notice"),
    ] {
        let value: serde_json::Value = serde_json::from_slice(&payload(&event).bytes).unwrap();
        assert_eq!(value["type"], word);
        assert_eq!(value["timestamp"], "2026-11-23T07:00:00Z");
    }
}

fn mailed(letter: &Rendered, date: Timestamp) -> String {
    let rep: RepId = "ana".parse().unwrap();
    let id = MessageId::of(&[b"x"]);
    let unsubscribe = UnsubscribeKey::new(Secret::new("k".repeat(32))).link(
        &Url::parse("https://leads.example").unwrap(),
        &"mail".parse::<ChannelId>().unwrap(),
        "ana@example.com",
    );
    let envelope = Envelope {
        from: &Address::parse("Atalaya <leads@example.com>").unwrap(),
        reply_to: None,
        to: &Address::parse("Ana Ñúñez <ana@example.com>").unwrap(),
        rep: &rep,
        kind: MessageKind::Digest,
        id: &id,
        window: now(),
        date,
        unsubscribe: Some(&unsubscribe),
    };
    let sealed = mail(&envelope, letter).unwrap();
    assert_eq!(sealed.recipient, "ana@example.com");
    String::from_utf8(sealed.bytes).unwrap()
}

#[test]
fn mail_has_its_headers_and_the_same_bytes_each_time() {
    let letter = written(Language::Es, &two(), &sources());
    let bytes = mailed(&letter, now());
    assert_eq!(bytes, mailed(&letter, now()));
    let (head, body) = bytes.split_once("\r\n\r\n").unwrap();
    insta::assert_snapshot!("mail_headers", head.replace("\r\n", "\n"));
    assert!(bytes.is_ascii());
    assert_eq!(html_part(bytes.as_bytes()).map(|html| html.replace("\r\n", "\n")), Some(letter.html.clone()));
    assert!(bytes.lines().all(|line| line.len() <= 998));
    assert!(body.lines().all(|line| line.len() <= 78), "quoted-printable lines are short");
    assert_eq!(bytes.matches('\n').count(), bytes.matches("\r\n").count(), "no bare line feed");
}

#[test]
fn a_subject_cannot_become_a_header() {
    let mut case = Case::new("Evil\r\nBcc: everybody@example.com");
    case.signals[0].story = Story::Sentence("x\nX-Header: y".to_owned());
    let letter = written(Language::En, &[case], &[]);
    let bytes = mailed(&letter, now() + SignedDuration::from_secs(1));
    let head = bytes.split_once("\r\n\r\n").unwrap().0;
    assert!(!head.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("X-Header:")), "{head}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever a page says, it becomes text: no tag, no script address, no invisible character, no broken sum of columns.
    #[test]
    fn foreign_text_stays_text(name in "\\PC{0,60}", quote in "[<>&\"'a-z\u{202e}\u{200b}\u{0}-\u{1f} ]{0,120}", extra in ".{0,40}") {
        let mut case = Case::new(&format!("<script>alert(1)</script>{name}"));
        case.signals[0].evidence.quote = quote;
        case.signals[0].story = story(&format!("<img src=x onerror=1>{extra}"));
        case.signals[0].evidence.url = Url::parse("javascript:alert(1)").unwrap();
        case.lead.next_step = NextStep::Words(format!("\"><a href=\"https://evil.example\">{extra}"));
        case.organisation.facts.push(fact(FactName::Website, Value::Text("javascript:alert(1)".to_owned())));
        let letter = written(Language::En, &[case], &sources());
        let clean = written(Language::En, &[Case::new("x")], &sources());
        for tag in ["<script", "<img", "javascript:"] {
            prop_assert!(!letter.html.contains(tag), "{}", tag);
        }
        // One link less than the clean one (its proof is no link), and none that the foreign text brought.
        prop_assert_eq!(letter.html.matches("<a ").count() + 1, clean.html.matches("<a ").count());
        let hides = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}' | '\u{2066}'..='\u{2069}');
        let hidden = letter.html.chars().chain(letter.text.chars()).any(hides);
        prop_assert!(!hidden);
        prop_assert!(!letter.text.chars().any(|c| c.is_control() && c != '\n'));
        prop_assert!(!letter.subject.chars().any(char::is_control));
    }
}

#[test]
fn of_whom_in_the_group_a_reason_is_is_said_in_every_form() {
    let mut case = Case::new("Grupo Acme");
    let rep: RepId = "ana".parse().unwrap();
    let branch = crate::model::sample::organisation("Acme Sur SL", &[(FactName::Place, "Cádiz")]);
    let story = Story::Appeared { title: "Cots".to_owned(), by: Some("Acme Sur SL".to_owned()), with: None, on: None };
    case.signals = vec![Signal { organisation: branch.id, story, ..case.signals[0].clone() }];
    case.members = vec![branch];
    for (language, whose) in [
        (Language::En, "Cots — Acme Sur SL (Cádiz), of its group"),
        (Language::Es, "Cots — Acme Sur SL (Cádiz), de su grupo"),
        (Language::Ru, "Cots — Acme Sur SL (Cádiz), из этой же группы"),
    ] {
        let letter = one_alert(&Reader { rep: &rep, language, zone: &TimeZone::UTC }, &case);
        assert!(letter.text.replace('\n', " ").contains(whose), "{}", letter.text);
        assert!(letter.html.contains(whose), "{}", letter.html);
    }
    let sealed = payload(&Event::Lead { item: case.item(), deadline: None });
    let told: serde_json::Value = serde_json::from_slice(&sealed.bytes).unwrap();
    let member = &told["data"]["signals"][0]["member"];
    assert_eq!((&member["name"], &member["place"]), (&"Acme Sur SL".into(), &"Cádiz".into()));
}
