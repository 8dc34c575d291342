//! Files that are brought in: what would become of one, what stands, and taking back. Knows no terminal.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::AnswerError;
use super::views;
use crate::base::ids::{ContentHash, SourceId};
use crate::base::text::{clip, no_such, squeeze, words};
use crate::config::{Config, money};
use crate::extract::{self, Sheet, SheetSettings};
use crate::model::{BadEntry, Import, SignalKind, Value, country_code};
use crate::pipeline::{Effects, Planned, bring_in, imports, named_by, plan_import, undo_import};

/// Bytes of one file.
pub const IMPORT_BYTES: usize = 20 * 1024 * 1024;
/// How far an import is believed when nobody says.
const TRUST: f64 = 0.7;
/// Rows that a file may lack whatever its length.
const SHORT: usize = 3;
/// Characters of what is said about an import.
const SAID: usize = 300;

/// What is said about a file that is brought in. What is left out stays as it was said before, where the import stands already.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOrder {
    /// Its name; by default made of the file's.
    pub id: Option<String>,
    /// Where it comes from; by default the file's name.
    pub origin: Option<String>,
    /// On what ground it may be used.
    pub consent: Option<String>,
    /// How far it is believed, from 0 to 1.
    pub trust: Option<f64>,
    /// What was paid for it: `120 EUR`.
    pub cost: Option<String>,
    /// The event it is from: `Expo Industria, 2026-10-12`.
    pub event: Option<String>,
    /// Country of telephone and tax numbers.
    pub country: Option<String>,
    /// Language of its texts.
    pub language: Option<String>,
    /// The reason to act that each new row is.
    pub signal: Option<String>,
    /// What columns are: caption and field.
    pub columns: Vec<(String, String)>,
}

/// What becomes of a file, or became of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The import's name.
    pub id: String,
    /// Where it comes from.
    pub origin: String,
    /// The file's name.
    pub file: String,
    /// `csv` or `vcard`.
    pub format: String,
    /// Whether it was written; `false`: this is what would become of it.
    pub written: bool,
    /// Whether an import of this name stands, which this brings up to date.
    pub updates: bool,
    /// Its columns: caption, field (nothing: left out), whether the caption was understood.
    pub columns: Vec<(String, Option<String>, bool)>,
    /// Rows that say something.
    pub rows: usize,
    /// Rows that could not be read.
    pub unreadable: usize,
    /// The first of them: place and reason.
    pub unreadable_rows: Vec<(String, String)>,
    /// Cells that were not understood; their words are kept.
    pub unclear: usize,
    /// The first of them: place and reason.
    pub unclear_cells: Vec<(String, String)>,
    /// Tax numbers that cannot be right: they are kept, and nobody is recognised by them.
    #[serde(default)]
    pub wrong_ids: usize,
    /// The first of them: place and reason.
    #[serde(default)]
    pub wrong_id_cells: Vec<(String, String)>,
    /// Rows that name no company.
    #[serde(default)]
    pub without_company: usize,
    /// Columns that say who wants to be left alone, and how many rows say so: nobody is kept out by them.
    #[serde(default)]
    pub wishes: Vec<(String, usize)>,
    /// Rows that say the same as another: their line, and that of the first.
    pub repeats: Vec<(u64, u64)>,
    /// Rows that were not there before.
    pub fresh: usize,
    /// Rows that say something else than before.
    pub corrected: usize,
    /// Rows that are as they were.
    pub same: usize,
    /// Rows of before that the file has no more: they are taken back.
    pub missing: usize,
    /// New rows that name nobody who could be recognised.
    pub unnamed: usize,
    /// New organisations.
    pub organisations: usize,
    /// Rows of organisations that are known.
    pub recognised: Vec<RecognisedView>,
    /// Rows of a new organisation that another row names too.
    pub together: Vec<TogetherView>,
    /// Known organisations that become one by it.
    pub united: Vec<(String, String)>,
    /// Pairs that may be one: both names, and why they are not joined unasked.
    pub questions: Vec<(String, String, String)>,
    /// On the lists of clients, competitors and those not to be contacted.
    pub listed: Vec<OnListView>,
    /// New leads.
    pub leads: Vec<LeadCountView>,
    /// Known leads that have something new to tell.
    pub changed_leads: usize,
    /// New rows that make no lead, by reason.
    #[serde(default)]
    pub leadless: Vec<LeadlessView>,
}

/// A row of an organisation that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecognisedView {
    /// Its line.
    pub line: u64,
    /// What it calls it.
    pub row: String,
    /// The organisation's id.
    pub organisation: String,
    /// What it is called.
    pub name: String,
    /// By what it was recognised.
    pub because: String,
}

/// A row of a new organisation that another row names too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TogetherView {
    /// Its line.
    pub line: u64,
    /// What it calls it.
    pub row: String,
    /// The line of the first that names it.
    pub first: u64,
    /// By what they are one.
    pub because: String,
}

/// A row on a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OnListView {
    /// Its line.
    pub line: u64,
    /// What the organisation is called.
    pub name: String,
    /// `clients`, `competitors` or `do-not-contact`.
    pub list: String,
    /// The line of the list, and what is written there.
    pub entry: (usize, String),
}

/// New rows that make no lead for one reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeadlessView {
    /// Why.
    pub reason: String,
    /// How many.
    pub rows: usize,
    /// The first of them: line, what it is called, what is to be said of it alone.
    pub first: Vec<(u64, String, String)>,
}

/// How many leads of one segment in one state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeadCountView {
    /// The segment.
    pub segment: String,
    /// The state.
    pub state: String,
    /// How many.
    pub leads: usize,
}

/// An import that stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    /// Its name.
    pub id: String,
    /// Where it comes from.
    pub origin: String,
    /// On what ground it may be used.
    pub consent: Option<String>,
    /// How far it is believed.
    pub trust: f64,
    /// What was paid for it.
    pub cost: Option<String>,
    /// The event it is from, and its first day.
    pub event: Option<(String, String)>,
    /// The reason to act that each of its rows is.
    pub signal: Option<String>,
    /// The file's name.
    pub file: String,
    /// Hash of its bytes.
    pub content: String,
    /// When it was first brought in.
    pub first: String,
    /// When it was last.
    pub last: String,
    /// Rows that stand.
    pub rows: u64,
    /// Organisations they name.
    pub organisations: usize,
    /// Whether all of it is in; if not, bring the file in again, or take it back.
    pub whole: bool,
}

/// What taking back came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportUndoneView {
    /// The import's name.
    pub id: String,
    /// Records taken back.
    pub records: usize,
    /// Organisations that nobody names any more.
    pub organisations: usize,
}

/// Looks at a file, and with `write` brings it in.
pub(super) async fn import(
    effects: &Effects,
    config: &Config,
    (file, bytes): (&str, &str),
    (order, write): (&ImportOrder, bool),
) -> Result<Box<ImportReport>, AnswerError> {
    let now = effects.clock.now();
    let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).context("the file did not arrive whole")?;
    if bytes.len() > IMPORT_BYTES {
        bail!("the file has more than {} MB: split it, and bring in the parts under names of their own", IMPORT_BYTES / 1024 / 1024);
    }
    let standing = imports(effects).await?;
    let import = ordered(file, &bytes, order, (&standing, now))?;
    let updates = standing.iter().any(|known| known.id == import.id);
    let settings = SheetSettings { columns: order.columns.clone(), country: import.country.clone(), zone: config.daemon.zone.clone() };
    let url = import.url();
    let read = tokio::task::spawn_blocking(move || extract::read_sheet(&bytes, &url, &settings));
    let sheet = read.await.map_err(|_| anyhow!("the file broke the reader: please report it, with the file if you may"))?;
    let sheet = sheet.with_context(|| format!("{file} cannot be brought in"))?;
    let mut planned = plan_import(effects, config, &import, &sheet.rows, now).await?;
    let unread = sheet.bad_count > 0;
    if unread {
        // What could not be read may be what is missing: nothing is taken back for it.
        planned.missing = 0;
    }
    if write {
        refuse_short(&import.id, &planned, sheet.rows.len())?;
        Box::pin(bring_in(effects, config, (import.clone(), unread), &sheet.rows, now)).await?;
    }
    Ok(Box::new(report(&import, &sheet, planned, (write, updates))))
}

/// A file that lacks most of what it brought before is likelier cut short than meant.
fn refuse_short(id: &SourceId, planned: &Planned, rows: usize) -> Result<(), AnswerError> {
    let missing = planned.missing;
    if missing > SHORT && missing > planned.same + planned.corrected {
        bail!(
            "nothing was written: the file has {rows} rows and lacks {missing} of those that it brought before, which would be taken back. If that \
             is meant, take the import back first (`atalaya import --undo {id}`)"
        );
    }
    Ok(())
}

/// The import that is meant: what is said now, else what was said of it before, else what is usual.
fn ordered(file: &str, bytes: &[u8], order: &ImportOrder, (standing, now): (&[Import], Timestamp)) -> Result<Import, AnswerError> {
    let file = file.rsplit('/').next().unwrap_or(file);
    let id: SourceId = match &order.id {
        Some(id) => id.parse().map_err(|why| anyhow!("{why}"))?,
        None => name_of(file).ok_or_else(|| anyhow!("`{file}` gives no name: say one with --as"))?,
    };
    let before = standing.iter().find(|known| known.id == id);
    let said = |text: &Option<String>| text.as_deref().map(squeeze).filter(|text| !text.is_empty()).map(|text| clip(&text, SAID));
    let trust = order.trust.or(before.map(|known| known.trust)).unwrap_or(TRUST);
    if !(0.0..=1.0).contains(&trust) {
        bail!("--trust is a number from 0 (hearsay) to 1 (an official register), not {trust}");
    }
    let cost = match &order.cost {
        Some(cost) => Some(money(cost).ok_or_else(|| anyhow!("--cost is a number and a currency, such as \"120 EUR\", not `{cost}`"))?),
        None => before.and_then(|known| known.cost.clone()),
    };
    let event = match &order.event {
        Some(event) => Some(event_of(event)?),
        None => before.and_then(|known| known.event.clone()),
    };
    let country = match &order.country {
        Some(country) => {
            let code = country_code(country);
            Some(code.ok_or_else(|| anyhow!("--country is a country such as ES, not `{country}`"))?.to_owned())
        }
        None => before.and_then(|known| known.country.clone()),
    };
    let language = match &order.language {
        Some(code) if code.len() == 2 && code.chars().all(|c| c.is_ascii_lowercase()) => Some(code.clone()),
        Some(other) => bail!("--language is two letters such as es, not `{other}`"),
        None => before.and_then(|known| known.language.clone()),
    };
    let signal = match order.signal.as_deref() {
        Some("none") => None,
        Some(word) => {
            let known = SignalKind::ALL.map(SignalKind::word);
            Some(SignalKind::from_word(word).ok_or_else(|| anyhow!(no_such("kind of signal", word, known)))?)
        }
        None => before.and_then(|known| known.signal),
    };
    Ok(Import {
        origin: said(&order.origin).or_else(|| before.map(|known| known.origin.clone())).unwrap_or_else(|| clip(file, SAID)),
        consent: said(&order.consent).or_else(|| before.and_then(|known| known.consent.clone())),
        trust,
        cost,
        event,
        country,
        language,
        signal,
        file: clip(file, SAID),
        content: ContentHash::of(bytes),
        first: before.map_or(now, |known| known.first),
        last: now,
        rows: before.map_or(0, |known| known.rows),
        whole: false,
        id,
    })
}

/// A name made of a file's.
fn name_of(file: &str) -> Option<SourceId> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let plain: String = words(&crate::base::text::latin(stem)).replace(' ', "-").chars().take(60).collect();
    plain.trim_matches('-').parse().ok()
}

fn event_of(text: &str) -> Result<(String, jiff::civil::Date), AnswerError> {
    let parts = text.rsplit_once(',').and_then(|(name, day)| Some((squeeze(name), day.trim().parse().ok()?)));
    parts
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| anyhow!("--event is a name and its first day, such as \"Expo Industria, 2026-10-12\", not `{text}`"))
}

fn report(import: &Import, sheet: &Sheet, planned: Planned, (written, updates): (bool, bool)) -> ImportReport {
    let told = |all: &[BadEntry]| all.iter().map(|bad| (bad.path.clone(), bad.reason.clone())).collect();
    ImportReport {
        id: import.id.to_string(),
        origin: import.origin.clone(),
        file: import.file.clone(),
        format: sheet.format.word().to_owned(),
        written,
        updates,
        columns: sheet.columns.iter().map(|column| (column.caption.clone(), column.field.clone(), column.understood)).collect(),
        rows: sheet.rows.len() + sheet.repeats.len() + sheet.bad_count,
        unreadable: sheet.bad_count,
        unreadable_rows: told(&sheet.bad),
        unclear: sheet.unread_count,
        unclear_cells: told(&sheet.unread),
        wrong_ids: sheet.wrong_count,
        wrong_id_cells: told(&sheet.wrong),
        without_company: sheet.without_company(),
        wishes: sheet.wishes(),
        repeats: sheet.repeats.clone(),
        fresh: planned.fresh,
        corrected: planned.corrected,
        same: planned.same,
        missing: planned.missing,
        unnamed: planned.unnamed,
        organisations: planned.organisations,
        recognised: planned
            .recognised
            .into_iter()
            .map(|one| RecognisedView {
                line: one.line,
                row: one.row,
                organisation: one.organisation.to_string(),
                name: one.name,
                because: one.because,
            })
            .collect(),
        together: planned
            .together
            .into_iter()
            .map(|one| TogetherView { line: one.line, row: one.row, first: one.first, because: one.because })
            .collect(),
        united: planned.united,
        questions: planned.questions,
        listed: planned
            .listed
            .into_iter()
            .map(|one| OnListView {
                line: one.line,
                name: one.name,
                list: one.list.to_owned(),
                entry: (one.listed.line, one.listed.written),
            })
            .collect(),
        leads: planned
            .leads
            .into_iter()
            .map(|((segment, state), leads)| LeadCountView { segment: segment.to_string(), state: state.to_owned(), leads })
            .collect(),
        changed_leads: planned.changed_leads,
        leadless: planned.leadless.into_iter().map(|one| LeadlessView { reason: one.reason, rows: one.rows, first: one.first }).collect(),
    }
}

/// What stands.
pub(super) async fn list(effects: &Effects) -> Result<Vec<ImportView>, AnswerError> {
    let all = imports(effects).await?;
    let named: HashMap<SourceId, usize> =
        if all.is_empty() { HashMap::new() } else { named_by(effects, all.iter().map(|import| &import.id)).await? };
    Ok(all.iter().map(|import| view(import, named.get(&import.id).copied().unwrap_or(0))).collect())
}

fn view(import: &Import, organisations: usize) -> ImportView {
    ImportView {
        id: import.id.to_string(),
        origin: import.origin.clone(),
        consent: import.consent.clone(),
        trust: import.trust,
        cost: import.cost.clone().map(|cost| Value::Money(cost).text()),
        event: import.event.as_ref().map(|(name, day)| (name.clone(), day.to_string())),
        signal: import.signal.map(|kind| kind.word().to_owned()),
        file: import.file.clone(),
        content: import.content.to_string(),
        first: views::time(import.first),
        last: views::time(import.last),
        rows: u64::from(import.rows),
        organisations,
        whole: import.whole,
    }
}

/// Takes one back.
pub(super) async fn undo(effects: &Effects, config: &Config, id: &str, now: Timestamp) -> Result<ImportUndoneView, AnswerError> {
    let id: SourceId = id.parse().map_err(|why| anyhow!("{why}"))?;
    let undone = Box::pin(undo_import(effects, config, &id, now)).await?;
    Ok(ImportUndoneView { id: id.to_string(), records: undone.records, organisations: undone.organisations })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::day;

    #[test]
    fn names_are_made_of_files() {
        for (file, want) in [
            ("Expo Industria 2026.csv", Some("expo-industria-2026")),
            ("карты.vcf", Some("karty")),
            ("leads_v2.final.csv", Some("leads-v2-final")),
            ("???.csv", None),
        ] {
            assert_eq!(name_of(file).map(|id| id.to_string()).as_deref(), want, "{file}");
        }
    }

    #[test]
    fn what_is_left_out_stays_as_it_was_said() {
        let order = ImportOrder {
            origin: Some(" Expo  Industria 2026 ".into()),
            trust: Some(0.5),
            cost: Some("120 EUR".into()),
            event: Some("Expo, Industria, 2026-10-12".into()),
            country: Some("ES".into()),
            signal: Some("exhibitor-listed".into()),
            ..ImportOrder::default()
        };
        let first = ordered("/home/x/expo.csv", b"a", &order, (&[], day(0))).unwrap();
        assert_eq!((first.id.as_str(), first.origin.as_str(), first.file.as_str()), ("expo", "Expo Industria 2026", "expo.csv"));
        assert_eq!(first.event, Some(("Expo, Industria".to_owned(), jiff::civil::date(2026, 10, 12))));
        let again = ordered("expo.csv", b"b", &ImportOrder::default(), (std::slice::from_ref(&first), day(5))).unwrap();
        let want = Import { content: ContentHash::of(b"b"), last: day(5), ..first };
        assert_eq!(again, want);
        for wrong in [
            ImportOrder { id: Some("No".into()), ..ImportOrder::default() },
            ImportOrder { trust: Some(2.0), ..ImportOrder::default() },
            ImportOrder { cost: Some("120".into()), ..ImportOrder::default() },
            ImportOrder { event: Some("Expo".into()), ..ImportOrder::default() },
            ImportOrder { country: Some("Nowhere".into()), ..ImportOrder::default() },
            ImportOrder { language: Some("Spanish".into()), ..ImportOrder::default() },
            ImportOrder { signal: Some("party".into()), ..ImportOrder::default() },
        ] {
            assert!(ordered("expo.csv", b"a", &wrong, (&[], day(0))).is_err(), "{wrong:?}");
        }
    }
}
