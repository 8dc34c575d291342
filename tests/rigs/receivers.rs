//! The receivers of the crash rig, and the ledger of everything they got: a real mail server (aiosmtpd, in a process of its own) and two
//! HTTP receivers that now and then fail, or cut the line after they have read a message. In a storm all of them do so often, in every way
//! they know, until they are told to be calm.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use atalaya::base::clock::Stopwatch;
use regex::Regex;
use serde::Deserialize;

use crate::dice::Dice;
use crate::rig::judge_python;

/// The channels, as the configuration calls them.
pub const CHANNELS: [&str; 3] = ["mail", "hook-a", "hook-b"];
/// Messages that a receiver takes between two failures: two in a row would make the channel wait for minutes, as it should.
const PEACE: usize = 25;
/// After that, one in so many fails.
const TROUBLE: usize = 6;

/// What the receiver did with a message it had read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Taken,
    Failed,
    Cut,
}

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub channel: usize,
    pub id: String,
    /// Hash of it.
    pub bytes: String,
    /// What is said in it.
    pub text: String,
    pub at: Duration,
    pub fate: Fate,
    /// Of a webhook: lead and revision.
    pub lead: Option<(String, u64)>,
    /// The tokens in it.
    pub news: BTreeSet<String>,
    pub firms: BTreeSet<String>,
}

/// Everything that arrived, in order, and how often receivers failed in which way.
#[derive(Clone)]
pub struct Ledger {
    arrivals: Arc<(Mutex<Vec<Arrival>>, Condvar)>,
    faults: Arc<Mutex<BTreeMap<String, usize>>>,
    watch: Stopwatch,
}

impl Ledger {
    pub fn new() -> Self {
        Self { arrivals: Arc::default(), faults: Arc::default(), watch: Stopwatch::start() }
    }

    pub fn now(&self) -> Duration {
        self.watch.elapsed()
    }

    fn add(&self, arrival: Arrival) {
        self.arrivals.0.lock().unwrap().push(arrival);
        self.arrivals.1.notify_all();
    }

    fn fault(&self, what: &str) {
        *self.faults.lock().unwrap().entry(what.to_owned()).or_default() += 1;
    }

    pub fn faults(&self) -> BTreeMap<String, usize> {
        self.faults.lock().unwrap().clone()
    }

    pub fn all(&self) -> Vec<Arrival> {
        self.arrivals.0.lock().unwrap().clone()
    }

    /// Waits until something arrives after the first `known` ones, at most so long. Returns how many there are.
    pub fn more_than(&self, known: usize, patience: Duration) -> usize {
        let arrivals = self.arrivals.0.lock().unwrap();
        self.arrivals.1.wait_timeout_while(arrivals, patience, |arrivals| arrivals.len() <= known).unwrap().0.len()
    }

    /// The tokens each channel has taken.
    pub fn heard(&self) -> [BTreeSet<String>; 3] {
        let mut heard: [BTreeSet<String>; 3] = Default::default();
        for arrival in self.arrivals.0.lock().unwrap().iter().filter(|arrival| arrival.fate == Fate::Taken) {
            heard[arrival.channel].extend(arrival.news.iter().cloned());
        }
        heard
    }

    /// Whether a message surely waits in the outbox: of one lead revision, whose two webhooks were stored in one commit, one has arrived and
    /// the other has not, and its channel is not in a pause after a failure of its receiver.
    pub fn surely_waits(&self) -> bool {
        let arrivals = self.arrivals.0.lock().unwrap();
        let now = self.now();
        let mut taken: BTreeMap<&(String, u64), BTreeSet<usize>> = BTreeMap::new();
        for arrival in arrivals.iter().filter(|arrival| arrival.fate == Fate::Taken) {
            if let Some(lead) = &arrival.lead {
                taken.entry(lead).or_default().insert(arrival.channel);
            }
        }
        let pauses = |channel: usize| {
            let last = arrivals.iter().rev().find(|arrival| arrival.channel == channel && arrival.fate != Fate::Taken);
            last.is_some_and(|arrival| now.saturating_sub(arrival.at) < Duration::from_secs(8))
        };
        taken.values().any(|by| by.len() == 1 && !pauses(if by.contains(&1) { 2 } else { 1 }))
    }
}

fn tokens(text: &str, letter: char) -> BTreeSet<String> {
    let pattern = Regex::new(&format!(r"\b{letter}\d{{6}}\b")).unwrap();
    pattern.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// An HTTP receiver: answers 204, sometimes 500, sometimes nothing.
pub struct Hook {
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Hook {
    pub fn start(channel: usize, seed: u64, storm: Option<Arc<AtomicBool>>, ledger: Ledger) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut moods = Moods { dice: Dice(seed), failed: BTreeSet::new(), peace: 0, storm };
            let mut listener = listener;
            loop {
                let accepted = listener.accept();
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                // A daemon that is killed in the middle of a request leaves half of one: it has said nothing.
                let mood = accepted.and_then(|(stream, _)| receive(stream, channel, &mut moods, &ledger));
                if mood.is_ok_and(|mood| mood == Mood::GoesAway) {
                    drop(listener);
                    std::thread::park_timeout(Duration::from_secs(3));
                    listener = TcpListener::bind(address).unwrap();
                }
            }
        });
        Self { address, over, thread: Some(thread) }
    }
}

impl Hook {
    /// Returns when it is there.
    pub fn is_back(&self) {
        while TcpStream::connect(self.address).is_err() {
            std::thread::yield_now();
        }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        while !thread.is_finished() {
            drop(TcpStream::connect(self.address));
        }
        drop(thread.join());
    }
}

/// What a receiver does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Takes,
    /// 500.
    Breaks,
    /// 429, and when to come back.
    IsBusy,
    /// Reads and closes the line.
    Cuts,
    /// Reads and says nothing, for as long as the sender waits.
    IsSilent,
    /// Reads, closes the line, and is not there for a while.
    GoesAway,
}

/// When a receiver fails. In calm each message at most once, and never two in a row: the second pause would be one of minutes.
struct Moods {
    dice: Dice,
    failed: BTreeSet<String>,
    peace: usize,
    /// Whether there is a storm, where there was one at all: after it nothing fails any more.
    storm: Option<Arc<AtomicBool>>,
}

impl Moods {
    fn next(&mut self, id: &str) -> Mood {
        if let Some(storm) = &self.storm {
            let moods = [Mood::Breaks, Mood::IsBusy, Mood::Cuts, Mood::IsSilent, Mood::GoesAway];
            return if storm.load(Ordering::SeqCst) && self.dice.one_in(3) { moods[self.dice.below(moods.len())] } else { Mood::Takes };
        }
        self.peace += 1;
        if self.peace <= PEACE || !self.dice.one_in(TROUBLE) || !self.failed.insert(id.to_owned()) {
            return Mood::Takes;
        }
        self.peace = 0;
        if self.dice.one_in(2) { Mood::Breaks } else { Mood::Cuts }
    }
}

fn receive(mut stream: TcpStream, channel: usize, moods: &mut Moods, ledger: &Ledger) -> std::io::Result<Mood> {
    stream.set_read_timeout(Some(crate::rig::PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut id, mut length) = (String::new(), 0_usize);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("webhook-id") => value.clone_into(&mut id),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().map_err(std::io::Error::other)?,
            None if line.trim().is_empty() => break,
            Some(_) | None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let event: serde_json::Value = serde_json::from_slice(&body)?;
    let lead = event["data"]["lead"].as_str().zip(event["data"]["revision"].as_u64()).map(|(lead, revision)| (lead.to_owned(), revision));
    let mood = moods.next(&id);
    let fate = match mood {
        Mood::Takes => Fate::Taken,
        Mood::Breaks | Mood::IsBusy => Fate::Failed,
        Mood::Cuts | Mood::IsSilent | Mood::GoesAway => Fate::Cut,
    };
    let text = String::from_utf8_lossy(&body);
    let bytes = blake3::hash(&body).to_hex().to_string();
    if mood != Mood::Takes {
        ledger.fault(&format!("hook {mood:?}"));
    }
    ledger.add(Arrival {
        channel,
        id,
        bytes,
        text: text.clone().into_owned(),
        at: ledger.now(),
        fate,
        lead,
        news: tokens(&text, 'N'),
        // That a lead fell below the line, as its entries left the site, is no news that anybody waits for.
        firms: if text.contains(r#""state":"below""#) { BTreeSet::new() } else { tokens(&text, 'K') },
    });
    match mood {
        Mood::Takes => stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
        Mood::Breaks => stream.write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        Mood::IsBusy => {
            stream.write_all(b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 90\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Mood::Cuts | Mood::GoesAway => Ok(()),
        Mood::IsSilent => reader.read_to_end(&mut body).map(|_| ()),
    }?;
    Ok(mood)
}

/// The mail server. What it has taken is also in a file, durably: `mails.jsonl` of the rig's folder.
pub struct Smtp {
    pub port: u16,
    child: Child,
    stdin: Option<ChildStdin>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Mail(Mail),
    Fault { fault: String },
}

#[derive(Deserialize)]
struct Mail {
    id: String,
    bytes: String,
    text: String,
    taken: bool,
    news: BTreeSet<String>,
    firms: BTreeSet<String>,
}

impl Smtp {
    pub fn start(kept: &Path, storm: Option<u64>, ledger: Ledger) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rigs/smtp.py");
        let storm = storm.map(|seed| seed.to_string());
        let mut child =
            Command::new(judge_python()).arg(script).arg(kept).args(storm).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("the mail server ended at once: run `bash tests/run`").unwrap();
        let first: serde_json::Value = serde_json::from_str(&first).unwrap();
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        let thread = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                match serde_json::from_str(&line).unwrap() {
                    Line::Fault { fault } => ledger.fault(&format!("mail {fault}")),
                    Line::Mail(Mail { id, bytes, text, taken, news, firms }) => {
                        let fate = if taken { Fate::Taken } else { Fate::Cut };
                        ledger.add(Arrival { channel: 0, id, bytes, text, at: ledger.now(), fate, lead: None, news, firms });
                    }
                }
            }
        });
        Self { port, child, stdin, thread: Some(thread) }
    }
}

impl Smtp {
    /// From here on it takes everything; returns when it is there.
    pub fn calm(&mut self) {
        writeln!(self.stdin.as_mut().unwrap(), "calm").unwrap();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            std::thread::yield_now();
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        drop(self.stdin.take());
        drop(self.child.wait());
        drop(self.thread.take().map(std::thread::JoinHandle::join));
    }
}
