//! Classes and places: those of the whole, and those of items, which belong to lots. Knows nothing of money and time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scope::{Scope, is_nothing, places_of};
use crate::model::{Class, Content, Place};
use crate::tender::code;
use crate::tender::json::{list, text, words};

/// Classes of which none is there twice; the first of those that may be is the main one.
#[derive(Default)]
struct Classes {
    list: Vec<Class>,
    seen: BTreeSet<(String, String)>,
    main: bool,
}

impl Classes {
    fn add(&mut self, classes: &[Class]) {
        for class in classes {
            if self.seen.insert((class.scheme.clone(), class.code.clone())) {
                let main = class.main && !self.main;
                self.main |= main;
                self.list.push(Class { main, ..class.clone() });
            }
        }
    }
}

fn push_all(places: &mut Vec<Place>, more: &[Place]) {
    for place in more {
        code::push(places, Some(place.clone()));
    }
}

/// Classes and places of the whole and of the lots: items name their lot, or lots their items.
pub(super) fn classes_and_places(scope: &mut Scope<'_>, tender: &Value, content: &mut Content) {
    let mut all = Classes::default();
    all.add(&classes_of(scope, tender, true, "tender"));
    places_of(&mut content.places, tender);
    let whole = !all.list.is_empty();
    let mut source = "tender/classification";
    let lot_of = lots_by_item(tender);
    let mut of_lots: Vec<Classes> =
        content.lots.iter_mut().map(|lot| Classes { list: std::mem::take(&mut lot.classes), ..Classes::default() }).collect();
    for key in ["tender", "awards", "contracts"] {
        // Items of awards and contracts repeat those of the tender; they count where the tender has none.
        if key != "tender" && !all.list.is_empty() {
            break;
        }
        for (place, item) in items_of(scope.root, key) {
            let classes = classes_of(scope, item, !whole, &place);
            let mut places = Vec::new();
            places_of(&mut places, item);
            let lots: Vec<usize> = if key == "tender" { lots_of(&lot_of, item) } else { Vec::new() };
            for lot in &lots {
                of_lots[*lot].add(&classes);
                push_all(&mut content.lots[*lot].places, &places);
            }
            // Without a class of the whole, those of all items stand for it; the same of places.
            if lots.is_empty() || !whole {
                source = if whole || all.list.is_empty() && classes.is_empty() { source } else { key };
                all.add(&classes);
            }
            push_all(&mut content.places, &places);
        }
    }
    content.classes = all.list;
    content.lots.iter_mut().zip(of_lots).for_each(|(lot, classes)| lot.classes = classes.list);
    if !content.classes.is_empty() {
        let source = if source.contains('/') { source.to_owned() } else { format!("{source}/items") };
        scope.saw("classes", &source);
    }
    if !content.places.is_empty() {
        scope.saw("places", "tender/items");
    }
}

/// The items below this key, each with its path.
fn items_of<'a>(root: &'a Value, key: &'static str) -> impl Iterator<Item = (String, &'a Value)> {
    list(root, key).iter().enumerate().flat_map(move |(i, object)| {
        let at = if key == "tender" { key.to_owned() } else { format!("{key}[{i}]") };
        list(object, "items").iter().enumerate().map(move |(j, item)| (format!("{at}/items[{j}]"), item))
    })
}

/// The lots by their own ids (`lot`) and by the ids of the items they name (`item`).
fn lots_by_item(tender: &Value) -> BTreeMap<(&'static str, String), usize> {
    let mut lots = BTreeMap::new();
    for (i, lot) in list(tender, "lots").iter().enumerate() {
        lots.entry(("lot", text(lot, "id"))).or_insert(i);
        for item in list(lot, "items").iter().map(words).filter(|item| !item.is_empty()) {
            lots.entry(("item", item)).or_insert(i);
        }
    }
    lots
}

fn lots_of(lots: &BTreeMap<(&'static str, String), usize>, item: &Value) -> Vec<usize> {
    let related = list(item, "relatedLot").iter().chain(list(item, "relatedLots")).map(|lot| ("lot", words(lot)));
    let mut found: Vec<usize> = related.filter_map(|key| lots.get(&key).copied()).collect();
    if found.is_empty() {
        found.extend(lots.get(&("item", text(item, "id"))));
    }
    found
}

pub(super) fn classes_of(scope: &mut Scope<'_>, object: &Value, main: bool, path: &str) -> Vec<Class> {
    let mut classes = Vec::new();
    for (key, main) in [("classification", main), ("additionalClassifications", false)] {
        for class in list(object, key) {
            // One publisher writes `schema` for `scheme`.
            let scheme = Some(text(class, "scheme")).filter(|scheme| !scheme.is_empty()).unwrap_or_else(|| text(class, "schema"));
            let (id, label) = (text(class, "id"), scope.texts(class, "description"));
            if is_nothing(&id) {
                continue;
            }
            // A spreadsheet was in between.
            let id = id.strip_suffix(".0").filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())).unwrap_or(&id);
            match code::class(&scheme, id, main, label.best(&[]).unwrap_or_default()) {
                Some(class) => classes.push(class),
                None => scope.odd(&format!("{path}/{key}"), id, &format!("no code of {scheme}")),
            }
        }
    }
    classes
}
