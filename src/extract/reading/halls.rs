//! Where somebody stands at a fair, where a list says the hall in one column and the stand in another: both are one. Knows no fair.

use super::super::captions;
use super::Listed;
use super::columns::Column;

/// Characters of a stand alone.
const STAND: usize = 10;
/// Letters of a word; fewer are a code.
const WORD: usize = 3;
/// The share of the records with a hall that have a stand beside it.
const MOST: usize = 8;

/// Puts what the column of stands says behind what the column of halls says: "Hall 3, C12".
pub(super) fn join(listed: &mut Listed) {
    let is_place = |column: &Column| column.label == "stand" || field(column) == Some("stand");
    let all: Vec<usize> = (0..listed.columns.len()).filter(|at| is_place(&listed.columns[*at])).collect();
    let (hall, stand) = match all[..] {
        [one, two] if is_hall(listed, one) && !is_hall(listed, two) => (one, two),
        [one, two] if is_hall(listed, two) && !is_hall(listed, one) => (two, one),
        [one] if is_hall(listed, one) && says_stands(listed, one + 1) => (one, one + 1),
        _ => return,
    };
    let caption = listed.columns[hall].caption.clone();
    for item in &mut listed.records {
        let Some(place) = item.cells.iter().position(|cell| cell.column == stand) else { continue };
        let words = item.cells.remove(place).value;
        if let Some(cell) = item.cells.iter_mut().find(|cell| cell.column == hall) {
            cell.value = format!("{}, {words}", with_word(&cell.value, caption.as_deref()));
        } else {
            listed.columns[hall].filled += 1;
            item.cells.push(super::Cell { column: hall, value: words });
            item.cells.sort_by_key(|cell| cell.column);
        }
    }
    "stand".clone_into(&mut listed.columns[hall].label);
    if let Some(value) = listed.records.iter().flat_map(|item| &item.cells).find(|cell| cell.column == hall).map(|cell| cell.value.clone())
    {
        listed.columns[hall].example = value;
    }
    listed.columns.remove(stand);
    let cells = listed.records.iter_mut().flat_map(|item| &mut item.cells);
    cells.filter(|cell| cell.column > stand).for_each(|cell| cell.column -= 1);
}

fn field(column: &Column) -> Option<&'static str> {
    column.caption.as_deref().and_then(captions::field_of)
}

fn values(listed: &Listed, column: usize) -> impl Iterator<Item = &str> {
    listed.records.iter().flat_map(|item| &item.cells).filter(move |cell| cell.column == column).map(|cell| cell.value.as_str())
}

/// Whether a column says the hall and nothing else: by its caption, or each value by its word.
fn is_hall(listed: &Listed, column: usize) -> bool {
    listed.columns[column].caption.as_deref().is_some_and(captions::says_hall) || values(listed, column).all(captions::is_hall_alone)
}

/// Whether a column that nothing calls says stands: codes of letters and digits.
fn says_stands(listed: &Listed, column: usize) -> bool {
    let is_code = |value: &str| {
        let has = |of: fn(&char) -> bool| value.chars().any(|c| of(&c));
        value.chars().count() <= STAND
            && has(char::is_ascii_digit)
            && !has(|c| c.is_whitespace())
            && has(|c| c.is_alphabetic() || "./-".contains(*c))
            && value.chars().all(|c| c.is_alphanumeric() || "./-".contains(c))
            && value.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() < WORD)
    };
    let Some(next) = listed.columns.get(column) else { return false };
    let (filled, codes) = (values(listed, column).count(), values(listed, column).filter(|value| is_code(value)).count());
    next.label.starts_with("column ") && field(next).is_none() && codes == filled && filled * 10 >= listed.records.len() * MOST
}

/// A hall with its word: a number or a letter alone says nothing.
fn with_word(hall: &str, caption: Option<&str>) -> String {
    let has_word = hall.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= WORD);
    match caption.filter(|_| !has_word) {
        Some(caption) => format!("{} {hall}", caption.trim_end_matches([':', '：', ' '])),
        None => hall.to_owned(),
    }
}
