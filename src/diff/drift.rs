//! Whether the records of a source still have the shape they had: which fields nearly all of them carried and nearly none does now.
//!
//! Knows no page and no visit: drafts are counted, and the counts are closed when a visit has ended.

use crate::model::{Draft, FieldShare, RecordKind, Shape};

/// Records of one kind in a visit that say something of its shape. Of tenders more: what they carry differs from buyer to buyer.
const RECORDS: u32 = 10;
const TENDERS: u32 = 30;
/// What nearly all records have, what nearly none has, and from where on a field is back; in thousandths.
const MOST: u16 = 800;
const FEW: u16 = 200;
const BACK: u16 = 500;
/// Visits in a row without a field after which that is the shape the source has now.
const USED_TO: u8 = 8;
/// Drifted fields that are named.
const NAMED: usize = 3;

/// Adds the counts of a page to those of its visit.
pub fn add_counts(shapes: &mut Vec<Shape>, page: &[Shape]) {
    for counted in page {
        let mut room = Shape::FIELDS - shapes.iter().map(|shape| shape.fields.len()).sum::<usize>().min(Shape::FIELDS);
        let at = shapes.iter().position(|shape| shape.kind == counted.kind).unwrap_or_else(|| {
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
            shapes.push(Shape { kind: draft.kind, records: 0, known: false, fields: Vec::new() });
            shapes.len() - 1
        });
        let shape = &mut shapes[at];
        shape.records = shape.records.saturating_add(1);
        for name in draft.fields.keys() {
            let full = shape.fields.len() >= Shape::FIELDS;
            match shape.fields.iter_mut().find(|field| field.name == *name) {
                Some(field) => field.with = field.with.saturating_add(1),
                None if !full => {
                    shape.fields.push(FieldShare { name: name.clone(), with: 1, usual: 0, last: 0, gone: 0 });
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

/// Closes the counts of a visit. What an incomplete visit counted says nothing.
pub fn close_counts(shapes: &mut Vec<Shape>, complete: bool) {
    for shape in shapes.iter_mut() {
        let enough = if shape.kind == RecordKind::Tender { TENDERS } else { RECORDS };
        if complete && shape.records >= enough {
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
    shapes.retain(|shape| shape.known);
}

fn close(field: &mut FieldShare, records: u32, known: bool) {
    let share = u16::try_from(u64::from(field.with) * 1000 / u64::from(records.max(1))).unwrap_or(1000).min(1000);
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
pub fn drifted(shapes: &[Shape]) -> Option<String> {
    let mut gone: Vec<&FieldShare> = shapes.iter().flat_map(|shape| &shape.fields).filter(|field| field.gone > 0).collect();
    gone.sort_by_key(|field| (std::cmp::Reverse(field.usual), field.name.clone()));
    let percent = |share: u16| (share + 5) / 10;
    let named: Vec<String> = gone
        .iter()
        .take(NAMED)
        .map(|field| format!("`{}` was in {} % of the records and is now in {} %", field.name, percent(field.usual), percent(field.last)))
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
        drifted(shapes)
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
