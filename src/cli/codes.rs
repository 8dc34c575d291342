//! `codes …`: what codes of classes mean, and whole lists of them taken in. Asks no daemon; it reads them when it begins, or on SIGHUP.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::Ended;
use super::check::file;
use crate::base::text::count;
use crate::config::{self, Config, Request};
use crate::extract;
use crate::model::language_code;
use crate::tender::codelist;

/// Takes in a list: its rows replace those of the same scheme and language.
pub(super) fn import(request: &Request, path: &Path, scheme: &str, language: &str, json: bool) -> anyhow::Result<Ended> {
    let scheme = scheme.trim().to_uppercase();
    anyhow::ensure!(
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric()),
        "`{scheme}` is no name of a scheme: CPV, UNSPSC, NAICS, or another as it stands before its codes, letters and digits alone (GSIN, OKPD2)"
    );
    let language = language_code(language);
    anyhow::ensure!(language != "und", "`--language` wants a code such as `en`");
    let config = Config::load(&without_secrets(request))?;
    let name = path.display().to_string();
    let text = extract::decode(&file(&name)?, None, &url::Url::parse("file:///")?).into_owned();
    let rows = codelist::read(&text, &scheme, &language).with_context(|| name.clone())?;
    let folder = config::codes_folder(&config.daemon.data);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut languages: Vec<&str> = rows.iter().map(|row| row.language.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    for language in &languages {
        let mut table = String::new();
        for row in rows.iter().filter(|row| row.language == **language) {
            writeln!(table, "{scheme}\t{}\t{}\t{}", row.code, row.language, crate::base::text::squeeze(&row.text))?;
        }
        // Written beside and put in its place: whoever reads meanwhile sees the old list or the new one.
        let to = folder.join(format!("{}-{language}.tsv", scheme.to_lowercase()));
        let beside = to.with_extension("new");
        std::fs::write(&beside, table)
            .and_then(|()| std::fs::rename(&beside, &to))
            .with_context(|| format!("{} cannot be written", to.display()))?;
    }
    if json {
        println!("{}", serde_json::json!({ "scheme": scheme, "languages": languages, "rows": rows.len(), "folder": folder }));
    } else {
        let taken = count(rows.len(), "row", "rows");
        eprintln!("taken in: {taken} of {scheme} in {}; a running daemon takes them on SIGHUP", languages.join(", "));
    }
    Ok(Ended::Fine)
}

/// Nothing is sent: whoever asks need not hold what the channels need.
fn without_secrets(request: &Request) -> Request {
    Request { without_secrets: true, ..request.clone() }
}

/// What codes below a prefix mean; of one code, what it means or what the next one above it does.
pub(super) fn list(request: &Request, code: &str, scheme: &str, language: &str, json: bool) -> anyhow::Result<Ended> {
    // Whoever has no configuration asks for what the program brings along.
    let labels = Config::load(&without_secrets(request))
        .map_or_else(|_| crate::model::codes::Labels::shipped().clone(), |config| (*config.labels).clone());
    let languages = [language, "en"];
    let mut found = labels.below(scheme, code.trim_end_matches('*'), &languages, 1_000);
    if found.is_empty() {
        found.extend(labels.find(scheme, code, &languages));
    }
    if json {
        let rows: Vec<_> = found.iter().map(|label| serde_json::json!({ "code": label.code, "label": label.text })).collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        for label in &found {
            match label.of(code).group {
                // What no code below has words for is told as what it belongs to.
                Some(_) if !label.code.starts_with(code.trim_end_matches('*')) => println!("{}", label.of(code).told(code, "in")),
                Some(_) | None => println!("{}  {}", label.code, label.text),
            }
        }
    }
    if found.is_empty() {
        eprintln!("no code of {scheme} begins with {code}; `atalaya codes import` takes in a whole list");
        return Ok(Ended::Problem);
    }
    Ok(Ended::Fine)
}
