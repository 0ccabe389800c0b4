//! Values of segments that do not depend on the message: ids and dates.

use chrono::{NaiveDate, NaiveDateTime};

use super::lexer::Segment;
use crate::contract::WcfDate;
use crate::contract::date::UNSET_MS;
use crate::edi::message::Mailbox;

/// Id and qualifier of a partner.
pub(super) fn mailbox(segment: &Segment<'_>, element: usize) -> Mailbox {
    Mailbox { id: id(segment, element, 0), qualifier: id(segment, element, 1) }
}

/// A reference or code: blanks that fill its place up are no part of it.
pub(super) fn id(segment: &Segment<'_>, element: usize, component: usize) -> String {
    segment.text(element, component).trim().to_owned()
}

/// The instant of a `DTM`, formats 204, 203 and 102.
pub(super) fn date_in(segment: &Segment<'_>) -> Option<WcfDate> {
    let text = segment.text(1, 1);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match (segment.raw(1, 2), text.len()) {
        (b"204", 14) if digits => date_of(&text[..8], &text[8..]),
        (b"203", 12) if digits => date_of(&text[..8], &format!("{}00", &text[8..])),
        (b"102", 8) if digits => date_of(&text, "000000"),
        _ => None,
    }
}

/// The instant of `CCYYMMDD` and `HHMMSS`.
pub(super) fn date_of(date: &str, time: &str) -> Option<WcfDate> {
    let part = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(part(date, 0, 4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, part(date, 4, 6)?, part(date, 6, 8)?)?;
    let at: NaiveDateTime = day.and_hms_opt(part(time, 0, 2)?, part(time, 2, 4)?, part(time, 4, 6)?)?;
    let at = at.and_utc();
    // The first instant of the calendar is what "not given" looks like elsewhere.
    (year >= 1 && at.timestamp_millis() != UNSET_MS).then(|| WcfDate::new(at))
}
