//! What every request handler shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;

use super::options::Console;
use super::pipeline::budget::Budget;
use super::pipeline::client::TrustedProxies;
use super::pipeline::connections::Connections;
use super::pipeline::rate_limit::RateLimits;
use super::printing::Printer;
use super::rest::shapes::Shapes;
use crate::exchange::Exchange;
use crate::notify::Notifier;
use crate::service::Services;

/// One for all workers of the server.
pub(super) struct Shared {
    pub services: Services,
    pub exchange: Exchange,
    pub notifier: Notifier,
    pub rate_limits: Arc<RateLimits>,
    pub metrics: PrometheusHandle,
    pub stopping: Arc<AtomicBool>,
    pub openapi: String,
    /// The document of the own surface.
    pub own_openapi: String,
    /// What its values look like, and the same as an XML Schema.
    pub shapes: Shapes,
    pub own_xsd: String,
    pub printer: Arc<Printer>,
    pub request_read: Duration,
    pub budget: Budget,
    pub trusted_proxies: TrustedProxies,
    pub connections: Arc<Connections>,
    /// Where clients reach the server, without a slash at the end.
    pub public_url: Option<String>,
    pub console: Console,
    /// Whether the documentation is to be had at the main listener.
    pub has_docs: bool,
    /// What the main listener speaks: `http` or `https`.
    pub scheme: &'static str,
}

impl Shared {
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
