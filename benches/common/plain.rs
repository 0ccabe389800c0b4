//! Handlers to compare with, on the same HTTP library and as many workers: one that does nothing, and one that reads the
//! status row of one item through the pool of the server measured.

use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use entrepost::service::Services;

use super::Outcome;
use super::client::post;

/// A running server with these two handlers; stopped by [`Plain::stop`].
pub struct Plain {
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<std::io::Result<()>>,
}

impl Plain {
    pub fn start(services: &Services, workers: usize) -> Outcome<Self> {
        let services = web::Data::new(services.clone());
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(services.clone())
                        .route("/empty", web::post().to(|_: web::Bytes| async { HttpResponse::Ok().body("{}") }))
                        .route("/read", web::post().to(read))
                });
                let running = server.workers(workers).disable_signals().listen(listener)?.run();
                let _ = tell.send(running.handle());
                running.await
            })
        });
        Ok(Self { address, handle: told.recv()?, thread })
    }

    pub fn stop(self) -> Outcome {
        super::server::wait(self.handle.stop(false))?;
        self.thread.join().map_err(|_| "the plain server panicked")??;
        Ok(())
    }
}

/// The body is an item id.
async fn read(services: web::Data<Services>, body: web::Bytes) -> HttpResponse {
    let id = String::from_utf8_lossy(&body).into_owned();
    let found = services.store.read(move |tx| tx.status_rows(&["AUA".to_owned()], &[&id])).await;
    match found {
        Ok(rows) => HttpResponse::Ok().body(format!("{{\"rows\":{}}}", rows.len())),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

/// A call of the handler that does nothing.
pub fn empty() -> Vec<u8> {
    post("empty", "{}")
}

/// A call of the handler that reads one row.
pub fn read_one(item_id: &str) -> Vec<u8> {
    post("read", item_id)
}
