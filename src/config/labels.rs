//! Lists of codes that were added by `codes import`: tables in the folder `codes` of the data folder. A broken one keeps nobody from work.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::codes::Labels;

/// Files that are read.
const FILES: usize = 64;
/// Bytes of one file.
const BYTES: u64 = 64 << 20;

/// Where the lists of a data folder are.
pub fn folder(data: &Path) -> PathBuf {
    data.join("codes")
}

/// What the program brings along, and on top of it what was imported; and what of that could not be read.
pub(super) fn load(data: &Path) -> (Arc<Labels>, Vec<String>) {
    let (mut labels, mut notes) = (Labels::shipped().clone(), Vec::new());
    let Ok(entries) = std::fs::read_dir(folder(data)) else { return (Arc::new(labels), notes) };
    let tables = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = tables.filter(|path| path.extension().is_some_and(|ending| ending == "tsv")).take(FILES).collect();
    paths.sort();
    for path in paths {
        if let Err(why) = add(&mut labels, &path) {
            notes.push(format!("{}: {why}; import the list again, or delete the file", path.display()));
        }
    }
    (Arc::new(labels), notes)
}

/// A row is scheme, code, language and words, with tabs between.
fn add(labels: &mut Labels, path: &Path) -> Result<(), String> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(BYTES + 1).read_to_string(&mut text));
    read.map_err(|why| why.to_string())?;
    if text.len() as u64 > BYTES {
        return Err(format!("it is longer than {BYTES} bytes"));
    }
    for (number, row) in text.lines().enumerate() {
        let cells: Vec<&str> = row.splitn(4, '\t').collect();
        let [scheme, code, language, words] = cells[..] else { return Err(format!("line {} has not four columns", number + 1)) };
        labels.add(scheme, code, language, words);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_lists_come_on_top_and_broken_ones_are_named() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(*load(data.path()).0, *Labels::shipped());
        let codes = folder(data.path());
        std::fs::create_dir(&codes).unwrap();
        std::fs::write(codes.join("cpv-en.tsv"), "CPV\t33141623\ten\tFirst-aid boxes\n").unwrap();
        std::fs::write(codes.join("b.tsv"), "CPV\t33141624\n").unwrap();
        let (labels, notes) = load(data.path());
        assert_eq!(labels.find("CPV", "33141623", &["en"]).unwrap().text, "First-aid boxes");
        assert!(notes.len() == 1 && notes[0].contains("b.tsv: line 1 has not four columns"), "{notes:?}");
    }
}
