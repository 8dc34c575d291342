//! A folder as receiver: mails as `.eml` with their HTML beside them, or one file of JSON lines. For demos, archives and pick-up by others.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::spec::Compiling;
use crate::model::Message;
use crate::outbox::Outcome;
use crate::render::{Address, html_part};

/// The file of JSON lines in its folder.
const LINES: &str = "messages.jsonl";

/// How messages are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// One file for each message; mail as `.eml`.
    Eml,
    /// One line for each message.
    Jsonl,
}

/// Settings of a file channel.
#[derive(Clone, Debug)]
pub struct FileSettings {
    /// Where.
    pub folder: PathBuf,
    /// How.
    pub format: FileFormat,
    /// The sender written into mails.
    pub from: Address,
}

pub(super) fn compile(compiling: &mut Compiling<'_>) -> Option<FileSettings> {
    let spec = compiling.spec;
    let folder = compiling.need("folder", spec.folder.as_deref(), "a folder, relative to the data folder, such as `out`");
    let format = match spec.format.as_deref() {
        None | Some("eml") => Some(FileFormat::Eml),
        Some("jsonl") => Some(FileFormat::Jsonl),
        Some(other) => {
            compiling.fault("format", other, "`eml` or `jsonl`");
            None
        }
    };
    let from = compiling.address("from", Some(spec.from.as_deref().unwrap_or("Atalaya <atalaya@localhost>")));
    Some(FileSettings { folder: compiling.base.join(folder?), format: format?, from: from? })
}

/// A file channel.
#[derive(Debug)]
pub struct File {
    settings: FileSettings,
    /// One line is written at a time.
    gate: Arc<Mutex<()>>,
}

impl File {
    pub(super) fn open(settings: FileSettings) -> Self {
        Self { settings, gate: Arc::new(Mutex::new(())) }
    }

    pub(super) async fn send(&self, message: &Message) -> Outcome {
        let (settings, gate, message) = (self.settings.clone(), Arc::clone(&self.gate), message.clone());
        let written = tokio::task::spawn_blocking(move || {
            let _turn = gate.lock().unwrap_or_else(PoisonError::into_inner);
            write(&settings, &message)
        });
        match written.await {
            Ok(Ok(path)) => Outcome::Accepted { text: format!("written to {}", path.display()) },
            Ok(Err(error)) => Outcome::Later {
                text: format!("{} cannot be written to: {error}", self.settings.folder.display()),
                retry_after: None,
                whole: true,
            },
            Err(error) => Outcome::Later { text: format!("writing was broken off: {error}"), retry_after: None, whole: true },
        }
    }
}

fn write(settings: &FileSettings, message: &Message) -> io::Result<PathBuf> {
    fs::create_dir_all(&settings.folder)?;
    match settings.format {
        FileFormat::Eml => write_whole(&settings.folder, message),
        FileFormat::Jsonl => append_line(&settings.folder, message),
    }
}

/// The name follows from the message, so a second attempt writes the same file again.
fn write_whole(folder: &Path, message: &Message) -> io::Result<PathBuf> {
    let stem = format!("{}-{}-{}", message.made.strftime("%Y%m%dT%H%M%SZ"), message.kind.word(), message.id);
    let mail = message.sealed.content_type == "message/rfc822";
    if let Some(html) = mail.then(|| html_part(&message.sealed.bytes)).flatten() {
        replace(&folder.join(format!("{stem}.html")), html.as_bytes())?;
    }
    let path = folder.join(format!("{stem}.{}", if mail { "eml" } else { "json" }));
    replace(&path, &message.sealed.bytes)?;
    // The names must last as well as the bytes.
    fs::File::open(folder)?.sync_all()?;
    Ok(path)
}

/// Written beside and renamed: a reader sees all of it or nothing.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)
}

fn append_line(folder: &Path, message: &Message) -> io::Result<PathBuf> {
    let path = folder.join(LINES);
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
    let mut line = Vec::with_capacity(message.sealed.bytes.len() + 64);
    if torn(&mut file)? {
        line.push(b'\n');
    }
    line.extend_from_slice(format!("{{\"id\":\"{}\",\"message\":", message.id).as_bytes());
    if message.sealed.content_type == "application/json" {
        line.extend_from_slice(&message.sealed.bytes);
    } else {
        serde_json::to_writer(&mut line, &String::from_utf8_lossy(&message.sealed.bytes))?;
    }
    line.extend_from_slice(b"}\n");
    file.write_all(&line)?;
    file.sync_all()?;
    Ok(path)
}

/// Whether an earlier write was cut off in the middle of a line.
fn torn(file: &mut fs::File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
