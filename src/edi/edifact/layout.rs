//! What transport does to an interchange and is no part of it: lines of one width, padding behind the end, U+0000.
//!
//! Knows where segments end, and nothing of what stands in them.

use std::borrow::Cow;

use super::lexer::Service;

/// An interchange as it was before it was transported.
pub struct Plain<'b> {
    pub bytes: Cow<'b, [u8]>,
    /// Line breaks were taken out of segments although the lines differ in width, so they may have stood for blanks.
    pub ragged: bool,
    /// U+0000, which no database keeps, was taken out.
    pub nul: bool,
}

/// Takes padding, line breaks within segments and U+0000 off. Offsets of findings count in what is left.
pub fn plain(bytes: &[u8]) -> Plain<'_> {
    let service = service_of(bytes);
    let bytes = unpadded(bytes, service);
    let nul = bytes.contains(&0);
    let (broken, even) = (breaks_segments(bytes, service), is_even(bytes));
    let is_break = |byte: u8| matches!(byte, b'\r' | b'\n') && !service.is_special(byte);
    // In UTF-8 a line break can be data; in the older sets it never is.
    let wrapped = broken && (even || !is_utf8(bytes));
    if !nul && !wrapped {
        return Plain { bytes: Cow::Borrowed(bytes), ragged: false, nul };
    }
    let kept = bytes.iter().copied().filter(|byte| *byte != 0 && !(wrapped && is_break(*byte)));
    Plain { bytes: Cow::Owned(kept.collect()), ragged: wrapped && !even, nul }
}

/// The first byte that is neither byte order mark nor white space.
fn start(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

fn service_of(bytes: &[u8]) -> Service {
    let advice = start(bytes).strip_prefix(b"UNA").and_then(Service::from_advice);
    advice.unwrap_or_else(|| Service::standard(3))
}

/// Without blanks and control characters (Ctrl-Z, U+0000, end of text) behind the last segment.
fn unpadded(bytes: &[u8], service: Service) -> &[u8] {
    let is_padding = |byte: &&u8| **byte <= b' ' && **byte != service.terminator;
    let padding = bytes.iter().rev().take_while(is_padding).count();
    bytes.get(..bytes.len() - padding).unwrap_or(bytes)
}

/// Whether a line ends within a segment.
fn breaks_segments(bytes: &[u8], service: Service) -> bool {
    let (mut within, mut released) = (false, false);
    for byte in bytes {
        match *byte {
            b'\r' | b'\n' if within && !service.is_special(*byte) => return true,
            byte if byte == service.terminator && !released => within = false,
            byte if byte.is_ascii_whitespace() && !within => {}
            _ => within = true,
        }
        released = *byte == service.release && service.release != b' ' && !released;
    }
    false
}

/// Whether all lines but the last are equally wide, in bytes or in characters, and the last is no wider; the service string
/// advice may have a line of its own.
fn is_even(bytes: &[u8]) -> bool {
    let line = |line| <[u8]>::strip_suffix(line, b"\r").unwrap_or(line);
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').map(line).collect();
    let own = usize::from(lines.first().is_some_and(|line| line.starts_with(b"UNA") && line.len() == 9));
    let Some((last, full)) = lines.get(own..).and_then(<[_]>::split_last) else { return false };
    let alike = |width: fn(&[u8]) -> usize| {
        full.windows(2).all(|pair| width(pair[0]) == width(pair[1]))
            && full.first().is_none_or(|first| width(last) <= width(first))
    };
    alike(<[u8]>::len) || alike(characters)
}

fn characters(line: &[u8]) -> usize {
    line.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// Whether the interchange says that it is UTF-8.
fn is_utf8(bytes: &[u8]) -> bool {
    let head = start(bytes).get(..64.min(start(bytes).len())).unwrap_or_default();
    head.windows(4).any(|set| set == b"UNOW" || set == b"UNOY" || set == b"UNOX")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"UNA:+.? 'UNB+UNOC:3+NLA:58+USA:58'FTX+AAA+++Cotton T-shirt ?'x?' for men'UNZ+1+1'";

    fn wrapped(width: usize, end: &[u8]) -> Vec<u8> {
        WHOLE.chunks(width).collect::<Vec<_>>().join(end)
    }

    #[test]
    fn lines_and_padding_are_no_part_of_an_interchange() {
        for width in [20, 72, 80] {
            for end in [&b"\r\n"[..], b"\n"] {
                for padding in [&b""[..], b"\r\n", b"\x1A", b"\r\n\x1A\0\0\0", b"        \r\n", b"\x03"] {
                    let sent = [wrapped(width, end), padding.to_vec()].concat();
                    let plain = plain(&sent);
                    assert_eq!(plain.bytes, WHOLE, "{width} {end:?} {padding:?}");
                    assert!(!plain.ragged && !plain.nul);
                }
            }
        }
    }

    #[test]
    fn a_line_a_segment_is_left_as_it_is() {
        let sent = b"UNA:+.? '\r\nUNB+UNOC:3'\r\nFTX+AAA+++a?'b'\r\n\r\nUNZ+1+1'\r\n";
        assert_eq!(plain(sent).bytes, sent.trim_ascii_end());
        let own = b"UNA:+.? \nUNB+UNOC:3\nUNZ+1+1\n";
        assert_eq!(plain(own).bytes, &own[..], "a line feed that ends segments");
    }

    #[test]
    fn breaks_of_uneven_lines_are_told_and_in_utf8_they_are_data() {
        let uneven = |set: &str| format!("UNB+{set}'FTX+Main\r\nStreet and more'UNZ+1\r\n+1'").into_bytes();
        assert!(plain(&uneven("UNOC:3")).ragged);
        assert_eq!(plain(&uneven("UNOW:4")).bytes, uneven("UNOW:4"));
        let even = "UNB+UNOW:4'FTX+é12\r\n345678901234567890\r\n'UNZ+1+1'".as_bytes();
        assert_eq!(plain(even).bytes, "UNB+UNOW:4'FTX+é12345678901234567890'UNZ+1+1'".as_bytes());
    }

    #[test]
    fn a_nul_is_taken_out_and_told() {
        let plain = plain(b"UNB+UNOC:3+A\0B'");
        assert!(plain.nul);
        assert_eq!(&*plain.bytes, b"UNB+UNOC:3+AB'");
    }
}
