//! An economical HTTP/1.1 client: keep-alive, fixed lengths, many connections on one thread.
//!
//! Client and server share the machine, so every cycle spent here is taken from the server.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Outcome, cpu_seconds, percentile};

/// What a run saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub answers: u64,
    pub seconds: f64,
    /// Processor time of the whole process, client and server together.
    pub cpu_seconds: f64,
    /// Of each answer, in seconds.
    pub latencies: Vec<f64>,
}

impl Seen {
    pub fn rate(&self) -> f64 {
        self.answers as f64 / self.seconds
    }

    /// Microseconds of processor time for each answer.
    pub fn cpu_us(&self) -> f64 {
        1e6 * self.cpu_seconds / self.answers as f64
    }

    /// In milliseconds.
    pub fn latency(&self, percent: f64) -> f64 {
        1000.0 * percentile(&self.latencies, percent)
    }
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a whole request and gives the body of the answer.
    ///
    /// Anything but a 200 or 201 with a length is a failure.
    pub async fn call(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (start, len) = loop {
            self.more().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break (end + 4, content_length(&self.buffer[..end])?);
            }
        };
        while self.buffer.len() < start + len {
            self.more().await?;
        }
        let body = &self.buffer[start..];
        if self.buffer.starts_with(b"HTTP/1.1 200") || self.buffer.starts_with(b"HTTP/1.1 201") {
            return Ok(body);
        }
        Err(format!("refused: {}", String::from_utf8_lossy(&self.buffer)).into())
    }

    async fn more(&mut self) -> Outcome {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn content_length(head: &[u8]) -> Outcome<usize> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let value = head.lines().find_map(|line| line.strip_prefix("content-length:")).ok_or("an answer without length")?;
    Ok(value.trim().parse()?)
}

/// The bytes of a POST to a method.
pub fn post(method: &str, body: &str) -> Vec<u8> {
    post_as("application/json", &format!("/{method}"), body)
}

/// The same for any path and kind of content.
pub fn post_as(kind: &str, path: &str, body: &str) -> Vec<u8> {
    let len = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: {kind}\r\ncontent-length: {len}\r\n\r\n{body}")
        .into_bytes()
}

/// Calls over `connections` at once, each one after the other, for `time`; `request` writes the request with this
/// number into the buffer. What was sent before the end is waited for.
pub fn drive(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    numbers: &AtomicU64,
    request: impl Fn(u64, &mut Vec<u8>),
) -> Outcome<Seen> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(address).await?);
        }
        let (began, cpu) = (Instant::now(), cpu_seconds()?);
        let request = Rc::new(request);
        let each = open.into_iter().map(|mut connection| {
            let request = Rc::clone(&request);
            async move {
                let (mut buffer, mut latencies) = (Vec::new(), Vec::new());
                while began.elapsed() < time {
                    buffer.clear();
                    request(numbers.fetch_add(1, Ordering::Relaxed), &mut buffer);
                    let sent = Instant::now();
                    connection.call(&buffer).await?;
                    latencies.push(sent.elapsed().as_secs_f64());
                }
                Outcome::Ok(latencies)
            }
        });
        let latencies = futures_util::future::try_join_all(each).await?.concat();
        let cpu_seconds = cpu_seconds()? - cpu;
        Ok(Seen { answers: latencies.len() as u64, seconds: began.elapsed().as_secs_f64(), cpu_seconds, latencies })
    })
}

/// Calls one after the other over one connection; gives the seconds of each and the last body.
pub fn one_by_one(address: SocketAddr, requests: &[Vec<u8>]) -> Outcome<(Vec<f64>, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let (mut took, mut last) = (Vec::new(), Vec::new());
        for request in requests {
            let sent = Instant::now();
            let body = connection.call(request).await?;
            took.push(sent.elapsed().as_secs_f64());
            last = body.to_vec();
        }
        Ok((took, last))
    })
}

/// Calls with the numbers from `first` on, one after the other at a steady pace, until told to stop; gives how many.
pub fn paced(
    address: SocketAddr,
    first: u64,
    pause: Duration,
    stop: &AtomicBool,
    request: impl Fn(u64, &mut Vec<u8>),
) -> Outcome<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let mut ticks = tokio::time::interval(pause);
        let (mut done, mut buffer) = (0, Vec::new());
        while !stop.load(Ordering::Relaxed) {
            ticks.tick().await;
            buffer.clear();
            request(first + done, &mut buffer);
            connection.call(&buffer).await?;
            done += 1;
        }
        Ok(done)
    })
}
