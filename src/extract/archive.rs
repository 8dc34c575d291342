//! Archives that a portal answers with: a ZIP of documents, member by member. Knows no format of theirs.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::base::caps;
use crate::model::{BadEntry, Failure, FailureClass};

/// Members of one archive that are read.
const MEMBERS: usize = 20_000;

/// How a ZIP begins, that of nothing too.
const MAGIC: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// Whether these bytes begin as a ZIP does.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// What takes a document: its name, its bytes.
pub(super) type Each<'a> = dyn FnMut(&str, Vec<u8>) -> Result<(), Failure> + 'a;

/// Hands each document of an archive to `each`, in the archive's order, under its name. What cannot be unpacked is set aside and told.
///
/// # Errors
///
/// [`FailureClass::Unreadable`] when it breaks off or is damaged as a whole, [`FailureClass::ParseLimit`] when a limit is reached, and whatever
/// `each` ends with.
pub(super) fn members(bytes: &[u8], each: &mut Each<'_>) -> Result<Vec<BadEntry>, Failure> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
        let why = format!("the ZIP cannot be opened, it may have broken off ({error}): it must come whole; ask for it again");
        Failure::new(FailureClass::Unreadable, why)
    })?;
    let limit = |what: String| Failure::new(FailureClass::ParseLimit, format!("the ZIP holds more than {what}: ask for less at a time"));
    if archive.len() > MEMBERS {
        return Err(limit(format!("{MEMBERS} files")));
    }
    let (mut bad, mut room) = (Vec::new(), caps::ARCHIVE_BYTES);
    for at in 0..archive.len() {
        let mut aside = |path: String, reason: String| bad.push(BadEntry { path, reason });
        let member = match archive.by_index(at) {
            Ok(member) if member.is_dir() => continue,
            Ok(member) => member,
            Err(error) => {
                aside(format!("file {}", at + 1), format!("it cannot be unpacked: {error}"));
                continue;
            }
        };
        let name = member.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let mut bytes = Vec::new();
        let read = member.take(room + 1).read_to_end(&mut bytes);
        room = room.checked_sub(bytes.len() as u64).ok_or_else(|| limit(format!("{} bytes", caps::ARCHIVE_BYTES)))?;
        match read {
            Err(error) => aside(name, format!("it cannot be unpacked: {error}")),
            Ok(_) if is_one(&bytes) => aside(name, "it is a ZIP within the ZIP: unpack the outer one and read what is in it".to_owned()),
            Ok(_) => each(&name, bytes)?,
        }
    }
    Ok(bad)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use super::*;

    /// A ZIP of these files.
    pub(in crate::extract) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn names(bytes: &[u8]) -> Result<(Vec<String>, Vec<BadEntry>), Failure> {
        let mut names = Vec::new();
        let bad = members(bytes, &mut |name, bytes| {
            names.push(format!("{name} {}", bytes.len()));
            Ok(())
        })?;
        Ok((names, bad))
    }

    #[test]
    fn what_is_in_an_archive_and_what_is_told_of_it() {
        let inner = zipped(&[("a", b"x")]);
        let (found, bad) = names(&zipped(&[("a.xml", b"one"), ("b/c.xml", b"three"), ("d.zip", &inner)])).unwrap();
        assert_eq!(found, ["a.xml 3", "b/c.xml 5"]);
        assert!(bad.len() == 1 && bad[0].path == "d.zip" && bad[0].reason.contains("unpack the outer one"), "{bad:?}");
        let whole = zipped(&[("a.xml", b"one"), ("b.xml", b"two")]);
        let cut = names(&whole[..whole.len() / 2]).unwrap_err();
        assert!(cut.class == FailureClass::Unreadable && cut.text.contains("ask for it again"), "{cut}");
        let mut damaged = whole;
        damaged[35] ^= 0xff;
        let (found, bad) = names(&damaged).unwrap();
        assert_eq!((found.len(), bad.len()), (1, 1), "{found:?} {bad:?}");
        assert_eq!(names(&zipped(&[])).unwrap(), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_bomb_ends_at_its_limit() {
        let zeros = vec![0; usize::try_from(caps::ARCHIVE_BYTES / 2 + 1).unwrap()];
        let failure = names(&zipped(&[("a", &zeros), ("b", &zeros)])).unwrap_err();
        assert_eq!(failure.class, FailureClass::ParseLimit, "{failure}");
    }
}
