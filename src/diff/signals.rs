//! Says which change is a dated reason to act, and puts it into a sentence. Knows no organisation and no score.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::base::text::clip;
use crate::model::{Change, ChangeKind, Evidence, FieldChange, Record, RecordKind, SignalKind, Value};

/// Characters of a title or value inside a sentence.
const WORDS: usize = 90;
/// Fields that say when something was published, the surest first.
const DATES: [&str; 4] = ["published", "date", "updated", "posted"];
/// Parts of names of fields that hold a price.
const PRICE: [&str; 6] = ["price", "precio", "preis", "prix", "цена", "budget"];
/// Parts of names of fields that hold a deadline.
const DEADLINE: [&str; 7] = ["deadline", "closing", "closes", "due", "plazo", "frist", "срок"];
/// Names of fields that list sites of a company.
const BRANCHES: [&str; 8] = ["branch", "branches", "site", "sites", "locations", "offices", "sucursales", "filialen"];

/// What is known of the source that a change comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The exhibition or event whose list the source is: its name, and its first day if known.
    pub event: Option<(&'a str, Option<Date>)>,
}

/// A signal but for the organisation, which `resolve` finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalDraft {
    /// What kind of reason.
    pub kind: SignalKind,
    /// When it happened: the record's own date where it has one that is not in the future, else the time it was seen.
    pub at: Timestamp,
    /// One sentence for the rep.
    pub sentence: String,
    /// Proof: the field that says so.
    pub evidence: Evidence,
}

/// The reason to act that a change gives; `None` for a quiet change.
///
/// `record` is the record as it is after the change. Of several changed fields the one that matters most names the kind: a
/// deadline, then a price, then a branch; the sentence tells of all of them.
pub fn signal(change: &Change, record: &Record, about: &About<'_>) -> Option<SignalDraft> {
    if change.baseline {
        return None;
    }
    let title = clip(&record.title(), WORDS);
    let (kind, sentence, field) = match &change.kind {
        ChangeKind::Appeared => {
            let (kind, sentence) = appeared(record, &title, about);
            (kind, sentence, None)
        }
        ChangeKind::Changed(fields) => changed(record, &title, fields)?,
        ChangeKind::Gone => (SignalKind::WentAway, format!("No longer listed: {title}"), None),
    };
    // Only what appeared happened when it says it was published; a change happened when it was seen.
    let own = || DATES.iter().find_map(|name| record.value(name)?.instant()).filter(|at| *at <= change.at);
    let at = if change.kind == ChangeKind::Appeared { own().unwrap_or(change.at) } else { change.at };
    let evidence = proof(record, field.as_deref(), change.at);
    Some(SignalDraft { kind, at, sentence, evidence })
}

fn appeared(record: &Record, title: &str, about: &About<'_>) -> (SignalKind, String) {
    let by = |line: String| match record.text("company").or_else(|| record.text("organisation")).or_else(|| record.text("buyer")) {
        Some(name) if !name.is_empty() => format!("{line} ({})", clip(&name, WORDS)),
        Some(_) | None => line,
    };
    match record.kind {
        RecordKind::Request => (SignalKind::RequestForSuppliers, by(format!("Looks for a supplier: {title}"))),
        RecordKind::Company => match about.event {
            Some((event, Some(date))) => (SignalKind::ExhibitorListed, format!("{title} exhibits at {event} on {date}")),
            Some((event, None)) => (SignalKind::ExhibitorListed, format!("{title} exhibits at {event}")),
            None => (SignalKind::OrganisationListed, format!("{title} is listed for the first time")),
        },
        RecordKind::Offer => {
            let price = record.text("price").map_or_else(String::new, |price| format!(", {}", clip(&price, WORDS)));
            (SignalKind::OfferListed, by(format!("Offers {title}{price}")))
        }
        RecordKind::Tender => {
            let until = record.text("deadline").map_or_else(String::new, |deadline| format!(", answers until {deadline}"));
            (SignalKind::TenderPublished, by(format!("Tender published: {title}{until}")))
        }
        RecordKind::Article => (SignalKind::ArticlePublished, format!("The press writes: {title}")),
        RecordKind::Vacancy => (SignalKind::VacancyPublished, by(format!("Looks for staff: {title}"))),
        RecordKind::Page => (SignalKind::PageChanged, format!("A new page: {title}")),
    }
}

/// Kind, sentence and the field that proves it.
fn changed(record: &Record, title: &str, fields: &[FieldChange]) -> Option<(SignalKind, String, Option<String>)> {
    let named = |names: &[&str], change: &FieldChange| {
        let field = change.field.as_str().to_lowercase();
        names.iter().any(|name| field.contains(name))
    };
    let of = |kind: SignalKind| (kind, fields.iter().find(|change| kind_of(change, named) == kind));
    let ranked = [SignalKind::DeadlineMoved, SignalKind::PriceMoved, SignalKind::BranchOpened];
    let (kind, first) = ranked.into_iter().map(of).find(|(_, first)| first.is_some()).unwrap_or_else(|| {
        let kind = if record.kind == RecordKind::Page { SignalKind::PageChanged } else { SignalKind::RecordChanged };
        (kind, fields.first())
    });
    let first = first?;
    let mut told: Vec<&FieldChange> = vec![first];
    told.extend(fields.iter().filter(|change| change.field != first.field));
    let parts: Vec<String> = told.iter().take(3).map(|change| part(change)).collect();
    let more = if told.len() > 3 { format!(" and {} more", told.len() - 3) } else { String::new() };
    Some((kind, format!("{title}: {}{more}", parts.join("; ")), Some(first.field.to_string())))
}

fn kind_of(change: &FieldChange, named: impl Fn(&[&str], &FieldChange) -> bool) -> SignalKind {
    let money =
        |value: &Option<Value>| value.as_ref().is_none_or(|value| matches!(value, Value::Money(_) | Value::Number(_) | Value::Text(_)));
    if named(&DEADLINE, change) && change.old.is_some() && change.new.is_some() {
        SignalKind::DeadlineMoved
    } else if named(&PRICE, change) && money(&change.old) && money(&change.new) && change.old.is_some() && change.new.is_some() {
        SignalKind::PriceMoved
    } else if BRANCHES.contains(&change.field.as_str()) && added(change) {
        SignalKind::BranchOpened
    } else {
        SignalKind::RecordChanged
    }
}

/// Whether a list has grown: an address that was corrected is no new branch.
fn added(change: &FieldChange) -> bool {
    let old: &[Value] = change.old.as_ref().map_or(&[], Value::each);
    let new: &[Value] = change.new.as_ref().map_or(&[], Value::each);
    new.len() > old.len() && new.iter().any(|value| !old.contains(value))
}

fn part(change: &FieldChange) -> String {
    let name = &change.field;
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{name} {} → {}", clip(&old.text(), WORDS), clip(&new.text(), WORDS)),
        (None, Some(new)) => format!("{name} is now {}", clip(&new.text(), WORDS)),
        (Some(old), None) => format!("{name} no longer says {}", clip(&old.text(), WORDS)),
        (None, None) => format!("{name} changed"),
    }
}

/// The field that says so; else the title; else any; else the record itself.
fn proof(record: &Record, field: Option<&str>, seen: Timestamp) -> Evidence {
    let any = || record.fields.keys().next().map(crate::model::FieldName::as_str);
    let mut names = field.into_iter().chain(["title", "name"]).chain(any());
    names.find_map(|name| record.evidence(name)).unwrap_or_else(|| Evidence {
        source: record.source.clone(),
        url: record.url.clone(),
        quote: record.title(),
        path: String::new(),
        content: record.content,
        seen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Amount, Field, FieldName};

    fn record(kind: RecordKind, fields: &[(&str, Value)]) -> Record {
        let source: crate::base::ids::SourceId = "s".parse().expect("slug");
        let field =
            |value: &Value| Field { value: value.clone(), quote: value.text(), path: "p".into(), first_seen: Timestamp::UNIX_EPOCH };
        Record {
            id: Record::id_of(&source, "k"),
            source,
            key: "k".into(),
            kind,
            url: "https://a.example/k".parse().expect("url"),
            fields: fields.iter().map(|(name, value)| (FieldName::new(name), field(value))).collect(),
            content: crate::base::ids::ContentHash::default(),
            first_seen: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            missing: 0,
            gone: false,
            detail_wanted: false,
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn money(number: i64) -> Value {
        Value::Money(Amount { number: number.into(), currency: Some(iso_currency::Currency::EUR) })
    }

    fn change(kind: ChangeKind, baseline: bool) -> Change {
        let source: crate::base::ids::SourceId = "s".parse().expect("slug");
        Change { record: Record::id_of(&source, "k"), source, kind, at: Timestamp::constant(1_795_000_000, 0), baseline }
    }

    fn moved(field: &str, old: Value, new: Value) -> ChangeKind {
        ChangeKind::Changed(vec![FieldChange { field: FieldName::new(field), old: Some(old), new: Some(new) }])
    }

    #[test]
    fn kinds_and_sentences() {
        let event = About { event: Some(("Expo Industria", None)) };
        let plain = About::default();
        let list = |items: &[&str]| Value::List(items.iter().map(|item| text(item)).collect());
        for (kind, change_kind, about, want, sentence) in [
            (RecordKind::Request, ChangeKind::Appeared, &plain, SignalKind::RequestForSuppliers, "Looks for a supplier: Pallets"),
            (RecordKind::Company, ChangeKind::Appeared, &event, SignalKind::ExhibitorListed, "Pallets exhibits at Expo Industria"),
            (RecordKind::Company, ChangeKind::Appeared, &plain, SignalKind::OrganisationListed, "Pallets is listed for the first time"),
            (RecordKind::Offer, ChangeKind::Appeared, &plain, SignalKind::OfferListed, "Offers Pallets"),
            (RecordKind::Article, ChangeKind::Appeared, &plain, SignalKind::ArticlePublished, "The press writes: Pallets"),
            (RecordKind::Vacancy, ChangeKind::Appeared, &plain, SignalKind::VacancyPublished, "Looks for staff: Pallets"),
            (RecordKind::Tender, ChangeKind::Appeared, &plain, SignalKind::TenderPublished, "Tender published: Pallets"),
            (RecordKind::Offer, moved("price", money(12), money(10)), &plain, SignalKind::PriceMoved, "Pallets: price 12 EUR → 10 EUR"),
            (
                RecordKind::Tender,
                moved("deadline", text("1 May"), text("8 May")),
                &plain,
                SignalKind::DeadlineMoved,
                "Pallets: deadline 1 May → 8 May",
            ),
            (
                RecordKind::Company,
                moved("place", text("Vigo"), text("Lugo")),
                &plain,
                SignalKind::RecordChanged,
                "Pallets: place Vigo → Lugo",
            ),
            (
                RecordKind::Company,
                moved("branches", list(&["Vigo"]), list(&["Vigo", "Lugo"])),
                &plain,
                SignalKind::BranchOpened,
                "Pallets: branches Vigo → Vigo; Lugo",
            ),
            (RecordKind::Page, moved("text", text("a"), text("b")), &plain, SignalKind::PageChanged, "Pallets: text a → b"),
            (RecordKind::Offer, ChangeKind::Gone, &plain, SignalKind::WentAway, "No longer listed: Pallets"),
        ] {
            let record = record(kind, &[("title", text("Pallets"))]);
            let draft = signal(&change(change_kind.clone(), false), &record, about).expect(sentence);
            assert_eq!((draft.kind, draft.sentence.as_str()), (want, sentence));
            assert_eq!(signal(&change(change_kind, true), &record, about), None);
        }
    }

    #[test]
    fn it_happened_when_it_was_published_unless_that_is_still_to_come() {
        for (date, want) in [("2026-03-01", "2026-03-01T00:00:00Z"), ("2099-01-01", "2026-11-18T11:06:40Z")] {
            let record = record(RecordKind::Article, &[("published", Value::Date(date.parse().expect("date")))]);
            let draft = signal(&change(ChangeKind::Appeared, false), &record, &About::default()).expect("a reason");
            assert_eq!(draft.at.to_string(), want);
            assert_eq!(draft.evidence.quote, date);
        }
    }
}
