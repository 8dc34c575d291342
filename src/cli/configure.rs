//! `init` and `config …`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};

use super::Ended;
use super::args::InitOptions;
use crate::base::text::count;
use crate::config::{self, Config, Refusal, Request, SHIPPED, Shipped, Wishes};
use crate::model::country_code;
use crate::render::Language;

/// Writes a commented configuration; asks for what was not given, on a terminal.
pub(super) fn init(options: &InitOptions, json: bool) -> anyhow::Result<Ended> {
    if options.path.exists() {
        bail!("{} is there already; name another file, or move it away", options.path.display());
    }
    let asks = !options.no_input && std::io::stdin().is_terminal();
    let say = |question: &str| -> anyhow::Result<String> {
        eprint!("{question}: ");
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    };
    let ask = |given: Option<String>, question: &str, default: &str| -> anyhow::Result<String> {
        match given {
            Some(given) => Ok(given),
            None if asks => {
                Ok(Some(say(&format!("{question} [{default}]"))?).filter(|line| !line.is_empty()).unwrap_or_else(|| default.to_owned()))
            }
            None => Ok(default.to_owned()),
        }
    };
    // No placeholder: whoever it belongs to would get the questions of the visited sites.
    let contact = match &options.contact {
        Some(contact) => contact.clone(),
        None if asks => say("Your e-mail address (owners of visited sites can reach you there)")?,
        None => String::new(),
    };
    if !contact.contains('@') {
        bail!(
            "an e-mail address is needed, by which owners of visited sites can reach you: `atalaya init --contact you@your-company.example`"
        );
    }
    let listed = |text: String| text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let (language, country) = locale(|name| std::env::var(name).ok());
    let goods = match language {
        Language::En => "packaging machines",
        Language::Es => "máquinas de envasado",
        Language::Ru => "упаковочное оборудование",
    };
    let wishes = Wishes {
        contact,
        sells: ask(options.sell.clone(), "What do you sell, in a few words, with commas between", goods)?,
        regions: listed(ask(joined(&options.regions), "To which countries or regions", &country.unwrap_or_else(|| "ES".to_owned()))?),
        languages: listed(ask(joined(&options.languages), "Languages of your reps", language.tag())?),
        zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
    };
    if let Some(unknown) = wishes.languages.iter().find(|tag| Language::of(tag).is_none()) {
        bail!("reps cannot be written to in `{unknown}` yet; choose of en, es, ru");
    }
    std::fs::write(&options.path, config::starter(&wishes)).with_context(|| format!("cannot write {}", options.path.display()))?;
    if json {
        println!("{}", serde_json::json!({ "written": options.path }));
    } else {
        eprintln!(
            "Written: {path}. Next:\n  atalaya source add https://… --config {path}\n  atalaya config check --config {path}\n  atalaya run --config {path}",
            path = options.path.display()
        );
    }
    Ok(Ended::Fine)
}

/// Language and country of who sits there, as the environment has them: `es_ES.UTF-8`.
fn locale(variable: impl Fn(&str) -> Option<String>) -> (Language, Option<String>) {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|name| !name.is_empty()).unwrap_or_default();
    let name = named.split(['.', '@']).next().unwrap_or_default();
    let country = name.split_once('_').and_then(|(_, country)| country_code(country)).map(str::to_owned);
    (Language::of(name).unwrap_or_default(), country)
}

fn joined(given: &[String]) -> Option<String> {
    (!given.is_empty()).then(|| given.join(","))
}

/// All mistakes at once.
pub(super) fn check(request: &Request, json: bool) -> anyhow::Result<Ended> {
    match Config::load(request) {
        Ok(config) => {
            let notes = config.notes();
            if json {
                println!(
                    "{}",
                    serde_json::json!({ "problems": [], "notes": notes, "sources": config.sources.len(), "files": config.files })
                );
            } else {
                for note in notes {
                    eprintln!("Note: {note}.");
                }
                eprintln!(
                    "Good: {}, {}, {}, {}.",
                    count(config.sources.len(), "source", "sources"),
                    count(config.segments.len(), "segment", "segments"),
                    count(config.reps.len(), "rep", "reps"),
                    count(config.channels.len(), "channel", "channels")
                );
            }
            Ok(Ended::Fine)
        }
        Err(refusal @ (Refusal::NotFound(_) | Refusal::Missing(_))) => Err(refusal.into()),
        Err(Refusal::Wrong(problems)) => {
            if json {
                let list: Vec<_> = problems.iter().map(|problem| serde_json::json!({ "text": problem.to_string() })).collect();
                println!("{}", serde_json::json!({ "problems": list }));
            } else {
                eprintln!("{}", Refusal::Wrong(problems));
            }
            Ok(Ended::Problem)
        }
    }
}

/// The values in force.
pub(super) fn show(request: &Request, origin: bool, json: bool) -> anyhow::Result<Ended> {
    let config = Config::load(&Request { without_secrets: true, ..request.clone() })?;
    if json {
        println!("{}", serde_json::to_string_pretty(&config.settings)?);
    } else {
        print!("{}", config.show(origin));
    }
    Ok(Ended::Fine)
}

/// The schema for editors.
pub(super) fn schema() -> anyhow::Result<Ended> {
    println!("{}", serde_json::to_string_pretty(&config::schema())?);
    Ok(Ended::Fine)
}

/// A built-in file as it is, or which there are.
pub(super) fn file(name: Option<&str>, json: bool) -> anyhow::Result<Ended> {
    match name {
        Some(name) => print!("{}", shipped(name)?.text),
        None if json => {
            let all: Vec<_> = SHIPPED.iter().map(|file| serde_json::json!({ "name": file.name, "about": file.about })).collect();
            println!("{}", serde_json::to_string_pretty(&all)?);
        }
        None => SHIPPED.iter().for_each(|file| println!("{:24}{}", file.name, file.about)),
    }
    Ok(Ended::Fine)
}

/// The built-in file of this name, whichever way it is put: `lexicons/en.toml`, `config/lexicons/en.toml`, `en`.
fn shipped(name: &str) -> anyhow::Result<&'static Shipped> {
    let bare = name.strip_prefix("config/").unwrap_or(name);
    let is = |file: &&Shipped| file.name == bare || file.name.rsplit('/').next().and_then(|last| last.strip_suffix(".toml")) == Some(bare);
    SHIPPED.iter().find(is).with_context(|| {
        let names: Vec<_> = SHIPPED.iter().map(|file| file.name).collect();
        format!("no built-in file is called `{name}`; there are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_in_file_is_found_by_the_names_people_use() {
        for name in ["lexicons/en.toml", "config/lexicons/en.toml", "en"] {
            assert_eq!(shipped(name).unwrap().name, "lexicons/en.toml", "{name}");
        }
        let why = shipped("de").unwrap_err().to_string();
        assert!(why.contains("`de`") && why.contains("codes/industries.toml"), "{why}");
    }

    #[test]
    fn the_locale_says_language_and_country() {
        for (lang, want) in [
            ("es_ES.UTF-8", (Language::Es, Some("ES"))),
            ("ru_RU", (Language::Ru, Some("RU"))),
            ("de_AT@euro", (Language::En, Some("AT"))),
            ("en", (Language::En, None)),
            ("C.UTF-8", (Language::En, None)),
            ("", (Language::En, None)),
        ] {
            let (language, country) = locale(|name| (name == "LANG").then(|| lang.to_owned()));
            assert_eq!((language, country.as_deref()), want, "{lang}");
        }
    }
}
