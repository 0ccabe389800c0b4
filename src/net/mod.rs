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
        let Some(file) = ca_file else { return Ok(Self::new(rules, RootCerts::WebPki)) };
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
        Ok(Self::new(rules, RootCerts::from(certificates)))
    }

    fn new(rules: GuardRules, roots: RootCerts) -> Self {
        let config = |all: u64, idle: usize| {
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .proxy(None)
                .timeout_connect(Some(Duration::from_secs(5)))
                .timeout_global(Some(Duration::from_secs(all)))
                .max_idle_connections_per_host(idle)
                .max_idle_connections(idle * 8)
                .tls_config(TlsConfig::builder().root_certs(roots.clone()).build())
                .user_agent(concat!("entrepost/", env!("CARGO_PKG_VERSION")))
                .build()
        };
        let guard = Guard::new(rules);
        let guarded = config(limits::HOOK_TIMEOUT_S, limits::HOOK_CONCURRENCY_MOST as usize);
        Self {
            partners: config(limits::EXCHANGE_TIMEOUT_S, 4).into(),
            guarded: ureq::Agent::with_parts(guarded, DefaultConnector::default(), guard.clone()),
            guard,
        }
    }
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
        let retry_after =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
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
