//! A receiver of notifications whose answers can be set, and that remembers what it was sent.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// One request.
#[derive(Clone)]
pub struct Received {
    pub path: String,
    /// By lower-case name.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.path, String::from_utf8_lossy(&self.body))
    }
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What to answer.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    /// Status, further lines of the head, body.
    Full(u16, String, Vec<u8>),
    /// Says nothing, and keeps the connection.
    Hang,
    /// Endless bytes after a 200.
    Endless,
}

type Answering = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

struct Inner {
    seen: Mutex<Vec<Received>>,
    answering: Mutex<Arc<Answering>>,
    /// Whether it repeats challenges.
    is_honest: AtomicBool,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    connections: AtomicUsize,
    written: AtomicUsize,
}

/// Listens on loopback until the test ends.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    inner: Arc<Inner>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            seen: Mutex::default(),
            answering: Mutex::new(Arc::new(Box::new(|_| Reply::Status(200)))),
            is_honest: AtomicBool::new(true),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
        });
        let receiver = Self { url, inner };
        let serving = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serving.inner.connections.fetch_add(1, Ordering::SeqCst);
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        receiver
    }

    /// Answers events so from now on; challenges are repeated all the same, unless it was told otherwise.
    pub fn answer(&self, answering: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *self.inner.answering.lock().expect("no panic") = Arc::new(Box::new(answering));
    }

    pub fn answer_always(&self, status: u16) {
        self.answer(move |_| Reply::Status(status));
    }

    pub fn repeat_challenges(&self, is_honest: bool) {
        self.inner.is_honest.store(is_honest, Ordering::SeqCst);
    }

    /// Everything it was sent, challenges as well.
    pub fn all(&self) -> Vec<Received> {
        self.inner.seen.lock().expect("no panic").clone()
    }

    /// The events it was sent, in order.
    pub fn events(&self) -> Vec<Received> {
        let is_event = |one: &Received| one.json()["type"] != "endpoint.verification";
        self.all().into_iter().filter(is_event).collect()
    }

    pub fn forget(&self) {
        self.inner.seen.lock().expect("no panic").clear();
        self.inner.most_at_once.store(0, Ordering::SeqCst);
    }

    pub fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::SeqCst)
    }

    pub fn most_at_once(&self) -> usize {
        self.inner.most_at_once.load(Ordering::SeqCst)
    }

    /// Bytes that were taken of answers without end.
    pub fn written(&self) -> usize {
        self.inner.written.load(Ordering::SeqCst)
    }

    /// Waits until something holds, for ten seconds.
    pub fn until(&self, holds: impl Fn(&[Received]) -> bool) {
        let began = Instant::now();
        while !holds(&self.all()) {
            assert!(began.elapsed() < Duration::from_secs(10), "it does not come: {:?}", self.all());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn serve(&self, stream: TcpStream) {
        let Ok(reading) = stream.try_clone() else { return };
        let mut reading = BufReader::new(reading);
        while let Some(request) = read(&mut reading) {
            let now = self.inner.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.inner.most_at_once.fetch_max(now, Ordering::SeqCst);
            let reply = self.reply_to(&request);
            self.inner.seen.lock().expect("no panic").push(request);
            let written = self.write(&stream, reply);
            self.inner.at_once.fetch_sub(1, Ordering::SeqCst);
            if written.is_none() {
                return;
            }
        }
    }

    fn reply_to(&self, request: &Received) -> Reply {
        let said: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if said["type"] == "endpoint.verification" && self.inner.is_honest.load(Ordering::SeqCst) {
            let body = json!({ "challenge": said["data"]["challenge"] }).to_string().into_bytes();
            return Reply::Full(200, "content-type: application/json\r\n".into(), body);
        }
        let answering = Arc::clone(&self.inner.answering.lock().expect("no panic"));
        answering(request)
    }

    fn write(&self, mut stream: &TcpStream, reply: Reply) -> Option<()> {
        let head = |status: u16, lines: &str, length: usize| {
            format!("HTTP/1.1 {status} X\r\n{lines}content-length: {length}\r\n\r\n").into_bytes()
        };
        match reply {
            Reply::Status(status) => stream.write_all(&head(status, "", 0)).ok(),
            Reply::Full(status, lines, body) => {
                stream.write_all(&[head(status, &lines, body.len()), body].concat()).ok()
            }
            Reply::Hang => {
                // Until the other side has enough of it.
                let mut rest = [0; 64];
                while stream.read(&mut rest).is_ok_and(|read| read > 0) {}
                None
            }
            Reply::Endless => {
                stream.write_all(&head(200, "", 1 << 30)).ok()?;
                let some = [b'x'; 4096];
                while stream.write_all(&some).is_ok() {
                    self.inner.written.fetch_add(some.len(), Ordering::SeqCst);
                }
                None
            }
        }
    }
}

fn read(reading: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    reading.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reading.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reading.read_exact(&mut body).ok()?;
    Some(Received { path, headers, body })
}
