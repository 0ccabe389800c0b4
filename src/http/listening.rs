//! Listening: sockets, the connections they bring, and what serves the requests on these.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService, Request, Response};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::pipeline::connection::{self, Connection};
use super::pipeline::connections::Connections;
use crate::limits;

/// A server that is being put together.
pub(super) struct Listening {
    builder: ServerBuilder,
    connections: Arc<Connections>,
    /// Time for the head of a request.
    head_read: Duration,
}

impl Listening {
    /// A server with as many threads as `workers`, and the limits of `connections` on all its sockets together.
    pub(super) fn new(workers: usize, request_read: Duration, connections: Arc<Connections>) -> Self {
        let builder = Server::build()
            .workers(workers)
            // The limit of `connections` is the one that counts.
            .max_concurrent_connections(usize::MAX)
            .shutdown_timeout(limits::SHUTDOWN_S)
            .disable_signals();
        let head_read = request_read.min(Duration::from_secs(limits::HEAD_READ_S));
        Self { builder, connections, head_read }
    }

    /// Serves what `app` makes on another socket, encrypted where there is `tls`.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub(super) fn listen<F, I, S, B>(
        mut self,
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        app: F,
    ) -> io::Result<Self>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error>,
        S::InitError: fmt::Debug,
        S::Response: Into<Response<B>>,
        B: MessageBody + 'static,
    {
        let name = listener.local_addr()?.to_string();
        let (all, stopping) = (self.connections, self.builder.graceful_shutdown_signal());
        self.connections = Arc::clone(&all);
        let head_read = self.head_read;
        self.builder = self.builder.listen(name, listener, move || {
            let (all, stopping, tls) = (Arc::clone(&all), stopping.clone(), tls.clone());
            let requests = app().into_factory().map_err(|error| error.into().error_response());
            let http = HttpService::build()
                .keep_alive(Duration::from_secs(limits::KEEP_ALIVE_S))
                .client_request_timeout(head_read)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .on_connect_ext(|connection: &Connection, data: &mut Extensions| {
                    data.insert(connection.handle());
                })
                .h1(map_config(requests, |_| AppConfig::default()));
            let accept = fn_service(move |stream: TcpStream| {
                let (all, tls) = (Arc::clone(&all), tls.clone());
                async move { connection::accept(stream, &all, tls.as_ref()).await.map_err(DispatchError::Io) }
            });
            accept.and_then(http)
        })?;
        Ok(self)
    }

    pub(super) fn run(self) -> Server {
        self.builder.run()
    }
}
