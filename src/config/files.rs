//! Finds and reads the configuration's files, and turns places in them into file, line and column. Knows no setting.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use crate::base::caps;

/// A stretch of one file's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// Which of the [`Files`].
    pub(super) file: u16,
    /// Its first byte.
    pub(super) start: u32,
    /// The byte after its last.
    pub(super) end: u32,
}

/// From which layer a file's values come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// Built into the program.
    Default,
    /// Written by the user.
    User,
    /// The environment, one variable a line.
    Environment,
    /// The command line, one flag a line.
    Flag,
}

/// One file as read, or a layer that is shown as one.
#[derive(Debug)]
pub(super) struct File {
    /// As shown to people.
    pub(super) name: String,
    /// What relative paths in it are relative to.
    pub(super) folder: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// Where it stands.
    pub(super) layer: Layer,
    line_starts: Vec<usize>,
}

impl File {
    /// A file of this text.
    pub(super) fn new(name: String, folder: PathBuf, text: String, layer: Layer) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name, folder, text, layer, line_starts }
    }

    /// Line and column, both from 1; the column counts characters.
    pub(super) fn line_column(&self, byte: u32) -> (u32, u32) {
        let mut byte = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = self.line_starts[line - 1];
        (u32_of(line), u32_of(self.text[start..byte].chars().count() + 1))
    }

    /// The words of a line (from 1), without its end.
    pub(super) fn line(&self, line: u32) -> &str {
        let start = self.line_starts.get(line as usize - 1).copied().unwrap_or(self.text.len());
        self.text[start..].lines().next().unwrap_or("")
    }
}

/// Saturates: a file is at most [`caps::CONFIG_BYTES`] long.
pub(super) fn u32_of(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Every file of one configuration, the built-in one first.
#[derive(Debug, Default)]
pub(super) struct Files(pub(super) Vec<File>);

impl Files {
    /// Adds one; gives the number that [`Place::file`] holds.
    pub(super) fn push(&mut self, file: File) -> u16 {
        self.0.push(file);
        u16::try_from(self.0.len() - 1).unwrap_or(u16::MAX)
    }

    /// The file a place is in.
    pub(super) fn of(&self, place: Place) -> &File {
        &self.0[usize::from(place.file)]
    }

    /// The first file written by the user, where a missing section is reported; else the built-in one.
    pub(super) fn first_place(&self) -> Place {
        let at = self.0.iter().position(|file| file.layer == Layer::User).unwrap_or(0);
        Place { file: u16::try_from(at).unwrap_or(0), start: 0, end: 0 }
    }
}

/// Files at most in one folder: enough for a file per source of a big team, and an end.
const MAX_FILES: usize = 2_000;

/// The places that are searched when no path is given, best first.
pub(super) fn search(environment: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    if let Some(named) = environment("ATALAYA_CONFIG").filter(|path| !path.is_empty()) {
        return vec![PathBuf::from(named)];
    }
    let mut places = vec![PathBuf::from("atalaya.toml")];
    let home = environment("XDG_CONFIG_HOME")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .or_else(|| environment("HOME").filter(|path| !path.is_empty()).map(|home| Path::new(&home).join(".config")));
    places.extend(home.map(|home| home.join("atalaya").join("atalaya.toml")));
    places.push(PathBuf::from("/etc/atalaya/atalaya.toml"));
    places.push(PathBuf::from("/etc/atalaya/conf.d"));
    places
}

/// Reads a file, or every `*.toml` of a folder by name. What cannot be read becomes a problem, and the rest is read.
pub(super) fn read(path: &Path, files: &mut Files, problems: &mut Vec<Problem>) {
    let mut paths = Vec::new();
    if path.is_dir() {
        match fs::read_dir(path) {
            Ok(entries) => {
                paths.extend(entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| is_settings_file(path)));
                paths.sort();
            }
            Err(error) => problems.push(Problem::of_file(path, &format!("the folder cannot be read: {error}"), "a folder you may read")),
        }
        if paths.is_empty() {
            problems.push(Problem::of_file(path, "no file that ends in .toml", "at least one, such as `atalaya.toml`"));
        }
        if paths.len() > MAX_FILES {
            problems.push(Problem::of_file(path, &format!("{} files", paths.len()), &format!("at most {MAX_FILES} files in one folder")));
            paths.truncate(MAX_FILES);
        }
    } else {
        paths.push(path.to_owned());
    }
    let mut left = caps::CONFIG_BYTES;
    for path in paths {
        match read_one(&path, left) {
            Ok(text) => {
                left -= (text.len() as u64).min(left);
                let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
                files.push(File::new(path.display().to_string(), folder, text, Layer::User));
            }
            Err(problem) => problems.push(*problem),
        }
    }
}

fn is_settings_file(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|end| end == "toml") && !path.is_dir()
}

fn read_one(path: &Path, cap: u64) -> Result<String, Box<Problem>> {
    let refuse = |found: &str, expected: &str| Box::new(Problem::of_file(path, found, expected));
    let file = fs::File::open(path).map_err(|error| refuse(&format!("it cannot be read: {error}"), "a file you may read"))?;
    let mut bytes = Vec::new();
    file.take(cap + 1).read_to_end(&mut bytes).map_err(|error| refuse(&format!("it cannot be read: {error}"), "a file you may read"))?;
    if bytes.len() as u64 > cap {
        let limit = caps::CONFIG_BYTES / (1024 * 1024);
        return Err(refuse("too much text", &format!("at most {limit} MiB of configuration in all files together")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let file = File::new(path.display().to_string(), PathBuf::new(), good, Layer::User);
        let (line, column) = file.line_column(u32::MAX);
        let mut problem = Problem::of_file(path, "bytes that are no UTF-8", "a text file in UTF-8 (save it as such in your editor)");
        (problem.line, problem.column) = (line, column);
        Box::new(problem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters_from_one() {
        let file = File::new("a".into(), PathBuf::new(), "ab\nñoño = 1\r\n\nx".into(), Layer::User);
        for (byte, want) in [(0, (1, 1)), (1, (1, 2)), (3, (2, 1)), (5, (2, 2)), (4, (2, 1)), (99, (4, 2))] {
            assert_eq!(file.line_column(byte), want, "byte {byte}");
        }
        assert_eq!(file.line(2), "ñoño = 1");
        assert_eq!(file.line(3), "");
        assert_eq!(file.line(9), "");
    }

    #[test]
    fn the_search_order() {
        let check = |set: &[(&str, &str)], want: &[&str]| {
            let look = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(search(&look), want.iter().map(PathBuf::from).collect::<Vec<_>>());
        };
        check(&[("ATALAYA_CONFIG", "/x/a.toml"), ("HOME", "/h")], &["/x/a.toml"]);
        check(&[("HOME", "/h")], &["atalaya.toml", "/h/.config/atalaya/atalaya.toml", "/etc/atalaya/atalaya.toml", "/etc/atalaya/conf.d"]);
        check(
            &[("HOME", "/h"), ("XDG_CONFIG_HOME", "/c"), ("ATALAYA_CONFIG", "")],
            &["atalaya.toml", "/c/atalaya/atalaya.toml", "/etc/atalaya/atalaya.toml", "/etc/atalaya/conf.d"],
        );
    }

    #[test]
    fn a_folder_is_read_by_name_and_what_is_no_settings_file_is_left() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["20-b.toml", "10-a.toml", ".hidden.toml", "note.txt", "a.toml~"] {
            fs::write(folder.path().join(name), "a = 1\n").unwrap();
        }
        fs::write(folder.path().join("30-latin1.toml"), b"a = 1\nb = \"se\xf1or\"\n").unwrap();
        let (mut files, mut problems) = (Files::default(), Vec::new());
        read(folder.path(), &mut files, &mut problems);
        let names: Vec<_> = files.0.iter().map(|file| file.name.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(names, ["10-a.toml", "20-b.toml"]);
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].line, problems[0].column), (2, 8));
    }
}
