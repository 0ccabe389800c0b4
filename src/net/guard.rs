//! Where notifications may go: to public addresses, and to others only where the operator said so.
//!
//! Receivers are named by customers, so an address may be anything: one inside our own network, or a name that leads to one today and
//! to another tomorrow. All addresses of a name must pass, and exactly those that passed are dialled.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::mpsc::channel;
use std::time::Duration;

use ipnet::IpNet;
use moka::sync::Cache;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::networks::Networks;
use crate::limits;

/// What the operator set about receivers of notifications.
#[derive(Clone, Debug)]
pub struct GuardRules {
    /// Networks that may be reached though they are not public, over http and at any port, too.
    pub allowed: Networks,
    /// Networks that may not be reached though they are public.
    pub denied: Networks,
    /// Ports of public receivers.
    pub ports: Vec<u16>,
    /// Where this server listens itself.
    pub own: Vec<SocketAddr>,
}

impl Default for GuardRules {
    fn default() -> Self {
        Self { allowed: Networks::default(), denied: Networks::default(), ports: vec![443, 8443], own: Vec::new() }
    }
}

/// Networks that are not public (the special-purpose registries of IANA), and ways to write an IPv4 address as one of IPv6.
const NOT_PUBLIC: [&str; 28] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Where clouds give machines their secrets: no setting opens these.
const NEVER: [&str; 2] = ["169.254.0.0/16", "fd00:ec2::254/128"];

/// Checks addresses before they are dialled.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    rules: GuardRules,
    not_public: Vec<IpNet>,
    never: Vec<IpNet>,
    /// Addresses that passed lately, by scheme, host and port.
    passed: Cache<String, Vec<SocketAddr>>,
    look_up: fn(&str, u16) -> Vec<SocketAddr>,
}

impl Guard {
    pub(super) fn new(rules: GuardRules) -> Self {
        let nets = |texts: &[&str]| texts.iter().filter_map(|net| net.parse().ok()).collect();
        let lifetime = Duration::from_secs(limits::RESOLVED_S);
        Self {
            rules,
            not_public: nets(&NOT_PUBLIC),
            never: nets(&NEVER),
            passed: Cache::builder().max_capacity(limits::RESOLVED_NAMES).time_to_live(lifetime).build(),
            look_up,
        }
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        self.rules.allowed.hold(address)
    }

    fn passes(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        let among = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&ip));
        !among(&self.never)
            && !self.rules.denied.hold(ip)
            && (self.is_allowed(ip) || !among(&self.not_public))
            && !self.is_own(ip, address.port())
    }

    /// Whether this server listens there itself.
    fn is_own(&self, ip: IpAddr, port: u16) -> bool {
        // An address belongs to this machine if one can be had there.
        let is_here = || UdpSocket::bind((ip, 0)).is_ok();
        self.rules.own.iter().any(|own| {
            own.port() == port && (own.ip().to_canonical() == ip || (own.ip().is_unspecified() && is_here()))
        })
    }

    /// The addresses to dial for a URL; none if any of them may not be dialled.
    pub(super) fn addresses(&self, uri: &Uri) -> Vec<SocketAddr> {
        let Some((scheme, host, port)) = parts(uri) else { return Vec::new() };
        let key = format!("{scheme} {host} {port}");
        if let Some(known) = self.passed.get(&key) {
            return known;
        }
        let found = match host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => (self.look_up)(&host, port),
        };
        let is_usual = scheme == "https" && self.rules.ports.contains(&port);
        let fits = |address: &SocketAddr| self.passes(*address) && (is_usual || self.is_allowed(address.ip()));
        if found.is_empty() || !found.iter().all(fits) {
            return Vec::new();
        }
        self.passed.insert(key, found.clone());
        found
    }
}

/// Scheme, host and port of a URL that may be one of a receiver.
fn parts(uri: &Uri) -> Option<(&str, String, u16)> {
    let scheme = uri.scheme_str()?;
    let usual = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let authority = uri.authority()?;
    let host = authority.host();
    let port = port_of(authority, usual)?;
    if authority.as_str().contains('@') || host.is_empty() || host.len() > limits::HOST_CHARS {
        return None;
    }
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some((scheme, host.to_ascii_lowercase(), port))
}

/// The port that stands in an authority, or the usual one; none for what is no port.
pub(super) fn port_of(authority: &Authority, usual: u16) -> Option<u16> {
    let behind = authority.as_str().rsplit('@').next()?.strip_prefix(authority.host())?;
    match behind.strip_prefix(':') {
        None => Some(usual),
        Some(port) => port.parse().ok(),
    }
}

/// What the system says of a name, in bounded time.
fn look_up(host: &str, port: u16) -> Vec<SocketAddr> {
    let (found, finding) = channel();
    let host = host.to_owned();
    let asking = std::thread::Builder::new().name("look-up".into()).spawn(move || {
        let addresses = (host.as_str(), port).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
        let _ = found.send(addresses);
    });
    if asking.is_err() {
        return Vec::new();
    }
    finding.recv_timeout(Duration::from_secs(limits::RESOLVE_S)).unwrap_or_default()
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        // As many as the library holds; each of them passed.
        for address in self.addresses(uri).into_iter().take(16) {
            addresses.push(address);
        }
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn guard(allowed: &str) -> Guard {
        Guard::new(GuardRules { allowed: allowed.parse().expect("networks"), ..GuardRules::default() })
    }

    fn dialled(guard: &Guard, url: &str) -> usize {
        url.parse::<Uri>().map_or(0, |uri| guard.addresses(&uri).len())
    }

    /// Ways to name what is not public; the names in them are looked up by the system.
    const INSIDE: [&str; 62] = [
        "127.0.0.1",
        "127.0.0.2",
        "127.1",
        "127.0.1",
        "0",
        "0.0.0.0",
        "0.1.2.3",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "169.254.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[100::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::]",
        "[3fff::1]",
        "[5f00::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "user@127.0.0.1",
    ];

    #[test]
    fn nothing_inside_is_dialled_however_it_is_written() {
        let guard = guard("");
        for host in INSIDE {
            for url in [format!("https://{host}/"), format!("https://{host}:8443/hook")] {
                assert_eq!(dialled(&guard, &url), 0, "{url}");
            }
        }
        for host in ["127.0.0.1%00", "127。0。0。1", "①②⑦.⓪.⓪.①", "[fe80::1%25eth0]", ""] {
            assert_eq!(dialled(&guard, &format!("https://{host}/")), 0, "{host}");
        }
    }

    #[test]
    fn what_is_public_is_dialled_at_its_ports_by_https_alone() {
        let guard = guard("");
        for (url, count) in [
            ("https://93.184.216.34/", 1),
            ("https://93.184.216.34:8443/", 1),
            ("https://[2606:2800:220:1::1]/", 1),
            ("https://93.184.216.34:444/", 0),
            ("https://93.184.216.34:99999/", 0),
            ("https://93.184.216.34:/", 0),
            ("http://93.184.216.34/", 0),
            ("http://93.184.216.34:443/", 0),
            ("ftp://93.184.216.34/", 0),
            ("https://a@93.184.216.34/", 0),
            ("/no/host", 0),
        ] {
            assert_eq!(dialled(&guard, url), count, "{url}");
        }
    }

    #[test]
    fn the_operator_lets_networks_in_and_keeps_others_out() {
        let guard = Guard::new(GuardRules {
            allowed: "10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 fd00::/8".parse().expect("networks"),
            denied: "10.9.0.0/16 93.184.216.0/24".parse().expect("networks"),
            own: vec!["127.0.0.1:8080".parse().expect("an address"), "0.0.0.0:8081".parse().expect("an address")],
            ..GuardRules::default()
        });
        for (url, count) in [
            ("http://10.1.2.3:9000/", 1),
            ("https://[::ffff:10.1.2.3]/", 1),
            ("https://[fd00::1]/", 1),
            ("http://10.9.0.1/", 0),
            ("https://93.184.216.34/", 0),
            ("https://169.254.169.254/", 0),
            ("https://[fd00:ec2::254]/", 0),
            ("http://127.0.0.1:8080/", 0),
            ("http://127.0.0.1:8081/", 0),
            ("http://10.1.2.3:8081/", 1),
            ("http://127.0.0.1:8082/", 1),
            ("http://192.168.0.1/", 0),
        ] {
            assert_eq!(dialled(&guard, url), count, "{url}");
        }
    }

    #[test]
    fn all_addresses_of_a_name_must_pass_and_only_those_are_dialled() {
        let mixed = |_: &str, port| {
            let public = |last: u8| SocketAddr::from(([93, 184, 216, last], port));
            (1..=20).map(public).chain([SocketAddr::from(([127, 0, 0, 1], port))]).collect()
        };
        assert_eq!(dialled(&Guard { look_up: mixed, ..guard("") }, "https://mixed.example/"), 0, "the 21st is inside");
        assert_eq!(dialled(&Guard { look_up: mixed, ..guard("127.0.0.0/8") }, "https://mixed.example/"), 21);
        assert_eq!(dialled(&Guard { look_up: |_, _| Vec::new(), ..guard("") }, "https://nobody.example/"), 0);
    }

    #[test]
    fn a_name_that_leads_elsewhere_on_second_look_is_dialled_where_it_was_checked() {
        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        fn rebinding(_: &str, port: u16) -> Vec<SocketAddr> {
            let is_first = LOOKS.fetch_add(1, Ordering::Relaxed) == 0;
            vec![SocketAddr::from((if is_first { [93, 184, 216, 34] } else { [127, 0, 0, 1] }, port))]
        }
        let guard = Guard { look_up: rebinding, ..guard("") };
        let uri: Uri = "https://rebinding.example/".parse().expect("a URL");
        assert_eq!(guard.addresses(&uri)[0].ip().to_string(), "93.184.216.34");
        guard.passed.invalidate_all();
        assert!(guard.addresses(&uri).is_empty());
    }
}
