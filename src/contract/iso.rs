//! ISO 8601: every form of a day and of a time of day that the standard defines without agreement of both sides.
//!
//! Calendar, ordinal and week dates, basic or extended, a month or week alone; hours, minutes or seconds with a decimal
//! fraction of the last; `24:00`; a zone as `Z`, `+01`, `+0100` or `+01:00`. A year alone is no date here: it cannot be told
//! from a number. Knows nothing of zones beyond what is written.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Iso {
    /// A time with its zone.
    Zoned(DateTime<Utc>),
    /// A wall-clock time.
    Local(NaiveDateTime),
    /// A day, week or month: its first day, and the day after its last.
    Days(NaiveDate, NaiveDate),
}

/// Reads a text; `None` when it is none of the forms.
pub fn parse(text: &str) -> Option<Iso> {
    let Some((days, time)) = text.split_once(['T', 't', ' ']) else {
        let (first, after) = days(text)?;
        return Some(Iso::Days(first, after));
    };
    let (first, after) = self::days(days)?;
    let is_one_day = first.succ_opt() == Some(after);
    let (clock, offset) = zoned(time)?;
    let local = first.and_time(NaiveTime::MIN).checked_add_signed(seconds(clock)?).filter(|_| is_one_day)?;
    match offset {
        Some(offset) => local.checked_sub_signed(offset).map(|at| Iso::Zoned(at.and_utc())),
        None => Some(Iso::Local(local)),
    }
}

/// First day of a date and the day after its last.
fn days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let parts: Vec<&str> = text.split('-').collect();
    match *parts.as_slice() {
        [basic] if basic.contains('W') => match basic.len() {
            7 => week(basic.get(..4)?, basic.get(4..)?),
            8 => one(week_day(basic.get(..4)?, basic.get(4..7)?, basic.get(7..)?)?),
            _ => None,
        },
        [basic] if basic.len() == 8 => one(calendar(basic.get(..4)?, basic.get(4..6)?, basic.get(6..)?)?),
        [basic] => one(ordinal(basic.get(..4)?, basic.get(4..)?)?),
        [year, part] if part.starts_with('W') => week(year, part),
        [year, part] if part.len() == 3 => one(ordinal(year, part)?),
        [year, month] => {
            let first = calendar(year, month, "01")?;
            Some((first, first.checked_add_months(chrono::Months::new(1))?))
        }
        [year, week, day] if week.starts_with('W') => one(week_day(year, week, day)?),
        [year, month, day] => one(calendar(year, month, day)?),
        _ => None,
    }
}

fn one(day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    Some((day, day.succ_opt()?))
}

/// A number of exactly so many digits.
fn digits(text: &str, length: usize) -> Option<u32> {
    let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

fn year_of(text: &str) -> Option<i32> {
    i32::try_from(digits(text, 4)?).ok()
}

fn calendar(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year_of(year)?, digits(month, 2)?, digits(day, 2)?)
}

fn ordinal(year: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_yo_opt(year_of(year)?, digits(day, 3)?)
}

fn week_day(year: &str, week: &str, day: &str) -> Option<NaiveDate> {
    let day = digits(day, 1)?.checked_sub(1).and_then(|day| Weekday::try_from(u8::try_from(day).ok()?).ok())?;
    NaiveDate::from_isoywd_opt(year_of(year)?, digits(week.strip_prefix('W')?, 2)?, day)
}

fn week(year: &str, week: &str) -> Option<(NaiveDate, NaiveDate)> {
    let monday = week_day(year, week, "1")?;
    Some((monday, monday.checked_add_days(chrono::Days::new(7))?))
}

/// The clock and how far the zone lies before UTC's.
fn zoned(time: &str) -> Option<(&str, Option<TimeDelta>)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(TimeDelta::zero())));
    }
    let Some(at) = time.rfind(['+', '-', '\u{2212}']) else { return Some((time, None)) };
    let (clock, zone) = time.split_at(at);
    let ahead = zone.starts_with('+');
    let zone = zone.trim_start_matches(['+', '-', '\u{2212}']);
    let (hours, minutes) = match zone.len() {
        2 => (digits(zone, 2)?, 0),
        4 => (digits(zone.get(..2)?, 2)?, digits(zone.get(2..)?, 2)?),
        _ => zone.split_once(':').and_then(|(hours, minutes)| Some((digits(hours, 2)?, digits(minutes, 2)?)))?,
    };
    let offset = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    (hours < 24 && minutes < 60).then_some((clock, Some(if ahead { offset } else { -offset })))
}

/// Seconds since midnight; a leap second is the one before it.
fn seconds(clock: &str) -> Option<TimeDelta> {
    let (whole, fraction) = clock.split_once(['.', ',']).map_or((clock, None), |(whole, rest)| (whole, Some(rest)));
    let parts: Vec<&str> = match (whole.len(), whole.contains(':')) {
        (_, true) => whole.split(':').collect(),
        (4, false) => vec![whole.get(..2)?, whole.get(2..)?],
        (6, false) => vec![whole.get(..2)?, whole.get(2..4)?, whole.get(4..)?],
        _ => vec![whole],
    };
    let units = parts.iter().map(|part| digits(part, 2)).collect::<Option<Vec<u32>>>()?;
    let (hour, minute, second, unit) = match *units.as_slice() {
        [hour] => (hour, 0, 0, 3600),
        [hour, minute] => (hour, minute, 0, 60),
        [hour, minute, second] => (hour, minute, if second == 60 { 59 } else { second }, 1),
        _ => return None,
    };
    let part = fraction.map_or(Some(0), |digits| part_of(unit, digits))?;
    let total = i64::from(hour * 3600 + minute * 60 + second) + part;
    let fits = minute < 60 && second < 60 && total <= 86_400 && hour <= 24;
    fits.then(|| TimeDelta::seconds(total))
}

/// Whole seconds in a decimal fraction of a unit.
fn part_of(unit: i64, fraction: &str) -> Option<i64> {
    let fits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.get(..fraction.len().min(9)).filter(|_| fits)?;
    let value: i64 = fraction.parse().ok()?;
    Some(value * unit / 10_i64.pow(u32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Some(Iso::Zoned(at)) => at.format("%FT%TZ").to_string(),
            Some(Iso::Local(at)) => at.format("%FT%T").to_string(),
            Some(Iso::Days(first, after)) => format!("{first}/{after}"),
            None => "none".into(),
        }
    }

    #[test]
    fn every_form_of_a_time_with_zone() {
        for text in [
            "2026-11-20T08:47:00+0100",
            "2026-11-20T08:47:00+01:00",
            "2026-11-20T08:47:00+01",
            "2026-11-20T07:47Z",
            "2026-11-20T0747Z",
            "20261120T074700Z",
            "20261120T0747Z",
            "20261120T084700+0100",
            "2026-11-20t07:47:00z",
            "2026-11-20 07:47:00Z",
            "2026-11-20T07:47:00.999Z",
            "2026-11-20T07:47:00,999Z",
            "2026-11-20T07:47,0Z",
            "2026-324T07:47:00Z",
            "2026324T074700Z",
            "2026-W47-5T07:47:00Z",
            "2026W475T074700Z",
            "2026-11-20T02:47:00-05:00",
            "2026-11-20T02:47:00\u{2212}05:00",
            "2026-11-20T07:47:00-00:00",
            "2026-11-20T13:32:00+05:45",
        ] {
            assert_eq!(shown(text), "2026-11-20T07:47:00Z", "{text}");
        }
        assert_eq!(shown("2026-11-20T07.75Z"), "2026-11-20T07:45:00Z");
        assert_eq!(shown("2026-11-20T07Z"), "2026-11-20T07:00:00Z");
        assert_eq!(shown("2026-11-20T24:00Z"), "2026-11-21T00:00:00Z");
        assert_eq!(shown("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z");
        assert_eq!(shown("2026-11-20T08:47"), "2026-11-20T08:47:00");
    }

    #[test]
    fn every_form_of_a_day_a_week_or_a_month() {
        for text in ["2026-11-20", "20261120", "2026-324", "2026324", "2026-W47-5", "2026W475"] {
            assert_eq!(shown(text), "2026-11-20/2026-11-21", "{text}");
        }
        assert_eq!(shown("2026-12"), "2026-12-01/2027-01-01");
        assert_eq!((shown("2026-W53"), shown("2026W53")), (shown("2026W53"), "2026-12-28/2027-01-04".into()));
        assert_eq!(shown("2028-366"), "2028-12-31/2029-01-01");
    }

    #[test]
    fn what_no_calendar_or_clock_has_is_none() {
        for text in [
            "2026",
            "202611",
            "261120",
            "2026-13",
            "2026-02-30",
            "2026-366",
            "2027-W53",
            "2026-W47-8",
            "2026-11-20T",
            "T08:47",
            "2026-11-20T25:00",
            "2026-11-20T24:01",
            "2026-11-20T08:60",
            "2026-11-20T08:47:61",
            "2026-11-20T08:47+1",
            "2026-11-20T08:47+24:00",
            "2026-11-20T08:47+",
            "2026-11T08:47",
            "2026-W47T08:47",
            "2026-11-20T08:47:00.",
            "2026-11-20T8:47",
            "20-11-2026",
            "20.11.2026",
            "2026/11/20",
            "20261120084700",
            "1562748420",
        ] {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZW:.,+ -]{0,30}|\\PC{0,30}") {
            let _ = parse(&text);
        }
    }
}
