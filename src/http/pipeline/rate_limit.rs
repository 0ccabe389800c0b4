//! How often: requests per organization, unknown tokens per address, login attempts per account and address, anonymous
//! declarations.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};
use moka::sync::Cache;

use crate::error::{Error, Result};
use crate::http::options::HttpOptions;
use crate::limits;

/// Organization and user.
type Account = (String, String);

/// How many requests an organization has.
#[derive(Clone, Copy, Debug)]
struct Policy {
    per_second: u32,
    burst: u32,
}

/// What an organization has left.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Left {
    requests: u32,
    policy: Policy,
}

impl Left {
    /// Header `RateLimit-Policy`.
    pub(in crate::http) fn policy(&self) -> String {
        format!("\"org\";q={};w=1", self.policy.per_second)
    }

    /// Header `RateLimit`: requests left now, and the seconds until all are there again.
    pub(in crate::http) fn told(&self) -> String {
        let missing = self.policy.burst.saturating_sub(self.requests);
        format!("\"org\";r={};t={}", self.requests, missing.div_ceil(self.policy.per_second.max(1)))
    }
}

/// Limiters of one server process. Sweep it now and then.
pub struct RateLimits {
    requests: RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>,
    policy: Policy,
    /// What was let through of each organization since it was asked last.
    taken: Mutex<HashMap<String, u32>>,
    /// What is worth telling other processes.
    worth_telling: u32,
    /// Login attempts for an account from one address.
    accounts: DefaultKeyedRateLimiter<(Account, IpAddr)>,
    /// Login attempts for an account from all addresses it was not entered from before.
    elsewhere: DefaultKeyedRateLimiter<Account>,
    /// Where accounts were entered from.
    entered: Cache<(Account, IpAddr), ()>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    anonymous: DefaultKeyedRateLimiter<String>,
    /// Senders without an account, by address: forms begun, steps sent, declarations lodged, secrets tried.
    forms: DefaultKeyedRateLimiter<IpAddr>,
    form_steps: DefaultKeyedRateLimiter<IpAddr>,
    lodgings: DefaultKeyedRateLimiter<IpAddr>,
    secrets: DefaultKeyedRateLimiter<IpAddr>,
    unknown_tokens: DefaultKeyedRateLimiter<IpAddr>,
    /// Access tokens asked for by one client, and from one address.
    tokens_of_clients: DefaultKeyedRateLimiter<String>,
    tokens_of_addresses: DefaultKeyedRateLimiter<IpAddr>,
    /// Requests of one session at a browser.
    pages: DefaultKeyedRateLimiter<Vec<u8>>,
    /// Failed sign-ins of an account from an address, and until when the next one waits.
    failed: Cache<(Account, IpAddr), (u32, Instant)>,
    /// Until when unknown tokens from an address are not looked at.
    shut: Cache<IpAddr, Instant>,
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

impl RateLimits {
    /// Limiters with the limits of `options`.
    pub fn new(options: &HttpOptions) -> Self {
        let per_minute = |attempts| Quota::per_minute(at_least_one(attempts));
        let requests = Quota::per_second(at_least_one(options.requests_per_org_s))
            .allow_burst(at_least_one(options.requests_per_org_burst));
        let per_account = options.login_attempts_per_account_min;
        Self {
            requests: RateLimiter::keyed(requests).with_middleware(),
            policy: Policy { per_second: options.requests_per_org_s, burst: options.requests_per_org_burst },
            taken: Mutex::default(),
            worth_telling: (options.requests_per_org_s / limits::SHARED_USE_PART).max(1),
            accounts: RateLimiter::keyed(per_minute(per_account)),
            elsewhere: RateLimiter::keyed(per_minute(per_account.saturating_mul(limits::LOGINS_ELSEWHERE))),
            entered: Cache::new(limits::LOGINS_REMEMBERED),
            addresses: RateLimiter::keyed(per_minute(options.login_attempts_per_address_min)),
            anonymous: RateLimiter::keyed(per_minute(options.anonymous_per_org_min)),
            forms: RateLimiter::keyed(Quota::per_hour(at_least_one(limits::LODGING_FORMS_H))),
            form_steps: RateLimiter::keyed(per_minute(limits::LODGING_STEPS_MIN)),
            lodgings: RateLimiter::keyed(Quota::per_hour(at_least_one(limits::LODGINGS_H))),
            secrets: RateLimiter::keyed(per_minute(limits::LODGING_SECRETS_MIN)),
            unknown_tokens: RateLimiter::keyed(per_minute(limits::UNKNOWN_TOKENS_MIN)),
            tokens_of_clients: RateLimiter::keyed(per_minute(limits::TOKENS_PER_CLIENT_MIN)),
            tokens_of_addresses: RateLimiter::keyed(per_minute(limits::TOKENS_PER_ADDRESS_MIN)),
            pages: RateLimiter::keyed(
                Quota::per_second(at_least_one(limits::PAGES_PER_SESSION_S))
                    .allow_burst(at_least_one(limits::PAGES_PER_SESSION_BURST)),
            ),
            failed: Cache::builder()
                .max_capacity(limits::LOGINS_REMEMBERED)
                .time_to_idle(Duration::from_secs(4 * limits::SIGN_IN_DELAY_MOST_S))
                .build(),
            shut: Cache::builder()
                .max_capacity(limits::TOKEN_CACHE_ENTRIES)
                .time_to_live(Duration::from_secs(60))
                .build(),
        }
    }

    /// # Errors
    /// 429 when the organization calls too often.
    pub(in crate::http) fn request(&self, org: &str) -> Result<Left> {
        let key = org.to_owned();
        let wait = |until: NotUntil<_>| until.wait_time_from(DefaultClock::default().now());
        let left = self.requests.check_key(&key);
        let left = left.map_err(|until| too_many(wait(until), "requests of this organization"))?;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(org) {
            Some(count) => *count += 1,
            None => {
                taken.insert(org.to_owned(), 1);
            }
        }
        Ok(Left { requests: left.remaining_burst_capacity(), policy: self.policy })
    }

    /// What was let through of each organization since this was asked last, where that is much.
    pub fn taken(&self) -> Vec<(String, u32)> {
        let all = std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner));
        all.into_iter().filter(|(_, count)| *count >= self.worth_telling).collect()
    }

    /// Other processes let `count` requests of the organization through; so many fewer are left here. What is more than
    /// there is left leaves none.
    pub fn take_away(&self, org: &str, mut count: u32) {
        let org = org.to_owned();
        // The limiter takes all of what it is asked for, or nothing.
        let mut piece = count;
        while let Some(some) = NonZeroU32::new(piece) {
            match self.requests.check_key_n(&org, some) {
                Ok(Ok(_)) => {
                    count -= piece;
                    piece = piece.min(count);
                }
                _ => piece /= 2,
            }
        }
    }

    /// # Errors
    /// 429 when too many unknown tokens came from the address lately.
    pub(in crate::http) fn may_try(&self, address: IpAddr) -> Result<()> {
        let Some(until) = self.shut.get(&address) else { return Ok(()) };
        let wait = until.saturating_duration_since(Instant::now());
        if wait.is_zero() { Ok(()) } else { Err(too_many(wait, UNKNOWN_TOKENS)) }
    }

    /// Counts an unknown token.
    pub(in crate::http) fn note_failure(&self, address: IpAddr, error: &Error) {
        if !matches!(error, Error::Unauthorized) {
            return;
        }
        if let Err(not_until) = self.unknown_tokens.check_key(&address) {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            self.shut.insert(address, Instant::now() + wait);
        }
    }

    /// # Errors
    /// 429 when too many logins were tried for the account or from the address. Attempts from elsewhere do not shut an
    /// account for who entered it from here before.
    pub(in crate::http) fn login(&self, org: &str, user: &str, address: IpAddr) -> Result<()> {
        check(&self.addresses, &address, "login attempts from this address")?;
        let account = (org.to_owned(), user.to_owned());
        let here = (account.clone(), address);
        check(&self.accounts, &here, ACCOUNT)?;
        if self.entered.contains_key(&here) { Ok(()) } else { check(&self.elsewhere, &account, ACCOUNT) }
    }

    /// # Errors
    /// 429 like [`Self::login`], and while failures before make this one wait.
    pub(in crate::http) fn sign_in(&self, org: &str, user: &str, address: IpAddr) -> Result<()> {
        self.login(org, user, address)?;
        let here = ((org.to_owned(), user.to_owned()), address);
        let Some((_, until)) = self.failed.get(&here) else { return Ok(()) };
        let wait = until.saturating_duration_since(Instant::now());
        if wait.is_zero() { Ok(()) } else { Err(too_many(wait, ACCOUNT)) }
    }

    /// Counts a failed sign-in, of an account that exists or not. After the first few each makes the next one wait twice as long.
    pub(in crate::http) fn note_failed_sign_in(&self, org: &str, user: &str, address: IpAddr) {
        let here = ((org.to_owned(), user.to_owned()), address);
        let count = self.failed.get(&here).map_or(0, |(count, _)| count).saturating_add(1);
        let beyond = count.checked_sub(limits::SIGN_IN_FREE_FAILURES).map(|beyond| 1_u64 << beyond.min(16));
        let wait = beyond.map_or(0, |times| (times * limits::SIGN_IN_DELAY_S).min(limits::SIGN_IN_DELAY_MOST_S));
        self.failed.insert(here, (count, Instant::now() + Duration::from_secs(wait)));
    }

    /// Notes that somebody signed in from this address.
    pub(in crate::http) fn note_sign_in(&self, org: &str, user: &str, address: IpAddr) {
        self.failed.invalidate(&((org.to_owned(), user.to_owned()), address));
        self.note_login(org, user, address);
    }

    /// # Errors
    /// 429 when a session asks for pages too often.
    pub(in crate::http) fn page(&self, session: &[u8]) -> Result<()> {
        check(&self.pages, &session.to_vec(), "requests of this session")
    }

    /// Notes that the account was entered from this address.
    pub(in crate::http) fn note_login(&self, org: &str, user: &str, address: IpAddr) {
        self.entered.insert(((org.to_owned(), user.to_owned()), address), ());
    }

    /// # Errors
    /// 429 when the client, or its address, asks for access tokens too often.
    pub(in crate::http) fn token(&self, client: &str, address: IpAddr) -> Result<()> {
        check(&self.tokens_of_addresses, &address, "requests for tokens from this address")?;
        check(&self.tokens_of_clients, &client.to_owned(), "requests for tokens of this client")
    }

    /// Counts a request for a token that failed as several.
    pub(in crate::http) fn note_failed_token(&self, address: IpAddr) {
        for _ in 0..limits::FAILED_TOKEN_COST {
            let _ = self.tokens_of_addresses.check_key(&address);
        }
    }

    /// # Errors
    /// 429 when the organization asks for anonymous declarations too often.
    pub(in crate::http) fn anonymous(&self, org: &str) -> Result<()> {
        check(&self.anonymous, &org.to_owned(), "requests about anonymous declarations")
    }

    /// # Errors
    /// 429 when too many forms of senders were begun from the address.
    pub(in crate::http) fn form(&self, address: IpAddr) -> Result<()> {
        check(&self.forms, &address, "forms begun from this address")
    }

    /// # Errors
    /// 429 when too many steps of senders' forms came from the address.
    pub(in crate::http) fn form_step(&self, address: IpAddr) -> Result<()> {
        check(&self.form_steps, &address, "steps of forms from this address")
    }

    /// # Errors
    /// 429 when too many declarations of senders came from the address, or are asked of the post.
    pub(in crate::http) fn lodging(&self, post: &str, address: IpAddr) -> Result<()> {
        check(&self.lodgings, &address, "declarations from this address")?;
        self.anonymous(post)
    }

    /// # Errors
    /// 429 when too many secrets of senders were tried from the address.
    pub(in crate::http) fn lodging_secret(&self, address: IpAddr) -> Result<()> {
        check(&self.secrets, &address, "attempts from this address")
    }

    /// Forgets keys that have not been seen for long, so that the tables stay small.
    pub fn sweep(&self) {
        self.requests.retain_recent();
        self.accounts.retain_recent();
        self.elsewhere.retain_recent();
        self.addresses.retain_recent();
        self.anonymous.retain_recent();
        self.forms.retain_recent();
        self.form_steps.retain_recent();
        self.lodgings.retain_recent();
        self.secrets.retain_recent();
        self.unknown_tokens.retain_recent();
        self.tokens_of_clients.retain_recent();
        self.tokens_of_addresses.retain_recent();
        self.pages.retain_recent();
        // The tables keep their room otherwise.
        self.accounts.shrink_to_fit();
        self.elsewhere.shrink_to_fit();
        self.addresses.shrink_to_fit();
        self.unknown_tokens.shrink_to_fit();
    }
}

const ACCOUNT: &str = "login attempts for this account";
const UNKNOWN_TOKENS: &str = "unknown tokens from this address";

fn check<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    what: &'static str,
) -> Result<()> {
    let wait = |not_until: NotUntil<_>| not_until.wait_time_from(DefaultClock::default().now());
    limiter.check_key(key).map_err(|not_until| too_many(wait(not_until), what))
}

fn too_many(wait: Duration, what: &'static str) -> Error {
    Error::TooManyRequests { retry_after_s: wait.as_secs() + 1, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Limiters with these limits of requests.
    fn limits_of(requests_per_s: u32, burst: u32) -> RateLimits {
        RateLimits::new(&HttpOptions {
            tls: None,
            path_prefix: String::new(),
            soap_path: String::new(),
            soap_full_path: String::new(),
            workers: 1,
            request_read: std::time::Duration::from_secs(1),
            requests_per_org_s: requests_per_s,
            requests_per_org_burst: burst,
            login_attempts_per_account_min: 1,
            login_attempts_per_address_min: 1_000,
            anonymous_per_org_min: 1,
            public_url: None,
            connections: 1,
            connections_per_address: 1,
            trusted_proxies: Default::default(),
            font_folder: None,
            console: Default::default(),
        })
    }

    #[test]
    fn what_others_let_through_is_taken_away_whole_and_more_than_there_is_leaves_none() {
        let left = |own: u32, others: u32| {
            let limits = limits_of(1, 1_000);
            assert!((0..own).all(|_| limits.request("AUA").is_ok()));
            limits.take_away("AUA", others);
            (0..1_000).take_while(|_| limits.request("AUA").is_ok()).count()
        };
        for (own, others, expected) in
            [(0, 0, 1_000), (0, 1, 999), (0, 999, 1), (1, 700, 299), (1, 1_000, 0), (300, 5_000, 0)]
        {
            let left = left(own, others);
            // One may have come back meanwhile.
            assert!((expected..=expected + 1).contains(&left), "{own} and {others}: {left}");
        }
    }

    #[test]
    fn sweeping_forgets_who_has_not_called_for_a_while() {
        let rate_limits = limits_of(1_000_000, 1_000_000);
        for number in 0..100 {
            rate_limits.request(&number.to_string()).expect("far below the limit");
        }
        let here = IpAddr::from([192, 0, 2, 1]);
        rate_limits.login("AUA", "clerk", here).expect("the first attempt");
        let swept = (0..1_000_000).any(|_| {
            rate_limits.sweep();
            rate_limits.requests.is_empty()
        });
        assert!(swept, "a microsecond after a call nothing is left to remember");
        assert!(rate_limits.login("AUA", "clerk", here).is_err(), "what counts is remembered");
    }
}
