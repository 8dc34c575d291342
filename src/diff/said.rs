//! What the text of a record says that is a reason to act, where it is new. Knows no organisation and no score.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::differences::field_place;
use super::lexicon::{Asked, Lexicons, Said, names_in};
use super::signals::{SignalDraft, WORDS, by, happened, is_long};
use super::words::without_gaps;
use crate::base::text::{clip, words};
use crate::model::{Change, ChangeKind, Draft, Evidence, FieldName, Mask, Record, Signal, Story, Value};

/// Fields that hold the text of a record, in the order in which a sentence that stands in several of them is taken.
const TEXTS: [&str; 8] = ["title", "summary", "description", "text", "body", "content", "requirements", "about"];
/// For so long the same sentence about the same organisation is the same event.
const SAME: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Characters of a sentence that can be told from another one.
const TELLING: usize = 20;

/// The texts of a record as read, one sentence or more to a line: what a lexicon is asked about.
pub fn texts(draft: &Draft) -> String {
    let each = TEXTS.iter().filter(|_| draft.kind.speaks()).filter_map(|name| draft.value(name));
    each.map(lines).collect::<Vec<_>>().join("\n")
}

/// What is known of the source of a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct SaidIn<'a> {
    /// Its language, where the record names none.
    pub language: Option<&'a str>,
    /// What varies by itself.
    pub masks: &'a [Mask],
    /// Companies that are known elsewhere, by the words of their names without a legal form: a text may leave that out.
    pub companies: Option<&'a BTreeMap<String, String>>,
}

/// What a record's texts may call companies by: words written large that stand together, two at least.
pub fn names(record: &Record) -> BTreeSet<String> {
    let each = TEXTS.iter().filter(|_| record.kind.speaks()).filter_map(|name| record.value(name));
    each.flat_map(|value| names_in(&lines(value))).collect()
}

/// The reasons to act that the words of a change give, each kind once of each whom they name; none when it is
/// part of a baseline.
///
/// `own` is what the record's organisation is called; of a sentence that surely names another one it is said which.
/// `record` is the record as it is after the change. Of what changed only the sentences count that were not there before. Notices of tenders
/// and awards say in their fields what they are. What varies by itself, as the masks of the page say, is left out of what is quoted.
pub fn said(lexicons: &Lexicons, about: SaidIn<'_>, change: &Change, (record, own): (&Record, Option<&str>)) -> Vec<SignalDraft> {
    let SaidIn { language, masks, companies } = about;
    if change.baseline || !record.kind.speaks() {
        return Vec::new();
    }
    let of_record = record.text("language");
    let language = of_record.as_deref().or(language);
    let year = happened(change, record).to_zoned(TimeZone::UTC).year();
    let asked = Asked { language, own, year: Some(year), companies };
    let (mut found, mut told): (Vec<SignalDraft>, Vec<Said>) = (Vec::new(), Vec::new());
    for name in TEXTS {
        let before = match &change.kind {
            ChangeKind::Gone => continue,
            ChangeKind::Returned(gone) if !is_long(*gone, change.at) => continue,
            ChangeKind::Appeared | ChangeKind::Returned(_) => None,
            ChangeKind::Changed(fields) => match fields.iter().find(|field| field.field.as_str() == name) {
                None => continue,
                Some(field) => field.old.as_ref().map(|old| words(&old.text())),
            },
        };
        let Some(value) = record.value(name) else { continue };
        let is_new = |sentence: &str| before.as_ref().is_none_or(|before| !before.contains(words(sentence).as_str()));
        for said in lexicons.find_new(&lines(value), &asked, &is_new) {
            if said.is_told(&told, own) {
                continue;
            }
            let Some(evidence) = record.evidence(name) else { continue };
            let sentence = steady(said.sentence.clone(), masks, &field_place(&FieldName::new(name), record));
            let story = Story::Said { title: clip(&record.title(), WORDS), by: by(record), sentence: sentence.clone() };
            let evidence = Evidence { quote: sentence, ..evidence };
            // Whoever they are, each has it.
            for of in said.each(own) {
                let (story, evidence, of) = (story.clone(), evidence.clone(), of.map(str::to_owned));
                found.push(SignalDraft { kind: said.kind, at: happened(change, record), story, evidence, of });
            }
            told.push(said);
        }
    }
    found
}

/// A sentence without what varies in it by itself: as the mask of its field says, else as one of a block does. Masks of other fields say nothing of it.
fn steady(sentence: String, masks: &[Mask], place: &str) -> String {
    let of = |is_there: &dyn Fn(&str) -> bool| {
        let mut templates = masks.iter().filter_map(|mask| match mask {
            Mask::Words(at, template) => is_there(at).then_some(template),
            Mask::Field(_) | Mask::Block(_) => None,
        });
        let known = templates.clone().next().is_some();
        (known, templates.find_map(|template| without_gaps(template, &sentence)))
    };
    let steady = match of(&|at| at == place) {
        (true, steady) => steady,
        (false, _) => of(&|at| !at.contains('@')).1,
    };
    steady.unwrap_or(sentence)
}

/// Whether two signals of one organisation tell the same event: the same kind, in the same words, at about the same time.
pub fn told_alike(one: &Signal, other: &Signal) -> bool {
    let near = one.at.duration_since(other.at).abs() <= SAME;
    near && one.kind == other.kind && one.organisation == other.organisation && alike(&sentence(one), &sentence(other))
}

/// One holds the other, cut short as summaries are.
fn alike(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long == short || (short.chars().count() >= TELLING && long.contains(short))
}

/// What is compared of a signal: its sentence, else what its record calls itself.
fn sentence(signal: &Signal) -> String {
    match signal.story.plain() {
        Story::Said { sentence, .. } | Story::Sentence(sentence) => words(sentence),
        Story::Appeared { title, .. } | Story::Changed { title, .. } | Story::Gone { title } => words(title),
        // What is plain is not there again.
        Story::Again { .. } => String::new(),
    }
}

fn lines(value: &Value) -> String {
    value.each().iter().map(Value::text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{day, organisation, record, signal};
    use crate::model::{FieldChange, FieldName, RecordKind, SignalKind};

    fn drafts(record: &Record, kind: ChangeKind, baseline: bool, language: Option<&str>) -> Vec<(SignalKind, String)> {
        let change = Change { source: record.source.clone(), record: record.id, kind, at: day(3), baseline };
        let found = said(&Lexicons::shipped(), SaidIn { language, ..SaidIn::default() }, &change, (record, None));
        found.into_iter().map(|draft| (draft.kind, draft.evidence.quote)).collect()
    }

    const SEEKS: &str = "Acme is looking for suppliers of pallets.";

    #[test]
    fn a_sentence_in_title_and_summary_is_one_signal_with_its_quote() {
        let article = record(
            "press",
            "1",
            RecordKind::Article,
            &[
                ("title", SEEKS),
                ("summary", "News. Acme is looking for suppliers of pallets. It opened a new branch in Vigo."),
                ("company", "Acme"),
            ],
        );
        let want = vec![
            (SignalKind::RequestForSuppliers, SEEKS.to_owned()),
            (SignalKind::BranchOpened, "It opened a new branch in Vigo.".to_owned()),
        ];
        assert_eq!(drafts(&article, ChangeKind::Appeared, false, None), want);
        assert_eq!(drafts(&article, ChangeKind::Appeared, true, None), [], "a baseline is no news");
        assert_eq!(drafts(&article, ChangeKind::Gone, false, None), []);
        assert_eq!(drafts(&article, ChangeKind::Appeared, false, Some("es")), [], "the source is Spanish");
        let mut english = article.clone();
        let tag = record("press", "1", RecordKind::Article, &[("language", "en-GB")]);
        english.fields.extend(tag.fields);
        assert_eq!(drafts(&english, ChangeKind::Appeared, false, Some("es")), want, "and the article English");
        let tender = Record { kind: RecordKind::Tender, ..article };
        assert_eq!(drafts(&tender, ChangeKind::Appeared, false, None), []);
    }

    #[test]
    fn a_company_that_is_known_elsewhere_is_named_without_its_legal_form() {
        let known = BTreeMap::from([("larkspur packaging".to_owned(), "Larkspur Packaging Ltd".to_owned())]);
        for (text, want) in [
            ("Larkspur Packaging has opened its second factory in Goole.", Some("Larkspur Packaging Ltd")),
            ("Hull-based Larkspur Packaging has opened a factory in Goole.", Some("Larkspur Packaging Ltd")),
            ("«Larkspur packaging» has opened a factory in Goole.", Some("Larkspur Packaging Ltd")),
            ("Paragon Bakery has opened a factory in Goole.", None),
            ("Paragon Bakery, which buys from Larkspur Packaging, has opened a factory in Goole.", None),
        ] {
            let article = record("press", "1", RecordKind::Article, &[("title", "News"), ("summary", text)]);
            let change =
                Change { source: article.source.clone(), record: article.id, kind: ChangeKind::Appeared, at: day(3), baseline: false };
            let core = |name: &String| crate::model::CompanyName::parse(name).core;
            assert!(want.is_none() || names(&article).iter().any(|name| core(name) == "larkspur packaging"), "{:?}", names(&article));
            let about = SaidIn { companies: Some(&known), ..SaidIn::default() };
            let of: Vec<Option<String>> =
                said(&Lexicons::shipped(), about, &change, (&article, None)).into_iter().map(|draft| draft.of).collect();
            assert_eq!(of, [want.map(str::to_owned)], "{text}");
        }
    }

    #[test]
    fn a_possessive_before_a_known_company_is_no_part_of_its_name_and_one_behind_says_whose() {
        let all = ["Envases Tremor", "Flagg & Monyash", "Trent Drums", "Wreake Tapes", "Soar Sacks", "Idle Labels", "Green's Foods"];
        let known = all.iter().map(|name| (crate::model::CompanyName::parse(name).core, (*name).to_owned())).collect();
        for (text, want) in [
            ("Spain's Envases Tremor has opened a sales office in Leeds.", "Envases Tremor"),
            ("Derbyshire's Flagg & Monyash is hiring 20 people.", "Flagg & Monyash"),
            ("Newark’s Trent Drums is hiring 20 people.", "Trent Drums"),
            ("North Yorkshire's Trent Drums is hiring 20 people.", "Trent Drums"),
            ("Wales' Trent Drums is hiring 20 people.", "Trent Drums"),
            ("The Peak's Trent Drums is hiring 20 people.", "Trent Drums"),
            ("In May, Newark's Trent Drums opened a depot in Hull.", "Trent Drums"),
            ("Newark's Trent Drums, the barrel maker, is hiring 20 people.", "Trent Drums"),
            ("Green's Foods is hiring 20 people.", "Green's Foods"),
            ("Newark's Green's Foods is hiring 20 people.", "Green's Foods"),
            ("Wreake Tapes' customer, Idle Labels Ltd, is opening a depot in Derby.", "Idle Labels Ltd"),
            ("Wreake Tapes’ customer Idle Labels is opening a depot in Derby.", "Idle Labels"),
            ("Soar Sacks' new owner, Wreake Tapes Ltd, is opening a depot in Derby.", "Wreake Tapes Ltd"),
            ("Soar Sacks' biggest supplier, Idle Labels, is opening a depot in Derby.", "Idle Labels"),
            ("Soar Sacks' new factory in Derby has opened and it is hiring 20 people.", "Soar Sacks"),
        ] {
            let article = record("press", "1", RecordKind::Article, &[("title", "News"), ("summary", text)]);
            let change =
                Change { source: article.source.clone(), record: article.id, kind: ChangeKind::Appeared, at: day(3), baseline: false };
            let about = SaidIn { companies: Some(&known), ..SaidIn::default() };
            let of: BTreeSet<Option<String>> =
                said(&Lexicons::shipped(), about, &change, (&article, None)).into_iter().map(|draft| draft.of).collect();
            assert_eq!(of, BTreeSet::from([Some(want.to_owned())]), "{text}");
        }
    }

    #[test]
    fn what_a_text_of_nobody_says_is_of_the_companies_that_it_names() {
        let text = "Acme Ltd is looking for suppliers of pallets. Beta plc and Gamma Ltd are hiring. We are looking for suppliers.";
        let article = record("press", "1", RecordKind::Article, &[("title", "News"), ("summary", text)]);
        let change = Change { source: article.source.clone(), record: article.id, kind: ChangeKind::Appeared, at: day(3), baseline: false };
        let of = |own: Option<&str>| -> Vec<Option<String>> {
            said(&Lexicons::shipped(), SaidIn::default(), &change, (&article, own)).into_iter().map(|draft| draft.of).collect()
        };
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(of(None), [named("Acme Ltd"), named("Beta plc"), named("Gamma Ltd"), None]);
        assert_eq!(of(Some("Acme")), [None, named("Beta plc"), named("Gamma Ltd")]);
    }

    #[test]
    fn of_a_changed_text_only_the_new_sentences_count() {
        let both = format!("Welcome. {SEEKS} We are hiring drivers.");
        let page = record("site", "1", RecordKind::Page, &[("title", "Acme"), ("text", &both)]);
        let changed = |field: &str, old: &str| {
            ChangeKind::Changed(vec![FieldChange { field: FieldName::new(field), old: Some(Value::Text(old.to_owned())), new: None }])
        };
        let hires = (SignalKind::VacancyPublished, "We are hiring drivers.".to_owned());
        assert_eq!(drafts(&page, changed("text", &format!("Welcome! {SEEKS}")), false, None), [hires]);
        assert_eq!(drafts(&page, changed("text", &both), false, None), []);
        assert_eq!(drafts(&page, changed("title", "Acme Ltd"), false, None), [], "the text did not change");
    }

    #[test]
    fn a_sentence_of_several_is_told_of_each() {
        let text = "Acme, S.A. and Beta GmbH are looking for suppliers of jars. Beta GmbH is looking for suppliers of tin. \
                    After buying Acme, S.A., Gamma Ltd is looking for suppliers of lids.";
        let article = record("press", "1", RecordKind::Article, &[("title", "News"), ("text", text), ("company", "Acme, S.A.")]);
        let change = Change { source: article.source.clone(), record: article.id, kind: ChangeKind::Appeared, at: day(3), baseline: false };
        let of = |own: Option<&str>| {
            let found = said(&Lexicons::shipped(), SaidIn::default(), &change, (&article, own));
            found.into_iter().map(|draft| format!("{:?}: {}", draft.of, draft.evidence.quote)).collect::<Vec<_>>()
        };
        let [both, gamma] = [
            "Acme, S.A. and Beta GmbH are looking for suppliers of jars.",
            "After buying Acme, S.A., Gamma Ltd is looking for suppliers of lids.",
        ];
        let want = [format!("None: {both}"), format!("Some(\"Beta GmbH\"): {both}"), format!("Some(\"Gamma Ltd\"): {gamma}")];
        assert_eq!(of(Some("Acme, S.A.")), want);
        assert_eq!(of(None)[0], format!("Some(\"Acme, S.A.\"): {both}"), "it is not known whose it is");
    }

    #[test]
    fn what_varies_by_itself_is_not_quoted() {
        let page =
            record("site", "1", RecordKind::Page, &[("title", "Acme"), ("text", "Acme. We are hiring drivers, call us today, 12:04")]);
        let change = Change { source: page.source.clone(), record: page.id, kind: ChangeKind::Appeared, at: day(3), baseline: false };
        let whole = "We are hiring drivers, call us today, 12:04";
        let [own, other] = ["text", "title"].map(|name| field_place(&FieldName::new(name), &page));
        for (masks, want) in [
            (&[("body>p", "We are hiring drivers, call us today, \u{fffc}")][..], "We are hiring drivers, call us today, …"),
            (&[("body>p", "Open until \u{fffc}")], whole),
            // A teaser that takes turns: what it says is the news.
            (&[("body>p", "We are hiring drivers, call us \u{fffc}")], whole),
            (&[(own.as_str(), "We are hiring drivers, call us \u{fffc} 12:04")], "We are hiring drivers, call us … 12:04"),
            (&[(own.as_str(), "Open until \u{fffc}"), ("body>p", "We are hiring drivers, call us today, \u{fffc}")], whole),
            (&[(other.as_str(), "We are hiring drivers, call us today, \u{fffc}")], whole),
        ] {
            let masks: Vec<Mask> = masks.iter().map(|(at, template)| Mask::Words((*at).to_owned(), (*template).to_owned())).collect();
            let found = said(&Lexicons::shipped(), SaidIn { masks: &masks, ..SaidIn::default() }, &change, (&page, None));
            assert_eq!(found.iter().map(|draft| draft.evidence.quote.as_str()).collect::<Vec<_>>(), [want]);
        }
    }

    #[test]
    fn the_same_sentence_is_the_same_event() {
        let acme = organisation("Acme", &[]);
        let of = |kind, at, sentence: &str| Signal {
            story: Story::Said { title: "T".to_owned(), by: None, sentence: sentence.to_owned() },
            ..signal(&acme, kind, at, at)
        };
        let one = of(SignalKind::RequestForSuppliers, 0, SEEKS);
        for (other, want) in [
            (of(SignalKind::RequestForSuppliers, 5, "ACME is looking for suppliers of pallets"), true),
            (of(SignalKind::RequestForSuppliers, 5, "Acme is looking for suppliers…"), true),
            (of(SignalKind::RequestForSuppliers, 90, SEEKS), false),
            (of(SignalKind::BranchOpened, 0, SEEKS), false),
            (of(SignalKind::RequestForSuppliers, 0, "Acme is looking for suppliers of glass and of wire."), false),
            (of(SignalKind::RequestForSuppliers, 0, "Acme"), false),
        ] {
            assert_eq!(told_alike(&one, &other), want, "{other:?}");
        }
        let listed = Story::Appeared { title: SEEKS.to_owned(), by: None, with: None, on: None };
        assert!(told_alike(&one, &Signal { story: listed, ..one.clone() }));
    }
}
