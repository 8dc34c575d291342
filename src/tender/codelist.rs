//! Official lists of codes with their words, as publishers give them away: Genericode, JSON, CSV and TSV. Knows no store and no file.

use serde_json::Value;

use super::{code, json, xml};
use crate::model::{Failure, FailureClass, codes, language_code};

/// One row: a code, the language (as in [`crate::model::Texts`]) and the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As codes of the scheme are kept; CPV without its check digit.
    pub code: String,
    /// Of the words.
    pub language: String,
    /// In words.
    pub text: String,
}

/// Reads a list. `scheme` says how its codes are kept; `language` is that of words whose list does not name one.
///
/// # Errors
///
/// [`FailureClass::Unreadable`] when it is none of the known forms or holds no row: the words say what was looked for.
pub fn read(text: &str, scheme: &str, language: &str) -> Result<Vec<Row>, Failure> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let raw = match text.as_bytes().first() {
        Some(b'<') => genericode(text, language)?,
        Some(b'{' | b'[') => object(text, language)?,
        _ => table(text, language)?,
    };
    let rows: Vec<Row> = raw
        .into_iter()
        .filter_map(|(written, language, text)| {
            let code = code::class(scheme, &written, false, "")?.code;
            Some(Row { code, language: language_code(&language), text })
        })
        .take(codes::MOST)
        .collect();
    if rows.is_empty() {
        return Err(unreadable(format!("no row of it has a code of {scheme} and words")));
    }
    Ok(rows)
}

type Raw = Vec<(String, String, String)>;

fn unreadable(why: String) -> Failure {
    let want = "a Genericode file, a JSON object of code and label, or a table whose first row names `code` and `label` or languages";
    Failure::new(FailureClass::Unreadable, format!("it is no list of codes: {why}; expected is {want}"))
}

/// OASIS Genericode 1.0: columns `code`, `Name`, and one a language (`spa_label`).
fn genericode(text: &str, language: &str) -> Result<Raw, Failure> {
    let document = xml::parse(text)?;
    let mut rows = Raw::new();
    for row in xml::below(document.root_element(), "Row") {
        let cells: Vec<(&str, String)> =
            xml::children(row, "Value").map(|cell| (xml::attribute(cell, "ColumnRef"), xml::text(cell, "SimpleValue"))).collect();
        let Some((_, code)) = cells.iter().find(|(name, _)| name.eq_ignore_ascii_case("code")) else { continue };
        let labelled = cells.iter().any(|(name, _)| name.ends_with("_label"));
        for (name, words) in &cells {
            if let Some(of) = name.strip_suffix("_label") {
                rows.push((code.clone(), of.to_owned(), words.clone()));
            } else if !labelled && name.eq_ignore_ascii_case("name") {
                rows.push((code.clone(), language.to_owned(), words.clone()));
            }
        }
    }
    Ok(rows)
}

/// `{ "33100000-1": "Medical equipments" }`, or a list of objects with `code` and `label` (or `name`, or a language each).
fn object(text: &str, language: &str) -> Result<Raw, Failure> {
    let (value, _) = json::parse(text)?;
    match &value {
        Value::Object(map) => Ok(map.iter().map(|(code, words)| (code.clone(), language.to_owned(), json::words(words))).collect()),
        Value::Array(list) => {
            let mut rows = Raw::new();
            for entry in list.iter().filter_map(Value::as_object) {
                let code = entry.iter().find(|(name, _)| is_code(name)).map(|(_, code)| json::words(code)).unwrap_or_default();
                for (name, words) in entry {
                    if let Some(of) = language_of(name, language) {
                        rows.push((code.clone(), of, json::words(words)));
                    }
                }
            }
            Ok(rows)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(unreadable("it is a single value".to_owned())),
    }
}

/// Tabs, semicolons or commas, whichever the first row has.
fn table(text: &str, language: &str) -> Result<Raw, Failure> {
    let first = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().find(|sign| first.as_bytes().contains(sign));
    let Some(delimiter) = delimiter else { return Err(unreadable("its first row has one column".to_owned())) };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(names) => names.iter().map(str::to_owned).collect(),
        Err(why) => return Err(unreadable(why.to_string())),
    };
    let Some(at) = names.iter().position(|name| is_code(name)) else {
        return Err(unreadable(format!("no column is named `code` (there are {})", names.join(", "))));
    };
    let mut rows = Raw::new();
    for record in reader.records() {
        let record = record.map_err(|why| unreadable(why.to_string()))?;
        let code = record.get(at).unwrap_or_default();
        for (name, words) in names.iter().zip(&record) {
            if let Some(of) = language_of(name, language) {
                rows.push((code.to_owned(), of, words.to_owned()));
            }
        }
    }
    Ok(rows)
}

fn is_code(name: &str) -> bool {
    matches!(name.trim().to_lowercase().as_str(), "code" | "cpv" | "codigo" | "código" | "unspsc" | "naics" | "id")
}

/// The language of a column of words; `None` for other columns.
fn language_of(name: &str, default: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    if matches!(name.as_str(), "label" | "name" | "title" | "description" | "text") {
        return Some(default.to_owned());
    }
    let of = name.strip_prefix("label_").or_else(|| name.strip_suffix("_label")).unwrap_or(&name);
    let known = language_code(of);
    (matches!(of.len(), 2 | 3) && known != "und" && !is_code(of)).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, language: &str, text: &str) -> Row {
        Row { code: code.into(), language: language.into(), text: text.into() }
    }

    #[test]
    fn the_forms_of_lists() {
        let gc = r#"<?xml version="1.0"?><gc:CodeList xmlns:gc="urn:x"><SimpleCodeList><Row><Value ColumnRef="code"><SimpleValue>33100000</SimpleValue></Value>
            <Value ColumnRef="Name"><SimpleValue>Medical</SimpleValue></Value><Value ColumnRef="spa_label"><SimpleValue>Médico</SimpleValue></Value></Row></SimpleCodeList></gc:CodeList>"#;
        for (what, text, want) in [
            ("genericode", gc, vec![row("33100000", "es", "Médico")]),
            ("a JSON object", r#"{"33100000-1": "Medical"}"#, vec![row("33100000", "en", "Medical")]),
            ("a JSON list", r#"[{"code": "33100000", "label": "Medical"}]"#, vec![row("33100000", "en", "Medical")]),
            ("tabs, with the language", "code\tlabel_es\n33100000\tMédico\n", vec![row("33100000", "es", "Médico")]),
            (
                "our own",
                "# why\ncode\ten\tes\n33100000\tMedical\tMédico\n",
                vec![row("33100000", "en", "Medical"), row("33100000", "es", "Médico")],
            ),
            ("commas and quotes", "CODE,DESCRIPTION\n33100000-1,\"Medical, all\"\n", vec![row("33100000", "en", "Medical, all")]),
            ("rows without a code are left out", "code;label\n;x\n33;y\n33100000;z\n", vec![row("33100000", "en", "z")]),
        ] {
            assert_eq!(read(text, "CPV", "en"), Ok(want), "{what}");
        }
        assert_eq!(read("code\tlabel\n541512\tDesign\n", "NAICS", "en"), Ok(vec![row("541512", "en", "Design")]));
    }

    #[test]
    fn what_is_no_list_says_what_one_is() {
        for text in ["", "nothing", "a\tb\nc\td\n", "<a/>", "3", "{}", "code\tlabel\n"] {
            let failure = read(text, "CPV", "en").unwrap_err();
            assert!(failure.class == FailureClass::Unreadable, "{text}: {failure}");
        }
    }

    #[test]
    fn the_official_lists_of_the_samples() {
        let Some(folder) = super::super::testing::samples_folder("codelists") else { return };
        for (file, language, most) in [("cpv_en.json", "en", 9_000), ("cpv_es.tsv", "es", 9_000), ("cpv_dk021_uk.json", "uk", 9_000)] {
            let rows = read(&std::fs::read_to_string(folder.join(file)).unwrap(), "CPV", language).unwrap();
            assert!(rows.len() > most, "{file}: {}", rows.len());
            assert!(rows.iter().all(|row| row.language == language), "{file}");
        }
    }
}
