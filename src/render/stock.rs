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
        Some(LinkView { words: format!("{when}: {}{buyer}", line(&record.title_in(language.tag()), 120)), href: link(&record.url) })
    });
    let which = which(language, stock).map(|which| format!(" {which}")).unwrap_or_default();
    Some(StockView { there: format!("{there}, {least}{contracts}.{which}"), next: next.collect() })
}

/// Which of the open tenders follow, where not all of them do.
fn which(language: Language, stock: &Stock) -> Option<String> {
    let named = stock.next.len();
    if named >= stock.open {
        return None;
    }
    let told = match (stock.told, language) {
        (0, _) => None,
        (n, Language::En) => Some(format!("{n} {} named elsewhere in this mail", plural(n, "is", "are"))),
        (n, Language::Es) => Some(format!("{n} {} en otra parte de este correo", plural(n, "aparece", "aparecen"))),
        (n, Language::Ru) => Some(format!("{n} {} в другом месте этого письма", of_number(n, ["назван", "названы", "названы"]))),
    };
    let undated = match (stock.undated, language) {
        (0, _) => None,
        (n, Language::En) => Some(format!("{n} {} no deadline", plural(n, "names", "name"))),
        (n, Language::Es) => Some(format!("{n} no {} plazo", plural(n, "indica", "indican"))),
        (n, Language::Ru) => Some(format!("у {n} срок не указан")),
    };
    let parts: Vec<String> = told.into_iter().chain(undated).collect();
    let of_them = said(language, ["Of the open ones ", "De las abiertas, ", "Из открытых "]);
    let nearest = match (parts.is_empty(), named) {
        (_, 0) => None,
        (true, _) => Some(said(language, ["The nearest:", "Las más próximas:", "Ближайшие:"])),
        (false, _) => Some(said(language, ["the nearest of the others:", "de las demás, las más próximas:", "ближайшие из остальных:"])),
    };
    let parts = (!parts.is_empty()).then(|| format!("{of_them}{}", parts.join(", ")));
    match (parts, nearest) {
        (Some(parts), Some(nearest)) => Some(format!("{parts}; {nearest}")),
        (Some(parts), None) => Some(format!("{parts}.")),
        (None, nearest) => nearest.map(str::to_owned),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordKind;
    use crate::model::sample::record;

    #[test]
    fn who_counts_five_and_names_two_says_why() {
        let next = |n: usize| vec![record("portal", "1", RecordKind::Tender, &[]); n];
        let cases = [(2, 2, 0, 0), (5, 2, 2, 1), (5, 0, 4, 1), (3, 2, 1, 0), (9, 5, 0, 1), (9, 5, 0, 0)];
        let told = cases.map(|(open, named, told, undated)| {
            let source = "Portal".to_owned();
            let stock = Stock { id: source.clone(), source, open, again: 0, contracts: 0, more: false, next: next(named), told, undated };
            let said = Language::ALL.map(|language| which(language, &stock).unwrap_or_else(|| "-".to_owned()));
            format!("{open} open, {named} named, {told} told, {undated} without a deadline\n{}", said.join("\n"))
        });
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
