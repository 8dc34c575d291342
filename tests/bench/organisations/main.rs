//! What it costs to find a new record's organisation among a million: time a record, memory an organisation. Names are made up from a seed.
//!
//! `cargo bench --bench organisations` takes 1,000,000 organisations; `-- --count 100000 --seed 2` others. Exit 1 when a figure is missed.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]

mod made_up;
#[allow(dead_code, reason = "the other benchmarks read more of it")]
#[path = "../meter.rs"]
mod meter;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use atalaya::resolve::linkage::Index;
use made_up::MadeUp;
use meter::Meter;

/// As the program is built.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Records that are resolved: every second is a known organisation, written otherwise.
const RECORDS: u32 = 20_000;
/// What is to be reached.
const MOST_TIME: Duration = Duration::from_millis(2);
const MOST_BYTES: f64 = 600.0;

fn main() -> anyhow::Result<ExitCode> {
    let (mut count, mut seed) = (1_000_000_u32, 1_u64);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--count" => count = value()?.parse()?,
            "--seed" => seed = value()?.parse()?,
            // Cargo's own.
            "--bench" => {}
            _ => anyhow::bail!("unknown: {argument}"),
        }
    }
    let made_up = MadeUp { seed };
    let before = Meter::read("self")?.resident;
    let watch = spent()?;
    let mut index = Index::default();
    for number in 0..count {
        index.add(&made_up.organisation(number), number);
    }
    let filled = spent()? - watch;
    let bytes = (Meter::read("self")?.resident - before) * f64::from(1 << 20) / f64::from(count);
    let (mut times, mut right, mut wrong) = (Vec::new(), 0, 0);
    for record in 0..RECORDS {
        let known = (record % 2 == 0).then(|| made_up.any_of(count, record));
        let row = known.map_or_else(|| made_up.organisation(count + record), |number| made_up.written_otherwise(number, record));
        let before = spent()?;
        let found = index.find(&row);
        times.push(spent()? - before);
        let joined = found.first().filter(|best| best.points > 0.0).map(|best| best.organisation);
        right += u32::from(joined == known);
        wrong += u32::from(joined.is_some() && joined != known);
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 1000).min(times.len() - 1)];
    println!("{count} organisations, {bytes:.0} bytes each, {:.1} µs to add one", filled.as_secs_f64() * 1e6 / f64::from(count));
    println!("{RECORDS} records, CPU time: median {:?}, 99 % {:?}, 99.9 % {:?}, longest {:?}", at(500), at(990), at(999), at(1000));
    println!("{:.2} % resolved rightly, {:.2} % joined to another", share(right), share(wrong));
    let good = bytes <= MOST_BYTES && at(999) <= MOST_TIME;
    println!("to reach: {MOST_BYTES:.0} bytes, {MOST_TIME:?}: {}", if good { "reached" } else { "MISSED" });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// CPU time of this thread so far: a machine that is busy otherwise makes nothing slower.
fn spent() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(stat.split(' ').next().context("no schedstat")?.parse()?))
}

fn share(count: u32) -> f64 {
    100.0 * f64::from(count) / f64::from(RECORDS)
}
