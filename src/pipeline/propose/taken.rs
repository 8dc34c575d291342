//! How bytes are read for a proposal: what their records are is found out, and the settings say so.

use super::{Proposal, Rehearsal, Way, input, nameless};
use crate::extract::{self, Doubt, Kind, Leaning, Members, Spec};
use crate::fetch::Fetched;
use crate::model::{Draft, Extract, Failure, FailureClass, RecordKind};

/// What was read, and with which settings.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) spec: Spec,
    pub(super) extract: Extract,
    pub(super) leaning: Option<Leaning>,
    pub(super) unsure: Vec<Doubt>,
    pub(super) members: String,
}

impl Taken {
    /// As a way to watch an address.
    pub(super) fn proposal(self, way: Way, fetched: Fetched, good: bool) -> Proposal {
        let Self { spec, extract, leaning, unsure, members } = self;
        Proposal {
            way,
            spec,
            asks_json: way == Way::Json,
            extract,
            fetched,
            leaning,
            good,
            unsure,
            members,
            own: super::OwnSample::default(),
        }
    }
}

impl Rehearsal {
    /// Reads bytes with settings. Of JSON and feeds it is found out what their records are, of JSON also which members are the fields that people
    /// look for, and the settings say so.
    pub(super) async fn read_as(&self, spec: Spec, fetched: &Fetched) -> Result<Taken, Failure> {
        let mut taken = Taken { extract: self.read_with(&spec, fetched).await?, spec, ..Taken::default() };
        let (json, feed) = (taken.spec.kind == Kind::Json.word(), taken.spec.is_feed());
        if json && taken.spec.fields.is_empty() {
            self.named(&mut taken, fetched).await?;
        }
        if !(json || feed) || taken.extract.records.is_empty() {
            return Ok(taken);
        }
        let leaning = extract::leaning(&taken.extract, &fetched.url, "");
        let company = (json && leaning.kind == Kind::Directory).then_some(RecordKind::Company);
        let Some(records) = leaning.records.or(company) else { return Ok(Taken { leaning: Some(leaning).filter(|_| json), ..taken }) };
        let spec = Spec { records: Some(records.word().to_owned()), ..taken.spec };
        let extract = self.read_with(&spec, fetched).await?;
        Ok(Taken { spec, extract, leaning: Some(leaning), ..taken })
    }

    /// With the members that say what is missing without settings.
    async fn named(&self, taken: &mut Taken, fetched: &Fetched) -> Result<(), Failure> {
        let reader = taken.spec.compile(&nameless()).map_err(|faults| refused(&faults))?;
        let (bytes, now) = (fetched.clone(), self.clock.now());
        let what = fetched.url.to_string();
        let found: Members = self.pool.run(&what, move |expired| reader.members(&input(&bytes, now, expired))).await?;
        taken.members.clone_from(&found.told);
        if found.add_to(&taken.extract, &fetched.url) {
            let spec = Spec { fields: found.fields, key: found.key, ..taken.spec.clone() };
            let extract = self.read_with(&spec, fetched).await?;
            if is_no_less(&extract, &taken.extract) {
                (taken.spec, taken.extract, taken.unsure) = (spec, extract, found.unsure);
                let phone = taken.spec.fields.get("phone").and_then(|field| field.table.select.as_deref());
                taken.unsure.extend(phone.filter(|_| taken.extract.records.iter().all(|draft| draft.value("phone").is_none())).map(
                    |path| {
                        let what = format!("`phone` is taken from `{path}`, whose numbers cannot be read: they do not say their country");
                        Doubt { what, setting: "country = \"ES\", or whichever it is, reads them".to_owned() }
                    },
                ));
                let dated = taken.spec.clone().with_dates_of(&taken.extract);
                if dated.dates != taken.spec.dates {
                    taken.extract = self.read_with(&dated, fetched).await?;
                    taken.spec = dated;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn read_with(&self, spec: &Spec, fetched: &Fetched) -> Result<Extract, Failure> {
        let reader = spec.compile(&nameless()).map_err(|faults| refused(&faults))?;
        let (fetched, now) = (fetched.clone(), self.clock.now());
        let what = fetched.url.to_string();
        self.pool.run(&what, move |expired| reader.read(&input(&fetched, now, expired))).await
    }
}

/// Whether settings read at least the records that are read without them, and whom these are about: that is found without settings too.
fn is_no_less(read: &Extract, without: &Extract) -> bool {
    let with = |of: &Extract, name: &str| of.records.iter().filter(|draft| draft.value(name).is_some()).count();
    // Where the record is the company, its name says whom it is about.
    let same = |one: &Draft, other: &Draft| other.value("company").is_none_or(|company| one.value("name") == Some(company));
    let named = || read.records.iter().zip(&without.records).all(|(one, other)| same(one, other));
    let no_less = |name: &str| with(read, name) >= with(without, name);
    read.records.len() >= without.records.len() && (no_less("company") || named()) && no_less("website")
}

fn refused(faults: &[crate::model::Fault]) -> Failure {
    let why = faults.first().map(|fault| format!("`{}` wants {}", fault.key, fault.expected)).unwrap_or_default();
    Failure::new(FailureClass::Unreadable, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::extract;

    #[test]
    fn settings_that_read_less_than_none_are_not_taken() {
        let without = extract(&[&[("company", "Acme"), ("website", "a.example")], &[("company", "Bolt")]]);
        for (read, want) in [
            (extract(&[&[("title", "x"), ("company", "Acme"), ("website", "w")], &[("company", "Bolt")]]), true),
            (extract(&[&[("name", "Acme"), ("website", "w")], &[("name", "Bolt")]]), true),
            (extract(&[&[("name", "Acme")], &[("name", "Bolt")]]), false),
            (extract(&[&[("name", "Pallets"), ("website", "w")], &[("name", "Bolt")]]), false),
            (extract(&[&[("company", "Acme"), ("website", "w")]]), false),
        ] {
            assert_eq!(is_no_less(&read, &without), want, "{read:?}");
        }
    }
}
