//! The two symbols on a form: the item id in Code 128 bars, and a QR code that ties the paper to its data.
//!
//! Knows the symbologies and their sizes in modules; where they stand is the form's business.

use barcoders::sym::code128::Code128;
use qrcode::{Color, EcLevel, QrCode};
use sha2::{Digest, Sha256};

use crate::contract::{DeclarationData, canonical};

/// A Code 128 symbol: dark stretches as (first module, number of modules). Without the quiet zones, which are
/// [`QUIET_BARS`] modules on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    pub modules: usize,
    pub dark: Vec<(usize, usize)>,
}

/// White modules that Code 128 needs before and after the bars.
pub const QUIET_BARS: usize = 10;
/// White modules that a QR code needs on all sides.
pub(super) const QUIET_QR: usize = 4;

/// A QR symbol: row by row, dark stretches as (row, first module, number of modules), without the quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matrix {
    pub modules: usize,
    pub dark: Vec<(usize, usize, usize)>,
}

/// Code 128 of `id`; `None` when it is empty or holds anything but printable ASCII.
pub fn code128(id: &str) -> Option<Bars> {
    if id.is_empty() || !id.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    let modules = Code128::new(with_sets(id)).ok()?.encode();
    Some(Bars { dark: stretches(modules.iter().map(|module| *module == 1)), modules: modules.len() })
}

/// Marks where the symbol changes its character set: set C packs two digits into one character, which pays from
/// four digits at either end and from six in between. The marks are those of the encoder's documentation.
fn with_sets(id: &str) -> String {
    const SET_B: char = '\u{0181}';
    const SET_C: char = '\u{0106}';
    let mut out = String::with_capacity(id.len() + 8);
    let mut rest = id;
    let mut set = ' ';
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let at_an_end = out.is_empty() || digits == rest.len();
        let packed = if digits >= if at_an_end { 4 } else { 6 } { digits / 2 * 2 } else { 0 };
        let (wanted, taken) = if packed > 0 { (SET_C, packed) } else { (SET_B, digits.max(1)) };
        if set != wanted {
            out.push(wanted);
            set = wanted;
        }
        let (now, later) = rest.split_at(taken);
        out.push_str(now);
        rest = later;
    }
    out
}

/// QR code of `text`, error correction level M; `None` when it is too long for one symbol.
pub(super) fn qr(text: &str) -> Option<Matrix> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let modules = code.width();
    let colors = code.into_colors();
    let rows = colors.chunks(modules).enumerate();
    let dark = rows.flat_map(|(row, cells)| {
        let cells = cells.iter().map(|color| *color == Color::Dark);
        stretches(cells).into_iter().map(move |(first, count)| (row, first, count))
    });
    Some(Matrix { modules, dark: dark.collect() })
}

fn stretches(cells: impl Iterator<Item = bool>) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in cells.enumerate().filter(|(_, dark)| *dark) {
        match found.last_mut() {
            Some((first, count)) if *first + *count == at => *count += 1,
            _ => found.push((at, 1)),
        }
    }
    found
}

/// What the QR code says: item id, a colon, and the digest in capitals (capitals keep the symbol small).
pub(super) fn qr_text(item_id: &str, data: &DeclarationData) -> String {
    format!("{item_id}:{}", digest(data).to_ascii_uppercase())
}

/// First 16 hexadecimal digits of the SHA-256 of the declaration's canonical text, numbers by value: a declaration
/// that travelled as a message has the same digest as the one printed. What the server adds to answers
/// (extra fields `Quality.*`) does not count.
pub fn digest(data: &DeclarationData) -> String {
    let mut data = data.clone();
    drop_quality(&mut data);
    let text = canonical::value_form(&canonical::to_canonical(&data));
    canonical::hex(&Sha256::digest(text)[..8])
}

fn drop_quality(data: &mut DeclarationData) {
    let names = std::mem::take(&mut data.extra_field_names);
    let values = std::mem::take(&mut data.extra_field_values);
    let mut values = values.into_iter();
    for name in names {
        let value = values.next();
        if name.as_deref().is_some_and(|name| name.starts_with("Quality.")) {
            continue;
        }
        data.extra_field_names.push(name);
        data.extra_field_values.extend(value);
    }
    data.extra_field_values.extend(values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_s10_id_uses_the_short_set_for_its_digits() {
        assert_eq!(with_sets("EE123456785AU"), "\u{181}EE\u{106}12345678\u{181}5AU");
        assert_eq!(with_sets("12345"), "\u{106}1234\u{181}5");
        assert_eq!(with_sets("AB1234CD"), "\u{181}AB1234CD");
        assert_eq!(code128("EE123456785AU").unwrap().modules, 12 * 11 + 11 + 13);
    }

    #[test]
    fn ids_outside_ascii_get_no_bars() {
        assert!(code128("").is_none());
        assert!(code128("ÉÉ123456785AU").is_none());
        assert!(code128("EE\n").is_none());
    }

    #[test]
    fn the_digest_goes_by_value_and_ignores_quality() {
        let with = |postage: &str, quality: bool| {
            let mut data = DeclarationData { postage: postage.parse().ok(), ..Default::default() };
            let name = if quality { "Quality.Score" } else { "IOSS" };
            data.extra_field_names = vec![Some(name.into())];
            data.extra_field_values = vec![Some("9".into())];
            digest(&data)
        };
        assert_eq!(with("10.10", true), with("10.1", true));
        assert_ne!(with("10.10", true), with("10.11", true));
        assert_ne!(with("10.10", true), with("10.10", false));
        assert_eq!(with("1", true), digest(&DeclarationData { postage: "1".parse().ok(), ..Default::default() }));
        assert_eq!(with("1", true).len(), 16);
    }
}
