//! One procurement procedure, and the notices it is built from. Plain values; knows no format, no portal's interface and no stored shape.
//!
//! A [`Notice`] is what one document said at one time and never changes. A [`Tender`] is the view over the notices of one procedure. Both
//! carry the same [`Content`]; the reference for its fields is the union of eForms, PLACSP CODICE and OCDS.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use url::Url;

use super::{Amount, ZoneFrom};
use crate::base::ids::ContentHash;

/// Words of the same meaning in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// By language: ISO 639-1 in lower case where there is one, else ISO 639-3; `und` when nothing says which.
    pub by_language: BTreeMap<String, String>,
    /// The language of the original, when the document says so.
    pub original: Option<String>,
}

impl Texts {
    /// The same words in one language; nothing when there are no words.
    pub fn one(language: &str, text: &str) -> Self {
        let mut texts = Self::default();
        texts.put(language, text);
        texts
    }

    /// Adds words; the first of a language stay.
    pub fn put(&mut self, language: &str, text: &str) {
        let text = crate::base::text::squeeze(text);
        if !text.is_empty() {
            self.by_language.entry(language_code(language)).or_insert(text);
        }
    }

    /// The words in the first of these languages there are, else the original, else English, else any.
    pub fn best(&self, wanted: &[&str]) -> Option<&str> {
        let in_order = wanted.iter().copied().chain(self.original.as_deref()).chain(["en"]);
        let first = in_order.filter_map(|language| self.by_language.get(language)).next();
        first.or_else(|| self.by_language.values().next()).map(String::as_str)
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.by_language.is_empty()
    }
}

/// A language as [`Texts`] keeps it: `ENG`, `eng`, `en-GB` and `EN` are `en`; what is no code is `und`.
pub fn language_code(written: &str) -> String {
    /// ISO 639-2/3 codes of the languages that portals write, beside their two letters.
    const THREE: &str = "bul bg ces cs cze cs dan da deu de ger de ell el gre el eng en est et fin fi fra fr fre fr gle ga hrv hr hun hu \
        isl is ice is ita it lav lv lit lt mkd mk mac mk mlt mt nld nl dut nl nor no nob nb nno nn pol pl por pt ron ro rum ro rus ru slk \
        sk slo sk slv sl spa es sqi sq alb sq srp sr swe sv tur tr ukr uk cat ca eus eu baq eu glg gl ara ar zho zh chi zh";
    let code = written.trim().to_lowercase();
    let code = code.split(['-', '_']).next().unwrap_or_default();
    match code.len() {
        2 if code.bytes().all(|b| b.is_ascii_lowercase()) => code.to_owned(),
        3 if code.bytes().all(|b| b.is_ascii_lowercase()) => {
            let mut words = THREE.split_whitespace();
            while let (Some(three), Some(two)) = (words.next(), words.next()) {
                if three == code {
                    return two.to_owned();
                }
            }
            code.to_owned()
        }
        _ => "und".to_owned(),
    }
}

/// An identifier and what kind it is: `NIF` `B12345674`, `GB-COH` `01234567`, `DIR3` `L01280796`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypedId {
    /// The list it comes from, as written; empty when nothing says so.
    pub scheme: String,
    /// The identifier, as written, white space trimmed.
    pub id: String,
}

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

/// How the winner is found, and the document's own word for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// What it comes to.
    pub kind: ProcedureKind,
    /// The code or words of the document.
    pub text: String,
}

/// A code of a classification.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// `CPV`, `UNSPSC`, `NAICS`, `PSC`, `OKPD2`, `OKVED2`, `GSIN`, `CPC`, `CUCOP`, `DK021`, in upper case; others as written.
    pub scheme: String,
    /// The code: for CPV and DK021 the eight digits without the check digit, for others as written.
    pub code: String,
    /// Whether it is the main one.
    pub main: bool,
    /// Its label, when the document brings one.
    pub label: String,
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
    /// What the result says it came to.
    Award,
}

impl WorthKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Estimate, Self::BudgetNet, Self::BudgetGross, Self::Minimum, Self::Maximum, Self::Award];

    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::BudgetNet => "budget-net",
            Self::BudgetGross => "budget-gross",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Award => "award",
        }
    }
}

/// An amount, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Which value.
    pub kind: WorthKind,
    /// How much.
    pub amount: Amount,
    /// Whether tax is in it, when the document says so.
    pub with_tax: Option<bool>,
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

/// A deadline as written, and the instant it means when it names a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What for.
    pub kind: DeadlineKind,
    /// What the document says, day and time joined by a blank.
    pub text: String,
    /// What it means; `None` for words such as "15 days after publication".
    pub due: Option<Due>,
}

/// The instant of a deadline, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day in the deadline's own zone.
    pub day: Date,
    /// The time of day; `None` when only the day is given: then people are told a day earlier.
    pub time: Option<Time>,
    /// IANA name or offset.
    pub zone: String,
    /// How the zone was known.
    pub zone_from: ZoneFrom,
    /// The instant, in UTC. With the day alone it is the day's beginning: the latest moment that is surely early enough.
    pub at: Timestamp,
}

/// A place of performance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1 alpha-2 where the document's code or name is known, else as written; may be empty.
    pub country: String,
    /// NUTS code or ISO 3166-2, else empty.
    pub region: String,
    /// Town, address or words.
    pub text: String,
}

/// A party: a buyer, a winner, a bidder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// What it is called.
    pub name: Texts,
    /// Its identifiers, the tax or register number first where the document tells them apart.
    pub ids: Vec<TypedId>,
    /// Its seat.
    pub seat: Place,
    /// E-mail address, as written; empty when there is none.
    pub email: String,
    /// Telephone, as written; empty when there is none.
    pub phone: String,
    /// Web address.
    pub website: Option<Url>,
    /// The document's code or words for its kind (`cga`, `ra`, `body-pl`, ...); empty when there is none.
    pub kind: String,
    /// The document's code or words for what it does (`health`, `education`, ...); empty when there is none.
    pub activity: String,
    /// Whether it is a small or medium enterprise, when the document says so.
    pub small: Option<bool>,
}

/// A document to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where.
    pub url: Url,
    /// What it is called, or its kind, in the document's words.
    pub title: String,
    /// Whether not everybody may have it.
    pub restricted: bool,
    /// Its hash, as published.
    pub hash: String,
    /// When it was published or changed, as written.
    pub date: String,
}

/// Part of a procedure that can be won by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    /// The document's id of it: `LOT-0001`, `1`.
    pub id: String,
    /// What it is called.
    pub title: Texts,
    /// What is wanted.
    pub description: Texts,
    /// Where it stands, when that is told lot by lot.
    pub stage: Option<Stage>,
    /// Its nature, where it differs.
    pub nature: Option<Nature>,
    /// Its classes.
    pub classes: Vec<Class>,
    /// Its values.
    pub worth: Vec<Worth>,
    /// Its deadlines.
    pub deadlines: Vec<Deadline>,
    /// Where it is done.
    pub places: Vec<Place>,
    /// How long it runs.
    pub term: Option<Term>,
    /// Whether money of the European Union is in it, when the document says so.
    pub eu_funds: Option<bool>,
    /// Whether it suits small enterprises, when the document says so.
    pub suits_small: Option<bool>,
    /// Whether it is reserved for sheltered workshops and the like, when the document says so.
    pub reserved: Option<bool>,
}

/// How long a contract runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub start: Option<Date>,
    /// Last day, as the document says or as start and duration make it.
    pub end: Option<Date>,
    /// Its length in words: `24 months`; empty when not given.
    pub duration: String,
    /// How often it can be renewed.
    pub renewals: Option<u32>,
    /// What is said of renewals.
    pub renewal: String,
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
            Self::Unsuccessful => "unsuccessful",
            Self::Withdrawn => "withdrawn",
            Self::Pending => "pending",
        }
    }

    /// Whether somebody won.
    pub const fn has_winner(self) -> bool {
        match self {
            Self::Provisional | Self::Won | Self::Signed => true,
            Self::Unsuccessful | Self::Withdrawn | Self::Pending => false,
        }
    }
}

/// A result of one lot, or of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// The document's id of it, else its place in the document.
    pub id: String,
    /// Lots it is for; empty: the whole, or nothing says so.
    pub lots: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why nobody won, in the document's code or words.
    pub reason: String,
    /// Who won.
    pub winners: Vec<Party>,
    /// Who offered and did not win, where that is known.
    pub losers: Vec<Party>,
    /// What it came to.
    pub worth: Vec<Worth>,
    /// When it was decided, or the contract was signed.
    pub date: Option<Date>,
    /// Offers received.
    pub bids: Option<u32>,
    /// How long the contract runs.
    pub term: Option<Term>,
}

/// What a notice says it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    /// The id of what is changed: a section, a lot, a field; empty when nothing says so.
    pub place: String,
    /// The code or words of why.
    pub reason: String,
    /// What is said of it.
    pub text: Texts,
    /// What it was, where the notice says so.
    pub old: String,
    /// What it is, where the notice says so.
    pub new: String,
}

/// What is known of a procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Identifiers by which other portals know the same procedure: eForms procedure id (`BT-04`), OCID, TED notice number, file number.
    pub other_ids: Vec<TypedId>,
    /// What it is called.
    pub title: Texts,
    /// What is wanted.
    pub description: Texts,
    /// Languages in which offers are taken, as in [`Texts`].
    pub submission_languages: Vec<String>,
    /// Who buys; the one responsible first.
    pub buyers: Vec<Party>,
    /// Classes of the whole; those of lots are with the lots.
    pub classes: Vec<Class>,
    /// What is bought.
    pub nature: Option<Nature>,
    /// How the winner is found.
    pub procedure: Option<Procedure>,
    /// Whether it is a framework agreement or a dynamic purchasing system, in the document's word; empty when it is not or nothing says so.
    pub technique: String,
    /// Values of the whole.
    pub worth: Vec<Worth>,
    /// Deadlines of the whole; those of lots are with the lots.
    pub deadlines: Vec<Deadline>,
    /// Where it is done.
    pub places: Vec<Place>,
    /// Parts that can be won alone.
    pub lots: Vec<Lot>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Where offers go.
    pub submission: Option<Url>,
    /// The page for people.
    pub link: Option<Url>,
    /// How long the contract runs.
    pub term: Option<Term>,
    /// Results.
    pub awards: Vec<Award>,
    /// Whether money of the European Union is in it, when the document says so.
    pub eu_funds: Option<bool>,
    /// Whether it suits small enterprises, when the document says so.
    pub suits_small: Option<bool>,
    /// Whether it is reserved for sheltered workshops and the like, when the document says so.
    pub reserved: Option<bool>,
}

/// What one document said of one procedure at one time. Never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The procedure's id within its portal: what all its notices share (`BT-04`, entry id, OCID, tenderID, solicitation number).
    pub procedure: String,
    /// The notice's own id within its portal; where the format has none, one made of what it says.
    pub id: String,
    /// Its version, as written; empty when the format has none.
    pub version: String,
    /// Its number of publication (`00486429-2023`); empty when there is none.
    pub publication: String,
    /// When it was published, as written.
    pub published_text: String,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// What it is for.
    pub kind: NoticeKind,
    /// Where it leaves the procedure.
    pub stage: Stage,
    /// The document's own code for kind and stage: `16 cn-standard`, `PUB`, `tender active`.
    pub code: String,
    /// The notice before it that it says it follows or changes.
    pub previous: String,
    /// Languages it is written in, as in [`Texts`].
    pub languages: Vec<String>,
    /// Whether it is marked as a test.
    pub test: bool,
    /// Whether it says everything of the procedure (it takes the place of what was known) or only what is new.
    pub whole: bool,
    /// What it changes, where it says so itself.
    pub amendments: Vec<Amendment>,
    /// What it says.
    pub content: Content,
    /// Where each field was found: a path in the document for `title`, `deadlines`, `lots`, `awards`, ...
    pub found: BTreeMap<&'static str, String>,
    /// Hash of its bytes, so that a correction under the same id and time is seen.
    pub hash: ContentHash,
}

/// The view over the notices of one procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender {
    /// The procedure's id within its portal.
    pub procedure: String,
    /// Where it stands.
    pub stage: Stage,
    /// The document's own code for it.
    pub code: String,
    /// What is known.
    pub content: Content,
    /// When the first notice was published, as far as known.
    pub published: Option<Timestamp>,
    /// When the last one was.
    pub updated: Option<Timestamp>,
    /// The notices it is built from, the oldest first: id, version and hash.
    pub notices: Vec<NoticeRef>,
}

/// A notice in the history of a tender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it was for.
    pub kind: NoticeKind,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Hash of its bytes.
    pub hash: ContentHash,
}
