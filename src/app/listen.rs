//! Serves the listen address until the daemon stops.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use super::daemon::Inner;
use crate::web::{Front, router};

/// Runs until the daemon stops.
pub(super) async fn serve(inner: Arc<Inner>, listener: TcpListener, metrics: PrometheusHandle) {
    let (health, about) = (Arc::clone(&inner), Arc::clone(&inner));
    let front = Front {
        effects: inner.effects.clone(),
        config: inner.config.clone(),
        silent: Arc::new(move || health.beats.silent(health.effects.clock.now())),
        stopping: Arc::new(move || about.stop.is_cancelled()),
        metrics: Arc::new(move || {
            metrics.run_upkeep();
            metrics.render()
        }),
    };
    let stop = inner.stop.clone();
    if let Err(error) = axum::serve(listener, router(front)).with_graceful_shutdown(async move { stop.cancelled().await }).await {
        tracing::error!(%error, "the listen address broke down; health, metrics and unsubscribe links are not served any more");
    }
}
