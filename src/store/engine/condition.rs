//! Whether a SQLite file can still be trusted with writes: it is the one that was opened, the disk takes more, and no page of it
//! turned out to be unreadable.
//!
//! SQLite itself goes on writing into a file that was deleted or replaced under its name, and all of it is lost.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use diesel::result::Error as DbError;

use crate::limits;

/// The condition of one SQLite file, as far as this process has met it.
pub(super) struct Condition {
    path: PathBuf,
    /// The file and its log, by device and number.
    opened: [Option<Identity>; 2],
    met: Mutex<Met>,
}

type Identity = (u64, u64);

#[derive(Default)]
struct Met {
    /// A page could not be read; that does not heal by itself.
    corrupt: bool,
    /// Why the last write failed.
    write: Option<&'static str>,
    /// Why the disk took no more when it was tried.
    disk: Option<String>,
}

/// The log that SQLite keeps beside a file.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

impl Condition {
    /// Of a file that has been opened, so that its log is there.
    pub(super) fn new(path: &Path) -> Self {
        let opened = [identity(path), identity(&beside(path, "-wal"))];
        Self { path: path.to_owned(), opened, met: Mutex::default() }
    }

    fn met<T>(&self, change: impl FnOnce(&mut Met) -> T) -> T {
        change(&mut self.met.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes what a failure says of the file.
    pub(super) fn failed(&self, error: &DbError) {
        let DbError::DatabaseError(_, info) = error else { return };
        let text = info.message();
        if ["malformed", "not a database"].iter().any(|sign| text.contains(sign)) {
            self.met(|met| met.corrupt = true);
        }
        let signs = ["database or disk is full", "disk I/O error", "attempt to write a readonly database"];
        if let Some(sign) = signs.into_iter().find(|sign| text.contains(sign)) {
            self.met(|met| met.write = Some(sign));
        }
    }

    /// Notes that something was written.
    pub(super) fn written(&self) {
        self.met(|met| met.write = None);
    }

    /// Why the file is not the one that was opened.
    pub(super) fn replaced(&self) -> Option<String> {
        let now = [identity(&self.path), identity(&beside(&self.path, "-wal"))];
        let changed = self.opened.iter().zip(now).any(|(opened, now)| opened.is_some() && *opened != now);
        let path = self.path.display();
        changed
            .then(|| format!("the database file {path} (or its -wal) was deleted or replaced under the running server"))
    }

    /// Tries whether the disk takes more.
    pub(super) fn try_disk(&self) {
        let probe = beside(&self.path, "-probe");
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&probe)
            .and_then(|mut file| file.write_all(&[0; limits::DISK_ROOM_BYTES]));
        let _ = fs::remove_file(&probe);
        let disk = written.err().map(|error| format!("{}: {error}", probe.display()));
        self.met(|met| met.disk = disk);
    }

    /// What stands in the way of writing.
    pub(super) fn fault(&self) -> Option<String> {
        self.replaced().or_else(|| {
            self.met(|met| {
                let path = self.path.display();
                let corrupt = met
                    .corrupt
                    .then(|| format!("a page of {path} cannot be read: stop the server and restore a backup"));
                let write = met.write.map(|why| format!("the last write to {path} failed: {why}"));
                corrupt.or(met.disk.clone()).or(write)
            })
        })
    }
}
