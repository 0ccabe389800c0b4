//! What keeps a browser's session its own: cookies, the origin of a form, its token, and what a page may load.
//!
//! A form has to come from a page of this server (`Sec-Fetch-Site`, or else `Origin`), with the session's cookie, which no other
//! site's form brings along (`SameSite`), and with a token that only who can read our pages knows.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::visit::Visit;
use crate::error::{Error, Result};
use crate::http::options::Console;
use crate::http::shared::Shared;
use crate::vault::random_bytes;

/// What a page may load and where its forms may go: this server alone, and nothing that stands in the page itself.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The organization signed in last, and the language chosen before signing in; both say nothing of a person.
pub(super) const ORGANIZATION: &str = "ep-org";
pub(super) const LANGUAGE: &str = "ep-lang";
/// Seconds that these are kept.
const KEPT_S: u32 = 31_536_000;

/// The cookie that holds the key of a session. With its prefix a browser takes it from this host by https only.
fn key_cookie(console: Console) -> &'static str {
    if console.is_secure { "__Host-ep" } else { "ep" }
}

/// The value of a cookie of the request.
pub(super) fn cookie<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let lines = request.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The key of the session that a request says it belongs to.
pub(super) fn session_key(request: &HttpRequest, shared: &Shared) -> Option<Uuid> {
    let text = cookie(request, key_cookie(shared.console))?;
    Uuid::try_parse(text).ok().filter(|key| !key.is_nil())
}

fn set_cookie(response: &mut HttpResponse, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Has the browser hold the key of a session, until it is closed.
pub(super) fn hold_key(response: &mut HttpResponse, console: Console, key: &Uuid) {
    let secure = if console.is_secure { "; Secure" } else { "" };
    set_cookie(response, &format!("{}={key}; Path=/; HttpOnly; SameSite=Lax{secure}", key_cookie(console)));
}

/// Has the browser forget the key.
pub(super) fn drop_key(response: &mut HttpResponse, console: Console) {
    let secure = if console.is_secure { "; Secure" } else { "" };
    set_cookie(response, &format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", key_cookie(console)));
}

/// Has the browser keep a word of letters and digits, which is all that [`ORGANIZATION`] and [`LANGUAGE`] hold.
pub(super) fn keep_word(response: &mut HttpResponse, console: Console, name: &str, word: &str) {
    if word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        let secure = if console.is_secure { "; Secure" } else { "" };
        let kept = format!("{name}={word}; Path=/; HttpOnly; SameSite=Lax; Max-Age={KEPT_S}{secure}");
        set_cookie(response, &kept);
    }
}

/// # Errors
/// 403 for a form that was not sent from a page of this server.
pub(super) fn check_origin(request: &HttpRequest, shared: &Shared) -> Result<()> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let fits = match header(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin",
        None => header(ORIGIN).is_some_and(|origin| {
            let by_host = header(HOST).map(|host| format!("{}://{host}", shared.scheme));
            shared.public_url.as_deref() == Some(origin) || by_host.as_deref() == Some(origin)
        }),
    };
    if fits { Ok(()) } else { Err(Error::ForeignForm) }
}

/// Bytes of a token.
const TOKEN_BYTES: usize = 32;

/// The token of a session's forms. Only the browser and, while it serves a request, the server know the key.
fn token(key: &Uuid) -> [u8; TOKEN_BYTES] {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return [0; TOKEN_BYTES] };
    mac.update(b"csrf");
    mac.finalize().into_bytes().into()
}

/// The token as it stands in a form: another text each time, so that the length of a compressed page gives nothing away.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn masked_token(key: &Uuid) -> Result<String> {
    let pad = random_bytes::<TOKEN_BYTES>()?;
    let masked = token(key).into_iter().zip(pad).map(|(byte, pad)| byte ^ pad);
    Ok(URL_SAFE_NO_PAD.encode(pad.into_iter().chain(masked).collect::<Vec<u8>>()))
}

/// # Errors
/// 403 for a form without the session's token.
pub(super) fn check_token(visit: &Visit<'_>) -> Result<()> {
    let Some(key) = &visit.key else { return Err(Error::ForeignForm) };
    let given = URL_SAFE_NO_PAD.decode(visit.form.get("csrf")).unwrap_or_default();
    let Some((pad, masked)) = given.split_at_checked(TOKEN_BYTES).filter(|(_, masked)| masked.len() == TOKEN_BYTES)
    else {
        return Err(Error::ForeignForm);
    };
    // All bytes are looked at, so that the time taken gives nothing away.
    let bytes = pad.iter().zip(masked).map(|(pad, masked)| pad ^ masked);
    let differ = bytes.zip(token(key)).fold(0, |differ, (given, known)| differ | (given ^ known));
    if differ == 0 { Ok(()) } else { Err(Error::ForeignForm) }
}

/// Puts the headers of a page on an answer.
pub(super) fn protect(response: &mut HttpResponse, console: Console) {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self)"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if console.is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn cookies_are_read_by_their_whole_name() {
        let request = TestRequest::default()
            .insert_header((COOKIE, "xep=1; ep=2 ; ep-org=AUA"))
            .insert_header(("x", "ep=3"))
            .to_http_request();
        assert_eq!(cookie(&request, "ep"), Some("2"));
        assert_eq!(cookie(&request, "ep-org"), Some("AUA"));
        assert_eq!(cookie(&request, "p"), None);
    }

    #[test]
    fn a_token_is_another_text_each_time_and_the_same_token() {
        let key = Uuid::new_v4();
        let (one, other) = (masked_token(&key).expect("random bytes"), masked_token(&key).expect("random bytes"));
        assert_ne!(one, other);
        let open = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).expect("base64");
            bytes[..32].iter().zip(&bytes[32..]).map(|(a, b)| a ^ b).collect::<Vec<u8>>()
        };
        assert_eq!(open(&one), open(&other));
        assert_eq!(open(&one), token(&key));
        assert_ne!(token(&key), token(&Uuid::new_v4()));
    }
}
