//! What a text in a box of a list is that no field of a member is: a day, an hour, a price, a role, a quotation, an advertisement. A table of words; knows
//! no page.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::captions;
use super::value::{begins_with_day, begins_with_hour};
use crate::base::text::words;
use crate::model::Aside;

/// Words of a role, and of a quotation at least.
const ROLE: usize = 8;
const QUOTED: usize = 3;
/// A role of so few words may end with what it is: "sales manager".
const SHORT: usize = 3;

static PRICE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d\s?[€$£₽%]|[€$£]\s?\d").expect("the pattern is fixed"));

/// The words of one kind in the table, folded.
fn of<C: FromIterator<String>>(kind: &str) -> C {
    captions::all(include_str!("asides.txt")).filter(|(_, own)| *own == kind).map(|(text, _)| words(text)).collect()
}

static ROLES: LazyLock<HashSet<String>> = LazyLock::new(|| of("role"));
static LABELS: LazyLock<HashSet<String>> = LazyLock::new(|| of("label"));
static FREE: LazyLock<HashSet<String>> = LazyLock::new(|| of("free"));
static PLACES: LazyLock<HashSet<String>> = LazyLock::new(|| of("place"));
static CALLS: LazyLock<Vec<String>> = LazyLock::new(|| of("call"));

/// What a text is, where it is none of a member: `name`: it is what the box is called by.
pub fn aside_of(text: &str, name: bool) -> Option<Aside> {
    let text = text.trim();
    let folded = words(text);
    let calls = || CALLS.iter().any(|call| folded.strip_prefix(call.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')));
    if name && is_free(&folded) {
        return Some(Aside::Free);
    }
    if name {
        return (text.ends_with(['?', '？']) || calls()).then_some(Aside::Advertisement);
    }
    if begins_with_day(text) {
        Some(Aside::Day)
    } else if begins_with_hour(text) {
        Some(Aside::Hour)
    } else if is_quoted(text) {
        Some(Aside::Quotation)
    } else if calls() || LABELS.contains(&folded) {
        Some(Aside::Advertisement)
    } else if is_role(&folded) {
        Some(Aside::Role)
    } else {
        PRICE.is_match(text).then_some(Aside::Price)
    }
}

/// Whether nobody is there: "se vende", "Nave 4 disponible", "Reserved 2".
fn is_free(folded: &str) -> bool {
    let counts = |word: &str| word.chars().count() == 1 || word.contains(|c: char| c.is_ascii_digit());
    let of_place = |word: &&&str| PLACES.contains(**word) || counts(word);
    let all: Vec<&str> = folded.split(' ').collect();
    let before = all.iter().take_while(of_place).count();
    let after = all[before..].iter().rev().take_while(of_place).count();
    FREE.contains(&all[before..all.len() - after].join(" "))
}

fn is_quoted(text: &str) -> bool {
    let end = text.trim_end_matches(['.', '!', '…']);
    let (open, close) = (['«', '“', '"', '„', '”', '‹', '「'], ['»', '”', '"', '“', '›', '」']);
    text.starts_with(open) && end.ends_with(close) && text.split_whitespace().count() >= QUOTED
}

fn is_role(folded: &str) -> bool {
    let all: Vec<&str> = folded.split(' ').collect();
    let is = |word: Option<&&str>| word.is_some_and(|word| ROLES.contains(*word));
    all.len() <= ROLE && is(all.first()) || all.len() <= SHORT && all.iter().any(|word| is(Some(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_member_says() {
        for (text, name, want) in [
            ("3 de diciembre de 2026", false, Some(Aside::Day)),
            ("18:00 h", false, Some(Aside::Hour)),
            ("A las 18:30, salón de actos", false, Some(Aside::Hour)),
            ("19 Uhr", false, Some(Aside::Hour)),
            ("de 10 a 14 h", false, Some(Aside::Hour)),
            ("«La asociación nos ayuda mucho.»", false, Some(Aside::Quotation)),
            ("“They help us a lot”.", false, Some(Aside::Quotation)),
            ("Técnico", false, Some(Aside::Role)),
            ("Gerente de Talleres Orbaneja", false, Some(Aside::Role)),
            ("Sales manager", false, Some(Aside::Role)),
            ("Генеральный директор", false, Some(Aside::Role)),
            ("Únete a más de 200 empresas", false, Some(Aside::Advertisement)),
            ("Anuncio", false, Some(Aside::Advertisement)),
            ("Desde 9 €/mes", false, Some(Aside::Price)),
            ("¿Quieres anunciarte aquí?", true, Some(Aside::Advertisement)),
            ("Hazte socio", true, Some(Aside::Advertisement)),
            ("SE VENDE", true, Some(Aside::Free)),
            ("Nave 4: disponible", true, Some(Aside::Free)),
            ("Se alquila nave 12-B", true, Some(Aside::Free)),
            ("Reserved", true, Some(Aside::Free)),
            ("Stand A12 – TBA", true, Some(Aside::Free)),
            ("Сдаётся", true, Some(Aside::Free)),
            ("Nave 4", true, None),
            ("Reserved Foods", true, None),
            ("Se Vende Todo, S.L.", true, None),
            ("Disponible", false, None),
            // What members say and are called.
            ("Burgos", false, None),
            ("Publicidad", false, None),
            ("Administrador de fincas", false, None),
            ("Asesoría técnica y fiscal de empresas", false, None),
            ("«Ромашка»", false, None),
            ("947 20 03 31", false, None),
            ("Calle Mayor 12, 09001 Burgos", false, None),
            ("Técnico", true, None),
            ("Talleres Orbaneja, S.L.", true, None),
        ] {
            assert_eq!(aside_of(text, name), want, "{text}");
        }
    }
}
