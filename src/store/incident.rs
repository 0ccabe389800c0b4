//! What was seen of each component day by day, and what the operator tells everybody.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{incident, incident_note, probe_day};
use super::types::At;
use super::{Fault, Tx};
use crate::domain::Component;

type Done<T = ()> = Result<T, Fault>;

/// A day of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = probe_day)]
pub struct ProbeDay {
    pub component: Component,
    /// Days since 1970-01-01, UTC.
    pub day: i32,
    pub probes: i32,
    /// Of these.
    pub failed: i32,
}

/// Something that went wrong, or that is planned.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = incident, treat_none_as_default_value = false)]
pub struct IncidentRow {
    pub id: i32,
    /// All of it, when absent.
    pub component: Option<Component>,
    pub is_planned: bool,
    pub title: String,
    pub starts_at: At,
    pub ends_at: Option<At>,
}

/// The number of the first incident.
const FIRST: i32 = 1;

/// What was told about an incident.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = incident_note)]
pub struct NoteRow {
    pub incident: i32,
    pub number: i32,
    pub at: At,
    pub text: String,
}

impl Tx<'_> {
    /// Adds what was seen to what was seen on the day before.
    pub fn add_probes(&mut self, seen: ProbeDay) -> Done {
        let day = probe_day::table.find((seen.component, seen.day));
        let set = (
            probe_day::probes.eq(probe_day::probes + seen.probes),
            probe_day::failed.eq(probe_day::failed + seen.failed),
        );
        if diesel::update(day).set(set).execute(self.conn)? == 0 {
            diesel::insert_into(probe_day::table).values(&seen).execute(self.conn)?;
        }
        Ok(())
    }

    /// The days of a component from `day` on, in order.
    pub fn probe_days(&mut self, component: Component, day: i32) -> Done<Vec<ProbeDay>> {
        let later = probe_day::table.filter(probe_day::component.eq(component)).filter(probe_day::day.ge(day));
        Ok(later.order(probe_day::day).load(self.conn)?)
    }

    /// Forgets days before `day`.
    pub fn drop_probe_days(&mut self, component: Component, day: i32) -> Done {
        let before = probe_day::table.filter(probe_day::component.eq(component)).filter(probe_day::day.lt(day));
        diesel::delete(before).execute(self.conn)?;
        Ok(())
    }

    /// An incident.
    pub fn incident(&mut self, id: i32) -> Done<Option<IncidentRow>> {
        Ok(incident::table.find(id).first(self.conn).optional()?)
    }

    /// Incidents that are not over, the newest first.
    pub fn open_incidents(&mut self) -> Done<Vec<IncidentRow>> {
        let numbered = incident::table.filter(incident::id.ge(FIRST));
        let lasting = incident::ends_at.is_null().or(incident::ends_at.gt(At(self.now)).assume_not_null());
        Ok(numbered.filter(lasting).order(incident::id.desc()).load(self.conn)?)
    }

    /// The newest incidents.
    pub fn incidents(&mut self, limit: i64) -> Done<Vec<IncidentRow>> {
        let numbered = incident::table.filter(incident::id.ge(FIRST));
        Ok(numbered.order(incident::id.desc()).limit(limit).load(self.conn)?)
    }

    /// What was told about an incident, in order.
    pub fn incident_notes(&mut self, id: i32) -> Done<Vec<NoteRow>> {
        let of_incident = incident_note::table.filter(incident_note::incident.eq(id));
        Ok(of_incident.order(incident_note::number).load(self.conn)?)
    }

    /// Adds an incident; gives its number, one more than the last.
    pub fn add_incident(&mut self, row: &IncidentRow) -> Done<i32> {
        let numbered = incident::table.filter(incident::id.ge(FIRST)).order(incident::id.desc());
        let last: Option<i32> = numbered.select(incident::id).first(self.conn).optional()?;
        let id = last.map_or(FIRST, |last| last + 1);
        diesel::insert_into(incident::table).values(&IncidentRow { id, ..row.clone() }).execute(self.conn)?;
        Ok(id)
    }

    /// Tells something more about an incident.
    pub fn add_incident_note(&mut self, id: i32, text: &str) -> Done {
        let number = i32::try_from(self.incident_notes(id)?.len()).unwrap_or(i32::MAX);
        let note = NoteRow { incident: id, number, at: At(self.now), text: text.to_owned() };
        diesel::insert_into(incident_note::table).values(&note).execute(self.conn)?;
        Ok(())
    }

    /// Says when an incident is over.
    pub fn end_incident(&mut self, id: i32, at: DateTime<Utc>) -> Done {
        diesel::update(incident::table.find(id)).set(incident::ends_at.eq(At(at))).execute(self.conn)?;
        Ok(())
    }
}
