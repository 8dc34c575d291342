//! The configuration as a tree in which every key and value remembers its place. Knows TOML, no setting.

use std::collections::HashSet;
use std::fmt::Write;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::files::{Files, Place, u32_of};
use super::problem::Problem;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: Place,
    pub(super) what: What,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum What {
    Text(String),
    Whole(i64),
    Real(f64),
    Bool(bool),
    /// A date or time without quotes, as written.
    Date(String),
    List(Vec<Node>),
    Table(Table),
    /// From the environment or a flag: text whose type follows from the setting.
    Loose(String),
}

/// A table, its entries in the order of their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// One key of a table.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_at: Place,
    pub(super) node: Node,
}

impl Table {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The text of a key that holds one.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.what {
            What::Text(text) => Some(text),
            What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::List(_) | What::Table(_) | What::Loose(_) => None,
        }
    }

    /// Puts a later layer over this one: tables key by key, everything else as a whole.
    pub(super) fn overlay(&mut self, later: &Self) {
        for entry in &later.entries {
            match self.entries.iter_mut().find(|own| own.key == entry.key) {
                None => self.entries.push(entry.clone()),
                Some(own) => match (&mut own.node.what, &entry.node.what) {
                    (What::Table(under), What::Table(over)) => {
                        under.overlay(over);
                        own.key_at = entry.key_at;
                        own.node.at = entry.node.at;
                    }
                    (
                        What::Text(_)
                        | What::Whole(_)
                        | What::Real(_)
                        | What::Bool(_)
                        | What::Date(_)
                        | What::List(_)
                        | What::Table(_)
                        | What::Loose(_),
                        _,
                    ) => *own = entry.clone(),
                },
            }
        }
    }

    /// The deepest key on `path` (`fields.phone`, `points[2].when.cpv`) that is written: places of its key and value, and
    /// whether it is the whole path. What was dropped counts as not written.
    pub(super) fn find(&self, path: &str, dropped: &HashSet<Place>) -> Option<(Place, Place, bool)> {
        let mut found = None;
        let mut table = self;
        let mut rest = path;
        'keys: loop {
            let Some((entry, after)) = table.longest_key(rest) else { return found };
            if dropped.contains(&entry.key_at) {
                return found;
            }
            found = Some((entry.key_at, entry.node.at, after.is_empty()));
            let mut node = &entry.node;
            rest = after;
            loop {
                if let Some((index, after)) = index(rest) {
                    let What::List(nodes) = &node.what else { return found };
                    let Some(next) = nodes.iter().filter(|node| !dropped.contains(&node.at)).nth(index) else { return found };
                    node = next;
                    found = Some((node.at, node.at, after.is_empty()));
                    rest = after;
                } else if let Some(after) = rest.strip_prefix('.') {
                    let What::Table(next) = &node.what else { return found };
                    table = next;
                    rest = after;
                    continue 'keys;
                } else {
                    return found;
                }
            }
        }
    }

    /// Keys may hold dots of their own (`headers.X-Api.Key`), so the longest key that fits is taken; quotes around it are allowed.
    fn longest_key<'a, 'p>(&'a self, path: &'p str) -> Option<(&'a Entry, &'p str)> {
        self.entries
            .iter()
            .filter_map(|entry| {
                let bare = path.strip_prefix(entry.key.as_str());
                let quoted = || path.strip_prefix('"')?.strip_prefix(entry.key.as_str())?.strip_prefix('"');
                let after = bare.or_else(quoted)?;
                (after.is_empty() || after.starts_with(['.', '['])).then_some((entry, after))
            })
            .max_by_key(|(entry, _)| entry.key.len())
    }
}

fn index(rest: &str) -> Option<(usize, &str)> {
    let (digits, after) = rest.strip_prefix('[')?.split_once(']')?;
    Some((digits.parse().ok()?, after))
}

/// A file as read: one tree, or several when it is no TOML.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) documents: Vec<Node>,
    /// What cannot be judged, since it is no TOML.
    pub(super) breaks: Vec<Place>,
}

/// Reads a file's text. In one that is no TOML each top-level table is read by itself, so that a bracket that is not closed spoils no more
/// than its own; of each, the first break becomes a problem, for those after it mostly follow from it.
pub(super) fn parse(files: &Files, number: u16, problems: &mut Vec<Problem>) -> Parsed {
    let text = &files.0[usize::from(number)].text;
    let whole = Piece { file: number, start: 0, end: text.len() };
    let (node, errors) = whole.read(text);
    let mut hidden = hidden(&node);
    if errors.is_empty() {
        return Parsed { documents: vec![node], breaks: Vec::new() };
    }
    hidden.extend(hidden_by_words(text, number));
    let mut parsed = Parsed::default();
    let mut told = Vec::new();
    for piece in whole.tables(text) {
        let (node, errors) = piece.read(text);
        parsed.documents.push(node);
        if let Some(error) = errors.into_iter().next() {
            parsed.breaks.push(piece.spoilt(text, error.0));
            told.push(error);
        }
    }
    // Each table is well made and the whole is not: one is there twice.
    let told = if told.is_empty() { errors } else { told };
    for (at, found, expected) in told {
        problems.push(Problem { found, expected, ..Problem::at(files, at, &hidden) });
    }
    parsed
}

/// What is wrong: where, what was found, what is expected.
type Broken = (Place, String, String);

/// A stretch of a file that is read by itself.
#[derive(Clone, Copy, Debug)]
struct Piece {
    file: u16,
    start: usize,
    end: usize,
}

impl Piece {
    /// What could be understood, and everything that could not, in the order of the text.
    fn read(self, text: &str) -> (Node, Vec<Broken>) {
        let (document, errors) = DeTable::parse_recoverable(&text[self.start..self.end]);
        let mut bad = Vec::new();
        let node = Node { at: self.place(&(0..0)), what: What::Table(self.table(document.get_ref(), &mut bad)) };
        let broken = errors.iter().map(|error| {
            let found = error.message().lines().next().unwrap_or("this is no TOML").to_owned();
            let expected = if found.contains("expected") { "" } else { "valid TOML" };
            (self.place(&error.span().unwrap_or(0..0)), found, expected.to_owned())
        });
        let mut broken: Vec<Broken> = broken.collect();
        if broken.is_empty() {
            broken.extend(bad.into_iter().map(|(at, found)| (at, found, "a number that fits into 64 bits".to_owned())));
        }
        broken.sort_by_key(|(at, ..)| at.start);
        (node, broken)
    }

    /// The same, cut before each line that is the header of a top-level table.
    fn tables(self, text: &str) -> Vec<Self> {
        let mut cuts = vec![self.start];
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if at > 0 && is_header(line) {
                cuts.push(at);
            }
            at += line.len();
        }
        let ends = cuts.iter().skip(1).copied().chain([self.end]);
        cuts.iter().zip(ends).map(|(start, end)| Self { start: *start, end, ..self }).collect()
    }

    /// From the header before a break (which may be one of a table inside this one) to the end.
    fn spoilt(self, text: &str, at: Place) -> Place {
        let mut start = self.start;
        let mut next = self.start;
        for line in text[self.start..self.end].split_inclusive('\n') {
            if next <= at.start as usize && line.trim_start().starts_with('[') {
                start = next;
            }
            next += line.len();
        }
        Place { file: self.file, start: u32_of(start), end: u32_of(self.end) }
    }

    fn place(self, span: &std::ops::Range<usize>) -> Place {
        Place { file: self.file, start: u32_of(self.start + span.start), end: u32_of(self.start + span.end) }
    }

    fn table(self, given: &DeTable<'_>, bad: &mut Vec<(Place, String)>) -> Table {
        let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| Entry {
            key: key.get_ref().to_string(),
            key_at: self.place(&key.span()),
            node: self.node(value, bad),
        };
        Table { entries: given.iter().map(entry).collect() }
    }

    fn node(self, given: &Spanned<DeValue<'_>>, bad: &mut Vec<(Place, String)>) -> Node {
        let at = self.place(&given.span());
        let what = match given.get_ref() {
            DeValue::String(text) => What::Text(text.to_string()),
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(number.as_str(), number.radix());
                What::Whole(read.unwrap_or_else(|_| {
                    bad.push((at, number.to_string()));
                    0
                }))
            }
            DeValue::Float(number) => What::Real(number.as_str().parse().unwrap_or_else(|_| {
                bad.push((at, number.to_string()));
                0.0
            })),
            DeValue::Boolean(yes) => What::Bool(*yes),
            DeValue::Datetime(date) => What::Date(date.to_string()),
            DeValue::Array(nodes) => What::List(nodes.iter().map(|value| self.node(value, bad)).collect()),
            DeValue::Table(inner) => What::Table(self.table(inner, bad)),
        };
        Node { at, what }
    }
}

/// Whether a line is the header of a top-level table, `[name]` or `[[name]]`, with nothing but a comment after it.
fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim();
    let inner = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]"));
    let inner = inner.or_else(|| line.strip_prefix('[')?.strip_suffix(']')).map(str::trim);
    inner.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_')))
}

/// A text that stands for one value of the environment or a flag.
pub(super) fn loose(at: Place, text: &str) -> Node {
    Node { at, what: What::Loose(text.to_owned()) }
}

/// Whether a key's value may hold something that must not be shown. Where it is kept (`file`, `env`, `credential`) may be.
pub(super) fn is_sensitive(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["secret", "password", "passwd", "token", "cookie", "authorization", "api_key", "api-key", "apikey"]
        .iter()
        .any(|word| key.contains(word))
        || key == "headers"
}

/// The places of texts that must not be quoted: values of sensitive keys, and addresses with a password in them.
pub(super) fn hidden(node: &Node) -> Vec<Place> {
    fn walk(node: &Node, secret: bool, out: &mut Vec<Place>) {
        match &node.what {
            What::Text(text) | What::Loose(text) => {
                if secret || has_password(text) {
                    out.push(node.at);
                }
            }
            What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) => {
                if secret {
                    out.push(node.at);
                }
            }
            What::List(nodes) => nodes.iter().for_each(|node| walk(node, secret, out)),
            What::Table(table) => {
                for entry in &table.entries {
                    let kept = matches!(entry.key.as_str(), "file" | "env" | "credential");
                    walk(&entry.node, (secret || is_sensitive(&entry.key)) && !kept, out);
                }
            }
        }
    }
    let mut out = Vec::new();
    walk(node, false, &mut out);
    out
}

/// For a file that is no TOML, where the tree may lack a secret: everything after `=` on a line that names one.
fn hidden_by_words(text: &str, file: u16) -> Vec<Place> {
    let mut at = 0;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some((key, value)) = line.split_once('=')
            && (is_sensitive(key) || key.contains("headers") || has_password(value))
        {
            out.push(Place { file, start: u32_of(at + key.len() + 1), end: u32_of(at + line.trim_end().len()) });
        }
        at += line.len();
    }
    out
}

/// Whether an address in the text carries a password: `scheme://name:password@host`.
pub(super) fn has_password(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// A value in TOML, on one line: what two versions are compared by. Secrets are in it.
pub(super) fn to_toml(node: &Node) -> String {
    let mut out = String::new();
    write_toml(&mut out, node, false, false);
    out
}

/// The value of a key in TOML, on one line, with secrets as `"***"`.
pub(super) fn shown(key: &str, node: &Node) -> String {
    let mut out = String::new();
    write_toml(&mut out, node, true, is_sensitive(key));
    out
}

fn write_toml(out: &mut String, node: &Node, hide: bool, secret: bool) {
    match &node.what {
        What::Text(text) | What::Loose(text) if hide && (secret || has_password(text)) => {
            out.push_str(if text.is_empty() { "\"\"" } else { "\"***\"" });
        }
        What::Text(text) | What::Loose(text) => out.push_str(&quoted(text)),
        What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) if hide && secret => out.push_str("\"***\""),
        What::Whole(number) => _ = write!(out, "{number}"),
        What::Real(number) => out.push_str(&toml::Value::Float(*number).to_string()),
        What::Bool(yes) => _ = write!(out, "{yes}"),
        What::Date(date) => out.push_str(date),
        What::List(nodes) => {
            out.push('[');
            for (i, node) in nodes.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write_toml(out, node, hide, secret);
            }
            out.push(']');
        }
        What::Table(table) => {
            out.push_str("{ ");
            for (i, entry) in table.entries.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                _ = write!(out, "{} = ", bare_or_quoted(&entry.key));
                let kept = matches!(entry.key.as_str(), "file" | "env" | "credential");
                write_toml(out, &entry.node, hide, (secret || is_sensitive(&entry.key)) && !kept);
            }
            out.push_str(if table.entries.is_empty() { "}" } else { " }" });
        }
    }
}

/// A key as TOML wants it.
pub(super) fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if bare { key.to_owned() } else { quoted(key) }
}

/// A text as TOML wants it, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::super::files::{File, Layer};
    use super::*;

    fn read(text: &str) -> (Files, Table, Vec<Problem>) {
        let mut files = Files::default();
        let number = files.push(File::new("a.toml".into(), PathBuf::new(), text.into(), Layer::User));
        let mut problems = Vec::new();
        let documents = parse(&files, number, &mut problems).documents;
        let tables = documents.into_iter().map(|node| match node.what {
            What::Table(table) => table.entries,
            other => panic!("a document is a table and not {other:?}"),
        });
        let table = Table { entries: tables.flatten().collect() };
        (files, table, problems)
    }

    #[test]
    fn paths_lead_to_places() {
        let text = "fields = { name = \"h3\", \"a.b\" = \"x\" }\n[[points]]\npoints = 1\n[[points]]\nwhen = { cpv = [\"33\", 4] }\n";
        let (files, table, _) = read(text);
        let check = |path: &str, want: Option<(&str, bool)>| {
            let found = table.find(path, &HashSet::new());
            let got = found.map(|(_, value, whole)| {
                let text = &files.0[0].text[value.start as usize..value.end as usize];
                (text, whole)
            });
            assert_eq!(got, want, "{path}");
        };
        check("fields.name", Some(("\"h3\"", true)));
        check("fields.a.b", Some(("\"x\"", true)));
        check("fields.\"a.b\"", Some(("\"x\"", true)));
        check("fields.phone", Some(("{ name = \"h3\", \"a.b\" = \"x\" }", false)));
        check("points[1].when.cpv[1]", Some(("4", true)));
        check("points[1].points", Some(("[[points]]", false)));
        check("points[0].points", Some(("1", true)));
        check("nothing", None);
        check("points[7]", Some(("[[points]]", false)));
        check("points[x", Some(("[[points]]", false)));
        check("", None);
    }

    #[test]
    fn secrets_stay_hidden_in_print_and_in_broken_files() {
        let text =
            "password = \"hunter2\"\nproxy = \"http://u:hunter2@h/\"\nheaders = { A = \"hunter2\" }\nsecret = { file = \"a.secret\" }\n";
        let (_, table, problems) = read(text);
        assert!(problems.is_empty());
        let node = Node { at: Place::default(), what: What::Table(table) };
        let shown = shown("", &node);
        assert_eq!(shown, r#"{ headers = { A = "***" }, password = "***", proxy = "***", secret = { file = "a.secret" } }"#);
        let (_, _, problems) = read("password = \"hunter2\nheaders = { A = hunter2 }\n");
        assert!(!problems.is_empty());
        for problem in problems {
            assert!(!problem.to_string().contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn a_number_too_big_is_a_problem() {
        let (_, _, problems) = read("a = 99999999999999999999\n");
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].line, problems[0].column), (1, 5));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_at_a_place(text in "(\\[{1,2}[a-z. ]{0,6}\\]{0,2}\n|[a-z\".]{1,5} ?=? ?[\"'\\[{]{0,2}[-0-9a-zñ:.T]{0,6}[\"'\\]}]{0,3}\n|\\PC{0,10}\r?\n){0,12}") {
            let (files, table, problems) = read(&text);
            for problem in &problems {
                prop_assert!(problem.line >= 1 && problem.column >= 1 && problem.file == "a.toml");
                let _ = problem.to_string();
            }
            let node = Node { at: Place::default(), what: What::Table(table) };
            let printed = to_toml(&node);
            if problems.is_empty() {
                let (_, again, problems) = read(&format!("a = {printed}\n"));
                prop_assert!(problems.is_empty(), "{printed}: {problems:?}");
                let again = again.get("a").map(to_toml);
                prop_assert_eq!(again, Some(printed));
            }
            let _ = files.first_place();
        }
    }
}
