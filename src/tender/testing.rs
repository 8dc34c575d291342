//! What the tests of formats share: reading a fixture, the samples, and documents that were tampered with. Knows no format.

use std::path::{Path, PathBuf};

use serde_json::Value;
use url::Url;

use super::{Batch, Clock, Format, Input, read};
use crate::model::{Failure, Notice};

/// Reads a document as one that came from nowhere, in a zone that nobody set.
pub(super) fn read_text(format: Format, text: &str) -> Result<Batch, Failure> {
    read_from(format, text, None)
}

/// Reads a document that came from an address.
pub(super) fn read_from(format: Format, text: &str, url: Option<&str>) -> Result<Batch, Failure> {
    let url = url.map(|url| Url::parse(url).unwrap());
    read(format, &Input { text, url: url.as_ref(), clock: Clock::assumed(), expired: &|| false })
}

/// A folder of samples; nothing, and a word about it, where there are none.
#[expect(clippy::print_stderr, reason = "a person is told what was skipped")]
pub(super) fn samples_folder(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ATALAYA_SAMPLES");
    if root.is_none() {
        eprintln!("SKIPPED: ATALAYA_SAMPLES is not set, so the samples of {folder} are not read");
    }
    root.map(|root| Path::new(&root).join("tenders").join(folder))
}

/// The samples below a folder, by name; none where there are none.
pub(super) fn samples(folder: &str) -> Vec<(String, String)> {
    let Some(folder) = samples_folder(folder) else { return Vec::new() };
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut found: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|ending| ending != "md"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}

/// A notice but for where it stands, so that readings of two documents can be compared.
pub(super) fn said(notice: &Notice) -> Notice {
    let mut notice = notice.clone();
    notice.found.clear();
    notice.unread.clear();
    notice
}

/// Paths of the entries that were set aside, and of the fields of others that were left unknown.
pub(super) fn faults(batch: &Batch) -> (Vec<&str>, Vec<&str>) {
    let unread = batch.notices.iter().flat_map(|notice| &notice.unread).chain(&batch.unread);
    (batch.bad.iter().map(|bad| bad.path.as_str()).collect(), unread.map(|field| field.path.as_str()).collect())
}

/// What could not be read, entries first, place and reason.
pub(super) fn told(batch: &Batch) -> Vec<String> {
    let unread = batch.notices.iter().flat_map(|notice| &notice.unread).chain(&batch.unread);
    batch.bad.iter().chain(unread).map(|bad| format!("{}: {}", bad.path, bad.reason)).collect()
}

/// Deep nesting ends in a named failure, on the small stack of a thread.
pub(super) fn bomb_is_named(format: Format, document: &str) {
    let document = document.to_owned();
    let reading =
        std::thread::Builder::new().stack_size(2 << 20).spawn(move || read_text(format, &document).map(|batch| batch.notices.len()));
    assert!(!reading.unwrap().join().unwrap().unwrap_err().text.is_empty());
}

/// Puts a value in the place of the `at`-th value of a tree, counted in the order of the document; nothing happens past its end.
pub(super) fn replace(tree: &mut Value, at: usize, with: &Value) {
    fn walk(tree: &mut Value, left: &mut usize, with: &Value) -> bool {
        if *left == 0 {
            *tree = with.clone();
            return true;
        }
        *left -= 1;
        match tree {
            Value::Array(list) => list.iter_mut().any(|value| walk(value, left, with)),
            Value::Object(map) => map.values_mut().any(|value| walk(value, left, with)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    let mut left = at;
    walk(tree, &mut left, with);
}

/// The text cut after so many bytes, or its byte there replaced.
pub(super) fn tampered(text: &str, at: usize, byte: Option<u8>) -> String {
    let at = at % text.len();
    let mut bytes = text.as_bytes().to_vec();
    match byte {
        None => bytes.truncate(at),
        Some(byte) => bytes[at] = byte,
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
