//! Listings under comparison: what of their records is news.

use jiff::Timestamp;

use super::*;
use crate::base::ids::{ContentHash, RecordId, SourceId};
use crate::model::{
    BUYER_SAYS, Change, ChangeKind, Draft, Extract, FieldName, Found, LAST_DEADLINE, NoiseSeen, OwnPage, Page, Reading, Record, RecordKind,
    Value,
};

/// One page of a listing, checked again and again.
struct Listing {
    rules: Rules,
    page: Page,
    records: Vec<Record>,
    now: Timestamp,
    began: Option<Timestamp>,
}

fn draft(key: &str, fields: &[(&str, &str)]) -> Draft {
    let found = |text: &str| Found { value: Value::Text(text.into()), quote: text.into(), path: "p".into() };
    Draft {
        key: key.into(),
        kind: RecordKind::Offer,
        url: "https://a.example/".parse().expect("url"),
        fields: fields.iter().map(|(name, text)| (FieldName::new(name), found(text))).collect(),
        detail: None,
        partial: false,
        again: false,
    }
}

impl Listing {
    fn new(rules: Rules) -> Self {
        let source: SourceId = "s".parse().expect("slug");
        let now = Timestamp::constant(1_795_000_000, 0);
        let page = Page::root(&source, "https://a.example/".parse().expect("url"), now);
        Self { rules, page, records: Vec::new(), now, began: None }
    }

    fn check(&mut self, drafts: &[Draft], quiet: bool) -> Vec<Change> {
        self.now += jiff::SignedDuration::from_mins(1);
        let extract = Extract { records: drafts.to_vec(), whole: true, ..Extract::default() };
        let noise = NoiseSeen::default();
        let context = Context { now: self.now, quiet, content: ContentHash::default(), began: self.began, noise: &noise };
        let comparison = compare(&self.rules, &self.page, Known { records: &self.records, blocks: None }, &extract, &context);
        self.page.reading = comparison.reading;
        self.page.masks = comparison.masks;
        self.page.members = comparison.members;
        for record in comparison.records {
            self.records.retain(|old| old.id != record.id);
            self.records.push(record);
        }
        comparison.changes.into_iter().filter(|change| !change.baseline).collect()
    }

    /// Read twice, quietly.
    fn settled(rules: Rules, drafts: &[Draft]) -> Self {
        let mut listing = Self::new(rules);
        assert_eq!(listing.check(drafts, true), []);
        assert_eq!(listing.page.reading, Reading::Settling);
        assert_eq!(listing.check(drafts, true), []);
        assert_eq!(listing.page.reading, Reading::Settled);
        listing
    }

    fn record(&self, key: &str) -> &Record {
        self.records.iter().find(|record| record.key == key).expect("stored")
    }
}

#[test]
fn reordering_and_noise_are_no_change() {
    let page = |order: &mut dyn Iterator<Item = usize>, minutes: usize| -> Vec<Draft> {
        order
            .map(|i| draft(&format!("k{i}"), &[("title", &format!("Offer {i}")), ("seen", &format!("{} minutes ago", minutes + i))]))
            .collect()
    };
    let mut listing = Listing::settled(Rules::default(), &page(&mut (0..40), 1));
    assert_eq!(listing.check(&page(&mut (0..40).rev(), 9), false), []);
    assert_eq!(listing.page.reading, Reading::Settled);
    assert!(listing.page.masks.is_empty());
}

#[test]
fn counts_of_what_visitors_leave_are_no_news_however_few_records_have_them() {
    let page = |field: &str, says: &dyn Fn(usize) -> Option<String>| -> Vec<Draft> {
        let one = |i: usize| {
            let (title, said) = (format!("Maker {i}"), says(i));
            let fields = [("title", title.as_str())].into_iter().chain(said.as_deref().map(|said| (field, said)));
            draft(&format!("k{i}"), &fields.collect::<Vec<_>>())
        };
        (0..2).map(one).collect()
    };
    for (field, text) in
        [("column_1", "{n} reviews"), ("column_1", "4.{n} ★ (1{n} reseñas)"), ("reviews", "{n}"), ("column_1", "{n} followers")]
    {
        let said = |n: usize| move |i: usize| Some(text.replace("{n}", &(n + i).to_string()));
        let mut listing = Listing::settled(Rules::default(), &page(field, &said(3)));
        for then in [page(field, &said(4)), page(field, &|_| None), page(field, &said(5))] {
            assert_eq!(listing.check(&then, false), [], "{field} {text}");
            assert_eq!(listing.page.reading, Reading::Settled, "{field} {text}");
        }
    }
}

#[test]
fn a_new_record_is_told_at_once_and_a_changed_field_after_a_second_look() {
    let mut listing = Listing::settled(Rules::default(), &[draft("a", &[("title", "A"), ("price", "5 EUR")])]);
    let first = listing.record("a").fields["title"].first_seen;
    let now = [draft("b", &[("title", "B")]), draft("a", &[("title", "A"), ("price", "6 EUR")])];
    let news = listing.check(&now, false);
    assert_eq!(news.iter().map(|change| &change.kind).collect::<Vec<_>>(), [&ChangeKind::Appeared]);
    let news = listing.check(&now, false);
    let [Change { kind: ChangeKind::Changed(fields), .. }] = news.as_slice() else { panic!("{news:?}") };
    assert_eq!(fields.len(), 1);
    assert_eq!(
        (fields[0].old.as_ref().map(Value::text), fields[0].new.as_ref().map(Value::text)),
        (Some("5 EUR".into()), Some("6 EUR".into()))
    );
    assert_eq!(listing.record("a").fields["title"].first_seen, first);
    assert!(listing.record("a").fields["price"].first_seen > first);
    assert_eq!(listing.check(&now, false), []);
}

#[test]
fn a_field_that_comes_to_all_records_at_once_is_a_baseline() {
    let page = |names: &[&str], company: &[&str], price: &str| -> Vec<Draft> {
        let one = |name: &&str| {
            let mut fields = vec![("title", *name), ("price", if *name == "a" { price } else { "5 EUR" })];
            fields.extend(company.contains(name).then_some(("company", "Acme")));
            draft(name, &fields)
        };
        names.iter().map(one).collect()
    };
    let (five, two) = (["a", "b", "c", "d", "e"], ["a", "b"]);
    for (names, company, told) in [
        (&five[..], &five[..], &["price"][..]),
        // To one of five, or to both of two: that may well be news.
        (&five, &["b"], &["company", "price"]),
        (&two, &two, &["company", "company", "price"]),
    ] {
        let mut listing = Listing::new(Rules { confirm: None, ..Rules::default() });
        listing.check(&page(names, &[], "5 EUR"), true);
        let news = listing.check(&page(names, company, "6 EUR"), false);
        let fields = news.iter().flat_map(|change| if let ChangeKind::Changed(fields) = &change.kind { &fields[..] } else { &[] });
        let mut fields: Vec<&str> = fields.map(|change| change.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, told, "{names:?} {company:?}");
        assert_eq!(listing.record("b").text("company").as_deref(), Some("Acme"));
    }
}

#[test]
fn what_the_site_does_to_nearly_all_is_a_baseline_and_so_is_another_spelling() {
    let all = |name: &str, from: usize, text: &str| -> Vec<Draft> {
        (0..10).map(|n| draft(&format!("k{n}"), &[("title", &format!("T{n}")), (name, if n < from { text } else { "Hall 1" })])).collect()
    };
    for (name, from, text, told) in [
        ("hall", 10, "1", 0),
        ("hall", 8, "1", 0),
        // Too few for the site.
        ("hall", 7, "1", 7),
        // Terms may well change for all.
        ("price", 10, "1", 10),
        ("deadline", 10, "1", 10),
        // Another spelling, of one alone.
        ("hall", 1, "HALL 1", 0),
        ("hall", 1, "Hall 2", 1),
    ] {
        let mut listing = Listing::settled(Rules::default(), &all(name, 0, ""));
        let now = all(name, from, text);
        assert_eq!(listing.check(&now, false), []);
        let news = listing.check(&now, false);
        assert_eq!(news.len(), told, "{name} {from} {text}: {news:?}");
        assert_eq!(listing.record("k0").text(name).as_deref(), Some(text), "it is taken over all the same");
    }
    // A new member beside does not make news of what came to all.
    let with = |n: usize, mail: bool| -> Vec<Draft> {
        let fields = |n: usize| [("title", format!("T{n}")), ("email", format!("{n}@a.example"))];
        let one = |n: usize| {
            let fields = fields(n);
            let fields: Vec<(&str, &str)> =
                fields.iter().take(if mail { 2 } else { 1 }).map(|(name, text)| (*name, text.as_str())).collect();
            draft(&format!("k{n}"), &fields)
        };
        (0..n).map(one).collect()
    };
    let mut listing = Listing::settled(Rules::default(), &with(8, false));
    let news: Vec<Change> = (0..3).flat_map(|_| listing.check(&with(9, true), false)).collect();
    assert_eq!(news.iter().map(|change| &change.kind).collect::<Vec<_>>(), [&ChangeKind::Appeared]);
}

#[test]
fn a_number_that_is_read_under_another_name_is_no_news() {
    for (was, is, told) in [
        (&[("person", "01904 123456")][..], &[("phone", "+441904123456")][..], &[][..]),
        (&[("person", "01904 123456")], &[("phone", "01904 123456")], &[]),
        (&[("person", "01904 123456"), ("phone", "01904 123456")], &[("phone", "01904 123456")], &[]),
        (&[("person", "ana@a.example")], &[("email", "Ana@a.example")], &[]),
        (&[("fax", "01904 123456")], &[("phone", "01904 123456")], &[]),
        // Another number, more than the number, a name.
        (&[("person", "01904 123456")], &[("phone", "01904 123457")], &["person", "phone"]),
        (&[("person", "01904 123456")], &[("phone", "01904 123456"), ("place", "York")], &["place"]),
        (&[("person", "01904 123456")], &[("phone", "01904 123456"), ("person", "Ann Lowe")], &["person"]),
        (&[("person", "Ann Lowe")], &[("contact", "Ann Lowe")], &["contact", "person"]),
        (&[("phone", "01904 123456")], &[], &["phone"]),
    ] {
        let mut listing = Listing::new(Rules { confirm: None, ..Rules::default() });
        listing.check(&[draft("a", was)], true);
        let news = listing.check(&[draft("a", is)], false);
        let fields = news.iter().flat_map(|change| if let ChangeKind::Changed(fields) = &change.kind { &fields[..] } else { &[] });
        let mut fields: Vec<&str> = fields.map(|change| change.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, told, "{was:?} {is:?}");
        let kept = listing.record("a").fields.iter().map(|(name, field)| (name.as_str().to_owned(), field.value.text()));
        let now: std::collections::BTreeMap<String, String> = is.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
        assert_eq!(kept.collect::<std::collections::BTreeMap<_, _>>(), now, "it is taken over all the same");
    }
}

#[test]
fn without_a_second_look_it_is_told_at_once() {
    let mut listing = Listing::new(Rules { confirm: None, ..Rules::default() });
    listing.check(&[draft("a", &[("price", "5 EUR")])], true);
    assert_eq!(listing.check(&[draft("a", &[("price", "6 EUR")])], false).len(), 1);
    assert_eq!(listing.check(&[draft("a", &[])], false).len(), 1);
    assert!(listing.record("a").fields.is_empty());
}

#[test]
fn what_a_visit_says_of_a_tender_that_it_showed_first_waits_for_no_second_look() {
    for (kind, at_once) in [(RecordKind::Tender, true), (RecordKind::Offer, false)] {
        let of = |key: &str, stage: &str| Draft { kind, ..draft(key, &[("stage", stage)]) };
        let mut listing = Listing::settled(Rules::default(), &[of("a", "open")]);
        listing.began = Some(listing.now + jiff::SignedDuration::from_secs(1));
        assert_eq!(listing.check(&[of("a", "open"), of("b", "open")], false).len(), 1);
        let both = [of("a", "cancelled"), of("b", "cancelled")];
        let first: Vec<RecordId> = listing.check(&both, false).into_iter().map(|change| change.record).collect();
        let b = listing.record("b").id;
        assert_eq!(first, if at_once { vec![b] } else { vec![] }, "{kind:?}");
        let rest = listing.check(&both, false);
        assert_eq!(rest.len(), if at_once { 1 } else { 2 }, "what was known before waits as ever");
    }
}

#[test]
fn lots_that_exchange_their_deadlines_are_told_each_and_taken_over() {
    let found = |value: Value| Found { value, quote: String::new(), path: "p".into() };
    let on = |day: u32| Value::Date(format!("2027-0{day}-15").parse().expect("day"));
    let notice = |until: [u32; 3]| {
        let mut lots: Vec<(String, Value)> = until.iter().zip(1..).map(|(day, n): (_, usize)| (format!("L{n}"), on(*day))).collect();
        lots.sort_by_key(|(_, until)| until.instant());
        let mut draft = Draft { kind: RecordKind::Tender, ..draft("a", &[("title", "A"), ("stage", "open"), ("lots", "L1; L2; L3")]) };
        draft.fields.insert(FieldName::new("deadline"), found(lots[0].1.clone()));
        draft.fields.insert(FieldName::new(crate::model::LOTS_DUE), found(crate::model::lots_due(lots)));
        draft
    };
    let mut listing = Listing::new(Rules { confirm: None, ..Rules::default() });
    listing.check(&[notice([1, 2, 3])], true);
    let news = listing.check(&[notice([3, 1, 2])], false);
    let [change] = news.as_slice() else { panic!("{news:?}") };
    let draft = signal(change, listing.record("a"), &About::default()).expect("a signal");
    let crate::model::Story::Changed { fields, .. } = &draft.story else { panic!("{draft:?}") };
    assert_eq!(fields.len(), 3, "{fields:?}");
    let due = listing.record("a").value(crate::model::LOTS_DUE).map(Value::text).expect("lots");
    assert!(due.starts_with("L2") && due.contains("L3; 2027-02-15; L1; 2027-03-15"), "{due}");
}

#[test]
fn a_tender_that_was_over_from_the_start_is_new_when_it_takes_offers() {
    for (stages, want) in [
        (&["cancelled", "open"][..], Some(true)),
        (&["awarded", "open"], Some(true)),
        // It was told of, as far as it was to be.
        (&["open", "cancelled", "open"], Some(false)),
        (&["cancelled", "open", "cancelled", "open"], Some(false)),
        (&["planned", "open"], Some(false)),
        (&["cancelled", "awarded"], Some(false)),
        (&["cancelled", "cancelled"], None),
    ] {
        let of = |stage: &str| [Draft { kind: RecordKind::Tender, ..draft("a", &[("title", "A"), ("stage", stage)]) }];
        let mut listing = Listing::new(Rules { confirm: None, ..Rules::default() });
        listing.check(&of(stages[0]), true);
        let last = stages[1..].iter().map(|stage| listing.check(&of(stage), false)).last().expect("a change");
        assert_eq!(last.first().map(|change| change.kind == ChangeKind::Appeared), want, "{stages:?}");
    }
}

#[test]
fn fields_that_vary_by_themselves_are_masked_and_the_others_are_not() {
    let page = |n: usize, price: &str| -> Vec<Draft> {
        (0..5).map(|i| draft(&format!("k{i}"), &[("rank", &format!("place {}", n * 7 + i)), ("price", price)])).collect()
    };
    let mut listing = Listing::new(Rules::default());
    for n in 0..5 {
        assert_eq!(listing.check(&page(n, "5 EUR"), n < 2), [], "{n}");
    }
    assert_eq!(listing.page.masks, [crate::model::Mask::Field("rank".into())]);
    assert_eq!(listing.check(&page(6, "6 EUR"), false), []);
    assert_eq!(listing.check(&page(7, "6 EUR"), false).len(), 5);
}

#[test]
fn ignored_fields_and_patterns_are_no_news() {
    let rules = Rules {
        ignore_fields: vec!["stock".into()],
        ignore: vec![regex::Regex::new(r"\d+ seats").expect("a pattern")],
        ..Rules::default()
    };
    let mut listing = Listing::settled(rules, &[draft("a", &[("title", "Tour, 5 seats"), ("stock", "1")])]);
    assert_eq!(listing.check(&[draft("a", &[("title", "Tour, 4 seats"), ("stock", "2")])], false), []);
    assert_eq!(listing.page.reading, Reading::Settled);
}

#[test]
fn what_comes_back_is_no_longer_missing_and_after_it_was_gone_it_is_news() {
    let drafts = [draft("a", &[("title", "A")])];
    let mut listing = Listing::settled(Rules::default(), &drafts);
    listing.records[0].missing = 1;
    assert_eq!(listing.check(&drafts, false), []);
    assert_eq!(listing.record("a").missing, 0);
    (listing.records[0].missing, listing.records[0].gone) = (2, true);
    let gone = listing.record("a").changed;
    let news = listing.check(&drafts, false);
    assert_eq!(news.iter().map(|change| &change.kind).collect::<Vec<_>>(), [&ChangeKind::Returned(gone)]);
    assert!(!listing.record("a").gone);
}

#[test]
fn a_notice_takes_back_nothing_that_it_leaves_out_and_an_older_one_says_nothing() {
    let list = |texts: &[&str]| Found {
        value: Value::List(texts.iter().map(|text| Value::Text((*text).into())).collect()),
        quote: String::new(),
        path: "p".into(),
    };
    let notice = |day: &str, stage: &str, lots: &[&str]| {
        let mut draft = Draft { partial: true, ..draft("a", &[("stage", stage)]) };
        let published = Found { value: Value::Date(day.parse().expect("day")), quote: day.into(), path: "p".into() };
        draft.fields.insert(FieldName::new("published"), published);
        draft.fields.insert(FieldName::new("lots"), list(lots));
        draft
    };
    let rules = || Rules { confirm: None, ignore_fields: vec!["published".into()], ..Rules::default() };
    let mut listing = Listing::new(rules());
    listing.check(&[notice("2026-11-02", "open", &["1", "2"])], true);
    // The award of one lot.
    assert_eq!(listing.check(&[notice("2026-11-25", "awarded", &["1"])], false).len(), 1);
    assert_eq!(listing.record("a").text("stage").as_deref(), Some("awarded"));
    assert_eq!(listing.record("a").text("lots").as_deref(), Some("1; 2"));
    // The portal's next page still shows the call.
    assert_eq!(listing.check(&[notice("2026-11-02", "open", &["1", "2"])], false), []);
    assert_eq!(listing.record("a").text("stage").as_deref(), Some("awarded"));
}

#[test]
fn a_newer_notice_that_changes_nothing_still_makes_older_ones_old() {
    let notice = |day: &str, title: &str| {
        let mut draft = Draft { partial: true, kind: RecordKind::Tender, ..draft("a", &[("title", title)]) };
        let published = Found { value: Value::Date(day.parse().expect("day")), quote: day.into(), path: "p".into() };
        draft.fields.insert(FieldName::new("published"), published);
        draft
    };
    let mut listing = Listing::new(Rules { confirm: None, ignore_fields: vec!["published".into()], ..Rules::default() });
    listing.check(&[notice("2026-11-02", "A")], true);
    assert_eq!(listing.check(&[notice("2026-11-05", "A")], false), []);
    assert_eq!(listing.record("a").text("published").as_deref(), Some("2026-11-05"));
    assert_eq!(listing.check(&[notice("2026-11-04", "B")], false), [], "it came late");
    assert_eq!(listing.check(&[notice("2026-11-05", "B")], false).len(), 1, "a correction of the same day");
    // What is on file and told says nothing, whatever it says.
    let again = Draft { again: true, ..notice("2026-11-06", "C") };
    assert_eq!(listing.check(&[again], false), []);
}

#[test]
fn what_a_buyer_says_of_a_change_is_told_with_it_or_by_a_newer_notice() {
    let notice = |day: &str, title: &str, says: &str| {
        let mut draft = Draft { kind: RecordKind::Tender, ..draft("a", &[("title", title)]) };
        let found = |value: Value| Found { value, quote: String::new(), path: "p".into() };
        draft.fields.insert(FieldName::new("published"), found(Value::Date(day.parse().expect("day"))));
        if !says.is_empty() {
            draft.fields.insert(FieldName::new(BUYER_SAYS), found(Value::Text(says.into())));
        }
        draft
    };
    // With a second look each is shown twice, and told the second time.
    for confirm in [None, Some(jiff::SignedDuration::from_secs(30))] {
        let times = if confirm.is_some() { 2 } else { 1 };
        let mut listing = Listing::new(Rules { confirm, ignore_fields: vec!["published".into()], ..Rules::default() });
        for _ in 0..times {
            listing.check(&[notice("2026-11-02", "A", "")], true);
        }
        for (day, title, says, told) in [
            // More is read of the notice that is known.
            ("2026-11-02", "A", "new plans", &[][..]),
            ("2026-11-02", "B", "new plans", &[BUYER_SAYS, "title"]),
            ("2026-11-05", "B", "new plans", &[]),
            ("2026-11-06", "B", "visits on Mondays", &[BUYER_SAYS]),
            // A notice without words takes none back, and the next with them tells them.
            ("2026-11-07", "C", "", &["title"]),
            ("2026-11-08", "C", "visits on Mondays", &[BUYER_SAYS]),
        ] {
            let news: Vec<Change> = (0..times).flat_map(|_| listing.check(&[notice(day, title, says)], false)).collect();
            let fields = news.iter().flat_map(|change| if let ChangeKind::Changed(fields) = &change.kind { &fields[..] } else { &[] });
            assert_eq!(fields.map(|field| field.field.as_str()).collect::<Vec<_>>(), told, "{day} {title} {says} {confirm:?}");
        }
    }
}

#[test]
fn the_last_deadline_that_could_be_read_is_kept_until_one_can_be_read_again() {
    let tender = |deadline: Option<&str>, title: &str| {
        let mut draft = Draft { kind: RecordKind::Tender, ..draft("a", &[("title", title)]) };
        if let Some(deadline) = deadline {
            let value = deadline.parse().map_or_else(|_| Value::Text(deadline.to_owned()), Value::Date);
            draft.fields.insert(FieldName::new("deadline"), Found { value, quote: deadline.to_owned(), path: "p".into() });
        }
        draft
    };
    let mut listing = Listing::new(Rules { confirm: None, ..Rules::default() });
    listing.check(&[tender(Some("2026-12-10"), "A")], true);
    for (deadline, title, told, kept) in [
        (Some("see documents"), "A", 1, Some("2026-12-10")),
        (Some("see documents"), "A", 0, Some("2026-12-10")),
        (Some("see page 3"), "B", 1, Some("2026-12-10")),
        (Some("2026-12-17"), "B", 1, None),
        (Some("see documents"), "B", 1, Some("2026-12-17")),
        // No words at all: there is none.
        (None, "B", 1, None),
    ] {
        assert_eq!(listing.check(&[tender(deadline, title)], false).len(), told, "{deadline:?} {title}");
        assert_eq!(listing.record("a").text(LAST_DEADLINE).as_deref(), kept, "{deadline:?} {title}");
    }
}

#[test]
fn a_detail_page_that_was_not_read_takes_nothing_away() {
    let url: url::Url = "https://a.example/a".parse().expect("url");
    let short = Draft { detail: Some(url), ..draft("a", &[("title", "A")]) };
    let full = draft("a", &[("title", "A"), ("phone", "+34911")]);
    let mut listing = Listing::new(Rules::default());
    listing.check(std::slice::from_ref(&short), true);
    assert_eq!(listing.record("a").own_page, OwnPage::Wanted);
    assert!(wants_detail(&listing.rules, &[], (Some(listing.record("a")), &short), listing.now));
    assert_eq!(listing.check(std::slice::from_ref(&full), true), []);
    assert_eq!(listing.record("a").own_page, OwnPage::Read);
    assert_eq!(listing.record("a").text("phone").as_deref(), Some("+34911"));
    assert!(!wants_detail(&listing.rules, &[], (Some(listing.record("a")), &short), listing.now));
    assert!(wants_detail(&listing.rules, &[], (None, &short), listing.now));
    assert_eq!(listing.check(&[short], false), []);
    assert_eq!(listing.record("a").text("phone").as_deref(), Some("+34911"));
}

#[test]
fn a_detail_page_that_is_not_there_is_asked_for_at_its_time_or_when_the_record_changes() {
    let url: url::Url = "https://a.example/a".parse().expect("url");
    let of = |title: &str| Draft { detail: Some(url.clone()), ..draft("a", &[("title", title)]) };
    let mut listing = Listing::new(Rules::default());
    listing.check(&[of("A")], true);
    let until = listing.now + jiff::SignedDuration::from_hours(1);
    let record = Record { own_page: OwnPage::Missing { times: 1, until }, ..listing.record("a").clone() };
    let wants = |draft: &Draft, now| wants_detail(&listing.rules, &[], (Some(&record), draft), now);
    assert!(!wants(&of("A"), listing.now));
    assert!(wants(&of("B"), listing.now));
    assert!(wants(&of("A"), until));
    listing.records = vec![record.clone()];
    listing.check(&[of("A")], false);
    assert_eq!(listing.record("a").own_page, record.own_page, "a check that does not ask for it forgets nothing");
    // What it says at last is no news.
    assert_eq!(listing.check(&[draft("a", &[("title", "A"), ("phone", "+34911")])], false), []);
    assert_eq!((listing.record("a").own_page.clone(), listing.record("a").text("phone").as_deref()), (OwnPage::Read, Some("+34911")));
}

#[test]
fn a_span_that_holds_what_is_read_is_not_used() {
    let page = |token: &str, price: &str| format!("<i data-t='{token}'></i><p>one</p><b>{price}</b><p>two</p>").into_bytes();
    let (old, new) = (page("x81f", "5 EUR"), page("z09c", "6 EUR"));
    let spans = volatile_spans(&old, &new, &[]);
    assert_eq!(spans.len(), 2);
    let extract = Extract { records: vec![draft("a", &[("price", "6 EUR")])], ..Extract::default() };
    assert_eq!(spans_outside(&new, &spans, &extract), spans[..1]);
    let blocks = vec![crate::model::Block { path: "b".into(), text: "costs 6 EUR".into() }];
    assert_eq!(spans_outside(&new, &spans, &Extract { blocks, ..Extract::default() }), spans[..1]);
    assert_eq!(spans_outside(&new, &spans, &Extract::default()), spans);
}

#[test]
fn differences_for_people() {
    let blocks =
        |texts: &[&str]| texts.iter().map(|text| crate::model::Block { path: "p".into(), text: (*text).into() }).collect::<Vec<_>>();
    let old = blocks(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);
    let new = blocks(&["a", "B", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]);
    assert_eq!(readable(&old, &new), "  a\n- b\n+ B\n  c\n  d\n  e\n...\n  i\n  j\n  k\n+ l\n");
    assert_eq!(readable(&old, &old), "");
}
