//! Where a course is played: posts and customs on one server, or on two that exchange messages over HTTP.
//!
//! Databases are made once, with organizations and lists and nothing else, and copied for each course: nobody has called
//! anything before.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use entrepost::demo;
use entrepost::domain::OrganizationKind;
use entrepost::exchange::partner::NewPartner;
use entrepost::service::Services;
use entrepost::service::admin::NewOrganization;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::server::fresh_database;
use crate::harness::{Answer, Engine, Server, postgres};

/// How many servers there are, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    OneServer(Engine),
    TwoServers,
}

/// An organization of the courses: code, kind, country, and the server it lives on where there are two.
pub struct Party {
    pub code: &'static str,
    kind: OrganizationKind,
    pub country: &'static str,
    home: usize,
}

const fn party(code: &'static str, kind: OrganizationKind, country: &'static str, home: usize) -> Party {
    Party { code, kind, country, home }
}

/// AUA, AUB and PTA live with their customs on the first server; DEA, DEB and FRA with theirs on the second.
pub const PARTIES: [Party; 10] = [
    party("AU", OrganizationKind::Customs, "AU", 0),
    party("PT", OrganizationKind::Customs, "PT", 0),
    party("AUA", OrganizationKind::Post, "AU", 0),
    party("AUB", OrganizationKind::Post, "AU", 0),
    party("PTA", OrganizationKind::Post, "PT", 0),
    party("DE", OrganizationKind::Customs, "DE", 1),
    party("FR", OrganizationKind::Customs, "FR", 1),
    party("DEA", OrganizationKind::Post, "DE", 1),
    party("DEB", OrganizationKind::Post, "DE", 1),
    party("FRA", OrganizationKind::Post, "FR", 1),
];

/// Tokens with which each of two servers calls the other, and the key they sign with.
const LINK_TOKENS: [&str; 2] = ["7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7b01", "7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7b02"];
const LINK_KEY: &str = "the key of every link of the courses";
const NOWHERE: &str = "http://127.0.0.1:1";

/// The servers of one course.
pub struct Scene {
    servers: Vec<Server>,
    folders: Vec<Option<TempDir>>,
    /// How far the clocks were turned.
    turned: Duration,
    /// Which servers may send; all, but while a link is down.
    sends: Vec<bool>,
}

impl Scene {
    /// Fresh servers.
    pub fn at(place: Place) -> Self {
        let homes: &[Option<usize>] = match place {
            Place::OneServer(_) => &[None],
            Place::TwoServers => &[Some(0), Some(1)],
        };
        let engine = match place {
            Place::OneServer(engine) => engine,
            Place::TwoServers if std::env::var("EPTEST_TRUTH_TWO").is_ok_and(|on| on == "postgres") => Engine::Postgres,
            Place::TwoServers => Engine::Sqlite,
        };
        let (servers, folders): (Vec<_>, Vec<_>) = homes.iter().map(|home| copy(engine, *home)).unzip();
        let sends = vec![true; servers.len()];
        let scene = Self { servers, folders, turned: Duration::ZERO, sends };
        scene.link();
        scene
    }

    pub fn is_two(&self) -> bool {
        self.servers.len() == 2
    }

    /// All of them.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter()
    }

    fn place_of(&self, org: &str) -> usize {
        if self.is_two() { party_of(org).home } else { 0 }
    }

    /// The server an organization lives on.
    pub fn server(&self, org: &str) -> &Server {
        &self.servers[self.place_of(org)]
    }

    /// Calls a method as an organization; what that brings about everywhere has happened when this returns.
    pub fn call(&self, org: &str, method: &str, body: &Value) -> Answer {
        let mut body = body.clone();
        body["token"] = json!(token_of(org));
        let answer = self.server(org).call_as(org, method, body);
        self.settle();
        answer
    }

    /// Lets every server that may send do so until nothing is under way.
    pub fn settle(&self) {
        let rounds = if self.is_two() { 3 } else { 1 };
        for _ in 0..rounds {
            let senders = self.servers.iter().zip(&self.sends).filter(|(_, sends)| **sends);
            senders.for_each(|(server, _)| server.deliver());
        }
    }

    /// Turns every clock.
    pub fn turn(&mut self, by: Duration) {
        self.turned += by;
        self.servers.iter().for_each(|server| server.clock.advance(by));
    }

    /// Runs `admin …` on the database an organization lives on; it is in force when this returns.
    #[track_caller]
    pub fn admin(&self, org: &str, arguments: &[&str]) {
        self.admin_says(org, arguments);
        let server = self.server(org);
        server.block_on(|services| async move { services.refresh_catalogue().await }).expect("reads its lists");
    }

    /// The same; what it prints. By then the server has written down what was handed.
    #[track_caller]
    pub fn admin_says(&self, org: &str, arguments: &[&str]) -> String {
        let server = self.server(org);
        server.block_on(|services| async move { services.write_notes().await }).expect("writes its notes");
        let url = &server.database_url;
        let ran = run(&[&["admin"], arguments, &["--database-url", url]].concat());
        assert_eq!(ran.code, Some(0), "admin {}: {}", arguments.join(" "), ran.err);
        ran.out
    }

    /// From now on only these servers' messages get through.
    pub fn let_send(&mut self, which: [bool; 2]) {
        self.sends = which.to_vec();
        self.link();
        // A link that had trouble rests.
        self.turn(Duration::from_secs(2 * 3600));
        self.settle();
    }

    /// Makes the partners of each server, or changes how they are reached.
    fn link(&self) {
        if !self.is_two() {
            return;
        }
        for (at, server) in self.servers.iter().enumerate() {
            let base = if self.sends[at] { &self.servers[1 - at].base } else { NOWHERE };
            for other in PARTIES.iter().filter(|other| other.home != at) {
                put_partner(
                    server,
                    NewPartner {
                        code: other.code.into(),
                        transport: Some("http".into()),
                        endpoint: Some(format!("{base}/exchange/inbox")),
                        token_out: Some(LINK_TOKENS[at].into()),
                        token_in: Some(LINK_TOKENS[1 - at].into()),
                        sign_key: Some(LINK_KEY.into()),
                        ..NewPartner::default()
                    },
                );
            }
        }
    }

    /// Another process on the database of an organization (PostgreSQL only), by the same time.
    pub fn twin(&self, org: &str) -> Server {
        let twin = Server::on(&self.server(org).database_url, &[]);
        twin.clock.advance(self.turned);
        twin
    }

    /// Changes what was agreed with a partner, at the server that `org` lives on.
    pub fn agree(&self, org: &str, partner: &str, change: impl FnOnce(&mut NewPartner)) {
        let mut agreed = NewPartner { code: partner.into(), ..NewPartner::default() };
        change(&mut agreed);
        put_partner(self.server(org), agreed);
    }

    /// Lets the partner `from` of the server of `to` be spoken for with a token, unsigned, while `work` lasts.
    pub fn by_hand(&self, to: &str, from: &str, token: &str, work: impl FnOnce(&Server)) {
        self.agree(to, from, |partner| {
            partner.token_in = Some(token.to_owned());
            partner.sign_key = Some(String::new());
        });
        work(self.server(to));
        self.link();
        self.settle();
    }

    /// Gives the database of an organization to `work` while its server is down; the server then starts again at the
    /// same address.
    pub fn while_down(&mut self, org: &str, work: impl FnOnce(&str, &str)) {
        let at = self.place_of(org);
        let stopped = self.servers.remove(at);
        let (url, address) = (stopped.database_url.clone(), stopped.address().to_owned());
        stopped.stop();
        work(&url, &address);
        let server = Server::on_adjusted(&url, |config| config.listen = address.parse().expect("an address"));
        server.clock.advance(self.turned);
        self.servers.insert(at, server);
        self.settle();
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // The servers before their files.
        self.servers.clear();
        self.folders.clear();
    }
}

pub fn party_of(org: &str) -> &'static Party {
    PARTIES.iter().find(|party| party.code == org).unwrap_or_else(|| panic!("no such organization: {org}"))
}

/// The demo's token of an organization, or one like it.
pub fn token_of(org: &str) -> String {
    let of_demo = demo::ORGANIZATIONS.iter().find(|row| row.0 == org).map(|row| row.5.to_owned());
    of_demo.unwrap_or_else(|| {
        format!("0a3c1f6e-7f5b-4f0e-9d57-000000{}", org.bytes().map(|b| format!("{b:02x}")).collect::<String>())
    })
}

fn put_partner(server: &Server, partner: NewPartner) {
    let exchange = server.exchange().clone();
    server.block_on(|_| async move { exchange.put_partner(partner).await }).expect("a partner");
}

/// A database with organizations and lists, that nobody has open.
struct Template {
    engine: Engine,
    home: Option<usize>,
    url: String,
    _folder: Option<TempDir>,
}

static TEMPLATES: Mutex<Vec<Template>> = Mutex::new(Vec::new());

/// A server on a copy of the template for those who live at `home` (for everybody when there is one server only).
fn copy(engine: Engine, home: Option<usize>) -> (Server, Option<TempDir>) {
    let mut templates = TEMPLATES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !templates.iter().any(|made| (made.engine, made.home) == (engine, home)) {
        templates.push(template(engine, home));
    }
    let made = templates.iter().find(|made| (made.engine, made.home) == (engine, home)).expect("made before");
    let (url, folder) = match made.url.strip_prefix("sqlite:") {
        Some(file) => {
            let folder = folder();
            let copied = folder.path().join("course.db");
            std::fs::copy(file, &copied).expect("copies");
            (format!("sqlite:{}", copied.display()), Some(folder))
        }
        None => (postgres::copy_of(&made.url), None),
    };
    drop(templates);
    (Server::on(&url, &[]), folder)
}

/// In memory where the system has such a place: the courses are not about disks.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("folder")
}

fn template(engine: Engine, home: Option<usize>) -> Template {
    let (url, folder) = fresh_database(engine);
    let server = Server::on(&url, &[]);
    server.block_on(|services| async move { fill(&services, home).await });
    server.stop();
    if engine == Engine::Sqlite {
        // The copies are of the file alone.
        Raw::open(&url).run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    Template { engine, home, url, _folder: folder }
}

async fn fill(services: &Services, home: Option<usize>) {
    for party in &PARTIES {
        let remote = home.is_some_and(|home| home != party.home);
        let organization = NewOrganization {
            code: party.code.into(),
            kind: party.kind,
            country: party.country.into(),
            name: format!("{} of the courses", party.code),
            customs: (party.kind == OrganizationKind::Post).then(|| party.country.into()),
            remote,
            time_zone: "UTC".into(),
            creates_users: true,
        };
        services.put_organization(organization).await.expect("an organization");
        if !remote {
            let token = Uuid::parse_str(&token_of(party.code)).expect("a token");
            services.issue_token(party.code, "course", Some(token), None, None).await.expect("a token");
        }
    }
    import(services, ListKind::Operators, operators()).await;
}

/// The built-in list, with the posts that only the courses know.
fn operators() -> String {
    let own = PARTIES.iter().filter(|party| ["AUB", "DEB"].contains(&party.code));
    let own: String = own.map(|party| format!("{},{},Second post\n", party.code, party.country)).collect();
    include_str!("../../../refdata/operators.csv").to_owned() + &own
}

async fn import(services: &Services, kind: ListKind, text: String) {
    let import = Import {
        kind,
        org: String::new(),
        bytes: text.into_bytes(),
        translations: None,
        dry_run: false,
        skip_bad: false,
    };
    let report = services.import_list(import).await.expect("reads");
    assert!(report.stored, "{:?}", report.faults);
    services.refresh_catalogue().await.expect("reads its lists");
}
