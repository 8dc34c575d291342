//! A rep as compiled: whom they serve, and when they may be disturbed.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::base::ids::{ChannelId, RepId, SegmentId};
use crate::base::text;
use crate::model::{Answer, Area, FactName, Organisation, within};

/// Hours in which no alert may come; they may run over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// From this time of day on.
    pub from: Time,
    /// Up to this time of day, itself no longer quiet.
    pub to: Time,
}

/// What a rep gets at a digest time that has nothing to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyDigest {
    /// Nothing.
    Never,
    /// A digest when one of their sources is not complete or silent, once, and again when that has changed.
    Trouble,
    /// A digest.
    Always,
}

impl EmptyDigest {
    /// The one of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self::Never),
            "trouble" => Some(Self::Trouble),
            "always" => Some(Self::Always),
            _ => None,
        }
    }
}

/// A rep, ready to route to.
#[derive(Clone, Debug, PartialEq)]
pub struct Rep {
    /// Its name in settings.
    pub id: RepId,
    /// What people call them.
    pub name: String,
    /// Where their mail goes.
    pub email: String,
    /// Their time zone.
    pub zone: TimeZone,
    /// The segments they work; empty: all.
    pub segments: Vec<SegmentId>,
    /// The lines of business they work, folded; empty: all.
    pub industries: Vec<String>,
    /// Where they work; empty: everywhere.
    pub regions: Vec<Area>,
    /// The most organisations they can look after; `None`: as many as come.
    pub capacity: Option<u32>,
    /// When their digest goes out, as written; `config` compiles it.
    pub digest: String,
    /// What comes at a digest time that has nothing to tell.
    pub empty_digest: EmptyDigest,
    /// Whether their digests ask which organisations are one.
    pub questions: bool,
    /// The most alerts an hour.
    pub alerts_per_hour: u32,
    /// When no alert may come.
    pub quiet: Option<Quiet>,
    /// By which channel; `None`: the mail channel.
    pub channel: Option<ChannelId>,
    /// When they are away: first and last day.
    pub absent: Vec<(Date, Date)>,
    /// How long before the deadlines of their tenders they are reminded.
    pub remind: Vec<SignedDuration>,
}

/// Whether a rep serves an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Serves {
    /// By everything that is known.
    Surely,
    /// Nothing known speaks against it.
    Perhaps,
    /// No.
    Not,
}

impl Rep {
    /// The last day of the absence they are in at this moment.
    pub fn absent_until(&self, at: Timestamp) -> Option<Date> {
        let today = at.to_zoned(self.zone.clone()).date();
        self.absent.iter().filter(|(first, last)| (*first..=*last).contains(&today)).map(|(_, last)| *last).max()
    }

    /// Whether no alert may come now.
    pub fn is_quiet(&self, at: Timestamp) -> bool {
        let Some(Quiet { from, to }) = self.quiet else { return false };
        let now = at.to_zoned(self.zone.clone()).time();
        if from < to { (from..to).contains(&now) } else { now >= from || now < to }
    }

    /// When the quiet hours under way are over; `None` when it is not quiet.
    pub fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        let Quiet { to, .. } = self.quiet.filter(|_| self.is_quiet(at))?;
        let now = at.to_zoned(self.zone.clone());
        let day = if now.time() < to { now.date() } else { now.date().tomorrow().ok()? };
        day.to_datetime(to).to_zoned(self.zone.clone()).ok().map(|over| over.timestamp())
    }

    /// Whether they work this segment.
    pub fn works(&self, segment: &SegmentId) -> bool {
        self.segments.is_empty() || self.segments.contains(segment)
    }

    /// Whether they serve an organisation, by industry and region.
    pub(super) fn serves(&self, organisation: &Organisation, at: Timestamp) -> Serves {
        let region = if self.regions.is_empty() {
            Serves::Surely
        } else {
            match within(&self.regions, organisation, at) {
                Answer::Yes(_) => Serves::Surely,
                Answer::No(_) => Serves::Not,
                Answer::Unknown(_) => Serves::Perhaps,
            }
        };
        region.max(self.serves_industry(organisation))
    }

    fn serves_industry(&self, organisation: &Organisation) -> Serves {
        if self.industries.is_empty() {
            return Serves::Surely;
        }
        let mut known = organisation.facts(FactName::Industry).map(|fact| format!(" {} ", text::words(&fact.value.text()))).peekable();
        if known.peek().is_none() {
            return Serves::Perhaps;
        }
        if known.any(|said| self.industries.iter().any(|words| said.contains(&format!(" {words} ")))) {
            Serves::Surely
        } else {
            Serves::Not
        }
    }
}
