//! Words in a list that announce what stands behind them. Knows no list and no entry.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::base::text;
use crate::model::identifier;

/// Words of a label at most.
const LABEL: usize = 4;
/// Words that announce what stands behind them, folded.
pub(super) const LABELS: &[&str] = &[
    "tel",
    "telf",
    "tlf",
    "tfno",
    "telefono",
    "telefon",
    "telephone",
    "phone",
    "ph",
    "mobile",
    "movil",
    "mob",
    "fax",
    "whatsapp",
    "тел",
    "телефон",
    "mail",
    "mailto",
    "email",
    "e mail",
    "correo",
    "почта",
    "web",
    "url",
    "site",
    "website",
    "domain",
    "dominio",
    "facebook",
    "linkedin",
    "instagram",
    "telegram",
];
/// Words that announce a name, folded; only with a colon.
pub(super) const NAME_LABELS: &[&str] = &[
    "empresa",
    "razon social",
    "nombre",
    "cliente",
    "company",
    "company name",
    "firm",
    "name",
    "client",
    "customer",
    "firma",
    "компания",
    "фирма",
    "название",
    "клиент",
];
/// Networks that announce the name of a page, folded, and what its address begins with.
pub(super) const NETWORKS: &[(&str, &str)] = &[
    ("facebook", "facebook.com/"),
    ("instagram", "instagram.com/"),
    ("twitter", "x.com/"),
    ("telegram", "t.me/"),
    ("tiktok", "tiktok.com/@"),
];
/// Words between a label of a tax number and the number, folded.
const FILLERS: &[&str] = &["no", "n", "nr", "num", "number", "numero", "номер", "id"];
/// Names of tax numbers beside those of the kinds that are known, folded.
const TAX_LABELS: &[&str] = &["tax id", "tax", "vat id", "ust idnr", "ust id"];

/// Every name of a tax or register number, folded.
pub(super) static TAX: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = identifier::kinds().flat_map(|kind| kind.labels.iter().copied().chain([kind.name]));
    names.chain(TAX_LABELS.iter().copied()).map(text::words).collect()
});

/// What stands behind a label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    TaxId,
    Other,
}

/// Without the word that announces it: `Tel. 947 555 444`, `CIF: B12345674`, `NIF/CIF nº B12345674`.
pub(super) fn unlabelled(written: &str) -> (&str, Option<Label>) {
    let (mut rest, mut label) = (written, None);
    while let Some((after, found)) = label_of(rest, label) {
        (rest, label) = (after, label.or(Some(found)));
    }
    // A label and no more, or a name that begins with one: "Phone House".
    let is_more = rest.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '.'));
    if is_more && !rest.starts_with("//") { (rest, label) } else { (written, None) }
}

/// The label in front of a text, and what stands behind it.
fn label_of(written: &str, before: Option<Label>) -> Option<(&str, Label)> {
    let is_end = |(at, c): &(usize, char)| c.is_alphanumeric() && !written[at + c.len_utf8()..].starts_with(char::is_alphanumeric);
    let ends: Vec<usize> = written.char_indices().filter(is_end).map(|(at, c)| at + c.len_utf8()).take(LABEL).collect();
    ends.into_iter().rev().find_map(|end| {
        let (front, rest) = written.split_at(end);
        let words = text::words(front);
        let filler = before == Some(Label::TaxId) && FILLERS.contains(&words.as_str());
        let label = match (TAX.contains(&words) || filler, LABELS.contains(&words.as_str())) {
            (true, _) => Label::TaxId,
            (false, true) => Label::Other,
            (false, false) => return None,
        };
        let bare = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '(' | '@' | '*'));
        let mark = &rest[..rest.len() - bare.len()];
        // "mail.ru" is a host, "mailto:" a label.
        let parts =
            mark.contains([' ', ':', '\t']) || label == Label::TaxId && !mark.is_empty() || bare.starts_with(|c: char| c.is_ascii_digit());
        (parts && !bare.is_empty() && !mark.contains("//")).then_some((bare, label))
    })
}

/// A name without the label of what stood behind it: `Acme SL CIF`.
pub(super) fn ends_in_label(name: &str) -> &str {
    let bare = name.trim_end().rsplit_once(char::is_whitespace).filter(|(_, last)| {
        let words = text::words(last);
        TAX.contains(&words) || LABELS.contains(&words.as_str())
    });
    bare.map_or(name, |(bare, _)| bare)
}
