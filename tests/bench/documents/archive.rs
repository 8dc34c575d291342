//! An archive as Spain publishes them, hundreds of megabytes long, read by the program as a stream.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use atalaya::base::clock::Stopwatch;

use super::meter::Meter;

/// Entries in a feed of the archive, as many as the platform puts into one.
const ENTRIES: usize = 500;

/// Writes the archive, has it read, prints what it cost.
pub fn run(program: &Path, megabytes: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let page = include_str!("../../../src/tender/placsp/page.atom");
    let first = page.find("<entry").context("no entry in the fixture")?;
    let last = page.rfind("</entry>").context("no end of an entry in the fixture")? + "</entry>".len();
    let entry = &page[first..page[first..].find("</entry>").context("no end")? + first + "</entry>".len()];
    let wanted = megabytes << 20;

    let plain = folder.path().join("archive.atom");
    let mut file = BufWriter::new(File::create(&plain)?);
    let (mut written, mut entries) = (0, 0);
    file.write_all(&page.as_bytes()[..first])?;
    while written < wanted {
        written += write(&mut file, entry, entries)?;
        entries += 1;
    }
    file.write_all(&page.as_bytes()[last..])?;
    file.flush()?;
    drop(file);

    let packed = folder.path().join("archive.zip");
    let mut zip = zip::ZipWriter::new(BufWriter::new(File::create(&packed)?));
    let mut at = 0;
    while at < entries {
        zip.start_file(format!("feed_{}.atom", at / ENTRIES), zip::write::SimpleFileOptions::default())?;
        zip.write_all(&page.as_bytes()[..first])?;
        for number in at..(at + ENTRIES).min(entries) {
            write(&mut zip, entry, number)?;
        }
        zip.write_all(&page.as_bytes()[last..])?;
        at += ENTRIES;
    }
    zip.finish()?.flush()?;
    println!("{entries} entries, {megabytes} MB as one feed, {:.1} MB as a ZIP of feeds", packed.metadata()?.len() as f64 / 1e6);
    for path in [&plain, &packed] {
        measure(program, path, entries)?;
    }
    Ok(())
}

/// An entry of its own: the id, and the address, which many readers take for one.
fn write(to: &mut impl std::io::Write, entry: &str, number: usize) -> anyhow::Result<usize> {
    let own = entry.replacen("</id>", &format!("/{number}</id>"), 1);
    to.write_all(own.as_bytes())?;
    Ok(own.len())
}

fn measure(program: &Path, path: &Path, entries: usize) -> anyhow::Result<()> {
    let begun = Stopwatch::start();
    let mut child = Command::new(program).args(["tender", "read", "--json"]).arg(path).stdout(Stdio::piped()).spawn()?;
    let process = child.id().to_string();
    let mut notices = 0;
    let mut meter = Meter::default();
    let mut out = std::io::BufReader::new(child.stdout.take().context("no output")?);
    let mut line = Vec::new();
    while std::io::BufRead::read_until(&mut out, b'\n', &mut line)? > 0 {
        if line.starts_with(b"{\"") && memchr::memmem::find(&line, b"\"procedure\"").is_some() {
            notices += 1;
            if notices % 1_000 == 0 {
                meter = Meter::read(&process)?;
            }
        }
        line.clear();
    }
    let done = child.wait()?;
    println!(
        "{}: {notices} notices in {:.1} s, {:.2} CPU-s, peak {:.0} MiB (exit {:?})",
        path.extension().and_then(|ending| ending.to_str()).unwrap_or_default(),
        begun.elapsed().as_secs_f64(),
        meter.cpu,
        meter.peak,
        done.code()
    );
    anyhow::ensure!(notices == entries, "{entries} were written and {notices} read");
    Ok(())
}
