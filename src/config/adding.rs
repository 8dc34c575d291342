//! Writes a new source into a user's file, whose own words, order and comments stay as they are. Knows the shape of the file; it neither reads nor
//! writes one.

use std::fmt::Write as _;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::base::text::squeeze;
use crate::extract::{FieldSpec, Kind, Spec};
use crate::model::RecordKind;

/// Fields that stand on one line.
const INLINE: usize = 3;

/// A source that is to be written.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// Its name.
    pub id: String,
    /// What people call it; nothing is written when it is empty.
    pub title: String,
    /// How it is read.
    pub spec: Spec,
    /// Whether JSON must be asked for.
    pub asks_json: bool,
    /// What stands above it, a comment each.
    pub said: Vec<String>,
    /// What stands beside its kind.
    pub why: String,
}

/// The table of a source, as it will be written.
pub fn source_table(new: &NewSource) -> String {
    let mut text = DocumentMut::new();
    put(&mut text, new);
    text.to_string().trim_start().to_owned()
}

/// The text of a file with a further source at its end.
///
/// # Errors
///
/// In words: the text is no TOML, or its sources are not written as tables of their own.
pub fn with_source(text: &str, new: &NewSource) -> Result<String, String> {
    let mut file: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    if !put(&mut file, new) {
        return Err("its sources are not written as tables `[[source]]`".to_owned());
    }
    Ok(file.to_string())
}

/// Adds the table at the end; false when the file's sources are no tables.
fn put(file: &mut DocumentMut, new: &NewSource) -> bool {
    let after = file.trailing().as_str().unwrap_or_default().to_owned();
    let mut table = table(new);
    // Comments at the end of the file stay where they are: before what comes now.
    let mut head = after;
    if !head.is_empty() && !head.ends_with('\n') {
        head.push('\n');
    }
    head.push('\n');
    for line in &new.said {
        _ = writeln!(head, "# {}", squeeze(line));
    }
    table.decor_mut().set_prefix(head);
    table.set_position(Some(isize::MAX));
    let Some(sources) = file.entry("source").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new())).as_array_of_tables_mut() else {
        return false;
    };
    sources.push(table);
    file.set_trailing("");
    true
}

fn table(new: &NewSource) -> Table {
    let spec = &new.spec;
    let mut table = Table::new();
    let mut put = |key: &str, written: Value, comment: &str| {
        let mut written = written;
        if !comment.is_empty() {
            written.decor_mut().set_suffix(format!("   # {}", squeeze(comment)));
        }
        table.insert(key, value(written));
    };
    put("id", new.id.as_str().into(), "keep it: its history hangs on it");
    if !new.title.is_empty() {
        put("title", new.title.as_str().into(), "");
    }
    put("kind", spec.kind.as_str().into(), &new.why);
    if let Some(url) = &spec.url {
        put("url", url.as_str().into(), "");
    }
    put("every", every(spec).into(), "between visits");
    if new.asks_json {
        let mut headers = InlineTable::new();
        headers.insert("Accept", "application/json".into());
        put("headers", headers.into(), "");
    }
    if let Some(select) = spec.select.0.first() {
        put("select", select.as_str().into(), "where in the page the JSON is");
    }
    let records = if spec.records.as_deref() == Some(RecordKind::Vacancy.word()) {
        "what they are: a new one is the signal vacancy-published of whoever it names"
    } else {
        "what they are"
    };
    let texts = [
        ("filter", &spec.filter, "one object for each record"),
        ("records", &spec.records, records),
        ("country", &spec.country, "of its telephone numbers"),
        ("dates", &spec.dates, "the month comes first, as the dates of the page show"),
        ("record", &spec.record, "one record"),
        ("next", &spec.next, "the link to the next page"),
    ];
    for (key, text, comment) in texts {
        if let Some(text) = text {
            put(key, text.as_str().into(), comment);
        }
    }
    let paging = spec.paging.as_ref().and_then(|paging| paging.written().parse::<Value>().ok());
    if let Some(paging) = paging {
        put("paging", paging, "how the next page is asked for: the second one has other records");
    }
    if let [key] = spec.key.0.as_slice() {
        put("key", key.as_str().into(), "what tells its records apart");
    }
    let fields: Vec<(&String, Value)> = spec.fields.iter().map(|(name, field)| (name, field_value(field))).collect();
    if fields.is_empty() {
        return table;
    }
    if fields.len() <= INLINE {
        table.insert("fields", value(fields.into_iter().map(|(name, field)| (name.as_str(), field)).collect::<InlineTable>()));
    } else {
        let mut own = Table::new();
        for (name, field) in fields {
            own.insert(name, value(field));
        }
        own.decor_mut().set_prefix("\n");
        table.insert("fields", Item::Table(own));
    }
    table
}

fn field_value(field: &FieldSpec) -> Value {
    let told = &field.table;
    let select = told.select.clone().unwrap_or_default();
    if told.regex.is_none() && told.kind.is_none() && told.currency.is_none() {
        return select.into();
    }
    let parts =
        [("select", Some(&select)), ("regex", told.regex.as_ref()), ("kind", told.kind.as_ref()), ("currency", told.currency.as_ref())];
    parts.into_iter().filter_map(|(key, text)| Some((key, Value::from(text?.as_str())))).collect::<InlineTable>().into()
}

/// The distance between visits that suits a kind.
fn every(spec: &Spec) -> &'static str {
    match Kind::from_word(&spec.kind) {
        Some(Kind::Directory | Kind::Sitemap | Kind::Page) => "1d",
        Some(Kind::Tenders) => "30m",
        Some(Kind::Listing | Kind::Feed | Kind::Json) | None => "1h",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(id: &str) -> NewSource {
        let spec = Spec { kind: "directory".to_owned(), url: Some("https://fair.example/list".to_owned()), ..Spec::default() };
        let said = vec!["Added by hand:\n two lines".to_owned()];
        NewSource { id: id.to_owned(), title: "A \"fair\"".to_owned(), spec, asks_json: false, said, why: "names of companies".to_owned() }
    }

    #[test]
    fn what_stood_in_the_file_stays() {
        let written = "id       = \"one\"\n";
        for text in [
            String::new(),
            format!(
                "# head\n[daemon]\ncontact   =   'a@b.example'  # kept\n\n[[source]]\n{written}# inside\nkind=\"feed\"\n\n[[rep]]\nid=\"me\"\n# the end\n"
            ),
            format!("[[source]]\n{written}\n  [source.fields]\n  a = \"b\"\n"),
            "a = 1 # no end of line".to_owned(),
        ] {
            let once = with_source(&text, &new("two")).unwrap();
            assert!(once.starts_with(text.trim_end()), "{text:?} became {once:?}");
            let twice = with_source(&once, &new("three")).unwrap();
            assert!(twice.starts_with(once.trim_end()), "{once:?} became {twice:?}");
            let read: toml::Table = twice.parse().unwrap();
            let ids: Vec<&str> = read["source"].as_array().unwrap().iter().filter_map(|source| source["id"].as_str()).collect();
            assert_eq!(ids[ids.len() - 2..], ["two", "three"], "{twice}");
        }
        assert!(with_source("source = []", &new("two")).is_err());
        assert!(with_source("= 1", &new("two")).is_err());
    }

    #[test]
    fn a_source_as_it_is_written() {
        let mut new = new("two");
        new.spec.record = Some("li.item".to_owned());
        let field = |select: &str, regex: Option<&str>| {
            let table =
                crate::extract::FieldTable { select: Some(select.to_owned()), regex: regex.map(str::to_owned), ..Default::default() };
            FieldSpec { table }
        };
        for (name, select, regex) in
            [("name", "h3", None), ("size", "p", Some("^Size:\\s*(.+)")), ("url", "a @href", None), ("place", "b", None)]
        {
            new.spec.fields.insert(name.to_owned(), field(select, regex));
        }
        insta::assert_snapshot!("source_table", source_table(&new));
    }
}
