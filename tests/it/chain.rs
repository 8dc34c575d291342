//! Killing the daemon anywhere in a chain of notices changes nothing of what is told of it. `ATALAYA_CHAIN_KILLS` and `ATALAYA_SEED` give other
//! runs.

use std::io::Write as _;

use atalaya::base::clock::Clock;

use crate::chain_rig;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn killed_anywhere_in_a_chain_it_tells_the_same() {
    let start = Clock::System.now();
    let undisturbed = std::thread::spawn(move || chain_rig::run(0, 0, start));
    let kills = usize::try_from(number("ATALAYA_CHAIN_KILLS", 28)).unwrap();
    let killed = chain_rig::run(kills, number("ATALAYA_SEED", 20_261_128), start);
    let undisturbed = undisturbed.join().unwrap();
    // Past the test runner's capture: the figures are worth seeing.
    let line = format!("\nchain rig: {} kills, at points {:?}, {} repeats\n", killed.kills, killed.at_points, killed.repeats);
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert_eq!(killed.kills, kills);
    assert_eq!(undisturbed.told.signals, chain_rig::wanted());
    assert_eq!(killed.told.signals, undisturbed.told.signals);
    assert_eq!(killed.told.history, undisturbed.told.history);
    assert_eq!(killed.told.calendar, undisturbed.told.calendar);
    assert_eq!((killed.told.webhooks, killed.told.mails.min(8)), (undisturbed.told.webhooks, killed.told.mails));
    assert_eq!((undisturbed.repeats, undisturbed.told.webhooks), (0, 8));
    assert!((7..=8).contains(&undisturbed.told.mails), "{}", undisturbed.told.mails);
    let said: Vec<usize> = undisturbed.told.calendar.values().map(Vec::len).collect();
    assert_eq!(
        said.iter().sum::<usize>(),
        5,
        "an awarded one, and one that moved once and was cancelled: {:#?}",
        undisturbed.told.calendar
    );
}
