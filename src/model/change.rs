//! What became different between two visits, and what that gives a reason to do.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{CONTRACTS, Evidence, FieldName, Value};
use crate::base::ids::{OrganisationId, RecordId, SourceId};

/// One field's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which field.
    pub field: FieldName,
    /// Before; `None` when it was not there.
    pub old: Option<Value>,
    /// After; `None` when it went away.
    pub new: Option<Value>,
}

/// What happened to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is there for the first time.
    Appeared,
    /// It is there again; since when it was gone.
    Returned(Timestamp),
    /// Named fields differ.
    Changed(Vec<FieldChange>),
    /// Missing from as many complete visits as the source asks for.
    Gone,
}

/// One change of one record: one entry of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub source: SourceId,
    /// Which record.
    pub record: RecordId,
    /// What happened.
    pub kind: ChangeKind,
    /// When the check saw it.
    pub at: Timestamp,
    /// Whether it was stored quietly (first visit of a source: a baseline is no news).
    pub baseline: bool,
}

/// A kind of dated reason to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalKind {
    /// Somebody looks for a supplier.
    RequestForSuppliers,
    /// A tender was announced, or the market is consulted: nothing can be offered yet.
    TenderPlanned,
    /// A tender was published.
    TenderPublished,
    /// A deadline moved.
    DeadlineMoved,
    /// Scope, values, lots or documents of a tender changed.
    TenderChanged,
    /// A tender was stopped for a while.
    TenderSuspended,
    /// A tender ended without a winner.
    TenderCancelled,
    /// A tender of this organisation was awarded to somebody.
    TenderAwarded,
    /// A running contract was changed.
    ContractModified,
    /// A contract is done.
    ContractCompleted,
    /// A tender was awarded to this organisation.
    AwardWon,
    /// A tender that this organisation answered was awarded to another.
    AwardLost,
    /// An award that this organisation won or lost stands no longer.
    AwardAnnulled,
    /// A contract of this organisation ends soon: it will be tendered anew.
    ContractExpiring,
    /// A company is in an exhibition's list.
    ExhibitorListed,
    /// A company is in a directory or on a marketplace for the first time.
    OrganisationListed,
    /// An offer was put up.
    OfferListed,
    /// A price moved.
    PriceMoved,
    /// A vacancy was published.
    VacancyPublished,
    /// A branch or site was opened.
    BranchOpened,
    /// The press wrote of it.
    ArticlePublished,
    /// Something else about it changed.
    RecordChanged,
    /// A watched page's text changed.
    PageChanged,
    /// It went away.
    WentAway,
}

impl SignalKind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::RequestForSuppliers,
        Self::TenderPlanned,
        Self::TenderPublished,
        Self::DeadlineMoved,
        Self::TenderChanged,
        Self::TenderSuspended,
        Self::TenderCancelled,
        Self::TenderAwarded,
        Self::ContractModified,
        Self::ContractCompleted,
        Self::AwardWon,
        Self::AwardLost,
        Self::AwardAnnulled,
        Self::ContractExpiring,
        Self::ExhibitorListed,
        Self::OrganisationListed,
        Self::OfferListed,
        Self::PriceMoved,
        Self::VacancyPublished,
        Self::BranchOpened,
        Self::ArticlePublished,
        Self::RecordChanged,
        Self::PageChanged,
        Self::WentAway,
    ];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RequestForSuppliers => "request-for-suppliers",
            Self::TenderPublished => "tender-published",
            Self::TenderPlanned => "tender-planned",
            Self::DeadlineMoved => "deadline-moved",
            Self::TenderChanged => "tender-changed",
            Self::TenderSuspended => "tender-suspended",
            Self::TenderCancelled => "tender-cancelled",
            Self::TenderAwarded => "tender-awarded",
            Self::ContractModified => "contract-modified",
            Self::ContractCompleted => "contract-completed",
            Self::AwardWon => "award-won",
            Self::AwardLost => "award-lost",
            Self::AwardAnnulled => "award-annulled",
            Self::ContractExpiring => "contract-expiring",
            Self::ExhibitorListed => "exhibitor-listed",
            Self::OrganisationListed => "organisation-listed",
            Self::OfferListed => "offer-listed",
            Self::PriceMoved => "price-moved",
            Self::VacancyPublished => "vacancy-published",
            Self::BranchOpened => "branch-opened",
            Self::ArticlePublished => "article-published",
            Self::RecordChanged => "record-changed",
            Self::PageChanged => "page-changed",
            Self::WentAway => "went-away",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it says that a tender which takes offers is otherwise than it was: who means to answer must hear of it.
    pub const fn is_of_open_tender(self) -> bool {
        matches!(self, Self::DeadlineMoved | Self::TenderChanged | Self::TenderSuspended | Self::TenderCancelled)
    }

    /// What it amounts to where no rule counts it.
    pub const fn weight(self) -> Weight {
        match self {
            Self::RequestForSuppliers
            | Self::TenderPlanned
            | Self::TenderPublished
            | Self::AwardWon
            | Self::AwardLost
            | Self::ContractExpiring
            | Self::ExhibitorListed
            | Self::OrganisationListed
            | Self::OfferListed
            | Self::VacancyPublished
            | Self::BranchOpened
            | Self::ArticlePublished => Weight::Begins,
            Self::DeadlineMoved
            | Self::TenderChanged
            | Self::TenderSuspended
            | Self::TenderCancelled
            | Self::TenderAwarded
            | Self::AwardAnnulled
            | Self::ContractModified
            | Self::ContractCompleted
            | Self::PriceMoved
            | Self::PageChanged => Weight::Develops,
            Self::RecordChanged | Self::WentAway => Weight::Aside,
        }
    }
}

/// What a kind of signal amounts to beside what a segment's rules say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something about it is otherwise, or it is gone: nothing to call for.
    Aside,
    /// Something that was known went on.
    Develops,
    /// Something new begins: a reason to act by itself.
    Begins,
}

/// What a signal tells, as what was read; `render` makes a sentence of it, in the reader's language. Its kind says what it means. A time in
/// it is written as in RFC 9557 and a day as in ISO 8601, so that each reader gets them by their own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Story {
    /// A sentence from before stories were kept.
    Sentence(String),
    /// Something is there for the first time.
    Appeared {
        /// What it calls itself.
        title: String,
        /// Who it is by, where the record says so.
        by: Option<String>,
        /// The event, the price, the deadline: what belongs to the kind.
        with: Option<String>,
        /// The day of the event.
        on: Option<Date>,
    },
    /// Something is there again.
    Again {
        /// What is told of it, as if it were there for the first time.
        of: Box<Self>,
        /// Since when it was gone.
        gone: Timestamp,
    },
    /// Fields differ.
    Changed {
        /// What it calls itself.
        title: String,
        /// The first few: name, before, after.
        fields: Vec<(String, Option<String>, Option<String>)>,
        /// How many more there are.
        more: u32,
    },
    /// It is not there any more.
    Gone {
        /// What it called itself.
        title: String,
    },
    /// Its text says so.
    Said {
        /// What it calls itself.
        title: String,
        /// Who it is by, where the record says so.
        by: Option<String>,
        /// The sentence.
        sentence: String,
    },
}

impl Story {
    /// Without that it is there again.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Again { of, .. } => of.plain(),
            Self::Sentence(_) | Self::Appeared { .. } | Self::Changed { .. } | Self::Gone { .. } | Self::Said { .. } => self,
        }
    }

    /// The title of what it tells of.
    pub fn title(&self) -> Option<&str> {
        match self.plain() {
            Self::Appeared { title, .. } | Self::Changed { title, .. } | Self::Gone { title } | Self::Said { title, .. } => Some(title),
            Self::Sentence(_) | Self::Again { .. } => None,
        }
    }

    /// With another title for what it tells of.
    #[must_use]
    pub fn called(mut self, name: String) -> Self {
        match &mut self {
            Self::Again { of, .. } => {
                let plain = std::mem::replace(of.as_mut(), Self::Sentence(String::new()));
                **of = plain.called(name);
            }
            Self::Appeared { title, .. } | Self::Changed { title, .. } | Self::Gone { title } | Self::Said { title, .. } => *title = name,
            Self::Sentence(_) => {}
        }
        self
    }

    /// All of it on one line, in no language: tells two stories apart for ever.
    pub fn mark(&self) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        match self {
            Self::Sentence(sentence) => sentence.clone(),
            Self::Appeared { title, by, with, on } => {
                ["+", title, &or_none(by), &or_none(with), &on.map(|day| day.to_string()).unwrap_or_default()].join("\u{1f}")
            }
            Self::Again { of, gone } => format!("^\u{1f}{}\u{1f}{}", gone.strftime("%Y-%m-%d"), of.mark()),
            Self::Changed { title, fields, more } => {
                let told: Vec<String> =
                    fields.iter().map(|(name, old, new)| [name, &or_none(old), &or_none(new)].map(String::as_str).join("\u{1e}")).collect();
                format!("~\u{1f}{title}\u{1f}{}\u{1f}{more}", told.join("\u{1f}"))
            }
            Self::Gone { title } => ["-", title].join("\u{1f}"),
            Self::Said { title, by, sentence } => ["\"", title, &or_none(by), sentence].join("\u{1f}"),
        }
    }
}

/// A dated reason to act on an organisation, made from a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What kind of reason.
    pub kind: SignalKind,
    /// Whom it concerns.
    pub organisation: OrganisationId,
    /// The record whose change it is.
    pub record: RecordId,
    /// When it happened: the publication date where the record has one, else the time it was seen.
    pub at: Timestamp,
    /// When the check saw it; a score for an earlier date leaves it out.
    pub seen: Timestamp,
    /// What happened.
    pub story: Story,
    /// Proof.
    pub evidence: Evidence,
    /// Whether another source told it first: then it is a reason only for rules that ask for this very source.
    pub echo: bool,
}

impl Signal {
    /// Whether it says, of a tender, that one which was there is otherwise than it was, planned or open again, awarded, its contract changed or over, gone from its
    /// portal's list or back in it included: who means to answer it, or did, must hear of it.
    pub fn is_of_known_tender(&self) -> bool {
        let changed = matches!(self.story.plain(), Story::Changed { .. });
        self.kind.is_of_open_tender()
            || self.kind == SignalKind::WentAway
            || self.gone().is_some()
            || changed && matches!(self.kind, SignalKind::TenderPlanned | SignalKind::TenderPublished | SignalKind::TenderAwarded)
            || changed && matches!(self.kind, SignalKind::ContractModified | SignalKind::ContractCompleted)
    }

    /// Since when what is there again was gone; `None` where it says nothing of that kind.
    pub const fn gone(&self) -> Option<Timestamp> {
        match self.story {
            Story::Again { gone, .. } => Some(gone),
            Story::Appeared { .. } | Story::Changed { .. } | Story::Gone { .. } | Story::Said { .. } | Story::Sentence(_) => None,
        }
    }

    /// Whether it says that a deadline passed and gave way to that of another lot or portal, and nothing else: nothing can be done about the one that
    /// passed.
    pub fn gave_way(&self) -> bool {
        let Story::Changed { fields, .. } = self.story.plain() else { return false };
        let next = |name: &str| ["lot", "portal"].contains(&name);
        self.kind == SignalKind::DeadlineMoved
            && fields.iter().any(|(name, ..)| next(name))
            && fields.iter().all(|(name, ..)| name == "deadline" || next(name))
    }

    /// Whether it says on which day a contract ends, and another, seen no sooner, that the contract of that day ends on another one.
    pub fn is_moved_end(&self, by: &Self) -> bool {
        let (Story::Appeared { on: Some(day), .. }, Story::Changed { fields, .. }) = (self.story.plain(), by.story.plain()) else {
            return false;
        };
        let day = day.to_string();
        let ends = |text: &str| text.split("; ").any(|one| one.rsplit_once(", ").map_or(one, |(_, until)| until) == day);
        let moved = |(name, old, new): &(String, Option<String>, Option<String>)| {
            ["contract_end", CONTRACTS].contains(&name.as_str()) && new.is_some() && old.as_deref().is_some_and(ends)
        };
        let same = by.record == self.record || by.evidence.source != self.evidence.source && by.story.title() == self.story.title();
        self.kind == SignalKind::ContractExpiring && by.seen >= self.seen && same && fields.iter().any(moved)
    }

    /// Whether it tells of an award that one of these, seen later, says is annulled: of the same record, or on another portal of the same title.
    pub fn is_annulled<'a>(&self, by: impl IntoIterator<Item = &'a Self>) -> bool {
        let title = |signal: &Self| match signal.story.plain() {
            Story::Appeared { title, .. } | Story::Changed { title, .. } | Story::Gone { title } => Some(title.clone()),
            Story::Said { .. } | Story::Sentence(_) | Story::Again { .. } => None,
        };
        let same = |other: &Self| {
            other.record == self.record
                || (other.evidence.source != self.evidence.source && title(other).is_some_and(|it| Some(it) == title(self)))
        };
        matches!(self.kind, SignalKind::AwardWon | SignalKind::AwardLost)
            && by.into_iter().any(|other| {
                other.kind == SignalKind::AwardAnnulled && other.organisation == self.organisation && other.seen >= self.seen && same(other)
            })
    }
}
