//! Connections: how many there are, in all and of one address, and who goes when there are more.
//!
//! Where there is no room for a newcomer, the connection that has been quiet for longest goes: one between two requests, or one
//! whose caller is not known yet. Who is known is not cut off for who is not.

use std::collections::{BTreeSet, HashMap};
use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Instant;

use actix_web::HttpRequest;
use futures_util::task::AtomicWaker;

use super::client::TrustedProxies;
use crate::limits;

/// Every connection of a server.
pub(in crate::http) struct Connections {
    most: usize,
    most_per_address: usize,
    trusted: TrustedProxies,
    began: Instant,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    last_number: u64,
    open: HashMap<u64, Arc<State>>,
    of_address: HashMap<IpAddr, usize>,
    /// Those that have not shaken hands yet, the oldest first.
    shaking: BTreeSet<u64>,
}

/// One connection, as others see it.
struct State {
    address: IpAddr,
    /// When bytes went through it last, in ms since the server began.
    used_ms: AtomicU64,
    /// Requests of known callers being served on it.
    serving: AtomicUsize,
    is_closed: AtomicBool,
    /// Nothing is read from it for now.
    is_paused: AtomicBool,
    /// The client may be sending what nobody reads.
    leaves_unread: AtomicBool,
    waker: AtomicWaker,
}

/// The place of one connection, given up when it is dropped.
pub(in crate::http) struct Place {
    number: u64,
    state: Arc<State>,
    all: Arc<Connections>,
}

impl Connections {
    pub(in crate::http) fn new(most: usize, most_per_address: usize, trusted: TrustedProxies) -> Self {
        Self { most, most_per_address, trusted, began: Instant::now(), table: Mutex::default() }
    }

    pub(in crate::http) fn trusted(&self) -> &TrustedProxies {
        &self.trusted
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A place for a connection from `address`; none while nobody can go for it. Proxies that are trusted speak for many: the
    /// limit of an address is not theirs.
    pub(super) fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = table.of_address.get(&address).copied().unwrap_or_default();
        let has_room =
            (of_address < self.most_per_address || self.trusted.hold(address) || table.close_quietest(Some(address)))
                && (table.open.len() < self.most || table.close_quietest(None));
        if !has_room {
            metrics::counter!("entrepost_connections_refused_total").increment(1);
            return None;
        }
        let state = Arc::new(State {
            address,
            used_ms: AtomicU64::new(self.now_ms()),
            serving: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
            is_paused: AtomicBool::new(false),
            leaves_unread: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        });
        table.last_number += 1;
        let number = table.last_number;
        table.open.insert(number, Arc::clone(&state));
        *table.of_address.entry(address).or_default() += 1;
        Some(Place { number, state, all: Arc::clone(self) })
    }

    /// How many there are.
    pub(in crate::http) fn open(&self) -> usize {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).open.len()
    }
}

impl Table {
    /// Closes the connection that has been quiet for longest, of `address` or of all. Says whether there was one.
    fn close_quietest(&mut self, address: Option<IpAddr>) -> bool {
        let candidates = self.open.iter().filter(|(_, state)| {
            state.serving.load(Ordering::Relaxed) == 0 && address.is_none_or(|address| state.address == address)
        });
        let quietest = candidates.min_by_key(|(number, state)| (state.used_ms.load(Ordering::Relaxed), **number));
        let Some(number) = quietest.map(|(number, _)| *number) else { return false };
        self.close(number);
        true
    }

    fn close(&mut self, number: u64) {
        if let Some(state) = self.remove(number) {
            state.is_closed.store(true, Ordering::Release);
            state.waker.wake();
        }
        metrics::counter!("entrepost_connections_closed_for_others_total").increment(1);
    }

    fn remove(&mut self, number: u64) -> Option<Arc<State>> {
        self.shaking.remove(&number);
        let state = self.open.remove(&number)?;
        if let Some(count) = self.of_address.get_mut(&state.address) {
            *count -= 1;
            if *count == 0 {
                self.of_address.remove(&state.address);
            }
        }
        Some(state)
    }
}

/// Hands are being shaken, until this is dropped.
pub(super) struct Shaking<'p>(&'p Place);

impl Drop for Shaking<'_> {
    fn drop(&mut self) {
        self.0.table().shaking.remove(&self.0.number);
    }
}

impl Place {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.all.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands are about to be shaken. That takes time and memory before anybody is known: where many do, the one that has been
    /// at it for longest goes.
    pub(super) fn shakes_hands(&self) -> Shaking<'_> {
        let mut table = self.table();
        if table.shaking.len() >= limits::TLS_HANDSHAKES
            && let Some(oldest) = table.shaking.first().copied()
        {
            table.close(oldest);
        }
        table.shaking.insert(self.number);
        Shaking(self)
    }

    /// When the connection has to go.
    pub(super) async fn closed(&self) {
        poll_fn(|cx| {
            self.wakes(cx.waker());
            if self.is_closed() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Whether the connection has to go.
    pub(super) fn is_closed(&self) -> bool {
        self.state.is_closed.load(Ordering::Acquire)
    }

    /// Whether it is not to be read from now.
    pub(super) fn is_paused(&self) -> bool {
        self.state.is_paused.load(Ordering::Acquire)
    }

    /// Whether the last answer was given before its request was read to the end.
    pub(super) fn leaves_unread(&self) -> bool {
        self.state.leaves_unread.load(Ordering::Acquire)
    }

    /// Notes that an answer is given before its request was read to the end.
    pub(super) fn note_unread(&self) {
        self.state.leaves_unread.store(true, Ordering::Release);
    }

    /// Wakes `waker` when the connection has to go, or may be read from again.
    pub(super) fn wakes(&self, waker: &Waker) {
        self.state.waker.register(waker);
    }

    /// Bytes went through.
    pub(super) fn note_use(&self) {
        self.state.used_ms.store(self.all.now_ms(), Ordering::Relaxed);
    }

    /// What requests on the connection know of it.
    pub(in crate::http) fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.state))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.table().remove(self.number);
    }
}

/// The connection of a request.
pub(in crate::http) struct Handle(Arc<State>);

/// Notes that a request is answered before it was read to the end.
pub(super) fn note_unread(request: &HttpRequest) {
    if let Some(Handle(state)) = request.conn_data::<Handle>() {
        state.leaves_unread.store(true, Ordering::Release);
    }
}

/// Nothing is read from the connection of a request until this is dropped: the HTTP library would read ahead of a handler that
/// waits.
pub(super) struct Pause<'r>(Option<&'r Handle>);

impl<'r> Pause<'r> {
    pub(super) fn new(request: &'r HttpRequest) -> Self {
        let handle = request.conn_data::<Handle>();
        if let Some(handle) = handle {
            handle.0.is_paused.store(true, Ordering::Release);
        }
        Self(handle)
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        if let Some(Handle(state)) = self.0 {
            state.is_paused.store(false, Ordering::Release);
            state.waker.wake();
        }
    }
}

/// A request of a known caller; while it is served its connection stays.
pub(in crate::http) struct Served(Option<Arc<State>>);

impl Served {
    /// The caller of `request` is known now.
    pub(super) fn new(request: &HttpRequest) -> Self {
        let state = request.conn_data::<Handle>().map(|handle| Arc::clone(&handle.0));
        if let Some(state) = &state {
            state.serving.fetch_add(1, Ordering::Relaxed);
        }
        Self(state)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(state) = &self.0 {
            state.serving.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn the_quietest_goes_and_who_is_served_stays() {
        let all = Arc::new(Connections::new(3, 2, TrustedProxies::default()));
        let first = all.place(address(1)).expect("room");
        let second = all.place(address(1)).expect("room");
        first.state.used_ms.store(20, Ordering::Relaxed);
        second.state.used_ms.store(10, Ordering::Relaxed);
        let third = all.place(address(1)).expect("the quietest of the address goes");
        assert!(second.is_closed() && !first.is_closed());
        drop(second);
        assert_eq!(all.open(), 2);

        first.state.serving.store(1, Ordering::Relaxed);
        third.state.serving.store(1, Ordering::Relaxed);
        assert!(all.place(address(1)).is_none(), "both of the address are served");
        let fourth = all.place(address(2)).expect("room");
        assert_eq!(all.open(), 3);
        let fifth = all.place(address(3)).expect("the only one that may go does");
        assert!(fourth.is_closed());
        fifth.state.serving.store(1, Ordering::Relaxed);
        assert!(all.place(address(4)).is_none());
        drop((first, third, fourth, fifth));
        assert_eq!(all.open(), 0);
        assert!(all.table.lock().expect("a table").of_address.is_empty());
    }

    #[test]
    fn of_many_that_shake_hands_the_oldest_goes() {
        let all = Arc::new(Connections::new(10_000, 10_000, TrustedProxies::default()));
        let places: Vec<_> = (0..=limits::TLS_HANDSHAKES).filter_map(|_| all.place(address(1))).collect();
        let mut shaking: Vec<_> = places.iter().map(Place::shakes_hands).collect();
        assert!(places[0].is_closed() && !places[1].is_closed());
        drop(shaking.remove(1));
        let last = all.place(address(2)).expect("room");
        let _last = last.shakes_hands();
        assert_eq!(places.iter().filter(|place| place.is_closed()).count(), 1, "one was through");
        drop(shaking);
        assert_eq!(all.table.lock().expect("a table").shaking.len(), 1);
    }

    #[test]
    fn a_trusted_proxy_has_more_than_others() {
        let all = Arc::new(Connections::new(10, 1, "192.0.2.1".parse().expect("an address")));
        let places: Vec<_> = (0..5).filter_map(|_| all.place(address(1))).collect();
        assert!(places.len() == 5 && places.iter().all(|place| !place.is_closed()));
    }
}
