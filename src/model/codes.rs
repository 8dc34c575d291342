//! What codes of classes mean: the divisions and groups of CPV are known from the start, whole lists can be added. Knows no file.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::LazyLock;

/// Labels that the program brings along.
static SHIPPED: LazyLock<Labels> = LazyLock::new(|| {
    let mut labels = Labels::default();
    let mut rows = include_str!("../../config/codes/cpv.tsv").lines().filter(|row| !row.starts_with('#'));
    let languages: Vec<&str> = rows.next().unwrap_or_default().split('\t').skip(1).collect();
    for row in rows {
        let mut cells = row.split('\t');
        let code = cells.next().unwrap_or_default();
        for (language, label) in languages.iter().zip(cells) {
            labels.add("CPV", code, language, label);
        }
    }
    labels
});

/// Codes that one scheme may have labels for, all languages together: CPV in every official language of the European Union has 230,000.
pub const MOST: usize = 500_000;

/// Labels of codes, by scheme and language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// By scheme (upper case), code and language.
    by: BTreeMap<(String, String, String), String>,
}

/// What a code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label<'a> {
    /// The code that has this label: the one asked for, or the nearest above it.
    pub code: &'a str,
    /// In words.
    pub text: &'a str,
}

impl Label<'_> {
    /// What it says of a code that was asked for: the words are its own, or those of the group it belongs to.
    pub fn of(&self, code: &str) -> Meaning {
        let group = self.code.trim_end_matches('0');
        // A division has two digits: `30`.
        let group = if group.len() < 2 { self.code.get(..2).unwrap_or(self.code) } else { group };
        Meaning { group: (self.code != code).then(|| group.to_owned()), text: self.text.to_owned() }
    }
}

/// What is known of what a code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The digits of the group whose words these are, where the code has none of its own.
    pub group: Option<String>,
    /// In words.
    pub text: String,
}

impl Meaning {
    /// The code with its words: "33112200 Ultrasound unit", or "33112200 (in 331: Medical equipments)"; `within` is the reader's word for "in".
    pub fn told(&self, code: &str, within: &str) -> String {
        match &self.group {
            None => format!("{code} {}", self.text),
            Some(group) => format!("{code} ({within} {group}: {})", self.text),
        }
    }
}

impl Labels {
    /// Those that the program brings along.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Adds a label, or puts it in the place of another; one past the limit is not taken, and `false` says so.
    pub fn add(&mut self, scheme: &str, code: &str, language: &str, text: &str) -> bool {
        let text = crate::base::text::squeeze(text);
        if self.by.len() >= MOST || code.is_empty() || text.is_empty() {
            return false;
        }
        self.by.insert((scheme.to_uppercase(), code.to_owned(), language.to_owned()), text);
        true
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// What a code means, in the first of these languages that says so, else in any. A code without a label means at least what the next
    /// one above it does: `33141623` is found at `33141000`, else `33140000`, down to its division. Words of its group that the reader
    /// understands go before its own in a language that was not asked for.
    pub fn find(&self, scheme: &str, code: &str, languages: &[&str]) -> Option<Label<'_>> {
        let scheme = scheme.to_uppercase();
        let chain: Vec<String> = std::iter::successors(Some(code.to_owned()), |code| above(code)).collect();
        let nearest = |language: Option<&str>| chain.iter().find_map(|code| self.exactly(&scheme, code, language));
        languages.iter().find_map(|language| nearest(Some(*language))).or_else(|| nearest(None))
    }

    /// The label of a code in this language, or in any.
    fn exactly(&self, scheme: &str, code: &str, language: Option<&str>) -> Option<Label<'_>> {
        let first = (scheme.to_owned(), code.to_owned(), language.unwrap_or_default().to_owned());
        let ((s, c, known), text) = self.by.range((Bound::Included(first), Bound::Unbounded)).next()?;
        (s == scheme && c == code && language.is_none_or(|language| language == known)).then_some(Label { code: c, text })
    }

    /// Codes of a scheme that begin with these digits, in order, each once, at most so many.
    pub fn below<'a>(&'a self, scheme: &str, prefix: &'a str, languages: &[&str], most: usize) -> Vec<Label<'a>> {
        let scheme = scheme.to_uppercase();
        let first = (scheme.clone(), prefix.to_owned(), String::new());
        let range = self.by.range((Bound::Included(first), Bound::Unbounded)).map(|((s, c, _), _)| (s, c));
        let mut codes: Vec<&str> = range.take_while(|(s, c)| **s == scheme && c.starts_with(prefix)).map(|(_, c)| c.as_str()).collect();
        codes.dedup();
        let label = |code: &'a str| {
            let known = languages.iter().find_map(|language| self.exactly(&scheme, code, Some(language)));
            known.or_else(|| self.exactly(&scheme, code, None))
        };
        codes.into_iter().take(most).filter_map(label).collect()
    }
}

/// The code above one of eight digits: its last digit that is not zero made zero. None above a division, nor for other codes.
fn above(code: &str) -> Option<String> {
    if code.len() != 8 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let last = code.rfind(|c| c != '0').filter(|last| *last >= 2)?;
    Some(format!("{}{}", code.get(..last)?, "0".repeat(8 - last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_division_and_group_has_words_in_two_languages() {
        let labels = Labels::shipped();
        for (language, divisions, groups) in [("en", 45, 272), ("es", 45, 272)] {
            let codes: Vec<&str> = labels.by.keys().filter(|(_, _, l)| l == language).map(|(_, code, _)| code.as_str()).collect();
            assert_eq!(codes.iter().filter(|code| code.ends_with("000000")).count(), divisions, "{language}");
            assert_eq!(codes.iter().filter(|code| !code.ends_with("000000")).count(), groups, "{language}");
        }
    }

    #[test]
    fn a_code_means_at_least_what_is_above_it() {
        let labels = Labels::shipped();
        for (code, languages, want) in [
            ("33141623", ["es", "en"], Some(("33100000", "Equipamiento médico"))),
            ("33100000", ["en", "es"], Some(("33100000", "Medical equipments"))),
            ("33000000", ["ru", "en"], Some(("33000000", "Medical equipments, pharmaceuticals and personal care products"))),
            ("00000000", ["en", "es"], None),
            ("33", ["en", "es"], None),
            ("", ["en", "es"], None),
        ] {
            let found = labels.find("cpv", code, &languages).map(|label| (label.code, label.text));
            assert_eq!(found, want, "{code}");
        }
        assert_eq!(labels.find("UNSPSC", "33141623", &["en"]), None);
    }

    #[test]
    fn words_of_the_group_in_the_readers_language_go_before_those_of_another() {
        let mut labels = Labels::shipped().clone();
        labels.add("CPV", "33152000", "es", "Incubadoras");
        labels.add("GSIN", "N7030", "fr", "Logiciels");
        for (scheme, code, languages, want) in [
            ("CPV", "33152000", ["en", "en"], "33152000 (in 331: Medical equipments)"),
            ("CPV", "33152000", ["es", "en"], "33152000 Incubadoras"),
            ("CPV", "33152000", ["ru", "en"], "33152000 (in 331: Medical equipments)"),
            ("GSIN", "N7030", ["es", "en"], "N7030 Logiciels"),
        ] {
            let told = labels.find(scheme, code, &languages).map(|label| label.of(code).told(code, "in"));
            assert_eq!(told.as_deref(), Some(want));
        }
    }

    #[test]
    fn words_of_a_group_are_never_told_as_a_codes_own() {
        let mut labels = Labels::shipped().clone();
        labels.add("cpv", "33141623", "en", "First-aid boxes");
        for (code, want) in [
            ("33141623", "33141623 First-aid boxes"),
            ("33141624", "33141624 (in 331: Medical equipments)"),
            ("33100000", "33100000 Medical equipments"),
            ("30999999", "30999999 (in 30: Office and computing machinery, equipment and supplies except furniture and software packages)"),
        ] {
            let told = labels.find("CPV", code, &["en"]).map(|label| label.of(code).told(code, "in"));
            assert_eq!(told.as_deref(), Some(want));
        }
    }

    #[test]
    fn what_is_added_counts_before_what_is_above() {
        let mut labels = Labels::shipped().clone();
        assert!(labels.add("cpv", "33141623", "en", " First-aid\tboxes "));
        assert_eq!(labels.find("CPV", "33141623", &["en"]), Some(Label { code: "33141623", text: "First-aid boxes" }));
        let below: Vec<&str> = labels.below("CPV", "3314", &["en"], 10).into_iter().map(|label| label.code).collect();
        assert_eq!(below, ["33141623"]);
        assert_eq!(labels.below("CPV", "33", &["en"], 3).len(), 3);
        assert!(!labels.add("cpv", "", "en", "x") && !labels.add("cpv", "1", "en", " "));
    }
}
