//! The demo's receiver of notifications: answers the challenge and says what comes. Verifies nothing: the secret is its user's.

use std::net::{SocketAddr, TcpListener};

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

/// Receives on a thread of its own until the process ends; gives its address. `print` gets a line for each call.
///
/// # Errors
/// When the address cannot be bound.
pub fn listen(address: SocketAddr, print: fn(&str)) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let receiving = move || {
        let server = HttpServer::new(move || {
            App::new().default_service(web::post().to(move |body: web::Bytes| async move { receive(&body, print) }))
        });
        let server = server.workers(1).disable_signals().listen(listener)?;
        actix_web::rt::System::new().block_on(server.run())
    };
    std::thread::Builder::new().name("hooks".into()).spawn(receiving)?;
    Ok(address)
}

fn receive(body: &[u8], print: fn(&str)) -> HttpResponse {
    let event: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(challenge) = event["data"]["challenge"].as_str() {
        print("hook: answered the challenge; events follow");
        return HttpResponse::Ok().json(json!({ "challenge": challenge }));
    }
    let parts = [
        &event["sequence"].to_string(),
        &text(&event["type"]),
        &text(&event["subtype"]),
        &text(&event["data"]["itemId"]),
    ];
    let said: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    print(&format!("hook: {}", said.join(" ")));
    HttpResponse::Ok().finish()
}
