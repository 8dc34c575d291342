//! Killed again and again, the program loses nothing and tells nothing twice. `ATALAYA_KILLS` and `ATALAYA_SEED` give other runs.

use std::io::Write as _;

use crate::crash_rig;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

fn judged(kills: u64, storm: bool) -> crash_rig::Report {
    let kills = usize::try_from(number("ATALAYA_KILLS", kills)).unwrap();
    let report = crash_rig::run(kills, number("ATALAYA_SEED", 20_261_123), storm);
    // Past the test runner's capture: the figures are worth seeing.
    let line = format!("\ncrash rig: {}\n", serde_json::to_string(&report).unwrap());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(report.holds(), "{report:#?}");
    report
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_tells_nothing_twice() {
    judged(50, false);
}

#[test]
fn killed_while_every_receiver_fails_it_loses_nothing_and_tells_nothing_twice() {
    let report = judged(25, true);
    assert!(report.faults.len() >= 6, "too few kinds of faults: {:?}", report.faults);
}
