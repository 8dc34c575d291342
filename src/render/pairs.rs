//! Pairs of organisations that a letter asks about: who they are, what speaks for one and against it, and how to answer. Knows no store and no rule.

use serde::Serialize;

use super::clean::line;
use super::due::said;
use super::language::Language;
use super::{Named, Pair};

/// Characters of a name.
const NAME: usize = 80;

/// One pair.
#[derive(Debug, Serialize)]
pub(super) struct PairView {
    pub one: String,
    pub other: String,
    /// What speaks for it, and what against it.
    pub because: Vec<String>,
    /// The commands that answer.
    pub answers: Vec<String>,
}

/// The heading.
pub(super) fn title(language: Language) -> &'static str {
    said(language, ["Are these one company?", "¿Son la misma empresa?", "Это одна и та же компания?"])
}

/// Who answers, and where.
pub(super) fn how(language: Language) -> &'static str {
    said(
        language,
        [
            "Whoever has the command line answers with one of the lines; each pair is asked about once, and `atalaya org list --questions` shows what is open.",
            "Responde quien tiene la línea de comandos, con una de las líneas; se pregunta una vez por cada par, y `atalaya org list --questions` muestra lo que queda abierto.",
            "Отвечает тот, у кого есть командная строка, одной из строк; о каждой паре спрашивают один раз, а `atalaya org list --questions` показывает, что осталось.",
        ],
    )
}

/// A pair in the reader's language.
pub(super) fn pair(language: Language, pair: &Pair) -> PairView {
    let named = |named: &Named| {
        let place = named.place.as_ref().map(|place| format!(" ({})", line(place, NAME))).unwrap_or_default();
        format!("{}{place}", line(&named.name, NAME))
    };
    let (one, other) = (&pair.one, &pair.other);
    let [yes, no] = [said(language, ["Yes", "Sí", "Да"]), said(language, ["No", "No", "Нет"])];
    PairView {
        one: named(one),
        other: named(other),
        because: because(language, &pair.fields),
        answers: vec![
            format!("{yes}: atalaya org same {} {}", one.id, other.id),
            format!("{no}: atalaya org not-same {} {}", one.id, other.id),
        ],
    }
}

/// What speaks for it, the loudest first, and what against it.
fn because(language: Language, fields: &[(String, i32)]) -> Vec<String> {
    if fields.is_empty() {
        let contradicted = [
            "They share a telephone number, site or tax number; their names have nothing in common.",
            "Comparten teléfono, sitio o número fiscal; sus nombres no tienen nada en común.",
            "У них общий телефон, сайт или налоговый номер, а названия не имеют ничего общего.",
        ];
        return vec![said(language, contradicted).to_owned()];
    }
    // How rarely any two are one says nothing of these two.
    let mut sorted: Vec<&(String, i32)> = fields.iter().filter(|(name, _)| name != "any_two").collect();
    sorted.sort_by_key(|(name, points)| (std::cmp::Reverse(points.abs()), name.as_str()));
    let all = |wanted: &dyn Fn(i32) -> bool| {
        sorted.iter().filter(|(_, points)| wanted(*points)).map(|(name, _)| word(language, name)).collect::<Vec<_>>().join(", ")
    };
    let lines = [
        (said(language, ["For it", "A favor", "За"]), all(&|points| points > 0)),
        (said(language, ["Against it", "En contra", "Против"]), all(&|points| points < 0)),
    ];
    lines.into_iter().filter(|(_, fields)| !fields.is_empty()).map(|(what, fields)| format!("{what}: {fields}")).collect()
}

/// A field as people call it; one that has no word here goes by its own name.
fn word(language: Language, field: &str) -> String {
    let words = match field {
        "name" => ["name", "nombre", "название"],
        "address" => ["address", "dirección", "адрес"],
        "place" => ["town", "localidad", "город"],
        "country" => ["country", "país", "страна"],
        "phone" | "phone_of_house" => ["telephone number", "teléfono", "телефон"],
        "email" => ["e-mail address", "correo electrónico", "адрес почты"],
        "domain" => ["site", "sitio web", "сайт"],
        "tax_id" => ["tax number", "número fiscal", "налоговый номер"],
        "legal_form" => ["legal form", "forma jurídica", "правовая форма"],
        "other_rows" => ["other records", "otros registros", "другие записи"],
        other => return other.replace('_', " "),
    };
    said(language, words).to_owned()
}
