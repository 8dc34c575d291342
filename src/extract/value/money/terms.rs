//! Words around a price: from, free, on request, per unit, with or without tax. A lexicon, no numbers.

use crate::base::text;

/// Whether a price has tax in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tax {
    /// "incl. VAT".
    Included,
    /// "plus VAT".
    Excluded,
}

/// Names of value-added and sales tax, folded.
const TAXES: &[&str] = &[
    "vat",
    "iva",
    "mwst",
    "ust",
    "umsatzsteuer",
    "mehrwertsteuer",
    "tva",
    "ндс",
    "пдв",
    "tax",
    "taxes",
    "gst",
    "btw",
    "moms",
    "dph",
    "afa",
    "fpa",
    "kdv",
    "ddv",
    "pdv",
    "impuestos",
    "steuer",
    "dds",
    "igv",
    "mva",
];
const INCLUDED: &[&str] = &[
    "incl",
    "inc",
    "including",
    "inkl",
    "inklusive",
    "incluido",
    "incluidos",
    "incluso",
    "inclusa",
    "inclus",
    "comprise",
    "compreso",
    "compresa",
    "con",
    "con el",
    "with",
    "mit",
    "avec",
    "с",
    "включая",
    "в т ч",
    "с учетом",
    "incluindo",
    "incluida",
    "s",
    "z",
    "med",
    "cu",
    "включено",
    "з",
    "brutto",
    "bruto",
];
const EXCLUDED: &[&str] = &[
    "excl",
    "exc",
    "excluding",
    "exkl",
    "zzgl",
    "zuzuglich",
    "plus",
    "ohne",
    "sin",
    "mas",
    "hors",
    "sans",
    "esclusa",
    "escluso",
    "without",
    "ex",
    "без",
    "excluido",
    "bez",
    "exclusief",
    "fara",
    "ekskl",
    "uden",
    "netto",
    "before",
    "sem",
    "senza",
    "не включая",
    "mais",
    "piu",
];

/// Whether one of these phrases stands among the folded words of a text.
fn says(words: &str, phrases: &[&str]) -> bool {
    let starts = std::iter::once(0).chain(words.match_indices(' ').map(|(at, _)| at + 1));
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    starts.map(|at| &words[at..]).any(|rest| phrases.iter().any(|phrase| rest.strip_prefix(phrase).is_some_and(ends)))
}

/// Whether and how the text speaks of tax.
pub(super) fn tax(text: &str) -> Option<Tax> {
    let words = text::words(text);
    let has = |phrase: &str| says(&words, &[phrase]);
    for (phrase, tax) in [("ttc", Tax::Included), ("ht", Tax::Excluded), ("brutto", Tax::Included), ("netto", Tax::Excluded)] {
        if has(phrase) {
            return Some(tax);
        }
    }
    let name = TAXES.iter().find(|name| has(name))?;
    let padded = format!(" {words} ");
    let near = |list: &[&str]| {
        list.iter().any(|word| {
            has(&format!("{word} {name}"))
                || has(&format!("{name} {word}"))
                || padded.find(&format!(" {word} ")).is_some_and(|at| {
                    // "incl. 21 % VAT", "inkl. gesetzlicher MwSt."
                    let rest = &padded[at + word.len() + 1..];
                    rest.split(' ').take(5).any(|next| next == *name)
                })
        })
    };
    match (near(EXCLUDED), near(INCLUDED)) {
        (true, _) => Some(Tax::Excluded),
        (false, true) => Some(Tax::Included),
        (false, false) => None,
    }
}

/// Whether a price begins at what is written.
pub(super) fn from(text: &str) -> bool {
    const FROM: &[&str] = &[
        "from",
        "ab",
        "desde",
        "a partir de",
        "a partir",
        "des",
        "a partire da",
        "da",
        "от",
        "від",
        "od",
        "vanaf",
        "fra",
        "fran",
        "starting at",
        "starts at",
        "as low as",
        "nuo",
        "de la",
        "alates",
        "alkaen",
    ];
    let head: String = text.split(|c: char| c.is_ascii_digit()).next().unwrap_or("").chars().take(60).collect();
    says(&text::words(&head), FROM)
}

/// Whether the whole text says that nothing is to be paid.
pub(super) fn free(text: &str) -> bool {
    const FREE: &[&str] = &[
        "free",
        "for free",
        "free of charge",
        "gratis",
        "kostenlos",
        "kostenfrei",
        "gratuit",
        "gratuito",
        "gratuita",
        "бесплатно",
        "безкоштовно",
        "za darmo",
        "bezplatne",
        "zdarma",
        "no charge",
        "umsonst",
        "muft",
        "ilmainen",
        "tasuta",
        "無料",
        "免费",
    ];
    FREE.contains(&text::words(text).as_str())
}

/// Whether the price is told to who asks.
pub(super) fn on_request(text: &str) -> bool {
    const ASK: &[&str] = &[
        "on request",
        "upon request",
        "on application",
        "price on demand",
        "call for price",
        "call for pricing",
        "contact us for price",
        "request a quote",
        "ask for price",
        "poa",
        "auf anfrage",
        "preis auf anfrage",
        "nach vereinbarung",
        "verhandlungssache",
        "sur demande",
        "nous consulter",
        "a consultar",
        "consultar",
        "a convenir",
        "bajo pedido",
        "precio a consultar",
        "su richiesta",
        "a richiesta",
        "sob consulta",
        "a combinar",
        "по запросу",
        "уточняите",
        "договорная",
        "по договоренности",
        "цена по запросу",
        "за запитом",
        "договірна",
        "do uzgodnienia",
        "na zapytanie",
        "op aanvraag",
        "pa foresporsel",
        "na dotaz",
        "na vyzadani",
        "da concordare",
        "price not specified",
    ];
    says(&text::words(text), ASK)
}

/// "Free shipping on orders over $49": a sum that is no price of the thing.
pub(super) fn free_shipping(before: &str) -> bool {
    const SHIPPING: &[&str] = &[
        "free shipping",
        "free delivery",
        "envio gratis",
        "gratis versand",
        "versandkostenfrei",
        "livraison gratuite",
        "livraison offerte",
        "spedizione gratuita",
        "frete gratis",
        "бесплатная доставка",
        "darmowa dostawa",
        "gratis verzending",
    ];
    let words = text::words(before);
    SHIPPING.iter().any(|shipping| words.contains(shipping))
}

/// Whether a number is how many, not how much: "min. order: 1".
pub(super) fn counted(text: &str, at: usize) -> bool {
    const COUNTED: &[&str] = &["order", "qty", "quantity", "заказ", "menge", "cantidad", "quantite", "pedido", "шт"];
    let words = text::words(&text[..at]);
    let last = words.rsplit(' ').next().unwrap_or("");
    COUNTED.contains(&last)
}

/// Whether the text is a date: a month's name beside a number and nothing else.
pub(super) fn dated(text: &str) -> bool {
    let words = text::words(text);
    let mut rest = words.split(' ').filter(|word| !word.bytes().all(|b| b.is_ascii_digit()));
    matches!((rest.next(), rest.next()), (Some(word), None) if text::dates::is_month(word))
}

/// The unit after a price: "/ kg", "per month", "pro Stück".
pub(super) fn unit(after: &str) -> Option<String> {
    const PER: &[&str] = &["per", "pro", "por", "je", "par", "al", "alla", "за", "a", "each", "za", "na"];
    let after: String = after.chars().take(60).collect();
    let after = after.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '/' && c != '(');
    if let Some((before, unit)) = after.split_once('/') {
        let unit: String =
            unit.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '²' || *c == '³' || *c == '\'').take(20).collect();
        let short = before.split_whitespace().count() <= 2 && !before.contains(|c: char| c.is_ascii_digit());
        return (short && unit.chars().any(char::is_alphanumeric) && !unit.starts_with(|c: char| c.is_ascii_digit())).then_some(unit);
    }
    let mut words = after.split(|c: char| !(c.is_alphanumeric() || c == '²' || c == '³')).filter(|word| !word.is_empty());
    let per = words.by_ref().take(3).position(|word| PER.contains(&word.to_lowercase().as_str()) && word != "a")?;
    let _ = per;
    words.next().filter(|word| word.chars().all(|c| c.is_alphabetic() || c == '²' || c == '³')).map(str::to_owned)
}
