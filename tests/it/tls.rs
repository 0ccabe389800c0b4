//! The listener speaks TLS: certificates are read from files and again when these change, and what holds for connections holds for
//! encrypted ones.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use entrepost::limits;
use serde_json::{Value, json};

use crate::harness::Engine;
use crate::harness::data::{fresh_id, store};
use crate::harness::process::{Process, poll, run};
use crate::harness::server::{filled_database, token_of};
use crate::harness::tls::{Authority, Issued, can_be_made, in_file};
use crate::on_engines;

/// A server that shows a certificate of files that tests change.
struct Served {
    process: Process,
    authority: Authority,
    files: Issued,
    folder: tempfile::TempDir,
    _database: Option<tempfile::TempDir>,
}

impl Served {
    fn start(engine: Engine, settings: &[&str]) -> Self {
        let authority = Authority::new();
        let folder = tempfile::tempdir().expect("a folder");
        let files = Issued { certificate: folder.path().join("certificate"), key: folder.path().join("key") };
        put(&authority.issue("first", 1), &files);
        let (url, database) = filled_database(engine);
        let named = ["--tls-certificate", path(&files.certificate), "--tls-key", path(&files.key)];
        let process = Process::serve(&url, &[&named, settings].concat());
        assert!(process.base.starts_with("https://"), "{}", process.base);
        Self { process, authority, files, folder, _database: database }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut answer = self.authority.agent().get(format!("{}{path}", self.process.base)).call().expect("answers");
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("text"))
    }

    /// Whether an ordinary client is served.
    fn serves(&self) -> bool {
        self.authority.connect(self.process.address(), b"").is_ok_and(|mut stream| {
            stream.send(request("GetHeartbeat", &json!({})).as_bytes())
                && stream.answer().is_some_and(|(status, _)| status == 200)
        })
    }

    /// The certificate that new connections are shown.
    fn shown(&self) -> Vec<u8> {
        self.authority.connect(self.process.address(), b"").expect("shakes hands").shown()
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// Puts a pair in the place of another, as renewals do: whole files, the key last.
fn put(issued: &Issued, files: &Issued) {
    for (from, to) in [(&issued.certificate, &files.certificate), (&issued.key, &files.key)] {
        let beside = to.with_extension("new");
        fs::copy(from, &beside).and_then(|_| fs::rename(&beside, to)).expect("puts");
    }
}

fn request(method: &str, body: &Value) -> String {
    let mut body = body.clone();
    body["token"] = json!(token_of("AUA"));
    body["userCd"] = json!("tester");
    let body = body.to_string();
    format!(
        "POST /{method} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn serves_encrypted(engine: Engine) {
    if !can_be_made() {
        return;
    }
    let served = Served::start(engine, &[]);
    let mut stream = served.authority.connect(served.process.address(), b"").expect("shakes hands");
    // One connection, many requests, large ones among them.
    let id = fresh_id("AU");
    assert!(stream.send(request("StoreDeclaration", &store(&id, "AUA", "DEA", 2)).as_bytes()));
    assert_eq!(stream.answer().expect("an answer").0, 200);
    let large = request("StoreDeclaration", &store(&id, "AUA", "DEA", 2));
    let (head, body) = large.split_once("\r\n\r\n").expect("a head");
    let (length, padding) = (format!("content-length: {}", body.len()), " ".repeat(4 << 20));
    let head = head.replace(&length, &format!("content-length: {}", body.len() + padding.len()));
    assert!(stream.send(format!("{head}\r\n\r\n{padding}{body}").as_bytes()));
    assert_eq!(stream.answer().expect("an answer").0, 200);
    assert!(stream.send(b"GET /openapi.json HTTP/1.1\r\nhost: test\r\n\r\n"));
    let (status, document) = stream.answer().expect("an answer");
    assert!(status == 200 && document.len() > 100_000 && serde_json::from_slice::<Value>(&document).is_ok());
    // What names the server's address says how it is spoken to.
    assert!(served.get("/.well-known/oauth-authorization-server").1.contains("\"https://127.0.0.1:"));
    assert!(served.get("/soap?wsdl").1.contains("location=\"https://127.0.0.1:"));
    // Who sends too much hears of it while still sending.
    let mut stream = served.authority.connect(served.process.address(), b"").expect("shakes hands");
    let length = 3 * limits::BODY_BYTES / 2;
    stream.send(format!("POST /GetHeartbeat HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n\r\n").as_bytes());
    stream.send(&vec![b' '; length]);
    assert_eq!(stream.answer().expect("an answer").0, 413);
}

on_engines! { a_listener_with_a_certificate_speaks_tls => serves_encrypted }

#[test]
fn nothing_older_than_tls_1_2_and_no_plain_http() {
    if !can_be_made() {
        return;
    }
    let served = Served::start(Engine::Sqlite, &[]);
    let shakes = |version: &str| {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-brief", "-connect", served.process.address(), version, "-verify_return_error"]);
        command.arg("-CAfile").arg(served.authority.root()).args(["-cipher", "ALL:@SECLEVEL=0"]);
        command.stdin(std::process::Stdio::null()).output().expect("openssl").status.success()
    };
    assert_eq!(["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"].map(shakes), [false, false, true, true]);
    let mut plain = TcpStream::connect(served.process.address()).expect("connects");
    plain.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").expect("sends");
    let mut told = String::new();
    plain.read_to_string(&mut told).expect("an answer");
    assert!(
        told.starts_with("HTTP/1.1 400 ") && told.ends_with("this address takes https:// only, not http://\n"),
        "{told}"
    );
    // What is encrypted and no HTTP is answered as ever.
    let mut stream = served.authority.connect(served.process.address(), b"").expect("shakes hands");
    stream.send(b"NONSENSE\r\n\r\n");
    let (status, body) = stream.answer().expect("an answer");
    assert!(status == 400 && String::from_utf8_lossy(&body).contains("\"http\""));
}

#[test]
fn a_new_certificate_is_shown_to_new_connections_and_a_bad_one_is_not() {
    if !can_be_made() {
        return;
    }
    let served = Served::start(Engine::Sqlite, &[]);
    let mut old = served.authority.connect(served.process.address(), b"").expect("shakes hands");
    let (first, second) = (served.shown(), served.authority.issue("second", 30));
    let shown = |expected: &[u8]| poll(Duration::from_secs(20), || (served.shown() == expected).then_some(()));
    let measure = |name: &str| {
        let measures = served.get("/metrics").1;
        let line = measures.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{name} is not measured")).trim().parse::<f64>().expect("a number")
    };
    let ends = "entrepost_tls_certificate_expiry_timestamp_seconds";
    let ended_first = measure(ends);
    put(&second, &served.files);
    shown(&in_file(&second)).expect("the new one is shown");
    assert!(measure(ends) - ended_first > 20.0 * 86_400.0);
    // The connection of before goes on.
    assert_eq!(old.shown(), first);
    assert!(old.send(request("GetHeartbeat", &json!({})).as_bytes()));
    assert_eq!(old.answer().expect("an answer").0, 200);

    let third = served.authority.issue("third", 30);
    let bad: [fn(&Issued, &Issued); 3] = [
        |third, files| assert!(fs::copy(&third.certificate, &files.certificate).expect("copies") > 0),
        |_, files| fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\nAA").expect("writes"),
        |_, files| fs::remove_file(&files.key).expect("removes"),
    ];
    for spoil in bad {
        spoil(&third, &served.files);
        poll(Duration::from_secs(20), || (measure("entrepost_tls_certificate_refused") == 1.0).then_some(()))
            .expect("told");
        assert_eq!(served.shown(), in_file(&second), "the one before goes on");
        put(&second, &served.files);
        poll(Duration::from_secs(20), || (measure("entrepost_tls_certificate_refused") == 0.0).then_some(()))
            .expect("well");
    }
    put(&third, &served.files);
    shown(&in_file(&third)).expect("the third one is shown");
    assert!(served.get("/readyz").1.contains("looking at the certificate"), "it is a job like others");
    drop(served.folder);
}

#[test]
fn hands_are_shaken_in_time_and_by_few_at_once() {
    if !can_be_made() {
        return;
    }
    let served = Served::start(Engine::Sqlite, &["--connections-per-address", "5000"]);
    let began = Instant::now();
    let mut silent: Vec<TcpStream> = (0..limits::TLS_HANDSHAKES + 20)
        .map(|_| TcpStream::connect(served.process.address()).expect("connects"))
        .collect();
    assert!(served.serves(), "who shakes hands is served beside those who do not");
    let closes = |stream: &mut TcpStream| -> bool {
        stream.set_read_timeout(Some(Duration::from_secs(limits::HEAD_READ_S + 10))).expect("a timeout");
        matches!(stream.read(&mut [0; 16]), Ok(0) | Err(_))
    };
    // The connections are taken in on several threads, so the first ones are so nearly.
    assert!(silent[..10].iter_mut().any(closes), "the oldest made room");
    let last = silent.last_mut().expect("one");
    last.set_nonblocking(true).expect("sets");
    assert!(
        last.read(&mut [0; 16]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock),
        "the newest stayed"
    );
    last.set_nonblocking(false).expect("sets");
    last.write_all(&[22, 3, 1]).expect("sends");
    assert!(closes(last) && began.elapsed() < Duration::from_secs(limits::HEAD_READ_S + 10), "{:?}", began.elapsed());
    let measures = served.get("/metrics").1;
    assert!(measures.contains("entrepost_tls_handshakes_failed_total"), "{measures}");
}

#[test]
fn connections_make_room_and_proxies_name_their_client_under_tls() {
    if !can_be_made() {
        return;
    }
    let settings =
        ["--connections", "20", "--workers", "1", "--trusted-proxies", "127.0.0.0/8", "--logins-per-account", "3"];
    let served = Served::start(Engine::Sqlite, &settings);
    let mut first = served.authority.connect(served.process.address(), b"").expect("shakes hands");
    let others: Vec<_> =
        (0..25).map(|_| served.authority.connect(served.process.address(), b"").expect("shakes hands")).collect();
    assert!(first.is_closed(), "it was the quietest");
    assert!(served.serves());
    drop(others);
    let login = |line: &str| {
        let mut stream = served.authority.connect(served.process.address(), line.as_bytes()).expect("shakes hands");
        stream.send(request("Login", &json!({ "userCd": "nobody", "password": "x" })).as_bytes());
        stream.answer().expect("an answer").0
    };
    let line = |last: u8| format!("PROXY TCP4 198.51.100.{last} 192.0.2.1 4711 443\r\n");
    assert_eq!([7, 7, 7, 7, 8].map(|last| login(&line(last))), [401, 401, 401, 429, 401]);
    assert_eq!(login(""), 401, "without a line it is the proxy itself");
}

#[test]
fn who_does_not_read_is_cut_under_tls() {
    if !can_be_made() {
        return;
    }
    let served = Served::start(Engine::Sqlite, &[]);
    let mut reader = served.authority.connect(served.process.address(), b"").expect("shakes hands");
    for _ in 0..300 {
        if !reader.send(b"GET /openapi.json HTTP/1.1\r\nhost: test\r\n\r\n") {
            break;
        }
    }
    // What it took by its buffers counts for the window in which they filled, and on a slow machine that is the second one.
    let cut = poll(Duration::from_secs(2 * limits::READER_WINDOW_S + 30), || {
        served.get("/metrics").1.contains("entrepost_slow_readers_total 1").then_some(())
    });
    assert!(cut.is_some(), "the reader is still waited for");
}

#[test]
fn a_pair_that_cannot_be_used_is_a_clear_mistake() {
    if !can_be_made() {
        return;
    }
    let authority = Authority::new();
    let (one, other) = (authority.issue("one", 30), authority.issue("other", 30));
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let serve = |certificate: &str, key: &str| {
        run(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &url,
            "--tls-certificate",
            certificate,
            "--tls-key",
            key,
        ])
    };
    let (certificate, key) = (path(&one.certificate), path(&one.key));
    for (told, expected) in [
        (serve(certificate, "").fails(2), "give both, or none"),
        (serve("", key).fails(2), "give both, or none"),
        (serve("/nowhere", key).fails(2), "`/nowhere` is no file"),
        (serve(certificate, path(&other.key)).fails(1), "the key is not that of tls-certificate"),
        (serve(key, key).fails(1), "holds no certificate"),
        (serve(certificate, certificate).fails(1), "holds no private key"),
    ] {
        assert!(told.contains(expected) && told.contains("tls-"), "{told}");
    }
    let checked = run(&["check", "--database-url", &url, "--tls-certificate", certificate, "--tls-key", key]).ok();
    assert!(checked.contains("certificate: valid until 2"), "{checked}");
}
