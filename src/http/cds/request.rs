//! One call on its way to its use case: parameters, actor, preferences.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::domain::Flow;
use crate::error::{Error, Findings, Result};
use crate::http::pipeline::admission::Admitted;
use crate::http::pipeline::rate_limit::RateLimits;
use crate::http::pipeline::{client, idempotency};
use crate::http::printing::Printer;
use crate::http::reading::{acting, parse};
use crate::http::shared::Shared;
use crate::rules::forms::given;
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
    /// Where the request comes from.
    pub address: IpAddr,
    /// Versions the client has (`If-None-Match`).
    versions: Option<String>,
    admitted: Admitted,
}

impl<'a> Call<'a> {
    /// A call of `admitted`; `keyed` names the method whose repeats an idempotency key may stop.
    pub(super) fn new(
        request: &HttpRequest,
        shared: &'a Shared,
        admitted: Admitted,
        keyed: Option<&str>,
    ) -> Result<Self> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let per_item = header("prefer").is_some_and(|prefer| prefer.replace(' ', "").contains("outcome=per-item"));
        let mode = if per_item { BatchMode::PerItem } else { BatchMode::AllOrNothing };
        let key = match keyed {
            Some(method) => idempotency::key(request, method, mode, admitted.bytes(), &admitted.secrets)?,
            None => None,
        };
        let versions = header("if-none-match").map(str::to_owned);
        Ok(Self {
            services: &shared.services,
            rate_limits: &shared.rate_limits,
            printer: &shared.printer,
            actor: Arc::clone(&admitted.actor),
            key,
            mode,
            default_limit: None,
            address: client::of(request, &shared.trusted_proxies),
            versions,
            admitted,
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
        parse(self.actor.zone, self.admitted.text()).map_err(|finding| Error::Invalid(finding.into()))
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
        acting(&self.actor, ("userCd", given(user_cd)), ("officeCd", given(office_cd)))
    }
}

/// Reads one entry of a list on its own, so that a fault in one does not hide the others.
pub(super) fn parse_entry<T: DeserializeOwned>(
    zone: Tz,
    list: &str,
    index: usize,
    raw: &RawValue,
) -> Result<T, Findings> {
    parse(zone, raw.get()).map_err(|finding| finding.under(&format!("{list}[{index}]")).into())
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
