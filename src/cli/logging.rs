//! Where log lines go and how they look: to stderr, as sentences on a terminal, as JSON when asked.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use super::args::{Args, Command};

/// Installs the subscriber: `ATALAYA_LOG` sets the level (`info`, `atalaya=debug`), `ATALAYA_LOG_FORMAT=json` the form.
/// Commands other than `run` and `demo` only say what went wrong.
pub(super) fn start(args: &Args) {
    let level = match &args.command {
        _ if args.quiet => "error",
        Command::Run => "info",
        _ => "warn",
    };
    let filter = EnvFilter::try_from_env("ATALAYA_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let json = std::env::var("ATALAYA_LOG_FORMAT").is_ok_and(|format| format == "json");
    let builder =
        fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    // Somebody embedding us may have set one up; then theirs counts.
    if json {
        drop(builder.json().flatten_event(true).try_init());
    } else {
        drop(builder.with_target(false).try_init());
    }
}
