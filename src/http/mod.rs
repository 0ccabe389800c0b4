//! The only room that knows actix-web: from bytes to a use case and back.
//!
//! A request passes the `pipeline`, then a door: `cds` (methods in one registry, which also gives the routes, the OpenAPI
//! document and the access tests), `exchange` (partners), `rest` (our own surface), `web` (pages
//! for people), `ops` (health, metrics, documentation).
//! What is called beside the methods stands in rows of its door, put together in `operations`, to the same end. `error`
//! renders one error in the form of the door.

pub mod cds;
mod courier;
mod error;
mod exchange;
pub mod hooks;
mod listening;
mod oauth;
mod openapi;
mod operation;
mod operations;
mod ops;
mod options;
mod own_openapi;
mod pipeline;
mod printing;
mod reading;
mod rest;
mod shared;
mod soap;
mod tls;
mod upload;
mod web;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, route};
use actix_web::{App, HttpRequest, HttpResponse};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::error::Error;
use crate::exchange::Exchange;
use crate::notify::Notifier;
use crate::service::Services;

pub use cds::names::{Named, Names};
pub use cds::registry::{Method, methods};
pub use openapi::document as openapi_document;
pub use operation::{Audience, Operation};
pub use operations::operations;
pub use options::{ConsoleSetting, HttpOptions};
pub use pipeline::client::TrustedProxies;
pub use pipeline::permission::{Callers, Permission};
pub use pipeline::rate_limit::RateLimits;
pub use tls::{Tls, TlsFiles};
pub use web::{Access, PAGES, Page};

use cds::registry::Registry;
use error::ErrorForm;
use listening::Listening;
use pipeline::budget::Budget;
use pipeline::request_log;
use shared::Shared;

/// The sockets a server listens on.
pub struct Listeners {
    pub main: TcpListener,
    /// Encrypts what travels on the main one.
    pub tls: Option<Arc<Tls>>,
    /// For metrics and documentation, when these are not to be had at the main one; never encrypted.
    pub ops: Option<TcpListener>,
}

impl Listeners {
    /// What the main one speaks.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

/// Builds the server on bound listeners, behind `rate_limits`. It runs when awaited; set `stopping` before stopping it, so that
/// requests on open connections are answered 503.
///
/// # Errors
/// When a listener cannot be used.
pub fn server(
    listeners: Listeners,
    options: &HttpOptions,
    (services, exchange, notifier): (Services, Exchange, Notifier),
    rate_limits: Arc<RateLimits>,
    metrics: PrometheusHandle,
    stopping: Arc<AtomicBool>,
) -> std::io::Result<Server> {
    let tls = listeners.tls.as_ref().map(Tls::acceptor).transpose().map_err(std::io::Error::other)?;
    let openapi = openapi::document(&options.path_prefix);
    let own_openapi = own_openapi::document();
    let shapes = rest::shapes::Shapes::of(&own_openapi)?;
    let own_xsd = rest::xml::schema(&shapes);
    let printer = Arc::new(printing::Printer::new(options.font_folder.clone()));
    let proofs = Arc::clone(&printer);
    services.read_proofs_by(Box::new(move |object, data| proofs.proofread(object, data)));
    let connections = Arc::new(options.connections());
    let console = options.console(listeners.main.local_addr()?, listeners.scheme());
    let shared = Data::new(Shared {
        services,
        exchange,
        notifier,
        rate_limits,
        metrics,
        stopping,
        openapi,
        own_openapi,
        shapes,
        own_xsd,
        printer,
        request_read: options.request_read,
        budget: Budget::default(),
        trusted_proxies: options.trusted_proxies.clone(),
        public_url: options.public_url.clone(),
        console,
        has_docs: listeners.ops.is_none(),
        scheme: listeners.scheme(),
        connections: Arc::clone(&connections),
    });
    let methods = Data::new(Registry::default());
    let prefix = options.path_prefix.clone();
    let (soap_path, soap_full_path) = (options.soap_path.clone(), options.soap_full_path.clone());
    let has_ops_of_its_own = listeners.ops.is_some();
    let (for_ops, all) = (shared.clone(), Arc::clone(&connections));
    let doors = move || {
        let app = App::new()
            .app_data(shared.clone())
            .app_data(methods.clone())
            .wrap(Compress::default())
            .wrap(from_fn(request_log::request))
            .configure(ops::health);
        let app = if has_ops_of_its_own { app } else { app.configure(|app| ops::insight(app, true)) };
        let app = app.configure(web::status);
        let app = if console.is_on { app.configure(web::routes) } else { app };
        app.configure(operations::routes)
            .configure(|app| soap::routes(app, &soap_path, &soap_full_path))
            .route(&format!("{prefix}/{{method}}"), route().to(cds::call))
            .default_service(route().to(nowhere))
    };
    let mut listening =
        Listening::new(options.workers, options.request_read, all).listen(listeners.main, tls, doors)?;
    if let Some(listener) = listeners.ops {
        let ops = move || {
            App::new()
                .app_data(for_ops.clone())
                .wrap(Compress::default())
                .wrap(from_fn(request_log::request))
                .configure(ops::health)
                .configure(|app| ops::insight(app, false))
                .default_service(route().to(nowhere))
        };
        listening = listening.listen(listener, None, ops)?;
    }
    Ok(listening.run())
}

/// What lies beside every door.
async fn nowhere(request: HttpRequest) -> HttpResponse {
    let form = ErrorForm::of_path(request.path());
    form.answer(&Error::NoSuchMethod { suggestion: None }, &request_log::request_id(&request))
}
