//! Words and phrases as rules ask for them, whole or by their stems, and the texts they are looked for in. Knows no rule and no record.

use std::cell::OnceCell;

use crate::base::{caps, text};
use crate::model::Value;

/// A language whose words can be cut to their stems.
pub(super) use crate::base::text::stems::StemLanguage as Language;

/// A text in which phrases are looked for: its folded words, and their stems once somebody asks for a language.
pub(super) struct Text<'a> {
    /// Its members, as written.
    members: Vec<&'a str>,
    folded: String,
    stems: [OnceCell<String>; Language::ALL.len()],
}

impl<'a> Text<'a> {
    pub(super) fn new(members: Vec<&'a str>) -> Self {
        let folded = padded(&members, text::words);
        Self { members, folded, stems: Default::default() }
    }

    /// The words of a value, where it holds words.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        let members = members(value);
        (!members.is_empty()).then(|| Self::new(members))
    }

    fn words(&self, language: Option<Language>) -> &str {
        match language {
            None => &self.folded,
            Some(language) => self.stems[language as usize].get_or_init(|| padded(&self.members, |member| language.stems(member))),
        }
    }
}

fn members(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(values) => values.iter().flat_map(members).collect(),
        Value::Url(_) | Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) => {
            Vec::new()
        }
    }
}

/// One space on both sides of each member; members are kept apart by a sign that no phrase holds.
fn padded(members: &[&str], words: impl Fn(&str) -> String) -> String {
    members.iter().map(|member| format!(" {} ", words(member))).collect::<Vec<_>>().join("|")
}

/// A word or phrase: folded, or its stems; with the spaces that must stand around it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Phrase {
    text: String,
    language: Option<Language>,
}

impl Phrase {
    /// `pallet*` may go on, whatever the language.
    fn parse(written: &str, language: Option<Language>) -> Option<Self> {
        let open = written.trim_end().ends_with('*');
        let language = language.filter(|_| !open);
        let words = language.map_or_else(|| text::words(written), |language| language.stems(written));
        let end = if open { "" } else { " " };
        (!words.is_empty()).then(|| Self { text: format!(" {words}{end}"), language })
    }

    fn is_in(&self, text: &Text<'_>) -> bool {
        text.words(self.language).contains(&self.text)
    }
}

/// Words of which one must be there, and words that must not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phrases {
    any: Vec<Phrase>,
    none: Vec<Phrase>,
}

impl Phrases {
    /// Reads them, for matching by stems where a language is given; the error is the entry that says nothing, or `None` when there is no
    /// word to look for.
    pub(super) fn parse(written: &[String], language: Option<Language>) -> Result<Self, Option<usize>> {
        let mut phrases = Self::default();
        for (index, entry) in written.iter().enumerate() {
            let (list, entry) = match entry.trim().strip_prefix('-') {
                Some(rest) => (&mut phrases.none, rest),
                None => (&mut phrases.any, entry.as_str()),
            };
            list.push(Phrase::parse(entry, language).ok_or(Some(index))?);
        }
        if phrases.any.is_empty() && !written.is_empty() { Err(None) } else { Ok(phrases) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.any.is_empty()
    }

    /// One of either, in any of their languages.
    pub(super) fn extend(&mut self, other: Self) {
        self.any.extend(other.any);
        self.none.extend(other.none);
    }

    pub(super) fn finds(&self, text: &Text<'_>) -> bool {
        self.any.iter().any(|phrase| phrase.is_in(text))
    }

    pub(super) fn forbids(&self, text: &Text<'_>) -> bool {
        self.none.iter().any(|phrase| phrase.is_in(text))
    }

    pub(super) fn holds(&self, text: &Text<'_>) -> bool {
        self.finds(text) && !self.forbids(text)
    }

    /// The part of a text in which a phrase is found: a member of a list, or a sentence when the member is too long for a quote.
    pub(super) fn excerpt(&self, text: &Text<'_>) -> Option<String> {
        let mut pieces = text.members.iter().flat_map(|member| pieces(member));
        pieces.find(|piece| self.finds(&Text::new(vec![piece]))).map(text::squeeze)
    }
}

/// The text itself when a quote has room for it; else its sentences, and runs of words where a sentence is too long.
fn pieces(text: &str) -> Vec<&str> {
    if text.chars().count() <= caps::QUOTE_CHARS {
        return vec![text];
    }
    let (mut pieces, mut start, mut end, mut chars) = (Vec::new(), 0, 0, 0);
    for word in text.split_inclusive(' ') {
        let more = word.chars().count();
        if chars + more > caps::QUOTE_CHARS && start < end {
            pieces.push(&text[start..end]);
            (start, chars) = (end, 0);
        }
        (end, chars) = (end + word.len(), chars + more);
        if word.trim_end().ends_with(['.', ';', '!', '?']) {
            pieces.push(&text[start..end]);
            (start, chars) = (end, 0);
        }
    }
    if start < end {
        pieces.push(&text[start..end]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Option<Language>, phrases: &[&str], text: &str, want: bool) {
        let written: Vec<String> = phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
        let phrases = Phrases::parse(&written, language).expect("a test's own words are good");
        assert_eq!(phrases.holds(&Text::new(vec![text])), want, "{language:?} {written:?} in {text}");
    }

    #[test]
    fn stems_find_other_endings_whatever_the_accents() {
        use Language::{English, French, German, Russian, Spanish};
        for (language, phrase, texts) in [
            (Spanish, "ecógrafo", &["Suministro de ECÓGRAFOS", "ecografos portátiles"][..]),
            (Spanish, "licitaciones", &["Licitación abierta", "LICITACION"]),
            (Spanish, "equipo quirúrgico", &["equipos quirúrgicos", "Equipo quirurgico"]),
            (Spanish, "camión", &["dos camiones", "un camion"]),
            (English, "ultrasound scanner", &["Ultrasound-scanners, 3"]),
            (English, "supply", &["The supplies", "supplied"]),
            (Russian, "медицинское оборудование", &["Поставка медицинского оборудования", "МЕДИЦИНСКОГО ОБОРУДОВАНИЯ"]),
            (Russian, "лечебный", &["для лечебного питания"]),
            (Russian, "счётчик", &["счетчики воды", "Счётчиков"]),
            (German, "medizinisches Gerät", &["medizinische Geräte", "Lieferung MEDIZINISCHER GERAETE"]),
            (German, "Krankenhaus", &["drei Krankenhäuser"]),
            (German, "Straße", &["Strassen", "straßen"]),
            (French, "équipement médical", &["équipements médicaux", "Equipements medicaux"]),
            (French, "hôpital", &["les hôpitaux", "HOPITAUX"]),
        ] {
            for text in texts {
                check(Some(language), &[phrase], text, true);
            }
        }
        check(None, &["ecógrafo"], "ECÓGRAFOS", false);
        check(None, &["ecógrafos"], "ECOGRAFOS", true);
    }

    #[test]
    fn phrases_and_exclusions_hold_by_stems_too() {
        let spanish = Some(Language::Spanish);
        check(spanish, &["equipo médico"], "médico con equipos", false);
        check(spanish, &["ecógrafo", "-veterinario"], "ecógrafos veterinarios", false);
        check(spanish, &["ecógrafo", "-veterinario"], "ecógrafos", true);
        check(spanish, &["eco*"], "ecógrafos", true);
        check(spanish, &["médico"], "medicina", false);
        // Stems are those of the language asked for.
        check(Some(Language::Russian), &["camión"], "camiones", false);
        let none = Phrases::parse(&["-toy".to_owned()], spanish);
        assert_eq!((none, Phrases::parse(&["--".to_owned()], spanish)), (Err(None), Err(Some(0))));
    }

    #[test]
    fn a_quote_is_the_sentence_that_holds_the_word() {
        let long = format!("{} Los ecógrafos serán portátiles. {}", "Se licita. ".repeat(40), "Nada más. ".repeat(40));
        let endless = format!("{}ecógrafos {}", "palabra ".repeat(100), "palabra ".repeat(100));
        let phrases = Phrases::parse(&["ecógrafo".to_owned()], Some(Language::Spanish)).expect("good");
        let quote = |members: Vec<&str>| phrases.excerpt(&Text::new(members));
        assert_eq!(quote(vec![&long]).as_deref(), Some("Los ecógrafos serán portátiles."));
        assert_eq!(quote(vec!["sillas", "ecógrafos"]).as_deref(), Some("ecógrafos"));
        let run = quote(vec![&endless]).expect("found");
        assert!(run.contains("ecógrafos") && run.chars().count() <= caps::QUOTE_CHARS, "{run}");
        assert_eq!(quote(vec!["sillas"]), None);
    }

    proptest::proptest! {
        #[test]
        fn pieces_are_the_whole_text_in_order(text in "([a-zñ]{0,9}[ .;é]{0,3}){0,120}") {
            let pieces = pieces(&text);
            proptest::prop_assert_eq!(&pieces.concat(), &text);
            proptest::prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= caps::QUOTE_CHARS || !piece.trim_end().contains(' ')));
        }
    }
}
