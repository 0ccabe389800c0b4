//! One call on its way to its use case: parameters, actor, preferences.

use std::ops::Range;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::contract::date::with_zone;
use crate::domain::Flow;
use crate::error::{Error, Finding, Findings, Result};
use crate::http::printing::Printer;
use crate::http::rate_limit::RateLimits;
use crate::http::shared::Shared;
use crate::limits;
use crate::rules::forms::{self, given};
use crate::rules::places;
use crate::service::{Actor, BatchMode, RequestKey, Services};

/// A call whose caller is known and admitted.
pub struct Call<'a> {
    pub services: &'a Services,
    pub(in crate::http) rate_limits: &'a RateLimits,
    pub(in crate::http) printer: &'a Printer,
    pub actor: Arc<Actor>,
    /// Present when the client sent an `Idempotency-Key` with a writing method.
    pub key: Option<RequestKey>,
    pub mode: BatchMode,
    /// Views of a page where the request does not say how many.
    pub default_limit: Option<i32>,
    /// Where the request came from.
    pub address: String,
    /// Versions the client has (`If-None-Match`).
    versions: Option<String>,
    body: Bytes,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        request: &HttpRequest,
        shared: &'a Shared,
        actor: Arc<Actor>,
        keyed: Option<&str>,
        body: Bytes,
        secrets: &[Range<usize>],
    ) -> Result<Self> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let per_item = header("prefer").is_some_and(|prefer| prefer.replace(' ', "").contains("outcome=per-item"));
        let mode = if per_item { BatchMode::PerItem } else { BatchMode::AllOrNothing };
        let key = match header("idempotency-key") {
            Some(key) => keyed.map(|method| request_key(key, method, mode, &body, secrets)).transpose()?,
            None => None,
        };
        let address = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
        let versions = header("if-none-match").map(str::to_owned);
        Ok(Self {
            services: &shared.services,
            rate_limits: &shared.rate_limits,
            printer: &shared.printer,
            actor,
            key,
            mode,
            default_limit: None,
            address,
            versions,
            body,
        })
    }

    /// Whether the client has the version with this entity tag.
    pub(super) fn has_version(&self, tag: &str) -> bool {
        let same = |known: &str| known.trim().trim_start_matches("W/") == tag || known.trim() == "*";
        self.versions.as_deref().is_some_and(|list| list.split(',').any(same))
    }

    /// How many views a page is to have: what was asked for, else what is usual for the caller on its surface.
    pub(super) fn limit(&self, asked: Option<i32>) -> Option<i32> {
        asked.filter(|limit| *limit > 0).or(self.default_limit)
    }

    /// Today where the organization is.
    pub(super) fn today(&self) -> chrono::NaiveDate {
        self.services.clock.now().with_timezone(&self.actor.zone).date_naive()
    }

    /// The parameters.
    ///
    /// # Errors
    /// 400 naming the member that cannot be read.
    pub(in crate::http) fn params<P: DeserializeOwned>(&self) -> Result<P> {
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        self.parse(text).map_err(|finding| Error::Invalid(vec![finding]))
    }

    /// Reads JSON text with the organization's zone as the meaning of dates without one. Following the path costs more
    /// than reading, so it is done only for a text that cannot be read.
    fn parse<T: DeserializeOwned>(&self, text: &str) -> Result<T, Finding> {
        with_zone(self.actor.zone, || {
            if let Ok(read) = serde_json::from_str(text) {
                return Ok(read);
            }
            let mut reader = serde_json::Deserializer::from_str(text);
            serde_path_to_error::deserialize(&mut reader).map_err(|error| {
                let path = error.path().to_string();
                let path = if path == "." { String::new() } else { path };
                Finding::new("type", path, without_value(&error.into_inner().to_string()))
            })
        })
    }

    /// Reads one entry of a list on its own, so that a fault in one does not hide the others.
    pub(super) fn parse_entry<T: DeserializeOwned>(
        &self,
        list: &str,
        index: usize,
        raw: &RawValue,
    ) -> Result<T, Vec<Finding>> {
        self.parse(raw.get()).map_err(|finding| vec![finding.under(&format!("{list}[{index}]"))])
    }

    /// The actor with user and office as the call states them; a session's are bound.
    ///
    /// # Errors
    /// 400 for an absent or malformed user, a malformed office, or either differing from the session's.
    pub(super) fn acting(&self, user_cd: &Option<String>, office_cd: &Option<String>) -> Result<Actor> {
        let (actor, findings) = self.stated(user_cd, office_cd);
        findings.into_result()?;
        Ok(actor)
    }

    /// Like [`Self::acting`], with the findings to be reported together with others.
    pub(super) fn stated(&self, user_cd: &Option<String>, office_cd: &Option<String>) -> (Actor, Findings) {
        let mut findings = Findings::default();
        let (user, office) = (given(user_cd), given(office_cd));
        forms::check_user(&mut findings, "userCd", user);
        forms::check_office(&mut findings, "officeCd", office);
        let mut actor = (*self.actor).clone();
        if actor.session.is_some() {
            let differs = |bound: &Option<String>, stated: Option<&str>| stated.is_some() && bound.as_deref() != stated;
            if differs(&actor.user_cd, user) {
                findings.add("unknown_code", "userCd", "the session belongs to another user; log in as this one");
            }
            if differs(&actor.office_cd, office) {
                findings.add("unknown_code", "officeCd", "the session is bound to another office; log in for this one");
            }
        } else {
            if user.is_none() {
                findings.add("required", "userCd", "say which user acts, for example depost");
            }
            actor.user_cd = user.map(str::to_owned);
            actor.office_cd = office.map(str::to_owned);
        }
        (actor, findings)
    }
}

/// The parser's message without the value it met, which may be somebody's name or number, and without the place in
/// the text, which the path says better.
fn without_value(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    match (message.find(['"', '`']), message.rfind(", expected ")) {
        (Some(start), Some(end)) if start < end => format!("{}{}", message[..start].trim_end(), &message[end..]),
        _ => message.to_owned(),
    }
}

/// A key stands for one request: method, kind of answer wanted and body. What authorizes it (`secrets`, places in the
/// body) is left out: a request repeated in a new session is the same.
fn request_key(key: &str, method: &str, mode: BatchMode, body: &[u8], secrets: &[Range<usize>]) -> Result<RequestKey> {
    let fits = (1..=limits::IDEMPOTENCY_KEY_CHARS).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if !fits {
        let most = limits::IDEMPOTENCY_KEY_CHARS;
        let message = format!("a key has 1 to {most} visible ASCII characters without blanks, for example a GUID");
        return Err(Error::invalid("format", "Idempotency-Key", message));
    }
    let mut hasher = Sha256::new();
    hasher.update(method.as_bytes());
    hasher.update([0, u8::from(mode == BatchMode::PerItem)]);
    let mut at = 0;
    for secret in secrets {
        hasher.update(&body[at..secret.start]);
        // No JSON text holds this byte, so that a gap is like nothing else.
        hasher.update([0]);
        at = secret.end;
    }
    hasher.update(&body[at..]);
    Ok(RequestKey { key: key.to_owned(), fingerprint: hasher.finalize().to_vec() })
}

/// Collects findings about parameters that are needed.
#[derive(Default)]
pub(super) struct Needed {
    pub findings: Findings,
}

impl Needed {
    /// Notes a country that the list does not have.
    pub(super) fn country(&mut self, call: &Call<'_>, path: &'static str, code: &Option<String>) {
        places::check_country(&mut self.findings, path, given(code), call.services.catalogue().countries());
    }

    /// The text, or a finding and an empty one.
    pub(super) fn text<'p>(&mut self, path: &'static str, value: &'p Option<String>, remedy: &str) -> &'p str {
        given(value).unwrap_or_else(|| {
            self.findings.add("required", path, remedy);
            ""
        })
    }

    /// The flow when one is given; a finding for a letter that means none.
    pub(super) fn flow(&mut self, path: &'static str, value: &Option<String>) -> Option<Flow> {
        let code = given(value)?;
        let flow = Flow::from_stored(code).ok();
        if flow.is_none() {
            self.findings.add("format", path, "write I (inbound), O (outbound) or T (transit)");
        }
        flow
    }

    pub(super) fn done(self) -> Result<()> {
        self.findings.into_result()
    }
}

/// Deserializes a list whose entries are read one by one; `null` is empty.
#[derive(Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct RawList(Vec<Box<RawValue>>);

impl RawList {
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = (usize, &RawValue)> {
        self.0.iter().map(AsRef::as_ref).enumerate()
    }
}
