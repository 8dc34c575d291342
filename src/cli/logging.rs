//! Where log lines go and how they look: to stderr, as sentences on a terminal, as JSON elsewhere or when asked.

use std::io::IsTerminal as _;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt, reload};

use super::args::{Args, Command};
use crate::config::{Log, LogFormat};

/// Sets the level of a running process.
pub(super) type Relevel = Box<dyn Fn(&str) + Send + Sync>;

/// For commands that end by themselves: they only say what went wrong, as sentences. `run` calls [`start`] once it knows its settings.
pub(super) fn start_command(args: &Args) {
    if !matches!(args.command, Command::Run) {
        let level = if args.quiet { "error" } else { "warn" };
        drop(start(&Log { level: level.to_owned(), format: LogFormat::Human }, false));
    }
}

/// Installs the subscriber with these settings; `ATALAYA_LOG` (`info`, `atalaya=debug`) and `ATALAYA_LOG_FORMAT` (`human`, `json`) go before
/// them, `quiet` before everything. Returns the way to set another level.
pub(super) fn start(log: &Log, quiet: bool) -> Relevel {
    let fixed =
        if quiet { Some("error".to_owned()) } else { std::env::var("ATALAYA_LOG").ok().filter(|level| EnvFilter::try_new(level).is_ok()) };
    let terminal = std::io::stderr().is_terminal();
    let json = match (std::env::var("ATALAYA_LOG_FORMAT").as_deref(), log.format) {
        (Ok("json"), _) => true,
        (Ok("human"), _) => false,
        (_, LogFormat::Json) => true,
        (_, LogFormat::Human) => false,
        (_, LogFormat::Auto) => !terminal,
    };
    let (filter, handle) = reload::Layer::new(EnvFilter::new(fixed.as_deref().unwrap_or(&log.level)));
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
    // Somebody embedding us may have set one up; then theirs counts.
    if json {
        drop(registry.with(lines.json().flatten_event(true)).try_init());
    } else {
        drop(registry.with(lines.with_target(false)).try_init());
    }
    // It fails only when the subscriber is gone, and then nobody listens.
    if fixed.is_some() { Box::new(|_| {}) } else { Box::new(move |level| drop(handle.reload(EnvFilter::new(level)))) }
}
