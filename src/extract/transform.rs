//! The steps from the words a selector finds to a typed value: the same for every kind. Knows no tree and no format.

use std::collections::BTreeMap;

use url::Url;

use super::FieldSpec;
use super::value::{self, Hints, Type};
use crate::base::caps;
use crate::base::text::clip;
use crate::model::{Failure, Fault, FieldName, Found};

/// Words as found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// The text, white space as it was.
    pub(super) text: String,
    /// Selector, JSON path or XML path.
    pub(super) path: String,
}

/// Where a field's words come from.
#[derive(Clone, Debug)]
pub(super) enum Take {
    /// A selector in the language of the kind, as written, and the attribute of the table.
    Select {
        /// As written; empty: the record itself.
        select: String,
        /// The setting `attr`.
        attr: Option<String>,
    },
    /// The words of another field.
    From(FieldName),
    /// Always these.
    Constant(String),
}

/// One field: where its words come from and what becomes of them.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Its name.
    pub(super) name: FieldName,
    /// Where its words come from.
    pub(super) take: Take,
    /// Whether every match is taken, not only the first.
    pub(super) many: bool,
    kind: Type,
    hints: Hints,
}

/// Compiles a table of fields; `at` is the table's key (`fields`, `detail_fields`). The order is that of the names.
pub(super) fn plans(table: &BTreeMap<String, FieldSpec>, at: &str, hints: &Hints, faults: &mut Vec<Fault>) -> Vec<Plan> {
    let _ = (at, faults);
    table
        .iter()
        .map(|(name, spec)| Plan {
            name: FieldName::new(name),
            take: Take::Select { select: spec.table.select.clone().unwrap_or_default(), attr: spec.table.attr.clone() },
            many: spec.table.many,
            kind: Type::usual(name),
            hints: hints.clone(),
        })
        .collect()
}

impl Plan {
    /// A field with this name and type that takes its words as they come; for kinds that know their fields.
    pub(super) fn plain(name: &str, kind: Type, hints: &Hints) -> Self {
        let take = Take::Select { select: String::new(), attr: None };
        Self { name: FieldName::new(name), take, many: false, kind, hints: hints.clone() }
    }

    /// What becomes of these words; `None` when they cannot be understood.
    pub(super) fn read(&self, words: &[Words], base: &Url) -> Option<Found> {
        let first = words.first()?;
        let value = value::read(self.kind, &first.text, base, &self.hints)?;
        Some(Found { value, quote: clip(&first.text, caps::QUOTE_CHARS), path: first.path.clone() })
    }
}

/// Reads all fields of one record. `select` is called once for each plan that selects, with its index, and gives the words it finds.
///
/// # Errors
///
/// Those of `select`.
pub(super) fn read_fields(
    plans: &[Plan],
    base: &Url,
    select: &mut dyn FnMut(usize, &Plan) -> Result<Vec<Words>, Failure>,
) -> Result<BTreeMap<FieldName, Found>, Failure> {
    let mut fields = BTreeMap::new();
    for (i, plan) in plans.iter().enumerate() {
        if let Some(found) = plan.read(&select(i, plan)?, base) {
            fields.insert(plan.name.clone(), found);
        }
    }
    Ok(fields)
}
