//! Every call fails once in its turn – of the store to its disk or its database server, of one server to another –, and the story of an
//! item is told on until it is done: what was acknowledged stays, nothing is half done, and nothing is done twice.
//!
//! Nothing in the program knows of this: the disk fails below it (`harness/disk.c`), the network beside it (`harness/proxy.rs`).
//! Background work makes calls as well, all the time, so there are hundreds in the time of a story: the suite takes each twelfth,
//! `EPTEST_NTH_STEP=1` takes every one, `EPTEST_NTH_FROM` begins later.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::exchange::set;
use crate::harness::data::{fresh_id, mail_state, respond, status, store};
use crate::harness::process::{Process, admin, entrepost, poll};
use crate::harness::proxy::{Cut, Proxy};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, token_of};
use crate::harness::{Engine, Server, postgres};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |number| number.parse().expect("a number"))
}

/// The disk of one process, which fails when it is told to.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// None where it cannot be made; then this says so, and fails in CI.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/harness/disk.c");
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-shared", "-fPIC", "-o"])
            .arg(folder.path().join("disk.so"))
            .arg(source)
            .args(["-ldl", "-lpthread"]);
        let made = cc.output().is_ok_and(|done| done.status.success());
        assert!(made || std::env::var_os("CI").is_none(), "no C compiler, but CI must fail every call of the disk");
        if !made {
            eprintln!("SKIPPED: no C compiler");
        }
        fs::write(folder.path().join("fail"), [0; 16]).expect("writes");
        made.then_some(Self { folder })
    }

    fn control(&self) -> PathBuf {
        self.folder.path().join("fail")
    }

    /// The `n`-th call from now on fails; 0 for none.
    fn fail(&self, n: usize) {
        use std::os::unix::fs::FileExt;
        let file = fs::OpenOptions::new().write(true).open(self.control()).expect("opens");
        // The count last: with it the failing begins.
        file.write_all_at(&0i64.to_ne_bytes(), 8).expect("writes");
        file.write_all_at(&i64::try_from(n).expect("fits").to_ne_bytes(), 0).expect("writes");
    }

    fn has_failed(&self) -> bool {
        fs::read(self.control()).expect("reads")[8..] != [0; 8]
    }

    fn serve(&self, url: &str) -> Process {
        let mut command =
            entrepost(&["serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--database-url", url]);
        command.env("LD_PRELOAD", self.folder.path().join("disk.so")).env("DISK_FAIL", self.control());
        // It complains of its disk.
        command.stderr(std::process::Stdio::null());
        Process::start(&mut command)
    }
}

/// A client that says each thing until it is acknowledged, as the answers ask for.
struct Teller<'p> {
    process: &'p Process,
    agent: ureq::Agent,
}

impl Teller<'_> {
    fn call(&self, org: &str, method: &str, body: &Value, key: &str) -> Option<(u16, Value)> {
        let mut body = body.clone();
        body["token"] = json!(token_of(org));
        body["userCd"] = json!("tester");
        let request =
            self.agent.post(format!("{}/{method}", self.process.base)).header("content-type", "application/json");
        let mut answer = request.header("idempotency-key", key).send(body.to_string()).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).expect("JSON")))
    }

    fn tell(&self, org: &str, method: &str, body: &Value) {
        let key = Uuid::new_v4().to_string();
        let told = poll(Duration::from_secs(30), || {
            let (status, answer) = self.call(org, method, body, &key)?;
            assert!(matches!(status, 200 | 503), "{method}: {status} {answer}");
            (status == 200).then_some(())
        });
        told.unwrap_or_else(|| panic!("{method} is not acknowledged any more"));
    }

    fn sees(&self, post: &str, id: &str, flow: &str, pointer: &str) {
        let seen = poll(Duration::from_secs(60), || {
            let (status, answer) = self.call(post, "GetCustomsStatus", &status(post, id, flow), "")?;
            assert!(matches!(status, 200 | 503), "{status} {answer}");
            answer.pointer(pointer).is_some_and(|found| !found.is_null()).then_some(())
        });
        seen.unwrap_or_else(|| panic!("{post} never sees {pointer} of {id}"));
    }

    /// From declaration to decision, across both posts.
    fn story(&self) -> String {
        let id = fresh_id("AU");
        self.tell("AUA", "StoreDeclaration", &store(&id, "AUA", "DEA", 2));
        self.sees("DEA", &id, "I", "/GetCustomsStatusResult/Declaration");
        self.tell("DE", "StoreResponse", &respond(&id, "AUA", "DEA", "2", 2));
        self.tell("DEA", "UpdateMailState", &mail_state(&id, "DEA", "AUA", "I", 50));
        self.sees("AUA", &id, "O", "/GetCustomsStatusResult/DCResponse");
        id
    }
}

/// Events of an item at both posts.
fn events(raw: &mut Raw, id: &str) -> i64 {
    raw.number(&format!(
        "SELECT count(*) AS n FROM item_history, mail_object
         WHERE mail_object.pid = object_pid AND mail_object.post_org = item_history.post_org AND item_id = '{id}'"
    ))
}

/// Tells a story with each call failing once, until one is told without a failure.
fn fail_each(url: &str, process: &Process, fail: impl Fn(usize), has_failed: impl Fn() -> bool, least: usize) {
    let teller = Teller { process, agent: crate::harness::server::agent() };
    let mut raw = Raw::open(url);
    let whole = {
        let id = teller.story();
        events(&mut raw, &id)
    };
    assert!(whole >= 5, "{whole}");
    let (mut n, step) = (number("EPTEST_NTH_FROM", 1), number("EPTEST_NTH_STEP", 12));
    loop {
        fail(n);
        let id = teller.story();
        let failed = has_failed();
        fail(0);
        assert_eq!(events(&mut raw, &id), whole, "call {n}: {id}");
        if !failed {
            break;
        }
        n += step;
        assert!(n < 2_000, "it has no end");
    }
    assert!(n >= least, "only {n} calls");
    eprintln!("{n} calls in the time of a story; each {step}. failed once");
}

#[test]
fn every_call_to_the_disk_fails_once() {
    let Some(disk) = Disk::new() else { return };
    let (url, _folder) = filled_database(Engine::Sqlite);
    let process = disk.serve(&url);
    fail_each(&url, &process, |n| disk.fail(n), || disk.has_failed(), 20);
    drop(process);
    assert!(admin(&url, &["history", "verify"]).contains("whole"));
}

fn fails_to_postgres(cut: Cut) {
    if !postgres::is_there() {
        return;
    }
    let (url, _) = filled_database(Engine::Postgres);
    let (proxy, through) = Proxy::url(&url);
    let process = Process::serve(&through, &[]);
    fail_each(&url, &process, |n| proxy.cut_at(n, cut), || proxy.has_cut(), 20);
    drop(process);
    assert!(admin(&url, &["history", "verify"]).contains("whole"));
}

#[test]
fn every_question_to_postgres_is_lost_once() {
    fails_to_postgres(Cut::Question);
}

#[test]
fn every_answer_of_postgres_is_lost_once() {
    fails_to_postgres(Cut::Answer);
}

/// Each call of one server to another is lost once, or its answer is.
fn fails_to_partners(engines: [Engine; 2]) {
    if engines.contains(&Engine::Postgres) && !postgres::is_there() {
        return;
    }
    let servers = Server::pair(engines);
    let [australia, germany] = &servers;
    let ways = [germany, australia].map(|server| Proxy::to(server.address()));
    for ((server, partner), way) in [(australia, "DEA"), (germany, "AUA")].into_iter().zip(&ways) {
        set(server, partner, |partner| partner.endpoint = Some(format!("http://{}/exchange/inbox", way.address)));
    }
    let settle = || {
        for _ in 0..4 {
            servers.iter().for_each(Server::deliver);
        }
    };
    let story = || {
        let id = fresh_id("AU");
        australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let arrives = |server: &Server, post: &str, flow: &str, pointer: &str| {
            let there = poll(Duration::from_secs(60), || {
                // What rests because of the failure rests no more.
                servers.iter().for_each(|server| server.clock.advance(Duration::from_secs(120)));
                settle();
                server
                    .status(post, post, &id, flow)
                    .pointer(pointer)
                    .is_some_and(|found| !found.is_null())
                    .then_some(())
            });
            there.unwrap_or_else(|| panic!("{post} never sees {pointer} of {id}"));
        };
        arrives(germany, "DEA", "I", "/Declaration");
        germany.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        arrives(australia, "AUA", "O", "/DCResponse");
        settle();
        id
    };
    let count = |id: &str| [australia.history("AUA", id).len(), germany.history("DEA", id).len()];
    let whole = count(&story());
    for (way, cut) in ways.iter().flat_map(|way| [(way, Cut::Question), (way, Cut::Answer)]) {
        let mut n = 1;
        loop {
            way.cut_at(n, cut);
            let id = story();
            let failed = way.has_cut();
            way.cut_at(0, cut);
            assert_eq!(count(&id), whole, "call {n}, {cut:?}: {id}");
            if !failed {
                break;
            }
            n += 1;
        }
        assert!(n > 1, "no call went this way");
    }
    for server in &servers {
        let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
        assert_eq!(verdict.fault, None);
    }
}

#[test]
fn every_call_to_a_partner_fails_once() {
    fails_to_partners([Engine::Sqlite, Engine::Sqlite]);
    fails_to_partners([Engine::Postgres, Engine::Sqlite]);
}
