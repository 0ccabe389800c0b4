//! Dates as they travel: `/Date(milliseconds+hhmm)/`, the Microsoft form.
//!
//! The number is the instant; an offset never shifts it. Written as `/Date(ms+0000)/` in whole seconds. ISO 8601
//! is read as a courtesy (`iso`): with a zone it is an instant, without one it is wall-clock time in the organization's
//! zone, which the caller sets around parsing with [`with_zone`]. A wall-clock time that occurs twice, as clocks go back,
//! is the first of the two; one that is skipped, as clocks go forward, is told by the clock as it went before, so 02:30
//! is what the new clock calls 03:30. A day, week or month alone is its first second; where it ends a span of time, its
//! last. Never reads the clock of the machine.

use std::cell::Cell;
use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::iso::{self, Iso};

/// .NET's minimum date: what an unset non-nullable date looks like. Read as "not given".
pub const UNSET_MS: i64 = -62_135_596_800_000;
/// How far the clock of any zone is from UTC's: the minimum date is the same wall-clock time everywhere.
const FURTHEST_ZONE_MS: u64 = 16 * 3_600_000;
/// The last millisecond of the year 9999.
pub const MAX_MS: i64 = 253_402_300_799_999;

/// An instant in whole seconds (finer parts are cut when read).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WcfDate(DateTime<Utc>);

thread_local! {
    static ZONE: Cell<Tz> = const { Cell::new(Tz::UTC) };
}

/// Runs `parse` with `zone` as the meaning of dates that come without one.
pub fn with_zone<T>(zone: Tz, parse: impl FnOnce() -> T) -> T {
    struct Restore(Tz);
    impl Drop for Restore {
        fn drop(&mut self) {
            ZONE.set(self.0);
        }
    }
    let _restore = Restore(ZONE.replace(zone));
    parse()
}

impl WcfDate {
    /// Cuts `instant` to whole seconds.
    pub fn new(instant: DateTime<Utc>) -> Self {
        Self(DateTime::from_timestamp(instant.timestamp(), 0).unwrap_or(instant))
    }

    /// The instant.
    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }

    /// Reads a date; `None` is the sentinel for "not given" (or an empty text).
    ///
    /// # Errors
    /// Names the accepted forms.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        Self::parse_with(text, |first, _| start_of(first))
    }

    /// The same for the end of a span of time: a day, week or month alone means its last second.
    ///
    /// # Errors
    /// Names the accepted forms.
    pub fn parse_end(text: &str) -> Result<Option<Self>, String> {
        Self::parse_with(text, |_, after| start_of(after)?.checked_sub_signed(TimeDelta::seconds(1)))
    }

    /// `of_days` gives the instant meant by days alone: the first, and the one after the last.
    fn parse_with(
        text: &str,
        of_days: impl FnOnce(NaiveDate, NaiveDate) -> Option<DateTime<Utc>>,
    ) -> Result<Option<Self>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
            return Self::from_wcf(inner).ok_or(NOT_A_DATE)?;
        }
        let instant = match iso::parse(text).ok_or(NOT_A_DATE)? {
            Iso::Zoned(at) => Some(at),
            Iso::Local(local) => instant_of(local),
            Iso::Days(first, after) => of_days(first, after),
        };
        let ms = instant.ok_or(NOT_A_DATE)?.timestamp_millis();
        if UNSET_MS.abs_diff(ms) <= FURTHEST_ZONE_MS { Ok(None) } else { Self::checked(ms) }
    }

    /// `inner` is what stands between the parentheses.
    fn from_wcf(inner: &str) -> Option<Result<Option<Self>, String>> {
        let sign_at = inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map(|(at, _)| at);
        let (digits, offset) = inner.split_at(sign_at.unwrap_or(inner.len()));
        let offset_fits = offset.is_empty() || (offset.len() == 5 && offset[1..].bytes().all(|b| b.is_ascii_digit()));
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let digits_fit = (1..=15).contains(&unsigned.len()) && unsigned.bytes().all(|b| b.is_ascii_digit());
        (offset_fits && digits_fit).then(|| Self::checked(digits.parse().unwrap_or(i64::MAX)))
    }

    fn checked(ms: i64) -> Result<Option<Self>, String> {
        match ms {
            UNSET_MS => Ok(None),
            ms if (UNSET_MS..=MAX_MS).contains(&ms) => Ok(DateTime::from_timestamp(ms.div_euclid(1000), 0).map(Self)),
            _ => Err(format!("the date lies outside the years 1 to 9999, or it is {NOT_A_DATE}")),
        }
    }
}

/// What was sent is not repeated: it may be somebody's name in the wrong place.
const NOT_A_DATE: &str =
    "not a date; write /Date(1562748420000+0000)/ (milliseconds since 1970) or 2019-07-10T08:47:00Z";

/// The first second of a day.
fn start_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    instant_of(day.and_time(NaiveTime::MIN))
}

/// The instant at which the clock of the zone shows a time, by the rule at the top.
fn instant_of(local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let zone = ZONE.get();
    if let Some(at) = zone.from_local_datetime(&local).earliest() {
        return Some(at.with_timezone(&Utc));
    }
    // A day earlier by any zone's clock, the one that counted before the change is still in force.
    let before = zone.offset_from_utc_datetime(&local.checked_sub_signed(TimeDelta::days(1))?).fix();
    local.checked_sub_offset(before).map(|at| at.and_utc())
}

impl fmt::Display for WcfDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/Date({}000+0000)/", self.0.timestamp())
    }
}

impl Serialize for WcfDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads an optional date member: `null`, the sentinel and an empty text are `None`.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WcfDate>, D::Error> {
    deserializer.deserialize_option(Form(WcfDate::parse))
}

/// The same for a member that ends a span of time: a date without time means the whole day.
pub fn optional_end<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WcfDate>, D::Error> {
    deserializer.deserialize_option(Form(WcfDate::parse_end))
}

/// How the text of a member is read.
struct Form(fn(&str) -> Result<Option<WcfDate>, String>);

impl<'de> serde::de::Visitor<'de> for Form {
    type Value = Option<WcfDate>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date as text, /Date(1562748420000+0000)/ or 2019-07-10T08:47:00Z")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        (self.0)(text).map_err(E::custom)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_any(self)
    }
}

impl<'de> Deserialize<'de> for WcfDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        optional(deserializer)?.ok_or_else(|| D::Error::custom("a date is needed here"))
    }
}

impl utoipa::PartialSchema for WcfDate {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "Instant, milliseconds since 1970 in UTC; an offset does not shift it. ISO 8601 is read too",
            ))
            .examples(["/Date(1562748420000+0000)/"])
            .into()
    }
}
impl utoipa::ToSchema for WcfDate {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> Option<String> {
        WcfDate::parse(text).unwrap().map(|date| date.to_string())
    }

    #[test]
    fn an_offset_never_shifts_the_instant() {
        for text in ["/Date(1562748420000+0200)/", "/Date(1562748420000-0500)/", "/Date(1562748420000)/"] {
            assert_eq!(written(text).unwrap(), "/Date(1562748420000+0000)/");
        }
        assert_eq!(written("/Date(-1500)/").unwrap(), "/Date(-2000+0000)/");
        assert_eq!(written("2019-07-10T10:47:00+02:00").unwrap(), "/Date(1562748420000+0000)/");
    }

    #[test]
    fn a_time_without_zone_is_the_organizations_wall_clock() {
        let berlin = with_zone(Tz::Europe__Berlin, || written("2019-07-10T10:47:00"));
        assert_eq!(berlin.unwrap(), "/Date(1562748420000+0000)/");
        assert_eq!(written("2019-07-10T08:47:00").unwrap(), "/Date(1562748420000+0000)/");
    }

    #[test]
    fn a_change_of_clocks_is_read_by_rule() {
        let at = |zone, text: &str| with_zone(zone, || WcfDate::parse(text).unwrap().unwrap().instant().to_rfc3339());
        let (sydney, berlin, apia) = (Tz::Australia__Sydney, Tz::Europe__Berlin, Tz::Pacific__Apia);
        // Skipped: clocks went from 02:00 to 03:00, in Samoa over a whole day, in Beirut at midnight.
        assert_eq!(at(sydney, "2026-10-04T01:59:59"), "2026-10-03T15:59:59+00:00");
        assert_eq!(at(sydney, "2026-10-04T02:30:00"), "2026-10-03T16:30:00+00:00");
        assert_eq!(at(sydney, "2026-10-04T03:00:00"), "2026-10-03T16:00:00+00:00");
        assert_eq!(at(berlin, "2026-03-29T02:30:00"), "2026-03-29T01:30:00+00:00");
        assert_eq!(at(apia, "2011-12-30T12:00:00"), "2011-12-30T22:00:00+00:00");
        assert_eq!(at(Tz::Asia__Beirut, "2022-03-27"), "2022-03-26T22:00:00+00:00");
        // Doubled: the first.
        assert_eq!(at(berlin, "2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
        assert_eq!(at(sydney, "2026-04-05T02:30:00"), "2026-04-04T15:30:00+00:00");
    }

    #[test]
    fn a_date_alone_is_the_whole_day_where_a_span_ends() {
        let end =
            |zone, text: &str| with_zone(zone, || WcfDate::parse_end(text).unwrap().unwrap().instant().to_rfc3339());
        let (utc, berlin) = (Tz::UTC, Tz::Europe__Berlin);
        assert_eq!(end(utc, "2026-11-20"), "2026-11-20T23:59:59+00:00");
        assert_eq!(end(utc, "2026-11"), "2026-11-30T23:59:59+00:00");
        assert_eq!(end(berlin, "2026-03-29"), "2026-03-29T21:59:59+00:00");
        assert_eq!(end(berlin, "2026-03-28"), "2026-03-28T22:59:59+00:00");
        assert_eq!(end(berlin, "9999-12-31"), "9999-12-31T22:59:59+00:00");
        assert_eq!(end(berlin, "2026-11-20T08:47+0100"), "2026-11-20T07:47:00+00:00");
        assert_eq!(end(utc, "/Date(1562748420000)/"), "2019-07-10T08:47:00+00:00");
    }

    #[test]
    fn sentinels_and_nonsense() {
        assert_eq!(written("/Date(-62135596800000)/"), None);
        for unset in ["0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000", "0001-01-01T00:00:00+05:30", "0001-01-01"] {
            assert_eq!(with_zone(Tz::Europe__Berlin, || written(unset)), None, "{unset}");
            assert_eq!(with_zone(Tz::America__New_York, || written(unset)), None, "{unset}");
        }
        assert!(written("0001-01-02T00:00:00").is_some());
        for bad in ["1562748420000", "/Date()/", "/Date(1+1)/", "/Date(253402300800000)/", "/Date(12e3)/", "yesterday"]
        {
            assert!(WcfDate::parse(bad).is_err(), "{bad}");
        }
        #[derive(Deserialize)]
        struct Holder {
            #[serde(default, deserialize_with = "optional")]
            at: Option<WcfDate>,
        }
        assert!(serde_json::from_str::<Holder>(r#"{"at":1562748420000}"#).is_err(), "bare numbers are ambiguous");
        assert!(serde_json::from_str::<Holder>(r#"{"at":null}"#).unwrap().at.is_none());
        assert!(serde_json::from_str::<Holder>(r#"{"at":"\/Date(1562748420000)\/"}"#).unwrap().at.is_some());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in -62_135_596_799i64..=253_402_300_799) {
            let text = format!("/Date({seconds}000+0000)/");
            prop_assert_eq!(written(&text).unwrap(), text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = WcfDate::parse(&text);
            let _ = WcfDate::parse(&format!("/Date({text})/"));
        }
    }
}
