//! What a tender portal held when it was added and matters still, in a few lines of a letter. Knows no store.

use super::clean::{line, link};
use super::due::{said, until};
use super::language::{Language, of_number, plural};
use super::{Reader, Stock};
use crate::model::closings;

/// The lines on one source: how many tenders are open, the nearest deadlines, how many contracts run; none where it held nothing.
pub(super) fn lines(reader: &Reader<'_>, stock: &Stock) -> Vec<String> {
    if stock.open == 0 && stock.contracts == 0 && !stock.more {
        return Vec::new();
    }
    let language = reader.language;
    let source = line(&stock.source, 60);
    let least = if stock.more { said(language, ["at least ", "al menos ", "не менее "]) } else { "" };
    let open = open(language, stock.open);
    let there = match language {
        Language::En => format!("When {source} was added it held already, and nobody was told one by one: {least}{open}"),
        Language::Es => format!("Cuando se añadió {source} ya había, sin avisar de cada una: {least}{open}"),
        Language::Ru => format!("Когда был добавлен {source}, там уже было, и об этом не сообщалось: {least}{open}"),
    };
    let contracts = contracts(language, stock.contracts);
    let mut lines = vec![format!("{there}, {least}{contracts}.")];
    for record in &stock.next {
        if let Some(closing) = closings(record).into_iter().find(|closing| closing.name.as_str() == "deadline") {
            let buyer = record.text("buyer").map(|buyer| format!(" – {}", line(&buyer, 80))).unwrap_or_default();
            let when = until(language, reader.zone, &closing);
            let page = link(&record.url).map(|href| format!(", {href}")).unwrap_or_default();
            lines.push(format!("{when}: {}{buyer}{page}", line(&record.title(), 120)));
        }
    }
    lines
}

/// How many tenders are open.
pub(super) fn open(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("{n} open {} for you", plural(n, "tender", "tenders")),
        Language::Es => format!("{n} {} para ti", plural(n, "licitación abierta", "licitaciones abiertas")),
        Language::Ru => format!("{n} {} для вас", of_number(n, ["открытый тендер", "открытых тендера", "открытых тендеров"])),
    }
}

fn contracts(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("{n} {} with a known end", plural(n, "running contract", "running contracts")),
        Language::Es => format!("{n} {} con final conocido", plural(n, "contrato en curso", "contratos en curso")),
        Language::Ru => {
            format!(
                "{n} {} с известным сроком окончания",
                of_number(n, ["действующий контракт", "действующих контракта", "действующих контрактов"])
            )
        }
    }
}
