//! A company's name taken apart: the core that is compared, and the legal form that is evidence of its own.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::text;

/// What kind of person in law stands behind a legal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalKind {
    /// A legal entity: a company, a cooperative, a registered association.
    Entity,
    /// A natural person in business: sole trader, autónomo, ИП.
    Person,
    /// A body of the state or a municipality.
    Body,
}

/// What a legal form is in any country's law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalClass {
    /// A company of limited liability.
    Limited,
    /// A company of shares.
    Stock,
    /// A partnership, also one with limited partners, and groupings of companies.
    Partnership,
    /// A cooperative or mutual society.
    Cooperative,
    /// A foundation.
    Foundation,
    /// An association, a charity.
    Association,
    /// A body, institution or enterprise of public law.
    PublicBody,
    /// A natural person in business.
    SoleTrader,
    /// A word that tells no more than that it is a company.
    Other,
}

impl LegalClass {
    fn of(word: &str) -> Self {
        match word {
            "limited" => Self::Limited,
            "stock" => Self::Stock,
            "partnership" => Self::Partnership,
            "cooperative" => Self::Cooperative,
            "foundation" => Self::Foundation,
            "association" => Self::Association,
            "public" => Self::PublicBody,
            "soletrader" => Self::SoleTrader,
            _ => Self::Other,
        }
    }

    const fn kind(self) -> LegalKind {
        match self {
            Self::SoleTrader => LegalKind::Person,
            Self::PublicBody => LegalKind::Body,
            Self::Limited | Self::Stock | Self::Partnership | Self::Cooperative | Self::Foundation | Self::Association | Self::Other => {
                LegalKind::Entity
            }
        }
    }
}

/// A legal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalForm {
    /// Where it is most at home, ISO 3166-1 alpha-2; `EU`, or `ZZ` for words of many countries. Neighbours may write the same.
    pub country: &'static str,
    /// What stands behind it.
    pub kind: LegalKind,
    /// What it is in law.
    pub class: LegalClass,
    /// As it is usually written: `S.L.`.
    pub shown: &'static str,
}

impl LegalForm {
    /// Whether the law of one country knows them as two: a company of shares is none of limited liability.
    pub fn differs(&self, other: &Self) -> bool {
        self.country == other.country && self.class != other.class
    }
}

/// A name without its legal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyName {
    /// Folded words, without legal form.
    pub core: String,
    /// The legal form, where the name holds one.
    pub form: Option<&'static LegalForm>,
}

struct Spelling {
    words: String,
    form: LegalForm,
    /// May also stand before the name.
    leads: bool,
}

/// Longest spelling first, so that `gmbh co kg` is not taken for `kg`; of equal ones the first row's.
static SPELLINGS: LazyLock<Vec<Spelling>> = LazyLock::new(|| {
    let mut spellings = Vec::new();
    for row in include_str!("legal_forms.txt").lines().filter(|row| !row.starts_with('#')) {
        let mut cells = row.split('|');
        let (Some(country), Some(class), Some(shown)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let class = LegalClass::of(class);
        for cell in cells {
            let written = cell.strip_prefix('^').unwrap_or(cell);
            let folded = text::words(written);
            // Latin short forms in front are words of their own more often ("SA Martín", "AG Motors"); others are not.
            let leads = cell.starts_with('^') || !folded.is_ascii();
            let joined = written.contains('.').then(|| text::words(&written.replace('.', "")));
            let plain = Some(text::latin(&folded)).filter(|plain| folded.starts_with(|c: char| c.is_ascii()) && *plain != folded);
            let form = LegalForm { country, kind: class.kind(), class, shown };
            spellings.extend(std::iter::once(folded).chain(joined).chain(plain).map(|words| Spelling { words, form: form.clone(), leads }));
        }
    }
    spellings.sort_by_key(|spelling| Reverse(spelling.words.len()));
    spellings
});

/// Spellings by one of their words: a name is compared with few.
type ByWord = HashMap<&'static str, Vec<&'static Spelling>>;

/// All by their last word.
static BEHIND: LazyLock<ByWord> = LazyLock::new(|| by_word(|spelling| spelling.words.rsplit(' ').next()));
/// Those that lead by their first.
static BEFORE: LazyLock<ByWord> = LazyLock::new(|| by_word(|spelling| spelling.words.split(' ').next().filter(|_| spelling.leads)));

fn by_word(word: impl Fn(&'static Spelling) -> Option<&'static str>) -> ByWord {
    let mut by_word = ByWord::new();
    for spelling in SPELLINGS.iter() {
        if let Some(word) = word(spelling) {
            by_word.entry(word).or_default().push(spelling);
        }
    }
    by_word
}

impl CompanyName {
    /// Takes a name apart. A name that is nothing but a legal form stays whole. The form is looked for at the end, then in front (ООО «…»).
    pub fn parse(name: &str) -> Self {
        let mut core = text::words(name);
        let mut form = None;
        // Two rounds: «ООО Ромашка Лтд», "Müller GmbH AG" in sloppy lists; more would eat names.
        for _ in 0..2 {
            let Some((rest, found)) = strip(&core, name) else { break };
            core = rest;
            form = form.or(Some(found));
        }
        Self { core, form }
    }

    /// The core in Latin letters, for comparing with a name of another script.
    pub fn latin(&self) -> String {
        text::latin(&self.core)
    }
}

/// What is left once a form is taken away must still name something.
const NO_NAMES: [&str; 14] = ["the", "a", "la", "el", "los", "las", "le", "les", "der", "die", "das", "o", "and", "y"];

fn strip(core: &str, original: &str) -> Option<(String, &'static LegalForm)> {
    let names = |rest: &str| !rest.trim().is_empty() && !NO_NAMES.contains(&rest.trim());
    let ends = core.rsplit(' ').next().and_then(|word| BEHIND.get(word)).into_iter().flatten();
    let starts = core.split(' ').next().and_then(|word| BEFORE.get(word)).into_iter().flatten();
    let behind = ends.copied().find_map(|spelling| {
        let rest = core.strip_suffix(spelling.words.as_str()).filter(|rest| rest.ends_with(' ') && names(rest))?;
        Some((rest, spelling))
    });
    let before = || {
        starts.copied().find_map(|spelling| {
            let rest = core.strip_prefix(spelling.words.as_str()).filter(|rest| rest.starts_with(' ') && names(rest))?;
            Some((rest, spelling))
        })
    };
    if let Some((rest, spelling)) = behind.or_else(before).or_else(|| unspaced(core)) {
        return Some((rest.trim().to_owned(), &spelling.form));
    }
    // "SpA" is a form, "Hotel & Spa" is not: only the spelling tells.
    let spelled = original.trim_end().ends_with(" SpA") || original.trim_end().ends_with(" SPA");
    let rest = core.strip_suffix(" spa").filter(|_| spelled)?;
    let form = SPELLINGS.iter().find(|spelling| spelling.words == "s p a")?;
    Some((rest.trim().to_owned(), &form.form))
}

/// Chinese, Japanese and Korean write no space between a name and its form: `株式会社山田`.
fn unspaced(core: &str) -> Option<(&str, &'static Spelling)> {
    let wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}');
    if !core.chars().any(wide) {
        return None;
    }
    let spellings = SPELLINGS.iter().filter(|spelling| spelling.words.chars().count() > 2 && spelling.words.chars().all(wide));
    spellings.into_iter().find_map(|spelling| {
        let rest = core.strip_suffix(spelling.words.as_str()).or_else(|| core.strip_prefix(spelling.words.as_str()))?;
        (!rest.trim().is_empty()).then_some((rest, spelling))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_forms_are_sound() {
        for row in include_str!("legal_forms.txt").lines().filter(|row| !row.starts_with('#')) {
            let cells: Vec<&str> = row.split('|').collect();
            assert!(cells.len() >= 4 && cells[0].len() == 2, "{row}");
            assert!(cells[1] == "other" || LegalClass::of(cells[1]) != LegalClass::Other, "{row}");
            assert!(cells[3..].iter().all(|cell| !text::words(cell).is_empty()), "{row}");
        }
    }

    #[test]
    fn a_core_in_latin_letters() {
        assert_eq!(CompanyName::parse("ООО «Ромашка»").latin(), CompanyName::parse("Romashka LLC").core);
    }

    #[test]
    fn a_form_tells_its_class_and_kind() {
        for (name, class, kind) in [
            ("Ayto. de Soria, E.P.E.", LegalClass::PublicBody, LegalKind::Body),
            ("ИП Королёв", LegalClass::SoleTrader, LegalKind::Person),
            ("Dupont SARL", LegalClass::Limited, LegalKind::Entity),
            ("Raiffeisen eG", LegalClass::Cooperative, LegalKind::Entity),
        ] {
            assert_eq!(CompanyName::parse(name).form.map(|form| (form.class, form.kind)), Some((class, kind)), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_is_never_eaten(name in "\\PC{0,30}", form in "(S\\.A\\.|GmbH|ООО|Ltd|SA|AG|Co|)", front in proptest::bool::ANY) {
            let whole = if front { format!("{form} {name}") } else { format!("{name} {form}") };
            proptest::prop_assert_eq!(CompanyName::parse(&whole).core.is_empty(), text::words(&whole).is_empty());
        }
    }

    #[test]
    fn names_taken_apart() {
        fn check(name: &str, core: &str, form: Option<&str>) {
            let parsed = CompanyName::parse(name);
            assert_eq!((parsed.core.as_str(), parsed.form.map(|form| form.shown)), (core, form), "{name}");
        }
        check("Talleres García, S.L.", "talleres garcia", Some("S.L."));
        check("TALLERES GARCIA SL", "talleres garcia", Some("S.L."));
        check("Construções Silva, Unipessoal Lda.", "construcoes silva", Some("Unipessoal Lda."));
        check("Müller & Söhne GmbH & Co. KG", "muller sohne", Some("GmbH & Co. KG"));
        check("Acme Co., Ltd.", "acme", Some("Ltd"));
        check("Dupont SAS", "dupont", Some("SAS"));
        check("Ferrari S.p.A.", "ferrari", Some("S.p.A."));
        check("Ferrari SpA", "ferrari", Some("S.p.A."));
        check("Hotel & Spa", "hotel spa", None);
        check("ООО «Ромашка»", "ромашка", Some("ООО"));
        check("ИП Королёв", "королев", Some("ИП"));
        check("«Ромашка», ООО", "ромашка", Some("ООО"));
        check("SA Martín", "sa martin", None);
        check("S.L.", "s l", None);
        check("Talleres García S. L. U.", "talleres garcia", Some("S.L.U."));
        check("Kowalski Sp. z o.o.", "kowalski", Some("Sp. z o.o."));
        check("Kowalski Spółka z ograniczoną odpowiedzialnością", "kowalski", Some("Sp. z o.o."));
        check("Kowalski Spolka Akcyjna", "kowalski", Some("S.A."));
        check("Общество с ограниченной ответственностью «Ромашка»", "ромашка", Some("ООО"));
        check("Публичное акционерное общество Север", "север", Some("ПАО"));
        check("ТОО Алма", "алма", Some("ТОО"));
        check("OOO Romashka", "romashka", Some("ООО"));
        check("UAB Baltika", "baltika", Some("UAB"));
        check("PT Maju Jaya Tbk", "maju jaya", Some("PT"));
        check("Stichting Water", "water", Some("Stichting"));
        check("Grupo Norte, S.A. de C.V.", "grupo norte", Some("S.A. de C.V."));
        check("Yılmaz San. ve Tic. Ltd. Şti.", "yılmaz", Some("Ltd. Şti."));
        check("株式会社山田", "山田", Some("株式会社"));
        check("北京天地科技有限公司", "北京天地科技", Some("有限公司"));
        check("SA Water", "sa water", None);
        check("Co-op", "co op", None);
        check("AG Barr", "ag barr", None);
        check("AG Barr plc", "ag barr", Some("PLC"));
        check("The Company", "the company", None);
        check("Acme", "acme", None);
        check("", "", None);
    }
}
