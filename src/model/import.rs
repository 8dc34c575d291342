//! A file that somebody brought in: a source that no configuration names. Knows no file format and no store.

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use super::{Amount, SignalKind};
use crate::base::ids::{ContentHash, SourceId};

/// What people say about a file they bring in, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its name, under which its records stand; no configured source has it.
    pub id: SourceId,
    /// Where its rows come from, in words: "Expo Industria 2026, stand B12". What people read where others have an address.
    pub origin: String,
    /// On what ground it may be used, in words.
    pub consent: Option<String>,
    /// How far its word is believed, from 0 to 1.
    pub trust: f64,
    /// What was paid for it.
    pub cost: Option<Amount>,
    /// The exhibition or event it is from, and its first day.
    pub event: Option<(String, Date)>,
    /// Country of telephone and tax numbers that name none, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The language of its texts, two letters.
    pub language: Option<String>,
    /// The reason to act that each new row is; `None`: what it holds is known quietly.
    pub signal: Option<SignalKind>,
    /// The file's name.
    pub file: String,
    /// Its bytes.
    pub content: ContentHash,
    /// When it was first brought in.
    pub first: Timestamp,
    /// When it was last.
    pub last: Timestamp,
    /// Rows that stand.
    pub rows: u32,
    /// Whether all of it came in; `false` while it is brought in, and after that broke off.
    pub whole: bool,
}

/// The scheme of what stands in place of an address where there is none.
const SCHEME: &str = "import";
/// The parameter that holds where it comes from.
const ORIGIN: &str = "origin";

impl Import {
    /// What stands for an address in its records: it names the import and says where it comes from, so that whoever reads the proof need not
    /// look it up.
    pub fn url(&self) -> Url {
        let mut url = Url::parse(&format!("{SCHEME}:{}", self.id)).expect("a name has nothing that an address could not hold");
        url.query_pairs_mut().append_pair(ORIGIN, &self.origin);
        url
    }
}

/// Where something was read, for people: an address, or of an import where it comes from.
pub fn place_of(url: &Url) -> String {
    origin_of(url).unwrap_or_else(|| url.to_string())
}

/// Where what an import brought comes from; `None` for what was read at an address.
pub fn origin_of(url: &Url) -> Option<String> {
    let origin = || url.query_pairs().find(|(name, _)| name == ORIGIN).map(|(_, origin)| origin.into_owned());
    (url.scheme() == SCHEME).then(origin).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::day;

    #[test]
    fn the_address_of_an_import_says_where_it_comes_from() {
        for origin in ["Expo Industria 2026, stand B12", "Börse & Müller? 100 % #1", "Выставка «Продэкспо»", ""] {
            let import = Import {
                id: "expo-2026".parse().unwrap(),
                origin: origin.to_owned(),
                consent: None,
                trust: 0.7,
                cost: None,
                event: None,
                country: None,
                language: None,
                signal: None,
                file: "expo.csv".to_owned(),
                content: ContentHash::default(),
                first: day(0),
                last: day(0),
                rows: 0,
                whole: true,
            };
            let url = import.url();
            assert!(url.as_str().starts_with("import:expo-2026?"), "{url}");
            assert_eq!(place_of(&url), origin);
            assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(&url));
        }
        let page = Url::parse("https://a.example/?origin=x").unwrap();
        assert_eq!((place_of(&page), origin_of(&page)), ("https://a.example/?origin=x".to_owned(), None));
    }
}
