//! A real server in this process, on a free loopback port, with the organizations that the benches call as.

use std::path::Path;
use std::time::Duration;

use entrepost::app::{self, Running};
use entrepost::clock::Clock;
use entrepost::config::{Config, Given};
use entrepost::domain::OrganizationKind;
use entrepost::service::Services;
use entrepost::service::admin::NewOrganization;
use entrepost::service::auth::Credential;
use uuid::Uuid;

use super::Outcome;

/// Token of the post AUA.
pub const TOKEN: &str = "b5507016-7da2-4777-a161-1e8042a6a377";

/// How a bench wants its server; what is not named here is as delivered.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Writes in one commit (SQLite).
    pub group_jobs: Option<usize>,
    /// Added to each commit (SQLite).
    pub commit_delay: Duration,
    pub pool_size: Option<u32>,
}

/// URL of a SQLite database in `folder`.
pub fn sqlite_url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).with_extension("db").display())
}

/// The configuration for a database and a wish. The rate limit is lifted: one organization makes all the calls.
pub fn config(url: &str, wish: &Wish) -> Outcome<Config> {
    let mut given = Given::default();
    let options = [
        ("listen", "127.0.0.1:0"),
        ("database-url", url),
        ("requests-per-org", "1000000"),
        ("requests-burst", "10000000"),
    ];
    for (name, value) in options {
        given.option(name, value.to_owned());
    }
    let mut config = given.into_config().map_err(|mistakes| mistakes.join("; "))?;
    config.store.group.jobs = wish.group_jobs.unwrap_or(config.store.group.jobs);
    config.store.group.commit_delay = wish.commit_delay;
    config.store.pool_size = wish.pool_size.unwrap_or(config.store.pool_size);
    Ok(config)
}

/// Starts a server and makes sure that AUA may call it.
pub fn start(url: &str, wish: &Wish) -> Outcome<Running> {
    start_logging()?;
    start_on(config(url, wish)?)
}

/// The same with a configuration.
pub fn start_on(config: Config) -> Outcome<Running> {
    let running = app::start(config, Clock::default())?;
    wait(prepare(&running.services))??;
    Ok(running)
}

/// Log lines are made as in operation and written to nowhere.
pub fn start_logging() -> Outcome {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    // Fails only when logging was started before.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("info"))
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(nowhere))
        .try_init();
    Ok(())
}

/// Adds the organizations and the token, unless they are there.
async fn prepare(services: &Services) -> Outcome {
    if services.authenticate(Credential::parse(TOKEN)?).await.is_ok() {
        return Ok(());
    }
    for (code, kind, name) in [
        ("AU", OrganizationKind::Customs, "Australian customs (bench)"),
        ("AUA", OrganizationKind::Post, "Australian post (bench)"),
    ] {
        let organization = NewOrganization {
            code: code.into(),
            kind,
            country: "AU".into(),
            name: name.into(),
            customs: None,
            remote: false,
            time_zone: "Australia/Sydney".into(),
            creates_users: true,
        };
        services.put_organization(organization).await?;
    }
    services.issue_token("AUA", "bench", Some(Uuid::parse_str(TOKEN)?), None, None).await?;
    services.put_office("AUSYDA", "AUA", "Sydney").await?;
    Ok(())
}

/// Runs `work` to its end on this thread.
pub fn wait<T>(work: impl Future<Output = T>) -> Outcome<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
}
