//! Which places of a list's records are its columns, and what each holds. Knows no element.

use std::collections::{BTreeMap, HashMap};

use url::Url;

use super::super::captions;
use super::super::value::{self, Hints, Type};
use super::columns::{MAIL, MOST, Raw, SHORT, Says, TEL, Term, is_caption};
use super::{lines, places, titles};
use crate::model::{Value, country_code, identifier};

/// Cells of one column that say what it is.
const LOOKED: usize = 20;
/// Columns of one list.
const COLUMNS: usize = 40;
/// Fields by which somebody is reached or known: what all records have is the house's.
const REACHED: [&str; 6] = ["phone", "fax", "email", "website", "tax_id", "person"];

/// What a column is.
#[derive(Clone, Debug)]
pub(super) struct ColumnKind {
    pub(super) label: String,
    pub(super) caption: Option<String>,
    pub(super) place: u64,
    /// Whether the caption stands before each value, in the same cell.
    pub(super) leads: bool,
    /// Whether it names somebody to be asked for.
    pub(super) asked: bool,
}

/// A cell with the numbers of its record and of itself in it.
type Stands<'r> = (usize, usize, &'r Raw);

/// The columns, and which place belongs to which.
pub(super) fn kinds(
    (raws, names): (&[Vec<Raw>], &[Option<usize>]),
    heads: &[String],
    (base, hints, company): (&Url, &Hints, bool),
) -> (Vec<ColumnKind>, HashMap<u64, usize>) {
    let mut by_place: BTreeMap<(usize, u64), Vec<Stands<'_>>> = BTreeMap::new();
    let mut first: HashMap<u64, usize> = HashMap::new();
    for (record, (raws, name)) in raws.iter().zip(names).enumerate() {
        for (i, raw) in raws.iter().enumerate().filter(|(i, raw)| Some(*i) != *name && !is_caption(raw)) {
            let order = *first.entry(raw.place).or_insert(i);
            by_place.entry((order, raw.place)).or_default().push((record, i, raw));
        }
    }
    let least = (raws.len() / 10).max(usize::from(raws.len() > 1) + 1).min(raws.len());
    let (mut kinds, mut of, mut plain): (Vec<ColumnKind>, _, _) = (Vec::new(), HashMap::new(), 0);
    let mut records: Vec<Vec<usize>> = Vec::new();
    let mut of_contact = None;
    let tops = tops(raws);
    for (place, found, said) in by_place
        .into_iter()
        .filter_map(|((_, place), found)| {
            let said = Said::of(&found, raws, heads, &tops);
            is_column(&found, &said, least, (hints, company)).then_some((place, found, said))
        })
        .take(COLUMNS)
    {
        let cells: Vec<&Raw> = found.iter().map(|(_, _, raw)| *raw).collect();
        let Said { caption, leads, .. } = said;
        let stripped: Vec<Raw> = if leads {
            cells.iter().map(|raw| Raw { text: titles::cut(&raw.text).to_owned(), ..(*raw).clone() }).collect()
        } else {
            Vec::new()
        };
        let cells = if leads { stripped.iter().collect() } else { cells };
        // Numbers of a country that nobody knows are telephone numbers where the page calls them so.
        let figures = |raw: &&&Raw| (6..=20).contains(&raw.text.chars().filter(char::is_ascii_digit).count()) && raw.text.len() <= SHORT;
        let most = |fax: bool| cells.iter().filter(|raw| raw.fax == Some(fax)).count() as f64 >= MOST * cells.len() as f64;
        let field = caption.as_deref().and_then(captions::field_of);
        let said = field.filter(|field| matches!(*field, "phone" | "fax")).or(most(false).then_some("phone"));
        let said = if most(true) { Some("fax") } else { said };
        let called = || said.filter(|_| cells.iter().filter(figures).count() as f64 >= MOST * cells.len() as f64);
        let label = label(&cells, (base, hints, company)).map(|label| if label == "phone" { said.unwrap_or(label) } else { label });
        let label = label.or_else(called).map_or_else(
            || {
                plain += 1;
                format!("column {plain}")
            },
            str::to_owned,
        );
        // What is called a contact may be a number: it is nobody's name.
        let reached = matches!(label.as_str(), "phone" | "fax" | "email");
        let caption = caption.filter(|_| !(reached && field == Some("person")));
        of_contact = of_contact.or((label == "phone" && caption.is_none() && field == Some("person")).then_some(kinds.len()));
        let mine: Vec<usize> = found.iter().map(|(record, ..)| *record).collect();
        let label = apart(&label, &mine, &kinds, &records);
        of.insert(place, kinds.len());
        kinds.push(ColumnKind { label, caption, place, leads, asked: field == Some("person") && !reached });
        records.push(mine);
    }
    // Who is to be asked for rings second.
    if let Some(contact) = of_contact
        && let Some(other) = kinds.iter().position(|kind| kind.label == "phone 2")
    {
        kinds[other].label = std::mem::replace(&mut kinds[contact].label, "phone 2".to_owned());
    }
    (kinds, of)
}

/// What the page calls what stands in one place.
struct Said {
    caption: Option<String>,
    /// Whether the caption stands before each value, in the same cell.
    leads: bool,
    /// Whether it is a caption however few values it has: of the table's head, in an element made for captions, or of a field that is known.
    sure: bool,
}

impl Said {
    fn of(found: &[Stands<'_>], raws: &[Vec<Raw>], heads: &[String], tops: &HashMap<usize, usize>) -> Self {
        let texts = || found.iter().map(|(_, _, raw)| raw.text.as_str());
        let known = |caption: &str| captions::field_of(caption).is_some();
        let alone = || {
            let (caption, _) = texts().next().filter(|_| found.len() == 1).and_then(captions::split)?;
            known(caption).then(|| caption.to_owned())
        };
        if let Some(caption) = titles::leads(texts()).or_else(alone) {
            let sure = known(&caption);
            return Self { caption: Some(caption), leads: true, sure };
        }
        let cell = found[0].2.cell.map(|(cell, _)| cell);
        if let Some(head) = cell.and_then(|cell| heads.get(cell)).filter(|head| !head.is_empty()) {
            // What few cells have besides is not what their column is called.
            let sure = cell.and_then(|cell| tops.get(&cell)).is_none_or(|top| found.len() * 2 >= *top);
            return Self { caption: Some(head.clone()), leads: false, sure };
        }
        let called = found[0].2.called.as_ref();
        let same = found.iter().filter(|(_, _, raw)| raw.called.as_ref() == called).count() as f64;
        if let Some(called) = called.filter(|_| same >= MOST * found.len() as f64) {
            return Self { caption: Some(called.clone()), leads: false, sure: true };
        }
        let before =
            found.iter().map(|(record, i, _)| i.checked_sub(1).map(|i| (&raws[*record][i].text, raws[*record][i].term != Term::Not)));
        Self { caption: titles::before(before), leads: false, sure: false }
    }
}

/// In how many records the place of each column of a table is filled that most of them have.
fn tops(raws: &[Vec<Raw>]) -> HashMap<usize, usize> {
    let mut places: HashMap<(usize, u64), usize> = HashMap::new();
    for raw in raws.iter().flatten() {
        if let Some((cell, _)) = raw.cell {
            *places.entry((cell, raw.place)).or_default() += 1;
        }
    }
    let mut out: HashMap<usize, usize> = HashMap::new();
    for ((cell, _), times) in places {
        let top = out.entry(cell).or_default();
        *top = times.max(*top);
    }
    out
}

/// Whether what stands in one place is a field of the records. The same words in every record are none of its values ("read more", "price:") unless the page
/// calls them something, and never who is reached by all of them; what few records have is a field where it has a caption, or tells by itself what it is.
fn is_column(found: &[Stands<'_>], said: &Said, least: usize, (hints, company): (&Hints, bool)) -> bool {
    let first = found[0].2;
    if found.len() >= 3 && found.iter().all(|(_, _, cell)| cell.text == first.text && cell.contact == first.contact) {
        let field = said.caption.as_deref().and_then(captions::field_of);
        return said.sure && !first.link && first.contact.is_none() && !field.is_some_and(|field| REACHED.contains(&field));
    }
    found.len() >= least || said.sure || found.iter().all(|(_, _, raw)| tells(raw, (hints, company)))
}

/// Whether a cell tells by its shape what it is: an address of mail, a telephone number with its country, a tax number.
fn tells(raw: &Raw, (hints, company): (&Hints, bool)) -> bool {
    let mail = raw.text.contains('@') && !raw.text.contains(char::is_whitespace);
    let dials = raw.text.starts_with('+') && raw.text.len() <= SHORT && !raw.text.contains(char::is_alphabetic);
    mail || raw.contact.is_some() || dials || company && is_tax_id(&raw.text, hints)
}

/// Whether words are a tax number that has letters and proves itself.
fn is_tax_id(text: &str, hints: &Hints) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let proves = |verdict: identifier::Verdict| verdict.outcome.is_ok_and(|valid| valid.proof == identifier::Proof::CheckDigit);
    (7..=14).contains(&digits)
        && (1..=4).contains(&letters)
        && identifier::identify(text, hints.country.as_ref().map(AsRef::as_ref)).into_iter().any(proves)
}

/// The label of a column: another one than that of a column which the same records have besides. (What stands here in some records and there
/// in others is one column.)
fn apart(label: &str, mine: &[usize], kinds: &[ColumnKind], records: &[Vec<usize>]) -> String {
    let clashes = |label: &str| {
        let same = kinds.iter().zip(records).filter(|(kind, _)| kind.label == label);
        same.into_iter().any(|(_, theirs)| {
            let both = mine.iter().filter(|record| theirs.binary_search(record).is_ok()).count();
            both * 2 > mine.len().min(theirs.len())
        })
    };
    let numbered = (2..=kinds.len() + 2).map(|n| format!("{label} {n}"));
    std::iter::once(label.to_owned()).chain(numbered).find(|label| !clashes(label)).unwrap_or_else(|| label.to_owned())
}

/// What the cells of a column are.
fn label(cells: &[&Raw], (base, hints, company): (&Url, &Hints, bool)) -> Option<&'static str> {
    let looked = &cells[..cells.len().min(LOOKED)];
    let most = |of: &dyn Fn(&Raw) -> bool| looked.iter().filter(|raw| of(raw)).count() as f64 >= MOST * looked.len() as f64;
    let read = |kind: Type, raw: &Raw| value::read(kind, &raw.text, base, hints);
    let short = |raw: &Raw| raw.text.len() <= SHORT;
    let digits = |raw: &Raw| raw.text.chars().filter(char::is_ascii_digit).count();
    let linked = |raw: &Raw, start: &str| {
        raw.contact.as_ref().is_some_and(|href| href.len() > start.len() && href[..start.len()].eq_ignore_ascii_case(start))
    };
    if most(&|raw| linked(raw, MAIL) || short(raw) && raw.text.contains(['@', '(', '[', '{']) && read(Type::Email, raw).is_some()) {
        return Some("email");
    }
    if company && most(&|raw| is_tax_id(&raw.text, hints)) {
        return Some("tax_id");
    }
    if most(&|raw| captions::is_stand(&raw.text)) {
        return Some("stand");
    }
    if most(&|raw| lines::is_count(&raw.text)) {
        return Some("size");
    }
    // Two letters are as often a province's, or something else.
    if most(&|raw| short(raw) && raw.text.chars().count() > 2 && country_code(&raw.text).is_some()) {
        return Some("country");
    }
    let town = |raw: &Raw| places::is_town(&raw.text, hints.country);
    // A long number alone is a number of something, and no second since 1970.
    let number = |raw: &Raw| raw.text.len() > 8 && raw.text.bytes().all(|b| b.is_ascii_digit());
    let time = |raw: &Raw| short(raw) && digits(raw) >= 2 && !raw.text.contains('%') && !number(raw) && read(Type::Time, raw).is_some();
    if most(&|raw| linked(raw, TEL) || short(raw) && digits(raw) >= 6 && !time(raw) && !town(raw) && read(Type::Phone, raw).is_some()) {
        return Some("phone");
    }
    if most(&|raw| short(raw) && digits(raw) >= 6 && read(Type::Fax, raw).is_some()) {
        return Some("fax");
    }
    if most(&|raw| short(raw) && matches!(read(Type::Money, raw), Some(Value::Money(amount)) if amount.currency.is_some())) {
        return Some("price");
    }
    if most(&town) {
        return Some("place");
    }
    if most(&|raw| raw.says == Says::Time || time(raw)) {
        return Some(if most(&|raw| captions::says_until(&raw.text)) { "deadline" } else { "date" });
    }
    // Where few say until when, the others are open: no kind of thing.
    let until = |raw: &Raw| time(raw) && captions::says_until(&raw.text);
    if looked.iter().filter(|raw| until(raw)).count() > 1 && looked.iter().all(|raw| until(raw) || digits(raw) == 0 && short(raw)) {
        return Some("deadline");
    }
    if most(&|raw| raw.says == Says::Address || places::is_address(&raw.text)) {
        return Some("address");
    }
    if most(&|raw| !raw.link && raw.text.chars().count() >= 60) {
        return Some("description");
    }
    let mut kinds: Vec<&str> = looked.iter().map(|raw| raw.text.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let usual = kinds.iter().map(|kind| looked.iter().filter(|raw| raw.text == **kind).count()).max().unwrap_or(0);
    let few = usual * 10 <= looked.len() * 7 && looked.len() >= 4 && (2..=looked.len() / 2).contains(&kinds.len());
    (few && most(&|raw| raw.text.chars().count() <= 40 && digits(raw) == 0)).then_some("category")
}
