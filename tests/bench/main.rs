//! What a check costs: the real daemon watches many pages of a site on loopback, round after round, beside a bare download loop.
//!
//! `cargo bench --bench rounds -- --pages 10000`. Absolute figures drift on shared machines; the ratios to the loops of the same run stay.
//! Options: `--pages` (2000), `--hosts` (a tenth of the pages, 20 to 200), `--repeat` of the rounds that change nothing (3), `--repeat-304` of
//! those that all answer 304 (as `--repeat`), `--program` (the binary to measure; by default the one built with the benchmark), `--keep`
//! (leaves the folder of the run and says where it is).

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]

mod bare;
mod daemon;
mod meter;
mod site;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use bare::Bare;
use daemon::{Cost, Daemon, Running};
use site::Mood;

struct Options {
    pages: usize,
    hosts: usize,
    repeat: usize,
    repeat_304: Option<usize>,
    program: PathBuf,
    keep: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_atalaya"));
        let mut options = Self { pages: 2_000, hosts: 0, repeat: 3, repeat_304: None, program, keep: false };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--pages" => options.pages = value()?.parse()?,
                "--hosts" => options.hosts = value()?.parse()?,
                "--repeat" => options.repeat = value()?.parse()?,
                "--repeat-304" => options.repeat_304 = Some(value()?.parse()?),
                "--program" => options.program = value()?.into(),
                "--keep" => options.keep = true,
                // Cargo's own.
                "--bench" => {}
                _ => anyhow::bail!("unknown: {argument}"),
            }
        }
        if options.hosts == 0 {
            options.hosts = (options.pages / 10).clamp(20, 200);
        }
        Ok(options)
    }
}

/// A row of the table: what was done, its cost, and how much of it is to be reached.
struct Row {
    name: &'static str,
    cost: Cost,
    target: Option<f64>,
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == "serve-site") {
        return site::serve(arguments.nth(1).context("how many pages?")?.parse()?);
    }
    let options = Options::read(arguments)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["serve-site", &options.pages.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .map(Running)?;
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().context("no stdout")?).read_line(&mut line)?;
    let site = format!("127.0.0.1:{}", line.trim().parse::<u16>().context("the site did not start")?);
    let bytes = site::page(1, 0, 0).len();
    println!("{} pages of {bytes} bytes with {} items on {} hosts", options.pages, site::ITEMS, options.hosts);

    let bare = loops(&options, &site)?;
    let mut folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    if options.keep {
        folder.disable_cleanup(true);
        println!("the daemon's folder: {}", folder.path().display());
    }
    let rows = rounds(&options, &site, folder.path())?;
    print(&options, &bare, &rows);
    Ok(())
}

/// The loops without a daemon, in CPU-seconds per 1,000 pages.
fn loops(options: &Options, site: &str) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let port: u16 = site.rsplit_once(':').context("no port")?.1.parse()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let all = [
        ("bare: all answer 304", Bare::Condition),
        ("bare: download", Bare::Download),
        ("bare: download and hash", Bare::Hash),
        ("bare: download and scraper", Bare::Scrape),
    ];
    let mut costs = Vec::new();
    for (name, what) in all {
        daemon::get(site, &format!("/control/set?{}", Mood { validators: what == Bare::Condition, ..Mood::default() }.query()))?;
        let mut total = 0.0;
        let repeat = if what == Bare::Scrape { 1 } else { options.repeat };
        for _ in 0..repeat {
            total += runtime.block_on(bare::run(what, port, options.pages, options.hosts))?;
        }
        costs.push((name, total / repeat as f64 / options.pages as f64 * 1_000.0));
    }
    Ok(costs)
}

fn rounds(options: &Options, site: &str, folder: &std::path::Path) -> anyhow::Result<Vec<Row>> {
    // The token differs from request to request, so that the second look finds out that it changes by itself.
    let token = Mood { token: true, ..Mood::default() };
    daemon::get(site, &format!("/control/set?{}", token.query()))?;
    let mut daemon = Daemon::start(&options.program, folder, site, options.pages, options.hosts)?;
    let mut rows = Vec::new();
    let mut row = |name, cost, target| {
        eprintln!("{name}: {:.1} s", Cost::seconds(&cost));
        rows.push(Row { name, cost, target });
    };
    row("first visit", daemon.first()?, Some(2.0));
    row("second look (learns what changes by itself)", daemon.round(token)?, None);
    let plain = Mood::default();
    row("unchanged, no validators", average(&mut daemon, plain, options.repeat)?, Some(0.25));
    row("unchanged but for a token", average(&mut daemon, token, options.repeat)?, Some(0.25));
    let changed = Mood { edition: 1, ..plain };
    row("1 % changed", daemon.round(changed)?, None);
    row("1 % changed, confirmed", daemon.round(changed)?, None);
    let validators = Mood { validators: true, ..changed };
    row("unchanged, validators appear", daemon.round(validators)?, None);
    row("all answer 304", average(&mut daemon, validators, options.repeat_304.unwrap_or(options.repeat))?, Some(0.06));
    for line in daemon.metrics(atalaya::telemetry::CHECKS)?.iter().chain(&daemon.metrics(atalaya::telemetry::TURNS)?) {
        println!("{line}");
    }
    Ok(rows)
}

/// A round that changes nothing, several times: short ones are measured in too few ticks of the kernel's clock.
fn average(daemon: &mut Daemon, mood: Mood, repeat: usize) -> anyhow::Result<Cost> {
    let costs = (0..repeat.max(1)).map(|_| daemon.round(mood)).collect::<anyhow::Result<Vec<Cost>>>()?;
    let mean = |pick: fn(&Cost) -> f64| costs.iter().map(pick).sum::<f64>() / costs.len() as f64;
    let last = costs.last().context("no round")?;
    let written = costs.iter().map(|cost| cost.written).sum::<u64>() / costs.len() as u64;
    Ok(Cost { cpu: mean(|cost| cost.cpu), seconds: mean(|cost| cost.seconds), written, ..*last })
}

impl Cost {
    fn seconds(&self) -> f64 {
        self.seconds
    }
}

fn print(options: &Options, bare: &[(&'static str, f64)], rows: &[Row]) {
    let download = bare.iter().find(|(name, _)| *name == "bare: download").map_or(f64::NAN, |(_, cost)| *cost);
    println!(
        "\n{:<46} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>8}",
        "", "CPU-s per", "to reach", "pages per", "ratio to", "peak RSS", "written", "pages"
    );
    println!("{:<46} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>8}", "round", "1,000", "", "CPU-s", "download", "MiB", "MiB", "per s");
    for (name, cost) in bare {
        println!("{name:<46} {cost:>9.3} {:>9} {:>9.0} {:>8.2}", "", 1_000.0 / cost, cost / download);
    }
    for Row { name, cost, target } in rows {
        let per = cost.cpu / options.pages as f64 * 1_000.0;
        println!(
            "{name:<46} {per:>9.3} {:>9} {:>9.0} {:>8.2} {:>9.0} {:>9.1} {:>8.0}",
            target.map_or_else(String::new, |target| format!("≤ {target:.2}")),
            1_000.0 / per,
            per / download,
            cost.peak,
            cost.written as f64 / 1_048_576.0,
            options.pages as f64 / cost.seconds,
        );
    }
    let rounds: Vec<_> = rows
        .iter()
        .map(|Row { name, cost, target }| {
            serde_json::json!({
                "round": name,
                "cpu_per_1000": cost.cpu / options.pages as f64 * 1_000.0,
                "to_reach": target,
                "seconds": cost.seconds,
                "peak_mib": cost.peak,
                "resident_mib": cost.resident,
                "written_bytes": cost.written,
            })
        })
        .collect();
    let loops: Vec<_> = bare.iter().map(|(name, cost)| serde_json::json!({ "loop": name, "cpu_per_1000": cost })).collect();
    println!("\n{}", serde_json::json!({ "pages": options.pages, "hosts": options.hosts, "bare": loops, "rounds": rounds }));
}
