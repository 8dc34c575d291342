//! Documents and pages changed at random, seeded: whatever comes of it, the reader answers, soon, within its memory, and never panics.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use atalaya::base::clock::Stopwatch;
use atalaya::extract::{self, Input as Page, Kind};
use atalaya::tender::{self, Clock, Format, Input};

use super::corpus::Corpus;
use super::dice::Dice;
use super::meter::Meter;

/// The longest time for one input.
const SLOWEST: Duration = Duration::from_secs(2);
/// An input that takes so long is asked for its memory at once.
const LONG: Duration = Duration::from_millis(50);
/// The most memory of the process, in MiB.
const MEMORY: f64 = 256.0;
/// The longest input that is made.
const LONGEST: usize = 4 << 20;
/// The stack that a reader has in a thread of the daemon.
const STACK: usize = 2 << 20;

/// When all of it is read.
pub const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

/// Pieces that parsers stumble over.
const NASTY: [&str; 32] = [
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
    "<table><tr><td>",
    "<b><i><u>",
    "<ul><li><a href=/x>",
    "<script type=application/ld+json>",
    "<template><svg><math>",
    "<select><option>",
    "&nbsp;&#173;\u{202e}",
    "+34 911 22 33 44 ES-B12345674 1.234,56 EUR",
];

/// Reads a text, asking whether its time is over: how many entries were in it, `None` when it was refused.
type Read = Box<dyn Fn(&str, &dyn Fn() -> bool) -> Option<usize> + Send>;

/// One way into the program for what others wrote.
pub struct Entrance {
    pub word: &'static str,
    documents: Vec<String>,
    read: Read,
}

/// The readers of portals' documents, by format, those of pages that need no selectors, and those of everything else that is read.
pub fn entrances(mut corpus: Corpus, pages: &[String], others: BTreeMap<&'static str, Vec<String>>) -> anyhow::Result<Vec<Entrance>> {
    let portals = Format::ALL.into_iter().map(|format| Entrance {
        word: format.word(),
        documents: corpus.remove(&format).unwrap_or_default(),
        read: Box::new(move |text, expired| {
            let input = Input { text, url: None, clock: Clock::assumed(), expired };
            tender::read(format, &input).ok().map(|batch| batch.notices.len())
        }),
    });
    let mut all: Vec<Entrance> = portals.collect();
    let mut page = |word, read| all.push(Entrance { word, documents: pages.to_vec(), read });
    let url = url::Url::parse("https://site.example/list")?;
    let input = move |text: &str, expired: &dyn Fn() -> bool, read: &dyn Fn(&Page<'_>) -> Option<usize>| {
        read(&Page { bytes: text.as_bytes(), content_type: Some("text/html; charset=utf-8"), url: &url, next: None, now: NOW, expired })
    };
    let of_page = input.clone();
    page("page", Box::new(move |text, expired| of_page(text, expired, &|page| extract::read_page(page).ok().map(|read| read.lists.len()))));
    let of_offers = input.clone();
    page(
        "offers",
        Box::new(move |text, expired| of_offers(text, expired, &|page| extract::offers(page).ok().map(|offers| offers.feeds.len()))),
    );
    let spec = extract::Spec { kind: "directory".into(), url: Some("https://site.example/list".into()), ..extract::Spec::default() };
    let about = extract::About { source: "site".parse()?, zone: jiff::tz::TimeZone::UTC, country: Some("ES".into()) };
    let reader = spec.compile(&about).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    page("list", Box::new(move |text, expired| input(text, expired, &|page| reader.read(page).ok().map(|read| read.records.len()))));
    all.extend(of_others(others)?);
    Ok(all)
}

/// The readers of what is neither a page nor a portal's document.
fn of_others(mut documents: BTreeMap<&'static str, Vec<String>>) -> anyhow::Result<Vec<Entrance>> {
    let url = url::Url::parse("https://site.example/api")?;
    let about = extract::About { source: "site".parse()?, zone: jiff::tz::TimeZone::UTC, country: Some("ES".into()) };
    let kinds = [Kind::Json, Kind::Feed, Kind::Sitemap].map(|kind| {
        let (reader, url) = (extract::by_content(kind, &url, &about), url.clone());
        let read: Read = Box::new(move |text, expired| {
            let input = Page { bytes: text.as_bytes(), content_type: None, url: &url, next: None, now: NOW, expired };
            // As `source add` looks at it: which members are what, and where more pages are.
            let read = reader.read(&input).ok()?;
            let members = reader.members(&input).ok().map(|members| members.add_to(&read, &url));
            let paging = (kind == Kind::Json).then(|| extract::paging_of(&input, (read.records.len(), read.total)));
            std::hint::black_box((members, paging));
            Some(read.records.len())
        });
        (kind.word(), read)
    });
    let file = url::Url::parse("file:///list.csv")?;
    let settings = extract::SheetSettings { columns: Vec::new(), country: Some("ES".to_owned()), zone: jiff::tz::TimeZone::UTC };
    let sheet: Read = Box::new(move |text, _| extract::read_sheet(text.as_bytes(), &file, &settings).ok().map(|sheet| sheet.rows.len()));
    let all = kinds.into_iter().chain([("sheet", sheet)]);
    Ok(all.map(|(word, read)| Entrance { word, documents: documents.remove(word).unwrap_or_default(), read }).collect())
}

/// Fuzzes each entrance for so many seconds. Fails when an input broke something; the input is kept.
pub fn run(entrances: impl Iterator<Item = Entrance>, seconds: u64, seed: u64) -> anyhow::Result<()> {
    // A panic is counted; its text would drown the table.
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:<24}{:>12}{:>14}{:>14}{:>12}{:>10}", "entrance", "inputs", "read, entries", "refused", "slowest ms", "peak MiB");
    let mut broken = Vec::new();
    for (number, entrance) in (0..).zip(entrances) {
        let word = entrance.word;
        if entrance.documents.is_empty() {
            println!("{word:<24}  no documents");
            continue;
        }
        let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || fuzz(&entrance, seconds, seed ^ number))?;
        broken.extend(worker.join().map_err(|_| anyhow::anyhow!("the fuzzer itself broke on {word}"))??);
    }
    anyhow::ensure!(broken.is_empty(), "{} inputs broke something:\n{}", broken.len(), broken.join("\n"));
    Ok(())
}

fn fuzz(entrance: &Entrance, seconds: u64, seed: u64) -> anyhow::Result<Vec<String>> {
    let mut random = Dice(seed);
    let (whole, seconds) = (Stopwatch::start(), Duration::from_secs(seconds));
    let (mut inputs, mut entries, mut refused, mut slowest) = (0_u64, 0_usize, 0_u64, Duration::ZERO);
    let mut broken = Vec::new();
    while whole.elapsed() < seconds && broken.len() < 10 {
        let text = changed(&entrance.documents, &mut random);
        let begun = Stopwatch::start();
        let answer = catch_unwind(AssertUnwindSafe(|| (entrance.read)(&text, &|| begun.elapsed() > SLOWEST)));
        let took = begun.elapsed();
        slowest = slowest.max(took);
        inputs += 1;
        match answer {
            Ok(Some(count)) => entries += count,
            Ok(None) => refused += 1,
            Err(_) => broken.push(keep(entrance, "panic", &text)?),
        }
        // On a busy machine the wall clock says little: what seems slow is read again, and its own CPU time counts.
        if took > SLOWEST && cpu_of(entrance, &text)? > SLOWEST.as_secs_f64() {
            broken.push(keep(entrance, "slow", &text)?);
        }
        // What takes much memory takes its time; the rest is asked about now and then.
        if (inputs % 64 == 0 || took > LONG) && Meter::read("self")?.peak > MEMORY {
            broken.push(keep(entrance, "memory", &text)?);
            break;
        }
    }
    let peak = Meter::read("self")?.peak;
    println!("{:<24}{inputs:>12}{entries:>14}{refused:>14}{:>12}{peak:>10.0}", entrance.word, slowest.as_millis());
    Ok(broken)
}

fn cpu_of(entrance: &Entrance, text: &str) -> anyhow::Result<f64> {
    let before = Meter::read("self")?.cpu;
    (entrance.read)(text, &|| false);
    Ok(Meter::read("self")?.cpu - before)
}

fn keep(entrance: &Entrance, what: &str, text: &str) -> anyhow::Result<String> {
    let name = format!("fuzz-{}-{what}-{}", entrance.word, blake3::hash(text.as_bytes()).to_hex().get(..12).unwrap_or_default());
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
