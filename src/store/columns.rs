//! Digests over the columns of rows: what the chains of hashes and the proofs of the histories are made of.

use sha2::{Digest, Sha256};

use super::types::{At, Id};

/// A row that the history attests.
pub trait Attested {
    /// Adds every column that decides. A column of a later version goes under a member of its own, so that digests
    /// made before stay right.
    fn columns(&self, to: &mut Columns);
}

/// SHA-256 over the columns of a row.
pub(super) fn columns_digest(row: &impl Attested) -> Vec<u8> {
    let mut columns = Columns::default();
    row.columns(&mut columns);
    columns.hash()
}

/// SHA-256 of a text as it is, such as one that may be erased.
pub fn text_digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// What a row's columns are written into.
#[derive(Default)]
pub struct Columns(Sha256);

impl Columns {
    /// The columns of the next row of a chain, behind the hash of the row before it (empty for the first).
    pub(super) fn after(previous: &[u8]) -> Self {
        let mut columns = Self::default();
        columns.bytes(previous);
        columns
    }

    /// SHA-256 of what was written.
    pub(super) fn hash(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }

    /// The length first, so that no two different rows give the same bytes.
    pub(super) fn bytes(&mut self, column: &[u8]) -> &mut Self {
        self.0.update((column.len() as u64).to_be_bytes());
        self.0.update(column);
        self
    }

    pub(super) fn text(&mut self, column: &str) -> &mut Self {
        self.bytes(column.as_bytes())
    }

    /// A text that may be erased: by its digest; of rows that keep none, the text itself.
    pub(super) fn free_text(&mut self, digest: Option<&[u8]>, text: Option<&str>) -> &mut Self {
        match digest {
            Some(digest) => self.bytes(b"sha256").bytes(digest),
            None => self.text(text.unwrap_or_default()),
        }
    }

    pub(super) fn texts(&mut self, columns: &[&Option<String>]) -> &mut Self {
        columns.iter().fold(self, |to, column| to.words(&[column.as_deref()]))
    }

    pub(super) fn words(&mut self, columns: &[Option<&str>]) -> &mut Self {
        for column in columns {
            match column {
                Some(text) => self.bytes(&[1]).text(text),
                None => self.bytes(&[0]),
            };
        }
        self
    }

    pub(super) fn id(&mut self, column: Id) -> &mut Self {
        self.bytes(column.0.as_bytes())
    }

    pub(super) fn number(&mut self, column: i32) -> &mut Self {
        self.bytes(&column.to_be_bytes())
    }

    pub(super) fn numbers(&mut self, columns: &[Option<i32>]) -> &mut Self {
        for column in columns {
            match column {
                Some(number) => self.number(*number),
                None => self.bytes(&[]),
            };
        }
        self
    }

    pub(super) fn flags(&mut self, columns: &[bool]) -> &mut Self {
        for column in columns {
            self.bytes(&[u8::from(*column)]);
        }
        self
    }

    pub(super) fn times(&mut self, columns: &[Option<At>]) -> &mut Self {
        for column in columns {
            match column {
                Some(at) => self.bytes(&at.0.timestamp_micros().to_be_bytes()),
                None => self.bytes(&[]),
            };
        }
        self
    }
}
