//! A few own pages of a list's records, as its visits will read them: which fields they add, whose country's numbers stand there, and which contacts
//! are the site's and no record's.

use std::sync::Arc;

use super::{Proposal, Rehearsal, input, nameless};
use crate::extract::{self, Doubt, Filled, OwnPage, Spec};
use crate::fetch::SourceSettings;
use crate::model::{Draft, Extract, HostKey};

/// Own pages that are asked for.
const PAGES: usize = 3;

/// What own pages add to their records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnSample {
    /// How many were read.
    pub pages: usize,
    /// The fields that they add, and how many of them do.
    pub fields: Vec<Filled>,
}

impl Rehearsal {
    /// Reads own pages of the first records. Where all of them speak from one country, or the page's language does, and their telephone numbers are
    /// that country's, the settings say so.
    pub(super) async fn with_own_pages(&self, mut way: Proposal, language: Option<&str>) -> Proposal {
        let own_host = HostKey::of(&way.fetched.url);
        let there = |draft: &&Draft| draft.detail.as_ref().is_some_and(|url| HostKey::of(url) == own_host);
        let mut fetched = Vec::new();
        for draft in way.extract.records.iter().filter(there).take(PAGES) {
            let Some(url) = &draft.detail else { continue };
            fetched.extend(self.ask(url, &SourceSettings::default()).await.ok().map(|page| (draft.clone(), page)));
        }
        if fetched.is_empty() {
            return way;
        }
        let fetched = Arc::new(fetched);
        let Some((mut drafts, countries)) = self.own_of(&way.spec, &way.extract, &fetched).await else { return way };
        if way.spec.country.is_none() {
            let one = countries
                .first()
                .copied()
                .flatten()
                .filter(|first| countries.len() > 1 && countries.iter().all(|one| *one == Some(*first)));
            let unread = numbers(&drafts, false) > 0;
            let by_language = || language.filter(|_| unread).and_then(extract::country_of_language);
            if let Some(country) = one.or_else(by_language) {
                let national = Spec { country: Some(country.to_owned()), ..way.spec.clone() };
                let again = self.own_of(&national, &way.extract, &fetched).await.map(|(drafts, _)| drafts);
                // Of a country that was only guessed at, the numbers must be its own.
                let fits = |again: &Vec<Draft>| numbers(again, true) > 0 && (one.is_some() || numbers(again, false) == 0);
                if let Some(again) = again.filter(fits) {
                    let how =
                        if one.is_some() { "as the own pages of its records speak from there" } else { "by the language of the page" };
                    let what = format!("telephone numbers are read as those of {country}, {how}");
                    way.unsure.push(Doubt {
                        what,
                        setting: format!("country = \"{country}\" is written; the code of another country reads them as its own"),
                    });
                    // What the list says is read so too: a number "as written" is none then.
                    if let Ok(read) = self.read_as(national.clone(), &way.fetched).await {
                        way.extract = read.extract;
                    }
                    (way.spec, drafts) = (national, again);
                }
            }
        }
        way.own = OwnSample { pages: fetched.len(), fields: extract::filled(&added(&drafts, &fetched)) };
        if way.spec.country.is_none()
            && let Some(field) = way.own.fields.iter().find(|field| extract::is_number_as_written(&field.name))
        {
            way.unsure.push(extract::unknown_country(field));
        }
        way
    }

    /// The records with what their own pages add by these settings, and the country that each page speaks from.
    async fn own_of(
        &self,
        spec: &Spec,
        list: &Extract,
        fetched: &Arc<Vec<(Draft, crate::fetch::Fetched)>>,
    ) -> Option<(Vec<Draft>, Vec<Option<&'static str>>)> {
        let reader = spec.compile(&nameless()).ok()?;
        let names: Vec<String> = list.records.iter().filter_map(extract::has_name).take(super::super::read::NAMES).collect();
        let (now, pages) = (self.clock.now(), Arc::clone(fetched));
        let read = move |expired: &dyn Fn() -> bool| {
            let known = extract::Known { names: &names, ..extract::Known::default() };
            let own = |(draft, page): &(Draft, crate::fetch::Fetched)| reader.read_own(draft, &input(page, now, expired), &known);
            pages.iter().map(own).collect::<Result<Vec<OwnPage>, _>>()
        };
        let what = list.records.first().map(|draft| draft.url.to_string()).unwrap_or_default();
        let read = self.pool.run(&what, read).await.ok()?;
        let site = extract::contacts_of_site(&read, &mut list.learned.clone().unwrap_or_default());
        let countries = read.iter().filter(|page| !page.is_partial()).map(OwnPage::country).collect();
        Some((read.into_iter().map(|page| page.complete(&site)).collect(), countries))
    }
}

/// How many telephone numbers there are that could be read, or could not.
fn numbers(drafts: &[Draft], read: bool) -> usize {
    let fits = |name: &str| if read { matches!(name, "phone" | "mobile" | "fax") } else { extract::is_number_as_written(name) };
    drafts.iter().flat_map(|draft| draft.fields.keys()).filter(|name| fits(name.as_str())).count()
}

/// What the own pages add to what the list says.
fn added(drafts: &[Draft], before: &[(Draft, crate::fetch::Fetched)]) -> Extract {
    let more = |(now, (was, _)): (&Draft, &(Draft, crate::fetch::Fetched))| {
        let fields = now.fields.iter().filter(|(name, _)| !was.fields.contains_key(*name));
        Draft { fields: fields.map(|(name, found)| (name.clone(), found.clone())).collect(), ..now.clone() }
    };
    Extract { records: drafts.iter().zip(before).map(more).collect(), ..Extract::default() }
}
