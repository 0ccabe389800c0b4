//! Addresses and networks, as settings name them.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// Some networks; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl FromStr for Networks {
    type Err = String;

    /// Addresses and networks, separated by commas or blanks.
    fn from_str(text: &str) -> Result<Self, String> {
        text.split([',', ' ']).filter(|net| !net.is_empty()).map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse::<IpNet>())
        .map_err(|_| format!("`{text}` is no address and no network; write 192.0.2.7 or 192.0.2.0/24"))
}

impl Networks {
    /// Whether an address is in one of them; an IPv4 address that is written as one of IPv6 counts as what it is.
    pub fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// Adds one address.
    pub fn add(&mut self, address: IpAddr) {
        self.0.push(IpNet::from(address));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read_and_hold_what_is_in_them() {
        let nets: Networks = "10.0.0.0/8, 192.0.2.7 2001:db8::/32".parse().expect("networks");
        for (address, is_in) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("::ffff:10.0.0.1", true),
            ("2001:db8::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(nets.hold(address.parse().expect("an address")), is_in, "{address}");
        }
        for wrong in ["10.0.0.0/33", "10.0.0", "proxy.example", "::1/129", "10.0.0.0/x"] {
            assert!(wrong.parse::<Networks>().is_err(), "{wrong}");
        }
    }
}
