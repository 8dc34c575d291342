//! The fields of a list's records: what stands in the same place of each is a column, labelled by what its words are. Knows no site and no class.

use std::collections::HashMap;

use url::Url;

use super::super::captions;
use super::super::html::Tag;
use super::super::shown::{At, Node, Shown};
use super::super::value::{self, Hints, Type};
use super::kinds::{ColumnKind, kinds};
use super::layout::{Layout, class};
use super::{Item, Listed};
use super::{badges, beside, called, halls, lines, names, over, places, titles};
use crate::base::text::clip;
use crate::model::Value;

pub(super) const MAIL: &str = "mailto:";
pub(super) const TEL: &str = "tel:";
/// Characters of one cell.
const CELL: usize = 2_000;
/// Characters of an amount with its currency.
const AMOUNT: usize = 20;
/// Parts of an element that are looked at.
const PARTS: usize = 30;
/// Bytes of a caption alone in its cell.
const CAPTION: usize = 20;
/// Cells of one record.
const CELLS: usize = 60;
/// Characters that a price, a date, a number or an address of mail takes, with its label.
pub(super) const SHORT: usize = 60;
/// The share of a column's cells that have to be of a type.
pub(super) const MOST: f64 = 0.6;

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The column's number, from 0.
    pub column: usize,
    /// The words, or the address of a link or an image.
    pub value: String,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What its values are: `name`, `link`, `price`, ...; `column 3` when nothing is known of them.
    pub label: String,
    /// What the page calls it: the head of the table, or words that stand before each value.
    pub caption: Option<String>,
    /// Where its values stand in the records, as a number that stays as long as the page is built as it is; 0 for those found by themselves.
    pub place: u64,
    /// How many records have it.
    pub filled: usize,
    /// One of its values.
    pub example: String,
}

/// What a cell is before it has a label.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) at: At,
    pub(super) place: u64,
    /// The same without its number among the cells that stand alike.
    pub(super) way: u64,
    pub(super) text: String,
    pub(super) heading: bool,
    pub(super) link: bool,
    /// The address of a link that is no page's: `mailto:`, `tel:`.
    pub(super) contact: Option<String>,
    pub(super) says: Says,
    /// Of a number, what is known of it beside its words: a fax (`true`), a telephone.
    pub(super) fax: Option<bool>,
    /// Whether its element is made for captions.
    pub(super) term: Term,
    /// What the cell before it calls it.
    pub(super) called: Option<String>,
    /// Whether it is none of its record's values: what the next cell is called, or another company.
    pub(super) spent: bool,
    /// Of a table: the number of its cell in the row, from 0, and whether the cell belongs to other rows as well.
    pub(super) cell: Option<(usize, bool)>,
}

/// Whether an element is made for captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    Not,
    /// And for other words: `b`, `strong`, `label`.
    Also,
    /// It is the first of two in one of several lines that are such pairs.
    Pair,
    /// And for nothing else: `dt`, `th`.
    Alone,
}

/// What the element of a cell says its words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Nothing,
    Time,
    Address,
}

/// The records of a region with their fields; `company`: they are known to be companies.
pub(super) fn listed(shown: &Shown<'_>, records: &[Vec<At>], base: &Url, (hints, company): (&Hints, bool)) -> Listed {
    let layout = Layout::of(shown, records);
    let cells = records.iter().map(|record| (record.clone(), raw_cells(shown, record, &layout, (base, hints, company))));
    // Of whom nothing is said but what says nothing is nobody.
    let says = |(record, raws): &(Vec<At>, Vec<Raw>)| !raws.is_empty() || record.iter().all(|at| shown.nodes[*at].chars == 0);
    let (records, mut raws): (Vec<Vec<At>>, Vec<Vec<Raw>>) = cells.filter(says).unzip();
    let records = &records[..];
    lines::part(&mut raws, (base, hints));
    let heads = records.first().map(|record| titles::heads(shown, record)).unwrap_or_default();
    if company {
        badges::without_numbers(&mut raws, &heads);
    }
    let named = names::names(&raws, &heads, (base, hints, company));
    names::without_ranks(&mut raws, &named);
    called::call(&mut raws, &named, &heads);
    let between = |at: At| raw_cells(shown, &[at], &layout, (base, hints, company));
    let others =
        if company { beside::take(shown, records, (&mut raws, &named), (base, &heads, &between)) } else { beside::Others::default() };
    let (raws, named, records) = (others.without_rows(raws), others.without_rows(named), others.without_rows(records.to_vec()));
    let records = &records[..];
    let own = raws.iter().zip(&named).filter_map(|(raws, name)| Some(raws[(*name)?].text.as_str()));
    let captioned = titles::leads(own).is_some();
    let details = names::details((shown, &layout), records, (&raws, &named), base);
    let (kinds, of) = kinds((&raws, &named), &heads, (base, hints, company));
    let mut columns: Vec<Column> = Vec::new();
    let mut items = Vec::with_capacity(records.len());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut number = |label: &str, kind: Option<&ColumnKind>, columns: &mut Vec<Column>| {
        *numbers.entry(label.to_owned()).or_insert_with(|| {
            let (caption, place) = kind.map_or((None, 0), |kind| (kind.caption.clone(), kind.place));
            columns.push(Column { label: label.to_owned(), caption, place, filled: 0, example: String::new() });
            columns.len() - 1
        })
    };
    for (((record, raws), name), detail) in records.iter().zip(&raws).zip(named).zip(details) {
        let mut cells: Vec<Cell> = Vec::new();
        let mut add = |(label, kind): (&str, Option<&ColumnKind>), value: String, columns: &mut Vec<Column>| {
            let column = number(label, kind, columns);
            if !value.is_empty() && !cells.iter().any(|cell: &Cell| cell.column == column) {
                columns[column].filled += 1;
                if columns[column].example.is_empty() {
                    columns[column].example = clip(&value, 80);
                }
                cells.push(Cell { column, value });
            }
        };
        if let Some(name) = name {
            let text = &raws[name].text;
            add(("name", None), if captioned { titles::cut(text) } else { text }.to_owned(), &mut columns);
        }
        if let Some(link) = &detail {
            add(("link", None), link.to_string(), &mut columns);
        }
        if let Some(image) = image(shown, record, base) {
            add(("image", None), image.to_string(), &mut columns);
        }
        for (_, raw) in raws.iter().enumerate().filter(|(i, raw)| Some(*i) != name && !is_caption(raw)) {
            let Some(kind) = of.get(&raw.place).and_then(|column| kinds.get(*column)) else { continue };
            let value = words_of(raw, kind, base, hints);
            // A card without a number has its address in the same place, and one without a name a number.
            let label = match (kind.label.as_str(), kind.asked) {
                ("phone", _) if value.contains('@') => "email",
                (label, true) => captions::reached(&value).unwrap_or(label),
                (label, false) => label,
            };
            add((label, Some(kind).filter(|_| label == kind.label)), value, &mut columns);
        }
        cells.sort_by_key(|cell| cell.column);
        let paths = record.iter().map(|at| shown.path(*at)).collect();
        items.push(Item { paths, cells, detail, site: names::site(shown, record, base), beside: false });
    }
    let mut listed = Listed { columns, records: items };
    add_headings(shown, records, &mut listed, hints);
    if company {
        halls::join(&mut listed);
    }
    others.put(&mut listed);
    listed
}

/// Adds what stands over groups of records as a column of theirs, where none says the same.
fn add_headings(shown: &Shown<'_>, records: &[Vec<At>], listed: &mut Listed, hints: &Hints) {
    let Some(over) = over::headings(shown, records) else { return };
    let mut over: Vec<Option<String>> = over.into_iter().map(|at| at.map(|at| shown.words(at, CELL))).collect();
    over::without_counts(&mut over);
    let says = |item: &Item, heading: &Option<String>| {
        heading.as_ref().is_some_and(|heading| item.cells.iter().any(|cell| cell.value == *heading))
    };
    let said = listed.records.iter().zip(&over).filter(|(item, heading)| says(item, heading)).count();
    if said * 2 > listed.records.len() {
        return;
    }
    let (filled, towns) =
        (over.iter().flatten().count(), over.iter().flatten().filter(|text| places::is_town(text, hints.country)).count());
    let label = if towns as f64 >= MOST * filled as f64 { "place" } else { "section" };
    if listed.columns.iter().any(|column| column.label == label) {
        return;
    }
    let example = over.iter().flatten().next().map(|text| clip(text, 80)).unwrap_or_default();
    let column = listed.columns.len();
    listed.columns.push(Column { label: label.to_owned(), caption: None, place: 0, filled, example });
    for (item, heading) in listed.records.iter_mut().zip(over) {
        item.cells.extend(heading.map(|value| Cell { column, value }));
    }
}

/// The words of a record, each with the place it stands in.
fn raw_cells(shown: &Shown<'_>, record: &[At], layout: &Layout, (base, hints, company): (&Url, &Hints, bool)) -> Vec<Raw> {
    let mut out: Vec<Raw> = Vec::new();
    let mut times: HashMap<u64, u64> = HashMap::new();
    let above = record.first().map_or(&[][..], |row| layout.into(*row));
    let parts = above.iter().map(|cell| (shown.nodes[*cell].parent, *cell)).chain(record.iter().map(|root| (*root, *root)));
    for (root, from) in parts {
        let end = shown.nodes[from].end;
        let mut at = from;
        while at < end && out.len() < CELLS {
            let node = &shown.nodes[at];
            // A row is no place of words, and neither is a list: its one cell or item that has some is one of several.
            let leaf = node.element.is_none()
                || node.runs == 1 && !matches!(node.tag, Tag::Tr | Tag::Ul | Tag::Ol)
                || is_line(shown, root, at)
                || is_amount(shown, at, (base, hints));
            if !leaf {
                at += 1;
                continue;
            }
            let text = badges::without_stars(shown.words(at, CELL));
            let found = raw((shown, layout), root, at, text, place(shown, layout, root, at));
            // Somebody may be called so.
            let badge = || company && !found.heading && !found.link && badges::is_badge(&found.text);
            if found.text.chars().any(char::is_alphanumeric) && !badge() {
                let nth = times.entry(found.place).and_modify(|n| *n += 1).or_insert(0);
                out.push(Raw { place: called::nth(found.way, *nth), ..found });
            }
            at = node.end.max(at + 1);
        }
    }
    if !above.is_empty() {
        out.sort_by_key(|raw| raw.cell);
    }
    // A logo alone is called as its image says.
    let image = || record.iter().find_map(|root| shown.words_of_image(*root).map(|(at, text)| (*root, at, clip(text, CELL))));
    if let Some((root, at, text)) = out.is_empty().then(image).flatten() {
        out.push(raw((shown, layout), root, at, text, place(shown, layout, root, at)));
    }
    out
}

/// Whether a cell is only what the next one is called, or the words before a number or an address that stands in a cell of its own: "Tel.".
pub(super) fn is_caption(raw: &Raw) -> bool {
    let field = || captions::field_of(&raw.text);
    raw.spent || !raw.link && raw.contact.is_none() && raw.text.len() <= CAPTION && matches!(field(), Some("phone" | "fax" | "email"))
}

/// Whether an element is one amount, its currency in an element of its own: `<b>12,50 <i>€</i></b>`.
fn is_amount(shown: &Shown<'_>, at: At, (base, hints): (&Url, &Hints)) -> bool {
    let node = &shown.nodes[at];
    let inner = || shown.nodes[at + 1..node.end].iter();
    let numbers = || inner().filter(|inner| inner.element.is_none() && inner.text.chars().any(|c| c.is_ascii_digit())).count();
    node.element.is_some()
        && (2..=3).contains(&node.runs)
        && node.chars <= AMOUNT
        && node.links + node.images == 0
        && inner().all(|inner| inner.element.is_none() || !inner.tag.breaks())
        && numbers() == 1
        && matches!(value::read(Type::Money, &shown.words(at, CELL), base, hints), Some(Value::Money(amount)) if amount.currency.is_some())
}

/// Whether an element is one line: nothing in it begins another, and it is more than one link. Of a paragraph that is a whole record each line is one.
fn is_line(shown: &Shown<'_>, root: At, at: At) -> bool {
    let node = &shown.nodes[at];
    let broken = |inner: &Node<'_>| inner.is(Tag::Br) && !(node.is(Tag::P) && is_record(shown, root, at));
    // Lines that are called something each are no text: `<b>Town:</b> Breda<br><b>Sector:</b> Steel`.
    let captions = || {
        let inner = || shown.nodes[at + 1..node.end].iter();
        let ends = |inner: &&Node<'_>| inner.element.is_none() && inner.text.trim_end().ends_with([':', '：']);
        inner().any(|inner| inner.is(Tag::Br)) && inner().filter(ends).count() > 1
    };
    node.element.is_some()
        && (node.is(Tag::A)
            || node.is(Tag::P) && node.links == 0 && !captions()
            || matches!(node.tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6))
        && node.end - at < 40
        && (at..node.end).all(|inner| shown.nodes[inner].icon.is_none() || lines::icon(shown, inner).is_none())
        && shown.nodes[at + 1..node.end].iter().all(|inner| inner.element.is_none() || !inner.tag.breaks() || broken(inner))
}

/// Whether a paragraph is a whole record, a line for each thing: it holds all words of it, or begins it with a name that is set off as a line.
fn is_record(shown: &Shown<'_>, root: At, at: At) -> bool {
    let texts = |nodes: std::ops::Range<At>| nodes.filter(|at| shown.nodes[*at].element.is_none());
    let named = |text: At| {
        let set_off =
            shown.around(text).take_while(|around| *around > at).find(|around| matches!(shown.nodes[*around].tag, Tag::B | Tag::Strong));
        set_off.is_some_and(|name| shown.nodes.get(shown.nodes[name].end).is_some_and(|next| next.is(Tag::Br)))
    };
    let begins = || texts(root..at).next().is_none() && texts(at..shown.nodes[at].end).next().is_some_and(named);
    at == root || shown.nodes[at].runs == shown.nodes[root].runs || begins()
}

/// Where a cell is in its record: the names on the way to it, and its number below the record where that is a cell of a table.
pub(super) fn place(shown: &Shown<'_>, layout: &Layout, root: At, at: At) -> u64 {
    let mut out = 7_u64;
    let mut step = |text: &str, number: u64| {
        for byte in text.bytes().take(40) {
            out = (out ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        out = (out ^ number).wrapping_mul(0x0100_0000_01b3);
    };
    for around in std::iter::once(at).chain(shown.around(at)) {
        let node = &shown.nodes[around];
        if around < root {
            break;
        }
        if let Some(element) = node.element {
            // A record that is a cell itself may stand anywhere in its row.
            let cell = around != root && matches!(node.tag, Tag::Td | Tag::Th);
            let class = class(shown, around);
            let number = || u64::from(node.nth) + layout.shift(around) as u64;
            step(element.value().name(), if cell { number() } else { 0 });
            if around != root {
                step(if layout.is_colour(class) { "" } else { class }, 0);
            }
        }
        if around == root {
            break;
        }
    }
    out
}

fn raw((shown, layout): (&Shown<'_>, &Layout), root: At, at: At, text: String, place: u64) -> Raw {
    let around: Vec<At> = std::iter::once(at).chain(shown.around(at)).take_while(|around| *around >= root).collect();
    let inside = || at..shown.nodes[at].end;
    let any = |tags: &[Tag]| around.iter().any(|around| shown.nodes[*around].element.is_some() && tags.contains(&shown.nodes[*around].tag));
    let begins = |href: &str, start: &str| href.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let contact =
        around.iter().copied().chain(inside()).map(|at| shown.nodes[at].attr("href")).find(|href| begins(href, MAIL) || begins(href, TEL));
    let named = |name: &str| around.iter().any(|at| shown.nodes[*at].element.is_some_and(|element| element.value().name() == name));
    let cell = titles::cell(shown, root, at);
    Raw {
        at,
        place,
        way: place,
        heading: any(&[Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5, Tag::H6, Tag::Dt]),
        link: shown.nodes[at].linked || inside().any(|at| shown.nodes[at].linked),
        contact: contact.map(str::to_owned),
        says: match (named("time"), any(&[Tag::Address])) {
            (true, _) => Says::Time,
            (false, true) => Says::Address,
            (false, false) => Says::Nothing,
        },
        fax: lines::icon(shown, at),
        called: None,
        spent: false,
        term: match (any(&[Tag::Dt, Tag::Th]), ["b", "strong", "label"].iter().any(|name| named(name))) {
            (true, _) => Term::Alone,
            (false, true) => Term::Also,
            (false, false) if leads_pair(shown, root, at) => Term::Pair,
            (false, false) => Term::Not,
        },
        cell: cell.map(|(nth, cell)| (nth + layout.shift(cell), layout.is_long(cell))),
        text,
    }
}

/// Whether a cell is the first of two in a line of its record beside which others are such pairs: rows of a small table.
fn leads_pair(shown: &Shown<'_>, root: At, at: At) -> bool {
    let parts = |of: At| {
        let mut parts = Vec::new();
        let mut at = of + 1;
        while at < shown.nodes[of].end && parts.len() <= PARTS {
            let node = &shown.nodes[at];
            parts.extend((node.chars > 0).then_some(at));
            at = node.end.max(at + 1);
        }
        parts
    };
    // Words of an element that holds nothing else are that element.
    let own = std::iter::once(at).chain(shown.around(at)).take_while(|around| *around > root);
    let Some(own) = own.take_while(|own| shown.nodes[*own].runs == shown.nodes[at].runs).last() else { return false };
    let line = shown.nodes[own].parent;
    let is_pair =
        |line: At| shown.nodes[line].element.is_some() && matches!(parts(line)[..], [key, _] if shown.nodes[key].element.is_some());
    let all = shown.nodes[line].parent;
    line > root
        && shown.nodes[own].element.is_some()
        && matches!(parts(line)[..], [key, _] if key == own)
        && parts(all).into_iter().filter(|other| shown.nodes[*other].tag == shown.nodes[line].tag && is_pair(*other)).count() > 1
}

/// The words of a cell; of a link for mail the address in it, when the words are none.
fn words_of(raw: &Raw, kind: &ColumnKind, base: &Url, hints: &Hints) -> String {
    match &raw.contact {
        Some(href) if kind.label == "email" => match value::read(Type::Email, href, base, hints) {
            Some(Value::Email(address)) => address,
            _ => raw.text.clone(),
        },
        // The number that is dialled: what is shown may be a word, or lack what is before it.
        Some(href) if matches!(kind.label.as_str(), "phone" | "fax") && is_number(href, base, hints) => {
            value::read(Type::Phone, href, base, hints).map_or_else(|| href[TEL.len()..].to_owned(), |number| number.text())
        }
        Some(_) | None if kind.leads => titles::cut(&raw.text).to_owned(),
        Some(_) | None => raw.text.clone(),
    }
}

/// Whether a link dials a number, or what stands in its place says none.
fn is_number(href: &str, base: &Url, hints: &Hints) -> bool {
    let dials = href.get(..TEL.len()).is_some_and(|start| start.eq_ignore_ascii_case(TEL));
    dials && value::read(Type::Phone, href, base, hints).is_some()
}

/// The first image, as pages that load late name it too.
fn image(shown: &Shown<'_>, record: &[At], base: &Url) -> Option<Url> {
    record.iter().flat_map(|root| *root..shown.nodes[*root].end).filter(|at| shown.nodes[*at].is(Tag::Img)).find_map(|at| {
        let node = &shown.nodes[at];
        ["data-src", "data-original", "src"].iter().find_map(|name| value::url(node.attr(name), base))
    })
}
