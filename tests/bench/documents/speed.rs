//! Documents, notices and megabytes per CPU-second, and the most memory, format by format.

use std::process::Command;

use anyhow::Context as _;
use atalaya::tender::{self, Clock, Format, Input};

use super::corpus::Corpus;
use super::meter::Meter;

/// CPU-seconds that each measurement takes at least: the kernel counts in hundredths.
const ENOUGH: f64 = 1.0;

/// Measures each format in a process of its own.
pub fn all(formats: impl Iterator<Item = Format>) -> anyhow::Result<()> {
    println!("{:<24}{:>6}{:>9}{:>11}{:>11}{:>9}{:>12}{:>10}", "", "docs", "MiB", "docs per", "notices", "MiB per", "× the bare", "peak");
    println!("{:<24}{:>6}{:>9}{:>11}{:>11}{:>9}{:>12}{:>10}", "format", "", "", "CPU-s", "per CPU-s", "CPU-s", "parser", "MiB");
    for format in formats {
        let done = Command::new(std::env::current_exe()?).args(["--alone", "--format", format.word()]).status()?;
        anyhow::ensure!(done.success(), "{} failed", format.word());
    }
    Ok(())
}

/// Measures one, in this process.
pub fn one(corpus: &Corpus, format: Format) -> anyhow::Result<()> {
    let Some(documents) = corpus.get(&format) else {
        println!("{:<24}  no documents", format.word());
        return Ok(());
    };
    let bytes: usize = documents.iter().map(String::len).sum();
    let before = Meter::read("self")?.peak;
    let mut notices = 0;
    let reading = cost(|| {
        notices = documents.iter().map(|text| read(format, text)).sum::<usize>();
    })?;
    let peak = Meter::read("self")?.peak;
    let bare = cost(|| documents.iter().for_each(|text| parse(text)))?;
    let mib = bytes as f64 / f64::from(1 << 20);
    println!(
        "{:<24}{:>6}{:>9.2}{:>11.0}{:>11.0}{:>9.1}{:>12.1}{:>10.0}",
        format.word(),
        documents.len(),
        mib,
        documents.len() as f64 / reading,
        notices as f64 / reading,
        mib / reading,
        reading / bare,
        peak - before
    );
    Ok(())
}

fn read(format: Format, text: &str) -> usize {
    let clock = Clock::assumed();
    tender::read(format, &Input { text, url: None, clock, expired: &|| false }).map_or(0, |batch| batch.notices.len())
}

/// The least that a reader of the document would do: all tokens of its language, nothing kept of XML and CSV, a tree of JSON.
fn parse(text: &str) {
    let head = text.trim_start();
    if head.starts_with(['{', '[']) {
        std::hint::black_box(serde_json::from_str::<serde_json::Value>(text).is_ok());
    } else if head.starts_with('<') {
        let mut reader = quick_xml::Reader::from_str(text);
        while !matches!(reader.read_event(), Ok(quick_xml::events::Event::Eof) | Err(_)) {}
    } else {
        std::hint::black_box(csv::Reader::from_reader(text.as_bytes()).into_records().count());
    }
}

/// CPU-seconds of one run, from as many as make a measurable time.
pub fn cost(mut work: impl FnMut()) -> anyhow::Result<f64> {
    let begun = Meter::read("self")?.cpu;
    let mut runs = 0_u32;
    loop {
        work();
        runs += 1;
        let spent = Meter::read("self").context("no meter")?.cpu - begun;
        if spent >= ENOUGH {
            return Ok(spent / f64::from(runs));
        }
    }
}
