//! The servers: which organization lives where, how they reach each other, and how one is opened on its file.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use entrepost::app;
use entrepost::clock::Clock;
use entrepost::demo;
use entrepost::domain::OrganizationKind;
use entrepost::exchange::Exchange;
use entrepost::exchange::partner::NewPartner;
use entrepost::net::{Answered, Net, Outbound, Unanswered};
use entrepost::service::admin::NewOrganization;
use entrepost::service::auth::Credential;
use entrepost::service::import::{Import, ListKind};
use entrepost::service::{Actor, Services};
use tempfile::TempDir;
use uuid::Uuid;

use crate::harness::server::{config, token_of};

/// One server: its name, who lives on it, and the organizations elsewhere it speaks with, each with who speaks to it
/// and the server it lives on.
pub struct Plan {
    pub name: &'static str,
    pub lives: &'static [&'static str],
    partners: &'static [(&'static str, &'static str, &'static str)],
}

impl Plan {
    /// The posts that live there.
    pub fn posts(&self) -> impl Iterator<Item = &'static str> {
        self.lives.iter().copied().filter(|org| org.len() == 3)
    }
}

pub const PLANS: [Plan; 3] = [
    Plan { name: "a", lives: &["AUA", "AU"], partners: &[("DEA", "AUA", "b")] },
    Plan { name: "b", lives: &["DEA", "FRA"], partners: &[("AUA", "DEA", "a"), ("DE", "DEA", "c")] },
    Plan { name: "c", lives: &["DE"], partners: &[("DEA", "DE", "b")] },
];

const SIGN_KEY: &str = "the key of every link of the simulation";

/// A running server. Gone when dropped; its file stays.
#[derive(Clone)]
pub struct Site {
    pub services: Services,
    pub exchange: Exchange,
}

impl Site {
    /// Opens the file of a server, as its process would at its start.
    pub async fn open(folder: &Path, name: &str, clock: &Clock, net: Arc<dyn Net>) -> Self {
        let config = config(&database_url(folder, name), &[("pool-size", "2")]);
        let services = app::open(&config, clock.clone()).expect("opens");
        services.refresh_catalogue().await.expect("reads its lists");
        let exchange = Exchange::new(services.clone(), net);
        Self { services, exchange }
    }

    /// The actor that the token of an organization gives.
    pub async fn actor(&self, org: &str) -> Actor {
        let token = Credential::parse(token_of(org)).expect("a token");
        let actor = self.services.authenticate(token).await.expect("the token is known");
        Actor { user_cd: Some("clerk".into()), ..(*actor).clone() }
    }
}

pub fn database_url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", file(folder, name).display())
}

fn file(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join(format!("{name}.db"))
}

/// The token with which `from` calls the server `site`.
fn token(from: &str, site: &str) -> Uuid {
    let mut bytes = [0x40; 16];
    let text = format!("{from} to {site}");
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    Uuid::from_bytes(bytes)
}

/// A folder with a file for each server, organizations and partners in them. In memory where the system has such a
/// place: the simulation is not about disks.
pub fn fresh_files() -> TempDir {
    static FILLED: OnceLock<TempDir> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let folder = fresh_folder();
        PLANS.iter().for_each(|plan| fill(folder.path(), plan));
        folder
    });
    let folder = fresh_folder();
    for plan in &PLANS {
        std::fs::copy(filled.path().join(plan.name), file(folder.path(), plan.name)).expect("copies");
    }
    folder
}

fn fresh_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("folder")
}

/// Makes the database of one server, and a closed copy of it under the server's name.
fn fill(folder: &Path, plan: &Plan) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    let site = runtime.block_on(async {
        let site = Site::open(folder, plan.name, &Clock::default(), Arc::new(NoNet)).await;
        import_decisions(&site.services).await;
        for org in plan.lives {
            put_organization(&site.services, org, false).await;
            let token = Uuid::parse_str(token_of(org)).expect("a token");
            site.services.issue_token(org, "simulation", Some(token), None, None).await.expect("issued");
        }
        for (code, _, home) in plan.partners {
            put_organization(&site.services, code, true).await;
            site.exchange.put_partner(partner(plan, code, home)).await.expect("a partner");
        }
        site
    });
    site.services.store.backup(&folder.join(plan.name)).expect("copies");
}

/// The built-in decisions, and one of DE that only informs.
async fn import_decisions(services: &Services) {
    let built_in = include_str!("../../../refdata/decisions.csv");
    let import = Import {
        kind: ListKind::Decisions,
        org: String::new(),
        bytes: format!("{built_in}DE,{INFORMS},Received,,,,Information,0,0\n").into_bytes(),
        translations: None,
        dry_run: false,
        skip_bad: false,
    };
    let report = services.import_list(import).await.expect("reads");
    assert!(report.stored, "{:?}", report.faults);
}

/// A decision of DE that decides nothing.
pub const INFORMS: &str = "99";

fn partner(plan: &Plan, code: &str, home: &str) -> NewPartner {
    let (_, speaker, _) = plan.partners.iter().find(|partner| partner.0 == code).expect("a partner");
    NewPartner {
        code: code.into(),
        transport: Some("http".into()),
        endpoint: Some(format!("http://{home}/exchange/inbox")),
        token_out: Some(token(speaker, home).to_string()),
        token_in: Some(token(code, plan.name).to_string()),
        sign_key: Some(SIGN_KEY.into()),
        plain_http: Some(true),
        ..NewPartner::default()
    }
}

/// Lets a server write to its partners in this syntax.
pub async fn set_syntax(site: &Site, plan: &Plan, syntax: &str) {
    for (code, ..) in plan.partners {
        let change = NewPartner { code: (*code).into(), syntax: Some(syntax.into()), ..NewPartner::default() };
        site.exchange.put_partner(change).await.expect("changed");
    }
}

async fn put_organization(services: &Services, code: &str, remote: bool) {
    let (_, kind, country, name, time_zone, _) =
        demo::ORGANIZATIONS.iter().find(|row| row.0 == code).expect("an organization of the demo");
    let organization = NewOrganization {
        code: code.into(),
        kind: *kind,
        country: (*country).into(),
        name: (*name).into(),
        customs: (*kind == OrganizationKind::Post).then(|| (*country).into()),
        remote,
        time_zone: (*time_zone).into(),
        creates_users: true,
    };
    services.put_organization(organization).await.expect("an organization");
}

/// Nobody is there.
struct NoNet;

impl Net for NoNet {
    fn post(&self, _: Outbound) -> Result<Answered, Unanswered> {
        Err(Unanswered::Failed("there is no network".into()))
    }
}
