//! Backups: a verified copy of the whole store in a folder of its own, with a manifest that holds the BLAKE3 sum of every file; and the
//! way back. What was there before a restore is set aside, never deleted.

use std::fs::File;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use super::carry;
use super::embedded::{Embedded, blocking};
use super::error::{OpenError, StoreError};
use super::generation;
use super::opening;
use super::segments::sync_folder;
use super::spec::Settings;
use super::words::{Backup, Restored};
use crate::base::text::no_such;

const FIRST_LINE: &str = "atalaya backup 1";

/// One file of a backup.
struct Listed {
    sum: String,
    length: u64,
    path: PathBuf,
}

/// What a manifest says.
struct Manifest {
    at: Timestamp,
    keys: u64,
    files: Vec<Listed>,
}

impl Manifest {
    fn to_text(&self) -> String {
        let line = |file: &Listed| format!("file {} {} {}\n", file.sum, file.length, file.path.display());
        let files: String = self.files.iter().map(line).collect();
        let body = format!("{FIRST_LINE}\nmade {}\nkeys {}\n{files}", self.at, self.keys);
        let end = blake3::hash(body.as_bytes()).to_hex();
        format!("{body}end {end}\n")
    }

    /// Reads a manifest; one that is cut off or altered is none.
    fn parse(text: &str) -> Option<Self> {
        let (body, end) = text.rsplit_once("end ").filter(|(body, _)| body.ends_with('\n'))?;
        if end.strip_suffix('\n')? != blake3::hash(body.as_bytes()).to_hex().as_str() {
            return None;
        }
        let mut lines = body.lines();
        lines.next().filter(|line| *line == FIRST_LINE)?;
        let at = lines.next()?.strip_prefix("made ")?.parse().ok()?;
        let keys = lines.next()?.strip_prefix("keys ")?.parse().ok()?;
        let file = |line: &str| {
            let (sum, rest) = line.strip_prefix("file ")?.split_once(' ')?;
            let (length, path) = rest.split_once(' ')?;
            let path = PathBuf::from(path);
            let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
            inside.then(|| Some(Listed { sum: sum.to_owned(), length: length.parse().ok()?, path }))?
        };
        Some(Self { at, keys, files: lines.map(file).collect::<Option<_>>()? })
    }

    fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.length).sum()
    }
}

/// A verified earlier backup, whose segment files a new one may share.
pub(super) struct Earlier {
    folder: PathBuf,
    files: Vec<Listed>,
}

impl Earlier {
    /// Its file with the same name and content as this segment, if it has one. After a restore, names alone say nothing.
    pub(super) fn same(&self, segment: &Path) -> Result<Option<PathBuf>, StoreError> {
        let Some(listed) = self.files.iter().find(|file| file.path.file_name() == segment.file_name()) else { return Ok(None) };
        let (found, length) = sum(segment)?;
        Ok((found == listed.sum && length == listed.length).then(|| self.folder.join(&listed.path)))
    }
}

fn bad(path: &Path, why: impl Into<String>) -> StoreError {
    StoreError::BadBackup { path: path.to_owned(), why: why.into() }
}

/// Sum and length of a file.
fn sum(path: &Path) -> Result<(String, u64), StoreError> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    hasher.update_reader(&file).map_err(StoreError::io("read", path))?;
    Ok((hasher.finalize().to_hex().to_string(), hasher.count()))
}

/// Every file below a folder, relative to it, sorted.
fn list(folder: &Path, below: &Path, into: &mut Vec<PathBuf>) -> Result<(), StoreError> {
    let here = folder.join(below);
    for entry in std::fs::read_dir(&here).map_err(StoreError::io("list", &here))? {
        let entry = entry.map_err(StoreError::io("list", &here))?;
        let path = below.join(entry.file_name());
        if entry.path().is_dir() {
            list(folder, &path, into)?;
        } else {
            into.push(path);
        }
    }
    into.sort();
    Ok(())
}

fn manifest(folder: &Path) -> Result<Manifest, StoreError> {
    let path = folder.join("manifest");
    let text = std::fs::read_to_string(&path).map_err(StoreError::io("read", &path))?;
    Manifest::parse(&text).ok_or_else(|| bad(folder, "its manifest is cut off or was altered"))
}

fn described(folder: &Path, manifest: &Manifest) -> Backup {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Backup { name, path: folder.to_owned(), at: manifest.at, keys: manifest.keys, bytes: manifest.bytes() }
}

/// Checks every file against the manifest.
fn verify(folder: &Path) -> Result<(Backup, Manifest), StoreError> {
    let manifest = manifest(folder)?;
    for file in &manifest.files {
        let (found, length) = sum(&folder.join(&file.path))?;
        if (found.as_str(), length) != (file.sum.as_str(), file.length) {
            return Err(bad(folder, format!("{} is not what was written", file.path.display())));
        }
    }
    Ok((described(folder, &manifest), manifest))
}

/// Backups with a readable manifest, the newest first.
fn all(settings: &Settings) -> Result<Vec<Backup>, StoreError> {
    let entries = match std::fs::read_dir(&settings.backups) {
        Ok(entries) => entries,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(StoreError::io("list", &settings.backups)(why)),
    };
    let mut backups: Vec<Backup> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_none())
        .filter_map(|path| manifest(&path).ok().map(|manifest| described(&path, &manifest)))
        .collect();
    backups.sort_by(|a, b| (b.at, &b.name).cmp(&(a.at, &a.name)));
    Ok(backups)
}

/// What the operator can do about a damaged store: a sentence, and the name of the newest backup that is whole.
pub(super) fn advice(settings: &Settings) -> (String, Option<String>) {
    let whole = all(settings).unwrap_or_default().into_iter().find(|backup| verify(&backup.path).is_ok());
    match whole {
        Some(backup) => {
            let text = format!("The newest verified backup is of {}; `atalaya restore {}` puts it in place.", backup.at, backup.name);
            (text, Some(backup.name))
        }
        None => ("There is no verified backup; move the folder away to begin anew.".to_owned(), None),
    }
}

/// Ends a restore that was interrupted between its two renames.
pub(super) fn finish_restore(data: &Path) -> Result<(), StoreError> {
    let (store, restored) = (data.join("store"), data.join("store.restored"));
    if !store.exists() && restored.is_dir() {
        std::fs::rename(&restored, &store).map_err(StoreError::io("rename", &restored))?;
        sync_folder(data)?;
    }
    Ok(())
}

/// A time as a name: `20261123T153000Z`.
fn name_of(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A backup's folder: by name below the backup folder, or a path.
fn find(settings: &Settings, name: &str) -> Result<PathBuf, StoreError> {
    let named = settings.backups.join(name);
    let found = if name.contains(std::path::MAIN_SEPARATOR) || !named.is_dir() { PathBuf::from(name) } else { named };
    if found.join("manifest").is_file() {
        return Ok(found);
    }
    let names: Vec<String> = all(settings)?.into_iter().map(|backup| backup.name).collect();
    Err(StoreError::NoBackup(no_such("backup", name, names.iter().map(String::as_str))))
}

fn copy_tree(from: &Path, to: &Path, files: &[Listed]) -> Result<(), StoreError> {
    for file in files {
        let (from, to) = (from.join(&file.path), to.join(file.path.strip_prefix("store").unwrap_or(&file.path)));
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).map_err(StoreError::io("make the folder", parent))?;
        }
        std::fs::copy(&from, &to).map_err(StoreError::io("copy", &from))?;
    }
    Ok(())
}

impl Embedded {
    pub(super) async fn backup(&self, now: Timestamp) -> Result<Backup, StoreError> {
        let this = self.clone();
        blocking(move || this.alone(|| this.backup_now(now))).await
    }

    fn backup_now(&self, now: Timestamp) -> Result<Backup, StoreError> {
        let settings = &self.inner.settings;
        std::fs::create_dir_all(&settings.backups).map_err(StoreError::io("make the folder", &settings.backups))?;
        let folder = settings.backups.join(name_of(now));
        let partial = settings.backups.join(format!("{}.partial", name_of(now)));
        if folder.exists() {
            return Err(bad(&folder, "there is one of this very second already"));
        }
        self.sweep_partial()?;
        std::fs::create_dir_all(&partial).map_err(StoreError::io("make the folder", &partial))?;
        // Files shared with an earlier backup are only as good as that one.
        let earlier = all(settings)?.into_iter().next().and_then(|earlier| {
            let (backup, manifest) = verify(&earlier.path).ok()?;
            Some(Earlier { folder: backup.path, files: manifest.files })
        });
        let size = self.copy_whole(&partial, earlier.as_ref())?;
        let mut paths = Vec::new();
        list(&partial, Path::new("store"), &mut paths)?;
        let mut files = Vec::new();
        for path in paths {
            let (sum, length) = sum(&partial.join(&path))?;
            files.push(Listed { sum, length, path });
        }
        let manifest = Manifest { at: now, keys: size.keys, files };
        let path = partial.join("manifest");
        let mut file = File::create(&path).map_err(StoreError::io("make", &path))?;
        file.write_all(manifest.to_text().as_bytes()).and_then(|()| file.sync_all()).map_err(StoreError::io("write", &path))?;
        generation::sync_tree(&partial)?;
        std::fs::rename(&partial, &folder).map_err(StoreError::io("rename", &partial))?;
        sync_folder(&settings.backups)?;
        let old: Vec<Backup> = all(settings)?.into_iter().skip(settings.keep_backups).collect();
        for backup in old {
            std::fs::remove_dir_all(&backup.path).map_err(StoreError::io("delete", &backup.path))?;
        }
        Ok(described(&folder, &manifest))
    }

    /// Removes what interrupted backups left behind.
    fn sweep_partial(&self) -> Result<(), StoreError> {
        let folder = &self.inner.settings.backups;
        for entry in std::fs::read_dir(folder).map_err(StoreError::io("list", folder))? {
            let path = entry.map_err(StoreError::io("list", folder))?.path();
            if path.extension().is_some_and(|extension| extension == "partial") {
                std::fs::remove_dir_all(&path).map_err(StoreError::io("delete", &path))?;
            }
        }
        Ok(())
    }

    pub(super) async fn backups(settings: &Settings) -> Result<Vec<Backup>, StoreError> {
        let settings = settings.clone();
        blocking(move || all(&settings)).await
    }

    pub(super) async fn find_backup(settings: &Settings, name: &str) -> Result<Backup, StoreError> {
        let (settings, name) = (settings.clone(), name.to_owned());
        blocking(move || {
            let folder = find(&settings, &name)?;
            Ok(described(&folder, &manifest(&folder)?))
        })
        .await
    }

    pub(super) async fn verify_backup(settings: &Settings, name: &str) -> Result<Backup, StoreError> {
        let (settings, name) = (settings.clone(), name.to_owned());
        blocking(move || Ok(verify(&find(&settings, &name)?)?.0)).await
    }

    pub(super) async fn restore(settings: &Settings, name: &str, now: Timestamp) -> Result<Restored, OpenError> {
        let (settings, name) = (settings.clone(), name.to_owned());
        blocking(move || restore_now(&settings, &find(&settings, &name)?, now)).await
    }
}

fn restore_now(settings: &Settings, folder: &Path, now: Timestamp) -> Result<Restored, OpenError> {
    let _lock = opening::lock(&settings.data)?;
    let (backup, manifest) = verify(folder)?;
    let data = &settings.data;
    finish_restore(data)?;
    let (incoming, restored, store) = (data.join("store.incoming"), data.join("store.restored"), data.join("store"));
    for leftover in [&incoming, &restored] {
        if leftover.exists() {
            std::fs::remove_dir_all(leftover).map_err(StoreError::io("delete", leftover))?;
        }
    }
    let known = carry::carried(&store, settings.cache);
    copy_tree(folder, &incoming, &manifest.files)?;
    let newer = match known {
        Ok(known) => Ok(carry::put(&incoming, settings.cache, known)?),
        Err(why) => Err(why.to_string()),
    };
    generation::sync_tree(&incoming)?;
    let rename = |from: &Path, to: &Path| std::fs::rename(from, to).map_err(StoreError::io("rename", from));
    // From here an interrupted restore is finished by the next opening.
    rename(&incoming, &restored)?;
    sync_folder(data)?;
    let mut aside = None;
    if store.exists() {
        let mut to = data.join(format!("store.aside-{}", name_of(now)));
        for n in 2.. {
            if !to.exists() {
                break;
            }
            to = data.join(format!("store.aside-{}-{n}", name_of(now)));
        }
        rename(&store, &to)?;
        aside = Some(to);
    }
    rename(&restored, &store)?;
    sync_folder(data)?;
    let counts = newer.as_ref().map_or(0, |newer| newer.counts);
    Ok(Restored { keys: backup.keys, aside, counts, wishes: newer.map(|newer| newer.wishes) })
}
