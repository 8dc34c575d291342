//! Whether the records of a source still have the shape they had: which fields nearly all of them carried and nearly none does now.
//!
//! Knows no page and no visit: drafts are counted, and the counts are closed when a visit has ended. What the records' own pages say is counted
//! apart from what the list says: a layout may change here and stay there.

use std::collections::HashSet;

use crate::model::{Draft, FieldName, FieldShare, RecordKind, Shape};

/// Records of one kind in a visit that say something of its shape. Of tenders more: what they carry differs from buyer to buyer.
const RECORDS: u32 = 10;
const TENDERS: u32 = 30;
/// Own pages of which none has what most had: enough to say so before there are as many as [`RECORDS`].
const PAGES: u32 = 5;
/// What nearly all records have, what nearly none has, and from where on a field is back; in thousandths.
const MOST: u16 = 800;
const FEW: u16 = 200;
const BACK: u16 = 500;
/// Visits in a row without a field after which that is the shape the source has now.
const USED_TO: u8 = 8;
/// Drifted fields that are named.
const NAMED: usize = 3;

/// What a record's own page gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRead {
    /// The record's key.
    pub key: String,
    /// Its kind.
    pub kind: RecordKind,
    /// Fields that the page gave.
    pub gave: Vec<FieldName>,
    /// Fields that the list had given before, and the page did not.
    pub listed: Vec<FieldName>,
}

impl OwnRead {
    /// Of a draft before its own page was read, and after.
    pub fn of(before: &Draft, after: &Draft) -> Self {
        let (listed, gave) = after.fields.iter().partition::<Vec<_>, _>(|(name, found)| before.fields.get(*name) == Some(found));
        let names = |all: Vec<(&FieldName, _)>| all.into_iter().map(|(name, _)| name.clone()).collect();
        Self { key: after.key.clone(), kind: after.kind, gave: names(gave), listed: names(listed) }
    }
}

/// Adds what own pages gave. A field that no own page ever gave is none of theirs; one that the list says by now is not missing.
pub fn add_own(shapes: &mut Vec<Shape>, read: &[OwnRead]) {
    let mut counted: Vec<Shape> = Vec::new();
    for kind in read.iter().map(|one| one.kind).collect::<HashSet<_>>() {
        let of_kind = || read.iter().filter(|one| one.kind == kind);
        let known = shapes.iter().filter(|shape| shape.own && shape.kind == kind).flat_map(|shape| &shape.fields);
        let mut names: Vec<&FieldName> = known.map(|field| &field.name).chain(of_kind().flat_map(|one| &one.gave)).collect();
        names.sort_unstable();
        names.dedup();
        let fields = names.into_iter().take(Shape::FIELDS).map(|name| {
            let with = of_kind().filter(|one| one.gave.contains(name) || one.listed.contains(name)).count();
            FieldShare { with: u32::try_from(with).unwrap_or(u32::MAX), ..unknown(name) }
        });
        let records = u32::try_from(of_kind().count()).unwrap_or(u32::MAX);
        counted.push(Shape { kind, own: true, records, known: false, fields: fields.collect() });
    }
    counted.sort_by_key(|shape| shape.kind);
    add_counts(shapes, &counted);
}

/// Whether a field that own pages of this kind usually have is missing from those counted: what is not there may stand where nobody found it.
pub fn own_in_doubt(shapes: &[Shape], kind: RecordKind) -> bool {
    let of_kind = |shape: &&Shape| shape.own && shape.known && shape.kind == kind;
    shapes.iter().filter(of_kind).any(|shape| {
        let missing = |field: &FieldShare| field.usual >= MOST && share(field, shape.records) <= FEW;
        shape.fields.iter().any(|field| field.gone > 0 || (shape.records >= PAGES && missing(field)))
    })
}

fn unknown(name: &FieldName) -> FieldShare {
    FieldShare { name: name.clone(), with: 0, usual: 0, last: 0, gone: 0 }
}

/// Adds the counts of a page to those of its visit.
pub fn add_counts(shapes: &mut Vec<Shape>, page: &[Shape]) {
    for counted in page {
        let mut room = Shape::FIELDS - shapes.iter().map(|shape| shape.fields.len()).sum::<usize>().min(Shape::FIELDS);
        let at = shapes.iter().position(|shape| (shape.kind, shape.own) == (counted.kind, counted.own)).unwrap_or_else(|| {
            shapes.push(Shape { records: 0, fields: Vec::new(), ..counted.clone() });
            shapes.len() - 1
        });
        let shape = &mut shapes[at];
        shape.records = shape.records.saturating_add(counted.records);
        for of_page in &counted.fields {
            match shape.fields.iter_mut().find(|field| field.name == of_page.name) {
                Some(field) => field.with = field.with.saturating_add(of_page.with),
                None if room > 0 => {
                    room -= 1;
                    shape.fields.push(of_page.clone());
                }
                None => {}
            }
        }
    }
}

/// Counts the drafts of one page.
///
/// A draft that says only what changed is left out, and so are awards (a contract of ten winners repeats itself). Of tenders those count that
/// take offers: what is planned or decided has other fields, and which of them come is chance.
pub fn count_fields(drafts: &[Draft]) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = Vec::new();
    for draft in drafts.iter().filter(|draft| counts(draft)) {
        let at = shapes.iter().position(|shape| shape.kind == draft.kind).unwrap_or_else(|| {
            shapes.push(Shape { kind: draft.kind, own: false, records: 0, known: false, fields: Vec::new() });
            shapes.len() - 1
        });
        let shape = &mut shapes[at];
        shape.records = shape.records.saturating_add(1);
        for name in draft.fields.keys() {
            let full = shape.fields.len() >= Shape::FIELDS;
            match shape.fields.iter_mut().find(|field| field.name == *name) {
                Some(field) => field.with = field.with.saturating_add(1),
                None if !full => {
                    shape.fields.push(FieldShare { with: 1, ..unknown(name) });
                }
                None => {}
            }
        }
    }
    shapes
}

fn counts(draft: &Draft) -> bool {
    match draft.kind {
        RecordKind::Tender => draft.value("stage").is_some_and(|stage| stage.text() == "open"),
        RecordKind::Award => false,
        RecordKind::Offer | RecordKind::Request | RecordKind::Company | RecordKind::Article | RecordKind::Vacancy | RecordKind::Page => {
            !draft.partial
        }
    }
}

/// Closes the counts of a visit. What an incomplete visit counted says nothing, but each own page that was read is one more.
pub fn close_counts(shapes: &mut Vec<Shape>, complete: bool) {
    for shape in shapes.iter_mut() {
        let says = complete && says(shape);
        if shape.own && !says {
            continue;
        }
        if says {
            for field in &mut shape.fields {
                close(field, shape.records, shape.known);
            }
            shape.fields.retain(|field| field.usual > 0 || field.last > 0);
            shape.known = true;
        }
        shape.records = 0;
        shape.fields.iter_mut().for_each(|field| field.with = 0);
    }
    // A shape that was never known leaves its fields' room to others.
    shapes.retain(|shape| shape.known || shape.records > 0);
}

/// Whether there are enough records to say something of their shape. Of own pages fewer are enough where what most had is on none, or where
/// something was gone before.
fn says(shape: &Shape) -> bool {
    let lacks = |field: &FieldShare| field.gone > 0 || (field.usual >= MOST && field.with == 0);
    let early = shape.own && shape.known && shape.records >= PAGES && shape.fields.iter().any(lacks);
    early || shape.records >= if shape.kind == RecordKind::Tender { TENDERS } else { RECORDS }
}

fn share(field: &FieldShare, records: u32) -> u16 {
    u16::try_from(u64::from(field.with) * 1000 / u64::from(records.max(1))).unwrap_or(1000).min(1000)
}

fn close(field: &mut FieldShare, records: u32, known: bool) {
    let share = share(field, records);
    field.last = share;
    let drifts = field.usual >= MOST && share <= FEW;
    // Half back is not back: what wavers about the line would be told of again and again.
    let still = field.gone > 0 && share < BACK;
    if (drifts || still) && field.gone < USED_TO {
        field.gone += 1;
        return;
    }
    let learned = known && field.usual > 0 && field.gone == 0;
    field.usual = if learned { (3 * field.usual + share) / 4 } else { share };
    field.gone = 0;
}

/// What is wrong with the shape, in words: "`price` was in 97 % of the records and is now in 3 %".
pub fn drifted<'s>(shapes: impl IntoIterator<Item = &'s Shape>) -> Option<String> {
    let all = shapes.into_iter().flat_map(|shape| shape.fields.iter().map(move |field| (shape.own, field)));
    let mut gone: Vec<(bool, &FieldShare)> = all.filter(|(_, field)| field.gone > 0).collect();
    gone.sort_by_key(|(own, field)| (std::cmp::Reverse(field.usual), field.name.clone(), *own));
    let percent = |share: u16| (share + 5) / 10;
    let named: Vec<String> = gone
        .iter()
        .take(NAMED)
        .map(|(own, field)| {
            let (before, now) = (percent(field.usual), percent(field.last));
            if *own {
                format!("`{}` was on {before} % of the records' own pages and is now on {now} % of those read since", field.name)
            } else {
                format!("`{}` was in {before} % of the records and is now in {now} %", field.name)
            }
        })
        .collect();
    let more = gone.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(named.join("; ")),
        (false, more) => Some(format!("{}; and so with {more} more", named.join("; "))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{FieldName, Found, Value};

    fn draft(kind: RecordKind, n: u32, fields: &[(&str, &str)]) -> Draft {
        let found = |text: &str| Found { value: Value::Text(text.to_owned()), quote: text.to_owned(), path: "x".to_owned() };
        Draft {
            key: n.to_string(),
            kind,
            url: "https://a.example/".parse().expect("url"),
            fields: fields.iter().map(|(name, text)| (FieldName::new(name), found(text))).collect::<BTreeMap<_, _>>(),
            detail: None,
            partial: kind == RecordKind::Tender,
            again: false,
        }
    }

    /// A visit of so many offers, so many of them with a price.
    fn visit(shapes: &mut Vec<Shape>, records: u32, with: u32) -> Option<String> {
        let drafts: Vec<Draft> = (0..records)
            .map(|n| draft(RecordKind::Offer, n, if n < with { &[("title", "a"), ("price", "1")] } else { &[("title", "a")] }))
            .collect();
        add_counts(shapes, &count_fields(&drafts));
        close_counts(shapes, true);
        drifted(&*shapes)
    }

    #[test]
    fn a_field_that_nearly_all_had_and_nearly_none_has() {
        let mut shapes = Vec::new();
        assert_eq!(visit(&mut shapes, 100, 97), None);
        assert_eq!(visit(&mut shapes, 100, 97), None);
        assert_eq!(visit(&mut shapes, 9, 0), None, "too few records say nothing");
        assert_eq!(visit(&mut shapes, 100, 30), None, "fewer is not gone");
        let mut shapes = Vec::new();
        visit(&mut shapes, 100, 97);
        let told = Some("`price` was in 97 % of the records and is now in 3 %".to_owned());
        assert_eq!(visit(&mut shapes, 100, 3), told);
        assert_eq!(visit(&mut shapes, 9, 9), told, "too few records heal nothing");
        assert_eq!(
            visit(&mut shapes, 100, 40).as_deref(),
            Some("`price` was in 97 % of the records and is now in 40 %"),
            "half back is not back"
        );
        assert_eq!(visit(&mut shapes, 100, 90), None);
    }

    #[test]
    fn what_stays_so_becomes_the_shape() {
        let mut shapes = Vec::new();
        visit(&mut shapes, 50, 50);
        for n in 0..USED_TO {
            assert!(visit(&mut shapes, 50, 0).is_some(), "{n}");
        }
        assert_eq!(visit(&mut shapes, 50, 0), None);
        assert_eq!(visit(&mut shapes, 50, 50), None);
        assert!(visit(&mut shapes, 50, 0).is_some(), "it can be lost again");
    }

    #[test]
    fn an_incomplete_visit_says_nothing() {
        let mut shapes = Vec::new();
        visit(&mut shapes, 50, 50);
        add_counts(&mut shapes, &count_fields(&(0..40).map(|n| draft(RecordKind::Offer, n, &[("title", "a")])).collect::<Vec<_>>()));
        close_counts(&mut shapes, false);
        assert_eq!(drifted(&shapes), None);
        assert_eq!(visit(&mut shapes, 50, 50), None);
    }

    #[test]
    fn of_tenders_only_those_count_that_take_offers() {
        let tenders = |open: u32, awarded: u32| -> Vec<Draft> {
            let takes = (0..open).map(|n| draft(RecordKind::Tender, n, &[("stage", "open"), ("deadline", "d")]));
            let over = (0..awarded).map(|n| draft(RecordKind::Tender, 1_000 + n, &[("stage", "awarded")]));
            let awards = (0..awarded).map(|n| draft(RecordKind::Award, 2_000 + n, &[("winner", "w")]));
            takes.chain(over).chain(awards).collect()
        };
        let mut shapes = Vec::new();
        for (open, awarded) in [(200, 10), (0, 300), (12, 400), (40, 300)] {
            add_counts(&mut shapes, &count_fields(&tenders(open, awarded)));
            close_counts(&mut shapes, true);
            assert_eq!(drifted(&shapes), None, "{open} {awarded}");
        }
        let lost: Vec<Draft> = (0..40).map(|n| draft(RecordKind::Tender, n, &[("stage", "open")])).collect();
        add_counts(&mut shapes, &count_fields(&lost));
        close_counts(&mut shapes, true);
        assert_eq!(drifted(&shapes).as_deref(), Some("`deadline` was in 100 % of the records and is now in 0 %"));
    }

    /// A visit that reads so many own pages, of which so many give a telephone number and so many have it from the list.
    fn read_own(shapes: &mut Vec<Shape>, pages: u32, gave: u32, listed: u32) -> Option<String> {
        let read: Vec<OwnRead> = (0..pages)
            .map(|n| {
                let list = if n < listed { &[("name", "a"), ("phone", "1")][..] } else { &[("name", "a")] };
                let before = draft(RecordKind::Company, n, list);
                let mut after = draft(RecordKind::Company, n, if n < gave { &[("name", "a"), ("phone", "2")] } else { list });
                after
                    .fields
                    .insert(FieldName::new("about"), Found { path: "own".to_owned(), ..after.fields[&FieldName::new("name")].clone() });
                OwnRead::of(&before, &after)
            })
            .collect();
        close_counts(shapes, false);
        add_own(shapes, &read);
        close_counts(shapes, true);
        drifted(&*shapes)
    }

    #[test]
    fn what_own_pages_lost_is_told_once_enough_were_read() {
        const GONE: &str = "`phone` was on 100 % of the records' own pages and is now on 0 % of those read since";
        let mut shapes = Vec::new();
        for (pages, gave) in [(6, 6), (6, 6)] {
            assert_eq!(read_own(&mut shapes, pages, gave, 0), None);
        }
        assert!(
            shapes[0].known && shapes[0].fields.iter().all(|field| field.name.as_str() != "name"),
            "the list says the name: {shapes:?}"
        );
        assert_eq!(read_own(&mut shapes, 1, 0, 0), None, "one page without a number is no drift");
        assert_eq!(read_own(&mut shapes, 3, 0, 0), None);
        assert!(!own_in_doubt(&shapes, RecordKind::Company));
        assert_eq!(read_own(&mut shapes, 1, 0, 0).as_deref(), Some(GONE), "five in a row over visits are");
        assert!(own_in_doubt(&shapes, RecordKind::Company) && !own_in_doubt(&shapes, RecordKind::Offer));
        assert_eq!(read_own(&mut shapes, 0, 0, 0).as_deref(), Some(GONE), "a visit that reads none heals nothing");
        assert_eq!(read_own(&mut shapes, 5, 5, 0), None, "and it is back");
        assert_eq!(read_own(&mut shapes, 40, 0, 40), None, "the list says it by now");
        assert_eq!(read_own(&mut shapes, 10, 3, 0), None, "fewer is not gone");
    }

    #[test]
    fn own_pages_and_lists_drift_apart() {
        let mut shapes = Vec::new();
        visit(&mut shapes, 50, 50);
        assert_eq!(read_own(&mut shapes, 20, 20, 0), None);
        assert_eq!(read_own(&mut shapes, 20, 1, 0).map(|told| told.starts_with("`phone` was on 100 %")), Some(true));
        assert!(
            visit(&mut shapes, 50, 0).is_some_and(|told| told.contains("`price` was in 100 % of the records and is now in 0 %; `phone`")
                || told.contains("; `price` was in 100 % of the records"))
        );
    }

    #[test]
    fn bounded_whatever_a_page_brings() {
        let mut shapes = Vec::new();
        let names: Vec<String> = (0..500).map(|n| format!("f{n}")).collect();
        for kind in [RecordKind::Offer, RecordKind::Company] {
            let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
            add_counts(&mut shapes, &count_fields(&(0..20).map(|n| draft(kind, n, &fields)).collect::<Vec<_>>()));
        }
        close_counts(&mut shapes, true);
        assert_eq!(shapes.iter().map(|shape| shape.fields.len()).sum::<usize>(), Shape::FIELDS);
        visit(&mut shapes, 20, 20);
        let gone: Vec<Draft> = (0..20).map(|n| draft(RecordKind::Offer, n, &[("title", "x")])).collect();
        add_counts(&mut shapes, &count_fields(&gone));
        close_counts(&mut shapes, true);
        let told = drifted(&shapes).expect("drifted");
        assert!(told.len() < 300 && told.contains("; and so with "), "{told}");
    }
}
