//! One sled database of the store, and the file that says which is the present one. A copy becomes the store by one rename.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::commit::panic_text;
use super::error::StoreError;
use super::segments::sync_folder;

/// The folder's own lock says that no other process has the store: whoever still holds sled's is a thread of ours that closed it just now.
const LOCK_TRIES: u32 = 200;
/// See [`LOCK_TRIES`].
const LOCK_WAIT: Duration = Duration::from_millis(10);

/// A database in its folder. The folder of a retired one goes with it.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) db: sled::Db,
    /// Our own handle of sled's file: on Linux sled's flush makes neither the file's size nor the disk's cache durable.
    file: File,
    pub(super) folder: PathBuf,
    pub(super) number: u32,
    retired: AtomicBool,
}

/// The folder of a generation.
pub(super) fn folder(store: &Path, number: u32) -> PathBuf {
    store.join(format!("db-{number:06}"))
}

/// The numbers of all generations there are.
pub(super) fn numbers(store: &Path) -> Result<Vec<u32>, StoreError> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(store).map_err(StoreError::io("list", store))? {
        let name = entry.map_err(StoreError::io("list", store))?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_prefix("db-")).and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The number of the present generation; `None` when nothing says so.
pub(super) fn current(store: &Path) -> Result<Option<u32>, StoreError> {
    let path = store.join("current");
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(StoreError::Undecodable { what: "file `current`", why: format!("`{}` is no number", text.trim()) }),
        },
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(StoreError::io("read", &path)(why)),
    }
}

/// Makes a generation the present one: by one rename, durable when this returns.
pub(super) fn point(store: &Path, number: u32) -> Result<(), StoreError> {
    let (new, path) = (store.join("current.new"), store.join("current"));
    let mut file = File::create(&new).map_err(StoreError::io("make", &new))?;
    file.write_all(format!("{number}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(StoreError::io("write", &new))?;
    std::fs::rename(&new, &path).map_err(StoreError::io("rename", &new))?;
    sync_folder(store)
}

/// Removes the summary of its log that sled was writing when it was interrupted while opening: it would be taken for a whole one and the
/// database for damaged. Everything in it is in the log.
fn sweep(folder: &Path) -> Result<(), StoreError> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(StoreError::io("list", folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(&path).map_err(StoreError::io("delete", &path))?;
        }
    }
    Ok(())
}

impl Generation {
    /// Opens a database, or makes one. A panic of sled is an error like any other.
    pub(super) fn open(store: &Path, number: u32, cache: u64) -> Result<Self, StoreError> {
        let folder = folder(store, number);
        sweep(&folder)?;
        let config = sled::Config::new().path(&folder).cache_capacity(cache).flush_every_ms(None).mode(sled::Mode::LowSpace);
        let mut tries = LOCK_TRIES;
        let db = loop {
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            match opened.map_err(|panic| StoreError::Panicked(panic_text(panic.as_ref())))? {
                Err(sled::Error::Io(why)) if tries > 0 && why.to_string().contains("could not acquire lock") => {
                    tries -= 1;
                    std::thread::sleep(LOCK_WAIT);
                }
                opened => break opened?,
            }
        };
        let path = folder.join("db");
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(StoreError::io("open", &path))?;
        Ok(Self { db, file, folder, number, retired: AtomicBool::new(false) })
    }

    /// Makes what was flushed durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(StoreError::io("sync", &self.folder))
    }

    /// Flush, then sync.
    pub(super) fn settle(&self) -> Result<(), StoreError> {
        self.db.flush()?;
        self.sync()
    }

    /// Bytes of the database file.
    pub(super) fn size(&self) -> u64 {
        self.file.metadata().map_or(0, |meta| meta.len())
    }

    /// Another one took its place: its folder goes when its last reader is done.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        if self.retired.load(Ordering::SeqCst) {
            // What is left of it is swept at the next opening.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Makes every file below a folder durable, and the names.
pub(super) fn sync_tree(folder: &Path) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(folder).map_err(StoreError::io("list", folder))? {
        let path = entry.map_err(StoreError::io("list", folder))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(&path).and_then(|file| file.sync_all()).map_err(StoreError::io("sync", &path))?;
        }
    }
    sync_folder(folder)
}
