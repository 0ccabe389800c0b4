//! Every setting: name, default, unit, bounds. From file, environment and options; all mistakes reported together.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::Role;
use crate::http::{ConsoleSetting, HttpOptions, TlsFiles};
use crate::limits;
use crate::net::{GuardRules, Networks};
use crate::service::Terms;
use crate::store::{Database, GroupRules, StoreOptions, Waits};
use crate::vault::Vault;

/// One setting as users see it.
pub struct Setting {
    /// Option `--name`, variable `ENTREPOST_NAME`, key `name` in the file.
    pub name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
    kind: Kind,
}

/// What values a setting takes.
enum Kind {
    Address,
    /// Empty, or an address.
    OptionalAddress,
    DatabaseUrl,
    PathPrefix,
    /// Empty, or http or https with a host.
    Url,
    /// Empty, or addresses and networks.
    Networks,
    /// Port numbers.
    Ports,
    /// Empty, or a folder that exists.
    Folder,
    /// Empty, or a file.
    File,
    Flag,
    Number {
        least: u64,
        most: u64,
    },
    OneOf(&'static [&'static str]),
}

const fn setting(name: &'static str, default: &'static str, help: &'static str, kind: Kind) -> Setting {
    Setting { name, default, help, kind }
}

/// Every setting, in the order shown.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:8080", "address and port to listen on; port 0 takes a free one", Kind::Address),
    setting(
        "tls-certificate",
        "",
        "certificate with its chain (PEM): the listener speaks https then; read again when it changes",
        Kind::File,
    ),
    setting("tls-key", "", "private key of the certificate (PEM)", Kind::File),
    setting(
        "database-url",
        "sqlite:entrepost.db",
        "sqlite:FILE or postgres://user:password@host/name",
        Kind::DatabaseUrl,
    ),
    setting("path-prefix", "", "put before every method path, for example /CDS.API", Kind::PathPrefix),
    setting(
        "soap-path",
        "/CDS.API/CDSAPIService.svc",
        "where existing SOAP clients find the contract they were made from, in any case; empty for nowhere",
        Kind::PathPrefix,
    ),
    setting("soap-full-path", "/soap", "where every method is served over SOAP; empty for nowhere", Kind::PathPrefix),
    setting("migrate-at-start", "true", "bring the schema up to date when serving starts", Kind::Flag),
    setting("workers", "2", "threads that serve HTTP", Kind::Number { least: 1, most: 256 }),
    setting("pool-size", "8", "database connections", Kind::Number { least: 1, most: 256 }),
    setting(
        "database-connect-seconds",
        "2",
        "longest wait for a connection to one PostgreSQL host, unless the URL has connect_timeout, s",
        Kind::Number { least: 2, most: 60 },
    ),
    setting(
        "database-silent-seconds",
        "5",
        "a PostgreSQL host that gives no sign of life for this long is taken for gone, unless the URL has tcp_user_timeout and \
         keepalives_…, s",
        Kind::Number { least: 2, most: 3_600 },
    ),
    setting("statement-cache", "true", "keep prepared statements; off behind a pooler in transaction mode", Kind::Flag),
    setting(
        "write-queue",
        "4096",
        "writes that may wait for the SQLite writer",
        Kind::Number { least: 1, most: 1_000_000 },
    ),
    setting("group-jobs", "512", "writes in one SQLite commit", Kind::Number { least: 1, most: 100_000 }),
    setting(
        "group-ms",
        "25",
        "longest time a SQLite group takes more writes, ms",
        Kind::Number { least: 1, most: 1_000 },
    ),
    setting(
        "requests-per-org",
        "20000",
        "requests of one organization a second",
        Kind::Number { least: 1, most: 1_000_000 },
    ),
    setting(
        "requests-burst",
        "40000",
        "requests of one organization in a burst",
        Kind::Number { least: 1, most: 10_000_000 },
    ),
    setting(
        "logins-per-account",
        "10",
        "login attempts for one account from one address a minute",
        Kind::Number { least: 1, most: 10_000 },
    ),
    setting(
        "logins-per-address",
        "60",
        "login attempts from one address a minute",
        Kind::Number { least: 1, most: 100_000 },
    ),
    setting(
        "request-read-seconds",
        "30",
        "a request that has not arrived completely after this long is answered 408, s",
        Kind::Number { least: 1, most: 3_600 },
    ),
    setting(
        "anonymous-per-org",
        "1200",
        "requests of one organization about anonymous declarations a minute",
        Kind::Number { least: 1, most: 1_000_000 },
    ),
    setting(
        "anonymous-days",
        "90",
        "an anonymous declaration is erased this long after it was last changed; one that was converted keeps its two ids, d",
        Kind::Number { least: 1, most: 3_650 },
    ),
    setting("event-days", "30", "published events are kept this long, d", Kind::Number { least: 1, most: 3_650 }),
    setting(
        "session-idle-minutes",
        "30",
        "a session ends after this long without a call, min",
        Kind::Number { least: 1, most: 10_080 },
    ),
    setting("session-hours", "12", "a session ends this long after login, h", Kind::Number { least: 1, most: 720 }),
    setting("public-url", "", "where clients reach the server, for example https://entrepost.example", Kind::Url),
    setting(
        "ops-listen",
        "",
        "address and port for /metrics, /openapi.json and /docs, which are not at the other one then",
        Kind::OptionalAddress,
    ),
    setting(
        "connections",
        "10000",
        "connections in all; beyond it the quietest is closed",
        Kind::Number { least: 1, most: 1_000_000 },
    ),
    setting(
        "connections-per-address",
        "1000",
        "connections of one address that is no trusted proxy",
        Kind::Number { least: 1, most: 1_000_000 },
    ),
    setting(
        "trusted-proxies",
        "",
        "proxies whose X-Forwarded-For and PROXY lines are believed: addresses and networks, separated by commas",
        Kind::Networks,
    ),
    setting(
        "secret-key-file",
        "",
        "file with the key that secrets of partners and second factors are kept under (or its text as ENTREPOST_SECRET_KEY)",
        Kind::File,
    ),
    setting("secret-key-old", "", "file with the key before, while `admin secrets rekey` is to be run", Kind::File),
    setting(
        "notify-allow-nets",
        "",
        "networks whose addresses may receive notifications though they are not public: addresses and networks, separated by commas",
        Kind::Networks,
    ),
    setting("notify-deny-nets", "", "networks that may receive none though they are public", Kind::Networks),
    setting("notify-ports", "443,8443", "ports of public receivers of notifications, separated by commas", Kind::Ports),
    setting(
        "notify-time-scale",
        "1",
        "demo only: pauses between attempts at notifications are divided by it",
        Kind::Number { least: 1, most: 100_000 },
    ),
    setting(
        "ca-file",
        "",
        "certificates (PEM) that those of receivers and partners are checked by, in place of the public ones",
        Kind::File,
    ),
    setting("font-folder", "", "fonts (TTF, OTF) for scripts that the embedded ones lack", Kind::Folder),
    setting(
        "console",
        "auto",
        "pages for people at /console; auto: by https, or on this machine alone",
        Kind::OneOf(&["auto", "on", "off"]),
    ),
    setting("seal-seconds", "60", "time between seals of the history, s", Kind::Number { least: 1, most: 86_400 }),
    setting(
        "log-level",
        "info",
        "least grave messages logged",
        Kind::OneOf(&["error", "warn", "info", "debug", "trace"]),
    ),
    setting("log-format", "text", "form of log lines", Kind::OneOf(&["text", "json"])),
];

/// The configuration of one server.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// For metrics and documentation.
    pub ops_listen: Option<SocketAddr>,
    pub store: StoreOptions,
    pub http: HttpOptions,
    pub terms: Terms,
    pub vault: Vault,
    /// Where notifications may go.
    pub guard: GuardRules,
    /// Certificates in place of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Pauses between notifications are divided by it.
    pub notify_time_scale: i32,
    pub migrate_at_start: bool,
    pub seal_every: Duration,
    pub log_level: String,
    pub log_json: bool,
}

/// Values given by name, with where they came from.
#[derive(Clone, Debug, Default)]
pub struct Given {
    values: BTreeMap<String, (String, String)>,
    /// The text of the key, which is no setting of the command line, where others could read it.
    secret_key: Option<String>,
    mistakes: Vec<String>,
}

impl Given {
    /// Adds the keys of a TOML file.
    pub fn read_file(&mut self, file: &Path) {
        let place = format!("file {}", file.display());
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return self.mistakes.push(format!("{place}: {error}")),
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return self.mistakes.push(format!("{place}: {error}")),
        };
        for (name, value) in table {
            match value {
                toml::Value::String(text) => self.put(&name, text, &place),
                toml::Value::Integer(number) => self.put(&name, number.to_string(), &place),
                toml::Value::Boolean(flag) => self.put(&name, flag.to_string(), &place),
                _ => self.mistakes.push(format!("{place}: {name} must be a text, a whole number or true/false")),
            }
        }
    }

    /// Adds the variables `ENTREPOST_…` out of `environment`. `ENTREPOST_CONFIG` names the file and is not one of them.
    pub fn read_environment(&mut self, environment: impl Iterator<Item = (String, String)>) {
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("ENTREPOST_").filter(|name| !["CONFIG", "TOKEN"].contains(name))
            else {
                continue;
            };
            if name == "SECRET_KEY" {
                self.secret_key = Some(value);
                continue;
            }
            self.put(&name.to_lowercase().replace('_', "-"), value, &format!("variable {variable}"));
        }
    }

    /// Adds one option of the command line.
    pub fn option(&mut self, name: &str, value: String) {
        self.put(name, value, &format!("option --{name}"));
    }

    /// A later value replaces an earlier one.
    fn put(&mut self, name: &str, value: String, place: &str) {
        if SETTINGS.iter().any(|setting| setting.name == name) {
            self.values.insert(name.to_owned(), (value, place.to_owned()));
            return;
        }
        let likeness = |setting: &&Setting| strsim::jaro_winkler(setting.name, name);
        let nearest = SETTINGS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let hint = nearest
            .filter(|setting| likeness(setting) > 0.8)
            .map(|setting| format!("; did you mean {}?", setting.name));
        self.mistakes.push(format!("{place}: there is no setting {name}{}", hint.unwrap_or_default()));
    }

    fn value(&self, setting: &Setting) -> &str {
        self.values.get(setting.name).map_or(setting.default, |(value, _)| value)
    }

    fn text(&self, name: &str) -> &str {
        SETTINGS.iter().find(|setting| setting.name == name).map_or("", |setting| self.value(setting))
    }

    /// Checked before: a number within its bounds.
    fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_default()
    }

    fn flag(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// The keys that secrets are kept under.
    fn vault(&self) -> Result<Vault, String> {
        let read = |name: &str| match self.text(name) {
            "" => Ok(None),
            file => std::fs::read_to_string(file).map(Some).map_err(|error| format!("{name}: {file}: {error}")),
        };
        let (key, old) = (read("secret-key-file")?, read("secret-key-old")?);
        if key.is_some() && self.secret_key.is_some() {
            return Err("secret-key-file: there is ENTREPOST_SECRET_KEY, too; give one of them".into());
        }
        let key = key.or_else(|| self.secret_key.clone());
        Vault::new(key.as_deref(), old.as_deref())
            .map_err(|problem| format!("secret-key-file, secret-key-old: {problem}"))
    }

    /// The configuration.
    ///
    /// # Errors
    /// Every mistake, each with the place it was made in.
    pub fn into_config(self) -> Result<Config, Vec<String>> {
        let mut mistakes = self.mistakes.clone();
        for setting in SETTINGS {
            if let Err(problem) = setting.kind.check(self.value(setting)) {
                let place = self.values.get(setting.name).map_or("default", |(_, place)| place);
                mistakes.push(format!("{place}: {}: {problem}", setting.name));
            }
        }
        let vault = self.vault().inspect_err(|problem| mistakes.push(problem.clone())).unwrap_or_default();
        let tls = match ["tls-certificate", "tls-key"].map(|name| self.text(name)) {
            ["", ""] => None,
            ["", _] | [_, ""] => {
                mistakes.push("tls-certificate and tls-key: give both, or none".into());
                None
            }
            [certificate, key] => Some(TlsFiles { certificate: certificate.into(), key: key.into() }),
        };
        let soap = ["soap-path", "soap-full-path"].map(|name| self.text(name).to_ascii_lowercase());
        if soap[0] == soap[1] && !soap[0].is_empty() {
            mistakes.push("soap-path and soap-full-path: two contracts cannot stand at one address".into());
        }
        let ops_listen: Option<SocketAddr> = self.text("ops-listen").parse().ok();
        let (Ok(listen), Ok(database)) = (self.text("listen").parse(), Database::parse(self.text("database-url")))
        else {
            return Err(mistakes);
        };
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Config {
            listen,
            vault,
            guard: GuardRules {
                allowed: self.text("notify-allow-nets").parse().unwrap_or_default(),
                denied: self.text("notify-deny-nets").parse().unwrap_or_default(),
                ports: ports(self.text("notify-ports")).unwrap_or_default(),
                own: [Some(listen), ops_listen].into_iter().flatten().collect(),
            },
            ca_file: Some(PathBuf::from(self.text("ca-file"))).filter(|file| file != Path::new("")),
            notify_time_scale: self.number("notify-time-scale") as i32,
            ops_listen,
            store: StoreOptions {
                pool_size: self.number("pool-size") as u32,
                write_queue: self.number("write-queue") as usize,
                group: GroupRules {
                    jobs: self.number("group-jobs") as usize,
                    time: Duration::from_millis(self.number("group-ms")),
                    ..GroupRules::default()
                },
                statement_cache: self.flag("statement-cache"),
                waits: Waits {
                    connect: Duration::from_secs(self.number("database-connect-seconds")),
                    silent: Duration::from_secs(self.number("database-silent-seconds")),
                },
                ..StoreOptions::new(database)
            },
            http: HttpOptions {
                path_prefix: self.text("path-prefix").to_owned(),
                soap_path: self.text("soap-path").to_owned(),
                soap_full_path: self.text("soap-full-path").to_owned(),
                tls,
                workers: self.number("workers") as usize,
                request_read: Duration::from_secs(self.number("request-read-seconds")),
                requests_per_org_s: self.number("requests-per-org") as u32,
                requests_per_org_burst: self.number("requests-burst") as u32,
                login_attempts_per_account_min: self.number("logins-per-account") as u32,
                login_attempts_per_address_min: self.number("logins-per-address") as u32,
                anonymous_per_org_min: self.number("anonymous-per-org") as u32,
                public_url: Some(self.text("public-url").to_owned()).filter(|url| !url.is_empty()),
                connections: self.number("connections") as usize,
                connections_per_address: self.number("connections-per-address") as usize,
                trusted_proxies: self.text("trusted-proxies").parse().unwrap_or_default(),
                console: ConsoleSetting::NAMES
                    .into_iter()
                    .find(|(name, _)| *name == self.text("console"))
                    .map(|(_, setting)| setting)
                    .unwrap_or_default(),
                font_folder: Some(self.text("font-folder")).filter(|folder| !folder.is_empty()).map(Into::into),
            },
            terms: Terms {
                session_idle: Duration::from_secs(60 * self.number("session-idle-minutes")),
                session: Duration::from_secs(3600 * self.number("session-hours")),
                anonymous: Duration::from_secs(86_400 * self.number("anonymous-days")),
                events: Duration::from_secs(86_400 * self.number("event-days")),
                operator_factor_for: [Role::Operator].into_iter().collect(),
            },
            migrate_at_start: self.flag("migrate-at-start"),
            seal_every: Duration::from_secs(self.number("seal-seconds")),
            log_level: self.text("log-level").to_owned(),
            log_json: self.text("log-format") == "json",
        })
    }

    /// Every setting with its value, secrets masked, and where the value came from.
    pub fn shown(&self) -> Vec<String> {
        let line = |setting: &Setting| {
            let value = match setting.kind {
                Kind::DatabaseUrl => masked(self.value(setting)),
                _ => self.value(setting).to_owned(),
            };
            let place = self.values.get(setting.name).map_or("default", |(_, place)| place);
            format!("{} = {value}  ({place})", setting.name)
        };
        SETTINGS.iter().map(line).collect()
    }
}

/// A database URL without its password, which may stand before the host or among the parameters.
fn masked(url: &str) -> String {
    let mut parts = url.split("password=");
    let mut url = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        url.push_str("password=***");
        url.push_str(part.find('&').map_or("", |end| &part[end..]));
    }
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let Some((credentials, host)) = rest.rsplit_once('@') else { return url };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{host}")
}

/// Whether this program can encrypt the way to PostgreSQL.
const HAS_POSTGRES_TLS: bool = cfg!(feature = "postgres-tls");

/// Refuses a URL that asks for encryption where there is none, which libpq would do without a word about the way out.
fn encryption(database: &Database) -> Result<(), String> {
    let Database::Postgres(url) = database else { return Ok(()) };
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    let in_url = |name: &str| parameters.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let variable = std::env::var("PGSSLMODE").ok();
    let (place, mode) = match in_url("sslmode") {
        Some(mode) => ("sslmode", mode),
        None => ("PGSSLMODE", variable.as_deref().unwrap_or_default()),
    };
    if HAS_POSTGRES_TLS || !matches!(mode, "require" | "verify-ca" | "verify-full") {
        return Ok(());
    }
    Err(format!(
        "{place}={mode} asks for TLS, and this program was built without TLS to PostgreSQL: use one that was built with \
         `--features postgres-tls` (as deploy/Containerfile does), or reach the server by its local socket \
         (postgres:///NAME?host=/run/postgresql), or through a pooler on this machine that encrypts (PgBouncer with \
         server_tls_sslmode={mode})"
    ))
}

/// The numbers in a list of ports.
fn ports(text: &str) -> Result<Vec<u16>, String> {
    let number = |one: &str| one.trim().parse().ok().filter(|port| *port != 0);
    let all: Option<Vec<u16>> = text.split(',').map(number).collect();
    all.ok_or_else(|| format!("`{text}` is no list of ports; write for example 443,8443"))
}

impl Kind {
    fn check(&self, value: &str) -> Result<(), String> {
        match self {
            Self::OptionalAddress if value.is_empty() => Ok(()),
            Self::Address | Self::OptionalAddress => value
                .parse::<SocketAddr>()
                .map(|_| ())
                .map_err(|_| format!("`{value}` is not an address with port, for example 127.0.0.1:8080")),
            Self::DatabaseUrl => Database::parse(value).and_then(|database| encryption(&database)),
            Self::PathPrefix => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
                let fits =
                    value.is_empty() || (value.starts_with('/') && !value.ends_with('/') && value.chars().all(plain));
                if fits {
                    Ok(())
                } else {
                    Err(format!("`{value}` is no path; write /like/this, without a slash at the end"))
                }
            }
            Self::Url => {
                let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                let fits = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '?', '#', '@']));
                if value.is_empty() || fits {
                    Ok(())
                } else {
                    Err(format!("`{value}` is no address like https://entrepost.example, without a slash at the end"))
                }
            }
            Self::Networks => value.parse::<Networks>().map(drop),
            Self::Ports => ports(value).map(drop),
            Self::Folder if value.is_empty() || Path::new(value).is_dir() => Ok(()),
            Self::Folder => Err(format!("there is no folder `{value}`")),
            Self::File if value.is_empty() || Path::new(value).is_file() => Ok(()),
            Self::File => Err(format!("`{value}` is no file")),
            Self::Flag if matches!(value, "true" | "false") => Ok(()),
            Self::Flag => Err(format!("`{value}` is neither true nor false")),
            Self::Number { least, most } => match value.parse::<u64>() {
                Ok(number) if (*least..=*most).contains(&number) => Ok(()),
                _ => Err(format!("`{value}` is not a whole number from {least} to {most}")),
            },
            Self::OneOf(values) if values.contains(&value) => Ok(()),
            Self::OneOf(values) => Err(format!("`{value}` is not one of {}", values.join(", "))),
        }
    }
}

const _: () = {
    // The defaults of the settings are the limits' own values.
    assert!(limits::WRITE_QUEUE == 4096 && limits::GROUP_JOBS == 512 && limits::GROUP_MS == 25);
    assert!(limits::REQUESTS_PER_ORG_S == 20_000 && limits::REQUESTS_PER_ORG_BURST == 40_000);
    assert!(limits::REQUEST_READ_S == 30);
    assert!(limits::DATABASE_CONNECT_S == 2 && limits::DATABASE_SILENT_S == 5);
    assert!(limits::ANONYMOUS_PER_ORG_MIN == 1200 && limits::ANONYMOUS_DAYS == 90);
    assert!(limits::LOGINS_PER_ACCOUNT_MIN == 10 && limits::LOGINS_PER_ADDRESS_MIN == 60);
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_within_its_bounds() {
        assert!(Given::default().into_config().is_ok());
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let mut given = Given::default();
        given.read_environment(
            [("ENTREPOST_POOL_SIZE", "many"), ("ENTREPOST_LISTN", "x"), ("HOME", "/")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter(),
        );
        given.option("database-url", "mysql://host/db".into());
        let mistakes = given.into_config().unwrap_err();
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
        assert!(
            mistakes[0].contains("ENTREPOST_LISTN") && mistakes[0].contains("did you mean listen?"),
            "{mistakes:?}"
        );
        assert!(mistakes[1].contains("option --database-url") && mistakes[1].contains("sqlite:"), "{mistakes:?}");
        assert!(mistakes[2].contains("variable ENTREPOST_POOL_SIZE"), "{mistakes:?}");
    }

    #[test]
    fn encryption_that_is_not_there_is_refused_with_a_way_out() {
        for mode in ["require", "verify-ca", "verify-full", "prefer", "disable"] {
            let mut given = Given::default();
            given.option("database-url", format!("postgres://u:s3cr3t@h/n?connect_timeout=3&sslmode={mode}"));
            let is_there = HAS_POSTGRES_TLS || matches!(mode, "prefer" | "disable");
            match given.into_config() {
                Ok(_) => assert!(is_there, "{mode}"),
                Err(mistakes) => {
                    let told = mistakes.join("\n");
                    assert!(!is_there && mistakes.len() == 1 && !told.contains("s3cr3t"), "{told}");
                    for part in
                        ["option --database-url", mode, "--features postgres-tls", "host=/run/postgresql", "PgBouncer"]
                    {
                        assert!(told.contains(part), "{part}: {told}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let mut given = Given::default();
        given.option("database-url", "postgres://entrepost:s3cr3t@db/entrepost".into());
        let shown = given.shown().join("\n");
        assert!(shown.contains("postgres://entrepost:***@db/entrepost") && !shown.contains("s3cr3t"), "{shown}");
        given.option("database-url", "postgres://db/entrepost?user=me&password=s3cr3t&sslmode=disable".into());
        let shown = given.shown().join("\n");
        assert!(shown.contains("postgres://db/entrepost?user=me&password=***&sslmode=disable"), "{shown}");
    }
}
