//! The keys of a record: by what its organisation is to be known. Knows nothing of organisations already met.

use url::{Host, Url};

use super::hosts::{is_shared, registrable};
use super::{About, Identity};
use crate::base::text;
use crate::model::identifier::Proof;
use crate::model::{CompanyName, IdentityKey, Record, RecordKind, Value, country_code, identifier, place_and_country};

/// Fields that name the organisation, the surest first; `name` does so for company records only (an offer's name is the offer's).
const NAMED_BY: &[&str] = &["organisation", "company", "seller", "buyer", "exhibitor", "employer"];
/// Fields with its own web address; `url` is one for company records only (elsewhere it leads to the article or the offer).
const WEBSITES: &[&str] = &["website", "web", "homepage", "domain"];
/// What stands where a company wants no name, or nobody knows one, folded.
const NOBODY: &[&str] = &[
    "confidencial",
    "confidential",
    "confidentiel",
    "vertraulich",
    "riservato",
    "empresa confidencial",
    "compania confidencial",
    "confidential company",
    "company confidential",
    "конфиденциально",
    "particular",
    "un particular",
    "particulier",
    "privat",
    "privatperson",
    "private person",
    "private individual",
    "private seller",
    "private",
    "частное лицо",
    "физическое лицо",
    "anonym",
    "anonymous",
    "anonyme",
    "anonimo",
    "empresa anonima",
    "аноним",
    "анонимно",
    "unknown",
    "unbekannt",
    "inconnu",
    "desconocido",
    "desconocida",
    "неизвестно",
    "sin nombre",
    "no consta",
    "n a",
    "not specified",
    "не указано",
];
/// Words with which a site says that it keeps a name to itself, folded.
const HIDDEN: &[&str] = &[
    "shown to members",
    "members only",
    "name on request",
    "name withheld",
    "not disclosed",
    "undisclosed",
    "log in to",
    "login to",
    "sign in to",
    "register to",
    "solo socios",
    "solo para socios",
    "inicie sesion",
    "inicia sesion",
    "registrese para",
    "registrate para",
    "no revelado",
    "nombre reservado",
    "по запросу",
    "только для участников",
    "войдите чтобы",
    "имя скрыто",
];
/// Words of a bracket behind a name from which on it is a remark.
const REMARK: usize = 3;
const EMAILS: &[&str] = &["email", "mail"];
const PHONES: &[&str] = &["phone", "telephone", "tel", "mobile"];
const PLACES: &[&str] = &["place", "city", "town", "locality"];
/// Fields that hold a tax or register number, and the country whose number it is when the field's name says so.
const TAX_IDS: &[(&str, Option<&str>)] = &[
    ("tax_id", None),
    ("vat", None),
    ("vat_id", None),
    ("cif", Some("ES")),
    ("nif", None),
    ("nipc", Some("PT")),
    ("siret", Some("FR")),
    ("siren", Some("FR")),
    ("ust_id", Some("DE")),
    ("partita_iva", Some("IT")),
    ("piva", Some("IT")),
    ("inn", Some("RU")),
    ("ogrn", Some("RU")),
    ("ein", Some("US")),
    ("cnpj", Some("BR")),
    ("cuit", Some("AR")),
    ("rfc", Some("MX")),
    ("lei", None),
];
/// Characters of a name or place that take part in a key; longer ones are sentences.
pub(super) const KEY_CHARS: usize = 120;
/// Values of one field that are looked at.
const VALUES: usize = 8;

/// By what the organisation of this record is to be known, strongest first.
///
/// Name and place are a key anywhere. A name alone is one within its source only (its place is then `@source`): two directories may list
/// two companies of one name, one directory rarely does. The record's own key is always the last: a record that names nobody stands for an organisation still to be
/// identified, and finds it again by this key.
pub fn identify(record: &Record, about: &About) -> Identity {
    let name = organisation_name(record, about);
    let core = name.as_deref().map(|name| CompanyName::parse(name).core).filter(|core| !core.is_empty());
    let mut keys = Vec::new();
    keys.extend(tax_ids(record, about).into_iter().map(IdentityKey::TaxId));
    keys.extend(domains(record, about).into_iter().map(IdentityKey::Domain));
    keys.extend(phones(record).into_iter().map(IdentityKey::Phone));
    if let Some(core) = core {
        let core = text::clip(&core, KEY_CHARS);
        let place = PLACES
            .iter()
            .find_map(|field| record.text(field))
            .map(|place| text::words(place_and_country(&place).0))
            .filter(|place| !place.is_empty());
        keys.extend(place.map(|place| IdentityKey::NamePlace(core.clone(), text::clip(&place, KEY_CHARS))));
        keys.push(IdentityKey::NamePlace(core, format!("@{}", record.source)));
    }
    let of_source = about.country.clone().filter(|_| keys.is_empty());
    keys.push(IdentityKey::Unnamed(record.id));
    Identity { keys, name, country: country_of_number(record, about), of_source }
}

/// Whether a record of this kind with this field can say whom it is about.
pub fn names_somebody(kind: RecordKind, field: &str) -> bool {
    let (named_by, own) = names(kind);
    let keys = [named_by, own, WEBSITES, EMAILS, PHONES, own_address(kind)];
    keys.iter().any(|fields| fields.contains(&field)) || TAX_IDS.iter().any(|(name, _)| *name == field)
}

/// The fields with the organisation's name, the surest first, and those that are it only in records of this kind.
const fn names(kind: RecordKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        RecordKind::Company => (NAMED_BY, &["name", "title"]),
        // The buyer is named beside the winner or the loser.
        RecordKind::Award => (&["winner", "loser"], &[]),
        RecordKind::Offer | RecordKind::Request | RecordKind::Tender | RecordKind::Article | RecordKind::Vacancy | RecordKind::Page => {
            (NAMED_BY, &[])
        }
    }
}

/// The field with an address that is the organisation's own only in records of this kind.
const fn own_address(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Company => &["url"],
        RecordKind::Offer
        | RecordKind::Request
        | RecordKind::Tender
        | RecordKind::Award
        | RecordKind::Article
        | RecordKind::Vacancy
        | RecordKind::Page => &[],
    }
}

fn organisation_name(record: &Record, about: &About) -> Option<String> {
    let (named_by, own) = names(record.kind);
    let read = || {
        let named = named_by.iter().chain(own).filter_map(|field| record.text(field));
        let is_nobody = |words: &str| NOBODY.contains(&words) || HIDDEN.iter().any(|hides| words.contains(hides));
        let names = |name: &String| name.chars().any(char::is_alphanumeric) && !is_nobody(&text::words(name));
        named.map(|name| without_remark(&text::squeeze(&name)).to_owned()).find(names)
    };
    // What a record says of another company is not about whom the source is.
    let of_source = about.organisation.as_deref().filter(|_| record.said_in().is_none());
    of_source.map(text::squeeze).filter(|name| !name.is_empty()).or_else(read)
}

/// A name without what a source remarks behind its legal form: `Trabajo Ya, S.L. (para empresa del sector)`. One word or two may be its town.
fn without_remark(name: &str) -> &str {
    let split = name.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '[']));
    let Some((bare, remark)) = split else { return name };
    let bare = bare.trim_end_matches([' ', ',', '-', '–']);
    if remark.split_whitespace().count() >= REMARK && CompanyName::parse(bare).form.is_some() { bare } else { name }
}

fn tax_ids(record: &Record, about: &About) -> Vec<String> {
    let of_record = record.text("country").and_then(|country| country_code(&country));
    let home = of_record.or(about.country.as_deref());
    let mut ids: Vec<String> = Vec::new();
    for (field, country) in TAX_IDS {
        let Some(value) = record.value(field) else { continue };
        let read = value.each().iter().take(VALUES).filter_map(|one| identifier::key(&unlabelled(&one.text()), country.or(home)));
        for id in read {
            // Of two numbers of one kind the first is taken: a record that names two companies proves neither to be the other.
            if !ids.iter().any(|known| *known == id || identifier::contradict(known, &id)) {
                ids.push(id);
            }
        }
    }
    ids
}

/// The country whose number a record has, and the field with it: a number that proves itself, and that of one country alone.
fn country_of_number(record: &Record, about: &About) -> Option<(&'static str, &'static str)> {
    let home = record.text("country").and_then(|country| country_code(&country)).or(about.country.as_deref());
    TAX_IDS.iter().find_map(|(field, country)| {
        let value = record.value(field)?;
        let of = |one: &Value| country_of(&unlabelled(&one.text()), country.or(home));
        Some((*field, value.each().iter().take(VALUES).find_map(of)?))
    })
}

fn country_of(number: &str, home: Option<&str>) -> Option<&'static str> {
    identifier::key(number, home)?;
    let verdicts = identifier::identify(number, home);
    let mut proved = verdicts.iter().filter_map(|verdict| {
        let valid = verdict.outcome.as_ref().ok().filter(|valid| valid.proof == Proof::CheckDigit)?;
        Some((verdict.kind.country?, verdict.prefixed, valid))
    });
    let (country, prefixed, valid) = proved.next()?;
    let bare = number.chars().all(|c| !c.is_alphabetic());
    let certain = prefixed || home == Some(country) || !bare && proved.all(|(other, ..)| other == country);
    // Spain gives these to entities that sit abroad.
    let abroad = ["ESN", "ESW"].iter().any(|front| valid.canonical.starts_with(front));
    (certain && !abroad).then_some(country)
}

/// A number without the label that a source left before it: `CIF: B12345674`.
fn unlabelled(written: &str) -> String {
    let label = written.split_once(':').filter(|(label, _)| label.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | ' ' | '-')));
    label.map_or(written, |(_, number)| number).to_owned()
}

fn domains(record: &Record, about: &About) -> Vec<String> {
    let is_own = |domain: &String| about.own_hosts.iter().any(|host| host == domain || registrable(host).as_ref() == Some(domain));
    let of_company = own_address(record.kind);
    let values = |fields: &'static [&'static str]| {
        fields.iter().filter_map(|field| record.value(field)).flat_map(|value| value.each().iter().take(VALUES))
    };
    let from_sites = values(WEBSITES).chain(values(of_company)).filter_map(host);
    let from_mail = values(EMAILS).filter_map(|value| Some(value.text().rsplit_once('@')?.1.to_owned()));
    let mut domains: Vec<String> = Vec::new();
    for domain in from_sites.chain(from_mail).filter_map(|host| registrable(&host)) {
        if !is_shared(&domain) && !is_own(&domain) && !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

/// The host of an address, also of one written without its scheme.
fn host(value: &Value) -> Option<String> {
    let url = match value {
        Value::Url(url) => url.clone(),
        Value::Text(text) if text.contains("://") => Url::parse(text.trim()).ok()?,
        Value::Text(text) => Url::parse(&format!("http://{}", text.trim())).ok()?,
        Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) | Value::List(_) => {
            return None;
        }
    };
    let web = matches!(url.scheme(), "http" | "https");
    match url.host().filter(|_| web)? {
        Host::Domain(domain) => Some(domain.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn phones(record: &Record) -> Vec<String> {
    let mut phones: Vec<String> = Vec::new();
    let values = PHONES.iter().filter_map(|field| record.value(field)).flat_map(|value| value.each().iter().take(VALUES));
    for phone in values.filter_map(e164) {
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    phones
}

/// A number in E.164; words count only when they are written that way already, because the country of others is a guess.
fn e164(value: &Value) -> Option<String> {
    let written = match value {
        Value::Phone(phone) => phone.as_str(),
        Value::Text(text) => text.trim(),
        Value::Url(_) | Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Email(_) | Value::List(_) => {
            return None;
        }
    };
    let rest = written.strip_prefix('+')?;
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let plain = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}'));
    let repeated = digits.get(3..).is_some_and(|tail| tail.bytes().all(|d| d == tail.as_bytes()[0]));
    (plain && (8..=15).contains(&digits.len()) && !repeated).then(|| format!("+{digits}"))
}
