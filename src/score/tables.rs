//! The tables by which the kind of an organisation is known: industries by words and codes, words of public bodies and resellers, bands of size.
//! Knows no organisation and no file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use toml::Spanned;

use super::people::People;
use crate::base::text::phrases::{Phrase, Phrases, Word, words_of};
use crate::base::text::{stems::StemLanguage, words};

/// Phrases of one table.
const PHRASES: usize = 20_000;
/// Words that a phrase takes along on one side.
const TAKEN: usize = 8;
/// Words that join two things: what stands in front of them is of its own.
const JOINS: [&str; 8] = ["and", "or", "y", "e", "и", "und", "oder", "et"];
/// Characters of one text in which words are looked for.
const TEXT: usize = 5_000;

static SHIPPED: LazyLock<Arc<Tables>> = LazyLock::new(|| {
    let read = |result: Result<Tables, BadTable>| result.expect("a test reads each of them");
    let tables = read(Tables::default().with_industries(include_str!("../../config/codes/industries.toml")));
    Arc::new(read(tables.with_clients(include_str!("../../config/lexicons/clients.toml"))))
});

/// Phrases by language.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WordsSpec {
    en: Vec<Spanned<String>>,
    es: Vec<Spanned<String>>,
    ru: Vec<Spanned<String>>,
    de: Vec<Spanned<String>>,
    fr: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndustrySpec {
    nace: Spanned<String>,
    #[serde(default)]
    cpv: Vec<Spanned<String>>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    en: Vec<Spanned<String>>,
    #[serde(default)]
    es: Vec<Spanned<String>>,
    #[serde(default)]
    ru: Vec<Spanned<String>>,
    #[serde(default)]
    de: Vec<Spanned<String>>,
    #[serde(default)]
    fr: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndustriesSpec {
    industry: Vec<IndustrySpec>,
}

/// Where words of one kind of client are looked for.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ClientSpec {
    in_name: WordsSpec,
    in_text: WordsSpec,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ClientsSpec {
    government: ClientSpec,
    state_owned: ClientSpec,
    reseller: ClientSpec,
}

/// Why a table is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadTable {
    /// From 1.
    pub line: usize,
    /// What is wrong, and what can be written.
    pub why: String,
}

/// What a phrase stands for, and whether it takes along the words in front of it and those behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Of {
    stands_for: usize,
    front: bool,
    behind: bool,
}

/// Words in several languages, each phrase with what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lexicon(Vec<(StemLanguage, Phrases, Vec<Of>)>);

impl Lexicon {
    fn add(&mut self, spec: [(&[Spanned<String>], StemLanguage); 5], stands_for: usize, text: &str) -> Result<(), BadTable> {
        for (phrases, language) in spec {
            for written in phrases {
                let bad = |why: String| BadTable { line: line(text, written.span().start), why };
                let bare = written.get_ref().trim();
                let (front, bare) = bare.strip_prefix("… ").map_or((false, bare), |bare| (true, bare));
                let (behind, bare) = bare.strip_suffix(" …").map_or((false, bare), |bare| (true, bare));
                let phrase = Phrase::parse(bare, Some(language))
                    .ok_or_else(|| bad(format!("found \"{}\", expected {}", written.get_ref(), Phrase::EXPECTED)))?;
                let place = self.0.iter().position(|(known, ..)| *known == language).unwrap_or_else(|| {
                    self.0.push((language, Phrases::default(), Vec::new()));
                    self.0.len() - 1
                });
                let (_, all, of) = &mut self.0[place];
                if of.len() >= PHRASES {
                    return Err(bad(format!("more than {PHRASES} phrases of one language")));
                }
                all.add(phrase);
                of.push(Of { stands_for, front, behind });
            }
        }
        Ok(())
    }

    /// What the words of a text stand for.
    fn find(&self, text: &str) -> BTreeSet<usize> {
        let end = text.char_indices().nth(TEXT).map_or(text.len(), |(end, _)| end);
        // A word of one language may be one of another too: what one takes along is nothing in any.
        let mut finds: Vec<(Of, Range<usize>)> = Vec::new();
        let mut taken: Vec<Range<usize>> = Vec::new();
        for (language, phrases, of) in &self.0 {
            let words = words_of(&text[..end], Some(*language));
            for (number, at) in phrases.each(&words) {
                let of = of[number];
                taken.extend((of.front || of.behind).then(|| along(text, &words, of, &at)));
                finds.push((of, at));
            }
        }
        let is_taken = |of: &Of, at: &Range<usize>| {
            !of.front && !of.behind && taken.iter().any(|taken| taken.start <= at.start && at.end <= taken.end)
        };
        finds.iter().filter(|(of, at)| !is_taken(of, at)).map(|(of, _)| of.stands_for).collect()
    }
}

/// The words that a phrase takes along: those in front up to a mark or an "and" right before it, those behind up to the end of the sentence.
fn along(text: &str, words: &[Word], of: Of, at: &Range<usize>) -> Range<usize> {
    let between = |left: usize| &text[words[left].at.end..words[left + 1].at.start];
    let (mut start, mut end) = (at.start, at.end);
    while of.front
        && start > 0
        && at.start - start < TAKEN
        && between(start - 1).chars().all(|c| c.is_whitespace() || matches!(c, '-' | '&'))
    {
        if start == at.start && (between(start - 1).contains('&') || JOINS.contains(&&text[words[start - 1].at.clone()])) {
            break;
        }
        start -= 1;
    }
    while of.behind
        && end < words.len()
        && end - at.end < TAKEN
        && between(end - 1).chars().all(|c| c.is_whitespace() || matches!(c, '-' | '&' | ','))
    {
        end += 1;
    }
    start..end
}

/// A kind of client that words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// A body of a state, a region or a municipality.
    Government,
    /// A company that one of these owns.
    StateOwned,
    /// Who buys to sell on.
    Reseller,
}

/// Everything by which the kind of an organisation is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// NACE codes, by the number that words stand for.
    codes: Vec<String>,
    words: Lexicon,
    cpv: Vec<(String, usize)>,
    types: BTreeMap<String, usize>,
    in_name: Lexicon,
    in_text: Lexicon,
    /// Names of bands with the least number of people, the smallest first.
    bands: Vec<(String, u32)>,
}

impl Default for Tables {
    fn default() -> Self {
        let bands = [("micro", 0), ("small", 10), ("medium", 50), ("large", 250)].map(|(name, from)| (name.to_owned(), from)).to_vec();
        Self {
            codes: Vec::new(),
            words: Lexicon::default(),
            cpv: Vec::new(),
            types: BTreeMap::new(),
            in_name: Lexicon::default(),
            in_text: Lexicon::default(),
            bands,
        }
    }
}

impl Tables {
    /// Those that the program brings along.
    pub fn shipped() -> Arc<Self> {
        Arc::clone(&SHIPPED)
    }

    /// With these industries in the place of those it had.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the table, with its line.
    pub fn with_industries(mut self, text: &str) -> Result<Self, BadTable> {
        let spec: IndustriesSpec = read(text)?;
        (self.codes, self.words, self.cpv, self.types) = (Vec::new(), Lexicon::default(), Vec::new(), BTreeMap::new());
        for one in &spec.industry {
            let code = one.nace.get_ref();
            if !is_nace(code) {
                let why = format!("found \"{code}\", expected a section (`C`) or a division (`10`) of NACE");
                return Err(BadTable { line: line(text, one.nace.span().start), why });
            }
            let number = self.codes.len();
            self.codes.push(code.clone());
            for cpv in &one.cpv {
                let digits = cpv.get_ref();
                if !(2..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    let why = format!("found \"{digits}\", expected the beginning of a CPV code, 2 to 8 digits");
                    return Err(BadTable { line: line(text, cpv.span().start), why });
                }
                self.cpv.push((digits.clone(), number));
            }
            self.types.extend(one.types.iter().map(|name| (words(name), number)));
            let IndustrySpec { en, es, ru, de, fr, .. } = one;
            self.words.add(languages([en, es, ru, de, fr]), number, text)?;
        }
        Ok(self)
    }

    /// With these words of public bodies and resellers in the place of those it had.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the table, with its line.
    pub fn with_clients(mut self, text: &str) -> Result<Self, BadTable> {
        let spec: ClientsSpec = read(text)?;
        (self.in_name, self.in_text) = (Lexicon::default(), Lexicon::default());
        let each = [(Client::Government, &spec.government), (Client::StateOwned, &spec.state_owned), (Client::Reseller, &spec.reseller)];
        for (client, ClientSpec { in_name, in_text }) in each {
            for (lexicon, WordsSpec { en, es, ru, de, fr }) in [(&mut self.in_name, in_name), (&mut self.in_text, in_text)] {
                lexicon.add(languages([en, es, ru, de, fr]), client as usize, text)?;
            }
        }
        Ok(self)
    }

    /// With these bands: name and least number of people. `None` when two begin alike or none begins with 0.
    pub fn with_bands(mut self, bands: &BTreeMap<String, u32>) -> Option<Self> {
        self.bands = bands.iter().map(|(name, from)| (name.clone(), *from)).collect();
        self.bands.sort_by_key(|(_, from)| *from);
        let apart = self.bands.windows(2).all(|pair| pair[0].1 < pair[1].1);
        (apart && self.bands.first().is_some_and(|(_, from)| *from == 0)).then_some(self)
    }

    /// Names of the bands of size, the smallest first.
    pub fn bands(&self) -> impl Iterator<Item = &str> {
        self.bands.iter().map(|(name, _)| name.as_str())
    }

    /// The bands that so many people may be.
    pub(super) fn bands_of(&self, people: People) -> Vec<&str> {
        let ends = self.bands.iter().skip(1).map(|(_, from)| Some(*from)).chain([None]);
        let fits = |((_, from), end): &(&(String, u32), Option<u32>)| {
            end.is_none_or(|end| people.from < end) && people.to.is_none_or(|to| to >= *from)
        };
        self.bands.iter().zip(ends).filter(fits).map(|((name, _), _)| name.as_str()).collect()
    }

    /// The industries that words speak of: those of a category, of a description, or the name of a class.
    pub fn industries(&self, text: &str) -> Vec<&str> {
        let mut found = self.words.find(text);
        found.extend(self.types.get(&words(text)));
        found.into_iter().map(|number| self.codes[number].as_str()).collect()
    }

    /// The industry that the longest beginning of a CPV code speaks of.
    pub(super) fn of_cpv(&self, code: &str) -> Option<&str> {
        let begins = self.cpv.iter().filter(|(begin, _)| code.starts_with(begin.as_str()));
        begins.max_by_key(|(begin, _)| begin.len()).map(|(_, number)| self.codes[*number].as_str())
    }

    pub(super) fn named(&self, client: Client, name: &str) -> bool {
        self.in_name.find(name).contains(&(client as usize))
    }

    pub(super) fn described(&self, client: Client, text: &str) -> bool {
        self.in_text.find(text).contains(&(client as usize))
    }
}

const fn languages(all: [&Vec<Spanned<String>>; 5]) -> [(&[Spanned<String>], StemLanguage); 5] {
    let [en, es, ru, de, fr] = all;
    [
        (en.as_slice(), StemLanguage::English),
        (es.as_slice(), StemLanguage::Spanish),
        (ru.as_slice(), StemLanguage::Russian),
        (de.as_slice(), StemLanguage::German),
        (fr.as_slice(), StemLanguage::French),
    ]
}

fn line(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, BadTable> {
    toml::from_str(text).map_err(|error| BadTable {
        line: line(text, error.span().map_or(0, |span| span.start)),
        why: error.message().lines().next().unwrap_or("no TOML").to_owned(),
    })
}

/// Whether this is a section or a division of NACE.
pub(super) fn is_nace(code: &str) -> bool {
    section(code).is_some()
}

/// The section of a section or division (NACE Rev. 2, which Rev. 2.1 did not renumber at this height but for `J` to `V`).
pub(super) fn section(code: &str) -> Option<char> {
    let bytes = code.as_bytes();
    match bytes {
        [letter @ b'A'..=b'U'] => Some(char::from(*letter)),
        [b'0'..=b'9', b'0'..=b'9'] => Some(match code.parse::<u8>().ok()? {
            1..=3 => 'A',
            5..=9 => 'B',
            10..=33 => 'C',
            35 => 'D',
            36..=39 => 'E',
            41..=43 => 'F',
            45..=47 => 'G',
            49..=53 => 'H',
            55..=56 => 'I',
            58..=63 => 'J',
            64..=66 => 'K',
            68 => 'L',
            69..=75 => 'M',
            77..=82 => 'N',
            84 => 'O',
            85 => 'P',
            86..=88 => 'Q',
            90..=93 => 'R',
            94..=96 => 'S',
            97..=98 => 'T',
            99 => 'U',
            _ => return None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_of_directories_are_industries() {
        let tables = Tables::shipped();
        let mut wrong = Vec::new();
        for (text, want) in [
            ("Food products > Dairy", &["10"][..]),
            ("Alimentación y bebidas", &["10", "11"]),
            ("Производство пищевых продуктов", &["10"]),
            ("Lebensmittelindustrie", &["10"]),
            ("Industrie agroalimentaire", &["10"]),
            ("Hospitals and clinics", &["86"]),
            ("Больницы", &["86"]),
            ("Hotel", &["55"]),
            ("MedicalClinic", &["86"]),
            ("Transporte y logística", &["49", "52"]),
            ("Großhandel", &["46"]),
            ("Строительные работы", &["F"]),
            ("Bauunternehmen", &["F"]),
            ("Sheet metal, welding", &["25"]),
            // Who makes machines for an industry is not of it.
            ("Maquinaria para la industria alimentaria", &["28"]),
            ("Maquinaria para la industria alimentaria, cárnica y láctea. Transporte de mercancías", &["28", "49"]),
            ("Equipos de envasado para la industria farmacéutica", &["28"]),
            ("Maquinaria textil", &["28"]),
            ("Maquinaria agrícola", &["28"]),
            ("Food processing machinery", &["28"]),
            ("Food & beverage packaging machinery", &["28"]),
            ("Machinery for the dairy and meat industries", &["28"]),
            ("Bakery equipment", &["28"]),
            ("Equipment for the food industry", &["28"]),
            ("Food, machinery", &["10", "28"]),
            ("Food and machinery", &["10", "28"]),
            ("Alimentación y maquinaria", &["10", "28"]),
            ("Medical equipment", &["32"]),
            ("Оборудование для пищевой промышленности", &["28"]),
            ("Пищевое оборудование", &["28"]),
            ("Медицинское оборудование", &["32"]),
            ("Maschinen für die Lebensmittelindustrie", &["28"]),
            ("Lebensmittelmaschinen", &["28"]),
            ("Machines pour l'industrie alimentaire", &["28"]),
            ("Other", &[]),
            ("", &[]),
        ] {
            if tables.industries(text) != want {
                wrong.push(format!("{text}: {:?}, wanted {want:?}", tables.industries(text)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!((tables.of_cpv("33190000"), tables.of_cpv("33600000"), tables.of_cpv("98000000")), (Some("32"), Some("21"), None));
        assert!(tables.codes.iter().all(|code| is_nace(code)) && !is_nace("44") && !is_nace("Z") && !is_nace("101"));
    }

    #[test]
    fn bands_that_a_number_may_be() {
        let tables = Tables::shipped();
        let of = |from, to| tables.bands_of(People { from, to }).join(" ");
        for (from, to, want) in [
            (9, Some(9), "micro"),
            (10, Some(49), "small"),
            (50, Some(99), "medium"),
            (100, None, "medium large"),
            (0, Some(50), "micro small medium"),
            (250, None, "large"),
        ] {
            assert_eq!(of(from, to), want, "{from} {to:?}");
        }
        let bands = |all: &[(&str, u32)]| all.iter().map(|(name, from)| ((*name).to_owned(), *from)).collect();
        let two = Tables::default().with_bands(&bands(&[("b", 100), ("a", 0)])).unwrap();
        assert_eq!(two.bands().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Tables::default().with_bands(&bands(&[("a", 5)])), None);
        assert_eq!(Tables::default().with_bands(&bands(&[("a", 0), ("b", 0)])), None);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let industries = |text: &str| Tables::default().with_industries(text).unwrap_err().to_string();
        assert!(industries("[[industry]]\nnace = \"44\"").starts_with("line 2: found \"44\", expected a section"));
        assert!(industries("[[industry]]\nnace = \"10\"\ncpv = [\"x\"]").starts_with("line 3: found \"x\""));
        assert!(industries("[[industry]]\nnace = \"10\"\nen = [\"…\"]").starts_with("line 3: found \"…\""));
        assert!(industries("[[industry]]\nnace = \"10\"\nen = [\"… …\"]").starts_with("line 3: found \"… …\""));
        assert!(industries("[[industry]]\nnace = \"10\"\nit = []").starts_with("line 3: unknown field `it`"));
        let clients = Tables::default().with_clients("[government.in_nam]\nen = []").unwrap_err().to_string();
        assert!(clients.starts_with("line 1: unknown field `in_nam`"), "{clients}");
    }
}
