//! The closed lists of procurement: stages, kinds of notices, natures, procedures, values, deadlines, outcomes. Words only; knows no format.

use std::fmt;

/// Where a procedure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Announced, or the market is consulted: nothing can be offered yet.
    Planned,
    /// Offers or requests to take part are taken.
    Open,
    /// The time for offers is over, nothing is decided.
    Closed,
    /// Stopped for a while (a review, a complaint).
    Suspended,
    /// Somebody won, at least one lot.
    Awarded,
    /// Ended without a winner: withdrawn, deserted, void.
    Cancelled,
    /// A running contract was changed.
    Modified,
    /// The contract is done.
    Completed,
    /// The document does not say.
    Unknown,
}

impl Stage {
    /// Every stage, in the order of a procedure's life.
    pub const ALL: [Self; 9] = [
        Self::Planned,
        Self::Open,
        Self::Closed,
        Self::Suspended,
        Self::Awarded,
        Self::Cancelled,
        Self::Modified,
        Self::Completed,
        Self::Unknown,
    ];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Suspended => "suspended",
            Self::Awarded => "awarded",
            Self::Cancelled => "cancelled",
            Self::Modified => "modified",
            Self::Completed => "completed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it may still be answered, or will be: nothing says that its time is over.
    pub const fn is_live(self) -> bool {
        match self {
            Self::Planned | Self::Open | Self::Suspended | Self::Unknown => true,
            Self::Closed | Self::Awarded | Self::Cancelled | Self::Modified | Self::Completed => false,
        }
    }

    /// The stage of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a notice is for. A notice may be for something else than the stage it leaves the procedure in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// Planning, prior information, market consultation, request for information.
    Planning,
    /// A call for offers or for requests to take part.
    Competition,
    /// It corrects or changes an earlier notice.
    Change,
    /// The procedure, or lots of it, were cancelled, deserted or withdrawn.
    Cancellation,
    /// A direct award is intended (voluntary ex-ante transparency).
    IntendedAward,
    /// A result: winners, or none.
    Award,
    /// A signed contract.
    Contract,
    /// A running contract was changed.
    Modification,
    /// A contract was done.
    Completion,
    /// Nothing says which.
    Other,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Planning,
        Self::Competition,
        Self::Change,
        Self::Cancellation,
        Self::IntendedAward,
        Self::Award,
        Self::Contract,
        Self::Modification,
        Self::Completion,
        Self::Other,
    ];

    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Competition => "competition",
            Self::Change => "change",
            Self::Cancellation => "cancellation",
            Self::IntendedAward => "intended-award",
            Self::Award => "award",
            Self::Contract => "contract",
            Self::Modification => "modification",
            Self::Completion => "completion",
            Self::Other => "other",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nature {
    /// Supplies.
    Goods,
    /// Services.
    Services,
    /// Works.
    Works,
    /// More than one of these.
    Mixed,
}

impl Nature {
    /// Every nature.
    pub const ALL: [Self; 4] = [Self::Goods, Self::Services, Self::Works, Self::Mixed];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Services => "services",
            Self::Works => "works",
            Self::Mixed => "mixed",
        }
    }

    /// The nature of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|nature| nature.word() == word)
    }
}

/// How the winner is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcedureKind {
    /// Anyone may offer.
    Open,
    /// Anyone may ask to take part, those chosen may offer.
    Restricted,
    /// Negotiated after a call, competitive dialogue, innovation partnership.
    Negotiated,
    /// Without a call: direct award, single source, emergency.
    Direct,
    /// A design contest, an auction, a quick purchase, anything else with a name.
    Other,
}

impl ProcedureKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Open, Self::Restricted, Self::Negotiated, Self::Direct, Self::Other];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Restricted => "restricted",
            Self::Negotiated => "negotiated",
            Self::Direct => "direct",
            Self::Other => "other",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What kind of public body a buyer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuyerKind {
    /// A ministry, a national agency.
    Central,
    /// A region, a state of a federation.
    Regional,
    /// A municipality, a province.
    Local,
    /// A body governed by public law: a university, a health service.
    PublicBody,
    /// A public undertaking, or one with special rights: water, energy, transport, post.
    Undertaking,
    /// An institution of the European Union, an international organisation.
    International,
    /// Somebody who buys with a buyer's money.
    Subsidised,
}

impl BuyerKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Central, Self::Regional, Self::Local, Self::PublicBody, Self::Undertaking, Self::International, Self::Subsidised];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Central => "central",
            Self::Regional => "regional",
            Self::Local => "local",
            Self::PublicBody => "public-body",
            Self::Undertaking => "undertaking",
            Self::International => "international",
            Self::Subsidised => "subsidised",
        }
    }
}

/// Which value of a procedure an amount is. They are kept apart and never summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorthKind {
    /// What the buyer thinks it is worth, options included.
    Estimate,
    /// Budget without tax.
    BudgetNet,
    /// Budget with tax.
    BudgetGross,
    /// The least it may come to.
    Minimum,
    /// The most it may come to (the ceiling of a framework).
    Maximum,
    /// What the result says it came to; of a contract that was changed since, what it comes to now.
    Award,
    /// What it came to before the notice at hand changed it, where that notice says so itself.
    Before,
}

impl WorthKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Estimate, Self::BudgetNet, Self::BudgetGross, Self::Minimum, Self::Maximum, Self::Award, Self::Before];

    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::BudgetNet => "budget-net",
            Self::BudgetGross => "budget-gross",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Award => "award",
            Self::Before => "award-before",
        }
    }
}

/// What must be done by a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadlineKind {
    /// Offers are in.
    Tender,
    /// Requests to take part are in.
    Request,
    /// Interest is shown.
    Interest,
    /// Questions are asked.
    Questions,
    /// Documents can be had until then.
    Documents,
    /// Offers are opened.
    Opening,
}

impl DeadlineKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Tender, Self::Request, Self::Interest, Self::Questions, Self::Documents, Self::Opening];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tender => "tender",
            Self::Request => "request",
            Self::Interest => "interest",
            Self::Questions => "questions",
            Self::Documents => "documents",
            Self::Opening => "opening",
        }
    }

    /// Whether missing it means that nothing can be offered any more.
    pub const fn binds(self) -> bool {
        match self {
            Self::Tender | Self::Request | Self::Interest => true,
            Self::Questions | Self::Documents | Self::Opening => false,
        }
    }
}

/// What became of an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A winner was chosen, for now.
    Provisional,
    /// A winner was chosen.
    Won,
    /// The contract is signed.
    Signed,
    /// The contract was signed and is over, in time or before it.
    Ended,
    /// Nobody won: no offers, none fit.
    Unsuccessful,
    /// The buyer gave it up.
    Withdrawn,
    /// Not decided yet.
    Pending,
}

impl Outcome {
    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Won => "won",
            Self::Signed => "signed",
            Self::Ended => "ended",
            Self::Unsuccessful => "unsuccessful",
            Self::Withdrawn => "withdrawn",
            Self::Pending => "pending",
        }
    }

    /// Whether somebody won.
    pub const fn has_winner(self) -> bool {
        match self {
            Self::Provisional | Self::Won | Self::Signed | Self::Ended => true,
            Self::Unsuccessful | Self::Withdrawn | Self::Pending => false,
        }
    }
}
