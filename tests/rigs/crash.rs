//! The crash rig: the real program is killed again and again, at random times and at named points, and started again on the same data
//! folder; a real mail server and two HTTP receivers write down what arrives, and at the end that is compared with the truth list.
//!
//! What must hold: nothing is lost; a message comes again only under its id, with its bytes, and at most once for each kill and channel;
//! the store opens every time without help. In a storm the receivers fail in every way besides, the mail server too, and each life begins some
//! hours later than the last one ended (the clock is moved, so nobody waits); what must hold is the same. How soon the first delivery comes after a restart is measured and printed, not judged.

pub mod receivers;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use atalaya::base::clock::Stopwatch;
use serde::Serialize;
use serde_json::Value;

use crate::dice::Dice;
use crate::rig::{HOOK_SECRET, Home, PATIENCE, Server, clock_ahead, secret};
use receivers::{Arrival, CHANNELS, Fate, Hook, Ledger, Smtp};
use truth::Truth;

/// The longest life of a daemon that is to be killed at a random time.
pub const LIFE: Duration = Duration::from_millis(1_800);
/// How long a named point is waited for; then it is a kill like any other.
pub const POINT_LIFE: Duration = Duration::from_millis(2_500);
/// The longest that nothing may arrive at the end although something must: more than any pause after one failure.
const SILENCE: Duration = Duration::from_mins(1);
/// The last line of a start.
const RUNS: &str = "atalaya runs; health, metrics and unsubscribe links: ";

/// Points that are aimed at, each with the latest passage. A switch is not among them: it comes with compaction, which needs a database
/// of 64 MB; the store's own trials hold it.
pub const POINTS: [(&str, usize); 14] = [
    ("store.segment.written", 3),
    ("store.segment.synced", 3),
    ("store.batch.before", 12),
    ("store.batch.applied", 12),
    ("store.batch.flushed", 12),
    ("store.batch.synced", 12),
    ("store.copy.begun", 1),
    ("store.copy.filled", 1),
    ("store.copy.verified", 1),
    ("check.decided", 8),
    ("drain.made", 2),
    ("drain.sealed", 2),
    ("drain.sent", 4),
    ("drain.acknowledged", 4),
];

/// What a run came to, as one line of JSON.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub seed: u64,
    pub kills: usize,
    pub kills_while_opening: usize,
    pub kills_at_points: BTreeMap<&'static str, usize>,
    pub news: usize,
    /// Firms in the news: each is one lead.
    pub leads: usize,
    pub leads_stored: usize,
    pub arrivals: usize,
    pub receiver_failures: usize,
    /// What the receivers did instead of taking a message.
    pub faults: BTreeMap<String, usize>,
    /// News that a channel never brought.
    pub lost: usize,
    /// Messages that a receiver took again, with the same id and bytes.
    pub same_id_repeats: usize,
    /// Ids that came with different bytes.
    pub other_bytes: usize,
    /// The same lead revision under another id, or one lead told more often than there was news.
    pub other_ids: usize,
    /// A revision that came after a newer one had been taken.
    pub out_of_order: usize,
    pub opened: usize,
    pub restarts_with_waiting: usize,
    pub first_delivery_ms_median: u128,
    pub first_delivery_ms_max: u128,
    /// Longest from the start of the process to "runs".
    pub open_ms_max: u128,
    pub seconds: u64,
}

impl Report {
    /// Whether everything that must hold did.
    pub fn holds(&self) -> bool {
        let none = self.lost + self.other_bytes + self.other_ids + self.out_of_order == 0;
        let stored = self.leads == self.leads_stored;
        none && stored && self.same_id_repeats <= self.kills * CHANNELS.len() && self.opened > self.kills - self.kills_while_opening
    }
}

/// Everything around the daemon.
struct Stand {
    home: Home,
    truth: Truth,
    ledger: Ledger,
    dice: Dice,
    report: Report,
    /// From start to first delivery, of starts that found something waiting.
    first: Vec<Duration>,
    /// Whether receivers fail in every way, and lives begin later and later.
    storm: bool,
    weather: Arc<AtomicBool>,
    /// By how much the clock of the next life is ahead.
    later: Duration,
    smtp: Smtp,
    _sites: [Server; 3],
    hooks: [Hook; 2],
}

/// Kills the daemon so often, and judges.
pub fn run(kills: usize, seed: u64, storm: bool) -> Report {
    let watch = Stopwatch::start();
    let mut stand = Stand::set(seed, storm);
    stand.baseline();
    let mut waiting = false;
    for _ in 0..kills {
        // What waits may have to wait in a storm: how soon it comes says nothing then.
        waiting = stand.one_life(waiting) && !storm;
    }
    stand.calm();
    stand.last_life(waiting);
    let mut report = stand.judge();
    report.seconds = watch.elapsed().as_secs();
    report
}

/// A daemon under way.
pub struct Life {
    child: Child,
    lines: Receiver<String>,
    pub log: Vec<String>,
    pub runs: bool,
    pub began: Stopwatch,
}

impl Life {
    /// Begins; it ends by itself where this point is passed.
    pub fn begin(mut command: Command, point: Option<&str>) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some(point) = point {
            command.env("ATALAYA_CRASH_AT", point);
        }
        let began = Stopwatch::start();
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (tell, lines) = channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, lines, log: Vec::new(), runs: false, began }
    }

    /// Where it listens, once it runs.
    pub fn address(&self) -> Option<&str> {
        let said = self.log.iter().find_map(|line| line.trim().strip_prefix(RUNS))?;
        said.trim_end_matches('/').strip_prefix("http://")
    }

    /// Follows its log until the time since its start is over, or it runs (if that is wanted), or it has ended by itself. Whether it lives.
    pub fn follow(&mut self, until: Duration, only_to_run: bool) -> bool {
        loop {
            if only_to_run && self.runs {
                return true;
            }
            match self.lines.recv_timeout(until.saturating_sub(self.began.elapsed())) {
                Ok(line) => {
                    self.runs |= line.contains(RUNS);
                    self.log.push(line);
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// kill -9, and what it died of.
    pub fn kill(&mut self) -> ExitStatus {
        drop(self.child.kill());
        self.child.wait().unwrap()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Stand {
    fn set(seed: u64, storm: bool) -> Self {
        let (ledger, weather) = (Ledger::new(), Arc::new(AtomicBool::new(storm)));
        let truth = Truth::new();
        let sites = truth.serve();
        let hooks =
            [1, 2].map(|channel| Hook::start(channel, seed ^ (channel as u64) << 32, storm.then(|| Arc::clone(&weather)), ledger.clone()));
        let home = Home::new("");
        let smtp = Smtp::start(&home.path("mails.jsonl"), storm.then_some(seed), ledger.clone());
        secret(&home.path("hook.secret"), HOOK_SECRET);
        home.configure(&settings(&sites, &hooks, smtp.port));
        let report = Report { seed, ..Report::default() };
        let (dice, first, later) = (Dice(seed), Vec::new(), Duration::ZERO);
        Self { home, truth, ledger, dice, report, first, storm, weather, later, smtp, _sites: sites, hooks }
    }

    /// The receivers take everything from here on, and every pause is over.
    fn calm(&mut self) {
        const LONGEST: Duration = Duration::from_hours(25);
        if self.storm {
            self.weather.store(false, Ordering::SeqCst);
            self.smtp.calm();
            self.hooks.iter().for_each(Hook::is_back);
            self.later += LONGEST;
        }
    }

    fn start(&mut self, point: Option<&str>) -> Life {
        let mut command = self.home.command(&["run"]);
        if self.storm {
            command.envs(clock_ahead(self.later));
            self.later += [Duration::from_secs(70), Duration::from_mins(13), Duration::from_hours(1)][self.dice.below(3)];
        }
        Life::begin(command, point)
    }

    fn publish(&mut self, most: usize) {
        let [_, heard, _] = self.ledger.heard();
        for _ in 0..self.dice.below(most + 1) {
            self.truth.publish(&mut self.dice, &heard);
        }
    }

    /// What the sites hold at first is no news: a few undisturbed visits.
    fn baseline(&mut self) {
        let mut life = self.start(None);
        assert!(life.follow(PATIENCE, true), "the daemon did not start:\n{}", life.log.join("\n"));
        while self.truth.visits() < 4 {
            let until = life.began.elapsed() + Duration::from_millis(50);
            assert!(life.follow(until, false) && until < PATIENCE, "the first visits did not come to an end:\n{}", life.log.join("\n"));
        }
        assert!(self.ledger.all().is_empty(), "a baseline is no news");
        life.kill();
    }

    /// Starts the daemon, lets it work, kills it. `waiting`: something is surely in the outbox. Returns whether that is so after it.
    fn one_life(&mut self, waiting: bool) -> bool {
        self.publish(2);
        let aim = self.dice.one_in(2).then(|| POINTS[self.dice.below(POINTS.len())]);
        let at = aim.map(|(name, latest)| format!("{name}:{}", self.dice.below(latest) + 1));
        let (known, began) = (self.ledger.all().len(), self.ledger.now());
        let mut life = self.start(at.as_deref());
        let span = if aim.is_some() { POINT_LIFE } else { LIFE * u32::try_from(self.dice.below(1_000)).unwrap() / 1_000 };
        let mut alive = life.follow(span / 2, false);
        self.publish(3);
        let copies = aim.is_some_and(|(name, _)| name.starts_with("store.copy"));
        let backup = (copies && alive && life.runs)
            .then(|| self.home.command(&["backup"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        alive = alive && life.follow(span, false);
        let status = life.kill();
        let lived = life.began.elapsed();
        life.follow(PATIENCE, false);
        drop(backup.map(|mut asking| asking.wait()));
        self.count(&life, status, (aim.map(|(name, _)| name), alive));
        if waiting {
            self.measure(known, began, (lived, &life.log));
        }
        let in_hand = matches!(aim, Some(("drain.made" | "drain.sealed" | "drain.sent", _))) && !alive;
        in_hand || self.ledger.surely_waits()
    }

    /// It opened, or was killed before it had; anything else is a refusal to open.
    fn count(&mut self, life: &Life, status: ExitStatus, (aim, alive): (Option<&'static str>, bool)) {
        const ABORT: i32 = 6;
        const KILL: i32 = 9;
        let seed = self.report.seed;
        match (status.signal(), aim) {
            // Also between the last look at it and the kill.
            (Some(ABORT), Some(point)) => *self.report.kills_at_points.entry(point).or_default() += 1,
            (Some(KILL), _) if alive => {}
            _ => panic!("seed {seed}: the daemon ended by itself ({status}):\n{}", life.log.join("\n")),
        }
        self.report.kills += 1;
        self.report.kills_while_opening += usize::from(!life.runs);
        self.report.opened += usize::from(life.runs);
    }

    /// How soon the first message came. A life that was over before one could come says nothing, unless it was long.
    fn measure(&mut self, known: usize, began: Duration, (lived, log): (Duration, &[String])) {
        const LATE: Duration = Duration::from_secs(2);
        let first = self.ledger.all().get(known).map(|arrival| arrival.at.saturating_sub(began));
        let first = first.or((lived > LATE).then_some(lived));
        if first.is_some_and(|first| first > LATE) {
            complain("first delivery late, began, log", std::iter::once((first, began, log)));
        }
        self.first.extend(first);
    }

    /// The last daemon is left alone until everything has arrived, and is then asked to stop.
    fn last_life(&mut self, waiting: bool) {
        let (mut known, began) = (self.ledger.all().len(), self.ledger.now());
        let first = known;
        let mut life = self.start(None);
        assert!(life.follow(PATIENCE, true), "seed {}: the daemon did not open:\n{}", self.report.seed, life.log.join("\n"));
        self.report.opened += 1;
        self.report.open_ms_max = self.report.open_ms_max.max(life.began.elapsed().as_millis());
        while self.missing().iter().any(|news| !news.is_empty()) {
            let now = self.ledger.more_than(known, SILENCE);
            if now == known {
                life.follow(life.began.elapsed(), false);
                complain("nothing arrives any more; the daemon's log", life.log.iter().rev());
                break;
            }
            known = now;
        }
        if waiting {
            self.measure(first, began, (life.began.elapsed(), &life.log));
        }
        self.drained();
        let stopped = Command::new("kill").args(["-TERM", &life.child.id().to_string()]).status().unwrap();
        assert!(stopped.success());
        life.follow(PATIENCE, false);
        assert_eq!(life.child.wait().unwrap().code(), Some(0), "{}", life.log.join("\n"));
    }

    /// Waits until nothing is left to seal or to send: what comes twice must have come by now.
    fn drained(&mut self) {
        let watch = Stopwatch::start();
        loop {
            let status = self.home.json(&["status"]);
            let count = |of: &Value, what: &str| of[what].as_u64().unwrap();
            let channels = status["channels"].as_array().unwrap();
            if count(&status, "entries") + channels.iter().map(|channel| count(channel, "waiting")).sum::<u64>() == 0 {
                assert!(channels.iter().all(|channel| count(channel, "dead") == 0), "{status}");
                self.report.leads_stored = usize::try_from(count(&status, "leads")).unwrap();
                return;
            }
            assert!(watch.elapsed() < PATIENCE, "messages stay in the outbox: {status}");
            self.ledger.more_than(self.ledger.all().len(), Duration::from_millis(300));
        }
    }

    /// The news that each channel has not brought.
    fn missing(&self) -> [BTreeSet<String>; 3] {
        let all: BTreeSet<String> = self.truth.news().into_values().flatten().collect();
        self.ledger.heard().map(|heard| all.difference(&heard).cloned().collect())
    }

    fn judge(mut self) -> Report {
        let (truth, arrivals, missing) = (self.truth.news(), self.ledger.all(), self.missing());
        let report = &mut self.report;
        report.news = truth.values().map(BTreeSet::len).sum();
        report.leads = truth.len();
        report.arrivals = arrivals.len();
        report.faults = self.ledger.faults();
        report.receiver_failures = arrivals.iter().filter(|arrival| arrival.fate != Fate::Taken).count();
        report.lost = missing.iter().map(BTreeSet::len).sum();
        complain("lost", CHANNELS.iter().zip(&missing).filter(|(_, news)| !news.is_empty()));
        repeats(report, &arrivals);
        doubles(report, &arrivals, &truth);
        self.first.sort_unstable();
        report.restarts_with_waiting = self.first.len();
        report.first_delivery_ms_median = self.first.get(self.first.len() / 2).map_or(0, Duration::as_millis);
        report.first_delivery_ms_max = self.first.last().map_or(0, Duration::as_millis);
        self.report
    }
}

/// The same id: how often it was taken again, and whether its bytes stayed.
fn repeats(report: &mut Report, arrivals: &[Arrival]) {
    let mut bytes: BTreeMap<(usize, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut taken: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for arrival in arrivals {
        bytes.entry((arrival.channel, &arrival.id)).or_default().insert(&arrival.bytes);
        *taken.entry((arrival.channel, &arrival.id)).or_default() += usize::from(arrival.fate == Fate::Taken);
    }
    report.same_id_repeats = taken.values().map(|times| times.saturating_sub(1)).sum();
    report.other_bytes = bytes.values().filter(|versions| versions.len() > 1).count();
    complain("other bytes", bytes.iter().filter(|(_, versions)| versions.len() > 1));
}

/// The same thing under another id, and revisions that came in the wrong order.
fn doubles(report: &mut Report, arrivals: &[Arrival], truth: &BTreeMap<String, BTreeSet<String>>) {
    let mut ids: BTreeMap<(usize, &(String, u64)), BTreeSet<&str>> = BTreeMap::new();
    let mut told: BTreeMap<(usize, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut newest: BTreeMap<(usize, &str), u64> = BTreeMap::new();
    for arrival in arrivals {
        if let Some(lead) = &arrival.lead {
            ids.entry((arrival.channel, lead)).or_default().insert(&arrival.id);
            let newest = newest.entry((arrival.channel, &lead.0)).or_default();
            report.out_of_order += usize::from(lead.1 < *newest);
            if arrival.fate == Fate::Taken {
                *newest = lead.1.max(*newest);
            }
        }
        for firm in &arrival.firms {
            told.entry((arrival.channel, firm)).or_default().insert(&arrival.id);
        }
    }
    let too_often = |((_, firm), ids): &(&(usize, &str), &BTreeSet<&str>)| ids.len() > truth.get(*firm).map_or(0, BTreeSet::len);
    report.other_ids = ids.values().filter(|ids| ids.len() > 1).count() + told.iter().filter(too_often).count();
    complain("two ids of one revision", ids.iter().filter(|(_, ids)| ids.len() > 1));
    complain("told more often than there was news", told.iter().filter(too_often));
}

/// What went wrong, for whoever has to find out why.
#[expect(clippy::print_stderr, reason = "a rig is talked to by people")]
fn complain(what: &str, of: impl Iterator<Item = impl std::fmt::Debug>) {
    for one in of.take(20) {
        eprintln!("{what}: {one:?}");
    }
}

fn settings(sites: &[Server; 3], hooks: &[Hook; 2], smtp: u16) -> String {
    let [market, press, api] = sites.each_ref().map(|site| site.address.clone());
    let [a, b] = hooks.each_ref().map(|hook| format!("http://{}", hook.address));
    let words = [("market", market), ("press", press), ("api", api), ("a", a), ("b", b), ("smtp", smtp.to_string())];
    words.iter().fold(include_str!("crash.toml").to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

/// The judge itself: each thing that must not be is seen when it is.
#[test]
fn the_judge_sees_what_it_looks_for() {
    let arrival = |id: &str, bytes: &str, revision: u64| Arrival {
        text: String::new(),
        channel: 1,
        id: id.to_owned(),
        bytes: bytes.to_owned(),
        at: Duration::ZERO,
        fate: Fate::Taken,
        lead: Some(("lead-1".to_owned(), revision)),
        news: BTreeSet::new(),
        firms: BTreeSet::from(["K000001".to_owned()]),
    };
    let truth = BTreeMap::from([("K000001".to_owned(), BTreeSet::from(["N000001".to_owned(), "N000002".to_owned()]))]);
    let judged = |arrivals: &[Arrival]| {
        let mut report = Report::default();
        repeats(&mut report, arrivals);
        doubles(&mut report, arrivals, &truth);
        [report.same_id_repeats, report.other_bytes, report.other_ids, report.out_of_order]
    };
    let (one, two) = (arrival("a", "x", 1), arrival("b", "y", 2));
    assert_eq!(judged(&[one.clone(), two.clone()]), [0, 0, 0, 0]);
    assert_eq!(judged(&[one.clone(), one.clone(), two.clone()]), [1, 0, 0, 0]);
    assert_eq!(judged(&[one.clone(), arrival("a", "z", 1)]), [1, 1, 0, 0]);
    assert_eq!(judged(&[one.clone(), arrival("c", "x", 1)]), [0, 0, 1, 0], "one revision under two ids");
    assert_eq!(judged(&[one.clone(), two.clone(), arrival("c", "z", 3)]), [0, 0, 1, 0], "told three times of two pieces of news");
    assert_eq!(judged(&[two, one.clone()]), [0, 0, 0, 1]);
    assert_eq!(judged(&[Arrival { fate: Fate::Cut, ..one.clone() }, one]), [0, 0, 0, 0], "a cut line was nothing taken");
}
