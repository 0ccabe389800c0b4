//! How often: requests per organization, login attempts per account and address, anonymous declarations.

use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::options::HttpOptions;
use crate::error::{Error, Result};

/// Limiters of one server process. Sweep it now and then.
pub struct RateLimits {
    requests: DefaultKeyedRateLimiter<String>,
    accounts: DefaultKeyedRateLimiter<(String, String)>,
    addresses: DefaultKeyedRateLimiter<String>,
    anonymous: DefaultKeyedRateLimiter<String>,
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

impl RateLimits {
    /// Limiters with the limits of `options`.
    pub fn new(options: &HttpOptions) -> Self {
        let per_minute = |attempts| RateLimiter::keyed(Quota::per_minute(at_least_one(attempts)));
        let requests = Quota::per_second(at_least_one(options.requests_per_org_s))
            .allow_burst(at_least_one(options.requests_per_org_burst));
        Self {
            requests: RateLimiter::keyed(requests),
            accounts: RateLimiter::keyed(Quota::per_minute(at_least_one(options.login_attempts_per_account_min))),
            addresses: per_minute(options.login_attempts_per_address_min),
            anonymous: per_minute(options.anonymous_per_org_min),
        }
    }

    /// # Errors
    /// 429 when the organization calls too often.
    pub(super) fn request(&self, org: &str) -> Result<()> {
        check(&self.requests, &org.to_owned(), "requests of this organization")
    }

    /// # Errors
    /// 429 when too many logins were tried for the account or from the address.
    pub(super) fn login(&self, org: &str, user: &str, address: &str) -> Result<()> {
        check(&self.addresses, &address.to_owned(), "login attempts from this address")?;
        check(&self.accounts, &(org.to_owned(), user.to_owned()), "login attempts for this account")
    }

    /// # Errors
    /// 429 when the organization asks for anonymous declarations too often.
    pub(super) fn anonymous(&self, org: &str) -> Result<()> {
        check(&self.anonymous, &org.to_owned(), "requests about anonymous declarations")
    }

    /// Forgets keys that have not been seen for long, so that the tables stay small.
    pub fn sweep(&self) {
        self.requests.retain_recent();
        self.accounts.retain_recent();
        self.addresses.retain_recent();
        self.anonymous.retain_recent();
        // The tables keep their room otherwise.
        self.accounts.shrink_to_fit();
        self.addresses.shrink_to_fit();
    }
}

fn check<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    what: &'static str,
) -> Result<()> {
    limiter.check_key(key).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        Error::TooManyRequests { retry_after_s: wait.as_secs() + 1, what }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeping_forgets_who_has_not_called_for_a_while() {
        let rate_limits = RateLimits::new(&HttpOptions {
            path_prefix: String::new(),
            soap_path: String::new(),
            soap_full_path: String::new(),
            workers: 1,
            request_read: std::time::Duration::from_secs(1),
            requests_per_org_s: 1_000_000,
            requests_per_org_burst: 1_000_000,
            login_attempts_per_account_min: 1,
            login_attempts_per_address_min: 1_000,
            anonymous_per_org_min: 1,
            font_folder: None,
        });
        for number in 0..100 {
            rate_limits.request(&number.to_string()).expect("far below the limit");
        }
        rate_limits.login("AUA", "clerk", "192.0.2.1").expect("the first attempt");
        let swept = (0..1_000_000).any(|_| {
            rate_limits.sweep();
            rate_limits.requests.is_empty()
        });
        assert!(swept, "a microsecond after a call nothing is left to remember");
        assert!(rate_limits.login("AUA", "clerk", "192.0.2.1").is_err(), "what counts is remembered");
    }
}
