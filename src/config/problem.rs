//! One mistake in the configuration, as a person reads it: where, what was found, what is expected. Knows no setting by name.

use std::fmt::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::files::{Files, Place};
use crate::base::text::clip;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file as it was named; `environment` or `command line` for the layers above the files.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Whose setting: `source "fair"`, `[daemon]`; empty for the file as a whole.
    pub subject: String,
    /// Which setting, as a path from its table: `fields.phone`. Empty for the table as a whole.
    pub key: String,
    /// What was written; never a secret.
    pub found: String,
    /// What is expected, and what to do.
    pub expected: String,
    /// The nearest word that would be right.
    pub did_you_mean: Option<String>,
    /// The line itself, secrets hidden.
    pub quote: String,
    /// How many characters of the quote are meant; at least 1.
    pub width: u32,
}

impl Problem {
    /// A mistake of a file as a whole: it cannot be read, or is no text.
    pub(super) fn of_file(path: &Path, found: &str, expected: &str) -> Self {
        Self {
            file: path.display().to_string(),
            line: 1,
            column: 1,
            subject: String::new(),
            key: String::new(),
            found: found.to_owned(),
            expected: expected.to_owned(),
            did_you_mean: None,
            quote: String::new(),
            width: 1,
        }
    }

    /// A mistake at a place. `hidden` are the places of secrets: their bytes are not quoted.
    pub(super) fn at(files: &Files, place: Place, hidden: &[Place]) -> Self {
        let file = files.of(place);
        let (line, column) = file.line_column(place.start);
        let (last_line, last_column) = file.line_column(place.end.max(place.start));
        let (quote, shift_from) = hide(files, place, line, hidden);
        let quoted = u32::try_from(quote.chars().count()).unwrap_or(u32::MAX);
        let width = if last_line == line { last_column - column } else { quoted.saturating_sub(column - 1) };
        let width = if shift_from.is_some_and(|from| column >= from) { 3 } else { width };
        Self {
            file: file.name.clone(),
            line,
            column,
            subject: String::new(),
            key: String::new(),
            found: String::new(),
            expected: String::new(),
            did_you_mean: None,
            quote,
            width: width.clamp(1, 120),
        }
    }

    /// The words after the place.
    pub fn message(&self) -> String {
        let mut out = self.subject.clone();
        if !self.key.is_empty() {
            out.push_str(if out.is_empty() { "key " } else { " key " });
            _ = write!(out, "\"{}\"", self.key);
        }
        if !out.is_empty() {
            out.push_str(": ");
        }
        out.push_str(&self.found);
        if !self.expected.is_empty() {
            _ = write!(out, ", expected {}", self.expected);
        }
        if let Some(word) = &self.did_you_mean {
            _ = write!(out, ", did you mean \"{word}\"?");
        }
        out
    }
}

impl Problem {
    /// The place and the words, for a log.
    pub fn in_one_line(&self) -> String {
        let message: String = self.message().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{}:{}:{}: {message}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message())?;
        if self.quote.trim().is_empty() {
            return Ok(());
        }
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        // Tabs are kept, so that the caret stands under its word whatever a tab is worth.
        let before: String = self.quote.chars().take(self.column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        write!(f, "\n  {number} | {}\n  {gutter} | {before}{}", self.quote, "^".repeat(self.width as usize))
    }
}

/// Characters of a line that are quoted.
const QUOTE_CHARS: usize = 160;

/// The line with the secrets in it replaced by `***`, and the column from which it was changed.
fn hide(files: &Files, place: Place, line: u32, hidden: &[Place]) -> (String, Option<u32>) {
    let file = files.of(place);
    let text = file.line(line);
    let mut cuts: Vec<(usize, usize)> = hidden
        .iter()
        .filter(|secret| secret.file == place.file)
        .filter_map(|secret| {
            let ((first, from), (last, to)) = (file.line_column(secret.start), file.line_column(secret.end));
            (first <= line && line <= last).then(|| {
                let from = if first == line { from as usize - 1 } else { 0 };
                let to = if last == line { to as usize - 1 } else { usize::MAX };
                (from, to)
            })
        })
        .collect();
    cuts.sort_unstable();
    let mut out = String::new();
    let mut chars = text.chars().enumerate().peekable();
    let first_cut = cuts.first().map(|(from, _)| u32::try_from(from + 1).unwrap_or(u32::MAX));
    for (from, to) in cuts {
        while let Some((_, c)) = chars.next_if(|(at, _)| *at < from) {
            out.push(c);
        }
        let before = chars.peek().map(|(at, _)| *at);
        while chars.next_if(|(at, _)| *at < to).is_some() {}
        if before.is_some() {
            out.push_str("***");
        }
    }
    out.extend(chars.map(|(_, c)| c));
    (clip(out.trim_end(), QUOTE_CHARS), first_cut)
}

/// What people write for what we call otherwise.
const SYNONYMS: [(&str, &str); 26] = [
    ("interval", "every"),
    ("frequency", "every"),
    ("period", "every"),
    ("schedule", "cron"),
    ("hours", "between"),
    ("window", "between"),
    ("timezone", "zone"),
    ("time_zone", "zone"),
    ("tz", "zone"),
    ("type", "kind"),
    ("link", "url"),
    ("href", "url"),
    ("address", "url"),
    ("selector", "record"),
    ("items", "record"),
    ("item", "record"),
    ("css", "record"),
    ("next_page", "next"),
    ("max_pages", "pages"),
    ("disabled", "enabled"),
    ("active", "enabled"),
    ("cost", "cost_per_month"),
    ("rules", "points"),
    ("lang", "language"),
    ("mail", "email"),
    ("country", "regions"),
];

/// The nearest of the known words, if one is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    let plain = word.to_lowercase().replace('-', "_");
    if let Some(same) = known.clone().into_iter().find(|k| k.to_lowercase().replace('-', "_") == plain) {
        return Some(same.to_owned());
    }
    let synonym = SYNONYMS.iter().find(|(from, to)| *from == plain && known.clone().into_iter().any(|k| k == *to));
    if let Some((_, to)) = synonym {
        return Some((*to).to_owned());
    }
    let allowed = match plain.chars().count() {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&plain, &k.to_lowercase().replace('-', "_")), k))
        .filter(|(distance, k)| *distance <= allowed && *distance < k.chars().count())
        .min_by_key(|(distance, k)| (*distance, *k))
        .map(|(_, k)| k.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::files::{File, Layer};
    use super::*;

    #[test]
    fn near_words() {
        let known = ["every", "record", "records", "url", "max_body", "zone", "enabled"];
        for (word, want) in [
            ("evry", Some("every")),
            ("Every", Some("every")),
            ("max-body", Some("max_body")),
            ("recrods", Some("records")),
            ("timezone", Some("zone")),
            ("interval", Some("every")),
            ("ulr", Some("url")),
            ("x", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known).as_deref(), want, "{word}");
        }
    }

    #[test]
    fn a_problem_shows_its_line_and_not_its_secret() {
        let mut files = Files::default();
        let text = "[[channel]]\n\tsecret = \"hunter2\" # x\n";
        files.push(File::new("a.toml".into(), PathBuf::new(), text.into(), Layer::User));
        let value = Place { file: 0, start: 22, end: 31 };
        assert_eq!(&text[22..31], "\"hunter2\"");
        let mut problem = Problem::at(&files, value, &[value]);
        problem.subject = "channel \"crm\"".into();
        problem.key = "secret".into();
        problem.found = "a literal text".into();
        problem.expected = "where the secret is kept".into();
        assert_eq!(
            problem.to_string(),
            "a.toml:2:11: channel \"crm\" key \"secret\": a literal text, expected where the secret is kept\n  2 | \tsecret = *** # x\n    | \t         ^^^"
        );
    }
}
