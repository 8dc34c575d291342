//! The order of the house: imports go strictly down the layers, files stay readable, nothing reads time on its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Bottom line first; modules on one line never import each other.
const LINES: &[&[&str]] = &[
    &["base"],
    &["model", "telemetry"],
    &["tender"],
    &["schedule", "extract", "diff", "resolve", "score", "route", "outbox", "render"],
    &["door"],
    &["fetch", "store", "deliver"],
    &["config"],
    &["pipeline"],
    &["web"],
    &["app"],
    &["cli"],
];

/// What the pure lines must not touch.
const EFFECTS: &[&str] = &[
    "tokio::",
    "reqwest::",
    "std::fs",
    "TcpStream",
    "ToSocketAddrs",
    "std::env",
    "async fn",
    "tracing::",
    "rand::",
    "SystemTime::now",
    "Instant::now",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

struct File {
    name: String,
    module: String,
    /// Without comments and without the tests at its end.
    code: String,
    whole: String,
}

/// Files that are modules of tests only: declared right below `#[cfg(test)]`.
fn test_modules(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).unwrap();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let declared = lines.peek().and_then(|next| next.trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'));
            if let (true, Some(name)) = (line == "#[cfg(test)]", declared) {
                found.push(path.with_extension("").join(format!("{name}.rs")));
            }
        }
    }
    found
}

fn files() -> Vec<File> {
    let src = root().join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    paths.sort();
    let tests = test_modules(&paths);
    paths.retain(|path| !tests.contains(path));
    paths
        .into_iter()
        .map(|path| {
            let whole = fs::read_to_string(&path).unwrap();
            let within = path.strip_prefix(&src).unwrap();
            let first = within.components().next().unwrap().as_os_str().to_string_lossy();
            let code = whole.split("\n#[cfg(test)]\nmod ").next().unwrap_or("").lines().filter(|l| !l.trim_start().starts_with("//"));
            File {
                name: within.display().to_string(),
                module: first.trim_end_matches(".rs").to_owned(),
                code: code.collect::<Vec<_>>().join("\n"),
                whole: whole.clone(),
            }
        })
        .collect()
}

fn line_of() -> BTreeMap<&'static str, usize> {
    LINES.iter().enumerate().flat_map(|(i, line)| line.iter().map(move |m| (*m, i))).collect()
}

#[test]
fn imports_go_strictly_down() {
    let lines = line_of();
    let mut wrong = Vec::new();
    for file in files().iter().filter(|f| !matches!(f.module.as_str(), "lib" | "main")) {
        let Some(own) = lines.get(file.module.as_str()) else {
            wrong.push(format!("src/{}: the module `{}` stands on no line: add it to the layers", file.name, file.module));
            continue;
        };
        for (at, _) in file.code.match_indices("crate::") {
            let rest = &file.code[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap_or("").split(',').map(str::trim).collect(),
                None => vec![rest],
            };
            for name in names {
                let other = name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
                match lines.get(other) {
                    Some(line) if other != file.module && line >= own => {
                        wrong.push(format!("src/{}: imports `{other}`, which is not below it", file.name));
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_lines_have_no_effects() {
    let pure: Vec<&str> = LINES[..=3].concat();
    let mut wrong = Vec::new();
    for file in files().iter().filter(|f| pure.contains(&f.module.as_str()) && f.name != "base/clock.rs") {
        for effect in EFFECTS.iter().filter(|e| file.code.contains(*e)) {
            wrong.push(format!("src/{}: `{effect}` has no place in a pure module", file.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn loops_with_a_sleep_live_in_app() {
    let wrong: Vec<_> = files()
        .iter()
        .filter(|f| !matches!(f.module.as_str(), "app" | "fetch") && f.code.contains("sleep("))
        .map(|f| format!("src/{}: sleeps; loops live in `app` (and the pace of a host in `fetch`)", f.name))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_its_duty_and_stays_readable() {
    let mut wrong = Vec::new();
    for file in files() {
        if !file.whole.starts_with("//!") {
            wrong.push(format!("src/{}: opens without a `//!` sentence", file.name));
        }
        let lines = file.whole.split("\n#[cfg(test)]\nmod ").next().unwrap_or("").lines().count();
        if lines > 500 {
            wrong.push(format!("src/{}: {lines} lines before its tests; is there a noun hiding in it?", file.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
