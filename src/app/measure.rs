//! The one recorder of metrics of the process.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::telemetry;

/// Installs the recorder, or gives the one that is there: a process has one, however many daemons tests start in it.
pub(super) fn install() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            // Groups hold from 1 to 64 commits. (Buckets are refused only when there are none.)
            let sizes = Matcher::Full(telemetry::COMMIT_SIZE.to_owned());
            let builder = builder.set_buckets_for_metric(sizes, &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]).unwrap_or_default();
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // Somebody embedding us may have installed a recorder of their own; then theirs counts and ours stays empty.
            drop(metrics::set_global_recorder(recorder));
            handle
        })
        .clone()
}
