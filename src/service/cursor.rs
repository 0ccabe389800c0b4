//! Cursors: opaque to clients, bound to the caller and the filters they were made for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Query paging: after this persistent id.
    AfterItem(Uuid),
    /// Change feed: after these changes.
    AfterChanges(FeedPlaces),
}

/// How far the feeds of some posts were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FeedPlaces {
    /// The epoch that the numbers belong to.
    pub epoch: i32,
    /// Which of the posts comes first on the next page.
    pub first: usize,
    /// The last change of each post, in the order of the posts that the cursor is bound to; a single one is that of all.
    pub numbers: Vec<i64>,
}

impl FeedPlaces {
    /// The last change read of the post at this place.
    pub(super) fn number(&self, at: usize) -> i64 {
        self.numbers.get(at).or(self.numbers.last()).copied().unwrap_or(0)
    }
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
    pub(super) fn write(&self, binding: [u8; 8]) -> String {
        let mut bytes = binding.to_vec();
        match self {
            Self::AfterItem(pid) => {
                bytes.push(b'q');
                bytes.extend_from_slice(pid.as_bytes());
            }
            Self::AfterChanges(places) => {
                bytes.push(b'p');
                bytes.extend_from_slice(&places.epoch.to_be_bytes());
                bytes.extend_from_slice(&(places.first as u32).to_be_bytes());
                places.numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_be_bytes()));
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
            // One number for all posts: of a version that counted their changes together.
            Some((b'f', number)) => {
                let places = feed_places(&[&[0; 8], number].concat()).filter(|places| places.numbers.len() == 1);
                places.map(Self::AfterChanges)
            }
            Some((b'p', places)) => feed_places(places).map(Self::AfterChanges),
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

/// Epoch, first post and numbers, as written.
fn feed_places(bytes: &[u8]) -> Option<FeedPlaces> {
    let (epoch, rest) = bytes.split_first_chunk::<4>()?;
    let (first, rest) = rest.split_first_chunk::<4>()?;
    let (numbers, rest) = rest.as_chunks::<8>();
    let numbers: Vec<i64> = numbers.iter().map(|number| i64::from_be_bytes(*number)).collect();
    let epoch = i32::from_be_bytes(*epoch);
    let fits = rest.is_empty() && epoch >= 0 && numbers.iter().all(|number| *number >= 0);
    fits.then_some(FeedPlaces { epoch, first: u32::from_be_bytes(*first) as usize, numbers })
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

/// The place of such a cursor, whoever and whatever it was made for; to be checked by who takes it.
pub(super) fn place_of_any(text: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    let place = bytes.get(8..)?.strip_prefix(b"t")?;
    String::from_utf8(place.to_vec()).ok()
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

    #[test]
    fn a_cursor_with_one_number_is_that_of_each_post() {
        let old = URL_SAFE_NO_PAD.encode([&binding("x")[..], b"f", &7i64.to_be_bytes()].concat());
        let Ok(Cursor::AfterChanges(places)) = Cursor::read(&old, binding("x")) else { panic!("{old}") };
        assert_eq!((places.epoch, places.first, places.number(0), places.number(9)), (0, 0, 7, 7));
        for wrong in
            [&b"f1234567"[..], b"f", &[b"f".as_slice(), &[0xff; 8]].concat(), &[b"f".as_slice(), &[0; 16]].concat()]
        {
            let text = URL_SAFE_NO_PAD.encode([&binding("x")[..], wrong].concat());
            assert!(Cursor::read(&text, binding("x")).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_for_its_own_filters_only(
            numbers in prop::collection::vec(0..=i64::MAX, 0..5),
            epoch in 0..=i32::MAX,
            first in 0..=u32::MAX as usize,
            a in ".{0,20}",
            b in ".{0,20}",
        ) {
            let cursor = Cursor::AfterChanges(FeedPlaces { epoch, first, numbers });
            let text = cursor.write(binding(&a));
            prop_assert_eq!(Cursor::read(&text, binding(&a)).unwrap(), cursor);
            prop_assert_eq!(Cursor::read(&text, binding(&b)).is_ok(), a == b);
        }

        #[test]
        fn nonsense_is_refused_not_feared(text in ".{0,60}") {
            let _ = Cursor::read(&text, binding(""));
        }
    }
}
