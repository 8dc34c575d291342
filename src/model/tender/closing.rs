//! Until when a tender's record can be answered, and what is odd about that. Knows no portal and no language.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use super::Stage;
use super::lots::{last_end, lots_after, lots_in_doubt, lots_of};
use crate::model::{Field, FieldName, Record, Value};

/// Fields of a tender that are deadlines for whoever answers it.
const CLOSING: [&str; 2] = ["deadline", "questions_until"];
/// The field that has the words of a deadline which name no day.
pub const UNREADABLE: &str = "deadline_words";
/// The field that keeps the last deadline which could be read, while that of now names no day.
pub const LAST_DEADLINE: &str = "deadline_before";
/// The field that says what is to be in by the deadline, where it is no offer: a [`Awaited`]'s word. It is told with the deadline.
pub const DEADLINE_FOR: &str = "deadline_for";
/// A deadline further ahead than this is a slip of the pen (one said 2049).
pub const FAR: SignedDuration = SignedDuration::from_hours(24 * 366 * 3);
/// A day without a time: somewhere on earth it is not over before so long after its beginning in UTC.
const LONGEST_DAY: SignedDuration = SignedDuration::from_hours(36);
/// A deadline that was over when its notice was published is a slip of the pen, where that notice was read within so long.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// For so long from its publication such a tender counts as open: nobody knows until when it is.
const SLIP: SignedDuration = SignedDuration::from_hours(24 * 30);
/// With a day alone, whoever must be early is told so much earlier: the hour is not known.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is odd about a deadline. It is told, never mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oddity {
    /// It is more than three years ahead.
    Far,
    /// It was over when it was published.
    BeforePublication,
    /// Offers are opened before they are due.
    OpenedBefore,
    /// It was over when it was first seen.
    OverWhenSeen,
}

impl Oddity {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Far, Self::BeforePublication, Self::OpenedBefore, Self::OverWhenSeen];

    /// The words used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Far => "more than three years ahead",
            Self::BeforePublication => "before its publication",
            Self::OpenedBefore => "after the opening of offers",
            Self::OverWhenSeen => "over when it was first seen",
        }
    }
}

/// What is to be in by a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// An offer.
    Offers,
    /// A request to take part: who is chosen may offer.
    Requests,
    /// That somebody is interested.
    Interest,
    /// A question.
    Questions,
}

impl Awaited {
    /// The word of [`DEADLINE_FOR`]; none for what its field says by itself.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Requests => Some("requests"),
            Self::Interest => Some("interest"),
            Self::Offers | Self::Questions => None,
        }
    }

    fn of(record: &Record, field: &str) -> Self {
        if field != CLOSING[0] {
            return Self::Questions;
        }
        let said = record.text(DEADLINE_FOR);
        [Self::Requests, Self::Interest].into_iter().find(|awaited| awaited.word() == said.as_deref()).unwrap_or(Self::Offers)
    }
}

/// A deadline as a tender's record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing<'a> {
    /// The field that says it: `deadline` or `questions_until`.
    pub name: &'a FieldName,
    /// The field.
    pub field: &'a Field,
    /// What is to be in by then.
    pub awaited: Awaited,
    /// The instant; of a day alone its beginning in UTC.
    pub at: Timestamp,
    /// What is odd about it.
    pub odd: Vec<Oddity>,
    /// The lots that it is of, where others are due at another time: "L1, L2".
    pub lots: Option<String>,
    /// The lots that are due later, each with its deadline, the soonest first.
    pub after: Vec<(String, &'a Value)>,
    /// Other lots, whose deadline cannot be meant.
    pub doubted: Vec<(String, &'a Value)>,
    /// When the last lot is over that is due later.
    later: Option<Timestamp>,
    /// Until when it counts as open, where it cannot be meant: it was over when it was published.
    pub slip: Option<Timestamp>,
}

impl Closing<'_> {
    /// Whether only the day is known.
    pub const fn is_day(&self) -> bool {
        matches!(self.field.value, Value::Date(_))
    }

    /// The moment by which all must be done: with a day alone a day before it begins.
    pub fn early(&self) -> Timestamp {
        if self.is_day() { self.at.saturating_sub(DAY).unwrap_or(self.at) } else { self.at }
    }

    /// The last moment at which it is not over for everybody.
    pub fn end(&self) -> Timestamp {
        end_of(&self.field.value).unwrap_or(self.at)
    }

    /// Whether it is over for everybody, and no lot is open that is due later.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.end().max(self.later.max(self.slip).unwrap_or(Timestamp::MIN)) < now
    }
}

/// The last moment at which a deadline is not over for everybody, if it names a day.
pub(super) fn end_of(value: &Value) -> Option<Timestamp> {
    let at = value.instant()?;
    Some(if matches!(value, Value::Date(_)) { at.saturating_add(LONGEST_DAY).unwrap_or(at) } else { at })
}

/// The deadlines of a tender's record, in a fixed order; none of a record of another kind.
pub fn closings(record: &Record) -> Vec<Closing<'_>> {
    if record.kind != crate::model::RecordKind::Tender {
        return Vec::new();
    }
    let named = CLOSING.iter().filter_map(|name| record.fields.get_key_value(*name));
    named.filter_map(|(name, field)| closing(record, (name, field))).collect()
}

/// The deadline of a record of any kind: until when offers, answers or applications are taken.
pub fn deadline(record: &Record) -> Option<Closing<'_>> {
    closing(record, record.fields.get_key_value("deadline")?)
}

fn closing<'a>(record: &'a Record, (name, field): (&'a FieldName, &'a Field)) -> Option<Closing<'a>> {
    let at = field.value.instant()?;
    let of_offers = Some(&field.value).filter(|_| name.as_str() == "deadline");
    let (later, lots) = (of_offers.and_then(|until| last_end(record, until)), of_offers.and_then(|until| lots_of(record, until)));
    let after = of_offers.map_or_else(Vec::new, |until| lots_after(record, until));
    let doubted = of_offers.map_or_else(Vec::new, |until| lots_in_doubt(record, until));
    let odd = oddities(record, field);
    let slip = of_offers.and_then(|_| slip_until(record, field)).filter(|_| odd.contains(&Oddity::BeforePublication));
    let awaited = Awaited::of(record, name.as_str());
    Some(Closing { name, field, awaited, at, odd, lots, after, doubted, later, slip })
}

/// Until when a tender counts as open whose deadline cannot be meant.
fn slip_until(record: &Record, field: &Field) -> Option<Timestamp> {
    let published = record.value("published")?.instant()?;
    let recent = field.first_seen.duration_since(published) <= RECENT;
    published.saturating_add(SLIP).ok().filter(|_| recent)
}

/// The words in which a tender that may be answered says its deadline, where they name no day: "see documents", "30.02.2027".
pub fn unreadable(record: &Record) -> Option<String> {
    undated(record).filter(|_| !record.gone && is_live(record))
}

/// The words in which a tender says its deadline, whether or not it may be answered, where they name no day.
pub fn undated(record: &Record) -> Option<String> {
    if record.kind != crate::model::RecordKind::Tender || deadline(record).is_some() {
        return None;
    }
    ["deadline", UNREADABLE].into_iter().find_map(|name| record.text(name)).filter(|words| !words.trim().is_empty())
}

/// The deadline that a tender had when it could last be read, where that of now cannot. It holds as long as nobody knows better, for calendars
/// alone: nobody is reminded of it.
pub fn last_readable(record: &Record) -> Option<Closing<'_>> {
    static NAME: LazyLock<FieldName> = LazyLock::new(|| FieldName::new("deadline"));
    undated(record)?;
    let field = record.fields.get(LAST_DEADLINE)?;
    let at = field.value.instant()?;
    Some(Closing {
        name: &NAME,
        field,
        awaited: Awaited::of(record, CLOSING[0]),
        at,
        odd: Vec::new(),
        lots: None,
        after: Vec::new(),
        doubted: Vec::new(),
        later: None,
        slip: None,
    })
}

/// Whether a tender may still be answered, or will be: nothing says that its time is over.
pub fn is_live(record: &Record) -> bool {
    stage(record).is_live()
}

/// Where a tender's record stands.
pub fn stage(record: &Record) -> Stage {
    record.text("stage").and_then(|word| Stage::from_word(&word)).unwrap_or(Stage::Unknown)
}

fn oddities(record: &Record, field: &Field) -> Vec<Oddity> {
    let Some(at) = field.value.instant() else { return Vec::new() };
    let is_time = |value: &Value| matches!(value, Value::Time(_));
    let end = if is_time(&field.value) { at } else { at.saturating_add(LONGEST_DAY).unwrap_or(at) };
    // A result is published long after the deadline it leaves as it was.
    let published = record.fields.get("published").filter(|_| is_live(record)).and_then(|field| field.value.instant());
    let opening = record.value("opening").filter(|opening| is_time(opening)).and_then(Value::instant);
    let since = published.unwrap_or(field.first_seen).min(field.first_seen);
    let before_publication = published.is_some_and(|published| end < published);
    let found = [
        (Oddity::Far, at.duration_since(since) > FAR),
        (Oddity::BeforePublication, before_publication),
        (Oddity::OpenedBefore, is_time(&field.value) && opening.is_some_and(|opening| opening < at)),
        (Oddity::OverWhenSeen, is_live(record) && !before_publication && end < field.first_seen),
    ];
    found.into_iter().filter(|(_, is)| *is).map(|(odd, _)| odd).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::record;
    use crate::model::{Moment, RecordKind, ZoneFrom};

    fn time(text: &str) -> Value {
        let at = text.parse().unwrap();
        Value::Time(Moment { text: text.to_owned(), at, zone: "UTC".to_owned(), zone_from: ZoneFrom::Text })
    }

    /// First seen on 2026-01-01.
    fn tender(stage: &str, fields: &[(&str, Value)]) -> Record {
        let mut record = record("portal", "1", RecordKind::Tender, &[("stage", stage)]);
        let some = record.fields.values().next().unwrap().clone();
        for (name, value) in fields {
            record.fields.insert(FieldName::new(name), Field { value: value.clone(), ..some.clone() });
        }
        record
    }

    #[test]
    fn odd_deadlines() {
        let day = |text: &str| Value::Date(text.parse().unwrap());
        for (stage, fields, odd) in [
            ("open", vec![("deadline", time("2026-02-01T10:00:00Z"))], vec![]),
            ("open", vec![("deadline", time("2049-02-01T10:00:00Z"))], vec![Oddity::Far]),
            ("awarded", vec![("deadline", time("2049-02-01T10:00:00Z"))], vec![Oddity::Far]),
            ("open", vec![("deadline", time("2025-12-31T23:59:00Z"))], vec![Oddity::OverWhenSeen]),
            // Found when all was over: nothing is odd about it.
            ("awarded", vec![("deadline", time("2025-12-31T23:59:00Z"))], vec![]),
            // Somewhere the day is not over yet.
            ("open", vec![("deadline", day("2025-12-31"))], vec![]),
            ("open", vec![("deadline", day("2025-12-30"))], vec![Oddity::OverWhenSeen]),
            (
                "open",
                vec![("deadline", time("2025-11-01T10:00:00Z")), ("published", time("2025-12-01T10:00:00Z"))],
                vec![Oddity::BeforePublication],
            ),
            ("awarded", vec![("deadline", time("2025-11-01T10:00:00Z")), ("published", time("2025-12-01T10:00:00Z"))], vec![]),
            (
                "open",
                vec![("deadline", time("2026-02-01T10:00:00Z")), ("opening", time("2026-01-31T10:00:00Z"))],
                vec![Oddity::OpenedBefore],
            ),
        ] {
            let record = tender(stage, &fields);
            assert_eq!(closings(&record)[0].odd, odd, "{stage} {fields:?}");
        }
    }

    #[test]
    fn a_deadline_that_was_over_when_it_was_published_is_a_slip_and_ends_nothing_for_a_while() {
        for (stage, deadline, published, now, over) in [
            // First seen on 1 January: of a notice of the week before, and of an old one.
            ("open", "2025-01-20T10:00:00Z", "2025-12-30T10:00:00Z", "2026-01-02T10:00:00Z", false),
            ("open", "2025-01-20T10:00:00Z", "2025-12-30T10:00:00Z", "2026-01-30T10:00:00Z", true),
            ("open", "2025-01-20T10:00:00Z", "2025-06-30T10:00:00Z", "2026-01-02T10:00:00Z", true),
            // It was open when it was published.
            ("open", "2025-12-31T10:00:00Z", "2025-12-30T10:00:00Z", "2026-01-02T10:00:00Z", true),
            ("awarded", "2025-01-20T10:00:00Z", "2025-12-30T10:00:00Z", "2026-01-02T10:00:00Z", true),
        ] {
            let record = tender(stage, &[("deadline", time(deadline)), ("published", time(published))]);
            assert_eq!(closings(&record)[0].is_over(now.parse().unwrap()), over, "{stage} {deadline} {published} {now}");
        }
    }

    #[test]
    fn a_day_alone_is_due_a_day_earlier_and_over_later() {
        let record =
            tender("open", &[("deadline", Value::Date("2026-02-10".parse().unwrap())), ("questions_until", time("2026-02-01T10:00:00Z"))]);
        let found = closings(&record);
        let told: Vec<_> = found.iter().map(|closing| (closing.name.as_str(), closing.is_day(), closing.early().to_string())).collect();
        assert_eq!(
            told,
            [("deadline", true, "2026-02-09T00:00:00Z".to_owned()), ("questions_until", false, "2026-02-01T10:00:00Z".to_owned())]
        );
        for (now, over) in [("2026-02-10T23:00:00Z", false), ("2026-02-11T11:59:00Z", false), ("2026-02-11T12:00:01Z", true)] {
            assert_eq!(found[0].is_over(now.parse().unwrap()), over, "{now}");
        }
        assert_eq!(closings(&Record { kind: RecordKind::Award, ..record.clone() }), []);
    }
}
