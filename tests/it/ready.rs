//! Readiness tells the truth about disk, file and background work, and what cannot be kept is not acknowledged.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::harness::data::{fresh_id, status, store};
use crate::harness::process::{admin, poll, run};
use crate::harness::raw::Raw;
use crate::harness::server::filled_database;
use crate::harness::{Engine, Server};
use crate::on_both_engines;

fn stores(server: &Server) -> u16 {
    server.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).status
}

/// Status and body of the readiness page.
fn ready(server: &Server) -> (u16, Value) {
    let answer = server.get("/readyz");
    (answer.status, answer.json())
}

/// Waits until the server says that it is not ready; gives why.
#[track_caller]
fn fault(server: &Server) -> String {
    let told = || Some(ready(server)).filter(|(status, _)| *status == 503).map(|(_, body)| body);
    let body = poll(Duration::from_secs(10), told).expect("not ready within seconds");
    body["fault"].as_str().unwrap_or_else(|| panic!("no reason: {body}")).to_owned()
}

on_both_engines! {
    fn every_job_is_listed_with_the_age_of_its_last_round(server) {
        let (status, body) = ready(server);
        assert_eq!((status, &body["fault"]), (200, &Value::Null));
        let jobs = body["jobs"].as_array().expect("a list");
        let names: Vec<_> = jobs.iter().map(|job| job["name"].as_str().expect("a name")).collect();
        for name in ["sealing", "sending", "taking in", "dropping what expired", "noting what customs was handed"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert!(jobs.iter().all(|job| job["late"] == false && job["panics"] == 0 && job["age_s"].is_u64()), "{body}");
        let metrics = server.get("/metrics").text;
        assert!(metrics.contains("entrepost_job_age_seconds{job=\"sealing\"}"), "{metrics}");
        assert!(metrics.contains("entrepost_database_fault 0"), "{metrics}");
    }
}

#[test]
fn a_sqlite_file_has_one_server() {
    let server = Server::start(Engine::Sqlite);
    let (file, url) = (server.sqlite_file(), server.database_url.clone());
    let link = file.with_extension("link");
    std::os::unix::fs::symlink(&file, &link).expect("links");
    for url in [url.clone(), format!("sqlite:{}", link.display())] {
        let told = run(&["serve", "--listen", "127.0.0.1:0", "--database-url", &url]).fails(1);
        assert!(told.contains("another server serves") && told.contains("test.db"), "{told}");
    }
    // Commands go on beside it.
    admin(&url, &["organization", "list"]);
    let copy = file.with_extension("copy");
    run(&["backup", "--database-url", &url, copy.to_str().expect("text")]).ok();
    assert_eq!(stores(&server), 200);
    let folder = server.keep_folder();
    server.stop();
    Server::on(&url, &[]).stop();
    drop(folder);
}

/// Something done to a file under the running server.
fn after(harm: impl FnOnce(&Path)) {
    let server = Server::start(Engine::Sqlite);
    assert_eq!(stores(&server), 200);
    assert_eq!(ready(&server).0, 200);
    harm(&server.sqlite_file());
    assert_eq!(stores(&server), 503, "what would be lost is not acknowledged");
    let told = fault(&server);
    assert!(told.contains("deleted or replaced") && told.contains("test.db"), "{told}");
}

#[test]
fn a_file_that_is_deleted_or_replaced_takes_no_writes() {
    after(|file| fs::remove_file(file).expect("removes"));
    after(|file| {
        let copy = file.with_extension("copy");
        fs::copy(file, &copy).expect("copies");
        fs::rename(&copy, file).expect("replaces");
    });
    after(|file| fs::remove_file(wal(file)).expect("removes"));
}

fn wal(file: &Path) -> PathBuf {
    format!("{}-wal", file.display()).into()
}

#[test]
fn a_page_that_cannot_be_read_makes_the_server_unready() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = Server::on(&url, &[]);
    assert_eq!(ready(&server).0, 200);
    Raw::open(&url).run("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut file = OpenOptions::new().write(true).open(server.sqlite_file()).expect("opens");
    let length = file.metadata().expect("a length").len();
    // All pages but the first, which says how large a page is.
    file.seek(SeekFrom::Start(4096)).expect("seeks");
    file.write_all(&vec![0xFF; usize::try_from(length - 4096).expect("fits")]).expect("writes");
    let told = poll(Duration::from_secs(10), || {
        stores(&server);
        server.call_as("AUA", "GetCustomsStatus", status("AUA", &fresh_id("AU"), "O"));
        let (status, body) = ready(&server);
        body["fault"].as_str().filter(|_| status == 503).map(str::to_owned)
    });
    let told = told.expect("not ready");
    assert!(told.contains("cannot be read") && told.contains("test.db"), "{told}");
}

/// A small disk, where one can be mounted.
struct Disk(tempfile::TempDir);

impl Disk {
    fn of(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(folder.path());
        mount.output().is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_disk_makes_the_server_unready_until_there_is_room() {
    let Some(disk) = Disk::of("24m") else { return eprintln!("SKIPPED: no small disk can be mounted here") };
    let url = format!("sqlite:{}", disk.0.path().join("test.db").display());
    let server = Server::on(&url, &[]);
    server.fill();
    assert_eq!((stores(&server), ready(&server).0), (200, 200));
    let ballast = disk.0.path().join("ballast");
    let mut file = fs::File::create(&ballast).expect("a file");
    while file.write_all(&[0; 64 * 1024]).is_ok() {}
    let told = fault(&server);
    assert!(told.contains("test.db"), "{told}");
    poll(Duration::from_secs(10), || (stores(&server) == 503).then_some(())).expect("no room, no acknowledgement");
    assert_eq!(server.call_as("AUA", "GetCustomsStatus", status("AUA", &fresh_id("AU"), "O")).status, 200);
    fs::remove_file(&ballast).expect("removes");
    drop(file);
    poll(Duration::from_secs(10), || (stores(&server) == 200).then_some(())).expect("goes on");
    poll(Duration::from_secs(10), || (ready(&server).0 == 200).then_some(())).expect("ready again");
    drop(server);
}
