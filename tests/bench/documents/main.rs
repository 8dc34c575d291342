//! What reading a portal's documents costs, format by format, beside a bare parser over the same bytes; an archive of any length; and fuzzing.
//!
//! `cargo bench --bench documents` reads the fixtures of the project and, where `ATALAYA_SAMPLES` names them, the samples; and list pages of 60 KB
//! without selectors (`--format page` those alone).
//! `-- --archive 500` writes a feed of so many megabytes, as a file and as a ZIP, and has the program read both.
//! `-- --fuzz 600 [--format placsp] [--seed 1]` changes documents at random for so many seconds a format: no panic, nothing over 2 s or 256 MiB.
//! `page`, `offers` and `list` are fuzzed like a format: the readers of pages that need no selectors; `json`, `feed`, `sitemap` and `sheet` too.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]

mod archive;
mod corpus;
#[allow(dead_code, reason = "tests read more of it")]
#[path = "../../rigs/dice.rs"]
mod dice;
mod fuzz;
#[allow(dead_code, reason = "the other benchmark reads more of it")]
#[path = "../meter.rs"]
mod meter;
mod pages;
mod speed;

use std::path::PathBuf;

use anyhow::Context as _;
use atalaya::tender::Format;

/// As the program is built.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What is asked for.
struct Options {
    format: Option<String>,
    fuzz: Option<u64>,
    seed: u64,
    archive: Option<usize>,
    /// Measure one format in this process: the table asks a process of its own for each, so that memory is told apart.
    alone: bool,
    program: PathBuf,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_atalaya"));
        let mut options = Self { format: None, fuzz: None, seed: 1, archive: None, alone: false, program };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--format" => options.format = Some(value()?),
                "--fuzz" => options.fuzz = Some(value()?.parse()?),
                "--seed" => options.seed = value()?.parse()?,
                "--archive" => options.archive = Some(value()?.parse()?),
                "--program" => options.program = value()?.into(),
                "--alone" => options.alone = true,
                // Cargo's own.
                "--bench" => {}
                _ => anyhow::bail!("unknown: {argument}"),
            }
        }
        Ok(options)
    }
}

fn main() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    if let Some(megabytes) = options.archive {
        return archive::run(&options.program, megabytes);
    }
    let corpus = corpus::all()?;
    let wanted = |word: &str| options.format.as_deref().is_none_or(|only| only == word);
    if let Some(seconds) = options.fuzz {
        let mut entrances = fuzz::entrances(corpus, &corpus::pages()?, corpus::others()?)?;
        entrances.retain(|entrance| wanted(entrance.word));
        anyhow::ensure!(!entrances.is_empty(), "no format `{}`", options.format.unwrap_or_default());
        return fuzz::run(entrances.into_iter(), seconds, options.seed);
    }
    if options.format.as_deref() == Some("page") {
        return pages::all();
    }
    let formats: Vec<Format> = Format::ALL.into_iter().filter(|format| wanted(format.word())).collect();
    match formats.as_slice() {
        [] => anyhow::bail!("no format `{}`", options.format.unwrap_or_default()),
        [format] if options.alone => speed::one(&corpus, *format),
        [_] => speed::all(formats.into_iter()),
        _ => speed::all(formats.into_iter()).and_then(|()| pages::all()),
    }
}
