//! Cursors: opaque to clients, bound to the caller and the filters they were made for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Where the next page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Query paging: after this persistent id.
    AfterItem(Uuid),
    /// Change feed: after this change number.
    AfterChange(i64),
}

/// Entries of one page: as many as asked for, at most `most`; `default` when nothing, zero or less was asked for.
pub(super) fn page_size(asked: Option<i32>, default: usize, most: usize) -> usize {
    match asked {
        Some(asked) if asked > 0 => usize::try_from(asked).map_or(most, |asked| asked.min(most)),
        _ => default,
    }
}

/// Cuts rows, of which one more than a page was fetched, to the page; gives the last one of it when more remain.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: usize) -> Option<&T> {
    let remains = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| remains)
}

/// Eight bytes that stand for caller and filters.
pub(super) fn binding(parts: &str) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(parts.as_bytes()).into();
    let mut short = [0; 8];
    short.copy_from_slice(&digest[..8]);
    short
}

impl Cursor {
    pub(super) fn write(self, binding: [u8; 8]) -> String {
        let mut bytes = binding.to_vec();
        match self {
            Self::AfterItem(pid) => {
                bytes.push(b'q');
                bytes.extend_from_slice(pid.as_bytes());
            }
            Self::AfterChange(no) => {
                bytes.push(b'f');
                bytes.extend_from_slice(&no.to_be_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// 400 for a text that is not a cursor, or one made for other filters or another caller.
    pub(super) fn read(text: &str, binding: [u8; 8]) -> Result<Self> {
        let refused = |message: &str| Error::invalid("cursor", "cursor", message);
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| refused("not a cursor of this server"))?;
        let Some((made_for, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(refused("not a cursor of this server"));
        };
        let cursor = match rest.split_first() {
            Some((b'q', pid)) => Uuid::from_slice(pid).ok().map(Self::AfterItem),
            Some((b'f', no)) => {
                let no = no.try_into().ok().map(i64::from_be_bytes);
                no.filter(|no| *no >= 0).map(Self::AfterChange)
            }
            _ => None,
        };
        let cursor = cursor.ok_or_else(|| refused("not a cursor of this server"))?;
        if *made_for != binding {
            return Err(refused(
                "made for other filters; send the same request with the cursor, or start again without it",
            ));
        }
        Ok(cursor)
    }
}

/// A cursor to a place that is written as text.
pub(super) fn write_place(place: &str, binding: [u8; 8]) -> String {
    URL_SAFE_NO_PAD.encode([&binding[..], b"t", place.as_bytes()].concat())
}

/// # Errors
/// 400 for a text that is not such a cursor, or one made for other filters or another caller.
pub(super) fn read_place(text: &str, binding: [u8; 8]) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).unwrap_or_default();
    let place = bytes.strip_prefix(&binding).and_then(|rest| rest.strip_prefix(b"t"));
    let place = place.and_then(|place| String::from_utf8(place.to_vec()).ok());
    let message = "not a cursor of this server, or made for other filters; start again without it";
    place.ok_or_else(|| Error::invalid("cursor", "cursor", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_holds_what_was_asked_for_and_says_whether_more_remains() {
        let sizes = [None, Some(0), Some(-1), Some(7), Some(i32::MAX)].map(|asked| page_size(asked, 10, 50));
        assert_eq!(sizes, [10, 10, 10, 7, 50]);
        let cut_to = |limit| {
            let mut rows = vec![1, 2, 3];
            (cut(&mut rows, limit).copied(), rows.len())
        };
        assert_eq!([cut_to(2), cut_to(3), cut_to(0)], [(Some(2), 2), (None, 3), (None, 0)]);
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_for_its_own_filters_only(no in 0..=i64::MAX, a in ".{0,20}", b in ".{0,20}") {
            let text = Cursor::AfterChange(no).write(binding(&a));
            prop_assert_eq!(Cursor::read(&text, binding(&a)).unwrap(), Cursor::AfterChange(no));
            prop_assert_eq!(Cursor::read(&text, binding(&b)).is_ok(), a == b);
        }

        #[test]
        fn nonsense_is_refused_not_feared(text in ".{0,60}") {
            let _ = Cursor::read(&text, binding(""));
        }
    }
}
