//! What stands of files that were brought in: the store remembers each under a mark of its own. Reads no file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Effects;
use crate::base::ids::{ContentHash, SourceId};
use crate::config::Config;
use crate::model::{Amount, Import, SignalKind};
use crate::store::StoreError;

/// Under names that begin so the store remembers what was brought in.
const MARK: &str = "import.";
/// Imports that stand at most.
pub(super) const IMPORTS: usize = 1_000;

/// [`Import`] as it is remembered.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    origin: String,
    consent: Option<String>,
    trust: f64,
    /// A number and a currency, such as `120 EUR`.
    cost: Option<(String, Option<String>)>,
    event: Option<(String, jiff::civil::Date)>,
    country: Option<String>,
    language: Option<String>,
    signal: Option<String>,
    file: String,
    content: [u8; 16],
    first: jiff::Timestamp,
    last: jiff::Timestamp,
    rows: u32,
    whole: bool,
}

/// The name under which an import is remembered.
pub(super) fn mark_of(id: &SourceId) -> String {
    format!("{MARK}{id}")
}

/// An import as it is remembered.
pub(super) fn mark(import: &Import) -> Vec<u8> {
    let code = |amount: &Amount| (amount.number.to_string(), amount.currency.map(|currency| currency.code().to_owned()));
    let stored = Stored {
        origin: import.origin.clone(),
        consent: import.consent.clone(),
        trust: import.trust,
        cost: import.cost.as_ref().map(code),
        event: import.event.clone(),
        country: import.country.clone(),
        language: import.language.clone(),
        signal: import.signal.map(|kind| kind.word().to_owned()),
        file: import.file.clone(),
        content: import.content.0,
        first: import.first,
        last: import.last,
        rows: import.rows,
        whole: import.whole,
    };
    serde_json::to_vec(&stored).expect("plain values have a JSON form")
}

fn read((name, value): (String, Vec<u8>)) -> Option<Import> {
    let id = name.strip_prefix(MARK)?.parse().ok()?;
    let stored: Stored = serde_json::from_slice(&value).ok()?;
    let amount = |(number, code): (String, Option<String>)| {
        Some(Amount { number: number.parse().ok()?, currency: code.and_then(|code| iso_currency::Currency::from_code(&code)) })
    };
    Some(Import {
        id,
        origin: stored.origin,
        consent: stored.consent,
        trust: stored.trust,
        cost: stored.cost.and_then(amount),
        event: stored.event,
        country: stored.country,
        language: stored.language,
        signal: stored.signal.as_deref().and_then(SignalKind::from_word),
        file: stored.file,
        content: ContentHash(stored.content),
        first: stored.first,
        last: stored.last,
        rows: stored.rows,
        whole: stored.whole,
    })
}

/// What was brought in and stands, by name.
pub async fn imports(effects: &Effects) -> Result<Vec<Import>, StoreError> {
    Ok(effects.store.marks(MARK, IMPORTS).await?.into_iter().filter_map(read).collect())
}

/// The configuration beside what was brought in; `None` when it is that already.
pub async fn beside_imports(effects: &Effects, config: &Config) -> Result<Option<Arc<Config>>, StoreError> {
    let all = imports(effects).await?;
    Ok((!config.is_beside(&all)).then(|| config.beside(all)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::day;

    #[test]
    fn what_is_remembered_is_read_again() {
        let import = Import {
            id: "expo-2026".parse().unwrap(),
            origin: "Expo Industria 2026, stand B12".to_owned(),
            consent: Some("they gave us their cards".to_owned()),
            trust: 0.65,
            cost: Some(Amount { number: "120.50".parse().unwrap(), currency: iso_currency::Currency::from_code("EUR") }),
            event: Some(("Expo Industria".to_owned(), jiff::civil::date(2026, 10, 12))),
            country: Some("ES".to_owned()),
            language: Some("es".to_owned()),
            signal: Some(SignalKind::ExhibitorListed),
            file: "expo.csv".to_owned(),
            content: ContentHash::of(b"x"),
            first: day(0),
            last: day(3),
            rows: 12,
            whole: true,
        };
        assert_eq!(read((mark_of(&import.id), mark(&import))), Some(import.clone()));
        let bare = Import { consent: None, cost: None, event: None, country: None, language: None, signal: None, ..import };
        assert_eq!(read((mark_of(&bare.id), mark(&bare))), Some(bare));
        assert_eq!(read(("import.x".to_owned(), b"?".to_vec())), None);
    }
}
