//! Documents changed at random, seeded: whatever comes of it, the reader answers, soon, within its memory, and never panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use atalaya::base::clock::Stopwatch;
use atalaya::tender::{self, Clock, Format, Input};

use super::corpus::Corpus;
use super::dice::Dice;
use super::meter::Meter;

/// The longest time for one input.
const SLOWEST: Duration = Duration::from_secs(2);
/// The most memory of the process, in MiB.
const MEMORY: f64 = 256.0;
/// The longest input that is made.
const LONGEST: usize = 4 << 20;
/// The stack that a reader has in a thread of the daemon.
const STACK: usize = 2 << 20;

/// Pieces that parsers stumble over.
const NASTY: [&str; 24] = [
    "<",
    ">",
    "</",
    "<![CDATA[",
    "]]>",
    "<!--",
    "&#x0;",
    "&#xFFFFFF;",
    "&amp",
    "<!DOCTYPE a [<!ENTITY b \"b\">]>",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\u0000",
    "\\ud800",
    "1e9999",
    "-0",
    "99999999999999999999",
    "null",
    "\r\n",
    "\u{feff}",
    "9999-99-99T99:99:99+99:99",
];

/// Fuzzes each format for so many seconds. Fails when an input broke something; the input is kept.
pub fn run(corpus: &Corpus, formats: impl Iterator<Item = Format>, seconds: u64, seed: u64) -> anyhow::Result<()> {
    // A panic is counted; its text would drown the table.
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:<24}{:>12}{:>14}{:>14}{:>12}{:>10}", "format", "inputs", "read, entries", "refused", "slowest ms", "peak MiB");
    let mut broken = Vec::new();
    for format in formats {
        let Some(documents) = corpus.get(&format) else {
            println!("{:<24}  no documents", format.word());
            continue;
        };
        let documents = documents.clone();
        let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || fuzz(format, &documents, seconds, seed))?;
        broken.extend(worker.join().map_err(|_| anyhow::anyhow!("the fuzzer itself broke on {}", format.word()))??);
    }
    anyhow::ensure!(broken.is_empty(), "{} inputs broke something:\n{}", broken.len(), broken.join("\n"));
    Ok(())
}

fn fuzz(format: Format, documents: &[String], seconds: u64, seed: u64) -> anyhow::Result<Vec<String>> {
    let mut random = Dice(seed ^ format as u64);
    let (whole, seconds) = (Stopwatch::start(), Duration::from_secs(seconds));
    let (mut inputs, mut entries, mut refused, mut slowest) = (0_u64, 0_usize, 0_u64, Duration::ZERO);
    let mut broken = Vec::new();
    while whole.elapsed() < seconds && broken.len() < 10 {
        let text = changed(documents, &mut random);
        let begun = Stopwatch::start();
        let expired = || begun.elapsed() > SLOWEST;
        let input = Input { text: &text, url: None, clock: Clock::assumed(), expired: &expired };
        let answer = catch_unwind(AssertUnwindSafe(|| tender::read(format, &input)));
        let took = begun.elapsed();
        slowest = slowest.max(took);
        inputs += 1;
        match answer {
            Ok(Ok(batch)) => entries += batch.notices.len(),
            Ok(Err(_)) => refused += 1,
            Err(_) => broken.push(keep(format, "panic", &text)?),
        }
        // On a busy machine the wall clock says little: what seems slow is read again, and its own CPU time counts.
        if took > SLOWEST && cpu_of(format, &text)? > SLOWEST.as_secs_f64() {
            broken.push(keep(format, "slow", &text)?);
        }
        if inputs % 64 == 0 && Meter::read("self")?.peak > MEMORY {
            broken.push(keep(format, "memory", &text)?);
            break;
        }
    }
    let peak = Meter::read("self")?.peak;
    println!("{:<24}{inputs:>12}{entries:>14}{refused:>14}{:>12}{peak:>10.0}", format.word(), slowest.as_millis());
    Ok(broken)
}

fn cpu_of(format: Format, text: &str) -> anyhow::Result<f64> {
    let before = Meter::read("self")?.cpu;
    let input = Input { text, url: None, clock: Clock::assumed(), expired: &|| false };
    drop(tender::read(format, &input));
    Ok(Meter::read("self")?.cpu - before)
}

fn keep(format: Format, what: &str, text: &str) -> anyhow::Result<String> {
    let name = format!("fuzz-{}-{what}-{}", format.word(), blake3::hash(text.as_bytes()).to_hex().get(..12).unwrap_or_default());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text)?;
    Ok(format!("{what}: {}", path.display()))
}

/// A document with one to eight changes.
fn changed(documents: &[String], random: &mut Dice) -> String {
    let mut bytes = documents[random.below(documents.len())].clone().into_bytes();
    for _ in 0..=random.below(8) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let end = at + random.below((bytes.len() - at).min(2_000) + 1);
        match random.below(8) {
            0 => bytes[at] = u8::try_from(random.below(256)).unwrap_or_default(),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => {
                let piece = NASTY[random.below(NASTY.len())];
                bytes.splice(at..at, piece.bytes());
            }
            5 => {
                let other = documents[random.below(documents.len())].as_bytes();
                let from = random.below(other.len());
                let to = from + random.below((other.len() - from).min(4_000) + 1);
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            6 => {
                // Deep or long: the same piece many times.
                let piece = bytes[at..end.min(at + 64)].to_vec();
                let times = random.below(2_000);
                bytes.splice(at..at, piece.repeat(times));
            }
            _ => {
                // A number becomes another number, of any length.
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    let digits = random.roll().to_string().repeat(random.below(4));
                    bytes.splice(at + digit..=at + digit, digits.bytes());
                }
            }
        }
        bytes.truncate(LONGEST);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
