//! What the columns of a list are called as fields: by their captions, else by what they hold. Knows no page.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::super::captions;
use super::super::reading::Column;
use crate::base::text::words;
use crate::model::{CompanyName, FieldName, Found, RecordKind};

/// Values of a column that are looked at.
const LOOKED: usize = 20;
/// Characters of a field's name.
const NAME: usize = 32;

/// Words by which a list says whether something is wanted or offered: `kind | words ...`. Written for this project.
static KINDS: LazyLock<HashMap<String, RecordKind>> = LazyLock::new(|| {
    let rows = include_str!("kinds.txt").lines().filter(|row| !row.starts_with('#'));
    let cells = rows.filter_map(|row| row.split_once('|'));
    cells
        .filter_map(|(kind, all)| Some((RecordKind::from_word(kind.trim())?, all)))
        .flat_map(|(kind, all)| all.split('|').map(move |word| (words(word), kind)))
        .collect()
});

/// How the fields of a source are named.
pub(super) struct Naming {
    /// Whether its records are companies.
    pub(super) company: bool,
    /// Whether they are vacancies.
    pub(super) vacancy: bool,
    /// Whether the words for kinds are ours, and not the settings'.
    pub(super) kinds: bool,
}

impl Naming {
    /// The field that records are called by.
    pub(super) const fn name(&self) -> &'static str {
        if self.company { "name" } else { "title" }
    }

    /// The field of a column with these values.
    pub(super) fn field(&self, column: &Column, values: &[&str]) -> String {
        let looked = &values[..values.len().min(LOOKED)];
        let most =
            |of: &dyn Fn(&str) -> bool| !looked.is_empty() && looked.iter().filter(|value| of(value)).count() * 10 >= looked.len() * 6;
        let (label, nth) = column.label.rsplit_once(' ').filter(|(_, n)| n.parse::<u8>().is_ok()).unwrap_or((&column.label, ""));
        let numbered = |name: &str| if nth.is_empty() { name.to_owned() } else { format!("{name}_{nth}") };
        if label == "name" {
            return self.name().to_owned();
        }
        // What says by itself where somebody stands is no town, whatever stands above it.
        if label == "stand" {
            return numbered(label);
        }
        if let Some(field) = column.caption.as_deref().and_then(captions::field_of).filter(|field| *field != "name") {
            return field.to_owned();
        }
        if most(&|value| KINDS.contains_key(&words(value))) {
            return "kind".to_owned();
        }
        if !self.company && matches!(label, "column" | "category" | "address") && most(&|value| CompanyName::parse(value).form.is_some()) {
            return "company".to_owned();
        }
        match label {
            "category" if self.company => numbered("industry"),
            // What is paid for work: nobody asks it for goods.
            "price" if self.vacancy => numbered("salary"),
            "column" => column.caption.as_deref().and_then(slug).unwrap_or_else(|| numbered("column")),
            known => numbered(known),
        }
    }

    /// What a record is, by its field `kind`.
    pub(super) fn kind_of(&self, fields: &BTreeMap<FieldName, Found>) -> Option<RecordKind> {
        let found = fields.get("kind").filter(|_| self.kinds)?;
        KINDS.get(&words(&found.value.text())).copied()
    }
}

/// A caption as the name of a field: `Year founded` is `year_founded`.
fn slug(caption: &str) -> Option<String> {
    let name = words(caption).split_whitespace().collect::<Vec<_>>().join("_");
    (name.chars().any(char::is_alphabetic) && name.chars().count() <= NAME).then_some(name)
}
