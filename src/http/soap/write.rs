//! JSON → XML: the members of a reply, written as the table says, in one walk over both.
//!
//! Knows nothing of types by name. The order of the members in the JSON text is that of the table; what the table does not
//! have is left out, what the text does not have is nil, or the default of its kind.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;

use super::json::{BadJson, Json};
use super::model::{Contract, Kind, Member, Ns, Type};
use crate::contract::{Number, WcfDate};
use crate::domain::MarkOperation;

/// The namespace of `nil`.
pub const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Writes members one after the other.
pub struct Writer<'o> {
    contract: Contract,
    /// Whose wall clock dates show.
    zone: Tz,
    out: &'o mut String,
}

impl<'o> Writer<'o> {
    pub fn new(contract: Contract, zone: Tz, out: &'o mut String) -> Self {
        Self { contract, zone, out }
    }

    /// Writes the member of a wrapper out of `json`; nil where there is none.
    ///
    /// # Errors
    /// When the text is not the JSON that the table says.
    pub fn result(&mut self, member: &Member, json: Option<&str>) -> Result<(), BadJson> {
        match json {
            Some(text) => self.value(Ns::Service, member, &mut Json::new(text)),
            None => {
                self.absent(Ns::Service, member);
                Ok(())
            }
        }
    }

    fn value(&mut self, ns: Ns, member: &Member, json: &mut Json<'_>) -> Result<(), BadJson> {
        if json.null() {
            self.absent(ns, member);
            return Ok(());
        }
        self.start(ns, member.name);
        if let Kind::Object(ty) = member.kind {
            self.object(ty, json)?;
        } else if let Some((ns, entry)) = self.contract.entry(member.kind) {
            json.open(b'[')?;
            while json.goes_on(b']')? {
                self.value(ns, &entry, json)?;
            }
        } else {
            self.scalar(member.kind, &json.scalar()?)?;
        }
        self.end(ns, member.name);
        Ok(())
    }

    fn object(&mut self, ty: &'static Type, json: &mut Json<'_>) -> Result<(), BadJson> {
        let ty = self.contract.form_of(ty);
        let mut ahead = self.contract.members(ty);
        json.open(b'{')?;
        while json.goes_on(b'}')? {
            let name = json.name()?;
            let Some(passed) = ahead.clone().position(|(_, member)| member.name == name) else {
                // One that was passed over already would be lost.
                if self.contract.members(ty).any(|(_, member)| member.name == name) {
                    return Err(BadJson);
                }
                json.skip()?;
                continue;
            };
            ahead.by_ref().take(passed).for_each(|(ns, member)| self.absent(ns, member));
            if let Some((ns, member)) = ahead.next() {
                self.value(ns, member, json)?;
            }
        }
        ahead.for_each(|(ns, member)| self.absent(ns, member));
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, text: &str) -> Result<(), BadJson> {
        match kind {
            Kind::Date => self.date(text),
            Kind::Mark => {
                let operation = text.parse().ok().and_then(|number| MarkOperation::from_stored(number).ok());
                self.out.push_str(&operation.ok_or(BadJson)?.to_string());
                Ok(())
            }
            Kind::Decimal if text.contains(['e', 'E']) => {
                self.out.push_str(Number::parse(text).map_err(|_| BadJson)?.digits());
                Ok(())
            }
            _ => {
                escape(text, self.out);
                Ok(())
            }
        }
    }

    /// Nineteen characters: some clients take no other length.
    fn date(&mut self, text: &str) -> Result<(), BadJson> {
        let Some(date) = WcfDate::parse(text).map_err(|_| BadJson)? else {
            self.out.push_str(UNSET_DATE);
            return Ok(());
        };
        let local = date.instant().with_timezone(&self.zone).naive_local().clamp(first_second(), last_second());
        let (day, time) = (local.date(), local.time());
        // Writing into a text cannot fail.
        let _ = write!(
            self.out,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            day.year(),
            day.month(),
            day.day(),
            time.hour(),
            time.minute(),
            time.second()
        );
        Ok(())
    }

    /// A member without value. Readers made from value types take no nil.
    fn absent(&mut self, ns: Ns, member: &Member) {
        if member.nil {
            self.out.push('<');
            self.name(ns, member.name);
            self.out.push_str(" i:nil=\"true\"/>");
            return;
        }
        self.start(ns, member.name);
        if let Kind::Mark = member.kind {
            self.out.push_str(&MarkOperation::Clear.to_string());
        }
        self.out.push_str(match member.kind {
            Kind::Int | Kind::Decimal => "0",
            Kind::Flag => "false",
            Kind::Guid => "00000000-0000-0000-0000-000000000000",
            Kind::Date => UNSET_DATE,
            _ => "",
        });
        self.end(ns, member.name);
    }

    fn start(&mut self, ns: Ns, name: &str) {
        self.out.push('<');
        self.name(ns, name);
        self.out.push('>');
    }

    fn end(&mut self, ns: Ns, name: &str) {
        self.out.push_str("</");
        self.name(ns, name);
        self.out.push('>');
    }

    fn name(&mut self, ns: Ns, name: &str) {
        self.out.push_str(ns.prefix());
        self.out.push(':');
        self.out.push_str(name);
    }
}

/// How "not given" is written where a date has to stand.
const UNSET_DATE: &str = "0001-01-01T00:00:00";

fn first_second() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN)
}

fn last_second() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default().and_hms_opt(23, 59, 59).unwrap_or_default()
}

/// Adds `text` as XML text: references for what means something there and for what readers would change, a mark in place of
/// characters that no XML document may hold, so that one odd text does not spoil a whole answer.
pub fn escape(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let (instead, length) = match byte {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' => ("&quot;", 1),
            b'\r' => ("&#xD;", 1),
            b'\t' | b'\n' => continue,
            0..b' ' => ("\u{FFFD}", 1),
            // U+FFFE and U+FFFF.
            0xEF if bytes[at..].starts_with(b"\xEF\xBF\xBE") || bytes[at..].starts_with(b"\xEF\xBF\xBF") => {
                ("\u{FFFD}", 3)
            }
            _ => continue,
        };
        out.push_str(&text[written..at]);
        out.push_str(instead);
        written = at + length;
    }
    out.push_str(&text[written..]);
}

/// Whether an XML document may hold this character.
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}
