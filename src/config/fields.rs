//! Names of fields that rules and settings use: one that no source can have never holds, and nobody would hear of it. Knows which fields the
//! readers name, not what they hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Source;
use super::desk::{Desk, Section, listed};
use super::problem::nearest;
use crate::extract::{Reader, USUAL_FIELDS};
use crate::model::Fault;
use crate::score;

/// The fields that a source names elsewhere than where it says how they are read.
pub(super) fn of_source(desk: &mut Desk<'_>, section: &mut Section<'_>, named: [(&str, &[String]); 2], reader: Option<&Reader>) {
    let Some(fields) = reader.and_then(Reader::fields) else { return };
    for (key, names) in named {
        let known = |name: &str| fields.contains(name) || name == "organisation";
        for (at, name) in names.iter().enumerate().filter(|(_, name)| !known(name)) {
            let expected = format!("a field of this source: {}", in_words(&fields));
            let near = nearest(name, fields.iter().copied());
            desk.fault(section, &Fault::new(format!("{key}[{at}]"), name, expected), near);
        }
    }
}

/// The fields that a segment's rules ask for, among those of these sources (`all`: there is no other); returns what is only doubtful.
pub(super) fn of_segment(
    desk: &mut Desk<'_>,
    section: &mut Section<'_>,
    spec: &score::Spec,
    (sources, all): (&[Arc<Source>], bool),
) -> Vec<String> {
    let mut doubtful = Vec::new();
    for (rule, field) in spec.fields() {
        let named = |source: &&Arc<Source>| rule.source.is_empty() || rule.source.iter().any(|id| id == source.id.as_str());
        match judge(&field.name, sources.iter().filter(named), all) {
            Named::Fine => {}
            Named::Wrong(expected, near) => desk.fault(section, &Fault::new(rule.key, &field.name, expected), near),
            Named::Doubtful(near) => doubtful.push(format!(
                "{}, `{}`: no source is known to have a field \"{}\", and without it this rule gives nothing; did you mean \"{near}\"?",
                section.subject, rule.key, field.name
            )),
        }
    }
    doubtful
}

/// What is to be thought of a name.
enum Named {
    /// It may be one.
    Fine,
    /// There is none of this name: what there is, and what was meant.
    Wrong(String, Option<String>),
    /// Nobody knows which fields there are, and another name is near.
    Doubtful(String),
}

fn judge<'s>(name: &str, sources: impl IntoIterator<Item = &'s Arc<Source>>, mut all: bool) -> Named {
    let (mut known, mut any) = (BTreeSet::new(), false);
    for source in sources {
        any = true;
        match source.reader.fields() {
            Some(fields) => known.extend(fields),
            None => all = false,
        }
        known.extend(source.about().organisation.as_ref().map(|_| "organisation"));
    }
    if !any || known.contains(name) {
        return Named::Fine;
    }
    if all {
        let near = nearest(name, known.iter().copied());
        return Named::Wrong(format!("a field that is read: {}", in_words(&known)), near);
    }
    if USUAL_FIELDS.contains(&name) {
        return Named::Fine;
    }
    let near = nearest(name, known.into_iter().chain(USUAL_FIELDS).collect::<Vec<_>>());
    near.map_or(Named::Fine, Named::Doubtful)
}

fn in_words(fields: &BTreeSet<&str>) -> String {
    listed(&fields.iter().copied().collect::<Vec<_>>())
}
