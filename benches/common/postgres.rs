//! A PostgreSQL server of our own in a temporary folder, stopped at the end.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::{Outcome, folder};

/// A running server with nothing in it.
pub struct Server {
    bin: PathBuf,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts one with durable commits on a socket in a folder of its own; `None` where PostgreSQL is not installed.
    pub fn start() -> Outcome<Option<Self>> {
        let Some(bin) = newest_bin() else { return Ok(None) };
        let server = Self { bin, folder: folder()? };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(server.folder.path()))?;
        }
        let data = server.data();
        run(server.tool("initdb").args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "-D"]).arg(&data))?;
        let socket = server.folder.path().display();
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={socket} -c shared_buffers=512MB -c max_connections=200"
        );
        run(server.tool("pg_ctl").arg("-D").arg(&data).args(["-w", "-o", &options, "start"]))?;
        Ok(Some(server))
    }

    /// URL of a fresh database.
    pub fn database(&self, name: &str) -> Outcome<String> {
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        self.execute(&format!("CREATE DATABASE {name}"))?;
        Ok(self.url(name))
    }

    /// Makes every sync of the log take this much longer, for all sessions begun from now on.
    pub fn delay_commits(&self, microseconds: u64) -> Outcome {
        self.execute(&format!("ALTER SYSTEM SET commit_delay = {microseconds}"))?;
        // Also when nobody else is writing.
        self.execute("ALTER SYSTEM SET commit_siblings = 0")?;
        self.execute("SELECT pg_reload_conf()")
    }

    fn url(&self, name: &str) -> String {
        format!("postgres:///{name}?host={}&user=postgres", self.folder.path().display())
    }

    fn execute(&self, sql: &str) -> Outcome {
        Ok(PgConnection::establish(&self.url("postgres"))?.batch_execute(sql)?)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A tool of PostgreSQL, which refuses to run as root.
    fn tool(&self, name: &str) -> Command {
        let path = self.bin.join(name);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = run(self.tool("pg_ctl").arg("-D").arg(self.data()).args(["-m", "fast", "-w", "stop"]));
        if let Err(error) = stopped {
            eprintln!("PostgreSQL was not stopped: {error}");
        }
    }
}

fn newest_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions.map(|entry| entry.path()).max_by_key(|path| number(path)).map(|path| path.join("bin"))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn run(command: &mut Command) -> Outcome {
    let status = command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
