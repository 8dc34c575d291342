//! The documents: the project's own fixtures, and the samples where they are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use atalaya::tender::Format;

/// Documents by format.
pub type Corpus = BTreeMap<Format, Vec<String>>;

/// Documents longer than this are left to the archive's benchmark.
const LONGEST: u64 = 8 << 20;

/// All of them.
pub fn all() -> anyhow::Result<Corpus> {
    let mut files = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tender"), &mut files)?;
    match std::env::var_os("ATALAYA_SAMPLES") {
        Some(samples) => below(&Path::new(&samples).join("tenders"), &mut files)?,
        None => eprintln!("SKIPPED: ATALAYA_SAMPLES is not set, so only the project's own fixtures are read"),
    }
    files.sort();
    let mut corpus = Corpus::new();
    for path in files {
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let url = url::Url::parse("file:///")?;
        let text = atalaya::extract::decode(&bytes, None, &url).into_owned();
        if let Some(format) = Format::detect(&text) {
            corpus.entry(format).or_default().push(text);
        }
    }
    Ok(corpus)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let document = |path: &Path| {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            !matches!(ending, "rs" | "snap" | "md" | "txt" | "tsv")
        };
        if path.is_dir() {
            below(&path, files)?;
        } else if document(&path) && path.metadata()?.len() <= LONGEST {
            files.push(path);
        }
    }
    Ok(())
}
