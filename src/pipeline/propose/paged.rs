//! How the further pages of a JSON answer are asked for: what seems to follow them is tried on the second page, and written where that has other
//! records. Knows no API.

use std::collections::HashSet;

use super::{Proposal, Rehearsal, input};
use crate::extract::{self, Doubt, Kind, Paged, PagingSpec, PagingWay, Spec};
use crate::fetch::SourceSettings;
use crate::model::HostKey;

/// What a way to further pages came to.
enum Tried {
    /// The second page has other records.
    Other,
    /// It leads nowhere.
    Nowhere,
    /// Why not.
    Refused(String),
}

impl Rehearsal {
    /// With how further pages of JSON are asked for, if something says that there are some; the second one is asked for, to see whether it is so.
    pub(super) async fn paged(&self, way: Proposal, settings: &SourceSettings) -> Proposal {
        if way.spec.kind != Kind::Json.word() || !way.good {
            return way;
        }
        let (fetched, now, records) = (way.fetched.clone(), self.clock.now(), way.extract.records.len());
        let given = (records, way.fetched.total);
        let found = self.pool.run(way.fetched.url.as_str(), move |expired| Ok(extract::paging_of(&input(&fetched, now, expired), given)));
        let Ok(found) = found.await else { return way };
        let mut refused: Vec<(&PagingWay, String)> = Vec::new();
        for one in &found.ways {
            let spec = Spec { paging: Some(one.paging.clone()), ..way.spec.clone() };
            match self.second(&way, &spec, settings).await {
                Tried::Other => return Proposal { spec, ..way }.with(too_many(&found, records)),
                Tried::Nowhere => {}
                Tried::Refused(why) => refused.push((one, why)),
            }
        }
        let doubt = unfound(&found, records, &refused);
        way.with(doubt)
    }

    /// Whether the second page by these settings has other records than the first.
    async fn second(&self, way: &Proposal, spec: &Spec, settings: &SourceSettings) -> Tried {
        let Ok(Some(next)) = self.read_with(spec, &way.fetched).await.map(|extract| extract.follow.into_iter().next()) else {
            return Tried::Nowhere;
        };
        if HostKey::of(&next) != HostKey::of(&way.fetched.url) {
            return Tried::Refused(format!("the next one, {next}, is on another host, and was not asked"));
        }
        let read = match self.ask(&next, settings).await {
            Ok(fetched) => self.read_with(spec, &fetched).await,
            Err(failure) => Err(failure),
        };
        let keys: HashSet<&str> = way.extract.records.iter().map(|draft| draft.key.as_str()).collect();
        match read {
            Ok(read) if read.records.iter().any(|draft| !keys.contains(draft.key.as_str())) => Tried::Other,
            Ok(_) => Tried::Refused(format!("{next} has no other records")),
            Err(failure) => Tried::Refused(format!("{next} cannot be read: {failure}")),
        }
    }
}

impl Proposal {
    fn with(mut self, doubt: Option<Doubt>) -> Self {
        self.unsure.extend(doubt);
        self
    }
}

/// That a visit reads fewer pages than the source has.
fn too_many(found: &Paged, records: usize) -> Option<Doubt> {
    let (total, pages) = (found.total?, found.pages_needed(records)?);
    Some(Doubt {
        what: format!("it says it has {total} records, {records} a page, and a visit reads fewer pages than that"),
        setting: format!("pages = {pages} reads all of them; a narrower address (a search, a region) takes less"),
    })
}

/// What is to be said where further pages were not found.
fn unfound(found: &Paged, records: usize, refused: &[(&PagingWay, String)]) -> Option<Doubt> {
    let said = refused.iter().find(|(way, _)| way.said);
    if let Some(total) = found.total {
        let tried: Vec<&str> = refused.iter().map(|(_, why)| why.as_str()).collect();
        let tried = if tried.is_empty() { String::new() } else { format!(" ({})", tried.join("; ")) };
        return Some(Doubt {
            what: format!("it says {total} records, and shows {records}: further pages were not found{tried}"),
            setting: format!(
                "its documentation says how the next page is asked for: paging = {}, or {{ next = \".path.of.its.address\" }}, or more in one \
                 answer by a parameter such as limit={total} in url",
                said.map_or_else(by_number, |(way, _)| way.paging.written())
            ),
        });
    }
    let (way, why) = said?;
    let what = format!("whether there are further pages: the answer says so, and {why}");
    Some(Doubt { what, setting: format!("paging = {}", way.paging.written()) })
}

fn by_number() -> String {
    PagingSpec { param: Some("page".to_owned()), ..PagingSpec::default() }.written()
}
