//! Which field a member of a record is, by what it is called: in many languages, in camels, with small words, as one long word. A table of words;
//! knows no API.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::captions;
use crate::base::text::latin;

/// Words that a name has between those that say something.
const SMALL: [&str; 24] = [
    "de", "del", "la", "el", "los", "las", "of", "the", "di", "da", "do", "du", "des", "der", "die", "das", "le", "les", "il", "en", "em",
    "in", "a", "to",
];
/// Letters of a word that may be part of a longer one, and of the longer one.
const PART: usize = 4;
const WHOLE: usize = 8;
/// Bytes of a name: what is longer is a key, and no word of anybody's.
const LONGEST: usize = 120;
/// Words that tell the end of something beside those of a date.
const ENDS: [&str; 16] = [
    "limite",
    "cierre",
    "fin",
    "fim",
    "final",
    "ende",
    "scadenza",
    "vencimiento",
    "validade",
    "cloture",
    "expira",
    "expiry",
    "deadline",
    "end",
    "okonchaniia",
    "srok",
];

/// Captions of pages that mean other things in APIs: whether it is open, how it is rated, how much there may be, when it was last touched.
const OTHERWISE: [&str; 6] = ["state", "estado", "rate", "cap", "field", "updated"];

static FIELDS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    // What APIs call so goes before what pages do.
    let of_pages = captions::of_pages().filter(|(name, _)| !OTHERWISE.contains(name));
    let all = of_pages.chain(captions::all(include_str!("names.txt")));
    let mut out: HashMap<String, &'static str> = all.map(|(name, field)| (key(&words_of(name)), field)).collect();
    out.remove("");
    out
});

/// The field that a member is called after: `place` of `ubicacion.ciudad`, `company` of `empresa.nombre`, `date` of `fechaPublicacion`. Of a name
/// with another meaning in APIs it is what pages mean where what the member holds agrees, or within an address.
pub(super) fn field_of(path: &str, agrees: impl Fn(&str) -> bool) -> Option<&'static str> {
    let mut parts = path.rsplit('.');
    let last = parts.next()?;
    let within = parts.find_map(of_one);
    let placed = matches!(within, Some("address" | "place" | "region" | "country"));
    let of_pages = || captions::field_of(last).filter(|field| placed && matches!(*field, "region" | "postcode") || agrees(field));
    let own = of_one(last).or_else(of_pages);
    let Some(within) = within else { return own };
    match (within, own) {
        ("title" | "name" | "description" | "price" | "date" | "deadline", None)
        | ("title" | "name", Some("description" | "id"))
        | ("company" | "person" | "place" | "region" | "country" | "address", Some("name" | "title" | "company" | "description")) => {
            Some(within)
        }
        ("company", Some("url")) => Some("website"),
        ("company" | "person" | "place" | "region" | "country" | "address" | "industry", None | Some("id" | "date" | "price")) => None,
        (_, own) => own,
    }
}

/// The field of one name.
fn of_one(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let words = words_of(name);
    if let Some(field) = FIELDS.get(&key(&words)).or_else(|| FIELDS.get(&plain(&key(&words)))) {
        return Some(field);
    }
    let said: Vec<&'static str> = match words.as_slice() {
        [one] => parts_of(one).into_iter().flatten().collect(),
        several => several.iter().filter_map(|word| FIELDS.get(word).or_else(|| FIELDS.get(&plain(word)))).copied().collect(),
    };
    let has = |field: &str| said.contains(&field);
    let ends = words.iter().any(|word| ENDS.contains(&word.as_str()));
    match said.as_slice() {
        [] => None,
        _ if has("image") => Some("image"),
        _ if has("date") && ends => Some("deadline"),
        _ if has("date") => Some("date"),
        _ if has("company") && (has("url") || has("website")) => Some("website"),
        _ if has("id") && said.iter().any(|field| !matches!(*field, "id" | "phone" | "tax_id" | "postcode")) => None,
        _ if has("company") && (has("name") || has("title")) => Some("company"),
        [first, ..] => Some(first),
    }
}

/// What begins a long word, and what ends it: `unternehmen` and `name` of `unternehmensname`.
fn parts_of(word: &str) -> [Option<&'static str>; 2] {
    if word.chars().count() < WHOLE {
        return [None, None];
    }
    let word = plain(word);
    let cuts = || (PART..=word.len().saturating_sub(PART)).filter(|at| word.is_char_boundary(*at));
    let begins = cuts().rev().find_map(|at| FIELDS.get(&word[..at]));
    let ends = cuts().find_map(|at| FIELDS.get(&word[at..]));
    // In such a word the last part says what it is.
    [ends.copied(), begins.copied().filter(|_| ends.is_some())]
}

/// `fechaPublicacion`, `fecha_de_publicación` and `Дата публикации` in small Latin words.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    let words: Vec<String> = latin(&spaced).split(' ').map(str::to_owned).collect();
    let telling: Vec<String> = words.iter().filter(|word| !SMALL.contains(&word.as_str()) && !word.is_empty()).cloned().collect();
    if telling.is_empty() { words } else { telling }
}

fn key(words: &[String]) -> String {
    words.join(" ")
}

/// As it is written without umlauts: `veroeffentlicht` is `veroffentlicht`.
fn plain(word: &str) -> String {
    word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_many_languages() {
        for (path, want) in [
            ("titulo", Some("title")),
            ("título", Some("title")),
            ("tituloAnuncio", Some("title")),
            ("empresa.nombre", Some("company")),
            ("nombre_empresa", Some("company")),
            ("empresa.web", Some("website")),
            ("empresa.telefono", Some("phone")),
            ("empresa.id", None),
            ("fecha_publicacion", Some("date")),
            ("fechaDePublicación", Some("date")),
            ("fecha_limite", Some("deadline")),
            ("enlace", Some("url")),
            ("precio", Some("price")),
            ("precio_total", Some("price")),
            ("ubicacion.ciudad", Some("place")),
            ("titre", Some("title")),
            ("entreprise.nom", Some("company")),
            ("lien", Some("url")),
            ("prix", Some("price")),
            ("datePublication", Some("date")),
            ("veroeffentlichungsdatum", Some("date")),
            ("Veröffentlichungsdatum", Some("date")),
            ("unternehmensname", Some("company")),
            ("arbeitgeber.name", Some("company")),
            ("verkaufspreis", Some("price")),
            ("titolo", Some("title")),
            ("azienda.nome", Some("company")),
            ("dataPubblicazione", Some("date")),
            ("preco", Some("price")),
            ("preço", Some("price")),
            ("empresa.nome", Some("company")),
            ("nazvanie", Some("title")),
            ("название", Some("title")),
            ("компания.название", Some("company")),
            ("kompaniya", Some("company")),
            ("data_publikacii", Some("date")),
            ("цена", Some("price")),
            ("ссылка", Some("url")),
            ("ssylka", Some("url")),
            ("公司", Some("company")),
            ("titulo.texto", Some("title")),
            ("url_imagen", Some("image")),
            ("foo", None),
            // What these mean in APIs is another thing.
            ("state", None),
            ("estado", None),
            ("direccion.estado", Some("region")),
            ("rate", None),
            ("indirizzo.cap", Some("postcode")),
            ("cap", None),
            ("size", None),
            ("field", None),
            ("updated_at", None),
            ("zona_id", Some("id")),
            ("", None),
        ] {
            assert_eq!(field_of(path, |_| false), want, "{path}");
        }
    }
}
