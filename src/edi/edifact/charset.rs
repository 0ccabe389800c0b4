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

    /// Reads the bytes of a value. Bytes outside the set are read as Windows-1252, which has ISO 8859-1 in it, or replaced;
    /// the caller has reported them already.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match (self, std::str::from_utf8(bytes)) {
            (_, Ok(text)) if bytes.is_ascii() => Cow::Borrowed(text),
            (Self::Unow, _) => without_c1(String::from_utf8_lossy(bytes)),
            _ => Cow::Owned(bytes.iter().map(|byte| graphic(char::from(*byte))).collect()),
        }
    }
}

/// What Windows-1252 has where ISO 8859-1 and Unicode have the control characters U+0080 to U+009F.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž', '\u{FFFD}', '\u{FFFD}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
];

/// Whether this is one of the control characters U+0080 to U+009F, which no text has: they come from Windows-1252.
pub fn is_c1(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9F}')
}

/// The character meant: of the control characters beyond ASCII what Windows-1252 has in their place.
fn graphic(c: char) -> char {
    if is_c1(c) { WINDOWS_1252[(u32::from(c) - 0x80) as usize] } else { c }
}

/// A text with [`is_c1`] characters read as Windows-1252.
pub fn without_c1(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(is_c1) { Cow::Owned(text.chars().map(graphic).collect()) } else { text }
}

/// How far bytes of an interchange that declares another set look like UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Not at all, or it may be chance: `É®` in ISO 8859-1 has the bytes of `ɮ`.
    None,
    /// Some of it; other bytes are none.
    Partly,
    Utf8,
}

/// Whether bytes are UTF-8, whatever they are said to be.
pub fn likeness_to_utf8(bytes: &[u8]) -> Likeness {
    let marked = bytes.starts_with("\u{FEFF}".as_bytes());
    let (mut whole, mut tells) = (true, marked);
    for chunk in bytes.utf8_chunks() {
        tells = tells || is_no_chance(chunk.valid());
        whole = whole && chunk.invalid().is_empty();
    }
    match (tells, whole) {
        (false, _) => Likeness::None,
        (true, false) => Likeness::Partly,
        (true, true) => Likeness::Utf8,
    }
}

/// A letter of a European language, a character of three bytes, or two of another script beside each other. Read byte by
/// byte these would be nonsense such as `Ã¼`.
fn is_no_chance(text: &str) -> bool {
    let mut before = ' ';
    text.chars().any(|c| {
        let beside = !before.is_ascii();
        before = c;
        !c.is_ascii() && (c <= '\u{17F}' || c.len_utf8() > 2 || beside)
    })
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

    #[test]
    fn utf8_is_told_from_what_looks_like_it_by_chance() {
        let latin = |text: &str| text.chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<_>>();
        for text in ["Müller", "Škoda", "Żuk", "Москва", "Αθήνα", "东京", "10 €", "\u{FEFF}plain", "Ștefan și Ană"]
        {
            assert_eq!(likeness_to_utf8(text.as_bytes()), Likeness::Utf8, "{text}");
        }
        for bytes in [
            latin("plain"),
            latin("Müller"),
            latin("NESCAFÉ®"),
            latin("«MENÜ»"),
            b"ANDR\xC9\x92S".to_vec(),
            latin("Nº 1ª"),
        ] {
            assert_eq!(likeness_to_utf8(&bytes), Likeness::None, "{bytes:?}");
        }
        assert_eq!(likeness_to_utf8(&[latin("Zoë "), "Müller".into()].concat()), Likeness::Partly);
    }

    #[test]
    fn control_characters_beyond_ascii_are_never_read() {
        for charset in [Charset::Unoa, Charset::Unob, Charset::Unoc] {
            assert_eq!(charset.decode(b"\x93Kids\x94 \x96 \x80 5 caf\xE9\x85"), "“Kids” – € 5 café…");
            let all: Vec<u8> = (0..=255).collect();
            assert!(!charset.decode(&all).chars().any(is_c1));
        }
        assert_eq!(Charset::Unow.decode("a\u{92}s".as_bytes()), "a’s");
        assert_eq!(Charset::Unoc.decode(b"\x81"), "\u{FFFD}");
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
