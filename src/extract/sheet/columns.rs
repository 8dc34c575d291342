//! Which field a column is, by its caption in several languages. Knows no row.

use super::{SheetColumn, SheetError, shown};
use crate::base::text::{clip, words};
use crate::extract::captions;

/// What contact lists have and pages do not, as [`words`] writes it; asked before the captions of pages.
const CAPTIONS: &[(&str, &[&str])] = &[
    ("name", &["site name"]),
    (
        "address",
        &["addr", "billing street", "mailing street", "straße", "straße hausnummer", "straße und hausnummer", "strasse und hausnummer"],
    ),
    ("place", &["billing city", "mailing city", "shipping city", "town city", "city town"]),
    ("postcode", &["post code", "postcode zip", "zip postal code", "billing zip", "billing postal code", "billing zip postal code"]),
    ("country", &["country code", "billing country", "mailing country"]),
    ("website", &["domain", "company website", "company url", "company domain", "website url", "web page", "webpage"]),
    ("tax_id", &["taxid", "inn", "n i f", "c i f", "n i f c i f", "c i f n i f", "инн кпп"]),
    (
        "company",
        &[
            "organisation",
            "organization",
            "account",
            "account name",
            "business",
            "client",
            "customer",
            "cliente",
            "kunde",
            "unternehmen",
            "клиент",
            "company or organisation",
            "organisation name",
            "organization name",
            "business name",
            "customer name",
            "client name",
            "firm",
            "firm name",
            "nombre de la empresa",
            "nombre empresa",
            "nombre del cliente",
            "nombre o razon social",
            "nombre razon social",
            "razon social o nombre",
            "nom de l entreprise",
            "nome da empresa",
            "nome azienda",
            "nazwa firmy",
            "bedrijfsnaam",
            "фирма",
            "контрагент",
            "название компании",
            "название организации",
            "название фирмы",
            "наименование компании",
            "наименование организации",
            "полное наименование",
            "полное наименование организации",
            "краткое наименование",
            "сокращенное наименование",
        ],
    ),
    (
        "first_name",
        &[
            "first name",
            "firstname",
            "given name",
            "forename",
            "vorname",
            "prenom",
            "nombre de pila",
            "primer nombre",
            "имя",
            "imie",
            "voornaam",
        ],
    ),
    (
        "last_name",
        &[
            "last name",
            "lastname",
            "surname",
            "family name",
            "nachname",
            "familienname",
            "nom de famille",
            "apellido",
            "apellidos",
            "cognome",
            "sobrenome",
            "apelido",
            "фамилия",
            "nazwisko",
            "achternaam",
        ],
    ),
    ("person", &["full name", "contact name", "nombre completo", "nombre y apellidos", "nom complet", "voller name", "фио"]),
    (
        "role",
        &[
            "job title",
            "title",
            "position",
            "role",
            "job",
            "cargo",
            "puesto",
            "funktion",
            "fonction",
            "poste",
            "ruolo",
            "должность",
            "stanowisko",
        ],
    ),
    (
        "phone",
        &[
            "mobile phone",
            "business phone",
            "work phone",
            "company phone",
            "main phone",
            "phone fax",
            "phone 1",
            "phone 2",
            "phone 3",
            "telefono 1",
            "telefono 2",
            "telefono fijo",
            "telefono movil",
            "telefono de contacto",
            "telefono fax",
            "mobilnummer",
            "телефон факс",
            "телефон 1",
            "телефон 2",
            "контактныи телефон",
        ],
    ),
    (
        "email",
        &[
            "email 1",
            "email 2",
            "e mail 1",
            "e mail 2",
            "e mail address",
            "work email",
            "business email",
            "company email",
            "e mail adresse",
            "email adresse",
            "emailadresse",
            "mailadresse",
            "direccion de correo",
            "correo e",
            "адрес электроннои почты",
        ],
    ),
    (
        "note",
        &[
            "note",
            "notes",
            "comment",
            "comments",
            "remarks",
            "notas",
            "observaciones",
            "bemerkung",
            "notiz",
            "notizen",
            "remarque",
            "заметки",
        ],
    ),
];
/// Captions of columns that say who wants to be left alone, as [`words`] writes them.
const WISHES: &[&str] = &[
    "do not call",
    "do not contact",
    "do not email",
    "do not mail",
    "do not phone",
    "dnc",
    "no contact",
    "opt out",
    "opted out",
    "email opt out",
    "phone opt out",
    "call opt out",
    "has opted out of email",
    "unsubscribed",
    "robinson",
    "lista robinson",
    "no llamar",
    "no contactar",
    "no molestar",
    "ne pas appeler",
    "ne pas contacter",
    "nicht anrufen",
    "nicht kontaktieren",
    "werbesperre",
    "non chiamare",
    "non contattare",
    "nao contactar",
    "не звонить",
    "не беспокоить",
];
/// What a cell says where it means yes, as [`words`] writes it.
const YES: &[&str] = &["true", "yes", "y", "1", "x", "si", "s", "ja", "oui", "sim", "tak", "да"];

/// Whether the column of this caption says who wants to be left alone.
pub(super) fn is_wish(caption: &str) -> bool {
    WISHES.contains(&words(caption).as_str())
}

/// Whether a cell says yes.
pub(super) fn is_yes(cell: &str) -> bool {
    YES.contains(&words(cell).as_str())
}

/// Fields of which one record may have several values.
pub(super) const SEVERAL: [&str; 7] = ["phone", "email", "website", "industry", "person", "tax_id", "fax"];
/// Characters of a field's name.
const NAME: usize = 40;

/// The field that the caption of a column names, in many languages: `email` of "Correo electrónico".
pub fn field_of(caption: &str) -> Option<&'static str> {
    let said = words(caption);
    let own = CAPTIONS.iter().find(|(_, all)| all.contains(&said.as_str())).map(|(field, _)| *field);
    own.or_else(|| captions::field_of(caption)).or_else(|| FIELDS.iter().find(|field| **field == caption.trim()).copied())
}

/// Fields that may be named as they are.
const FIELDS: [&str; 8] = ["name", "company", "first_name", "last_name", "tax_id", "website", "postcode", "person"];

/// What people said of a column: a field's name, or that it is left out.
fn explained<'a>(caption: &str, settings: &'a [(String, String)]) -> Option<&'a str> {
    let said = words(caption);
    let same = |named: &str| named.trim() == caption.trim() || (!said.is_empty() && words(named) == said);
    settings.iter().find(|(named, _)| same(named)).map(|(_, field)| field.trim())
}

/// How many of these captions say what they are.
pub(super) fn understood(captions: &[String], settings: &[(String, String)]) -> usize {
    captions.iter().filter(|caption| explained(caption, settings).is_some() || field_of(caption).is_some()).count()
}

/// The columns of these captions.
pub(super) fn columns(captions: &[String], settings: &[(String, String)]) -> Result<Vec<SheetColumn>, SheetError> {
    for (named, _) in settings {
        if !captions.iter().any(|caption| explained(caption, std::slice::from_ref(&(named.clone(), String::new()))).is_some()) {
            let all: Vec<String> = captions.iter().map(|caption| format!("`{}`", shown(caption))).collect();
            return Err(SheetError::NoSuchColumn(named.clone(), all.join(", ")));
        }
    }
    let mut columns: Vec<SheetColumn> = Vec::new();
    for (place, caption) in captions.iter().enumerate() {
        let (field, understood) = match (explained(caption, settings), field_of(caption)) {
            (Some("-" | ""), _) => (None, true),
            (Some(field), _) => (Some(slug(field, place)), true),
            (None, Some(field)) => (Some(field.to_owned()), true),
            (None, None) => (Some(slug(caption, place)), false),
        };
        columns.push(SheetColumn { caption: shown(caption), field, understood });
    }
    let has = |field: &str| columns.iter().any(|column| column.field.as_deref() == Some(field));
    let by_hand = |column: &SheetColumn| explained(&column.caption, settings).is_some();
    // Beside the name of a company, "name" is a person's; beside a family name it is the other part of it.
    let name_is = match (has("last_name") && !has("first_name"), has("company")) {
        (true, _) => Some("first_name"),
        (false, true) => Some("person"),
        (false, false) => None,
    };
    for column in columns.iter_mut().filter(|column| column.field.as_deref() == Some("name")) {
        let persons = matches!(words(&column.caption).as_str(), "name" | "nombre" | "nome" | "nom" | "имя" | "назва");
        if let Some(other) = name_is.filter(|_| persons && !by_hand(column)) {
            column.field = Some(other.to_owned());
        }
    }
    Ok(apart(columns))
}

/// Columns of one field that can have but one value: the later ones get names of their own.
fn apart(mut columns: Vec<SheetColumn>) -> Vec<SheetColumn> {
    let mut seen: Vec<String> = Vec::new();
    for column in &mut columns {
        let Some(field) = column.field.as_mut().filter(|field| !SEVERAL.contains(&field.as_str())) else { continue };
        if seen.contains(field) {
            let numbered = (2..).map(|n| format!("{field}_{n}"));
            let free = numbered.take(super::COLUMNS + 1).find(|name| !seen.contains(name));
            field.clone_from(&free.unwrap_or_else(|| format!("{field}_more")));
        }
        seen.push(field.clone());
    }
    columns
}

/// A field's name made of words.
fn slug(caption: &str, place: usize) -> String {
    let said = clip(&words(caption).replace(' ', "_"), NAME).trim_end_matches('…').to_owned();
    if said.is_empty() { format!("column_{}", place + 1) } else { said }
}
