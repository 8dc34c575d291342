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
use atalaya::base::clock::Stopwatch;
use atalaya::base::ids::OrganisationId;
use atalaya::resolve::linkage::Index;
use made_up::MadeUp;
use meter::Meter;

/// As the program is built.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Records that are resolved: every second is a known organisation, written otherwise.
const RECORDS: u32 = 20_000;
/// How often each is resolved.
const TIMES: u32 = 3;
/// What is to be reached, of 99 records in 100.
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
    let begun = Meter::read("self")?.cpu;
    let mut index = Index::default();
    for number in 0..count {
        index.put(OrganisationId(u64::from(number)), &[made_up.organisation(number)]);
    }
    let filled = Meter::read("self")?.cpu;
    let bytes = (Meter::read("self")?.resident - before) * f64::from(1 << 20) / f64::from(count);
    let (mut times, mut right, mut wrong) = (Vec::new(), 0, 0);
    for record in 0..RECORDS {
        let known = (record % 2 == 0).then(|| made_up.any_of(count, record));
        let row = known.map_or_else(|| made_up.organisation(count + record), |number| made_up.written_otherwise(number, record));
        let watch = Stopwatch::start();
        let found = index.find(None, std::slice::from_ref(&row));
        let mut fastest = watch.elapsed();
        // A machine that is busy otherwise interrupts now and then: what a record takes is the least of a few times.
        for _ in 1..TIMES {
            let watch = Stopwatch::start();
            std::hint::black_box(index.find(None, std::slice::from_ref(&row)));
            fastest = fastest.min(watch.elapsed());
        }
        times.push(fastest);
        let joined = found.first().filter(|best| best.points > 0.0).map(|best| best.organisation.0);
        right += u32::from(joined == known.map(u64::from));
        wrong += u32::from(joined.is_some() && joined != known.map(u64::from));
    }
    let cpu = Meter::read("self")?.cpu - filled;
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 1000).min(times.len() - 1)];
    println!("{count} organisations, {bytes:.0} bytes each, {:.1} µs to add one", (filled - begun) * 1e6 / f64::from(count));
    println!(
        "{RECORDS} records, {:.0} µs of CPU each; median {:?}, 99 % {:?}, longest {:?}",
        cpu * 1e6 / f64::from(RECORDS * TIMES),
        at(500),
        at(990),
        at(1000)
    );
    println!("{:.2} % resolved rightly, {:.2} % joined to another", share(right), share(wrong));
    let good = bytes <= MOST_BYTES && at(990) <= MOST_TIME;
    println!("to reach: {MOST_BYTES:.0} bytes, {MOST_TIME:?}: {}", if good { "reached" } else { "MISSED" });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn share(count: u32) -> f64 {
    100.0 * f64::from(count) / f64::from(RECORDS)
}
