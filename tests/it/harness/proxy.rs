//! A network between two ends that can fall silent – bytes go nowhere, and nobody is told –, or cut a connection at a certain call.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A way to a server on loopback.
pub struct Proxy {
    pub address: SocketAddr,
    way: Arc<Way>,
}

struct Way {
    target: String,
    connections: AtomicUsize,
    /// The connections numbered below this one are silent.
    silent_below: AtomicUsize,
    all_silent: AtomicBool,
    /// What clients said.
    said: Mutex<Vec<u8>>,
    /// Pieces of clients until one is cut off; below zero none is.
    until_cut: AtomicI64,
    cuts_answer: AtomicBool,
    has_cut: AtomicBool,
}

/// What is lost when a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// What the client said never arrives.
    Question,
    /// It arrives, and the client never hears of it.
    Answer,
}

impl Proxy {
    pub fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let way = Arc::new(Way {
            target: target.to_owned(),
            connections: AtomicUsize::new(0),
            silent_below: AtomicUsize::new(0),
            all_silent: AtomicBool::new(false),
            said: Mutex::default(),
            until_cut: AtomicI64::new(-1),
            cuts_answer: AtomicBool::new(false),
            has_cut: AtomicBool::new(false),
        });
        let shared = Arc::clone(&way);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // The last one standing is this thread: the test is over.
                if Arc::strong_count(&shared) == 1 {
                    return;
                }
                shared.carry(client);
            }
        });
        Self { address, way }
    }

    /// The URL of a database with this way in it.
    pub fn url(database_url: &str) -> (Self, String) {
        let (_, rest) = database_url.split_once('@').expect("a user");
        let (target, name) = rest.split_once('/').expect("a name");
        let proxy = Self::to(target);
        let url = database_url.replace(target, &proxy.address.to_string());
        assert!(url.ends_with(name));
        (proxy, url)
    }

    /// The connections there are fall silent; new ones are well.
    pub fn silence_present(&self) {
        self.way.silent_below.store(self.way.connections.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// All fall silent, also new ones.
    pub fn silence_all(&self, silent: bool) {
        self.way.all_silent.store(silent, Ordering::SeqCst);
    }

    /// The connection on which the `n`-th piece from now on is said is cut; 0 for none.
    pub fn cut_at(&self, n: usize, cut: Cut) {
        self.way.until_cut.store(-1, Ordering::SeqCst);
        self.way.has_cut.store(false, Ordering::SeqCst);
        self.way.cuts_answer.store(cut == Cut::Answer, Ordering::SeqCst);
        self.way.until_cut.store(if n == 0 { -1 } else { i64::try_from(n).expect("fits") }, Ordering::SeqCst);
    }

    /// Whether it came to that.
    pub fn has_cut(&self) -> bool {
        self.way.has_cut.load(Ordering::SeqCst)
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.way.connections.load(Ordering::SeqCst)
    }

    /// Whether a client has said this.
    pub fn was_said(&self, text: &str) -> bool {
        let said = self.way.said.lock().expect("lock");
        said.windows(text.len()).any(|some| some == text.as_bytes())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = TcpStream::connect(self.address);
    }
}

impl Way {
    fn carry(self: &Arc<Self>, client: TcpStream) {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        let Ok(server) = TcpStream::connect(&self.target) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let ends = [(&client, &server, true), (&server, &client, false)];
        for (from, to, by_client) in ends {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { return };
            let way = Arc::clone(self);
            std::thread::spawn(move || way.copy(from, to, number, by_client));
        }
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream, number: usize, by_client: bool) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            if self.all_silent.load(Ordering::SeqCst) || number < self.silent_below.load(Ordering::SeqCst) {
                continue;
            }
            if by_client && self.until_cut.fetch_sub(1, Ordering::SeqCst) == 1 {
                self.has_cut.store(true, Ordering::SeqCst);
                if self.cuts_answer.load(Ordering::SeqCst) {
                    let _ = to.write_all(&bytes[..length]);
                    // The other end reads it, and sees the end behind it; what it answers goes nowhere.
                    let _ = to.shutdown(std::net::Shutdown::Write);
                    let _ = from.shutdown(std::net::Shutdown::Both);
                    return;
                }
                break;
            }
            if by_client {
                self.said.lock().expect("lock").extend_from_slice(&bytes[..length]);
            }
            if to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(std::net::Shutdown::Both), to.shutdown(std::net::Shutdown::Both));
    }
}
