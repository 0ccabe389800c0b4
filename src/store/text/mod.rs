//! Texts of documents as they are stored: packed against typical ones.
//!
//! A canonical text is mostly names of members, nulls and words that stand in every text. It is compressed (LZ4 blocks) with a
//! dictionary of such texts at hand, to less than a quarter, so that several rows fit on a page. Digests are over the
//! text itself: what is stored follows from it and can be packed anew.
//!
//! A stored text begins with the number of its dictionary, then its length in bytes (four, the lowest first), then the
//! block. One that begins otherwise is the text as it is: what earlier versions stored, and what packing makes no smaller. A
//! dictionary never changes; a better one gets the next number, and all are read for ever.

use std::fmt;
use std::ops::Deref;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::SqlType;
use diesel::sqlite::{Sqlite, SqliteValue};

use super::types::on_both_engines;

/// Typical texts, the most usual last, by number. Ends with the one that new texts are packed with.
const DICTIONARIES: [(u8, &[u8]); 1] = [(1, include_bytes!("dictionary_1.txt"))];
/// Number of the dictionary and length of the text.
const HEAD_BYTES: usize = 5;
/// A block holds at most so many times its own size: a head that says more was altered.
const MOST_TIMES: usize = 255;

/// SQL type of [`StoredText`]: bytes.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 17, array_oid = 1001))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct DbText;

/// A text, with the form in which it is stored.
#[derive(Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbText)]
pub struct StoredText {
    text: String,
    stored: Vec<u8>,
}

impl StoredText {
    /// Packs a text. Takes a few microseconds a kilobyte: not for a transaction that others wait for.
    pub fn new(text: String) -> Self {
        let stored = pack(&text);
        Self { text, stored }
    }

    /// The bytes that are stored.
    pub fn stored(&self) -> &[u8] {
        &self.stored
    }

    /// The same, stored as it is.
    pub(super) fn unpacked(&self) -> Self {
        Self { text: self.text.clone(), stored: self.text.as_bytes().to_vec() }
    }

    /// The text that is stored as these bytes.
    ///
    /// # Errors
    /// In words, when these bytes are none that a text is stored as.
    pub fn from_stored(stored: &[u8]) -> Result<Self, String> {
        let text = match stored.first() {
            Some(number) if seems_packed(stored) => unpack(*number, stored)?,
            _ => stored.to_vec(),
        };
        let text = String::from_utf8(text).map_err(|_| "a stored text is not UTF-8".to_owned())?;
        Ok(Self { text, stored: stored.to_vec() })
    }
}

/// Numbers of dictionaries are below all that a text of JSON begins with.
fn seems_packed(stored: &[u8]) -> bool {
    stored.first().is_some_and(|first| *first < b' ')
}

fn pack(text: &str) -> Vec<u8> {
    let [.., (number, dictionary)] = DICTIONARIES;
    let block = lz4_flex::block::compress_with_dict(text.as_bytes(), dictionary);
    match u32::try_from(text.len()) {
        Ok(length) if HEAD_BYTES + block.len() < text.len() || seems_packed(text.as_bytes()) => {
            [&[number][..], &length.to_le_bytes(), &block].concat()
        }
        _ => text.as_bytes().to_vec(),
    }
}

fn unpack(number: u8, stored: &[u8]) -> Result<Vec<u8>, String> {
    let dictionary = DICTIONARIES.iter().find(|(known, _)| *known == number);
    let (_, dictionary) =
        dictionary.ok_or_else(|| format!("a text is stored with dictionary {number}, which is unknown"))?;
    let damaged = || "a stored text is damaged".to_owned();
    let (head, block) = stored.split_first_chunk::<HEAD_BYTES>().ok_or_else(damaged)?;
    let [_, length @ ..] = *head;
    let length = u32::from_le_bytes(length) as usize;
    if length > block.len().saturating_mul(MOST_TIMES) {
        return Err(damaged());
    }
    let text = lz4_flex::block::decompress_with_dict(block, length, dictionary).map_err(|_| damaged())?;
    if text.len() == length { Ok(text) } else { Err(damaged()) }
}

impl From<String> for StoredText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Deref for StoredText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for StoredText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for StoredText {}

impl fmt::Debug for StoredText {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(to)
    }
}

on_both_engines!(DbText, StoredText);

impl ToSql<DbText, Pg> for StoredText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(&self.stored)?;
        Ok(IsNull::No)
    }
}

impl FromSql<DbText, Pg> for StoredText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_stored(value.as_bytes())?)
    }
}

impl ToSql<DbText, Sqlite> for StoredText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.stored.as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<DbText, Sqlite> for StoredText {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        // Of a column that holds text, as earlier versions stored it, these are the bytes of the text.
        Ok(Self::from_stored(value.read_blob())?)
    }
}

#[cfg(test)]
mod tests;
