//! `[lexicons]`: the words and tables by which texts and organisations are understood, in files beside the configuration. Knows no word itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::lists::read_file;
use crate::base::ids::ContentHash;
use crate::model::Fault;
use crate::{diff, score};

/// The keys of `[lexicons]`.
pub const KEYS: &[&str] = &["signals", "industries", "clients", "size_bands"];

/// Files that one key may name, and bands of size.
const MOST: usize = 64;

/// The table `[lexicons]`: the words by which texts are understood. Each file takes the place of the one that is built in.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Lexicons of signals: for each language one file, relative to the configuration file, in the shape of `config/lexicons/en.toml`. One of
    /// a language that is built in (en, es, ru) takes its place.
    pub signals: Vec<String>,
    /// The table of industries: one file in the shape of `config/codes/industries.toml`.
    pub industries: String,
    /// The words of public bodies, state-owned companies and resellers: one file in the shape of `config/lexicons/clients.toml`.
    pub clients: String,
    /// Bands of size by the number of people: `[{ name = "micro", from = 0 }, …]`; one begins with 0.
    pub size_bands: Vec<BandSpec>,
}

/// A band of size.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BandSpec {
    /// What rules call it.
    pub name: String,
    /// The least number of people; it ends where the next one begins.
    pub from: u32,
}

/// Takes in a table.
type With = fn(score::Tables, &str) -> Result<score::Tables, score::BadTable>;

/// The lexicons in force.
#[derive(Debug, Clone)]
pub struct Lexicons {
    /// What texts say that is a reason to act.
    pub signals: Arc<diff::Lexicons>,
    /// By what the kind of an organisation is known.
    pub tables: Arc<score::Tables>,
    /// Over all that was read from files, and the bands.
    pub(super) mark: ContentHash,
}

impl Spec {
    /// Reads the files; `folder_of` gives the folder of the file in which a key is written.
    pub(super) fn compile(&self, folder_of: &dyn Fn(&str) -> PathBuf) -> Result<Lexicons, Vec<Fault>> {
        let (mut faults, mut texts) = (Vec::new(), format!("{:?}", self.size_bands));
        let mut signals = diff::Lexicons::shipped();
        let folder = folder_of("signals");
        if self.signals.len() > MOST {
            faults.push(Fault::new("signals", self.signals.len().to_string(), format!("at most {MOST} files")));
        }
        for (at, name) in self.signals.iter().take(MOST).enumerate() {
            let read = read(&folder, name, |text| diff::Lexicon::parse(text).map_err(|error| error.to_string()));
            match read {
                Ok((text, lexicon)) => {
                    texts.push_str(&text);
                    Arc::make_mut(&mut signals).put(lexicon);
                }
                Err(why) => faults.push(Fault::new(format!("signals[{at}]"), name, format!("a lexicon: {why}"))),
            }
        }
        let tables = self.tables(folder_of, &mut texts, &mut faults);
        let mark = ContentHash::of(texts.as_bytes());
        if faults.is_empty() { Ok(Lexicons { signals, tables: Arc::new(tables), mark }) } else { Err(faults) }
    }

    fn tables(&self, folder_of: &dyn Fn(&str) -> PathBuf, texts: &mut String, faults: &mut Vec<Fault>) -> score::Tables {
        let mut tables = (*score::Tables::shipped()).clone();
        let files: [(&str, &String, With); 2] =
            [("industries", &self.industries, score::Tables::with_industries), ("clients", &self.clients, score::Tables::with_clients)];
        for (key, name, with) in files.into_iter().filter(|(_, name, _)| !name.is_empty()) {
            match read(&folder_of(key), name, |text| with(tables.clone(), text).map_err(|error| error.to_string())) {
                Ok((text, read)) => {
                    texts.push_str(&text);
                    tables = read;
                }
                Err(why) => faults.push(Fault::new(key, name, format!("such a table: {why}"))),
            }
        }
        let bands: BTreeMap<String, u32> = self.size_bands.iter().map(|band| (band.name.trim().to_owned(), band.from)).collect();
        let apart = bands.len() == self.size_bands.len() && bands.len() <= MOST && !bands.contains_key("");
        match tables.clone().with_bands(&bands).filter(|_| apart) {
            Some(with) => with,
            None if self.size_bands.is_empty() => tables,
            None => {
                let found = format!("{} bands", self.size_bands.len());
                let expected = "`{ name = \"…\", from = … }`, at most 64, each with a name and a beginning of its own, one of them from 0";
                faults.push(Fault::new("size_bands", found, expected));
                tables
            }
        }
    }
}

/// A file's text and what it means; else why not, with its path.
fn read<T>(folder: &Path, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<(String, T), String> {
    let path = folder.join(name);
    let text = read_file(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    let read = parse(&text).map_err(|why| format!("{}, {why}", path.display()))?;
    Ok((text, read))
}
