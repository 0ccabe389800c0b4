//! Folders shared with the mailbox program of a post: files appear in `out` whole or not at all, files in `in` are
//! taken and moved to `in/done` (or `in/refused`) when their effect is stored.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

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

    pub(in crate::exchange) fn read(&self) -> Result<Incoming, String> {
        let told = |error: std::io::Error| format!("{}: {error}", self.path.display());
        if fs::metadata(&self.path).map_err(told)?.len() > limits::EDI_BYTES as u64 {
            return Ok(Incoming::TooLarge);
        }
        fs::read(&self.path).map(Incoming::Bytes).map_err(told)
    }

    /// Moves the file to where taken ones go, or refused ones.
    pub(in crate::exchange) fn put_away(&self, taken: bool) -> Result<(), String> {
        let told = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let folder = self.path.parent().unwrap_or(Path::new("")).join(if taken { "done" } else { "refused" });
        fs::create_dir_all(&folder).map_err(told)?;
        fs::rename(&self.path, folder.join(self.path.file_name().unwrap_or_default())).map_err(told)
    }
}
