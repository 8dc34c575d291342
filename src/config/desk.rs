//! Where tables are checked: turns what serde, the modules and the cross references find wrong into problems with a place.
//! Knows places and words, no setting.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use super::files::{Files, Place};
use super::problem::{Problem, nearest};
use super::shape::{self, Kind, Wrong, expects_secret};
use super::tree::{Node, Table, What, to_toml};
use crate::base::text::{clip, squeeze};
use crate::model::{Fault, country_code, country_names};

/// One table under check.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// As people are told: `source "fair"`, `[daemon]`.
    pub(super) subject: String,
    /// Its keys.
    pub(super) table: &'a Table,
    /// Its header, where what is missing is reported.
    pub(super) at: Place,
    dropped: HashSet<Place>,
    /// Keys already reported; what follows from their absence is not said again.
    blamed: HashSet<String>,
}

impl<'a> Section<'a> {
    /// A table to check.
    pub(super) fn new(subject: String, table: &'a Table, at: Place) -> Self {
        Self { subject, table, at, dropped: HashSet::new(), blamed: HashSet::new() }
    }

    /// Whether something in it was refused already.
    pub(super) fn is_spoilt(&self) -> bool {
        !self.blamed.is_empty()
    }
}

/// Collects the problems of one configuration.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) files: &'a Files,
    /// Places of texts that are never quoted.
    pub(super) hidden: Vec<Place>,
    pub(super) problems: Vec<Problem>,
}

/// What a problem says: what was found, what is expected, and the word that was meant.
type Told = (String, String, Option<String>);

/// Words listed when none is near.
const LISTED: usize = 40;

/// Characters of a value shown as found.
const FOUND_CHARS: usize = 80;

impl<'a> Desk<'a> {
    /// An empty desk.
    pub(super) fn new(files: &'a Files, hidden: Vec<Place>) -> Self {
        Self { files, hidden, problems: Vec::new() }
    }

    /// Refuses keys that are in none of the lists. (Each module then reads only its own.)
    pub(super) fn refuse_unknown(&mut self, section: &mut Section<'_>, known: &[&'static str]) {
        for entry in section.table.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            section.dropped.insert(entry.key_at);
            self.unknown_key(section, &entry.key, entry.key_at, known);
        }
    }

    /// A key nobody knows. The one that was probably meant is not reported as missing on top.
    pub(super) fn unknown_key(&mut self, section: &mut Section<'_>, key: &str, at: Place, known: &[&'static str]) {
        let near = nearest(key.rsplit('.').next().unwrap_or(key), known.iter().copied());
        section.blamed.insert(key.to_owned());
        section.blamed.extend(near.clone());
        let expected = match &near {
            Some(_) => String::new(),
            None => format!("one of {}", listed(known)),
        };
        self.push(section, key, at, ("unknown key".to_owned(), expected, near));
    }

    /// Refuses what stands at a place, in the caller's words.
    pub(super) fn refuse_at(&mut self, section: &mut Section<'_>, key: &str, at: Place, found: &str, expected: &str) {
        section.blamed.insert(key.to_owned());
        self.push(section, key, at, (found.to_owned(), expected.to_owned(), None));
    }

    /// Reads the keys `only` into a module's settings; what is wrong is reported and left out.
    pub(super) fn read<T: DeserializeOwned + Default>(&mut self, section: &mut Section<'_>, only: Option<&[&str]>) -> T {
        let mut wrong = Vec::new();
        let value = shape::read(section.table, only, &mut section.dropped, &mut wrong);
        for wrong in wrong {
            self.wrong(section, wrong);
        }
        value
    }

    fn wrong(&mut self, section: &mut Section<'_>, wrong: Wrong) {
        let at = wrong.at.unwrap_or(section.at);
        let path = path_to(section.table, at).unwrap_or_default();
        if let Some(top) = path.split(['.', '[']).next().filter(|top| !top.is_empty()) {
            section.blamed.insert(top.to_owned());
            section.blamed.insert(path.clone());
        }
        match wrong.kind {
            Kind::UnknownKey { known } => self.unknown_key(section, &path, at, known),
            Kind::UnknownWord { word, known } => {
                let near = nearest(&word, known.iter().copied());
                self.push(section, &path, at, (found_text(&word), format!("one of {}", listed(known)), near));
            }
            Kind::Type { found, expected } => {
                if expects_secret(&expected) {
                    self.hidden.push(at);
                    self.push(section, &path, at, ("a literal value in place of a secret".to_owned(), expected, None));
                } else {
                    let found = if self.hidden.contains(&at) { "a hidden value".to_owned() } else { format!("found {found}") };
                    self.push(section, &path, at, (found, expected, None));
                }
            }
            Kind::Missing(key) => {
                let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                self.push(section, &path, at, ("missing".to_owned(), "this key".to_owned(), None));
            }
            Kind::Other(text) => self.push(section, &path, at, (text, String::new(), None)),
        }
    }

    /// Reports what a module refused.
    pub(super) fn faults(&mut self, section: &mut Section<'_>, faults: Vec<Fault>) {
        for fault in faults {
            self.fault(section, &fault, None);
        }
    }

    /// What a module compiled, or nothing when it refused; a refusal always leaves a problem.
    pub(super) fn compiled<T>(&mut self, section: &mut Section<'_>, result: Result<T, Vec<Fault>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(faults) => {
                if faults.is_empty() && !section.is_spoilt() {
                    let (found, expected) = ("the table is refused without a reason", "a report of this: it is a mistake of the program");
                    self.push(section, "", section.at, (found.to_owned(), expected.to_owned(), None));
                }
                self.faults(section, faults);
                None
            }
        }
    }

    /// Reports one refused setting, unless it only follows from something that was reported already.
    pub(super) fn fault(&mut self, section: &mut Section<'_>, fault: &Fault, did_you_mean: Option<String>) {
        let place = section.table.find(&fault.key, &section.dropped);
        let top = fault.key.split(['.', '[']).next().unwrap_or_default();
        let written = place.is_some_and(|(_, _, whole)| whole);
        let deeper = |path: &String| path.strip_prefix(&fault.key).is_some_and(|rest| rest.starts_with(['.', '[']));
        if (section.blamed.contains(top) && !written) || section.blamed.iter().any(deeper) {
            return;
        }
        let at = place.map_or(section.at, |(_, value, _)| value);
        let expected = squeeze(&fault.expected);
        let near = did_you_mean.or_else(|| near_value(fault));
        let said = fault.found.trim();
        let (found, expected) = match node_at(section.table, at).map(|node| &node.what) {
            _ if !written && matches!(said, "" | "nothing") => ("missing".to_owned(), expected),
            _ if !written => (clip(said, FOUND_CHARS), expected),
            _ if self.hidden.contains(&at) => ("a hidden value".to_owned(), expected),
            Some(What::Table(_)) if said == "nothing" => ("found nothing".to_owned(), expected),
            Some(what) if is_same(what, said) => (self.as_written(at).unwrap_or_else(|| found_text(said)), expected),
            // The module tells what is wrong in its own words: "a secret that cannot be read".
            Some(_) if ["a ", "an ", "no ", "the "].iter().any(|word| said.starts_with(word)) => {
                (format!("{}: {expected}", clip(said, FOUND_CHARS)), String::new())
            }
            Some(_) | None => (found_text(said), expected),
        };
        self.push(section, &fault.key, at, (found, expected, near));
    }

    /// The value as it stands in the file, unless it is a list or too long to be told.
    fn as_written(&self, at: Place) -> Option<String> {
        let file = self.files.of(at);
        let text = file.text.get(at.start as usize..at.end as usize)?;
        let short = !text.contains('\n') && !text.starts_with(['[', '{']) && text.chars().count() <= FOUND_CHARS && !text.is_empty();
        short.then(|| format!("found {text}"))
    }

    fn push(&mut self, section: &Section<'_>, key: &str, at: Place, (found, expected, near): Told) {
        let mut problem = Problem::at(self.files, at, &self.hidden);
        section.subject.clone_into(&mut problem.subject);
        key.clone_into(&mut problem.key);
        (problem.found, problem.expected, problem.did_you_mean) = (found, expected, near);
        self.problems.push(problem);
    }
}

/// Whether what a module says it found is the value itself.
fn is_same(what: &What, said: &str) -> bool {
    #[expect(clippy::float_cmp, reason = "the same number, read from the same digits")]
    let number = |value: f64| said.parse::<f64>().is_ok_and(|said| said == value);
    match what {
        What::Text(text) | What::Date(text) | What::Loose(text) => squeeze(text) == squeeze(said),
        What::Whole(whole) => said == whole.to_string() || number(*whole as f64),
        What::Real(real) => number(*real),
        What::Bool(yes) => said == yes.to_string(),
        What::List(_) | What::Table(_) => false,
    }
}

/// The word that was meant, among those that the module says it knows; for zones, among all there are.
fn near_value(fault: &Fault) -> Option<String> {
    let found = fault.found.trim();
    let last = fault.key.rsplit('.').next().unwrap_or_default();
    if last.starts_with("country") || last.starts_with("countries") {
        return country_code(found).or_else(|| country_code(&nearest(&found.to_lowercase(), country_names())?)).map(str::to_owned);
    }
    if found.is_empty() || found.contains(' ') {
        return None;
    }
    if fault.key.ends_with("zone") {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        return nearest(found, names.iter().map(String::as_str));
    }
    let is_word = |word: &&str| word.len() > 2 && word.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    let known: Vec<&str> = fault.expected.split('`').skip(1).step_by(2).filter(is_word).collect();
    if known.len() < 2 { None } else { nearest(found, known.iter().copied()) }
}

/// The value at a place.
fn node_at(table: &Table, at: Place) -> Option<&Node> {
    fn inside(node: &Node, at: Place) -> Option<&Node> {
        if node.at == at {
            return Some(node);
        }
        match &node.what {
            What::List(nodes) => nodes.iter().find_map(|node| inside(node, at)),
            What::Table(table) => node_at(table, at),
            What::Text(_) | What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::Loose(_) => None,
        }
    }
    table.entries.iter().find_map(|entry| inside(&entry.node, at))
}

fn found_text(found: &str) -> String {
    format!("found \"{}\"", clip(found.trim_matches('"'), FOUND_CHARS))
}

/// Words of a list, for an error.
pub(super) fn listed(words: &[&str]) -> String {
    let mut words: Vec<&str> = words.to_vec();
    words.sort_unstable();
    let more = words.len().saturating_sub(LISTED);
    words.truncate(LISTED);
    let text = words.join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}

/// The path of the key or value at a place.
fn path_to(table: &Table, at: Place) -> Option<String> {
    fn inside(node: &Node, at: Place, path: String) -> Option<String> {
        if node.at == at {
            return Some(path);
        }
        match &node.what {
            What::List(nodes) => nodes.iter().enumerate().find_map(|(i, node)| inside(node, at, format!("{path}[{i}]"))),
            What::Table(table) => keys(table, at, &path),
            What::Text(_) | What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::Loose(_) => None,
        }
    }
    fn keys(table: &Table, at: Place, path: &str) -> Option<String> {
        table.entries.iter().find_map(|entry| {
            let own = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            if entry.key_at == at { Some(own) } else { inside(&entry.node, at, own) }
        })
    }
    keys(table, at, "")
}

/// The text by which two versions of a table's keys are compared.
pub(super) fn canonical(table: &Table, only: &[&str]) -> String {
    let mut entries: Vec<_> = table.entries.iter().filter(|entry| only.contains(&entry.key.as_str())).collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries.iter().fold(String::new(), |text, entry| text + &entry.key + " = " + &to_toml(&entry.node) + "\n")
}
