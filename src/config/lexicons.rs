//! `[lexicons]`: the words by which texts are understood, in files beside the configuration. Knows no word itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::lists::read_file;
use crate::base::ids::ContentHash;
use crate::diff;
use crate::model::Fault;

/// The keys of `[lexicons]`.
pub const KEYS: &[&str] = &["signals"];

/// Files that one key may name.
const FILES: usize = 64;

/// The table `[lexicons]`: the words by which texts are understood. Each file takes the place of the one that is built in.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Lexicons of signals: for each language one file, relative to the configuration file, in the shape of `config/lexicons/en.toml`. One of
    /// a language that is built in (en, es, ru) takes its place.
    pub signals: Vec<String>,
}

/// The lexicons in force.
#[derive(Debug, Clone)]
pub struct Lexicons {
    /// What texts say that is a reason to act.
    pub signals: Arc<diff::Lexicons>,
    /// Over all that was read from files.
    pub(super) mark: ContentHash,
}

impl Spec {
    /// Reads the files; `folder_of` gives the folder of the file in which a key is written.
    pub(super) fn compile(&self, folder_of: &dyn Fn(&str) -> PathBuf) -> Result<Lexicons, Vec<Fault>> {
        let (mut faults, mut texts) = (Vec::new(), String::new());
        let mut signals = diff::Lexicons::shipped();
        let folder = folder_of("signals");
        if self.signals.len() > FILES {
            faults.push(Fault::new("signals", self.signals.len().to_string(), format!("at most {FILES} files")));
        }
        for (at, name) in self.signals.iter().take(FILES).enumerate() {
            let read = read(&folder, name, |text| diff::Lexicon::parse(text).map_err(|error| error.to_string()));
            match read {
                Ok((text, lexicon)) => {
                    texts.push_str(&text);
                    Arc::make_mut(&mut signals).put(lexicon);
                }
                Err(why) => faults.push(Fault::new(format!("signals[{at}]"), name, format!("a lexicon: {why}"))),
            }
        }
        let mark = ContentHash::of(texts.as_bytes());
        if faults.is_empty() { Ok(Lexicons { signals, mark }) } else { Err(faults) }
    }
}

/// A file's text and what it means; else why not, with its path.
fn read<T>(folder: &Path, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<(String, T), String> {
    let path = folder.join(name);
    let text = read_file(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    let read = parse(&text).map_err(|why| format!("{}, {why}", path.display()))?;
    Ok((text, read))
}
