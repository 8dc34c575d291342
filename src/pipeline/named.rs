//! Companies that other sources know, under the names by which the articles of a turn may speak of them: press leaves legal forms out. Judges no
//! sentence.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Effects;
use super::news::Whence;
use crate::base::ids::{OrganisationId, RecordId};
use crate::diff;
use crate::model::{Change, CompanyName, Organisation, Record, RecordKind};
use crate::resolve::linkage::{self, Column, Row};
use crate::store::StoreError;

/// Names of one turn that are looked up.
const NAMES: usize = 400;

/// By the words of its name without a legal form each company that may be named in what is new of these articles, as it is called where it is known.
/// Names that several have are nobody's.
pub(super) async fn known_companies(
    effects: &Effects,
    whence: Whence<'_>,
    (records, changes): (&[Record], &[Change]),
) -> Result<BTreeMap<String, String>, StoreError> {
    let told: HashSet<RecordId> = changes.iter().filter(|change| !change.baseline).map(|change| change.record).collect();
    let articles = records.iter().filter(|record| record.kind == RecordKind::Article && told.contains(&record.id));
    let names: BTreeMap<String, String> = articles
        .flat_map(diff::names)
        .map(|name| (CompanyName::parse(&name).core, name))
        .filter(|(core, _)| core.contains(' '))
        .take(NAMES)
        .collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let country = whence.about.country.as_deref();
    let row = |name: &str| {
        let mut row = Row::new(1, 1);
        row.set(Column::Name, name);
        if let Some(country) = country {
            row.set(Column::Country, country);
        }
        row
    };
    // They are asked about and never stored.
    let asked: Vec<(OrganisationId, Vec<Row>)> =
        names.values().map(|name| (OrganisationId::of(&[b"named in an article", name.as_bytes()]), vec![row(name)])).collect();
    let (_, likely) = effects.store.likely(asked, HashSet::new()).await?;
    let found: BTreeSet<OrganisationId> = likely.iter().flat_map(|one| &one.matches).map(|found| found.organisation).collect();
    // "Flagg & Monyash" is known as "Flagg and Monyash".
    let compared = |name: &str| linkage::name_words(&CompanyName::parse(name));
    let mut known: HashMap<Vec<String>, Vec<String>> = HashMap::new();
    for Organisation { name, .. } in effects.store.organisations(found.into_iter().collect()).await? {
        let Some(name) = name else { continue };
        known.entry(compared(&name)).or_default().push(name);
    }
    let one = |(core, written): (String, String)| {
        let [name] = &known.get(&compared(&written))?[..] else { return None };
        Some((core, name.clone()))
    };
    Ok(names.into_iter().filter_map(one).collect())
}
