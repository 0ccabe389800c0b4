use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::{ContentPiece, DeclarationData};

fn read(stored: &[u8]) -> Result<String, String> {
    StoredText::from_stored(stored).map(|text| text.text)
}

fn a_declaration() -> String {
    let piece = |n| ContentPiece { description: Some(format!("woollen hat {n}")), ..ContentPiece::default() };
    let pieces = (1..=3).map(piece).collect();
    to_canonical(&DeclarationData { content_pieces: pieces, ..DeclarationData::default() })
}

/// Stored texts need the dictionary as it was: change it, and no text is read any more.
#[test]
fn dictionaries_never_change() {
    let digests: Vec<String> =
        DICTIONARIES.iter().map(|(number, texts)| format!("{number} {}", hex(&Sha256::digest(texts)))).collect();
    assert_eq!(digests, ["1 040365c77eb0ce216f5dbfe35f250722cef212d8e34152a27780a3ea1f28d206"]);
}

#[test]
fn a_text_stored_by_the_first_version_with_dictionaries_is_read() {
    let stored = "014a00000006f1043031322e60180f04060e506e61c3af762619f00066c3a9222c224853223a6e756c6c7d";
    let bytes: Vec<u8> =
        (0..stored.len()).step_by(2).map(|at| u8::from_str_radix(&stored[at..at + 2], 16).unwrap()).collect();
    assert_eq!(read(&bytes).unwrap(), r#"{"Amount":12.50,"CurrencyCd":"EUR","Description":"naïve café","HS":null}"#);
}

#[test]
fn a_declaration_takes_less_than_a_quarter() {
    let text = a_declaration();
    let stored = StoredText::new(text.clone()).stored;
    assert!(stored.len() * 4 < text.len(), "{} of {}", stored.len(), text.len());
    assert_eq!(read(&stored).unwrap(), text);
}

#[test]
fn texts_of_earlier_versions_are_read_as_they_are() {
    for text in ["{}", r#"{"HS":null}"#, "[]", "", "plain"] {
        assert_eq!(read(text.as_bytes()).unwrap(), text);
    }
}

#[test]
fn what_packing_makes_no_smaller_is_stored_as_it_is() {
    for text in ["", "{}", "7"] {
        assert_eq!(StoredText::new(text.to_owned()).stored, text.as_bytes());
    }
}

#[test]
fn damaged_texts_are_refused_in_words() {
    let stored = StoredText::new(a_declaration()).stored;
    let mut longer = stored.clone();
    longer[4] = 0x7f;
    let mut unknown = stored.clone();
    unknown[0] = 31;
    assert_eq!(read(&longer).unwrap_err(), "a stored text is damaged");
    assert_eq!(read(&unknown).unwrap_err(), "a text is stored with dictionary 31, which is unknown");
    assert_eq!(read(&[1]).unwrap_err(), "a stored text is damaged");
    assert_eq!(read(&stored[..stored.len() - 1]).unwrap_err(), "a stored text is damaged");
    assert_eq!(read(b"\xff{}").unwrap_err(), "a stored text is not UTF-8");
}

proptest! {
    #[test]
    fn every_text_comes_back(text in any::<String>()) {
        prop_assert_eq!(read(&StoredText::new(text.clone()).stored).unwrap(), text);
    }

    #[test]
    fn whatever_is_stored_is_read_or_refused(stored in prop::collection::vec(any::<u8>(), 0..2_000), number in 0u8..4) {
        let _ = read(&stored);
        let _ = read(&[&[number][..], &stored].concat());
    }
}
