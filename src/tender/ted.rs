//! What the three formats of the European gazette share: its numbers and pages, its notice types, durations, and the noting of what was found
//! where and what could not be read. Knows no format.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use roxmltree::Node;
use url::Url;

use super::when::{self, Clock};
use super::{code, xml};
use crate::model::{
    BadEntry, Deadline, DeadlineKind, Lot, Nature, NoticeKind, Outcome, ProcedureKind, Stage, Term, TypedId, Worth, WorthKind,
};

/// What stands in fields whose publication is withheld ("withheld publication" of the eForms SDK): words, amounts and days.
const WITHHELD_TEXT: &str = "unpublished";
const WITHHELD_DAY: Date = Date::constant(1970, 1, 1);

/// Fields that could not be read and are kept of one document.
const UNREAD: usize = 200;

/// A number of publication in one spelling, `00486429-2023`; the gazette itself writes `486429-2023`, `00486429-2023`, `2023/S 153-486429`.
pub(super) fn number(written: &str) -> Option<String> {
    let written = written.trim();
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let (year, number) = if let Some((year, rest)) = written.split_once('/') {
        (year.trim(), rest.trim().strip_prefix('S')?.split_once('-')?.1.trim())
    } else {
        let (number, year) = written.split_once('-')?;
        (year, number)
    };
    (year.len() == 4 && digits(year, 4) && digits(number, 8)).then(|| format!("{number:0>8}-{year}"))
}

/// The page for people of a notice.
pub(super) fn page(number: &str) -> Option<Url> {
    Url::parse(&format!("https://ted.europa.eu/en/notice/-/detail/{}", number.trim_start_matches('0'))).ok()
}

/// The number of publication as an identifier by which other portals may know the notice.
pub(super) fn number_id(number: &str) -> Option<TypedId> {
    code::id("ted-notice", number)
}

/// What a notice of this type and subtype is for, and where it leaves the procedure before any result is looked at. Code lists
/// `notice-type`, `notice-subtype` and `form-type` of the eForms SDK.
pub(super) fn kind(notice_type: &str, subtype: &str, form: &str) -> (NoticeKind, Stage) {
    let by_type = match notice_type {
        "pin-only" | "pin-buyer" | "pin-rtl" | "pin-tran" | "pmc" => Some(PLANNING),
        "pin-cfc-standard" | "pin-cfc-social" | "cn-standard" | "cn-social" | "cn-desg" | "qu-sy" | "subco" => Some(COMPETITION),
        "veat" => Some(INTENDED),
        "can-standard" | "can-social" | "can-desg" | "can-tran" => Some(AWARD),
        "can-modif" => Some(MODIFICATION),
        "compl" => Some(COMPLETION),
        _ => None,
    };
    let by_subtype = || match subtype {
        "E1" | "E2" | "T01" => Some(PLANNING),
        "E3" | "CEI" => Some(COMPETITION),
        "E4" | "T02" => Some(AWARD),
        "E5" => Some(COMPLETION),
        "E6" => Some(MODIFICATION),
        number => match number.parse::<u8>() {
            Ok(1..=9) => Some(PLANNING),
            Ok(10..=24) => Some(COMPETITION),
            Ok(25..=28) => Some(INTENDED),
            Ok(29..=37) => Some(AWARD),
            Ok(38..=40) => Some(MODIFICATION),
            Ok(_) | Err(_) => None,
        },
    };
    let by_form = || match form {
        "planning" | "consultation" => Some(PLANNING),
        "competition" => Some(COMPETITION),
        "dir-awa-pre" => Some(INTENDED),
        "result" => Some(AWARD),
        "cont-modif" => Some(MODIFICATION),
        "completion" => Some(COMPLETION),
        "change" => Some((NoticeKind::Change, Stage::Unknown)),
        _ => None,
    };
    by_type.or_else(by_subtype).or_else(by_form).unwrap_or((NoticeKind::Other, Stage::Unknown))
}

const PLANNING: (NoticeKind, Stage) = (NoticeKind::Planning, Stage::Planned);
const COMPETITION: (NoticeKind, Stage) = (NoticeKind::Competition, Stage::Open);
const INTENDED: (NoticeKind, Stage) = (NoticeKind::IntendedAward, Stage::Awarded);
const AWARD: (NoticeKind, Stage) = (NoticeKind::Award, Stage::Awarded);
const MODIFICATION: (NoticeKind, Stage) = (NoticeKind::Modification, Stage::Modified);
const COMPLETION: (NoticeKind, Stage) = (NoticeKind::Completion, Stage::Completed);

/// Where the results of a notice leave the procedure; `None` when it has none.
pub(super) fn stage_of(outcomes: impl Iterator<Item = Outcome>) -> Option<Stage> {
    let stages = outcomes.map(|outcome| match outcome {
        Outcome::Provisional | Outcome::Won | Outcome::Signed | Outcome::Ended => Stage::Awarded,
        Outcome::Pending => Stage::Closed,
        Outcome::Unsuccessful | Outcome::Withdrawn => Stage::Cancelled,
    });
    // One winner makes it awarded, one lot undecided keeps it from being over.
    stages.min_by_key(|stage| match stage {
        Stage::Awarded => 0,
        Stage::Closed => 1,
        Stage::Planned | Stage::Open | Stage::Suspended | Stage::Cancelled | Stage::Modified | Stage::Completed | Stage::Unknown => 2,
    })
}

/// How the winner is found. Code list `procurement-procedure-type` of the eForms SDK.
pub(super) fn procedure(code: &str) -> ProcedureKind {
    match code {
        "open" => ProcedureKind::Open,
        "restricted" => ProcedureKind::Restricted,
        "neg-w-call" | "comp-dial" | "innovation" => ProcedureKind::Negotiated,
        "neg-wo-call" => ProcedureKind::Direct,
        _ => ProcedureKind::Other,
    }
}

/// What is bought. Code list `contract-nature` of the eForms SDK, and the words of `TED_EXPORT`.
pub(super) fn nature(code: &str) -> Option<Nature> {
    match code.to_ascii_lowercase().as_str() {
        "supplies" => Some(Nature::Goods),
        "services" => Some(Nature::Services),
        "works" => Some(Nature::Works),
        "combined" => Some(Nature::Mixed),
        _ => None,
    }
}

/// The country of a NUTS code: its first two letters, where Greece is `EL` and the United Kingdom `UK`.
pub(super) fn country_of(nuts: &str) -> String {
    match nuts.get(..2) {
        Some("EL") => "GR".to_owned(),
        Some("UK") => "GB".to_owned(),
        Some(code) => crate::model::country_code(code).unwrap_or_default().to_owned(),
        None => String::new(),
    }
}

/// Whether nothing stands there, or the mask of a withheld publication.
pub(super) fn withheld(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case(WITHHELD_TEXT)
}

/// A term by its first and last day and its length; the last day follows from the others where it is not given. `None` when nothing is said.
pub(super) fn term(start: Option<Date>, end: Option<Date>, length: &str, unit: &str) -> Option<Term> {
    let count = length.trim().parse::<i64>().ok().filter(|count| *count > 0);
    let (word, span) = match (count, unit.trim().to_ascii_uppercase().as_str()) {
        (Some(count), "DAY" | "DAYS") => ("day", Span::new().try_days(count).ok()),
        (Some(count), "WEEK" | "WEEKS") => ("week", Span::new().try_weeks(count).ok()),
        (Some(count), "MONTH" | "MONTHS") => ("month", Span::new().try_months(count).ok()),
        (Some(count), "YEAR" | "YEARS") => ("year", Span::new().try_years(count).ok()),
        (_, _) => ("", None::<Span>),
    };
    let duration = match (word, count) {
        ("", _) | (_, None) => String::new(),
        (word, Some(1)) => format!("1 {word}"),
        (word, Some(count)) => format!("{count} {word}s"),
    };
    let made = || start?.checked_add(span?).ok()?.yesterday().ok();
    let term = Term { start, end: end.or_else(made), duration, ..Term::default() };
    (term != Term::default()).then_some(term)
}

/// What is true of the whole as soon as it is of one lot; false when some say so and none the opposite.
pub(super) fn any(whole: Option<bool>, lots: &[Lot], of: impl Fn(&Lot) -> Option<bool>) -> Option<bool> {
    whole.or_else(|| lots.iter().filter_map(of).reduce(|one, other| one || other))
}

/// What is true of the whole only when it is of every lot that says something.
pub(super) fn every(whole: Option<bool>, lots: &[Lot], of: impl Fn(&Lot) -> Option<bool>) -> Option<bool> {
    whole.or_else(|| lots.iter().filter_map(of).reduce(|one, other| one && other))
}

/// What was found where in a document, and what of it could not be read.
pub(super) struct Notes<'a> {
    /// Zone of times that name none.
    pub(super) clock: Clock,
    /// Paths of what was found, by field of `Content`.
    pub(super) found: BTreeMap<&'static str, String>,
    /// Fields that could not be read.
    pub(super) unread: Vec<BadEntry>,
    /// Base of links that are relative.
    pub(super) url: Option<&'a Url>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(clock: Clock, url: Option<&'a Url>) -> Self {
        Self { clock, found: BTreeMap::new(), unread: Vec::new(), url }
    }

    /// The field stands here; the first place of a field stays.
    pub(super) fn found(&mut self, field: &'static str, node: Node<'_, '_>) {
        self.found.entry(field).or_insert_with(|| xml::path(node));
    }

    /// This cannot be read.
    pub(super) fn unread(&mut self, node: Node<'_, '_>, reason: String) {
        if self.unread.len() < UNREAD {
            self.unread.push(BadEntry { path: xml::path(node), reason });
        }
    }

    /// A deadline by the elements of its day and its time.
    pub(super) fn deadline(&mut self, kind: DeadlineKind, day: Option<Node<'_, '_>>, time: Option<Node<'_, '_>>) -> Option<Deadline> {
        let (day_text, time_text) = (day.map(xml::words).unwrap_or_default(), time.map(xml::words).unwrap_or_default());
        if when::day(&day_text) == Some(WITHHELD_DAY) {
            return None;
        }
        let mut deadline = when::deadline(kind, &day_text, &time_text, &self.clock)?;
        if let (None, Some(node)) = (&deadline.due, day.or(time)) {
            self.unread(node, format!("the deadline ({}) is no day and time that can be read: {}", kind.word(), deadline.text));
            // The day alone: people are told earlier, not later.
            deadline.due = when::deadline(kind, &day_text, "", &self.clock).and_then(|deadline| deadline.due);
        }
        Some(deadline)
    }

    /// An amount with its currency in an attribute of this name.
    pub(super) fn worth(&mut self, kind: WorthKind, node: Option<Node<'_, '_>>, currency: &str) -> Option<Worth> {
        let node = node?;
        let text = xml::words(node);
        let worth = code::worth(kind, &plain_number(&text), xml::attribute(node, currency), None);
        match worth {
            // A withheld amount is written as -1.
            Some(worth) if worth.amount.number.is_sign_negative() => None,
            Some(worth) => Some(worth),
            None if withheld(&text) => None,
            None => {
                self.unread(node, format!("the amount is no number: {text}"));
                None
            }
        }
    }

    /// A day.
    pub(super) fn day(&mut self, node: Option<Node<'_, '_>>) -> Option<Date> {
        let node = node?;
        let text = xml::words(node);
        match when::day(&text) {
            Some(day) if day == WITHHELD_DAY => None,
            Some(day) => Some(day),
            None if withheld(&text) => None,
            None => {
                self.unread(node, format!("the date cannot be read: {text}"));
                None
            }
        }
    }

    /// A count.
    pub(super) fn count(&mut self, node: Option<Node<'_, '_>>) -> Option<u32> {
        let node = node?;
        let text = xml::words(node);
        let count = super::json::number(&text).and_then(|number| u32::try_from(number).ok());
        if count.is_none() && !withheld(&text) && !text.starts_with('-') {
            self.unread(node, format!("the count is no whole number: {text}"));
        }
        count
    }

    /// An address of the web.
    pub(super) fn url(&mut self, node: Option<Node<'_, '_>>) -> Option<Url> {
        let node = node?;
        let text = xml::words(node);
        let url = code::url(&text, self.url);
        if url.is_none() && !withheld(&text) {
            self.unread(node, format!("it is no address of the web: {text}"));
        }
        url
    }

    /// A class.
    pub(super) fn class(&mut self, node: Node<'_, '_>, scheme: &str, written: &str, main: bool) -> Option<crate::model::Class> {
        let class = code::class(scheme, written, main, "");
        if class.is_none() && !withheld(written) {
            self.unread(node, format!("it is no {scheme} code: {written}"));
        }
        class
    }
}

/// `1 234 567.89` without its blanks: some senders group the digits.
fn plain_number(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}' && *c != '\u{202f}').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_publication_in_one_spelling() {
        for (written, want) in [
            ("486429-2023", Some("00486429-2023")),
            ("00486429-2023", Some("00486429-2023")),
            ("2023/S 153-486429", Some("00486429-2023")),
            ("2021/S 001-000163", Some("00000163-2021")),
            ("22cb6d21-6f04-4962-9535-d421fa12ec1e-01", None),
            ("2023/153-1", None),
            ("B20-05327", None),
            ("", None),
        ] {
            assert_eq!(number(written).as_deref(), want, "{written}");
        }
        assert_eq!(page("00486429-2023").unwrap().as_str(), "https://ted.europa.eu/en/notice/-/detail/486429-2023");
    }

    #[test]
    fn every_type_and_subtype_has_a_kind() {
        for (notice_type, subtype, form, want) in [
            ("pin-buyer", "1", "planning", PLANNING),
            ("pmc", "E1", "consultation", PLANNING),
            ("pin-cfc-standard", "10", "competition", COMPETITION),
            ("pin-cfc-standard", "CEI", "competition", COMPETITION),
            ("corr", "23", "change", COMPETITION),
            ("veat", "25", "dir-awa-pre", INTENDED),
            ("can-tran", "T02", "result", AWARD),
            ("can-modif", "40", "cont-modif", MODIFICATION),
            ("compl", "E5", "completion", COMPLETION),
            ("", "", "planning", PLANNING),
            ("brand-new", "99", "brand-new", (NoticeKind::Other, Stage::Unknown)),
        ] {
            assert_eq!(kind(notice_type, subtype, form), want, "{notice_type} {subtype} {form}");
        }
    }

    #[test]
    fn results_leave_a_stage() {
        for (outcomes, want) in [
            (vec![], None),
            (vec![Outcome::Withdrawn, Outcome::Unsuccessful], Some(Stage::Cancelled)),
            (vec![Outcome::Withdrawn, Outcome::Pending], Some(Stage::Closed)),
            (vec![Outcome::Withdrawn, Outcome::Pending, Outcome::Signed], Some(Stage::Awarded)),
        ] {
            assert_eq!(stage_of(outcomes.into_iter()), want);
        }
    }

    #[test]
    fn terms_end_where_start_and_length_say() {
        let day = |text: &str| text.parse::<Date>().ok();
        for (start, end, length, unit, want) in [
            (day("2024-01-01"), None, "12", "MONTH", Some(("12 months", day("2024-12-31")))),
            (day("2024-01-31"), None, "1", "MONTH", Some(("1 month", day("2024-02-28")))),
            (day("2024-01-01"), day("2025-06-30"), "12", "MONTH", Some(("12 months", day("2025-06-30")))),
            (None, None, "3", "YEAR", Some(("3 years", None))),
            (None, None, "-1", "YEAR", None),
            (None, None, "9999999999999", "YEAR", Some(("9999999999999 years", None))),
            (None, None, "", "", None),
        ] {
            let found = term(start, end, length, unit);
            assert_eq!(found.as_ref().map(|term| (term.duration.as_str(), term.end)), want, "{length} {unit}");
        }
    }
}
