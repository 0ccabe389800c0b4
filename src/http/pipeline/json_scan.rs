//! One pass over a JSON text before it is parsed: nesting, length of strings, length of lists, content pieces in all, and the
//! one character that PostgreSQL cannot keep in a text.
//!
//! Does not check the grammar; the parser does that.

use crate::error::{Error, Result};
use crate::limits;

/// # Errors
/// 400 naming the limit and the byte where it is exceeded.
pub(in crate::http) fn check(text: &[u8]) -> Result<()> {
    check_within(text, limits::JSON_LIST_ITEMS, limits::BODY_PIECES)
}

/// The same for a text with lists and content pieces of other lengths.
///
/// # Errors
/// Like [`check`].
pub(in crate::http) fn check_within(text: &[u8], most_entries: usize, most_pieces: usize) -> Result<()> {
    let mut open: Vec<Open> = Vec::with_capacity(limits::JSON_DEPTH);
    // The text met last: the name of what opens next.
    let mut name: &[u8] = b"";
    let (mut at, mut pieces) = (0, 0);
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = string_end(text, at)?;
                if end - at > limits::JSON_STRING_BYTES + 2 {
                    return Err(exceeded(at, format!("a text is longer than {} bytes", limits::JSON_STRING_BYTES)));
                }
                name = &text[at..end];
                at = end;
                continue;
            }
            b'[' | b'{' => {
                if open.len() == limits::JSON_DEPTH {
                    return Err(exceeded(at, format!("nested deeper than {} levels", limits::JSON_DEPTH)));
                }
                let is_list = text[at] == b'[';
                if !is_list && open.last().is_some_and(|list| list.holds_pieces) {
                    pieces += 1;
                    if pieces > most_pieces {
                        let message =
                            format!("there are more than {most_pieces} content pieces; send fewer items in one call");
                        return Err(exceeded(at, message));
                    }
                }
                open.push(Open { entries: is_list.then_some(1), holds_pieces: is_list && name == PIECES });
            }
            b']' | b'}' => {
                open.pop();
            }
            b',' => {
                if let Some(Open { entries: Some(entries), .. }) = open.last_mut() {
                    *entries += 1;
                    if *entries > most_entries {
                        return Err(exceeded(at, format!("a list has more than {most_entries} entries")));
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// A list or object that is open.
struct Open {
    /// Entries so far of a list; objects count nothing.
    entries: Option<usize>,
    /// It is a list of content pieces.
    holds_pieces: bool,
}

/// The member that holds content pieces, as it stands in a body.
const PIECES: &[u8] = b"\"ContentPieces\"";

/// The place behind the string that starts at `start`.
///
/// # Errors
/// 400 when it holds U+0000.
fn string_end(text: &[u8], start: usize) -> Result<usize> {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'\\' if text[at + 1..].starts_with(b"u0000") => {
                let message = format!("a text holds the character U+0000 (at byte {at}), which is not allowed");
                return Err(Error::invalid("format", "", message));
            }
            b'\\' => at += 2,
            b'"' => return Ok(at + 1),
            _ => at += 1,
        }
    }
    Ok(text.len())
}

fn exceeded(at: usize, what: String) -> Error {
    Error::invalid("limit", "", format!("{what} (at byte {at})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(entries: usize) -> String {
        format!("[{}]", vec!["1"; entries].join(","))
    }

    #[test]
    fn each_limit_holds_at_its_edge() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let text = |len: usize| format!("\"{}\"", "x".repeat(len));
        assert!(check(nested(limits::JSON_DEPTH).as_bytes()).is_ok());
        assert!(check(nested(limits::JSON_DEPTH + 1).as_bytes()).is_err());
        assert!(check(text(limits::JSON_STRING_BYTES).as_bytes()).is_ok());
        assert!(check(text(limits::JSON_STRING_BYTES + 1).as_bytes()).is_err());
        assert!(check(list(limits::JSON_LIST_ITEMS).as_bytes()).is_ok());
        assert!(check(list(limits::JSON_LIST_ITEMS + 1).as_bytes()).is_err());
    }

    #[test]
    fn content_pieces_of_all_views_count_together() {
        let views = |pieces: usize| {
            let of = |pieces: usize| {
                format!(r#"{{"Data":{{"ContentPieces":[{}]}}}}"#, vec![r#"{"a":[{}]}"#; pieces].join(","))
            };
            format!("[{},{}]", of(pieces / 2), of(pieces - pieces / 2)).replace("],", " ] , ")
        };
        // Lists have their own limit.
        let many = |pieces: usize| {
            let lists: Vec<String> = (0..pieces.div_ceil(1_000)).map(|_| views(1_000.min(pieces))).collect();
            format!("[{}]", lists.join(","))
        };
        assert!(check(many(limits::BODY_PIECES).as_bytes()).is_ok());
        let one_more = format!("[{},{}]", many(limits::BODY_PIECES), views(1));
        assert!(check(one_more.as_bytes()).is_err());
        let elsewhere = one_more.replace("ContentPieces", "Pieces");
        assert!(check(elsewhere.as_bytes()).is_ok());
    }

    #[test]
    fn brackets_inside_texts_do_not_count() {
        let text = format!("\"{}\\\"[[\"", "[".repeat(100));
        assert!(check(text.as_bytes()).is_ok());
    }

    #[test]
    fn the_null_character_is_refused_and_its_likes_are_not() {
        for text in [r#""\u0000""#, r#"{"a\u0000":1}"#, r#""\\\u0000""#] {
            assert!(check(text.as_bytes()).is_err(), "{text}");
        }
        for text in [r#""\\u0000""#, r#""\u0001""#, r#""u0000""#] {
            assert!(check(text.as_bytes()).is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_pass_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check(&bytes);
        }
    }
}
