//! Serves one sample site on a port of its own, with time passing. Knows no content.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio_util::sync::CancellationToken;

use super::sites::{Moment, Site, answer};
use crate::base::clock::{Clock, Stopwatch};

/// Seconds between two new things.
const TICK: u64 = 3;

#[derive(Clone)]
struct Stand {
    site: Site,
    seed: u64,
    asked: Arc<AtomicU64>,
    open: Stopwatch,
    opened: i64,
}

/// Serves until told to stop; returns the address.
pub(super) async fn site(site: Site, seed: u64, stop: CancellationToken) -> anyhow::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no port on loopback")?;
    let address = format!("http://{}", listener.local_addr()?);
    let stand = Stand { site, seed, asked: Arc::default(), open: Stopwatch::start(), opened: Clock::System.now().as_second() };
    let routes = Router::new().fallback(page).with_state(stand);
    tokio::spawn(async move { axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await }).await });
    Ok(address)
}

async fn page(State(stand): State<Stand>, uri: Uri) -> Response {
    let moment = Moment {
        seed: stand.seed,
        tick: stand.open.elapsed().as_secs() / TICK,
        asked: stand.asked.fetch_add(1, Ordering::Relaxed),
        now: Clock::System.now().as_second(),
        opened: stand.opened,
    };
    match answer(stand.site, uri.path(), uri.query().unwrap_or(""), moment) {
        Some(reply) => ([(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response(),
        None => (StatusCode::NOT_FOUND, "there is no such page").into_response(),
    }
}
