//! The real binary as a process of its own, and connections below HTTP.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::agent;

/// The program with `arguments`, free of settings of the environment the tests run in.
pub fn entrepost<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrepost"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ENTREPOST_") {
            command.env_remove(name);
        }
    }
    command.env("ENTREPOST_SECRET_KEY", SECRET_KEY);
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The key that secrets of partners are kept under in tests.
pub const SECRET_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output of a run that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// Standard error of a run that must have ended with `code`.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        self.err
    }
}

/// Runs to the end.
pub fn finish(command: &mut Command) -> Ran {
    let output = command.output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// Runs the program with `arguments` to the end.
pub fn run(arguments: &[&str]) -> Ran {
    finish(&mut entrepost(arguments))
}

/// Runs the program with `input` on standard input.
pub fn run_with_input(arguments: &[&str], input: &str) -> Ran {
    let mut command = entrepost(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("takes input");
    let output = child.wait_with_output().expect("ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A running server process. Killed when dropped.
pub struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
    /// `http://ADDRESS`, or `https://ADDRESS`.
    pub base: String,
}

impl Process {
    /// Starts `serve` on a free port and waits until it listens.
    pub fn serve(database_url: &str, settings: &[&str]) -> Self {
        let mut command = entrepost(&["serve", "--listen", "127.0.0.1:0", "--log-level", "error"]);
        command.args(["--database-url", database_url]).args(settings);
        Self::start(&mut command)
    }

    /// Starts a server and waits for its line on standard output.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let base = line.trim_end().strip_prefix("listening on ").map(str::to_owned);
        let Some(base) = base.filter(|base| base.contains("://127.0.0.1:")) else {
            let status = child.wait();
            panic!("the first line must say where it listens, not `{line}` ({status:?})");
        };
        Self { child, out, base }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.base.split_once("://").map_or("", |(_, address)| address)
    }

    /// The most memory it ever held, in bytes.
    pub fn most_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
        1024 * line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number")
    }

    /// Memory that it holds, in MiB.
    pub fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    pub fn client(&self) -> Client {
        Client { base: self.base.clone(), agent: agent() }
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("kills");
        self.child.wait().expect("ended");
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let ended = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.child.id())).status();
        assert!(ended.expect("sh").success());
    }

    /// Waits for the end, at most `limit`.
    #[track_caller]
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let status = poll(limit, || self.child.try_wait().expect("waits"));
        status.unwrap_or_else(|| panic!("still running after {limit:?}"))
    }

    /// The next line of standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("text");
        line
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that takes broken connections as they come.
#[derive(Clone)]
pub struct Client {
    base: String,
    agent: ureq::Agent,
}

impl Client {
    /// Status and body of a whole answer; `None` when none came.
    pub fn call(&self, method: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.agent.post(format!("{}/{method}", self.base)).header("content-type", "application/json");
        let mut response = request.send(body.to_string()).ok()?;
        let text = response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_string().ok()?;
        Some((response.status().as_u16(), serde_json::from_str(&text).ok()?))
    }
}

/// Asks again and again until there is something, at most `limit`.
pub fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = ask() {
            return Some(found);
        }
        if began.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A connection on which requests are written byte by byte.
pub struct Wire(TcpStream);

impl Wire {
    pub fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("timeout");
        Self(stream)
    }

    /// The head of a POST with a body of `length` bytes. The server says when it has read it and waits for the body.
    pub fn announce(&mut self, method: &str, length: usize) {
        let head = format!(
            "POST /{method} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Expect: 100-continue\r\n\r\n"
        );
        self.send(head.as_bytes());
        let mut go_on = [0; 25];
        self.0.read_exact(&mut go_on).expect("an interim answer");
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    }

    /// Whether the server still takes anything.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// The answer to what was sent, up to the end of its body: status, head, body. `None` when the connection closed
    /// without one.
    pub fn answer(&mut self) -> Option<(u16, String, String)> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if self.0.read(&mut byte).ok()? == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((status, head, String::from_utf8_lossy(&body).into_owned()))
    }

    /// Whether the server closes the connection now (within the read timeout).
    pub fn is_closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0; 1024]), Ok(0))
    }
}

/// Standard output of `entrepost admin …`, which must succeed.
#[track_caller]
pub fn admin(url: &str, arguments: &[&str]) -> String {
    run(&[&["admin"], arguments, &["--database-url", url]].concat()).ok()
}

/// What `entrepost admin …` says when it refuses.
#[track_caller]
pub fn refused(url: &str, arguments: &[&str]) -> String {
    run(&[&["admin"], arguments, &["--database-url", url]].concat()).fails(1)
}
