//! Kinds whose format names its own fields (feeds, sitemaps): all of them are read, and the settings may rename, derive or retype them.

use super::transform::{Plan, Take};
use super::{FieldSpec, FieldTable, Spec};
use crate::model::Fault;

/// A field the format knows: name, type, whether it is a list.
pub(super) type Known = (&'static str, &'static str, bool);

/// The settings with every known field in the table `fields`; `from` a known field selects it.
pub(super) fn complete(spec: &Spec, known: &[Known], faults: &mut Vec<Fault>) -> Spec {
    let mut spec = spec.clone();
    let is_known = |name: &str| known.iter().any(|(known, ..)| *known == name);
    let names = known.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let own: Vec<String> = spec.fields.keys().cloned().collect();
    for (name, field) in &mut spec.fields {
        let table = &mut field.table;
        if let Some(other) = table.from.take_if(|other| is_known(other) && !own.contains(other)) {
            table.select = Some(other);
        }
        let empty = table.select.is_none() && table.from.is_none() && table.constant.is_none();
        if empty && is_known(name) {
            table.select = Some(name.clone());
        }
        match &table.select {
            Some(select) if !is_known(select) => {
                faults.push(Fault::new(format!("fields.{name}"), select, format!("what the format itself names: one of {names}")));
            }
            Some(_) | None => {}
        }
    }
    for (name, kind, many) in known {
        let table = FieldTable { select: Some((*name).to_owned()), kind: Some((*kind).to_owned()), many: *many, ..FieldTable::default() };
        spec.fields.entry((*name).to_owned()).or_insert(FieldSpec { table });
    }
    spec
}

/// The known field a plan takes its words from.
pub(super) fn selected(plan: &Plan) -> &str {
    match &plan.take {
        Take::Select { select, .. } => select,
        Take::From(_) | Take::Constant(_) => "",
    }
}
