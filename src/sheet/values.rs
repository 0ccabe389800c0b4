//! What a cell says under its column: the text of a JSON value, or what is wrong with it. What a spreadsheet program may have
//! spoilt is found and proposed to be put right, never put right silently.

use chrono::{Days, NaiveDate, TimeDelta};

use super::cell::{Cell, Value};
use super::finding::SheetFinding;
use super::keys::{Choice, Kind};
use crate::contract::hs_code;
use crate::contract::{Number, WcfDate};

/// What was made of a cell.
pub(super) struct Said {
    /// A JSON value; none where there is nothing to take.
    pub json: Option<String>,
    pub findings: Vec<SheetFinding>,
}

impl Said {
    fn text(text: &str) -> Self {
        let text = text.trim();
        Self { json: (!text.is_empty()).then(|| quoted(text)), findings: Vec::new() }
    }

    fn refused(finding: SheetFinding) -> Self {
        Self { json: None, findings: vec![finding] }
    }

    fn with(mut self, finding: SheetFinding) -> Self {
        self.findings.push(finding);
        self
    }
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Reads a cell. `comma`: a comma may be the decimal sign.
pub(super) fn read(cell: &Cell, kind: Kind, comma: bool) -> Said {
    match &cell.value {
        None => Said::refused(SheetFinding::error(
            "formula_empty",
            "the formula was never calculated; open the file in a spreadsheet program and save it, or paste the value",
        )),
        Some(Value::Fault(_)) => {
            Said::refused(SheetFinding::error("cell_error", "the cell shows an error; write the value that is meant"))
        }
        Some(value) => match kind {
            Kind::Kilograms => number(value, comma, KILOGRAM_DECIMALS),
            Kind::Money | Kind::Centimetres => number(value, comma, MONEY_DECIMALS),
            Kind::Whole => whole(value),
            Kind::Day => day(value),
            Kind::Flag => flag(value),
            Kind::Codes => codes(value),
            Kind::Text | Kind::Digits | Kind::Hs | Kind::Zip | Kind::Code(_) | Kind::Post => text(value, kind),
        },
    }
}

const KILOGRAM_DECIMALS: usize = 3;
const MONEY_DECIMALS: usize = 2;

fn text(value: &Value, kind: Kind) -> Said {
    match value {
        Value::Text(text) => written(text, kind),
        Value::Number(number) => number_as_text(*number, kind),
        Value::Date(days) => {
            let message = "the cell is a date where text is meant; format the column as text and write it again";
            let finding = SheetFinding::error("number_as_text", message);
            Said::refused(match date(*days) {
                Some((date, _)) => finding.proposing(date.to_string()),
                None => finding,
            })
        }
        Value::Flag(flag) => Said::text(if *flag { "true" } else { "false" }),
        Value::Fault(_) => Said::text(""),
    }
}

/// What was written as text.
fn written(text: &str, kind: Kind) -> Said {
    let text = text.trim();
    let is_exact = matches!(kind, Kind::Digits | Kind::Hs | Kind::Zip | Kind::Code(_));
    if is_exact && is_scientific(text) {
        return Said::refused(SheetFinding::error("digits_lost", DIGITS_LOST));
    }
    match kind {
        Kind::Hs => Said::text(&hs_code::taken(text.to_owned())),
        Kind::Code(_) | Kind::Post => {
            let plain: String = text.chars().filter(|c| !is_blank(*c)).collect();
            // Codes of open lists are kept as they are.
            let is_open =
                matches!(kind, Kind::Code(Choice::DocumentTypes | Choice::NonDelivery | Choice::MailSubclasses));
            Said::text(&if is_open { plain } else { plain.to_uppercase() })
        }
        _ => match text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            true => Said::refused(SheetFinding::error("format", "the text has control characters; write it again")),
            false => Said::text(&text.replace('\u{A0}', " ")),
        },
    }
}

/// Blanks, also those that nobody sees.
fn is_blank(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

const DIGITS_LOST: &str = "a spreadsheet program kept 15 digits only; format the column as text and paste it again";

/// Whether a text is what programs make of a long number: `1.23457E+12`.
fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['e', 'E']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    is_number(whole) && is_number(rest) && power.strip_prefix('+').is_some_and(is_number)
}

/// Numbers from here on are not kept digit by digit.
const INEXACT: f64 = 1e15;

fn number_as_text(number: f64, kind: Kind) -> Said {
    if number.abs() >= INEXACT {
        return Said::refused(SheetFinding::error("digits_lost", DIGITS_LOST));
    }
    let digits = shortest(number);
    match kind {
        Kind::Hs => hs_number(&digits),
        Kind::Zip => {
            let message = "a number where text is meant: a zero at its beginning is lost; look at it, and format the column as text";
            Said::text(&digits).with(SheetFinding::warning("number_as_text", message))
        }
        _ => Said::text(&digits).with(SheetFinding::note("number_taken", "the number was taken as text")),
    }
}

/// A code of goods that is a number. Those have an even number of digits: one that has not has lost a zero.
fn hs_number(digits: &str) -> Said {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Said::refused(SheetFinding::error(
            "number_as_text",
            "an HS code is digits alone; format the column as text",
        ));
    }
    if digits.len() % 2 == 1 {
        let proposal = format!("0{digits}");
        let message = format!(
            "a spreadsheet program dropped a zero: is it {proposal}? Format the column as text and write it so"
        );
        return Said::refused(SheetFinding::error("number_as_text", message).proposing(proposal));
    }
    let message = "a number where text is meant; format the column as text, or zeros at the beginning get lost";
    Said::text(digits).with(SheetFinding::warning("number_as_text", message))
}

/// The shortest digits that mean a number, without exponent.
pub(super) fn shortest(number: f64) -> String {
    let text = format!("{number}");
    if text == "-0" { "0".into() } else { text }
}

fn number(value: &Value, comma: bool, decimals: usize) -> Said {
    let refused = |message: &str| Said::refused(SheetFinding::error("number_form", message));
    match value {
        Value::Number(number) if number.abs() >= INEXACT => {
            Said::refused(SheetFinding::error("digits_lost", DIGITS_LOST))
        }
        Value::Number(number) => Said { json: Some(rounded(*number, decimals)), findings: Vec::new() },
        Value::Text(text) => match plain_number(text, comma) {
            Some(digits) => Said { json: Some(digits), findings: Vec::new() },
            None if text.trim().is_empty() => Said::text(""),
            None => refused(if comma {
                "not a number; write it with one decimal sign and no thousands sign, for example 1234.5"
            } else {
                "not a number; the comma separates columns in this file, so write 1234.5 with a point"
            }),
        },
        Value::Date(_) => refused("the cell is a date; format it as a number and write it again"),
        Value::Flag(_) | Value::Fault(_) => refused("not a number"),
    }
}

/// A number to the decimals of its column where the rest is only what computing left over.
fn rounded(number: f64, decimals: usize) -> String {
    let to_column = format!("{number:.decimals$}");
    let is_same = to_column.parse::<f64>().is_ok_and(|near| (near - number).abs() < 1e-9);
    if !is_same {
        return shortest(number);
    }
    let short =
        if to_column.contains('.') { to_column.trim_end_matches('0').trim_end_matches('.') } else { &to_column };
    if short == "-0" { "0".into() } else { short.to_owned() }
}

/// Digits with at most one decimal sign, as a JSON number.
fn plain_number(text: &str, comma: bool) -> Option<String> {
    let text = text.trim();
    let text = if comma && !text.contains('.') { text.replacen(',', ".", 1) } else { text.to_owned() };
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let (whole, rest) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(rest) {
        return None;
    }
    // JSON knows no zeros before a number.
    Number::parse(&text).ok().map(|number| number.digits().to_owned())
}

fn whole(value: &Value) -> Said {
    let refused = || Said::refused(SheetFinding::error("whole_number_form", "not a whole number; write for example 3"));
    let digits = match value {
        Value::Number(number) => shortest(*number),
        Value::Text(text) => text.trim().to_owned(),
        _ => return refused(),
    };
    match digits.parse::<i32>() {
        Ok(number) => Said { json: Some(number.to_string()), findings: Vec::new() },
        Err(_) if digits.is_empty() => Said::text(""),
        Err(_) => refused(),
    }
}

fn flag(value: &Value) -> Said {
    let word = match value {
        Value::Flag(flag) => return Said { json: Some(flag.to_string()), findings: Vec::new() },
        Value::Number(number) => shortest(*number),
        Value::Text(text) => text.trim().to_ascii_lowercase(),
        Value::Date(_) | Value::Fault(_) => "?".to_owned(),
    };
    match word.as_str() {
        "" => Said::text(""),
        "true" | "1" => Said { json: Some("true".into()), findings: Vec::new() },
        "false" | "0" => Said { json: Some("false".into()), findings: Vec::new() },
        _ => Said::refused(SheetFinding::error("format", "write true or false")),
    }
}

/// Codes with commas, semicolons or blanks between them.
fn codes(value: &Value) -> Said {
    let Said { json, findings } = text(value, Kind::Digits);
    let all: Option<String> = json.and_then(|json| serde_json::from_str(&json).ok());
    let list = all.map(|all| {
        let codes = all.split(|sign: char| matches!(sign, ',' | ';') || is_blank(sign)).filter(|code| !code.is_empty());
        format!("[{}]", codes.map(quoted).collect::<Vec<_>>().join(","))
    });
    Said { json: list, findings }
}

fn day(value: &Value) -> Said {
    match value {
        Value::Date(days) => match date(*days) {
            Some((date, None)) => Said::text(&date.to_string()),
            Some((date, Some(time))) => Said::text(
                &(date.and_hms_opt(0, 0, 0).unwrap_or_default() + time).format("%Y-%m-%dT%H:%M:%S").to_string(),
            ),
            None => Said::refused(SheetFinding::error("date_form", "not a date of the years 1900 to 9999")),
        },
        Value::Number(number) => {
            let message = "a number where a date is meant; format the cell as a date";
            let finding = SheetFinding::error("date_form", message);
            Said::refused(match date(*number) {
                Some((date, _)) if *number > 0.0 => finding.proposing(date.to_string()),
                _ => finding,
            })
        }
        Value::Text(text) => written_day(text.trim()),
        Value::Flag(_) | Value::Fault(_) => Said::refused(SheetFinding::error("date_form", "not a date")),
    }
}

fn written_day(text: &str) -> Said {
    let is_iso = text.len() >= ISO_DAY_CHARS
        && text.bytes().take(ISO_DAY_CHARS).zip("dddd-dd-dd".bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            form => byte == form,
        });
    let is_date = is_iso && WcfDate::parse(text).is_ok_and(|date| date.is_some());
    if is_date || text.is_empty() {
        return Said::text(text);
    }
    let finding = SheetFinding::error("date_form", "a date that can be read in two ways; write it as 2026-11-26");
    Said::refused(match proposed_day(text) {
        Some(date) => finding.proposing(date.to_string()),
        None => finding,
    })
}

const ISO_DAY_CHARS: usize = 10;

/// The one day that a text with signs between its numbers can mean.
fn proposed_day(text: &str) -> Option<NaiveDate> {
    let parts: Vec<u32> = text.split(['/', '.', '-', ' ']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [first, second, year] = <[u32; 3]>::try_from(parts).ok()?;
    let year = i32::try_from(year).ok().filter(|year| (1900..=9999).contains(year))?;
    let (days_first, months_first) =
        (NaiveDate::from_ymd_opt(year, second, first), NaiveDate::from_ymd_opt(year, first, second));
    match (days_first, months_first) {
        (Some(date), None) | (None, Some(date)) => Some(date),
        (Some(one), Some(other)) if one == other => Some(one),
        _ => None,
    }
}

/// The day and the time that spreadsheets count so. They take 1900 for a leap year.
pub(super) fn date(days: f64) -> Option<(NaiveDate, Option<TimeDelta>)> {
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    let mut seconds = (days.fract() * 86_400.0).round() as i64;
    let mut whole = days.trunc() as u64;
    if seconds == 86_400 {
        (whole, seconds) = (whole + 1, 0);
    }
    let begin =
        if whole < 60 { NaiveDate::from_ymd_opt(1899, 12, 31)? } else { NaiveDate::from_ymd_opt(1899, 12, 30)? };
    let day = begin.checked_add_days(Days::new(whole))?;
    Some((day, (seconds > 0).then(|| TimeDelta::seconds(seconds))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::finding::Weight;
    use super::*;

    /// What was taken; codes, weights and proposals of what was found.
    type Seen = (Option<String>, Vec<(String, Weight, Option<String>)>);

    fn cell(value: Value) -> Cell {
        Cell { column: 0, value: Some(value), has_formula: false }
    }

    fn of(value: Value, kind: Kind, comma: bool) -> Seen {
        let said = read(&cell(value), kind, comma);
        let findings = said.findings.into_iter().map(|found| (found.code, found.level, found.proposal));
        (said.json, findings.collect())
    }

    fn text_of(text: &str, kind: Kind, comma: bool) -> Seen {
        of(Value::Text(text.into()), kind, comma)
    }

    #[test]
    fn what_spreadsheets_do_to_codes_is_found() {
        let (json, found) = of(Value::Number(40_900.0), Kind::Hs, true);
        assert_eq!((json, found), (None, vec![("number_as_text".into(), Weight::Error, Some("040900".into()))]));
        let (json, found) = of(Value::Number(950_300.0), Kind::Hs, true);
        assert_eq!((json.as_deref(), found[0].1), (Some("\"950300\""), Weight::Warning));
        let (json, found) = of(Value::Number(1_067.0), Kind::Zip, true);
        assert_eq!((json.as_deref(), found[0].1), (Some("\"1067\""), Weight::Warning));
        for kind in [Kind::Digits, Kind::Zip, Kind::Hs, Kind::Code(Choice::Free)] {
            assert_eq!(text_of("1.23457E+12", kind, true).1[0].0, "digits_lost");
            assert_eq!(of(Value::Number(1.234_567_890_123_456_8e19), kind, true).1[0].0, "digits_lost");
        }
        assert_eq!(text_of("1.23457E+12", Kind::Text, true).1, [], "a text may say so");
        let (json, found) = of(Value::Number(4_930_123_456.0), Kind::Digits, true);
        assert_eq!((json.as_deref(), found[0].1), (Some("\"4930123456\""), Weight::Note));
        assert_eq!(
            text_of(" ee 123\u{A0}456 785\u{200B} au ", Kind::Code(Choice::Free), true).0.as_deref(),
            Some("\"EE123456785AU\"")
        );
        assert_eq!(text_of("0409.00", Kind::Hs, true).0.as_deref(), Some("\"040900\""));
    }

    #[test]
    fn numbers_have_one_decimal_sign_and_no_thousands_sign() {
        for (text, comma, expected) in [
            ("1,5", true, Some("1.5")),
            ("1.5", true, Some("1.5")),
            ("1.50", false, Some("1.50")),
            ("1,5", false, None),
            ("1.234,5", true, None),
            ("1,234.5", true, None),
            ("1 234", true, None),
            ("007", true, Some("7")),
            ("-2", true, Some("-2")),
            (".5", true, None),
            ("EUR 5", true, None),
            ("", true, None),
        ] {
            assert_eq!(text_of(text, Kind::Money, comma).0.as_deref(), expected, "{text} {comma}");
        }
        for (number, expected) in
            [(0.51, "0.51"), (0.1 + 0.2, "0.3"), (12.505, "12.505"), (-0.0, "0"), (1e-7, "0.0000001")]
        {
            assert_eq!(of(Value::Number(number), Kind::Money, true).0.as_deref(), Some(expected));
        }
        assert_eq!("0.509999999999999999991".parse::<f64>().map(|number| rounded(number, 3)), Ok("0.51".into()));
        for (value, expected) in
            [(Value::Number(3.0), Some("3")), (Value::Number(3.5), None), (Value::Text(" 4 ".into()), Some("4"))]
        {
            assert_eq!(of(value, Kind::Whole, true).0.as_deref(), expected);
        }
    }

    #[test]
    fn dates_are_taken_when_they_can_mean_one_day_only() {
        for (value, expected) in [
            (Value::Date(46_352.0), "\"2026-11-26\""),
            (Value::Date(46_352.5), "\"2026-11-26T12:00:00\""),
            (Value::Text("2026-11-26".into()), "\"2026-11-26\""),
            (Value::Text("2026-11-26T08:30:00Z".into()), "\"2026-11-26T08:30:00Z\""),
        ] {
            assert_eq!(of(value, Kind::Day, true).0.as_deref(), Some(expected));
        }
        for (text, proposal) in [
            ("26/11/2026", Some("2026-11-26")),
            ("11/12/2026", None),
            ("11/26/2026", Some("2026-11-26")),
            ("tomorrow", None),
            ("2026-13-01", None),
            ("26.11.26", None),
        ] {
            let (json, found) = text_of(text, Kind::Day, true);
            assert_eq!((json, found[0].0.as_str(), found[0].2.as_deref()), (None, "date_form", proposal), "{text}");
        }
        assert_eq!(of(Value::Number(46_352.0), Kind::Day, true).1[0].2.as_deref(), Some("2026-11-26"));
        assert_eq!(date(1.0).map(|found| found.0.to_string()).as_deref(), Some("1900-01-01"));
        assert_eq!(date(61.0).map(|found| found.0.to_string()).as_deref(), Some("1900-03-01"));
        assert!(date(f64::MAX).is_none() && date(-1.0).is_none());
    }

    #[test]
    fn flags_and_lists_of_codes_are_read() {
        for (value, expected) in [
            (Value::Flag(true), Some("true")),
            (Value::Text(" FALSE ".into()), Some("false")),
            (Value::Number(1.0), Some("true")),
            (Value::Text("perhaps".into()), None),
            (Value::Date(46_352.0), None),
        ] {
            assert_eq!(of(value, Kind::Flag, true).0.as_deref(), expected);
        }
        assert_eq!(text_of("", Kind::Flag, true), (None, Vec::new()));
        assert_eq!(text_of(" FRA, DEA;\nepc_a ", Kind::Codes, true).0.as_deref(), Some(r#"["FRA","DEA","epc_a"]"#));
        assert_eq!(text_of(" ", Kind::Codes, true).0, None);
    }

    #[test]
    fn cells_without_a_value_are_refused() {
        let empty = Cell { column: 0, value: None, has_formula: true };
        assert_eq!(read(&empty, Kind::Text, true).findings[0].code, "formula_empty");
        assert_eq!(of(Value::Fault("#N/A".into()), Kind::Money, true).1[0].0, "cell_error");
        assert_eq!(text_of("a\u{7}b", Kind::Text, true).1[0].0, "format");
        assert_eq!(text_of("two\nlines", Kind::Text, true).0.as_deref(), Some("\"two\\nlines\""));
    }

    proptest! {
        #[test]
        fn any_number_is_json_or_refused(bits in any::<u64>(), decimals in 0_usize..4) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let said = number(&Value::Number(value), true, decimals);
            if let Some(json) = said.json {
                let read = json.parse::<f64>().expect("a number");
                prop_assert!((read - value).abs() <= 1e-9 * value.abs().max(1.0), "{value} {json}");
                prop_assert!(serde_json::from_str::<Number>(&json).is_ok() || json.len() > 28, "{json}");
            }
        }

        #[test]
        fn any_text_is_json_or_refused(text in ".{0,40}") {
            for kind in [Kind::Text, Kind::Digits, Kind::Hs, Kind::Zip, Kind::Post, Kind::Day, Kind::Kilograms, Kind::Whole] {
                let said = read(&cell(Value::Text(text.clone())), kind, true);
                prop_assert!(said.json.is_none_or(|json| serde_json::from_str::<serde_json::Value>(&json).is_ok()));
            }
        }
    }
}
