//! What the listen address serves: `/health`, `/ready`, `/metrics`, the unsubscribe links of mails (RFC 8058), and calendars of deadlines at
//! their secret addresses.
//!
//! Shows nothing else of what is stored. GET never changes anything: mail scanners open every link.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use super::{calendar, unsubscribe};
use crate::config::Config;
use crate::pipeline::Effects;
use crate::render::{CALENDAR_PATH, UNSUBSCRIBE_PATH};

/// What the listen address needs of the daemon.
#[derive(Clone)]
pub struct Front {
    /// The store, for unsubscribing.
    pub effects: Effects,
    /// The configuration in force.
    pub config: watch::Receiver<Arc<Config>>,
    /// Loops that are silent.
    pub silent: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    /// Whether the daemon is stopping.
    pub stopping: Arc<dyn Fn() -> bool + Send + Sync>,
    /// The metrics as text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// The routes.
pub fn router(front: Front) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route(&format!("/{UNSUBSCRIBE_PATH}/{{token}}"), get(unsubscribe::show).post(unsubscribe::take))
        .route(&format!("/{CALENDAR_PATH}/{{name}}/{{file}}"), get(calendar::serve))
        .layer(axum::extract::DefaultBodyLimit::max(16 * 1024))
        .with_state(front)
}

/// 200 while every loop is alive, with the settings that wait for a restart; 503 with the reason otherwise.
async fn health(State(front): State<Front>) -> Response {
    let silent = (front.silent)();
    if silent.is_empty() {
        let pending = &front.config.borrow().pending;
        let restart = if pending.is_empty() { String::new() } else { format!("a restart is pending: {} changed\n", pending.join(", ")) };
        (StatusCode::OK, format!("well\n{restart}")).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", silent.join("\n"))).into_response()
    }
}

/// 200 from the moment everything runs until the stop begins.
async fn ready(State(front): State<Front>) -> Response {
    if (front.stopping)() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    } else {
        (StatusCode::OK, "ready\n").into_response()
    }
}

async fn metrics(State(front): State<Front>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (front.metrics)()).into_response()
}
