//! What the server is told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::pipeline::client::TrustedProxies;
use super::pipeline::connections::Connections;
use super::tls::TlsFiles;
use crate::limits;

/// How the server listens.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Put before every method path; empty or `/like/this`.
    pub path_prefix: String,
    /// Where the SOAP contract of existing clients is served; empty for nowhere.
    pub soap_path: String,
    /// Where every method is served over SOAP; empty for nowhere.
    pub soap_full_path: String,
    /// What the listener is encrypted with.
    pub tls: Option<TlsFiles>,
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
    /// Where clients reach the server, without a slash at the end; what they call when absent.
    pub public_url: Option<String>,
    /// Connections in all, and of one address.
    pub connections: usize,
    pub connections_per_address: usize,
    /// Proxies whose word about the client counts.
    pub trusted_proxies: TrustedProxies,
    /// Whether there are pages for people.
    pub console: ConsoleSetting,
    /// Fonts beside the embedded ones, for scripts these lack.
    pub font_folder: Option<PathBuf>,
}

/// Whether there is a console, and how its cookies travel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    pub is_on: bool,
    /// Browsers reach it by https alone.
    pub is_secure: bool,
}

/// Whether there are pages for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConsoleSetting {
    /// Where passwords do not travel in clear: by https, or on the machine itself.
    #[default]
    Auto,
    On,
    Off,
}

impl ConsoleSetting {
    /// Every one, with its name.
    pub const NAMES: [(&str, Self); 3] = [("auto", Self::Auto), ("on", Self::On), ("off", Self::Off)];
}

impl HttpOptions {
    /// The console of a server that listens on `address` and speaks `scheme` there.
    pub(super) fn console(&self, address: std::net::SocketAddr, scheme: &str) -> Console {
        let is_secure = self.public_url.as_deref().map_or(scheme == "https", |url| url.starts_with("https://"));
        let is_on = match self.console {
            ConsoleSetting::On => true,
            ConsoleSetting::Off => false,
            ConsoleSetting::Auto => is_secure || address.ip().is_loopback(),
        };
        if !is_on && self.console == ConsoleSetting::Auto {
            tracing::info!(
                %address,
                "no console: passwords would travel in clear; give tls-certificate or an https public-url, or set console"
            );
        }
        Console { is_on, is_secure }
    }

    /// The connections there may be: as many as configured, unless the process may not open so many files.
    pub(super) fn connections(&self) -> Connections {
        let room = open_files().saturating_sub(limits::FILES_KEPT).max(1);
        let most = usize::try_from(room).map_or(self.connections, |room| room.min(self.connections));
        if most < self.connections {
            tracing::warn!(
                most,
                wanted = self.connections,
                "fewer connections than configured: the limit of open files is too low"
            );
        }
        Connections::new(most, self.connections_per_address, self.trusted_proxies.clone())
    }
}

/// How many files the process may have open, after asking for as many as it may ask for.
fn open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some() && current != maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}
