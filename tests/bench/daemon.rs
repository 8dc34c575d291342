//! The real program watching the site, and its meter over one round.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use atalaya::app::ask;
use atalaya::base::clock::Stopwatch;
use atalaya::web::Question;

use super::bare::{CONCURRENCY, address};
use super::meter::Meter;
use super::site::Mood;

/// The longest one round may take.
const PATIENCE: Duration = Duration::from_mins(20);

/// A body fetched from a server of ours on loopback, by the plainest of clients.
pub fn get(host: &str, target: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), None);
    while reader.read_line(&mut line)? > 0 && line.trim() != "" {
        let value = line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().to_owned());
        length = value.and_then(|value| value.parse::<u64>().ok()).or(length);
        line.clear();
    }
    let mut body = String::new();
    reader.take(length.unwrap_or(u64::MAX)).read_to_string(&mut body)?;
    Ok(body)
}

/// A child process, killed when dropped.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The daemon at work.
pub struct Daemon {
    child: Running,
    listening: String,
    data: PathBuf,
    site: String,
    pages: usize,
    hosts: usize,
    checks: u64,
    born: Meter,
}

/// What a round cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// CPU-seconds.
    pub cpu: f64,
    /// Seconds by the clock.
    pub seconds: f64,
    /// MiB at the highest so far.
    pub peak: f64,
    /// MiB at the end.
    pub resident: f64,
    /// Bytes written to storage.
    pub written: u64,
}

fn configuration(data: &Path, port: u16, pages: usize, hosts: usize) -> anyhow::Result<String> {
    let mut text = format!(
        "[daemon]\ndata = \"{}\"\nlisten = \"127.0.0.1:0\"\ncontact = \"operator@example.com\"\n\n[net]\nallow = [\"127.0.0.0/8\"]\n\n\
         [fetch]\ndelay = \"0s\"\nconcurrency = {CONCURRENCY}\n\n[store]\nbackup_every = \"off\"\n",
        data.display()
    );
    // A source is a site: its selectors are its own.
    for host in 0..hosts {
        let own = (host..pages).step_by(hosts);
        let urls = own.map(|n| Ok(format!("  \"{}\",\n", address(port, n, hosts)?))).collect::<anyhow::Result<String>>()?;
        text += &format!(
            "\n[[source]]\nid = \"site-{host}\"\nkind = \"listing\"\nrecords = \"offer\"\nevery = \"7d\"\nconfirm = \"12h\"\nrecord = \"li.item\"\n\
             fields = {{ title = \"h3.title\", price = \".amount\", url = \"h3.title a @href\" }}\nurls = [\n{urls}]\n"
        );
    }
    Ok(text)
}

impl Daemon {
    /// Starts the program on an empty store; its first visit to every page begins at once.
    pub fn start(program: &Path, folder: &Path, site: &str, pages: usize, hosts: usize) -> anyhow::Result<Self> {
        let port = site.rsplit_once(':').context("no port")?.1.parse()?;
        let config = folder.join("atalaya.toml");
        let data = folder.join("data");
        std::fs::write(&config, configuration(&data, port, pages, hosts)?)?;
        let mut command = Command::new(program);
        command.arg("--config").arg(&config).arg("run").env_remove("ATALAYA_CONFIG").env_remove("NOTIFY_SOCKET").env("NO_COLOR", "1");
        let log = std::fs::File::create(folder.join("log"))?;
        let mut child = Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?);
        let mut lines = BufReader::new(child.0.stderr.take().context("no stderr")?);
        let mut said = String::new();
        let listening = loop {
            let mut line = String::new();
            anyhow::ensure!(lines.read_line(&mut line)? > 0, "the daemon ended before it ran:\n{said}");
            if let Some((_, address)) = line.split_once("health, metrics and unsubscribe links: http://") {
                break address.trim().trim_end_matches('/').to_owned();
            }
            said += &line;
        };
        std::thread::spawn(move || std::io::copy(&mut lines, &mut { log }));
        let site = site.to_owned();
        Ok(Self { child, listening, data, site, pages, hosts, checks: 0, born: Meter::default() })
    }

    /// The first round: from the start of the process until every page was read once.
    pub fn first(&mut self) -> anyhow::Result<Cost> {
        let before = self.born;
        self.until_done(before, Stopwatch::start())
    }

    /// One round: every page is made due, and is checked once.
    pub fn round(&mut self, mood: Mood) -> anyhow::Result<Cost> {
        // Making all due by hand is no part of what a check costs: it happens while the site holds its answers back.
        get(&self.site, &format!("/control/set?{}", Mood { hold: true, ..mood }.query()))?;
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
            for host in 0..self.hosts {
                ask(&self.data, &Question::CheckNow { id: format!("site-{host}") }).await?;
            }
            anyhow::Ok(())
        })?;
        let (before, watch) = (self.meter()?, Stopwatch::start());
        get(&self.site, &format!("/control/set?{}", mood.query()))?;
        self.until_done(before, watch)
    }

    /// Lines of the daemon's metrics with this name.
    pub fn metrics(&self, name: &str) -> anyhow::Result<Vec<String>> {
        Ok(get(&self.listening, "/metrics")?.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect())
    }

    fn meter(&self) -> anyhow::Result<Meter> {
        Meter::read(&self.child.0.id().to_string())
    }

    fn counted(&self) -> anyhow::Result<u64> {
        let lines = self.metrics(atalaya::telemetry::CHECKS)?;
        Ok(lines.iter().filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    }

    fn until_done(&mut self, before: Meter, watch: Stopwatch) -> anyhow::Result<Cost> {
        let wanted = self.checks + self.pages as u64;
        loop {
            anyhow::ensure!(watch.elapsed() < PATIENCE, "the round has not ended: {:?}", self.metrics(atalaya::telemetry::CHECKS));
            anyhow::ensure!(self.child.0.try_wait()?.is_none(), "the daemon has ended");
            // The site tells cheaply when to begin asking the daemon; a check is counted there when its turn is committed.
            let seen = get(&self.site, "/control/count")?.parse::<usize>()? == self.pages;
            if seen && self.counted()? >= wanted {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let seconds = watch.elapsed().as_secs_f64();
        self.checks = self.counted()?;
        let after = self.meter()?;
        Ok(Cost {
            cpu: after.cpu - before.cpu,
            seconds,
            peak: after.peak,
            resident: after.resident,
            written: after.written - before.written,
        })
    }
}
