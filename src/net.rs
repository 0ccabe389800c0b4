//! The only opener of outbound connections: time limits, size limits, no redirects, no proxies out of the environment.
//!
//! Addresses come from the administrator (partners of the exchange), so private ones are allowed here.

use std::time::Duration;

use crate::limits;

/// A POST to a partner.
#[derive(Clone, Debug)]
pub struct Outbound {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The way out; tests put a network of their own in its place.
pub trait Net: Send + Sync {
    /// Sends and waits for the answer, whatever its status. Blocks.
    ///
    /// # Errors
    /// Why no answer came, without addresses' credentials.
    fn post(&self, request: Outbound) -> Result<Answered, String>;
}

/// HTTP and HTTPS over the operating system's network.
pub struct Http {
    agent: ureq::Agent,
}

impl Default for Http {
    fn default() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_global(Some(Duration::from_secs(limits::EXCHANGE_TIMEOUT_S)))
            .user_agent(concat!("entrepost/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: agent.into() }
    }
}

impl Net for Http {
    fn post(&self, request: Outbound) -> Result<Answered, String> {
        let mut sending = self.agent.post(&request.url);
        for (name, value) in &request.headers {
            sending = sending.header(*name, value);
        }
        let mut response = sending.send(&request.body[..]).map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let reading = response.body_mut().with_config().limit(limits::EXCHANGE_ANSWER_BYTES as u64).read_to_vec();
        Ok(Answered { status, body: reading.map_err(|error| format!("the answer broke off: {error}"))? })
    }
}
