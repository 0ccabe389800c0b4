//! Where a request comes from: the client behind the proxies that are trusted.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::HttpRequest;

use crate::net::Networks;

/// Addresses of proxies whose word about the client counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Networks);

impl FromStr for TrustedProxies {
    type Err = String;

    /// Addresses and networks, separated by commas or blanks.
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

impl TrustedProxies {
    /// Whether `address` is one of them.
    pub fn hold(&self, address: IpAddr) -> bool {
        self.0.hold(address)
    }

    /// The client of a request: the peer, or, of a trusted peer, the last address in `forwarded` (X-Forwarded-For, one
    /// line or several) that is not a trusted one. Entries before it may be anybody's invention.
    fn client(&self, peer: IpAddr, forwarded: &[&str]) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut said = forwarded.iter().rev().flat_map(|line| line.rsplit(',')).map(str::trim);
        while self.hold(client) {
            match said.next().map(address) {
                Some(Some(address)) => client = address.to_canonical(),
                _ => break,
            }
        }
        client
    }
}

/// An address, with a port or in brackets as some proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    text.parse::<SocketAddr>().map(|socket| socket.ip()).ok().or_else(bare)
}

/// The address of the client.
pub(in crate::http) fn of(request: &HttpRequest, trusted: &TrustedProxies) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let forwarded: Vec<&str> =
        request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
    trusted.client(peer, &forwarded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let trusted: TrustedProxies = trusted.parse().expect("networks");
        trusted.client(peer.parse().expect("an address"), forwarded).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_its_own_client() {
        let nets = "10.0.0.0/8, 192.0.2.7 2001:db8::/32";
        assert_eq!(client(nets, "198.51.100.1", &["203.0.113.9"]), "198.51.100.1");
        assert_eq!(client(nets, "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(client(nets, "10.1.2.3", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(nets, "10.1.2.3", &["1.1.1.1, 203.0.113.9, 192.0.2.7"]), "203.0.113.9");
        assert_eq!(client(nets, "10.1.2.3", &["1.1.1.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(nets, "::ffff:10.1.2.3", &["[2001:db9::1]:4711"]), "2001:db9::1");
        assert_eq!(client(nets, "2001:db8::5", &["203.0.113.9:80"]), "203.0.113.9");
        assert_eq!(client(nets, "10.1.2.3", &["203.0.113.9, somebody"]), "10.1.2.3");
        assert_eq!(client("", "10.1.2.3", &["203.0.113.9"]), "10.1.2.3");
    }
}
