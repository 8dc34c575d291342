//! Finding one's way in a configuration: by name, by role.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Config, Rep, Source};
use crate::base::ids::{ChannelId, RepId, SegmentId, SourceId};
use crate::model::{self, Organisation};
use crate::{deliver, extract, resolve, route};

impl Config {
    /// The rep of this name.
    pub fn rep(&self, id: &RepId) -> Option<&Rep> {
        self.reps.iter().find(|rep| rep.rep.id == *id).map(AsRef::as_ref)
    }

    /// All reps, as routing wants them.
    pub fn rep_list(&self) -> Vec<route::Rep> {
        self.reps.iter().map(|rep| rep.rep.clone()).collect()
    }

    /// What people call a segment; one that is not configured (any more) has only its name.
    pub fn segment_title<'a>(&'a self, id: &'a SegmentId) -> &'a str {
        self.segments.iter().find(|segment| segment.terms.segment == *id).map_or(id.as_str(), |segment| &segment.terms.title)
    }

    /// The channel of this name.
    pub fn channel(&self, id: &ChannelId) -> Option<&Arc<deliver::Settings>> {
        self.channels.iter().find(|channel| channel.id == *id)
    }

    /// The channel that carries a rep's mail.
    pub fn channel_of(&self, rep: &Rep) -> Option<&Arc<deliver::Settings>> {
        self.channel(&rep.channel)
    }

    /// The channels that leads of a segment go to by themselves.
    pub fn machine_channels(&self, segment: &SegmentId) -> impl Iterator<Item = &Arc<deliver::Settings>> {
        self.channels.iter().filter(move |channel| channel.takes(segment))
    }

    /// The sources that can bring leads of a rep's segments, in the order of the files; those that are switched off apart.
    pub fn feeding(&self, rep: &Rep) -> Vec<&Arc<Source>> {
        let worked = self.segments.iter().filter(|segment| rep.rep.works(&segment.terms.segment));
        let named: Option<Vec<_>> = worked.map(|segment| segment.fed_by()).collect();
        let feeds = |source: &&Arc<Source>| named.as_ref().is_none_or(|named| named.iter().any(|ids| ids.contains(&source.id)));
        self.sources.iter().filter(|source| source.enabled).filter(feeds).collect()
    }

    /// An organisation as it is judged: with the country that its sources name, where nothing else says one.
    pub fn placed<'o>(&self, organisation: &'o Organisation) -> Cow<'o, Organisation> {
        let of_import = |id: &SourceId| self.import(id).and_then(|imported| imported.about().country.as_deref());
        let country_of = |id: &SourceId| self.source(id).map_or_else(|| of_import(id), |source| source.about().country.as_deref());
        model::placed(organisation, country_of).map_or(Cow::Borrowed(organisation), Cow::Owned)
    }

    /// How far a source or an import is trusted; one that is not known (any more) as far as one that says nothing.
    #[expect(clippy::cast_possible_truncation, reason = "a number from 0 to 1")]
    pub fn trust(&self, id: &SourceId) -> f32 {
        let of_import = || self.import(id).map_or(super::source::TRUST, |imported| imported.import.trust);
        self.source(id).map_or_else(of_import, |source| source.trust) as f32
    }
}

impl Source {
    /// What it says about all of its records, for resolving.
    pub fn about(&self) -> &resolve::About {
        &self.named
    }

    /// What a reader must know of it, for reading one of its pages in another way.
    pub fn about_reading(&self) -> extract::About {
        extract::About { source: self.id.clone(), zone: self.schedule.zone().clone(), country: self.named.country.clone() }
    }
}
