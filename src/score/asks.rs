//! What rules ask of one record, and what the record says. A field that it leaves out is never a "no". Knows no organisation and no rule.

use std::cell::OnceCell;

use iso_currency::Currency;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::codes::Codes;
use super::places;
use super::words::{Phrases, Text};
use crate::base::ids::SourceId;
use crate::base::{caps, text::clip};
use crate::model::{Area, BUYER_SAYS, Evidence, Field, JOINT_BUYERS, Record, RecordKind, TITLES, Value};

/// Fields that say what a procedure is worth, the best first. They are kept apart and never summed.
const WORTH: [&str; 5] = ["estimate", "budget_net", "budget_gross", "maximum", "award_value"];
/// Characters of one quote among several, so that a long title leaves room for the codes.
const QUOTE_OF_MANY: usize = 80;

/// A question to one record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    /// Words in any of its texts.
    Words(Phrases),
    /// Where it comes from.
    Source(Vec<SourceId>),
    /// What it is.
    Kind(Vec<RecordKind>),
    /// Codes of a classification.
    Codes(Codes),
    /// The buyer's name.
    Buyer(Phrases),
    /// A field that holds words of a closed list.
    OneOf(&'static str, Vec<&'static str>),
    /// Where the contract is done.
    Places(Vec<Area>),
    /// Its best known value; of several ranges the one in its currency counts.
    Worth(Vec<Range>),
    /// What must be left until the deadline.
    Left(SignedDuration),
    /// A field of any name.
    Field(FieldCondition),
}

/// A range of amounts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) currency: Currency,
}

/// A condition on one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldCondition {
    pub(super) name: String,
    pub(super) contains: Phrases,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
}

/// What a record says to a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// Yes, and this is what says so.
    Yes(Evidence),
    /// No.
    No,
    /// It leaves out what would tell.
    Nothing,
}

/// A record as it was known at a moment.
pub(super) struct Read<'a> {
    pub(super) record: &'a Record,
    at: Timestamp,
    texts: OnceCell<Vec<(&'a str, Text<'a>)>>,
}

impl<'a> Read<'a> {
    pub(super) fn new(record: &'a Record, at: Timestamp) -> Self {
        Self { record, at, texts: OnceCell::new() }
    }

    pub(super) fn field(&self, name: &str) -> Option<&'a Field> {
        self.record.fields.get(name).filter(|field| field.first_seen <= self.at)
    }

    /// The words of each field that holds words; made once, and only for rules that ask for words.
    fn texts(&self) -> &[(&'a str, Text<'a>)] {
        self.texts.get_or_init(|| {
            let known = self.record.fields.iter().filter(|(_, field)| field.first_seen <= self.at);
            // Words on a change say nothing of what is wanted, and one title is enough.
            let known = known.filter(|(name, _)| ![BUYER_SAYS, TITLES].contains(&name.as_str()));
            known.filter_map(|(name, field)| Some((name.as_str(), Text::of(&field.value)?))).collect()
        })
    }

    /// A field as proof; `quote` takes the place of all its words.
    fn proof(&self, name: &str, quote: Option<String>) -> Said {
        let evidence = self.record.evidence(name).unwrap_or_else(|| whole(self.record));
        let quote = quote.map_or_else(|| evidence.quote.clone(), |quote| clip(&quote, caps::QUOTE_CHARS));
        Said::Yes(Evidence { quote, ..evidence })
    }

    /// The part of a field in which phrases are found as proof: all of it, unless it is a list or too long for a quote.
    fn found(&self, name: &str, phrases: &Phrases, text: &Text<'_>) -> Said {
        let short = matches!(self.record.value(name), Some(Value::Text(text)) if text.chars().count() <= caps::QUOTE_CHARS);
        self.proof(name, if short { None } else { phrases.excerpt(text) })
    }

    /// The first member of a field that says yes; else no when one says no.
    fn member(&self, name: &str, says: impl Fn(&str) -> Option<bool>) -> Said {
        let mut said = Said::Nothing;
        for member in self.field(name).into_iter().flat_map(|field| field.value.each()).map(Value::text) {
            match says(&member) {
                Some(true) => return self.proof(name, Some(member)),
                Some(false) => said = Said::No,
                None => {}
            }
        }
        said
    }
}

/// The proof that a record is there at all.
fn whole(record: &Record) -> Evidence {
    let named = ["title", "name"].into_iter().find_map(|field| record.evidence(field));
    named.or_else(|| record.fields.keys().next().and_then(|field| record.evidence(field.as_str()))).unwrap_or_else(|| Evidence {
        source: record.source.clone(),
        url: record.url.clone(),
        quote: String::new(),
        path: String::new(),
        content: record.content,
        seen: record.first_seen,
    })
}

impl Ask {
    /// Whether it is about a field that records may leave out.
    pub(super) const fn may_lack(&self) -> bool {
        match self {
            Self::Words(_) | Self::Source(_) | Self::Kind(_) => false,
            Self::Codes(_) | Self::Buyer(_) | Self::OneOf(..) | Self::Places(_) | Self::Worth(_) | Self::Left(_) | Self::Field(_) => true,
        }
    }

    /// The field that would tell, where it is about one.
    pub(super) fn field(&self) -> Option<&str> {
        match self {
            Self::Words(_) | Self::Source(_) | Self::Kind(_) => None,
            Self::Codes(codes) => Some(codes.scheme.field()),
            Self::Buyer(_) => Some("buyer"),
            Self::OneOf(name, _) => Some(name),
            Self::Places(_) => Some("performed_in"),
            Self::Worth(_) => Some("value"),
            Self::Left(_) => Some("deadline"),
            Self::Field(condition) => Some(&condition.name),
        }
    }

    /// What a record says. A contract that somebody won has no deadline, no stage and the like any more: for it that is a "no".
    pub(super) fn of(&self, read: &Read<'_>) -> Said {
        let of_calls = matches!(self, Self::OneOf(..) | Self::Places(_) | Self::Left(_));
        match self.asked_of(read) {
            Said::Nothing if of_calls && read.record.kind == RecordKind::Award => Said::No,
            said => said,
        }
    }

    fn asked_of(&self, read: &Read<'_>) -> Said {
        match self {
            Self::Words(phrases) => {
                let found = read.texts().iter().find(|(_, text)| phrases.finds(text));
                let found = found.filter(|_| !read.texts().iter().any(|(_, text)| phrases.forbids(text)));
                found.map_or(Said::No, |(name, text)| read.found(name, phrases, text))
            }
            Self::Source(sources) => is(sources.contains(&read.record.source), read),
            Self::Kind(kinds) => is(kinds.contains(&read.record.kind), read),
            Self::Codes(codes) => read.member(codes.scheme.field(), |code| codes.holds(code)),
            // Of those who buy together each is the buyer.
            Self::Buyer(phrases) => {
                let named = ["buyer", JOINT_BUYERS].map(|name| Some((name, Text::of(&read.field(name)?.value)?)));
                match named.iter().flatten().find(|(_, text)| phrases.holds(text)) {
                    Some((name, text)) => read.found(name, phrases, text),
                    None if named.iter().all(Option::is_none) => Said::Nothing,
                    None => Said::No,
                }
            }
            Self::OneOf(field, asked) => read.member(field, |word| Some(asked.contains(&word))),
            Self::Places(areas) => {
                let vague = |field: &Field| field.value.each().iter().any(|place| places::holds(areas, &place.text()).is_none());
                match read.member("performed_in", |place| places::holds(areas, place)) {
                    // Of several places the one that is told too coarsely may be it.
                    Said::No if read.field("performed_in").is_some_and(vague) => Said::Nothing,
                    said => said,
                }
            }
            Self::Worth(ranges) => worth(ranges, read),
            Self::Left(wanted) => match read.field("deadline").and_then(|field| field.value.instant()) {
                None => Said::Nothing,
                Some(deadline) if deadline.duration_since(read.at) >= *wanted => read.proof("deadline", None),
                Some(_) => Said::No,
            },
            Self::Field(condition) => match read.field(&condition.name) {
                None => Said::Nothing,
                Some(field) if field.value.each().iter().any(|value| condition.holds(value)) => read.proof(&condition.name, None),
                Some(_) => Said::No,
            },
        }
    }
}

fn is(holds: bool, read: &Read<'_>) -> Said {
    if holds { Said::Yes(whole(read.record)) } else { Said::No }
}

/// The best known value in a currency that is asked for. An amount in another currency tells nothing.
fn worth(ranges: &[Range], read: &Read<'_>) -> Said {
    for name in WORTH {
        let Some(Value::Money(amount)) = read.field(name).map(|field| &field.value) else { continue };
        let mut alike = ranges.iter().filter(|range| Some(range.currency) == amount.currency).peekable();
        let Some(number) = f64::try_from(amount.number).ok().filter(|_| !is_placeholder(amount.number)) else { continue };
        if alike.peek().is_some() {
            let holds = alike.any(|range| range.min.is_none_or(|min| number >= min) && range.max.is_none_or(|max| number <= max));
            return if holds { read.proof(name, None) } else { Said::No };
        }
    }
    Said::Nothing
}

/// Buyers who must fill in a ceiling and have none write nines.
fn is_placeholder(number: Decimal) -> bool {
    let digits = number.trunc().normalize().to_string();
    digits.len() >= 9 && digits.bytes().all(|b| b == b'9')
}

/// The proofs of one record's answers as one: the words of each. Source and kind are a proof only where there is no other.
pub(super) fn joined(asks: &[Ask], said: Vec<Said>) -> Option<Evidence> {
    let told: Vec<(&Ask, Evidence)> = asks
        .iter()
        .zip(said)
        .filter_map(|(ask, said)| match said {
            Said::Yes(evidence) => Some((ask, evidence)),
            Said::No | Said::Nothing => None,
        })
        .collect();
    let plain = |ask: &Ask| matches!(ask, Ask::Source(_) | Ask::Kind(_));
    let all_plain = told.iter().all(|(ask, _)| plain(ask));
    let mut proofs = told.into_iter().filter(|(ask, _)| all_plain || !plain(ask)).map(|(_, evidence)| evidence);
    let mut proof = proofs.next()?;
    let (mut quotes, mut paths) = (vec![proof.quote.clone()], vec![proof.path.clone()]);
    for more in proofs {
        proof.seen = proof.seen.max(more.seen);
        for (all, one) in [(&mut quotes, more.quote), (&mut paths, more.path)] {
            if !one.is_empty() && !all.contains(&one) {
                all.push(one);
            }
        }
    }
    if let [_, _, ..] = quotes.as_slice() {
        let short: Vec<String> = quotes.iter().map(|quote| clip(quote, QUOTE_OF_MANY)).collect();
        proof.quote = clip(&short.join(" · "), caps::QUOTE_CHARS);
    }
    proof.path = paths.join(" ");
    Some(proof)
}

impl FieldCondition {
    pub(super) fn holds(&self, value: &Value) -> bool {
        let words = self.contains.is_empty() || self.contains.holds(&Text::new(vec![&value.text()]));
        let bounded = self.min.is_some() || self.max.is_some();
        words
            && (!bounded
                || number(value).is_some_and(|number| self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)))
    }
}

/// The number in a value; of words the first one ("1,200 employees").
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => f64::try_from(*number).ok(),
        Value::Money(amount) => f64::try_from(amount.number).ok(),
        Value::Text(text) => first_number(text),
        Value::Url(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) | Value::List(_) => None,
    }
}

fn first_number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut digits = String::new();
    let mut rest = text[start..].chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // A separator belongs to the number only when three digits follow: "1.200" is 1200, "2.5" is 2.
        let group: Vec<char> = rest.clone().take(4).collect();
        let three = group.len() >= 3 && group[..3].iter().all(char::is_ascii_digit) && !group.get(3).is_some_and(char::is_ascii_digit);
        if !matches!(c, '.' | ',' | ' ' | '\'' | '\u{a0}') || !three {
            break;
        }
    }
    digits.parse().ok()
}
