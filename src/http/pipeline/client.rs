//! Where a request comes from: the client behind the proxies that are trusted.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::HttpRequest;

/// Addresses of proxies whose word about the client counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Net>);

/// A network: address and length of the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Net {
    address: IpAddr,
    prefix_bits: u8,
}

impl Net {
    fn holds(self, address: IpAddr) -> bool {
        let shares = |a: u128, b: u128, bits: u32| (a ^ b).leading_zeros() >= bits;
        let prefix = u32::from(self.prefix_bits);
        match (self.address, address) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                shares(u128::from(net.to_bits()), u128::from(address.to_bits()), 96 + prefix)
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => shares(net.to_bits(), address.to_bits(), prefix),
            _ => false,
        }
    }
}

impl FromStr for Net {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let wrong = || format!("`{text}` is no address and no network; write 192.0.2.7 or 192.0.2.0/24");
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if prefix_bits > most { Err(wrong()) } else { Ok(Self { address, prefix_bits }) }
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    /// Addresses and networks, separated by commas or blanks.
    fn from_str(text: &str) -> Result<Self, String> {
        let nets = text.split([',', ' ']).filter(|net| !net.is_empty()).map(str::parse);
        nets.collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether `address` is one of them.
    pub fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.holds(address))
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

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in ["10.0.0.0/33", "10.0.0", "proxy.example", "::1/129", "10.0.0.0/x"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
        }
        let all: TrustedProxies = "0.0.0.0/0".parse().expect("a network");
        assert!(all.hold("203.0.113.9".parse().expect("an address")));
    }
}
