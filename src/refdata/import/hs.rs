//! Two public forms of the nomenclature of goods.
//!
//! The harmonized system as CSV (`section,hscode,description,parent,level`), and the Combined Nomenclature of the EU as
//! JSON with translations in YAML, keyed by the English text. Texts of the latter such as `Other` mean nothing alone, so
//! they are put behind the text of the six-digit code they belong to.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::is_code;
use crate::limits;
use crate::refdata::hs::{HsEntry, Nomenclature};
use crate::refdata::lists::Language;
use crate::refdata::table::{Cell, FromRow, Parsed, Row, read, shown};

/// A line of the harmonized system.
struct PublicRow {
    code: String,
    description: String,
}

impl FromRow for PublicRow {
    const COLUMNS: &'static [&'static str] = &["hscode", "description"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let code = row.needed("hscode")?;
        if code != "TOTAL" && !is_code(code) {
            return Err(("hscode", format!("`{}` is not an HS code", shown(code))));
        }
        Ok(Self { code: code.to_owned(), description: row.needed("description")?.to_owned() })
    }
}

/// Reads the harmonized system with its English texts. Chapter 99 (not specified) and the total are left out: they are no
/// goods.
pub fn harmonized_system(bytes: &[u8]) -> Parsed<HsEntry> {
    let public: Parsed<PublicRow> = read(bytes);
    let goods = public.rows.into_iter().filter(|row| row.code != "TOTAL" && !row.code.starts_with("99"));
    let entry = |row: PublicRow| HsEntry { code: row.code, en: row.description, ..HsEntry::default() };
    Parsed { meta: public.meta, rows: goods.map(entry).collect(), faults: public.faults }
}

/// Whether the heading and the chapter of a code stand in the file or in `base`.
pub(super) fn has_place(code: &str, file: &HashSet<String>, base: &Nomenclature) -> bool {
    let above = [2, 4].into_iter().filter(|length| *length < code.len());
    above.filter_map(|length| code.get(..length)).all(|above| file.contains(above) || base.get(above).is_some())
}

/// Translations by English text.
pub type Translations = HashMap<String, String>;

/// Reads flat YAML, one `'English text': 'translated text'` a line; scalars are plain, single- or double-quoted.
pub fn translations(bytes: &[u8]) -> Parsed<(String, String)> {
    let mut parsed = Parsed::default();
    if bytes.len() > limits::IMPORT_BYTES {
        parsed.fault(0, "", format!("the file exceeds {} bytes", limits::IMPORT_BYTES));
        return parsed;
    }
    for (line, text) in (1..).zip(String::from_utf8_lossy(bytes).lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') || text == "---" {
            continue;
        }
        let pair = scalar(text, true).and_then(|(key, rest)| {
            let (value, rest) = scalar(rest.strip_prefix(':')?.trim_start(), false)?;
            rest.trim().is_empty().then_some((key, value))
        });
        match pair {
            Some(pair) => parsed.rows.push(pair),
            None => parsed.fault(line, "", "expected 'English text': 'translated text' on one line"),
        }
    }
    parsed
}

/// A scalar at the start of `text` and what follows it; a plain key ends before `: `.
fn scalar(text: &str, is_key: bool) -> Option<(String, &str)> {
    match text.chars().next()? {
        '\'' => {
            let mut value = String::new();
            let mut rest = text.strip_prefix('\'')?;
            loop {
                let (part, after) = rest.split_once('\'')?;
                value.push_str(part);
                match after.strip_prefix('\'') {
                    Some(again) => {
                        value.push('\'');
                        rest = again;
                    }
                    None => return Some((value, after)),
                }
            }
        }
        '"' => {
            let mut escaped = false;
            let end = text.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            })?;
            let value = serde_json::from_str(text.get(..=end.0)?).ok()?;
            Some((value, text.get(end.0 + 1..)?))
        }
        _ if is_key => {
            let at = text.find(": ")?;
            Some((text.get(..at)?.to_owned(), text.get(at..)?))
        }
        _ => Some((text.to_owned(), "")),
    }
}

/// Reads the eight-digit codes of the Combined Nomenclature; `base` has the texts of the six-digit codes. A code without
/// translation keeps an empty text in that language.
pub fn combined_nomenclature(
    json: &[u8],
    fr: &Translations,
    es: &Translations,
    base: &Nomenclature,
) -> Parsed<HsEntry> {
    let mut parsed = Parsed::default();
    if json.len() > limits::IMPORT_BYTES {
        parsed.fault(0, "", format!("the file exceeds {} bytes", limits::IMPORT_BYTES));
        return parsed;
    }
    let list: Vec<Value> = match serde_json::from_slice(json) {
        Ok(list) => list,
        Err(error) => {
            parsed.fault(error.line() as u64, "", format!("not a JSON list: {error}"));
            return parsed;
        }
    };
    for (number, item) in (1..).zip(&list) {
        let member = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().trim();
        let (code, name) = (member("code"), member("name"));
        let above = code.get(..6).filter(|_| code.len() == 8 && is_code(code)).and_then(|six| base.get(six));
        match above {
            _ if name.is_empty() => parsed.fault(number, "name", "missing (the line is the number in the list)"),
            None => parsed.fault(number, "code", format!("`{}` is not eight digits within the edition", shown(code))),
            Some(above) => parsed.rows.push(national(code, name, above, [fr, es])),
        }
    }
    parsed
}

fn national(code: &str, name: &str, above: &HsEntry, [fr, es]: [&Translations; 2]) -> HsEntry {
    // The only code of its six digits adds nothing to them.
    let is_only = code.ends_with("00");
    let joined = |text: &str, language: Language| match above.own_text(language) {
        own if is_only => own.to_owned(),
        "" => text.to_owned(),
        own => format!("{own}: {text}"),
    };
    let translated = |list: &Translations, language| match list.get(name) {
        Some(text) => joined(text, language),
        None if is_only => above.own_text(language).to_owned(),
        None => String::new(),
    };
    HsEntry {
        code: code.to_owned(),
        en: joined(name, Language::En),
        fr: translated(fr, Language::Fr),
        es: translated(es, Language::Es),
        ..HsEntry::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::hs::nomenclature;

    #[test]
    fn the_harmonized_system_is_read_in_its_public_form() {
        let text = "section,hscode,description,parent,level\nI,01,Animals; live,TOTAL,2\nX,TOTAL,All,,0\nXX,999999,Other,99,6\n\
                    I,01x,Bad,TOTAL,2\n";
        let parsed = harmonized_system(text.as_bytes());
        assert_eq!(parsed.rows.len(), 1);
        assert_eq!((parsed.faults.len(), parsed.faults[0].column.as_str()), (1, "hscode"));
        let parsed = harmonized_system(include_bytes!("samples/harmonized-system.csv"));
        assert_eq!(parsed.faults, []);
        assert_eq!(parsed.rows.len(), 14, "neither the total nor chapter 99");
        assert!(
            parsed.rows.iter().any(|entry| entry.code == "46" && entry.en == "Plaited work; baskets, and wickerwork")
        );
    }

    #[test]
    fn flat_yaml_is_read_with_every_kind_of_scalar() {
        let text = "'LIVE ''x'': y': 'VIVANTS'\nRye: Seigle\n\"a \\\"b\\\"\": \"c: d\"\nHair: \"L'\u{e9}t\u{e9}\"\nnonsense\n'open: x\n";
        let parsed = translations(text.as_bytes());
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            parsed.rows,
            [
                pair("LIVE 'x': y", "VIVANTS"),
                pair("Rye", "Seigle"),
                pair("a \"b\"", "c: d"),
                pair("Hair", "L'\u{e9}t\u{e9}")
            ]
        );
        let lines: Vec<u64> = parsed.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [5, 6]);
    }

    #[test]
    fn national_codes_carry_the_text_of_the_code_above() {
        let json = br#"[{"code":"01012910","name":"For slaughter"},{"code":"01013000","name":"Asses"},
                        {"code":"0101","name":"x"},{"code":"99999999","name":"x"},{"code":"01012990"},7]"#;
        let fr = Translations::from([("For slaughter".to_owned(), "destin\u{e9}s \u{e0} la boucherie".to_owned())]);
        let parsed = combined_nomenclature(json, &fr, &Translations::new(), nomenclature());
        assert_eq!(parsed.rows.len(), 2);
        let above = nomenclature().get("010129").unwrap();
        assert_eq!(parsed.rows[0].en, format!("{}: For slaughter", above.en));
        assert!(parsed.rows[0].fr.ends_with("boucherie"));
        assert_eq!(parsed.rows[1].en, nomenclature().get("010130").unwrap().en);
        let places: Vec<(u64, &str)> = parsed.faults.iter().map(|f| (f.line, f.column.as_str())).collect();
        assert_eq!(places, [(3, "code"), (4, "code"), (5, "name"), (6, "name")]);
        assert_eq!(combined_nomenclature(b"{", &fr, &fr, nomenclature()).faults.len(), 1);
    }

    #[test]
    fn the_combined_nomenclature_is_read_in_its_public_form() {
        let lists = [&include_bytes!("samples/cn_fr.yaml")[..], include_bytes!("samples/cn_es.yaml")].map(translations);
        assert!(lists.iter().all(|list| list.faults.is_empty()), "{lists:?}");
        let [fr, es]: [Translations; 2] = lists.map(|list| list.rows.into_iter().collect());
        let parsed = combined_nomenclature(include_bytes!("samples/cn.json"), &fr, &es, nomenclature());
        assert_eq!(parsed.faults, []);
        let codes: Vec<&str> = parsed.rows.iter().map(|entry| entry.code.as_str()).collect();
        assert_eq!(codes, ["46012110", "46012190", "46021100"]);
        let above = |code: &str| nomenclature().get(code).unwrap();
        let [plaits, other, bamboo] = &parsed.rows[..] else { panic!("{codes:?}") };
        assert_eq!(plaits.en, format!("{}: Of plaits", above("460121").en));
        assert!(plaits.fr.ends_with("En tresses") && plaits.es.ends_with("De trenzas"), "{plaits:?}");
        assert!(other.fr.ends_with("autres") && other.es.is_empty(), "no translation is no text: {other:?}");
        assert_eq!(bamboo.en, above("460211").en, "the only code of its six digits adds nothing to them");
    }
}
