//! Who of a list is named in the words of a text: that of an article of which nothing else says whom it is about. Knows no gate.

use std::collections::BTreeSet;

use super::entry::{Entry, Line};
use super::words_of;
use crate::base::ids::RecordId;
use crate::model::{CompanyName, Record, RecordKind, Signal};

/// Words of a name at most.
const NAME: usize = 7;
/// Words of a text that are looked at.
const WORDS: usize = 3_000;
/// Fields with the text of an article.
const TEXTS: [&str; 6] = ["title", "summary", "description", "text", "body", "content"];

/// What an article says, and said when a reason to act was found in it: a paper may write it anew.
pub(super) fn text(records: &[Record], signals: &[Signal]) -> String {
    let articles = records.iter().filter(|record| record.kind == RecordKind::Article);
    let ids: BTreeSet<RecordId> = articles.clone().map(|record| record.id).collect();
    let said = signals.iter().filter(|signal| ids.contains(&signal.record)).map(|signal| signal.evidence.quote.clone());
    articles.flat_map(|record| TEXTS.iter().filter_map(|name| record.text(name))).chain(said).collect::<Vec<_>>().join("\n")
}

/// Everything that this text may name: names as they are written, with a great letter, and addresses.
pub(super) fn entries(text: &str) -> BTreeSet<Entry> {
    let words: Vec<&str> = text.split_whitespace().take(WORDS).collect();
    let mut found = BTreeSet::new();
    for (place, first) in words.iter().enumerate() {
        if first.contains(['.', '@'])
            && let Ok(Some(Line::Exactly(entries))) = Line::exactly(first.trim_matches(|c: char| !c.is_alphanumeric()))
        {
            found.extend(entries);
        }
        let bare = first.trim_start_matches(|c: char| !c.is_alphanumeric());
        if bare.starts_with(|c: char| c.is_lowercase()) && !bare.contains(char::is_uppercase) {
            continue;
        }
        for last in place..words.len().min(place + NAME) {
            let name = words_of(&CompanyName::parse(possessed(&words[place..=last].join(" "))));
            if !name.is_empty() {
                found.insert(Entry::Name(name));
            }
        }
    }
    found
}

/// Without the mark of whose something is: `Harbour Logistics' drivers`, `Acme's`.
fn possessed(name: &str) -> &str {
    let bare = name.trim_end_matches(|c: char| !c.is_alphanumeric());
    bare.strip_suffix("'s").or_else(|| bare.strip_suffix("’s")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::super::{List, Lists};
    use super::*;
    use crate::model::sample::{organisation, record};

    #[test]
    fn an_article_of_nobody_is_of_whom_its_words_name() {
        let lists = Lists {
            do_not_contact: List::parse("Harbour Logistics Ltd\nacme.es\nOrange\nООО «Вектор»\nFlagg & Monyash Ltd").unwrap(),
            ..Lists::default()
        };
        let mut unnamed = organisation("x", &[]);
        (unnamed.name, unnamed.keys) = (None, BTreeSet::new());
        for (title, text, line) in [
            ("Harbour Logistics Ltd to hire 120 drivers", "", Some(1)),
            ("News of the port", "The haulier Harbour Logistics, of Hull, won the award.", Some(1)),
            ("Harbour Logistics’s new home", "", Some(1)),
            ("HARBOUR LOGISTICS wins", "", Some(1)),
            ("Derbyshire's Flagg & Monyash is hiring", "", Some(5)),
            ("Flagg and Monyash is hiring", "", Some(5)),
            ("Harbour opens", "Logistics is slow.", None),
            ("A new shop", "See www.acme.es, it says.", Some(2)),
            ("Orange opens", "", Some(3)),
            ("Juice of an orange", "", None),
            ("«Вектор» открывает завод", "", Some(4)),
        ] {
            let records = [record("press", "1", RecordKind::Article, &[("title", title), ("summary", text)])];
            assert_eq!(lists.find_told(&unnamed, &records, &[]).do_not_contact.map(|listed| listed.line), line, "{title}");
            let tender = [record("press", "1", RecordKind::Tender, &[("title", title), ("summary", text)])];
            assert!(lists.find_told(&unnamed, &tender, &[]).do_not_contact.is_none(), "{title}");
        }
        // It was written anew since.
        let anew = record("press", "1", RecordKind::Article, &[("title", "A haulier hires")]);
        let mut told = crate::model::sample::signal(&unnamed, crate::model::SignalKind::VacancyPublished, 1, 1);
        (told.record, told.evidence.quote) = (anew.id, "Harbour Logistics hires 120 drivers.".to_owned());
        assert_eq!(lists.find_told(&unnamed, &[anew], &[told]).do_not_contact.map(|listed| listed.line), Some(1));
        let named = organisation("Beta", &[(crate::model::FactName::Name, "Beta")]);
        let records = [record("press", "1", RecordKind::Article, &[("title", "Harbour Logistics and Beta")])];
        assert!(lists.find_told(&named, &records, &[]).do_not_contact.is_none());
    }
}
