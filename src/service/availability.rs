//! Whether each component works, now and on the last days, and what the operator tells about it: what the status page shows.
//!
//! A server speaks of itself: it looks at its own database and jobs. What several servers see of a day is added up.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::Services;
use super::health::Health;
use crate::domain::Component;
use crate::error::{Error, Findings, Result};
use crate::limits;
pub use crate::store::incident::ProbeDay;
use crate::store::incident::{IncidentRow, NoteRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// Nobody plans further ahead.
const PLANNED_AHEAD_DAYS: i64 = 3_652;

/// The jobs that a component lives by.
const JOBS: [(Component, &[&str]); 4] = [
    (Component::Items, &[]),
    (Component::Exchange, &["sending", "taking in"]),
    (Component::Events, &["deriving events", "notifying"]),
    (Component::Files, &["taking in ingestions"]),
];

/// One component as it is now and was.
#[derive(Clone, Debug)]
pub struct ComponentStatus {
    pub component: Component,
    pub works: bool,
    /// As far as this server knows.
    pub since: DateTime<Utc>,
    /// The last days that there are figures of, in order.
    pub days: Vec<ProbeDay>,
}

/// An incident with everything that was told about it.
#[derive(Clone, Debug)]
pub struct Incident {
    pub row: IncidentRow,
    pub notes: Vec<NoteRow>,
}

/// Everything that the status page tells.
#[derive(Clone, Debug)]
pub struct Availability {
    pub at: DateTime<Utc>,
    pub components: Vec<ComponentStatus>,
    /// The newest first; none where the database is away.
    pub incidents: Option<Vec<Incident>>,
}

/// An incident to be told, or a maintenance that is planned.
#[derive(Clone, Debug)]
pub struct NewIncident {
    pub component: Option<Component>,
    pub title: String,
    pub note: Option<String>,
    /// Of a maintenance: from when to when.
    pub planned: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Number of a day.
fn day_number(at: DateTime<Utc>) -> i32 {
    at.date_naive().num_days_from_ce() - NaiveDate::default().num_days_from_ce()
}

fn works(component: Component, health: &Health) -> bool {
    let jobs = JOBS.iter().find(|(known, _)| *known == component).map_or(&[][..], |(_, jobs)| jobs);
    let runs = |name: &&str| health.jobs.iter().any(|job| job.name == *name && !job.late);
    health.is_ready() && jobs.iter().all(runs)
}

impl Incident {
    /// Whether it is going on at a moment.
    pub fn is_on(&self, at: DateTime<Utc>) -> bool {
        self.row.starts_at.0 <= at && self.row.ends_at.is_none_or(|end| end.0 > at)
    }

    /// Whether it was called off before it began.
    pub fn is_called_off(&self) -> bool {
        self.row.ends_at.is_some_and(|end| end.0 < self.row.starts_at.0)
    }
}

impl Availability {
    /// Every component works, and nothing that was told is going on.
    pub fn all_is_well(&self) -> bool {
        let is_on = |incident: &Incident| incident.is_on(self.at);
        self.components.iter().all(|component| component.works) && !self.incidents.iter().flatten().any(is_on)
    }
}

impl Services {
    /// Looks at every component, and writes down what was seen, also while it could not be written down.
    ///
    /// # Errors
    /// When the database is away; what was seen is kept until it is back.
    pub async fn probe(&self) -> Result<()> {
        let (now, health) = (self.clock.now(), self.health().await);
        for component in Component::ALL {
            let works = works(component, &health);
            self.probe_log.note(component, works, now);
            self.probe_log.count((component, day_number(now)), (1, i32::from(!works)));
        }
        let pending = self.probe_log.take_counts();
        let days: Vec<ProbeDay> = pending
            .iter()
            .map(|((component, day), (probes, failed))| ProbeDay {
                component: *component,
                day: *day,
                probes: *probes,
                failed: *failed,
            })
            .collect();
        let oldest = day_number(now) - limits::STATUS_DAYS;
        let write = move |tx: &mut Tx<'_>| {
            for day in &days {
                tx.add_probes(*day)?;
            }
            Component::ALL.into_iter().try_for_each(|component| tx.drop_probe_days(component, oldest))
        };
        let written = self.store.write(write).await;
        if written.is_err() {
            pending.into_iter().for_each(|(day, counted)| self.probe_log.count(day, counted));
        }
        written
    }

    /// How everything is and was.
    pub async fn availability(&self) -> Availability {
        let (now, health) = (self.clock.now(), self.health().await);
        let first = day_number(now) - limits::STATUS_DAYS + 1;
        let read = move |tx: &mut Tx<'_>| -> Result<_, Fault> {
            let mut days = Vec::new();
            for component in Component::ALL {
                days.push((component, tx.probe_days(component, first)?));
            }
            let mut incidents = Vec::new();
            let mut rows = tx.incidents(limits::STATUS_INCIDENTS)?;
            // One that lasts is told however many came after it.
            rows.extend(tx.open_incidents()?);
            rows.sort_by_key(|row| std::cmp::Reverse(row.id));
            rows.dedup_by_key(|row| row.id);
            for row in rows {
                incidents.push(Incident { notes: tx.incident_notes(row.id)?, row });
            }
            Ok((days, incidents))
        };
        let known = if health.database { self.store.read(read).await.ok() } else { None };
        let (mut days, incidents) = match known {
            Some((days, incidents)) => (days, Some(incidents)),
            None => (Vec::new(), None),
        };
        let component = |component: Component| {
            let works = works(component, &health);
            let at = days.iter().position(|(known, _)| *known == component);
            let days = at.map(|at| days.swap_remove(at).1).unwrap_or_default();
            ComponentStatus { component, works, since: self.probe_log.note(component, works, now), days }
        };
        Availability { at: now, components: Component::ALL.into_iter().map(component).collect(), incidents }
    }

    /// Tells of an incident, or of a maintenance that is planned; gives its number.
    ///
    /// # Errors
    /// 400 for a text that is empty or too long, and for a maintenance that ends before it begins.
    pub async fn open_incident(&self, new: NewIncident) -> Result<i32> {
        let mut findings = Findings::default();
        check_text(&mut findings, "title", &new.title);
        if let Some(note) = &new.note {
            check_text(&mut findings, "note", note);
        }
        let latest = self.clock.now() + TimeDelta::days(PLANNED_AHEAD_DAYS);
        if let Some((from, to)) = new.planned {
            if to <= from {
                findings.add("out_of_range", "to", "a maintenance ends after it begins");
            }
            if to > latest || from < DateTime::UNIX_EPOCH {
                findings.add("out_of_range", "from", "a maintenance is planned for the next ten years at most");
            }
        }
        findings.into_result()?;
        let now = self.clock.now();
        let row = IncidentRow {
            id: 0,
            component: new.component,
            is_planned: new.planned.is_some(),
            title: new.title.trim().to_owned(),
            starts_at: At(new.planned.map_or(now, |(from, _)| from)),
            ends_at: new.planned.map(|(_, to)| At(to)),
        };
        let add = move |tx: &mut Tx<'_>| {
            let id = tx.add_incident(&row)?;
            if let Some(note) = &new.note {
                tx.add_incident_note(id, note.trim())?;
            }
            Ok(id)
        };
        self.store.write(add).await
    }

    /// Tells something more about an incident, and says that it is over where `is_over`.
    ///
    /// # Errors
    /// 404 for a number that is none; 400 for a text that is empty or too long.
    pub async fn update_incident(&self, id: i32, note: Option<String>, is_over: bool) -> Result<()> {
        let mut findings = Findings::default();
        if let Some(note) = &note {
            check_text(&mut findings, "note", note);
        }
        findings.into_result()?;
        let tell = move |tx: &mut Tx<'_>| {
            let row = tx.incident(id)?.ok_or(Error::Absent { what: "incident" })?;
            if let Some(note) = &note {
                tx.add_incident_note(id, note.trim())?;
            }
            // One that is over stays so; a maintenance may end sooner than planned, and is called off before it begins.
            if is_over && row.ends_at.is_none_or(|At(end)| end > tx.now) {
                tx.end_incident(id, tx.now)?;
            }
            Ok(())
        };
        self.store.write(tell).await
    }
}

fn check_text(findings: &mut Findings, path: &str, text: &str) {
    let count = text.trim().chars().count();
    if count == 0 {
        findings.add("required", path, "say what everybody is to know");
    }
    if text.chars().any(char::is_control) {
        findings.add("format", path, "write it on one line, without control characters");
    }
    if count > limits::STATUS_TEXT_CHARS {
        findings.add("too_long", path, format!("at most {} characters fit here", limits::STATUS_TEXT_CHARS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        assert_eq!(day_number(at("1970-01-01T23:59:59Z")), 0);
        assert_eq!(day_number(at("2026-11-27T00:00:00Z")), 20_784);
    }
}
