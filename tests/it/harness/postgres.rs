//! A private PostgreSQL for this test run, from the installed binaries, with a database per test.
//!
//! It listens on a loopback port only. A shell that waits on a pipe of this process stops it when the process ends,
//! however it ends.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// The running server.
pub struct Cluster {
    port: u16,
    pub folder: PathBuf,
    bin: PathBuf,
    /// Where its messages are found in other languages, and which is spoken.
    language: Option<(PathBuf, &'static str)>,
    _keeper: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Whether tests can run on PostgreSQL. Where it is not installed this says so loudly, and fails in CI.
pub fn is_there() -> bool {
    if cluster().is_some() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed, but CI must test on it");
    eprintln!("SKIPPED on PostgreSQL: no server binaries found (install the package postgresql)");
    false
}

/// The URL of a fresh, empty database.
pub fn fresh_database() -> String {
    let cluster = cluster().expect("PostgreSQL is there");
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::establish(&cluster.url("postgres")).expect("connects");
    conn.batch_execute(&format!("CREATE DATABASE {name}")).expect("creates a database");
    cluster.url(&name)
}

/// The URL of a copy of a database that nobody has open.
pub fn copy_of(url: &str) -> String {
    let cluster = cluster().expect("PostgreSQL is there");
    let (_, original) = url.rsplit_once('/').expect("a URL with a database");
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::establish(&cluster.url("postgres")).expect("connects");
    conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {original}")).expect("copies a database");
    cluster.url(&name)
}

fn cluster() -> Option<&'static Cluster> {
    CLUSTER.get_or_init(Cluster::start).as_ref()
}

impl Cluster {
    /// A server of its own, for tests that stop and start it.
    pub fn start() -> Option<Self> {
        Self::start_in(None)
    }

    /// One that speaks German, where that can be had.
    pub fn german() -> Option<Self> {
        let locales = tempfile::Builder::new().prefix("entrepost-locale-").tempdir().ok()?.keep();
        let made = run(Command::new("localedef").args(["-i", "de_DE", "-f", "UTF-8"]).arg(locales.join("de_DE.UTF-8")));
        let all_may_read = made && run(Command::new("chmod").args(["-R", "a+rX"]).arg(&locales));
        all_may_read.then(|| Self::start_in(Some((locales, "de_DE.UTF-8"))))?
    }

    fn start_in(language: Option<(PathBuf, &'static str)>) -> Option<Self> {
        let bin = binaries()?;
        let folder = tempfile::Builder::new().prefix("entrepost-pg-").tempdir().ok()?.keep();
        if is_root() {
            assert!(run(Command::new("chown").arg("postgres").arg(&folder)), "chown");
        }
        let data = folder.join("data");
        let init = ["-D", data.to_str()?, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync"];
        assert!(run(as_postgres(&bin.join("initdb")).args(init)), "initdb");
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let keeper = keeper(&bin, &data, port, &folder);
        let cluster = Self { port, folder, bin, language, _keeper: keeper };
        cluster.up();
        Some(cluster)
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://test@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts the server and waits until it answers.
    pub fn up(&self) {
        let mut options = format!(
            "-h 127.0.0.1 -p {} -k {} -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB",
            self.port,
            self.folder.display()
        );
        if let Some((_, language)) = &self.language {
            options.push_str(&format!(" -c lc_messages={language}"));
        }
        let log = self.folder.join("log");
        let data = self.folder.join("data");
        let mut command = as_postgres(&self.bin.join("pg_ctl"));
        if let Some((locales, _)) = &self.language {
            command.env("LOCPATH", locales);
        }
        command.arg("-D").arg(&data).arg("-l").arg(&log).arg("-w").arg("-o").arg(options).arg("start");
        assert!(run(&mut command), "pg_ctl start: {}", std::fs::read_to_string(&log).unwrap_or_default());
    }

    /// Has the server and all its processes stand still, or go on. The network goes on answering for them.
    pub fn still(&self, still: bool) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("runs");
        let first = pid.lines().next().expect("a number").to_owned();
        // The server first, so that it starts no more.
        let mut pids = vec![first.clone()];
        pids.extend(children(&first));
        let signal = if still { "-STOP" } else { "-CONT" };
        assert!(run(Command::new("kill").arg(signal).args(pids)), "kill");
    }

    /// Stops the server at once, as a crash would.
    pub fn down(&self) {
        let mut command = as_postgres(&self.bin.join("pg_ctl"));
        command.arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "-w", "stop"]);
        assert!(run(&mut command), "pg_ctl stop");
    }
}

/// Waits for its standard input to end, which happens when this process ends, then stops the server and cleans up.
fn keeper(bin: &Path, data: &Path, port: u16, folder: &Path) -> Child {
    let stop = format!("{} -D {} -m immediate stop", bin.join("pg_ctl").display(), data.display());
    let stop = if is_root() { format!("runuser -u postgres -- {stop}") } else { stop };
    let script = format!("read -r _; {stop}; rm -rf {} # port {port}", folder.display());
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("sh")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().map(|out| out.stdout).unwrap_or_default();
    String::from_utf8_lossy(&id).trim() == "0"
}

/// The processes that a process has started.
fn children(pid: &str) -> Vec<String> {
    let parent = format!("\nPPid:\t{pid}\n");
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc").expect("processes").flatten() {
        let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
        if status.contains(&parent) {
            found.push(process.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The folder with initdb and pg_ctl, the newest version first.
pub fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|dir| dir.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    versions.reverse();
    versions.extend(std::env::split_paths(&std::env::var_os("PATH")?));
    versions.into_iter().find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}
