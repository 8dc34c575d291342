//! What a tender portal held when it was added and matters still, in a few lines of a letter. Knows no store.

use serde::Serialize;

use super::clean::{line, link};
use super::due::{said, until};
use super::language::{Language, of_number, plural};
use super::view::LinkView;
use super::{Reader, Stock};
use crate::model::closings;

/// What is said of one source.
#[derive(Debug, Serialize)]
pub(super) struct StockView {
    /// How many tenders are open, how many contracts run.
    pub there: String,
    /// The nearest deadlines.
    pub next: Vec<LinkView>,
}

/// What is said of one source; nothing where it held nothing.
pub(super) fn stock(reader: &Reader<'_>, stock: &Stock) -> Option<StockView> {
    if stock.open == 0 && stock.contracts == 0 && !stock.more {
        return None;
    }
    let language = reader.language;
    let source = line(&stock.source, 60);
    let least = if stock.more { said(language, ["at least ", "al menos ", "не менее "]) } else { "" };
    let again = match (stock.again, language) {
        (0, _) => String::new(),
        (n, Language::En) => format!(" and {n} that {} counted above", plural(n, "is", "are")),
        (n, Language::Es) => format!(" y {n} ya {} arriba", plural(n, "contada", "contadas")),
        (n, Language::Ru) => format!(" и ещё {n}, {} выше", of_number(n, ["учтённый", "учтённых", "учтённых"])),
    };
    let open = format!("{}{again}", open(language, stock.open));
    let there = match language {
        Language::En => format!("When {source} was added it held already, and nobody was told one by one: {least}{open}"),
        Language::Es => format!("Cuando se añadió {source} ya había, sin avisar de cada una: {least}{open}"),
        Language::Ru => format!("Когда был добавлен {source}, там уже было, и об этом не сообщалось: {least}{open}"),
    };
    let contracts = contracts(language, stock.contracts);
    let next = stock.next.iter().filter_map(|record| {
        let closing = closings(record).into_iter().find(|closing| closing.name.as_str() == "deadline")?;
        let buyer = record.text("buyer").map(|buyer| format!(" – {}", line(&buyer, 80))).unwrap_or_default();
        let when = until(language, reader.zone, &closing);
        Some(LinkView { words: format!("{when}: {}{buyer}", line(&record.title(), 120)), href: link(&record.url) })
    });
    Some(StockView { there: format!("{there}, {least}{contracts}."), next: next.collect() })
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
