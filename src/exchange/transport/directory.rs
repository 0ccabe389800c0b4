//! Folders shared with the mailbox program of a post: files appear in `out` whole or not at all, files in `in` are
//! taken and moved to `in/done` (or `in/refused`) when their effect is stored.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::OFlags;

use crate::error::{self, Error};
use crate::exchange::handle::Exchange;
use crate::limits;
use crate::store::outbox::SendingRow;

/// A file waiting in an incoming folder.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct Waiting {
    path: PathBuf,
}

/// What is in a waiting file.
pub(in crate::exchange) enum Incoming {
    Bytes(Vec<u8>),
    /// Larger than an interchange may be.
    TooLarge,
}

/// Name of the file an interchange is written to: sorts by time, says type of content.
pub(super) fn file_name(sending: &SendingRow) -> String {
    let extension = if sending.form == "xml" { "xml" } else { "edi" };
    format!("{}_{}_{}.{extension}", sending.reference, sending.sender, sending.partner)
}

/// Writes a file that appears whole: under another name first, synced, then renamed.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let out = folder.join("out");
    let told = |what: &str, error: std::io::Error| format!("{what} {}: {error}", out.display());
    fs::create_dir_all(&out).map_err(|error| told("cannot make the folder", error))?;
    let hidden = out.join(format!(".{name}.part"));
    let written = fs::File::create(&hidden).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| told("cannot write into", error))?;
    fs::rename(&hidden, out.join(name)).map_err(|error| told("cannot rename in", error))?;
    // The name itself must survive a power cut too.
    fs::File::open(&out).and_then(|folder| folder.sync_all()).map_err(|error| told("cannot sync", error))
}

impl Exchange {
    /// Does something with the folder of a partner, on another thread. Folders may lie on drives that do not answer.
    ///
    /// # Errors
    /// 503 when the folder does not answer, or has not since another time: it holds one thread and no more.
    pub(in crate::exchange) async fn in_folder<T: Send + 'static>(
        &self,
        partner: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> error::Result<T> {
        let silent = || Error::unavailable("The folder does not answer");
        if locked(&self.stuck_folders).contains(partner) {
            return Err(silent());
        }
        let mut run = tokio::task::spawn_blocking(work);
        let wait = Duration::from_secs(limits::EXCHANGE_FOLDER_S);
        if let Ok(done) = tokio::time::timeout(wait, &mut run).await {
            return done.map_err(|error| Error::Internal(format!("work in a folder panicked: {error}")));
        }
        locked(&self.stuck_folders).insert(partner.to_owned());
        let (stuck, partner) = (Arc::clone(&self.stuck_folders), partner.to_owned());
        tokio::spawn(async move {
            let _ = run.await;
            locked(&stuck).remove(&partner);
        });
        Err(silent())
    }
}

fn locked(stuck: &Mutex<HashSet<String>>) -> MutexGuard<'_, HashSet<String>> {
    stuck.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Waiting {
    /// The files waiting in `in`, by name; those still being written (hidden, or ending in `.part` or `.tmp`) are
    /// left alone.
    pub(in crate::exchange) fn list(folder: &Path) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(folder.join("in")) else { return Vec::new() };
        let mut files: Vec<Self> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                !name.starts_with('.') && !name.ends_with(".part") && !name.ends_with(".tmp")
            })
            .map(|entry| Self { path: entry.path() })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    /// Reads the file, opened once: what has taken its place since it was listed (a link, a pipe, a folder) is neither followed
    /// nor waited for.
    pub(in crate::exchange) fn read(&self) -> Result<Incoming, String> {
        let told = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file =
            OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(&self.path).map_err(told)?;
        let found = file.metadata().map_err(told)?;
        if !found.is_file() {
            return Err(format!("{}: it is no file any more", self.path.display()));
        }
        // It may grow while it is read.
        let most = limits::EDI_BYTES as u64;
        let mut bytes = Vec::with_capacity(found.len().min(most) as usize);
        file.take(most + 1).read_to_end(&mut bytes).map_err(told)?;
        Ok(if bytes.len() as u64 > most { Incoming::TooLarge } else { Incoming::Bytes(bytes) })
    }

    /// Moves the file to where taken ones go, or refused ones.
    pub(in crate::exchange) fn put_away(&self, taken: bool) -> Result<(), String> {
        let told = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let folder = self.path.parent().unwrap_or(Path::new("")).join(if taken { "done" } else { "refused" });
        fs::create_dir_all(&folder).map_err(told)?;
        fs::rename(&self.path, folder.join(self.path.file_name().unwrap_or_default())).map_err(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is listed, then something else in its place.
    fn swapped(swap: impl Fn(&Path)) -> Result<Incoming, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        let path = folder.path().join("in/a.edi");
        fs::write(&path, b"UNB").unwrap();
        let listed = Waiting::list(folder.path());
        fs::remove_file(&path).unwrap();
        swap(&path);
        listed[0].read()
    }

    #[test]
    fn what_takes_the_place_of_a_file_is_neither_followed_nor_waited_for() {
        assert!(
            matches!(swapped(|path| fs::write(path, b"UNB+").unwrap()), Ok(Incoming::Bytes(bytes)) if bytes == b"UNB+")
        );
        let pipe = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
        assert!(swapped(pipe).is_err_and(|why| why.contains("no file any more")));
        assert!(swapped(|path| fs::create_dir(path).unwrap()).is_err());
        assert!(swapped(|path| std::os::unix::fs::symlink("/etc/hostname", path).unwrap()).is_err());
        assert!(swapped(|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap())).is_err());
        let sparse = |path: &Path| fs::File::create(path).unwrap().set_len(3 << 30).unwrap();
        assert!(matches!(swapped(sparse), Ok(Incoming::TooLarge)));
    }
}
