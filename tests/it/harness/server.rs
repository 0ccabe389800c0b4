//! A server under test and its answers.

use std::path::PathBuf;
use std::time::Duration;

use entrepost::app::{self, Running};
use entrepost::clock::Clock;
use entrepost::config::{Config, Given};
use entrepost::demo;
use entrepost::service::Services;
use serde_json::{Map, Value, json};

use super::postgres;

/// Which database a server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A server with the demo's organizations, tokens and items, in this process but spoken to over HTTP.
pub struct Server {
    running: Option<Running>,
    pub base: String,
    pub clock: Clock,
    pub database_url: String,
    agent: ureq::Agent,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    /// A server with demo data on a fresh database.
    pub fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[])
    }

    /// The same with settings of its own.
    pub fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let (url, folder) = fresh_database(engine);
        let server = Self::on_database(&url, settings, folder);
        server.block_on(|services| async move { demo::fill(&services).await }).expect("demo data");
        server
    }

    /// Another server on a database that exists (SQLite: one at a time).
    pub fn on(database_url: &str, settings: &[(&str, &str)]) -> Self {
        Self::on_database(database_url, settings, None)
    }

    fn on_database(url: &str, settings: &[(&str, &str)], folder: Option<tempfile::TempDir>) -> Self {
        let clock = Clock::default();
        let running = app::start(config(url, settings), clock.clone()).expect("starts");
        let base = format!("http://{}", running.address);
        let agent = agent();
        Self { running: Some(running), base, clock, database_url: url.to_owned(), agent, _folder: folder }
    }

    pub fn services(&self) -> &Services {
        &self.running.as_ref().expect("running").services
    }

    /// Runs a use case directly, for what has no HTTP surface (administration, upkeep).
    pub fn block_on<T, F: Future<Output = T>>(&self, work: impl FnOnce(Services) -> F) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(work(self.services().clone()))
    }

    /// Waits until every change so far has its number (PostgreSQL numbers them after commit).
    pub fn settle(&self) {
        self.block_on(|services| async move { services.number_changes().await }).expect("numbers changes");
    }

    /// Stops the server in order.
    pub fn stop(mut self) {
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

    /// Sends any text.
    pub fn post(&self, method: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.post(format!("{}/{method}", self.base)).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send(body).expect("answers"))
    }

    pub fn get(&self, path: &str) -> Answer {
        Answer::read(self.agent.get(format!("{}{path}", self.base)).call().expect("answers"))
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
        let text = response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_string().expect("text");
        Self { status: response.status().as_u16(), headers, text }
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

    /// The findings of a 400, as (code, path).
    #[track_caller]
    pub fn findings(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, 400, "{}", self.text);
        let details = self.json()["Details"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        details.iter().map(|detail| (text(&detail["Code"]), text(&detail["Path"]))).collect()
    }
}
