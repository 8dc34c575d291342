//! What a process has cost, as Linux counts it: CPU time, memory at its highest, bytes written.

use std::fs::read_to_string;

use anyhow::Context as _;

/// Ticks of a second in `/proc`: the same on every Linux of ours, whatever the kernel's own clock.
const TICKS: f64 = 100.0;

/// A process at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    /// CPU-seconds so far, user and system.
    pub cpu: f64,
    /// The most memory it ever held, in MiB.
    pub peak: f64,
    /// The memory it holds, in MiB.
    pub resident: f64,
    /// Bytes it had written to storage.
    pub written: u64,
}

impl Meter {
    /// Reads the meter of a process: its number, or `self`.
    pub fn read(process: &str) -> anyhow::Result<Self> {
        let of = |file: &str| read_to_string(format!("/proc/{process}/{file}")).with_context(|| format!("process {process} is gone"));
        let stat = of("stat")?;
        // The name, in parentheses, may hold anything; what follows it are numbers. User and system time are the 14th and 15th field.
        let fields: Vec<&str> = stat.rsplit_once(')').context("no stat")?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok()).map_or(0.0, f64::from);
        let status = of("status")?;
        let mib = |name: &str| number(&status, name) as f64 / 1024.0;
        let written = of("io").map_or(0, |io| number(&io, "write_bytes:"));
        Ok(Self { cpu: (ticks(11) + ticks(12)) / TICKS, peak: mib("VmHWM:"), resident: mib("VmRSS:"), written })
    }
}

fn number(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
