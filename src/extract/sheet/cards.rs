//! Business cards: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), several in one file. Folded lines, quoted-printable, groups, foreign charsets.
//! Pictures, keys and birthdays are not read.

use encoding_rs::Encoding;

use super::{Parts, ROWS, Raw, SheetColumn, SheetError, SheetFormat, Told, bounded};
use crate::base::text::{fold, squeeze};

/// Properties of one card; more is no business card.
const PROPERTIES: usize = 400;
/// Bytes of one property that is read.
const PROPERTY: usize = 64 * 1024;

/// What is read of a card, and the field it is.
const READ: [(&str, &str); 16] = [
    ("ORG", "company"),
    ("FN", "person"),
    ("TITLE", "role"),
    ("ROLE", "role"),
    ("TEL", "phone"),
    ("TEL;FAX", "fax"),
    ("EMAIL", "email"),
    ("URL", "website"),
    ("ADR street", "address"),
    ("ADR city", "place"),
    ("ADR region", "region"),
    ("ADR code", "postcode"),
    ("ADR country", "country"),
    ("NOTE", "note"),
    ("CATEGORIES", "categories"),
    ("FN (of an organisation)", "name"),
];

/// Whether a text is a file of cards.
pub(super) fn is_card(text: &str) -> bool {
    text.lines().map(str::trim).find(|line| !line.is_empty()).is_some_and(|line| line.eq_ignore_ascii_case("BEGIN:VCARD"))
}

/// One property: name, parameters, value with its encodings undone.
#[derive(Debug, PartialEq, Eq)]
struct Property {
    name: String,
    params: Vec<(String, String)>,
    value: String,
}

/// Reads a file of cards.
pub(super) fn read(text: &str, settings: &[(String, String)]) -> Result<Parts, SheetError> {
    let mut columns: Vec<SheetColumn> = READ
        .iter()
        .map(|(caption, field)| SheetColumn { caption: (*caption).to_owned(), field: Some((*field).to_owned()), understood: true })
        .collect();
    for (named, field) in settings {
        let Some(column) = columns.iter_mut().find(|column| fold(&column.caption) == fold(named)) else {
            let all: Vec<&str> = READ.iter().map(|(caption, _)| *caption).collect();
            return Err(SheetError::NoSuchColumn(named.clone(), all.join(", ")));
        };
        column.field = Some(field.trim().to_owned()).filter(|field| !matches!(field.as_str(), "-" | ""));
    }
    let (mut told, mut rows) = (Told::default(), Vec::new());
    let mut open: Option<(u64, Vec<Property>)> = None;
    let mut stray = false;
    for (line, logical) in unfolded(text) {
        match (logical.trim().to_ascii_uppercase().as_str(), open.as_mut()) {
            ("BEGIN:VCARD", _) => {
                if let Some((begun, _)) = open.replace((line, Vec::new())) {
                    told.bad(begun, "the card that begins here has no END:VCARD");
                }
            }
            ("END:VCARD", Some(_)) => {
                let Some((begun, properties)) = open.take() else { continue };
                if rows.len() >= ROWS {
                    return Err(SheetError::TooLong);
                }
                rows.push(card(begun, properties, &mut told));
            }
            ("", _) => {}
            (_, None) => {
                if !std::mem::replace(&mut stray, true) {
                    told.bad(line, "it stands outside of any card");
                }
            }
            (_, Some((_, properties))) if properties.len() >= PROPERTIES => {}
            (_, Some((_, properties))) => properties.extend(property(&logical)),
        }
    }
    if let Some((begun, _)) = open {
        told.bad(begun, "the card that begins here has no END:VCARD");
    }
    let used = |place: usize| rows.iter().any(|row: &Raw| row.cells.iter().any(|(column, _)| *column == place));
    let shown: Vec<bool> = (0..columns.len()).map(used).collect();
    // What no card has is no column of the file.
    for (column, shown) in columns.iter_mut().zip(&shown) {
        if !shown {
            column.field = None;
        }
    }
    Ok(Parts { format: SheetFormat::VCard, columns, rows, told })
}

/// Lines with their continuations: those that begin with white space, and quoted-printable ones that end with `=`.
fn unfolded(text: &str) -> Vec<(u64, String)> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    let mut soft = false;
    for (number, line) in (1..).zip(text.lines()) {
        let folded = line.starts_with([' ', '\t']);
        match lines.last_mut() {
            Some((_, before)) if soft => {
                before.truncate(before.trim_end_matches('=').len());
                push(before, line.trim_start_matches([' ', '\t']));
            }
            Some((_, before)) if folded => push(before, &line[1..]),
            Some(_) | None => lines.push((number, line.to_owned())),
        }
        soft = lines.last().is_some_and(|(_, whole)| line.ends_with('=') && is_quoted_printable(whole));
    }
    lines
}

/// Pictures are long, and not read.
fn push(before: &mut String, more: &str) {
    if before.len() < PROPERTY {
        before.push_str(more);
    }
}

fn is_quoted_printable(line: &str) -> bool {
    let head = line.split(':').next().unwrap_or_default();
    head.to_ascii_uppercase().split(';').skip(1).any(|param| param.trim_start_matches("ENCODING=") == "QUOTED-PRINTABLE")
}

/// A property of one logical line.
fn property(line: &str) -> Option<Property> {
    let colon = outside_quotes(line, ':')?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let mut parts = split_outside_quotes(head, ';').into_iter();
    // `item1.TEL` belongs to the group item1.
    let name = parts.next()?.trim().rsplit('.').next()?.to_ascii_uppercase();
    let mut params: Vec<(String, String)> = Vec::new();
    for part in parts {
        if let Some((key, value)) = part.split_once('=') {
            params.push((key.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned()));
        } else {
            // vCard 2.1 leaves out the name: `TEL;WORK;FAX`.
            let bare = part.trim().to_ascii_uppercase();
            let key = if matches!(bare.as_str(), "QUOTED-PRINTABLE" | "BASE64") { "ENCODING" } else { "TYPE" };
            params.push((key.to_owned(), bare));
        }
    }
    let param = |key: &str| params.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let value = match param("ENCODING").map(str::to_ascii_uppercase).as_deref() {
        Some("QUOTED-PRINTABLE") => {
            let bytes = quoted_printable(value);
            let charset = param("CHARSET").and_then(|label| Encoding::for_label(label.as_bytes()));
            match (charset, std::str::from_utf8(&bytes)) {
                (Some(charset), _) => charset.decode_without_bom_handling(&bytes).0.into_owned(),
                (None, Ok(text)) => text.to_owned(),
                (None, Err(_)) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned(),
            }
        }
        Some(_) | None => value.to_owned(),
    };
    Some(Property { name, params, value })
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |place: usize| bytes.get(place).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            (byte, _, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == wanted && !quoted).then_some(at)
    })
}

fn split_outside_quotes(text: &str, by: char) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = outside_quotes(rest, by) {
        parts.push(&rest[..at]);
        rest = &rest[at + by.len_utf8()..];
    }
    parts.push(rest);
    parts
}

/// The parts of a structured value, escapes undone.
fn components(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let last = parts.len() - 1;
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => parts[last].push('\n'),
                Some(other) => parts[last].push(other),
                None => parts[last].push('\\'),
            },
            ';' => parts.push(String::new()),
            other => parts[last].push(other),
        }
    }
    parts
}

/// A plain value, escapes undone; semicolons are part of it.
fn plain(value: &str) -> String {
    components(value).join(";")
}

fn place_of(caption: &str) -> usize {
    READ.iter().position(|(name, _)| *name == caption).unwrap_or(0)
}

/// A card as a row.
fn card(line: u64, properties: Vec<Property>, told: &mut Told) -> Raw {
    let mut cells: Vec<(usize, String)> = Vec::new();
    let mut put = |caption: &'static str, text: &str| {
        let (text, cut) = bounded(text);
        if cut {
            told.unread(line, caption, format!("longer than {} characters: it is cut", super::CELL));
        }
        if !text.is_empty() {
            cells.push((place_of(caption), text));
        }
    };
    let first = |name: &str| properties.iter().find(|property| property.name == name);
    let org = first("ORG").and_then(|org| components(&org.value).into_iter().next()).map(|org| squeeze(&org)).filter(|org| !org.is_empty());
    let full = first("FN").map(|name| squeeze(&plain(&name.value))).filter(|name| !name.is_empty());
    let parts = first("N").map(|name| components(&name.value)).unwrap_or_default();
    let of_parts = || {
        // Family name; given name; middle names.
        let part = |at: usize| parts.get(at).map(|part| part.trim()).unwrap_or_default();
        Some(squeeze(&format!("{} {} {}", part(1), part(2), part(0)))).filter(|name| !name.is_empty())
    };
    let is_organisation = first("KIND").is_some_and(|kind| kind.value.trim().eq_ignore_ascii_case("org"));
    let who = full.or_else(of_parts);
    match (&org, &who) {
        (Some(org), Some(who)) if fold(org) == fold(who) => put("ORG", org),
        (org, who) => {
            if let Some(org) = org {
                put("ORG", org);
            }
            if let Some(who) = who {
                put(if is_organisation { "FN (of an organisation)" } else { "FN" }, who);
            }
        }
    }
    let untitled = first("TITLE").is_none_or(|title| title.value.trim().is_empty());
    let mut adr = false;
    for Property { name, params, value } in &properties {
        let is = |word: &str| {
            params.iter().any(|(key, value)| key == "TYPE" && value.to_ascii_uppercase().split(',').any(|one| one.trim() == word))
        };
        match name.as_str() {
            "TITLE" => put("TITLE", &plain(value)),
            // What somebody does says it where the card leaves out as what.
            "ROLE" if untitled => put("ROLE", &plain(value)),
            "TEL" => put(
                if is("FAX") { "TEL;FAX" } else { "TEL" },
                plain(value).trim_start_matches("tel:").split(";ext=").next().unwrap_or_default(),
            ),
            "EMAIL" => put("EMAIL", &plain(value)),
            "URL" => put("URL", &plain(value)),
            "NOTE" => put("NOTE", &plain(value)),
            "CATEGORIES" => put("CATEGORIES", &plain(value)),
            // One address is enough to find somebody; a second one would mix with it.
            "ADR" if !std::mem::replace(&mut adr, true) => {
                let parts = components(value);
                let part = |at: usize| parts.get(at).map(|part| squeeze(part)).unwrap_or_default();
                put("ADR street", squeeze(&format!("{} {}", part(2), part(1))).trim());
                for (at, caption) in [(3, "ADR city"), (4, "ADR region"), (5, "ADR code"), (6, "ADR country")] {
                    put(caption, &part(at));
                }
            }
            _ => {}
        }
    }
    Raw { line, cells }
}
