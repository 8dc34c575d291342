//! A company's name taken apart: the core that is compared, and the legal form that is evidence of its own.

use std::cmp::Reverse;
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

/// A legal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalForm {
    /// Where it is at home, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// What stands behind it.
    pub kind: LegalKind,
    /// As it is usually written: `S.L.`.
    pub shown: &'static str,
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
    words: &'static str,
    form: LegalForm,
}

/// Longest spelling first, so that `gmbh co kg` is not taken for `kg`.
static SPELLINGS: LazyLock<Vec<Spelling>> = LazyLock::new(|| {
    let mut spellings = Vec::new();
    for row in include_str!("legal_forms.txt").lines().filter(|row| !row.starts_with('#')) {
        let mut cells = row.split('|');
        let (Some(country), Some(kind), Some(shown)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let kind = match kind {
            "p" => LegalKind::Person,
            "b" => LegalKind::Body,
            _ => LegalKind::Entity,
        };
        spellings.extend(cells.map(|words| Spelling { words, form: LegalForm { country, kind, shown } }));
    }
    spellings.sort_by_key(|spelling| (Reverse(spelling.words.len()), spelling.words));
    spellings
});

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
}

fn strip(core: &str, original: &str) -> Option<(String, &'static LegalForm)> {
    for spelling in SPELLINGS.iter() {
        let cut = core.strip_suffix(spelling.words).filter(|rest| rest.ends_with(' ')).or_else(|| {
            // Latin short forms in front are words of their own more often ("SA Martín", "AG Motors"); Cyrillic ones are not.
            spelling
                .words
                .starts_with(|c: char| !c.is_ascii())
                .then(|| core.strip_prefix(spelling.words))
                .flatten()
                .filter(|rest| rest.starts_with(' '))
        });
        if let Some(rest) = cut {
            return Some((rest.trim().to_owned(), &spelling.form));
        }
    }
    // "SpA" is a form, "Hotel & Spa" is not: only the spelling tells.
    let spelled = original.trim_end().ends_with(" SpA") || original.trim_end().ends_with(" SPA");
    let rest = core.strip_suffix(" spa").filter(|_| spelled)?;
    let form = SPELLINGS.iter().find(|spelling| spelling.words == "s p a")?;
    Some((rest.trim().to_owned(), &form.form))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        check("Acme", "acme", None);
        check("", "", None);
    }
}
