//! The answer to what is no HTTP. The HTTP library gives a bare status then, without asking any handler; a person who reads it
//! should learn what was wrong, and find the request in the log.

use uuid::Uuid;

use crate::contract::canonical::to_canonical;
use crate::error::Error;
use crate::http::error::cds::ErrorBody;

/// The whole of an answer that is a bare refusal; longer ones are not.
const BARE_BYTES: usize = 256;

/// What is to be written in place of `bytes`, when these are the library's own refusal: a status and an empty body, without the
/// request id that every answer of a handler has.
pub(super) fn in_place_of(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > BARE_BYTES || !bytes.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let (status_line, head) = text.strip_suffix("\r\n\r\n")?.split_once("\r\n")?;
    let has = |name: &str| head.lines().any(|line| line.to_ascii_lowercase().starts_with(name));
    if has("x-request-id:") || !has("content-length: 0") {
        return None;
    }
    let id = Uuid::now_v7();
    metrics::counter!("entrepost_malformed_requests_total").increment(1);
    tracing::debug!(%id, status_line, "a request that is no HTTP");
    let body = to_canonical(&ErrorBody::from(&error(status_line)));
    let len = body.len();
    Some(
        format!(
            "{status_line}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {len}\r\n\
             x-request-id: {id}\r\nconnection: close\r\n\r\n{body}"
        )
        .into_bytes(),
    )
}

fn error(status_line: &str) -> Error {
    let message = match status_line.split(' ').nth(1) {
        Some("408") => return Error::RequestTimeout,
        Some("431" | "413") => "the head of the request is too large; send fewer and shorter headers",
        _ => "this is no HTTP/1.1 request; check the request line, the headers and the lengths given",
    };
    Error::invalid("http", "", message)
}

#[cfg(test)]
mod tests {
    use super::in_place_of;

    #[test]
    fn only_a_bare_refusal_is_replaced() {
        let bare = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Fri, 27 Nov 2026 00:00:00 GMT\r\n\r\n";
        let told = String::from_utf8(in_place_of(bare.as_bytes()).expect("a refusal")).expect("text");
        assert!(told.starts_with("HTTP/1.1 400 Bad Request\r\n") && told.contains("x-request-id: "), "{told}");
        assert!(told.contains("\"Message\""), "{told}");
        for other in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx-request-id: 1\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n",
        ] {
            assert!(in_place_of(other.as_bytes()).is_none(), "{other}");
        }
    }
}
