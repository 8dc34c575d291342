//! A lead as it is shown: its sum line by line, its reasons, its next step. Knows no terminal and no transport.

use serde::{Deserialize, Serialize};

use crate::model::{Organisation, Part, Record, Signal};
use crate::render::member;

/// One line of a score.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PartView {
    /// `fit` or the signal's kind.
    pub kind: String,
    /// The rule's place in the configuration.
    pub rule: String,
    /// The user's words.
    pub why: String,
    /// Points, to the hundredth.
    pub points: f64,
    /// How it came to this.
    pub how: String,
    /// The words it rests on.
    pub quote: Option<String>,
    /// Where to see them.
    pub url: Option<String>,
    /// Of the organisation's group, the one that it is of, and where that is; `None`: the organisation itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// What somebody said of a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictView {
    /// `accepted`, `rejected` or `parked`.
    pub said: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// Why, in their words; may be empty.
    pub because: String,
    /// Until when it is put away.
    pub until: Option<String>,
}

/// One lead.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LeadView {
    /// Its id.
    pub id: String,
    /// Which segment sees it.
    pub segment: String,
    /// What to call it.
    pub title: String,
    /// What whom it is about was called before.
    #[serde(default)]
    pub formerly: Option<String>,
    /// Where it stands.
    pub state: String,
    /// Who has it.
    pub owner: Option<String>,
    /// Why they have it, or why nobody has it.
    pub because: String,
    /// When what is new of it is told, or was, in the rep's zone, or why it is told to nobody; nothing of a lead at an earlier moment.
    #[serde(default)]
    pub told: Option<String>,
    /// In a word: `waits` (it is told at `told_at`), `told` (it was, then), `given-up` (the mail was, then, and can be replayed),
    /// `nobody` (there is nobody to tell), `no` (there is nothing to tell, whatever was told before).
    #[serde(default)]
    pub told_state: Option<String>,
    /// When what waits is told, or when it was told last.
    #[serde(default)]
    pub told_at: Option<String>,
    /// Points of fit.
    pub fit: f64,
    /// Points of signal.
    pub signal: f64,
    /// The least and the most that the unknown leaves open.
    pub between: (f64, f64),
    /// Percent of the rules' weight that is known.
    pub known: u8,
    /// What is not known, the most telling first.
    pub unknown: Vec<String>,
    /// The gate that keeps it out.
    pub excluded: Option<String>,
    /// Every line of the sum.
    pub parts: Vec<PartView>,
    /// Reasons to act: date, sentence, address.
    pub signals: Vec<(String, String, String)>,
    /// Facts: name, value, address.
    pub facts: Vec<(String, String, String)>,
    /// What kind of client it is: name, value, the words it rests on, where to see them.
    #[serde(default)]
    pub profile: Vec<(String, String, String, String)>,
    /// What somebody said of it last.
    #[serde(default)]
    pub verdict: Option<VerdictView>,
    /// What who says something of it should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do next.
    pub next_step: String,
    /// How often it had something new to tell.
    pub revision: u32,
    /// When it was first made.
    pub first_seen: String,
    /// When it last changed.
    pub changed: String,
    /// The moment the score is for.
    pub at: String,
}

/// What is told of a lead beside it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Behind<'a> {
    /// The reasons that are shown.
    pub(super) shown: &'a [Signal],
    /// All that may count.
    pub(super) signals: &'a [Signal],
    /// The records behind them.
    pub(super) records: &'a [Record],
    /// Of its group those of whom some are.
    pub(super) members: &'a [Organisation],
}

impl Behind<'_> {
    /// The member that a line of the sum is of.
    pub(super) fn member_of(&self, part: &Part) -> Option<String> {
        let evidence = part.evidence.as_ref()?;
        let of_signal = self.signals.iter().find(|signal| signal.evidence == *evidence).map(|signal| signal.organisation);
        let of_record = || self.records.iter().find(|record| (&record.source, &record.url) == (&evidence.source, &evidence.url));
        let is_of = |one: &&Organisation| match of_signal {
            Some(id) => one.id == id,
            None => of_record().is_some_and(|record| one.records.contains(&record.id)),
        };
        self.members.iter().find(is_of).map(member)
    }
}
