//! Two server processes exchange over loopback while one after the other is killed: nothing is lost, nothing doubled.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, response};
use crate::harness::process::{Client, Process, entrepost, poll, run};
use crate::harness::raw::{Raw, first_amount};
use crate::harness::server::token_of;

/// Acknowledgements between one kill and the next.
const CALLS_A_ROUND: usize = 60;
const SIGN_KEY: &str = "the key of the two servers";
const TOKENS: [&str; 2] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

/// One of the two: a post with its customs.
struct Side {
    post: &'static str,
    customs: &'static str,
    address: String,
    url: String,
}

impl Side {
    fn new(post: &'static str, customs: &'static str, folder: &std::path::Path) -> Self {
        let url = format!("sqlite:{}", folder.join(format!("{post}.db")).display());
        Self { post, customs, address: free_address(), url }
    }

    fn admin(&self, arguments: &[&str]) {
        run(&[&["admin"], arguments, &["--database-url", &self.url]].concat()).ok();
    }

    fn add(&self, code: &str, kind: &str, remote: bool) {
        let country = &code[..2];
        let add = ["organization", "add", code, "--kind", kind, "--country", country, "--name", code];
        self.admin(&[&add[..], if remote { &["--remote"] } else { &[] }].concat());
    }

    /// Makes the database: who lives here, who lives there, and how they speak.
    fn set_up(&self, other: &Self, tokens: [&str; 2]) {
        run(&["migrate", "--database-url", &self.url]).ok();
        self.add(self.post, "post", false);
        self.add(self.customs, "customs", false);
        for org in [self.post, self.customs] {
            self.admin(&["token", "issue", org, "--token", token_of(org)]);
        }
        self.add(other.post, "post", true);
        let endpoint = format!("http://{}/exchange/inbox", other.address);
        let [token_out, token_in] = tokens;
        let set = ["partner", "set", other.post, "--transport", "http", "--endpoint", &endpoint];
        let secrets = ["--token-out", token_out, "--token-in", token_in, "--sign-key", SIGN_KEY];
        self.admin(&[&set[..], &secrets].concat());
    }

    fn start(&self) -> Process {
        let serve = ["serve", "--listen", &self.address, "--log-level", "error", "--database-url", &self.url];
        Process::start(&mut entrepost(&serve))
    }
}

/// A port that nobody uses, for a server that comes back to it.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    listener.local_addr().expect("an address").to_string()
}

/// What is known of an item from outside.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// The number of the last content stored for certain, and of the last one sent.
    acknowledged: u32,
    sent: u32,
    /// Customs at the destination was told that its answer is stored.
    answered: bool,
}

#[derive(Default)]
struct Journal {
    items: Mutex<BTreeMap<String, Known>>,
    acknowledgements: AtomicUsize,
    stop: AtomicBool,
}

impl Journal {
    fn note(&self, id: &str, change: impl FnOnce(&mut Known)) {
        change(self.items.lock().expect("lock").entry(id.to_owned()).or_default());
    }

    /// An item that was declared and that customs has not answered.
    fn unanswered(&self) -> Option<String> {
        let items = self.items.lock().expect("lock");
        items.iter().find(|(_, known)| known.acknowledged == 2 && !known.answered).map(|(id, _)| id.clone())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Calls until it is acknowledged, whatever dies meanwhile; or until the end.
    fn persist(&self, client: &Client, method: &str, body: &Value) -> bool {
        let done = poll(Duration::from_secs(30), || match client.call(method, body) {
            Some((200, _)) => Some(true),
            Some((503, _)) | None => self.is_stopped().then_some(false),
            Some((status, text)) => panic!("{method}: {status} {text}"),
        });
        let done = done.expect("the servers come back");
        self.acknowledgements.fetch_add(usize::from(done), Ordering::Relaxed);
        done
    }

    /// Waits for some more acknowledgements.
    fn wait_for(&self, count: usize) {
        let goal = self.acknowledgements.load(Ordering::Relaxed) + count;
        let reached = || (self.acknowledgements.load(Ordering::Relaxed) >= goal).then_some(());
        poll(Duration::from_secs(60), reached).expect("the clients get on");
    }
}

/// AUA declares items, each twice, the second time with another content.
fn declare(client: &Client, journal: &Journal) {
    while !journal.is_stopped() {
        let id = fresh_id("AU");
        for version in 1..=2 {
            let body = json!({ "token": token_of("AUA"), "userCd": "tester", "evtCd": 2,
                "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration(&format!("{version}.50")) });
            journal.note(&id, |known| known.sent = version);
            if !journal.persist(client, "StoreDeclaration", &body) {
                return;
            }
            journal.note(&id, |known| known.acknowledged = version);
        }
    }
}

/// DE answers them, perhaps before their data is there.
fn answer(client: &Client, journal: &Journal) {
    while !journal.is_stopped() {
        let Some(id) =
            poll(Duration::from_secs(30), || journal.unanswered().or(journal.is_stopped().then(String::new)))
        else {
            return;
        };
        let body = json!({ "token": token_of("DE"), "userCd": "tester", "evtCd": 2,
            "mailObject": mail_object(&id, "AUA", "DEA"), "resp": response("2", 0) });
        if id.is_empty() || !journal.persist(client, "StoreResponse", &body) {
            return;
        }
        journal.note(&id, |known| known.answered = true);
    }
}

/// Waits until nothing is under way any more.
fn settle(raws: &mut [Raw; 2]) {
    let waiting = "SELECT (SELECT count(*) FROM message_out WHERE state IN (0, 1)) + (SELECT count(*) FROM
        interchange_out WHERE state IN (0, 1)) + (SELECT count(*) FROM item_in WHERE fate = 3) AS n";
    let quiet = || raws.iter_mut().all(|raw| raw.number(waiting) == 0).then_some(());
    poll(Duration::from_secs(60), quiet).expect("everything arrives");
}

/// Item id, content and decision of each item of a post, from its own database.
fn held(raw: &mut Raw, post: &str, side: &str) -> BTreeMap<String, (u32, bool)> {
    let lines = raw.texts(&format!(
        "SELECT o.item_id || ' ' || hex(d.body) || ' ' ||
             (SELECT count(*) FROM response r WHERE r.post_org = o.post_org AND r.object_pid = o.pid AND side = '{side}') AS t
         FROM mail_object o JOIN declaration d ON d.post_org = o.post_org AND d.object_pid = o.pid
         WHERE o.post_org = '{post}'"
    ));
    let mut held = BTreeMap::new();
    for line in lines {
        let parts: Vec<&str> = line.split(' ').collect();
        let content = first_amount(parts[1]);
        let before = held.insert(parts[0].to_owned(), (content, parts[2] == "1"));
        assert!(before.is_none(), "{post} has {} twice", parts[0]);
    }
    held
}

/// Everything acknowledged is on both sides, the same, once.
fn compare(raws: &mut [Raw; 2], journal: &Journal) {
    let here = held(&mut raws[0], "AUA", "D");
    let there = held(&mut raws[1], "DEA", "O");
    assert_eq!(here, there, "both posts have the same");
    let items = journal.items.lock().expect("lock");
    for (id, known) in items.iter().filter(|(_, known)| known.acknowledged > 0) {
        let (content, answered) = there.get(id).unwrap_or_else(|| panic!("{id} is lost: {known:?}"));
        assert!((known.acknowledged..=known.sent).contains(content), "{id}: content {content}, {known:?}");
        assert!(*answered || !known.answered, "{id}: the answer is lost");
    }
    for (raw, other) in [(0, 1), (1, 0)] {
        let doubled = raws[raw].texts(
            "SELECT hex(object_pid) || doc_kind AS t FROM item_history WHERE doc_digest IS NOT NULL
             GROUP BY post_org, object_pid, doc_kind, doc_digest HAVING count(*) > 1",
        );
        assert!(doubled.is_empty(), "one content is two versions: {doubled:?}");
        let refused = raws[raw].texts("SELECT item_id || ' ' || fate AS t FROM item_in WHERE fate IN (3, 4)");
        assert!(refused.is_empty(), "not taken: {refused:?}");
        let sent = raws[raw].texts("SELECT reference || ' ' || items AS t FROM interchange_out ORDER BY reference");
        let received = raws[other].texts(
            "SELECT reference || ' ' || (SELECT count(*) FROM item_in x WHERE x.sender = i.sender AND
                 x.reference = i.reference) AS t FROM interchange_in i ORDER BY reference",
        );
        assert_eq!(sent, received, "each interchange arrived, and its items once");
    }
}

/// The next request to `partner`: its body; the connection stays open.
fn request(partner: &TcpListener) -> (TcpStream, Vec<u8>) {
    let (stream, _) = partner.accept().expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a head");
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_lowercase();
        if let Some(number) = lower.strip_prefix("content-length:") {
            length = number.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    (reader.into_inner(), body)
}

#[test]
fn a_partner_that_never_answers_holds_up_no_stop_and_gets_the_same_again() {
    let folder = tempfile::tempdir().expect("folder");
    let partner = TcpListener::bind("127.0.0.1:0").expect("binds");
    let here = Side::new("AUA", "AU", folder.path());
    let mut there = Side::new("DEA", "DE", folder.path());
    there.address = partner.local_addr().expect("an address").to_string();
    here.set_up(&there, TOKENS);
    let mut process = here.start();
    let id = fresh_id("AU");
    let body = json!({ "token": token_of("AUA"), "userCd": "tester", "evtCd": 2,
        "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration("1.00") });
    assert_eq!(process.client().call("StoreDeclaration", &body).map(|(status, _)| status), Some(200));
    let (_open, sent) = request(&partner);
    assert!(String::from_utf8_lossy(&sent).contains(&id));

    process.terminate();
    let status = process.wait(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "{status:?}");
    let _again = here.start();
    let (_open, repeated) = request(&partner);
    assert_eq!(repeated, sent, "nothing was half done");
}

#[test]
fn servers_killed_while_they_exchange_lose_and_double_nothing() {
    let kills: usize = std::env::var("EPTEST_EXCHANGE_KILLS").map_or(4, |kills| kills.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("folder");
    let sides = [Side::new("AUA", "AU", folder.path()), Side::new("DEA", "DE", folder.path())];
    sides[0].set_up(&sides[1], TOKENS);
    sides[1].set_up(&sides[0], [TOKENS[1], TOKENS[0]]);
    let mut running = [Some(sides[0].start()), Some(sides[1].start())];
    let clients = running.each_ref().map(|process| process.as_ref().expect("runs").client());
    let journal = Journal::default();
    std::thread::scope(|scope| {
        scope.spawn(|| declare(&clients[0], &journal));
        scope.spawn(|| answer(&clients[1], &journal));
        for which in (0..kills).map(|round| round % 2) {
            journal.wait_for(CALLS_A_ROUND);
            running[which].take().expect("runs").kill();
            running[which] = Some(sides[which].start());
        }
        journal.wait_for(CALLS_A_ROUND);
        journal.stop.store(true, Ordering::Relaxed);
    });
    let mut raws = [Raw::open(&sides[0].url), Raw::open(&sides[1].url)];
    settle(&mut raws);
    compare(&mut raws, &journal);
    let seen: usize = journal.items.lock().expect("lock").len();
    println!("{kills} kills, {seen} items, {} acknowledgements", journal.acknowledgements.load(Ordering::Relaxed));
    drop(running);
    for side in &sides {
        let verdict = run(&["admin", "history", "verify", "--database-url", &side.url]).ok();
        assert!(verdict.contains("the history is whole"), "{verdict}");
    }
}
