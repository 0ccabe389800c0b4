//! Character sets: which bytes an interchange may hold, what they mean, and how a text is made to fit.

use std::borrow::Cow;

use super::super::profile::Charset;

/// What stands between the quotes is the set; `UNOA` leaves the small letters out.
const UNOB_MARKS: &[u8] = b" .,-()/=!\"%&*;<>'+:?";

impl Charset {
    /// Whether the set can carry this character in a value. Control characters never can.
    pub fn holds(self, c: char) -> bool {
        match self {
            Self::Unoa | Self::Unob => u8::try_from(c).is_ok_and(|byte| self.holds_byte(byte)),
            Self::Unoc => matches!(u32::from(c), 0x20..=0x7E | 0xA0..=0xFF),
            Self::Unow => !c.is_control(),
        }
    }

    /// The same for the bytes of an interchange, release and separators included. UTF-8 is judged as a whole.
    pub fn holds_byte(self, byte: u8) -> bool {
        match self {
            Self::Unoa => byte.is_ascii_uppercase() || byte.is_ascii_digit() || UNOB_MARKS.contains(&byte),
            Self::Unob => byte.is_ascii_alphanumeric() || UNOB_MARKS.contains(&byte),
            Self::Unoc => matches!(byte, 0x20..=0x7E | 0xA0..),
            Self::Unow => byte >= 0x20 && byte != 0x7F,
        }
    }

    /// Writes a character that the set holds.
    pub fn push(self, out: &mut Vec<u8>, c: char) {
        match self {
            Self::Unow => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => out.push(u8::try_from(c).unwrap_or(b'?')),
        }
    }

    /// Reads the bytes of a value. Bytes outside the set are kept as ISO 8859-1 or replaced; the caller has reported
    /// them already.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match (self, std::str::from_utf8(bytes)) {
            (Self::Unow, _) => String::from_utf8_lossy(bytes),
            (_, Ok(text)) if bytes.is_ascii() => Cow::Borrowed(text),
            _ => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
        }
    }
}

/// A text as the set can carry it: unchanged where possible, else transliterated to Latin. Characters that have no
/// transliteration are left out, so the result may be empty.
pub fn transliterate(charset: Charset, text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| charset.holds(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if charset.holds(c) {
            out.push(c);
        } else {
            out.extend(ascii(c).chars().filter_map(|c| narrowed(charset, c)));
        }
    }
    Cow::Owned(out)
}

/// ASCII for one character; blank for control characters, empty when there is none.
fn ascii(c: char) -> Cow<'static, str> {
    if c.is_control() {
        return Cow::Borrowed(" ");
    }
    if c.is_ascii() {
        return Cow::Owned(c.to_string());
    }
    Cow::Borrowed(deunicode::deunicode_char(c).unwrap_or_default())
}

/// An ASCII character in the smaller sets: capitals for `UNOA`, the nearest mark for those `UNOB` lacks.
fn narrowed(charset: Charset, c: char) -> Option<char> {
    if charset.holds(c) {
        return Some(c);
    }
    let near = match c {
        'a'..='z' => c.to_ascii_uppercase(),
        '[' | '{' => '(',
        ']' | '}' => ')',
        '\\' | '|' => '/',
        '_' | '~' => '-',
        '`' | '^' => '\'',
        '@' => '*',
        '#' | '$' => '.',
        _ => ' ',
    };
    charset.holds(near).then_some(near)
}

/// Percent-encoding of UTF-8 with capital digits: what carries an original through any set.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b'-' | b'/' | b',') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    out
}

/// Undoes [`percent_encode`]; `None` when it is not such a text, or holds U+0000, which cannot be kept.
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        let value = digit(rest.first())? * 16 + digit(rest.get(1))?;
        bytes.push(u8::try_from(value).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_brought_into_the_set_of_the_partner() {
        assert_eq!(transliterate(Charset::Unoc, "Müller & Søn"), "Müller & Søn");
        assert_eq!(transliterate(Charset::Unob, "Müller @ Søn_1"), "Muller * Son-1");
        assert_eq!(transliterate(Charset::Unoa, "Müller"), "MULLER");
        assert_eq!(transliterate(Charset::Unoc, "Москва"), "Moskva");
        assert_eq!(transliterate(Charset::Unoc, "东京"), "Dong Jing ");
        assert_eq!(transliterate(Charset::Unow, "a\nb"), "a b");
        assert_eq!(transliterate(Charset::Unoc, "\u{E000}"), "", "a private character has no transliteration");
    }

    proptest! {
        #[test]
        fn an_original_passes_through_the_smallest_set(text in "\\PC{0,40}|[\\x01-\\x1F]{0,9}") {
            let encoded = percent_encode(&text);
            prop_assert!(encoded.chars().all(|c| Charset::Unoa.holds(c)));
            prop_assert_eq!(percent_decode(&encoded), Some(text));
        }

        #[test]
        fn a_transliteration_is_always_in_the_set(text in "\\PC{0,40}") {
            for charset in Charset::ALL {
                prop_assert!(transliterate(charset, &text).chars().all(|c| charset.holds(c)));
            }
        }
    }
}
