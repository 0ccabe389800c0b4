//! What a PostgreSQL URL says, and what is added to it so that no wait has the other side's word for its only end.
//!
//! Knows how libpq reads URLs; opens nothing.

use super::options::Waits;

/// The URL with limits of waiting, but for those that it has of its own.
pub(super) fn with_waits(url: &str, waits: Waits) -> String {
    let silent_s = waits.silent.as_secs().max(2);
    // Asked when nothing came for a while; then every second, so that the last question is due when the time is over.
    let idle_s = silent_s / 2;
    let wanted = [
        ("connect_timeout", waits.connect.as_secs()),
        ("tcp_user_timeout", silent_s * 1_000),
        ("keepalives_idle", idle_s),
        ("keepalives_interval", 1),
        ("keepalives_count", silent_s - idle_s),
    ];
    let mut whole = url.to_owned();
    for (name, value) in wanted.into_iter().filter(|(name, _)| parameter(url, name).is_none()) {
        whole.push(if whole.contains('?') { '&' } else { '?' });
        whole.push_str(&format!("{name}={value}"));
    }
    whole
}

/// How many hosts the URL names.
pub(super) fn host_count(url: &str) -> usize {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?']).next().unwrap_or_default();
    let named = authority.rsplit('@').next().unwrap_or_default();
    let lists = [Some(named), parameter(url, "host"), parameter(url, "hostaddr")];
    lists.into_iter().flatten().map(|list| list.split(',').count()).max().unwrap_or(1)
}

/// The value of a parameter, as it stands.
fn parameter<'u>(url: &'u str, name: &str) -> Option<&'u str> {
    let (_, parameters) = url.split_once('?')?;
    parameters.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn waits(connect: u64, silent: u64) -> Waits {
        Waits { connect: Duration::from_secs(connect), silent: Duration::from_secs(silent) }
    }

    #[test]
    fn what_the_url_says_itself_stands() {
        let all = "connect_timeout=2&tcp_user_timeout=5000&keepalives_idle=2&keepalives_interval=1&keepalives_count=3";
        assert_eq!(with_waits("postgres://h/n", waits(2, 5)), format!("postgres://h/n?{all}"));
        assert_eq!(
            with_waits("postgres://h/n?keepalives_idle=9&connect_timeout=7", waits(2, 5)),
            "postgres://h/n?keepalives_idle=9&connect_timeout=7&tcp_user_timeout=5000&keepalives_interval=1&keepalives_count=3"
        );
        // A longer name that ends alike is another parameter.
        assert!(with_waits("postgres://h/n?xconnect_timeout=7", waits(3, 5)).contains("&connect_timeout=3"));
        assert!(with_waits("postgres://h/n", waits(2, 1)).contains("keepalives_idle=1&"), "none of them is zero");
    }

    #[test]
    fn hosts_are_counted_wherever_they_stand() {
        for (url, count) in [
            ("postgres://h/n", 1),
            ("postgres:///n", 1),
            ("postgres://u:p,w@h/n", 1),
            ("postgres://u@a:1,b:2,c/n", 3),
            ("postgres://a,b?x=1", 2),
            ("postgres:///n?host=/run/postgresql", 1),
            ("postgres://u@/n?host=a,b&port=1,2", 2),
        ] {
            assert_eq!(host_count(url), count, "{url}");
        }
    }
}
