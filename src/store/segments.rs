//! Append-only files for what is too large for the tree. A blob is durable before anything refers to it. Knows no key and no shape.
//!
//! ```text
//! file: "ATALYASG" | version u32 | number u32 | blobs        blob: length u32 | BLAKE3, 16 bytes | content        (little-endian)
//! ```

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::StoreError;
use super::frame::BlobRef;
use super::spec::Hook;
use crate::base::ids::ContentHash;

const MAGIC: &[u8; 8] = b"ATALYASG";
const VERSION: u32 = 1;
const HEADER: u64 = 16;
const BLOB_HEADER: u64 = 20;
/// A new file is begun after this many bytes, so that rewriting one stays a short step.
const FULL: u64 = 16 * 1024 * 1024;

#[derive(Debug, Default, Clone, Copy)]
struct Segment {
    /// Bytes of the file.
    length: u64,
    /// Bytes of blobs that keys refer to.
    live: u64,
    /// References from keys.
    refs: u64,
    /// Blobs written for turns that are not committed yet.
    pending: u32,
}

#[derive(Debug)]
struct Active {
    number: u32,
    file: Arc<File>,
    dirty: bool,
}

#[derive(Debug, Default)]
struct Files {
    table: BTreeMap<u32, Segment>,
    active: Option<Active>,
    /// Full ones that are not durable yet.
    unsynced: Vec<(u32, Arc<File>)>,
    /// Copies under way: no file may go.
    held: u32,
}

/// The segment files of one store.
#[derive(Debug)]
pub(super) struct Segments {
    folder: PathBuf,
    files: Mutex<Files>,
    hook: Hook,
}

/// Keeps a segment while a blob in it waits for the commit that refers to it.
#[derive(Debug)]
pub(super) struct Pin {
    segments: Arc<Segments>,
    number: u32,
}

impl Drop for Pin {
    fn drop(&mut self) {
        if let Some(segment) = self.segments.files().table.get_mut(&self.number) {
            segment.pending = segment.pending.saturating_sub(1);
        }
    }
}

/// Keeps all segments while they are copied.
#[derive(Debug)]
pub(super) struct Hold(Arc<Segments>);

impl Drop for Hold {
    fn drop(&mut self) {
        let mut files = self.0.files();
        files.held = files.held.saturating_sub(1);
    }
}

/// The name of a segment file.
pub(super) fn file_name(number: u32) -> String {
    format!("{number:08}.segment")
}

impl Segments {
    /// Opens the folder, or makes it. The last file is gone on with; a torn end stays where it is, since nothing refers to it.
    pub(super) fn open(folder: &Path, hook: Hook) -> Result<Arc<Self>, StoreError> {
        std::fs::create_dir_all(folder).map_err(StoreError::io("make the folder", folder))?;
        let mut table = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(StoreError::io("list", folder))? {
            let entry = entry.map_err(StoreError::io("list", folder))?;
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".segment")).and_then(|stem| stem.parse::<u32>().ok());
            if let Some(number) = number {
                let length = entry.metadata().map_err(StoreError::io("read the size of", &entry.path()))?.len();
                table.insert(number, Segment { length, ..Segment::default() });
            }
        }
        Ok(Arc::new(Self { folder: folder.to_owned(), files: Mutex::new(Files { table, ..Files::default() }), hook }))
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a segment lies.
    pub(super) fn path(&self, number: u32) -> PathBuf {
        self.folder.join(file_name(number))
    }

    /// Writes a blob at the end of the active file; [`Segments::sync`] makes it durable.
    pub(super) fn append(this: &Arc<Self>, content: &[u8]) -> Result<(BlobRef, Pin), StoreError> {
        let too_large = |_| StoreError::TooLarge { what: "blob", bytes: content.len() };
        let length = u32::try_from(content.len()).map_err(too_large)?;
        let hash = ContentHash::of(content).0;
        let mut blob = Vec::with_capacity(content.len() + 20);
        blob.extend_from_slice(&length.to_le_bytes());
        blob.extend_from_slice(&hash);
        blob.extend_from_slice(content);
        let mut files = this.files();
        let number = this.ready(&mut files)?;
        let path = this.path(number);
        let Files { table, active, .. } = &mut *files;
        let active = active.as_mut().expect("ready() leaves an active file");
        let segment = table.entry(number).or_default();
        let offset = u32::try_from(segment.length).map_err(|_| StoreError::TooLarge { what: "segment", bytes: content.len() })?;
        let mut file = &*active.file;
        // A failed earlier append may have left half a blob: the place counts, not the end.
        file.seek(SeekFrom::Start(segment.length)).map_err(StoreError::io("write", &path))?;
        file.write_all(&blob).map_err(StoreError::io("write", &path))?;
        active.dirty = true;
        segment.length += blob.len() as u64;
        segment.pending += 1;
        drop(files);
        (this.hook.0)("store.segment.written");
        Ok((BlobRef { segment: number, offset, length, hash }, Pin { segments: Arc::clone(this), number }))
    }

    /// The number of a file that takes another blob.
    fn ready(&self, files: &mut Files) -> Result<u32, StoreError> {
        let last = files.table.last_key_value().map(|(number, segment)| (*number, segment.length));
        match (&files.active, last) {
            (Some(active), Some((number, length))) if active.number == number && length < FULL => return Ok(number),
            (None, Some((number, length))) if (HEADER..FULL).contains(&length) && self.header(number).is_ok() => {
                let path = self.path(number);
                let file = OpenOptions::new().read(true).write(true).open(&path).map_err(StoreError::io("open", &path))?;
                files.active = Some(Active { number, file: Arc::new(file), dirty: true });
                return Ok(number);
            }
            _ => {}
        }
        self.begin(files, last.map_or(1, |(number, _)| number + 1))
    }

    /// Begins a new file, durable with its name.
    fn begin(&self, files: &mut Files, number: u32) -> Result<u32, StoreError> {
        let path = self.path(number);
        let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).map_err(StoreError::io("make", &path))?;
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&number.to_le_bytes());
        file.write_all(&header).map_err(StoreError::io("write", &path))?;
        file.sync_all().map_err(StoreError::io("sync", &path))?;
        sync_folder(&self.folder)?;
        if let Some(old) = files.active.take()
            && old.dirty
        {
            files.unsynced.push((old.number, old.file));
        }
        files.table.insert(number, Segment { length: HEADER, ..Segment::default() });
        files.active = Some(Active { number, file: Arc::new(file), dirty: false });
        Ok(number)
    }

    /// Closes the active file for good: what is written next goes into a new one. Copies need files that do not grow.
    pub(super) fn roll(&self) -> Result<(), StoreError> {
        let mut files = self.files();
        let last = files.table.last_key_value().map(|(number, segment)| (*number, segment.length));
        match last {
            Some((number, length)) if length > HEADER => self.begin(&mut files, number + 1).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Checks the header of a file.
    fn header(&self, number: u32) -> Result<(), StoreError> {
        let path = self.path(number);
        let bad = |why: &str| StoreError::Segment { segment: number, offset: 0, why: why.to_owned() };
        let mut header = [0; 16];
        let mut file = File::open(&path).map_err(StoreError::io("open", &path))?;
        file.read_exact(&mut header).map_err(|_| bad("its header is cut off"))?;
        let mut want = MAGIC.to_vec();
        want.extend_from_slice(&VERSION.to_le_bytes());
        want.extend_from_slice(&number.to_le_bytes());
        if header == *want { Ok(()) } else { Err(bad("it is no segment of this store")) }
    }

    /// Makes everything written so far durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        let mut waiting = {
            let mut files = self.files();
            let mut waiting = std::mem::take(&mut files.unsynced);
            if let Some(active) = files.active.as_mut().filter(|active| active.dirty) {
                active.dirty = false;
                waiting.push((active.number, Arc::clone(&active.file)));
            }
            waiting
        };
        let any = !waiting.is_empty();
        for (number, file) in waiting.drain(..) {
            file.sync_data().map_err(StoreError::io("sync", &self.path(number)))?;
        }
        if any {
            (self.hook.0)("store.segment.synced");
        }
        Ok(())
    }

    /// A blob's content, checked against its length and hash.
    pub(super) fn read(&self, blob: &BlobRef) -> Result<Vec<u8>, StoreError> {
        let bad = |why: String| StoreError::Segment { segment: blob.segment, offset: blob.offset, why };
        self.in_range(blob).map_err(|why| bad(why.to_owned()))?;
        let path = self.path(blob.segment);
        let mut file = File::open(&path).map_err(StoreError::io("open", &path))?;
        file.seek(SeekFrom::Start(u64::from(blob.offset))).map_err(StoreError::io("read", &path))?;
        let mut header = [0; 20];
        file.read_exact(&mut header).map_err(|why| bad(why.to_string()))?;
        if header[..4] != blob.length.to_le_bytes() || header[4..] != blob.hash {
            return Err(bad("another blob lies there".to_owned()));
        }
        let mut content = vec![0; blob.length as usize];
        file.read_exact(&mut content).map_err(|why| bad(why.to_string()))?;
        if ContentHash::of(&content).0 == blob.hash { Ok(content) } else { Err(bad("its content was altered".to_owned())) }
    }

    /// Whether the place a reference names exists.
    pub(super) fn in_range(&self, blob: &BlobRef) -> Result<(), &'static str> {
        let files = self.files();
        let segment = files.table.get(&blob.segment).ok_or("the segment is missing")?;
        let end = u64::from(blob.offset) + BLOB_HEADER + u64::from(blob.length);
        if u64::from(blob.offset) < HEADER || end > segment.length { Err("the segment is too short") } else { Ok(()) }
    }

    /// Counts references that came and went with a commit.
    pub(super) fn adjust(&self, added: &[BlobRef], removed: &[BlobRef]) {
        let mut files = self.files();
        for blob in added {
            let segment = files.table.entry(blob.segment).or_default();
            segment.refs += 1;
            segment.live += BLOB_HEADER + u64::from(blob.length);
        }
        for blob in removed {
            let segment = files.table.entry(blob.segment).or_default();
            segment.refs = segment.refs.saturating_sub(1);
            segment.live = segment.live.saturating_sub(BLOB_HEADER + u64::from(blob.length));
        }
    }

    /// Bytes of all files, and of what is referred to.
    pub(super) fn size(&self) -> (u64, u64) {
        let files = self.files();
        files.table.values().fold((0, 0), |(length, live), segment| (length + segment.length, live + segment.live))
    }

    /// Files that somebody refers to: what a copy must hold.
    pub(super) fn live(&self) -> Vec<u32> {
        self.files().table.iter().filter(|(_, segment)| segment.refs > 0).map(|(number, _)| *number).collect()
    }

    /// Keeps every file where it is until the hold is dropped.
    pub(super) fn hold(this: &Arc<Self>) -> Hold {
        this.files().held += 1;
        Hold(Arc::clone(this))
    }

    /// Deletes closed files that nobody refers to. Returns how many.
    pub(super) fn sweep(&self) -> Result<u64, StoreError> {
        let mut files = self.files();
        if files.held > 0 {
            return Ok(0);
        }
        let last = files.table.last_key_value().map(|(number, _)| *number);
        let dead: Vec<u32> = files
            .table
            .iter()
            .filter(|(number, segment)| segment.refs == 0 && segment.pending == 0 && Some(**number) != last)
            .map(|(number, _)| *number)
            .collect();
        for number in &dead {
            let path = self.path(*number);
            std::fs::remove_file(&path).map_err(StoreError::io("delete", &path))?;
            files.table.remove(number);
            files.unsynced.retain(|(unsynced, _)| unsynced != number);
        }
        Ok(dead.len() as u64)
    }

    /// Closed files of which less than half is referred to.
    pub(super) fn mostly_dead(&self) -> Vec<u32> {
        let files = self.files();
        let last = files.table.last_key_value().map(|(number, _)| *number);
        let dead = |(number, segment): &(&u32, &Segment)| segment.refs > 0 && segment.live * 2 < segment.length && Some(**number) != last;
        files.table.iter().filter(dead).map(|(number, _)| *number).collect()
    }
}

/// Makes names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(StoreError::io("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_tail_is_left_alone_and_written_past() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = {
            let segments = Segments::open(folder.path(), Hook::default()).unwrap();
            let (first, _) = Segments::append(&segments, b"first").unwrap();
            let (second, _) = Segments::append(&segments, b"second").unwrap();
            segments.sync().unwrap();
            (first, second)
        };
        let path = folder.path().join(file_name(1));
        let length = std::fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 3).unwrap();
        let segments = Segments::open(folder.path(), Hook::default()).unwrap();
        assert_eq!(segments.read(&first).unwrap(), b"first");
        assert!(segments.in_range(&second).is_err());
        assert!(segments.read(&second).is_err());
        let (third, _) = Segments::append(&segments, b"third").unwrap();
        assert_eq!(segments.read(&third).unwrap(), b"third");
        assert_eq!(segments.read(&first).unwrap(), b"first");
    }

    #[test]
    fn an_altered_blob_is_refused_by_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let segments = Segments::open(folder.path(), Hook::default()).unwrap();
        let (blob, _) = Segments::append(&segments, &[7; 1000]).unwrap();
        let path = folder.path().join(file_name(1));
        let mut bytes = std::fs::read(&path).unwrap();
        for at in (16..bytes.len()).step_by(37) {
            bytes[at] ^= 4;
            std::fs::write(&path, &bytes).unwrap();
            assert!(segments.read(&blob).is_err(), "{at}");
            bytes[at] ^= 4;
        }
    }

    #[test]
    fn only_what_nobody_needs_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let segments = Segments::open(folder.path(), Hook::default()).unwrap();
        let (kept, kept_pin) = Segments::append(&segments, b"kept").unwrap();
        segments.adjust(&[kept], &[]);
        drop(kept_pin);
        segments.roll().unwrap();
        let (_, pending) = Segments::append(&segments, b"waits for its commit").unwrap();
        segments.roll().unwrap();
        Segments::append(&segments, b"active").unwrap();
        assert_eq!(segments.sweep().unwrap(), 0);
        drop(pending);
        let hold = Segments::hold(&segments);
        assert_eq!(segments.sweep().unwrap(), 0);
        drop(hold);
        assert_eq!(segments.sweep().unwrap(), 1);
        segments.adjust(&[], &[kept]);
        assert_eq!(segments.sweep().unwrap(), 1);
    }
}
