//! `tender read` of archives: ZIP files of many documents, and feeds longer than a page may be. One entry is held at a time, so that the
//! length of the whole does not matter. Asks no daemon and no configuration; knows no format but how to take one apart.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::has_enough;
use crate::base::caps;
use crate::base::text::count;
use crate::extract::archive;
use crate::model::BadEntry;
use crate::tender::Format;
use crate::tender::placsp::{self, Piece};
use crate::web;

/// Entries set aside, and entries gone, that are listed of one feed; more are counted.
const LISTED: usize = 10_000;

/// Whether a file is more than one document: a ZIP, or longer than one may be.
pub(super) fn is_one(path: &Path) -> bool {
    path.is_file() && (is_zip(path) || path.metadata().is_ok_and(|meta| meta.len() > caps::SITEMAP_BYTES))
}

fn is_zip(path: &Path) -> bool {
    let mut head = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && archive::is_one(&head)
}

/// What reads a document that is no feed to be taken apart: its name, its bytes.
pub(super) type Whole<'a> = dyn FnMut(&str, Vec<u8>) -> anyhow::Result<Value> + 'a;

/// Reads everything in an archive, one view a document. What cannot be read is a view that says so; the rest goes on.
pub(super) fn read(path: &Path, out: &mut Out<'_>, whole: &mut Whole<'_>) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
    if !is_zip(path) {
        return document(&name, &mut BufReader::with_capacity(archive::HEAD, file), out, whole);
    }
    let read = archive::each_member(file, &mut |member: &str, reader| -> anyhow::Result<()> {
        let inside = format!("{name}/{member}");
        let done = reader.map_err(anyhow::Error::msg).and_then(|reader| document(&inside, reader, out, whole));
        if let Err(error) = done.with_context(|| inside) {
            if has_enough(&error) {
                return Err(error);
            }
            eprintln!("{}", named(&name, &error));
            out.view(json!({ "file": name, "problem": format!("{error:#}") }))?;
        }
        Ok(())
    });
    read.with_context(|| format!("{name} cannot be read"))
}

/// What went wrong with a file, which is named once.
pub(super) fn named(name: &str, error: &anyhow::Error) -> String {
    let said = format!("{error:#}");
    if said.starts_with(name) { said } else { format!("{name}: {said}") }
}

/// One document: feeds are taken apart as they come, everything else is read whole.
fn document(name: &str, reader: &mut dyn BufRead, out: &mut Out<'_>, whole: &mut Whole<'_>) -> anyhow::Result<()> {
    let head = String::from_utf8_lossy(reader.fill_buf()?).into_owned();
    if Format::detect(&head) == Some(Format::Placsp) {
        return feed(name, reader, out);
    }
    let mut bytes = Vec::new();
    reader.take(caps::SITEMAP_BYTES + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(
        bytes.len() as u64 <= caps::SITEMAP_BYTES,
        "it is larger than {} bytes and no feed that can be read entry by entry",
        caps::SITEMAP_BYTES
    );
    out.view(whole(name, bytes)?)
}

fn feed(name: &str, reader: &mut dyn BufRead, out: &mut Out<'_>) -> anyhow::Result<()> {
    out.begin(name, Format::Placsp)?;
    let (mut gone, mut bad) = (Listed::default(), Listed::default());
    let mut written = Ok(());
    let next = placsp::stream(reader, None, &mut |piece| {
        match piece {
            Piece::Notice(notice) => written = out.notice(&web::notice_view(&notice)),
            Piece::Gone(tombstone) => gone.add(|| web::gone_view(&tombstone)),
            Piece::Bad(entry) | Piece::Cut(entry) => bad.add(|| web::bad_view(&entry)),
        }
        written.is_ok()
    });
    written?;
    let next = next.unwrap_or_else(|failure| {
        bad.add(|| web::bad_view(&BadEntry { path: "/feed".to_owned(), reason: failure.to_string() }));
        None
    });
    out.end(&gone, &bad, next)
}

/// A list that is cut and says how long it was.
#[derive(Default)]
pub(super) struct Listed {
    views: Vec<Value>,
    count: usize,
}

impl Listed {
    fn add(&mut self, view: impl FnOnce() -> Value) {
        self.count += 1;
        if self.views.len() < LISTED {
            self.views.push(view());
        }
    }
}

/// Shows a view to a person.
pub(super) type Words = fn(&mut dyn Write, &Value) -> std::io::Result<()>;

/// Where views go as they come: an array of JSON, or words for a person.
pub(super) struct Out<'a> {
    to: &'a mut dyn Write,
    /// How a whole view is shown to a person; JSON when there is none.
    words: Option<Words>,
    views: usize,
    notices: usize,
    /// Entries of the present file that were read, and those that were set aside.
    read: usize,
    aside: usize,
    /// Whether something could not be read.
    pub(super) problem: bool,
}

impl<'a> Out<'a> {
    /// JSON, or words by `words`.
    pub(super) fn new(to: &'a mut dyn Write, words: Option<Words>) -> Self {
        Self { to, words, views: 0, notices: 0, read: 0, aside: 0, problem: false }
    }

    fn count(&mut self, read: usize, aside: usize) {
        self.read += read;
        self.aside += aside;
    }

    /// What comes next is another file. A file of which nothing could be read, since everything was set aside, is a problem.
    pub(super) fn end_file(&mut self) {
        self.problem |= self.read == 0 && self.aside > 0;
        (self.read, self.aside) = (0, 0);
    }

    fn comma(&mut self) -> std::io::Result<()> {
        let sign = if self.views == 0 { "[\n" } else { ",\n" };
        self.views += 1;
        write!(self.to, "{sign}")
    }

    /// A view that is whole.
    pub(super) fn view(&mut self, view: Value) -> anyhow::Result<()> {
        let of = |key: &str| view.get(key).and_then(Value::as_array).map_or(0, Vec::len);
        self.count(of("notices") + of("gone"), of("quarantined"));
        if view.get("problem").is_some() {
            self.problem = true;
        }
        if let Some(words) = self.words {
            words(self.to, &view)?;
        } else {
            self.comma()?;
            serde_json::to_writer_pretty(&mut *self.to, &view)?;
        }
        Ok(())
    }

    fn begin(&mut self, name: &str, format: Format) -> anyhow::Result<()> {
        self.notices = 0;
        if self.words.is_some() {
            writeln!(self.to, "{name} ({})", format.word())?;
        } else {
            self.comma()?;
            write!(self.to, "{{\"file\": {}, \"format\": \"{}\", \"notices\": [", json!(name), format.word())?;
        }
        Ok(())
    }

    fn notice(&mut self, view: &Value) -> anyhow::Result<()> {
        let sign = if self.notices == 0 { "\n" } else { ",\n" };
        self.notices += 1;
        if let Some(words) = self.words {
            words(self.to, &json!({ "notices": [view] }))?;
        } else {
            write!(self.to, "{sign}")?;
            serde_json::to_writer(&mut *self.to, view)?;
        }
        Ok(())
    }

    fn end(&mut self, gone: &Listed, bad: &Listed, next: Option<String>) -> anyhow::Result<()> {
        self.count(self.notices + gone.count, bad.count);
        if let Some(words) = self.words {
            words(self.to, &json!({ "quarantined": bad.views }))?;
            let notices = count(self.notices, "notice", "notices");
            writeln!(self.to, "  {notices}, {} gone, {} quarantined", gone.count, bad.count)?;
        } else {
            let rest = json!({
                "gone": gone.views, "gone_count": gone.count, "quarantined": bad.views, "quarantined_count": bad.count, "next": next,
            });
            let rest = rest.to_string();
            write!(self.to, "\n], {}", rest.trim_start_matches('{'))?;
        }
        Ok(())
    }

    /// Closes the array.
    pub(super) fn close(self) -> std::io::Result<()> {
        match (self.words, self.views) {
            (None, 0) => writeln!(self.to, "[]"),
            (None, _) => writeln!(self.to, "\n]"),
            (Some(_), _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    const PAGE: &str = include_str!("../tender/placsp/page.atom");

    fn zip(members: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// What is printed of an archive, and whether something could not be read.
    fn printed(bytes: &[u8]) -> (Value, bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("archive.zip");
        std::fs::write(&path, bytes).unwrap();
        assert!(is_one(&path));
        let mut to = Vec::new();
        let mut out = Out::new(&mut to, None);
        read(&path, &mut out, &mut |name, bytes| Ok(json!({ "file": name, "bytes": bytes.len() }))).unwrap();
        let problem = out.problem;
        out.close().unwrap();
        (serde_json::from_slice(&to).unwrap(), problem)
    }

    #[test]
    fn every_member_is_a_view_and_feeds_are_taken_apart() {
        let cut = &PAGE[..PAGE.rfind("<entry").unwrap() + 20];
        let (views, problem) = printed(&zip(&[("a.atom", PAGE), ("notes/b.txt", "hello"), ("c.atom", cut), ("d.atom", PAGE)]));
        assert!(!problem);
        let views = views.as_array().unwrap();
        let notices = |at: usize| views[at]["notices"].as_array().map_or(0, Vec::len);
        assert_eq!(views.len(), 4);
        assert!(notices(0) > 1 && notices(0) == notices(3) && notices(2) < notices(0), "{} {}", notices(0), notices(2));
        assert_eq!(views[1]["bytes"], 5);
        assert!(views[1]["file"].as_str().unwrap().ends_with("archive.zip/notes/b.txt"));
        assert!(views[2]["quarantined_count"].as_u64() > views[0]["quarantined_count"].as_u64(), "a feed that breaks off says so");
    }

    #[test]
    fn a_damaged_member_is_a_problem_and_the_others_are_read() {
        let mut bytes = zip(&[("a.atom", PAGE), ("b.atom", PAGE)]);
        // Within the packed bytes of the first member.
        bytes[200..260].fill(0xff);
        let (views, problem) = printed(&bytes);
        let views = views.as_array().unwrap();
        assert_eq!(views.len(), 2);
        let damaged = views[0].get("problem").is_some() || views[0]["quarantined_count"].as_u64() > views[1]["quarantined_count"].as_u64();
        assert!(damaged, "{}", views[0]);
        assert_eq!(problem, views[0].get("problem").is_some());
        assert!(views[1]["notices"].as_array().unwrap().len() > 1);
    }

    #[test]
    fn a_zip_in_a_zip_and_one_that_breaks_off_say_what_to_do() {
        let inner = zip(&[("a.atom", PAGE)]);
        let mut outer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        outer.start_file("inner.zip", zip::write::SimpleFileOptions::default()).unwrap();
        outer.write_all(&inner).unwrap();
        let (views, problem) = printed(&outer.finish().unwrap().into_inner());
        assert!(problem && views[0]["problem"].as_str().unwrap().contains("unpack the outer one"), "{views}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.zip");
        std::fs::write(&path, &inner[..inner.len() / 2]).unwrap();
        let mut to = Vec::new();
        let error = read(&path, &mut Out::new(&mut to, None), &mut |_, _| Ok(json!({}))).unwrap_err();
        assert!(format!("{error:#}").contains("fetch it again"), "{error:#}");
    }

    #[test]
    fn a_file_of_which_everything_was_set_aside_is_a_problem() {
        let file = |notices: usize, bad: usize| json!({ "notices": vec![json!({}); notices], "quarantined": vec![json!({}); bad] });
        for (views, want) in [
            (vec![file(0, 1)], true),
            (vec![file(1, 1)], false),
            (vec![file(0, 0)], false),
            // Of one archive.
            (vec![file(0, 2), file(1, 0)], false),
        ] {
            let mut to = Vec::new();
            let mut out = Out::new(&mut to, None);
            for view in &views {
                out.view(view.clone()).unwrap();
            }
            out.end_file();
            assert_eq!(out.problem, want, "{views:?}");
        }
    }

    #[test]
    fn a_file_is_named_once() {
        for (said, want) in [("/a.xml cannot be read", "/a.xml cannot be read"), ("it is no notice", "/a.xml: it is no notice")] {
            assert_eq!(named("/a.xml", &anyhow::anyhow!(said)), want);
        }
    }

    #[test]
    fn an_archive_of_nothing_is_an_empty_list() {
        assert_eq!(printed(&zip(&[])), (json!([]), false));
    }
}
