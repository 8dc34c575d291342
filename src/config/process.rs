//! The settings of the process itself: `[daemon]`, `[log]` and what `[store]` leaves to the pipeline.
//! Knows nothing of sources, segments or channels.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::base::ids::ChannelId;
use crate::model::Fault;
use crate::render::Address;

/// The keys of `[daemon]`.
pub const DAEMON_KEYS: &[&str] = &["data", "listen", "contact", "operator", "notices", "public_url", "zone", "drain"];

/// The table `[daemon]`: where the daemon lives and how it is reached.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DaemonSpec {
    /// The folder of the store, relative to the configuration file or absolute. Empty: systemd's state directory
    /// (`$STATE_DIRECTORY`), else `$XDG_DATA_HOME/atalaya`, else `~/.local/share/atalaya`.
    pub data: String,
    /// Where health, metrics and unsubscribe links are served: address and port. Only on this machine by default.
    pub listen: String,
    /// How the owner of a visited site reaches you: an e-mail address or a web page. Goes into the User-Agent. Must be set.
    pub contact: String,
    /// Where mails to whoever runs the daemon go. Empty: `contact`, where that is an e-mail address.
    pub operator: String,
    /// The channels that tell when a source turns ill and when it is well again: mails to the operator, events to machines. None by default.
    pub notices: Vec<String>,
    /// The address under which recipients reach `listen`, for unsubscribe links: `https://atalaya.example.com`. Empty: `http://` and `listen`.
    pub public_url: String,
    /// The IANA time zone of schedules and dates that name none, and of the times that commands show, such as `Europe/Madrid`.
    pub zone: String,
    /// How long checks and sends under way may take to end when the daemon is stopped, such as `10s`; at most `5m`.
    pub drain: String,
}

/// The settings of `[daemon]`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daemon {
    /// The folder of the store.
    pub data: PathBuf,
    /// Where the daemon listens.
    pub listen: SocketAddr,
    /// For the User-Agent.
    pub contact: String,
    /// Where mails to whoever runs the daemon go, if anywhere.
    pub operator: Option<String>,
    /// The channels that tell of ill sources, in the order written.
    pub notices: Vec<ChannelId>,
    /// The base of links that recipients follow, without a slash at its end.
    pub public_url: Url,
    /// For schedules and dates that name none.
    pub zone: TimeZone,
    /// Time to end in.
    pub drain: SignedDuration,
}

impl Default for Daemon {
    fn default() -> Self {
        let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);
        Self {
            data: PathBuf::from("data"),
            listen,
            contact: String::new(),
            operator: None,
            notices: Vec::new(),
            public_url: address_of(listen),
            zone: TimeZone::UTC,
            drain: SignedDuration::from_secs(10),
        }
    }
}

impl DaemonSpec {
    /// Checks the table. `folder` is that of the configuration file.
    pub fn compile(&self, folder: &Path, environment: &BTreeMap<String, String>) -> Result<Daemon, Vec<Fault>> {
        let mut daemon = Daemon::default();
        let mut faults = Vec::new();
        match data_folder(&self.data, folder, environment) {
            Some(data) => daemon.data = data,
            None => faults.push(Fault::new("data", "", "a folder: neither STATE_DIRECTORY nor HOME says where data belongs")),
        }
        match self.listen.trim().parse() {
            Ok(listen) => daemon.listen = listen,
            Err(_) => faults.push(Fault::new("listen", &self.listen, "an address and port such as \"127.0.0.1:8787\" or \"[::1]:8787\"")),
        }
        let contact = self.contact.trim();
        if is_contact(contact) {
            contact.clone_into(&mut daemon.contact);
        } else {
            let expected = "an e-mail address or a web page by which the owners of visited sites reach you, such as \"leads@example.com\"";
            faults.push(Fault::new("contact", contact, expected));
        }
        let operator = self.operator.trim();
        if operator.is_empty() {
            daemon.operator = Some(daemon.contact.clone()).filter(|contact| Address::parse(contact).is_ok());
        } else if Address::parse(operator).is_ok() {
            daemon.operator = Some(operator.to_owned());
        } else {
            faults.push(Fault::new("operator", operator, "an e-mail address such as \"ops@example.com\""));
        }
        // What is no id is the id of no channel: where the channels are known, it is refused.
        daemon.notices = self.notices.iter().filter_map(|id| id.parse().ok()).collect();
        daemon.public_url = address_of(daemon.listen);
        if !self.public_url.is_empty() {
            match self.public_url.trim().trim_end_matches('/').parse::<Url>() {
                Ok(url) if is_base(&url) => daemon.public_url = url,
                Ok(_) | Err(_) => {
                    faults.push(Fault::new(
                        "public_url",
                        &self.public_url,
                        "an address such as \"https://atalaya.example.com\", without `?` and `#`",
                    ));
                }
            }
        }
        match zone(&self.zone) {
            Some(zone) => daemon.zone = zone,
            None => faults.push(Fault::new("zone", &self.zone, "an IANA time zone such as \"Europe/Madrid\"")),
        }
        match duration(&self.drain).filter(|time| (SignedDuration::ZERO..=SignedDuration::from_mins(5)).contains(time)) {
            Some(drain) => daemon.drain = drain,
            None => faults.push(Fault::new("drain", &self.drain, "a duration up to \"5m\", such as \"10s\"")),
        }
        if faults.is_empty() { Ok(daemon) } else { Err(faults) }
    }
}

/// The data folder as written in a file of this folder, or where the system keeps data.
pub(super) fn data_folder(written: &str, folder: &Path, environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty()).map(Path::new);
    if !written.trim().is_empty() {
        return Some(folder.join(written.trim()));
    }
    // systemd gives a list between colons when a unit has several; the first is ours.
    let state = set("STATE_DIRECTORY").and_then(|list| Some(PathBuf::from(list.to_str()?.split(':').next()?)));
    state
        .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("atalaya")))
        .or_else(|| set("HOME").map(|home| home.join(".local").join("share").join("atalaya")))
}

/// An e-mail address or an http(s) address, on one line, fit for a header.
fn is_contact(text: &str) -> bool {
    let plain = text.len() <= 200 && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | ';' | '"' | '\\'));
    let mail = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@') && !host.ends_with('.'));
    let page = text.parse::<Url>().is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    plain && (page || (mail && !text.contains("://")))
}

fn is_base(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
}

/// Where this machine reaches a listener.
pub(super) fn address_of(listen: SocketAddr) -> Url {
    // A listener on every address is reached by this machine's own.
    let shown = if listen.ip().is_unspecified() { SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port()) } else { listen };
    Url::parse(&format!("http://{shown}")).expect("a socket address is a host and a port")
}

/// The zone of this IANA name.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name.trim()).ok()
}

/// A duration in jiff's friendly form, a day being 24 hours.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    text.trim().parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// The keys of `[log]`.
pub const LOG_KEYS: &[&str] = &["level", "format"];

/// The table `[log]`: what the daemon says on stderr.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogSpec {
    /// `error`, `warn`, `info`, `debug` or `trace`; for parts of the program too: `info,atalaya::fetch=debug`.
    pub level: String,
    /// `human`, `json`, or `auto`: human on a terminal, else json under systemd and in containers.
    pub format: String,
}

/// In which form log lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum LogFormat {
    /// Human on a terminal, else JSON.
    #[default]
    Auto,
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The settings of `[log]`, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// Directives in the words of `tracing`.
    pub level: String,
    /// In which form.
    pub format: LogFormat,
}

impl LogSpec {
    /// Checks the table.
    pub fn compile(&self) -> Result<Log, Vec<Fault>> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        let mut faults = Vec::new();
        let is_level = |text: &str| LEVELS.contains(&text);
        let is_target = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
        let good = self.level.split(',').map(str::trim).all(|part| match part.split_once('=') {
            None => is_level(part),
            Some((target, level)) => is_target(target) && is_level(level),
        });
        if !good {
            faults.push(Fault::new(
                "level",
                &self.level,
                "error, warn, info, debug or trace; for a part of the program `info,atalaya::fetch=debug`",
            ));
        }
        let format = match self.format.as_str() {
            "auto" => Some(LogFormat::Auto),
            "human" => Some(LogFormat::Human),
            "json" => Some(LogFormat::Json),
            _ => None,
        };
        if format.is_none() {
            faults.push(Fault::new("format", &self.format, "auto, human or json"));
        }
        match (format, faults.is_empty()) {
            (Some(format), true) => Ok(Log { level: self.level.replace(' ', ""), format }),
            (_, _) => Err(faults),
        }
    }
}

/// The keys of `[store]` that the pipeline obeys; the store's own stand beside them.
pub const KEEP_KEYS: &[&str] = &["backup_every", "keep_gone"];

/// What `[store]` says to the pipeline.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeepSpec {
    /// How often a verified backup is made, such as `6h`; `off` for never.
    pub backup_every: String,
    /// How long after it went away a record is kept, with the contacts in it; then it is forgotten. So is a source that left the
    /// configuration, with all it brought. At least `1d`.
    pub keep_gone: String,
}

/// The settings of retention and backup, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The distance between backups; `None`: none is made.
    pub backup_every: Option<SignedDuration>,
    /// Time between a record's going away, or a source's leaving the configuration, and its being forgotten.
    pub keep_gone: SignedDuration,
}

impl Default for Keep {
    fn default() -> Self {
        Self { backup_every: Some(SignedDuration::from_hours(6)), keep_gone: SignedDuration::from_hours(365 * 24) }
    }
}

impl KeepSpec {
    /// Checks the keys.
    pub fn compile(&self) -> Result<Keep, Vec<Fault>> {
        let mut keep = Keep::default();
        let mut faults = Vec::new();
        match self.backup_every.trim() {
            "off" => keep.backup_every = None,
            text => match duration(text).filter(|time| *time >= SignedDuration::from_mins(1)) {
                Some(time) => keep.backup_every = Some(time),
                None => faults.push(Fault::new("backup_every", text, "a duration of at least a minute, such as \"6h\", or \"off\"")),
            },
        }
        match duration(&self.keep_gone).filter(|time| *time >= SignedDuration::from_hours(24)) {
            Some(time) => keep.keep_gone = time,
            None => faults.push(Fault::new("keep_gone", &self.keep_gone, "a duration of at least a day, such as \"365d\"")),
        }
        if faults.is_empty() { Ok(keep) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daemon() -> DaemonSpec {
        DaemonSpec {
            data: "data".into(),
            listen: "127.0.0.1:8787".into(),
            contact: "leads@example.com".into(),
            zone: "UTC".into(),
            drain: "10s".into(),
            ..DaemonSpec::default()
        }
    }

    #[test]
    fn contacts() {
        for (text, good) in [
            ("leads@example.com", true),
            ("https://example.com/bot", true),
            ("", false),
            ("leads", false),
            ("a@b", false),
            ("a@b.c (x)", false),
            ("a@b.c\r\nX: y", false),
            ("ftp://example.com", false),
        ] {
            assert_eq!(is_contact(text), good, "{text}");
        }
    }

    #[test]
    fn every_fault_of_the_daemon_at_once() {
        let spec =
            DaemonSpec { listen: "here".into(), public_url: "x".into(), zone: "Mars".into(), drain: "1h".into(), ..DaemonSpec::default() };
        let faults = spec.compile(Path::new(""), &BTreeMap::new()).unwrap_err();
        let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["data", "listen", "contact", "public_url", "zone", "drain"]);
    }

    #[test]
    fn where_data_goes() {
        let check = |data: &str, set: &[(&str, &str)], want: &str| {
            let environment = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let spec = DaemonSpec { data: data.into(), ..daemon() };
            assert_eq!(spec.compile(Path::new("/etc/atalaya"), &environment).unwrap().data, Path::new(want));
        };
        check("x", &[], "/etc/atalaya/x");
        check("/var/lib/a", &[("STATE_DIRECTORY", "/s")], "/var/lib/a");
        check("", &[("STATE_DIRECTORY", "/s:/t"), ("HOME", "/h")], "/s");
        check("", &[("XDG_DATA_HOME", "/d"), ("HOME", "/h")], "/d/atalaya");
        check("", &[("HOME", "/h")], "/h/.local/share/atalaya");
    }

    #[test]
    fn links_without_a_public_address_use_the_listener() {
        let check = |listen: &str, public: &str, want: &str| {
            let spec = DaemonSpec { listen: listen.into(), public_url: public.into(), ..daemon() };
            assert_eq!(spec.compile(Path::new(""), &BTreeMap::new()).unwrap().public_url.as_str(), want);
        };
        check("0.0.0.0:80", "", "http://127.0.0.1/");
        check("[::1]:8787", "", "http://[::1]:8787/");
        check("127.0.0.1:1", "https://a.example/b/", "https://a.example/b");
    }

    #[test]
    fn log_levels() {
        for (level, format, good) in [
            ("info", "auto", true),
            ("info, atalaya::fetch=debug", "json", true),
            ("inffo", "auto", false),
            ("info,x=loud", "auto", false),
            ("info", "xml", false),
            ("", "auto", false),
        ] {
            let spec = LogSpec { level: level.into(), format: format.into() };
            assert_eq!(spec.compile().is_ok(), good, "{level} {format}");
        }
    }
}
