//! Sites, documents and a mail server that are built to break a program, all at once against the real one: each ends as its source's named
//! state, and the source beside them is told of as if they were not there.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use atalaya::base::clock::Stopwatch;

use crate::rig::{Home, OFFER, PATIENCE, Reply, Server, hook, listing, rep, segment};

/// A listener that takes every connection and treats it with `talk`, each in a thread of its own, until it is dropped.
struct Rude {
    port: u16,
    over: Arc<AtomicBool>,
    met: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Rude {
    fn start(talk: fn(TcpStream, &AtomicBool) -> std::io::Result<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (over, met) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stop, count) = (Arc::clone(&over), Arc::clone(&met));
        let thread = std::thread::spawn(move || {
            let mut talks = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let stop = Arc::clone(&stop);
                talks.push(std::thread::spawn(move || drop(talk(stream, &stop))));
            }
            for talk in talks {
                drop(talk.join());
            }
        });
        Self { port, over, met, thread: Some(thread) }
    }
}

impl Drop for Rude {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Until the other side has had enough.
fn silent(mut stream: TcpStream, over: &AtomicBool) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let mut byte = [0];
    while !over.load(Ordering::SeqCst) && !matches!(stream.read(&mut byte), Ok(0)) {}
    Ok(())
}

/// No robots.txt; anything else byte by byte, for ever.
fn dripping(mut stream: TcpStream, over: &AtomicBool) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    if head.starts_with(b"GET /robots.txt") {
        return stream.write_all(b"HTTP/1.1 404 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100000\r\n\r\n")?;
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    while !over.load(Ordering::SeqCst) {
        stream.write_all(b"x")?;
        // The wait between two bytes; it ends early only when the other side has gone.
        if matches!(stream.read(&mut [0]), Ok(0)) {
            break;
        }
    }
    Ok(())
}

fn bomb() -> Reply {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..256 {
        packed.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let headers = vec![("content-type", "text/html".to_owned()), ("content-encoding", "gzip".to_owned())];
    Reply { status: 200, headers, body: packed.finish().unwrap().into() }
}

fn moved(to: String) -> Reply {
    Reply { status: 302, headers: vec![("location", to)], body: bytes::Bytes::new() }
}

fn repeated(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |all, n| all + &piece(n))
}

/// 82 KB: formatting elements, each unlike the others, which the end tags make a parser adopt again and again: 16 million nodes when nobody
/// counts.
fn adoption() -> Reply {
    let open = |tag: &str| repeated(4_000, |n| format!("<{tag} {n}x>"));
    Reply::html(format!("{}{}{}", open("b"), open("i"), "x</b>".repeat(4_000)))
}

fn utf16_feed() -> Reply {
    let feed = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss version=\"2.0\"><channel><title>Press</title><link>http://127.0.0.1/</link>\
                <description>d</description><item><title>Café Ñandú, S.L. opens</title><link>http://127.0.0.1/article/1</link></item></channel></rss>";
    let body: Vec<u8> = [0xfe, 0xff].into_iter().chain(feed.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    Reply { status: 200, headers: vec![("content-type", "application/rss+xml".into())], body: body.into() }
}

/// What a source must come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A failure of this class.
    Fails(&'static str),
    /// It is read, although somebody meant ill.
    IsRead,
    /// What lies too deep is flattened, as browsers do it, and read; unless that takes more than its time, on a slow machine.
    IsReadInTime,
    /// As many records as a page may have are read, and it is said that the rest is left out; unless that takes more than its time.
    IsReadInPart,
    /// It is looked through in vain; unless that takes more than its time.
    HoldsNothing,
}

/// The part of an id before `-` is what the site answers; some of it is also given to the reader that needs no selectors.
const CASES: [(&str, &str, End); 14] = [
    ("loop", "page", End::Fails("redirect")),
    ("inside", "page", End::Fails("refused")),
    ("bomb", "page", End::Fails("too-large")),
    ("adoption", "page", End::IsReadInTime),
    ("nested", "page", End::IsReadInTime),
    ("attributes", "page", End::Fails("parse-limit")),
    ("utf16", "feed", End::IsRead),
    ("dns", "page", End::Fails("dns")),
    ("drip", "page", End::Fails("timeout")),
    ("bomb-list", "directory", End::Fails("too-large")),
    ("adoption-list", "directory", End::HoldsNothing),
    ("nested-list", "directory", End::HoldsNothing),
    ("attributes-list", "directory", End::Fails("parse-limit")),
    ("rows-list", "directory", End::IsReadInPart),
];

fn settings(site: &str, good: &str, drip: u16, smtp: u16, receiver: &str) -> String {
    let mut settings = String::new();
    for (id, kind, _) in CASES {
        let url = match id {
            "dns" => "http://nobody.invalid/".to_owned(),
            "drip" => format!("http://127.0.0.1:{drip}/\"\ntimeout = \"2s"),
            _ => format!("{site}/{}", id.split('-').next().unwrap_or(id)),
        };
        _ = write!(settings, "[[source]]\nid = \"{id}\"\nkind = \"{kind}\"\nurl = \"{url}\"\nevery = \"1d\"\nconfirm = \"off\"\n\n");
    }
    let mail = format!(
        "\n[[channel]]\nid = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {smtp}\ntls = \"none\"\ntimeout = \"1s\"\n\
         from = \"atalaya@example.com\"\n"
    );
    let good = listing("good", &format!("{good}/"), "1s", OFFER);
    [settings, good, segment("line = 1\nhot = 5"), rep("ana", "UTC", "every 1s"), mail, hook("crm", receiver)].concat()
}

/// Asks again until it is so.
fn until<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let watch = Stopwatch::start();
    loop {
        match look() {
            Ok(found) => return found,
            Err(why) => assert!(watch.elapsed() < PATIENCE, "{what}: {why}"),
        }
    }
}

#[test]
fn whatever_sites_and_servers_do_each_ends_by_name_and_the_others_are_told_of() {
    let (mail, drip) = (Rude::start(silent), Rude::start(dripping));
    let packed = bomb();
    let site = Server::start_at("127.0.0.2:0", move |seen| match seen.path.as_str() {
        "/loop" => moved("/loop/again".to_owned()),
        "/loop/again" => moved("/loop".to_owned()),
        "/inside" => moved("/inside/next".to_owned()),
        "/inside/next" => moved("http://10.99.0.1/admin".to_owned()),
        "/bomb" => packed.clone(),
        "/adoption" => adoption(),
        "/nested" => Reply::html("<div>".repeat(50_000) + "deep"),
        "/attributes" => Reply::html(format!("<p {}>x", repeated(200_000, |n| format!("a{n}=1 ")))),
        "/utf16" => utf16_feed(),
        "/rows" => Reply::html(repeated(60_000, |n| format!("<tr><td><a href=/{n}>Firm {n}</a><td>{n} EUR"))),
        _ => Reply::status(404),
    });
    let count = Arc::new(AtomicUsize::new(3));
    let shown = Arc::clone(&count);
    let good = Server::start(move |seen| {
        let row = |n: usize| format!("<li><a href=/item/{n}>Thing {n}</a> <b>Maker {n}, S.L.</b></li>");
        let rows = repeated(shown.load(Ordering::SeqCst), row);
        if seen.path == "/" { Reply::html(format!("<title>Things</title><ul>{rows}</ul>")) } else { Reply::status(404) }
    });
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new(&settings(&site.address, &good.address, drip.port, mail.port, &receiver.address));
    let daemon = home.start();
    // While all of them are at it, the good source changes twice, and is told of each time.
    for _ in 0..3 {
        good.next(|seen| seen.path == "/");
    }
    for more in 4..6 {
        count.store(more, Ordering::SeqCst);
        let told = receiver.next(|_| true);
        assert!(String::from_utf8_lossy(&told.body).contains(&format!("Maker {}, S.L.", more - 1)));
    }
    for (id, _, want) in CASES {
        until(id, || {
            let view = home.json(&["source", "show", id]);
            let reason = view["source"]["reason"].as_str().unwrap_or_default();
            let records = |count| view["source"]["health"] == "well" && view["source"]["records"] == count;
            let fails = |class| view["source"]["health"] == "ill" && reason.contains(&format!(": {class}: "));
            let right = match want {
                End::Fails(class) => fails(class),
                End::IsRead => records(1),
                End::IsReadInTime => records(1) || fails("parse-limit"),
                End::IsReadInPart => records(10_000) && view["source"]["unread"] == 1 || fails("parse-limit"),
                End::HoldsNothing => fails("zero-records") || fails("parse-limit"),
            };
            if right { Ok(()) } else { Err(view.to_string()) }
        });
    }
    // The silent mail server has been asked, and the mail waits.
    let status = until("mail", || {
        let status = home.json(&["status"]);
        let channel = status["channels"].as_array().unwrap().iter().find(|channel| channel["id"] == "mail").unwrap();
        let waits = mail.met.load(Ordering::SeqCst) > 0 && channel["waiting"].as_u64() > Some(0) && channel["failures"].as_u64() > Some(0);
        if waits { Ok(status.clone()) } else { Err(status.to_string()) }
    });
    let attention = status["attention"].to_string();
    for (id, _, _) in CASES.iter().filter(|(_, _, want)| matches!(want, End::Fails(_))) {
        assert!(attention.contains(id), "{id}: {attention}");
    }
    let process = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let peak = process.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    let peak = peak.parse::<u64>().unwrap() / 1024;
    assert!(peak < 376, "{peak} MiB: 256 for the worst document, 120 for all the rest");
    let (code, log) = daemon.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
