//! What end-to-end tests stand on: sites and receivers on loopback, and the real program as a child process. Nothing outlives its test.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::Duration;

use atalaya::app::open_effects;
use atalaya::base::clock::Clock;
use atalaya::config::{Config, Request};
use atalaya::pipeline::{Effects, Outcome, check, seal_due, send_some, sync_pages};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

/// The longest any step of a test may take: far more than it needs, so that a slow machine fails nothing.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The webhook secret of every test, in the environment of every run of the program.
pub const HOOK_SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// A request as a site or receiver saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Reply {
    pub fn html(body: impl Into<String>) -> Self {
        Self { status: 200, headers: vec![("content-type", "text/html; charset=utf-8".into())], body: Bytes::from(body.into()) }
    }

    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }
}

type Answer = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

#[derive(Default)]
struct Inbox {
    seen: Mutex<VecDeque<Seen>>,
    came: Condvar,
}

/// An HTTP server of the test: a site, or a receiver of webhooks.
pub struct Server {
    pub address: String,
    inbox: Arc<Inbox>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Serves on a free port of 127.0.0.1 until dropped.
    pub fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", answer)
    }

    pub fn start_at(bind: &str, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let inbox = Arc::new(Inbox::default());
        let state: (Answer, Arc<Inbox>) = (Arc::new(answer), Arc::clone(&inbox));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let bind = bind.to_owned();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind(bind).await.unwrap();
                tell.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
                let routes = Router::new().fallback(serve).with_state(state);
                tokio::select! {
                    served = axum::serve(listener, routes) => drop(served),
                    _ = stopped => {}
                }
            });
        });
        Self { address: told.recv().unwrap(), inbox, stop: Some(stop), thread: Some(thread) }
    }

    /// The next request that `wanted` recognises; earlier others are passed over.
    pub fn next(&self, wanted: impl Fn(&Seen) -> bool) -> Seen {
        let mut seen = self.inbox.seen.lock().unwrap();
        loop {
            while let Some(one) = seen.pop_front() {
                if wanted(&one) {
                    return one;
                }
            }
            let (guard, waited) = self.inbox.came.wait_timeout(seen, PATIENCE).unwrap();
            assert!(!waited.timed_out(), "no such request came to {} within {PATIENCE:?}", self.address);
            seen = guard;
        }
    }

    /// Everything that came and was not taken yet.
    pub fn all(&self) -> Vec<Seen> {
        self.inbox.seen.lock().unwrap().drain(..).collect()
    }
}

async fn serve(State((answer, inbox)): State<(Answer, Arc<Inbox>)>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let seen = Seen { path: uri.path().to_owned(), query: uri.query().unwrap_or("").to_owned(), headers, body };
    let reply = answer(&seen);
    inbox.seen.lock().unwrap().push_back(seen);
    inbox.came.notify_all();
    let mut response = (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    for (name, value) in reply.headers {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
    }
    response
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A folder with a configuration, and the program run on it.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// `rest` follows a `[daemon]` table that keeps everything inside the folder and listens on a free port; loopback is allowed.
    pub fn new(rest: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        home.configure(rest);
        home
    }

    pub fn configure(&self, rest: &str) {
        self.configure_daemon("", rest);
    }

    /// With further keys of `[daemon]`.
    pub fn configure_daemon(&self, daemon: &str, rest: &str) {
        let data = self.path("data");
        let head = format!(
            "[daemon]\ndata = \"{}\"\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://atalaya.example\"\ncontact = \"operator@example.com\"\n{daemon}\n[net]\nallow = [\"127.0.0.0/8\"]\n\n[fetch]\ndelay = \"10ms\"\n\n",
            data.display()
        );
        std::fs::write(self.path("atalaya.toml"), head + rest).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The mails or lines a file channel wrote, file after file.
    pub fn written(&self, folder: &str) -> Vec<String> {
        written(&self.path("data").join(folder))
    }

    /// The program with these arguments, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.arg("--config").arg(self.path("atalaya.toml")).args(arguments);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command with `--json` and reads its answer.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.command(&[arguments, &["--json"]].concat()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{arguments:?}: {error}: {} {}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        })
    }

    /// Starts the daemon and waits until it runs.
    pub fn start(&self) -> Running {
        self.start_with::<&str>(&[])
    }

    #[expect(clippy::zombie_processes, reason = "a daemon that does not come up fails the test, and the test process ends")]
    pub fn start_with<V: AsRef<std::ffi::OsStr>>(&self, environment: &[(&str, V)]) -> Running {
        let mut child = self
            .command(&["run"])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut log = String::new();
        loop {
            let mut line = String::new();
            let read = lines.read_line(&mut line).unwrap();
            log.push_str(&line);
            assert!(read > 0, "the daemon ended before it ran:\n{log}");
            if let Some(address) = line.trim().strip_prefix("atalaya runs; health, metrics and unsubscribe links: ") {
                let address = address.trim_end_matches('/').to_owned();
                let log = Arc::new(Mutex::new(log));
                let kept = Arc::clone(&log);
                let thread = std::thread::spawn(move || {
                    let mut rest = String::new();
                    while lines.read_line(&mut rest).is_ok_and(|n| n > 0) {
                        kept.lock().unwrap().push_str(&rest);
                        rest.clear();
                    }
                    drop(lines.read_to_string(&mut rest));
                });
                return Running { child, address, log, thread: Some(thread) };
            }
        }
    }
}

/// What is read of each row of most lists.
pub const OFFER: &str = "title = \"a\", url = \"a @href\", company = \"b\"";

/// A source that is a list of `li`, visited to the second, without second looks; further keys may follow.
pub fn listing(id: &str, url: &str, every: &str, fields: &str) -> String {
    format!(
        "\n[[source]]\nid = \"{id}\"\nkind = \"listing\"\nurl = \"{url}\"\nevery = \"{every}\"\njitter = \"0s\"\nconfirm = \"off\"\n\
         record = \"li\"\nfields = {{ {fields} }}\n"
    )
}

/// The segment `all`, with these keys, for whoever offers something; further rules may follow.
pub fn segment(keys: &str) -> String {
    format!(
        "\n[[segment]]\nid = \"all\"\n{keys}\n\n[[segment.points]]\nsignal = \"offer-listed\"\npoints = 20\nwhy = \"offers something\"\n"
    )
}

/// A source that is a portal's list of releases, and the segment `health` for who buys medical equipment by it; further keys and rules of the
/// segment may follow.
pub fn tenders(site: &str, every: &str) -> String {
    portal("portal", site, every)
        + "\n[[segment]]\nid = \"health\"\ntitle = \"Hospitals\"\nline = 5\n\n[[segment.points]]\nwhen = { cpv = [\"331\"] }\n\
           points = 20\nwhy = \"buys medical equipment\"\n"
}

/// A source of tenders at this site.
pub fn portal(id: &str, site: &str, every: &str) -> String {
    format!("\n[[source]]\nid = \"{id}\"\nkind = \"tenders\"\nurl = \"{site}/releases\"\nevery = \"{every}\"\njitter = \"0s\"\n")
}

/// A rule of the segment before it: so many points for a signal.
pub fn points(signal: &str, points: u32) -> String {
    format!("\n[[segment.points]]\nsignal = \"{signal}\"\npoints = {points}\nwhy = \"{signal}\"\n")
}

/// A rep who is written to by [`MAILS`]; further keys may follow.
pub fn rep(id: &str, zone: &str, digest: &str) -> String {
    format!("\n[[rep]]\nid = \"{id}\"\nemail = \"{id}@example.com\"\nzone = \"{zone}\"\ndigest = \"{digest}\"\nchannel = \"mail\"\n")
}

/// The channel `mail`: each mail a file.
pub const MAILS: &str =
    "\n[[channel]]\nid = \"mail\"\nkind = \"file\"\nformat = \"eml\"\nfolder = \"mail\"\nfrom = \"atalaya@example.com\"\n";

/// The channel `lines`: each message for machines a line.
pub const LINES: &str = "\n[[channel]]\nid = \"lines\"\nkind = \"file\"\nformat = \"jsonl\"\nfolder = \"lines\"\n";

/// A webhook of this name at a receiver.
pub fn hook(id: &str, receiver: &str) -> String {
    format!("\n[[channel]]\nid = \"{id}\"\nkind = \"webhook\"\nurl = \"{receiver}/hook\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n")
}

/// The program, in a clean environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.env_remove("ATALAYA_CONFIG").env_remove("NOTIFY_SOCKET").env("HOOK_SECRET", HOOK_SECRET).env("NO_COLOR", "1");
    command
}

/// The environment in which a program's clock is ahead by so much; only what it is told of the time differs, nobody waits. The library is
/// installed by `tests/run`.
pub fn clock_ahead(by: Duration) -> [(&'static str, String); 4] {
    let folders = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(|machine| format!("/usr/lib/{machine}/faketime/libfaketime.so.1"));
    let library = folders.into_iter().find(|path| Path::new(path).is_file()).expect("libfaketime is not installed: run `bash tests/run`");
    let offset = format!("+{}s", by.as_secs());
    [("LD_PRELOAD", library), ("FAKETIME", offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()), ("NO_FAKE_STAT", "1".into())]
}

/// A running daemon; killed when dropped.
pub struct Running {
    child: Child,
    pub address: String,
    log: Arc<Mutex<String>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name: `TERM`, `HUP`, `KILL`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// A request without a client of ours: status line, headers and body as text.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let address = self.address.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop and waits; returns its exit code and its log.
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        drop(self.thread.take().map(std::thread::JoinHandle::join));
        (status.code(), self.log.lock().unwrap().clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The daemon's own steps on a clock moved by hand, with a real store in a folder of its own: for what takes days.
pub struct Inside {
    folder: tempfile::TempDir,
    pub clock: Clock,
    pub effects: Effects,
    pub config: Arc<Config>,
}

impl Inside {
    /// `rest` follows a `[daemon]` table, as in [`Home::new`].
    pub async fn new(rest: &str) -> Self {
        Self::with("", rest).await
    }

    /// With further keys of `[daemon]`.
    pub async fn with(daemon: &str, rest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-11-23T08:00:00Z".parse().unwrap());
        let config = Self::load(folder.path(), daemon, rest);
        let effects = open_effects(&config, clock.clone()).await.unwrap().effects;
        sync_pages(&effects, &config, clock.now()).await.unwrap();
        Self { folder, clock, effects, config }
    }

    fn load(folder: &Path, daemon: &str, rest: &str) -> Arc<Config> {
        let head = format!(
            "[daemon]\ndata = \"{}\"\nlisten = \"127.0.0.1:0\"\ncontact = \"operator@example.com\"\n{daemon}\n[net]\nallow = [\"127.0.0.0/8\"]\n\n[fetch]\ndelay = \"0s\"\n\n",
            folder.join("data").display()
        );
        let path = folder.join("atalaya.toml");
        std::fs::write(&path, head + rest).unwrap();
        let environment = BTreeMap::from([("HOOK_SECRET".to_owned(), HOOK_SECRET.to_owned())]);
        Config::load(&Request { path: Some(path), environment, ..Request::default() }).unwrap()
    }

    /// Takes another configuration.
    pub async fn configure(&mut self, rest: &str) {
        self.config = Self::load(self.folder.path(), "", rest);
        sync_pages(&self.effects, &self.config, self.clock.now()).await.unwrap();
    }

    /// Closes the store and opens it again, as after a restart.
    pub async fn restart(&mut self) {
        self.effects.store.close().await;
        self.effects = open_effects(&self.config, self.clock.clone()).await.unwrap().effects;
        sync_pages(&self.effects, &self.config, self.clock.now()).await.unwrap();
    }

    pub fn wait(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// Checks every page that is due.
    pub async fn visit(&self) {
        while let Some(claim) = self.effects.store.claim(self.clock.now(), 10, SignedDuration::from_mins(5)) {
            let stored = self.effects.store.host(&claim.host).await.unwrap();
            let lane = self.effects.web.lane(&claim.host, stored);
            for page in &claim.pages {
                if check(&self.effects, &self.config, &lane, *page).await.unwrap().outcome == Outcome::Unknown {
                    // As the daemon does with a page whose source is switched off or has left.
                    let later = self.clock.now() + SignedDuration::from_hours(7 * 24);
                    self.effects.store.reschedule(vec![(*page, later)]).await.unwrap();
                }
            }
            self.effects.store.release(&claim.host);
        }
    }

    /// Seals and sends everything that is due.
    pub async fn drain(&self) {
        seal_due(&self.effects, &self.config, self.clock.now()).await.unwrap();
        for channel in &self.config.channels {
            send_some(&self.effects, &self.config, &channel.id, 64, &CancellationToken::new()).await.unwrap();
        }
    }

    /// The mails or lines a file channel wrote, file after file.
    pub fn written(&self, folder: &str) -> Vec<String> {
        written(&self.folder.path().join("data").join(folder))
    }
}

fn written(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "eml" || end == "jsonl"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// The Python that has the judges and aiosmtpd: named by `tests/run`, or left by it where it builds its tools.
pub fn judge_python() -> PathBuf {
    let left = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/python/bin/python");
    let python = std::env::var_os("ATALAYA_PYTHON").map_or_else(left, PathBuf::from);
    assert!(python.is_file(), "the independent judges are not installed: run `bash tests/run`");
    python
}

/// A secret in a file that is its owner's alone.
pub fn secret(path: &Path, words: &str) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, words.as_bytes()).unwrap();
}

/// The folder of real documents, where it is at hand; says that it skips where it is not.
#[expect(clippy::print_stdout, reason = "a skip must be seen")]
pub fn samples() -> Option<PathBuf> {
    let named = std::env::var_os("ATALAYA_SAMPLES").map(PathBuf::from);
    let found = named.or_else(|| Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples"))).filter(|path| path.is_dir());
    if found.is_none() {
        println!("SKIPPED: the folder of real documents is not at hand (ATALAYA_SAMPLES)");
    }
    found
}
