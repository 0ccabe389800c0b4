//! Names of codes in the two languages of a form.
//!
//! Only looks up; an unknown code is the caller's to print as it is.

use super::labels::Languages;
use crate::refdata::lists::{Coded, Language, List, LocalNames, Names, lists};

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident = $list:ident;)*) => {$(
        $(#[$doc])*
        pub(super) fn $name(code: &str, languages: Languages) -> Option<String> {
            name_in(&lists().$list, code, languages)
        }
    )*};
}

named! {
    nature = nature_types;
    non_delivery = non_delivery;
    document_type = document_types;
    tax_type = tax_types;
    decision_reason = decision_reasons;
}

/// Name of a country, from its two-letter code.
pub(super) fn country(names: &LocalNames, code: &str, languages: Languages) -> Option<String> {
    names.country(code).map(|name| joined(name, languages))
}

/// Name of a postal operator, from its three-character code.
pub(super) fn operator<'n>(names: &'n LocalNames, code: &str) -> Option<&'n str> {
    names.operator(code).map(|name| name.in_language(Language::En))
}

/// Name of decision `code` of `customs`.
pub(super) fn decision(names: &LocalNames, customs: &str, code: &str, languages: Languages) -> Option<String> {
    names.decision(customs, code).map(|name| joined(name, languages))
}

fn name_in<R: Coded>(list: &List<R>, code: &str, languages: Languages) -> Option<String> {
    list.get(code).map(|row| joined(row.names(), languages))
}

fn joined(names: &Names, languages: Languages) -> String {
    languages.join(Language::ALL.map(|language| names.in_language(language)))
}

#[cfg(test)]
mod tests {
    use super::super::labels::Languages;
    use super::*;

    #[test]
    fn codes_have_names_in_both_languages_once() {
        let spanish = Languages::with_second(Language::Es);
        let names = LocalNames::built_in();
        assert_eq!(country(&names, "DE", Languages::default()).unwrap(), "Germany / Allemagne");
        assert_eq!(country(&names, "FR", Languages::default()).unwrap(), "France");
        assert_eq!(non_delivery("RTS", spanish).unwrap(), "Return to sender / Devolver al remitente");
        assert_eq!(decision(&names, "IN", "99", Languages::default()).unwrap().split(" / ").count(), 2);
        assert_eq!(decision(&names, "XX", "2", Languages::default()).unwrap(), "Cleared / Dédouané");
        assert!(operator(&names, "DEA").is_some() && country(&names, "QQ", spanish).is_none());
    }
}
