//! A server under test and its answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use entrepost::app::{self, Running};
use entrepost::clock::Clock;
use entrepost::config::{Config, Given};
use entrepost::demo;
use entrepost::exchange::Exchange;
use entrepost::notify::Notifier;
use entrepost::rules::quality::{FOREIGN_ID, RULES};
use entrepost::service::Services;
use entrepost::store::item::{HistoryRow, Stamp};
use entrepost::store::reference::ListRow;
use entrepost::store::types::At;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use super::postgres;
use super::process::SECRET_KEY;
use super::raw::Raw;

use super::process::run;

/// Which database a server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A server with the demo's organizations, tokens and items, in this process but spoken to over HTTP.
pub struct Server {
    // Goes first, with its connections: a server that stops looks once a second whether those it has are through.
    agent: ureq::Agent,
    running: Option<Running>,
    pub base: String,
    pub clock: Clock,
    pub database_url: String,
    runtime: Runtime,
    folder: Mutex<Option<tempfile::TempDir>>,
}

impl Server {
    /// A server with demo data on a fresh database.
    pub fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[])
    }

    /// The same with settings of its own.
    pub fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        static LENIENT: [OnceLock<Filled>; 2] = [OnceLock::new(), OnceLock::new()];
        let (url, folder) = LENIENT[engine as usize].get_or_init(|| Filled::make(engine, Self::only_warn)).copy();
        Self::on_database(&url, config(&url, settings), folder)
    }

    /// A server on which the quality rules are as strict as they are by default.
    pub fn start_strict(engine: Engine) -> Self {
        static STRICT: [OnceLock<Filled>; 2] = [OnceLock::new(), OnceLock::new()];
        let (url, folder) = STRICT[engine as usize].get_or_init(|| Filled::make(engine, |_| ())).copy();
        Self::on_database(&url, config(&url, &[]), folder)
    }

    /// Puts the demo data into the database.
    pub fn fill(&self) {
        let exchange = self.exchange().clone();
        self.block_on(|services| async move { demo::fill(&services, &exchange).await }).expect("demo data");
    }

    pub fn notifier(&self) -> &Notifier {
        &self.running.as_ref().expect("running").notifier
    }

    pub fn exchange(&self) -> &Exchange {
        &self.running.as_ref().expect("running").exchange
    }

    /// Sends every message that can travel now; returns when they have arrived.
    pub fn deliver(&self) {
        let exchange = self.exchange().clone();
        self.block_on(|_| async move { exchange.drain().await }).expect("the exchange works");
    }

    /// Sends every notification that can be sent now, of what happened until now.
    pub fn notify(&self) {
        self.settle();
        self.block_on(|services| async move { services.derive_events().await }).expect("derives");
        let notifier = self.notifier().clone();
        self.block_on(|_| async move { notifier.drain().await }).expect("notifies");
    }

    /// Two servers that know each other by address only: Australia's post and customs on one, Germany's on the other.
    pub fn pair(engines: [Engine; 2]) -> [Self; 2] {
        let servers = engines.map(|engine| {
            let (url, folder) = fresh_database(engine);
            Self::on_database(&url, config(&url, &[]), folder)
        });
        for (which, server) in servers.iter().enumerate() {
            let (exchange, other) = (server.exchange().clone(), servers[1 - which].base.clone());
            server
                .block_on(|services| async move { demo::fill_half(&services, &exchange, which, &other).await })
                .expect("organizations and partners");
            server.only_warn();
        }
        servers
    }

    /// Lets the quality rules warn only, for tests that are about something else and declare little.
    fn only_warn(&self) {
        let work = self.services().store.write(|tx| {
            for (org, ..) in demo::ORGANIZATIONS {
                // A foreign id is no refusal as it is, and its level decides on the light.
                for rule in RULES.iter().filter(|rule| rule.id != FOREIGN_ID) {
                    let row = ListRow {
                        kind: "quality".into(),
                        org: (*org).into(),
                        edition: rule.id.into(),
                        imported_at: At(tx.now),
                        body: "warn".into(),
                    };
                    tx.put_reference(&row, json!({}), &Stamp::command_line())?;
                }
            }
            Ok(())
        });
        self.block_on(|services| async move {
            work.await?;
            services.refresh_catalogue().await
        })
        .expect("quality levels");
    }

    /// Another server on a database that exists (SQLite: one at a time).
    pub fn on(database_url: &str, settings: &[(&str, &str)]) -> Self {
        Self::on_database(database_url, config(database_url, settings), None)
    }

    /// The same by a clock of the test's own.
    pub fn on_at(database_url: &str, clock: Clock) -> Self {
        Self::on_clock(database_url, config(database_url, &[]), clock, None)
    }

    /// The same with a configuration changed beyond what settings can say.
    pub fn on_adjusted(database_url: &str, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(database_url, &[]);
        adjust(&mut config);
        Self::on_database(database_url, config, None)
    }

    fn on_database(url: &str, config: Config, folder: Option<tempfile::TempDir>) -> Self {
        Self::on_clock(url, config, Clock::default(), folder)
    }

    fn on_clock(url: &str, config: Config, clock: Clock, folder: Option<tempfile::TempDir>) -> Self {
        let running = app::start(config, clock.clone()).expect("starts");
        let base = format!("http://{}", running.address);
        let agent = agent();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        let database_url = url.to_owned();
        Self { agent, running: Some(running), base, clock, database_url, runtime, folder: Mutex::new(folder) }
    }

    pub fn services(&self) -> &Services {
        &self.running.as_ref().expect("running").services
    }

    /// Runs a use case directly, for what has no HTTP surface (administration, upkeep).
    pub fn block_on<T, F: Future<Output = T>>(&self, work: impl FnOnce(Services) -> F) -> T {
        self.runtime.block_on(work(self.services().clone()))
    }

    /// Waits until every change so far has its number (PostgreSQL numbers them after commit).
    pub fn settle(&self) {
        self.block_on(|services| async move { services.number_changes().await }).expect("numbers changes");
    }

    /// Stops the server in order.
    pub fn stop(mut self) {
        self.agent = agent();
        self.running.take().expect("running").stop().expect("stops");
    }

    /// Calls a method with a body as it stands.
    pub fn call(&self, method: &str, body: &Value) -> Answer {
        self.post(method, &body.to_string(), &[])
    }

    /// Calls a method as an organization of the demo; fills in token and user.
    pub fn call_as(&self, org: &str, method: &str, body: Value) -> Answer {
        self.call_with(org, method, body, &[])
    }

    /// The same with headers.
    pub fn call_with(&self, org: &str, method: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut members = body.as_object().cloned().unwrap_or_else(Map::new);
        members.entry("token").or_insert_with(|| json!(token_of(org)));
        members.entry("userCd").or_insert_with(|| json!("tester"));
        self.post(method, &Value::Object(members).to_string(), headers)
    }

    /// Sends any text. What it brings about for others on this server has happened when this returns.
    pub fn post(&self, method: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.post(format!("{}/{method}", self.base)).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = Answer::read(request.send(body).expect("answers"));
        if answer.status == 200 {
            // Where the database is away, messages wait; the tests of that look for themselves.
            let exchange = self.exchange().clone();
            let _ = self.block_on(|_| async move { exchange.drain().await });
        }
        answer
    }

    /// Loads as an organization, all pages: the views found.
    pub fn load(&self, org: &str, filters: Value) -> Vec<Value> {
        let mut views = Vec::new();
        let mut body = filters;
        loop {
            let answer = self.call_as(org, "Load", body.clone()).ok();
            views.extend(answer.json()["LoadResult"].as_array().expect("a list").iter().cloned());
            match answer.header("x-next-cursor") {
                Some(cursor) => body["cursor"] = json!(cursor),
                None => return views,
            }
        }
    }

    /// What GetCustomsStatus answers to `org` about an item of `post`; null when there is none.
    #[track_caller]
    pub fn status(&self, org: &str, post: &str, id: &str, flow: &str) -> Value {
        let body = super::data::status(post, id, flow);
        self.call_as(org, "GetCustomsStatus", body).ok().json()["GetCustomsStatusResult"].clone()
    }

    /// The history of an item of `post`; empty when there is no such item.
    pub fn history(&self, post: &str, id: &str) -> Vec<HistoryRow> {
        self.block_on(|services| async move { services.item_history(post, id).await }).unwrap_or_default()
    }

    /// Posts bytes to a path beside the methods.
    pub fn post_bytes(&self, path: &str, bytes: &[u8], headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send(bytes).expect("answers"))
    }

    /// Calls a resource of the own surface as an organization of the demo. What it brings about for others on this server has
    /// happened when this returns.
    pub fn rest(&self, org: &str, verb: &str, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", token_of(org));
        let usual = [("authorization", bearer.as_str()), ("x-entrepost-user", "tester")];
        let usual = usual.into_iter().filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
        let headers: Vec<(&str, &str)> = usual.chain(headers.iter().copied()).collect();
        let text = body.map(Value::to_string);
        let answer = self.ask(verb, path, text.as_deref().map(str::as_bytes), &headers);
        if (200..300).contains(&answer.status) && verb != "GET" {
            let exchange = self.exchange().clone();
            let _ = self.block_on(|_| async move { exchange.drain().await });
        }
        answer
    }

    /// Sends a request as it is described.
    pub fn ask(&self, verb: &str, path: &str, body: Option<&[u8]>, headers: &[(&str, &str)]) -> Answer {
        let mut request = ureq::http::Request::builder().method(verb).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        Answer::read(answer.expect("answers"))
    }

    /// The folder of the database, kept when the server goes.
    pub fn keep_folder(&self) -> Option<tempfile::TempDir> {
        self.folder.lock().expect("lock").take()
    }

    pub fn get(&self, path: &str) -> Answer {
        Answer::read(self.agent.get(format!("{}{path}", self.base)).call().expect("answers"))
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.call().expect("answers"))
    }

    /// Sends bytes as they are, on a connection of its own that the request must ask to close, and reads the answer.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.base.trim_start_matches("http://")).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status line");
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status, headers, text: body.to_owned() }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Path of the SQLite file.
    pub fn sqlite_file(&self) -> PathBuf {
        self.database_url.strip_prefix("sqlite:").expect("SQLite").into()
    }
}

/// A configuration on a free port.
pub fn config(database_url: &str, settings: &[(&str, &str)]) -> Config {
    let mut given = Given::default();
    given.option("listen", "127.0.0.1:0".into());
    given.option("database-url", database_url.into());
    given.option("log-level", "error".into());
    given.read_environment(std::iter::once(("ENTREPOST_SECRET_KEY".to_owned(), SECRET_KEY.to_owned())));
    for (name, value) in settings {
        given.option(name, (*value).to_owned());
    }
    given.into_config().expect("valid settings")
}

/// The URL of a fresh database, with the folder that holds it.
pub fn fresh_database(engine: Engine) -> (String, Option<tempfile::TempDir>) {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::tempdir().expect("folder");
            (format!("sqlite:{}", folder.path().join("test.db").display()), Some(folder))
        }
        Engine::Postgres => (postgres::fresh_database(), None),
    }
}

/// A database with demo data that is made once and copied for each test: making one takes longer than most tests.
enum Filled {
    Sqlite(Vec<u8>),
    Postgres(String),
}

impl Filled {
    fn make(engine: Engine, adjust: impl FnOnce(&Server)) -> Self {
        let (url, folder) = fresh_database(engine);
        let server = Server::on_database(&url, config(&url, &[]), None);
        server.fill();
        adjust(&server);
        server.settle();
        // What was stored side by side is judged again later; not in the middle of a test.
        Raw::open(&url).run("DELETE FROM light_walk; DELETE FROM light_due");
        server.block_on(|services| async move { services.judge_by_lists().await }).expect("judges");
        server.stop();
        match folder {
            Some(folder) => Self::Sqlite(std::fs::read(folder.path().join("test.db")).expect("a file")),
            None => Self::Postgres(url),
        }
    }

    fn copy(&self) -> (String, Option<tempfile::TempDir>) {
        match self {
            Self::Sqlite(bytes) => {
                let (url, folder) = fresh_database(Engine::Sqlite);
                let file =
                    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&url["sqlite:".len()..]);
                file.and_then(|mut file| file.write_all(bytes)).expect("writes");
                (url, folder)
            }
            Self::Postgres(url) => (postgres::copy_of(url), None),
        }
    }
}

/// Runs a test body once on each engine with the URL of an empty database.
pub fn on_each_engine(body: impl Fn(&str)) {
    let (url, _folder) = fresh_database(Engine::Sqlite);
    body(&url);
    if postgres::is_there() {
        body(&fresh_database(Engine::Postgres).0);
    }
}

/// The same of a database that has its tables.
pub fn on_each_schema(body: impl Fn(&str)) {
    on_each_engine(|url| {
        run(&["migrate", "--database-url", url]).ok();
        body(url);
    });
}

/// A database with demo data that no server has open, with the folder that holds it.
pub fn filled_database(engine: Engine) -> (String, Option<tempfile::TempDir>) {
    let server = Server::start(engine);
    let folder = server.keep_folder();
    let url = server.database_url.clone();
    server.stop();
    (url, folder)
}

/// The demo's token of an organization.
pub fn token_of(org: &str) -> &'static str {
    demo::ORGANIZATIONS.iter().find(|row| row.0 == org).map(|row| row.5).expect("an organization of the demo")
}

/// A client that gives answers of any status as answers.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    fn read(mut response: ureq::http::Response<ureq::Body>) -> Self {
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let bytes = response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec().expect("a body");
        Self { status: response.status().as_u16(), headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The answer, which must be 200.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    /// The answer, which must have this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The answer, which must be a refusal with this status.
    #[track_caller]
    pub fn refused(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The faults of problem details, as (code, pointer).
    #[track_caller]
    pub fn faults(&self) -> Vec<(String, String)> {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        errors.iter().map(|error| (text(&error["code"]), text(&error["path"]))).collect()
    }

    /// The findings of a 400, as (code, path).
    #[track_caller]
    pub fn findings(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, 400, "{}", self.text);
        let details = self.json()["Details"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        details.iter().map(|detail| (text(&detail["Code"]), text(&detail["Path"]))).collect()
    }
}
