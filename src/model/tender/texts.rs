//! Words in several languages, and the codes of languages. Knows no format.

use std::collections::BTreeMap;

/// Words of the same meaning in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// By language: ISO 639-1 in lower case where there is one, else ISO 639-3; `und` when nothing says which.
    pub by_language: BTreeMap<String, String>,
    /// The language of the original, when the document says so.
    pub original: Option<String>,
}

impl Texts {
    /// The same words in one language; nothing when there are no words.
    pub fn one(language: &str, text: &str) -> Self {
        let mut texts = Self::default();
        texts.put(language, text);
        texts
    }

    /// Adds words; the first of a language stay.
    pub fn put(&mut self, language: &str, text: &str) {
        let text = crate::base::text::squeeze(text);
        if !text.is_empty() {
            self.by_language.entry(language_code(language)).or_insert(text);
        }
    }

    /// The words in the first of these languages there are, else the original, else English, else any.
    pub fn best(&self, wanted: &[&str]) -> Option<&str> {
        let mut in_order = wanted.iter().copied().chain(self.original.as_deref()).chain(["en"]);
        let first = in_order.find_map(|language| self.by_language.get(language));
        first.or_else(|| self.by_language.values().next()).map(String::as_str)
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.by_language.is_empty()
    }
}

/// A language as [`Texts`] keeps it: `ENG`, `eng`, `en-GB` and `EN` are `en`; what is no code is `und`.
pub fn language_code(written: &str) -> String {
    /// ISO 639-2/3 codes of the languages that portals write, beside their two letters.
    const THREE: &str = "bul bg ces cs cze cs dan da deu de ger de ell el gre el eng en est et fin fi fra fr fre fr gle ga hrv hr hun hu \
        isl is ice is ita it lav lv lit lt mkd mk mac mk mlt mt nld nl dut nl nor no nob nb nno nn pol pl por pt ron ro rum ro rus ru slk \
        sk slo sk slv sl spa es sqi sq alb sq srp sr swe sv tur tr ukr uk cat ca eus eu baq eu glg gl ara ar zho zh chi zh";
    let code = written.trim().to_lowercase();
    let code = code.split(['-', '_']).next().unwrap_or_default();
    match code.len() {
        2 if code.bytes().all(|b| b.is_ascii_lowercase()) => code.to_owned(),
        3 if code.bytes().all(|b| b.is_ascii_lowercase()) => {
            let mut words = THREE.split_whitespace();
            while let (Some(three), Some(two)) = (words.next(), words.next()) {
                if three == code {
                    return two.to_owned();
                }
            }
            code.to_owned()
        }
        _ => "und".to_owned(),
    }
}
