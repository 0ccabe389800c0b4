//! What every request handler shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;

use super::gate::Gate;
use super::printing::Press;
use crate::exchange::Exchange;
use crate::service::Services;

/// One for all workers of the server.
pub(super) struct Shared {
    pub services: Services,
    pub exchange: Exchange,
    pub gate: Arc<Gate>,
    pub metrics: PrometheusHandle,
    pub stopping: Arc<AtomicBool>,
    pub openapi: String,
    pub press: Arc<Press>,
    pub request_read: Duration,
}

impl Shared {
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
