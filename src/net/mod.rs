//! The only opener of outbound connections: time limits, size limits, no redirects, no proxies out of the environment.
//!
//! Addresses of partners come from the administrator, so private ones are allowed there; those of receivers of notifications come from
//! customers and pass a guard ([`GuardRules`]).

mod address;
mod guard;
mod networks;

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;

pub use address::is_under;
use guard::Guard;
pub use guard::GuardRules;
pub use networks::Networks;

use crate::limits;

/// Where a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To an address that the administrator gave.
    Any,
    /// To an address that a customer gave.
    Guarded,
}

/// A POST.
#[derive(Clone, Debug)]
pub struct Outbound {
    pub url: String,
    pub reach: Reach,
    pub headers: Vec<(Cow<'static, str>, String)>,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    pub status: u16,
    /// When to come again, as the header says it.
    pub retry_after: Option<String>,
    /// Of a receiver of notifications only the beginning.
    pub body: Vec<u8>,
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The address may not be reached; nothing was dialled.
    NotAllowed,
    TimedOut,
    /// In words, without credentials of the address.
    Failed(String),
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed => write!(f, "this address cannot be reached from here"),
            Self::TimedOut => write!(f, "no answer in time"),
            Self::Failed(why) => write!(f, "{why}"),
        }
    }
}

/// The way out; tests put a network of their own in its place.
pub trait Net: Send + Sync {
    /// Sends and waits for the answer, whatever its status. Blocks.
    ///
    /// # Errors
    /// Why no answer came.
    fn post(&self, request: Outbound) -> Result<Answered, Unanswered>;

    /// Whether a customer may name this address. Blocks: names are looked up.
    fn may_reach(&self, url: &str) -> bool {
        let _ = url;
        true
    }
}

/// HTTP and HTTPS over the operating system's network.
pub struct Http {
    partners: ureq::Agent,
    guarded: ureq::Agent,
    guard: Guard,
}

impl Default for Http {
    fn default() -> Self {
        Self::new(GuardRules::default(), RootCerts::WebPki)
    }
}

impl Http {
    /// The way out by what the operator set; `ca_file` has the certificates that those of servers are checked by, in place of the
    /// public ones.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(rules: GuardRules, ca_file: Option<&Path>) -> Result<Self, String> {
        Ok(Self::new(rules, roots(ca_file)?))
    }

    fn new(rules: GuardRules, roots: RootCerts) -> Self {
        let guard = Guard::new(rules);
        let guarded = agent_config(&roots, limits::HOOK_TIMEOUT_S, limits::HOOK_CONCURRENCY_MOST as usize);
        Self {
            partners: agent_config(&roots, limits::EXCHANGE_TIMEOUT_S, 4).into(),
            guarded: ureq::Agent::with_parts(guarded, DefaultConnector::default(), guard.clone()),
            guard,
        }
    }
}

/// The certificates that those of servers are checked by: those of a file, else the public ones.
fn roots(ca_file: Option<&Path>) -> Result<RootCerts, String> {
    let Some(file) = ca_file else { return Ok(RootCerts::WebPki) };
    let named = |why: &str| format!("ca-file {}: {why}", file.display());
    let text = std::fs::read(file).map_err(|error| named(&error.to_string()))?;
    let certificates: Vec<_> = parse_pem(&text)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(named("there is no certificate (PEM) in it"));
    }
    Ok(RootCerts::from(certificates))
}

fn agent_config(roots: &RootCerts, all_s: u64, idle: usize) -> ureq::config::Config {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(Some(Duration::from_secs(all_s)))
        .max_idle_connections_per_host(idle)
        .max_idle_connections(idle * 8)
        .tls_config(TlsConfig::builder().root_certs(roots.clone()).build())
        .user_agent(concat!("entrepost/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// A running server as commands call it.
pub struct Server {
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl Server {
    /// The server at an address, called with a token of an organization; `ca_file` as in [`Http::open`].
    ///
    /// # Errors
    /// When the address is none, or the file cannot be read.
    pub fn at(base: &str, token: String, ca_file: Option<&Path>) -> Result<Self, String> {
        let base = base.trim_end_matches('/').to_owned();
        let uri: Option<ureq::http::Uri> = base.parse().ok();
        let is_address = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
        });
        if !is_address {
            return Err(format!("url: {base} is no address; write for example https://post.example"));
        }
        let agent = agent_config(&roots(ca_file)?, limits::COMMAND_TIMEOUT_S, 1).into();
        Ok(Self { agent, base, token })
    }

    /// Fetches what is at a path.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn get(&self, path: &str) -> Result<Answered, Unanswered> {
        let request = self.agent.get(format!("{}{path}", self.base));
        answered(request.header("authorization", self.bearer()).call().map_err(unanswered)?)
    }

    /// Sends a body to a path.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answered, Unanswered> {
        let request = self.agent.post(format!("{}{path}", self.base)).header("authorization", self.bearer());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        answered(request.send(body).map_err(unanswered)?)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

fn answered(mut response: ureq::http::Response<ureq::Body>) -> Result<Answered, Unanswered> {
    let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
    let reading = response.body_mut().with_config().limit(limits::COMMAND_ANSWER_BYTES as u64);
    let body = reading.read_to_vec().map_err(|error| Unanswered::Failed(format!("the answer broke off: {error}")))?;
    Ok(Answered { status, retry_after, body })
}

fn retry_after(response: &ureq::http::Response<ureq::Body>) -> Option<String> {
    response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn unanswered(error: ureq::Error) -> Unanswered {
    match error {
        ureq::Error::Timeout(_) => Unanswered::TimedOut,
        error => Unanswered::Failed(error.to_string()),
    }
}

fn broke_off(error: std::io::Error) -> Unanswered {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    let is_timeout = matches!(inner, Some(ureq::Error::Timeout(_))) || error.kind() == std::io::ErrorKind::TimedOut;
    if is_timeout { Unanswered::TimedOut } else { Unanswered::Failed(format!("the answer broke off: {error}")) }
}

impl Net for Http {
    fn post(&self, request: Outbound) -> Result<Answered, Unanswered> {
        let agent = match request.reach {
            Reach::Any => &self.partners,
            Reach::Guarded if self.may_reach(&request.url) => &self.guarded,
            Reach::Guarded => return Err(Unanswered::NotAllowed),
        };
        let mut sending = agent.post(&request.url);
        for (name, value) in &request.headers {
            sending = sending.header(name.as_ref(), value);
        }
        let mut response = sending.send(&request.body[..]).map_err(unanswered)?;
        let status = response.status().as_u16();
        let retry_after = retry_after(&response);
        let mut body = Vec::new();
        match request.reach {
            Reach::Any => {
                let reading = response.body_mut().with_config().limit(limits::EXCHANGE_ANSWER_BYTES as u64);
                body = reading
                    .read_to_vec()
                    .map_err(|error| Unanswered::Failed(format!("the answer broke off: {error}")))?;
            }
            Reach::Guarded => {
                let beginning = response.body_mut().as_reader().take(limits::HOOK_ANSWER_BYTES);
                { beginning }.read_to_end(&mut body).map_err(broke_off)?;
            }
        }
        Ok(Answered { status, retry_after, body })
    }

    fn may_reach(&self, url: &str) -> bool {
        url.parse().is_ok_and(|uri| !self.guard.addresses(&uri).is_empty())
    }
}
