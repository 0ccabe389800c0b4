//! Reference rates of the European Central Bank: `Date,USD,JPY,…`, one line a day, units of each currency for one euro.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::limits;
use crate::refdata::lists::lists;
use crate::refdata::rates::Rate;
use crate::refdata::sheet::{Sheet, plain};
use crate::refdata::table::{Meta, Parsed, shown};

/// Reads the daily or the historical file. `N/A` and empty cells are no rates; currencies that no longer exist are left
/// out.
pub fn rates(bytes: &[u8]) -> Parsed<Rate> {
    let meta = Meta {
        list: "exchange rates".into(),
        source: "European Central Bank, euro foreign exchange reference rates".into(),
        ..Meta::default()
    };
    let mut parsed = Parsed { meta, ..Parsed::default() };
    let bytes = plain(bytes);
    let mut sheet = match Sheet::open(&bytes) {
        Ok(sheet) if sheet.header.first().is_some_and(|name| name == "Date") => sheet,
        Ok(sheet) => {
            let problem = "the file does not begin with Date,USD,…: not the form of the bank";
            parsed.fault(sheet.header_line, "Date", problem);
            return parsed;
        }
        Err(fault) => {
            parsed.fault(fault.line, &fault.column, fault.problem);
            return parsed;
        }
    };
    while let Some(row) = sheet.next_row() {
        match row {
            Ok((line, record)) => day(&sheet.header, line, &record, &mut parsed),
            Err(fault) => parsed.fault(fault.line, "", fault.problem),
        }
        if parsed.rows.len() >= limits::IMPORT_ROWS {
            parsed.fault(0, "", format!("more than {} rates; the rest is not read", limits::IMPORT_ROWS));
            break;
        }
    }
    parsed
}

fn day(header: &[String], line: u64, record: &csv::StringRecord, parsed: &mut Parsed<Rate>) {
    let text = record.get(0).unwrap_or_default().trim();
    // The daily file writes `20 November 2026`.
    let date = ["%Y-%m-%d", "%d %B %Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    let Some(date) = date else {
        parsed.fault(line, "Date", format!("`{}` is not a date", shown(text)));
        return;
    };
    for (currency, cell) in header.iter().zip(record.iter().map(str::trim)).skip(1) {
        if currency.is_empty() || cell.is_empty() || cell == "N/A" || !lists().currencies.contains(currency) {
            continue;
        }
        match Decimal::from_str_exact(cell) {
            Ok(rate) if rate > Decimal::ZERO => parsed.rows.push(Rate {
                date,
                base: "EUR".into(),
                quote: currency.to_owned(),
                rate,
                source: "ECB euro foreign exchange reference rates".into(),
            }),
            _ => parsed.fault(line, currency, format!("`{}` is not a rate above 0", shown(cell))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_read_without_gaps_and_former_currencies() {
        let text = "Date,USD,JPY,CYP,\n2026-10-30,1.1172,175.68,N/A,\n2026-10-29,1.12,,0.58,\n";
        let parsed = rates(text.as_bytes());
        assert!(parsed.faults.is_empty());
        let pairs: Vec<(String, String)> =
            parsed.rows.iter().map(|rate| (format!("{} {}", rate.date, rate.quote), rate.rate.to_string())).collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            pairs,
            [pair("2026-10-30 USD", "1.1172"), pair("2026-10-30 JPY", "175.68"), pair("2026-10-29 USD", "1.12")]
        );
    }

    #[test]
    fn the_daily_file_and_faults() {
        let parsed =
            rates(b"Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \nsoon, 1, 2, \n29 October 2026, -1, x, \n");
        assert_eq!(parsed.rows.len(), 2);
        let places: Vec<(u64, &str)> = parsed.faults.iter().map(|f| (f.line, f.column.as_str())).collect();
        assert_eq!(places, [(3, "Date"), (4, "USD"), (4, "JPY")]);
        assert_eq!(rates(b"code,en\n1,2\n").faults[0].column, "Date");
    }
}
