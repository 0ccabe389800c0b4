//! What the server is told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use super::pipeline::client::TrustedProxies;

/// How the server listens.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Put before every method path; empty or `/like/this`.
    pub path_prefix: String,
    /// Where the SOAP contract of existing clients is served; empty for nowhere.
    pub soap_path: String,
    /// Where every method is served over SOAP; empty for nowhere.
    pub soap_full_path: String,
    pub workers: usize,
    /// Time for a request to arrive: the head, and then the body.
    pub request_read: Duration,
    /// Requests of one organization a second, and the burst above it.
    pub requests_per_org_s: u32,
    pub requests_per_org_burst: u32,
    pub login_attempts_per_account_min: u32,
    pub login_attempts_per_address_min: u32,
    /// Requests of one organization about anonymous declarations a minute.
    pub anonymous_per_org_min: u32,
    /// Proxies whose word about the client counts.
    pub trusted_proxies: TrustedProxies,
    /// Fonts beside the embedded ones, for scripts these lack.
    pub font_folder: Option<PathBuf>,
}
