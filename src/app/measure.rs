//! The one recorder of metrics of the process.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Installs the recorder, or gives the one that is there: a process has one, however many daemons tests start in it.
pub(super) fn install() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // Somebody embedding us may have installed a recorder of their own; then theirs counts and ours stays empty.
            drop(metrics::set_global_recorder(recorder));
            handle
        })
        .clone()
}
