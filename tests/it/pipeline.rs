//! What every request passes before a door serves it: kinds of bodies, budgets, connections, who calls from where.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use entrepost::limits;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::data::{fresh_id, store};
use crate::harness::process::{Process, Wire, entrepost, poll, run};
use crate::harness::server::{filled_database, token_of};
use crate::harness::{Engine, Server};
use crate::{on_both_engines, on_both_engines_with};

const SECOND: Duration = Duration::from_secs(1);

/// The process may open as many files as it is allowed to ask for: a thousand sockets and more are needed.
fn raise_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("files");
}

fn head(path: &str, headers: &str) -> String {
    format!("POST /{path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n{headers}\r\n")
}

fn beat() -> String {
    format!(r#"{{"token":"{}"}}"#, token_of("AUA"))
}

/// Status and head of the answer that comes on a connection.
fn answer(stream: &mut TcpStream) -> (u16, String) {
    stream.set_read_timeout(Some(30 * SECOND)).expect("a timeout");
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(len) => bytes.extend_from_slice(&part[..len]),
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default(), text)
}

on_both_engines! {
    fn what_is_said_to_be_no_json_is_refused(server) {
        let send = |kind: &str| server.post_bytes("/GetHeartbeat", beat().as_bytes(), &[("content-type", kind)]);
        for kind in [
            "application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\"", "text/json",
            "application/problem+json", "application/x-www-form-urlencoded",
        ] {
            send(kind).ok();
        }
        for kind in ["text/plain", "multipart/form-data", "application/xml", "application/json; charset=latin1"] {
            let answer = send(kind).refused(415);
            let told = answer.json()["Message"].as_str().expect("a message").to_owned();
            assert!(told.contains("Content-Type") && told.contains("application/json"), "{kind}: {told}");
        }
        server.raw(format!("POST /GetHeartbeat HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{}",
            beat().len(), beat()).as_bytes()).ok();
    }

    fn who_sends_too_much_learns_it_also_when_it_goes_on_sending(server) {
        let body = vec![b' '; 3 * limits::BODY_BYTES / 2];
        let mut stream = TcpStream::connect(server.address()).expect("connects");
        stream.write_all(head("GetHeartbeat", &format!("content-length: {}\r\n", body.len())).as_bytes()).expect("sends");
        stream.write_all(&body).expect("all of it is taken");
        assert_eq!(answer(&mut stream).0, 413);
    }

    fn an_unknown_token_in_the_header_is_refused_before_the_body_is_read(server) {
        let mut stream = TcpStream::connect(server.address()).expect("connects");
        let headers = format!("authorization: Bearer {}\r\ncontent-length: 1000000\r\n", Uuid::new_v4());
        stream.write_all(head("GetHeartbeat", &headers).as_bytes()).expect("sends");
        let (status, text) = answer(&mut stream);
        assert_eq!(status, 401, "{text}");
        // The member counts where there are both, and the header is looked at first all the same.
        let body = json!({ "token": token_of("DEA") }).to_string();
        let with = |token: &str| {
            let bearer = format!("Bearer {token}");
            server.post("GetHeartbeat", &body, &[("authorization", &bearer)]).status
        };
        assert_eq!((with(token_of("AUA")), with(&Uuid::new_v4().to_string())), (200, 401));
        // A proxy's own scheme is not looked at.
        assert_eq!(server.post("GetHeartbeat", &body, &[("authorization", "Basic eDp5")]).status, 200);
    }

    fn a_door_is_a_folder_with_rows(server) {
        let answer = server.get("/v1/limits").ok();
        let listed = answer.json();
        let body = listed.as_array().expect("a list").iter().find(|limit| limit["name"] == "BODY_BYTES");
        assert_eq!(body.expect("listed")["value"], json!(limits::BODY_BYTES));
        let wrong = server.post_bytes("/v1/limits", b"{}", &[]).refused(405);
        assert_eq!(wrong.header("allow"), Some("GET"));
        for (answer, status, code) in [(wrong, 405, "verb"), (server.get("/v1/nothing").refused(404), 404, "absent")] {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            let problem = answer.json();
            assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{problem}");
            let id = answer.header("x-request-id").expect("a request id");
            assert_eq!(problem["instance"], json!(format!("urn:uuid:{id}")));
        }
        // Elsewhere it is told as the clients there read it.
        assert_eq!(server.get("/v2/nothing").refused(404).json()["ExceptionType"], "MethodNotFoundException");
    }

    fn every_answer_says_how_a_browser_is_to_take_it(server) {
        let answers = [
            server.call_as("AUA", "GetHeartbeat", json!({})).ok(),
            server.call("GetHeartbeat", &json!({})).refused(401),
            server.get("/v1/limits").ok(),
            server.get("/nothing").refused(404),
            server.get("/healthz").ok(),
        ];
        for answer in &answers {
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.header("content-security-policy").expect("a policy").contains("default-src 'none'"));
        }
        let page = server.get("/docs/").ok();
        assert!(page.header("content-security-policy").expect("a policy").contains("default-src 'self'"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
    }

    fn what_is_no_http_is_answered_with_a_request_id(server) {
        let large = format!("GET / HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n", "a".repeat(200_000));
        for (request, expected) in [
            ("GET / HTTP/1.1\r\nhost: test\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400),
            ("NONSENSE\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nhost: te\0st\r\n\r\n", 400),
            (large.as_str(), 431),
        ] {
            let answer = server.raw(request.as_bytes());
            assert_eq!(answer.status, expected, "{:.40}: {}", request, answer.text);
            assert!(answer.header("x-request-id").is_some_and(|id| Uuid::try_parse(id).is_ok()));
            assert_eq!(answer.json()["Details"][0]["Code"], "http", "{}", answer.text);
        }
        let measures = server.get("/metrics").ok().text;
        assert!(measures.contains("entrepost_malformed_requests_total"), "{measures}");
    }

    fn more_pieces_than_a_body_may_have_are_refused_and_nothing_else_is_judged(server) {
        let views = |pieces: usize| {
            let view = |pieces: usize| json!({ "Declaration": { "Data": { "ContentPieces": vec![json!({}); pieces] } } });
            let mut views = vec![view(900); pieces / 900];
            views.push(view(pieces % 900));
            json!({ "cdsViews": views, "userCd": "depost", "securityToken": token_of("AUA") })
        };
        let answer = server.call("CreateOrUpdateDeclarations", &views(limits::BODY_PIECES + 1)).refused(400);
        assert_eq!(answer.findings(), [("limit".to_owned(), String::new())]);
        let answer = server.call("CreateOrUpdateDeclarations", &views(limits::BODY_PIECES)).refused(400);
        assert_eq!(answer.findings().len(), limits::FINDINGS_SHOWN);
        let errors = answer.json()["Errors"].clone();
        let last = errors.as_array().and_then(|errors| errors.last()?.as_str().map(str::to_owned)).expect("a text");
        assert!(last.starts_with("… and ") && last.ends_with(" more"), "{last}");
    }

    fn what_is_wrong_is_shown_in_part_and_counted_and_a_repeat_is_told_the_outcomes(server) {
        let good = fresh_id("AU");
        let mut all: Vec<Value> = (0..600)
            .map(|_| json!({ "MailObject": store(&fresh_id("AU"), "AUA", "DEA", 2)["mailObject"],
                "Declaration": { "Data": { "ContentPieces": vec![json!({ "CurrencyCd": "?", "HS": "?", "Index": -1 }); 5] } } }))
            .collect();
        let one = store(&good, "AUA", "DEA", 2);
        all.push(json!({ "MailObject": one["mailObject"], "Declaration": one["decl"] }));
        let body = json!({ "cdsViews": all, "userCd": "depost" });
        let headers = [("prefer", "outcome=per-item"), ("idempotency-key", "large-answer")];
        let send = || server.call_with("AUA", "CreateOrUpdateDeclarations", body.clone(), &headers).ok();
        let first = send();
        assert!(first.text.len() > limits::SAVED_ANSWER_BYTES, "{}", first.text.len());
        let outcomes = first.json()["Outcomes"].as_array().expect("a list").clone();
        let listed: usize = outcomes.iter().map(|outcome| outcome["Errors"].as_array().map_or(0, Vec::len)).sum();
        assert!(outcomes.iter().all(|one| one["Errors"].as_array().is_some_and(|errors| errors.len() <= limits::FINDINGS_PER_ENTRY)));
        assert_eq!(listed, limits::FINDINGS_PER_ANSWER.min(600 * limits::FINDINGS_PER_ENTRY));
        assert!(outcomes[0]["MoreErrors"].as_u64().is_some_and(|more| more > 0), "{}", outcomes[0]);
        assert_eq!((&outcomes[600]["Outcome"], &outcomes[600]["MoreErrors"]), (&json!("stored"), &Value::Null));

        let again = send().json()["Outcomes"].as_array().expect("a list").clone();
        let told = |outcome: &Value| (outcome["Index"].clone(), outcome["ItemId"].clone(), outcome["Outcome"].clone());
        assert_eq!(again.iter().map(told).collect::<Vec<_>>(), outcomes.iter().map(told).collect::<Vec<_>>());
        assert!(again.iter().all(|outcome| outcome["Errors"] == json!([])));
        assert_eq!(server.history("AUA", &good).len(), 1);
    }

    fn unknown_tokens_are_throttled_and_known_ones_go_on(server) {
        server.call_as("AUA", "GetHeartbeat", json!({})).ok();
        let guess = || server.call("GetHeartbeat", &json!({ "token": Uuid::new_v4() })).status;
        let tried = (0..2 * limits::UNKNOWN_TOKENS_MIN).find(|_| guess() == 429).expect("throttled");
        assert!(tried >= limits::UNKNOWN_TOKENS_MIN, "{tried}");
        server.call_as("AUA", "GetHeartbeat", json!({})).ok();
        // On a slow machine one more may be let through meanwhile.
        let guess = |_| server.call("GetHeartbeat", &json!({ "token": Uuid::new_v4() }));
        let answer = (0..10).map(guess).find(|answer| answer.status == 429).expect("still throttled");
        assert!(answer.header("retry-after").is_some());
    }
}

on_both_engines_with! {
    [("trusted-proxies", "127.0.0.0/8"), ("logins-per-account", "3")];
    fn an_account_is_not_shut_for_who_entered_it_by_attempts_from_elsewhere(server) {
        let login = |password: &str, from: &str| {
            let body = json!({ "userCd": "depost", "password": password });
            server.call_with("DEA", "Login", body, &[("x-forwarded-for", from)]).status
        };
        assert_eq!(login("xxxxxx", "198.51.100.1"), 200);
        let guesses: Vec<u16> = (0..40).map(|n| login("guess", &format!("203.0.113.{}", n / 3))).collect();
        // On a slow machine the limits let one more through now and then.
        let let_through = guesses.iter().filter(|status| **status == 401).count();
        assert!((29..36).contains(&let_through), "{guesses:?}");
        let is_shut = |from: &str| (0..4).any(|_| login("xxxxxx", from) == 429);
        assert!(is_shut("192.0.2.9"), "from elsewhere the account is shut");
        assert_eq!(login("xxxxxx", "198.51.100.1"), 200, "not from where it was entered before");
        assert_eq!(login("guess", "198.51.100.1"), 401);
        assert!(is_shut("198.51.100.1"), "but there it has its own limit");
    }

    fn a_proxy_says_who_its_client_is_before_the_first_request(server) {
        let login = |line: &[u8]| {
            let body = json!({ "securityToken": token_of("DEA"), "userCd": "nobody", "password": "x" }).to_string();
            let request = head("Login", &format!("connection: close\r\ncontent-length: {}\r\n", body.len())) + &body;
            server.raw(&[line, request.as_bytes()].concat()).status
        };
        let version_1 = |address: &str| format!("PROXY TCP4 {address} 192.0.2.1 4711 80\r\n").into_bytes();
        let version_2 = |last: u8| {
            let mut line = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
            line.extend_from_slice(&[198, 51, 100, last, 192, 0, 2, 1, 0x12, 0x34, 0, 80]);
            line
        };
        for _ in 0..3 {
            assert_eq!(login(&version_1("198.51.100.7")), 401);
        }
        assert_eq!(login(&version_1("198.51.100.7")), 429);
        assert_eq!(login(&version_2(7)), 429, "the same client, said otherwise");
        assert_eq!(login(&version_2(8)), 401);
        assert_eq!(login(b"PROXY UNKNOWN\r\n"), 401);
        assert_eq!(login(b""), 401);
    }
}

on_both_engines_with! {
    [("connections", "20"), ("connections-per-address", "10"), ("workers", "1")];
    fn the_quietest_connection_makes_room(server) {
        let connect = || TcpStream::connect(server.address()).expect("connects");
        let mut first = connect();
        let mut others: Vec<TcpStream> = (0..30).map(|_| connect()).collect();
        server.call_as("AUA", "GetHeartbeat", json!({})).ok();
        first.set_read_timeout(Some(10 * SECOND)).expect("a timeout");
        assert_eq!(first.read(&mut [0; 16]).ok(), Some(0), "it was the quietest");
        // The newest ones are still there.
        let newest = others.last_mut().expect("one");
        let request = head("GetHeartbeat", &format!("content-length: {}\r\n", beat().len())) + &beat();
        newest.write_all(request.as_bytes()).expect("sends");
        assert_eq!(answer(newest).0, 200);
        let measures = server.get("/metrics").ok().text;
        assert!(measures.contains("entrepost_connections_closed_for_others_total"), "{measures}");
    }
}

#[test]
fn who_does_not_say_where_a_client_is_trusted_is_not_believed() {
    let server = Server::start_with(Engine::Sqlite, &[("logins-per-account", "3"), ("trusted-proxies", "192.0.2.1")]);
    let login = |from: &str| {
        let body = json!({ "userCd": "nobody", "password": "x" });
        server.call_with("DEA", "Login", body, &[("x-forwarded-for", from)]).status
    };
    let told: Vec<u16> = (0..5).map(|n| login(&format!("203.0.113.{n}"))).collect();
    assert_eq!(told, [401, 401, 401, 429, 429]);
    let line = server.raw(format!("PROXY TCP4 198.51.100.7 192.0.2.1 1 2\r\n{}", head("Load", "")).as_bytes());
    assert_eq!(line.status, 400, "no proxy of ours speaks so");
}

#[test]
fn metrics_and_documents_may_be_had_elsewhere_alone() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let port =
        std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").local_addr().expect("bound").port();
    let ops = format!("127.0.0.1:{port}");
    let server = Process::serve(&url, &["--ops-listen", &ops]);
    let status = |base: &str, path: &str| {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://")).expect("connects");
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").as_bytes())
            .expect("sends");
        answer(&mut stream).0
    };
    for path in ["/metrics", "/openapi.json", "/docs/"] {
        assert_eq!((status(&server.base, path), status(&ops, path)), (404, 200), "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!((status(&server.base, path), status(&ops, path)), (200, 200), "{path}");
    }
    assert_eq!(status(&ops, "/Load"), 404);
}

#[test]
fn a_wrong_network_is_a_clear_mistake() {
    let told = run(&["serve", "--listen", "127.0.0.1:0", "--trusted-proxies", "10.0.0.0/99"]).fails(2);
    assert!(told.contains("trusted-proxies") && told.contains("10.0.0.0/99"), "{told}");
}

/// Opens `count` connections and sends `request` on each.
fn open(address: &str, count: usize, request: &[u8]) -> Vec<TcpStream> {
    let address: SocketAddr = address.parse().expect("an address");
    let one = |_| {
        let mut stream = TcpStream::connect(address).expect("connects");
        let _ = stream.write_all(request);
        stream
    };
    (0..count).map(one).collect()
}

#[test]
fn bodies_of_nobody_hold_little_memory() {
    raise_files();
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = Process::serve(&url, &["--connections-per-address", "3000"]);
    assert!(client_is_served(&server));
    drop(open(server.address(), 100, b"GET /nothing HTTP/1.1\r\nhost: test\r\n\r\n"));
    assert!(client_is_served(&server));
    let before = server.memory_mib();
    let trickling = head("GetHeartbeat", &format!("content-length: {}\r\n", limits::BODY_BYTES)) + "{\"a\":";
    let held = open(server.address(), 1_000, trickling.as_bytes());
    // What came last was taken in after all others.
    assert!(client_is_served(&server));
    let trickled = server.memory_mib();
    assert!(trickled <= before + 64, "{before} MiB, then {trickled}");
    drop(held);

    // Bodies that lack one byte.
    let mut large = head("GetHeartbeat", &format!("content-length: {}\r\n", limits::BODY_BYTES)).into_bytes();
    large.resize(large.len() + limits::BODY_BYTES - 1, b' ');
    let address: SocketAddr = server.address().parse().expect("an address");
    let mut held = Vec::new();
    std::thread::scope(|scope| {
        let sending: Vec<_> = (0..120)
            .map(|_| {
                scope.spawn(|| {
                    let mut stream = TcpStream::connect(address).expect("connects");
                    // Refused ones are closed while they are still being sent.
                    let _ = stream.set_write_timeout(Some(5 * SECOND));
                    let _ = stream.write_all(&large);
                    stream
                })
            })
            .collect();
        held.extend(sending.into_iter().map(|thread| thread.join().expect("sends")));
    });
    let full = server.memory_mib();
    assert!(full <= before + 80, "{before} MiB, then {full}");
    assert!(client_is_served(&server), "ordinary calls need no place in the budget");
}

fn client_is_served(server: &Process) -> bool {
    server.client().call("GetHeartbeat", &json!({ "token": token_of("AUA") })).is_some_and(|(status, _)| status == 200)
}

#[test]
fn idle_sockets_beyond_the_limit_of_files_shut_nobody_out() {
    raise_files();
    let (url, _folder) = filled_database(Engine::Sqlite);
    let serve = entrepost(&["serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--database-url", &url]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 1024; exec \"$@\"", "sh"]).arg(serve.get_program()).args(serve.get_args());
    limited.args(["--connections-per-address", "5000"]);
    let server = Process::start(&mut limited);
    let _idle = open(server.address(), 1_100, b"");
    let slowest = (0..40)
        .map(|_| {
            let began = Instant::now();
            assert!(client_is_served(&server));
            began.elapsed()
        })
        .max()
        .expect("some");
    assert!(slowest < 2 * SECOND, "{slowest:?}");
}

#[test]
fn slow_heads_and_slow_readers_are_cut() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = Process::serve(&url, &[]);
    let began = Instant::now();
    let mut slow = TcpStream::connect(server.address()).expect("connects");
    slow.write_all(b"POST /GetHeartbeat HTTP/1.1\r\nhost: te").expect("sends");
    let (status, text) = answer(&mut slow);
    assert_eq!(status, 408, "{text}");
    assert!(began.elapsed() < Duration::from_secs(limits::HEAD_READ_S + 5), "{:?}", began.elapsed());

    // A large answer that nobody reads, many times over so that no buffer of the system takes it.
    let mut reader = Wire::connect(server.address());
    let request = "GET /openapi.json HTTP/1.1\r\nhost: test\r\n\r\n";
    for _ in 0..300 {
        if !reader.send(request.as_bytes()) {
            break;
        }
    }
    let cut = poll(Duration::from_secs(limits::READER_WINDOW_S + 15), || {
        let mut stream = TcpStream::connect(server.address()).ok()?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        text.contains("entrepost_slow_readers_total 1").then_some(())
    });
    assert!(cut.is_some(), "the reader is still waited for");
}
