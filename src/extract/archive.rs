//! ZIP archives, those that a portal answers with and those that a person has saved: member by member, of any length. Knows no format of what is
//! in them.

use std::io::{BufRead, BufReader, Cursor, Read, Seek};

use zip::ZipArchive;

use crate::base::caps;
use crate::model::{BadEntry, Failure, FailureClass};

/// Members of one archive that are read.
const MEMBERS: usize = 100_000;
/// Bytes at the beginning of a member that are there to look at before it is read.
pub const HEAD: usize = 16 * 1024;

/// How a ZIP begins, that of nothing too.
const MAGIC: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// Whether these bytes begin as a ZIP does.
pub fn is_one(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// What takes a member: its name, and what reads it or why it cannot be read.
pub type Each<'a, E> = dyn FnMut(&str, Result<&mut dyn BufRead, String>) -> Result<(), E> + 'a;

/// Hands the members of an archive to `each`, in the archive's order. One is unpacked at a time and as it is read, so that the length of the
/// whole does not matter.
///
/// # Errors
///
/// [`FailureClass::Unreadable`] when it breaks off or is damaged as a whole, [`FailureClass::ParseLimit`] when it has too many members, and
/// whatever `each` ends with.
pub fn each_member<E: From<Failure>>(from: impl Read + Seek, each: &mut Each<'_, E>) -> Result<(), E> {
    let mut archive = ZipArchive::new(from).map_err(|error| {
        let why = format!(
            "the ZIP cannot be opened, it breaks off or is damaged ({error}): fetch it again; what is left of a saved one can be mended with `zip -FF`"
        );
        Failure::new(FailureClass::Unreadable, why)
    })?;
    if archive.len() > MEMBERS {
        return Err(too_much(format!("{MEMBERS} files")).into());
    }
    let unpacked = |error: &dyn std::fmt::Display| format!("it cannot be unpacked: {error}");
    for at in 0..archive.len() {
        let member = match archive.by_index(at) {
            Ok(member) if member.is_dir() => continue,
            Ok(member) => member,
            Err(error) => {
                each(&format!("file {}", at + 1), Err(unpacked(&error)))?;
                continue;
            }
        };
        let name = member.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let mut reader = BufReader::with_capacity(HEAD, member);
        let head = reader.fill_buf().map(is_one);
        each(
            &name,
            match head {
                Err(error) => Err(unpacked(&error)),
                Ok(true) => Err("it is a ZIP within the ZIP: unpack the outer one and read what is in it".to_owned()),
                Ok(false) => Ok(&mut reader),
            },
        )?;
    }
    Ok(())
}

fn too_much(what: String) -> Failure {
    Failure::new(FailureClass::ParseLimit, format!("the ZIP holds more than {what}: ask for less at a time, or unpack it and read a part"))
}

/// What takes a document: its name, its bytes.
pub(super) type EachWhole<'a> = dyn FnMut(&str, Vec<u8>) -> Result<(), Failure> + 'a;

/// Hands each document of an archive that is held to `each`, whole, under its name. What cannot be unpacked is set aside and told.
///
/// # Errors
///
/// As [`each_member`], and [`FailureClass::ParseLimit`] when there are too many bytes in it.
pub(super) fn members(bytes: &[u8], each: &mut EachWhole<'_>) -> Result<Vec<BadEntry>, Failure> {
    let (mut bad, mut room) = (Vec::new(), caps::ARCHIVE_BYTES);
    each_member(Cursor::new(bytes), &mut |name, member| {
        let mut bytes = Vec::new();
        let read =
            member.and_then(|member| member.take(room + 1).read_to_end(&mut bytes).map_err(|why| format!("it cannot be unpacked: {why}")));
        room = room.checked_sub(bytes.len() as u64).ok_or_else(|| too_much(format!("{} bytes", caps::ARCHIVE_BYTES)))?;
        match read {
            Ok(_) => each(name, bytes),
            Err(reason) => {
                bad.push(BadEntry { path: name.to_owned(), reason });
                Ok(())
            }
        }
    })?;
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
        assert!(cut.class == FailureClass::Unreadable && cut.text.contains("fetch it again"), "{cut}");
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
