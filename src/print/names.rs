//! Names of codes in the four languages of the forms, read from the code lists in `refdata/`.
//!
//! Only looks up; an unknown code is the caller's to print as it is.

use std::collections::HashMap;
use std::sync::OnceLock;

use csv::StringRecord;

use super::labels::Languages;

/// A code list: code → its names in English, French, Spanish and Portuguese.
type Names = HashMap<String, [String; 4]>;

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {$(
        $(#[$doc])*
        pub(super) fn $name(code: &str, languages: Languages) -> Option<String> {
            static LIST: OnceLock<Names> = OnceLock::new();
            let list = LIST.get_or_init(|| read(include_str!(concat!("../../refdata/", $file))));
            let names = list.get(code)?;
            Some(languages.join([&names[0], &names[1], &names[2], &names[3]]))
        }
    )*};
}

lists! {
    /// ISO 3166-1 alpha-2.
    country = "countries.csv";
    nature = "nature_types.csv";
    non_delivery = "non_delivery.csv";
    document_type = "document_types.csv";
    tax_type = "tax_types.csv";
    decision_reason = "decision_reasons.csv";
}

/// Name of a postal operator, from its three-character code.
pub(super) fn operator(code: &str) -> Option<&'static str> {
    static LIST: OnceLock<HashMap<String, String>> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        let rows = rows(include_str!("../../refdata/operators.csv"));
        rows.iter().map(|row| (cell(row, 0), cell(row, 2))).collect()
    });
    list.get(code).map(String::as_str)
}

/// Name of decision `code` of `customs`, in the overlay of that customs or else in the common list.
pub(super) fn decision(customs: &str, code: &str, languages: Languages) -> Option<String> {
    static LIST: OnceLock<Names> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        let rows = rows(include_str!("../../refdata/decisions.csv"));
        rows.iter().map(|row| (format!("{}/{}", cell(row, 0), cell(row, 1)), names(row, 2))).collect()
    });
    let names = list.get(&format!("{customs}/{code}")).or_else(|| list.get(&format!("/{code}")))?;
    Some(languages.join([&names[0], &names[1], &names[2], &names[3]]))
}

fn read(text: &str) -> Names {
    rows(text).iter().map(|row| (cell(row, 0), names(row, 1))).collect()
}

fn rows(text: &str) -> Vec<StringRecord> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
    reader.records().filter_map(Result::ok).collect()
}

fn names(row: &StringRecord, first: usize) -> [String; 4] {
    [0, 1, 2, 3].map(|language| cell(row, first + language))
}

fn cell(row: &StringRecord, at: usize) -> String {
    row.get(at).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::labels::Languages;
    use super::*;
    use crate::refdata::lists::Language;

    #[test]
    fn codes_have_names_in_both_languages_once() {
        let spanish = Languages::with_second(Language::Es);
        assert_eq!(country("DE", Languages::default()).unwrap(), "Germany / Allemagne");
        assert_eq!(country("FR", Languages::default()).unwrap(), "France");
        assert_eq!(non_delivery("RTS", spanish).unwrap(), "Return to sender / Devolver al remitente");
        assert_eq!(decision("IN", "99", Languages::default()).unwrap().split(" / ").count(), 2);
        assert_eq!(decision("XX", "2", Languages::default()).unwrap(), "Cleared / Dédouané");
        assert!(operator("DEA").is_some() && country("QQ", spanish).is_none());
    }
}
