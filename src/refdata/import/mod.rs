//! From files to lists: our own form, checked as a whole, and the forms that publishers use.
//!
//! Pure functions over bytes: each gives the rows that can be used and a report of the others by line, column and
//! problem. Whether a file with faults is taken is decided by the caller; so is where the rows go.

pub mod ecb;
pub mod hs;

use std::collections::{HashMap, HashSet};

use super::hs::{HsEntry, is_code, nomenclature};
use super::id_countries::{ForeignId, IdCountries};
use super::lists::{Country, DecisionRow, List, Office, Operator, lists};
use super::material::MaterialRow;
use super::rates::Rate;
use super::restrictions::Restriction;
use super::table::{FromRow, Parsed, Row, read, shown};

/// A row with the line it stands in.
struct Placed<R>(u64, R);

impl<R: FromRow> FromRow for Placed<R> {
    const COLUMNS: &'static [&'static str] = R::COLUMNS;
    fn from_row(row: &Row<'_>) -> super::table::Cell<Self> {
        Ok(Self(row.line(), R::from_row(row)?))
    }
}

/// Reads rows and drops those that `check` finds fault with or that repeat a `key`.
fn checked<R: FromRow>(
    bytes: &[u8],
    key_column: &str,
    key: impl Fn(&R) -> String,
    check: impl Fn(&R) -> Option<(&'static str, String)>,
) -> Parsed<R> {
    let placed: Parsed<Placed<R>> = read(bytes);
    let mut parsed = Parsed { meta: placed.meta, rows: Vec::with_capacity(placed.rows.len()), faults: placed.faults };
    let mut seen: HashMap<String, u64> = HashMap::new();
    for Placed(line, row) in placed.rows {
        if let Some((column, problem)) = check(&row) {
            parsed.fault(line, column, problem);
            continue;
        }
        match seen.get(&key(&row)) {
            Some(first) => parsed.fault(line, key_column, format!("repeats line {first}")),
            None => {
                seen.insert(key(&row), line);
                parsed.rows.push(row);
            }
        }
    }
    parsed.faults.sort_by_key(|fault| fault.line);
    parsed
}

/// Nomenclature: `code,en,fr,es`. Headings and chapters that are built in need not be repeated.
pub fn hs(bytes: &[u8]) -> Parsed<HsEntry> {
    let codes: HashSet<String> = read::<HsEntry>(bytes).rows.into_iter().map(|entry| entry.code).collect();
    checked(
        bytes,
        "code",
        |entry: &HsEntry| entry.code.clone(),
        |entry: &HsEntry| {
            let problem = || ("code", format!("`{}` has no heading or no chapter", shown(&entry.code)));
            (!hs::has_place(&entry.code, &codes, nomenclature())).then(problem)
        },
    )
}

/// Rules against goods: `destination,category,description,from_hs,to_hs,hs_list,hs_except,sending_countries,language,note`
/// and optionally `website,source,valid_from,valid_to`.
pub fn restrictions(bytes: &[u8], known: &List<Country>) -> Parsed<Restriction> {
    let key = |rule: &Restriction| {
        format!("{}|{}|{}|{:?}", rule.destination, rule.language, rule.description, rule.valid_from)
    };
    checked(bytes, "description", key, |rule: &Restriction| {
        let countries = || rule.sending_countries.iter();
        let unknown = countries().find(|country| !known.contains(country));
        if !rule.destination.is_empty() && !known.contains(&rule.destination) {
            return Some(("destination", not_a_country(&rule.destination)));
        }
        if let (Some(from), Some(to)) = (rule.valid_from, rule.valid_to)
            && to < from
        {
            return Some(("valid_to", "lies before valid_from".into()));
        }
        unknown.map(|country| ("sending_countries", not_a_country(country)))
    })
}

/// Exchange rates: `date,base,quote,rate` and optionally `source`.
pub fn rates(bytes: &[u8]) -> Parsed<Rate> {
    let key = |rate: &Rate| format!("{} {} {}", rate.date, rate.base, rate.quote);
    checked(bytes, "date", key, |rate: &Rate| {
        let unknown = [("base", &rate.base), ("quote", &rate.quote)];
        let mut unknown = unknown.into_iter().filter(|(_, code)| !lists().currencies.contains(code));
        unknown.next().map(|(column, code)| (column, format!("`{}` is not a currency of ISO 4217", shown(code))))
    })
}

/// Decisions: `customs,code,name_en,category,final,opens_hold` and optionally `name_fr,name_es,name_pt`.
pub fn decisions(bytes: &[u8]) -> Parsed<DecisionRow> {
    checked(bytes, "code", |row: &DecisionRow| format!("{} {}", row.customs, row.code), |_| None)
}

/// Countries: `code,name_en,eu` and optionally `name_fr,name_es,name_pt,alpha3`.
pub fn countries(bytes: &[u8]) -> Parsed<Country> {
    checked(
        bytes,
        "code",
        |country: &Country| country.code.clone(),
        |country: &Country| {
            let is_pair = country.code.len() == 2 && country.code.bytes().all(|b| b.is_ascii_uppercase());
            (!is_pair).then(|| ("code", format!("`{}` is not 2 capital letters", shown(&country.code))))
        },
    )
}

/// Postal operators: `code,country,name`.
pub fn operators(bytes: &[u8], known: &List<Country>) -> Parsed<Operator> {
    checked(
        bytes,
        "code",
        |operator: &Operator| operator.code.clone(),
        |operator: &Operator| {
            if !known.contains(&operator.country) {
                return Some(("country", not_a_country(&operator.country)));
            }
            (!has_form(&operator.code, 3)).then(|| ("code", form_of(&operator.code, 3)))
        },
    )
}

/// Offices of exchange: `code,operator,name`.
pub fn offices(bytes: &[u8]) -> Parsed<Office> {
    checked(
        bytes,
        "code",
        |office: &Office| office.code.clone(),
        |office: &Office| {
            if !has_form(&office.operator, 3) {
                return Some(("operator", form_of(&office.operator, 3)));
            }
            (!has_form(&office.code, 6)).then(|| ("code", form_of(&office.code, 6)))
        },
    )
}

/// Countries whose posts may use item ids: `letters,countries`, the latter divided by blanks.
pub fn id_countries(bytes: &[u8], known: &List<Country>) -> Parsed<IdCountries> {
    checked(
        bytes,
        "letters",
        |row: &IdCountries| row.letters.clone(),
        |row: &IdCountries| {
            let unknown = row.countries.iter().find(|country| !known.contains(country));
            unknown.map(|country| ("countries", not_a_country(country)))
        },
    )
}

/// Letters of item ids that an origin may use although its country may not: `country`.
pub fn foreign_ids(bytes: &[u8]) -> Parsed<ForeignId> {
    checked(bytes, "country", |row: &ForeignId| row.letters.clone(), |_| None)
}

/// Members whose change ends a decision: `group,member,counts,least,percent,most`.
pub fn material(bytes: &[u8]) -> Parsed<MaterialRow> {
    checked(bytes, "member", |row: &MaterialRow| format!("{:?} {}", row.group, row.member), |_| None)
}

fn has_form(code: &str, length: usize) -> bool {
    code.len() == length && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn form_of(code: &str, length: usize) -> String {
    format!("`{}` is not {length} capital letters or digits", shown(code))
}

fn not_a_country(code: &str) -> String {
    format!("`{}` is not in the list of countries", shown(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::{hs as nomenclature, lists as code_lists, rates as rate_list, restrictions as rules};
    use proptest::prelude::*;

    fn faults<R>(parsed: &Parsed<R>) -> Vec<String> {
        parsed.faults.iter().map(ToString::to_string).collect()
    }

    fn known() -> &'static List<Country> {
        &lists().countries
    }

    fn embedded(file: &str) -> &'static [u8] {
        code_lists::EMBEDDED.iter().find(|(name, _)| *name == file).unwrap().1.as_bytes()
    }

    #[test]
    fn the_lists_of_the_program_can_be_imported_again() {
        assert_eq!(faults(&hs(nomenclature::EMBEDDED.1.as_bytes())), [""; 0]);
        assert_eq!(faults(&restrictions(rules::EMBEDDED.1.as_bytes(), known())), [""; 0]);
        assert_eq!(faults(&rates(rate_list::EMBEDDED.1.as_bytes())), [""; 0]);
        assert_eq!(faults(&decisions(embedded("decisions.csv"))), [""; 0]);
        assert_eq!(faults(&countries(embedded("countries.csv"))), [""; 0]);
        assert_eq!(faults(&operators(embedded("operators.csv"), known())), [""; 0]);
        assert_eq!(faults(&offices(embedded("offices.csv"))), [""; 0]);
        assert_eq!(faults(&material(embedded("material.csv"))), [""; 0]);
        assert_eq!(faults(&id_countries(embedded("id_countries.csv"), known())), [""; 0]);
    }

    #[test]
    fn faults_name_line_and_column_and_good_rows_are_kept() {
        let parsed =
            operators(b"code,country,name\nAUA,AU,One\nAUA,AU,Two\nQQA,QQ,Three\nau,AU,Four\nDEA,DE,Five\n", known());
        assert_eq!(
            faults(&parsed),
            [
                "line 3, column code: repeats line 2",
                "line 4, column country: `QQ` is not in the list of countries",
                "line 5, column code: `au` is not 3 capital letters or digits",
            ]
        );
        let codes: Vec<&str> = parsed.rows.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["AUA", "DEA"]);
    }

    #[test]
    fn each_list_has_its_own_checks() {
        let only =
            |faults: Vec<String>, part: &str| assert!(faults.len() == 1 && faults[0].contains(part), "{faults:?}");
        only(faults(&hs(b"code,en,fr,es\n01,Animals,,\n019921,Griffins,,\n")), "line 3, column code: `019921`");
        assert_eq!(faults(&hs(b"code,en,fr,es\n0101213000,Ponies,,\n019921,Griffins,,\n0199,Beasts,,\n")), [""; 0]);
        only(faults(&rates(b"date,base,quote,rate\n2026-01-01,EUR,QQQ,1\n")), "column quote");
        only(faults(&offices(b"code,operator,name\nDEFRA,DEA,x\n")), "column code");
        let header = "destination,category,description,from_hs,to_hs,hs_list,hs_except,sending_countries,language,note,\
                      valid_from,valid_to\n";
        let row = |cells: &str| restrictions(format!("{header}{cells}\n").as_bytes(), known());
        only(faults(&row("AU,P,x,,,,,QQ,EN,,,")), "column sending_countries");
        only(faults(&row("QQ,P,x,,,,,,EN,,,")), "column destination");
        only(faults(&row("AU,P,x,,,,,,EN,,2026-02-01,2026-01-01")), "column valid_to");
        only(faults(&id_countries(b"letters,countries\nGB,GB QQ\n", known())), "column countries: `QQ`");
        only(faults(&foreign_ids(b"country\nAU\nFRA\n")), "line 3, column country");
        let header = "group,member,counts,least,percent,most\n";
        only(faults(&material(format!("{header}line,Amount,1,-1,,\n").as_bytes())), "column least");
        only(faults(&material(format!("{header}line,HS,1,,,\nline,HS,0,,,\n").as_bytes())), "repeats line 2");
        only(
            faults(&decisions(b"customs,code,name_en,category,final,opens_hold\n,2,x,Cleared,1,0\n")),
            "column category",
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (hs(&bytes), rates(&bytes), operators(&bytes, known()), restrictions(&bytes, known()));
            let _ = (id_countries(&bytes, known()), foreign_ids(&bytes), material(&bytes));
            let _ = (ecb::rates(&bytes), hs::harmonized_system(&bytes), hs::translations(&bytes));
        }
    }
}
