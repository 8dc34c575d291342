//! Power cuts: the calls of a process that wrote files, as `strace` recorded them, and what a disk may hold when the power goes at some
//! moment of that record. Knows files and folders, and nothing of what is in them.
//!
//! The disk that is assumed is worse than the usual ones:
//!
//! - what was written to a file is surely there only when an `fsync` or `fdatasync` of it began after the write had ended, and has itself
//!   ended; `sync_file_range` promises nothing. Of everything written since, any blocks may be there and any not, and the file has any of the
//!   lengths it had since;
//! - names (made, renamed, removed) come to the disk in their order, as journalled file systems write them, but surely only when their
//!   folder was synced, or, for a new file's name, the file itself. Content may be missing under a name that is there.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The calls that are recorded; the names of some do not exist on every machine.
const CALLS: &str = "?open,openat,?creat,write,pwrite64,writev,pwritev,lseek,read,fsync,fdatasync,ftruncate,?truncate,fallocate,?rename,\
    renameat,renameat2,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,?link,linkat,?symlink,symlinkat,copy_file_range,sendfile,dup,?dup2,dup3,fcntl";

/// Runs a command to its end under `strace`, with the record in this file.
pub fn recorded(command: &Command, record: &Path) {
    let mut strace = Command::new("strace");
    strace.args(["-f", "--seccomp-bpf", "-y", "-s", "1000000000", "-e", "signal=none", "-e"]).arg(format!("trace={CALLS}"));
    strace.arg("-o").arg(record).arg("--").arg(command.get_program()).args(command.get_args());
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = strace.output().expect("strace is not installed: run `bash tests/run`");
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

/// A call that changed something, or made it durable, or said something.
#[derive(Debug)]
struct Event {
    /// The lines of the record where it began and ended.
    began: usize,
    ended: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Written { file: usize, at: usize, bytes: Vec<u8> },
    Length { file: usize, length: usize },
    Synced { file: usize },
    FolderSynced { folder: PathBuf },
    Named(Name),
}

/// A change of names; paths are relative to the root.
#[derive(Debug, Clone)]
enum Name {
    File { path: PathBuf, file: usize },
    Folder { path: PathBuf },
    Renamed { from: PathBuf, to: PathBuf },
    Removed { path: PathBuf },
}

impl Name {
    fn folders(&self) -> Vec<&Path> {
        let paths: Vec<&Path> = match self {
            Self::File { path, .. } | Self::Folder { path } | Self::Removed { path } => vec![path],
            Self::Renamed { from, to } => vec![from, to],
        };
        paths.into_iter().filter_map(Path::parent).collect()
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, Option<usize>>) {
        match self {
            Self::File { path, file } => drop(names.insert(path.clone(), Some(*file))),
            Self::Folder { path } => drop(names.insert(path.clone(), None)),
            Self::Removed { path } => drop(names.remove(path)),
            Self::Renamed { from, to } => {
                let moved: Vec<PathBuf> = names.keys().filter(|path| path.starts_with(from)).cloned().collect();
                for path in moved {
                    let rest = path.strip_prefix(from).unwrap().to_owned();
                    let node = names.remove(&path).unwrap();
                    names.insert(if rest.as_os_str().is_empty() { to.clone() } else { to.join(rest) }, node);
                }
            }
        }
    }
}

/// A record, understood.
#[derive(Debug, Default)]
pub struct Tape {
    events: Vec<Event>,
    /// What was there before.
    names: BTreeMap<PathBuf, Option<usize>>,
    contents: Vec<Arc<Vec<u8>>>,
    /// What it said on standard error, with the line where it began to.
    pub said: Vec<(usize, String)>,
    lines: usize,
}

/// An open file: its number, and where the next read or write happens.
#[derive(Clone, Copy)]
struct Opened {
    file: usize,
    at: usize,
}

/// Understands a record line by line.
struct Reader<'a> {
    root: &'a Path,
    tape: Tape,
    names: BTreeMap<PathBuf, Option<usize>>,
    open: HashMap<i64, Opened>,
    lengths: Vec<usize>,
}

impl Tape {
    /// Of a process that found this in `root`.
    pub fn read(record: &Path, root: &Path, found: &Image) -> Self {
        let text = std::fs::read_to_string(record).unwrap();
        let mut tape = Self { lines: text.lines().count(), ..Self::default() };
        tape.names.insert(PathBuf::new(), None);
        for (path, content) in found {
            tape.names.insert(path.clone(), content.as_ref().map(|_| tape.contents.len()));
            tape.contents.extend(content.clone());
        }
        let (names, lengths) = (tape.names.clone(), tape.contents.iter().map(|content| content.len()).collect());
        let mut reader = Reader { root, tape, names, open: HashMap::new(), lengths };
        let mut unfinished: HashMap<&str, (usize, &str)> = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let (process, rest) = line.split_once(' ').unwrap();
            let rest = rest.trim_start();
            if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
                unfinished.insert(process, (number, begun));
            } else if let Some(resumed) = rest.strip_prefix("<... ") {
                let (began, begun) = unfinished.remove(process).expect("only what was begun is resumed");
                let (_, end) = resumed.split_once(" resumed>").unwrap();
                reader.take(began, number, &format!("{begun}{end}"));
            } else if !rest.starts_with("+++") && !rest.starts_with("---") {
                reader.take(number, number, rest);
            }
        }
        reader.tape.events.sort_by_key(|event| event.ended);
        reader.tape
    }

    /// Lines of the record: the moments at which the power may go.
    pub const fn length(&self) -> usize {
        self.lines
    }
}

impl Reader<'_> {
    fn take(&mut self, began: usize, ended: usize, text: &str) {
        let call = Call::parse(text);
        let Some(result) = call.result.filter(|result| *result >= 0) else { return };
        let size = || usize::try_from(result).unwrap();
        let event = |what: What| Event { began, ended, what };
        match call.name {
            "write" if call.number(0) == 2 => {
                self.tape.said.push((began, String::from_utf8_lossy(&call.bytes(1)).into_owned()));
            }
            "open" | "openat" | "creat" => self.take_open((began, ended), &call, result),
            "write" | "pwrite64" => {
                let Some(opened) = self.opened(&call) else { return };
                let at = if call.name == "write" { opened.at } else { usize::try_from(call.number(3)).unwrap() };
                let mut bytes = call.bytes(1);
                bytes.truncate(size());
                if call.name == "write" {
                    self.move_to(&call, at + bytes.len());
                }
                self.write(began, ended, opened.file, at, bytes);
            }
            "read" | "lseek" => {
                let Some(opened) = self.opened(&call) else { return };
                self.move_to(&call, if call.name == "read" { opened.at + size() } else { size() });
            }
            "copy_file_range" | "sendfile" => {
                let (from, to) = if call.name == "sendfile" { (1, 0) } else { (0, 2) };
                let (Some(source), Some(target)) = (self.open.get(&call.number(from)).copied(), self.open.get(&call.number(to)).copied())
                else {
                    return;
                };
                assert!(call.arguments.iter().filter(|argument| **argument == "NULL").count() >= 1, "not understood: {text}");
                let mut bytes = self.tape.content(source.file, &mut |_| true)[source.at..].to_vec();
                bytes.truncate(size());
                for (which, opened) in [(from, source), (to, target)] {
                    self.open.insert(call.number(which), Opened { at: opened.at + bytes.len(), ..opened });
                }
                self.write(began, ended, target.file, target.at, bytes);
            }
            "ftruncate" => {
                let Some(opened) = self.opened(&call) else { return };
                let length = usize::try_from(call.number(1)).unwrap();
                self.lengths[opened.file] = length;
                self.tape.events.push(event(What::Length { file: opened.file, length }));
            }
            "fsync" | "fdatasync" => match (self.opened(&call), self.folder(&call, 0)) {
                (Some(opened), _) => self.tape.events.push(event(What::Synced { file: opened.file })),
                (None, Some(folder)) => self.tape.events.push(event(What::FolderSynced { folder })),
                (None, None) => {}
            },
            "rename" | "renameat" | "renameat2" | "unlink" | "unlinkat" | "rmdir" | "mkdir" | "mkdirat" | "link" | "linkat" => {
                if let Some(name) = self.names_of(&call) {
                    self.name(event(What::Named(name)));
                }
            }
            "fcntl" if !call.arguments[1].starts_with("F_DUPFD") => {}
            _ => assert!(self.opened(&call).is_none(), "not understood: {text}"),
        }
    }

    fn take_open(&mut self, (began, ended): (usize, usize), call: &Call<'_>, result: i64) {
        let event = |what: What| Event { began, ended, what };
        let (folder, path, flags) = match call.name {
            "openat" => (Some(0), 1, call.arguments.get(2).copied().unwrap_or("")),
            "open" => (None, 0, call.arguments.get(1).copied().unwrap_or("")),
            _ => (None, 0, "O_CREAT|O_TRUNC"),
        };
        self.open.remove(&result);
        let Some(path) = self.path(call, folder, path) else { return };
        assert!(!flags.contains("O_APPEND"), "not understood: {} {flags}", path.display());
        let known = self.names.get(&path).copied();
        let file = match known {
            Some(None) => return,
            Some(Some(file)) if flags.contains("O_TRUNC") && self.lengths[file] > 0 => {
                self.lengths[file] = 0;
                self.tape.events.push(event(What::Length { file, length: 0 }));
                file
            }
            Some(Some(file)) => file,
            None => {
                assert!(flags.contains("O_CREAT"), "a file that nobody made: {}", path.display());
                self.lengths.push(0);
                let file = self.lengths.len() - 1;
                self.name(event(What::Named(Name::File { path, file })));
                file
            }
        };
        self.open.insert(result, Opened { file, at: 0 });
    }

    /// The change of names that a call makes among ours.
    fn names_of(&self, call: &Call<'_>) -> Option<Name> {
        let at = call.name.contains("at");
        let first = self.path(call, at.then_some(0), usize::from(at));
        let second = || self.path(call, at.then_some(2), if at { 3 } else { 1 });
        Some(match call.name.trim_end_matches("at2").trim_end_matches("at") {
            "rename" => Name::Renamed { from: first?, to: second()? },
            "unlink" | "rmdir" => Name::Removed { path: first? },
            "mkdir" => Name::Folder { path: first? },
            _ => Name::File { path: second()?, file: self.names[&first?].expect("only files are linked") },
        })
    }

    fn opened(&self, call: &Call<'_>) -> Option<Opened> {
        let opened = self.open.get(&call.number(0)).copied()?;
        // A number may have been given back and taken again by something that is not ours, such as a socket.
        call.path_of(0).is_some_and(|path| Path::new(path).starts_with(self.root)).then_some(opened)
    }

    fn move_to(&mut self, call: &Call<'_>, at: usize) {
        self.open.get_mut(&call.number(0)).unwrap().at = at;
    }

    fn write(&mut self, began: usize, ended: usize, file: usize, at: usize, bytes: Vec<u8>) {
        self.lengths[file] = self.lengths[file].max(at + bytes.len());
        self.tape.events.push(Event { began, ended, what: What::Written { file, at, bytes } });
    }

    fn name(&mut self, event: Event) {
        let What::Named(name) = &event.what else { return };
        name.apply(&mut self.names);
        self.tape.events.push(event);
    }

    /// The folder that an argument has open, if it is one of ours.
    fn folder(&self, call: &Call<'_>, argument: usize) -> Option<PathBuf> {
        let path = Path::new(call.path_of(argument)?).strip_prefix(self.root).ok()?;
        matches!(self.names.get(path), Some(None)).then(|| path.to_owned())
    }

    /// The path an argument names, relative to the root; `None` outside of it.
    fn path(&self, call: &Call<'_>, folder: Option<usize>, argument: usize) -> Option<PathBuf> {
        let name = call.bytes(argument);
        let name = Path::new(OsStr::new(std::str::from_utf8(&name).ok()?));
        let whole = match folder {
            Some(folder) => Path::new(call.path_of(folder)?).join(name),
            None => name.to_owned(),
        };
        whole.strip_prefix(self.root).ok().map(Path::to_owned)
    }
}

/// One call: `name(arguments) = result`.
struct Call<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    result: Option<i64>,
}

impl<'a> Call<'a> {
    fn parse(text: &'a str) -> Self {
        let (name, rest) = text.split_once('(').unwrap_or_else(|| panic!("no call: {text:.200}"));
        let bytes = rest.as_bytes();
        let (mut arguments, mut from, mut depth, mut at) = (Vec::new(), 0, 0_u32, 0);
        loop {
            match bytes[at] {
                b'"' => {
                    at += 1;
                    while bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                }
                b'<' | b'[' | b'{' | b'(' => depth += 1,
                b',' if depth == 0 => {
                    arguments.push(rest[from..at].trim());
                    from = at + 1;
                }
                b')' if depth == 0 => break,
                b'>' | b']' | b'}' | b')' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        arguments.push(rest[from..at].trim());
        let result = rest[at + 1..].trim_start().strip_prefix("= ").unwrap_or("?");
        let digits = result.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(result.len());
        Self { name, arguments, result: result[..digits].parse().ok() }
    }

    /// The number an argument is or begins with.
    fn number(&self, argument: usize) -> i64 {
        let text = self.arguments[argument];
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
        text[..digits].parse().unwrap_or(-1)
    }

    /// The path of an open file, `5</path>`.
    fn path_of(&self, argument: usize) -> Option<&'a str> {
        self.arguments.get(argument)?.split_once('<').map(|(_, path)| path.trim_end_matches('>'))
    }

    /// The bytes of a string in C's notation.
    fn bytes(&self, argument: usize) -> Vec<u8> {
        let text = self.arguments[argument];
        let quoted =
            text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_else(|| panic!("no whole string: {text:.80}"));
        let mut bytes = Vec::with_capacity(quoted.len());
        let mut rest = quoted.bytes().peekable();
        while let Some(byte) = rest.next() {
            if byte != b'\\' {
                bytes.push(byte);
                continue;
            }
            match rest.next().unwrap() {
                b'n' => bytes.push(b'\n'),
                b't' => bytes.push(b'\t'),
                b'r' => bytes.push(b'\r'),
                b'v' => bytes.push(0x0b),
                b'f' => bytes.push(0x0c),
                digit @ b'0'..=b'7' => {
                    let mut number = u32::from(digit - b'0');
                    for _ in 0..2 {
                        let Some(next) = rest.next_if(|next| (b'0'..=b'7').contains(next)) else { break };
                        number = number * 8 + u32::from(next - b'0');
                    }
                    bytes.push(u8::try_from(number).unwrap());
                }
                other => bytes.push(other),
            }
        }
        bytes
    }
}

/// How the parts that were not synced are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    /// All of it is on the disk, as after a kill.
    Best,
    /// None of it is.
    Worst,
    /// Any blocks of this size are.
    Torn(usize),
}

/// What the disk holds: folders (`None`) and files.
pub type Image = BTreeMap<PathBuf, Option<Arc<Vec<u8>>>>;

impl Tape {
    /// What the disk may hold when the power goes at this line of the record.
    pub fn cut(&self, line: usize, luck: Luck, coin: &mut impl FnMut() -> u64) -> Image {
        let before = |event: &&Event| event.began < line;
        let names: Vec<(usize, &Name)> = self
            .events
            .iter()
            .filter(before)
            .filter_map(|event| if let What::Named(name) = &event.what { Some((event.ended, name)) } else { None })
            .collect();
        let sure = names.iter().rposition(|(ended, name)| self.sure(*ended, name, line)).map_or(0, |last| last + 1);
        let kept = match luck {
            Luck::Best => names.len(),
            Luck::Worst => sure,
            Luck::Torn(_) => sure + usize::try_from(coin() % (names.len() - sure + 1) as u64).unwrap(),
        };
        let mut held = self.names.clone();
        for (_, name) in &names[..kept] {
            name.apply(&mut held);
        }
        let mut contents: HashMap<usize, Arc<Vec<u8>>> = HashMap::new();
        held.into_iter()
            .map(|(path, file)| {
                let content = |file| Arc::clone(contents.entry(file).or_insert_with(|| Arc::new(self.torn(file, line, luck, coin))));
                (path, file.map(content))
            })
            .collect()
    }

    /// Whether a name is surely on the disk.
    fn sure(&self, ended: usize, name: &Name, line: usize) -> bool {
        self.events.iter().filter(|event| event.began > ended && event.ended < line).any(|event| match (&event.what, name) {
            (What::FolderSynced { folder }, _) => name.folders().contains(&folder.as_path()),
            (What::Synced { file: synced }, Name::File { file, .. }) => synced == file,
            _ => false,
        })
    }

    /// A file's content after the calls that `counts`.
    fn content(&self, file: usize, counts: &mut dyn FnMut(&Event) -> bool) -> Vec<u8> {
        let mut content = self.contents.get(file).map_or_else(Vec::new, |found| found.to_vec());
        for event in &self.events {
            match &event.what {
                What::Written { file: of, at, bytes } if *of == file && counts(event) => {
                    content.resize(content.len().max(at + bytes.len()), 0);
                    content[*at..at + bytes.len()].copy_from_slice(bytes);
                }
                What::Length { file: of, length } if *of == file && counts(event) => content.resize(*length, 0),
                _ => {}
            }
        }
        content
    }

    fn torn(&self, file: usize, line: usize, luck: Luck, coin: &mut impl FnMut() -> u64) -> Vec<u8> {
        let syncs = self.events.iter().filter(|event| event.ended < line && matches!(event.what, What::Synced { file: of } if of == file));
        let synced = syncs.map(|event| event.began).max().unwrap_or(0);
        let mut content = self.content(file, &mut |event| event.ended < synced);
        let block = match luck {
            Luck::Best => return self.content(file, &mut |event| event.began < line),
            Luck::Worst => return content,
            Luck::Torn(block) => block,
        };
        let since: Vec<&Event> = self.events.iter().filter(|event| event.ended >= synced && event.began < line).collect();
        // The lengths it had since then: any of them may be the one on the disk.
        let (mut length, mut lengths) = (content.len(), vec![content.len()]);
        for event in &since {
            match &event.what {
                What::Written { file: of, at, bytes } if *of == file => length = length.max(at + bytes.len()),
                What::Length { file: of, length: new } if *of == file => length = *new,
                _ => continue,
            }
            lengths.push(length);
        }
        content.resize(lengths[usize::try_from(coin() % lengths.len() as u64).unwrap()], 0);
        for event in since {
            let What::Written { file: of, at, bytes } = &event.what else { continue };
            if *of != file {
                continue;
            }
            let (mut from, end) = (*at, (at + bytes.len()).min(content.len()));
            while from < end {
                let to = ((from / block + 1) * block).min(end);
                if coin().is_multiple_of(2) {
                    content[from..to].copy_from_slice(&bytes[from - at..to - at]);
                }
                from = to;
            }
        }
        content
    }
}

/// Puts an image into a folder.
pub fn put(image: &Image, root: &Path) {
    for (path, content) in image {
        let path = root.join(path);
        match content {
            None => std::fs::create_dir_all(path).unwrap(),
            Some(bytes) => std::fs::write(path, bytes.as_slice()).unwrap(),
        }
    }
}

/// What is in a folder.
pub fn taken(root: &Path) -> Image {
    let mut image = Image::from([(PathBuf::new(), None)]);
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_owned();
            if path.is_dir() {
                image.insert(name, None);
                folders.push(path);
            } else {
                image.insert(name, Some(Arc::new(std::fs::read(path).unwrap())));
            }
        }
    }
    image
}
